#ifndef ERFA_FORM_SCHEMA_H
#define ERFA_FORM_SCHEMA_H

/*
 * form_schema - fields of a message by their descriptors: which are there, what
 * they hold, and the codes that people write for values of enumerations.
 *
 * Every message is on the heap, as body_new() makes it.
 */

#include <stdbool.h>
#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

#include "proto/err.h"

#define FORM_CODE_MAX 64 /* bytes of a code or a vocabulary, NUL counted */

/**
 * form_schema_count(msg, field):
 * How many values ${field} has in ${msg}: 0 or 1 unless it is a list.
 */
size_t form_schema_count(
    const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field);

/**
 * form_schema_item(msg, field, index):
 * Where value ${index} of ${field} lies, which must be there: a char * for a
 * string, a ProtobufCMessage * for a message, else the number itself.
 */
const void *form_schema_item(const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, size_t index);

/**
 * form_schema_message(msg, field, index):
 * The message at form_schema_item().
 */
ProtobufCMessage *form_schema_message(const ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, size_t index);

/**
 * form_schema_add(msg, field, value):
 * Give ${field} the value at ${value}, as form_schema_item() lends it: append
 * it to a list, or set what must not be set yet.  A string or a message belongs
 * to ${msg} from then on.  Return ERR_EXIST if another member of its oneof is
 * set, or ERR_NOMEM; then the value is still the caller's.
 */
enum err form_schema_add(ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, const void *value) MUST_CHECK;

/**
 * form_schema_replace(msg, field, index, value):
 * As form_schema_add(), but put it in the place of value ${index}, which must
 * be there and is freed.
 */
void form_schema_replace(ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, size_t index, const void *value);

/**
 * form_schema_drop(msg, field):
 * Free all values of ${field}, which is not set afterwards.
 */
void form_schema_drop(
    ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field);

/**
 * form_schema_remove(msg, field, index):
 * Take value ${index}, which must be there, out of the list ${field}.
 */
void form_schema_remove(
    ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index);

/**
 * form_schema_swap(msg, other, field):
 * Exchange all that ${field} holds in two messages of the same type, neither of
 * which has another member of its oneof set.
 */
void form_schema_swap(ProtobufCMessage *msg, ProtobufCMessage *other,
    const ProtobufCFieldDescriptor *field);

/**
 * form_schema_forget(msg, field):
 * Unset ${field}, whose values belong to another message by now.
 */
void form_schema_forget(
    ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field);

/**
 * form_schema_new(desc):
 * Make an empty message of the type ${desc}; NULL if there is no memory.
 */
ProtobufCMessage *form_schema_new(const ProtobufCMessageDescriptor *desc);

/**
 * form_schema_is_empty(msg):
 * Return whether no field of ${msg} is set.
 */
bool form_schema_is_empty(const ProtobufCMessage *msg);

/**
 * form_schema_vocabulary(desc, out):
 * Write the vocabulary of an enumeration: "stop_reason" for StopReason.
 */
void form_schema_vocabulary(
    const ProtobufCEnumDescriptor *desc, char out[FORM_CODE_MAX]);

/**
 * form_schema_code(desc, value, out):
 * Write the code of a value: "elder_care" for SECTOR_ELDER_CARE.
 */
void form_schema_code(const ProtobufCEnumDescriptor *desc,
    const ProtobufCEnumValue *value, char out[FORM_CODE_MAX]);

#endif /* !ERFA_FORM_SCHEMA_H */
