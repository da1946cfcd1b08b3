#include "client/conn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <czmq.h>

#include "proto/control.h"
#include "proto/limits.h"

#define MONITOR_MAX 64 /* bytes of where the monitor tells */

struct conn {
	zsock_t *socket;
	zsock_t *monitor; /* tells when erfad hangs up */
	zpoller_t *poller;
	uint32_t number; /* of the last request */
};

/* Find out at once what ZeroMQ would try again and again, without a word. */
static enum err
knock(const char *path)
{
	struct sockaddr_un address;
	enum err err = ERR_NONE;
	int fd;

	memset(&address, 0, sizeof(address));
	address.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address.sun_path))
		return ERR_SIZE;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ERR_NOMEM;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) !=
	    0) {
		if (errno == ENOENT || errno == ENOTDIR)
			err = ERR_NOENT;
		else if (errno == EACCES || errno == EPERM)
			err = ERR_DENIED;
		else
			err = ERR_IO;
	}
	(void)close(fd);
	return err;
}

/* Watch the socket for the end of its connection.  An actor would do it, but
 * czmq sleeps 200 ms at exit while the thread of one is still on its way out. */
static enum err
start_monitor(struct conn *conn)
{
	char address[MONITOR_MAX];

	/* The name of one that was closed is taken for a while yet. */
	(void)snprintf(address, sizeof(address), "inproc://erfa-%p-%lld",
	    (const void *)conn, (long long)zclock_usecs());
	if (zmq_socket_monitor(zsock_resolve(conn->socket), address,
		ZMQ_EVENT_DISCONNECTED) != 0)
		return ERR_NOMEM;
	if ((conn->monitor = zsock_new(ZMQ_PAIR)) == NULL ||
	    zsock_connect(conn->monitor, "%s", address) != 0)
		return ERR_NOMEM;
	conn->poller = zpoller_new(conn->socket, conn->monitor, NULL);
	return conn->poller != NULL ? ERR_NONE : ERR_NOMEM;
}

enum err
conn_open(const char *path, struct conn **ret_conn)
{
	struct conn *conn;
	enum err err;

	if ((err = knock(path)) != ERR_NONE)
		return err;
	if ((conn = calloc(1, sizeof(*conn))) == NULL)
		return ERR_NOMEM;
	err = ERR_NOMEM;
	if ((conn->socket = zsock_new(ZMQ_DEALER)) == NULL)
		goto fail;
	zsock_set_linger(conn->socket, 0);
	zsock_set_maxmsgsize(conn->socket, CONTROL_MAX);
	if ((err = start_monitor(conn)) != ERR_NONE)
		goto fail;
	if (zsock_connect(conn->socket, "ipc://%s", path) != 0) {
		err = ERR_IO;
		goto fail;
	}
	*ret_conn = conn;
	return ERR_NONE;
fail:
	conn_close(conn);
	return err;
}

void
conn_close(struct conn *conn)
{
	if (conn == NULL)
		return;
	zpoller_destroy(&conn->poller);
	if (conn->monitor != NULL)
		(void)zmq_socket_monitor(zsock_resolve(conn->socket), NULL, 0);
	zsock_destroy(&conn->monitor);
	zsock_destroy(&conn->socket);
	free(conn);
}

static enum err
send_request(struct conn *conn, Erfa__Request *request)
{
	uint8_t *buf = NULL;
	size_t len = 0;
	zframe_t *frame;
	enum err err;

	request->has_req = true;
	request->req = ++conn->number;
	if ((err = control_encode_request(request, &buf, &len)) != ERR_NONE)
		return err;
	frame = zframe_new(buf, len);
	free(buf);
	if (frame == NULL)
		return ERR_NOMEM;
	if (zframe_send(&frame, conn->socket, ZFRAME_DONTWAIT) != 0) {
		zframe_destroy(&frame);
		return ERR_GAP;
	}
	return ERR_NONE;
}

/* Take one message; ERR_EXIST if it answers an earlier request. */
static enum err
receive(struct conn *conn, Erfa__Answer **ret_answer)
{
	Erfa__Answer *answer = NULL;
	zframe_t *frame;
	enum err err;

	/* Only the last frame of a message is ours. */
	if ((frame = zframe_recv(conn->socket)) == NULL)
		return ERR_GAP;
	while (zframe_more(frame)) {
		zframe_destroy(&frame);
		if ((frame = zframe_recv(conn->socket)) == NULL)
			return ERR_GAP;
	}
	err = control_decode_answer(
	    zframe_data(frame), zframe_size(frame), &answer);
	zframe_destroy(&frame);
	if (err != ERR_NONE)
		return err;
	if (answer->has_req && answer->req != 0 &&
	    answer->req != conn->number) {
		control_free_answer(answer);
		return ERR_EXIST;
	}
	*ret_answer = answer;
	return ERR_NONE;
}

enum err
conn_ask(struct conn *conn, Erfa__Request *request, int wait_ms,
    Erfa__Answer **ret_answer)
{
	int64_t end = zclock_mono() + wait_ms;
	int64_t left;
	const void *which;
	enum err err;

	if ((err = send_request(conn, request)) != ERR_NONE)
		return err;
	do {
		left = end - zclock_mono();
		which = zpoller_wait(conn->poller, left > 0 ? (int)left : 0);
		if (which == NULL)
			return zpoller_expired(conn->poller) ? ERR_BUSY :
							       ERR_GAP;
		if (which == conn->monitor &&
		    (zsock_events(conn->socket) & ZMQ_POLLIN) == 0)
			return ERR_GAP;
		err = receive(conn, ret_answer);
	} while (err == ERR_EXIST);
	return err;
}

bool
conn_lost(struct conn *conn)
{
	/* It tells of nothing else. */
	return (zsock_events(conn->monitor) & ZMQ_POLLIN) != 0;
}

bool
conn_stopped(void)
{
	return zsys_interrupted != 0;
}

void
conn_catch(void)
{
	(void)zsys_init();
}
