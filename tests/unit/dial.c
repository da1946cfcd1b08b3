#include "tests/unit/dial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include <cmocka.h>

#include "proto/bytes.h"

#define PATIENCE_MS 10000

void
dial_key(unsigned number, struct crypto_key *ret_key)
{
	uint8_t seed[SEED_LEN] = { 'd', 'i', 'a', 'l' };

	bytes_put_le32(seed + 4, number);
	crypto_key_from_seed(seed, ret_key);
}

void
dial_rule(
    const struct crypto_key *key, const char *prefix, struct zap_rule *ret_rule)
{
	char hex[2 * KEY_LEN + 1];

	bytes_hex(key->curve_public, KEY_LEN, hex);
	*ret_rule = (struct zap_rule){ .router = true, .pub = true };
	memcpy(ret_rule->curve, key->curve_public, KEY_LEN);
	(void)snprintf(
	    ret_rule->user_id, sizeof(ret_rule->user_id), "%s%s", prefix, hex);
}

struct sock *
dial(enum sock_kind kind, const char *where, const struct crypto_key *key,
    const struct crypto_key *server)
{
	const struct sock_timing timing = { 100, 100 };
	struct sock *sock = NULL;

	assert_int_equal(
	    sock_connect(kind, where, key->curve_public, key->curve_secret,
		server->curve_public, &timing, &sock),
	    ERR_NONE);
	return sock;
}

bool
dial_wait(void *socket)
{
	zmq_pollitem_t item = { .socket = socket, .events = ZMQ_POLLIN };
	const char *slow = getenv("SLOW");
	long patience = PATIENCE_MS;

	if (slow != NULL && strtol(slow, NULL, 10) > 1)
		patience *= strtol(slow, NULL, 10);
	return zmq_poll(&item, 1, patience) == 1;
}

struct sock_event
dial_event(struct sock *sock)
{
	struct sock_event event = { .kind = SOCK_EV_RETRY };
	enum err err;

	do {
		assert_true(dial_wait(sock_monitor_handle(sock)));
		err = sock_monitor_next(sock, &event);
		assert_true(err == ERR_NONE || err == ERR_NOENT);
	} while (err == ERR_NOENT || event.kind == SOCK_EV_RETRY);
	return event;
}

void
dial_message(struct sock *sock, struct sock_msg *ret_msg)
{
	enum err err;

	do {
		assert_true(dial_wait(sock_handle(sock)));
		err = sock_recv(sock, ret_msg);
	} while (err == ERR_NOENT);
	assert_int_equal(err, ERR_NONE);
}

enum err
dial_say(struct sock *sock, const struct sock_msg *route, const char *text)
{
	char *buf = strdup(text);

	assert_non_null(buf);
	return sock_send(sock, route != NULL ? route->route : NULL,
	    route != NULL ? route->route_len : 0, (uint8_t *)buf, strlen(text));
}
