#include "daemon/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/search_internal.h"

/*
 * A document's score is the sum over the groups of the best of the group's ways:
 * weight of the way * impact in the document.  Each way has a cursor in each
 * part.  What a way, and each block of its list, can give at most is known
 * beforehand, so that most documents are passed over unread once there are
 * ask->limit better ones (MaxScore, with the greatest impacts of blocks).
 */

#define SCALE      1024.0 /* of weights: an idf of 1 */
#define WELL       200    /* a way of this weight fulfils its group wholly */
#define UNKNOWN    15  /* a word that nothing has weighs like one in so many */
#define OWN        210 /* a way of this weight is the very word */
#define MEANT      100 /* a way of less weight is only near to what is meant */
#define FOREIGN    236 /* of 256: worth of what is in another language */
#define LEAST      48  /* of 256: what a hit is worth that fulfils nothing */
#define LATE_EVERY 512 /* documents between two looks at the clock */

/* A way in one part. */
struct cursor {
	struct list list;
	const uint8_t *impacts;
	uint32_t weight;
	uint32_t most;  /* weight * greatest impact */
	uint32_t block; /* at hand */
	uint32_t last;  /* its last document */
	uint32_t block_most;
	uint32_t count; /* documents of it that were read; 0 = not read yet */
	uint32_t at;
	uint32_t doc; /* at hand; NO_DOC at the end; valid once it was sought */
	uint32_t cover; /* what of the question it fulfils: of rank->whole */
	uint8_t elsewhere;
	uint8_t group;
	bool damaged;
	uint32_t docs[BLOCK];
};

/* A way's list in one part. */
struct found {
	struct list list;
	bool there;
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
	struct search_hit *hits;
	size_t nhits;
	uint32_t whole; /* what all groups together weigh */
	uint32_t floor; /* what a score must be above */
	uint32_t looks;
	bool late;
};

/* ---- cursors ---- */

/* Look at block ${number} of the list without reading it. */
static void
enter_block(struct cursor *cursor, uint32_t number)
{
	struct list_block block;

	cursor->block = number;
	cursor->count = 0;
	cursor->at = 0;
	if (number >= cursor->list.nblocks) {
		cursor->last = NO_DOC;
		cursor->doc = NO_DOC;
		cursor->block_most = 0;
		return;
	}
	list_block(&cursor->list, number, &block);
	cursor->last = block.last;
	cursor->block_most = cursor->weight * block.max;
}

/* Go to the block that could hold ${doc}; false if there is none. */
static bool
shallow(struct cursor *cursor, uint32_t doc)
{
	struct list_block block;
	uint32_t low;
	uint32_t high;
	uint32_t step = 1;

	if (cursor->block >= cursor->list.nblocks)
		return false;
	if (cursor->last >= doc)
		return true;
	low = cursor->block + 1;
	for (high = low; high < cursor->list.nblocks; high += step) {
		list_block(&cursor->list, high, &block);
		if (block.last >= doc)
			break;
		low = high + 1;
		step *= 2;
	}
	if (high > cursor->list.nblocks)
		high = cursor->list.nblocks;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		list_block(&cursor->list, middle, &block);
		if (block.last >= doc)
			high = middle;
		else
			low = middle + 1;
	}
	enter_block(cursor, low);
	return low < cursor->list.nblocks;
}

/* Read the block at hand; false if it is damaged. */
static bool
read_block(struct cursor *cursor)
{
	if (cursor->count > 0)
		return true;
	cursor->count = list_read(
	    &cursor->list, cursor->block, cursor->docs, &cursor->impacts);
	if (cursor->count == 0) {
		cursor->damaged = true;
		enter_block(cursor, cursor->list.nblocks);
		return false;
	}
	cursor->last = cursor->docs[cursor->count - 1];
	return true;
}

/* Go to the first document that is not below ${doc}. */
static uint32_t
seek(struct cursor *cursor, uint32_t doc)
{
	uint32_t low;
	uint32_t high;

	if (!shallow(cursor, doc) || !read_block(cursor))
		return cursor->doc = NO_DOC;
	if (cursor->last < doc) { /* a small list says its last when read */
		enter_block(cursor, cursor->block + 1);
		if (cursor->block >= cursor->list.nblocks ||
		    !read_block(cursor))
			return cursor->doc = NO_DOC;
	}
	low = cursor->at;
	for (high = low; high < cursor->count && high < low + 4; high++)
		if (cursor->docs[high] >= doc) {
			cursor->at = high;
			return cursor->doc = cursor->docs[high];
		}
	low = high;
	high = cursor->count - 1;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (cursor->docs[middle] >= doc)
			high = middle;
		else
			low = middle + 1;
	}
	cursor->at = low;
	return cursor->doc = cursor->docs[low];
}

/* Whether the way means something else in the document at hand. */
static bool
is_elsewhere(const struct rank *rank, const struct cursor *cursor)
{
	return cursor->elsewhere != 0 &&
	    (cursor->elsewhere >>
		    (rank->part->docs[(size_t)cursor->doc * DOC_LEN + 4] & 7) &
		1) != 0;
}

/* What the document at hand gives. */
static uint32_t
score_of(const struct rank *rank, const struct cursor *cursor)
{
	uint32_t score = cursor->weight * cursor->impacts[cursor->at];

	return is_elsewhere(rank, cursor) ? score / 8 : score;
}

/* What the best way of each group gives for one document. */
struct sums {
	uint32_t score[SEARCH_GROUPS];
	uint32_t cover[SEARCH_GROUPS];
};

/* Take what a cursor gives for the document at which it stands. */
static void
take_score(
    const struct rank *rank, const struct cursor *cursor, struct sums *sums)
{
	uint32_t score = score_of(rank, cursor);

	if (score > sums->score[cursor->group])
		sums->score[cursor->group] = score;
	if (cursor->cover > sums->cover[cursor->group] &&
	    !is_elsewhere(rank, cursor))
		sums->cover[cursor->group] = cursor->cover;
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

/* Whether time is up; asked often, looked at seldom. */
static bool
is_late(struct rank *rank)
{
	if (rank->late || rank->ask->late == NULL ||
	    ++rank->looks % LATE_EVERY != 0)
		return rank->late;
	rank->late = rank->ask->late(rank->ask->context);
	return rank->late;
}

/* ---- any group ---- */

/* The sum over all groups of the most that the cursors before ${end} give. */
static uint32_t
most_before(const struct rank *rank, size_t end, uint32_t most[SEARCH_GROUPS])
{
	uint32_t sum = 0;
	size_t i;

	memset(most, 0, rank->ask->count * sizeof(*most));
	for (i = 0; i < end; i++)
		if (rank->cursors[i].most > most[rank->cursors[i].group]) {
			sum += rank->cursors[i].most -
			    most[rank->cursors[i].group];
			most[rank->cursors[i].group] = rank->cursors[i].most;
		}
	return sum;
}

/*
 * The first cursor that a document must be in to be good enough: all before it
 * together do not reach the floor.
 */
static size_t
first_needed(const struct rank *rank, size_t from, uint32_t most[SEARCH_GROUPS])
{
	uint32_t more[SEARCH_GROUPS];

	while (from < rank->count &&
	    most_before(rank, from + 1, more) <= rank->floor)
		from++;
	(void)most_before(rank, from, most);
	return from;
}

/* What a stretch of documents can give at most, and where it ends. */
static uint32_t
bound_of(struct rank *rank, size_t needed, const uint32_t most[SEARCH_GROUPS],
    uint32_t doc, uint32_t *ret_end)
{
	uint32_t best[SEARCH_GROUPS];
	uint32_t sum = 0;
	struct cursor *cursor;
	size_t i;

	memcpy(best, most, rank->ask->count * sizeof(*best));
	*ret_end = NO_DOC;
	for (i = needed; i < rank->count; i++) {
		cursor = &rank->cursors[i];
		if (!shallow(cursor, doc))
			continue;
		if (cursor->last < *ret_end)
			*ret_end = cursor->last;
		if (cursor->block_most > best[cursor->group])
			best[cursor->group] = cursor->block_most;
	}
	for (i = 0; i < rank->ask->count; i++)
		sum += best[i];
	return sum;
}

/* Add up what the groups give; what fulfils less of the question is worth less. */
static void
add_up(const struct rank *rank, const struct sums *sums,
    struct search_hit *ret_hit)
{
	uint64_t cover = 0;
	size_t i;

	memset(ret_hit, 0, sizeof(*ret_hit));
	for (i = 0; i < rank->ask->count; i++) {
		ret_hit->score += sums->score[i];
		if (sums->score[i] > 0)
			ret_hit->groups++;
		cover += sums->cover[i];
	}
	ret_hit->cover = (uint16_t)(cover / (rank->whole + 1));
	if (rank->ask->cover)
		ret_hit->score = (uint32_t)((uint64_t)ret_hit->score *
		    (LEAST + (256 - LEAST) * (uint64_t)ret_hit->cover / 256) /
		    256);
}

/* Score a document by all cursors; ${sums} is of those that are needed. */
static void
finish_any(struct rank *rank, size_t needed, uint32_t doc, struct sums *sums,
    const uint32_t most[SEARCH_GROUPS])
{
	struct search_hit hit;
	struct cursor *cursor;
	uint32_t bound = 0;
	size_t i;

	for (i = 0; i < rank->ask->count; i++)
		bound += sums->score[i] > most[i] ? sums->score[i] : most[i];
	if (bound <= rank->floor)
		return;
	for (i = needed; i-- > 0;) {
		cursor = &rank->cursors[i];
		if ((cursor->most <= sums->score[cursor->group] &&
			(!rank->ask->cover ||
			    cursor->cover <= sums->cover[cursor->group])) ||
		    !shallow(cursor, doc) ||
		    (cursor->block_most <= sums->score[cursor->group] &&
			!rank->ask->cover) ||
		    seek(cursor, doc) != doc)
			continue;
		take_score(rank, cursor, sums);
	}
	add_up(rank, sums, &hit);
	if (hit.score > rank->floor)
		offer(rank, doc, &hit);
}

/* Go through the documents ${doc}..${end}; return how far that went. */
static uint32_t
walk_stretch(struct rank *rank, size_t needed,
    const uint32_t most[SEARCH_GROUPS], uint32_t doc, uint32_t end)
{
	uint32_t floor = rank->floor;
	struct cursor *cursor;
	uint32_t next = NO_DOC;
	struct sums sums;
	size_t i;

	for (i = needed; i < rank->count; i++)
		if (seek(&rank->cursors[i], doc) < next)
			next = rank->cursors[i].doc;
	while (next <= end && next != NO_DOC && !is_late(rank)) {
		doc = next;
		next = NO_DOC;
		memset(&sums, 0, sizeof(sums));
		for (i = needed; i < rank->count; i++) {
			cursor = &rank->cursors[i];
			if (cursor->doc == doc) {
				take_score(rank, cursor, &sums);
				(void)seek(cursor, doc + 1);
			}
			if (cursor->doc < next)
				next = cursor->doc;
		}
		finish_any(rank, needed, doc, &sums, most);
		if (rank->floor != floor)
			return doc;
	}
	return next == NO_DOC ? NO_DOC - 1 : next <= end ? end : next - 1;
}

static int
compare_most(const void *a, const void *b)
{
	const struct cursor *x = a;
	const struct cursor *y = b;

	return (x->most > y->most) - (x->most < y->most);
}

static void
rank_any(struct rank *rank)
{
	uint32_t most[SEARCH_GROUPS];
	uint32_t doc = 0;
	uint32_t end;
	size_t needed;

	qsort(rank->cursors, rank->count, sizeof(*rank->cursors), compare_most);
	needed = first_needed(rank, 0, most);
	while (needed < rank->count && !is_late(rank)) {
		if (bound_of(rank, needed, most, doc, &end) <= rank->floor) {
			if (end >= NO_DOC - 1)
				break;
			doc = end + 1;
			continue;
		}
		end = walk_stretch(rank, needed, most, doc, end);
		if (end >= NO_DOC - 1)
			break;
		doc = end + 1;
		needed = first_needed(rank, needed, most);
	}
}

/* ---- all groups ---- */

/* The cursors of a group stand together then. */
struct span {
	size_t begin;
	size_t end;
	uint64_t docs;
	uint32_t most;
};

/* The first document of a group that is not below ${doc}. */
static uint32_t
seek_group(struct rank *rank, const struct span *span, uint32_t doc)
{
	uint32_t next = NO_DOC;
	size_t i;

	for (i = span->begin; i < span->end; i++) {
		if (rank->cursors[i].count == 0 || rank->cursors[i].doc < doc)
			(void)seek(&rank->cursors[i], doc);
		if (rank->cursors[i].doc < next)
			next = rank->cursors[i].doc;
	}
	return next;
}

/* What the group gives for the document at which it stands. */
static uint32_t
score_group(const struct rank *rank, const struct span *span, uint32_t doc)
{
	uint32_t best = 0;
	uint32_t score;
	size_t i;

	for (i = span->begin; i < span->end; i++) {
		if (rank->cursors[i].doc != doc)
			continue;
		score = score_of(rank, &rank->cursors[i]);
		if (score > best)
			best = score;
	}
	return best;
}

/* What the group can give from ${doc} on, and how far that holds. */
static uint32_t
bound_group(
    struct rank *rank, const struct span *span, uint32_t doc, uint32_t *end)
{
	uint32_t best = 0;
	size_t i;

	for (i = span->begin; i < span->end; i++) {
		if (!shallow(&rank->cursors[i], doc))
			continue;
		if (rank->cursors[i].last < *end)
			*end = rank->cursors[i].last;
		if (rank->cursors[i].block_most > best)
			best = rank->cursors[i].block_most;
	}
	return best;
}

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

/* Find where each group's cursors stand; false if one has none. */
static bool
make_spans(struct rank *rank, struct span spans[SEARCH_GROUPS])
{
	size_t i = 0;
	size_t group;

	qsort(
	    rank->cursors, rank->count, sizeof(*rank->cursors), compare_groups);
	for (group = 0; group < rank->ask->count; group++) {
		spans[group] = (struct span){ .begin = i };
		for (; i < rank->count && rank->cursors[i].group == group;
		     i++) {
			spans[group].docs += rank->cursors[i].list.count;
			if (rank->cursors[i].most > spans[group].most)
				spans[group].most = rank->cursors[i].most;
		}
		spans[group].end = i;
		if (spans[group].begin == i)
			return false;
	}
	qsort(spans, rank->ask->count, sizeof(*spans), compare_spans);
	return true;
}

/*
 * Whether all groups hold ${doc}, at which the first stands; *${ret_next} is the
 * next one to look at if not.
 */
static bool
meet_all(struct rank *rank, const struct span spans[SEARCH_GROUPS],
    uint32_t doc, uint32_t *ret_next, uint32_t *ret_score)
{
	uint32_t next;
	size_t i;

	*ret_next = doc + 1;
	for (i = 1; i < rank->ask->count; i++) {
		next = seek_group(rank, &spans[i], doc);
		if (next != doc) {
			*ret_next = next;
			return false;
		}
		*ret_score += score_group(rank, &spans[i], doc);
	}
	return true;
}

/* Go through the documents ${doc}..${end} of the first group. */
static uint32_t
walk_all(struct rank *rank, const struct span spans[SEARCH_GROUPS],
    uint32_t doc, uint32_t end, uint32_t others)
{
	struct search_hit hit = { .cover = 256 };
	uint32_t score;
	uint32_t next;

	hit.groups = (uint16_t)rank->ask->count;
	while (doc <= end) {
		doc = seek_group(rank, &spans[0], doc);
		if (doc > end || is_late(rank))
			break;
		score = score_group(rank, &spans[0], doc);
		if (score + others <= rank->floor) {
			doc++;
			continue;
		}
		hit.score = score;
		if (meet_all(rank, spans, doc, &next, &hit.score) &&
		    hit.score > rank->floor)
			offer(rank, doc, &hit);
		doc = next;
	}
	return doc;
}

static void
rank_all(struct rank *rank)
{
	struct span spans[SEARCH_GROUPS];
	uint32_t doc = 0;
	uint32_t others;
	uint32_t bound;
	uint32_t most;
	uint32_t end;
	size_t i;

	if (!make_spans(rank, spans))
		return;
	while (doc < NO_DOC - 1 && !is_late(rank)) {
		end = NO_DOC;
		bound = bound_group(rank, &spans[0], doc, &end);
		others = 0;
		for (i = 1; i < rank->ask->count && bound > 0; i++) {
			most = bound_group(rank, &spans[i], doc, &end);
			others += most;
			bound = most > 0 ? bound : 0;
		}
		if (bound == 0)
			return;
		if (bound + others <= rank->floor) {
			if (end >= NO_DOC - 1)
				return;
			doc = end + 1;
			continue;
		}
		doc = walk_all(rank, spans, doc, end, others);
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
make_given(struct rank *rank, const struct part *part,
    const struct search_group *group, struct bytes *ret_list)
{
	uint32_t *docs = calloc(part->head.count, sizeof(*docs));
	uint8_t *impacts = calloc(part->head.count, 1);
	uint8_t *out = malloc(list_size(part->head.count));
	uint32_t count = 0;
	uint32_t doc;
	uint32_t i;
	size_t low;
	size_t high;

	(void)rank;
	if (docs == NULL || impacts == NULL || out == NULL) {
		free(docs);
		free(impacts);
		free(out);
		return ERR_NOMEM;
	}
	for (i = 0; i < part->head.count; i++) {
		doc = bytes_get_le32(part->docs + (size_t)i * DOC_LEN);
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
	uint32_t weight = rank->weights[way];
	struct cursor *cursor = &rank->cursors[rank->count++];

	cursor->list = *list;
	cursor->weight = weight;
	cursor->cover = worth >= WELL ? rank->full[group] * 256 :
					rank->full[group] * 256 / WELL * worth;
	cursor->most = weight * list->max;
	cursor->elsewhere = elsewhere;
	cursor->group = (uint8_t)group;
	cursor->damaged = false;
	cursor->doc = 0;
	enter_block(cursor, 0);
	/* A small list is read at once, to know where it ends. */
	if (list->blocks == NULL && read_block(cursor))
		cursor->doc = cursor->docs[0];
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
			err = make_given(rank, rank->part, group, &given);
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
	if (rank->weights == NULL || rank->found == NULL ||
	    rank->given == NULL || rank->cursors == NULL)
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
		if (seek(cursor, local) != local)
			continue;
		score = score_of(rank, cursor);
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
