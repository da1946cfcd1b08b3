#include "daemon/index_internal.h"

#include <string.h>

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
	err = db_seek(txn->txn, INDEX_SHOWN,
	    (struct bytes){ .data = want, .len = sizeof(want) }, &key, &val);
	if (err != ERR_NONE)
		return err;
	if (val.len != 4)
		return ERR_DAMAGED;
	return index_row(txn, bytes_get_le32(val.data), ret_row);
}

enum err
index_tell(struct index_intake *in, uint64_t arrival)
{
	uint8_t commit[KEY_LEN + INDEX_HASH_LEN];
	uint8_t key[12];
	uint8_t doc[4];
	enum err err;

	bytes_put_le32(doc, in->row.doc);
	if (in->row.has_commit) {
		memcpy(commit, in->log.key, KEY_LEN);
		memcpy(commit + KEY_LEN, in->row.commit, INDEX_HASH_LEN);
		err = db_put(in->txn->txn, INDEX_COMMITS,
		    (struct bytes){ .data = commit, .len = sizeof(commit) },
		    (struct bytes){ .data = doc, .len = 4 }, DB_NEW);
		if (err != ERR_NONE)
			return err == ERR_EXIST ? ERR_NONE : err;
	}
	in->row.shown = arrival;
	bytes_put_be64(key, arrival);
	index_put_be32(key + 8, in->row.doc);
	return db_put(in->txn->txn, INDEX_SHOWN,
	    (struct bytes){ .data = key, .len = sizeof(key) },
	    (struct bytes){ .data = doc, .len = 4 }, DB_NEW);
}

enum err
index_forget_told(struct index_intake *in)
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
	err = db_del(in->txn->txn, INDEX_COMMITS,
	    (struct bytes){ .data = key, .len = sizeof(key) });
	return err == ERR_NOENT ? ERR_NONE : err;
}
