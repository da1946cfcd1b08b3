#ifndef ERFA_DIAL_H
#define ERFA_DIAL_H

/*
 * dial - what tests of the sockets share: keys, connections, waiting for what
 * comes.  Waiting has an end: 10 seconds, times $SLOW.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/crypto.h"
#include "daemon/sock.h"
#include "daemon/zap.h"

/**
 * dial_key(number, ret_key):
 * Key number ${number} of the tests.
 */
void dial_key(unsigned number, struct crypto_key *ret_key);

/**
 * dial_rule(key, prefix, ret_rule):
 * A rule that lets ${key} in everywhere, under ${prefix} and its CURVE key.
 */
void dial_rule(const struct crypto_key *key, const char *prefix,
    struct zap_rule *ret_rule);

/**
 * dial(kind, where, key, server):
 * Connect with ${key} to a server that must prove to be ${server}; a failure
 * ends the test.
 */
struct sock *dial(enum sock_kind kind, const char *where,
    const struct crypto_key *key, const struct crypto_key *server);

/**
 * dial_event(sock):
 * The next event of ${sock} that is no SOCK_EV_RETRY; none in time ends the
 * test.
 */
struct sock_event dial_event(struct sock *sock);

/**
 * dial_message(sock, ret_msg):
 * Wait for a message; none in time ends the test.
 */
void dial_message(struct sock *sock, struct sock_msg *ret_msg);

/**
 * dial_say(sock, route, text):
 * Send a text to where the message ${route} came from (NULL on DEALER).
 */
enum err dial_say(struct sock *sock, const struct sock_msg *route,
    const char *text) MUST_CHECK;

/**
 * dial_wait(socket):
 * Wait until a ZeroMQ socket is readable; return false if it is not in time.
 */
bool dial_wait(void *socket);

#endif /* !ERFA_DIAL_H */
