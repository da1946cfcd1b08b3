#include "daemon/link_internal.h"

#include <stdlib.h>
#include <string.h>

/* A changed digest is told this soon, and this often at most. */
#define SOON_MS  250
#define OFTEN_MS 1000

/*
 * While much is published, two nodes that lack nothing are seldom at the same
 * point when one hears the other.  So long may that go on, in halves of have_ms,
 * before all positions are told: what was lost must be noticed in a minute.
 */
#define PATIENCE 3

void
have_forget(struct link *link)
{
	memset(link->peer_digest, 0, HASH_LEN);
	link->differing = false;
	link->full_owed = false;
	link->told_full = false;
	link->told_now = false;
	link->heard_part = 0;
	link->heard_full = false;
	link->heard_now = false;
	link->settled = false;
	lag_forget(link);
}

/* ---- what we say ---- */

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

/*
 * The position of one log as we tell it.  Key and incarnation are always
 * there: to remember per link what was mentioned would cost more than it saves,
 * and a HAVE that is lost would hide a log for the rest of the session.
 */
static void
fill_pos(const struct view_log *log, struct wire_pos *pos)
{
	memset(pos, 0, sizeof(*pos));
	memcpy(pos->log_id, log->log_id, LOG_ID_LEN);
	pos->n = log->told;
	memcpy(pos->c8, log->told_c8, C8_LEN);
	pos->beyond = log->told > log->counted;
	pos->has_key = true;
	memcpy(pos->key, log->key, KEY_LEN);
	pos->inc = log->inc;
}

/* Send ${count} positions in parts of HAVE_POS_MAX; false if one is lost. */
static bool
say_parts(struct link *link, struct wire_pos *all, size_t count)
{
	struct wire_msg msg = { .type = WIRE_HAVE };
	struct wire_have *have = &msg.u.have;
	size_t sent = 0;

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
		if (!link_send(link, &msg))
			return false;
	}
	return true;
}

/* Tell all positions; what finds no room now is told later, from the start. */
static void
say_all(struct link *link, int64_t now)
{
	size_t logs = view_count(link->view);
	struct wire_pos *all = calloc(logs + 1, sizeof(*all));
	size_t count = 0;
	size_t i;

	link->full_owed = true;
	link->have_last = now;
	link->have_due = next_have(link, now);
	if (all == NULL)
		return;
	for (i = 0; i < logs; i++)
		if (view_at(link->view, i)->told > 0)
			fill_pos(view_at(link->view, i), &all[count++]);
	if (say_parts(link, all, count)) {
		link->full_owed = false;
		link->told_full = true;
		link->told_now = true;
		link->told_at = now;
		view_digest(link->view, link->told_digest);
	}
	free(all);
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
		fill_pos(logs[i], &pos[i]);
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

void
have_tick(struct link *link, int64_t now)
{
	if (link->full_owed && now - link->have_last >= OFTEN_MS)
		say_all(link, now);
	else if (now >= link->have_due)
		say_digest(link, now);
}

/* ---- what we conclude ---- */

/*
 * See what has changed since the full HAVEs.  A digest that changes back is not
 * what it was: a log that was frozen counts for what it did before it grew.
 */
static void
look_again(struct link *link, uint8_t own[HASH_LEN])
{
	view_digest(link->view, own);
	link->told_now = link->told_now &&
	    memcmp(own, link->told_digest, HASH_LEN) == 0;
	link->heard_now = link->heard_now &&
	    memcmp(link->peer_digest, link->heard_digest, HASH_LEN) == 0;
	link->settled = link->settled && link->told_now && link->heard_now;
}

void
have_settle(struct link *link, int64_t now)
{
	uint8_t own[HASH_LEN];

	if (link->state < LINK_SYNC)
		return;
	look_again(link, own);
	if (memcmp(own, link->peer_digest, HASH_LEN) == 0) {
		link->differing = false;
		link->settled = false;
		lag_clear(link);
		link_set_state(link, LINK_LIVE, now);
		return;
	}
	if (link->settled || !link->told_full || !link->heard_full ||
	    (link->state == LINK_LIVE &&
		!(link->told_now && link->heard_now)) ||
	    !claim_reached(link, now))
		return;

	/*
	 * Only a pair of which both have told everything is remembered: what
	 * one got since its full HAVE may be something that the other missed.
	 */
	if (link->told_now && link->heard_now) {
		link->settled = true;
		link->differing = false;
	}
	link_set_state(link, LINK_LIVE, now);
}

/* Begin an exchange of all positions. */
static void
exchange(struct link *link, int64_t now)
{
	/*
	 * A peer that told all with the digest it still has may not tell it
	 * again: what it claimed is known.
	 */
	link->heard_full = link->heard_now;
	link->differing = false;
	link_set_state(link, LINK_SYNC, now);
	say_all(link, now);
}

/* ---- does the peer know a log of ours of before? ---- */

static bool
is_older(struct link *link, const uint8_t log_id[LOG_ID_LEN])
{
	const struct view_log *log = view_find(link->view, log_id);

	return log != NULL && log->older;
}

void
have_gave(struct link *link, const uint8_t log_id[LOG_ID_LEN], uint64_t first)
{
	if (!is_older(link, log_id))
		return;
	if (first > 1 && !link->gave_older)
		link->knew_older = true;
	link->gave_older = true;
}

static void
hear_position(struct link *link, const struct wire_pos *pos)
{
	if (!link->gave_older && pos->n > 0 && is_older(link, pos->log_id))
		link->knew_older = true;
}

/* Who has what we have, has our older logs, if there are any. */
static void
hear_digest(struct link *link)
{
	uint8_t own[HASH_LEN];
	size_t i;

	if (link->gave_older || link->knew_older)
		return;
	view_digest(link->view, own);
	if (memcmp(own, link->peer_digest, HASH_LEN) != 0)
		return;
	for (i = 0; i < view_count(link->view) && !link->knew_older; i++)
		link->knew_older = view_at(link->view, i)->older;
}

void
have_begin(struct link *link, const uint8_t digest[HASH_LEN], int64_t now)
{
	uint8_t own[HASH_LEN];

	memcpy(link->peer_digest, digest, HASH_LEN);
	hear_digest(link);
	link->have_last = now;
	link->have_due = next_have(link, now);
	link_set_state(link, LINK_SYNC, now);
	view_digest(link->view, own);
	if (memcmp(own, digest, HASH_LEN) != 0)
		exchange(link, now);
	link_fetch(link, now);
}

/*
 * A digest that differs once may be on its way.  An exchange begins if it differs
 * still when nothing has changed meanwhile, or if it has differed for long.
 */
static void
compare_digest(struct link *link, int64_t now)
{
	uint8_t own[HASH_LEN];

	look_again(link, own);
	if (memcmp(own, link->peer_digest, HASH_LEN) == 0 || link->settled) {
		link->differing = false;
		return;
	}

	/* Both told all, and we are still fetching what the peer claimed. */
	if (link->state == LINK_SYNC && link->told_full && link->heard_now)
		return;
	if (!link->differing)
		link->differs_since = now;
	if (!link->differing || memcmp(own, link->stuck_own, HASH_LEN) != 0 ||
	    memcmp(link->peer_digest, link->stuck_peer, HASH_LEN) != 0) {
		link->stuck_since = now;
		memcpy(link->stuck_own, own, HASH_LEN);
		memcpy(link->stuck_peer, link->peer_digest, HASH_LEN);
	}
	link->differing = true;
	if (now - link->stuck_since >= link->timers->have_ms / 2 ||
	    now - link->differs_since >= PATIENCE * link->timers->have_ms / 2)
		exchange(link, now);
}

/* A part of the peer's full HAVE: has it come to its end, with none missing? */
static bool
hear_part(struct link *link, const struct wire_have *have)
{
	if (have->part == 1)
		memcpy(link->heard_begun, have->digest, HASH_LEN);
	else if (have->part != link->heard_part + 1 ||
	    memcmp(link->heard_begun, have->digest, HASH_LEN) != 0) {
		link->heard_part = 0;
		return false;
	}
	link->heard_part = have->part;
	if (have->part < have->parts)
		return false;
	link->heard_part = 0;
	link->heard_full = true;
	link->heard_now = true;
	memcpy(link->heard_digest, have->digest, HASH_LEN);
	return true;
}

/*
 * Does the peer wait for our full HAVE?  Not if it was sent just now with our
 * present digest.  One that was sent long ago may have been lost.
 */
static bool
owes_full(struct link *link, int64_t now)
{
	uint8_t own[HASH_LEN];

	view_digest(link->view, own);
	return !link->told_full ||
	    memcmp(own, link->told_digest, HASH_LEN) != 0 ||
	    now - link->told_at >= link->timers->have_ms / 2;
}

void
have_receive(struct link *link, const struct wire_have *have, int64_t now)
{
	size_t i;

	memcpy(link->peer_digest, have->digest, HASH_LEN);
	hear_digest(link);
	for (i = 0; i < have->npos; i++) {
		hear_position(link, &have->pos[i]);
		claim_position(link, &have->pos[i], now);
	}
	claim_heard_all(link);
	if (have->full)
		lag_hear(link, have);
	if (have->full && hear_part(link, have)) {
		lag_conclude(link, now);
		if (owes_full(link, now))
			say_all(link, now);
	} else if (have->parts == 0) {
		compare_digest(link, now);
	}
	link_fetch(link, now);
}
