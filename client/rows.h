#ifndef ERFA_ROWS_H
#define ERFA_ROWS_H

/*
 * rows - lines of a list, as people read them.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/control.pb-c.h"

#define ROWS_CODE_MAX 64 /* bytes of a code as labels know it */

/* Opaque types. */
struct run;

/**
 * rows_print(run, rows, count, found):
 * Print a table of ${rows}; with ${found} also why they matched.  Their ids
 * become @1, @2 ... of this terminal.  Return an exit code.
 */
int rows_print(
    struct run *run, Erfa__Row *const *rows, size_t count, bool found);

/**
 * rows_print_from(run, rows, from, count, found):
 * The same for those behind the first ${from} of ${rows}, which were printed
 * before: the numbers go on, and @1, @2 ... are all ${count}.
 */
int rows_print_from(struct run *run, Erfa__Row *const *rows, size_t from,
    size_t count, bool found);

/**
 * rows_print_line(run, row):
 * Print ${row} in one line: when, what, which, by whom.
 */
void rows_print_line(struct run *run, const Erfa__Row *row);

/**
 * rows_code(text, prefix, out):
 * The code as labels have it: ${text} in small letters, without ${prefix}
 * ("STATUS_ENDED", "STATUS_": "ended").
 */
void rows_code(const char *text, const char *prefix, char out[ROWS_CODE_MAX]);

/**
 * rows_status(run, row, out, size):
 * The status of ${row} in words; that of a transcribed one is "reported", and
 * of what is not here there is only that: "erased", "not yet here".
 */
void rows_status(
    const struct run *run, const Erfa__Row *row, char *out, size_t size);

#endif /* !ERFA_ROWS_H */
