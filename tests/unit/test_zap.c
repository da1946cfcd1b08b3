#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <czmq.h>

#include <cmocka.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "daemon/sock.h"
#include "daemon/zap.h"
#include "tests/unit/dial.h"

#define HANDLER   "inproc://zeromq.zap.01"
#define MANY      2000
#define ANY_LOCAL "127.0.0.1:0"

struct fixture {
	struct zap *zap;
	struct sock *router;
	struct sock *pub;
	struct sock *client;
	struct crypto_key server;
	struct crypto_key key;
	struct zap_rule rule; /* lets key in everywhere */
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	*state = f;
	dial_key(1, &f->server);
	dial_key(2, &f->key);
	dial_rule(&f->key, "", &f->rule);
	if (zap_start(&f->zap) != ERR_NONE ||
	    sock_listen(SOCK_ROUTER, ANY_LOCAL, &f->server, &f->router) !=
		ERR_NONE ||
	    sock_listen(SOCK_PUB, ANY_LOCAL, &f->server, &f->pub) != ERR_NONE)
		return -1;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	sock_close(f->client);
	sock_close(f->router);
	sock_close(f->pub);
	zap_stop(f->zap);
	free(f);
	return 0;
}

/* What becomes of an attempt to connect. */
static enum sock_event_kind
fate(struct fixture *f, enum sock_kind kind, const struct crypto_key *key)
{
	struct sock *server = kind == SOCK_SUB ? f->pub : f->router;

	sock_close(f->client);
	f->client = dial(kind, sock_endpoint(server), key, &f->server);
	return dial_event(f->client).kind;
}

static bool
readable(int fd)
{
	zmq_pollitem_t item = { .fd = fd, .events = ZMQ_POLLIN };

	return zmq_poll(&item, 1, 0) == 1;
}

static void
a_stranger_is_refused_and_told_of(void **state)
{
	struct fixture *f = *state;
	struct zap_stranger stranger;
	struct sock_msg msg;

	assert_false(readable(zap_fd(f->zap)));
	assert_int_equal(fate(f, SOCK_DEALER, &f->key), SOCK_EV_REFUSED);
	/* It dials again after 100 ms and would be told of once more. */
	sock_close(f->client);
	f->client = NULL;
	assert_true(readable(zap_fd(f->zap)));
	assert_int_equal(zap_next_stranger(f->zap, &stranger), ERR_NONE);
	assert_memory_equal(stranger.curve, f->key.curve_public, KEY_LEN);
	assert_string_equal(stranger.address, "127.0.0.1");
	assert_true(stranger.time_ms > 1600000000000);
	assert_int_equal(zap_next_stranger(f->zap, &stranger), ERR_NOENT);
	assert_false(readable(zap_fd(f->zap)));
	assert_int_equal(sock_recv(f->router, &msg), ERR_NOENT);
}

static void
a_key_with_a_rule_gets_in_under_its_user_id(void **state)
{
	struct fixture *f = *state;
	struct zap_stranger stranger;
	struct sock_msg msg;

	assert_int_equal(zap_set(f->zap, &f->rule, 1), ERR_NONE);
	assert_int_equal(fate(f, SOCK_SUB, &f->key), SOCK_EV_UP);
	assert_int_equal(fate(f, SOCK_DEALER, &f->key), SOCK_EV_UP);
	assert_int_equal(dial_say(f->client, NULL, "hello"), ERR_NONE);
	dial_message(f->router, &msg);
	assert_string_equal(msg.user_id, f->rule.user_id);
	sock_msg_clear(&msg);
	assert_int_equal(zap_next_stranger(f->zap, &stranger), ERR_NOENT);
}

static void
a_key_whose_rule_is_gone_gets_in_no_more(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(zap_set(f->zap, &f->rule, 1), ERR_NONE);
	assert_int_equal(fate(f, SOCK_DEALER, &f->key), SOCK_EV_UP);
	assert_int_equal(zap_set(f->zap, NULL, 0), ERR_NONE);
	assert_int_equal(fate(f, SOCK_DEALER, &f->key), SOCK_EV_REFUSED);
	assert_int_equal(fate(f, SOCK_SUB, &f->key), SOCK_EV_REFUSED);
}

static void
a_join_key_is_refused_by_the_feed(void **state)
{
	struct fixture *f = *state;
	struct zap_stranger stranger;

	dial_rule(&f->key, "join:", &f->rule);
	f->rule.pub = false;
	assert_int_equal(zap_set(f->zap, &f->rule, 1), ERR_NONE);
	assert_int_equal(fate(f, SOCK_SUB, &f->key), SOCK_EV_REFUSED);
	assert_int_equal(fate(f, SOCK_DEALER, &f->key), SOCK_EV_UP);
	assert_int_equal(zap_next_stranger(f->zap, &stranger), ERR_NOENT);
}

static void
nobody_gets_in_when_the_handler_is_dead(void **state)
{
	struct fixture *f = *state;
	struct sock_msg msg;

	assert_int_equal(zap_set(f->zap, &f->rule, 1), ERR_NONE);
	assert_int_equal(fate(f, SOCK_DEALER, &f->key), SOCK_EV_UP);
	zap_kill(f->zap);
	assert_int_not_equal(fate(f, SOCK_DEALER, &f->key), SOCK_EV_UP);
	assert_int_not_equal(dial_event(f->client).kind, SOCK_EV_UP);
	assert_int_not_equal(fate(f, SOCK_SUB, &f->key), SOCK_EV_UP);
	assert_int_equal(sock_recv(f->router, &msg), ERR_NOENT);
	assert_int_equal(zap_set(f->zap, NULL, 0), ERR_IO);
}

static void
a_second_handler_is_refused(void **state)
{
	struct fixture *f = *state;
	struct zap *second = NULL;

	assert_int_equal(zap_start(&second), ERR_EXIST);
	assert_null(second);
	assert_int_equal(zap_set(f->zap, NULL, 0), ERR_NONE);
}

static void
two_thousand_rules_are_set_at_once(void **state)
{
	struct fixture *f = *state;
	struct zap_rule *rules = calloc(MANY, sizeof(*rules));
	size_t i;

	assert_non_null(rules);
	for (i = 0; i < MANY; i++) {
		rules[i] = f->rule;
		crypto_random(rules[i].curve, KEY_LEN);
	}
	assert_int_equal(zap_set(f->zap, rules, MANY), ERR_NONE);
	assert_int_equal(fate(f, SOCK_DEALER, &f->key), SOCK_EV_REFUSED);
	rules[MANY / 3] = f->rule;
	assert_int_equal(zap_set(f->zap, rules, MANY), ERR_NONE);
	assert_int_equal(fate(f, SOCK_DEALER, &f->key), SOCK_EV_UP);
	free(rules);
}

static void
a_table_with_a_mistake_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct zap_rule bad[2] = { f->rule, f->rule };

	assert_int_equal(zap_set(f->zap, &f->rule, 1), ERR_NONE);
	assert_int_equal(zap_set(f->zap, bad, 2), ERR_EXIST);
	bad[1].user_id[0] = '\0';
	assert_int_equal(zap_set(f->zap, bad, 2), ERR_SYNTAX);
	memset(bad[0].user_id, 'x', sizeof(bad[0].user_id));
	assert_int_equal(zap_set(f->zap, bad, 1), ERR_SYNTAX);
	assert_int_equal(fate(f, SOCK_DEALER, &f->key), SOCK_EV_UP);
}

/* A request as libzmq would make it, each part of which can be replaced. */
struct request {
	const char *version;
	const char *domain;
	const char *mechanism;
	const void *key;
	size_t key_len;
	bool extra;
};

static const struct request good = { "1.0", ZAP_DOMAIN_ROUTER, "CURVE", NULL,
	KEY_LEN, false };

/* Ask the handler itself, and return the status that it answers. */
static int
ask(struct request request, const struct crypto_key *key)
{
	void *req = zsys_socket(ZMQ_REQ, NULL, 0);
	char status[4] = "";
	char rest[128];
	size_t parts;

	assert_non_null(req);
	assert_int_equal(zmq_connect(req, HANDLER), 0);
	if (request.key == NULL)
		request.key = key->curve_public;
	(void)zmq_send(
	    req, request.version, strlen(request.version), ZMQ_SNDMORE);
	(void)zmq_send(req, "7", 1, ZMQ_SNDMORE);
	(void)zmq_send(
	    req, request.domain, strlen(request.domain), ZMQ_SNDMORE);
	(void)zmq_send(req, "192.0.2.1", 9, ZMQ_SNDMORE);
	(void)zmq_send(req, "", 0, ZMQ_SNDMORE);
	(void)zmq_send(
	    req, request.mechanism, strlen(request.mechanism), ZMQ_SNDMORE);
	(void)zmq_send(
	    req, request.key, request.key_len, request.extra ? ZMQ_SNDMORE : 0);
	if (request.extra)
		(void)zmq_send(req, "more", 4, 0);

	assert_true(dial_wait(req));
	assert_int_equal(zmq_recv(req, rest, sizeof(rest), 0), 3);
	assert_memory_equal(rest, "1.0", 3);
	assert_int_equal(zmq_recv(req, rest, sizeof(rest), 0), 1);
	assert_memory_equal(rest, "7", 1);
	assert_int_equal(zmq_recv(req, status, 3, 0), 3);
	for (parts = 0; parts < 3; parts++)
		assert_true(zmq_recv(req, rest, sizeof(rest), 0) >= 0);
	(void)zsys_close(req, NULL, 0);
	return atoi(status);
}

static void
malformed_requests_are_refused(void **state)
{
	struct fixture *f = *state;
	char large[300] = "";
	struct zap_stranger stranger;
	struct request bad;

	assert_int_equal(zap_set(f->zap, &f->rule, 1), ERR_NONE);
	assert_int_equal(ask(good, &f->key), 200);
	bad = good;
	bad.version = "2.0";
	assert_int_equal(ask(bad, &f->key), 400);
	bad = good;
	bad.domain = "";
	assert_int_equal(ask(bad, &f->key), 400);
	bad.domain = "erfa-router2";
	assert_int_equal(ask(bad, &f->key), 400);
	bad = good;
	bad.mechanism = "NULL";
	assert_int_equal(ask(bad, &f->key), 400);
	bad = good;
	bad.key_len = KEY_LEN - 1;
	assert_int_equal(ask(bad, &f->key), 400);
	bad.key = large;
	bad.key_len = sizeof(large);
	assert_int_equal(ask(bad, &f->key), 400);
	bad = good;
	bad.extra = true;
	assert_int_equal(ask(bad, &f->key), 400);
	assert_int_equal(ask(good, &f->key), 200);
	assert_int_equal(zap_next_stranger(f->zap, &stranger), ERR_NOENT);
}

static void
a_stranger_who_knocks_again_waits_once(void **state)
{
	struct fixture *f = *state;
	struct zap_stranger stranger;

	assert_int_equal(ask(good, &f->key), 400);
	assert_int_equal(ask(good, &f->server), 400);
	assert_int_equal(ask(good, &f->key), 400);
	assert_int_equal(zap_next_stranger(f->zap, &stranger), ERR_NONE);
	assert_memory_equal(stranger.curve, f->key.curve_public, KEY_LEN);
	assert_string_equal(stranger.address, "192.0.2.1");
	assert_true(readable(zap_fd(f->zap)));
	assert_int_equal(zap_next_stranger(f->zap, &stranger), ERR_NONE);
	assert_memory_equal(stranger.curve, f->server.curve_public, KEY_LEN);
	assert_int_equal(zap_next_stranger(f->zap, &stranger), ERR_NOENT);
	assert_int_equal(zap_lost_strangers(f->zap), 0);
}

static void
strangers_beyond_the_queue_are_only_counted(void **state)
{
	struct fixture *f = *state;
	struct zap_stranger stranger;
	struct crypto_key key;
	unsigned i;

	for (i = 0; i < ZAP_STRANGERS_MAX + 3; i++) {
		dial_key(100 + i, &key);
		assert_int_equal(ask(good, &key), 400);
	}
	assert_int_equal(zap_lost_strangers(f->zap), 3);
	for (i = 0; i < ZAP_STRANGERS_MAX; i++)
		assert_int_equal(
		    zap_next_stranger(f->zap, &stranger), ERR_NONE);
	assert_int_equal(zap_next_stranger(f->zap, &stranger), ERR_NOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stranger_is_refused_and_told_of),
		TEST(a_key_with_a_rule_gets_in_under_its_user_id),
		TEST(a_key_whose_rule_is_gone_gets_in_no_more),
		TEST(a_join_key_is_refused_by_the_feed),
		TEST(nobody_gets_in_when_the_handler_is_dead),
		TEST(a_second_handler_is_refused),
		TEST(two_thousand_rules_are_set_at_once),
		TEST(a_table_with_a_mistake_changes_nothing),
		TEST(malformed_requests_are_refused),
		TEST(a_stranger_who_knocks_again_waits_once),
		TEST(strangers_beyond_the_queue_are_only_counted),
	};
	int failed;

	if (crypto_init() != ERR_NONE || sock_global_init() != ERR_NONE)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	sock_global_end();
	return failed;
}
