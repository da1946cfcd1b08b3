#ifndef ERFA_SIM_PLAN_INTERNAL_H
#define ERFA_SIM_PLAN_INTERNAL_H

/*
 * plan_internal - what the files of plan share.
 *
 *   plan.c       from the beginning to the end; what befalls nodes
 *   plan_life.c  what people do with them: backups, keys
 */

#include "tests/sim/plan.h"

/* A schedule under way. */
struct plan {
	struct world *world;
	struct plan_counts *counts;
	unsigned theme; /* which kinds of harm there are, bits of it */
	bool has_twin;
	bool forked;
	bool removed;
	int rekeyed;                      /* keys that changed, or were lost */
	int64_t bind_at;                  /* the registry is told again then */
	int64_t stranded_at[WORLD_BOXES]; /* since when; 0 = they are not */
};

/* Kinds of harm. */
enum theme {
	THEME_NOISE = 1,     /* frames are lost, doubled, late */
	THEME_CUTS = 2,      /* partitions */
	THEME_KILLS = 4,     /* processes end at any write */
	THEME_BACK = 8,      /* old states come back */
	THEME_TWINS = 16,    /* copies of a node begin beside it */
	THEME_LIES = 32,     /* a node says what is not so */
	THEME_ERASES = 64,   /* what was published is erased */
	THEME_MEMBERS = 128, /* members come and are removed */
	THEME_CLOCKS = 256,  /* wall clocks jump */
	THEME_FULL = 512,    /* disks are full; not before WORLD_LATER */
	THEME_POWER = 1024,  /* the power goes; likewise */
	THEME_AGAIN = 2048,  /* old states come back often; from WORLD_AGAIN */
	THEME_SAFES =
	    4096,          /* backups; this and what follows from WORLD_WHOLE */
	THEME_KEYS = 8192, /* keys change, and are lost */
	THEME_BUDGET = 16384, /* all send more than their budget */
	THEME_SEEN = 32768,   /* WITNESS entries are frequent */
	THEME_CIRCLE = 65536, /* a restricted group */
	THEME_WORDS = 131072, /* strangers are let in; from WORLD_WORDS */
};

/* Of all themes: the bits that a schedule draws. */
#define THEMES_ALL 131072

/* ---- plan.c ---- */

/**
 * plan_any_box(plan), plan_any_up(plan):
 * A box by chance that is in the circle, up or not; one that is up, or NULL.
 */
struct box *plan_any_box(struct plan *plan);
struct box *plan_any_up(struct plan *plan);

/**
 * plan_may_be_copied(plan, box):
 * May it be put back to an earlier state?
 */
bool plan_may_be_copied(const struct plan *plan, const struct box *box);

/* ---- plan_life.c ---- */

/**
 * plan_backup(plan), plan_restore(plan):
 * A node is asked for a backup; one is restored from it.
 */
void plan_backup(struct plan *plan);
void plan_restore(struct plan *plan);

/**
 * plan_rotate(plan), plan_lose(plan), plan_bind(plan):
 * A node is asked for a new key; a leaf loses its machine; the registry says
 * which key takes the place of the lost one.
 */
void plan_rotate(struct plan *plan);
void plan_lose(struct plan *plan);
void plan_bind(struct plan *plan);

/**
 * plan_speak(plan), plan_recut(plan):
 * A member that was removed goes on as if it were not; the registry withdraws it
 * anew, with another cut.
 */
void plan_speak(struct plan *plan);
void plan_recut(struct plan *plan);

/**
 * plan_circle(plan), plan_seal(plan):
 * A member comes to the restricted group, or goes; one in it publishes for it.
 */
void plan_circle(struct plan *plan);
void plan_seal(struct plan *plan);

/**
 * plan_word(plan):
 * A member, or one that was, lets a stranger in or puts it out: those with two
 * heads and those that were removed more often than others.
 */
void plan_word(struct plan *plan);

/**
 * plan_rekey_fits(key, settled, box):
 * Is the key in force the one of before, and none on its way?
 */
bool plan_rekey_fits(const uint8_t key[KEY_LEN], bool settled, struct box *box);

/**
 * plan_mind_keys(plan):
 * All is mended: do what people have to do after a key has changed, when it is
 * time for it.  Return whether the registry has still to say something.
 */
bool plan_mind_keys(struct plan *plan);

#endif /* !ERFA_SIM_PLAN_INTERNAL_H */
