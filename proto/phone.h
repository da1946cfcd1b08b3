#ifndef ERFA_PHONE_H
#define ERFA_PHONE_H

/*
 * phone - telephone numbers as they are written in the Nordic states.
 *
 * Years, sections of acts, amounts, codes and case numbers are not meant, nor
 * are numbers that belong to no person: 112, free-phone and shared numbers.
 */

#include <stddef.h>

#include "proto/err.h"
#include "proto/plain.h"

/**
 * phone_find(plain, i, ret_end, ret_reason):
 * Look whether a telephone number begins at ${i}: then *${ret_end} is the place
 * after it and *${ret_reason} says by what it was known, in a static string;
 * else *${ret_end} is ${i}.  Return ERR_NOMEM.
 */
enum err phone_find(const struct plain *plain, size_t i, size_t *ret_end,
    const char **ret_reason) MUST_CHECK;

#endif /* !ERFA_PHONE_H */
