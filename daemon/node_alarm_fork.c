/*
 * Forked logs, and one key on two machines.
 */

#include <string.h>

#include "proto/header.h"
#include "proto/say.h"
#include "daemon/node_alarm_internal.h"
#include "daemon/node_internal.h"

/* A fork that its writer has healed is told for so long, ms. */
#define HEALED_MS (UINT64_C(7) * 86400000)

/* ---- forks ---- */

/* Genesis.Reason of entry.proto. */
#define REASON_FORKED 3

/*
 * Was a log begun because this one was forked?  It names none before if nothing
 * of that one counted by what was known then.
 */
static bool
follows(const struct header_genesis *genesis, const struct view_log *log)
{
	return genesis->has_prev ?
	    memcmp(genesis->prev_log_id, log->log_id, LOG_ID_LEN) == 0 :
	    genesis->reason == REASON_FORKED;
}

/* Has the writer begun another log because this one was forked? */
static bool
is_healed(struct node *node, struct store_txn *txn, const struct view_log *log)
{
	struct header_genesis genesis;
	const struct view_log *other;
	struct store_entry entry;
	struct header header;
	size_t i;

	for (i = 0; i < view_count(node->view); i++) {
		other = view_at(node->view, i);
		if (memcmp(other->key, log->key, KEY_LEN) == 0 &&
		    !other->frozen &&
		    store_entry(txn, other->log_id, 1, &entry) == ERR_NONE &&
		    header_decode(entry.header.data, entry.header.len,
			&header) == ERR_NONE &&
		    header.kind == HEADER_GENESIS &&
		    header_genesis_decode(header.ext, &genesis) == ERR_NONE &&
		    follows(&genesis, log))
			return true;
	}
	return false;
}

/* A log of this node was forked. */
static enum err
tell_own_fork(struct node *node, const struct view_log *log,
    Erfa__StatusAnswer *status, struct alarm_about *about)
{
	about->remedy = SAY(
	    "Nothing need be done: all of it is published anew.  Do not "
	    "put this machine back to a snapshot that holds its memory");
	return alarm_add(node, status, about,
	    SAY("a log of this node is forked after entry %llu: this "
		"machine was set back, or its key is used twice"),
	    (unsigned long long)log->last_common);
}

/* One forked log; of who is out there is nothing more to do. */
static enum err
tell_fork(struct node *node, struct store_txn *txn, const struct view_log *log,
    Erfa__StatusAnswer *status)
{
	const struct directory_member *member = directory_find(
	    node_directory(node), log->key);
	struct alarm_about about = {
		.code = "fork",
		.key = log->key,
		.log_id = log->log_id,
		.since = node_fork_since(txn, log->log_id),
	};
	bool old = about.since != 0 && node_clock() > about.since + HEALED_MS;

	if (member == NULL || !member->in || (old && is_healed(node, txn, log)))
		return ERR_NONE;
	if (log->own)
		return tell_own_fork(node, log, status, &about);
	if (is_healed(node, txn, log)) {
		about.remedy = SAY(
		    "Nothing need be done: it goes on in a new log, where all "
		    "of it is said anew");
		return alarm_add(node, status, &about,
		    SAY("%s signed two stories after entry %llu of a log: its "
			"log is forked, both branches are kept"),
		    alarm_org(node, log->key),
		    (unsigned long long)log->last_common);
	}
	about.remedy = SAY(
	    "Telephone them.  If they know of no machine that was set back, "
	    "somebody else has their key:  erfa peers remove ORG");
	return alarm_add(node, status, &about,
	    SAY("%s signed two stories after entry %llu of a log: its log is "
		"forked, what follows is shown as in doubt"),
	    alarm_org(node, log->key), (unsigned long long)log->last_common);
}

enum err
alarm_tell_forks(
    struct node *node, struct store_txn *txn, Erfa__StatusAnswer *status)
{
	const struct view_log *log;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; err == ERR_NONE && i < view_count(node->view); i++) {
		log = view_at(node->view, i);
		if (log->frozen)
			err = tell_fork(node, txn, log, status);
	}
	return err;
}

/* ---- one key on two machines ---- */

/* A session that was taken is told for so many have_ms: ten minutes. */
#define DOUBLED_TIMES 30

/* So many keys are told one by one. */
#define DOUBLED_TOLD 5

bool
node_doubled(const struct node *node, const struct link *link)
{
	int64_t told_ms = DOUBLED_TIMES * (int64_t)node->timers.have_ms;
	struct link_info info;

	link_info(link, &info);
	return info.doubled_at != 0 && node_now() - info.doubled_at < told_ms;
}

/* Somebody with our own key took a session of ours. */
static enum err
tell_taken(
    struct node *node, Erfa__StatusAnswer *status, struct alarm_about *about)
{
	size_t i;

	for (i = 0; i < node->ndialled; i++)
		if (node_doubled(node, node->dialled[i].link))
			return alarm_add(node, status, about,
			    SAY("another machine runs with the key of this "
				"node: they take the connection to %s from "
				"each other"),
			    alarm_org(node, link_key(node->dialled[i].link)));
	return ERR_NONE;
}

/* When the log was begun, by its first entry; never if that is not here. */
static uint64_t
begun_at(struct store_txn *txn, const struct view_log *log)
{
	struct store_entry entry;
	struct header header;

	return store_entry(txn, log->log_id, 1, &entry) == ERR_NONE &&
		header_decode(entry.header.data, entry.header.len, &header) ==
		    ERR_NONE ?
	    header.time_ms :
	    UINT64_MAX;
}

/*
 * Does this log grow beside the newest of its key?  A writer that leaves a
 * log for another never comes back to it.  What has had no HEAD for longer than
 * a beacon takes has ended.
 */
static bool
is_beside(struct node *node, struct store_txn *txn, const struct view_log *log)
{
	uint64_t beacon_ms = node->config->beacon_ms;
	const struct view_log *other;
	uint64_t begun;
	size_t i;

	if (log->newest || log->tip.n == 0 || log->cut == 0 || log->frozen ||
	    alarm_age(log) > beacon_ms + beacon_ms / 12)
		return false;
	for (i = 0; i < view_count(node->view); i++) {
		other = view_at(node->view, i);
		if (!other->newest || other == log ||
		    memcmp(other->key, log->key, KEY_LEN) != 0)
			continue;
		begun = begun_at(txn, other);
		return begun < log->head_ms &&
		    log->head_ms - begun > beacon_ms / 96;
	}
	return false;
}

static enum err
tell_beside(struct node *node, Erfa__StatusAnswer *status,
    struct alarm_about *about, const struct view_log *log)
{
	about->log_id = log->log_id;
	if (log->own)
		return alarm_add(node, status, about,
		    SAY("another machine runs with the key of this node: two "
			"logs of it grow side by side"));
	about->key = log->key;
	about->remedy = SAY(
	    "Telephone them: they are to stop one of them.  If they know of no "
	    "second machine, somebody has their key:  erfa peers remove ORG");
	return alarm_add(node, status, about,
	    SAY("two machines run with one key of %s: two logs of it grow side "
		"by side"),
	    alarm_org(node, log->key));
}

enum err
alarm_tell_doubles(
    struct node *node, struct store_txn *txn, Erfa__StatusAnswer *status)
{
	const struct alarm_about own = {
		.code = "double",
		.remedy = SAY(
		    "Stop one of them: nothing of either is lost.  If you know "
		    "of no second machine, somebody copied the key:  erfa key "
		    "rotate"),
	};
	const struct view_log *told[DOUBLED_TOLD];
	const struct view_log *log;
	struct alarm_about about = own;
	size_t before = status->n_problem;
	size_t count = 0;
	bool is_told;
	enum err err = tell_taken(node, status, &about);
	bool is_taken = status->n_problem > before;
	size_t i, k;

	/* A log may have been begun since the last look. */
	alarm_mark_newest(node);
	for (i = 0; err == ERR_NONE && count < DOUBLED_TOLD &&
	     i < view_count(node->view);
	     i++) {
		log = view_at(node->view, i);
		is_told = log->own && is_taken;
		for (k = 0; k < count; k++)
			is_told |= memcmp(told[k]->key, log->key, KEY_LEN) == 0;
		if (is_told || !is_beside(node, txn, log))
			continue;
		told[count++] = log;
		about = own;
		err = tell_beside(node, status, &about, log);
	}
	return err;
}
