#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/life_need.h"
#include "bodies.h"

#define TODAY "2026-06-15"

/* ---- the table and the schema ---- */

/* One answer may be two fields; the first is the one to be named. */
struct marks {
	size_t count;
	bool seen[LIFE_ANSWERS + 1];
};

static void
compare_mark(
    const char *message, const char *field, const char *mark, void *arg)
{
	static const struct {
		const char *message;
		const char *path;
	} paths[] = { { "Trial", "trial" }, { "Goal", "trial.goals" },
		{ "Exemption", "trial.exemptions" },
		{ "Experience", "experience" } };
	struct marks *marks = arg;
	char *end = NULL;
	unsigned number = (unsigned)strtoul(mark, &end, 10);
	const struct life_answer *answer;
	char path[128];
	size_t i;

	assert_in_range(number, 1, LIFE_ANSWERS);
	answer = &life_answers()[number - 1];
	assert_int_equal(answer->number, number);
	assert_int_equal(answer->due, end[1]);
	marks->count++;
	if (marks->seen[number])
		return;
	marks->seen[number] = true;
	for (i = 0; strcmp(paths[i].message, message) != 0; i++)
		assert_true(i + 1 < sizeof(paths) / sizeof(paths[0]));
	(void)snprintf(path, sizeof(path), "%s.%s", paths[i].path, field);
	assert_string_equal(answer->field, path);
}

static void
the_answers_are_those_that_the_schema_marks(void **state)
{
	struct marks marks = { .count = 0 };
	size_t i;

	(void)state;
	bodies_marks("[answer ", compare_mark, &marks);
	for (i = 1; i <= LIFE_ANSWERS; i++)
		assert_true(marks.seen[i]);
	assert_int_equal(marks.count, LIFE_ANSWERS + 1);
}

static void
at_most_twelve_are_required_and_fifteen_with_an_exemption(void **state)
{
	size_t always = 0;
	size_t exempt = 0;
	size_t i;

	(void)state;
	for (i = 0; i < LIFE_ANSWERS; i++) {
		always += life_answers()[i].due != 'X';
		exempt += life_answers()[i].due == 'X';
	}
	assert_true(always <= 12);
	assert_true(always + exempt <= 15);
}

/* ---- which are there ---- */

/* Which answers are there: "1 2 3". */
static void
answered_are(const struct life_case *it, const char *expect)
{
	char text[64] = "";
	size_t used = 0;
	unsigned number;

	for (number = 1; number <= LIFE_ANSWERS; number++) {
		if (life_answered(it, number))
			used += (size_t)snprintf(text + used,
			    sizeof(text) - used, "%s%u", used > 0 ? " " : "",
			    number);
	}
	assert_string_equal(text, expect);
}

#define MINE        "'envelope':{'id':'dk-791/a','publisher':'dk-791'}"
#define TRIAL(text) "{" MINE ",'trial':{" text "}}"

static void
an_answer_is_there_when_something_is_said(void **state)
{
	static const struct {
		const char *trial;
		const char *expect;
	} rows[] = {
		{ "", "13 14 15" },
		{ "'title':'Faste vagter'", "1 13 14 15" },
		{ "'title':' \\n\\t'", "13 14 15" },
		{ "'summary':'For mange hjælpere'", "2 13 14 15" },
		{ "'sector':['SECTOR_ELDER_CARE']", "3 13 14 15" },
		{ "'sector':['SECTOR_UNSET']", "13 14 15" },
		{ "'goals':[{'text':'Færre hjælpere'}]", "4 13 14 15" },
		{ "'goals':[{'text':'Færre','successCriterion':'Under 8'}]",
		    "4 5 13 14 15" },
		{ "'goals':[{'successCriterion':'Under 8'}]", "13 14 15" },
		{ "'goals':[{'text':'A'},{'text':'B','successCriterion':'C'}]",
		    "4 5 13 14 15" },
		{ "'period':{'start':'2026'}", "13 14 15" },
		{ "'period':{'end':'2026'}", "13 14 15" },
		{ "'period':{'start':'2026','end':'2027'}", "6 13 14 15" },
		{ "'owner':{}", "13 14 15" },
		{ "'owner':{'acceptedOn':'2026-01-01'}", "13 14 15" },
		{ "'owner':{'unit':'Hjemmeplejen'}", "7 13 14 15" },
		{ "'owner':{'role':'leder'}", "7 13 14 15" },
		{ "'anchoring':{'bodyKind':'BODY_KIND_COUNCIL'}", "13 14 15" },
		{ "'anchoring':{'date':'2026-01-01'}", "13 14 15" },
		{ "'anchoring':{'bodyKind':'BODY_KIND_UNSET','date':'2026'}",
		    "13 14 15" },
		{ "'anchoring':{'bodyKind':'BODY_KIND_COUNCIL','date':'2026'}",
		    "8 13 14 15" },
		{ "'needsExemption':'YES_NO_NO'", "13 14 15" },
		{ "'needsExemption':'YES_NO_UNKNOWN'", "13 14 15" },
		{ "'needsExemption':'YES_NO_YES'", "" },
		{ "'needsExemption':'YES_NO_PARTLY'", "" },
		{ "'exemptions':[{'provision':'§ 83'}]", "13" },
		{ "'exemptions':[{'why':'Binder'}]", "14" },
		{ "'exemptions':[{'authorities':[{'name':'KDD'}]}]", "15" },
		{ "'exemptions':[{'authorities':[{}]}]", "" },
		{ "'exemptions':[{'level':'EXEMPTION_LEVEL_MUNICIPAL'}]",
		    "15" },
		{ "'exemptions':[{'level':'EXEMPTION_LEVEL_WORKPLACE'}]",
		    "15" },
		{ "'exemptions':[{'level':'EXEMPTION_LEVEL_ACT'}]", "" },
		{ "'exemptions':[{'provision':'§ 83'},{}]", "" },
		{ "'needsExemption':'YES_NO_UNKNOWN','exemptions':[{}]",
		    "13 14 15" },
		{ "'needsExemption':'YES_NO_NO','exemptions':[{}]",
		    "13 14 15" },
	};

	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct life_case it = { .today = TODAY };
		Erfa__Body *trial;

		(void)snprintf(text, sizeof(text), "{%s,'trial':{%s}}", MINE,
		    rows[i].trial);
		trial = bodies_read(text);
		it.trial = trial;
		answered_are(&it, rows[i].expect);
		assert_false(life_answered(&it, 0));
		assert_false(life_answered(&it, LIFE_ANSWERS + 1));
		body_free(trial);
	}
}

static void
what_was_learnt_is_the_publishers_own_fullest_word(void **state)
{
	static const struct {
		const char *experience;
		const char *expect;
	} rows[] = {

#define LEARNT(publisher, trial, text)               \
	"{'envelope':{'publisher':'" publisher "'}," \
	"'experience':{'trial':{'id':'" trial "'}," text "}}"
		{ LEARNT("dk-791", "dk-791/a", "'verdict':'VERDICT_WORKED'"),
		    "9" },
		{ LEARNT("dk-791", "dk-791/a", "'verdict':'VERDICT_TOO_EARLY'"),
		    "9" },
		{ LEARNT(
		      "dk-791", "dk-791/a", "'verdict':'VERDICT_NOT_STATED'"),
		    "" },
		{ LEARNT("dk-791", "dk-791/a", "'whatWorked':'intet'"), "10" },
		{ LEARNT("dk-791", "dk-791/a", "'whatDidNot':'intet'"), "11" },
		{ LEARNT("dk-791", "dk-791/a",
		      "'conditions':[{'text':'små hold'}]"),
		    "12" },
		{ LEARNT("dk-791", "dk-791/a",
		      "'forWhom':[{'concept':'elder_care'}]"),
		    "12" },
		{ LEARNT("dk-791", "dk-791/a", "'conditions':[{}]"), "" },
		{ LEARNT("dk-751", "dk-791/a", "'verdict':'VERDICT_WORKED'"),
		    "" },
		{ LEARNT("dk-791", "dk-791/b", "'verdict':'VERDICT_WORKED'"),
		    "" },
		{ "{'envelope':{'publisher':'dk-791'},'experience':{"
		  "'programme':{'id':'x'},'verdict':'VERDICT_WORKED'}}",
		    "" },
		{ "{'experience':{'trial':{},'verdict':'VERDICT_WORKED'}}",
		    "" },
		{ "{'trial':{}}", "" },
	};
	Erfa__Body *trial = bodies_read(TRIAL("'needsExemption':'YES_NO_YES'"));
	Erfa__Body *full = bodies_read(LEARNT("dk-791", "dk-791/a",
	    "'verdict':'VERDICT_WORKED','whatWorked':'x','whatDidNot':'y',"
	    "'conditions':[{'text':'z'}]"));
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		Erfa__Body *told = bodies_read(rows[i].experience);
		const Erfa__Body *both[] = { full, told };
		struct life_case it = { .today = TODAY,
			.trial = trial,
			.experiences = &both[1],
			.nexperiences = 1 };

		answered_are(&it, rows[i].expect);
		it.experiences = both;
		it.nexperiences = 2;
		answered_are(&it, "9 10 11 12");
		body_free(told);
	}
	body_free(full);
	body_free(trial);
}

/* ---- which are missing ---- */

static void
missing_is(const struct life_case *it, const char *due, const char *expect)
{
	struct life_list list = { .count = 0 };
	char *text;

	life_missing(it, due, &list);
	text = bodies_said(&list, "TRIAL");
	assert_string_equal(text, expect);
	free(text);
}

static void
each_missing_answer_has_its_field_sentence_and_command(void **state)
{
	Erfa__Body *trial = bodies_read(TRIAL("'needsExemption':'YES_NO_YES'"));
	struct life_case it = { .today = TODAY, .trial = trial };
	struct life_list list = { .count = 0 };
	size_t i;

	(void)state;
	missing_is(&it, "A",
	    "The title is missing. | The summary is missing: the problem and "
	    "the idea. | The field of work is missing.");
	missing_is(&it, "P",
	    "No goal is given. | No goal says how one will see that it was "
	    "reached. | From when to when it runs is missing.");
	missing_is(&it, "S",
	    "Nobody here has taken it on: the local owner is missing. | The "
	    "local anchoring is missing: which body decided, and when.");
	missing_is(&it, "F",
	    "Whether it worked is missing. | What worked is missing; "
	    "\"nothing\" is an answer. | What did not work is missing; "
	    "\"nothing\" is an answer. | Under which conditions, or for whom, "
	    "is missing.");
	missing_is(&it, "X",
	    "Which rule is in the way is missing (exemption 1). | How the rule "
	    "hinders is missing (exemption 1). | Who must allow it is missing "
	    "(exemption 1).");
	missing_is(&it, "", "");
	life_missing(&it, "APSFX", &list);
	assert_int_equal(list.count, LIFE_ANSWERS);
	for (i = 0; i < list.count; i++) {
		assert_int_equal(list.at[i].code, life_answers()[i].code);
		assert_string_equal(list.at[i].field, life_answers()[i].field);
		assert_string_not_equal(life_command(list.at[i].code), "");
	}
	body_free(trial);
}

static void
an_exemption_that_lacks_an_answer_is_named_by_its_number(void **state)
{
	Erfa__Body *trial = bodies_read(
	    TRIAL("'exemptions':[{'no':4,'provision':'§ 83','why':'Binder',"
		  "'authorities':[{'id':'dk-o1'}]},"
		  "{'no':7,'provision':'§ 5','why':'Binder'},"
		  "{'provision':'§ 6','authorities':[{'id':'dk-o1'}]}]"));
	struct life_case it = { .today = TODAY, .trial = trial };

	(void)state;
	missing_is(&it, "X",
	    "How the rule hinders is missing (exemption 3). | Who must allow "
	    "it is missing (exemption 7).");
	body_free(trial);
}

/* The numbers of all exemptions, as written: "4 7 0". */
static void
numbers_are(const Erfa__Body *trial, const char *expect)
{
	char said[64] = "";
	size_t used = 0;
	size_t i;

	for (i = 0; i < trial->trial->n_exemptions; i++)
		used += (size_t)snprintf(said + used, sizeof(said) - used,
		    "%s%u", i > 0 ? " " : "", trial->trial->exemptions[i]->no);
	assert_string_equal(said, expect);
}

static void
numbers_that_places_tell_are_written_down(void **state)
{
	static const char *const cases[][3] = {
		{ "{},{}", "1 2", "3" },
		{ "{'no':2},{}", "2 3", "4" },
		{ "{},{'no':1}", "2 1", "3" },
		{ "{'no':0},{},{'no':1}", "3 2 1", "4" },
		{ "{'no':4},{'no':7},{}", "4 7 3", "8" },
		{ "{'no':5},{'no':5}", "5 5", "6" },
		{ "{'no':2},{'no':4294967295},{'no':1}", "2 4294967295 1",
		    "3" },
	};
	char text[256];
	Erfa__Body *trial;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), TRIAL("'exemptions':[%s]"),
		    cases[i][0]);
		trial = bodies_read(text);
		life_number(trial->trial);
		numbers_are(trial, cases[i][1]);
		(void)snprintf(text, sizeof(text), "%u",
		    life_exemption_next(trial->trial));
		assert_string_equal(text, cases[i][2]);
		body_free(trial);
	}
}

static void
a_provision_has_its_key_unless_that_is_too_long(void **state)
{
	static const struct {
		const char *provision;
		const char *key;
	} rows[] = {
		{ "Servicelovens § 83", "serviceloven § 83" },
		{ "Serviceloven", NULL },
		{ NULL, NULL },
	};

	Erfa__Body *trial = bodies_read(TRIAL("'exemptions':[{'key':'x'}]"));
	Erfa__Exemption *exemption = trial->trial->exemptions[0];
	int digits;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		free(exemption->provision);
		exemption->provision = rows[i].provision == NULL ?
		    NULL :
		    strdup(rows[i].provision);
		assert_int_equal(life_exemption_key(exemption), ERR_NONE);
		if (rows[i].key == NULL)
			assert_null(exemption->key);
		else
			assert_string_equal(exemption->key, rows[i].key);
	}
	for (digits = 290; digits < 293; digits++) {
		free(exemption->provision);
		assert_true(asprintf(&exemption->provision, "loven § %0*d",
				digits, 1) > 0);
		assert_int_equal(life_exemption_key(exemption), ERR_NONE);
		assert_int_equal(exemption->key != NULL, digits < 292);
	}
	body_free(trial);
}

static void
an_exemption_with_the_number_of_another_is_told(void **state)
{
	Erfa__Body *trial = bodies_read(TRIAL(
	    "'exemptions':[{},{'no':1},{'no':3},{'no':4},{'no':3},{'no':7}]"));
	struct life_list list = { .count = 0 };
	size_t i;

	(void)state;
	life_same_numbers(trial->trial, &list);
	assert_int_equal(list.count, 2);
	for (i = 0; i < 2; i++)
		assert_int_equal(list.at[i].code, LIFE_SAME_NUMBER);
	assert_int_equal(list.at[0].number, 1);
	assert_int_equal(list.at[1].number, 3);
	body_free(trial);
}

static void
a_transcribed_trial_owes_nothing(void **state)
{
	Erfa__Body *trial = bodies_read(
	    "{'envelope':{'transcribed':true},"
	    "'trial':{'needsExemption':'YES_NO_YES'}}");
	struct life_case it = { .today = TODAY, .trial = trial };

	(void)state;
	missing_is(&it, "APSFX", "");
	body_free(trial);
}

static void
a_programme_asks_three_questions_of_its_own_at_most(void **state)
{
	Erfa__Body *programme = bodies_read(
	    "{'envelope':{'id':'dk-o1/p'},'programme':{'requiredExtra':["
	    "{'name':'hours','due':'S','label':[{'language':'da',"
	    "'text':'Timer i alt'}]},"
	    "{'name':'union','due':'P'},{'name':'Over alt','due':'S'},"
	    "{'name':'fourth','due':'S'}]}}");
	Erfa__Body *trial = bodies_read(TRIAL(""));
	Erfa__Body *answered = bodies_read(
	    TRIAL("'extraAnswers':[{'name':'hours','text':' '},"
		  "{'name':'hours','text':'40','programme':{'id':'dk-o1/p'}},"
		  "{'name':'union','text':'ja','programme':{'id':'dk-o9/q'}},"
		  "{'name':'Over alt','text':'x'}]"));
	struct life_case it = {
		.today = TODAY, .trial = trial, .programme = programme
	};
	struct life_list list = { .count = 0 };

	(void)state;
	missing_is(&it, "S",
	    "Nobody here has taken it on: the local owner is missing. | The "
	    "local anchoring is missing: which body decided, and when. | The "
	    "programme's own question is not answered: Timer i alt. | The "
	    "programme's own question is not answered: Over alt.");
	life_missing(&it, "S", &list);
	assert_string_equal(list.at[2].name, "hours");
	assert_null(list.at[3].name); /* no word of a command line */
	it.trial = answered;
	missing_is(&it, "SP",
	    "No goal is given. | No goal says how one will see that it was "
	    "reached. | From when to when it runs is missing. | Nobody here "
	    "has taken it on: the local owner is missing. | The local "
	    "anchoring is missing: which body decided, and when. | The "
	    "programme's own question is not answered: union.");
	it.programme = trial; /* no programme at all */
	missing_is(&it, "A",
	    "The title is missing. | The summary is missing: the problem and "
	    "the idea. | The field of work is missing.");
	body_free(answered);
	body_free(trial);
	body_free(programme);
}

static void
questions_that_cannot_be_answered_are_not_asked(void **state)
{
	Erfa__Body *programme = bodies_read(
	    "{'programme':{'requiredExtra':[{'due':'S'},{'name':'a'},"
	    "{'name':'b','due':'SS'}]}}");
	Erfa__Body *trial = bodies_read(
	    TRIAL("'owner':{'unit':'x'},'anchoring':{"
		  "'bodyKind':'BODY_KIND_COUNCIL','date':'2026'}"));
	struct life_case it = {
		.today = TODAY, .trial = trial, .programme = programme
	};

	(void)state;
	missing_is(&it, "S", "");
	body_free(trial);
	body_free(programme);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answers_are_those_that_the_schema_marks),
		cmocka_unit_test(
		    at_most_twelve_are_required_and_fifteen_with_an_exemption),
		cmocka_unit_test(an_answer_is_there_when_something_is_said),
		cmocka_unit_test(
		    what_was_learnt_is_the_publishers_own_fullest_word),
		cmocka_unit_test(
		    each_missing_answer_has_its_field_sentence_and_command),
		cmocka_unit_test(
		    an_exemption_that_lacks_an_answer_is_named_by_its_number),
		cmocka_unit_test(numbers_that_places_tell_are_written_down),
		cmocka_unit_test(
		    an_exemption_with_the_number_of_another_is_told),
		cmocka_unit_test(
		    a_provision_has_its_key_unless_that_is_too_long),
		cmocka_unit_test(a_transcribed_trial_owes_nothing),
		cmocka_unit_test(
		    a_programme_asks_three_questions_of_its_own_at_most),
		cmocka_unit_test(
		    questions_that_cannot_be_answered_are_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
