#ifndef ERFA_SLURP_H
#define ERFA_SLURP_H

/*
 * slurp - read a whole file, or standard input.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/err.h"

/**
 * slurp_open(path, ret_file):
 * Open ${path} for reading; "-" is standard input.  Return ERR_NOENT,
 * ERR_DENIED or ERR_IO (also for a folder).  Close with slurp_close().
 */
enum err slurp_open(const char *path, FILE **ret_file) MUST_CHECK;

/**
 * slurp_name(path):
 * What people call ${path}: "standard input" for "-".
 */
const char *slurp_name(const char *path);

/**
 * slurp_close(file):
 * Close what slurp_open() opened.  Does nothing for NULL.
 */
void slurp_close(FILE *file);

/**
 * slurp(path, max, ret_data, ret_len):
 * Read the whole of ${path}, or standard input for "-", followed by a NUL that
 * ${ret_len} does not count.  The caller frees *${ret_data}, which is written
 * only if all went well.  Return what slurp_open() returns, ERR_SIZE if it is
 * longer than ${max} bytes, or ERR_NOMEM.
 */
enum err slurp(
    const char *path, size_t max, char **ret_data, size_t *ret_len) MUST_CHECK;

#endif /* !ERFA_SLURP_H */
