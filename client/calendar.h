#ifndef ERFA_CALENDAR_H
#define ERFA_CALENDAR_H

/*
 * calendar - the year of a municipality: its summer, and the months in which its
 * budget is made.
 *
 * Days are those of proto/day.h.  A budget is that of the next calendar year, as
 * it is in all five states.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/control.pb-c.h"

#define CALENDAR_FEW_DAYS 90 /* a round that is open shorter hurries people */

/* When the budget is made; 0 = not known. */
struct calendar {
	unsigned proposal; /* month of the first proposal, 1..12 */
	unsigned adoption; /* month in which it is adopted */
	bool own;          /* the municipality itself says so */
};

/**
 * calendar_make(org, said, ret_calendar):
 * That of the organisation ${org} ("dk-791"): what its profile ${said} (may be
 * NULL) says, else what is usual in its country.
 */
void calendar_make(const char *org, const Erfa__Organisation *said,
    struct calendar *ret_calendar);

/**
 * calendar_summer(first, last):
 * How many days from ${first} to ${last} lie in the summer: July and the first
 * week of August.
 */
int32_t calendar_summer(int32_t first, int32_t last);

/**
 * calendar_meets_summer(opens, closes):
 * Return whether a round that is open for these days closes in the summer, or
 * has too few days outside it.
 */
bool calendar_meets_summer(int32_t opens, int32_t closes);

/**
 * calendar_meets_budget(calendar, day):
 * Return whether the budget is made on ${day}; false if it is not known when.
 */
bool calendar_meets_budget(const struct calendar *calendar, int32_t day);

/**
 * calendar_next_budget(today):
 * The first day on which the money of the next budget can be spent: the first of
 * January after ${today}.
 */
int32_t calendar_next_budget(int32_t today);

#endif /* !ERFA_CALENDAR_H */
