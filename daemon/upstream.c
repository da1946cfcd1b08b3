#include "daemon/upstream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/peer.h"
#include "daemon/sock.h"

/* Frames and events taken in one turn of the loop. */
#define FRAMES_PER_TURN 64

/* Handshakes that fail without a word before we say "another key". */
#define WRONG_KEY_TRIES 3

struct upstream {
	struct peer peer; /* first */
	struct upstream_options options;
	const struct upstream_host *host;
	void *owner;
	struct sock *dealer;
	struct sock *sub;
	bool connected;
	unsigned failed; /* handshakes without a word, in a row */
	unsigned tries;  /* refusals and silences in a row, for the back-off */
	int64_t again_at; /* sockets are made anew then; 0 = they are there */
	enum upstream_trouble trouble;
};

static void
set_trouble(struct upstream *upstream, enum upstream_trouble trouble)
{
	if (upstream->trouble == trouble)
		return;
	upstream->trouble = trouble;
	upstream->host->trouble(upstream->owner, upstream);
}

/* End one socket and what watches it. */
static void
socket_end(struct upstream *upstream, struct sock **sock_p)
{
	if (*sock_p == NULL)
		return;
	upstream->host->unwatch(upstream->owner, sock_handle(*sock_p));
	upstream->host->unwatch(upstream->owner, sock_monitor_handle(*sock_p));
	sock_close(*sock_p);
	*sock_p = NULL;
}

/* Dial one socket and have it watched. */
static enum err
socket_begin(struct upstream *upstream, enum sock_kind kind,
    const char *address, struct sock **sock_p)
{
	const struct upstream_options *options = &upstream->options;
	struct sock_timing timing = {
		.reconnect_ms = options->reconnect_ms,
		.reconnect_max_ms = options->reconnect_max_ms,
	};
	enum err err;

	err = sock_connect(kind, address, options->curve_public,
	    options->curve_secret, options->server_curve, &timing, sock_p);
	if (err != ERR_NONE)
		return err;
	upstream->host->watch(
	    upstream->owner, upstream, sock_handle(*sock_p));
	upstream->host->watch(
	    upstream->owner, upstream, sock_monitor_handle(*sock_p));
	return ERR_NONE;
}

/* The PUB of the other side: its host, another port. */
static void
pub_address(const struct upstream *upstream, char *out, size_t size)
{
	const char *colon = strrchr(upstream->options.address, ':');
	int host_len = colon == NULL ?
	    (int)strlen(upstream->options.address) :
	    (int)(colon - upstream->options.address);

	(void)snprintf(out, size, "%.*s:%u", host_len,
	    upstream->options.address, upstream->options.pub_port);
}

/* Make the SUB, if the other side has a PUB. */
static void
dial_sub(struct upstream *upstream)
{
	char address[280];

	if (upstream->options.pub_port == 0)
		return;
	pub_address(upstream, address, sizeof(address));
	if (socket_begin(upstream, SOCK_SUB, address, &upstream->sub) !=
	    ERR_NONE)
		upstream->sub = NULL; /* NOTEs are pushed on the DEALER then */
}

/* Make both sockets; the SUB first, so that nothing falls between. */
static enum err
dial(struct upstream *upstream)
{
	upstream->again_at = 0;
	upstream->failed = 0;
	dial_sub(upstream);
	return socket_begin(upstream, SOCK_DEALER, upstream->options.address,
	    &upstream->dealer);
}

/* Close both sockets and dial again after a wait that doubles. */
static void
hang_up(struct upstream *upstream, int64_t now)
{
	int64_t wait = upstream->options.backoff_ms;
	unsigned i;

	link_down(upstream->peer.link);
	upstream->connected = false;
	socket_end(upstream, &upstream->sub);
	socket_end(upstream, &upstream->dealer);
	for (i = 0; i < upstream->tries &&
	     wait < upstream->options.backoff_max_ms;
	     i++)
		wait *= 2;
	if (wait > upstream->options.backoff_max_ms)
		wait = upstream->options.backoff_max_ms;
	if (upstream->tries < 30)
		upstream->tries++;

	/* A quarter more or less, so that peers do not come back together. */
	wait += wait * (upstream->options.key[0] % 64) / 128 - wait / 4;
	upstream->again_at = now + (wait > 0 ? wait : 1);
}

static enum err
upstream_send(struct peer *peer, uint8_t *buf, size_t len)
{
	struct upstream *upstream = (struct upstream *)peer;

	if (upstream->dealer == NULL) {
		free(buf);
		return ERR_NOENT;
	}
	return sock_send(upstream->dealer, NULL, 0, buf, len);
}

static const char *
upstream_address(const struct peer *peer)
{
	return ((const struct upstream *)peer)->options.address;
}

enum err
upstream_open(const struct upstream_options *options, struct link *link,
    const struct upstream_host *host, void *owner,
    struct upstream **ret_upstream)
{
	struct upstream *upstream;
	enum err err;

	if ((upstream = calloc(1, sizeof(*upstream))) == NULL)
		return ERR_NOMEM;
	upstream->options = *options;
	upstream->host = host;
	upstream->owner = owner;
	upstream->peer.link = link;
	upstream->peer.send = upstream_send;
	upstream->peer.address = upstream_address;
	link_set_peer(link, &upstream->peer);
	link_set_key(link, options->key);
	if ((err = dial(upstream)) != ERR_NONE) {
		upstream_close(upstream);
		return err;
	}
	*ret_upstream = upstream;
	return ERR_NONE;
}

void
upstream_close(struct upstream *upstream)
{
	if (upstream == NULL)
		return;
	link_down(upstream->peer.link);
	socket_end(upstream, &upstream->sub);
	socket_end(upstream, &upstream->dealer);
	free(upstream);
}

/* What the DEALER's monitor saw. */
static void
dealer_event(struct upstream *upstream, enum sock_event_kind kind, int64_t now)
{
	switch (kind) {
	case SOCK_EV_UP:
		upstream->connected = true;
		upstream->failed = 0;
		link_up(upstream->peer.link, now);
		break;
	case SOCK_EV_DOWN:
		upstream->connected = false;
		link_down(upstream->peer.link);
		break;
	case SOCK_EV_REFUSED:
		set_trouble(upstream, UPSTREAM_REFUSED);
		hang_up(upstream, now);
		break;
	case SOCK_EV_NO_DETAIL:
	case SOCK_EV_PROTOCOL:
		if (++upstream->failed < WRONG_KEY_TRIES)
			break;
		set_trouble(upstream, UPSTREAM_WRONG_KEY);
		hang_up(upstream, now);
		break;
	case SOCK_EV_RETRY:
		if (!upstream->connected &&
		    upstream->trouble == UPSTREAM_FINE)
			set_trouble(upstream, UPSTREAM_SILENT);
		break;
	}
}

/* Take the DEALER's events; false if it is gone afterwards. */
static bool
read_events(struct upstream *upstream, int64_t now)
{
	struct sock_event event;

	while (upstream->dealer != NULL &&
	    sock_monitor_next(upstream->dealer, &event) == ERR_NONE)
		dealer_event(upstream, event.kind, now);

	/* A SUB that was refused is deaf: make it anew with the DEALER. */
	while (upstream->sub != NULL &&
	    sock_monitor_next(upstream->sub, &event) == ERR_NONE)
		if (event.kind == SOCK_EV_REFUSED ||
		    event.kind == SOCK_EV_PROTOCOL) {
			socket_end(upstream, &upstream->sub);
			break;
		}
	return upstream->dealer != NULL;
}

/* One frame of the SUB: a NOTE, or nothing. */
static bool
read_sub(struct upstream *upstream, int64_t now)
{
	struct sock_msg msg;

	memset(&msg, 0, sizeof(msg));
	if (upstream->sub == NULL ||
	    sock_recv(upstream->sub, &msg) != ERR_NONE)
		return false;
	if (!msg.extra_frames)
		link_receive_note(
		    upstream->peer.link, msg.data, msg.len, now);
	sock_msg_clear(&msg);
	return true;
}

/* One frame of the DEALER. */
static bool
read_dealer(struct upstream *upstream, int64_t now)
{
	struct sock_msg msg;

	memset(&msg, 0, sizeof(msg));
	if (upstream->dealer == NULL ||
	    sock_recv(upstream->dealer, &msg) != ERR_NONE)
		return false;
	if (msg.extra_frames) {
		hang_up(upstream, now);
	} else {
		link_receive(upstream->peer.link, msg.data, msg.len, now);
		if (link_state(upstream->peer.link) >= LINK_SYNC) {
			upstream->tries = 0;
			set_trouble(upstream, UPSTREAM_FINE);
		}
	}
	sock_msg_clear(&msg);
	return true;
}

bool
upstream_read(struct upstream *upstream, int64_t now)
{
	bool more = true;
	int i;

	if (!read_events(upstream, now))
		return false;
	for (i = 0; i < FRAMES_PER_TURN && more; i++) {
		more = read_dealer(upstream, now);
		more = read_sub(upstream, now) || more;
	}
	return more;
}

void
upstream_tick(struct upstream *upstream, int64_t now)
{
	if (upstream->again_at != 0) {
		if (now >= upstream->again_at && dial(upstream) != ERR_NONE)
			hang_up(upstream, now);
		return;
	}
	if (!link_tick(upstream->peer.link, now)) {
		set_trouble(upstream, UPSTREAM_DEAF);
		hang_up(upstream, now);
	}
}

bool
upstream_set_pub(struct upstream *upstream, uint32_t port, int64_t now)
{
	(void)now;
	if (port > 65535 || (upstream->options.pub_port == port &&
	    (port == 0 || upstream->sub != NULL)))
		return false;
	upstream->options.pub_port = port;
	socket_end(upstream, &upstream->sub);
	dial_sub(upstream);
	return true;
}

bool
upstream_has_sub(const struct upstream *upstream)
{
	return upstream->sub != NULL;
}

bool
upstream_connected(const struct upstream *upstream)
{
	return upstream->connected;
}

enum upstream_trouble
upstream_trouble(const struct upstream *upstream)
{
	return upstream->trouble;
}

const struct upstream_options *
upstream_options(const struct upstream *upstream)
{
	return &upstream->options;
}

struct link *
upstream_link(const struct upstream *upstream)
{
	return upstream->peer.link;
}
