#include "daemon/search_internal.h"

/* Look at block ${number} of the list without reading it. */
static void
enter(struct cursor *cursor, uint32_t number, uint32_t first)
{
	struct list_block block;

	cursor->number = number;
	cursor->count = 0;
	cursor->at = 0;
	if (number >= cursor->list.nblocks) {
		cursor->number = cursor->list.nblocks;
		cursor->first = NO_DOC;
		cursor->last = NO_DOC;
		cursor->block_most = 0;
		return;
	}
	list_block(&cursor->list, number, &block);
	cursor->first = first;
	cursor->last = block.last;
	cursor->block_most = cursor->weight * block.max;
}

void
cursor_begin(struct cursor *cursor)
{
	cursor->most = cursor->weight * cursor->list.max;
	cursor->damaged = false;
	enter(cursor, 0, cursor->list.shift);
	/* A small list is read at once, to know where it ends. */
	if (cursor->list.blocks == NULL)
		(void)cursor_read(cursor);
}

bool
cursor_read(struct cursor *cursor)
{
	if (cursor->count > 0)
		return true;
	if (cursor->number >= cursor->list.nblocks)
		return false;
	cursor->count = list_read(
	    &cursor->list, cursor->number, cursor->docs, &cursor->impacts);
	if (cursor->count == 0) {
		cursor->damaged = true;
		enter(cursor, cursor->list.nblocks, NO_DOC);
		return false;
	}
	cursor->last = cursor->docs[cursor->count - 1];
	return true;
}

void
cursor_pass(struct cursor *cursor)
{
	enter(cursor, cursor->number + 1, cursor->last + 1);
}

/* The last document of block ${number}. */
static uint32_t
last_of(const struct list *list, uint32_t number)
{
	struct list_block block;

	list_block(list, number, &block);
	return block.last;
}

/* Find the block that could hold ${doc} among those from ${low} on. */
static uint32_t
find_block(const struct list *list, uint32_t low, uint32_t doc)
{
	uint32_t high = low;
	uint32_t step = 1;
	uint32_t middle;

	/* In steps that grow, since it is mostly near. */
	while (high < list->nblocks && last_of(list, high) < doc) {
		low = high + 1;
		high = list->nblocks - high > step ? high + step :
						     list->nblocks;
		step *= 2;
	}
	while (low < high) {
		middle = low + (high - low) / 2;
		if (last_of(list, middle) >= doc)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

uint32_t
cursor_near(struct cursor *cursor, uint32_t doc)
{
	uint32_t number;

	if (cursor->last < doc) {
		number = find_block(&cursor->list, cursor->number + 1, doc);
		enter(cursor, number,
		    number > 0 && number < cursor->list.nblocks ?
			last_of(&cursor->list, number - 1) + 1 :
			NO_DOC);
	}
	if (cursor->count > 0 && cursor->docs[cursor->at] >= doc)
		return cursor->docs[cursor->at];
	return cursor->first > doc ? cursor->first : doc;
}

/* The first of the documents that were read from which on none is below ${doc}. */
static uint32_t
find_doc(const uint32_t *docs, uint32_t low, uint32_t count, uint32_t doc)
{
	uint32_t high = count - 1;
	uint32_t near = low + 4;
	uint32_t middle;

	for (; low < high && low < near; low++)
		if (docs[low] >= doc)
			return low;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (docs[middle] >= doc)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

uint32_t
cursor_seek(struct cursor *cursor, uint32_t doc)
{
	if (cursor_near(cursor, doc) == NO_DOC || !cursor_read(cursor))
		return NO_DOC;
	cursor->at = find_doc(cursor->docs, cursor->at, cursor->count, doc);
	return cursor->docs[cursor->at];
}

uint32_t
cursor_most(const struct cursor *cursor, uint32_t doc, uint32_t end)
{
	uint32_t most = cursor->block_most;
	struct list_block block;
	uint32_t number;

	if (cursor->count > 0 && cursor->docs[cursor->at] >= doc ?
		cursor->docs[cursor->at] >= end :
		cursor->first >= end)
		return 0;
	if (cursor->last >= end - 1)
		return most;
	for (number = cursor->number + 1; number < cursor->list.nblocks;
	     number++) {
		list_block(&cursor->list, number, &block);
		if (cursor->weight * block.max > most)
			most = cursor->weight * block.max;
		if (block.last >= end - 1)
			break;
	}
	return most;
}

bool
cursor_look(const struct cursor *cursor, uint32_t doc, uint8_t *ret_impact)
{
	uint32_t docs[BLOCK];
	const uint8_t *impacts;
	uint32_t number = find_block(&cursor->list, 0, doc);
	uint32_t count;
	uint32_t at;

	if (number >= cursor->list.nblocks ||
	    (count = list_read(&cursor->list, number, docs, &impacts)) == 0)
		return false;
	at = find_doc(docs, 0, count, doc);
	if (docs[at] != doc)
		return false;
	*ret_impact = impacts[at];
	return true;
}
