/*
 * Requests of people become entries: checked and encoded in the pool, written
 * in one transaction, answered when that is durable.
 */

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/local.pb-c.h"
#include "proto/record.h"
#include "daemon/docket.h"
#include "daemon/node_internal.h"
#include "daemon/node_publish_internal.h"

/* The answer waits so long for the index, so that `erfa list` shows it. */
#define SHOWN_WAIT_MS 5000

static struct publication *
publication_of(struct writer_job *job)
{
	return (struct publication *)(void *)((char *)job -
	    offsetof(struct publication, write));
}

static void
publication_free(struct publication *publication)
{
	size_t i;

	for (i = 0; i < publication->count && publication->ready != NULL; i++)
		free(publication->ready[i].body);
	for (i = 0; i < publication->count && publication->asked != NULL; i++)
		if (publication->asked[i].draft != NULL)
			erfa__new_record__free_unpacked(
			    publication->asked[i].draft, NULL);
	for (i = 0; i < publication->ngroups; i++)
		query_group_clear(&publication->groups[i]);
	free(publication->groups);
	free(publication->ready);
	free(publication->asked);
	free(publication->more);
	free(publication);
}

/* ---- in the pool ---- */

/* Remember on this machine who asked. */
static void
note_caller(struct publication *publication)
{
	Erfa__LocalCaller caller = ERFA__LOCAL_CALLER__INIT;
	char names[8192];
	struct passwd user;
	struct passwd *found = NULL;
	char what[] = "publish";

	caller.has_uid = 1;
	caller.uid = publication->waiter->uid;
	if (getpwuid_r(publication->waiter->uid, &user, names, sizeof(names),
		&found) == 0 &&
	    found != NULL)
		caller.user = user.pw_name;
	caller.has_time_ms = 1;
	caller.time_ms = node_clock();
	caller.what = what;
	if (erfa__local_caller__get_packed_size(&caller) >
	    sizeof(publication->caller_note))
		return;
	publication->caller_len = erfa__local_caller__pack(
	    &caller, publication->caller_note);
}

/* What is said if a draft is not what it was. */
static Erfa__Answer *
draft_changed(void)
{
	return node_error_new("draft_changed", 75,
	    "look at it and publish again:  erfa drafts",
	    "nothing was published: somebody has changed a draft meanwhile");
}

/* Is it what the caller looked at? */
static enum err
check_seen(const Erfa__SeenDraft *seen, uint64_t time_ms)
{
	char *changed = NULL;
	enum err err;

	if (seen == NULL || seen->changed == NULL)
		return ERR_NONE;
	if ((err = answer_time(&changed, time_ms)) != ERR_NONE)
		return err;
	if (strcmp(changed, seen->changed) != 0)
		err = ERR_BUSY;
	free(changed);
	return err;
}

/* Read the draft with this id, as record ${i}. */
static enum err
load_draft(struct publication *publication, size_t i, const char *id,
    struct node_draft *ret_draft)
{
	struct node *node = publication->node;
	uint8_t *record = publication->ready[i].record;
	char org[ORG_MAX + 1];

	if (record_parse_full(id, org, record) != ERR_NONE ||
	    strcmp(org, node->config->org) != 0)
		return ERR_NOENT;
	return node_draft_load(node, record, ret_draft);
}

/* Take up a draft, to be published as it is; ${seen} is what its caller knows of
 * it, or NULL. */
static void
take_draft(struct publication *publication, size_t i, const char *id,
    const Erfa__SeenDraft *seen)
{
	struct asked *asked = &publication->asked[i];
	struct node_draft draft = { .body = NULL };
	char group[17] = "";
	enum err err;

	err = load_draft(publication, i, id, &draft);
	if (err == ERR_NONE &&
	    (err = check_seen(seen, draft.time_ms)) != ERR_NONE)
		node_draft_clear(&draft);
	if (err == ERR_BUSY) {
		publish_refuse(publication, i, draft_changed());
		return;
	}
	if (err != ERR_NONE) {
		publish_problem(publication, i, "all drafts:  erfa drafts",
		    "%s",
		    err == ERR_NOENT ? "there is no such draft" : err_str(err));
		return;
	}
	asked->draft_ms = draft.time_ms;
	(void)snprintf(
	    group, sizeof(group), "%s", draft.group == NULL ? "" : draft.group);
	asked->draft = calloc(1, sizeof(*asked->draft));
	if (asked->draft != NULL) {
		erfa__new_record__init(asked->draft);
		asked->draft->body = draft.body;
		draft.body = NULL;
	}
	node_draft_clear(&draft);
	if (asked->draft == NULL ||
	    answer_text(&asked->draft->id, id) != ERR_NONE ||
	    answer_text(&asked->draft->group, group) != ERR_NONE ||
	    (seen != NULL && seen->follows != NULL &&
		answer_text(&asked->draft->follows, seen->follows) != ERR_NONE))
		publish_problem(publication, i, "try again", "out of memory");
	asked->record = asked->draft;
}

/* Put together what is asked for; false if memory is short. */
static bool
gather(struct publication *publication)
{
	const Erfa__PublishRequest *request =
	    publication->waiter->request->publish;
	size_t count = request->n_draft + request->n_record;
	size_t i;

	publication->asked = calloc(count + 1, sizeof(*publication->asked));
	publication->more = calloc(count + 1, sizeof(*publication->more));
	publication->ready = calloc(count + 1, sizeof(*publication->ready));
	if (publication->asked == NULL || publication->more == NULL ||
	    publication->ready == NULL) {
		free(publication->ready);
		publication->ready = NULL;
		return false;
	}
	publication->count = count;
	for (i = 0; i < request->n_draft; i++)
		take_draft(publication, i, request->draft[i],
		    i < request->n_seen ? request->seen[i] : NULL);
	for (i = 0; i < request->n_record; i++)
		publication->asked[request->n_draft + i].record =
		    request->record[i];
	return true;
}

static void
prepare_run(struct pool_job *job, void *context)
{
	struct publication *publication = (struct publication *)job;
	size_t i;

	(void)context;
	if (!gather(publication))
		return;
	for (i = 0; i < publication->count; i++)
		if (!publication->ready[i].refused)
			publish_know(publication, i);
	publish_choose_groups(publication);
	for (i = 0; i < publication->count; i++)
		publish_make_ready(publication, i);
	note_caller(publication);
}

/* ---- writing ---- */

/* Are the drafts still what was judged?  ERR_EXIST if not. */
static enum err
check_drafts(struct store_txn *txn, const struct publication *publication)
{
	uint64_t time_ms;
	enum err err;
	size_t i;

	for (i = 0; i < publication->count; i++) {
		if (publication->asked[i].draft == NULL)
			continue;
		err = store_draft_time(
		    txn, publication->ready[i].record, &time_ms);
		if (err == ERR_NOENT ||
		    (err == ERR_NONE &&
			time_ms != publication->asked[i].draft_ms))
			return ERR_EXIST;
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* What is published is a draft no more. */
static enum err
drop_drafts(struct store_txn *txn, const struct publication *publication)
{
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < publication->count && err == ERR_NONE; i++)
		if (publication->asked[i].draft != NULL)
			err = store_draft_drop(
			    txn, publication->ready[i].record);
	return err;
}

/* Is everything sealed to those who are in its group now?  ERR_BUSY if it may be
 * otherwise. */
static enum err
check_words(struct store_txn *txn, struct publication *publication)
{
	size_t i;
	enum err err = ERR_NONE;

	publication->is_group_behind = false;
	for (i = 0; i < publication->ngroups && err == ERR_NONE; i++)
		err = node_group_check(txn, publication->groups[i].number,
		    publication->groups[i].seen);
	if (err != ERR_BUSY && err != ERR_GAP)
		return err;
	publication->is_group_behind = true;
	return ERR_BUSY;
}

static enum err
write_run(struct store_txn *txn, struct writer_job *job)
{
	struct publication *publication = publication_of(job);
	struct outbox_entry entry;
	struct ready *ready;
	size_t i;
	enum err err;

	if ((err = check_drafts(txn, publication)) != ERR_NONE ||
	    (err = check_words(txn, publication)) != ERR_NONE)
		return err;
	for (i = 0; i < publication->count; i++) {
		ready = &publication->ready[i];
		if (ready->skip)
			continue;
		memset(&entry, 0, sizeof(entry));
		entry.kind = ready->kind;
		entry.topic = ready->topic;
		entry.group = ready->group;
		entry.has_record = ready->group == 0;
		memcpy(entry.record, ready->record, RECORD_LEN);
		entry.ext.data = ready->ext;
		entry.ext.len = ready->ext_len;
		entry.body.data = ready->body;
		entry.body.len = ready->body_len;
		if ((err = outbox_add(publication->node->outbox, txn, &entry,
			 &ready->ticket)) != ERR_NONE)
			return err;
	}
	if ((err = drop_drafts(txn, publication)) != ERR_NONE)
		return err;
	if (publication->caller_len == 0)
		return ERR_NONE;
	return store_note_put(txn, publication->caller,
	    publication->caller_note, publication->caller_len);
}

/* ---- one after another ---- */

/* Does it tell of records that there may be versions of?  Two of these could
 * become the same version, and each take the place of the other. */
static bool
names_records(const Erfa__PublishRequest *request)
{
	bool names = request->n_draft > 0;
	size_t i;

	for (i = 0; i < request->n_record && !names; i++)
		names = request->record[i]->id != NULL ||
		    request->record[i]->import_key != NULL;
	return names && !request->dry_run;
}

/* Wait behind those that wait already. */
static void
enqueue(struct node *node, struct publication *publication)
{
	struct publication **last = &node->publications;

	while (*last != NULL)
		last = &(*last)->next;
	publication->next = NULL;
	*last = publication;
}

/* Begin, unless another must be written first.  What was acknowledged before
 * must be seen before versions count. */
static bool
begin(struct node *node, struct publication *publication, int64_t now)
{
	if (publication->is_begun)
		return true;
	if (publication->names && node->naming != NULL)
		return false;
	if (publication->names)
		node->naming = publication;
	publication->is_begun = true;
	publication->arrival = node->own_arrival;
	if (indexer_arrival(node->indexer) < publication->arrival)
		publication->attempt = indexer_wake(node->indexer);
	publication->deadline = now + PUBLISH_INDEX_WAIT_MS;
	return true;
}

/* It is written, or will not be: the next one may begin. */
static void
make_way(struct node *node, const struct publication *publication)
{
	if (node->naming == publication)
		node->naming = NULL;
}

/* Durable: answer as soon as those who look will find it. */
static void
written(struct node *node, struct publication *publication)
{
	struct store_txn *txn = NULL;

	node_touch_own(node);
	if (store_begin(node->store, false, &txn) == ERR_NONE)
		publication->arrival = store_arrival_last(txn);
	store_abort(&txn);
	if (publication->arrival > node->own_arrival)
		node->own_arrival = publication->arrival;
	publication->is_written = true;
	publication->deadline = node_now() + SHOWN_WAIT_MS;
	publication->attempt = indexer_wake(node->indexer);
	enqueue(node, publication);
}

/* The index is there, or there is no use in waiting: prepare, answer or refuse. */
static void
go_on(struct node *node, struct publication *publication, bool indexed)
{
	uint64_t since_ms;

	if (!publication->is_written && indexed) {
		pool_submit(node->pool, &publication->prepare);
		return;
	}
	if (publication->is_written)
		node_answer(node, publication->waiter,
		    publish_answer(publication, true));
	else
		node_answer(node, publication->waiter,
		    query_refusal(node->indexer, &since_ms));
	make_way(node, publication);
	publication_free(publication);
}

void
node_publish_tick(struct node *node, int64_t now)
{
	struct publication *publication = node->publications;
	struct publication *next;
	uint64_t arrival = indexer_arrival(node->indexer);
	bool indexed;

	node->publications = NULL;
	for (; publication != NULL; publication = next) {
		next = publication->next;
		if (!begin(node, publication, now)) {
			enqueue(node, publication);
			continue;
		}
		indexed = arrival >= publication->arrival;
		if (indexed || now >= publication->deadline ||
		    indexer_failed(node->indexer, publication->attempt) !=
			ERR_NONE)
			go_on(node, publication, indexed);
		else
			enqueue(node, publication);
	}
}

void
node_publish_end(struct node *node)
{
	struct publication *publication;

	while ((publication = node->publications) != NULL) {
		node->publications = publication->next;
		node_waiter_free(publication->waiter);
		publication_free(publication);
	}
}

static void
write_done(struct writer_job *job, void *context)
{
	struct publication *publication = publication_of(job);
	struct node *node = context;

	if (node != NULL)
		make_way(node, publication);
	if (node != NULL && job->err == ERR_NONE) {
		written(node, publication);
		node_publish_tick(node, node_now());
		return;
	}
	if (node == NULL) {
		node_waiter_free(publication->waiter);
	} else if (job->err == ERR_EXIST) {
		node_answer(node, publication->waiter, draft_changed());
	} else if (publication->is_group_behind) {
		node_answer_error(node, publication->waiter, "group_behind", 75,
		    "Try again in a minute.",
		    "nothing was published: who is in the restricted group is "
		    "just being changed");
	} else if (job->err == ERR_FULL) {
		node_answer_error(node, publication->waiter, "disk_full", 75,
		    "Make room on the disk of the state directory, or raise "
		    "store_max, and publish again",
		    "nothing was published: no space left in the store");
	} else {
		node_answer_error(node, publication->waiter, "not_written", 75,
		    "Ask your IT to look at the log:  journalctl -u erfad",
		    "it is not known whether this was written: %s",
		    err_str(job->err));
	}
	publication_free(publication);
	if (node != NULL)
		node_publish_tick(node, node_now());
}

static bool
anything_to_write(const struct publication *publication)
{
	size_t i;

	for (i = 0; i < publication->count; i++)
		if (!publication->ready[i].skip ||
		    publication->asked[i].draft != NULL)
			return true;
	return false;
}

/* Memory may be too short to say why. */
static bool
is_refused(const struct publication *publication)
{
	size_t i;

	for (i = 0; i < publication->count && publication->ready != NULL; i++)
		if (publication->ready[i].refused)
			return true;
	return publication->ready == NULL || publication->refusal != NULL;
}

/* Is something for a group, of which what was said last may not be known here? */
static bool
is_held_back(const struct node *node, const struct publication *publication)
{
	size_t i;

	for (i = 0; i < publication->count && node->hold.until != 0; i++)
		if (publication->ready[i].group != 0 &&
		    !publication->ready[i].skip)
			return true;
	return false;
}

static void
prepare_done(struct pool_job *job, void *context)
{
	struct publication *publication = (struct publication *)job;
	struct node *node = context;
	size_t i;

	if (node->control == NULL) {
		control_free_answer(publication->refusal);
		node_waiter_free(publication->waiter);
		publication_free(publication);
		return;
	}
	if (publication->refusal == NULL && publication->ready == NULL)
		publication->refusal = node_error_new(
		    "no_memory", 75, "try again", "out of memory");
	if (!is_refused(publication) && is_held_back(node, publication)) {
		publication->ready[0].refused = true;
		publication->refusal = node_hold_refusal();
	}
	if (is_refused(publication) ||
	    publication->waiter->request->publish->dry_run ||
	    !anything_to_write(publication)) {
		node_answer(node, publication->waiter,
		    is_refused(publication) ?
			publication->refusal :
			publish_answer(publication,
			    !publication->waiter->request->publish->dry_run));
		make_way(node, publication);
		publication_free(publication);
		node_publish_tick(node, node_now());
		return;
	}
	(void)snprintf(publication->caller, sizeof(publication->caller),
	    "caller/%020llu-%llu", (unsigned long long)node_clock(),
	    (unsigned long long)node->caller_serial++);
	publication->write.run = write_run;
	publication->write.done = write_done;
	publication->write.entries = publication->count;
	for (i = 0; i < publication->count; i++)
		publication->write.bytes += publication->ready[i].body_len;
	writer_submit(node->writer, &publication->write);
}

void
node_publish(struct node *node, struct waiter *waiter)
{
	struct publication *publication = calloc(1, sizeof(*publication));

	if (waiter->request->publish->n_record == 0 &&
	    waiter->request->publish->n_draft == 0) {
		free(publication);
		node_answer_error(node, waiter, "nothing", 65,
		    "give a file with at least one record",
		    "there is nothing to publish");
		return;
	}
	if (publication == NULL) {
		node_answer_error(node, waiter, "no_memory", 75, "try again",
		    "out of memory");
		return;
	}
	publication->prepare.run = prepare_run;
	publication->prepare.done = prepare_done;
	publication->node = node;
	publication->waiter = waiter;
	publication->names = names_records(waiter->request->publish);
	enqueue(node, publication);
	node_publish_tick(node, node_now());
}
