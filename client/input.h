#ifndef ERFA_INPUT_H
#define ERFA_INPUT_H

/*
 * input - why a file that somebody named cannot be read, told to them.
 */

#include <stddef.h>

#include "proto/err.h"

/* Opaque types. */
struct run;

/**
 * input_fault(run, path, max, remedy, err):
 * Tell that ${err} of slurp(), which is none of ERR_NONE, kept ${path} from being
 * read; ${max} is how many bytes it may have, and ${remedy} what helps if it has
 * more, or NULL.  Return the exit code.
 */
int input_fault(struct run *run, const char *path, size_t max,
    const char *remedy, enum err err);

#endif /* !ERFA_INPUT_H */
