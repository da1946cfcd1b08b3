#ifndef ERFA_SIM_REKEY_H
#define ERFA_SIM_REKEY_H

/*
 * rekey - keys change: a node gives itself a new one, or loses its own with all
 * it had, and the registry says which one takes its place.
 */

#include "proto/control.h"
#include "tests/sim/world.h"

/* Numbers of requests that are about keys. */
#define REKEY_ASKS 300000u

/**
 * rekey_rotate(box):
 * Ask a node that is up for a new key.
 */
void rekey_rotate(const struct box *box);

/**
 * rekey_lose(world, box):
 * A node that is down has lost its machine: all that is left of it is another one
 * with a new key, which dials whom it dialled.
 */
void rekey_lose(struct world *world, struct box *box);

/**
 * rekey_note_unheard(box, known):
 * Of the earlier keys of a node only ${known} (bits) are known to anybody, now
 * that copies were put back or lost: if the node lost its key, nobody can say any
 * more that another stands where the others stood.
 */
void rekey_note_unheard(struct box *box, unsigned known);

/**
 * rekey_bind(world, box):
 * Ask the registry, which is up, to let the new key take the place of the lost
 * one, then to withdraw that; the node names its inviter.  The lost one is the
 * latest that the registry knows: if it knows none, the node is a new member.
 */
void rekey_bind(struct world *world, struct box *box);

/**
 * rekey_waits(world, box):
 * Has the registry, which is up, still to say or to do something about the key
 * that a node lost?
 */
bool rekey_waits(struct world *world, const struct box *box);

/**
 * rekey_answered(world, answer):
 * The registry has answered.
 */
void rekey_answered(struct world *world, const Erfa__Answer *answer);

/**
 * rekey_dials(box, other):
 * Does a node that is up dial the key in force of another: that which was noted,
 * or that which took its place?
 */
bool rekey_dials(const struct box *box, const struct box *other);

#endif /* !ERFA_SIM_REKEY_H */
