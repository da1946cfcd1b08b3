#ifndef ERFA_DIFF_VALUE_H
#define ERFA_DIFF_VALUE_H

/*
 * diff_value - one value of a message: is it there, is it the same as another,
 * what names it, how does it read.  For diff alone.
 *
 * A value is a pointer to where it stands in the message: to the pointer, for
 * strings and messages.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/body.h"

/* The elements of a repeated field. */
struct diff_list {
	const char *items;
	size_t count;
	size_t size; /* of an element, bytes */
};

/**
 * diff_value(message, field):
 * Where the value of ${field}, which stands once, is in ${message}; NULL if it
 * is not there.
 */
const void *diff_value(
    const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/**
 * diff_list(message, field), diff_item(list, index):
 * The elements of the repeated ${field}, and one of them.
 */
struct diff_list diff_list(
    const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
const void *diff_item(const struct diff_list *list, size_t index);

/**
 * diff_message(value):
 * The message that ${value} points to.
 */
const ProtobufCMessage *diff_message(const void *value);

/**
 * diff_equal(field, a, b):
 * Return whether two values of ${field} say the same, messages field by field.
 */
bool diff_equal(
    const ProtobufCFieldDescriptor *field, const void *a, const void *b);

/**
 * diff_is_keyed(field):
 * Return whether the elements of ${field} are messages that bear a name, by
 * which they are matched.
 */
bool diff_is_keyed(const ProtobufCFieldDescriptor *field);

/**
 * diff_same_key(a, b):
 * Return whether two elements of such a list bear the same name, or none both.
 */
bool diff_same_key(const void *a, const void *b);

/**
 * diff_is_bookkeeping(message, field):
 * Return whether ${field} of ${message} changes with every version, whatever is
 * said.
 */
bool diff_is_bookkeeping(const ProtobufCMessageDescriptor *message,
    const ProtobufCFieldDescriptor *field);

/**
 * diff_value_text(field, value, ret_text):
 * ${value}, which may be NULL, as text: see diff_text().  The caller frees with
 * free().  Return ERR_NOMEM.
 */
enum err diff_value_text(const ProtobufCFieldDescriptor *field,
    const void *value, char **ret_text) MUST_CHECK;

#endif /* !ERFA_DIFF_VALUE_H */
