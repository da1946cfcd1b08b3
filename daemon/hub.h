#ifndef ERFAD_HUB_H
#define ERFAD_HUB_H

/*
 * hub - the listening side: one ROUTER, a session for each peer that dials in.
 *
 * Sessions are kept by User-Id, the CURVE key that our ZAP handler has let in;
 * whose key it is HELLO says.  Of several connections of a key, the one that said
 * HELLO last holds its session.  Keys that are good for HELLO only (invitations,
 * accepted strangers) get no session.  Times are monotonic ms.  The loop thread
 * alone uses it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "daemon/link.h"

/* Opaque types. */
struct hub;
struct crypto_key;

/* What the hub asks of its owner. */
struct hub_host {
	/* A peer's first frame: make its link.  NULL: refuse it. */
	struct link *(*arrived)(void *owner, const uint8_t curve[KEY_LEN]);
	/* A session ended: the link is freed by the owner. */
	void (*left)(void *owner, struct link *link);
	/* A key that may only say HELLO said it; answer with hub_answer(). */
	void (*stranger)(void *owner, const char *user_id, const char *address,
	    const struct wire_hello *hello, const void *route,
	    size_t route_len);
	/* Something was refused, for the log. */
	void (*refused)(void *owner, const char *user_id, const char *address,
	    const char *what);
	/* A whole message came over this descriptor. */
	void (*received)(void *owner, int fd);
};

/**
 * hub_open(address, key, host, owner, ret_hub):
 * Bind a ROUTER at "host:port".  ${key}, ${host} and ${owner} are borrowed for
 * the hub's life.  Return what sock_listen() returns, or ERR_NOMEM.  hub_close()
 * ends all sessions; NULL is allowed.
 */
enum err hub_open(const char *address, const struct crypto_key *key,
    const struct hub_host *host, void *owner, struct hub **ret_hub) MUST_CHECK;
void hub_close(struct hub *hub);

/**
 * hub_endpoint(hub), hub_handle(hub), hub_monitor(hub):
 * The bound "host:port"; the two sockets for the loop to watch.
 */
const char *hub_endpoint(const struct hub *hub);
void *hub_handle(const struct hub *hub);
void *hub_monitor(const struct hub *hub);

/**
 * hub_read(hub, now):
 * Take frames, a bounded number; return whether there may be more.
 */
bool hub_read(struct hub *hub, int64_t now);

/**
 * hub_tick(hub, now):
 * Let the sessions' timers run out; silent ones end, and those whose connection
 * is gone.
 */
void hub_tick(struct hub *hub, int64_t now);

/**
 * hub_who(hub, fd):
 * The Ed25519 key whose session uses this descriptor, until the next call here;
 * NULL, as before its HELLO.
 */
const uint8_t *hub_who(const struct hub *hub, int fd);

/**
 * hub_drop(hub, key, curve):
 * End the session of a key that was removed, with its CURVE key, and shut its
 * connection down; not that of another key that has the same CURVE key.
 */
void hub_drop(
    struct hub *hub, const uint8_t key[KEY_LEN], const uint8_t curve[KEY_LEN]);

/**
 * hub_answer(hub, route, route_len, msg):
 * Send a message to a connection without session; it is dropped if that is gone.
 */
void hub_answer(struct hub *hub, const void *route, size_t route_len,
    const struct wire_msg *msg);

#endif /* !ERFAD_HUB_H */
