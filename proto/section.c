#include "proto/section.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SIGN       "\xc2\xa7"
#define SIGN_LEN   2
#define DIGITS     "0123456789"
#define DIGITS_MAX 8 /* of a number; what has more is none */

/* ---- characters ---- */

/* What separates as a blank does: also those at which no line ends. */
static const char *const blanks[] = { " ", "\t", "\xc2\xa0", "\xe2\x80\x89",
	"\xe2\x80\xaf" };

/* Hyphens and dashes between the ends of a span. */
static const char *const dashes[] = { "-", "\xe2\x80\x90", "\xe2\x80\x91",
	"\xe2\x80\x92", "\xe2\x80\x93" };

/* How many bytes at ${at} are a blank; those before it, from ${text} on. */
static size_t
blank_at(const char *at)
{
	size_t i;

	for (i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++)
		if (strncmp(at, blanks[i], strlen(blanks[i])) == 0)
			return strlen(blanks[i]);
	return 0;
}

static size_t
blank_before(const char *text, const char *at)
{
	size_t len;
	size_t i;

	for (i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
		len = strlen(blanks[i]);
		if ((size_t)(at - text) >= len &&
		    memcmp(at - len, blanks[i], len) == 0)
			return len;
	}
	return 0;
}

static const char *
skip_blanks(const char *at)
{
	size_t len;

	while ((len = blank_at(at)) > 0)
		at += len;
	return at;
}

static const char *
skip_back(const char *text, const char *at)
{
	size_t len;

	while ((len = blank_before(text, at)) > 0)
		at -= len;
	return at;
}

static size_t
dash_at(const char *at)
{
	size_t i;

	for (i = 0; i < sizeof(dashes) / sizeof(dashes[0]); i++)
		if (strncmp(at, dashes[i], strlen(dashes[i])) == 0)
			return strlen(dashes[i]);
	return 0;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
section_letter(char c)
{
	return c >= 'a' && c <= 'z' && c != 'i' && c != 'p';
}

/*
 * Does an abbreviation begin here: "m.fl.", "f.eks."; "m. fl.", "s. 4", "v/"?  With
 * a blank, or a stroke, only beyond h: before, a sentence has come to its end.
 */
static bool
is_abbreviated(const char *at)
{
	const char *next;

	if (at[1] != '.')
		return at[1] == '/' && *at > 'h';
	next = skip_blanks(at + 2);
	return isalpha((unsigned char)at[2]) ||
	    (*at > 'h' && (is_digit(*next) || islower((unsigned char)*next)));
}

/* A letter that counts sections on, no word's, nor the first of "m.fl.". */
static bool
is_letter(const char *at)
{
	const char *after = at + 1;

	if (!section_letter(*at) || isalnum((unsigned char)*after) ||
	    is_abbreviated(at))
		return false;
	return ((unsigned char)*after & 0x80) == 0 || blank_at(after) > 0 ||
	    dash_at(after) > 0 || strncmp(after, SIGN, SIGN_LEN) == 0;
}

/* ---- numbers ---- */

/* Read "83", "83 a", "14-10 b"; return its end, ${at} itself if there is none. */
static const char *
read_number(const char *at, char out[SECTION_ROOM])
{
	size_t first = strspn(at, DIGITS);
	size_t dash = dash_at(at + first);
	size_t second = dash == 0 ? 0 : strspn(at + first + dash, DIGITS);
	const char *end = at + first;
	const char *letter;
	int len;

	if (first == 0 || first > DIGITS_MAX || second > DIGITS_MAX)
		return at;
	len = snprintf(out, SECTION_ROOM, "%.*s", (int)first, at);
	if (second > 0) {
		len += snprintf(out + len, SECTION_ROOM - (size_t)len, "-%.*s",
		    (int)second, end + dash);
		end += dash + second;
	}
	letter = skip_blanks(end);
	if (is_letter(letter)) {
		(void)snprintf(
		    out + len, SECTION_ROOM - (size_t)len, " %c", *letter);
		end = letter + 1;
	}
	return end;
}

/* Read the number before a sign; return its beginning, NULL if there is none. */
static const char *
read_before(const char *text, const char *sign, char out[SECTION_ROOM])
{
	const char *end = skip_back(text, sign);
	const char *at = end;
	const char *begin;
	size_t i;

	if (at > text && section_letter(at[-1]))
		at = skip_back(text, at - 1);
	for (begin = at; begin > text && is_digit(begin[-1]);)
		begin--;
	for (i = 0; i < sizeof(dashes) / sizeof(dashes[0]); i++) {
		size_t len = strlen(dashes[i]);

		if ((size_t)(begin - text) <= len ||
		    memcmp(begin - len, dashes[i], len) != 0 ||
		    !is_digit(begin[-(ptrdiff_t)len - 1]))
			continue;
		for (begin -= len; begin > text && is_digit(begin[-1]);)
			begin--;
		break;
	}
	return begin != at && read_number(begin, out) == end ? begin : NULL;
}

/* Who is told of numbers. */
struct telling {
	enum err (*each)(void *context, const char *number);
	void *context;
};

/* Tell a number; of two signs, each one of the span that it may be. */
static enum err
tell(const struct telling *telling, const char *number, bool many)
{
	char one[SECTION_ROOM];
	char *end;
	unsigned long first = strtoul(number, &end, 10);
	unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : 0;
	enum err err = telling->each(telling->context, number);

	if (!many || last < first || last - first > SECTION_SPAN)
		return err;
	for (; first <= last && err == ERR_NONE; first++) {
		(void)snprintf(one, sizeof(one), "%lu", first);
		err = telling->each(telling->context, one);
	}
	if (err != ERR_NONE || *end == '\0')
		return err;

	/* "14-14 f" ends with a letter. */
	(void)snprintf(one, sizeof(one), "%lu%s", last, end);
	return telling->each(telling->context, one);
}

/* ---- citations ---- */

/* Skip what stands between two numbers of a list: "83, 85 og 90", "83 a-83 c". */
static const char *
skip_separator(const char *at)
{
	static const char *const words[] = { "og", "och", "ja", "samt", "eller",
		"and", "," };
	const char *after = skip_blanks(at);
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(after, words[i], strlen(words[i])) == 0)
			return skip_blanks(after + strlen(words[i]));
	return dash_at(after) == 0 ? at : skip_blanks(after + dash_at(after));
}

/* What words for a part of a section begin with, behind its number, in the
 * languages that put the section's own before the sign; "st" is a whole word. */
static const char *const subsections[] = { "mom", "styck", "kohta", "kohda" };

/* Read one at ${at}; return its end, ${at} itself if there is none. */
static const char *
read_subsection(const char *at)
{
	const char *end = at;
	size_t i;

	while (isalpha((unsigned char)*end) || (*end & 0x80) != 0)
		end++;
	if (end - at == 2 && strncasecmp(at, "st", 2) == 0)
		return end;
	for (i = 0; i < sizeof(subsections) / sizeof(subsections[0]); i++)
		if (strncasecmp(at, subsections[i], strlen(subsections[i])) ==
		    0)
			return end;
	return at;
}

/* Skip what narrows the number before the signs that end at ${at}, "2 mom" of
 * "5 § 2 mom."; return ${at} itself if there is nothing such. */
static const char *
skip_subsection(const char *at)
{
	char number[SECTION_ROOM];
	const char *from = skip_blanks(at);
	const char *end = read_number(from, number);
	const char *word;
	const char *next;

	while (end != from) {
		word = skip_blanks(end);
		if ((next = read_subsection(word)) != word)
			return next;
		if ((from = skip_separator(end)) == end)
			break;
		end = read_number(from, number);
	}
	return at;
}

/* The end of the signs at ${sign}. */
static const char *
signs_end(const char *sign, bool *ret_many)
{
	const char *end = sign + SIGN_LEN;
	const char *next = skip_blanks(end);

	*ret_many = false;
	while (strncmp(next, SIGN, SIGN_LEN) == 0) {
		*ret_many = true;
		end = next + SIGN_LEN;
		next = skip_blanks(end);
	}
	return end;
}

/*
 * Tell the numbers behind signs that end at ${at}: one, or after several signs a
 * list.  Return where they end, ${at} itself if there are none; ${telling} may be
 * NULL.
 */
static const char *
read_behind(
    const char *at, bool many, const struct telling *telling, enum err *err)
{
	char number[SECTION_ROOM];
	const char *from = skip_blanks(at);
	const char *end = read_number(from, number);

	while (end != from) {
		at = end;
		if (telling != NULL && *err == ERR_NONE)
			*err = tell(telling, number, many);
		if (!many)
			break;
		from = skip_separator(end);
		if (from == end)
			break;
		end = read_number(from, number);
	}
	return at;
}

const char *
section_find(const char *text, const char **ret_end)
{
	const char *sign = text;
	char number[SECTION_ROOM];
	const char *begin;
	const char *end;
	const char *signs;
	bool many;

	while ((sign = strstr(sign, SIGN)) != NULL) {
		signs = signs_end(sign, &many);
		begin = read_before(text, sign, number);
		end = skip_subsection(signs);
		if (begin != NULL && end != signs) {
			*ret_end = end;
			return begin;
		}
		end = read_behind(signs, many, NULL, NULL);
		if (end != signs) {
			*ret_end = end;
			return sign;
		}
		if (begin != NULL) {
			*ret_end = signs;
			return begin;
		}
		sign = signs;
	}
	return NULL;
}

enum err
section_each(const char *text,
    enum err (*each)(void *context, const char *number), void *context)
{
	const struct telling telling = { .each = each, .context = context };
	const char *sign = text;
	const char *end;
	char number[SECTION_ROOM];
	bool before;
	bool many;
	enum err err = ERR_NONE;

	while (err == ERR_NONE && (sign = strstr(sign, SIGN)) != NULL) {
		before = read_before(text, sign, number) != NULL;
		sign = signs_end(sign, &many);
		if (before)
			err = tell(&telling, number, many);
		end = before ? skip_subsection(sign) : sign;
		if (err == ERR_NONE && end == sign)
			end = read_behind(sign, many, &telling, &err);
		sign = end;
	}
	return err;
}
