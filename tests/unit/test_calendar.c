#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/day.h"
#include "client/calendar.h"

static int32_t
day(const char *text)
{
	int32_t first, last;

	assert_int_equal(day_range(text, &first, &last), ERR_NONE);
	return first;
}

static void
the_summer_is_july_and_a_week(void **state)
{
	(void)state;
	assert_int_equal(
	    calendar_summer(day("2026-06-01"), day("2026-09-01")), 38);
	assert_int_equal(
	    calendar_summer(day("2026-06-30"), day("2026-07-01")), 1);
	assert_int_equal(
	    calendar_summer(day("2025-12-01"), day("2026-06-30")), 0);
	assert_int_equal(
	    calendar_summer(day("2025-07-31"), day("2026-07-01")), 9);
}

static void
a_long_round_may_have_a_summer_in_it(void **state)
{
	(void)state;
	assert_false(
	    calendar_meets_summer(day("2026-01-15"), day("2026-10-01")));
	assert_true(
	    calendar_meets_summer(day("2026-06-01"), day("2026-09-15")));
	assert_true(
	    calendar_meets_summer(day("2026-01-15"), day("2026-07-15")));
	assert_false(
	    calendar_meets_summer(day("2026-02-01"), day("2026-03-01")));
}

static void
the_budget_is_the_municipality_s_own_or_its_country_s(void **state)
{
	Erfa__Organisation org = ERFA__ORGANISATION__INIT;
	struct calendar calendar;

	(void)state;
	calendar_make("dk-791", NULL, &calendar);
	assert_false(calendar.own);
	assert_true(calendar_meets_budget(&calendar, day("2026-09-10")));
	assert_false(calendar_meets_budget(&calendar, day("2026-11-01")));
	org.has_adoption_month = 1;
	org.adoption_month = 2;
	calendar_make("dk-791", &org, &calendar);
	assert_true(calendar.own);
	assert_true(calendar_meets_budget(&calendar, day("2026-02-28")));
	assert_false(calendar_meets_budget(&calendar, day("2026-09-10")));
}

static void
a_budget_may_pass_the_end_of_the_year(void **state)
{
	const struct calendar calendar = { .proposal = 11, .adoption = 1 };

	(void)state;
	assert_true(calendar_meets_budget(&calendar, day("2026-12-01")));
	assert_true(calendar_meets_budget(&calendar, day("2026-01-31")));
	assert_false(calendar_meets_budget(&calendar, day("2026-02-01")));
}

static void
nothing_is_known_of_other_countries(void **state)
{
	struct calendar calendar;

	(void)state;
	calendar_make("xx-1", NULL, &calendar);
	assert_int_equal(calendar.adoption, 0);
	assert_false(calendar_meets_budget(&calendar, day("2026-12-01")));
}

static void
the_next_budget_begins_with_the_year(void **state)
{
	(void)state;
	assert_int_equal(
	    calendar_next_budget(day("2026-11-21")), day("2027-01-01"));
	assert_int_equal(
	    calendar_next_budget(day("2026-01-01")), day("2027-01-01"));
	assert_int_equal(
	    calendar_next_budget(day("2028-02-29")), day("2029-01-01"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_summer_is_july_and_a_week),
		cmocka_unit_test(a_long_round_may_have_a_summer_in_it),
		cmocka_unit_test(
		    the_budget_is_the_municipality_s_own_or_its_country_s),
		cmocka_unit_test(a_budget_may_pass_the_end_of_the_year),
		cmocka_unit_test(nothing_is_known_of_other_countries),
		cmocka_unit_test(the_next_budget_begins_with_the_year),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
