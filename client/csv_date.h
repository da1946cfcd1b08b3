#ifndef ERFA_CSV_DATE_H
#define ERFA_CSV_DATE_H

/*
 * csv_date - dates as people in the Nordic countries write them, as the records
 * have them: the day always stands before the month.
 */

#include "proto/day.h"
#include "proto/err.h"

/**
 * csv_date(text, out):
 * Write "2026-02-01" for "1.2.2026", "01/02-2026", "1. februar 2026" or
 * "2026/2/1"; "2026-02" for "2/2026" or "helmikuu 2026"; "2026" for itself.
 * Return ERR_SYNTAX, and leave ${out} alone, if it is no date or its year has
 * two digits.
 */
enum err csv_date(const char *text, char out[DAY_LEN + 1]) MUST_CHECK;

/**
 * csv_period(text, ret_start, ret_end):
 * Take "1.1.2026 - 31.12.2027", "2026–2027", "fra 2026 til 2027" or "2026-"
 * apart; of a date alone all of it is meant.  What is open is empty.  Return
 * ERR_SYNTAX if it is none of these.
 */
enum err csv_period(const char *text, char ret_start[DAY_LEN + 1],
    char ret_end[DAY_LEN + 1]) MUST_CHECK;

#endif /* !ERFA_CSV_DATE_H */
