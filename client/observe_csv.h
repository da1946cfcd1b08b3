#ifndef ERFA_OBSERVE_CSV_H
#define ERFA_OBSERVE_CSV_H

/*
 * observe_csv - the rows of a table of numbers: each cell under the option of
 * erfa observe that the head of its column names.
 *
 * It does not know what the options mean.
 */

#include <stddef.h>

/* Opaque types. */
struct run;

/* One thing to be said of an observation, as an option or a column. */
struct said {
	const char *name;
	const char *value; /* NULL or empty: nothing is said */
};

/**
 * observe_csv(run, path, names, count, take, context):
 * Read the table at ${path} ("-" is standard input), whose first row names its
 * columns by some of the ${count} ${names}, 32 at most, and hand each further
 * row to ${take}, with what it says of each of ${names}, in their order, as long
 * as the call lasts.  What is no such name, a cell under none, a broken row, and
 * a table without rows are refused, and nothing is handed on after that; the
 * same after a status of ${take} other than 0, to which the line is added.
 * Return an exit code.
 */
int observe_csv(struct run *run, const char *path, const char *const *names,
    size_t count,
    int (*take)(void *context, const struct said *said, size_t count),
    void *context);

#endif /* !ERFA_OBSERVE_CSV_H */
