#ifndef ERFAD_KEYFILE_H
#define ERFAD_KEYFILE_H

/*
 * keyfile - files that hold a secret key: 64 hexadecimal digits and a newline.
 *
 * What is written is on the disk when the call returns, whole or not at all.
 */

#include <stdint.h>
#include <sys/types.h>

#include "proto/err.h"
#include "proto/limits.h"

/**
 * keyfile_read(path, others, ret_seed):
 * Read a key that nobody of the mode bits ${others} may use.  The caller wipes
 * it.  Return ERR_NOENT if there is no such file, ERR_DENIED if ${others} may
 * use it or we may not, ERR_SYNTAX if it holds anything else, or ERR_IO.
 */
enum err keyfile_read(
    const char *path, mode_t others, uint8_t ret_seed[SEED_LEN]) MUST_CHECK;

/**
 * keyfile_write(path, seed):
 * Write a key, for its owner only, in place of what ${path} held.  Return
 * ERR_NOENT if there is no such folder, ERR_DENIED if it cannot be written,
 * ERR_FULL, ERR_IO or ERR_NOMEM.
 */
enum err keyfile_write(
    const char *path, const uint8_t seed[SEED_LEN]) MUST_CHECK;

/**
 * keyfile_keep(path, aside), keyfile_move(from, to):
 * Have ${aside} hold what ${path} holds, which stays; ERR_NOENT if there is no
 * ${path}.  Have ${to} hold what ${from} held, which goes.  ERR_NOMEM or ERR_IO
 * otherwise.
 */
enum err keyfile_keep(const char *path, const char *aside) MUST_CHECK;
enum err keyfile_move(const char *from, const char *to) MUST_CHECK;

/**
 * keyfile_wipe(path):
 * Overwrite a key and remove the file, if it is there.  Return ERR_IO.
 */
enum err keyfile_wipe(const char *path) MUST_CHECK;

#endif /* !ERFAD_KEYFILE_H */
