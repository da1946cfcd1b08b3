#ifndef ERFA_SIM_PLAN_H
#define ERFA_SIM_PLAN_H

/*
 * plan - a schedule: what happens to a world, step by step, by chance; at the
 * end all is mended and everything is checked.
 */

#include "tests/sim/world.h"

/* What is done to nodes. */
enum harm {
	HARM_NOISE,    /* frames are lost, doubled, damaged, late */
	HARM_CUT,      /* nodes are cut off */
	HARM_BREAK,    /* all connections of a node break */
	HARM_STOP,     /* a process ends as SIGTERM ends it */
	HARM_KILL,     /* at once */
	HARM_KILL_AT,  /* at some write */
	HARM_RESTORED, /* old files come back as new ones */
	HARM_BOOTED,   /* in place, and the fence is gone */
	HARM_UNSEEN,   /* in place, under a fence that is ahead */
	HARM_MEMORY,   /* with the fence: nobody can notice */
	HARM_TWIN,     /* a copied disk begins beside its first */
	HARM_FORGER,   /* the same, with a fence: an equivocator */
	HARM_LIE,      /* a node says what is not so */
	HARM_CLOCK,    /* a wall clock jumps */
	HARM_LAG,      /* threads lag */
	HARM_ERASE,    /* what was published is to be erased */
	HARM_REMOVE,   /* a member is to be removed */
	HARM_JOIN,     /* a newcomer dials */
	HARM_FULL,     /* a disk is full */
	HARM_POWER,    /* the power goes, with what was not synced */
	HARM_AGAIN,    /* a hub and a leaf go back with memory, repeatedly */
	HARM_BACKUP,   /* a node is asked for a backup */
	HARM_SAFE,     /* and restored from one */
	HARM_ROTATE,   /* a node is asked for a new key */
	HARM_LOSE,     /* a machine is lost, and its key */
	HARM_SPEAK,    /* who was removed publishes */
	HARM_RECUT,    /* and is withdrawn with another cut */
	HARM_CIRCLE,   /* the restricted group changes */
	HARM_SEAL,     /* what is published is sealed to it */
	HARM_WORD,     /* a member says something of a stranger */
	HARMS
};

/* What a schedule has seen happen, for the totals. */
struct plan_counts {
	unsigned steps;
	unsigned pubs;
	unsigned harms[HARMS];
	unsigned erasures; /* that were answered */
	unsigned removals; /* that were answered */
	unsigned complaints;
	int64_t healed_ms; /* how long it took until all were equal */
};

/**
 * plan_run(world, counts):
 * Run the schedule that follows from the world's seed; failures are in the
 * world.
 */
void plan_run(struct world *world, struct plan_counts *counts);

/**
 * plan_harm(harm):
 * What it is called.
 */
const char *plan_harm(enum harm harm);

#endif /* !ERFA_SIM_PLAN_H */
