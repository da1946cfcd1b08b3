#include "proto/jsontext.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST     256  /* bytes of a text's first allocation */
#define NUMBER_ROOM    40   /* bytes of the longest number with its NUL */
#define WHOLE_MAX      1e15 /* up to it whole numbers have no exponent */
#define DOUBLE_DIGITS  17   /* that tell every double from its neighbours */
#define FLOAT_DIGITS   9    /* the same for a float */
#define REPLACEMENT    0xfffd
#define BMP_END        0x10000
#define BASE64_BAD     0xff
#define BASE64_PADDING '='

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";
static const char hex_digits[] = "0123456789abcdef";

/* Characters that may fool whoever reads them, first and last. */
static const struct {
	uint32_t first;
	uint32_t last;
} unsafe[] = {
	{ 0x00, 0x1f },       /* C0 */
	{ 0x7f, 0x9f },       /* DEL and C1 */
	{ 0xad, 0xad },       /* soft hyphen */
	{ 0x61c, 0x61c },     /* Arabic letter mark */
	{ 0x200b, 0x200f },   /* zero width, left-to-right and its kin */
	{ 0x2028, 0x202e },   /* line separators, bidi embeddings */
	{ 0x2060, 0x206f },   /* word joiner, bidi isolates */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xfff9, 0xfffb },   /* interlinear annotation */
	{ 0xe0000, 0xe007f }, /* tags */
};

/* Make room for ${more} bytes and a NUL. */
static bool
grow(struct jsontext *out, size_t more)
{
	size_t room = out->room == 0 ? ROOM_FIRST : out->room;
	char *text;

	if (out->failed)
		return false;
	if (more < out->room - out->len)
		return true;
	while (room - out->len <= more) {
		if (room > SIZE_MAX / 2) {
			out->failed = true;
			return false;
		}
		room *= 2;
	}
	if ((text = realloc(out->text, room)) == NULL) {
		out->failed = true;
		return false;
	}
	out->text = text;
	out->room = room;
	return true;
}

void
jsontext_clear(struct jsontext *out)
{
	free(out->text);
	*out = (struct jsontext){ 0 };
}

enum err
jsontext_take(struct jsontext *out, char **ret_text)
{
	if (!grow(out, 0)) {
		jsontext_clear(out);
		return ERR_NOMEM;
	}
	out->text[out->len] = '\0';
	*ret_text = out->text;
	*out = (struct jsontext){ 0 };
	return ERR_NONE;
}

void
jsontext_add(struct jsontext *out, const char *text, size_t len)
{
	if (len == 0 || !grow(out, len))
		return;
	memcpy(out->text + out->len, text, len);
	out->len += len;
}

void
jsontext_puts(struct jsontext *out, const char *text)
{
	jsontext_add(out, text, strlen(text));
}

/* Append one unit of UTF-16 as an escape. */
static void
add_escape(struct jsontext *out, uint32_t unit)
{
	char text[] = "\\u0000";

	text[2] = hex_digits[unit >> 12 & 15];
	text[3] = hex_digits[unit >> 8 & 15];
	text[4] = hex_digits[unit >> 4 & 15];
	text[5] = hex_digits[unit & 15];
	jsontext_puts(out, text);
}

/* Append a character as escapes. */
static void
add_escaped(struct jsontext *out, uint32_t c)
{
	switch (c) {
	case '"':
		jsontext_puts(out, "\\\"");
		return;
	case '\\':
		jsontext_puts(out, "\\\\");
		return;
	case '\n':
		jsontext_puts(out, "\\n");
		return;
	case '\r':
		jsontext_puts(out, "\\r");
		return;
	case '\t':
		jsontext_puts(out, "\\t");
		return;
	default:
		break;
	}
	if (c >= BMP_END) {
		add_escape(out, 0xd800 + ((c - BMP_END) >> 10));
		c = 0xdc00 + (c & 0x3ff);
	}
	add_escape(out, c);
}

/* Decode one character; return its length, or 0 if it is not UTF-8. */
static size_t
decode(const uint8_t *at, size_t left, uint32_t *ret_c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, BMP_END };
	uint32_t c = at[0];
	size_t len;
	size_t i;

	if (c < 0x80) {
		*ret_c = c;
		return 1;
	}
	if (c < 0xc2 || c > 0xf4)
		return 0;
	len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (len > left)
		return 0;
	c &= 0x7fU >> len;
	for (i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (at[i] & 0x3fU);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*ret_c = c;
	return len;
}

/* Must this character be escaped? */
static bool
must_escape(uint32_t c)
{
	size_t i;

	if (c == '"' || c == '\\')
		return true;
	for (i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		if (c >= unsafe[i].first && c <= unsafe[i].last)
			return true;
	return false;
}

void
jsontext_string(struct jsontext *out, const char *text, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t start = 0;
	size_t i = 0;

	jsontext_puts(out, "\"");
	while (i < len) {
		uint32_t c;
		size_t step = decode(bytes + i, len - i, &c);

		/* What needs no escape is copied in one piece. */
		if (step > 0 && !must_escape(c)) {
			i += step;
			continue;
		}
		jsontext_add(out, text + start, i - start);
		add_escaped(out, step == 0 ? REPLACEMENT : c);
		i += step == 0 ? 1 : step;
		start = i;
	}
	jsontext_add(out, text + start, len - start);
	jsontext_puts(out, "\"");
}

void
jsontext_int(struct jsontext *out, int64_t value)
{
	char text[NUMBER_ROOM];

	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	jsontext_puts(out, text);
}

void
jsontext_uint(struct jsontext *out, uint64_t value)
{
	char text[NUMBER_ROOM];

	(void)snprintf(text, sizeof(text), "%" PRIu64, value);
	jsontext_puts(out, text);
}

/* Append what printf wrote, with a point whatever the locale. */
static void
add_number(struct jsontext *out, const char *text)
{
	size_t digits;

	/* Without a point readers take it for the whole number 0, unsigned. */
	if (strcmp(text, "-0") == 0) {
		jsontext_puts(out, "-0.0");
		return;
	}
	while (*text != '\0') {
		digits = strspn(text, "0123456789+-e");
		jsontext_add(out, text, digits);
		text += digits;
		if (*text == '\0')
			break;
		jsontext_puts(out, ".");
		text += strcspn(text, "0123456789");
	}
}

/* Append what is not a number; tell whether that was all. */
static bool
add_special(struct jsontext *out, double value)
{
	if (isnan(value))
		jsontext_puts(out, "\"NaN\"");
	else if (isinf(value))
		jsontext_puts(
		    out, value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
	else
		return false;
	return true;
}

void
jsontext_double(struct jsontext *out, double value)
{
	char text[NUMBER_ROOM];
	int digits;

	if (add_special(out, value))
		return;
	for (digits = 1; digits <= DOUBLE_DIGITS; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	/* Whole numbers as people write them: 220, and not 2.2e+02. */
	if (value > -WHOLE_MAX && value < WHOLE_MAX &&
	    strchr(text, 'e') != NULL && value == (double)(int64_t)value)
		(void)snprintf(text, sizeof(text), "%" PRId64, (int64_t)value);
	add_number(out, text);
}

void
jsontext_float(struct jsontext *out, float value)
{
	char text[NUMBER_ROOM];
	int digits;

	if (add_special(out, (double)value))
		return;
	for (digits = 1; digits <= FLOAT_DIGITS; digits++) {
		(void)snprintf(
		    text, sizeof(text), "%.*g", digits, (double)value);
		if (strtof(text, NULL) == value)
			break;
	}
	add_number(out, text);
}

/* Append up to three bytes as four characters. */
static void
add_quartet(struct jsontext *out, const uint8_t *data, size_t len)
{
	uint32_t bits = (uint32_t)data[0] << 16;
	char text[] = { '=', '=', '=', '=' };

	if (len > 1)
		bits |= (uint32_t)data[1] << 8;
	if (len > 2)
		bits |= data[2];
	text[0] = base64_digits[bits >> 18];
	text[1] = base64_digits[bits >> 12 & 63];
	if (len > 1)
		text[2] = base64_digits[bits >> 6 & 63];
	if (len > 2)
		text[3] = base64_digits[bits & 63];
	jsontext_add(out, text, sizeof(text));
}

void
jsontext_base64(struct jsontext *out, const uint8_t *data, size_t len)
{
	size_t i;

	jsontext_puts(out, "\"");
	for (i = 0; i < len; i += 3)
		add_quartet(out, data + i, len - i);
	jsontext_puts(out, "\"");
}

void
jsontext_hex(struct jsontext *out, const uint8_t *data, size_t len)
{
	char text[2];
	size_t i;

	jsontext_puts(out, "\"");
	for (i = 0; i < len; i++) {
		text[0] = hex_digits[data[i] >> 4];
		text[1] = hex_digits[data[i] & 15];
		jsontext_add(out, text, sizeof(text));
	}
	jsontext_puts(out, "\"");
}

/* Return the six bits of a digit of either alphabet, or BASE64_BAD. */
static uint32_t
base64_bits(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint32_t)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (uint32_t)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0') + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return BASE64_BAD;
}

enum err
jsontext_unbase64(const char *text, size_t len, uint8_t *out, size_t *ret_len)
{
	uint32_t bits = 0;
	uint32_t digit;
	unsigned have = 0;
	size_t done = 0;
	size_t i;

	/* Padding only fills up the last four characters, and may be missing. */
	for (i = 0; i < 2 && len > 0 && (len + i) % 4 == 0; i++)
		if (text[len - 1] == BASE64_PADDING)
			len--;
	if (len % 4 == 1)
		return ERR_SYNTAX;

	for (i = 0; i < len; i++) {
		if ((digit = base64_bits(text[i])) == BASE64_BAD)
			return ERR_SYNTAX;
		bits = bits << 6 | digit;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[done++] = (uint8_t)(bits >> have);
			bits &= (1U << have) - 1;
		}
	}
	if (bits != 0)
		return ERR_SYNTAX;
	*ret_len = done;
	return ERR_NONE;
}

void
jsontext_name(const char *field, char ret_name[JSONTEXT_NAME_MAX])
{
	bool capital = false;
	size_t len = 0;

	for (; *field != '\0' && len < JSONTEXT_NAME_MAX - 1; field++) {
		char c = *field;

		if (c == '_') {
			capital = true;
			continue;
		}
		if (capital && c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		capital = false;
		ret_name[len++] = c;
	}
	ret_name[len] = '\0';
}
