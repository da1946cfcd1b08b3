/*
 * What status tells of the store: how much there is in it, and which of this
 * node's erasures are not known to be carried out everywhere.  The rest, of links
 * and alarms, is the node's.
 */

#include <stdlib.h>
#include <string.h>

#include "proto/directory.h"
#include "proto/header.h"
#include "proto/vouch.h"
#include "daemon/query.h"
#include "daemon/query_internal.h"
#include "daemon/seen.h"
#include "daemon/shown.h"

#define ORGS_MAX 5 /* named of those that an erasure waits for */

/*
 * An own log: how far all nodes are known to have taken it up, and those that
 * were in step with this one before.  What the others have, reached by way of
 * a hub, nobody tells: a digest compares two neighbours, and a HEAD says how far
 * its own log is.
 */
struct own_log {
	bool own;
	uint64_t low;
	uint64_t met_low;
};

/* The erasures of this node, while they are counted. */
struct counting {
	struct question *question;
	Erfa__StatusAnswer *status;
	struct own_log *logs;          /* number 1 stands at 0 */
	const struct shown_item *item; /* the oldest that waits; or NULL */
	const struct shown_item *dark; /* the oldest that is not known */
};

/* ---- which wait ---- */

/* Find the own logs, which nobody holds back so far. */
static enum err
find_own(struct counting *all)
{
	const struct shown *shown = all->question->shown;
	struct store_log log;
	uint32_t i;
	enum err err;

	all->logs = calloc(shown_logs(shown) + 1, sizeof(*all->logs));
	if (all->logs == NULL)
		return ERR_NOMEM;
	for (i = 0; i < shown_logs(shown); i++) {
		err = store_log(all->question->store,
		    shown_log(shown, i + 1)->log_id, &log);
		if (err != ERR_NONE && err != ERR_NOENT)
			return err;
		all->logs[i].own = err == ERR_NONE && log.own;
		all->logs[i].low = all->logs[i].met_low = UINT64_MAX;
	}
	return ERR_NONE;
}

/* Could this node hold what was erased?  A reader follows, and is not followed. */
static bool
may_hold(const struct question *question, const struct directory_member *member)
{
	return member->in && (member->roles & ROLE_READER) == 0 &&
	    memcmp(member->key, question->own_key, KEY_LEN) != 0;
}

/* Name a node of which nothing is known. */
static enum err
name_dark(struct counting *all, const struct directory_member *member)
{
	Erfa__StatusAnswer *status = all->status;

	status->has_erasure_unknown_nodes = true;
	return ++status->erasure_unknown_nodes > ORGS_MAX ?
	    ERR_NONE :
	    answer_text_add(&status->erasure_unknown_org,
		&status->n_erasure_unknown_org, member->org);
}

/* Nobody has all that one node is not known to have. */
static enum err
take_node(struct counting *all, const struct directory_member *member)
{
	const struct shown *shown = all->question->shown;
	Erfa__LocalSeen *seen = seen_read(all->question->store, member->key);
	struct own_log *log;
	uint64_t n = 0;
	uint32_t i;

	for (i = 0; i < shown_logs(shown); i++) {
		log = &all->logs[i];
		if (!log->own)
			continue;
		if (seen != NULL)
			n = seen_position(
			    seen, shown_log(shown, i + 1)->log_id);
		if (seen != NULL && n < log->met_low)
			log->met_low = n;
		if (n < log->low)
			log->low = n;
	}
	if (seen == NULL)
		return name_dark(all, member);
	erfa__local_seen__free_unpacked(seen, NULL);
	return ERR_NONE;
}

static void
keep_oldest(const struct shown_item **oldest, const struct shown_item *item)
{
	if (*oldest == NULL || item->time_ms < (*oldest)->time_ms)
		*oldest = item;
}

/* Count an ERASE of an own log, and keep the oldest that is not done. */
static void
take_item(struct counting *all, const struct shown_item *item)
{
	const struct own_log *log = &all->logs[item->log - 1];

	if (item->kind != HEADER_ERASE || !log->own)
		return;
	all->status->erasures++;
	if (item->n > log->met_low) {
		all->status->erasures_waiting++;
		keep_oldest(&all->item, item);
	} else if (item->n > log->low) {
		all->status->erasures_unknown++;
		keep_oldest(&all->dark, item);
	}
}

static bool
has_erasures(const struct shown *shown)
{
	size_t i;

	for (i = 0; i < shown_count(shown); i++)
		if (shown_at(shown, SHOWN_BY_RECORD, i)->kind == HEADER_ERASE)
			return true;
	return false;
}

/* ---- the oldest ---- */

/* What it has erased, by the first that it names; not told if nobody knows. */
static enum err
name_record(struct counting *all, const struct shown_item *erase)
{
	struct question *question = all->question;
	const struct shown_log *log = shown_log(question->shown, erase->log);
	struct header_target targets[ERASE_MAX];
	const struct shown_item *item = NULL;
	struct store_entry entry;
	struct index_row row;
	struct header header;
	size_t count = 0;
	enum err err;

	err = store_entry(question->store, log->log_id, erase->n, &entry);
	if (err != ERR_NONE)
		return err;
	if (header_decode(entry.header.data, entry.header.len, &header) !=
		ERR_NONE ||
	    header_erase_decode(header.ext, targets, &count) != ERR_NONE ||
	    count == 0)
		return ERR_NONE;
	err = index_row_at(
	    question->index, targets[0].log_id, targets[0].n, &row);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if (row.has_record &&
	    (log = shown_log(question->shown, row.log)) != NULL)
		item = shown_record(question->shown,
		    shown_org(question->shown, log->org), row.record);
	return item == NULL ? ERR_NONE :
			      query_put_id(&all->status->erasure_id,
				  shown_org(question->shown, item->org),
				  item->record, item->chars);
}

/* Name the node of ${member} if the oldest erasure waits for it. */
static enum err
name_node(struct counting *all, const struct directory_member *member)
{
	const struct shown_log *log = shown_log(
	    all->question->shown, all->item->log);
	Erfa__StatusAnswer *status = all->status;
	Erfa__LocalSeen *seen = seen_read(all->question->store, member->key);
	enum err err = ERR_NONE;

	if (seen == NULL || seen_position(seen, log->log_id) >= all->item->n)
		goto out;
	if (status->erasure_nodes++ == 0)
		err = answer_time(&status->erasure_last_seen, seen->in_step_ms);
	if (err == ERR_NONE && status->erasure_nodes <= ORGS_MAX)
		err = answer_text_add(
		    &status->erasure_org, &status->n_erasure_org, member->org);

out:
	if (seen != NULL)
		erfa__local_seen__free_unpacked(seen, NULL);
	return err;
}

/* For whom it waits. */
static enum err
name_nodes(struct counting *all)
{
	const struct directory *directory = all->question->directory;
	const struct directory_member *member;
	size_t i;
	enum err err = ERR_NONE;

	all->status->has_erasure_nodes = true;
	for (i = 0; err == ERR_NONE && i < directory_count(directory); i++) {
		member = directory_at(directory, i);
		if (may_hold(all->question, member))
			err = name_node(all, member);
	}
	return err;
}

/* What waits is told before what nobody can tell of. */
static enum err
name_oldest(struct counting *all)
{
	const struct shown_item *erase = all->item != NULL ? all->item :
							     all->dark;
	enum err err;

	if (erase == NULL)
		return ERR_NONE;
	err = answer_time(&all->status->erasure_since, erase->time_ms);
	if (err == ERR_NONE)
		err = name_record(all, erase);
	return err == ERR_NONE && all->item != NULL ? name_nodes(all) : err;
}

/* ---- the answer ---- */

static enum err
count_erasures(struct question *question, Erfa__StatusAnswer *status)
{
	struct counting all = { .question = question, .status = status };
	const struct directory *directory = question->directory;
	const struct shown *shown = question->shown;
	size_t i;
	enum err err;

	status->has_erasures = status->has_erasures_waiting = true;
	status->has_erasures_unknown = true;
	if (!has_erasures(shown))
		return ERR_NONE;
	if ((err = find_own(&all)) != ERR_NONE)
		goto out;
	for (i = 0; i < directory_count(directory) && err == ERR_NONE; i++)
		if (may_hold(question, directory_at(directory, i)))
			err = take_node(&all, directory_at(directory, i));
	for (i = 0; i < shown_count(shown) && err == ERR_NONE; i++)
		take_item(&all, shown_at(shown, SHOWN_BY_RECORD, i));
	if (err == ERR_NONE)
		err = name_oldest(&all);

out:
	free(all.logs);
	return err;
}

static void
fill_counts(const struct query_counts *counts, Erfa__StatusAnswer *status)
{
	status->has_arrival = status->has_indexed = status->has_entries = true;
	status->has_bodies_absent = status->has_trials = true;
	status->has_trials_transcribed = status->has_logs = true;
	status->has_logs_frozen = status->has_incarnations = true;
	status->arrival = counts->arrival;
	status->indexed = counts->indexed;
	status->entries = counts->entries;
	status->bodies_absent = counts->bodies_absent;
	status->trials = counts->trials;
	status->trials_transcribed = counts->trials_transcribed;
	status->logs = counts->logs;
	status->logs_frozen = counts->logs_frozen;
	status->incarnations = counts->logs_own;
}

enum err
query_status(struct question *question)
{
	struct query_counts counts;
	enum err err;

	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_STATUS)) !=
		ERR_NONE ||
	    (err = query_count(question, &counts)) != ERR_NONE)
		return err;
	fill_counts(&counts, question->answer->status);
	return count_erasures(question, question->answer->status);
}
