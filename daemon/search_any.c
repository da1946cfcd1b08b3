#include "daemon/search_rank.h"

#include <stdlib.h>
#include <string.h>

/* ---- windows ---- */

/* Begin a window at ${doc}; find what its documents can get at most. */
static void
window_begin(struct rank *rank, uint32_t doc)
{
	struct window *window = &rank->window;
	struct cursor *cursor;
	size_t i;

	window->begin = doc;
	window->end = doc < NO_DOC - WINDOW ? doc + WINDOW : NO_DOC;
	memset(window->best.score, 0,
	    rank->ask->count * sizeof(window->best.score[0]));
	for (i = 0; i < rank->count; i++) {
		cursor = &rank->cursors[i];
		cursor->passed = false;
		cursor->here = cursor_near(cursor, doc) < window->end ?
		    cursor_most(cursor, doc, window->end) :
		    0;
		if (cursor->here > window->best.score[cursor->group])
			window->best.score[cursor->group] = cursor->here;
	}
	window->total = 0;
	for (i = 0; i < rank->ask->count; i++)
		window->total += window->best.score[i];
}

/* Note what one document gives. */
static void
note(struct window *window, size_t at, uint32_t score, uint32_t worth)
{
	if (score > window->scores[at])
		window->scores[at] = score;
	if (window->worths != NULL && worth > window->worths[at])
		window->worths[at] = (uint8_t)worth;
}

/*
 * Note what those documents of the block at hand give that are in the window; who
 * gets ${need} is a candidate.
 */
static void
note_block(
    struct rank *rank, struct cursor *cursor, uint64_t need, struct bits *there)
{
	struct window *window = &rank->window;
	const uint32_t *docs = cursor->docs;
	size_t groups = rank->ask->count;
	bool simple = window->worths == NULL && cursor->elsewhere == 0;
	uint32_t *scores = window->scores + cursor->group;
	uint32_t worth;
	uint32_t at;
	uint32_t score;
	uint32_t i;

	for (i = cursor->at; i < cursor->count && docs[i] < window->end; i++) {
		at = docs[i] - window->begin;
		window->noted |= UINT32_C(1) << at / 64;
		score = cursor->weight * cursor->impacts[i];
		if (simple) {
			scores[at * groups] = score > scores[at * groups] ?
			    score :
			    scores[at * groups];
		} else {
			worth = cursor->worth;
			if (rank_elsewhere(rank, cursor, docs[i])) {
				score /= 8;
				worth = 0;
			}
			note(window, at * groups + cursor->group, score, worth);
		}
		if (score >= need)
			set_bit(there, at);
	}
	rank->steps += i - cursor->at;
	cursor->at = i;
}

/* Whether one of the documents ${from}..${to} is a candidate. */
static bool
is_any_there(const struct window *window, uint32_t from, uint32_t to)
{
	return is_any_bit(&window->there,
	    from > window->begin ? from - window->begin : 0,
	    to < window->end ? to - window->begin : WINDOW - 1);
}

/*
 * Note what a list gives in the window; ${there} are those whom it makes
 * candidates, if it can make any.  Blocks are passed that cannot lift a document
 * among the best, and, if ${others}, those that hold no candidate.
 */
static void
gather(
    struct rank *rank, struct cursor *cursor, bool others, struct bits *there)
{
	struct window *window = &rank->window;
	uint64_t rest = window->total - window->best.score[cursor->group];
	uint32_t aside = window->aside.score[cursor->group];
	uint64_t need = UINT64_MAX;
	uint32_t doc = window->begin;
	uint32_t most;

	/* Who is set aside in the same group may count more for a document. */
	if (there != NULL)
		need = aside + rest > rank->floor ? 0 : rank->floor - rest + 1;
	for (doc = cursor_near(cursor, doc); doc < window->end;
	     doc = cursor_near(cursor, doc)) {
		most = cursor->block_most > aside ? cursor->block_most : aside;
		if (rest + most <= rank->floor ||
		    (others && !is_any_there(window, doc, cursor->last))) {
			cursor->passed = true;
		} else {
			if (cursor_seek(cursor, doc) == NO_DOC)
				return;
			note_block(rank, cursor, need, there);
			if (cursor->at < cursor->count)
				return;
		}
		if (cursor->last >= window->end - 1)
			return;
		cursor_pass(cursor);
	}
}

/* What was noted about the document at ${at}. */
static void
noted_sums(const struct rank *rank, size_t at, struct sums *ret_sums)
{
	const struct window *window = &rank->window;
	size_t groups = rank->ask->count;
	size_t i;

	for (i = 0; i < groups; i++) {
		ret_sums->score[i] = window->scores[at * groups + i];
		ret_sums->worth[i] = window->worths == NULL ?
		    0 :
		    window->worths[at * groups + i];
	}
}

/* Forget what was noted. */
static void
clear_noted(struct rank *rank)
{
	struct window *window = &rank->window;
	size_t row = 64 * rank->ask->count;
	uint64_t noted = window->noted;
	size_t i;

	while (take_bit(&noted, &i)) {
		memset(window->scores + i * row, 0,
		    row * sizeof(window->scores[0]));
		if (window->worths != NULL)
			memset(window->worths + i * row, 0, row);
	}
	window->noted = 0;
}

/* ---- any group ---- */

static int
compare_most(const void *a, const void *b)
{
	const struct cursor *x = a;
	const struct cursor *y = b;

	return (x->most > y->most) - (x->most < y->most);
}

/* What has been set aside, in which a document must not be alone. */
struct aside {
	struct sums sums;
	uint64_t score;
	uint64_t cover;
};

/*
 * Set a list aside, which gives ${most} at most, unless a document that is in
 * lists set aside alone could be good enough.
 */
static bool
set_aside(const struct rank *rank, struct aside *aside,
    const struct cursor *cursor, uint32_t most)
{
	uint32_t *score = &aside->sums.score[cursor->group];
	uint32_t *worth = &aside->sums.worth[cursor->group];
	uint64_t sum = aside->score + (most > *score ? most - *score : 0);
	uint64_t cover = aside->cover;

	if (cursor->worth > *worth)
		cover += rank_cover(rank, cursor->group, cursor->worth) -
		    rank_cover(rank, cursor->group, *worth);
	if (rank_lessen(rank, sum, cover) > rank->floor)
		return false;
	*score = most > *score ? most : *score;
	*worth = cursor->worth > *worth ? cursor->worth : *worth;
	aside->score = sum;
	aside->cover = cover;
	return true;
}

/* The first list that a document may be in alone and be good enough. */
static size_t
first_needed(const struct rank *rank)
{
	struct aside aside = { .score = 0 };
	size_t i = 0;

	while (i < rank->count &&
	    set_aside(rank, &aside, &rank->cursors[i], rank->cursors[i].most))
		i++;
	return i;
}

/* Set aside what can be in this window; false if that is all. */
static bool
choose_aside(struct rank *rank)
{
	struct aside aside = { .score = 0 };
	struct cursor *cursor;
	bool any = false;
	size_t i;

	for (i = 0; i < rank->count; i++) {
		cursor = &rank->cursors[i];
		cursor->aside = cursor->here == 0 ||
		    set_aside(rank, &aside, cursor, cursor->here);
		any |= !cursor->aside;
	}
	rank->window.aside = aside.sums;
	return any;
}

/* Whether a document could be good enough if it is in lists set aside too. */
static bool
is_near(const struct rank *rank, const struct sums *sums)
{
	const struct sums *aside = &rank->window.aside;
	uint64_t score = 0;
	uint64_t cover = 0;
	size_t i;

	for (i = 0; i < rank->ask->count; i++)
		score += sums->score[i] > aside->score[i] ? sums->score[i] :
							    aside->score[i];
	if (!rank->ask->cover || score <= rank->floor)
		return score > rank->floor;
	for (i = 0; i < rank->ask->count; i++)
		cover += rank_cover(rank, i,
		    sums->worth[i] > aside->worth[i] ? sums->worth[i] :
						       aside->worth[i]);
	return rank_lessen(rank, score, cover) > rank->floor;
}

/* Ask a list that was not read for all its documents. */
static void
ask_aside(const struct rank *rank, struct cursor *cursor, uint32_t doc,
    struct sums *sums)
{
	uint8_t impact;

	if ((!cursor->aside && !cursor->passed) || cursor->here == 0 ||
	    (cursor->here <= sums->score[cursor->group] &&
		(!rank->ask->cover ||
		    cursor->worth <= sums->worth[cursor->group])))
		return;
	if (!cursor->aside) {
		/* It is behind the document already. */
		if (rank->ask->cover && cursor_look(cursor, doc, &impact))
			rank_take(rank, cursor, doc, impact, sums);
	} else if (cursor_near(cursor, doc) == doc &&
	    cursor_seek(cursor, doc) == doc) {
		rank_take(rank, cursor, doc, cursor->impacts[cursor->at], sums);
	}
}

/* Keep the candidates that could be good enough; return how many. */
static size_t
keep_near(struct rank *rank)
{
	struct window *window = &rank->window;
	struct steps steps = first_bit(&window->there);
	struct sums sums;
	size_t count = 0;
	uint32_t at;

	while (next_bit(&window->there, &steps, &at)) {
		noted_sums(rank, at, &sums);
		if (is_near(rank, &sums))
			count++;
		else
			clear_bit(&window->there, at);
	}
	return count;
}

/* Read the lists set aside too, if that is less work than asking them. */
static void
read_aside(struct rank *rank)
{
	struct cursor *cursor;
	uint64_t docs = 0;
	size_t count = 0;
	size_t i;

	for (i = 0; i < rank->count; i++)
		if (rank->cursors[i].aside && rank->cursors[i].here > 0) {
			docs += rank->cursors[i].list.count;
			count++;
		}
	docs = docs * WINDOW / rank->part->head.count;
	if (count == 0 || keep_near(rank) * count * SEEK_COST < docs)
		return;
	for (i = 0; i < rank->count; i++) {
		cursor = &rank->cursors[i];
		if (cursor->aside && cursor->here > 0) {
			cursor->aside = false;
			gather(rank, cursor, true, NULL);
		}
	}
	memset(&rank->window.aside, 0, sizeof(rank->window.aside));
}

/* Score a document by all lists. */
static void
finish_any(struct rank *rank, uint32_t doc, struct sums *sums)
{
	struct search_hit hit;
	size_t i;

	for (i = rank->count; i-- > 0;)
		ask_aside(rank, &rank->cursors[i], doc, sums);
	rank_sum(rank, sums, &hit);
	if (hit.score > rank->floor)
		rank_offer(rank, doc, &hit);
}

/* Look at the candidates of the window. */
static void
weigh_any(struct rank *rank)
{
	struct window *window = &rank->window;
	struct steps steps = first_bit(&window->there);
	struct sums sums;
	uint32_t at;

	while (next_bit(&window->there, &steps, &at)) {
		noted_sums(rank, at, &sums);
		if (is_near(rank, &sums) && !rank_late(rank, OFFER_COST))
			finish_any(rank, window->begin + at, &sums);
	}
}

/* The first document, not below ${doc}, that may be in one of the lists. */
static uint32_t
next_any(struct rank *rank, size_t from, uint32_t doc)
{
	uint32_t next = NO_DOC;
	uint32_t near;
	size_t i;

	for (i = from; i < rank->count && next > doc; i++)
		if ((near = cursor_near(&rank->cursors[i], doc)) < next)
			next = near;
	return next;
}

/* Make room for what is noted in a window. */
static enum err
make_room(struct rank *rank)
{
	struct window *window = &rank->window;
	size_t size = WINDOW * rank->ask->count;

	if (window->scores != NULL)
		return ERR_NONE;
	if (rank->ask->cover) {
		window->worths = search_room(rank->search, ROOM_WORTHS, size);
		if (window->worths == NULL)
			return ERR_NOMEM;
		memset(window->worths, 0, size);
	}
	window->scores = search_room(
	    rank->search, ROOM_SCORES, size * sizeof(*window->scores));
	if (window->scores == NULL)
		return ERR_NOMEM;
	memset(window->scores, 0, size * sizeof(*window->scores));
	return ERR_NONE;
}

enum err
rank_any(struct rank *rank)
{
	uint32_t doc = 0;
	size_t i;
	enum err err;

	if ((err = make_room(rank)) != ERR_NONE)
		return err;
	qsort(rank->cursors, rank->count, sizeof(*rank->cursors), compare_most);
	for (;;) {
		doc = next_any(rank, first_needed(rank), doc);
		if (doc == NO_DOC || rank_late(rank, rank->count))
			return ERR_NONE;
		window_begin(rank, doc);
		if (choose_aside(rank)) {
			for (i = 0; i < rank->count; i++)
				if (!rank->cursors[i].aside)
					gather(rank, &rank->cursors[i], false,
					    &rank->window.there);
			read_aside(rank);
			weigh_any(rank);
			clear_noted(rank);
			clear_bits(&rank->window.there);
		}
		doc = rank->window.end;
	}
}
