/*
 * wire_encode() of wire.h.  Written by hand, because packing by protobuf-c would
 * need a second set of structs for every message; the tests hold it against
 * protobuf-c byte for byte.
 *
 * Fields are put last first: see field.h.
 */

#include "proto/wire.h"

#include <stdlib.h>

#include "proto/field.h"

/* Field numbers of wire.proto. */
enum msg_field {
	F_MSG_HELLO = 1,
	F_MSG_HAVE = 2,
	F_MSG_GET = 3,
	F_MSG_DATA = 4,
	F_MSG_NOTE = 5,
	F_MSG_ERR = 6,
};

enum join_field {
	F_JOIN_KEY = 1,
	F_JOIN_ORG = 2,
	F_JOIN_NAME = 3,
	F_JOIN_LISTEN = 4,
	F_JOIN_SIG = 5,
};

enum hello_field {
	F_HELLO_PROTO_MIN = 1,
	F_HELLO_PROTO_MAX = 2,
	F_HELLO_KEY = 3,
	F_HELLO_NONCE = 4,
	F_HELLO_DIGEST = 5,
	F_HELLO_MAX_MSG = 6,
	F_HELLO_WINDOW = 7,
	F_HELLO_TIME_MS = 8,
	F_HELLO_FLAGS = 9,
	F_HELLO_SW = 10,
	F_HELLO_JOIN = 11,
	F_HELLO_ORG = 12,
	F_HELLO_NAME = 13,
	F_HELLO_PUB_PORT = 14,
};

enum pos_field {
	F_POS_LOG_ID = 1,
	F_POS_N = 2,
	F_POS_C8 = 3,
	F_POS_KEY = 4,
	F_POS_INC = 5,
	F_POS_BEYOND = 6,
};

enum have_field {
	F_HAVE_DIGEST = 1,
	F_HAVE_POS = 2,
	F_HAVE_FULL = 3,
	F_HAVE_PART = 4,
	F_HAVE_PARTS = 5,
};

enum ref_field {
	F_REF_LOG_ID = 1,
	F_REF_N = 2,
	F_REF_PART = 3,
	F_REF_OFFSET = 4,
};

enum get_field {
	F_GET_REQ = 1,
	F_GET_LOG_ID = 2,
	F_GET_FIRST = 3,
	F_GET_MAX_BYTES = 4,
	F_GET_REF = 5,
	F_GET_N = 6,
	F_GET_C8 = 7,
};

enum run_field {
	F_RUN_LOG_ID = 1,
	F_RUN_FIRST = 2,
	F_RUN_C_PREV = 3,
	F_RUN_HEADER = 4,
	F_RUN_HEAD = 5,
};

enum body_field {
	F_BODY_REF = 1,
	F_BODY_TOTAL = 2,
	F_BODY_STATE = 3,
	F_BODY_SALT = 4,
	F_BODY_DATA = 5,
};

enum data_field {
	F_DATA_REQ = 1,
	F_DATA_LAST = 2,
	F_DATA_RUN = 3,
	F_DATA_BODY = 4,
};

enum note_field {
	F_NOTE_HEAD = 1,
	F_NOTE_N = 2,
	F_NOTE_C_PREV = 3,
	F_NOTE_HEADER = 4,
	F_NOTE_BODY = 5,
};

enum err_field {
	F_ERR_REQ = 1,
	F_ERR_CODE = 2,
	F_ERR_RETRY_MS = 3,
	F_ERR_TEXT = 4,
};

static void
put_join(struct field_writer *out, const struct wire_join *join)
{
	size_t mark = out->used;

	field_put_bytes(out, F_JOIN_SIG, join->sig, SIG_LEN);
	field_put_text(out, F_JOIN_LISTEN, join->listen);
	field_put_text(out, F_JOIN_NAME, join->name);
	field_put_text(out, F_JOIN_ORG, join->org);
	field_put_bytes(out, F_JOIN_KEY, join->key, KEY_LEN);
	field_put_message(out, F_HELLO_JOIN, mark);
}

static void
put_hello(struct field_writer *out, const struct wire_hello *hello)
{
	field_put_nonzero(out, F_HELLO_PUB_PORT, hello->pub_port);
	field_put_text(out, F_HELLO_NAME, hello->name);
	field_put_text(out, F_HELLO_ORG, hello->org);
	if (hello->join != NULL)
		put_join(out, hello->join);
	field_put_text(out, F_HELLO_SW, hello->sw);
	field_put_nonzero(out, F_HELLO_FLAGS, hello->flags);
	field_put_nonzero(out, F_HELLO_TIME_MS, hello->time_ms);
	field_put_nonzero(out, F_HELLO_WINDOW, hello->window);
	field_put_nonzero(out, F_HELLO_MAX_MSG, hello->max_msg);
	field_put_bytes(out, F_HELLO_DIGEST, hello->digest, HASH_LEN);
	field_put_bytes(out, F_HELLO_NONCE, hello->nonce, NONCE_LEN);
	if (hello->has_key)
		field_put_bytes(out, F_HELLO_KEY, hello->key, KEY_LEN);
	field_put_nonzero(out, F_HELLO_PROTO_MAX, hello->proto_max);
	field_put_nonzero(out, F_HELLO_PROTO_MIN, hello->proto_min);
}

static void
put_pos(struct field_writer *out, const struct wire_pos *pos)
{
	size_t mark = out->used;

	field_put_nonzero(out, F_POS_BEYOND, pos->beyond);
	if (pos->has_key && pos->inc != 0)
		field_put_fixed64(out, F_POS_INC, pos->inc);
	if (pos->has_key)
		field_put_bytes(out, F_POS_KEY, pos->key, KEY_LEN);
	field_put_bytes(out, F_POS_C8, pos->c8, C8_LEN);
	field_put_nonzero(out, F_POS_N, pos->n);
	field_put_bytes(out, F_POS_LOG_ID, pos->log_id, LOG_ID_LEN);
	field_put_message(out, F_HAVE_POS, mark);
}

static void
put_have(struct field_writer *out, const struct wire_have *have)
{
	size_t i;

	field_put_nonzero(out, F_HAVE_PARTS, have->parts);
	field_put_nonzero(out, F_HAVE_PART, have->part);
	field_put_nonzero(out, F_HAVE_FULL, have->full);
	for (i = have->npos; i > 0; i--)
		put_pos(out, &have->pos[i - 1]);
	field_put_bytes(out, F_HAVE_DIGEST, have->digest, HASH_LEN);
}

static void
put_ref(struct field_writer *out, uint32_t number, const struct wire_ref *ref)
{
	size_t mark = out->used;

	field_put_nonzero(out, F_REF_OFFSET, ref->offset);
	field_put_nonzero(out, F_REF_PART, ref->part);
	field_put_nonzero(out, F_REF_N, ref->n);
	field_put_bytes(out, F_REF_LOG_ID, ref->log_id, LOG_ID_LEN);
	field_put_message(out, number, mark);
}

static void
put_get(struct field_writer *out, const struct wire_get *get)
{
	size_t i;

	if (get->has_branch) {
		field_put_bytes(out, F_GET_C8, get->c8, C8_LEN);
		field_put_nonzero(out, F_GET_N, get->n);
	}
	for (i = get->nrefs; i > 0; i--)
		put_ref(out, F_GET_REF, &get->refs[i - 1]);
	field_put_nonzero(out, F_GET_MAX_BYTES, get->max_bytes);
	if (get->has_log) {
		field_put_nonzero(out, F_GET_FIRST, get->first);
		field_put_bytes(out, F_GET_LOG_ID, get->log_id, LOG_ID_LEN);
	}
	field_put_nonzero(out, F_GET_REQ, get->req);
}

static void
put_run(struct field_writer *out, const struct log_run *run)
{
	size_t mark = out->used;
	size_t i;

	field_put_bytes(out, F_RUN_HEAD, run->head, HEAD_LEN);
	for (i = run->count; i > 0; i--)
		field_put_bytes(out, F_RUN_HEADER, run->headers[i - 1].data,
		    run->headers[i - 1].len);
	field_put_bytes(out, F_RUN_C_PREV, run->c_prev, HASH_LEN);
	field_put_nonzero(out, F_RUN_FIRST, run->first);
	field_put_bytes(out, F_RUN_LOG_ID, run->log_id, LOG_ID_LEN);
	field_put_message(out, F_DATA_RUN, mark);
}

static void
put_body(
    struct field_writer *out, uint32_t number, const struct wire_body *body)
{
	size_t mark = out->used;

	if (body->data.len > 0)
		field_put_bytes(
		    out, F_BODY_DATA, body->data.data, body->data.len);
	if (body->state == WIRE_OK)
		field_put_bytes(out, F_BODY_SALT, body->salt, SALT_LEN);
	field_put_nonzero(out, F_BODY_STATE, (uint64_t)body->state);
	field_put_nonzero(out, F_BODY_TOTAL, body->total);
	put_ref(out, F_BODY_REF, &body->ref);
	field_put_message(out, number, mark);
}

static void
put_data(struct field_writer *out, const struct wire_data *data)
{
	size_t i;

	for (i = data->nbodies; i > 0; i--)
		put_body(out, F_DATA_BODY, &data->bodies[i - 1]);
	if (data->has_run)
		put_run(out, &data->run);
	field_put_nonzero(out, F_DATA_LAST, data->last);
	field_put_nonzero(out, F_DATA_REQ, data->req);
}

static void
put_note(struct field_writer *out, const struct wire_note *note)
{
	struct log_head head;

	log_head_parse(note->head, &head);
	if (note->has_body)
		put_body(out, F_NOTE_BODY, &note->body);
	if (note->header.len > 0) {
		field_put_bytes(
		    out, F_NOTE_HEADER, note->header.data, note->header.len);
		field_put_bytes(out, F_NOTE_C_PREV, note->c_prev, HASH_LEN);
	}
	field_put_nonzero(out, F_NOTE_N, head.n);
	field_put_bytes(out, F_NOTE_HEAD, note->head, HEAD_LEN);
}

static void
put_err(struct field_writer *out, const struct wire_err *error)
{
	field_put_text(out, F_ERR_TEXT, error->text);
	field_put_nonzero(out, F_ERR_RETRY_MS, error->retry_ms);
	field_put_nonzero(out, F_ERR_CODE, error->code);
	field_put_nonzero(out, F_ERR_REQ, error->req);
}

static void
put_msg(struct field_writer *out, const struct wire_msg *msg)
{
	switch (msg->type) {
	case WIRE_HELLO:
		put_hello(out, &msg->u.hello);
		field_put_message(out, F_MSG_HELLO, 0);
		break;
	case WIRE_HAVE:
		put_have(out, &msg->u.have);
		field_put_message(out, F_MSG_HAVE, 0);
		break;
	case WIRE_GET:
		put_get(out, &msg->u.get);
		field_put_message(out, F_MSG_GET, 0);
		break;
	case WIRE_DATA:
		put_data(out, &msg->u.data);
		field_put_message(out, F_MSG_DATA, 0);
		break;
	case WIRE_NOTE:
		put_note(out, &msg->u.note);
		field_put_message(out, F_MSG_NOTE, 0);
		break;
	case WIRE_ERR:
		put_err(out, &msg->u.err);
		field_put_message(out, F_MSG_ERR, 0);
		break;
	}
}

enum err
wire_encode(const struct wire_msg *msg, uint8_t **ret_buf, size_t *ret_len)
{
	struct field_writer count = field_writer(NULL, 0);
	struct field_writer out;
	uint8_t *buf;

	put_msg(&count, msg);
	if (count.used > MSG_MAX)
		return ERR_SIZE;
	if ((buf = malloc(count.used)) == NULL)
		return ERR_NOMEM;
	out = field_writer(buf, count.used);
	put_msg(&out, msg);
	*ret_buf = buf;
	*ret_len = count.used;
	return ERR_NONE;
}
