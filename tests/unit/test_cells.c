#include <setjmp.h>
#include <stdarg.h>
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
	assert_string_equal(cells_plain("'=1+1"), "=1+1");
	assert_string_equal(cells_plain("'- one\n- two"), "- one\n- two");
	assert_string_equal(cells_plain("'  =1"), "  =1");
	assert_string_equal(cells_plain("'tis"), "'tis");
	assert_string_equal(cells_plain("=1"), "=1");
	assert_string_equal(cells_plain("'"), "'");
	assert_string_equal(cells_plain(""), "");
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
		cmocka_unit_test(quotes_and_lines_are_as_rfc_4180_has_them),
		cmocka_unit_test(a_cell_comes_back_without_the_apostrophe),
		cmocka_unit_test(rows_end_with_a_return_and_a_newline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
