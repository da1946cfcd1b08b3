#include "client/export_csv.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/header.h"
#include "proto/jsontext.h"
#include "client/cells.h"
#include "client/form_schema.h"

#define STEP_MAX  64 /* bytes of one step of a path, the NUL counted */
#define COUNT_MAX 24 /* bytes of a number, the NUL counted */
#define LEARNT    "experience."

/* Columns that tell of the record. */
static const char *const about[] = { "id", "org", "country", "version",
	"published", "external_id", "transcribed", "retracted", "language" };

/* Fields of a trial. */
static const char *const fields[] = { "title", "summary", "sector", "status",
	"status_reason", "period.start", "period.end", "goals[0].text",
	"goals[0].success_criterion", "goals[1].text",
	"goals[1].success_criterion", "goals[2].text",
	"goals[2].success_criterion", "owner.unit", "owner.role",
	"owner.accepted_on", "anchoring.body_kind", "anchoring.local_name",
	"anchoring.date", "anchoring.ref", "purpose", "trust_relation",
	"approach", "initiator", "programme", "network", "mandate",
	"freedom_to", "target_group", "keywords", "sites", "partners",
	"needs_exemption", "exemptions[0].provision", "exemptions[0].level",
	"exemptions[0].why", "exemptions[0].authorities",
	"exemptions[1].provision", "exemptions[1].level", "exemptions[1].why",
	"exemptions[1].authorities", "exemptions[2].provision",
	"exemptions[2].level", "exemptions[2].why", "exemptions[2].authorities",
	"core_elements", "competence_needs", "demands" };

/* How many there are of what may be more than the columns hold. */
static const char *const counts[] = { "exemptions", "experiences" };

/* Fields of an experience, after LEARNT. */
static const char *const learnt[] = { "experience.verdict",
	"experience.what_worked", "experience.what_did_not",
	"experience.conditions", "experience.for_whom",
	"experience.unexpected" };

#define ABOUT   (sizeof(about) / sizeof(about[0]))
#define FIELDS  (sizeof(fields) / sizeof(fields[0]))
#define COUNTS  (sizeof(counts) / sizeof(counts[0]))
#define LEARNTS (sizeof(learnt) / sizeof(learnt[0]))

/* An experience, and the trial that it is about. */
struct word {
	const char *trial;
	const Erfa__Exported *record;
};

/* A table on its way. */
struct table {
	struct cells cells;
	struct word *words; /* by the trial, the one that tells first */
	size_t nwords;
	enum err err; /* the first one */
};

const char *
export_csv_head(size_t column)
{
	if (column < ABOUT)
		return about[column];
	column -= ABOUT;
	if (column < FIELDS)
		return fields[column];
	column -= FIELDS;
	if (column < COUNTS)
		return counts[column];
	column -= COUNTS;
	return column < LEARNTS ? learnt[column] : NULL;
}

/* ---- values ---- */

static void add_item(struct jsontext *text, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, size_t index);

/* A message is told by the one of its fields that can stand for it. */
static void
add_message(struct jsontext *text, const ProtobufCMessage *msg)
{
	static const char *const names[] = { "id", "name", "text", "concept",
		"what", "title" };
	const ProtobufCFieldDescriptor *field;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		field = protobuf_c_message_descriptor_get_field_by_name(
		    msg->descriptor, names[i]);
		if (field != NULL && form_schema_count(msg, field) > 0) {
			add_item(text, msg, field, 0);
			return;
		}
	}
}

static void
add_enum(struct jsontext *text, const ProtobufCFieldDescriptor *field,
    const void *item)
{
	const ProtobufCEnumDescriptor *desc = field->descriptor;
	const ProtobufCEnumValue *value;
	char code[FORM_CODE_MAX];
	uint32_t number;

	memcpy(&number, item, sizeof(number));
	value = protobuf_c_enum_descriptor_get_value(desc, (int)number);
	if (number == 0)
		return;
	if (value == NULL) {
		jsontext_uint(text, number);
		return;
	}
	form_schema_code(desc, value, code);
	jsontext_puts(text, code);
}

/* Integers of four and of eight bytes. */
static void
add_number(struct jsontext *text, const ProtobufCFieldDescriptor *field,
    const void *item)
{
	uint32_t small;
	uint64_t big;
	double real;

	if (field->type == PROTOBUF_C_TYPE_DOUBLE) {
		memcpy(&real, item, sizeof(real));
		jsontext_double(text, real);
	} else if (field->type == PROTOBUF_C_TYPE_UINT64) {
		memcpy(&big, item, sizeof(big));
		jsontext_uint(text, big);
	} else if (field->type == PROTOBUF_C_TYPE_UINT32) {
		memcpy(&small, item, sizeof(small));
		jsontext_uint(text, small);
	} else if (field->type == PROTOBUF_C_TYPE_INT32) {
		memcpy(&small, item, sizeof(small));
		jsontext_int(text, (int32_t)small);
	}
}

static void
add_item(struct jsontext *text, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, size_t index)
{
	const void *item = form_schema_item(msg, field, index);
	protobuf_c_boolean flag;
	const char *string;

	if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		add_message(text, form_schema_message(msg, field, index));
	} else if (field->type == PROTOBUF_C_TYPE_STRING) {
		memcpy(&string, item, sizeof(string));
		jsontext_puts(text, string);
	} else if (field->type == PROTOBUF_C_TYPE_BOOL) {
		memcpy(&flag, item, sizeof(flag));
		jsontext_puts(text, flag ? "true" : "false");
	} else if (field->type == PROTOBUF_C_TYPE_ENUM) {
		add_enum(text, field, item);
	} else {
		add_number(text, field, item);
	}
}

/* ---- paths ---- */

/* Take one step, "goals[0]", off a path; false if it is none. */
static bool
take_step(const char **path, char name[STEP_MAX], size_t *ret_index,
    bool *ret_indexed)
{
	size_t len = strcspn(*path, ".[");
	char *end;

	if (len == 0 || len >= STEP_MAX)
		return false;
	(void)snprintf(name, STEP_MAX, "%.*s", (int)len, *path);
	*path += len;
	*ret_index = 0;
	*ret_indexed = **path == '[';
	if (*ret_indexed) {
		*ret_index = strtoul(*path + 1, &end, 10);
		if (*end != ']')
			return false;
		*path = end + 1;
	}
	if (**path == '.')
		(*path)++;
	return true;
}

/* All of a field, or of its list the one that is meant. */
static void
add_field(struct jsontext *text, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, size_t index, bool indexed)
{
	size_t count = form_schema_count(msg, field);
	size_t i = indexed ? index : 0;

	if (indexed && count > index + 1)
		count = index + 1;
	for (; i < count; i++) {
		if (i > 0 && !indexed)
			jsontext_puts(text, "; ");
		add_item(text, msg, field, i);
	}
}

/* Follow ${path} as far as there is something. */
static enum err
add_path(struct jsontext *text, const ProtobufCMessageDescriptor *desc,
    const ProtobufCMessage *msg, const char *path)
{
	const ProtobufCFieldDescriptor *field;
	char name[STEP_MAX];
	size_t index;
	bool indexed;

	while (take_step(&path, name, &index, &indexed)) {
		field = protobuf_c_message_descriptor_get_field_by_name(
		    desc, name);
		if (field == NULL)
			return ERR_NOENT;
		if (*path == '\0') {
			if (msg != NULL)
				add_field(text, msg, field, index, indexed);
			return ERR_NONE;
		}
		if (field->type != PROTOBUF_C_TYPE_MESSAGE)
			return ERR_NOENT;
		desc = field->descriptor;
		if (msg != NULL)
			msg = form_schema_count(msg, field) > index ?
			    form_schema_message(msg, field, index) :
			    NULL;
	}
	return ERR_NOENT;
}

enum err
export_csv_value(const ProtobufCMessage *msg, const char *path, char **ret_text)
{
	struct jsontext text = { 0 };
	enum err err = add_path(&text, msg->descriptor, msg, path);

	if (err == ERR_NONE) {
		jsontext_puts(&text, "");
		return jsontext_take(&text, ret_text);
	}
	jsontext_clear(&text);
	return err;
}

/* ---- what was learnt ---- */

static const char *
safe(const char *text)
{
	return text == NULL ? "" : text;
}

static bool
is_here(const Erfa__Exported *record, uint32_t kind)
{
	return record->row != NULL && record->body != NULL &&
	    record->body->envelope != NULL && body_kind(record->body) == kind;
}

/* The trial that an experience is about; NULL if about none, or taken back. */
static const char *
trial_of(const Erfa__Exported *record)
{
	const Erfa__Experience *experience;

	if (!is_here(record, HEADER_EXPERIENCE) || record->row->retracted)
		return NULL;
	experience = record->body->experience;
	if (experience->target_case != ERFA__EXPERIENCE__TARGET_TRIAL ||
	    experience->trial == NULL)
		return NULL;
	return experience->trial->id;
}

/* Whether the publisher of the trial itself says so. */
static bool
is_own(const struct word *word)
{
	const char *publisher = safe(word->record->row->publisher);
	size_t len = strlen(publisher);

	return strncmp(word->trial, publisher, len) == 0 &&
	    word->trial[len] == '/';
}

static int
compare_words(const void *a, const void *b)
{
	const struct word *x = a;
	const struct word *y = b;
	int order = strcmp(x->trial, y->trial);

	if (order == 0)
		order = is_own(y) - is_own(x);
	if (order == 0)
		order = strcmp(
		    safe(y->record->row->time), safe(x->record->row->time));
	if (order == 0)
		order = strcmp(safe(x->record->row->full_id),
		    safe(y->record->row->full_id));
	return order;
}

/* Put the experiences into the order in which trials look for them. */
static enum err
sort_words(struct table *table, Erfa__Exported *const *records, size_t count)
{
	const char *trial;
	size_t i;

	table->words = calloc(count + 1, sizeof(*table->words));
	if (table->words == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++) {
		if ((trial = trial_of(records[i])) == NULL)
			continue;
		table->words[table->nwords].trial = trial;
		table->words[table->nwords].record = records[i];
		table->nwords++;
	}
	qsort(
	    table->words, table->nwords, sizeof(*table->words), compare_words);
	return ERR_NONE;
}

/* The first word about a trial, and how many there are. */
static const Erfa__Experience *
find_words(const struct table *table, const char *trial, size_t *ret_count)
{
	size_t low = 0;
	size_t high = table->nwords;
	size_t middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(table->words[middle].trial, trial) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (high = low; high < table->nwords &&
	     strcmp(table->words[high].trial, trial) == 0;
	     high++)
		;
	*ret_count = high - low;
	return high == low ? NULL : table->words[low].record->body->experience;
}

/* ---- rows ---- */

static void
put_value(struct table *table, const ProtobufCMessage *msg, const char *path)
{
	char *text = NULL;
	enum err err = ERR_NONE;

	if (msg != NULL)
		err = export_csv_value(msg, path, &text);
	if (table->err == ERR_NONE)
		table->err = err;
	cells_put(&table->cells, text);
	free(text);
}

static void
put_count(struct table *table, size_t count)
{
	char text[COUNT_MAX];

	(void)snprintf(text, sizeof(text), "%zu", count);
	cells_put(&table->cells, text);
}

/* What is known about the record itself, in the order of ${about}. */
static void
put_about(struct table *table, const Erfa__Exported *record)
{
	const Erfa__Envelope *envelope = record->body->envelope;
	const Erfa__Row *row = record->row;
	char version[2 * COUNT_MAX];

	(void)snprintf(version, sizeof(version), "%u.%u",
	    (unsigned)envelope->major, (unsigned)envelope->minor);
	cells_put(&table->cells, row->full_id);
	cells_put(&table->cells, row->publisher);
	cells_put(&table->cells, row->country);
	cells_put(&table->cells, version);
	cells_put(&table->cells,
	    envelope->published_at != NULL ? envelope->published_at :
					     row->time);
	cells_put(&table->cells, envelope->external_id);
	cells_put(&table->cells, envelope->transcribed ? "true" : "false");
	cells_put(&table->cells, row->retracted ? "true" : "false");
	cells_put(&table->cells, envelope->language);
}

static void
put_row(struct table *table, const Erfa__Exported *record)
{
	const Erfa__Trial *trial = record->body->trial;
	const Erfa__Experience *said;
	size_t count = 0;
	size_t i;

	said = find_words(table, safe(record->row->full_id), &count);
	put_about(table, record);
	for (i = 0; i < FIELDS; i++)
		put_value(table, &trial->base, fields[i]);
	put_count(table, trial->n_exemptions);
	put_count(table, count);
	for (i = 0; i < LEARNTS; i++)
		put_value(table, said == NULL ? NULL : &said->base,
		    learnt[i] + sizeof(LEARNT) - 1);
}

static void
end_row(struct table *table)
{
	enum err err = cells_end(&table->cells);

	if (table->err == ERR_NONE)
		table->err = err;
}

static void
put_heads(struct table *table)
{
	const char *head;
	size_t i;

	for (i = 0; (head = export_csv_head(i)) != NULL; i++)
		cells_put(&table->cells, head);
	end_row(table);
}

static bool
is_trial(const Erfa__Exported *record)
{
	return record->row != NULL && record->row->kind != NULL &&
	    strcmp(record->row->kind, header_kind_name(HEADER_TRIAL)) == 0;
}

enum err
export_csv(struct print *print, Erfa__Exported *const *records, size_t count,
    size_t *ret_left_out)
{
	struct table table = { .cells = { .print = print } };
	size_t left_out = 0;
	size_t i;

	if (sort_words(&table, records, count) != ERR_NONE)
		return ERR_NOMEM;
	put_heads(&table);
	for (i = 0; i < count && table.err == ERR_NONE; i++) {
		if (is_here(records[i], HEADER_TRIAL)) {
			put_row(&table, records[i]);
			end_row(&table);
		} else if (is_trial(records[i])) {
			left_out++;
		}
	}
	free(table.words);
	if (table.err == ERR_NONE)
		*ret_left_out = left_out;
	return table.err;
}
