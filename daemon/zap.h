#ifndef ERFAD_ZAP_H
#define ERFAD_ZAP_H

/*
 * zap - who may open a connection: the ZAP handler and its table of CURVE keys.
 *
 * A thread of its own answers every CURVE handshake at the listening sockets
 * from a table in memory; whatever it does not know it refuses.  It must run
 * before any public socket is bound; without it, those let nobody in.  It does
 * not know what a member is, and decides nothing about connections that exist.
 *
 * All functions are for one thread, the one that owns the sockets.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/limits.h"

/* The ZAP domains of the two listening sockets. */
#define ZAP_DOMAIN_ROUTER "erfa-router"
#define ZAP_DOMAIN_PUB    "erfa-pub"

/* Room for a User-Id: "pending:", 64 hexadecimal digits, NUL, and some more. */
#define ZAP_USER_ID_SIZE 80

/* Strangers that wait to be told; those after them are only counted. */
#define ZAP_STRANGERS_MAX 64

/* Opaque types. */
struct zap;

/* What one CURVE key may do. */
struct zap_rule {
	uint8_t curve[KEY_LEN];
	char user_id[ZAP_USER_ID_SIZE]; /* not empty */
	bool router;
	bool pub;
};

/* A key without a rule that asked for a connection. */
struct zap_stranger {
	uint8_t curve[KEY_LEN];
	char address[64]; /* as libzmq wrote it: foreign, but short */
	int64_t time_ms;  /* wall clock, of its last attempt */
};

/**
 * zap_start(ret_zap):
 * Start the handler with an empty table: everybody is refused.  Call after
 * sock_global_init() and before any sock_listen().  End it with zap_stop().
 * Return ERR_EXIST if this process has a handler already, ERR_NOMEM or ERR_IO.
 */
enum err zap_start(struct zap **ret_zap) MUST_CHECK;

/**
 * zap_stop(zap):
 * End the handler thread and free everything.  NULL is allowed.
 */
void zap_stop(struct zap *zap);

/**
 * zap_set(zap, rules, count):
 * Put a copy of ${rules} in place of the whole table, in one step, and return
 * when the handler has confirmed it: every handshake that it answers from then
 * on follows the new table.  Connections that exist go on.  Return ERR_SYNTAX
 * if a User-Id is empty or does not end, ERR_EXIST if a key stands there twice,
 * ERR_NOMEM, or ERR_IO if the handler is dead; the old table stays then.
 */
enum err zap_set(
    struct zap *zap, const struct zap_rule *rules, size_t count) MUST_CHECK;

/**
 * zap_fd(zap):
 * A descriptor that is readable while zap_next_stranger() has one to give.
 * Only poll it.
 */
int zap_fd(const struct zap *zap);

/**
 * zap_next_stranger(zap, ret_stranger):
 * Take the stranger that has waited longest.  A key that knocks again while it
 * waits counts once, with its last address and time.  Return ERR_NOENT if
 * nobody waits.
 */
enum err zap_next_stranger(
    struct zap *zap, struct zap_stranger *ret_stranger) MUST_CHECK;

/**
 * zap_lost_strangers(zap):
 * How many attempts were not kept, because ZAP_STRANGERS_MAX already waited.
 */
uint64_t zap_lost_strangers(struct zap *zap);

/**
 * zap_kill(zap):
 * End the handler thread while sockets live, as if it had died.  For tests:
 * nobody new may get in from then on.  zap_stop() is still due.
 */
void zap_kill(struct zap *zap);

#endif /* !ERFAD_ZAP_H */
