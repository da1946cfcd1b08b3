#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "proto/control.h"
#include "proto/record.h"
#include "daemon/facts.h"
#include "daemon/store.h"
#include "tests/unit/desk.h"
#include "tests/unit/press.h"

#define ORGS  5
#define TODAY "2024-06-01" /* what the press prints is of November 2023 */

struct fixture {
	struct desk desk;
	struct press orgs[ORGS]; /* the node is that of the first */
	unsigned serial;         /* of records that nobody asks for by name */
};

/* ---- the node ---- */

static int
setup(void **state)
{
	static const char *const names[ORGS] = { "dk-791", "no-5501", "fi-564",
		"fi-297", "se-180" };
	struct fixture *f = calloc(1, sizeof(*f));
	unsigned i;

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	for (i = 0; i < ORGS; i++)
		press_begin(&f->orgs[i], (uint8_t)(i + 1), 7, names[i]);
	for (i = 1; i < ORGS; i++)
		(void)press_vouch(&f->orgs[0], &f->orgs[i], false, 0, NULL);
	desk_open(&f->desk, &f->orgs[0]);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	desk_close(&f->desk);
	for (i = 0; i < ORGS; i++)
		press_end(&f->orgs[i]);
	free(f);
	return 0;
}

static void
publish(struct fixture *f)
{
	unsigned i;

	for (i = 0; i < ORGS; i++)
		press_publish(&f->orgs[i], f->desk.store, i == 0);
	desk_settle(&f->desk);
}

/* ---- writing ---- */

/* A trial by its publisher and its name. */
struct trial {
	struct press *press;
	const char *name;
};

static Erfa__RecordRef *
ref_to(struct trial trial)
{
	uint8_t record[RECORD_LEN];

	press_record(trial.name, record);
	return press_ref(trial.press, record);
}

/* Write an entry of ${kind} whose header names what its body does. */
static uint64_t
add(struct press *press, uint32_t kind, const char *name, Erfa__Body *body)
{
	struct header_about about[HEADER_ABOUT_MAX] = { 0 };
	struct facts_ref refs[FACTS_REFS_MAX];
	uint8_t record[RECORD_LEN];
	struct press_options options = {
		.kind = kind,
		.record = record,
		.about = about,
		.nabout = 1,
	};
	size_t count = facts_about(body, refs);
	size_t i;

	press_record(name, record);
	memcpy(about[0].record, record, RECORD_LEN);
	about[0].major = body->envelope->major;
	for (i = 0; i < count; i++) {
		memcpy(about[i + 1].org, refs[i].org, sizeof(refs[i].org));
		memcpy(about[i + 1].record, refs[i].record, RECORD_LEN);
		options.nabout++;
	}
	return press_add(press, &options, body);
}

static struct trial
add_trial_body(struct press *press, const char *name, Erfa__Body *body)
{
	(void)add(press, HEADER_TRIAL, name, body);
	return (struct trial){ .press = press, .name = name };
}

static struct trial
add_trial(struct press *press, const char *name, Erfa__Status status)
{
	Erfa__Body *body = press_trial(name, NULL, NULL, NULL);

	body->trial->has_status = true;
	body->trial->status = status;
	return add_trial_body(press, name, body);
}

/* What a source says of a trial at ${site}; NULL = it does not say where. */
static struct trial
add_transcribed_at(struct press *press, const char *name,
    const char *external_id, const char *site)
{
	Erfa__Body *body = press_trial(name, NULL, external_id, site);

	body->trial->has_status = true;
	body->trial->status = ERFA__STATUS__STATUS_ACTIVE;
	body->trial->period = calloc(1, sizeof(*body->trial->period));
	assert_non_null(body->trial->period);
	erfa__period__init(body->trial->period);
	body->trial->period->end = strdup("2015");
	return add_trial_body(press, name, body);
}

static struct trial
add_transcribed(struct press *press, const char *name, const char *external_id)
{
	return add_transcribed_at(press, name, external_id, NULL);
}

static const char *
next_name(struct fixture *f, char out[32])
{
	(void)snprintf(out, 32, "record %u", f->serial++);
	return out;
}

/* ${writer} says that ${child} came from ${parent}. */
static uint64_t
adapt(struct fixture *f, struct press *writer, struct trial child,
    struct trial parent)
{
	Erfa__Body *body = press_body(HEADER_ADAPTATION);
	Erfa__Adaptation *adaptation = body->adaptation;
	char name[32];

	adaptation->from_trial = ref_to(parent);
	adaptation->to_trial = ref_to(child);
	adaptation->has_relation = true;
	adaptation->relation = ERFA__RELATION__RELATION_ADAPTED;
	adaptation->changed_fields = calloc(1, sizeof(char *));
	assert_non_null(adaptation->changed_fields);
	adaptation->changed_fields[0] = strdup("trial.goals");
	adaptation->n_changed_fields = 1;
	return add(writer, HEADER_ADAPTATION, next_name(f, name), body);
}

/* ${writer} tells in the record ${name} what was learnt. */
static struct trial
learn_as(struct press *writer, const char *name, struct trial trial,
    Erfa__Stage stage, Erfa__Verdict verdict)
{
	Erfa__Body *body = press_body(HEADER_EXPERIENCE);
	Erfa__Experience *experience = body->experience;

	experience->target_case = ERFA__EXPERIENCE__TARGET_TRIAL;
	experience->trial = ref_to(trial);
	experience->has_stage = true;
	experience->stage = stage;
	experience->has_verdict = true;
	experience->verdict = verdict;
	experience->has_author_role = true;
	experience->author_role = ERFA__AUTHOR_ROLE__AUTHOR_ROLE_SELF;
	(void)add(writer, HEADER_EXPERIENCE, name, body);
	return (struct trial){ .press = writer, .name = name };
}

static void
learn(struct fixture *f, struct trial trial, Erfa__Stage stage,
    Erfa__Verdict verdict)
{
	char name[32];

	(void)learn_as(trial.press, next_name(f, name), trial, stage, verdict);
}

static void
observe(struct fixture *f, struct trial trial, Erfa__Occasion occasion,
    unsigned events)
{
	Erfa__Body *body = press_body(HEADER_OBSERVATION);
	Erfa__Observation *observation = body->observation;
	char name[32];

	observation->trial = ref_to(trial);
	observation->indicator = ref_to(
	    (struct trial){ .press = trial.press, .name = "indicator" });
	observation->has_occasion = true;
	observation->occasion = occasion;
	observation->value_case = ERFA__OBSERVATION__VALUE_BINARY;
	observation->binary = calloc(1, sizeof(*observation->binary));
	assert_non_null(observation->binary);
	erfa__binary__init(observation->binary);
	observation->binary->has_events = true;
	observation->binary->events = events;
	observation->binary->has_total = true;
	observation->binary->total = 100;
	(void)add(trial.press, HEADER_OBSERVATION, next_name(f, name), body);
}

static void
retract(struct fixture *f, struct press *writer, struct trial trial)
{
	Erfa__Body *body = press_body(HEADER_RETRACTION);
	char name[32];

	body->retraction->target = ref_to(trial);
	body->retraction->has_kind = true;
	body->retraction->kind =
	    ERFA__RETRACTION_KIND__RETRACTION_KIND_RETRACTION;
	(void)add(writer, HEADER_RETRACTION, next_name(f, name), body);
}

/* Erase two entries of the node's own log. */
static void
erase(struct fixture *f, uint64_t first, uint64_t second)
{
	struct header_target targets[2] = { { .n = first, .reason = 1 },
		{ .n = second, .reason = 1 } };
	struct press_options options = { .kind = HEADER_ERASE };
	struct press *press = &f->orgs[0];
	struct store_txn *txn;
	uint8_t ext[256];
	size_t len;
	unsigned i;

	for (i = 0; i < 2; i++)
		memcpy(targets[i].log_id, press->log_id, LOG_ID_LEN);
	assert_int_equal(
	    header_erase_encode(targets, 2, ext, sizeof(ext), &len), ERR_NONE);
	options.ext = (struct bytes){ .data = ext, .len = len };
	(void)press_add(press, &options, NULL);
	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	press_put(press, txn, true, 0);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	desk_settle(&f->desk);
}

/* ---- asking ---- */

static void
full_id(struct trial trial, char out[RECORD_ID_CHARS + 1])
{
	uint8_t record[RECORD_LEN];

	press_record(trial.name, record);
	record_print(trial.press->org, record, RECORD_CHARS, out);
}

static Erfa__Answer *
lineage_at(struct desk *desk, struct trial trial, const char *at)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__LineageRequest lineage = ERFA__LINEAGE_REQUEST__INIT;
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];

	full_id(trial, id);
	request.ask_case = ERFA__REQUEST__ASK_LINEAGE;
	request.lineage = &lineage;
	lineage.id = id;
	lineage.at = strdup(at);
	answer = desk_ask(desk, &request);
	free(lineage.at);
	return answer;
}

static Erfa__Answer *
lineage(struct desk *desk, struct trial trial)
{
	return lineage_at(desk, trial, TODAY);
}

static Erfa__Answer *
scale_at(struct desk *desk, struct trial trial, const char *at)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ScaleRequest scale = ERFA__SCALE_REQUEST__INIT;
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];

	full_id(trial, id);
	request.ask_case = ERFA__REQUEST__ASK_SCALE;
	request.scale = &scale;
	scale.id = id;
	scale.at = strdup(at);
	answer = desk_ask(desk, &request);
	free(scale.at);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_SCALE);
	assert_string_equal(answer->scale->schema, "erfa.scale/1");
	return answer;
}

static Erfa__Answer *
scale(struct desk *desk, struct trial trial)
{
	return scale_at(desk, trial, TODAY);
}

/* The trial of an answer, or NULL. */
static const Erfa__LineageTrial *
find(const Erfa__Answer *answer, struct trial trial)
{
	char id[RECORD_ID_CHARS + 1];
	size_t i;

	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_LINEAGE);
	full_id(trial, id);
	for (i = 0; i < answer->lineage->n_trial; i++)
		if (strcmp(answer->lineage->trial[i]->full_id, id) == 0)
			return answer->lineage->trial[i];
	return NULL;
}

static void
assert_error(Erfa__Answer *answer, const char *code, unsigned exit)
{
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_ERROR);
	assert_string_equal(answer->error->code, code);
	assert_int_equal(answer->error->exit, exit);
	control_free_answer(answer);
}

#define ACTIVE    ERFA__STATUS__STATUS_ACTIVE
#define COMPLETED ERFA__STATUS__STATUS_COMPLETED
#define IDEA      ERFA__STATUS__STATUS_IDEA
#define STOPPED   ERFA__STATUS__STATUS_STOPPED

/* ---- families ---- */

static void
a_trial_without_relatives_is_a_family_of_one(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", ACTIVE);
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];

	publish(f);
	answer = lineage(&f->desk, a);
	assert_string_equal(answer->lineage->schema, "erfa.lineage/1");
	assert_int_equal(answer->lineage->n_trial, 1);
	full_id(a, id);
	assert_string_equal(answer->lineage->id, id);
	assert_string_equal(answer->lineage->root, id);
	assert_string_equal(answer->lineage->at, TODAY);
	assert_string_equal(answer->lineage->trial[0]->title, "a");
	assert_string_equal(answer->lineage->trial[0]->state, "here");
	assert_string_equal(answer->lineage->trial[0]->status, "active");
	assert_int_equal(answer->lineage->trial[0]->n_parent, 0);
	control_free_answer(answer);
}

static void
copies_of_copies_are_found_from_any_of_them(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", COMPLETED);
	struct trial b = add_trial(&f->orgs[1], "b", ACTIVE);
	struct trial c = add_trial(&f->orgs[2], "c", ACTIVE);
	struct trial d = add_trial(&f->orgs[3], "d", IDEA);
	const struct trial all[] = { a, b, c, d };
	const Erfa__LineageTrial *trial;
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];
	unsigned i;

	(void)adapt(f, b.press, b, a);
	(void)adapt(f, c.press, c, a);
	(void)adapt(f, d.press, d, c);
	publish(f);
	for (i = 0; i < 4; i++) {
		answer = lineage(&f->desk, all[i]);
		assert_int_equal(answer->lineage->n_trial, 4);
		full_id(a, id);
		assert_string_equal(answer->lineage->root, id);
		assert_string_equal(answer->lineage->trial[0]->full_id, id);
		trial = find(answer, d);
		assert_non_null(trial);
		assert_int_equal(trial->depth, 2);
		assert_int_equal(trial->n_parent, 1);
		full_id(c, id);
		assert_string_equal(trial->parent[0]->full_id, id);
		assert_string_equal(trial->parent[0]->relation, "adapted");
		assert_int_equal(trial->parent[0]->n_changed, 1);
		assert_string_equal(
		    trial->parent[0]->changed[0], "trial.goals");
		control_free_answer(answer);
	}
}

static void
a_trial_may_have_several_parents(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", ACTIVE);
	struct trial b = add_trial(&f->orgs[1], "b", ACTIVE);
	struct trial c = add_trial(&f->orgs[2], "c", ACTIVE);
	Erfa__Answer *answer;

	(void)adapt(f, c.press, c, b);
	(void)adapt(f, c.press, c, a);
	publish(f);
	answer = lineage(&f->desk, c);
	assert_int_equal(answer->lineage->n_trial, 3);
	assert_int_equal(find(answer, c)->n_parent, 2);
	assert_int_equal(find(answer, c)->depth, 1);

	/* Both are roots. */
	assert_int_equal(find(answer, a)->depth, 0);
	assert_int_equal(find(answer, b)->depth, 0);
	control_free_answer(answer);
	answer = scale(&f->desk, a);
	assert_int_equal(answer->scale->trials, 2);
	assert_int_equal(answer->scale->copies, 1);
	control_free_answer(answer);
}

static void
the_root_is_the_oldest_ancestor(void **state)
{
	struct fixture *f = *state;
	struct trial a;
	struct trial b;
	struct trial c;
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];

	f->orgs[0].time_ms += 90000000;
	a = add_trial(&f->orgs[0], "a", ACTIVE);
	b = add_trial(&f->orgs[1], "b", ACTIVE);
	c = add_trial(&f->orgs[2], "c", ACTIVE);
	(void)adapt(f, c.press, c, a);
	(void)adapt(f, c.press, c, b);
	publish(f);
	answer = lineage(&f->desk, c);
	full_id(b, id);
	assert_string_equal(answer->lineage->root, id);
	assert_string_equal(answer->lineage->trial[0]->full_id, id);
	control_free_answer(answer);

	/* Of a it is no ancestor. */
	answer = lineage(&f->desk, a);
	full_id(a, id);
	assert_string_equal(answer->lineage->root, id);
	control_free_answer(answer);
}

static void
an_erased_or_unknown_trial_keeps_its_place(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", ACTIVE);
	struct trial b = add_trial(&f->orgs[0], "b", ACTIVE);
	struct trial c = add_trial(&f->orgs[1], "c", ACTIVE);
	struct trial lost = { .press = &f->orgs[2], .name = "lost" };
	uint64_t edge;
	Erfa__Answer *answer;

	(void)adapt(f, a.press, a, lost);
	edge = adapt(f, b.press, b, a);
	(void)adapt(f, c.press, c, b);
	publish(f);

	/* The trial in the middle, and the edge above it. */
	erase(f, edge - 2, edge);
	answer = lineage(&f->desk, c);
	assert_int_equal(answer->lineage->n_trial, 4);
	assert_string_equal(find(answer, lost)->state, "unknown");
	assert_string_equal(find(answer, b)->state, "erased");
	assert_string_equal(find(answer, b)->title, "");
	assert_int_equal(find(answer, b)->n_parent, 1);
	assert_string_equal(find(answer, b)->parent[0]->relation, "");
	assert_int_equal(find(answer, c)->depth, 3);
	control_free_answer(answer);

	answer = scale(&f->desk, a);
	assert_int_equal(answer->scale->trials, 3);
	assert_int_equal(answer->scale->copies, 2);
	assert_int_equal(answer->scale->erased, 1);
	assert_int_equal(answer->scale->started, 2);
	control_free_answer(answer);
}

static void
a_retracted_trial_keeps_its_place_and_is_marked(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", COMPLETED);
	struct trial b = add_trial(&f->orgs[1], "b", COMPLETED);
	struct trial c = add_trial(&f->orgs[2], "c", ACTIVE);
	Erfa__Answer *answer;

	(void)adapt(f, b.press, b, a);
	(void)adapt(f, c.press, c, b);
	observe(f, b, ERFA__OCCASION__OCCASION_BASELINE, 20);
	observe(f, b, ERFA__OCCASION__OCCASION_FOLLOW_UP, 40);
	retract(f, b.press, b);
	retract(f, b.press, a); /* not its publisher */
	publish(f);
	answer = lineage(&f->desk, c);
	assert_int_equal(answer->lineage->n_trial, 3);
	assert_true(find(answer, b)->retracted);
	assert_false(find(answer, a)->retracted);
	assert_string_equal(find(answer, b)->title, "b");
	control_free_answer(answer);
	answer = scale(&f->desk, a);
	assert_int_equal(answer->scale->retracted, 1);
	assert_int_equal(answer->scale->measured, 1);
	assert_int_equal(answer->scale->poolable, 0);
	control_free_answer(answer);
}

static void
only_the_publisher_of_a_copy_says_where_it_came_from(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", ACTIVE);
	struct trial b = add_trial(&f->orgs[1], "b", ACTIVE);
	Erfa__Answer *answer;

	(void)adapt(f, &f->orgs[0], b, a);
	(void)adapt(f, &f->orgs[2], b, a);
	publish(f);
	answer = lineage(&f->desk, a);
	assert_int_equal(answer->lineage->n_trial, 1);
	control_free_answer(answer);
}

static void
circles_end(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", ACTIVE);
	struct trial b = add_trial(&f->orgs[1], "b", ACTIVE);
	struct trial c = add_trial(&f->orgs[2], "c", ACTIVE);
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];

	f->orgs[2].time_ms += 1000000;
	f->orgs[0].time_ms += 2000000;
	(void)adapt(f, b.press, b, a);
	(void)adapt(f, c.press, c, b);
	(void)adapt(f, a.press, a, c);
	(void)adapt(f, a.press, a, a);
	publish(f);
	answer = lineage(&f->desk, c);
	assert_int_equal(answer->lineage->n_trial, 3);
	assert_int_equal(answer->lineage->circles, 1);
	full_id(a, id);
	assert_string_equal(answer->lineage->root, id);
	assert_int_equal(find(answer, c)->depth, 2);
	control_free_answer(answer);
	answer = scale(&f->desk, b);
	assert_int_equal(answer->scale->trials, 2);
	control_free_answer(answer);
}

static void
the_last_word_about_an_edge_holds(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", ACTIVE);
	struct trial b = add_trial(&f->orgs[1], "b", ACTIVE);
	Erfa__Answer *answer;

	(void)adapt(f, b.press, b, a);
	(void)adapt(f, b.press, b, a);
	publish(f);
	answer = lineage(&f->desk, a);
	assert_int_equal(find(answer, b)->n_parent, 1);
	control_free_answer(answer);
}

static void
twins_are_one_and_the_own_word_speaks(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", ACTIVE);
	struct trial said = add_transcribed_at(
	    &f->orgs[1], "said", "source:1", "fi-564 Oulu");
	Erfa__Body *body = press_trial("own", NULL, "source:1", NULL);
	struct trial own;
	const Erfa__LineageTrial *trial;
	Erfa__Answer *answer;
	size_t i;

	body->envelope->transcribed = false;
	body->trial->has_status = true;
	body->trial->status = STOPPED;
	own = add_trial_body(&f->orgs[2], "own", body);
	(void)adapt(f, said.press, said, a);
	(void)adapt(f, own.press, own, a);
	learn(f, own, ERFA__STAGE__STAGE_FINAL,
	    ERFA__VERDICT__VERDICT_NO_DIFFERENCE);
	publish(f);
	answer = lineage(&f->desk, a);
	assert_int_equal(answer->lineage->n_trial, 2);
	trial = answer->lineage->trial[1];
	assert_int_equal(trial->n_parent, 1);
	assert_int_equal(trial->n_same_as, 1);
	assert_string_equal(trial->title, "own");
	assert_string_equal(trial->publisher, "fi-564");
	assert_string_equal(trial->status, "stopped");
	assert_string_equal(trial->verdict, "no_difference");
	assert_false(trial->transcribed);
	control_free_answer(answer);
	for (i = 0; i < 2; i++) {
		answer = scale(&f->desk, i == 0 ? said : own);
		assert_int_equal(answer->scale->trials, 1);
		assert_int_equal(answer->scale->stopped, 1);
		assert_int_equal(answer->scale->documented, 0);
		control_free_answer(answer);
	}

	/* What the source's writer takes back is its own record alone. */
	retract(f, said.press, said);
	publish(f);
	answer = scale(&f->desk, own);
	assert_int_equal(answer->scale->retracted, 0);
	control_free_answer(answer);
	retract(f, own.press, own);
	publish(f);
	answer = scale(&f->desk, said);
	assert_int_equal(answer->scale->retracted, 1);
	control_free_answer(answer);
}

/* The same words, but nobody has named who says so. */
static void
a_strangers_word_is_a_trial_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", ACTIVE);
	struct trial said = add_transcribed_at(
	    &f->orgs[1], "said", "source:1", "dk-791 Viborg");
	Erfa__Body *body = press_trial("own", NULL, "source:1", NULL);
	struct trial own;
	Erfa__Answer *answer;

	body->envelope->transcribed = false;
	body->trial->has_status = true;
	body->trial->status = STOPPED;
	own = add_trial_body(&f->orgs[2], "own", body);
	(void)adapt(f, said.press, said, a);
	(void)adapt(f, own.press, own, a);
	publish(f);
	answer = lineage(&f->desk, a);
	assert_int_equal(answer->lineage->n_trial, 3);
	assert_int_equal(find(answer, said)->n_same_as, 0);
	assert_true(find(answer, said)->transcribed);
	assert_string_equal(find(answer, own)->status, "stopped");
	control_free_answer(answer);
	answer = scale(&f->desk, said);
	assert_int_equal(answer->scale->documented, 1);
	assert_int_equal(answer->scale->stopped, 0);
	control_free_answer(answer);
}

static void
an_adaptation_names_the_copy_and_then_the_origin(void **state)
{
	struct fixture *f = *state;
	struct trial a = { .press = &f->orgs[0], .name = "a" };
	struct trial b = { .press = &f->orgs[1], .name = "b" };
	struct facts_ref refs[FACTS_REFS_MAX];
	Erfa__Body *body = press_body(HEADER_ADAPTATION);

	body->adaptation->from_trial = ref_to(a);
	body->adaptation->root = ref_to(a);

	/* An origin alone would stand where the copy is looked for. */
	assert_int_equal(facts_about(body, refs), 0);
	body->adaptation->to_trial = ref_to(b);
	assert_int_equal(facts_about(body, refs), 2);
	assert_string_equal(refs[0].org, "no-5501");
	assert_string_equal(refs[1].org, "dk-791");
	body_free(body);
}

/* ---- scale ---- */

static void
the_latest_final_experience_gives_the_verdict(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", COMPLETED);
	Erfa__Answer *answer;

	learn(f, a, ERFA__STAGE__STAGE_FINAL, ERFA__VERDICT__VERDICT_WORKED);
	learn(f, a, ERFA__STAGE__STAGE_FINAL,
	    ERFA__VERDICT__VERDICT_WORKED_PARTLY);
	learn(
	    f, a, ERFA__STAGE__STAGE_INTERIM, ERFA__VERDICT__VERDICT_TOO_EARLY);
	publish(f);
	answer = lineage(&f->desk, a);
	assert_string_equal(find(answer, a)->verdict, "worked_partly");
	assert_string_equal(find(answer, a)->author_role, "self");
	control_free_answer(answer);
}

/* The verdict by which a search for ${words} tells of its one hit; empty if of
 * none, "-" if there is no hit. */
static void
found_verdict(
    struct desk *desk, const char *words, const char *verdict, char out[32])
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__FindRequest find = ERFA__FIND_REQUEST__INIT;
	char *word[1] = { strdup(words) };
	Erfa__Answer *answer;

	request.ask_case = ERFA__REQUEST__ASK_FIND;
	request.find = &find;
	find.n_word = 1;
	find.word = word;
	find.verdict = verdict == NULL ? NULL : strdup(verdict);
	answer = desk_ask(desk, &request);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_FIND);
	assert_true(answer->find->n_row <= 1);
	if (answer->find->n_row == 0 || answer->find->unfiltered)
		(void)snprintf(out, 32, "-");
	else
		(void)snprintf(out, 32, "%s",
		    answer->find->row[0]->verdict == NULL ?
			"" :
			answer->find->row[0]->verdict);
	control_free_answer(answer);
	free(find.verdict);
	free(word[0]);
}

/* The only verdict that evidence counts, or unset. */
static Erfa__Verdict
counted_verdict(struct desk *desk, struct trial trial)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__EvidenceRequest studies = ERFA__EVIDENCE_REQUEST__INIT;
	Erfa__Verdict verdict = ERFA__VERDICT__VERDICT_UNSET;
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];

	full_id(trial, id);
	request.ask_case = ERFA__REQUEST__ASK_STUDIES;
	request.studies = &studies;
	studies.id = id;
	answer = desk_ask(desk, &request);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_STUDIES);
	assert_true(answer->studies->n_verdict <= 1);
	if (answer->studies->n_verdict == 1)
		verdict = answer->studies->verdict[0]->verdict;
	control_free_answer(answer);
	return verdict;
}

static void
assert_verdict(
    struct fixture *f, struct trial trial, const char *code, int verdict)
{
	Erfa__Answer *answer;
	char found[32];

	found_verdict(&f->desk, trial.name, NULL, found);
	assert_string_equal(found, code);
	assert_int_equal(counted_verdict(&f->desk, trial), verdict);
	answer = lineage(&f->desk, trial);
	assert_string_equal(
	    find(answer, trial)->verdict, verdict == 0 ? "" : code);
	control_free_answer(answer);
}

#define FINAL   ERFA__STAGE__STAGE_FINAL
#define INTERIM ERFA__STAGE__STAGE_INTERIM

/* The stranger's records sort before the publisher's, and are younger. */
static void
search_evidence_and_lineage_tell_one_word_of_a_trial(void **state)
{
	struct fixture *f = *state;
	struct press *stranger = &f->orgs[0];
	struct trial a = add_trial(&f->orgs[1], "nattevagt", COMPLETED);

	stranger->time_ms += 90000000;
	(void)learn_as(
	    stranger, "view", a, INTERIM, ERFA__VERDICT__VERDICT_HARMFUL);
	publish(f);
	assert_verdict(f, a, "harmful", 0);
	learn(f, a, INTERIM, ERFA__VERDICT__VERDICT_WORKED);
	publish(f);
	assert_verdict(f, a, "worked", 0);
	(void)learn_as(stranger, "last view", a, FINAL,
	    ERFA__VERDICT__VERDICT_NO_DIFFERENCE);
	publish(f);
	assert_verdict(
	    f, a, "no_difference", ERFA__VERDICT__VERDICT_NO_DIFFERENCE);
	learn(f, a, FINAL, ERFA__VERDICT__VERDICT_WORKED_PARTLY);
	learn(f, a, FINAL, ERFA__VERDICT__VERDICT_DID_NOT_WORK);
	learn(f, a, FINAL, ERFA__VERDICT__VERDICT_NOT_STATED);
	learn(f, a, INTERIM, ERFA__VERDICT__VERDICT_TOO_EARLY);
	publish(f);
	assert_verdict(
	    f, a, "did_not_work", ERFA__VERDICT__VERDICT_DID_NOT_WORK);
}

static void
what_was_taken_back_is_no_verdict_of_a_trial(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[1], "nattevagt", COMPLETED);
	struct trial word = learn_as(
	    &f->orgs[1], "word", a, FINAL, ERFA__VERDICT__VERDICT_DID_NOT_WORK);
	char found[32];

	publish(f);
	found_verdict(&f->desk, "nattevagt", "did_not_work", found);
	assert_string_equal(found, "did_not_work");
	retract(f, &f->orgs[0], word); /* not its publisher */
	publish(f);
	found_verdict(&f->desk, "nattevagt", "did_not_work", found);
	assert_string_equal(found, "did_not_work");
	(void)learn_as(
	    &f->orgs[1], "halfway", a, INTERIM, ERFA__VERDICT__VERDICT_WORKED);
	publish(f);
	assert_verdict(
	    f, a, "did_not_work", ERFA__VERDICT__VERDICT_DID_NOT_WORK);
	retract(f, &f->orgs[1], word);
	publish(f);
	assert_verdict(f, a, "worked", 0);
	found_verdict(&f->desk, "nattevagt", "did_not_work", found);
	assert_string_equal(found, "-");
}

/* A running copy that was measured, poolable or not. */
static void
assert_measured(
    struct fixture *f, struct trial trial, unsigned measured, unsigned poolable)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__EvidenceRequest studies = ERFA__EVIDENCE_REQUEST__INIT;
	Erfa__Answer *answer = scale(&f->desk, trial);
	char id[RECORD_ID_CHARS + 1];

	assert_int_equal(answer->scale->measured, measured);
	assert_int_equal(answer->scale->spread, measured);
	assert_int_equal(answer->scale->poolable, poolable);
	control_free_answer(answer);
	full_id(trial, id);
	request.ask_case = ERFA__REQUEST__ASK_STUDIES;
	request.studies = &studies;
	studies.id = id;
	answer = desk_ask(&f->desk, &request);
	assert_int_equal(answer->studies->denominator->measured, measured);
	control_free_answer(answer);
}

static void
retract_last(struct fixture *f, struct press *writer)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "record %u", f->serial - 1);
	retract(f, writer, (struct trial){ .press = writer, .name = name });
	publish(f);
}

static void
an_observation_that_was_taken_back_measures_nothing(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", ACTIVE);
	struct trial b = add_trial(&f->orgs[1], "b", ACTIVE);

	(void)adapt(f, b.press, b, a);
	observe(f, b, ERFA__OCCASION__OCCASION_BASELINE, 40);
	observe(f, b, ERFA__OCCASION__OCCASION_FOLLOW_UP, 20);
	publish(f);
	assert_measured(f, a, 1, 1);
	retract_last(f, b.press);
	assert_measured(f, a, 0, 0);
	observe(f, b, ERFA__OCCASION__OCCASION_FOLLOW_UP, 30);
	publish(f);
	assert_measured(f, a, 1, 1);
}

static void
counts_that_were_not_to_be_shown_are_held_back(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", ACTIVE);
	Erfa__Body *body = press_body(HEADER_OBSERVATION);
	Erfa__Answer *answer;

	body->observation->trial = ref_to(a);
	body->observation->has_occasion = true;
	body->observation->occasion = ERFA__OCCASION__OCCASION_FOLLOW_UP;
	body->observation->has_small_count_confirmed = true;
	(void)add(a.press, HEADER_OBSERVATION, "held back", body);
	publish(f);
	answer = scale(&f->desk, a);
	assert_int_equal(answer->scale->measured, 1);
	assert_int_equal(answer->scale->held_back, 1);
	assert_int_equal(answer->scale->poolable, 0);
	control_free_answer(answer);
}

/* Others' words come first, and more of them than one answer names. */
static void
no_flood_hides_a_retraction(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[1], "a", ACTIVE);
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	Erfa__Answer *answer;
	Erfa__Body *body;
	char id[RECORD_ID_CHARS + 1];
	char name[32];
	unsigned i;
	bool found = false;

	for (i = 0; i < 600; i++) {
		body = press_body(HEADER_COMMENT);
		body->comment->target = ref_to(a);
		(void)add(
		    &f->orgs[0], HEADER_COMMENT, next_name(f, name), body);
	}
	publish(f);
	retract(f, a.press, a);
	publish(f);
	full_id(a, id);
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	show.id = id;
	answer = desk_ask(&f->desk, &request);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_SHOW);
	assert_int_equal(answer->show->n_related, 500);
	for (i = 0; i < answer->show->n_related; i++)
		found |= answer->show->related[i]->body != NULL &&
		    answer->show->related[i]->body->record_case ==
			ERFA__BODY__RECORD_RETRACTION;
	assert_true(found);
	control_free_answer(answer);
}

static void
no_flood_hides_the_publishers_word_from_the_overview(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[1], "a", ACTIVE);
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__OverviewRequest overview = ERFA__OVERVIEW_REQUEST__INIT;
	const Erfa__OverviewTrial *told;
	Erfa__Answer *answer;
	char name[32];
	unsigned i;

	learn(f, a, FINAL, ERFA__VERDICT__VERDICT_DID_NOT_WORK);
	for (i = 0; i < 60; i++)
		(void)learn_as(&f->orgs[0], next_name(f, name), a, FINAL,
		    ERFA__VERDICT__VERDICT_WORKED);
	publish(f);
	request.ask_case = ERFA__REQUEST__ASK_OVERVIEW;
	request.overview = &overview;
	answer = desk_ask(&f->desk, &request);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_OVERVIEW);
	assert_int_equal(answer->overview->n_trial, 1);
	told = answer->overview->trial[0];
	assert_int_equal(told->n_word, 50);
	assert_int_equal(told->more_words, 11);
	for (i = 0; i < told->n_word &&
	     told->word[i]->experience->verdict !=
		 ERFA__VERDICT__VERDICT_DID_NOT_WORK;
	     i++)
		continue;
	assert_true(i < told->n_word);
	control_free_answer(answer);
}

static void
no_transcribed_trial_counts_as_started_or_silent(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_transcribed(&f->orgs[0], "a", "source:1");
	struct trial b = add_transcribed(&f->orgs[1], "b", "source:2");
	Erfa__Answer *answer;

	(void)adapt(f, b.press, b, a);
	publish(f);
	answer = scale_at(&f->desk, a, "2099-01-01");
	assert_int_equal(answer->scale->documented, 2);
	assert_int_equal(answer->scale->trials, 0);
	assert_int_equal(answer->scale->copies, 0);
	assert_int_equal(answer->scale->started, 0);
	assert_int_equal(answer->scale->running, 0);
	assert_int_equal(answer->scale->silent, 0);
	assert_int_equal(answer->scale->spread, 0);
	control_free_answer(answer);
}

static void
a_trial_is_silent_a_year_after_its_end(void **state)
{
	struct fixture *f = *state;
	Erfa__Body *body = press_trial("a", NULL, NULL, NULL);
	struct trial a;
	Erfa__Answer *answer;

	body->trial->has_status = true;
	body->trial->status = ACTIVE;
	body->trial->period = calloc(1, sizeof(*body->trial->period));
	assert_non_null(body->trial->period);
	erfa__period__init(body->trial->period);
	body->trial->period->end = strdup("2023-12-31");
	a = add_trial_body(&f->orgs[0], "a", body);
	publish(f);
	answer = scale_at(&f->desk, a, "2024-12-31");
	assert_int_equal(answer->scale->silent, 0);
	assert_int_equal(answer->scale->running, 1);
	control_free_answer(answer);
	answer = scale_at(&f->desk, a, "2025-01-02");
	assert_int_equal(answer->scale->silent, 1);
	assert_int_equal(answer->scale->running, 0);
	assert_int_equal(answer->scale->started, 1);
	control_free_answer(answer);
	answer = lineage_at(&f->desk, a, "2025-01-02");
	assert_string_equal(find(answer, a)->said, "active");
	assert_string_equal(find(answer, a)->status, "unknown");
	control_free_answer(answer);
}

static void
spread_is_running_copies_with_a_follow_up(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", ACTIVE);
	struct trial b = add_trial(&f->orgs[1], "b", ACTIVE);
	struct trial c = add_trial(&f->orgs[2], "c", ACTIVE);
	struct trial d = add_trial(&f->orgs[3], "d", STOPPED);
	struct trial e = add_trial(&f->orgs[4], "e", IDEA);
	Erfa__Answer *answer;

	(void)adapt(f, b.press, b, a);
	(void)adapt(f, c.press, c, b);
	(void)adapt(f, d.press, d, b);
	(void)adapt(f, e.press, e, b);
	observe(f, a, ERFA__OCCASION__OCCASION_FOLLOW_UP, 50);
	observe(f, b, ERFA__OCCASION__OCCASION_BASELINE, 50);
	observe(f, b, ERFA__OCCASION__OCCASION_FOLLOW_UP, 60);
	observe(f, c, ERFA__OCCASION__OCCASION_BASELINE, 50);
	observe(f, d, ERFA__OCCASION__OCCASION_BASELINE, 50);
	observe(f, d, ERFA__OCCASION__OCCASION_FOLLOW_UP, 3);
	publish(f);
	answer = scale(&f->desk, a);
	assert_int_equal(answer->scale->trials, 5);
	assert_int_equal(answer->scale->copies, 4);
	assert_int_equal(answer->scale->started, 4);
	assert_int_equal(answer->scale->running, 3);
	assert_int_equal(answer->scale->stopped, 1);
	assert_int_equal(answer->scale->measured, 3);
	assert_int_equal(answer->scale->poolable, 1);
	assert_int_equal(answer->scale->held_back, 1);
	assert_int_equal(answer->scale->spread, 1);
	control_free_answer(answer);
}

static void
a_record_about_several_trials_is_no_copy(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", ACTIVE);
	Erfa__Body *body = press_trial("b", NULL, NULL, NULL);
	struct trial b;
	Erfa__Answer *answer;

	body->trial->has_status = true;
	body->trial->status = ACTIVE;
	body->trial->has_scope = true;
	body->trial->scope = ERFA__SCOPE__SCOPE_SEVERAL;
	b = add_trial_body(&f->orgs[1], "b", body);
	(void)adapt(f, b.press, b, a);
	publish(f);
	answer = scale(&f->desk, a);
	assert_int_equal(answer->scale->several, 1);
	assert_int_equal(answer->scale->copies, 0);
	assert_int_equal(answer->scale->started, 1);
	control_free_answer(answer);
}

/* ---- errors ---- */

static void
what_is_no_trial_and_no_day_is_refused(void **state)
{
	struct fixture *f = *state;
	struct trial a = add_trial(&f->orgs[0], "a", ACTIVE);
	struct trial term = { .press = &f->orgs[0], .name = "term" };
	struct trial none = { .press = &f->orgs[0], .name = "none" };

	(void)add(term.press, HEADER_TERM, term.name, press_body(HEADER_TERM));
	publish(f);
	assert_error(lineage(&f->desk, term), "not_a_trial", 64);
	assert_error(lineage(&f->desk, none), "no_such_trial", 66);
	assert_error(lineage_at(&f->desk, a, "yesterday"), "bad_date", 64);
	assert_error(lineage_at(&f->desk, a, "2024"), "bad_date", 64);
	control_free_answer(lineage_at(&f->desk, a, ""));
}

/* ---- the same everywhere ---- */

/* A number that is the same on every machine. */
static unsigned
draw(uint64_t *seed, unsigned below)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (unsigned)(*seed >> 33) % below;
}

#define TRIALS 40

/* Write a family at random, circles and doubles among it. */
static void
write_family(struct fixture *f, uint64_t *seed, struct trial trials[TRIALS],
    char names[TRIALS][16])
{
	static const Erfa__Status statuses[] = { ACTIVE, COMPLETED, IDEA,
		STOPPED };
	struct trial child;
	unsigned i;

	for (i = 0; i < TRIALS; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "trial %u", i);
		trials[i] = i % 7 == 3 ?
		    add_transcribed(&f->orgs[draw(seed, ORGS)], names[i],
			i % 2 ? "source:same" : "source:other") :
		    add_trial(&f->orgs[draw(seed, ORGS)], names[i],
			statuses[draw(seed, 4)]);
	}
	for (i = 1; i < 2 * TRIALS; i++) {
		child = trials[i < TRIALS ? i : draw(seed, TRIALS)];
		(void)adapt(f, child.press, child,
		    trials[i < TRIALS ? draw(seed, i) : draw(seed, TRIALS)]);
		if (i % 3 == 0)
			observe(f, child,
			    draw(seed, 2) ? ERFA__OCCASION__OCCASION_BASELINE :
					    ERFA__OCCASION__OCCASION_FOLLOW_UP,
			    draw(seed, 50));
		if (i % 5 == 0)
			learn(f, child, ERFA__STAGE__STAGE_FINAL,
			    ERFA__VERDICT__VERDICT_WORKED);
		if (i % 11 == 0)
			retract(f, child.press, child);
	}
}

/* Give all to a node in an order drawn at random: headers, then bodies. */
static void
publish_shuffled(struct fixture *f, struct desk *desk, uint64_t *seed)
{
	uint64_t given[ORGS] = { 0 };
	struct store_txn *txn;
	struct press *press;
	unsigned left = ORGS;
	unsigned i;
	uint64_t n;

	while (left > 0) {
		i = draw(seed, ORGS);
		press = &f->orgs[i];
		if (given[i] == press->count)
			continue;
		given[i] += 1 + draw(seed, 9);
		if (given[i] >= press->count) {
			given[i] = press->count;
			left--;
		}
		assert_int_equal(
		    store_begin(desk->store, true, &txn), ERR_NONE);
		press_put(press, txn, i == 0, given[i]);
		assert_int_equal(store_commit(&txn), ERR_NONE);
		if (draw(seed, 4) == 0)
			desk_settle(desk);
	}
	for (i = ORGS; i-- > 0;) {
		assert_int_equal(
		    store_begin(desk->store, true, &txn), ERR_NONE);
		for (n = f->orgs[i].count; n > 0; n--)
			press_give(&f->orgs[i], txn, n);
		assert_int_equal(store_commit(&txn), ERR_NONE);
	}
	desk_settle(desk);
}

/* Assert that two answers are the same bytes, and free them. */
static void
assert_same(Erfa__Answer *a, Erfa__Answer *b)
{
	uint8_t *x;
	uint8_t *y;
	size_t x_len;
	size_t y_len;

	assert_int_equal(control_encode_answer(a, &x, &x_len), ERR_NONE);
	assert_int_equal(control_encode_answer(b, &y, &y_len), ERR_NONE);
	assert_int_equal(x_len, y_len);
	assert_memory_equal(x, y, x_len);
	free(x);
	free(y);
	control_free_answer(a);
	control_free_answer(b);
}

static void
any_order_of_arrival_gives_the_same_answers(void **state)
{
	struct fixture *f = *state;
	struct trial trials[TRIALS];
	char names[TRIALS][16];
	struct desk other;
	uint64_t seed = 20240601;
	unsigned round;
	unsigned i;

	write_family(f, &seed, trials, names);
	publish(f);
	for (round = 0; round < 4; round++) {
		desk_open(&other, &f->orgs[0]);
		publish_shuffled(f, &other, &seed);
		for (i = 0; i < TRIALS; i++) {
			assert_same(lineage(&f->desk, trials[i]),
			    lineage(&other, trials[i]));
			assert_same(scale(&f->desk, trials[i]),
			    scale(&other, trials[i]));
		}
		desk_close(&other);
	}
}

#define FAMILY 1000

static void
a_thousand_relatives_are_told_whole(void **state)
{
	struct fixture *f = *state;
	struct trial *trials = calloc(FAMILY, sizeof(*trials));
	char(*names)[16] = calloc(FAMILY, sizeof(*names));
	struct timespec before;
	struct timespec after;
	Erfa__Answer *answer;
	uint64_t seed = 1;
	double best = 1e9;
	double ms;
	unsigned i;

	assert_non_null(trials);
	assert_non_null(names);
	for (i = 0; i < FAMILY; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "t%u", i);
		trials[i] = add_trial(&f->orgs[i % ORGS], names[i], ACTIVE);
		if (i > 0)
			(void)adapt(f, trials[i].press, trials[i],
			    trials[draw(&seed, i)]);
	}
	publish(f);
	for (i = 0; i < 5; i++) {
		(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
		answer = lineage(&f->desk, trials[FAMILY / 2]);
		(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
		assert_int_equal(answer->lineage->n_trial, FAMILY);
		control_free_answer(answer);
		ms = (double)(after.tv_sec - before.tv_sec) * 1e3 +
		    (double)(after.tv_nsec - before.tv_nsec) / 1e6;
		if (ms < best)
			best = ms;
	}
	print_message("a family of %d in %.1f ms of one core\n", FAMILY, best);
	free(trials);
	free(names);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_trial_without_relatives_is_a_family_of_one),
		T(copies_of_copies_are_found_from_any_of_them),
		T(a_trial_may_have_several_parents),
		T(the_root_is_the_oldest_ancestor),
		T(an_erased_or_unknown_trial_keeps_its_place),
		T(a_retracted_trial_keeps_its_place_and_is_marked),
		T(only_the_publisher_of_a_copy_says_where_it_came_from),
		T(circles_end),
		T(the_last_word_about_an_edge_holds),
		T(twins_are_one_and_the_own_word_speaks),
		T(a_strangers_word_is_a_trial_of_its_own),
		T(an_adaptation_names_the_copy_and_then_the_origin),
		T(the_latest_final_experience_gives_the_verdict),
		T(search_evidence_and_lineage_tell_one_word_of_a_trial),
		T(what_was_taken_back_is_no_verdict_of_a_trial),
		T(an_observation_that_was_taken_back_measures_nothing),
		T(counts_that_were_not_to_be_shown_are_held_back),
		T(no_flood_hides_a_retraction),
		T(no_flood_hides_the_publishers_word_from_the_overview),
		T(no_transcribed_trial_counts_as_started_or_silent),
		T(a_trial_is_silent_a_year_after_its_end),
		T(spread_is_running_copies_with_a_follow_up),
		T(a_record_about_several_trials_is_no_copy),
		T(what_is_no_trial_and_no_day_is_refused),
		T(any_order_of_arrival_gives_the_same_answers),
		T(a_thousand_relatives_are_told_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
