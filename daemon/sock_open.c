#include "daemon/sock_internal.h"

#include <czmq.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "daemon/zap.h"

/*
 * An option of libzmq 4.3.4 that its stable header leaves out: no ZAP handler,
 * no entry.  Should a library refuse it, the self-test tells whether strangers
 * get in.
 */
#define OPTION_ENFORCE_DOMAIN 93

/*
 * Likewise.  With it messages are decrypted where they were received, and what was
 * erased would stay there until as much has come again; without it they are copied
 * first, into memory that is overwritten when it is freed.
 */
#define OPTION_ZERO_COPY_RECV 10

/* Sockets, not connections; czmq allows 1,024 by default. */
#define SOCKETS_MAX 4096

enum err
sock_err(int number)
{
	switch (number) {
	case ENOMEM:
		return ERR_NOMEM;
	case EAGAIN:
	case EADDRINUSE:
		return ERR_BUSY;
	case EHOSTUNREACH:
	case EADDRNOTAVAIL:
	case ENODEV:
	case ENOENT:
	case ENOTDIR:
		return ERR_NOENT;
	case EACCES:
	case EPERM:
		return ERR_DENIED;
	case EINVAL:
	case EPROTONOSUPPORT:
		return ERR_SYNTAX;
	case ENAMETOOLONG:
		return ERR_SIZE;
	case EMFILE:
	case ENFILE:
		return ERR_LIMIT;
	default:
		return ERR_IO;
	}
}

enum err
sock_global_init(void)
{
	/* Signals are ours: czmq's handler would make every poll return. */
	zsys_handler_set(NULL);
	zsys_set_logstream(stderr);
	if (zsys_init() == NULL)
		return ERR_IO;
	zsys_handler_set(NULL);
	zsys_set_io_threads(1);
	zsys_set_max_sockets(SOCKETS_MAX);
	(void)zmq_ctx_set(zsys_init(), OPTION_ZERO_COPY_RECV, 0);
	return ERR_NONE;
}

void
sock_global_end(void)
{
	zsys_shutdown();
}

bool
sock_listens(enum sock_kind kind)
{
	return kind == SOCK_ROUTER || kind == SOCK_PUB || kind == SOCK_CONTROL;
}

bool
sock_has_routes(enum sock_kind kind)
{
	return kind == SOCK_ROUTER || kind == SOCK_CONTROL;
}

static int
zmq_type(enum sock_kind kind)
{
	switch (kind) {
	case SOCK_ROUTER:
	case SOCK_CONTROL:
		return ZMQ_ROUTER;
	case SOCK_PUB:
		return ZMQ_PUB;
	case SOCK_DEALER:
		return ZMQ_DEALER;
	case SOCK_SUB:
		return ZMQ_SUB;
	}
	return -1;
}

/* ---- options ---- */

void
sock_set_int(struct sock *sock, int option, int value, enum err *ret_err)
{
	if (*ret_err == ERR_NONE &&
	    zmq_setsockopt(sock->handle, option, &value, sizeof(value)) != 0)
		*ret_err = sock_err(errno);
}

static void
set_bytes(struct sock *sock, int option, const void *value, size_t len,
    enum err *ret_err)
{
	if (*ret_err == ERR_NONE &&
	    zmq_setsockopt(sock->handle, option, value, len) != 0)
		*ret_err = sock_err(errno);
}

/* What a peer can make us keep, and how long. */
static void
set_bounds(struct sock *sock, enum err *ret_err)
{
	int64_t max = MSG_MAX;
	bool feed = sock->kind == SOCK_PUB || sock->kind == SOCK_SUB;

	if (sock->kind == SOCK_PUB)
		max = PUB_MSG_MAX;
	else if (sock->kind == SOCK_CONTROL)
		max = CONTROL_MAX;
	set_bytes(sock, ZMQ_MAXMSGSIZE, &max, sizeof(max), ret_err);
	sock_set_int(sock, ZMQ_LINGER, 0, ret_err);
	sock_set_int(sock, ZMQ_SNDHWM, feed ? 1000 : 64, ret_err);
	sock_set_int(sock, ZMQ_RCVHWM, feed ? 1000 : 32, ret_err);
	sock_set_int(sock, ZMQ_HANDSHAKE_IVL, 5000, ret_err);
	if (sock_listens(sock->kind))
		sock_set_int(sock, ZMQ_BACKLOG, 1024, ret_err);
	if (sock_has_routes(sock->kind))
		sock_set_int(sock, ZMQ_ROUTER_MANDATORY, 1, ret_err);
}

/* How a broken connection is noticed; heartbeats of libzmq's can abort. */
static void
set_tcp(struct sock *sock, enum err *ret_err)
{
	sock_set_int(sock, ZMQ_IPV6, 1, ret_err);
	sock_set_int(sock, ZMQ_TCP_KEEPALIVE, 1, ret_err);
	sock_set_int(sock, ZMQ_TCP_KEEPALIVE_IDLE, 30, ret_err);
	sock_set_int(sock, ZMQ_TCP_KEEPALIVE_INTVL, 10, ret_err);
	sock_set_int(sock, ZMQ_TCP_KEEPALIVE_CNT, 3, ret_err);
	sock_set_int(sock, ZMQ_TCP_MAXRT, 45000, ret_err);
}

static void
set_server(struct sock *sock, const struct crypto_key *key, enum err *ret_err)
{
	const char *domain = sock->kind == SOCK_PUB ? ZAP_DOMAIN_PUB :
						      ZAP_DOMAIN_ROUTER;
	int one = 1;

	sock_set_int(sock, ZMQ_CURVE_SERVER, 1, ret_err);
	set_bytes(
	    sock, ZMQ_CURVE_SECRETKEY, key->curve_secret, KEY_LEN, ret_err);
	set_bytes(sock, ZMQ_ZAP_DOMAIN, domain, strlen(domain), ret_err);
	(void)zmq_setsockopt(
	    sock->handle, OPTION_ENFORCE_DOMAIN, &one, sizeof(one));
}

/* Nodes that lost the same hub do not all come back at one moment. */
static int
reconnect_ms(
    const struct sock_timing *timing, const uint8_t curve_public[KEY_LEN])
{
	if (timing->reconnect_ms != 0)
		return (int)timing->reconnect_ms;
	return 1000 + (int)(bytes_get_le32(curve_public) % 4001);
}

static void
set_client(struct sock *sock, const uint8_t curve_public[KEY_LEN],
    const uint8_t curve_secret[KEY_LEN], const uint8_t server[KEY_LEN],
    const struct sock_timing *timing, enum err *ret_err)
{
	int first = reconnect_ms(timing, curve_public);
	int most = (int)timing->reconnect_max_ms;

	set_bytes(sock, ZMQ_CURVE_PUBLICKEY, curve_public, KEY_LEN, ret_err);
	set_bytes(sock, ZMQ_CURVE_SECRETKEY, curve_secret, KEY_LEN, ret_err);
	set_bytes(sock, ZMQ_CURVE_SERVERKEY, server, KEY_LEN, ret_err);
	sock_set_int(sock, ZMQ_CONNECT_TIMEOUT, 10000, ret_err);
	sock_set_int(sock, ZMQ_RECONNECT_IVL, first, ret_err);
	sock_set_int(
	    sock, ZMQ_RECONNECT_IVL_MAX, most > first ? most : first, ret_err);
	if (sock->kind == SOCK_DEALER)
		sock_set_int(sock, ZMQ_IMMEDIATE, 1, ret_err);
	else
		set_bytes(sock, ZMQ_SUBSCRIBE, "", 0, ret_err);
}

/* ---- making and closing ---- */

static enum err
sock_new(enum sock_kind kind, struct sock **ret_sock)
{
	struct sock *sock;
	enum err err;

	if ((sock = calloc(1, sizeof(*sock))) == NULL)
		return ERR_NOMEM;
	sock->kind = kind;
	sock->fd = -1;

	/* zsock_new() would assert where this returns NULL. */
	sock->handle = zsys_socket(zmq_type(kind), NULL, 0);
	if (sock->handle == NULL) {
		err = sock_err(errno);
		free(sock);
		return err;
	}
	*ret_sock = sock;
	return ERR_NONE;
}

enum err
sock_listen(enum sock_kind kind, const char *where,
    const struct crypto_key *key, struct sock **ret_sock)
{
	struct sock *sock = NULL;
	enum err err;

	if (!sock_listens(kind))
		return ERR_SYNTAX;
	if ((err = sock_new(kind, &sock)) != ERR_NONE)
		return err;
	set_bounds(sock, &err);
	if (kind != SOCK_CONTROL) {
		set_tcp(sock, &err);
		set_server(sock, key, &err);
	}
	if (err != ERR_NONE)
		goto fail;
	err = kind == SOCK_CONTROL ? sock_bind_path(sock, where) :
				     sock_bind_tcp(sock, where);
	if (err != ERR_NONE)
		goto fail;
	*ret_sock = sock;
	return ERR_NONE;

fail:
	sock_close(sock);
	return err;
}

enum err
/* NOLINTNEXTLINE(readability-function-size): a connection has so many ends */
sock_connect(enum sock_kind kind, const char *where,
    const uint8_t curve_public[KEY_LEN], const uint8_t curve_secret[KEY_LEN],
    const uint8_t server[KEY_LEN], const struct sock_timing *timing,
    struct sock **ret_sock)
{
	char address[SOCK_ENDPOINT_SIZE];
	struct sock *sock = NULL;
	enum err err;

	if (sock_listens(kind))
		return ERR_SYNTAX;
	if ((err = sock_tcp_address(where, false, address)) != ERR_NONE ||
	    (err = sock_new(kind, &sock)) != ERR_NONE)
		return err;
	set_bounds(sock, &err);
	set_tcp(sock, &err);
	set_client(sock, curve_public, curve_secret, server, timing, &err);
	if (err != ERR_NONE || (err = sock_monitor_start(sock, 0)) != ERR_NONE)
		goto fail;
	if (zmq_connect(sock->handle, address) != 0) {
		err = sock_err(errno);
		goto fail;
	}
	(void)snprintf(sock->endpoint, sizeof(sock->endpoint), "%s", where);
	*ret_sock = sock;
	return ERR_NONE;

fail:
	sock_close(sock);
	return err;
}

void
sock_close(struct sock *sock)
{
	if (sock == NULL)
		return;
	sock_monitor_stop(sock);
	if (sock->endpoint[0] != '\0' && sock->kind == SOCK_CONTROL)
		(void)unlink(sock->endpoint);
	else if (sock->endpoint[0] != '\0' && sock_listens(sock->kind))
		sock_unbind_tcp(sock);
	(void)zsys_close(sock->handle, NULL, 0);
	free(sock);
}

const char *
sock_endpoint(const struct sock *sock)
{
	return sock->endpoint;
}

void *
sock_handle(const struct sock *sock)
{
	return sock->handle;
}
