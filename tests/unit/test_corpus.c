#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/body.h"
#include "proto/crypto.h"
#include "proto/header.h"
#include "proto/provision.h"
#include "client/corpus.h"
#include "client/corpus_export.h"
#include "client/corpus_table.h"

#define TABLES "conf"
#define TRIALS "tests/corpus/trials.jsonl"
#define LINES  138
#define ORG    "dk-791"

#define LINE_MAX_ 65536
#define PARTS_MAX 16

struct fixture {
	struct corpus_table *table;
	struct corpus *corpus;
};

/* ---- helpers ---- */

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char fault[CORPUS_TABLE_FAULT] = "";

	assert_non_null(f);
	*state = f;
	assert_int_equal(crypto_init(), ERR_NONE);
	if (corpus_table_open(TABLES, &f->table, fault) != ERR_NONE)
		fail_msg("%s (run from the top folder)", fault);
	assert_int_equal(corpus_new(f->table, ORG, &f->corpus), ERR_NONE);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	corpus_free(f->corpus);
	corpus_table_close(f->table);
	free(f);
	return 0;
}

/* Read all trials into ${corpus}. */
static void
read_trials(struct corpus *corpus)
{
	FILE *file = fopen(TRIALS, "re");
	size_t count;
	size_t all;
	const struct corpus_fault *faults;

	if (file == NULL)
		fail_msg("%s: not found: run from the top folder", TRIALS);
	assert_int_equal(corpus_read(corpus, file), ERR_NONE);
	assert_int_equal(fclose(file), 0);
	faults = corpus_faults(corpus, &count, &all);
	if (count > 0)
		fail_msg("%s:%u: %s", TRIALS, faults[0].line, faults[0].text);
	assert_int_equal(all, 0);
}

/* The record of ${kind} with ${external_id}, or NULL. */
static const Erfa__Body *
find(const struct corpus *corpus, uint32_t kind, const char *external_id)
{
	size_t count;
	const struct corpus_record *records = corpus_records(corpus, &count);
	size_t i;

	for (i = 0; i < count; i++) {
		if (records[i].kind == kind &&
		    strcmp(records[i].external_id, external_id) == 0)
			return records[i].body;
	}
	return NULL;
}

static const Erfa__Trial *
trial(const struct corpus *corpus, const char *id)
{
	const Erfa__Body *body = find(corpus, HEADER_TRIAL, id);

	assert_non_null(body);
	return body->trial;
}

/* The record that a reference means. */
static const Erfa__Body *
follow(const struct corpus *corpus, const Erfa__RecordRef *ref)
{
	size_t count;
	const struct corpus_record *records = corpus_records(corpus, &count);
	size_t i;

	for (i = 0; ref != NULL && i < count; i++) {
		if (strcmp(records[i].body->envelope->id, ref->id) == 0)
			return records[i].body;
	}
	return NULL;
}

/* Write the line of the trial ${id} out of the records of ${corpus}. */
static char *
export_line(const struct corpus *corpus, const char *id)
{
	const Erfa__Body *bodies[PARTS_MAX];
	const Erfa__Body *body;
	size_t count = 0;
	uint32_t kind;
	char *line = NULL;

	/* The trial does not come first: the order does not matter. */
	for (kind = HEADER_GROUP; kind >= HEADER_PROFILE; kind--) {
		if ((body = find(corpus, kind, id)) != NULL)
			bodies[count++] = body;
	}
	body = follow(corpus, trial(corpus, id)->programme);
	if (body != NULL)
		bodies[count++] = body;
	body = follow(corpus, trial(corpus, id)->network);
	if (body != NULL)
		bodies[count++] = body;
	assert_int_equal(corpus_export(bodies, count, &line), ERR_NONE);
	return line;
}

/* A good line, in which ${from} is replaced by ${to}. */
static char *
line_with(const char *from, const char *to)
{
	static const char good[] =
	    "{\"id\": \"t1\", \"country\": \"DK\", "
	    "\"municipality\": \"Viborg Kommune\", "
	    "\"municipality_code\": \"791\", \"programme\": null, "
	    "\"network\": null, \"sector\": \"housing\", "
	    "\"language\": \"da\", \"title\": \"Billige boliger\", "
	    "\"summary\": \"Kort.\", \"rules_waived\": [], "
	    "\"purposes\": [], \"approach\": \"legal\", "
	    "\"status\": \"ended\", \"rejection_reason\": null, "
	    "\"start\": \"2016-12\", \"end\": null, \"partners\": [], "
	    "\"target_group\": null, \"results\": [], \"measures\": [], "
	    "\"lessons\": [], \"copied_from\": null, "
	    "\"sources\": [{\"title\": \"Avis\", \"url\": null, "
	    "\"year\": 2019}]}";
	const char *at = strstr(good, from);
	char *line = calloc(1, sizeof(good) + strlen(to));

	assert_non_null(line);
	assert_non_null(at);
	memcpy(line, good, (size_t)(at - good));
	strcat(line, to);
	strcat(line, at + strlen(from));
	return line;
}

/* Read a good line with one change; it must stay good. */
static void
take(struct fixture *f, unsigned line, const char *from, const char *to)
{
	char *text = line_with(from, to);
	size_t count;
	size_t all;
	enum err err = corpus_line(f->corpus, line, text, strlen(text));

	if (err != ERR_NONE)
		fail_msg("%s", corpus_faults(f->corpus, &count, &all)[0].text);
	free(text);
}

/* Read a good line with one change; the newest fault must hold ${expect}. */
static void
refuse(struct fixture *f, const char *from, const char *to, const char *expect)
{
	char *text = line_with(from, to);
	const struct corpus_fault *faults;
	size_t before;
	size_t count;
	size_t all;

	(void)corpus_records(f->corpus, &before);
	assert_int_equal(
	    corpus_line(f->corpus, 7, text, strlen(text)), ERR_SYNTAX);
	faults = corpus_faults(f->corpus, &count, &all);
	assert_true(count > 0);
	assert_int_equal(faults[count - 1].line, 7);
	if (strstr(faults[count - 1].text, expect) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", faults[count - 1].text,
		    expect);
	(void)corpus_records(f->corpus, &count);
	assert_int_equal(count, before);
	free(text);
}

/* Read ${len} bytes as a file. */
static enum err
read_bytes(struct fixture *f, const char *bytes, size_t len)
{
	FILE *file = tmpfile();
	enum err err;

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	rewind(file);
	err = corpus_read(f->corpus, file);
	assert_int_equal(fclose(file), 0);
	return err;
}

/* ---- the real trials ---- */

static void
every_line_comes_back_byte_for_byte_from_the_fields(void **state)
{
	struct fixture *f = *state;
	FILE *file = fopen(TRIALS, "re");
	char *line = malloc(LINE_MAX_);
	char id[256];
	char *back;
	size_t count = 0;

	assert_non_null(file);
	assert_non_null(line);
	read_trials(f->corpus);
	while (fgets(line, LINE_MAX_, file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		assert_int_equal(sscanf(line, "{\"id\": \"%255[^\"]", id), 1);
		back = export_line(f->corpus, id);
		assert_string_equal(back, line);
		free(back);
		count++;
	}
	assert_int_equal(count, LINES);
	free(line);
	assert_int_equal(fclose(file), 0);
}

static void
a_second_import_gives_the_same_records_and_bytes(void **state)
{
	struct fixture *f = *state;
	struct corpus *again = NULL;
	const struct corpus_record *first;
	const struct corpus_record *second;
	uint8_t *a;
	uint8_t *b;
	size_t alen;
	size_t blen;
	size_t count;
	size_t i;

	read_trials(f->corpus);
	assert_int_equal(corpus_new(f->table, ORG, &again), ERR_NONE);
	read_trials(again);
	first = corpus_records(f->corpus, &count);
	second = corpus_records(again, &i);
	assert_int_equal(count, i);
	for (i = 0; i < count; i++) {
		assert_int_equal(first[i].kind, second[i].kind);
		assert_memory_equal(
		    first[i].record, second[i].record, RECORD_LEN);
		assert_int_equal(
		    body_encode(first[i].body, &a, &alen), ERR_NONE);
		assert_int_equal(
		    body_encode(second[i].body, &b, &blen), ERR_NONE);
		assert_int_equal(alen, blen);
		assert_memory_equal(a, b, alen);
		free(a);
		free(b);
	}
	corpus_free(again);
}

static void
another_organisation_draws_the_same_record(void **state)
{
	struct fixture *f = *state;
	struct corpus *other = NULL;
	const struct corpus_record *ours;
	const struct corpus_record *theirs;
	size_t count;
	size_t i;

	read_trials(f->corpus);
	assert_int_equal(corpus_new(f->table, "no-5501", &other), ERR_NONE);
	read_trials(other);
	ours = corpus_records(f->corpus, &count);
	theirs = corpus_records(other, &i);
	assert_int_equal(count, i);
	for (i = 0; i < count; i++) {
		assert_memory_equal(
		    ours[i].record, theirs[i].record, RECORD_LEN);
		assert_string_equal(ours[i].external_id, theirs[i].external_id);
		assert_string_not_equal(
		    ours[i].body->envelope->id, theirs[i].body->envelope->id);
	}
	corpus_free(other);
}

static void
records_are_drawn_from_kind_and_external_id(void **state)
{
	static const char drawn[] = "trial\0vejle-ensretning-udbetaling";
	struct fixture *f = *state;
	uint8_t hash[HASH_LEN];
	const struct corpus_record *records;
	size_t count;
	size_t i;

	read_trials(f->corpus);
	crypto_h(drawn, sizeof(drawn) - 1, hash);
	records = corpus_records(f->corpus, &count);
	for (i = 0; i < count && records[i].kind != HEADER_TRIAL; i++)
		continue;
	assert_true(i < count);
	assert_memory_equal(records[i].record, hash, RECORD_LEN);
	assert_int_equal(records[i].line, 1);
}

static void
programmes_and_networks_come_once_and_before_their_trials(void **state)
{
	struct fixture *f = *state;
	const struct corpus_record *records;
	const Erfa__Body *programme;
	size_t kinds[HEADER_WITNESS + 1] = { 0 };
	size_t count;
	size_t i;

	read_trials(f->corpus);
	records = corpus_records(f->corpus, &count);
	for (i = 0; i < count; i++)
		kinds[records[i].kind]++;
	assert_int_equal(kinds[HEADER_TRIAL], LINES);
	assert_int_equal(kinds[HEADER_PROGRAMME], 33);
	assert_int_equal(kinds[HEADER_NETWORK], 11);
	assert_int_equal(kinds[HEADER_DECISION], 28);
	assert_int_equal(kinds[HEADER_APPLICATION], 6);
	assert_int_equal(kinds[HEADER_ADAPTATION], 5);
	assert_int_equal(records[0].kind, HEADER_PROGRAMME);

	programme = records[0].body;
	assert_string_equal(programme->envelope->external_id,
	    "dk:frikommuneforsoeg i (2012-2015)");
	assert_string_equal(
	    programme->programme->name, "Frikommuneforsøg I (2012-2015)");
	assert_string_equal(programme->programme->period->start, "2012");
	assert_string_equal(programme->programme->period->end, "2015");
	assert_int_equal(programme->programme->type,
	    ERFA__PROGRAMME_TYPE__PROGRAMME_TYPE_FREE_MUNICIPALITY_SCHEME);
	assert_null(programme->programme->owner);
	assert_int_equal(programme->envelope->n_sources, 0);
}

static void
nothing_that_a_source_does_not_say_is_filled_in(void **state)
{
	struct fixture *f = *state;
	const struct corpus_record *records;
	const Erfa__Body *body;
	size_t count;
	size_t i;

	read_trials(f->corpus);
	records = corpus_records(f->corpus, &count);
	for (i = 0; i < count; i++) {
		body = records[i].body;
		assert_true(body->envelope->transcribed);
		assert_null(body->envelope->published_at);
		assert_null(body->envelope->licence);
		if (records[i].kind == HEADER_TRIAL) {
			assert_null(body->trial->owner);
			assert_null(body->trial->anchoring);
			assert_null(body->trial->lead);
			assert_int_equal(body->trial->n_goals, 0);
		} else if (records[i].kind == HEADER_DECISION) {
			assert_null(body->decision->authority);
			assert_null(body->decision->plain_summary);
			assert_null(body->decision->decided_on);
		} else if (records[i].kind == HEADER_EXPERIENCE) {
			assert_int_equal(body->experience->verdict,
			    ERFA__VERDICT__VERDICT_NOT_STATED);
			assert_null(body->experience->what_worked);
			assert_null(body->experience->what_did_not);
		}
	}
}

static void
every_reference_leads_to_a_record_of_the_import(void **state)
{
	struct fixture *f = *state;
	const struct corpus_record *records;
	const Erfa__Body *body;
	const Erfa__RecordRef *ref;
	size_t count;
	size_t i;

	read_trials(f->corpus);
	records = corpus_records(f->corpus, &count);
	for (i = 0; i < count; i++) {
		body = records[i].body;
		ref = NULL;
		if (records[i].kind == HEADER_TRIAL)
			ref = body->trial->programme;
		else if (records[i].kind == HEADER_DECISION)
			ref = body->decision->trial;
		else if (records[i].kind == HEADER_EXPERIENCE)
			ref = body->experience->trial;
		else if (records[i].kind == HEADER_ADAPTATION)
			ref = body->adaptation->to_trial;
		else if (records[i].kind == HEADER_APPLICATION)
			ref = body->application->trials[0];
		else
			continue;
		assert_non_null(follow(f->corpus, ref));
	}
}

static void
a_rejected_trial_has_a_decision_with_the_reason(void **state)
{
	struct fixture *f = *state;
	const char *id = "oslo-karakterer-sjuende-klasse-avslag";
	const Erfa__Decision *decision;

	read_trials(f->corpus);
	assert_int_equal(
	    trial(f->corpus, id)->status, ERFA__STATUS__STATUS_NOT_STARTED);
	assert_int_equal(trial(f->corpus, id)->status_reason,
	    ERFA__STOP_REASON__STOP_REASON_REFUSED);
	assert_null(trial(f->corpus, id)->continuation);
	decision = find(f->corpus, HEADER_DECISION, id)->decision;
	assert_int_equal(decision->outcome, ERFA__OUTCOME__OUTCOME_REJECTED);
	assert_string_equal(decision->reason,
	    "Direktoratet mente at målene kan nås med andre midler.");
}

static void
the_reason_why_a_trial_went_no_further_is_its_continuation(void **state)
{
	struct fixture *f = *state;
	const char *id = "linkoping-servicetjanster";
	const Erfa__Continuation *continuation;

	read_trials(f->corpus);
	assert_null(find(f->corpus, HEADER_DECISION, id));
	continuation = trial(f->corpus, id)->continuation;
	assert_int_equal(continuation->code,
	    ERFA__CONTINUATION_CODE__CONTINUATION_CODE_DISCONTINUED);
	assert_non_null(strstr(continuation->text, "förvaltningsrätten"));
}

/* ---- what becomes of single keys ---- */

static void
states_are_told_as_reported(void **state)
{
	static const struct {
		const char *word;
		Erfa__Status status;
		uint32_t kind; /* of the record that comes with it */
	} rows[] = {
		{ "\"ended\"", ERFA__STATUS__STATUS_ENDED, 0 },
		{ "\"running\"", ERFA__STATUS__STATUS_ACTIVE, 0 },
		{ "\"approved\"", ERFA__STATUS__STATUS_PLANNED,
		    HEADER_DECISION },
		{ "\"applied\"", ERFA__STATUS__STATUS_IDEA,
		    HEADER_APPLICATION },
		{ "\"rejected\"", ERFA__STATUS__STATUS_NOT_STARTED,
		    HEADER_DECISION },
		{ "\"made permanent in law\"", ERFA__STATUS__STATUS_COMPLETED,
		    0 },
		{ "null", ERFA__STATUS__STATUS_UNKNOWN, 0 },
	};
	struct fixture *f = *state;
	char id[64];
	char *to;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		corpus_free(f->corpus);
		f->corpus = NULL;
		assert_int_equal(
		    corpus_new(f->table, ORG, &f->corpus), ERR_NONE);
		(void)snprintf(id, sizeof(id), "\"status\": %s", rows[i].word);
		take(f, 1, "\"status\": \"ended\"", id);
		assert_int_equal(
		    trial(f->corpus, "t1")->status, rows[i].status);
		assert_string_equal(
		    find(f->corpus, HEADER_TRIAL, "t1")->envelope->as_of,
		    "2019");
		if (rows[i].kind != 0)
			assert_non_null(find(f->corpus, rows[i].kind, "t1"));
		to = export_line(f->corpus, "t1");
		assert_non_null(strstr(to, id));
		free(to);
	}
}

static void
a_code_gives_the_site_and_a_name_alone_is_marked(void **state)
{
	struct fixture *f = *state;
	const Erfa__Trial *joint;

	read_trials(f->corpus);
	assert_string_equal(
	    trial(f->corpus, "vejle-ensretning-udbetaling")->sites[0]->id,
	    "dk-630");
	assert_false(trial(f->corpus, "vejle-ensretning-udbetaling")
			 ->sites[0]
			 ->has_id_from_name);

	take(f, 1,
	    "\"municipality\": \"Viborg Kommune\", "
	    "\"municipality_code\": \"791\"",
	    "\"municipality\": \"Favrskov, Høje-Taastrup, Københavns, "
	    "Randers, Roskilde og Aarhus Kommuner\", "
	    "\"municipality_code\": null");
	joint = trial(f->corpus, "t1");
	assert_int_equal(joint->n_sites, 6);
	assert_string_equal(joint->sites[2]->id, "dk-101");
	assert_string_equal(joint->sites[2]->name, "Københavns");
	assert_true(joint->sites[2]->id_from_name);
	assert_string_equal(joint->sites[5]->id, "dk-751");
	assert_string_equal(joint->sites[5]->name, "Aarhus");
	assert_int_equal(joint->scope, ERFA__SCOPE__SCOPE_ONE);
	assert_null(joint->lead);
}

static void
texts_that_are_no_list_of_municipalities_stay_whole(void **state)
{
	static const struct {
		const char *country;
		const char *text;
		Erfa__Scope scope;
	} rows[] = {
		{ "FI", "16 kuntaa tai kuntaryhmää, yhteensä 57 kuntaa",
		    ERFA__SCOPE__SCOPE_SEVERAL },
		{ "FI", "23 kuntaa", ERFA__SCOPE__SCOPE_SEVERAL },
		{ "FI", "Hakijat, joita ei valittu (ei nimetty)",
		    ERFA__SCOPE__SCOPE_SEVERAL },
		{ "DK", "Flere ansøgerkommuner (ikke navngivet)",
		    ERFA__SCOPE__SCOPE_SEVERAL },
		{ "NO", "20 kommuner og Longyearbyen lokalstyre",
		    ERFA__SCOPE__SCOPE_SEVERAL },
		{ "SE", "Kommuner och regioner (utredning)",
		    ERFA__SCOPE__SCOPE_SEVERAL },
		{ "SE", "Alla kommuner (förslag)", ERFA__SCOPE__SCOPE_SEVERAL },
		{ "IS", "Reynslusveitarfélög (nokkur sveitarfélög)",
		    ERFA__SCOPE__SCOPE_SEVERAL },
		{ "NO", "Vestland fylkeskommune", ERFA__SCOPE__SCOPE_ONE },
		{ "NO", "Herøy kommune", ERFA__SCOPE__SCOPE_ONE },
		{ "SE", "Kopparbergs läns landsting", ERFA__SCOPE__SCOPE_ONE },
		{ "FI", "Kansaneläkelaitos (Kela), valtakunnallinen",
		    ERFA__SCOPE__SCOPE_ONE },
	};
	struct fixture *f = *state;
	const Erfa__Trial *whole;
	char to[512];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		corpus_free(f->corpus);
		f->corpus = NULL;
		assert_int_equal(
		    corpus_new(f->table, ORG, &f->corpus), ERR_NONE);
		(void)snprintf(to, sizeof(to),
		    "\"country\": \"%s\", \"municipality\": \"%s\", "
		    "\"municipality_code\": null",
		    rows[i].country, rows[i].text);
		take(f, 1,
		    "\"country\": \"DK\", "
		    "\"municipality\": \"Viborg Kommune\", "
		    "\"municipality_code\": \"791\"",
		    to);
		whole = trial(f->corpus, "t1");
		assert_int_equal(whole->n_sites, 1);
		assert_string_equal(whole->sites[0]->name, rows[i].text);
		assert_int_equal(strlen(whole->sites[0]->id), 12);
		assert_int_equal(whole->sites[0]->id[3], 'x');
		assert_int_equal(whole->scope, rows[i].scope);
	}
}

static void
danish_codes_of_four_digits_are_stored_with_three(void **state)
{
	take(*state, 1, "\"791\"", "\"0791\"");
	assert_string_equal(
	    trial(((struct fixture *)*state)->corpus, "t1")->sites[0]->id,
	    "dk-791");
}

static void
purposes_are_keywords_and_some_are_purposes(void **state)
{
	struct fixture *f = *state;
	const Erfa__Trial *made;

	take(f, 1, "\"purposes\": []",
	    "\"purposes\": [\"simplification\", \"one plan\", "
	    "\"less bureaucracy\", \"quality\"]");
	made = trial(f->corpus, "t1");
	assert_int_equal(made->n_keywords, 4);
	assert_string_equal(made->keywords[1], "one plan");
	assert_int_equal(made->n_purpose, 2);
	assert_int_equal(
	    made->purpose[0], ERFA__PURPOSE__PURPOSE_DEBUREAUCRATISATION);
	assert_int_equal(
	    made->purpose[1], ERFA__PURPOSE__PURPOSE_SERVICE_QUALITY);
}

static void
waived_rules_are_exemptions_without_level_or_authority(void **state)
{
	struct fixture *f = *state;
	const Erfa__Trial *made;

	take(f, 1, "\"rules_waived\": []",
	    "\"rules_waived\": [\"Servicelovens § 83\", \"Min Plan\"]");
	made = trial(f->corpus, "t1");
	assert_int_equal(made->n_exemptions, 2);
	assert_string_equal(
	    made->exemptions[0]->provision, "Servicelovens § 83");
	assert_string_equal(made->exemptions[0]->key, "serviceloven § 83");
	assert_null(made->exemptions[1]->key);
	assert_false(made->exemptions[0]->has_level);
	assert_false(made->exemptions[0]->has_rule_kind);
	assert_int_equal(made->exemptions[0]->n_authorities, 0);
	assert_int_equal(made->needs_exemption, ERFA__YES_NO__YES_NO_YES);
}

static void
numbers_keep_the_form_in_which_they_were_written(void **state)
{
	static const char figures[] =
	    "\"measures\": [{\"indicator\": \"x\", \"unit\": \"pct.\", "
	    "\"before\": 7.0, \"after\": -1.59, \"n\": 2000, "
	    "\"comparison\": null, \"note\": null}, {\"indicator\": \"y\", "
	    "\"unit\": null, \"before\": null, \"after\": 0.1, \"n\": null, "
	    "\"comparison\": \"mål \\\"80\\\"\", \"note\": \"a\\nb\"}]";
	struct fixture *f = *state;
	const Erfa__Experience *experience;
	char *line;

	take(f, 1, "\"measures\": []", figures);
	experience = find(f->corpus, HEADER_EXPERIENCE, "t1")->experience;
	assert_int_equal(experience->n_reported_figures, 2);
	assert_string_equal(experience->reported_figures[0]->before, "7.0");
	assert_string_equal(experience->reported_figures[0]->n, "2000");
	assert_null(experience->reported_figures[1]->before);
	line = export_line(f->corpus, "t1");
	assert_non_null(strstr(line, figures));
	free(line);
}

static void
a_line_without_results_makes_no_experience(void **state)
{
	struct fixture *f = *state;

	take(f, 1, "\"t1\"", "\"t1\"");
	assert_null(find(f->corpus, HEADER_EXPERIENCE, "t1"));
	take(f, 2, "\"id\": \"t1\", \"country\": \"DK\"",
	    "\"country\": \"DK\", \"id\": \"t2\"");
	assert_non_null(find(f->corpus, HEADER_TRIAL, "t2"));
}

static void
citations_of_one_provision_have_one_key(void **state)
{
	static const struct {
		const char *citation;
		const char *key; /* NULL = none */
	} rows[] = {
		{ "Servicelovens § 54, stk. 2", "serviceloven § 54 stk 2" },
		{ "serviceloven § 54 stk. 2", "serviceloven § 54 stk 2" },
		{ "§ 54, stk. 2, i serviceloven", "serviceloven § 54 stk 2" },
		{ "Servicelovens § 140, stk. 1 og 3–7",
		    "serviceloven § 140 stk 1 og 3-7" },
		{ "Servicelovens § 79 a", "serviceloven § 79 a" },
		{ "Servicelovens §§ 14-14 f", "serviceloven § 14-14 f" },
		{ "§ 63, stk. 2, i lov om en aktiv beskæftigelsesindsats",
		    "lov om en aktiv beskaeftigelsesindsats § 63 stk 2" },
		{ "Lov om en aktiv beskæftigelsesindsats § 63 stk. 2",
		    "lov om en aktiv beskaeftigelsesindsats § 63 stk 2" },
		{ "LAB § 2, nr. 1 (målgruppe)",
		    "lov om en aktiv beskaeftigelsesindsats § 2 nr 1" },
		{ "§ 20 i integrationsloven (opfølgning)",
		    "integrationsloven § 20" },
		{ "Dagtilbudsloven (bl.a. § 3 a, stk. 2 og 3)",
		    "dagtilbudsloven § 3 a stk 2 og 3" },
		{ "Lov om frikommunenetværk § 9: målgruppen for støtte",
		    "lov om frikommunenetvaerk § 9" },
		{ "Krav om lægeattest LÆ285", NULL },
		{ "Dagtilbudsloven", NULL },
		{ "§ 20", NULL },
		{ "§", NULL },
		{ "serviceloven §", NULL },
		{ "serviceloven § om tilsyn", NULL },
	};

	char *key;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		key = NULL;
		assert_int_equal(provision_key(rows[i].citation, &key),
		    rows[i].key == NULL ? ERR_NOENT : ERR_NONE);
		if (rows[i].key != NULL)
			assert_string_equal(key, rows[i].key);
		free(key);
	}
	assert_int_equal(provision_key("\xe6 § 1", &key), ERR_SYNTAX);
}

/* ---- bad lines ---- */

static void
bad_lines_are_refused_with_what_is_wrong_and_what_helps(void **state)
{
	struct fixture *f = *state;

	refuse(f, "\"sector\": \"housing\"", "\"sector\": \"houses\"",
	    "sector: \"houses\" is not known: use one of administration");
	refuse(f, "\"status\": \"ended\"", "\"status\": \"over\"",
	    "status: \"over\" is not known: use applied, ");
	refuse(f, "\"approach\": \"legal\"", "\"approach\": \"hope\"",
	    "approach: \"hope\" is not known: use legal, ");
	refuse(f, "\"DK\"", "\"DE\"", "country: \"DE\" is not known: use DK");
	refuse(f, "\"791\"", "\"79\"",
	    "municipality_code: write the 3 digits of DK, or null");
	refuse(f, "\"language\": \"da\"", "\"language\": \"danish\"",
	    "envelope.language: must be one of da nb");
	refuse(f, "\"2016-12\"", "\"2016-13\"",
	    "trial.period.start: must be a year, month or day that exists");
	refuse(f, "\"title\": \"Billige boliger\"", "\"title\": 7",
	    "title: write a text that is not empty");
	refuse(f, "\"title\": \"Billige boliger\"", "\"title\": \"\"",
	    "title: write a text that is not empty");
	refuse(f, "\"id\": \"t1\", ", "", "id is missing: write a text");
	refuse(f, "\"partners\": []", "\"partners\": null",
	    "partners: write a list of texts, [] where there are none");
	refuse(f, "\"partners\": []", "\"partners\": [\"A\", 7]",
	    "partners[1]: write a text that is not empty");
	refuse(f, "\"network\": null", "\"network\": []",
	    "network: write a text, or null where nothing is known");
	refuse(f, "\"year\": 2019", "\"year\": \"2019\"",
	    "sources[0].year: write a year without quotation marks");
	refuse(f, "\"year\": 2019", "\"jahr\": 2019",
	    "sources[0].year is missing");
	refuse(f, "\"year\": 2019", "\"year\": 2019, \"jahr\": 1",
	    "sources[0]: unknown key \"jahr\": leave it out");
	refuse(f, "\"lessons\": []", "\"lessons\": [], \"\\u001b[31m\": 1",
	    "unknown key \"\\x1b[31m\"");
	refuse(f, "\"measures\": []", "\"measures\": [1]",
	    "measures[0]: not an object");
	refuse(f, "\"id\": \"t1\"", "\"id\": \"t1\", \"id\": \"t2\"",
	    "duplicate object key");
	refuse(f, "\"Kort.\"", "\"Ko\\u0000rt.\"", "\\u0000 is not allowed");
	refuse(f, "\"Kort.\"", "\"Ko\\u0007rt.\"",
	    "trial.summary: holds an invisible or control character");
	refuse(f, "\"Kort.\"", "\"Kort.", "column ");
	refuse(f, "\"Kort.\"", "\"\xe6ldre\"",
	    "is not UTF-8: save the file as UTF-8");
}

static void
a_line_that_is_no_object_is_refused(void **state)
{
	static const char *const lines[] = { "[]", "\"text\"", "{", "7", "null",
		"{} {}", "not json" };
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(
		    corpus_line(f->corpus, 1, lines[i], strlen(lines[i])),
		    ERR_SYNTAX);
}

static void
a_long_title_is_refused_with_its_length(void **state)
{
	char title[200] = "\"title\": \"";
	size_t len = strlen(title);

	memset(title + len, 'x', 131);
	(void)strcpy(title + len + 131, "\"");
	refuse(*state, "\"title\": \"Billige boliger\"", title,
	    "trial.title: longer than 120 characters (131)");
}

static void
a_deeply_nested_line_is_refused(void **state)
{
	struct fixture *f = *state;
	char *line = malloc(100000);

	assert_non_null(line);
	memset(line, '[', 100000);
	assert_int_equal(corpus_line(f->corpus, 1, line, 100000), ERR_SYNTAX);
	free(line);
}

static void
a_second_line_with_the_same_id_is_refused(void **state)
{
	struct fixture *f = *state;

	take(f, 3, "\"t1\"", "\"t1\"");
	refuse(f, "\"t1\"", "\"t1\"", "id: the same as in line 3: give each");
}

static void
every_bad_line_of_a_file_is_named_and_the_good_ones_are_read(void **state)
{
	struct fixture *f = *state;
	char *good = line_with("\"t1\"", "\"t1\"");
	char *sector = line_with("\"housing\"", "\"houses\"");
	char *other = line_with("\"t1\"", "\"t2\"");
	const struct corpus_fault *faults;
	char text[8192];
	size_t count;
	size_t all;

	(void)snprintf(text, sizeof(text),
	    "\xef\xbb\xbf%s\n\n%s\r\n \t\n{broken\n%s\n%s", good, sector, good,
	    other);
	assert_int_equal(read_bytes(f, text, strlen(text)), ERR_NONE);
	faults = corpus_faults(f->corpus, &count, &all);
	assert_int_equal(count, 3);
	assert_int_equal(all, 3);
	assert_int_equal(faults[0].line, 3);
	assert_int_equal(faults[1].line, 5);
	assert_int_equal(faults[2].line, 6);
	assert_non_null(strstr(faults[2].text, "line 1"));
	assert_non_null(find(f->corpus, HEADER_TRIAL, "t1"));
	assert_non_null(find(f->corpus, HEADER_TRIAL, "t2"));
	free(good);
	free(sector);
	free(other);
}

static void
a_line_of_a_mebibyte_is_named_and_the_next_is_read(void **state)
{
	struct fixture *f = *state;
	char *good = line_with("\"t1\"", "\"t1\"");
	size_t len = 1048576;
	char *text = malloc(len + strlen(good) + 2);
	const struct corpus_fault *faults;
	size_t count;
	size_t all;

	assert_non_null(text);
	memset(text, 'x', len);
	(void)sprintf(text + len, "\n%s", good);
	assert_int_equal(read_bytes(f, text, strlen(text)), ERR_NONE);
	faults = corpus_faults(f->corpus, &count, &all);
	assert_int_equal(count, 1);
	assert_int_equal(faults[0].line, 1);
	assert_non_null(strstr(faults[0].text, "1048576 bytes long"));
	assert_non_null(find(f->corpus, HEADER_TRIAL, "t1"));
	free(good);
	free(text);
}

static void
many_faults_are_counted_and_the_first_thousand_kept(void **state)
{
	struct fixture *f = *state;
	size_t lines = CORPUS_FAULTS_MAX + 500;
	char *text = malloc(2 * lines);
	size_t count;
	size_t all;
	size_t i;

	assert_non_null(text);
	for (i = 0; i < lines; i++)
		memcpy(text + 2 * i, "x\n", 2);
	assert_int_equal(read_bytes(f, text, 2 * lines), ERR_NONE);
	(void)corpus_faults(f->corpus, &count, &all);
	assert_int_equal(count, CORPUS_FAULTS_MAX);
	assert_int_equal(all, lines);
	free(text);
}

static void
a_file_that_is_too_long_is_refused(void **state)
{
	struct fixture *f = *state;
	size_t len = CORPUS_FILE_MAX + 1;
	char *text = calloc(1, len);

	assert_non_null(text);
	assert_int_equal(read_bytes(f, text, len), ERR_LIMIT);
	free(text);
}

static void
a_file_that_cannot_be_read_is_an_error(void **state)
{
	struct fixture *f = *state;
	FILE *file = fopen(".", "re");

	assert_non_null(file);
	assert_int_equal(corpus_read(f->corpus, file), ERR_IO);
	assert_int_equal(fclose(file), 0);
}

static void
a_name_that_is_no_organisation_cannot_import(void **state)
{
	struct fixture *f = *state;
	struct corpus *corpus = NULL;

	assert_int_equal(corpus_new(f->table, "DK-791", &corpus), ERR_SYNTAX);
	assert_null(corpus);
	corpus_free(NULL);
}

/* ---- export of what is not from here ---- */

static void
records_without_a_transcribed_trial_are_not_exported(void **state)
{
	struct fixture *f = *state;
	const Erfa__Body *body;
	Erfa__Body *own = NULL;
	char *line = NULL;

	assert_int_equal(corpus_export(NULL, 0, &line), ERR_NOENT);
	read_trials(f->corpus);
	body = find(
	    f->corpus, HEADER_PROGRAMME, "dk:frikommuneforsoeg i (2012-2015)");
	assert_int_equal(corpus_export(&body, 1, &line), ERR_NOENT);

	assert_int_equal(body_new(HEADER_TRIAL, &own), ERR_NONE);
	body = own;
	assert_int_equal(corpus_export(&body, 1, &line), ERR_SYNTAX);
	assert_null(line);
	body_free(own);
}

static void
what_is_erased_comes_out_as_null(void **state)
{
	struct fixture *f = *state;
	const Erfa__Body *body;
	char *line = NULL;

	read_trials(f->corpus);
	body = find(f->corpus, HEADER_TRIAL, "vejle-ensretning-udbetaling");
	assert_int_equal(corpus_export(&body, 1, &line), ERR_NONE);
	assert_non_null(strstr(line, "\"programme\": null"));
	free(line);
}

static void
foreign_numbers_that_are_words_stay_valid_json(void **state)
{
	static const char *const words[] = { "1}, {", "", "-", "01", "1.", "1e",
		".5", "NaN" };
	struct fixture *f = *state;
	const Erfa__Body *bodies[2];
	Erfa__ReportedFigure *figure;
	char *line;
	size_t i;

	take(f, 1, "\"measures\": []",
	    "\"measures\": [{\"indicator\": \"x\", \"unit\": null, "
	    "\"before\": 1, \"after\": 2.5e+20, \"n\": null, "
	    "\"comparison\": null, \"note\": null}]");
	bodies[0] = find(f->corpus, HEADER_TRIAL, "t1");
	bodies[1] = find(f->corpus, HEADER_EXPERIENCE, "t1");
	figure = bodies[1]->experience->reported_figures[0];
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		free(figure->before);
		figure->before = strdup(words[i]);
		line = NULL;
		assert_int_equal(corpus_export(bodies, 2, &line), ERR_NONE);
		assert_non_null(strstr(line, "\"before\": \""));
		assert_non_null(strstr(line, "\"after\": 2.5e+20"));
		free(line);
	}

	/* What would not pass our own check is not written at all. */
	figure->before[0] = '\x1b';
	line = NULL;
	assert_int_equal(corpus_export(bodies, 2, &line), ERR_SYNTAX);
	assert_null(line);
}

/* ---- tables ---- */

static void
a_folder_without_tables_is_named(void **state)
{
	struct corpus_table *table = NULL;
	char fault[CORPUS_TABLE_FAULT] = "";

	(void)state;
	assert_int_equal(
	    corpus_table_open("/nonexistent", &table, fault), ERR_NOENT);
	assert_string_equal(fault, "/nonexistent/sectors.tsv: not found");
	assert_null(table);
	corpus_table_close(NULL);
}

static void
names_of_municipalities_are_found_folded(void **state)
{
	struct fixture *f = *state;
	char code[CORPUS_CODE_MAX + 1] = "";

	assert_int_equal(
	    corpus_table_municipality(f->table, "no", "tromsoe", code),
	    ERR_NONE);
	assert_string_equal(code, "5501");
	assert_int_equal(
	    corpus_table_municipality(f->table, "no", "heroey", code),
	    ERR_EXIST);
	assert_int_equal(
	    corpus_table_municipality(f->table, "dk", "tromsoe", code),
	    ERR_NOENT);
	assert_string_equal(code, "5501");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_line_comes_back_byte_for_byte_from_the_fields),
		TEST(a_second_import_gives_the_same_records_and_bytes),
		TEST(another_organisation_draws_the_same_record),
		TEST(records_are_drawn_from_kind_and_external_id),
		TEST(programmes_and_networks_come_once_and_before_their_trials),
		TEST(nothing_that_a_source_does_not_say_is_filled_in),
		TEST(every_reference_leads_to_a_record_of_the_import),
		TEST(a_rejected_trial_has_a_decision_with_the_reason),
		TEST(
		    the_reason_why_a_trial_went_no_further_is_its_continuation),
		TEST(states_are_told_as_reported),
		TEST(a_code_gives_the_site_and_a_name_alone_is_marked),
		TEST(texts_that_are_no_list_of_municipalities_stay_whole),
		TEST(danish_codes_of_four_digits_are_stored_with_three),
		TEST(purposes_are_keywords_and_some_are_purposes),
		TEST(waived_rules_are_exemptions_without_level_or_authority),
		TEST(numbers_keep_the_form_in_which_they_were_written),
		TEST(a_line_without_results_makes_no_experience),
		TEST(citations_of_one_provision_have_one_key),
		TEST(bad_lines_are_refused_with_what_is_wrong_and_what_helps),
		TEST(a_line_that_is_no_object_is_refused),
		TEST(a_long_title_is_refused_with_its_length),
		TEST(a_deeply_nested_line_is_refused),
		TEST(a_second_line_with_the_same_id_is_refused),
		TEST(
		    every_bad_line_of_a_file_is_named_and_the_good_ones_are_read),
		TEST(a_line_of_a_mebibyte_is_named_and_the_next_is_read),
		TEST(many_faults_are_counted_and_the_first_thousand_kept),
		TEST(a_file_that_is_too_long_is_refused),
		TEST(a_file_that_cannot_be_read_is_an_error),
		TEST(a_name_that_is_no_organisation_cannot_import),
		TEST(records_without_a_transcribed_trial_are_not_exported),
		TEST(what_is_erased_comes_out_as_null),
		TEST(foreign_numbers_that_are_words_stay_valid_json),
		TEST(a_folder_without_tables_is_named),
		TEST(names_of_municipalities_are_found_folded),
	};

	return cmocka_run_group_tests_name("corpus", tests, NULL, NULL);
}
