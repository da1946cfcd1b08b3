#include "daemon/index_internal.h"

#include <stdlib.h>
#include <string.h>

#define MAP_BYTES ((size_t)16 << 30)

static const char *const table_names[INDEX_TABLES] = { "meta", "logs",
	"log_ids", "rows", "entries", "shown", "commits", "refs", "parents",
	"orgs", "sealed", "search_parts", "search_terms" };

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
		.ntables = INDEX_TABLES,
	};
	if ((err = search_batch_new(&index->batch)) != ERR_NONE)
		goto fail;
	index_file_clean(index);
	if ((err = index_file_open(index)) != ERR_NONE)
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
	index_file_close(index);
	search_batch_free(index->batch);
	free(index->path);
	(void)pthread_rwlock_destroy(&index->lock);
	free(index);
}

enum err
index_reopen(struct index *index)
{
	enum err err;

	(void)pthread_rwlock_wrlock(&index->lock);
	index_file_close(index);
	search_batch_clear(index->batch);
	err = index_file_open(index);
	(void)pthread_rwlock_unlock(&index->lock);
	return err;
}

enum err
index_rebuild(struct index *index, struct store *store)
{
	struct index_progress progress = { .arrival = 0 };
	struct index_progress before = { .arrival = 0 };
	struct db_txn *txn;
	unsigned table;
	enum err err;

	store_epoch(store, progress.epoch);
	lexicon_stamp(index->lexicon, progress.stamp);
	if (index->db == NULL)
		return ERR_IO;
	if ((err = db_begin(index->db, true, &txn)) != ERR_NONE)
		return err;

	/* What is emptied stays in free pages, also of what is erased meanwhile. */
	progress.erased = index_progress_get(txn, &before) != ERR_NONE ||
	    before.arrival > 0 || before.erased;
	for (table = 0; table < INDEX_TABLES && err == ERR_NONE; table++)
		err = db_clear(txn, table);
	if (err == ERR_NONE)
		err = index_progress_put(txn, &progress);
	if (err != ERR_NONE) {
		db_abort(&txn);
		return err;
	}
	return db_commit(&txn);
}

/* Whether the entry that ${state} names stands in the store at its place. */
static enum err
progress_fits(const struct index_progress *progress, struct store_txn *txn,
    bool *ret_fits)
{
	struct store_entry entry;
	enum err err;

	*ret_fits = progress->arrival == 0;
	if (*ret_fits)
		return ERR_NONE;
	err = store_arrival_next(txn, progress->arrival - 1, &entry);
	if (err == ERR_NONE)
		*ret_fits = entry.arrival == progress->arrival &&
		    memcmp(entry.c, progress->c, HASH_LEN) == 0;
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
index_match(struct index *index, struct store *store, bool *ret_rebuild)
{
	uint8_t epoch[STORE_EPOCH_LEN];
	uint8_t stamp[LEXICON_STAMP];
	struct store_txn *store_txn = NULL;
	struct db_txn *txn = NULL;
	struct index_progress progress;
	bool fits = false;
	enum err err;

	store_epoch(store, epoch);
	lexicon_stamp(index->lexicon, stamp);
	if (index->db == NULL)
		return ERR_IO;
	if ((err = db_begin(index->db, false, &txn)) != ERR_NONE)
		return err;
	err = index_progress_get(txn, &progress);
	db_abort(&txn);
	if (err == ERR_NONE &&
	    memcmp(progress.epoch, epoch, sizeof(epoch)) == 0 &&
	    memcmp(progress.stamp, stamp, sizeof(stamp)) == 0) {
		if ((err = store_begin(store, false, &store_txn)) != ERR_NONE)
			return err;
		err = progress_fits(&progress, store_txn, &fits);
		store_abort(&store_txn);
		if (err != ERR_NONE)
			return err;
	}
	if (!fits && (err = index_rebuild(index, store)) != ERR_NONE)
		return err;
	*ret_rebuild = !fits;
	return ERR_NONE;
}
