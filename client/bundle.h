#ifndef ERFA_BUNDLE_H
#define ERFA_BUNDLE_H

/*
 * bundle - the file that carries signed entries where no network does: a first
 * line, then messages, each after its length.  What the messages hold is
 * erfad's to judge.  PROTOCOL.md chapter 15.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/err.h"

#define BUNDLE_MAGIC "erfa/1/bundle\n"

/**
 * bundle_begin(file), bundle_put(file, msg, len):
 * Write the first line; write a message of ${len} bytes.  Return ERR_SIZE if it
 * is empty or longer than MSG_MAX, or ERR_IO.
 */
enum err bundle_begin(FILE *file) MUST_CHECK;
enum err bundle_put(FILE *file, const uint8_t *msg, size_t len) MUST_CHECK;

/**
 * bundle_check(file):
 * Read the first line.  Return ERR_SYNTAX if this is no bundle, ERR_VERSION if
 * it is one of a newer format, or ERR_IO.
 */
enum err bundle_check(FILE *file) MUST_CHECK;

/**
 * bundle_get(file, ret_msg, ret_len):
 * Read the next message.  The caller frees *${ret_msg}.  Return ERR_NOENT at
 * the end, ERR_GAP if the file breaks off, ERR_SIZE if a length is 0 or above
 * MSG_MAX, ERR_IO or ERR_NOMEM.
 */
enum err bundle_get(FILE *file, uint8_t **ret_msg, size_t *ret_len) MUST_CHECK;

#endif /* !ERFA_BUNDLE_H */
