#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/cells.h"
#include "client/print.h"

static void
expect(const char *text, const char *wanted)
{
	char *form = NULL;

	assert_int_equal(cells_form(text, &form), ERR_NONE);
	assert_string_equal(form, wanted);
	free(form);
}

static void
expect_plain(const char *cell, const char *wanted)
{
	char *text = strdup(cell);

	assert_non_null(text);
	assert_int_equal(cells_plain(text), strlen(wanted));
	assert_string_equal(text, wanted);
	free(text);
}

static void
a_cell_is_never_a_formula(void **state)
{
	(void)state;
	expect("=1+1", "'=1+1");
	expect("+47 22", "'+47 22");
	expect("-1", "'-1");
	expect("@SUM(A1)", "'@SUM(A1)");
	expect("  =1", "'  =1");
	expect(
	    "=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
	expect("\xef\xbc\x9d"
	       "1",
	    "'\xef\xbc\x9d"
	    "1");
	expect("1=1", "1=1");
	expect("a-b", "a-b");

	/* A tab or a return may hide one: the gate lets neither through. */
	expect("\t=1", "' =1");
	expect("\r=1", "'\\x0d=1");
}

static void
nor_does_one_begin_where_a_semicolon_ends_a_cell(void **state)
{
	(void)state;
	expect("x;=cmd|'/C calc'!A0;y", "\"x;'=cmd|'/C calc'!A0;y\"");
	expect("x; =1", "\"x;' =1\"");
	expect("x\n=1", "\"x\n'=1\"");
	expect("x;\n=1", "\"x;\n'=1\"");
	expect("- one\n- two", "\"'- one\n'- two\"");
	expect("x;\xef\xbc\xa0SUM(1)", "\"x;'\xef\xbc\xa0SUM(1)\"");

	/* That a cell begins with quotes makes no difference to a formula. */
	expect("x;\"=1", "\"x;'\"\"=1\"");
	expect("x;\"\"=1", "\"x;'\"\"\"\"=1\"");

	expect("x; a=1", "\"x; a=1\"");
	expect("x;'tis", "\"x;'tis\"");
}

static void
quotes_and_lines_are_as_rfc_4180_has_them(void **state)
{
	(void)state;
	expect(NULL, "");
	expect("", "");
	expect("plain", "plain");
	expect("a, b", "\"a, b\"");
	expect("a; b", "\"a; b\"");
	expect("say \"x\"", "\"say \"\"x\"\"\"");
	expect("one\ntwo", "\"one\ntwo\"");
	expect("\x1b[31m", "\\x1b[31m");
}

static void
a_cell_comes_back_without_the_apostrophe(void **state)
{
	(void)state;
	expect_plain("'=1+1", "=1+1");
	expect_plain("'- one\n- two", "- one\n- two");
	expect_plain("'- one\n'- two", "- one\n- two");
	expect_plain("x;'=1;' +2", "x;=1; +2");
	expect_plain("'  =1", "  =1");
	expect_plain("'tis", "'tis");
	expect_plain("a;'tis", "a;'tis");
	expect_plain("=1", "=1");
	expect_plain("'", "'");
	expect_plain("", "");
}

/* The text of a cell as RFC 4180 has it; the caller frees it. */
static char *
unquote(const char *form)
{
	char *text = strdup(form);
	char *to = text;

	assert_non_null(text);
	if (*form != '"')
		return text;
	for (form++; *form != '\0' && (form[0] != '"' || form[1] == '"');
	     form++) {
		if (*form == '"')
			form++;
		*to++ = *form;
	}
	*to = '\0';
	return text;
}

/* No cell of ${line} is a formula where semicolons part them: a quote counts at
 * the beginning of one alone. */
static void
expect_harmless(const char *line)
{
	const char *at = line;
	bool quoted, empty;

	while (*at != '\0') {
		while (*at == ' ')
			at++;
		quoted = *at == '"';
		empty = true;
		for (at += quoted ? 1 : 0; quoted && *at != '\0'; at++) {
			if ((*at == '"' && *++at != '"') ||
			    (empty && *at == '='))
				break;
			empty = empty && *at == ' ';
		}
		while (quoted && (*at == '"' || *at == ' '))
			at++;
		if (empty && *at == '=')
			fail_msg("a formula: %s", line);
		at += strcspn(at, ";\n");
		at += *at != '\0' ? 1 : 0;
	}
}

static void
no_two_cells_make_a_formula(void **state)
{
	static const char letters[] = "=;' \"\nx";
	char one[5] = "", two[5] = "";
	char line[64];
	char *a, *b;
	unsigned number, rest;
	size_t i;

	(void)state;
	for (number = 0; number < 7 * 7 * 7 * 7 * 7 * 7; number++) {
		for (rest = number, i = 0; i < 3; i++, rest /= 49) {
			one[i] = letters[rest % 7];
			two[i] = letters[rest / 7 % 7];
		}
		a = b = NULL;
		assert_int_equal(cells_form(one, &a), ERR_NONE);
		assert_int_equal(cells_form(two, &b), ERR_NONE);
		(void)snprintf(line, sizeof(line), "a,%s,%s\r\n%s,", a, b, b);
		expect_harmless(line);
		expect_harmless(line + 2);
		free(a);
		free(b);
	}
}

static void
whatever_is_written_comes_back(void **state)
{
	static const char letters[] = "=;' \"\nx";
	char text[6] = "";
	char *form, *cell;
	unsigned number, rest;
	size_t i;

	(void)state;
	for (number = 0; number < 7 * 7 * 7 * 7 * 7; number++) {
		for (rest = number, i = 0; i < 5; i++, rest /= 7)
			text[i] = letters[rest % 7];
		form = NULL;
		assert_int_equal(cells_form(text, &form), ERR_NONE);
		cell = unquote(form);
		assert_int_equal(cells_plain(cell), 5);
		assert_string_equal(cell, text);
		free(cell);
		free(form);
	}
}

static void
rows_end_with_a_return_and_a_newline(void **state)
{
	const struct print_options options = { .utf8 = true };
	struct print *print = NULL;
	struct cells cells = { NULL, false, false };
	char *out = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&out, &len);

	(void)state;
	assert_non_null(file);
	assert_int_equal(print_new(file, &options, &print), ERR_NONE);
	cells.print = print;
	cells_put(&cells, "a");
	cells_put(&cells, NULL);
	cells_put(&cells, "=b");
	assert_int_equal(cells_end(&cells), ERR_NONE);
	cells_put(&cells, "c");
	assert_int_equal(cells_end(&cells), ERR_NONE);
	assert_int_equal(print_finish(print), ERR_NONE);
	print_free(print);
	(void)fclose(file);
	assert_string_equal(out, "a,,'=b\r\nc\r\n");
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cell_is_never_a_formula),
		cmocka_unit_test(
		    nor_does_one_begin_where_a_semicolon_ends_a_cell),
		cmocka_unit_test(quotes_and_lines_are_as_rfc_4180_has_them),
		cmocka_unit_test(a_cell_comes_back_without_the_apostrophe),
		cmocka_unit_test(no_two_cells_make_a_formula),
		cmocka_unit_test(whatever_is_written_comes_back),
		cmocka_unit_test(rows_end_with_a_return_and_a_newline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
