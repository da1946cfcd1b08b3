#include "daemon/link_internal.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/verify.h"

/* Credit of one GET; four of them fill the window. */
#define ASK_BYTES (WINDOW_MAX / GETS_MAX)

/*
 * Bodies that a peer said it has not are asked for again after the first time,
 * which doubles up to the second: it may be fetching them itself just now.
 */
#define LACKING_MS      500
#define LACKING_MOST_MS 30000

/*
 * Bodies of branches that became free are looked for so long after.  At once
 * would let two branches whose bodies nobody has take turns without end.
 */
#define LOOK_MS 1000

/* An exchange is over by then, if the peer takes part in it at all. */
#define SYNC_MS 1000

/* However much comes of a GET, it must end after so many times get_ms. */
#define GET_TIMES 10

/* Old HEADs are asked about again after so many times have_ms: six hours. */
#define HEADS_TIMES 1080

/* A peer that is busy is asked again after this, or what it says, at most. */
#define BUSY_MS      500
#define BUSY_MOST_MS 60000

/* ---- bodies that the peer has not got ---- */

/* Add to a set that is made when it is needed; a full set takes no more. */
static void
remember(struct posset **set_p, const struct wire_ref *ref)
{
	if (*set_p == NULL && posset_new(set_p) != ERR_NONE)
		return;
	if (posset_count(*set_p) < LACKING_MAX &&
	    posset_add(*set_p, ref->log_id, ref->n) != ERR_NONE)
		return;
}

static bool
remembers(const struct posset *set, const struct wire_ref *ref)
{
	return set != NULL && posset_has(set, ref->log_id, ref->n);
}

static bool
is_full(const struct posset *set)
{
	return set != NULL && posset_count(set) >= LACKING_MAX;
}

bool
link_lacks(const struct link *link, const struct wire_ref *ref)
{
	return remembers(link->lacking, ref) ||
	    remembers(link->bad_bodies, ref);
}

/* Under which name a body of one branch is remembered. */
static struct wire_ref
in_branch(const struct wire_ref *ref, const uint8_t branch[LINK_BRANCH_LEN])
{
	struct wire_ref named = *ref;
	size_t i;

	_Static_assert(LINK_BRANCH_LEN == LOG_ID_LEN, "they are mixed");
	for (i = 0; i < LOG_ID_LEN; i++)
		named.log_id[i] ^= branch[i];
	return named;
}

bool
link_lacks_in(const struct link *link, const struct wire_ref *ref,
    const uint8_t branch[LINK_BRANCH_LEN])
{
	const struct wire_ref named = in_branch(ref, branch);

	return link_lacks(link, &named) || remembers(link->bad_bodies, ref);
}

void
link_mark_lacking(struct link *link, const struct wire_ref *ref, int64_t now)
{
	if (link->lacking == NULL) {
		link->lacking_since = now;
		if (link->lacking_wait == 0)
			link->lacking_wait = LACKING_MS;
	}
	remember(&link->lacking, ref);
}

void
link_mark_bad(struct link *link, const struct wire_ref *ref)
{
	remember(&link->bad_bodies, ref);
}

void
link_forgive(struct link *link)
{
	posset_free(link->bad_bodies);
	link->bad_bodies = NULL;
}

void
link_look_again(struct link *link, int64_t now)
{
	if (link->branch_due > now + LOOK_MS)
		link->branch_due = now + LOOK_MS;
}

/* The peer may have got by now what it lacked. */
static void
tick_lacking(struct link *link, int64_t now)
{
	if (link->lacking == NULL ||
	    now - link->lacking_since < link->lacking_wait)
		return;
	posset_free(link->lacking);
	link->lacking = NULL;
	link->bodies_rest = false;
	link->branch_due = 0;
	link->lacking_wait *= 2;
	if (link->lacking_wait > LACKING_MOST_MS)
		link->lacking_wait = LACKING_MOST_MS;
}

/* ---- GETs of ours ---- */

/* A free place for a GET that the window allows, or NULL. */
static struct ask *
ask_free(struct link *link)
{
	struct ask *place = NULL;
	uint64_t bytes = ASK_BYTES;
	unsigned active = 0;
	size_t i;

	for (i = 0; i < GETS_MAX; i++) {
		if (!link->asks[i].active) {
			place = &link->asks[i];
			continue;
		}
		active++;
		bytes += link->asks[i].credit;
	}
	if (active == 0)
		return place;
	return active < link->gets_max && bytes <= link->window ? place : NULL;
}

/* The GET under way with this number, or NULL. */
static struct ask *
ask_find(struct link *link, uint32_t req)
{
	size_t i;

	for (i = 0; i < GETS_MAX; i++)
		if (link->asks[i].active && link->asks[i].req == req)
			return &link->asks[i];
	return NULL;
}

bool
fetch_asks(const struct link *link, const uint8_t log_id[LOG_ID_LEN])
{
	const struct ask *ask;
	size_t i;

	for (i = 0; i < GETS_MAX; i++) {
		ask = &link->asks[i];
		if (ask->active && !ask->dead && ask->kind == ASK_HEADERS &&
		    memcmp(ask->log_id, log_id, LOG_ID_LEN) == 0)
			return true;
	}
	return false;
}

/* Let others fetch the log; one of which nothing came is forgotten. */
static void
release(struct link *link, const struct ask *ask)
{
	struct view_log *log = view_find(link->view, ask->log_id);

	if (ask->kind != ASK_HEADERS || log == NULL || log->fetcher != link)
		return;
	view_release(link->view, log);
	view_forget(link->view, log);
}

/* Give up what the answer is still to bring. */
static void
ask_kill(struct link *link, struct ask *ask)
{
	size_t i;

	if (ask->dead)
		return;
	ask->dead = true;
	release(link, ask);
	for (i = 0; i < ask->nrefs; i++)
		link->ops->body_failed(link->host, link, &ask->refs[i]);
	ask->nrefs = 0;
	link->claims_rest = false;
}

/* The name under which it is remembered that the peer lacks this body. */
static struct wire_ref
asked(const struct ask *ask, const struct wire_ref *ref)
{
	return ask->has_branch ? in_branch(ref, ask->branch) : *ref;
}

/*
 * The peer has not got a body of one branch: look at the others at once, before
 * that is forgotten and the same branch comes first again.
 */
static void
try_next_branch(struct link *link, const struct ask *ask)
{
	if (ask->has_branch)
		link->branch_due = 0;
}

/* End a GET. */
static void
ask_end(struct link *link, struct ask *ask)
{
	ask_kill(link, ask);
	free(ask->refs);
	free(ask->joining.data);
	memset(ask, 0, sizeof(*ask));
}

/* A GET brought nothing, or something wrong, or nothing in time. */
static void
ask_failed(struct link *link, struct ask *ask, int64_t now)
{
	struct wire_ref named;
	size_t i;

	if (ask->dead)
		return;
	switch (ask->kind) {
	case ASK_HEADERS:
		claim_failed(link, ask->log_id, now);
		break;
	case ASK_BODIES:
		for (i = 0; i < ask->nrefs; i++) {
			named = asked(ask, &ask->refs[i]);
			link_mark_lacking(link, &named, now);
		}
		try_next_branch(link, ask);
		break;
	case ASK_PROBE:
		probe_failed(link, now);
		break;
	case ASK_HEAD:
		break;
	}
	ask_kill(link, ask);
}

void
fetch_forget(struct link *link)
{
	size_t i;

	for (i = 0; i < GETS_MAX; i++)
		if (link->asks[i].active)
			ask_end(link, &link->asks[i]);
	posset_free(link->lacking);
	link->lacking = NULL;
	link->lacking_wait = 0;
	link_forgive(link);
	link->busy_until = 0;
	link->bodies_busy_until = 0;
	link->bodies_rest = false;
	link->branch_due = 0;
	link->head_at = 0;
	link->heads_due = 0;
	link->nforks = 0;
	memset(&link->grow, 0, sizeof(link->grow));
	memset(&link->probe, 0, sizeof(link->probe));
}

void
fetch_send(struct link *link, struct ask *ask, struct wire_get *get,
    uint32_t max_bytes, int64_t now)
{
	struct wire_msg msg = { .type = WIRE_GET };

	if (++link->last_req == 0)
		link->last_req = 1;
	get->req = link->last_req;
	get->max_bytes = max_bytes < link->window ? max_bytes : link->window;
	msg.u.get = *get;
	ask->active = true;
	ask->req = get->req;
	ask->credit = get->max_bytes;
	ask->got = 0;
	ask->deadline = now + link->timers->get_ms;
	ask->end = now + GET_TIMES * (int64_t)link->timers->get_ms;
	if (link_send(link, &msg))
		return;

	/* There is no room in the queue: nobody's fault. */
	link->busy_until = now + BUSY_MS;
	if (ask->kind == ASK_PROBE)
		probe_again(link);
	ask_end(link, ask);
}

/* Ask for the headers of the next claim that waits. */
static bool
ask_headers(struct link *link, struct ask *ask, int64_t now)
{
	struct wire_get get = { .has_log = true };
	const struct claim *claim = claim_next(link, now);
	struct view_log *log;

	if (claim == NULL ||
	    view_add(link->view, claim->key, claim->inc, &log) != ERR_NONE)
		return false;
	claim_asked(link, claim, now);
	log->fetcher = link;
	if (log->turn_of != link || now - log->turn_since >= TURN_MS) {
		log->turn_of = link;
		log->turn_since = now;
	}
	log->fetch_until = log->turn_since + TURN_MS;
	memcpy(get.log_id, claim->log_id, LOG_ID_LEN);
	get.first = log->pending.n + 1;
	if (claim->proved) {
		get.has_branch = true;
		get.n = claim->n;
		memcpy(get.c8, claim->c8, C8_LEN);
	}
	ask->kind = ASK_HEADERS;
	memcpy(ask->log_id, claim->log_id, LOG_ID_LEN);
	ask->next = get.first;
	fetch_send(link, ask, &get, ASK_BYTES, now);
	return true;
}

/* What the peer lets one GET for bodies ask for. */
static size_t
bodies_credit(const struct link *link)
{
	return link->window < ASK_BYTES ? link->window : ASK_BYTES;
}

/* Choose bodies: of what all branches share, or of a branch, which is named. */
static size_t
choose_bodies(struct link *link, struct wire_ref refs[GET_REFS_MAX],
    uint8_t branch[LINK_BRANCH_LEN], bool *ret_has_branch, int64_t now)
{
	uint64_t mark = link->ops->bodies_mark(link->host);
	size_t count = 0;

	*ret_has_branch = false;
	if (!link->bodies_rest || mark != link->bodies_seen)
		count = link->ops->want_bodies(
		    link->host, link, refs, GET_REFS_MAX, bodies_credit(link));
	if (count > 0)
		return count;
	link->bodies_rest = true;
	link->bodies_seen = mark;
	if (now < link->branch_due)
		return 0;
	count = link->ops->want_branch(
	    link->host, link, refs, GET_REFS_MAX, bodies_credit(link), branch);
	if (count == 0)
		link->branch_due = now + link->timers->have_ms;
	*ret_has_branch = count > 0;
	return count;
}

/*
 * Peers serve bodies in LIVE only, since who is behind might serve erased ones,
 * and are in LIVE about when we are.  A peer that does not say what it holds is
 * asked when nothing else is open.
 */
static bool
may_ask_bodies(struct link *link, int64_t now)
{
	if (now < link->bodies_busy_until || is_full(link->lacking) ||
	    is_full(link->bad_bodies))
		return false;
	return link->state == LINK_LIVE ||
	    (now - link->state_since >= SYNC_MS && claim_reached(link, now));
}

/* Ask for bodies that the host chooses. */
static bool
ask_bodies(struct link *link, struct ask *ask, int64_t now)
{
	struct wire_ref refs[GET_REFS_MAX];
	uint8_t branch[LINK_BRANCH_LEN];
	struct wire_get get = { .has_log = false };
	size_t i;

	if (!may_ask_bodies(link, now))
		return false;
	get.nrefs = choose_bodies(link, refs, branch, &get.has_branch, now);
	if (get.nrefs == 0)
		return false;
	ask->refs = malloc(get.nrefs * sizeof(*refs));
	if (ask->refs == NULL) {
		for (i = 0; i < get.nrefs; i++)
			link->ops->body_failed(link->host, link, &refs[i]);
		return false;
	}
	memcpy(ask->refs, refs, get.nrefs * sizeof(*refs));
	ask->nrefs = get.nrefs;
	get.refs = refs;
	if (get.has_branch) {
		get.n = bytes_get_le64(branch);
		memcpy(get.c8, branch + 8, C8_LEN);
		ask->has_branch = true;
		memcpy(ask->branch, branch, LINK_BRANCH_LEN);
	}
	ask->kind = ASK_BODIES;
	fetch_send(link, ask, &get, ASK_BYTES, now);
	return true;
}

static bool
asks_head(const struct link *link)
{
	size_t i;

	for (i = 0; i < GETS_MAX; i++)
		if (link->asks[i].active && link->asks[i].kind == ASK_HEAD)
			return true;
	return false;
}

/*
 * Ask for the last entry of a log again, because of the HEAD that comes with it:
 * a beacon may have been missed, and no digest tells of that.
 */
static bool
ask_head(struct link *link, struct ask *ask, int64_t now)
{
	struct wire_get get = { .has_log = true };
	const struct view_log *log = NULL;

	if (link->ops->stale == NULL || link->state != LINK_LIVE ||
	    now < link->heads_due || asks_head(link))
		return false;
	while (link->head_at < view_count(link->view)) {
		log = view_at(link->view, link->head_at++);
		if (log->tip.n > 0 && link->ops->stale(link->host, log))
			break;
		log = NULL;
	}
	if (log == NULL) {
		link->head_at = 0;
		link->heads_due = now +
		    HEADS_TIMES * (int64_t)link->timers->have_ms;
		return false;
	}
	memcpy(get.log_id, log->log_id, LOG_ID_LEN);
	get.first = log->tip.n;
	ask->kind = ASK_HEAD;
	memcpy(ask->log_id, log->log_id, LOG_ID_LEN);
	fetch_send(link, ask, &get, 1, now);
	return true;
}

void
link_fetch(struct link *link, int64_t now)
{
	struct ask *ask;

	if (link->state < LINK_SYNC)
		return;
	have_settle(link, now);
	if (link_reads_only(link))
		return;
	while (now >= link->busy_until && (ask = ask_free(link)) != NULL &&
	    link->ops->may_fetch(link->host)) {
		if (!probe_ask(link, ask, now) &&
		    !ask_headers(link, ask, now) &&
		    !ask_bodies(link, ask, now) && !ask_head(link, ask, now))
			break;
	}
}

/* ---- answers: headers ---- */

/* A run that continues our branch of a log. */
static void
take_run(
    struct link *link, struct ask *ask, const struct log_run *run, int64_t now)
{
	struct view_log *log = view_find(link->view, run->log_id);
	struct claim *claim = claim_find(link, run->log_id);
	struct log_tip end;
	enum err err;

	/* Others may have brought the log on, or a commit failed meanwhile. */
	if (log == NULL || log->frozen || log->pending.n + 1 != ask->next) {
		ask_kill(link, ask);
		return;
	}
	err = verify_run(log->key, log->inc, &log->pending, run, &end);
	if (err == ERR_NONE) {
		link->ops->take_run(link->host, link, log, run, NULL);
		log->pending = end;
		log->source = link;
		ask->next = end.n + 1;
		ask->progress = true;
		claim_went_on(link, run->log_id);
		return;
	}

	/* Does the peer's log part from ours somewhere before this run? */
	if (err == ERR_CHAIN && run->first == ask->next && run->first > 1 &&
	    claim != NULL && log->pending.n == log->tip.n &&
	    memcmp(run->c_prev, log->pending.c, HASH_LEN) != 0) {
		claim_differs(link, claim);
		ask_kill(link, ask);
		return;
	}
	link_complain(link, err_str(err));
	ask_failed(link, ask, now);
}

static void take_old_head(
    struct link *link, const uint8_t raw[HEAD_LEN], int64_t now);

/* The run of a message, if one was asked for. */
static void
take_headers(
    struct link *link, struct ask *ask, const struct log_run *run, int64_t now)
{
	if (ask->kind == ASK_BODIES ||
	    memcmp(run->log_id, ask->log_id, LOG_ID_LEN) != 0) {
		link_complain(link, "headers that were not asked for");
	} else if (ask->kind == ASK_HEADERS) {
		take_run(link, ask, run, now);
	} else if (ask->kind == ASK_HEAD) {
		ask->progress = true;
		take_old_head(link, run->head, now);
	} else {
		/* One run at a time; what else this GET brings is stale. */
		ask_kill(link, ask);
		probe_run(link, run, now);
	}
}

/* ---- answers: bodies ---- */

static bool
same_ref(const struct wire_ref *a, const struct wire_ref *b)
{
	return a->n == b->n && a->part == b->part &&
	    memcmp(a->log_id, b->log_id, LOG_ID_LEN) == 0;
}

/* Does the part continue what came of its body? */
static bool
continues(const struct joining *joining, const struct wire_body *part)
{
	if (part->ref.offset != joining->len)
		return false;
	return joining->len == 0 ||
	    (same_ref(&joining->ref, &part->ref) &&
		part->total == joining->total &&
		memcmp(part->salt, joining->salt, SALT_LEN) == 0);
}

/* Join a body that comes in parts; false if the part does not fit. */
static bool
join(struct joining *joining, const struct wire_body *part)
{
	uint8_t *data = joining->data;

	if (!continues(joining, part) || part->total > BODY_MAX ||
	    part->data.len == 0 || part->data.len > part->total - joining->len)
		return false;
	if (data == NULL && (data = link_alloc(BODY_MAX)) == NULL)
		return false;
	memcpy(data + joining->len, part->data.data, part->data.len);
	joining->ref = part->ref;
	joining->total = part->total;
	memcpy(joining->salt, part->salt, SALT_LEN);
	joining->len += part->data.len;
	joining->data = data;
	return true;
}

/* What the peer says of a body that it does not send. */
static void
not_sent(struct link *link, const struct ask *ask, const struct wire_ref *ref,
    enum wire_state state, int64_t now)
{
	const struct wire_ref named = asked(ask, ref);

	if (state == WIRE_DENIED || state == WIRE_OK)
		link_mark_bad(link, &named);
	else
		link_mark_lacking(link, &named, now);
	try_next_branch(link, ask);
	link->ops->body_failed(link->host, link, ref);
}

/* The bytes of a body, or of a part of it; true when this one is over. */
static bool
take_bytes(struct link *link, struct ask *ask, const struct wire_ref *ref,
    const struct wire_body *part, int64_t now)
{
	struct joining *joining = &ask->joining;
	const uint8_t *whole = part->data.data;

	if (joining->len > 0 || part->data.len != part->total) {
		if (!join(joining, part)) {
			link_complain(link, "parts of a body that do not join");
			joining->len = 0;
			not_sent(link, ask, ref, WIRE_OK, now);
			return true;
		}
		if (joining->len < joining->total)
			return false;
		joining->len = 0;
		whole = joining->data;
	}
	link->lacking_wait = LACKING_MS;
	link->ops->take_body(
	    link->host, link, ref, part->salt, whole, (size_t)part->total);
	return true;
}

/* One body, or a part of it. */
static void
take_body(struct link *link, struct ask *ask, const struct wire_body *part,
    int64_t now)
{
	struct wire_ref ref;
	size_t i;

	for (i = 0; i < ask->nrefs; i++)
		if (same_ref(&ask->refs[i], &part->ref))
			break;
	if (i == ask->nrefs) {
		link_complain(link, "a body that was not asked for");
		return;
	}
	ref = ask->refs[i];
	ask->progress = true;
	if (part->state != WIRE_OK) {
		ask->joining.len = 0;
		not_sent(link, ask, &ref, part->state, now);
	} else {
		ask->got += part->data.len;
		if (!take_bytes(link, ask, &ref, part, now))
			return;
	}
	ask->refs[i] = ask->refs[--ask->nrefs];
}

/*
 * The answer ended in the midst of a body, as it must if the peer's window is
 * smaller than the body: ask for the rest, that first.  False if there is no
 * such, or the time for all of it, of which nothing is given back, is over.
 */
static bool
ask_on(struct link *link, struct ask *ask, int64_t now)
{
	struct wire_get get = { .has_log = false };
	struct wire_ref first;
	int64_t end = ask->end;
	size_t i = 0;

	if (ask->dead || ask->joining.len == 0 || now >= end)
		return false;
	while (i < ask->nrefs && !same_ref(&ask->refs[i], &ask->joining.ref))
		i++;
	if (i == ask->nrefs)
		return false;
	first = ask->refs[i];
	ask->refs[i] = ask->refs[0];
	first.offset = ask->joining.len;
	ask->refs[0] = first;
	get.refs = ask->refs;
	get.nrefs = ask->nrefs;
	get.has_branch = ask->has_branch;
	get.n = bytes_get_le64(ask->branch);
	memcpy(get.c8, ask->branch + 8, C8_LEN);
	ask->progress = false;
	fetch_send(link, ask, &get, ASK_BYTES, now);
	if (!ask->active)
		return true;
	ask->end = end;
	if (ask->deadline > end)
		ask->deadline = end;
	return true;
}

/*
 * Did the answer end before its credit, or in the midst of a body?  What it left
 * out is not there then: let others be asked for that.
 */
static bool
left_out(const struct ask *ask)
{
	return !ask->dead && ask->kind == ASK_BODIES && ask->nrefs > 0 &&
	    (ask->joining.len > 0 || ask->got < ask->credit);
}

/* The peer ended its answer: was it one? */
static void
last_data(struct link *link, struct ask *ask, int64_t now)
{
	const struct claim *claim = claim_find(link, ask->log_id);
	const struct view_log *log = view_find(link->view, ask->log_id);

	if (!ask->progress &&
	    (ask->kind != ASK_HEADERS || log == NULL || claim == NULL ||
		log->pending.n < claim->n))
		ask_failed(link, ask, now);
	if (ask_on(link, ask, now))
		return;
	if (left_out(ask))
		ask_failed(link, ask, now);
	ask_end(link, ask);
}

void
fetch_data(struct link *link, const struct wire_data *data, int64_t now)
{
	struct ask *ask = ask_find(link, data->req);
	size_t i;

	if (ask == NULL)
		return;
	if (data->has_run || data->nbodies > 0)
		ask->deadline = now + link->timers->get_ms;
	if (ask->deadline > ask->end)
		ask->deadline = ask->end;
	if (data->has_run && !ask->dead)
		take_headers(link, ask, &data->run, now);
	for (i = 0; i < data->nbodies && !ask->dead; i++)
		take_body(link, ask, &data->bodies[i], now);
	if (data->last)
		last_data(link, ask, now);
	link_fetch(link, now);
}

/* The peer is busy: with all, or with what this GET asked for. */
static void
wait_busy(
    struct link *link, const struct ask *ask, uint32_t retry_ms, int64_t now)
{
	int64_t until = now + BUSY_MS;

	if (retry_ms > 0)
		until = now +
		    (retry_ms < BUSY_MOST_MS ? retry_ms : BUSY_MOST_MS);
	if (ask != NULL && ask->kind == ASK_BODIES)
		link->bodies_busy_until = until;
	else
		link->busy_until = until;
}

/* We have no right to what was asked for: do not ask again in this session. */
static void
denied(struct link *link, const struct ask *ask)
{
	struct wire_ref named;
	size_t i;

	for (i = 0; i < ask->nrefs; i++) {
		named = asked(ask, &ask->refs[i]);
		link_mark_bad(link, &named);
	}
	if (ask->kind != ASK_BODIES)
		claim_denied(link, ask->log_id);
}

void
fetch_refused(struct link *link, const struct wire_err *err, int64_t now)
{
	struct ask *ask = err->req == 0 ? NULL : ask_find(link, err->req);

	if (err->code == WIRE_BUSY || err->code == WIRE_QUOTA) {
		wait_busy(link, ask, err->retry_ms, now);
		if (err->code == WIRE_QUOTA && link->gets_max > 1)
			link->gets_max--;
		if (ask != NULL && ask->kind == ASK_PROBE && !ask->dead)
			probe_again(link);
	} else if (ask != NULL) {
		if (err->code == WIRE_REFUSED)
			denied(link, ask);
		ask_failed(link, ask, now);
	}
	if (ask != NULL)
		ask_end(link, ask);
}

/* ---- NOTEs ---- */

/* A NOTE of something that is here: a younger HEAD, or a contradiction. */
static void
note_old(struct link *link, const uint8_t *raw, const struct log_head *head,
    struct view_log *log, int64_t now)
{
	if (head->n == log->tip.n &&
	    memcmp(head->c, log->tip.c, HASH_LEN) == 0) {
		if (head->time_ms <= log->head_ms ||
		    log_head_verify(log->key, raw) != ERR_NONE)
			return;
		log->head_ms = head->time_ms;
		log->source = link;
		link->ops->take_head(link->host, log, raw);
		return;
	}
	if ((head->n <= log->tip.n || log->frozen) &&
	    !claim_known(link, log, head->n, head->c) &&
	    log_head_verify(log->key, raw) == ERR_NONE)
		claim_head(link, log, head, 0, now);
}

/* The next entry, whole. */
static bool
note_next(struct link *link, const struct wire_note *note,
    const struct log_head *head, struct view_log *log)
{
	struct log_run run = { .count = 1, .head = note->head };
	struct log_tip end;

	if (note->header.len == 0 || head->n != log->pending.n + 1)
		return false;
	memcpy(run.log_id, head->log_id, LOG_ID_LEN);
	memcpy(run.c_prev, note->c_prev, HASH_LEN);
	run.first = head->n;
	run.headers = &note->header;
	if (verify_run(log->key, log->inc, &log->pending, &run, &end) !=
	    ERR_NONE)
		return false;
	link->ops->take_run(
	    link->host, link, log, &run, note->has_body ? &note->body : NULL);
	claim_went_on(link, run.log_id);
	log->pending = end;
	log->source = link;
	return true;
}

/*
 * There is more than we hold.  A dialler waits a random time, so that not all
 * ask their hub at once; who is dialled asks at once.
 */
static void
note_gap(struct link *link, const uint8_t *raw, const struct log_head *head,
    struct view_log *log, int64_t now)
{
	const struct claim *claim = claim_find(link, log->log_id);
	int64_t wait = 0;

	if (claim != NULL && claim->proved && claim->n >= head->n)
		return;
	if (log_head_verify(log->key, raw) != ERR_NONE) {
		link_complain(link, "a NOTE with a wrong signature");
		return;
	}
	if (link->dialer)
		wait = link->ops->random(link->host) %
		    (link->timers->gap_ms + 1);
	claim_head(link, log, head, wait, now);
}

/* The HEAD of a log of which we hold the last entry, as the peer has it. */
static void
take_old_head(struct link *link, const uint8_t raw[HEAD_LEN], int64_t now)
{
	struct log_head head;
	struct view_log *log;

	log_head_parse(raw, &head);
	log = view_find(link->view, head.log_id);
	if (log == NULL || head.n == 0)
		return;
	if (log->frozen || head.n <= log->tip.n)
		note_old(link, raw, &head, log, now);
	else
		note_gap(link, raw, &head, log, now);
}

void
fetch_note(struct link *link, const struct wire_note *note, int64_t now)
{
	struct view_log *log;
	struct log_head head;

	log_head_parse(note->head, &head);
	log = view_find(link->view, head.log_id);
	if (log == NULL || head.n == 0 ||
	    link->ops->cut(link->host, log->key, log->log_id) < head.n)
		return;
	if (log->frozen || head.n <= log->pending.n)
		note_old(link, note->head, &head, log, now);
	else if (!note_next(link, note, &head, log))
		note_gap(link, note->head, &head, log, now);
	link_fetch(link, now);
}

/* ---- timers ---- */

void
fetch_tick(struct link *link, int64_t now)
{
	struct ask *ask;
	size_t i;

	for (i = 0; i < GETS_MAX; i++) {
		ask = &link->asks[i];
		if (!ask->active || ask->deadline > now)
			continue;
		if (!ask->dead)
			link_complain(
			    link, "a GET that brought nothing in time");
		ask_failed(link, ask, now);
		ask_end(link, ask);
	}
	tick_lacking(link, now);
}
