#ifndef ERFA_QUOTE_H
#define ERFA_QUOTE_H

/*
 * quote - a word of a command as a person can type it in a shell.
 */

#include <stdbool.h>

#include "proto/err.h"

/**
 * quote_bare(word):
 * Return whether ${word} can be typed without quotes.
 */
bool quote_bare(const char *word);

/**
 * quote_word(word, ret_quoted):
 * Make ${word} as it is to be typed: as it is if it can be, else in single
 * quotes.  The caller frees *${ret_quoted}.  Return ERR_NOMEM.
 */
enum err quote_word(const char *word, char **ret_quoted) MUST_CHECK;

#endif /* !ERFA_QUOTE_H */
