#include "daemon/index_internal.h"

#include <stdlib.h>

/* ---- searches that are kept ---- */

/* Take a search that was left; NULL if there is none. */
static struct search *
take_search(struct index *index)
{
	struct search *search = NULL;
	size_t i;

	for (i = 0; i < INDEX_KEPT && search == NULL; i++)
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
	for (i = 0; i < INDEX_KEPT; i++, none = NULL)
		if (atomic_compare_exchange_strong(
			&index->kept[i], &none, search))
			return;
	search_close(search);
}

void
index_drop_searches(struct index *index)
{
	struct search *search;

	while ((search = take_search(index)) != NULL)
		search_close(search);
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
		err = search_open(txn->txn, INDEX_SEARCHED, &search);
		if (err != ERR_NONE)
			return err;
	}
	txn->search = search;
	*ret_search = search;
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
		err = index_progress_get(txn->txn, &txn->progress);
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
	err = search_batch_write(txn->index->batch, txn->txn, INDEX_SEARCHED);
	if (err == ERR_NONE)
		err = index_progress_put(txn->txn, &txn->progress);
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
	return txn->progress.arrival;
}

uint32_t
index_docs(const struct index_txn *txn)
{
	return txn->progress.docs;
}

uint32_t
index_logs(const struct index_txn *txn)
{
	return txn->progress.logs;
}
