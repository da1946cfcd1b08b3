#include "proto/body.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body_rule.h"
#include "proto/limits.h"
#include "proto/scan.h"
#include "proto/text.h"

/* Field numbers in Body follow the kinds, this far above them. */
#define KIND_OFFSET 8

/* One walk over a body: where it is, and where to write the fault. */
struct walk {
	char path[128]; /* "trial.goals[1].text" */
	char fault[BODY_FAULT_MAX];
};

static enum err check_message(struct walk *walk, const ProtobufCMessage *msg);

/* Write "<path>: <text>" as the fault. */
__attribute__((format(printf, 2, 3))) static enum err
fault(struct walk *walk, const char *format, ...)
{
	char text[BODY_FAULT_MAX / 2 - 4];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	(void)snprintf(walk->fault, BODY_FAULT_MAX, "%s%s%s", walk->path,
	    walk->path[0] != '\0' ? ": " : "", text);
	return ERR_SYNTAX;
}

/* Extend the path by a name, or by "[index]"; return its old length. */
static size_t
path_push(struct walk *walk, const char *name, size_t index)
{
	size_t len = strlen(walk->path);
	size_t room = sizeof(walk->path) - len;

	if (name == NULL)
		(void)snprintf(walk->path + len, room, "[%zu]", index);
	else
		(void)snprintf(
		    walk->path + len, room, "%s%s", len > 0 ? "." : "", name);
	return len;
}

/* Count the characters of valid UTF-8. */
static size_t
characters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static enum err
check_string(struct walk *walk, const char *text, const struct body_rule *rule)
{
	size_t count;

	if (!text_valid(text, strlen(text)))
		return fault(walk, "not UTF-8");
	if (!text_clean(text, strlen(text), true))
		return fault(walk, "holds an invisible or control character");
	if ((count = characters(text)) > rule->chars)
		return fault(walk, "longer than %u characters (%zu)",
		    rule->chars, count);
	if (!body_form_valid(rule->form, text))
		return fault(walk, "must be %s", body_form_says(rule->form));
	return ERR_NONE;
}

static enum err
check_number(struct walk *walk, long long number, const struct body_rule *rule)
{
	if (!body_form_number(rule->form, number))
		return fault(walk, "must be %s", body_form_says(rule->form));
	return ERR_NONE;
}

static enum err
check_real(struct walk *walk, double real, const struct body_rule *rule)
{
	if (!isfinite(real))
		return fault(walk, "is not a finite number");
	if (!body_form_real(rule->form, real))
		return fault(walk, "must be %s", body_form_says(rule->form));
	return ERR_NONE;
}

static enum err
check_enum(struct walk *walk, int number, const ProtobufCFieldDescriptor *field)
{
	if (protobuf_c_enum_descriptor_get_value(field->descriptor, number) ==
	    NULL)
		return fault(walk, "%d is no known value", number);
	return ERR_NONE;
}

/* Check the one value at ${at}.  Types that no body has are not looked at. */
static enum err
check_value(struct walk *walk, const ProtobufCFieldDescriptor *field,
    const struct body_rule *rule, const void *at)
{
	const ProtobufCMessage *msg;
	const char *text;
	uint32_t number;
	double real;

	if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		memcpy(&msg, at, sizeof(void *));
		return msg == NULL ? ERR_NONE : check_message(walk, msg);
	}
	if (field->type == PROTOBUF_C_TYPE_STRING) {
		memcpy(&text, at, sizeof(text));
		return text == NULL ? ERR_NONE : check_string(walk, text, rule);
	}
	if (field->type == PROTOBUF_C_TYPE_DOUBLE) {
		memcpy(&real, at, sizeof(real));
		return check_real(walk, real, rule);
	}
	if (scan_element_size(field) != sizeof(number))
		return ERR_NONE;
	memcpy(&number, at, sizeof(number));
	if (field->type == PROTOBUF_C_TYPE_ENUM)
		return check_enum(walk, (int)number, field);
	if (field->type == PROTOBUF_C_TYPE_INT32)
		return check_number(walk, (int32_t)number, rule);
	return check_number(walk, number, rule);
}

/* Whether a field that stands once is there at all. */
static bool
is_present(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	const char *at = (const char *)msg + field->quantifier_offset;
	uint32_t which;
	protobuf_c_boolean has;

	/* Strings and messages say it themselves, by not being NULL. */
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
		memcpy(&which, at, sizeof(which));
		return which == field->id;
	}
	if (field->type == PROTOBUF_C_TYPE_STRING ||
	    field->type == PROTOBUF_C_TYPE_MESSAGE)
		return true;
	memcpy(&has, at, sizeof(has));
	return has != 0;
}

static enum err
check_list(struct walk *walk, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, const struct body_rule *rule)
{
	const char *items;
	size_t count;
	size_t len;
	size_t i;
	enum err err = ERR_NONE;

	memcpy(&count, (const char *)msg + field->quantifier_offset,
	    sizeof(count));
	memcpy(&items, (const char *)msg + field->offset, sizeof(items));
	if (count > rule->items)
		return fault(
		    walk, "more than %u items (%zu)", rule->items, count);
	for (i = 0; i < count && err == ERR_NONE; i++) {
		len = path_push(walk, NULL, i);
		err = check_value(
		    walk, field, rule, items + i * scan_element_size(field));
		walk->path[len] = '\0';
	}
	return err;
}

static enum err
check_field(struct walk *walk, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field)
{
	struct body_rule rule = body_rule_find(
	    msg->descriptor->short_name, field->name);
	size_t len = path_push(walk, field->name, 0);
	enum err err = ERR_NONE;

	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		err = check_list(walk, msg, field, &rule);
	else if (is_present(msg, field))
		err = check_value(
		    walk, field, &rule, (const char *)msg + field->offset);
	walk->path[len] = '\0';
	return err;
}

static enum err
check_message(struct walk *walk, const ProtobufCMessage *msg)
{
	const ProtobufCMessageDescriptor *desc = msg->descriptor;
	enum err err = ERR_NONE;
	unsigned i;

	if (msg->n_unknown_fields > 0)
		return fault(
		    walk, "unknown field %u", msg->unknown_fields[0].tag);
	for (i = 0; i < desc->n_fields && err == ERR_NONE; i++)
		err = check_field(walk, msg, &desc->fields[i]);
	return err;
}

enum err
body_decode(const uint8_t *buf, size_t len, Erfa__Body **ret_body)
{
	static const struct scan_limits limits = {
		.max_bytes = BODY_MAX,
		.max_depth = BODY_DEPTH,
		.max_fields = BODY_FIELDS,
		.max_alloc = BODY_ALLOC,
	};
	ProtobufCMessage *msg;
	enum err err;

	if (len == 0)
		return ERR_SIZE;
	if ((err = scan_unpack(
		 &erfa__body__descriptor, &limits, buf, len, &msg)) != ERR_NONE)
		return err;
	*ret_body = (Erfa__Body *)msg;
	return ERR_NONE;
}

enum err
body_encode(const Erfa__Body *body, uint8_t **ret_buf, size_t *ret_len)
{
	size_t len = erfa__body__get_packed_size(body);
	uint8_t *buf;

	if (len == 0 || len > BODY_MAX)
		return ERR_SIZE;
	if ((buf = malloc(len)) == NULL)
		return ERR_NOMEM;
	(void)erfa__body__pack(body, buf);
	*ret_buf = buf;
	*ret_len = len;
	return ERR_NONE;
}

enum err
body_new(uint32_t kind, Erfa__Body **ret_body)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field(
		&erfa__body__descriptor, kind + KIND_OFFSET);
	const ProtobufCMessageDescriptor *desc;
	Erfa__Body *body;
	ProtobufCMessage *record;

	if (kind == 0 || field == NULL)
		return ERR_NOENT;
	desc = field->descriptor;
	if ((body = calloc(1, sizeof(*body))) == NULL)
		return ERR_NOMEM;
	erfa__body__init(body);
	body->envelope = calloc(1, sizeof(*body->envelope));
	record = calloc(1, desc->sizeof_message);
	if (body->envelope == NULL || record == NULL) {
		free(body->envelope);
		free(record);
		free(body);
		return ERR_NOMEM;
	}
	erfa__envelope__init(body->envelope);
	protobuf_c_message_init(desc, record);

	/* All records share one place in the union, being pointers. */
	body->record_case = (Erfa__Body__RecordCase)field->id;
	memcpy((char *)body + field->offset, &record, sizeof(void *));
	*ret_body = body;
	return ERR_NONE;
}

void
body_free(Erfa__Body *body)
{
	if (body != NULL)
		erfa__body__free_unpacked(body, NULL);
}

uint32_t
body_kind(const Erfa__Body *body)
{
	return body_record(body) == NULL ?
	    0 :
	    (uint32_t)body->record_case - KIND_OFFSET;
}

const ProtobufCMessage *
body_record(const Erfa__Body *body)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field(
		&erfa__body__descriptor, (unsigned)body->record_case);
	const ProtobufCMessage *record;

	if (body->record_case == ERFA__BODY__RECORD__NOT_SET || field == NULL)
		return NULL;
	memcpy(&record, (const char *)body + field->offset, sizeof(void *));
	return record;
}

enum err
body_check(const Erfa__Body *body, char ret_fault[BODY_FAULT_MAX])
{
	struct walk walk = { .path = "" };
	size_t len = erfa__body__get_packed_size(body);
	enum err err;

	if (body_record(body) == NULL)
		err = fault(&walk, "holds no record");
	else
		err = check_message(&walk, &body->base);
	if (err == ERR_NONE && len > BODY_MAX) {
		(void)fault(
		    &walk, "longer than %d bytes in all (%zu)", BODY_MAX, len);
		err = ERR_SIZE;
	}
	if (err != ERR_NONE)
		memcpy(ret_fault, walk.fault, sizeof(walk.fault));
	return err;
}
