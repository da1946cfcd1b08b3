#ifndef ERFAD_SOCK_H
#define ERFAD_SOCK_H

/*
 * sock - every ZeroMQ socket of erfad, with its options, and nothing else.
 *
 * Each kind of socket gets all its options here, before it is bound or
 * connected: CURVE on every TCP socket, bounds on what comes in, keepalive.  No
 * frame is interpreted here beyond telling who sent it.  Nothing waits, but
 * sock_close() a little.  A socket belongs to the thread that made it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proto/err.h"
#include "proto/limits.h"

struct crypto_key;

/* Opaque types. */
struct sock;

enum sock_kind {
	SOCK_ROUTER,  /* listens for links */
	SOCK_PUB,     /* listens for subscribers, sends NOTEs */
	SOCK_DEALER,  /* connects to a ROUTER */
	SOCK_SUB,     /* connects to a PUB, subscribes to everything */
	SOCK_CONTROL, /* ROUTER on a path, for callers on this machine */
};

/* When a connecting socket tries again, milliseconds. */
struct sock_timing {
	uint32_t reconnect_ms;     /* 0 = 1,000 to 5,000, by the own key */
	uint32_t reconnect_max_ms; /* doubles up to this */
};

/* CURVE adds 33 bytes to a frame, and MSG_MAX bounds both together. */
#define SOCK_BODY_MAX (MSG_MAX - 33)

/* "host:port" or a path, with its NUL. */
#define SOCK_ENDPOINT_SIZE 280

/**
 * sock_global_init():
 * Set up ZeroMQ for this process: one context, one I/O thread, room for
 * thousands of connections, no signal handlers of czmq's, its own messages to
 * stderr.  Call once, before any thread is made and anything else here.
 * Return ERR_IO.
 */
enum err sock_global_init(void) MUST_CHECK;

/**
 * sock_global_end():
 * End the context, after every socket was closed and zap_stop() was called.
 */
void sock_global_end(void);

/**
 * sock_listen(kind, where, key, ret_sock):
 * Make a listening socket.  ${where} is "host:port" (port 0 or "*" lets the
 * system choose), for SOCK_CONTROL a path; ${key} is the node's, for
 * SOCK_CONTROL NULL.  The path gets mode 0660; a socket file that nobody serves
 * any more is replaced.  End it with sock_close().
 * Return ERR_BUSY if the port or the path is in use, ERR_EXIST if the path is
 * something else than a socket, ERR_SYNTAX or ERR_SIZE for a bad ${where},
 * ERR_NOENT if the address is not of this machine or the folder is missing,
 * ERR_DENIED if the system forbids it, ERR_LIMIT if descriptors have run out,
 * ERR_NOMEM or ERR_IO.
 */
enum err sock_listen(enum sock_kind kind, const char *where,
    const struct crypto_key *key, struct sock **ret_sock) MUST_CHECK;

/**
 * sock_connect(kind, where, curve_public, curve_secret, server, timing,
 * ret_sock):
 * Make a DEALER or SUB that connects to "host:port" and goes on trying, with
 * the own CURVE pair and the CURVE key that the server must prove.  What
 * becomes of it, the monitor tells.  End it with sock_close().  Return
 * ERR_SYNTAX or ERR_SIZE for a bad ${where}, ERR_LIMIT if descriptors have run
 * out, ERR_NOMEM or ERR_IO.
 */
enum err sock_connect(enum sock_kind kind, const char *where,
    const uint8_t curve_public[KEY_LEN], const uint8_t curve_secret[KEY_LEN],
    const uint8_t server[KEY_LEN], const struct sock_timing *timing,
    struct sock **ret_sock) MUST_CHECK;

/**
 * sock_close(sock):
 * Close the socket and its connections; what was not sent is dropped.  When it
 * returns, a port can be bound anew (it waits for that, some microseconds, at
 * most a second) and a control path is gone.  NULL is allowed.
 */
void sock_close(struct sock *sock);

/**
 * sock_endpoint(sock):
 * Where it listens, the port as the system chose it, or where it connects to.
 * Lives as long as ${sock}.
 */
const char *sock_endpoint(const struct sock *sock);

/**
 * sock_handle(sock):
 * The ZeroMQ socket, to be polled and for nothing else.
 */
void *sock_handle(const struct sock *sock);

/**
 * sock_set_access(sock, gid, mode):
 * Give the path of a SOCK_CONTROL to ${gid} ((gid_t)-1: leave it) and set its
 * mode.  Return ERR_DENIED if this process may not, or ERR_IO.
 */
enum err sock_set_access(struct sock *sock, gid_t gid, mode_t mode) MUST_CHECK;

/* A message that came in.  Not to be copied; sock_msg_clear() ends it. */
struct sock_msg {
	uint8_t route[256]; /* ROUTER and CONTROL: where answers go */
	size_t route_len;
	const uint8_t *data; /* the body frame, until sock_msg_clear() */
	size_t len;
	char user_id[80];  /* of the body frame; empty = none */
	char address[64];  /* Peer-Address; empty = unknown */
	int fd;            /* the connection's descriptor; -1 = unknown */
	bool extra_frames; /* framing broken, see sock_recv() */
	char topic[TOPIC_MAX + 1]; /* SUB */
	bool has_caller;           /* CONTROL: uid, gid and pid are known */
	uid_t uid;
	gid_t gid;
	pid_t pid;
	_Alignas(16) uint8_t opaque[64]; /* keeps the frame */
};

/**
 * sock_recv(sock, ret_msg):
 * Take the next message, if there is one; it is the caller's until
 * sock_msg_clear().  If it has more than one body frame, none, or a topic that
 * is too long or holds a NUL, extra_frames is set, what follows the first body
 * frame has been thrown away, and nothing of it should be used.  Authorise by
 * user_id, on CONTROL by has_caller and uid.  Return ERR_NOENT if nothing is
 * there, or ERR_IO.
 */
enum err sock_recv(struct sock *sock, struct sock_msg *ret_msg) MUST_CHECK;

/**
 * sock_msg_clear(msg):
 * Free the frame.  A message that is cleared, or all zero, is left alone.
 */
void sock_msg_clear(struct sock_msg *msg);

/**
 * sock_send(sock, route, route_len, buf, len):
 * Hand a message to ROUTER or CONTROL with the route of a message received, to
 * DEALER with ${route_len} 0.  ${buf} was allocated with malloc() and is taken
 * in every case.  Return ERR_BUSY if the queue is full or there is no
 * connection, ERR_NOENT if the peer of ${route} is gone, ERR_NOMEM or ERR_IO.
 */
enum err sock_send(struct sock *sock, const uint8_t *route, size_t route_len,
    uint8_t *buf, size_t len) MUST_CHECK;

/**
 * sock_publish(sock, topic, buf, len):
 * Hand a message to PUB, which drops it for subscribers that are too slow.
 * ${buf} was allocated with malloc() and is taken in every case.  Return
 * ERR_SIZE if ${topic} is longer than TOPIC_MAX, ERR_NOMEM or ERR_IO.
 */
enum err sock_publish(
    struct sock *sock, const char *topic, uint8_t *buf, size_t len) MUST_CHECK;

enum sock_event_kind {
	SOCK_EV_UP,      /* the handshake is done */
	SOCK_EV_DOWN,    /* a connection that was up is gone */
	SOCK_EV_REFUSED, /* the server's ZAP handler said no: it is deaf now */
	SOCK_EV_NO_DETAIL, /* handshake broken off; a wrong server key looks so */
	SOCK_EV_PROTOCOL, /* the other side does not speak our protocol */
	SOCK_EV_RETRY,    /* not connected; it will try again */
};

struct sock_event {
	enum sock_event_kind kind;
	int fd; /* UP of a connecting socket, DOWN; else -1 */
};

/**
 * sock_monitor_handle(sock):
 * A ZeroMQ socket to be polled: readable while sock_monitor_next() may have an
 * event.  NULL if there is none.  A connecting socket has one from its
 * beginning; a listening one tells what happens after the first call, and must
 * be read from then on.
 */
void *sock_monitor_handle(struct sock *sock);

/**
 * sock_monitor_next(sock, ret_event):
 * Take the next event.  On a listening socket SOCK_EV_DOWN comes for
 * connections that were never up, too.  Return ERR_NOENT if there is none.
 */
enum err sock_monitor_next(
    struct sock *sock, struct sock_event *ret_event) MUST_CHECK;

/**
 * sock_cut(fd):
 * Shut down a connection by the descriptor of its last message (sock_msg.fd):
 * the peer is cut off at once.  -1 is allowed.  A descriptor may have been
 * given to somebody else since; cut only what was heard from lately.
 */
void sock_cut(int fd);

#endif /* !ERFAD_SOCK_H */
