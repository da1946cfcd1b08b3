#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/body.h"
#include "proto/header.h"
#include "proto/heirs.h"
#include "proto/life_case.h"
#include "proto/life_state.h"
#include "proto/personal.h"
#include "proto/record.h"
#include "proto/sealed.h"
#include "daemon/facts.h"
#include "daemon/index.h"
#include "daemon/lineage_internal.h"
#include "daemon/store.h"
#include "daemon/verdict.h"

#define DATE_SIZE  11                     /* "2026-01-31" and the NUL */
#define YEAR_10000 UINT64_C(253402300799) /* seconds since 1970: the last */

/* ---- records and entries ---- */

static void
add_twin(void *context, const struct shown_item *item)
{
	struct lineage_twins *twins = context;

	if (twins->count < LINEAGE_TWINS)
		twins->items[twins->count++] = item;
}

void
lineage_twins(const struct shown *shown, const char *org,
    const uint8_t record[RECORD_LEN], struct lineage_twins *ret_twins)
{
	const struct shown_item *item = shown_record(shown, org, record);

	ret_twins->count = 0;
	if (item != NULL)
		shown_twins(shown, item, add_twin, ret_twins);
}

/* Entries that name a record are being gathered. */
struct gathering {
	const struct shown *shown;
	const char *org; /* of the record */
	struct lineage_mentions *mentions;
};

static enum err
gather(void *context, uint32_t doc, const char *org)
{
	struct gathering *gathering = context;
	struct lineage_mentions *mentions = gathering->mentions;
	const struct shown_item *item = shown_by_doc(gathering->shown, doc);
	const struct shown_item **items;
	size_t room;

	if (item == NULL)
		return ERR_NONE;
	if (*org == '\0')
		org = shown_org(gathering->shown, item->org);
	if (strcmp(org, gathering->org) != 0)
		return ERR_NONE;
	if (mentions->count == LINEAGE_MENTIONS) {
		mentions->more = true;
		return ERR_NONE;
	}
	if (mentions->count == mentions->room) {
		room = mentions->room * 2 + 16;
		items = realloc(mentions->items, room * sizeof(void *));
		if (items == NULL)
			return ERR_NOMEM;
		mentions->items = items;
		mentions->room = room;
	}
	mentions->items[mentions->count++] = item;
	return ERR_NONE;
}

static int
compare_mentions(const void *a, const void *b, void *context)
{
	const struct shown_item *const *x = a;
	const struct shown_item *const *y = b;

	return shown_compare_entries(context, *x, *y);
}

enum err
lineage_mentions(const struct lineage_options *options,
    const struct lineage_node *node, const struct lineage_twins *twins,
    struct lineage_mentions *ret_mentions)
{
	struct lineage_mentions mentions = { .items = NULL };
	struct gathering gathering = {
		.shown = options->shown,
		.org = node->org,
		.mentions = &mentions,
	};
	const uint8_t *record = node->record;
	size_t kept = 0;
	size_t i = 0;
	enum err err;

	/* A record that is not here may be named all the same. */
	do {
		if (twins->count > 0) {
			gathering.org = shown_org(
			    options->shown, twins->items[i]->org);
			record = twins->items[i]->record;
		}
		err = index_each_ref(
		    options->index, record, gather, &gathering);
	} while (err == ERR_NONE && ++i < twins->count);
	if (err != ERR_NONE) {
		free(mentions.items);
		return err;
	}

	/* Whatever names two twins is one entry. */
	if (mentions.count > 0)
		qsort_r(mentions.items, mentions.count, sizeof(void *),
		    compare_mentions, (void *)(uintptr_t)options->shown);
	for (i = 0; i < mentions.count; i++)
		if (i == 0 || mentions.items[i] != mentions.items[kept - 1])
			mentions.items[kept++] = mentions.items[i];
	mentions.count = kept;
	*ret_mentions = mentions;
	return ERR_NONE;
}

/* The header of an item; its ext leads into the store's memory. */
static enum err
read_header(const struct lineage_options *options,
    const struct shown_item *item, struct header *ret_header)
{
	const struct shown_log *log = shown_log(options->shown, item->log);
	struct store_entry entry;
	enum err err;

	err = store_entry(options->store, log->log_id, item->n, &entry);
	if (err != ERR_NONE)
		return err;
	return header_decode(entry.header.data, entry.header.len, ret_header);
}

/* Read a body; *${ret_body} is NULL if it is not here or cannot be read. */
static enum err
read_body(const struct lineage_options *options, const struct shown_item *item,
    Erfa__Body **ret_body)
{
	const struct shown_log *log = shown_log(options->shown, item->log);
	struct store_body stored;
	struct header header;
	Erfa__Body *body = NULL;
	enum err err;

	*ret_body = NULL;
	if (item->state != INDEX_HERE)
		return ERR_NONE;
	if ((err = read_header(options, item, &header)) != ERR_NONE)
		return err;
	err = store_body(options->store, log->log_id, item->n, &stored);
	if (err == ERR_NOENT || err == ERR_DAMAGED || err == ERR_ERASED)
		return ERR_NONE;
	if (err != ERR_NONE)
		return err;
	err = sealed_body(
	    options->ring, header.group, stored.data, stored.len, &body, NULL);
	store_body_clear(&stored);
	if (err != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NONE;
	if (body_kind(body) == item->kind)
		*ret_body = body;
	else
		body_free(body);
	return ERR_NONE;
}

/* What a restricted entry is about stands in its body, in the same order. */
static enum err
read_sealed_about(const struct lineage_options *options,
    const struct shown_item *item, struct header_about *about,
    size_t *ret_count)
{
	struct facts_ref refs[FACTS_REFS_MAX];
	Erfa__Body *body;
	size_t count;
	size_t i;
	enum err err;

	if ((err = read_body(options, item, &body)) != ERR_NONE)
		return err;
	if (body == NULL)
		return ERR_SYNTAX;
	count = facts_about(body, refs);
	body_free(body);
	if (count > HEADER_ABOUT_MAX - 1)
		count = HEADER_ABOUT_MAX - 1;
	memset(about, 0, (count + 1) * sizeof(about[0]));
	memcpy(about[0].record, item->record, RECORD_LEN);
	for (i = 0; i < count; i++) {
		memcpy(about[i + 1].org, refs[i].org, sizeof(refs[i].org));
		memcpy(about[i + 1].record, refs[i].record, RECORD_LEN);
	}
	*ret_count = count + 1;
	return ERR_NONE;
}

/* The records that an entry is about, its own first. */
static enum err
read_about(const struct lineage_options *options, const struct shown_item *item,
    struct header_about *about, size_t *ret_count)
{
	struct header header;
	enum err err;

	if ((err = read_header(options, item, &header)) != ERR_NONE)
		return err;
	return header.group == 0 ?
	    header_about_decode(header.ext, about, ret_count) :
	    read_sealed_about(options, item, about, ret_count);
}

enum err
lineage_ends(const struct lineage_options *options,
    const struct shown_item *item, struct lineage_ends *ret_ends)
{
	const char *own = shown_org(options->shown, item->org);
	struct header_about about[HEADER_ABOUT_MAX];
	size_t count;
	size_t i;
	enum err err;

	err = read_about(options, item, about, &count);
	if (err == ERR_SYNTAX || err == ERR_LIMIT || err == ERR_SIZE)
		return ERR_NOENT;
	if (err != ERR_NONE)
		return err;

	/* First the entry's own record, then the copy, then the origin. */
	if (count < 3)
		return ERR_NOENT;
	for (i = 0; i < 3; i++)
		if (about[i].org[0] == '\0')
			memcpy(about[i].org, own, strlen(own) + 1);
	if (!heirs_speaks(options->heirs, own, about[1].org))
		return ERR_NOENT;
	memcpy(ret_ends->child_org, about[1].org, sizeof(about[1].org));
	memcpy(ret_ends->child, about[1].record, RECORD_LEN);
	memcpy(ret_ends->parent_org, about[2].org, sizeof(about[2].org));
	memcpy(ret_ends->parent, about[2].record, RECORD_LEN);
	return ERR_NONE;
}

enum err
lineage_edge_read(const struct lineage_options *options,
    const struct shown_item *item, struct lineage_edge *edge)
{
	const Erfa__Adaptation *adaptation;
	const char *word;
	Erfa__Body *body;
	size_t i;
	enum err err;

	err = read_body(options, item, &body);
	if (err != ERR_NONE || body == NULL)
		return err;
	adaptation = body->adaptation;
	edge->relation = adaptation->relation;
	edge->changed = calloc(LINEAGE_CHANGED, sizeof(*edge->changed));
	if (edge->changed == NULL)
		err = ERR_NOMEM;
	for (i = 0; i < adaptation->n_changed_fields && err == ERR_NONE &&
	     edge->nchanged < LINEAGE_CHANGED;
	     i++) {
		word = adaptation->changed_fields[i];
		if (strlen(word) > LINEAGE_WORD)
			continue;
		if ((edge->changed[edge->nchanged] = strdup(word)) == NULL)
			err = ERR_NOMEM;
		else
			edge->nchanged++;
	}
	body_free(body);
	return err;
}

/* ---- what others say of a trial ---- */

/* One trial while it is read. */
struct reading {
	const struct lineage_options *options;
	struct lineage_node *node;
	const struct lineage_twins *twins;
	uint64_t group;    /* restricted group of the trial; 0 = public */
	uint64_t heard_ms; /* the last word of its publisher */
	struct verdict_word word;
};

/* A record that was perhaps taken back. */
struct doubt {
	const struct lineage_options *options;
	const struct shown_item *item;
	char id[RECORD_ID_CHARS + 1];
	bool retracted;
};

/* Its publisher alone takes it back. */
static enum err
take_back(void *context, uint32_t doc, const char *org)
{
	struct doubt *doubt = context;
	const struct shown_item *item = shown_by_doc(
	    doubt->options->shown, doc);
	Erfa__Body *body;
	enum err err;

	(void)org;
	if (item == NULL || item->kind != HEADER_RETRACTION ||
	    item->org != doubt->item->org || doubt->retracted)
		return ERR_NONE;
	err = read_body(doubt->options, item, &body);
	if (err != ERR_NONE || body == NULL)
		return err;
	doubt->retracted = facts_takes_back(body, doubt->id);
	body_free(body);
	return ERR_NONE;
}

/* Was what is said in ${item} taken back? */
static enum err
is_retracted(const struct lineage_options *options,
    const struct shown_item *item, bool *ret_retracted)
{
	struct doubt doubt = { .options = options, .item = item };
	enum err err;

	record_print(shown_org(options->shown, item->org), item->record,
	    RECORD_CHARS, doubt.id);
	err = index_each_ref(options->index, item->record, take_back, &doubt);
	*ret_retracted = doubt.retracted;
	return err;
}

/* The restricted group of an entry; 0 = public. */
static enum err
read_group(const struct lineage_options *options, const struct shown_item *item,
    uint64_t *ret_group)
{
	struct header header = { .group = 0 };
	enum err err;

	err = read_header(options, item, &header);
	if (err == ERR_SYNTAX || err == ERR_LIMIT || err == ERR_SIZE)
		err = ERR_NONE;
	*ret_group = header.group;
	return err;
}

/* Does what ${item} says count?  Not if it was taken back; nor if it is restricted
 * and the trial is not, or to others: it would stand there without a mark.  So has
 * query_beside() it. */
static enum err
is_told(const struct reading *reading, const struct shown_item *item,
    bool *ret_told)
{
	bool retracted = false;
	uint64_t group;
	enum err err;

	err = read_group(reading->options, item, &group);
	if (err == ERR_NONE && (group == 0 || group == reading->group)) {
		err = is_retracted(reading->options, item, &retracted);
		*ret_told = !retracted;
	} else {
		*ret_told = false;
	}
	return err;
}

/* Does ${ref} mean the trial, or one of its twins? */
static bool
means(const struct reading *reading, const Erfa__RecordRef *ref)
{
	const struct lineage_twins *twins = reading->twins;
	char org[ORG_MAX + 1];
	uint8_t record[RECORD_LEN];
	size_t i;

	if (ref == NULL || ref->id == NULL ||
	    record_parse_full(ref->id, org, record) != ERR_NONE)
		return false;
	for (i = 0; i < twins->count; i++)
		if (memcmp(twins->items[i]->record, record, RECORD_LEN) == 0 &&
		    strcmp(shown_org(
			       reading->options->shown, twins->items[i]->org),
			org) == 0)
			return true;
	return false;
}

/* Has the observation what a result is made of? */
static bool
has_value(const Erfa__Observation *observation)
{
	const Erfa__Continuous *mean = observation->continuous;
	const Erfa__Estimate *estimate = observation->estimate;

	switch (observation->value_case) {
	case ERFA__OBSERVATION__VALUE_CONTINUOUS:
		return mean->has_n && mean->has_mean && mean->has_sd;
	case ERFA__OBSERVATION__VALUE_BINARY:
		return observation->binary->has_events &&
		    observation->binary->has_total;
	case ERFA__OBSERVATION__VALUE_RATE:
		return observation->rate->has_events &&
		    observation->rate->has_exposure;
	case ERFA__OBSERVATION__VALUE_ESTIMATE:
		return estimate->has_estimate &&
		    (estimate->has_se ||
			(estimate->has_ci_low && estimate->has_ci_high));
	case ERFA__OBSERVATION__VALUE__NOT_SET:
	case _ERFA__OBSERVATION__VALUE__CASE_IS_INT_SIZE:
		break;
	}
	return false;
}

/* Of the final experiences, the one whose word counts (verdict.h). */
static enum err
take_experience(struct reading *reading, const struct shown_item *item,
    const Erfa__Experience *experience)
{
	const struct shown *shown = reading->options->shown;
	const struct verdict_look look = {
		.shown = shown,
		.heirs = reading->options->heirs,
		.org = shown_org(shown, reading->node->item->org),
	};
	struct verdict_word word;
	bool told;
	enum err err;

	if (!verdict_read(&look, item, experience, &word) || !word.final ||
	    !means(reading, experience->trial) ||
	    !verdict_counts(shown, &word, &reading->word))
		return ERR_NONE;
	err = is_told(reading, item, &told);
	if (err == ERR_NONE && told)
		reading->word = word;
	return err;
}

/* A retraction by who published the trial; other words only comment on it, and
 * so does what a twin's publisher takes back of its own. */
static void
take_retraction(struct reading *reading, const struct shown_item *item,
    const Erfa__Body *body)
{
	const struct shown_item *self = reading->node->item;
	char id[RECORD_ID_CHARS + 1];

	if (self == NULL || item->org != self->org)
		return;
	record_print(shown_org(reading->options->shown, self->org),
	    self->record, RECORD_CHARS, id);
	reading->node->retracted |= facts_takes_back(body, id);
}

/* Take in an entry that names the trial, but for observations. */
static enum err
take_mention(struct reading *reading, const struct shown_item *item)
{
	const struct shown_item *self = reading->node->item;
	Erfa__Body *body;
	enum err err;

	/* As query_heard() has it for lists and the evidence. */
	if (self != NULL && item->state == INDEX_HERE &&
	    item->time_ms > reading->heard_ms &&
	    heirs_speaks(reading->options->heirs,
		shown_org(reading->options->shown, item->org),
		shown_org(reading->options->shown, self->org)))
		reading->heard_ms = item->time_ms;
	if (item->kind != HEADER_EXPERIENCE && item->kind != HEADER_RETRACTION)
		return ERR_NONE;
	err = read_body(reading->options, item, &body);
	if (err != ERR_NONE || body == NULL)
		return err;
	if (item->kind == HEADER_EXPERIENCE)
		err = take_experience(reading, item, body->experience);
	else
		take_retraction(reading, item, body);
	body_free(body);
	return err;
}

/* ---- observations ---- */

/* What was measured by one indicator. */
struct measure {
	const char *indicator;
	bool follow_up;
	bool against; /* a baseline, or a follow-up of others */
	bool estimate;
};

/* The observations of one trial. */
struct measures {
	Erfa__Body **bodies;
	struct measure *items;
	size_t count;
};

/* The measure of an indicator; a new one if need be. */
static struct measure *
measure_of(struct measures *measures, const char *indicator)
{
	size_t i;

	for (i = 0; i < measures->count; i++)
		if (strcmp(measures->items[i].indicator, indicator) == 0)
			return &measures->items[i];
	measures->items[measures->count] = (struct measure){
		.indicator = indicator,
	};
	return &measures->items[measures->count++];
}

static void
take_observation(struct reading *reading, struct measures *measures,
    const Erfa__Observation *observation)
{
	const Erfa__RecordRef *indicator = observation->indicator;
	bool after = observation->occasion ==
	    ERFA__OCCASION__OCCASION_FOLLOW_UP;
	bool theirs = observation->arm == ERFA__ARM__ARM_COMPARISON;
	bool held_back = personal_small_counts(observation);
	struct measure *measure;

	reading->node->measured |= after && !theirs;
	reading->node->held_back |= held_back;
	if (held_back || !has_value(observation) || indicator == NULL ||
	    indicator->id == NULL)
		return;
	measure = measure_of(measures, indicator->id);
	if (observation->value_case == ERFA__OBSERVATION__VALUE_ESTIMATE)
		measure->estimate |= after;
	else if (after && !theirs)
		measure->follow_up = true;
	else if (after ||
	    observation->occasion == ERFA__OCCASION__OCCASION_BASELINE)
		measure->against = true;
}

/* Read an observation of the trial; NULL if it is none, or counts no more. */
static enum err
read_observation(const struct reading *reading, const struct shown_item *item,
    Erfa__Body **ret_body)
{
	Erfa__Body *body;
	bool told;
	enum err err;

	*ret_body = NULL;
	if (item->kind != HEADER_OBSERVATION || item->twin)
		return ERR_NONE;
	err = read_body(reading->options, item, &body);
	if (err != ERR_NONE || body == NULL)
		return err;
	if (!means(reading, body->observation->trial) ||
	    (err = is_told(reading, item, &told)) != ERR_NONE || !told)
		body_free(body);
	else
		*ret_body = body;
	return err;
}

/* Read all observations; their bodies live until all are compared. */
static enum err
read_observations(
    struct reading *reading, const struct lineage_mentions *mentions)
{
	struct lineage_node *node = reading->node;
	struct measures measures = { .count = 0 };
	size_t nbodies = 0;
	size_t i;
	enum err err = ERR_NONE;

	measures.bodies = calloc(mentions->count + 1, sizeof(void *));
	measures.items = calloc(mentions->count + 1, sizeof(*measures.items));
	if (measures.bodies == NULL || measures.items == NULL)
		err = ERR_NOMEM;
	for (i = 0; i < mentions->count && err == ERR_NONE; i++) {
		err = read_observation(
		    reading, mentions->items[i], &measures.bodies[nbodies]);
		if (err != ERR_NONE || measures.bodies[nbodies] == NULL)
			continue;
		take_observation(reading, &measures,
		    measures.bodies[nbodies++]->observation);
	}
	for (i = 0; i < measures.count; i++)
		node->poolable = node->poolable || measures.items[i].estimate ||
		    (measures.items[i].follow_up && measures.items[i].against);
	for (i = 0; i < nbodies; i++)
		body_free(measures.bodies[i]);
	free(measures.bodies);
	free(measures.items);
	return err;
}

/* ---- the trial itself ---- */

/* Is a municipality's own word, or one that can be read, before others'? */
static const struct shown_item *
speaker(const struct lineage_twins *twins)
{
	const struct shown_item *best = NULL;
	const struct shown_item *item;
	size_t i;
	int rank;
	int best_rank = -1;

	for (i = 0; i < twins->count; i++) {
		item = twins->items[i];
		rank = (item->state == INDEX_HERE ? 2 : 0) +
		    (item->transcribed ? 0 : 1);
		if (rank > best_rank) {
			best = item;
			best_rank = rank;
		}
	}
	return best;
}

static enum lineage_state
state_of(const struct shown_item *item)
{
	switch (item->state) {
	case INDEX_HERE:
		return LINEAGE_UNREADABLE; /* until it was read */
	case INDEX_ABSENT:
		return LINEAGE_ABSENT;
	case INDEX_ERASED:
		return LINEAGE_ERASED;
	case INDEX_BARE:
	case INDEX_UNREADABLE:
	case INDEX_RESTRICTED:
		break;
	}
	return LINEAGE_UNREADABLE;
}

/* When the first version of the thing was written. */
static enum err
read_first(struct reading *reading)
{
	const struct lineage_options *options = reading->options;
	const struct shown_item *item;
	const uint32_t *docs;
	struct index_row row;
	uint64_t *first = &reading->node->first_ms;
	size_t i;
	uint32_t v;
	enum err err;

	for (i = 0; i < reading->twins->count; i++) {
		item = reading->twins->items[i];
		docs = shown_versions(options->shown, item);
		for (v = 0; v < item->versions; v++) {
			err = index_row(options->index, docs[v], &row);
			if (err != ERR_NONE)
				return err;
			if (*first == 0 || row.time_ms < *first)
				*first = row.time_ms;
		}
	}
	return ERR_NONE;
}

/* Where the trial stands, by itself and by the calendar. */
static void
judge_status(struct reading *reading, const Erfa__Body *body)
{
	struct lineage_node *node = reading->node;
	time_t seconds = (time_t)(reading->heard_ms / 1000);
	char heard[DATE_SIZE] = "";
	struct tm day;

	if (reading->heard_ms / 1000 > YEAR_10000 ||
	    gmtime_r(&seconds, &day) == NULL ||
	    strftime(heard, sizeof(heard), "%Y-%m-%d", &day) == 0)
		heard[0] = '\0';
	node->said = life_status(body);
	node->status = life_derive(
	    body, heard[0] != '\0' ? heard : NULL, reading->options->today);
}

/* Where it runs, as written. */
static const char *
site_of(const Erfa__Trial *trial)
{
	if (trial->sites_text != NULL && *trial->sites_text != '\0')
		return trial->sites_text;
	if (trial->n_sites == 0)
		return "";
	if (trial->sites[0]->name != NULL)
		return trial->sites[0]->name;
	return trial->sites[0]->id != NULL ? trial->sites[0]->id : "";
}

/* What people call it. */
static enum err
take_words(struct lineage_node *node, const Erfa__Body *body)
{
	size_t cut;
	const char *title = facts_title(body, &cut);

	node->title = strndup(title, cut);
	node->site = strdup(site_of(body->trial));
	return node->title == NULL || node->site == NULL ? ERR_NOMEM : ERR_NONE;
}

/* What the trial says of itself. */
static void
take_body(struct reading *reading, const Erfa__Body *body)
{
	struct lineage_node *node = reading->node;

	node->state = LINEAGE_HERE;
	node->transcribed = life_is_transcribed(body);
	node->several = body->trial->scope == ERFA__SCOPE__SCOPE_SEVERAL;
	node->departs = body->trial->n_exemptions > 0;
	judge_status(reading, body);
}

enum err
lineage_read(const struct lineage_options *options, struct lineage_node *node,
    const struct lineage_twins *twins, const struct lineage_mentions *mentions)
{
	struct reading reading = {
		.options = options,
		.node = node,
		.twins = twins,
	};
	Erfa__Body *body = NULL;
	size_t i;
	enum err err;

	node->state = LINEAGE_UNKNOWN;
	node->item = speaker(twins);
	if (node->item == NULL)
		return ERR_NONE;
	node->state = state_of(node->item);
	reading.heard_ms = node->item->time_ms;
	if ((err = read_group(options, node->item, &reading.group)) != ERR_NONE)
		return err;
	err = read_first(&reading);
	for (i = 0; i < mentions->count && err == ERR_NONE; i++)
		err = take_mention(&reading, mentions->items[i]);
	node->verdict = reading.word.verdict;
	node->author_role = reading.word.author_role;
	if (err == ERR_NONE)
		err = read_observations(&reading, mentions);
	if (err == ERR_NONE)
		err = read_body(options, node->item, &body);
	if (err == ERR_NONE && body != NULL) {
		take_body(&reading, body);
		err = take_words(node, body);
	}
	body_free(body);
	return err;
}
