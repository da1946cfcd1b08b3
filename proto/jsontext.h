#ifndef ERFA_JSONTEXT_H
#define ERFA_JSONTEXT_H

/*
 * jsontext - the words of JSON: a text that grows, strings, numbers, base64.
 *
 * Knows no protobuf message and no structure of objects and lists; that is
 * jsonout's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

/*
 * A text being written; start with { 0 }.  A failed call leaves a mark, the
 * calls after it do nothing, and jsontext_take() tells.
 */
struct jsontext {
	char *text;
	size_t len;
	size_t room;
	bool failed;
};

#define JSONTEXT_NAME_MAX 128 /* a field's JSON name with its NUL, bytes */

/**
 * jsontext_clear(out):
 * Free what ${out} holds and make it empty.
 */
void jsontext_clear(struct jsontext *out);

/**
 * jsontext_take(out, ret_text):
 * Hand over the text with a NUL at its end; the caller frees it with free().
 * ${out} is empty afterwards.  Return ERR_NOMEM if memory ran out on the way.
 */
enum err jsontext_take(struct jsontext *out, char **ret_text) MUST_CHECK;

/**
 * jsontext_add(out, text, len), jsontext_puts(out, text):
 * Append ${text} as it is.
 */
void jsontext_add(struct jsontext *out, const char *text, size_t len);
void jsontext_puts(struct jsontext *out, const char *text);

/**
 * jsontext_string(out, text, len):
 * Append ${len} bytes of UTF-8 as a JSON string in quotes that is safe on a
 * terminal: C0, DEL, C1, line separators, bidi controls, zero-width and tag
 * characters become \u escapes.  A byte that is not UTF-8 becomes \ufffd.
 */
void jsontext_string(struct jsontext *out, const char *text, size_t len);

/**
 * jsontext_int(out, value), jsontext_uint(out, value):
 * Append a whole number.
 */
void jsontext_int(struct jsontext *out, int64_t value);
void jsontext_uint(struct jsontext *out, uint64_t value);

/**
 * jsontext_double(out, value), jsontext_float(out, value):
 * Append the shortest number that reads back as ${value}, whatever the locale;
 * "NaN", "Infinity" and "-Infinity" in quotes.
 */
void jsontext_double(struct jsontext *out, double value);
void jsontext_float(struct jsontext *out, float value);

/**
 * jsontext_base64(out, data, len), jsontext_hex(out, data, len):
 * Append ${len} bytes as base64 with padding, or as lower-case hexadecimal
 * digits, in quotes.
 */
void jsontext_base64(struct jsontext *out, const uint8_t *data, size_t len);
void jsontext_hex(struct jsontext *out, const uint8_t *data, size_t len);

/**
 * jsontext_unbase64(text, len, out, ret_len):
 * Read ${len} characters of base64 to ${out}, which has room for ${len} bytes.
 * Both alphabets are accepted (+/ and -_), and missing padding.  Return
 * ERR_SYNTAX for any other character, a length that cannot be, or bits at the
 * end that are not zero.
 */
enum err jsontext_unbase64(
    const char *text, size_t len, uint8_t *out, size_t *ret_len) MUST_CHECK;

/**
 * jsontext_name(field, ret_name):
 * Write the JSON name of the protobuf field ${field} to ${ret_name}, cut to
 * JSONTEXT_NAME_MAX: underscores go, the letter after one becomes a capital.
 */
void jsontext_name(const char *field, char ret_name[JSONTEXT_NAME_MAX]);

#endif /* !ERFA_JSONTEXT_H */
