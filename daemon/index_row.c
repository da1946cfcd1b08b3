#include "daemon/index_internal.h"

#include <string.h>

#define LOG_LEN   (LOG_ID_LEN + KEY_LEN)
#define FIXED_LEN (4 + 4 * 8 + 5 * 4) /* the numbers of a row */
#define ROW_LEN   (FIXED_LEN + 4 + RECORD_LEN + 2 * INDEX_HASH_LEN)

/* Bits of a row's flags. */
#define HAS_RECORD   1U
#define HAS_COMMIT   2U
#define HAS_EXTERNAL 4U
#define TRANSCRIBED  8U

void
index_put_be32(uint8_t *out, uint32_t value)
{
	uint8_t wide[8];

	bytes_put_be64(wide, value);
	memcpy(out, wide + 4, 4);
}

struct bytes
index_number_key(uint32_t number, uint8_t buf[4])
{
	index_put_be32(buf, number);
	return (struct bytes){ .data = buf, .len = 4 };
}

/* ---- logs ---- */

enum err
index_log(struct index_txn *txn, uint32_t number, struct index_log *ret_log)
{
	uint8_t key[4];
	struct bytes val;
	enum err err;

	err = db_get(txn->txn, INDEX_LOGS, index_number_key(number, key), &val);
	if (err != ERR_NONE)
		return err;
	if (val.len < LOG_LEN || val.len > LOG_LEN + ORG_MAX)
		return ERR_DAMAGED;
	memcpy(ret_log->log_id, val.data, LOG_ID_LEN);
	memcpy(ret_log->key, val.data + LOG_ID_LEN, KEY_LEN);
	memcpy(ret_log->claim, val.data + LOG_LEN, val.len - LOG_LEN);
	ret_log->claim[val.len - LOG_LEN] = '\0';
	return ERR_NONE;
}

enum err
index_log_number(struct index_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint32_t *ret_number)
{
	struct bytes val;
	enum err err;

	err = db_get(txn->txn, INDEX_LOG_IDS,
	    (struct bytes){ .data = log_id, .len = LOG_ID_LEN }, &val);
	if (err != ERR_NONE)
		return err;
	if (val.len != 4)
		return ERR_DAMAGED;
	*ret_number = bytes_get_le32(val.data);
	return ERR_NONE;
}

enum err
index_log_add(
    struct index_txn *txn, const struct index_log *log, uint32_t *ret_number)
{
	uint32_t number = ++txn->progress.logs;
	size_t len = strlen(log->claim);
	uint8_t val[LOG_LEN + ORG_MAX];
	uint8_t key[4];
	uint8_t named[4];
	enum err err;

	memcpy(val, log->log_id, LOG_ID_LEN);
	memcpy(val + LOG_ID_LEN, log->key, KEY_LEN);
	memcpy(val + LOG_LEN, log->claim, len);
	err = db_put(txn->txn, INDEX_LOGS, index_number_key(number, key),
	    (struct bytes){ .data = val, .len = LOG_LEN + len }, DB_APPEND);
	if (err != ERR_NONE)
		return err;
	*ret_number = number;
	bytes_put_le32(named, number);
	return db_put(txn->txn, INDEX_LOG_IDS,
	    (struct bytes){ .data = log->log_id, .len = LOG_ID_LEN },
	    (struct bytes){ .data = named, .len = 4 }, DB_NEW);
}

/* ---- rows ---- */

static void
row_pack(const struct index_row *row, uint8_t out[ROW_LEN])
{
	uint8_t *at = out;

	bytes_put_le32(at, row->log);
	bytes_put_le64(at + 4, row->n);
	bytes_put_le64(at + 12, row->arrival);
	bytes_put_le64(at + 20, row->shown);
	bytes_put_le64(at + 28, row->time_ms);
	bytes_put_le32(at + 36, row->kind);
	bytes_put_le32(at + 40, row->topic);
	bytes_put_le32(at + 44, row->major);
	bytes_put_le32(at + 48, row->minor);
	bytes_put_le32(at + 52, row->sectors);
	at += FIXED_LEN;
	at[0] = (uint8_t)row->state;
	at[1] = (uint8_t)((row->has_record ? HAS_RECORD : 0) |
	    (row->has_commit ? HAS_COMMIT : 0) |
	    (row->has_external ? HAS_EXTERNAL : 0) |
	    (row->transcribed ? TRANSCRIBED : 0));
	memcpy(at + 2, row->country, 2);
	at += 4;
	memcpy(at, row->record, RECORD_LEN);
	memcpy(at + RECORD_LEN, row->commit, INDEX_HASH_LEN);
	memcpy(at + RECORD_LEN + INDEX_HASH_LEN, row->external, INDEX_HASH_LEN);
}

static enum err
row_unpack(uint32_t doc, struct bytes val, struct index_row *row)
{
	const uint8_t *at = val.data;

	if (val.len != ROW_LEN || at[FIXED_LEN] > INDEX_RESTRICTED)
		return ERR_DAMAGED;
	memset(row, 0, sizeof(*row));
	row->doc = doc;
	row->log = bytes_get_le32(at);
	row->n = bytes_get_le64(at + 4);
	row->arrival = bytes_get_le64(at + 12);
	row->shown = bytes_get_le64(at + 20);
	row->time_ms = bytes_get_le64(at + 28);
	row->kind = bytes_get_le32(at + 36);
	row->topic = bytes_get_le32(at + 40);
	row->major = bytes_get_le32(at + 44);
	row->minor = bytes_get_le32(at + 48);
	row->sectors = bytes_get_le32(at + 52);
	at += FIXED_LEN;
	row->state = (enum index_state)at[0];
	row->has_record = (at[1] & HAS_RECORD) != 0;
	row->has_commit = (at[1] & HAS_COMMIT) != 0;
	row->has_external = (at[1] & HAS_EXTERNAL) != 0;
	row->transcribed = (at[1] & TRANSCRIBED) != 0;
	memcpy(row->country, at + 2, 2);
	at += 4;
	memcpy(row->record, at, RECORD_LEN);
	memcpy(row->commit, at + RECORD_LEN, INDEX_HASH_LEN);
	memcpy(row->external, at + RECORD_LEN + INDEX_HASH_LEN, INDEX_HASH_LEN);
	return ERR_NONE;
}

enum err
index_row_put(struct index_txn *txn, const struct index_row *row)
{
	uint8_t key[4];
	uint8_t val[ROW_LEN];

	row_pack(row, val);
	return db_put(txn->txn, INDEX_ROWS, index_number_key(row->doc, key),
	    (struct bytes){ .data = val, .len = sizeof(val) }, DB_REPLACE);
}

enum err
index_row(struct index_txn *txn, uint32_t doc, struct index_row *ret_row)
{
	uint8_t key[4];
	struct bytes val;
	enum err err;

	err = db_get(txn->txn, INDEX_ROWS, index_number_key(doc, key), &val);
	if (err != ERR_NONE)
		return err;
	return row_unpack(doc, val, ret_row);
}

/* Where the number of an entry's row stands. */
static struct bytes
entry_key(uint32_t log, uint64_t n, uint8_t buf[12])
{
	index_put_be32(buf, log);
	bytes_put_be64(buf + 4, n);
	return (struct bytes){ .data = buf, .len = 12 };
}

enum err
index_row_add(
    struct index_txn *txn, uint32_t log, uint64_t n, uint32_t *ret_doc)
{
	uint8_t key[12];
	uint8_t doc[4];

	*ret_doc = ++txn->progress.docs;
	bytes_put_le32(doc, *ret_doc);
	return db_put(txn->txn, INDEX_ENTRIES, entry_key(log, n, key),
	    (struct bytes){ .data = doc, .len = 4 }, DB_NEW);
}

enum err
index_row_at(struct index_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, struct index_row *ret_row)
{
	uint8_t key[12];
	struct bytes val;
	uint32_t log;
	enum err err;

	if ((err = index_log_number(txn, log_id, &log)) != ERR_NONE)
		return err;
	err = db_get(txn->txn, INDEX_ENTRIES, entry_key(log, n, key), &val);
	if (err != ERR_NONE)
		return err;
	if (val.len != 4)
		return ERR_DAMAGED;
	return index_row(txn, bytes_get_le32(val.data), ret_row);
}

enum err
index_each_row(struct index_txn *txn,
    enum err (*each)(void *context, const struct index_row *row), void *context)
{
	struct db_cursor *cursor;
	struct index_row row;
	struct bytes key;
	struct bytes val;
	enum err err;

	if ((err = db_cursor_open(txn->txn, INDEX_ROWS, &cursor)) != ERR_NONE)
		return err;
	while ((err = db_cursor_next(cursor, &key, &val)) == ERR_NONE) {
		if (key.len != 4) {
			err = ERR_DAMAGED;
			break;
		}
		err = row_unpack(bytes_get_be32(key.data), val, &row);
		if (err == ERR_NONE)
			err = each(context, &row);
		if (err != ERR_NONE)
			break;
	}
	db_cursor_close(cursor);
	return err == ERR_NOENT ? ERR_NONE : err;
}
