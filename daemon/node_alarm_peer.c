/*
 * What peers do not take up, claim without proof, or saw beyond what is here.
 */

#include <stdlib.h>
#include <string.h>

#include "proto/say.h"
#include "daemon/node_alarm_internal.h"
#include "daemon/node_internal.h"

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

/* Note what the peer does not take up. */
static void
see_lags(struct node *node, struct link *link, struct alarm *one, int64_t now)
{
	const struct link_lag *lags;
	const struct view_log *log;
	size_t count = link_lags(link, &lags);
	size_t i;

	one->kind = ALARM_LAG;
	for (i = 0; i < count; i++) {
		log = view_find(node->view, lags[i].log_id);
		if (log == NULL || log->counted <= lags[i].n)
			continue;
		memcpy(one->log_id, lags[i].log_id, LOG_ID_LEN);
		memcpy(one->origin, log->key, KEY_LEN);
		one->n = lags[i].n;
		see(node, one, lags[i].since, now);
	}
}

/* Note what it claims and does not show. */
static void
see_claims(struct node *node, struct link *link, struct alarm *one, int64_t now)
{
	struct link_unproved unproved[8];
	size_t count = link_unproved(link, unproved, 8);
	size_t i;

	one->kind = ALARM_CLAIM;
	for (i = 0; i < count; i++) {
		memcpy(one->log_id, unproved[i].log_id, LOG_ID_LEN);
		memcpy(one->origin, unproved[i].key, KEY_LEN);
		one->n = unproved[i].n;
		see(node, one, unproved[i].since, now);
	}
}

static void
see_link(struct link *link, void *arg)
{
	struct node *node = arg;
	const uint8_t *key = link_key(link);
	const struct directory_member *member;
	struct alarm one;
	int64_t now = node_now();

	if (key == NULL || link_state(link) < LINK_SYNC)
		return;
	member = directory_find(node_directory(node), key);
	if (member == NULL || !member->in || member->roles == ROLE_READER)
		return;
	memset(&one, 0, sizeof(one));
	memcpy(one.key, key, KEY_LEN);
	see_lags(node, link, &one, now);
	see_claims(node, link, &one, now);
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

void
alarm_look_at_peers(struct node *node)
{
	if (node->alarms == NULL)
		node->alarms = calloc(ALARMS_MAX, sizeof(*node->alarms));
	if (node->alarms == NULL)
		return;
	node_each_link(node, see_link, node);
	sweep(node, node_now());
}

/* ---- telling ---- */

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
    const struct alarm *alarm, struct alarm_about *about)
{
	about->code = "claim";
	about->remedy = SAY("Nothing is lost: others are believed, and it is "
			    "asked again every hour.  Telephone them if it "
			    "lasts");
	return alarm_add(node, status, about,
	    SAY("%s claims entry %llu of a log of %s and does "
		"not show what leads to it"),
	    alarm_org(node, alarm->key), (unsigned long long)alarm->n,
	    alarm_org(node, alarm->origin));
}

static enum err
tell_lag(struct node *node, Erfa__StatusAnswer *status,
    const struct alarm *alarm, size_t count, struct alarm_about *about)
{
	const struct view_log *log = view_find(node->view, alarm->log_id);

	about->code = "differs";
	about->remedy = SAY(
	    "It may withhold them from others, be full, or not count "
	    "that member.  Telephone them; dial a second hub meanwhile");
	if (count > 1)
		return alarm_add(node, status, about,
		    SAY("%s does not take up %zu logs; of the one of %s it "
			"holds %llu of %llu entries"),
		    alarm_org(node, alarm->key), count,
		    alarm_org(node, alarm->origin),
		    (unsigned long long)alarm->n,
		    (unsigned long long)log->counted);
	return alarm_add(node, status, about,
	    SAY("%s does not take up a log of %s: it holds %llu of "
		"%llu entries"),
	    alarm_org(node, alarm->key), alarm_org(node, alarm->origin),
	    (unsigned long long)alarm->n, (unsigned long long)log->counted);
}

enum err
alarm_tell_peers(struct node *node, Erfa__StatusAnswer *status)
{
	const struct alarm *alarm;
	struct alarm_about about;
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
		about = (struct alarm_about){
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

/* ---- what witnesses saw ---- */

/* So many logs of which a witness saw more are told one by one. */
#define SEEN_TOLD 5

/*
 * The least that a witness, who is in, saw and that has not come in time; NULL if
 * none did.
 */
static const struct view_seen *
missed(struct node *node, const struct view_log *log)
{
	int64_t lag_ms = LAG_TIMES * (int64_t)node->timers.have_ms;
	const struct view_seen *least = NULL;
	const struct view_seen *seen;
	size_t i;

	for (i = 0; i < VIEW_SEEN_MAX; i++) {
		seen = &log->seen[i];
		if (seen->n > log->tip.n && node_now() - seen->at >= lag_ms &&
		    (least == NULL || seen->n < least->n) &&
		    node_is_in(node, seen->by))
			least = seen;
	}
	return least;
}

enum err
alarm_tell_witness(struct node *node, Erfa__StatusAnswer *status)
{
	struct alarm_about about = {
		.code = "witness",
		.remedy = SAY("Your hubs withhold it, or this machine was set "
			      "back and they no longer have it:  erfa peers"),
	};
	const struct view_seen *seen;
	const struct view_log *log;
	enum err err = ERR_NONE;
	uint64_t n;
	size_t i;

	status->has_logs_missing = 1;
	for (i = 0; err == ERR_NONE && i < view_count(node->view); i++) {
		log = view_at(node->view, i);

		/* Who saw more had not heard of the cut: that does not come. */
		if (log->frozen || log->cut <= log->tip.n ||
		    (seen = missed(node, log)) == NULL)
			continue;
		n = seen->n < log->cut ? seen->n : log->cut;
		status->logs_missing++;
		about.key = seen->by;
		about.log_id = log->log_id;
		about.since = seen->ms;
		if (status->logs_missing <= SEEN_TOLD)
			err = alarm_add(node, status, &about,
			    SAY("%s saw entry %llu of a log of %s, of which "
				"%llu are here"),
			    alarm_org(node, seen->by), (unsigned long long)n,
			    alarm_org(node, log->key),
			    (unsigned long long)log->tip.n);
	}
	return err;
}
