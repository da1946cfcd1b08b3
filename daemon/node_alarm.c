/*
 * What is wrong with others, for `erfa status`: who, since when, what to do.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/say.h"
#include "daemon/node_internal.h"

/* A fork that its writer has healed is told for so long, ms. */
#define HEALED_MS (UINT64_C(7) * 86400000)

/* A connection that was cut to save the memory is told for so long, ms. */
#define CUT_TOLD_MS 86400000

/* Whom and what a problem is about. */
struct about {
	const char *code;
	const uint8_t *key;    /* NULL: unknown */
	const uint8_t *log_id; /* NULL: none */
	uint64_t since;        /* ms since 1970; 0 = unknown */
	const char *remedy;
};

/* The organisation of a key, or what stands for it. */
static const char *
org_of(struct node *node, const uint8_t *key)
{
	const struct directory_member *member = key == NULL ?
	    NULL :
	    directory_find(node_directory(node), key);

	return member == NULL || member->org[0] == '\0' ? "?" : member->org;
}

/* Add a problem; the text is told in the reader's language. */
static enum err add(struct node *node, Erfa__StatusAnswer *status,
    const struct about *about, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static enum err
add(struct node *node, Erfa__StatusAnswer *status, const struct about *about,
    const char *format, ...)
{
	const char *org = org_of(node, about->key);
	Erfa__Problem *problem;
	char text[400];
	va_list list;
	enum err err;

	va_start(list, format);
	(void)vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if ((err = answer_problem(&status->problem, &status->n_problem,
		 about->key == NULL ? about->code : org, text,
		 about->remedy)) != ERR_NONE)
		return err;
	problem = status->problem[status->n_problem - 1];
	va_start(list, format);
	err = answer_pattern(
	    &problem->pattern, &problem->arg, &problem->n_arg, format, list);
	va_end(list);
	if (err != ERR_NONE ||
	    (err = answer_text(&problem->code, about->code)) != ERR_NONE ||
	    (err = answer_time(&problem->since, about->since)) != ERR_NONE)
		return err;
	if (about->key != NULL &&
	    ((err = answer_text(&problem->org, org)) != ERR_NONE ||
		(err = answer_hex(&problem->key, about->key, KEY_LEN)) !=
		    ERR_NONE))
		return err;
	return about->log_id == NULL ?
	    ERR_NONE :
	    answer_hex(&problem->log, about->log_id, LOG_ID_LEN);
}

/* So many logs of which a witness saw more are told one by one. */
#define SEEN_TOLD 5

/* ---- what peers hold and claim ---- */

enum alarm_kind {
	ALARM_LAG,   /* the peer does not take up what is here */
	ALARM_CLAIM, /* it claims what it does not show */
};

/* Something that was seen of a peer, and may last. */
struct alarm {
	enum alarm_kind kind;
	uint8_t key[KEY_LEN]; /* of the peer */
	uint8_t log_id[LOG_ID_LEN];
	uint8_t origin[KEY_LEN]; /* whose log it is */
	uint64_t n;              /* position of the peer */
	uint64_t since_ms;       /* since 1970 */
	int64_t since;           /* monotonic ms */
	int64_t seen;            /* the last time */
};

/* How long a peer may lag before it is told, in have_ms: ten minutes. */
#define LAG_TIMES 30

/* A peer that is gone is remembered for so long, ms. */
#define GONE_MS 3600000

#define ALARMS_MAX 64

static struct alarm *
find_alarm(struct node *node, const struct alarm *one)
{
	struct alarm *alarm;
	size_t i;

	for (i = 0; i < node->nalarms; i++) {
		alarm = &node->alarms[i];
		if (alarm->kind == one->kind &&
		    memcmp(alarm->key, one->key, KEY_LEN) == 0 &&
		    memcmp(alarm->log_id, one->log_id, LOG_ID_LEN) == 0)
			return alarm;
	}
	return NULL;
}

/* Note it, or that it lasts. */
static void
see(struct node *node, struct alarm *one, int64_t since, int64_t now)
{
	struct alarm *alarm = find_alarm(node, one);

	one->since = since;
	one->since_ms = node_clock() - (uint64_t)(now - since);
	one->seen = now;
	if (alarm == NULL && node->nalarms < ALARMS_MAX) {
		node->alarms[node->nalarms++] = *one;
	} else if (alarm != NULL) {
		alarm->seen = now;
		/* A session that ended and began anew changes nothing. */
		if (alarm->n < one->n && one->kind == ALARM_LAG)
			*alarm = *one;
		alarm->n = one->n;
	}
}

static void
see_link(struct link *link, void *arg)
{
	struct node *node = arg;
	const uint8_t *key = link_key(link);
	const struct directory_member *member;
	struct link_unproved unproved[8];
	const struct link_lag *lags;
	const struct view_log *log;
	struct alarm one;
	int64_t now = node_now();
	size_t count;
	size_t i;

	if (key == NULL || link_state(link) < LINK_SYNC)
		return;
	member = directory_find(node_directory(node), key);
	if (member == NULL || !member->in || member->roles == ROLE_READER)
		return;
	memset(&one, 0, sizeof(one));
	memcpy(one.key, key, KEY_LEN);
	count = link_lags(link, &lags);
	for (i = 0; i < count; i++) {
		log = view_find(node->view, lags[i].log_id);
		if (log == NULL || log->counted <= lags[i].n)
			continue;
		one.kind = ALARM_LAG;
		memcpy(one.log_id, lags[i].log_id, LOG_ID_LEN);
		memcpy(one.origin, log->key, KEY_LEN);
		one.n = lags[i].n;
		see(node, &one, lags[i].since, now);
	}
	count = link_unproved(link, unproved, 8);
	for (i = 0; i < count; i++) {
		one.kind = ALARM_CLAIM;
		memcpy(one.log_id, unproved[i].log_id, LOG_ID_LEN);
		memcpy(one.origin, unproved[i].key, KEY_LEN);
		one.n = unproved[i].n;
		see(node, &one, unproved[i].since, now);
	}
}

/* Is there a session with this key? */
struct asked {
	const uint8_t *key;
	bool up;
};

static void
look_up(struct link *link, void *arg)
{
	struct asked *asked = arg;
	const uint8_t *key = link_key(link);

	asked->up |= key != NULL && link_state(link) == LINK_LIVE &&
	    memcmp(key, asked->key, KEY_LEN) == 0;
}

/* Forget what is over: the peer is there and shows it no more, or is gone. */
static void
sweep(struct node *node, int64_t now)
{
	struct asked asked;
	size_t kept = 0;
	size_t i;

	for (i = 0; i < node->nalarms; i++) {
		asked.key = node->alarms[i].key;
		asked.up = false;
		if (node->alarms[i].seen != now)
			node_each_link(node, look_up, &asked);
		if (!asked.up && now - node->alarms[i].seen < GONE_MS)
			node->alarms[kept++] = node->alarms[i];
	}
	node->nalarms = kept;
}

/* Whether an alarm is to be told: what a peer does not take up, once it has
 * lasted. */
static bool
is_due(const struct node *node, const struct alarm *alarm)
{
	int64_t lag_ms = LAG_TIMES * (int64_t)node->timers.have_ms;

	return alarm->kind == ALARM_CLAIM ||
	    (alarm->seen - alarm->since >= lag_ms &&
		view_find(node->view, alarm->log_id) != NULL);
}

/* How many alarms of this peer and kind are due; 0 if one before it is. */
static size_t
count_alike(const struct node *node, const struct alarm *alarm)
{
	const struct alarm *other;
	size_t count = 0;

	for (other = node->alarms; other < node->alarms + node->nalarms;
	     other++) {
		if (other->kind != alarm->kind ||
		    memcmp(other->key, alarm->key, KEY_LEN) != 0 ||
		    !is_due(node, other))
			continue;
		if (other < alarm)
			return 0;
		count++;
	}
	return count;
}

static enum err
tell_claim(struct node *node, Erfa__StatusAnswer *status,
    const struct alarm *alarm, struct about *about)
{
	about->code = "claim";
	about->remedy = SAY("Nothing is lost: others are believed, and it is "
			    "asked again every hour.  Telephone them if it "
			    "lasts");
	return add(node, status, about,
	    SAY("%s claims entry %llu of a log of %s and does "
		"not show what leads to it"),
	    org_of(node, alarm->key), (unsigned long long)alarm->n,
	    org_of(node, alarm->origin));
}

static enum err
tell_lag(struct node *node, Erfa__StatusAnswer *status,
    const struct alarm *alarm, size_t count, struct about *about)
{
	const struct view_log *log = view_find(node->view, alarm->log_id);

	about->code = "differs";
	about->remedy = SAY(
	    "It may withhold them from others, be full, or not count "
	    "that member.  Telephone them; dial a second hub meanwhile");
	if (count > 1)
		return add(node, status, about,
		    SAY("%s does not take up %zu logs; of the one of %s it "
			"holds %llu of %llu entries"),
		    org_of(node, alarm->key), count,
		    org_of(node, alarm->origin), (unsigned long long)alarm->n,
		    (unsigned long long)log->counted);
	return add(node, status, about,
	    SAY("%s does not take up a log of %s: it holds %llu of "
		"%llu entries"),
	    org_of(node, alarm->key), org_of(node, alarm->origin),
	    (unsigned long long)alarm->n, (unsigned long long)log->counted);
}

/* Tell them, and count all: of each peer and kind the first is enough. */
static enum err
tell_peers(struct node *node, Erfa__StatusAnswer *status)
{
	const struct alarm *alarm;
	struct about about;
	enum err err = ERR_NONE;
	size_t count;
	size_t i;

	status->has_logs_differing = status->has_claims_unproved = 1;
	for (i = 0; i < node->nalarms && err == ERR_NONE; i++) {
		alarm = &node->alarms[i];
		if (!is_due(node, alarm))
			continue;
		if (alarm->kind == ALARM_CLAIM)
			status->claims_unproved++;
		else
			status->logs_differing++;
		if ((count = count_alike(node, alarm)) == 0)
			continue;
		about = (struct about){
			.key = alarm->key,
			.log_id = alarm->log_id,
			.since = alarm->since_ms,
		};
		err = alarm->kind == ALARM_CLAIM ?
		    tell_claim(node, status, alarm, &about) :
		    tell_lag(node, status, alarm, count, &about);
	}
	return err;
}

/* ---- clocks ---- */

struct clocks {
	struct node *node;
	Erfa__StatusAnswer *status;
	enum err err;
};

static void
tell_clock(struct link *link, void *arg)
{
	struct clocks *clocks = arg;
	struct about about = {
		.code = "clock",
		.key = link_key(link),
		.remedy = SAY("Check which is right:  timedatectl.  Dates are "
			      "shown as claimed, nothing is lost"),
	};
	struct link_info info;

	link_info(link, &info);
	if (clocks->err != ERR_NONE || about.key == NULL ||
	    (info.clock_skew_ms <= NODE_SKEW_MS &&
		info.clock_skew_ms >= -NODE_SKEW_MS))
		return;
	clocks->err = add(clocks->node, clocks->status, &about,
	    SAY("the clock of %s and ours differ by more than 15 minutes"),
	    org_of(clocks->node, about.key));
}

static enum err
tell_clocks(struct node *node, Erfa__StatusAnswer *status)
{
	struct clocks clocks = { .node = node, .status = status };

	node_each_link(node, tell_clock, &clocks);
	return clocks.err;
}

/* ---- what witnesses saw ---- */

static enum err
tell_witness(struct node *node, Erfa__StatusAnswer *status)
{
	int64_t lag_ms = LAG_TIMES * (int64_t)node->timers.have_ms;
	struct about about = {
		.code = "witness",
		.remedy = SAY("Your hubs withhold it, or this machine was set "
			      "back and they no longer have it:  erfa peers"),
	};
	const struct view_log *log;
	enum err err = ERR_NONE;
	size_t i;

	status->has_logs_missing = 1;
	for (i = 0; err == ERR_NONE && i < view_count(node->view); i++) {
		log = view_at(node->view, i);
		if (log->seen_n <= log->tip.n || log->frozen ||
		    log->seen_n > log->cut ||
		    node_now() - log->seen_at < lag_ms)
			continue;
		status->logs_missing++;
		about.key = log->seen_by;
		about.log_id = log->log_id;
		about.since = log->seen_ms;
		if (status->logs_missing <= SEEN_TOLD)
			err = add(node, status, &about,
			    SAY("%s saw entry %llu of a log of %s, of which "
				"%llu are here"),
			    org_of(node, log->seen_by),
			    (unsigned long long)log->seen_n,
			    org_of(node, log->key),
			    (unsigned long long)log->tip.n);
	}
	return err;
}

/* ---- silence ---- */

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

/* Mark the newest log of each key. */
static void
mark_newest(struct node *node)
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

/*
 * How old the newest HEAD of a log is: by what it says, or by when it came, if
 * that makes it younger, since its clock may be wrong.
 */
static uint64_t
age_of(const struct view_log *log)
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
	    age_of(log) > beacon_ms + beacon_ms / 12;
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
		age = age_of(log);
		least = age < least ? age : least;
	}
	if (least == UINT64_MAX || least <= limit)
		return false;
	*ret_since = node_clock() - least;
	return true;
}

/* Has some link been in step for long enough to have brought a HEAD? */
static void
is_settled(struct link *link, void *arg)
{
	struct link_info info;
	bool *settled = arg;

	if (link_state(link) != LINK_LIVE)
		return;
	link_info(link, &info);
	*settled |= info.same_digest;
}

static enum err
tell_silence(struct node *node, Erfa__StatusAnswer *status)
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *member;
	struct about about = { .code = "silent" };
	bool settled = false;
	enum err err = ERR_NONE;
	size_t i;

	status->has_members_silent = 1;
	node_each_link(node, is_settled, &settled);
	if (!settled ||
	    node_now() - node->started <
		GRACE_TIMES * (int64_t)node->timers.have_ms)
		return ERR_NONE;
	about.remedy = SAY(
	    "Its node signs its position every day: it is off, cut off, or its "
	    "hubs withhold it.  Telephone them");
	for (i = 0; err == ERR_NONE && i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		about.key = member->key;
		if (!member->in || member->roles == ROLE_READER ||
		    memcmp(member->key, node->key.public_key, KEY_LEN) == 0 ||
		    directory_heir(directory, member->key) != NULL ||
		    !node_silent(node, member->key, &about.since))
			continue;
		if (++status->members_silent <= SILENT_TOLD)
			err = add(node, status, &about,
			    SAY("%s gives no sign of life"), member->org);
	}
	if (err != ERR_NONE || status->members_silent <= SILENT_TOLD)
		return err;
	about.key = NULL;
	about.since = 0;
	about.remedy = SAY("See all:  erfa members");
	return add(node, status, &about,
	    SAY("%llu more members give no sign of life"),
	    (unsigned long long)(status->members_silent - SILENT_TOLD));
}

void
node_alarm_tick(struct node *node, int64_t now)
{
	if (now < node->alarms_at)
		return;
	node->alarms_at = now + node->timers.have_ms;
	mark_newest(node);
	if (node->alarms == NULL)
		node->alarms = calloc(ALARMS_MAX, sizeof(*node->alarms));
	if (node->alarms == NULL)
		return;
	node_each_link(node, see_link, node);
	sweep(node, node_now());
}

/* ---- floods ---- */

static enum err
tell_floods(struct node *node, Erfa__StatusAnswer *status)
{
	struct about about = { .code = "flood" };
	struct quota_origin origin;
	int64_t now = node_now();
	size_t place = 0;
	enum err err = ERR_NONE;

	about.remedy = SAY(
	    "Nothing is refused, but it comes after all others until tomorrow. "
	    " If it is no import, telephone them:  erfa peers remove ORG");
	status->has_origins_over = 1;
	while (
	    err == ERR_NONE && quota_next(node->quota, &place, now, &origin)) {
		status->origins_over++;
		about.key = origin.key;
		about.since = node_clock() - (uint64_t)(now - origin.over);
		err = add(node, status, &about,
		    SAY("%s has sent %llu entries today"),
		    org_of(node, origin.key),
		    (unsigned long long)origin.entries);
	}
	return err;
}

/* ---- forks ---- */

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
		    genesis.has_prev &&
		    memcmp(genesis.prev_log_id, log->log_id, LOG_ID_LEN) == 0)
			return true;
	}
	return false;
}

/* One forked log; of who is out there is nothing more to do. */
static enum err
tell_fork(struct node *node, struct store_txn *txn, const struct view_log *log,
    Erfa__StatusAnswer *status)
{
	const struct directory_member *member = directory_find(
	    node_directory(node), log->key);
	struct about about = {
		.code = "fork",
		.key = log->key,
		.log_id = log->log_id,
		.since = node_fork_since(txn, log->log_id),
	};
	bool old = about.since != 0 && node_clock() > about.since + HEALED_MS;

	if (member == NULL || !member->in || (old && is_healed(node, txn, log)))
		return ERR_NONE;
	if (log->own) {
		about.remedy = SAY(
		    "Nothing need be done: all of it is published anew.  Do not "
		    "put this machine back to a snapshot that holds its memory");
		return add(node, status, &about,
		    SAY("a log of this node is forked after entry %llu: this "
			"machine was set back, or its key is used twice"),
		    (unsigned long long)log->last_common);
	}
	if (is_healed(node, txn, log)) {
		about.remedy = SAY(
		    "Nothing need be done: it goes on in a new log, where all "
		    "of it is said anew");
		return add(node, status, &about,
		    SAY("%s signed two stories after entry %llu of a log: its "
			"log is forked, both branches are kept"),
		    org_of(node, log->key),
		    (unsigned long long)log->last_common);
	}
	about.remedy = SAY(
	    "Telephone them.  If they know of no machine that was set back, "
	    "somebody else has their key:  erfa peers remove ORG");
	return add(node, status, &about,
	    SAY("%s signed two stories after entry %llu of a log: its log is "
		"forked, what follows is shown as in doubt"),
	    org_of(node, log->key), (unsigned long long)log->last_common);
}

static enum err
tell_forks(struct node *node, struct store_txn *txn, Erfa__StatusAnswer *status)
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
tell_taken(struct node *node, Erfa__StatusAnswer *status, struct about *about)
{
	size_t i;

	for (i = 0; i < node->ndialled; i++)
		if (node_doubled(node, node->dialled[i].link))
			return add(node, status, about,
			    SAY("another machine runs with the key of this "
				"node: they take the connection to %s from "
				"each other"),
			    org_of(node, link_key(node->dialled[i].link)));
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
	    age_of(log) > beacon_ms + beacon_ms / 12)
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
tell_beside(struct node *node, Erfa__StatusAnswer *status, struct about *about,
    const struct view_log *log)
{
	about->log_id = log->log_id;
	if (log->own)
		return add(node, status, about,
		    SAY("another machine runs with the key of this node: two "
			"logs of it grow side by side"));
	about->key = log->key;
	about->remedy = SAY(
	    "Telephone them: they are to stop one of them.  If they know of no "
	    "second machine, somebody has their key:  erfa peers remove ORG");
	return add(node, status, about,
	    SAY("two machines run with one key of %s: two logs of it grow side "
		"by side"),
	    org_of(node, log->key));
}

static enum err
tell_doubles(
    struct node *node, struct store_txn *txn, Erfa__StatusAnswer *status)
{
	const struct about own = {
		.code = "double",
		.remedy = SAY(
		    "Stop one of them: nothing of either is lost.  If you know "
		    "of no second machine, somebody copied the key:  erfa key "
		    "rotate"),
	};
	const struct view_log *told[DOUBLED_TOLD];
	const struct view_log *log;
	struct about about = own;
	size_t before = status->n_problem;
	size_t count = 0;
	bool is_told;
	enum err err = tell_taken(node, status, &about);
	bool is_taken = status->n_problem > before;
	size_t i, k;

	/* A log may have been begun since the last look. */
	mark_newest(node);
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

/* ---- one organisation, two keys ---- */

/* So many organisations are told one by one. */
#define DISPUTED_TOLD 5

/* Members are sorted by organisation, so that equals stand together. */
static enum err
tell_disputed(struct node *node, Erfa__StatusAnswer *status)
{
	const struct directory *directory = node_directory(node);
	const struct directory_member *member;
	const struct about about = {
		.code = "disputed",
		.remedy = SAY(
		    "Their records are marked as in doubt.  Telephone "
		    "them and compare the check numbers:  erfa "
		    "members"),
	};
	const char *last = "";
	enum err err = ERR_NONE;
	size_t count = 0;
	size_t i;

	for (i = 0; err == ERR_NONE && count < DISPUTED_TOLD &&
	     i < directory_count(directory);
	     i++) {
		member = directory_at(directory, i);
		if (!member->in || !member->disputed ||
		    strcmp(member->org, last) == 0)
			continue;
		last = member->org;
		count++;
		err = add(node, status, &about,
		    SAY("it is disputed which key is that of %s"), last);
	}
	return err;
}

/* ---- memory ---- */

void
node_memory_cut(
    struct node *node, const struct guard_suspect *suspect, const uint8_t *key)
{
	struct memory_cut *cut = &node->memory_cut;

	cut->count++;
	cut->at_ms = node_clock();
	cut->bytes = suspect->bytes;
	memcpy(cut->address, suspect->address, sizeof(cut->address));
	if ((cut->has_key = key != NULL))
		memcpy(cut->key, key, KEY_LEN);
}

static enum err
tell_memory(struct node *node, Erfa__StatusAnswer *status)
{
	const struct memory_cut *cut = &node->memory_cut;
	struct about about = {
		.code = "memory",
		.key = cut->has_key ? cut->key : NULL,
		.since = cut->at_ms,
		.remedy = SAY("If it is one of us, telephone them: erfad never "
			      "does that.  To keep it out:  erfa peers remove "
			      "ORG"),
	};

	status->has_memory_cuts = 1;
	status->memory_cuts = cut->count;
	if (cut->count == 0 || node_clock() > cut->at_ms + CUT_TOLD_MS)
		return ERR_NONE;
	return add(node, status, &about,
	    SAY("%s sent %llu KiB without a whole message: the connection was "
		"shut down, to save the memory"),
	    cut->address, (unsigned long long)(cut->bytes >> 10));
}

enum err
node_alarms(struct node *node, Erfa__StatusAnswer *status)
{
	struct store_txn *txn = NULL;
	enum err err;

	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return ERR_NONE;
	if ((err = tell_forks(node, txn, status)) == ERR_NONE &&
	    (err = tell_doubles(node, txn, status)) == ERR_NONE &&
	    (err = tell_disputed(node, status)) == ERR_NONE &&
	    (err = tell_peers(node, status)) == ERR_NONE &&
	    (err = tell_floods(node, status)) == ERR_NONE &&
	    (err = tell_clocks(node, status)) == ERR_NONE &&
	    (err = tell_witness(node, status)) == ERR_NONE &&
	    (err = tell_silence(node, status)) == ERR_NONE)
		err = tell_memory(node, status);
	store_abort(&txn);
	return err;
}
