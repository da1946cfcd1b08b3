#include "daemon/find_internal.h"

#include <stdlib.h>
#include <string.h>

#define PARTLY    24 /* of the best, the least part that is shown */
#define NEAREST   5  /* shown of what is far off */
#define LOOKED_AT 10 /* hits that people look at */

static bool
is_late(void *context)
{
	struct find *find = context;
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > find->until.tv_sec ||
	    (now.tv_sec == find->until.tv_sec &&
		now.tv_nsec > find->until.tv_nsec);
}

enum err
find_search(struct find *find, bool all, size_t limit, struct search_hit *hits,
    size_t *ret_count)
{
	struct search_ask ask = {
		.groups = find->groups,
		.count = find->ngroups,
		.all = all,
		.cover = !all,
		.lang = stem_lang(vocab_lang_code(find->lang)),
		.limit = limit,
		.accept = find_accept,
		.context = find,
		.late = is_late,
	};
	bool late;
	enum err err;

	err = search_top(find->search, &ask, hits, ret_count, &late);
	find->late |= late;
	return err;
}

/* ---- order ---- */

/* Among equally good ones the newer is first; the rest does not depend on here. */
static int
compare_hits(const void *a, const void *b, void *context)
{
	const struct search_hit *x = a;
	const struct search_hit *y = b;
	const struct find *find = context;
	const struct shown *shown = find->question->shown;
	const struct shown_item *p = shown_by_doc(shown, x->target);
	const struct shown_item *q = shown_by_doc(shown, y->target);
	int order;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (p->time_ms != q->time_ms)
		return p->time_ms > q->time_ms ? -1 : 1;
	order = memcmp(shown_log(shown, p->log)->log_id,
	    shown_log(shown, q->log)->log_id, LOG_ID_LEN);
	return order != 0 ? order : (p->n > q->n) - (p->n < q->n);
}

/* The surest failures first, the best of them before others. */
static int
compare_ways(const void *a, const void *b, void *context)
{
	unsigned x = find_way(context, a);
	unsigned y = find_way(context, b);

	return x != y ? (x > y) - (x < y) : compare_hits(a, b, context);
}

/* Sort, as ${compare} says, the first and the others among themselves: whether
 * those were found, too, changes nothing in the order of these. */
static void
sort_hits(struct find *find, struct search_hit *hits, size_t count,
    int (*compare)(const void *a, const void *b, void *context))
{
	size_t first = count < FIND_FIRST ? count : FIND_FIRST;

	qsort_r(hits, first, sizeof(*hits), compare, find);
	qsort_r(hits + first, count - first, sizeof(*hits), compare, find);
}

/* ---- what is shown of them ---- */

/*
 * Keep those that are good enough beside the best one; all are too far from what
 * was asked for if the best fulfils too little of it.
 */
static size_t
count_good(struct find *find, const struct search_hit *hits, size_t count)
{
	uint16_t most = 0;
	size_t good;
	size_t i;

	for (i = 0; i < count && i < FIND_FIRST; i++)
		if (hits[i].cover > most)
			most = hits[i].cover;
	find->far = most < find->far_below;
	for (good = 0; good < count; good++)
		if (hits[good].score < hits[0].score / PARTLY)
			break;
	return find->far && good > NEAREST ? NEAREST : good;
}

/*
 * Who asks for one thing is told of it.  What is merely near to it comes behind all
 * that fits, and of it only what fills up what is looked at first.  Return how
 * many are left.
 */
static size_t
part_near(struct find *find, struct search_hit *hits, size_t count)
{
	struct search_hit near[LOOKED_AT];
	size_t nnear = 0;
	size_t i;

	if (find->far || find->ngroups != 1)
		return count;
	find->good = 0;
	for (i = 0; i < count; i++)
		if (hits[i].cover >= find->far_below)
			hits[find->good++] = hits[i];
		else if (nnear < LOOKED_AT)
			near[nnear++] = hits[i];
	count = find->good;
	for (i = 0; i < nnear && count < LOOKED_AT; i++)
		hits[count++] = near[i];
	return count;
}

/*
 * All items that pass the filters, when there are no words; what was erased is
 * counted where that can be told.
 */
static enum err
take_all(struct find *find, size_t limit, struct search_hit *hits,
    size_t *ret_count, Erfa__FindAnswer *answer)
{
	const struct shown *shown = find->question->shown;
	const struct shown_item *item;
	uint32_t target;
	uint32_t worth;
	size_t i;

	*ret_count = 0;
	answer->total = 0;
	answer->erased = 0;
	answer->has_erased = find_can_tell_erased(find);
	for (i = 0; i < shown_count(shown); i++) {
		item = shown_at(shown, SHOWN_BY_TIME, i);
		if (answer->has_erased && find_is_erased(find, item))
			answer->erased++;
		if (!find_accept(find, item->doc, (uint8_t)item->kind, &target,
			&worth) ||
		    target != item->doc)
			continue;
		answer->total++;
		if (*ret_count < limit)
			hits[(*ret_count)++] = (struct search_hit){
				.doc = item->doc,
				.target = item->doc,
			};
	}
	return ERR_NONE;
}

enum err
find_take_hits(
    struct find *find, bool all, struct search_hit *hits, size_t *ret_count)
{
	Erfa__FindAnswer *answer = find->question->answer->find;
	size_t limit = all ? FIND_MAX : FIND_FIRST;
	bool partly;
	enum err err;

	answer->has_total = true;
	if (find->ngroups == 0) {
		err = take_all(find, FIND_MAX, hits, ret_count, answer);
		find->certain = find->good = *ret_count;
		if (find->ways != NULL)
			qsort_r(hits, *ret_count, sizeof(*hits), compare_ways,
			    find);
		return err;
	}
	err = find_search(find, true, limit, hits, ret_count);
	find->certain = *ret_count;
	partly = find->certain < FIND_FIRST;
	if (err == ERR_NONE && partly)
		err = find_search(find, false, limit, hits, ret_count);
	if (err != ERR_NONE)
		return err;
	sort_hits(find, hits, *ret_count, compare_hits);
	answer->has_more = answer->more = *ret_count == limit;
	if (partly)
		*ret_count = count_good(find, hits, *ret_count);
	if (find->ways != NULL)
		sort_hits(find, hits, *ret_count, compare_ways);
	find->good = find->far ? 0 : *ret_count;
	if (partly)
		*ret_count = part_near(find, hits, *ret_count);
	answer->total = find->good;
	answer->has_partial = answer->partial = find->certain == 0 &&
	    *ret_count > 0 && !find->far;
	return ERR_NONE;
}
