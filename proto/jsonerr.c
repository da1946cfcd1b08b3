#include "proto/jsonerr.h"

#include <string.h>

#define WORD_MAX 63 /* letters of a word that are compared */

struct cursor {
	const char *at;
	const char *end;
};

static void
skip_blank(struct cursor *in)
{
	while (in->at < in->end && strchr(" \t\r\n", *in->at) != NULL)
		in->at++;
}

/* Step over a string and its quotes. */
static void
skip_string(struct cursor *in)
{
	in->at++;
	while (in->at < in->end && *in->at != '"')
		in->at += *in->at == '\\' && in->end - in->at > 1 ? 2 : 1;
	if (in->at < in->end)
		in->at++;
}

/* Step over a number, true, false or null. */
static void
skip_word(struct cursor *in)
{
	while (in->at < in->end && strchr(",]} \t\r\n", *in->at) == NULL)
		in->at++;
}

/* Step over a value, with all that it contains. */
static void
skip_value(struct cursor *in)
{
	size_t depth = 0;

	if (in->at < in->end && strchr("\"{[", *in->at) == NULL) {
		skip_word(in);
		return;
	}
	while (in->at < in->end) {
		char c = *in->at;

		if (c == '"')
			skip_string(in);
		else
			in->at++;
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		if (depth == 0)
			return;
	}
}

/* From a member's name go to its value. */
static void
skip_name(struct cursor *in)
{
	skip_string(in);
	skip_blank(in);
	if (in->at < in->end)
		in->at++;
	skip_blank(in);
}

/* From an object or a list go to its element or member ${step}. */
static void
enter(struct cursor *in, size_t step, bool name)
{
	bool object = in->at < in->end && *in->at == '{';

	if (in->at < in->end)
		in->at++;
	skip_blank(in);
	for (; step > 0 && in->at < in->end; step--) {
		if (object)
			skip_name(in);
		skip_value(in);
		skip_blank(in);
		if (in->at < in->end)
			in->at++;
		skip_blank(in);
	}
	if (object && !name)
		skip_name(in);
}

struct jsonerr_place
jsonerr_place(
    const char *text, size_t len, const size_t *steps, size_t count, bool name)
{
	struct jsonerr_place place = { .line = 1, .column = 1 };
	struct cursor in = { .at = text, .end = text + len };
	size_t i;

	skip_blank(&in);
	for (i = 0; i < count; i++)
		enter(&in, steps[i], name && i + 1 == count);
	for (; text < in.at; text++) {
		if (*text == '\n') {
			place.line++;
			place.column = 1;
		} else if (((unsigned char)*text & 0xc0) != 0x80) {
			place.column++;
		}
	}
	return place;
}

static char
lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned
jsonerr_distance(const char *a, const char *b)
{
	size_t a_len = strnlen(a, WORD_MAX);
	size_t b_len = strnlen(b, WORD_MAX);
	unsigned rows[3][WORD_MAX + 1];
	unsigned *before = rows[0]; /* two letters of a back */
	unsigned *last = rows[1];
	unsigned *now = rows[2];
	unsigned *spare;
	size_t i;
	size_t j;

	for (j = 0; j <= b_len; j++) {
		last[j] = (unsigned)j;
		before[j] = (unsigned)j;
	}
	for (i = 1; i <= a_len; i++) {
		now[0] = (unsigned)i;
		for (j = 1; j <= b_len; j++) {
			char x = lower(a[i - 1]);
			char y = lower(b[j - 1]);

			now[j] = least(last[j - 1] + (x != y),
			    least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && x == lower(b[j - 2]) &&
			    y == lower(a[i - 2]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b_len];
}

bool
jsonerr_is_near(const char *word, unsigned distance)
{
	size_t len = strnlen(word, WORD_MAX);

	/* One slip in three letters, two in six, at most three. */
	return distance <= (len + 2) / 3 && distance <= 3 && distance < len;
}
