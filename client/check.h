#ifndef ERFA_CHECK_H
#define ERFA_CHECK_H

/*
 * check - check numbers and keys as people type and compare them.
 */

#include <stdbool.h>
#include <stddef.h>

/* Opaque types. */
struct run;

/* Bytes of a key in digits, the longest that is typed, with its NUL. */
#define CHECK_TYPED_MAX 65

/**
 * check_typed(run, first, end, out):
 * Put the words from ${first} up to but without ${end} together: six groups of
 * four digits, or the 64 digits of a key in one word.  EXIT_DONE, or EXIT_USAGE
 * with the person told.
 */
int check_typed(
    struct run *run, size_t first, size_t end, char out[CHECK_TYPED_MAX]);

/**
 * check_dispute(run, org, numbers, count):
 * Say that ${count} keys, with these check numbers, claim to be ${org}, and what
 * to do.
 */
void check_dispute(
    struct run *run, const char *org, char *const *numbers, size_t count);

#endif /* !ERFA_CHECK_H */
