#ifndef ERFA_DAY_H
#define ERFA_DAY_H

/*
 * day - dates that are as precise as is known ("2016", "2016-12",
 * "2016-12-31"), as days that can be counted and compared.
 *
 * A day is the number of days since 1970-01-01.  There is no clock here: what
 * day it is, the caller says.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/err.h"

#define DAY_LEN 10 /* characters of "2016-12-31" */

/**
 * day_range(date, ret_first, ret_last):
 * The first and the last day that ${date} may mean: both the same for a day,
 * all of a month or a year otherwise.  Return ERR_SYNTAX if ${date} is NULL or
 * no date.
 */
enum err day_range(
    const char *date, int32_t *ret_first, int32_t *ret_last) MUST_CHECK;

/**
 * day_text(day, out):
 * Write ${day} as "2016-12-31" to ${out}; only the years 0 to 9999 have a text,
 * days before or after them are written as the nearest that has one.
 */
void day_text(int32_t day, char out[DAY_LEN + 1]);

/**
 * day_add_months(day, months):
 * The same day so many months later, or the last of that month if it has no
 * such day.
 */
int32_t day_add_months(int32_t day, int months);

/**
 * day_past(date, today):
 * Return whether all of ${date} lies before the first day of ${today}.  What is
 * no date is never past.
 */
bool day_past(const char *date, const char *today);

/**
 * day_ahead(date, today):
 * Return whether all of ${date} lies after the last day of ${today}.  What is
 * no date is never ahead.
 */
bool day_ahead(const char *date, const char *today);

/**
 * day_compare(a, b):
 * Negative, zero or positive as ${a} begins before, with or after ${b}; what is
 * no date comes before every date.
 */
int day_compare(const char *a, const char *b);

#endif /* !ERFA_DAY_H */
