#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/day.h"

static int32_t
first(const char *date)
{
	int32_t from = 0;
	int32_t to = 0;

	assert_int_equal(day_range(date, &from, &to), ERR_NONE);
	return from;
}

static int32_t
last(const char *date)
{
	int32_t from = 0;
	int32_t to = 0;

	assert_int_equal(day_range(date, &from, &to), ERR_NONE);
	return to;
}

static void
a_date_means_all_days_that_it_does_not_exclude(void **state)
{
	(void)state;
	assert_int_equal(first("1970-01-01"), 0);
	assert_int_equal(last("1970-01-01"), 0);
	assert_int_equal(first("2016"), first("2016-01-01"));
	assert_int_equal(last("2016"), first("2016-12-31"));
	assert_int_equal(last("2016-02"), first("2016-02-29"));
	assert_int_equal(last("1900-02"), first("1900-02-28"));
	assert_int_equal(first("2000-03-01") - first("2000-02-28"), 2);
	assert_int_equal(first("2026-11-21"), 20778);
}

static void
what_is_no_date_has_no_days(void **state)
{
	static const char *const texts[] = { "", "16", "2016-13", "2016-02-30",
		"2016-1-1", "2016-01-01T00:00:00Z", "soon" };
	int32_t from = 7;
	int32_t to = 7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(day_range(texts[i], &from, &to), ERR_SYNTAX);
	assert_int_equal(day_range(NULL, &from, &to), ERR_SYNTAX);
	assert_int_equal(from, 7);
	assert_int_equal(to, 7);
}

static void
every_day_of_ten_thousand_years_comes_back(void **state)
{
	char text[DAY_LEN + 1];
	int32_t day;

	(void)state;
	for (day = first("0000-01-01"); day <= first("9999-12-31"); day++) {
		day_text(day, text);
		if (first(text) != day)
			fail_msg("%d became %s", (int)day, text);
	}
	day_text(INT32_MIN / 2, text);
	assert_string_equal(text, "0000-01-01");
	day_text(INT32_MAX / 2, text);
	assert_string_equal(text, "9999-12-31");
}

static void
months_are_added_within_the_calendar(void **state)
{
	static const struct {
		const char *from;
		int months;
		const char *to;
	} rows[] = {
		{ "2025-12-31", 12, "2026-12-31" },
		{ "2024-02-29", 12, "2025-02-28" },
		{ "2024-01-31", 1, "2024-02-29" },
		{ "2024-12-15", 1, "2025-01-15" },
		{ "2024-01-15", -1, "2023-12-15" },
		{ "2024-01-15", -25, "2021-12-15" },
	};

	char text[DAY_LEN + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		day_text(
		    day_add_months(first(rows[i].from), rows[i].months), text);
		assert_string_equal(text, rows[i].to);
	}
}

static void
a_date_is_past_only_when_all_of_it_is(void **state)
{
	(void)state;
	assert_true(day_past("2025", "2026-01-01"));
	assert_false(day_past("2026", "2026-12-31"));
	assert_false(day_past("2026-01-01", "2026-01-01"));
	assert_true(day_past("2026-01", "2026-02-01"));
	assert_false(day_past(NULL, "2026-02-01"));
	assert_false(day_past("never", "2026-02-01"));
	assert_false(day_past("2025", NULL));
	assert_true(day_ahead("2027", "2026-12-31"));
	assert_false(day_ahead("2026", "2026-01-01"));
	assert_false(day_ahead(NULL, "2026-01-01"));
}

static void
dates_are_compared_by_their_first_day(void **state)
{
	(void)state;
	assert_true(day_compare("2025-12-31", "2026") < 0);
	assert_true(day_compare("2026-02", "2026-01-31") > 0);
	assert_int_equal(day_compare("2026", "2026-01-01"), 0);
	assert_true(day_compare(NULL, "0000") < 0);
	assert_true(day_compare("2026", "soon") > 0);
	assert_int_equal(day_compare(NULL, ""), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_date_means_all_days_that_it_does_not_exclude),
		cmocka_unit_test(what_is_no_date_has_no_days),
		cmocka_unit_test(every_day_of_ten_thousand_years_comes_back),
		cmocka_unit_test(months_are_added_within_the_calendar),
		cmocka_unit_test(a_date_is_past_only_when_all_of_it_is),
		cmocka_unit_test(dates_are_compared_by_their_first_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
