#include "daemon/link_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "proto/text.h"

/* The one version of the protocol that we speak. */
#define PROTO_VERSION 1

/* A changed digest is told this soon, and this often at most. */
#define SOON_MS  250
#define OFTEN_MS 1000

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

/* Forget the session; the link may be used again. */
static void
forget(struct link *link)
{
	fetch_forget(link);
	serve_forget(link);
	free(link->mentioned);
	link->mentioned = NULL;
	link->nmentioned = 0;
	link->mentioned_room = 0;
	link->greeted = false;
	link->hello_at = 0;
	link->told_full = false;
	link->heard_full = false;
	link->settled = false;
	link->differs_since = 0;
	link->have_due = 0;
	memset(link->peer_digest, 0, HASH_LEN);
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
	return wire_encode(msg, &buf, &len) == ERR_NONE &&
	    link->ops->send(link->host, link, buf, len) == ERR_NONE;
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
	crypto_random(link->nonce, NONCE_LEN);
	memcpy(hello->nonce, link->nonce, NONCE_LEN);
	view_digest(link->view, hello->digest);
	hello->max_msg = MSG_MAX;
	hello->window = WINDOW_MAX;
	hello->sw = "";
	hello->org = "";
	hello->name = "";
	link->ops->hello(link->host, link, hello);
	link->hello_at = now;
	link->hello_sent = link_send(link, &msg);
}

void
link_up(struct link *link, int64_t now)
{
	forget(link);
	link->last_heard = now;
	if (!link->dialer)
		return;
	say_hello(link, now);
	link_set_state(link, LINK_WAIT, now);
}

void
link_down(struct link *link)
{
	forget(link);
	link_set_state(link, LINK_DOWN, link->last_heard);
}

/* Keep a short text of the peer. */
static void
keep_text(char *out, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size)
		len = 0;
	memcpy(out, text, len);
	out[len] = '\0';
}

/* ---- HAVE ---- */

/* When the next HAVE is due: every have_ms, give or take a fifth. */
static int64_t
next_have(const struct link *link, int64_t now)
{
	uint32_t spread = link->timers->have_ms * 2 / 5 + 1;

	return now + link->timers->have_ms - link->timers->have_ms / 5 +
	    link->ops->random(link->host) % spread;
}

/* HAVE with the digest alone: keep-alive and comparison. */
static void
say_digest(struct link *link, int64_t now)
{
	struct wire_msg msg = { .type = WIRE_HAVE };

	view_digest(link->view, msg.u.have.digest);
	(void)link_send(link, &msg);
	link->have_last = now;
	link->have_due = next_have(link, now);
}

/* Was this log's key said in this session?  Remember that it is now. */
static bool
mention(struct link *link, const uint8_t log_id[LOG_ID_LEN])
{
	size_t low = 0;
	size_t high = link->nmentioned;
	size_t room = link->mentioned_room == 0 ? 64 : link->mentioned_room * 2;
	size_t middle;
	uint8_t(*ids)[LOG_ID_LEN];

	while (low < high) {
		middle = low + (high - low) / 2;
		if (memcmp(link->mentioned[middle], log_id, LOG_ID_LEN) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < link->nmentioned &&
	    memcmp(link->mentioned[low], log_id, LOG_ID_LEN) == 0)
		return true;
	if (link->nmentioned == link->mentioned_room) {
		ids = realloc(link->mentioned, room * LOG_ID_LEN);
		if (ids == NULL)
			return false;
		link->mentioned = ids;
		link->mentioned_room = room;
	}
	memmove(link->mentioned[low + 1], link->mentioned[low],
	    (link->nmentioned - low) * LOG_ID_LEN);
	memcpy(link->mentioned[low], log_id, LOG_ID_LEN);
	link->nmentioned++;
	return false;
}

/* The position of one log as we tell it. */
static void
fill_pos(struct link *link, const struct view_log *log, struct wire_pos *pos)
{
	memset(pos, 0, sizeof(*pos));
	memcpy(pos->log_id, log->log_id, LOG_ID_LEN);
	pos->n = log->counted;
	memcpy(pos->c8, log->counted_c8, C8_LEN);
	if (!mention(link, log->log_id)) {
		pos->has_key = true;
		memcpy(pos->key, log->key, KEY_LEN);
		pos->inc = log->inc;
	}
}

/* Tell all positions, in parts of HAVE_POS_MAX. */
static void
say_all(struct link *link, int64_t now)
{
	struct wire_msg msg = { .type = WIRE_HAVE };
	struct wire_have *have = &msg.u.have;
	struct wire_pos *all;
	size_t count = 0;
	size_t sent = 0;
	size_t i;

	all = calloc(view_count(link->view) + 1, sizeof(*all));
	if (all == NULL)
		return;
	for (i = 0; i < view_count(link->view); i++)
		if (view_at(link->view, i)->counted > 0)
			fill_pos(link, view_at(link->view, i), &all[count++]);

	view_digest(link->view, have->digest);
	have->full = true;
	have->parts = (uint32_t)((count + HAVE_POS_MAX - 1) / HAVE_POS_MAX);
	if (have->parts == 0)
		have->parts = 1;
	for (have->part = 1; have->part <= have->parts; have->part++) {
		have->pos = all + sent;
		have->npos = count - sent < HAVE_POS_MAX ? count - sent :
							   HAVE_POS_MAX;
		sent += have->npos;
		(void)link_send(link, &msg);
	}
	free(all);
	link->told_full = true;
	memcpy(link->told_digest, have->digest, HASH_LEN);
	link->have_last = now;
	link->have_due = next_have(link, now);
}

void
link_have_new(struct link *link, struct view_log *const *logs, size_t count)
{
	struct wire_msg msg = { .type = WIRE_HAVE };
	struct wire_pos *pos;
	size_t i;

	if (link->state < LINK_SYNC || count == 0 || count > HAVE_POS_MAX ||
	    (pos = calloc(count, sizeof(*pos))) == NULL)
		return;
	for (i = 0; i < count; i++)
		fill_pos(link, logs[i], &pos[i]);
	view_digest(link->view, msg.u.have.digest);
	msg.u.have.pos = pos;
	msg.u.have.npos = count;
	msg.u.have.part = 1;
	msg.u.have.parts = 1;
	(void)link_send(link, &msg);
	free(pos);
}

void
link_have_soon(struct link *link, int64_t now)
{
	int64_t soon = now + SOON_MS;

	if (soon < link->have_last + OFTEN_MS)
		soon = link->have_last + OFTEN_MS;
	if (link->state >= LINK_SYNC && link->have_due > soon)
		link->have_due = soon;
}

/* Does the peer's last digest equal ours? */
static bool
same_digest(struct link *link)
{
	uint8_t own[HASH_LEN];

	view_digest(link->view, own);
	return memcmp(own, link->peer_digest, HASH_LEN) == 0;
}

/* Is this the pair of digests with which an exchange has ended before? */
static bool
is_settled(struct link *link)
{
	uint8_t own[HASH_LEN];

	view_digest(link->view, own);
	return link->settled &&
	    memcmp(own, link->settled_own, HASH_LEN) == 0 &&
	    memcmp(link->peer_digest, link->settled_peer, HASH_LEN) == 0;
}

/* Move between SYNC and LIVE as the exchange and the claims allow. */
static void
settle(struct link *link, int64_t now)
{
	uint8_t own[HASH_LEN];

	if (link->state < LINK_SYNC)
		return;
	view_digest(link->view, own);
	if (same_digest(link)) {
		link->differs_since = 0;
		link_set_state(link, LINK_LIVE, now);
		return;
	}
	if (link->state == LINK_SYNC && link->heard_full && link->told_full &&
	    fetch_reached(link, now)) {
		link->settled = true;
		memcpy(link->settled_own, own, HASH_LEN);
		memcpy(link->settled_peer, link->peer_digest, HASH_LEN);
		link_set_state(link, LINK_LIVE, now);
	}
}

/* Begin an exchange of all positions. */
static void
exchange(struct link *link, int64_t now)
{
	/*
	 * A peer that told all with the digest it still has will not tell it
	 * again: what it claimed is known.
	 */
	link->heard_full = link->heard_full &&
	    memcmp(link->peer_digest, link->heard_digest, HASH_LEN) == 0;
	link->differs_since = 0;
	say_all(link, now);
}

/* A digest that differs once may be on its way; twice means an exchange. */
static void
compare_digest(struct link *link, int64_t now)
{
	if (same_digest(link)) {
		settle(link, now);
		return;
	}
	if (is_settled(link))
		return;
	if (link->differs_since == 0) {
		link->differs_since = now;
		return;
	}
	if (now - link->differs_since < link->timers->have_ms / 2)
		return;
	link_set_state(link, LINK_SYNC, now);
	exchange(link, now);
}

static void
receive_have(struct link *link, const struct wire_have *have, int64_t now)
{
	uint8_t own[HASH_LEN];
	size_t i;

	if (have->npos > HAVE_POS_MAX || have->part > have->parts) {
		link_complain(link, "a HAVE that is too long");
		return;
	}
	memcpy(link->peer_digest, have->digest, HASH_LEN);
	for (i = 0; i < have->npos; i++)
		fetch_claim(link, &have->pos[i], now, 0);
	if (have->full && have->part == have->parts) {
		link->heard_full = true;
		memcpy(link->heard_digest, have->digest, HASH_LEN);
		view_digest(link->view, own);
		if (!link->told_full ||
		    memcmp(own, link->told_digest, HASH_LEN) != 0)
			say_all(link, now);
	} else if (have->parts == 0) {
		compare_digest(link, now);
	}
	settle(link, now);
	link_fetch(link, now);
}

/* ---- HELLO of the peer ---- */

/* The session begins: compare digests, exchange positions if they differ. */
static void
begin_session(struct link *link, const struct wire_hello *hello, int64_t now)
{
	link->greeted = true;
	memcpy(link->peer_digest, hello->digest, HASH_LEN);
	link->have_last = now;
	link->have_due = next_have(link, now);
	link_set_state(link, LINK_SYNC, now);
	if (same_digest(link))
		settle(link, now);
	else
		exchange(link, now);
	link_fetch(link, now);
}

static void
receive_hello(struct link *link, const struct wire_hello *hello, int64_t now)
{
	if (hello->proto_min > PROTO_VERSION ||
	    hello->proto_max < PROTO_VERSION) {
		link_say_err(link, 0, WIRE_VERSION, 0,
		    "this node speaks erfa/1 only");
		link_complain(link, "no common version of the protocol");
		return;
	}
	if (!hello->has_key) {
		link_say_err(link, 0, WIRE_BAD, 0, "HELLO without a key");
		return;
	}
	if (!link->dialer)
		forget(link);
	else if (link->greeted)
		return;
	link->has_key = true;
	memcpy(link->key, hello->key, KEY_LEN);
	keep_text(link->sw, sizeof(link->sw), hello->sw);
	keep_text(link->name, sizeof(link->name), hello->name);
	keep_text(link->org, sizeof(link->org), hello->org);
	link->flags = hello->flags;
	link->pub_port = hello->pub_port;
	if (!link->dialer)
		say_hello(link, now);
	link->ops->greeted(link->host, link, hello);
	begin_session(link, hello, now);
}

static void
receive_err(struct link *link, const struct wire_err *err, int64_t now)
{
	if (err->code == WIRE_NO_SESSION) {
		if (link->dialer)
			link_up(link, now);
		else
			link_down(link);
		return;
	}
	if (err->code == WIRE_VERSION) {
		link_complain(link, "the peer speaks another version");
		return;
	}
	fetch_refused(link, err, now);
}

/* Everything that needs a session. */
static void
receive_in_session(struct link *link, struct wire_msg *msg, int64_t now)
{
	switch (msg->type) {
	case WIRE_HAVE:
		receive_have(link, &msg->u.have, now);
		break;
	case WIRE_GET:
		serve_get(link, &msg->u.get, now);
		break;
	case WIRE_DATA:
		fetch_data(link, &msg->u.data, now);
		settle(link, now);
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

/* ---- timers and the rest ---- */

bool
link_tick(struct link *link, int64_t now)
{
	if (link->state == LINK_DOWN)
		return true;
	if (now - link->last_heard > link->timers->silence_ms)
		return false;
	if (link->state == LINK_WAIT && !link->hello_sent) {
		/* The transport was up before its queue was. */
		say_hello(link, now);
		return true;
	}
	if (link->state == LINK_WAIT)
		return now - link->hello_at <= link->timers->hello_ms;
	fetch_tick(link, now);
	settle(link, now);
	if (now >= link->have_due)
		say_digest(link, now);
	link_fetch(link, now);
	return true;
}

void
link_note(struct link *link, const uint8_t *frame, size_t len)
{
	uint8_t *copy;

	if (link->state < LINK_SYNC || (link->flags & WIRE_NO_SUB) == 0 ||
	    (copy = malloc(len)) == NULL)
		return;
	memcpy(copy, frame, len);
	if (link->ops->send(link->host, link, copy, len) != ERR_NONE)
		return;
}

void
link_rethink(struct link *link)
{
	size_t i;

	for (i = 0; i < link->nclaims; i++)
		link->claims[i].not_before = 0;
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
	ret_info->behind = fetch_behind(link);
	view_digest(link->view, own);
	ret_info->same_digest = link->greeted &&
	    memcmp(own, link->peer_digest, HASH_LEN) == 0;
	ret_info->bad = link->bad;
	ret_info->clock_skew_ms = link->clock_skew_ms;
}
