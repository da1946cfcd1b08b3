#include "daemon/sock_internal.h"

#include <czmq.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(zmq_msg_t) <= sizeof(((struct sock_msg *)0)->opaque),
    "a frame fits into sock_msg");

/* ---- coming in ---- */

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
	if (sock_has_routes(sock->kind) && len <= sizeof(msg->route)) {
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

/* ---- going out ---- */

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
	err = sock_err(errno);
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
