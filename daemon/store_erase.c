#include "daemon/store.h"

#include <string.h>

#include "proto/header.h"
#include "daemon/store_txn.h"

#define CLAIM_LEN (STORE_KEY_LEN + KEY_LEN) /* without c8 */
#define WORD_LEN  (LOG_ID_LEN + 8)          /* where an ERASE stands */

/* Where ERASE entries of one key stand that name the same, in so many logs. */
#define WORDS_MAX ((size_t)256)

/* ---- one body ---- */

/* Which entries of a number are erased. */
struct erased {
	bool any;
	bool all;
	size_t count;
	uint8_t c8[STORE_ERASED_MAX + 1][C8_LEN];
};

static enum err
erased_get(struct store_txn *txn, const uint8_t *log_id, uint64_t n,
    struct erased *ret)
{
	uint8_t key[STORE_KEY_LEN];
	struct bytes val;
	enum err err;

	ret->any = ret->all = false;
	ret->count = 0;
	if (txn->state.erased == 0)
		return ERR_NONE;
	err = db_get(txn->db, STORE_ERASED, store_key(key, log_id, 0, n), &val);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if (val.len % C8_LEN != 0 || val.len / C8_LEN > STORE_ERASED_MAX)
		return ERR_DAMAGED;
	ret->any = true;
	ret->all = val.len == 0;
	ret->count = val.len / C8_LEN;
	if (val.len > 0)
		memcpy(ret->c8, val.data, val.len);
	return ERR_NONE;
}

static bool
names(const struct erased *erased, const uint8_t *c8)
{
	size_t i;

	for (i = 0; i < erased->count && c8 != NULL; i++)
		if (memcmp(erased->c8[i], c8, C8_LEN) == 0)
			return true;
	return erased->all;
}

enum err
store_is_erased_entry(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, const uint8_t *c8)
{
	struct erased erased;
	enum err err;

	if ((err = erased_get(txn, log_id, n, &erased)) != ERR_NONE)
		return err;
	return names(&erased, c8) ? ERR_ERASED : ERR_NONE;
}

enum err
store_is_erased_in(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint8_t branch, uint64_t n)
{
	struct store_stored stored;
	struct erased erased;
	enum err err;

	err = erased_get(txn, log_id, n, &erased);
	if (err != ERR_NONE || !erased.any)
		return err;
	if (erased.all)
		return ERR_ERASED;
	err = store_stored(txn, log_id, branch, n, &stored);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	return names(&erased, stored.c) ? ERR_ERASED : ERR_NONE;
}

enum err
store_is_erased(
    struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	return store_is_erased_in(txn, log_id, 0, n);
}

bool
store_has_erased(const struct store_txn *txn)
{
	return txn->erased;
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

/* Note that an entry of a number, or all, are erased. */
static enum err
erased_add(
    struct store_txn *txn, const uint8_t *log_id, uint64_t n, const uint8_t *c8)
{
	uint8_t raw[STORE_KEY_LEN];
	struct erased erased;
	struct bytes val = { 0 };
	enum err err;

	if ((err = erased_get(txn, log_id, n, &erased)) != ERR_NONE)
		return err;
	if (names(&erased, c8))
		return ERR_EXIST;
	if (c8 != NULL && erased.count < STORE_ERASED_MAX) {
		memcpy(erased.c8[erased.count++], c8, C8_LEN);
		val = (struct bytes){ erased.c8[0], erased.count * C8_LEN };
	}
	txn->state.erased += erased.any ? 0 : 1;
	txn->erased = true;
	return db_put(txn->db, STORE_ERASED, store_key(raw, log_id, 0, n), val,
	    DB_REPLACE);
}

/* Drop what one branch holds of a number, if that is erased. */
static enum err
drop_in(
    struct store_txn *txn, const uint8_t *log_id, uint8_t branch, uint64_t n)
{
	uint8_t raw[STORE_KEY_LEN];
	enum err err;

	err = store_is_erased_in(txn, log_id, branch, n);
	if (err != ERR_ERASED)
		return err;
	err = drop_body(txn, store_key(raw, log_id, branch, n));
	if (err == ERR_NONE && branch == 0)
		err = drop_absent(txn, log_id, store_key(raw, log_id, 0, n));
	return err;
}

/* If the stored branch has the entry, whoever follows arrivals sees it again. */
static enum err
arrive_erased(struct store_txn *txn, const uint8_t *log_id, uint64_t n)
{
	struct store_stored stored;
	enum err err;

	err = store_stored(txn, log_id, 0, n, &stored);
	if (err == ERR_NONE)
		err = store_is_erased(txn, log_id, n);
	if (err != ERR_ERASED)
		return err == ERR_NOENT ? ERR_NONE : err;
	return store_arrive(txn, log_id, n);
}

enum err
store_erase_entry(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, const uint8_t *c8)
{
	enum err before = store_is_erased(txn, log_id, n);
	uint8_t branches = 0;
	uint8_t number;
	enum err err;

	if ((err = erased_add(txn, log_id, n, c8)) == ERR_NONE)
		err = branches_of(txn, log_id, &branches);
	for (number = 0; err == ERR_NONE && number <= branches; number++)
		err = drop_in(txn, log_id, number, n);
	return err == ERR_NONE && before == ERR_NONE ?
	    arrive_erased(txn, log_id, n) :
	    err;
}

enum err
store_erase(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	return store_erase_entry(txn, log_id, n, NULL);
}

/* ---- who may ---- */

/* The key "L 0 N K C" of a claim. */
static struct bytes
claim_key(uint8_t out[CLAIM_LEN + C8_LEN], const struct store_claim *claim)
{
	(void)store_key(out, claim->log_id, 0, claim->n);
	memcpy(out + STORE_KEY_LEN, claim->key, KEY_LEN);
	if (!claim->has_c8)
		return (struct bytes){ out, CLAIM_LEN };
	memcpy(out + CLAIM_LEN, claim->c8, C8_LEN);
	return (struct bytes){ out, CLAIM_LEN + C8_LEN };
}

/* Which entry a claim names; NULL: all of that number. */
static const uint8_t *
named(const struct store_claim *claim)
{
	return claim->has_c8 ? claim->c8 : NULL;
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

/* The first of ${count} words in a log that does not come before this one. */
static size_t
word_find(const uint8_t *words, size_t count, const uint8_t *log_id)
{
	size_t i = 0;

	while (
	    i < count && memcmp(words + i * WORD_LEN, log_id, LOG_ID_LEN) < 0)
		i++;
	return i;
}

/*
 * Keep a claim.  One key may say the same in several logs, and each may be cut
 * elsewhere: of each log the first place is kept, in the order of the logs.
 */
static enum err
keep_claim(struct store_txn *txn, const struct store_claim *claim)
{
	uint8_t raw[CLAIM_LEN + C8_LEN];
	uint8_t words[WORDS_MAX * WORD_LEN];
	struct bytes key = claim_key(raw, claim);
	struct bytes val = { 0 };
	uint8_t *word;
	size_t count;
	size_t i;
	enum err err;

	err = db_get(txn->db, STORE_CLAIMS, key, &val);
	if (err != ERR_NONE && err != ERR_NOENT)
		return err;
	if (val.len % WORD_LEN != 0 || val.len > sizeof(words))
		return ERR_DAMAGED;
	count = val.len / WORD_LEN;
	if (count > 0)
		memcpy(words, val.data, val.len);
	i = word_find(words, count, claim->erase_log);
	word = words + i * WORD_LEN;
	if (i < count && memcmp(word, claim->erase_log, LOG_ID_LEN) == 0) {
		if (bytes_get_le64(word + LOG_ID_LEN) <= claim->erase_n)
			return ERR_NONE;
	} else {
		if (count == WORDS_MAX)
			return ERR_NONE;
		memmove(word + WORD_LEN, word, (count - i) * WORD_LEN);
		memcpy(word, claim->erase_log, LOG_ID_LEN);
		count++;
	}
	bytes_put_le64(word + LOG_ID_LEN, claim->erase_n);
	return db_put(txn->db, STORE_CLAIMS, key,
	    (struct bytes){ words, count * WORD_LEN }, DB_REPLACE);
}

/* Carry out a target, or keep it until it is known whether to. */
static enum err
take_target(struct store_txn *txn, const struct store_claim *claim)
{
	bool own;
	enum err err;

	err = store_is_erased_entry(txn, claim->log_id, claim->n, named(claim));
	if (err != ERR_NONE)
		return err == ERR_ERASED ? ERR_NONE : err;
	if ((err = is_own_word(txn, claim, &own)) != ERR_NONE)
		return err;
	if (own && claim->erase_n <= txn->erases_to)
		return store_erase_entry(
		    txn, claim->log_id, claim->n, named(claim));
	return keep_claim(txn, claim);
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
		claim.has_c8 = targets[i].has_c8;
		memcpy(claim.c8, targets[i].c8, C8_LEN);
		err = take_target(txn, &claim);
	}
	return err;
}

void
store_erases_to(struct store_txn *txn, uint64_t n)
{
	txn->erases_to = n;
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

	if (run->first == 1 && from == 1 && txn->erases_to == UINT64_MAX)
		err = take_claims(txn, run->log_id, key);
	for (i = (size_t)(from - run->first); i < run->count && err == ERR_NONE;
	     i++)
		err = take_header(txn, key, run, i);
	return err;
}

/* The place in another log where the key of ${after} says the same; false if it
 * was the last, or was granted. */
static bool
next_word(struct store_txn *txn, const struct store_claim *after,
    struct store_claim *ret_claim)
{
	uint8_t raw[CLAIM_LEN + C8_LEN];
	const uint8_t *word;
	struct bytes val;
	size_t count;
	size_t i;

	if (db_get(txn->db, STORE_CLAIMS, claim_key(raw, after), &val) !=
	    ERR_NONE)
		return false;
	count = val.len / WORD_LEN;
	i = word_find(val.data, count, after->erase_log);
	word = val.data + i * WORD_LEN;
	if (i < count && memcmp(word, after->erase_log, LOG_ID_LEN) == 0) {
		word += WORD_LEN;
		i++;
	}
	if (i >= count)
		return false;
	*ret_claim = *after;
	memcpy(ret_claim->erase_log, word, LOG_ID_LEN);
	ret_claim->erase_n = bytes_get_le64(word + LOG_ID_LEN);
	return true;
}

enum err
store_claim_next(struct store_txn *txn, const struct store_claim *after,
    struct store_claim *ret_claim)
{
	uint8_t raw[CLAIM_LEN + C8_LEN + 1] = { 0 };
	struct bytes from = { 0 };
	struct bytes key;
	struct bytes val;
	enum err err;

	/* The least key that is greater: one zero byte more. */
	if (after != NULL) {
		if (next_word(txn, after, ret_claim))
			return ERR_NONE;
		from = claim_key(raw, after);
		from.len++;
	}
	err = db_seek(txn->db, STORE_CLAIMS, from, &key, &val);
	if (err != ERR_NONE)
		return err;
	if ((key.len != CLAIM_LEN && key.len != CLAIM_LEN + C8_LEN) ||
	    val.len == 0 || val.len % WORD_LEN != 0)
		return ERR_DAMAGED;
	memcpy(ret_claim->log_id, key.data, LOG_ID_LEN);
	ret_claim->n = bytes_get_be64(key.data + LOG_ID_LEN + 1);
	memcpy(ret_claim->key, key.data + STORE_KEY_LEN, KEY_LEN);
	ret_claim->has_c8 = key.len > CLAIM_LEN;
	if (ret_claim->has_c8)
		memcpy(ret_claim->c8, key.data + CLAIM_LEN, C8_LEN);
	memcpy(ret_claim->erase_log, val.data, LOG_ID_LEN);
	ret_claim->erase_n = bytes_get_le64(val.data + LOG_ID_LEN);
	return ERR_NONE;
}

enum err
store_claim_grant(struct store_txn *txn, const struct store_claim *claim)
{
	uint8_t raw[CLAIM_LEN + C8_LEN];
	enum err err;

	err = db_del(txn->db, STORE_CLAIMS, claim_key(raw, claim));
	if (err != ERR_NONE)
		return err;
	err = store_erase_entry(txn, claim->log_id, claim->n, named(claim));
	return err == ERR_EXIST ? ERR_NONE : err;
}
