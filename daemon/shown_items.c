#include "daemon/shown_internal.h"

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/directory.h"
#include "proto/record.h"
#include "daemon/store.h"

#define COUNT_MIN 256 /* room that is made at first */

static int
compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* ---- logs ---- */

static int
compare_org(const void *a, const void *b)
{
	return strcmp(((const struct org *)a)->id, ((const struct org *)b)->id);
}

/* The organisation that a log stands for; its own claim if it is outside. */
static const char *
org_of(const struct directory *directory, const struct index_log *log)
{
	const struct directory_member *member = directory_find(
	    directory, log->key);

	return member != NULL ? member->org : log->claim;
}

/* Gather the organisations of all logs, each once, sorted. */
static void
sort_orgs(struct shown *shown)
{
	uint32_t kept = 0;
	uint32_t i;

	qsort(shown->orgs, shown->norgs, sizeof(*shown->orgs), compare_org);
	for (i = 1; i < shown->norgs; i++)
		if (strcmp(shown->orgs[i].id, shown->orgs[kept].id) != 0)
			shown->orgs[++kept] = shown->orgs[i];
	if (shown->norgs > 0)
		shown->norgs = kept + 1;
}

/* The number of an organisation that is there. */
static uint32_t
org_number(const struct shown *shown, const char *id)
{
	struct org want;
	const struct org *found;

	memset(&want, 0, sizeof(want));
	memcpy(want.id, id, strlen(id));
	found = bsearch(&want, shown->orgs, shown->norgs, sizeof(*shown->orgs),
	    compare_org);
	return found == NULL ? UINT32_MAX : (uint32_t)(found - shown->orgs);
}

/* How far a log counts. */
static enum err
read_counted(struct store_txn *store_txn, const struct directory *directory,
    struct shown_log *log)
{
	struct store_log stored;
	enum err err;

	log->counted = directory_cut(directory, log->key, log->log_id);
	err = store_log(store_txn, log->log_id, &stored);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if (stored.frozen && stored.last_common < log->counted)
		log->counted = stored.last_common;
	if (stored.tip.n < log->counted)
		log->counted = stored.tip.n;
	return ERR_NONE;
}

static enum err
read_logs(struct shown *shown, struct index_txn *txn,
    struct store_txn *store_txn, const struct directory *directory)
{
	struct index_log log;
	uint32_t count = index_logs(txn);
	uint32_t i;
	enum err err;

	shown->logs = calloc(count + 1, sizeof(*shown->logs));
	shown->orgs = calloc(count + 1, sizeof(*shown->orgs));
	if (shown->logs == NULL || shown->orgs == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++) {
		if ((err = index_log(txn, i + 1, &log)) != ERR_NONE)
			return err;
		memcpy(shown->logs[i].log_id, log.log_id, LOG_ID_LEN);
		memcpy(shown->logs[i].key, log.key, KEY_LEN);
		err = read_counted(store_txn, directory, &shown->logs[i]);
		if (err != ERR_NONE)
			return err;
		memcpy(shown->orgs[i].id, org_of(directory, &log),
		    sizeof(shown->orgs[i].id));
	}
	shown->nlogs = count;
	shown->norgs = count;
	sort_orgs(shown);
	for (i = 0; i < count; i++) {
		if ((err = index_log(txn, i + 1, &log)) != ERR_NONE)
			return err;
		shown->logs[i].org = org_number(shown, org_of(directory, &log));
	}
	return ERR_NONE;
}

/* ---- items: first every entry that counts is one ---- */

/* Make an identity for an entry without a record, so that equal ones meet. */
static void
make_identity(const struct index_row *row, uint8_t out[RECORD_LEN])
{
	if (row->has_commit) {
		memcpy(out, row->commit, RECORD_LEN);
		return;
	}
	bytes_put_be64(out, row->log);
	bytes_put_be64(out + 8, row->n);
}

/* A number of 8 bytes that is never 0. */
static uint64_t
hash_number(const uint8_t *hash)
{
	uint64_t number = bytes_get_le64(hash);

	return number == 0 ? 1 : number;
}

static enum err
make_room(struct shown *shown)
{
	size_t size = shown->size == 0 ? COUNT_MIN :
					 shown->size + shown->size / 2;
	struct shown_item *items;

	if (shown->count < shown->size)
		return ERR_NONE;
	if ((items = realloc(shown->items, size * sizeof(*items))) == NULL)
		return ERR_NOMEM;
	shown->items = items;
	shown->size = size;
	return ERR_NONE;
}

static enum err
add_row(void *context, const struct index_row *row)
{
	struct shown *shown = context;
	struct shown_item *item;
	enum err err;

	if (row->log == 0 || row->log > shown->nlogs ||
	    row->n > shown->logs[row->log - 1].counted)
		return ERR_NONE;
	if ((err = make_room(shown)) != ERR_NONE)
		return err;
	item = &shown->items[shown->count++];
	*item = (struct shown_item){
		.n = row->n,
		.time_ms = row->time_ms,
		.arrival = row->arrival,
		.external = row->has_external ? hash_number(row->external) : 0,
		.commit = row->has_commit ? hash_number(row->commit) : 0,
		.doc = row->doc,
		.log = row->log,
		.kind = row->kind,
		.major = row->major,
		.minor = row->minor,
		.sectors = row->sectors,
		.org = shown->logs[row->log - 1].org,
		.state = row->state,
		.is_record = row->has_record,
		.transcribed = row->transcribed,
		.versions = 1,
		.chars = RECORD_SHOWN,
	};
	memcpy(item->country, row->country, sizeof(item->country));
	if (row->has_record)
		memcpy(item->record, row->record, RECORD_LEN);
	else
		make_identity(row, item->record);
	return ERR_NONE;
}

/* ---- sorting: by two numbers, and by the items only where these are equal ---- */

/* How equal keys are told apart. */
struct tie {
	const struct shown *shown;
	int (*compare)(const struct shown *shown, const struct shown_item *a,
	    const struct shown_item *b);
};

static int
compare_keys(const void *a, const void *b, void *context)
{
	const struct shown_key *x = a;
	const struct shown_key *y = b;
	const struct tie *tie = context;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->second != y->second)
		return x->second < y->second ? -1 : 1;
	return tie->compare(tie->shown, &tie->shown->items[x->item],
	    &tie->shown->items[y->item]);
}

/*
 * Sort all items that ${make} gives a key to; *${ret_keys} is freed by the
 * caller.
 */
static enum err
sort_items(const struct shown *shown,
    bool (*make)(const struct shown_item *item, struct shown_key *key),
    int (*compare)(const struct shown *shown, const struct shown_item *a,
	const struct shown_item *b),
    struct shown_key **ret_keys, size_t *ret_count)
{
	struct tie tie = { .shown = shown, .compare = compare };
	struct shown_key *keys;
	size_t count = 0;
	size_t i;

	if ((keys = calloc(shown->count + 1, sizeof(*keys))) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < shown->count; i++) {
		keys[count].item = (uint32_t)i;
		count += make(&shown->items[i], &keys[count]);
	}
	qsort_r(keys, count, sizeof(*keys), compare_keys, &tie);
	*ret_keys = keys;
	*ret_count = count;
	return ERR_NONE;
}

enum err
shown_list(const struct shown *shown,
    bool (*make)(const struct shown_item *item, struct shown_key *key),
    int (*compare)(const struct shown *shown, const struct shown_item *a,
	const struct shown_item *b),
    uint32_t **ret_list, size_t *ret_count)
{
	struct shown_key *keys;
	uint32_t *list;
	size_t i;
	enum err err;

	err = sort_items(shown, make, compare, &keys, ret_count);
	if (err != ERR_NONE)
		return err;
	list = calloc(*ret_count + 1, sizeof(*list));
	for (i = 0; list != NULL && i < *ret_count; i++)
		list[i] = keys[i].item;
	free(keys);
	*ret_list = list;
	return list == NULL ? ERR_NOMEM : ERR_NONE;
}

/* ---- items: then versions of one record become one item ---- */

int
shown_compare(const struct shown_item *a, const struct shown_item *b)
{
	if (a->org != b->org)
		return a->org < b->org ? -1 : 1;
	if (a->is_record != b->is_record)
		return a->is_record ? -1 : 1;
	return memcmp(a->record, b->record, RECORD_LEN);
}

/* Where two entries stand, by log and number. */
static int
compare_place(const struct shown *shown, const struct shown_item *a,
    const struct shown_item *b)
{
	int order = memcmp(shown->logs[a->log - 1].log_id,
	    shown->logs[b->log - 1].log_id, LOG_ID_LEN);

	return order != 0 ? order : compare_u64(a->n, b->n);
}

static bool
identity_key(const struct shown_item *item, struct shown_key *key)
{
	key->first = 2 * (uint64_t)item->org + (item->is_record ? 0 : 1);
	key->second = bytes_get_be64(item->record);
	return true;
}

static int
tie_identity(const struct shown *shown, const struct shown_item *a,
    const struct shown_item *b)
{
	(void)shown;
	return shown_compare(a, b);
}

/* Bring the versions of each record together. */
static enum err
sort_records(struct shown *shown)
{
	struct shown_item *sorted;
	struct shown_key *keys;
	size_t count;
	size_t i;
	enum err err;

	err = sort_items(shown, identity_key, tie_identity, &keys, &count);
	if (err != ERR_NONE)
		return err;
	sorted = calloc(count + 1, sizeof(*sorted));
	for (i = 0; sorted != NULL && i < count; i++)
		sorted[i] = shown->items[keys[i].item];
	free(keys);
	if (sorted == NULL)
		return ERR_NOMEM;
	free(shown->items);
	shown->items = sorted;
	return ERR_NONE;
}

/* Within a record: equal commitments together. */
static int
compare_commits(const void *a, const void *b, void *context)
{
	const struct shown_item *x = a;
	const struct shown_item *y = b;
	int order = compare_u64(x->commit, y->commit);

	return order != 0 ? order : compare_place(context, x, y);
}

/* Within a record: by version. */
static int
compare_versions(const void *a, const void *b, void *context)
{
	const struct shown_item *x = a;
	const struct shown_item *y = b;
	int order;

	if ((order = compare_u64(x->major, y->major)) != 0 ||
	    (order = compare_u64(x->minor, y->minor)) != 0 ||
	    (order = compare_u64(x->time_ms, y->time_ms)) != 0)
		return order;
	return compare_place(context, x, y);
}

/* Of what was published twice, keep the entry at the lowest place. */
static size_t
drop_doubles(const struct shown *shown, struct shown_item *items, size_t count)
{
	size_t kept = 0;
	size_t i;

	qsort_r(items, count, sizeof(*items), compare_commits,
	    (void *)(uintptr_t)shown);
	for (i = 1; i < count; i++) {
		if (items[i].commit == 0 ||
		    items[i].commit != items[kept].commit) {
			items[++kept] = items[i];
			continue;
		}
		if (items[i].arrival < items[kept].arrival)
			items[kept].arrival = items[i].arrival;
	}
	return kept + 1;
}

/*
 * Make one item of the ${count} versions of a record: the last of them.  The
 * list of versions goes on at *${version}.
 */
static struct shown_item
unite(struct shown *shown, struct shown_item *items, size_t count,
    uint32_t *version)
{
	struct shown_item last;
	uint64_t arrival = UINT64_MAX;
	size_t i;

	if (count > 1) {
		count = drop_doubles(shown, items, count);
		qsort_r(items, count, sizeof(*items), compare_versions, shown);
	}
	last = items[count - 1];
	last.version = *version;
	last.versions = (uint32_t)count;
	for (i = 0; i < count; i++) {
		shown->versions[(*version)++] = items[i].doc;
		if (items[i].arrival < arrival)
			arrival = items[i].arrival;
	}
	last.arrival = arrival;
	return last;
}

/* Keep the last version of each record, and remember the others. */
static enum err
unite_versions(struct shown *shown)
{
	struct shown_item *items = shown->items;
	uint32_t version = 0;
	size_t kept = 0;
	size_t first;
	size_t i;

	shown->versions = calloc(shown->count + 1, sizeof(*shown->versions));
	if (shown->versions == NULL)
		return ERR_NOMEM;
	for (first = 0; first < shown->count; first = i) {
		for (i = first + 1; i < shown->count &&
		     shown_compare(&items[i], &items[first]) == 0;)
			i++;
		items[kept++] = unite(
		    shown, items + first, i - first, &version);
	}
	shown->count = kept;
	return ERR_NONE;
}

/* ---- what follows from all items ---- */

/* Bits that two records have in common at their beginning. */
static unsigned
common_bits(const uint8_t *a, const uint8_t *b)
{
	unsigned bits = 0;
	unsigned i;

	for (i = 0; i < RECORD_LEN && a[i] == b[i]; i++)
		bits += 8;
	if (i == RECORD_LEN)
		return bits;
	while (((a[i] ^ b[i]) & (0x80U >> (bits % 8))) == 0)
		bits++;
	return bits;
}

/* Give neighbours that begin alike as many characters as tell them apart. */
static void
count_chars(struct shown *shown)
{
	struct shown_item *items = shown->items;
	unsigned chars;
	size_t i;

	for (i = 1; i < shown->count; i++) {
		if (!items[i].is_record || !items[i - 1].is_record ||
		    items[i].org != items[i - 1].org)
			continue;
		chars = common_bits(items[i].record, items[i - 1].record) / 5;
		if (items[i].chars < chars + 1)
			items[i].chars = (uint8_t)(chars + 1);
		if (items[i - 1].chars < chars + 1)
			items[i - 1].chars = (uint8_t)(chars + 1);
	}
}

static bool
time_key(const struct shown_item *item, struct shown_key *key)
{
	key->first = ~item->time_ms;
	key->second = 0;
	return true;
}

static bool
arrival_key(const struct shown_item *item, struct shown_key *key)
{
	key->first = item->arrival;
	key->second = 0;
	return true;
}

static enum err
map_docs(struct shown *shown, uint32_t ndocs)
{
	size_t i;

	shown->by_doc = calloc((size_t)ndocs + 1, sizeof(*shown->by_doc));
	if (shown->by_doc == NULL)
		return ERR_NOMEM;
	shown->ndocs = ndocs;
	for (i = 0; i < shown->count; i++)
		if (shown->items[i].doc <= ndocs)
			shown->by_doc[shown->items[i].doc] = (uint32_t)i + 1;
	return ERR_NONE;
}

enum err
shown_new(struct index_txn *txn, struct store_txn *store_txn,
    const struct directory *directory, struct shown **ret_shown)
{
	struct shown *shown;
	size_t count;
	enum err err;

	if ((shown = calloc(1, sizeof(*shown))) == NULL)
		return ERR_NOMEM;
	err = read_logs(shown, txn, store_txn, directory);
	if (err == ERR_NONE)
		err = index_each_row(txn, add_row, shown);
	if (err != ERR_NONE)
		goto fail;
	if ((err = sort_records(shown)) != ERR_NONE ||
	    (err = unite_versions(shown)) != ERR_NONE ||
	    (err = map_docs(shown, index_docs(txn))) != ERR_NONE ||
	    (err = shown_list(shown, time_key, compare_place,
		 &shown->order[SHOWN_BY_TIME], &count)) != ERR_NONE ||
	    (err = shown_list(shown, arrival_key, compare_place,
		 &shown->order[SHOWN_BY_ARRIVAL], &count)) != ERR_NONE)
		goto fail;
	count_chars(shown);
	*ret_shown = shown;
	return ERR_NONE;

fail:
	shown_free(shown);
	return err;
}

void
shown_free(struct shown *shown)
{
	unsigned i;

	if (shown == NULL)
		return;
	for (i = 0; i < SHOWN_ORDERS; i++)
		free(shown->order[i]);
	free(shown->items);
	free(shown->logs);
	free(shown->orgs);
	free(shown->external);
	free(shown->by_doc);
	free(shown->versions);
	free(shown);
}

/* ---- looking at it ---- */

size_t
shown_count(const struct shown *shown)
{
	return shown->count;
}

const struct shown_item *
shown_at(const struct shown *shown, enum shown_order order, size_t i)
{
	return order == SHOWN_BY_RECORD ? &shown->items[i] :
					  &shown->items[shown->order[order][i]];
}

const struct shown_log *
shown_log(const struct shown *shown, uint32_t number)
{
	return number >= 1 && number <= shown->nlogs ?
	    &shown->logs[number - 1] :
	    NULL;
}

uint32_t
shown_logs(const struct shown *shown)
{
	return shown->nlogs;
}

const char *
shown_org(const struct shown *shown, uint32_t number)
{
	return number < shown->norgs ? shown->orgs[number].id : "";
}

const struct shown_item *
shown_by_doc(const struct shown *shown, uint32_t doc)
{
	if (doc > shown->ndocs || shown->by_doc[doc] == 0)
		return NULL;
	return &shown->items[shown->by_doc[doc] - 1];
}

const uint32_t *
shown_versions(const struct shown *shown, const struct shown_item *item)
{
	return shown->versions + item->version;
}

/* The place of the first item that is not below (${org}, ${record}). */
static size_t
lower_bound(
    const struct shown *shown, uint32_t org, const uint8_t record[RECORD_LEN])
{
	struct shown_item want = { .org = org, .is_record = true };
	size_t low = 0;
	size_t high = shown->count;
	size_t middle;

	memcpy(want.record, record, RECORD_LEN);
	while (low < high) {
		middle = low + (high - low) / 2;
		if (shown_compare(&shown->items[middle], &want) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct shown_item *
shown_record(const struct shown *shown, const char *org,
    const uint8_t record[RECORD_LEN])
{
	const struct shown_item *item;
	uint32_t number;
	size_t i;

	if (strlen(org) > ORG_MAX)
		return NULL;
	number = org_number(shown, org);
	i = lower_bound(shown, number, record);
	if (i == shown->count)
		return NULL;
	item = &shown->items[i];
	return item->org == number && item->is_record &&
		memcmp(item->record, record, RECORD_LEN) == 0 ?
	    item :
	    NULL;
}

bool
shown_org_matches(const char *id, const char *typed)
{
	size_t len = strlen(id);
	size_t typed_len = strlen(typed);

	if (strcmp(id, typed) == 0)
		return true;
	return len > typed_len + 1 && id[len - typed_len - 1] == '-' &&
	    strcmp(id + len - typed_len, typed) == 0;
}

/* The least record whose id begins with ${part}: the rest are zeros. */
static bool
first_record(const char *part, uint8_t out[RECORD_LEN])
{
	char full[RECORD_CHARS + 1];
	size_t len = strlen(part);

	if (len > RECORD_CHARS)
		return false;
	memset(full, '0', RECORD_CHARS);
	full[RECORD_CHARS] = '\0';
	memcpy(full, part, len);
	return bytes_unbase32(full, RECORD_CHARS, out, RECORD_LEN) == ERR_NONE;
}

void
shown_prefix(const struct shown *shown, const char *org, const char *part,
    void (*each)(void *context, const struct shown_item *item), void *context)
{
	uint8_t record[RECORD_LEN];
	char text[RECORD_CHARS + 1];
	const struct shown_item *item;
	uint32_t number;
	size_t i;

	if (!first_record(part, record))
		return;
	for (number = 0; number < shown->norgs; number++) {
		if (!shown_org_matches(shown->orgs[number].id, org))
			continue;
		for (i = lower_bound(shown, number, record); i < shown->count;
		     i++) {
			item = &shown->items[i];
			bytes_base32(item->record, RECORD_LEN, text);
			if (item->org != number || !item->is_record ||
			    strncmp(text, part, strlen(part)) != 0)
				break;
			each(context, item);
		}
	}
}
