#ifndef ERFA_BODY_H
#define ERFA_BODY_H

/*
 * body - the message Body: bytes to fields and back, and what we ourselves are
 * allowed to write.
 *
 * The fields are those of the generated header, which this one brings along.
 * Whatever a foreign body contains, it is valid: body_decode() bounds what it
 * costs, body_check() is for what this node is about to publish.
 * PROTOCOL.md chapter 5.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/body.pb-c.h"
#include "proto/err.h"

#define BODY_FAULT_MAX 256 /* bytes of a fault's text, the NUL counted */

/**
 * body_decode(buf, len, ret_body):
 * Decode ${len} bytes, at most BODY_MAX of them, after a pre-scan for size,
 * depth, count and memory.  The caller frees *${ret_body} with body_free().
 * Return ERR_SIZE (also for no bytes at all), ERR_SYNTAX, ERR_DEPTH, ERR_LIMIT
 * or ERR_NOMEM.
 */
enum err body_decode(
    const uint8_t *buf, size_t len, Erfa__Body **ret_body) MUST_CHECK;

/**
 * body_encode(body, ret_buf, ret_len):
 * Encode ${body}; equal fields give equal bytes.  The caller frees *${ret_buf}
 * with free().  Return ERR_SIZE if it takes more than BODY_MAX bytes or none,
 * or ERR_NOMEM.
 */
enum err body_encode(
    const Erfa__Body *body, uint8_t **ret_buf, size_t *ret_len) MUST_CHECK;

/**
 * body_new(kind, ret_body):
 * Make a body with an empty envelope and an empty record of ${kind} (enum
 * header_kind), all of it from malloc(), so that body_free() frees whatever is
 * hung into it.  Return ERR_NOENT if ${kind} has no record, or ERR_NOMEM.
 */
enum err body_new(uint32_t kind, Erfa__Body **ret_body) MUST_CHECK;

/**
 * body_free(body):
 * Free ${body} and all it holds.  Does nothing for NULL.
 */
void body_free(Erfa__Body *body);

/**
 * body_kind(body):
 * Return the kind (enum header_kind) of the record in ${body}, or 0 if it holds
 * none that we know.
 */
uint32_t body_kind(const Erfa__Body *body);

/**
 * body_record(body):
 * Lend the record in ${body}, as long as ${body} lives, or NULL if none.
 */
const ProtobufCMessage *body_record(const Erfa__Body *body);

/**
 * body_check(body, ret_fault):
 * Look at everything that ${body} says, as strictly as this node should be with
 * itself: a record is there; text is UTF-8 without control characters, and
 * nothing is longer or more than body.proto allows; dates, ids, languages and
 * references have their form; values of enumerations are known; numbers are
 * finite; there are no unknown fields.  Return ERR_SYNTAX at the first fault,
 * or ERR_SIZE if all of it together takes more than BODY_MAX bytes; then
 * ${ret_fault} holds one line that names the field and what is wrong
 * ("trial.title: longer than 120 characters (131)").
 */
enum err body_check(
    const Erfa__Body *body, char ret_fault[BODY_FAULT_MAX]) MUST_CHECK;

#endif /* !ERFA_BODY_H */
