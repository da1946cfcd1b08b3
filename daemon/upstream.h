#ifndef ERFAD_UPSTREAM_H
#define ERFAD_UPSTREAM_H

/*
 * upstream - the dialling side: one DEALER and one optional SUB to a node.
 *
 * It watches the sockets' monitors: libzmq goes deaf for ever after a refusal
 * or a message that is too long, and dials seven times a second after a wrong
 * key, so after each the sockets are closed and made anew, with a back-off of
 * our own.  Times are monotonic ms, except where said otherwise.  The loop thread
 * alone uses it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "daemon/link.h"

/*
 * Two connections of each node that lost another one, over so many milliseconds
 * for each: some 38 a second at most, whoever and however many they are.
 */
#define UPSTREAM_SPREAD_MS 53

/* Opaque types. */
struct upstream;

struct upstream_options {
	char address[262];             /* host:port of the ROUTER */
	uint8_t key[KEY_LEN];          /* Ed25519 key expected there */
	uint8_t server_curve[KEY_LEN]; /* its X25519 key */
	uint8_t curve_public[KEY_LEN]; /* what we dial with */
	uint8_t curve_secret[KEY_LEN];
	uint32_t pub_port; /* of its PUB; 0 = no SUB */
	uint32_t reconnect_ms;
	uint32_t reconnect_max_ms;
	uint32_t backoff_ms;     /* first wait after a refusal, doubles ... */
	uint32_t backoff_max_ms; /* ... up to this */
};

/* Why it does not work, for people. */
enum upstream_trouble {
	UPSTREAM_FINE,
	UPSTREAM_SILENT,    /* nothing answers at the address */
	UPSTREAM_REFUSED,   /* the other side does not admit our key (yet) */
	UPSTREAM_WRONG_KEY, /* three handshakes failed: another key is there */
	UPSTREAM_DEAF,      /* connected, and HELLO is not answered */
	UPSTREAM_BROKEN,    /* it does not speak our protocol */
};

/* Who may have lost the same node, and come back when it does. */
struct upstream_crowd {
	size_t count;     /* they, we among them; 0 is as 1 */
	size_t place;     /* ours, from 0, in an order that all of them know */
	uint64_t wall_ms; /* the clock that all of them have */
};

struct upstream_host {
	/* Watch or forget a socket of this upstream: upstream_read() then. */
	void (*watch)(void *owner, struct upstream *upstream, void *handle);
	void (*unwatch)(void *owner, void *handle);
	/* Trouble began or ended. */
	void (*trouble)(void *owner, struct upstream *upstream);
	/* A whole message came over this descriptor. */
	void (*received)(void *owner, int fd);
	/* Who may come back with us? */
	void (*crowd)(void *owner, struct upstream_crowd *ret_crowd);
};

/**
 * upstream_turn(crowd, most_ms, vain, ret_round_ms):
 * How long to wait for the own turn to dial a node that is away, after ${vain}
 * turns in vain: more than nothing, and a sixteenth less than ${most_ms} at most.
 * All of ${crowd} have turns at equal distances in a round of ${ret_round_ms};
 * who had turns in vain leaves out rounds, one, three, seven and so on.
 */
int64_t upstream_turn(const struct upstream_crowd *crowd, int64_t most_ms,
    unsigned vain, int64_t *ret_round_ms);

/**
 * upstream_open(options, link, host, owner, now, ret_upstream):
 * Dial; ${link} was made as a dialer's and stays the caller's.  End it with
 * upstream_close(); NULL is allowed.  Return what sock_connect() returns, or
 * ERR_NOMEM.
 */
enum err upstream_open(const struct upstream_options *options,
    struct link *link, const struct upstream_host *host, void *owner,
    int64_t now, struct upstream **ret_upstream) MUST_CHECK;
void upstream_close(struct upstream *upstream);

/**
 * upstream_read(upstream, now):
 * Take frames and monitor events, a bounded number; return whether there may
 * be more.
 */
bool upstream_read(struct upstream *upstream, int64_t now);

/**
 * upstream_tick(upstream, now):
 * Let timers run out; make the sockets anew when it is time.
 */
void upstream_tick(struct upstream *upstream, int64_t now);

/**
 * upstream_set_pub(upstream, port, now):
 * The other side's PUB port is ${port}: make the SUB anew if it was another.
 * Return whether anything changed.
 */
bool upstream_set_pub(struct upstream *upstream, uint32_t port, int64_t now);

/**
 * upstream_has_sub(upstream), upstream_connected(upstream),
 * upstream_trouble(upstream), upstream_options(upstream),
 * upstream_link(upstream):
 * Its state: whether it has a SUB, whether the DEALER's handshake is done, and
 * what is wrong.  What it was opened with, the PUB port as it is now; lent for
 * its life.
 */
bool upstream_has_sub(const struct upstream *upstream);
bool upstream_connected(const struct upstream *upstream);
enum upstream_trouble upstream_trouble(const struct upstream *upstream);
const struct upstream_options *upstream_options(
    const struct upstream *upstream);
struct link *upstream_link(const struct upstream *upstream);

#endif /* !ERFAD_UPSTREAM_H */
