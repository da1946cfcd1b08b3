#include "daemon/store.h"

#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "daemon/store_txn.h"

/* The header of an entry of one branch, if it names a body. */
static enum err
find_header(struct store_txn *txn, const uint8_t *log_id, uint8_t branch,
    uint64_t n, struct header *ret_header, uint64_t *ret_arrival)
{
	struct store_stored stored;
	enum err err;

	err = store_stored(txn, log_id, branch, n, &stored);
	if (err != ERR_NONE)
		return err;
	*ret_arrival = stored.arrival;
	if (header_decode(stored.header.data, stored.header.len, ret_header) !=
		ERR_NONE ||
	    ret_header->body_len == 0)
		return ERR_NOENT;
	return ERR_NONE;
}

static bool
fits(const struct header *header, const uint8_t *salt, const uint8_t *data,
    size_t len)
{
	uint8_t commit[HASH_LEN];

	if (len != header->body_len)
		return false;
	crypto_commit(salt, data, len, commit);
	return memcmp(commit, header->commit, HASH_LEN) == 0;
}

/* Open sealed bytes into memory of their own and check them. */
static enum err
open_sealed(struct store_txn *txn, struct bytes val,
    const struct header *header, struct store_body *ret_body)
{
	const size_t extra = STORE_SLOT_PRE + SALT_LEN + CRYPTO_REST_EXTRA;
	uint8_t key[KEY_LEN];
	uint8_t *memory;
	enum err err;

	if (val.len != extra + header->body_len)
		return ERR_DAMAGED;
	err = store_slot_key(txn, bytes_get_le64(val.data), key);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_DAMAGED : err;
	if ((memory = malloc(SALT_LEN + header->body_len)) == NULL)
		return ERR_NOMEM;
	err = crypto_rest_open(
	    key, val.data + STORE_SLOT_PRE, val.len - STORE_SLOT_PRE, memory);
	crypto_wipe(key, sizeof(key));
	if (err != ERR_NONE ||
	    !fits(header, memory, memory + SALT_LEN, header->body_len)) {
		free(memory);
		return ERR_DAMAGED;
	}
	memcpy(ret_body->salt, memory, SALT_LEN);
	ret_body->data = memory + SALT_LEN;
	ret_body->len = header->body_len;
	ret_body->memory = memory;
	return ERR_NONE;
}

/* ---- keeping ---- */

/* Seal a body into its row. */
static enum err
seal(struct store_txn *txn, struct bytes key, const uint8_t *salt,
    const uint8_t *data, size_t len)
{
	const uint8_t *slot_key;
	uint64_t slot;
	uint8_t *room;
	enum err err;

	if ((err = store_slot_take(txn, &slot, &slot_key)) != ERR_NONE)
		return err;
	err = db_reserve(txn->db, STORE_BODIES, key,
	    STORE_SLOT_PRE + SALT_LEN + len + CRYPTO_REST_EXTRA, DB_APPEND,
	    &room);
	if (err != ERR_NONE)
		return err;
	bytes_put_le64(room, slot);
	crypto_rest_seal(slot_key, salt, data, len, room + STORE_SLOT_PRE);
	return ERR_NONE;
}

/*
 * Make room for a body that fits; *${ret_again} if there was one already, which
 * can be opened no more.  ERR_EXIST if it can.
 */
static enum err
make_room(struct store_txn *txn, struct bytes key, const struct header *header,
    bool *ret_again)
{
	struct store_body body = { .memory = NULL };
	uint64_t slot = 0;
	struct bytes val;
	bool has_slot;
	enum err err;

	*ret_again = false;
	err = db_get(txn->db, STORE_BODIES, key, &val);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	err = open_sealed(txn, val, header, &body);
	store_body_clear(&body);
	if (err != ERR_DAMAGED)
		return err == ERR_NONE ? ERR_EXIST : err;
	if ((has_slot = val.len >= STORE_SLOT_PRE))
		slot = bytes_get_le64(val.data);
	*ret_again = true;
	err = db_del(txn->db, STORE_BODIES, key);
	return err == ERR_NONE && has_slot ? store_slot_zero(txn, slot) : err;
}

/* Take the mark of absence away, with the slot of a body that was lost. */
static enum err
take_absent(struct store_txn *txn, const uint8_t *log_id, struct bytes key)
{
	struct store_row *row;
	struct bytes val;
	uint64_t lost;
	enum err err;

	if ((err = db_get(txn->db, STORE_ABSENT, key, &val)) != ERR_NONE)
		return err == ERR_NOENT ? ERR_DAMAGED : err;
	if (val.len != 16)
		return ERR_DAMAGED;
	lost = bytes_get_le64(val.data + 8);
	if (lost != 0) {
		err = store_slot_zero(txn, lost - 1);
		if (err != ERR_NONE)
			return err;
	}
	if ((err = store_row(txn, log_id, &row)) != ERR_NONE)
		return err;
	row->log.bodies_absent--;
	store_row_changed(txn);
	txn->state.absent--;
	return db_del(txn->db, STORE_ABSENT, key);
}

/* In which branch the body of an entry that is there is kept. */
static enum err
home_of(struct store_txn *txn, const uint8_t *log_id, uint8_t branch,
    uint64_t n, uint8_t *ret_home)
{
	struct store_stored stored;
	enum err err;

	*ret_home = branch;
	if (branch <= 1)
		return ERR_NONE;
	err = store_stored(txn, log_id, branch, n, &stored);
	return err != ERR_NONE ?
	    err :
	    store_branch_home(txn, log_id, branch, n, stored.c, ret_home);
}

/* A body on its way, and the number it is said to have. */
struct coming {
	const uint8_t *log_id;
	uint64_t n;
	const uint8_t *salt;
	struct bytes body;
};

/* Keep it in a branch beside the stored one, if it fits its entry there. */
static enum err
add_beside(struct store_txn *txn, const struct coming *coming, uint8_t number)
{
	uint8_t raw[STORE_KEY_LEN];
	struct bytes key = store_key(raw, coming->log_id, number, coming->n);
	struct header header;
	uint64_t arrival;
	uint8_t home;
	bool again;
	enum err err;

	err = find_header(
	    txn, coming->log_id, number, coming->n, &header, &arrival);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_COMMIT : err;
	if (!fits(&header, coming->salt, coming->body.data, coming->body.len))
		return ERR_COMMIT;
	err = home_of(txn, coming->log_id, number, coming->n, &home);
	if (err == ERR_NONE && home != number)
		return ERR_EXIST;
	if (err == ERR_NONE)
		err = store_is_erased_in(
		    txn, coming->log_id, number, coming->n);
	if (err == ERR_NONE)
		err = make_room(txn, key, &header, &again);
	if (err != ERR_NONE)
		return err;
	return seal(
	    txn, key, coming->salt, coming->body.data, coming->body.len);
}

/* Is that an answer, or has something gone wrong? */
static bool
is_answer(enum err err)
{
	return err == ERR_NONE || err == ERR_NOENT || err == ERR_COMMIT ||
	    err == ERR_EXIST || err == ERR_ERASED;
}

/*
 * Keep it in all branches beside the stored one where it fits: two may have the
 * same body at one number.
 */
static enum err
add_to_branches(struct store_txn *txn, const struct coming *coming)
{
	enum err result = ERR_COMMIT;
	struct store_row *row;
	uint8_t branches;
	uint8_t number;
	enum err err;

	if ((err = store_row(txn, coming->log_id, &row)) != ERR_NONE)
		return err;
	branches = row->branches;
	for (number = 1; number <= branches; number++) {
		err = add_beside(txn, coming, number);
		if (!is_answer(err))
			return err;
		if (err == ERR_NONE || result == ERR_COMMIT)
			result = err;
	}
	return result;
}

/* Keep it in the stored branch, if it fits its entry there. */
static enum err
add_stored(struct store_txn *txn, const struct coming *coming)
{
	uint8_t raw[STORE_KEY_LEN];
	struct bytes key = store_key(raw, coming->log_id, 0, coming->n);
	struct header header;
	uint64_t arrival;
	bool again = false;
	enum err err;

	err = find_header(txn, coming->log_id, 0, coming->n, &header, &arrival);
	if (err != ERR_NONE)
		return err;
	if (!fits(&header, coming->salt, coming->body.data, coming->body.len))
		return ERR_COMMIT;
	err = store_is_erased(txn, coming->log_id, coming->n);
	if (err == ERR_NONE)
		err = make_room(txn, key, &header, &again);
	if (err != ERR_NONE)
		return err;

	/* Whoever follows arrivals has seen the entry without its body. */
	err = seal(txn, key, coming->salt, coming->body.data, coming->body.len);
	if (err == ERR_NONE && !again)
		err = take_absent(txn, coming->log_id, key);
	if (err != ERR_NONE || arrival > txn->before.arrival)
		return err;
	return store_arrive(txn, coming->log_id, coming->n);
}

enum err
store_add_body(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, const uint8_t salt[SALT_LEN], const uint8_t *data, size_t len)
{
	const struct coming coming = { log_id, n, salt, { data, len } };
	enum err beside;
	enum err err;

	err = store_is_erased_entry(txn, log_id, n, NULL);
	if (err != ERR_NONE)
		return err;
	err = add_stored(txn, &coming);
	if (!is_answer(err))
		return err;
	beside = add_to_branches(txn, &coming);
	if (beside == ERR_NONE || !is_answer(beside))
		return beside;

	/* What the stored branch says of an entry that fits is the answer. */
	return beside != ERR_COMMIT && (err == ERR_NOENT || err == ERR_COMMIT) ?
	    beside :
	    err;
}

/* ---- reading ---- */

enum err
store_body_state(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, enum store_body_state *ret_state)
{
	uint8_t raw[STORE_KEY_LEN];
	struct store_stored stored;
	struct header header;
	struct bytes val;
	enum err err;

	if ((err = store_stored(txn, log_id, 0, n, &stored)) != ERR_NONE)
		return err;
	if (header_decode(stored.header.data, stored.header.len, &header) !=
		ERR_NONE ||
	    header.body_len == 0) {
		*ret_state = STORE_BODY_NONE;
		return ERR_NONE;
	}
	err = store_is_erased(txn, log_id, n);
	if (err == ERR_ERASED) {
		*ret_state = STORE_BODY_ERASED;
		return ERR_NONE;
	}
	if (err == ERR_NONE)
		err = db_get(
		    txn->db, STORE_BODIES, store_key(raw, log_id, 0, n), &val);
	if (err != ERR_NONE && err != ERR_NOENT)
		return err;
	*ret_state = err == ERR_NONE ? STORE_BODY_HERE : STORE_BODY_ABSENT;
	return ERR_NONE;
}

static enum err
read_body(struct store_txn *txn, const uint8_t *log_id, uint8_t branch,
    uint64_t n, struct store_body *ret_body)
{
	uint8_t raw[STORE_KEY_LEN];
	struct header header;
	struct bytes val;
	uint64_t arrival;
	uint8_t home = 0;
	enum err err;

	if ((err = store_is_erased_in(txn, log_id, branch, n)) != ERR_NONE)
		return err;
	err = find_header(txn, log_id, branch, n, &header, &arrival);
	if (err == ERR_NONE)
		err = home_of(txn, log_id, branch, n, &home);
	if (err == ERR_NONE)
		err = db_get(txn->db, STORE_BODIES,
		    store_key(raw, log_id, home, n), &val);
	if (err != ERR_NONE)
		return err;
	return open_sealed(txn, val, &header, ret_body);
}

enum err
store_body(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    struct store_body *ret_body)
{
	return read_body(txn, log_id, 0, n, ret_body);
}

enum err
store_branch_body(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    const uint8_t *branch, uint64_t n, struct store_body *ret_body)
{
	struct store_branch found = { .base = UINT64_MAX };
	uint8_t number;
	enum err err;

	err = store_branch_of(txn, log_id, branch, &number);
	if (err == ERR_NONE && number != 0)
		err = store_branch_get(txn, log_id, number, &found);
	if (err != ERR_NONE)
		return err;
	return read_body(
	    txn, log_id, n <= found.base ? 0 : number, n, ret_body);
}

void
store_body_clear(struct store_body *body)
{
	if (body->memory != NULL)
		crypto_wipe(body->memory, SALT_LEN + body->len);
	free(body->memory);
	body->memory = NULL;
	body->data = NULL;
	body->len = 0;
}

/* ---- lost and absent ---- */

enum err
store_body_lost(
    struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	uint8_t raw[STORE_KEY_LEN];
	struct bytes key = store_key(raw, log_id, 0, n);
	struct header header;
	struct store_row *row;
	struct bytes val;
	uint8_t absent[16];
	uint64_t arrival;
	enum err err;

	if ((err = store_is_erased(txn, log_id, n)) != ERR_NONE)
		return err;
	err = find_header(txn, log_id, 0, n, &header, &arrival);
	if (err == ERR_NONE)
		err = db_get(txn->db, STORE_BODIES, key, &val);
	if (err == ERR_NONE)
		err = store_row(txn, log_id, &row);
	if (err != ERR_NONE)
		return err;

	/*
	 * The old slot is zeroed when another body is here: until then nothing
	 * is thrown away, after it no second copy can be opened.
	 */
	bytes_put_le64(absent, header.body_len);
	bytes_put_le64(absent + 8,
	    val.len < STORE_SLOT_PRE ? 0 : bytes_get_le64(val.data) + 1);
	if ((err = db_del(txn->db, STORE_BODIES, key)) != ERR_NONE)
		return err;
	row->log.bodies_absent++;
	store_row_changed(txn);
	txn->state.absent++;
	return store_put_new(
	    txn, STORE_ABSENT, key, (struct bytes){ absent, sizeof(absent) });
}

/* Is the key gone of the body in this row? */
static enum err
is_dead(struct store_txn *txn, struct bytes val, bool *ret_dead)
{
	uint8_t key[KEY_LEN];
	enum err err = ERR_NOENT;

	if (val.len >= STORE_SLOT_PRE)
		err = store_slot_key(txn, bytes_get_le64(val.data), key);
	crypto_wipe(key, sizeof(key));
	*ret_dead = err == ERR_NOENT;
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
store_bodies_lost(struct store_txn *txn)
{
	/* One byte more: the least that is greater than the key before. */
	uint8_t from[STORE_KEY_LEN + 1] = { 0 };
	struct bytes key = { 0 };
	struct bytes val;
	bool dead;
	enum err err;

	while ((err = db_seek(txn->db, STORE_BODIES, key, &key, &val)) ==
	    ERR_NONE) {
		if (key.len != STORE_KEY_LEN)
			return ERR_DAMAGED;
		memcpy(from, key.data, STORE_KEY_LEN);
		key = (struct bytes){ from, sizeof(from) };
		if ((err = is_dead(txn, val, &dead)) != ERR_NONE)
			return err;
		if (!dead || from[LOG_ID_LEN] != 0)
			continue;
		err = store_body_lost(
		    txn, from, bytes_get_be64(from + LOG_ID_LEN + 1));
		if (err != ERR_NONE && err != ERR_ERASED)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
store_absent_next(struct store_txn *txn, const struct store_pos *after,
    struct store_pos *ret_pos, size_t *ret_len)
{
	uint8_t raw[STORE_KEY_LEN];
	struct bytes from = { 0 };
	struct bytes key;
	struct bytes val;
	enum err err;

	/* No entry has the last number: there, the log is behind us. */
	if (after != NULL)
		from = store_key(raw, after->log_id, 0,
		    after->n < UINT64_MAX ? after->n + 1 : after->n);
	err = db_seek(txn->db, STORE_ABSENT, from, &key, &val);
	if (err != ERR_NONE)
		return err;
	if (key.len != STORE_KEY_LEN || val.len != 16)
		return ERR_DAMAGED;
	memcpy(ret_pos->log_id, key.data, LOG_ID_LEN);
	ret_pos->n = bytes_get_be64(key.data + LOG_ID_LEN + 1);
	*ret_len = (size_t)bytes_get_le64(val.data);
	return ERR_NONE;
}

enum err
store_absent_beyond(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, uint64_t *ret_count)
{
	struct store_pos pos = { .n = n };
	uint64_t count = 0;
	size_t len;
	enum err err;

	memcpy(pos.log_id, log_id, LOG_ID_LEN);
	while ((err = store_absent_next(txn, &pos, &pos, &len)) == ERR_NONE &&
	    memcmp(pos.log_id, log_id, LOG_ID_LEN) == 0)
		count++;
	if (err != ERR_NONE && err != ERR_NOENT)
		return err;
	*ret_count = count;
	return ERR_NONE;
}
