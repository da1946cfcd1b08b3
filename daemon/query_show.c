#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/directory.h"
#include "proto/header.h"
#include "proto/record.h"
#include "proto/sealed.h"
#include "daemon/facts.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

#define RELATED_MAX    500 /* records that one answer names */
#define CANDIDATES_MAX 5   /* that an error lists */

/* ---- which record is meant ---- */

/* Records that an id may mean. */
struct match {
	const struct shown_item *found[CANDIDATES_MAX];
	const struct shown_item *trial;
	size_t count;
	size_t trials;
};

static void
match_one(void *context, const struct shown_item *item)
{
	struct match *match = context;

	if (match->count < CANDIDATES_MAX)
		match->found[match->count] = item;
	match->count++;
	if (item->kind == HEADER_TRIAL && match->trials++ == 0)
		match->trial = item;
}

/* Make the answer list what the id may mean. */
static enum err
tell_candidates(
    struct question *question, const char *id, const struct match *match)
{
	struct query_place place;
	struct query_entry entry;
	Erfa__ErrorAnswer *error;
	size_t i;
	enum err err;

	err = query_fail(question, EXIT_USAGE, "ambiguous_id",
	    "Type more characters of the id.", "\"%s\" may mean %zu records",
	    id, match->count);
	error = question->answer->error;
	for (i = 0; i < match->count && i < CANDIDATES_MAX && err == ERR_NONE;
	     i++) {
		place = query_place(question, match->found[i]);
		if ((err = query_entry(question, &place, &entry)) != ERR_NONE)
			return err;
		err = answer_problem(&error->problem, &error->n_problem,
		    entry.row->id,
		    entry.row->title != NULL ? entry.row->title : "",
		    entry.row->kind);
		query_entry_clear(&entry);
	}
	return err;
}

enum err
query_resolve(struct question *question, const char *id,
    const struct shown_item **ret_item)
{
	struct record_id parsed;
	struct match match = { .count = 0 };
	enum err err;

	*ret_item = NULL;
	if (id == NULL || record_parse(id, &parsed) != ERR_NONE)
		return query_fail(question, EXIT_USAGE, "bad_id",
		    "An id looks like dk-791/k7m2p4qd; its first characters "
		    "are enough.\nAll trials:  erfa list",
		    "\"%.80s\" is no id of a record", id == NULL ? "" : id);
	if ((err = query_look(question)) != ERR_NONE)
		return err;
	shown_prefix(
	    question->shown, parsed.org, parsed.part, match_one, &match);
	if (match.count == 0)
		return query_fail(question, EXIT_NOINPUT, "no_such_trial",
		    "All trials:  erfa list",
		    "no trial or other record has the id \"%.80s\"", id);
	if (match.count == 1)
		*ret_item = match.found[0];
	else if (match.trials == 1)
		*ret_item = match.trial;
	else
		return tell_candidates(question, id, &match);
	return ERR_NONE;
}

/* ---- who published it ---- */

enum err
query_member_name(
    struct question *question, const struct store_entry *entry, char **out)
{
	struct store_body stored;
	Erfa__Body *body = NULL;
	enum err err;

	err = store_body(question->store, entry->log_id, entry->n, &stored);
	if (err != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	err = sealed_body(NULL, 0, stored.data, stored.len, &body, NULL);
	store_body_clear(&stored);
	if (err != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	if (body_kind(body) == HEADER_MEMBER && body->directory->name != NULL &&
	    *body->directory->name != '\0')
		err = answer_text(out, body->directory->name);
	body_free(body);
	return err;
}

bool
query_word_counts(struct question *question, const struct store_entry *entry)
{
	struct store_log log;

	return store_log(question->store, entry->log_id, &log) == ERR_NONE &&
	    (!log.frozen || entry->n <= log.last_common) &&
	    entry->n <=
	    directory_cut(question->directory, log.key, entry->log_id);
}

/* Whether the entry is a member's word about ${key}, newer than ${time_ms}. */
static bool
is_about_key(struct question *question, const struct store_entry *entry,
    const uint8_t key[KEY_LEN], uint64_t *time_ms)
{
	struct header_member member;
	struct header header;

	if (header_decode(entry->header.data, entry->header.len, &header) !=
		ERR_NONE ||
	    header.time_ms < *time_ms ||
	    header_member_decode(header.ext, &member) != ERR_NONE ||
	    memcmp(member.key, key, KEY_LEN) != 0 || member.withdrawn ||
	    !query_word_counts(question, entry))
		return false;
	*time_ms = header.time_ms;
	return true;
}

/* The publisher's name: what members wrote when they vouched for its key. */
enum err
query_publisher(
    struct question *question, const uint8_t key[KEY_LEN], char **out)
{
	struct store_entry entry;
	struct store_pos pos;
	uint64_t time_ms = 0;
	enum err err;

	if (memcmp(key, question->own_key, KEY_LEN) == 0)
		return answer_text(out, question->own_name);
	for (err = store_member_next(question->store, NULL, &entry);
	     err == ERR_NONE;
	     err = store_member_next(question->store, &pos, &entry)) {
		memcpy(pos.log_id, entry.log_id, LOG_ID_LEN);
		pos.n = entry.n;
		if (is_about_key(question, &entry, key, &time_ms) &&
		    (err = query_member_name(question, &entry, out)) !=
			ERR_NONE)
			return err;
	}
	if (err != ERR_NOENT)
		return err;
	return *out == NULL ? answer_text(out, "") : ERR_NONE;
}

/* ---- what belongs to it ---- */

/* A record that is related to one. */
struct relative {
	const struct shown_item *item;
	int rank;     /* of its kind */
	size_t place; /* among those of its rank, the newest first */
};

/* Gathers the records that are related to one. */
struct relatives {
	struct question *question;
	const struct shown_item *self; /* the record that is shown */
	const struct shown_item *item; /* it, or one of its twins */
	struct relative *found;
	size_t count;
	enum err err;
};

/* First what takes the record back, then what is said of it, by kind; numbers, of
 * which there may be thousands, come last. */
static int
rank_of(const struct relatives *relatives, const struct shown_item *item)
{
	if (item->kind == HEADER_RETRACTION &&
	    item->org == relatives->self->org)
		return 0;
	return item->kind == HEADER_OBSERVATION ? INT_MAX : (int)item->kind;
}

static enum err
add_relative(struct relatives *relatives, const struct shown_item *item)
{
	struct query_place place = query_place(relatives->question, item);
	bool held;
	enum err err;

	if (item->twin || item == relatives->self || item == relatives->item)
		return ERR_NONE;
	err = query_held(relatives->question, item, &place, &held);
	if (err == ERR_NONE && held)
		err = answer_room(&relatives->found, relatives->count,
		    sizeof(*relatives->found));
	if (err != ERR_NONE || !held)
		return err;
	relatives->found[relatives->count++] = (struct relative){
		.item = item,
		.rank = rank_of(relatives, item),
	};
	return ERR_NONE;
}

/* An entry names the record. */
static enum err
names_it(void *context, uint32_t doc, const char *org)
{
	struct relatives *relatives = context;
	const struct shown *shown = relatives->question->shown;
	const struct shown_item *item = shown_by_doc(shown, doc);
	const char *meant;

	if (item == NULL)
		return ERR_NONE;
	meant = *org != '\0' ? org : shown_org(shown, item->org);
	return strcmp(meant, shown_org(shown, relatives->item->org)) == 0 ?
	    add_relative(relatives, item) :
	    ERR_NONE;
}

/* Find the records that name this one, a twin of the one that is shown. */
static void
name_twin(void *context, const struct shown_item *item)
{
	struct relatives *relatives = context;

	relatives->item = item;
	if (relatives->err == ERR_NONE)
		relatives->err = index_each_ref(relatives->question->index,
		    item->record, names_it, relatives);
}

/* All items lie in one array. */
static int
compare_items(const void *a, const void *b)
{
	const struct relative *x = a;
	const struct relative *y = b;

	return (x->item > y->item) - (x->item < y->item);
}

static int
compare_relatives(const void *a, const void *b, void *context)
{
	const struct relative *x = a;
	const struct relative *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return shown_compare_entries(context, x->item, y->item);
}

/* Who is kept first; of the same place and kind the newer. */
static int
compare_places(const void *a, const void *b, void *context)
{
	const struct relative *x = a;
	const struct relative *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return shown_compare_entries(context, y->item, x->item);
}

/* Each stands there once. */
static void
drop_doubles(struct relatives *relatives)
{
	struct relative *found = relatives->found;
	size_t count = 0;
	size_t i;

	qsort(found, relatives->count, sizeof(*found), compare_items);
	for (i = 0; i < relatives->count; i++)
		if (count == 0 || found[count - 1].item != found[i].item)
			found[count++] = found[i];
	relatives->count = count;
}

/* Of too many, keep what takes it back, then the newest of every kind: no flood of
 * one kind hides another, and every node keeps the same. */
static void
share_room(struct relatives *relatives)
{
	void *shown = (void *)(uintptr_t)relatives->question->shown;
	struct relative *found = relatives->found;
	size_t i;

	for (i = relatives->count - 1; i-- > 0;)
		if (found[i].rank == found[i + 1].rank && found[i].rank != 0)
			found[i].place = found[i + 1].place + 1;
	qsort_r(found, relatives->count, sizeof(*found), compare_places, shown);
	relatives->count = RELATED_MAX;
}

/* Bring them into order, by kind and age, as many as an answer names. */
static void
order_relatives(struct relatives *relatives)
{
	void *shown = (void *)(uintptr_t)relatives->question->shown;

	if (relatives->count < 2)
		return;
	drop_doubles(relatives);
	qsort_r(relatives->found, relatives->count, sizeof(*relatives->found),
	    compare_relatives, shown);
	if (relatives->count <= RELATED_MAX)
		return;
	share_room(relatives);
	qsort_r(relatives->found, relatives->count, sizeof(*relatives->found),
	    compare_relatives, shown);
}

/* Add one record to the answer; its body only while there is room. */
static enum err
fill_relative(struct question *question, const struct shown_item *item,
    bool is_named, Erfa__ShowAnswer *answer, size_t *bytes)
{
	struct query_place place = query_place(question, item);
	Erfa__Related *related;
	struct query_entry entry;
	char relation[64];
	bool held;
	enum err err;

	err = query_held(question, item, &place, &held);
	if (err != ERR_NONE || !held)
		return err;
	err = answer_room(&answer->related, answer->n_related, sizeof(void *));
	if (err != ERR_NONE)
		return err;
	if ((related = calloc(1, sizeof(*related))) == NULL)
		return ERR_NOMEM;
	erfa__related__init(related);
	answer->related[answer->n_related++] = related;
	if ((err = query_entry(question, &place, &entry)) != ERR_NONE)
		return err;
	if ((err = query_claims(question, &place, &entry)) != ERR_NONE) {
		query_entry_clear(&entry);
		return err;
	}
	related->row = entry.row;
	entry.row = NULL;
	if (*bytes + entry.body_len <= PAGE_BYTES) {
		*bytes += entry.body_len;
		related->body = entry.body;
		entry.body = NULL;
	}
	query_entry_clear(&entry);
	(void)snprintf(relation, sizeof(relation), "%s%s",
	    is_named ? "names:" : "", related->row->kind);
	return answer_text(&related->relation, relation);
}

/* Records that name this one or its twins. */
static enum err
fill_naming(struct question *question, const struct shown_item *item,
    Erfa__ShowAnswer *answer, size_t *bytes)
{
	struct relatives relatives = { .question = question, .self = item };
	size_t i;
	enum err err;

	shown_twins(question->shown, item, name_twin, &relatives);
	order_relatives(&relatives);
	err = relatives.err;
	for (i = 0; i < relatives.count && err == ERR_NONE; i++)
		err = fill_relative(
		    question, relatives.found[i].item, false, answer, bytes);
	free(relatives.found);
	return err;
}

/* Records that this one names. */
static enum err
fill_named(struct question *question, const struct shown_item *item,
    const Erfa__Body *body, Erfa__ShowAnswer *answer, size_t *bytes)
{
	struct facts_ref refs[FACTS_REFS_MAX];
	const struct shown_item *named;
	size_t count = body == NULL ? 0 : facts_refs(body, refs);
	size_t i;
	enum err err;

	for (i = 0; i < count; i++) {
		named = shown_record(
		    question->shown, refs[i].org, refs[i].record);
		if (named == NULL || named == item)
			continue;
		err = fill_relative(question, named, true, answer, bytes);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Full ids of the record's twins. */
struct twins {
	const struct shown *shown;
	const struct shown_item *item;
	Erfa__ShowAnswer *answer;
	enum err err;
};

static void
add_twin(void *context, const struct shown_item *item)
{
	struct twins *twins = context;
	char id[RECORD_ID_CHARS + 1];

	if (item == twins->item || twins->err != ERR_NONE)
		return;
	record_print(
	    shown_org(twins->shown, item->org), item->record, RECORD_CHARS, id);
	twins->err = answer_text_add(
	    &twins->answer->same_as, &twins->answer->n_same_as, id);
}

/* ---- the answer ---- */

/* The record itself: row, body, and who signed it. */
static enum err
fill_record(struct question *question, const struct shown_item *item,
    const struct query_place *place, Erfa__ShowAnswer *answer, size_t *bytes)
{
	const struct shown_log *log = shown_log(question->shown, place->log);
	struct query_entry entry;
	enum err err;

	if ((err = query_entry(question, place, &entry)) != ERR_NONE)
		return err;
	err = query_claims(question, place, &entry);
	answer->row = entry.row;
	answer->body = entry.body;
	if (err != ERR_NONE)
		return err;
	answer->has_verified = true;
	answer->verified = entry.verified;
	answer->has_versions = true;
	answer->versions = item->versions;
	if (answer->row->disputed &&
	    (err = query_claimants(question, answer->row->publisher,
		 &answer->claimant, &answer->n_claimant)) != ERR_NONE)
		return err;
	*bytes += entry.body_len;
	if ((err = answer_hex(&answer->chain, entry.c, HASH_LEN)) != ERR_NONE ||
	    (err = answer_hex(&answer->key, log->key, KEY_LEN)) != ERR_NONE)
		return err;
	return query_publisher(question, log->key, &answer->publisher_name);
}

static bool
is_said(const char *text)
{
	return text != NULL && *text != '\0';
}

enum err
query_show(struct question *question, const Erfa__ShowRequest *request)
{
	const struct shown_item *item;
	struct twins twins = { .err = ERR_NONE };
	Erfa__ShowAnswer *answer;
	struct query_place place;
	size_t bytes = 0;
	bool bad;
	enum err err;

	err = query_day(question, request->at, &bad);
	if (err != ERR_NONE || bad)
		return err;
	err = query_resolve(question, request->id, &item);
	if (err != ERR_NONE || item == NULL)
		return err;
	place = query_place(question, item);
	if (is_said(request->version) || is_said(request->at)) {
		err = query_version(question, item, request->version,
		    request->at, &place, &bad);
		if (err != ERR_NONE || bad)
			return err;
	}
	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_SHOW)) !=
	    ERR_NONE)
		return err;
	answer = question->answer->show;
	if ((err = fill_record(question, item, &place, answer, &bytes)) !=
	    ERR_NONE)
		return err;
	twins.shown = question->shown;
	twins.item = item;
	twins.answer = answer;
	shown_twins(question->shown, item, add_twin, &twins);
	if ((err = twins.err) != ERR_NONE ||
	    (err = fill_naming(question, item, answer, &bytes)) != ERR_NONE)
		return err;
	return fill_named(question, item, answer->body, answer, &bytes);
}
