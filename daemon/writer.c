#include "daemon/writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "daemon/forget.h"
#include "daemon/outbox.h"
#include "daemon/store.h"

#define RETRY_SECONDS 1 /* before entries that could not be signed are tried */

/* Jobs in the order in which they came. */
struct queue {
	struct writer_job *first;
	struct writer_job *last;
};

struct writer {
	struct store *store;   /* not owned */
	struct outbox *outbox; /* not owned, may be NULL */
	pthread_t thread;
	int fd;
	bool stalled; /* the last transaction failed; the thread's own */
	bool broken;  /* the store is; likewise */

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct queue waiting;
	struct queue done;
	size_t backlog;
	uint64_t commits;
	bool wake;
	bool stop;
	bool failed; /* broken, and the loop is to know */
};

static void
push(struct queue *queue, struct writer_job *job)
{
	job->next = NULL;
	if (queue->last == NULL)
		queue->first = job;
	else
		queue->last->next = job;
	queue->last = job;
}

static struct writer_job *
pop(struct queue *queue)
{
	struct writer_job *job = queue->first;

	if (job == NULL)
		return NULL;
	queue->first = job->next;
	if (queue->first == NULL)
		queue->last = NULL;
	job->next = NULL;
	return job;
}

static uint64_t
clock_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0 || now.tv_sec < 0)
		return 0;
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- one transaction ---- */

static void
drop(struct writer *writer, struct store_txn **txn_p)
{
	store_abort(txn_p);
	if (writer->outbox != NULL)
		outbox_aborted(writer->outbox);
}

/* Sign what waits, commit, write the fence. */
static enum err
finish(struct writer *writer, struct store_txn **txn_p)
{
	enum err err = ERR_NONE;

	if (writer->outbox != NULL)
		err = outbox_sign(writer->outbox, *txn_p, clock_ms());
	if (err == ERR_NONE) {
		err = store_commit(txn_p);
		writer->broken = err == ERR_IO;
	}
	if (err != ERR_NONE) {
		drop(writer, txn_p);
		return err;
	}

	if (writer->outbox != NULL)
		outbox_committed(writer->outbox);
	(void)pthread_mutex_lock(&writer->lock);
	writer->commits++;
	(void)pthread_mutex_unlock(&writer->lock);
	return ERR_NONE;
}

/*
 * Run jobs in one transaction.  A job that fails before it wrote fails alone;
 * any other failure is returned and nothing of any job is kept.
 */
static enum err
run_together(struct writer *writer, const struct queue *jobs)
{
	struct store_txn *txn = NULL;
	struct writer_job *job;
	uint64_t writes;
	enum err err;

	if ((err = store_begin(writer->store, true, &txn)) != ERR_NONE) {
		writer->broken = err == ERR_IO;
		return err;
	}
	for (job = jobs->first; job != NULL; job = job->next) {
		writes = store_writes(txn);
		job->err = job->run(txn, job);
		if (job->err != ERR_NONE && store_writes(txn) != writes) {
			drop(writer, &txn);
			return job->err;
		}
	}
	return finish(writer, &txn);
}

/* Run jobs together, or one at a time if that fails; none once it is broken. */
static void
run_jobs(struct writer *writer, struct queue *jobs)
{
	struct queue finished = { NULL, NULL };
	struct queue single;
	struct writer_job *job;
	enum err err;

	err = writer->broken ? ERR_IO : run_together(writer, jobs);
	writer->stalled = err != ERR_NONE;
	if (err == ERR_NONE)
		return;
	while ((job = pop(jobs)) != NULL) {
		single = (struct queue){ job, job };
		err = writer->broken ? ERR_IO : run_together(writer, &single);
		if (err != ERR_NONE)
			job->err = err;
		else
			writer->stalled = false;
		push(&finished, job);
	}
	*jobs = finished;
}

/* ---- the thread ---- */

/* Is there anything to do?  The lock is held. */
static bool
has_work(struct writer *writer)
{
	return writer->waiting.first != NULL || writer->wake ||
	    (writer->outbox != NULL && !writer->stalled &&
		outbox_ready(writer->outbox));
}

/* Wait until there is something to do; false at the end. */
static bool
wait_for_work(struct writer *writer)
{
	struct timespec until;

	while (!writer->stop && !has_work(writer)) {
		if (!writer->stalled) {
			(void)pthread_cond_wait(
			    &writer->changed, &writer->lock);
			continue;
		}
		(void)clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += RETRY_SECONDS;
		if (pthread_cond_clockwait(&writer->changed, &writer->lock,
			CLOCK_MONOTONIC, &until) == ETIMEDOUT)
			writer->stalled = false;
	}
	return !writer->stop || writer->waiting.first != NULL;
}

/* Take as many jobs as one transaction may hold, at least one. */
static struct queue
take(struct writer *writer)
{
	struct queue jobs = { NULL, NULL };
	const struct writer_job *next;
	size_t entries = 0;
	size_t bytes = 0;

	while ((next = writer->waiting.first) != NULL) {
		if (jobs.first != NULL &&
		    (entries + next->entries > WRITER_ENTRIES ||
			bytes + next->bytes > WRITER_BYTES))
			break;
		entries += next->entries;
		bytes += next->bytes;
		push(&jobs, pop(&writer->waiting));
	}
	writer->wake = false;
	return jobs;
}

/* Hand jobs back to the loop.  The lock is held. */
static void
give_back(struct writer *writer, struct queue *jobs)
{
	const uint64_t one = 1;
	struct writer_job *job;
	bool any = jobs->first != NULL || writer->broken;

	writer->failed = writer->broken;
	while ((job = pop(jobs)) != NULL) {
		writer->backlog -= job->bytes;
		push(&writer->done, job);
	}

	/* The counter cannot overflow: reaping sets it back. */
	if (any && write(writer->fd, &one, sizeof(one)) < 0)
		abort();
}

static void *
run(void *context)
{
	struct writer *writer = context;
	struct queue jobs;

	(void)pthread_mutex_lock(&writer->lock);
	while (wait_for_work(writer)) {
		jobs = take(writer);
		(void)pthread_mutex_unlock(&writer->lock);
		run_jobs(writer, &jobs);
		forget_stack();
		(void)pthread_mutex_lock(&writer->lock);
		give_back(writer, &jobs);
	}
	(void)pthread_mutex_unlock(&writer->lock);
	return NULL;
}

/* ---- start and stop ---- */

/* Start the thread with all signals blocked: they are the loop's. */
static bool
start_thread(struct writer *writer)
{
	sigset_t all;
	sigset_t old;
	bool started;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	started = pthread_create(&writer->thread, NULL, run, writer) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return started;
}

static void
free_writer(struct writer *writer)
{
	if (writer->fd >= 0)
		(void)close(writer->fd);
	(void)pthread_cond_destroy(&writer->changed);
	(void)pthread_mutex_destroy(&writer->lock);
	free(writer);
}

enum err
writer_start(
    struct store *store, struct outbox *outbox, struct writer **ret_writer)
{
	struct writer *writer;

	if ((writer = malloc(sizeof(*writer))) == NULL)
		return ERR_NOMEM;
	*writer = (struct writer){
		.store = store,
		.outbox = outbox,
		.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};
	if (writer->fd < 0 || !start_thread(writer)) {
		free_writer(writer);
		return ERR_IO;
	}
	*ret_writer = writer;
	return ERR_NONE;
}

void
writer_stop(struct writer *writer)
{
	if (writer == NULL)
		return;
	(void)pthread_mutex_lock(&writer->lock);
	writer->stop = true;
	(void)pthread_cond_signal(&writer->changed);
	(void)pthread_mutex_unlock(&writer->lock);
	(void)pthread_join(writer->thread, NULL);
	(void)writer_reap(writer, NULL);
	free_writer(writer);
}

/* ---- other threads ---- */

void
writer_submit(struct writer *writer, struct writer_job *job)
{
	(void)pthread_mutex_lock(&writer->lock);
	push(&writer->waiting, job);
	writer->backlog += job->bytes;
	(void)pthread_cond_signal(&writer->changed);
	(void)pthread_mutex_unlock(&writer->lock);
}

void
writer_wake(struct writer *writer)
{
	(void)pthread_mutex_lock(&writer->lock);
	writer->wake = true;
	(void)pthread_cond_signal(&writer->changed);
	(void)pthread_mutex_unlock(&writer->lock);
}

size_t
writer_backlog(struct writer *writer)
{
	size_t backlog;

	(void)pthread_mutex_lock(&writer->lock);
	backlog = writer->backlog;
	(void)pthread_mutex_unlock(&writer->lock);
	return backlog;
}

uint64_t
writer_commits(struct writer *writer)
{
	uint64_t commits;

	(void)pthread_mutex_lock(&writer->lock);
	commits = writer->commits;
	(void)pthread_mutex_unlock(&writer->lock);
	return commits;
}

int
writer_fd(const struct writer *writer)
{
	return writer->fd;
}

bool
writer_reap(struct writer *writer, void *context)
{
	struct queue done = { NULL, NULL };
	struct writer_job *job;
	uint64_t count;
	bool told;

	/* Set the descriptor back first: what comes after makes it readable. */
	if (read(writer->fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		abort();
	(void)pthread_mutex_lock(&writer->lock);
	told = !writer->failed || context == NULL;
	if (told) {
		done = writer->done;
		writer->done = (struct queue){ NULL, NULL };
	}
	(void)pthread_mutex_unlock(&writer->lock);
	while ((job = pop(&done)) != NULL)
		job->done(job, context);
	return told;
}
