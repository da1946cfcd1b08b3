#ifndef ERFA_JSON_H
#define ERFA_JSON_H

/*
 * json - protobuf messages as JSON and back, by the canonical mapping.
 *
 * Driven by protobuf-c's descriptors, so that every message of the schema has
 * its JSON without code of its own.  The only user of jansson.  The mapping, as
 * in python's json_format:
 *
 *   fields    lowerCamelCase; the names of the .proto file are read too
 *   numbers   32 bits as numbers, 64 bits as strings; both are read for either,
 *             and 1.0 or 1e3 for whole numbers.  A bare whole number beyond 64
 *             bits, signed, would lose digits and is refused: quote it
 *   floats    shortest text that reads back the same; "NaN", "Infinity",
 *             "-Infinity"
 *   bytes     base64 with padding; the URL-safe alphabet and missing padding
 *             are read too
 *   enums     by name; a number that has no name as a number; both are read
 *   null      as if the field were not there
 *
 * The schema has no maps, no required fields, no groups and no extensions.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"

struct ProtobufCMessage;
struct ProtobufCMessageDescriptor;

#define JSON_DEPTH_MAX 32       /* levels of messages */
#define JSON_TEXT_MAX  16777216 /* bytes of a text that is read */

struct json_options {
	bool pretty; /* lines, indented by two blanks; else one line */
	/*
	 * Print fields that are not set: [] for a repeated one, its default for
	 * any other.  Messages and members of a oneof stay out if not set.
	 */
	bool print_defaults;
	/*
	 * Print bytes as lower-case hexadecimal digits.  Such a text is for
	 * people: it does not read back, since bytes are always read as base64.
	 */
	bool hex_bytes;
};

/* What is wrong with a text, ready to be shown: all of it is printable. */
struct json_error {
	unsigned line;   /* from 1; 0 = the text as a whole */
	unsigned column; /* from 1, in characters */
	char path[256];  /* "trial.barriers[2].text"; empty = outermost */
	char text[512];  /* what is wrong and what to do, without a full stop */
};

/**
 * json_from_message(msg, options, ret_text):
 * Print ${msg} as one JSON object, without a newline at its end; NULL
 * ${options} are all false.  Fields stand in the order of their numbers;
 * unknown fields are left out.  The text is valid UTF-8 and safe on a terminal
 * (see jsontext_string()).  The caller frees it with free().  Return ERR_DEPTH
 * if messages are nested deeper than JSON_DEPTH_MAX, or ERR_NOMEM.
 */
enum err json_from_message(const struct ProtobufCMessage *msg,
    const struct json_options *options, char **ret_text) MUST_CHECK;

/**
 * json_to_message(desc, text, len, ret_msg, ret_error):
 * Read the ${len} bytes at ${text}, one JSON object, as a message of type
 * ${desc}.  The caller frees it with protobuf_c_message_free_unpacked(msg,
 * NULL).  Return ERR_SIZE if there are none or more than JSON_TEXT_MAX;
 * ERR_SYNTAX if they are not JSON, a name stands twice or is not that of a
 * field, two members of a oneof are set, or a value does not fit its field;
 * ERR_DEPTH if messages are nested deeper than JSON_DEPTH_MAX; or ERR_NOMEM.
 * *${ret_error} is written only on failure, and always then.
 */
enum err json_to_message(const struct ProtobufCMessageDescriptor *desc,
    const char *text, size_t len, struct ProtobufCMessage **ret_msg,
    struct json_error *ret_error) MUST_CHECK;

/**
 * json_to_message_lenient(desc, text, len, ret_msg, ret_error):
 * As json_to_message(), but leave out names that are not those of a field: for
 * texts that a newer program wrote.
 */
enum err json_to_message_lenient(const struct ProtobufCMessageDescriptor *desc,
    const char *text, size_t len, struct ProtobufCMessage **ret_msg,
    struct json_error *ret_error) MUST_CHECK;

#endif /* !ERFA_JSON_H */
