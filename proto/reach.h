#ifndef ERFA_REACH_H
#define ERFA_REACH_H

/*
 * reach - who is reached from the own key and the pinned keys, and who is out.
 *
 * The two passes over all MEMBER entries; what the keys are called is not
 * computed here.  The rules stand in directory.c.  Private to the directory.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/limits.h"
#include "proto/vouch.h"

/* Earlier keys that a key speaks for, the nearest first; more are ignored. */
#define REACH_EARLIER_MAX 63

/* Rounds in which cuts are found. */
#define REACH_ROUNDS_MAX 256

/* Standing of a key: its roles, and what distinguishes the keys we start at. */
#define REACH_ALL      (ROLE_WRITES | ROLE_INTRODUCES | ROLE_REGISTRY)
#define REACH_MASK     (REACH_ALL | ROLE_READER)
#define REACH_PINNED   16u /* pinned, or succeeds a pinned key */
#define REACH_OWN      32u /* the own key, or one that it stands in line with */
#define REACH_REGISTRY 64u /* has its registry role from a pinned key */

/* Where the logs of a key that is not in end. */
struct reach_cut {
	uint8_t key[KEY_LEN];
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
};

/*
 * One pass.  Keys are numbered by their order, so that every node walks them
 * alike; all arrays by key have reach.count elements.
 */

/* All that one voucher says of one subject. */
struct reach_edge {
	size_t voucher;
	size_t subject;
	size_t
	    first; /* of its entries among reach.said; in pass 1 all of them, */
	size_t count;                   /* one after the other */
	const struct vouch_entry *last; /* greatest entry */
	const struct vouch_entry *say;  /* that vouches in this pass, or NULL */
	uint64_t since_ms;  /* earliest time of an entry that vouches */
	bool names_inviter; /* voucher ever named subject as its inviter */
	bool
	    rotated; /* voucher ever said that subject follows it; pass 2: does */
};

/* A claim that one key succeeds another, true if its edge has the standing. */
struct reach_turn {
	size_t old_key;
	size_t new_key;
	size_t by;    /* voucher of the entry */
	bool rotated; /* signed by both keys; else a registry's word */
};

struct reach_view {
	struct reach_edge *edges; /* sorted by (voucher, subject) */
	size_t nedges;
	size_t *first; /* by voucher: its first edge; one more at the end */
	struct reach_turn *by_old; /* sorted by (old, new, by) */
	struct reach_turn *by_new; /* sorted by (new, old, by) */
	size_t nturns;
	uint32_t *standing; /* 0: not reached */
};

/* Both passes. */
struct reach {
	const struct vouch_set *set;
	size_t count;
	size_t own;
	size_t *rank; /* by vouch_key.id: place in the order of keys */
	const struct vouch_entry **said; /* by voucher, subject, greatness */
	size_t *stack;                   /* keys whose standing grew */
	size_t depth;
	bool *stacked;
	bool *out;
	bool *settled;    /* out, and a withdrawal of it was taken */
	bool *open;       /* out, but nobody has the right to it */
	bool *near;       /* in a round: reached by words that surely count */
	uint32_t *rights; /* in a round: of those who withdraw it */
	bool *ours;       /* out for this node only */
	const struct vouch_entry **by; /* the withdrawal of who is out */
	const struct vouch_entry *
	    *taken;             /* by edge of pass 1: whose cuts hold */
	struct reach_cut *cuts; /* sorted by (key, log_id), each once */
	size_t ncuts;
	struct reach_view wide;   /* pass 1 */
	struct reach_view round;  /* while cuts are found */
	struct reach_view strict; /* pass 2 */
};

/**
 * reach_init(reach, set, own):
 * Compute both passes over ${set}, which must not change before
 * reach_clear(reach).  Return ERR_NOMEM; ${reach} must be cleared even then.
 */
enum err reach_init(struct reach *reach, const struct vouch_set *set,
    const struct vouch_key *own) MUST_CHECK;
void reach_clear(struct reach *reach);

/**
 * reach_is_reader(standing):
 * Return whether a key of this standing reads and does nothing else.
 */
bool reach_is_reader(uint32_t standing);

/**
 * reach_vouches(view, edge):
 * Return whether ${edge} gives a role in this pass.
 */
bool reach_vouches(
    const struct reach_view *view, const struct reach_edge *edge);

/**
 * reach_turns_from(view, key), reach_turn_holds(view, turn):
 * The first of the turns in ${view}->by_old from ${key} on; and whether a turn
 * counts, because who claims it is reached and may.
 */
size_t reach_turns_from(const struct reach_view *view, size_t key);
bool reach_turn_holds(
    const struct reach_view *view, const struct reach_turn *turn);

/**
 * reach_invited_by(view, x, v):
 * Return whether ${x}, or a key that it succeeds, ever named ${v}, or a key that
 * this succeeds, as its inviter.
 */
bool reach_invited_by(const struct reach_view *view, size_t x, size_t v);

/**
 * reach_succeeds(view, old, key):
 * Return whether ${key} succeeds ${old}, directly or through others.
 */
bool reach_succeeds(const struct reach_view *view, size_t old, size_t key);

/**
 * reach_cut_find(cuts, count, key, log_id):
 * The cut of a log among ${count} sorted ${cuts}; 0 if none is named.
 */
uint64_t reach_cut_find(const struct reach_cut *cuts, size_t count,
    const uint8_t key[KEY_LEN], const uint8_t log_id[LOG_ID_LEN]);

#endif /* !ERFA_REACH_H */
