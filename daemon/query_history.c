#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/day.h"
#include "proto/diff.h"
#include "proto/header.h"
#include "proto/record.h"
#include "daemon/facts.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

#define HISTORY_CURSOR 8   /* how many versions were told */
#define CHANGES_MAX    100 /* of one version, that are told */
#define EVENTS_MAX     100 /* of one record */
#define DAY_MS         UINT64_C(86400000)

/* ---- versions ---- */

/* The row of version ${i} of a record, from 0. */
static enum err
version_row(struct question *question, const struct shown_item *item, size_t i,
    struct index_row *ret_row)
{
	return index_row(
	    question->index, shown_versions(question->shown, item)[i], ret_row);
}

/* Point ${place} to a version. */
static void
place_version(const struct question *question, const struct index_row *row,
    struct query_place *place)
{
	const struct shown_log *log = shown_log(question->shown, row->log);

	if (log != NULL)
		memcpy(place->log_id, log->log_id, LOG_ID_LEN);
	place->log = row->log;
	place->n = row->n;
	place->arrival = row->arrival;
}

static void
version_text(const struct index_row *row, char out[24])
{
	(void)snprintf(out, 24, "%u.%u", row->major, row->minor);
}

/* Read the last day that counts; false if it is none. */
static bool
read_day(const char *at, uint64_t *ret_end_ms)
{
	int32_t first;
	int32_t last;

	if (day_range(at, &first, &last) != ERR_NONE || first != last ||
	    last < 0)
		return false;
	*ret_end_ms = ((uint64_t)last + 1) * DAY_MS;
	return true;
}

enum err
query_day(struct question *question, const char *at, bool *ret_bad)
{
	*ret_bad = false;
	if (at == NULL || *at == '\0')
		return ERR_NONE;
	*ret_bad = !read_day(at, &question->day_end_ms);
	if (*ret_bad)
		return query_fail(question, EXIT_USAGE, "bad_date",
		    "A day looks like 2026-01-31.", "\"%.80s\" is no day", at);
	question->day = at;
	return ERR_NONE;
}

enum err
query_held(struct question *question, const struct shown_item *item,
    struct query_place *place, bool *ret_held)
{
	struct index_row row;
	size_t i;
	enum err err;

	*ret_held = question->day_end_ms == 0 ||
	    item->time_ms < question->day_end_ms;
	if (*ret_held)
		return ERR_NONE;
	for (i = item->versions; i-- > 0 && !*ret_held;) {
		err = version_row(question, item, i, &row);
		if (err != ERR_NONE)
			return err;
		*ret_held = row.time_ms < question->day_end_ms;
	}
	if (*ret_held)
		place_version(question, &row, place);
	return ERR_NONE;
}

enum err
query_version(struct question *question, const struct shown_item *item,
    const char *version, const char *at, struct query_place *place,
    bool *ret_bad)
{
	const bool by_name = version != NULL && *version != '\0';
	struct index_row row;
	uint64_t end_ms = 0;
	char text[24];
	size_t i;
	enum err err;

	*ret_bad = true;
	if (!by_name && !read_day(at, &end_ms))
		return query_fail(question, EXIT_USAGE, "bad_date",
		    "A day looks like 2026-01-31.", "\"%.80s\" is no day",
		    at == NULL ? "" : at);
	for (i = item->versions; i-- > 0;) {
		err = version_row(question, item, i, &row);
		if (err != ERR_NONE)
			return err;
		version_text(&row, text);
		if (by_name ? strcmp(text, version) != 0 :
			      row.time_ms >= end_ms)
			continue;
		place_version(question, &row, place);
		*ret_bad = false;
		return ERR_NONE;
	}
	return query_fail(question, EXIT_NOINPUT, "no_such_version",
	    "All versions:  erfa history ID", "there is no version %s%.40s",
	    by_name ? "" : "of or before ", by_name ? version : at);
}

/* ---- what changed ---- */

static const char *
what_name(enum diff_kind kind)
{
	switch (kind) {
	case DIFF_ADDED:
		return "added";
	case DIFF_REMOVED:
		return "removed";
	case DIFF_CHANGED:
		break;
	}
	return "changed";
}

/* One side of a change, as far as a line has room. */
static enum err
put_side(char **out, const struct diff_change *change, bool after)
{
	char *text = NULL;
	enum err err;

	if ((err = diff_text(change, after, &text)) == ERR_NONE)
		err = query_put_cut(out, text);
	free(text);
	return err;
}

static enum err
fill_change(Erfa__HistoryVersion *version, const struct diff_change *change)
{
	Erfa__HistoryChange *told;
	char name[DIFF_PATH_MAX];
	enum err err;

	err = answer_add(&version->change, &version->n_change,
	    &erfa__history_change__descriptor, &told);
	if (err != ERR_NONE)
		return err;
	diff_name(change, name);
	if ((err = answer_text(&told->field, name)) != ERR_NONE ||
	    (err = answer_text(&told->what, what_name(change->kind))) !=
		ERR_NONE ||
	    (err = put_side(&told->before, change, false)) != ERR_NONE)
		return err;
	return put_side(&told->after, change, true);
}

/* Say what is new against the version before. */
static enum err
fill_changes(Erfa__HistoryVersion *version, const Erfa__Body *before,
    const Erfa__Body *after)
{
	struct diff diff = { NULL, 0 };
	size_t i;
	enum err err;

	version->has_unknown = true;
	version->unknown = before == NULL || after == NULL;
	if (version->unknown)
		return ERR_NONE;
	err = diff_bodies(before, after, &diff);
	if (err == ERR_SYNTAX) {
		version->unknown = true;
		return ERR_NONE;
	}
	for (i = 0; i < diff.count && i < CHANGES_MAX && err == ERR_NONE; i++)
		err = fill_change(version, &diff.changes[i]);
	version->has_more = true;
	version->more = diff.count > CHANGES_MAX;
	diff_clear(&diff);
	return err;
}

/* ---- one version ---- */

/* What its envelope says. */
static enum err
fill_envelope(Erfa__HistoryVersion *version, const Erfa__Envelope *envelope)
{
	enum err err;

	if (envelope == NULL)
		return ERR_NONE;
	err = query_put_code(&version->kind, &erfa__amendment_kind__descriptor,
	    envelope->has_amendment_kind ? (int)envelope->amendment_kind : 0);
	if (err != ERR_NONE || envelope->amendment_note == NULL)
		return err;
	return answer_text(&version->note, envelope->amendment_note);
}

/* Who signed it, and where it stands. */
static enum err
fill_signer(struct question *question, const struct index_row *row,
    const struct query_entry *entry, Erfa__HistoryVersion *version)
{
	const struct shown_log *log = shown_log(question->shown, row->log);
	enum err err;

	version->has_verified = true;
	version->verified = entry->verified;
	version->has_n = true;
	version->n = row->n;
	if (log == NULL)
		return ERR_NONE;
	err = answer_hex(&version->key, log->key, KEY_LEN);
	if (err != ERR_NONE ||
	    (err = answer_hex(&version->log, log->log_id, LOG_ID_LEN)) !=
		ERR_NONE ||
	    (err = answer_text(&version->publisher,
		 shown_org(question->shown, log->org))) != ERR_NONE)
		return err;
	return query_publisher(question, log->key, &version->signer);
}

static enum err
fill_version(struct question *question, const struct index_row *row,
    const struct query_entry *entry, Erfa__HistoryVersion *version)
{
	char text[24] = "";
	enum err err;

	if (row->major != 0 || row->minor != 0)
		version_text(row, text);
	if ((err = answer_text(&version->version, text)) != ERR_NONE ||
	    (err = answer_time(&version->time, row->time_ms)) != ERR_NONE ||
	    (err = answer_text(&version->state, entry->row->state)) !=
		ERR_NONE ||
	    (err = answer_text(&version->status,
		 entry->row->status == NULL ? "" : entry->row->status)) !=
		ERR_NONE ||
	    (err = query_put_group(
		 question, entry->group, &version->group, NULL)) != ERR_NONE)
		return err;
	if (entry->body != NULL &&
	    (err = fill_envelope(version, entry->body->envelope)) != ERR_NONE)
		return err;
	return fill_signer(question, row, entry, version);
}

/* A history while it is told, from the newest version backwards. */
struct telling {
	struct question *question;
	const struct shown_item *item;
	Erfa__HistoryAnswer *answer;
	struct query_entry entry; /* of the version at hand */
	struct index_row row;
	size_t bytes; /* of bodies that were read */
};

/* Read version ${i}; of one that is gone the entry has no body. */
static enum err
read_version(struct telling *telling, size_t i)
{
	struct query_place place = query_place(
	    telling->question, telling->item);
	enum err err;

	err = version_row(telling->question, telling->item, i, &telling->row);
	if (err != ERR_NONE)
		return err;
	place_version(telling->question, &telling->row, &place);
	err = query_entry(telling->question, &place, &telling->entry);
	if (err == ERR_NONE)
		telling->bytes += telling->entry.body_len;
	return err;
}

/* Tell of version ${i}, which has been read, and read the one before it. */
static enum err
tell_version(struct telling *telling, size_t i)
{
	Erfa__HistoryAnswer *answer = telling->answer;
	struct query_entry after = telling->entry;
	struct index_row row = telling->row;
	Erfa__HistoryVersion *version;
	enum err err;

	telling->entry = (struct query_entry){ .row = NULL };
	err = answer_add(&answer->version, &answer->n_version,
	    &erfa__history_version__descriptor, &version);
	if (err == ERR_NONE)
		err = fill_version(telling->question, &row, &after, version);
	if (err == ERR_NONE && i > 0) {
		err = read_version(telling, i - 1);
		if (err == ERR_NONE)
			err = fill_changes(
			    version, telling->entry.body, after.body);
	}
	query_entry_clear(&after);
	return err;
}

/* Fill a page after the ${told} newest versions. */
static enum err
tell_versions(struct telling *telling, size_t told)
{
	const size_t count = telling->item->versions;
	uint8_t cursor[HISTORY_CURSOR];
	enum err err = ERR_NONE;

	if (told < count)
		err = read_version(telling, count - 1 - told);
	for (; told < count && err == ERR_NONE; told++) {
		if (telling->answer->n_version == LIST_LIMIT ||
		    (telling->answer->n_version > 0 &&
			telling->bytes > PAGE_BYTES))
			break;
		err = tell_version(telling, count - 1 - told);
	}
	query_entry_clear(&telling->entry);
	if (err != ERR_NONE || told >= count)
		return err;
	bytes_put_be64(cursor, told);
	return answer_hex(&telling->answer->next, cursor, sizeof(cursor));
}

/* ---- what others say of it ---- */

/* Whether a retraction, correction or concern is about just this record. */
static bool
is_about(const struct telling *telling, const Erfa__Retraction *retraction)
{
	char id[RECORD_ID_CHARS + 1];

	record_print(shown_org(telling->question->shown, telling->item->org),
	    telling->item->record, RECORD_CHARS, id);
	return retraction->target != NULL && retraction->target->id != NULL &&
	    strcmp(retraction->target->id, id) == 0;
}

static enum err
fill_event(struct telling *telling, const struct shown_item *item,
    const Erfa__Retraction *retraction)
{
	const char *org = shown_org(telling->question->shown, item->org);
	Erfa__HistoryAnswer *answer = telling->answer;
	Erfa__HistoryEvent *event;
	enum err err;

	err = answer_add(&answer->event, &answer->n_event,
	    &erfa__history_event__descriptor, &event);
	if (err != ERR_NONE ||
	    (err = answer_time(&event->time, item->time_ms)) != ERR_NONE ||
	    (err = query_put_code(&event->what,
		 &erfa__retraction_kind__descriptor,
		 retraction->has_kind && retraction->kind != 0 ?
		     (int)retraction->kind :
		     (int)ERFA__RETRACTION_KIND__RETRACTION_KIND_RETRACTION)) !=
		ERR_NONE ||
	    (err = answer_text(&event->by, org)) != ERR_NONE ||
	    (err = query_put_id(&event->id, org, item->record, RECORD_CHARS)) !=
		ERR_NONE ||
	    (err = query_put_code(&event->reason,
		 &erfa__retraction_reason__descriptor,
		 retraction->has_reason ? (int)retraction->reason : 0)) !=
		ERR_NONE)
		return err;
	return answer_text(&event->text, retraction->explanation);
}

static enum err
take_event(void *context, const struct shown_item *item)
{
	struct telling *telling = context;
	Erfa__Body *body = NULL;
	enum err err = ERR_NONE;

	/* Only the publisher takes back or corrects what is its own. */
	if (item->kind != HEADER_RETRACTION ||
	    item->org != telling->item->org ||
	    telling->answer->n_event == EVENTS_MAX)
		return ERR_NONE;
	err = query_read(telling->question, item, &body);
	if (err == ERR_NONE && body != NULL &&
	    body->record_case == ERFA__BODY__RECORD_RETRACTION &&
	    is_about(telling, body->retraction))
		err = fill_event(telling, item, body->retraction);
	body_free(body);
	return err;
}

/* The newest first; of two at a time the greater id. */
static int
compare_events(const void *a, const void *b)
{
	const Erfa__HistoryEvent *x = *(Erfa__HistoryEvent *const *)a;
	const Erfa__HistoryEvent *y = *(Erfa__HistoryEvent *const *)b;
	int order = strcmp(y->time, x->time);

	return order != 0 ? order : strcmp(y->id, x->id);
}

static enum err
tell_events(struct telling *telling)
{
	Erfa__HistoryAnswer *answer = telling->answer;
	enum err err;

	err = query_naming(
	    telling->question, telling->item, take_event, telling);
	if (err == ERR_NONE && answer->n_event > 1)
		qsort(answer->event, answer->n_event, sizeof(void *),
		    compare_events);
	return err;
}

/* ---- the answer ---- */

/* Whose record it is, and what it is called now. */
static enum err
fill_record(struct telling *telling)
{
	struct query_place place = query_place(
	    telling->question, telling->item);
	Erfa__HistoryAnswer *answer = telling->answer;
	struct query_entry entry;
	enum err err;

	err = query_entry(telling->question, &place, &entry);
	if (err != ERR_NONE)
		return err;
	answer->has_versions = true;
	answer->versions = telling->item->versions;
	if ((err = answer_text(&answer->id, entry.row->id)) == ERR_NONE &&
	    (err = answer_text(&answer->full_id, entry.row->full_id)) ==
		ERR_NONE &&
	    (err = answer_text(&answer->kind, entry.row->kind)) == ERR_NONE &&
	    (err = answer_text(&answer->title, entry.row->title)) == ERR_NONE)
		err = answer_text(&answer->publisher, place.org);
	query_entry_clear(&entry);
	return err;
}

enum err
query_history(struct question *question, const Erfa__HistoryRequest *request)
{
	struct telling telling = { .question = question };
	uint8_t cursor[HISTORY_CURSOR] = { 0 };
	size_t told;
	enum err err;

	if (!query_cursor(request->cursor, cursor, sizeof(cursor)))
		return query_bad_cursor(question);
	told = (size_t)bytes_get_be64(cursor);
	err = query_resolve(question, request->id, &telling.item);
	if (err != ERR_NONE || telling.item == NULL)
		return err;
	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_HISTORY)) !=
	    ERR_NONE)
		return err;
	telling.answer = question->answer->history;
	if ((err = fill_record(&telling)) != ERR_NONE ||
	    (told == 0 && (err = tell_events(&telling)) != ERR_NONE))
		return err;
	return tell_versions(&telling, told);
}
