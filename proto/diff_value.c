#include "proto/diff_value.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/scan.h"

/* What names an element of a list: the first of these fields that both have. */
static const struct {
	const char *message;
	const char *fields[2];
} keys[] = {
	{ "Condition", { "no", NULL } },
	{ "Exemption", { "no", NULL } },
	{ "ExtraAnswer", { "name", NULL } },
	{ "ExtraField", { "name", NULL } },
	{ "GroupMember", { "key", NULL } },
	{ "Label", { "language", NULL } },
	{ "OrgRef", { "id", "name" } },
	{ "Partner", { "name", NULL } },
	{ "PartyInvolvement", { "party", NULL } },
	{ "RecordRef", { "id", NULL } },
};

/* Of Envelope: set anew with every version. */
static const char *const bookkeeping[] = { "id", "publisher", "major", "minor",
	"published_at", "amended_at", "amendment_note", "amendment_kind" };

static const char *
string_at(const void *value)
{
	const char *text;

	memcpy(&text, value, sizeof(text));
	return text;
}

const ProtobufCMessage *
diff_message(const void *value)
{
	const ProtobufCMessage *message;

	memcpy(&message, value, sizeof(void *));
	return message;
}

const void *
diff_value(
    const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	const char *base = (const char *)message;
	const char *value = base + field->offset;
	protobuf_c_boolean has;
	uint32_t which;

	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
		memcpy(&which, base + field->quantifier_offset, sizeof(which));
		if (which != field->id)
			return NULL;
	}
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return string_at(value) != NULL ? value : NULL;
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return diff_message(value) != NULL ? value : NULL;
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
		return value;
	memcpy(&has, base + field->quantifier_offset, sizeof(has));
	return has != 0 ? value : NULL;
}

struct diff_list
diff_list(
    const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	struct diff_list list = { .size = scan_element_size(field) };

	memcpy(&list.count, (const char *)message + field->quantifier_offset,
	    sizeof(list.count));
	memcpy(&list.items, (const char *)message + field->offset,
	    sizeof(list.items));
	return list;
}

const void *
diff_item(const struct diff_list *list, size_t index)
{
	return list->items + index * list->size;
}

/* ---- the same ---- */

static bool
lists_equal(const ProtobufCFieldDescriptor *field, const ProtobufCMessage *a,
    const ProtobufCMessage *b)
{
	struct diff_list list_a = diff_list(a, field);
	struct diff_list list_b = diff_list(b, field);
	size_t i;

	if (list_a.count != list_b.count)
		return false;
	for (i = 0; i < list_a.count; i++) {
		if (!diff_equal(
			field, diff_item(&list_a, i), diff_item(&list_b, i)))
			return false;
	}
	return true;
}

static bool
messages_equal(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
	unsigned i;

	for (i = 0; i < a->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field =
		    &a->descriptor->fields[i];
		const void *value_a;
		const void *value_b;

		if (field->label == PROTOBUF_C_LABEL_REPEATED) {
			if (!lists_equal(field, a, b))
				return false;
			continue;
		}
		value_a = diff_value(a, field);
		value_b = diff_value(b, field);
		if ((value_a == NULL) != (value_b == NULL) ||
		    (value_a != NULL && !diff_equal(field, value_a, value_b)))
			return false;
	}
	return true;
}

bool
diff_equal(const ProtobufCFieldDescriptor *field, const void *a, const void *b)
{
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return strcmp(string_at(a), string_at(b)) == 0;
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return messages_equal(diff_message(a), diff_message(b));
	return memcmp(a, b, scan_element_size(field)) == 0;
}

/* ---- names of elements ---- */

static const char *const *
key_fields(const ProtobufCMessageDescriptor *desc)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].message, desc->short_name) == 0)
			return keys[i].fields;
	}
	return NULL;
}

bool
diff_is_keyed(const ProtobufCFieldDescriptor *field)
{
	return field->type == PROTOBUF_C_TYPE_MESSAGE &&
	    key_fields(field->descriptor) != NULL;
}

bool
diff_same_key(const void *a, const void *b)
{
	const ProtobufCMessage *item_a = diff_message(a);
	const ProtobufCMessage *item_b = diff_message(b);
	const char *const *names = key_fields(item_a->descriptor);
	size_t i;

	for (i = 0; i < 2 && names[i] != NULL; i++) {
		const ProtobufCFieldDescriptor *field =
		    protobuf_c_message_descriptor_get_field_by_name(
			item_a->descriptor, names[i]);
		const void *key_a = diff_value(item_a, field);
		const void *key_b = diff_value(item_b, field);

		if (key_a != NULL && key_b != NULL)
			return diff_equal(field, key_a, key_b);
		if (key_a != NULL || key_b != NULL)
			return false;
	}
	return true;
}

bool
diff_is_bookkeeping(const ProtobufCMessageDescriptor *message,
    const ProtobufCFieldDescriptor *field)
{
	size_t i;

	if (message != &erfa__envelope__descriptor)
		return false;
	for (i = 0; i < sizeof(bookkeeping) / sizeof(bookkeeping[0]); i++) {
		if (strcmp(field->name, bookkeeping[i]) == 0)
			return true;
	}
	return false;
}

/* ---- text ---- */

static void put_value(
    FILE *out, const ProtobufCFieldDescriptor *field, const void *value);

/* The code of an enumeration's value: its name without what all begin with, as
 * the zero does ("PURPOSE_UNSET"), in lower case. */
static void
put_code(FILE *out, const ProtobufCEnumDescriptor *desc, int number)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
	    desc, number);
	const ProtobufCEnumValue *zero = protobuf_c_enum_descriptor_get_value(
	    desc, 0);
	const char *name;
	size_t skip;

	if (value == NULL) {
		(void)fprintf(out, "%d", number);
		return;
	}
	name = value->name;
	skip = zero == NULL ? 0 : strlen(zero->name) - strlen("UNSET");
	if (skip < strlen(name))
		name += skip;
	for (; *name != '\0'; name++)
		(void)fputc(tolower((unsigned char)*name), out);
}

/* In as few digits as read back to the same number. */
static void
put_real(FILE *out, double real)
{
	char text[32];
	int digits;

	for (digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, real);
		if (strtod(text, NULL) == real)
			break;
	}
	(void)fputs(text, out);
}

static void
put_number(FILE *out, const ProtobufCFieldDescriptor *field, const void *value)
{
	protobuf_c_boolean yes;
	uint32_t number;
	double real;

	if (field->type == PROTOBUF_C_TYPE_BOOL) {
		memcpy(&yes, value, sizeof(yes));
		(void)fputs(yes ? "true" : "false", out);
	} else if (field->type == PROTOBUF_C_TYPE_DOUBLE) {
		memcpy(&real, value, sizeof(real));
		put_real(out, real);
	} else if (scan_element_size(field) == sizeof(number)) {
		memcpy(&number, value, sizeof(number));
		if (field->type == PROTOBUF_C_TYPE_ENUM)
			put_code(out, field->descriptor, (int)number);
		else if (field->type == PROTOBUF_C_TYPE_INT32)
			(void)fprintf(out, "%d", (int)number);
		else
			(void)fprintf(out, "%u", (unsigned)number);
	}
}

/* "a, b": the elements of a list within a message. */
static bool
put_list(FILE *out, const ProtobufCFieldDescriptor *field,
    const ProtobufCMessage *message, bool more)
{
	struct diff_list list = diff_list(message, field);
	size_t i;

	for (i = 0; i < list.count; i++) {
		(void)fprintf(out, "%s%s%s", i == 0 && more ? "; " : "",
		    i > 0 ? ", " : field->name, i > 0 ? "" : ": ");
		put_value(out, field, diff_item(&list, i));
	}
	return more || list.count > 0;
}

static void
put_message(FILE *out, const ProtobufCMessage *message)
{
	bool more = false;
	unsigned i;

	for (i = 0; i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field =
		    &message->descriptor->fields[i];
		const void *value;

		if (field->label == PROTOBUF_C_LABEL_REPEATED) {
			more = put_list(out, field, message, more);
			continue;
		}
		if ((value = diff_value(message, field)) == NULL)
			continue;
		(void)fprintf(out, "%s%s: ", more ? "; " : "", field->name);
		put_value(out, field, value);
		more = true;
	}
}

static void
put_value(FILE *out, const ProtobufCFieldDescriptor *field, const void *value)
{
	if (field->type == PROTOBUF_C_TYPE_STRING)
		(void)fputs(string_at(value), out);
	else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		put_message(out, diff_message(value));
	else
		put_number(out, field, value);
}

enum err
diff_value_text(
    const ProtobufCFieldDescriptor *field, const void *value, char **ret_text)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool failed;

	if (out == NULL)
		return ERR_NOMEM;
	if (value != NULL)
		put_value(out, field, value);
	failed = ferror(out) != 0;
	if (fclose(out) != 0 || failed) {
		free(text);
		return ERR_NOMEM;
	}
	*ret_text = text;
	return ERR_NONE;
}
