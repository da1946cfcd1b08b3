/*
 * Who is in a group from now on, and the word that says so to all of them.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/header.h"
#include "daemon/node_group_internal.h"
#include "daemon/node_internal.h"

/* ---- who is in it ---- */

static bool
is_named(const struct group_change *change, const uint8_t key[KEY_LEN])
{
	size_t i;

	for (i = 0; i < change->nmembers; i++)
		if (memcmp(change->members[i].key, key, KEY_LEN) == 0)
			return true;
	return false;
}

static enum err
name_member(
    struct group_change *change, const char *org, const uint8_t key[KEY_LEN])
{
	struct group_named *named;
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

enum err
group_tell_changed(struct group_change *change, const char *org, bool changed)
{
	Erfa__GroupChangeAnswer *answer = change->answer->group_change;
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
name_present(struct group_change *change)
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
name_new(struct group_change *change)
{
	struct group_named named;
	bool is_new;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < change->ask->n_member && err == ERR_NONE; i++) {
		err = group_find_key(change, change->ask->member[i], &named);
		if (err != ERR_NONE || change->refused)
			return err;
		is_new = !is_named(change, named.key);
		if (is_new)
			err = name_member(change, named.org, named.key);
		if (err == ERR_NONE)
			err = group_tell_changed(change, named.org, is_new);
	}
	if (err == ERR_NONE && change->nmembers > GROUP_MAX)
		return group_refuse(change, "too_many_members", 65,
		    "Make a second group.", "a group has at most %d members",
		    GROUP_MAX);
	return err;
}

/* Leave out every place of a key. */
static void
unname_key(struct group_change *change, const uint8_t key[KEY_LEN])
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
unname_one(struct group_change *change, const char *text)
{
	const struct query_group *group = &change->group;
	const struct query_group_member *member;
	size_t i;
	enum err err = ERR_NONE;

	member = group_find_member(group, text, 0);
	if (member == NULL)
		return group_tell_changed(change, text, false);
	while (member != NULL && err == ERR_NONE) {
		if (member->own)
			return group_refuse(change, "own_member", 65, "",
			    "who made a group cannot leave it");
		unname_key(change,
		    member->standing == QUERY_GROUP_REPLACED ? member->heir :
							       member->key);
		err = group_tell_changed(change, member->org, true);
		i = (size_t)(member - group->members) + 1;
		member = group_find_member(group, text, i);
	}
	return err;
}

/* Leave out those who are to go. */
static enum err
unname(struct group_change *change)
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
draw_number(struct group_change *change)
{
	struct query_group *group = &change->group;

	memcpy(group->founder, change->node->key.public_key, KEY_LEN);
	do {
		crypto_random(group->seed, GROUP_SEED_LEN);
		group->number = sealed_number(group->founder, group->seed);
	} while (group->number == 0);
}

static enum err
fill_member(const struct group_named *named, Erfa__GroupMember *out)
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
fill_word(struct group_change *change, Erfa__Group *out)
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
seal_word(struct group_change *change, const uint8_t *plain, size_t len,
    struct group_outgoing *out)
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

enum err
group_add_out(struct group_change *change, struct group_outgoing **ret_out)
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
make_word(struct group_change *change)
{
	char fault[BODY_FAULT_MAX];
	struct group_outgoing *out;
	Erfa__Body *body = NULL;
	uint8_t *plain = NULL;
	size_t len;
	enum err err;

	if ((err = body_new(HEADER_GROUP, &body)) != ERR_NONE ||
	    (err = fill_word(change, body->group)) != ERR_NONE)
		goto out;
	if (body_check(body, fault) != ERR_NONE) {
		err = group_refuse(
		    change, "not_valid", 65, "Correct it.", "%s", fault);
		goto out;
	}
	if ((err = body_encode(body, &plain, &len)) != ERR_NONE ||
	    (err = group_add_out(change, &out)) != ERR_NONE ||
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

/* ---- a new group, or another ---- */

/* Is there a group of this name that was made here? */
static enum err
has_name(struct group_change *change, bool *ret_has)
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

enum err
group_create(struct group_change *change)
{
	const Erfa__GroupChangeRequest *ask = change->ask;
	bool has;
	enum err err;

	if (ask->name == NULL || *ask->name == '\0')
		return group_refuse(change, "not_valid", 65,
		    "erfa group create NAME ORG...", "the group needs a name");
	if ((err = has_name(change, &has)) != ERR_NONE)
		return err;
	if (has)
		return group_refuse(change, "group_exists", 65,
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

enum err
group_change_members(struct group_change *change)
{
	enum err err;

	if ((err = group_find(change)) != ERR_NONE || change->refused ||
	    (err = name_present(change)) != ERR_NONE)
		return err;
	err = change->action == GROUP_ADD ? name_new(change) : unname(change);
	if (err != ERR_NONE || change->refused ||
	    change->answer->group_change->n_changed == 0)
		return err;
	return make_word(change);
}
