#include "daemon/store.h"

#include <string.h>

#include "proto/header.h"
#include "daemon/store_txn.h"

#define CLAIM_LEN (STORE_KEY_LEN + KEY_LEN)
#define WORD_LEN  (LOG_ID_LEN + 8) /* where the ERASE stands */

/* ---- one body ---- */

enum err
store_is_erased(
    struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	uint8_t key[STORE_KEY_LEN];
	struct bytes val;
	enum err err;

	if (txn->state.erased == 0)
		return ERR_NONE;
	err = db_get(txn->db, STORE_ERASED, store_key(key, log_id, 0, n), &val);
	if (err == ERR_NOENT)
		return ERR_NONE;
	return err == ERR_NONE ? ERR_ERASED : err;
}

bool
store_has_erased(const struct store_txn *txn)
{
	return txn->state.erased != txn->before.erased;
}

/* The body goes, and its slot is zeroed right after the commit. */
static enum err
drop_body(struct store_txn *txn, struct bytes key)
{
	struct bytes val;
	uint64_t slot;
	enum err err;

	err = db_get(txn->db, STORE_BODIES, key, &val);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if (val.len < STORE_SLOT_PRE)
		return ERR_DAMAGED;
	slot = bytes_get_le64(val.data);
	if ((err = db_del(txn->db, STORE_BODIES, key)) != ERR_NONE)
		return err;
	return store_slot_drop(txn, slot);
}

/* A body that was lost is awaited no more; its old slot goes too. */
static enum err
drop_absent(struct store_txn *txn, const uint8_t *log_id, struct bytes key)
{
	struct store_row *row;
	struct bytes val;
	uint64_t lost;
	enum err err;

	err = db_get(txn->db, STORE_ABSENT, key, &val);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if (val.len != 16)
		return ERR_DAMAGED;
	lost = bytes_get_le64(val.data + 8);
	if ((err = db_del(txn->db, STORE_ABSENT, key)) != ERR_NONE ||
	    (err = store_row(txn, log_id, &row)) != ERR_NONE)
		return err;
	row->log.bodies_absent--;
	store_row_changed(txn);
	txn->state.absent--;
	return lost == 0 ? ERR_NONE : store_slot_drop(txn, lost - 1);
}

/* How many branches of the log stand beside the stored one. */
static enum err
branches_of(struct store_txn *txn, const uint8_t *log_id, uint8_t *ret_count)
{
	struct store_row *row;
	enum err err;

	*ret_count = 0;
	err = store_row(txn, log_id, &row);
	if (err == ERR_NONE)
		*ret_count = row->branches;
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
store_erase(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	uint8_t raw[STORE_KEY_LEN];
	uint8_t branches;
	uint8_t number;
	enum err err;

	err = db_put(txn->db, STORE_ERASED, store_key(raw, log_id, 0, n),
	    (struct bytes){ 0 }, DB_NEW);
	if (err != ERR_NONE)
		return err;
	txn->state.erased++;
	err = drop_absent(txn, log_id, store_key(raw, log_id, 0, n));
	if (err == ERR_NONE)
		err = branches_of(txn, log_id, &branches);
	for (number = 0; err == ERR_NONE && number <= branches; number++)
		err = drop_body(txn, store_key(raw, log_id, number, n));
	return err;
}

/* ---- who may ---- */

/* The key "L 0 N K" of a claim. */
static struct bytes
claim_key(uint8_t out[CLAIM_LEN], const struct store_claim *claim)
{
	(void)store_key(out, claim->log_id, 0, claim->n);
	memcpy(out + STORE_KEY_LEN, claim->key, KEY_LEN);
	return (struct bytes){ out, CLAIM_LEN };
}

/* Whether an ERASE of ${claim}->key is one of the log's own key. */
static enum err
is_own_word(struct store_txn *txn, const struct store_claim *claim, bool *ret)
{
	struct store_row *row;
	enum err err;

	*ret = false;
	err = store_row(txn, claim->log_id, &row);
	if (err == ERR_NONE)
		*ret = memcmp(row->log.key, claim->key, KEY_LEN) == 0;
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Carry out a target, or keep it until it is known whether to. */
static enum err
take_target(struct store_txn *txn, const struct store_claim *claim)
{
	uint8_t raw[CLAIM_LEN];
	uint8_t word[WORD_LEN];
	bool own;
	enum err err;

	err = store_is_erased(txn, claim->log_id, claim->n);
	if (err != ERR_NONE)
		return err == ERR_ERASED ? ERR_NONE : err;
	if ((err = is_own_word(txn, claim, &own)) != ERR_NONE)
		return err;
	if (own)
		return store_erase(txn, claim->log_id, claim->n);
	memcpy(word, claim->erase_log, LOG_ID_LEN);
	bytes_put_le64(word + LOG_ID_LEN, claim->erase_n);
	return db_put(txn->db, STORE_CLAIMS, claim_key(raw, claim),
	    (struct bytes){ word, sizeof(word) }, DB_REPLACE);
}

/* If the header is an ERASE, take its targets. */
static enum err
take_header(struct store_txn *txn, const uint8_t key[KEY_LEN],
    const struct log_run *run, size_t at)
{
	const struct bytes bytes = run->headers[at];
	struct header_target targets[ERASE_MAX];
	struct store_claim claim = { .erase_n = run->first + at };
	struct header header;
	size_t count;
	size_t i;
	enum err err = ERR_NONE;

	if (header_decode(bytes.data, bytes.len, &header) != ERR_NONE ||
	    header.kind != HEADER_ERASE ||
	    header_erase_decode(header.ext, targets, &count) != ERR_NONE)
		return ERR_NONE;
	memcpy(claim.key, key, KEY_LEN);
	memcpy(claim.erase_log, run->log_id, LOG_ID_LEN);
	for (i = 0; i < count && err == ERR_NONE; i++) {
		memcpy(claim.log_id, targets[i].log_id, LOG_ID_LEN);
		claim.n = targets[i].n;
		err = take_target(txn, &claim);
	}
	return err;
}

/* A log is new: what its own key had erased before it was known here. */
static enum err
take_claims(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    const uint8_t key[KEY_LEN])
{
	struct store_claim claim = { .n = 0 };
	enum err err;

	memcpy(claim.log_id, log_id, LOG_ID_LEN);
	while ((err = store_claim_next(txn, &claim, &claim)) == ERR_NONE &&
	    memcmp(claim.log_id, log_id, LOG_ID_LEN) == 0) {
		if (memcmp(claim.key, key, KEY_LEN) == 0 &&
		    (err = store_claim_grant(txn, &claim)) != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
store_erase_run(struct store_txn *txn, const uint8_t key[KEY_LEN],
    const struct log_run *run, uint64_t from)
{
	enum err err = ERR_NONE;
	size_t i;

	if (run->first == 1 && from == 1)
		err = take_claims(txn, run->log_id, key);
	for (i = (size_t)(from - run->first); i < run->count && err == ERR_NONE;
	     i++)
		err = take_header(txn, key, run, i);
	return err;
}

enum err
store_claim_next(struct store_txn *txn, const struct store_claim *after,
    struct store_claim *ret_claim)
{
	uint8_t raw[CLAIM_LEN + 1] = { 0 };
	struct bytes from = { 0 };
	struct bytes key;
	struct bytes val;
	enum err err;

	/* The least key that is greater: one zero byte more. */
	if (after != NULL) {
		(void)claim_key(raw, after);
		from = (struct bytes){ raw, sizeof(raw) };
	}
	err = db_seek(txn->db, STORE_CLAIMS, from, &key, &val);
	if (err != ERR_NONE)
		return err;
	if (key.len != CLAIM_LEN || val.len != WORD_LEN)
		return ERR_DAMAGED;
	memcpy(ret_claim->log_id, key.data, LOG_ID_LEN);
	ret_claim->n = bytes_get_be64(key.data + LOG_ID_LEN + 1);
	memcpy(ret_claim->key, key.data + STORE_KEY_LEN, KEY_LEN);
	memcpy(ret_claim->erase_log, val.data, LOG_ID_LEN);
	ret_claim->erase_n = bytes_get_le64(val.data + LOG_ID_LEN);
	return ERR_NONE;
}

enum err
store_claim_grant(struct store_txn *txn, const struct store_claim *claim)
{
	uint8_t raw[CLAIM_LEN];
	enum err err;

	err = db_del(txn->db, STORE_CLAIMS, claim_key(raw, claim));
	if (err != ERR_NONE)
		return err;
	err = store_erase(txn, claim->log_id, claim->n);
	if (err != ERR_NONE)
		return err == ERR_EXIST ? ERR_NONE : err;

	/* Whoever follows arrivals saw the ERASE before it counted. */
	return store_arrive(txn, claim->erase_log, claim->erase_n);
}
