#include "daemon/index_internal.h"

#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A file of so many bytes, of which more than one in so many is free, is loose. */
#define LOOSE_BYTES (UINT64_C(1) << 20)
#define LOOSE_SHARE 3

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
		err = search_tend(old, txn, INDEX_SEARCHED, ret_done);
	db_abort(&old);
	if (err == ERR_NONE && *ret_done)
		err = db_commit(&txn);
	db_abort(&txn);
	(void)pthread_rwlock_unlock(&index->lock);
	return err;
}

/* Read whether something erased is left, or write that nothing is. */
static enum err
note_compact(struct index *index, bool *ret_erased)
{
	struct db_txn *txn;
	struct index_progress progress;
	enum err err;

	if ((err = db_begin(index->db, ret_erased == NULL, &txn)) != ERR_NONE)
		return err;
	err = index_progress_get(txn, &progress);
	if (ret_erased != NULL) {
		*ret_erased = err == ERR_NONE && progress.erased;
		db_abort(&txn);
		return err;
	}
	progress.erased = false;
	if (err == ERR_NONE)
		err = index_progress_put(txn, &progress);
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

/* Put the new file in the place of the old one, which is wiped. */
static enum err
exchange(struct index *index, const char *path_new, const char *path_old,
    bool erased)
{
	enum err err;

	index_file_close(index);
	if (rename(index->path, path_old) != 0)
		err = ERR_IO;
	else if (rename(path_new, index->path) != 0)
		err = rename(path_old, index->path) == 0 ? ERR_FULL : ERR_IO;
	else
		err = ERR_NONE;
	if (index_file_open(index) != ERR_NONE)
		return ERR_IO;
	if (err != ERR_NONE)
		return err;

	/* What is erased later must not be left in blocks that are free today. */
	index_file_wipe(path_old);
	if (erased && (err = forget_words(index)) == ERR_NONE)
		err = note_compact(index, NULL);
	return err;
}

enum err
index_compact(struct index *index, bool *ret_done)
{
	char path_new[INDEX_PATH_MAX];
	char path_old[INDEX_PATH_MAX];
	bool erased = false;
	bool due = false;
	enum err err;

	*ret_done = false;
	if (!index_file_beside(index, "-new", path_new) ||
	    !index_file_beside(index, "-old", path_old))
		return ERR_IO;

	/* Readers are held up only while the files change places. */
	(void)pthread_rwlock_rdlock(&index->lock);
	err = index->db == NULL ? ERR_IO : note_compact(index, &erased);
	if (err == ERR_NONE && (erased || is_loose(index))) {
		due = true;
		index_file_wipe(path_new);
		err = db_copy(index->db, path_new);
	}
	(void)pthread_rwlock_unlock(&index->lock);
	if (!due)
		return err;
	(void)pthread_rwlock_wrlock(&index->lock);
	if (err == ERR_NONE && index->db != NULL)
		err = exchange(index, path_new, path_old, erased);
	else
		index_file_wipe(path_new);
	*ret_done = err == ERR_NONE;
	(void)pthread_rwlock_unlock(&index->lock);
	return err;
}
