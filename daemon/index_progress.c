#include "daemon/index_internal.h"

#include <string.h>

/*
 * Of the rows; another one is built anew.  Those of 8 may tell of what an ERASE
 * beside the stored branch took away; those of 9 know no sections of laws, and
 * those of 10 none beyond "§ 14 h".
 */
#define FORMAT 11
#define PROGRESS_LEN \
	(4 + STORE_EPOCH_LEN + 8 + HASH_LEN + 4 + 4 + LEXICON_STAMP + 1)

static const struct bytes progress_key = { (const uint8_t *)"state", 5 };

enum err
index_progress_get(struct db_txn *txn, struct index_progress *ret_progress)
{
	struct bytes val;
	const uint8_t *at;
	enum err err;

	memset(ret_progress, 0, sizeof(*ret_progress));
	err = db_get(txn, INDEX_META, progress_key, &val);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if (val.len != PROGRESS_LEN || bytes_get_le32(val.data) != FORMAT)
		return ERR_NONE;
	at = val.data + 4;
	memcpy(ret_progress->epoch, at, STORE_EPOCH_LEN);
	at += STORE_EPOCH_LEN;
	ret_progress->arrival = bytes_get_le64(at);
	memcpy(ret_progress->c, at + 8, HASH_LEN);
	at += 8 + HASH_LEN;
	ret_progress->docs = bytes_get_le32(at);
	ret_progress->logs = bytes_get_le32(at + 4);
	memcpy(ret_progress->stamp, at + 8, LEXICON_STAMP);
	ret_progress->erased = at[8 + LEXICON_STAMP] != 0;
	return ERR_NONE;
}

enum err
index_progress_put(struct db_txn *txn, const struct index_progress *progress)
{
	uint8_t val[PROGRESS_LEN];
	uint8_t *at = val + 4;

	bytes_put_le32(val, FORMAT);
	memcpy(at, progress->epoch, STORE_EPOCH_LEN);
	at += STORE_EPOCH_LEN;
	bytes_put_le64(at, progress->arrival);
	memcpy(at + 8, progress->c, HASH_LEN);
	at += 8 + HASH_LEN;
	bytes_put_le32(at, progress->docs);
	bytes_put_le32(at + 4, progress->logs);
	memcpy(at + 8, progress->stamp, LEXICON_STAMP);
	at[8 + LEXICON_STAMP] = progress->erased;
	return db_put(txn, INDEX_META, progress_key,
	    (struct bytes){ .data = val, .len = sizeof(val) }, DB_REPLACE);
}

bool
index_progress_is_foreign(struct db *db)
{
	struct db_txn *txn;
	struct bytes val;
	bool foreign;

	if (db_begin(db, false, &txn) != ERR_NONE)
		return false;
	foreign = db_get(txn, INDEX_META, progress_key, &val) == ERR_NONE &&
	    (val.len < 4 || bytes_get_le32(val.data) != FORMAT);
	db_abort(&txn);
	return foreign;
}
