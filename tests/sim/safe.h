#ifndef ERFA_SIM_SAFE_H
#define ERFA_SIM_SAFE_H

/*
 * safe - backups: a node makes them by its own code, piece by piece, as `erfa
 * backup` asks for them, and is restored from them as `erfa restore` does it.
 *
 * Checked are: that what a backup says of itself is so; that all which the node
 * held when it was asked for comes out of it; and no body that was erased by then.
 */

#include "proto/control.h"
#include "tests/sim/world.h"

/* Numbers of requests that are about backups. */
#define SAFE_ASKS 200000u

/**
 * safe_begin(world, box):
 * Ask a node that is up for a backup.  Return false if there are too many.
 */
bool safe_begin(struct world *world, struct box *box);

/**
 * safe_answered(world, node, answer):
 * A node has answered: ask for more, until the backup is whole.
 */
void safe_answered(struct world *world, int node, const Erfa__Answer *answer);

/**
 * safe_refused(world, req):
 * A node gave up a backup.
 */
void safe_refused(struct world *world, uint32_t req);

/**
 * safe_restore(world, safe, box, elsewhere):
 * Put a whole backup into the node that made it, which is down; ${elsewhere}: on
 * another machine, so that no fence is there.
 */
void safe_restore(struct world *world, const struct safe *safe, struct box *box,
    bool elsewhere);

/**
 * safe_remove_all(world):
 * Remove all files of backups.
 */
void safe_remove_all(struct world *world);

#endif /* !ERFA_SIM_SAFE_H */
