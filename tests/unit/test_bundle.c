#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/limits.h"
#include "client/bundle.h"

/* A file that holds ${len} bytes, open at its start. */
static FILE *
file_of(const void *bytes, size_t len)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	rewind(file);
	return file;
}

static enum err
check(const char *text)
{
	FILE *file = file_of(text, strlen(text));
	enum err err = bundle_check(file);

	(void)fclose(file);
	return err;
}

/* What reading one message from these bytes says. */
static enum err
get_error(const void *bytes, size_t len)
{
	FILE *file = file_of(bytes, len);
	uint8_t *msg = NULL;
	size_t msg_len = 0;
	enum err err = bundle_get(file, &msg, &msg_len);

	free(msg);
	(void)fclose(file);
	return err;
}

static void
what_was_written_is_read_again(void **state)
{
	static const uint8_t one[] = { 1 };
	uint8_t *large = calloc(1, MSG_MAX);
	FILE *file = tmpfile();
	uint8_t *msg = NULL;
	size_t len = 0;

	(void)state;
	assert_non_null(file);
	assert_non_null(large);
	assert_int_equal(bundle_begin(file), ERR_NONE);
	assert_int_equal(bundle_put(file, one, 1), ERR_NONE);
	assert_int_equal(bundle_put(file, large, MSG_MAX), ERR_NONE);
	rewind(file);
	assert_int_equal(bundle_check(file), ERR_NONE);
	assert_int_equal(bundle_get(file, &msg, &len), ERR_NONE);
	assert_int_equal(len, 1);
	assert_int_equal(msg[0], 1);
	free(msg);
	assert_int_equal(bundle_get(file, &msg, &len), ERR_NONE);
	assert_int_equal(len, MSG_MAX);
	free(msg);
	assert_int_equal(bundle_get(file, &msg, &len), ERR_NOENT);
	free(large);
	(void)fclose(file);
}

static void
the_bytes_are_those_of_the_protocol(void **state)
{
	static const uint8_t msg[] = { 0xaa, 0xbb };
	static const char expected[] = "erfa/1/bundle\n\x02\0\0\0\xaa\xbb";
	char bytes[64];
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	assert_int_equal(bundle_begin(file), ERR_NONE);
	assert_int_equal(bundle_put(file, msg, 2), ERR_NONE);
	rewind(file);
	assert_int_equal(
	    fread(bytes, 1, sizeof(bytes), file), sizeof(expected) - 1);
	assert_memory_equal(bytes, expected, sizeof(expected) - 1);
	(void)fclose(file);
}

static void
what_is_no_bundle_is_refused(void **state)
{
	(void)state;
	assert_int_equal(check("erfa/1/bundle\n"), ERR_NONE);
	assert_int_equal(check(""), ERR_SYNTAX);
	assert_int_equal(check("erfa/1/bundl"), ERR_SYNTAX);
	assert_int_equal(check("PK\003\004 and so on"), ERR_SYNTAX);
	assert_int_equal(check("erfa/1/backup\n"), ERR_SYNTAX);
	assert_int_equal(check("erfa/2/bundle\n"), ERR_VERSION);
}

static void
a_bundle_that_breaks_off_is_noticed(void **state)
{
	static const uint8_t bytes[] = { 2, 0, 0, 0, 1, 1 };
	size_t i;

	(void)state;
	assert_int_equal(get_error(bytes, 0), ERR_NOENT);
	for (i = 1; i < sizeof(bytes); i++)
		assert_int_equal(get_error(bytes, i), ERR_GAP);
	assert_int_equal(get_error(bytes, sizeof(bytes)), ERR_NONE);
}

static void
impossible_lengths_are_refused_before_memory_is_taken(void **state)
{
	static const uint8_t none[] = { 0, 0, 0, 0 };
	static const uint8_t most[] = { 0xff, 0xff, 0xff, 0xff };
	static const uint8_t byte = 0;
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	assert_int_equal(get_error(none, 4), ERR_SIZE);
	assert_int_equal(get_error(most, 4), ERR_SIZE);
	assert_int_equal(bundle_put(file, &byte, 0), ERR_SIZE);
	assert_int_equal(bundle_put(file, &byte, MSG_MAX + 1), ERR_SIZE);
	assert_int_equal(ftell(file), 0);
	(void)fclose(file);
}

static void
a_full_disk_is_told(void **state)
{
	static const uint8_t byte = 1;
	FILE *file = fopen("/dev/full", "w");

	(void)state;
	if (file == NULL) {
		print_message("there is no /dev/full\n");
		skip();
	}
	(void)setvbuf(file, NULL, _IONBF, 0);
	assert_int_equal(bundle_begin(file), ERR_IO);
	assert_int_equal(bundle_put(file, &byte, 1), ERR_IO);
	(void)fclose(file);
}

static void
a_folder_is_no_file_to_read(void **state)
{
	FILE *file = fopen("/", "r");

	(void)state;
	if (file == NULL) {
		print_message("folders cannot be opened here\n");
		skip();
	}
	assert_int_equal(bundle_check(file), ERR_IO);
	(void)fclose(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read_again),
		cmocka_unit_test(the_bytes_are_those_of_the_protocol),
		cmocka_unit_test(what_is_no_bundle_is_refused),
		cmocka_unit_test(a_bundle_that_breaks_off_is_noticed),
		cmocka_unit_test(
		    impossible_lengths_are_refused_before_memory_is_taken),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(a_folder_is_no_file_to_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
