#ifndef ERFA_COMPLETE_NODE_H
#define ERFA_COMPLETE_NODE_H

/*
 * complete_node - ids and organisations that the running erfad knows, for
 * completion: quickly, or not at all.
 */

#include <stdbool.h>

/* Opaque types. */
struct print;

/* Where the node is asked, and what its answers must begin with. */
struct complete_node {
	struct print *out;
	const char *socket; /* path */
	const char *prefix;
};

/**
 * complete_node_records(node, kind, own):
 * Print the ids of the records of ${kind} ("trial"; NULL = trials), with their
 * titles; if ${own} only what this node published.  If the prefix begins with a
 * digit the ids stand without their country, as erfa takes them too.
 */
void complete_node_records(
    const struct complete_node *node, const char *kind, bool own);

/**
 * complete_node_drafts(node):
 * Print the ids of the drafts.
 */
void complete_node_drafts(const struct complete_node *node);

/**
 * complete_node_peers(node):
 * Print the organisations of the peers, with their names.
 */
void complete_node_peers(const struct complete_node *node);

/**
 * complete_node_groups(node):
 * Print the restricted groups: by their names where one can be typed as it is,
 * else by the first digits of their numbers.
 */
void complete_node_groups(const struct complete_node *node);

#endif /* !ERFA_COMPLETE_NODE_H */
