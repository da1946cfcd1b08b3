#include "client/form_yaml.h"

#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "proto/arena.h"
#include "client/form_mend.h"
#include "client/speech.h"

#define ATTEMPTS_MAX 100   /* lines that are mended or left out */
#define ARENA_BYTES  65536 /* of the tree of a usual form */

/* One level that is open. */
struct level {
	struct form_node *node;
	struct form_node *last; /* its newest item or key */
	bool key_open;          /* the newest key waits for its value */
	size_t count;
};

struct reader {
	yaml_parser_t parser;
	const char *work;
	const char **lines; /* where each line starts */
	size_t line_count;
	struct arena *arena;
	struct form_faults *faults;
	struct form_node *root;
	struct level levels[FORM_DEPTH_MAX];
	size_t depth;
	size_t skipped; /* levels open below one that is left out */
	size_t nodes;
	bool over; /* nothing more is looked at */
	bool any;  /* a document has begun */
};

/* Why YAML cannot read a line, in words for people. */
struct saying {
	const char *problem;
	const char *what;
	const char *remedy;
};

static const struct saying sayings[] = {
	{ "mapping values are not allowed in this context",
	    N_("there is a colon where none is expected"),
	    N_("put a text with a colon in quotes, and check the indentation") },
	{ "did not find expected key",
	    N_("this line does not fit the lines above it"),
	    N_("check its indentation, and whether quotes above are closed") },
	{ "could not find expected ':'", N_("a field's name without a colon"),
	    N_("write \"field: value\"; indent the further lines of a text") },
	{ "found character that cannot start any token",
	    N_("a text cannot begin with this character"),
	    N_("put the text in quotes; indent with blanks, not tabs") },
	{ "found unexpected end of stream",
	    N_("a quotation mark that is never closed"),
	    N_("close it, or write a ' inside a text twice") },
	{ "found unexpected document indicator",
	    N_("a quotation mark that is never closed"), N_("close it") },
	{ "did not find expected ',' or ']'",
	    N_("a list in brackets [ ] that "
	       "is not closed or lacks a comma"),
	    N_("write [one, two]") },
	{ "did not find expected ',' or '}'",
	    N_("fields in braces { } that are not closed or lack a comma"),
	    N_("write each field on a line of its own") },
	{ "block sequence entries are not allowed in this context",
	    N_("a \"- \" where no list can be"),
	    N_("put a list's items on lines of their own") },
	{ "did not find expected '-' indicator",
	    N_("this line does not fit the list above it"),
	    N_("begin each item with \"- \", all equally indented") },
	{ "found unknown escape character",
	    N_("a backslash in a text in double quotes"),
	    N_("use single quotes, or write \\\\") },
	{ "did not find expected <document start>",
	    N_("this line does not fit the form"), "write \"field: value\"" },
};

/* ---- places ------------------------------------------------------------- */

/* Find where the lines of the text start. */
static enum err
index_lines(struct reader *reader)
{
	const char *at = reader->work;
	size_t count = 1;
	size_t i;

	for (i = 0; at[i] != '\0'; i++)
		count += at[i] == '\n';
	reader->lines = calloc(count, sizeof(*reader->lines));
	if (reader->lines == NULL)
		return ERR_NOMEM;
	reader->line_count = count;
	reader->lines[0] = at;
	for (count = 1; (at = strchr(at, '\n')) != NULL; count++)
		reader->lines[count] = ++at;
	return ERR_NONE;
}

/* The text from ${mark} on. */
static const char *
text_at(const struct reader *reader, const yaml_mark_t *mark)
{
	const char *at = reader->work + strlen(reader->work);
	size_t i;

	if (mark->line >= reader->line_count)
		return at;
	at = reader->lines[mark->line];
	for (i = 0; i < mark->column && *at != '\0'; i++) {
		at++;
		while (((unsigned char)*at & 0xc0) == 0x80)
			at++;
	}
	return at;
}

static struct form_fault *
fault(struct reader *reader, const yaml_mark_t *mark, const char *what)
{
	return form_faults_add(reader->faults, (unsigned)mark->line + 1,
	    (unsigned)mark->column + 1, NULL, "%s", speech(what));
}

/* ---- nodes -------------------------------------------------------------- */

static struct form_node *
new_node(
    struct reader *reader, enum form_node_kind kind, const yaml_mark_t *mark)
{
	struct form_node *node = arena_alloc(reader->arena, sizeof(*node));

	if (node == NULL)
		return NULL;
	memset(node, 0, sizeof(*node));
	node->kind = kind;
	node->text = "";
	node->line = (unsigned)mark->line + 1;
	node->column = (unsigned)mark->column + 1;
	return node;
}

/* Has this key stood in the group before, or is it none of ours? */
static bool
refuse_key(struct reader *reader, struct level *level, struct form_node *key,
    const yaml_mark_t *mark)
{
	const struct form_node *other;
	struct form_fault *told;

	if (key->kind != FORM_NODE_WORD) {
		if (key->kind != FORM_NODE_BAD)
			form_fault_help(
			    fault(reader, mark, _("a field without a name")),
			    "write \"field: value\"");
		return true;
	}
	if (strcmp(key->text, "<<") == 0) {
		form_fault_help(
		    fault(reader, mark, _("forms have no merge keys (<<)")),
		    "write the fields out");
		return true;
	}
	for (other = level->node->child; other != NULL; other = other->next) {
		if (strcmp(other->text, key->text) != 0)
			continue;
		told = form_faults_add(reader->faults, key->line, key->column,
		    NULL, "the field \"%.40s\" stands twice", key->text);
		form_fault_help(
		    told, "the first one is in line %u; keep one", other->line);
		return true;
	}
	return false;
}

/* Hang ${node} into the level that is open. */
static enum err
attach(struct reader *reader, struct form_node *node, const yaml_mark_t *mark)
{
	struct level *level;

	if (reader->depth == 0) {
		reader->root = node;
		return ERR_NONE;
	}
	level = &reader->levels[reader->depth - 1];
	if (level->key_open) {
		level->last->value = node;
		level->key_open = false;
		return ERR_NONE;
	}
	if (level->node->kind == FORM_NODE_MAP) {
		if (++level->count > FORM_KEYS_MAX)
			return ERR_LIMIT;
		if (refuse_key(reader, level, node, mark))
			node->kind = FORM_NODE_BAD;
		level->key_open = true;
	}
	if (level->last == NULL)
		level->node->child = node;
	else
		level->last->next = node;
	level->last = node;
	return ERR_NONE;
}

/* ---- words -------------------------------------------------------------- */

static bool
is_blank(const char *text, size_t len)
{
	return strspn(text, " \t\n") >= len;
}

/* Does a block say that it keeps the newlines at its end ("|+")? */
static bool
keeps_newlines(const char *start)
{
	return start[0] != '\0' &&
	    (start[1] == '+' || (start[1] != '\0' && start[2] == '+'));
}

/* Does a comment follow on the line? */
static bool
is_cut(const char *end)
{
	return end[0] == ' ' && end[strspn(end, " \t")] == '#';
}

/* Take over a word as written. */
static enum err
read_word(
    struct reader *reader, const yaml_event_t *event, struct form_node *node)
{
	yaml_scalar_style_t style = event->data.scalar.style;
	size_t len = event->data.scalar.length;
	char *text = arena_alloc(reader->arena, len + 1);
	bool plain = style == YAML_PLAIN_SCALAR_STYLE;
	bool block = style == YAML_LITERAL_SCALAR_STYLE ||
	    style == YAML_FOLDED_SCALAR_STYLE;

	if (text == NULL)
		return ERR_NOMEM;
	memcpy(text, event->data.scalar.value, len);
	text[len] = '\0';
	if ((plain && (len == 0 || strcmp(text, "~") == 0)) ||
	    (block && is_blank(text, len)))
		node->kind = FORM_NODE_NULL;
	if (block && len > 0 && text[len - 1] == '\n' &&
	    !keeps_newlines(text_at(reader, &event->start_mark)))
		text[--len] = '\0';
	node->cut = plain && is_cut(text_at(reader, &event->end_mark));
	node->text = text;
	node->len = len;
	return ERR_NONE;
}

/* Refuse what a form has no use for. */
static bool
refuse_tricks(struct reader *reader, const yaml_event_t *event,
    const yaml_char_t *anchor, const yaml_char_t *tag)
{
	static const char remedy[] = N_("leave it out; if it is meant as text, "
					"put the text in quotes");

	if (anchor != NULL)
		form_fault_help(fault(reader, &event->start_mark,
				    _("forms have no anchors (&name)")),
		    "%s", speech(remedy));
	else if (tag != NULL)
		form_fault_help(fault(reader, &event->start_mark,
				    _("forms have no tags (!name)")),
		    "%s", speech(remedy));
	return anchor != NULL || tag != NULL;
}

static enum err
on_word(struct reader *reader, const yaml_event_t *event)
{
	struct form_node *node = new_node(
	    reader, FORM_NODE_WORD, &event->start_mark);
	enum err err;

	if (node == NULL)
		return ERR_NOMEM;
	if ((err = read_word(reader, event, node)) != ERR_NONE)
		return err;
	if (refuse_tricks(reader, event, event->data.scalar.anchor,
		event->data.scalar.tag))
		node->kind = FORM_NODE_BAD;
	return attach(reader, node, &event->start_mark);
}

static enum err
on_alias(struct reader *reader, const yaml_event_t *event)
{
	struct form_node *node = new_node(
	    reader, FORM_NODE_BAD, &event->start_mark);

	if (node == NULL)
		return ERR_NOMEM;
	form_fault_help(fault(reader, &event->start_mark,
			    _("forms have no aliases (*name)")),
	    "write it out; if it is meant as text, put the text in quotes");
	return attach(reader, node, &event->start_mark);
}

/* A list or a group of fields begins. */
static enum err
on_open(struct reader *reader, const yaml_event_t *event)
{
	bool map = event->type == YAML_MAPPING_START_EVENT;
	struct form_node *node;
	bool bad;
	enum err err;

	bad = map ?
	    refuse_tricks(reader, event, event->data.mapping_start.anchor,
		event->data.mapping_start.tag) :
	    refuse_tricks(reader, event, event->data.sequence_start.anchor,
		event->data.sequence_start.tag);
	node = new_node(
	    reader, map ? FORM_NODE_MAP : FORM_NODE_LIST, &event->start_mark);
	if (node == NULL)
		return ERR_NOMEM;
	if (reader->depth == FORM_DEPTH_MAX) {
		form_fault_help(
		    fault(reader, &event->start_mark, _("nested too deeply")),
		    "no field of a form has so many levels");
		bad = true;
	}
	if (bad)
		node->kind = FORM_NODE_BAD;
	if ((err = attach(reader, node, &event->start_mark)) != ERR_NONE)
		return err;
	if (node->kind == FORM_NODE_BAD || reader->depth == FORM_DEPTH_MAX) {
		reader->skipped = 1;
		return ERR_NONE;
	}
	reader->levels[reader->depth++] = (struct level){ .node = node };
	return ERR_NONE;
}

/* Something opens or closes below what is left out. */
static void
skip(struct reader *reader, yaml_event_type_t type)
{
	if (type == YAML_MAPPING_START_EVENT ||
	    type == YAML_SEQUENCE_START_EVENT)
		reader->skipped++;
	else if (type == YAML_MAPPING_END_EVENT ||
	    type == YAML_SEQUENCE_END_EVENT)
		reader->skipped--;
}

/* Only one document makes a form, and no directives. */
static void
on_document(struct reader *reader, const yaml_event_t *event)
{
	if (reader->any) {
		form_fault_help(fault(reader, &event->start_mark,
				    _("a second document begins here")),
		    "a form is one document: leave out the line ---");
		reader->over = true;
	}
	reader->any = true;
	if (event->data.document_start.version_directive != NULL ||
	    event->data.document_start.tag_directives.start !=
		event->data.document_start.tag_directives.end)
		form_fault_help(fault(reader, &event->start_mark,
				    _("forms have no directives (%...)")),
		    "leave out the lines that begin with %%");
}

static enum err
on_event(struct reader *reader, const yaml_event_t *event)
{
	if (++reader->nodes > FORM_NODES_MAX)
		return ERR_LIMIT;
	if (reader->skipped > 0) {
		skip(reader, event->type);
		return ERR_NONE;
	}
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return on_word(reader, event);
	case YAML_ALIAS_EVENT:
		return on_alias(reader, event);
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return on_open(reader, event);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		reader->depth--;
		return ERR_NONE;
	case YAML_DOCUMENT_START_EVENT:
		on_document(reader, event);
		return ERR_NONE;
	case YAML_STREAM_END_EVENT:
		reader->over = true;
		return ERR_NONE;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return ERR_NONE;
	}
	return ERR_NONE;
}

/* ---- mending ------------------------------------------------------------ */

/* Where the trouble began: for what is never closed, where it was opened. */
static yaml_mark_t
trouble(const yaml_parser_t *parser)
{
	if (parser->context != NULL &&
	    (parser->error == YAML_SCANNER_ERROR ||
		strstr(parser->context, "flow") != NULL))
		return parser->context_mark;
	return parser->problem_mark;
}

/* Could quotes help? */
static bool
may_quote(const char *problem)
{
	return strstr(problem, "are not allowed in this context") != NULL ||
	    strstr(problem, "cannot start any token") != NULL;
}

static void
tell(struct reader *reader, const yaml_mark_t *mark, const char *problem)
{
	struct form_fault *told;
	size_t i;

	for (i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++) {
		if (strcmp(sayings[i].problem, problem) != 0)
			continue;
		told = fault(reader, mark, sayings[i].what);
		form_fault_help(told, "%s", speech(sayings[i].remedy));
		return;
	}
	told = form_faults_add(reader->faults, (unsigned)mark->line + 1,
	    (unsigned)mark->column + 1, NULL, "this line cannot be read (%s)",
	    problem);
	form_fault_help(told, "write \"field: value\"");
}

/*
 * Make the line that cannot be read one that can.  Return ERR_SYNTAX if there is
 * nothing more to do about it.
 */
static enum err
mend(struct reader *reader, char **work_p, bool last)
{
	const yaml_parser_t *parser = &reader->parser;
	const char *problem = parser->problem == NULL ? "unknown" :
							parser->problem;
	yaml_mark_t mark = trouble(parser);
	enum err err;

	if (parser->error == YAML_MEMORY_ERROR)
		return ERR_NOMEM;
	if (may_quote(problem) && !last) {
		err = form_mend_quote(work_p, mark.line);
		if (err != ERR_NOENT)
			return err;
	}
	tell(reader, &mark, problem);
	if (last || !form_mend_blank(*work_p, mark.line))
		return ERR_SYNTAX;
	return ERR_NONE;
}

/* Take back the faults of an attempt that has to be made again. */
static void
take_back(struct form_faults *faults, size_t count, size_t all)
{
	faults->count = count;
	faults->all = all;
}

/* Read all events of the text; ERR_SYNTAX: the parser is stuck. */
static enum err
read_events(struct reader *reader)
{
	yaml_event_t event;
	enum err err = ERR_NONE;

	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader->parser,
	    (const unsigned char *)reader->work, strlen(reader->work));
	while (!reader->over && err == ERR_NONE) {
		if (yaml_parser_parse(&reader->parser, &event) == 0)
			return ERR_SYNTAX;
		err = on_event(reader, &event);
		yaml_event_delete(&event);
	}
	return err;
}

/* Read the text once; ${ret_again} if a line of it was mended. */
static enum err
attempt(struct reader *reader, char **work_p, bool last, bool *ret_again)
{
	size_t count = reader->faults->count;
	size_t all = reader->faults->all;
	enum err err;

	*ret_again = false;
	reader->work = *work_p;
	if ((err = index_lines(reader)) != ERR_NONE)
		return err;
	if (yaml_parser_initialize(&reader->parser) == 0)
		return ERR_NOMEM;
	err = read_events(reader);
	if (err == ERR_SYNTAX) {
		take_back(reader->faults, count, all);
		err = mend(reader, work_p, last);
		*ret_again = err == ERR_NONE;
	}
	yaml_parser_delete(&reader->parser);
	return err;
}

/* What came of the last attempt. */
static enum err
finish(struct form_faults *faults, struct form_node *root, enum err err,
    struct form_node **ret_root)
{
	struct form_fault *told = NULL;

	if (err == ERR_LIMIT) {
		told = form_faults_add(faults, 0, 0, NULL,
		    "the form has too many fields, items or words");
		form_fault_help(told, "a form holds one record");
		return ERR_SYNTAX;
	}
	if (err != ERR_NONE)
		return err;
	if (root != NULL && root->kind != FORM_NODE_MAP &&
	    root->kind != FORM_NODE_NULL) {
		told = form_faults_add(faults, root->line, root->column, NULL,
		    "a form consists of lines \"field: value\"");
		form_fault_help(told, "begin with \"title: \", for example");
		return ERR_SYNTAX;
	}
	*ret_root = root == NULL || root->kind == FORM_NODE_NULL ? NULL : root;
	return ERR_NONE;
}

enum err
form_yaml_read(char **work_p, struct form_faults *faults,
    struct arena **ret_arena, struct form_node **ret_root)
{
	struct reader reader;
	bool again = true;
	enum err err = ERR_NONE;
	size_t i;

	memset(&reader, 0, sizeof(reader));
	for (i = 0; i < ATTEMPTS_MAX && err == ERR_NONE && again; i++) {
		arena_free(reader.arena);
		memset(&reader, 0, sizeof(reader));
		reader.faults = faults;
		if ((err = arena_new(ARENA_BYTES, &reader.arena)) != ERR_NONE)
			break;
		err = attempt(&reader, work_p, i + 1 == ATTEMPTS_MAX, &again);
		free(reader.lines);
	}
	err = finish(faults, reader.root, err, ret_root);
	if (err != ERR_NONE)
		arena_free(reader.arena);
	else
		*ret_arena = reader.arena;
	return err;
}
