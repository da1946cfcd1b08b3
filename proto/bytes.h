#ifndef ERFA_BYTES_H
#define ERFA_BYTES_H

/*
 * bytes - integers, hexadecimal and Crockford base32 as bytes and text.
 *
 * All integers of the format are little-endian; keys in the store that must
 * sort are big-endian.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

/* Bytes that somebody else owns. */
struct bytes {
	const uint8_t *data; /* may be NULL if len is 0 */
	size_t len;
};

/**
 * bytes_equal(a, b):
 * Return whether ${a} and ${b} hold the same bytes.  Not for secrets.
 */
bool bytes_equal(struct bytes a, struct bytes b);

/**
 * bytes_put_le32(out, value), bytes_put_le64(out, value),
 * bytes_put_be64(out, value):
 * Write ${value} to the 4 or 8 bytes at ${out}.
 */
void bytes_put_le32(uint8_t *out, uint32_t value);
void bytes_put_le64(uint8_t *out, uint64_t value);
void bytes_put_be64(uint8_t *out, uint64_t value);

/**
 * bytes_get_le32(in), bytes_get_le64(in), bytes_get_be64(in):
 * Read an integer from the 4 or 8 bytes at ${in}.
 */
uint32_t bytes_get_le32(const uint8_t *in);
uint64_t bytes_get_le64(const uint8_t *in);
uint64_t bytes_get_be64(const uint8_t *in);
uint32_t bytes_get_be32(const uint8_t *in);

/**
 * bytes_hex(in, len, out):
 * Write ${len} bytes at ${in} as 2 * ${len} lower-case hexadecimal digits and
 * a NUL to ${out}.
 */
void bytes_hex(const uint8_t *in, size_t len, char *out);

/**
 * bytes_unhex(text, ret_out, len):
 * Read exactly 2 * ${len} hexadecimal digits, of either case, from the string
 * ${text} to ${ret_out}.  Return ERR_SIZE if there are more or fewer, or
 * ERR_SYNTAX if a character is no digit; ${ret_out} is untouched then.
 */
enum err bytes_unhex(const char *text, uint8_t *ret_out, size_t len) MUST_CHECK;

/* Characters that base32 takes for len bytes, the NUL not counted. */
#define BYTES_BASE32_CHARS(len) (((len)*8 + 4) / 5)

/**
 * bytes_base32(in, len, out):
 * Write ${len} bytes as lower-case Crockford base32 without padding and a NUL
 * to ${out}: first bit first, the last character filled with zero bits.
 */
void bytes_base32(const uint8_t *in, size_t len, char *out);

/**
 * bytes_unbase32(text, chars, ret_out, len):
 * Read ${len} bytes from exactly ${chars} = BYTES_BASE32_CHARS(${len})
 * characters at ${text}.  Upper case and Crockford's look-alikes are accepted
 * (o as 0, i and l as 1).  Return ERR_SIZE if ${chars} is another number, or
 * ERR_SYNTAX for a character outside the alphabet or fill bits that are not
 * zero; ${ret_out} is untouched then.
 */
enum err bytes_unbase32(
    const char *text, size_t chars, uint8_t *ret_out, size_t len) MUST_CHECK;

#endif /* !ERFA_BYTES_H */
