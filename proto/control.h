#ifndef ERFA_CONTROL_H
#define ERFA_CONTROL_H

/*
 * control - requests of erfa and answers of erfad: bytes to fields and back.
 *
 * The fields are those of the generated header, which this one brings along.
 * A request is read strictly, since a client that means something we do not
 * know must be told, not half obeyed; an answer is read leniently, since a
 * newer erfad may say more than we understand.  PROTOCOL.md chapter 14.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/control.pb-c.h"
#include "proto/err.h"

#define CONTROL_VERSION 1 /* of the protocol that is spoken here */

/**
 * control_decode_request(buf, len, ret_request):
 * Decode ${len} bytes.  The caller frees *${ret_request} with
 * control_free_request().  Return ERR_VERSION if the request is of another
 * version of the protocol, or holds a field that this one does not know or
 * asks for nothing that it knows; ERR_SYNTAX if the bytes do not parse, text
 * is not UTF-8 or a field occurs twice; ERR_SIZE, ERR_DEPTH or ERR_LIMIT if
 * it is more than CONTROL_MAX and its kin allow; ERR_NOMEM.
 */
enum err control_decode_request(
    const uint8_t *buf, size_t len, Erfa__Request **ret_request) MUST_CHECK;

/**
 * control_request_number(buf, len):
 * The number (Request.req) of a request that control_decode_request() refused,
 * so that the refusal can repeat it; 0 if it cannot be read.
 */
uint32_t control_request_number(const uint8_t *buf, size_t len);

/**
 * control_decode_answer(buf, len, ret_answer):
 * Decode ${len} bytes; fields that we do not know are passed over.  The caller
 * frees *${ret_answer} with control_free_answer().  Return ERR_VERSION if the
 * answer is of another version or says nothing that we know; else as
 * control_decode_request().
 */
enum err control_decode_answer(
    const uint8_t *buf, size_t len, Erfa__Answer **ret_answer) MUST_CHECK;

/**
 * control_encode_request(request, ret_buf, ret_len),
 * control_encode_answer(answer, ret_buf, ret_len):
 * Encode a message, its version set to CONTROL_VERSION.  The caller frees
 * *${ret_buf} with free().  Return ERR_SIZE if it takes more than CONTROL_MAX
 * bytes, or ERR_NOMEM.
 */
enum err control_encode_request(
    Erfa__Request *request, uint8_t **ret_buf, size_t *ret_len) MUST_CHECK;
enum err control_encode_answer(
    Erfa__Answer *answer, uint8_t **ret_buf, size_t *ret_len) MUST_CHECK;

/**
 * control_said(answer):
 * Lend the message that ${answer} holds (StatusAnswer, ErrorAnswer ...), as
 * long as the answer lives; NULL if it holds none.
 */
const ProtobufCMessage *control_said(const Erfa__Answer *answer);

/**
 * control_free_request(request), control_free_answer(answer):
 * Free what the decoders made.  NULL does nothing.
 */
void control_free_request(Erfa__Request *request);
void control_free_answer(Erfa__Answer *answer);

#endif /* !ERFA_CONTROL_H */
