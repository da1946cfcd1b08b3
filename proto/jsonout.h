#ifndef ERFA_JSONOUT_H
#define ERFA_JSONOUT_H

/*
 * jsonout - print a protobuf message as JSON.
 *
 * The half of json that writes; its mapping and its options are described there.
 */

#include <stdbool.h>

#include "proto/err.h"

struct ProtobufCMessage;
struct jsontext;

/* As struct json_options of json.h. */
struct jsonout_options {
	bool pretty;
	bool print_defaults;
	bool hex_bytes;
	unsigned max_depth; /* levels of messages */
};

/**
 * jsonout_message(out, msg, options):
 * Append ${msg} to ${out}.  Return ERR_DEPTH if messages are nested deeper than
 * max_depth, or ERR_NOMEM; ${out} holds half a text then.  That ${out} itself
 * ran out of memory is told by jsontext_take().
 */
enum err jsonout_message(struct jsontext *out,
    const struct ProtobufCMessage *msg,
    const struct jsonout_options *options) MUST_CHECK;

#endif /* !ERFA_JSONOUT_H */
