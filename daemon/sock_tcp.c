#include "daemon/sock_internal.h"

#include <czmq.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libzmq closes a listening descriptor in its own time: wait so long. */
#define CLOSE_MS 1000

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

enum err
sock_tcp_address(const char *where, bool listens, char out[SOCK_ENDPOINT_SIZE])
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

enum err
sock_bind_tcp(struct sock *sock, const char *where)
{
	char address[SOCK_ENDPOINT_SIZE];
	size_t len = sizeof(address);
	enum err err;

	if ((err = sock_tcp_address(where, true, address)) != ERR_NONE)
		return err;
	if (zmq_bind(sock->handle, address) != 0 ||
	    zmq_getsockopt(sock->handle, ZMQ_LAST_ENDPOINT, address, &len) != 0)
		return sock_err(errno);
	keep_endpoint(sock, address);
	return ERR_NONE;
}

void
sock_unbind_tcp(struct sock *sock)
{
	zmq_pollitem_t item = { .events = ZMQ_POLLIN };
	char address[SOCK_ENDPOINT_SIZE];
	size_t len = sizeof(address);

	if (sock_monitor_start(sock, ZMQ_EVENT_CLOSED) != ERR_NONE)
		return;
	item.socket = sock->monitor;
	if (zmq_getsockopt(sock->handle, ZMQ_LAST_ENDPOINT, address, &len) ==
		0 &&
	    zmq_unbind(sock->handle, address) == 0)
		(void)zmq_poll(&item, 1, CLOSE_MS);
	sock_monitor_stop(sock);
}
