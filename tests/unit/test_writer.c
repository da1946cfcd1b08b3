#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "daemon/outbox.h"
#include "daemon/store.h"
#include "daemon/writer.h"
#include "tests/unit/scratch.h"

#define MAP_BYTES ((size_t)2 << 20)
#define THREADS   4
#define JOBS      500 /* of each thread */

struct fixture {
	char *dir;
	char *fence_path;
	struct crypto_key key;
	struct store *store;
	struct outbox *outbox;
	struct writer *writer;
	int done; /* jobs that came back */
};

/* A job that writes a note, or fails in one of several ways. */
struct note_job {
	struct writer_job job;
	char name[32];
	size_t len;       /* bytes of the note */
	enum err fail;    /* what run() returns in the end */
	bool fails_early; /* before it writes anything */
	int runs;
	int done;
	void *context;
	pthread_t thread;      /* that called done() */
	struct outbox *outbox; /* publish an entry, too */
	uint64_t ticket;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const uint8_t seed[SEED_LEN] = { 1 };
	struct store_options options = { .map_bytes = MAP_BYTES };
	struct outbox_options outbox = { .org = "dk-791" };

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	crypto_key_from_seed(seed, &f->key);
	if ((f->dir = scratch_make()) == NULL ||
	    (f->fence_path = scratch_path(f->dir, "fence")) == NULL)
		return -1;
	options.dir = f->dir;
	outbox.key = &f->key;
	outbox.fence_path = f->fence_path;
	if (store_open(&options, &f->store) != ERR_NONE ||
	    outbox_open(f->store, &outbox, &f->outbox) != ERR_NONE)
		return -1;
	return writer_start(f->store, f->outbox, &f->writer) == ERR_NONE ? 0 :
									   -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	writer_stop(f->writer);
	outbox_close(f->outbox);
	store_close(f->store);
	scratch_remove(f->dir);
	free(f->fence_path);
	free(f);
	return 0;
}

static enum err
run_note(struct store_txn *txn, struct writer_job *job)
{
	static const uint8_t data[100000];
	struct note_job *note = (struct note_job *)job;
	const struct outbox_entry entry = {
		.kind = HEADER_TRIAL,
		.body = { (const uint8_t *)"body", 4 },
	};
	enum err err;

	note->runs++;
	if (note->fails_early)
		return note->fail;
	if (note->outbox != NULL) {
		err = outbox_add(note->outbox, txn, &entry, &note->ticket);
		if (err != ERR_NONE)
			return err;
	}
	err = store_note_put(txn, note->name, data, note->len);
	return err != ERR_NONE ? err : note->fail;
}

static void
note_done(struct writer_job *job, void *context)
{
	struct note_job *note = (struct note_job *)job;
	struct fixture *f = context;

	note->done++;
	note->context = context;
	note->thread = pthread_self();
	if (f != NULL)
		f->done++;
}

static void
init_job(struct note_job *note, const char *name)
{
	memset(note, 0, sizeof(*note));
	note->job.run = run_note;
	note->job.done = note_done;
	note->job.entries = 1;
	note->job.bytes = 100;
	(void)snprintf(note->name, sizeof(note->name), "%s", name);
}

/* Reap until so many jobs have come back. */
static void
wait_done(struct fixture *f, int count)
{
	struct pollfd poll_fd = { .fd = writer_fd(f->writer),
		.events = POLLIN };

	while (f->done < count) {
		assert_true(poll(&poll_fd, 1, 60000) > 0);
		assert_true(writer_reap(f->writer, f));
	}
	assert_int_equal(f->done, count);
}

static bool
has_note(struct fixture *f, const char *name)
{
	struct store_txn *txn;
	struct bytes data;
	enum err err;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	err = store_note_get(txn, name, &data);
	store_abort(&txn);
	return err == ERR_NONE;
}

/*
 * A job that holds the writer until it is let go, so that others gather behind
 * it and run together.
 */
struct gate {
	struct writer_job job;
	pthread_mutex_t lock;
	bool done;
};

static enum err
run_gate(struct store_txn *txn, struct writer_job *job)
{
	struct gate *gate = (struct gate *)job;

	(void)txn;
	(void)pthread_mutex_lock(&gate->lock);
	(void)pthread_mutex_unlock(&gate->lock);
	return ERR_NONE;
}

static void
gate_done(struct writer_job *job, void *context)
{
	struct fixture *f = context;

	((struct gate *)job)->done = true;
	if (f != NULL)
		f->done++;
}

static void
close_gate(struct fixture *f, struct gate *gate)
{
	memset(gate, 0, sizeof(*gate));
	gate->job.run = run_gate;
	gate->job.done = gate_done;
	gate->job.entries = WRITER_ENTRIES; /* nothing runs beside it */
	assert_int_equal(pthread_mutex_init(&gate->lock, NULL), 0);
	(void)pthread_mutex_lock(&gate->lock);
	writer_submit(f->writer, &gate->job);
}

static void
open_gate(struct gate *gate)
{
	(void)pthread_mutex_unlock(&gate->lock);
}

/* ---- */

static void
job_comes_back_on_the_caller_after_its_commit(void **state)
{
	struct fixture *f = *state;
	struct note_job note;

	init_job(&note, "a");
	writer_submit(f->writer, &note.job);
	wait_done(f, 1);
	assert_int_equal(note.job.err, ERR_NONE);
	assert_int_equal(note.done, 1);
	assert_int_equal(note.runs, 1);
	assert_ptr_equal(note.context, f);
	assert_true(pthread_equal(note.thread, pthread_self()));
	assert_true(has_note(f, "a"));
	assert_int_equal(writer_backlog(f->writer), 0);
	assert_true(writer_reap(f->writer, f));
	assert_int_equal(f->done, 1);
}

struct submitter {
	struct fixture *f;
	struct note_job *notes;
};

static void *
submit_all(void *context)
{
	struct submitter *submitter = context;
	int i;

	for (i = 0; i < JOBS; i++)
		writer_submit(submitter->f->writer, &submitter->notes[i].job);
	return NULL;
}

static void
many_threads_share_few_commits(void **state)
{
	struct fixture *f = *state;
	struct note_job *notes = calloc((size_t)THREADS * JOBS, sizeof(*notes));
	struct submitter submitters[THREADS];
	pthread_t threads[THREADS];
	char name[32];
	int i;

	assert_non_null(notes);
	for (i = 0; i < THREADS * JOBS; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		init_job(&notes[i], name);
	}
	for (i = 0; i < THREADS; i++) {
		submitters[i].f = f;
		submitters[i].notes = notes + (ptrdiff_t)i * JOBS;
		assert_int_equal(pthread_create(&threads[i], NULL, submit_all,
				     &submitters[i]),
		    0);
	}
	wait_done(f, THREADS * JOBS);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (i = 0; i < THREADS * JOBS; i++) {
		assert_int_equal(notes[i].job.err, ERR_NONE);
		assert_true(has_note(f, notes[i].name));
	}
	assert_true(writer_commits(f->writer) < THREADS * JOBS / 4);
	assert_int_equal(writer_backlog(f->writer), 0);
	free(notes);
}

static void
jobs_that_wait_share_one_commit_in_their_order(void **state)
{
	struct fixture *f = *state;
	struct note_job notes[10];
	struct gate gate;
	uint64_t before;
	int i;

	close_gate(f, &gate);
	for (i = 0; i < 10; i++) {
		init_job(&notes[i], "same");
		notes[i].len = (size_t)i;
		writer_submit(f->writer, &notes[i].job);
	}
	assert_int_equal(writer_backlog(f->writer), 1000);
	before = writer_commits(f->writer);
	open_gate(&gate);
	wait_done(f, 11);
	assert_int_equal(writer_commits(f->writer) - before, 2);
	assert_true(has_note(f, "same"));
}

static void
transaction_takes_no_more_than_its_limits(void **state)
{
	struct fixture *f = *state;
	struct note_job notes[6];
	struct gate gate;
	uint64_t before;
	int i;

	close_gate(f, &gate);
	for (i = 0; i < 6; i++) {
		init_job(&notes[i], "n");
		if (i < 3)
			notes[i].job.entries = WRITER_ENTRIES / 2;
		else
			notes[i].job.bytes = 2 * WRITER_BYTES;
		writer_submit(f->writer, &notes[i].job);
	}
	before = writer_commits(f->writer);
	open_gate(&gate);
	wait_done(f, 7);

	/* The gate; two halves; a half; and one for each that is too large. */
	assert_int_equal(writer_commits(f->writer) - before, 6);
}

static void
job_that_fails_before_writing_fails_alone_and_once(void **state)
{
	struct fixture *f = *state;
	struct note_job notes[3];
	struct gate gate;
	int i;

	close_gate(f, &gate);
	for (i = 0; i < 3; i++) {
		init_job(&notes[i], i == 0 ? "a" : i == 1 ? "b" : "c");
		writer_submit(f->writer, &notes[i].job);
	}
	notes[1].fail = ERR_GAP;
	notes[1].fails_early = true;
	open_gate(&gate);
	wait_done(f, 4);
	assert_int_equal(notes[0].job.err, ERR_NONE);
	assert_int_equal(notes[1].job.err, ERR_GAP);
	assert_int_equal(notes[2].job.err, ERR_NONE);
	assert_int_equal(notes[0].runs, 1);
	assert_true(has_note(f, "a"));
	assert_true(has_note(f, "c"));
}

static void
job_that_fails_after_writing_leaves_nothing_and_harms_none(void **state)
{
	struct fixture *f = *state;
	struct note_job notes[3];
	struct gate gate;
	int i;

	close_gate(f, &gate);
	for (i = 0; i < 3; i++) {
		init_job(&notes[i], i == 0 ? "a" : i == 1 ? "b" : "c");
		notes[i].outbox = f->outbox;
		writer_submit(f->writer, &notes[i].job);
	}
	notes[1].fail = ERR_COMMIT;
	open_gate(&gate);
	wait_done(f, 4);
	assert_int_equal(notes[0].job.err, ERR_NONE);
	assert_int_equal(notes[1].job.err, ERR_COMMIT);
	assert_int_equal(notes[2].job.err, ERR_NONE);
	assert_true(has_note(f, "a"));
	assert_false(has_note(f, "b"));
	assert_true(has_note(f, "c"));
	assert_int_equal(notes[0].runs, 2);
}

static void
job_that_does_not_fit_fails_alone(void **state)
{
	struct fixture *f = *state;
	struct note_job notes[60];
	struct gate gate;
	int full = 0;
	int i;

	/* Notes of 100 KB until the map of 2 MiB is full, and small ones. */
	close_gate(f, &gate);
	for (i = 0; i < 60; i++) {
		char name[8];

		(void)snprintf(name, sizeof(name), "n%d", i);
		init_job(&notes[i], name);
		notes[i].len = i % 2 == 0 ? 100000 : 10;
		writer_submit(f->writer, &notes[i].job);
	}
	open_gate(&gate);
	wait_done(f, 61);
	for (i = 0; i < 60; i++) {
		if (i % 2 == 1 || i == 0)
			assert_int_equal(notes[i].job.err, ERR_NONE);
		full += notes[i].job.err == ERR_FULL;
		assert_int_equal(
		    has_note(f, notes[i].name), notes[i].job.err == ERR_NONE);
	}
	assert_true(full > 0 && full < 30);
}

static void
published_entries_are_signed_before_they_come_back(void **state)
{
	struct fixture *f = *state;
	struct note_job notes[20];
	struct outbox_place place;
	int i;

	for (i = 0; i < 20; i++) {
		init_job(&notes[i], "n");
		notes[i].outbox = f->outbox;
		writer_submit(f->writer, &notes[i].job);
	}
	wait_done(f, 20);
	for (i = 0; i < 20; i++) {
		assert_int_equal(
		    outbox_place(f->outbox, notes[i].ticket, &place), ERR_NONE);
		assert_true(place.is_signed);
		assert_int_equal(place.n, i + 2);
	}
}

static void
waking_signs_what_waited_for_a_pause(void **state)
{
	struct fixture *f = *state;
	struct outbox_place place;
	struct note_job note;

	outbox_pause(f->outbox, true);
	init_job(&note, "n");
	note.outbox = f->outbox;
	writer_submit(f->writer, &note.job);
	wait_done(f, 1);
	assert_int_equal(
	    outbox_place(f->outbox, note.ticket, &place), ERR_NONE);
	assert_false(place.is_signed);

	outbox_pause(f->outbox, false);
	writer_wake(f->writer);
	while (!place.is_signed)
		assert_int_equal(
		    outbox_place(f->outbox, note.ticket, &place), ERR_NONE);
	assert_int_equal(place.n, 2);
}

static void
stopping_finishes_what_waits(void **state)
{
	struct fixture *f = *state;
	struct note_job notes[100];
	char name[8];
	int i;

	for (i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		init_job(&notes[i], name);
		writer_submit(f->writer, &notes[i].job);
	}
	writer_stop(f->writer);
	f->writer = NULL;
	for (i = 0; i < 100; i++) {
		assert_int_equal(notes[i].done, 1);
		assert_null(notes[i].context);
		assert_int_equal(notes[i].job.err, ERR_NONE);
		assert_true(has_note(f, notes[i].name));
	}
	writer_stop(NULL);
}

static void
writer_without_a_descriptor_is_not_started(void **state)
{
	struct fixture *f = *state;
	struct writer *writer = NULL;
	struct rlimit old;
	struct rlimit none;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(writer_start(f->store, NULL, &writer), ERR_IO);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_null(writer);
}

/* From now on what is written to ${name} of the store fails as a bad disk does. */
static void
break_file(struct fixture *f, const char *name)
{
	char *path = scratch_path(f->dir, name);
	int reader = open(path, O_RDONLY | O_CLOEXEC);
	struct stat of;
	struct stat st;
	int found = 0;
	int fd;

	assert_true(reader >= 0);
	assert_int_equal(fstat(reader, &of), 0);
	for (fd = 3; fd < 64; fd++) {
		if (fd == reader || fstat(fd, &st) != 0 ||
		    st.st_ino != of.st_ino || st.st_dev != of.st_dev)
			continue;
		assert_int_equal(dup2(reader, fd), fd);
		found++;
	}
	assert_true(found > 0);
	(void)close(reader);
	free(path);
}

/* What did not go through is told to nobody, nor is what comes after it. */
static void
after_a_commit_that_broke_off_nothing_is_told_and_nothing_runs(void **state)
{
	struct fixture *f = *state;
	struct pollfd ready = { .fd = writer_fd(f->writer), .events = POLLIN };
	struct note_job notes[3];

	init_job(&notes[0], "whole");
	init_job(&notes[1], "broken");
	init_job(&notes[2], "late");
	writer_submit(f->writer, &notes[0].job);
	wait_done(f, 1);
	break_file(f, "keys");
	notes[1].outbox = f->outbox; /* takes a slot, whose key is written */
	writer_submit(f->writer, &notes[1].job);
	assert_int_equal(poll(&ready, 1, 60000), 1);
	assert_false(writer_reap(f->writer, f));
	writer_submit(f->writer, &notes[2].job);
	assert_int_equal(poll(&ready, 1, 60000), 1);
	assert_false(writer_reap(f->writer, f));
	assert_int_equal(f->done, 1);

	/* They come back when it is stopped, as what nobody waits for. */
	writer_stop(f->writer);
	f->writer = NULL;
	assert_int_equal(notes[1].runs, 1);
	assert_int_equal(notes[2].runs, 0);
	assert_int_equal(notes[1].job.err, ERR_IO);
	assert_int_equal(notes[2].job.err, ERR_IO);
	assert_int_equal(notes[1].done + notes[2].done, 2);
	assert_null(notes[1].context);
	assert_false(has_note(f, "broken"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(job_comes_back_on_the_caller_after_its_commit),
		T(many_threads_share_few_commits),
		T(jobs_that_wait_share_one_commit_in_their_order),
		T(transaction_takes_no_more_than_its_limits),
		T(job_that_fails_before_writing_fails_alone_and_once),
		T(job_that_fails_after_writing_leaves_nothing_and_harms_none),
		T(job_that_does_not_fit_fails_alone),
		T(published_entries_are_signed_before_they_come_back),
		T(waking_signs_what_waited_for_a_pause),
		T(stopping_finishes_what_waits),
		T(writer_without_a_descriptor_is_not_started),
		T(after_a_commit_that_broke_off_nothing_is_told_and_nothing_runs),
	};

	return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
