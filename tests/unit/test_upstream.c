#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "daemon/sock.h"
#include "daemon/upstream.h"
#include "daemon/zap.h"
#include "tests/unit/dial.h"
#include "tests/unit/party.h"

#define ANY_LOCAL "127.0.0.1:0"

struct fixture {
	struct zap *zap;
	struct party hub;
	struct party leaf;
	struct sock *raw; /* a server that breaks rules */
	struct sock *pub;
	char where[SOCK_ENDPOINT_SIZE];
};

static void
admit(struct fixture *f, bool admitted)
{
	struct zap_rule rule;

	dial_rule(&f->leaf.key, "", &rule);
	assert_int_equal(zap_set(f->zap, &rule, admitted ? 1 : 0), ERR_NONE);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	*state = f;
	party_begin(&f->hub, 1);
	party_begin(&f->leaf, 2);
	if (zap_start(&f->zap) != ERR_NONE)
		return -1;
	admit(f, true);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	party_end(&f->leaf);
	party_end(&f->hub);
	sock_close(f->raw);
	sock_close(f->pub);
	zap_stop(f->zap);
	free(f);
	return 0;
}

/* Open the hub at any port, and keep where it is. */
static void
listen_anywhere(struct fixture *f)
{
	party_listen(&f->hub, ANY_LOCAL);
	(void)snprintf(
	    f->where, sizeof(f->where), "%s", hub_endpoint(f->hub.hub));
}

static void
serve_raw(struct fixture *f)
{
	assert_int_equal(
	    sock_listen(SOCK_ROUTER, ANY_LOCAL, &f->hub.key, &f->raw),
	    ERR_NONE);
	(void)snprintf(f->where, sizeof(f->where), "%s", sock_endpoint(f->raw));
}

static uint32_t
port_of(const struct sock *sock)
{
	return (uint32_t)strtoul(
	    strrchr(sock_endpoint(sock), ':') + 1, NULL, 10);
}

static bool
pump(struct fixture *f, bool (*until)(const void *arg))
{
	struct party *const parties[] = { &f->hub, &f->leaf, NULL };

	return party_pump(parties, until, f);
}

/* ---- what is waited for ---- */

static bool
is_fine(const void *arg)
{
	const struct fixture *f = arg;

	return link_state(f->leaf.link) == LINK_LIVE &&
	    upstream_trouble(f->leaf.upstream) == UPSTREAM_FINE;
}

static bool
is_refused(const void *arg)
{
	const struct fixture *f = arg;

	return upstream_trouble(f->leaf.upstream) == UPSTREAM_REFUSED;
}

static bool
is_wrong_key(const void *arg)
{
	const struct fixture *f = arg;

	return upstream_trouble(f->leaf.upstream) == UPSTREAM_WRONG_KEY;
}

static bool
is_silent(const void *arg)
{
	const struct fixture *f = arg;

	return upstream_trouble(f->leaf.upstream) == UPSTREAM_SILENT;
}

static bool
is_deaf(const void *arg)
{
	const struct fixture *f = arg;

	return upstream_trouble(f->leaf.upstream) == UPSTREAM_DEAF;
}

static bool
is_broken(const void *arg)
{
	const struct fixture *f = arg;

	return upstream_trouble(f->leaf.upstream) == UPSTREAM_BROKEN;
}

static bool
is_up(const void *arg)
{
	const struct fixture *f = arg;

	return upstream_connected(f->leaf.upstream);
}

static bool
is_down(const void *arg)
{
	return !is_up(arg);
}

static bool
complained(const void *arg)
{
	const struct fixture *f = arg;

	return f->leaf.complaint[0] != '\0';
}

/* Publish something that is no NOTE until the leaf has complained. */
static bool
heard_pub(const void *arg)
{
	const struct fixture *f = arg;
	char *text = strdup("no note");

	assert_non_null(text);
	assert_int_equal(
	    sock_publish(f->pub, "dk-791/trial/-/", (uint8_t *)text, 7),
	    ERR_NONE);
	return complained(arg);
}

/* The next frame that a server without rules gets is answered so. */
static void
answer_raw(struct fixture *f, const void *data, size_t len, bool twice)
{
	void *handle = sock_handle(f->raw);
	struct sock_msg msg;

	memset(&msg, 0, sizeof(msg));
	dial_message(f->raw, &msg);
	assert_int_equal(
	    zmq_send(handle, msg.route, msg.route_len, ZMQ_SNDMORE),
	    (int)msg.route_len);
	if (twice)
		assert_int_equal(zmq_send(handle, "a", 1, ZMQ_SNDMORE), 1);
	assert_int_equal(zmq_send(handle, data, len, 0), (int)len);
	sock_msg_clear(&msg);
}

/* ---- tests ---- */

static void
two_nodes_greet_each_other(void **state)
{
	struct fixture *f = *state;

	listen_anywhere(f);
	party_dial(&f->leaf, f->where, &f->hub.key, 0);
	assert_true(pump(f, is_fine));
	assert_int_equal(f->hub.greeted, 1);
	assert_int_equal(f->leaf.greeted, 1);
	assert_true(upstream_connected(f->leaf.upstream));
	assert_false(upstream_has_sub(f->leaf.upstream));
	assert_ptr_equal(upstream_link(f->leaf.upstream), f->leaf.link);
	assert_string_equal(
	    upstream_options(f->leaf.upstream)->address, f->where);
}

static void
who_is_refused_comes_in_once_allowed(void **state)
{
	struct fixture *f = *state;

	admit(f, false);
	listen_anywhere(f);
	party_dial(&f->leaf, f->where, &f->hub.key, 0);
	assert_true(pump(f, is_refused));
	assert_int_equal(f->hub.arrived, 0);
	admit(f, true);
	assert_true(pump(f, is_fine));
}

static void
another_key_is_told_after_three_tries(void **state)
{
	struct fixture *f = *state;
	struct crypto_key other;

	dial_key(9, &other);
	listen_anywhere(f);
	party_dial(&f->leaf, f->where, &other, 0);
	assert_true(pump(f, is_wrong_key));
	assert_int_equal(f->hub.arrived, 0);
	assert_int_equal(f->leaf.greeted, 0);
}

static void
where_nobody_listens_is_told(void **state)
{
	struct fixture *f = *state;

	listen_anywhere(f);
	party_end(&f->hub);
	party_begin(&f->hub, 1);
	party_dial(&f->leaf, f->where, &f->hub.key, 0);
	assert_true(pump(f, is_silent));

	/* It is found as soon as it is there. */
	party_listen(&f->hub, f->where);
	assert_true(pump(f, is_fine));
}

static void
a_restart_of_the_other_side_is_survived(void **state)
{
	struct fixture *f = *state;

	listen_anywhere(f);
	party_dial(&f->leaf, f->where, &f->hub.key, 0);
	assert_true(pump(f, is_fine));
	party_end(&f->hub);
	party_begin(&f->hub, 1);
	assert_true(pump(f, is_down));
	assert_int_equal(link_state(f->leaf.link), LINK_DOWN);
	party_listen(&f->hub, f->where);
	assert_true(pump(f, is_fine));
	assert_int_equal(f->leaf.greeted, 2);
}

/* Are its sockets closed: does it wait for its turn? */
static bool
is_away(const void *arg)
{
	const struct fixture *f = arg;

	return f->leaf.nwatched == 0;
}

/* Are both its sockets there again? */
static bool
has_both(const void *arg)
{
	const struct fixture *f = arg;

	return f->leaf.nwatched == 4;
}

static void
who_was_away_long_is_dialled_when_it_is_ones_turn(void **state)
{
	struct fixture *f = *state;
	int i;

	f->leaf.crowd = 1;
	listen_anywhere(f);
	party_dial(&f->leaf, f->where, &f->hub.key, 1);
	assert_true(pump(f, is_fine));
	assert_int_equal(f->leaf.nwatched, 4);
	for (i = 0; i < 3; i++) {
		party_end(&f->hub);
		party_begin(&f->hub, 1);
		assert_true(pump(f, is_away));
		assert_int_equal(
		    upstream_trouble(f->leaf.upstream), UPSTREAM_SILENT);
		assert_int_equal(link_state(f->leaf.link), LINK_DOWN);
		party_listen(&f->hub, f->where);
		assert_true(pump(f, is_fine));

		/* The SUB, which is spoken of in HELLO, comes after. */
		assert_true(upstream_has_sub(f->leaf.upstream));
		assert_true(pump(f, has_both));
	}
	assert_int_equal(f->leaf.greeted, 4);
}

/* ---- turns ---- */

#define CROWD  1056
#define MOST   60000
#define SECOND 1000

/*
 * When a node of a crowd comes back to a hub that it lost at 0 and that is there
 * again at ${back}: libzmq gives up ${gone} after the loss.
 */
static int64_t
back_at(const struct upstream_crowd *whom, int64_t gone, int64_t back,
    int64_t *ret_round)
{
	struct upstream_crowd crowd = *whom;
	int64_t now = gone;
	unsigned vain;

	for (vain = 0;; vain++) {
		crowd.wall_ms = whom->wall_ms + (uint64_t)now;
		now += upstream_turn(&crowd, MOST, vain, ret_round);
		if (now >= back)
			return now;
	}
}

/* Most connections in any second to a hub that was away until ${back}. */
static unsigned
most_in_a_second(size_t count, int64_t back)
{
	struct upstream_crowd crowd = { .count = count };
	unsigned seconds[200] = { 0 };
	unsigned most = 0;
	int64_t round;
	int64_t at;
	size_t i;

	for (i = 0; i < count; i++) {
		crowd.place = i;
		crowd.wall_ms = 1700000012345;
		at = back_at(
		    &crowd, 5000 + (int64_t)(i * 7919 % 10000), back, &round);
		assert_in_range(at - back, 0, MOST - MOST / 16);
		seconds[(at - back) / SECOND]++;
		seconds[(at + round - back) / SECOND]++; /* the SUB */
	}
	for (i = 0; i < 200; i++)
		if (most < seconds[i])
			most = seconds[i];
	return most;
}

static void
turns_come_at_equal_distances(void **state)
{
	static const size_t counts[] = { 1, 3, 30, 100, 300, 700, CROWD };
	int64_t back;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		for (back = 15000; back < 200000; back += 3700)
			assert_in_range(
			    most_in_a_second(counts[i], back), 1, 40);

	/* A whole country's come one after the other, the SUBs after them. */
	assert_in_range(most_in_a_second(CROWD, 45000), 1, 20);
}

static void
a_turn_in_vain_leaves_out_rounds(void **state)
{
	const struct upstream_crowd few = { .count = 3, .place = 1 };
	const struct upstream_crowd none = { .wall_ms = 5 };
	int64_t round;
	int64_t wait;
	int64_t last = 0;
	unsigned vain;

	(void)state;
	for (vain = 0; vain < 40; vain++) {
		wait = upstream_turn(&few, MOST, vain, &round);
		assert_in_range(
		    round, 3 * UPSTREAM_SPREAD_MS, 6 * UPSTREAM_SPREAD_MS);
		assert_int_equal(wait % round, round / 3);
		assert_true(wait > last || wait > MOST / 3);
		assert_in_range(wait, 1, MOST);
		last = wait;
	}

	/* Nobody, and no time, are borne. */
	assert_in_range(upstream_turn(&none, MOST, 0, &round), 1, round);
	assert_in_range(upstream_turn(&none, 0, 9, &round), 1, 1);
	assert_int_equal(round, 1);
}

static void
hello_without_an_answer_is_told(void **state)
{
	struct fixture *f = *state;

	serve_raw(f);
	party_dial(&f->leaf, f->where, &f->hub.key, 0);
	assert_true(pump(f, is_up));
	f->leaf.later = f->leaf.timers.hello_ms + 1;
	assert_true(pump(f, is_deaf));
}

static void
a_second_frame_ends_the_connection(void **state)
{
	struct fixture *f = *state;

	serve_raw(f);
	party_dial(&f->leaf, f->where, &f->hub.key, 0);
	assert_true(pump(f, is_up));
	answer_raw(f, "b", 1, true);
	assert_true(pump(f, is_broken));
	assert_int_equal(link_state(f->leaf.link), LINK_DOWN);
	assert_true(pump(f, is_up)); /* and it is dialled again */
}

static void
a_message_that_is_too_long_does_not_make_it_deaf(void **state)
{
	static const uint8_t zeros[2 * MSG_MAX];
	struct fixture *f = *state;

	serve_raw(f);
	party_dial(&f->leaf, f->where, &f->hub.key, 0);
	assert_true(pump(f, is_up));
	answer_raw(f, zeros, sizeof(zeros), false);
	assert_true(pump(f, is_down));
	f->leaf.later = 2001;
	assert_true(pump(f, is_up));
}

static void
what_pub_sends_is_heard_at_the_port_that_it_has_now(void **state)
{
	struct fixture *f = *state;
	uint32_t port;

	listen_anywhere(f);
	assert_int_equal(
	    sock_listen(SOCK_PUB, ANY_LOCAL, &f->hub.key, &f->pub), ERR_NONE);
	port = port_of(f->pub);
	party_dial(&f->leaf, f->where, &f->hub.key, port);
	assert_true(upstream_has_sub(f->leaf.upstream));
	assert_true(pump(f, is_fine));
	assert_true(pump(f, heard_pub));

	/* The same port again changes nothing, another does. */
	assert_false(
	    upstream_set_pub(f->leaf.upstream, port, party_now(&f->leaf)));
	sock_close(f->pub);
	assert_int_equal(
	    sock_listen(SOCK_PUB, ANY_LOCAL, &f->hub.key, &f->pub), ERR_NONE);
	if (port_of(f->pub) == port)
		skip();
	assert_true(upstream_set_pub(
	    f->leaf.upstream, port_of(f->pub), party_now(&f->leaf)));
	f->leaf.complaint[0] = '\0';
	assert_true(pump(f, heard_pub));

	/* None, and one that cannot be. */
	assert_true(upstream_set_pub(f->leaf.upstream, 0, party_now(&f->leaf)));
	assert_false(upstream_has_sub(f->leaf.upstream));
	assert_false(
	    upstream_set_pub(f->leaf.upstream, 65536, party_now(&f->leaf)));
}

static void
what_pub_sends_counts_in_a_session_only(void **state)
{
	struct fixture *f = *state;
	struct sock_msg msg;
	int i;

	serve_raw(f);
	assert_int_equal(
	    sock_listen(SOCK_PUB, ANY_LOCAL, &f->hub.key, &f->pub), ERR_NONE);
	party_dial(&f->leaf, f->where, &f->hub.key, port_of(f->pub));
	assert_true(pump(f, is_up));
	memset(&msg, 0, sizeof(msg));
	dial_message(f->raw, &msg); /* its HELLO stays without an answer */
	sock_msg_clear(&msg);
	for (i = 0; i < 20; i++) {
		(void)heard_pub(f);
		assert_true(pump(f, is_up));
	}
	assert_false(complained(f));
}

static void
an_address_that_is_none_is_told(void **state)
{
	struct upstream_options options = { .address = "nowhere" };
	struct upstream *upstream = NULL;
	struct fixture *f = *state;

	party_dial(&f->leaf, "127.0.0.1:1", &f->hub.key, 0);
	assert_int_not_equal(upstream_open(&options, f->leaf.link, NULL, NULL,
				 party_now(&f->leaf), &upstream),
	    ERR_NONE);
	assert_null(upstream);
	upstream_close(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_nodes_greet_each_other),
		TEST(who_is_refused_comes_in_once_allowed),
		TEST(another_key_is_told_after_three_tries),
		TEST(where_nobody_listens_is_told),
		TEST(a_restart_of_the_other_side_is_survived),
		TEST(who_was_away_long_is_dialled_when_it_is_ones_turn),
		cmocka_unit_test(turns_come_at_equal_distances),
		cmocka_unit_test(a_turn_in_vain_leaves_out_rounds),
		TEST(hello_without_an_answer_is_told),
		TEST(a_second_frame_ends_the_connection),
		TEST(a_message_that_is_too_long_does_not_make_it_deaf),
		TEST(what_pub_sends_is_heard_at_the_port_that_it_has_now),
		TEST(what_pub_sends_counts_in_a_session_only),
		TEST(an_address_that_is_none_is_told),
	};
	int failed;

	if (crypto_init() != ERR_NONE || sock_global_init() != ERR_NONE)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	sock_global_end();
	return failed;
}
