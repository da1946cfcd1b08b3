#include "daemon/sock.h"

#include <arpa/inet.h>
#include <czmq.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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

/* Callers that wait to be accepted. */
#define CONTROL_BACKLOG 128

/* libzmq closes a listening descriptor in its own time: wait so long. */
#define CLOSE_MS 1000

#define MONITORED                                                    \
	(ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CONNECT_RETRIED |           \
	    ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | \
	    ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |                        \
	    ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |                   \
	    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)

struct sock {
	enum sock_kind kind;
	void *handle;
	void *monitor; /* NULL if there is none */
	int fd;        /* connecting: of the connection being made */
	bool up;       /* connecting: its handshake is done */
	char endpoint[SOCK_ENDPOINT_SIZE];
};

_Static_assert(sizeof(zmq_msg_t) <= sizeof(((struct sock_msg *)0)->opaque),
    "a frame fits into sock_msg");

static enum err
err_from_errno(int number)
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

static bool
is_listener(enum sock_kind kind)
{
	return kind == SOCK_ROUTER || kind == SOCK_PUB || kind == SOCK_CONTROL;
}

static bool
has_routes(enum sock_kind kind)
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

/* Options are integers here; the first failure is kept in *ret_err. */
static void
set_int(struct sock *sock, int option, int value, enum err *ret_err)
{
	if (*ret_err == ERR_NONE &&
	    zmq_setsockopt(sock->handle, option, &value, sizeof(value)) != 0)
		*ret_err = err_from_errno(errno);
}

static void
set_bytes(struct sock *sock, int option, const void *value, size_t len,
    enum err *ret_err)
{
	if (*ret_err == ERR_NONE &&
	    zmq_setsockopt(sock->handle, option, value, len) != 0)
		*ret_err = err_from_errno(errno);
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
	set_int(sock, ZMQ_LINGER, 0, ret_err);
	set_int(sock, ZMQ_SNDHWM, feed ? 1000 : 64, ret_err);
	set_int(sock, ZMQ_RCVHWM, feed ? 1000 : 32, ret_err);
	set_int(sock, ZMQ_HANDSHAKE_IVL, 5000, ret_err);
	if (is_listener(sock->kind))
		set_int(sock, ZMQ_BACKLOG, 1024, ret_err);
	if (has_routes(sock->kind))
		set_int(sock, ZMQ_ROUTER_MANDATORY, 1, ret_err);
}

/* How a broken connection is noticed; heartbeats of libzmq's can abort. */
static void
set_tcp(struct sock *sock, enum err *ret_err)
{
	set_int(sock, ZMQ_IPV6, 1, ret_err);
	set_int(sock, ZMQ_TCP_KEEPALIVE, 1, ret_err);
	set_int(sock, ZMQ_TCP_KEEPALIVE_IDLE, 30, ret_err);
	set_int(sock, ZMQ_TCP_KEEPALIVE_INTVL, 10, ret_err);
	set_int(sock, ZMQ_TCP_KEEPALIVE_CNT, 3, ret_err);
	set_int(sock, ZMQ_TCP_MAXRT, 45000, ret_err);
}

static void
set_server(struct sock *sock, const struct crypto_key *key, enum err *ret_err)
{
	const char *domain = sock->kind == SOCK_PUB ? ZAP_DOMAIN_PUB :
						      ZAP_DOMAIN_ROUTER;
	int one = 1;

	set_int(sock, ZMQ_CURVE_SERVER, 1, ret_err);
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
	set_int(sock, ZMQ_CONNECT_TIMEOUT, 10000, ret_err);
	set_int(sock, ZMQ_RECONNECT_IVL, first, ret_err);
	set_int(
	    sock, ZMQ_RECONNECT_IVL_MAX, most > first ? most : first, ret_err);
	if (sock->kind == SOCK_DEALER)
		set_int(sock, ZMQ_IMMEDIATE, 1, ret_err);
	else
		set_bytes(sock, ZMQ_SUBSCRIBE, "", 0, ret_err);
}

/* libzmq takes 65537 for 1. */
static bool
port_valid(const char *port, bool listens)
{
	size_t digits = strspn(port, "0123456789");

	if (listens && strcmp(port, "*") == 0)
		return true;
	return digits > 0 && digits <= 5 && port[digits] == '\0' &&
	    strtol(port, NULL, 10) <= UINT16_MAX &&
	    (listens || strtol(port, NULL, 10) > 0);
}

/* Put "tcp://host:port" together; port 0 is libzmq's "*". */
static enum err
tcp_address(const char *where, bool listens, char out[SOCK_ENDPOINT_SIZE])
{
	const char *colon = strrchr(where, ':');
	const char *port;
	int len;

	if (colon == NULL || colon == where || strstr(where, "://") != NULL ||
	    !port_valid(colon + 1, listens))
		return ERR_SYNTAX;
	port = strtol(colon + 1, NULL, 10) == 0 ? "*" : colon + 1;
	len = snprintf(out, SOCK_ENDPOINT_SIZE, "tcp://%.*s:%s",
	    (int)(colon - where), where, port);
	return len < SOCK_ENDPOINT_SIZE ? ERR_NONE : ERR_SIZE;
}

static enum err
unix_address(const char *path, struct sockaddr_un *ret_address)
{
	size_t len = strlen(path);

	if (len == 0 || path[0] == '@' || path[0] == '*')
		return ERR_SYNTAX;
	if (len >= sizeof(ret_address->sun_path))
		return ERR_SIZE;
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret_address->sun_path, path, len + 1);
	return ERR_NONE;
}

/* Remove what a daemon that was killed left; a living one is left alone. */
static enum err
clear_path(const char *path, const struct sockaddr_un *address)
{
	struct stat info;
	enum err err;
	int fd;

	if (lstat(path, &info) != 0)
		return errno == ENOENT ? ERR_NONE : err_from_errno(errno);
	if (!S_ISSOCK(info.st_mode))
		return ERR_EXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return err_from_errno(errno);
	if (connect(fd, (const void *)address, sizeof(*address)) == 0 ||
	    errno == EAGAIN)
		err = ERR_BUSY;
	else if (errno != ECONNREFUSED)
		err = err_from_errno(errno);
	else
		err = unlink(path) == 0 ? ERR_NONE : err_from_errno(errno);
	(void)close(fd);
	return err;
}

/* Make a listening socket at the path that only its owner can open yet. */
static enum err
path_listen(const struct sockaddr_un *address, int *ret_fd)
{
	enum err err;
	int fd;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return err_from_errno(errno);
	if (fchmod(fd, 0600) != 0 ||
	    bind(fd, (const void *)address, sizeof(*address)) != 0 ||
	    listen(fd, CONTROL_BACKLOG) != 0) {
		err = err_from_errno(errno);
		(void)close(fd);
		return err;
	}
	*ret_fd = fd;
	return ERR_NONE;
}

/*
 * Bind the path ourselves and hand the descriptor over: libzmq would make the
 * file before its mode is set, and remove it at some time after the close.
 */
static enum err
bind_path(struct sock *sock, const char *path)
{
	char address[SOCK_ENDPOINT_SIZE];
	struct sockaddr_un unix_name;
	enum err err;
	int fd = -1;

	if ((err = unix_address(path, &unix_name)) != ERR_NONE ||
	    (err = clear_path(path, &unix_name)) != ERR_NONE ||
	    (err = path_listen(&unix_name, &fd)) != ERR_NONE)
		return err;
	(void)snprintf(sock->endpoint, sizeof(sock->endpoint), "%s", path);
	(void)snprintf(address, sizeof(address), "ipc://%s", path);
	set_int(sock, ZMQ_USE_FD, fd, &err);
	if (err == ERR_NONE && zmq_bind(sock->handle, address) != 0)
		err = err_from_errno(errno);
	if (err != ERR_NONE) {
		(void)close(fd);
		return err;
	}
	return sock_set_access(sock, (gid_t)-1, 0660);
}

/* A socket for both families shows 1.2.3.4 as [::ffff:1.2.3.4]; people do not. */
static void
keep_endpoint(struct sock *sock, const char *address)
{
	static const char mapped[] = "[::ffff:";
	const char *host = address + strlen("tcp://");
	const char *end = strchr(host, ']');

	if (strncmp(host, mapped, strlen(mapped)) == 0 && end != NULL &&
	    memchr(host, '.', (size_t)(end - host)) != NULL)
		(void)snprintf(sock->endpoint, sizeof(sock->endpoint), "%.*s%s",
		    (int)(end - host - (long)strlen(mapped)),
		    host + strlen(mapped), end + 1);
	else
		(void)snprintf(
		    sock->endpoint, sizeof(sock->endpoint), "%s", host);
}

static enum err
bind_tcp(struct sock *sock, const char *where)
{
	char address[SOCK_ENDPOINT_SIZE];
	size_t len = sizeof(address);
	enum err err;

	if ((err = tcp_address(where, true, address)) != ERR_NONE)
		return err;
	if (zmq_bind(sock->handle, address) != 0 ||
	    zmq_getsockopt(sock->handle, ZMQ_LAST_ENDPOINT, address, &len) != 0)
		return err_from_errno(errno);
	keep_endpoint(sock, address);
	return ERR_NONE;
}

/*
 * Let libzmq tell what happens to the connections.  It writes from its I/O
 * thread and would block there if the queue were full, so the queue has no end;
 * whoever asked for it reads it.
 */
static enum err
start_monitor(struct sock *sock, int events)
{
	char address[64];
	enum err err = ERR_NONE;
	uint8_t number[8];
	int zero = 0;

	/*
	 * A name that was never used: libzmq 4.3.4 corrupts the heap when one
	 * is bound again while the socket that had it is still being closed.
	 */
	crypto_random(number, sizeof(number));
	(void)snprintf(address, sizeof(address), "inproc://monitor-%016" PRIx64,
	    bytes_get_le64(number));
	sock->monitor = zsys_socket(ZMQ_PAIR, NULL, 0);
	if (sock->monitor == NULL)
		return err_from_errno(errno);
	if (zmq_setsockopt(sock->monitor, ZMQ_RCVHWM, &zero, sizeof(zero)) !=
		0 ||
	    zmq_socket_monitor(sock->handle, address, events) != 0 ||
	    zmq_connect(sock->monitor, address) != 0) {
		err = err_from_errno(errno);
		(void)zmq_socket_monitor(sock->handle, NULL, 0);
		(void)zsys_close(sock->monitor, NULL, 0);
		sock->monitor = NULL;
	}
	return err;
}

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
		err = err_from_errno(errno);
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

	if (!is_listener(kind))
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
	err = kind == SOCK_CONTROL ? bind_path(sock, where) :
				     bind_tcp(sock, where);
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

	if (is_listener(kind))
		return ERR_SYNTAX;
	if ((err = tcp_address(where, false, address)) != ERR_NONE ||
	    (err = sock_new(kind, &sock)) != ERR_NONE)
		return err;
	set_bounds(sock, &err);
	set_tcp(sock, &err);
	set_client(sock, curve_public, curve_secret, server, timing, &err);
	if (err != ERR_NONE ||
	    (err = start_monitor(sock, MONITORED)) != ERR_NONE)
		goto fail;
	if (zmq_connect(sock->handle, address) != 0) {
		err = err_from_errno(errno);
		goto fail;
	}
	(void)snprintf(sock->endpoint, sizeof(sock->endpoint), "%s", where);
	*ret_sock = sock;
	return ERR_NONE;

fail:
	sock_close(sock);
	return err;
}

static void
stop_monitor(struct sock *sock)
{
	if (sock->monitor == NULL)
		return;
	(void)zmq_socket_monitor(sock->handle, NULL, 0);
	(void)zsys_close(sock->monitor, NULL, 0);
	sock->monitor = NULL;
}

/* Wait until the port is free, so that it can be bound anew at once. */
static void
unbind_tcp(struct sock *sock)
{
	zmq_pollitem_t item = { .events = ZMQ_POLLIN };
	char address[SOCK_ENDPOINT_SIZE];
	size_t len = sizeof(address);

	if (start_monitor(sock, ZMQ_EVENT_CLOSED) != ERR_NONE)
		return;
	item.socket = sock->monitor;
	if (zmq_getsockopt(sock->handle, ZMQ_LAST_ENDPOINT, address, &len) ==
		0 &&
	    zmq_unbind(sock->handle, address) == 0)
		(void)zmq_poll(&item, 1, CLOSE_MS);
	stop_monitor(sock);
}

void
sock_close(struct sock *sock)
{
	if (sock == NULL)
		return;
	stop_monitor(sock);
	if (sock->endpoint[0] != '\0' && sock->kind == SOCK_CONTROL)
		(void)unlink(sock->endpoint);
	else if (sock->endpoint[0] != '\0' && is_listener(sock->kind))
		unbind_tcp(sock);
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

enum err
sock_set_access(struct sock *sock, gid_t gid, mode_t mode)
{
	struct stat info;

	/* The unit allows no chown(), and as a rule the group is right. */
	if (stat(sock->endpoint, &info) != 0 ||
	    (gid != (gid_t)-1 && gid != info.st_gid &&
		chown(sock->endpoint, (uid_t)-1, gid) != 0) ||
	    chmod(sock->endpoint, mode) != 0)
		return err_from_errno(errno);
	return ERR_NONE;
}

/* Receive one frame of what is there. */
static enum err
frame_recv(struct sock *sock, zmq_msg_t *frame)
{
	int rc;

	(void)zmq_msg_init(frame);
	do
		rc = zmq_msg_recv(frame, sock->handle, ZMQ_DONTWAIT);
	while (rc == -1 && errno == EINTR);
	if (rc != -1)
		return ERR_NONE;
	(void)zmq_msg_close(frame);
	return errno == EAGAIN ? ERR_NOENT : ERR_IO;
}

/* Throw away the frames that follow. */
static void
drain(struct sock *sock)
{
	zmq_msg_t frame;
	bool more = true;

	while (more && frame_recv(sock, &frame) == ERR_NONE) {
		more = zmq_msg_more(&frame) != 0;
		(void)zmq_msg_close(&frame);
	}
}

/* Take the frame before the body: a ROUTER's route, a SUB's topic. */
static enum err
prefix_recv(struct sock *sock, struct sock_msg *msg)
{
	zmq_msg_t frame;
	enum err err;
	size_t len;

	if ((err = frame_recv(sock, &frame)) != ERR_NONE)
		return err;
	len = zmq_msg_size(&frame);
	if (has_routes(sock->kind) && len <= sizeof(msg->route)) {
		memcpy(msg->route, zmq_msg_data(&frame), len);
		msg->route_len = len;
	} else if (sock->kind == SOCK_SUB && len <= TOPIC_MAX &&
	    memchr(zmq_msg_data(&frame), '\0', len) == NULL) {
		memcpy(msg->topic, zmq_msg_data(&frame), len);
	} else {
		msg->extra_frames = true;
	}
	if (zmq_msg_more(&frame) == 0) {
		msg->extra_frames = true;
		err = ERR_SYNTAX;
	}
	(void)zmq_msg_close(&frame);
	return err;
}

/* Copy a property; one that is too long counts as absent. */
static void
copy_property(zmq_msg_t *frame, const char *name, char *out, size_t size)
{
	const char *value = zmq_msg_gets(frame, name);

	/* A socket for both families writes addresses of the older one so. */
	if (value != NULL && strncmp(value, "::ffff:", 7) == 0)
		value += 7;
	if (value != NULL && strlen(value) < size)
		memcpy(out, value, strlen(value) + 1);
}

/* Read the last number of ${text}, after a colon, and cut it off. */
static bool
take_number(char *text, long *ret_number)
{
	char *colon = strrchr(text, ':');
	char *end;

	if (colon == NULL || colon[1] < '0' || colon[1] > '9')
		return false;
	errno = 0;
	*ret_number = strtol(colon + 1, &end, 10);
	if (errno != 0 || *end != '\0' || *ret_number > UINT32_MAX)
		return false;
	*colon = '\0';
	return true;
}

/* libzmq ends the address of an ipc peer with ":uid:gid:pid". */
static void
find_caller(struct sock_msg *msg)
{
	char text[sizeof(msg->address)];
	long uid;
	long gid;
	long pid;

	memcpy(text, msg->address, sizeof(text));
	if (!take_number(text, &pid) || !take_number(text, &gid) ||
	    !take_number(text, &uid))
		return;
	msg->uid = (uid_t)uid;
	msg->gid = (gid_t)gid;
	msg->pid = (pid_t)pid;
	msg->has_caller = true;
}

/* Tell who sent the frame: properties of the body frame alone count. */
static void
describe(struct sock *sock, zmq_msg_t *frame, struct sock_msg *msg)
{
	int fd = zmq_msg_get(frame, ZMQ_SRCFD);

	msg->fd = fd >= 0 ? fd : -1;
	copy_property(frame, "User-Id", msg->user_id, sizeof(msg->user_id));
	copy_property(
	    frame, "Peer-Address", msg->address, sizeof(msg->address));
	if (sock->kind == SOCK_CONTROL)
		find_caller(msg);
}

/* Hand the message over with its frame, which must not be copied. */
static void
msg_give(const struct sock_msg *msg, zmq_msg_t *frame, struct sock_msg *ret_msg)
{
	void *kept = ret_msg->opaque;

	*ret_msg = *msg;
	(void)zmq_msg_init(kept);
	(void)zmq_msg_move(kept, frame);
	(void)zmq_msg_close(frame);
	ret_msg->data = zmq_msg_data(kept);
	ret_msg->len = zmq_msg_size(kept);
}

enum err
sock_recv(struct sock *sock, struct sock_msg *ret_msg)
{
	struct sock_msg msg = { .fd = -1 };
	enum err err = ERR_NONE;
	zmq_msg_t frame;

	if (sock->kind != SOCK_DEALER)
		err = prefix_recv(sock, &msg);
	if (err == ERR_SYNTAX) {
		*ret_msg = msg;
		return ERR_NONE;
	}
	if (err != ERR_NONE || (err = frame_recv(sock, &frame)) != ERR_NONE)
		return err;
	if (zmq_msg_more(&frame) != 0) {
		msg.extra_frames = true;
		drain(sock);
	}
	describe(sock, &frame, &msg);
	msg_give(&msg, &frame, ret_msg);
	return ERR_NONE;
}

void
sock_msg_clear(struct sock_msg *msg)
{
	void *frame = msg->opaque;

	if (msg->data == NULL)
		return;
	(void)zmq_msg_close(frame);
	msg->data = NULL;
	msg->len = 0;
}

static void
free_sent(void *data, void *hint)
{
	(void)hint;
	free(data);
}

/* Send the frame before the body, then the body, which is taken. */
static enum err
send_two(struct sock *sock, const void *prefix, size_t prefix_len, uint8_t *buf,
    size_t len)
{
	enum err err;
	zmq_msg_t frame;

	if (zmq_msg_init_data(&frame, buf, len, free_sent, NULL) != 0) {
		free(buf);
		return ERR_NOMEM;
	}
	if (prefix != NULL &&
	    zmq_send(sock->handle, prefix, prefix_len,
		ZMQ_SNDMORE | ZMQ_DONTWAIT) == -1)
		goto fail;
	if (zmq_msg_send(&frame, sock->handle, ZMQ_DONTWAIT) == -1)
		goto fail;
	return ERR_NONE;

fail:
	err = err_from_errno(errno);
	(void)zmq_msg_close(&frame);
	return err;
}

enum err
sock_send(struct sock *sock, const uint8_t *route, size_t route_len,
    uint8_t *buf, size_t len)
{
	return send_two(
	    sock, route_len > 0 ? route : NULL, route_len, buf, len);
}

enum err
sock_publish(struct sock *sock, const char *topic, uint8_t *buf, size_t len)
{
	if (strlen(topic) > TOPIC_MAX) {
		free(buf);
		return ERR_SIZE;
	}
	return send_two(sock, topic, strlen(topic), buf, len);
}

void *
sock_monitor_handle(struct sock *sock)
{
	if (sock->monitor == NULL && start_monitor(sock, MONITORED) != ERR_NONE)
		return NULL;
	return sock->monitor;
}

/* Translate an event; false if nobody needs to know of it. */
static bool
translate(struct sock *sock, unsigned event, uint32_t value,
    struct sock_event *ret_event)
{
	bool connects = !is_listener(sock->kind);
	struct sock_event out = { .fd = -1 };

	switch (event) {
	case ZMQ_EVENT_CONNECTED:
		sock->fd = (int)value;
		return false;
	case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
		out.kind = SOCK_EV_UP;
		out.fd = sock->fd;
		sock->up = true;
		break;
	case ZMQ_EVENT_DISCONNECTED:
		out.kind = SOCK_EV_DOWN;
		out.fd = (int)value;
		if (connects && !sock->up)
			return false;
		sock->up = false;
		sock->fd = -1;
		break;
	case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
		out.kind = SOCK_EV_REFUSED;
		break;
	case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
		out.kind = SOCK_EV_NO_DETAIL;
		break;
	case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
		out.kind = SOCK_EV_PROTOCOL;
		break;
	case ZMQ_EVENT_CONNECT_RETRIED:
		out.kind = SOCK_EV_RETRY;
		break;
	default:
		return false;
	}
	*ret_event = out;
	return true;
}

/* Read one event of the monitor: 16 bits of kind, 32 of value, native. */
static enum err
event_read(void *monitor, unsigned *ret_event, uint32_t *ret_value)
{
	uint8_t buf[6];
	char endpoint[8];
	uint16_t event;
	int len;

	do
		len = zmq_recv(monitor, buf, sizeof(buf), ZMQ_DONTWAIT);
	while (len == -1 && errno == EINTR);
	if (len == -1)
		return errno == EAGAIN ? ERR_NOENT : ERR_IO;
	if (len != (int)sizeof(buf) ||
	    zmq_recv(monitor, endpoint, sizeof(endpoint), ZMQ_DONTWAIT) == -1)
		return ERR_IO;
	memcpy(&event, buf, sizeof(event));
	memcpy(ret_value, buf + sizeof(event), sizeof(*ret_value));
	*ret_event = event;
	return ERR_NONE;
}

enum err
sock_monitor_next(struct sock *sock, struct sock_event *ret_event)
{
	unsigned event = 0;
	uint32_t value = 0;
	enum err err;

	if (sock->monitor == NULL)
		return ERR_NOENT;
	do
		err = event_read(sock->monitor, &event, &value);
	while (err == ERR_NONE && !translate(sock, event, value, ret_event));
	return err;
}

void
sock_cut(int fd)
{
	if (fd >= 0)
		(void)shutdown(fd, SHUT_RDWR);
}
