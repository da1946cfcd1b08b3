#ifndef ERFAD_PEER_H
#define ERFAD_PEER_H

/*
 * peer - what the two kinds of transport, a session of the hub and an
 * upstream, have in common for whoever wants to send on a link.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

struct link;

/* The first member of a hub session and of an upstream. */
struct peer {
	struct link *link;
	/* Send a frame; ${buf} is taken.  ERR_BUSY if its queue is full. */
	enum err (*send)(struct peer *peer, uint8_t *buf, size_t len);
	/* "host:port" of the other side, foreign; lent while it lives. */
	const char *(*address)(const struct peer *peer);
};

#endif /* !ERFAD_PEER_H */
