#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "daemon/fence.h"
#include "tests/unit/scratch.h"

struct fixture {
	char *dir;
	char *path;
	struct fence fence;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	if ((f->dir = scratch_make()) == NULL ||
	    (f->path = scratch_path(f->dir, "fence")) == NULL)
		return -1;
	f->fence.dev = 1;
	f->fence.ino = 2;
	f->fence.n = 3;
	memset(f->fence.log_id, 4, LOG_ID_LEN);
	memset(f->fence.c, 5, HASH_LEN);
	return fence_boot_id(f->fence.boot_id) == ERR_NONE ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	scratch_remove(f->dir);
	free(f->path);
	free(f);
	return 0;
}

static void
fence_is_read_as_it_was_written_last(void **state)
{
	struct fixture *f = *state;
	struct fence read;
	struct stat st;

	memset(&read, 0, sizeof(read));
	assert_int_equal(fence_write(f->path, &f->fence), ERR_NONE);
	f->fence.n = 4;
	assert_int_equal(fence_write(f->path, &f->fence), ERR_NONE);
	assert_int_equal(fence_read(f->path, &read), ERR_NONE);
	assert_memory_equal(&read, &f->fence, sizeof(read));
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
boot_id_is_the_same_all_boot(void **state)
{
	struct fixture *f = *state;
	uint8_t again[FENCE_BOOT_LEN];
	uint8_t zeros[FENCE_BOOT_LEN] = { 0 };

	assert_int_equal(fence_boot_id(again), ERR_NONE);
	assert_memory_equal(again, f->fence.boot_id, sizeof(again));
	assert_memory_not_equal(again, zeros, sizeof(again));
}

static void
missing_and_removed_fences_are_not_there(void **state)
{
	struct fixture *f = *state;
	struct fence read;

	assert_int_equal(fence_read(f->path, &read), ERR_NOENT);
	assert_int_equal(fence_remove(f->path), ERR_NONE);
	assert_int_equal(fence_write(f->path, &f->fence), ERR_NONE);
	assert_int_equal(fence_remove(f->path), ERR_NONE);
	assert_int_equal(fence_read(f->path, &read), ERR_NOENT);
}

/* Change, cut or lengthen the file. */
static void
damage(struct fixture *f, long at, long length)
{
	FILE *file = fopen(f->path, "r+");

	assert_non_null(file);
	if (at >= 0) {
		int byte;

		assert_int_equal(fseek(file, at, SEEK_SET), 0);
		byte = fgetc(file);
		assert_int_equal(fseek(file, at, SEEK_SET), 0);
		assert_true(fputc(byte ^ 1, file) != EOF);
	}
	assert_int_equal(fclose(file), 0);
	if (length >= 0)
		assert_int_equal(truncate(f->path, length), 0);
}

static void
changed_fence_is_damaged(void **state)
{
	struct fixture *f = *state;
	struct fence read;
	struct stat st;
	long at;

	assert_int_equal(fence_write(f->path, &f->fence), ERR_NONE);
	assert_int_equal(stat(f->path, &st), 0);
	for (at = 0; at < st.st_size; at++) {
		damage(f, at, -1);
		assert_int_equal(fence_read(f->path, &read), ERR_DAMAGED);
		damage(f, at, -1);
	}
	assert_int_equal(fence_read(f->path, &read), ERR_NONE);
	damage(f, -1, st.st_size + 1);
	assert_int_equal(fence_read(f->path, &read), ERR_DAMAGED);
	damage(f, -1, st.st_size - 1);
	assert_int_equal(fence_read(f->path, &read), ERR_DAMAGED);
	damage(f, -1, 0);
	assert_int_equal(fence_read(f->path, &read), ERR_DAMAGED);
}

static void
fence_that_cannot_be_written_leaves_the_old_one(void **state)
{
	struct fixture *f = *state;
	struct fence read;
	char *temp = scratch_path(f->dir, "fence.new");

	assert_int_equal(fence_write("/nonexistent/fence", &f->fence), ERR_IO);
	assert_int_equal(fence_write("/dev/full/fence", &f->fence), ERR_IO);
	assert_int_equal(fence_write(f->path, &f->fence), ERR_NONE);
	assert_int_equal(mkdir(temp, 0700), 0);
	f->fence.n = 9;
	assert_int_equal(fence_write(f->path, &f->fence), ERR_IO);
	assert_int_equal(fence_read(f->path, &read), ERR_NONE);
	assert_int_equal(read.n, 3);
	assert_int_equal(fence_read(temp, &read), ERR_IO);
	assert_int_equal(fence_remove(temp), ERR_IO);

	/* A full disk. */
	assert_int_equal(rmdir(temp), 0);
	assert_int_equal(symlink("/dev/full", temp), 0);
	assert_int_equal(fence_write(f->path, &f->fence), ERR_FULL);
	assert_int_equal(fence_read(f->path, &read), ERR_NONE);
	assert_int_equal(read.n, 3);
	free(temp);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(fence_is_read_as_it_was_written_last),
		T(boot_id_is_the_same_all_boot),
		T(missing_and_removed_fences_are_not_there),
		T(changed_fence_is_damaged),
		T(fence_that_cannot_be_written_leaves_the_old_one),
	};

	return cmocka_run_group_tests_name("fence", tests, NULL, NULL);
}
