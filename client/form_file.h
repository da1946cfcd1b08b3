#ifndef ERFA_FORM_FILE_H
#define ERFA_FORM_FILE_H

/*
 * form_file - the files in which people write forms, or in which what they wrote
 * is kept for them: what stands in one is never lost to a write that fails, and
 * what an editor holds outlives the session.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"

/**
 * form_file_write(path, text):
 * Make the file ${path} of ${text}.  If there is one already, links followed, it
 * holds either what it held or all of ${text}, whatever happens meanwhile, and
 * keeps its mode and its owner.  Return ERR_DENIED, and leave it as it is, if it
 * is no ordinary file, may not be written, or could not be kept for its owner;
 * ERR_NOENT if there is no such folder; ERR_FULL, ERR_IO or ERR_NOMEM.
 */
enum err form_file_write(const char *path, const char *text) MUST_CHECK;

/**
 * form_file_make(path, size):
 * Make an empty file, which only its owner can read, for an editor or for what
 * could not leave, and write its name to the ${size} bytes at ${path}: in "erfa" below XDG_STATE_HOME or
 * ~/.local/state, which is made, else in TMPDIR, else in /tmp.  Return ERR_IO if
 * none of them takes it.
 */
enum err form_file_make(char *path, size_t size) MUST_CHECK;

/**
 * form_file_is_made(path):
 * Return whether form_file_make() names its files as ${path}, in this
 * environment.
 */
bool form_file_is_made(const char *path);

#endif /* !ERFA_FORM_FILE_H */
