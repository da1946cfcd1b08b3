#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/reason.h"

/* A row with one reason of these parts, NULL where there is none. */
struct one {
	Erfa__Row row;
	Erfa__Reason reason;
	Erfa__Reason *list[1];
	char text[4][64];
};

static void
set(struct one *one, size_t number, char **member, const char *text)
{
	if (text == NULL)
		return;
	strncpy(one->text[number], text, sizeof(one->text[number]) - 1);
	*member = one->text[number];
}

static void
make(struct one *one, const char *word, const char *concept, const char *found,
    const char *part)
{
	memset(one, 0, sizeof(*one));
	erfa__row__init(&one->row);
	erfa__reason__init(&one->reason);
	set(one, 0, &one->reason.word, word);
	set(one, 1, &one->reason.concept, concept);
	set(one, 2, &one->reason.found, found);
	set(one, 3, &one->reason.part, part);
	one->list[0] = &one->reason;
	one->row.reason = one->list;
	one->row.n_reason = 1;
}

static void
the_way_from_the_word_to_the_text_is_told(void **state)
{
	struct one one;
	char line[REASON_LINE];

	(void)state;
	make(&one, "hjemmepleje", "home care", "kotihoito", "title");
	reason_line(&one.row, line, sizeof(line));
	assert_string_equal(line,
	    "hjemmepleje \xe2\x86\x92 home care \xe2\x86\x90 kotihoito in the "
	    "title");
}

static void
another_form_of_the_word_is_no_news(void **state)
{
	struct one one;
	char line[REASON_LINE];

	(void)state;
	make(&one, "Bolig", NULL, "boliger", "text");
	reason_line(&one.row, line, sizeof(line));
	assert_string_equal(line, "Bolig in the text");
	make(&one, "skole", "skoler", "skole", "experience");
	reason_line(&one.row, line, sizeof(line));
	assert_string_equal(line, "skole in what was learnt");
}

static void
a_part_that_is_new_to_us_is_not_named(void **state)
{
	struct one one;
	char line[REASON_LINE];

	(void)state;
	make(&one, "skole", NULL, NULL, "annex");
	reason_line(&one.row, line, sizeof(line));
	assert_string_equal(line, "skole");
	make(&one, "skole", NULL, NULL, NULL);
	reason_line(&one.row, line, sizeof(line));
	assert_string_equal(line, "skole");
}

static void
what_a_dictionary_said_is_told_as_such(void **state)
{
	struct one one;
	char line[REASON_LINE];
	char by[] = "dictionary";

	(void)state;
	make(&one, "kirjasto", NULL, "biblioteket", "title");
	one.reason.by = by;
	reason_line(&one.row, line, sizeof(line));
	assert_string_equal(line,
	    "kirjasto \xe2\x86\x92 biblioteket (dictionary) in the title");
	make(&one, "kirjasto", "library", "bibliotek", "title");
	one.reason.by = by;
	reason_line(&one.row, line, sizeof(line));
	assert_string_equal(line,
	    "kirjasto \xe2\x86\x92 library (dictionary) "
	    "\xe2\x86\x90 bibliotek in the title");
}

static void
what_does_not_fit_is_left_out(void **state)
{
	struct one one;
	Erfa__Reason *both[2];
	char line[12];

	(void)state;
	make(&one, "skole", NULL, NULL, NULL);
	both[0] = both[1] = &one.reason;
	one.row.reason = both;
	one.row.n_reason = 2;
	reason_line(&one.row, line, sizeof(line));
	assert_string_equal(line, "skole");
	one.row.n_reason = 0;
	reason_line(&one.row, line, sizeof(line));
	assert_string_equal(line, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_from_the_word_to_the_text_is_told),
		cmocka_unit_test(another_form_of_the_word_is_no_news),
		cmocka_unit_test(a_part_that_is_new_to_us_is_not_named),
		cmocka_unit_test(what_a_dictionary_said_is_told_as_such),
		cmocka_unit_test(what_does_not_fit_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
