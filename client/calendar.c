#include "client/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/day.h"

#define SUMMER_BEGIN "07-01"
#define SUMMER_END   "08-07"

/* When budgets are usually made, by country. */
static const struct {
	const char *country;
	unsigned proposal;
	unsigned adoption;
} usual[] = {
	{ "dk", 8, 10 },
	{ "no", 10, 12 },
	{ "se", 9, 11 },
	{ "fi", 10, 12 },
	{ "is", 10, 12 },
};

void
calendar_make(const char *org, const Erfa__Organisation *said,
    struct calendar *ret_calendar)
{
	size_t i;

	memset(ret_calendar, 0, sizeof(*ret_calendar));
	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (strncmp(org, usual[i].country, 2) == 0) {
			ret_calendar->proposal = usual[i].proposal;
			ret_calendar->adoption = usual[i].adoption;
		}
	if (said == NULL || !said->has_adoption_month)
		return;
	ret_calendar->own = true;
	ret_calendar->adoption = said->adoption_month;
	ret_calendar->proposal = said->has_proposal_month ?
	    said->proposal_month :
	    said->adoption_month;
}

/* Days of the span from ${first} to ${last} that lie between two days of each
 * year. */
static int32_t
overlap(int32_t first, int32_t last, const char *begin, const char *end)
{
	char text[DAY_LEN + 8];
	char day[DAY_LEN + 1];
	int32_t from, to, rest;
	int32_t sum = 0;
	int32_t at;

	for (at = first - 366; at <= last + 366; at = day_add_months(at, 12)) {
		day_text(at, day);
		(void)snprintf(text, sizeof(text), "%.4s-%s", day, begin);
		if (day_range(text, &from, &rest) != ERR_NONE)
			continue;
		(void)snprintf(text, sizeof(text), "%.4s-%s", day, end);
		if (day_range(text, &rest, &to) != ERR_NONE)
			continue;
		from = from > first ? from : first;
		to = to < last ? to : last;
		if (from <= to)
			sum += to - from + 1;
	}
	return sum;
}

int32_t
calendar_summer(int32_t first, int32_t last)
{
	return overlap(first, last, SUMMER_BEGIN, SUMMER_END);
}

bool
calendar_meets_summer(int32_t opens, int32_t closes)
{
	int32_t summer = calendar_summer(opens, closes);

	return calendar_summer(closes, closes) > 0 ||
	    (summer > 0 && closes - opens + 1 - summer < CALENDAR_FEW_DAYS);
}

bool
calendar_meets_budget(const struct calendar *calendar, int32_t day)
{
	char text[DAY_LEN + 1];
	unsigned month;

	if (calendar->proposal == 0 || calendar->adoption == 0)
		return false;
	day_text(day, text);
	month = (unsigned)strtoul(text + 5, NULL, 10);

	/* A budget may be begun in one year and adopted in the next. */
	if (calendar->proposal <= calendar->adoption)
		return month >= calendar->proposal &&
		    month <= calendar->adoption;
	return month >= calendar->proposal || month <= calendar->adoption;
}

int32_t
calendar_next_budget(int32_t today)
{
	char text[DAY_LEN + 8];
	char day[DAY_LEN + 1];
	int32_t first = today;
	int32_t rest;

	day_text(day_add_months(today, 12), day);
	(void)snprintf(text, sizeof(text), "%.4s-01-01", day);
	return day_range(text, &first, &rest) == ERR_NONE ? first : today;
}
