#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "proto/wire.h"
#include "daemon/hub.h"
#include "daemon/sock.h"
#include "daemon/zap.h"
#include "tests/unit/dial.h"
#include "tests/unit/party.h"

#define ANY_LOCAL "127.0.0.1:0"

struct fixture {
	struct zap *zap;
	struct party node;
	struct crypto_key key;   /* a member's */
	struct crypto_key guest; /* good for HELLO only */
	struct sock *client;
	struct sock *other;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct zap_rule rules[2];

	if (f == NULL)
		return -1;
	*state = f;
	dial_key(2, &f->key);
	dial_key(3, &f->guest);
	dial_rule(&f->key, "", &rules[0]);
	dial_rule(&f->guest, "join:", &rules[1]);
	if (zap_start(&f->zap) != ERR_NONE ||
	    zap_set(f->zap, rules, 2) != ERR_NONE)
		return -1;
	party_begin(&f->node, 1);
	party_listen(&f->node, ANY_LOCAL);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	sock_close(f->client);
	sock_close(f->other);
	party_end(&f->node);
	zap_stop(f->zap);
	free(f);
	return 0;
}

/* Connect with a key, and wait until the connection is up. */
static struct sock *
connect_up(struct fixture *f, const struct crypto_key *key)
{
	struct sock *sock = dial(
	    SOCK_DEALER, hub_endpoint(f->node.hub), key, &f->node.key);

	assert_int_equal(dial_event(sock).kind, SOCK_EV_UP);
	return sock;
}

/* Send a message over a connection. */
static void
say(struct sock *sock, const struct wire_msg *msg)
{
	uint8_t *buf;
	size_t len;
	enum err err;

	assert_int_equal(wire_encode(msg, &buf, &len), ERR_NONE);
	do {
		/* The queue may open a little after the connection is up. */
		uint8_t *copy = malloc(len);

		assert_non_null(copy);
		memcpy(copy, buf, len);
		err = sock_send(sock, NULL, 0, copy, len);
	} while (err == ERR_BUSY);
	assert_int_equal(err, ERR_NONE);
	free(buf);
}

static void
say_hello(struct sock *sock, const struct crypto_key *key)
{
	struct wire_msg msg = { .type = WIRE_HELLO };

	msg.u.hello.proto_min = msg.u.hello.proto_max = 1;
	msg.u.hello.has_key = true;
	memcpy(msg.u.hello.key, key->public_key, KEY_LEN);
	crypto_random(msg.u.hello.nonce, NONCE_LEN);
	msg.u.hello.sw = msg.u.hello.org = msg.u.hello.name = "";
	say(sock, &msg);
}

static void
say_have(struct sock *sock)
{
	const struct wire_msg msg = { .type = WIRE_HAVE };

	say(sock, &msg);
}

/* What a test waits for. */
struct wait {
	struct party *node;
	struct sock *sock;
	const unsigned *counter;
	unsigned value;
	const char *text;
};

static bool
counted(const void *arg)
{
	const struct wait *wait = arg;

	return *wait->counter >= wait->value;
}

static void
until_count(struct fixture *f, const unsigned *counter, unsigned value)
{
	struct party *const parties[] = { &f->node, NULL };
	const struct wait wait = { .counter = counter, .value = value };

	assert_true(party_pump(parties, counted, &wait));
}

static bool
was_refused(const void *arg)
{
	const struct wait *wait = arg;

	return strstr(wait->node->refused, wait->text) != NULL;
}

static void
until_refused(struct fixture *f, const char *text)
{
	struct party *const parties[] = { &f->node, NULL };
	const struct wait wait = { .node = &f->node, .text = text };

	assert_true(party_pump(parties, was_refused, &wait));
}

static bool
is_down(const void *arg)
{
	const struct wait *wait = arg;
	struct sock_event event;

	return sock_monitor_next(wait->sock, &event) == ERR_NONE &&
	    event.kind == SOCK_EV_DOWN;
}

static void
until_down(struct fixture *f, struct sock *sock)
{
	struct party *const parties[] = { &f->node, NULL };
	const struct wait wait = { .sock = sock };

	assert_true(party_pump(parties, is_down, &wait));
}

/* A frame came: decode what can be told without its memory. */
struct heard {
	struct sock *sock;
	enum wire_type type;
	uint32_t code;
	uint8_t key[KEY_LEN];
};

static bool
hears(const void *arg)
{
	struct heard *heard = (struct heard *)(uintptr_t)arg;
	struct wire_msg msg = { 0 };
	struct sock_msg frame;

	memset(&frame, 0, sizeof(frame));
	if (sock_recv(heard->sock, &frame) != ERR_NONE)
		return false;
	assert_int_equal(wire_decode(frame.data, frame.len, &msg), ERR_NONE);
	heard->type = msg.type;
	if (msg.type == WIRE_ERR)
		heard->code = msg.u.err.code;
	if (msg.type == WIRE_HELLO)
		memcpy(heard->key, msg.u.hello.key, KEY_LEN);
	wire_clear(&msg);
	sock_msg_clear(&frame);
	return true;
}

static struct heard
hear(struct fixture *f, struct sock *sock)
{
	struct party *const parties[] = { &f->node, NULL };
	struct heard heard = { .sock = sock };

	assert_true(party_pump(parties, hears, &heard));
	return heard;
}

/* ---- members ---- */

static void
a_member_that_says_hello_is_answered(void **state)
{
	struct fixture *f = *state;
	struct heard heard;

	f->client = connect_up(f, &f->key);
	say_hello(f->client, &f->key);
	heard = hear(f, f->client);
	assert_int_equal(heard.type, WIRE_HELLO);
	assert_memory_equal(heard.key, f->node.key.public_key, KEY_LEN);
	assert_int_equal(f->node.greeted, 1);
	assert_int_equal(f->node.arrived, 1);
	assert_true(f->node.received > 0);
}

static void
hello_with_another_s_key_is_refused(void **state)
{
	struct fixture *f = *state;
	struct heard heard;

	f->client = connect_up(f, &f->key);
	say_hello(f->client, &f->guest);
	heard = hear(f, f->client);
	assert_int_equal(heard.type, WIRE_ERR);
	assert_int_equal(f->node.greeted, 0);
}

static void
before_hello_there_is_no_session(void **state)
{
	struct fixture *f = *state;
	struct heard heard;

	f->client = connect_up(f, &f->key);
	say_have(f->client);
	heard = hear(f, f->client);
	assert_int_equal(heard.type, WIRE_ERR);
	assert_int_equal(heard.code, WIRE_NO_SESSION);
}

static void
who_is_no_member_any_more_is_cut_off(void **state)
{
	struct fixture *f = *state;

	f->node.refuse = true;
	f->client = connect_up(f, &f->key);
	say_hello(f->client, &f->key);
	until_refused(f, "no member");
	until_down(f, f->client);
	assert_int_equal(f->node.arrived, 0);
}

static void
drop(struct fixture *f, const struct crypto_key *key)
{
	hub_drop(f->node.hub, key->public_key, key->curve_public);
}

static void
a_session_that_is_dropped_is_cut_at_once(void **state)
{
	struct fixture *f = *state;

	f->client = connect_up(f, &f->key);
	say_hello(f->client, &f->key);
	(void)hear(f, f->client);
	drop(f, &f->guest);
	assert_int_equal(f->node.left, 0);
	drop(f, &f->key);
	assert_int_equal(f->node.left, 1);
	until_down(f, f->client);
}

static void
a_second_frame_ends_session_and_connection(void **state)
{
	struct fixture *f = *state;

	f->client = connect_up(f, &f->key);
	say_hello(f->client, &f->key);
	(void)hear(f, f->client);
	assert_int_equal(
	    zmq_send(sock_handle(f->client), "a", 1, ZMQ_SNDMORE), 1);
	assert_int_equal(zmq_send(sock_handle(f->client), "b", 1, 0), 1);
	until_refused(f, "more than one frame");
	assert_int_equal(f->node.left, 1);
	until_down(f, f->client);
}

static void
a_connection_that_closes_takes_its_session_along(void **state)
{
	struct fixture *f = *state;

	f->client = connect_up(f, &f->key);
	say_hello(f->client, &f->key);
	(void)hear(f, f->client);
	sock_close(f->client);
	f->client = NULL;
	until_count(f, &f->node.left, 1);
}

static void
a_silent_session_ends(void **state)
{
	struct fixture *f = *state;

	f->client = connect_up(f, &f->key);
	say_hello(f->client, &f->key);
	(void)hear(f, f->client);
	f->node.later = f->node.timers.silence_ms + 1;
	until_count(f, &f->node.left, 1);
}

static void
hello_alone_takes_a_session_over(void **state)
{
	struct fixture *f = *state;
	struct heard heard;

	f->client = connect_up(f, &f->key);
	say_hello(f->client, &f->key);
	(void)hear(f, f->client);

	/* Another connection of the same key, without HELLO: not its session. */
	f->other = connect_up(f, &f->key);
	say_have(f->other);
	heard = hear(f, f->other);
	assert_int_equal(heard.type, WIRE_ERR);
	assert_int_equal(heard.code, WIRE_NO_SESSION);
	assert_int_equal(f->node.greeted, 1);

	/* With HELLO it is, and the first connection has none. */
	say_hello(f->other, &f->key);
	heard = hear(f, f->other);
	assert_int_equal(heard.type, WIRE_HELLO);
	say_have(f->client);
	do
		heard = hear(f, f->client);
	while (heard.type == WIRE_HAVE);
	assert_int_equal(heard.type, WIRE_ERR);
	assert_int_equal(heard.code, WIRE_NO_SESSION);
	assert_int_equal(f->node.arrived, 1);
}

/* Whose session there is, NULL if there is none. */
static const uint8_t *
whose(struct fixture *f)
{
	const uint8_t *key = NULL;
	int fd;

	for (fd = 0; fd < 1024 && key == NULL; fd++)
		key = hub_who(f->node.hub, fd);
	return key;
}

static void
a_session_is_known_by_its_descriptor(void **state)
{
	struct fixture *f = *state;

	f->client = connect_up(f, &f->key);
	say_hello(f->client, &f->key);
	(void)hear(f, f->client);
	assert_non_null(whose(f));
	assert_memory_equal(whose(f), f->key.public_key, KEY_LEN);
	assert_null(hub_who(f->node.hub, -1));
}

/* The other Ed25519 key with the same CURVE key; anybody can name it. */
static struct crypto_key
twin_of(const struct crypto_key *key)
{
	struct crypto_key twin = *key;
	uint8_t curve[KEY_LEN];

	twin.public_key[KEY_LEN - 1] ^= 0x80;
	assert_int_equal(crypto_curve_public(twin.public_key, curve), ERR_NONE);
	assert_memory_equal(curve, key->curve_public, KEY_LEN);
	return twin;
}

static void
of_two_keys_with_one_curve_key_hello_says_which(void **state)
{
	struct fixture *f = *state;
	struct crypto_key twin = twin_of(&f->key);

	f->client = connect_up(f, &f->key);
	say_hello(f->client, &twin);
	assert_int_equal(hear(f, f->client).type, WIRE_HELLO);
	assert_memory_equal(whose(f), twin.public_key, KEY_LEN);

	/* The session of one ends with that one, not with the other. */
	drop(f, &f->key);
	assert_int_equal(f->node.left, 0);
	say_hello(f->client, &f->key);
	while (hear(f, f->client).type != WIRE_HELLO)
		;
	assert_memory_equal(whose(f), f->key.public_key, KEY_LEN);
	drop(f, &twin);
	assert_int_equal(f->node.left, 0);
	drop(f, &f->key);
	assert_int_equal(f->node.left, 1);
	until_down(f, f->client);
}

/* ---- keys that are good for HELLO only ---- */

static void
a_guest_gets_an_answer_to_hello_and_no_session(void **state)
{
	struct fixture *f = *state;
	struct heard heard;

	f->node.answer = true;
	f->client = connect_up(f, &f->guest);
	say_hello(f->client, &f->guest);
	heard = hear(f, f->client);
	assert_int_equal(heard.type, WIRE_HELLO);
	assert_int_equal(f->node.strangers, 1);
	assert_int_equal(f->node.arrived, 0);
}

static void
a_guest_is_cut_off_for_anything_else(void **state)
{
	struct fixture *f = *state;
	struct sock_msg msg;

	f->client = connect_up(f, &f->guest);
	say_have(f->client);
	until_refused(f, "only say HELLO");
	until_down(f, f->client);
	sock_close(f->client);
	f->node.refused[0] = '\0';
	f->client = connect_up(f, &f->guest);
	assert_int_equal(zmq_send(sock_handle(f->client), "a", 1, 0), 1);
	until_refused(f, "only say HELLO");
	until_down(f, f->client);
	sock_close(f->client);
	f->client = connect_up(f, &f->guest);
	assert_int_equal(
	    zmq_send(sock_handle(f->client), "a", 1, ZMQ_SNDMORE), 1);
	assert_int_equal(zmq_send(sock_handle(f->client), "b", 1, 0), 1);
	until_refused(f, "more than one frame");
	until_down(f, f->client);
	memset(&msg, 0, sizeof(msg));
	assert_int_equal(sock_recv(f->client, &msg), ERR_NOENT);
	assert_int_equal(f->node.strangers, 0);
	assert_int_equal(f->node.arrived, 0);
}

/* ---- opening ---- */

static void
a_port_that_is_taken_is_told(void **state)
{
	struct fixture *f = *state;
	struct party other;

	party_begin(&other, 4);
	assert_int_equal(hub_open(hub_endpoint(f->node.hub), &other.key, NULL,
			     NULL, &other.hub),
	    ERR_BUSY);
	other.hub = NULL;
	party_end(&other);
	hub_close(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_member_that_says_hello_is_answered),
		TEST(hello_with_another_s_key_is_refused),
		TEST(before_hello_there_is_no_session),
		TEST(who_is_no_member_any_more_is_cut_off),
		TEST(a_session_that_is_dropped_is_cut_at_once),
		TEST(a_second_frame_ends_session_and_connection),
		TEST(a_connection_that_closes_takes_its_session_along),
		TEST(a_silent_session_ends),
		TEST(hello_alone_takes_a_session_over),
		TEST(a_session_is_known_by_its_descriptor),
		TEST(of_two_keys_with_one_curve_key_hello_says_which),
		TEST(a_guest_gets_an_answer_to_hello_and_no_session),
		TEST(a_guest_is_cut_off_for_anything_else),
		TEST(a_port_that_is_taken_is_told),
	};
	int failed;

	if (crypto_init() != ERR_NONE || sock_global_init() != ERR_NONE)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	sock_global_end();
	return failed;
}
