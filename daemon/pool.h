#ifndef ERFAD_POOL_H
#define ERFAD_POOL_H

/*
 * pool - a few threads that answer questions off the loop.
 *
 * Jobs are done in the order of their coming, but of one owner only one at a
 * time: however many somebody sends at once, others find a thread.
 */

#include <stdint.h>

#include "proto/err.h"

/* Opaque types. */
struct pool;

/* One thing to do.  Embed it as the first member of a larger struct. */
struct pool_job {
	void (*run)(struct pool_job *job, void *context);  /* on a thread */
	void (*done)(struct pool_job *job, void *context); /* on the loop */
	uint64_t owner;        /* whose it is; 0 = nobody's */
	struct pool_job *next; /* private */
};

/**
 * pool_start(threads, context, ret_pool):
 * Start ${threads} threads (1..16); ${context} is given to run() and done().
 * Return ERR_NOMEM or ERR_IO.
 */
enum err pool_start(
    unsigned threads, void *context, struct pool **ret_pool) MUST_CHECK;

/**
 * pool_stop(pool):
 * Finish the jobs that run, give all others to done() unrun, end the threads
 * and free the pool.  NULL is allowed.
 */
void pool_stop(struct pool *pool);

/**
 * pool_submit(pool, job):
 * Queue ${job}; it belongs to the pool until its done() is called.  Any thread.
 */
void pool_submit(struct pool *pool, struct pool_job *job);

/**
 * pool_fd(pool), pool_reap(pool):
 * The descriptor that becomes readable when jobs are done; call their done()
 * functions, on the calling thread.
 */
int pool_fd(const struct pool *pool);
void pool_reap(struct pool *pool);

#endif /* !ERFAD_POOL_H */
