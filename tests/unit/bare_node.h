#ifndef ERFA_BARE_NODE_H
#define ERFA_BARE_NODE_H

/*
 * bare_node - a node without loop and sockets, for tests of its parts: it has
 * the store, the view and the links of node 0 of a link_world, and a writer of
 * its own.
 */

#include <stdbool.h>
#include <stdint.h>

#include "daemon/node_internal.h"
#include "tests/unit/link_world.h"

#define BARE_LINKS 4

struct bare_node {
	struct node node;
	struct snapshot snapshot;
	struct directory_input *input;
	uint64_t said; /* MEMBER entries of its own */
	struct config config;
	struct link *links[BARE_LINKS];
	char *dir; /* of the fence */
};

/**
 * bare_begin(bare, world), bare_end(bare):
 * Make it, at first without links and with an empty directory; the world stays
 * the caller's and is freed after it.
 */
void bare_begin(struct bare_node *bare, struct world *world);
void bare_end(struct bare_node *bare);

/**
 * bare_link(bare, link):
 * Give it a link of node 0.
 */
void bare_link(struct bare_node *bare, struct link *link);

/**
 * bare_say(bare, member), bare_admit(bare, key):
 * It writes one more MEMBER entry, which counts at once; one by which this key is
 * in, for an org of its own.
 */
void bare_say(struct bare_node *bare, const struct header_member *member);
void bare_admit(struct bare_node *bare, const uint8_t key[KEY_LEN]);

/**
 * bare_settle(bare):
 * Wait until all jobs of its writer have come back, ten seconds at most.
 */
void bare_settle(struct bare_node *bare);

#endif /* !ERFA_BARE_NODE_H */
