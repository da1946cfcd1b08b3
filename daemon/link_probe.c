#include "daemon/link_internal.h"

#include <string.h>

#include "daemon/verify.h"

/* Bodies of a branch are looked for so soon after its headers came. */
#define BRANCH_SOON_MS 1000

/*
 * Who gets more of a branch tells it, so asking is for what was lost: rounds
 * follow one another after this time, give or take half of it, and but for the
 * first of a session ask for so many branches, the next ones each time.
 */
#define GROW_MS  3600000
#define GROW_MAX 64

/* Search no further; a claim that differs stays. */
static void
let_go(struct link *link)
{
	memset(&link->probe, 0, sizeof(link->probe));
	link->probe_due = true;
}

/* Is the rest of a branch to come another day?  That of a key that is out is. */
static bool
is_spent(const struct link *link)
{
	const struct view_log *log = view_find(link->view, link->probe.log_id);

	return log != NULL && claim_spent(link, log->key);
}

/* End the search; ${failed}: the claim was a lie or cannot be proved now. */
static void
end(struct link *link, bool failed, int64_t now)
{
	struct probe *probe = &link->probe;
	const struct claim *claim = claim_find(link, probe->log_id);

	if (failed && !probe->growing && !probe->told)
		claim_failed(link, probe->log_id, now);
	else if (!failed && claim != NULL && claim->n == probe->n &&
	    memcmp(claim->c8, probe->c8, C8_LEN) == 0)
		claim_drop(link, claim);
	if (probe->forked && !probe->growing)
		link->grow.again = true;
	let_go(link);
}

/*
 * Begin to look for the branch of this position, at the boundary before it; false
 * if that cannot be read.
 */
static bool
begin(struct link *link, const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    const uint8_t c8[C8_LEN], bool told)
{
	struct probe *probe = &link->probe;
	const struct view_log *log = view_find(link->view, log_id);
	uint64_t from = n;

	if (log == NULL || n == 0 || log->tip.n == 0)
		return false;
	if (from > log->tip.n)
		from = log->tip.n;
	if (link->ops->boundary_at(link->host, log_id, from - 1, &probe->tip) !=
	    ERR_NONE)
		return false;
	probe->active = true;
	probe->told = told;
	memcpy(probe->log_id, log_id, LOG_ID_LEN);
	probe->n = n;
	memcpy(probe->c8, c8, C8_LEN);
	probe->step = 1;
	return true;
}

/*
 * Begin with the first claim that differs and need not wait.  One that cannot be
 * looked for fails: it would keep the link from LIVE.
 */
static void
find_claim(struct link *link, int64_t now)
{
	const struct claim *claim;
	bool differing = false;
	size_t i;

	for (i = 0; i < link->nclaims && !link->probe.active; i++) {
		claim = link->claims[i];
		differing |= claim->differs;
		if (!claim->differs || claim_rests(link, claim) > now ||
		    claim_limit(link, claim) == 0 ||
		    claim_spent(link, claim->key))
			continue;
		claim_asked(link, claim, now);
		if (!begin(link, claim->log_id, claim->n, claim->c8, false))
			claim_failed(link, claim->log_id, now);
	}
	link->probe_due = differing;
}

/*
 * Begin with a branch that a FORK entry named, if we have not got it yet; not
 * before what was taken of that log is committed.
 */
static void
find_fork(struct link *link)
{
	const struct wire_pos *pos;
	const struct view_log *log;

	while (link->nforks > 0 && !link->probe.active) {
		pos = &link->forks[link->nforks - 1];
		log = view_find(link->view, pos->log_id);
		if (log != NULL && log->pending.n > log->tip.n)
			return;
		link->nforks--;
		if (log != NULL &&
		    link->ops->cut(link->host, log->key, log->log_id) > 0 &&
		    !claim_spent(link, log->key) &&
		    !claim_known(link, log, pos->n, pos->c8))
			(void)begin(link, pos->log_id, pos->n, pos->c8, true);
	}
}

void
link_forked(struct link *link, const struct wire_pos *pos)
{
	size_t i;

	for (i = 0; i < link->nforks; i++)
		if (memcmp(link->forks[i].log_id, pos->log_id, LOG_ID_LEN) ==
			0 &&
		    memcmp(link->forks[i].c8, pos->c8, C8_LEN) == 0)
			return;
	if (link->greeted && !link_reads_only(link) && link->nforks < FORKS_MAX)
		link->forks[link->nforks++] = *pos;
}

size_t
link_forks_left(const struct link *link)
{
	return link->nforks;
}

/* Is there a round under way, or one to begin now? */
static bool
is_growing(struct link *link, int64_t now)
{
	struct grow *grow = &link->grow;

	if (!grow->done)
		return true;
	if (grow->again) {
		memset(grow, 0, sizeof(*grow));
		return true;
	}
	if (now < grow->due)
		return false;
	grow->done = false;
	grow->later = true;
	grow->count = 0;
	return true;
}

/* Is the branch at which the round is one to be asked for? */
static bool
is_wanted(const struct link *link)
{
	const struct view_log *log = view_find(
	    link->view, link->grow.at.log_id);

	return log != NULL &&
	    link->ops->cut(link->host, log->key, log->log_id) > 0 &&
	    !claim_spent(link, log->key);
}

/* Ask for what follows the end of this branch. */
static void
begin_growing(struct link *link, const struct link_branch *at)
{
	const struct view_log *log = view_find(link->view, at->log_id);
	struct probe *probe = &link->probe;

	memcpy(probe->log_id, at->log_id, LOG_ID_LEN);
	probe->tip = at->tip;
	probe->active = true;
	probe->growing = true;
	probe->n = at->tip.n;
	memcpy(probe->c8, at->tip.c, C8_LEN);
	probe->forked = true;

	/* What continues the first one is one more branch, from there. */
	probe->last_common = at->stored ? log->tip.n : log->last_common;
}

/* A session may have ended in the middle of a branch, or a NOTE of one be lost. */
static void
grow(struct link *link, int64_t now)
{
	struct grow *grow = &link->grow;

	while (!link->probe.active && is_growing(link, now)) {
		if (grow->later && grow->count == GROW_MAX) {
			grow->done = true;
		} else if (link->ops->branch_next(link->host, &grow->at) !=
		    ERR_NONE) {
			grow->done = true;
			memset(&grow->at, 0, sizeof(grow->at));
		} else if (is_wanted(link)) {
			grow->count++;
			begin_growing(link, &grow->at);
		}
		if (grow->done)
			grow->due = now + GROW_MS / 2 +
			    link->ops->random(link->host) % GROW_MS;
	}
}

bool
probe_ask(struct link *link, struct ask *ask, int64_t now)
{
	struct probe *probe = &link->probe;
	struct wire_get get = { .has_log = true, .has_branch = true };

	if (!probe->active && link->probe_due)
		find_claim(link, now);
	if (!probe->active)
		find_fork(link);
	if (!probe->active && link->state == LINK_LIVE)
		grow(link, now);
	if (!probe->active || probe->asked)
		return false;
	if (is_spent(link)) {
		let_go(link);
		return false;
	}
	memcpy(get.log_id, probe->log_id, LOG_ID_LEN);
	get.first = probe->tip.n + 1;
	get.n = probe->n;
	memcpy(get.c8, probe->c8, C8_LEN);
	probe->asked = true;
	ask->kind = ASK_PROBE;
	memcpy(ask->log_id, probe->log_id, LOG_ID_LEN);

	/* A run is never split, so this asks for one. */
	fetch_send(link, ask, &get, 1, now);
	return true;
}

void
probe_failed(struct link *link, int64_t now)
{
	if (link->probe.active)
		end(link, true, now);
}

void
probe_again(struct link *link)
{
	link->probe.asked = false;
}

/* The other branch parts from ours before the tip: look further back. */
static void
go_back(struct link *link, int64_t now)
{
	struct probe *probe = &link->probe;
	uint64_t back = probe->step * BOUNDARY_N;
	uint64_t n = probe->tip.n > back ? probe->tip.n - back : 0;

	if (probe->tip.n == 0 || probe->forked ||
	    link->ops->boundary_at(link->host, probe->log_id, n, &probe->tip) !=
		ERR_NONE) {
		end(link, true, now);
		return;
	}
	probe->step *= 2;
}

/*
 * How many headers of the run are those that we hold too?  ${tip} is the one
 * before the run and becomes the one after them.
 */
static size_t
skip_common(struct link *link, const struct log_run *run, struct log_tip *tip)
{
	struct log_tip next = *tip;
	uint8_t ours[HASH_LEN];
	size_t i;

	for (i = 0; i < run->count; i++) {
		if (log_step(&next, run->headers[i].data,
			run->headers[i].len) != ERR_NONE ||
		    link->ops->chain_at(
			link->host, run->log_id, next.n, ours) != ERR_NONE ||
		    memcmp(ours, next.c, HASH_LEN) != 0)
			break;
		*tip = next;
	}
	return i;
}

/* What follows the entries that we hold too. */
static struct log_run
rest_of(const struct log_run *run, size_t common, const struct log_tip *tip)
{
	struct log_run rest = *run;

	rest.first += common;
	rest.headers += common;
	rest.count -= common;
	memcpy(rest.c_prev, tip->c, HASH_LEN);
	return rest;
}

/*
 * A branch that goes on where we stand differs from nothing that we hold: one
 * of the two that a FORK entry names becomes ours, the other is the branch.
 */
static void
go_on(struct link *link, struct view_log *log, const struct log_run *rest,
    const struct log_tip *after, int64_t now)
{
	const struct probe *probe = &link->probe;
	struct wire_pos pos = { .n = probe->n };
	bool more = after->n < probe->n;

	memcpy(pos.log_id, probe->log_id, LOG_ID_LEN);
	memcpy(pos.c8, probe->c8, C8_LEN);
	log->pending = *after;
	link->ops->take_run(link->host, link, log, rest, NULL);
	end(link, false, now);
	if (more)
		link_forked(link, &pos);
}

/* Hand over a piece of a branch. */
static void
take(struct link *link, struct view_log *log, const struct log_run *rest,
    int64_t now)
{
	link->ops->take_branch(
	    link->host, link, log, rest, link->probe.last_common);
	claim_went_on(link, log->log_id);
	if (link->branch_due > now + BRANCH_SOON_MS)
		link->branch_due = now + BRANCH_SOON_MS;
}

/* The run verifies: does it part from what we hold? */
static void
compare(struct link *link, struct view_log *log, const struct log_run *run,
    const struct log_tip *after, int64_t now)
{
	struct probe *probe = &link->probe;
	struct log_tip tip = probe->tip;
	struct log_run rest;
	size_t common = 0;

	if (!probe->forked) {
		common = skip_common(link, run, &tip);

		/* What continues a forked log is one more branch of it. */
		probe->forked = common < run->count &&
		    (tip.n < log->tip.n || log->frozen);
		probe->last_common = tip.n;
	}
	rest = rest_of(run, common, &tip);
	if (probe->told && !probe->forked && common < run->count &&
	    tip.n == log->tip.n && log->pending.n == tip.n) {
		go_on(link, log, &rest, after, now);
		return;
	}
	if (probe->forked)
		take(link, log, &rest, now);
	probe->tip = *after;
	if (probe->growing)
		return;
	if (probe->tip.n >= probe->n)
		end(link, !probe->forked, now);
	else if (!probe->forked && common < run->count)
		end(link, true, now);
}

void
probe_run(struct link *link, const struct log_run *run, int64_t now)
{
	struct probe *probe = &link->probe;
	struct view_log *log = view_find(link->view, probe->log_id);
	struct log_tip after;
	enum err err;

	probe->asked = false;
	if (!probe->active || log == NULL) {
		probe_failed(link, now);
		return;
	}
	err = verify_run(log->key, log->inc, &probe->tip, run, &after);
	if (err == ERR_CHAIN && run->first == probe->tip.n + 1 &&
	    memcmp(run->c_prev, probe->tip.c, HASH_LEN) != 0) {
		go_back(link, now);
	} else if (err != ERR_NONE) {
		link_complain(link, err_str(err));
		end(link, true, now);
	} else {
		compare(link, log, run, &after, now);
	}
}
