#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/plain.h"

static void
what_looks_alike_becomes_one_character(void **state)
{
	struct plain plain;

	(void)state;
	assert_int_equal(plain_init(&plain,
			     "a\xc2\xa0"
			     "b\xe2\x80\x93"
			     "c\xef\xbc\x91"),
	    ERR_NONE);
	assert_int_equal(plain.count, 6);
	assert_int_equal(plain_at(&plain, 1), ' ');
	assert_int_equal(plain_at(&plain, 3), '-');
	assert_int_equal(plain_at(&plain, 5), '1');
	plain_clear(&plain);
}

static void
invisible_characters_are_left_out_and_offsets_stay_right(void **state)
{
	struct plain plain;

	(void)state;
	assert_int_equal(plain_init(&plain,
			     "1\xe2\x80\x8b"
			     "2\xc2\xad"
			     "3"),
	    ERR_NONE);
	assert_int_equal(plain.count, 3);
	assert_int_equal(plain.offsets[1], 4);
	assert_int_equal(plain.offsets[2], 7);
	assert_int_equal(plain.offsets[3], 8);
	plain_clear(&plain);
}

static void
a_text_that_is_not_utf8_is_refused(void **state)
{
	struct plain plain;

	(void)state;
	assert_int_equal(plain_init(&plain, "a\xff"), ERR_SYNTAX);
}

static void
outside_the_text_there_is_nothing(void **state)
{
	struct plain plain;

	(void)state;
	assert_int_equal(plain_init(&plain, "ab"), ERR_NONE);
	assert_int_equal(plain_at(&plain, SIZE_MAX), 0);
	assert_int_equal(plain_at(&plain, 2), 0);
	plain_clear(&plain);
}

static void
nordic_capitals_are_capitals(void **state)
{
	static const uint32_t upper[] = { 'A', 0xc6, 0xd8, 0xc5, 0xc4, 0xd6,
		0xde, 0xd0, 0x10c, 0x110, 0x14a, 0x160, 0x17d };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(upper) / sizeof(upper[0]); i++)
		assert_true(plain_is_upper(upper[i]));
	assert_false(plain_is_upper('a'));
	assert_false(plain_is_upper(0xe6));
	assert_false(plain_is_upper(0x161));
	assert_false(plain_is_upper(0xd7));
	assert_false(plain_is_letter(0xd7));
	assert_true(plain_is_letter(0xfe));
	assert_false(plain_is_letter('1'));
}

static void
a_word_goes_over_hyphens_between_letters(void **state)
{
	struct plain plain;

	(void)state;
	assert_int_equal(plain_init(&plain, "Anne-Marie - x"), ERR_NONE);
	assert_int_equal(plain_word(&plain, 0), 10);
	assert_int_equal(plain_word(&plain, 10), 10);
	assert_int_equal(plain_skip(&plain, 10, " -"), 13);
	plain_clear(&plain);
}

static void
the_word_before_is_found_over_number(void **state)
{
	struct plain plain;
	char word[PLAIN_WORD];

	(void)state;
	assert_int_equal(plain_init(&plain, "\xc3\x84rende nr. 12"), ERR_NONE);
	assert_int_equal(plain_before(&plain, 11, word), ERR_NONE);
	assert_string_equal(word, "aerende");
	assert_int_equal(plain_before(&plain, 0, word), ERR_NONE);
	assert_string_equal(word, "");
	plain_clear(&plain);
}

static void
a_word_too_long_to_compare_folds_to_nothing(void **state)
{
	char text[2 * PLAIN_WORD];
	char word[PLAIN_WORD];
	struct plain plain;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(plain_init(&plain, text), ERR_NONE);
	assert_int_equal(plain_fold(&plain, 0, plain.count, word), ERR_NONE);
	assert_string_equal(word, "");
	plain_clear(&plain);
}

static void
only_whole_words_are_among_a_list(void **state)
{
	(void)state;
	assert_true(plain_among("b", " ab b c "));
	assert_false(plain_among("a", " ab b c "));
	assert_false(plain_among("", " ab b c "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_looks_alike_becomes_one_character),
		cmocka_unit_test(
		    invisible_characters_are_left_out_and_offsets_stay_right),
		cmocka_unit_test(a_text_that_is_not_utf8_is_refused),
		cmocka_unit_test(outside_the_text_there_is_nothing),
		cmocka_unit_test(nordic_capitals_are_capitals),
		cmocka_unit_test(a_word_goes_over_hyphens_between_letters),
		cmocka_unit_test(the_word_before_is_found_over_number),
		cmocka_unit_test(a_word_too_long_to_compare_folds_to_nothing),
		cmocka_unit_test(only_whole_words_are_among_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
