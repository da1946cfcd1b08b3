#ifndef ERFA_RECENT_H
#define ERFA_RECENT_H

/*
 * recent - the last list that was printed in a terminal, so that "@3" can mean
 * its third line.
 */

#include <stddef.h>

#include "proto/err.h"
#include "proto/record.h"

#define RECENT_PATH_MAX 512  /* bytes of a path, the NUL counted */
#define RECENT_MAX      5000 /* lines that are remembered */

/**
 * recent_path(out):
 * Where the list of this terminal is kept: under XDG_RUNTIME_DIR, or else the
 * user's cache.  Folders are made.  Return ERR_NOENT if there is no terminal
 * or no such place.
 */
enum err recent_path(char out[RECENT_PATH_MAX]) MUST_CHECK;

/**
 * recent_save(path, ids, count):
 * Remember ${count} record ids in place of those before.  Return ERR_IO.
 */
enum err recent_save(
    const char *path, const char *const *ids, size_t count) MUST_CHECK;

/**
 * recent_find(path, line, ret_id):
 * The id in ${line}, counted from 1.  Return ERR_NOENT if there is no list or
 * no such line, ERR_SYNTAX if what stands there is no record id, or ERR_IO.
 */
enum err recent_find(
    const char *path, size_t line, char ret_id[RECORD_ID_CHARS + 1]) MUST_CHECK;

#endif /* !ERFA_RECENT_H */
