#include "daemon/db.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FREE_TABLE 0 /* LMDB's own list of free pages */
#define MAIN_TABLE 1 /* and its list of tables */
#define META_PAGES 2

/* LMDB writes so much at once; with less room a write may end halfway. */
#define WRITE_ROOM 1048576

#define SPARES 8 /* ended readers that are kept for the next ones */

/*
 * A reader that is made anew takes a robust lock and more memory than is at hand,
 * which costs more than many a question.  One that was reset only keeps its place
 * in the list of readers: it sees nothing and holds no page.
 */
struct db {
	MDB_env *env;
	MDB_dbi tables[DB_TABLES_MAX];
	_Atomic(struct db_txn *) spares[SPARES]; /* reset; NULL = none */
	uint64_t found; /* the last commit when it was opened */
};

struct db_txn {
	struct db *db; /* not owned */
	MDB_txn *txn;
	enum err failed; /* first failed write; ERR_NONE so far */
	bool write;
	uint64_t writes;
	bool unsorted[DB_TABLES_MAX]; /* an append hint proved wrong */
};

struct db_cursor {
	MDB_cursor *cursor;
};

/* Translate an LMDB result to our own list. */
static enum err
err_from_mdb(int rc)
{
	switch (rc) {
	case MDB_SUCCESS:
		return ERR_NONE;
	case MDB_NOTFOUND:
		return ERR_NOENT;
	case MDB_KEYEXIST:
		return ERR_EXIST;
	case MDB_MAP_FULL:
	case MDB_TXN_FULL:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_FULL;
	case MDB_BAD_VALSIZE:
		return ERR_SIZE;
	case MDB_INVALID:
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
		return ERR_DAMAGED;
	case MDB_VERSION_MISMATCH:
		return ERR_VERSION;
	case MDB_READERS_FULL:
	case EAGAIN:
		return ERR_BUSY;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_DENIED;
	case ENOMEM:
		return ERR_NOMEM;
	default:
		return ERR_IO;
	}
}

/* LMDB reads keys and values through pointers that are not const. */
static MDB_val
to_mdb(struct bytes val)
{
	return (MDB_val){
		.mv_size = val.len,
		.mv_data = (void *)(uintptr_t)val.data,
	};
}

static struct bytes
from_mdb(MDB_val val)
{
	return (struct bytes){ .data = val.mv_data, .len = val.mv_size };
}

/* Count the pages from ${first} on that the list of free pages names. */
static enum err
count_free(struct db *db, size_t first, size_t *ret_count)
{
	MDB_txn *txn = NULL;
	MDB_cursor *cursor = NULL;
	MDB_val key;
	MDB_val list;
	size_t count = 0;
	size_t page;
	size_t i;
	int rc;

	rc = mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn);
	if (rc == 0)
		rc = mdb_cursor_open(txn, FREE_TABLE, &cursor);
	while (rc == 0) {
		rc = mdb_cursor_get(cursor, &key, &list, MDB_NEXT);
		if (rc != 0)
			break;
		/* A list is its length and the numbers of its pages. */
		for (i = 1; i < list.mv_size / sizeof(page); i++) {
			memcpy(&page,
			    (const uint8_t *)list.mv_data + i * sizeof(page),
			    sizeof(page));
			count += page >= first;
		}
	}
	if (cursor != NULL)
		mdb_cursor_close(cursor);
	mdb_txn_abort(txn);
	if (rc != MDB_NOTFOUND)
		return err_from_mdb(rc);
	*ret_count = count;
	return ERR_NONE;
}

/*
 * A file that was cut short would end the process with SIGBUS when the missing
 * part is read.  LMDB may also leave pages at the end unwritten that were freed
 * in the transaction that took them; then all that is missing is free, and the
 * file is made as long as it says.
 */
static enum err
check_length(struct db *db)
{
	MDB_envinfo info;
	MDB_stat stat;
	struct stat st;
	size_t count = 0;
	size_t have;
	size_t want;
	int fd;

	if (mdb_env_info(db->env, &info) != 0 ||
	    mdb_env_stat(db->env, &stat) != 0 ||
	    mdb_env_get_fd(db->env, &fd) != 0 || fstat(fd, &st) != 0)
		return ERR_IO;
	have = (size_t)st.st_size / stat.ms_psize;
	want = info.me_last_pgno + 1;
	if (have >= want)
		return ERR_NONE;

	if (ftruncate(fd, (off_t)(want * stat.ms_psize)) != 0)
		return err_from_mdb(errno);
	if (count_free(db, have, &count) == ERR_NONE && count == want - have)
		return ERR_NONE;
	if (ftruncate(fd, st.st_size) != 0)
		return ERR_IO;
	return ERR_DAMAGED;
}

/* Open every table, creating those which are missing. */
static enum err
open_tables(struct db *db, const char *const *names, size_t count)
{
	MDB_txn *txn;
	size_t i;
	int rc;

	if ((rc = mdb_txn_begin(db->env, NULL, 0, &txn)) != 0)
		return err_from_mdb(rc);
	for (i = 0; i < count; i++) {
		rc = mdb_dbi_open(txn, names[i], MDB_CREATE, &db->tables[i]);
		if (rc != 0) {
			mdb_txn_abort(txn);
			return err_from_mdb(rc);
		}
	}
	return err_from_mdb(mdb_txn_commit(txn));
}

/* A file of less than LMDB's two first pages was not made by it. */
static enum err
check_file(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno == ENOENT ? ERR_NONE : err_from_mdb(errno);
	if (st.st_size > 0 && st.st_size < 2 * sysconf(_SC_PAGESIZE))
		return ERR_DAMAGED;
	return ERR_NONE;
}

enum err
db_open(const struct db_options *options, struct db **ret_db)
{
	struct db *db;
	enum err err;
	int rc;

	if (options->ntables > DB_TABLES_MAX)
		return ERR_LIMIT;
	if ((err = check_file(options->path)) != ERR_NONE)
		return err;
	if ((db = calloc(1, sizeof(*db))) == NULL)
		return ERR_NOMEM;

	/* Size and table count are fixed before the files are opened. */
	if ((rc = mdb_env_create(&db->env)) != 0 ||
	    (rc = mdb_env_set_mapsize(db->env, options->map_bytes)) != 0 ||
	    (rc = mdb_env_set_maxdbs(db->env, DB_TABLES_MAX)) != 0 ||
	    (rc = mdb_env_open(db->env, options->path, MDB_NOTLS | MDB_NOSUBDIR,
		 0600)) != 0) {
		err = err_from_mdb(rc);
		goto fail;
	}
	db_check_readers(db);
	if ((err = check_length(db)) != ERR_NONE)
		goto fail;
	db->found = db_commits(db);
	err = open_tables(db, options->tables, options->ntables);
	if (err != ERR_NONE)
		goto fail;

	*ret_db = db;
	return ERR_NONE;

fail:
	db_close(db);
	return err;
}

/* Take a reader that is kept; NULL if there is none. */
static struct db_txn *
take_spare(struct db *db)
{
	struct db_txn *txn = NULL;
	size_t i;

	for (i = 0; i < SPARES && txn == NULL; i++)
		if (atomic_load(&db->spares[i]) != NULL)
			txn = atomic_exchange(&db->spares[i], NULL);
	return txn;
}

/* Keep a reader that has ended for the next one, if there is a place for it. */
static bool
keep_spare(struct db_txn *txn)
{
	struct db_txn *none;
	size_t i;

	mdb_txn_reset(txn->txn);
	for (i = 0; i < SPARES; i++) {
		none = NULL;
		if (atomic_compare_exchange_strong(
			&txn->db->spares[i], &none, txn))
			return true;
	}
	return false;
}

static void
txn_free(struct db_txn *txn)
{
	mdb_txn_abort(txn->txn);
	free(txn);
}

void
db_close(struct db *db)
{
	struct db_txn *txn;

	if (db == NULL)
		return;
	while ((txn = take_spare(db)) != NULL)
		txn_free(txn);
	if (db->env != NULL)
		mdb_env_close(db->env);
	free(db);
}

uint64_t
db_commits(struct db *db)
{
	MDB_envinfo info;

	return mdb_env_info(db->env, &info) == 0 ? info.me_last_txnid : 0;
}

uint64_t
db_commits_found(const struct db *db)
{
	return db->found;
}

void
db_usage(struct db *db, uint64_t *ret_used, uint64_t *ret_max)
{
	MDB_envinfo info;
	MDB_stat stat;

	*ret_used = 0;
	*ret_max = 0;
	if (mdb_env_info(db->env, &info) != 0 ||
	    mdb_env_stat(db->env, &stat) != 0)
		return;
	*ret_used = (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize;
	*ret_max = info.me_mapsize;
}

enum err
db_spare(struct db *db, uint64_t *ret_spare)
{
	MDB_stat stat;
	size_t count;
	enum err err;

	if ((err = count_free(db, 0, &count)) != ERR_NONE)
		return err;
	if (mdb_env_stat(db->env, &stat) != 0)
		return ERR_IO;
	*ret_spare = (uint64_t)count * stat.ms_psize;
	return ERR_NONE;
}

/* The pages of one table. */
static enum err
add_pages(MDB_txn *txn, MDB_dbi table, size_t *count)
{
	MDB_stat stat;
	int rc;

	if ((rc = mdb_stat(txn, table, &stat)) != 0)
		return err_from_mdb(rc);
	*count += stat.ms_branch_pages + stat.ms_leaf_pages +
	    stat.ms_overflow_pages;
	return ERR_NONE;
}

enum err
db_audit(struct db *db)
{
	MDB_envinfo info;
	MDB_txn *txn = NULL;
	size_t count = 0;
	size_t i;
	int rc;
	enum err err;

	if ((err = count_free(db, 0, &count)) != ERR_NONE)
		return err;
	if ((rc = mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn)) != 0)
		return err_from_mdb(rc);
	count += META_PAGES;
	err = add_pages(txn, FREE_TABLE, &count);
	if (err == ERR_NONE)
		err = add_pages(txn, MAIN_TABLE, &count);
	for (i = 0; i < DB_TABLES_MAX && err == ERR_NONE; i++)
		if (db->tables[i] > MAIN_TABLE)
			err = add_pages(txn, db->tables[i], &count);
	mdb_txn_abort(txn);
	if (err == ERR_NONE && mdb_env_info(db->env, &info) != 0)
		err = ERR_IO;
	if (err == ERR_NONE && count > info.me_last_pgno + 1)
		err = ERR_DAMAGED;
	return err;
}

enum err
db_copy(struct db *db, const char *path)
{
	enum err err;
	int fd;

	err = err_from_mdb(mdb_env_copy2(db->env, path, MDB_CP_COMPACT));
	if (err != ERR_NONE)
		return err;
	if ((fd = open(path, O_RDWR | O_CLOEXEC)) < 0)
		return err_from_mdb(errno);
	err = fsync(fd) == 0 ? ERR_NONE : err_from_mdb(errno);
	(void)close(fd);
	return err;
}

void
db_check_readers(struct db *db)
{
	int dead;

	/* That none could be freed is no reason to stop. */
	(void)mdb_reader_check(db->env, &dead);
}

const char *
db_version(void)
{
	return mdb_version(NULL, NULL, NULL);
}

/* Have a reader that was kept see what is there now. */
static enum err
renew(struct db_txn *txn, struct db_txn **ret_txn)
{
	int rc;

	if ((rc = mdb_txn_renew(txn->txn)) != 0) {
		txn_free(txn);
		return err_from_mdb(rc);
	}
	txn->failed = ERR_NONE;
	*ret_txn = txn;
	return ERR_NONE;
}

enum err
db_begin(struct db *db, bool write, struct db_txn **ret_txn)
{
	struct db_txn *txn;
	int rc;

	if (!write && (txn = take_spare(db)) != NULL)
		return renew(txn, ret_txn);
	if ((txn = calloc(1, sizeof(*txn))) == NULL)
		return ERR_NOMEM;
	txn->db = db;
	txn->write = write;
	rc = mdb_txn_begin(db->env, NULL, write ? 0 : MDB_RDONLY, &txn->txn);
	if (rc != 0) {
		free(txn);
		return err_from_mdb(rc);
	}
	*ret_txn = txn;
	return ERR_NONE;
}

/*
 * The disk was full during a commit.  Where that stopped the pages, nothing was
 * written; where it stopped LMDB's last step, LMDB does not know itself and
 * refuses to go on.
 */
static enum err
after_full(struct db *db)
{
	MDB_txn *txn;
	int rc;

	rc = mdb_txn_begin(db->env, NULL, 0, &txn);
	if (rc != 0)
		return rc == MDB_PANIC ? ERR_IO : ERR_FULL;
	mdb_txn_abort(txn);
	return ERR_FULL;
}

/*
 * LMDB says EIO, too, when the disk took only a part of a write.  No room on the
 * disk tells that from a disk that fails.
 */
static bool
is_short_write(struct db *db, int rc)
{
	const char *path = NULL;
	struct statvfs disk;

	return rc == EIO && mdb_env_get_path(db->env, &path) == 0 &&
	    statvfs(path, &disk) == 0 &&
	    (uint64_t)disk.f_bavail * disk.f_frsize < WRITE_ROOM;
}

enum err
db_commit(struct db_txn **txn_p)
{
	struct db_txn *txn = *txn_p;
	struct db *db = txn->db;
	enum err err = txn->failed;
	int rc;

	if (err != ERR_NONE) {
		db_abort(txn_p);
		return err;
	}
	rc = mdb_txn_commit(txn->txn);
	err = is_short_write(db, rc) ? ERR_FULL : err_from_mdb(rc);
	free(txn);
	*txn_p = NULL;
	return err == ERR_FULL ? after_full(db) : err;
}

void
db_abort(struct db_txn **txn_p)
{
	if (*txn_p == NULL)
		return;
	if ((*txn_p)->write || !keep_spare(*txn_p))
		txn_free(*txn_p);
	*txn_p = NULL;
}

uint64_t
db_snapshot(const struct db_txn *txn)
{
	return txn->write ? 0 : mdb_txn_id(txn->txn);
}

enum err
db_get(
    struct db_txn *txn, unsigned table, struct bytes key, struct bytes *ret_val)
{
	MDB_val mkey = to_mdb(key);
	MDB_val mval;
	int rc;

	rc = mdb_get(txn->txn, txn->db->tables[table], &mkey, &mval);
	if (rc != 0)
		return err_from_mdb(rc);
	*ret_val = from_mdb(mval);
	return ERR_NONE;
}

enum err
db_seek(struct db_txn *txn, unsigned table, struct bytes key,
    struct bytes *ret_key, struct bytes *ret_val)
{
	struct db_cursor place = { .cursor = NULL };
	enum err err;
	int rc;

	rc = mdb_cursor_open(txn->txn, txn->db->tables[table], &place.cursor);
	if (rc != 0)
		return err_from_mdb(rc);
	err = db_cursor_seek(&place, key, ret_key, ret_val);
	mdb_cursor_close(place.cursor);
	return err;
}

enum err
db_seek_le(struct db_txn *txn, unsigned table, struct bytes key,
    struct bytes *ret_key, struct bytes *ret_val)
{
	MDB_dbi dbi = txn->db->tables[table];
	MDB_val want = to_mdb(key);
	MDB_val found = want;
	MDB_val val;
	MDB_cursor *cursor;
	int rc;

	if ((rc = mdb_cursor_open(txn->txn, dbi, &cursor)) != 0)
		return err_from_mdb(rc);

	/*
	 * LMDB only seeks upwards.  An exact hit is the answer; else the answer
	 * is the key before the hit, or the last key if there was no hit.
	 */
	rc = mdb_cursor_get(cursor, &found, &val, MDB_SET_RANGE);
	if (rc == 0 && mdb_cmp(txn->txn, dbi, &found, &want) < 0)
		rc = MDB_CORRUPTED;
	else if (rc == MDB_NOTFOUND)
		rc = mdb_cursor_get(cursor, &found, &val, MDB_LAST);
	else if (rc == 0 && mdb_cmp(txn->txn, dbi, &found, &want) != 0)
		rc = mdb_cursor_get(cursor, &found, &val, MDB_PREV);
	if (rc == 0 && mdb_cmp(txn->txn, dbi, &found, &want) > 0)
		rc = MDB_CORRUPTED;
	mdb_cursor_close(cursor);
	if (rc != 0)
		return err_from_mdb(rc);

	*ret_key = from_mdb(found);
	*ret_val = from_mdb(val);
	return ERR_NONE;
}

uint64_t
db_count(struct db_txn *txn, unsigned table)
{
	MDB_stat stat;

	if (mdb_stat(txn->txn, txn->db->tables[table], &stat) != 0)
		return 0;
	return stat.ms_entries;
}

/* Note how a write went: after a failure there is no more writing. */
static enum err
note_write(struct db_txn *txn, int rc)
{
	enum err err = err_from_mdb(rc);

	/* A row that is there or not there changed nothing. */
	if (err == ERR_EXIST || err == ERR_NOENT)
		return err;
	if (err == ERR_NONE)
		txn->writes++;
	else
		txn->failed = err;
	return err;
}

/* Put with MDB_APPEND while the table's keys come in order. */
static int
put_flags(struct db_txn *txn, unsigned table, MDB_val *key, MDB_val *val,
    enum db_mode mode, unsigned flags)
{
	MDB_dbi dbi = txn->db->tables[table];
	int rc;

	if (mode == DB_REPLACE)
		return mdb_put(txn->txn, dbi, key, val, flags);
	if (mode == DB_APPEND && !txn->unsorted[table]) {
		rc = mdb_put(txn->txn, dbi, key, val, flags | MDB_APPEND);
		if (rc != MDB_KEYEXIST)
			return rc;
		txn->unsorted[table] = true;
	}
	return mdb_put(txn->txn, dbi, key, val, flags | MDB_NOOVERWRITE);
}

enum err
db_put(struct db_txn *txn, unsigned table, struct bytes key, struct bytes val,
    enum db_mode mode)
{
	MDB_val mkey = to_mdb(key);
	MDB_val mval = to_mdb(val);

	if (txn->failed != ERR_NONE)
		return txn->failed;
	if (key.len == 0 || key.len > DB_KEY_MAX)
		return ERR_SIZE;
	return note_write(txn, put_flags(txn, table, &mkey, &mval, mode, 0));
}

enum err
db_reserve(struct db_txn *txn, unsigned table, struct bytes key, size_t len,
    enum db_mode mode, uint8_t **ret_data)
{
	MDB_val mkey = to_mdb(key);
	MDB_val mval = { .mv_size = len, .mv_data = NULL };
	enum err err;

	if (txn->failed != ERR_NONE)
		return txn->failed;
	if (key.len == 0 || key.len > DB_KEY_MAX)
		return ERR_SIZE;
	err = note_write(
	    txn, put_flags(txn, table, &mkey, &mval, mode, MDB_RESERVE));
	if (err == ERR_NONE)
		*ret_data = mval.mv_data;
	return err;
}

enum err
db_del(struct db_txn *txn, unsigned table, struct bytes key)
{
	MDB_val mkey = to_mdb(key);

	if (txn->failed != ERR_NONE)
		return txn->failed;
	if (key.len == 0 || key.len > DB_KEY_MAX)
		return ERR_SIZE;
	return note_write(
	    txn, mdb_del(txn->txn, txn->db->tables[table], &mkey, NULL));
}

enum err
db_clear(struct db_txn *txn, unsigned table)
{
	if (txn->failed != ERR_NONE)
		return txn->failed;
	return note_write(txn, mdb_drop(txn->txn, txn->db->tables[table], 0));
}

uint64_t
db_writes(const struct db_txn *txn)
{
	return txn->writes;
}

enum err
db_cursor_open(
    struct db_txn *txn, unsigned table, struct db_cursor **ret_cursor)
{
	struct db_cursor *cursor;
	int rc;

	if ((cursor = calloc(1, sizeof(*cursor))) == NULL)
		return ERR_NOMEM;
	rc = mdb_cursor_open(txn->txn, txn->db->tables[table], &cursor->cursor);
	if (rc != 0) {
		free(cursor);
		return err_from_mdb(rc);
	}
	*ret_cursor = cursor;
	return ERR_NONE;
}

void
db_cursor_close(struct db_cursor *cursor)
{
	if (cursor == NULL)
		return;
	mdb_cursor_close(cursor->cursor);
	free(cursor);
}

/* Move a cursor and lend the row it stands on then. */
static enum err
move(struct db_cursor *cursor, struct bytes key, MDB_cursor_op op,
    struct bytes *ret_key, struct bytes *ret_val)
{
	MDB_val mkey = to_mdb(key);
	MDB_val mval;
	int rc;

	if ((rc = mdb_cursor_get(cursor->cursor, &mkey, &mval, op)) != 0)
		return err_from_mdb(rc);
	*ret_key = from_mdb(mkey);
	*ret_val = from_mdb(mval);
	return ERR_NONE;
}

static bool
is_below(const struct db_cursor *cursor, struct bytes key, struct bytes limit)
{
	const MDB_val a = to_mdb(key);
	const MDB_val b = to_mdb(limit);

	return mdb_cmp(mdb_cursor_txn(cursor->cursor),
		   mdb_cursor_dbi(cursor->cursor), &a, &b) < 0;
}

enum err
db_cursor_seek(struct db_cursor *cursor, struct bytes key,
    struct bytes *ret_key, struct bytes *ret_val)
{
	enum err err;

	if (key.len == 0)
		return move(cursor, key, MDB_FIRST, ret_key, ret_val);
	err = move(cursor, key, MDB_SET_RANGE, ret_key, ret_val);

	/*
	 * Where the upper pages of a tree are not those of its leaves, LMDB goes
	 * to a leaf with lower keys and returns the first of the next: who goes
	 * on from the last key he saw would go round for ever.
	 */
	if (err == ERR_NONE && is_below(cursor, *ret_key, key))
		err = ERR_DAMAGED;
	return err;
}

enum err
db_cursor_next(
    struct db_cursor *cursor, struct bytes *ret_key, struct bytes *ret_val)
{
	return move(cursor, (struct bytes){ 0 }, MDB_NEXT, ret_key, ret_val);
}

enum err
db_cursor_prev(
    struct db_cursor *cursor, struct bytes *ret_key, struct bytes *ret_val)
{
	return move(cursor, (struct bytes){ 0 }, MDB_PREV, ret_key, ret_val);
}
