#ifndef ERFA_GUESS_H
#define ERFA_GUESS_H

/*
 * guess - the field of work that a text seems to be about, so that whoever
 * writes it need only nod.
 */

#include <stddef.h>

#include "proto/err.h"

/* Opaque types. */
struct vocab;

#define GUESS_CODE_MAX 32 /* bytes of a code, the NUL counted */
#define GUESS_MANY     3  /* suggestions at most */

/**
 * guess_sector(vocab, text, ret_codes, ret_count):
 * Write the codes of the sectors in which most of what ${text} names is at home,
 * the likeliest first, with its near rivals; none if nothing in it is.  Any
 * language of ${vocab} will do.  How work is organised is done in every field,
 * and so tells less.  Return ERR_SYNTAX if ${text} is not UTF-8, or ERR_NOMEM.
 */
enum err guess_sector(const struct vocab *vocab, const char *text,
    char ret_codes[GUESS_MANY][GUESS_CODE_MAX], size_t *ret_count) MUST_CHECK;

#endif /* !ERFA_GUESS_H */
