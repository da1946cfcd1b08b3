#include "daemon/store.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/store_txn.h"

/* Header bytes that a run has at most: the last may begin below the limit. */
#define RUN_BYTES (BOUNDARY_BYTES - 1 + HEADER_MAX)

/* What a run that is read leads into. */
struct memory {
	struct bytes headers[BOUNDARY_N];
	uint8_t head[HEAD_LEN];
	uint8_t bytes[RUN_BYTES];
};

/* ---- single entries ---- */

static void
lend(const uint8_t *log_id, uint64_t n, const struct store_stored *stored,
    struct store_entry *ret_entry)
{
	memcpy(ret_entry->log_id, log_id, LOG_ID_LEN);
	ret_entry->n = n;
	ret_entry->arrival = stored->arrival;
	memcpy(ret_entry->c, stored->c, HASH_LEN);
	ret_entry->header = stored->header;
}

enum err
store_entry(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    struct store_entry *ret_entry)
{
	struct store_stored stored;
	enum err err;

	if ((err = store_stored(txn, log_id, 0, n, &stored)) != ERR_NONE)
		return err;
	lend(log_id, n, &stored, ret_entry);
	return ERR_NONE;
}

enum err
store_branch_home(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint8_t branch, uint64_t n, const uint8_t c[HASH_LEN], uint8_t *ret_home)
{
	struct store_stored stored;
	uint8_t number;
	enum err err;

	*ret_home = branch;
	for (number = 1; number < branch; number++) {
		err = store_stored(txn, log_id, number, n, &stored);
		if (err == ERR_NONE && memcmp(stored.c, c, HASH_LEN) == 0) {
			*ret_home = number;
			return ERR_NONE;
		}
		if (err != ERR_NONE && err != ERR_NOENT)
			return err;
	}
	return ERR_NONE;
}

enum err
store_entry_next(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, uint8_t *branch, struct store_entry *ret_entry)
{
	struct store_stored stored;
	struct store_row *row;
	uint8_t number = *branch;
	uint8_t home;
	enum err err;

	if ((err = store_row(txn, log_id, &row)) != ERR_NONE)
		return err;
	for (; number <= row->branches; number++) {
		err = store_stored(txn, log_id, number, n, &stored);
		if (err == ERR_NOENT)
			continue;
		if (err == ERR_NONE)
			err = store_branch_home(
			    txn, log_id, number, n, stored.c, &home);
		if (err != ERR_NONE)
			return err;
		if (home != number)
			continue;
		lend(log_id, n, &stored, ret_entry);
		*branch = (uint8_t)(number + 1);
		return ERR_NONE;
	}
	return ERR_NOENT;
}

/* The entry whose key is the value or the key of some row; ERR_NOENT. */
static enum err
entry_of_key(
    struct store_txn *txn, struct bytes key, struct store_entry *ret_entry)
{
	uint8_t log_id[LOG_ID_LEN];

	if (key.len != STORE_KEY_LEN)
		return ERR_DAMAGED;
	memcpy(log_id, key.data, LOG_ID_LEN);
	return store_entry(
	    txn, log_id, bytes_get_be64(key.data + LOG_ID_LEN + 1), ret_entry);
}

/*
 * The entry that a row of STORE_ARRIVAL names.  An older erfad wrote rows of what
 * stands in another branch alone; each number tells of something all the same,
 * or who follows them would never reach the last.
 */
static enum err
entry_of_arrival(
    struct store_txn *txn, struct bytes val, struct store_entry *ret_entry)
{
	uint8_t log_id[LOG_ID_LEN];
	enum err err;

	err = entry_of_key(txn, val, ret_entry);
	if (err != ERR_NOENT)
		return err;
	memcpy(log_id, val.data, LOG_ID_LEN);
	err = store_entry(txn, log_id, 1, ret_entry);
	return err == ERR_NOENT ? ERR_DAMAGED : err;
}

enum err
store_arrival_next(
    struct store_txn *txn, uint64_t after, struct store_entry *ret_entry)
{
	uint8_t number[8];
	struct bytes key;
	struct bytes val;
	uint64_t arrival;
	enum err err;

	if (after >= txn->state.arrival)
		return ERR_NOENT;
	bytes_put_be64(number, after + 1);
	err = db_seek(txn->db, STORE_ARRIVAL,
	    (struct bytes){ number, sizeof(number) }, &key, &val);
	if (err != ERR_NONE)
		return err;
	if (key.len != sizeof(number))
		return ERR_DAMAGED;
	arrival = bytes_get_be64(key.data);
	if ((err = entry_of_arrival(txn, val, ret_entry)) != ERR_NONE)
		return err;
	ret_entry->arrival = arrival;
	return ERR_NONE;
}

uint64_t
store_arrival_last(struct store_txn *txn)
{
	return txn->state.arrival;
}

enum err
store_member_next(struct store_txn *txn, const struct store_pos *after,
    struct store_entry *ret_entry)
{
	uint8_t raw[STORE_KEY_LEN];
	struct bytes from = { 0 };
	struct bytes key;
	struct bytes val;
	enum err err;

	if (after != NULL)
		from = store_key(raw, after->log_id, 0, after->n + 1);
	if ((err = db_seek(txn->db, STORE_MEMBERS, from, &key, &val)) !=
	    ERR_NONE)
		return err;
	err = entry_of_key(txn, key, ret_entry);
	return err == ERR_NOENT ? ERR_DAMAGED : err;
}

/* ---- runs ---- */

/* Where a run is read from: entries up to ${base} stand in the stored branch. */
struct source {
	const uint8_t *log_id;
	uint8_t branch;
	uint64_t base;
	uint64_t last;
	uint8_t head[HEAD_LEN]; /* of last */
};

/* Look up an entry where its branch, or the stored one, has it. */
static enum err
find_entry(struct store_txn *txn, const struct source *source, uint64_t n,
    struct store_stored *ret_stored)
{
	enum err err;

	err = store_stored(txn, source->log_id,
	    n <= source->base ? 0 : source->branch, n, ret_stored);
	return err == ERR_NOENT ? ERR_DAMAGED : err;
}

/* Find the last boundary of one branch at or before ${n}. */
static enum err
boundary_before(struct store_txn *txn, const uint8_t *log_id, uint8_t branch,
    uint64_t n, uint64_t *ret_boundary)
{
	uint8_t raw[STORE_KEY_LEN];
	struct bytes key;
	struct bytes val;
	enum err err;

	err = db_seek_le(txn->db, STORE_HEADS,
	    store_key(raw, log_id, branch, n), &key, &val);
	if (err == ERR_NONE &&
	    !store_key_of_log(key, log_id, branch, ret_boundary))
		err = ERR_NOENT;
	return err;
}

/* Find the last boundary at or before ${n}; 0 if there is none. */
static enum err
last_boundary(struct store_txn *txn, const struct source *source, uint64_t n,
    uint64_t *ret_boundary)
{
	enum err err = ERR_NOENT;

	*ret_boundary = 0;
	if (n > source->base)
		err = boundary_before(
		    txn, source->log_id, source->branch, n, ret_boundary);
	if (err == ERR_NOENT)
		err = boundary_before(txn, source->log_id, 0,
		    n < source->base ? n : source->base, ret_boundary);
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* The tip after entry ${n}, which is there: what came since its boundary. */
static enum err
tip_at(struct store_txn *txn, const struct source *source, uint64_t n,
    struct log_tip *tip)
{
	struct store_stored stored;
	uint64_t i;
	enum err err;

	if ((err = last_boundary(txn, source, n, &tip->boundary)) != ERR_NONE)
		return err;
	for (i = tip->boundary; i <= n; i++) {
		if (i == 0)
			continue;
		err = find_entry(txn, source, i, &stored);
		if (err != ERR_NONE)
			return err;
		if (i > tip->boundary)
			tip->boundary_bytes += (uint32_t)stored.header.len;
		memcpy(tip->c, stored.c, HASH_LEN);
	}
	tip->n = n;
	return ERR_NONE;
}

/* Describe a branch by its number, 0 for the stored one. */
static enum err
find_source(struct store_txn *txn, const uint8_t *log_id, uint8_t number,
    struct source *ret_source, struct log_tip *ret_start)
{
	struct store_branch branch;
	uint8_t same[LOG_ID_LEN];
	struct store_row *row;
	enum err err;

	if ((err = store_row(txn, log_id, &row)) != ERR_NONE)
		return err;
	log_begin(row->log.key, row->log.inc, same, ret_start);
	branch.base = row->log.tip.n;
	branch.tip = row->log.tip;
	memcpy(branch.head, row->log.head, HEAD_LEN);
	if (number != 0) {
		err = store_branch_get(txn, log_id, number, &branch);
		if (err != ERR_NONE)
			return err;
	}
	ret_source->log_id = log_id;
	ret_source->branch = number;
	ret_source->base = branch.base;
	ret_source->last = branch.tip.n;
	memcpy(ret_source->head, branch.head, HEAD_LEN);
	return ERR_NONE;
}

enum err
store_branch_tip_at(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint8_t branch, uint64_t n, struct log_tip *ret_tip)
{
	struct source source;
	struct log_tip tip;
	enum err err;

	err = find_source(txn, log_id, branch, &source, &tip);
	if (err != ERR_NONE)
		return err;
	if (n > source.last)
		return ERR_NOENT;
	if (n > 0 && (err = tip_at(txn, &source, n, &tip)) != ERR_NONE)
		return err;
	*ret_tip = tip;
	return ERR_NONE;
}

enum err
store_tip_at(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, struct log_tip *ret_tip)
{
	return store_branch_tip_at(txn, log_id, 0, n, ret_tip);
}

/* Find the first boundary HEAD of a branch at or after ${first}. */
static enum err
find_boundary(struct store_txn *txn, const uint8_t *log_id, uint8_t branch,
    uint64_t first, uint8_t ret_head[HEAD_LEN])
{
	uint8_t raw[STORE_KEY_LEN];
	struct bytes key;
	struct bytes val;
	uint64_t n;
	enum err err;

	err = db_seek(txn->db, STORE_HEADS,
	    store_key(raw, log_id, branch, first), &key, &val);
	if (err != ERR_NONE)
		return err;
	if (!store_key_of_log(key, log_id, branch, &n))
		return ERR_NOENT;
	if (val.len != HEAD_LEN)
		return ERR_DAMAGED;
	memcpy(ret_head, val.data, HEAD_LEN);
	return ERR_NONE;
}

/* Find the HEAD with which the run from ${first} on ends. */
static enum err
find_head(struct store_txn *txn, const struct source *source, uint64_t first,
    uint8_t ret_head[HEAD_LEN])
{
	struct log_head head;
	uint8_t raw[HEAD_LEN];
	enum err err;

	if (first == 0 || first > source->last)
		return ERR_NOENT;
	if (first <= source->base) {
		err = find_boundary(txn, source->log_id, 0, first, raw);
		if (err == ERR_NONE) {
			log_head_parse(raw, &head);
			if (head.n <= source->base)
				goto found;
		} else if (err != ERR_NOENT) {
			return err;
		}
	}
	err = find_boundary(txn, source->log_id, source->branch, first, raw);
	if (err == ERR_NOENT)
		memcpy(raw, source->head, HEAD_LEN);
	else if (err != ERR_NONE)
		return err;

found:
	memcpy(ret_head, raw, HEAD_LEN);
	return ERR_NONE;
}

/* Copy the headers from ${tip} on up to ${last}, hashing each again. */
static enum err
copy_headers(struct store_txn *txn, const struct source *source, uint64_t last,
    struct log_tip *tip, struct memory *memory)
{
	struct store_stored stored;
	uint8_t *at = memory->bytes;
	size_t i;
	enum err err;

	for (i = 0; tip->n < last; i++) {
		err = find_entry(txn, source, tip->n + 1, &stored);
		if (err != ERR_NONE)
			return err;
		if (i >= BOUNDARY_N ||
		    stored.header.len >
			(size_t)(memory->bytes + RUN_BYTES - at))
			return ERR_DAMAGED;
		memcpy(at, stored.header.data, stored.header.len);
		memory->headers[i].data = at;
		memory->headers[i].len = stored.header.len;
		err = log_step(tip, at, stored.header.len);
		if (err != ERR_NONE || memcmp(tip->c, stored.c, HASH_LEN) != 0)
			return ERR_DAMAGED;
		at += stored.header.len;
	}
	return ERR_NONE;
}

/* Read the run whose HEAD stands in ${memory} already, from ${tip} on. */
static enum err
read_run(struct store_txn *txn, const struct source *source,
    struct log_tip *tip, struct memory *memory, struct store_run *ret_run)
{
	struct log_run *run = &ret_run->run;
	struct log_head head;
	enum err err;

	log_head_parse(memory->head, &head);
	run->first = tip->n + 1;
	run->count = (size_t)(head.n - tip->n);
	memcpy(run->c_prev, tip->c, HASH_LEN);
	if ((err = copy_headers(txn, source, head.n, tip, memory)) != ERR_NONE)
		return err;
	if (memcmp(tip->c, head.c, HASH_LEN) != 0)
		return ERR_DAMAGED;
	memcpy(run->log_id, source->log_id, LOG_ID_LEN);
	run->headers = memory->headers;
	run->head = memory->head;
	ret_run->end = *tip;
	return ERR_NONE;
}

enum err
store_read_run(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t first, const uint8_t *branch, struct store_run *ret_run)
{
	struct source source;
	struct store_run run;
	struct memory *memory;
	struct log_tip tip;
	uint8_t number;
	enum err err;

	err = store_branch_of(txn, log_id, branch, &number);
	if (err == ERR_NONE)
		err = find_source(txn, log_id, number, &source, &tip);
	if (err != ERR_NONE)
		return err;
	if ((memory = malloc(sizeof(*memory))) == NULL)
		return ERR_NOMEM;
	err = find_head(txn, &source, first, memory->head);
	if (err == ERR_NONE && first > 1)
		err = tip_at(txn, &source, first - 1, &tip);
	if (err == ERR_NONE)
		err = read_run(txn, &source, &tip, memory, &run);
	if (err != ERR_NONE) {
		free(memory);
		return err;
	}
	run.memory = memory;
	*ret_run = run;
	return ERR_NONE;
}

void
store_run_clear(struct store_run *run)
{
	free(run->memory);
	run->memory = NULL;
	run->run.headers = NULL;
	run->run.head = NULL;
}
