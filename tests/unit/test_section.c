#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/section.h"

/* Numbers that were told, one blank, bar and blank between. */
struct told {
	char text[2000];
	unsigned left; /* until an error is returned */
};

static enum err
take(void *context, const char *number)
{
	struct told *told = context;
	size_t len = strlen(told->text);

	assert_true(strlen(number) < SECTION_ROOM);
	if (told->left-- == 0)
		return ERR_LIMIT;
	(void)snprintf(told->text + len, sizeof(told->text) - len, "%s%s",
	    len > 0 ? " | " : "", number);
	return ERR_NONE;
}

static void
assert_told(const char *text, const char *want)
{
	struct told told = { .left = 100 };

	assert_int_equal(section_each(text, take, &told), ERR_NONE);
	assert_string_equal(told.text, want);
}

static void
numbers_are_read_on_both_sides_of_a_sign(void **state)
{
	(void)state;
	assert_told("Efter servicelovens § 83, stk. 1.", "83");
	assert_told("Enligt 83 § socialtjänstlagen", "83");
	assert_told("§83a og § 83 b i loven", "83 a | 83 b");
	assert_told("3 a § och 4 kap. 5§", "3 a | 5");
	assert_told("kuntalain 5 § 2 momentti", "5");
	assert_told("5 § 1 ja 2 mom., 6 a § 3 St. samt § 7", "5 | 6 a | 7");
	assert_told("§ 5 stk. 2, 8 § 1 kohdan 9 §", "5 | 8 | 9");
	assert_told("fra 2020 § 5 stk. 2", "2020 | 5");
	assert_told("§ 5 i loven, § 7 af 1. maj", "5 | 7");
	assert_told("§ madservice, 83 borgere", "");
	assert_told(
	    "§ 9 k, § 14 x. Jf. 5 m § og § 7 i loven", "9 k | 14 x | 5 m | 7");
	assert_told("§ 83 m. fl., § 84 s. 4, § 85 v/ Bo, § 86 m/tillæg",
	    "83 | 84 | 85 | 86");
	assert_told("§ 83 m. v. § 12 b. og § 9 k.", "83 | 12 b | 9 k");
	assert_told("§ 5 m.fl., § 6 f.eks. 7 § 2 p", "5 | 6 | 7 | 2");
	assert_told("i 83 af § sagerne", "");
	assert_told("", "");
	assert_told("§", "");
	assert_told("§ 123456789 og § 1-123456789", "");
}

static void
acts_that_count_by_chapters_have_two_numbers(void **state)
{
	(void)state;
	assert_told("etter § 14-10 i loven", "14-10");
	assert_told("helse- og omsorgstjenesteloven § 3-2 a", "3-2 a");
	assert_told("§ 3\xe2\x80\x93"
		    "2, 3\xe2\x80\x91"
		    "2 §",
	    "3-2 | 3-2");
	assert_told("§§ 14-10 og 14-11", "14-10 | 14-11");
}

static void
two_signs_have_spans_and_lists(void **state)
{
	(void)state;
	assert_told("§§ 83-85", "83-85 | 83 | 84 | 85");
	assert_told("§ § 83\xe2\x80\x93"
		    "84 i serviceloven",
	    "83-84 | 83 | 84");
	assert_told("§§ 83, 85 og 90 samt 2 andre", "83 | 85 | 90 | 2");
	assert_told("§§ 14-14 f", "14-14 f | 14 | 14 f");
	assert_told("§§ 83 a-83 c", "83 a | 83 c");
	assert_told("12-13 §§", "12-13 | 12 | 13");
	assert_told("§§ 1-900", "1-900");
	assert_told("§§ 5 og mere", "5");
}

static void
blanks_at_which_no_line_ends_are_blanks(void **state)
{
	(void)state;
	assert_told("servicelovens §\xc2\xa0"
		    "83\xc2\xa0"
		    "a\xc2\xa0og",
	    "83 a");
	assert_told("83\xe2\x80\xaf§", "83");
	assert_told("3\xc2\xa0"
		    "a\xc2\xa0§",
	    "3 a");
	assert_told("§\xc2", "");
}

static void
assert_found(const char *text, const char *want, const char *rest)
{
	const char *end = NULL;
	const char *begin = section_find(text, &end);

	assert_non_null(begin);
	assert_int_equal(end - begin, strlen(want));
	assert_memory_equal(begin, want, strlen(want));
	assert_string_equal(end, rest);
}

static void
the_first_citation_is_found_whole(void **state)
{
	const char *end;

	(void)state;
	assert_found("se § 14-10 mad", "§ 14-10", " mad");
	assert_found("mad 83 § mere", "83 §", " mere");
	assert_found("§§ 83, 85 og 90 mad", "§§ 83, 85 og 90", " mad");
	assert_found("§ mad § 5", "§ 5", "");
	assert_found("lain 5 § 2 mom. mad", "5 § 2 mom", ". mad");
	assert_found("3 § 2, 3 stycket", "3 § 2, 3 stycket", "");
	assert_found("lov 4 § 2 mad", "§ 2", " mad");
	assert_null(section_find("§ mad", &end));
	assert_null(section_find("83 borgere", &end));
}

static void
an_error_ends_it(void **state)
{
	struct told told = { .left = 2 };

	(void)state;
	assert_int_equal(
	    section_each("§ 1, § 2, § 3, § 4", take, &told), ERR_LIMIT);
	assert_string_equal(told.text, "1 | 2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_on_both_sides_of_a_sign),
		cmocka_unit_test(acts_that_count_by_chapters_have_two_numbers),
		cmocka_unit_test(two_signs_have_spans_and_lists),
		cmocka_unit_test(blanks_at_which_no_line_ends_are_blanks),
		cmocka_unit_test(the_first_citation_is_found_whole),
		cmocka_unit_test(an_error_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
