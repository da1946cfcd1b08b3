#include "daemon/postings.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "daemon/db.h"
#include "daemon/words.h"

#define ITEM_LEN  5                  /* a document in a row */
#define KEY_MAX   (WORD_MAX + 1 + 4) /* word, NUL, first document */
#define COUNT_MIN 1024               /* room that a batch begins with */

/* A word of a document. */
struct posting {
	struct word word;
	uint32_t doc;
};

struct postings {
	struct posting *items;
	size_t count;
	size_t size;
};

enum err
postings_new(struct postings **ret_postings)
{
	if ((*ret_postings = calloc(1, sizeof(**ret_postings))) == NULL)
		return ERR_NOMEM;
	return ERR_NONE;
}

void
postings_free(struct postings *postings)
{
	if (postings == NULL)
		return;
	free(postings->items);
	free(postings);
}

size_t
postings_count(const struct postings *postings)
{
	return postings->count;
}

enum err
postings_add(struct postings *postings, uint32_t doc, struct words *words)
{
	const struct word *found;
	struct posting *items;
	size_t size = postings->size;
	size_t count;
	size_t i;

	found = words_sorted(words, &count);
	while (size < postings->count + count)
		size = size == 0 ? COUNT_MIN : 2 * size;
	if (size > postings->size) {
		items = realloc(postings->items, size * sizeof(*items));
		if (items == NULL)
			return ERR_NOMEM;
		postings->items = items;
		postings->size = size;
	}
	for (i = 0; i < count; i++)
		postings->items[postings->count++] =
		    (struct posting){ .word = found[i], .doc = doc };
	return ERR_NONE;
}

static int
compare(const void *a, const void *b)
{
	const struct posting *x = a;
	const struct posting *y = b;
	int order = strcmp(x->word.text, y->word.text);

	if (order != 0)
		return order;
	return (x->doc > y->doc) - (x->doc < y->doc);
}

/* Write the big-endian number, by which keys sort. */
static void
put_be32(uint8_t *out, uint32_t value)
{
	uint8_t wide[8];

	bytes_put_be64(wide, value);
	memcpy(out, wide + 4, 4);
}

/* Write one row: the ${count} postings at ${items}, all of one word. */
static enum err
write_row(struct db_txn *txn, unsigned table, const struct posting *items,
    size_t count)
{
	uint8_t key[KEY_MAX];
	size_t len = strlen(items[0].word.text);
	uint8_t *data;
	size_t i;
	enum err err;

	memcpy(key, items[0].word.text, len + 1);
	put_be32(key + len + 1, items[0].doc);
	err = db_reserve(txn, table,
	    (struct bytes){ .data = key, .len = len + 5 }, count * ITEM_LEN,
	    DB_REPLACE, &data);
	if (err != ERR_NONE)
		return err;
	for (i = 0; i < count; i++) {
		bytes_put_le32(data + i * ITEM_LEN, items[i].doc);
		data[i * ITEM_LEN + 4] = items[i].word.where;
	}
	return ERR_NONE;
}

enum err
postings_write(struct postings *postings, struct db_txn *txn, unsigned table)
{
	struct posting *items = postings->items;
	size_t first;
	size_t i;
	enum err err;

	if (postings->count == 0)
		return ERR_NONE;
	qsort(items, postings->count, sizeof(*items), compare);
	for (first = 0; first < postings->count; first = i) {
		for (i = first + 1; i < postings->count; i++)
			if (strcmp(items[i].word.text,
				items[first].word.text) != 0)
				break;
		err = write_row(txn, table, items + first, i - first);
		if (err != ERR_NONE)
			return err;
	}
	postings->count = 0;
	return ERR_NONE;
}

/* Take the word out of a key; false if the key is none of ours. */
static bool
key_word(struct bytes key, char word[WORD_MAX + 1])
{
	if (key.len < 6 || key.len > KEY_MAX || key.data[key.len - 5] != '\0')
		return false;
	memcpy(word, key.data, key.len - 4);
	return true;
}

enum err
postings_each(struct db_txn *txn, unsigned table, const char *stem,
    void (*each)(void *context, uint32_t doc, const char *word, uint8_t where),
    void *context)
{
	struct db_cursor *cursor;
	struct bytes want = { (const uint8_t *)stem, strlen(stem) };
	struct bytes key;
	struct bytes val;
	char word[WORD_MAX + 1];
	size_t i;
	enum err err;

	if ((err = db_cursor_open(txn, table, &cursor)) != ERR_NONE)
		return err;
	for (err = db_cursor_seek(cursor, want, &key, &val); err == ERR_NONE;
	     err = db_cursor_next(cursor, &key, &val)) {
		if (key.len < want.len ||
		    memcmp(key.data, want.data, want.len) != 0)
			break;
		if (!key_word(key, word))
			continue;
		for (i = 0; i + ITEM_LEN <= val.len; i += ITEM_LEN)
			each(context, bytes_get_le32(val.data + i), word,
			    val.data[i + 4]);
	}
	db_cursor_close(cursor);
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Tell where ${doc} stands in a row, or its length if it does not. */
static size_t
item_find(struct bytes val, uint32_t doc)
{
	size_t i;

	for (i = 0; i + ITEM_LEN <= val.len; i += ITEM_LEN)
		if (bytes_get_le32(val.data + i) == doc)
			return i;
	return val.len;
}

/* Find the next row at or after ${key} that holds ${doc}. */
static enum err
find_row(struct db_txn *txn, unsigned table, struct bytes from, uint32_t doc,
    struct bytes *ret_key, struct bytes *ret_val)
{
	struct db_cursor *cursor;
	enum err err;

	if ((err = db_cursor_open(txn, table, &cursor)) != ERR_NONE)
		return err;
	err = db_cursor_seek(cursor, from, ret_key, ret_val);
	while (err == ERR_NONE && item_find(*ret_val, doc) == ret_val->len)
		err = db_cursor_next(cursor, ret_key, ret_val);
	db_cursor_close(cursor);
	return err;
}

/* Write the row again without the item at ${at}; an empty row goes. */
static enum err
drop_item(struct db_txn *txn, unsigned table, struct bytes key,
    struct bytes val, size_t at)
{
	uint8_t *copy;
	enum err err;

	if (val.len <= ITEM_LEN)
		return db_del(txn, table, key);
	if ((copy = malloc(val.len)) == NULL)
		return ERR_NOMEM;
	memcpy(copy, val.data, at);
	memcpy(copy + at, val.data + at + ITEM_LEN, val.len - at - ITEM_LEN);
	err = db_put(txn, table, key,
	    (struct bytes){ .data = copy, .len = val.len - ITEM_LEN },
	    DB_REPLACE);
	free(copy);
	return err;
}

enum err
postings_remove(struct db_txn *txn, unsigned table, uint32_t doc)
{
	uint8_t copy[KEY_MAX] = { 0 };
	struct bytes at = { .data = copy, .len = 0 };
	struct bytes key;
	struct bytes val;
	enum err err;

	/* A write moves cursors, so that each row is sought anew. */
	while ((err = find_row(txn, table, at, doc, &key, &val)) == ERR_NONE) {
		if (key.len > sizeof(copy))
			return ERR_DAMAGED;
		memcpy(copy, key.data, key.len);
		at.len = key.len;
		err = drop_item(txn, table, at, val, item_find(val, doc));
		if (err != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}
