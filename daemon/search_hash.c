#include "daemon/search_internal.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"

/*
 * Where the terms of a part stand: le32 how many lines there are, nothing up to
 * HEAD, and the lines, of ENTRIES entries, le32, each.  A term's hash says in
 * which line its entry is, or in the next one if that is full.  An entry is the
 * number of the step, and above it 16 bits of the hash, never all 0: an entry of
 * 0 is free.  The store puts a large value 16 bytes behind the beginning of a
 * page; with HEAD each line is one of the processor's cache, so that a term that
 * the part does not hold costs one look at memory.
 */
#define HEAD       48U
#define ENTRIES    16U
#define LINE_BYTES (4 * ENTRIES)
#define FILL       11U /* entries of a line that are taken, on average */

uint64_t
hash_bytes(const void *data, size_t len, uint64_t seed)
{
	const uint8_t *at = data;
	uint64_t hash = 0x9e3779b97f4a7c15U ^ seed;
	uint64_t word;
	size_t i;

	for (i = 0; i + 8 <= len; i += 8) {
		memcpy(&word, at + i, 8);
		hash = (hash ^ le64toh(word)) * 0xff51afd7ed558ccdU;
		hash ^= hash >> 32;
	}
	word = len;
	for (; i < len; i++)
		word = word << 8 | at[i];
	hash = (hash ^ word) * 0xc4ceb9fe1a85ec53U;
	return hash ^ hash >> 29;
}

/* The line in which a term's entry is looked for first. */
static uint32_t
line_of(uint64_t hash, uint32_t lines)
{
	return (uint32_t)((hash >> 32) * lines >> 32);
}

/* The entry without its step. */
static uint32_t
mark_of(uint64_t hash)
{
	uint32_t mark = (uint32_t)hash & 0xffff0000U;

	return mark != 0 ? mark : 0x10000U;
}

static uint32_t
get_entry(const uint8_t *line, uint32_t number)
{
	uint32_t entry;

	memcpy(&entry, line + 4 * (size_t)number, sizeof(entry));
	return le32toh(entry);
}

bool
hash_fits(struct bytes table)
{
	uint32_t lines;

	if (table.len == 0)
		return true;
	if (table.len < HEAD + LINE_BYTES)
		return false;
	lines = bytes_get_le32(table.data);
	return lines > 0 && (table.len - HEAD) / LINE_BYTES == lines &&
	    (table.len - HEAD) % LINE_BYTES == 0;
}

void
hash_begin(struct bytes table, struct bytes term, struct hash_seek *ret_seek)
{
	uint64_t hash;

	*ret_seek = (struct hash_seek){ .lines = NULL };
	if (table.len == 0)
		return;
	hash = hash_bytes(term.data, term.len, 0);
	ret_seek->lines = table.data + HEAD;
	/* As hash_fits() has seen: not read anew, it is far from the lines. */
	ret_seek->count = (uint32_t)((table.len - HEAD) / LINE_BYTES);
	ret_seek->line = line_of(hash, ret_seek->count);
	ret_seek->left = ret_seek->count;
	ret_seek->mark = mark_of(hash);
}

void
hash_fetch(struct bytes table, struct bytes term)
{
	struct hash_seek seek;

	hash_begin(table, term, &seek);
	if (seek.lines != NULL)
		__builtin_prefetch(seek.lines + (size_t)seek.line * LINE_BYTES);
}

bool
hash_next(struct hash_seek *seek, uint32_t *ret_step)
{
	const uint8_t *line;
	uint32_t entry;

	for (; seek->left > 0; seek->left--, seek->at = 0) {
		line = seek->lines + (size_t)seek->line * LINE_BYTES;
		while (seek->at < ENTRIES) {
			entry = get_entry(line, seek->at++);
			if (entry == 0) {
				seek->left = 0;
				return false;
			}
			if ((entry & 0xffff0000U) == seek->mark) {
				*ret_step = entry & 0xffff;
				return true;
			}
		}
		seek->line = seek->line + 1 < seek->count ? seek->line + 1 : 0;
	}
	return false;
}

enum err
hashes_add(struct hashes *hashes, struct bytes term, uint32_t step)
{
	size_t size = hashes->size == 0 ? 1024 : 2 * hashes->size;
	uint64_t hash = hash_bytes(term.data, term.len, 0);
	uint64_t *items;

	if (hashes->count == hashes->size) {
		items = realloc(hashes->items, size * sizeof(*items));
		if (items == NULL)
			return ERR_NOMEM;
		hashes->items = items;
		hashes->size = size;
	}
	hashes->items[hashes->count++] = (hash & 0xffffffff00000000U) |
	    mark_of(hash) | (step & 0xffff);
	return ERR_NONE;
}

/* Put an entry into the first free place from its line on. */
static void
put_entry(uint8_t *lines, uint32_t count, uint64_t item)
{
	uint32_t line = line_of(item, count);
	uint32_t at = 0;

	while (get_entry(lines + (size_t)line * LINE_BYTES, at) != 0)
		if (++at == ENTRIES) {
			at = 0;
			line = line + 1 < count ? line + 1 : 0;
		}
	bytes_put_le32(
	    lines + (size_t)line * LINE_BYTES + 4 * at, (uint32_t)item);
}

enum err
hashes_write(const struct hashes *hashes, struct search *search, uint32_t part)
{
	uint8_t key[PART_TERM];
	uint32_t lines = (uint32_t)(hashes->count / FILL) + 1;
	uint8_t *out;
	size_t i;
	enum err err;

	if (hashes->count == 0)
		return ERR_NONE;
	err = db_reserve(search->txn, search->table,
	    part_key(part, "x", 1, key), HEAD + (size_t)lines * LINE_BYTES,
	    DB_NEW, &out);
	if (err != ERR_NONE)
		return err;
	memset(out, 0, HEAD + (size_t)lines * LINE_BYTES);
	bytes_put_le32(out, lines);
	for (i = 0; i < hashes->count; i++)
		put_entry(out + HEAD, lines, hashes->items[i]);
	return ERR_NONE;
}
