#include "daemon/link_internal.h"

#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"

void
claim_forget(struct link *link)
{
	size_t i;

	for (i = 0; i < link->nclaims; i++)
		free(link->claims[i]);
	free(link->claims);
	link->claims = NULL;
	link->nclaims = 0;
	link->claims_room = 0;
	link->next_claim = 0;
	link->reach_at = 0;
	link->claims_rest = false;
	link->retry_due = 0;
	link->probe_due = false;
	link->beyond_lied = false;
}

/* ---- the list ---- */

/* Where a claim on log_id stands, or would stand. */
static size_t
place_of(const struct link *link, const uint8_t log_id[LOG_ID_LEN])
{
	size_t low = 0;
	size_t high = link->nclaims;
	size_t middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (memcmp(link->claims[middle]->log_id, log_id, LOG_ID_LEN) <
		    0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct claim *
claim_find(const struct link *link, const uint8_t log_id[LOG_ID_LEN])
{
	size_t place = place_of(link, log_id);

	if (place == link->nclaims ||
	    memcmp(link->claims[place]->log_id, log_id, LOG_ID_LEN) != 0)
		return NULL;
	return link->claims[place];
}

/* Make room for one more claim. */
static bool
grow(struct link *link)
{
	size_t room = link->claims_room == 0 ? 16 : link->claims_room * 2;
	struct claim **claims;

	if (link->nclaims < link->claims_room)
		return true;
	claims = realloc(link->claims, room * sizeof(struct claim *));
	if (claims == NULL)
		return false;
	link->claims = claims;
	link->claims_room = room;
	return true;
}

/* Make a claim on log_id; NULL if the peer has made too many. */
static struct claim *
add(struct link *link, const uint8_t log_id[LOG_ID_LEN])
{
	size_t place = place_of(link, log_id);
	struct claim *claim;

	if (link->nclaims == LINK_CLAIMS_MAX || !grow(link) ||
	    (claim = calloc(1, sizeof(*claim))) == NULL)
		return NULL;
	memcpy(claim->log_id, log_id, LOG_ID_LEN);
	memmove(&link->claims[place + 1], &link->claims[place],
	    (link->nclaims - place) * sizeof(struct claim *));
	link->claims[place] = claim;
	link->nclaims++;
	return claim;
}

/* Forget the claim at this place. */
static void
drop_at(struct link *link, size_t place)
{
	free(link->claims[place]);
	link->nclaims--;
	memmove(&link->claims[place], &link->claims[place + 1],
	    (link->nclaims - place) * sizeof(struct claim *));
}

void
claim_drop(struct link *link, const struct claim *claim)
{
	drop_at(link, place_of(link, claim->log_id));
}

/* ---- what is held ---- */

/* Does our own chain have another value there?  False if we are not so far. */
static bool
contradicts(const struct link *link, const struct view_log *log, uint64_t n,
    const uint8_t c8[C8_LEN])
{
	uint8_t c[HASH_LEN];

	if (n == 0 || n > log->tip.n)
		return false;
	if (n == log->tip.n)
		return memcmp(c8, log->tip.c, C8_LEN) != 0;
	return link->ops->chain_at(link->host, log->log_id, n, c) == ERR_NONE &&
	    memcmp(c8, c, C8_LEN) != 0;
}

bool
claim_known(const struct link *link, const struct view_log *log, uint64_t n,
    const uint8_t c8[C8_LEN])
{
	if (n <= log->tip.n && !contradicts(link, log, n, c8))
		return true;
	return log->frozen && link->ops->holds(link->host, log->log_id, n, c8);
}

bool
claim_spent(const struct link *link, const uint8_t key[KEY_LEN])
{
	return link->ops->spent != NULL && link->ops->spent(link->host, key);
}

uint64_t
claim_limit(const struct link *link, const struct claim *claim)
{
	if (claim->beyond && !link->beyond_lied && link->ops->knows != NULL &&
	    link->ops->knows(link->host, claim->key) &&
	    !claim_spent(link, claim->key))
		return claim->n;
	return link->ops->cut(link->host, claim->key, claim->log_id);
}

/*
 * Is what the peer told of beyond a cut here, and no MEMBER entry?  All that it can
 * be for is that others fetch what nobody needs.
 */
static void
check_beyond(
    struct link *link, const struct view_log *log, const struct claim *claim)
{
	if (!claim->beyond || link->beyond_lied || log->frozen ||
	    log->tip.n < claim->n || log->word >= claim->n ||
	    contradicts(link, log, claim->n, claim->c8))
		return;
	link->beyond_lied = true;
	link_complain(link, "no MEMBER entry where one was told of");
}

/* ---- making claims ---- */

void
claim_differs(struct link *link, struct claim *claim)
{
	claim->differs = true;
	link->probe_due = true;
}

/* Write down what is claimed; the waits of an older claim stay. */
static void
set(struct link *link, struct claim *claim, uint64_t n,
    const uint8_t c8[C8_LEN], bool proved, bool differs)
{
	claim->n = n;
	memcpy(claim->c8, c8, C8_LEN);
	claim->beyond = false;
	claim->proved = proved;
	claim->differs = false;
	if (differs)
		claim_differs(link, claim);
	link->claims_rest = false;
}

/*
 * A peer that tells a position beyond the last common entry of a forked log
 * does not know of the fork: show it the HEAD of a branch that is not its own.
 */
static void
tell_fork(struct link *link, const struct wire_pos *pos)
{
	uint8_t head[HEAD_LEN];

	if (link->ops->other_head(
		link->host, pos->log_id, pos->n, pos->c8, head) == ERR_NONE)
		link_tell_branch(link, head);
}

/* Does the HAVE that is being read name this log for the first time? */
static bool
is_first(struct link *link, const uint8_t log_id[LOG_ID_LEN])
{
	if (link->forks_heard == NULL &&
	    posset_new(&link->forks_heard) != ERR_NONE)
		return false;
	return !posset_has(link->forks_heard, log_id, 1) &&
	    posset_add(link->forks_heard, log_id, 1) == ERR_NONE;
}

void
claim_heard_all(struct link *link)
{
	posset_free(link->forks_heard);
	link->forks_heard = NULL;
}

/* Is the position, of a log that we hold, nothing new to us? */
static bool
is_old(
    struct link *link, const struct view_log *log, const struct wire_pos *pos)
{
	if (!log->frozen)
		return pos->n <= log->tip.n &&
		    !contradicts(link, log, pos->n, pos->c8);
	return claim_known(link, log, pos->n, pos->c8);
}

/* A log that is new to us: its id must be that of its key. */
static struct claim *
add_unknown(struct link *link, const struct wire_pos *pos)
{
	uint8_t log_id[LOG_ID_LEN];
	struct claim *claim;
	struct log_tip tip;

	if (!pos->has_key)
		return NULL;
	log_begin(pos->key, pos->inc, log_id, &tip);
	if (memcmp(log_id, pos->log_id, LOG_ID_LEN) != 0) {
		link_complain(link, "a log id that is not its key's");
		return NULL;
	}
	if ((claim = add(link, log_id)) == NULL) {
		link_complain(link, "more logs than can be remembered");
		return NULL;
	}
	memcpy(claim->key, pos->key, KEY_LEN);
	claim->inc = pos->inc;
	return claim;
}

/* A log that we have heard of already. */
static struct claim *
add_known(struct link *link, const struct view_log *log)
{
	struct claim *claim = add(link, log->log_id);

	if (claim == NULL)
		return NULL;
	memcpy(claim->key, log->key, KEY_LEN);
	claim->inc = log->inc;
	return claim;
}

/*
 * Does a position say nothing new?  One that was given up is tried again, and what
 * a cut keeps from being fetched hides no MEMBER entry before it.
 */
static bool
is_known(const struct link *link, struct claim *claim,
    const struct wire_pos *pos, bool differs, int64_t now)
{
	if (claim->given_up && claim->n > pos->n &&
	    claim->ignore_until != INT64_MAX && now >= claim->retry_at) {
		claim->retry_at = now + claim->rest_ms;
		claim->ignore_until = claim->wait_until = 0;
		return false;
	}
	if (pos->beyond && claim_limit(link, claim) < pos->n)
		return false;
	return claim->proved && claim->n >= pos->n && !differs;
}

void
claim_position(struct link *link, const struct wire_pos *pos, int64_t now)
{
	const struct view_log *log = view_find(link->view, pos->log_id);
	struct claim *claim = claim_find(link, pos->log_id);
	bool differs;

	if (pos->n == 0)
		return;
	if (log != NULL && log->frozen) {
		if (!is_first(link, pos->log_id))
			return;
		if (pos->n > log->last_common)
			tell_fork(link, pos);
	}
	if (link_reads_only(link))
		return;
	if (log != NULL && claim != NULL)
		check_beyond(link, log, claim);
	if (log != NULL && is_old(link, log, pos)) {
		if (claim != NULL && !claim->proved)
			claim_drop(link, claim);
		return;
	}
	differs = log != NULL && (pos->n <= log->tip.n || log->frozen);
	if (claim != NULL && is_known(link, claim, pos, differs, now))
		return;
	if (claim == NULL)
		claim = log != NULL ? add_known(link, log) :
				      add_unknown(link, pos);
	if (claim == NULL)
		return;
	set(link, claim, pos->n, pos->c8, false, differs);
	claim->beyond = pos->beyond;
}

void
claim_head(struct link *link, struct view_log *log, const struct log_head *head,
    int64_t wait_ms, int64_t now)
{
	struct claim *claim = claim_find(link, log->log_id);
	bool differs = head->n <= log->tip.n || log->frozen;

	if (link_reads_only(link))
		return;
	if (claim != NULL && claim->proved && claim->n >= head->n && !differs)
		return;
	if (claim == NULL && (claim = add_known(link, log)) == NULL)
		return;
	set(link, claim, head->n, head->c, true, differs);
	if (claim->wait_until <= now)
		claim->wait_until = now + wait_ms;
}

/* Give a claim up, or still: the peer lies, or is out of reach for now. */
static void
give_up(const struct link *link, struct claim *claim, int64_t now)
{
	if (!claim->given_up) {
		claim->given_up = true;
		claim->given_up_at = now;
		claim->rest_ms = link->timers->get_ms;
	} else {
		claim->rest_ms *= 2;
	}
	if (claim->rest_ms > CLAIM_REST_MAX)
		claim->rest_ms = CLAIM_REST_MAX;
	if (claim->ignore_until < now + claim->rest_ms)
		claim->ignore_until = now + claim->rest_ms;
}

void
claim_failed(struct link *link, const uint8_t log_id[LOG_ID_LEN], int64_t now)
{
	struct claim *claim = claim_find(link, log_id);

	if (claim == NULL)
		return;
	link->claims_rest = false;
	if (claim->given_up || ++claim->failures >= CLAIM_FAILURES)
		give_up(link, claim, now);
	claim->wait_until = now +
	    link->ops->random(link->host) % (link->timers->gap_ms + 1);
}

void
claim_went_on(struct link *link, const uint8_t log_id[LOG_ID_LEN])
{
	struct claim *claim = claim_find(link, log_id);

	if (claim == NULL || claim->ignore_until == INT64_MAX)
		return;
	claim->failures = 0;
	if (!claim->given_up)
		return;
	claim->given_up = false;
	claim->ignore_until = 0;

	/* What else of it was given up is asked for without more delay. */
	link->retry_due = 0;
	link->claims_rest = false;
}

void
claim_asked(struct link *link, const struct claim *claim, int64_t now)
{
	if (claim->given_up)
		link->retry_due = now + CLAIM_PACE_MS;
}

void
claim_denied(struct link *link, const uint8_t log_id[LOG_ID_LEN])
{
	struct claim *claim = claim_find(link, log_id);

	if (claim != NULL)
		claim->ignore_until = INT64_MAX;
}

/* ---- following them up ---- */

/* What waits for another day is looked at again so often. */
#define SPENT_MS 60000

static void
wake_at(int64_t *wake, int64_t when)
{
	if (when < *wake)
		*wake = when;
}

int64_t
claim_rests(const struct link *link, const struct claim *claim)
{
	int64_t until = claim->wait_until;

	if (until < claim->ignore_until)
		until = claim->ignore_until;
	if (claim->given_up && until < link->retry_due)
		until = link->retry_due;
	return until;
}

/* Was it this link's turn until a moment ago? */
static bool
lets_go(const struct link *link, const struct view_log *log, int64_t now)
{
	int64_t over = log->turn_since + TURN_MS;

	return log->turn_of == link && now >= over && now < over + LET_GO_MS;
}

/* Can the headers of this claim be asked for?  If only later, tell when. */
static bool
is_ready(
    struct link *link, const struct claim *claim, int64_t now, int64_t *wake)
{
	const struct view_log *log;
	uint64_t cut;

	if (claim->differs)
		return false;
	if (claim_rests(link, claim) > now) {
		wake_at(wake, claim_rests(link, claim));
		return false;
	}
	cut = claim_limit(link, claim);
	if (claim->beyond && cut < claim->n)
		wake_at(wake, now + SPENT_MS);
	log = view_find(link->view, claim->log_id);
	if (cut == 0 || log == NULL)
		return cut != 0;
	if (log->frozen || log->pending.n >= claim->n || log->pending.n >= cut)
		return false;
	if (log->fetcher != NULL && log->fetch_until > now) {
		wake_at(wake, log->fetch_until);
		return false;
	}
	if (lets_go(link, log, now)) {
		wake_at(wake, log->turn_since + TURN_MS + LET_GO_MS);
		return false;
	}
	return !fetch_asks(link, claim->log_id);
}

/* Is its origin one that has sent so much that others come first? */
static bool
is_late(const struct link *link, const struct claim *claim)
{
	return link->ops->late != NULL &&
	    link->ops->late(link->host, claim->key);
}

struct claim *
claim_next(struct link *link, int64_t now)
{
	int64_t wake = INT64_MAX;
	size_t late = link->nclaims;
	size_t i;
	size_t at;

	if (link->claims_rest && now < link->claims_wake &&
	    link->claims_seen == view_releases(link->view))
		return NULL;
	for (i = 0; i < link->nclaims; i++) {
		at = (link->next_claim + i) % link->nclaims;
		if (!is_ready(link, link->claims[at], now, &wake))
			continue;
		if (is_late(link, link->claims[at])) {
			late = late == link->nclaims ? at : late;
			continue;
		}
		link->next_claim = at + 1;
		return link->claims[at];
	}
	if (late < link->nclaims) {
		link->next_claim = late + 1;
		return link->claims[late];
	}
	link->claims_rest = true;
	link->claims_wake = wake;
	link->claims_seen = view_releases(link->view);
	return NULL;
}

/* How it stands with a claim. */
enum stand {
	STAND_OPEN,  /* something is still to come */
	STAND_ASIDE, /* not now: no member's, cut off, spent, or given up */
	STAND_DONE,
};

static enum stand
stand_of(struct link *link, struct claim *claim, int64_t now)
{
	const struct view_log *log = view_find(link->view, claim->log_id);
	uint64_t cut = claim_limit(link, claim);

	if (cut == 0 || claim->ignore_until > now)
		return STAND_ASIDE;
	if (log == NULL)
		return claim->given_up ? STAND_ASIDE : STAND_OPEN;
	if (!claim->differs && (log->tip.n >= claim->n || log->frozen)) {
		if (claim_known(link, log, claim->n, claim->c8)) {
			check_beyond(link, log, claim);
			return STAND_DONE;
		}
		claim_differs(link, claim);
	}
	if (claim->given_up ||
	    (claim->differs ? claim_spent(link, claim->key) :
			      log->tip.n >= cut))
		return STAND_ASIDE;
	return STAND_OPEN;
}

bool
claim_reached(struct link *link, int64_t now)
{
	size_t aside = 0;

	if (link_reads_only(link))
		return true;
	while (aside < link->nclaims) {
		if (link->reach_at >= link->nclaims)
			link->reach_at = 0;
		switch (stand_of(link, link->claims[link->reach_at], now)) {
		case STAND_OPEN:
			return false;
		case STAND_ASIDE:
			link->reach_at++;
			aside++;
			break;
		case STAND_DONE:
			drop_at(link, link->reach_at);
			break;
		}
	}
	return true;
}

uint64_t
claim_behind(const struct link *link)
{
	const struct claim *claim;
	const struct view_log *log;
	uint64_t behind = 0;
	uint64_t cut;
	uint64_t n;
	size_t i;

	for (i = 0; i < link->nclaims; i++) {
		claim = link->claims[i];
		if (claim->given_up)
			continue;
		log = view_find(link->view, claim->log_id);
		cut = claim_limit(link, claim);
		n = claim->n < cut ? claim->n : cut;
		if (log == NULL)
			behind += n;
		else if (!log->frozen && n > log->tip.n)
			behind += n - log->tip.n;
	}
	return behind;
}

/* Did the position come from another peer, though not from this one? */
static bool
is_held(const struct link *link, const struct claim *claim)
{
	const struct view_log *log = view_find(link->view, claim->log_id);

	return log != NULL && claim_known(link, log, claim->n, claim->c8);
}

size_t
link_unproved(const struct link *link, struct link_unproved *list, size_t max)
{
	const struct claim *claim;
	size_t count = 0;
	size_t i;

	for (i = 0; i < link->nclaims && count < max; i++) {
		claim = link->claims[i];
		if (!claim->given_up || is_held(link, claim))
			continue;
		memcpy(list[count].log_id, claim->log_id, LOG_ID_LEN);
		memcpy(list[count].key, claim->key, KEY_LEN);
		list[count].n = claim->n;
		list[count++].since = claim->given_up_at;
	}
	return count;
}
