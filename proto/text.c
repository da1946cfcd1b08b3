#include "proto/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

/* One byte may become "\x1b", two may become "<U+00AD>". */
#define MARKS_MAX   8 /* marks on one letter that are shown as such */
#define GATE_GROWTH 4

/* A code point of two bytes may become three of two bytes each. */
#define FOLD_GROWTH 3

/* Code points that one letter may fall into when it is folded. */
#define PARTS_MAX 8

/* Read the character at ${text}; the length is 0 if it is not UTF-8 or NUL. */
static size_t
read_character(const char *text, size_t len, utf8proc_int32_t *ret_point)
{
	utf8proc_ssize_t used;

	used = utf8proc_iterate((const utf8proc_uint8_t *)text,
	    len > 4 ? 4 : (utf8proc_ssize_t)len, ret_point);
	return used > 0 && *ret_point != 0 ? (size_t)used : 0;
}

bool
text_valid(const char *text, size_t len)
{
	utf8proc_int32_t point;
	size_t used;
	size_t i;

	for (i = 0; i < len; i += used) {
		used = 1;
		if (text[i] != '\0' && (unsigned char)text[i] < 0x80)
			continue;
		if ((used = read_character(text + i, len - i, &point)) == 0)
			return false;
	}
	return true;
}

/* Is ${point} one of C0, DEL and C1? */
static bool
is_control(utf8proc_int32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

/*
 * Can nobody see ${point}, or see what it is, although Unicode counts it among
 * the letters or marks?  Two variation selectors pass: emoji are written with
 * them.
 */
static bool
is_shapeless(utf8proc_int32_t point)
{
	switch (point) {
	case 0x034f: /* combining grapheme joiner */
	case 0x115f: /* Hangul fillers */
	case 0x1160:
	case 0x3164:
	case 0xffa0:
	case 0x17b4: /* Khmer vowels without a shape */
	case 0x17b5:
	case 0x2800: /* Braille without a dot */
		return true;
	default:
		break;
	}
	if (point >= 0x180b && point <= 0x180f)
		return true;
	if (point >= 0xfe00 && point <= 0xfe0d)
		return true;
	/* Tags, more variation selectors, and what is unassigned there. */
	if (point >= 0xe0000 && point <= 0xe0fff)
		return true;
	return (point & 0xfffe) == 0xfffe;
}

/* Must ${point}, which is no control, not reach a terminal as it is? */
static bool
is_hidden(utf8proc_int32_t point)
{
	utf8proc_category_t category;

	if (point < 0xa0)
		return false;
	if (is_shapeless(point))
		return true;
	category = utf8proc_category(point);
	return category == UTF8PROC_CATEGORY_CF ||
	    category == UTF8PROC_CATEGORY_CO ||
	    category == UTF8PROC_CATEGORY_ZL ||
	    category == UTF8PROC_CATEGORY_ZP;
}

/*
 * Does ${point} pile one more mark on a letter that bears ${marks} already, and
 * more than any language has?  Such a pile runs over the lines around it.
 */
static bool
is_flood(utf8proc_int32_t point, unsigned *marks)
{
	utf8proc_category_t category = utf8proc_category(point);

	if (point < 0x300 ||
	    (category != UTF8PROC_CATEGORY_MN &&
		category != UTF8PROC_CATEGORY_ME)) {
		*marks = 0;
		return false;
	}
	return ++*marks > MARKS_MAX;
}

bool
text_clean(const char *text, size_t len, bool multiline)
{
	utf8proc_int32_t point;
	unsigned marks = 0;
	size_t used;
	size_t i;

	for (i = 0; i < len; i += used) {
		if ((used = read_character(text + i, len - i, &point)) == 0)
			return false;
		if (multiline && (point == '\n' || point == '\t'))
			continue;
		if (is_control(point) || is_hidden(point) ||
		    is_flood(point, &marks))
			return false;
	}
	return true;
}

bool
text_composed(const char *text)
{
	utf8proc_uint8_t *composed = NULL;
	bool same;

	if (utf8proc_map((const utf8proc_uint8_t *)text, 0, &composed,
		UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE) < 0)
		return false;
	same = strcmp((const char *)composed, text) == 0;
	free(composed);
	return same;
}

/* Write the character at ${text} safely and tell how many bytes it took. */
static size_t
gate_character(
    const char *text, size_t len, bool multiline, unsigned *marks, char **out)
{
	utf8proc_int32_t point;
	size_t used = read_character(text, len, &point);

	if (used == 0) {
		*out += sprintf(*out, "\\x%02x", (unsigned char)text[0]);
		return 1;
	}
	if (multiline && (point == '\n' || point == '\t'))
		*(*out)++ = point == '\n' ? '\n' : ' ';
	else if (is_control(point))
		*out += sprintf(*out, "\\x%02x", (unsigned)point);
	else if (is_hidden(point) || is_flood(point, marks))
		*out += sprintf(*out, "<U+%04X>", (unsigned)point);
	else {
		memcpy(*out, text, used);
		*out += used;
	}
	return used;
}

enum err
text_gate(const char *text, size_t len, bool multiline, char **ret_safe)
{
	char *safe;
	char *out;
	unsigned marks = 0;
	size_t i;

	if (len > SIZE_MAX / GATE_GROWTH - 1)
		return ERR_NOMEM;
	if ((safe = malloc(len * GATE_GROWTH + 1)) == NULL)
		return ERR_NOMEM;
	for (out = safe, i = 0; i < len;)
		i += gate_character(text + i, len - i, multiline, &marks, &out);
	*out = '\0';
	*ret_safe = safe;
	return ERR_NONE;
}

/* Return what a lower-case letter is compared as, or NULL. */
static const char *
fold_letter(utf8proc_int32_t point)
{
	switch (point) {
	case 0xe6: /* ae, and what Swedish and Finnish write for it */
	case 0xe4:
		return "ae";
	case 0xf8: /* o with stroke, and the same in Swedish */
	case 0xf6:
		return "oe";
	case 0xe5:
	case 0x1fb:
		return "aa";
	case 0xf0:  /* eth */
	case 0x111: /* d with stroke */
		return "d";
	case 0xfe: /* thorn */
		return "th";
	case 0x14b: /* eng */
		return "n";
	case 0x167: /* t with stroke */
		return "t";
	case 0x1e5: /* g with stroke */
		return "g";
	case 0x138: /* kra */
		return "q";
	case 0x142: /* l with stroke */
		return "l";
	case 0x131: /* dotless i */
		return "i";
	default:
		return NULL;
	}
}

/* Text while it is folded. */
struct folding {
	char *out;
	size_t size;
	size_t len;
	bool blank; /* white space was seen since the last letter */
};

static void
put_string(struct folding *folding, const char *text, size_t len)
{
	if (len + 1 > folding->size - folding->len)
		return;
	if (folding->blank && folding->len > 0)
		folding->out[folding->len++] = ' ';
	folding->blank = false;
	memcpy(folding->out + folding->len, text, len);
	folding->len += len;
}

/* Put one code point that needs no more taking apart. */
static void
put_point(struct folding *folding, utf8proc_int32_t point)
{
	const char *letters = fold_letter(point);
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t len;

	if (letters != NULL) {
		put_string(folding, letters, strlen(letters));
		return;
	}
	len = utf8proc_encode_char(point, bytes);
	if (len > 0)
		put_string(folding, (const char *)bytes, (size_t)len);
}

static bool
is_space(utf8proc_int32_t point)
{
	utf8proc_category_t category = utf8proc_category(point);

	return is_control(point) || category == UTF8PROC_CATEGORY_ZS ||
	    category == UTF8PROC_CATEGORY_ZL ||
	    category == UTF8PROC_CATEGORY_ZP;
}

/* Fold one code point of composed, case-folded text. */
static void
fold_point(struct folding *folding, utf8proc_int32_t point)
{
	utf8proc_int32_t parts[PARTS_MAX];
	utf8proc_ssize_t count;
	utf8proc_ssize_t i;

	if (is_space(point)) {
		folding->blank = true;
		return;
	}
	if (fold_letter(point) != NULL) {
		put_point(folding, point);
		return;
	}
	/* Letter and accent apart, the accent dropped. */
	count = utf8proc_decompose_char(point, parts, PARTS_MAX,
	    UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK, NULL);
	for (i = 0; i < count && i < PARTS_MAX; i++)
		put_point(folding, parts[i]);
}

/* Fold composed, case-folded ${text}. */
static enum err
fold_letters(const char *text, char **ret_folded)
{
	struct folding folding = { .len = 0 };
	size_t len = strlen(text);
	utf8proc_int32_t point;
	size_t used;
	size_t i;

	/* One byte for the end, one for the blank of the last piece. */
	folding.size = FOLD_GROWTH * len + 1;
	if ((folding.out = malloc(folding.size + 1)) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < len; i += used) {
		if ((used = read_character(text + i, len - i, &point)) == 0)
			break;
		fold_point(&folding, point);
	}
	folding.out[folding.len] = '\0';
	*ret_folded = folding.out;
	return ERR_NONE;
}

enum err
text_lower(const char *text, char **ret_lower)
{
	utf8proc_uint8_t *composed = NULL;

	if (!text_valid(text, strlen(text)))
		return ERR_SYNTAX;
	if (utf8proc_map((const utf8proc_uint8_t *)text, 0, &composed,
		UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE |
		    UTF8PROC_CASEFOLD | UTF8PROC_IGNORE) < 0)
		return ERR_NOMEM;
	*ret_lower = (char *)composed;
	return ERR_NONE;
}

enum err
text_fold(const char *text, char **ret_folded)
{
	char *lower;
	enum err err;

	if ((err = text_lower(text, &lower)) != ERR_NONE)
		return err;
	err = fold_letters(lower, ret_folded);
	free(lower);
	return err;
}

/* Read the character at ${text} and its width; a broken byte has one column. */
static size_t
measure(const char *text, size_t len, size_t *ret_columns)
{
	utf8proc_int32_t point;
	size_t used = read_character(text, len, &point);
	int columns;

	if (used == 0) {
		*ret_columns = 1;
		return 1;
	}
	columns = utf8proc_charwidth(point);
	*ret_columns = columns > 0 ? (size_t)columns : 0;
	return used;
}

bool
text_akin(const char *a, const char *b)
{
	char *folded_a = NULL;
	char *folded_b = NULL;
	bool akin = false;
	size_t a_len;
	size_t b_len;

	if (text_fold(a, &folded_a) == ERR_NONE &&
	    text_fold(b, &folded_b) == ERR_NONE) {
		a_len = strlen(folded_a);
		b_len = strlen(folded_b);
		akin = strncmp(folded_a, folded_b,
			   a_len < b_len ? a_len : b_len) == 0;
	}
	free(folded_a);
	free(folded_b);
	return akin;
}

size_t
text_width(const char *text)
{
	size_t len = strlen(text);
	size_t columns;
	size_t width = 0;
	size_t i;

	for (i = 0; i < len;) {
		i += measure(text + i, len - i, &columns);
		width += columns;
	}
	return width;
}

size_t
text_cut(const char *text, size_t columns)
{
	size_t len = strlen(text);
	size_t width = 0;
	size_t more;
	size_t used;
	size_t i;

	/* Marks take no column, so they stay with the character they follow. */
	for (i = 0; i < len; i += used) {
		used = measure(text + i, len - i, &more);
		if (width + more > columns)
			break;
		width += more;
	}
	return i;
}
