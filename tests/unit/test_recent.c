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

#include "client/recent.h"

static int
setup(void **state)
{
	char *dir = strdup("/tmp/erfa-recent.XXXXXX");

	*state = dir;
	return dir != NULL && mkdtemp(dir) != NULL ? 0 : -1;
}

static void
path_in(const char *dir, char out[RECENT_PATH_MAX])
{
	(void)snprintf(out, RECENT_PATH_MAX, "%s/list", dir);
}

static int
teardown(void **state)
{
	char path[RECENT_PATH_MAX];

	path_in(*state, path);
	(void)unlink(path);
	(void)rmdir(*state);
	free(*state);
	return 0;
}

static void
the_third_line_is_the_third_id(void **state)
{
	static const char *const ids[] = { "dk-791/aaaa", "",
		"no-5501/k7m2p4qd" };
	char path[RECENT_PATH_MAX];
	char id[RECORD_ID_CHARS + 1] = "untouched";
	struct stat info;

	path_in(*state, path);
	assert_int_equal(recent_save(path, ids, 3), ERR_NONE);
	assert_int_equal(recent_find(path, 3, id), ERR_NONE);
	assert_string_equal(id, "no-5501/k7m2p4qd");
	assert_int_equal(recent_find(path, 1, id), ERR_NONE);
	assert_string_equal(id, "dk-791/aaaa");
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
}

static void
a_new_list_takes_the_place_of_the_last(void **state)
{
	static const char *const first[] = { "dk-791/aaaa", "dk-791/bbbb" };
	static const char *const second[] = { "dk-791/cccc" };
	char path[RECENT_PATH_MAX];
	char id[RECORD_ID_CHARS + 1];

	path_in(*state, path);
	assert_int_equal(recent_save(path, first, 2), ERR_NONE);
	assert_int_equal(recent_save(path, second, 1), ERR_NONE);
	assert_int_equal(recent_find(path, 1, id), ERR_NONE);
	assert_string_equal(id, "dk-791/cccc");
	assert_int_equal(recent_find(path, 2, id), ERR_NOENT);
}

static void
a_line_without_an_id_is_told_from_a_missing_one(void **state)
{
	static const char *const ids[] = { "", "no slash" };
	char path[RECENT_PATH_MAX];
	char id[RECORD_ID_CHARS + 1] = "untouched";

	path_in(*state, path);
	assert_int_equal(recent_find(path, 1, id), ERR_NOENT);
	assert_int_equal(recent_save(path, ids, 2), ERR_NONE);
	assert_int_equal(recent_find(path, 0, id), ERR_NOENT);
	assert_int_equal(recent_find(path, 1, id), ERR_SYNTAX);
	assert_int_equal(recent_find(path, 2, id), ERR_SYNTAX);
	assert_int_equal(recent_find(path, 3, id), ERR_NOENT);
	assert_string_equal(id, "untouched");
}

static void
a_symbolic_link_in_its_place_is_not_followed(void **state)
{
	static const char *const ids[] = { "dk-791/aaaa" };
	char path[RECENT_PATH_MAX];
	char target[RECENT_PATH_MAX + 8];

	path_in(*state, path);
	(void)snprintf(target, sizeof(target), "%s-victim", path);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(recent_save(path, ids, 1), ERR_NONE);
	assert_int_equal(access(target, F_OK), -1);
}

static void
a_place_that_is_not_there_is_told(void **state)
{
	static const char *const ids[] = { "dk-791/aaaa" };
	char id[RECORD_ID_CHARS + 1];

	(void)state;
	assert_int_equal(recent_save("/nonexistent/list", ids, 1), ERR_IO);
	assert_int_equal(recent_find("/etc/passwd/list", 1, id), ERR_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    the_third_line_is_the_third_id, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_new_list_takes_the_place_of_the_last, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_line_without_an_id_is_told_from_a_missing_one, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    a_symbolic_link_in_its_place_is_not_followed, setup,
		    teardown),
		cmocka_unit_test(a_place_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
