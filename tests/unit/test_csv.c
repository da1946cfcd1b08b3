#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/csv.h"

/* All rows as "a|b/c|d", a fault as "!line:text". */
static void
read_all(const char *text, size_t len, char delimiter, char *out, size_t room)
{
	struct csv_row *row = calloc(1, sizeof(*row));
	struct csv *csv = NULL;
	char fault[CSV_FAULT_MAX] = "";
	size_t used = 0;
	size_t i;
	enum err err;

	out[0] = '\0';
	assert_non_null(row);
	assert_int_equal(csv_new(text, len, delimiter, &csv, fault), ERR_NONE);
	while ((err = csv_next(csv, row, fault)) != ERR_NOENT) {
		assert_true(err == ERR_NONE || err == ERR_SYNTAX);
		if (used > 0)
			used += (size_t)snprintf(out + used, room - used, "/");
		if (err == ERR_SYNTAX)
			used += (size_t)snprintf(
			    out + used, room - used, "!%u", row->line);
		for (i = 0; err == ERR_NONE && i < row->count; i++) {
			assert_int_equal(
			    strlen(row->cell[i].text), row->cell[i].len);
			used += (size_t)snprintf(out + used, room - used,
			    "%s%s", i == 0 ? "" : "|", row->cell[i].text);
		}
	}
	csv_free(csv);
	free(row);
}

static void
assert_rows(const char *text, char delimiter, const char *rows)
{
	char out[1024];

	read_all(text, strlen(text), delimiter, out, sizeof(out));
	assert_string_equal(out, rows);
}

static void
cells_stand_between_what_the_file_uses(void **state)
{
	(void)state;
	assert_rows("a;b\n1;2\n", 0, "a|b/1|2");
	assert_rows("a,b\r\n1,2", 0, "a|b/1|2");
	assert_rows("a\tb\n1\t2\n", 0, "a|b/1|2");
	assert_rows("a;b,c\n1;2,3\n", 0, "a|b,c/1|2,3");
	assert_rows("a,b;c,d\n", 0, "a|b;c|d");
	assert_rows("\"a;b;c\",d\n", 0, "a;b;c|d");
	assert_rows("sep=|\na|b;c\n", 0, "a|b;c");
	assert_rows("sep=,\r\na;b,c\n", 0, "a;b|c");
	assert_rows("a,b;c\n", ',', "a|b;c");
	assert_rows("alone\n", 0, "alone");
	assert_rows("\n\na,b\n,\n \n1,2\n", 0, "a|b/1|2");
	assert_rows("a;;\n;b\n", 0, "a||/|b");
	assert_rows("", 0, "");
	assert_rows("a;b\r1;2\r", 0, "a|b/1|2");
}

static void
quotation_marks_hold_signs_and_lines_together(void **state)
{
	(void)state;
	assert_rows("a;\"b;\r\nc\"\n1;2\n", 0, "a|b;\nc/1|2");
	assert_rows("\"a \"\"b\"\" c\";d\n", 0, "a \"b\" c|d");
	assert_rows("\"\";\"\"\"\"\n", 0, "|\"");
	assert_rows("12\" pipe;b\n", 0, "12\" pipe|b");
	assert_rows("\"a\"", 0, "a");
}

static void
a_bad_row_is_named_and_the_others_are_read(void **state)
{
	(void)state;
	assert_rows("a;b\n\"x\"y;1\n2;3\n", 0, "a|b/!2/2|3");
	assert_rows("a;b\n1;2\n3;\"open\n4;5\n", 0, "a|b/1|2/!3");
	assert_rows("a;b\n1;\"two\nlines\"x\n4;5\n", 0, "a|b/!2/4|5");
}

static void
too_much_of_anything_is_refused(void **state)
{
	size_t len = CSV_CELL_MAX + 1;
	char *text = malloc(CSV_FILE_MAX + 1);
	char out[256];
	char fault[CSV_FAULT_MAX];
	struct csv *csv = NULL;
	struct csv_row *row = calloc(1, sizeof(*row));
	size_t i;

	(void)state;
	assert_non_null(text);
	assert_non_null(row);
	memset(text, 'x', CSV_FILE_MAX + 1);
	memcpy(text + len, "\nb\n", 3);
	read_all(text, len + 3, ';', out, sizeof(out));
	assert_string_equal(out, "!1/b");
	memset(text, ';', CSV_COLUMNS_MAX);
	memcpy(text + CSV_COLUMNS_MAX, "\nb\n", 3);
	read_all(text, CSV_COLUMNS_MAX + 3, ';', out, sizeof(out));
	assert_string_equal(out, "!1/b");
	assert_int_equal(
	    csv_new(text, CSV_FILE_MAX + 1, 0, &csv, fault), ERR_SIZE);
	for (i = 0; i <= CSV_ROWS_MAX; i++)
		memcpy(text + 2 * i, "a\n", 2);
	assert_int_equal(csv_new(text, 2 * i, 0, &csv, fault), ERR_NONE);
	for (i = 0; i < CSV_ROWS_MAX; i++)
		assert_int_equal(csv_next(csv, row, fault), ERR_NONE);
	assert_int_equal(csv_next(csv, row, fault), ERR_LIMIT);
	csv_free(csv);
	free(row);
	free(text);
}

static void
letters_are_utf_8_or_windows_1252(void **state)
{
	static const struct {
		const char *text;
		const char *charset;
		const char *rows;
	} good[] = {
		{ "\xef\xbb\xbf"
		  "a;å\n",
		    "UTF-8", "a|å" },
		{ "æ;ø\n", "UTF-8", "æ|ø" },
		{ "\xe6;\xf8;\xe5\n", "Windows-1252", "æ|ø|å" },
		{ "\x80\x96\x93\n", "Windows-1252", "€–“" },
	};

	static const char *const bad[] = { "\xff\xfe"
					   "a",
		"\xfe\xff", "a\x81" };
	char out[64];
	char fault[CSV_FAULT_MAX];
	struct csv *csv = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(
		    csv_new(good[i].text, strlen(good[i].text), 0, &csv, fault),
		    ERR_NONE);
		assert_string_equal(csv_charset(csv), good[i].charset);
		assert_int_equal(csv_delimiter(csv), ';');
		csv_free(csv);
		read_all(
		    good[i].text, strlen(good[i].text), 0, out, sizeof(out));
		assert_string_equal(out, good[i].rows);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fault[0] = '\0';
		assert_int_equal(
		    csv_new(bad[i], strlen(bad[i]), 0, &csv, fault),
		    ERR_SYNTAX);
		assert_non_null(strstr(fault, "CSV UTF-8"));
	}
	assert_int_equal(csv_new("a\0b", 3, 0, &csv, fault), ERR_SYNTAX);
	csv_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_stand_between_what_the_file_uses),
		cmocka_unit_test(quotation_marks_hold_signs_and_lines_together),
		cmocka_unit_test(a_bad_row_is_named_and_the_others_are_read),
		cmocka_unit_test(too_much_of_anything_is_refused),
		cmocka_unit_test(letters_are_utf_8_or_windows_1252),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
