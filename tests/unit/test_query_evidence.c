#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/control.h"
#include "proto/record.h"
#include "daemon/facts.h"
#include "daemon/index.h"
#include "daemon/store.h"
#include "tests/unit/bodies.h"
#include "tests/unit/desk.h"
#include "tests/unit/press.h"

#define TEXT_MAX_ 2000

/* One node whose index follows only when it is told to. */
struct fixture {
	struct desk desk;
	struct press press;
	struct press stranger; /* a member that has no part in it */
	unsigned serial;
	Erfa__Answer *answer; /* the last one */
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	press_begin(&f->press, 1, 7, "dk-791");
	press_begin(&f->stranger, 2, 7, "no-1103");
	(void)press_vouch(&f->press, &f->stranger, false, 0, NULL);
	desk_open(&f->desk, &f->press);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	control_free_answer(f->answer);
	desk_close(&f->desk);
	press_end(&f->stranger);
	press_end(&f->press);
	free(f);
	return 0;
}

/* ---- writing ---- */

static void
id_of(const struct fixture *f, const char *name, char out[RECORD_ID_CHARS + 1])
{
	uint8_t record[RECORD_LEN];

	press_record(name, record);
	record_print(f->press.org, record, RECORD_CHARS, out);
}

/* Let ${press} write the record ${name}; its body is that of ${text}. */
static uint64_t
add_to(struct press *press, uint32_t kind, const char *name, const char *text)
{
	struct header_about about[HEADER_ABOUT_MAX] = { 0 };
	struct facts_ref refs[FACTS_REFS_MAX];
	Erfa__Body *body = bodies_read(text);
	uint8_t record[RECORD_LEN];
	struct press_options options = {
		.kind = kind, .record = record, .about = about, .nabout = 1
	};
	size_t count = facts_about(body, refs);
	size_t i;

	press_record(name, record);
	memcpy(about[0].record, record, RECORD_LEN);
	about[0].major = 1;
	for (i = 0; i < count; i++) {
		memcpy(about[i + 1].org, refs[i].org, sizeof(refs[i].org));
		memcpy(about[i + 1].record, refs[i].record, RECORD_LEN);
		options.nabout++;
	}
	return press_add(press, &options, body);
}

static uint64_t
add(struct fixture *f, uint32_t kind, const char *name, const char *text)
{
	return add_to(&f->press, kind, name, text);
}

static void
add_trial(struct fixture *f, const char *name, const char *site)
{
	char text[TEXT_MAX_];

	(void)snprintf(text, sizeof(text),
	    "{'trial': {'title': '%s', 'design': 'DESIGN_COMPARISON_POST', "
	    "'sites': [{'id': '%s'}]}}",
	    name, site);
	(void)add(f, HEADER_TRIAL, name, text);
}

static void
add_copy(
    struct fixture *f, const char *name, const char *site, const char *from)
{
	char ids[2][RECORD_ID_CHARS + 1];
	char text[TEXT_MAX_];
	char own[64];

	add_trial(f, name, site);
	id_of(f, from, ids[0]);
	id_of(f, name, ids[1]);
	(void)snprintf(text, sizeof(text),
	    "{'adaptation': {'fromTrial': {'id': '%s'}, 'toTrial': {'id': "
	    "'%s'}, 'fidelity': 'FIDELITY_CONSISTENT'}}",
	    ids[0], ids[1]);
	(void)snprintf(own, sizeof(own), "copy %s", name);
	(void)add(f, HEADER_ADAPTATION, own, text);
}

/* An indicator of the code dk-791:care in ${unit}; ${more} as JSON. */
static void
add_indicator(
    struct fixture *f, const char *name, const char *unit, const char *more)
{
	char text[TEXT_MAX_];

	(void)snprintf(text, sizeof(text),
	    "{'indicator': {'code': 'dk-791:care', 'name': 'Omsorg', 'unit': "
	    "'%s', 'polarity': 'POLARITY_HIGHER_BETTER'%s%s}}",
	    unit, more[0] == '\0' ? "" : ", ", more);
	(void)add(f, HEADER_INDICATOR, name, text);
}

/* A follow-up of ${trial}; ${value} as JSON. */
static uint64_t
observe(struct fixture *f, const char *trial, const char *indicator,
    const char *arm, const char *value)
{
	char ids[2][RECORD_ID_CHARS + 1];
	char text[TEXT_MAX_];
	char name[32];

	id_of(f, trial, ids[0]);
	id_of(f, indicator, ids[1]);
	(void)snprintf(text, sizeof(text),
	    "{'observation': {'trial': {'id': '%s'}, 'indicator': {'id': "
	    "'%s'}, 'arm': '%s', 'occasion': 'OCCASION_FOLLOW_UP', %s}}",
	    ids[0], ids[1], arm, value);
	(void)snprintf(name, sizeof(name), "seen %u", f->serial++);
	return add(f, HEADER_OBSERVATION, name, text);
}

#define WITH    "ARM_TRIAL"
#define WITHOUT "ARM_COMPARISON"

/* Both arms in means of 40. */
static void
measure(struct fixture *f, const char *trial, const char *indicator,
    double with, double without, double sd)
{
	char value[TEXT_MAX_];

	(void)snprintf(value, sizeof(value),
	    "'continuous': {'n': 40, 'mean': %g, 'sd': %g}", with, sd);
	(void)observe(f, trial, indicator, WITH, value);
	(void)snprintf(value, sizeof(value),
	    "'continuous': {'n': 40, 'mean': %g, 'sd': %g}", without, sd);
	(void)observe(f, trial, indicator, WITHOUT, value);
}

static void
publish(struct fixture *f)
{
	press_publish(&f->press, f->desk.store, true);
	press_publish(&f->stranger, f->desk.store, false);
	desk_settle(&f->desk);
}

/* Erase the entry ${n}, and do not wake the index. */
static void
erase(struct fixture *f, uint64_t n)
{
	struct header_target target = { .n = n, .reason = 1 };
	struct press_options options = { .kind = HEADER_ERASE };
	struct store_txn *txn;
	uint8_t ext[256];
	size_t len;

	memcpy(target.log_id, f->press.log_id, LOG_ID_LEN);
	assert_int_equal(
	    header_erase_encode(&target, 1, ext, sizeof(ext), &len), ERR_NONE);
	options.ext = (struct bytes){ .data = ext, .len = len };
	(void)press_add(&f->press, &options, NULL);
	assert_int_equal(store_begin(f->desk.store, true, &txn), ERR_NONE);
	press_put(&f->press, txn, true, 0);
	assert_int_equal(store_commit(&txn), ERR_NONE);
}

/* ---- asking ---- */

static const Erfa__EvidenceAnswer *
ask(struct fixture *f, const char *trial)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__EvidenceRequest studies = ERFA__EVIDENCE_REQUEST__INIT;
	char id[RECORD_ID_CHARS + 1];

	id_of(f, trial, id);
	studies.id = id;
	request.ask_case = ERFA__REQUEST__ASK_STUDIES;
	request.studies = &studies;
	control_free_answer(f->answer);
	f->answer = NULL;
	f->answer = desk_ask(&f->desk, &request);
	assert_int_equal(f->answer->say_case, ERFA__ANSWER__SAY_STUDIES);
	return f->answer->studies;
}

/* The study of a municipality; it must be there once. */
static const Erfa__EvidenceStudy *
study_of(const Erfa__EvidenceAnswer *answer, const char *site)
{
	const Erfa__EvidenceStudy *found = NULL;
	size_t i;

	for (i = 0; i < answer->n_study; i++)
		if (strcmp(answer->study[i]->site, site) == 0) {
			assert_null(found);
			found = answer->study[i];
		}
	assert_non_null(found);
	return found;
}

/* Three municipalities; the second and third count in minutes. */
static void
three(struct fixture *f, const char *hours, const char *minutes)
{
	add_indicator(f, "hours", "timer", hours);
	add_indicator(f, "minutes", "minutter", minutes);
	add_trial(f, "origin", "dk-791");
	add_copy(f, "second", "no-5501", "origin");
	add_copy(f, "third", "fi-564", "origin");
	measure(f, "origin", "hours", 2, 1, 0.5);
	measure(f, "second", "minutes", 150, 90, 30);
	measure(f, "third", "minutes", 120, 90, 30);
	publish(f);
}

/* ---- what is erased ---- */

static void
an_erasure_counts_before_the_index_knows_of_it(void **state)
{
	struct fixture *f = *state;
	const Erfa__EvidenceAnswer *answer;
	uint64_t n;

	add_indicator(f, "hours", "timer", "");
	add_trial(f, "origin", "dk-791");
	measure(f, "origin", "hours", 2, 1, 0.5);
	add_copy(f, "second", "no-5501", "origin");
	n = observe(f, "second", "hours", WITH,
	    "'continuous': {'n': 40, 'mean': 3, 'sd': 1}");
	(void)observe(f, "second", "hours", WITHOUT,
	    "'continuous': {'n': 40, 'mean': 2, 'sd': 1}");
	publish(f);
	answer = ask(f, "origin");
	assert_int_equal(answer->denominator->poolable, 2);
	assert_int_equal(answer->n_gone, 0);

	erase(f, n);
	answer = ask(f, "origin");
	assert_int_equal(answer->n_study, 1);
	assert_int_equal(answer->denominator->poolable, 1);
	assert_int_equal(answer->denominator->measured, 1);
	assert_int_equal(answer->n_gone, 1);
	assert_string_equal(answer->gone[0]->state, "erased");
	assert_string_equal(answer->gone[0]->kind, "observation");

	desk_settle(&f->desk);
	answer = ask(f, "origin");
	assert_int_equal(answer->denominator->poolable, 1);
	assert_int_equal(answer->n_gone, 1);
}

static void
an_erased_trial_is_gone_before_the_index_knows(void **state)
{
	struct fixture *f = *state;
	const Erfa__EvidenceAnswer *answer;
	uint64_t n;

	add_indicator(f, "hours", "timer", "");
	add_trial(f, "origin", "dk-791");
	measure(f, "origin", "hours", 2, 1, 0.5);
	n = f->press.count + 1;
	add_copy(f, "second", "no-5501", "origin");
	measure(f, "second", "hours", 3, 1, 0.5);
	publish(f);
	assert_int_equal(ask(f, "origin")->denominator->poolable, 2);

	erase(f, n);
	answer = ask(f, "origin");
	assert_int_equal(answer->denominator->poolable, 1);
	assert_int_equal(answer->denominator->lineage, 2);
	assert_int_equal(answer->denominator->erased, 1);
	assert_int_equal(answer->n_gone, 1);
	assert_string_equal(answer->gone[0]->kind, "trial");
}

/* ---- units ---- */

static void
another_unit_is_left_out_unless_it_is_declared(void **state)
{
	struct fixture *f = *state;
	const Erfa__EvidenceAnswer *answer;

	three(f, "", "");
	answer = ask(f, "origin");
	assert_string_equal(
	    study_of(answer, "dk-791")->left_out, "unit_differs");
	assert_null(study_of(answer, "fi-564")->left_out);
	assert_int_equal(answer->denominator->poolable, 2);
}

static void
a_declared_unit_is_converted_and_told(void **state)
{
	struct fixture *f = *state;
	const Erfa__EvidenceAnswer *answer;
	const Erfa__EvidenceStudy *study;

	three(f,
	    "'conversion': [{'unit': 'minutter', 'factor': 0.5, 'offset': 7, "
	    "'source': 'kostra'}]",
	    "");
	answer = ask(f, "origin");
	assert_int_equal(answer->denominator->poolable, 3);
	study = study_of(answer, "no-5501");
	assert_string_equal(study->unit, "timer");
	assert_true(study->after->mean == 82);
	assert_true(study->comparison->mean == 52);
	assert_true(study->after->sd == 15);
	assert_int_equal(study->n_conversion, 2);
	assert_string_equal(study->conversion[0]->of, "after");
	assert_string_equal(study->conversion[0]->unit, "minutter");
	assert_true(study->conversion[0]->factor == 0.5);
	assert_true(study->conversion[0]->offset == 7);
	assert_string_equal(study->conversion[0]->source, "kostra");
	study = study_of(answer, "dk-791");
	assert_int_equal(study->n_conversion, 0);
	assert_true(study->after->mean == 2);
}

static void
a_declaration_may_be_read_the_other_way(void **state)
{
	struct fixture *f = *state;
	const Erfa__EvidenceStudy *study;

	/* It is the hours' own unit that is brought to the one that declares. */
	three(f, "",
	    "'conversion': [{'unit': 'timer', 'factor': 64, 'offset': 16}]");
	study = study_of(ask(f, "origin"), "dk-791");
	assert_null(study->left_out);
	assert_string_equal(study->unit, "minutter");
	assert_true(study->after->mean == 144);

	/* And back, where two say the same. */
	add_indicator(f, "hours too", "timer",
	    "'conversion': [{'unit': 'minutter', 'factor': 0.015625, 'offset': "
	    "-0.25}]");
	add_copy(f, "fourth", "fi-297", "origin");
	measure(f, "fourth", "hours too", 5, 4, 1);
	publish(f);
	assert_int_equal(f->answer->studies->n_study, 3);
	assert_int_equal(ask(f, "origin")->denominator->poolable, 4);
}

static void
two_declarations_that_differ_are_not_believed(void **state)
{
	struct fixture *f = *state;

	three(f, "'conversion': [{'unit': 'minutter', 'factor': 0.5}]",
	    "'conversion': [{'unit': 'timer', 'factor': 60}]");
	assert_string_equal(study_of(ask(f, "origin"), "dk-791")->left_out,
	    "conversion_disputed");
}

static void
a_factor_that_turns_or_empties_is_no_declaration(void **state)
{
	static const char *const bad[] = {
		"'conversion': [{'unit': 'minutter', 'factor': 0}]",
		"'conversion': [{'unit': 'minutter', 'factor': -1}]",
		"'conversion': [{'unit': 'minutter', 'factor': 'NaN'}]",
		"'conversion': [{'unit': 'minutter', 'factor': 'Infinity'}]",
		"'conversion': [{'unit': 'minutter', 'factor': 1e-320}]",
		"'conversion': [{'unit': 'minutter', 'factor': 1, 'offset': "
		"'NaN'}]",
		"'conversion': [{'unit': 'minutter'}]",
		"'conversion': [{'factor': 2}]",
	};
	struct fixture *f = *state;
	Erfa__Body *body;
	size_t i;

	/* Nobody can write it, and others may have. */
	body = bodies_read("{'indicator': {'conversion': [{'unit': 'a', "
			   "'factor': 0}]}}");
	assert_true(body->indicator->conversion[0]->has_factor);
	body_free(body);
	three(f, bad[0], "");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		add_indicator(f, "hours", "timer", bad[i]);
		publish(f);
		assert_string_equal(
		    study_of(ask(f, "origin"), "dk-791")->left_out,
		    "unit_differs");
	}
}

static void
a_declaration_that_was_taken_back_does_not_count(void **state)
{
	struct fixture *f = *state;
	char text[TEXT_MAX_];
	char id[RECORD_ID_CHARS + 1];

	three(f, "'conversion': [{'unit': 'minutter', 'factor': 0.5}]", "");
	assert_int_equal(ask(f, "origin")->denominator->poolable, 3);
	id_of(f, "hours", id);
	(void)snprintf(text, sizeof(text),
	    "{'retraction': {'target': {'id': '%s'}, 'kind': "
	    "'RETRACTION_KIND_RETRACTION'}}",
	    id);
	(void)add(f, HEADER_RETRACTION, "back", text);
	publish(f);
	assert_string_equal(
	    study_of(ask(f, "origin"), "dk-791")->left_out, "unit_differs");
}

static void
an_observation_may_say_its_own_unit(void **state)
{
	struct fixture *f = *state;
	const Erfa__EvidenceAnswer *answer;

	three(f, "'conversion': [{'unit': 'minutter', 'factor': 0.5}]", "");
	add_copy(f, "fourth", "fi-297", "origin");
	(void)observe(f, "fourth", "hours", WITH,
	    "'unit': 'minutter', 'continuous': {'n': 9, 'mean': 8, 'sd': 2}");

	/* The comparison of another unit is brought to the same. */
	(void)observe(f, "fourth", "hours", WITHOUT,
	    "'continuous': {'n': 9, 'mean': 3, 'sd': 2}");
	add_copy(f, "fifth", "fi-837", "origin");
	(void)observe(f, "fifth", "hours", WITH,
	    "'unit': 'dage', 'continuous': {'n': 9, 'mean': 8, 'sd': 2}");
	publish(f);
	answer = ask(f, "origin");
	assert_true(study_of(answer, "fi-297")->after->mean == 4);
	assert_true(study_of(answer, "fi-297")->after->sd == 1);
	assert_true(study_of(answer, "fi-297")->comparison->mean == 3);
	assert_string_equal(
	    study_of(answer, "fi-837")->left_out, "unit_differs");
}

static void
what_all_measured_in_another_unit_is_converted_too(void **state)
{
	struct fixture *f = *state;
	const Erfa__EvidenceStudy *study;

	add_indicator(f, "hours", "timer",
	    "'conversion': [{'unit': 'minutter', 'factor': 0.5}]");
	add_trial(f, "origin", "dk-791");
	(void)observe(f, "origin", "hours", WITH,
	    "'unit': 'minutter', 'continuous': {'n': 9, 'mean': 8, 'sd': 2}");
	publish(f);
	study = study_of(ask(f, "origin"), "dk-791");
	assert_string_equal(study->unit, "timer");
	assert_true(study->after->mean == 4);
}

static void
counts_are_never_multiplied(void **state)
{
	struct fixture *f = *state;
	const Erfa__EvidenceAnswer *answer;

	add_indicator(f, "share", "andel",
	    "'conversion': [{'unit': 'procent', 'factor': 0.01}, {'unit': "
	    "'hold', 'factor': 5}, {'unit': 'fald', 'factor': 1}, {'unit': "
	    "'sygedage', 'factor': 1}, {'unit': 'ture', 'factor': 2}]");
	add_trial(f, "origin", "dk-791");
	add_copy(f, "b", "no-5501", "origin");
	add_copy(f, "c", "fi-564", "origin");
	add_copy(f, "d", "fi-297", "origin");
	add_copy(f, "e", "fi-837", "origin");
	add_copy(f, "g", "fi-091", "origin");
	(void)observe(f, "origin", "share", WITH,
	    "'binary': {'events': 40, 'total': 90}");
	(void)observe(f, "b", "share", WITH,
	    "'unit': 'procent', 'binary': {'events': 40, 'total': 90}");
	(void)observe(f, "c", "share", WITH,
	    "'unit': 'hold', 'binary': {'events': 40, 'total': 90}");
	(void)observe(f, "d", "share", WITH,
	    "'unit': 'fald', 'rate': {'events': 40, 'exposure': 90}");
	(void)observe(f, "e", "share", WITH,
	    "'unit': 'sygedage', 'rate': {'events': 40, 'exposure': 90}");
	(void)observe(f, "g", "share", WITH,
	    "'unit': 'ture', 'rate': {'events': 40, 'exposure': 90}");
	publish(f);
	answer = ask(f, "origin");
	assert_null(study_of(answer, "no-5501")->left_out);
	assert_true(study_of(answer, "no-5501")->after->events == 40);
	assert_null(study_of(answer, "fi-297")->left_out);
	assert_string_equal(
	    study_of(answer, "fi-564")->left_out, "conversion_counts");
	assert_string_equal(
	    study_of(answer, "fi-837")->left_out, "conversion_counts");
	assert_string_equal(
	    study_of(answer, "fi-091")->left_out, "conversion_counts");
}

static void
ready_made_differences_take_the_factor_alone(void **state)
{
	struct fixture *f = *state;
	const Erfa__EvidenceAnswer *answer;
	const Erfa__Estimate *ready;

	three(f,
	    "'conversion': [{'unit': 'minutter', 'factor': 0.5, 'offset': 9}]",
	    "");
	add_copy(f, "fourth", "fi-297", "origin");
	(void)observe(f, "fourth", "minutes", WITH,
	    "'estimate': {'estimate': 8, 'se': 2, 'ciLow': 4, 'ciHigh': 12, "
	    "'measure': 'EFFECT_MEASURE_MD'}");
	add_copy(f, "fifth", "fi-837", "origin");
	(void)observe(f, "fifth", "minutes", WITH,
	    "'estimate': {'estimate': 8, 'se': 2, 'measure': "
	    "'EFFECT_MEASURE_SMD'}");
	add_copy(f, "sixth", "fi-091", "origin");
	(void)observe(f, "sixth", "minutes", WITH,
	    "'estimate': {'estimate': 8, 'se': 2}");
	publish(f);
	answer = ask(f, "origin");
	ready = study_of(answer, "fi-297")->estimate;
	assert_true(ready->estimate == 4 && ready->se == 1);
	assert_true(ready->ci_low == 2 && ready->ci_high == 6);
	assert_string_equal(
	    study_of(answer, "fi-297")->conversion[0]->of, "estimate");
	assert_true(study_of(answer, "fi-837")->estimate->estimate == 8);
	assert_string_equal(
	    study_of(answer, "fi-091")->left_out, "conversion_measure");
}

/* ---- what takes a result out of the pool ---- */

static void
only_the_publisher_says_that_it_is_too_early(void **state)
{
	struct fixture *f = *state;
	char text[TEXT_MAX_];
	char id[RECORD_ID_CHARS + 1];

	add_indicator(f, "hours", "timer", "");
	add_trial(f, "origin", "dk-791");
	measure(f, "origin", "hours", 2, 1, 0.5);
	id_of(f, "origin", id);
	(void)snprintf(text, sizeof(text),
	    "{'experience': {'trial': {'id': '%s'}, 'stage': 'STAGE_INTERIM', "
	    "'verdict': 'VERDICT_TOO_EARLY'}}",
	    id);
	(void)add_to(&f->stranger, HEADER_EXPERIENCE, "a view", text);
	publish(f);
	assert_null(study_of(ask(f, "origin"), "dk-791")->left_out);
	(void)add(f, HEADER_EXPERIENCE, "own view", text);
	publish(f);
	assert_string_equal(
	    study_of(ask(f, "origin"), "dk-791")->left_out, "too_early");
}

static void
only_members_push_their_joint_record_out(void **state)
{
	struct fixture *f = *state;
	const Erfa__EvidenceAnswer *answer;
	char text[TEXT_MAX_];
	char ids[2][RECORD_ID_CHARS + 1];

	add_indicator(f, "hours", "timer", "");
	(void)add(f, HEADER_TRIAL, "origin",
	    "{'trial': {'title': 'origin', 'design': "
	    "'DESIGN_COMPARISON_POST', 'sites': [{'id': 'dk-791'}, {'id': "
	    "'no-5501'}]}}");
	measure(f, "origin", "hours", 2, 1, 0.5);
	id_of(f, "origin", ids[0]);
	id_of(f, "hours", ids[1]);
	(void)snprintf(text, sizeof(text),
	    "{'observation': {'trial': {'id': '%s'}, 'indicator': {'id': "
	    "'%s'}, 'arm': 'ARM_TRIAL', 'occasion': 'OCCASION_FOLLOW_UP', "
	    "'site': {'id': 'dk-791'}, 'continuous': {'n': 40, 'mean': 9, "
	    "'sd': 1}}}",
	    ids[0], ids[1]);
	(void)add_to(&f->stranger, HEADER_OBSERVATION, "theirs", text);
	publish(f);
	answer = ask(f, "origin");
	assert_int_equal(answer->n_study, 2);
	assert_null(study_of(answer, ids[0])->left_out);
	assert_string_equal(study_of(answer, "dk-791")->left_out, "by_others");

	/* What a member tells itself stands for it. */
	(void)add(f, HEADER_OBSERVATION, "ours", text);
	publish(f);
	answer = ask(f, "origin");
	assert_string_equal(study_of(answer, ids[0])->left_out, "joint_record");
}

/* ---- what is said of groups ---- */

static void
what_an_observation_says_of_clusters_reaches_the_study(void **state)
{
	struct fixture *f = *state;
	const Erfa__EvidenceStudy *study;

	add_indicator(f, "hours", "timer", "");
	add_trial(f, "origin", "dk-791");
	(void)observe(f, "origin", "hours", WITH,
	    "'clustered': true, 'clusterSize': 20, 'icc': 0.05, 'continuous': "
	    "{'n': 40, 'mean': 2, 'sd': 1}");
	(void)observe(f, "origin", "hours", WITHOUT,
	    "'clustered': true, 'clusterSize': 25, 'icc': 0.04, 'continuous': "
	    "{'n': 40, 'mean': 2, 'sd': 1}");
	publish(f);
	study = study_of(ask(f, "origin"), "dk-791");
	assert_true(study->clustered);
	assert_true(study->cluster_size == 25 && study->icc == 0.05);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(an_erasure_counts_before_the_index_knows_of_it),
		TEST(an_erased_trial_is_gone_before_the_index_knows),
		TEST(another_unit_is_left_out_unless_it_is_declared),
		TEST(a_declared_unit_is_converted_and_told),
		TEST(a_declaration_may_be_read_the_other_way),
		TEST(two_declarations_that_differ_are_not_believed),
		TEST(a_factor_that_turns_or_empties_is_no_declaration),
		TEST(a_declaration_that_was_taken_back_does_not_count),
		TEST(an_observation_may_say_its_own_unit),
		TEST(what_all_measured_in_another_unit_is_converted_too),
		TEST(counts_are_never_multiplied),
		TEST(ready_made_differences_take_the_factor_alone),
		TEST(only_the_publisher_says_that_it_is_too_early),
		TEST(only_members_push_their_joint_record_out),
		TEST(what_an_observation_says_of_clusters_reaches_the_study),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
