#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "daemon/store.h"
#include "tests/unit/scratch.h"

#define MAP_BYTES ((size_t)512 << 20)
#define SLOTS     ((size_t)1048576 / KEY_LEN) /* of a new file of keys */

static const uint8_t one[RECORD_LEN] = { 1, 2, 3 };
static const uint8_t two[RECORD_LEN] = { 1, 2, 4 };

struct fixture {
	char *dir;
	struct store *store;
	struct store_txn *txn;
};

static enum err
open_store(struct fixture *f)
{
	const struct store_options options = {
		.dir = f->dir,
		.map_bytes = MAP_BYTES,
	};

	return store_open(&options, &f->store);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	if ((f->dir = scratch_make()) == NULL || open_store(f) != ERR_NONE)
		return -1;
	return store_begin(f->store, true, &f->txn) == ERR_NONE ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_abort(&f->txn);
	store_close(f->store);
	scratch_remove(f->dir);
	free(f);
	return 0;
}

static void
next_txn(struct fixture *f)
{
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
}

static void
reopen(struct fixture *f)
{
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(open_store(f), ERR_NONE);
	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
}

static void
put(struct fixture *f, const uint8_t *record, uint64_t time_ms,
    const char *text)
{
	assert_int_equal(store_draft_put(f->txn, record, time_ms,
			     (const uint8_t *)text, strlen(text)),
	    ERR_NONE);
}

static void
assert_draft(struct fixture *f, const uint8_t *record, uint64_t time_ms,
    const char *text)
{
	struct store_draft draft;
	uint64_t time_told = 0;

	assert_int_equal(store_draft(f->txn, record, &draft), ERR_NONE);
	assert_memory_equal(draft.record, record, RECORD_LEN);
	assert_int_equal(draft.time_ms, time_ms);
	assert_int_equal(draft.len, strlen(text));
	assert_memory_equal(draft.data, text, draft.len);
	store_draft_clear(&draft);
	assert_null(draft.data);
	assert_int_equal(
	    store_draft_time(f->txn, record, &time_told), ERR_NONE);
	assert_int_equal(time_told, time_ms);
}

/* Overwrite a slot behind the store's back. */
static void
write_slot(struct fixture *f, off_t slot, const uint8_t key[KEY_LEN])
{
	char *path = scratch_path(f->dir, "keys");
	int fd = open(path, O_RDWR);

	assert_int_equal(pwrite(fd, key, KEY_LEN, slot * KEY_LEN), KEY_LEN);
	(void)close(fd);
	free(path);
}

static void
read_slot(struct fixture *f, off_t slot, uint8_t key[KEY_LEN])
{
	char *path = scratch_path(f->dir, "keys");
	int fd = open(path, O_RDONLY);

	assert_int_equal(pread(fd, key, KEY_LEN, slot * KEY_LEN), KEY_LEN);
	(void)close(fd);
	free(path);
}

static bool
slot_is_zero(struct fixture *f, off_t slot)
{
	static const uint8_t zeros[KEY_LEN];
	uint8_t key[KEY_LEN];

	read_slot(f, slot, key);
	return memcmp(key, zeros, sizeof(key)) == 0;
}

/* Slots that open something. */
static size_t
used_slots(struct fixture *f)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < SLOTS; i++)
		count += !slot_is_zero(f, (off_t)i);
	return count;
}

static void
draft_comes_back_until_it_is_dropped(void **state)
{
	struct fixture *f = *state;
	struct store_draft draft;
	uint64_t time_ms;

	assert_int_equal(store_draft(f->txn, one, &draft), ERR_NOENT);
	assert_int_equal(store_draft_time(f->txn, one, &time_ms), ERR_NOENT);
	assert_int_equal(store_draft_drop(f->txn, one), ERR_NOENT);
	put(f, one, 7, "first words");
	assert_draft(f, one, 7, "first words");
	next_txn(f);
	assert_draft(f, one, 7, "first words");
	put(f, one, 8, "second words, and more");
	put(f, two, 9, "x");
	next_txn(f);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	reopen(f);
	assert_draft(f, one, 8, "second words, and more");
	assert_draft(f, two, 9, "x");
	assert_int_equal(store_draft_drop(f->txn, one), ERR_NONE);
	assert_int_equal(store_draft(f->txn, one, &draft), ERR_NOENT);
	next_txn(f);
	assert_int_equal(store_draft(f->txn, one, &draft), ERR_NOENT);
	assert_draft(f, two, 9, "x");
}

static void
drafts_are_walked_by_record(void **state)
{
	struct fixture *f = *state;
	uint8_t record[RECORD_LEN];

	assert_int_equal(
	    store_draft_record_next(f->txn, NULL, record), ERR_NOENT);
	put(f, two, 2, "two");
	put(f, one, 1, "one");
	assert_int_equal(
	    store_draft_record_next(f->txn, NULL, record), ERR_NONE);
	assert_memory_equal(record, one, RECORD_LEN);
	assert_int_equal(
	    store_draft_record_next(f->txn, record, record), ERR_NONE);
	assert_memory_equal(record, two, RECORD_LEN);
	assert_int_equal(
	    store_draft_record_next(f->txn, two, record), ERR_NOENT);
}

static void
draft_of_a_bad_size_is_refused(void **state)
{
	struct fixture *f = *state;
	uint8_t *data = calloc(1, STORE_DRAFT_MAX + 1);
	struct store_draft draft;

	assert_non_null(data);
	assert_int_equal(store_draft_put(f->txn, one, 1, data, 0), ERR_SIZE);
	assert_int_equal(
	    store_draft_put(f->txn, one, 1, data, STORE_DRAFT_MAX + 1),
	    ERR_SIZE);
	assert_int_equal(
	    store_draft_put(f->txn, one, 1, data, STORE_DRAFT_MAX), ERR_NONE);
	next_txn(f);
	assert_int_equal(store_draft(f->txn, one, &draft), ERR_NONE);
	assert_int_equal(draft.len, STORE_DRAFT_MAX);
	store_draft_clear(&draft);
	free(data);
}

static void
there_are_only_so_many_drafts(void **state)
{
	struct fixture *f = *state;
	uint8_t record[RECORD_LEN] = { 9 };
	int i;

	for (i = 0; i < STORE_DRAFTS_MAX; i++) {
		record[1] = (uint8_t)(i >> 8);
		record[2] = (uint8_t)i;
		put(f, record, 1, "one of many");
	}
	assert_int_equal(store_draft_put(f->txn, one, 1, record, 1), ERR_LIMIT);
	put(f, record, 2, "one of them can still be changed");
	assert_int_equal(store_draft_drop(f->txn, record), ERR_NONE);
	put(f, one, 1, "another one");
}

static void
overwritten_draft_zeroes_its_slot_after_the_commit(void **state)
{
	struct fixture *f = *state;

	put(f, one, 1, "old");
	next_txn(f);
	assert_false(slot_is_zero(f, 0));

	/* What is not committed costs nothing. */
	put(f, one, 2, "new");
	assert_false(slot_is_zero(f, 0));
	store_abort(&f->txn);
	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
	assert_false(slot_is_zero(f, 0));
	assert_draft(f, one, 1, "old");

	put(f, one, 2, "new");
	next_txn(f);
	assert_true(slot_is_zero(f, 0));
	assert_false(slot_is_zero(f, 1));
	put(f, one, 3, "newer");
	put(f, one, 4, "newest");
	next_txn(f);
	assert_draft(f, one, 4, "newest");
	assert_int_equal(used_slots(f), 1);
	assert_int_equal(store_draft_drop(f->txn, one), ERR_NONE);
	next_txn(f);
	assert_int_equal(used_slots(f), 0);
	next_txn(f);
}

static void
slot_that_a_power_cut_left_is_zeroed_at_the_next_start(void **state)
{
	struct fixture *f = *state;
	uint8_t first[KEY_LEN];
	uint8_t second[KEY_LEN];

	put(f, one, 1, "old");
	put(f, two, 1, "old");
	next_txn(f);
	read_slot(f, 0, first);
	read_slot(f, 1, second);
	put(f, one, 2, "new");
	assert_int_equal(store_draft_drop(f->txn, two), ERR_NONE);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	assert_true(slot_is_zero(f, 0));

	/* As if main had been committed, and then the power had gone. */
	store_close(f->store);
	f->store = NULL;
	write_slot(f, 0, first);
	write_slot(f, 1, second);
	assert_int_equal(used_slots(f), 3);
	assert_int_equal(open_store(f), ERR_NONE);
	assert_int_equal(used_slots(f), 1);
	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
	assert_draft(f, one, 2, "new");
	put(f, one, 3, "newer");
	next_txn(f);
	assert_int_equal(used_slots(f), 1);
}

static void
reader_of_an_overwritten_draft_is_told(void **state)
{
	struct fixture *f = *state;
	struct store_txn *reader;
	struct store_draft draft;

	put(f, one, 1, "old");
	next_txn(f);
	assert_int_equal(store_begin(f->store, false, &reader), ERR_NONE);
	put(f, one, 2, "new");
	next_txn(f);
	assert_int_equal(store_draft(reader, one, &draft), ERR_ERASED);
	store_abort(&reader);
	assert_int_equal(store_begin(f->store, false, &reader), ERR_NONE);
	assert_int_equal(store_draft(reader, one, &draft), ERR_NONE);
	store_draft_clear(&draft);
	store_abort(&reader);
}

static void
draft_under_another_key_is_damaged(void **state)
{
	struct fixture *f = *state;
	const uint8_t key[KEY_LEN] = { 5 };
	struct store_draft draft;

	put(f, one, 1, "words");
	next_txn(f);
	write_slot(f, 0, key);
	assert_int_equal(store_draft(f->txn, one, &draft), ERR_DAMAGED);
}

static void
text_is_not_on_the_disk_in_clear(void **state)
{
	static const char *const files[] = { "main.mdb", "keys" };
	static uint8_t bytes[8 << 20];
	struct fixture *f = *state;
	FILE *file;
	char *path;
	size_t len;
	size_t i;

	put(f, one, 1, "Formanden er syg, sagde Karen");
	next_txn(f);
	put(f, one, 2, "Udvalget har besluttet det her");
	next_txn(f);
	for (i = 0; i < 2; i++) {
		path = scratch_path(f->dir, files[i]);
		assert_non_null(file = fopen(path, "r"));
		len = fread(bytes, 1, sizeof(bytes), file);
		assert_int_equal(fclose(file), 0);
		free(path);
		assert_true(len > 0 && len < sizeof(bytes));
		assert_null(memmem(bytes, len, "Karen", 5));
		assert_null(memmem(bytes, len, "Udvalget", 8));
	}
	assert_true(slot_is_zero(f, 0));
}

/* ---- kill -9 ---- */

/* Change and drop drafts for ever; tell each change after its commit. */
static void
write_and_tell(struct fixture *f, uint64_t time_ms, int fd)
{
	char text[64];

	if (open_store(f) != ERR_NONE)
		_exit(1);
	for (;;) {
		time_ms++;
		(void)snprintf(
		    text, sizeof(text), "draft %u", (unsigned)time_ms);
		if (store_begin(f->store, true, &f->txn) != ERR_NONE ||
		    store_draft_put(f->txn, one, time_ms, (const uint8_t *)text,
			strlen(text)) != ERR_NONE)
			_exit(2);
		if (time_ms % 2 == 0 &&
		    store_draft_drop(f->txn, two) == ERR_NOENT &&
		    store_draft_put(f->txn, two, time_ms, (const uint8_t *)text,
			strlen(text)) != ERR_NONE)
			_exit(3);
		if (store_commit(&f->txn) != ERR_NONE)
			_exit(4);
		if (write(fd, &time_ms, 8) != 8)
			_exit(5);
	}
}

/* Start a writer, kill it after some commits, return what it told last. */
static uint64_t
run_and_kill(struct fixture *f, uint64_t told, unsigned commits, long pause_us)
{
	const struct timespec pause = { .tv_nsec = pause_us * 1000 };
	uint64_t n;
	int pipes[2];
	int status;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	if ((pid = fork()) == 0) {
		(void)close(pipes[0]);
		write_and_tell(f, told, pipes[1]);
	}
	assert_true(pid > 0);
	(void)close(pipes[1]);
	while (commits-- > 0 && read(pipes[0], &n, 8) == 8)
		told = n;
	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	while (read(pipes[0], &n, 8) == 8)
		told = n;
	(void)close(pipes[0]);
	return told;
}

/* Every draft opens, and once more was written, nothing else does. */
static void
assert_whole(struct fixture *f, uint64_t told, uint64_t *ret_time)
{
	struct store_draft draft;
	char text[64];

	assert_int_equal(store_draft(f->txn, one, &draft), ERR_NONE);
	assert_true(draft.time_ms >= told && draft.time_ms <= told + 1);
	(void)snprintf(text, sizeof(text), "draft %u", (unsigned)draft.time_ms);
	assert_int_equal(draft.len, strlen(text));
	assert_memory_equal(draft.data, text, draft.len);
	*ret_time = draft.time_ms;
	store_draft_clear(&draft);

	/* The keys of a commit that never came lie in free slots. */
	put(f, one, *ret_time, text);
	put(f, two, *ret_time, text);
	next_txn(f);
	assert_int_equal(used_slots(f), 2);
}

static void
kill_at_any_moment_loses_no_draft_and_leaves_no_old_one(void **state)
{
	struct fixture *f = *state;
	uint64_t told = 0;
	int kills;

	put(f, one, 0, "draft 0");
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	for (kills = 0; kills < 25; kills++) {
		told = run_and_kill(
		    f, told, 1 + (unsigned)kills % 3, kills * 41 % 500);
		assert_int_equal(open_store(f), ERR_NONE);
		assert_int_equal(
		    store_begin(f->store, true, &f->txn), ERR_NONE);
		assert_whole(f, told, &told);
		store_abort(&f->txn);
		store_close(f->store);
		f->store = NULL;
	}
	assert_true(told > 25);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(draft_comes_back_until_it_is_dropped),
		T(drafts_are_walked_by_record),
		T(draft_of_a_bad_size_is_refused),
		T(there_are_only_so_many_drafts),
		T(overwritten_draft_zeroes_its_slot_after_the_commit),
		T(slot_that_a_power_cut_left_is_zeroed_at_the_next_start),
		T(reader_of_an_overwritten_draft_is_told),
		T(draft_under_another_key_is_damaged),
		T(text_is_not_on_the_disk_in_clear),
		T(kill_at_any_moment_loses_no_draft_and_leaves_no_old_one),
	};

	return cmocka_run_group_tests_name("store_draft", tests, NULL, NULL);
}
