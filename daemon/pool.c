#include "daemon/pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/forget.h"

#define THREADS_MAX 16

/* Jobs in the order of their coming. */
struct queue {
	struct pool_job *first;
	struct pool_job **end;
};

struct pool {
	uint64_t busy[THREADS_MAX]; /* whose jobs run; 0 = nobody's */
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	struct queue todo;
	struct queue finished;
	bool stop;
	void *context;
	int fd;
	unsigned count;
	pthread_t threads[THREADS_MAX];
};

static void
queue_init(struct queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

static void
queue_put(struct queue *queue, struct pool_job *job)
{
	job->next = NULL;
	*queue->end = job;
	queue->end = &job->next;
}

static struct pool_job *
queue_take(struct queue *queue)
{
	struct pool_job *job = queue->first;

	if (job != NULL && (queue->first = job->next) == NULL)
		queue->end = &queue->first;
	return job;
}

/* The number of ${owner} in pool->busy; THREADS_MAX if none of its jobs runs. */
static unsigned
busy_with(const struct pool *pool, uint64_t owner)
{
	unsigned i = 0;

	while (i < THREADS_MAX && pool->busy[i] != owner)
		i++;
	return i;
}

/* Take the first job whose owner has none that runs; NULL if there is none. */
static struct pool_job *
take_fair(struct pool *pool)
{
	struct pool_job **at = &pool->todo.first;
	struct pool_job *job;

	while ((job = *at) != NULL && job->owner != 0 &&
	    busy_with(pool, job->owner) < THREADS_MAX)
		at = &job->next;
	if (job == NULL)
		return NULL;
	if ((*at = job->next) == NULL)
		pool->todo.end = at;
	if (job->owner != 0)
		pool->busy[busy_with(pool, 0)] = job->owner;
	return job;
}

/* Do jobs until the pool is stopped. */
static void *
work(void *arg)
{
	const uint64_t one = 1;
	struct pool *pool = arg;
	struct pool_job *job;
	uint64_t owner;

	(void)pthread_mutex_lock(&pool->mutex);
	while (!pool->stop) {
		if ((job = take_fair(pool)) == NULL) {
			(void)pthread_cond_wait(&pool->wake, &pool->mutex);
			continue;
		}
		owner = job->owner;
		(void)pthread_mutex_unlock(&pool->mutex);
		job->run(job, pool->context);
		forget_stack();
		(void)pthread_mutex_lock(&pool->mutex);
		if (owner != 0)
			pool->busy[busy_with(pool, owner)] = 0;
		queue_put(&pool->finished, job);
		if (write(pool->fd, &one, sizeof(one)) < 0)
			continue;
	}
	(void)pthread_mutex_unlock(&pool->mutex);
	return NULL;
}

enum err
pool_start(unsigned threads, void *context, struct pool **ret_pool)
{
	struct pool *pool;

	if ((pool = calloc(1, sizeof(*pool))) == NULL)
		return ERR_NOMEM;
	(void)pthread_mutex_init(&pool->mutex, NULL);
	(void)pthread_cond_init(&pool->wake, NULL);
	queue_init(&pool->todo);
	queue_init(&pool->finished);
	pool->context = context;
	if ((pool->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
		goto fail;
	while (pool->count < threads && pool->count < THREADS_MAX) {
		if (pthread_create(
			&pool->threads[pool->count], NULL, work, pool) != 0)
			goto fail;
		pool->count++;
	}
	*ret_pool = pool;
	return ERR_NONE;

fail:
	pool_stop(pool);
	return ERR_IO;
}

void
pool_stop(struct pool *pool)
{
	struct pool_job *job;
	unsigned i;

	if (pool == NULL)
		return;
	(void)pthread_mutex_lock(&pool->mutex);
	pool->stop = true;
	(void)pthread_cond_broadcast(&pool->wake);
	(void)pthread_mutex_unlock(&pool->mutex);
	for (i = 0; i < pool->count; i++)
		(void)pthread_join(pool->threads[i], NULL);
	while ((job = queue_take(&pool->finished)) != NULL)
		job->done(job, pool->context);
	while ((job = queue_take(&pool->todo)) != NULL)
		job->done(job, pool->context);
	if (pool->fd >= 0)
		(void)close(pool->fd);
	(void)pthread_cond_destroy(&pool->wake);
	(void)pthread_mutex_destroy(&pool->mutex);
	free(pool);
}

void
pool_submit(struct pool *pool, struct pool_job *job)
{
	(void)pthread_mutex_lock(&pool->mutex);
	queue_put(&pool->todo, job);
	(void)pthread_cond_signal(&pool->wake);
	(void)pthread_mutex_unlock(&pool->mutex);
}

int
pool_fd(const struct pool *pool)
{
	return pool->fd;
}

void
pool_reap(struct pool *pool)
{
	struct pool_job *job;
	uint64_t count;

	if (read(pool->fd, &count, sizeof(count)) < 0)
		return;
	for (;;) {
		(void)pthread_mutex_lock(&pool->mutex);
		job = queue_take(&pool->finished);
		(void)pthread_mutex_unlock(&pool->mutex);
		if (job == NULL)
			break;
		job->done(job, pool->context);
	}
}
