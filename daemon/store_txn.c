#include "daemon/store_txn.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_DRAWN 64 /* keys drawn at a time */

/* Where the parts of a log's row stand. */
enum row_at {
	ROW_KEY = 0,
	ROW_INC = ROW_KEY + KEY_LEN,
	ROW_N = ROW_INC + 8,
	ROW_C = ROW_N + 8,
	ROW_BOUNDARY = ROW_C + HASH_LEN,
	ROW_BYTES = ROW_BOUNDARY + 8,
	ROW_HEAD = ROW_BYTES + 4,
	ROW_FLAGS = ROW_HEAD + HEAD_LEN,
	ROW_COMMON = ROW_FLAGS + 1,
	ROW_ABSENT = ROW_COMMON + 8,
	ROW_BRANCHES = ROW_ABSENT + 8,
	ROW_LEN = ROW_BRANCHES + 1
};

#define FLAG_OWN    1
#define FLAG_FROZEN 2

#define STATE_NUMBERS 8 /* of 8 bytes each */
#define STATE_LEN     ((size_t)STATE_NUMBERS * 8)

static const struct bytes state_name = { (const uint8_t *)"state", 5 };

struct bytes
store_key(uint8_t out[STORE_KEY_LEN], const uint8_t log_id[LOG_ID_LEN],
    uint8_t branch, uint64_t n)
{
	memcpy(out, log_id, LOG_ID_LEN);
	out[LOG_ID_LEN] = branch;
	bytes_put_be64(out + LOG_ID_LEN + 1, n);
	return (struct bytes){ .data = out, .len = STORE_KEY_LEN };
}

bool
store_key_of_log(struct bytes key, const uint8_t log_id[LOG_ID_LEN],
    uint8_t branch, uint64_t *ret_n)
{
	if (key.len != STORE_KEY_LEN || key.data[LOG_ID_LEN] != branch ||
	    memcmp(key.data, log_id, LOG_ID_LEN) != 0)
		return false;
	*ret_n = bytes_get_be64(key.data + LOG_ID_LEN + 1);
	return true;
}

/* ---- totals ---- */

/* The numbers of the totals, in the order in which they are stored. */
static void
state_numbers(struct store_state *state, uint64_t *out[STATE_NUMBERS])
{
	out[0] = &state->arrival;
	out[1] = &state->slots;
	out[2] = &state->logs;
	out[3] = &state->entries;
	out[4] = &state->absent;
	out[5] = &state->ticket;
	out[6] = &state->waiting;
	out[7] = &state->erased;
}

enum err
store_state_read(struct db_txn *db_txn, struct store_state *ret_state)
{
	uint64_t *numbers[STATE_NUMBERS];
	struct bytes val;
	enum err err;
	size_t i;

	if ((err = db_get(db_txn, STORE_META, state_name, &val)) != ERR_NONE)
		return err;
	if (val.len != STATE_LEN)
		return ERR_DAMAGED;
	state_numbers(ret_state, numbers);
	for (i = 0; i < STATE_NUMBERS; i++)
		*numbers[i] = bytes_get_le64(val.data + 8 * i);
	return ERR_NONE;
}

enum err
store_state_write(struct db_txn *db_txn, const struct store_state *state)
{
	struct store_state copy = *state;
	uint64_t *numbers[STATE_NUMBERS];
	uint8_t raw[STATE_LEN];
	size_t i;

	state_numbers(&copy, numbers);
	for (i = 0; i < STATE_NUMBERS; i++)
		bytes_put_le64(raw + 8 * i, *numbers[i]);
	return db_put(db_txn, STORE_META, state_name,
	    (struct bytes){ raw, sizeof(raw) }, DB_REPLACE);
}

/* ---- begin and end ---- */

enum err
store_begin(struct store *store, bool write, struct store_txn **ret_txn)
{
	struct store_txn *txn;
	enum err err;

	if ((txn = calloc(1, sizeof(*txn))) == NULL)
		return ERR_NOMEM;
	txn->store = store;
	txn->write = write;
	txn->erases_to = UINT64_MAX;
	if ((err = db_begin(store->db, write, &txn->db)) != ERR_NONE) {
		free(txn);
		return err;
	}
	err = write && store->broken ? ERR_IO :
				       store_state_read(txn->db, &txn->state);
	if (err != ERR_NONE) {
		store_abort(&txn);
		return err;
	}
	txn->before = txn->state;
	*ret_txn = txn;
	return ERR_NONE;
}

/* The key of a row of STORE_DROPPED. */
static struct bytes
slot_row(uint8_t out[8], uint64_t slot)
{
	bytes_put_be64(out, slot);
	return (struct bytes){ out, 8 };
}

/* Forget the keys of a transaction that has ended. */
static void
forget_keys(struct store_txn *txn)
{
	struct store *store = txn->store;

	if (txn->state.slots > txn->before.slots)
		crypto_wipe(store->new_keys,
		    (size_t)(txn->state.slots - txn->before.slots) * KEY_LEN);
	store->old.count = 0;
	store->dropped.count = 0;
}

/* What the commit will name must be on the disk before it. */
static enum err
write_keys(struct store_txn *txn)
{
	struct store *store = txn->store;
	size_t count = (size_t)(txn->state.slots - txn->before.slots);
	enum err err = ERR_NONE;
	size_t i;

	/* Those of another store are written by its own thread alone. */
	if (store->lent_keys)
		return ERR_NONE;
	if (store->left)
		err = keys_zero_from(store->keys, txn->before.slots);
	if (err == ERR_NONE && count > 0)
		err = keys_write(
		    store->keys, txn->before.slots, store->new_keys, count);
	for (i = 0; i < store->old.count && err == ERR_NONE; i++)
		err = keys_zero(store->keys, store->old.at[i]);
	if (err == ERR_NONE)
		err = keys_sync(store->keys);
	store->left &= err != ERR_NONE;
	return err;
}

/* Slots that were zeroed after the last commit need not be kept in mind. */
static enum err
forget_zeroed(struct store_txn *txn)
{
	const struct store_slots *zeroed = &txn->store->zeroed;
	uint8_t raw[8];
	enum err err;
	size_t i;

	for (i = 0; i < zeroed->count; i++) {
		err = db_del(
		    txn->db, STORE_DROPPED, slot_row(raw, zeroed->at[i]));
		if (err != ERR_NONE)
			return err == ERR_NOENT ? ERR_DAMAGED : err;
	}
	return ERR_NONE;
}

/* What the commit has left without a name is made unreadable. */
static enum err
zero_dropped(struct store *store)
{
	struct store_slots done = store->zeroed;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < store->dropped.count && err == ERR_NONE; i++)
		err = keys_zero(store->keys, store->dropped.at[i]);
	if (err == ERR_NONE && store->dropped.count > 0)
		err = keys_sync(store->keys);

	/* If that failed, the next store_open() does it. */
	done.count = 0;
	store->zeroed = store->dropped;
	store->dropped = done;
	return err == ERR_NONE ? ERR_NONE : ERR_IO;
}

/* Write what was held back in memory, then the keys. */
static enum err
prepare(struct store_txn *txn)
{
	enum err err;

	if ((err = store_row_flush(txn)) != ERR_NONE ||
	    (err = forget_zeroed(txn)) != ERR_NONE)
		return err;
	if (memcmp(&txn->state, &txn->before, sizeof(txn->state)) != 0) {
		err = store_state_write(txn->db, &txn->state);
		if (err != ERR_NONE)
			return err;
	}
	return write_keys(txn);
}

/*
 * The commit failed: what is sealed under its keys may stand in free pages of
 * main.  Without room even zeros may not be taken: then the next commit sees to
 * it.  If it is unknown whether it failed, that is a commit of the next process.
 */
static void
zero_new(struct store_txn *txn, enum err failed)
{
	struct store *store = txn->store;

	if (failed == ERR_IO || store->lent_keys ||
	    txn->state.slots == txn->before.slots)
		return;
	store->left = keys_zero_from(store->keys, txn->before.slots) !=
		ERR_NONE ||
	    keys_sync(store->keys) != ERR_NONE;
}

enum err
store_commit(struct store_txn **txn_p)
{
	struct store_txn *txn = *txn_p;
	enum err err = ERR_NONE;

	if (txn->write && (err = prepare(txn)) != ERR_NONE) {
		txn->store->broken = err == ERR_IO;
		zero_new(txn, err);
		store_abort(txn_p);
		return err;
	}
	err = db_commit(&txn->db);
	if (txn->write) {
		if (err == ERR_NONE)
			err = zero_dropped(txn->store);
		else
			zero_new(txn, err);
		forget_keys(txn);
		txn->store->broken = err == ERR_IO;
	}
	free(txn);
	*txn_p = NULL;
	return err;
}

void
store_abort(struct store_txn **txn_p)
{
	struct store_txn *txn = *txn_p;

	if (txn == NULL)
		return;
	if (txn->write)
		forget_keys(txn);
	db_abort(&txn->db);
	free(txn);
	*txn_p = NULL;
}

uint64_t
store_writes(const struct store_txn *txn)
{
	return db_writes(txn->db) + txn->row_changed;
}

/* ---- rows of logs ---- */

enum err
store_row_decode(struct bytes val, struct store_row *ret_row)
{
	struct store_log *log = &ret_row->log;
	uint8_t flags;

	if (val.len != ROW_LEN)
		return ERR_DAMAGED;
	flags = val.data[ROW_FLAGS];
	memcpy(log->key, val.data + ROW_KEY, KEY_LEN);
	log->inc = bytes_get_le64(val.data + ROW_INC);
	log->tip.n = bytes_get_le64(val.data + ROW_N);
	memcpy(log->tip.c, val.data + ROW_C, HASH_LEN);
	log->tip.boundary = bytes_get_le64(val.data + ROW_BOUNDARY);
	log->tip.boundary_bytes = bytes_get_le32(val.data + ROW_BYTES);
	memcpy(log->head, val.data + ROW_HEAD, HEAD_LEN);
	log->own = (flags & FLAG_OWN) != 0;
	log->frozen = (flags & FLAG_FROZEN) != 0;
	log->last_common = bytes_get_le64(val.data + ROW_COMMON);
	log->bodies_absent = bytes_get_le64(val.data + ROW_ABSENT);
	ret_row->branches = val.data[ROW_BRANCHES];
	return ERR_NONE;
}

static void
encode_row(const struct store_row *row, uint8_t out[ROW_LEN])
{
	const struct store_log *log = &row->log;

	memcpy(out + ROW_KEY, log->key, KEY_LEN);
	bytes_put_le64(out + ROW_INC, log->inc);
	bytes_put_le64(out + ROW_N, log->tip.n);
	memcpy(out + ROW_C, log->tip.c, HASH_LEN);
	bytes_put_le64(out + ROW_BOUNDARY, log->tip.boundary);
	bytes_put_le32(out + ROW_BYTES, log->tip.boundary_bytes);
	memcpy(out + ROW_HEAD, log->head, HEAD_LEN);
	out[ROW_FLAGS] = 0;
	if (log->own)
		out[ROW_FLAGS] |= FLAG_OWN;
	if (log->frozen)
		out[ROW_FLAGS] |= FLAG_FROZEN;
	bytes_put_le64(out + ROW_COMMON, log->last_common);
	bytes_put_le64(out + ROW_ABSENT, log->bodies_absent);
	out[ROW_BRANCHES] = row->branches;
}

enum err
store_row_flush(struct store_txn *txn)
{
	uint8_t raw[ROW_LEN];

	if (!txn->row_changed)
		return ERR_NONE;
	txn->row_changed = false;
	encode_row(&txn->row, raw);
	return db_put(txn->db, STORE_LOGS,
	    (struct bytes){ txn->row.log.log_id, LOG_ID_LEN },
	    (struct bytes){ raw, sizeof(raw) }, DB_REPLACE);
}

enum err
store_row(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    struct store_row **ret_row)
{
	struct bytes val;
	enum err err;

	if (txn->has_row &&
	    memcmp(txn->row.log.log_id, log_id, LOG_ID_LEN) == 0)
		goto found;
	if ((err = store_row_flush(txn)) != ERR_NONE)
		return err;
	err = db_get(
	    txn->db, STORE_LOGS, (struct bytes){ log_id, LOG_ID_LEN }, &val);
	if (err != ERR_NONE)
		return err;
	txn->has_row = false;
	if ((err = store_row_decode(val, &txn->row)) != ERR_NONE)
		return err;
	memcpy(txn->row.log.log_id, log_id, LOG_ID_LEN);
	txn->has_row = true;

found:
	*ret_row = &txn->row;
	return ERR_NONE;
}

enum err
store_row_new(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    struct store_row **ret_row)
{
	enum err err;

	if ((err = store_row_flush(txn)) != ERR_NONE)
		return err;
	memset(&txn->row, 0, sizeof(txn->row));
	memcpy(txn->row.log.log_id, log_id, LOG_ID_LEN);
	txn->has_row = true;
	*ret_row = &txn->row;
	return ERR_NONE;
}

void
store_row_changed(struct store_txn *txn)
{
	txn->row_changed = true;
}

/* ---- entries ---- */

enum err
store_stored_decode(struct bytes val, struct store_stored *ret_stored)
{
	if (val.len <= STORE_HEADER_PRE ||
	    val.len > STORE_HEADER_PRE + HEADER_MAX)
		return ERR_DAMAGED;
	ret_stored->arrival = bytes_get_le64(val.data);
	ret_stored->c = val.data + 8;
	ret_stored->header.data = val.data + STORE_HEADER_PRE;
	ret_stored->header.len = val.len - STORE_HEADER_PRE;
	return ERR_NONE;
}

enum err
store_stored(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint8_t branch, uint64_t n, struct store_stored *ret_stored)
{
	uint8_t key[STORE_KEY_LEN];
	struct bytes val;
	enum err err;

	err = db_get(
	    txn->db, STORE_HEADERS, store_key(key, log_id, branch, n), &val);
	if (err != ERR_NONE)
		return err;
	return store_stored_decode(val, ret_stored);
}

enum err
store_put_new(struct store_txn *txn, enum store_table table, struct bytes key,
    struct bytes val)
{
	enum err err;

	err = db_put(txn->db, table, key, val, DB_APPEND);
	return err == ERR_EXIST ? ERR_DAMAGED : err;
}

enum err
store_arrive(
    struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	uint8_t number[8];
	uint8_t key[STORE_KEY_LEN];

	bytes_put_be64(number, ++txn->state.arrival);
	return store_put_new(txn, STORE_ARRIVAL,
	    (struct bytes){ number, sizeof(number) },
	    store_key(key, log_id, 0, n));
}

/* ---- key slots ---- */

enum err
store_slot_take(
    struct store_txn *txn, uint64_t *ret_slot, const uint8_t **ret_key)
{
	struct store *store = txn->store;
	size_t count = (size_t)(txn->state.slots - txn->before.slots);
	size_t size;
	uint8_t *keys;

	if (count == store->new_size) {
		size = count == 0 ? SLOTS_DRAWN : 2 * count;
		if ((keys = malloc(size * KEY_LEN)) == NULL)
			return ERR_NOMEM;
		if (count > 0) {
			memcpy(keys, store->new_keys, count * KEY_LEN);
			crypto_wipe(store->new_keys, count * KEY_LEN);
		}
		free(store->new_keys);
		store->new_keys = keys;
		store->new_size = size;
	}

	/* Many keys are drawn at once: each draw is a system call. */
	if (count % SLOTS_DRAWN == 0)
		crypto_random(store->new_keys + count * KEY_LEN,
		    (size_t)SLOTS_DRAWN * KEY_LEN);
	*ret_slot = txn->state.slots++;
	*ret_key = store->new_keys + count * KEY_LEN;
	return ERR_NONE;
}

enum err
store_slot_key(struct store_txn *txn, uint64_t slot, uint8_t ret_key[KEY_LEN])
{
	if (!txn->write || slot < txn->before.slots)
		return keys_read(txn->store->keys, slot, ret_key);
	if (slot >= txn->state.slots)
		return ERR_NOENT;
	memcpy(ret_key,
	    txn->store->new_keys + (slot - txn->before.slots) * KEY_LEN,
	    KEY_LEN);
	return ERR_NONE;
}

/* The list with room for one slot more; NULL if memory is short. */
static uint64_t *
with_room(struct store_slots *slots)
{
	size_t size = slots->count == 0 ? SLOTS_DRAWN : 2 * slots->count;
	uint64_t *at;

	if (slots->count < slots->size)
		return slots->at;
	if ((at = realloc(slots->at, size * sizeof(*at))) != NULL)
		slots->size = size;
	return at;
}

enum err
store_slot_zero(struct store_txn *txn, uint64_t slot)
{
	struct store *store = txn->store;
	uint64_t *at = with_room(&store->old);

	if (at == NULL)
		return ERR_NOMEM;
	store->old.at = at;
	at[store->old.count++] = slot;
	return ERR_NONE;
}

enum err
store_slot_drop(struct store_txn *txn, uint64_t slot)
{
	struct store *store = txn->store;
	uint64_t *at = with_room(&store->dropped);
	uint8_t raw[8];
	enum err err;

	if (at == NULL)
		return ERR_NOMEM;
	store->dropped.at = at;
	err = store_put_new(
	    txn, STORE_DROPPED, slot_row(raw, slot), (struct bytes){ NULL, 0 });
	if (err == ERR_NONE)
		at[store->dropped.count++] = slot;
	return err;
}

/* Remove a row whose key is lent. */
static enum err
drop_row(struct db_txn *db_txn, struct bytes key)
{
	uint8_t raw[8];

	memcpy(raw, key.data, sizeof(raw));
	return db_del(db_txn, STORE_DROPPED, (struct bytes){ raw, 8 });
}

enum err
store_dropped_zero(struct db_txn *db_txn, struct keys *keys)
{
	const struct bytes first = { NULL, 0 };
	struct bytes key;
	struct bytes val;
	enum err err;

	while ((err = db_seek(db_txn, STORE_DROPPED, first, &key, &val)) ==
	    ERR_NONE) {
		if (key.len != 8)
			return ERR_DAMAGED;
		err = keys_zero(keys, bytes_get_be64(key.data));
		if (err == ERR_NONE)
			err = drop_row(db_txn, key);
		if (err != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? keys_sync(keys) : err;
}
