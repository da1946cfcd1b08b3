#ifndef ERFA_PNR_H
#define ERFA_PNR_H

/*
 * pnr - the personal numbers of the five Nordic states.
 *
 * Coordination numbers, and those that the states set aside for tests, are
 * found like all others; numbers of organisations are not.  Digits after a word
 * for such a number ("fnr", "henkilötunnus") are found whatever they add up to,
 * since one that was mistyped still tells who is meant.
 */

#include <stddef.h>

#include "proto/err.h"
#include "proto/plain.h"

/**
 * pnr_find(plain, i, ret_end, ret_reason):
 * Look whether a personal number begins at ${i}: then *${ret_end} is the place
 * after it and *${ret_reason} says which kind it is, in a static string; else
 * *${ret_end} is ${i}.  A number without a check digit (Danish), or without
 * anything that sets its parts apart, does not count where the word before it
 * says that it is another number.  One that a letter stands before counts only if
 * that is the end of a word for a personal number.  Return ERR_NOMEM.
 */
enum err pnr_find(const struct plain *plain, size_t i, size_t *ret_end,
    const char **ret_reason) MUST_CHECK;

#endif /* !ERFA_PNR_H */
