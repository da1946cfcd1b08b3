/*
 * What is wrong with others, for `erfa status`: who, since when, what to do.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/say.h"
#include "daemon/node_alarm_internal.h"
#include "daemon/node_internal.h"

/* A connection that was cut to save the memory is told for so long, ms. */
#define CUT_TOLD_MS 86400000

const char *
alarm_org(struct node *node, const uint8_t *key)
{
	const struct directory_member *member = key == NULL ?
	    NULL :
	    directory_find(node_directory(node), key);

	return member == NULL || member->org[0] == '\0' ? "?" : member->org;
}

enum err
alarm_add(struct node *node, Erfa__StatusAnswer *status,
    const struct alarm_about *about, const char *format, ...)
{
	const char *org = alarm_org(node, about->key);
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
	struct alarm_about about = {
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
	clocks->err = alarm_add(clocks->node, clocks->status, &about,
	    SAY("the clock of %s and ours differ by more than 15 minutes"),
	    alarm_org(clocks->node, about.key));
}

static enum err
tell_clocks(struct node *node, Erfa__StatusAnswer *status)
{
	struct clocks clocks = { .node = node, .status = status };

	node_each_link(node, tell_clock, &clocks);
	return clocks.err;
}

/* ---- floods ---- */

static enum err
tell_floods(struct node *node, Erfa__StatusAnswer *status)
{
	struct alarm_about about = { .code = "flood" };
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
		err = alarm_add(node, status, &about,
		    SAY("%s has sent %llu entries today"),
		    alarm_org(node, origin.key),
		    (unsigned long long)origin.entries);
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
	const struct alarm_about about = {
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
		err = alarm_add(node, status, &about,
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
	struct alarm_about about = {
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
	return alarm_add(node, status, &about,
	    SAY("%s sent %llu KiB without a whole message: the connection was "
		"shut down, to save the memory"),
	    cut->address, (unsigned long long)(cut->bytes >> 10));
}

/* ---- all of them ---- */

void
node_alarm_tick(struct node *node, int64_t now)
{
	if (now < node->alarms_at)
		return;
	node->alarms_at = now + node->timers.have_ms;
	alarm_mark_newest(node);
	alarm_look_at_peers(node);
}

enum err
node_alarms(struct node *node, Erfa__StatusAnswer *status)
{
	struct store_txn *txn = NULL;
	enum err err;

	if (store_begin(node->store, false, &txn) != ERR_NONE)
		return ERR_NONE;
	if ((err = alarm_tell_forks(node, txn, status)) == ERR_NONE &&
	    (err = alarm_tell_doubles(node, txn, status)) == ERR_NONE &&
	    (err = tell_disputed(node, status)) == ERR_NONE &&
	    (err = alarm_tell_peers(node, status)) == ERR_NONE &&
	    (err = tell_floods(node, status)) == ERR_NONE &&
	    (err = tell_clocks(node, status)) == ERR_NONE &&
	    (err = alarm_tell_witness(node, status)) == ERR_NONE &&
	    (err = alarm_tell_silence(node, status)) == ERR_NONE)
		err = tell_memory(node, status);
	store_abort(&txn);
	return err;
}
