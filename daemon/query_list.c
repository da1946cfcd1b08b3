#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "proto/heirs.h"
#include "daemon/facts.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

#define LIST_CURSOR   (8 + LOG_ID_LEN + 8) /* time, log, n of the last row */
#define EXPORT_CURSOR (8 + 4) /* arrival, version of the last; and then: */
#define EXPORT_REACH  8       /* how far the index must be; not in the last */

/* ---- what belongs to a list ---- */

static bool
is_empty(const char *text)
{
	return text == NULL || *text == '\0';
}

/* Read the name or number of a kind; false if it is none. */
static bool
read_kind(const char *name, uint32_t *ret_kind)
{
	unsigned long number;
	char *end;

	*ret_kind = HEADER_TRIAL;
	if (is_empty(name))
		return true;
	*ret_kind = UINT32_MAX;
	if (strcmp(name, "all") == 0)
		return true;
	if ((*ret_kind = header_kind_number(name)) != 0)
		return true;
	if (name[0] < '0' || name[0] > '9')
		return false;
	number = strtoul(name, &end, 10);
	*ret_kind = (uint32_t)number;
	return *end == '\0' && number < UINT32_MAX;
}

/* Read two letters of either case; false if it is anything else. */
static bool
read_country(const char *text, char out[3])
{
	char lower[3] = "";
	size_t i;

	if (is_empty(text)) {
		out[0] = '\0';
		return true;
	}
	if (strlen(text) != 2)
		return false;
	for (i = 0; i < 2; i++)
		lower[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ?
			text[i] - 'A' + 'a' :
			text[i]);
	facts_country(lower, out);
	return out[0] != '\0';
}

/* Read the name of a sector; false if it is none. */
static bool
read_sector(const char *name, uint32_t *ret_sectors)
{
	*ret_sectors = is_empty(name) ?
	    0 :
	    facts_sector(header_sector_number(name));
	return is_empty(name) || *ret_sectors != 0;
}

enum err
query_filter(struct question *question, const struct query_words *words,
    struct query_filter *ret_filter, bool *ret_bad)
{
	struct query_filter filter = {
		.org = is_empty(words->org) ? NULL : words->org,
	};

	*ret_bad = true;
	if (!read_kind(words->kind, &filter.kind))
		return query_fail(question, EXIT_USAGE, "no_such_kind",
		    "Kinds: trial, decision, experience, adaptation, "
		    "application,\nprogramme, network, round, comment, "
		    "profile ... or all.",
		    "no kind of record is called \"%.40s\"", words->kind);
	if (!read_country(words->country, filter.country))
		return query_fail(question, EXIT_USAGE, "no_such_country",
		    "Two letters: DK NO SE FI IS.",
		    "\"%.40s\" is no country code", words->country);
	if (!read_sector(words->sector, &filter.sectors))
		return query_fail(question, EXIT_USAGE, "no_such_sector",
		    "Sectors: elder_care, health, school, housing ... "
		    "as lists show them.",
		    "no sector is called \"%.40s\"", words->sector);
	*ret_filter = filter;
	*ret_bad = false;
	return ERR_NONE;
}

/* Whether the item is about ${country}: its own, or else its publisher's. */
static bool
is_of_country(const struct question *question, const struct shown_item *item,
    const char *country)
{
	char publisher[3];

	if (item->country[0] != '\0')
		return strcmp(item->country, country) == 0;
	if (item->transcribed || item->state != INDEX_HERE)
		return false;
	facts_country(shown_org(question->shown, item->org), publisher);
	return strcmp(publisher, country) == 0;
}

/* Whether the organisation ${org}, or one that took over from it, is what
 * somebody meant who typed ${typed}. */
static bool
is_meant(const struct question *question, const char *org, const char *typed)
{
	const struct heirs_word *word;
	size_t i;

	if (shown_org_matches(org, typed))
		return true;
	for (i = 0; i < heirs_count(question->heirs); i++) {
		word = heirs_at(question->heirs, i);
		if (shown_org_matches(word->new_org, typed) &&
		    heirs_counts(question->heirs, word->new_org, org))
			return true;
	}
	return false;
}

bool
query_matches(const struct question *question,
    const struct query_filter *filter, const struct shown_item *item)
{
	if (filter->kind != UINT32_MAX && item->kind != filter->kind)
		return false;

	/* What is sealed to others is nobody's record here. */
	if (filter->kind != UINT32_MAX && item->state == INDEX_RESTRICTED)
		return false;
	if (filter->org != NULL ? item->own_twin : item->twin)
		return false;
	if (filter->org != NULL &&
	    !is_meant(
		question, shown_org(question->shown, item->org), filter->org))
		return false;
	if (filter->sectors != 0 && (item->sectors & filter->sectors) == 0)
		return false;
	return filter->country[0] == '\0' ||
	    is_of_country(question, item, filter->country);
}

/* ---- pages ---- */

bool
query_cursor(const char *text, uint8_t *buf, size_t len)
{
	return is_empty(text) || bytes_unhex(text, buf, len) == ERR_NONE;
}

enum err
query_bad_cursor(struct question *question)
{
	return query_fail(question, EXIT_USAGE, "bad_cursor",
	    "Begin again without a cursor.", "the cursor is none of ours");
}

size_t
query_limit(bool has, uint32_t limit)
{
	if (!has || limit == 0)
		return LIST_LIMIT;
	return limit > LIST_LIMIT_MAX ? LIST_LIMIT_MAX : limit;
}

/* Give the row away to a list. */
static enum err
take_row(struct query_entry *entry, Erfa__Row ***list, size_t *count)
{
	enum err err;

	if ((err = answer_room(list, *count, sizeof(void *))) != ERR_NONE)
		return err;
	(*list)[(*count)++] = entry->row;
	entry->row = NULL;
	return ERR_NONE;
}

/* The cursor of an item in a list by time. */
static void
list_cursor(const struct question *question, const struct shown_item *item,
    uint8_t out[LIST_CURSOR])
{
	bytes_put_be64(out, ~item->time_ms);
	memcpy(
	    out + 8, shown_log(question->shown, item->log)->log_id, LOG_ID_LEN);
	bytes_put_be64(out + 8 + LOG_ID_LEN, item->n);
}

/* Add a row for what stands at ${place}; count its bytes. */
static enum err
list_row(struct question *question, const struct query_place *place,
    Erfa__ListAnswer *list, size_t *bytes)
{
	struct query_entry entry;
	enum err err;

	if ((err = query_entry(question, place, &entry)) != ERR_NONE)
		return err;
	*bytes += erfa__row__get_packed_size(entry.row);
	if ((err = query_claims(question, place, &entry)) == ERR_NONE)
		err = take_row(&entry, &list->row, &list->n_row);
	query_entry_clear(&entry);
	return err;
}

/* Does the item match, and is it held? */
static enum err
is_listed(struct question *question, const struct query_filter *filter,
    const struct shown_item *item, struct query_place *ret_place, bool *ret)
{
	*ret = query_matches(question, filter, item);
	if (!*ret)
		return ERR_NONE;
	*ret_place = query_place(question, item);
	return query_held(question, item, ret_place, ret);
}

/* Fill the page after ${after}, and count all that match. */
static enum err
list_page(struct question *question, const struct query_filter *filter,
    const uint8_t after[LIST_CURSOR], size_t limit, Erfa__ListAnswer *list)
{
	const struct shown_item *item;
	struct query_place place;
	uint8_t last[LIST_CURSOR];
	uint8_t at[LIST_CURSOR];
	size_t bytes = 0;
	size_t i;
	bool more = false;
	bool listed;
	enum err err;

	for (i = 0; i < shown_count(question->shown); i++) {
		item = shown_at(question->shown, SHOWN_BY_TIME, i);
		err = is_listed(question, filter, item, &place, &listed);
		if (err != ERR_NONE)
			return err;
		if (!listed)
			continue;
		list->total++;
		list_cursor(question, item, at);
		if (more || memcmp(at, after, sizeof(at)) <= 0)
			continue;
		more = list->n_row == limit || bytes > PAGE_BYTES;
		if (more)
			continue;
		err = list_row(question, &place, list, &bytes);
		if (err != ERR_NONE)
			return err;
		memcpy(last, at, sizeof(last));
	}
	return more ? answer_hex(&list->next, last, sizeof(last)) : ERR_NONE;
}

enum err
query_list(struct question *question, const Erfa__ListRequest *request)
{
	const struct query_words words = {
		.kind = request->kind,
		.org = request->org,
		.country = request->country,
		.sector = request->sector,
	};
	uint8_t after[LIST_CURSOR] = { 0 };
	struct query_filter filter;
	Erfa__ListAnswer *list;
	bool bad;
	enum err err;

	err = query_filter(question, &words, &filter, &bad);
	if (err == ERR_NONE && !bad)
		err = query_day(question, request->at, &bad);
	if (err != ERR_NONE || bad)
		return err;
	if (!query_cursor(request->cursor, after, sizeof(after)))
		return query_bad_cursor(question);
	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_LIST)) !=
	    ERR_NONE)
		return err;
	list = question->answer->list;
	list->has_total = true;
	if ((err = query_look(question)) != ERR_NONE)
		return err;
	return list_page(question, &filter, after,
	    query_limit(request->has_limit, request->limit), list);
}

/* ---- export ---- */

/* Add one version; count its bytes. */
static enum err
export_version(struct question *question, const struct query_place *place,
    Erfa__ExportAnswer *answer, size_t *bytes)
{
	Erfa__Exported *exported;
	struct query_entry entry;
	enum err err;

	if ((err = answer_room(&answer->record, answer->n_record,
		 sizeof(void *))) != ERR_NONE)
		return err;
	if ((exported = calloc(1, sizeof(*exported))) == NULL)
		return ERR_NOMEM;
	erfa__exported__init(exported);
	answer->record[answer->n_record++] = exported;
	if ((err = query_entry(question, place, &entry)) != ERR_NONE)
		return err;
	exported->row = entry.row;
	exported->body = entry.body;
	*bytes += erfa__row__get_packed_size(entry.row) + entry.body_len;
	return ERR_NONE;
}

/* Where a version stands. */
static enum err
version_place(struct question *question, const struct shown_item *item,
    uint32_t version, struct query_place *ret_place)
{
	const uint32_t *docs = shown_versions(question->shown, item);
	const struct shown_log *log;
	struct index_row row;
	enum err err;

	*ret_place = query_place(question, item);
	if ((err = index_row(question->index, docs[version], &row)) != ERR_NONE)
		return err;
	if ((log = shown_log(question->shown, row.log)) == NULL)
		return ERR_DAMAGED;
	memcpy(ret_place->log_id, log->log_id, LOG_ID_LEN);
	ret_place->n = row.n;
	ret_place->arrival = row.arrival;
	return ERR_NONE;
}

/* Where an export goes on. */
struct export_place {
	uint64_t arrival; /* of the record's first version */
	uint32_t version; /* first one to write */
	uint64_t reach;   /* the index must be so far */
};

/* The cursor to ask for the next page with. */
static enum err
export_next(const struct export_place *at, Erfa__ExportAnswer *answer)
{
	uint8_t cursor[EXPORT_CURSOR + EXPORT_REACH];

	bytes_put_be64(cursor, at->arrival);
	bytes_put_le32(cursor + 8, at->version);
	bytes_put_be64(cursor + EXPORT_CURSOR, at->reach);
	return answer_hex(&answer->next, cursor, sizeof(cursor));
}

/* Where it is to begin, and how far the index must be; false if the cursor is
 * none of ours. */
static bool
export_from(const struct question *question, const Erfa__ExportRequest *request,
    struct export_place *ret_from)
{
	uint8_t cursor[EXPORT_CURSOR + EXPORT_REACH] = { 0 };
	uint64_t last = store_arrival_last(question->store);
	size_t len = sizeof(cursor);

	if (is_empty(request->cursor) ||
	    strlen(request->cursor) == 2 * EXPORT_CURSOR)
		len = EXPORT_CURSOR;
	if (!query_cursor(request->cursor, cursor, len))
		return false;
	ret_from->arrival = bytes_get_be64(cursor);
	ret_from->version = bytes_get_le32(cursor + 8);
	ret_from->reach = request->has_reach ? request->reach : last;
	if (len > EXPORT_CURSOR)
		ret_from->reach = bytes_get_be64(cursor + EXPORT_CURSOR);
	if (ret_from->reach > last)
		ret_from->reach = last;
	return true;
}

/*
 * Write the record's versions from ${from}->version on; *${ret_full} says that
 * the page is full, and ${from} then where it goes on.
 */
static enum err
export_record(struct question *question, const struct shown_item *item,
    struct export_place *from, Erfa__ExportAnswer *answer, size_t *bytes,
    bool *ret_full)
{
	struct query_place place;
	uint32_t version;
	enum err err;

	for (version = from->version; version < item->versions; version++) {
		if (answer->n_record >= LIST_LIMIT || *bytes > PAGE_BYTES) {
			from->arrival = item->arrival;
			from->version = version;
			*ret_full = true;
			return ERR_NONE;
		}
		err = version_place(question, item, version, &place);
		if (err == ERR_NONE)
			err = export_version(question, &place, answer, bytes);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static enum err
export_page(struct question *question, bool all_versions,
    struct export_place from, Erfa__ExportAnswer *answer)
{
	const struct shown_item *item;
	struct export_place at = from;
	size_t bytes = 0;
	size_t i;
	bool full = false;
	enum err err;

	for (i = 0; i < shown_count(question->shown) && !full; i++) {
		item = shown_at(question->shown, SHOWN_BY_ARRIVAL, i);
		if (!item->is_record || item->twin ||
		    item->arrival < from.arrival)
			continue;
		at.version = item->arrival == from.arrival ? from.version : 0;
		if (!all_versions)
			at.version = item->versions - 1;
		err = export_record(question, item, &at, answer, &bytes, &full);
		if (err != ERR_NONE)
			return err;
	}
	return full ? export_next(&at, answer) : ERR_NONE;
}

/* Write the version that arrived, if it is shown and, unless ${all_versions}, no
 * later one is. */
static enum err
export_arrived(struct question *question, const struct index_row *row,
    bool all_versions, Erfa__ExportAnswer *answer, size_t *bytes)
{
	const struct shown_log *log = shown_log(question->shown, row->log);
	const struct shown_item *item;
	struct query_place place;

	if (log == NULL || row->n > log->counted || !row->has_record)
		return ERR_NONE;
	item = shown_record(
	    question->shown, shown_org(question->shown, log->org), row->record);
	if (item == NULL || item->twin)
		return ERR_NONE;
	if (!all_versions &&
	    (row->major < item->major ||
		(row->major == item->major && row->minor < item->minor)))
		return ERR_NONE;
	place = query_place(question, item);
	memcpy(place.log_id, log->log_id, LOG_ID_LEN);
	place.n = row->n;
	place.arrival = row->arrival;
	return export_version(question, &place, answer, bytes);
}

/* Whether a cursor was given in this very store. */
static bool
is_epoch(const struct question *question, const char *text)
{
	uint8_t epoch[STORE_EPOCH_LEN];
	char hex[2 * STORE_EPOCH_LEN + 1];

	query_epoch(question, epoch);
	bytes_hex(epoch, sizeof(epoch), hex);
	return is_empty(text) || strcmp(text, hex) == 0;
}

/* Say where the answer ends, and in which store. */
static enum err
export_end(struct question *question, const struct export_place *at, bool full,
    Erfa__ExportAnswer *answer)
{
	uint8_t cursor[EXPORT_CURSOR] = { 0 };
	uint8_t epoch[STORE_EPOCH_LEN];
	enum err err;

	bytes_put_be64(cursor, at->arrival);
	query_epoch(question, epoch);
	err = answer_hex(&answer->epoch, epoch, sizeof(epoch));
	if (err == ERR_NONE)
		err = answer_hex(&answer->last, cursor, sizeof(cursor));
	if (err == ERR_NONE && full)
		err = export_next(at, answer);
	return err;
}

static enum err
export_arrivals(struct question *question, bool all_versions,
    struct export_place at, Erfa__ExportAnswer *answer)
{
	struct index_row row;
	size_t bytes = 0;
	enum err err = ERR_NONE;

	while (answer->n_record < LIST_LIMIT && bytes <= PAGE_BYTES) {
		err = index_shown_next(question->index, at.arrival, &row);
		if (err == ERR_NONE)
			err = export_arrived(
			    question, &row, all_versions, answer, &bytes);
		if (err != ERR_NONE)
			break;
		at.arrival = row.shown;
	}
	if (err != ERR_NONE && err != ERR_NOENT)
		return err;
	return export_end(question, &at, err == ERR_NONE, answer);
}

enum err
query_export(struct question *question, const Erfa__ExportRequest *request)
{
	struct export_place from;
	Erfa__ExportAnswer *answer;
	enum err err;

	if (!export_from(question, request, &from))
		return query_bad_cursor(question);
	if (request->by_arrival && !is_epoch(question, request->epoch))
		return query_fail(question, EXIT_DATA, "other_store",
		    "Export from the beginning, into another file.",
		    "this export was begun with another node, or before this "
		    "one was restored");
	if (request->by_arrival &&
	    (from.version != 0 ||
		from.arrival > store_arrival_last(question->store)))
		return query_bad_cursor(question);
	if (index_arrival(question->index) < from.reach)
		return query_behind(question, ERR_NONE);
	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_EXPORT)) !=
	    ERR_NONE)
		return err;
	answer = question->answer->export;
	if ((err = query_look(question)) != ERR_NONE)
		return err;
	if (request->by_arrival)
		return export_arrivals(
		    question, request->all_versions, from, answer);
	return export_page(question, request->all_versions, from, answer);
}

/* ---- watch ---- */

/* Where a watcher goes on, and for what kind. */
struct watch {
	uint64_t after;
	uint32_t kind;
	bool restarted;
};

/* Digits of the greatest arrival number. */
#define ARRIVAL_DIGITS 20

/* Read "<epoch>/<arrival>"; false if it is none. */
static bool
read_watch(const struct question *question, const char *cursor,
    const uint8_t epoch[STORE_EPOCH_LEN], struct watch *watch)
{
	uint64_t last = store_arrival_last(question->store);
	char theirs[2 * STORE_EPOCH_LEN + 1];
	uint8_t bytes[STORE_EPOCH_LEN];
	char *end;

	watch->after = is_empty(cursor) ? last : 0;
	if (is_empty(cursor) || strcmp(cursor, "start") == 0)
		return true;
	if (strlen(cursor) < sizeof(theirs) ||
	    strlen(cursor) > sizeof(theirs) + ARRIVAL_DIGITS ||
	    cursor[sizeof(theirs) - 1] != '/')
		return false;
	memcpy(theirs, cursor, sizeof(theirs) - 1);
	theirs[sizeof(theirs) - 1] = '\0';
	if (bytes_unhex(theirs, bytes, sizeof(bytes)) != ERR_NONE ||
	    cursor[sizeof(theirs)] < '0' || cursor[sizeof(theirs)] > '9')
		return false;
	watch->after = strtoull(cursor + sizeof(theirs), &end, 10);

	/* Another store, or an older state of this one: from its start. */
	watch->restarted = memcmp(bytes, epoch, sizeof(bytes)) != 0 ||
	    watch->after > last;
	if (watch->restarted)
		watch->after = 0;
	return *end == '\0';
}

/* Add a row for an entry that arrived, if it is shown at all. */
static enum err
watch_row(struct question *question, const struct index_row *row,
    Erfa__WatchAnswer *answer, size_t *bytes)
{
	const struct shown_log *log = shown_log(question->shown, row->log);
	const struct shown_item *item;
	struct query_place place = { .n = row->n, .arrival = row->shown };
	struct query_entry entry;
	enum err err;

	if (log == NULL || row->n > log->counted)
		return ERR_NONE;
	memcpy(place.log_id, log->log_id, LOG_ID_LEN);
	place.org = shown_org(question->shown, log->org);
	item = row->has_record ?
	    shown_record(question->shown, place.org, row->record) :
	    NULL;
	if (item != NULL) {
		place.record = item->record;
		place.chars = item->chars;
	}
	if ((err = query_entry(question, &place, &entry)) != ERR_NONE)
		return err;
	*bytes += erfa__row__get_packed_size(entry.row);
	err = take_row(&entry, &answer->row, &answer->n_row);
	query_entry_clear(&entry);
	return err;
}

static enum err
watch_page(
    struct question *question, struct watch *watch, Erfa__WatchAnswer *answer)
{
	struct index_row row;
	size_t bytes = 0;
	enum err err = ERR_NONE;

	while (answer->n_row < LIST_LIMIT && bytes <= PAGE_BYTES) {
		err = index_shown_next(question->index, watch->after, &row);
		if (err == ERR_NONE &&
		    (watch->kind == UINT32_MAX || row.kind == watch->kind))
			err = watch_row(question, &row, answer, &bytes);
		if (err != ERR_NONE)
			break;
		watch->after = row.shown;
	}
	if (err != ERR_NOENT)
		return err;
	if (watch->after < index_arrival(question->index))
		watch->after = index_arrival(question->index);
	return ERR_NONE;
}

enum err
query_watch(struct question *question, const Erfa__WatchRequest *request)
{
	const struct query_words words = {
		.kind = is_empty(request->kind) ? "all" : request->kind,
	};
	uint8_t epoch[STORE_EPOCH_LEN];
	char hex[2 * STORE_EPOCH_LEN + 1];
	char cursor[sizeof(hex) + 24];
	struct watch watch = { .after = 0 };
	struct query_filter filter;
	Erfa__WatchAnswer *answer;
	bool bad;
	enum err err;

	err = query_filter(question, &words, &filter, &bad);
	if (err != ERR_NONE || bad)
		return err;
	watch.kind = filter.kind;
	query_epoch(question, epoch);
	if (!read_watch(question, request->cursor, epoch, &watch))
		return query_bad_cursor(question);
	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_WATCH)) !=
	    ERR_NONE)
		return err;
	answer = question->answer->watch;
	if ((err = query_look(question)) != ERR_NONE ||
	    (err = watch_page(question, &watch, answer)) != ERR_NONE)
		return err;
	answer->has_restarted = true;
	answer->restarted = watch.restarted;
	bytes_hex(epoch, sizeof(epoch), hex);
	(void)snprintf(cursor, sizeof(cursor), "%s/%llu", hex,
	    (unsigned long long)watch.after);
	return answer_text(&answer->cursor, cursor);
}
