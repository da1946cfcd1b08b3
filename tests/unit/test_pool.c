#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/pool.h"

#define WAIT_MS 20000

/* What the jobs of one test share. */
struct shared {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	int running;
	int most; /* that ran at the same time */
	int ran;
	bool hold; /* jobs wait while it is set */
	int done;
	pthread_t loop;
};

struct job {
	struct pool_job job; /* first */
	int number;
	bool ran;
	int *order;        /* where done() notes it */
	struct pool *pool; /* for a job that submits another */
	struct job *next;
};

static int
setup(void **state)
{
	struct shared *shared = calloc(1, sizeof(*shared));

	if (shared == NULL)
		return -1;
	(void)pthread_mutex_init(&shared->mutex, NULL);
	(void)pthread_cond_init(&shared->changed, NULL);
	shared->loop = pthread_self();
	*state = shared;
	return 0;
}

static int
teardown(void **state)
{
	struct shared *shared = *state;

	(void)pthread_mutex_destroy(&shared->mutex);
	(void)pthread_cond_destroy(&shared->changed);
	free(shared);
	return 0;
}

/* On a thread. */
static void
run(struct pool_job *job, void *context)
{
	struct shared *shared = context;

	(void)pthread_mutex_lock(&shared->mutex);
	shared->running++;
	if (shared->running > shared->most)
		shared->most = shared->running;
	(void)pthread_cond_broadcast(&shared->changed);
	while (shared->hold)
		(void)pthread_cond_wait(&shared->changed, &shared->mutex);
	shared->running--;
	shared->ran++;
	((struct job *)job)->ran = true;
	(void)pthread_mutex_unlock(&shared->mutex);
}

/* On the loop. */
static void
done(struct pool_job *job, void *context)
{
	struct job *mine = (struct job *)job;
	struct shared *shared = context;

	assert_true(pthread_equal(shared->loop, pthread_self()));
	if (mine->order != NULL)
		mine->order[shared->done] = mine->number;
	shared->done++;
	if (mine->next != NULL)
		pool_submit(mine->pool, &mine->next->job);
}

static void
job_init(struct job *job, int number)
{
	memset(job, 0, sizeof(*job));
	job->job.run = run;
	job->job.done = done;
	job->number = number;
}

/* Reap until so many are done. */
static void
reap(struct pool *pool, const struct shared *shared, int count)
{
	struct pollfd poll_fd = { .fd = pool_fd(pool), .events = POLLIN };

	while (shared->done < count) {
		assert_int_equal(poll(&poll_fd, 1, WAIT_MS), 1);
		pool_reap(pool);
	}
}

/* Wait until so many jobs run at the same time. */
static void
await_running(struct shared *shared, int count)
{
	(void)pthread_mutex_lock(&shared->mutex);
	while (shared->running < count)
		(void)pthread_cond_wait(&shared->changed, &shared->mutex);
	(void)pthread_mutex_unlock(&shared->mutex);
}

static void
set_hold(struct shared *shared, bool hold)
{
	(void)pthread_mutex_lock(&shared->mutex);
	shared->hold = hold;
	(void)pthread_cond_broadcast(&shared->changed);
	(void)pthread_mutex_unlock(&shared->mutex);
}

static void
one_thread_keeps_the_order(void **state)
{
	struct shared *shared = *state;
	struct job jobs[100];
	struct pool *pool;
	int order[100];
	int i;

	assert_int_equal(pool_start(1, shared, &pool), ERR_NONE);
	for (i = 0; i < 100; i++) {
		job_init(&jobs[i], i);
		jobs[i].order = order;
		pool_submit(pool, &jobs[i].job);
	}
	reap(pool, shared, 100);
	for (i = 0; i < 100; i++)
		assert_int_equal(order[i], i);
	assert_int_equal(shared->most, 1);
	pool_stop(pool);
}

static void
as_many_run_at_once_as_there_are_threads(void **state)
{
	struct shared *shared = *state;
	struct job jobs[8];
	struct pool *pool;
	int i;

	shared->hold = true;
	assert_int_equal(pool_start(3, shared, &pool), ERR_NONE);
	for (i = 0; i < 8; i++) {
		job_init(&jobs[i], i);
		pool_submit(pool, &jobs[i].job);
	}
	await_running(shared, 3);
	set_hold(shared, false);
	reap(pool, shared, 8);
	assert_int_equal(shared->ran, 8);
	assert_int_equal(shared->most, 3);
	pool_stop(pool);
}

static void
of_one_owner_one_runs_at_a_time(void **state)
{
	struct shared *shared = *state;
	struct job jobs[7];
	struct pool *pool;
	int order[7];
	int last = -1;
	int i;

	shared->hold = true;
	assert_int_equal(pool_start(3, shared, &pool), ERR_NONE);
	for (i = 0; i < 7; i++) {
		job_init(&jobs[i], i);
		jobs[i].job.owner = i < 5 ? 7 : i == 5 ? 9 : 0;
		jobs[i].order = order;
		pool_submit(pool, &jobs[i].job);
	}

	/* The first of five, and those behind them, which are others'. */
	await_running(shared, 3);
	set_hold(shared, false);
	reap(pool, shared, 7);
	assert_true(shared->most <= 3);
	for (i = 0; i < 7; i++) {
		assert_true(jobs[i].ran);
		if (order[i] >= 5)
			continue;
		assert_int_equal(order[i], last + 1);
		last = order[i];
	}
	pool_stop(pool);
}

static void
one_owner_alone_never_takes_two_threads(void **state)
{
	struct shared *shared = *state;
	struct job jobs[50];
	struct pool *pool;
	int i;

	assert_int_equal(pool_start(4, shared, &pool), ERR_NONE);
	for (i = 0; i < 50; i++) {
		job_init(&jobs[i], i);
		jobs[i].job.owner = 1;
		pool_submit(pool, &jobs[i].job);
	}
	reap(pool, shared, 50);
	assert_int_equal(shared->most, 1);
	pool_stop(pool);
}

static void
a_job_may_be_followed_by_another(void **state)
{
	struct shared *shared = *state;
	struct job first;
	struct job second;
	struct pool *pool;

	assert_int_equal(pool_start(2, shared, &pool), ERR_NONE);
	job_init(&first, 1);
	job_init(&second, 2);
	first.pool = pool;
	first.next = &second;
	pool_submit(pool, &first.job);
	reap(pool, shared, 2);
	assert_true(second.ran);

	/* Nothing is left to reap. */
	pool_reap(pool);
	assert_int_equal(shared->done, 2);
	pool_stop(pool);
}

/* Let the jobs go once the pool is being stopped. */
static void *
let_go(void *arg)
{
	struct shared *shared = arg;
	struct timespec wait;

	(void)pthread_mutex_lock(&shared->mutex);
	(void)clock_gettime(CLOCK_REALTIME, &wait);
	wait.tv_nsec += 50000000;
	if (wait.tv_nsec >= 1000000000) {
		wait.tv_nsec -= 1000000000;
		wait.tv_sec++;
	}
	while (pthread_cond_timedwait(
		   &shared->changed, &shared->mutex, &wait) == 0)
		continue;
	shared->hold = false;
	(void)pthread_cond_broadcast(&shared->changed);
	(void)pthread_mutex_unlock(&shared->mutex);
	return NULL;
}

static void
stopping_ends_what_runs_and_gives_back_the_rest(void **state)
{
	struct shared *shared = *state;
	struct job jobs[6];
	struct pool *pool;
	pthread_t thread;
	int ran = 0;
	int i;

	shared->hold = true;
	assert_int_equal(pool_start(2, shared, &pool), ERR_NONE);
	for (i = 0; i < 6; i++) {
		job_init(&jobs[i], i);
		pool_submit(pool, &jobs[i].job);
	}
	await_running(shared, 2);
	assert_int_equal(pthread_create(&thread, NULL, let_go, shared), 0);
	pool_stop(pool);
	(void)pthread_join(thread, NULL);
	assert_int_equal(shared->done, 6);
	for (i = 0; i < 6; i++)
		ran += jobs[i].ran;

	/* Two, if the pool was being stopped before they were let go. */
	assert_in_range(ran, 2, 6);
	assert_int_equal(shared->ran, ran);
}

static void
a_pool_that_never_worked_stops(void **state)
{
	struct pool *pool;

	assert_int_equal(pool_start(16, *state, &pool), ERR_NONE);
	pool_stop(pool);
	pool_stop(NULL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(one_thread_keeps_the_order),
		TEST(as_many_run_at_once_as_there_are_threads),
		TEST(of_one_owner_one_runs_at_a_time),
		TEST(one_owner_alone_never_takes_two_threads),
		TEST(a_job_may_be_followed_by_another),
		TEST(stopping_ends_what_runs_and_gives_back_the_rest),
		TEST(a_pool_that_never_worked_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
