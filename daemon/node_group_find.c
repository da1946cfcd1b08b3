/*
 * Which group a request means, and which members: by name, number, organisation
 * or key.
 */

#include <string.h>

#include "proto/bytes.h"
#include "daemon/node_group_internal.h"
#include "daemon/node_internal.h"
#include "daemon/shown.h"

/* ---- which group ---- */

/* Refuse, if nothing can be written to the group from here. */
static enum err
check_state(struct group_change *change)
{
	const char *name = change->group.name;

	switch (change->group.state) {
	case QUERY_GROUP_MEMBER:
		return ERR_NONE;
	case QUERY_GROUP_REMOVED:
		return group_refuse(change, "not_in_group", 65,
		    "Ask who made it:  erfa group list",
		    "this node is not in the group \"%s\" any more", name);
	case QUERY_GROUP_BEHIND:
		return group_refuse(change, "group_behind", 75,
		    "Try again in a minute.",
		    "who is in the group \"%s\" has changed, and the change is "
		    "not here yet",
		    name);
	case QUERY_GROUP_CLOSED:
		return group_refuse(change, "group_closed", 65,
		    "Make another one:  erfa group create NAME ORG...",
		    "the group \"%s\" is closed", name);
	case QUERY_GROUP_UNKNOWN:
		break;
	}
	return group_refuse(change, "no_such_group", 66,
	    "All groups:  erfa group list", "this group is not known here");
}

/* Refuse, if somebody else may change it alone. */
static enum err
check_founder(struct group_change *change)
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
	return group_refuse(change, "not_founder", 77, "Ask them to do it.",
	    "only who made the group \"%s\" may change who is in it: %s",
	    change->group.name, org);
}

enum err
group_find(struct group_change *change)
{
	struct query *query = change->node->query;
	const char *text = change->ask->group;
	uint64_t number;
	enum err err = ERR_NOENT;

	if (text != NULL && *text != '\0')
		err = query_group_find(query, text, &number);
	if (err == ERR_NOENT)
		return group_refuse(change, "no_such_group", 66,
		    "All groups:  erfa group list",
		    "this node is in no group \"%.80s\"",
		    text == NULL ? "" : text);
	if (err == ERR_EXIST)
		return group_refuse(change, "group_unclear", 65,
		    "Give more digits of its number:  erfa group list",
		    "several groups fit \"%.80s\"", text);
	if (err != ERR_NONE ||
	    (err = query_group(query, number, &change->group)) != ERR_NONE ||
	    (err = check_state(change)) != ERR_NONE || change->refused)
		return err;
	return change->action == GROUP_SHARE ? ERR_NONE : check_founder(change);
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

enum err
group_find_key(struct group_change *change, const char *text,
    struct group_named *ret_named)
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
		return group_refuse(change, "no_such_member", 66,
		    "Who there is:  erfa members",
		    "no member of the network is \"%.80s\"", text);
	if (found > 1)
		return group_refuse(change, "member_unclear", 65,
		    "Give the key:  erfa members --long",
		    "several keys fit \"%.80s\"", text);
	return ERR_NONE;
}

const struct query_group_member *
group_find_member(
    const struct query_group *group, const char *text, size_t from)
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

const struct query_group_member *
group_find_latest(const struct query_group *group, const char *text)
{
	const struct query_group_member *member;
	const struct query_group_member *last = NULL;
	size_t i = 0;

	while ((member = group_find_member(group, text, i)) != NULL) {
		if (last == NULL || member->since_arrival > last->since_arrival)
			last = member;
		i = (size_t)(member - group->members) + 1;
	}
	return last;
}
