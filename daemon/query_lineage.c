#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/day.h"
#include "proto/header.h"
#include "proto/record.h"
#include "daemon/lineage.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

#define CHANGED_BYTES 524288 /* of names of changed fields in one answer */

static const char *
state_name(enum lineage_state state)
{
	switch (state) {
	case LINEAGE_HERE:
		return "here";
	case LINEAGE_UNKNOWN:
		return "unknown";
	case LINEAGE_ABSENT:
		return "absent";
	case LINEAGE_ERASED:
		return "erased";
	case LINEAGE_UNREADABLE:
		break;
	}
	return "unreadable";
}

/* ---- which family ---- */

/* Compute the family that is asked for; NULL if the answer is an error. */
static enum err
find_family(struct question *question, const char *id, const char *at,
    char today[DAY_LEN + 1], struct lineage **ret_lineage)
{
	struct lineage_options options = {
		.store = question->store,
		.index = question->index,
		.ring = question->ring,
	};
	const struct shown_item *item;
	int32_t first;
	int32_t last;
	enum err err;

	*ret_lineage = NULL;
	first = (int32_t)(time(NULL) / 86400);
	last = first;
	if (at != NULL && *at != '\0' &&
	    (day_range(at, &first, &last) != ERR_NONE || first != last))
		return query_fail(question, EXIT_USAGE, "bad_date",
		    "A day looks like 2026-01-31.", "\"%.80s\" is no day", at);
	day_text(first, today);
	err = query_resolve(question, id, &item);
	if (err != ERR_NONE || item == NULL)
		return err;
	if (item->kind != HEADER_TRIAL)
		return query_fail(question, EXIT_USAGE, "not_a_trial",
		    "Only trials have a family.  All trials:  erfa list",
		    "\"%.80s\" is no trial", id);
	options.shown = question->shown;
	options.heirs = question->heirs;
	options.today = today;
	return lineage_new(&options, item, ret_lineage);
}

/* ---- lineage ---- */

/* Says from what trials came, as long as there is room. */
struct telling {
	struct question *question;
	const struct lineage *lineage;
	const char *today;
	size_t changed_bytes;
	Erfa__LineageTrial *trial;
	const struct shown_item *self; /* the first of the twins */
	enum err err;
};

static enum err
fill_parent(struct telling *telling, const struct lineage_edge *edge)
{
	const struct shown *shown = telling->question->shown;
	const struct lineage_node *node = lineage_node(
	    telling->lineage, edge->parent);
	Erfa__LineageTrial *trial = telling->trial;
	Erfa__LineageParent *parent;
	size_t i;
	enum err err;

	err = answer_add(&trial->parent, &trial->n_parent,
	    &erfa__lineage_parent__descriptor, &parent);
	if (err != ERR_NONE ||
	    (err = query_put_id(&parent->full_id, node->org, node->record,
		 RECORD_CHARS)) != ERR_NONE ||
	    (err = query_put_id(&parent->adaptation,
		 shown_org(shown, edge->item->org), edge->item->record,
		 RECORD_CHARS)) != ERR_NONE ||
	    (err = query_put_code(&parent->relation,
		 &erfa__relation__descriptor, (int)edge->relation)) != ERR_NONE)
		return err;
	for (i = 0; i < edge->nchanged && err == ERR_NONE; i++) {
		telling->changed_bytes += strlen(edge->changed[i]) + 2;
		if (telling->changed_bytes > CHANGED_BYTES)
			break;
		err = answer_text_add(
		    &parent->changed, &parent->n_changed, edge->changed[i]);
	}
	return err;
}

static void
add_twin(void *context, const struct shown_item *item)
{
	struct telling *telling = context;
	char id[RECORD_ID_CHARS + 1];

	if (item == telling->self || telling->err != ERR_NONE)
		return;
	record_print(shown_org(telling->question->shown, item->org),
	    item->record, RECORD_CHARS, id);
	telling->err = answer_text_add(
	    &telling->trial->same_as, &telling->trial->n_same_as, id);
}

/* Which group alone may read it; who only uses its number does not get its name. */
static enum err
put_group(struct question *question, const struct shown_item *item,
    Erfa__LineageTrial *trial)
{
	const struct shown_log *log = shown_log(question->shown, item->log);
	bool stranger = false;
	uint64_t group;
	enum err err;

	err = query_item_group(question, item, &group);
	if (err == ERR_NONE)
		err = query_group_stranger(
		    question, group, log->key, &stranger);
	return err != ERR_NONE ? err :
				 query_put_group(question, group, &trial->group,
				     stranger ? NULL : &trial->group_name);
}

/* Who it is. */
static enum err
fill_identity(struct telling *telling, const struct lineage_node *node)
{
	const struct shown *shown = telling->question->shown;
	Erfa__LineageTrial *trial = telling->trial;
	const struct shown_item *item = shown_record(
	    shown, node->org, node->record);
	enum err err;

	err = query_put_id(&trial->id, node->org, node->record,
	    item == NULL ? RECORD_SHOWN : item->chars);
	if (err != ERR_NONE ||
	    (err = query_put_id(&trial->full_id, node->org, node->record,
		 RECORD_CHARS)) != ERR_NONE ||
	    (err = answer_text(&trial->publisher,
		 node->item == NULL ? node->org :
				      shown_org(shown, node->item->org))) !=
		ERR_NONE)
		return err;
	if (node->item != NULL &&
	    (err = put_group(telling->question, node->item, trial)) != ERR_NONE)
		return err;
	telling->self = item;
	telling->err = ERR_NONE;
	if (item != NULL)
		shown_twins(shown, item, add_twin, telling);
	return telling->err;
}

/* What became of it. */
static enum err
fill_outcome(Erfa__LineageTrial *trial, const struct lineage_node *node)
{
	enum err err;

	trial->has_transcribed = true;
	trial->transcribed = node->transcribed;
	trial->has_several = true;
	trial->several = node->several;
	trial->has_retracted = true;
	trial->retracted = node->retracted;
	trial->has_measured = true;
	trial->measured = node->measured;
	trial->has_poolable = true;
	trial->poolable = node->poolable;
	trial->has_held_back = true;
	trial->held_back = node->held_back;
	trial->has_depth = true;
	trial->depth = node->depth;
	err = query_put_code(
	    &trial->said, &erfa__status__descriptor, (int)node->said);
	if (err != ERR_NONE ||
	    (err = query_put_code(&trial->status, &erfa__status__descriptor,
		 (int)node->status)) != ERR_NONE ||
	    (err = query_put_code(&trial->verdict, &erfa__verdict__descriptor,
		 (int)node->verdict)) != ERR_NONE)
		return err;
	return query_put_code(&trial->author_role,
	    &erfa__author_role__descriptor, (int)node->author_role);
}

/* Whether it goes on although a permission has run out. */
static enum err
fill_expired(struct telling *telling, const struct lineage_node *node)
{
	struct question *question = telling->question;
	struct query_place place;
	struct query_entry entry;
	bool expired;
	enum err err;

	if (node->transcribed || node->state != LINEAGE_HERE || !node->departs)
		return ERR_NONE;
	place = query_place(question, node->item);
	if ((err = query_entry(question, &place, &entry)) != ERR_NONE)
		return err;
	err = query_expired(
	    question, &place, entry.body, telling->today, &expired);
	if (err == ERR_NONE && expired) {
		telling->trial->has_exemption_expired = true;
		telling->trial->exemption_expired = true;
	}
	query_entry_clear(&entry);
	return err;
}

static enum err
fill_trial(struct telling *telling, const struct lineage_node *node)
{
	Erfa__LineageTrial *trial = telling->trial;
	uint32_t i;
	enum err err;

	if ((err = fill_identity(telling, node)) != ERR_NONE ||
	    (err = fill_outcome(trial, node)) != ERR_NONE ||
	    (err = fill_expired(telling, node)) != ERR_NONE ||
	    (err = query_put_cut(&trial->title,
		 node->title == NULL ? "" : node->title)) != ERR_NONE ||
	    (err = query_put_cut(&trial->site,
		 node->site == NULL ? "" : node->site)) != ERR_NONE ||
	    (err = answer_text(&trial->state, state_name(node->state))) !=
		ERR_NONE ||
	    (err = answer_time(&trial->since, node->first_ms)) != ERR_NONE)
		return err;
	for (i = 0; i < node->parents && err == ERR_NONE; i++)
		err = fill_parent(
		    telling, lineage_edge(telling->lineage, node->edge + i));
	return err;
}

/* The trial at ${i} as a full id. */
static enum err
put_node(char **out, const struct lineage *lineage, size_t i)
{
	const struct lineage_node *node = lineage_node(lineage, i);

	return query_put_id(out, node->org, node->record, RECORD_CHARS);
}

static enum err
fill_lineage(struct question *question, const struct lineage *lineage,
    const char *today, Erfa__LineageAnswer *answer)
{
	struct telling telling = {
		.question = question,
		.lineage = lineage,
		.today = today,
	};
	size_t i;
	enum err err;

	err = put_node(&answer->id, lineage, lineage_self(lineage));
	if (err != ERR_NONE ||
	    (err = put_node(&answer->root, lineage, lineage_root(lineage))) !=
		ERR_NONE)
		return err;
	err = answer_text(&answer->at, today);
	for (i = 0; i < lineage_count(lineage) && err == ERR_NONE; i++) {
		err = answer_add(&answer->trial, &answer->n_trial,
		    &erfa__lineage_trial__descriptor, &telling.trial);
		if (err == ERR_NONE)
			err = fill_trial(&telling, lineage_node(lineage, i));
	}
	answer->has_more = true;
	answer->more = lineage_more(lineage);
	answer->has_circles = true;
	answer->circles = lineage_circles(lineage);
	return err;
}

enum err
query_lineage(struct question *question, const Erfa__LineageRequest *request)
{
	struct lineage *lineage;
	char today[DAY_LEN + 1];
	enum err err;

	err = find_family(question, request->id, request->at, today, &lineage);
	if (err != ERR_NONE || lineage == NULL)
		return err;
	err = answer_say(question->answer, ERFA__ANSWER__SAY_LINEAGE);
	if (err == ERR_NONE)
		err = fill_lineage(
		    question, lineage, today, question->answer->lineage);
	lineage_free(lineage);
	return err;
}

/* ---- scale ---- */

/* A count is told, be it zero: a reader need not know what is left out. */
#define COUNT(name) (answer->has_##name = true, answer->name = scale->name)

static void
fill_counts(Erfa__ScaleAnswer *answer, const struct lineage_scale *scale)
{
	(void)COUNT(trials);
	(void)COUNT(copies);
	(void)COUNT(started);
	(void)COUNT(running);
	(void)COUNT(completed);
	(void)COUNT(stopped);
	(void)COUNT(not_started);
	(void)COUNT(silent);
	(void)COUNT(measured);
	(void)COUNT(poolable);
	(void)COUNT(held_back);
	(void)COUNT(retracted);
	(void)COUNT(erased);
	(void)COUNT(missing);
	(void)COUNT(spread);
	(void)COUNT(documented);
	(void)COUNT(several);
}

enum err
query_scale(struct question *question, const Erfa__ScaleRequest *request)
{
	struct lineage *lineage;
	struct lineage_scale scale;
	Erfa__ScaleAnswer *answer;
	char today[DAY_LEN + 1];
	enum err err;

	err = find_family(question, request->id, request->at, today, &lineage);
	if (err != ERR_NONE || lineage == NULL)
		return err;
	if ((err = answer_say(question->answer, ERFA__ANSWER__SAY_SCALE)) !=
		ERR_NONE ||
	    (err = lineage_scale(lineage, lineage_self(lineage), &scale)) !=
		ERR_NONE)
		goto out;
	answer = question->answer->scale;
	fill_counts(answer, &scale);
	answer->has_more = true;
	answer->more = lineage_more(lineage);
	if ((err = put_node(&answer->id, lineage, lineage_self(lineage))) ==
		ERR_NONE &&
	    (err = put_node(&answer->root, lineage, lineage_root(lineage))) ==
		ERR_NONE)
		err = answer_text(&answer->at, today);
out:
	lineage_free(lineage);
	return err;
}
