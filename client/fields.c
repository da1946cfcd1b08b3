#include "client/fields.h"

#include <stdio.h>
#include <string.h>

#include "client/form_words.h"

#define NAME_ROOM 64 /* bytes of a field's name, the NUL counted */

/* Read the next name of a path without its place; false at the end. */
static bool
next_name(const char **path, char out[NAME_ROOM])
{
	size_t len = strcspn(*path, ".[");

	if (len == 0 || len >= NAME_ROOM)
		return false;
	(void)snprintf(out, NAME_ROOM, "%.*s", (int)len, *path);
	*path += len;
	if (**path == '[')
		*path += strcspn(*path, ".");
	if (**path == '.')
		(*path)++;
	return true;
}

/* Follow ${path} from a message on. */
static enum err
follow(const ProtobufCMessageDescriptor *owner, const char *path,
    struct fields_place *ret_place)
{
	const ProtobufCFieldDescriptor *field = NULL;
	char name[NAME_ROOM];

	while (next_name(&path, name)) {
		if (field != NULL && field->type != PROTOBUF_C_TYPE_MESSAGE)
			return ERR_NOENT;
		if (field != NULL)
			owner = field->descriptor;
		field = protobuf_c_message_descriptor_get_field_by_name(
		    owner, name);
		if (field == NULL)
			return ERR_NOENT;
	}
	if (field == NULL || *path != '\0')
		return ERR_NOENT;
	ret_place->owner = owner;
	ret_place->field = field;
	return ERR_NONE;
}

enum err
fields_find(const char *kind, const char *path, struct fields_place *ret_place)
{
	const ProtobufCFieldDescriptor *record;

	record = protobuf_c_message_descriptor_get_field_by_name(
	    &erfa__body__descriptor, kind);
	if (record != NULL && record->type == PROTOBUF_C_TYPE_MESSAGE &&
	    follow(record->descriptor, path, ret_place) == ERR_NONE)
		return ERR_NONE;
	return follow(&erfa__envelope__descriptor, path, ret_place);
}

void
fields_help(const struct form_words *words, const char *kind, const char *path,
    char out[FIELDS_WORDS])
{
	struct fields_place place;
	const char *help = "";
	const char *end;
	size_t i;

	if (words != NULL && fields_find(kind, path, &place) == ERR_NONE)
		help = form_words_help(
		    words, place.owner->short_name, place.field->name);
	end = strstr(help, ". ");
	(void)snprintf(out, FIELDS_WORDS, "%.*s",
	    (int)(end == NULL ? strlen(help) : (size_t)(end - help)), help);
	i = strlen(out);
	if (i > 0 && out[i - 1] == '.')
		out[i - 1] = '\0';
	if (i > 0)
		return;
	(void)snprintf(out, FIELDS_WORDS, "%s", path);
	for (i = 0; out[i] != '\0'; i++)
		if (out[i] == '_')
			out[i] = ' ';
}

const char *
fields_value(const struct form_words *words, const struct fields_place *place,
    const char *code)
{
	const ProtobufCEnumValue *value;
	const char *label;

	if (words == NULL || place->field->type != PROTOBUF_C_TYPE_ENUM ||
	    form_words_value(words, place->field->descriptor, code, &value) !=
		ERR_NONE)
		return code;
	label = form_words_label(words, place->field->descriptor, value);
	return *label == '\0' ? code : label;
}
