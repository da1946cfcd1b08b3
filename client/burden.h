#ifndef ERFA_BURDEN_H
#define ERFA_BURDEN_H

/*
 * burden - what a programme asks of those who try something under it.
 */

#include <stddef.h>

#include "proto/control.pb-c.h"

/* Opaque types. */
struct run;

/**
 * burden_ask(run, id, ret_answer):
 * Ask what the programme ${id} costs.  The caller frees *${ret_answer} with
 * control_free_answer().
 */
int burden_ask(struct run *run, const char *id, Erfa__Answer **ret_answer);

/**
 * burden_warn(run, id, more):
 * Tell, on standard error, what ${more} questions of the programme's own cost:
 * so many answers times so many trials.
 */
int burden_warn(struct run *run, const char *id, size_t more);

#endif /* !ERFA_BURDEN_H */
