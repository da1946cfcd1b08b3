#include "daemon/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "daemon/store.h"

#define SLOTS_FIRST 1024 /* a power of two */

/* An entry seen; n = 0 is a free slot. */
struct slot {
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
	bool twice; /* seen at two arrivals */
	bool taken; /* the first of them was taken in */
};

/* A hash table without deletion: it is emptied as a whole. */
struct ahead {
	struct slot *slots;
	size_t size;
	size_t count;
	uint64_t last; /* arrival that was looked at last */
};

enum err
ahead_new(struct ahead **ret_ahead)
{
	if ((*ret_ahead = calloc(1, sizeof(**ret_ahead))) == NULL)
		return ERR_NOMEM;
	return ERR_NONE;
}

void
ahead_free(struct ahead *ahead)
{
	if (ahead == NULL)
		return;
	free(ahead->slots);
	free(ahead);
}

/* Forget everything up to ${done}. */
static void
restart(struct ahead *ahead, uint64_t done)
{
	free(ahead->slots);
	ahead->slots = NULL;
	ahead->size = 0;
	ahead->count = 0;
	ahead->last = done;
}

void
ahead_reset(struct ahead *ahead)
{
	restart(ahead, 0);
}

/*
 * The slot of an entry, or the free one where it belongs.  Log ids are hashes,
 * so that their bytes need no mixing; the numbers of one log spread by a
 * multiplication.
 */
static struct slot *
find(struct slot *slots, size_t size, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n)
{
	uint64_t hash = (bytes_get_le64(log_id) ^ n) *
	    UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(hash >> 32) & (size - 1);

	while (slots[i].n != 0 &&
	    (slots[i].n != n ||
		memcmp(slots[i].log_id, log_id, LOG_ID_LEN) != 0))
		i = (i + 1) & (size - 1);
	return &slots[i];
}

/* Double the table. */
static enum err
grow(struct ahead *ahead)
{
	size_t size = ahead->size == 0 ? SLOTS_FIRST : 2 * ahead->size;
	struct slot *slots;
	size_t i;

	if ((slots = calloc(size, sizeof(*slots))) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < ahead->size; i++)
		if (ahead->slots[i].n != 0)
			*find(slots, size, ahead->slots[i].log_id,
			    ahead->slots[i].n) = ahead->slots[i];
	free(ahead->slots);
	ahead->slots = slots;
	ahead->size = size;
	return ERR_NONE;
}

/* Remember that the entry arrives. */
static enum err
note(struct ahead *ahead, const struct store_entry *entry)
{
	struct slot *slot;
	enum err err;

	if (ahead->count >= ahead->size / 2 && (err = grow(ahead)) != ERR_NONE)
		return err;
	slot = find(ahead->slots, ahead->size, entry->log_id, entry->n);
	if (slot->n != 0) {
		slot->twice = true;
		return ERR_NONE;
	}
	memcpy(slot->log_id, entry->log_id, LOG_ID_LEN);
	slot->n = entry->n;
	ahead->count++;
	return ERR_NONE;
}

enum err
ahead_scan(struct ahead *ahead, struct store_txn *txn, uint64_t done)
{
	struct store_entry entry;
	enum err err = ERR_NONE;

	/* All that was looked at has been taken in, or much of it. */
	if (ahead->last <= done || ahead->count / 2 > AHEAD_MAX)
		restart(ahead, done);
	while (ahead->last < done + AHEAD_MAX) {
		err = store_arrival_next(txn, ahead->last, &entry);
		if (err == ERR_NONE)
			err = note(ahead, &entry);
		if (err != ERR_NONE)
			break;
		ahead->last = entry.arrival;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

bool
ahead_again(struct ahead *ahead, const struct store_entry *entry)
{
	struct slot *slot;

	if (ahead->size == 0)
		return false;
	slot = find(ahead->slots, ahead->size, entry->log_id, entry->n);
	if (slot->n == 0 || slot->taken)
		return false;
	slot->taken = true;
	return slot->twice;
}
