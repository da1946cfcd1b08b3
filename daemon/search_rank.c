#include "daemon/search_rank.h"

#include <stdlib.h>
#include <string.h>

#define FOREIGN   236 /* of 256: worth of what is in another language */
#define LEAST     48  /* of 256: what a hit is worth that fulfils nothing */
#define LATE_COST 512 /* steps between two looks at the clock */

/* ---- scores ---- */

bool
rank_elsewhere(
    const struct rank *rank, const struct cursor *cursor, uint32_t doc)
{
	return cursor->elsewhere != 0 &&
	    (cursor->elsewhere >>
		    (rank->part->docs[(size_t)doc * DOC_LEN + 4] & 7) &
		1) != 0;
}

void
rank_take(const struct rank *rank, const struct cursor *cursor, uint32_t doc,
    uint8_t impact, struct sums *sums)
{
	uint32_t score = cursor->weight * impact;
	bool elsewhere = rank_elsewhere(rank, cursor, doc);

	if (elsewhere)
		score /= 8;
	if (score > sums->score[cursor->group])
		sums->score[cursor->group] = score;
	if (!elsewhere && cursor->worth > sums->worth[cursor->group])
		sums->worth[cursor->group] = cursor->worth;
}

uint32_t
rank_cover(const struct rank *rank, size_t group, uint32_t worth)
{
	return worth >= WELL ? rank->full[group] * 256 :
			       rank->full[group] * 256 / WELL * worth;
}

/*
 * The same for who asks whether anything fits at all: what is likely meant is,
 * however much less it is worth than the word itself.
 */
static uint32_t
fits(const struct rank *rank, size_t group, uint32_t worth)
{
	return rank_cover(rank, group, worth >= MEANT ? WELL : worth);
}

/* The part of the whole, of 256. */
static uint32_t
cover_share(const struct rank *rank, uint64_t cover)
{
	return (uint32_t)(cover / (rank->whole + 1));
}

uint64_t
rank_lessen(const struct rank *rank, uint64_t score, uint64_t cover)
{
	if (!rank->ask->cover)
		return score;
	return score *
	    (LEAST + (256 - LEAST) * (uint64_t)cover_share(rank, cover) / 256) /
	    256;
}

void
rank_sum(const struct rank *rank, const struct sums *sums,
    struct search_hit *ret_hit)
{
	uint64_t cover = 0;
	uint64_t fit = 0;
	uint32_t score = 0;
	size_t i;

	memset(ret_hit, 0, sizeof(*ret_hit));
	for (i = 0; i < rank->ask->count; i++) {
		score += sums->score[i];
		if (sums->score[i] > 0)
			ret_hit->groups++;
		cover += rank_cover(rank, i, sums->worth[i]);
		fit += fits(rank, i, sums->worth[i]);
	}
	if (rank->ask->cover)
		ret_hit->cover = (uint16_t)cover_share(rank, fit);
	ret_hit->score = (uint32_t)rank_lessen(rank, score, cover);
}

/* ---- the best hits ---- */

/* Whether one hit comes before another. */
static bool
is_better(const struct search_hit *a, const struct search_hit *b)
{
	return a->score != b->score ? a->score > b->score :
				      a->ordinal < b->ordinal;
}

/*
 * While they are gathered the hits are a heap, the worst at its root: each two that
 * stand below one, at 2 * i + 1 and 2 * i + 2, are not worse than it.
 */
static void
swap_hits(struct rank *rank, size_t i, size_t k)
{
	struct search_hit hit = rank->hits[i];

	rank->hits[i] = rank->hits[k];
	rank->hits[k] = hit;
}

static void
sift_up(struct rank *rank, size_t i)
{
	for (; i > 0 && is_better(&rank->hits[(i - 1) / 2], &rank->hits[i]);
	     i = (i - 1) / 2)
		swap_hits(rank, i, (i - 1) / 2);
}

static void
sift_down(struct rank *rank, size_t i)
{
	size_t below;

	for (; (below = 2 * i + 1) < rank->nhits; i = below) {
		if (below + 1 < rank->nhits &&
		    is_better(&rank->hits[below], &rank->hits[below + 1]))
			below++;
		if (!is_better(&rank->hits[i], &rank->hits[below]))
			return;
		swap_hits(rank, i, below);
	}
}

/* Where the hit of a target stands; rank->nhits if it has none.  Most have none,
 * and are seen by their mark, which others may share. */
static size_t
find_target(struct rank *rank, uint32_t target)
{
	uint8_t *mark = &rank->targets[target / 8 % RANK_TARGETS];
	const uint8_t bit = (uint8_t)(1U << (target % 8));
	size_t i = rank->nhits;

	/* Where nobody says otherwise each document is a target of its own. */
	if (rank->ask->accept != NULL && (*mark & bit) != 0)
		for (i = 0; i < rank->nhits; i++)
			if (rank->hits[i].target == target)
				break;
	*mark |= bit;
	return i;
}

/* Take in a hit, pushing the worst one out. */
static void
insert(struct rank *rank, const struct search_hit *hit)
{
	size_t i = find_target(rank, hit->target);

	if (i == rank->nhits && rank->nhits < rank->ask->limit) {
		rank->hits[rank->nhits++] = *hit;
		sift_up(rank, i);
	} else {
		if (i == rank->nhits)
			i = 0;
		if (!is_better(hit, &rank->hits[i]))
			return;
		rank->hits[i] = *hit;
		sift_down(rank, i);
	}
	if (rank->nhits == rank->ask->limit)
		rank->floor = rank->hits[0].score;
}

static int
compare_hits(const void *a, const void *b)
{
	return is_better(b, a) - is_better(a, b);
}

void
rank_sort(struct rank *rank)
{
	qsort(rank->hits, rank->nhits, sizeof(*rank->hits), compare_hits);
}

void
rank_offer(struct rank *rank, uint32_t local, const struct search_hit *like)
{
	const uint8_t *row = rank->part->docs + (size_t)local * DOC_LEN;
	struct search_hit hit = *like;
	uint32_t worth = 256;

	if (rank->part->gone != NULL &&
	    (rank->part->gone[local / 8] >> (local % 8) & 1) != 0)
		return;
	hit.doc = bytes_get_le32(row);
	hit.target = hit.doc;
	hit.ordinal = rank->part->head.first + local;
	if (rank->ask->accept != NULL &&
	    !rank->ask->accept(
		rank->ask->context, hit.doc, row[5], &hit.target, &worth))
		return;
	if (rank->ask->lang != STEM_NONE &&
	    (row[4] & 7) != (uint8_t)rank->ask->lang)
		worth = worth * FOREIGN / 256;
	if (worth < 256)
		hit.score = (uint32_t)((uint64_t)hit.score * worth / 256);
	if (hit.score > 0 &&
	    (hit.score > rank->floor || rank->nhits < rank->ask->limit))
		insert(rank, &hit);
}

bool
rank_late(struct rank *rank, size_t steps)
{
	if (rank->late || rank->ask->late == NULL)
		return rank->late;
	rank->steps += (uint32_t)steps;
	if (rank->steps < LATE_COST)
		return false;
	rank->steps = 0;
	rank->late = rank->ask->late(rank->ask->context);
	return rank->late;
}
