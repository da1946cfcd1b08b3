#include "client/view.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "proto/record.h"
#include "proto/scan.h"
#include "client/number.h"
#include "client/print.h"
#include "client/run.h"

#define COLUMN 18 /* where values begin */
#define STEP   2  /* of nested messages */
#define TEXT_MAX \
	512 /* bytes of a value that is no string, or of a short line */
#define NAME_BYTES 64
#define SHORT_MAX  120 /* bytes of a message that fits on one line */

/* One value of a field. */
struct value {
	const ProtobufCFieldDescriptor *field;
	const void *at;
};

/* How many values the field has, and where the first one lies. */
static size_t
values(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field,
    const void **ret_at)
{
	const char *base = (const char *)msg;
	const void *pointer = NULL;
	size_t count = 0;
	uint32_t number;
	protobuf_c_boolean has;

	*ret_at = base + field->offset;
	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		memcpy(&count, base + field->quantifier_offset, sizeof(count));
		memcpy(ret_at, base + field->offset, sizeof(*ret_at));
		return count;
	}
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
		memcpy(
		    &number, base + field->quantifier_offset, sizeof(number));
		return number == field->id;
	}
	if (field->type == PROTOBUF_C_TYPE_STRING ||
	    field->type == PROTOBUF_C_TYPE_MESSAGE) {
		memcpy(&pointer, base + field->offset, sizeof(pointer));
		return pointer != NULL;
	}
	memcpy(&has, base + field->quantifier_offset, sizeof(has));
	return has ? 1 : 0;
}

static const ProtobufCMessage *
message_at(const void *at)
{
	const void *msg;

	memcpy(&msg, at, sizeof(msg));
	return msg;
}

static const char *
string_at(const void *at)
{
	const char *text;

	memcpy(&text, at, sizeof(text));
	return run_text(text);
}

/* "ProgrammeType" as the vocabulary "programme_type". */
static void
vocabulary_name(const char *short_name, char out[NAME_BYTES])
{
	size_t len = 0;
	size_t i;

	for (i = 0; short_name[i] != '\0' && len + 2 < NAME_BYTES; i++) {
		if (i > 0 && isupper((unsigned char)short_name[i]))
			out[len++] = '_';
		out[len++] = (char)tolower((unsigned char)short_name[i]);
	}
	out[len] = '\0';
}

/* The label of an enumeration's value. */
static void
enum_text(const struct run *run, const ProtobufCEnumDescriptor *desc,
    int number, char *out, size_t size)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
	    desc, number);
	char vocabulary[NAME_BYTES];
	char code[NAME_BYTES];
	size_t i, skip;

	if (value == NULL) {
		(void)snprintf(out, size, "%d", number);
		return;
	}
	vocabulary_name(desc->short_name, vocabulary);
	skip = strlen(vocabulary) + 1;
	if (strlen(value->name) <= skip)
		skip = 0;
	for (i = 0; value->name[skip + i] != '\0' && i + 1 < NAME_BYTES; i++)
		code[i] = (char)tolower((unsigned char)value->name[skip + i]);
	code[i] = '\0';
	(void)snprintf(
	    out, size, "%s", labels_get(run->labels, vocabulary, code));
}

/* A value that is neither string nor message, as text. */
static void
scalar_text(const struct run *run, struct value value, char *out, size_t size)
{
	union {
		uint32_t u32;
		int32_t i32;
		uint64_t u64;
		int64_t i64;
		double real;
		float single;
	} number = { .u64 = 0 };

	if (value.field->type == PROTOBUF_C_TYPE_BYTES) {
		(void)snprintf(out, size, _("(bytes)"));
		return;
	}
	memcpy(&number, value.at, scan_element_size(value.field));
	switch (value.field->type) {
	case PROTOBUF_C_TYPE_ENUM:
		enum_text(run, value.field->descriptor, number.i32, out, size);
		return;
	case PROTOBUF_C_TYPE_BOOL:
		(void)snprintf(out, size, "%s",
		    labels_get(
			run->labels, "yes_no", number.u32 != 0 ? "yes" : "no"));
		return;
	case PROTOBUF_C_TYPE_DOUBLE:
		(void)snprintf(out, size, "%.15g", number.real);
		(void)number_say(out);
		return;
	case PROTOBUF_C_TYPE_FLOAT:
		(void)snprintf(out, size, "%g", (double)number.single);
		(void)number_say(out);
		return;
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		(void)snprintf(out, size, "%" PRId32, number.i32);
		return;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		(void)snprintf(out, size, "%" PRId64, number.i64);
		return;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		(void)snprintf(out, size, "%" PRIu64, number.u64);
		return;
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE:
		break;
	}
	out[0] = '\0';
}

/* Put ${text} behind what stands in ${out}, after ${between}; false if full. */
static bool
join(char *out, size_t size, const char *between, const char *text)
{
	size_t len = strlen(out);
	int added;

	if (*text == '\0')
		return true;
	added = snprintf(
	    out + len, size - len, "%s%s", len == 0 ? "" : between, text);
	return added >= 0 && (size_t)added < size - len;
}

static bool short_text(
    const struct run *run, const ProtobufCMessage *msg, char out[TEXT_MAX]);

/* Put one value into a short line. */
static bool
join_value(const struct run *run, struct value value, const char *between,
    char out[TEXT_MAX])
{
	char text[TEXT_MAX] = "";

	if (value.field->type == PROTOBUF_C_TYPE_STRING)
		return strchr(string_at(value.at), '\n') == NULL &&
		    join(out, TEXT_MAX, between, string_at(value.at));
	if (value.field->type == PROTOBUF_C_TYPE_MESSAGE) {
		if (!short_text(run, message_at(value.at), text))
			return false;
	} else {
		scalar_text(run, value, text, sizeof(text));
	}
	return join(out, TEXT_MAX, between, text);
}

/* Put one day of a period behind ${out}; one that has come needs no word. */
static bool
join_day(const struct run *run, const char *day, bool is_estimated,
    char out[TEXT_MAX])
{
	char text[TEXT_MAX] = "";

	if (day == NULL || *day == '\0')
		return true;
	if (strchr(day, '\n') != NULL || !join(text, TEXT_MAX, "", day))
		return false;
	if (is_estimated &&
	    (!join(text, TEXT_MAX, " (",
		 labels_get(run->labels, "date_kind", "estimated")) ||
		!join(text, TEXT_MAX, "", ")")))
		return false;
	return join(out, TEXT_MAX, " - ", text);
}

/* "2026-01-05 - 2027-06-30 (estimated)". */
static bool
period_text(
    const struct run *run, const Erfa__Period *period, char out[TEXT_MAX])
{
	out[0] = '\0';
	return join_day(run, period->start,
		   period->start_kind == ERFA__DATE_KIND__DATE_KIND_ESTIMATED,
		   out) &&
	    join_day(run, period->end,
		period->end_kind == ERFA__DATE_KIND__DATE_KIND_ESTIMATED, out);
}

/* Put ${msg} on one line; false if it does not fit there. */
static bool
short_text(
    const struct run *run, const ProtobufCMessage *msg, char out[TEXT_MAX])
{
	const ProtobufCFieldDescriptor *field;
	struct value value;
	unsigned f;

	out[0] = '\0';
	if (msg->descriptor == &erfa__record_ref__descriptor) {
		view_ref((const Erfa__RecordRef *)msg, out, TEXT_MAX);
		return true;
	}
	if (msg->descriptor == &erfa__period__descriptor)
		return period_text(run, (const Erfa__Period *)msg, out);
	for (f = 0; f < msg->descriptor->n_fields; f++) {
		field = &msg->descriptor->fields[f];
		value.field = field;
		if (values(msg, field, &value.at) == 0)
			continue;
		if (field->label == PROTOBUF_C_LABEL_REPEATED ||
		    !join_value(run, value, ", ", out))
			return false;
	}
	return strlen(out) <= SHORT_MAX;
}

/* "target_group" as "target group"; "no" is the answer, not the field. */
static void
field_name(const ProtobufCFieldDescriptor *field, char out[NAME_BYTES])
{
	const char *name = strcmp(field->name, "no") == 0 ? "number" :
							    field->name;
	size_t i;

	for (i = 0; name[i] != '\0' && i + 1 < NAME_BYTES; i++)
		out[i] = (char)(name[i] == '_' ? ' ' : name[i]);
	out[i] = '\0';
}

static void view_message(
    struct run *run, const ProtobufCMessage *msg, unsigned indent);

/* Print one value under its name. */
static void
view_value(
    struct run *run, const char *name, struct value value, unsigned indent)
{
	char text[TEXT_MAX];

	if (value.field->type == PROTOBUF_C_TYPE_STRING) {
		print_field(run->out, indent, name, indent + COLUMN,
		    string_at(value.at));
	} else if (value.field->type != PROTOBUF_C_TYPE_MESSAGE) {
		scalar_text(run, value, text, sizeof(text));
		print_field(run->out, indent, name, indent + COLUMN, text);
	} else if (short_text(run, message_at(value.at), text)) {
		print_field(run->out, indent, name, indent + COLUMN, text);
	} else {
		print_field(run->out, indent, name, indent + COLUMN, "");
		view_message(run, message_at(value.at), indent + STEP);
	}
}

/* Print many codes or numbers on one line. */
static bool
view_joined(struct run *run, const char *name, struct value value, size_t count,
    unsigned indent)
{
	char text[TEXT_MAX] = "";
	size_t i;

	if (value.field->type == PROTOBUF_C_TYPE_MESSAGE ||
	    value.field->type == PROTOBUF_C_TYPE_STRING)
		return false;
	for (i = 0; i < count; i++) {
		if (!join_value(run, value, ", ", text))
			return false;
		value.at = (const char *)value.at +
		    scan_element_size(value.field);
	}
	print_field(run->out, indent, name, indent + COLUMN, text);
	return true;
}

static void
view_field(struct run *run, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, unsigned indent)
{
	char name[NAME_BYTES];
	struct value value;
	size_t count, i;

	value.field = field;
	count = values(msg, field, &value.at);
	field_name(field, name);
	if (field->label == PROTOBUF_C_LABEL_REPEATED && count > 0 &&
	    view_joined(run, name, value, count, indent))
		return;
	for (i = 0; i < count; i++) {
		view_value(run, i == 0 ? name : "", value, indent);
		value.at = (const char *)value.at + scan_element_size(field);
	}
}

/* The scan of the answer has bounded how deep this goes. */
static void
view_message(struct run *run, const ProtobufCMessage *msg, unsigned indent)
{
	unsigned f;

	for (f = 0; f < msg->descriptor->n_fields; f++)
		view_field(run, msg, &msg->descriptor->fields[f], indent);
}

/* The record in ${body}, or NULL. */
static const ProtobufCMessage *
body_record_of(const Erfa__Body *body)
{
	const ProtobufCFieldDescriptor *field;
	const void *at;
	unsigned f;

	for (f = 0; f < body->base.descriptor->n_fields; f++) {
		field = &body->base.descriptor->fields[f];
		if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
		    values(&body->base, field, &at) != 0)
			return message_at(at);
	}
	return NULL;
}

/* What stands above a record's fields, if it has a heading. */
static bool
in_heading(const ProtobufCFieldDescriptor *field)
{
	return strcmp(field->name, "title") == 0 ||
	    strcmp(field->name, "name") == 0 ||
	    strcmp(field->name, "status") == 0;
}

void
view_ref(const Erfa__RecordRef *ref, char *out, size_t size)
{
	const char *id = run_text(ref->id);
	const char *slash = strchr(id, '/');
	int len = slash == NULL ? (int)strlen(id) : (int)(slash + 1 - id);

	if (slash != NULL)
		len += (int)strnlen(slash + 1, RECORD_SHOWN);
	(void)snprintf(out, size, "%.*s", len, id);
	if (ref->has_major)
		(void)snprintf(out + strlen(out), size - strlen(out),
		    ", %s %u.%u", _("version"), ref->major, ref->minor);
}

/* Whether the field names nothing but the record ${about}. */
static bool
is_about(const ProtobufCMessage *record, const ProtobufCFieldDescriptor *field,
    const char *about)
{
	const Erfa__RecordRef *ref;
	const void *at;

	if (field->type != PROTOBUF_C_TYPE_MESSAGE ||
	    field->descriptor != &erfa__record_ref__descriptor ||
	    values(record, field, &at) != 1)
		return false;
	ref = (const Erfa__RecordRef *)message_at(at);
	return strcmp(run_text(ref->id), about) == 0;
}

void
view_related(
    struct run *run, const Erfa__Body *body, const char *about, unsigned indent)
{
	const ProtobufCMessage *record = body_record_of(body);
	const ProtobufCFieldDescriptor *field;
	unsigned f;

	for (f = 0; record != NULL && f < record->descriptor->n_fields; f++) {
		field = &record->descriptor->fields[f];
		if (!is_about(record, field, about))
			view_field(run, record, field, indent);
	}
}

void
view_record(
    struct run *run, const Erfa__Body *body, bool headed, unsigned indent)
{
	const ProtobufCMessage *record = body_record_of(body);
	const ProtobufCFieldDescriptor *field;
	unsigned f;

	if (record == NULL)
		return;
	for (f = 0; f < record->descriptor->n_fields; f++) {
		field = &record->descriptor->fields[f];
		if (!headed || !in_heading(field))
			view_field(run, record, field, indent);
	}
}

void
view_envelope(struct run *run, const Erfa__Envelope *envelope)
{
	static const char *const names[] = { "amendment_note", "amendment_kind",
		"visibility", "licence", "sources", "external_id", "as_of",
		"reported_status", "reported_sector", "same_as" };
	const ProtobufCFieldDescriptor *field;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		field = protobuf_c_message_descriptor_get_field_by_name(
		    envelope->base.descriptor, names[i]);
		if (field != NULL)
			view_field(run, &envelope->base, field, 0);
	}
}
