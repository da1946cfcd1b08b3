#include "client/form.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body_rule.h"
#include "proto/jsontext.h"
#include "proto/text.h"
#include "client/form_quote.h"
#include "client/form_schema.h"
#include "client/form_stamp.h"
#include "client/form_value.h"

#define COLUMNS     78   /* of comments */
#define BLOCK_CHARS 60   /* characters from which a text is a block */
#define UNSET_DEPTH 3    /* levels of fields that are not set */
#define LIMIT_SHOWN 1000 /* limits above are not worth a word */
#define TEXT_MAX    1024 /* bytes of one comment */

/* How fields that are not set are shown. */
enum unset {
	UNSET_EMPTY,   /* as empty fields, to be filled in */
	UNSET_COMMENT, /* commented out, with what they are for */
	UNSET_NOTHING,
};

struct writer {
	const struct form_words *words;
	struct jsontext out;
	bool dash; /* the next field is the first of an item */
};

/* What stands on the first screen, in this order. */
static const char *const first_screens[][16] = {
	{ "Trial", "title", "summary", "sector", "status", "mandate",
	    "freedom_to", "demands", "resources", "owner", "anchoring", "goals",
	    "period" },
	{ "Profile", "org", "name", "type", "contact_role", "mailbox" },
	{ "Programme", "name", "owner", "type", "status", "period" },
	{ "Network", "name", "theme", "coordinator", "members" },
	{ "Round", "programme", "no", "opens", "closes" },
	{ "Application", "programme", "round", "stage", "applicants",
	    "trials" },
	{ "Decision", "trial", "authority", "outcome", "plain_summary",
	    "reason", "conditions" },
	{ "Indicator", "code", "name", "unit", "polarity" },
	{ "Observation", "trial", "indicator", "occasion", "arm", "period" },
	{ "Experience", "verdict", "what_worked", "what_did_not", "conditions",
	    "for_whom" },
	{ "Adaptation", "to_trial", "from_trial", "what", "nature", "reason" },
	{ "Comment", "target", "kind", "body" },
	{ "Retraction", "target", "kind", "reason", "explanation" },
	{ "Term", "concept", "pref_label", "definition" },
	{ "Directory", "name", "mailbox", "address", "contact_role" },
	{ "Group", "name", "purpose", "members" },
	/* Of what stands there: the fields that are asked for first. */
	{ "Resources", "budget_room" },
	{ "Owner", "unit", "role" },
	{ "Anchoring", "body_kind", "local_name", "date" },
	{ "Period", "start", "end" },
};

/* What the software sets: shown if it is set, never asked for. */
static const char *const automatic[] = { "Adaptation.changed_fields",
	"Adaptation.relation", "Adaptation.root", "Adaptation.timing",
	"Envelope.amended_at", "Envelope.id", "Envelope.major",
	"Envelope.minor", "Envelope.published_at", "Envelope.publisher",
	"Experience.basis", "Experience.stage", "Exemption.key", "Group.group",
	"Trial.origin", "Trial.status" };

static void write_message(struct writer *writer, const ProtobufCMessage *msg,
    unsigned indent, enum unset unset);

/* ---- what can be written ------------------------------------------------ */

static enum err check_message(const ProtobufCMessage *msg);

static enum err
check_item(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field,
    size_t index)
{
	const void *at = form_schema_item(msg, field, index);
	const char *text;
	int number;

	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return check_message(form_schema_message(msg, field, index));
	if (field->type == PROTOBUF_C_TYPE_STRING) {
		memcpy(&text, at, sizeof(text));
		return text_valid(text, strlen(text)) ? ERR_NONE : ERR_SYNTAX;
	}
	if (field->type != PROTOBUF_C_TYPE_ENUM)
		return ERR_NONE;
	memcpy(&number, at, sizeof(number));
	return protobuf_c_enum_descriptor_get_value(
		   field->descriptor, number) == NULL ?
	    ERR_VERSION :
	    ERR_NONE;
}

/* Is there anything that a form would lose? */
static enum err
check_message(const ProtobufCMessage *msg)
{
	enum err err = msg->n_unknown_fields > 0 ? ERR_VERSION : ERR_NONE;
	unsigned f;
	size_t i;

	for (f = 0; f < msg->descriptor->n_fields; f++) {
		const ProtobufCFieldDescriptor *field =
		    &msg->descriptor->fields[f];

		for (i = 0;
		     err == ERR_NONE && i < form_schema_count(msg, field); i++)
			err = check_item(msg, field, i);
	}
	return err;
}

/* ---- lines -------------------------------------------------------------- */

static void
put(struct writer *writer, const char *text)
{
	jsontext_puts(&writer->out, text);
}

static void
put_blanks(struct writer *writer, unsigned count)
{
	while (count-- > 0)
		put(writer, " ");
}

/* Begin a line of a field, commented out or not. */
static void
begin(struct writer *writer, unsigned indent, bool comment)
{
	if (comment)
		put(writer, "# ");
	if (writer->dash && indent >= 2) {
		put_blanks(writer, indent - 2);
		put(writer, "- ");
		writer->dash = false;
		return;
	}
	put_blanks(writer, indent);
}

/* Write words as lines of a comment. */
static void
write_comment(struct writer *writer, unsigned indent, const char *text)
{
	size_t room = COLUMNS - 3 - indent;
	size_t used = 0;

	while (*text != '\0') {
		char word[TEXT_MAX];
		size_t len = strcspn(text, " ");
		size_t width;

		if (len >= sizeof(word))
			len = sizeof(word) - 1;
		memcpy(word, text, len);
		word[len] = '\0';
		width = text_width(word);
		if (used > 0 && used + 1 + width > room) {
			put(writer, "\n");
			used = 0;
		}
		put(writer, used > 0 ? " " : "## ");
		if (used == 0)
			put_blanks(writer, indent);
		put(writer, word);
		used += width + (used > 0 ? 1 : 0);
		text += len;
		text += strspn(text, " ");
	}
	if (used > 0)
		put(writer, "\n");
}

/* A sentence of forms, with a blank line before it. */
static void
write_heading(struct writer *writer, const char *name)
{
	put(writer, "\n");
	write_comment(writer, 0, form_words_help(writer->words, "form", name));
}

/* ---- comments ----------------------------------------------------------- */

static bool
is_automatic(const char *message, const char *field)
{
	char key[TEXT_MAX];
	size_t i;

	(void)snprintf(key, sizeof(key), "%s.%s", message, field);
	for (i = 0; i < sizeof(automatic) / sizeof(automatic[0]); i++)
		if (strcmp(automatic[i], key) == 0)
			return true;
	return false;
}

/* The form of a text in words, or "". */
static const char *
form_hint(const struct writer *writer, const struct body_rule *rule)
{
	switch (rule->form) {
	case FORM_DATE:
		return form_words_help(writer->words, "form", "date");
	case FORM_ORG:
		return form_words_help(writer->words, "form", "org");
	case FORM_RECORD:
		return form_words_help(writer->words, "form", "record");
	case FORM_LANGUAGE:
		return form_words_help(writer->words, "form", "language");
	case FORM_COUNTRY:
		return form_words_help(writer->words, "form", "country");
	case FORM_TEXT:
	case FORM_TIME:
	case FORM_HEX16:
	case FORM_HEX64:
	case FORM_YEAR:
	case FORM_MONTH:
	case FORM_OVER_0:
		break;
	}
	return "";
}

/* Write the values that a field may hold, with their labels. */
static void
write_codes(
    struct writer *writer, const ProtobufCEnumDescriptor *desc, unsigned indent)
{
	struct jsontext text = { 0 };
	char code[FORM_CODE_MAX];
	char *line = NULL;
	unsigned i;

	for (i = 0; i < desc->n_values; i++) {
		const char *label = form_words_label(
		    writer->words, desc, &desc->values[i]);

		if (desc->values[i].value == 0)
			continue;
		form_schema_code(desc, &desc->values[i], code);
		jsontext_puts(&text, text.len > 0 ? " · " : "");
		jsontext_puts(&text, code);
		if (label[0] == '\0' || strcmp(label, code) == 0)
			continue;
		jsontext_puts(&text, " (");
		jsontext_puts(&text, label);
		jsontext_puts(&text, ")");
	}
	if (jsontext_take(&text, &line) != ERR_NONE) {
		writer->out.failed = true;
		return;
	}
	write_comment(writer, indent + 2, line);
	free(line);
}

/* Write what a field is for, how much it may hold, and its values. */
static void
write_help(struct writer *writer, const ProtobufCMessageDescriptor *desc,
    const ProtobufCFieldDescriptor *field, unsigned indent)
{
	struct body_rule rule = body_rule_find(desc->short_name, field->name);
	bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
	const char *help = form_words_help(
	    writer->words, desc->short_name, field->name);
	const char *hint = field->type == PROTOBUF_C_TYPE_STRING ?
	    form_hint(writer, &rule) :
	    "";
	unsigned limit = list ? rule.items : rule.chars;
	char text[TEXT_MAX];
	char most[32] = "";

	if (is_automatic(desc->short_name, field->name))
		hint = form_words_help(writer->words, "form", "automatic");
	if ((list && limit < BODY_ITEMS) ||
	    (!list && field->type == PROTOBUF_C_TYPE_STRING &&
		rule.form == FORM_TEXT && limit <= LIMIT_SHOWN))
		(void)snprintf(most, sizeof(most), "≤ %u", limit);
	(void)snprintf(text, sizeof(text), "%s%s%s%s%s%s", help,
	    hint[0] != '\0' || most[0] != '\0' ? " (" : "", hint,
	    hint[0] != '\0' && most[0] != '\0' ? ", " : "", most,
	    hint[0] != '\0' || most[0] != '\0' ? ")" : "");
	write_comment(writer, indent, text);
	if (field->type == PROTOBUF_C_TYPE_ENUM)
		write_codes(writer, field->descriptor, indent);
}

/* ---- values ------------------------------------------------------------- */

static void
put_text(struct writer *writer, const char *text, const struct body_rule *rule,
    unsigned indent)
{
	bool block = rule->form == FORM_TEXT &&
	    text_width(text) > BLOCK_CHARS && rule->chars > BLOCK_CHARS;

	form_quote(&writer->out, text, indent, block, rule->form != FORM_TEXT);
}

/* Write a value that is no message; further lines of it at ${indent}. */
static void
put_value(struct writer *writer, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, size_t index, unsigned indent)
{
	const void *at = form_schema_item(msg, field, index);
	struct body_rule rule = body_rule_find(
	    msg->descriptor->short_name, field->name);
	char code[FORM_CODE_MAX];
	const char *text;
	uint32_t number;
	double real;

	if (field->type == PROTOBUF_C_TYPE_STRING) {
		memcpy(&text, at, sizeof(text));
		put_text(writer, text, &rule, indent);
		return;
	}
	if (field->type == PROTOBUF_C_TYPE_DOUBLE) {
		memcpy(&real, at, sizeof(real));
		jsontext_double(&writer->out, real);
		return;
	}
	memcpy(&number, at, sizeof(number));
	if (field->type == PROTOBUF_C_TYPE_BOOL) {
		put(writer, number != 0 ? "yes" : "no");
	} else if (field->type == PROTOBUF_C_TYPE_ENUM) {
		form_schema_code(field->descriptor,
		    protobuf_c_enum_descriptor_get_value(
			field->descriptor, (int)number),
		    code);
		put(writer, code);
	} else if (field->type == PROTOBUF_C_TYPE_INT32) {
		jsontext_int(&writer->out, (int32_t)number);
	} else {
		jsontext_uint(&writer->out, number);
	}
}

/* The id by which a message can be written, if it is read as one again; or NULL. */
static const char *
short_form(const ProtobufCMessage *msg)
{
	const char *name = msg->descriptor->short_name;
	const ProtobufCFieldDescriptor *field;
	const ProtobufCFieldDescriptor *only = NULL;
	const char *text;
	unsigned i;

	if (strcmp(name, "OrgRef") != 0 && strcmp(name, "RecordRef") != 0)
		return NULL;
	for (i = 0; i < msg->descriptor->n_fields; i++) {
		field = &msg->descriptor->fields[i];
		if (form_schema_count(msg, field) == 0)
			continue;
		if (only != NULL || field->type != PROTOBUF_C_TYPE_STRING)
			return NULL;
		only = field;
	}
	if (only == NULL || strcmp(only->name, "id") != 0)
		return NULL;
	memcpy(&text, form_schema_item(msg, only, 0), sizeof(text));
	return form_value_shorthand(msg->descriptor, text) == only ? text :
								     NULL;
}

/* Write the messages and texts of a list, one item after the other. */
static void
write_items(struct writer *writer, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, unsigned indent, enum unset unset)
{
	size_t count = form_schema_count(msg, field);
	size_t i;

	for (i = 0; i < count; i++) {
		const ProtobufCMessage *sub = field->type ==
			PROTOBUF_C_TYPE_MESSAGE ?
		    form_schema_message(msg, field, i) :
		    NULL;
		const char *text = sub == NULL ? NULL : short_form(sub);

		writer->dash = true;
		if (sub != NULL && text == NULL && !form_schema_is_empty(sub)) {
			write_message(writer, sub, indent + 4,
			    i == 0 ? unset : UNSET_NOTHING);
			continue;
		}
		begin(writer, indent + 4, false);
		if (sub == NULL)
			put_value(writer, msg, field, i, indent + 4);
		else if (text == NULL)
			put(writer, "{}");
		else
			form_quote(&writer->out, text, indent, false, true);
		put(writer, "\n");
	}
}

/* Write "[a, b]". */
static void
put_row(struct writer *writer, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field)
{
	size_t i;

	put(writer, " [");
	for (i = 0; i < form_schema_count(msg, field); i++) {
		put(writer, i > 0 ? ", " : "");
		put_value(writer, msg, field, i, 0);
	}
	put(writer, "]\n");
}

static void
write_single(struct writer *writer, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, unsigned indent, enum unset unset)
{
	const ProtobufCMessage *sub;
	const char *text;

	if (field->type != PROTOBUF_C_TYPE_MESSAGE) {
		put(writer, " ");
		put_value(writer, msg, field, 0, indent + 2);
		put(writer, "\n");
		return;
	}
	sub = form_schema_message(msg, field, 0);
	text = short_form(sub);
	if (text != NULL) {
		put(writer, " ");
		form_quote(&writer->out, text, indent, false, true);
		put(writer, "\n");
	} else if (form_schema_is_empty(sub)) {
		put(writer, " {}\n");
	} else {
		put(writer, "\n");
		write_message(writer, sub, indent + 2, unset);
	}
}

/* Write a field that is set. */
static void
write_set(struct writer *writer, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, unsigned indent, enum unset unset)
{
	begin(writer, indent, false);
	put(writer, field->name);
	put(writer, ":");
	if (field->label != PROTOBUF_C_LABEL_REPEATED) {
		write_single(writer, msg, field, indent, unset);
	} else if (field->type == PROTOBUF_C_TYPE_MESSAGE ||
	    field->type == PROTOBUF_C_TYPE_STRING) {
		put(writer, "\n");
		write_items(writer, msg, field, indent, unset);
	} else {
		put_row(writer, msg, field);
	}
}

/* ---- fields that are not set -------------------------------------------- */

static void write_unset_fields(struct writer *writer,
    const ProtobufCMessageDescriptor *desc, unsigned indent, enum unset unset,
    unsigned depth);

/* Write a field that is not set, and those within it. */
static void
write_unset(struct writer *writer, const ProtobufCMessageDescriptor *desc,
    const ProtobufCFieldDescriptor *field, unsigned indent, enum unset unset,
    unsigned depth)
{
	bool comment = unset == UNSET_COMMENT;
	bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
	const ProtobufCMessageDescriptor *inner = field->descriptor;

	if (unset == UNSET_NOTHING ||
	    is_automatic(desc->short_name, field->name))
		return;
	write_help(writer, desc, field, indent);
	begin(writer, indent, comment);
	put(writer, field->name);
	put(writer, ":\n");
	if (field->type != PROTOBUF_C_TYPE_MESSAGE || depth == UNSET_DEPTH ||
	    strcmp(inner->short_name, "OrgRef") == 0 ||
	    strcmp(inner->short_name, "RecordRef") == 0)
		return;
	writer->dash = list;
	write_unset_fields(
	    writer, inner, indent + (list ? 4 : 2), unset, depth + 1);
	writer->dash = false;
}

/* The names of the first screen of ${desc}, or NULL. */
static const char *const *
first_screen(const ProtobufCMessageDescriptor *desc)
{
	size_t i;

	for (i = 0; i < sizeof(first_screens) / sizeof(first_screens[0]); i++)
		if (strcmp(first_screens[i][0], desc->short_name) == 0)
			return first_screens[i] + 1;
	return NULL;
}

static bool
is_first(const ProtobufCMessageDescriptor *desc, const char *field)
{
	const char *const *name = first_screen(desc);

	for (; name != NULL && *name != NULL; name++)
		if (strcmp(*name, field) == 0)
			return true;
	return false;
}

/* Field number ${i} of ${desc}, those of its first screen before the others. */
static const ProtobufCFieldDescriptor *
field_in_order(const ProtobufCMessageDescriptor *desc, unsigned i)
{
	const char *const *name = first_screen(desc);
	unsigned f;

	for (; name != NULL && *name != NULL; name++, i--)
		if (i == 0)
			return protobuf_c_message_descriptor_get_field_by_name(
			    desc, *name);
	for (f = 0; f < desc->n_fields; f++)
		if (!is_first(desc, desc->fields[f].name) && i-- == 0)
			return &desc->fields[f];
	return NULL;
}

static void
write_unset_fields(struct writer *writer,
    const ProtobufCMessageDescriptor *desc, unsigned indent, enum unset unset,
    unsigned depth)
{
	unsigned i;

	for (i = 0; i < desc->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = field_in_order(desc, i);
		bool later = first_screen(desc) != NULL &&
		    !is_first(desc, field->name);

		write_unset(writer, desc, field, indent,
		    unset == UNSET_EMPTY && later ? UNSET_COMMENT : unset,
		    depth);
	}
}

/* ---- messages ----------------------------------------------------------- */

/* Write a message within a record: what it holds, then what it could hold. */
static void
write_message(struct writer *writer, const ProtobufCMessage *msg,
    unsigned indent, enum unset unset)
{
	const ProtobufCMessageDescriptor *desc = msg->descriptor;
	unsigned i;

	for (i = 0; i < desc->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = field_in_order(desc, i);

		if (form_schema_count(msg, field) == 0)
			continue;
		if (unset != UNSET_NOTHING)
			write_help(writer, desc, field, indent);
		write_set(writer, msg, field, indent, unset);
	}
	for (i = 0; i < desc->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = field_in_order(desc, i);

		if (form_schema_count(msg, field) == 0)
			write_unset(
			    writer, desc, field, indent, unset, UNSET_DEPTH);
	}
}

/* Write one field of the outermost level. */
static void
write_outermost(struct writer *writer, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, enum unset unset)
{
	if (form_schema_count(msg, field) == 0) {
		write_unset(writer, msg->descriptor, field, 0, unset, 0);
		return;
	}
	write_help(writer, msg->descriptor, field, 0);
	write_set(writer, msg, field, 0, UNSET_COMMENT);
}

static void
write_record(struct writer *writer, const ProtobufCMessage *msg)
{
	const ProtobufCMessageDescriptor *desc = msg->descriptor;
	unsigned i;
	bool more = false;

	for (i = 0; i < desc->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = field_in_order(desc, i);
		bool first = is_first(desc, field->name);

		if (!first && !more)
			write_heading(writer, "more");
		more = more || !first;
		write_outermost(
		    writer, msg, field, first ? UNSET_EMPTY : UNSET_COMMENT);
	}
}

static void
write_envelope(struct writer *writer, const ProtobufCMessage *msg)
{
	unsigned i;

	write_heading(writer, "about");
	for (i = 0; i < msg->descriptor->n_fields; i++)
		write_outermost(
		    writer, msg, &msg->descriptor->fields[i], UNSET_COMMENT);
}

/* Say what the form was made from, and what that is good for. */
static void
write_stamp(struct writer *writer, const char *stamp)
{
	if (stamp == NULL)
		return;
	write_heading(writer, "stamp");
	put(writer, FORM_STAMP);
	put(writer, stamp);
	put(writer, "\n");
}

enum err
form_write(const struct form_words *words, const Erfa__Body *body,
    const char *stamp, char **ret_text)
{
	struct writer writer = { .words = words };
	const ProtobufCMessage *record = body_record(body);
	enum err err;

	if (record == NULL || body->envelope == NULL)
		return ERR_NOENT;
	if ((err = check_message(&body->base)) != ERR_NONE)
		return err;
	write_comment(&writer, 0, form_words_help(words, "form", "intro"));
	write_comment(&writer, 0, form_words_help(words, "form", "blocks"));
	write_stamp(&writer, stamp);
	put(&writer, "\n");
	write_record(&writer, record);
	write_envelope(&writer, &body->envelope->base);
	return jsontext_take(&writer.out, ret_text);
}
