#include "proto/bytes.h"

#include <string.h>

#define BASE32_BITS 5

static const char hex_digits[] = "0123456789abcdef";

/* Crockford's alphabet: no i, l, o, u. */
static const char base32_digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

void
bytes_put_le32(uint8_t *out, uint32_t value)
{
	int i;

	for (i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

void
bytes_put_le64(uint8_t *out, uint64_t value)
{
	int i;

	for (i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

void
bytes_put_be64(uint8_t *out, uint64_t value)
{
	int i;

	for (i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (8 * (7 - i)));
}

uint32_t
bytes_get_le32(const uint8_t *in)
{
	uint32_t value = 0;
	int i;

	for (i = 0; i < 4; i++)
		value |= (uint32_t)in[i] << (8 * i);
	return value;
}

uint64_t
bytes_get_le64(const uint8_t *in)
{
	uint64_t value = 0;
	int i;

	for (i = 0; i < 8; i++)
		value |= (uint64_t)in[i] << (8 * i);
	return value;
}

uint64_t
bytes_get_be64(const uint8_t *in)
{
	uint64_t value = 0;
	int i;

	for (i = 0; i < 8; i++)
		value = value << 8 | in[i];
	return value;
}

uint32_t
bytes_get_be32(const uint8_t *in)
{
	uint32_t value = 0;
	int i;

	for (i = 0; i < 4; i++)
		value = value << 8 | in[i];
	return value;
}

void
bytes_hex(const uint8_t *in, size_t len, char *out)
{
	size_t i;

	for (i = 0; i < len; i++) {
		*out++ = hex_digits[in[i] >> 4];
		*out++ = hex_digits[in[i] & 0xf];
	}
	*out = '\0';
}

/* Return the value of a digit of either case, or -1. */
static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum err
bytes_unhex(const char *text, uint8_t *ret_out, size_t len)
{
	size_t i;

	/* Look first, write then, so that a bad text changes nothing. */
	if (strlen(text) != 2 * len)
		return ERR_SIZE;
	for (i = 0; i < 2 * len; i++)
		if (hex_value(text[i]) < 0)
			return ERR_SYNTAX;

	for (i = 0; i < len; i++)
		ret_out[i] = (uint8_t)((unsigned)hex_value(text[2 * i]) << 4 |
		    (unsigned)hex_value(text[2 * i + 1]));
	return ERR_NONE;
}

void
bytes_base32(const uint8_t *in, size_t len, char *out)
{
	unsigned held = 0;
	unsigned bits = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		held = (held << 8 | in[i]) & 0xfff;
		for (bits += 8; bits >= BASE32_BITS; bits -= BASE32_BITS)
			*out++ =
			    base32_digits[held >> (bits - BASE32_BITS) & 0x1f];
	}
	if (bits > 0)
		*out++ = base32_digits[held << (BASE32_BITS - bits) & 0x1f];
	*out = '\0';
}

/* Return the value of a character, look-alikes included, or -1. */
static int
base32_value(char c)
{
	const char *at;

	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	if (c == 'o')
		c = '0';
	if (c == 'i' || c == 'l')
		c = '1';
	at = c == '\0' ? NULL : strchr(base32_digits, c);
	return at == NULL ? -1 : (int)(at - base32_digits);
}

/* Does the last character hold nothing but zeros after the last byte? */
static bool
fill_is_zero(char last, size_t chars, size_t len)
{
	unsigned fill = (unsigned)(chars * BASE32_BITS - len * 8);

	return ((unsigned)base32_value(last) & ((1U << fill) - 1)) == 0;
}

enum err
bytes_unbase32(const char *text, size_t chars, uint8_t *ret_out, size_t len)
{
	unsigned held = 0;
	unsigned bits = 0;
	size_t i;

	/* Look first, write then, so that a bad text changes nothing. */
	if (chars != BYTES_BASE32_CHARS(len))
		return ERR_SIZE;
	for (i = 0; i < chars; i++)
		if (base32_value(text[i]) < 0)
			return ERR_SYNTAX;
	if (chars > 0 && !fill_is_zero(text[chars - 1], chars, len))
		return ERR_SYNTAX;

	for (i = 0; i < chars; i++) {
		held = (held << BASE32_BITS | (unsigned)base32_value(text[i])) &
		    0xfff;
		bits += BASE32_BITS;
		if (bits >= 8) {
			bits -= 8;
			*ret_out++ = (uint8_t)(held >> bits);
		}
	}
	return ERR_NONE;
}
