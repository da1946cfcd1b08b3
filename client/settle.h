#ifndef ERFA_SETTLE_H
#define ERFA_SETTLE_H

/*
 * settle - a small file comes onto the disk whole or not at all, whatever ends the
 * machine or the process half-way; and what was done to names in a folder lasts.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "proto/err.h"

/**
 * settle_err():
 * errno as ERR_NOENT, ERR_EXIST, ERR_DENIED, ERR_FULL, ERR_SIZE or ERR_IO.
 */
enum err settle_err(void) MUST_CHECK;

/**
 * settle_folder(path), settle_around(path):
 * Make what was done to names in the folder ${path}, or in the one around it,
 * last.  Return what settle_err() does.
 */
enum err settle_folder(const char *path) MUST_CHECK;
enum err settle_around(const char *path) MUST_CHECK;

/**
 * settle_file(path, data, len, mode, own):
 * Write the file ${path}, which must not be there, with the permissions ${mode};
 * ${own}: it is for the user that erfad runs as.  It is on the disk when it gets
 * its name, and "${path}.new" until then; what stands there goes.  Return
 * ERR_EXIST if ${path} is taken, ERR_NOENT if there is no folder for it,
 * ERR_DENIED, ERR_FULL, ERR_SIZE if it is too long a path, or ERR_IO; nothing is
 * left behind then.
 */
enum err settle_file(const char *path, const void *data, size_t len,
    mode_t mode, bool own) MUST_CHECK;

#endif /* !ERFA_SETTLE_H */
