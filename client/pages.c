#include "client/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <protobuf-c/protobuf-c.h>

/* A repeated field of messages, as protobuf-c keeps it. */
struct list {
	void **items;
	size_t count;
};

/* The field of that name, if it repeats messages or strings. */
static const ProtobufCFieldDescriptor *
find(const ProtobufCMessage *msg, const char *name)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field_by_name(
		msg->descriptor, name);

	return field != NULL && field->label == PROTOBUF_C_LABEL_REPEATED &&
		(field->type == PROTOBUF_C_TYPE_MESSAGE ||
		    field->type == PROTOBUF_C_TYPE_STRING) ?
	    field :
	    NULL;
}

static struct list
get(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	const char *at = (const char *)msg;
	struct list list;

	memcpy(&list.items, at + field->offset, sizeof(list.items));
	memcpy(&list.count, at + field->quantifier_offset, sizeof(list.count));
	return list;
}

static void
set(ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field,
    struct list list)
{
	char *at = (char *)msg;

	memcpy(at + field->offset, &list.items, sizeof(list.items));
	memcpy(at + field->quantifier_offset, &list.count, sizeof(list.count));
}

enum err
pages_append(struct ProtobufCMessage *all, struct ProtobufCMessage *page,
    const char *field)
{
	const ProtobufCFieldDescriptor *f = find(all, field);
	struct list into, from;
	void **items;

	if (f == NULL || page->descriptor != all->descriptor)
		return ERR_NOENT;
	into = get(all, f);
	from = get(page, f);
	if (from.count == 0)
		return ERR_NONE;
	if (from.count > SIZE_MAX / sizeof(void *) - into.count)
		return ERR_NOMEM;
	items = realloc(into.items, (into.count + from.count) * sizeof(*items));
	if (items == NULL)
		return ERR_NOMEM;
	memcpy(items + into.count, from.items, from.count * sizeof(*items));
	into.items = items;
	into.count += from.count;
	set(all, f, into);
	from.count = 0;
	set(page, f, from);
	return ERR_NONE;
}

struct ProtobufCMessage *
pages_at(const struct ProtobufCMessage *message, const char *field, size_t i)
{
	const ProtobufCFieldDescriptor *f = find(message, field);
	struct list list;

	if (f == NULL || f->type != PROTOBUF_C_TYPE_MESSAGE)
		return NULL;
	list = get(message, f);
	return i < list.count ? list.items[i] : NULL;
}

bool
pages_more(const char *next, const char *before)
{
	if (next == NULL || *next == '\0')
		return false;
	return before == NULL || strcmp(next, before) != 0;
}
