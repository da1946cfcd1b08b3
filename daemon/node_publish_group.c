/*
 * To whom a record is published: to everybody, or to the restricted group that
 * was said, that it is of already, or that what it names is of.
 */

#include <stdio.h>
#include <string.h>

#include "daemon/facts.h"
#include "daemon/node_internal.h"
#include "daemon/node_publish_internal.h"

const struct query_group *
publish_group(struct publication *publication, uint64_t number)
{
	size_t i;

	for (i = 0; i < publication->ngroups; i++)
		if (publication->groups[i].number == number)
			return &publication->groups[i];
	if (answer_room(&publication->groups, publication->ngroups,
		sizeof(*publication->groups)) != ERR_NONE ||
	    query_group(publication->node->query, number,
		&publication->groups[publication->ngroups]) != ERR_NONE)
		return NULL;
	return &publication->groups[publication->ngroups++];
}

/* What a group is called, or at least which it is. */
static void
print_group(struct publication *publication, uint64_t number, char out[256])
{
	const struct query_group *group = publish_group(publication, number);

	if (group != NULL && group->name != NULL && *group->name != '\0')
		(void)snprintf(out, 256, "%s", group->name);
	else
		(void)snprintf(out, 256, "%016llx", (unsigned long long)number);
}

/* ---- which group ---- */

/* Read which group a record says; false if that is a problem. */
static bool
take_said(struct publication *publication, size_t i)
{
	const char *text = publication->asked[i].record->group;
	struct ready *ready = &publication->ready[i];
	uint64_t number;
	enum err err;

	if (text == NULL || *text == '\0')
		return true;
	err = query_group_find(publication->node->query, text, &number);
	if (err != ERR_NONE) {
		publish_problem(publication, i, "All groups:  erfa group list",
		    err == ERR_EXIST ? "several groups fit \"%.80s\"" :
				       "this node is in no group \"%.80s\"",
		    text);
		return false;
	}
	if (ready->settled && ready->group != number) {
		publish_problem(publication, i,
		    "publish a new record to the group",
		    ready->group == 0 ?
			"everybody has the version before it: it cannot become "
			"restricted" :
			"the version before it is of another group");
		return false;
	}
	ready->group = number;
	ready->settled = true;
	return true;
}

/* Let the index take in all that is here, once. */
static void
wait_index(struct publication *publication)
{
	struct node *node = publication->node;
	struct store_txn *txn = NULL;
	uint64_t arrival = 0;

	publication->is_index_awaited = true;
	if (store_begin(node->store, false, &txn) == ERR_NONE)
		arrival = store_arrival_last(txn);
	store_abort(&txn);
	(void)indexer_wait(node->indexer, arrival, PUBLISH_INDEX_WAIT_MS);
}

/* The group of a record that is held; what the index lacks is waited for, while it
 * is built anew, say. */
static enum err
held_group(struct publication *publication, const char *org,
    const uint8_t *record, uint64_t *ret_group)
{
	struct query *query = publication->node->query;
	enum err err = query_group_of(query, org, record, ret_group);

	if (err != ERR_GAP || publication->is_index_awaited)
		return err;
	wait_index(publication);
	return query_group_of(query, org, record, ret_group);
}

/* Say that it is not known of which group a record is before the index is there. */
static void
refuse_behind(struct publication *publication, size_t i)
{
	uint64_t since_ms;

	publication->ready[i].refused = true;
	if (publication->refusal == NULL)
		publication->refusal = query_refusal(
		    publication->node->indexer, &since_ms);
	if (publication->refusal == NULL)
		publish_problem(publication, i, "try again", "out of memory");
}

/* A record that is here already stays where it is; then what was asked for. */
static void
take_settled(struct publication *publication, size_t i)
{
	struct ready *ready = &publication->ready[i];
	enum err err = ERR_NOENT;

	if (!ready->is_drawn)
		err = held_group(publication, publication->node->config->org,
		    ready->record, &ready->group);
	if (err == ERR_GAP) {
		refuse_behind(publication, i);
		return;
	}
	if (err != ERR_NONE && err != ERR_NOENT) {
		publish_problem(
		    publication, i, "try again", "%s", err_str(err));
		return;
	}
	ready->settled = err == ERR_NONE;
	(void)take_said(publication, i);
}

/*
 * The group of a record that is named: of this request, or held already.  ERR_BUSY:
 * it may be a restricted one that is not signed yet; ERR_GAP: or one that is not in
 * the index yet.
 */
static enum err
group_of(struct publication *publication, const struct facts_ref *ref,
    uint64_t *ret_group)
{
	struct node *node = publication->node;
	size_t i;
	enum err err;

	if (strcmp(ref->org, node->config->org) == 0)
		for (i = 0; i < publication->count; i++)
			if (memcmp(publication->ready[i].record, ref->record,
				RECORD_LEN) == 0) {
				*ret_group = publication->ready[i].group;
				return ERR_NONE;
			}
	*ret_group = 0;
	err = held_group(publication, ref->org, ref->record, ret_group);
	if (err != ERR_NOENT)
		return err;
	return strcmp(ref->org, node->config->org) == 0 &&
		publish_unsigned(node, 0, NULL) ?
	    ERR_BUSY :
	    ERR_NONE;
}

/* A record, and what it names. */
struct naming {
	struct publication *publication;
	size_t record;
	bool changed; /* it took a group */
};

/* Let a record take the group of one that it names. */
static enum err
follow_one(void *context, const struct facts_ref *ref)
{
	struct naming *naming = context;
	struct publication *publication = naming->publication;
	struct ready *ready = &publication->ready[naming->record];
	char name[256];
	uint64_t group;
	enum err err;

	err = group_of(publication, ref, &group);
	if (err == ERR_BUSY && ready->group != 0)
		return ERR_NONE;
	if (err != ERR_NONE || group == 0 || group == ready->group)
		return err;
	if (ready->settled) {
		print_group(publication, group, name);
		publish_problem(publication, naming->record,
		    "leave out what it names, or publish it to that group",
		    "it names a record of the restricted group \"%s\"", name);
		return ERR_EXIST;
	}
	ready->group = group;
	ready->settled = naming->changed = true;
	return ERR_NONE;
}

/* Let a record take the group of what it names; true if it was changed.  What it
 * names is looked at to the end, and what cannot be looked at is no "no". */
static bool
follow_named(struct publication *publication, size_t i)
{
	struct naming naming = { .publication = publication, .record = i };
	enum err err = facts_each_ref(
	    publication->asked[i].record->body, follow_one, &naming);

	if (err == ERR_BUSY)
		publish_problem(publication, i, "try again in a minute",
		    "it names a record that may be restricted, and is not "
		    "signed yet");
	else if (err == ERR_GAP)
		refuse_behind(publication, i);
	else if (err != ERR_NONE && err != ERR_EXIST)
		publish_problem(
		    publication, i, "try again", "%s", err_str(err));
	return naming.changed;
}

/* ---- may it be written to ---- */

/* Say that a group is not for this node to write to. */
static void
refuse_group(struct publication *publication, size_t i, const char *name)
{
	publication->ready[i].refused = true;
	if (publication->refusal == NULL)
		publication->refusal = node_error_new("not_in_group", 77,
		    "See why:  erfa group list",
		    "this node cannot write to the restricted group \"%s\"",
		    name);
}

/* Nothing leaves for a group that this node is not in. */
static void
check_group(struct publication *publication, size_t i)
{
	struct ready *ready = &publication->ready[i];
	Erfa__Envelope *envelope = publication->asked[i].record->body->envelope;
	const struct query_group *group;
	char name[256];

	if (ready->group == 0) {
		if (!envelope->has_visibility ||
		    envelope->visibility ==
			ERFA__VISIBILITY__VISIBILITY_UNSET ||
		    envelope->visibility == ERFA__VISIBILITY__VISIBILITY_PUBLIC)
			return;
		publish_problem(publication, i,
		    "leave envelope.visibility out, or say the group:  "
		    "erfa publish --group GROUP",
		    "it is marked as not public, and no group is said");
		return;
	}
	print_group(publication, ready->group, name);
	if (envelope->has_visibility &&
	    envelope->visibility != ERFA__VISIBILITY__VISIBILITY_UNSET &&
	    envelope->visibility != ERFA__VISIBILITY__VISIBILITY_NETWORK) {
		publish_problem(publication, i,
		    "leave envelope.visibility out to publish it",
		    "it is marked as public or private, and is of the "
		    "restricted group \"%s\"",
		    name);
		return;
	}
	group = publish_group(publication, ready->group);
	if (group == NULL || group->state != QUERY_GROUP_MEMBER) {
		refuse_group(publication, i, name);
		return;
	}
	envelope->has_visibility = 1;
	envelope->visibility = ERFA__VISIBILITY__VISIBILITY_NETWORK;
}

/* Is any restricted record here, or asked for?  Mostly there is none. */
static bool
is_any_restricted(struct publication *publication)
{
	bool any = false;
	size_t i;

	if (query_group_any(publication->node->query, &any) != ERR_NONE)
		return true;
	for (i = 0; i < publication->count && !any; i++)
		any = !publication->ready[i].refused &&
		    publication->asked[i].record->group != NULL &&
		    publication->asked[i].record->group[0] != '\0';
	return any;
}

void
publish_choose_groups(struct publication *publication)
{
	struct ready *ready = publication->ready;
	bool changed = is_any_restricted(publication);
	size_t i;

	for (i = 0; i < publication->count && changed; i++)
		if (!ready[i].refused)
			take_settled(publication, i);
	while (changed) {
		changed = false;
		for (i = 0; i < publication->count; i++)
			if (!ready[i].refused)
				changed |= follow_named(publication, i);
	}
	for (i = 0; i < publication->count; i++)
		if (!ready[i].refused)
			check_group(publication, i);
}
