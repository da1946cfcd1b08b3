#ifndef ERFA_FORM_VALUE_H
#define ERFA_FORM_VALUE_H

/*
 * form_value - one word that a person wrote, as the value of a field: typed by
 * the schema, never guessed from its look.
 */

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "proto/err.h"
#include "client/form_fault.h"

struct form_words;

#define FORM_SHOWN 40 /* bytes of a foreign word that are shown */

/* A value as form_schema_add() takes it. */
union form_value {
	char *text; /* the caller's */
	ProtobufCMessage *message;
	uint32_t number;
	uint64_t big;
	double real;
	protobuf_c_boolean flag;
};

/* Where a word stands, and where to say what is wrong with it. */
struct form_place {
	struct form_faults *faults;
	unsigned line;
	unsigned column;
	const char *path;
};

/**
 * form_value_read(words, desc, field, text, len, place, ret_value):
 * Read ${len} bytes at ${text}, which end with a NUL, as a value of ${field} of
 * the message ${desc}; fields that are messages are not read here.  Return
 * ERR_SYNTAX, with a fault added, if they are none, or ERR_NOMEM.
 */
enum err form_value_read(const struct form_words *words,
    const ProtobufCMessageDescriptor *desc,
    const ProtobufCFieldDescriptor *field, const char *text, size_t len,
    const struct form_place *place, union form_value *ret_value) MUST_CHECK;

/**
 * form_value_shorthand(desc, text):
 * The field that is meant when a lone word stands for a message of the type
 * ${desc}: the id of a record, the text of a goal, the id or the name of an
 * organisation.  NULL if a message of that type has no short form.
 */
const ProtobufCFieldDescriptor *form_value_shorthand(
    const ProtobufCMessageDescriptor *desc, const char *text);

#endif /* !ERFA_FORM_VALUE_H */
