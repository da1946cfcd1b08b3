#include "daemon/shown_internal.h"

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/heirs.h"

/*
 * The records of one kind with one external id, own words first.  Each is named
 * by its place; of those that are one thing, each leads to one before it, and
 * the first to itself.
 */
struct slice {
	struct shown *shown;
	struct index_txn *txn;
	const struct heirs *heirs;
	uint32_t *list; /* items */
	uint32_t *leads;
	size_t count;
	size_t own; /* so many are own words */
};

/* The transcriptions of a publisher, before which no own word stands. */
struct unclaimed {
	char first[ORG_MAX + 1]; /* organisation they name; "" = none */
	uint32_t place;
};

/* A thing's record while the things are brought together. */
struct placed {
	uint32_t first;
	uint32_t place;
	uint32_t item;
};

/* ---- sorting ---- */

static bool
external_key(const struct shown_item *item, struct shown_key *key)
{
	key->first = item->kind;
	key->second = item->external;
	return item->is_record && item->external != 0;
}

/* A municipality's own word goes before what others wrote down. */
static int
tie_word(const struct shown *shown, const struct shown_item *a,
    const struct shown_item *b)
{
	(void)shown;
	if (a->transcribed != b->transcribed)
		return a->transcribed ? 1 : -1;
	return shown_compare(a, b);
}

/* ---- joining ---- */

static const struct shown_item *
item_at(const struct slice *slice, size_t place)
{
	return &slice->shown->items[slice->list[place]];
}

static const char *
org_at(const struct slice *slice, size_t place)
{
	return slice->shown->orgs[item_at(slice, place)->org].id;
}

/* The first record of the thing of the one at ${place}. */
static uint32_t
first_of(const struct slice *slice, uint32_t place)
{
	while (slice->leads[place] != place) {
		slice->leads[place] = slice->leads[slice->leads[place]];
		place = slice->leads[place];
	}
	return place;
}

static void
join(const struct slice *slice, size_t one, size_t two)
{
	uint32_t a = first_of(slice, (uint32_t)one);
	uint32_t b = first_of(slice, (uint32_t)two);

	if (a < b)
		slice->leads[b] = a;
	else
		slice->leads[a] = b;
}

/* The place after all own words of the publisher of the one at ${place}. */
static size_t
next_publisher(const struct slice *slice, size_t place)
{
	uint32_t org = item_at(slice, place)->org;

	while (place < slice->own && item_at(slice, place)->org == org)
		place++;
	return place;
}

/* Own words of one publisher, or of one that speaks for the other. */
static void
join_own(const struct slice *slice)
{
	size_t one;
	size_t two;

	for (one = 1; one < slice->own; one++)
		if (item_at(slice, one)->org == item_at(slice, one - 1)->org)
			join(slice, one - 1, one);
	for (one = 0; one < slice->own; one = next_publisher(slice, one))
		for (two = next_publisher(slice, one); two < slice->own;
		     two = next_publisher(slice, two))
			if (heirs_speaks(slice->heirs, org_at(slice, one),
				org_at(slice, two)) ||
			    heirs_speaks(slice->heirs, org_at(slice, two),
				org_at(slice, one)))
				join(slice, one, two);
}

/* Whether ${org} is among the organisations ${named}, or speaks for one. */
static bool
is_named(const struct slice *slice, const char *org, struct bytes named)
{
	size_t at = 0;
	const char *id;

	for (; at < named.len; at += strlen(id) + 1) {
		id = (const char *)named.data + at;
		if (heirs_speaks(slice->heirs, org, id))
			return true;
	}
	return false;
}

/*
 * Put the transcription at ${place} behind the own words of those it names.  A
 * transcriber that has an own word could bring it before others' by naming
 * itself beside them, so that this one is not joined with theirs.
 */
static bool
claim(const struct slice *slice, size_t place, struct bytes named)
{
	uint32_t transcriber = item_at(slice, place)->org;
	size_t claimer = slice->own;
	size_t one;

	for (one = 0; one < slice->own; one = next_publisher(slice, one)) {
		if (!is_named(slice, org_at(slice, one), named))
			continue;
		if (claimer == slice->own)
			claimer = one;
		else if (item_at(slice, one)->org != transcriber &&
		    item_at(slice, claimer)->org != transcriber)
			join(slice, claimer, one);
	}
	for (one = 0; one < slice->own && claimer == slice->own;
	     one = next_publisher(slice, one))
		if (item_at(slice, one)->org == transcriber)
			claimer = one;
	if (claimer == slice->own)
		return false;
	join(slice, claimer, place);
	return true;
}

static int
compare_unclaimed(const void *a, const void *b)
{
	const struct unclaimed *x = a;
	const struct unclaimed *y = b;
	int order = strcmp(x->first, y->first);

	return order != 0 ? order :
			    (x->place > y->place) - (x->place < y->place);
}

/*
 * Put the transcriptions of one publisher, from ${begin} to before ${end}, behind
 * own words, or else together; then ${ret_first} names the organisation that the
 * first of them does.
 */
static enum err
join_publisher(const struct slice *slice, size_t begin, size_t end,
    bool *ret_claimed, char ret_first[ORG_MAX + 1])
{
	struct bytes named;
	size_t kept = end; /* one that is claimed */
	size_t i;
	enum err err;

	for (i = begin; i < end; i++) {
		named = (struct bytes){ .data = NULL, .len = 0 };
		err = index_orgs(slice->txn, item_at(slice, i)->doc, &named);
		if (err != ERR_NONE && err != ERR_NOENT)
			return err;
		if (claim(slice, i, named) && kept == end)
			kept = i;
		if (i == begin && named.len > 0)
			memcpy(ret_first, named.data,
			    strnlen((const char *)named.data, ORG_MAX));
	}
	*ret_claimed = kept < end;
	for (i = begin; i < end; i++)
		if (first_of(slice, (uint32_t)i) >= slice->own)
			join(slice, *ret_claimed ? kept : begin, i);
	return ERR_NONE;
}

/* Put transcriptions behind the own words that stand before them, and those
 * that have none together. */
static enum err
join_transcribed(const struct slice *slice)
{
	struct unclaimed *rest;
	bool claimed;
	size_t count = 0;
	size_t begin;
	size_t end;
	size_t i;
	enum err err = ERR_NONE;

	if ((rest = calloc(slice->count + 1, sizeof(*rest))) == NULL)
		return ERR_NOMEM;
	for (begin = slice->own; begin < slice->count; begin = end) {
		for (end = begin + 1; end < slice->count &&
		     item_at(slice, end)->org == item_at(slice, begin)->org;)
			end++;
		memset(&rest[count], 0, sizeof(rest[count]));
		rest[count].place = (uint32_t)begin;
		err = join_publisher(
		    slice, begin, end, &claimed, rest[count].first);
		if (err != ERR_NONE)
			goto out;
		count += claimed ? 0 : 1;
	}
	qsort(rest, count, sizeof(*rest), compare_unclaimed);
	for (i = 1; i < count; i++)
		if (strcmp(rest[i - 1].first, rest[i].first) == 0)
			join(slice, rest[i - 1].place, rest[i].place);

out:
	free(rest);
	return err;
}

static int
compare_placed(const void *a, const void *b)
{
	const struct placed *x = a;
	const struct placed *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

/* Bring the records of each thing together. */
static enum err
sort_things(const struct slice *slice)
{
	struct placed *placed;
	uint32_t i;

	if ((placed = calloc(slice->count, sizeof(*placed))) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < slice->count; i++)
		placed[i] = (struct placed){ .first = first_of(slice, i),
			.place = i,
			.item = slice->list[i] };
	qsort(placed, slice->count, sizeof(*placed), compare_placed);
	for (i = 0; i < slice->count; i++) {
		slice->list[i] = placed[i].item;
		slice->leads[i] = placed[i].first;
	}
	free(placed);
	return ERR_NONE;
}

/* Whether all are of one publisher, or there is but one. */
static bool
is_of_one(const struct slice *slice)
{
	size_t i;

	for (i = 1; i < slice->count; i++)
		if (item_at(slice, i)->org != item_at(slice, 0)->org)
			return false;
	return true;
}

/* Find the things in a slice; afterwards equal leads are one thing. */
static enum err
unite_slice(struct slice *slice)
{
	bool one = is_of_one(slice);
	size_t i;
	enum err err;

	for (i = 0; i < slice->count; i++)
		slice->leads[i] = one ? 0 : (uint32_t)i;
	if (one)
		return ERR_NONE;
	while (slice->own < slice->count &&
	    !item_at(slice, slice->own)->transcribed)
		slice->own++;
	join_own(slice);
	if ((err = join_transcribed(slice)) != ERR_NONE)
		return err;
	return sort_things(slice);
}

/*
 * Tell the items of a slice, which begins at ${base}, what they are.  ${met} and
 * ${group} tell by organisation in which thing it was met last.
 */
static void
mark(const struct slice *slice, uint32_t base, uint32_t *met, uint32_t *group)
{
	struct shown_item *item;
	uint32_t first = 0;
	uint32_t i;

	for (i = 0; i < slice->count; i++) {
		if (slice->leads[i] != slice->leads[first])
			first = i;
		*group += i == first ? 1 : 0;
		item = &slice->shown->items[slice->list[i]];
		item->thing = base + first;
		item->twin = i != first;
		item->own_twin = item->twin && met[item->org] == *group;
		met[item->org] = *group;
	}
}

enum err
shown_unite(
    struct shown *shown, struct index_txn *txn, const struct heirs *heirs)
{
	struct slice slice = { .shown = shown, .txn = txn, .heirs = heirs };
	const struct shown_item *one;
	const struct shown_item *two;
	uint32_t *leads = NULL;
	uint32_t *met = NULL; /* by organisation */
	uint32_t group = 0;
	size_t base;
	enum err err;

	err = shown_list(
	    shown, external_key, tie_word, &shown->external, &shown->nexternal);
	if (err != ERR_NONE)
		return err;
	err = ERR_NOMEM;
	leads = calloc(shown->nexternal + 1, sizeof(*leads));
	met = calloc((size_t)shown->norgs + 1, sizeof(*met));
	if (leads == NULL || met == NULL)
		goto out;
	for (base = 0; base < shown->nexternal; base += slice.count) {
		slice.list = shown->external + base;
		slice.leads = leads;
		slice.own = 0;
		one = item_at(&slice, 0);
		for (slice.count = 1; base + slice.count < shown->nexternal;
		     slice.count++) {
			two = item_at(&slice, slice.count);
			if (two->kind != one->kind ||
			    two->external != one->external)
				break;
		}
		if ((err = unite_slice(&slice)) != ERR_NONE)
			goto out;
		mark(&slice, (uint32_t)base, met, &group);
	}
	err = ERR_NONE;

out:
	free(leads);
	free(met);
	return err;
}

/* ---- looking at it ---- */

/* Whether an item can be one thing with others. */
static bool
is_thing(const struct shown_item *item)
{
	return item->is_record && item->external != 0;
}

int
shown_compare_entries(const struct shown *shown, const struct shown_item *a,
    const struct shown_item *b)
{
	int order;

	if (a->time_ms != b->time_ms)
		return a->time_ms < b->time_ms ? -1 : 1;
	order = memcmp(shown_log(shown, a->log)->log_id,
	    shown_log(shown, b->log)->log_id, LOG_ID_LEN);
	return order != 0 ? order : (a->n > b->n) - (a->n < b->n);
}

int
shown_compare_names(const struct shown *shown, const struct shown_item *a,
    const struct shown_item *b)
{
	int order;

	if (a->time_ms != b->time_ms)
		return a->time_ms < b->time_ms ? -1 : 1;
	order = strcmp(shown_org(shown, a->org), shown_org(shown, b->org));
	return order != 0 ? order : memcmp(a->record, b->record, RECORD_LEN);
}

bool
shown_same(const struct shown_item *a, const struct shown_item *b)
{
	return a == b || (is_thing(a) && is_thing(b) && a->thing == b->thing);
}

const struct shown_item *
shown_first(const struct shown *shown, const struct shown_item *item)
{
	return is_thing(item) ? &shown->items[shown->external[item->thing]] :
				item;
}

void
shown_twins(const struct shown *shown, const struct shown_item *item,
    void (*each)(void *context, const struct shown_item *item), void *context)
{
	const struct shown_item *other;
	size_t i;

	if (!is_thing(item)) {
		each(context, item);
		return;
	}
	for (i = item->thing; i < shown->nexternal; i++) {
		other = &shown->items[shown->external[i]];
		if (other->thing != item->thing)
			break;
		each(context, other);
	}
}
