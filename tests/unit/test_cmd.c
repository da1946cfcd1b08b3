#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/cmd.h"
#include "client/dated.h"
#include "client/fault.h"
#include "client/help.h"
#include "tests/unit/capture.h"

#define GOLDEN     "tests/golden/help.ok"
#define LINE_WIDTH 80

static size_t
lines_of(const char *text)
{
	size_t lines = 0;

	for (; *text != '\0'; text++)
		lines += *text == '\n' ? 1 : 0;
	return lines;
}

/* The longest line, in bytes. */
static size_t
width_of(const char *text)
{
	size_t best = 0;
	size_t len;

	while (*text != '\0') {
		len = strcspn(text, "\n");
		best = len > best ? len : best;
		text += len + (text[len] != '\0');
	}
	return best;
}

static void
every_command_has_a_help_that_fits_a_screen(void **state)
{
	const struct cmd *table;
	struct capture out;
	size_t count, i;

	(void)state;
	table = cmd_table(&count);
	for (i = 0; i < count; i++) {
		capture_open(&out, &capture_plain);
		help_print_one(out.print, &table[i]);
		if (lines_of(capture_text(&out)) > HELP_LINES)
			fail_msg("the help of %s is too long", table[i].name);
		if (width_of(capture_text(&out)) > LINE_WIDTH)
			fail_msg("the help of %s is too wide", table[i].name);
		assert_true(capture_harmless(capture_text(&out)));
		capture_close(&out);
	}
}

static void
examples_come_before_options_and_call_the_command_itself(void **state)
{
	const struct cmd *table;
	struct capture out;
	const char *example, *usage;
	char call[64];
	size_t count, i;

	(void)state;
	table = cmd_table(&count);
	for (i = 0; i < count; i++) {
		capture_open(&out, &capture_plain);
		help_print_one(out.print, &table[i]);
		(void)snprintf(call, sizeof(call), "erfa %s", table[i].name);
		example = strstr(strchr(capture_text(&out), '\n'), call);
		usage = strstr(capture_text(&out), "\nUsage: ");
		assert_non_null(example);
		assert_non_null(usage);
		assert_true(example < usage);
		capture_close(&out);
	}
}

static void
the_table_is_sound(void **state)
{
	const struct cmd *table;
	size_t count, i, words = 0;
	char name[64];
	char *second;

	(void)state;
	table = cmd_table(&count);
	for (i = 0; i < count; i++) {
		assert_true(table[i].words_least <= table[i].words_most);
		assert_non_null(table[i].run);
		assert_true(i == 0 || table[i].group >= table[i - 1].group);
		(void)snprintf(name, sizeof(name), "%s", table[i].name);
		if ((second = strchr(name, ' ')) != NULL)
			*second++ = '\0';
		assert_ptr_equal(cmd_find(name, second, &words), &table[i]);
		assert_int_equal(words, second == NULL ? 1 : 2);
	}
}

static void
a_second_word_that_is_no_name_is_left_for_the_command(void **state)
{
	const struct cmd *cmd;
	size_t words = 0;

	(void)state;
	cmd = cmd_find("show", "accept", &words);
	assert_string_equal(cmd->name, "show");
	assert_int_equal(words, 1);
	assert_string_equal(cmd_find("peers", NULL, &words)->name, "peers");
	assert_null(cmd_find("bundle", NULL, &words));
	assert_null(cmd_find("bundle", "frob", &words));
	assert_null(cmd_find("", NULL, &words));
}

static void
search_is_another_name_of_find(void **state)
{
	size_t words = 0;

	(void)state;
	assert_ptr_equal(
	    cmd_find("search", "x", &words), cmd_find("find", NULL, &words));
}

static void
a_wrong_word_is_told_what_was_probably_meant(void **state)
{
	(void)state;
	assert_string_equal(cmd_nearest("serach"), "search");
	assert_string_equal(cmd_nearest("statsu"), "status");
	assert_string_equal(cmd_nearest("pubish"), "publish");
	assert_string_equal(cmd_nearest("lst"), "list");
	assert_null(cmd_nearest("frobnicate"));
	assert_null(cmd_nearest(""));
}

static void
the_exit_codes_are_those_that_are_promised(void **state)
{
	static const int codes[] = { 0, 1, 64, 65, 66, 69, 70, 73, 75, 76, 77,
		78 };
	const struct fault_code *table;
	size_t count, i;

	(void)state;
	table = fault_codes(&count);
	assert_int_equal(count, sizeof(codes) / sizeof(codes[0]));
	for (i = 0; i < count; i++)
		assert_int_equal(table[i].status, codes[i]);
}

/* All that help can say, as one text. */
static void
print_all_help(struct capture *out)
{
	const struct cmd *table;
	size_t count, i;

	help_print(out->print);
	print_say(out->print, "---- exit\n");
	help_print_exit(out->print);
	table = cmd_table(&count);
	for (i = 0; i < count; i++) {
		print_say(out->print, "---- %s\n", table[i].name);
		help_print_one(out->print, &table[i]);
	}
}

/*
 * The help is looked at when it changes: if the new one is meant, write it with
 * ERFA_GOLDEN=1 and read the difference before you commit it.
 */
static void
the_help_is_word_for_word_the_one_that_was_read(void **state)
{
	static char golden[65536];
	struct capture out;
	size_t len;
	FILE *file;

	(void)state;
	capture_open(&out, &capture_plain);
	print_all_help(&out);
	if (getenv("ERFA_GOLDEN") != NULL) {
		file = fopen(GOLDEN, "w");
		assert_non_null(file);
		assert_true(fputs(capture_text(&out), file) >= 0);
		assert_int_equal(fclose(file), 0);
	}
	file = fopen(GOLDEN, "r");
	assert_non_null(file);
	len = fread(golden, 1, sizeof(golden) - 1, file);
	golden[len] = '\0';
	(void)fclose(file);
	assert_string_equal(capture_text(&out), golden);
	capture_close(&out);
}

static void
the_whole_help_fits_a_terminal(void **state)
{
	struct capture out;

	(void)state;
	capture_open(&out, &capture_plain);
	help_print(out.print);
	assert_true(width_of(capture_text(&out)) <= LINE_WIDTH);
	assert_true(lines_of(capture_text(&out)) <= 60);
	capture_close(&out);
}

static void
every_command_that_knows_of_days_is_a_command(void **state)
{
	const char *name;
	char first[32];
	const char *second;
	const struct cmd *cmd;
	size_t words;
	unsigned i;

	(void)state;
	for (i = 0; (name = dated_name(i)) != NULL; i++) {
		second = strchr(name, ' ');
		(void)snprintf(first, sizeof(first), "%.*s",
		    (int)strcspn(name, " "), name);
		cmd = cmd_find(
		    first, second == NULL ? NULL : second + 1, &words);
		assert_non_null(cmd);
		assert_string_equal(cmd->name, name);
		assert_int_not_equal(dated_of(name), DATED_NOT);
	}
	assert_int_equal(dated_of("peers"), DATED_NOT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_that_knows_of_days_is_a_command),
		cmocka_unit_test(every_command_has_a_help_that_fits_a_screen),
		cmocka_unit_test(
		    examples_come_before_options_and_call_the_command_itself),
		cmocka_unit_test(the_table_is_sound),
		cmocka_unit_test(
		    a_second_word_that_is_no_name_is_left_for_the_command),
		cmocka_unit_test(search_is_another_name_of_find),
		cmocka_unit_test(a_wrong_word_is_told_what_was_probably_meant),
		cmocka_unit_test(the_exit_codes_are_those_that_are_promised),
		cmocka_unit_test(
		    the_help_is_word_for_word_the_one_that_was_read),
		cmocka_unit_test(the_whole_help_fits_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
