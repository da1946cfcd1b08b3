#include "proto/day.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body_rule.h"

#define MONTHS     12
#define DAYS_0000  (-719528) /* 0000-01-01 */
#define DAYS_9999  2932896   /* 9999-12-31 */
#define ERA_YEARS  400
#define ERA_DAYS   146097
#define ERA_OFFSET 719468 /* from 0000-03-01 to 1970-01-01 */

/* A day of the calendar. */
struct date {
	int year;
	int month;
	int day;
};

static int
days_of_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Years that begin in March have their odd day last; 400 of them repeat. */
static int32_t
day_of(struct date date)
{
	int year = date.year - (date.month <= 2 ? 1 : 0);
	int era = (year >= 0 ? year : year - ERA_YEARS + 1) / ERA_YEARS;
	int in_era = year - era * ERA_YEARS;
	int month = (date.month + 9) % MONTHS;
	int in_year = (153 * month + 2) / 5 + date.day - 1;
	int days = in_era * 365 + in_era / 4 - in_era / 100 + in_year;

	return era * ERA_DAYS + days - ERA_OFFSET;
}

static struct date
date_of(int32_t day)
{
	int days = day + ERA_OFFSET;
	int era = (days >= 0 ? days : days - ERA_DAYS + 1) / ERA_DAYS;
	int left = days - era * ERA_DAYS;
	int year = (left - left / 1460 + left / 36524 - left / 146096) / 365;
	int in_year = left - (365 * year + year / 4 - year / 100);
	int month = (5 * in_year + 2) / 153;
	struct date date;

	date.day = in_year - (153 * month + 2) / 5 + 1;
	date.month = month < 10 ? month + 3 : month - 9;
	date.year = year + era * ERA_YEARS + (date.month <= 2 ? 1 : 0);
	return date;
}

enum err
day_range(const char *date, int32_t *ret_first, int32_t *ret_last)
{
	struct date first = { 0, 1, 1 };
	struct date last;
	size_t len;

	if (date == NULL || !body_form_valid(FORM_DATE, date))
		return ERR_SYNTAX;
	len = strlen(date);
	first.year = (int)strtol(date, NULL, 10);
	if (len > 4)
		first.month = (int)strtol(date + 5, NULL, 10);
	if (len > 7)
		first.day = (int)strtol(date + 8, NULL, 10);
	last = first;
	if (len <= 4)
		last.month = MONTHS;
	if (len <= 7)
		last.day = days_of_month(last.year, last.month);
	*ret_first = day_of(first);
	*ret_last = day_of(last);
	return ERR_NONE;
}

void
day_text(int32_t day, char out[DAY_LEN + 1])
{
	char text[3 * DAY_LEN + 4];
	struct date date;

	if (day < DAYS_0000)
		day = DAYS_0000;
	if (day > DAYS_9999)
		day = DAYS_9999;
	date = date_of(day);
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02d", date.year,
	    date.month, date.day);
	memcpy(out, text, DAY_LEN);
	out[DAY_LEN] = '\0';
}

int32_t
day_add_months(int32_t day, int months)
{
	struct date date = date_of(day);
	int all = date.year * MONTHS + date.month - 1 + months;
	int most;

	date.year = (all >= 0 ? all : all - MONTHS + 1) / MONTHS;
	date.month = all - date.year * MONTHS + 1;
	most = days_of_month(date.year, date.month);
	if (date.day > most)
		date.day = most;
	return day_of(date);
}

/* Whether all of ${a} lies before all of ${b}. */
static bool
is_before(const char *a, const char *b)
{
	int32_t first;
	int32_t last;
	int32_t from;
	int32_t to;

	return day_range(a, &first, &last) == ERR_NONE &&
	    day_range(b, &from, &to) == ERR_NONE && last < from;
}

bool
day_past(const char *date, const char *today)
{
	return is_before(date, today);
}

bool
day_ahead(const char *date, const char *today)
{
	return is_before(today, date);
}

int
day_compare(const char *a, const char *b)
{
	int32_t first_a = INT32_MIN;
	int32_t first_b = INT32_MIN;
	int32_t last;

	if (day_range(a, &first_a, &last) != ERR_NONE)
		first_a = INT32_MIN;
	if (day_range(b, &first_b, &last) != ERR_NONE)
		first_b = INT32_MIN;
	return (first_a > first_b) - (first_a < first_b);
}
