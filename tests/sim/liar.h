#ifndef ERFA_SIM_LIAR_H
#define ERFA_SIM_LIAR_H

/*
 * liar - a node that lies: what it sends is withheld, replaced by what it sent
 * before, made up, or damaged, after the real node has written it.
 */

#include <stdbool.h>

#include "tests/sim/net.h"

enum liar_way {
	LIAR_WITHHOLDS = 1, /* one log, and what it says of it */
	LIAR_REPEATS = 2,   /* old frames instead of new ones */
	LIAR_BOASTS = 4,    /* positions that do not exist */
	LIAR_DAMAGES = 8,   /* bits of headers, bodies, HEADs */
};

/**
 * liar_begin(node, ways), liar_end(), liar_forget():
 * From now on this node lies in these ways (bits of enum liar_way); nobody does;
 * as if nobody ever had.
 */
void liar_begin(int node, unsigned ways);
void liar_end(void);
void liar_forget(void);

/**
 * liar_node():
 * Who lies; MACHINE_NOBODY.
 */
int liar_node(void);

/**
 * liar_pass(frame):
 * The function net_hooks.pass.
 */
bool liar_pass(struct net_frame *frame);

#endif /* !ERFA_SIM_LIAR_H */
