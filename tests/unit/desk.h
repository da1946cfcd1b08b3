#ifndef ERFA_DESK_H
#define ERFA_DESK_H

/*
 * desk - what a node answers questions with: its store, its index and query, for
 * tests that need no socket.
 *
 * All calls fail the test when something is wrong.
 */

#include <pthread.h>

#include "proto/control.h"
#include "tests/unit/press.h"

/* A directory that is lent out, and how often. */
struct desk_holder {
	struct directory *directory;
	int lent;
};

struct desk {
	char *dir;
	char *index_path;
	struct store *store;
	struct index *index;
	struct indexer *indexer;
	struct query *query;
	struct desk_holder *holder;
	pthread_mutex_t mutex;
};

/**
 * desk_open(desk, own), desk_close(desk):
 * An empty store and index in a folder of their own, of the node ${own}, which
 * knows the members that it has vouched for so far.  Close it, every directory
 * having been given back.
 */
void desk_open(struct desk *desk, const struct press *own);
void desk_close(struct desk *desk);

/**
 * desk_directory(desk, own):
 * Compute the directory anew from what ${own} wrote; who has the old one keeps
 * it until they give it back.
 */
void desk_directory(struct desk *desk, const struct press *own);

/**
 * desk_stop(desk), desk_start(desk, own):
 * Close the store, and all that reads it but the index, so that a test may lay
 * hands on its files; and open them again.
 */
void desk_stop(struct desk *desk);
void desk_start(struct desk *desk, const struct press *own);

/**
 * desk_rebuild(desk):
 * Have the index built anew from the store, and wait for it.
 */
void desk_rebuild(struct desk *desk);

/**
 * desk_settle(desk):
 * Wait, a minute at most, until the index has all that the store has.
 */
void desk_settle(struct desk *desk);

/**
 * desk_ask(desk, request):
 * The answer to a question that query can answer; it can also be sent.  Free it
 * with control_free_answer().
 */
Erfa__Answer *desk_ask(struct desk *desk, const Erfa__Request *request);

#endif /* !ERFA_DESK_H */
