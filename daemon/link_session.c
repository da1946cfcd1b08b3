#include "daemon/link_internal.h"

#include <stdlib.h>
#include <string.h>

#include "proto/crypto.h"

/* The one version of the protocol that we speak. */
#define PROTO_VERSION 1

enum err
link_new(const struct link_host *ops, void *host, struct view *view,
    const struct link_timers *timers, bool dialer, struct link **ret_link)
{
	struct link *link;

	if ((link = calloc(1, sizeof(*link))) == NULL)
		return ERR_NOMEM;
	link->ops = ops;
	link->host = host;
	link->view = view;
	link->timers = timers;
	link->dialer = dialer;
	*ret_link = link;
	return ERR_NONE;
}

bool
link_reads_only(const struct link *link)
{
	return link->ops->reads_only != NULL && link->has_key &&
	    link->ops->reads_only(link->host, link->key);
}

void *
link_alloc(size_t size)
{
	return calloc(1, size);
}

/* Forget the session; the link may be used again. */
static void
forget(struct link *link)
{
	fetch_forget(link);
	serve_forget(link);
	claim_forget(link);
	have_forget(link);
	link->greeted = false;
	link->turned_away = false;
	link->hello_sent = false;
}

void
link_free(struct link *link)
{
	if (link == NULL)
		return;
	forget(link);
	free(link);
}

void *
link_peer(const struct link *link)
{
	return link->peer;
}

void
link_set_peer(struct link *link, void *peer)
{
	link->peer = peer;
}

void
link_set_key(struct link *link, const uint8_t key[KEY_LEN])
{
	memcpy(link->key, key, KEY_LEN);
	link->has_key = true;
}

void
link_set_curve(struct link *link, const uint8_t curve[KEY_LEN])
{
	memcpy(link->curve, curve, KEY_LEN);
	link->has_curve = true;
}

enum link_state
link_state(const struct link *link)
{
	return link->state;
}

const uint8_t *
link_key(const struct link *link)
{
	return link->has_key ? link->key : NULL;
}

const char *
link_org(const struct link *link)
{
	return link->org;
}

void
link_set_state(struct link *link, enum link_state state, int64_t now)
{
	if (link->state == state)
		return;
	link->state = state;
	link->state_since = now;
	link->ops->changed(link->host, link);
}

void
link_complain(struct link *link, const char *what)
{
	link->bad++;
	link->ops->misbehaved(link->host, link, what);
}

bool
link_send(struct link *link, const struct wire_msg *msg)
{
	uint8_t *buf;
	size_t len;

	/*
	 * A frame that the queue has no room for is lost; HAVE and the timers
	 * of GET make up for it.
	 */
	if (wire_encode(msg, &buf, &len) != ERR_NONE ||
	    link->ops->send(link->host, link, buf, len) != ERR_NONE)
		return false;
	link->unread = false;
	return true;
}

void
link_say_err(struct link *link, uint32_t req, enum wire_code code,
    uint32_t retry_ms, const char *text)
{
	struct wire_msg msg = { .type = WIRE_ERR };

	msg.u.err.req = req;
	msg.u.err.code = code;
	msg.u.err.retry_ms = retry_ms;
	msg.u.err.text = text;
	(void)link_send(link, &msg);
}

/* ---- HELLO ---- */

/* Say who we are; the dialer's nonce begins a new session. */
static void
say_hello(struct link *link, int64_t now)
{
	struct wire_msg msg = { .type = WIRE_HELLO };
	struct wire_hello *hello = &msg.u.hello;

	hello->proto_min = PROTO_VERSION;
	hello->proto_max = PROTO_VERSION;
	crypto_random(hello->nonce, NONCE_LEN);
	view_digest(link->view, hello->digest);
	hello->max_msg = MSG_MAX;
	hello->window = WINDOW_MAX;
	hello->sw = "";
	hello->org = "";
	hello->name = "";
	link->ops->hello(link->host, link, hello);
	link->hello_at = now;
	link->hello_time_ms = hello->time_ms;
	link->hello_sent = link_send(link, &msg);
}

void
link_up(struct link *link, int64_t now)
{
	forget(link);
	link->last_heard = now;
	if (!link->dialer) {
		link_set_state(link, LINK_DOWN, now);
		return;
	}
	say_hello(link, now);
	link_set_state(link, LINK_WAIT, now);
}

void
link_down(struct link *link)
{
	forget(link);
	link_set_state(link, LINK_DOWN, link->last_heard);
}

/* Keep a text of the peer, cut off between two characters if it is long. */
static void
keep_text(char *out, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size) {
		len = size - 1;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(out, text, len);
	out[len] = '\0';
}

/* What the HELLO says of the peer. */
static void
keep_hello(struct link *link, const struct wire_hello *hello)
{
	memcpy(link->peer_nonce, hello->nonce, NONCE_LEN);
	link->has_key = true;
	memcpy(link->key, hello->key, KEY_LEN);
	keep_text(link->sw, sizeof(link->sw), hello->sw);
	keep_text(link->name, sizeof(link->name), hello->name);
	keep_text(link->org, sizeof(link->org), hello->org);
	link->flags = hello->flags;
	link->pub_port = hello->pub_port;
	link->window = hello->window < WINDOW_MAX && hello->window > 0 ?
	    hello->window :
	    WINDOW_MAX;
	link->gets_max = GETS_MAX;
}

/* Is this the key that the transport has proved, or one that it may be? */
static bool
is_proved(const struct link *link, const uint8_t key[KEY_LEN])
{
	uint8_t curve[KEY_LEN];

	if (!link->has_curve)
		return !link->has_key || memcmp(key, link->key, KEY_LEN) == 0;
	if (link->ops->is_peer != NULL)
		return link->ops->is_peer(link->host, key, link->curve);
	return crypto_curve_public(key, curve) == ERR_NONE &&
	    memcmp(curve, link->curve, KEY_LEN) == 0;
}

/* May this HELLO begin a session?  If not, the peer is told why. */
static bool
check_hello(struct link *link, const struct wire_hello *hello)
{
	if (hello->proto_min > PROTO_VERSION ||
	    hello->proto_max < PROTO_VERSION) {
		link_say_err(
		    link, 0, WIRE_VERSION, 0, "this node speaks erfa/1 only");
		link_complain(link, "no common version of the protocol");
		return false;
	}
	if (!hello->has_key) {
		link_say_err(link, 0, WIRE_BAD, 0, "HELLO without a key");
		link_complain(link, "a HELLO without a key");
		return false;
	}
	if (!is_proved(link, hello->key)) {
		link_say_err(link, 0, WIRE_REFUSED, 0,
		    "the key of HELLO is not that of the connection");
		link_complain(link, "a HELLO with another's key");
		return false;
	}
	return true;
}

static void
receive_hello(struct link *link, const struct wire_hello *hello, int64_t now)
{
	int64_t own_ms;

	if (!check_hello(link, hello))
		return;

	/* A dialler is answered once; a listener knows a session by its nonce. */
	if (link->dialer ? link->state != LINK_WAIT :
			   link->greeted &&
		    memcmp(hello->nonce, link->peer_nonce, NONCE_LEN) == 0)
		return;
	if (!link->dialer) {
		forget(link);
		say_hello(link, now);
	}
	keep_hello(link, hello);
	own_ms = (int64_t)link->hello_time_ms + now - link->hello_at;
	link->clock_skew_ms = hello->time_ms == 0 ||
		hello->time_ms > INT64_MAX ?
	    0 :
	    (int64_t)hello->time_ms - own_ms;
	link->greeted = true;
	link->ops->greeted(link->host, link, hello);
	have_begin(link, hello->digest, now);
}

/* ---- frames ---- */

/* Somebody else may hold the session between two of our HAVEs, which follow each
 * other by up to 1.2 have_ms. */
#define DOUBLED_HAVES 6

/*
 * The other side has forgotten the session: begin anew.  If that happens again
 * before long, somebody with our own key took it: a hub that was away comes back
 * over another connection.  If it happens at once, dial again after a wait: two who
 * say HELLO at once would take it from each other without end.
 */
static void
session_lost(struct link *link, int64_t now)
{
	int64_t haves_ms = DOUBLED_HAVES * (int64_t)link->timers->have_ms;
	int64_t hello_ms = link->timers->hello_ms;
	int64_t since = now - link->lost_at;

	if (link->lost && (since < hello_ms || since < haves_ms))
		link->doubled_at = now;
	if (link->lost && since < hello_ms) {
		link->turned_away = true;
		link_complain(
		    link, "another node with the key of this one took over");
		return;
	}
	link->lost = true;
	link->lost_at = now;
	link_up(link, now);
}

static void
receive_err(struct link *link, const struct wire_err *err, int64_t now)
{
	if (err->code == WIRE_NO_SESSION) {
		/* In WAIT it answers something older than our HELLO. */
		if (!link->dialer)
			link_down(link);
		else if (link->state > LINK_WAIT && !link->turned_away)
			session_lost(link, now);
	} else if (err->req == 0 &&
	    (err->code == WIRE_VERSION || err->code == WIRE_REFUSED)) {
		link->turned_away = true;
		link_complain(link,
		    err->code == WIRE_VERSION ?
			"it speaks another version of the protocol" :
			"it refuses this node");
	} else if (link->greeted) {
		fetch_refused(link, err, now);
	}
}

/* Everything that needs a session. */
static void
receive_in_session(struct link *link, struct wire_msg *msg, int64_t now)
{
	switch (msg->type) {
	case WIRE_HAVE:
		have_receive(link, &msg->u.have, now);
		break;
	case WIRE_GET:
		serve_get(link, &msg->u.get);
		break;
	case WIRE_DATA:
		fetch_data(link, &msg->u.data, now);
		break;
	case WIRE_NOTE:
		fetch_note(link, &msg->u.note, now);
		break;
	case WIRE_HELLO:
	case WIRE_ERR:
		break;
	}
}

void
link_receive(struct link *link, const uint8_t *buf, size_t len, int64_t now)
{
	struct wire_msg msg = { 0 };
	enum err err;

	link->last_heard = now;
	if ((err = wire_decode(buf, len, &msg)) != ERR_NONE) {
		link_complain(link, err_str(err));
		if (!wire_is_err(buf, len))
			link_say_err(link, 0, WIRE_BAD, 0, err_str(err));
		return;
	}
	if (msg.type == WIRE_HELLO)
		receive_hello(link, &msg.u.hello, now);
	else if (msg.type == WIRE_ERR)
		receive_err(link, &msg.u.err, now);
	else if (link->greeted)
		receive_in_session(link, &msg, now);
	else if (!link->dialer)
		link_say_err(link, 0, WIRE_NO_SESSION, 0, "say HELLO first");
	wire_clear(&msg);
}

void
link_receive_note(
    struct link *link, const uint8_t *buf, size_t len, int64_t now)
{
	struct wire_msg msg = { 0 };

	if (!link->greeted)
		return;
	if (wire_decode(buf, len, &msg) != ERR_NONE || msg.type != WIRE_NOTE)
		link_complain(link, "PUB sent something that is no NOTE");
	else
		fetch_note(link, &msg.u.note, now);
	wire_clear(&msg);
}

void
link_note(struct link *link, const struct view_log *log, const uint8_t *frame,
    size_t len)
{
	uint8_t *copy;

	if (link->state < LINK_SYNC || (link->flags & WIRE_NO_SUB) == 0 ||
	    log->source == link || (copy = malloc(len)) == NULL)
		return;
	memcpy(copy, frame, len);
	(void)link->ops->send(link->host, link, copy, len);
}

void
link_tell_branch(struct link *link, const uint8_t head[HEAD_LEN])
{
	struct wire_msg msg = { .type = WIRE_NOTE };

	msg.u.note.head = head;
	if (link->state >= LINK_SYNC)
		(void)link_send(link, &msg);
}

/* ---- timers and the rest ---- */

bool
link_tick(struct link *link, int64_t now)
{
	bool silent = now - link->last_heard > link->timers->silence_ms;

	switch (link->state) {
	case LINK_DOWN:
		/* A listener waits for HELLO, a dialler for its transport. */
		return link->dialer || !(silent || link->turned_away);
	case LINK_WAIT:
		/* The transport was up before its queue was. */
		if (!link->hello_sent)
			say_hello(link, now);
		return !silent && !link->turned_away &&
		    now - link->hello_at <= link->timers->hello_ms;
	case LINK_SYNC:
	case LINK_LIVE:
		if (silent || link->turned_away)
			return false;
		fetch_tick(link, now);
		have_tick(link, now);
		link_fetch(link, now);
		return true;
	}
	return true;
}

void
link_rethink(struct link *link)
{
	link->claims_rest = false;
	link->bodies_rest = false;
	link->settled = false;
}

void
link_info(const struct link *link, struct link_info *ret_info)
{
	uint8_t own[HASH_LEN];

	memset(ret_info, 0, sizeof(*ret_info));
	ret_info->state = link->state;
	ret_info->dialer = link->dialer;
	ret_info->has_key = link->has_key;
	memcpy(ret_info->key, link->key, KEY_LEN);
	memcpy(ret_info->sw, link->sw, sizeof(link->sw));
	memcpy(ret_info->name, link->name, sizeof(link->name));
	memcpy(ret_info->org, link->org, sizeof(link->org));
	ret_info->flags = link->flags;
	ret_info->pub_port = link->pub_port;
	ret_info->state_since = link->state_since;
	ret_info->last_heard = link->last_heard;
	ret_info->behind = claim_behind(link);
	view_digest(link->view, own);
	ret_info->same_digest = link->greeted &&
	    memcmp(own, link->peer_digest, HASH_LEN) == 0;
	ret_info->knew_older = link->knew_older;
	ret_info->gave_older = link->gave_older;
	ret_info->bad = link->bad;
	ret_info->clock_skew_ms = link->clock_skew_ms;
	ret_info->doubled_at = link->doubled_at;
}
