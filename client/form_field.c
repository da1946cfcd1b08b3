#include "client/form_field.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "client/form_schema.h"
#include "client/near.h"
#include "client/speech.h"

#define LIST_MAX 250 /* bytes of a list of fields in a fault */

/* The record of a body that is ours to change; its envelope if it has none. */
static ProtobufCMessage *
record(const Erfa__Body *body)
{
	ProtobufCMessage *msg = &body->envelope->base;
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field(
		&erfa__body__descriptor, (unsigned)body->record_case);

	if (field != NULL)
		memcpy(
		    &msg, (const char *)body + field->offset, sizeof(void *));
	return msg;
}

struct form_field
form_field_find(const Erfa__Body *body, ProtobufCMessage *msg, const char *name)
{
	struct form_field found = { .msg = msg == NULL ? record(body) : msg };

	found.field = protobuf_c_message_descriptor_get_field_by_name(
	    found.msg->descriptor, name);
	if (found.field == NULL && msg == NULL) {
		found.msg = &body->envelope->base;
		found.field = protobuf_c_message_descriptor_get_field_by_name(
		    found.msg->descriptor, name);
	}
	return found;
}

/* Keep the nearest field of ${desc}. */
static void
look_near(const ProtobufCMessageDescriptor *desc, const char *name,
    size_t *limit, const char **best)
{
	unsigned i;

	for (i = 0; i < desc->n_fields; i++) {
		size_t distance = near_distance(name, desc->fields[i].name);

		if (distance > *limit || (*best != NULL && distance == *limit))
			continue;
		*limit = distance;
		*best = desc->fields[i].name;
	}
}

/* The field of ${desc} that has a field called ${name}, or NULL. */
static const char *
look_below(const ProtobufCMessageDescriptor *desc, const char *name)
{
	unsigned i;

	for (i = 0; i < desc->n_fields; i++)
		if (desc->fields[i].type == PROTOBUF_C_TYPE_MESSAGE &&
		    protobuf_c_message_descriptor_get_field_by_name(
			desc->fields[i].descriptor, name) != NULL)
			return desc->fields[i].name;
	return NULL;
}

static void
list_fields(const ProtobufCMessageDescriptor *desc, char out[LIST_MAX])
{
	size_t used = (size_t)snprintf(out, LIST_MAX, "%s", _("possible:"));
	unsigned i;

	for (i = 0; i < desc->n_fields; i++) {
		if (used + strlen(desc->fields[i].name) + 6 > LIST_MAX) {
			(void)snprintf(out + used, LIST_MAX - used, " …");
			return;
		}
		used += (size_t)snprintf(
		    out + used, LIST_MAX - used, " %s", desc->fields[i].name);
	}
}

void
form_field_refuse(const Erfa__Body *body, const ProtobufCMessage *msg,
    const char *name, const struct form_place *place)
{
	const ProtobufCMessage *root = record(body);
	const ProtobufCMessageDescriptor *desc =
	    (msg == NULL ? root : msg)->descriptor;
	struct form_fault *fault = form_faults_add(place->faults, place->line,
	    place->column, place->path, "no field is called \"%.*s\" here",
	    FORM_SHOWN, name);
	char low[NEAR_WORD_MAX + 2];
	char list[LIST_MAX];
	const char *best = NULL;
	size_t limit;
	size_t i;

	for (i = 0; name[i] != '\0' && i + 1 < sizeof(low); i++)
		low[i] = (char)tolower((unsigned char)name[i]);
	low[i] = '\0';
	limit = near_limit(low);
	look_near(desc, low, &limit, &best);
	if (msg == NULL)
		look_near(body->envelope->base.descriptor, low, &limit, &best);
	if (best != NULL) {
		form_fault_help(fault, "did you mean %s?", best);
		return;
	}
	if ((best = look_below(root->descriptor, low)) != NULL) {
		form_fault_help(fault, "it stands below %s", best);
		return;
	}
	list_fields(desc, list);
	form_fault_help(fault, "%s", list);
}

const char *
form_field_rival(
    const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
	const ProtobufCFieldDescriptor *other;
	uint32_t which;

	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
		return NULL;
	memcpy(&which, (const char *)msg + field->quantifier_offset,
	    sizeof(which));
	if (which == 0 || which == field->id)
		return NULL;
	other = protobuf_c_message_descriptor_get_field(msg->descriptor, which);
	return other == NULL ? _("another one") : other->name;
}

size_t
form_path_push(char path[FORM_PATH_MAX], const char *name)
{
	size_t len = strlen(path);

	(void)snprintf(
	    path + len, FORM_PATH_MAX - len, "%s%s", len > 0 ? "." : "", name);
	return len;
}

size_t
form_path_index(char path[FORM_PATH_MAX], size_t index)
{
	size_t len = strlen(path);

	(void)snprintf(path + len, FORM_PATH_MAX - len, "[%zu]", index);
	return len;
}
