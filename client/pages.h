#ifndef ERFA_PAGES_H
#define ERFA_PAGES_H

/*
 * pages - a long answer that comes page by page, put together and looked
 * through.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"

struct ProtobufCMessage;

/**
 * pages_append(all, page, field):
 * Move the elements of the repeated field ${field} ("row"), messages or strings,
 * of ${page} behind those of ${all}, a message of the same type; both must have
 * come from protobuf_c_message_unpack().  Return ERR_NOENT if there is no such field, or
 * ERR_NOMEM, and move nothing then.
 */
enum err pages_append(struct ProtobufCMessage *all,
    struct ProtobufCMessage *page, const char *field) MUST_CHECK;

/**
 * pages_at(message, field, i):
 * Return message number ${i}, from 0, of the repeated field ${field} ("row") of
 * ${message}, whose it stays; NULL if it has no more, or no such field of
 * messages.
 */
struct ProtobufCMessage *pages_at(
    const struct ProtobufCMessage *message, const char *field, size_t i);

/**
 * pages_more(next, before):
 * Return whether ${next} is the cursor of a further page, ${before} being the
 * one that was asked for; either may be NULL.  A cursor that stands still ends
 * it, so that nobody can make us ask for ever.
 */
bool pages_more(const char *next, const char *before);

#endif /* !ERFA_PAGES_H */
