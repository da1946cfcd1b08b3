#ifndef ERFA_SIM_MODEL_H
#define ERFA_SIM_MODEL_H

/*
 * model - what must hold: while a world runs, and when all is mended.
 *
 * The invariants, by the names that failures carry:
 *   committed   nothing is told that is not on the teller's disk
 *   forgotten   who was put back serves no body before it has caught up
 *   equal       when all is mended, all hold the same: logs, bodies, erasures,
 *               directory
 *   chain       what is held folds to its chain values, without holes
 *   fork        no log of a node is forked, unless its memory was rolled back
 *   lost        what was acknowledged is held by all, unless every copy of it
 *               was rolled back
 *   erased      no body that was erased is held by anybody
 *   hidden      nothing counts that a member wrote after it was removed
 *   damage      no body is found damaged
 *   proof       who has frozen a log holds the proof that it is forked
 *   signs       nobody waits for an operator: what is accepted is signed
 *   keys        a node whose key changed is the same one for all, and what its
 *               earlier keys signed counts; but for a key that was lost when
 *               nobody held a word for it
 *   cuts        logs of a key that was withdrawn count as far as its withdrawal
 *               says, at all nodes
 *   witness     who says that it saw an entry has it, and it is the one that all
 *               have, as far as cuts let it count
 *   sealed      what is restricted is read by those alone who were in the group
 *               when it was sealed, whatever keys they have had since
 *   backup      what is restored is what the node held, but for what was erased
 *   rests, opens   the nodes come to rest, and can be begun
 */

#include <stdbool.h>

#include "tests/sim/world.h"

/**
 * model_sent(world, frame):
 * A node sends this.
 */
void model_sent(struct world *world, const struct net_frame *frame);

/**
 * model_rolled_back(world):
 * Boxes, which are down, have just been put back, or have lost all: what nobody
 * holds any more may be lost.
 */
void model_rolled_back(struct world *world);

/**
 * model_same(world):
 * Do all members agree, with nothing on its way?  Cheap.
 */
bool model_same(struct world *world);

/**
 * model_check(world):
 * All is mended and at rest: check everything.
 */
void model_check(struct world *world);

#endif /* !ERFA_SIM_MODEL_H */
