#ifndef ERFA_LEAF_H
#define ERFA_LEAF_H

/*
 * leaf - simulated leaves: many members of a circle in one process, each with
 * its own key, table of logs, links and real sockets.
 *
 * A leaf is made of the daemon's own link and upstream, so what it says, when
 * it dials again and how long it waits is what erfad does.  What is left out is
 * what costs its own machine and not its hub: the leaves of a process share one
 * store, whose bytes each of them knows only as far as it was told; nothing is
 * indexed, and nobody asks it anything.
 */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/crypto.h"
#include "proto/err.h"
#include "proto/limits.h"
#include "daemon/link.h"

/* Hubs that a leaf dials, at most. */
#define LEAF_HUBS 2

/* Seconds in which connections are counted. */
#define LEAF_SECONDS 600

/* Opaque types. */
struct leaves;
struct store;

/* What a leaf shows to who measures. */
struct leaf_report {
	_Atomic uint64_t entries; /* that count, of all logs */
	_Atomic uint64_t absent;  /* bodies that it lacks */
	_Atomic uint64_t digest;  /* the first eight bytes */
	_Atomic uint32_t live;    /* links in LIVE */
	_Atomic uint32_t up;      /* DEALERs that are connected */
};

/* In memory that processes share: reports, and connections by the second. */
struct leaf_board {
	_Atomic int64_t since; /* monotonic ms, from which they are counted */
	_Atomic uint32_t connects[LEAF_SECONDS];
	_Atomic uint32_t complaints;
	size_t count;
	struct leaf_report leaves[];
};

/* Where to dial. */
struct leaf_hub {
	char address[262];
	uint8_t key[KEY_LEN];
	uint32_t pub_port;
};

struct leaves_options {
	const char *dir; /* a copy of a hub's state */
	const struct leaf_hub *hubs;
	size_t nhubs;
	size_t first; /* number of the first leaf */
	size_t count;
	struct link_timers timers;
	uint32_t reconnect_ms; /* as the settings of erfad */
	uint32_t reconnect_max_ms;
	uint32_t backoff_ms;
	uint32_t backoff_max_ms;
};

/**
 * leaf_key(number, ret_key):
 * The key of leaf ${number}, which is always the same.
 */
void leaf_key(size_t number, struct crypto_key *ret_key);

/**
 * leaf_org(number, out):
 * The org id that its hub vouches for.
 */
void leaf_org(size_t number, char out[ORG_MAX + 1]);

/**
 * leaf_write(store, number, inviter, entries, body_len):
 * Put the log of leaf ${number} into ${store}: GENESIS, the MEMBER that names
 * its inviter, then ${entries} with bodies of ${body_len} bytes.  Return what
 * the store returns.
 */
enum err leaf_write(struct store *store, size_t number,
    const uint8_t inviter[KEY_LEN], size_t entries,
    uint32_t body_len) MUST_CHECK;

/**
 * leaves_open(options, board, now, ret_leaves):
 * Make the leaves, which know all that the store holds, and dial.  ${board}
 * stays the caller's.  Return what the store or the sockets return.  End them
 * with leaves_close(); NULL is allowed.
 */
enum err leaves_open(const struct leaves_options *options,
    struct leaf_board *board, int64_t now,
    struct leaves **ret_leaves) MUST_CHECK;
void leaves_close(struct leaves *leaves);

/**
 * leaves_turn(leaves, now):
 * Read what came and let timers run out; call it every few milliseconds.
 */
void leaves_turn(struct leaves *leaves, int64_t now);

/**
 * leaves_publish(leaves, number, body_len, now):
 * Have leaf ${number} sign an entry with a body of ${body_len} bytes.  Return
 * ERR_NOENT if it is not here, or what the store returns.
 */
enum err leaves_publish(struct leaves *leaves, size_t number, uint32_t body_len,
    int64_t now) MUST_CHECK;

#endif /* !ERFA_LEAF_H */
