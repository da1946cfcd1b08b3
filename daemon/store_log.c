#include "daemon/store.h"

#include <string.h>

#include "proto/header.h"
#include "daemon/store_txn.h"

enum err
store_log(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    struct store_log *ret_log)
{
	struct store_row *row;
	enum err err;

	if ((err = store_row(txn, log_id, &row)) != ERR_NONE)
		return err;
	*ret_log = row->log;
	return ERR_NONE;
}

/* Write the least log id that is greater, unless there is none. */
static bool
next_id(const uint8_t *after, uint8_t out[LOG_ID_LEN])
{
	int i;

	memcpy(out, after, LOG_ID_LEN);
	for (i = LOG_ID_LEN - 1; i >= 0; i--)
		if (++out[i] != 0)
			return true;
	return false;
}

enum err
store_log_next(
    struct store_txn *txn, const uint8_t *after, struct store_log *ret_log)
{
	uint8_t least[LOG_ID_LEN] = { 0 };
	struct store_row row;
	struct bytes key;
	struct bytes val;
	enum err err;

	if (after != NULL && !next_id(after, least))
		return ERR_NOENT;
	if ((err = store_row_flush(txn)) != ERR_NONE)
		return err;
	err = db_seek(txn->db, STORE_LOGS,
	    (struct bytes){ least, sizeof(least) }, &key, &val);
	if (err != ERR_NONE)
		return err;
	if (key.len != LOG_ID_LEN)
		return ERR_DAMAGED;
	memcpy(row.log.log_id, key.data, LOG_ID_LEN);
	if ((err = store_row_decode(val, &row)) != ERR_NONE)
		return err;
	*ret_log = row.log;
	return ERR_NONE;
}

/* ---- appending ---- */

enum err
store_fold(const struct log_run *run, const struct log_tip *start,
    struct log_tip *ret_tip, uint8_t ret_c[BOUNDARY_N][HASH_LEN])
{
	struct log_tip tip = *start;
	struct log_head head;
	size_t i;

	if (run->count < 1 || run->count > BOUNDARY_N)
		return ERR_SIZE;
	if (memcmp(run->c_prev, start->c, HASH_LEN) != 0)
		return ERR_CHAIN;
	for (i = 0; i < run->count; i++) {
		if (i > 0 && log_at_boundary(&tip))
			return ERR_BOUNDARY;
		if (log_step(&tip, run->headers[i].data, run->headers[i].len) !=
		    ERR_NONE)
			return ERR_SIZE;
		memcpy(ret_c[i], tip.c, HASH_LEN);
	}
	log_head_parse(run->head, &head);
	if (memcmp(head.log_id, run->log_id, LOG_ID_LEN) != 0 ||
	    head.n != tip.n || memcmp(head.c, tip.c, HASH_LEN) != 0)
		return ERR_CHAIN;
	*ret_tip = tip;
	return ERR_NONE;
}

/* Write the row of an entry and give it its arrival number. */
static enum err
put_header(struct store_txn *txn, struct bytes key, const uint8_t *c,
    struct bytes header)
{
	uint8_t *room;
	enum err err;

	err = db_reserve(txn->db, STORE_HEADERS, key,
	    STORE_HEADER_PRE + header.len, DB_APPEND, &room);
	if (err != ERR_NONE)
		return err == ERR_EXIST ? ERR_DAMAGED : err;
	bytes_put_le64(room, txn->state.arrival + 1);
	memcpy(room + 8, c, HASH_LEN);
	memcpy(room + STORE_HEADER_PRE, header.data, header.len);
	return ERR_NONE;
}

/* Note what the header says that must be found without reading all headers. */
static enum err
note_header(struct store_txn *txn, struct store_row *row, uint64_t n,
    struct bytes bytes, struct bytes key)
{
	struct header header;
	uint8_t absent[16];
	enum err err;

	/* A header that cannot be read names no body and is of no kind. */
	if (header_decode(bytes.data, bytes.len, &header) != ERR_NONE)
		return ERR_NONE;
	if (header.kind == HEADER_MEMBER) {
		err = store_put_new(
		    txn, STORE_MEMBERS, key, (struct bytes){ 0 });
		if (err != ERR_NONE)
			return err;
	}
	if (header.body_len == 0)
		return ERR_NONE;
	err = store_is_erased(txn, row->log.log_id, n);
	if (err != ERR_NONE)
		return err == ERR_ERASED ? ERR_NONE : err;

	bytes_put_le64(absent, header.body_len);
	bytes_put_le64(absent + 8, 0);
	row->log.bodies_absent++;
	txn->state.absent++;
	return store_put_new(
	    txn, STORE_ABSENT, key, (struct bytes){ absent, sizeof(absent) });
}

/* Write the entries of a run that was folded onto the tip. */
static enum err
append(struct store_txn *txn, struct store_row *row, const struct log_run *run,
    uint8_t c[BOUNDARY_N][HASH_LEN])
{
	uint8_t raw[STORE_KEY_LEN];
	struct bytes key;
	enum err err;
	uint64_t n;
	size_t i;

	for (i = 0; i < run->count; i++) {
		n = run->first + i;
		key = store_key(raw, run->log_id, 0, n);
		err = put_header(txn, key, c[i], run->headers[i]);
		if (err == ERR_NONE)
			err = store_arrive(txn, run->log_id, n);
		if (err == ERR_NONE)
			err = note_header(txn, row, n, run->headers[i], key);
		if (err != ERR_NONE)
			return err;
	}
	txn->state.entries += run->count;
	return ERR_NONE;
}

/* Keep the HEAD of a boundary in its own row. */
static enum err
put_boundary(struct store_txn *txn, const struct log_head *head,
    const uint8_t raw_head[HEAD_LEN])
{
	uint8_t raw[STORE_KEY_LEN];

	return db_put(txn->db, STORE_HEADS,
	    store_key(raw, head->log_id, 0, head->n),
	    (struct bytes){ raw_head, HEAD_LEN }, DB_REPLACE);
}

/* Append a run to the tip of ${row}. */
static enum err
extend(struct store_txn *txn, struct store_row *row, const struct log_run *run)
{
	uint8_t c[BOUNDARY_N][HASH_LEN];
	uint8_t key[KEY_LEN];
	struct log_head head;
	struct log_tip tip;
	enum err err;

	if ((err = store_fold(run, &row->log.tip, &tip, c)) != ERR_NONE)
		return err;
	if ((err = append(txn, row, run, c)) != ERR_NONE)
		return err;
	row->log.tip = tip;
	memcpy(row->log.head, run->head, HEAD_LEN);
	memcpy(key, row->log.key, KEY_LEN);
	store_row_changed(txn);
	log_head_parse(run->head, &head);
	if (log_at_boundary(&tip) &&
	    (err = put_boundary(txn, &head, run->head)) != ERR_NONE)
		return err;
	return store_erase_run(txn, key, run, run->first);
}

/* Make a log with its first run. */
static enum err
begin(struct store_txn *txn, const uint8_t key[KEY_LEN], uint64_t inc, bool own,
    const struct log_run *run)
{
	uint8_t log_id[LOG_ID_LEN];
	uint8_t c[BOUNDARY_N][HASH_LEN];
	struct log_tip start;
	struct log_tip tip;
	struct store_row *row;
	enum err err;

	if (run->first != 1)
		return ERR_GAP;
	log_begin(key, inc, log_id, &start);
	if (memcmp(log_id, run->log_id, LOG_ID_LEN) != 0)
		return ERR_CHAIN;

	/* Nothing may be written for a run that does not fold. */
	if ((err = store_fold(run, &start, &tip, c)) != ERR_NONE)
		return err;
	if ((err = store_row_new(txn, log_id, &row)) != ERR_NONE)
		return err;
	memcpy(row->log.key, key, KEY_LEN);
	row->log.inc = inc;
	row->log.own = own;
	row->log.tip = start;
	txn->state.logs++;
	return extend(txn, row, run);
}

/* A run that begins within what is held: is it the same? */
static enum err
compare(struct store_txn *txn, const struct store_log *log,
    const struct log_run *run)
{
	uint8_t c[BOUNDARY_N][HASH_LEN];
	struct store_stored stored;
	struct log_tip start;
	struct log_tip tip;
	enum err err;
	size_t i;

	err = store_tip_at(txn, run->log_id, run->first - 1, &start);
	if (err != ERR_NONE)
		return err;
	if ((err = store_fold(run, &start, &tip, c)) != ERR_NONE)
		return err;
	for (i = 0; i < run->count && run->first + i <= log->tip.n; i++) {
		err = store_stored(
		    txn, run->log_id, 0, run->first + i, &stored);
		if (err != ERR_NONE)
			return err == ERR_NOENT ? ERR_DAMAGED : err;
		if (memcmp(stored.c, c[i], HASH_LEN) != 0)
			return ERR_CHAIN;
	}
	if (tip.n > log->tip.n)
		return ERR_SIZE;
	err = store_put_head(txn, run->head);
	return err == ERR_NONE ? ERR_EXIST : err;
}

enum err
store_add_run(struct store_txn *txn, const uint8_t key[KEY_LEN], uint64_t inc,
    bool own, const struct log_run *run)
{
	struct store_row *row;
	enum err err;

	if (run->first == 0)
		return ERR_SIZE;
	err = store_row(txn, run->log_id, &row);
	if (err == ERR_NOENT)
		return begin(txn, key, inc, own, run);
	if (err != ERR_NONE)
		return err;
	if (row->log.inc != inc || memcmp(row->log.key, key, KEY_LEN) != 0)
		return ERR_CHAIN;
	if (row->log.frozen)
		return ERR_FORK;
	if (run->first > row->log.tip.n + 1)
		return ERR_GAP;
	if (run->first <= row->log.tip.n)
		return compare(txn, &row->log, run);
	return extend(txn, row, run);
}

/* ---- HEADs and freezing ---- */

/* Is there no HEAD stored for this n, or an older one? */
static enum err
is_newer(struct store_txn *txn, const struct store_log *log,
    const struct log_head *head)
{
	uint8_t raw[STORE_KEY_LEN];
	struct log_head stored;
	struct bytes val;
	enum err err;

	if (head->n == log->tip.n) {
		log_head_parse(log->head, &stored);
	} else {
		err = db_get(txn->db, STORE_HEADS,
		    store_key(raw, head->log_id, 0, head->n), &val);
		if (err == ERR_NOENT)
			return ERR_EXIST;
		if (err != ERR_NONE)
			return err;
		if (val.len != HEAD_LEN)
			return ERR_DAMAGED;
		log_head_parse(val.data, &stored);
	}
	return head->time_ms > stored.time_ms ? ERR_NONE : ERR_EXIST;
}

enum err
store_put_head(struct store_txn *txn, const uint8_t head[HEAD_LEN])
{
	struct store_stored stored;
	struct store_row *row;
	struct log_head parsed;
	enum err err;

	log_head_parse(head, &parsed);
	if ((err = store_row(txn, parsed.log_id, &row)) != ERR_NONE)
		return err;
	err = store_stored(txn, parsed.log_id, 0, parsed.n, &stored);
	if (err != ERR_NONE)
		return err;
	if (memcmp(stored.c, parsed.c, HASH_LEN) != 0)
		return ERR_CHAIN;
	if ((err = is_newer(txn, &row->log, &parsed)) != ERR_NONE)
		return err;

	if (parsed.n == row->log.tip.n) {
		memcpy(row->log.head, head, HEAD_LEN);
		store_row_changed(txn);
		if (!log_at_boundary(&row->log.tip))
			return ERR_NONE;
	}
	return put_boundary(txn, &parsed, head);
}

enum err
store_freeze(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t last_common)
{
	struct store_row *row;
	enum err err;

	if ((err = store_row(txn, log_id, &row)) != ERR_NONE)
		return err;
	if (last_common > row->log.tip.n)
		return ERR_GAP;
	if (!row->log.frozen || last_common < row->log.last_common)
		row->log.last_common = last_common;
	row->log.frozen = true;
	store_row_changed(txn);
	return ERR_NONE;
}
