#ifndef ERFA_JSONERR_H
#define ERFA_JSONERR_H

/*
 * jsonerr - what to say about an error in a JSON text: where it stands, and
 * which word was probably meant.
 */

#include <stdbool.h>
#include <stddef.h>

/* Where something starts; both count from 1, columns in characters. */
struct jsonerr_place {
	unsigned line;
	unsigned column;
};

/**
 * jsonerr_place(text, len, steps, count, name):
 * Find a value in the valid JSON text of ${len} bytes at ${text}: from the
 * outermost value, ${count} times the element or member number steps[i], the
 * first being 0.  With ${name} the place of the last member's name is meant
 * instead of its value.
 */
struct jsonerr_place jsonerr_place(
    const char *text, size_t len, const size_t *steps, size_t count, bool name);

/**
 * jsonerr_distance(a, b):
 * Return how many letters must be changed, added, dropped or swapped with their
 * neighbour to make ${b} of ${a}; capitals do not count.  Of longer words only
 * the first 63 letters are compared.
 */
unsigned jsonerr_distance(const char *a, const char *b);

/**
 * jsonerr_is_near(word, distance):
 * Return whether a word at ${distance} from ${word} is worth suggesting.
 */
bool jsonerr_is_near(const char *word, unsigned distance);

#endif /* !ERFA_JSONERR_H */
