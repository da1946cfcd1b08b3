#include <stdlib.h>
#include <string.h>

#include "proto/day.h"
#include "proto/header.h"
#include "proto/life_case.h"
#include "proto/life_need.h"
#include "proto/life_state.h"
#include "proto/record.h"
#include "daemon/query_internal.h"
#include "daemon/shown.h"

#define ROUNDS_MAX 200 /* of one programme, that are told */

/* A programme and what is counted of it. */
struct burden {
	struct question *question;
	char id[RECORD_ID_CHARS + 1]; /* of the programme, full */
	Erfa__BurdenAnswer *answer;
};

static bool
names(const struct burden *it, const Erfa__RecordRef *ref)
{
	return ref != NULL && ref->id != NULL && strcmp(ref->id, it->id) == 0;
}

/* ---- what is asked ---- */

static enum err
add_need(struct burden *it, const char *due, const char *field, bool own,
    Erfa__BurdenNeed **ret_need)
{
	enum err err;

	err = answer_add(&it->answer->need, &it->answer->n_need,
	    &erfa__burden_need__descriptor, ret_need);
	if (err != ERR_NONE)
		return err;
	(*ret_need)->has_own = true;
	(*ret_need)->own = own;
	if ((err = answer_text(&(*ret_need)->due, due)) != ERR_NONE)
		return err;
	return answer_text(&(*ret_need)->field, field);
}

/* The programme's own questions; their words are given away. */
static enum err
fill_own(struct burden *it, Erfa__Programme *programme)
{
	Erfa__BurdenNeed *need;
	Erfa__ExtraField *extra;
	size_t i;
	enum err err;

	it->answer->has_extra = true;
	it->answer->has_extra_max = true;
	it->answer->extra_max = LIFE_EXTRAS_MAX;
	for (i = 0; i < programme->n_required_extra && i < LIFE_EXTRAS_MAX;
	     i++) {
		extra = programme->required_extra[i];
		err = add_need(it, extra->due, extra->name, true, &need);
		if (err != ERR_NONE)
			return err;
		need->label = extra->label;
		need->n_label = extra->n_label;
		extra->label = NULL;
		extra->n_label = 0;
		it->answer->extra++;
	}
	return ERR_NONE;
}

static enum err
fill_needs(struct burden *it, Erfa__Programme *programme)
{
	const struct life_answer *answers = life_answers();
	Erfa__BurdenNeed *need;
	char due[2] = "";
	size_t i;
	enum err err;

	it->answer->has_answers = it->answer->has_exemption_answers = true;
	for (i = 0; i < LIFE_ANSWERS; i++) {
		due[0] = answers[i].due;
		err = add_need(it, due, answers[i].field, false, &need);
		if (err != ERR_NONE)
			return err;
		if (due[0] == 'X')
			it->answer->exemption_answers++;
		else
			it->answer->answers++;
	}
	return fill_own(it, programme);
}

/* ---- what runs under it ---- */

/* Note when a trial that has started did so: the earliest counts. */
static enum err
note_start(struct burden *it, const Erfa__Trial *trial, uint64_t time_ms)
{
	const char *start = trial->period == NULL ? NULL : trial->period->start;
	char *told = NULL;
	int32_t day;
	int32_t last;
	enum err err;

	/* A day that is no day: that on which it was last written about. */
	if (day_range(start, &day, &last) == ERR_NONE)
		err = answer_text(&told, start);
	else if ((err = answer_time(&told, time_ms)) == ERR_NONE &&
	    strlen(told) > DAY_LEN)
		told[DAY_LEN] = '\0';
	if (err != ERR_NONE)
		return err;
	if (it->answer->frozen_since == NULL ||
	    day_compare(told, it->answer->frozen_since) < 0) {
		free(it->answer->frozen_since);
		it->answer->frozen_since = told;
	} else {
		free(told);
	}
	return ERR_NONE;
}

static bool
has_started(const Erfa__Body *body)
{
	Erfa__Status status = life_status(body);

	return status == ERFA__STATUS__STATUS_ACTIVE ||
	    status == ERFA__STATUS__STATUS_PAUSED ||
	    status == ERFA__STATUS__STATUS_COMPLETED ||
	    status == ERFA__STATUS__STATUS_STOPPED;
}

static void
count_trial(struct burden *it, const struct query_entry *entry)
{
	it->answer->restricted += entry->group != 0;
	if (life_is_transcribed(entry->body))
		it->answer->documented++;
	else
		it->answer->trials++;
}

static enum err
take_trial(struct burden *it, const struct shown_item *item)
{
	struct query_place place = query_place(it->question, item);
	struct query_entry entry;
	bool retracted;
	enum err err;

	if ((err = query_entry(it->question, &place, &entry)) != ERR_NONE)
		return err;
	if (entry.body == NULL ||
	    entry.body->record_case != ERFA__BODY__RECORD_TRIAL ||
	    !names(it, entry.body->trial->programme))
		goto out;
	err = query_claims(it->question, &place, &entry);
	if (err != ERR_NONE)
		goto out;
	retracted = entry.row->retracted;
	if (!retracted)
		count_trial(it, &entry);

	/* What was taken back has begun all the same; who only claims to be
	 * active freezes nothing. */
	if (life_is_transcribed(entry.body) || !has_started(entry.body) ||
	    entry.row->claims)
		goto out;
	it->answer->frozen = true;
	it->answer->started += !retracted;
	err = note_start(it, entry.body->trial, item->time_ms);
out:
	query_entry_clear(&entry);
	return err;
}

/* Counts the applications of one round. */
struct handed_in {
	struct question *question;
	const char *round;
	uint64_t count;
};

static enum err
take_handed_in(void *context, const struct shown_item *item)
{
	struct handed_in *it = context;
	Erfa__Body *body = NULL;
	bool retracted;
	enum err err;

	if (item->kind != HEADER_APPLICATION || item->twin)
		return ERR_NONE;
	err = query_retracted(it->question, item, &retracted);
	if (err != ERR_NONE || retracted)
		return err;
	err = query_read(it->question, item, &body);
	if (err == ERR_NONE && body != NULL &&
	    body->record_case == ERFA__BODY__RECORD_APPLICATION &&
	    body->application->round != NULL &&
	    body->application->round->id != NULL &&
	    strcmp(body->application->round->id, it->round) == 0)
		it->count++;
	body_free(body);
	return err;
}

static enum err
fill_round(
    const Erfa__Row *row, const Erfa__Round *round, Erfa__BurdenRound *told)
{
	enum err err;

	told->has_no = round->has_no;
	told->no = round->no;
	if ((err = answer_text(&told->id, row->id)) != ERR_NONE ||
	    (err = answer_text(&told->full_id, row->full_id)) != ERR_NONE ||
	    (err = answer_text(&told->title, round->title)) != ERR_NONE ||
	    (err = answer_text(&told->opens, round->opens)) != ERR_NONE ||
	    (err = answer_text(&told->closes, round->closes)) != ERR_NONE ||
	    (err = answer_text(&told->decision_due, round->decision_due)) !=
		ERR_NONE)
		return err;
	return query_put_code(&told->stage, &erfa__round_stage__descriptor,
	    round->has_stage ? (int)round->stage : 0);
}

static enum err
take_round(struct burden *it, const struct shown_item *item)
{
	struct query_place place = query_place(it->question, item);
	struct handed_in handed_in = { .question = it->question };
	struct query_entry entry;
	Erfa__BurdenRound *told;
	bool retracted;
	enum err err;

	err = query_retracted(it->question, item, &retracted);
	if (err != ERR_NONE || retracted || it->answer->n_round == ROUNDS_MAX)
		return err;
	if ((err = query_entry(it->question, &place, &entry)) != ERR_NONE)
		return err;
	if (entry.body == NULL ||
	    entry.body->record_case != ERFA__BODY__RECORD_ROUND ||
	    !names(it, entry.body->round->programme))
		goto out;
	err = answer_add(&it->answer->round, &it->answer->n_round,
	    &erfa__burden_round__descriptor, &told);
	if (err == ERR_NONE)
		err = fill_round(entry.row, entry.body->round, told);
	if (err != ERR_NONE)
		goto out;
	it->answer->restricted += entry.group != 0;
	handed_in.round = told->full_id;
	err = query_naming(it->question, item, take_handed_in, &handed_in);
	told->has_applications = true;
	told->applications = handed_in.count;
out:
	query_entry_clear(&entry);
	return err;
}

static enum err
take_application(struct burden *it, const struct shown_item *item)
{
	Erfa__Body *body = NULL;
	uint64_t group = 0;
	bool retracted;
	enum err err;

	err = query_retracted(it->question, item, &retracted);
	if (err != ERR_NONE || retracted)
		return err;
	err = query_read(it->question, item, &body);
	if (err == ERR_NONE && body != NULL &&
	    body->record_case == ERFA__BODY__RECORD_APPLICATION &&
	    names(it, body->application->programme)) {
		it->answer->applications++;
		err = query_item_group(it->question, item, &group);
	}
	it->answer->restricted += group != 0;
	body_free(body);
	return err;
}

static enum err
take_item(void *context, const struct shown_item *item)
{
	struct burden *it = context;

	if (item->twin)
		return ERR_NONE;
	if (item->kind == HEADER_TRIAL)
		return take_trial(it, item);
	if (item->kind == HEADER_ROUND)
		return take_round(it, item);
	if (item->kind == HEADER_APPLICATION)
		return take_application(it, item);
	return ERR_NONE;
}

/* By the day they close, then by id. */
static int
compare_rounds(const void *a, const void *b)
{
	const Erfa__BurdenRound *x = *(Erfa__BurdenRound *const *)a;
	const Erfa__BurdenRound *y = *(Erfa__BurdenRound *const *)b;
	int order = day_compare(x->closes, y->closes);

	return order != 0 ? order : strcmp(x->full_id, y->full_id);
}

static enum err
count_items(struct burden *it, const struct shown_item *item)
{
	Erfa__BurdenAnswer *answer = it->answer;
	enum err err;

	answer->has_trials = answer->has_started = true;
	answer->has_documented = answer->has_applications = true;
	answer->has_frozen = answer->has_restricted = true;
	err = query_naming(it->question, item, take_item, it);
	if (err == ERR_NONE && answer->n_round > 1)
		qsort(answer->round, answer->n_round, sizeof(void *),
		    compare_rounds);
	return err;
}

/* ---- the answer ---- */

static enum err
answer_burden(
    struct burden *it, const struct shown_item *item, struct query_entry *entry)
{
	Erfa__BurdenAnswer *answer;
	enum err err;

	if ((err = answer_say(
		 it->question->answer, ERFA__ANSWER__SAY_BURDEN)) != ERR_NONE)
		return err;
	answer = it->question->answer->burden;
	it->answer = answer;
	if ((err = answer_text(&answer->id, entry->row->id)) != ERR_NONE ||
	    (err = answer_text(&answer->full_id, entry->row->full_id)) !=
		ERR_NONE ||
	    (err = answer_text(&answer->name, entry->row->title)) != ERR_NONE ||
	    (err = fill_needs(it, entry->body->programme)) != ERR_NONE)
		return err;
	return count_items(it, item);
}

enum err
query_burden(struct question *question, const Erfa__BurdenRequest *request)
{
	struct burden it = { .question = question };
	const struct shown_item *item;
	struct query_entry entry;
	struct query_place place;
	enum err err;

	err = query_resolve(question, request->id, &item);
	if (err != ERR_NONE || item == NULL)
		return err;
	place = query_place(question, item);
	if ((err = query_entry(question, &place, &entry)) != ERR_NONE)
		return err;
	record_print(place.org, item->record, RECORD_CHARS, it.id);
	if (entry.body == NULL)
		err = query_fail(question, EXIT_NOINPUT, "not_here",
		    "What is left of it:  erfa history ID",
		    "the content of %s is not here", entry.row->id);
	else if (entry.body->record_case != ERFA__BODY__RECORD_PROGRAMME)
		err = query_fail(question, EXIT_USAGE, "not_a_programme",
		    "All programmes:  erfa programme list",
		    "\"%.80s\" is no programme", request->id);
	else
		err = answer_burden(&it, item, &entry);
	query_entry_clear(&entry);
	return err;
}
