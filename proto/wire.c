#include "proto/wire.h"

#include <string.h>

#include "proto/arena.h"
#include "proto/scan.h"
#include "proto/text.h"
#include "proto/wire.pb-c.h"

/*
 * First memory for a message of ${len} bytes: what protobuf-c copies, its
 * structs and our arrays.  Only HAVE needs more than this.
 */
#define ARENA_BYTES(len) (2 * (len) + 4096)

_Static_assert(WIRE_ABSENT == (int)ERFA__BODY_PART__STATE__ABSENT,
    "states have the numbers of wire.proto");

static const struct scan_limits limits = {
	.max_bytes = MSG_MAX,
	.max_depth = MSG_DEPTH,
	.max_fields = MSG_FIELDS,
	.max_alloc = MSG_ALLOC,
};

/* Copy a field that must be there with exactly ${len} bytes. */
static enum err
take_fixed(int has, ProtobufCBinaryData from, uint8_t *out, size_t len)
{
	if (!has || from.len != len)
		return ERR_SIZE;
	memcpy(out, from.data, len);
	return ERR_NONE;
}

/* Lend a text of at most ${max} characters; a missing one is empty. */
static enum err
take_text(const char *from, size_t max, const char **out)
{
	size_t characters = 0;
	size_t len;
	size_t i;

	if (from == NULL)
		from = "";
	len = strlen(from);
	if (!text_valid(from, len))
		return ERR_SYNTAX;
	for (i = 0; i < len; i++)
		if (((unsigned char)from[i] & 0xc0) != 0x80)
			characters++;
	if (characters > max)
		return ERR_SIZE;
	*out = from;
	return ERR_NONE;
}

static enum err
read_join(const Erfa__Hello__Join *from, struct wire_join *join)
{
	enum err err;

	err = take_fixed(from->has_key, from->key, join->key, KEY_LEN);
	if (err != ERR_NONE)
		return err;
	err = take_fixed(from->has_sig, from->sig, join->sig, SIG_LEN);
	if (err != ERR_NONE)
		return err;
	if ((err = take_text(from->org, ORG_MAX, &join->org)) != ERR_NONE)
		return err;
	if ((err = take_text(from->name, WIRE_NAME_MAX, &join->name)) !=
	    ERR_NONE)
		return err;
	return take_text(from->listen, WIRE_LISTEN_MAX, &join->listen);
}

/* Who sends the HELLO: a member with its key, or a newcomer. */
static enum err
read_sender(
    const Erfa__Hello *from, struct arena *arena, struct wire_hello *hello)
{
	struct wire_join *join;
	enum err err;

	if ((from->has_key != 0) == (from->join != NULL))
		return ERR_SYNTAX;
	hello->has_key = from->join == NULL;
	if (hello->has_key)
		return take_fixed(
		    from->has_key, from->key, hello->key, KEY_LEN);

	if ((join = arena_alloc(arena, sizeof(*join))) == NULL)
		return ERR_NOMEM;
	if ((err = read_join(from->join, join)) != ERR_NONE)
		return err;
	hello->join = join;
	return ERR_NONE;
}

static enum err
read_hello(
    const Erfa__Hello *from, struct arena *arena, struct wire_hello *hello)
{
	enum err err;

	hello->proto_min = from->proto_min;
	hello->proto_max = from->proto_max;
	hello->max_msg = from->max_msg;
	hello->window = from->window;
	hello->time_ms = from->time_ms;
	hello->flags = from->flags;
	hello->pub_port = from->pub_port;
	if (hello->pub_port > UINT16_MAX)
		return ERR_SYNTAX;
	err = take_fixed(from->has_nonce, from->nonce, hello->nonce, NONCE_LEN);
	if (err != ERR_NONE)
		return err;
	err = take_fixed(
	    from->has_digest, from->digest, hello->digest, HASH_LEN);
	if (err != ERR_NONE)
		return err;
	if ((err = take_text(from->sw, WIRE_SW_MAX, &hello->sw)) != ERR_NONE)
		return err;
	if ((err = take_text(from->org, ORG_MAX, &hello->org)) != ERR_NONE)
		return err;
	if ((err = take_text(from->name, WIRE_NAME_MAX, &hello->name)) !=
	    ERR_NONE)
		return err;
	return read_sender(from, arena, hello);
}

static enum err
read_pos(const Erfa__Pos *from, struct wire_pos *pos)
{
	enum err err;

	pos->n = from->n;
	pos->beyond = from->beyond;
	err = take_fixed(
	    from->has_log_id, from->log_id, pos->log_id, LOG_ID_LEN);
	if (err != ERR_NONE)
		return err;
	if ((err = take_fixed(from->has_c8, from->c8, pos->c8, C8_LEN)) !=
	    ERR_NONE)
		return err;
	if (!from->has_key)
		return ERR_NONE;
	pos->has_key = true;
	pos->inc = from->inc;
	return take_fixed(from->has_key, from->key, pos->key, KEY_LEN);
}

/* Return ${count} zeroed items of ${size} bytes, or NULL. */
static void *
make_items(struct arena *arena, size_t count, size_t size)
{
	void *items = arena_alloc(arena, count * size);

	if (items != NULL)
		memset(items, 0, count * size);
	return items;
}

static enum err
read_have(const Erfa__Have *from, struct arena *arena, struct wire_have *have)
{
	enum err err;
	size_t i;

	have->full = from->full;
	have->part = from->part;
	have->parts = from->parts;
	err = take_fixed(
	    from->has_digest, from->digest, have->digest, HASH_LEN);
	if (err != ERR_NONE)
		return err;
	if (from->n_pos > HAVE_POS_MAX)
		return ERR_LIMIT;
	if (have->parts == 0 && (have->part != 0 || from->n_pos > 0))
		return ERR_SYNTAX;
	if (have->parts > 0 && (have->part < 1 || have->part > have->parts))
		return ERR_SYNTAX;

	have->pos = make_items(arena, from->n_pos, sizeof(*have->pos));
	if (have->pos == NULL)
		return ERR_NOMEM;
	for (i = 0; i < from->n_pos; i++)
		if ((err = read_pos(from->pos[i], &have->pos[i])) != ERR_NONE)
			return err;
	have->npos = from->n_pos;
	return ERR_NONE;
}

static enum err
read_ref(const Erfa__Ref *from, struct wire_ref *ref)
{
	if (from == NULL || from->n == 0)
		return ERR_SYNTAX;
	ref->n = from->n;
	ref->part = from->part;
	ref->offset = from->offset;
	return take_fixed(
	    from->has_log_id, from->log_id, ref->log_id, LOG_ID_LEN);
}

static enum err
read_refs(const Erfa__Get *from, struct arena *arena, struct wire_get *get)
{
	size_t i;

	if (from->n_ref > GET_REFS_MAX)
		return ERR_LIMIT;
	get->refs = make_items(arena, from->n_ref, sizeof(*get->refs));
	if (get->refs == NULL)
		return ERR_NOMEM;
	for (i = 0; i < from->n_ref; i++) {
		enum err err = read_ref(from->ref[i], &get->refs[i]);

		if (err != ERR_NONE)
			return err;
	}
	get->nrefs = from->n_ref;
	return ERR_NONE;
}

static enum err
read_get(const Erfa__Get *from, struct arena *arena, struct wire_get *get)
{
	/* Headers or bodies, and a branch named whole or not at all. */
	if (from->req == 0 || (from->has_log_id != 0) == (from->n_ref > 0) ||
	    (from->has_log_id && from->first == 0) ||
	    (from->n > 0) != (from->has_c8 != 0))
		return ERR_SYNTAX;
	get->req = from->req;
	get->max_bytes = from->max_bytes;
	get->has_log = from->has_log_id;
	get->has_branch = from->has_c8;
	get->n = from->n;
	if (get->has_branch) {
		enum err err = take_fixed(
		    from->has_c8, from->c8, get->c8, C8_LEN);

		if (err != ERR_NONE)
			return err;
	}
	if (!get->has_log)
		return read_refs(from, arena, get);
	get->first = from->first;
	return take_fixed(
	    from->has_log_id, from->log_id, get->log_id, LOG_ID_LEN);
}

static enum err
read_run(const Erfa__Run *from, struct arena *arena, struct log_run *run)
{
	struct bytes *headers;
	enum err err;
	size_t i;

	if (from->n_header > BOUNDARY_N)
		return ERR_LIMIT;
	if (!from->has_head || from->head.len != HEAD_LEN)
		return ERR_SIZE;
	err = take_fixed(
	    from->has_log_id, from->log_id, run->log_id, LOG_ID_LEN);
	if (err != ERR_NONE)
		return err;
	err = take_fixed(from->has_c_prev, from->c_prev, run->c_prev, HASH_LEN);
	if (err != ERR_NONE)
		return err;

	headers = make_items(arena, from->n_header, sizeof(*headers));
	if (headers == NULL)
		return ERR_NOMEM;
	for (i = 0; i < from->n_header; i++) {
		headers[i].data = from->header[i].data;
		headers[i].len = from->header[i].len;
	}
	run->first = from->first;
	run->headers = headers;
	run->count = from->n_header;
	run->head = from->head.data;
	return ERR_NONE;
}

/* Is what was sent a part of a body of the length told? */
static bool
part_fits(const struct wire_body *body)
{
	if (body->ref.part == 0 && body->total > BODY_MAX)
		return false;
	return body->ref.offset <= body->total &&
	    body->data.len <= body->total - body->ref.offset;
}

static enum err
read_body(const Erfa__BodyPart *from, struct wire_body *body)
{
	enum err err;

	if ((err = read_ref(from->ref, &body->ref)) != ERR_NONE)
		return err;
	body->total = from->total;
	if ((unsigned)from->state > WIRE_ABSENT)
		return ERR_SYNTAX;
	body->state = (enum wire_state)from->state;
	if (body->state != WIRE_OK)
		return ERR_NONE;
	body->data.data = from->data.data;
	body->data.len = from->data.len;
	if (!part_fits(body))
		return ERR_SYNTAX;
	return take_fixed(from->has_salt, from->salt, body->salt, SALT_LEN);
}

static enum err
read_bodies(const Erfa__Data *from, struct arena *arena, struct wire_data *data)
{
	size_t total = 0;
	size_t i;

	if (from->n_body > GET_REFS_MAX)
		return ERR_LIMIT;
	data->bodies = make_items(arena, from->n_body, sizeof(*data->bodies));
	if (data->bodies == NULL)
		return ERR_NOMEM;
	for (i = 0; i < from->n_body; i++) {
		enum err err = read_body(from->body[i], &data->bodies[i]);

		if (err != ERR_NONE)
			return err;
		total += data->bodies[i].data.len;
	}
	if (total > DATA_MAX)
		return ERR_LIMIT;
	data->nbodies = from->n_body;
	return ERR_NONE;
}

static enum err
read_data(const Erfa__Data *from, struct arena *arena, struct wire_data *data)
{
	data->req = from->req;
	data->last = from->last;
	if (from->run != NULL) {
		enum err err = read_run(from->run, arena, &data->run);

		if (err != ERR_NONE)
			return err;
		data->has_run = true;
	}
	return read_bodies(from, arena, data);
}

/* Is ${body} the whole body of the entry at ${head}? */
static bool
body_of_head(const struct wire_body *body, const uint8_t *head)
{
	struct log_head parsed;

	log_head_parse(head, &parsed);
	return memcmp(body->ref.log_id, parsed.log_id, LOG_ID_LEN) == 0 &&
	    body->ref.n == parsed.n && body->ref.part == 0 &&
	    body->state == WIRE_OK && body->data.len == body->total;
}

static enum err
read_note(const Erfa__Note *from, struct wire_note *note)
{
	struct log_head head;
	enum err err;

	if (!from->has_head || from->head.len != HEAD_LEN)
		return ERR_SIZE;
	note->head = from->head.data;
	log_head_parse(note->head, &head);
	if (from->n != head.n)
		return ERR_SYNTAX;
	if (!from->has_header || from->header.len == 0)
		return from->body == NULL ? ERR_NONE : ERR_SYNTAX;

	note->header.data = from->header.data;
	note->header.len = from->header.len;
	err = take_fixed(
	    from->has_c_prev, from->c_prev, note->c_prev, HASH_LEN);
	if (err != ERR_NONE || from->body == NULL)
		return err;
	if ((err = read_body(from->body, &note->body)) != ERR_NONE)
		return err;
	if (!body_of_head(&note->body, note->head))
		return ERR_SYNTAX;
	if (note->body.data.len > NOTE_BODY_MAX)
		return ERR_LIMIT;
	note->has_body = true;
	return ERR_NONE;
}

static enum err
read_err(const Erfa__Err *from, struct wire_err *error)
{
	error->req = from->req;
	error->code = (uint32_t)from->code;
	error->retry_ms = from->retry_ms;
	return take_text(from->text, WIRE_ERR_MAX, &error->text);
}

static enum err
read_msg(const Erfa__Msg *from, struct arena *arena, struct wire_msg *msg)
{
	switch (from->m_case) {
	case ERFA__MSG__M_HELLO:
		msg->type = WIRE_HELLO;
		return read_hello(from->hello, arena, &msg->u.hello);
	case ERFA__MSG__M_HAVE:
		msg->type = WIRE_HAVE;
		return read_have(from->have, arena, &msg->u.have);
	case ERFA__MSG__M_GET:
		msg->type = WIRE_GET;
		return read_get(from->get, arena, &msg->u.get);
	case ERFA__MSG__M_DATA:
		msg->type = WIRE_DATA;
		return read_data(from->data, arena, &msg->u.data);
	case ERFA__MSG__M_NOTE:
		msg->type = WIRE_NOTE;
		return read_note(from->note, &msg->u.note);
	case ERFA__MSG__M_ERR:
		msg->type = WIRE_ERR;
		return read_err(from->err, &msg->u.err);
	case ERFA__MSG__M__NOT_SET:
	case _ERFA__MSG__M__CASE_IS_INT_SIZE:
		return ERR_SYNTAX;
	}
	return ERR_SYNTAX;
}

static void *
arena_for_protobuf(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

static void
free_for_protobuf(void *arena, void *data)
{
	/* All goes at once, with the arena. */
	(void)arena;
	(void)data;
}

enum err
wire_decode(const uint8_t *buf, size_t len, struct wire_msg *ret_msg)
{
	ProtobufCAllocator allocator = { .alloc = arena_for_protobuf,
		.free = free_for_protobuf };
	struct arena *arena = NULL;
	struct wire_msg msg;
	Erfa__Msg *raw;
	enum err err;

	/* Bound it, then decode it; after that only memory can be short. */
	if (len < 1)
		return ERR_SIZE;
	if ((err = scan_message(&erfa__msg__descriptor, buf, len, &limits)) !=
	    ERR_NONE)
		return err;
	if ((err = arena_new(ARENA_BYTES(len), &arena)) != ERR_NONE)
		return err;
	allocator.allocator_data = arena;
	if ((raw = erfa__msg__unpack(&allocator, len, buf)) == NULL) {
		err = ERR_NOMEM;
		goto fail;
	}

	/* Check and copy what has a fixed size, lend the rest. */
	memset(&msg, 0, sizeof(msg));
	if ((err = read_msg(raw, arena, &msg)) != ERR_NONE)
		goto fail;
	msg.memory = arena;
	*ret_msg = msg;
	return ERR_NONE;

fail:
	arena_free(arena);
	return err;
}

bool
wire_is_err(const uint8_t *buf, size_t len)
{
	/* The tag of field 6, which has a length. */
	return len > 0 && buf[0] == (6 << 3 | 2);
}

void
wire_clear(struct wire_msg *msg)
{
	arena_free(msg->memory);
	memset(msg, 0, sizeof(*msg));
}
