#include "proto/json.h"

#include <assert.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

#include "proto/jsonerr.h"
#include "proto/jsonout.h"
#include "proto/jsontext.h"
#include "proto/scan.h"

#define STEPS_MAX  (2 * JSON_DEPTH_MAX + 2) /* a name and a list a level */
#define QUOTED_MAX 256 /* bytes of a foreign word that is shown */
#define WORD_SHOWN 40  /* bytes of it before escaping */
#define EXACT_MAX  9007199254740992.0 /* beyond it a double skips numbers */
#define TWO_TO_64  18446744073709551616.0
#define FLOAT_END  0x1.ffffffp+127 /* the least that is no more a float */
#define BOM        "\xef\xbb\xbf"

/* One step from the outermost object towards a value. */
struct step {
	const char *name; /* NULL: element of a list */
	size_t index;     /* number of the element or the member, from 0 */
};

struct reader {
	const char *text;
	size_t len;
	bool lenient;
	bool inexact; /* whole numbers were read as doubles */
	unsigned depth;
	struct step steps[STEPS_MAX];
	size_t step_count;
	struct json_error error;
};

/* One message while it is filled. */
struct target {
	ProtobufCMessage *msg;
	uint64_t seen[SCAN_FIELDS_MAX / 64]; /* one bit a declared field */
};

/* A whole number of either sign. */
struct whole {
	bool negative;
	uint64_t size;
};

static enum err read_message(struct reader *reader,
    const ProtobufCMessageDescriptor *desc, json_t *json,
    ProtobufCMessage **ret_msg);

/* ---- errors --------------------------------------------------------------- */

/* Add to the text of the error; what does not fit is cut. */
__attribute__((format(printf, 2, 3))) static void
say(struct reader *reader, const char *format, ...)
{
	char *text = reader->error.text;
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(
	    text + used, sizeof(reader->error.text) - used, format, args);
	va_end(args);
}

/* Write a foreign word in quotes, escaped and cut to what can be shown. */
static void
quote(const char *word, char ret_quoted[QUOTED_MAX])
{
	struct jsontext out = { 0 };
	char *text;

	jsontext_string(&out, word, strnlen(word, WORD_SHOWN));
	if (jsontext_take(&out, &text) != ERR_NONE) {
		(void)snprintf(ret_quoted, QUOTED_MAX, "\"?\"");
		return;
	}
	(void)snprintf(ret_quoted, QUOTED_MAX, "%s", text);
	free(text);
}

/* Write down where the reader stands; with ${name} at a name nobody knows. */
static void
note_place(struct reader *reader, bool name)
{
	struct json_error *error = &reader->error;
	size_t steps[STEPS_MAX];
	struct jsonerr_place place;
	size_t used = 0;
	size_t i;
	int n;

	for (i = 0; i < reader->step_count; i++) {
		const struct step *step = &reader->steps[i];

		steps[i] = step->index;
		if (used >= sizeof(error->path) ||
		    (name && i + 1 == reader->step_count))
			continue;
		if (step->name == NULL)
			n = snprintf(error->path + used,
			    sizeof(error->path) - used, "[%zu]", step->index);
		else
			n = snprintf(error->path + used,
			    sizeof(error->path) - used, "%s%s",
			    i > 0 ? "." : "", step->name);
		used += n > 0 ? (size_t)n : 0;
	}
	place = jsonerr_place(
	    reader->text, reader->len, steps, reader->step_count, name);
	error->line = place.line;
	error->column = place.column;
}

/* The value is of the wrong kind: say what was expected, and what is there. */
static enum err
fail_kind(struct reader *reader, const char *expected, const json_t *json)
{
	static const char *const kinds[] = {
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "a list",
		[JSON_STRING] = "text",
		[JSON_INTEGER] = "a number",
		[JSON_REAL] = "another number",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null",
	};
	char quoted[QUOTED_MAX];

	note_place(reader, false);
	say(reader, "expected %s, found ", expected);
	if (json_is_integer(json)) {
		say(reader, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
	} else if (json_is_string(json)) {
		quote(json_string_value(json), quoted);
		say(reader, "%s", quoted);
	} else {
		say(reader, "%s", kinds[json_typeof(json)]);
	}
	return ERR_SYNTAX;
}

/* Suggest what was meant by ${word}, or list what could have been. */
static void
say_fields(struct reader *reader, const ProtobufCMessageDescriptor *desc,
    const char *word)
{
	char name[JSONTEXT_NAME_MAX];
	char best[JSONTEXT_NAME_MAX] = "";
	unsigned least = UINT32_MAX;
	unsigned i;

	for (i = 0; i < desc->n_fields; i++) {
		unsigned distance;

		jsontext_name(desc->fields[i].name, name);
		distance = jsonerr_distance(word, name);
		if (distance < least) {
			least = distance;
			memcpy(best, name, sizeof(best));
		}
	}
	if (best[0] != '\0' && jsonerr_is_near(word, least)) {
		say(reader, "; did you mean \"%s\"?", best);
		return;
	}
	say(reader, "; possible here:");
	for (i = 0; i < desc->n_fields; i++) {
		jsontext_name(desc->fields[i].name, name);
		say(reader, "%s %s", i > 0 ? "," : "", name);
	}
}

/* A name that no field has. */
static enum err
fail_name(struct reader *reader, const ProtobufCMessageDescriptor *desc,
    const char *name)
{
	char quoted[QUOTED_MAX];

	quote(name, quoted);
	note_place(reader, true);
	say(reader, "no field is named %s", quoted);
	say_fields(reader, desc, name);
	return ERR_SYNTAX;
}

/* A value that its enumeration does not have. */
static enum err
fail_enum(struct reader *reader, const ProtobufCEnumDescriptor *desc,
    const char *word)
{
	const char *best = NULL;
	unsigned least = UINT32_MAX;
	char quoted[QUOTED_MAX];
	unsigned i;

	quote(word, quoted);
	note_place(reader, false);
	say(reader, "no value is named %s", quoted);
	for (i = 0; i < desc->n_values; i++) {
		unsigned distance = jsonerr_distance(
		    word, desc->values[i].name);

		if (distance < least) {
			least = distance;
			best = desc->values[i].name;
		}
	}
	if (best != NULL && jsonerr_is_near(word, least)) {
		say(reader, "; did you mean \"%s\"?", best);
		return ERR_SYNTAX;
	}
	say(reader, "; possible here:");
	for (i = 0; i < desc->n_values; i++)
		say(reader, "%s %s", i > 0 ? "," : "", desc->values[i].name);
	return ERR_SYNTAX;
}

/* Any other thing wrong with a value. */
static enum err
fail(struct reader *reader, const char *what)
{
	note_place(reader, false);
	say(reader, "%s", what);
	return ERR_SYNTAX;
}

/* ---- numbers ---------------------------------------------------------------- */

static bool
whole_from_double(double value, struct whole *ret_whole)
{
	double size = value < 0 ? -value : value;

	if (!(size < TWO_TO_64) || (double)(uint64_t)size != size)
		return false;
	ret_whole->negative = value < 0;
	ret_whole->size = (uint64_t)size;
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Read a number as JSON writes it. */
static bool
double_from_text(const char *text, size_t len, double *ret_value)
{
	json_t *json;
	bool ok;

	/* The parser would take blanks around it. */
	if (len == 0 || (text[0] != '-' && !is_digit(text[0])) ||
	    !is_digit(text[len - 1]))
		return false;
	json = json_loadb(
	    text, len, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
	ok = json_is_real(json);
	if (ok)
		*ret_value = json_real_value(json);
	json_decref(json);
	return ok;
}

/* Read digits, all 64 bits of them; else any number that is whole. */
static bool
whole_from_text(const char *text, size_t len, struct whole *ret_whole)
{
	bool negative = len > 0 && text[0] == '-';
	size_t i = negative ? 1 : 0;
	uint64_t size = 0;
	double value;

	if (strspn(text + i, "0123456789") != len - i)
		return double_from_text(text, len, &value) &&
		    whole_from_double(value, ret_whole);
	if (i == len || (text[i] == '0' && len - i > 1))
		return false;
	for (; i < len; i++) {
		uint64_t digit = (uint64_t)(text[i] - '0');

		if (size > (UINT64_MAX - digit) / 10)
			return false;
		size = size * 10 + digit;
	}
	ret_whole->negative = negative && size > 0;
	ret_whole->size = size;
	return true;
}

static bool
whole_from_json(const json_t *json, struct whole *ret_whole)
{
	int64_t value;

	switch (json_typeof(json)) {
	case JSON_INTEGER:
		value = json_integer_value(json);
		ret_whole->negative = value < 0;
		ret_whole->size = value < 0 ? 0 - (uint64_t)value :
					      (uint64_t)value;
		return true;
	case JSON_REAL:
		return whole_from_double(json_real_value(json), ret_whole);
	case JSON_STRING:
		return whole_from_text(json_string_value(json),
		    json_string_length(json), ret_whole);
	case JSON_OBJECT:
	case JSON_ARRAY:
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		break;
	}
	return false;
}

/* Read a whole number of ${bits} bits to ${slot}. */
static enum err
read_whole(struct reader *reader, const json_t *json, unsigned bits,
    bool is_signed, void *slot)
{
	uint64_t max = UINT64_MAX >> (64 - bits + (is_signed ? 1 : 0));
	struct whole whole;
	char expected[80];
	uint64_t value;
	uint32_t half;

	if (reader->inexact && fabs(json_real_value(json)) > EXACT_MAX)
		return fail(reader,
		    "so large a number may lose digits; write it in quotes");
	if (!whole_from_json(json, &whole) ||
	    whole.size > max + (whole.negative && is_signed ? 1 : 0) ||
	    (whole.negative && !is_signed)) {
		if (is_signed)
			(void)snprintf(expected, sizeof(expected),
			    "a whole number from -%" PRIu64 " to %" PRIu64,
			    max + 1, max);
		else
			(void)snprintf(expected, sizeof(expected),
			    "a whole number from 0 to %" PRIu64, max);
		return fail_kind(reader, expected, json);
	}
	value = whole.negative ? 0 - whole.size : whole.size;
	half = (uint32_t)value;
	if (bits == 32)
		memcpy(slot, &half, sizeof(half));
	else
		memcpy(slot, &value, sizeof(value));
	return ERR_NONE;
}

/* Read what has a name because it is no number. */
static bool
special_from_text(const char *text, double *ret_value)
{
	if (strcmp(text, "NaN") == 0)
		*ret_value = (double)NAN;
	else if (strcmp(text, "Infinity") == 0)
		*ret_value = (double)INFINITY;
	else if (strcmp(text, "-Infinity") == 0)
		*ret_value = -(double)INFINITY;
	else
		return false;
	return true;
}

static enum err
read_double(struct reader *reader, const json_t *json, double *ret_value)
{
	const char *text = json_string_value(json);

	if (json_is_number(json)) {
		*ret_value = json_number_value(json);
		return ERR_NONE;
	}
	if (text != NULL &&
	    (special_from_text(text, ret_value) ||
		double_from_text(text, json_string_length(json), ret_value)))
		return ERR_NONE;
	return fail_kind(reader, "a number", json);
}

/* Round to a float; what is only just too large has a float as its text. */
static float
to_float(double value)
{
	if (value > (double)FLT_MAX && value < FLOAT_END)
		return FLT_MAX;
	if (value < -(double)FLT_MAX && value > -FLOAT_END)
		return -FLT_MAX;
	return (float)value;
}

static enum err
read_float(struct reader *reader, const json_t *json, void *slot)
{
	double value;
	float number;
	enum err err;

	if ((err = read_double(reader, json, &value)) != ERR_NONE)
		return err;
	if (!isinf(value) && (value >= FLOAT_END || value <= -FLOAT_END))
		return fail(reader, "too large a number for this field");
	number = to_float(value);
	memcpy(slot, &number, sizeof(number));
	return ERR_NONE;
}

/* ---- other values ----------------------------------------------------------- */

static enum err
read_bool(struct reader *reader, const json_t *json, void *slot)
{
	protobuf_c_boolean value = json_is_true(json);

	if (!json_is_boolean(json))
		return fail_kind(reader, "true or false, not quoted", json);
	memcpy(slot, &value, sizeof(value));
	return ERR_NONE;
}

static enum err
read_enum(struct reader *reader, const ProtobufCEnumDescriptor *desc,
    const json_t *json, void *slot)
{
	const char *name = json_string_value(json);
	const ProtobufCEnumValue *value;
	struct whole whole;
	int32_t number;

	if (name == NULL && !json_is_number(json))
		return fail_kind(reader, "the name of a value in quotes", json);
	if (name == NULL || whole_from_json(json, &whole))
		return read_whole(reader, json, 32, true, slot);
	value = protobuf_c_enum_descriptor_get_value_by_name(desc, name);
	if (value == NULL)
		return fail_enum(reader, desc, name);
	number = value->value;
	memcpy(slot, &number, sizeof(number));
	return ERR_NONE;
}

static enum err
read_string(struct reader *reader, const json_t *json, void *slot)
{
	size_t len = json_string_length(json);
	char *copy;

	if (!json_is_string(json))
		return fail_kind(reader, "text in quotes", json);
	if (memchr(json_string_value(json), '\0', len) != NULL)
		return fail(reader, "text cannot hold \\u0000; leave it out");
	if ((copy = malloc(len + 1)) == NULL)
		return ERR_NOMEM;
	memcpy(copy, json_string_value(json), len + 1);
	*(char **)slot = copy;
	return ERR_NONE;
}

static enum err
read_bytes(struct reader *reader, const json_t *json, void *slot)
{
	size_t len = json_string_length(json);
	ProtobufCBinaryData bytes = { 0, NULL };

	if (!json_is_string(json))
		return fail_kind(reader, "base64 in quotes", json);
	if (len > 0 && (bytes.data = malloc(len)) == NULL)
		return ERR_NOMEM;
	if (len > 0 &&
	    jsontext_unbase64(json_string_value(json), len, bytes.data,
		&bytes.len) != ERR_NONE) {
		free(bytes.data);
		return fail(reader, "not base64; was it cut or changed?");
	}
	memcpy(slot, &bytes, sizeof(bytes));
	return ERR_NONE;
}

/* Read one value of ${field} to ${slot}. */
static enum err
read_value(struct reader *reader, const ProtobufCFieldDescriptor *field,
    json_t *json, void *slot)
{
	ProtobufCMessage *msg;
	double number;
	enum err err;

	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		return read_whole(reader, json, 32, true, slot);
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return read_whole(reader, json, 32, false, slot);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		return read_whole(reader, json, 64, true, slot);
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return read_whole(reader, json, 64, false, slot);
	case PROTOBUF_C_TYPE_FLOAT:
		return read_float(reader, json, slot);
	case PROTOBUF_C_TYPE_DOUBLE:
		if ((err = read_double(reader, json, &number)) != ERR_NONE)
			return err;
		memcpy(slot, &number, sizeof(number));
		return ERR_NONE;
	case PROTOBUF_C_TYPE_BOOL:
		return read_bool(reader, json, slot);
	case PROTOBUF_C_TYPE_ENUM:
		return read_enum(reader, field->descriptor, json, slot);
	case PROTOBUF_C_TYPE_STRING:
		return read_string(reader, json, slot);
	case PROTOBUF_C_TYPE_BYTES:
		return read_bytes(reader, json, slot);
	case PROTOBUF_C_TYPE_MESSAGE:
		err = read_message(reader, field->descriptor, json, &msg);
		if (err != ERR_NONE)
			return err;
		memcpy(slot, &msg, sizeof(void *));
		return ERR_NONE;
	}
	return ERR_SYNTAX;
}

/* ---- messages --------------------------------------------------------------- */

static void *
member(ProtobufCMessage *msg, unsigned offset)
{
	return (char *)msg + offset;
}

/* Go one step down; the number of levels bounds the number of steps. */
static void
step_down(struct reader *reader, const char *name, size_t index)
{
	reader->steps[reader->step_count++] = (struct step){ .name = name,
		.index = index };
}

static enum err
read_list(struct reader *reader, ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, json_t *json)
{
	size_t size = scan_element_size(field);
	size_t count = json_array_size(json);
	enum err err = ERR_NONE;
	char *values;
	size_t i;

	if (!json_is_array(json))
		return fail_kind(reader, "a list in [ ]", json);
	if (count == 0)
		return ERR_NONE;
	if ((values = calloc(count, size)) == NULL)
		return ERR_NOMEM;
	memcpy(member(msg, field->offset), &values, sizeof(values));
	for (i = 0; i < count && err == ERR_NONE; i++) {
		step_down(reader, NULL, i);
		err = read_value(
		    reader, field, json_array_get(json, i), values + i * size);
		reader->step_count--;
	}

	/* The element that failed was not written; those before it are freed. */
	if (err != ERR_NONE)
		i--;
	memcpy(member(msg, field->quantifier_offset), &i, sizeof(i));
	return err;
}

/* Read the value of a field that is not repeated. */
static enum err
read_single(struct reader *reader, ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, json_t *json)
{
	void *quantifier = member(msg, field->quantifier_offset);
	protobuf_c_boolean has = 1;
	enum err err;

	err = read_value(reader, field, json, member(msg, field->offset));
	if (err != ERR_NONE)
		return err;
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
		memcpy(quantifier, &field->id, sizeof(field->id));
	else if (field->label == PROTOBUF_C_LABEL_OPTIONAL &&
	    field->type != PROTOBUF_C_TYPE_STRING &&
	    field->type != PROTOBUF_C_TYPE_MESSAGE)
		memcpy(quantifier, &has, sizeof(has));
	return ERR_NONE;
}

/* Find the field that is called ${name} in JSON or in the .proto file. */
static const ProtobufCFieldDescriptor *
find_field(const ProtobufCMessageDescriptor *desc, const char *name)
{
	char json_name[JSONTEXT_NAME_MAX];
	unsigned i;

	for (i = 0; i < desc->n_fields; i++) {
		jsontext_name(desc->fields[i].name, json_name);
		if (strcmp(name, json_name) == 0 ||
		    strcmp(name, desc->fields[i].name) == 0)
			return &desc->fields[i];
	}
	return NULL;
}

/* Return the member of ${field}'s oneof that is set, or NULL. */
static const ProtobufCFieldDescriptor *
oneof_set(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	uint32_t id;

	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
		return NULL;
	memcpy(&id, member(msg, field->quantifier_offset), sizeof(id));
	if (id == 0)
		return NULL;
	return protobuf_c_message_descriptor_get_field(msg->descriptor, id);
}

/* Read one member of an object. */
static enum err
read_field(struct reader *reader, struct target *target, const char *name,
    json_t *json)
{
	const ProtobufCMessageDescriptor *desc = target->msg->descriptor;
	const ProtobufCFieldDescriptor *field = find_field(desc, name);
	const ProtobufCFieldDescriptor *other;
	char other_name[JSONTEXT_NAME_MAX];
	uint64_t bit;
	size_t i;

	if (field == NULL)
		return reader->lenient ? ERR_NONE :
					 fail_name(reader, desc, name);

	/* The same field under its two names. */
	i = (size_t)(field - desc->fields);
	bit = (uint64_t)1 << (i % 64);
	if ((target->seen[i / 64] & bit) != 0)
		return fail(reader, "this field stands here twice; keep one");
	target->seen[i / 64] |= bit;
	if (json_is_null(json))
		return ERR_NONE;

	if ((other = oneof_set(target->msg, field)) != NULL) {
		jsontext_name(other->name, other_name);
		note_place(reader, false);
		say(reader, "cannot stand beside \"%s\"; keep one of the two",
		    other_name);
		return ERR_SYNTAX;
	}
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return read_list(reader, target->msg, field, json);
	return read_single(reader, target->msg, field, json);
}

/* Read all members of an object. */
static enum err
read_fields(struct reader *reader, ProtobufCMessage *msg, json_t *json)
{
	struct target target = { .msg = msg };
	enum err err = ERR_NONE;
	const char *name;
	size_t index = 0;
	void *at;

	for (at = json_object_iter(json); at != NULL;
	     at = json_object_iter_next(json, at)) {
		name = json_object_iter_key(at);
		step_down(reader, name, index++);
		err = read_field(
		    reader, &target, name, json_object_iter_value(at));
		reader->step_count--;
		if (err != ERR_NONE)
			break;
	}
	return err;
}

static enum err
read_message(struct reader *reader, const ProtobufCMessageDescriptor *desc,
    json_t *json, ProtobufCMessage **ret_msg)
{
	ProtobufCMessage *msg;
	enum err err;

	assert(desc->n_fields <= SCAN_FIELDS_MAX);
	if (!json_is_object(json))
		return fail_kind(reader, "an object in { }", json);
	if (reader->depth == JSON_DEPTH_MAX) {
		(void)fail(reader, "objects are nested too deeply");
		return ERR_DEPTH;
	}
	if ((msg = calloc(1, desc->sizeof_message)) == NULL)
		return ERR_NOMEM;
	protobuf_c_message_init(desc, msg);
	reader->depth++;
	err = read_fields(reader, msg, json);
	reader->depth--;
	if (err != ERR_NONE) {
		protobuf_c_message_free_unpacked(msg, NULL);
		return err;
	}
	*ret_msg = msg;
	return ERR_NONE;
}

/* ---- the whole text --------------------------------------------------------- */

/* Translate what jansson says. */
static enum err
err_from_jansson(struct reader *reader, const json_error_t *error)
{
	static const struct {
		enum json_error_code code;
		enum err err;
		const char *text;
	} known[] = {
		{ json_error_out_of_memory, ERR_NOMEM, "" },
		{ json_error_stack_overflow, ERR_DEPTH,
		    "lists and objects are nested too deeply" },
		{ json_error_premature_end_of_input, ERR_SYNTAX,
		    "the text ends too early; was it cut?" },
		{ json_error_end_of_input_expected, ERR_SYNTAX,
		    "more text after the end of the object" },
		{ json_error_invalid_utf8, ERR_SYNTAX,
		    "the text is not UTF-8; save it as UTF-8" },
		{ json_error_duplicate_key, ERR_SYNTAX,
		    "a name stands twice in one object; keep one" },
		{ json_error_numeric_overflow, ERR_SYNTAX,
		    "too large a number" },
		{ json_error_null_byte_in_key, ERR_SYNTAX,
		    "a name cannot hold \\u0000" },
	};

	enum json_error_code code = json_error_code(error);
	const char *near = strstr(error->text, " near ");
	size_t len = strlen(error->text);
	size_t i;

	reader->error.line = error->line > 0 ? (unsigned)error->line : 0;
	reader->error.column = error->column > 0 ? (unsigned)error->column : 0;
	if (len == 0)
		code = json_error_out_of_memory;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].code != code)
			continue;
		say(reader, "%s", known[i].text);
		return known[i].err;
	}

	/* What jansson says in its own words, without the bytes it quotes. */
	if (near != NULL)
		len = (size_t)(near - error->text);
	say(reader, "not JSON: %.*s", (int)len, error->text);
	return ERR_SYNTAX;
}

/* Parse the text to jansson's values. */
static enum err
load(struct reader *reader, json_t **ret_json)
{
	size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
	json_error_t error;
	json_t *json;

	json = json_loadb(reader->text, reader->len, flags, &error);
	if (json == NULL &&
	    json_error_code(&error) == json_error_numeric_overflow) {
		/* Too large for 64 bits, and yet perhaps a good double. */
		reader->inexact = true;
		json = json_loadb(reader->text, reader->len,
		    flags | JSON_DECODE_INT_AS_REAL, &error);
	}
	if (json == NULL)
		return err_from_jansson(reader, &error);
	*ret_json = json;
	return ERR_NONE;
}

/* Read a whole text. */
static enum err
read_text(struct reader *reader, const ProtobufCMessageDescriptor *desc,
    ProtobufCMessage **ret_msg)
{
	json_t *json = NULL;
	enum err err;

	if (reader->len == 0 || reader->len > JSON_TEXT_MAX) {
		say(reader, "the text is %s",
		    reader->len == 0 ? "empty" : "longer than 16 MiB");
		return ERR_SIZE;
	}
	if (reader->len >= strlen(BOM) &&
	    memcmp(reader->text, BOM, strlen(BOM)) == 0) {
		reader->text += strlen(BOM);
		reader->len -= strlen(BOM);
	}
	if ((err = load(reader, &json)) != ERR_NONE)
		return err;
	assert(json != NULL);
	err = read_message(reader, desc, json, ret_msg);
	json_decref(json);
	return err;
}

static enum err
to_message(const ProtobufCMessageDescriptor *desc, struct reader *reader,
    ProtobufCMessage **ret_msg, struct json_error *ret_error)
{
	enum err err;

	if ((err = read_text(reader, desc, ret_msg)) == ERR_NONE)
		return ERR_NONE;
	if (err == ERR_NOMEM)
		say(reader, "%s", err_str(err));
	*ret_error = reader->error;
	return err;
}

enum err
json_from_message(const ProtobufCMessage *msg,
    const struct json_options *options, char **ret_text)
{
	struct jsonout_options out_options = { .max_depth = JSON_DEPTH_MAX };
	struct jsontext out = { 0 };
	enum err err;

	if (options != NULL) {
		out_options.pretty = options->pretty;
		out_options.print_defaults = options->print_defaults;
		out_options.hex_bytes = options->hex_bytes;
	}
	if ((err = jsonout_message(&out, msg, &out_options)) != ERR_NONE) {
		jsontext_clear(&out);
		return err;
	}
	return jsontext_take(&out, ret_text);
}

enum err
json_to_message(const ProtobufCMessageDescriptor *desc, const char *text,
    size_t len, ProtobufCMessage **ret_msg, struct json_error *ret_error)
{
	struct reader reader = { .text = text, .len = len };

	return to_message(desc, &reader, ret_msg, ret_error);
}

enum err
json_to_message_lenient(const ProtobufCMessageDescriptor *desc,
    const char *text, size_t len, ProtobufCMessage **ret_msg,
    struct json_error *ret_error)
{
	struct reader reader = { .text = text, .len = len, .lenient = true };

	return to_message(desc, &reader, ret_msg, ret_error);
}
