#ifndef ERFA_VECTORS_H
#define ERFA_VECTORS_H

/*
 * vectors - read a file of tests/vectors, whose form make.py there describes.
 *
 * What is not there, or is not of the form asked for, fails the test.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"

/* Opaque types. */
struct vectors;

/**
 * vectors_open(path):
 * Read the file at ${path}, relative to the top folder; NULL if that fails.
 * Close it with vectors_close().
 */
struct vectors *vectors_open(const char *path);

/**
 * vectors_close(vectors):
 * Free ${vectors} and all that it lent; NULL is allowed.
 */
void vectors_close(struct vectors *vectors);

/**
 * vectors_bytes(vectors, name), vectors_number(vectors, name),
 * vectors_text(vectors, name):
 * The value called ${name}, or ${name} with the ending of its form ("_n",
 * "_text").  Bytes and text are lent until vectors_close().
 */
struct bytes vectors_bytes(struct vectors *vectors, const char *name);
uint64_t vectors_number(struct vectors *vectors, const char *name);
const char *vectors_text(struct vectors *vectors, const char *name);

/**
 * vectors_fixed(vectors, name, len):
 * The bytes called ${name}, which must be ${len}.
 */
const uint8_t *vectors_fixed(
    struct vectors *vectors, const char *name, size_t len);

/**
 * vectors_list(vectors, name, out, max):
 * Write the numbers called ${name}"_list", at most ${max}, to ${out} and return
 * how many there are.
 */
size_t vectors_list(
    struct vectors *vectors, const char *name, uint64_t *out, size_t max);

/**
 * vectors_unread(vectors):
 * The name of one value that was never asked for, or NULL.
 */
const char *vectors_unread(const struct vectors *vectors);

#endif /* !ERFA_VECTORS_H */
