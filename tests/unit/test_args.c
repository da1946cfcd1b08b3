#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/args.h"
#include "client/near.h"

static const struct args_option common[] = {
	{ "json", NULL, "one document" },
	{ "help", NULL, "this" },
	{ "quiet", NULL, "no progress" },
	{ NULL, NULL, NULL },
};

static const struct args_option own[] = {
	{ "count", "N", "so many" },
	{ NULL, NULL, NULL },
};

static const struct args_option *const tables[ARGS_TABLES_MAX] = { common,
	own };

/* Parse ${count} words; the fault goes to ${fault}. */
static enum err
parse(const char *const *words, size_t count, struct args **ret_args,
    char fault[ARGS_FAULT_MAX])
{
	fault[0] = '\0';
	return args_parse(words, count, tables, ret_args, fault);
}

static void
options_and_words_are_told_apart_in_any_order(void **state)
{
	const char *words[] = { "one", "--json", "--count", "3", "two" };
	char fault[ARGS_FAULT_MAX];
	struct args *args = NULL;

	(void)state;
	assert_int_equal(parse(words, 5, &args, fault), ERR_NONE);
	assert_int_equal(args_count(args), 2);
	assert_string_equal(args_word(args, 0), "one");
	assert_string_equal(args_word(args, 1), "two");
	assert_true(args_given(args, "json"));
	assert_false(args_given(args, "help"));
	assert_string_equal(args_value(args, "count"), "3");
	assert_null(args_value(args, "json"));
	args_free(args);
}

static void
all_values_of_an_option_come_in_their_order(void **state)
{
	const char *words[] = { "--count", "3", "--json", "--count=1" };
	char fault[ARGS_FAULT_MAX];
	struct args *args = NULL;

	(void)state;
	assert_int_equal(parse(words, 4, &args, fault), ERR_NONE);
	assert_string_equal(args_value_at(args, "count", 0), "3");
	assert_string_equal(args_value_at(args, "count", 1), "1");
	assert_null(args_value_at(args, "count", 2));
	assert_null(args_value_at(args, "json", 0));
	assert_null(args_value_at(args, "help", 0));
	args_free(args);
}

static void
a_value_may_follow_an_equals_sign_and_the_last_one_counts(void **state)
{
	const char *words[] = { "--count=1", "--count=", "--count=7=8" };
	char fault[ARGS_FAULT_MAX];
	struct args *args = NULL;

	(void)state;
	assert_int_equal(parse(words, 3, &args, fault), ERR_NONE);
	assert_string_equal(args_value(args, "count"), "7=8");
	args_free(args);
}

static void
two_dashes_end_the_options_and_one_is_a_word(void **state)
{
	const char *words[] = { "-", "--", "--json", "-h" };
	char fault[ARGS_FAULT_MAX];
	struct args *args = NULL;

	(void)state;
	assert_int_equal(parse(words, 4, &args, fault), ERR_NONE);
	assert_int_equal(args_count(args), 3);
	assert_string_equal(args_word(args, 0), "-");
	assert_string_equal(args_word(args, 1), "--json");
	assert_false(args_given(args, "json"));
	args_free(args);
}

static void
letters_stand_for_help_and_quiet(void **state)
{
	const char *words[] = { "-h", "-q" };
	char fault[ARGS_FAULT_MAX];
	struct args *args = NULL;

	(void)state;
	assert_int_equal(parse(words, 2, &args, fault), ERR_NONE);
	assert_true(args_given(args, "help"));
	assert_true(args_given(args, "quiet"));
	args_free(args);
}

static void
an_unknown_option_is_named_with_what_was_probably_meant(void **state)
{
	const char *near[] = { "--conut" };
	const char *far[] = { "--frobnicate" };
	const char *letter[] = { "-z" };
	char fault[ARGS_FAULT_MAX];
	struct args *args = NULL;

	(void)state;
	assert_int_equal(parse(near, 1, &args, fault), ERR_SYNTAX);
	assert_string_equal(
	    fault, "unknown option \"--conut\".  Did you mean \"--count\"?");
	assert_int_equal(parse(far, 1, &args, fault), ERR_SYNTAX);
	assert_string_equal(fault, "unknown option \"--frobnicate\"");
	assert_int_equal(parse(letter, 1, &args, fault), ERR_SYNTAX);
	assert_string_equal(fault, "unknown option \"-z\"");
	assert_null(args);
}

static void
a_missing_value_and_one_too_many_are_named(void **state)
{
	const char *missing[] = { "--count" };
	const char *extra[] = { "--json=yes" };
	char fault[ARGS_FAULT_MAX];
	struct args *args = NULL;

	(void)state;
	assert_int_equal(parse(missing, 1, &args, fault), ERR_SYNTAX);
	assert_string_equal(
	    fault, "option \"--count\" needs a value: --count N");
	assert_int_equal(parse(extra, 1, &args, fault), ERR_SYNTAX);
	assert_string_equal(fault, "option \"--json\" takes no value");
	assert_null(args);
}

/* Read ${text} as --count with the limit ${max}. */
static enum err
number(const char *text, uint64_t max, uint64_t *ret_number)
{
	const char *words[] = { "--count", text };
	char fault[ARGS_FAULT_MAX];
	struct args *args = NULL;
	enum err err;

	assert_int_equal(parse(words, 2, &args, fault), ERR_NONE);
	err = args_number(args, "count", max, ret_number);
	args_free(args);
	return err;
}

static void
numbers_are_whole_and_bounded(void **state)
{
	uint64_t n = 5;

	(void)state;
	assert_int_equal(number("0", 9, &n), ERR_NONE);
	assert_int_equal(n, 0);
	assert_int_equal(number("100", 100, &n), ERR_NONE);
	assert_int_equal(n, 100);
	assert_int_equal(
	    number("18446744073709551615", UINT64_MAX, &n), ERR_NONE);
	assert_true(n == UINT64_MAX);
	n = 5;
	assert_int_equal(number("101", 100, &n), ERR_SYNTAX);
	assert_int_equal(number("9", 8, &n), ERR_SYNTAX);
	assert_int_equal(
	    number("18446744073709551616", UINT64_MAX, &n), ERR_SYNTAX);
	assert_int_equal(number("", 100, &n), ERR_SYNTAX);
	assert_int_equal(number("-1", 100, &n), ERR_SYNTAX);
	assert_int_equal(number("1x", 100, &n), ERR_SYNTAX);
	assert_int_equal(number(" 1", 100, &n), ERR_SYNTAX);
	assert_int_equal(n, 5);
}

static void
a_number_that_was_not_given_is_left_alone(void **state)
{
	const char *words[] = { "--json" };
	char fault[ARGS_FAULT_MAX];
	struct args *args = NULL;
	uint64_t n = 5;

	(void)state;
	assert_int_equal(parse(words, 1, &args, fault), ERR_NONE);
	assert_int_equal(args_number(args, "count", 9, &n), ERR_NONE);
	assert_int_equal(n, 5);
	args_free(args);
	args_free(NULL);
}

static void
it_is_known_which_options_take_the_next_word(void **state)
{
	(void)state;
	assert_true(args_takes_value(tables, "--count"));
	assert_false(args_takes_value(tables, "--count=3"));
	assert_false(args_takes_value(tables, "--json"));
	assert_false(args_takes_value(tables, "--unknown"));
	assert_false(args_takes_value(tables, "count"));
	assert_false(args_takes_value(tables, "-"));
}

static void
distance_counts_letters_in_out_changed_and_swapped(void **state)
{
	char word[NEAR_WORD_MAX + 2];

	(void)state;
	assert_int_equal(near_distance("search", "search"), 0);
	assert_int_equal(near_distance("serach", "search"), 1);
	assert_int_equal(near_distance("serch", "search"), 1);
	assert_int_equal(near_distance("ssearch", "search"), 1);
	assert_int_equal(near_distance("saarch", "search"), 1);
	assert_int_equal(near_distance("", "abc"), 3);
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_int_equal(near_distance(word, "a"), NEAR_WORD_MAX + 1);
	assert_int_equal(near_distance("a", word), NEAR_WORD_MAX + 1);
}

static void
short_words_must_be_nearer_than_long_ones(void **state)
{
	(void)state;
	assert_int_equal(near_limit("ls"), 1);
	assert_int_equal(near_limit("list"), 2);
	assert_int_equal(near_limit("publish"), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_and_words_are_told_apart_in_any_order),
		cmocka_unit_test(all_values_of_an_option_come_in_their_order),
		cmocka_unit_test(
		    a_value_may_follow_an_equals_sign_and_the_last_one_counts),
		cmocka_unit_test(two_dashes_end_the_options_and_one_is_a_word),
		cmocka_unit_test(letters_stand_for_help_and_quiet),
		cmocka_unit_test(
		    an_unknown_option_is_named_with_what_was_probably_meant),
		cmocka_unit_test(a_missing_value_and_one_too_many_are_named),
		cmocka_unit_test(numbers_are_whole_and_bounded),
		cmocka_unit_test(a_number_that_was_not_given_is_left_alone),
		cmocka_unit_test(it_is_known_which_options_take_the_next_word),
		cmocka_unit_test(
		    distance_counts_letters_in_out_changed_and_swapped),
		cmocka_unit_test(short_words_must_be_nearer_than_long_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
