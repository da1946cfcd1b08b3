#ifndef ERFAD_CODES_H
#define ERFAD_CODES_H

/*
 * codes - which names mean the same: names that were tied to each other, one by
 * one, fall into classes.
 *
 * A name is any text; nothing is read into it.  What the classes are does not
 * depend on the order in which names were tied.
 */

#include <stddef.h>

#include "proto/err.h"

/* Opaque types. */
struct codes;

/**
 * codes_new(ret_codes), codes_free(codes):
 * No names.  NULL may be freed.  Return ERR_NOMEM.
 */
enum err codes_new(struct codes **ret_codes) MUST_CHECK;
void codes_free(struct codes *codes);

/**
 * codes_add(codes, name, ret_number):
 * The number of ${name}, which is copied; numbers count from 0.  Return
 * ERR_NOMEM.
 */
enum err codes_add(
    struct codes *codes, const char *name, size_t *ret_number) MUST_CHECK;

/**
 * codes_find(codes, name, ret_number):
 * The number of ${name}; ERR_NOENT if it was not added.
 */
enum err codes_find(
    const struct codes *codes, const char *name, size_t *ret_number) MUST_CHECK;

/**
 * codes_tie(codes, a, b):
 * Say that names ${a} and ${b} mean the same.
 */
void codes_tie(struct codes *codes, size_t a, size_t b);

/**
 * codes_class(codes, number):
 * What stands for the class of name ${number}: the number of one of its names,
 * the same for all of them until more are tied.
 */
size_t codes_class(const struct codes *codes, size_t number);

/**
 * codes_count(codes), codes_name(codes, number):
 * The names.
 */
size_t codes_count(const struct codes *codes);
const char *codes_name(const struct codes *codes, size_t number);

#endif /* !ERFAD_CODES_H */
