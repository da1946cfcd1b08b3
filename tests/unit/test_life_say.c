#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/life_say.h"

#define GOLDEN   "tests/golden/life.txt"
#define TEXT_MAX 32768

static char *
fill(const char *text, const struct life_finding *finding, const char *trial)
{
	char *filled = NULL;

	assert_int_equal(life_fill(text, finding, trial, &filled), ERR_NONE);
	return filled;
}

static void
filled_is(const char *text, const struct life_finding *finding,
    const char *trial, const char *expect)
{
	char *filled = fill(text, finding, trial);

	assert_string_equal(filled, expect);
	free(filled);
}

/* Everything that can be said, line by line: so no text changes unseen. */
static void
every_sentence_and_command_is_the_one_agreed(void **state)
{
	char *now = calloc(1, TEXT_MAX);
	char *then = calloc(1, TEXT_MAX);
	FILE *file = fopen(GOLDEN, "r");
	size_t used = 0;
	int code;

	(void)state;
	assert_non_null(now);
	assert_non_null(then);
	for (code = LIFE_NONE + 1; code < LIFE_CODES; code++) {
		enum life_code it = (enum life_code)code;

		assert_string_not_equal(life_code_name(it), "");
		assert_string_not_equal(life_sentence(it), "");
		used += (size_t)snprintf(now + used, TEXT_MAX - used,
		    "%s: %s\n%s%s%s", life_code_name(it), life_sentence(it),
		    life_command(it)[0] != '\0' ? "    " : "", life_command(it),
		    life_command(it)[0] != '\0' ? "\n" : "");
		assert_true(used < TEXT_MAX);
	}
	assert_non_null(file);
	assert_true(fread(then, 1, TEXT_MAX - 1, file) > 0);
	(void)fclose(file);
	assert_string_equal(now, then);
	free(then);
	free(now);
}

static void
names_of_codes_are_all_different(void **state)
{
	int a;
	int b;

	(void)state;
	for (a = 0; a < LIFE_CODES; a++) {
		for (b = 0; b < a; b++)
			assert_string_not_equal(
			    life_code_name((enum life_code)a),
			    life_code_name((enum life_code)b));
	}
}

static void
a_number_that_is_no_code_says_nothing(void **state)
{
	(void)state;
	assert_string_equal(life_sentence(LIFE_CODES), "");
	assert_string_equal(life_command(LIFE_CODES), "");
	assert_string_equal(life_code_name(LIFE_CODES), "none");
}

static void
places_are_filled_with_what_was_found(void **state)
{
	const struct life_finding finding = { .who = "KDD",
		.org = "no-o972417858",
		.what = "plan- og bygningsloven § 11-5",
		.name = "hours",
		.date = "2026-05-01",
		.state = "not_started",
		.number = 3 };

	(void)state;
	filled_is("{who} ({org}): {what}, {name}, {date}, {state}, {number}",
	    &finding, "dk-791/k7m2p4qd",
	    "KDD (no-o972417858): plan- og bygningsloven § 11-5, hours, "
	    "2026-05-01, not started, 3");
	filled_is("erfa own {trial}", &finding, "@3", "erfa own @3");
}

static void
places_without_an_argument_read_as_in_a_synopsis(void **state)
{
	const struct life_finding finding = { .code = LIFE_NEED_OWNER };

	(void)state;
	filled_is("erfa decide {trial} --authority {org}", &finding, NULL,
	    "erfa decide TRIAL --authority ORG");
}

static void
what_is_no_place_stays_as_it_is(void **state)
{
	const struct life_finding finding = { .what = "{who} {" };

	(void)state;
	filled_is("{ {} {What} {who", &finding, NULL, "{ {} {What} {who");
	filled_is("{what}", &finding, NULL, "{who} {");
	filled_is("{averyverylongname}", &finding, NULL, "{averyverylongname}");
	filled_is("{other}", &finding, NULL, "OTHER");
}

static void
a_full_list_counts_what_it_does_not_keep(void **state)
{
	const struct life_finding finding = { .code = LIFE_G2_PENDING };
	struct life_list list = { .count = 0 };
	size_t i;

	(void)state;
	for (i = 0; i < LIFE_FINDINGS_MAX + 5; i++)
		life_add(&list, &finding);
	assert_int_equal(list.count, LIFE_FINDINGS_MAX);
	assert_int_equal(list.more, 5);
	assert_int_equal(life_total(&list), LIFE_FINDINGS_MAX + 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sentence_and_command_is_the_one_agreed),
		cmocka_unit_test(names_of_codes_are_all_different),
		cmocka_unit_test(a_number_that_is_no_code_says_nothing),
		cmocka_unit_test(places_are_filled_with_what_was_found),
		cmocka_unit_test(
		    places_without_an_argument_read_as_in_a_synopsis),
		cmocka_unit_test(what_is_no_place_stays_as_it_is),
		cmocka_unit_test(a_full_list_counts_what_it_does_not_keep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
