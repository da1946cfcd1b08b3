/*
 * Members that give no sign of life: how old the newest HEAD of a log is.
 */

#include <stdlib.h>
#include <string.h>

#include "proto/say.h"
#include "daemon/node_alarm_internal.h"
#include "daemon/node_internal.h"

/* Links must be up for so long before the silence of others says anything. */
#define GRACE_TIMES 30

/* So many are told one by one. */
#define SILENT_TOLD 5

static int
compare_logs(const void *a, const void *b)
{
	const struct view_log *const *left = a;
	const struct view_log *const *right = b;
	int order = memcmp((*left)->key, (*right)->key, KEY_LEN);

	if (order != 0)
		return order;
	return (*left)->head_ms < (*right)->head_ms ?
	    -1 :
	    (*left)->head_ms > (*right)->head_ms;
}

void
alarm_mark_newest(struct node *node)
{
	size_t count = view_count(node->view);
	struct view_log **logs = calloc(count + 1, sizeof(*logs));
	size_t i;

	if (logs == NULL)
		return;
	for (i = 0; i < count; i++)
		logs[i] = view_at(node->view, i);
	qsort(logs, count, sizeof(*logs), compare_logs);
	for (i = 0; i < count; i++)
		logs[i]->newest = i + 1 == count ||
		    memcmp(logs[i]->key, logs[i + 1]->key, KEY_LEN) != 0;
	free(logs);
}

uint64_t
alarm_age(const struct view_log *log)
{
	uint64_t now = node_clock();
	uint64_t age = log->head_ms < now ? now - log->head_ms : 0;
	uint64_t came = (uint64_t)(node_now() - log->heard);

	return log->heard != 0 && came < age ? came : age;
}

bool
node_head_stale(void *host, const struct view_log *log)
{
	struct node *node = host;
	uint64_t beacon_ms = node->config->beacon_ms;

	return log->newest && !log->own && !log->frozen && log->cut > 0 &&
	    alarm_age(log) > beacon_ms + beacon_ms / 12;
}

bool
node_silent(struct node *node, const uint8_t key[KEY_LEN], uint64_t *ret_since)
{
	uint64_t limit = 2 * (uint64_t)node->config->beacon_ms;
	const struct view_log *log;
	uint64_t least = UINT64_MAX;
	uint64_t age;
	size_t i;

	for (i = 0; i < view_count(node->view); i++) {
		log = view_at(node->view, i);
		if (log->tip.n == 0 || memcmp(log->key, key, KEY_LEN) != 0)
			continue;
		age = alarm_age(log);
		least = age < least ? age : least;
	}
	if (least == UINT64_MAX || least <= limit)
		return false;
	*ret_since = node_clock() - least;
	return true;
}

/* Is a peer in step that may have brought a HEAD? */
struct settled {
	struct node *node;
	bool found;
};

static void
is_settled(struct link *link, void *arg)
{
	struct settled *settled = arg;
	struct link_info info;

	if (link_state(link) != LINK_LIVE ||
	    node_reads_only(settled->node, link))
		return;
	link_info(link, &info);
	settled->found |= info.same_digest;
}

enum err
alarm_tell_silence(struct node *node, Erfa__StatusAnswer *status)
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *member;
	struct alarm_about about = { .code = "silent" };
	struct settled settled = { .node = node };
	enum err err = ERR_NONE;
	size_t i;

	status->has_members_silent = 1;
	node_each_link(node, is_settled, &settled);
	if (!settled.found ||
	    node_now() - node->started <
		GRACE_TIMES * (int64_t)node->timers.have_ms)
		return ERR_NONE;
	about.remedy = SAY(
	    "Its node signs its position every day: it is off, cut off, or its "
	    "hubs withhold it.  Telephone them; if it is gone for good, erfa "
	    "peers remove, which leaves what it has published");
	for (i = 0; err == ERR_NONE && i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		about.key = member->key;
		if (!member->in || member->roles == ROLE_READER ||
		    memcmp(member->key, node->key.public_key, KEY_LEN) == 0 ||
		    directory_heir(directory, member->key) != NULL ||
		    !node_silent(node, member->key, &about.since))
			continue;
		if (++status->members_silent <= SILENT_TOLD)
			err = alarm_add(node, status, &about,
			    SAY("%s gives no sign of life"), member->org);
	}
	if (err != ERR_NONE || status->members_silent <= SILENT_TOLD)
		return err;
	about.key = NULL;
	about.since = 0;
	about.remedy = SAY("See all:  erfa members");
	return alarm_add(node, status, &about,
	    SAY("%llu more members give no sign of life"),
	    (unsigned long long)(status->members_silent - SILENT_TOLD));
}
