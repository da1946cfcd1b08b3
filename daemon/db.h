#ifndef ERFAD_DB_H
#define ERFAD_DB_H

/*
 * db - one LMDB environment, its tables, transactions and cursors.
 *
 * Only db.c includes <lmdb.h>.  The environment is one file with its lock file
 * "<path>-lock" beside it; erfad has two of them, main and index.  One thread
 * writes; any thread may read.  A commit is on the disk when it returns.
 *
 * It knows nothing of what stands in the tables.  Keys are 1 to DB_KEY_MAX
 * bytes and sort as bytes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/err.h"

/* Opaque types. */
struct db;
struct db_txn;
struct db_cursor;

#define DB_KEY_MAX    511
#define DB_TABLES_MAX 32

struct db_options {
	const char *path; /* the file; its directory exists */
	size_t map_bytes; /* largest size, a multiple of the page size */
	const char *const *tables; /* names; a table is its index in here */
	size_t ntables;            /* at most DB_TABLES_MAX */
};

/* What db_put() does about keys that are there. */
enum db_mode {
	DB_NEW,     /* ERR_EXIST, and the row stays as it was */
	DB_REPLACE, /* the new value takes its place */
	DB_APPEND,  /* as DB_NEW; the key is likely the table's greatest */
};

/**
 * db_open(options, ret_db):
 * Open the environment, making the file and its tables if they are missing, and
 * store it in ${ret_db}; release it with db_close().  A file may be opened once
 * in a process and by one process only; the caller sees to that.  Return
 * ERR_DENIED if the files may not be opened, ERR_DAMAGED if the file is no
 * environment or shorter than it says it is, ERR_VERSION if a newer LMDB wrote
 * it, ERR_LIMIT for too many tables, ERR_FULL, ERR_NOMEM, or ERR_IO.
 */
enum err db_open(
    const struct db_options *options, struct db **ret_db) MUST_CHECK;

/**
 * db_close(db):
 * Close and free ${db}, which must have no transaction left; NULL is allowed.
 */
void db_close(struct db *db);

/**
 * db_commits(db), db_commits_found(db):
 * The number of the last commit, which rises with each that changed something;
 * and what it was in the file as db_open() found it, 0 in a new one.  Any thread.
 */
uint64_t db_commits(struct db *db);
uint64_t db_commits_found(const struct db *db);

/**
 * db_usage(db, ret_used, ret_max):
 * Bytes of the file up to its last page, free pages between included, and the
 * largest size.  Any thread.
 */
void db_usage(struct db *db, uint64_t *ret_used, uint64_t *ret_max);

/**
 * db_spare(db, ret_spare):
 * Bytes of the free pages in the file.  Any thread.  Return ERR_NOMEM or ERR_IO.
 */
enum err db_spare(struct db *db, uint64_t *ret_spare) MUST_CHECK;

/**
 * db_check_readers(db):
 * Free what readers that died have left behind; a reader that stays keeps old
 * pages from being used again.  Call at start and every minute.
 */
void db_check_readers(struct db *db);

/**
 * db_copy(db, path):
 * Write what is in ${db} now, without its free pages, to the file ${path}, which
 * must not exist, and sync it.  Readers and a writer may go on meanwhile.  Return
 * ERR_DENIED, ERR_FULL, ERR_NOMEM or ERR_IO; there may be part of a file then.
 */
enum err db_copy(struct db *db, const char *path) MUST_CHECK;

/**
 * db_audit(db):
 * Go through the list of free pages and the sizes of all tables: ERR_DAMAGED if
 * they claim more pages than the file has, so that a page would have two uses,
 * or what is wrong with the list; ERR_NOMEM or ERR_IO.
 */
enum err db_audit(struct db *db) MUST_CHECK;

/**
 * db_version():
 * The version of LMDB in use, for the log.  The string is static.
 */
const char *db_version(void);

/**
 * db_begin(db, write, ret_txn):
 * Start a transaction on ${db}, for reading or, if ${write}, for writing, and
 * store it in ${ret_txn}; end it with db_commit() or db_abort().  A writer
 * waits for the one before.  Return ERR_BUSY for too many readers (126),
 * ERR_NOMEM, or ERR_IO, also after a commit that failed while it was written:
 * such an environment must be opened anew.
 */
enum err db_begin(
    struct db *db, bool write, struct db_txn **ret_txn) MUST_CHECK;

/**
 * db_commit(txn_p):
 * Make the writes of *${txn_p} durable, free it and set it to NULL, whatever
 * is returned.  The first failed write is returned again here, and nothing was
 * written; neither was it after ERR_FULL.  After ERR_IO it is unknown what was
 * written: open anew and look.  Cursors must have been closed.
 */
enum err db_commit(struct db_txn **txn_p) MUST_CHECK;

/**
 * db_abort(txn_p):
 * Drop *${txn_p} and its writes and set it to NULL; it may be NULL already.
 * Cursors must have been closed.
 */
void db_abort(struct db_txn **txn_p);

/**
 * db_snapshot(txn):
 * Which commit a transaction that reads sees: two of one environment that return
 * the same number see the same rows, at the same places.  0 for one that writes.
 */
uint64_t db_snapshot(const struct db_txn *txn);

/**
 * db_get(txn, table, key, ret_val):
 * Look up ${key}.  ${ret_val} is lent by ${txn}: it lies in the memory map and
 * dies with the transaction or its next write.  Return ERR_NOENT if absent,
 * ERR_DAMAGED if the file is.
 */
enum err db_get(struct db_txn *txn, unsigned table, struct bytes key,
    struct bytes *ret_val) MUST_CHECK;

/**
 * db_seek(txn, table, key, ret_key, ret_val):
 * Find the least key that is not below ${key} (of no bytes: the first), and
 * lend it with its value as db_get() does.  Return ERR_NOENT if all are below,
 * ERR_DAMAGED if the file leads to one that is: who goes on from the last key
 * he saw comes to an end.
 */
enum err db_seek(struct db_txn *txn, unsigned table, struct bytes key,
    struct bytes *ret_key, struct bytes *ret_val) MUST_CHECK;

/**
 * db_seek_le(txn, table, key, ret_key, ret_val):
 * Find the greatest key that is not above ${key}; ERR_NOENT if all are,
 * ERR_DAMAGED as db_seek().
 */
enum err db_seek_le(struct db_txn *txn, unsigned table, struct bytes key,
    struct bytes *ret_key, struct bytes *ret_val) MUST_CHECK;

/**
 * db_count(txn, table):
 * The number of rows in a table; 0 if it cannot be read.
 */
uint64_t db_count(struct db_txn *txn, unsigned table);

/**
 * db_put(txn, table, key, val, mode):
 * Store copies of ${key} and ${val}, which may not be lent by ${txn}.  Return
 * ERR_EXIST as ${mode} says, ERR_SIZE for a key of no or too many bytes; both
 * change nothing.  Return ERR_FULL, ERR_IO, ERR_NOMEM or ERR_DAMAGED, after
 * which ${txn} refuses every write and cannot be committed.
 */
enum err db_put(struct db_txn *txn, unsigned table, struct bytes key,
    struct bytes val, enum db_mode mode) MUST_CHECK;

/**
 * db_reserve(txn, table, key, len, mode, ret_data):
 * As db_put(), but only make room for a value of ${len} bytes: the caller
 * fills all of it in at *${ret_data} before its next call on ${txn}.
 */
enum err db_reserve(struct db_txn *txn, unsigned table, struct bytes key,
    size_t len, enum db_mode mode, uint8_t **ret_data) MUST_CHECK;

/**
 * db_del(txn, table, key):
 * Remove a row.  Return ERR_NOENT if there is none, changing nothing; other
 * errors as db_put().
 */
enum err db_del(
    struct db_txn *txn, unsigned table, struct bytes key) MUST_CHECK;

/**
 * db_clear(txn, table):
 * Remove all rows of a table; errors as db_put().
 */
enum err db_clear(struct db_txn *txn, unsigned table) MUST_CHECK;

/**
 * db_writes(txn):
 * How many rows this transaction has put and removed so far.
 */
uint64_t db_writes(const struct db_txn *txn);

/**
 * db_cursor_open(txn, table, ret_cursor), db_cursor_close(cursor):
 * A place in a table.  Close it before its transaction ends; NULL is allowed
 * there.  In a write transaction db_put() and db_del() may move it: seek anew
 * after them.
 */
enum err db_cursor_open(struct db_txn *txn, unsigned table,
    struct db_cursor **ret_cursor) MUST_CHECK;
void db_cursor_close(struct db_cursor *cursor);

/**
 * db_cursor_seek(cursor, key, ret_key, ret_val),
 * db_cursor_next(cursor, ret_key, ret_val),
 * db_cursor_prev(cursor, ret_key, ret_val):
 * Go to the least key that is not below ${key} (of no bytes: the first), or to
 * the row after or before (from a new cursor: the first, the last), and lend
 * it as db_get() does.  Return ERR_NOENT at the end, and ERR_DAMAGED from
 * db_cursor_seek() as db_seek() does.
 */
enum err db_cursor_seek(struct db_cursor *cursor, struct bytes key,
    struct bytes *ret_key, struct bytes *ret_val) MUST_CHECK;
enum err db_cursor_next(struct db_cursor *cursor, struct bytes *ret_key,
    struct bytes *ret_val) MUST_CHECK;
enum err db_cursor_prev(struct db_cursor *cursor, struct bytes *ret_key,
    struct bytes *ret_val) MUST_CHECK;

#endif /* !ERFAD_DB_H */
