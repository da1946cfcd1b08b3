#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/directory.h"
#include "proto/header.h"
#include "proto/record.h"
#include "proto/sealed.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

/* All that holds a version of one record, while it is gathered. */
struct gathering {
	struct question *question;
	const struct shown_item *item;
	const char *org; /* its publisher */
	bool any_erase;  /* those beyond a cut too */
	Erfa__ErasureAnswer *answer;
};

/* ---- entries ---- */

/* An entry that is found, in a branch beside the stored one if it has a name. */
struct found {
	const struct store_log *log;
	uint64_t n;
	const uint8_t *c;
	const uint8_t *branch; /* NULL: the stored one */
};

/* What the store says of a body. */
static const char *
state_word(struct question *question, const struct found *found)
{
	const uint8_t *log_id = found->log->log_id;
	enum store_body_state state;
	struct store_body body;
	enum err err;

	if (found->branch == NULL)
		return store_body_state(question->store, log_id, found->n,
			   &state) != ERR_NONE ||
			state == STORE_BODY_HERE ?
		    "here" :
		    state == STORE_BODY_ERASED ? "erased" :
						 "absent";
	err = store_branch_body(
	    question->store, log_id, found->branch, found->n, &body);
	if (err == ERR_NONE)
		store_body_clear(&body);
	return err == ERR_ERASED ? "erased" :
	    err == ERR_NOENT     ? "absent" :
				   "here";
}

/* Has the entry been listed? */
static bool
is_listed(const Erfa__ErasureAnswer *answer, const char *log,
    const struct found *found)
{
	char c8[2 * C8_LEN + 1];
	size_t i;

	bytes_hex(found->c, C8_LEN, c8);
	for (i = 0; i < answer->n_entry; i++)
		if (answer->entry[i]->n == found->n &&
		    strcmp(answer->entry[i]->c8, c8) == 0 &&
		    strcmp(answer->entry[i]->log, log) == 0)
			return true;
	return false;
}

/* List an entry, once. */
static enum err
list_entry(struct gathering *all, const struct found *found,
    const struct header *header, const char *version)
{
	Erfa__ErasureAnswer *answer = all->answer;
	char hex[2 * LOG_ID_LEN + 1];
	Erfa__ErasureEntry *entry;
	enum err err;

	bytes_hex(found->log->log_id, LOG_ID_LEN, hex);
	if (is_listed(answer, hex, found))
		return ERR_NONE;
	err = answer_add(&answer->entry, &answer->n_entry,
	    &erfa__erasure_entry__descriptor, &entry);
	if (err != ERR_NONE)
		return err;
	entry->has_n = entry->has_erasable = true;
	entry->n = found->n;
	entry->erasable = directory_may_erase(
	    all->question->directory, all->question->own_key, found->log->key);
	answer->erasable |= entry->erasable;
	if ((err = answer_text(&entry->log, hex)) != ERR_NONE ||
	    (err = answer_hex(&entry->c8, found->c, C8_LEN)) != ERR_NONE ||
	    (err = answer_text(&entry->version, version)) != ERR_NONE ||
	    (err = answer_time(&entry->time, header->time_ms)) != ERR_NONE)
		return err;
	return answer_text(&entry->state, state_word(all->question, found));
}

/* Does the header belong to the record, and name a body?  That of a restricted
 * entry does not say: the index has read the body. */
static bool
is_of_record(
    const struct gathering *all, struct bytes bytes, struct header *header)
{
	return header_decode(bytes.data, bytes.len, header) == ERR_NONE &&
	    header->has_record && header->body_len > 0 &&
	    memcmp(header->record, all->item->record, RECORD_LEN) == 0;
}

/* An entry of the index, if it belongs to the record and its publisher. */
static enum err
take_row(void *context, const struct index_row *row)
{
	struct gathering *all = context;
	struct question *question = all->question;
	const struct shown_log *shown = shown_log(question->shown, row->log);
	struct store_entry entry;
	struct store_log log;
	struct header header;
	char version[24] = "";
	enum err err;

	if (!row->has_record || shown == NULL ||
	    memcmp(row->record, all->item->record, RECORD_LEN) != 0 ||
	    strcmp(shown_org(question->shown, shown->org), all->org) != 0)
		return ERR_NONE;
	err = store_log(question->store, shown->log_id, &log);
	if (err == ERR_NONE)
		err = store_entry(
		    question->store, shown->log_id, row->n, &entry);
	if (err != ERR_NONE)
		return err;
	if (!is_of_record(all, entry.header, &header) && header.group == 0)
		return ERR_NONE;
	if (row->major != 0 || row->minor != 0)
		(void)snprintf(
		    version, sizeof(version), "%u.%u", row->major, row->minor);
	return list_entry(all,
	    &(struct found){ .log = &log, .n = row->n, .c = entry.c }, &header,
	    version);
}

/* ---- branches of forked logs, which no index knows ---- */

/* Is that the record that its full id names? */
static bool
is_id_of_record(const struct gathering *all, const Erfa__Body *body)
{
	char org[ORG_MAX + 1];
	uint8_t record[RECORD_LEN];

	return body->envelope != NULL && body->envelope->id != NULL &&
	    record_parse_full(body->envelope->id, org, record) == ERR_NONE &&
	    memcmp(record, all->item->record, RECORD_LEN) == 0;
}

/* Was that noted of a restricted entry when it was erased? */
static bool
is_noted(const struct gathering *all, const struct found *found)
{
	char name[INDEX_TOMB_MAX];
	struct bytes data;

	index_tomb(found->log->log_id, found->n, name);
	return store_note_get(all->question->store, name, &data) == ERR_NONE &&
	    data.len == RECORD_LEN &&
	    memcmp(data.data, all->item->record, RECORD_LEN) == 0;
}

/* Is a restricted entry one of the record?  Its body alone says so. */
static enum err
is_restricted_of(const struct gathering *all, const struct found *found,
    const struct header *header, bool *ret)
{
	Erfa__Body *body = NULL;
	struct store_body stored;
	enum err err;

	*ret = false;
	err = store_branch_body(all->question->store, found->log->log_id,
	    found->branch, found->n, &stored);
	if (err == ERR_ERASED)
		*ret = is_noted(all, found);
	if (err == ERR_ERASED || err == ERR_NOENT || err == ERR_DAMAGED)
		return ERR_NONE;
	if (err != ERR_NONE)
		return err;
	err = sealed_body(all->question->ring, header->group, stored.data,
	    stored.len, &body, NULL);
	store_body_clear(&stored);
	if (err == ERR_NONE)
		*ret = is_id_of_record(all, body);
	body_free(body);
	return err == ERR_NOMEM ? err : ERR_NONE;
}

/* List one entry of a branch if it is of the record. */
static enum err
take_beside(
    struct gathering *all, const struct found *found, struct bytes bytes)
{
	struct header header;
	bool is_of = is_of_record(all, bytes, &header);
	enum err err = ERR_NONE;

	if (!is_of &&
	    header_decode(bytes.data, bytes.len, &header) == ERR_NONE &&
	    header.group != 0 && header.body_len > 0)
		err = is_restricted_of(all, found, &header, &is_of);
	return err == ERR_NONE && is_of ? list_entry(all, found, &header, "") :
					  err;
}

static enum err
take_branch(struct gathering *all, const struct store_log *log,
    const struct log_tip *tip)
{
	uint8_t name[8 + C8_LEN];
	struct found found = { .log = log, .branch = name };
	uint64_t first = log->last_common + 1;
	struct store_run read;
	struct log_tip at;
	size_t i;
	enum err err = ERR_NONE;

	bytes_put_le64(name, tip->n);
	memcpy(name + 8, tip->c, C8_LEN);
	while (err == ERR_NONE) {
		err = store_read_run(
		    all->question->store, log->log_id, first, name, &read);
		if (err != ERR_NONE)
			return err == ERR_NOENT ? ERR_NONE : err;
		at = (struct log_tip){ .n = first - 1 };
		memcpy(at.c, read.run.c_prev, HASH_LEN);
		for (i = 0; i < read.run.count && err == ERR_NONE; i++) {
			err = log_step(&at, read.run.headers[i].data,
			    read.run.headers[i].len);
			found.n = at.n;
			found.c = at.c;
			if (err == ERR_NONE)
				err = take_beside(
				    all, &found, read.run.headers[i]);
		}
		first = read.end.n + 1;
		store_run_clear(&read);
	}
	return err;
}

/* The branches of all frozen logs that this node may erase in. */
static enum err
take_branches(struct gathering *all)
{
	struct question *question = all->question;
	uint8_t last[LOG_ID_LEN];
	uint8_t after[C8_LEN];
	struct store_log log;
	struct log_tip tip;
	enum err err;

	for (err = store_log_next(question->store, NULL, &log); err == ERR_NONE;
	     err = store_log_next(question->store, last, &log)) {
		memcpy(last, log.log_id, LOG_ID_LEN);
		if (!log.frozen ||
		    !directory_may_erase(
			question->directory, question->own_key, log.key))
			continue;
		err = store_branch_next(
		    question->store, log.log_id, NULL, &tip);
		while (err == ERR_NONE) {
			if ((err = take_branch(all, &log, &tip)) != ERR_NONE)
				return err;
			memcpy(after, tip.c, C8_LEN);
			err = store_branch_next(
			    question->store, log.log_id, after, &tip);
		}
		if (err != ERR_NOENT)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

/* ---- who erased them ---- */

/* Say of an entry that this ERASE names it. */
static enum err
put_erase(Erfa__ErasureEntry *entry, const struct header_target *target,
    const struct shown_log *log, const struct index_row *row)
{
	enum err err;

	entry->has_erase_n = entry->has_reason = true;
	entry->erase_n = row->n;
	entry->reason = target->reason <=
		ERFA__ERASURE_REASON__ERASURE_REASON_OTHER ?
	    (Erfa__ErasureReason)target->reason :
	    ERFA__ERASURE_REASON__ERASURE_REASON_OTHER;
	err = answer_hex(&entry->erase_log, log->log_id, LOG_ID_LEN);
	return err != ERR_NONE ? err :
				 answer_time(&entry->erased, row->time_ms);
}

/* Does an ERASE count for this target? */
static bool
is_counted(const struct gathering *all, const struct header_target *target,
    const struct shown_log *log, uint64_t n)
{
	struct store_log of;

	return store_log(all->question->store, target->log_id, &of) ==
	    ERR_NONE &&
	    directory_erases(
		all->question->directory, log->key, log->log_id, n, of.key);
}

/* Say which ERASE names the entries that are erased. */
static enum err
name_erase(struct gathering *all, const struct header_target *target,
    const struct shown_log *log, const struct index_row *row)
{
	Erfa__ErasureAnswer *answer = all->answer;
	char hex[2 * LOG_ID_LEN + 1];
	char c8[2 * C8_LEN + 1];
	Erfa__ErasureEntry *entry;
	size_t i;
	enum err err = ERR_NONE;

	if (!all->any_erase && !is_counted(all, target, log, row->n))
		return ERR_NONE;
	bytes_hex(target->log_id, LOG_ID_LEN, hex);
	bytes_hex(target->c8, C8_LEN, c8);
	for (i = 0; i < answer->n_entry && err == ERR_NONE; i++) {
		entry = answer->entry[i];
		if (entry->n == target->n && strcmp(entry->log, hex) == 0 &&
		    (!target->has_c8 || strcmp(entry->c8, c8) == 0) &&
		    strcmp(entry->state, "erased") == 0 && !entry->has_erase_n)
			err = put_erase(entry, target, log, row);
	}
	return err;
}

static enum err
take_erase(void *context, const struct index_row *row)
{
	struct gathering *all = context;
	struct question *question = all->question;
	const struct shown_log *log = shown_log(question->shown, row->log);
	struct header_target targets[ERASE_MAX];
	struct store_entry entry;
	struct header header;
	size_t count = 0;
	size_t i;
	enum err err;

	if (row->kind != HEADER_ERASE || log == NULL)
		return ERR_NONE;
	err = store_entry(question->store, log->log_id, row->n, &entry);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	if (header_decode(entry.header.data, entry.header.len, &header) !=
		ERR_NONE ||
	    header_erase_decode(header.ext, targets, &count) != ERR_NONE)
		return ERR_NONE;
	for (i = 0; i < count && err == ERR_NONE; i++)
		err = name_erase(all, &targets[i], log, row);
	return err;
}

/* Is an entry erased, and by no ERASE that is known to have done it? */
static bool
is_unnamed(const Erfa__ErasureAnswer *answer)
{
	size_t i;

	for (i = 0; i < answer->n_entry; i++)
		if (strcmp(answer->entry[i]->state, "erased") == 0 &&
		    !answer->entry[i]->has_erase_n)
			return true;
	return false;
}

/* Name the ERASE entries that count; where there is none, one that did when it
 * came: its writer was withdrawn later, with a cut before it. */
static enum err
name_erases(struct gathering *all)
{
	struct index_txn *index = all->question->index;
	enum err err = index_each_row(index, take_erase, all);

	if (err != ERR_NONE || !is_unnamed(all->answer))
		return err;
	all->any_erase = true;
	return index_each_row(index, take_erase, all);
}

/* ---- the answer ---- */

/* What the record is called. */
static enum err
fill_record(struct gathering *all)
{
	struct query_place place = query_place(all->question, all->item);
	Erfa__ErasureAnswer *answer = all->answer;
	struct query_entry entry;
	enum err err;

	err = query_entry(all->question, &place, &entry);
	if (err != ERR_NONE)
		return err;
	if ((err = answer_text(&answer->id, entry.row->id)) == ERR_NONE &&
	    (err = answer_text(&answer->full_id, entry.row->full_id)) ==
		ERR_NONE &&
	    (err = answer_text(&answer->kind, entry.row->kind)) == ERR_NONE &&
	    (err = answer_text(&answer->title, entry.row->title)) == ERR_NONE &&
	    (entry.row->group == NULL ||
		(err = answer_text(&answer->group, entry.row->group)) ==
		    ERR_NONE))
		err = answer_text(&answer->publisher, place.org);
	query_entry_clear(&entry);
	return err;
}

/* Can this entry be a version of the record, or erase one?  Of a group's nobody
 * can tell. */
static bool
may_hold(const struct shown_item *item, const struct store_entry *entry)
{
	struct header header;

	return !item->is_record ||
	    header_decode(entry->header.data, entry->header.len, &header) !=
	    ERR_NONE ||
	    header.group != 0 || header.kind == HEADER_ERASE ||
	    (header.has_record &&
		memcmp(header.record, item->record, RECORD_LEN) == 0);
}

/* Is there something of the record in an own log that the index lacks?  More is
 * published all the time; what is about others need not be waited for. */
static enum err
is_log_behind(
    const struct gathering *all, const struct store_log *log, bool *ret_behind)
{
	struct question *question = all->question;
	struct store_entry entry;
	struct index_row row;
	enum err err;
	uint64_t n;

	for (n = log->tip.n; n > 0 && !*ret_behind; n--) {
		err = index_row_at(question->index, log->log_id, n, &row);
		if (err != ERR_NOENT)
			return err;
		err = store_entry(question->store, log->log_id, n, &entry);
		if (err != ERR_NONE)
			return err;
		*ret_behind = may_hold(all->item, &entry);
	}
	return ERR_NONE;
}

/* Does the index know all that this node has published of the record? */
static enum err
is_behind(const struct gathering *all, bool *ret_behind)
{
	struct store_txn *store = all->question->store;
	struct store_log log;
	uint8_t last[LOG_ID_LEN];
	enum err err;

	*ret_behind = false;
	for (err = store_log_next(store, NULL, &log); err == ERR_NONE;
	     err = store_log_next(store, last, &log)) {
		memcpy(last, log.log_id, LOG_ID_LEN);
		if (log.own &&
		    (err = is_log_behind(all, &log, ret_behind)) != ERR_NONE)
			return err;
	}
	return err == ERR_NOENT ? ERR_NONE : err;
}

enum err
query_erasure(struct question *question, const Erfa__ErasureRequest *request)
{
	struct gathering all = { .question = question };
	bool behind;
	enum err err;

	err = query_resolve(question, request->id, &all.item);
	if (err != ERR_NONE || all.item == NULL)
		return err;
	if ((err = is_behind(&all, &behind)) != ERR_NONE)
		return err;
	if (behind)
		return query_behind(question, ERR_NONE);
	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_ERASURE)) !=
	    ERR_NONE)
		return err;
	all.org = shown_org(question->shown, all.item->org);
	all.answer = question->answer->erasure;
	all.answer->has_erasable = true;
	if ((err = fill_record(&all)) != ERR_NONE ||
	    (err = index_each_row(question->index, take_row, &all)) !=
		ERR_NONE ||
	    (err = take_branches(&all)) != ERR_NONE)
		return err;
	return name_erases(&all);
}
