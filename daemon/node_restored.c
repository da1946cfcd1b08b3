/*
 * What is different in a store that came out of a backup.
 */

#include "daemon/node_backup_internal.h"
#include "daemon/node_internal.h"

/* Drafts that were written anew while the backup was made have no key in it, nor
 * have bodies that were erased then. */
static enum err
drop_dead_drafts(struct store_txn *txn)
{
	uint8_t record[RECORD_LEN];
	struct store_draft draft;
	enum err err;

	err = store_draft_record_next(txn, NULL, record);
	while (err == ERR_NONE) {
		err = store_draft(txn, record, &draft);
		if (err == ERR_NONE)
			store_draft_clear(&draft);
		else if (err == ERR_ERASED || err == ERR_DAMAGED)
			err = store_draft_drop(txn, record);
		if (err == ERR_NONE)
			err = store_draft_record_next(txn, record, record);
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
node_restored_open(struct node *node, const char *fence, bool *ret_restored)
{
	const uint8_t known = STORE_RESTORED_KNOWN;
	struct store_txn *txn = NULL;
	struct bytes note;
	enum err err;

	node_backup_remove_copy(node);
	*ret_restored = false;
	if ((err = store_begin(node->store, true, &txn)) != ERR_NONE)
		return err;
	err = store_note_get(txn, STORE_NOTE_RESTORED, &note);
	if (err != ERR_NONE) {
		store_abort(&txn);
		return err == ERR_NOENT ? ERR_NONE : err;
	}
	*ret_restored = true;
	if (note.len != 1 || note.data[0] != STORE_RESTORED_FRESH) {
		store_abort(&txn);
		return ERR_NONE;
	}

	/* No fence of before vouches for what was signed before. */
	if ((err = fence_remove(fence)) == ERR_NONE &&
	    (err = drop_dead_drafts(txn)) == ERR_NONE &&
	    (err = store_bodies_lost(txn)) == ERR_NONE)
		err = store_note_put(txn, STORE_NOTE_RESTORED, &known, 1);
	if (err == ERR_NONE)
		return store_commit(&txn);
	store_abort(&txn);
	return err;
}

void
node_restored_end(struct node *node)
{
	if (node_write_note(node, STORE_NOTE_RESTORED, NULL, 0, NULL, NULL) !=
	    ERR_NONE)
		logger_warning("store", "no memory to note that it caught up");
}
