#include "daemon/again.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LEN (8 + C8_LEN) /* of a branch, as store_read_run() takes it */

/* An entry that was found, with a copy of its header. */
struct item {
	uint64_t time_ms;
	size_t place; /* in the order in which they were found */
	uint64_t n;
	bool has_name; /* stands in a branch beside the stored one */
	uint8_t name[NAME_LEN];
	uint8_t *bytes;
	size_t len;
};

struct list {
	struct item *items;
	size_t count;
	size_t size;
};

static void
clear(struct list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->items[i].bytes);
	free(list->items);
}

/* Add a header to the list, unless it is none of those that are wanted. */
static enum err
push(struct list *list, uint64_t n, const uint8_t *name, struct bytes bytes)
{
	struct header header;
	struct item *item;
	size_t size;

	if (header_decode(bytes.data, bytes.len, &header) != ERR_NONE ||
	    header.kind == HEADER_GENESIS)
		return ERR_NONE;
	if (list->count == list->size) {
		size = list->size == 0 ? 64 : 2 * list->size;
		item = realloc(list->items, size * sizeof(*item));
		if (item == NULL)
			return ERR_NOMEM;
		list->items = item;
		list->size = size;
	}
	item = &list->items[list->count];
	memset(item, 0, sizeof(*item));
	if ((item->bytes = malloc(bytes.len)) == NULL)
		return ERR_NOMEM;
	memcpy(item->bytes, bytes.data, bytes.len);
	item->len = bytes.len;
	item->time_ms = header.time_ms;
	item->place = list->count;
	item->n = n;
	item->has_name = name != NULL;
	if (name != NULL)
		memcpy(item->name, name, NAME_LEN);
	list->count++;
	return ERR_NONE;
}

/* Find all entries of one branch from ${first} on. */
static enum err
find_in_branch(struct store_txn *txn, const uint8_t *log_id, uint64_t first,
    const uint8_t *name, struct list *list)
{
	struct store_run read;
	enum err err;
	size_t i;

	for (;;) {
		err = store_read_run(txn, log_id, first, name, &read);
		if (err != ERR_NONE)
			return err == ERR_NOENT ? ERR_NONE : err;
		for (i = 0; i < read.run.count && err == ERR_NONE; i++)
			err = push(list, first + i, name, read.run.headers[i]);
		first = read.end.n + 1;
		store_run_clear(&read);
		if (err != ERR_NONE)
			return err;
	}
}

/* Find the entries of all branches. */
static enum err
find(struct store_txn *txn, const uint8_t *log_id, uint64_t first,
    struct list *list)
{
	uint8_t name[NAME_LEN];
	struct log_tip tip;
	const uint8_t *after = NULL;
	enum err err;

	err = find_in_branch(txn, log_id, first, NULL, list);
	while (err == ERR_NONE) {
		err = store_branch_next(txn, log_id, after, &tip);
		if (err != ERR_NONE)
			return err == ERR_NOENT ? ERR_NONE : err;
		bytes_put_le64(name, tip.n);
		memcpy(name + 8, tip.c, C8_LEN);
		after = name + 8;
		err = find_in_branch(txn, log_id, first, name, list);
	}
	return err;
}

static int
compare(const void *a, const void *b)
{
	const struct item *left = a;
	const struct item *right = b;

	if (left->time_ms != right->time_ms)
		return left->time_ms < right->time_ms ? -1 : 1;
	return left->place < right->place ? -1 : 1;
}

/* Open the body of an item and hand both on. */
static enum err
hand_on(struct store_txn *txn, const uint8_t *log_id, const struct item *item,
    enum err (*take)(void *context, const struct again_entry *entry),
    void *context)
{
	struct again_entry entry = { .bytes = { item->bytes, item->len } };
	struct store_body body = { .memory = NULL };
	struct header header;
	enum err err;

	if (header_decode(item->bytes, item->len, &header) != ERR_NONE)
		return ERR_NONE;
	entry.header = &header;
	entry.n = item->n;
	if (header.body_len > 0) {
		err = item->has_name ?
		    store_branch_body(txn, log_id, item->name, item->n, &body) :
		    store_body(txn, log_id, item->n, &body);
		if (err == ERR_NONE)
			entry.body = &body;
		else if (err != ERR_NOENT && err != ERR_ERASED &&
		    err != ERR_DAMAGED)
			return err;
	}
	err = take(context, &entry);
	store_body_clear(&body);
	return err;
}

enum err
again_each(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t last_common,
    enum err (*take)(void *context, const struct again_entry *entry),
    void *context)
{
	struct list list = { .items = NULL };
	struct store_log log;
	enum err err;
	size_t i;

	if ((err = store_log(txn, log_id, &log)) != ERR_NONE)
		return err;
	err = find(txn, log_id, last_common + 1, &list);
	if (err == ERR_NONE && list.count > 0)
		qsort(list.items, list.count, sizeof(*list.items), compare);
	for (i = 0; i < list.count && err == ERR_NONE; i++)
		err = hand_on(txn, log_id, &list.items[i], take, context);
	clear(&list);
	return err;
}
