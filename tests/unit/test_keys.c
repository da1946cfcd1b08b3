#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/keys.h"
#include "tests/unit/scratch.h"

struct fixture {
	char *dir;
	char *path;
	struct keys *keys;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	*state = f;
	if ((f->dir = scratch_make()) == NULL ||
	    (f->path = scratch_path(f->dir, "keys")) == NULL)
		return -1;
	return keys_open(f->path, &f->keys) == ERR_NONE ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	keys_close(f->keys);
	scratch_remove(f->dir);
	free(f->path);
	free(f);
	return 0;
}

static void
assert_slot(struct fixture *f, uint64_t slot, int fill)
{
	uint8_t want[KEY_LEN];
	uint8_t key[KEY_LEN];

	memset(want, fill, sizeof(want));
	if (fill == 0) {
		assert_int_equal(keys_read(f->keys, slot, key), ERR_NOENT);
		return;
	}
	assert_int_equal(keys_read(f->keys, slot, key), ERR_NONE);
	assert_memory_equal(key, want, sizeof(want));
}

/* Write ${count} slots that hold 1, 2, 3 ... */
static void
write_slots(struct fixture *f, uint64_t slot, size_t count)
{
	uint8_t data[8][KEY_LEN];
	size_t i;

	for (i = 0; i < count; i++)
		memset(data[i], (int)i + 1, KEY_LEN);
	assert_int_equal(keys_write(f->keys, slot, data[0], count), ERR_NONE);
}

static void
written_keys_are_read_back_after_reopening(void **state)
{
	struct fixture *f = *state;

	write_slots(f, 5, 3);
	assert_int_equal(keys_sync(f->keys), ERR_NONE);
	assert_int_equal(keys_sync(f->keys), ERR_NONE);
	keys_close(f->keys);
	f->keys = NULL;
	assert_int_equal(keys_open(f->path, &f->keys), ERR_NONE);
	assert_slot(f, 4, 0);
	assert_slot(f, 5, 1);
	assert_slot(f, 7, 3);
	assert_slot(f, 8, 0);
	keys_close(NULL);
}

static void
all_slots_from_one_on_are_zeroed(void **state)
{
	struct fixture *f = *state;

	write_slots(f, 0, 8);
	write_slots(f, 5000, 3);
	assert_int_equal(keys_zero_from(f->keys, 3), ERR_NONE);
	assert_int_equal(keys_sync(f->keys), ERR_NONE);
	assert_slot(f, 2, 3);
	assert_slot(f, 3, 0);
	assert_slot(f, 7, 0);
	assert_slot(f, 5002, 0);
	assert_int_equal(keys_zero_from(f->keys, 1000000), ERR_NONE);
	assert_int_equal(keys_slots(f->keys), KEYS_STEP / KEY_LEN);
}

static void
slot_beyond_the_end_is_empty(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(keys_slots(f->keys), 0);
	assert_slot(f, 0, 0);
	assert_slot(f, 1000000, 0);
	assert_int_equal(keys_zero(f->keys, 1000000), ERR_NONE);
	assert_int_equal(keys_slots(f->keys), 0);
}

static void
file_grows_by_written_steps(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	write_slots(f, 0, 1);
	assert_int_equal(keys_sync(f->keys), ERR_NONE);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_size, KEYS_STEP);
	assert_true(st.st_blocks * 512 >= KEYS_STEP);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(keys_slots(f->keys), KEYS_STEP / KEY_LEN);

	/* Across the end of the first step. */
	write_slots(f, KEYS_STEP / KEY_LEN - 2, 4);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_size, 2 * KEYS_STEP);
	assert_slot(f, KEYS_STEP / KEY_LEN + 1, 4);
}

static void
zeroing_empties_one_slot_in_place(void **state)
{
	struct fixture *f = *state;
	struct stat before;
	struct stat after;
	uint8_t bytes[3 * KEY_LEN];
	FILE *file;

	write_slots(f, 0, 3);
	assert_int_equal(keys_sync(f->keys), ERR_NONE);
	assert_int_equal(stat(f->path, &before), 0);
	assert_int_equal(keys_zero(f->keys, 1), ERR_NONE);
	assert_int_equal(keys_sync(f->keys), ERR_NONE);
	assert_slot(f, 0, 1);
	assert_slot(f, 1, 0);
	assert_slot(f, 2, 3);

	assert_int_equal(stat(f->path, &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_size, before.st_size);
	assert_non_null(file = fopen(f->path, "r"));
	assert_int_equal(fread(bytes, sizeof(bytes), 1, file), 1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(bytes[KEY_LEN], 0);
	assert_int_equal(bytes[2 * KEY_LEN - 1], 0);
	assert_int_equal(bytes[2 * KEY_LEN], 3);
}

static void
file_that_cannot_be_made_is_an_io_error(void **state)
{
	struct keys *keys = NULL;

	(void)state;
	assert_int_equal(keys_open("/nonexistent/keys", &keys), ERR_IO);
	assert_null(keys);
}

static void
file_of_another_user_is_denied(void **state)
{
	struct fixture *f = *state;
	struct keys *keys = NULL;
	int status;
	pid_t pid;

	assert_int_equal(chmod(f->path, 0400), 0);
	if ((pid = fork()) == 0) {
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(1);
		_exit(keys_open(f->path, &keys) == ERR_DENIED ? 0 : 2);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* The limit on file size stands for a full disk. */
static void
file_without_room_to_grow_is_full_and_keeps_what_it_has(void **state)
{
	struct fixture *f = *state;
	struct rlimit old;
	struct rlimit limit;
	uint8_t key[KEY_LEN];

	write_slots(f, 0, 3);
	memset(key, 7, sizeof(key));
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = KEYS_STEP + 100;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(
	    keys_write(f->keys, KEYS_STEP / KEY_LEN, key, 1), ERR_FULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);

	assert_slot(f, 2, 3);
	assert_slot(f, KEYS_STEP / KEY_LEN, 0);
	assert_int_equal(
	    keys_write(f->keys, KEYS_STEP / KEY_LEN, key, 1), ERR_NONE);
	assert_int_equal(keys_sync(f->keys), ERR_NONE);
	assert_slot(f, KEYS_STEP / KEY_LEN, 7);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(written_keys_are_read_back_after_reopening),
		T(all_slots_from_one_on_are_zeroed),
		T(slot_beyond_the_end_is_empty),
		T(file_grows_by_written_steps),
		T(zeroing_empties_one_slot_in_place),
		T(file_that_cannot_be_made_is_an_io_error),
		T(file_of_another_user_is_denied),
		T(file_without_room_to_grow_is_full_and_keeps_what_it_has),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
