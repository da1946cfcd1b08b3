#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire.h"
#include "proto/wire.pb-c.h"

#define BODY_BYTES 1000

static uint8_t fill[MSG_MAX];

/* Samples: every message with every field, in buffers of its own. */
struct fixture {
	struct wire_join join;
	struct wire_pos pos[HAVE_POS_MAX + 1];
	struct wire_ref refs[GET_REFS_MAX + 1];
	struct bytes headers[BOUNDARY_N + 1];
	struct wire_body bodies[GET_REFS_MAX + 1];
	uint8_t head[HEAD_LEN];
	struct wire_msg msg;
	struct wire_msg out;
	uint8_t *buf;
	size_t len;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	size_t i;

	if (f == NULL)
		return -1;
	*state = f;
	for (i = 0; i < sizeof(fill); i++)
		fill[i] = (uint8_t)(i * 7 + i / 256);
	memset(f->head, 0xee, HEAD_LEN);
	memset(f->head, 0x11, LOG_ID_LEN);
	bytes_put_le64(f->head + LOG_ID_LEN, 300);
	for (i = 0; i <= HAVE_POS_MAX; i++) {
		memset(f->pos[i].log_id, (int)i, LOG_ID_LEN);
		f->pos[i].n = i * i;
		memset(f->pos[i].c8, (int)i + 1, C8_LEN);
		f->pos[i].has_key = i % 2 == 0;
		memset(f->pos[i].key, (int)i + 2, KEY_LEN);
		f->pos[i].inc = UINT64_MAX - i;
		f->pos[i].beyond = i % 3 == 0;
	}
	for (i = 0; i <= GET_REFS_MAX; i++) {
		memset(f->refs[i].log_id, (int)i, LOG_ID_LEN);
		f->refs[i].n = i + 1;
		f->refs[i].part = (uint32_t)i % 2;
		f->refs[i].offset = 100 * i;
		f->bodies[i].ref = f->refs[i];
		f->bodies[i].ref.offset = 0;
		f->bodies[i].total = BODY_BYTES;
		f->bodies[i].state = (enum wire_state)(i % 4);
		memset(f->bodies[i].salt, (int)i + 3, SALT_LEN);
		if (f->bodies[i].state == WIRE_OK)
			f->bodies[i].data = (struct bytes){ fill + i, 200 };
	}
	for (i = 0; i <= BOUNDARY_N; i++)
		f->headers[i] = (struct bytes){ fill + i, 73 };
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	free(f->buf);
	wire_clear(&f->out);
	free(f);
	return 0;
}

static void
make_hello(struct fixture *f, bool join)
{
	struct wire_hello *hello = &f->msg.u.hello;

	memset(&f->msg, 0, sizeof(f->msg));
	f->msg.type = WIRE_HELLO;
	hello->proto_min = 1;
	hello->proto_max = 1;
	hello->has_key = !join;
	memset(hello->key, 0x21, KEY_LEN);
	memset(hello->nonce, 0x22, NONCE_LEN);
	memset(hello->digest, 0x23, HASH_LEN);
	hello->max_msg = MSG_MAX;
	hello->window = WINDOW_MAX;
	hello->time_ms = 1750000000123;
	hello->flags = WIRE_NO_SUB;
	hello->pub_port = 7412;
	hello->sw = "erfad 0.1";
	hello->org = "no-5501";
	hello->name = "Tromsø kommune";
	if (!join)
		return;
	memset(f->join.key, 0x31, KEY_LEN);
	memset(f->join.sig, 0x32, SIG_LEN);
	f->join.org = "no-5501";
	f->join.name = "Tromsø";
	f->join.listen = "erfa.tromso.example:7411";
	hello->join = &f->join;
}

static void
make_have(struct fixture *f, size_t npos)
{
	struct wire_have *have = &f->msg.u.have;

	memset(&f->msg, 0, sizeof(f->msg));
	f->msg.type = WIRE_HAVE;
	memset(have->digest, 0x41, HASH_LEN);
	have->pos = f->pos;
	have->npos = npos;
	have->full = true;
	have->part = 2;
	have->parts = 3;
}

static void
make_get(struct fixture *f, bool headers)
{
	struct wire_get *get = &f->msg.u.get;

	memset(&f->msg, 0, sizeof(f->msg));
	f->msg.type = WIRE_GET;
	get->req = 5;
	get->max_bytes = 65536;
	get->has_branch = true;
	get->n = 400;
	memset(get->c8, 0x52, C8_LEN);
	get->has_log = headers;
	if (headers) {
		memset(get->log_id, 0x51, LOG_ID_LEN);
		get->first = 257;
	} else {
		get->refs = f->refs;
		get->nrefs = GET_REFS_MAX;
	}
}

static void
make_data(struct fixture *f, size_t nheaders, size_t nbodies)
{
	struct wire_data *data = &f->msg.u.data;

	memset(&f->msg, 0, sizeof(f->msg));
	f->msg.type = WIRE_DATA;
	data->req = 6;
	data->last = true;
	data->has_run = nheaders > 0;
	memset(data->run.log_id, 0x61, LOG_ID_LEN);
	data->run.first = 257;
	memset(data->run.c_prev, 0x62, HASH_LEN);
	data->run.headers = f->headers;
	data->run.count = nheaders;
	data->run.head = f->head;
	data->bodies = f->bodies;
	data->nbodies = nbodies;
}

static void
make_note(struct fixture *f, bool header, size_t body)
{
	struct wire_note *note = &f->msg.u.note;

	memset(&f->msg, 0, sizeof(f->msg));
	f->msg.type = WIRE_NOTE;
	note->head = f->head;
	if (header) {
		note->header = (struct bytes){ fill, 73 };
		memset(note->c_prev, 0x71, HASH_LEN);
	}
	if (body > 0) {
		note->has_body = true;
		memset(note->body.ref.log_id, 0x11, LOG_ID_LEN);
		note->body.ref.n = 300;
		note->body.total = body;
		memset(note->body.salt, 0x72, SALT_LEN);
		note->body.data = (struct bytes){ fill, body };
	}
}

static void
make_err(struct fixture *f)
{
	memset(&f->msg, 0, sizeof(f->msg));
	f->msg.type = WIRE_ERR;
	f->msg.u.err.req = 7;
	f->msg.u.err.code = WIRE_BUSY;
	f->msg.u.err.retry_ms = 1500;
	f->msg.u.err.text = "ask again";
}

/* Encode f->msg to f->buf. */
static void
encode(struct fixture *f)
{
	free(f->buf);
	f->buf = NULL;
	assert_int_equal(wire_encode(&f->msg, &f->buf, &f->len), ERR_NONE);
}

/* Encode f->msg and decode it to f->out. */
static enum err
pass(struct fixture *f)
{
	encode(f);
	wire_clear(&f->out);
	return wire_decode(f->buf, f->len, &f->out);
}

/* Decode bytes that are refused; nothing may be written. */
static enum err
refuse(const void *data, size_t len)
{
	struct wire_msg msg;
	enum err err;

	memset(&msg, 0x77, sizeof(msg));
	err = wire_decode(data, len, &msg);
	if (err == ERR_NONE)
		wire_clear(&msg);
	else
		assert_int_equal(*(uint8_t *)&msg, 0x77);
	return err;
}

/* Does protobuf-c write what it reads from f->buf as the same bytes? */
static void
assert_as_protobuf_c(struct fixture *f)
{
	Erfa__Msg *msg;
	uint8_t *again;

	msg = erfa__msg__unpack(NULL, f->len, f->buf);
	assert_non_null(msg);
	assert_null(msg->base.unknown_fields);
	assert_int_equal(erfa__msg__get_packed_size(msg), f->len);
	again = malloc(f->len);
	assert_non_null(again);
	(void)erfa__msg__pack(msg, again);
	assert_memory_equal(again, f->buf, f->len);
	free(again);
	erfa__msg__free_unpacked(msg, NULL);
}

static void
hello_of_a_member_reads_back_the_same(void **state)
{
	struct fixture *f = *state;
	const struct wire_hello *out = &f->out.u.hello;

	make_hello(f, false);
	assert_int_equal(pass(f), ERR_NONE);
	assert_as_protobuf_c(f);
	assert_int_equal(f->out.type, WIRE_HELLO);
	assert_int_equal(out->proto_min, 1);
	assert_int_equal(out->proto_max, 1);
	assert_true(out->has_key);
	assert_memory_equal(out->key, f->msg.u.hello.key, KEY_LEN);
	assert_memory_equal(out->nonce, f->msg.u.hello.nonce, NONCE_LEN);
	assert_memory_equal(out->digest, f->msg.u.hello.digest, HASH_LEN);
	assert_int_equal(out->max_msg, MSG_MAX);
	assert_int_equal(out->window, WINDOW_MAX);
	assert_int_equal(out->time_ms, 1750000000123);
	assert_int_equal(out->flags, WIRE_NO_SUB);
	assert_int_equal(out->pub_port, 7412);
	assert_string_equal(out->sw, "erfad 0.1");
	assert_string_equal(out->org, "no-5501");
	assert_string_equal(out->name, "Tromsø kommune");
	assert_null(out->join);
}

static void
hello_of_a_newcomer_reads_back_the_same(void **state)
{
	struct fixture *f = *state;
	const struct wire_join *join;

	make_hello(f, true);
	assert_int_equal(pass(f), ERR_NONE);
	assert_as_protobuf_c(f);
	assert_false(f->out.u.hello.has_key);
	join = f->out.u.hello.join;
	assert_non_null(join);
	assert_memory_equal(join->key, f->join.key, KEY_LEN);
	assert_memory_equal(join->sig, f->join.sig, SIG_LEN);
	assert_string_equal(join->org, "no-5501");
	assert_string_equal(join->name, "Tromsø");
	assert_string_equal(join->listen, "erfa.tromso.example:7411");
}

static void
texts_that_are_absent_are_empty(void **state)
{
	struct fixture *f = *state;

	make_hello(f, true);
	f->msg.u.hello.sw = NULL;
	f->msg.u.hello.org = "";
	f->msg.u.hello.name = NULL;
	f->join.listen = NULL;
	assert_int_equal(pass(f), ERR_NONE);
	assert_string_equal(f->out.u.hello.sw, "");
	assert_string_equal(f->out.u.hello.org, "");
	assert_string_equal(f->out.u.hello.name, "");
	assert_string_equal(f->out.u.hello.join->listen, "");
}

static void
hello_has_a_key_or_a_join_and_not_both(void **state)
{
	struct fixture *f = *state;

	make_hello(f, true);
	f->msg.u.hello.has_key = true;
	assert_int_equal(pass(f), ERR_SYNTAX);
	make_hello(f, false);
	f->msg.u.hello.has_key = false;
	assert_int_equal(pass(f), ERR_SYNTAX);
}

static void
hello_with_an_impossible_port_is_refused(void **state)
{
	struct fixture *f = *state;

	make_hello(f, false);
	f->msg.u.hello.pub_port = 65536;
	assert_int_equal(pass(f), ERR_SYNTAX);
}

static void
text_longer_than_allowed_is_refused(void **state)
{
	struct fixture *f = *state;
	char name[2 * WIRE_NAME_MAX + 2] = "";
	size_t i;

	/* 120 letters of two bytes each. */
	for (i = 0; i < WIRE_NAME_MAX; i++)
		memcpy(name + 2 * i, "ø", 3);
	make_hello(f, false);
	f->msg.u.hello.name = name;
	assert_int_equal(pass(f), ERR_NONE);
	name[2 * WIRE_NAME_MAX] = 'x';
	assert_int_equal(pass(f), ERR_SIZE);
	make_hello(f, false);
	f->msg.u.hello.sw = name;
	assert_int_equal(pass(f), ERR_SIZE);
	make_hello(f, true);
	f->join.org = "abcdefghijklmnopqrstuvwxyz0123456";
	assert_int_equal(pass(f), ERR_SIZE);
}

static void
text_that_is_not_utf8_is_refused(void **state)
{
	struct fixture *f = *state;

	make_hello(f, false);
	f->msg.u.hello.name = "Troms\xf8";
	assert_int_equal(pass(f), ERR_SYNTAX);
	make_err(f);
	f->msg.u.err.text = "\xff";
	assert_int_equal(pass(f), ERR_SYNTAX);
}

static void
have_with_a_thousand_positions_reads_back_the_same(void **state)
{
	struct fixture *f = *state;
	const struct wire_have *out = &f->out.u.have;
	size_t i;

	make_have(f, HAVE_POS_MAX);
	assert_int_equal(pass(f), ERR_NONE);
	assert_as_protobuf_c(f);
	assert_memory_equal(out->digest, f->msg.u.have.digest, HASH_LEN);
	assert_true(out->full);
	assert_int_equal(out->part, 2);
	assert_int_equal(out->parts, 3);
	assert_int_equal(out->npos, HAVE_POS_MAX);
	for (i = 0; i < out->npos; i++) {
		assert_memory_equal(
		    out->pos[i].log_id, f->pos[i].log_id, LOG_ID_LEN);
		assert_int_equal(out->pos[i].n, f->pos[i].n);
		assert_memory_equal(out->pos[i].c8, f->pos[i].c8, C8_LEN);
		assert_int_equal(out->pos[i].beyond, f->pos[i].beyond);
		assert_int_equal(out->pos[i].has_key, f->pos[i].has_key);
		if (!out->pos[i].has_key)
			continue;
		assert_memory_equal(out->pos[i].key, f->pos[i].key, KEY_LEN);
		assert_int_equal(out->pos[i].inc, f->pos[i].inc);
	}
}

static void
have_with_more_positions_is_refused(void **state)
{
	struct fixture *f = *state;

	make_have(f, HAVE_POS_MAX + 1);
	assert_int_equal(pass(f), ERR_LIMIT);
}

static void
have_with_a_digest_alone_is_the_keep_alive(void **state)
{
	struct fixture *f = *state;

	make_have(f, 0);
	f->msg.u.have.full = false;
	f->msg.u.have.part = 0;
	f->msg.u.have.parts = 0;
	assert_int_equal(pass(f), ERR_NONE);
	assert_int_equal(f->len, 2 + 34);
	assert_as_protobuf_c(f);
	assert_int_equal(f->out.u.have.npos, 0);
}

static void
have_with_parts_that_make_no_sense_is_refused(void **state)
{
	struct fixture *f = *state;

	make_have(f, 1);
	f->msg.u.have.part = 4;
	assert_int_equal(pass(f), ERR_SYNTAX);
	f->msg.u.have.part = 0;
	assert_int_equal(pass(f), ERR_SYNTAX);
	f->msg.u.have.parts = 0;
	assert_int_equal(pass(f), ERR_SYNTAX);
	f->msg.u.have.npos = 0;
	assert_int_equal(pass(f), ERR_NONE);
	f->msg.u.have.part = 1;
	assert_int_equal(pass(f), ERR_SYNTAX);
}

static void
get_for_headers_reads_back_the_same(void **state)
{
	struct fixture *f = *state;
	const struct wire_get *out = &f->out.u.get;

	make_get(f, true);
	assert_int_equal(pass(f), ERR_NONE);
	assert_as_protobuf_c(f);
	assert_int_equal(out->req, 5);
	assert_true(out->has_log);
	assert_memory_equal(out->log_id, f->msg.u.get.log_id, LOG_ID_LEN);
	assert_int_equal(out->first, 257);
	assert_int_equal(out->max_bytes, 65536);
	assert_int_equal(out->nrefs, 0);
	assert_true(out->has_branch);
	assert_int_equal(out->n, 400);
	assert_memory_equal(out->c8, f->msg.u.get.c8, C8_LEN);
}

static void
get_for_bodies_reads_back_the_same(void **state)
{
	struct fixture *f = *state;
	const struct wire_get *out = &f->out.u.get;
	size_t i;

	make_get(f, false);
	f->msg.u.get.has_branch = false;
	assert_int_equal(pass(f), ERR_NONE);
	assert_as_protobuf_c(f);
	assert_false(out->has_log);
	assert_false(out->has_branch);
	assert_int_equal(out->nrefs, GET_REFS_MAX);
	for (i = 0; i < out->nrefs; i++)
		assert_memory_equal(
		    &out->refs[i], &f->refs[i], sizeof(f->refs[i]));
}

static void
get_with_more_refs_is_refused(void **state)
{
	struct fixture *f = *state;

	make_get(f, false);
	f->msg.u.get.nrefs = GET_REFS_MAX + 1;
	assert_int_equal(pass(f), ERR_LIMIT);
}

static void
get_that_makes_no_sense_is_refused(void **state)
{
	struct fixture *f = *state;

	/* No number, both, neither, entry 0, half a branch. */
	make_get(f, true);
	f->msg.u.get.req = 0;
	assert_int_equal(pass(f), ERR_SYNTAX);
	make_get(f, false);
	f->msg.u.get.has_log = true;
	f->msg.u.get.first = 1;
	assert_int_equal(pass(f), ERR_SYNTAX);
	make_get(f, true);
	f->msg.u.get.has_log = false;
	assert_int_equal(pass(f), ERR_SYNTAX);
	make_get(f, true);
	f->msg.u.get.first = 0;
	assert_int_equal(pass(f), ERR_SYNTAX);
	make_get(f, true);
	f->msg.u.get.n = 0;
	assert_int_equal(pass(f), ERR_SYNTAX);
	make_get(f, false);
	f->refs[3].n = 0;
	assert_int_equal(pass(f), ERR_SYNTAX);
	assert_int_equal(refuse("\x1a\x02\x30\x05", 4), ERR_SYNTAX);
}

static void
data_with_a_run_and_bodies_reads_back_the_same(void **state)
{
	struct fixture *f = *state;
	const struct wire_data *out = &f->out.u.data;
	size_t i;

	make_data(f, BOUNDARY_N, GET_REFS_MAX);
	assert_int_equal(pass(f), ERR_NONE);
	assert_as_protobuf_c(f);
	assert_int_equal(out->req, 6);
	assert_true(out->last);
	assert_true(out->has_run);
	assert_memory_equal(
	    out->run.log_id, f->msg.u.data.run.log_id, LOG_ID_LEN);
	assert_int_equal(out->run.first, 257);
	assert_memory_equal(
	    out->run.c_prev, f->msg.u.data.run.c_prev, HASH_LEN);
	assert_memory_equal(out->run.head, f->head, HEAD_LEN);
	assert_int_equal(out->run.count, BOUNDARY_N);
	for (i = 0; i < out->run.count; i++)
		assert_true(bytes_equal(out->run.headers[i], f->headers[i]));
	assert_int_equal(out->nbodies, GET_REFS_MAX);
	for (i = 0; i < out->nbodies; i++) {
		assert_memory_equal(&out->bodies[i].ref, &f->bodies[i].ref,
		    sizeof(f->bodies[i].ref));
		assert_int_equal(out->bodies[i].total, BODY_BYTES);
		assert_int_equal(out->bodies[i].state, f->bodies[i].state);
		if (f->bodies[i].state != WIRE_OK)
			continue;
		assert_memory_equal(
		    out->bodies[i].salt, f->bodies[i].salt, SALT_LEN);
		assert_true(
		    bytes_equal(out->bodies[i].data, f->bodies[i].data));
	}
}

static void
data_without_content_says_that_there_is_none(void **state)
{
	struct fixture *f = *state;

	make_data(f, 0, 0);
	assert_int_equal(pass(f), ERR_NONE);
	assert_as_protobuf_c(f);
	assert_false(f->out.u.data.has_run);
	assert_int_equal(f->out.u.data.nbodies, 0);
	assert_true(f->out.u.data.last);
}

static void
data_with_more_headers_or_bodies_is_refused(void **state)
{
	struct fixture *f = *state;

	make_data(f, BOUNDARY_N + 1, 0);
	assert_int_equal(pass(f), ERR_LIMIT);
	make_data(f, 0, GET_REFS_MAX + 1);
	assert_int_equal(pass(f), ERR_LIMIT);
}

static void
bodies_of_64_kib_pass_and_of_one_byte_more_are_refused(void **state)
{
	struct fixture *f = *state;

	make_data(f, 0, 2);
	f->bodies[1].state = WIRE_OK;
	f->bodies[0].total = f->bodies[1].total = BODY_MAX;
	f->bodies[0].data = (struct bytes){ fill, 60000 };
	f->bodies[1].data = (struct bytes){ fill, DATA_MAX - 60000 };
	assert_int_equal(pass(f), ERR_NONE);
	f->bodies[1].data.len++;
	assert_int_equal(pass(f), ERR_LIMIT);
}

static void
body_outside_its_total_is_refused(void **state)
{
	struct fixture *f = *state;

	make_data(f, 0, 1);
	f->bodies[0].ref.offset = 900;
	f->bodies[0].data.len = 100;
	assert_int_equal(pass(f), ERR_NONE);
	f->bodies[0].data.len = 101;
	assert_int_equal(pass(f), ERR_SYNTAX);
	f->bodies[0].ref.offset = UINT64_MAX;
	assert_int_equal(pass(f), ERR_SYNTAX);
	f->bodies[0].ref.offset = 0;
	f->bodies[0].total = BODY_MAX + 1;
	assert_int_equal(pass(f), ERR_SYNTAX);
	f->bodies[0].ref.part = 1;
	assert_int_equal(pass(f), ERR_NONE);
}

static void
body_of_an_unknown_state_or_without_ref_is_refused(void **state)
{
	struct fixture *f = *state;

	make_data(f, 0, 1);
	f->bodies[0].state = (enum wire_state)4;
	assert_int_equal(pass(f), ERR_SYNTAX);
	f->bodies[0].state = WIRE_GONE;
	f->bodies[0].ref.n = 0;
	assert_int_equal(pass(f), ERR_SYNTAX);
	assert_int_equal(refuse("\x22\x04\x22\x02\x18\x01", 6), ERR_SYNTAX);
}

static void
note_with_header_and_body_reads_back_the_same(void **state)
{
	struct fixture *f = *state;
	const struct wire_note *out = &f->out.u.note;

	make_note(f, true, NOTE_BODY_MAX);
	assert_int_equal(pass(f), ERR_NONE);
	assert_as_protobuf_c(f);
	assert_memory_equal(out->head, f->head, HEAD_LEN);
	assert_true(bytes_equal(out->header, f->msg.u.note.header));
	assert_memory_equal(out->c_prev, f->msg.u.note.c_prev, HASH_LEN);
	assert_true(out->has_body);
	assert_int_equal(out->body.ref.n, 300);
	assert_memory_equal(out->body.salt, f->msg.u.note.body.salt, SALT_LEN);
	assert_true(bytes_equal(out->body.data, f->msg.u.note.body.data));
}

static void
note_with_a_head_alone_is_a_beacon(void **state)
{
	struct fixture *f = *state;

	make_note(f, false, 0);
	assert_int_equal(pass(f), ERR_NONE);
	assert_as_protobuf_c(f);
	assert_int_equal(f->out.u.note.header.len, 0);
	assert_false(f->out.u.note.has_body);
}

static void
note_that_contradicts_itself_is_refused(void **state)
{
	struct fixture *f = *state;

	/* A body without header, of another entry, log or part, in part. */
	make_note(f, false, 10);
	assert_int_equal(pass(f), ERR_SYNTAX);
	make_note(f, true, 10);
	f->msg.u.note.body.ref.n = 299;
	assert_int_equal(pass(f), ERR_SYNTAX);
	make_note(f, true, 10);
	f->msg.u.note.body.ref.log_id[0] ^= 1;
	assert_int_equal(pass(f), ERR_SYNTAX);
	make_note(f, true, 10);
	f->msg.u.note.body.ref.part = 1;
	assert_int_equal(pass(f), ERR_SYNTAX);
	make_note(f, true, 10);
	f->msg.u.note.body.total = 11;
	assert_int_equal(pass(f), ERR_SYNTAX);
	make_note(f, true, 10);
	f->msg.u.note.body.state = WIRE_GONE;
	assert_int_equal(pass(f), ERR_SYNTAX);

	/* A number that is not the HEAD's. */
	make_note(f, false, 0);
	encode(f);
	assert_int_equal(f->buf[f->len - 3], 0x10);
	f->buf[f->len - 2] ^= 1;
	assert_int_equal(refuse(f->buf, f->len), ERR_SYNTAX);
}

static void
note_with_a_body_over_8_kib_is_refused(void **state)
{
	struct fixture *f = *state;

	make_note(f, true, NOTE_BODY_MAX + 1);
	assert_int_equal(pass(f), ERR_LIMIT);
}

static void
err_reads_back_the_same_and_keeps_unknown_codes(void **state)
{
	struct fixture *f = *state;

	make_err(f);
	assert_int_equal(pass(f), ERR_NONE);
	assert_as_protobuf_c(f);
	assert_int_equal(f->out.u.err.req, 7);
	assert_int_equal(f->out.u.err.code, WIRE_BUSY);
	assert_int_equal(f->out.u.err.retry_ms, 1500);
	assert_string_equal(f->out.u.err.text, "ask again");
	f->msg.u.err.code = 77;
	assert_int_equal(pass(f), ERR_NONE);
	assert_int_equal(f->out.u.err.code, 77);
}

static void
fixed_size_fields_of_another_length_are_refused(void **state)
{
	/* ERR apart, every message has one: here one byte long. */
	static const struct {
		const char *data;
		size_t len;
	} bad[] = {
		{ "\x0a\x03\x22\x01x", 5 },                 /* HELLO.nonce */
		{ "\x12\x03\x0a\x01x", 5 },                 /* HAVE.digest */
		{ "\x1a\x07\x08\x01\x12\x01x\x18\x01", 9 }, /* GET.log_id */
		{ "\x22\x05\x1a\x03\x2a\x01x", 7 },         /* RUN.head */
		{ "\x22\x0b\x22\x09\x0a\x05\x0a\x01x\x10\x01\x18\x01", 13 },
		{ "\x2a\x03\x0a\x01x", 5 }, /* NOTE.head */
		{ "\x0a\x00", 2 },          /* missing */
		{ "\x12\x00", 2 },
		{ "\x22\x02\x1a\x00", 4 },
		{ "\x2a\x00", 2 },
	};

	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(refuse(bad[i].data, bad[i].len), ERR_SIZE);
}

/* The place of the field of ${len} bytes of ${value} in f->buf, tag first. */
static uint8_t *
find_field(struct fixture *f, uint8_t value, size_t len)
{
	size_t i;
	size_t k;

	for (i = 2; i + len <= f->len; i++) {
		for (k = 0; k < len && f->buf[i + k] == value; k++)
			continue;
		if (k == len)
			return f->buf + i - 2;
	}
	fail();
	return NULL;
}

/* Take the field of ${len} bytes of ${value} out by renaming it. */
static enum err
without(struct fixture *f, uint8_t value, size_t len)
{
	uint8_t *at;

	encode(f);
	at = find_field(f, value, len);
	*at = 0x7a; /* field 15, bytes */
	return refuse(f->buf, f->len);
}

static void
each_missing_field_of_fixed_size_is_refused(void **state)
{
	struct fixture *f = *state;

	make_hello(f, false);
	assert_int_equal(without(f, 0x21, KEY_LEN), ERR_SYNTAX);
	assert_int_equal(without(f, 0x22, NONCE_LEN), ERR_SIZE);
	assert_int_equal(without(f, 0x23, HASH_LEN), ERR_SIZE);
	make_hello(f, true);
	assert_int_equal(without(f, 0x31, KEY_LEN), ERR_SIZE);
	assert_int_equal(without(f, 0x32, SIG_LEN), ERR_SIZE);
	make_have(f, 1);
	memset(f->pos[0].log_id, 0x91, LOG_ID_LEN);
	memset(f->pos[0].c8, 0x92, C8_LEN);
	assert_int_equal(without(f, 0x41, HASH_LEN), ERR_SIZE);
	assert_int_equal(without(f, 0x91, LOG_ID_LEN), ERR_SIZE);
	assert_int_equal(without(f, 0x92, C8_LEN), ERR_SIZE);
	make_data(f, 1, 1);
	memset(f->bodies[0].ref.log_id, 0x93, LOG_ID_LEN);
	memset(f->bodies[0].salt, 0x94, SALT_LEN);
	assert_int_equal(without(f, 0x61, LOG_ID_LEN), ERR_SIZE);
	assert_int_equal(without(f, 0x62, HASH_LEN), ERR_SIZE);
	assert_int_equal(without(f, 0x93, LOG_ID_LEN), ERR_SIZE);
	assert_int_equal(without(f, 0x94, SALT_LEN), ERR_SIZE);
	make_note(f, true, 0);
	assert_int_equal(without(f, 0x71, HASH_LEN), ERR_SIZE);
}

static void
empty_and_oversized_frames_are_refused(void **state)
{
	(void)state;
	assert_int_equal(refuse("", 0), ERR_SIZE);
	assert_int_equal(refuse(fill, MSG_MAX + 1), ERR_SIZE);
}

static void
bytes_that_are_no_message_are_refused(void **state)
{
	(void)state;
	assert_int_equal(refuse("\x0a", 1), ERR_SYNTAX);
	assert_int_equal(refuse("\x08\x01", 2), ERR_SYNTAX);
	assert_int_equal(refuse("\x3a\x00", 2), ERR_SYNTAX);
	assert_int_equal(refuse("\x0a\x05\x08", 3), ERR_SYNTAX);
}

static void
message_with_too_many_tags_is_refused(void **state)
{
	static uint8_t in[2 * (MSG_FIELDS + 1)];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(in); i += 2) {
		in[i] = 0x32;
		in[i + 1] = 0x00;
	}
	assert_int_not_equal(refuse(in, sizeof(in)), ERR_NONE);

	/* The same as unknown fields. */
	for (i = 0; i < sizeof(in); i += 2)
		in[i] = 0x3a;
	assert_int_equal(refuse(in, sizeof(in)), ERR_LIMIT);
}

static void
unknown_fields_are_skipped(void **state)
{
	struct fixture *f = *state;
	uint8_t in[128];

	make_err(f);
	encode(f);
	memcpy(in, f->buf, f->len);
	memcpy(in + f->len, "\xba\x06\x03new", 6);
	wire_clear(&f->out);
	assert_int_equal(wire_decode(in, f->len + 6, &f->out), ERR_NONE);
	assert_string_equal(f->out.u.err.text, "ask again");
}

static void
message_longer_than_a_frame_is_not_encoded(void **state)
{
	struct fixture *f = *state;
	uint8_t *buf = NULL;
	size_t len = 99;

	make_data(f, 0, 1);
	f->bodies[0].data = (struct bytes){ fill, sizeof(fill) };
	assert_int_equal(wire_encode(&f->msg, &buf, &len), ERR_SIZE);
	assert_null(buf);
	assert_int_equal(len, 99);
}

static void
no_changed_or_cut_byte_leads_outside_the_message(void **state)
{
	struct fixture *f = *state;
	uint8_t *copy;
	size_t i;
	int round;

	for (round = 0; round < 6; round++) {
		switch (round) {
		case 0:
			make_hello(f, true);
			break;
		case 1:
			make_have(f, 3);
			break;
		case 2:
			make_get(f, false);
			f->msg.u.get.nrefs = 3;
			break;
		case 3:
			make_data(f, 3, 5);
			break;
		case 4:
			make_note(f, true, 10);
			break;
		default:
			make_err(f);
			break;
		}
		encode(f);
		for (i = 0; i < f->len; i++) {
			/* Exactly sized, so that ASan sees a step too far. */
			copy = malloc(f->len);
			assert_non_null(copy);
			memcpy(copy, f->buf, f->len);
			copy[i] ^= (uint8_t)(1u << (i % 8));
			(void)refuse(copy, f->len);
			copy[i] = 0xff;
			(void)refuse(copy, f->len);
			free(copy);
			if (i > 0) {
				copy = malloc(i);
				assert_non_null(copy);
				memcpy(copy, f->buf, i);
				(void)refuse(copy, i);
				free(copy);
			}
		}
	}
}

static void
clearing_nothing_does_nothing(void **state)
{
	struct wire_msg msg;

	(void)state;
	memset(&msg, 0, sizeof(msg));
	wire_clear(&msg);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(hello_of_a_member_reads_back_the_same),
		T(hello_of_a_newcomer_reads_back_the_same),
		T(texts_that_are_absent_are_empty),
		T(hello_has_a_key_or_a_join_and_not_both),
		T(hello_with_an_impossible_port_is_refused),
		T(text_longer_than_allowed_is_refused),
		T(text_that_is_not_utf8_is_refused),
		T(have_with_a_thousand_positions_reads_back_the_same),
		T(have_with_more_positions_is_refused),
		T(have_with_a_digest_alone_is_the_keep_alive),
		T(have_with_parts_that_make_no_sense_is_refused),
		T(get_for_headers_reads_back_the_same),
		T(get_for_bodies_reads_back_the_same),
		T(get_with_more_refs_is_refused),
		T(get_that_makes_no_sense_is_refused),
		T(data_with_a_run_and_bodies_reads_back_the_same),
		T(data_without_content_says_that_there_is_none),
		T(data_with_more_headers_or_bodies_is_refused),
		T(bodies_of_64_kib_pass_and_of_one_byte_more_are_refused),
		T(body_outside_its_total_is_refused),
		T(body_of_an_unknown_state_or_without_ref_is_refused),
		T(note_with_header_and_body_reads_back_the_same),
		T(note_with_a_head_alone_is_a_beacon),
		T(note_that_contradicts_itself_is_refused),
		T(note_with_a_body_over_8_kib_is_refused),
		T(err_reads_back_the_same_and_keeps_unknown_codes),
		T(fixed_size_fields_of_another_length_are_refused),
		T(each_missing_field_of_fixed_size_is_refused),
		T(empty_and_oversized_frames_are_refused),
		T(bytes_that_are_no_message_are_refused),
		T(message_with_too_many_tags_is_refused),
		T(unknown_fields_are_skipped),
		T(message_longer_than_a_frame_is_not_encoded),
		T(no_changed_or_cut_byte_leads_outside_the_message),
		T(clearing_nothing_does_nothing),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
