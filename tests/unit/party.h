#ifndef ERFA_PARTY_H
#define ERFA_PARTY_H

/*
 * party - one side of a conversation between a hub and an upstream, for tests
 * of the two: a node with a key and no logs, whose links are real.
 *
 * Its hub and its upstreams are driven by party_pump(), which waits for events
 * of their sockets, at most 10 seconds times $SLOW.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/crypto.h"
#include "daemon/hub.h"
#include "daemon/link.h"
#include "daemon/upstream.h"

/* Sockets that one party has watched. */
#define PARTY_WATCHED 16

struct party {
	struct crypto_key key;
	struct view *view;
	struct link_timers timers;
	struct link_host host; /* what its links ask */
	int64_t later;         /* added to the clock */

	/* The listening side. */
	struct hub *hub;
	bool refuse; /* peers that arrive are no members */
	unsigned arrived;
	unsigned left;
	unsigned strangers;
	char refused[100]; /* why the last frame was refused */
	bool answer;       /* strangers get a HELLO */

	/* The dialling side. */
	struct link *link;
	struct upstream *upstream;
	unsigned troubles; /* how often trouble began or ended */
	unsigned received; /* whole messages */
	size_t crowd;      /* how many lost the same node */

	/* Both. */
	unsigned greeted;
	char complaint[100]; /* about the last frame that made no sense */
	void *watched[PARTY_WATCHED];
	size_t nwatched;
};

/**
 * party_begin(party, number), party_end(party):
 * A node with key number ${number} of dial_key().
 */
void party_begin(struct party *party, unsigned number);
void party_end(struct party *party);

/**
 * party_listen(party, where):
 * Open its hub; a failure ends the test.
 */
void party_listen(struct party *party, const char *where);

/**
 * party_dial(party, where, key, pub_port):
 * Have it dial a node that must prove to be ${key}.
 */
void party_dial(struct party *party, const char *where,
    const struct crypto_key *key, uint32_t pub_port);

/**
 * party_now(party):
 * Its clock, milliseconds.
 */
int64_t party_now(const struct party *party);

/**
 * party_pump(parties, until, arg):
 * Let all ${parties} (ended by NULL) read, send and tick until ${until} says
 * so; return false if that takes too long.
 */
bool party_pump(struct party *const *parties, bool (*until)(const void *arg),
    const void *arg);

#endif /* !ERFA_PARTY_H */
