#include "daemon/search_rank.h"

#include <stdlib.h>
#include <string.h>

/* The cursors of a group stand together. */
struct span {
	size_t begin;
	size_t end;
	size_t group;
	uint64_t docs;
};

/* Documents of a window: longer than where any group will do, since less is noted. */
#define SPAN  8192U
#define WORDS (SPAN / 64)

/*
 * A window, group by group, the rarest first: who is in it is a candidate, and
 * stays one as long as every group holds it and the rest could lift it among the
 * best.  What a group gives is noted only for candidates.
 */
struct all {
	struct rank *rank;
	struct span spans[SEARCH_GROUPS];
	uint32_t begin;
	uint32_t end;
	uint32_t most[SEARCH_GROUPS]; /* of a document here, by span */
	uint64_t left[SEARCH_GROUPS]; /* by the spans after each, at most */
	uint64_t total;               /* by all spans, at most */
	uint64_t there[WORDS];        /* candidates, a bit each */
	uint64_t held[WORDS];         /* of these: the group holds it */
	uint32_t sums[SPAN]; /* of candidates: by the groups looked at */
	uint32_t best[SPAN]; /* of those held: by the group at hand */
};

static int
compare_spans(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;

	return (x->docs > y->docs) - (x->docs < y->docs);
}

/* Find where each group's cursors stand, rarest first; false if one has none. */
static bool
make_spans(struct all *all)
{
	const struct rank *rank = all->rank;
	struct span *span = all->spans;
	size_t i = 0;
	size_t group;

	for (group = 0; group < rank->ask->count; group++, span++) {
		*span = (struct span){ .begin = i, .group = group };
		for (; i < rank->count && rank->cursors[i].group == group; i++)
			span->docs += rank->cursors[i].list.count;
		span->end = i;
		if (span->begin == i)
			return false;
	}
	qsort(all->spans, rank->ask->count, sizeof(*span), compare_spans);
	return true;
}

/* The first document, not below ${doc}, that may be in all groups. */
static uint32_t
next_all(struct all *all, uint32_t doc)
{
	struct rank *rank = all->rank;
	uint32_t near;
	uint32_t next;
	size_t i;
	size_t k;

	for (i = 0; i < rank->ask->count && doc != NO_DOC; i++) {
		next = NO_DOC;
		for (k = all->spans[i].begin;
		     k < all->spans[i].end && next > doc; k++)
			if ((near = cursor_near(&rank->cursors[k], doc)) < next)
				next = near;
		doc = next;
	}
	return doc;
}

/*
 * Begin a window at ${doc}; false if none of its documents can be both in all
 * groups and good enough.
 */
static bool
window_begin(struct all *all, uint32_t doc)
{
	struct cursor *cursor;
	uint64_t left = 0;
	size_t i;
	size_t k;

	all->begin = doc;
	all->end = doc < NO_DOC - SPAN ? doc + SPAN : NO_DOC;
	for (i = 0; i < all->rank->ask->count; i++) {
		all->most[i] = 0;
		for (k = all->spans[i].begin; k < all->spans[i].end; k++) {
			cursor = &all->rank->cursors[k];
			cursor->here = cursor_near(cursor, doc) < all->end ?
			    cursor_most(cursor, doc, all->end) :
			    0;
			if (cursor->here > all->most[i])
				all->most[i] = cursor->here;
		}
		if (all->most[i] == 0)
			return false;
	}
	for (i = all->rank->ask->count; i-- > 0;) {
		all->left[i] = left;
		left += all->most[i];
	}
	all->total = left;
	return all->total > all->rank->floor;
}

/* How many documents of the block at hand, from cursor->at on, are here. */
static uint32_t
count_here(const struct cursor *cursor, uint32_t end)
{
	uint32_t i = cursor->count;

	if (cursor->last >= end)
		for (i = cursor->at; cursor->docs[i] < end;)
			i++;
	return i;
}

/* What the cursor gives for the document at ${i} of its block. */
static uint32_t
gives(const struct rank *rank, const struct cursor *cursor, uint32_t i)
{
	uint32_t score = cursor->weight * cursor->impacts[i];

	if (cursor->elsewhere != 0 &&
	    rank_elsewhere(rank, cursor, cursor->docs[i]))
		score /= 8;
	return score;
}

/* Note what a document gets, and that it does; the best counts. */
static void
note(uint64_t *bits, uint32_t *scores, uint32_t at, uint32_t score)
{
	uint32_t noted = (uint32_t)(bits[at / 64] >> at % 64) & 1;
	uint32_t before = scores[at] & (0 - noted);

	scores[at] = score > before ? score : before;
	bits[at / 64] |= UINT64_C(1) << at % 64;
}

/* The least impact with which the first group makes a document a candidate. */
static uint32_t
least_impact(const struct all *all, const struct cursor *cursor)
{
	const uint64_t floor = all->rank->floor;

	return all->left[0] > floor ?
	    0 :
	    (uint32_t)((floor - all->left[0]) / cursor->weight + 1);
}

/*
 * The first group: documents of the block are candidates if the other groups can
 * lift them among the best.  Of several ways that hold one, the best is noted.
 */
static uint32_t
note_first(struct all *all, struct cursor *cursor)
{
	const uint32_t least = least_impact(all, cursor);
	uint32_t end = count_here(cursor, all->end);
	uint8_t those[BLOCK];
	uint32_t n = 0;
	uint32_t i;

	for (i = cursor->at; i < end; i++) {
		those[n] = (uint8_t)i;
		n += cursor->impacts[i] >= least;
	}
	for (i = 0; i < n; i++)
		note(all->there, all->sums, cursor->docs[those[i]] - all->begin,
		    gives(all->rank, cursor, those[i]));
	all->rank->steps += end - cursor->at;
	cursor->at = end;
	return n;
}

/* Another group: what it gives is noted for candidates only. */
static uint32_t
note_next(struct all *all, struct cursor *cursor)
{
	uint32_t end = count_here(cursor, all->end);
	uint8_t those[BLOCK];
	uint32_t n = 0;
	uint32_t at;
	uint32_t i;

	/* Most are none; to go on without a jump is faster than to tell. */
	for (i = cursor->at; i < end; i++) {
		at = cursor->docs[i] - all->begin;
		those[n] = (uint8_t)i;
		n += (uint32_t)(all->there[at / 64] >> at % 64) & 1;
	}
	for (i = 0; i < n; i++)
		note(all->held, all->best, cursor->docs[those[i]] - all->begin,
		    gives(all->rank, cursor, those[i]));
	all->rank->steps += end - cursor->at;
	cursor->at = end;
	return n;
}

/* Whether one of the documents ${from}..${to}, or one near, is a candidate. */
static bool
is_any_there(const struct all *all, uint32_t from, uint32_t to)
{
	uint32_t last = ((to < all->end ? to : all->end - 1) - all->begin) / 64;
	uint32_t i = (from - all->begin) / 64;

	while (i < last && all->there[i] == 0)
		i++;
	return all->there[i] != 0;
}

/*
 * Read what a list has in the window.  Blocks are passed that cannot lift a
 * document among the best, whatever the other groups give, and after the first
 * group those that hold no candidate.  Return how many documents were noted.
 */
static uint32_t
read_list(struct all *all, size_t number, struct cursor *cursor)
{
	uint64_t rest = all->total - all->most[number];
	uint32_t doc = all->begin;
	uint32_t count = 0;

	for (doc = cursor_near(cursor, doc); doc < all->end;
	     doc = cursor_near(cursor, doc)) {
		if (rest + cursor->block_most > all->rank->floor &&
		    (number == 0 || is_any_there(all, doc, cursor->last))) {
			if (cursor_seek(cursor, doc) == NO_DOC)
				break;
			count += number == 0 ? note_first(all, cursor) :
					       note_next(all, cursor);
			if (cursor->at < cursor->count)
				break;
		}
		if (cursor->last >= all->end - 1)
			break;
		cursor_pass(cursor);
	}
	return count;
}

/* Read a group's lists; return how many of their documents were noted. */
static uint32_t
read_span(struct all *all, size_t number)
{
	const struct span *span = &all->spans[number];
	uint32_t count = 0;
	size_t i;

	for (i = span->begin; i < span->end; i++)
		if (all->rank->cursors[i].here > 0)
			count += read_list(all, number, &all->rank->cursors[i]);
	return count;
}

/* Keep the candidates that could be good enough; return how many. */
static uint32_t
keep_good(struct all *all, uint64_t left)
{
	const uint64_t floor = all->rank->floor;
	uint64_t bits;
	uint32_t count = 0;
	size_t at;
	size_t i;

	for (i = 0; i < WORDS; i++)
		for (bits = all->there[i]; take_bit(&bits, &at);) {
			if (all->sums[64 * i + at] + left > floor)
				count++;
			else
				all->there[i] &= ~(UINT64_C(1) << at);
		}
	return count;
}

/*
 * Keep the candidates that the group holds; add what it gives.  What is told of
 * those that are good by now is fetched: they may be offered.
 */
static void
keep_held(struct all *all)
{
	const uint8_t *rows = all->rank->part->docs +
	    (size_t)all->begin * DOC_LEN;
	const uint32_t floor = all->rank->floor;
	uint64_t bits;
	size_t at;
	size_t i;

	for (i = 0; i < WORDS; i++) {
		bits = all->held[i];
		all->there[i] = bits;
		all->held[i] = 0;
		while (take_bit(&bits, &at)) {
			at += 64 * i;
			all->sums[at] += all->best[at];
			if (all->sums[at] > floor)
				__builtin_prefetch(rows + at * DOC_LEN);
		}
	}
}

/* Ask the lists of a group for one candidate; false if it is none any more. */
static bool
ask_one(struct all *all, size_t number, size_t at)
{
	const struct span *span = &all->spans[number];
	struct rank *rank = all->rank;
	uint64_t others = all->sums[at] + all->left[number];
	uint32_t doc = all->begin + (uint32_t)at;
	struct cursor *cursor;
	uint32_t best = 0;
	uint32_t score;
	bool held = false;
	size_t i;

	for (i = span->begin; i < span->end; i++) {
		cursor = &rank->cursors[i];
		if (cursor_near(cursor, doc) != doc ||
		    others + cursor->block_most <= rank->floor ||
		    cursor_seek(cursor, doc) != doc)
			continue;
		held = true;
		score = gives(rank, cursor, cursor->at);
		if (score > best)
			best = score;
	}
	all->sums[at] += best;
	return held && others + best > rank->floor;
}

/* Ask the lists of a group for each candidate; return how many are left. */
static uint32_t
ask_each(struct all *all, size_t number)
{
	uint64_t bits;
	uint32_t count = 0;
	size_t at;
	size_t i;

	for (i = 0; i < WORDS; i++)
		for (bits = all->there[i]; take_bit(&bits, &at);) {
			if (ask_one(all, number, 64 * i + at)) {
				count++;
				continue;
			}
			all->there[i] &= ~(UINT64_C(1) << at);
		}
	return count;
}

/* Find the candidates of the window, group by group; false if there is none. */
static bool
narrow(struct all *all)
{
	const struct rank *rank = all->rank;
	const struct span *span;
	uint64_t count;
	uint64_t docs;
	size_t i;

	count = read_span(all, 0);
	for (i = 1; i < rank->ask->count && count > 0; i++) {
		span = &all->spans[i];
		docs = span->docs * SPAN / rank->part->head.count;
		if (count * (span->end - span->begin) * SEEK_COST < docs) {
			count = ask_each(all, i);
		} else {
			(void)read_span(all, i);
			keep_held(all);
			/* After the last they are looked at once more. */
			if (i + 1 < rank->ask->count)
				count = keep_good(all, all->left[i]);
		}
	}
	return count > 0;
}

/* Offer the candidates that are left, after which there is none. */
static void
weigh(struct all *all)
{
	struct rank *rank = all->rank;
	struct search_hit hit = { .cover = 256 };
	size_t at;
	size_t i;

	hit.groups = (uint16_t)rank->ask->count;
	for (i = 0; i < WORDS; i++)
		while (take_bit(&all->there[i], &at)) {
			hit.score = all->sums[64 * i + at];
			if (hit.score > rank->floor &&
			    !rank_late(rank, OFFER_COST))
				rank_offer(rank,
				    all->begin + (uint32_t)(64 * i + at), &hit);
		}
}

enum err
rank_all(struct rank *rank)
{
	struct all *all = search_room(rank->search, ROOM_PART, sizeof(*all));
	uint32_t doc = 0;

	if (all == NULL)
		return ERR_NOMEM;
	all->rank = rank;
	memset(all->there, 0, sizeof(all->there));
	memset(all->held, 0, sizeof(all->held));
	if (!make_spans(all))
		doc = NO_DOC;
	while ((doc = next_all(all, doc)) != NO_DOC &&
	    !rank_late(rank, rank->count)) {
		if (window_begin(all, doc) && narrow(all))
			weigh(all);
		doc = all->end;
	}
	return ERR_NONE;
}
