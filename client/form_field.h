#ifndef ERFA_FORM_FIELD_H
#define ERFA_FORM_FIELD_H

/*
 * form_field - names of fields as people write them: which field is meant, and
 * what to say when it is none.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/body.h"
#include "client/form_value.h"

#define FORM_PATH_MAX 128 /* bytes of "goals[1].text", the NUL counted */

/* A field and the message that it belongs to. */
struct form_field {
	ProtobufCMessage *msg;
	const ProtobufCFieldDescriptor *field; /* NULL = there is none */
};

/**
 * form_field_find(body, msg, name):
 * The field ${name} of ${msg}.  A NULL ${msg} is the outermost level: the
 * record of ${body}, then its envelope.
 */
struct form_field form_field_find(
    const Erfa__Body *body, ProtobufCMessage *msg, const char *name);

/**
 * form_field_refuse(body, msg, name, place):
 * Add the fault that ${name} is no field of ${msg} (as above), with what was
 * probably meant or where such a field is.
 */
void form_field_refuse(const Erfa__Body *body, const ProtobufCMessage *msg,
    const char *name, const struct form_place *place);

/**
 * form_field_rival(msg, field):
 * The name of the field of ${msg} that is set and excludes ${field}, or NULL.
 */
const char *form_field_rival(
    const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field);

/**
 * form_path_push(path, name), form_path_index(path, index):
 * Extend ${path} by a field or an index; what does not fit is cut.  Return its
 * former length, at which the caller cuts it again.
 */
size_t form_path_push(char path[FORM_PATH_MAX], const char *name);
size_t form_path_index(char path[FORM_PATH_MAX], size_t index);

#endif /* !ERFA_FORM_FIELD_H */
