#ifndef ERFA_TEAR_H
#define ERFA_TEAR_H

/*
 * tear - what a copy of several moments does to a database: upper pages of its
 * trees that do not belong to their leaves.
 */

#include <stddef.h>

/**
 * tear_branches(path, key_len):
 * Raise every key of ${key_len} bytes in the upper pages of the database ${path},
 * which nobody has open, by one in its last byte where that has room.  The leaves stay as they
 * are: a cursor still walks them in order, but who looks for a key may be led
 * to the leaf before it.  Return how many were raised; 0 also if the file
 * cannot be read or written.
 */
size_t tear_branches(const char *path, size_t key_len);

#endif /* !ERFA_TEAR_H */
