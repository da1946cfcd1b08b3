#ifndef ERFA_GUESS_H
#define ERFA_GUESS_H

/*
 * guess - the field of work that a text seems to be about, so that whoever
 * writes it need only nod.
 */

#include <stddef.h>

#include "proto/err.h"

#define GUESS_CODE_MAX 32 /* bytes of a code, the NUL counted */
#define GUESS_MANY     3  /* suggestions at most */

/**
 * guess_sector(path, text, ret_codes, ret_count):
 * Read the words of conf/sector_words.tsv at ${path}, and write the codes of the
 * sectors that most words of ${text} speak for, the likeliest first, with its
 * near rivals; none if no word speaks for any.  Return ERR_NOENT if there is no
 * such file, ERR_IO or ERR_SYNTAX if it cannot be read (ERR_SYNTAX also if
 * ${text} is not UTF-8), or ERR_NOMEM.
 */
enum err guess_sector(const char *path, const char *text,
    char ret_codes[GUESS_MANY][GUESS_CODE_MAX], size_t *ret_count) MUST_CHECK;

#endif /* !ERFA_GUESS_H */
