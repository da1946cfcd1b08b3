#include "daemon/search_internal.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"

/*
 * Chunk: le32 how many terms, le32 where each begins and where the last ends; then
 * of each term one byte, how long it is, the term, and its list.
 */

struct chunk_writer {
	struct search *search;
	uint32_t part;
	uint8_t *data; /* terms and lists */
	size_t len;
	size_t size;
	uint32_t *ends; /* in data */
	uint32_t count;
	uint32_t room;
	uint8_t *out;
	size_t out_size;
};

/* ---- reading ---- */

enum err
chunk_open(struct bytes val, struct chunk *ret_chunk)
{
	struct chunk chunk = { .bytes = val };

	if (val.len < 8)
		return ERR_DAMAGED;
	chunk.count = bytes_get_le32(val.data);
	if (chunk.count == 0 || chunk.count > val.len / 4 - 2)
		return ERR_DAMAGED;
	*ret_chunk = chunk;
	return ERR_NONE;
}

enum err
chunk_at(const struct chunk *chunk, uint32_t i, struct bytes *ret_term,
    struct bytes *ret_list)
{
	const uint8_t *data = chunk->bytes.data;
	uint32_t from = bytes_get_le32(data + 4 + 4 * (size_t)i);
	uint32_t to = bytes_get_le32(data + 8 + 4 * (size_t)i);
	size_t len;

	if (from >= to || to > chunk->bytes.len)
		return ERR_DAMAGED;
	len = data[from];
	if (len == 0 || len > PART_TERM - 4 || from + 1 + len >= to)
		return ERR_DAMAGED;
	*ret_term = (struct bytes){ .data = data + from + 1, .len = len };
	*ret_list = (struct bytes){ .data = data + from + 1 + len,
		.len = to - from - 1 - len };
	return ERR_NONE;
}

int
term_compare(struct bytes a, struct bytes b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = memcmp(a.data, b.data, len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

enum err
chunk_find(const struct chunk *chunk, struct bytes term, uint32_t *ret_i)
{
	struct bytes other;
	struct bytes list;
	uint32_t low = 0;
	uint32_t high = chunk->count;
	uint32_t middle;
	enum err err;

	while (low < high) {
		middle = low + (high - low) / 2;
		err = chunk_at(chunk, middle, &other, &list);
		if (err != ERR_NONE)
			return err;
		if (term_compare(other, term) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_i = low;
	return ERR_NONE;
}

/* Find the chunk that begins with this term, or the last before it. */
static enum err
find_chunk(struct search *search, struct bytes want, struct bytes *ret_key,
    struct bytes *ret_val)
{
	enum err err;

	if (search->cursor == NULL &&
	    (err = db_cursor_open(
		 search->txn, search->table + 1, &search->cursor)) != ERR_NONE)
		return err;
	err = db_cursor_seek(search->cursor, want, ret_key, ret_val);
	if (err == ERR_NOENT)
		return db_seek_le(
		    search->txn, search->table + 1, want, ret_key, ret_val);
	if (err != ERR_NONE || bytes_equal(want, *ret_key))
		return err;
	return db_cursor_prev(search->cursor, ret_key, ret_val);
}

enum err
part_list(struct search *search, const struct part *part, const char *term,
    size_t len, struct list *ret_list)
{
	struct bytes want = { .data = (const uint8_t *)term, .len = len };
	uint8_t buf[PART_TERM];
	struct bytes key;
	struct bytes val;
	struct chunk chunk;
	uint32_t i;
	enum err err;

	err = find_chunk(
	    search, part_key(part->head.part, term, len, buf), &key, &val);
	if (err != ERR_NONE)
		return err;
	if (key.len < 5 || bytes_get_be32(key.data) != part->head.part)
		return ERR_NOENT;
	if ((err = chunk_open(val, &chunk)) != ERR_NONE ||
	    (err = chunk_find(&chunk, want, &i)) != ERR_NONE)
		return err;
	if (i == chunk.count)
		return ERR_NOENT;
	if ((err = chunk_at(&chunk, i, &key, &val)) != ERR_NONE)
		return err;
	if (term_compare(key, want) != 0)
		return ERR_NOENT;
	return list_open(val, part->head.count, ret_list);
}

/* ---- going through all terms ---- */

/* Enter the chunk that the cursor came to, if it is the part's. */
static enum err
enter(struct term_walk *walk, enum err err, struct bytes key, struct bytes val)
{
	walk->term = (struct bytes){ .data = NULL, .len = 0 };
	walk->next = 0;
	walk->chunk.count = 0;
	if (err == ERR_NOENT)
		return ERR_NONE;
	if (err != ERR_NONE)
		return err;
	if (key.len < 5 || bytes_get_be32(key.data) != walk->part)
		return ERR_NONE;
	return chunk_open(val, &walk->chunk);
}

enum err
term_next(struct term_walk *walk)
{
	struct bytes key = { .data = NULL, .len = 0 };
	struct bytes val = { .data = NULL, .len = 0 };
	enum err err;

	if (walk->next >= walk->chunk.count) {
		if (walk->chunk.count == 0) {
			walk->term = key;
			return ERR_NONE;
		}
		err = db_cursor_next(walk->cursor, &key, &val);
		if ((err = enter(walk, err, key, val)) != ERR_NONE ||
		    walk->chunk.count == 0)
			return err;
	}
	return chunk_at(&walk->chunk, walk->next++, &walk->term, &walk->list);
}

enum err
term_begin(struct search *search, uint32_t part, struct bytes from,
    struct term_walk *walk)
{
	uint8_t buf[PART_TERM];
	struct bytes start;
	struct bytes key;
	struct bytes val;
	enum err err;

	memset(walk, 0, sizeof(*walk));
	walk->part = part;
	err = db_cursor_open(search->txn, search->table + 1, &walk->cursor);
	if (err != ERR_NONE)
		return err;

	/* ${from} may stand within the chunk before. */
	start = part_key(part, from.data, from.len, buf);
	err = db_seek_le(search->txn, search->table + 1, start, &key, &val);
	if (err == ERR_NONE && key.len >= 5 && bytes_get_be32(key.data) == part)
		start = key;
	else if (err != ERR_NONE && err != ERR_NOENT)
		return err;
	err = db_cursor_seek(walk->cursor, start, &key, &val);
	if ((err = enter(walk, err, key, val)) != ERR_NONE)
		return err;
	if (walk->chunk.count > 0 && from.len > 0 &&
	    (err = chunk_find(&walk->chunk, from, &walk->next)) != ERR_NONE)
		return err;
	return term_next(walk);
}

void
term_end(struct term_walk *walk)
{
	db_cursor_close(walk->cursor);
	walk->cursor = NULL;
}

/* ---- writing ---- */

enum err
chunk_writer_new(
    struct search *search, uint32_t part, struct chunk_writer **ret_writer)
{
	struct chunk_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL)
		return ERR_NOMEM;
	writer->search = search;
	writer->part = part;
	*ret_writer = writer;
	return ERR_NONE;
}

void
chunk_writer_free(struct chunk_writer *writer)
{
	if (writer == NULL)
		return;
	free(writer->data);
	free(writer->ends);
	free(writer);
}

enum err
chunk_flush(struct chunk_writer *writer)
{
	uint8_t key[PART_TERM];
	size_t head = 8 + 4 * (size_t)writer->count;
	uint8_t *out;
	uint32_t i;
	enum err err;

	if (writer->count == 0)
		return ERR_NONE;
	err = db_reserve(writer->search->txn, writer->search->table + 1,
	    part_key(writer->part, writer->data + 1, writer->data[0], key),
	    head + writer->len, DB_APPEND, &out);
	if (err != ERR_NONE)
		return err;
	bytes_put_le32(out, writer->count);
	bytes_put_le32(out + 4, (uint32_t)head);
	for (i = 0; i < writer->count; i++)
		bytes_put_le32(
		    out + 8 + 4 * (size_t)i, (uint32_t)head + writer->ends[i]);
	memcpy(out + head, writer->data, writer->len);
	writer->count = 0;
	writer->len = 0;
	return ERR_NONE;
}

/* Make room for a term and a list of so many bytes. */
static enum err
make_room(struct chunk_writer *writer, size_t more)
{
	size_t size = writer->size == 0 ? 2 * CHUNK_BYTES : writer->size;
	uint32_t room = writer->room == 0 ? 4096 : 2 * writer->room;
	uint32_t *ends;
	uint8_t *data;

	while (size < writer->len + more)
		size *= 2;
	if (size != writer->size) {
		if ((data = realloc(writer->data, size)) == NULL)
			return ERR_NOMEM;
		writer->data = data;
		writer->size = size;
	}
	if (writer->count < writer->room)
		return ERR_NONE;
	if ((ends = realloc(writer->ends, room * sizeof(*ends))) == NULL)
		return ERR_NOMEM;
	writer->ends = ends;
	writer->room = room;
	return ERR_NONE;
}

enum err
chunk_add(struct chunk_writer *writer, struct bytes term, const uint32_t *docs,
    const uint8_t *impacts, uint32_t count)
{
	uint8_t *at;
	enum err err;

	if (writer->len >= CHUNK_BYTES &&
	    (err = chunk_flush(writer)) != ERR_NONE)
		return err;
	if ((err = make_room(writer, 1 + term.len + list_size(count))) !=
	    ERR_NONE)
		return err;
	at = writer->data + writer->len;
	*at++ = (uint8_t)term.len;
	memcpy(at, term.data, term.len);
	at += term.len;
	at += list_write(docs, impacts, count, at);
	writer->len = (size_t)(at - writer->data);
	writer->ends[writer->count++] = (uint32_t)writer->len;
	return ERR_NONE;
}
