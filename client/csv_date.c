#include "client/csv_date.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body_rule.h"
#include "proto/text.h"

#define PARTS_MAX  3
#define TEXT_LONG  80 /* characters of a date or a period */
#define YEAR_LEAST 1000

/* How the names of the months begin, folded, in five languages; the longest of
 * those that fit decides. */
static const struct {
	const char *begin;
	unsigned month;
} months[] = {
	{ "jan", 1 },
	{ "tammi", 1 },
	{ "feb", 2 },
	{ "helmi", 2 },
	{ "mar", 3 },
	{ "maalis", 3 },
	{ "apr", 4 },
	{ "huhti", 4 },
	{ "maj", 5 },
	{ "mai", 5 },
	{ "may", 5 },
	{ "touko", 5 },
	{ "jun", 6 },
	{ "kesa", 6 },
	{ "kesae", 6 },
	{ "jul", 7 },
	{ "heina", 7 },
	{ "heinae", 7 },
	{ "aug", 8 },
	{ "elo", 8 },
	{ "sep", 9 },
	{ "syys", 9 },
	{ "okt", 10 },
	{ "oct", 10 },
	{ "loka", 10 },
	{ "nov", 11 },
	{ "marras", 11 },
	{ "dec", 12 },
	{ "des", 12 },
	{ "joulu", 12 },
};

/* What stands in a date: numbers, or the name of a month among them. */
struct parts {
	unsigned number[PARTS_MAX];
	size_t digits[PARTS_MAX]; /* 0: it was a name */
	size_t count;
};

static unsigned
month_of(const char *word, size_t len)
{
	unsigned month = 0;
	size_t longest = 0;
	size_t size, i;

	for (i = 0; i < sizeof(months) / sizeof(months[0]); i++) {
		size = strlen(months[i].begin);
		if (size > longest && size <= len &&
		    strncmp(word, months[i].begin, size) == 0) {
			longest = size;
			month = months[i].month;
		}
	}
	return month;
}

/* Take the parts of folded ${text}; false if anything else is in it. */
static bool
take_parts(const char *text, struct parts *parts)
{
	static const char digits[] = "0123456789";
	size_t len;

	parts->count = 0;
	for (; *text != '\0'; text += len) {
		len = strspn(text, " ./-,");
		if (len > 0)
			continue;
		if (parts->count == PARTS_MAX)
			return false;
		len = strspn(text, digits);
		if (len > 4)
			return false;
		parts->digits[parts->count] = len;
		parts->number[parts->count] = (unsigned)strtoul(text, NULL, 10);
		if (len == 0) {
			len = strcspn(text, " ./-,0123456789");
			parts->number[parts->count] = month_of(text, len);
			if (parts->number[parts->count] == 0)
				return false;
		}
		parts->count++;
	}
	return parts->count > 0;
}

/* Put the parts into the order year, month, day. */
static bool
order(const struct parts *parts, unsigned out[PARTS_MAX])
{
	bool forward = parts->digits[0] == 4;
	size_t i, from;

	memset(out, 0, PARTS_MAX * sizeof(out[0]));
	for (i = 0; i < parts->count; i++) {
		from = forward ? i : parts->count - 1 - i;
		out[i] = parts->number[from];
		/* A year has four digits, a name is a month. */
		if ((i == 0) != (parts->digits[from] == 4) ||
		    (parts->digits[from] == 0 && i != 1) ||
		    (i > 0 && (out[i] == 0 || parts->digits[from] > 2)))
			return false;
	}
	return out[0] >= YEAR_LEAST;
}

static enum err
read_date(const char *folded, char out[DAY_LEN + 1])
{
	struct parts parts;
	unsigned number[PARTS_MAX];
	char date[32];

	if (!take_parts(folded, &parts) || !order(&parts, number))
		return ERR_SYNTAX;
	if (parts.count == 1)
		(void)snprintf(date, sizeof(date), "%04u", number[0]);
	else if (parts.count == 2)
		(void)snprintf(
		    date, sizeof(date), "%04u-%02u", number[0], number[1]);
	else
		(void)snprintf(date, sizeof(date), "%04u-%02u-%02u", number[0],
		    number[1], number[2]);
	if (!body_form_valid(FORM_DATE, date))
		return ERR_SYNTAX;
	memcpy(out, date, strlen(date) + 1);
	return ERR_NONE;
}

enum err
csv_date(const char *text, char out[DAY_LEN + 1])
{
	char *folded = NULL;
	enum err err;

	if (strlen(text) > TEXT_LONG)
		return ERR_SYNTAX;
	if ((err = text_fold(text, &folded)) == ERR_NONE)
		err = read_date(folded, out);
	free(folded);
	return err;
}

/* ---- periods ---- */

/* Read one side, which may be empty if ${may_lack}. */
static enum err
read_side(const char *text, size_t len, char out[DAY_LEN + 1])
{
	char side[2 * TEXT_LONG];
	size_t start = strspn(text, " ");

	if (start >= len) {
		out[0] = '\0';
		return ERR_NONE;
	}
	(void)snprintf(
	    side, sizeof(side), "%.*s", (int)(len - start), text + start);
	return read_date(side, out);
}

/* Cut at the first of the marks at which both sides are dates. */
static enum err
cut(const char *folded, const char *mark, char ret_start[DAY_LEN + 1],
    char ret_end[DAY_LEN + 1])
{
	const char *at = folded;
	char start[DAY_LEN + 1], end[DAY_LEN + 1];

	while ((at = strstr(at, mark)) != NULL) {
		const char *rest = at + strlen(mark);

		if (read_side(folded, (size_t)(at - folded), start) ==
			ERR_NONE &&
		    read_side(rest, strlen(rest), end) == ERR_NONE &&
		    (start[0] != '\0' || end[0] != '\0')) {
			memcpy(ret_start, start, sizeof(start));
			memcpy(ret_end, end, sizeof(end));
			return ERR_NONE;
		}
		at = rest;
	}
	return ERR_SYNTAX;
}

static enum err
read_period(
    const char *folded, char ret_start[DAY_LEN + 1], char ret_end[DAY_LEN + 1])
{
	/* Dashes of both lengths, then words; "2026-02" is a month before it is
	 * an open period, "2026-2027" no month at all. */
	static const char *const marks[] = { "\xe2\x80\x93", "\xe2\x80\x94",
		" - ", " til ", " till ", " to ", " asti ", "-" };
	static const char *const begins[] = { "fra ", "fran ", "fraan ",
		"from " };
	size_t i;

	for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (strncmp(folded, begins[i], strlen(begins[i])) == 0)
			folded += strlen(begins[i]);
	if (folded[0] != '\0' && folded[0] != '-' &&
	    folded[strlen(folded) - 1] != '-' &&
	    read_date(folded, ret_start) == ERR_NONE) {
		memcpy(ret_end, ret_start, DAY_LEN + 1);
		return ERR_NONE;
	}
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (cut(folded, marks[i], ret_start, ret_end) == ERR_NONE)
			return ERR_NONE;
	return ERR_SYNTAX;
}

enum err
csv_period(
    const char *text, char ret_start[DAY_LEN + 1], char ret_end[DAY_LEN + 1])
{
	char *folded = NULL;
	enum err err;

	if (strlen(text) > TEXT_LONG)
		return ERR_SYNTAX;
	if ((err = text_fold(text, &folded)) == ERR_NONE)
		err = read_period(folded, ret_start, ret_end);
	free(folded);
	return err;
}
