/*
 * Who belongs: the keys that may connect.  Order everywhere: commit, directory,
 * ZAP table confirmed, then the answer.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/local.pb-c.h"
#include "daemon/node_internal.h"
#include "daemon/node_members_internal.h"

/* What could not be done is tried again after this. */
#define AGAIN_MS 1000

/* ---- the keys ---- */

/* The ZAP table while it is put together. */
struct rules {
	struct zap_rule *list;
	size_t count;
	size_t room;
};

static enum err
rule_add(struct rules *rules, const uint8_t curve[KEY_LEN], const char *prefix,
    bool pub)
{
	size_t room = rules->room == 0 ? 64 : rules->room * 2;
	struct zap_rule *list;
	struct zap_rule *rule;

	if (rules->count == rules->room) {
		list = realloc(rules->list, room * sizeof(*list));
		if (list == NULL)
			return ERR_NOMEM;
		rules->list = list;
		rules->room = room;
	}
	rule = &rules->list[rules->count++];
	memset(rule, 0, sizeof(*rule));
	memcpy(rule->curve, curve, KEY_LEN);
	(void)snprintf(rule->user_id, sizeof(rule->user_id), "%s", prefix);
	bytes_hex(curve, KEY_LEN, rule->user_id + strlen(prefix));
	rule->router = true;
	rule->pub = pub;
	return ERR_NONE;
}

/* By key; of one key a member's rule first: its prefix is empty. */
static int
compare_rules(const void *a, const void *b)
{
	const struct zap_rule *x = a;
	const struct zap_rule *y = b;
	int order = memcmp(x->curve, y->curve, KEY_LEN);

	if (order != 0)
		return order;
	return (strchr(x->user_id, ':') != NULL) -
	    (strchr(y->user_id, ':') != NULL);
}

/* Keep one rule of each key: two members may have one CURVE key. */
static void
rules_unique(struct rules *rules)
{
	size_t kept = 0;
	size_t i;

	if (rules->count == 0)
		return;
	qsort(rules->list, rules->count, sizeof(*rules->list), compare_rules);
	for (i = 1; i < rules->count; i++)
		if (memcmp(rules->list[kept].curve, rules->list[i].curve,
			KEY_LEN) != 0)
			rules->list[++kept] = rules->list[i];
	rules->count = kept + 1;
}

bool
node_invite_is_open(const Erfa__LocalInvite *invite)
{
	return invite->used_ms == 0 && invite->revoked_ms == 0 &&
	    invite->has_join_public && invite->join_public.len == KEY_LEN &&
	    node_clock() < invite->expires_ms;
}

static enum err
rules_invites(struct store_txn *txn, struct rules *rules)
{
	char name[201] = "";
	struct bytes data;
	Erfa__LocalInvite *invite;
	enum err err = ERR_NONE;

	while (err == ERR_NONE &&
	    store_note_next(txn, "invite/", name[0] == '\0' ? NULL : name, name,
		&data) == ERR_NONE) {
		invite = erfa__local_invite__unpack(NULL, data.len, data.data);
		if (invite == NULL)
			continue;
		if (node_invite_is_open(invite))
			err = rule_add(
			    rules, invite->join_public.data, "join:", false);
		erfa__local_invite__free_unpacked(invite, NULL);
	}
	return err;
}

static enum err
rules_pending(struct store_txn *txn, struct rules *rules)
{
	char name[201] = "";
	struct bytes data;
	Erfa__LocalPending *pending;
	enum err err = ERR_NONE;

	while (err == ERR_NONE &&
	    store_note_next(txn, "pending/", name[0] == '\0' ? NULL : name,
		name, &data) == ERR_NONE) {
		pending = erfa__local_pending__unpack(
		    NULL, data.len, data.data);
		if (pending == NULL)
			continue;
		if (pending->accepted_org != NULL && pending->has_curve &&
		    pending->curve.len == KEY_LEN)
			err = rule_add(
			    rules, pending->curve.data, "pending:", false);
		erfa__local_pending__free_unpacked(pending, NULL);
	}
	return err;
}

enum err
node_rules(struct node *node)
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *member;
	struct rules rules = { 0 };
	struct store_txn *txn = NULL;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; err == ERR_NONE && i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		if (member->in &&
		    memcmp(member->curve, node->key.curve_public, KEY_LEN) != 0)
			err = rule_add(&rules, member->curve, "", true);
	}
	if (err == ERR_NONE)
		err = store_begin(node->store, false, &txn);
	if (err == ERR_NONE)
		err = rules_invites(txn, &rules);
	if (err == ERR_NONE)
		err = rules_pending(txn, &rules);
	store_abort(&txn);
	if (err == ERR_NONE) {
		rules_unique(&rules);
		err = zap_set(node->zap, rules.list, rules.count);
	}
	free(rules.list);
	return err;
}

/* ---- after a change ---- */

/* Cut off whoever was in before and is not now. */
static bool
drop_removed(struct node *node, const struct directory *before)
{
	const struct directory *after = node_directory(node);
	const struct directory_member *was;
	const struct directory_member *is;
	bool removed = false;
	size_t i;

	for (i = 0; i < directory_count(before); i++) {
		was = directory_at(before, i);
		is = directory_find(after, was->key);
		if (!was->in || (is != NULL && is->in))
			continue;
		removed = true;
		event_say(EVENT_PEER_OUT,
		    &(struct event_about){ .peer = was->org },
		    "%s is out: its connections are cut", was->org);
		if (node->hub != NULL)
			hub_drop(node->hub, was->key, was->curve);
		node_hang_up(node, was->key);
	}
	return removed;
}

/* Close PUB, or make it anew: a subscriber cannot be told from another. */
static void
renew_pub(struct node *node, bool safe)
{
	enum err err;

	if (!safe) {
		sock_close(node->pub);
		node->pub = NULL;
	} else if ((err = node_pub_open(node)) != ERR_NONE) {
		logger_err(
		    "feed", "PUB cannot be bound again: %s", err_str(err));
		node->rules_due = node_now() + AGAIN_MS;
	}
}

static void
rethink(struct link *link, void *arg)
{
	link_rethink(link);
	link_have_soon(link, *(int64_t *)arg);
}

/* The directory is new: let in who is in, cut off who is out, count anew. */
static void
apply(struct node *node, const struct directory *before)
{
	int64_t now = node_now();
	bool safe;
	enum err err;

	safe = (err = node_rules(node)) == ERR_NONE;
	if (!safe) {
		logger_err("zap", "the table of keys was not renewed: %s",
		    err_str(err));
		node->rules_due = now + AGAIN_MS;
	}

	/* Who is out is cut off even so. */
	if (drop_removed(node, before) && node->pub != NULL)
		renew_pub(node, safe);
	node_view_recount(node);
	node_fork_cut(node);
	node_each_link(node, rethink, &now);
	if ((err = node_upstreams_load(node)) != ERR_NONE)
		logger_err("store", "who is to be dialled cannot be read: %s",
		    err_str(err));
}

/* A directory on its way through the pool: of many members it takes long. */
struct members_job {
	struct pool_job job; /* first */
	struct snapshot *snapshot;
	uint64_t number; /* of the last change that it knows */
	enum err err;
};

static void
members_run(struct pool_job *job, void *context)
{
	struct members_job *members = (struct members_job *)job;

	members->err = node_snapshot_make(context, &members->snapshot);
}

static void
members_done(struct pool_job *job, void *context)
{
	struct members_job *members = (struct members_job *)job;
	struct snapshot *before;
	struct node *node = context;

	node->members_busy = false;
	if (node->control == NULL) {
		node_snapshot_put(node, members->snapshot); /* closing */
	} else if (members->snapshot == NULL) {
		logger_err("peers", "the directory cannot be computed: %s",
		    err_str(members->err));
		node->members_due = node_now() + AGAIN_MS;
	} else {
		before = node_snapshot_get(node);
		node_snapshot_use(node, members->snapshot);
		apply(node, before->directory);
		node_snapshot_put(node, before);
		node_claims_changed(node);
		node_write_counts(node, members->number);
		node->members_counted = members->number;
		node_bundle_tell(node);
		if (node->members_changes > members->number)
			node->members_due = node_now();
	}
	free(members);
	node_members_tick(node, node_now());
}

/* Have the directory computed, unless that is being done. */
static void
members_submit(struct node *node)
{
	struct members_job *members;

	if (node->members_busy || node->control == NULL)
		return;
	members = calloc(1, sizeof(*members));
	if (members == NULL) {
		node->members_due = node_now() + AGAIN_MS;
		return;
	}
	node->members_due = 0;
	node->members_busy = true;
	members->job.run = members_run;
	members->job.done = members_done;
	members->number = node->members_changes;
	pool_submit(node->pool, &members->job);
}

uint64_t
node_members_changed(struct node *node)
{
	node->members_touched = false;
	node->members_changes++;
	members_submit(node);
	return node->members_changes;
}

void
node_members_tick(struct node *node, int64_t now)
{
	if (node->members_due != 0 && now >= node->members_due)
		members_submit(node);
	if (node->rules_due == 0 || now < node->rules_due)
		return;
	node->rules_due = now + AGAIN_MS;
	if (node_rules(node) == ERR_NONE &&
	    (node->pub != NULL || node_pub_open(node) == ERR_NONE))
		node->rules_due = 0;
}
