#include "daemon/link_internal.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/verify.h"
#include "proto/bytes.h"
#include "proto/header.h"

/* Credit of one GET; four of them fill the window. */
#define ASK_BYTES (WINDOW_MAX / GETS_MAX)

/* One link fetches a log's headers for so long before another may try. */
#define FETCHER_MS 10000

/*
 * Bodies that a peer said it has not are asked for again after this, which
 * doubles up to the second: it may be fetching them itself just now.
 */
#define MISSING_MS      500
#define MISSING_MOST_MS 30000

/* ---- claims: logs that the peer holds further, or differently ---- */

/* Where a claim on log_id stands, or would stand. */
static size_t
claim_place(const struct link *link, const uint8_t log_id[LOG_ID_LEN])
{
	size_t low = 0;
	size_t high = link->nclaims;
	size_t middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (memcmp(link->claims[middle].log_id, log_id, LOG_ID_LEN) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Find the claim on log_id, or NULL. */
static struct claim *
claim_find(const struct link *link, const uint8_t log_id[LOG_ID_LEN])
{
	size_t place = claim_place(link, log_id);

	if (place == link->nclaims ||
	    memcmp(link->claims[place].log_id, log_id, LOG_ID_LEN) != 0)
		return NULL;
	return &link->claims[place];
}

/* Make a claim on log_id; NULL if the peer has made too many. */
static struct claim *
claim_add(struct link *link, const uint8_t log_id[LOG_ID_LEN])
{
	size_t place = claim_place(link, log_id);
	size_t room = link->claims_room == 0 ? 16 : link->claims_room * 2;
	struct claim *claims;

	if (link->nclaims == CLAIMS_MAX)
		return NULL;
	if (link->nclaims == link->claims_room) {
		claims = realloc(link->claims, room * sizeof(*claims));
		if (claims == NULL)
			return NULL;
		link->claims = claims;
		link->claims_room = room;
	}
	memmove(&link->claims[place + 1], &link->claims[place],
	    (link->nclaims - place) * sizeof(*link->claims));
	memset(&link->claims[place], 0, sizeof(*link->claims));
	memcpy(link->claims[place].log_id, log_id, LOG_ID_LEN);
	link->nclaims++;
	return &link->claims[place];
}

/* Forget a claim that was reached or disproved. */
static void
claim_drop(struct link *link, struct claim *claim)
{
	size_t place = (size_t)(claim - link->claims);

	link->nclaims--;
	memmove(&link->claims[place], &link->claims[place + 1],
	    (link->nclaims - place) * sizeof(*link->claims));
}

/* A GET on this claim brought nothing: after three, let it rest. */
static void
claim_failed(struct link *link, const uint8_t log_id[LOG_ID_LEN], int64_t now)
{
	struct claim *claim = claim_find(link, log_id);
	struct view_log *log = view_find(link->view, log_id);

	if (log != NULL && log->fetcher == link)
		log->fetcher = NULL;
	if (claim == NULL)
		return;
	claim->failures++;
	if (claim->failures >= CLAIM_FAILURES) {
		claim->failures = 0;
		claim->not_before = now + CLAIM_IGNORE_MS;
	} else {
		claim->not_before = now +
		    link->ops->random(link->host) % (link->timers->gap_ms + 1);
	}
}

/* Does the peer's chain value at its position contradict ours? */
static bool
differs(struct link *link, const struct view_log *log,
    const struct wire_pos *pos)
{
	uint8_t c[HASH_LEN];

	if (pos->n == 0 || pos->n > log->tip.n)
		return false;
	if (pos->n == log->tip.n)
		return memcmp(pos->c8, log->tip.c, C8_LEN) != 0;
	return link->ops->chain_at(link->host, log->log_id, pos->n, c) ==
	    ERR_NONE &&
	    memcmp(pos->c8, c, C8_LEN) != 0;
}

void
fetch_claim(struct link *link, const struct wire_pos *pos, int64_t now,
    int64_t not_before)
{
	struct view_log *log = view_find(link->view, pos->log_id);
	struct claim *claim = claim_find(link, pos->log_id);
	uint8_t log_id[LOG_ID_LEN];
	struct log_tip tip;
	bool differ = log != NULL && differs(link, log, pos);

	if (log != NULL && !differ &&
	    (pos->n <= log->pending.n || log->frozen)) {
		if (claim != NULL)
			claim_drop(link, claim);
		return;
	}
	if (log != NULL && differ && log->frozen)
		return;

	/* The first mention of a log must prove that id and key belong. */
	if (log == NULL && claim == NULL) {
		if (!pos->has_key)
			return;
		log_begin(pos->key, pos->inc, log_id, &tip);
		if (memcmp(log_id, pos->log_id, LOG_ID_LEN) != 0) {
			link_complain(link, "a log id that is not its key's");
			return;
		}
	}
	if (claim == NULL && (claim = claim_add(link, pos->log_id)) == NULL) {
		link_complain(link, "more logs than can be remembered");
		return;
	}
	if (log != NULL) {
		memcpy(claim->key, log->key, KEY_LEN);
		claim->inc = log->inc;
	} else if (pos->has_key) {
		memcpy(claim->key, pos->key, KEY_LEN);
		claim->inc = pos->inc;
	}
	claim->n = pos->n;
	memcpy(claim->c8, pos->c8, C8_LEN);
	claim->differs = differ;
	if (claim->not_before <= now || not_before == 0)
		claim->not_before = not_before;
}

/* ---- GETs of ours ---- */

/* A free place for a GET, or NULL. */
static struct ask *
ask_free(struct link *link)
{
	size_t i;

	for (i = 0; i < GETS_MAX; i++)
		if (!link->asks[i].active)
			return &link->asks[i];
	return NULL;
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

/* End a GET; bodies that did not come are free for other links. */
static void
ask_end(struct link *link, struct ask *ask)
{
	size_t i;

	for (i = 0; i < ask->nrefs; i++)
		link->ops->body_failed(link->host, link, &ask->refs[i]);
	free(ask->refs);
	free(ask->parts);
	memset(ask, 0, sizeof(*ask));
}

void
fetch_forget(struct link *link)
{
	struct view_log *log;
	size_t i;

	for (i = 0; i < GETS_MAX; i++)
		if (link->asks[i].active)
			ask_end(link, &link->asks[i]);
	for (i = 0; i < view_count(link->view); i++) {
		log = view_at(link->view, i);
		if (log->fetcher == link)
			log->fetcher = NULL;
	}
	free(link->claims);
	link->claims = NULL;
	link->nclaims = 0;
	link->claims_room = 0;
	free(link->missing);
	link->missing = NULL;
	link->nmissing = 0;
	link->missing_room = 0;
	link->missing_wait = 0;
	link->busy_until = 0;
	link->nforks = 0;
	free(link->probe.refs);
	memset(&link->probe, 0, sizeof(link->probe));
}

/* Send a GET and remember it. */
static void
ask_send(struct link *link, struct ask *ask, struct wire_get *get, int64_t now)
{
	struct wire_msg msg = { .type = WIRE_GET };

	if (++link->last_req == 0)
		link->last_req = 1;
	get->req = link->last_req;
	get->max_bytes = ASK_BYTES;
	msg.u.get = *get;
	ask->active = true;
	ask->req = get->req;
	ask->credit = get->max_bytes;
	ask->deadline = now + link->timers->get_ms;
	ask->progress = false;
	(void)link_send(link, &msg);
}

/* Ask for the headers of one claim, if it is this link's turn. */
static bool
ask_claim(struct link *link, struct ask *ask, struct claim *claim, int64_t now)
{
	struct wire_get get = { .has_log = true };
	struct view_log *log = view_find(link->view, claim->log_id);
	uint64_t cut = link->ops->cut(link->host, claim->key, claim->log_id);

	if (claim->not_before > now || claim->differs || cut == 0)
		return false;
	if (log == NULL &&
	    view_add(link->view, claim->key, claim->inc, &log) != ERR_NONE)
		return false;
	if (log->frozen || log->pending.n >= claim->n || log->pending.n >= cut)
		return false;
	if (log->fetcher != NULL && log->fetch_until > now)
		return false;
	log->fetcher = link;
	log->fetch_until = now + FETCHER_MS;
	memcpy(get.log_id, claim->log_id, LOG_ID_LEN);
	get.first = log->pending.n + 1;
	ask->kind = ASK_HEADERS;
	memcpy(ask->log_id, claim->log_id, LOG_ID_LEN);
	ask_send(link, ask, &get, now);
	return true;
}

/* Ask for headers of the next claim that waits. */
static bool
ask_headers(struct link *link, struct ask *ask, int64_t now)
{
	size_t i;
	size_t at;

	for (i = 0; i < link->nclaims; i++) {
		at = (link->next_claim + i) % link->nclaims;
		if (ask_claim(link, ask, &link->claims[at], now)) {
			link->next_claim = at + 1;
			return true;
		}
	}
	return false;
}

/* Ask for bodies that the host chooses. */
static bool
ask_bodies(struct link *link, struct ask *ask, int64_t now)
{
	struct wire_get get = { .has_log = false };
	struct wire_ref *refs;
	size_t count;

	if ((refs = calloc(GET_REFS_MAX, sizeof(*refs))) == NULL)
		return false;
	count = link->ops->want_bodies(
	    link->host, link, refs, GET_REFS_MAX, ASK_BYTES);
	if (count == 0) {
		free(refs);
		return false;
	}
	get.refs = refs;
	get.nrefs = count;
	ask->kind = ASK_BODIES;
	ask->refs = refs;
	ask->nrefs = count;
	ask_send(link, ask, &get, now);
	return true;
}

/* ---- a log that differs: find the last common entry, fetch the branch ---- */

/* Give the search up; the claim was a lie or cannot be proved. */
static void
probe_end(struct link *link, bool failed, int64_t now)
{
	struct claim *claim = claim_find(link, link->probe.claim.log_id);

	/* Where a FORK entry made us look, the peer itself claimed nothing. */
	if (failed && !link->probe.told)
		claim_failed(link, link->probe.claim.log_id, now);
	else if (claim != NULL && !link->probe.told)
		claim_drop(link, claim);
	free(link->probe.refs);
	memset(&link->probe, 0, sizeof(link->probe));
}

/* Begin with the boundary before the position that differs. */
static void
probe_try(struct link *link, const struct claim *claim, bool told)
{
	struct probe *probe = &link->probe;
	const struct view_log *log = view_find(link->view, claim->log_id);
	uint64_t n;

	if (log == NULL || log->frozen || log->cut == 0)
		return;
	n = claim->n < log->tip.n ? claim->n : log->tip.n;
	if (link->ops->boundary_at(link->host, claim->log_id,
		n == 0 ? 0 : n - 1, &probe->tip) != ERR_NONE)
		return;
	probe->active = true;
	probe->told = told;
	probe->claim = *claim;
	probe->step = 1;
}

/* Take the next claim that differs, or branch that a FORK entry named. */
static void
probe_begin(struct link *link, int64_t now)
{
	struct claim *claim;
	size_t i;

	for (i = 0; i < link->nclaims && !link->probe.active; i++) {
		claim = &link->claims[i];
		if (claim->differs && claim->not_before <= now)
			probe_try(link, claim, false);
	}
	while (link->nforks > 0 && !link->probe.active)
		probe_try(link, &link->forks[--link->nforks], true);
}

void
link_forked(struct link *link, const struct wire_pos *pos)
{
	struct claim *fork;
	size_t i;

	for (i = 0; i < link->nforks; i++)
		if (memcmp(link->forks[i].log_id, pos->log_id, LOG_ID_LEN) ==
			0 &&
		    memcmp(link->forks[i].c8, pos->c8, C8_LEN) == 0)
			return;
	if (link->state < LINK_SYNC || link->nforks == FORKS_MAX)
		return;
	fork = &link->forks[link->nforks++];
	memset(fork, 0, sizeof(*fork));
	memcpy(fork->log_id, pos->log_id, LOG_ID_LEN);
	memcpy(fork->c8, pos->c8, C8_LEN);
	fork->n = pos->n;
}

/* Remember the bodies that headers of the branch name. */
static void
probe_want(struct probe *probe, const struct log_run *run)
{
	struct header header;
	size_t i;

	if (probe->refs == NULL &&
	    (probe->refs = calloc(BOUNDARY_N, sizeof(*probe->refs))) == NULL)
		return;
	for (i = 0; i < run->count && probe->nrefs < BOUNDARY_N; i++) {
		struct wire_ref *ref = &probe->refs[probe->nrefs];

		if (header_decode(run->headers[i].data, run->headers[i].len,
			&header) != ERR_NONE ||
		    header.body_len == 0)
			continue;
		memset(ref, 0, sizeof(*ref));
		memcpy(ref->log_id, run->log_id, LOG_ID_LEN);
		ref->n = run->first + i;
		probe->nrefs++;
	}
}

/* Ask for the bodies of the other branch. */
static bool
ask_probe_bodies(struct link *link, struct ask *ask, int64_t now)
{
	struct probe *probe = &link->probe;
	struct wire_get get = { .has_branch = true };

	get.n = probe->claim.n;
	memcpy(get.c8, probe->claim.c8, C8_LEN);
	get.refs = probe->refs;
	get.nrefs = probe->nrefs;
	ask->kind = ASK_BODIES;
	ask->refs = probe->refs;
	ask->nrefs = probe->nrefs;
	probe->refs = NULL;
	probe->nrefs = 0;
	ask_send(link, ask, &get, now);
	return true;
}

/* Ask for the run of the other branch that follows the probe's tip. */
static bool
ask_probe(struct link *link, struct ask *ask, int64_t now)
{
	struct probe *probe = &link->probe;
	struct wire_get get = { .has_log = true, .has_branch = true };

	if (!probe->active)
		probe_begin(link, now);
	if (probe->active && probe->nrefs > 0)
		return ask_probe_bodies(link, ask, now);
	if (probe->active && probe->ended)
		probe_end(link, false, now);
	if (!probe->active || probe->asked)
		return false;
	memcpy(get.log_id, probe->claim.log_id, LOG_ID_LEN);
	get.first = probe->tip.n + 1;
	get.n = probe->claim.n;
	memcpy(get.c8, probe->claim.c8, C8_LEN);
	probe->asked = true;
	ask->kind = ASK_PROBE;
	memcpy(ask->log_id, probe->claim.log_id, LOG_ID_LEN);
	ask_send(link, ask, &get, now);
	return true;
}

/* The other branch parts from ours before the tip: look further back. */
static void
probe_back(struct link *link, int64_t now)
{
	struct probe *probe = &link->probe;
	uint64_t back = probe->step * BOUNDARY_N;
	uint64_t n = probe->tip.n > back ? probe->tip.n - back : 0;

	if (probe->tip.n == 0 || probe->forked ||
	    link->ops->boundary_at(link->host, probe->claim.log_id, n,
		&probe->tip) != ERR_NONE) {
		probe_end(link, true, now);
		return;
	}
	probe->step *= 2;
}

/* Trim a run to what follows its first ${skip} headers. */
static struct log_run
run_after(const struct log_run *run, size_t skip, const struct log_tip *start)
{
	struct log_run rest = *run;
	struct log_tip tip = *start;
	size_t i;

	for (i = 0; i < skip; i++)
		if (log_step(&tip, run->headers[i].data,
			run->headers[i].len) != ERR_NONE)
			break;
	rest.first = run->first + i;
	rest.headers += i;
	rest.count -= i;
	memcpy(rest.c_prev, tip.c, HASH_LEN);
	return rest;
}

/* How many headers of the run are those that we hold too? */
static size_t
run_common(struct link *link, const struct log_run *run,
    const struct log_tip *start)
{
	struct log_tip tip = *start;
	uint8_t ours[HASH_LEN];
	size_t i;

	for (i = 0; i < run->count; i++) {
		if (log_step(&tip, run->headers[i].data,
			run->headers[i].len) != ERR_NONE ||
		    link->ops->chain_at(
			link->host, run->log_id, tip.n, ours) != ERR_NONE ||
		    memcmp(ours, tip.c, HASH_LEN) != 0)
			break;
	}
	return i;
}

/* A run of the other branch, which may prove the fork. */
static void
probe_run(struct link *link, const struct log_run *run, int64_t now)
{
	struct probe *probe = &link->probe;
	struct view_log *log = view_find(link->view, probe->claim.log_id);
	struct log_tip end;
	struct log_run rest;
	size_t common;
	enum err err;

	if (log == NULL) {
		probe_end(link, true, now);
		return;
	}
	err = verify_run(log->key, log->inc, &probe->tip, run, &end);
	if (err == ERR_CHAIN &&
	    memcmp(run->c_prev, probe->tip.c, HASH_LEN) != 0) {
		probe_back(link, now);
		return;
	}
	if (err != ERR_NONE) {
		link_complain(link, err_str(err));
		probe_end(link, true, now);
		return;
	}
	common = probe->forked ? 0 : run_common(link, run, &probe->tip);
	if (common < run->count && run->first + common <= log->tip.n &&
	    !probe->forked) {
		probe->forked = true;
		probe->last_common = run->first + common - 1;
	}
	if (probe->forked) {
		rest = run_after(run, common, &probe->tip);
		link->ops->take_branch(
		    link->host, link, log, &rest, probe->last_common);
		probe_want(probe, &rest);
	}
	probe->tip = end;
	probe->ended = end.n >= probe->claim.n;
	if (!probe->forked && (probe->ended || common < run->count))
		probe_end(link, true, now);
}

/* ---- answers ---- */

/* A run that continues our branch of a log. */
static void
take_run(struct link *link, const struct log_run *run, int64_t now)
{
	struct view_log *log = view_find(link->view, run->log_id);
	struct claim *claim;
	struct log_tip end;
	enum err err;

	if (log == NULL || log->frozen || run->first <= log->pending.n)
		return;
	err = verify_run(log->key, log->inc, &log->pending, run, &end);
	if (err == ERR_NONE) {
		link->ops->take_run(link->host, link, log, run, NULL);
		log->pending = end;
		log->fetch_until = now + FETCHER_MS;
		claim = claim_find(link, run->log_id);
		if (claim != NULL && end.n >= claim->n)
			claim_drop(link, claim);
		return;
	}

	/* The peer's log parts from ours somewhere before this run. */
	claim = claim_find(link, run->log_id);
	if (err == ERR_CHAIN && claim != NULL && run->first > 1 &&
	    memcmp(run->c_prev, log->pending.c, HASH_LEN) != 0 &&
	    log->pending.n == log->tip.n) {
		claim->differs = true;
		return;
	}
	link_complain(link, err_str(err));
	claim_failed(link, run->log_id, now);
}

bool
link_lacks(const struct link *link, const struct wire_ref *ref)
{
	size_t i;

	for (i = 0; i < link->nmissing; i++)
		if (link->missing[i].n == ref->n &&
		    memcmp(link->missing[i].log_id, ref->log_id, LOG_ID_LEN) ==
			0)
			return true;
	return false;
}

void
link_mark_lacking(struct link *link, const struct wire_ref *ref, int64_t now)
{
	size_t room = link->missing_room == 0 ? 64 : link->missing_room * 2;
	struct wire_ref *missing;

	if (link->nmissing == MISSING_MAX)
		return;
	if (link->nmissing == link->missing_room) {
		missing = realloc(link->missing, room * sizeof(*missing));
		if (missing == NULL)
			return;
		link->missing = missing;
		link->missing_room = room;
	}
	if (link->nmissing == 0)
		link->missing_since = now;
	link->missing[link->nmissing++] = *ref;
}

/* Collect a body that comes in parts; NULL until it is whole. */
static const uint8_t *
join_parts(struct link *link, struct ask *ask, const struct wire_body *part)
{
	if (part->ref.offset == 0 && part->data.len == part->total)
		return part->data.data;
	if (part->ref.offset != ask->parts_len || part->total > BODY_MAX ||
	    part->data.len > part->total - ask->parts_len) {
		link_complain(link, "parts of a body that do not join");
		ask->parts_len = 0;
		return NULL;
	}
	if (ask->parts == NULL && (ask->parts = malloc(BODY_MAX)) == NULL)
		return NULL;
	memcpy(ask->parts + ask->parts_len, part->data.data, part->data.len);
	ask->parts_len += part->data.len;
	return ask->parts_len == part->total ? ask->parts : NULL;
}

/* One body, or a part of it. */
static void
take_body(struct link *link, struct ask *ask, const struct wire_body *part,
    int64_t now)
{
	const uint8_t *whole;
	struct wire_ref ref;
	size_t i;

	for (i = 0; i < ask->nrefs; i++)
		if (ask->refs[i].n == part->ref.n &&
		    memcmp(ask->refs[i].log_id, part->ref.log_id,
			LOG_ID_LEN) == 0)
			break;
	if (i == ask->nrefs) {
		link_complain(link, "a body that was not asked for");
		return;
	}
	ref = ask->refs[i];
	if (part->state != WIRE_OK) {
		link_mark_lacking(link, &ref, now);
		link->ops->body_failed(link->host, link, &ref);
	} else {
		whole = join_parts(link, ask, part);
		if (whole == NULL && ask->parts_len > 0)
			return;
		ask->parts_len = 0;
		link->missing_wait = 0;
		if (whole != NULL)
			link->ops->take_body(link->host, link, &ref, part->salt,
			    whole, (size_t)part->total);
		else
			link->ops->body_failed(link->host, link, &ref);
	}
	ask->progress = true;
	ask->refs[i] = ask->refs[--ask->nrefs];
}

void
fetch_data(struct link *link, const struct wire_data *data, int64_t now)
{
	struct ask *ask = ask_find(link, data->req);
	size_t i;

	if (ask == NULL)
		return;
	ask->deadline = now + link->timers->get_ms;
	if (data->has_run) {
		if (ask->kind == ASK_BODIES ||
		    memcmp(data->run.log_id, ask->log_id, LOG_ID_LEN) != 0) {
			link_complain(link, "headers that were not asked for");
		} else if (ask->kind == ASK_PROBE) {
			ask->progress = true;
			link->probe.asked = false;
			probe_run(link, &data->run, now);
			/* One run at a time; the rest of this GET is stale. */
			ask_end(link, ask);
			link_fetch(link, now);
			return;
		} else {
			ask->progress = true;
			take_run(link, &data->run, now);
		}
	}
	if (ask->kind == ASK_BODIES)
		for (i = 0; i < data->nbodies; i++)
			take_body(link, ask, &data->bodies[i], now);
	if (data->last) {
		struct view_log *log = view_find(link->view, ask->log_id);

		if (ask->kind == ASK_HEADERS && log != NULL &&
		    log->fetcher == link)
			log->fetcher = NULL;
		if (ask->kind == ASK_PROBE)
			probe_end(link, true, now);
		else if (ask->kind == ASK_HEADERS && !ask->progress)
			claim_failed(link, ask->log_id, now);
		ask_end(link, ask);
	}
	link_fetch(link, now);
}

void
fetch_refused(struct link *link, const struct wire_err *err, int64_t now)
{
	struct ask *ask = ask_find(link, err->req);

	if (err->code == WIRE_BUSY || err->code == WIRE_QUOTA)
		link->busy_until = now + (err->retry_ms > 60000 ? 60000 :
			err->retry_ms == 0 ? 500 : err->retry_ms);
	if (ask == NULL)
		return;
	if (ask->kind == ASK_PROBE)
		link->probe.asked = false;
	if (err->code != WIRE_BUSY && err->code != WIRE_QUOTA &&
	    ask->kind != ASK_BODIES)
		claim_failed(link, ask->log_id, now);
	if (ask->kind == ASK_HEADERS) {
		struct view_log *log = view_find(link->view, ask->log_id);

		if (log != NULL && log->fetcher == link)
			log->fetcher = NULL;
	}
	ask_end(link, ask);
}

/* A NOTE that is ahead of us is a claim, looked at after a random wait. */
static void
note_gap(struct link *link, const struct view_log *log,
    const struct log_head *head, int64_t now)
{
	struct wire_pos pos = { .n = head->n };
	int64_t wait = link->ops->random(link->host) %
	    ((link->dialer ? link->timers->gap_ms : 0) + 1);

	memcpy(pos.log_id, log->log_id, LOG_ID_LEN);
	memcpy(pos.c8, head->c, C8_LEN);
	fetch_claim(link, &pos, now, now + wait);
	link_fetch(link, now);
}

void
fetch_note(struct link *link, const struct wire_note *note, int64_t now)
{
	struct log_run run = { .count = 1, .head = note->head };
	struct view_log *log;
	struct log_head head;
	struct log_tip end;

	log_head_parse(note->head, &head);
	log = view_find(link->view, head.log_id);
	if (log == NULL || log->frozen || head.n == 0 ||
	    link->ops->cut(link->host, log->key, log->log_id) < head.n)
		return;

	/* Already here: at most a younger HEAD, or a contradiction. */
	if (head.n <= log->pending.n) {
		if (head.n == log->tip.n &&
		    memcmp(head.c, log->tip.c, HASH_LEN) == 0) {
			if (head.time_ms > log->head_ms &&
			    log_head_verify(log->key, note->head) == ERR_NONE)
				link->ops->take_head(
				    link->host, log, note->head);
		} else if (head.n <= log->tip.n &&
		    log_head_verify(log->key, note->head) == ERR_NONE) {
			note_gap(link, log, &head, now);
		}
		return;
	}
	if (note->header.len > 0 && head.n == log->pending.n + 1) {
		memcpy(run.log_id, head.log_id, LOG_ID_LEN);
		memcpy(run.c_prev, note->c_prev, HASH_LEN);
		run.first = head.n;
		run.headers = &note->header;
		if (verify_run(log->key, log->inc, &log->pending, &run, &end) ==
		    ERR_NONE) {
			link->ops->take_run(link->host, link, log, &run,
			    note->has_body ? &note->body : NULL);
			log->pending = end;
			return;
		}
	}
	if (log_head_verify(log->key, note->head) == ERR_NONE)
		note_gap(link, log, &head, now);
	else
		link_complain(link, "a NOTE with a wrong signature");
}

/* ---- timers and progress ---- */

void
fetch_tick(struct link *link, int64_t now)
{
	struct ask *ask;
	size_t i;

	for (i = 0; i < GETS_MAX; i++) {
		ask = &link->asks[i];
		if (!ask->active || ask->deadline > now)
			continue;
		link_complain(link, "a GET that brought nothing in time");
		if (ask->kind == ASK_PROBE)
			probe_end(link, true, now);
		else if (ask->kind == ASK_HEADERS)
			claim_failed(link, ask->log_id, now);
		ask_end(link, ask);
	}
	if (link->nmissing > 0 &&
	    now - link->missing_since > MISSING_MS + link->missing_wait) {
		link->nmissing = 0;
		link->missing_wait = link->missing_wait * 2 + MISSING_MS;
		if (link->missing_wait > MISSING_MOST_MS)
			link->missing_wait = MISSING_MOST_MS;
	}
}

void
link_fetch(struct link *link, int64_t now)
{
	struct ask *ask;

	if (!link->greeted || link->state < LINK_SYNC || now < link->busy_until)
		return;
	while ((ask = ask_free(link)) != NULL &&
	    link->ops->may_fetch(link->host)) {
		if (!ask_probe(link, ask, now) &&
		    !ask_headers(link, ask, now) && !ask_bodies(link, ask, now))
			break;
	}
}

/* A claim that nothing is waiting for any more. */
static bool
claim_done(struct link *link, const struct claim *claim, int64_t now)
{
	const struct view_log *log = view_find(link->view, claim->log_id);
	uint64_t cut = link->ops->cut(link->host, claim->key, claim->log_id);

	if (cut == 0 || claim->not_before > now + link->timers->gap_ms)
		return true;
	if (log == NULL)
		return false;
	if (log->frozen)
		return true;
	return !claim->differs &&
	    (log->tip.n >= claim->n || log->tip.n >= cut);
}

bool
fetch_reached(struct link *link, int64_t now)
{
	size_t i = 0;
	bool reached = true;

	while (i < link->nclaims) {
		struct claim *claim = &link->claims[i];
		const struct view_log *log =
		    view_find(link->view, claim->log_id);

		if (log != NULL &&
		    (log->frozen ||
			(!claim->differs && log->tip.n >= claim->n))) {
			claim_drop(link, claim);
			continue;
		}
		if (!claim_done(link, claim, now))
			reached = false;
		i++;
	}
	return reached;
}

uint64_t
fetch_behind(const struct link *link)
{
	const struct view_log *log;
	uint64_t behind = 0;
	uint64_t cut;
	uint64_t n;
	size_t i;

	for (i = 0; i < link->nclaims; i++) {
		log = view_find(link->view, link->claims[i].log_id);
		cut = link->ops->cut(link->host, link->claims[i].key,
		    link->claims[i].log_id);
		n = link->claims[i].n < cut ? link->claims[i].n : cut;
		if (log == NULL)
			behind += n;
		else if (!log->frozen && n > log->tip.n)
			behind += n - log->tip.n;
	}
	return behind;
}
