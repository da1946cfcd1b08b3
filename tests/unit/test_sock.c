#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <czmq.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "daemon/sock.h"
#include "daemon/zap.h"
#include "tests/unit/dial.h"
#include "tests/unit/scratch.h"

#define ANY_LOCAL "127.0.0.1:0"

struct fixture {
	struct zap *zap;
	struct sock *router;
	struct sock *pub;
	struct sock *client;
	struct sock *control;
	void *raw; /* a ZeroMQ socket that breaks rules */
	struct crypto_key server;
	struct crypto_key key;
	char *dir;
	char *path;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct zap_rule rule;

	if (f == NULL)
		return -1;
	*state = f;
	dial_key(1, &f->server);
	dial_key(2, &f->key);
	dial_rule(&f->key, "", &rule);
	if ((f->dir = scratch_make()) == NULL ||
	    (f->path = scratch_path(f->dir, "control")) == NULL ||
	    zap_start(&f->zap) != ERR_NONE ||
	    zap_set(f->zap, &rule, 1) != ERR_NONE ||
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

	if (f->raw != NULL)
		(void)zsys_close(f->raw, NULL, 0);
	sock_close(f->client);
	sock_close(f->control);
	sock_close(f->router);
	sock_close(f->pub);
	zap_stop(f->zap);
	free(f->path);
	scratch_remove(f->dir);
	free(f);
	return 0;
}

/* Connect a client to the router or the feed, and wait until it is up. */
static void
connect_up(struct fixture *f, enum sock_kind kind)
{
	struct sock *server = kind == SOCK_SUB ? f->pub : f->router;

	f->client = dial(kind, sock_endpoint(server), &f->key, &f->server);
	assert_int_equal(dial_event(f->client).kind, SOCK_EV_UP);
}

/* A client of the router made by hand, so that it can do what ours cannot. */
static void
connect_raw(struct fixture *f)
{
	char address[SOCK_ENDPOINT_SIZE + 8];

	f->raw = zsys_socket(ZMQ_DEALER, NULL, 0);
	assert_non_null(f->raw);
	(void)snprintf(
	    address, sizeof(address), "tcp://%s", sock_endpoint(f->router));
	zmq_setsockopt(
	    f->raw, ZMQ_CURVE_PUBLICKEY, f->key.curve_public, KEY_LEN);
	zmq_setsockopt(
	    f->raw, ZMQ_CURVE_SECRETKEY, f->key.curve_secret, KEY_LEN);
	zmq_setsockopt(
	    f->raw, ZMQ_CURVE_SERVERKEY, f->server.curve_public, KEY_LEN);
	assert_int_equal(zmq_connect(f->raw, address), 0);
}

static void
assert_body(const struct sock_msg *msg, const char *text)
{
	assert_int_equal(msg->len, strlen(text));
	assert_memory_equal(msg->data, text, msg->len);
}

static uint8_t *
zeros(size_t len)
{
	uint8_t *buf = calloc(1, len);

	assert_non_null(buf);
	return buf;
}

static void
a_message_comes_with_its_sender_and_can_be_answered(void **state)
{
	struct fixture *f = *state;
	struct zap_rule rule;
	struct sock_msg msg;
	struct sock_msg back;

	dial_rule(&f->key, "", &rule);
	connect_up(f, SOCK_DEALER);
	assert_int_equal(dial_say(f->client, NULL, "ping"), ERR_NONE);
	dial_message(f->router, &msg);
	assert_body(&msg, "ping");
	assert_string_equal(msg.user_id, rule.user_id);
	assert_string_equal(msg.address, "127.0.0.1");
	assert_true(msg.fd >= 0);
	assert_false(msg.extra_frames);
	assert_false(msg.has_caller);
	assert_int_equal(dial_say(f->router, &msg, "pong"), ERR_NONE);
	dial_message(f->client, &back);
	assert_body(&back, "pong");
	assert_string_equal(back.user_id, "");
	sock_msg_clear(&back);
	sock_msg_clear(&msg);
	sock_msg_clear(&msg);
	assert_int_equal(sock_recv(f->router, &msg), ERR_NOENT);
}

static void
a_second_body_frame_is_thrown_away_and_told(void **state)
{
	struct fixture *f = *state;
	struct sock_msg msg;

	connect_raw(f);
	assert_int_equal(zmq_send(f->raw, "a", 1, ZMQ_SNDMORE), 1);
	assert_int_equal(zmq_send(f->raw, "b", 1, ZMQ_SNDMORE), 1);
	assert_int_equal(zmq_send(f->raw, "c", 1, 0), 1);
	assert_int_equal(zmq_send(f->raw, "d", 1, 0), 1);
	dial_message(f->router, &msg);
	assert_true(msg.extra_frames);
	sock_msg_clear(&msg);
	dial_message(f->router, &msg);
	assert_false(msg.extra_frames);
	assert_body(&msg, "d");
	sock_msg_clear(&msg);
}

static void
a_message_over_the_limit_cuts_its_sender_off(void **state)
{
	struct fixture *f = *state;
	struct sock_msg msg;

	connect_up(f, SOCK_DEALER);
	assert_int_equal(
	    sock_send(f->client, NULL, 0, zeros(SOCK_BODY_MAX), SOCK_BODY_MAX),
	    ERR_NONE);
	dial_message(f->router, &msg);
	assert_int_equal(msg.len, SOCK_BODY_MAX);
	sock_msg_clear(&msg);

	assert_int_equal(sock_send(f->client, NULL, 0, zeros(SOCK_BODY_MAX + 1),
			     SOCK_BODY_MAX + 1),
	    ERR_NONE);
	assert_int_equal(dial_event(f->client).kind, SOCK_EV_DOWN);
	assert_int_equal(sock_recv(f->router, &msg), ERR_NOENT);
}

/* Wait, at most 10 s, until no message can be sent to the peer any more. */
static enum err
await_gone(struct sock *router, const struct sock_msg *peer)
{
	zmq_pollitem_t item = { .socket = sock_handle(router),
		.events = ZMQ_POLLIN };
	enum err err = ERR_NONE;
	int tries;

	for (tries = 0; tries < 10000 && err != ERR_NOENT; tries++) {
		(void)zmq_poll(&item, 1, 1);
		err = dial_say(router, peer, "late");
	}
	return err;
}

static void
a_connection_that_is_cut_is_gone_for_both(void **state)
{
	struct fixture *f = *state;
	struct sock_event event;
	struct sock_msg msg;

	connect_up(f, SOCK_DEALER);
	assert_int_equal(dial_say(f->client, NULL, "ping"), ERR_NONE);
	dial_message(f->router, &msg);
	assert_non_null(sock_monitor_handle(f->router));
	sock_cut(msg.fd);
	assert_int_equal(dial_event(f->client).kind, SOCK_EV_DOWN);
	event = dial_event(f->router);
	assert_int_equal(event.kind, SOCK_EV_DOWN);
	assert_int_equal(event.fd, msg.fd);
	assert_int_equal(await_gone(f->router, &msg), ERR_NOENT);
	sock_msg_clear(&msg);
	sock_cut(-1);
}

static void
what_cannot_be_sent_is_said_at_once(void **state)
{
	struct fixture *f = *state;
	struct sock_msg nobody = { .route = { 0, 1, 2, 3, 4 }, .route_len = 5 };

	assert_int_equal(dial_say(f->router, &nobody, "x"), ERR_NOENT);
	f->client = dial(SOCK_DEALER, "127.0.0.1:1", &f->key, &f->server);
	assert_int_equal(dial_say(f->client, NULL, "x"), ERR_BUSY);
}

static void
a_peer_who_does_not_read_makes_the_queue_busy(void **state)
{
	struct fixture *f = *state;
	struct sock_msg msg;
	enum err err = ERR_NONE;
	int sent;

	connect_up(f, SOCK_DEALER);
	assert_int_equal(dial_say(f->client, NULL, "ping"), ERR_NONE);
	dial_message(f->router, &msg);
	for (sent = 0; sent < 10000 && err == ERR_NONE; sent++) {
		err = sock_send(f->router, msg.route, msg.route_len,
		    zeros(SOCK_BODY_MAX), SOCK_BODY_MAX);
	}
	assert_int_equal(err, ERR_BUSY);
	assert_true(sent > 64);
	sock_msg_clear(&msg);
}

static void
subscribers_get_topic_and_message(void **state)
{
	struct fixture *f = *state;
	char topic[TOPIC_MAX + 2];
	enum err err = ERR_NOENT;
	struct sock_msg msg;
	int tries;

	/* The subscription may arrive after the connection is up. */
	connect_up(f, SOCK_SUB);
	for (tries = 0; tries < 1000 && err == ERR_NOENT; tries++) {
		assert_int_equal(sock_publish(f->pub, "dk-791/trial/elder/",
				     (uint8_t *)strdup("note"), 4),
		    ERR_NONE);
		(void)zmq_poll(
		    &(zmq_pollitem_t){ .socket = sock_handle(f->client),
			.events = ZMQ_POLLIN },
		    1, 10);
		err = sock_recv(f->client, &msg);
	}
	assert_int_equal(err, ERR_NONE);
	assert_string_equal(msg.topic, "dk-791/trial/elder/");
	assert_body(&msg, "note");
	sock_msg_clear(&msg);

	memset(topic, 'x', sizeof(topic));
	topic[TOPIC_MAX + 1] = '\0';
	assert_int_equal(
	    sock_publish(f->pub, topic, (uint8_t *)strdup("note"), 4),
	    ERR_SIZE);
}

/* Send from a feed that breaks rules until something arrives. */
static void
receive_bad(struct fixture *f, const char *topic, size_t len, bool body,
    struct sock_msg *ret_msg)
{
	enum err err = ERR_NOENT;
	int tries;

	for (tries = 0; tries < 1000 && err == ERR_NOENT; tries++) {
		(void)zmq_send(f->raw, topic, len, body ? ZMQ_SNDMORE : 0);
		if (body)
			(void)zmq_send(f->raw, "note", 4, 0);
		(void)zmq_poll(
		    &(zmq_pollitem_t){ .socket = sock_handle(f->client),
			.events = ZMQ_POLLIN },
		    1, 10);
		err = sock_recv(f->client, ret_msg);
	}
	assert_int_equal(err, ERR_NONE);
}

static void
bad_topics_of_a_feed_are_told(void **state)
{
	struct fixture *f = *state;
	char address[SOCK_ENDPOINT_SIZE];
	char topic[TOPIC_MAX + 1];
	size_t len = sizeof(address);
	struct sock_msg msg;
	int one = 1;

	/* Our handler answers for every listening socket of this process. */
	memset(topic, 'x', sizeof(topic));
	f->raw = zsys_socket(ZMQ_PUB, NULL, 0);
	assert_non_null(f->raw);
	zmq_setsockopt(f->raw, ZMQ_CURVE_SERVER, &one, sizeof(one));
	zmq_setsockopt(
	    f->raw, ZMQ_CURVE_SECRETKEY, f->server.curve_secret, KEY_LEN);
	zmq_setsockopt(
	    f->raw, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN_PUB, strlen(ZAP_DOMAIN_PUB));
	assert_int_equal(zmq_bind(f->raw, "tcp://127.0.0.1:*"), 0);
	assert_int_equal(
	    zmq_getsockopt(f->raw, ZMQ_LAST_ENDPOINT, address, &len), 0);
	f->client = dial(SOCK_SUB, address + 6, &f->key, &f->server);

	receive_bad(f, topic, TOPIC_MAX, true, &msg);
	assert_false(msg.extra_frames);
	sock_msg_clear(&msg);
	receive_bad(f, topic, TOPIC_MAX + 1, true, &msg);
	assert_true(msg.extra_frames);
	sock_msg_clear(&msg);
	receive_bad(f, "a\0b", 3, true, &msg);
	assert_true(msg.extra_frames);
	sock_msg_clear(&msg);
	receive_bad(f, topic, 3, false, &msg);
	assert_true(msg.extra_frames);
	assert_null(msg.data);
	sock_msg_clear(&msg);
}

static void
a_wrong_server_key_breaks_the_handshake_off(void **state)
{
	struct fixture *f = *state;

	f->client = dial(
	    SOCK_DEALER, sock_endpoint(f->router), &f->key, &f->key);
	assert_int_equal(dial_event(f->client).kind, SOCK_EV_NO_DETAIL);
	assert_int_equal(dial_event(f->client).kind, SOCK_EV_NO_DETAIL);
}

static void
a_server_that_does_not_answer_is_tried_again(void **state)
{
	struct fixture *f = *state;
	struct sock_event event;

	f->client = dial(SOCK_DEALER, "127.0.0.1:1", &f->key, &f->server);
	assert_true(dial_wait(sock_monitor_handle(f->client)));
	assert_int_equal(sock_monitor_next(f->client, &event), ERR_NONE);
	assert_int_equal(event.kind, SOCK_EV_RETRY);
}

static void
a_server_that_comes_back_is_found_again(void **state)
{
	struct fixture *f = *state;
	char where[SOCK_ENDPOINT_SIZE];

	connect_up(f, SOCK_DEALER);
	memcpy(where, sock_endpoint(f->router), sizeof(where));
	sock_close(f->router);
	f->router = NULL;
	assert_int_equal(dial_event(f->client).kind, SOCK_EV_DOWN);
	assert_int_equal(
	    sock_listen(SOCK_ROUTER, where, &f->server, &f->router), ERR_NONE);
	assert_string_equal(sock_endpoint(f->router), where);
	assert_int_equal(dial_event(f->client).kind, SOCK_EV_UP);
}

static void
an_address_is_shown_as_people_write_it(void **state)
{
	struct fixture *f = *state;
	struct sock *sock = NULL;

	assert_int_equal(
	    strncmp(sock_endpoint(f->router), "127.0.0.1:", 10), 0);
	if (sock_listen(SOCK_ROUTER, "[::1]:0", &f->server, &sock) !=
	    ERR_NONE) {
		print_message("this machine has no IPv6\n");
		skip();
	}
	assert_int_equal(strncmp(sock_endpoint(sock), "[::1]:", 6), 0);
	sock_close(sock);
}

static void
bad_addresses_are_refused(void **state)
{
	static const char *const bad[] = { "", "host", ":1",
		"host:", "tcp://127.0.0.1:1", "ipc:///tmp/x:1",
		"127.0.0.1:65536", "127.0.0.1:12x", "127.0.0.1:-1" };
	const struct sock_timing timing = { 0, 60000 };
	struct fixture *f = *state;
	char large[400];
	struct sock *sock = NULL;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
		    sock_listen(SOCK_ROUTER, bad[i], &f->server, &sock),
		    ERR_SYNTAX);
	memset(large, 'h', sizeof(large));
	memcpy(large + sizeof(large) - 3, ":1", 3);
	assert_int_equal(
	    sock_listen(SOCK_ROUTER, large, &f->server, &sock), ERR_SIZE);
	assert_int_equal(
	    sock_connect(SOCK_DEALER, large, f->key.curve_public,
		f->key.curve_secret, f->server.curve_public, &timing, &sock),
	    ERR_SIZE);
	assert_int_equal(
	    sock_connect(SOCK_SUB, "host", f->key.curve_public,
		f->key.curve_secret, f->server.curve_public, &timing, &sock),
	    ERR_SYNTAX);
	assert_int_equal(
	    sock_connect(SOCK_PUB, ANY_LOCAL, f->key.curve_public,
		f->key.curve_secret, f->server.curve_public, &timing, &sock),
	    ERR_SYNTAX);
	assert_int_equal(
	    sock_listen(SOCK_DEALER, ANY_LOCAL, &f->server, &sock), ERR_SYNTAX);
	assert_null(sock);
}

static void
an_address_that_cannot_be_had_is_named(void **state)
{
	struct fixture *f = *state;
	struct sock *sock = NULL;

	assert_int_equal(
	    sock_listen(SOCK_PUB, sock_endpoint(f->router), &f->server, &sock),
	    ERR_BUSY);
	assert_int_equal(
	    sock_listen(SOCK_PUB, "192.0.2.1:0", &f->server, &sock), ERR_NOENT);
	assert_null(sock);
}

static void
no_descriptors_are_an_error_and_no_abort(void **state)
{
	struct fixture *f = *state;
	struct rlimit old;
	struct rlimit none;
	struct sock *sock = NULL;
	enum err err;
	int next;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	next = dup(0);
	assert_true(next >= 0);
	assert_int_equal(close(next), 0);
	none = (struct rlimit){ (rlim_t)next, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	err = sock_listen(SOCK_ROUTER, ANY_LOCAL, &f->server, &sock);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(err, ERR_LIMIT);
	assert_null(sock);
}

/* Connect a local caller to the control path. */
static void
call(struct fixture *f)
{
	char address[200];

	f->raw = zsys_socket(ZMQ_DEALER, NULL, 0);
	assert_non_null(f->raw);
	(void)snprintf(address, sizeof(address), "ipc://%s", f->path);
	assert_int_equal(zmq_connect(f->raw, address), 0);
}

static void
a_local_caller_is_known_by_its_user(void **state)
{
	struct fixture *f = *state;
	struct sock_msg msg;
	char buf[8];

	assert_int_equal(
	    sock_listen(SOCK_CONTROL, f->path, NULL, &f->control), ERR_NONE);
	assert_string_equal(sock_endpoint(f->control), f->path);
	call(f);
	assert_int_equal(zmq_send(f->raw, "status", 6, 0), 6);
	dial_message(f->control, &msg);
	assert_body(&msg, "status");
	assert_true(msg.has_caller);
	assert_int_equal(msg.uid, getuid());
	assert_int_equal(msg.gid, getgid());
	assert_int_equal(msg.pid, getpid());
	assert_int_equal(dial_say(f->control, &msg, "fine"), ERR_NONE);
	assert_true(dial_wait(f->raw));
	assert_int_equal(zmq_recv(f->raw, buf, sizeof(buf), 0), 4);
	sock_msg_clear(&msg);
}

static mode_t
mode_of(const char *path)
{
	struct stat info;

	assert_int_equal(stat(path, &info), 0);
	return info.st_mode & 0777;
}

static void
the_control_path_is_for_its_group_and_goes_with_the_socket(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    sock_listen(SOCK_CONTROL, f->path, NULL, &f->control), ERR_NONE);
	assert_int_equal(mode_of(f->path), 0660);
	assert_int_equal(sock_set_access(f->control, getgid(), 0600), ERR_NONE);
	assert_int_equal(mode_of(f->path), 0600);
	if (geteuid() != 0)
		assert_int_equal(
		    sock_set_access(f->control, 0, 0660), ERR_DENIED);
	sock_close(f->control);
	f->control = NULL;
	assert_int_equal(access(f->path, F_OK), -1);
	assert_int_equal(errno, ENOENT);
}

static void
a_socket_file_that_nobody_serves_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(strlen(f->path) < sizeof(address.sun_path));
	memcpy(address.sun_path, f->path, strlen(f->path));
	assert_int_equal(bind(fd, (const void *)&address, sizeof(address)), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(access(f->path, F_OK), 0);
	assert_int_equal(
	    sock_listen(SOCK_CONTROL, f->path, NULL, &f->control), ERR_NONE);
}

static void
a_path_that_is_taken_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct sock *second = NULL;
	struct sock_msg msg;
	char *file = scratch_path(f->dir, "file");
	char *deep = scratch_path(f->dir, "missing/control");
	char large[200];
	int fd;

	assert_int_equal(
	    sock_listen(SOCK_CONTROL, f->path, NULL, &f->control), ERR_NONE);
	assert_int_equal(
	    sock_listen(SOCK_CONTROL, f->path, NULL, &second), ERR_BUSY);
	call(f);
	assert_int_equal(zmq_send(f->raw, "status", 6, 0), 6);
	dial_message(f->control, &msg);
	sock_msg_clear(&msg);

	assert_non_null(file);
	assert_non_null(deep);
	fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(
	    sock_listen(SOCK_CONTROL, file, NULL, &second), ERR_EXIST);
	assert_int_equal(access(file, F_OK), 0);
	assert_int_equal(
	    sock_listen(SOCK_CONTROL, deep, NULL, &second), ERR_NOENT);
	memset(large, '/', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	assert_int_equal(
	    sock_listen(SOCK_CONTROL, large, NULL, &second), ERR_SIZE);
	assert_int_equal(
	    sock_listen(SOCK_CONTROL, "@erfa", NULL, &second), ERR_SYNTAX);
	free(file);
	free(deep);
}

static void
signals_are_left_to_the_program(void **state)
{
	const int signals[] = { SIGTERM, SIGINT };
	struct sigaction action;
	size_t i;

	/* A shell has what it starts in the background ignore SIGINT. */
	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(sigaction(signals[i], NULL, &action), 0);
		assert_true(action.sa_handler == SIG_DFL ||
		    action.sa_handler == SIG_IGN);
	}
}

static void
nothing_is_left_alone_when_there_is_nothing(void **state)
{
	struct sock_msg msg = { .len = 0 };

	(void)state;
	sock_msg_clear(&msg);
	sock_close(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_comes_with_its_sender_and_can_be_answered),
		TEST(a_second_body_frame_is_thrown_away_and_told),
		TEST(a_message_over_the_limit_cuts_its_sender_off),
		TEST(a_connection_that_is_cut_is_gone_for_both),
		TEST(what_cannot_be_sent_is_said_at_once),
		TEST(a_peer_who_does_not_read_makes_the_queue_busy),
		TEST(subscribers_get_topic_and_message),
		TEST(bad_topics_of_a_feed_are_told),
		TEST(a_wrong_server_key_breaks_the_handshake_off),
		TEST(a_server_that_does_not_answer_is_tried_again),
		TEST(a_server_that_comes_back_is_found_again),
		TEST(an_address_is_shown_as_people_write_it),
		TEST(bad_addresses_are_refused),
		TEST(an_address_that_cannot_be_had_is_named),
		TEST(no_descriptors_are_an_error_and_no_abort),
		TEST(a_local_caller_is_known_by_its_user),
		TEST(
		    the_control_path_is_for_its_group_and_goes_with_the_socket),
		TEST(a_socket_file_that_nobody_serves_is_replaced),
		TEST(a_path_that_is_taken_is_left_alone),
		TEST(signals_are_left_to_the_program),
		TEST(nothing_is_left_alone_when_there_is_nothing),
	};
	int failed;

	if (crypto_init() != ERR_NONE || sock_global_init() != ERR_NONE)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	sock_global_end();
	return failed;
}
