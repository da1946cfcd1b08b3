#include "proto/scan.h"

#include <assert.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include <protobuf-c/protobuf-c.h>

/* The wire format's numbers that protobuf-c does not name. */
#define VARINT_MAX 10          /* bytes of a 64-bit number */
#define SHORT_MAX  5           /* bytes of a tag or a length */
#define NUMBER_MAX 0x1fffffffU /* greatest field number */
#define WIRE_BITS  3           /* low bits of a tag: the wire type */

/*
 * What one allocation costs besides the bytes asked for: a C library's header
 * and rounding, taken generously.
 */
#define ALLOC_EXTRA 32

/*
 * protobuf-c notes each field of a message in slabs of 16, 32, 64 ... notes; the
 * first is on its stack.
 */
#define SLAB_FIRST 16
#define NOTE_BYTES 32

/* protobuf-c keeps one bit a field, on its stack up to this many bytes. */
#define BITMAP_STACK 16

#define SEEN_WORDS (SCAN_FIELDS_MAX / 64)

struct scan {
	const struct scan_limits *limits;
	bool strict;
	unsigned depth;
	size_t fields;
	size_t alloc;
};

struct cursor {
	const uint8_t *at;
	const uint8_t *end;
};

/* One message while it is walked. */
struct level {
	const ProtobufCMessageDescriptor *desc;
	size_t fields;
	uint64_t seen[SEEN_WORDS]; /* one bit a declared field */
};

/* One field as it stands on the wire. */
struct item {
	const ProtobufCFieldDescriptor *field; /* NULL: unknown */
	uint32_t wire;
	uint64_t number;      /* of wire type VARINT */
	const uint8_t *start; /* after the tag */
	struct cursor body;   /* of wire type LENGTH_PREFIXED */
	size_t len;           /* from start on */
};

static enum err scan_level(struct scan *scan,
    const ProtobufCMessageDescriptor *desc, struct cursor in);

/* Read a number of at most ${max} bytes. */
static bool
read_varint(struct cursor *in, unsigned max, uint64_t *ret_value)
{
	uint64_t value = 0;
	unsigned i;

	for (i = 0; i < max && in->at < in->end; i++) {
		uint8_t byte = *in->at++;

		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte < 0x80) {
			*ret_value = value;
			return true;
		}
	}
	return false;
}

/* Step over ${len} bytes. */
static bool
skip(struct cursor *in, uint64_t len)
{
	if (len > (uint64_t)(in->end - in->at))
		return false;
	in->at += len;
	return true;
}

/* Add ${count} times ${size} bytes to the bill. */
static enum err
charge(struct scan *scan, size_t count, size_t size)
{
	if (count > (scan->limits->max_alloc - scan->alloc) / size)
		return ERR_LIMIT;
	scan->alloc += count * size;
	return ERR_NONE;
}

/* Add one allocation of ${size} bytes to the bill. */
static enum err
charge_one(struct scan *scan, size_t size)
{
	return charge(scan, 1, ALLOC_EXTRA + size);
}

/* Return the wire type of one value of ${type}. */
static uint32_t
wire_of(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_BOOL:
	case PROTOBUF_C_TYPE_ENUM:
		return PROTOBUF_C_WIRE_TYPE_VARINT;
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
		return PROTOBUF_C_WIRE_TYPE_32BIT;
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return PROTOBUF_C_WIRE_TYPE_64BIT;
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE:
		return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
	}
	return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
}

/* May a field of ${type} hold the number ${value} as it stands on the wire? */
static bool
fits(ProtobufCType type, uint64_t value)
{
	switch (type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_ENUM:
		/* A negative number fills all 64 bits. */
		return value <= INT32_MAX || value >= (uint64_t)INT32_MIN;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_SINT32:
		return value <= UINT32_MAX;
	case PROTOBUF_C_TYPE_BOOL:
		return value <= 1;
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_DOUBLE:
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE:
		return true;
	}
	return true;
}

/* Is the second byte of a character allowed after the first? */
static bool
second_fits(uint8_t first, uint8_t second)
{
	/* No longer form than needed, no surrogates, none above U+10FFFF. */
	if (first == 0xe0)
		return second >= 0xa0;
	if (first == 0xed)
		return second < 0xa0;
	if (first == 0xf0)
		return second >= 0x90;
	if (first == 0xf4)
		return second < 0x90;
	return true;
}

/* Step over one character of UTF-8 that is not NUL. */
static bool
skip_char(struct cursor *in)
{
	uint8_t first = *in->at++;
	int more;
	int i;

	if (first < 0x80)
		return first != 0;
	if (first < 0xc2 || first > 0xf4)
		return false;
	more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	if (in->end - in->at < more || !second_fits(first, *in->at))
		return false;
	for (i = 0; i < more; i++)
		if ((*in->at++ & 0xc0) != 0x80)
			return false;
	return true;
}

/* Is this UTF-8 without NUL? */
static bool
is_text(struct cursor in)
{
	while (in.at < in.end)
		if (!skip_char(&in))
			return false;
	return true;
}

/* Read one tag and find its field. */
static enum err
read_tag(const struct level *level, struct cursor *in, struct item *ret_item)
{
	uint64_t tag;
	uint64_t number;

	if (!read_varint(in, SHORT_MAX, &tag))
		return ERR_SYNTAX;
	number = tag >> WIRE_BITS;
	if (number == 0 || number > NUMBER_MAX)
		return ERR_SYNTAX;
	ret_item->wire = (uint32_t)tag & ((1U << WIRE_BITS) - 1);
	ret_item->field = protobuf_c_message_descriptor_get_field(
	    level->desc, (unsigned)number);
	return ERR_NONE;
}

/* Read what follows the tag, whatever it means. */
static enum err
read_value(struct cursor *in, struct item *item)
{
	uint64_t len;

	item->number = 0;
	item->start = in->at;
	switch (item->wire) {
	case PROTOBUF_C_WIRE_TYPE_VARINT:
		if (!read_varint(in, VARINT_MAX, &item->number))
			return ERR_SYNTAX;
		break;
	case PROTOBUF_C_WIRE_TYPE_64BIT:
		if (!skip(in, sizeof(uint64_t)))
			return ERR_SYNTAX;
		break;
	case PROTOBUF_C_WIRE_TYPE_32BIT:
		if (!skip(in, sizeof(uint32_t)))
			return ERR_SYNTAX;
		break;
	case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
		if (!read_varint(in, SHORT_MAX, &len) || len > INT_MAX)
			return ERR_SYNTAX;
		item->body.at = in->at;
		if (!skip(in, len))
			return ERR_SYNTAX;
		item->body.end = in->at;
		break;
	default:
		/* Groups, and wire types that do not exist. */
		return ERR_SYNTAX;
	}
	item->len = (size_t)(in->at - item->start);
	return ERR_NONE;
}

/* Has another member of ${field}'s oneof been seen? */
static bool
oneof_taken(const struct level *level, const ProtobufCFieldDescriptor *field)
{
	const ProtobufCFieldDescriptor *other;
	unsigned i;

	for (i = 0; i < level->desc->n_fields; i++) {
		other = &level->desc->fields[i];
		if ((other->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
		    other->quantifier_offset == field->quantifier_offset &&
		    (level->seen[i / 64] >> (i % 64) & 1) != 0)
			return true;
	}
	return false;
}

/* Note that ${field} was seen, and tell whether it already had been. */
static bool
seen_before(struct level *level, const ProtobufCFieldDescriptor *field)
{
	size_t i = (size_t)(field - level->desc->fields);
	uint64_t bit = (uint64_t)1 << (i % 64);
	bool before = (level->seen[i / 64] & bit) != 0;

	level->seen[i / 64] |= bit;
	return before;
}

/* Count the numbers of a packed array and check each. */
static enum err
count_packed(
    const struct scan *scan, const struct item *item, size_t *ret_count)
{
	ProtobufCType type = item->field->type;
	size_t len = (size_t)(item->body.end - item->body.at);
	struct cursor in = item->body;
	uint64_t value;
	size_t count = 0;

	switch (wire_of(type)) {
	case PROTOBUF_C_WIRE_TYPE_32BIT:
	case PROTOBUF_C_WIRE_TYPE_64BIT:
		if (len % scan_element_size(item->field) != 0)
			return ERR_SYNTAX;
		*ret_count = len / scan_element_size(item->field);
		return ERR_NONE;
	default:
		break;
	}
	while (in.at < in.end) {
		if (!read_varint(&in, VARINT_MAX, &value))
			return ERR_SYNTAX;
		if (scan->strict && !fits(type, value))
			return ERR_SYNTAX;
		count++;
	}
	/* protobuf-c makes room for a truth value in every byte. */
	*ret_count = type == PROTOBUF_C_TYPE_BOOL ? len : count;
	return ERR_NONE;
}

/* Check one value of a known field that is not packed. */
static enum err
scan_value(struct scan *scan, const struct item *item)
{
	ProtobufCType type = item->field->type;
	size_t len;

	if (item->wire != wire_of(type))
		return ERR_SYNTAX;
	if (item->wire != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED) {
		if (scan->strict && !fits(type, item->number))
			return ERR_SYNTAX;
		return ERR_NONE;
	}
	if (type == PROTOBUF_C_TYPE_MESSAGE)
		return scan_level(scan, item->field->descriptor, item->body);

	len = (size_t)(item->body.end - item->body.at);
	if (scan->strict && type == PROTOBUF_C_TYPE_STRING &&
	    !is_text(item->body))
		return ERR_SYNTAX;
	return charge_one(scan, len + 1);
}

/* Check a field that may occur any number of times. */
static enum err
scan_repeated(struct scan *scan, struct level *level, const struct item *item)
{
	const ProtobufCFieldDescriptor *field = item->field;
	size_t count = 1;
	enum err err;

	if (item->wire == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED &&
	    wire_of(field->type) != item->wire)
		err = count_packed(scan, item, &count);
	else
		err = scan_value(scan, item);
	if (err != ERR_NONE)
		return err;

	/* All elements stand in one array, allocated at once. */
	if (!seen_before(level, field) &&
	    (err = charge_one(scan, 0)) != ERR_NONE)
		return err;
	return charge(scan, count, scan_element_size(field));
}

/* Check a field that occurs at most once. */
static enum err
scan_single(struct scan *scan, struct level *level, const struct item *item)
{
	const ProtobufCFieldDescriptor *field = item->field;
	bool oneof = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;

	if (scan->strict && oneof && oneof_taken(level, field))
		return ERR_SYNTAX;
	if (seen_before(level, field) &&
	    (scan->strict || field->type == PROTOBUF_C_TYPE_MESSAGE))
		return ERR_SYNTAX;
	return scan_value(scan, item);
}

/* Check one field, tag and value, and put it on the bill. */
static enum err
scan_field(struct scan *scan, struct level *level, struct cursor *in)
{
	struct item item;
	enum err err;

	if (scan->fields == scan->limits->max_fields)
		return ERR_LIMIT;
	scan->fields++;
	level->fields++;

	if ((err = read_tag(level, in, &item)) != ERR_NONE)
		return err;
	if ((err = read_value(in, &item)) != ERR_NONE)
		return err;
	if (item.field == NULL) {
		if (scan->strict)
			return ERR_SYNTAX;
		return charge_one(
		    scan, sizeof(ProtobufCMessageUnknownField) + item.len);
	}
	if (item.field->label == PROTOBUF_C_LABEL_REPEATED)
		return scan_repeated(scan, level, &item);
	return scan_single(scan, level, &item);
}

/* Charge what protobuf-c allocates for a message apart from its fields. */
static enum err
charge_level(struct scan *scan, const struct level *level)
{
	size_t bitmap = (level->desc->n_fields + 7) / 8;
	size_t room = SLAB_FIRST;
	size_t slab = SLAB_FIRST;
	enum err err;

	err = charge_one(scan, level->desc->sizeof_message);
	if (err == ERR_NONE && bitmap > BITMAP_STACK)
		err = charge_one(scan, bitmap);
	while (err == ERR_NONE && room < level->fields) {
		slab *= 2;
		room += slab;
		err = charge_one(scan, slab * NOTE_BYTES);
	}
	return err;
}

/* Check one message and all in it. */
static enum err
scan_level(
    struct scan *scan, const ProtobufCMessageDescriptor *desc, struct cursor in)
{
	struct level level = { .desc = desc };
	enum err err = ERR_NONE;

	if (desc->n_fields > SCAN_FIELDS_MAX)
		return ERR_LIMIT;
	if (scan->depth == scan->limits->max_depth)
		return ERR_DEPTH;
	scan->depth++;
	while (err == ERR_NONE && in.at < in.end)
		err = scan_field(scan, &level, &in);
	scan->depth--;
	if (err != ERR_NONE)
		return err;
	return charge_level(scan, &level);
}

/* Check a whole message. */
static enum err
scan_bytes(const ProtobufCMessageDescriptor *desc, const uint8_t *buf,
    size_t len, const struct scan_limits *limits, bool strict)
{
	struct scan scan = { .limits = limits, .strict = strict };
	struct cursor in = { .at = buf, .end = buf };

	assert(limits->max_depth <= SCAN_DEPTH_MAX);
	if (len > limits->max_bytes || len > INT_MAX)
		return ERR_SIZE;
	if (len > 0)
		in.end += len;
	return scan_level(&scan, desc, in);
}

/* Decode what has passed the scan. */
static enum err
unpack(const ProtobufCMessageDescriptor *desc, const uint8_t *buf, size_t len,
    ProtobufCMessage **ret_msg)
{
	ProtobufCMessage *msg;

	if ((msg = protobuf_c_message_unpack(desc, NULL, len, buf)) == NULL)
		return ERR_NOMEM;
	*ret_msg = msg;
	return ERR_NONE;
}

size_t
scan_element_size(const ProtobufCFieldDescriptor *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_ENUM:
		return sizeof(uint32_t);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return sizeof(uint64_t);
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(void *);
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	}
	return sizeof(ProtobufCBinaryData);
}

enum err
scan_message(const ProtobufCMessageDescriptor *desc, const uint8_t *buf,
    size_t len, const struct scan_limits *limits)
{
	return scan_bytes(desc, buf, len, limits, false);
}

enum err
scan_strict(const ProtobufCMessageDescriptor *desc, const uint8_t *buf,
    size_t len, const struct scan_limits *limits)
{
	return scan_bytes(desc, buf, len, limits, true);
}

enum err
scan_unpack(const ProtobufCMessageDescriptor *desc,
    const struct scan_limits *limits, const uint8_t *buf, size_t len,
    ProtobufCMessage **ret_msg)
{
	enum err err;

	if ((err = scan_message(desc, buf, len, limits)) != ERR_NONE)
		return err;
	return unpack(desc, buf, len, ret_msg);
}

enum err
scan_unpack_strict(const ProtobufCMessageDescriptor *desc,
    const struct scan_limits *limits, const uint8_t *buf, size_t len,
    ProtobufCMessage **ret_msg)
{
	enum err err;

	if ((err = scan_strict(desc, buf, len, limits)) != ERR_NONE)
		return err;
	return unpack(desc, buf, len, ret_msg);
}
