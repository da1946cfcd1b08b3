#ifndef ERFAD_SEARCH_RANK_H
#define ERFAD_SEARCH_RANK_H

/*
 * search_rank - one question while it is answered: what a document scores, and the
 * best that were found.
 *
 *   search_rank.c  scores, and the best hits
 *   search_top.c   what words weigh; a question, part by part
 *   search_few.c   a part in which few documents have any of the words
 *   search_any.c   a part in which many have
 *   search_all.c   a part, when every group must be fulfilled
 *
 * A document's score is the sum over the groups of the best of the group's ways:
 * weight of the way * impact in the document.  Each way has a cursor in each
 * part.  Documents are looked at a window at a time: within it each list is read
 * in one go, and what its documents gain is noted by document.  What a list, and
 * each block of it, can give at most is known beforehand, so that windows and
 * blocks that cannot hold one of the best are not read, and lists that alone
 * cannot lift a document among them are asked only for those that others brought
 * near (MaxScore, with the greatest impacts of blocks).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "daemon/search.h"
#include "daemon/search_bits.h"
#include "daemon/search_internal.h"

#define WELL       200 /* a way of this weight fulfils its group wholly */
#define MEANT      100 /* a way of less weight is only near to what is meant */
#define OFFER_COST 16  /* steps that a document offered counts for */
#define SEEK_COST  8   /* documents read while one is sought */
#define FEW        256 /* lists of a part this short are read whole */

#define RANK_TARGETS 8192 /* bytes of marks of targets */

/* A way's list in one part. */
struct found {
	struct list list;
	bool there;
};

/* What the best way of each group gives for one document. */
struct sums {
	uint32_t score[SEARCH_GROUPS];
	uint32_t worth[SEARCH_GROUPS];
};

/* The documents that are looked at together. */
struct window {
	uint32_t begin;
	uint32_t end;
	struct sums best;  /* that any document in it can get */
	struct sums aside; /* from lists that are not read */
	uint64_t total;    /* of best.score */
	struct bits there; /* who may be good */
	uint32_t noted;    /* one bit a word of these: something is in scores */
	uint32_t *scores;  /* by document, group; NULL until it is needed */
	uint8_t *worths;   /* the same; NULL = of no account */
};

struct rank {
	struct search *search;
	const struct search_ask *ask;
	uint32_t *weights;            /* by way, all groups' in a row */
	uint32_t full[SEARCH_GROUPS]; /* what each group weighs */
	struct found *found;          /* by part, way */
	size_t nways;
	struct bytes *given; /* by part, group: lists that were made */
	struct cursor *cursors;
	size_t count;
	const struct part *part;
	struct window window;
	struct search_hit *hits; /* the best until now, in no order */
	size_t nhits;
	uint8_t targets[RANK_TARGETS]; /* there may be hits of these */
	uint32_t whole;                /* what all groups together weigh */
	uint32_t floor;                /* what a score must be above */
	uint32_t steps;                /* since the clock was looked at */
	bool late;
};

/* ---- search_rank.c ---- */

/**
 * rank_elsewhere(rank, cursor, doc):
 * Whether a way means something else in document ${doc} of the part.
 */
bool rank_elsewhere(
    const struct rank *rank, const struct cursor *cursor, uint32_t doc);

/**
 * rank_take(rank, cursor, doc, impact, sums):
 * Take into ${sums} what a way gives for a document that it has with ${impact}.
 */
void rank_take(const struct rank *rank, const struct cursor *cursor,
    uint32_t doc, uint8_t impact, struct sums *sums);

/**
 * rank_cover(rank, group, worth), rank_lessen(rank, score, cover):
 * What of the question a group fulfils if its best way has this worth; and what
 * is left of a score, since what fulfils less of the question is worth less.
 */
uint32_t rank_cover(const struct rank *rank, size_t group, uint32_t worth);
uint64_t rank_lessen(const struct rank *rank, uint64_t score, uint64_t cover);

/**
 * rank_sum(rank, sums, ret_hit):
 * The hit of a document for which the groups give ${sums}, but for who it is.
 */
void rank_sum(const struct rank *rank, const struct sums *sums,
    struct search_hit *ret_hit);

/**
 * rank_offer(rank, local, like):
 * Offer document ${local} of the part: ${like} has its score, and what it
 * fulfils.  Documents of equal scores are offered in their order.
 */
void rank_offer(
    struct rank *rank, uint32_t local, const struct search_hit *like);

/**
 * rank_sort(rank):
 * Put the hits into order, the best first; none is offered any more.
 */
void rank_sort(struct rank *rank);

/**
 * rank_late(rank, steps):
 * Whether time is up; asked often, looked at now and then, by the sum of
 * ${steps}.
 */
bool rank_late(struct rank *rank, size_t steps);

/* ---- search_few.c, search_any.c, search_all.c ---- */

/**
 * rank_is_few(rank), rank_few(rank):
 * Whether the cursors, none of which was moved, hold up to FEW documents; and
 * offer the good ones of these.  Return ERR_NOMEM.
 */
bool rank_is_few(const struct rank *rank);
enum err rank_few(struct rank *rank) MUST_CHECK;

/**
 * rank_any(rank), rank_all(rank):
 * Offer all documents of the part that may be among the best: that any of the
 * cursors hold; that some cursor of every group holds.  The cursors stand in the
 * order of the groups.  Return ERR_NOMEM.
 */
enum err rank_any(struct rank *rank) MUST_CHECK;
enum err rank_all(struct rank *rank) MUST_CHECK;

#endif /* !ERFAD_SEARCH_RANK_H */
