#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"

static void
a_directory_goes_with_all_that_is_in_it(void **state)
{
	char *dir = scratch_make();
	char *sub;
	char *link;
	char *copy;

	(void)state;
	assert_non_null(dir);
	copy = scratch_path(dir, ".");
	sub = scratch_path(dir, "sub");
	link = scratch_path(dir, "sub/link");
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_int_equal(symlink("/", link), 0);
	scratch_remove(dir);
	assert_int_not_equal(access(copy, F_OK), 0);
	assert_int_equal(access("/", F_OK), 0);
	free(copy);
	free(sub);
	free(link);
}

static void
two_directories_differ(void **state)
{
	char *one = scratch_make();
	char *two = scratch_make();

	(void)state;
	assert_non_null(one);
	assert_non_null(two);
	assert_string_not_equal(one, two);
	scratch_remove(one);
	scratch_remove(two);
	scratch_remove(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_directory_goes_with_all_that_is_in_it),
		cmocka_unit_test(two_directories_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
