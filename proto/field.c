#include "proto/field.h"

#include <string.h>

#define WIRE_BITS  3           /* low bits of a tag: the wire type */
#define VARINT_MAX 10          /* bytes of a 64-bit number */
#define SHORT_MAX  5           /* bytes of a tag or a length */
#define NUMBER_MAX 0x1fffffffU /* greatest field number */

struct field_reader
field_reader(struct bytes in)
{
	/* No pointer arithmetic on NULL: an empty message may have no bytes. */
	if (in.len == 0)
		return (struct field_reader){ .at = NULL, .end = NULL };
	return (struct field_reader){ .at = in.data, .end = in.data + in.len };
}

bool
field_more(const struct field_reader *reader)
{
	return reader->at != reader->end;
}

/* Read a number of at most ${max} bytes. */
static enum err
read_varint(struct field_reader *reader, unsigned max, uint64_t *ret_value)
{
	uint64_t value = 0;
	unsigned i;

	for (i = 0; i < max && reader->at != reader->end; i++) {
		uint8_t byte = *reader->at++;

		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte < 0x80) {
			*ret_value = value;
			return ERR_NONE;
		}
	}
	return ERR_SYNTAX;
}

/* Lend the next ${len} bytes. */
static enum err
lend(struct field_reader *reader, uint64_t len, struct bytes *ret_bytes)
{
	if (len > (uint64_t)(reader->end - reader->at))
		return ERR_SYNTAX;
	ret_bytes->data = reader->at;
	ret_bytes->len = (size_t)len;
	reader->at += len;
	return ERR_NONE;
}

/* Read what follows the tag. */
static enum err
read_value(struct field_reader *reader, unsigned wire, struct field *ret_field)
{
	struct bytes raw;
	uint64_t len;
	enum err err;

	switch (wire) {
	case FIELD_VARINT:
		ret_field->wire = FIELD_VARINT;
		return read_varint(reader, VARINT_MAX, &ret_field->value);
	case FIELD_FIXED64:
		ret_field->wire = FIELD_FIXED64;
		if ((err = lend(reader, 8, &raw)) == ERR_NONE)
			ret_field->value = bytes_get_le64(raw.data);
		return err;
	case FIELD_FIXED32:
		ret_field->wire = FIELD_FIXED32;
		if ((err = lend(reader, 4, &raw)) == ERR_NONE)
			ret_field->value = bytes_get_le32(raw.data);
		return err;
	case FIELD_BYTES:
		ret_field->wire = FIELD_BYTES;
		if ((err = read_varint(reader, SHORT_MAX, &len)) != ERR_NONE)
			return err;
		return lend(reader, len, &ret_field->bytes);
	default:
		/* Groups, and wire types that do not exist. */
		return ERR_SYNTAX;
	}
}

enum err
field_next(struct field_reader *reader, struct field *ret_field)
{
	uint64_t tag;
	enum err err;

	if ((err = read_varint(reader, SHORT_MAX, &tag)) != ERR_NONE)
		return err;
	if (tag >> WIRE_BITS == 0 || tag >> WIRE_BITS > NUMBER_MAX)
		return ERR_SYNTAX;
	ret_field->number = (uint32_t)(tag >> WIRE_BITS);
	return read_value(
	    reader, (unsigned)tag & ((1U << WIRE_BITS) - 1), ret_field);
}

enum err
field_u32(const struct field *field, uint32_t *ret_value)
{
	if (field->wire != FIELD_VARINT)
		return ERR_SYNTAX;
	*ret_value = (uint32_t)field->value;
	return ERR_NONE;
}

enum err
field_u64(const struct field *field, uint64_t *ret_value)
{
	if (field->wire != FIELD_VARINT)
		return ERR_SYNTAX;
	*ret_value = field->value;
	return ERR_NONE;
}

enum err
field_flag(const struct field *field, bool *ret_value)
{
	if (field->wire != FIELD_VARINT)
		return ERR_SYNTAX;
	*ret_value = field->value != 0;
	return ERR_NONE;
}

enum err
field_fixed64(const struct field *field, uint64_t *ret_value)
{
	if (field->wire != FIELD_FIXED64)
		return ERR_SYNTAX;
	*ret_value = field->value;
	return ERR_NONE;
}

enum err
field_bytes(const struct field *field, struct bytes *ret_value)
{
	if (field->wire != FIELD_BYTES)
		return ERR_SYNTAX;
	*ret_value = field->bytes;
	return ERR_NONE;
}

enum err
field_copy(const struct field *field, uint8_t *ret_out, size_t len)
{
	if (field->wire != FIELD_BYTES || field->bytes.len != len)
		return ERR_SYNTAX;
	if (len > 0)
		memcpy(ret_out, field->bytes.data, len);
	return ERR_NONE;
}

enum err
field_each(struct bytes in, unsigned max_fields, field_take *take, void *ret)
{
	struct field_reader reader = field_reader(in);
	struct field field;
	unsigned count = 0;

	while (field_more(&reader)) {
		enum err err;

		if (++count > max_fields)
			return ERR_LIMIT;
		if ((err = field_next(&reader, &field)) != ERR_NONE)
			return err;
		if ((err = take(&field, ret)) != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

struct field_writer
field_writer(uint8_t *buf, size_t size)
{
	return (struct field_writer){ .buf = buf, .size = size, .used = 0 };
}

bool
field_full(const struct field_writer *writer)
{
	return writer->buf != NULL && writer->used > writer->size;
}

/* Write ${len} bytes before those already there. */
static void
put(struct field_writer *writer, const void *data, size_t len)
{
	writer->used += len;
	if (writer->buf != NULL && writer->used <= writer->size && len > 0)
		memcpy(writer->buf + writer->size - writer->used, data, len);
}

static void
put_varint(struct field_writer *writer, uint64_t value)
{
	uint8_t bytes[VARINT_MAX];
	size_t len = 0;

	while (value >= 0x80) {
		bytes[len++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	bytes[len++] = (uint8_t)value;
	put(writer, bytes, len);
}

static void
put_tag(struct field_writer *writer, uint32_t number, enum field_wire wire)
{
	put_varint(writer, (uint64_t)number << WIRE_BITS | (uint64_t)wire);
}

void
field_put_u64(struct field_writer *writer, uint32_t number, uint64_t value)
{
	put_varint(writer, value);
	put_tag(writer, number, FIELD_VARINT);
}

void
field_put_fixed64(struct field_writer *writer, uint32_t number, uint64_t value)
{
	uint8_t bytes[8];

	bytes_put_le64(bytes, value);
	put(writer, bytes, sizeof(bytes));
	put_tag(writer, number, FIELD_FIXED64);
}

void
field_put_bytes(
    struct field_writer *writer, uint32_t number, const void *data, size_t len)
{
	put(writer, data, len);
	put_varint(writer, len);
	put_tag(writer, number, FIELD_BYTES);
}

void
field_put_nonzero(struct field_writer *writer, uint32_t number, uint64_t value)
{
	if (value != 0)
		field_put_u64(writer, number, value);
}

void
field_put_text(struct field_writer *writer, uint32_t number, const char *text)
{
	if (text != NULL && text[0] != '\0')
		field_put_bytes(writer, number, text, strlen(text));
}

void
field_put_message(struct field_writer *writer, uint32_t number, size_t mark)
{
	put_varint(writer, writer->used - mark);
	put_tag(writer, number, FIELD_BYTES);
}

enum err
field_finish(const struct field_writer *writer, size_t *ret_len)
{
	if (field_full(writer))
		return ERR_SIZE;
	memmove(writer->buf, writer->buf + writer->size - writer->used,
	    writer->used);
	*ret_len = writer->used;
	return ERR_NONE;
}
