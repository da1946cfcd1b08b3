#include "daemon/search_internal.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"

/*
 * Chunk: le32 how many terms, le32 where every STEP-th of them begins; then of
 * each term a byte, how many bytes it has in common with the one before (none for
 * every STEP-th); a byte, how many follow, and these; varint the length of its
 * list, and the list.
 */
#define STEP 8U

struct chunk_writer {
	struct search *search;
	uint32_t part;
	uint8_t *data; /* terms and lists */
	size_t len;
	size_t size;
	uint32_t *starts; /* in data, of every STEP-th term */
	uint32_t count;
	uint32_t room;
	uint8_t last[PART_TERM]; /* the term before */
	size_t last_len;
	struct hashes hashes;
};

/* ---- reading ---- */

static uint32_t
get_le32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

static size_t
steps_of(uint32_t count)
{
	return ((size_t)count + STEP - 1) / STEP;
}

enum err
chunk_open(struct bytes val, struct chunk *ret_chunk)
{
	struct chunk chunk = { .bytes = val };

	if (val.len < 8)
		return ERR_DAMAGED;
	chunk.count = get_le32(val.data);
	if (chunk.count == 0 || steps_of(chunk.count) > val.len / 4 - 1)
		return ERR_DAMAGED;
	*ret_chunk = chunk;
	return ERR_NONE;
}

void
chunk_start(const struct chunk *chunk, uint32_t step, struct place *ret_place)
{
	ret_place->next = step * STEP;
	ret_place->at = get_le32(chunk->bytes.data + 4 + 4 * (size_t)step);
	ret_place->len = 0;
}

/* Read the length of a list; return where the list begins, NULL if damaged. */
static const uint8_t *
list_length(const uint8_t *at, const uint8_t *end, size_t *ret_len)
{
	size_t len = 0;
	unsigned shift;

	for (shift = 0; at < end && shift < 35; shift += 7) {
		len |= (size_t)(*at & 0x7f) << shift;
		if (*at++ < 0x80) {
			*ret_len = len;
			return at;
		}
	}
	return NULL;
}

enum err
chunk_next(const struct chunk *chunk, struct place *place)
{
	const uint8_t *end = chunk->bytes.data + chunk->bytes.len;
	const uint8_t *at;
	size_t more;
	size_t len;

	if (place->at + 4 > chunk->bytes.len)
		return ERR_DAMAGED;
	at = chunk->bytes.data + place->at;
	len = at[0];
	more = at[1];
	at += 2;
	if (len > place->len || more == 0 || len + more > PART_TERM - 4 ||
	    more > (size_t)(end - at))
		return ERR_DAMAGED;
	memcpy(place->term + len, at, more);
	place->len = len + more;
	at = list_length(at + more, end, &len);
	if (at == NULL || len == 0 || len > (size_t)(end - at))
		return ERR_DAMAGED;
	place->list = (struct bytes){ .data = at, .len = len };
	place->at = (size_t)(at - chunk->bytes.data) + len;
	place->next++;
	return ERR_NONE;
}

int
term_compare(struct bytes a, struct bytes b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = memcmp(a.data, b.data, len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* The last of every STEP-th term that is not above ${term}; else the first. */
static enum err
find_step(const struct chunk *chunk, struct bytes term, uint32_t *ret_step)
{
	struct bytes other;
	uint32_t low = 0;
	uint32_t high = (uint32_t)steps_of(chunk->count) - 1;
	uint32_t middle;
	size_t at;

	while (low < high) {
		middle = low + (high - low + 1) / 2;
		at = get_le32(chunk->bytes.data + 4 + 4 * (size_t)middle);
		if (at + 2 > chunk->bytes.len)
			return ERR_DAMAGED;
		other.data = chunk->bytes.data + at + 2;
		other.len = chunk->bytes.data[at + 1];
		if (other.len > chunk->bytes.len - at - 2)
			return ERR_DAMAGED;
		if (term_compare(other, term) <= 0)
			low = middle;
		else
			high = middle - 1;
	}
	*ret_step = low;
	return ERR_NONE;
}

enum err
chunk_find(const struct chunk *chunk, struct bytes term, struct place *place)
{
	uint32_t step;
	enum err err;

	if ((err = find_step(chunk, term, &step)) != ERR_NONE)
		return err;
	for (chunk_start(chunk, step, place); place->next < chunk->count;)
		if ((err = chunk_next(chunk, place)) != ERR_NONE ||
		    term_compare(place_term(place), term) >= 0)
			return err;
	return ERR_NOENT;
}

struct bytes
place_term(const struct place *place)
{
	return (struct bytes){ .data = place->term, .len = place->len };
}

/* The first bytes of a term as a number that sorts as they do. */
static uint64_t
start_of(struct bytes term)
{
	uint8_t start[8] = { 0 };

	memcpy(start, term.data, term.len < 8 ? term.len : 8);
	return bytes_get_be64(start);
}

/* Add one to the chunks of a part; their number doubles when there is no room. */
static enum err
add_chunk(struct part *part, struct bytes key, struct bytes val)
{
	struct chunk_row *chunks = part->chunks;
	size_t count = part->nchunks;

	if ((count & (count - 1)) == 0) {
		chunks = realloc(
		    chunks, (count == 0 ? 1 : 2 * count) * sizeof(*chunks));
		if (chunks == NULL)
			return ERR_NOMEM;
		part->chunks = chunks;
	}
	key.data += 4;
	key.len -= 4;
	chunks[part->nchunks++] = (struct chunk_row){
		.start = start_of(key),
		.term = key,
		.val = val,
	};
	return ERR_NONE;
}

/* Note where the chunks of a part begin. */
static enum err
read_chunks(struct search *search, struct part *part)
{
	struct db_cursor *cursor;
	uint8_t buf[PART_TERM];
	struct bytes key;
	struct bytes val;
	enum err err;

	err = db_cursor_open(search->txn, search->table + 1, &cursor);
	if (err != ERR_NONE)
		return err;
	err = db_cursor_seek(
	    cursor, part_key(part->head.part, "", 0, buf), &key, &val);
	while (err == ERR_NONE && key.len >= 5 &&
	    bytes_get_be32(key.data) == part->head.part) {
		if ((err = add_chunk(part, key, val)) == ERR_NONE)
			err = db_cursor_next(cursor, &key, &val);
	}
	db_cursor_close(cursor);
	if (err != ERR_NOENT && err != ERR_NONE) {
		free(part->chunks);
		part->chunks = NULL;
		part->nchunks = 0;
		return err;
	}
	return ERR_NONE;
}

/* Find the chunk that begins with this term, or the last before it. */
static enum err
find_chunk(struct search *search, struct part *part, struct bytes term,
    struct bytes *ret_val)
{
	const uint64_t start = start_of(term);
	const struct chunk_row *row;
	size_t low = 0;
	size_t high;
	size_t middle;
	enum err err;

	if (part->chunks == NULL &&
	    (err = read_chunks(search, part)) != ERR_NONE)
		return err;
	for (high = part->nchunks; low < high;) {
		middle = low + (high - low) / 2;
		row = &part->chunks[middle];
		if (row->start < start ||
		    (row->start == start && term_compare(row->term, term) <= 0))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return ERR_NOENT;
	*ret_val = part->chunks[low - 1].val;
	return ERR_NONE;
}

/* Go to a term, if the step holds it. */
static enum err
look_into(const struct chunk *chunk, uint32_t step, struct bytes term,
    struct place *place)
{
	uint32_t left = STEP;
	int order = -1;
	enum err err;

	if (step >= steps_of(chunk->count))
		return ERR_NOENT;
	chunk_start(chunk, step, place);
	for (; left > 0 && order < 0 && place->next < chunk->count; left--) {
		if ((err = chunk_next(chunk, place)) != ERR_NONE)
			return err;
		order = term_compare(place_term(place), term);
	}
	return order == 0 ? ERR_NONE : ERR_NOENT;
}

void
part_fetch(struct search *search, struct part *part, struct bytes term,
    enum fetch_stage stage)
{
	struct hash_seek seek;
	struct bytes val;
	struct chunk chunk;
	struct place place;
	uint32_t step;

	if (stage == FETCH_HASH) {
		hash_fetch(part->hashes, term);
		return;
	}
	hash_begin(part->hashes, term, &seek);
	if (!hash_next(&seek, &step) ||
	    find_chunk(search, part, term, &val) != ERR_NONE ||
	    (size_t)step * 4 + 8 > val.len)
		return;
	if (stage == FETCH_STEP) {
		__builtin_prefetch(val.data);
		__builtin_prefetch(val.data + 4 + (size_t)step * 4);
	} else if (chunk_open(val, &chunk) == ERR_NONE &&
	    step < steps_of(chunk.count)) {
		chunk_start(&chunk, step, &place);
		if (place.at < val.len) {
			__builtin_prefetch(val.data + place.at);
			__builtin_prefetch(val.data + place.at + 64);
		}
	}
}

enum err
part_list(struct search *search, struct part *part, const char *term,
    size_t len, struct list *ret_list)
{
	struct bytes want = { .data = (const uint8_t *)term, .len = len };
	struct hash_seek seek;
	struct bytes val;
	struct chunk chunk;
	struct place place;
	uint32_t step;
	enum err err;

	hash_begin(part->hashes, want, &seek);
	if (!hash_next(&seek, &step))
		return ERR_NOENT;
	if ((err = find_chunk(search, part, want, &val)) != ERR_NONE)
		return err;
	if ((err = chunk_open(val, &chunk)) != ERR_NONE)
		return err;
	do
		err = look_into(&chunk, step, want, &place);
	while (err == ERR_NOENT && hash_next(&seek, &step));
	return err != ERR_NONE ?
	    err :
	    list_open(place.list, part->head.count, ret_list);
}

/* ---- going through all terms ---- */

/* Enter the chunk that the cursor came to, if it is the part's. */
static enum err
enter(struct term_walk *walk, enum err err, struct bytes key, struct bytes val)
{
	walk->term = (struct bytes){ .data = NULL, .len = 0 };
	walk->chunk.count = 0;
	walk->place.next = 0;
	if (err == ERR_NOENT)
		return ERR_NONE;
	if (err != ERR_NONE)
		return err;
	if (key.len < 5 || bytes_get_be32(key.data) != walk->part)
		return ERR_NONE;
	if ((err = chunk_open(val, &walk->chunk)) == ERR_NONE)
		chunk_start(&walk->chunk, 0, &walk->place);
	return err;
}

/* Show the term at hand. */
static void
show_place(struct term_walk *walk)
{
	walk->term = place_term(&walk->place);
	walk->list = walk->place.list;
}

enum err
term_next(struct term_walk *walk)
{
	struct bytes key = { .data = NULL, .len = 0 };
	struct bytes val = { .data = NULL, .len = 0 };
	enum err err;

	if (walk->place.next >= walk->chunk.count) {
		if (walk->chunk.count == 0) {
			walk->term = key;
			return ERR_NONE;
		}
		err = db_cursor_next(walk->cursor, &key, &val);
		if ((err = enter(walk, err, key, val)) != ERR_NONE ||
		    walk->chunk.count == 0)
			return err;
	}
	err = chunk_next(&walk->chunk, &walk->place);
	if (err == ERR_NONE)
		show_place(walk);
	return err;
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
	if (walk->chunk.count == 0 || from.len == 0)
		return term_next(walk);
	err = chunk_find(&walk->chunk, from, &walk->place);
	if (err == ERR_NOENT) /* it may begin the next chunk */
		return term_next(walk);
	if (err == ERR_NONE)
		show_place(walk);
	return err;
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
	free(writer->starts);
	free(writer->hashes.items);
	free(writer);
}

/* Write the chunk at hand. */
static enum err
flush(struct chunk_writer *writer)
{
	uint8_t key[PART_TERM];
	size_t steps = steps_of(writer->count);
	size_t head = 4 + 4 * steps;
	uint8_t *out;
	size_t i;
	enum err err;

	if (writer->count == 0)
		return ERR_NONE;
	err = db_reserve(writer->search->txn, writer->search->table + 1,
	    part_key(writer->part, writer->data + 2, writer->data[1], key),
	    head + writer->len, DB_APPEND, &out);
	if (err != ERR_NONE)
		return err;
	bytes_put_le32(out, writer->count);
	for (i = 0; i < steps; i++)
		bytes_put_le32(
		    out + 4 + 4 * i, (uint32_t)head + writer->starts[i]);
	memcpy(out + head, writer->data, writer->len);
	writer->count = 0;
	writer->len = 0;
	return ERR_NONE;
}

/* Make room for a term and a list of so many bytes. */
static enum err
make_room(struct chunk_writer *writer, size_t more)
{
	size_t size = writer->size == 0 ? 65536 : writer->size;
	uint32_t room = writer->room == 0 ? 1024 : 2 * writer->room;
	uint32_t *starts;
	uint8_t *data;

	while (size < writer->len + more)
		size *= 2;
	if (size != writer->size) {
		if ((data = realloc(writer->data, size)) == NULL)
			return ERR_NOMEM;
		writer->data = data;
		writer->size = size;
	}
	if (steps_of(writer->count + 1) <= writer->room)
		return ERR_NONE;
	starts = realloc(writer->starts, room * sizeof(*starts));
	if (starts == NULL)
		return ERR_NOMEM;
	writer->starts = starts;
	writer->room = room;
	return ERR_NONE;
}

/* Write the term itself; return its end. */
static uint8_t *
put_term(struct chunk_writer *writer, struct bytes term, uint8_t *at)
{
	size_t same = 0;

	if (writer->count % STEP == 0)
		writer->starts[writer->count / STEP] = (uint32_t)writer->len;
	else
		while (same < term.len - 1 && same < writer->last_len &&
		    term.data[same] == writer->last[same])
			same++;
	*at++ = (uint8_t)same;
	*at++ = (uint8_t)(term.len - same);
	memcpy(at, term.data + same, term.len - same);
	memcpy(writer->last + same, term.data + same, term.len - same);
	writer->last_len = term.len;
	return at + term.len - same;
}

enum err
chunk_add(struct chunk_writer *writer, struct bytes term, const uint32_t *docs,
    const uint8_t *impacts, uint32_t count)
{
	uint8_t *at;
	size_t head = 1;
	size_t len;
	size_t left;
	enum err err;

	if (writer->len >= CHUNK_BYTES && (err = flush(writer)) != ERR_NONE)
		return err;
	err = make_room(writer, 7 + term.len + list_size(count));
	if (err == ERR_NONE)
		err = hashes_add(&writer->hashes, term, writer->count / STEP);
	if (err != ERR_NONE)
		return err;
	at = put_term(writer, term, writer->data + writer->len);

	/* The length stands before the list; mostly it is a single byte. */
	len = list_write(docs, impacts, count, at + head);
	for (left = len; left >= 0x80; left >>= 7)
		head++;
	if (head > 1)
		memmove(at + head, at + 1, len);
	for (left = len; left >= 0x80; left >>= 7)
		*at++ = (uint8_t)(left | 0x80);
	*at++ = (uint8_t)left;
	writer->len = (size_t)(at - writer->data) + len;
	writer->count++;
	return ERR_NONE;
}

enum err
chunk_end(struct chunk_writer *writer)
{
	enum err err = flush(writer);

	return err != ERR_NONE ?
	    err :
	    hashes_write(&writer->hashes, writer->search, writer->part);
}
