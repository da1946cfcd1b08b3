#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <czmq.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "daemon/selftest.h"
#include "daemon/sock.h"
#include "daemon/zap.h"
#include "tests/unit/dial.h"

static int
setup(void **state)
{
	struct zap *zap = NULL;

	if (zap_start(&zap) != ERR_NONE)
		return -1;
	*state = zap;
	return 0;
}

static int
teardown(void **state)
{
	zap_stop(*state);
	return 0;
}

static void
a_healthy_handler_passes_and_is_left_empty(void **state)
{
	struct zap *zap = *state;
	struct zap_stranger stranger;
	int64_t begin = zclock_mono();

	assert_int_equal(selftest_zap(zap), ERR_NONE);
	print_message("it took %d ms\n", (int)(zclock_mono() - begin));
	assert_int_equal(zap_next_stranger(zap, &stranger), ERR_NOENT);
	assert_int_equal(selftest_zap(zap), ERR_NONE);
}

static void
a_dead_handler_is_no_proof(void **state)
{
	struct zap *zap = *state;

	zap_kill(zap);
	assert_int_equal(selftest_zap(zap), ERR_IO);
}

/* A handler that lets everybody in. */
static void
welcome(zsock_t *pipe, void *arg)
{
	void *rep = zsys_socket(ZMQ_REP, NULL, 0);
	zmq_pollitem_t items[2] = {
		{ .socket = zsock_resolve(pipe), .events = ZMQ_POLLIN },
		{ .socket = rep, .events = ZMQ_POLLIN },
	};
	zmsg_t *request;
	bool bound = rep != NULL &&
	    zmq_bind(rep, "inproc://zeromq.zap.01") == 0;

	(void)arg;
	(void)zsock_signal(pipe, bound ? 0 : 1);
	while (zmq_poll(items, 2, -1) >= 0 && items[0].revents == 0) {
		request = zmsg_recv(rep);
		(void)zmq_send(rep, "1.0", 3, ZMQ_SNDMORE);
		(void)zmq_send(rep, "1", 1, ZMQ_SNDMORE);
		(void)zmq_send(rep, "200", 3, ZMQ_SNDMORE);
		(void)zmq_send(rep, "", 0, ZMQ_SNDMORE);
		(void)zmq_send(rep, "anybody", 7, ZMQ_SNDMORE);
		(void)zmq_send(rep, "", 0, 0);
		zmsg_destroy(&request);
	}
	if (rep != NULL)
		(void)zsys_close(rep, NULL, 0);
}

static void
a_handler_that_lets_strangers_in_is_found(void **state)
{
	struct zap *zap = *state;
	zactor_t *actor;

	zap_kill(zap);
	actor = zactor_new(welcome, NULL);
	assert_non_null(actor);
	assert_int_equal(selftest_zap(zap), ERR_DENIED);
	zactor_destroy(&actor);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_healthy_handler_passes_and_is_left_empty),
		TEST(a_dead_handler_is_no_proof),
		TEST(a_handler_that_lets_strangers_in_is_found),
	};
	int failed;

	if (crypto_init() != ERR_NONE || sock_global_init() != ERR_NONE)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	sock_global_end();
	return failed;
}
