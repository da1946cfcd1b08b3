#include "daemon/sock_internal.h"

#include <czmq.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "proto/bytes.h"
#include "proto/crypto.h"

#define MONITORED                                                    \
	(ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CONNECT_RETRIED |           \
	    ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | \
	    ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |                        \
	    ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |                   \
	    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)

enum err
sock_monitor_start(struct sock *sock, int events)
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
		return sock_err(errno);

	/*
	 * libzmq writes from its I/O thread and would block there if the queue
	 * were full, so it has no end.
	 */
	if (zmq_setsockopt(sock->monitor, ZMQ_RCVHWM, &zero, sizeof(zero)) !=
		0 ||
	    zmq_socket_monitor(
		sock->handle, address, events != 0 ? events : MONITORED) != 0 ||
	    zmq_connect(sock->monitor, address) != 0) {
		err = sock_err(errno);
		(void)zmq_socket_monitor(sock->handle, NULL, 0);
		(void)zsys_close(sock->monitor, NULL, 0);
		sock->monitor = NULL;
	}
	return err;
}

void
sock_monitor_stop(struct sock *sock)
{
	if (sock->monitor == NULL)
		return;
	(void)zmq_socket_monitor(sock->handle, NULL, 0);
	(void)zsys_close(sock->monitor, NULL, 0);
	sock->monitor = NULL;
}

void *
sock_monitor_handle(struct sock *sock)
{
	if (sock->monitor == NULL && sock_monitor_start(sock, 0) != ERR_NONE)
		return NULL;
	return sock->monitor;
}

/* A connection is gone; false if it had not been made. */
static bool
end_connection(struct sock *sock)
{
	if (!sock_listens(sock->kind) && !sock->up)
		return false;
	sock->up = false;
	sock->fd = -1;
	return true;
}

/* Translate an event; false if nobody needs to know of it. */
static bool
translate(struct sock *sock, unsigned event, uint32_t value,
    struct sock_event *ret_event)
{
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
		if (!end_connection(sock))
			return false;
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
