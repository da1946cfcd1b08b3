/*
 * Restricted groups are changed: made, joined, left, and own entries of before
 * sealed anew for who came later.  Looked at in the pool, written in one
 * transaction, answered when it is in the index.
 */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "daemon/node_group_internal.h"
#include "daemon/node_internal.h"

/* How long a change waits for the index to know what was published before. */
#define INDEX_WAIT_MS 5000

/* The answer waits so long for the index, so that `erfa list` shows it. */
#define SHOWN_WAIT_MS 5000

static const char *const action_names[GROUP_ACTIONS] = { "create", "add",
	"remove", "share" };

static struct group_change *
change_of(struct writer_job *job)
{
	return (struct group_change *)(void *)((char *)job -
	    offsetof(struct group_change, write));
}

static void
change_free(struct group_change *change)
{
	size_t i;

	for (i = 0; i < change->nout; i++)
		free(change->out[i].p);
	free(change->out);
	free(change->members);
	free(change->records);
	query_group_clear(&change->group);
	free(change);
}

/* Make the answer say why nothing is done. */
static void __attribute__((format(printf, 5, 0)))
say_refusal(struct group_change *change, const char *code, unsigned exit,
    const char *remedy, const char *format, va_list args)
{
	control_free_answer(change->answer);
	change->refused = true;
	change->answer = node_error_vnew(code, exit, remedy, format, args);
}

enum err
group_refuse(struct group_change *change, const char *code, unsigned exit,
    const char *remedy, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_refusal(change, code, exit, remedy, format, args);
	va_end(args);
	return ERR_NONE;
}

/* The same where nothing goes on after it. */
static void __attribute__((format(printf, 5, 6)))
fail(struct group_change *change, const char *code, unsigned exit,
    const char *remedy, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_refusal(change, code, exit, remedy, format, args);
	va_end(args);
}

/* ---- looking at a request ---- */

/* What those who came cannot read of ours. */
static enum err
count_entry(void *context, const struct query_group_entry *entry)
{
	(void)entry;
	++*(uint64_t *)context;
	return ERR_NONE;
}

static enum err
count_left(struct group_change *change)
{
	return query_group_own(change->node->query, change->group.number,
	    UINT64_MAX, count_entry, &change->left);
}

static bool
read_action(struct group_change *change)
{
	const char *name = change->ask->action;
	size_t i;

	for (i = 0; i < GROUP_ACTIONS && name != NULL; i++)
		if (strcmp(name, action_names[i]) == 0) {
			change->action = (enum group_action)i;
			return true;
		}
	return false;
}

static enum err
prepare(struct group_change *change)
{
	uint64_t since_ms;
	enum err err;

	if (!indexer_wait(
		change->node->indexer, change->arrival, INDEX_WAIT_MS)) {
		change->refused = true;
		change->answer = query_refusal(
		    change->node->indexer, &since_ms);
		return ERR_NONE;
	}
	change->seen = indexer_arrival(change->node->indexer);
	if (!read_action(change))
		return group_refuse(change, "bad_request", 64,
		    "erfa group create, add, remove or share",
		    "the request does not say what to do");
	if (change->ask->n_member == 0)
		return group_refuse(change, "nobody", 65,
		    "Who there is:  erfa members",
		    "say which members of the network");
	err = answer_new(ERFA__ANSWER__SAY_GROUP_CHANGE, &change->answer);
	if (err != ERR_NONE)
		return err;
	switch (change->action) {
	case GROUP_CREATE:
		return group_create(change);
	case GROUP_SHARE:
		return group_share(change);
	case GROUP_ADD:
	case GROUP_REMOVE:
	case GROUP_ACTIONS:
		break;
	}
	if ((err = group_change_members(change)) != ERR_NONE ||
	    change->refused || change->action == GROUP_REMOVE ||
	    change->nout == 0)
		return err;
	return count_left(change);
}

/* ---- writing ---- */

static enum err
write_run(struct store_txn *txn, struct writer_job *job)
{
	struct group_change *change = change_of(job);
	struct outbox_entry entry;
	struct group_outgoing *out;
	uint64_t ticket;
	size_t i;
	enum err err = node_group_check(txn, change->group.number,
	    change->action == GROUP_CREATE ? change->seen : change->group.seen);

	for (i = 0; i < change->nout && err == ERR_NONE; i++) {
		out = &change->out[i];

		/* What was erased since it was read does not come back. */
		if (out->kind != HEADER_GROUP) {
			err = store_is_erased(
			    txn, out->from.log_id, out->from.n);
			if (err == ERR_ERASED) {
				err = ERR_NONE;
				continue;
			}
			if (err != ERR_NONE)
				break;
		}
		memset(&entry, 0, sizeof(entry));
		entry.kind = out->kind;
		entry.group = change->group.number;
		entry.body.data = out->p;
		entry.body.len = out->len;
		err = outbox_add(change->node->outbox, txn, &entry, &ticket);
	}
	return err;
}

/* ---- the answer ---- */

/* A group that the index does not know yet is told by what was asked. */
static enum err
fill_unknown(const struct group_change *change, Erfa__GroupView *view)
{
	enum err err;

	view->has_founder = true;
	view->founder = change->group.is_founder ||
	    change->action == GROUP_CREATE;
	err = answer_text(&view->state, "member");
	return err != ERR_NONE ? err :
				 answer_text(&view->name, change->group.name);
}

/* Say how the group is now. */
static enum err
fill_answer(struct group_change *change)
{
	Erfa__GroupChangeAnswer *answer = change->answer->group_change;
	Erfa__GroupView *view = calloc(1, sizeof(*view));
	enum err err;

	answer->has_left = answer->has_dry_run = true;
	answer->left = change->left;
	answer->dry_run = change->ask->dry_run != 0;
	err = answer_text(&answer->action, action_names[change->action]);
	if (view == NULL || err != ERR_NONE) {
		free(view);
		return ERR_NOMEM;
	}
	erfa__group_view__init(view);
	answer->group = view;
	err = query_group_view(change->node->query, change->group.number, view);
	if (err == ERR_NONE && view->name == NULL) {
		free(view->state);
		view->state = NULL;
		err = fill_unknown(change, view);
	}
	return err;
}

static void
job_run(struct pool_job *job, void *context)
{
	struct group_change *change = (struct group_change *)job;
	bool writes;
	enum err err = ERR_NONE;

	(void)context;
	if (change->stage == GROUP_STAGE_PREPARE)
		err = prepare(change);
	else
		(void)indexer_wait(
		    change->node->indexer, change->arrival, SHOWN_WAIT_MS);
	writes = change->nout > 0 && !change->ask->dry_run;
	if (err == ERR_NONE && !change->refused &&
	    (change->stage == GROUP_STAGE_FINISH || !writes))
		err = fill_answer(change);
	if (err == ERR_NONE)
		return;
	fail(change, "failed", 75,
	    change->stage == GROUP_STAGE_FINISH ? "See:  erfa group list" :
						  "Try again in a moment.",
	    "the group cannot be shown: %s", err_str(err));
}

/* Give the answer, and let the next change begin. */
static void
change_end(struct group_change *change)
{
	struct node *node = change->node;

	node->group_busy = false;
	if (node->control != NULL) {
		node_answer(node, change->waiter, change->answer);
	} else {
		control_free_answer(change->answer);
		node_waiter_free(change->waiter);
	}
	change_free(change);
}

static void
write_failed(struct group_change *change, enum err err)
{
	if (err == ERR_BUSY)
		fail(change, "not_signed", 75, "Try again in a minute.",
		    "the change before it is not signed yet");
	else if (err == ERR_GAP)
		fail(change, "group_behind", 75, "Try again in a minute.",
		    "who is in the group \"%s\" has changed, and the change is "
		    "not here yet",
		    change->group.name);
	else if (err == ERR_FULL)
		fail(change, "disk_full", 75,
		    "Make room on the disk of the state directory, or raise "
		    "store_max, and try again",
		    "nothing was changed: no space left in the store");
	else
		fail(change, "not_written", 75,
		    "Ask your IT to look at the log:  journalctl -u erfad",
		    "it is not known whether this was written: %s",
		    err_str(err));
}

static void
write_done(struct writer_job *job, void *context)
{
	struct group_change *change = change_of(job);
	struct node *node = context;
	struct store_txn *txn = NULL;

	if (node == NULL) {
		control_free_answer(change->answer);
		node_waiter_free(change->waiter);
		change_free(change);
		return;
	}
	if (job->err != ERR_NONE) {
		write_failed(change, job->err);
		change_end(change);
		return;
	}
	logger_info("group", "%s: group %016llx, %zu entries (uid=%u)",
	    action_names[change->action],
	    (unsigned long long)change->group.number, change->nout,
	    (unsigned)change->waiter->uid);
	node_touch_own(node);
	if (store_begin(node->store, false, &txn) == ERR_NONE)
		change->arrival = store_arrival_last(txn);
	store_abort(&txn);
	if (change->arrival > node->own_arrival)
		node->own_arrival = change->arrival;
	indexer_wake(node->indexer);
	change->stage = GROUP_STAGE_FINISH;
	pool_submit(node->pool, &change->job);
}

static void
job_done(struct pool_job *job, void *context)
{
	struct group_change *change = (struct group_change *)job;
	struct node *node = context;

	change->node = node;
	if (node->control == NULL || change->refused ||
	    change->stage == GROUP_STAGE_FINISH || change->nout == 0 ||
	    change->ask->dry_run) {
		change_end(change);
		return;
	}

	/* Neither who is in a group may be known here, nor by which keys. */
	if (node->hold.until != 0) {
		control_free_answer(change->answer);
		change->answer = node_hold_refusal();
		change_end(change);
		return;
	}
	change->stage = GROUP_STAGE_WRITE;
	change->write.run = write_run;
	change->write.done = write_done;
	change->write.entries = change->nout;
	change->write.bytes = change->bytes;
	writer_submit(node->writer, &change->write);
}

void
node_group_change(struct node *node, struct waiter *waiter)
{
	struct group_change *change;

	if (node->group_busy) {
		node_answer_error(node, waiter, "busy", 75,
		    "Try again in a moment.",
		    "another change of a group is under way");
		return;
	}
	if ((change = calloc(1, sizeof(*change))) == NULL) {
		node_answer_error(node, waiter, "no_memory", 75, "try again",
		    "out of memory");
		return;
	}
	node->group_busy = true;
	change->job.run = job_run;
	change->job.done = job_done;
	change->node = node;
	change->waiter = waiter;
	change->ask = waiter->request->group_change;
	change->arrival = node->own_arrival;
	pool_submit(node->pool, &change->job);
}
