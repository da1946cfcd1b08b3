#include "proto/jsonout.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <protobuf-c/protobuf-c.h>

#include "proto/jsontext.h"
#include "proto/scan.h"

#define INDENT "  "

struct printer {
	struct jsontext *out;
	const struct jsonout_options *options;
	unsigned depth;  /* messages around this place */
	unsigned indent; /* objects and lists around it */
};

static enum err print_message(
    struct printer *printer, const ProtobufCMessage *msg);

/* Begin a new line inside an object or a list. */
static void
new_line(struct printer *printer)
{
	unsigned i;

	if (!printer->options->pretty)
		return;
	jsontext_puts(printer->out, "\n");
	for (i = 0; i < printer->indent; i++)
		jsontext_puts(printer->out, INDENT);
}

/* Begin an object or a list. */
static void
open_list(struct printer *printer, const char *bracket)
{
	jsontext_puts(printer->out, bracket);
	printer->indent++;
}

/* Begin its next element. */
static void
next_element(struct printer *printer, size_t *count)
{
	if ((*count)++ > 0)
		jsontext_puts(printer->out, ",");
	new_line(printer);
}

/* End it; what is empty stays on one line. */
static void
close_list(struct printer *printer, const char *bracket, size_t count)
{
	printer->indent--;
	if (count > 0)
		new_line(printer);
	jsontext_puts(printer->out, bracket);
}

static const void *
member(const ProtobufCMessage *msg, unsigned offset)
{
	return (const char *)msg + offset;
}

static int32_t
get_int32(const void *value)
{
	int32_t number;

	memcpy(&number, value, sizeof(number));
	return number;
}

static int64_t
get_int64(const void *value)
{
	int64_t number;

	memcpy(&number, value, sizeof(number));
	return number;
}

static const void *
get_pointer(const void *value)
{
	const void *pointer;

	memcpy(&pointer, value, sizeof(pointer));
	return pointer;
}

/* Is ${field} set in ${msg}? */
static bool
is_set(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	const void *quantifier = member(msg, field->quantifier_offset);
	const void *pointer;

	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		size_t count;

		memcpy(&count, quantifier, sizeof(count));
		return count > 0;
	}
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
		return (uint32_t)get_int32(quantifier) == field->id;
	if (field->type == PROTOBUF_C_TYPE_STRING ||
	    field->type == PROTOBUF_C_TYPE_MESSAGE) {
		pointer = get_pointer(member(msg, field->offset));
		return pointer != NULL && pointer != field->default_value;
	}
	if (field->label == PROTOBUF_C_LABEL_OPTIONAL)
		return get_int32(quantifier) != 0;
	return true;
}

/* Has ${field} a default that is printed when it is not set? */
static bool
has_default(const ProtobufCFieldDescriptor *field)
{
	return field->label == PROTOBUF_C_LABEL_REPEATED ||
	    (field->type != PROTOBUF_C_TYPE_MESSAGE &&
		(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0);
}

static void
print_enum(struct printer *printer, const ProtobufCEnumDescriptor *desc,
    int32_t number)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
	    desc, number);

	if (value == NULL)
		jsontext_int(printer->out, number);
	else
		jsontext_string(printer->out, value->name, strlen(value->name));
}

static void
print_bytes(struct printer *printer, const void *value)
{
	ProtobufCBinaryData bytes;

	memcpy(&bytes, value, sizeof(bytes));
	if (printer->options->hex_bytes)
		jsontext_hex(printer->out, bytes.data, bytes.len);
	else
		jsontext_base64(printer->out, bytes.data, bytes.len);
}

/* Print 64 bits as a string, so that no reader rounds them. */
static void
print_long(struct printer *printer, const void *value, bool is_signed)
{
	int64_t number = get_int64(value);

	jsontext_puts(printer->out, "\"");
	if (is_signed)
		jsontext_int(printer->out, number);
	else
		jsontext_uint(printer->out, (uint64_t)number);
	jsontext_puts(printer->out, "\"");
}

static void
print_float(struct printer *printer, const void *value)
{
	float number;

	memcpy(&number, value, sizeof(number));
	jsontext_float(printer->out, number);
}

static void
print_double(struct printer *printer, const void *value)
{
	double number;

	memcpy(&number, value, sizeof(number));
	jsontext_double(printer->out, number);
}

static void
print_string(struct printer *printer, const void *value)
{
	const char *text = get_pointer(value);

	if (text == NULL)
		text = "";
	jsontext_string(printer->out, text, strlen(text));
}

/* Print the value of ${field} that stands at ${value}. */
static enum err
print_value(struct printer *printer, const ProtobufCFieldDescriptor *field,
    const void *value)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		jsontext_int(printer->out, get_int32(value));
		break;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		jsontext_uint(printer->out, (uint32_t)get_int32(value));
		break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		print_long(printer, value, true);
		break;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		print_long(printer, value, false);
		break;
	case PROTOBUF_C_TYPE_FLOAT:
		print_float(printer, value);
		break;
	case PROTOBUF_C_TYPE_DOUBLE:
		print_double(printer, value);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		jsontext_puts(
		    printer->out, get_int32(value) != 0 ? "true" : "false");
		break;
	case PROTOBUF_C_TYPE_ENUM:
		print_enum(printer, field->descriptor, get_int32(value));
		break;
	case PROTOBUF_C_TYPE_STRING:
		print_string(printer, value);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		print_bytes(printer, value);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		return print_message(printer, get_pointer(value));
	}
	return ERR_NONE;
}

static enum err
print_repeated(struct printer *printer, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field)
{
	const char *values = get_pointer(member(msg, field->offset));
	size_t step = scan_element_size(field);
	size_t printed = 0;
	size_t count;
	size_t i;
	enum err err;

	memcpy(&count, member(msg, field->quantifier_offset), sizeof(count));
	open_list(printer, "[");
	for (i = 0; i < count; i++) {
		next_element(printer, &printed);
		err = print_value(printer, field, values + i * step);
		if (err != ERR_NONE)
			return err;
	}
	close_list(printer, "]", printed);
	return ERR_NONE;
}

/* Print one member of an object: name and value. */
static enum err
print_field(struct printer *printer, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field)
{
	char name[JSONTEXT_NAME_MAX];

	jsontext_name(field->name, name);
	jsontext_string(printer->out, name, strlen(name));
	jsontext_puts(printer->out, printer->options->pretty ? ": " : ":");
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return print_repeated(printer, msg, field);
	return print_value(printer, field, member(msg, field->offset));
}

/* Print what is set in ${msg}, and the rest from ${fresh} unless it is NULL. */
static enum err
print_fields(struct printer *printer, const ProtobufCMessage *msg,
    const ProtobufCMessage *fresh)
{
	const ProtobufCMessageDescriptor *desc = msg->descriptor;
	const ProtobufCMessage *from;
	size_t printed = 0;
	enum err err;
	unsigned i;

	open_list(printer, "{");
	for (i = 0; i < desc->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &desc->fields[i];

		from = msg;
		if (!is_set(msg, field))
			from = has_default(field) ? fresh : NULL;
		if (from == NULL)
			continue;
		next_element(printer, &printed);
		if ((err = print_field(printer, from, field)) != ERR_NONE)
			return err;
	}
	close_list(printer, "}", printed);
	return ERR_NONE;
}

static enum err
print_message(struct printer *printer, const ProtobufCMessage *msg)
{
	const ProtobufCMessageDescriptor *desc = msg->descriptor;
	ProtobufCMessage *fresh = NULL;
	enum err err;

	if (printer->depth == printer->options->max_depth)
		return ERR_DEPTH;
	/* Defaults stand in a message that was never written to. */
	if (printer->options->print_defaults) {
		if ((fresh = malloc(desc->sizeof_message)) == NULL)
			return ERR_NOMEM;
		protobuf_c_message_init(desc, fresh);
	}
	printer->depth++;
	err = print_fields(printer, msg, fresh);
	printer->depth--;
	free(fresh);
	return err;
}

enum err
jsonout_message(struct jsontext *out, const ProtobufCMessage *msg,
    const struct jsonout_options *options)
{
	struct printer printer = { .out = out, .options = options };

	return print_message(&printer, msg);
}
