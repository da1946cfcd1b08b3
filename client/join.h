#ifndef ERFA_JOIN_H
#define ERFA_JOIN_H

/*
 * join - put pieces of text behind each other, as far as there is room.
 */

#include <stddef.h>

/**
 * join_text(out, size, between, text):
 * Put ${text} behind what stands in the ${size} bytes at ${out}, after
 * ${between} if anything stands there; cut it where the room ends, between two
 * characters.  Do nothing if ${text} is NULL or empty.
 */
void join_text(char *out, size_t size, const char *between, const char *text);

#endif /* !ERFA_JOIN_H */
