#include "daemon/selftest.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "daemon/sock.h"
#include "daemon/zap.h"

/* A decision is due within this time; it takes some 5 ms. */
#define DECISION_MS 2000

/* What became of one attempt to connect. */
enum outcome {
	OUTCOME_NONE, /* no decision in time */
	OUTCOME_REFUSED,
	OUTCOME_UP,      /* the handshake was done */
	OUTCOME_MESSAGE, /* and a message came through under the User-Id */
	OUTCOME_FALSE,   /* and a message came through under another */
};

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
new_key(struct crypto_key *ret_key)
{
	uint8_t seed[SEED_LEN];

	crypto_random(seed, sizeof(seed));
	crypto_key_from_seed(seed, ret_key);
	crypto_wipe(seed, sizeof(seed));
}

/* Send one byte, which arrives only if the server let us in. */
static enum err
say_something(struct sock *dealer)
{
	uint8_t *buf = calloc(1, 1);

	if (buf == NULL)
		return ERR_NOMEM;
	return sock_send(dealer, NULL, 0, buf, 1);
}

/* Look at what came to either end, and say whether that decides. */
static enum err
look(struct sock *router, struct sock *dealer, const char *user_id,
    enum outcome *outcome)
{
	struct sock_event event;
	struct sock_msg msg;
	enum err err;

	while ((err = sock_monitor_next(dealer, &event)) == ERR_NONE) {
		if (event.kind == SOCK_EV_REFUSED)
			*outcome = OUTCOME_REFUSED;
		if (event.kind != SOCK_EV_UP)
			continue;
		*outcome = OUTCOME_UP;
		if ((err = say_something(dealer)) != ERR_NONE)
			return err;
	}
	if (err != ERR_NOENT)
		return err;
	if ((err = sock_recv(router, &msg)) == ERR_NONE) {
		*outcome = strcmp(msg.user_id, user_id) == 0 ? OUTCOME_MESSAGE :
							       OUTCOME_FALSE;
		sock_msg_clear(&msg);
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* Dial with a key and wait until it is decided what becomes of that. */
static enum err
attempt(struct sock *router, const struct crypto_key *server,
    const struct crypto_key *key, const char *user_id,
    enum outcome *ret_outcome)
{
	const struct sock_timing timing = { 1000, 1000 };
	const int64_t end = now_ms() + DECISION_MS;
	enum outcome outcome = OUTCOME_NONE;
	struct sock *dealer = NULL;
	zmq_pollitem_t items[2];
	enum err err;

	err = sock_connect(SOCK_DEALER, sock_endpoint(router),
	    key->curve_public, key->curve_secret, server->curve_public, &timing,
	    &dealer);
	if (err != ERR_NONE)
		return err;
	items[0] = (zmq_pollitem_t){ .socket = sock_monitor_handle(dealer),
		.events = ZMQ_POLLIN };
	items[1] = (zmq_pollitem_t){ .socket = sock_handle(router),
		.events = ZMQ_POLLIN };
	while ((outcome == OUTCOME_NONE || outcome == OUTCOME_UP) &&
	    now_ms() < end && err == ERR_NONE) {
		(void)zmq_poll(items, 2, (long)(end - now_ms()));
		err = look(router, dealer, user_id, &outcome);
	}
	sock_close(dealer);
	*ret_outcome = outcome;
	return err;
}

/* The stranger's turn: anything but a refusal is a failure. */
static enum err
try_stranger(struct sock *router, const struct crypto_key *server)
{
	enum outcome outcome = OUTCOME_NONE;
	struct crypto_key key;
	enum err err;

	new_key(&key);
	err = attempt(router, server, &key, "", &outcome);
	crypto_wipe(&key, sizeof(key));
	if (outcome == OUTCOME_UP || outcome == OUTCOME_MESSAGE ||
	    outcome == OUTCOME_FALSE)
		return ERR_DENIED;
	if (err == ERR_NONE && outcome != OUTCOME_REFUSED)
		return ERR_IO;
	return err;
}

/* The turn of a key with a rule: it must be known by its User-Id. */
static enum err
try_allowed(
    struct zap *zap, struct sock *router, const struct crypto_key *server)
{
	enum outcome outcome = OUTCOME_NONE;
	struct zap_rule rule = { .router = true };
	struct crypto_key key;
	enum err err;

	new_key(&key);
	memcpy(rule.curve, key.curve_public, KEY_LEN);
	bytes_hex(key.public_key, KEY_LEN, rule.user_id);
	if ((err = zap_set(zap, &rule, 1)) == ERR_NONE)
		err = attempt(router, server, &key, rule.user_id, &outcome);
	crypto_wipe(&key, sizeof(key));
	if (err == ERR_NONE && outcome != OUTCOME_MESSAGE)
		return ERR_IO;
	return err;
}

enum err
selftest_zap(struct zap *zap)
{
	struct zap_stranger stranger;
	struct sock *router = NULL;
	enum err waiting = ERR_NONE;
	struct crypto_key server;
	enum err emptied;
	enum err err;

	new_key(&server);
	err = sock_listen(SOCK_ROUTER, "127.0.0.1:0", &server, &router);
	if (err != ERR_NONE)
		goto out;
	if ((err = try_stranger(router, &server)) != ERR_NONE)
		goto out;
	err = try_allowed(zap, router, &server);

	/* Nothing of this may be taken for a real knock, or let anybody in. */
	emptied = zap_set(zap, NULL, 0);
	if (err == ERR_NONE)
		err = emptied;
	while (waiting == ERR_NONE)
		waiting = zap_next_stranger(zap, &stranger);
out:
	sock_close(router);
	crypto_wipe(&server, sizeof(server));
	return err;
}
