#include "daemon/index.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "proto/body.h"
#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/record.h"
#include "proto/sealed.h"
#include "proto/vocab.h"
#include "daemon/db.h"
#include "daemon/facts.h"
#include "daemon/lexicon.h"
#include "daemon/search.h"
#include "daemon/store.h"
#include "daemon/tokens.h"

#define MAP_BYTES ((size_t)16 << 30)
#define FORMAT    7       /* of the rows; another one is built anew */
#define PAIRS     1000000 /* of document and term: so many are written together */
#define CONCEPTS  64      /* taken from one text */
#define KEPT      4       /* searches that were left, for the next questions */

/* A file of so many bytes, of which more than one in so many is free, is loose. */
#define LOOSE_BYTES (UINT64_C(1) << 20)
#define LOOSE_SHARE 3

enum table {
	META,    /* "state" -> how far the store was followed */
	LOGS,    /* number of log -> log id, key, claimed org */
	LOG_IDS, /* log id -> number of log */
	ROWS,    /* doc -> row */
	ENTRIES, /* number of log, n -> doc */
	SHOWN,   /* arrival, doc -> nothing */
	COMMITS, /* key, commitment -> doc that was shown with it */
	REFS,    /* record, doc, org -> nothing */
	PARENTS, /* doc -> record, org: the trial it is about */
	ORGS,    /* doc -> organisations that a transcribed entry names */
	SEALED,  /* group, doc -> nothing */
	SEARCH,  /* search.h; and the next one */
	SEARCH_END = SEARCH + SEARCH_TABLES - 1,
	NTABLES
};

static const char *const table_names[NTABLES] = { "meta", "logs", "log_ids",
	"rows", "entries", "shown", "commits", "refs", "parents", "orgs",
	"sealed", "search_parts", "search_terms" };

/* How far the index has followed the store. */
struct state {
	uint8_t epoch[STORE_EPOCH_LEN];
	uint64_t arrival;
	uint8_t c[HASH_LEN]; /* of the entry that arrived then */
	uint32_t docs;
	uint32_t logs;
	uint8_t stamp[LEXICON_STAMP];
	bool erased; /* words of erased texts may stand in free pages */
};

struct index {
	struct db *db; /* NULL if it could not be opened again */
	struct db_options options;
	char *path;
	pthread_rwlock_t lock; /* held by every transaction */
	const struct lexicon *lexicon;
	const struct sealed_ring *ring;
	struct search_batch *batch;          /* of the one who writes */
	_Atomic(struct search *) kept[KEPT]; /* of this db; NULL = none */
};

struct index_txn {
	struct db_txn *txn;
	struct state state;
	struct index *index;
	struct search *search; /* NULL until it is asked for */
	bool write;
};

/* ---- rows as bytes ---- */

#define STATE_LEN \
	(4 + STORE_EPOCH_LEN + 8 + HASH_LEN + 4 + 4 + LEXICON_STAMP + 1)
#define LOG_LEN   (LOG_ID_LEN + KEY_LEN)
#define FIXED_LEN (4 + 4 * 8 + 5 * 4) /* the numbers of a row */
#define ROW_LEN   (FIXED_LEN + 4 + RECORD_LEN + 2 * INDEX_HASH_LEN)

/* Bits of a row's flags. */
#define HAS_RECORD   1U
#define HAS_COMMIT   2U
#define HAS_EXTERNAL 4U
#define TRANSCRIBED  8U

static void
put_be32(uint8_t *out, uint32_t value)
{
	uint8_t wide[8];

	bytes_put_be64(wide, value);
	memcpy(out, wide + 4, 4);
}

/* A number as key; ${buf} has room for it. */
static struct bytes
number_key(uint32_t number, uint8_t buf[4])
{
	put_be32(buf, number);
	return (struct bytes){ .data = buf, .len = 4 };
}

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

static enum err
row_put(struct index_txn *txn, const struct index_row *row)
{
	uint8_t key[4];
	uint8_t val[ROW_LEN];

	row_pack(row, val);
	return db_put(txn->txn, ROWS, number_key(row->doc, key),
	    (struct bytes){ .data = val, .len = sizeof(val) }, DB_REPLACE);
}

/* ---- the state row ---- */

static const struct bytes state_key = { (const uint8_t *)"state", 5 };

/* Read the state; all zero if the index is empty or of another format. */
static enum err
state_get(struct db_txn *txn, struct state *ret_state)
{
	struct bytes val;
	const uint8_t *at;
	enum err err;

	memset(ret_state, 0, sizeof(*ret_state));
	err = db_get(txn, META, state_key, &val);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if (val.len != STATE_LEN || bytes_get_le32(val.data) != FORMAT)
		return ERR_NONE;
	at = val.data + 4;
	memcpy(ret_state->epoch, at, STORE_EPOCH_LEN);
	at += STORE_EPOCH_LEN;
	ret_state->arrival = bytes_get_le64(at);
	memcpy(ret_state->c, at + 8, HASH_LEN);
	at += 8 + HASH_LEN;
	ret_state->docs = bytes_get_le32(at);
	ret_state->logs = bytes_get_le32(at + 4);
	memcpy(ret_state->stamp, at + 8, LEXICON_STAMP);
	ret_state->erased = at[8 + LEXICON_STAMP] != 0;
	return ERR_NONE;
}

static enum err
state_put(struct db_txn *txn, const struct state *state)
{
	uint8_t val[STATE_LEN];
	uint8_t *at = val + 4;

	bytes_put_le32(val, FORMAT);
	memcpy(at, state->epoch, STORE_EPOCH_LEN);
	at += STORE_EPOCH_LEN;
	bytes_put_le64(at, state->arrival);
	memcpy(at + 8, state->c, HASH_LEN);
	at += 8 + HASH_LEN;
	bytes_put_le32(at, state->docs);
	bytes_put_le32(at + 4, state->logs);
	memcpy(at + 8, state->stamp, LEXICON_STAMP);
	at[8 + LEXICON_STAMP] = state->erased;
	return db_put(txn, META, state_key,
	    (struct bytes){ .data = val, .len = sizeof(val) }, DB_REPLACE);
}

/* ---- opening, matching ---- */

/* Remove the file and its lock. */
static void
throw_away(const char *path)
{
	char lock[4096];

	(void)unlink(path);
	if (snprintf(lock, sizeof(lock), "%s-lock", path) < (int)sizeof(lock))
		(void)unlink(lock);
}

/* Whether the rows are of another format, as those of an older erfad are. */
static bool
is_foreign(struct db *db)
{
	struct db_txn *txn;
	struct bytes val;
	bool foreign;

	if (db_begin(db, false, &txn) != ERR_NONE)
		return false;
	foreign = db_get(txn, META, state_key, &val) == ERR_NONE &&
	    (val.len < 4 || bytes_get_le32(val.data) != FORMAT);
	db_abort(&txn);
	return foreign;
}

/* Overwrite a file and remove it, so that nothing of it can be read again. */
static void
wipe(const char *path)
{
	static const uint8_t zeros[65536];
	struct stat st;
	off_t at = 0;
	ssize_t wrote = 1;
	int fd;

	if ((fd = open(path, O_WRONLY | O_CLOEXEC)) < 0)
		return;
	if (fstat(fd, &st) == 0)
		for (; at < st.st_size && wrote > 0; at += wrote)
			wrote = pwrite(fd, zeros,
			    st.st_size - at < (off_t)sizeof(zeros) ?
				(size_t)(st.st_size - at) :
				sizeof(zeros),
			    at);
	(void)fsync(fd);
	(void)close(fd);
	(void)unlink(path);
}

/* The names of the files beside the index while it is compacted. */
static bool
beside(const struct index *index, const char *tail, char out[4096])
{
	int len = snprintf(out, 4096, "%s%s", index->path, tail);

	return len > 0 && len < 4096;
}

/* Finish what a crash has left of a compaction. */
static void
clean_up(const struct index *index)
{
	char path[4096];

	if (beside(index, "-new", path))
		(void)unlink(path);
	if (beside(index, "-old", path))
		wipe(path);
}

/* Take a search that was left; NULL if there is none. */
static struct search *
take_search(struct index *index)
{
	struct search *search = NULL;
	size_t i;

	for (i = 0; i < KEPT && search == NULL; i++)
		search = atomic_exchange(&index->kept[i], NULL);
	return search;
}

/* Leave a search for the next question, if there is a place for it. */
static void
leave_search(struct index *index, struct search *search)
{
	struct search *none = NULL;
	size_t i;

	if (search == NULL)
		return;
	search_leave(search);
	for (i = 0; i < KEPT; i++, none = NULL)
		if (atomic_compare_exchange_strong(
			&index->kept[i], &none, search))
			return;
	search_close(search);
}

static void
close_file(struct index *index)
{
	struct search *search;

	while ((search = take_search(index)) != NULL)
		search_close(search);
	db_close(index->db);
	index->db = NULL;
}

/* Open the file, making it anew if it cannot be used. */
static enum err
open_file(struct index *index)
{
	enum err err = db_open(&index->options, &index->db);

	if (err == ERR_NONE && is_foreign(index->db)) {
		close_file(index);
		err = ERR_VERSION;
	}
	if (err == ERR_DAMAGED || err == ERR_VERSION) {
		throw_away(index->path);
		err = db_open(&index->options, &index->db);
	}
	return err;
}

enum err
index_open(const struct index_options *options, struct index **ret_index)
{
	struct index *index;
	enum err err = ERR_NOMEM;

	if ((index = calloc(1, sizeof(*index))) == NULL)
		return ERR_NOMEM;
	(void)pthread_rwlock_init(&index->lock, NULL);
	index->lexicon = options->lexicon;
	index->ring = options->ring;
	if ((index->path = strdup(options->path)) == NULL)
		goto fail;
	index->options = (struct db_options){
		.path = index->path,
		.map_bytes = options->map_bytes > 0 ? options->map_bytes :
						      MAP_BYTES,
		.tables = table_names,
		.ntables = NTABLES,
	};
	if ((err = search_batch_new(&index->batch)) != ERR_NONE)
		goto fail;
	clean_up(index);
	if ((err = open_file(index)) != ERR_NONE)
		goto fail;
	*ret_index = index;
	return ERR_NONE;

fail:
	index_close(index);
	return err;
}

void
index_close(struct index *index)
{
	if (index == NULL)
		return;
	close_file(index);
	search_batch_free(index->batch);
	free(index->path);
	(void)pthread_rwlock_destroy(&index->lock);
	free(index);
}

enum err
index_rebuild(struct index *index, struct store *store)
{
	struct state state = { .arrival = 0 };
	struct db_txn *txn;
	unsigned table;
	enum err err;

	store_epoch(store, state.epoch);
	lexicon_stamp(index->lexicon, state.stamp);
	if (index->db == NULL)
		return ERR_IO;
	if ((err = db_begin(index->db, true, &txn)) != ERR_NONE)
		return err;
	for (table = 0; table < NTABLES && err == ERR_NONE; table++)
		err = db_clear(txn, table);
	if (err == ERR_NONE)
		err = state_put(txn, &state);
	if (err != ERR_NONE) {
		db_abort(&txn);
		return err;
	}
	return db_commit(&txn);
}

/* Whether the entry that ${state} names stands in the store at its place. */
static enum err
state_fits(const struct state *state, struct store_txn *txn, bool *ret_fits)
{
	struct store_entry entry;
	enum err err;

	*ret_fits = state->arrival == 0;
	if (*ret_fits)
		return ERR_NONE;
	err = store_arrival_next(txn, state->arrival - 1, &entry);
	if (err == ERR_NONE)
		*ret_fits = entry.arrival == state->arrival &&
		    memcmp(entry.c, state->c, HASH_LEN) == 0;
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
index_match(struct index *index, struct store *store, bool *ret_rebuild)
{
	uint8_t epoch[STORE_EPOCH_LEN];
	uint8_t stamp[LEXICON_STAMP];
	struct store_txn *store_txn = NULL;
	struct db_txn *txn = NULL;
	struct state state;
	bool fits = false;
	enum err err;

	store_epoch(store, epoch);
	lexicon_stamp(index->lexicon, stamp);
	if (index->db == NULL)
		return ERR_IO;
	if ((err = db_begin(index->db, false, &txn)) != ERR_NONE)
		return err;
	err = state_get(txn, &state);
	db_abort(&txn);
	if (err == ERR_NONE && memcmp(state.epoch, epoch, sizeof(epoch)) == 0 &&
	    memcmp(state.stamp, stamp, sizeof(stamp)) == 0) {
		if ((err = store_begin(store, false, &store_txn)) != ERR_NONE)
			return err;
		err = state_fits(&state, store_txn, &fits);
		store_abort(&store_txn);
		if (err != ERR_NONE)
			return err;
	}
	if (!fits && (err = index_rebuild(index, store)) != ERR_NONE)
		return err;
	*ret_rebuild = !fits;
	return ERR_NONE;
}

/* ---- transactions ---- */

static void
txn_free(struct index_txn **txn_p)
{
	(void)pthread_rwlock_unlock(&(*txn_p)->index->lock);
	free(*txn_p);
	*txn_p = NULL;
}

enum err
index_begin(struct index *index, bool write, struct index_txn **ret_txn)
{
	struct index_txn *txn;
	enum err err;

	if ((txn = calloc(1, sizeof(*txn))) == NULL)
		return ERR_NOMEM;
	txn->write = write;
	txn->index = index;
	(void)pthread_rwlock_rdlock(&index->lock);
	err = index->db == NULL ? ERR_IO :
				  db_begin(index->db, write, &txn->txn);
	if (err == ERR_NONE)
		err = state_get(txn->txn, &txn->state);
	if (err != ERR_NONE) {
		index_abort(&txn);
		return err;
	}
	*ret_txn = txn;
	return ERR_NONE;
}

enum err
index_commit(struct index_txn **txn_p)
{
	struct index_txn *txn = *txn_p;
	enum err err;

	search_close(txn->search);
	err = search_batch_write(txn->index->batch, txn->txn, SEARCH);
	if (err == ERR_NONE)
		err = state_put(txn->txn, &txn->state);
	if (err == ERR_NONE)
		err = db_commit(&txn->txn);
	else
		db_abort(&txn->txn);
	search_batch_clear(txn->index->batch);
	txn_free(txn_p);
	return err;
}

void
index_abort(struct index_txn **txn_p)
{
	if (*txn_p == NULL)
		return;
	leave_search((*txn_p)->index, (*txn_p)->search);
	if ((*txn_p)->write)
		search_batch_clear((*txn_p)->index->batch);
	db_abort(&(*txn_p)->txn);
	txn_free(txn_p);
}

uint64_t
index_arrival(const struct index_txn *txn)
{
	return txn->state.arrival;
}

uint32_t
index_docs(const struct index_txn *txn)
{
	return txn->state.docs;
}

uint32_t
index_logs(const struct index_txn *txn)
{
	return txn->state.logs;
}

/* ---- reading ---- */

enum err
index_log(struct index_txn *txn, uint32_t number, struct index_log *ret_log)
{
	uint8_t key[4];
	struct bytes val;
	enum err err;

	err = db_get(txn->txn, LOGS, number_key(number, key), &val);
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

/* The number of a log; ERR_NOENT if it has none yet. */
static enum err
log_number(struct index_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint32_t *ret_number)
{
	struct bytes val;
	enum err err;

	err = db_get(txn->txn, LOG_IDS,
	    (struct bytes){ .data = log_id, .len = LOG_ID_LEN }, &val);
	if (err != ERR_NONE)
		return err;
	if (val.len != 4)
		return ERR_DAMAGED;
	*ret_number = bytes_get_le32(val.data);
	return ERR_NONE;
}

enum err
index_row(struct index_txn *txn, uint32_t doc, struct index_row *ret_row)
{
	uint8_t key[4];
	struct bytes val;
	enum err err;

	err = db_get(txn->txn, ROWS, number_key(doc, key), &val);
	if (err != ERR_NONE)
		return err;
	return row_unpack(doc, val, ret_row);
}

/* Where the number of an entry's row stands. */
static struct bytes
entry_key(uint32_t log, uint64_t n, uint8_t buf[12])
{
	put_be32(buf, log);
	bytes_put_be64(buf + 4, n);
	return (struct bytes){ .data = buf, .len = 12 };
}

enum err
index_row_at(struct index_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, struct index_row *ret_row)
{
	uint8_t key[12];
	struct bytes val;
	uint32_t log;
	enum err err;

	if ((err = log_number(txn, log_id, &log)) != ERR_NONE)
		return err;
	err = db_get(txn->txn, ENTRIES, entry_key(log, n, key), &val);
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

	if ((err = db_cursor_open(txn->txn, ROWS, &cursor)) != ERR_NONE)
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

enum err
index_shown_next(
    struct index_txn *txn, uint64_t after, struct index_row *ret_row)
{
	uint8_t want[8];
	struct bytes key;
	struct bytes val;
	enum err err;

	if (after == UINT64_MAX)
		return ERR_NOENT;
	bytes_put_be64(want, after + 1);
	err = db_seek(txn->txn, SHOWN,
	    (struct bytes){ .data = want, .len = sizeof(want) }, &key, &val);
	if (err != ERR_NONE)
		return err;
	if (val.len != 4)
		return ERR_DAMAGED;
	return index_row(txn, bytes_get_le32(val.data), ret_row);
}

enum err
index_each_ref(struct index_txn *txn, const uint8_t record[RECORD_LEN],
    enum err (*each)(void *context, uint32_t doc, const char *org),
    void *context)
{
	const struct bytes want = { .data = record, .len = RECORD_LEN };
	struct db_cursor *cursor;
	struct bytes key;
	struct bytes val;
	char org[ORG_MAX + 1];
	enum err err;

	if ((err = db_cursor_open(txn->txn, REFS, &cursor)) != ERR_NONE)
		return err;
	for (err = db_cursor_seek(cursor, want, &key, &val); err == ERR_NONE;
	     err = db_cursor_next(cursor, &key, &val)) {
		if (key.len < RECORD_LEN + 4 ||
		    key.len > RECORD_LEN + 4 + ORG_MAX ||
		    memcmp(key.data, record, RECORD_LEN) != 0)
			break;
		memcpy(
		    org, key.data + RECORD_LEN + 4, key.len - RECORD_LEN - 4);
		org[key.len - RECORD_LEN - 4] = '\0';
		err = each(context, bytes_get_be32(key.data + RECORD_LEN), org);
		if (err != ERR_NONE)
			break;
	}
	db_cursor_close(cursor);
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
index_each_sealed(struct index_txn *txn, uint64_t group,
    enum err (*each)(void *context, uint64_t group, uint32_t doc),
    void *context)
{
	uint8_t from[8];
	const struct bytes want = { .data = from, .len = sizeof(from) };
	struct db_cursor *cursor;
	struct bytes key;
	struct bytes val;
	uint64_t at;
	enum err err;

	bytes_put_be64(from, group);
	if ((err = db_cursor_open(txn->txn, SEALED, &cursor)) != ERR_NONE)
		return err;
	for (err = db_cursor_seek(cursor, want, &key, &val); err == ERR_NONE;
	     err = db_cursor_next(cursor, &key, &val)) {
		if (key.len != 12) {
			err = ERR_DAMAGED;
			break;
		}
		at = bytes_get_be64(key.data);
		if (group != 0 && at != group)
			break;
		err = each(context, at, bytes_get_be32(key.data + 8));
		if (err != ERR_NONE)
			break;
	}
	db_cursor_close(cursor);
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
index_search(struct index_txn *txn, struct search **ret_search)
{
	struct search *search = txn->search;
	enum err err;

	if (search == NULL && (search = take_search(txn->index)) != NULL) {
		if ((err = search_renew(search, txn->txn)) != ERR_NONE) {
			search_close(search);
			return err;
		}
	} else if (search == NULL) {
		err = search_open(txn->txn, SEARCH, &search);
		if (err != ERR_NONE)
			return err;
	}
	txn->search = search;
	*ret_search = search;
	return ERR_NONE;
}

enum err
index_parent(struct index_txn *txn, uint32_t doc, char ret_org[ORG_MAX + 1],
    uint8_t ret_record[RECORD_LEN])
{
	uint8_t key[4];
	struct bytes val;
	enum err err;

	err = db_get(txn->txn, PARENTS, number_key(doc, key), &val);
	if (err != ERR_NONE)
		return err;
	if (val.len < RECORD_LEN || val.len > RECORD_LEN + ORG_MAX)
		return ERR_DAMAGED;
	memcpy(ret_record, val.data, RECORD_LEN);
	memcpy(ret_org, val.data + RECORD_LEN, val.len - RECORD_LEN);
	ret_org[val.len - RECORD_LEN] = '\0';
	return ERR_NONE;
}

enum err
index_orgs(struct index_txn *txn, uint32_t doc, struct bytes *ret_orgs)
{
	uint8_t key[4];
	struct bytes val;
	enum err err;

	err = db_get(txn->txn, ORGS, number_key(doc, key), &val);
	if (err != ERR_NONE)
		return err;
	if (val.len == 0 || val.data[val.len - 1] != '\0')
		return ERR_DAMAGED;
	*ret_orgs = val;
	return ERR_NONE;
}

void
index_facet(const char *facet, char out[INDEX_FACET_MAX + 1])
{
	uint64_t hash = 0xcbf29ce484222325U;
	size_t len = strlen(facet);
	size_t i;

	if (len <= INDEX_FACET_MAX - 1) {
		memcpy(out, facet, len + 1);
		return;
	}
	for (i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)facet[i]) * 0x100000001b3U;
	(void)snprintf(out, INDEX_FACET_MAX + 1, "%.40s#%016llx", facet,
	    (unsigned long long)hash);
}

enum err
index_tend(struct index *index, bool *ret_done)
{
	struct db_txn *old = NULL;
	struct db_txn *txn = NULL;
	enum err err;

	*ret_done = false;
	(void)pthread_rwlock_rdlock(&index->lock);
	err = index->db == NULL ? ERR_IO : db_begin(index->db, false, &old);
	if (err == ERR_NONE &&
	    (err = db_begin(index->db, true, &txn)) == ERR_NONE)
		err = search_tend(old, txn, SEARCH, ret_done);
	db_abort(&old);
	if (err == ERR_NONE && *ret_done)
		err = db_commit(&txn);
	db_abort(&txn);
	(void)pthread_rwlock_unlock(&index->lock);
	return err;
}

/* Read the state, or write that nothing erased is left. */
static enum err
note_compact(struct index *index, bool *ret_erased)
{
	struct db_txn *txn;
	struct state state;
	enum err err;

	if ((err = db_begin(index->db, ret_erased == NULL, &txn)) != ERR_NONE)
		return err;
	err = state_get(txn, &state);
	if (ret_erased != NULL) {
		*ret_erased = err == ERR_NONE && state.erased;
		db_abort(&txn);
		return err;
	}
	state.erased = false;
	if (err == ERR_NONE)
		err = state_put(txn, &state);
	if (err == ERR_NONE)
		return db_commit(&txn);
	db_abort(&txn);
	return err;
}

/*
 * Whether so much of the file is free that it is worth writing anew, and the disk
 * has room for that.
 */
static bool
is_loose(const struct index *index)
{
	struct statvfs disk;
	uint64_t used;
	uint64_t most;
	uint64_t spare;

	db_usage(index->db, &used, &most);
	return used >= LOOSE_BYTES && db_spare(index->db, &spare) == ERR_NONE &&
	    spare > used / LOOSE_SHARE && statvfs(index->path, &disk) == 0 &&
	    (uint64_t)disk.f_bavail * disk.f_frsize / 2 > used;
}

/* Words stay known from batch to batch; those of erased texts must not. */
static enum err
forget_words(struct index *index)
{
	struct search_batch *batch;
	enum err err;

	if ((err = search_batch_new(&batch)) != ERR_NONE)
		return err;
	search_batch_free(index->batch);
	index->batch = batch;
	return ERR_NONE;
}

/* Put the new file in the place of the old one, which is removed or wiped. */
static enum err
exchange(struct index *index, const char *path_new, const char *path_old,
    bool erased)
{
	enum err err;

	close_file(index);
	if (rename(index->path, path_old) != 0)
		err = ERR_IO;
	else if (rename(path_new, index->path) != 0)
		err = rename(path_old, index->path) == 0 ? ERR_FULL : ERR_IO;
	else
		err = ERR_NONE;
	if (open_file(index) != ERR_NONE)
		return ERR_IO;
	if (err == ERR_NONE && erased) {
		wipe(path_old);
		if ((err = forget_words(index)) == ERR_NONE)
			err = note_compact(index, NULL);
	} else if (err == ERR_NONE) {
		(void)unlink(path_old);
	}
	return err;
}

enum err
index_compact(struct index *index, bool *ret_done)
{
	char path_new[4096];
	char path_old[4096];
	bool erased = false;
	bool due = false;
	enum err err;

	*ret_done = false;
	if (!beside(index, "-new", path_new) ||
	    !beside(index, "-old", path_old))
		return ERR_IO;

	/* Readers are held up only while the files change places. */
	(void)pthread_rwlock_rdlock(&index->lock);
	err = index->db == NULL ? ERR_IO : note_compact(index, &erased);
	if (err == ERR_NONE && (erased || is_loose(index))) {
		due = true;
		(void)unlink(path_new);
		err = db_copy(index->db, path_new);
	}
	(void)pthread_rwlock_unlock(&index->lock);
	if (!due)
		return err;
	(void)pthread_rwlock_wrlock(&index->lock);
	if (err == ERR_NONE && index->db != NULL)
		err = exchange(index, path_new, path_old, erased);
	else
		(void)unlink(path_new);
	*ret_done = err == ERR_NONE;
	(void)pthread_rwlock_unlock(&index->lock);
	return err;
}

/* ---- taking in ---- */

/* An entry while it is taken in. */
struct intake {
	struct index_txn *txn;
	struct store_txn *store_txn;
	const struct store_entry *entry;
	struct header header;
	struct index_log log;
	struct index_row row;
	enum index_state before;        /* of a row that was there; else BARE */
	uint8_t commit[INDEX_HASH_LEN]; /* likewise */
	bool known;
};

/* Note that ${doc} names a record. */
static enum err
ref_put(struct intake *in, const char *org, const uint8_t record[RECORD_LEN])
{
	uint8_t key[RECORD_LEN + 4 + ORG_MAX];
	size_t len = strnlen(org, ORG_MAX);
	enum err err;

	memcpy(key, record, RECORD_LEN);
	put_be32(key + RECORD_LEN, in->row.doc);
	memcpy(key + RECORD_LEN + 4, org, len);
	err = db_put(in->txn->txn, REFS,
	    (struct bytes){ .data = key, .len = RECORD_LEN + 4 + len },
	    (struct bytes){ .data = NULL, .len = 0 }, DB_NEW);
	return err == ERR_EXIST ? ERR_NONE : err;
}

/* Whether an item of ABOUT is the record of the entry itself. */
static bool
is_self(const struct intake *in, const struct header_about *about)
{
	return in->header.has_record &&
	    memcmp(about->record, in->header.record, RECORD_LEN) == 0 &&
	    (about->org[0] == '\0' || strcmp(about->org, in->log.claim) == 0);
}

/* Read version and references from the header's ext. */
static enum err
take_about(struct intake *in)
{
	struct header_about about[HEADER_ABOUT_MAX];
	size_t count;
	size_t i;
	enum err err;

	if (in->header.kind < HEADER_PROFILE || in->header.kind > HEADER_TERM ||
	    in->header.ext.len == 0 ||
	    header_about_decode(in->header.ext, about, &count) != ERR_NONE)
		return ERR_NONE;
	for (i = 0; i < count; i++) {
		if (is_self(in, &about[i])) {
			in->row.major = about[i].major;
			in->row.minor = about[i].minor;
			continue;
		}
		err = ref_put(in, about[i].org, about[i].record);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* A text of the body in the language of the body. */
struct reading {
	struct search_batch *batch;
	const struct vocab *vocab; /* NULL = words mean nothing */
	enum vocab_lang lang;
	bool is_named; /* programmes and networks are found by their names */
};

static enum search_field
field_of(enum facts_part part)
{
	switch (part) {
	case FACTS_TITLE:
		return SEARCH_TITLE;
	case FACTS_SUMMARY:
		return SEARCH_SUMMARY;
	case FACTS_PROVISION:
		return SEARCH_PROVISION;
	case FACTS_ORG:
		return SEARCH_ORG;
	case FACTS_PROSE:
		break;
	}
	return SEARCH_TEXT;
}

/* Take the concepts that a text names. */
static enum err
take_concepts(
    const struct reading *reading, enum search_field field, const char *text)
{
	struct vocab_match matches[CONCEPTS];
	struct vocab_words *words;
	const char *const *list;
	size_t count;
	size_t i;
	enum err err;

	err = vocab_words_new(text, &words);
	if (err != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	list = vocab_words_list(words, &count);
	count = vocab_match(
	    reading->vocab, list, count, reading->lang, matches, CONCEPTS);
	for (i = 0; i < count && err == ERR_NONE; i++)
		/* "opp" is no partnership, nor are "ble" diapers. */
		if (matches[i].count > 1 ||
		    !tokens_is_common(list[matches[i].first]))
			err = search_batch_term(reading->batch, SEARCH_CONCEPT,
			    field,
			    vocab_id(reading->vocab, matches[i].concept));
	for (i = 0; i < count && reading->is_named && err == ERR_NONE &&
	     field == SEARCH_TITLE;
	     i++)
		err = search_batch_term(reading->batch, SEARCH_NAME, field,
		    vocab_id(reading->vocab, matches[i].concept));
	vocab_words_free(words);
	return err;
}

static enum err
take_text(void *context, enum facts_part part, const char *text)
{
	const struct reading *reading = context;
	enum search_field field = field_of(part);
	enum err err;

	if ((err = search_batch_text(reading->batch, field, text)) != ERR_NONE)
		return err;
	if (reading->is_named && field == SEARCH_TITLE &&
	    (err = search_batch_name(reading->batch, text)) != ERR_NONE)
		return err;
	if (reading->vocab == NULL || field == SEARCH_ORG)
		return ERR_NONE;
	return take_concepts(reading, field, text);
}

static enum err
take_facet(void *context, const char *facet)
{
	const struct reading *reading = context;
	char term[INDEX_FACET_MAX + 1];

	index_facet(facet, term);
	return search_batch_term(
	    reading->batch, SEARCH_FACET, SEARCH_TEXT, term);
}

/* Take texts and facets, so that the entry can be found. */
static enum err
take_texts(struct intake *in, const Erfa__Body *body)
{
	struct index_txn *txn = in->txn;
	const char *code = body->envelope != NULL ? body->envelope->language :
						    NULL;
	struct reading reading = {
		.batch = txn->index->batch,
		.vocab = lexicon_concepts(txn->index->lexicon),
		.lang = VOCAB_ANY,
		.is_named = in->header.kind == HEADER_PROGRAMME ||
		    in->header.kind == HEADER_NETWORK,
	};
	enum err err;

	if (code != NULL && vocab_lang_of(code, &reading.lang) != ERR_NONE)
		reading.lang = VOCAB_ANY;
	search_batch_begin(reading.batch, in->row.doc, stem_lang(code),
	    (uint8_t)in->header.kind);
	if ((err = facts_texts(body, take_text, &reading)) != ERR_NONE ||
	    (err = facts_facets(body, take_facet, &reading)) != ERR_NONE ||
	    (err = search_batch_end(reading.batch)) != ERR_NONE)
		return err;
	if (search_batch_size(reading.batch) < PAIRS)
		return ERR_NONE;
	return search_batch_write(reading.batch, txn->txn, SEARCH);
}

/* Note which trial the entry is about. */
static enum err
take_parent(struct intake *in, const Erfa__Body *body)
{
	uint8_t val[RECORD_LEN + ORG_MAX];
	uint8_t key[4];
	struct facts_ref ref;
	size_t len;

	if (facts_parent(body, &ref) != ERR_NONE)
		return ERR_NONE;
	len = strnlen(ref.org, ORG_MAX);
	memcpy(val, ref.record, RECORD_LEN);
	memcpy(val + RECORD_LEN, ref.org, len);
	return db_put(in->txn->txn, PARENTS, number_key(in->row.doc, key),
	    (struct bytes){ .data = val, .len = RECORD_LEN + len }, DB_REPLACE);
}

/* Note whose word goes before what the entry has from a source. */
static enum err
take_orgs(struct intake *in, const Erfa__Body *body)
{
	const char *orgs[FACTS_ORGS_MAX];
	size_t count = facts_orgs(body, orgs);
	uint8_t key[4];
	uint8_t *val;
	size_t len = 0;
	size_t i;
	enum err err;

	if (count == 0 || !in->row.transcribed || !in->row.has_external)
		return ERR_NONE;
	if ((val = calloc(count, ORG_MAX + 1)) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++) {
		memcpy(val + len, orgs[i], strlen(orgs[i]));
		len += strlen(orgs[i]) + 1;
	}
	err = db_put(in->txn->txn, ORGS, number_key(in->row.doc, key),
	    (struct bytes){ .data = val, .len = len }, DB_REPLACE);
	free(val);
	return err;
}

/* Take texts and references from the body. */
static enum err
take_body(struct intake *in, const Erfa__Body *body)
{
	struct facts_ref refs[FACTS_REFS_MAX];
	size_t count = facts_refs(body, refs);
	size_t i;
	enum err err;

	for (i = 0; i < count; i++)
		if ((err = ref_put(in, refs[i].org, refs[i].record)) !=
		    ERR_NONE)
			return err;
	if ((err = take_parent(in, body)) != ERR_NONE ||
	    (err = take_orgs(in, body)) != ERR_NONE)
		return err;
	return take_texts(in, body);
}

/* Copy what rows hold of a body. */
static void
take_facts(struct intake *in, const struct facts *facts)
{
	struct index_row *row = &in->row;

	if (row->major == 0 && row->minor == 0) {
		row->major = facts->major;
		row->minor = facts->minor;
	}
	if (facts->sectors != 0)
		row->sectors = facts->sectors;
	row->transcribed = facts->transcribed;
	row->has_external = facts->has_external;
	memcpy(row->country, facts->country, sizeof(row->country));
	memcpy(row->external, facts->external, INDEX_HASH_LEN);
}

/*
 * What a restricted body tells in place of its header: record and version.  Two
 * that one key sealed with the same content are told and shown as one.
 */
static void
take_sealed(struct intake *in, const Erfa__Body *body, const uint8_t *same)
{
	const Erfa__Envelope *envelope = body->envelope;
	char org[ORG_MAX + 1];

	memcpy(in->row.commit, same, INDEX_HASH_LEN);
	if (in->header.kind < HEADER_PROFILE || in->header.kind > HEADER_TERM ||
	    envelope == NULL || envelope->id == NULL)
		return;
	in->row.has_record = record_parse_full(
				 envelope->id, org, in->row.record) == ERR_NONE;
}

/* Decode the body, which is here, and take it in. */
static enum err
decode_body(struct intake *in)
{
	struct store_body stored = { .len = 0 };
	uint8_t same[HASH_LEN];
	Erfa__Body *body = NULL;
	struct facts facts;
	enum err err;

	err = store_body(
	    in->store_txn, in->entry->log_id, in->entry->n, &stored);
	if (err == ERR_NOMEM || err == ERR_IO)
		return err;
	if (err != ERR_NONE) {
		in->row.state = err == ERR_ERASED ? INDEX_ERASED : INDEX_ABSENT;
		return ERR_NONE;
	}
	err = sealed_body(in->txn->index->ring, in->header.group, stored.data,
	    stored.len, &body, same);
	store_body_clear(&stored);
	if (err == ERR_NOMEM)
		return err;
	if (err != ERR_NONE || body_kind(body) != in->header.kind) {
		in->row.state = err == ERR_DENIED ? INDEX_RESTRICTED :
						    INDEX_UNREADABLE;
		body_free(body);
		return ERR_NONE;
	}
	if (in->header.group != 0)
		take_sealed(in, body, same);
	facts_read(body, &facts);
	take_facts(in, &facts);
	err = take_body(in, body);
	body_free(body);
	return err;
}

void
index_tomb(
    const uint8_t log_id[LOG_ID_LEN], uint64_t n, char out[INDEX_TOMB_MAX])
{
	char hex[2 * LOG_ID_LEN + 1];

	bytes_hex(log_id, LOG_ID_LEN, hex);
	(void)snprintf(out, INDEX_TOMB_MAX, "own/erased/%s/%llu", hex,
	    (unsigned long long)n);
}

/* Find out which record an erased restricted entry was a version of. */
static enum err
take_tomb(struct intake *in)
{
	char name[INDEX_TOMB_MAX];
	struct bytes note;
	enum err err;

	index_tomb(in->entry->log_id, in->entry->n, name);
	err = store_note_get(in->store_txn, name, &note);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if (note.len != RECORD_LEN)
		return ERR_NONE;
	in->row.has_record = true;
	memcpy(in->row.record, note.data, RECORD_LEN);
	return ERR_NONE;
}

/* Kinds whose bodies are of the schema we know. */
static bool
is_known_kind(uint32_t kind)
{
	return kind >= HEADER_GENESIS && kind <= HEADER_WITNESS;
}

/* Find out what can be seen of the body, and take in what can. */
static enum err
take_state(struct intake *in, bool again)
{
	enum store_body_state state;
	enum err err;

	err = store_body_state(
	    in->store_txn, in->entry->log_id, in->entry->n, &state);
	if (err != ERR_NONE)
		return err;
	in->row.state = state == STORE_BODY_NONE ? INDEX_BARE :
	    state == STORE_BODY_ERASED           ? INDEX_ERASED :
	    state == STORE_BODY_ABSENT || again  ? INDEX_ABSENT :
						   INDEX_HERE;
	if (in->row.state == INDEX_HERE && is_known_kind(in->header.kind))
		return decode_body(in);
	if (in->row.state == INDEX_HERE && in->header.group != 0)
		in->row.state = INDEX_RESTRICTED;
	if (in->row.state == INDEX_ERASED && in->header.group != 0)
		return take_tomb(in);
	return ERR_NONE;
}

/* Note of which group a restricted entry is. */
static enum err
take_group(struct intake *in)
{
	uint8_t key[12];

	bytes_put_be64(key, in->header.group);
	put_be32(key + 8, in->row.doc);
	return db_put(in->txn->txn, SEALED,
	    (struct bytes){ .data = key, .len = sizeof(key) },
	    (struct bytes){ .data = NULL, .len = 0 }, DB_REPLACE);
}

/* Take in what the header says, then the body. */
static enum err
take_entry(struct intake *in, bool again)
{
	enum err err;

	if (header_decode(in->entry->header.data, in->entry->header.len,
		&in->header) == ERR_NOMEM)
		return ERR_NOMEM;
	in->row.kind = in->header.kind;
	in->row.time_ms = in->header.time_ms;
	in->row.topic = in->header.topic;
	in->row.sectors = facts_sector(in->header.topic);
	in->row.has_record = in->header.has_record && in->header.group == 0;
	memcpy(in->row.record, in->header.record, RECORD_LEN);
	in->row.has_commit = in->header.has_commit;
	memcpy(in->row.commit, in->header.commit, INDEX_HASH_LEN);
	if (in->header.kind == HEADER_UNREADABLE) {
		in->row.state = INDEX_UNREADABLE;
		return ERR_NONE;
	}
	err = in->header.group == 0 ? take_about(in) : take_group(in);
	return err == ERR_NONE ? take_state(in, again) : err;
}

/* Find the log's number, or give it the next one. */
static enum err
take_log(struct intake *in)
{
	struct index_txn *txn = in->txn;
	struct store_log log;
	struct header header;
	struct header_genesis genesis;
	uint8_t val[LOG_LEN + ORG_MAX];
	uint8_t key[4];
	uint8_t number[4];
	size_t len;
	enum err err;

	err = log_number(txn, in->entry->log_id, &in->row.log);
	if (err == ERR_NONE)
		return index_log(txn, in->row.log, &in->log);
	if (err != ERR_NOENT)
		return err;
	err = store_log(in->store_txn, in->entry->log_id, &log);
	if (err != ERR_NONE)
		return err;
	memcpy(in->log.log_id, log.log_id, LOG_ID_LEN);
	memcpy(in->log.key, log.key, KEY_LEN);
	in->log.claim[0] = '\0';
	if (in->entry->n == 1 &&
	    header_decode(in->entry->header.data, in->entry->header.len,
		&header) == ERR_NONE &&
	    header.kind == HEADER_GENESIS &&
	    header_genesis_decode(header.ext, &genesis) == ERR_NONE)
		memcpy(in->log.claim, genesis.org, sizeof(in->log.claim));

	in->row.log = ++txn->state.logs;
	len = strlen(in->log.claim);
	memcpy(val, log.log_id, LOG_ID_LEN);
	memcpy(val + LOG_ID_LEN, log.key, KEY_LEN);
	memcpy(val + LOG_LEN, in->log.claim, len);
	err = db_put(txn->txn, LOGS, number_key(in->row.log, key),
	    (struct bytes){ .data = val, .len = LOG_LEN + len }, DB_APPEND);
	if (err != ERR_NONE)
		return err;
	bytes_put_le32(number, in->row.log);
	return db_put(txn->txn, LOG_IDS,
	    (struct bytes){ .data = log.log_id, .len = LOG_ID_LEN },
	    (struct bytes){ .data = number, .len = 4 }, DB_NEW);
}

/* Find the entry's row, or give it the next number. */
static enum err
take_row(struct intake *in)
{
	struct index_txn *txn = in->txn;
	uint8_t key[12];
	uint8_t doc[4];
	struct index_row old;
	enum err err;

	err = index_row_at(txn, in->entry->log_id, in->entry->n, &old);
	in->known = err == ERR_NONE;
	if (in->known) {
		in->before = old.state;
		memcpy(in->commit, old.commit, INDEX_HASH_LEN);
		in->row.doc = old.doc;
		in->row.arrival = old.arrival;
		in->row.shown = old.shown;
		return ERR_NONE;
	}
	if (err != ERR_NOENT)
		return err;
	in->row.doc = ++txn->state.docs;
	in->row.arrival = in->entry->arrival;
	bytes_put_le32(doc, in->row.doc);
	return db_put(txn->txn, ENTRIES,
	    entry_key(in->row.log, in->entry->n, key),
	    (struct bytes){ .data = doc, .len = 4 }, DB_NEW);
}

/* Have the entry told at ${arrival}, unless the same one was told before. */
static enum err
tell(struct intake *in, uint64_t arrival)
{
	uint8_t commit[KEY_LEN + INDEX_HASH_LEN];
	uint8_t key[12];
	uint8_t doc[4];
	enum err err;

	bytes_put_le32(doc, in->row.doc);
	if (in->row.has_commit) {
		memcpy(commit, in->log.key, KEY_LEN);
		memcpy(commit + KEY_LEN, in->row.commit, INDEX_HASH_LEN);
		err = db_put(in->txn->txn, COMMITS,
		    (struct bytes){ .data = commit, .len = sizeof(commit) },
		    (struct bytes){ .data = doc, .len = 4 }, DB_NEW);
		if (err != ERR_NONE)
			return err == ERR_EXIST ? ERR_NONE : err;
	}
	in->row.shown = arrival;
	bytes_put_be64(key, arrival);
	put_be32(key + 8, in->row.doc);
	return db_put(in->txn->txn, SHOWN,
	    (struct bytes){ .data = key, .len = sizeof(key) },
	    (struct bytes){ .data = doc, .len = 4 }, DB_NEW);
}

/* Forget which records ${doc} names. */
static enum err
forget_refs(struct index_txn *txn, uint32_t doc)
{
	uint8_t copy[RECORD_LEN + 4 + ORG_MAX + 1];
	struct bytes at = { .data = copy, .len = 0 };
	struct bytes key;
	struct bytes val;
	enum err err;

	/* A write moves cursors, so that each row is sought anew. */
	while ((err = db_seek(txn->txn, REFS, at, &key, &val)) == ERR_NONE) {
		if (key.len < RECORD_LEN + 4 || key.len >= sizeof(copy))
			return ERR_DAMAGED;
		memcpy(copy, key.data, key.len);
		at.len = key.len;
		if (bytes_get_be32(copy + RECORD_LEN) == doc &&
		    (err = db_del(txn->txn, REFS, at)) != ERR_NONE)
			return err;
		copy[at.len++] = '\0';
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

/*
 * Forget under which hash it was told.  That of a restricted body is made of its
 * text alone, so that somebody could guess at it.
 */
static enum err
forget_told(struct intake *in)
{
	uint8_t key[KEY_LEN + INDEX_HASH_LEN];
	struct header header;
	enum err err;

	err = header_decode(
	    in->entry->header.data, in->entry->header.len, &header);
	if (err != ERR_NONE || header.group == 0)
		return err == ERR_NOMEM ? err : ERR_NONE;
	memcpy(key, in->log.key, KEY_LEN);
	memcpy(key + KEY_LEN, in->commit, INDEX_HASH_LEN);
	err = db_del(in->txn->txn, COMMITS,
	    (struct bytes){ .data = key, .len = sizeof(key) });
	return err == ERR_NOENT ? ERR_NONE : err;
}

/*
 * Whether an entry that was read before is to be read again: its body came, or
 * was erased, and then everything that was taken from it goes.
 */
static enum err
is_news(struct intake *in, bool *ret_news)
{
	enum store_body_state state;
	uint8_t key[4];
	enum err err;

	*ret_news = in->before == INDEX_ABSENT;
	if (*ret_news || in->before == INDEX_BARE || in->before == INDEX_ERASED)
		return ERR_NONE;
	err = store_body_state(
	    in->store_txn, in->entry->log_id, in->entry->n, &state);
	if (err != ERR_NONE || state != STORE_BODY_ERASED)
		return err;
	*ret_news = true;
	in->txn->state.erased = true;
	err = search_batch_write(in->txn->index->batch, in->txn->txn, SEARCH);
	if (err == ERR_NONE)
		err = search_forget(in->txn->txn, SEARCH, in->row.doc);
	if (err == ERR_NONE)
		err = db_del(
		    in->txn->txn, PARENTS, number_key(in->row.doc, key));
	if (err == ERR_NONE || err == ERR_NOENT)
		err = db_del(in->txn->txn, ORGS, number_key(in->row.doc, key));
	if (err == ERR_NONE || err == ERR_NOENT)
		err = forget_refs(in->txn, in->row.doc);
	if (err == ERR_NONE)
		err = forget_told(in);
	return err;
}

/*
 * Take in one entry, for the first time or anew.  ${arrival} is when it is told
 * if it was not yet; 0 = when its header came.
 */
static enum err
take(struct index_txn *txn, struct store_txn *store_txn,
    const struct store_entry *entry, uint64_t arrival, bool again)
{
	struct intake in = {
		.txn = txn,
		.store_txn = store_txn,
		.entry = entry,
		.row = { .n = entry->n },
	};
	bool news = true;
	enum err err;

	if ((err = take_log(&in)) != ERR_NONE ||
	    (err = take_row(&in)) != ERR_NONE)
		return err;
	if (in.known && ((err = is_news(&in, &news)) != ERR_NONE || !news))
		return err;
	if ((err = take_entry(&in, again)) != ERR_NONE)
		return err;
	if (in.row.state != INDEX_ABSENT && in.row.shown == 0) {
		err = tell(&in, arrival > 0 ? arrival : in.row.arrival);
		if (err != ERR_NONE)
			return err;
	}
	return row_put(txn, &in.row);
}

/* Take in anew what an ERASE names, if the store says that it is erased. */
static enum err
take_target(struct index_txn *txn, struct store_txn *store_txn,
    const struct header_target *target)
{
	enum store_body_state state;
	struct store_entry entry;
	struct index_row row;
	enum err err;

	if ((err = index_row_at(txn, target->log_id, target->n, &row)) ==
		ERR_NONE &&
	    (err = store_entry(store_txn, target->log_id, target->n, &entry)) ==
		ERR_NONE &&
	    (err = store_body_state(
		 store_txn, target->log_id, target->n, &state)) == ERR_NONE &&
	    state == STORE_BODY_ERASED)
		err = take(txn, store_txn, &entry, 0, false);
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* If the entry is an ERASE, take in anew what it names. */
static enum err
take_erase(struct index_txn *txn, struct store_txn *store_txn,
    const struct store_entry *entry)
{
	struct header_target targets[ERASE_MAX];
	struct header header;
	size_t count;
	size_t i;
	enum err err = ERR_NONE;

	if (header_decode(entry->header.data, entry->header.len, &header) !=
		ERR_NONE ||
	    header.kind != HEADER_ERASE ||
	    header_erase_decode(header.ext, targets, &count) != ERR_NONE)
		return ERR_NONE;
	for (i = 0; i < count && err == ERR_NONE; i++)
		err = take_target(txn, store_txn, &targets[i]);
	return err;
}

enum err
index_add(struct index_txn *txn, struct store_txn *store_txn,
    const struct store_entry *entry, bool again)
{
	enum err err;

	if ((err = take(txn, store_txn, entry, entry->arrival, again)) !=
		ERR_NONE ||
	    (err = take_erase(txn, store_txn, entry)) != ERR_NONE)
		return err;
	txn->state.arrival = entry->arrival;
	memcpy(txn->state.c, entry->c, HASH_LEN);
	return ERR_NONE;
}
