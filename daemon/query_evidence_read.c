#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/day.h"
#include "proto/header.h"
#include "proto/heirs.h"
#include "proto/life_case.h"
#include "proto/life_state.h"
#include "proto/personal.h"
#include "daemon/evidence_internal.h"
#include "daemon/shown.h"
#include "daemon/verdict.h"

#define DAY_MS 86400000U

/* A trial while it is read. */
struct reading {
	struct evidence_family *family;
	struct evidence_trial *trial;
	const struct shown_item *twin; /* the record of it that is looked at */
	char twin_id[RECORD_ID_CHARS + 1];
	uint64_t group;     /* restricted group of the trial; 0 = public */
	uint64_t heard_ms;  /* the last word of its publisher */
	uint64_t latest_ms; /* when its latest verdict was written */
	struct verdict_word word;
	const struct shown_item **items;
	size_t nitems;
	enum err err;
};

static const char *
org_of(const struct reading *reading, const struct shown_item *item)
{
	return shown_org(reading->family->question->shown, item->org);
}

static void
id_of(const struct reading *reading, const struct shown_item *item,
    char out[RECORD_ID_CHARS + 1])
{
	record_print(org_of(reading, item), item->record, RECORD_CHARS, out);
}

static bool
is_twin(const struct reading *reading, const Erfa__RecordRef *ref)
{
	return ref != NULL && ref->id != NULL &&
	    strcmp(ref->id, reading->twin_id) == 0;
}

/* ---- observations ---- */

/* Make room for one observation more. */
static enum err
grow(struct evidence_trial *trial)
{
	enum err err;

	err = answer_room(&trial->seen, trial->count, sizeof(*trial->seen));
	return err != ERR_NONE ?
	    err :
	    answer_room(&trial->bodies, trial->count, sizeof(Erfa__Body *));
}

static enum err
keep_observation(struct reading *reading, const struct shown_item *item,
    Erfa__Body **body_p, bool retracted)
{
	struct evidence_trial *trial = reading->trial;
	Erfa__Observation *observation = (*body_p)->observation;
	struct choose_seen seen = { .observation = observation,
		.publisher = org_of(reading, item),
		.time_ms = item->time_ms,
		.retracted = retracted };
	char id[RECORD_ID_CHARS + 1];
	enum err err;

	id_of(reading, item, id);
	if ((err = evidence_indicator(reading->family, observation->indicator,
		 &seen.indicator)) != ERR_NONE ||
	    (err = grow(trial)) != ERR_NONE)
		return err;
	if ((seen.id = strdup(id)) == NULL)
		return ERR_NOMEM;
	if (!retracted) {
		trial->measured |= observation->occasion ==
			ERFA__OCCASION__OCCASION_FOLLOW_UP &&
		    observation->arm != ERFA__ARM__ARM_COMPARISON;
		trial->held_back |= personal_small_counts(observation);
	}
	trial->seen[trial->count] = seen;
	trial->bodies[trial->count++] = *body_p;
	*body_p = NULL;
	return ERR_NONE;
}

/* Was the current version erased?  The index may not know it yet. */
static enum err
is_erased(
    struct question *question, const struct shown_item *item, bool *ret_erased)
{
	enum store_body_state state;
	enum err err;

	err = store_body_state(question->store,
	    shown_log(question->shown, item->log)->log_id, item->n, &state);
	*ret_erased = err == ERR_NONE && state == STORE_BODY_ERASED;
	return err;
}

/* What cannot be read was perhaps erased a moment ago. */
static enum err
take_unread(struct reading *reading, const struct shown_item *item)
{
	char id[RECORD_ID_CHARS + 1];
	bool erased;
	enum err err;

	err = is_erased(reading->family->question, item, &erased);
	if (err != ERR_NONE || !erased)
		return err;
	id_of(reading, item, id);
	return evidence_gone(
	    reading->family, id, "observation", "erased", reading->trial->id);
}

/* What a restricted entry tells must not leave its group: say which that is. */
static enum err
mark_group(struct reading *reading, const struct shown_item *item)
{
	struct evidence_trial *trial = reading->trial;

	return trial->group != 0 ?
	    ERR_NONE :
	    query_item_group(reading->family->question, item, &trial->group);
}

static enum err
take_observation(struct reading *reading, const struct shown_item *item)
{
	struct evidence_family *family = reading->family;
	Erfa__Body *body = NULL;
	char id[RECORD_ID_CHARS + 1];
	bool retracted = false;
	enum err err;

	/* Another record stands for a twin. */
	if (item->twin)
		return ERR_NONE;
	if (reading->trial->count == EVIDENCE_SEEN_MAX) {
		family->answer->more = true;
		return ERR_NONE;
	}
	if ((err = query_read(family->question, item, &body)) != ERR_NONE)
		return err;
	if (body == NULL)
		return take_unread(reading, item);
	if (body->record_case != ERFA__BODY__RECORD_OBSERVATION ||
	    !is_twin(reading, body->observation->trial))
		goto out;
	err = query_retracted(family->question, item, &retracted);
	if (err == ERR_NONE && retracted) {
		id_of(reading, item, id);
		err = evidence_gone(
		    family, id, "observation", "retracted", reading->trial->id);
	}
	if (err == ERR_NONE)
		err = mark_group(reading, item);
	if (err == ERR_NONE)
		err = keep_observation(reading, item, &body, retracted);
out:
	body_free(body);
	return err;
}

/* ---- experiences ---- */

static enum err
take_experience(struct reading *reading, const struct shown_item *item)
{
	struct question *question = reading->family->question;
	struct evidence_trial *trial = reading->trial;
	const struct verdict_look look = {
		.shown = question->shown,
		.heirs = question->heirs,
		.org = org_of(reading, trial->node->item),
	};
	struct verdict_word word;
	Erfa__Body *body = NULL;
	bool beside;
	enum err err;

	if ((err = query_read(question, item, &body)) != ERR_NONE)
		return err;
	if (body == NULL ||
	    body->record_case != ERFA__BODY__RECORD_EXPERIENCE ||
	    !verdict_read(&look, item, body->experience, &word) ||
	    !is_twin(reading, body->experience->trial))
		goto out;

	/* The numbers of verdicts have no room for a mark. */
	err = query_beside(question, item, reading->group, &beside);
	if (err != ERR_NONE || !beside)
		goto out;
	/* That it is too early only those say whose trial it is: a stranger's
	 * word takes nobody's result out of the pool. */
	if (word.own && item->time_ms >= reading->latest_ms) {
		reading->latest_ms = item->time_ms;
		trial->latest = word.verdict;
	}
	if (word.final &&
	    verdict_counts(question->shown, &word, &reading->word)) {
		reading->word = word;
		trial->verdict = word.verdict;
	}
out:
	body_free(body);
	return err;
}

/* ---- all that names the trial ---- */

static enum err
take_item(void *context, const struct shown_item *item)
{
	struct reading *reading = context;
	enum err err;

	err = answer_room(&reading->items, reading->nitems, sizeof(item));
	if (err == ERR_NONE)
		reading->items[reading->nitems++] = item;
	return err;
}

static int
compare_items(const void *a, const void *b, void *context)
{
	const struct shown_item *const *x = a;
	const struct shown_item *const *y = b;

	return shown_compare_entries(context, *x, *y);
}

/* An observation of which only the header is left. */
static enum err
take_erased(void *context, uint32_t doc, const char *org)
{
	struct reading *reading = context;
	struct question *question = reading->family->question;
	const struct shown_item *item = shown_by_doc(question->shown, doc);
	char id[RECORD_ID_CHARS + 1];

	if (item == NULL || item->kind != HEADER_OBSERVATION ||
	    item->state != INDEX_ERASED || !item->is_record ||
	    (question->day_end_ms != 0 &&
		item->time_ms >= question->day_end_ms))
		return ERR_NONE;
	if (strcmp(*org != '\0' ? org : org_of(reading, item),
		org_of(reading, reading->twin)) != 0)
		return ERR_NONE;
	id_of(reading, item, id);
	return evidence_gone(
	    reading->family, id, "observation", "erased", reading->trial->id);
}

static enum err
take_one(struct reading *reading, const struct shown_item *item)
{
	enum err err;

	err = query_heard(reading->family->question, item,
	    org_of(reading, reading->trial->node->item), &reading->heard_ms);
	if (err != ERR_NONE)
		return err;
	if (item->kind == HEADER_OBSERVATION)
		return take_observation(reading, item);
	if (item->kind == HEADER_EXPERIENCE)
		return take_experience(reading, item);
	return ERR_NONE;
}

static void
take_twin(void *context, const struct shown_item *item)
{
	struct reading *reading = context;
	struct question *question = reading->family->question;
	size_t i;

	if (reading->err != ERR_NONE)
		return;
	reading->twin = item;
	id_of(reading, item, reading->twin_id);
	reading->nitems = 0;
	reading->err = query_naming(question, item, take_item, reading);
	if (reading->err == ERR_NONE && reading->nitems > 1)
		qsort_r(reading->items, reading->nitems,
		    sizeof(reading->items[0]), compare_items,
		    (void *)(uintptr_t)question->shown);
	for (i = 0; i < reading->nitems && reading->err == ERR_NONE; i++)
		reading->err = take_one(reading, reading->items[i]);
	free(reading->items);
	reading->items = NULL;
	if (reading->err == ERR_NONE)
		reading->err = index_each_ref(
		    question->index, item->record, take_erased, reading);
	/* What a twin's publisher takes back is its own record alone. */
	if (reading->err == ERR_NONE && item == reading->trial->node->item)
		reading->err = query_retracted(
		    question, item, &reading->trial->retracted);
}

/* ---- the trial itself ---- */

/* Where it stood on another day; today the family knows. */
static void
judge(const struct reading *reading, const Erfa__Body *body)
{
	const struct evidence_family *family = reading->family;
	struct evidence_trial *trial = reading->trial;
	char heard[DAY_LEN + 1];

	trial->said = trial->node->said;
	trial->status = trial->node->status;
	if (family->question->day_end_ms == 0 || body == NULL)
		return;
	day_text((int32_t)(reading->heard_ms / DAY_MS), heard);
	trial->said = life_status(body);
	trial->status = life_derive(body, heard, family->today);
}

static int
compare_seen(const void *a, const void *b)
{
	const struct choose_seen *x = a;
	const struct choose_seen *y = b;

	return strcmp(x->id, y->id);
}

enum err
evidence_read(struct evidence_family *family, const struct lineage_node *node,
    struct evidence_trial *trial, bool *ret_here)
{
	struct reading reading = { .family = family, .trial = trial };
	struct question *question = family->question;
	struct query_place place;
	enum err err;

	*trial = (struct evidence_trial){ .node = node };
	record_print(node->org, node->record, RECORD_CHARS, trial->id);
	*ret_here = true;
	if (node->item == NULL)
		return ERR_NONE;
	place = query_place(question, node->item);
	err = query_held(question, node->item, &place, ret_here);
	if (err != ERR_NONE || !*ret_here)
		return err;
	err = query_item_group(question, node->item, &reading.group);
	if (err != ERR_NONE)
		return err;
	if (question->day_end_ms == 0 ||
	    node->item->time_ms < question->day_end_ms)
		reading.heard_ms = node->item->time_ms;
	shown_twins(question->shown, node->item, take_twin, &reading);
	err = reading.err;
	if (err == ERR_NONE && node->state == LINEAGE_HERE)
		err = query_read(question, node->item, &trial->body);
	if (err == ERR_NONE && trial->body != NULL)
		err = mark_group(&reading, node->item);
	trial->erased = node->state == LINEAGE_ERASED;
	if (err == ERR_NONE && !trial->erased && trial->body == NULL)
		err = is_erased(question, node->item, &trial->erased);
	if (trial->body != NULL &&
	    trial->body->record_case != ERFA__BODY__RECORD_TRIAL) {
		body_free(trial->body);
		trial->body = NULL;
	}
	judge(&reading, trial->body);
	if (trial->count > 1)
		qsort(trial->seen, trial->count, sizeof(*trial->seen),
		    compare_seen);
	return err;
}

void
evidence_trial_clear(struct evidence_trial *trial)
{
	union {
		const char *lent;
		char *ours;
	} id;

	size_t i;

	for (i = 0; i < trial->count; i++) {
		id.lent = trial->seen[i].id;
		free(id.ours);
		body_free(trial->bodies[i]);
	}
	free(trial->seen);
	free(trial->conversions);
	free(trial->bodies);
	body_free(trial->body);
}
