/*
 * Own entries of before are sealed anew, with the same bytes within, for a
 * member who came later.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/header.h"
#include "proto/record.h"
#include "daemon/facts.h"
#include "daemon/node_group_internal.h"
#include "daemon/node_internal.h"

/* What one request seals anew, at most. */
#define SHARE_MAX   500
#define SHARE_BYTES 4194304

/* Read which record ${text} means; refuse one that is not our own in the group. */
static enum err
name_record(struct group_change *change, const char *text,
    uint8_t ret_record[RECORD_LEN])
{
	struct node *node = change->node;
	char org[ORG_MAX + 1];
	uint64_t group;
	enum err err;

	err = query_find_record(node->query, text, org, ret_record);
	if (err == ERR_NOENT)
		return group_refuse(change, "no_such_trial", 66,
		    "All trials:  erfa list",
		    "no trial or other record has the id \"%.80s\"", text);
	if (err != ERR_NONE)
		return err;
	if (strcmp(org, node->config->org) != 0)
		return group_refuse(change, "not_own", 65,
		    "Ask them to share it.",
		    "%.80s was published by %s: each shares its own", text,
		    org);
	err = query_group_of(node->query, org, ret_record, &group);
	if (err != ERR_NONE && err != ERR_NOENT)
		return err;
	if (err == ERR_NOENT || group != change->group.number)
		return group_refuse(change, "not_restricted", 65, "",
		    "%.80s is not in the group \"%s\"", text,
		    change->group.name);
	return ERR_NONE;
}

/* Which records are meant, if not all. */
static enum err
name_records(struct group_change *change)
{
	const Erfa__GroupChangeRequest *ask = change->ask;
	enum err err;

	change->records = calloc(ask->n_record + 1, RECORD_LEN);
	if (change->records == NULL)
		return ERR_NOMEM;
	while (change->nrecords < ask->n_record) {
		err = name_record(change, ask->record[change->nrecords],
		    change->records[change->nrecords]);
		if (err != ERR_NONE || change->refused)
			return err;
		change->nrecords++;
	}
	return ERR_NONE;
}

/* What is told of a version that is sealed anew. */
static enum err
tell_shared(struct group_change *change, const Erfa__Body *body,
    const struct query_group_entry *entry)
{
	Erfa__GroupChangeAnswer *answer = change->answer->group_change;
	struct node *node = change->node;
	char text[RECORD_ID_CHARS + 1];
	Erfa__GroupShared *shared;
	const char *title;
	size_t cut;
	enum err err;

	err = answer_add(&answer->shared, &answer->n_shared,
	    &erfa__group_shared__descriptor, &shared);
	if (err != ERR_NONE)
		return err;
	record_print(node->config->org, entry->record, RECORD_CHARS, text);
	if ((err = answer_text(&shared->id, text)) != ERR_NONE ||
	    (err = query_shown_id(node->query, node->config->org, entry->record,
		 text)) != ERR_NONE ||
	    (err = answer_text(&shared->shown_id, text)) != ERR_NONE ||
	    (err = answer_text(&shared->kind, header_kind_name(entry->kind))) !=
		ERR_NONE)
		return err;
	(void)snprintf(text, sizeof(text), "%u.%u",
	    body->envelope == NULL ? 0 : (unsigned)body->envelope->major,
	    body->envelope == NULL ? 0 : (unsigned)body->envelope->minor);
	if ((err = answer_text(&shared->version, text)) != ERR_NONE)
		return err;
	title = facts_title(body, &cut);
	shared->title = strndup(title, cut);
	return shared->title == NULL ? ERR_NOMEM : ERR_NONE;
}

/* Open what stands there; ERR_NOENT if it is not to be had any more. */
static enum err
open_entry(struct group_change *change, const struct query_group_entry *entry,
    uint8_t **ret_plain, size_t *ret_len)
{
	struct store_txn *txn = NULL;
	struct store_body stored;
	enum err err;

	if ((err = store_begin(change->node->store, false, &txn)) != ERR_NONE)
		return err;
	err = store_body(txn, entry->log_id, entry->n, &stored);
	store_abort(&txn);
	if (err == ERR_ERASED || err == ERR_DAMAGED)
		return ERR_NOENT;
	if (err != ERR_NONE)
		return err;
	err = sealed_open(
	    &change->node->ring, stored.data, stored.len, ret_plain, ret_len);
	store_body_clear(&stored);
	return err == ERR_NONE || err == ERR_NOMEM ? err : ERR_NOENT;
}

/* Seal one version anew, with the same bytes within. */
static enum err
share_entry(struct group_change *change, const struct query_group_entry *entry)
{
	Erfa__Body *body = NULL;
	struct group_outgoing *out;
	uint8_t *plain = NULL;
	size_t len;
	enum err err;

	err = open_entry(change, entry, &plain, &len);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if ((err = body_decode(plain, len, &body)) != ERR_NONE ||
	    (err = group_add_out(change, &out)) != ERR_NONE)
		goto out;
	out->kind = entry->kind;
	out->from = *entry;
	err = node_group_seal(
	    change->node, &change->group, plain, len, &out->p, &out->len);
	if (err != ERR_NONE)
		goto out;
	change->bytes += out->len;
	change->nout++;
	err = tell_shared(change, body, entry);
out:
	body_free(body);
	crypto_wipe(plain, len);
	free(plain);
	return err;
}

/* Versions that are to be shared, gathered before any of them is read. */
struct gathered {
	const struct group_change *change;
	struct query_group_entry *at;
	size_t count;
};

static enum err
gather_entry(void *context, const struct query_group_entry *entry)
{
	struct gathered *all = context;
	const struct group_change *change = all->change;
	size_t i;
	enum err err;

	for (i = 0; i < change->nrecords; i++)
		if (memcmp(change->records[i], entry->record, RECORD_LEN) == 0)
			break;
	if (change->nrecords > 0 && i == change->nrecords)
		return ERR_NONE;
	err = answer_room(&all->at, all->count, sizeof(*all->at));
	if (err == ERR_NONE)
		all->at[all->count++] = *entry;
	return err;
}

/* Seal anew as much as one request may. */
static enum err
share_entries(struct group_change *change)
{
	struct gathered all = { .change = change };
	size_t i;
	enum err err;

	err = query_group_own(change->node->query, change->group.number,
	    change->since, gather_entry, &all);
	for (i = 0; i < all.count && err == ERR_NONE; i++) {
		if (change->nout >= SHARE_MAX || change->bytes >= SHARE_BYTES)
			break;
		err = share_entry(change, &all.at[i]);
	}
	change->left = all.count - i;
	free(all.at);
	return err;
}

/*
 * Before which arrival that came which is shared: what came later is sealed to the
 * member.  It may be given records again that it could read; then copies that were
 * made for it since it was asked first are not copied themselves.
 */
static uint64_t
share_before(
    const struct group_change *change, const struct query_group_member *member)
{
	const Erfa__GroupChangeRequest *ask = change->ask;

	if (ask->n_record == 0)
		return member->since_arrival;
	return ask->has_before && ask->before <= change->seen ?
	    ask->before :
	    change->seen + 1;
}

enum err
group_share(struct group_change *change)
{
	const Erfa__GroupChangeRequest *ask = change->ask;
	const struct query_group_member *member;
	enum err err;

	if (ask->n_member != 1)
		return group_refuse(change, "nobody", 65,
		    "erfa group share GROUP ORG [TRIAL...]",
		    "say with which one member to share");
	if ((err = group_find(change)) != ERR_NONE || change->refused)
		return err;
	member = group_find_latest(&change->group, ask->member[0]);
	if (member == NULL || member->own)
		return group_refuse(change, "not_a_member", 65,
		    "Who is in it:  erfa group show GROUP",
		    "\"%.80s\" is no other member of the group \"%s\"",
		    ask->member[0], change->group.name);
	change->since = share_before(change, member);
	change->answer->group_change->has_before = true;
	change->answer->group_change->before = change->since;
	if ((err = name_records(change)) != ERR_NONE || change->refused ||
	    (err = share_entries(change)) != ERR_NONE)
		return err;
	return group_tell_changed(change, member->org, change->nout > 0);
}
