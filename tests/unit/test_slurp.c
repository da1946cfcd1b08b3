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

#include "client/slurp.h"

#define LEN 200000

struct fixture {
	char path[64];
	char bytes[LEN];
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd;

	assert_non_null(f);
	(void)snprintf(f->path, sizeof(f->path), "/tmp/slurp.XXXXXX");
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	memset(f->bytes, 'x', LEN);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(unlink(f->path), 0);
	free(f);
	return 0;
}

/* Let the file hold the first ${len} bytes. */
static void
fill(const struct fixture *f, size_t len)
{
	FILE *file = fopen(f->path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(f->bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void
a_file_is_read_up_to_its_limit(void **state)
{
	const struct fixture *f = *state;
	char *data = NULL;
	size_t len = 0;

	fill(f, LEN);
	assert_int_equal(slurp(f->path, LEN, &data, &len), ERR_NONE);
	assert_int_equal(len, LEN);
	assert_memory_equal(data, f->bytes, LEN);
	assert_int_equal(data[len], '\0');
	free(data);
}

static void
a_file_beyond_its_limit_is_refused_and_nothing_written(void **state)
{
	const struct fixture *f = *state;
	char *data = NULL;
	size_t len = 7;

	fill(f, LEN);
	assert_int_equal(slurp(f->path, LEN - 1, &data, &len), ERR_SIZE);
	assert_int_equal(slurp(f->path, 0, &data, &len), ERR_SIZE);
	assert_null(data);
	assert_int_equal(len, 7);
}

static void
an_empty_file_is_read_as_nothing(void **state)
{
	const struct fixture *f = *state;
	char *data = NULL;
	size_t len = 1;

	assert_int_equal(slurp(f->path, 10, &data, &len), ERR_NONE);
	assert_int_equal(len, 0);
	assert_string_equal(data, "");
	free(data);
	assert_int_equal(slurp(f->path, 0, &data, &len), ERR_NONE);
	assert_string_equal(data, "");
	free(data);
}

static void
what_cannot_be_opened_is_told_apart(void **state)
{
	const struct fixture *f = *state;
	char *data = NULL;
	size_t len = 0;
	uid_t user = geteuid();

	assert_int_equal(
	    slurp("/nonexistent/file", 10, &data, &len), ERR_NOENT);
	assert_int_equal(slurp("/etc/passwd/x", 10, &data, &len), ERR_NOENT);
	assert_int_equal(slurp("/", 10, &data, &len), ERR_IO);
	/* Root may read everything: be nobody for a moment. */
	assert_int_equal(chmod(f->path, 0), 0);
	if (user == 0)
		assert_int_equal(seteuid(65534), 0);
	assert_int_equal(slurp(f->path, 10, &data, &len), ERR_DENIED);
	assert_int_equal(seteuid(user), 0);
	assert_null(data);
}

static void
a_dash_is_standard_input(void **state)
{
	const struct fixture *f = *state;
	FILE *file = NULL;
	char *data = NULL;
	size_t len = 0;

	assert_int_equal(slurp_open("-", &file), ERR_NONE);
	assert_ptr_equal(file, stdin);
	assert_string_equal(slurp_name("-"), "standard input");
	assert_string_equal(slurp_name("./-"), "./-");
	slurp_close(file);
	slurp_close(NULL);
	fill(f, 3);
	assert_non_null(freopen(f->path, "r", stdin));
	assert_int_equal(slurp("-", 10, &data, &len), ERR_NONE);
	assert_string_equal(data, "xxx");
	free(data);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_read_up_to_its_limit),
		TEST(a_file_beyond_its_limit_is_refused_and_nothing_written),
		TEST(an_empty_file_is_read_as_nothing),
		TEST(what_cannot_be_opened_is_told_apart),
		TEST(a_dash_is_standard_input),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
