#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/store.h"
#include "tests/unit/origin.h"
#include "tests/unit/scratch.h"
#include "tests/unit/tear.h"

#define MAP_BYTES ((size_t)64 << 20)
#define BODY_LEN  100
#define COUNT     20

struct fixture {
	char *dir;
	char *path; /* of the copy */
	struct store *store;
	struct store *copy;
	struct origin origin;
	struct origin_run *run;
};

static enum err
open_store(const char *dir, struct store **ret_store)
{
	const struct store_options options = {
		.dir = dir,
		.map_bytes = MAP_BYTES,
	};

	return store_open(&options, ret_store);
}

/* Write a run with bodies, and commit it. */
static void
write_run(struct fixture *f)
{
	struct store_txn *txn = NULL;
	uint8_t body[BODY_LEN];
	uint8_t salt[SALT_LEN];
	uint64_t n;

	origin_write(&f->origin, f->run, COUNT, BODY_LEN);
	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	assert_int_equal(store_add_run(txn, f->origin.key.public_key,
			     f->origin.inc, true, &f->run->run),
	    ERR_NONE);
	for (n = f->run->run.first; n <= f->origin.tip.n; n++) {
		if (f->run->body_len[n - f->run->run.first] == 0)
			continue;
		origin_body(0, n, body, sizeof(body));
		origin_salt(0, n, salt);
		assert_int_equal(store_add_body(txn, f->origin.log_id, n, salt,
				     body, sizeof(body)),
		    ERR_NONE);
	}
	assert_int_equal(store_commit(&txn), ERR_NONE);
}

static void
erase(struct fixture *f, uint64_t n)
{
	struct store_txn *txn = NULL;

	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	assert_int_equal(store_erase(txn, f->origin.log_id, n), ERR_NONE);
	assert_int_equal(store_commit(&txn), ERR_NONE);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	f->run = calloc(1, sizeof(*f->run));
	if (f->run == NULL || (f->dir = scratch_make()) == NULL ||
	    (f->path = scratch_path(f->dir, "copy.mdb")) == NULL)
		return -1;
	origin_begin(&f->origin, 1, 7);
	return open_store(f->dir, &f->store) == ERR_NONE ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->copy);
	store_close(f->store);
	scratch_remove(f->dir);
	free(f->path);
	free(f->run);
	free(f);
	return 0;
}

static enum err
check(struct store *store)
{
	struct store_txn *txn = NULL;
	enum err err;

	assert_int_equal(store_begin(store, false, &txn), ERR_NONE);
	err = store_check(txn);
	store_abort(&txn);
	return err;
}

static enum err
check_keys(struct store *store)
{
	struct store_txn *txn = NULL;
	enum err err;

	assert_int_equal(store_begin(store, false, &txn), ERR_NONE);
	err = store_check_keys(txn);
	store_abort(&txn);
	return err;
}

static void
a_copy_holds_what_was_there(void **state)
{
	uint8_t old_epoch[STORE_EPOCH_LEN];
	uint8_t new_epoch[STORE_EPOCH_LEN];
	struct fixture *f = *state;
	struct store_txn *txn = NULL;
	struct store_body body;
	struct store_log log;

	write_run(f);
	assert_int_equal(store_copy(f->store, f->path, &f->copy), ERR_NONE);
	write_run(f);
	assert_int_equal(check(f->copy), ERR_NONE);
	assert_int_equal(check(f->store), ERR_NONE);
	assert_int_equal(check_keys(f->copy), ERR_NONE);

	assert_int_equal(store_begin(f->copy, false, &txn), ERR_NONE);
	assert_int_equal(store_log(txn, f->origin.log_id, &log), ERR_NONE);
	assert_int_equal(log.tip.n, COUNT);
	assert_int_equal(
	    store_body(txn, f->origin.log_id, COUNT, &body), ERR_NONE);
	store_body_clear(&body);
	store_abort(&txn);
	store_epoch(f->store, old_epoch);
	store_epoch(f->copy, new_epoch);
	assert_memory_not_equal(old_epoch, new_epoch, STORE_EPOCH_LEN);
	store_close(f->copy);
	f->copy = NULL;
	assert_int_equal(
	    store_copy(f->store, "/nowhere/x", &f->copy) == ERR_NONE, false);
}

static void
only_notes_are_written_to_a_copy_and_no_slot(void **state)
{
	struct fixture *f = *state;
	struct store_txn *txn = NULL;
	struct bytes data;

	write_run(f);
	assert_int_equal(store_copy(f->store, f->path, &f->copy), ERR_NONE);
	assert_int_equal(store_begin(f->copy, true, &txn), ERR_NONE);
	assert_int_equal(store_note_put(txn, "own/x", "y", 1), ERR_NONE);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	assert_int_equal(store_note_get(txn, "own/x", &data), ERR_NOENT);
	store_abort(&txn);
	assert_int_equal(check(f->copy), ERR_NONE);
}

static void
the_keys_named_are_those_of_now(void **state)
{
	static const uint8_t zeros[KEY_LEN];
	struct fixture *f = *state;
	struct store_named named;
	struct store_txn *txn = NULL;
	uint8_t keys[2 * COUNT][KEY_LEN];
	size_t missing = 0;
	size_t i;

	write_run(f);
	erase(f, 3);
	assert_int_equal(store_copy(f->store, f->path, &f->copy), ERR_NONE);
	assert_int_equal(store_begin(f->copy, false, &txn), ERR_NONE);
	assert_int_equal(store_named(txn, &named), ERR_NONE);
	store_abort(&txn);
	assert_int_equal(named.slots, COUNT - 1);
	assert_int_equal(named.count, COUNT - 2);

	/* One more goes after the copy was made, and its key with it. */
	erase(f, 5);
	write_run(f);
	assert_int_equal(
	    store_named_keys(f->store, &named, 0, (size_t)2 * COUNT, keys[0]),
	    ERR_NONE);
	for (i = 0; i < named.slots; i++)
		missing += memcmp(keys[i], zeros, KEY_LEN) == 0;
	assert_int_equal(missing, 2);
	for (; i < (size_t)2 * COUNT; i++)
		assert_memory_equal(keys[i], zeros, KEY_LEN);
	store_named_clear(&named);
	assert_null(named.bits);
}

static void
keys_older_than_main_are_noticed(void **state)
{
	char *path = scratch_path(((struct fixture *)*state)->dir, "keys");
	struct fixture *f = *state;
	uint8_t zeros[KEY_LEN] = { 0 };
	int fd;

	write_run(f);
	assert_int_equal(check_keys(f->store), ERR_NONE);
	erase(f, COUNT);
	assert_int_equal(check_keys(f->store), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(
	    pwrite(fd, zeros, KEY_LEN, (COUNT - 3) * KEY_LEN), KEY_LEN);
	assert_int_equal(close(fd), 0);
	free(path);
	assert_int_equal(open_store(f->dir, &f->store), ERR_NONE);
	assert_int_equal(check_keys(f->store), ERR_DAMAGED);
	assert_int_equal(check(f->store), ERR_NONE);
}

/* Copy the first ${pages} pages of ${from} to ${to}, and the rest from ${rest}. */
static void
join_files(const char *from, const char *rest, const char *to, size_t pages)
{
	uint8_t page[4096];
	size_t i;
	int a = open(from, O_RDONLY | O_CLOEXEC);
	int b = open(rest, O_RDONLY | O_CLOEXEC);
	int c = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t len;

	assert_true(a >= 0 && b >= 0 && c >= 0);
	for (i = 0;; i++) {
		len = pread(i < pages ? a : b, page, sizeof(page),
		    (off_t)(i * sizeof(page)));
		if (len <= 0)
			break;
		assert_int_equal(write(c, page, (size_t)len), len);
	}
	(void)close(a);
	(void)close(b);
	(void)close(c);
}

/* What a child process finds that may crash over it, and comes to an end. */
static bool
child_accepts(const char *dir)
{
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)alarm(60);
		if (open_store(dir, &store) != ERR_NONE ||
		    store_begin(store, false, &txn) != ERR_NONE)
			_exit(1);
		_exit(store_check(txn) == ERR_NONE &&
			    store_check_keys(txn) == ERR_NONE ?
			0 :
			1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_false(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
a_copy_of_several_moments_is_noticed(void **state)
{
	struct fixture *f = *state;
	char *main_path = scratch_path(f->dir, "main.mdb");
	char *keys = scratch_path(f->dir, "keys");
	char *early = scratch_path(f->dir, "early");
	char *torn = scratch_path(f->dir, "torn");
	char *torn_main = scratch_path(f->dir, "torn/main.mdb");
	char *torn_keys = scratch_path(f->dir, "torn/keys");
	size_t accepted = 0;
	size_t pages;
	unsigned i;

	/* Old pages are written over again and again, as in long use. */
	for (i = 0; i < 12; i++)
		write_run(f);
	join_files(main_path, main_path, early, 0);
	for (i = 0; i < 40; i++)
		write_run(f);
	assert_int_equal(mkdir(torn, 0700), 0);
	for (pages = 2; pages < 30; pages++) {
		join_files(early, main_path, torn_main, pages);
		join_files(keys, keys, torn_keys, 0);
		accepted += child_accepts(torn);
	}
	assert_int_equal(accepted, 0);

	/* All of one moment is as good as the original. */
	join_files(main_path, main_path, torn_main, 0);
	assert_true(child_accepts(torn));
	free(main_path);
	free(keys);
	free(early);
	free(torn);
	free(torn_main);
	free(torn_keys);
}

/*
 * No row is lost and all are in order, but of the arrivals some are not where they
 * are looked for: who looks for the next one finds the last one again.
 */
static void
upper_pages_of_another_moment_are_noticed(void **state)
{
	struct fixture *f = *state;
	char *main_path = scratch_path(f->dir, "main.mdb");
	unsigned i;

	for (i = 0; i < 40; i++)
		write_run(f);
	store_close(f->store);
	f->store = NULL;
	assert_true(child_accepts(f->dir));
	/* Twice, so that the number after a row is led astray. */
	assert_true(tear_branches(main_path, 8) > 0);
	assert_true(tear_branches(main_path, 8) > 0);
	assert_false(child_accepts(f->dir));
	free(main_path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_copy_holds_what_was_there, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    only_notes_are_written_to_a_copy_and_no_slot, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    the_keys_named_are_those_of_now, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    keys_older_than_main_are_noticed, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_copy_of_several_moments_is_noticed, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    upper_pages_of_another_moment_are_noticed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
