#ifndef ERFAD_NODE_FORK_INTERNAL_H
#define ERFAD_NODE_FORK_INTERNAL_H

/*
 * node_fork_internal - what the files share that deal with forked logs.
 *
 *   node_fork.c      FORK entries: which are kept, believed and written
 *   node_fork_ask.c  what they name and is not here
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/header.h"
#include "daemon/store.h"

/* Opaque types. */
struct node;

/* A note of a FORK entry is named
 * "forked/<forked log>/<log of the writer>/<c8 of each HEAD>". */
#define FORK_PREFIX      "forked/"
#define FORK_LOG_SIZE    (sizeof(FORK_PREFIX) + 2 * LOG_ID_LEN)
#define FORK_WRITER_SIZE (FORK_LOG_SIZE + 1 + 2 * LOG_ID_LEN + 1)
#define FORK_NAME_SIZE   (FORK_WRITER_SIZE + 1 + 4 * C8_LEN)

/* What a note holds, and where it stands among those of one log. */
struct told {
	char prefix[FORK_NAME_SIZE];
	char name[201];
	struct header_fork fork;
	uint64_t seen_ms;
	uint64_t n; /* of the entry that says so; 0 = unknown, or our own */
};

/* ---- node_fork.c ---- */

/**
 * node_fork_told(txn, prefix, told):
 * Fill in the next note with this prefix that can be read, after that of which
 * ${told} has the name, or the first if the name is empty; false at the end.
 */
bool node_fork_told(
    struct store_txn *txn, const char *prefix, struct told *told);

/* ---- node_fork_ask.c ---- */

/**
 * node_fork_walk(node, now):
 * Go on to ask peers for what FORK entries name and is not here, for one turn, if
 * that is under way or due.
 */
void node_fork_walk(struct node *node, int64_t now);

#endif /* !ERFAD_NODE_FORK_INTERNAL_H */
