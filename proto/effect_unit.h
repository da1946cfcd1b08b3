#ifndef ERFA_EFFECT_UNIT_H
#define ERFA_EFFECT_UNIT_H

/*
 * effect_unit - does a rate of some unit count independent events?
 *
 * Days of absence, hours or money come in lots: one long illness is not two
 * hundred events.  Who treats them so is sure of what nobody knows.
 */

#include <stdbool.h>

#include "proto/err.h"

/**
 * effect_unit_counts(unit, ret_counts):
 * Find out whether ${unit} counts events: not if it names days, hours or money
 * in Danish, Norwegian, Swedish, Finnish or English, alone or at the end of a
 * compound.  What follows "per", "within" and the like is not looked at: falls
 * per 1,000 days are events.  Return ERR_SYNTAX if ${unit} is not UTF-8, or
 * ERR_NOMEM.
 */
enum err effect_unit_counts(const char *unit, bool *ret_counts) MUST_CHECK;

#endif /* !ERFA_EFFECT_UNIT_H */
