#ifndef ERFAD_NODE_MEMBERS_INTERNAL_H
#define ERFAD_NODE_MEMBERS_INTERNAL_H

/*
 * node_members_internal - what the files about who belongs share.
 *
 *   node_directory.c  the directory of this moment, from all MEMBER entries
 *   node_members.c    the keys that may connect, and what a change brings about
 *   node_stranger.c   unknown keys that knock are remembered
 *   node_admit.c      newcomers say HELLO and are admitted
 */

#include <stdbool.h>

#include "proto/err.h"
#include "proto/local.pb-c.h"

struct node;
struct snapshot;

/* ---- node_directory.c ---- */

/**
 * node_snapshot_make(node, ret_snapshot), node_snapshot_use(node, snapshot):
 * Compute the directory as the store has it now; any thread.  Put it in place of
 * the one before, which is let go.  Making returns what the store does, and
 * ERR_NOMEM.
 */
enum err node_snapshot_make(
    struct node *node, struct snapshot **ret_snapshot) MUST_CHECK;
void node_snapshot_use(struct node *node, struct snapshot *snapshot);

/* ---- node_members.c ---- */

/**
 * node_invite_is_open(invite):
 * Whether an invitation is neither used nor revoked nor expired.
 */
bool node_invite_is_open(const Erfa__LocalInvite *invite);

#endif /* !ERFAD_NODE_MEMBERS_INTERNAL_H */
