#include "daemon/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/search_internal.h"

/*
 * A document's score is the sum over the groups of the best of the group's ways:
 * weight of the way * impact in the document.  Each way has a cursor in each
 * part.  Documents are looked at a window at a time: within it each list is read
 * in one go, and what its documents gain is noted by document.  What a list, and
 * each block of it, can give at most is known beforehand, so that windows and
 * blocks that cannot hold one of the best are not read, and lists that alone
 * cannot lift a document among them are asked only for those that others brought
 * near (MaxScore, with the greatest impacts of blocks).
 */

#define SCALE      1024.0 /* of weights: an idf of 1 */
#define WELL       200    /* a way of this weight fulfils its group wholly */
#define UNKNOWN    25  /* a word that nothing has weighs like one in so many */
#define OWN        210 /* a way of this weight is the very word */
#define MEANT      100 /* a way of less weight is only near to what is meant */
#define FOREIGN    236 /* of 256: worth of what is in another language */
#define LEAST      48  /* of 256: what a hit is worth that fulfils nothing */
#define LATE_COST  512 /* steps between two looks at the clock */
#define OFFER_COST 16  /* steps that a document offered counts for */
#define SEEK_COST  8   /* documents read while one is sought */
#define GIVEN_BITS 8192U
#define WINDOW     2048U /* documents, a multiple of 64 */

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

/* Some documents of a window. */
struct bits {
	uint64_t word[WINDOW / 64]; /* one bit a document */
	uint32_t used;              /* one bit a word: only these hold any */
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
	uint32_t *scores;  /* by document, group */
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
	struct search_hit *hits;
	size_t nhits;
	uint32_t whole; /* what all groups together weigh */
	uint32_t floor; /* what a score must be above */
	uint32_t steps; /* since the clock was looked at */
	bool late;
};

/* ---- scores ---- */

/* Whether a way means something else in a document of the part. */
static bool
is_elsewhere(const struct rank *rank, const struct cursor *cursor, uint32_t doc)
{
	return cursor->elsewhere != 0 &&
	    (cursor->elsewhere >>
		    (rank->part->docs[(size_t)doc * DOC_LEN + 4] & 7) &
		1) != 0;
}

/* Take what a way gives for a document. */
static void
take_score(const struct rank *rank, const struct cursor *cursor, uint32_t doc,
    uint8_t impact, struct sums *sums)
{
	uint32_t score = cursor->weight * impact;
	bool elsewhere = is_elsewhere(rank, cursor, doc);

	if (elsewhere)
		score /= 8;
	if (score > sums->score[cursor->group])
		sums->score[cursor->group] = score;
	if (!elsewhere && cursor->worth > sums->worth[cursor->group])
		sums->worth[cursor->group] = cursor->worth;
}

/* What of the question a group fulfils, if its best way has this worth. */
static uint32_t
cover_of(const struct rank *rank, size_t group, uint32_t worth)
{
	return worth >= WELL ? rank->full[group] * 256 :
			       rank->full[group] * 256 / WELL * worth;
}

/* The part of the whole, of 256. */
static uint32_t
cover_share(const struct rank *rank, uint64_t cover)
{
	return (uint32_t)(cover / (rank->whole + 1));
}

/* What fulfils less of the question is worth less. */
static uint64_t
lessened(const struct rank *rank, uint64_t score, uint64_t cover)
{
	if (!rank->ask->cover)
		return score;
	return score *
	    (LEAST + (256 - LEAST) * (uint64_t)cover_share(rank, cover) / 256) /
	    256;
}

/* The hit of a document for which the groups give this. */
static void
add_up(const struct rank *rank, const struct sums *sums,
    struct search_hit *ret_hit)
{
	uint64_t cover = 0;
	uint32_t score = 0;
	size_t i;

	memset(ret_hit, 0, sizeof(*ret_hit));
	for (i = 0; i < rank->ask->count; i++) {
		score += sums->score[i];
		if (sums->score[i] > 0)
			ret_hit->groups++;
		cover += cover_of(rank, i, sums->worth[i]);
	}
	ret_hit->cover = (uint16_t)cover_share(rank, cover);
	ret_hit->score = (uint32_t)lessened(rank, score, cover);
}

/* ---- the best hits ---- */

/* Whether one hit comes before another. */
static bool
is_better(const struct search_hit *a, const struct search_hit *b)
{
	return a->score != b->score ? a->score > b->score :
				      a->ordinal < b->ordinal;
}

/* Put a hit in its place, pushing the last one out. */
static void
insert(struct rank *rank, const struct search_hit *hit)
{
	size_t i;

	for (i = 0; i < rank->nhits; i++)
		if (rank->hits[i].target == hit->target)
			break;
	if (i < rank->nhits) {
		if (!is_better(hit, &rank->hits[i]))
			return;
	} else if (rank->nhits < rank->ask->limit) {
		i = rank->nhits++;
	} else {
		i = rank->nhits - 1;
		if (!is_better(hit, &rank->hits[i]))
			return;
	}
	for (; i > 0 && is_better(hit, &rank->hits[i - 1]); i--)
		rank->hits[i] = rank->hits[i - 1];
	rank->hits[i] = *hit;
	if (rank->nhits == rank->ask->limit)
		rank->floor = rank->hits[rank->nhits - 1].score;
}

/* Offer a document of the part: ${like} has its score, and what it fulfils. */
static void
offer(struct rank *rank, uint32_t local, const struct search_hit *like)
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

/* Whether time is up; asked often, looked at after LATE_COST steps. */
static bool
is_late(struct rank *rank, size_t steps)
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

/* ---- some documents ---- */

/* Where one is among bits. */
struct steps {
	uint64_t used;
	uint64_t left;
	size_t word;
};

/* Take the first of the bits; false if there is none. */
static bool
take_bit(uint64_t *bits, size_t *ret_bit)
{
	if (*bits == 0)
		return false;
	*ret_bit = (size_t)__builtin_ctzll(*bits);
	*bits &= *bits - 1;
	return true;
}

/* Take the first word that holds any, by its number. */
static bool
take_word(struct bits *bits, size_t *ret_word)
{
	uint64_t used = bits->used;
	bool any = take_bit(&used, ret_word);

	bits->used = (uint32_t)used;
	return any;
}

/* Begin to go through the bits; to be continued with next_bit(). */
static struct steps
first_bit(const struct bits *bits)
{
	return (struct steps){ .used = bits->used };
}

/* The next bit, which may be cleared; false if there is none. */
static bool
next_bit(const struct bits *bits, struct steps *steps, uint32_t *ret_at)
{
	size_t bit;

	while (steps->left == 0) {
		if (!take_bit(&steps->used, &steps->word))
			return false;
		steps->left = bits->word[steps->word];
	}
	(void)take_bit(&steps->left, &bit);
	*ret_at = (uint32_t)(64 * steps->word + bit);
	return true;
}

static void
set_bit(struct bits *bits, uint32_t at)
{
	bits->word[at / 64] |= UINT64_C(1) << at % 64;
	bits->used |= UINT32_C(1) << at / 64;
}

static void
clear_bit(struct bits *bits, uint32_t at)
{
	bits->word[at / 64] &= ~(UINT64_C(1) << at % 64);
}

static size_t
count_bits(const struct bits *bits)
{
	uint64_t used = bits->used;
	size_t count = 0;
	size_t i;

	while (take_bit(&used, &i))
		count += (size_t)__builtin_popcountll(bits->word[i]);
	return count;
}

/* Forget all bits. */
static void
clear_bits(struct bits *bits)
{
	size_t i;

	while (take_word(bits, &i))
		bits->word[i] = 0;
}

/* Keep what others hold too. */
static void
keep_bits(struct bits *bits, const struct bits *others)
{
	uint64_t used = bits->used;
	size_t i;

	while (take_bit(&used, &i))
		bits->word[i] &= others->word[i];
	bits->used &= others->used;
}

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
			if (is_elsewhere(rank, cursor, docs[i])) {
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
	uint32_t i;

	from = from > window->begin ? from - window->begin : 0;
	to = to < window->end ? to - window->begin : WINDOW - 1;
	if (from / 64 == to / 64)
		return (window->there.word[from / 64] >> from % 64)
		    << (63 - (to - from)) !=
		    0;
	for (i = from / 64 + 1; i < to / 64; i++)
		if (window->there.word[i] != 0)
			return true;
	return window->there.word[from / 64] >> from % 64 != 0 ||
	    window->there.word[to / 64] << (63 - to % 64) != 0;
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
		cover += cover_of(rank, cursor->group, cursor->worth) -
		    cover_of(rank, cursor->group, *worth);
	if (lessened(rank, sum, cover) > rank->floor)
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
		cover += cover_of(rank, i,
		    sums->worth[i] > aside->worth[i] ? sums->worth[i] :
						       aside->worth[i]);
	return lessened(rank, score, cover) > rank->floor;
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
			take_score(rank, cursor, doc, impact, sums);
	} else if (cursor_near(cursor, doc) == doc &&
	    cursor_seek(cursor, doc) == doc) {
		take_score(
		    rank, cursor, doc, cursor->impacts[cursor->at], sums);
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
	add_up(rank, sums, &hit);
	if (hit.score > rank->floor)
		offer(rank, doc, &hit);
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
		if (is_near(rank, &sums) && !is_late(rank, OFFER_COST))
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

static void
rank_any(struct rank *rank)
{
	uint32_t doc = 0;
	size_t i;

	qsort(rank->cursors, rank->count, sizeof(*rank->cursors), compare_most);
	for (;;) {
		doc = next_any(rank, first_needed(rank), doc);
		if (doc == NO_DOC || is_late(rank, rank->count))
			return;
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

/* ---- all groups ---- */

/* The cursors of a group stand together then. */
struct span {
	size_t begin;
	size_t end;
	uint64_t docs;
};

static int
compare_groups(const void *a, const void *b)
{
	const struct cursor *x = a;
	const struct cursor *y = b;

	return (x->group > y->group) - (x->group < y->group);
}

static int
compare_spans(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;

	return (x->docs > y->docs) - (x->docs < y->docs);
}

/* Find where each group's cursors stand, rarest first; false if one has none. */
static bool
make_spans(struct rank *rank, struct span spans[SEARCH_GROUPS])
{
	size_t i = 0;
	size_t group;

	qsort(
	    rank->cursors, rank->count, sizeof(*rank->cursors), compare_groups);
	for (group = 0; group < rank->ask->count; group++) {
		spans[group] = (struct span){ .begin = i };
		for (; i < rank->count && rank->cursors[i].group == group; i++)
			spans[group].docs += rank->cursors[i].list.count;
		spans[group].end = i;
		if (spans[group].begin == i)
			return false;
	}
	qsort(spans, rank->ask->count, sizeof(*spans), compare_spans);
	return true;
}

/* The first document, not below ${doc}, that may be in all groups. */
static uint32_t
next_all(struct rank *rank, const struct span *spans, uint32_t doc)
{
	uint32_t near;
	uint32_t next;
	size_t i;
	size_t k;

	for (i = 0; i < rank->ask->count && doc != NO_DOC; i++) {
		next = NO_DOC;
		for (k = spans[i].begin; k < spans[i].end && next > doc; k++)
			if ((near = cursor_near(&rank->cursors[k], doc)) < next)
				next = near;
		doc = next;
	}
	return doc;
}

/*
 * Keep the candidates that could be good enough if the groups that are not looked
 * at yet, of which ${rest} can come, give all they can.
 */
static void
keep_good(struct rank *rank, uint64_t rest)
{
	struct window *window = &rank->window;
	struct steps steps = first_bit(&window->there);
	size_t groups = rank->ask->count;
	const uint32_t *scores;
	uint64_t score;
	uint32_t at;
	size_t i;

	while (next_bit(&window->there, &steps, &at)) {
		scores = window->scores + at * groups;
		for (score = rest, i = 0; i < groups; i++)
			score += scores[i];
		if (score <= rank->floor)
			clear_bit(&window->there, at);
	}
}

/* Ask a group for each of the candidates; those it does not hold are none. */
static void
ask_each(struct rank *rank, const struct span *span)
{
	struct window *window = &rank->window;
	struct steps steps = first_bit(&window->there);
	size_t group = rank->cursors[span->begin].group;
	struct cursor *cursor;
	struct sums sums;
	uint32_t doc;
	uint32_t at;
	size_t i;
	bool there;

	while (next_bit(&window->there, &steps, &at)) {
		doc = window->begin + at;
		there = false;
		sums.score[group] = 0;
		sums.worth[group] = 0;
		for (i = span->begin; i < span->end; i++) {
			cursor = &rank->cursors[i];
			if (cursor_near(cursor, doc) != doc ||
			    cursor_seek(cursor, doc) != doc)
				continue;
			there = true;
			take_score(rank, cursor, doc,
			    cursor->impacts[cursor->at], &sums);
		}
		note(window, at * rank->ask->count + group, sums.score[group],
		    0);
		window->noted |= UINT32_C(1) << at / 64;
		if (!there)
			clear_bit(&window->there, at);
	}
}

/* Read a group's lists; candidates that are in none of them are none. */
static void
read_group(struct rank *rank, const struct span *span, bool others)
{
	struct window *window = &rank->window;
	struct bits there;
	size_t i;

	memset(&there, 0, sizeof(there));
	for (i = span->begin; i < span->end; i++)
		gather(rank, &rank->cursors[i], others, &there);
	if (others)
		keep_bits(&window->there, &there);
	else
		window->there = there;
}

/* Find the candidates of the window, group by group. */
static void
narrow(struct rank *rank, const struct span *spans)
{
	struct window *window = &rank->window;
	uint64_t rest = window->total;
	uint64_t docs;
	size_t count = 0;
	size_t i;

	for (i = 0; i < rank->ask->count; i++) {
		rest -= window->best.score[rank->cursors[spans[i].begin].group];
		docs = spans[i].docs * WINDOW / rank->part->head.count;
		if (i > 0 &&
		    count * (spans[i].end - spans[i].begin) * SEEK_COST < docs)
			ask_each(rank, &spans[i]);
		else
			read_group(rank, &spans[i], i > 0);
		/* After the first all are; after the last it is seen. */
		if (i > 0 && i + 1 < rank->ask->count)
			keep_good(rank, rest);
		if ((count = count_bits(&window->there)) == 0)
			return;
	}
}

/* Offer the candidates that are left. */
static void
weigh_all(struct rank *rank)
{
	struct window *window = &rank->window;
	struct steps steps = first_bit(&window->there);
	struct search_hit hit = { .cover = 256 };
	size_t groups = rank->ask->count;
	uint32_t at;
	size_t i;

	hit.groups = (uint16_t)groups;
	while (next_bit(&window->there, &steps, &at)) {
		if (is_late(rank, OFFER_COST))
			return;
		for (hit.score = 0, i = 0; i < groups; i++)
			hit.score += window->scores[at * groups + i];
		if (hit.score > rank->floor)
			offer(rank, window->begin + at, &hit);
	}
}

static void
rank_all(struct rank *rank)
{
	struct span spans[SEARCH_GROUPS];
	struct window *window = &rank->window;
	uint32_t doc = 0;
	bool all;
	size_t i;

	if (!make_spans(rank, spans))
		return;
	for (;;) {
		doc = next_all(rank, spans, doc);
		if (doc == NO_DOC || is_late(rank, rank->count))
			return;
		window_begin(rank, doc);
		for (all = true, i = 0; i < rank->ask->count; i++)
			all &= window->best.score[i] > 0;
		if (all && window->total > rank->floor) {
			narrow(rank, spans);
			weigh_all(rank);
			clear_noted(rank);
			clear_bits(&window->there);
		}
		doc = window->end;
	}
}

/* ---- weights ---- */

/* How rare is what ${most} of ${docs} have. */
static double
idf_of(uint64_t docs, uint64_t most)
{
	return log(1.0 + ((double)(docs - most) + 0.5) / ((double)most + 0.5));
}

/* Find the lists of all ways in all parts, and what each way weighs. */
static enum err
look_up(struct rank *rank, const struct search_group *group, size_t first)
{
	const struct search_way *way;
	char term[PART_TERM];
	struct found *found;
	uint64_t most = group->ngiven;
	uint64_t docs;
	uint64_t own = 0;
	bool known = false;
	double idf;
	double word_idf;
	size_t len;
	size_t i;
	size_t k;
	enum err err;

	for (i = 0; i < group->count; i++) {
		way = &group->ways[i];
		len = strnlen(way->text, SEARCH_TERM_MAX - 1);
		term[0] = (char)way->kind;
		memcpy(term + 1, way->text, len);
		docs = 0;
		for (k = 0; k < rank->search->count; k++) {
			found = &rank->found[k * rank->nways + first + i];
			err = part_list(rank->search, &rank->search->parts[k],
			    term, len + 1, &found->list);
			if (err != ERR_NONE && err != ERR_NOENT)
				return err;
			found->there = err == ERR_NONE;
			docs += found->there ? found->list.count : 0;
		}
		if (docs > most && way->weight >= MEANT)
			most = docs;
		if (docs > own && way->weight >= OWN)
			own = docs;
		known |= way->kind == SEARCH_CONCEPT && way->weight >= MEANT;
	}

	/*
	 * All ways mean one thing, but for those that are only near to it, so
	 * the commonest says how rare that is.
	 */
	docs = rank->search->docs > most ? rank->search->docs : most;
	if (most == 0 && !known)
		most = docs / UNKNOWN; /* it may be any word */
	idf = idf_of(docs, most);

	/* The very word says more than what it means, if it is rarer. */
	word_idf = own == 0 || own > most ? idf : (idf + idf_of(docs, own)) / 2;
	for (i = 0; i <= group->count; i++) {
		k = i < group->count ? group->ways[i].weight : 256;
		rank->weights[first + i] = 1 +
		    (uint32_t)(SCALE *
			(i < group->count && k >= OWN ? word_idf : idf) *
			(double)k / 256.0 * (double)group->factor / 256.0);
	}
	return ERR_NONE;
}

/* Make the list of a group's given documents that are in the part. */
static enum err
make_given(const struct part *part, const struct search_group *group,
    struct bytes *ret_list)
{
	uint32_t *docs = calloc(part->head.count, sizeof(*docs));
	uint8_t *impacts = calloc(part->head.count, 1);
	uint8_t *out = malloc(list_size(part->head.count));
	uint64_t some[GIVEN_BITS / 64] = { 0 }; /* by the last bits of doc */
	uint32_t count = 0;
	uint32_t doc;
	uint32_t i;
	size_t low;
	size_t high;

	if (docs == NULL || impacts == NULL || out == NULL) {
		free(docs);
		free(impacts);
		free(out);
		return ERR_NOMEM;
	}
	for (low = 0; low < group->ngiven; low++) {
		doc = group->given[low].doc % GIVEN_BITS;
		some[doc / 64] |= UINT64_C(1) << doc % 64;
	}
	for (i = 0; i < part->head.count; i++) {
		doc = bytes_get_le32(part->docs + (size_t)i * DOC_LEN);
		if ((some[doc % GIVEN_BITS / 64] >> doc % 64 & 1) == 0)
			continue;
		for (low = 0, high = group->ngiven; low < high;) {
			size_t middle = low + (high - low) / 2;

			if (group->given[middle].doc < doc)
				low = middle + 1;
			else
				high = middle;
		}
		if (low == group->ngiven || group->given[low].doc != doc)
			continue;
		docs[count] = i;
		impacts[count++] = group->given[low].impact;
	}
	ret_list->data = out;
	ret_list->len = count > 0 ? list_write(docs, impacts, count, out) : 0;
	free(docs);
	free(impacts);
	return ERR_NONE;
}

/* ---- parts ---- */

static void
add_cursor(struct rank *rank, const struct list *list, size_t way,
    uint16_t worth, uint8_t elsewhere, size_t group)
{
	struct cursor *cursor = &rank->cursors[rank->count++];

	cursor->list = *list;
	cursor->weight = rank->weights[way];
	cursor->worth = worth > WELL ? WELL : worth;
	cursor->elsewhere = elsewhere;
	cursor->group = (uint8_t)group;
	cursor_begin(cursor);
}

/* Set the cursors of all ways in a part. */
static enum err
set_cursors(struct rank *rank, size_t number)
{
	const struct search_group *group;
	const struct found *found;
	struct bytes given;
	struct list list;
	size_t first = 0;
	size_t i;
	size_t k;
	enum err err;

	rank->count = 0;
	for (i = 0; i < rank->ask->count; i++) {
		group = &rank->ask->groups[i];
		for (k = 0; k < group->count; k++) {
			found = &rank->found[number * rank->nways + first + k];
			if (found->there)
				add_cursor(rank, &found->list, first + k,
				    group->ways[k].weight,
				    group->ways[k].elsewhere, i);
		}
		if (group->ngiven > 0) {
			err = make_given(rank->part, group, &given);
			if (err != ERR_NONE)
				return err;
			rank->given[i] = given;
			if (given.len > 0 &&
			    list_open(given, rank->part->head.count, &list) ==
				ERR_NONE)
				add_cursor(rank, &list, first + group->count,
				    256, 0, i);
		}
		first += group->count + 1;
	}
	return ERR_NONE;
}

static void
free_given(struct rank *rank)
{
	size_t i;

	for (i = 0; i < rank->ask->count; i++) {
		free((void *)(uintptr_t)rank->given[i].data);
		rank->given[i] = (struct bytes){ .data = NULL, .len = 0 };
	}
}

static enum err
rank_part(struct rank *rank, size_t number)
{
	size_t i;
	enum err err;

	rank->part = &rank->search->parts[number];
	if ((err = set_cursors(rank, number)) != ERR_NONE)
		return err;
	if (rank->ask->all)
		rank_all(rank);
	else
		rank_any(rank);
	for (i = 0; i < rank->count; i++)
		if (rank->cursors[i].damaged)
			err = ERR_DAMAGED;
	return err;
}

static void
rank_end(struct rank *rank)
{
	free(rank->weights);
	free(rank->found);
	free(rank->given);
	free(rank->cursors);
	free(rank->window.scores);
	free(rank->window.worths);
}

static enum err
rank_begin(struct rank *rank)
{
	size_t first = 0;
	size_t i;
	enum err err;

	for (i = 0; i < rank->ask->count; i++)
		rank->nways += rank->ask->groups[i].count + 1;
	rank->weights = calloc(rank->nways, sizeof(*rank->weights));
	rank->found = calloc(
	    rank->nways * (rank->search->count + 1), sizeof(*rank->found));
	rank->given = calloc(rank->ask->count + 1, sizeof(*rank->given));
	rank->cursors = malloc((rank->nways + 1) * sizeof(*rank->cursors));
	rank->window.scores = calloc(
	    WINDOW * rank->ask->count, sizeof(*rank->window.scores));
	if (rank->ask->cover)
		rank->window.worths = calloc(WINDOW, rank->ask->count);
	if (rank->weights == NULL || rank->found == NULL ||
	    rank->given == NULL || rank->cursors == NULL ||
	    rank->window.scores == NULL ||
	    (rank->ask->cover && rank->window.worths == NULL))
		return ERR_NOMEM;
	for (i = 0; i < rank->ask->count; i++) {
		err = look_up(rank, &rank->ask->groups[i], first);
		if (err != ERR_NONE)
			return err;
		first += rank->ask->groups[i].count + 1;
		rank->full[i] = rank->weights[first - 1];
		rank->whole += rank->full[i];
	}
	return ERR_NONE;
}

enum err
search_top(struct search *search, const struct search_ask *ask,
    struct search_hit *ret_hits, size_t *ret_count, bool *ret_late)
{
	struct rank rank = { .search = search, .ask = ask, .hits = ret_hits };
	size_t i;
	enum err err = ERR_NONE;

	if (ask->limit > 0 && ask->count > 0)
		err = rank_begin(&rank);
	for (i = 0; err == ERR_NONE && ask->limit > 0 && ask->count > 0 &&
	     i < search->count && !rank.late;
	     i++) {
		err = rank_part(&rank, i);
		free_given(&rank);
	}
	rank_end(&rank);
	if (err != ERR_NONE)
		return err;
	*ret_count = rank.nhits;
	*ret_late = rank.late;
	return ERR_NONE;
}

/* ---- why ---- */

/* Which way of a group counts most in the document at ${local}. */
static int
best_way(struct rank *rank, size_t group, uint32_t local)
{
	uint32_t best = 0;
	uint32_t score;
	int way = -1;
	size_t seen = 0;
	size_t k;
	struct cursor *cursor;
	size_t number = (size_t)(rank->part - rank->search->parts);
	size_t first = 0;
	size_t i;

	/* Cursors stand in the order of ways; those not there have none. */
	for (i = 0; i < group; i++)
		first += rank->ask->groups[i].count + 1;
	for (i = 0; rank->cursors[i].group != group && i < rank->count;)
		i++;
	for (k = 0; k <= rank->ask->groups[group].count; k++) {
		if (k < rank->ask->groups[group].count &&
		    !rank->found[number * rank->nways + first + k].there)
			continue;
		if (i + seen >= rank->count)
			break;
		cursor = &rank->cursors[i + seen];
		if (cursor->group != group)
			break;
		seen++;
		if (cursor_seek(cursor, local) != local)
			continue;
		score = cursor->weight * cursor->impacts[cursor->at];
		if (is_elsewhere(rank, cursor, local))
			score /= 8;
		if (score > best) {
			best = score;
			way = (int)k;
		}
	}
	return way;
}

enum err
search_explain(struct search *search, const struct search_ask *ask,
    const struct search_hit *hit, int *ret_way)
{
	struct rank rank = { .search = search, .ask = ask };
	size_t number;
	size_t i;
	enum err err;

	for (number = 0; number < search->count; number++)
		if (hit->ordinal - search->parts[number].head.first <
		    search->parts[number].head.count)
			break;
	if (number == search->count)
		return ERR_DAMAGED;
	err = rank_begin(&rank);
	rank.part = &search->parts[number];
	if (err == ERR_NONE)
		err = set_cursors(&rank, number);
	for (i = 0; err == ERR_NONE && i < ask->count; i++)
		ret_way[i] = best_way(
		    &rank, i, hit->ordinal - rank.part->head.first);
	if (rank.given != NULL)
		free_given(&rank);
	rank_end(&rank);
	return err;
}
