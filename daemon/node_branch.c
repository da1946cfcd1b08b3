/*
 * What links ask of forked logs: the HEADs of their branches, and which bodies
 * of them are not here yet.
 */

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "daemon/node_internal.h"

/* A search for bodies that are wanted. */
struct search {
	struct node *node;
	struct link *link;
	struct store_txn *txn;
	struct wire_ref *refs;
	size_t count;
	size_t max;
	size_t max_bytes;
	uint8_t name[LINK_BRANCH_LEN];
};

void
node_branches(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    const struct log_tip *stored, struct node_branches *ret_branches)
{
	const uint8_t *after = NULL;
	struct log_tip *tip = ret_branches->tips;

	while (tip < ret_branches->tips + STORE_BRANCHES_MAX &&
	    store_branch_next(txn, log_id, after, tip) == ERR_NONE)
		after = (tip++)->c;
	*tip++ = *stored;
	ret_branches->count = (size_t)(tip - ret_branches->tips);
}

void
node_branch_name(const struct log_tip *tip, uint8_t out[LINK_BRANCH_LEN])
{
	bytes_put_le64(out, tip->n);
	memcpy(out + 8, tip->c, C8_LEN);
}

enum err
node_branch_head(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    const struct log_tip *tip, uint8_t ret_head[HEAD_LEN])
{
	uint8_t name[LINK_BRANCH_LEN];
	struct store_run run;
	enum err err;

	node_branch_name(tip, name);
	if ((err = store_read_run(txn, log_id, tip->n, name, &run)) ==
	    ERR_NONE) {
		memcpy(ret_head, run.run.head, HEAD_LEN);
		store_run_clear(&run);
	}
	return err;
}

bool
node_holds(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    const uint8_t c8[C8_LEN])
{
	struct node *node = host;
	struct store_txn *txn = NULL;
	uint8_t name[LINK_BRANCH_LEN];
	bool holds;

	bytes_put_le64(name, n);
	memcpy(name + 8, c8, C8_LEN);
	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return false;
	holds = store_branch_has(txn, log_id, name, n, c8) == ERR_NONE;
	store_abort(&txn);
	return holds;
}

enum err
node_other_head(void *host, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    const uint8_t c8[C8_LEN], uint8_t ret_head[HEAD_LEN])
{
	struct node *node = host;
	const struct view_log *log = view_find(node->view, log_id);
	struct store_txn *txn = NULL;
	struct node_branches branches;
	uint8_t name[LINK_BRANCH_LEN];
	size_t i;
	enum err err;

	if (log == NULL || n == 0)
		return ERR_NOENT;
	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	node_branches(txn, log->log_id, &log->tip, &branches);
	err = ERR_NOENT;
	for (i = 0; i < branches.count && err != ERR_NONE; i++) {
		node_branch_name(&branches.tips[i], name);
		if (store_branch_has(txn, log_id, name, n, c8) != ERR_NONE)
			err = node_branch_head(
			    txn, log_id, &branches.tips[i], ret_head);
	}
	store_abort(&txn);
	return err;
}

/* Go on to the next branch of this log at the end of which more can be kept. */
static enum err
next_of(
    struct store_txn *txn, const struct view_log *log, struct link_branch *at)
{
	struct node_branches branches;
	enum err err;

	if (at->stored)
		return ERR_NOENT;
	err = store_branch_next(
	    txn, log->log_id, at->begun ? at->tip.c : NULL, &at->tip);
	at->begun = true;
	if (err != ERR_NOENT)
		return err;

	/* What follows the stored one is one branch more. */
	at->stored = true;
	node_branches(txn, log->log_id, &log->tip, &branches);
	at->tip = log->tip;
	return branches.count > STORE_BRANCHES_MAX ? ERR_NOENT : ERR_NONE;
}

enum err
node_branch_next(void *host, struct link_branch *at)
{
	struct node *node = host;
	const struct view_log *log;
	struct store_txn *txn = NULL;
	size_t i;
	enum err err;

	if ((err = store_begin(node->store, false, &txn)) != ERR_NONE)
		return err;
	err = ERR_NOENT;
	for (i = view_from(node->view, at->log_id);
	     i < view_count(node->view) && err == ERR_NOENT; i++) {
		log = view_at(node->view, i);
		if (!log->frozen)
			continue;
		if (memcmp(at->log_id, log->log_id, LOG_ID_LEN) != 0) {
			memset(at, 0, sizeof(*at));
			memcpy(at->log_id, log->log_id, LOG_ID_LEN);
		}
		err = next_of(txn, log, at);
	}
	store_abort(&txn);
	return err;
}

/*
 * Take one body of the branch, unless it is here, or not to be had now.  One that
 * is damaged is not here.
 */
static void
want(struct search *search, const uint8_t *log_id, uint64_t n, size_t len)
{
	struct wire_ref *ref = &search->refs[search->count];
	struct posset *fetching = search->node->fetching;
	struct store_body body;
	enum err err;

	if (search->count > 0 && len > search->max_bytes) {
		search->max = search->count;
		return;
	}
	err = store_branch_body(search->txn, log_id, search->name, n, &body);
	if (err == ERR_NONE)
		store_body_clear(&body);
	memset(ref, 0, sizeof(*ref));
	memcpy(ref->log_id, log_id, LOG_ID_LEN);
	ref->n = n;
	if ((err != ERR_NOENT && err != ERR_DAMAGED) ||
	    link_lacks_in(search->link, ref, search->name))
		return;

	/* Another branch has one of this number, or another peer is asked. */
	if (posset_has(fetching, log_id, n)) {
		search->node->branches_wait = true;
		return;
	}
	if (posset_add(fetching, log_id, n) != ERR_NONE)
		return;
	search->count++;
	search->max_bytes -= len < search->max_bytes ? len : search->max_bytes;
}

/* Look through one branch, after what all branches share. */
static void
look_through(struct search *search, const struct view_log *log,
    const struct log_tip *tip)
{
	uint64_t n = log->last_common + 1;
	struct store_run run;
	struct header header;
	size_t i;

	node_branch_name(tip, search->name);
	while (n <= tip->n && n <= log->cut && search->count < search->max) {
		if (store_read_run(search->txn, log->log_id, n, search->name,
			&run) != ERR_NONE)
			return;
		for (i = 0; i < run.run.count && search->count < search->max;
		     i++)
			if (header_decode(run.run.headers[i].data,
				run.run.headers[i].len, &header) == ERR_NONE &&
			    header.body_len > 0)
				want(search, log->log_id, n + i,
				    header.body_len);
		n = run.end.n + 1;
		store_run_clear(&run);
	}
}

size_t
node_want_branch(void *host, struct link *link, struct wire_ref *refs,
    size_t max, size_t max_bytes, uint8_t ret_branch[LINK_BRANCH_LEN])
{
	struct node *node = host;
	struct search search = {
		.node = node,
		.link = link,
		.refs = refs,
		.max = max,
		.max_bytes = max_bytes,
	};
	struct node_branches branches;
	const struct view_log *log;
	size_t i;
	size_t j;

	if (store_begin(node->store, false, &search.txn) != ERR_NONE)
		return 0;
	for (i = 0; i < view_count(node->view) && search.count == 0; i++) {
		log = view_at(node->view, i);
		if (!log->frozen)
			continue;
		node_branches(search.txn, log->log_id, &log->tip, &branches);
		for (j = 0; j < branches.count && search.count == 0; j++)
			look_through(&search, log, &branches.tips[j]);
	}
	store_abort(&search.txn);
	memcpy(ret_branch, search.name, LINK_BRANCH_LEN);
	return search.count;
}
