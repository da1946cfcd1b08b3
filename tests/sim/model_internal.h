#ifndef ERFA_SIM_MODEL_INTERNAL_H
#define ERFA_SIM_MODEL_INTERNAL_H

/*
 * model_internal - what the files of model share.
 *
 *   model.c       what is held, by whom
 *   model_word.c  what nodes say of each other: keys, cuts, WITNESS entries
 */

#include "tests/sim/model.h"

/**
 * model_next_member(world, i):
 * A member that is up, from *${i} on; NULL after the last.
 */
struct box *model_next_member(struct world *world, int *i);

/**
 * model_check_keys(world, box):
 * For a node, is who changed or lost a key who it was?
 */
void model_check_keys(struct world *world, const struct box *box);

/**
 * model_check_cuts(world, box):
 * Do the logs of every key that was withdrawn count at a node just as far as the
 * withdrawal says?
 */
void model_check_cuts(struct world *world, const struct box *box);

/**
 * model_check_told(world, box, note):
 * A node tells an entry: if it is a WITNESS of its own, is what it says on its
 * disk?
 */
void model_check_told(
    struct world *world, const struct box *box, const struct wire_note *note);

/**
 * model_check_witness(world, box):
 * Does every WITNESS entry that a node holds agree with what the node holds?
 */
void model_check_witness(struct world *world, const struct box *box);

#endif /* !ERFA_SIM_MODEL_INTERNAL_H */
