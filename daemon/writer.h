#ifndef ERFAD_WRITER_H
#define ERFAD_WRITER_H

/*
 * writer - the one thread that writes: a queue of jobs and group commit.
 *
 * All jobs that wait run in one transaction and share its fsyncs; then the
 * fence is written; only then do they come back as done.  The thread knows no
 * socket: completions are counted in an eventfd that the loop watches.
 *
 * A job's run() returns what is wrong, best before its first write (store.h):
 * then nothing of it is kept and the others go on.  If it fails after a write,
 * or the commit fails, the transaction is dropped and its jobs are run again
 * one at a time, so that one job's failure is not another's; a job may thus run
 * more than once and must begin from the same input each time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

/* Opaque types. */
struct outbox;
struct store;
struct store_txn;
struct writer;

/* One thing to write.  Embed it as the first member of a larger struct. */
struct writer_job {
	enum err (*run)(struct store_txn *txn, struct writer_job *job);
	void (*done)(struct writer_job *job, void *context); /* on the loop */
	size_t entries; /* cost, for the limits of one transaction */
	size_t bytes;
	enum err err; /* result of run or commit, set before done() */
	struct writer_job *next; /* private */
};

/* Most that one transaction takes. */
#define WRITER_ENTRIES 4096
#define WRITER_BYTES   8388608

/**
 * writer_start(store, outbox, ret_writer):
 * Start the thread.  After all jobs of a transaction have run and before its
 * commit, outbox_sign() is called; after the commit, outbox_committed().  While
 * outbox_ready(), transactions follow without jobs.  ${outbox} may be NULL.
 * Return ERR_NOMEM, or ERR_IO if there is no thread or descriptor left.
 */
enum err writer_start(struct store *store, struct outbox *outbox,
    struct writer **ret_writer) MUST_CHECK;

/**
 * writer_stop(writer):
 * Finish the jobs that wait, end the thread and free it.  Completions that
 * were not reaped are given to their done() with context NULL.  NULL is
 * allowed.
 */
void writer_stop(struct writer *writer);

/**
 * writer_submit(writer, job):
 * Queue ${job}, in order; it belongs to the writer until its done() is called.
 * Any thread may call.
 */
void writer_submit(struct writer *writer, struct writer_job *job);

/**
 * writer_wake(writer):
 * Run a transaction even if no job waits, after outbox_pause() was taken back.
 * Any thread.
 */
void writer_wake(struct writer *writer);

/**
 * writer_commits(writer):
 * Transactions that were committed so far.  Any thread.
 */
uint64_t writer_commits(struct writer *writer);

/**
 * writer_backlog(writer):
 * Bytes of jobs that wait or run, so that the loop stops asking for more.
 */
size_t writer_backlog(struct writer *writer);

/**
 * writer_fd(writer), writer_reap(writer, context):
 * The descriptor that becomes readable when jobs are done; call their done()
 * functions with ${context}, on the calling thread.  Return false, and call none,
 * once a transaction ended with ERR_IO: it is unknown what stands on the disk,
 * nothing may be told of it, and no job runs any more.  Stop the writer, close
 * the store and open it anew.
 */
int writer_fd(const struct writer *writer);
bool writer_reap(struct writer *writer, void *context);

#endif /* !ERFAD_WRITER_H */
