#include "daemon/store.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/store_txn.h"

/* Where the parts of a row stand. */
#define DRAFT_TIME   0
#define DRAFT_SLOT   8
#define DRAFT_SEALED 16

static struct bytes
draft_key(const uint8_t record[RECORD_LEN])
{
	return (struct bytes){ record, RECORD_LEN };
}

/* Look a row up and see whether it has the right shape. */
static enum err
get(struct store_txn *txn, const uint8_t *record, struct bytes *ret_val)
{
	struct bytes val;
	enum err err;

	err = db_get(txn->db, STORE_DRAFTS, draft_key(record), &val);
	if (err != ERR_NONE)
		return err;
	if (val.len < DRAFT_SEALED + SALT_LEN + CRYPTO_REST_EXTRA + 1 ||
	    val.len >
		DRAFT_SEALED + SALT_LEN + CRYPTO_REST_EXTRA + STORE_DRAFT_MAX)
		return ERR_DAMAGED;
	*ret_val = val;
	return ERR_NONE;
}

enum err
store_draft_put(struct store_txn *txn, const uint8_t record[RECORD_LEN],
    uint64_t time_ms, const uint8_t *data, size_t len)
{
	const uint8_t *slot_key;
	uint8_t salt[SALT_LEN];
	struct bytes old;
	uint64_t slot;
	uint8_t *room;
	enum err err;

	if (len < 1 || len > STORE_DRAFT_MAX)
		return ERR_SIZE;
	err = get(txn, record, &old);
	if (err == ERR_NOENT &&
	    db_count(txn->db, STORE_DRAFTS) >= STORE_DRAFTS_MAX)
		return ERR_LIMIT;
	if (err == ERR_NONE)
		err = store_slot_drop(
		    txn, bytes_get_le64(old.data + DRAFT_SLOT));
	if (err != ERR_NONE && err != ERR_NOENT)
		return err;
	if ((err = store_slot_take(txn, &slot, &slot_key)) != ERR_NONE)
		return err;
	err = db_reserve(txn->db, STORE_DRAFTS, draft_key(record),
	    DRAFT_SEALED + SALT_LEN + len + CRYPTO_REST_EXTRA, DB_REPLACE,
	    &room);
	if (err != ERR_NONE)
		return err;
	bytes_put_le64(room + DRAFT_TIME, time_ms);
	bytes_put_le64(room + DRAFT_SLOT, slot);
	crypto_random(salt, sizeof(salt));
	crypto_rest_seal(slot_key, salt, data, len, room + DRAFT_SEALED);
	return ERR_NONE;
}

enum err
store_draft_drop(struct store_txn *txn, const uint8_t record[RECORD_LEN])
{
	struct bytes val;
	enum err err;

	if ((err = get(txn, record, &val)) != ERR_NONE)
		return err;
	err = store_slot_drop(txn, bytes_get_le64(val.data + DRAFT_SLOT));
	if (err != ERR_NONE)
		return err;
	return db_del(txn->db, STORE_DRAFTS, draft_key(record));
}

enum err
store_draft_time(struct store_txn *txn, const uint8_t record[RECORD_LEN],
    uint64_t *ret_time_ms)
{
	struct bytes val;
	enum err err;

	if ((err = get(txn, record, &val)) != ERR_NONE)
		return err;
	*ret_time_ms = bytes_get_le64(val.data + DRAFT_TIME);
	return ERR_NONE;
}

/* Open a row with the key of its slot. */
static enum err
open_row(
    const uint8_t slot_key[KEY_LEN], struct bytes val, struct store_draft *out)
{
	size_t sealed = val.len - DRAFT_SEALED;
	uint8_t *memory = malloc(sealed - CRYPTO_REST_EXTRA);
	enum err err;

	if (memory == NULL)
		return ERR_NOMEM;
	err = crypto_rest_open(
	    slot_key, val.data + DRAFT_SEALED, sealed, memory);
	if (err != ERR_NONE) {
		free(memory);
		return ERR_DAMAGED;
	}
	out->time_ms = bytes_get_le64(val.data + DRAFT_TIME);
	out->data = memory + SALT_LEN;
	out->len = sealed - CRYPTO_REST_EXTRA - SALT_LEN;
	out->memory = memory;
	return ERR_NONE;
}

enum err
store_draft(struct store_txn *txn, const uint8_t record[RECORD_LEN],
    struct store_draft *ret_draft)
{
	struct store_draft draft = { .len = 0 };
	uint8_t slot_key[KEY_LEN];
	struct bytes val;
	enum err err;

	memcpy(draft.record, record, RECORD_LEN);
	if ((err = get(txn, record, &val)) != ERR_NONE)
		return err;
	err = store_slot_key(
	    txn, bytes_get_le64(val.data + DRAFT_SLOT), slot_key);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_ERASED : err;
	err = open_row(slot_key, val, &draft);
	crypto_wipe(slot_key, sizeof(slot_key));
	if (err == ERR_NONE)
		*ret_draft = draft;
	return err;
}

enum err
store_draft_record_next(
    struct store_txn *txn, const uint8_t *after, uint8_t ret_record[RECORD_LEN])
{
	uint8_t from[RECORD_LEN + 1] = { 0 };
	struct bytes key;
	struct bytes val;
	enum err err;

	/* With a zero behind it, a key is the least that is greater. */
	if (after != NULL)
		memcpy(from, after, RECORD_LEN);
	err = db_seek(txn->db, STORE_DRAFTS,
	    (struct bytes){ from, after != NULL ? sizeof(from) : 0 }, &key,
	    &val);
	if (err != ERR_NONE)
		return err;
	if (key.len != RECORD_LEN)
		return ERR_DAMAGED;
	memcpy(ret_record, key.data, RECORD_LEN);
	return ERR_NONE;
}

void
store_draft_clear(struct store_draft *draft)
{
	free(draft->memory);
	memset(draft, 0, sizeof(*draft));
}
