#include "daemon/store.h"

#include <string.h>

#include "daemon/store_txn.h"

#define KEY_ROOM DB_KEY_MAX

/* ---- every table, in order ---- */

/* One byte of each page, so that what cannot be read is noticed here. */
#define STRIDE 4096

static uint8_t
touch(struct bytes val)
{
	uint8_t all = 0;
	size_t i;

	for (i = 0; i < val.len; i += STRIDE)
		all ^= val.data[i];
	return all;
}

/* Is ${key} greater than the ${len} bytes at ${before}? */
static bool
is_after(struct bytes key, const uint8_t *before, size_t len)
{
	size_t least = key.len < len ? key.len : len;
	int order = memcmp(key.data, before, least);

	return order > 0 || (order == 0 && key.len > len);
}

/* Is a row where it is looked for?  The upper pages may be of another moment. */
static bool
is_found(struct store_txn *txn, enum store_table table, struct bytes key,
    struct bytes val)
{
	struct bytes found;

	return db_get(txn->db, table, key, &found) == ERR_NONE &&
	    found.data == val.data && found.len == val.len;
}

/* Keys rise, each is found, and there are as many as the table says. */
static enum err
check_table(struct store_txn *txn, enum store_table table, uint64_t *ret_count)
{
	struct db_cursor *cursor = NULL;
	uint8_t before[KEY_ROOM];
	volatile uint8_t seen = 0;
	size_t len = 0;
	uint64_t count = 0;
	struct bytes key;
	struct bytes val;
	enum err err;

	if ((err = db_cursor_open(txn->db, table, &cursor)) != ERR_NONE)
		return err;
	while ((err = db_cursor_next(cursor, &key, &val)) == ERR_NONE) {
		if (key.len < 1 || key.len > sizeof(before) ||
		    (count > 0 && !is_after(key, before, len)) ||
		    !is_found(txn, table, key, val)) {
			err = ERR_DAMAGED;
			break;
		}
		memcpy(before, key.data, key.len);
		len = key.len;
		seen = (uint8_t)(seen ^ touch(val));
		count++;
	}
	db_cursor_close(cursor);
	if (err == ERR_NOENT)
		err = count == db_count(txn->db, table) ? ERR_NONE :
							  ERR_DAMAGED;
	*ret_count = count;
	return err;
}

static enum err
check_tables(struct store_txn *txn, uint64_t counts[STORE_NTABLES])
{
	unsigned table;
	enum err err = ERR_NONE;

	for (table = 0; table < STORE_NTABLES && err == ERR_NONE; table++)
		err = check_table(txn, (enum store_table)table, &counts[table]);
	return err;
}

/* ---- logs ---- */

/* Fold the stored branch of a log, and compare it with every row and its HEAD. */
static enum err
check_log(struct store_txn *txn, const struct store_log *log)
{
	struct store_stored stored;
	struct log_head head;
	uint8_t log_id[LOG_ID_LEN];
	struct log_tip tip;
	uint64_t n;

	log_begin(log->key, log->inc, log_id, &tip);
	if (memcmp(log_id, log->log_id, LOG_ID_LEN) != 0)
		return ERR_DAMAGED;
	for (n = 1; n <= log->tip.n; n++) {
		if (store_stored(txn, log_id, 0, n, &stored) != ERR_NONE ||
		    log_step(&tip, stored.header.data, stored.header.len) !=
			ERR_NONE ||
		    memcmp(tip.c, stored.c, HASH_LEN) != 0)
			return ERR_DAMAGED;
	}
	log_head_parse(log->head, &head);
	if (memcmp(tip.c, log->tip.c, HASH_LEN) != 0 || head.n != log->tip.n ||
	    memcmp(head.c, log->tip.c, HASH_LEN) != 0 ||
	    memcmp(head.log_id, log_id, LOG_ID_LEN) != 0 ||
	    log_head_verify(log->key, log->head) != ERR_NONE)
		return ERR_DAMAGED;
	return ERR_NONE;
}

static enum err
check_logs(struct store_txn *txn, uint64_t *ret_logs, uint64_t *ret_entries)
{
	uint8_t after[LOG_ID_LEN];
	struct store_log log;
	enum err err;

	*ret_logs = *ret_entries = 0;
	err = store_log_next(txn, NULL, &log);
	while (err == ERR_NONE) {
		if ((err = check_log(txn, &log)) != ERR_NONE)
			return err;
		*ret_logs += 1;
		*ret_entries += log.tip.n;
		memcpy(after, log.log_id, LOG_ID_LEN);
		err = store_log_next(txn, after, &log);
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Every arrival tells of an entry, or who follows them would stop there. */
static enum err
check_arrivals(struct store_txn *txn)
{
	struct store_entry entry;
	uint64_t after = 0;
	enum err err;

	while ((err = store_arrival_next(txn, after, &entry)) == ERR_NONE)
		after = entry.arrival;
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Every entry that waits can be read, or no start would get beyond it. */
static enum err
check_waiting(struct store_txn *txn)
{
	struct bytes header;
	uint64_t ticket = 0;
	size_t bytes;
	enum err err;

	do
		err = store_outbox_next(txn, ticket, &ticket, &header, &bytes);
	while (err == ERR_NONE);
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
store_check(struct store_txn *txn)
{
	const struct store_state *state = &txn->state;
	uint64_t counts[STORE_NTABLES];
	uint64_t entries;
	uint64_t logs;
	enum err err;

	if ((err = db_audit(txn->store->db)) != ERR_NONE ||
	    (err = check_tables(txn, counts)) != ERR_NONE ||
	    (err = check_logs(txn, &logs, &entries)) != ERR_NONE ||
	    (err = check_arrivals(txn)) != ERR_NONE ||
	    (err = check_waiting(txn)) != ERR_NONE)
		return err;
	if (logs != state->logs || entries != state->entries ||
	    counts[STORE_LOGS] != logs ||
	    counts[STORE_ARRIVAL] != state->arrival ||
	    counts[STORE_OUTBOX] != state->waiting ||
	    counts[STORE_ABSENT] != state->absent ||
	    counts[STORE_ERASED] != state->erased)
		return ERR_DAMAGED;
	return ERR_NONE;
}
