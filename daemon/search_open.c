#include "daemon/search.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"
#include "daemon/search_internal.h"

#define HEAD_LEN     13 /* first, count, gone, dirty */
#define COUNTERS_LEN 12
#define KEPT_MAX     1048576 /* bytes of memory kept between questions */

static void
put_be32(uint8_t *out, uint32_t value)
{
	out[0] = (uint8_t)(value >> 24);
	out[1] = (uint8_t)(value >> 16);
	out[2] = (uint8_t)(value >> 8);
	out[3] = (uint8_t)value;
}

struct bytes
part_key(uint32_t part, const void *tail, size_t len, uint8_t buf[PART_TERM])
{
	if (len > PART_TERM - 4)
		len = PART_TERM - 4;
	put_be32(buf, part);
	if (len > 0)
		memcpy(buf + 4, tail, len);
	return (struct bytes){ .data = buf, .len = 4 + len };
}

/* ---- heads and counters ---- */

enum err
part_put(struct search *search, const struct part_head *head)
{
	uint8_t key[PART_TERM];
	uint8_t val[HEAD_LEN];

	bytes_put_le32(val, head->first);
	bytes_put_le32(val + 4, head->count);
	bytes_put_le32(val + 8, head->gone);
	val[12] = head->dirty;
	return db_put(search->txn, search->table,
	    part_key(head->part, "h", 1, key),
	    (struct bytes){ .data = val, .len = sizeof(val) }, DB_REPLACE);
}

enum err
counters_put(struct search *search)
{
	uint8_t key[PART_TERM];
	uint8_t val[COUNTERS_LEN];

	bytes_put_le32(val, search->counters.low);
	bytes_put_le32(val + 4, search->counters.high);
	bytes_put_le32(val + 8, search->counters.ordinal);
	return db_put(search->txn, search->table, part_key(0, "c", 1, key),
	    (struct bytes){ .data = val, .len = sizeof(val) }, DB_REPLACE);
}

static enum err
counters_read(struct search *search, struct bytes val)
{
	if (val.len != COUNTERS_LEN)
		return ERR_DAMAGED;
	search->counters.low = bytes_get_le32(val.data);
	search->counters.high = bytes_get_le32(val.data + 4);
	search->counters.ordinal = bytes_get_le32(val.data + 8);
	return ERR_NONE;
}

enum err
part_value(struct search *search, const struct part *part, const char *name,
    struct bytes *ret_val)
{
	uint8_t key[PART_TERM];
	enum err err;

	err = db_get(search->txn, search->table,
	    part_key(part->head.part, name, 1, key), ret_val);
	if (err == ERR_NOENT)
		*ret_val = (struct bytes){ .data = NULL, .len = 0 };
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Make room for one more part. */
static enum err
part_room(struct search *search)
{
	size_t size = search->size == 0 ? 16 : 2 * search->size;
	struct part *parts;

	if (search->count < search->size)
		return ERR_NONE;
	if (search->count >= PARTS_MAX)
		return ERR_DAMAGED;
	parts = realloc(search->parts, size * sizeof(*parts));
	if (parts == NULL)
		return ERR_NOMEM;
	search->parts = parts;
	search->size = size;
	return ERR_NONE;
}

/* The rows of a part that are read at once. */
struct rows {
	struct bytes head;
	struct bytes docs;
	struct bytes gone;
	struct bytes hashes;
};

/* Read a part; one without a head is not complete, and none. */
static enum err
read_part(struct search *search, uint32_t number, const struct rows *rows)
{
	struct part *part;
	enum err err;

	if (rows->head.data == NULL)
		return ERR_NONE;
	if (rows->head.len != HEAD_LEN)
		return ERR_DAMAGED;
	if ((err = part_room(search)) != ERR_NONE)
		return err;
	part = &search->parts[search->count];
	memset(part, 0, sizeof(*part));
	part->head.part = number;
	part->head.first = bytes_get_le32(rows->head.data);
	part->head.count = bytes_get_le32(rows->head.data + 4);
	part->head.gone = bytes_get_le32(rows->head.data + 8);
	part->head.dirty = rows->head.data[12] != 0;
	if (part->head.count == 0 || part->head.gone > part->head.count ||
	    rows->docs.len != (size_t)part->head.count * DOC_LEN ||
	    (rows->gone.len != 0 &&
		rows->gone.len != (part->head.count + 7) / 8) ||
	    !hash_fits(rows->hashes))
		return ERR_DAMAGED;
	part->docs = rows->docs.data;
	part->gone = part->head.gone > 0 && rows->gone.len > 0 ?
	    rows->gone.data :
	    NULL;
	part->hashes = rows->hashes;
	search->docs += part->head.count - part->head.gone;
	search->count++;
	return ERR_NONE;
}

/* Go through the rows of all parts, which stand together. */
static enum err
read_parts(struct search *search, struct db_cursor *cursor)
{
	struct rows rows = { .head = { .data = NULL } };
	struct bytes key = { .data = NULL };
	struct bytes val;
	uint32_t number = 0;
	enum err err;

	for (err = db_cursor_seek(cursor, key, &key, &val); err == ERR_NONE;
	     err = db_cursor_next(cursor, &key, &val)) {
		if (key.len != 5)
			return ERR_DAMAGED;
		if (bytes_get_be32(key.data) != number) {
			err = read_part(search, number, &rows);
			if (err != ERR_NONE)
				return err;
			number = bytes_get_be32(key.data);
			memset(&rows, 0, sizeof(rows));
		}
		if (key.data[4] == 'c' && number == 0)
			err = counters_read(search, val);
		else if (key.data[4] == 'd')
			rows.docs = val;
		else if (key.data[4] == 'g')
			rows.gone = val;
		else if (key.data[4] == 'h')
			rows.head = val;
		else if (key.data[4] == 'x')
			rows.hashes = val;
		if (err != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? read_part(search, number, &rows) : err;
}

static int
compare_parts(const void *a, const void *b)
{
	uint32_t x = ((const struct part *)a)->head.first;
	uint32_t y = ((const struct part *)b)->head.first;

	return (x > y) - (x < y);
}

/* Forget the parts, but keep the room for them. */
static void
free_parts(struct search *search)
{
	while (search->count > 0)
		free(search->parts[--search->count].chunks);
}

enum err
search_refresh(struct search *search)
{
	struct db_cursor *cursor;
	enum err err;

	free_parts(search);
	search->docs = 0;
	search->counters = (struct counters){ .high = PART_MADE };
	err = db_cursor_open(search->txn, search->table, &cursor);
	if (err != ERR_NONE)
		return err;
	err = read_parts(search, cursor);
	db_cursor_close(cursor);
	if (err == ERR_NONE && search->count > 1)
		qsort(search->parts, search->count, sizeof(*search->parts),
		    compare_parts);
	return err;
}

enum err
search_open(struct db_txn *txn, unsigned table, struct search **ret_search)
{
	struct search *search = calloc(1, sizeof(*search));
	enum err err;

	if (search == NULL)
		return ERR_NOMEM;
	search->table = table;
	if ((err = search_renew(search, txn)) != ERR_NONE) {
		search_close(search);
		return err;
	}
	*ret_search = search;
	return ERR_NONE;
}

enum err
search_renew(struct search *search, struct db_txn *txn)
{
	uint64_t snapshot = db_snapshot(txn);
	enum err err;

	search->txn = txn;
	if (snapshot != 0 && snapshot == search->snapshot)
		return ERR_NONE;
	search->snapshot = 0;
	if ((err = search_refresh(search)) == ERR_NONE)
		search->snapshot = snapshot;
	return err;
}

static void
free_rooms(struct search *search)
{
	size_t i;

	for (i = 0; i < ROOMS; i++) {
		free(search->rooms[i].data);
		search->rooms[i].data = NULL;
		search->rooms[i].size = 0;
	}
}

void
search_leave(struct search *search)
{
	size_t size = 0;
	size_t i;

	search->txn = NULL;
	for (i = 0; i < ROOMS; i++)
		size += search->rooms[i].size;
	if (size > KEPT_MAX)
		free_rooms(search);
}

void
search_close(struct search *search)
{
	if (search == NULL)
		return;
	search_leave(search);
	free_rooms(search);
	free_parts(search);
	free(search->parts);
	free(search);
}

void *
search_room(struct search *search, enum room room, size_t size)
{
	void *data;

	if (size <= search->rooms[room].size)
		return search->rooms[room].data;
	if ((data = malloc(size)) == NULL)
		return NULL;
	free(search->rooms[room].data);
	search->rooms[room].data = data;
	search->rooms[room].size = size;
	return data;
}

uint64_t
search_docs(const struct search *search)
{
	return search->docs;
}

size_t
search_parts(const struct search *search)
{
	return search->count;
}

/* ---- lists ---- */

/* A term as it stands in keys; return its length. */
static size_t
make_term(enum search_term kind, const char *text, char out[PART_TERM])
{
	size_t len = strnlen(text, PART_TERM - 5);

	out[0] = (char)kind;
	memcpy(out + 1, text, len);
	return 1 + len;
}

uint64_t
search_count(struct search *search, enum search_term kind, const char *text)
{
	char term[PART_TERM];
	size_t len = make_term(kind, text, term);
	struct list list;
	uint64_t count = 0;
	size_t i;

	for (i = 0; i < search->count; i++)
		if (part_list(search, &search->parts[i], term, len, &list) ==
		    ERR_NONE)
			count += list.count;
	return count;
}

/* Call ${each} for the documents of a list; false in ${ret_on} ends it all. */
static enum err
each_of_list(const struct part *part, const struct list *list,
    bool (*each)(void *context, uint32_t doc, uint8_t kind), void *context,
    bool *ret_on)
{
	uint32_t docs[BLOCK];
	const uint8_t *impacts;
	const uint8_t *row;
	uint32_t block;
	uint32_t count;
	uint32_t i;

	for (block = 0; block < list->nblocks && *ret_on; block++) {
		count = list_read(list, block, docs, &impacts);
		if (count == 0)
			return ERR_DAMAGED;
		for (i = 0; i < count && *ret_on; i++) {
			if (docs[i] >= part->head.count)
				return ERR_DAMAGED;
			if (part->gone != NULL &&
			    (part->gone[docs[i] / 8] >> (docs[i] % 8) & 1) != 0)
				continue;
			row = part->docs + (size_t)docs[i] * DOC_LEN;
			*ret_on = each(context, bytes_get_le32(row), row[5]);
		}
	}
	return ERR_NONE;
}

enum err
search_each(struct search *search, enum search_term kind, const char *text,
    bool (*each)(void *context, uint32_t doc, uint8_t kind), void *context)
{
	char term[PART_TERM];
	size_t len = make_term(kind, text, term);
	struct list list;
	bool on = true;
	size_t i;
	enum err err;

	for (i = 0; i < search->count && on; i++) {
		err = part_list(search, &search->parts[i], term, len, &list);
		if (err == ERR_NOENT)
			continue;
		if (err == ERR_NONE)
			err = each_of_list(
			    &search->parts[i], &list, each, context, &on);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}
