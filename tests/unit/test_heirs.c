#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "proto/heirs.h"

static int
setup(void **state)
{
	struct heirs *heirs;

	assert_int_equal(heirs_new(&heirs), ERR_NONE);
	*state = heirs;
	return 0;
}

static int
teardown(void **state)
{
	heirs_free(*state);
	return 0;
}

static void
add(struct heirs *heirs, const char *old_org, const char *new_org, unsigned by)
{
	assert_int_equal(heirs_add(heirs, old_org, new_org, by), ERR_NONE);
}

static void
everybody_counts_as_itself(void **state)
{
	assert_true(heirs_counts(*state, "dk-791", "dk-791"));
	assert_true(heirs_speaks(*state, "dk-791", "dk-791"));
	assert_false(heirs_counts(*state, "dk-791", "dk-751"));
	assert_true(heirs_speaks(NULL, "dk-791", "dk-791"));
	assert_false(heirs_counts(NULL, "dk-791", "dk-751"));
	heirs_free(NULL);
}

static void
the_old_one_gives_everything_away(void **state)
{
	add(*state, "no-5401", "no-5501", HEIRS_OLD);
	assert_true(heirs_counts(*state, "no-5501", "no-5401"));
	assert_true(heirs_speaks(*state, "no-5501", "no-5401"));
	assert_false(heirs_counts(*state, "no-5401", "no-5501"));
	assert_false(heirs_speaks(*state, "no-5401", "no-5501"));
}

static void
so_does_a_registry(void **state)
{
	add(*state, "no-5401", "no-5501", HEIRS_REGISTRY);
	assert_true(heirs_speaks(*state, "no-5501", "no-5401"));
}

static void
the_new_one_only_makes_itself_be_found(void **state)
{
	add(*state, "no-5401", "dk-999", HEIRS_NEW);
	assert_true(heirs_counts(*state, "dk-999", "no-5401"));
	assert_false(heirs_speaks(*state, "dk-999", "no-5401"));
}

static void
what_others_say_gives_nothing(void **state)
{
	add(*state, "no-5401", "dk-999", HEIRS_OTHER);
	assert_false(heirs_counts(*state, "dk-999", "no-5401"));
	assert_false(heirs_speaks(*state, "dk-999", "no-5401"));
	assert_int_equal(heirs_count(*state), 1);
}

static void
it_goes_on_from_heir_to_heir(void **state)
{
	add(*state, "no-1902", "no-5401", HEIRS_OLD);
	add(*state, "no-5401", "no-5501", HEIRS_OLD);
	assert_true(heirs_speaks(*state, "no-5501", "no-1902"));
	add(*state, "no-5501", "no-9999", HEIRS_NEW);
	assert_true(heirs_counts(*state, "no-9999", "no-1902"));
	assert_false(heirs_speaks(*state, "no-9999", "no-1902"));
}

static void
several_become_one_and_one_several(void **state)
{
	add(*state, "dk-1", "dk-10", HEIRS_OLD);
	add(*state, "dk-2", "dk-10", HEIRS_OLD);
	add(*state, "no-1507", "no-1508", HEIRS_OLD);
	add(*state, "no-1507", "no-1580", HEIRS_OLD);
	assert_true(heirs_speaks(*state, "dk-10", "dk-1"));
	assert_true(heirs_speaks(*state, "dk-10", "dk-2"));
	assert_true(heirs_speaks(*state, "no-1508", "no-1507"));
	assert_true(heirs_speaks(*state, "no-1580", "no-1507"));
	assert_false(heirs_counts(*state, "no-1580", "no-1508"));
}

static void
a_circle_ends(void **state)
{
	add(*state, "aa", "bb", HEIRS_OLD);
	add(*state, "bb", "aa", HEIRS_OLD);
	assert_true(heirs_speaks(*state, "aa", "bb"));
	assert_false(heirs_speaks(*state, "cc", "aa"));
}

static void
voices_add_up_and_words_are_sorted(void **state)
{
	add(*state, "no-5401", "no-5501", HEIRS_NEW);
	add(*state, "dk-1", "dk-2", HEIRS_OTHER);
	add(*state, "no-5401", "no-5501", HEIRS_OLD);
	assert_int_equal(heirs_count(*state), 2);
	assert_string_equal(heirs_at(*state, 0)->old_org, "dk-1");
	assert_string_equal(heirs_at(*state, 1)->new_org, "no-5501");
	assert_int_equal(heirs_at(*state, 1)->by, HEIRS_NEW | HEIRS_OLD);
}

static void
what_is_no_word_is_refused(void **state)
{
	static const char lengthy[] = "dk-000000000000000000000000000000";

	assert_int_equal(
	    heirs_add(*state, NULL, "dk-1", HEIRS_OLD), ERR_SYNTAX);
	assert_int_equal(heirs_add(*state, "", "dk-1", HEIRS_OLD), ERR_SYNTAX);
	assert_int_equal(
	    heirs_add(*state, "dk-1", "dk-1", HEIRS_OLD), ERR_SYNTAX);
	assert_int_equal(
	    heirs_add(*state, lengthy, "dk-1", HEIRS_OLD), ERR_SYNTAX);
	assert_int_equal(heirs_count(*state), 0);
}

static void
there_is_a_limit(void **state)
{
	char org[ORG_MAX + 1];
	int i;

	for (i = 0; i < HEIRS_MAX; i++) {
		(void)snprintf(org, sizeof(org), "x-%05d", HEIRS_MAX - i);
		add(*state, org, "dk-791", HEIRS_OLD);
	}
	assert_int_equal(
	    heirs_add(*state, "aa", "dk-791", HEIRS_OLD), ERR_LIMIT);
	assert_int_equal(heirs_add(*state, org, "dk-791", HEIRS_NEW), ERR_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(everybody_counts_as_itself),
		TEST(the_old_one_gives_everything_away),
		TEST(so_does_a_registry),
		TEST(the_new_one_only_makes_itself_be_found),
		TEST(what_others_say_gives_nothing),
		TEST(it_goes_on_from_heir_to_heir),
		TEST(several_become_one_and_one_several),
		TEST(a_circle_ends),
		TEST(voices_add_up_and_words_are_sorted),
		TEST(what_is_no_word_is_refused),
		TEST(there_is_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
