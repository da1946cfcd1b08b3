#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/text.h"

/* Letters of all languages in which trials are written. */
static const char nordic[] =
    "Ærø Østerbro Århus Ängelholm Öland Þórshöfn Ísafjörður Æðey "
    "Kárášjohka Guovdageaidnu Ŋ đ Đ ŧ Ŧ č Č š Š ž Ž ǯ Ǯ ǩ ǥ "
    "Sisimiut Qaqortoq Kalaallit ĸ é è ü Ü õ Hämeenlinna 25 °C § ½ – “”";

static void
assert_gated(const char *text, size_t len, bool multiline, const char *want)
{
	char *safe = NULL;

	assert_int_equal(text_gate(text, len, multiline, &safe), ERR_NONE);
	assert_string_equal(safe, want);
	free(safe);
}

static void
assert_gate(const char *text, const char *want)
{
	assert_gated(text, strlen(text), false, want);
}

static void
assert_fold(const char *text, const char *want)
{
	char *folded = NULL;

	assert_int_equal(text_fold(text, &folded), ERR_NONE);
	assert_string_equal(folded, want);
	free(folded);
}

static void
utf8_is_valid_and_other_bytes_are_not(void **state)
{
	static const char *const bad[] = { "\x80", "\xc3", "\xc3(", "\xff",
		"\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf0\x80\x80\xaf",
		"\xf4\x90\x80\x80", "abc\xe2\x82" };
	size_t i;

	(void)state;
	assert_true(text_valid("", 0));
	assert_true(text_valid(nordic, strlen(nordic)));
	assert_true(text_valid("\xf4\x8f\xbf\xbd", 4));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(text_valid(bad[i], strlen(bad[i])));
	assert_false(text_valid("a\0b", 3));
}

static void
every_two_byte_sequence_is_judged_as_unicode_says(void **state)
{
	char pair[2];
	unsigned a;
	unsigned b;

	(void)state;
	for (a = 0x80; a < 0x100; a++) {
		for (b = 0; b < 0x100; b++) {
			pair[0] = (char)a;
			pair[1] = (char)b;
			assert_int_equal(text_valid(pair, 2),
			    a >= 0xc2 && a <= 0xdf && b >= 0x80 && b <= 0xbf);
		}
	}
}

static void
nordic_letters_pass_the_gate_unchanged(void **state)
{
	(void)state;
	assert_true(text_clean(nordic, strlen(nordic), false));
	assert_gate(nordic, nordic);
	/* The same letters as base and mark. */
	assert_gate("A\xcc\x8arhus", "A\xcc\x8arhus");
}

static void
emoji_pass_and_their_joiners_are_shown(void **state)
{
	(void)state;
	assert_gate("\xf0\x9f\x91\x8d", "\xf0\x9f\x91\x8d");
	assert_gate("\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4\xef\xb8\x8f");
	assert_gate("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
	    "\xf0\x9f\x91\xa9<U+200D>\xf0\x9f\x92\xbb");
}

static void
control_characters_are_escaped(void **state)
{
	(void)state;
	assert_gate("\x1b[31mred", "\\x1b[31mred");
	assert_gate("a\rb\bc\x7f", "a\\x0db\\x08c\\x7f");
	assert_gate("\x1b]0;title\x07", "\\x1b]0;title\\x07");
	/* C1 as UTF-8 and as a bare byte. */
	assert_gate("\xc2\x9b"
		    "31m",
	    "\\x9b31m");
	assert_gate("\x9b"
		    "31m",
	    "\\x9b31m");
	assert_gated("a\0b", 3, false, "a\\x00b");
}

static void
newline_and_tab_pass_only_where_lines_may_break(void **state)
{
	(void)state;
	assert_gated("a\n\tb\r", 5, true, "a\n b\\x0d");
	assert_gated("a\n\tb", 4, false, "a\\x0a\\x09b");
	assert_true(text_clean("a\n\tb", 4, true));
	assert_false(text_clean("a\n\tb", 4, false));
	assert_false(text_clean("a\rb", 3, true));
}

static void
every_control_character_is_kept_from_the_terminal(void **state)
{
	char text[3];
	char *safe;
	unsigned point;
	size_t i;

	(void)state;
	for (point = 0; point < 0xa0; point++) {
		if (point >= 0x20 && point < 0x7f)
			continue;
		text[0] = (char)(point < 0x80 ? point : 0xc2);
		text[1] = (char)point;
		assert_false(text_clean(text, point < 0x80 ? 1 : 2, false));
		assert_int_equal(
		    text_gate(text, point < 0x80 ? 1 : 2, false, &safe),
		    ERR_NONE);
		for (i = 0; safe[i] != '\0'; i++)
			assert_true(safe[i] >= 0x20 && safe[i] < 0x7f);
		free(safe);
	}
}

static void
bytes_that_are_not_utf8_are_escaped_one_by_one(void **state)
{
	(void)state;
	assert_gate("K\xf8"
		    "benhavn",
	    "K\\xf8benhavn");
	assert_gate("\xe2\x82", "\\xe2\\x82");
	assert_gate("\xed\xa0\x80", "\\xed\\xa0\\x80");
	assert_gate("\xff\xfe", "\\xff\\xfe");
	assert_false(text_clean("K\xf8", 2, false));
}

static void
direction_and_invisible_characters_are_named(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{ "\xe2\x80\xae"
		  "evil",
		    "<U+202E>evil" },
		{ "\xe2\x80\xaa", "<U+202A>" },
		{ "\xe2\x81\xa6", "<U+2066>" },
		{ "\xe2\x81\xa9", "<U+2069>" },
		{ "\xe2\x80\x8e", "<U+200E>" },
		{ "\xe2\x80\x8f", "<U+200F>" },
		{ "\xd8\x9c", "<U+061C>" },
		{ "\xe2\x80\x8b", "<U+200B>" },
		{ "\xe2\x80\x8c", "<U+200C>" },
		{ "\xe2\x81\xa0", "<U+2060>" },
		{ "\xef\xbb\xbf", "<U+FEFF>" },
		{ "\xc2\xad", "<U+00AD>" },
		{ "\xf3\xa0\x81\xa1", "<U+E0061>" },
		{ "\xf3\xa0\x84\x80", "<U+E0100>" },
		{ "\xe2\x80\xa8", "<U+2028>" },
		{ "\xe2\x80\xa9", "<U+2029>" },
		{ "\xee\x80\x80", "<U+E000>" },
		{ "\xe3\x85\xa4", "<U+3164>" },
		{ "\xcd\x8f", "<U+034F>" },
		{ "\xef\xb8\x80", "<U+FE00>" },
		{ "\xef\xbf\xbf", "<U+FFFF>" },
		{ "\xf4\x8f\xbf\xbf", "<U+10FFFF>" },
	};

	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_gate(cases[i].text, cases[i].want);
		assert_false(
		    text_clean(cases[i].text, strlen(cases[i].text), true));
	}
}

static void
gated_text_is_clean(void **state)
{
	char *safe;
	char text[64];
	unsigned seed = 1;
	size_t i;
	int round;

	(void)state;
	for (round = 0; round < 2000; round++) {
		for (i = 0; i < sizeof(text); i++) {
			seed = seed * 1103515245u + 12345u;
			text[i] = (char)(seed >> 16);
		}
		assert_int_equal(
		    text_gate(text, sizeof(text), round % 2 == 0, &safe),
		    ERR_NONE);
		assert_true(text_clean(safe, strlen(safe), round % 2 == 0));
		free(safe);
	}
}

static void
folding_makes_one_of_what_the_languages_write_differently(void **state)
{
	(void)state;
	assert_fold("ÆRØ", "aeroe");
	assert_fold("Ärö", "aeroe");
	assert_fold("Århus", "aarhus");
	assert_fold("A\xcc\x8arhus", "aarhus");
	assert_fold("Þórður", "thordur");
	assert_fold("Kárášjohka", "karasjohka");
	assert_fold("Ŋđŧĸ", "ndtq");
	assert_fold("Café", "cafe");
	assert_fold("Straße", "strasse");
	assert_fold("ǿ", "oe");
}

static void
folding_makes_one_blank_of_any_white_space(void **state)
{
	(void)state;
	assert_fold(
	    "  Hjemmepleje \t\n i\xc2\xa0Viborg ", "hjemmepleje i viborg");
	assert_fold("", "");
	assert_fold(" \n ", "");
	assert_fold("hjem\xc2\xadme", "hjemme");
}

static void
folding_a_folded_text_changes_nothing(void **state)
{
	char *once;
	char *twice;

	(void)state;
	assert_int_equal(text_fold(nordic, &once), ERR_NONE);
	assert_int_equal(text_fold(once, &twice), ERR_NONE);
	assert_string_equal(once, twice);
	free(once);
	free(twice);
}

static void
folding_has_room_for_every_character(void **state)
{
	char text[13];
	char *folded;
	unsigned point;
	size_t len;

	/* Each twice with a blank between: nothing may be lost at the end. */
	(void)state;
	for (point = 0x20; point < 0x30000; point++) {
		if (point < 0x80)
			len = (size_t)sprintf(text, "%c", (char)point);
		else if (point < 0x800)
			len = (size_t)sprintf(text, "%c%c",
			    (char)(0xc0 | point >> 6),
			    (char)(0x80 | (point & 0x3f)));
		else if (point < 0x10000)
			len = (size_t)sprintf(text, "%c%c%c",
			    (char)(0xe0 | point >> 12),
			    (char)(0x80 | (point >> 6 & 0x3f)),
			    (char)(0x80 | (point & 0x3f)));
		else
			len = (size_t)sprintf(text, "%c%c%c%c",
			    (char)(0xf0 | point >> 18),
			    (char)(0x80 | (point >> 12 & 0x3f)),
			    (char)(0x80 | (point >> 6 & 0x3f)),
			    (char)(0x80 | (point & 0x3f)));
		if (!text_valid(text, len))
			continue;
		(void)strcpy(text + len, " x");
		assert_int_equal(text_fold(text, &folded), ERR_NONE);
		assert_int_equal(folded[strlen(folded) - 1], 'x');
		free(folded);
	}
}

static void
folding_what_is_not_utf8_is_refused(void **state)
{
	char *folded = NULL;

	(void)state;
	assert_int_equal(text_fold("K\xf8"
				   "benhavn",
			     &folded),
	    ERR_SYNTAX);
	assert_null(folded);
}

static void
width_counts_columns_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("Tromsø"), 6);
	assert_int_equal(text_width("A\xcc\x8arhus"), 5);
	assert_int_equal(text_width("\xf0\x9f\x91\x8d"), 2);
	assert_int_equal(text_width("\xe6\xbc\xa2"), 2);
	assert_int_equal(text_width("\xff"), 1);
}

static void
cut_never_splits_a_character_from_its_marks(void **state)
{
	(void)state;
	assert_int_equal(text_cut("Tromsø", 6), 7);
	assert_int_equal(text_cut("Tromsø", 5), 5);
	assert_int_equal(text_cut("Tromsø", 0), 0);
	assert_int_equal(text_cut("Tromsø", 99), 7);
	assert_int_equal(text_cut("A\xcc\x8arhus", 1), 3);
	/* Two columns do not fit into one. */
	assert_int_equal(text_cut("a\xe6\xbc\xa2", 2), 1);
	assert_int_equal(text_cut("a\xe6\xbc\xa2", 3), 4);
}

#define T(name) cmocka_unit_test(name)

static void
forms_of_one_word_are_akin(void **state)
{
	(void)state;
	assert_true(text_akin("Skole", "skolerne"));
	assert_true(text_akin("\xc3\x85r", "aar"));
	assert_false(text_akin("skole", "skov"));
	assert_false(text_akin("skole", "\xff"));
}

static void
a_pile_of_marks_on_one_letter_is_taken_apart(void **state)
{
	char text[64] = "a";
	char *safe = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < 8; i++)
		strcat(text, "\u0301");
	assert_true(text_clean(text, strlen(text), false));
	strcat(text, "\u0301b\u0301");
	assert_false(text_clean(text, strlen(text), false));
	assert_int_equal(text_gate(text, strlen(text), false, &safe), ERR_NONE);
	assert_non_null(strstr(safe, "<U+0301>b\u0301"));
	assert_true(text_clean(safe, strlen(safe), false));
	free(safe);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_of_one_word_are_akin),
		cmocka_unit_test(a_pile_of_marks_on_one_letter_is_taken_apart),
		T(utf8_is_valid_and_other_bytes_are_not),
		T(every_two_byte_sequence_is_judged_as_unicode_says),
		T(nordic_letters_pass_the_gate_unchanged),
		T(emoji_pass_and_their_joiners_are_shown),
		T(control_characters_are_escaped),
		T(newline_and_tab_pass_only_where_lines_may_break),
		T(every_control_character_is_kept_from_the_terminal),
		T(bytes_that_are_not_utf8_are_escaped_one_by_one),
		T(direction_and_invisible_characters_are_named),
		T(gated_text_is_clean),
		T(folding_makes_one_of_what_the_languages_write_differently),
		T(folding_makes_one_blank_of_any_white_space),
		T(folding_a_folded_text_changes_nothing),
		T(folding_has_room_for_every_character),
		T(folding_what_is_not_utf8_is_refused),
		T(width_counts_columns_not_bytes),
		T(cut_never_splits_a_character_from_its_marks),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
