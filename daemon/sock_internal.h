#ifndef ERFAD_SOCK_INTERNAL_H
#define ERFAD_SOCK_INTERNAL_H

/*
 * sock_internal - what the files of the sockets share.
 *
 *   sock_open.c     making a socket with all its options, and closing it
 *   sock_tcp.c      hosts and ports
 *   sock_path.c     the path of the control socket
 *   sock_message.c  messages come in and go out
 *   sock_monitor.c  what happens to connections
 */

#include <stdbool.h>

#include "proto/err.h"
#include "daemon/sock.h"

struct sock {
	enum sock_kind kind;
	void *handle;
	void *monitor; /* NULL if there is none */
	int fd;        /* connecting: of the connection being made */
	bool up;       /* connecting: its handshake is done */
	char endpoint[SOCK_ENDPOINT_SIZE];
};

/* ---- sock_open.c ---- */

/**
 * sock_err(number):
 * What an errno of libzmq or the system means; never ERR_NONE.
 */
enum err sock_err(int number) MUST_CHECK;

/**
 * sock_listens(kind), sock_has_routes(kind):
 * Whether sockets of this kind are bound; whether they tell who sent a message.
 */
bool sock_listens(enum sock_kind kind);
bool sock_has_routes(enum sock_kind kind);

/**
 * sock_set_int(sock, option, value, ret_err):
 * Set an option that is an integer, if *${ret_err} is ERR_NONE, which is then
 * what it returned: so the first failure is kept.
 */
void sock_set_int(struct sock *sock, int option, int value, enum err *ret_err);

/* ---- sock_tcp.c ---- */

/**
 * sock_tcp_address(where, listens, out):
 * Put "tcp://host:port" together; port 0, for who listens, is any.  Return
 * ERR_SYNTAX or ERR_SIZE.
 */
enum err sock_tcp_address(
    const char *where, bool listens, char out[SOCK_ENDPOINT_SIZE]) MUST_CHECK;

/**
 * sock_bind_tcp(sock, where), sock_unbind_tcp(sock):
 * Bind it, and note where; wait until the port is free, so that it can be bound
 * anew at once.  Binding returns what sock_listen() does.
 */
enum err sock_bind_tcp(struct sock *sock, const char *where) MUST_CHECK;
void sock_unbind_tcp(struct sock *sock);

/* ---- sock_path.c ---- */

/**
 * sock_bind_path(sock, path):
 * Bind a control socket, and note where.  What a daemon that was killed left at
 * the path is removed.  Return what sock_listen() does.
 */
enum err sock_bind_path(struct sock *sock, const char *path) MUST_CHECK;

/* ---- sock_monitor.c ---- */

/**
 * sock_monitor_start(sock, events), sock_monitor_stop(sock):
 * Let libzmq tell what happens to the connections, all that is told of or only
 * ${events} (0 = all); end that, if it was begun.  Whoever asked for it reads it.
 */
enum err sock_monitor_start(struct sock *sock, int events) MUST_CHECK;
void sock_monitor_stop(struct sock *sock);

#endif /* !ERFAD_SOCK_INTERNAL_H */
