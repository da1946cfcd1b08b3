#ifndef ERFAD_NODE_STATUS_INTERNAL_H
#define ERFAD_NODE_STATUS_INTERNAL_H

/*
 * node_status_internal - what the files share that show how this node is.
 *
 *   node_status.c     `erfa status`: counts, names, and what is wrong here
 *   node_sync.c       `erfa sync`, and the line for the service manager
 *   node_peer_list.c  `erfa peers`
 */

#include <stdint.h>

struct link;
struct node;
struct upstream;

/* Links counted, but those with readers, which need hold nothing. */
struct node_tally {
	struct node *node;
	uint64_t links;
	uint64_t live;
	uint64_t same; /* in step */
	uint64_t behind;
};

/* ---- node_sync.c ---- */

/**
 * node_tally_link(link, arg):
 * The function for node_each_link() that counts into the node_tally ${arg}, which
 * names the node and is else 0 at first.
 */
void node_tally_link(struct link *link, void *arg);

/* ---- node_peer_list.c ---- */

/**
 * node_trouble_text(upstream, ret_remedy):
 * What is wrong with an upstream, and what to do; NULL if nothing is.  Both are
 * constant.
 */
const char *node_trouble_text(
    const struct upstream *upstream, const char **ret_remedy);

#endif /* !ERFAD_NODE_STATUS_INTERNAL_H */
