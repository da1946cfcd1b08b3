#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/day.h"
#include "proto/header.h"
#include "proto/heirs.h"
#include "proto/life.h"
#include "proto/life_state.h"
#include "proto/record.h"
#include "daemon/docket.h"
#include "daemon/facts.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

#define DAY_MS 86400000U

struct gather;
typedef enum err gather_take(
    struct gather *gather, const struct shown_item *item);

/* Goes through the records that name one. */
struct gather {
	struct question *question;
	const struct docket_trial *asked; /* NULL: no trial is judged */
	struct docket *docket;            /* NULL likewise */
	const char *org;                  /* the one that is named */
	const uint8_t *record;
	gather_take *take;
	bool found;         /* for those who look for one */
	uint64_t *heard_ms; /* for those who look for the last word */
	const char *whose;  /* likewise: of whom, or their heirs */
	enum err err;       /* likewise */
};

static enum err
each_ref(void *context, uint32_t doc, const char *org)
{
	struct gather *gather = context;
	const struct shown *shown = gather->question->shown;
	const struct shown_item *item = shown_by_doc(shown, doc);
	struct query_place place;
	const char *meant;
	bool held;
	enum err err;

	if (item == NULL || !item->is_record || item->state != INDEX_HERE)
		return ERR_NONE;
	place = query_place(gather->question, item);
	err = query_held(gather->question, item, &place, &held);
	if (err != ERR_NONE || !held)
		return err;
	meant = *org != '\0' ? org : shown_org(shown, item->org);
	return strcmp(meant, gather->org) == 0 ? gather->take(gather, item) :
						 ERR_NONE;
}

/* Have ${take} called for every record that names this one. */
static enum err
each_naming(const struct gather *gather, const char *org, const uint8_t *record,
    gather_take *take, bool *ret_found)
{
	struct gather inner = *gather;
	enum err err;

	inner.org = org;
	inner.record = record;
	inner.take = take;
	inner.found = false;
	err = index_each_ref(gather->question->index, record, each_ref, &inner);
	if (ret_found != NULL)
		*ret_found = inner.found;
	return err;
}

/* The organisation of an item. */
static const char *
org_of(const struct gather *gather, const struct shown_item *item)
{
	return shown_org(gather->question->shown, item->org);
}

/* Read the body of a record; NULL if it cannot be read. */
static enum err
read_item(const struct gather *gather, const struct shown_item *item,
    Erfa__Body **ret_body)
{
	struct query_place place = query_place(gather->question, item);
	struct query_entry entry;
	bool held;
	enum err err;

	*ret_body = NULL;
	err = query_held(gather->question, item, &place, &held);
	if (err != ERR_NONE || !held)
		return err;
	if ((err = query_entry(gather->question, &place, &entry)) != ERR_NONE)
		return err;
	*ret_body = entry.body;
	entry.body = NULL;
	query_entry_clear(&entry);
	return ERR_NONE;
}

/* ---- what was taken back ---- */

static enum err
take_retraction(struct gather *gather, const struct shown_item *item)
{
	char id[RECORD_ID_CHARS + 1];
	Erfa__Body *body;
	enum err err;

	/* Only the publisher takes back what is its own. */
	if (item->kind != HEADER_RETRACTION || gather->found ||
	    strcmp(org_of(gather, item), gather->org) != 0)
		return ERR_NONE;
	if ((err = read_item(gather, item, &body)) != ERR_NONE)
		return err;
	record_print(gather->org, gather->record, RECORD_CHARS, id);
	gather->found = body != NULL && facts_takes_back(body, id);
	body_free(body);
	return ERR_NONE;
}

/* Read a record that counts, to be kept with the docket; NULL if it was taken
 * back, or another version of it is about to be published. */
static enum err
keep_item(const struct gather *gather, const struct shown_item *item,
    const Erfa__Body **ret_body)
{
	const char *org = org_of(gather, item);
	Erfa__Body *body;
	bool retracted;
	enum err err;

	*ret_body = NULL;
	if (docket_find_more(gather->asked, org, item->record) != NULL)
		return ERR_NONE;
	err = each_naming(
	    gather, org, item->record, take_retraction, &retracted);
	if (err != ERR_NONE || retracted ||
	    (err = read_item(gather, item, &body)) != ERR_NONE || body == NULL)
		return err;
	*ret_body = body;
	if ((err = docket_keep(gather->docket, org, item->record, &body)) !=
	    ERR_NONE)
		*ret_body = NULL;
	return err;
}

/* Find a record by its full id; NULL if it is not here. */
static enum err
keep_named(const struct gather *gather, const Erfa__RecordRef *ref,
    const Erfa__Body **ret_body)
{
	const struct shown_item *item;
	char org[ORG_MAX + 1];
	uint8_t record[RECORD_LEN];
	Erfa__Body *body;
	enum err err;

	*ret_body = NULL;
	if (ref == NULL || ref->id == NULL ||
	    record_parse_full(ref->id, org, record) != ERR_NONE)
		return ERR_NONE;
	*ret_body = docket_find_more(gather->asked, org, record);
	if (*ret_body != NULL)
		return ERR_NONE;
	item = shown_record(gather->question->shown, org, record);
	if (item == NULL || item->state != INDEX_HERE)
		return ERR_NONE;
	if ((err = read_item(gather, item, &body)) != ERR_NONE || body == NULL)
		return err;
	*ret_body = body;
	if ((err = docket_keep(gather->docket, org, record, &body)) != ERR_NONE)
		*ret_body = NULL;
	return err;
}

enum err
query_retracted(struct question *question, const struct shown_item *item,
    bool *ret_retracted)
{
	const struct gather gather = { .question = question };

	return each_naming(&gather, org_of(&gather, item), item->record,
	    take_retraction, ret_retracted);
}

/* ---- what may stand beside a trial ---- */

/* Whether who decided something about ${trial} is heard. */
static enum err
is_heard(struct question *question, const struct shown_item *item,
    const struct shown_item *trial, bool *ret_heard)
{
	const struct shown *shown = question->shown;
	const char *org = shown_org(shown, item->org);
	Erfa__Body *body;
	enum err err;

	*ret_heard = docket_hears(
	    question->heirs, shown_org(shown, trial->org), NULL, org);
	if (*ret_heard)
		return ERR_NONE;
	err = query_read(question, trial, &body);
	if (err != ERR_NONE)
		return err;
	*ret_heard = body != NULL &&
	    body->record_case == ERFA__BODY__RECORD_TRIAL &&
	    docket_hears(question->heirs, shown_org(shown, trial->org),
		body->trial, org);
	body_free(body);
	return ERR_NONE;
}

enum err
query_beside(struct question *question, const struct shown_item *item,
    uint64_t group, bool *ret_beside)
{
	bool retracted = false;
	uint64_t own;
	enum err err;

	err = query_item_group(question, item, &own);
	if (err == ERR_NONE && (own == 0 || own == group)) {
		err = query_retracted(question, item, &retracted);
		*ret_beside = !retracted;
	} else {
		*ret_beside = false;
	}
	return err;
}

enum err
query_tells(
    struct question *question, const struct shown_item *item, bool *ret_tells)
{
	const struct shown *shown = question->shown;
	const struct shown_item *trial;
	char org[ORG_MAX + 1];
	uint8_t record[RECORD_LEN];
	uint64_t group;
	bool tells;
	enum err err;

	*ret_tells = false;
	err = index_parent(question->index, item->doc, org, record);
	if (err != ERR_NONE)
		return err == ERR_NOENT ? ERR_NONE : err;
	trial = shown_record(
	    shown, org[0] != '\0' ? org : shown_org(shown, item->org), record);
	if (trial == NULL)
		return ERR_NONE;
	err = query_item_group(question, shown_first(shown, trial), &group);
	if (err == ERR_NONE)
		err = query_beside(question, item, group, &tells);
	if (err == ERR_NONE && tells && item->kind == HEADER_DECISION)
		err = is_heard(question, item, trial, &tells);
	if (err == ERR_NONE)
		*ret_tells = tells;
	return err;
}

/* Gathers the records that name one, some of them twice. */
struct naming {
	struct gather gather; /* first */
	const struct shown_item **found;
	size_t count;
};

static enum err
take_naming(struct gather *gather, const struct shown_item *item)
{
	struct naming *naming = (struct naming *)gather;
	enum err err;

	err = answer_room(&naming->found, naming->count, sizeof(item));
	if (err == ERR_NONE)
		naming->found[naming->count++] = item;
	return err;
}

/* All items lie in one array. */
static int
compare_items(const void *a, const void *b)
{
	const struct shown_item *x = *(const struct shown_item *const *)a;
	const struct shown_item *y = *(const struct shown_item *const *)b;

	return (x > y) - (x < y);
}

enum err
query_naming(struct question *question, const struct shown_item *item,
    enum err (*each)(void *context, const struct shown_item *item),
    void *context)
{
	struct naming naming = { .gather = { .question = question } };
	size_t i;
	enum err err;

	naming.gather.org = org_of(&naming.gather, item);
	naming.gather.record = item->record;
	naming.gather.take = take_naming;
	err = index_each_ref(
	    question->index, item->record, each_ref, &naming.gather);
	if (naming.count > 1)
		qsort(
		    naming.found, naming.count, sizeof(void *), compare_items);
	for (i = 0; i < naming.count && err == ERR_NONE; i++)
		if (i == 0 || naming.found[i] != naming.found[i - 1])
			err = each(context, naming.found[i]);
	free(naming.found);
	return err;
}

enum err
query_read(struct question *question, const struct shown_item *item,
    Erfa__Body **ret_body)
{
	const struct gather gather = { .question = question };

	return read_item(&gather, item, ret_body);
}

/* ---- what belongs to a trial ---- */

static enum err
take_decision(struct gather *gather, const struct shown_item *item)
{
	const Erfa__Body *body;
	enum err err;

	if (item->kind != HEADER_DECISION ||
	    !docket_may_speak(gather->docket, org_of(gather, item)))
		return ERR_NONE;
	if ((err = keep_item(gather, item, &body)) != ERR_NONE)
		return err;
	if (body == NULL || body->record_case != ERFA__BODY__RECORD_DECISION)
		return ERR_NONE;

	/* One that names the application alone is about all of its trials. */
	if (body->decision->trial != NULL &&
	    !docket_is_about(gather->docket, body->decision->trial))
		return ERR_NONE;
	return docket_add(gather->docket, DOCKET_DECISIONS, body);
}

/* Add the origin that an adaptation names. */
static enum err
add_origin(const struct gather *gather, const Erfa__Body *body)
{
	const Erfa__Adaptation *adaptation = body->adaptation;
	const Erfa__Body *origin;
	enum err err;

	if (!docket_is_about(gather->docket, adaptation->to_trial))
		return ERR_NONE;
	err = keep_named(gather, adaptation->from_trial, &origin);
	if (err != ERR_NONE || origin == NULL ||
	    origin->record_case != ERFA__BODY__RECORD_TRIAL)
		return err;
	return docket_add(gather->docket, DOCKET_ORIGINS, origin);
}

static enum err
add_body(const struct gather *gather, const Erfa__Body *body)
{
	if (body->record_case == ERFA__BODY__RECORD_EXPERIENCE)
		return docket_add(gather->docket, DOCKET_EXPERIENCES, body);
	if (body->record_case == ERFA__BODY__RECORD_ADAPTATION)
		return add_origin(gather, body);
	return ERR_NONE;
}

static enum err
take_any(struct gather *gather, const struct shown_item *item)
{
	const char *org = org_of(gather, item);
	const Erfa__Body *body;
	enum err err;

	if (item->kind == HEADER_DECISION)
		return take_decision(gather, item);
	if (item->kind == HEADER_APPLICATION)
		return each_naming(
		    gather, org, item->record, take_decision, NULL);

	/* Of the rest only the word of its own municipality counts. */
	if ((item->kind != HEADER_EXPERIENCE &&
		item->kind != HEADER_ADAPTATION) ||
	    !heirs_speaks(gather->question->heirs, org, gather->asked->org))
		return ERR_NONE;
	if ((err = keep_item(gather, item, &body)) != ERR_NONE || body == NULL)
		return err;
	return add_body(gather, body);
}

/* What is published together with the trial counts as if it were here. */
static enum err
take_more(const struct gather *gather)
{
	const struct docket_trial *asked = gather->asked;
	const Erfa__Body *body;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < asked->nmore && err == ERR_NONE; i++) {
		body = asked->more[i].body;
		if (body->record_case == ERFA__BODY__RECORD_DECISION &&
		    docket_is_about(gather->docket, body->decision->trial))
			err = docket_add(
			    gather->docket, DOCKET_DECISIONS, body);
		else
			err = add_body(gather, body);
	}
	return err;
}

enum err
query_gather(struct question *question, const struct docket_trial *trial,
    struct docket **ret_docket)
{
	struct docket_trial asked = *trial;
	struct gather gather = { .question = question, .asked = &asked };
	const Erfa__Body *programme;
	enum err err;

	if ((err = query_look(question)) != ERR_NONE)
		return err;
	asked.heirs = question->heirs;
	if ((err = docket_new(&asked, &gather.docket)) != ERR_NONE)
		return err;
	if ((err = each_naming(&gather, trial->org, trial->record, take_any,
		 NULL)) != ERR_NONE ||
	    (err = take_more(&gather)) != ERR_NONE ||
	    (err = keep_named(&gather, trial->body->trial->programme,
		 &programme)) != ERR_NONE) {
		docket_free(gather.docket);
		return err;
	}
	docket_programme(gather.docket, programme);
	*ret_docket = gather.docket;
	return ERR_NONE;
}

/* ---- who only claims, and whose permission has run out ---- */

/* Whether a trial goes on: it is planned, active or paused. */
static bool
goes_on(const Erfa__Body *body)
{
	Erfa__Status status = life_status(body);

	return status == ERFA__STATUS__STATUS_PLANNED ||
	    status == ERFA__STATUS__STATUS_ACTIVE ||
	    status == ERFA__STATUS__STATUS_PAUSED;
}

enum err
query_expired(struct question *question, const struct query_place *place,
    const Erfa__Body *body, const char *today, bool *ret_expired)
{
	const struct docket_trial asked = {
		.org = place->org,
		.own_org = "",
		.today = today != NULL ? today : question->day,
		.record = place->record,
		.body = body,
	};
	struct docket *docket;
	enum err err;

	*ret_expired = false;
	if (place->record == NULL || body == NULL ||
	    body->record_case != ERFA__BODY__RECORD_TRIAL ||
	    life_is_transcribed(body) || body->trial->n_exemptions == 0 ||
	    !goes_on(body))
		return ERR_NONE;
	if ((err = query_gather(question, &asked, &docket)) != ERR_NONE)
		return err;
	*ret_expired = life_expired(docket_case(docket));
	docket_free(docket);
	return ERR_NONE;
}

/* Whether a trial says that it is active and does not pass the gates. */
static enum err
claims(struct question *question, const struct query_place *place,
    const Erfa__Body *body, bool *ret_claims)
{
	const struct docket_trial asked = {
		.org = place->org,
		.own_org = "",
		.today = question->day,
		.record = place->record,
		.body = body,
	};
	struct docket *docket;
	struct life_list blocks;
	enum err err;

	*ret_claims = false;
	if (place->record == NULL || body == NULL ||
	    body->record_case != ERFA__BODY__RECORD_TRIAL ||
	    life_is_transcribed(body) ||
	    life_status(body) != ERFA__STATUS__STATUS_ACTIVE)
		return ERR_NONE;
	if ((err = query_gather(question, &asked, &docket)) != ERR_NONE)
		return err;
	*ret_claims = life_claims(docket_case(docket), &blocks);
	docket_free(docket);
	return ERR_NONE;
}

/* Say so in the row if its publisher has taken the record back. */
static enum err
tell_retracted(
    struct question *question, const struct query_place *place, Erfa__Row *row)
{
	const struct shown_item *item;
	bool retracted;
	enum err err;

	if (place->record == NULL || (err = query_look(question)) != ERR_NONE)
		return place->record == NULL ? ERR_NONE : err;
	item = shown_record(question->shown, place->org, place->record);
	if (item == NULL)
		return ERR_NONE;
	err = query_retracted(question, item, &retracted);
	if (err == ERR_NONE && retracted)
		row->has_retracted = row->retracted = true;
	return err;
}

enum err
query_heard(struct question *question, const struct shown_item *item,
    const char *org, uint64_t *heard_ms)
{
	const struct shown *shown = question->shown;
	const uint32_t *docs = shown_versions(shown, item);
	struct index_row row;
	uint32_t i;
	enum err err;

	if (!heirs_speaks(question->heirs, shown_org(shown, item->org), org))
		return ERR_NONE;
	for (i = 0; i < item->versions; i++) {
		err = index_row(question->index, docs[i], &row);
		if (err != ERR_NONE)
			return err;
		if (row.time_ms > *heard_ms &&
		    (question->day_end_ms == 0 ||
			row.time_ms < question->day_end_ms))
			*heard_ms = row.time_ms;
	}
	return ERR_NONE;
}

/* Keep when those whose trial it is last said a word about it. */
static enum err
take_heard(struct gather *gather, const struct shown_item *item)
{
	return query_heard(
	    gather->question, item, gather->whose, gather->heard_ms);
}

/* The same for one of the records that are the trial. */
static void
take_heard_of(void *context, const struct shown_item *item)
{
	struct gather *gather = context;

	if (gather->err == ERR_NONE)
		gather->err = each_naming(gather, org_of(gather, item),
		    item->record, take_heard, NULL);
}

/* Find when a trial was last heard of: its own versions are words as well. */
static enum err
find_heard(struct question *question, const struct query_place *place,
    uint64_t *ret_heard_ms)
{
	struct gather gather = { .question = question,
		.whose = place->org,
		.heard_ms = ret_heard_ms };
	const struct shown_item *item = shown_record(
	    question->shown, place->org, place->record);

	if (item == NULL)
		return ERR_NONE;
	gather.err = query_heard(question, item, place->org, ret_heard_ms);
	shown_twins(question->shown, item, take_heard_of, &gather);
	return gather.err;
}

/* Say so in the row if nobody knows how the trial stands: it was to end long
 * ago, and its publisher has been silent for twelve months. */
static enum err
tell_silent(struct question *question, const struct query_place *place,
    const Erfa__Body *body, Erfa__Row *row)
{
	uint64_t heard_ms = 0;
	char today[16];
	char heard[DAY_LEN + 1];
	enum err err;

	docket_today(today);
	if (question->day != NULL)
		(void)snprintf(today, sizeof(today), "%s", question->day);
	if (place->record == NULL || body == NULL ||
	    body->record_case != ERFA__BODY__RECORD_TRIAL ||
	    life_derive(body, NULL, today) == life_status(body))
		return ERR_NONE;
	err = find_heard(question, place, &heard_ms);
	if (err != ERR_NONE)
		return err;
	day_text((int32_t)(heard_ms / DAY_MS), heard);
	if (life_derive(body, heard, today) == life_status(body))
		return ERR_NONE;
	return answer_text(
	    &row->status, life_status_name(ERFA__STATUS__STATUS_UNKNOWN));
}

enum err
query_claims(struct question *question, const struct query_place *place,
    struct query_entry *entry)
{
	bool only_claims;
	bool expired;
	enum err err;

	err = tell_retracted(question, place, entry->row);
	if (err == ERR_NONE)
		err = tell_silent(question, place, entry->body, entry->row);
	if (err != ERR_NONE)
		return err;
	err = claims(question, place, entry->body, &only_claims);
	if (err == ERR_NONE && only_claims) {
		entry->row->has_claims = true;
		entry->row->claims = true;
	}
	if (err == ERR_NONE)
		err = query_expired(
		    question, place, entry->body, NULL, &expired);
	if (err == ERR_NONE && expired) {
		entry->row->has_exemption_expired = true;
		entry->row->exemption_expired = true;
	}
	return err;
}

/* ---- whether a programme has begun ---- */

/* Whether ${body} is of a trial that runs under ${programme}, or has run. */
static bool
has_run(const Erfa__Body *body, const char *programme)
{
	const Erfa__RecordRef *under;
	Erfa__Status status;

	if (body->record_case != ERFA__BODY__RECORD_TRIAL ||
	    life_is_transcribed(body))
		return false;
	under = body->trial->programme;
	if (under == NULL || under->id == NULL ||
	    strcmp(under->id, programme) != 0)
		return false;
	status = life_status(body);
	return status == ERFA__STATUS__STATUS_ACTIVE ||
	    status == ERFA__STATUS__STATUS_PAUSED ||
	    status == ERFA__STATUS__STATUS_COMPLETED ||
	    status == ERFA__STATUS__STATUS_STOPPED;
}

static enum err
take_started(struct gather *gather, const struct shown_item *item)
{
	struct query_place place = query_place(gather->question, item);
	char id[RECORD_ID_CHARS + 1];
	Erfa__Body *body;
	bool only_claims = false;
	enum err err;

	if (item->kind != HEADER_TRIAL || gather->found)
		return ERR_NONE;
	if ((err = read_item(gather, item, &body)) != ERR_NONE || body == NULL)
		return err;
	record_print(gather->org, gather->record, RECORD_CHARS, id);
	if (has_run(body, id)) {
		err = claims(gather->question, &place, body, &only_claims);
		gather->found = err == ERR_NONE && !only_claims;
	}
	body_free(body);
	return err;
}

enum err
query_has_started(struct question *question, const char *org,
    const uint8_t record[RECORD_LEN], bool *ret_started)
{
	const struct gather gather = { .question = question };
	enum err err;

	if ((err = query_look(question)) != ERR_NONE)
		return err;
	return each_naming(&gather, org, record, take_started, ret_started);
}
