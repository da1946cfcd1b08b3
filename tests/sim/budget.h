#ifndef ERFA_SIM_BUDGET_H
#define ERFA_SIM_BUDGET_H

/*
 * budget - how much an origin may send in a day before others come first: so
 * little, in some schedules, that all are over it.
 */

#include <stdint.h>

/**
 * budget_set(entries):
 * So many entries a day, for all nodes that are begun from now on; 0: as many as
 * in life.
 */
void budget_set(uint64_t entries);

#endif /* !ERFA_SIM_BUDGET_H */
