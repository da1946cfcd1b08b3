#include "daemon/upstream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/crypto.h"
#include "daemon/peer.h"
#include "daemon/sock.h"

/* Frames and events taken in one turn: some milliseconds' work at most. */
#define FRAMES_PER_TURN 16

/* Handshakes that fail without a word before we say "another key". */
#define WRONG_KEY_TRIES 3

/*
 * libzmq says when it dials again; if it says nothing for so long, it is deaf.
 * The second is added to the longest wait between two tries: to look up a name
 * and to connect take time.
 */
#define DEAF_AFTER_DOWN_MS 2000
#define DEAF_AFTER_TRY_MS  20000

/*
 * libzmq dials again by itself at first; its waits double, so that those who lost
 * a hub at one moment come back in lumps.  If it is away for longer than this part
 * of the longest wait, each comes back when it is its turn.
 */
#define AWAY_PART 12

/* The part of the longest wait that a session has to begin after the last turn. */
#define LAST_PART 16

/* A SUB that failed is made anew after so long; HAVE makes up for it. */
#define SUB_AGAIN_MS 30000

/* One socket and what its monitor said. */
struct line {
	struct sock *sock; /* NULL: there is none now */
	bool up;
	unsigned failed; /* handshakes without a word, in a row */
	int64_t deaf_at; /* if not up and nothing happens until then */
};

struct upstream {
	struct peer peer; /* first */
	struct upstream_options options;
	const struct upstream_host *host;
	void *owner;
	struct line dealer;
	struct line sub;
	unsigned tries;   /* refusals and silences in a row, for the back-off */
	int64_t again_at; /* sockets are made anew then; 0 = they are there */
	int64_t sub_at;   /* the SUB alone is made anew then; 0 = it is there */
	int64_t down_at;  /* the DEALER came down, or was dialled */
	unsigned vain;    /* turns in which nobody answered */
	int64_t round_ms; /* of such turns; 0 = it is not away */
	bool sub_later;   /* the SUB comes a round after the session */
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
line_end(struct upstream *upstream, struct line *line)
{
	if (line->sock == NULL)
		return;
	upstream->host->unwatch(upstream->owner, sock_handle(line->sock));
	upstream->host->unwatch(
	    upstream->owner, sock_monitor_handle(line->sock));
	sock_close(line->sock);
	memset(line, 0, sizeof(*line));
}

/* When a socket that tries to connect should have said something. */
static int64_t
deaf_at(const struct upstream *upstream, int64_t now)
{
	return now + DEAF_AFTER_TRY_MS + upstream->options.reconnect_max_ms;
}

/* Dial one socket and have it watched. */
static enum err
line_begin(struct upstream *upstream, enum sock_kind kind, const char *address,
    struct line *line, int64_t now)
{
	const struct upstream_options *options = &upstream->options;
	struct sock_timing timing = {
		.reconnect_ms = options->reconnect_ms,
		.reconnect_max_ms = options->reconnect_max_ms,
	};
	enum err err;

	memset(line, 0, sizeof(*line));
	line->deaf_at = deaf_at(upstream, now);
	err = sock_connect(kind, address, options->curve_public,
	    options->curve_secret, options->server_curve, &timing, &line->sock);
	if (err != ERR_NONE)
		return err;
	upstream->host->watch(
	    upstream->owner, upstream, sock_handle(line->sock));
	upstream->host->watch(
	    upstream->owner, upstream, sock_monitor_handle(line->sock));
	return ERR_NONE;
}

/* Keep what an event says; true if libzmq will dial no more by itself. */
static bool
line_event(struct upstream *upstream, struct line *line,
    enum sock_event_kind kind, int64_t now)
{
	line->deaf_at = deaf_at(upstream, now);
	switch (kind) {
	case SOCK_EV_UP:
		line->up = true;
		line->failed = 0;
		break;
	case SOCK_EV_DOWN:
		line->up = false;
		line->deaf_at = now + DEAF_AFTER_DOWN_MS;
		break;
	case SOCK_EV_NO_DETAIL:
		return ++line->failed >= WRONG_KEY_TRIES;
	case SOCK_EV_REFUSED:
	case SOCK_EV_PROTOCOL:
		return true;
	case SOCK_EV_RETRY:
		break;
	}
	return false;
}

static bool
is_deaf(const struct line *line, int64_t now)
{
	return line->sock != NULL && !line->up && now >= line->deaf_at;
}

/* The PUB of the other side: its host, another port. */
static void
pub_address(const struct upstream *upstream, char *out, size_t size)
{
	const char *colon = strrchr(upstream->options.address, ':');
	int host_len = colon == NULL ? (int)strlen(upstream->options.address) :
				       (int)(colon - upstream->options.address);

	(void)snprintf(out, size, "%.*s:%u", host_len,
	    upstream->options.address, upstream->options.pub_port);
}

/* Close the SUB; it is made anew after a while. */
static void
sub_failed(struct upstream *upstream, int64_t now)
{
	line_end(upstream, &upstream->sub);
	upstream->sub_at = now + SUB_AGAIN_MS;
}

/* Make the SUB, if the other side has a PUB. */
static void
dial_sub(struct upstream *upstream, int64_t now)
{
	char address[280];

	upstream->sub_at = 0;
	upstream->sub_later = false;
	if (upstream->options.pub_port == 0)
		return;
	pub_address(upstream, address, sizeof(address));
	if (line_begin(upstream, SOCK_SUB, address, &upstream->sub, now) !=
	    ERR_NONE)
		sub_failed(upstream, now); /* HELLO says that there is none */
}

/*
 * Make both sockets; the SUB first, so that nothing falls between.  After a long
 * absence many do so: then the SUB comes when the session has been there a while.
 */
static enum err
dial(struct upstream *upstream, int64_t now)
{
	upstream->again_at = 0;
	upstream->down_at = now;
	upstream->sub_later = upstream->round_ms != 0 &&
	    upstream->options.pub_port != 0;
	if (!upstream->sub_later)
		dial_sub(upstream, now);
	return line_begin(upstream, SOCK_DEALER, upstream->options.address,
	    &upstream->dealer, now);
}

/* How long to wait before the next try. */
static int64_t
back_off(struct upstream *upstream)
{
	int64_t wait = upstream->options.backoff_ms;
	uint32_t number;
	unsigned i;

	for (i = 0;
	     i < upstream->tries && wait < upstream->options.backoff_max_ms;
	     i++)
		wait *= 2;
	if (wait > upstream->options.backoff_max_ms)
		wait = upstream->options.backoff_max_ms;
	if (upstream->tries < 30)
		upstream->tries++;

	/* A quarter more or less, so that peers do not come back together. */
	crypto_random(&number, sizeof(number));
	wait += wait / 2 * (int64_t)(number % 1024) / 1024 - wait / 4;
	return wait > 0 ? wait : 1;
}

/* Close both sockets and dial again then. */
static void
dial_at(struct upstream *upstream, enum upstream_trouble why, int64_t when)
{
	link_down(upstream->peer.link);
	line_end(upstream, &upstream->sub);
	line_end(upstream, &upstream->dealer);
	upstream->sub_at = 0;
	upstream->again_at = when;
	set_trouble(upstream, why);
}

/* The same, after a wait that doubles. */
static void
hang_up(struct upstream *upstream, enum upstream_trouble why, int64_t now)
{
	dial_at(upstream, why, now + back_off(upstream));
}

int64_t
upstream_turn(const struct upstream_crowd *crowd, int64_t most_ms,
    unsigned vain, int64_t *ret_round_ms)
{
	int64_t count = crowd->count < 1 ? 1 : (int64_t)crowd->count;
	int64_t most = most_ms - most_ms / LAST_PART;
	int64_t round = most > 0 ? most : 1;
	int64_t turn;
	int64_t wait;

	/* Halves, so that who knows of a few logs more has the same round. */
	while (round > 1 && round / 2 >= count * UPSTREAM_SPREAD_MS)
		round /= 2;
	turn = (int64_t)crowd->place * round / count;
	wait = (turn - (int64_t)(crowd->wall_ms % (uint64_t)round)) % round;
	if (wait <= 0)
		wait += round;

	/* Who leaves out whole rounds meets nobody else's turn. */
	*ret_round_ms = round;
	for (; vain > 0 && 2 * round <= most; vain--)
		round *= 2;
	return wait + round - *ret_round_ms;
}

/* The next turn, after those in vain. */
static int64_t
next_turn(const struct upstream *upstream, int64_t *ret_round_ms)
{
	struct upstream_crowd crowd = { 0 };

	upstream->host->crowd(upstream->owner, &crowd);
	return upstream_turn(&crowd, upstream->options.reconnect_max_ms,
	    upstream->vain, ret_round_ms);
}

/*
 * Nobody answers, and not only for a moment.  All who lost the same node dial in
 * turn, so that however long it takes, as many do in each second.
 */
static void
stay_away(struct upstream *upstream, int64_t now)
{
	int64_t wait;

	upstream->vain += upstream->round_ms != 0 && upstream->vain < 30;
	wait = next_turn(upstream, &upstream->round_ms);
	dial_at(upstream, UPSTREAM_SILENT, now + wait);
}

/* It answers again; what came in turn goes on so. */
static void
come_back(struct upstream *upstream, int64_t now)
{
	upstream->tries = 0;
	if (upstream->round_ms != 0 && upstream->sub_later)
		upstream->sub_at = now + upstream->round_ms;
	upstream->round_ms = 0;
	upstream->vain = 0;
}

static enum err
upstream_send(struct peer *peer, uint8_t *buf, size_t len)
{
	struct upstream *upstream = (struct upstream *)peer;

	if (upstream->dealer.sock == NULL) {
		free(buf);
		return ERR_NOENT;
	}
	return sock_send(upstream->dealer.sock, NULL, 0, buf, len);
}

static const char *
upstream_address(const struct peer *peer)
{
	return ((const struct upstream *)peer)->options.address;
}

enum err
upstream_open(const struct upstream_options *options, struct link *link,
    const struct upstream_host *host, void *owner, int64_t now,
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
	if ((err = dial(upstream, now)) != ERR_NONE) {
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
	line_end(upstream, &upstream->sub);
	line_end(upstream, &upstream->dealer);
	free(upstream);
}

/* libzmq will dial again. */
static void
dealer_retry(struct upstream *upstream, int64_t now)
{
	int64_t away = now - upstream->down_at;

	if (upstream->trouble == UPSTREAM_FINE)
		set_trouble(upstream, UPSTREAM_SILENT);
	if (upstream->dealer.failed > 0)
		return; /* somebody is there */
	if (upstream->round_ms != 0 ||
	    away >= upstream->options.reconnect_max_ms / AWAY_PART)
		stay_away(upstream, now);
}

/* What the DEALER's monitor saw. */
static void
dealer_event(struct upstream *upstream, enum sock_event_kind kind, int64_t now)
{
	bool ended = line_event(upstream, &upstream->dealer, kind, now);

	switch (kind) {
	case SOCK_EV_UP:
		link_up(upstream->peer.link, now);
		break;
	case SOCK_EV_DOWN:
		upstream->down_at = now;
		link_down(upstream->peer.link);
		break;
	case SOCK_EV_REFUSED:
		hang_up(upstream, UPSTREAM_REFUSED, now);
		break;
	case SOCK_EV_NO_DETAIL:
		if (ended)
			hang_up(upstream, UPSTREAM_WRONG_KEY, now);
		break;
	case SOCK_EV_PROTOCOL:
		hang_up(upstream, UPSTREAM_BROKEN, now);
		break;
	case SOCK_EV_RETRY:
		if (!upstream->dealer.up)
			dealer_retry(upstream, now);
		break;
	}
}

/* Take the events of both sockets, as long as they are there. */
static void
read_events(struct upstream *upstream, int64_t now)
{
	struct sock_event event;

	while (upstream->dealer.sock != NULL &&
	    sock_monitor_next(upstream->dealer.sock, &event) == ERR_NONE)
		dealer_event(upstream, event.kind, now);
	while (upstream->sub.sock != NULL &&
	    sock_monitor_next(upstream->sub.sock, &event) == ERR_NONE)
		if (line_event(upstream, &upstream->sub, event.kind, now))
			sub_failed(upstream, now);
}

/* Take the next message of a socket, whole or broken. */
static bool
line_recv(
    struct upstream *upstream, struct line *line, struct sock_msg *ret_msg)
{
	memset(ret_msg, 0, sizeof(*ret_msg));
	if (line->sock == NULL || sock_recv(line->sock, ret_msg) != ERR_NONE)
		return false;
	upstream->host->received(upstream->owner, ret_msg->fd);
	return true;
}

/* One frame of the SUB: a NOTE, or nothing. */
static bool
read_sub(struct upstream *upstream, int64_t now)
{
	struct sock_msg msg;

	if (!line_recv(upstream, &upstream->sub, &msg))
		return false;
	if (msg.extra_frames)
		hang_up(upstream, UPSTREAM_BROKEN, now);
	else
		link_receive_note(upstream->peer.link, msg.data, msg.len, now);
	sock_msg_clear(&msg);
	return true;
}

/* One frame of the DEALER. */
static bool
read_dealer(struct upstream *upstream, int64_t now)
{
	struct sock_msg msg;

	if (!line_recv(upstream, &upstream->dealer, &msg))
		return false;
	if (msg.extra_frames) {
		hang_up(upstream, UPSTREAM_BROKEN, now);
	} else {
		link_receive(upstream->peer.link, msg.data, msg.len, now);
		if (link_state(upstream->peer.link) >= LINK_SYNC) {
			come_back(upstream, now);
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

	read_events(upstream, now);
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
		if (now >= upstream->again_at &&
		    dial(upstream, now) != ERR_NONE)
			hang_up(upstream, UPSTREAM_SILENT, now);
		return;
	}
	if (is_deaf(&upstream->dealer, now)) {
		hang_up(upstream, UPSTREAM_SILENT, now);
		return;
	}
	if (!link_tick(upstream->peer.link, now)) {
		hang_up(upstream, UPSTREAM_DEAF, now);
		return;
	}
	if (is_deaf(&upstream->sub, now))
		sub_failed(upstream, now);
	if (upstream->sub_at != 0 && now >= upstream->sub_at)
		dial_sub(upstream, now);
}

bool
upstream_set_pub(struct upstream *upstream, uint32_t port, int64_t now)
{
	if (port > 65535 ||
	    (upstream->options.pub_port == port &&
		(port == 0 || upstream->sub.sock != NULL ||
		    upstream->sub_later)))
		return false;
	upstream->options.pub_port = port;
	if (!upstream->sub_later) {
		line_end(upstream, &upstream->sub);
		dial_sub(upstream, now);
	}
	return true;
}

bool
upstream_has_sub(const struct upstream *upstream)
{
	return upstream->sub.sock != NULL || upstream->sub_later;
}

bool
upstream_connected(const struct upstream *upstream)
{
	return upstream->dealer.up;
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
