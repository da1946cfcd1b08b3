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

#include "daemon/keyfile.h"
#include "tests/unit/scratch.h"

#define PATH_ROOM 512

/* A folder with the names of files that need not be there. */
struct place {
	char *folder;
	char path[PATH_ROOM];
	char other[PATH_ROOM];
};

static const uint8_t seed[SEED_LEN] = { 1, 2, 3, 0xff };

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (place == NULL || (place->folder = scratch_make()) == NULL)
		return -1;
	(void)snprintf(place->path, PATH_ROOM, "%s/node.key", place->folder);
	(void)snprintf(place->other, PATH_ROOM, "%s/aside", place->folder);
	*state = place;
	return 0;
}

static int
teardown(void **state)
{
	struct place *place = *state;

	scratch_remove(place->folder);
	free(place);
	return 0;
}

/* Make a file of this text and mode. */
static void
make(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
a_key_is_read_as_it_was_written(void **state)
{
	const struct place *place = *state;
	uint8_t got[SEED_LEN];
	struct stat info;

	assert_int_equal(keyfile_write(place->path, seed), ERR_NONE);
	assert_int_equal(keyfile_read(place->path, 077, got), ERR_NONE);
	assert_memory_equal(got, seed, SEED_LEN);
	assert_int_equal(stat(place->path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(info.st_size, 2 * SEED_LEN + 1);

	/* Another takes its place. */
	memset(got, 7, sizeof(got));
	assert_int_equal(keyfile_write(place->path, got), ERR_NONE);
	memset(got, 0, sizeof(got));
	assert_int_equal(keyfile_read(place->path, 077, got), ERR_NONE);
	assert_int_equal(got[0], 7);
}

static void
what_is_no_key_is_refused(void **state)
{
	const struct place *place = *state;
	uint8_t got[SEED_LEN] = { 9 };

	assert_int_equal(keyfile_read(place->path, 077, got), ERR_NOENT);
	make(place->path, "short\n", 0600);
	assert_int_equal(keyfile_read(place->path, 077, got), ERR_SYNTAX);
	make(place->path,
	    "zz02030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20\n",
	    0600);
	assert_int_equal(keyfile_read(place->path, 077, got), ERR_SYNTAX);
	assert_int_equal(keyfile_read(place->folder, 0, got), ERR_SYNTAX);
	assert_int_equal(got[0], 9);
}

static void
a_key_that_others_may_read_is_refused(void **state)
{
	const struct place *place = *state;
	uint8_t got[SEED_LEN];

	assert_int_equal(keyfile_write(place->path, seed), ERR_NONE);
	assert_int_equal(chmod(place->path, 0640), 0);
	assert_int_equal(keyfile_read(place->path, 077, got), ERR_DENIED);
	assert_int_equal(keyfile_read(place->path, 07, got), ERR_NONE);
}

static void
a_key_is_kept_aside_and_moved(void **state)
{
	const struct place *place = *state;
	uint8_t got[SEED_LEN];

	assert_int_equal(keyfile_keep(place->path, place->other), ERR_NOENT);
	assert_int_equal(keyfile_write(place->path, seed), ERR_NONE);
	assert_int_equal(keyfile_keep(place->path, place->other), ERR_NONE);
	assert_int_equal(keyfile_keep(place->path, place->other), ERR_NONE);
	assert_int_equal(keyfile_read(place->path, 077, got), ERR_NONE);
	assert_int_equal(keyfile_read(place->other, 077, got), ERR_NONE);
	assert_memory_equal(got, seed, SEED_LEN);
	assert_int_equal(keyfile_move(place->other, place->path), ERR_NONE);
	assert_int_equal(keyfile_read(place->other, 077, got), ERR_NOENT);
	assert_int_equal(keyfile_read(place->path, 077, got), ERR_NONE);
	assert_int_equal(keyfile_move(place->other, place->path), ERR_IO);
}

static void
a_key_is_overwritten_before_it_goes(void **state)
{
	const struct place *place = *state;
	uint8_t got[SEED_LEN];

	assert_int_equal(keyfile_wipe(place->path), ERR_NONE);
	assert_int_equal(keyfile_write(place->path, seed), ERR_NONE);
	assert_int_equal(link(place->path, place->other), 0);
	assert_int_equal(keyfile_wipe(place->path), ERR_NONE);
	assert_int_equal(keyfile_read(place->path, 077, got), ERR_NOENT);

	/* Another name of the same file holds nothing any more. */
	assert_int_equal(keyfile_read(place->other, 077, got), ERR_SYNTAX);
}

static void
a_folder_that_is_not_there_takes_no_key(void **state)
{
	struct place *place = *state;

	(void)snprintf(place->other, PATH_ROOM, "%s/no/such", place->folder);
	assert_int_equal(keyfile_write(place->other, seed), ERR_NOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_key_is_read_as_it_was_written),
		TEST(what_is_no_key_is_refused),
		TEST(a_key_that_others_may_read_is_refused),
		TEST(a_key_is_kept_aside_and_moved),
		TEST(a_key_is_overwritten_before_it_goes),
		TEST(a_folder_that_is_not_there_takes_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
