/*
 * What a peer may send that is wrong, too much, out of place or a lie, and what
 * comes of it.  The peer is the test: it speaks for the dialling side.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/header.h"
#include "tests/unit/link_world.h"

#define BODY_LEN 100

struct fixture {
	/* Node 0 is honest, node 1 is the peer's name, node 2 is another. */
	struct world *world;
	struct origin origin;
	struct origin_run *run;

	/* What node 0 sent last, and how much of everything. */
	struct wire_get get;
	struct wire_ref refs[GET_REFS_MAX];
	struct wire_body body; /* the first of the last DATA */
	struct wire_err err;
	struct wire_hello hello;
	struct wire_data data;
	unsigned gets;
	unsigned errs;
	unsigned hellos;
	unsigned datas;
	unsigned fulls;
};

static struct link *
link_of(struct fixture *f)
{
	return world_listener(f->world, 0);
}

/* Everything that is sent is looked at; what node 0 sends is kept. */
static enum world_fate
look(void *arg, int from, int to, const struct wire_msg *msg)
{
	struct fixture *f = arg;

	if (from != 0 || to != 1)
		return WORLD_PASS;
	switch (msg->type) {
	case WIRE_GET:
		f->gets++;
		f->get = msg->u.get;
		if (msg->u.get.nrefs > 0)
			memcpy(f->refs, msg->u.get.refs,
			    msg->u.get.nrefs * sizeof(*f->refs));
		break;
	case WIRE_ERR:
		f->errs++;
		f->err = msg->u.err;
		break;
	case WIRE_HELLO:
		f->hellos++;
		f->hello = msg->u.hello;
		break;
	case WIRE_DATA:
		f->datas++;
		f->data = msg->u.data;
		memset(&f->body, 0, sizeof(f->body));
		if (msg->u.data.nbodies > 0)
			f->body = msg->u.data.bodies[0];
		break;
	case WIRE_HAVE:
		f->fulls += msg->u.have.full;
		break;
	case WIRE_NOTE:
		break;
	}
	return WORLD_DROP;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || (f->run = calloc(1, sizeof(*f->run))) == NULL)
		return -1;
	*state = f;
	if (crypto_init() != ERR_NONE)
		return -1;
	origin_begin(&f->origin, 1, 7);
	f->world = world_new(3, 1);
	world_admit(f->world, 0, f->origin.key.public_key);
	world_set_strict(f->world, false);
	world_set_filter(f->world, look, f);
	world_connect(f->world, 1, 0);
	link_down(world_dialer(f->world, 0));
	world_run(f->world, 10);
	link_down(link_of(f));
	f->hellos = 0;
	f->errs = 0;
	f->fulls = 0;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	world_free(f->world);
	free(f->run);
	free(f);
	return 0;
}

/* The peer says something, and there is time for an answer. */
static void
say(struct fixture *f, const struct wire_msg *msg)
{
	uint8_t *buf;
	size_t len;

	assert_int_equal(wire_encode(msg, &buf, &len), ERR_NONE);
	world_send(f->world, 0, true, buf, len);
	free(buf);
	world_run(f->world, 10);
}

static struct wire_msg
hello_of(struct fixture *f, uint8_t nonce)
{
	struct wire_msg msg = { .type = WIRE_HELLO };
	struct wire_hello *hello = &msg.u.hello;

	hello->proto_min = 1;
	hello->proto_max = 1;
	hello->has_key = true;
	memcpy(hello->key, world_origin(f->world, 1)->key.public_key, KEY_LEN);
	memset(hello->nonce, nonce, NONCE_LEN);
	memset(hello->digest, 0xdd, HASH_LEN);
	hello->max_msg = MSG_MAX;
	hello->window = WINDOW_MAX;
	hello->time_ms = (uint64_t)world_now(f->world) + 5000;
	hello->org = "no-5501";
	hello->name = "Troms\xc3\xb8";
	hello->sw = "a liar";
	return msg;
}

static void
greet(struct fixture *f)
{
	struct wire_msg msg = hello_of(f, 1);

	say(f, &msg);
	assert_int_equal(f->hellos, 1);
	assert_int_equal(link_state(link_of(f)), LINK_SYNC);
}

/* Tell a position of ${origin}'s log, as the one part of a full HAVE. */
static void
tell(struct fixture *f, const struct origin *origin, uint64_t n, bool beyond)
{
	struct wire_msg msg = { .type = WIRE_HAVE };
	struct wire_pos pos = { .n = n, .has_key = true, .inc = origin->inc };

	memset(msg.u.have.digest, 0xdd, HASH_LEN);
	memcpy(pos.log_id, origin->log_id, LOG_ID_LEN);
	memcpy(pos.key, origin->key.public_key, KEY_LEN);
	memset(pos.c8, 0xc8, C8_LEN);
	if (n == origin->tip.n)
		memcpy(pos.c8, origin->tip.c, C8_LEN);
	pos.beyond = beyond;
	msg.u.have.pos = &pos;
	msg.u.have.npos = 1;
	msg.u.have.full = true;
	msg.u.have.part = 1;
	msg.u.have.parts = 1;
	say(f, &msg);
}

static void
claim(struct fixture *f, const struct origin *origin, uint64_t n)
{
	tell(f, origin, n, false);
}

/* Answer the last GET with a run, or with nothing. */
static void
answer(struct fixture *f, const struct log_run *run)
{
	struct wire_msg msg = { .type = WIRE_DATA };

	msg.u.data.req = f->get.req;
	msg.u.data.last = true;
	msg.u.data.has_run = run != NULL;
	if (run != NULL)
		msg.u.data.run = *run;
	say(f, &msg);
}

/* Answer the last GET, for bodies, with that of the first ref. */
static void
answer_body(struct fixture *f, enum wire_state body_state, const uint8_t *data,
    size_t len, const uint8_t *salt)
{
	struct wire_msg msg = { .type = WIRE_DATA };
	struct wire_body body = { .state = body_state };

	body.ref = f->refs[0];
	if (body_state == WIRE_OK) {
		body.total = len;
		body.data.data = data;
		body.data.len = len;
		memcpy(body.salt, salt, SALT_LEN);
	}
	msg.u.data.req = f->get.req;
	msg.u.data.last = true;
	msg.u.data.bodies = &body;
	msg.u.data.nbodies = 1;
	say(f, &msg);
}

/* Refuse the last GET. */
static void
refuse(struct fixture *f, enum wire_code code, uint32_t retry_ms)
{
	struct wire_msg msg = { .type = WIRE_ERR };

	msg.u.err.req = f->get.req;
	msg.u.err.code = code;
	msg.u.err.retry_ms = retry_ms;
	say(f, &msg);
}

/* Ask node 0 for headers of the origin's log. */
static void
ask(struct fixture *f, uint32_t req, uint64_t first, uint32_t max_bytes)
{
	struct wire_msg msg = { .type = WIRE_GET };

	msg.u.get.req = req;
	msg.u.get.has_log = true;
	memcpy(msg.u.get.log_id, f->origin.log_id, LOG_ID_LEN);
	msg.u.get.first = first;
	msg.u.get.max_bytes = max_bytes;
	say(f, &msg);
}

static void
assert_complaints(struct fixture *f, unsigned count)
{
	assert_int_equal(world_complaints(f->world, 0), count);
}

/* ---- sessions ---- */

static void
nothing_is_said_before_hello(void **state)
{
	struct fixture *f = *state;

	world_write(f->world, 0, &f->origin, 5, BODY_LEN);
	ask(f, 1, 1, 1000);
	claim(f, &f->origin, 10);
	assert_int_equal(f->errs, 2);
	assert_int_equal(f->err.code, WIRE_NO_SESSION);
	assert_int_equal(f->datas + f->gets + f->fulls + f->hellos, 0);
}

static void
hello_must_name_the_key_of_the_connection(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = hello_of(f, 1);

	msg.u.hello.key[0] ^= 1;
	say(f, &msg);
	assert_int_equal(f->err.code, WIRE_REFUSED);
	assert_int_equal(f->hellos, 0);
	assert_int_equal(link_state(link_of(f)), LINK_DOWN);
	assert_complaints(f, 1);
}

static void
hello_must_speak_our_version(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = hello_of(f, 1);

	msg.u.hello.proto_min = 2;
	msg.u.hello.proto_max = 3;
	say(f, &msg);
	assert_int_equal(f->err.code, WIRE_VERSION);
	msg.u.hello.proto_min = 0;
	msg.u.hello.proto_max = 0;
	say(f, &msg);
	assert_int_equal(f->errs, 2);
	assert_int_equal(f->hellos, 0);
	msg.u.hello.proto_max = 9;
	say(f, &msg);
	assert_int_equal(f->hellos, 1);
}

static void
a_join_is_no_hello_of_a_member(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = hello_of(f, 1);
	struct wire_join join = { .org = "no-5501" };

	msg.u.hello.has_key = false;
	msg.u.hello.join = &join;
	say(f, &msg);
	assert_int_equal(f->err.code, WIRE_BAD);
	assert_int_equal(f->hellos, 0);
	assert_complaints(f, 1);
}

static void
what_hello_says_is_shown(void **state)
{
	struct fixture *f = *state;
	struct link_info info;

	greet(f);
	link_info(link_of(f), &info);
	assert_string_equal(info.name, "Troms\xc3\xb8");
	assert_string_equal(info.sw, "a liar");
	assert_string_equal(link_org(link_of(f)), "no-5501");
	assert_in_range(info.clock_skew_ms, 4990, 5010);
	assert_true(info.has_key);
	assert_false(info.dialer);
	assert_false(info.same_digest);
}

static void
a_long_name_is_cut_between_characters(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = hello_of(f, 1);
	struct link_info info;
	char name[2 * WIRE_NAME_MAX + 1] = "";
	size_t i;

	for (i = 0; i < WIRE_NAME_MAX - 1; i++)
		memcpy(name + 2 * i, "\xc3\xb8", 3);
	name[0] = 'x';
	name[1] = 'y';
	msg.u.hello.name = name;
	say(f, &msg);
	link_info(link_of(f), &info);
	assert_int_equal(strlen(info.name), 120);
	msg = hello_of(f, 2);
	memmove(name, name + 1, sizeof(name) - 1);
	msg.u.hello.name = name;
	say(f, &msg);
	link_info(link_of(f), &info);
	assert_int_equal(strlen(info.name), 119);
	assert_memory_equal(info.name, name, 119);
}

static void
the_same_hello_twice_is_one_session(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = hello_of(f, 1);

	greet(f);
	claim(f, &f->origin, 10);
	assert_int_equal(f->gets, 1);
	say(f, &msg);
	assert_int_equal(f->hellos, 1);
	assert_int_equal(f->gets, 1);

	/* Another nonce begins another one, in which nothing was claimed. */
	msg = hello_of(f, 2);
	say(f, &msg);
	assert_int_equal(f->hellos, 2);
	answer(f, NULL);
	assert_int_equal(f->gets, 1);
}

static void
no_session_ends_the_session_of_who_is_dialled(void **state)
{
	struct fixture *f = *state;

	greet(f);
	claim(f, &f->origin, 10);
	f->get.req = 0;
	refuse(f, WIRE_NO_SESSION, 0);
	assert_int_equal(link_state(link_of(f)), LINK_DOWN);
	claim(f, &f->origin, 10);
	assert_int_equal(f->err.code, WIRE_NO_SESSION);
}

static void
who_is_turned_away_makes_the_transport_anew(void **state)
{
	struct fixture *f = *state;

	greet(f);
	f->get.req = 0;
	refuse(f, WIRE_REFUSED, 0);
	world_run(f->world, 200);
	assert_int_equal(link_state(link_of(f)), LINK_DOWN);
	assert_complaints(f, 1);
	f->hellos = 0;
	greet(f);
	refuse(f, WIRE_VERSION, 0);
	world_run(f->world, 200);
	assert_int_equal(link_state(link_of(f)), LINK_DOWN);
}

static void
a_peer_that_never_greets_is_let_go(void **state)
{
	struct fixture *f = *state;

	ask(f, 1, 1, 1000);
	assert_true(
	    link_tick(link_of(f), world_now(f->world) + SILENCE_MS - 20));
	assert_false(
	    link_tick(link_of(f), world_now(f->world) + SILENCE_MS + 1));
}

/* ---- claims ---- */

static void note(struct fixture *f, bool header, bool body);

/* Claim ever higher, or lower, for so long, and answer GETs with nothing. */
static void
lie(struct fixture *f, int64_t ms, uint64_t *n, int step)
{
	int64_t until = world_now(f->world) + ms;

	while (world_now(f->world) < until) {
		if (f->get.req != 0)
			answer(f, NULL);
		f->get.req = 0;
		*n += (uint64_t)(int64_t)step;
		claim(f, &f->origin, *n);
		world_run(f->world, 5000);
	}
}

static void
a_lie_costs_ever_less(void **state)
{
	struct fixture *f = *state;
	uint64_t n = 10;
	unsigned gets;

	greet(f);
	lie(f, 60000, &n, 1);
	assert_in_range(f->gets, CLAIM_FAILURES, CLAIM_FAILURES + 1);
	lie(f, CLAIM_REST_MAX - 60000, &n, 1);
	assert_in_range(f->gets, CLAIM_FAILURES + 4, 10);
	lie(f, CLAIM_REST_MAX, &n, 1);
	gets = f->gets;
	lie(f, 4 * (int64_t)CLAIM_REST_MAX, &n, 1);
	assert_in_range(f->gets - gets, 3, 4);
	assert_int_equal(link_state(link_of(f)), LINK_LIVE);
}

static void
a_lie_that_gets_less_costs_ever_less_too(void **state)
{
	struct fixture *f = *state;
	uint64_t n = UINT64_C(1) << 40;
	unsigned gets;

	greet(f);
	lie(f, CLAIM_REST_MAX, &n, -1);
	assert_in_range(f->gets, CLAIM_FAILURES + 4, 10);
	lie(f, CLAIM_REST_MAX, &n, -1);
	gets = f->gets;
	lie(f, 4 * (int64_t)CLAIM_REST_MAX, &n, -1);
	assert_in_range(f->gets - gets, 4, 8);
}

/* Let GETs of node 0 go unanswered, for so long. */
static void
lose_gets(struct fixture *f, int64_t ms)
{
	int64_t until = world_now(f->world) + ms;

	while (world_now(f->world) < until) {
		claim(f, &f->origin, f->origin.tip.n);
		world_run(f->world, 5000);
	}
}

/* Keep silent until node 0 asks; returns after how many milliseconds. */
static int64_t
await_get(struct fixture *f, int64_t most_ms)
{
	int64_t begun = world_now(f->world);
	unsigned gets = f->gets;

	while (f->gets == gets && world_now(f->world) - begun < most_ms)
		world_run(f->world, 1000);
	assert_true(f->gets > gets);
	return world_now(f->world) - begun;
}

static void
who_merely_lost_some_frames_is_asked_again_soon(void **state)
{
	struct fixture *f = *state;
	struct link_unproved unproved;
	struct link_info info;
	int i;

	greet(f);
	origin_write(&f->origin, f->run, 7, 0);
	lose_gets(f, 110000);
	assert_int_equal(f->gets, CLAIM_FAILURES);
	assert_int_equal(link_unproved(link_of(f), &unproved, 1), 1);

	/* From now on nothing is lost, and it is all here within a minute. */
	(void)await_get(f, 60000);
	answer(f, &f->run->run);
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), 7);
	assert_int_equal(link_unproved(link_of(f), &unproved, 1), 0);

	/* What came makes up for what was lost: it has three times again. */
	for (i = 0; i < 3; i++) {
		origin_write(&f->origin, f->run, 1, 0);
		lose_gets(f, 40000);
		link_info(link_of(f), &info);
		assert_int_equal(info.behind, 1);
		(void)await_get(f, 40000);
		answer(f, &f->run->run);
		assert_int_equal(
		    world_tip(f->world, 0, f->origin.log_id), f->origin.tip.n);
	}
}

static void
a_note_that_fits_ends_a_rest(void **state)
{
	struct fixture *f = *state;
	struct link_unproved unproved;
	uint64_t n = 10;
	unsigned gets;

	world_write(f->world, 0, &f->origin, 2, 0);
	greet(f);
	lie(f, 1200000, &n, 1);
	assert_int_equal(link_unproved(link_of(f), &unproved, 1), 1);
	gets = f->gets;
	origin_write(&f->origin, f->run, 1, 0);
	note(f, true, false);
	world_run(f->world, GAP_MS);
	assert_int_equal(f->gets, gets + 1);
	assert_int_equal(link_unproved(link_of(f), &unproved, 1), 0);
}

static void
what_another_peer_showed_is_no_lie(void **state)
{
	struct fixture *f = *state;
	struct link_unproved unproved;

	greet(f);
	origin_write(&f->origin, f->run, 7, 0);
	lose_gets(f, 110000);
	assert_int_equal(link_unproved(link_of(f), &unproved, 1), 1);
	world_place(f->world, 0, &f->origin, f->run, true);
	assert_int_equal(link_unproved(link_of(f), &unproved, 1), 0);
}

static void
what_was_given_up_is_asked_for_one_by_one(void **state)
{
	struct fixture *f = *state;
	struct origin origin[40];
	unsigned gets;
	int64_t since;
	size_t i;

	greet(f);
	for (i = 0; i < 40; i++) {
		origin_begin(&origin[i], 1, 100 + i);
		claim(f, &origin[i], 10);
	}
	for (i = 0; i < 400 && f->gets < 40 * CLAIM_FAILURES; i++) {
		answer(f, NULL);
		world_run(f->world, 200);
	}
	assert_int_equal(f->gets, 40 * CLAIM_FAILURES);
	world_run(f->world, 2 * GET_MS);
	gets = f->gets;
	since = world_now(f->world);
	for (i = 0; i < 200; i++) {
		answer(f, NULL);
		world_run(f->world, 100);
	}
	assert_in_range(f->gets - gets, 15,
	    (uint64_t)(world_now(f->world) - since) / CLAIM_PACE_MS + 1);
}

/* Answer what is asked with nothing, for a minute. */
static void
show_nothing(struct fixture *f)
{
	int i;

	for (i = 0; i < 60; i++) {
		if (f->get.req != 0)
			answer(f, NULL);
		f->get.req = 0;
		world_run(f->world, 1000);
	}
}

static void
a_claim_that_is_not_shown_counts_no_more(void **state)
{
	struct fixture *f = *state;
	struct link_unproved unproved[2];
	struct link_info info;
	unsigned gets;

	greet(f);
	claim(f, &f->origin, UINT64_C(1) << 62);
	link_info(link_of(f), &info);
	assert_true(info.behind == UINT64_C(1) << 62);
	assert_int_equal(link_unproved(link_of(f), unproved, 2), 0);
	show_nothing(f);
	link_info(link_of(f), &info);
	assert_int_equal(info.behind, 0);
	assert_int_equal(link_unproved(link_of(f), unproved, 2), 1);
	assert_memory_equal(unproved[0].log_id, f->origin.log_id, LOG_ID_LEN);
	assert_memory_equal(unproved[0].key, f->origin.key.public_key, KEY_LEN);
	assert_true(unproved[0].n == UINT64_C(1) << 62);
	assert_true(unproved[0].since <= world_now(f->world));
	assert_int_equal(link_unproved(link_of(f), unproved, 0), 0);

	/* What it says that is less is heard, and shown, is believed. */
	gets = f->gets;
	origin_write(&f->origin, f->run, 3, 0);
	claim(f, &f->origin, 3);
	assert_int_equal(f->gets, gets + 1);
	answer(f, &f->run->run);
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), 3);
	assert_int_equal(link_unproved(link_of(f), unproved, 2), 0);
}

static void
a_proved_position_that_is_not_shown_counts_no_more(void **state)
{
	struct fixture *f = *state;
	struct link_unproved unproved;
	struct link_info info;

	world_write(f->world, 0, &f->origin, 2, 0);
	greet(f);
	origin_write(&f->origin, f->run, 9, 0);
	note(f, false, false);
	show_nothing(f);
	assert_int_equal(link_unproved(link_of(f), &unproved, 1), 1);
	assert_int_equal(unproved.n, 11);
	link_info(link_of(f), &info);
	assert_int_equal(info.behind, 0);
}

static void
empty_answers_do_not_keep_a_get_for_ever(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = { .type = WIRE_DATA };
	int i;

	greet(f);
	claim(f, &f->origin, 10);
	msg.u.data.req = f->get.req;
	for (i = 0; i < 40 && f->gets == 1; i++) {
		say(f, &msg);
		world_run(f->world, 1000);
	}
	assert_complaints(f, 1);
}

/* ---- what the peer does not take up ---- */

static void
a_peer_that_takes_nothing_up_is_found(void **state)
{
	struct fixture *f = *state;
	const struct link_lag *lags;
	int64_t since;

	world_write(f->world, 0, &f->origin, 5, 0);
	greet(f);
	assert_int_equal(link_lags(link_of(f), &lags), 0);
	claim(f, &f->origin, 2);
	assert_int_equal(link_lags(link_of(f), &lags), 1);
	assert_memory_equal(lags[0].log_id, f->origin.log_id, LOG_ID_LEN);
	assert_int_equal(lags[0].n, 2);
	since = lags[0].since;
	world_run(f->world, 5000);
	claim(f, &f->origin, 2);
	assert_int_equal(link_lags(link_of(f), &lags), 1);
	assert_true(lags[0].since == since);

	/* It goes on: that is all that is wanted. */
	world_run(f->world, 5000);
	claim(f, &f->origin, 3);
	assert_int_equal(link_lags(link_of(f), &lags), 1);
	assert_true(lags[0].since > since);
	claim(f, &f->origin, 5);
	assert_int_equal(link_lags(link_of(f), &lags), 0);
	claim(f, &f->origin, 4);
	assert_int_equal(link_lags(link_of(f), &lags), 1);
	link_down(link_of(f));
	assert_int_equal(link_lags(link_of(f), &lags), 0);
}

static void
a_peer_that_never_names_a_log_is_found(void **state)
{
	struct fixture *f = *state;
	struct origin stranger;
	const struct link_lag *lags;

	world_write(f->world, 0, &f->origin, 5, 0);
	greet(f);
	origin_begin(&stranger, 9, 9);
	claim(f, &stranger, 7);
	assert_int_equal(link_lags(link_of(f), &lags), 1);
	assert_int_equal(lags[0].n, 0);
}

/* ---- who knew an older log of ours ---- */

static struct link_info
info_of(struct fixture *f)
{
	struct link_info info;

	link_info(link_of(f), &info);
	return info;
}

static void
begin_older(struct fixture *f)
{
	world_write(f->world, 0, &f->origin, 5, 0);
	view_find(world_view(f->world, 0), f->origin.log_id)->older = true;
	greet(f);
	assert_false(info_of(f).knew_older || info_of(f).gave_older);
}

static void
who_names_an_older_log_knew_it(void **state)
{
	struct fixture *f = *state;
	struct origin stranger;

	begin_older(f);
	origin_begin(&stranger, 9, 9);
	claim(f, &stranger, 7);
	assert_false(info_of(f).knew_older);
	claim(f, &f->origin, 2);
	assert_true(info_of(f).knew_older);
	assert_false(info_of(f).gave_older);

	/* It did so before it was served, and in the next session too. */
	ask(f, 1, 3, 1000);
	assert_true(info_of(f).knew_older && info_of(f).gave_older);
	link_down(link_of(f));
	assert_true(info_of(f).knew_older);
}

static void
who_asks_for_the_rest_of_an_older_log_knew_it(void **state)
{
	struct fixture *f = *state;

	begin_older(f);
	ask(f, 1, 2, 1000);
	assert_true(info_of(f).knew_older && info_of(f).gave_older);
}

static void
who_got_an_older_log_here_never_knew_it(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg;

	begin_older(f);
	ask(f, 1, 1, 1000);
	claim(f, &f->origin, 5);
	ask(f, 2, 3, 1000);
	assert_true(info_of(f).gave_older);
	assert_false(info_of(f).knew_older);

	/* Nor in the next session, with the digest that is ours. */
	link_down(link_of(f));
	msg = hello_of(f, 2);
	view_digest(world_view(f->world, 0), msg.u.hello.digest);
	say(f, &msg);
	assert_int_equal(link_state(link_of(f)), LINK_LIVE);
	claim(f, &f->origin, 5);
	assert_true(info_of(f).gave_older);
	assert_false(info_of(f).knew_older);
}

/* ---- beacons that were missed ---- */

static void
a_younger_head_is_asked_for(void **state)
{
	struct fixture *f = *state;
	const struct view_log *log;
	uint64_t before;

	world_write(f->world, 0, &f->origin, 4, 0);
	origin_write(&f->origin, f->run, 1, 0);
	world_place(f->world, 0, &f->origin, f->run, true);
	greet(f);
	claim(f, &f->origin, 5);
	assert_int_equal(link_state(link_of(f)), LINK_LIVE);
	assert_int_equal(f->gets, 0);
	log = view_find(world_view(f->world, 0), f->origin.log_id);
	before = log->head_ms;
	link_down(link_of(f));
	world_set_stale(f->world, 0, true);
	f->hellos = 0;
	greet(f);
	claim(f, &f->origin, 5);
	world_run(f->world, 1000);
	assert_int_equal(f->gets, 1);
	assert_true(f->get.has_log);
	assert_int_equal(f->get.first, 5);
	f->origin.time_ms += 1000;
	origin_run_end(&f->origin, f->run);
	answer(f, &f->run->run);
	assert_int_equal(log->head_ms, before + 1000);

	/* Asked once, for a long time. */
	world_run(f->world, 60000);
	assert_int_equal(f->gets, 1);
	assert_complaints(f, 0);
}

/* The peer sends an entry every so often; node 2 has all at once. */
static void
dole_out(struct fixture *f, size_t count, int64_t every_ms)
{
	struct origin_run *runs = calloc(count, sizeof(*runs));
	int64_t begun;
	size_t i;

	assert_non_null(runs);
	greet(f);
	world_admit(f->world, 2, f->origin.key.public_key);
	for (i = 0; i < count; i++) {
		origin_write(&f->origin, &runs[i], 1, 0);
		world_place(f->world, 2, &f->origin, &runs[i], true);
	}
	claim(f, &f->origin, count);
	assert_int_equal(f->gets, 1);
	world_connect(f->world, 2, 0);
	begun = world_now(f->world);
	for (i = 0; world_now(f->world) - begun < 9000; i++) {
		assert_int_equal(world_tip(f->world, 0, f->origin.log_id), i);
		answer(f, &runs[i].run);
		world_run(f->world, every_ms);
	}
	while (world_now(f->world) - begun < 13000 && i < count) {
		answer(f, &runs[i++].run);
		world_run(f->world, every_ms);
	}
	assert_true(i < count);
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), count);
	free(runs);
}

static void
who_sends_headers_slowly_lets_others_take_a_turn(void **state)
{
	dole_out(*state, 10, 3000);
}

static void
who_sends_headers_singly_lets_others_take_a_turn(void **state)
{
	dole_out(*state, 100, 150);
}

static void
a_reader_is_asked_for_nothing(void **state)
{
	struct fixture *f = *state;
	struct link_info info;
	struct origin other;

	origin_begin(&other, 2, 8);
	world_admit(f->world, 0, other.key.public_key);
	world_write(f->world, 0, &other, 5, 0);
	origin_write(&f->origin, f->run, 5, BODY_LEN);
	world_place(f->world, 0, &f->origin, f->run, false);
	world_set_stale(f->world, 0, true);
	world_set_reader(
	    f->world, 0, world_origin(f->world, 1)->key.public_key);
	greet(f);
	origin_write(&f->origin, f->run, 3, BODY_LEN);
	claim(f, &f->origin, 8);
	note(f, false, false);
	claim(f, &other, 3);
	world_run(f->world, 100000);
	assert_int_equal(f->gets, 0);
	assert_complaints(f, 0);

	/* It is served all the same, once both have said what they have. */
	assert_int_equal(link_state(link_of(f)), LINK_LIVE);
	link_info(link_of(f), &info);
	assert_int_equal(info.behind, 0);
	ask(f, 1, 1, 1000);
	assert_int_equal(f->datas, 1);
}

static void
who_has_sent_much_comes_after_others(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = { .type = WIRE_HAVE };
	struct wire_pos pos[2] = { { .n = 5, .has_key = true },
		{ .n = 5, .has_key = true } };
	struct origin other;
	const struct origin *both[2] = { &f->origin, &other };
	size_t i;

	origin_begin(&other, 2, 7);
	world_admit(f->world, 0, other.key.public_key);
	world_set_late(f->world, 0, f->origin.key.public_key);
	greet(f);
	memset(msg.u.have.digest, 0xdd, HASH_LEN);
	for (i = 0; i < 2; i++) {
		pos[i].inc = both[i]->inc;
		memcpy(pos[i].log_id, both[i]->log_id, LOG_ID_LEN);
		memcpy(pos[i].key, both[i]->key.public_key, KEY_LEN);
	}
	msg.u.have.pos = pos;
	msg.u.have.npos = 2;
	msg.u.have.part = 1;
	msg.u.have.parts = 1;
	say(f, &msg);

	/* Both are asked for in one go, the other one first. */
	assert_int_equal(f->gets, 2);
	assert_memory_equal(f->get.log_id, f->origin.log_id, LOG_ID_LEN);
}

static void
a_claim_that_fails_does_not_keep_the_link_from_live(void **state)
{
	struct fixture *f = *state;
	int i;

	greet(f);
	claim(f, &f->origin, 10);
	assert_int_equal(link_state(link_of(f)), LINK_SYNC);
	for (i = 0; i < 20 && link_state(link_of(f)) == LINK_SYNC; i++) {
		if (f->get.req != 0)
			answer(f, NULL);
		f->get.req = 0;
		world_run(f->world, 1000);
	}
	assert_int_equal(link_state(link_of(f)), LINK_LIVE);
	assert_int_equal(f->gets, CLAIM_FAILURES);
}

static void
a_refused_log_is_not_asked_for_again(void **state)
{
	struct fixture *f = *state;

	greet(f);
	claim(f, &f->origin, 10);
	refuse(f, WIRE_REFUSED, 0);
	claim(f, &f->origin, 11);
	world_run(f->world, 100000);
	claim(f, &f->origin, 12);
	world_run(f->world, 100000);
	assert_int_equal(f->gets, 1);
	assert_int_equal(link_state(link_of(f)), LINK_LIVE);
}

static void
a_quota_means_fewer_gets(void **state)
{
	struct fixture *f = *state;
	struct origin origin;
	uint64_t i;
	unsigned gets;

	greet(f);
	for (i = 1; i <= 6; i++) {
		origin_begin(&origin, 1, 100 + i);
		claim(f, &origin, 10);
	}
	assert_int_equal(f->gets, GETS_MAX);
	refuse(f, WIRE_QUOTA, 300);
	gets = f->gets;
	world_run(f->world, 280);
	assert_int_equal(f->gets, gets);
	world_run(f->world, 1000);
	assert_int_equal(f->gets, gets);
	answer(f, NULL);
	assert_int_equal(f->gets, gets);
}

static void
a_wait_that_is_asked_for_is_kept_up_to_a_minute(void **state)
{
	struct fixture *f = *state;

	greet(f);
	claim(f, &f->origin, 10);
	refuse(f, WIRE_BUSY, 3000000000U);
	world_run(f->world, 59000);
	assert_int_equal(f->gets, 1);
	world_run(f->world, 1500);
	assert_int_equal(f->gets, 2);
	refuse(f, WIRE_BUSY, 0);
	world_run(f->world, 400);
	assert_int_equal(f->gets, 2);
	world_run(f->world, 400);
	assert_int_equal(f->gets, 3);
	assert_complaints(f, 0);
}

static void
a_log_must_have_the_id_of_its_key(void **state)
{
	struct fixture *f = *state;
	struct origin wrong = f->origin;

	greet(f);
	wrong.inc++;
	claim(f, &wrong, 10);
	assert_int_equal(f->gets, 0);
	assert_complaints(f, 1);
}

static void
claims_and_names_of_logs_are_bounded(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = { .type = WIRE_HAVE };
	struct wire_pos *pos = calloc(HAVE_POS_MAX, sizeof(*pos));
	struct link_info info;
	struct log_tip tip;
	uint64_t inc = 0;
	size_t i;
	int part;

	assert_non_null(pos);
	greet(f);
	msg.u.have.pos = pos;
	msg.u.have.npos = HAVE_POS_MAX;
	msg.u.have.part = 1;
	msg.u.have.parts = 1;
	for (part = 0; part < 22; part++) {
		for (i = 0; i < HAVE_POS_MAX; i++) {
			pos[i].n = 1;
			pos[i].has_key = true;
			pos[i].inc = ++inc;
			memcpy(pos[i].key, f->origin.key.public_key, KEY_LEN);
			log_begin(pos[i].key, inc, pos[i].log_id, &tip);
		}
		say(f, &msg);
		answer(f, NULL);
	}
	free(pos);
	link_info(link_of(f), &info);
	assert_int_equal(info.behind, LINK_CLAIMS_MAX);
	assert_int_equal(
	    world_complaints(f->world, 0), 22 * HAVE_POS_MAX - LINK_CLAIMS_MAX);
	for (i = 0; i < 1000; i++) {
		answer(f, NULL);
		world_run(f->world, 10);
	}
	assert_in_range(view_count(world_view(f->world, 0)), 0, GETS_MAX);
}

static void
a_log_of_no_member_waits_for_its_admission(void **state)
{
	struct fixture *f = *state;
	struct origin stranger;

	origin_begin(&stranger, 9, 9);
	greet(f);
	claim(f, &stranger, 10);
	world_run(f->world, 1000);
	assert_int_equal(f->gets, 0);
	assert_int_equal(link_state(link_of(f)), LINK_LIVE);
	world_admit(f->world, 0, stranger.key.public_key);
	world_run(f->world, 1000);
	assert_int_equal(f->gets, 1);
	assert_memory_equal(f->get.log_id, stranger.log_id, LOG_ID_LEN);
}

/* Node 0 itself vouched for a key and withdrew that: 0 = without a cut. */
static void
withdraw(struct fixture *f, const struct origin *gone, uint64_t cut)
{
	struct directory_entry *entry = calloc(1, sizeof(*entry));
	const struct origin *own = world_origin(f->world, 0);

	assert_non_null(entry);
	memcpy(entry->voucher, own->key.public_key, KEY_LEN);
	memcpy(entry->log_id, own->log_id, LOG_ID_LEN);
	memcpy(entry->member.key, gone->key.public_key, KEY_LEN);
	memcpy(entry->member.org, "fi-564", sizeof("fi-564"));
	entry->n = 2;
	entry->time_ms = 2;
	entry->member.roles = ROLE_WRITES;
	world_vouch(f->world, 0, entry);
	entry->n = 3;
	entry->time_ms = 3;
	entry->member.roles = 0;
	entry->member.withdrawn = true;
	entry->member.ncuts = cut > 0;
	memcpy(entry->member.cuts[0].log_id, gone->log_id, LOG_ID_LEN);
	entry->member.cuts[0].n = cut;
	world_vouch(f->world, 0, entry);
	free(entry);
}

/* Write ${count} entries, the last of which is a MEMBER entry. */
static void
write_word(struct fixture *f, struct origin *origin, size_t count)
{
	struct header_member member = { .roles = ROLE_WRITES };

	memset(member.key, 7, KEY_LEN);
	memcpy(member.org, "fi-564", sizeof("fi-564"));
	origin_run_begin(origin, f->run);
	if (origin->tip.n == 0)
		origin_add(origin, f->run, HEADER_GENESIS, 0);
	while (f->run->run.count < count - 1)
		origin_add(origin, f->run, HEADER_TRIAL, 0);
	origin_member(origin, f->run, &member);
	origin_run_end(origin, f->run);
}

static void
a_log_is_fetched_and_counted_up_to_its_cut(void **state)
{
	struct fixture *f = *state;
	struct origin gone;
	const struct view_log *log;

	origin_begin(&gone, 9, 9);
	withdraw(f, &gone, 10);
	greet(f);
	origin_write(&gone, f->run, 7, 0);
	claim(f, &gone, 30);
	answer(f, &f->run->run);
	assert_int_equal(world_tip(f->world, 0, gone.log_id), 7);
	assert_int_equal(f->get.first, 8);
	origin_write(&gone, f->run, 7, 0);
	answer(f, &f->run->run);
	log = view_find(world_view(f->world, 0), gone.log_id);
	assert_int_equal(log->tip.n, 14);
	assert_int_equal(log->counted, 10);
	assert_int_equal(f->gets, 2);

	/* Beyond it only what a peer says its directory rests on. */
	claim(f, &gone, 40);
	assert_int_equal(f->gets, 2);
	tell(f, &gone, 21, true);
	assert_int_equal(f->gets, 3);
	assert_int_equal(f->get.first, 15);
	write_word(f, &gone, 7);
	answer(f, &f->run->run);
	assert_int_equal(log->tip.n, 21);
	assert_int_equal(log->counted, 10);
	assert_int_equal(log->told, 21);
	tell(f, &gone, 24, true);
	assert_int_equal(f->gets, 4);
	assert_complaints(f, 0);
}

static void
a_peer_whose_word_beyond_a_cut_is_none_is_not_heard_again(void **state)
{
	struct fixture *f = *state;
	struct origin gone;

	origin_begin(&gone, 9, 9);
	withdraw(f, &gone, 2);
	greet(f);
	origin_write(&gone, f->run, 7, 0);
	tell(f, &gone, gone.tip.n, true);
	assert_int_equal(f->gets, 1);
	answer(f, &f->run->run);
	assert_int_equal(world_tip(f->world, 0, gone.log_id), 7);
	tell(f, &gone, 1000000, true);
	world_run(f->world, 100000);
	assert_int_equal(f->gets, 1);
	assert_complaints(f, 1);
	assert_int_equal(link_state(link_of(f)), LINK_LIVE);

	/* A session later it may know better. */
	link_down(link_of(f));
	f->hellos = 0;
	greet(f);
	tell(f, &gone, 1000000, true);
	assert_int_equal(f->gets, 2);
}

static void
a_flood_beyond_a_cut_waits_for_another_day(void **state)
{
	struct fixture *f = *state;
	struct origin gone;
	int i;

	origin_begin(&gone, 9, 9);
	withdraw(f, &gone, 2);
	greet(f);
	tell(f, &gone, 1000000, true);
	assert_int_equal(f->gets, 1);
	write_word(f, &gone, 7);
	world_set_spent(f->world, 0, gone.key.public_key);
	answer(f, &f->run->run);
	world_run(f->world, 100000);
	assert_int_equal(world_tip(f->world, 0, gone.log_id), 7);
	assert_int_equal(f->gets, 1);
	assert_int_equal(link_state(link_of(f)), LINK_LIVE);

	/* That delays it, and rejects nothing. */
	world_set_spent(f->world, 0, NULL);
	for (i = 0; i < 70 && f->gets == 1; i++)
		world_run(f->world, 1000);
	assert_int_equal(f->gets, 2);
	assert_int_equal(f->get.first, 8);
	assert_complaints(f, 0);
}

/* A run of the whole log: four entries as they are, then two others. */
static struct origin
write_other(struct fixture *f, const struct origin *from)
{
	struct origin other = *from;

	origin_run_begin(&other, f->run);
	origin_add(&other, f->run, HEADER_GENESIS, 0);
	while (other.tip.n < 4)
		origin_add(&other, f->run, HEADER_TRIAL, 0);
	other.variant = 1;
	while (other.tip.n < 6)
		origin_add(&other, f->run, HEADER_TRIAL, BODY_LEN);
	origin_run_end(&other, f->run);
	return other;
}

static void
a_have_is_told_of_a_fork_once(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = { .type = WIRE_HAVE };
	struct wire_pos *pos = calloc(1000, sizeof(*pos));
	struct origin other;
	unsigned notes;
	size_t i;

	assert_non_null(pos);
	world_admit(f->world, 2, f->origin.key.public_key);

	/* Node 2 tells another story of the log than node 0 knows. */
	origin_write(&f->origin, f->run, 10, 0);
	world_place(f->world, 0, &f->origin, f->run, false);
	world_place(f->world, 2, &f->origin, f->run, false);
	other = f->origin;
	other.variant = 1;
	world_write(f->world, 0, &f->origin, 5, 0);
	world_write(f->world, 2, &other, 5, BODY_LEN);
	world_connect(f->world, 2, 0);
	world_run(f->world, 2 * HAVE_MS);
	assert_true(view_find(world_view(f->world, 0), other.log_id)->frozen);

	greet(f);
	for (i = 0; i < 1000; i++) {
		pos[i] = (struct wire_pos){ .n = 15 };
		memcpy(pos[i].log_id, other.log_id, LOG_ID_LEN);
		memcpy(pos[i].c8, other.tip.c, C8_LEN);
	}
	memset(msg.u.have.digest, 0xdd, HASH_LEN);
	msg.u.have.pos = pos;
	msg.u.have.npos = 1000;
	msg.u.have.part = 1;
	msg.u.have.parts = 1;
	notes = world_sent(f->world, 0, 1, WIRE_NOTE);
	say(f, &msg);
	assert_int_equal(world_sent(f->world, 0, 1, WIRE_NOTE), notes + 1);
	say(f, &msg);
	assert_int_equal(world_sent(f->world, 0, 1, WIRE_NOTE), notes + 2);

	/* Nor does one that only reads hear one story alone. */
	world_set_reader(
	    f->world, 0, world_origin(f->world, 1)->key.public_key);
	say(f, &msg);
	assert_int_equal(world_sent(f->world, 0, 1, WIRE_NOTE), notes + 3);
	free(pos);
}

static void
another_branch_beyond_a_cut_is_looked_for(void **state)
{
	struct fixture *f = *state;
	const struct view_log *log;
	struct origin gone;
	struct origin other;

	origin_begin(&gone, 9, 9);
	other = gone;
	withdraw(f, &gone, 0);
	origin_write(&gone, f->run, 8, 0);
	world_place(f->world, 0, &gone, f->run, false);
	log = view_find(world_view(f->world, 0), gone.log_id);
	assert_int_equal(log->cut, 0);

	greet(f);
	other = write_other(f, &other);
	tell(f, &other, other.tip.n, true);
	assert_int_equal(f->gets, 1);
	assert_true(f->get.has_branch);
	assert_int_equal(f->get.first, 1);
	answer(f, &f->run->run);
	assert_true(log->frozen);
	assert_int_equal(log->last_common, 4);
	assert_int_equal(link_state(link_of(f)), LINK_LIVE);
	assert_complaints(f, 0);
}

static void
a_branch_of_a_flood_waits_for_another_day(void **state)
{
	struct fixture *f = *state;
	struct origin gone;
	struct origin other;

	origin_begin(&gone, 9, 9);
	other = gone;
	withdraw(f, &gone, 6);
	origin_write(&gone, f->run, 8, 0);
	world_place(f->world, 0, &gone, f->run, false);
	greet(f);
	other = write_other(f, &other);
	world_set_spent(f->world, 0, gone.key.public_key);
	tell(f, &other, other.tip.n, true);
	world_run(f->world, 100000);
	assert_int_equal(f->gets, 0);
	assert_int_equal(link_state(link_of(f)), LINK_LIVE);

	/* It is let go where it is as well. */
	world_set_spent(f->world, 0, NULL);
	world_run(f->world, 1000);
	assert_int_equal(f->gets, 1);
	world_set_spent(f->world, 0, gone.key.public_key);
	refuse(f, WIRE_BUSY, 100);
	world_run(f->world, 100000);
	assert_int_equal(f->gets, 1);
	world_set_spent(f->world, 0, NULL);
	world_run(f->world, 1000);
	assert_int_equal(f->gets, 2);
	answer(f, &f->run->run);
	assert_true(view_find(world_view(f->world, 0), gone.log_id)->frozen);
	assert_complaints(f, 0);
}

static void
nothing_is_fetched_of_a_key_that_the_directory_does_not_know(void **state)
{
	struct fixture *f = *state;
	struct origin stranger;

	origin_begin(&stranger, 9, 9);
	greet(f);
	tell(f, &stranger, 10, true);
	world_run(f->world, 1000);
	assert_int_equal(f->gets, 0);
	assert_int_equal(link_state(link_of(f)), LINK_LIVE);
}

/* ---- headers ---- */

/* The run answers the first GET for the origin's log; it is refused. */
static void
refuse_run(struct fixture *f)
{
	greet(f);
	f->gets = 0;
	f->hellos = 0;
	claim(f, &f->origin, 10);
	assert_int_equal(f->gets, 1);
	answer(f, &f->run->run);
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), 0);
}

static void
runs_that_do_not_verify_are_refused(void **state)
{
	struct fixture *f = *state;

	origin_write(&f->origin, f->run, 5, BODY_LEN);
	f->run->head[HEAD_LEN - 1] ^= 1;
	refuse_run(f);
	assert_complaints(f, 1);
	link_down(link_of(f));

	f->run->head[HEAD_LEN - 1] ^= 1;
	f->run->bytes[40] ^= 1;
	refuse_run(f);
	assert_complaints(f, 2);
	link_down(link_of(f));

	f->run->bytes[40] ^= 1;
	f->run->run.first = 2;
	refuse_run(f);
	assert_complaints(f, 3);
	link_down(link_of(f));

	f->run->run.first = 1;
	f->run->run.c_prev[0] ^= 1;
	refuse_run(f);
	assert_complaints(f, 4);
	link_down(link_of(f));

	/* Repaired, it is taken: everything was left as it had been. */
	f->run->run.c_prev[0] ^= 1;
	greet(f);
	claim(f, &f->origin, 5);
	answer(f, &f->run->run);
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), 5);
}

static void
a_run_across_a_boundary_is_refused(void **state)
{
	struct fixture *f = *state;
	struct origin other = f->origin;
	struct origin_run *next = calloc(1, sizeof(*next));
	struct bytes headers[BOUNDARY_N];
	struct log_run run;
	size_t i;

	/* The last ten headers before a boundary, and one more. */
	assert_non_null(next);
	origin_write(&f->origin, f->run, BOUNDARY_N - 10, 0);
	origin_write(&other, next, BOUNDARY_N - 10, 0);
	world_place(f->world, 0, &other, next, false);
	origin_run_begin(&f->origin, f->run);
	for (i = 0; i < 11; i++) {
		origin_add(&f->origin, f->run, HEADER_TRIAL, 0);
		headers[i] = f->run->headers[i];
	}
	origin_run_end(&f->origin, f->run);
	run = f->run->run;
	run.headers = headers;
	greet(f);
	claim(f, &f->origin, BOUNDARY_N + 1);
	answer(f, &run);
	assert_int_equal(
	    world_tip(f->world, 0, f->origin.log_id), BOUNDARY_N - 10);
	assert_complaints(f, 1);
	free(next);
}

static void
a_first_entry_must_be_a_genesis_of_this_log(void **state)
{
	struct fixture *f = *state;

	origin_run_begin(&f->origin, f->run);
	origin_add(&f->origin, f->run, HEADER_TRIAL, 0);
	origin_run_end(&f->origin, f->run);
	refuse_run(f);
	assert_complaints(f, 1);
}

static void
what_was_not_asked_for_is_not_taken(void **state)
{
	struct fixture *f = *state;
	struct origin other;

	greet(f);
	origin_write(&f->origin, f->run, 5, 0);
	f->get.req = 77;
	answer(f, &f->run->run);
	assert_complaints(f, 0);
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), 0);

	/* Another log than the one asked for. */
	origin_begin(&other, 1, 8);
	claim(f, &other, 5);
	assert_int_equal(f->gets, 1);
	answer(f, &f->run->run);
	assert_complaints(f, 1);
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), 0);
}

static void
an_answer_after_its_end_is_dropped(void **state)
{
	struct fixture *f = *state;

	greet(f);
	claim(f, &f->origin, 20);
	origin_write(&f->origin, f->run, 5, 0);
	answer(f, NULL);
	answer(f, &f->run->run);
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), 0);
	assert_complaints(f, 0);
}

static void
an_answer_that_is_too_late_is_dropped(void **state)
{
	struct fixture *f = *state;

	greet(f);
	claim(f, &f->origin, 20);
	world_run(f->world, GET_MS + 300);
	assert_complaints(f, 1);
	origin_write(&f->origin, f->run, 5, 0);
	answer(f, &f->run->run);
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), 0);
}

/* ---- bodies ---- */

/* The node holds a header and wants its body of the peer. */
static void
want_body(struct fixture *f)
{
	origin_write(&f->origin, f->run, 2, BODY_LEN);
	world_place(f->world, 0, &f->origin, f->run, false);
	greet(f);
	claim(f, &f->origin, 2);
	world_run(f->world, 500);
	assert_int_equal(link_state(link_of(f)), LINK_LIVE);
	assert_int_equal(f->gets, 1);
	assert_int_equal(f->get.nrefs, 1);
	assert_int_equal(f->refs[0].n, 2);
}

static void
a_body_that_does_not_fit_is_asked_of_this_peer_once(void **state)
{
	struct fixture *f = *state;
	uint8_t body[BODY_LEN];
	uint8_t salt[SALT_LEN];

	want_body(f);
	origin_body(0, 2, body, BODY_LEN);
	origin_salt(0, 2, salt);
	body[5] ^= 1;
	answer_body(f, WIRE_OK, body, BODY_LEN, salt);
	world_run(f->world, 200000);
	assert_int_equal(f->gets, 1);
	assert_false(world_has_body(f->world, 0, &f->origin, 2, BODY_LEN));
}

static void
a_body_that_did_not_fit_may_be_that_of_a_branch(void **state)
{
	struct fixture *f = *state;
	const struct wire_ref ref = { .n = 3 };

	link_mark_bad(link_of(f), &ref);
	assert_true(link_lacks(link_of(f), &ref));
	link_forgive(link_of(f));
	assert_false(link_lacks(link_of(f), &ref));

	/* What the peer has not got, no branch brings. */
	link_mark_lacking(link_of(f), &ref, world_now(f->world));
	link_forgive(link_of(f));
	assert_true(link_lacks(link_of(f), &ref));
}

static void
a_body_that_is_absent_is_asked_for_again_ever_more_rarely(void **state)
{
	struct fixture *f = *state;
	uint8_t body[BODY_LEN];
	uint8_t salt[SALT_LEN];
	unsigned gets;
	int i;

	want_body(f);
	for (i = 0; i < 60; i++) {
		if (f->get.req != 0)
			answer_body(f, WIRE_ABSENT, NULL, 0, NULL);
		f->get.req = 0;
		world_run(f->world, 1000);
	}
	assert_in_range(f->gets, 5, 8);
	gets = f->gets;
	while (f->gets == gets)
		world_run(f->world, 1000);
	origin_body(0, 2, body, BODY_LEN);
	origin_salt(0, 2, salt);
	answer_body(f, WIRE_OK, body, BODY_LEN, salt);
	assert_true(world_has_body(f->world, 0, &f->origin, 2, BODY_LEN));
	assert_complaints(f, 0);
}

static void
empty_answers_do_not_make_a_storm(void **state)
{
	struct fixture *f = *state;
	int i;

	want_body(f);
	for (i = 0; i < 1000; i++)
		answer(f, NULL);
	assert_in_range(f->gets, 2, 6);
	for (i = 0; i < 1000; i++)
		refuse(f, WIRE_BAD, 0);
	assert_in_range(f->gets, 3, 10);
}

static void
a_denied_body_is_not_asked_for_again(void **state)
{
	struct fixture *f = *state;

	want_body(f);
	answer_body(f, WIRE_DENIED, NULL, 0, NULL);
	world_run(f->world, 100000);
	assert_int_equal(f->gets, 1);
	assert_complaints(f, 0);
}

static void
a_refused_body_is_not_asked_for_again(void **state)
{
	struct fixture *f = *state;

	want_body(f);
	refuse(f, WIRE_REFUSED, 0);
	world_run(f->world, 100000);
	assert_int_equal(f->gets, 1);
}

static void
bodies_that_are_held_back_do_not_hold_back_headers(void **state)
{
	struct fixture *f = *state;
	struct origin other;

	want_body(f);
	refuse(f, WIRE_BUSY, 50000);
	assert_int_equal(f->gets, 1);
	origin_begin(&other, 1, 8);
	claim(f, &other, 5);
	assert_int_equal(f->gets, 2);
	assert_true(f->get.has_log);
}

static void
parts_of_a_body_must_join(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = { .type = WIRE_DATA };
	struct wire_body part = { .state = WIRE_OK };
	uint8_t body[BODY_LEN];

	want_body(f);
	origin_body(0, 2, body, BODY_LEN);
	part.ref = f->refs[0];
	part.total = BODY_LEN;
	origin_salt(0, 2, part.salt);
	part.data = (struct bytes){ body, 40 };
	msg.u.data.req = f->get.req;
	msg.u.data.bodies = &part;
	msg.u.data.nbodies = 1;
	say(f, &msg);

	/* The second part repeats some bytes of the first. */
	part.ref.offset = 30;
	part.data = (struct bytes){ body + 30, 70 };
	msg.u.data.last = true;
	say(f, &msg);
	assert_complaints(f, 1);
	assert_false(world_has_body(f->world, 0, &f->origin, 2, BODY_LEN));
}

static void
a_body_in_many_parts_is_joined(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = { .type = WIRE_DATA };
	struct wire_body part = { .state = WIRE_OK };
	uint8_t body[BODY_LEN];
	size_t i;

	want_body(f);
	origin_body(0, 2, body, BODY_LEN);
	part.ref = f->refs[0];
	part.total = BODY_LEN;
	origin_salt(0, 2, part.salt);
	msg.u.data.req = f->get.req;
	msg.u.data.bodies = &part;
	msg.u.data.nbodies = 1;
	for (i = 0; i < BODY_LEN; i += 10) {
		part.ref.offset = i;
		part.data = (struct bytes){ body + i, 10 };
		say(f, &msg);
	}
	assert_true(world_has_body(f->world, 0, &f->origin, 2, BODY_LEN));
	assert_complaints(f, 0);
}

static void
the_rest_of_a_body_is_asked_for_at_its_offset(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = { .type = WIRE_DATA };
	struct wire_body part = { .state = WIRE_OK };
	uint8_t body[BODY_LEN];

	want_body(f);
	origin_body(0, 2, body, BODY_LEN);
	origin_salt(0, 2, part.salt);
	part.ref = f->refs[0];
	part.total = BODY_LEN;
	part.data = (struct bytes){ body, 40 };
	msg.u.data.req = f->get.req;
	msg.u.data.last = true;
	msg.u.data.bodies = &part;
	msg.u.data.nbodies = 1;
	say(f, &msg);
	assert_int_equal(f->gets, 2);
	assert_int_equal(f->get.nrefs, 1);
	assert_int_equal(f->refs[0].n, 2);
	assert_int_equal(f->refs[0].offset, 40);

	/* Nothing more comes: no storm. */
	answer(f, NULL);
	assert_int_equal(f->gets, 2);
	world_run(f->world, 800);
	assert_int_equal(f->gets, 3);
	assert_int_equal(f->refs[0].offset, 0);

	/* The rest, after it. */
	msg.u.data.req = f->get.req;
	say(f, &msg);
	part.ref.offset = 40;
	part.data = (struct bytes){ body + 40, 60 };
	msg.u.data.req = f->get.req;
	say(f, &msg);
	assert_true(world_has_body(f->world, 0, &f->origin, 2, BODY_LEN));
	assert_int_equal(f->gets, 4);
	assert_complaints(f, 0);
}

/* A part of the body of the last GET, with which the answer ends. */
static void
answer_part(struct fixture *f, const uint8_t *data, size_t len, size_t total)
{
	struct wire_msg msg = { .type = WIRE_DATA };
	struct wire_body part = { .state = WIRE_OK, .ref = f->refs[0] };

	part.total = total;
	part.data = (struct bytes){ data + part.ref.offset, len };
	origin_salt(0, part.ref.n, part.salt);
	msg.u.data.req = f->get.req;
	msg.u.data.last = true;
	msg.u.data.bodies = &part;
	msg.u.data.nbodies = 1;
	say(f, &msg);
}

static void
a_body_that_comes_byte_by_byte_is_asked_of_another(void **state)
{
	struct fixture *f = *state;
	uint8_t body[BODY_LEN];
	int64_t until;

	want_body(f);
	origin_body(0, 2, body, BODY_LEN);
	world_place(f->world, 2, &f->origin, f->run, true);
	world_connect(f->world, 2, 0);
	until = world_now(f->world) + 10 * GET_MS;
	while (world_now(f->world) < until) {
		assert_false(
		    world_has_body(f->world, 0, &f->origin, 2, BODY_LEN));
		answer_part(f, body, 1, BODY_LEN);
		world_run(f->world, GET_MS - 1000);
	}
	world_run(f->world, 1000);
	assert_true(world_has_body(f->world, 0, &f->origin, 2, BODY_LEN));
}

static void
what_an_answer_leaves_out_is_asked_of_another(void **state)
{
	struct fixture *f = *state;
	uint8_t body[BODY_LEN];
	uint8_t salt[SALT_LEN];
	uint64_t n;

	origin_write(&f->origin, f->run, 100, BODY_LEN);
	world_place(f->world, 0, &f->origin, f->run, false);
	world_place(f->world, 2, &f->origin, f->run, true);
	greet(f);
	claim(f, &f->origin, 100);
	world_run(f->world, 500);
	assert_int_equal(f->get.nrefs, 99);
	world_connect(f->world, 2, 0);
	world_run(f->world, 500);

	/* One of them comes, and there the answer ends, within its credit. */
	n = f->refs[0].n;
	origin_body(0, n, body, BODY_LEN);
	origin_salt(0, n, salt);
	answer_body(f, WIRE_OK, body, BODY_LEN, salt);
	assert_int_equal(f->gets, 1);
	world_run(f->world, 400);
	for (n = 2; n <= 100; n++)
		assert_true(
		    world_has_body(f->world, 0, &f->origin, n, BODY_LEN));
}

static void
who_has_a_small_window_is_asked_for_little(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = hello_of(f, 1);

	origin_write(&f->origin, f->run, 100, BODY_LEN);
	world_place(f->world, 0, &f->origin, f->run, false);
	msg.u.hello.window = 1;
	say(f, &msg);
	claim(f, &f->origin, 100);
	world_run(f->world, 500);
	assert_int_equal(f->get.max_bytes, 1);
	assert_int_equal(f->get.nrefs, 1);
}

static void
another_part_than_the_body_is_not_taken_for_it(void **state)
{
	struct fixture *f = *state;
	uint8_t body[BODY_LEN];
	uint8_t salt[SALT_LEN];

	want_body(f);
	origin_body(0, 2, body, BODY_LEN);
	origin_salt(0, 2, salt);
	f->refs[0].part = 1;
	answer_body(f, WIRE_OK, body, BODY_LEN, salt);
	assert_complaints(f, 1);
	assert_false(world_has_body(f->world, 0, &f->origin, 2, BODY_LEN));
}

static void
a_body_that_is_gone_midway_is_not_joined(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = { .type = WIRE_DATA };
	struct wire_body parts[2] = { { .state = WIRE_OK } };
	uint8_t body[BODY_LEN];

	want_body(f);
	origin_body(0, 2, body, BODY_LEN);
	parts[0].ref = f->refs[0];
	parts[0].total = BODY_LEN;
	parts[0].data = (struct bytes){ body, 40 };
	parts[1].ref = f->refs[0];
	parts[1].state = WIRE_GONE;
	msg.u.data.req = f->get.req;
	msg.u.data.last = true;
	msg.u.data.bodies = parts;
	msg.u.data.nbodies = 2;
	say(f, &msg);
	assert_int_equal(f->gets, 1);
	assert_complaints(f, 0);
}

/* ---- serving ---- */

static void
a_get_beyond_the_window_is_refused(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = { .type = WIRE_GET };
	uint8_t *buf;
	size_t len;
	uint32_t req;

	world_write(f->world, 0, &f->origin, 2000, 0);
	greet(f);
	ask(f, 1, 1, WINDOW_MAX + 1);
	assert_int_equal(f->err.code, WIRE_QUOTA);
	ask(f, 2, 1, 0);
	assert_int_equal(f->err.code, WIRE_BAD);
	assert_int_equal(f->errs, 2);

	/* Five at once. */
	for (req = 3; req < 8; req++) {
		msg.u.get.req = req;
		msg.u.get.has_log = true;
		memcpy(msg.u.get.log_id, f->origin.log_id, LOG_ID_LEN);
		msg.u.get.first = 1;
		msg.u.get.max_bytes = 1000;
		assert_int_equal(wire_encode(&msg, &buf, &len), ERR_NONE);
		world_send(f->world, 0, true, buf, len);
		free(buf);
	}
	world_run(f->world, 100);
	assert_int_equal(f->errs, 3);
	assert_int_equal(f->err.code, WIRE_QUOTA);
	assert_int_equal(f->err.req, 7);
	assert_int_equal(f->datas, 4);
}

/* Who asks and does not read would keep its places for ever. */
static void
a_get_whose_answer_nobody_takes_is_dropped(void **state)
{
	struct fixture *f = *state;
	uint32_t req;
	int i;

	world_write(f->world, 0, &f->origin, 2000, 0);
	greet(f);
	world_set_queue(f->world, 0);
	for (req = 1; req <= 4; req++)
		ask(f, req, 1, 1000);
	for (i = 0; i < 14; i++) {
		world_run(f->world, 10000);
		claim(f, &f->origin, f->origin.tip.n);
	}
	assert_int_equal(f->datas, 0);

	/* It is told so, in case that it reads by now, and asks again. */
	ask(f, 5, 1, 1000);
	assert_int_equal(f->errs, 0);
	world_set_queue(f->world, 1000);
	world_run(f->world, 100);
	assert_int_equal(f->datas, 0);
	ask(f, 6, 1, 1000);
	assert_int_equal(f->err.code, WIRE_BUSY);
	assert_int_equal(f->err.req, 6);
	ask(f, 7, 1, 1000);
	assert_int_equal(f->datas, 1);
}

static void
bodies_are_not_served_before_live(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = { .type = WIRE_GET };
	struct wire_ref ref = { .n = 2 };

	world_write(f->world, 0, &f->origin, 2, BODY_LEN);
	greet(f);
	memcpy(ref.log_id, f->origin.log_id, LOG_ID_LEN);
	msg.u.get.req = 1;
	msg.u.get.refs = &ref;
	msg.u.get.nrefs = 1;
	msg.u.get.max_bytes = 1000;
	say(f, &msg);
	assert_int_equal(f->err.code, WIRE_BUSY);
	assert_int_equal(f->datas, 0);
	ask(f, 2, 1, 1000);
	assert_int_equal(f->datas, 1);

	/* The peer's full HAVE ends the exchange. */
	claim(f, &f->origin, 2);
	world_run(f->world, 500);
	assert_int_equal(link_state(link_of(f)), LINK_LIVE);
	msg.u.get.req = 3;
	say(f, &msg);
	assert_int_equal(f->datas, 2);
	assert_int_equal(f->errs, 1);
	assert_int_equal(f->body.state, WIRE_OK);
	assert_int_equal(f->body.total, BODY_LEN);

	/* Of an entry that has a body there is no other part yet. */
	msg.u.get.req = 4;
	ref.part = 1;
	say(f, &msg);
	assert_int_equal(f->datas, 3);
	assert_int_equal(f->body.state, WIRE_ABSENT);
	assert_int_equal(f->body.ref.part, 1);
	assert_int_equal(f->body.total, 0);
}

static void
a_get_has_a_number_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct wire_msg msg = { .type = WIRE_GET };
	uint8_t *buf;
	size_t len;
	int i;

	world_write(f->world, 0, &f->origin, 2000, 0);
	greet(f);
	ask(f, 0, 1, 1000);
	assert_int_equal(f->err.code, WIRE_BAD);
	assert_int_equal(f->errs, 1);
	assert_int_equal(f->datas, 0);
	assert_complaints(f, 1);

	/* One more of that number while the first is served. */
	msg.u.get.req = 1;
	msg.u.get.has_log = true;
	memcpy(msg.u.get.log_id, f->origin.log_id, LOG_ID_LEN);
	msg.u.get.first = 1;
	msg.u.get.max_bytes = 1000;
	for (i = 0; i < 2; i++) {
		assert_int_equal(wire_encode(&msg, &buf, &len), ERR_NONE);
		world_send(f->world, 0, true, buf, len);
		free(buf);
	}
	world_run(f->world, 100);
	assert_int_equal(f->errs, 1);
	assert_int_equal(f->datas, 1);
	assert_complaints(f, 2);
}

static void
what_is_not_there_is_said_to_be_absent(void **state)
{
	struct fixture *f = *state;

	greet(f);
	ask(f, 1, 1, 1000);
	assert_int_equal(f->datas, 1);
	assert_true(f->data.last);
	assert_false(f->data.has_run);
	world_write(f->world, 0, &f->origin, 5, 0);
	ask(f, 2, 6, 1000);
	assert_false(f->data.has_run);
	ask(f, 3, 3, 1000);
	assert_true(f->data.has_run && f->data.last);
	assert_int_equal(f->data.run.first, 3);
	assert_int_equal(f->data.run.count, 3);
}

/* ---- NOTEs ---- */

/* Send the NOTE of the last entry of the run. */
static void
note(struct fixture *f, bool with_header, bool from_pub)
{
	struct wire_msg msg = { .type = WIRE_NOTE };
	const struct origin_run *run = f->run;
	struct log_tip tip = run->start;
	uint8_t *buf;
	size_t len;
	size_t i;

	for (i = 0; i + 1 < run->run.count; i++)
		assert_int_equal(
		    log_step(&tip, run->headers[i].data, run->headers[i].len),
		    ERR_NONE);
	msg.u.note.head = run->head;
	if (with_header) {
		msg.u.note.header = run->headers[run->run.count - 1];
		memcpy(msg.u.note.c_prev, tip.c, HASH_LEN);
	}
	if (!from_pub) {
		say(f, &msg);
		return;
	}
	assert_int_equal(wire_encode(&msg, &buf, &len), ERR_NONE);
	link_receive_note(link_of(f), buf, len, world_now(f->world));
	free(buf);
	world_run(f->world, 10);
}

static void
a_note_of_an_unknown_log_is_dropped(void **state)
{
	struct fixture *f = *state;

	greet(f);
	origin_write(&f->origin, f->run, 1, 0);
	note(f, true, false);
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), 0);
	assert_int_equal(f->gets, 0);
	assert_complaints(f, 0);
}

static void
a_note_is_taken_from_pub_too(void **state)
{
	struct fixture *f = *state;

	world_write(f->world, 0, &f->origin, 5, 0);
	greet(f);
	origin_write(&f->origin, f->run, 1, 0);
	note(f, true, true);
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), 6);
	link_receive_note(link_of(f), (const uint8_t *)"what", 4, 1);
	assert_complaints(f, 1);
}

static void
a_note_beyond_the_next_entry_is_a_claim(void **state)
{
	struct fixture *f = *state;

	world_write(f->world, 0, &f->origin, 5, 0);
	greet(f);
	origin_write(&f->origin, f->run, 3, 0);
	note(f, true, false);
	assert_int_equal(f->gets, 1);
	assert_int_equal(f->get.first, 6);
	answer(f, &f->run->run);
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), 8);

	/* So is one without its header. */
	origin_write(&f->origin, f->run, 1, 0);
	note(f, false, false);
	assert_int_equal(f->gets, 2);
	answer(f, &f->run->run);
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), 9);
	assert_complaints(f, 0);
}

static void
a_note_beyond_a_cut_hides_no_member_entry_before_it(void **state)
{
	struct fixture *f = *state;

	world_write(f->world, 0, &f->origin, 6, 0);
	greet(f);
	world_set_full(f->world, 0, true);
	origin_write(&f->origin, f->run, 4, 0);
	note(f, false, false);
	withdraw(f, &f->origin, 5);
	tell(f, &f->origin, 8, true);
	assert_int_equal(f->gets, 0);
	world_set_full(f->world, 0, false);
	world_run(f->world, 1000);
	assert_int_equal(f->gets, 1);
	assert_memory_equal(f->get.log_id, f->origin.log_id, LOG_ID_LEN);
	assert_int_equal(f->get.first, 7);
	assert_complaints(f, 0);
}

static void
a_note_with_a_wrong_signature_is_dropped(void **state)
{
	struct fixture *f = *state;

	world_write(f->world, 0, &f->origin, 5, 0);
	greet(f);
	origin_write(&f->origin, f->run, 1, 0);
	f->run->head[HEAD_LEN - 1] ^= 1;
	note(f, true, false);
	note(f, false, false);
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), 5);
	assert_int_equal(f->gets, 0);
	assert_complaints(f, 2);
}

static void
a_younger_head_is_kept_and_passed_on(void **state)
{
	struct fixture *f = *state;
	const struct view_log *log;
	uint64_t before;

	world_write(f->world, 0, &f->origin, 5, 0);
	greet(f);
	log = view_find(world_view(f->world, 0), f->origin.log_id);
	before = log->head_ms;
	f->origin.time_ms += 1000;
	origin_run_begin(&f->origin, f->run);
	origin_run_end(&f->origin, f->run);
	f->run->run.count = 1;
	note(f, false, false);
	assert_int_equal(log->head_ms, before + 1000);

	/* An older one is not. */
	f->origin.time_ms -= 500;
	origin_run_end(&f->origin, f->run);
	note(f, false, false);
	assert_int_equal(log->head_ms, before + 1000);
	assert_complaints(f, 0);
}

/* ---- anything at all ---- */

static void
an_err_that_cannot_be_read_is_not_answered(void **state)
{
	struct fixture *f = *state;
	const uint8_t err[] = { 0x32, 0x02, 0x10, 0x80 };
	const uint8_t get[] = { 0x1a, 0x02, 0x10, 0x80 };

	greet(f);
	world_send(f->world, 0, true, err, sizeof(err));
	world_run(f->world, 10);
	assert_complaints(f, 1);
	assert_int_equal(f->errs, 0);
	world_send(f->world, 0, true, get, sizeof(get));
	world_run(f->world, 10);
	assert_complaints(f, 2);
	assert_int_equal(f->errs, 1);
	assert_int_equal(f->err.code, WIRE_BAD);
}

static void
bytes_that_are_no_message_change_nothing(void **state)
{
	struct fixture *f = *state;
	uint8_t bytes[300];
	size_t i;
	size_t j;

	world_write(f->world, 0, &f->origin, 5, BODY_LEN);
	greet(f);
	for (i = 0; i < 3000; i++) {
		for (j = 0; j < sizeof(bytes); j++)
			bytes[j] = (uint8_t)world_random(f->world);
		world_send(f->world, 0, true, bytes,
		    world_random(f->world) % sizeof(bytes));
		world_run(f->world, 1);
	}
	assert_int_equal(world_tip(f->world, 0, f->origin.log_id), 5);
	assert_in_range(world_complaints(f->world, 0), 2000, 4000);
	assert_true(link_state(link_of(f)) >= LINK_SYNC);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_said_before_hello),
		TEST(hello_must_name_the_key_of_the_connection),
		TEST(hello_must_speak_our_version),
		TEST(a_join_is_no_hello_of_a_member),
		TEST(what_hello_says_is_shown),
		TEST(a_long_name_is_cut_between_characters),
		TEST(the_same_hello_twice_is_one_session),
		TEST(no_session_ends_the_session_of_who_is_dialled),
		TEST(who_is_turned_away_makes_the_transport_anew),
		TEST(a_peer_that_never_greets_is_let_go),
		TEST(a_lie_costs_ever_less),
		TEST(a_lie_that_gets_less_costs_ever_less_too),
		TEST(who_merely_lost_some_frames_is_asked_again_soon),
		TEST(a_note_that_fits_ends_a_rest),
		TEST(what_another_peer_showed_is_no_lie),
		TEST(what_was_given_up_is_asked_for_one_by_one),
		TEST(a_claim_that_fails_does_not_keep_the_link_from_live),
		TEST(a_refused_log_is_not_asked_for_again),
		TEST(a_quota_means_fewer_gets),
		TEST(a_wait_that_is_asked_for_is_kept_up_to_a_minute),
		TEST(a_log_must_have_the_id_of_its_key),
		TEST(claims_and_names_of_logs_are_bounded),
		TEST(a_log_of_no_member_waits_for_its_admission),
		TEST(a_log_is_fetched_and_counted_up_to_its_cut),
		TEST(a_peer_whose_word_beyond_a_cut_is_none_is_not_heard_again),
		TEST(a_flood_beyond_a_cut_waits_for_another_day),
		TEST(a_have_is_told_of_a_fork_once),
		TEST(another_branch_beyond_a_cut_is_looked_for),
		TEST(a_branch_of_a_flood_waits_for_another_day),
		TEST(
		    nothing_is_fetched_of_a_key_that_the_directory_does_not_know),
		TEST(runs_that_do_not_verify_are_refused),
		TEST(a_run_across_a_boundary_is_refused),
		TEST(a_first_entry_must_be_a_genesis_of_this_log),
		TEST(what_was_not_asked_for_is_not_taken),
		TEST(an_answer_after_its_end_is_dropped),
		TEST(an_answer_that_is_too_late_is_dropped),
		TEST(a_body_that_does_not_fit_is_asked_of_this_peer_once),
		TEST(a_body_that_did_not_fit_may_be_that_of_a_branch),
		TEST(a_body_that_is_absent_is_asked_for_again_ever_more_rarely),
		TEST(empty_answers_do_not_make_a_storm),
		TEST(a_denied_body_is_not_asked_for_again),
		TEST(a_refused_body_is_not_asked_for_again),
		TEST(bodies_that_are_held_back_do_not_hold_back_headers),
		TEST(parts_of_a_body_must_join),
		TEST(a_body_in_many_parts_is_joined),
		TEST(the_rest_of_a_body_is_asked_for_at_its_offset),
		TEST(a_body_that_comes_byte_by_byte_is_asked_of_another),
		TEST(what_an_answer_leaves_out_is_asked_of_another),
		TEST(who_has_a_small_window_is_asked_for_little),
		TEST(another_part_than_the_body_is_not_taken_for_it),
		TEST(a_body_that_is_gone_midway_is_not_joined),
		TEST(a_get_beyond_the_window_is_refused),
		TEST(a_get_whose_answer_nobody_takes_is_dropped),
		TEST(bodies_are_not_served_before_live),
		TEST(a_get_has_a_number_of_its_own),
		TEST(what_is_not_there_is_said_to_be_absent),
		TEST(a_note_of_an_unknown_log_is_dropped),
		TEST(a_note_is_taken_from_pub_too),
		TEST(a_note_beyond_the_next_entry_is_a_claim),
		TEST(a_note_beyond_a_cut_hides_no_member_entry_before_it),
		TEST(a_note_with_a_wrong_signature_is_dropped),
		TEST(a_younger_head_is_kept_and_passed_on),
		TEST(a_claim_that_is_not_shown_counts_no_more),
		TEST(a_proved_position_that_is_not_shown_counts_no_more),
		TEST(empty_answers_do_not_keep_a_get_for_ever),
		TEST(a_peer_that_takes_nothing_up_is_found),
		TEST(a_peer_that_never_names_a_log_is_found),
		TEST(who_names_an_older_log_knew_it),
		TEST(who_asks_for_the_rest_of_an_older_log_knew_it),
		TEST(who_got_an_older_log_here_never_knew_it),
		TEST(a_younger_head_is_asked_for),
		TEST(who_sends_headers_slowly_lets_others_take_a_turn),
		TEST(who_sends_headers_singly_lets_others_take_a_turn),
		TEST(a_reader_is_asked_for_nothing),
		TEST(who_has_sent_much_comes_after_others),
		TEST(an_err_that_cannot_be_read_is_not_answered),
		TEST(bytes_that_are_no_message_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
