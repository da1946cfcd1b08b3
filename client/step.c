#include "client/step.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "client/speech.h"

#define QUOTE_MAX 80 /* bytes of a foreign word repeated in a fault */

void
step_fault(struct step *step, const char *format, ...)
{
	va_list args;

	if (step->err != ERR_NONE)
		return;
	va_start(args, format);
	(void)vsnprintf(step->fault, STEP_FAULT_MAX, speech(format), args);
	va_end(args);
	step->err = ERR_SYNTAX;
}

void
step_fault_word(
    struct step *step, const char *key, const char *word, const char *remedy)
{
	char *safe = NULL;

	if (step->err != ERR_NONE)
		return;
	if (text_gate(word, strlen(word), false, &safe) != ERR_NONE)
		step->err = ERR_NOMEM;
	else
		step_fault(step, "%s: \"%.*s\" is not known: %s", key,
		    QUOTE_MAX, safe, speech(remedy));
	free(safe);
}

void
step_put(struct step *step, char **field, const char *text)
{
	if (step->err != ERR_NONE || text == NULL)
		return;
	if ((*field = strdup(text)) == NULL)
		step->err = ERR_NOMEM;
}

void *
step_room(struct step *step, size_t count, size_t size)
{
	void *made = NULL;

	if (step->err == ERR_NONE && count > 0 &&
	    (made = calloc(count, size)) == NULL)
		step->err = ERR_NOMEM;
	return made;
}

void *
step_message(struct step *step, const ProtobufCMessageDescriptor *desc)
{
	ProtobufCMessage *made = step_room(step, 1, desc->sizeof_message);

	if (made != NULL)
		protobuf_c_message_init(desc, made);
	return made;
}

void
step_refer(struct step *step, Erfa__RecordRef **field, const Erfa__Body *body)
{
	if (body != NULL &&
	    (*field = step_message(step, &erfa__record_ref__descriptor)) !=
		NULL)
		step_put(step, &(*field)->id, body->envelope->id);
}

void
step_parts_clear(struct step_parts *parts)
{
	while (parts->count > 0)
		body_free(parts->body[--parts->count]);
}
