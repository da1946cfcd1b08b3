#include "client/form_schema.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/scan.h"

static bool
is_list(const ProtobufCFieldDescriptor *field)
{
	return field->label == PROTOBUF_C_LABEL_REPEATED;
}

static bool
is_member(const ProtobufCFieldDescriptor *field)
{
	return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

static bool
is_pointer(const ProtobufCFieldDescriptor *field)
{
	return field->type == PROTOBUF_C_TYPE_STRING ||
	    field->type == PROTOBUF_C_TYPE_MESSAGE;
}

/* The array of a list. */
static char *
array(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	char *items;

	memcpy(&items, (const char *)msg + field->offset, sizeof(items));
	return items;
}

static void
set_count(
    ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t count)
{
	memcpy((char *)msg + field->quantifier_offset, &count, sizeof(count));
}

size_t
form_schema_count(
    const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	const char *quantifier = (const char *)msg + field->quantifier_offset;
	size_t count;
	uint32_t which;
	protobuf_c_boolean has;

	if (is_list(field)) {
		memcpy(&count, quantifier, sizeof(count));
		return count;
	}
	if (is_member(field)) {
		memcpy(&which, quantifier, sizeof(which));
		return which == field->id;
	}
	if (is_pointer(field))
		return array(msg, field) != NULL;
	memcpy(&has, quantifier, sizeof(has));
	return has != 0;
}

/* Where the value lies. */
static char *
place(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field,
    size_t index)
{
	uintptr_t base = (uintptr_t)msg + field->offset;

	if (is_list(field))
		return array(msg, field) + index * scan_element_size(field);
	return (char *)base;
}

const void *
form_schema_item(const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, size_t index)
{
	return place(msg, field, index);
}

ProtobufCMessage *
form_schema_message(const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, size_t index)
{
	ProtobufCMessage *sub;

	memcpy(&sub, place(msg, field, index), sizeof(void *));
	return sub;
}

/* Make room for one more value at the end of a list. */
static enum err
grow(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	size_t count = form_schema_count(msg, field);
	char *items = realloc(
	    array(msg, field), (count + 1) * scan_element_size(field));

	if (items == NULL)
		return ERR_NOMEM;
	memcpy((char *)msg + field->offset, &items, sizeof(items));
	set_count(msg, field, count + 1);
	/* cppcheck-suppress memleak */
	return ERR_NONE;
}

enum err
form_schema_add(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field,
    const void *value)
{
	char *quantifier = (char *)msg + field->quantifier_offset;
	const protobuf_c_boolean yes = 1;
	size_t index = 0;
	uint32_t which;
	enum err err;

	if (is_list(field)) {
		index = form_schema_count(msg, field);
		if ((err = grow(msg, field)) != ERR_NONE)
			return err;
	} else if (is_member(field)) {
		memcpy(&which, quantifier, sizeof(which));
		if (which != 0)
			return ERR_EXIST;
		memcpy(quantifier, &field->id, sizeof(which));
	} else if (!is_pointer(field)) {
		memcpy(quantifier, &yes, sizeof(yes));
	}
	memcpy(place(msg, field, index), value, scan_element_size(field));
	return ERR_NONE;
}

/* Free what a value points to. */
static void
release(const ProtobufCFieldDescriptor *field, const void *value)
{
	char *pointer;

	if (!is_pointer(field))
		return;
	memcpy(&pointer, value, sizeof(pointer));
	if (pointer == NULL || pointer == field->default_value)
		return;
	if (field->type == PROTOBUF_C_TYPE_STRING)
		free(pointer);
	else
		protobuf_c_message_free_unpacked(
		    (void *)(uintptr_t)pointer, NULL);
}

void
form_schema_replace(ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, size_t index, const void *value)
{
	char *at = place(msg, field, index);

	release(field, at);
	memcpy(at, value, scan_element_size(field));
}

void
form_schema_drop(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	const uint32_t none = 0;
	const protobuf_c_boolean no = 0;
	char *quantifier = (char *)msg + field->quantifier_offset;
	size_t count = form_schema_count(msg, field);
	size_t i;

	for (i = 0; i < count; i++)
		release(field, place(msg, field, i));
	if (is_list(field)) {
		free(array(msg, field));
		set_count(msg, field, 0);
	} else if (count > 0 && is_member(field)) {
		memcpy(quantifier, &none, sizeof(none));
	} else if (!is_pointer(field) && !is_member(field)) {
		memcpy(quantifier, &no, sizeof(no));
	}
	if (is_list(field) || (is_pointer(field) && count > 0))
		memset((char *)msg + field->offset, 0, sizeof(void *));
}

void
form_schema_remove(
    ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index)
{
	size_t count = form_schema_count(msg, field);
	char *at = place(msg, field, index);

	release(field, at);
	memmove(at, at + scan_element_size(field),
	    (count - index - 1) * scan_element_size(field));
	set_count(msg, field, count - 1);
	if (count == 1)
		form_schema_drop(msg, field);
}

/* Exchange ${len} bytes. */
static void
swap_bytes(char *a, char *b, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char byte = a[i];

		a[i] = b[i];
		b[i] = byte;
	}
}

void
form_schema_swap(ProtobufCMessage *msg, ProtobufCMessage *other,
    const ProtobufCFieldDescriptor *field)
{
	size_t quantifier = field->quantifier_offset;
	size_t size = is_list(field) ? sizeof(void *) :
				       scan_element_size(field);

	swap_bytes(
	    (char *)msg + field->offset, (char *)other + field->offset, size);
	if (is_list(field))
		size = sizeof(size_t);
	else if (is_member(field))
		size = sizeof(uint32_t);
	else if (is_pointer(field))
		return;
	else
		size = sizeof(protobuf_c_boolean);
	swap_bytes((char *)msg + quantifier, (char *)other + quantifier, size);
}

void
form_schema_forget(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	if (is_list(field))
		free(array(msg, field));
	memset((char *)msg + field->offset, 0,
	    is_list(field) ? sizeof(void *) : scan_element_size(field));
	if (is_list(field))
		set_count(msg, field, 0);
}

ProtobufCMessage *
form_schema_new(const ProtobufCMessageDescriptor *desc)
{
	ProtobufCMessage *msg = calloc(1, desc->sizeof_message);

	if (msg != NULL)
		protobuf_c_message_init(desc, msg);
	return msg;
}

bool
form_schema_is_empty(const ProtobufCMessage *msg)
{
	unsigned i;

	for (i = 0; i < msg->descriptor->n_fields; i++)
		if (form_schema_count(msg, &msg->descriptor->fields[i]) > 0)
			return false;
	return true;
}

void
form_schema_vocabulary(
    const ProtobufCEnumDescriptor *desc, char out[FORM_CODE_MAX])
{
	const char *name = desc->short_name;
	size_t n = 0;
	size_t i;

	for (i = 0; name[i] != '\0' && n + 2 < FORM_CODE_MAX; i++) {
		if (i > 0 && isupper((unsigned char)name[i]))
			out[n++] = '_';
		out[n++] = (char)tolower((unsigned char)name[i]);
	}
	out[n] = '\0';
}

void
form_schema_code(const ProtobufCEnumDescriptor *desc,
    const ProtobufCEnumValue *value, char out[FORM_CODE_MAX])
{
	char vocabulary[FORM_CODE_MAX];
	size_t skip;
	size_t n = 0;

	/* The name of a value begins with that of its enumeration. */
	form_schema_vocabulary(desc, vocabulary);
	skip = strlen(vocabulary) + 1;
	if (strlen(value->name) < skip)
		skip = 0;
	for (; value->name[skip] != '\0' && n + 1 < FORM_CODE_MAX; skip++)
		out[n++] = (char)tolower((unsigned char)value->name[skip]);
	out[n] = '\0';
}
