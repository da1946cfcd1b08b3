#include "daemon/index_internal.h"

#include <stdio.h>
#include <string.h>

void
index_tomb(
    const uint8_t log_id[LOG_ID_LEN], uint64_t n, char out[INDEX_TOMB_MAX])
{
	char hex[2 * LOG_ID_LEN + 1];

	bytes_hex(log_id, LOG_ID_LEN, hex);
	(void)snprintf(out, INDEX_TOMB_MAX, "own/erased/%s/%llu", hex,
	    (unsigned long long)n);
}

enum err
index_take_tomb(struct index_intake *in)
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

/* Everything that was taken from the body goes. */
static enum err
forget(struct index_intake *in)
{
	struct index_txn *txn = in->txn;
	enum err err;

	txn->progress.erased = true;
	err = search_batch_write(txn->index->batch, txn->txn, INDEX_SEARCHED);
	if (err == ERR_NONE)
		err = search_forget(txn->txn, INDEX_SEARCHED, in->row.doc);
	if (err == ERR_NONE)
		err = index_forget_refs(in);
	if (err == ERR_NONE)
		err = index_forget_told(in);
	return err;
}

enum err
index_is_news(struct index_intake *in, bool *ret_news)
{
	enum store_body_state state;
	enum err err;

	*ret_news = in->before == INDEX_ABSENT;
	if (*ret_news || in->before == INDEX_BARE || in->before == INDEX_ERASED)
		return ERR_NONE;
	err = store_body_state(
	    in->store_txn, in->entry->log_id, in->entry->n, &state);
	if (err != ERR_NONE || state != STORE_BODY_ERASED)
		return err;
	*ret_news = true;
	return forget(in);
}
