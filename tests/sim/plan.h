#ifndef ERFA_SIM_PLAN_H
#define ERFA_SIM_PLAN_H

/*
 * plan - a schedule: what happens to a world, step by step, by chance; at the
 * end all is mended and everything is checked.
 */

#include "tests/sim/world.h"

/* What a schedule has seen happen, for the totals. */
struct plan_counts {
	unsigned steps;
	unsigned pubs;
	unsigned kills;
	unsigned rollbacks;
	unsigned forks;
	unsigned erasures;
	unsigned removals;
	unsigned complaints;
	int64_t healed_ms; /* how long it took until all were equal */
};

/**
 * plan_run(world, counts):
 * Run the schedule that follows from the world's seed; failures are in the
 * world.
 */
void plan_run(struct world *world, struct plan_counts *counts);

#endif /* !ERFA_SIM_PLAN_H */
