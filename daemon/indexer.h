#ifndef ERFAD_INDEXER_H
#define ERFAD_INDEXER_H

/*
 * indexer - the thread that follows arrival numbers and feeds the index.
 *
 * It sleeps until it is woken after a commit of the store, takes in what
 * arrived, some hundred entries a transaction, and says how far it is.  It runs
 * at a lower priority than all other threads, so that a catch-up is not slowed
 * by it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/err.h"

/* Opaque types. */
struct index;
struct indexer;
struct store;

struct indexer_options {
	struct store *store; /* borrowed for the indexer's life */
	struct index *index; /* likewise; nobody else writes to it */
	unsigned batch;      /* entries of one transaction; 0 = 1,000 */
	unsigned retry_ms;   /* wait after an error; 0 = 30,000 */
	/*
	 * Called on the indexer's thread after each transaction, and after an
	 * attempt that failed, or that went well after one that did: how far
	 * the index is, and the error (ERR_NONE if none).  After an error the
	 * thread tries again when it is woken, or after retry_ms: what was
	 * erased must go also if nothing comes any more.  May be NULL.
	 */
	void (*progress)(void *context, uint64_t arrival, enum err err);
	void *context;
};

/**
 * indexer_start(options, ret_indexer):
 * Match the index with the store (index_match()) and start the thread, which
 * begins at once with what the index lacks.  Return what index_match()
 * returns, ERR_NOMEM, or ERR_IO if there can be no thread.
 */
enum err indexer_start(const struct indexer_options *options,
    struct indexer **ret_indexer) MUST_CHECK;

/**
 * indexer_stop(indexer):
 * End the thread after the transaction it is in, and free it.  NULL is allowed.
 */
void indexer_stop(struct indexer *indexer);

/**
 * indexer_wake(indexer):
 * Something was committed, or what failed may go well now.  Any thread; cheap.
 * Return the number of the attempt that takes it up, for indexer_failed().
 */
uint64_t indexer_wake(struct indexer *indexer);

/**
 * indexer_rebuild(indexer):
 * Have the index emptied and built anew.  Any thread; returns at once, and from
 * then on indexer_arrival() tells how far the new one is.
 */
void indexer_rebuild(struct indexer *indexer);

/**
 * indexer_arrival(indexer):
 * The arrival number up to which the index is committed.  Any thread.
 */
uint64_t indexer_arrival(struct indexer *indexer);

/**
 * indexer_clean(indexer):
 * The arrival number up to which no word of an erased text is left in the file
 * either (index_compact()): not later than a minute after the index got there.
 * Any thread.
 */
uint64_t indexer_clean(struct indexer *indexer);

/**
 * indexer_failed(indexer, attempt), indexer_error(indexer, ret_since_ms):
 * What went wrong in the latest attempt to follow, if that is number ${attempt} or
 * a later one; or whichever it is, and since when none has gone well, ms since
 * 1970.  ERR_NONE, and 0, if nothing went wrong.  Any thread.
 */
enum err indexer_failed(struct indexer *indexer, uint64_t attempt) MUST_CHECK;
enum err indexer_error(
    struct indexer *indexer, uint64_t *ret_since_ms) MUST_CHECK;

/**
 * indexer_wait(indexer, arrival, timeout_ms):
 * Wait until the index is committed up to ${arrival}; false if that took
 * longer, or if it failed, having been tried once more at least.  For tests and
 * for callers that may block.
 */
bool indexer_wait(
    struct indexer *indexer, uint64_t arrival, unsigned timeout_ms);

#endif /* !ERFAD_INDEXER_H */
