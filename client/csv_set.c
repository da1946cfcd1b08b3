#include "client/csv_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body_rule.h"
#include "client/csv_date.h"
#include "client/csv_map.h"
#include "client/form.h"
#include "client/form_field.h"
#include "client/form_schema.h"
#include "client/speech.h"

#define ITEM_PATH_MAX (CSV_PATH_MAX + 8) /* "keywords[12]" */

/* A cell on its way into a field. */
struct cell {
	const struct form_words *words;
	const struct csv_words *columns;
	Erfa__Body *body;
	const char *path;
	const ProtobufCFieldDescriptor *field;
	const ProtobufCMessageDescriptor *in; /* that the field belongs to */
	struct form_fault *fault;
};

/* ---- which field ---- */

/* One step of a path, "goals[0]": its name, and what follows it. */
static const char *
take_step(const char *path, char name[CSV_PATH_MAX])
{
	size_t len = strcspn(path, ".[");

	(void)snprintf(name, CSV_PATH_MAX, "%.*s", (int)len, path);
	path += len;
	if (*path == '[')
		path += strcspn(path, "]") + (strchr(path, ']') != NULL);
	return path;
}

/* Find the field at the end of ${path}; false if there is none. */
static bool
find_field(const Erfa__Body *body, const char *path, struct cell *cell)
{
	char name[CSV_PATH_MAX];
	struct form_field found;

	path = take_step(path, name);
	found = form_field_find(body, NULL, name);
	if (found.field == NULL)
		return false;
	cell->in = found.msg->descriptor;
	cell->field = found.field;
	while (*path == '.') {
		if (cell->field->type != PROTOBUF_C_TYPE_MESSAGE)
			return false;
		path = take_step(path + 1, name);
		cell->in = cell->field->descriptor;
		cell->field = protobuf_c_message_descriptor_get_field_by_name(
		    cell->in, name);
		if (cell->field == NULL)
			return false;
	}
	return *path == '\0';
}

/* Whether a lone word can stand for the field. */
static bool
takes_word(const ProtobufCFieldDescriptor *field)
{
	return field->type != PROTOBUF_C_TYPE_MESSAGE ||
	    form_value_shorthand(field->descriptor, "x") != NULL;
}

bool
csv_set_known(const Erfa__Body *body, const char *path)
{
	struct cell cell = { .path = path };

	if (strlen(path) >= CSV_PATH_MAX || !find_field(body, path, &cell))
		return false;
	return takes_word(cell.field) || strcmp(path, "period") == 0;
}

/* ---- values ---- */

/* Let ${path} say ${text}. */
static enum err
assign(struct cell *cell, const char *path, const char *text)
{
	size_t size = strlen(path) + strlen(text) + 2;
	char *assignment = malloc(size);
	enum err err;

	if (assignment == NULL)
		return ERR_NOMEM;
	(void)snprintf(assignment, size, "%s=%s", path, text);
	err = form_set(cell->words, cell->body, assignment, cell->fault);
	free(assignment);
	return err;
}

/* The same for one value, in the spelling of the records. */
static enum err
assign_value(struct cell *cell, const char *path, const char *text)
{
	struct body_rule rule = body_rule_find(
	    cell->in->short_name, cell->field->name);
	char vocabulary[FORM_CODE_MAX];
	char date[DAY_LEN + 1];
	const char *code = NULL;

	if (cell->field->type == PROTOBUF_C_TYPE_STRING &&
	    rule.form == FORM_DATE && csv_date(text, date) == ERR_NONE)
		return assign(cell, path, date);
	if (cell->field->type == PROTOBUF_C_TYPE_ENUM) {
		form_schema_vocabulary(cell->field->descriptor, vocabulary);
		code = csv_words_code(cell->columns, vocabulary, text);
	}
	return assign(cell, path, code == NULL ? text : code);
}

/* Take the blanks off both ends. */
static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		text[--len] = '\0';
	return text;
}

/* Set the items of a list one by one. */
static enum err
assign_items(struct cell *cell, char *text, const char *between)
{
	char path[ITEM_PATH_MAX];
	char *rest = text;
	char *item;
	size_t count = 0;
	enum err err = assign(cell, cell->path, "");

	while (err == ERR_NONE && (item = strsep(&rest, between)) != NULL) {
		item = trim(item);
		if (*item == '\0')
			continue;
		(void)snprintf(
		    path, sizeof(path), "%s[%zu]", cell->path, count++);
		err = assign_value(cell, path, item);
	}
	return err;
}

/* Items stand between semicolons or on lines; codes, whose labels may hold a
 * comma, between commas if they are not understood otherwise. */
static enum err
set_list(struct cell *cell, const char *text)
{
	char *copy = strdup(text);
	enum err err;

	if (copy == NULL)
		return ERR_NOMEM;
	err = assign_items(cell, copy, ";\n");
	if (err == ERR_SYNTAX && cell->field->type == PROTOBUF_C_TYPE_ENUM &&
	    strchr(text, ',') != NULL && strpbrk(text, ";\n") == NULL) {
		(void)snprintf(copy, strlen(text) + 1, "%s", text);
		err = assign_items(cell, copy, ",");
	}
	free(copy);
	return err;
}

static enum err
refuse_period(struct cell *cell, const char *text)
{
	memset(cell->fault, 0, sizeof(*cell->fault));
	(void)snprintf(cell->fault->what, sizeof(cell->fault->what),
	    _("\"%.*s\" is no period"), FORM_SHOWN, text);
	(void)snprintf(cell->fault->remedy, sizeof(cell->fault->remedy),
	    _("write 1.1.2026 - 31.12.2027, or 2026-01 - 2027"));
	return ERR_SYNTAX;
}

static enum err
set_period(struct cell *cell, const char *text)
{
	char start[DAY_LEN + 1], end[DAY_LEN + 1];
	enum err err = csv_period(text, start, end);

	if (err == ERR_SYNTAX)
		return refuse_period(cell, text);
	if (err == ERR_NONE)
		err = assign(cell, "period.start", start);
	if (err == ERR_NONE)
		err = assign(cell, "period.end", end);
	return err;
}

/* A committee of which the name is written: both are kept. */
static enum err
set_body(struct cell *cell, const char *text)
{
	static const char name[] = "anchoring.local_name";
	enum err err = assign_value(cell, cell->path, text);
	const Erfa__Anchoring *anchoring = cell->body->trial->anchoring;

	if (err == ERR_NONE && anchoring != NULL &&
	    anchoring->local_name == NULL &&
	    csv_words_code(cell->columns, "body_kind", text) != NULL)
		err = assign(cell, name, text);
	return err;
}

enum err
csv_set(const struct form_words *words, const struct csv_words *columns,
    Erfa__Body *body, const char *path, const char *text,
    struct form_fault *ret_fault)
{
	struct cell cell = { .words = words,
		.columns = columns,
		.body = body,
		.path = path,
		.fault = ret_fault };
	char *copy, *trimmed;
	enum err err;

	if (!find_field(body, path, &cell))
		return ERR_SYNTAX;
	if ((copy = strdup(text)) == NULL)
		return ERR_NOMEM;
	trimmed = trim(copy);
	if (strcmp(path, "period") == 0)
		err = set_period(&cell, trimmed);
	else if (strcmp(path, "anchoring.body_kind") == 0 &&
	    body->record_case == ERFA__BODY__RECORD_TRIAL)
		err = set_body(&cell, trimmed);
	else if (cell.field->label == PROTOBUF_C_LABEL_REPEATED &&
	    path[strlen(path) - 1] != ']')
		err = set_list(&cell, trimmed);
	else
		err = assign_value(&cell, path, trimmed);
	free(copy);
	return err;
}
