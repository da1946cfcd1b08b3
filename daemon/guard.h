#ifndef ERFAD_GUARD_H
#define ERFAD_GUARD_H

/*
 * guard - against messages that never end.
 *
 * libzmq shows a message of several frames only when it is whole, and counts
 * its bytes nowhere: a peer could fill the memory before anybody has seen a
 * frame of it.  So the process's own memory is watched; when it has grown much,
 * the TCP connection that brought most bytes since its last whole message is
 * shut down, and libzmq frees what it kept.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

/* Growth that is looked into, bytes. */
#define GUARD_JUMP 67108864u

/*
 * Less than this since its last message excuses a connection, bytes: so much
 * may wait for the loop in whole messages.
 */
#define GUARD_EXCUSED 4194304u

/* How often guard_check() should be called. */
#define GUARD_MS 50

/* Opaque types. */
struct guard;

/* A connection that was shut down. */
struct guard_suspect {
	int fd;
	uint64_t bytes;   /* since its last whole message */
	char address[64]; /* of the other side */
};

/**
 * guard_open(ret_guard):
 * Begin to watch this process.  End it with guard_close(); NULL is allowed.
 * Return ERR_IO if /proc cannot be read, or ERR_NOMEM.
 */
enum err guard_open(struct guard **ret_guard) MUST_CHECK;
void guard_close(struct guard *guard);

/**
 * guard_received(guard, fd):
 * A whole message came over this connection.  -1 is allowed.
 */
void guard_received(struct guard *guard, int fd);

/**
 * guard_check(guard, ret_suspect):
 * Look at the memory.  Return whether a connection was shut down; call again
 * after GUARD_MS in any case.  When much was in use and is in use no longer, the
 * system gets it back: that call takes some milliseconds.
 */
bool guard_check(struct guard *guard, struct guard_suspect *ret_suspect);

/**
 * guard_memory(guard):
 * Bytes of anonymous memory at the last guard_check().
 */
size_t guard_memory(const struct guard *guard);

#endif /* !ERFAD_GUARD_H */
