#ifndef ERFA_FIELD_H
#define ERFA_FIELD_H

/*
 * field - read and write protobuf fields by hand, without allocating.
 *
 * For what is read and written too often for a general decoder: headers, and
 * the messages between nodes on their way out.  It knows the wire format and no
 * message.
 *
 * The reader refuses what proto/scan refuses (truncated bytes, a tag or length
 * of more than five bytes, a number of more than ten, field number 0, groups)
 * and leaves it to the caller to skip fields that it does not know.
 *
 * The writer runs backwards, last field first, so that the length of a nested
 * message is known when its tag is written.  Without a buffer it only counts.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/err.h"

/* Wire types; the two group types are refused. */
enum field_wire {
	FIELD_VARINT = 0,
	FIELD_FIXED64 = 1,
	FIELD_BYTES = 2,
	FIELD_FIXED32 = 5,
};

/* Encoded fields, and how far they are read. */
struct field_reader {
	const uint8_t *at;
	const uint8_t *end;
};

/* One field as read. */
struct field {
	uint32_t number;
	enum field_wire wire;
	uint64_t value;     /* VARINT, FIXED64, FIXED32 */
	struct bytes bytes; /* BYTES: leads into what is read */
};

/**
 * field_reader(in):
 * A reader of the fields in ${in}, which must outlive it.
 */
struct field_reader field_reader(struct bytes in);

/**
 * field_more(reader):
 * Return whether bytes are left.
 */
bool field_more(const struct field_reader *reader);

/**
 * field_next(reader, ret_field):
 * Read the next field; call it only if field_more().  Return ERR_SYNTAX if the
 * bytes are none.
 */
enum err field_next(
    struct field_reader *reader, struct field *ret_field) MUST_CHECK;

/**
 * field_u32(field, ret_value), field_u64(field, ret_value),
 * field_flag(field, ret_value), field_fixed64(field, ret_value),
 * field_bytes(field, ret_value):
 * Take the value of ${field}.  A number too large for its type loses its upper
 * bits, as everywhere in protobuf.  Return ERR_SYNTAX if ${field} has another
 * wire type.
 */
enum err field_u32(const struct field *field, uint32_t *ret_value) MUST_CHECK;
enum err field_u64(const struct field *field, uint64_t *ret_value) MUST_CHECK;
enum err field_flag(const struct field *field, bool *ret_value) MUST_CHECK;
enum err field_fixed64(
    const struct field *field, uint64_t *ret_value) MUST_CHECK;
enum err field_bytes(
    const struct field *field, struct bytes *ret_value) MUST_CHECK;

/**
 * field_copy(field, ret_out, len):
 * Take exactly ${len} bytes.  Return ERR_SYNTAX if ${field} has another wire
 * type or length.
 */
enum err field_copy(
    const struct field *field, uint8_t *ret_out, size_t len) MUST_CHECK;

/* What is done with one field; the numbers it does not know it passes over. */
typedef enum err field_take(const struct field *field, void *ret);

/**
 * field_each(in, max_fields, take, ret):
 * Hand the fields of ${in} to ${take} in turn, with ${ret}, until it returns an
 * error, which is passed on.  Return ERR_SYNTAX if the bytes do not parse, or
 * ERR_LIMIT if there are more than ${max_fields}.
 */
enum err field_each(struct bytes in, unsigned max_fields, field_take *take,
    void *ret) MUST_CHECK;

/* Where fields are written to. */
struct field_writer {
	uint8_t *buf; /* NULL: only count */
	size_t size;  /* of buf */
	size_t used;  /* bytes written so far; they end at buf + size */
};

/**
 * field_writer(buf, size):
 * A writer to the ${size} bytes at ${buf}; one that only counts if ${buf} is
 * NULL.
 */
struct field_writer field_writer(uint8_t *buf, size_t size);

/**
 * field_full(writer):
 * Return whether more was written than ${writer} has room for.  The bytes in
 * its buffer are worthless then, and used is what would have been needed.
 */
bool field_full(const struct field_writer *writer);

/**
 * field_put_u64(writer, number, value), field_put_fixed64(writer, number,
 * value), field_put_bytes(writer, number, data, len):
 * Write one field before those already there, whatever its value.  ${data} may
 * be NULL if ${len} is 0.
 */
void field_put_u64(
    struct field_writer *writer, uint32_t number, uint64_t value);
void field_put_fixed64(
    struct field_writer *writer, uint32_t number, uint64_t value);
void field_put_bytes(
    struct field_writer *writer, uint32_t number, const void *data, size_t len);

/**
 * field_put_nonzero(writer, number, value), field_put_text(writer, number,
 * text):
 * The same, unless the number is 0 or the text empty or NULL: such fields are
 * left out.
 */
void field_put_nonzero(
    struct field_writer *writer, uint32_t number, uint64_t value);
void field_put_text(
    struct field_writer *writer, uint32_t number, const char *text);

/**
 * field_put_message(writer, number, mark):
 * Make what was written since ${writer}->used was ${mark} one nested message.
 */
void field_put_message(
    struct field_writer *writer, uint32_t number, size_t mark);

/**
 * field_finish(writer, ret_len):
 * Move what was written to the start of the buffer and tell its length.  Return
 * ERR_SIZE if there was no room for it.
 */
enum err field_finish(
    const struct field_writer *writer, size_t *ret_len) MUST_CHECK;

#endif /* !ERFA_FIELD_H */
