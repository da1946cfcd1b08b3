#include "daemon/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/search_rank.h"

#define SCALE      1024.0 /* of weights: an idf of 1 */
#define UNKNOWN    25  /* a word that nothing has weighs like one in so many */
#define OWN        210 /* a way of this weight is the very word */
#define GIVEN_BITS 8192U

/* ---- weights ---- */

/* How rare is what ${most} of ${docs} have. */
static double
idf_of(uint64_t docs, uint64_t most)
{
	return log(1.0 + ((double)(docs - most) + 0.5) / ((double)most + 0.5));
}

/* A way's term; return its length. */
static size_t
make_term(const struct search_way *way, char out[PART_TERM])
{
	size_t len = strnlen(way->text, SEARCH_TERM_MAX - 1);

	out[0] = (char)way->kind;
	memcpy(out + 1, way->text, len);
	return 1 + len;
}

/* Have what tells of all terms fetched, so that one need not wait for each. */
static void
fetch_group(const struct rank *rank, const struct search_group *group,
    enum fetch_stage stage)
{
	char term[PART_TERM];
	struct bytes want = { .data = (const uint8_t *)term };
	size_t i;
	size_t k;

	for (i = 0; i < group->count; i++) {
		want.len = make_term(&group->ways[i], term);
		for (k = 0; k < rank->search->count; k++)
			part_fetch(
			    rank->search, &rank->search->parts[k], want, stage);
	}
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
		len = make_term(way, term);
		docs = 0;
		for (k = 0; k < rank->search->count; k++) {
			found = &rank->found[k * rank->nways + first + i];
			err = part_list(rank->search, &rank->search->parts[k],
			    term, len, &found->list);
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
	word_idf = own == 0 || own >= most ? idf :
					     (idf + idf_of(docs, own)) / 2;
	for (i = 0; i <= group->count; i++) {
		k = i < group->count ? group->ways[i].weight : 256;
		rank->weights[first + i] = 1 +
		    (uint32_t)(SCALE *
			(i < group->count && k >= OWN ? word_idf : idf) *
			(double)k / 256.0 * (double)group->factor / 256.0);
	}
	return ERR_NONE;
}

/* Given documents that are in a part, by where they stand in it. */
struct chosen {
	uint32_t *docs;
	uint8_t *impacts;
	uint32_t count;
	uint32_t size;
};

static enum err
chosen_add(struct chosen *chosen, uint32_t doc, uint8_t impact)
{
	uint32_t size = 2 * chosen->size + 64;
	uint32_t *docs;
	uint8_t *impacts;

	if (chosen->count == chosen->size) {
		docs = realloc(chosen->docs, size * sizeof(*docs));
		if (docs == NULL)
			return ERR_NOMEM;
		chosen->docs = docs;
		if ((impacts = realloc(chosen->impacts, size)) == NULL)
			return ERR_NOMEM;
		chosen->impacts = impacts;
		chosen->size = size;
	}
	chosen->docs[chosen->count] = doc;
	chosen->impacts[chosen->count++] = impact;
	return ERR_NONE;
}

/* The given document of this number; NULL if it is not given. */
static const struct search_given *
given_find(const struct search_group *group, uint32_t doc)
{
	size_t low = 0;
	size_t high = group->ngiven;
	size_t middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (group->given[middle].doc < doc)
			low = middle + 1;
		else
			high = middle;
	}
	return low < group->ngiven && group->given[low].doc == doc ?
	    &group->given[low] :
	    NULL;
}

/* Find the documents of a part that are given. */
static enum err
choose_given(const struct part *part, const struct search_group *group,
    struct chosen *chosen)
{
	uint64_t some[GIVEN_BITS / 64] = { 0 }; /* by the last bits of doc */
	const struct search_given *given;
	uint32_t doc;
	uint32_t i;
	size_t k;
	enum err err = ERR_NONE;

	for (k = 0; k < group->ngiven; k++) {
		doc = group->given[k].doc % GIVEN_BITS;
		some[doc / 64] |= UINT64_C(1) << doc % 64;
	}
	for (i = 0; i < part->head.count && err == ERR_NONE; i++) {
		doc = bytes_get_le32(part->docs + (size_t)i * DOC_LEN);
		if ((some[doc % GIVEN_BITS / 64] >> doc % 64 & 1) != 0 &&
		    (given = given_find(group, doc)) != NULL)
			err = chosen_add(chosen, i, given->impact);
	}
	return err;
}

/*
 * Make the list of a group's given documents that are in the part; it is empty if
 * none is.  They are few as a rule, so that memory is taken for them alone.
 */
static enum err
make_given(const struct part *part, const struct search_group *group,
    struct bytes *ret_list)
{
	struct chosen chosen = { .count = 0 };
	uint8_t *out = NULL;
	size_t len = 0;
	enum err err = choose_given(part, group, &chosen);

	if (err == ERR_NONE && chosen.count > 0) {
		if ((out = malloc(list_size(chosen.count))) == NULL)
			err = ERR_NOMEM;
		else
			len = list_write(
			    chosen.docs, chosen.impacts, chosen.count, out);
	}
	free(chosen.docs);
	free(chosen.impacts);
	*ret_list = (struct bytes){ .data = out, .len = len };
	return err;
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
		err = rank_all(rank);
	else if (rank_is_few(rank))
		err = rank_few(rank);
	else
		err = rank_any(rank);
	for (i = 0; i < rank->count; i++)
		if (rank->cursors[i].damaged)
			err = ERR_DAMAGED;
	return err;
}

/* Take the memory that a question of so many ways and groups needs. */
static enum err
take_rooms(struct rank *rank)
{
	struct search *search = rank->search;
	size_t given = (rank->ask->count + 1) * sizeof(*rank->given);

	rank->weights = search_room(
	    search, ROOM_WEIGHTS, rank->nways * sizeof(*rank->weights));
	rank->found = search_room(search, ROOM_FOUND,
	    rank->nways * (search->count + 1) * sizeof(*rank->found));
	rank->cursors = search_room(
	    search, ROOM_CURSORS, (rank->nways + 1) * sizeof(*rank->cursors));
	rank->given = search_room(search, ROOM_GIVEN, given);
	if (rank->weights == NULL || rank->found == NULL ||
	    rank->given == NULL || rank->cursors == NULL)
		return ERR_NOMEM;
	memset(rank->given, 0, given);
	return ERR_NONE;
}

static enum err
rank_begin(struct rank *rank)
{
	enum fetch_stage stage;
	size_t first = 0;
	size_t i;
	enum err err;

	for (i = 0; i < rank->ask->count; i++)
		rank->nways += rank->ask->groups[i].count + 1;
	if ((err = take_rooms(rank)) != ERR_NONE)
		return err;
	for (stage = FETCH_HASH; stage < FETCH_STAGES; stage++)
		for (i = 0; i < rank->ask->count; i++)
			fetch_group(rank, &rank->ask->groups[i], stage);
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
	if (err != ERR_NONE)
		return err;
	rank_sort(&rank);
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
		if (rank_elsewhere(rank, cursor, local))
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
	return err;
}
