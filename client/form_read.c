#include "client/form.h"

#include <stdlib.h>
#include <string.h>

#include "proto/arena.h"
#include "proto/body_rule.h"
#include "client/form_field.h"
#include "client/form_mail.h"
#include "client/form_schema.h"
#include "client/form_value.h"
#include "client/form_yaml.h"
#include "client/speech.h"

struct reader {
	const struct form_words *words;
	struct form_faults *faults;
	Erfa__Body *body;
	char path[FORM_PATH_MAX];
};

static enum err read_map(
    struct reader *reader, ProtobufCMessage *msg, const struct form_node *map);

static struct form_place
place_of(struct reader *reader, const struct form_node *node)
{
	struct form_place place = { .faults = reader->faults,
		.line = node->line,
		.column = node->column,
		.path = reader->path };

	return place;
}

/* Say what is wrong with ${node}; reading goes on. */
static void
complain(struct reader *reader, const struct form_node *node, const char *what,
    const char *remedy)
{
	form_fault_help(form_faults_add(reader->faults, node->line,
			    node->column, reader->path, "%s", what),
	    "%s", remedy);
}

/* Give ${value} to the field; it is freed if that cannot be. */
static enum err
give(struct reader *reader, ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, const struct form_node *node,
    const union form_value *value)
{
	const char *rival = form_field_rival(msg, field);
	enum err err;

	if (rival == NULL) {
		err = form_schema_add(msg, field, value);
		if (err == ERR_NONE)
			return err;
	} else {
		form_fault_help(
		    form_faults_add(reader->faults, node->line, node->column,
			reader->path, "stands beside %s", rival),
		    "only one of the two can be stated");
		err = ERR_NONE;
	}
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		protobuf_c_message_free_unpacked(value->message, NULL);
	else if (field->type == PROTOBUF_C_TYPE_STRING)
		free(value->text);
	return err;
}

/* Read the word ${text} of ${node} as a value that is no message. */
static enum err
read_word(struct reader *reader, ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, const struct form_node *node,
    const char *text, size_t len)
{
	struct form_place place = place_of(reader, node);
	union form_value value = { .big = 0 };
	enum err err;

	if (node->cut && field->type == PROTOBUF_C_TYPE_STRING) {
		complain(reader, node,
		    _("all after \" #\" is a comment and would be lost"),
		    _("put the text in quotes, or the comment on its own line"));
		return ERR_NONE;
	}
	err = form_value_read(
	    reader->words, msg->descriptor, field, text, len, &place, &value);
	if (err != ERR_NONE)
		return err == ERR_SYNTAX ? ERR_NONE : err;
	return give(reader, msg, field, node, &value);
}

/* Fill a message from fields, or from the one word that can stand for it. */
static enum err
fill(struct reader *reader, ProtobufCMessage *sub, const struct form_node *node)
{
	const ProtobufCFieldDescriptor *field;

	if (node->kind == FORM_NODE_MAP)
		return read_map(reader, sub, node);
	field = form_value_shorthand(sub->descriptor, node->text);
	if (field == NULL) {
		complain(reader, node, _("fields are due here, not a word"),
		    _("write them on lines of their own, indented by two"));
		return ERR_NONE;
	}
	return read_word(reader, sub, field, node, node->text, node->len);
}

static enum err
read_message(struct reader *reader, ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, const struct form_node *node)
{
	union form_value value = { .message = form_schema_new(
				       field->descriptor) };
	bool stated = node->kind == FORM_NODE_MAP && node->child == NULL;
	enum err err;

	if (value.message == NULL)
		return ERR_NOMEM;
	err = fill(reader, value.message, node);
	if (err == ERR_NONE && (stated || !form_schema_is_empty(value.message)))
		return give(reader, msg, field, node, &value);
	protobuf_c_message_free_unpacked(value.message, NULL);
	return err;
}

/* Read one value, which stands alone or is an item of a list. */
static enum err
read_item(struct reader *reader, ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, const struct form_node *node)
{
	if (node->kind == FORM_NODE_NULL || node->kind == FORM_NODE_BAD)
		return ERR_NONE;
	if (node->kind == FORM_NODE_LIST) {
		complain(reader, node, _("one value is due here, not a list"),
		    _("write it without \"- \" and brackets"));
		return ERR_NONE;
	}
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return read_message(reader, msg, field, node);
	if (node->kind == FORM_NODE_MAP) {
		complain(reader, node, _("a value is due here, not fields"),
		    _("put a text with a colon or braces in quotes"));
		return ERR_NONE;
	}
	return read_word(reader, msg, field, node, node->text, node->len);
}

/* Read "a, b" as a list of codes. */
static enum err
read_parts(struct reader *reader, ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, const struct form_node *node)
{
	char *copy = strdup(node->text);
	char *rest = copy;
	const char *part;
	enum err err = ERR_NONE;

	if (copy == NULL)
		return ERR_NOMEM;
	while (err == ERR_NONE && (part = strsep(&rest, ",")) != NULL)
		if (part[strspn(part, " \t\n")] != '\0')
			err = read_word(
			    reader, msg, field, node, part, strlen(part));
	free(copy);
	return err;
}

/* Has the list become longer than it may be? */
static void
check_count(struct reader *reader, const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, const struct form_node *node,
    size_t count)
{
	struct body_rule rule = body_rule_find(
	    msg->descriptor->short_name, field->name);

	if (count <= rule.items)
		return;
	form_fault_help(
	    form_faults_add(reader->faults, node->line, node->column,
		reader->path, "more than %u items (%zu)", rule.items, count),
	    "leave out %zu of them", count - rule.items);
}

static enum err
read_list(struct reader *reader, ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, const struct form_node *node)
{
	const struct form_node *item;
	size_t count = 0;
	size_t len;
	enum err err = ERR_NONE;

	for (item = node->child; item != NULL && err == ERR_NONE;
	     item = item->next) {
		len = form_path_index(reader->path, count);
		err = read_item(reader, msg, field, item);
		reader->path[len] = '\0';
		count += item->kind != FORM_NODE_NULL;
	}
	if (err == ERR_NONE)
		check_count(reader, msg, field, node, count);
	return err;
}

static enum err
read_field(struct reader *reader, ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, const struct form_node *node)
{
	enum err err;

	if (field->label != PROTOBUF_C_LABEL_REPEATED)
		return read_item(reader, msg, field, node);
	if (node->kind == FORM_NODE_LIST)
		return read_list(reader, msg, field, node);
	if (node->kind == FORM_NODE_WORD &&
	    field->type != PROTOBUF_C_TYPE_STRING &&
	    field->type != PROTOBUF_C_TYPE_MESSAGE) {
		err = read_parts(reader, msg, field, node);
		if (err == ERR_NONE)
			check_count(reader, msg, field, node,
			    form_schema_count(msg, field));
		return err;
	}
	return read_item(reader, msg, field, node);
}

/* Read the fields of ${map} into ${msg}, NULL being the outermost level. */
static enum err
read_map(
    struct reader *reader, ProtobufCMessage *msg, const struct form_node *map)
{
	const struct form_node *key;
	struct form_field found;
	struct form_place place;
	size_t len;
	enum err err = ERR_NONE;

	for (key = map->child; key != NULL && err == ERR_NONE;
	     key = key->next) {
		if (key->kind != FORM_NODE_WORD)
			continue;
		found = form_field_find(reader->body, msg, key->text);
		if (found.field == NULL) {
			place = place_of(reader, key);
			form_field_refuse(reader->body, msg, key->text, &place);
			continue;
		}
		len = form_path_push(reader->path, found.field->name);
		if (key->value != NULL)
			err = read_field(
			    reader, found.msg, found.field, key->value);
		reader->path[len] = '\0';
	}
	return err;
}

/* What no field alone can tell. */
static void
check_whole(struct reader *reader)
{
	char what[BODY_FAULT_MAX];

	if (reader->faults->all == 0 &&
	    body_check(reader->body, what) != ERR_NONE)
		(void)form_faults_add(reader->faults, 0, 0, NULL, "%s", what);
}

/* Read the clean text, which may be replaced by a mended one. */
static enum err
read_work(struct reader *reader, char **work_p)
{
	struct arena *arena = NULL;
	struct form_node *root = NULL;
	enum err err;

	err = form_yaml_read(work_p, reader->faults, &arena, &root);
	if (err == ERR_NONE && root != NULL)
		err = read_map(reader, NULL, root);
	if (err == ERR_NONE)
		check_whole(reader);
	arena_free(arena);
	return err;
}

enum err
form_read(const struct form_words *words, uint32_t kind, const char *text,
    size_t len, struct form_faults *faults, Erfa__Body **ret_body)
{
	struct reader reader = { .words = words, .faults = faults };
	char *work = NULL;
	enum err err;

	if ((err = body_new(kind, &reader.body)) != ERR_NONE)
		return err;
	err = form_mail(text, len, faults, &work);
	if (err == ERR_NONE)
		err = read_work(&reader, &work);
	if (err == ERR_NONE && faults->all > 0)
		err = ERR_SYNTAX;
	form_faults_sort(faults);
	free(work);
	if (err != ERR_NONE)
		body_free(reader.body);
	else
		*ret_body = reader.body;
	return err;
}
