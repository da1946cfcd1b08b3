/*
 * Where the runs of a bundle belong: at the end of a log, among what is here
 * already, or in another branch.
 */

#include <string.h>

#include "proto/header.h"
#include "daemon/node_bundle_internal.h"
#include "daemon/node_internal.h"
#include "daemon/verify.h"

/* The log whose GENESIS the run begins with, if its key is in; else NULL. */
static enum err
begun_log(
    struct import *import, const struct log_run *run, struct view_log **ret_log)
{
	struct header_genesis genesis;
	struct header header;
	uint8_t log_id[LOG_ID_LEN];
	struct log_tip tip;

	if (header_decode(run->headers[0].data, run->headers[0].len, &header) !=
		ERR_NONE ||
	    header.kind != HEADER_GENESIS ||
	    header_genesis_decode(header.ext, &genesis) != ERR_NONE)
		return ERR_SYNTAX;
	log_begin(genesis.key, genesis.inc, log_id, &tip);
	if (memcmp(log_id, run->log_id, LOG_ID_LEN) != 0)
		return ERR_SYNTAX;
	*ret_log = NULL;
	if (bundle_cut(import, genesis.key, log_id) > 0)
		return view_add(
		    import->node->view, genesis.key, genesis.inc, ret_log);
	bundle_skip(import, genesis.key, log_id);
	return ERR_NONE;
}

/* A run that goes on where the log ends. */
static enum err
take_next(
    struct import *import, struct view_log *log, const struct log_run *run)
{
	struct log_tip end;
	enum err err;

	err = verify_run(log->key, log->inc, &log->pending, run, &end);
	if (err != ERR_NONE)
		return err;
	log->pending = end;
	node_import_run(import->node, import, log, run, NULL);
	return ERR_NONE;
}

/* A run of another branch, of which ${rest} is what parts after ${last_common}. */
static enum err
take_branch(struct import *import, struct view_log *log,
    const struct log_tip *start, const struct log_run *whole,
    const struct log_run *rest, uint64_t last_common)
{
	struct log_tip end;
	enum err err;

	err = verify_run(log->key, log->inc, start, whole, &end);
	if (err != ERR_NONE)
		return err;
	import->branched = true;
	node_import_run(import->node, import, log, rest, &last_common);
	return ERR_NONE;
}

/*
 * How many headers of the run are those that are here too?  ${tip} is the one
 * before the run and becomes the one after them.
 */
static size_t
skip_common(
    struct store_txn *txn, const struct log_run *run, struct log_tip *tip)
{
	struct store_entry entry;
	struct log_tip next = *tip;
	size_t i;

	for (i = 0; i < run->count; i++) {
		if (log_step(&next, run->headers[i].data,
			run->headers[i].len) != ERR_NONE ||
		    store_entry(txn, run->log_id, next.n, &entry) != ERR_NONE ||
		    memcmp(entry.c, next.c, HASH_LEN) != 0)
			break;
		*tip = next;
	}
	return i;
}

/* A run that begins on the stored branch, after ${start}. */
static enum err
take_beside(struct import *import, struct view_log *log,
    const struct log_run *whole, const struct log_tip *start,
    const struct log_tip *parted, size_t common)
{
	struct log_run rest = *whole;

	import->answer->known += common;
	if (common == whole->count)
		return ERR_NONE;
	rest.first += common;
	rest.headers += common;
	rest.count -= common;
	memcpy(rest.c_prev, parted->c, HASH_LEN);
	if (parted->n == log->tip.n && !log->frozen)
		return take_next(import, log, &rest);
	return take_branch(import, log, start, whole, &rest, parted->n);
}

/*
 * A run that does not begin on the stored branch.  On a frozen log the store
 * finds the branch that it continues, and looks at the boundaries there.
 */
static enum err
take_aside(
    struct import *import, struct view_log *log, const struct log_run *run)
{
	struct log_tip start = {
		.n = run->first - 1,
		.boundary = run->first - 1,
	};

	memcpy(start.c, run->c_prev, HASH_LEN);
	if (log->frozen)
		return take_branch(
		    import, log, &start, run, run, log->last_common);
	if (run->first <= log->tip.n + 1)
		return ERR_CHAIN;
	bundle_lacks(import, run->log_id);
	return ERR_NONE;
}

/* Look for the place of a run that does not just go on. */
static enum err
find_place(
    struct import *import, struct view_log *log, const struct log_run *run)
{
	struct store_txn *txn = NULL;
	struct log_tip start;
	struct log_tip parted;
	size_t common = 0;
	bool aside;
	enum err err;

	if ((err = store_begin(import->node->store, false, &txn)) != ERR_NONE)
		return err;
	err = store_tip_at(txn, run->log_id, run->first - 1, &start);
	aside = err == ERR_NOENT ||
	    (err == ERR_NONE && memcmp(start.c, run->c_prev, HASH_LEN) != 0);
	if (err == ERR_NONE && !aside) {
		parted = start;
		common = skip_common(txn, run, &parted);
	}
	store_abort(&txn);
	if (aside)
		return take_aside(import, log, run);
	if (err != ERR_NONE)
		return err;
	return take_beside(import, log, run, &start, &parted, common);
}

static enum err
place_run(
    struct import *import, struct view_log *log, const struct log_run *run)
{
	if (!log->frozen && run->first == log->pending.n + 1 &&
	    memcmp(run->c_prev, log->pending.c, HASH_LEN) == 0)
		return take_next(import, log, run);
	if (import->writing > 0 || log->pending.n > log->tip.n)
		return ERR_BUSY;
	return find_place(import, log, run);
}

enum err
bundle_run(struct import *import, const struct log_run *run)
{
	struct view *view = import->node->view;
	struct view_log *log = view_find(view, run->log_id);
	enum err err;

	if (run->first == 0 || run->count == 0)
		return ERR_SIZE;
	if (log == NULL && run->first > 1) {
		bundle_lacks(import, run->log_id);
		return ERR_NONE;
	}
	if (log == NULL &&
	    ((err = begun_log(import, run, &log)) != ERR_NONE || log == NULL))
		return err;
	if (bundle_cut(import, log->key, log->log_id) == 0) {
		bundle_skip(import, log->key, log->log_id);
		return ERR_NONE;
	}
	err = place_run(import, log, run);

	/* One of which nothing came is forgotten. */
	if (err != ERR_NONE && err != ERR_BUSY)
		view_forget(view, log);
	return err;
}
