#include "proto/plain.h"

#include <stdlib.h>
#include <string.h>

#include "proto/text.h"

/* What stands between a kind of number and the number itself. */
static const char number_words[] = " nr nummer numero no numer n:o ";

/* Read the character at ${text}, valid UTF-8; return its bytes. */
static size_t
read_point(const char *text, uint32_t *ret_point)
{
	const unsigned char *at = (const unsigned char *)text;
	uint32_t point = at[0];
	size_t len = 1;
	size_t i;

	if (point >= 0xf0)
		len = 4;
	else if (point >= 0xe0)
		len = 3;
	else if (point >= 0xc0)
		len = 2;
	if (len > 1)
		point &= 0xffU >> (len + 1);
	for (i = 1; i < len; i++)
		point = point << 6 | (at[i] & 0x3f);
	*ret_point = point;
	return len;
}

/* Can nobody see ${point}? */
static bool
is_invisible(uint32_t point)
{
	return point == 0xad || point == 0xfeff ||
	    (point >= 0x200b && point <= 0x200f) ||
	    (point >= 0x202a && point <= 0x202e) ||
	    (point >= 0x2060 && point <= 0x2069);
}

/* One character for all that look and mean the same here. */
static uint32_t
simplify(uint32_t point)
{
	if (point == '\t' || point == 0xa0 || point == 0x202f ||
	    point == 0x205f || point == 0x3000 ||
	    (point >= 0x2000 && point <= 0x200a))
		return ' ';
	if ((point >= 0x2010 && point <= 0x2015) || point == 0x2212 ||
	    point == 0xfe63 || point == 0xff0d)
		return '-';
	if (point == 0x2019 || point == 0x2bc)
		return '\'';
	if (point >= 0xff10 && point <= 0xff19)
		return point - 0xff10 + '0';
	return point == 0xff20 ? '@' : point;
}

enum err
plain_init(struct plain *plain, const char *text)
{
	size_t len = strlen(text);
	uint32_t point;
	size_t used;
	size_t i;

	if (!text_valid(text, len))
		return ERR_SYNTAX;
	*plain = (struct plain){ .text = text };
	plain->points = calloc(len + 1, sizeof(*plain->points));
	plain->offsets = calloc(len + 1, sizeof(*plain->offsets));
	if (plain->points == NULL || plain->offsets == NULL) {
		plain_clear(plain);
		return ERR_NOMEM;
	}
	for (i = 0; i < len; i += used) {
		used = read_point(text + i, &point);
		if (is_invisible(point))
			continue;
		plain->offsets[plain->count] = i;
		plain->points[plain->count++] = simplify(point);
	}
	plain->offsets[plain->count] = len;
	return ERR_NONE;
}

void
plain_clear(struct plain *plain)
{
	free(plain->points);
	free(plain->offsets);
	*plain = (struct plain){ .text = NULL };
}

uint32_t
plain_at(const struct plain *plain, size_t i)
{
	return i < plain->count ? plain->points[i] : 0;
}

bool
plain_is_digit(uint32_t point)
{
	return point >= '0' && point <= '9';
}

bool
plain_is_letter(uint32_t point)
{
	if (point < 0x80)
		return (point >= 'a' && point <= 'z') ||
		    (point >= 'A' && point <= 'Z');
	return (point >= 0xc0 && point <= 0x24f && point != 0xd7 &&
		   point != 0xf7) ||
	    (point >= 0x300 && point <= 0x36f) ||
	    (point >= 0x1e00 && point <= 0x1eff);
}

/* In Latin Extended-A capitals and small letters take turns. */
bool
plain_is_upper(uint32_t point)
{
	if (point < 0xc0)
		return point >= 'A' && point <= 'Z';
	if (point <= 0xde)
		return point != 0xd7;
	if ((point >= 0x139 && point <= 0x148) ||
	    (point >= 0x179 && point <= 0x17e))
		return point % 2 == 1;
	return point >= 0x100 && point <= 0x17f && point % 2 == 0;
}

size_t
plain_word(const struct plain *plain, size_t i)
{
	for (;;) {
		while (plain_is_letter(plain_at(plain, i)))
			i++;
		if ((plain_at(plain, i) != '-' && plain_at(plain, i) != '\'') ||
		    i == 0 || !plain_is_letter(plain_at(plain, i - 1)) ||
		    !plain_is_letter(plain_at(plain, i + 1)))
			return i;
		i++;
	}
}

size_t
plain_skip(const struct plain *plain, size_t i, const char *set)
{
	uint32_t point;

	while ((point = plain_at(plain, i)) != 0 && point < 0x80 &&
	    strchr(set, (int)point) != NULL)
		i++;
	return i;
}

enum err
plain_fold(
    const struct plain *plain, size_t from, size_t to, char out[PLAIN_WORD])
{
	size_t start;
	size_t len;
	char word[PLAIN_WORD];
	char *folded;
	enum err err;

	out[0] = '\0';
	if (to > plain->count || from >= to)
		return ERR_NONE;
	start = plain->offsets[from];
	if ((len = plain->offsets[to] - start) >= sizeof(word))
		return ERR_NONE;
	memcpy(word, plain->text + start, len);
	word[len] = '\0';
	if ((err = text_fold(word, &folded)) != ERR_NONE)
		return err;
	if (strlen(folded) < PLAIN_WORD)
		memcpy(out, folded, strlen(folded) + 1);
	free(folded);
	return ERR_NONE;
}

enum err
plain_before(const struct plain *plain, size_t i, char out[PLAIN_WORD])
{
	uint32_t point;
	size_t to;
	enum err err;

	do {
		while (i > 0 && (point = plain->points[i - 1]) < 0x80 &&
		    strchr(" .:#(,=-", (int)point) != NULL)
			i--;
		for (to = i; i > 0 && plain_is_letter(plain->points[i - 1]);)
			i--;
		err = plain_fold(plain, i, to, out);
	} while (err == ERR_NONE && plain_among(out, number_words));
	return err;
}

bool
plain_among(const char *word, const char *list)
{
	size_t len = strlen(word);
	const char *at;

	if (len == 0)
		return false;
	for (at = strstr(list, word); at != NULL; at = strstr(at + 1, word))
		if (at > list && at[-1] == ' ' && at[len] == ' ')
			return true;
	return false;
}
