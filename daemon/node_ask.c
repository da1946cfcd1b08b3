/*
 * What each request of a client needs, and who takes it up.
 */

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "daemon/node_internal.h"

/* Who may ask.  What is forgotten in the table is for those who run the node. */
enum right {
	RIGHT_ADMIN,  /* group of those who run the node */
	RIGHT_WRITE,  /* group of those who write trials */
	RIGHT_READ,   /* whoever may open the socket */
	RIGHT_WITHIN, /* that depends on what it says */
};

struct ask {
	enum right right;
	void (*take)(struct node *node, struct waiter *waiter);
};

/* Let a client wait until this node is in step.  It may be so by now that the
 * index can be written again. */
static void
take_sync(struct node *node, struct waiter *waiter)
{
	uint64_t since_ms;

	if (indexer_error(node->indexer, &since_ms) != ERR_NONE)
		(void)indexer_wake(node->indexer);
	node_wait(node, waiter, waiter->request->sync->wait_ms);
}

/* What has nobody to take it up is answered in the pool (query_can()). */
static const struct ask asks[] = {
	[ERFA__REQUEST__ASK__NOT_SET] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_STATUS] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_PUBLISH] = { RIGHT_WRITE, node_publish },
	[ERFA__REQUEST__ASK_LIST] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_SHOW] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_FIND] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_WATCH] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_PEERS] = { RIGHT_READ, node_peers_list },
	[ERFA__REQUEST__ASK_ACCEPT] = { RIGHT_ADMIN, node_accept },
	[ERFA__REQUEST__ASK_REMOVE] = { RIGHT_ADMIN, node_remove },
	[ERFA__REQUEST__ASK_INVITE] = { RIGHT_ADMIN, node_invite },
	[ERFA__REQUEST__ASK_JOIN] = { RIGHT_ADMIN, node_join_begin },
	[ERFA__REQUEST__ASK_SYNC] = { RIGHT_READ, take_sync },
	[ERFA__REQUEST__ASK_VERIFY] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_EXPORT] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_BUNDLE_EXPORT] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_BUNDLE_IMPORT] = { RIGHT_WRITE, node_bundle },
	[ERFA__REQUEST__ASK_LOGS] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_LINEAGE] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_SCALE] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_DRAFT_PUT] = { RIGHT_WRITE, node_draft },
	[ERFA__REQUEST__ASK_DRAFT_GET] = { RIGHT_WRITE, node_draft },
	[ERFA__REQUEST__ASK_DRAFT_LIST] = { RIGHT_WRITE, node_draft },
	[ERFA__REQUEST__ASK_DRAFT_DROP] = { RIGHT_WRITE, node_draft },
	[ERFA__REQUEST__ASK_HISTORY] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_DOSSIER] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_TABLE31] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_BURDEN] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_ORGS] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_GUIDES] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_REINDEX] = { RIGHT_ADMIN, node_reindex },
	[ERFA__REQUEST__ASK_FOLLOW] = { RIGHT_READ,
	    node_follow }, /* one's own */
	[ERFA__REQUEST__ASK_FOLLOWED] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_STUDIES] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_OVERVIEW] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_ERASE] = { RIGHT_ADMIN, node_erase },
	[ERFA__REQUEST__ASK_ERASURE] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_DIRECTORY] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_KEY] = { RIGHT_WITHIN, node_key },
	[ERFA__REQUEST__ASK_SETTINGS] = { RIGHT_WITHIN, node_settings },
	[ERFA__REQUEST__ASK_LOG] = { RIGHT_READ, node_log },
	[ERFA__REQUEST__ASK_BACKUP] = { RIGHT_WITHIN, node_backup },
	[ERFA__REQUEST__ASK_GROUP] = { RIGHT_READ, NULL },
	[ERFA__REQUEST__ASK_GROUP_CHANGE] = { RIGHT_WITHIN, node_group_change },
};

/* The row of a request. */
static struct ask
ask_of(const Erfa__Request *request)
{
	const struct ask unknown = { RIGHT_ADMIN, NULL };
	size_t number = (size_t)request->ask_case;

	return number < sizeof(asks) / sizeof(asks[0]) ? asks[number] : unknown;
}

/* What a request needs that may do less than others of its kind. */
static enum right
right_within(const Erfa__Request *request)
{
	const Erfa__BackupRequest *backup = request->backup;
	const char *action;

	if (request->ask_case == ERFA__REQUEST__ASK_KEY)
		return request->key->secret || request->key->rotate ?
		    RIGHT_ADMIN :
		    RIGHT_READ;
	if (request->ask_case == ERFA__REQUEST__ASK_SETTINGS)
		return request->settings->reload ? RIGHT_ADMIN : RIGHT_READ;
	if (request->ask_case == ERFA__REQUEST__ASK_BACKUP)
		return backup->file == NULL && backup->id == NULL &&
			!backup->done ?
		    RIGHT_READ :
		    RIGHT_ADMIN;
	if (request->ask_case != ERFA__REQUEST__ASK_GROUP_CHANGE)
		return RIGHT_ADMIN;
	action = request->group_change->action;
	return action != NULL && strcmp(action, "share") == 0 ? RIGHT_WRITE :
								RIGHT_ADMIN;
}

/* Is the user with this id in the group of this name? */
static bool
in_group(uid_t uid, const char *group_name)
{
	struct passwd user;
	struct passwd *found = NULL;
	struct group group;
	struct group *group_found = NULL;
	gid_t groups[256];
	char names[8192];
	gid_t wanted;
	int count = 256;
	int i;

	if (getgrnam_r(
		group_name, &group, names, sizeof(names), &group_found) != 0 ||
	    group_found == NULL)
		return false;
	wanted = group.gr_gid;
	if (getpwuid_r(uid, &user, names, sizeof(names), &found) != 0 ||
	    found == NULL)
		return false;
	if (getgrouplist(user.pw_name, user.pw_gid, groups, &count) < 0)
		return false;
	for (i = 0; i < count; i++)
		if (groups[i] == wanted)
			return true;
	return false;
}

const char *
node_ask_needs(const struct node *node, const struct waiter *waiter)
{
	const struct config *config = node->config;
	enum right right = ask_of(waiter->request).right;

	if (right == RIGHT_WITHIN)
		right = right_within(waiter->request);
	if (right == RIGHT_READ || waiter->uid == 0 ||
	    waiter->uid == geteuid() ||
	    in_group(waiter->uid, config->admin_group))
		return NULL;
	if (right != RIGHT_WRITE)
		return config->admin_group;
	return in_group(waiter->uid, config->write_group) ? NULL :
							    config->write_group;
}

void
node_ask_take(struct node *node, struct waiter *waiter)
{
	const struct ask ask = ask_of(waiter->request);

	if (ask.take != NULL)
		ask.take(node, waiter);
	else
		node_waiter_free(waiter);
}
