#ifndef ERFA_ARENA_H
#define ERFA_ARENA_H

/*
 * arena - memory for the many small pieces of one message, freed at once.
 */

#include <stddef.h>

#include "proto/err.h"

/* Opaque types. */
struct arena;

/**
 * arena_new(bytes, ret_arena):
 * Make an arena whose first piece of memory has room for ${bytes}; more is
 * fetched when it is used up.  Return ERR_NOMEM, also for more than a GiB.
 */
enum err arena_new(size_t bytes, struct arena **ret_arena) MUST_CHECK;

/**
 * arena_alloc(arena, size):
 * Return ${size} bytes, aligned for any type and not zeroed, that live until
 * arena_free(); NULL if there is no memory.  Zero bytes are a pointer too.
 */
void *arena_alloc(struct arena *arena, size_t size);

/**
 * arena_free(arena):
 * Free ${arena} and all that it gave; NULL is allowed.
 */
void arena_free(struct arena *arena);

#endif /* !ERFA_ARENA_H */
