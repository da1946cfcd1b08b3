#include "client/form.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body_rule.h"
#include "client/form_field.h"
#include "client/form_schema.h"
#include "client/form_value.h"
#include "client/speech.h"

#define NAME_MAX_BYTES 64 /* of one field's name in a path */
#define DIGITS_MAX     4  /* of an index */
#define NO_INDEX       SIZE_MAX

struct setter {
	const struct form_words *words;
	const Erfa__Body *body;
	const char *value; /* "" takes back */
	struct form_faults faults;
	char path[FORM_PATH_MAX];
};

/* One step of a path: "goals", or "goals[1]". */
struct step {
	char name[NAME_MAX_BYTES];
	size_t index;
};

static enum err set_in(
    struct setter *setter, ProtobufCMessage *msg, const char *path);

static struct form_place
place_of(struct setter *setter)
{
	struct form_place place = { .faults = &setter->faults,
		.path = setter->path };

	return place;
}

__attribute__((format(printf, 3, 4))) static enum err
refuse(struct setter *setter, const char *remedy, const char *format, ...)
{
	char what[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), speech(format), args);
	va_end(args);
	form_fault_help(
	    form_faults_add(&setter->faults, 0, 0, setter->path, "%s", what),
	    "%s", speech(remedy));
	return ERR_SYNTAX;
}

/* Take one step off ${path}, which ends at "=". */
static enum err
take_step(struct setter *setter, const char **path, struct step *step)
{
	size_t len = strcspn(*path, ".[=");
	size_t digits;

	if (len == 0 || len >= sizeof(step->name))
		return refuse(setter,
		    _("write field=value, or goals[0].text=..."),
		    _("\"%.*s\" does not begin with a field"), FORM_SHOWN,
		    *path);
	memcpy(step->name, *path, len);
	step->name[len] = '\0';
	*path += len;
	step->index = NO_INDEX;
	if (**path != '[')
		return ERR_NONE;
	digits = strspn(*path + 1, "0123456789");
	if (digits == 0 || digits > DIGITS_MAX || (*path)[digits + 1] != ']' ||
	    strchr(".=", (*path)[digits + 2]) == NULL)
		return refuse(setter, _("write [0] for the first item"),
		    _("the index of %s is no number in brackets"), step->name);
	step->index = strtoul(*path + 1, NULL, 10);
	*path += digits + 2;
	return ERR_NONE;
}

/* ---- values ------------------------------------------------------------- */

/* Read ${text} into ${field} of the empty message ${msg}. */
static enum err
read_one(struct setter *setter, ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, const char *text)
{
	struct form_place place = place_of(setter);
	union form_value value = { .big = 0 };
	const ProtobufCFieldDescriptor *inner;
	enum err err;

	if (field->type != PROTOBUF_C_TYPE_MESSAGE) {
		err = form_value_read(setter->words, msg->descriptor, field,
		    text, strlen(text), &place, &value);
		if (err != ERR_NONE)
			return err;
		err = form_schema_add(msg, field, &value);
		if (err != ERR_NONE && field->type == PROTOBUF_C_TYPE_STRING)
			free(value.text);
		return err;
	}
	inner = form_value_shorthand(field->descriptor, text);
	if (inner == NULL)
		return refuse(setter, _("write one of its fields after a dot"),
		    _("%s consists of fields"), field->name);
	if ((value.message = form_schema_new(field->descriptor)) == NULL)
		return ERR_NOMEM;
	err = read_one(setter, value.message, inner, text);
	if (err == ERR_NONE)
		err = form_schema_add(msg, field, &value);
	if (err != ERR_NONE)
		protobuf_c_message_free_unpacked(value.message, NULL);
	return err;
}

/* Is every part of "a,b" an id of its own? */
static bool
holds_ids(const ProtobufCFieldDescriptor *field, const char *text)
{
	const ProtobufCMessageDescriptor *desc = field->descriptor;
	const ProtobufCFieldDescriptor *inner;
	bool ids = true;
	char *copy;
	char *rest;
	const char *part;

	if (field->type != PROTOBUF_C_TYPE_MESSAGE ||
	    (copy = strdup(text)) == NULL)
		return false;
	rest = copy;
	while (ids && (part = strsep(&rest, ",")) != NULL) {
		inner = form_value_shorthand(desc, part);
		ids = inner != NULL && strcmp(inner->name, "id") == 0;
	}
	free(copy);
	return ids;
}

/* Read all values of a list into the empty message ${msg}. */
static enum err
read_all(struct setter *setter, ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field)
{
	struct body_rule rule = body_rule_find(
	    msg->descriptor->short_name, field->name);
	enum err err = ERR_NONE;
	const char *part;
	char *copy;
	char *rest;

	if (field->type == PROTOBUF_C_TYPE_STRING ||
	    (field->type == PROTOBUF_C_TYPE_MESSAGE &&
		!holds_ids(field, setter->value)))
		return read_one(setter, msg, field, setter->value);
	if ((copy = strdup(setter->value)) == NULL)
		return ERR_NOMEM;
	rest = copy;
	while (err == ERR_NONE && (part = strsep(&rest, ",")) != NULL)
		err = read_one(setter, msg, field, part);
	free(copy);
	if (err == ERR_NONE && form_schema_count(msg, field) > rule.items)
		return refuse(setter, "", "more than %u items (%zu)",
		    rule.items, form_schema_count(msg, field));
	return err;
}

/* Put the values that were read to where they belong. */
static enum err
put(ProtobufCMessage *msg, const struct form_field *to, size_t index)
{
	size_t count = form_schema_count(to->msg, to->field);

	if (index == NO_INDEX) {
		form_schema_swap(to->msg, msg, to->field);
		return ERR_NONE;
	}
	if (index == count) {
		enum err err = form_schema_add(
		    to->msg, to->field, form_schema_item(msg, to->field, 0));

		if (err == ERR_NONE)
			form_schema_forget(msg, to->field);
		return err;
	}
	form_schema_replace(
	    to->msg, to->field, index, form_schema_item(msg, to->field, 0));
	form_schema_forget(msg, to->field);
	return ERR_NONE;
}

/* ---- steps -------------------------------------------------------------- */

/* Does the index fit the list, or its end? */
static enum err
check_index(
    struct setter *setter, const struct form_field *to, const struct step *step)
{
	bool list = to->field->label == PROTOBUF_C_LABEL_REPEATED;
	struct body_rule rule = body_rule_find(
	    to->msg->descriptor->short_name, to->field->name);
	size_t count;

	if (!list && step->index != NO_INDEX)
		return refuse(setter, _("leave out the brackets"),
		    _("%s is no list"), step->name);
	if (!list || step->index == NO_INDEX)
		return ERR_NONE;
	count = form_schema_count(to->msg, to->field);
	if (step->index > count)
		return refuse(setter, _("items are counted from 0"),
		    _("there are only %zu items"), count);
	if (step->index >= rule.items)
		return refuse(setter, "", _("more than %u items"), rule.items);
	return ERR_NONE;
}

/* Take back what the last step of a path names. */
static void
unset(const struct form_field *to, size_t index)
{
	if (index == NO_INDEX)
		form_schema_drop(to->msg, to->field);
	else if (index < form_schema_count(to->msg, to->field))
		form_schema_remove(to->msg, to->field, index);
}

/* Do what the last step of a path says. */
static enum err
set_here(
    struct setter *setter, const struct form_field *to, const struct step *step)
{
	const char *rival = form_field_rival(to->msg, to->field);
	ProtobufCMessage *scratch;
	enum err err;

	if (setter->value[0] == '\0') {
		unset(to, step->index);
		return ERR_NONE;
	}
	if (rival != NULL)
		return refuse(setter, _("take that one back first"),
		    "stands beside %s", rival);
	if ((scratch = form_schema_new(to->msg->descriptor)) == NULL)
		return ERR_NOMEM;
	if (to->field->label == PROTOBUF_C_LABEL_REPEATED &&
	    step->index == NO_INDEX)
		err = read_all(setter, scratch, to->field);
	else
		err = read_one(setter, scratch, to->field, setter->value);
	if (err == ERR_NONE)
		err = put(scratch, to, step->index);
	protobuf_c_message_free_unpacked(scratch, NULL);
	return err;
}

/* Follow the path into a message that is there, or make it. */
static enum err
set_below(struct setter *setter, const struct form_field *to,
    const struct step *step, const char *path)
{
	bool list = to->field->label == PROTOBUF_C_LABEL_REPEATED;
	size_t index = list ? step->index : 0;
	union form_value sub = { .message = NULL };
	bool made = false;
	enum err err;

	if (to->field->type != PROTOBUF_C_TYPE_MESSAGE)
		return refuse(setter, _("write field=value"),
		    _("%s has no fields of its own"), step->name);
	if (list && step->index == NO_INDEX)
		return refuse(setter, _("write [0] for the first item"),
		    _("%s is a list"), step->name);
	if (form_field_rival(to->msg, to->field) != NULL)
		return refuse(setter, _("take that one back first"),
		    "stands beside %s", form_field_rival(to->msg, to->field));
	if (index < form_schema_count(to->msg, to->field))
		sub.message = form_schema_message(to->msg, to->field, index);
	else if ((sub.message = form_schema_new(to->field->descriptor)) == NULL)
		return ERR_NOMEM;
	else if ((err = form_schema_add(to->msg, to->field, &sub)) !=
	    ERR_NONE) {
		protobuf_c_message_free_unpacked(sub.message, NULL);
		return err;
	} else {
		made = true;
	}
	err = set_in(setter, sub.message, path);
	if (form_schema_is_empty(sub.message) && (made || err == ERR_NONE))
		unset(to, list ? index : NO_INDEX);
	return err;
}

/* Follow ${path} from ${msg} on, NULL being the outermost level. */
static enum err
set_in(struct setter *setter, ProtobufCMessage *msg, const char *path)
{
	struct form_place place = place_of(setter);
	struct form_field to;
	struct step step;
	enum err err;

	if ((err = take_step(setter, &path, &step)) != ERR_NONE)
		return err;
	to = form_field_find(setter->body, msg, step.name);
	if (to.field == NULL) {
		form_field_refuse(setter->body, msg, step.name, &place);
		return ERR_SYNTAX;
	}
	(void)form_path_push(setter->path, step.name);
	if (step.index != NO_INDEX)
		(void)form_path_index(setter->path, step.index);
	if ((err = check_index(setter, &to, &step)) != ERR_NONE)
		return err;
	if (*path == '.')
		return set_below(setter, &to, &step, path + 1);
	return set_here(setter, &to, &step);
}

enum err
form_set(const struct form_words *words, Erfa__Body *body,
    const char *assignment, struct form_fault *ret_fault)
{
	struct setter setter = { .words = words, .body = body };
	const char *equals = strchr(assignment, '=');
	enum err err;

	if (body_record(body) == NULL || body->envelope == NULL)
		return ERR_NOENT;
	if (equals == NULL) {
		err = refuse(&setter, _("write field=value"),
		    _("\"%.*s\" has no ="), FORM_SHOWN, assignment);
	} else {
		setter.value = equals + 1;
		err = set_in(&setter, NULL, assignment);
	}
	if (err == ERR_SYNTAX && setter.faults.count > 0)
		*ret_fault = setter.faults.items[0];
	else if (err == ERR_SYNTAX)
		err = ERR_NOMEM;
	form_faults_clear(&setter.faults);
	return err;
}
