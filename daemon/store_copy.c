#include "daemon/store.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/store_txn.h"

/* The slot of a draft stands behind its time. */
#define DRAFT_SLOT 8

/* ---- the copy ---- */

/* It is not the store that it was taken from, and what that one zeroes does not
 * concern it. */
static enum err
part(struct store *copy)
{
	struct db_txn *txn = NULL;
	enum err err;

	if ((err = db_begin(copy->db, true, &txn)) != ERR_NONE)
		return err;
	if ((err = store_epoch_new(txn, copy->epoch)) == ERR_NONE)
		err = db_clear(txn, STORE_DROPPED);
	if (err == ERR_NONE)
		return db_commit(&txn);
	db_abort(&txn);
	return err;
}

enum err
store_copy(struct store *store, const char *path, struct store **ret_copy)
{
	struct store *copy = NULL;
	enum err err;

	if ((err = db_copy(store->db, path)) != ERR_NONE ||
	    (err = store_open_copy(path, store->keys, &copy)) != ERR_NONE)
		return err;
	if ((err = part(copy)) != ERR_NONE) {
		store_close(copy);
		return err;
	}
	*ret_copy = copy;
	return ERR_NONE;
}

/* ---- its slots ---- */

static enum err
name_slot(struct store_named *named, uint64_t slot)
{
	uint8_t bit = (uint8_t)(1U << (slot % 8));

	if (slot >= named->slots)
		return ERR_DAMAGED;
	if ((named->bits[slot / 8] & bit) == 0)
		named->count++;
	named->bits[slot / 8] |= bit;
	return ERR_NONE;
}

/* Where a row of a table has its slot; false if it has none. */
static bool
slot_at(enum store_table table, struct bytes val, size_t *ret_at)
{
	size_t at = 0;

	if (table == STORE_DRAFTS)
		at = DRAFT_SLOT;
	if (table == STORE_OUTBOX && val.len >= 4)
		at = 4 + (size_t)bytes_get_le32(val.data);
	*ret_at = at;
	return table != STORE_OUTBOX || at != val.len;
}

static enum err
name_slots(
    struct store_txn *txn, enum store_table table, struct store_named *named)
{
	struct db_cursor *cursor = NULL;
	struct bytes key;
	struct bytes val;
	size_t at;
	enum err err;

	if ((err = db_cursor_open(txn->db, table, &cursor)) != ERR_NONE)
		return err;
	while ((err = db_cursor_next(cursor, &key, &val)) == ERR_NONE) {
		if (!slot_at(table, val, &at))
			continue;
		if (val.len < at + STORE_SLOT_PRE)
			err = ERR_DAMAGED;
		else
			err = name_slot(named, bytes_get_le64(val.data + at));
		if (err != ERR_NONE)
			break;
	}
	db_cursor_close(cursor);
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
store_named(struct store_txn *txn, struct store_named *ret_named)
{
	struct store_named named = { .slots = txn->state.slots };
	enum err err;

	named.bits = calloc((size_t)(named.slots / 8) + 1, 1);
	if (named.bits == NULL)
		return ERR_NOMEM;
	if ((err = name_slots(txn, STORE_BODIES, &named)) != ERR_NONE ||
	    (err = name_slots(txn, STORE_OUTBOX, &named)) != ERR_NONE ||
	    (err = name_slots(txn, STORE_DRAFTS, &named)) != ERR_NONE) {
		store_named_clear(&named);
		return err;
	}
	*ret_named = named;
	return ERR_NONE;
}

void
store_named_clear(struct store_named *named)
{
	free(named->bits);
	named->bits = NULL;
}

static bool
is_named(const struct store_named *named, uint64_t slot)
{
	return slot < named->slots &&
	    (named->bits[slot / 8] >> (slot % 8) & 1) != 0;
}

enum err
store_named_keys(struct store *store, const struct store_named *named,
    uint64_t first, size_t count, uint8_t *out)
{
	size_t i;
	enum err err;

	memset(out, 0, count * KEY_LEN);
	for (i = 0; i < count; i++) {
		if (!is_named(named, first + i))
			continue;
		err = keys_read(store->keys, first + i, out + i * KEY_LEN);
		if (err != ERR_NONE && err != ERR_NOENT)
			return err;
	}
	return ERR_NONE;
}

enum err
store_check_keys(struct store_txn *txn)
{
	struct store_named named;
	uint8_t key[KEY_LEN];
	uint64_t slot;
	enum err err;

	if ((err = store_named(txn, &named)) != ERR_NONE)
		return err;
	slot = named.slots;
	while (slot > 0 && !is_named(&named, slot - 1))
		slot--;
	store_named_clear(&named);
	if (slot == 0)
		return ERR_NONE;
	err = keys_read(txn->store->keys, slot - 1, key);
	crypto_wipe(key, sizeof(key));
	return err == ERR_NOENT ? ERR_DAMAGED : err;
}
