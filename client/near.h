#ifndef ERFA_NEAR_H
#define ERFA_NEAR_H

/*
 * near - the word that somebody probably meant.
 */

#include <stddef.h>

#define NEAR_WORD_MAX 32 /* characters of a word that is looked at */

/**
 * near_distance(a, b):
 * How many letters must be put in, left out, changed or swapped with their
 * neighbour to make ${b} of ${a}; more than NEAR_WORD_MAX for longer words.
 */
size_t near_distance(const char *a, const char *b);

/**
 * near_limit(word):
 * The greatest distance at which another word is likely to be meant.
 */
size_t near_limit(const char *word);

#endif /* !ERFA_NEAR_H */
