#include "daemon/hub.h"

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "daemon/peer.h"
#include "daemon/sock.h"

/* Frames taken in one turn of the loop: some milliseconds' work at most. */
#define FRAMES_PER_TURN 16

/* Instead of a descriptor: the connection is closed. */
#define GONE (-2)

/* A peer that dialled in. */
struct session {
	struct peer peer; /* first */
	struct hub *hub;
	uint8_t curve[KEY_LEN];
	uint8_t route[256];
	size_t route_len;
	int fd; /* -1: unknown; GONE: closed, ends at the next tick */
	char address[64];
};

struct hub {
	struct sock *sock;
	void *monitor;
	const struct hub_host *host;
	void *owner;
	struct session **sessions; /* sorted by CURVE key */
	size_t count;
	size_t room;
};

enum err
hub_open(const char *address, const struct crypto_key *key,
    const struct hub_host *host, void *owner, struct hub **ret_hub)
{
	struct hub *hub;
	enum err err;

	if ((hub = calloc(1, sizeof(*hub))) == NULL)
		return ERR_NOMEM;
	hub->host = host;
	hub->owner = owner;
	if ((err = sock_listen(SOCK_ROUTER, address, key, &hub->sock)) !=
	    ERR_NONE) {
		free(hub);
		return err;
	}
	hub->monitor = sock_monitor_handle(hub->sock);
	if (hub->monitor == NULL) {
		hub_close(hub);
		return ERR_IO;
	}
	*ret_hub = hub;
	return ERR_NONE;
}

/* Where the session of a CURVE key stands, or would stand. */
static size_t
place_of(const struct hub *hub, const uint8_t curve[KEY_LEN])
{
	size_t low = 0;
	size_t high = hub->count;
	size_t middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (memcmp(hub->sessions[middle]->curve, curve, KEY_LEN) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The session of a CURVE key, or NULL. */
static struct session *
session_find(const struct hub *hub, const uint8_t curve[KEY_LEN])
{
	size_t place = place_of(hub, curve);

	if (place == hub->count ||
	    memcmp(hub->sessions[place]->curve, curve, KEY_LEN) != 0)
		return NULL;
	return hub->sessions[place];
}

/* End a session; its link goes back to the owner. */
static void
session_end(struct hub *hub, struct session *session)
{
	size_t place = place_of(hub, session->curve);

	hub->count--;
	memmove(&hub->sessions[place], &hub->sessions[place + 1],
	    (hub->count - place) * sizeof(struct session *));
	link_down(session->peer.link);
	hub->host->left(hub->owner, session->peer.link);
	free(session);
}

void
hub_close(struct hub *hub)
{
	if (hub == NULL)
		return;
	while (hub->count > 0)
		session_end(hub, hub->sessions[hub->count - 1]);
	free(hub->sessions);
	sock_close(hub->sock);
	free(hub);
}

const char *
hub_endpoint(const struct hub *hub)
{
	return sock_endpoint(hub->sock);
}

void *
hub_handle(const struct hub *hub)
{
	return sock_handle(hub->sock);
}

void *
hub_monitor(const struct hub *hub)
{
	return hub->monitor;
}

/* The session that uses this descriptor, or NULL. */
static struct session *
session_by_fd(const struct hub *hub, int fd)
{
	size_t i;

	for (i = 0; i < hub->count && fd >= 0; i++)
		if (hub->sessions[i]->fd == fd)
			return hub->sessions[i];
	return NULL;
}

const uint8_t *
hub_who(const struct hub *hub, int fd)
{
	const struct session *session = session_by_fd(hub, fd);

	return session == NULL ? NULL : link_key(session->peer.link);
}

static enum err
session_send(struct peer *peer, uint8_t *buf, size_t len)
{
	struct session *session = (struct session *)peer;
	enum err err;

	err = sock_send(
	    session->hub->sock, session->route, session->route_len, buf, len);
	if (err == ERR_NOENT)
		session->fd = GONE;
	return err;
}

static const char *
session_address(const struct peer *peer)
{
	return ((const struct session *)peer)->address;
}

/* Make room for one more session. */
static enum err
grow(struct hub *hub)
{
	size_t room = hub->room == 0 ? 16 : hub->room * 2;
	struct session **sessions;

	if (hub->count < hub->room)
		return ERR_NONE;
	sessions = realloc(hub->sessions, room * sizeof(struct session *));
	if (sessions == NULL)
		return ERR_NOMEM;
	hub->sessions = sessions;
	hub->room = room;
	return ERR_NONE;
}

/* Begin the session of a CURVE key, if the owner wants it. */
static struct session *
session_begin(struct hub *hub, const uint8_t curve[KEY_LEN])
{
	struct session *session;
	size_t place;

	if (grow(hub) != ERR_NONE ||
	    (session = calloc(1, sizeof(*session))) == NULL)
		return NULL;
	if ((session->peer.link = hub->host->arrived(hub->owner, curve)) ==
	    NULL) {
		free(session);
		return NULL;
	}
	session->peer.send = session_send;
	session->peer.address = session_address;
	session->hub = hub;
	session->fd = -1;
	memcpy(session->curve, curve, KEY_LEN);
	link_set_peer(session->peer.link, &session->peer);
	link_set_curve(session->peer.link, curve);

	place = place_of(hub, curve);
	memmove(&hub->sessions[place + 1], &hub->sessions[place],
	    (hub->count - place) * sizeof(struct session *));
	hub->sessions[place] = session;
	hub->count++;
	return session;
}

/* Refuse a frame, and shut down the connection that it came over. */
static void
refuse(struct hub *hub, const struct sock_msg *msg, const char *what)
{
	hub->host->refused(hub->owner, msg->user_id, msg->address, what);
	sock_cut(msg->fd);
}

/*
 * A key that is good for HELLO only: an invitation's, or a stranger's.  Once let
 * in it begins its session over another connection, so that whoever goes on over
 * this one is cut off and comes back.
 */
static void
read_stranger(struct hub *hub, const struct sock_msg *msg)
{
	struct wire_msg decoded = { 0 };

	if (msg->extra_frames)
		refuse(hub, msg, "more than one frame in a message");
	else if (wire_decode(msg->data, msg->len, &decoded) != ERR_NONE ||
	    decoded.type != WIRE_HELLO)
		refuse(hub, msg,
		    "a key that may only say HELLO sent something else");
	else
		hub->host->stranger(hub->owner, msg->user_id, msg->address,
		    &decoded.u.hello, msg->route, msg->route_len);
	wire_clear(&decoded);
}

/* Did this frame come over the connection that holds the session? */
static bool
same_route(const struct session *session, const struct sock_msg *msg)
{
	return session->route_len == msg->route_len &&
	    memcmp(session->route, msg->route, msg->route_len) == 0;
}

/*
 * A frame of a connection that does not hold the session: HELLO takes it over,
 * what is left of an older one does not.
 */
static bool
may_move(
    struct hub *hub, const struct session *session, const struct sock_msg *msg)
{
	struct wire_msg said = { 0 };
	struct wire_msg answer = { .type = WIRE_ERR };
	enum wire_type type = WIRE_HAVE;

	if (session->route_len == 0 || session->fd == GONE)
		return true;
	if (wire_decode(msg->data, msg->len, &said) == ERR_NONE)
		type = said.type;
	else if (wire_is_err(msg->data, msg->len))
		type = WIRE_ERR;
	wire_clear(&said);
	if (type != WIRE_HELLO && type != WIRE_ERR) {
		answer.u.err.code = WIRE_NO_SESSION;
		answer.u.err.text = "say HELLO first";
		hub_answer(hub, msg->route, msg->route_len, &answer);
	}
	return type == WIRE_HELLO;
}

/* Let the session go on over the connection that this frame came over. */
static void
session_move(struct session *session, const struct sock_msg *msg, int64_t now)
{
	memcpy(session->route, msg->route, msg->route_len);
	session->route_len = msg->route_len;
	memcpy(session->address, msg->address, sizeof(session->address));
	session->address[sizeof(session->address) - 1] = '\0';
	session->fd = msg->fd;
	link_up(session->peer.link, now);
}

/* One frame of a member. */
static void
read_member(struct hub *hub, const struct sock_msg *msg, int64_t now)
{
	uint8_t curve[KEY_LEN];
	struct session *session;

	if (bytes_unhex(msg->user_id, curve, KEY_LEN) != ERR_NONE) {
		refuse(hub, msg, "a frame without a proved key");
		return;
	}
	session = session_find(hub, curve);
	if (msg->extra_frames) {
		refuse(hub, msg, "more than one frame in a message");
		if (session != NULL && same_route(session, msg))
			session_end(hub, session);
		return;
	}
	if (session == NULL && (session = session_begin(hub, curve)) == NULL) {
		refuse(hub, msg, "no member");
		return;
	}
	if (!same_route(session, msg)) {
		if (!may_move(hub, session, msg))
			return;
		session_move(session, msg, now);
	}
	link_receive(session->peer.link, msg->data, msg->len, now);
}

/* Sessions whose connection was closed end. */
static void
read_events(struct hub *hub)
{
	struct session *session;
	struct sock_event event;

	while (sock_monitor_next(hub->sock, &event) == ERR_NONE) {
		if (event.kind != SOCK_EV_DOWN)
			continue;
		session = session_by_fd(hub, event.fd);
		if (session != NULL)
			session_end(hub, session);
	}
}

/* Take one frame; false if there is none. */
static bool
read_frame(struct hub *hub, int64_t now)
{
	struct sock_msg msg;

	memset(&msg, 0, sizeof(msg));
	if (sock_recv(hub->sock, &msg) != ERR_NONE)
		return false;

	/* What was closed before this frame came must not hit it. */
	read_events(hub);
	hub->host->received(hub->owner, msg.fd);
	if (strncmp(msg.user_id, "join:", 5) == 0 ||
	    strncmp(msg.user_id, "pending:", 8) == 0)
		read_stranger(hub, &msg);
	else
		read_member(hub, &msg, now);
	sock_msg_clear(&msg);
	return true;
}

bool
hub_read(struct hub *hub, int64_t now)
{
	int i;

	read_events(hub);
	for (i = 0; i < FRAMES_PER_TURN; i++)
		if (!read_frame(hub, now))
			return false;
	return true;
}

void
hub_tick(struct hub *hub, int64_t now)
{
	size_t i = hub->count;

	while (i-- > 0)
		if (hub->sessions[i]->fd == GONE ||
		    !link_tick(hub->sessions[i]->peer.link, now))
			session_end(hub, hub->sessions[i]);
}

void
hub_drop(
    struct hub *hub, const uint8_t key[KEY_LEN], const uint8_t curve[KEY_LEN])
{
	struct session *session = session_find(hub, curve);
	const uint8_t *its;

	if (session == NULL)
		return;
	its = link_key(session->peer.link);
	if (its != NULL && memcmp(its, key, KEY_LEN) != 0)
		return;
	sock_cut(session->fd);
	session_end(hub, session);
}

void
hub_answer(struct hub *hub, const void *route, size_t route_len,
    const struct wire_msg *msg)
{
	uint8_t *buf;
	size_t len;

	if (wire_encode(msg, &buf, &len) == ERR_NONE &&
	    sock_send(hub->sock, route, route_len, buf, len) != ERR_NONE)
		return;
}
