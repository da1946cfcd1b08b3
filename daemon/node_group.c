/*
 * Restricted groups are changed: made, joined, left, and own entries of before
 * sealed anew for who came later.  Looked at in the pool, written in one
 * transaction, answered when it is in the index.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/record.h"
#include "daemon/facts.h"
#include "daemon/node_internal.h"
#include "daemon/shown.h"

/* How long a change waits for the index to know what was published before. */
#define INDEX_WAIT_MS 5000

/* The answer waits so long for the index. */
#define SHOWN_WAIT_MS 2000

/* So far the index may be behind what is held, while somebody writes to a group. */
#define BEHIND_MAX 10000

/* What one request seals anew, at most. */
#define SHARE_MAX   500
#define SHARE_BYTES 4194304

enum action {
	ACTION_CREATE,
	ACTION_ADD,
	ACTION_REMOVE,
	ACTION_SHARE,
	ACTIONS
};

static const char *const action_names[ACTIONS] = { "create", "add", "remove",
	"share" };

enum stage {
	STAGE_PREPARE,
	STAGE_WRITE,
	STAGE_FINISH,
};

/* One entry that is to be published. */
struct outgoing {
	uint32_t kind;
	struct query_group_entry from; /* share: what it is a copy of */
	uint8_t *p;
	size_t len;
};

/* A member as it is to be named. */
struct named {
	char org[ORG_MAX + 1];
	uint8_t key[KEY_LEN];
};

/* A change on its way. */
struct change {
	struct pool_job job;     /* first: looked at and answered in the pool */
	struct writer_job write; /* then written */
	enum stage stage;
	enum action action;
	struct node *node;
	struct waiter *waiter;
	const Erfa__GroupChangeRequest *ask;
	Erfa__Answer *answer; /* an error, or what will be said */
	bool refused;
	uint64_t arrival; /* the index must be so far */
	uint64_t seen;    /* so far it was, before it was asked */
	struct query_group group;
	struct named *members; /* who is to be in it */
	size_t nmembers;
	uint8_t (*records)[RECORD_LEN]; /* share: these alone */
	size_t nrecords;
	uint64_t since; /* share: what came before this */
	struct outgoing *out;
	size_t nout;
	size_t bytes;
	uint64_t left;
};

static struct change *
change_of(struct writer_job *job)
{
	return (struct change *)(void *)((char *)job -
	    offsetof(struct change, write));
}

static void
change_free(struct change *change)
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

/* Make the answer say why nothing is done; always ERR_NONE. */
static enum err __attribute__((format(printf, 5, 6)))
refuse(struct change *change, const char *code, unsigned exit,
    const char *remedy, const char *format, ...)
{
	va_list args;

	control_free_answer(change->answer);
	change->refused = true;
	va_start(args, format);
	change->answer = node_error_vnew(code, exit, remedy, format, args);
	va_end(args);
	return ERR_NONE;
}

/* ---- sealing ---- */

enum err
node_group_seal(struct node *node, const struct query_group *group,
    const uint8_t *plain, size_t len, uint8_t **ret_p, size_t *ret_len)
{
	uint8_t(*curves)[KEY_LEN] = calloc(group->nmembers + 1, KEY_LEN);
	const struct query_group_member *member;
	size_t count = 0;
	size_t i;
	enum err err;

	if (curves == NULL)
		return ERR_NOMEM;
	memcpy(curves[count++], node->key.curve_public, KEY_LEN);
	for (i = 0; i < group->nmembers; i++) {
		member = &group->members[i];
		if (!member->own &&
		    (member->standing == QUERY_GROUP_IN ||
			member->standing == QUERY_GROUP_REPLACED))
			memcpy(curves[count++], member->curve, KEY_LEN);
	}
	err = sealed_seal(plain, len, (const uint8_t(*)[KEY_LEN])curves, count,
	    ret_p, ret_len);
	free(curves);
	return err;
}

/* ---- which group ---- */

/* Refuse, if nothing can be written to the group from here. */
static enum err
check_state(struct change *change)
{
	const char *name = change->group.name;

	switch (change->group.state) {
	case QUERY_GROUP_MEMBER:
		return ERR_NONE;
	case QUERY_GROUP_REMOVED:
		return refuse(change, "not_in_group", 65,
		    "Ask who made it:  erfa group list",
		    "this node is not in the group \"%s\" any more", name);
	case QUERY_GROUP_BEHIND:
		return refuse(change, "group_behind", 75,
		    "Try again in a minute.",
		    "who is in the group \"%s\" has changed, and the change is "
		    "not here yet",
		    name);
	case QUERY_GROUP_CLOSED:
		return refuse(change, "group_closed", 65,
		    "Make another one:  erfa group create NAME ORG...",
		    "the group \"%s\" is closed", name);
	case QUERY_GROUP_UNKNOWN:
		break;
	}
	return refuse(change, "no_such_group", 66,
	    "All groups:  erfa group list", "this group is not known here");
}

/* Refuse, if somebody else may change it alone. */
static enum err
check_founder(struct change *change)
{
	struct snapshot *snapshot;
	const struct directory_member *member;
	char org[ORG_MAX + 1] = "";

	if (change->group.is_founder)
		return ERR_NONE;
	snapshot = node_snapshot_get(change->node);
	member = directory_find(snapshot->directory, change->group.speaker);
	if (member != NULL)
		memcpy(org, member->org, sizeof(org));
	node_snapshot_put(change->node, snapshot);
	return refuse(change, "not_founder", 77, "Ask them to do it.",
	    "only who made the group \"%s\" may change who is in it: %s",
	    change->group.name, org);
}

/* Read the group that is meant. */
static enum err
find_group(struct change *change)
{
	struct query *query = change->node->query;
	const char *text = change->ask->group;
	uint64_t number;
	enum err err = ERR_NOENT;

	if (text != NULL && *text != '\0')
		err = query_group_find(query, text, &number);
	if (err == ERR_NOENT)
		return refuse(change, "no_such_group", 66,
		    "All groups:  erfa group list",
		    "this node is in no group \"%.80s\"",
		    text == NULL ? "" : text);
	if (err == ERR_EXIST)
		return refuse(change, "group_unclear", 65,
		    "Give more digits of its number:  erfa group list",
		    "several groups fit \"%.80s\"", text);
	if (err != ERR_NONE ||
	    (err = query_group(query, number, &change->group)) != ERR_NONE ||
	    (err = check_state(change)) != ERR_NONE || change->refused)
		return err;
	return change->action == ACTION_SHARE ? ERR_NONE :
						check_founder(change);
}

/* ---- who is meant ---- */

/* Read a key, if that was typed. */
static bool
is_key(const char *text, uint8_t key[KEY_LEN])
{
	return strlen(text) == (size_t)2 * KEY_LEN &&
	    bytes_unhex(text, key, KEY_LEN) == ERR_NONE;
}

/* May the key stand for a member that somebody typed? */
static bool
fits(const struct directory *directory, const struct directory_member *member,
    const char *text, const uint8_t *key)
{
	const struct directory_member *heir;

	if (!member->in || (member->roles & ROLE_WRITES) == 0)
		return false;
	if (key != NULL)
		return memcmp(member->key, key, KEY_LEN) == 0;
	heir = directory_heir(directory, member->key);
	return shown_org_matches(member->org, text) &&
	    (heir == NULL || memcmp(heir->key, member->key, KEY_LEN) == 0);
}

/* Find the key of the directory that ${text} means. */
static enum err
find_in_directory(
    struct change *change, const char *text, struct named *ret_named)
{
	struct snapshot *snapshot = node_snapshot_get(change->node);
	const struct directory *directory = snapshot->directory;
	const struct directory_member *member;
	uint8_t bytes[KEY_LEN];
	const uint8_t *key = is_key(text, bytes) ? bytes : NULL;
	size_t found = 0;
	size_t i;

	for (i = 0; i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		if (!fits(directory, member, text, key))
			continue;
		memcpy(ret_named->org, member->org, sizeof(ret_named->org));
		memcpy(ret_named->key, member->key, KEY_LEN);
		found++;
	}
	node_snapshot_put(change->node, snapshot);
	if (found == 0)
		return refuse(change, "no_such_member", 66,
		    "Who there is:  erfa members",
		    "no member of the network is \"%.80s\"", text);
	if (found > 1)
		return refuse(change, "member_unclear", 65,
		    "Give the key:  erfa members --long",
		    "several keys fit \"%.80s\"", text);
	return ERR_NONE;
}

/* Find the next member of the group from the one at ${from} on that ${text} means,
 * or NULL: an organisation that left and came back is in it with two keys. */
static const struct query_group_member *
find_in_group(const struct query_group *group, const char *text, size_t from)
{
	const struct query_group_member *member;
	uint8_t bytes[KEY_LEN];
	bool key = is_key(text, bytes);
	size_t i;

	for (i = from; i < group->nmembers; i++) {
		member = &group->members[i];
		if (key ? memcmp(member->key, bytes, KEY_LEN) == 0 ||
			    memcmp(member->heir, bytes, KEY_LEN) == 0 :
			  shown_org_matches(member->org, text))
			return member;
	}
	return NULL;
}

/* Of those that ${text} means, the one that came last, or NULL. */
static const struct query_group_member *
find_latest(const struct query_group *group, const char *text)
{
	const struct query_group_member *member;
	const struct query_group_member *last = NULL;
	size_t i = 0;

	while ((member = find_in_group(group, text, i)) != NULL) {
		if (last == NULL || member->since_arrival > last->since_arrival)
			last = member;
		i = (size_t)(member - group->members) + 1;
	}
	return last;
}

static bool
is_named(const struct change *change, const uint8_t key[KEY_LEN])
{
	size_t i;

	for (i = 0; i < change->nmembers; i++)
		if (memcmp(change->members[i].key, key, KEY_LEN) == 0)
			return true;
	return false;
}

static enum err
name_member(struct change *change, const char *org, const uint8_t key[KEY_LEN])
{
	struct named *named;
	enum err err;

	err = answer_room(
	    &change->members, change->nmembers, sizeof(*change->members));
	if (err != ERR_NONE)
		return err;
	named = &change->members[change->nmembers++];
	(void)snprintf(named->org, sizeof(named->org), "%s", org);
	memcpy(named->key, key, KEY_LEN);
	return ERR_NONE;
}

static Erfa__GroupChangeAnswer *
said(const struct change *change)
{
	return change->answer->group_change;
}

/* Tell an org once, where it belongs. */
static enum err
tell_org(char ***list, size_t *count, const char *org)
{
	size_t i;

	for (i = 0; i < *count; i++)
		if (strcmp((*list)[i], org) == 0)
			return ERR_NONE;
	return answer_text_add(list, count, org);
}

static enum err
tell_changed(struct change *change, const char *org, bool changed)
{
	Erfa__GroupChangeAnswer *answer = said(change);
	size_t i;

	/* Whoever is typed twice is changed once. */
	for (i = 0; i < answer->n_changed && !changed; i++)
		if (strcmp(answer->changed[i], org) == 0)
			return ERR_NONE;
	return changed ?
	    tell_org(&answer->changed, &answer->n_changed, org) :
	    tell_org(&answer->unchanged, &answer->n_unchanged, org);
}

/* Name this node and who is in it already, by the keys in force. */
static enum err
name_present(struct change *change)
{
	const struct node *node = change->node;
	const struct query_group_member *member;
	size_t i;
	enum err err;

	err = name_member(change, node->config->org, node->key.public_key);
	for (i = 0; i < change->group.nmembers && err == ERR_NONE; i++) {
		member = &change->group.members[i];
		if (!member->own)
			err = name_member(change, member->org,
			    member->standing == QUERY_GROUP_REPLACED ?
				member->heir :
				member->key);
	}
	return err;
}

/* Name those who are to come. */
static enum err
name_new(struct change *change)
{
	struct named named;
	bool is_new;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < change->ask->n_member && err == ERR_NONE; i++) {
		err = find_in_directory(change, change->ask->member[i], &named);
		if (err != ERR_NONE || change->refused)
			return err;
		is_new = !is_named(change, named.key);
		if (is_new)
			err = name_member(change, named.org, named.key);
		if (err == ERR_NONE)
			err = tell_changed(change, named.org, is_new);
	}
	if (err == ERR_NONE && change->nmembers > GROUP_MAX)
		return refuse(change, "too_many_members", 65,
		    "Make a second group.", "a group has at most %d members",
		    GROUP_MAX);
	return err;
}

/* Leave out every place of a key. */
static void
unname_key(struct change *change, const uint8_t key[KEY_LEN])
{
	size_t i = 0;

	while (i < change->nmembers)
		if (memcmp(change->members[i].key, key, KEY_LEN) == 0)
			change->members[i] =
			    change->members[--change->nmembers];
		else
			i++;
}

/* Leave out one who is to go, with all keys that are meant. */
static enum err
unname_one(struct change *change, const char *text)
{
	const struct query_group *group = &change->group;
	const struct query_group_member *member;
	size_t i;
	enum err err = ERR_NONE;

	member = find_in_group(group, text, 0);
	if (member == NULL)
		return tell_changed(change, text, false);
	while (member != NULL && err == ERR_NONE) {
		if (member->own)
			return refuse(change, "own_member", 65, "",
			    "who made a group cannot leave it");
		unname_key(change,
		    member->standing == QUERY_GROUP_REPLACED ? member->heir :
							       member->key);
		err = tell_changed(change, member->org, true);
		i = (size_t)(member - group->members) + 1;
		member = find_in_group(group, text, i);
	}
	return err;
}

/* Leave out those who are to go. */
static enum err
unname(struct change *change)
{
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0;
	     i < change->ask->n_member && err == ERR_NONE && !change->refused;
	     i++)
		err = unname_one(change, change->ask->member[i]);
	return err;
}

/* ---- the word ---- */

/* Give a new group its number. */
static void
draw_number(struct change *change)
{
	struct query_group *group = &change->group;

	memcpy(group->founder, change->node->key.public_key, KEY_LEN);
	do {
		crypto_random(group->seed, GROUP_SEED_LEN);
		group->number = sealed_number(group->founder, group->seed);
	} while (group->number == 0);
}

static enum err
fill_member(const struct named *named, Erfa__GroupMember *out)
{
	if ((out->org = calloc(1, sizeof(*out->org))) == NULL)
		return ERR_NOMEM;
	erfa__org_ref__init(out->org);
	if (answer_text(&out->org->id, named->org) != ERR_NONE)
		return ERR_NOMEM;
	return answer_hex(&out->key, named->key, KEY_LEN);
}

/* What the word says. */
static enum err
fill_word(struct change *change, Erfa__Group *out)
{
	const struct query_group *group = &change->group;
	Erfa__GroupMember *member;
	char text[17];
	size_t i;
	enum err err;

	(void)snprintf(
	    text, sizeof(text), "%016llx", (unsigned long long)group->number);
	if ((err = answer_text(&out->group, text)) != ERR_NONE ||
	    (err = answer_text(&out->name, group->name)) != ERR_NONE ||
	    (err = answer_hex(&out->founder, group->founder, KEY_LEN)) !=
		ERR_NONE ||
	    (err = answer_hex(&out->seed, group->seed, GROUP_SEED_LEN)) !=
		ERR_NONE)
		return err;
	out->has_edition = true;
	out->edition = group->edition + 1;
	if (group->purpose != NULL && *group->purpose != '\0' &&
	    (err = answer_text(&out->purpose, group->purpose)) != ERR_NONE)
		return err;
	for (i = 0; i < change->nmembers && err == ERR_NONE; i++) {
		err = answer_add(&out->members, &out->n_members,
		    &erfa__group_member__descriptor, &member);
		if (err == ERR_NONE)
			err = fill_member(&change->members[i], member);
	}
	return err;
}

/* Seal the word to those whom it names. */
static enum err
seal_word(struct change *change, const uint8_t *plain, size_t len,
    struct outgoing *out)
{
	uint8_t(*curves)[KEY_LEN] = calloc(change->nmembers, KEY_LEN);
	size_t count = 0;
	size_t i;
	enum err err = ERR_NONE;

	if (curves == NULL)
		return ERR_NOMEM;
	for (i = 0; i < change->nmembers; i++)
		if (crypto_curve_public(
			change->members[i].key, curves[count]) == ERR_NONE)
			count++;
	err = sealed_seal(plain, len, (const uint8_t(*)[KEY_LEN])curves, count,
	    &out->p, &out->len);
	free(curves);
	return err;
}

/* Room for one more entry. */
static enum err
add_out(struct change *change, struct outgoing **ret_out)
{
	enum err err;

	err = answer_room(&change->out, change->nout, sizeof(*change->out));
	if (err != ERR_NONE)
		return err;
	*ret_out = &change->out[change->nout];
	memset(*ret_out, 0, sizeof(**ret_out));
	return ERR_NONE;
}

/* Make the entry that says who is in it. */
static enum err
make_word(struct change *change)
{
	char fault[BODY_FAULT_MAX];
	struct outgoing *out;
	Erfa__Body *body = NULL;
	uint8_t *plain = NULL;
	size_t len;
	enum err err;

	if ((err = body_new(HEADER_GROUP, &body)) != ERR_NONE ||
	    (err = fill_word(change, body->group)) != ERR_NONE)
		goto out;
	if (body_check(body, fault) != ERR_NONE) {
		err = refuse(
		    change, "not_valid", 65, "Correct it.", "%s", fault);
		goto out;
	}
	if ((err = body_encode(body, &plain, &len)) != ERR_NONE ||
	    (err = add_out(change, &out)) != ERR_NONE ||
	    (err = seal_word(change, plain, len, out)) != ERR_NONE)
		goto out;
	out->kind = HEADER_GROUP;
	change->bytes += out->len;
	change->nout++;
out:
	free(plain);
	body_free(body);
	return err;
}

/* Is there a group of this name that was made here? */
static enum err
has_name(struct change *change, bool *ret_has)
{
	struct query_group other;
	uint64_t number;
	enum err err;

	*ret_has = false;
	err = query_group_find(change->node->query, change->ask->name, &number);
	if (err == ERR_NOENT || err == ERR_EXIST) {
		*ret_has = err == ERR_EXIST;
		return ERR_NONE;
	}
	if (err != ERR_NONE ||
	    (err = query_group(change->node->query, number, &other)) !=
		ERR_NONE)
		return err;
	*ret_has = other.is_founder && other.name != NULL &&
	    strcmp(other.name, change->ask->name) == 0;
	query_group_clear(&other);
	return ERR_NONE;
}

static enum err
create(struct change *change)
{
	const Erfa__GroupChangeRequest *ask = change->ask;
	bool has;
	enum err err;

	if (ask->name == NULL || *ask->name == '\0')
		return refuse(change, "not_valid", 65,
		    "erfa group create NAME ORG...", "the group needs a name");
	if ((err = has_name(change, &has)) != ERR_NONE)
		return err;
	if (has)
		return refuse(change, "group_exists", 65,
		    "Add to it:  erfa group add GROUP ORG",
		    "there is a group \"%.200s\" already", ask->name);
	draw_number(change);
	if ((err = answer_text(&change->group.name, ask->name)) != ERR_NONE ||
	    (err = answer_text(&change->group.purpose,
		 ask->purpose == NULL ? "" : ask->purpose)) != ERR_NONE ||
	    (err = name_present(change)) != ERR_NONE ||
	    (err = name_new(change)) != ERR_NONE || change->refused)
		return err;
	return make_word(change);
}

static enum err
change_members(struct change *change)
{
	enum err err;

	if ((err = find_group(change)) != ERR_NONE || change->refused ||
	    (err = name_present(change)) != ERR_NONE)
		return err;
	err = change->action == ACTION_ADD ? name_new(change) : unname(change);
	if (err != ERR_NONE || change->refused || said(change)->n_changed == 0)
		return err;
	return make_word(change);
}

/* ---- share ---- */

/* Which records are meant, if not all. */
static enum err
name_records(struct change *change)
{
	const Erfa__GroupChangeRequest *ask = change->ask;
	struct node *node = change->node;
	char org[ORG_MAX + 1];
	uint64_t group;
	size_t i;
	enum err err;

	change->records = calloc(ask->n_record + 1, RECORD_LEN);
	if (change->records == NULL)
		return ERR_NOMEM;
	for (i = 0; i < ask->n_record; i++) {
		uint8_t *record = change->records[i];

		err = query_find_record(
		    node->query, ask->record[i], org, record);
		if (err == ERR_NOENT)
			return refuse(change, "no_such_trial", 66,
			    "All trials:  erfa list",
			    "no trial or other record has the id \"%.80s\"",
			    ask->record[i]);
		if (err != ERR_NONE)
			return err;
		if (strcmp(org, node->config->org) != 0)
			return refuse(change, "not_own", 65,
			    "Ask them to share it.",
			    "%.80s was published by %s: each shares its own",
			    ask->record[i], org);
		err = query_group_of(node->query, org, record, &group);
		if (err != ERR_NONE && err != ERR_NOENT)
			return err;
		if (err == ERR_NOENT || group != change->group.number)
			return refuse(change, "not_restricted", 65, "",
			    "%.80s is not in the group \"%s\"", ask->record[i],
			    change->group.name);
		change->nrecords++;
	}
	return ERR_NONE;
}

/* What is told of a version that is sealed anew. */
static enum err
tell_shared(struct change *change, const Erfa__Body *body,
    const struct query_group_entry *entry)
{
	Erfa__GroupChangeAnswer *answer = said(change);
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
open_entry(struct change *change, const struct query_group_entry *entry,
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
share_entry(struct change *change, const struct query_group_entry *entry)
{
	Erfa__Body *body = NULL;
	struct outgoing *out;
	uint8_t *plain = NULL;
	size_t len;
	enum err err;

	err = open_entry(change, entry, &plain, &len);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if ((err = body_decode(plain, len, &body)) != ERR_NONE ||
	    (err = add_out(change, &out)) != ERR_NONE)
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
	const struct change *change;
	struct query_group_entry *at;
	size_t count;
};

static enum err
gather_entry(void *context, const struct query_group_entry *entry)
{
	struct gathered *all = context;
	const struct change *change = all->change;
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
share_entries(struct change *change)
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

static enum err
share(struct change *change)
{
	const Erfa__GroupChangeRequest *ask = change->ask;
	const struct query_group_member *member;
	enum err err;

	if (ask->n_member != 1)
		return refuse(change, "nobody", 65,
		    "erfa group share GROUP ORG [TRIAL...]",
		    "say with which one member to share");
	if ((err = find_group(change)) != ERR_NONE || change->refused)
		return err;
	member = find_latest(&change->group, ask->member[0]);
	if (member == NULL || member->own)
		return refuse(change, "not_a_member", 65,
		    "Who is in it:  erfa group show GROUP",
		    "\"%.80s\" is no other member of the group \"%s\"",
		    ask->member[0], change->group.name);
	change->since = ask->n_record > 0 ? UINT64_MAX : member->since_arrival;
	if ((err = name_records(change)) != ERR_NONE || change->refused ||
	    (err = share_entries(change)) != ERR_NONE)
		return err;
	return tell_changed(change, member->org, change->nout > 0);
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
count_left(struct change *change)
{
	return query_group_own(change->node->query, change->group.number,
	    UINT64_MAX, count_entry, &change->left);
}

static bool
read_action(struct change *change)
{
	const char *name = change->ask->action;
	size_t i;

	for (i = 0; i < ACTIONS && name != NULL; i++)
		if (strcmp(name, action_names[i]) == 0) {
			change->action = (enum action)i;
			return true;
		}
	return false;
}

static enum err
prepare(struct change *change)
{
	enum err err;

	if (!indexer_wait(
		change->node->indexer, change->arrival, INDEX_WAIT_MS))
		return refuse(change, "index_behind", 75,
		    "Try again in a moment.",
		    "the index is still taking in what was published before");
	change->seen = indexer_arrival(change->node->indexer);
	if (!read_action(change))
		return refuse(change, "bad_request", 64,
		    "erfa group create, add, remove or share",
		    "the request does not say what to do");
	if (change->ask->n_member == 0)
		return refuse(change, "nobody", 65,
		    "Who there is:  erfa members",
		    "say which members of the network");
	err = answer_new(ERFA__ANSWER__SAY_GROUP_CHANGE, &change->answer);
	if (err != ERR_NONE)
		return err;
	switch (change->action) {
	case ACTION_CREATE:
		return create(change);
	case ACTION_SHARE:
		return share(change);
	case ACTION_ADD:
	case ACTION_REMOVE:
	case ACTIONS:
		break;
	}
	if ((err = change_members(change)) != ERR_NONE || change->refused ||
	    change->action == ACTION_REMOVE || change->nout == 0)
		return err;
	return count_left(change);
}

/* ---- writing ---- */

/* Is this a word of the group? */
static bool
is_word(struct bytes bytes, uint64_t number)
{
	struct header header;

	return header_decode(bytes.data, bytes.len, &header) == ERR_NONE &&
	    header.kind == HEADER_GROUP && header.group == number;
}

/* Does a word of the group wait to be signed?  It has no place in time yet. */
static enum err
check_outbox(struct store_txn *txn, uint64_t number)
{
	struct bytes bytes;
	uint64_t ticket = 0;
	size_t size;
	enum err err;

	while ((err = store_outbox_next(txn, ticket, &ticket, &bytes, &size)) ==
	    ERR_NONE)
		if (is_word(bytes, number))
			return ERR_BUSY;
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
node_group_check(struct store_txn *txn, uint64_t number, uint64_t seen)
{
	struct store_entry entry;
	enum err err;

	if ((err = check_outbox(txn, number)) != ERR_NONE)
		return err;
	if (store_arrival_last(txn) > seen + BEHIND_MAX)
		return ERR_GAP;
	while ((err = store_arrival_next(txn, seen, &entry)) == ERR_NONE) {
		if (is_word(entry.header, number))
			return ERR_GAP;
		seen = entry.arrival;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

static enum err
write_run(struct store_txn *txn, struct writer_job *job)
{
	struct change *change = change_of(job);
	struct outbox_entry entry;
	struct outgoing *out;
	uint64_t ticket;
	size_t i;
	enum err err = node_group_check(
	    txn, change->group.number, change->seen);

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
fill_unknown(const struct change *change, Erfa__GroupView *view)
{
	enum err err;

	view->has_founder = true;
	view->founder = change->group.is_founder ||
	    change->action == ACTION_CREATE;
	err = answer_text(&view->state, "member");
	return err != ERR_NONE ? err :
				 answer_text(&view->name, change->group.name);
}

/* Say how the group is now. */
static enum err
fill_answer(struct change *change)
{
	Erfa__GroupChangeAnswer *answer = said(change);
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
	struct change *change = (struct change *)job;
	bool writes;
	enum err err = ERR_NONE;

	(void)context;
	if (change->stage == STAGE_PREPARE)
		err = prepare(change);
	else
		(void)indexer_wait(
		    change->node->indexer, change->arrival, SHOWN_WAIT_MS);
	writes = change->nout > 0 && !change->ask->dry_run;
	if (err == ERR_NONE && !change->refused &&
	    (change->stage == STAGE_FINISH || !writes))
		err = fill_answer(change);
	if (err == ERR_NONE)
		return;
	(void)refuse(change, "failed", 75,
	    change->stage == STAGE_FINISH ? "See:  erfa group list" :
					    "Try again in a moment.",
	    "the group cannot be shown: %s", err_str(err));
}

/* Give the answer, and let the next change begin. */
static void
change_end(struct change *change)
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
write_failed(struct change *change, enum err err)
{
	if (err == ERR_BUSY)
		(void)refuse(change, "not_signed", 75, "Try again in a minute.",
		    "the change before it is not signed yet");
	else if (err == ERR_GAP)
		(void)refuse(change, "group_behind", 75,
		    "Try again in a minute.",
		    "who is in the group \"%s\" has changed, and the change is "
		    "not here yet",
		    change->group.name);
	else if (err == ERR_FULL)
		(void)refuse(change, "disk_full", 75,
		    "Make room on the disk of the state directory, or raise "
		    "store_max, and try again",
		    "nothing was changed: no space left in the store");
	else
		(void)refuse(change, "not_written", 75,
		    "Ask your IT to look at the log:  journalctl -u erfad",
		    "it is not known whether this was written: %s",
		    err_str(err));
}

static void
write_done(struct writer_job *job, void *context)
{
	struct change *change = change_of(job);
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
	change->stage = STAGE_FINISH;
	pool_submit(node->pool, &change->job);
}

static void
job_done(struct pool_job *job, void *context)
{
	struct change *change = (struct change *)job;
	struct node *node = context;

	change->node = node;
	if (node->control == NULL || change->refused ||
	    change->stage == STAGE_FINISH || change->nout == 0 ||
	    change->ask->dry_run) {
		change_end(change);
		return;
	}
	change->stage = STAGE_WRITE;
	change->write.run = write_run;
	change->write.done = write_done;
	change->write.entries = change->nout;
	change->write.bytes = change->bytes;
	writer_submit(node->writer, &change->write);
}

void
node_group_change(struct node *node, struct waiter *waiter)
{
	struct change *change;

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
