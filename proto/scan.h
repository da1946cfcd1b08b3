#ifndef ERFA_SCAN_H
#define ERFA_SCAN_H

/*
 * scan - walk foreign protobuf bytes before protobuf-c sees them.
 *
 * protobuf-c bounds neither depth nor memory: a megabyte of empty repeated
 * messages makes it allocate 64 times as much, and each level of nesting is a
 * level of its recursion.  The scan reads the wire format along the message's
 * descriptor and refuses what is damaged or too much, so that decoding after it
 * can only fail for want of memory.  It allocates nothing and changes nothing.
 *
 * Refused as ERR_SYNTAX, always: truncated bytes; a varint of more than ten
 * bytes; a tag or length of more than five; field number 0; groups; a known
 * field with another wire type than its own (a repeated number may be packed or
 * not); a packed array that does not come out even; a message field that is not
 * repeated and yet occurs twice (protobuf-c would merge them, in a time that
 * grows with the square of their number).  Unknown fields are skipped.
 *
 * Refused by the strict calls in addition, for what our own programs write:
 * unknown fields; any field that is not repeated occurring twice; two members
 * of one oneof; a number that its type cannot hold; text that is not UTF-8 or
 * holds a NUL, which protobuf-c would cut.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

struct ProtobufCFieldDescriptor;
struct ProtobufCMessage;
struct ProtobufCMessageDescriptor;

#define SCAN_DEPTH_MAX  64  /* no limit on nesting may be above this */
#define SCAN_FIELDS_MAX 512 /* fields that one message type may declare */

/* What one encoded message may cost. */
struct scan_limits {
	size_t max_bytes;   /* encoded length */
	unsigned max_depth; /* levels of messages; the outermost is level 1 */
	size_t max_fields;  /* tags seen in all, unknown fields included */
	size_t max_alloc;   /* bytes protobuf-c will allocate, never less */
};

/**
 * scan_message(desc, buf, len, limits):
 * Return ERR_NONE if the ${len} bytes at ${buf} can be decoded as ${desc}
 * within ${limits}.  No bytes at all are an empty message.  Return ERR_SIZE if
 * there are more bytes than max_bytes, ERR_SYNTAX if they do not parse (above),
 * ERR_DEPTH if messages are nested deeper than max_depth, ERR_LIMIT if there
 * are more than max_fields tags, or if decoding would allocate more than
 * max_alloc bytes.  A ${desc} with more than SCAN_FIELDS_MAX fields is
 * ERR_LIMIT.
 */
enum err scan_message(const struct ProtobufCMessageDescriptor *desc,
    const uint8_t *buf, size_t len,
    const struct scan_limits *limits) MUST_CHECK;

/**
 * scan_strict(desc, buf, len, limits):
 * As scan_message(), and return ERR_SYNTAX also for what the comment at the top
 * names for the strict calls.
 */
enum err scan_strict(const struct ProtobufCMessageDescriptor *desc,
    const uint8_t *buf, size_t len,
    const struct scan_limits *limits) MUST_CHECK;

/**
 * scan_unpack(desc, limits, buf, len, ret_msg):
 * Decode the ${len} bytes at ${buf} as ${desc} after scan_message().  The
 * message copies the bytes; the caller frees it with
 * protobuf_c_message_free_unpacked(msg, NULL).  Return ERR_NOMEM, or an error
 * of scan_message().  Types with required fields are not meant for this: a
 * missing one would be told as ERR_NOMEM.
 */
enum err scan_unpack(const struct ProtobufCMessageDescriptor *desc,
    const struct scan_limits *limits, const uint8_t *buf, size_t len,
    struct ProtobufCMessage **ret_msg) MUST_CHECK;

/**
 * scan_unpack_strict(desc, limits, buf, len, ret_msg):
 * As scan_unpack(), after scan_strict().
 */
enum err scan_unpack_strict(const struct ProtobufCMessageDescriptor *desc,
    const struct scan_limits *limits, const uint8_t *buf, size_t len,
    struct ProtobufCMessage **ret_msg) MUST_CHECK;

/**
 * scan_element_size(field):
 * Return the bytes of one element in the array of the repeated ${field}.
 */
size_t scan_element_size(const struct ProtobufCFieldDescriptor *field);

#endif /* !ERFA_SCAN_H */
