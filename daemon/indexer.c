#include "daemon/indexer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "daemon/ahead.h"
#include "daemon/forget.h"
#include "daemon/index.h"
#include "daemon/store.h"

#define BATCH 1000 /* entries of one transaction */
#define NICE  10   /* above all other threads of the process */

/* What failed is tried again so soon, even if nobody wakes the thread. */
#define RETRY_MS 30000

/* What was erased leaves the file so soon even while entries keep coming. */
#define COMPACT_SECONDS 20

struct indexer {
	struct indexer_options options;
	struct ahead *ahead;
	pthread_t thread;
	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t changed;
	bool woken;
	bool stopping;
	bool rebuilding;
	uint64_t arrival;  /* committed */
	uint64_t clean;    /* and compacted after erasures */
	uint64_t begun;    /* attempts; the last one may be under way */
	uint64_t ended;    /* of these */
	enum err err;      /* of the one that ended last */
	uint64_t since_ms; /* the first of those that failed in a row */
};

/* The moment after ${ms}. */
static struct timespec
in_ms(unsigned ms)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += (time_t)(ms / 1000);
	at.tv_nsec += (long)(ms % 1000) * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	return at;
}

/* Wait for work, or until what ${failed} is due; false when it is time to end. */
static bool
wait_for_work(struct indexer *indexer, bool failed, bool *ret_rebuild)
{
	struct timespec until = in_ms(indexer->options.retry_ms);
	int rc = 0;
	bool go_on;

	(void)pthread_mutex_lock(&indexer->mutex);
	while (!indexer->woken && !indexer->stopping && rc != ETIMEDOUT)
		rc = failed ?
		    pthread_cond_timedwait(
			&indexer->changed, &indexer->mutex, &until) :
		    pthread_cond_wait(&indexer->changed, &indexer->mutex);
	indexer->woken = false;
	indexer->begun++;
	go_on = !indexer->stopping;
	*ret_rebuild = indexer->rebuilding;
	indexer->rebuilding = false;
	(void)pthread_mutex_unlock(&indexer->mutex);
	return go_on;
}

/* Whether something else than following arrivals is to be done. */
static bool
is_interrupted(struct indexer *indexer)
{
	bool interrupted;

	(void)pthread_mutex_lock(&indexer->mutex);
	interrupted = indexer->stopping || indexer->rebuilding;
	(void)pthread_mutex_unlock(&indexer->mutex);
	return interrupted;
}

/* Call who wants to know how it goes. */
static void
call(const struct indexer *indexer, uint64_t arrival, enum err err)
{
	if (indexer->options.progress != NULL)
		indexer->options.progress(
		    indexer->options.context, arrival, err);
}

/* Say how far the index is; nowhere, if it is to be emptied first. */
static void
tell(struct indexer *indexer, uint64_t arrival)
{
	(void)pthread_mutex_lock(&indexer->mutex);
	indexer->arrival = indexer->rebuilding ? 0 : arrival;
	(void)pthread_cond_broadcast(&indexer->changed);
	(void)pthread_mutex_unlock(&indexer->mutex);
	call(indexer, arrival, ERR_NONE);
}

static uint64_t
clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Say how an attempt ended. */
static void
tell_end(struct indexer *indexer, enum err err)
{
	uint64_t arrival;
	bool told;

	(void)pthread_mutex_lock(&indexer->mutex);
	told = err != ERR_NONE || indexer->err != ERR_NONE;
	if (err == ERR_NONE)
		indexer->since_ms = 0;
	else if (indexer->err == ERR_NONE)
		indexer->since_ms = clock_ms();
	indexer->err = err;
	indexer->ended = indexer->begun;
	arrival = indexer->arrival;
	(void)pthread_cond_broadcast(&indexer->changed);
	(void)pthread_mutex_unlock(&indexer->mutex);
	if (told)
		call(indexer, arrival, err);
}

/* Take in what arrived next; tell how many entries that were. */
static enum err
add_batch(struct indexer *indexer, struct index_txn *txn,
    struct store_txn *store_txn, unsigned *ret_count)
{
	struct store_entry entry;
	unsigned count = 0;
	enum err err;

	err = ahead_scan(indexer->ahead, store_txn, index_arrival(txn));
	while (err == ERR_NONE && count < indexer->options.batch) {
		err = store_arrival_next(store_txn, index_arrival(txn), &entry);
		if (err == ERR_NONE)
			err = index_add(txn, store_txn, &entry,
			    ahead_again(indexer->ahead, &entry));
		if (err == ERR_NONE)
			count++;
	}
	*ret_count = count;
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* One transaction of the index. */
static enum err
follow(struct indexer *indexer, unsigned *ret_count)
{
	struct index_txn *txn = NULL;
	struct store_txn *store_txn = NULL;
	uint64_t arrival = 0;
	enum err err;

	*ret_count = 0;
	err = index_begin(indexer->options.index, true, &txn);
	if (err == ERR_NONE)
		err = store_begin(indexer->options.store, false, &store_txn);
	if (err == ERR_NONE)
		err = add_batch(indexer, txn, store_txn, ret_count);
	store_abort(&store_txn);
	if (err == ERR_NONE && *ret_count > 0) {
		arrival = index_arrival(txn);
		err = index_commit(&txn);
	}
	index_abort(&txn);
	if (err != ERR_NONE)
		ahead_reset(indexer->ahead);
	else if (*ret_count > 0)
		tell(indexer, arrival);
	return err;
}

/* The next attempt empties the index, as this one should have. */
static void
put_off_rebuild(struct indexer *indexer)
{
	(void)pthread_mutex_lock(&indexer->mutex);
	indexer->rebuilding = true;
	(void)pthread_mutex_unlock(&indexer->mutex);
}

/* Empty the index. */
static enum err
rebuild(struct indexer *indexer)
{
	enum err err;

	ahead_reset(indexer->ahead);
	err = index_rebuild(indexer->options.index, indexer->options.store);
	if (err == ERR_NONE)
		tell(indexer, 0);
	else
		put_off_rebuild(indexer);
	return err;
}

/*
 * Put the search index in order; if it turns out to be damaged, which costs
 * nothing but time, have everything built anew.
 */
static enum err
tend(struct indexer *indexer)
{
	bool done = true;
	enum err err = ERR_NONE;

	while (err == ERR_NONE && done && !is_interrupted(indexer))
		err = index_tend(indexer->options.index, &done);
	return err;
}

/* Take the words of erased texts out of the file. */
static enum err
compact(struct indexer *indexer)
{
	uint64_t arrival = indexer_arrival(indexer);
	bool done;
	enum err err = index_compact(indexer->options.index, &done);

	forget_stack();
	if (err != ERR_NONE)
		return err;
	(void)pthread_mutex_lock(&indexer->mutex);
	indexer->clean = arrival;
	(void)pthread_mutex_unlock(&indexer->mutex);
	call(indexer, arrival, ERR_NONE);
	return ERR_NONE;
}

static time_t
seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Follow arrivals until there are none; the error, if it went wrong. */
static enum err
catch_up(struct indexer *indexer, bool again)
{
	unsigned count = 1;
	time_t begun = seconds();
	enum err err = again ? rebuild(indexer) : ERR_NONE;

	while (err == ERR_NONE && count > 0 && !is_interrupted(indexer)) {
		err = follow(indexer, &count);
		if (err == ERR_NONE)
			err = tend(indexer);
		if (err != ERR_NONE || seconds() - begun < COMPACT_SECONDS)
			continue;
		err = compact(indexer);
		begun = seconds();
	}
	if (err == ERR_NONE && !is_interrupted(indexer))
		err = compact(indexer);
	if (err != ERR_DAMAGED || again)
		return err;
	call(indexer, indexer_arrival(indexer), err);
	return catch_up(indexer, true);
}

/* See whether the index is that of this store, and read how far it is. */
static enum err
match(const struct indexer_options *options, uint64_t *ret_arrival)
{
	struct index_txn *txn;
	bool rebuilt;
	enum err err;

	err = index_match(options->index, options->store, &rebuilt);
	if (err != ERR_NONE ||
	    (err = index_begin(options->index, false, &txn)) != ERR_NONE)
		return err;
	*ret_arrival = index_arrival(txn);
	index_abort(&txn);
	return ERR_NONE;
}

/* After an error of the disk the file may be of no use before it is opened anew. */
static enum err
open_again(struct indexer *indexer)
{
	uint64_t arrival;
	enum err err = index_reopen(indexer->options.index);

	ahead_reset(indexer->ahead);
	if (err == ERR_NONE)
		err = match(&indexer->options, &arrival);
	if (err == ERR_NONE)
		tell(indexer, arrival);
	return err;
}

static void *
run(void *context)
{
	struct indexer *indexer = context;
	enum err err = ERR_NONE;
	bool again;

	/* On Linux this is the thread's own priority; without it all works. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	while (wait_for_work(indexer, err != ERR_NONE, &again)) {
		err = err == ERR_IO ? open_again(indexer) : ERR_NONE;
		if (err == ERR_NONE)
			err = catch_up(indexer, again);
		else if (again)
			put_off_rebuild(indexer);
		tell_end(indexer, err);
	}
	return NULL;
}

/* Start the thread with all signals blocked: they are others' to handle. */
static enum err
start_thread(struct indexer *indexer)
{
	sigset_t all;
	sigset_t old;
	int rc;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&indexer->thread, NULL, run, indexer);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc == 0 ? ERR_NONE : ERR_IO;
}

/* Prepare the mutex, and a condition that keeps to the monotonic clock. */
static enum err
make_locks(struct indexer *indexer)
{
	pthread_condattr_t attributes;

	if (pthread_condattr_init(&attributes) != 0)
		return ERR_NOMEM;
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_mutex_init(&indexer->mutex, NULL);
	(void)pthread_cond_init(&indexer->changed, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	return ERR_NONE;
}

enum err
indexer_start(
    const struct indexer_options *options, struct indexer **ret_indexer)
{
	struct indexer *indexer;
	enum err err;

	if ((indexer = calloc(1, sizeof(*indexer))) == NULL)
		return ERR_NOMEM;
	indexer->options = *options;
	if (indexer->options.batch == 0)
		indexer->options.batch = BATCH;
	if (indexer->options.retry_ms == 0)
		indexer->options.retry_ms = RETRY_MS;
	indexer->woken = true;
	if ((err = match(options, &indexer->arrival)) != ERR_NONE ||
	    (err = ahead_new(&indexer->ahead)) != ERR_NONE ||
	    (err = make_locks(indexer)) != ERR_NONE)
		goto fail;
	if ((err = start_thread(indexer)) != ERR_NONE)
		goto fail_locks;
	*ret_indexer = indexer;
	return ERR_NONE;

fail_locks:
	(void)pthread_cond_destroy(&indexer->changed);
	(void)pthread_mutex_destroy(&indexer->mutex);
fail:
	ahead_free(indexer->ahead);
	free(indexer);
	return err;
}

void
indexer_stop(struct indexer *indexer)
{
	if (indexer == NULL)
		return;
	(void)pthread_mutex_lock(&indexer->mutex);
	indexer->stopping = true;
	(void)pthread_cond_broadcast(&indexer->changed);
	(void)pthread_mutex_unlock(&indexer->mutex);
	(void)pthread_join(indexer->thread, NULL);
	(void)pthread_cond_destroy(&indexer->changed);
	(void)pthread_mutex_destroy(&indexer->mutex);
	ahead_free(indexer->ahead);
	free(indexer);
}

/* The mutex is held. */
static uint64_t
wake(struct indexer *indexer)
{
	indexer->woken = true;
	(void)pthread_cond_broadcast(&indexer->changed);
	return indexer->begun + 1;
}

uint64_t
indexer_wake(struct indexer *indexer)
{
	uint64_t attempt;

	(void)pthread_mutex_lock(&indexer->mutex);
	attempt = wake(indexer);
	(void)pthread_mutex_unlock(&indexer->mutex);
	return attempt;
}

void
indexer_rebuild(struct indexer *indexer)
{
	(void)pthread_mutex_lock(&indexer->mutex);
	indexer->rebuilding = true;
	indexer->arrival = 0;
	(void)wake(indexer);
	(void)pthread_mutex_unlock(&indexer->mutex);
}

uint64_t
indexer_arrival(struct indexer *indexer)
{
	uint64_t arrival;

	(void)pthread_mutex_lock(&indexer->mutex);
	arrival = indexer->arrival;
	(void)pthread_mutex_unlock(&indexer->mutex);
	return arrival;
}

uint64_t
indexer_clean(struct indexer *indexer)
{
	uint64_t clean;

	(void)pthread_mutex_lock(&indexer->mutex);
	clean = indexer->clean;
	(void)pthread_mutex_unlock(&indexer->mutex);
	return clean;
}

/* The mutex is held. */
static enum err
has_failed(const struct indexer *indexer, uint64_t attempt)
{
	return indexer->ended >= attempt ? indexer->err : ERR_NONE;
}

enum err
indexer_failed(struct indexer *indexer, uint64_t attempt)
{
	enum err err;

	(void)pthread_mutex_lock(&indexer->mutex);
	err = has_failed(indexer, attempt);
	(void)pthread_mutex_unlock(&indexer->mutex);
	return err;
}

enum err
indexer_error(struct indexer *indexer, uint64_t *ret_since_ms)
{
	enum err err;

	(void)pthread_mutex_lock(&indexer->mutex);
	err = indexer->err;
	*ret_since_ms = indexer->since_ms;
	(void)pthread_mutex_unlock(&indexer->mutex);
	return err;
}

bool
indexer_wait(struct indexer *indexer, uint64_t arrival, unsigned timeout_ms)
{
	struct timespec until = in_ms(timeout_ms);
	uint64_t attempt = 0;
	bool there;
	int rc = 0;

	(void)pthread_mutex_lock(&indexer->mutex);
	if (indexer->arrival < arrival)
		attempt = wake(indexer);
	while (indexer->arrival < arrival && rc != ETIMEDOUT &&
	    has_failed(indexer, attempt) == ERR_NONE)
		rc = pthread_cond_timedwait(
		    &indexer->changed, &indexer->mutex, &until);
	there = indexer->arrival >= arrival;
	(void)pthread_mutex_unlock(&indexer->mutex);
	return there;
}
