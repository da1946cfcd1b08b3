#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/life_change.h"
#include "bodies.h"

#define TODAY   "2026-06-15"
#define T(text) "{'envelope':{'major':2,'minor':3},'trial':{" text "}}"

static struct diff
differ(const Erfa__Body *before, const Erfa__Body *after)
{
	struct diff diff = { NULL, 0 };

	assert_int_equal(diff_bodies(before, after, &diff), ERR_NONE);
	return diff;
}

/* ---- versions ---- */

static void
versions_are_major_when_a_marked_field_changes(void **state)
{
	static const struct {
		const char *before;
		const char *after;
		uint32_t major;
		uint32_t minor;
	} rows[] = {
		{ T(""), T(""), 2, 4 },
		{ T("'title':'A'"), T("'title':'B'"), 2, 4 },
		{ T(""), T("'mandate':'Gør det'"), 2, 4 },
		{ T(""), T("'owner':{'unit':'x'}"), 2, 4 },
		{ T(""), T("'status':'STATUS_ACTIVE'"), 2, 4 },
		{ T(""), T("'goals':[{'text':'A'}]"), 3, 0 },
		{ T("'goals':[{'text':'A','successCriterion':'x'}]"),
		    T("'goals':[{'text':'A','successCriterion':'y'}]"), 3, 0 },
		{ T("'goals':[{'text':'A'}]"), T(""), 3, 0 },
		{ T("'period':{'end':'2026'}"), T("'period':{'end':'2027'}"), 3,
		    0 },
		{ T(""), T("'exemptions':[{'no':1}]"), 3, 0 },
		{ T("'exemptions':[{'no':1,'authorities':[{'id':'dk-o1'}]}]"),
		    T("'exemptions':[{'no':1,'authorities':[{'id':'dk-o2'}]}]"),
		    3, 0 },
		{ T(""), T("'indicators':[{'id':'i'}]"), 3, 0 },
		{ T("'title':'A'"), T("'title':'B','goals':[{'text':'A'}]"), 3,
		    0 },
		{ "{'envelope':{'major':1},'experience':{'verdict':1}}",
		    "{'experience':{'verdict':3}}", 2, 0 },
		{ "{'envelope':{'major':1},'experience':{}}",
		    "{'experience':{'whatWorked':'x'}}", 1, 1 },
		{ "{'trial':{}}", "{'trial':{'title':'x'}}", 1, 1 },
		{ "{'round':{}}", "{'round':{'opens':'2026'}}", 1, 1 },
	};

	uint32_t major = 0;
	uint32_t minor = 9;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		Erfa__Body *before = bodies_read(rows[i].before);
		Erfa__Body *after = bodies_read(rows[i].after);
		struct diff diff = differ(before, after);

		life_version(before, &diff, &major, &minor);
		assert_int_equal(major, rows[i].major);
		assert_int_equal(minor, rows[i].minor);
		diff_clear(&diff);
		body_free(after);
		body_free(before);
	}
	life_version(NULL, NULL, &major, &minor);
	assert_int_equal(major, 1);
	assert_int_equal(minor, 0);
}

/* Each mark of the schema is major here, by a change of that very field. */
static void
check_mark(const char *message, const char *field, const char *mark, void *arg)
{
	static const ProtobufCMessageDescriptor *const known[] = {
		&erfa__trial__descriptor, &erfa__goal__descriptor,
		&erfa__experience__descriptor
	};
	struct diff_change change = { .path = "" };
	size_t i;

	(void)mark;
	for (i = 0; strcmp(known[i]->short_name, message) != 0; i++)
		assert_true(i + 1 < sizeof(known) / sizeof(known[0]));
	change.owner = change.record = known[i];
	change.field = change.top =
	    protobuf_c_message_descriptor_get_field_by_name(known[i], field);
	assert_non_null(change.field);
	assert_true(life_is_major(&change));
	(*(size_t *)arg)++;
}

static void
the_major_fields_are_those_that_the_schema_marks(void **state)
{
	size_t count = 0;
	size_t major = 0;
	size_t i;
	unsigned n;

	(void)state;
	bodies_marks("[major]", check_mark, &count);

	/* And no others: in any message of a body. */
	for (i = 0; i < erfa__body__descriptor.n_fields; i++) {
		const ProtobufCMessageDescriptor *record =
		    erfa__body__descriptor.fields[i].descriptor;

		for (n = 0; n < record->n_fields; n++) {
			struct diff_change change = { .owner = record,
				.record = record,
				.field = &record->fields[n],
				.top = &record->fields[n] };

			major += life_is_major(&change);
		}
	}
	assert_int_equal(count, major + 2); /* Goal is no record */
}

/* ---- copies ---- */

static void
every_field_of_a_trial_is_known_to_travel_or_to_stay(void **state)
{
	const ProtobufCMessageDescriptor *trial = &erfa__trial__descriptor;
	const ProtobufCMessageDescriptor *recipe = &erfa__recipe__descriptor;
	char name[64];
	unsigned i;

	(void)state;
	for (i = 0; i < trial->n_fields; i++) {
		const struct life_part *part = life_part_find(
		    trial->fields[i].name);

		if (part == NULL)
			fail_msg("%s has no entry", trial->fields[i].name);
		assert_string_equal(part->field, trial->fields[i].name);
	}
	for (i = 0; i < recipe->n_fields; i++) {
		(void)snprintf(
		    name, sizeof(name), "recipe.%s", recipe->fields[i].name);
		assert_string_equal(life_part_find(name)->field, name);
	}
	assert_string_equal(life_part_find("goals.text")->field, "goals");
	assert_null(life_part_find("goalsx"));
	assert_null(life_part_find("language"));
}

static void
ownership_and_permission_never_travel(void **state)
{
	static const char *const stays[] = { "owner", "anchoring", "mandate",
		"period", "status_reason", "needs_exemption", "programme",
		"extra_answers", "sites", "continuation" };
	static const char *const travels[] = { "title", "goals", "indicators",
		"recipe.procedures", "competence_needs", "core_elements" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(stays) / sizeof(stays[0]); i++)
		assert_int_equal(life_part_find(stays[i])->travel, LIFE_STAYS);
	for (i = 0; i < sizeof(travels) / sizeof(travels[0]); i++)
		assert_int_equal(
		    life_part_find(travels[i])->travel, LIFE_TRAVELS);
	assert_int_equal(life_part_find("commitments")->travel, LIFE_ASKED);
	assert_int_equal(life_part_find("exemptions")->travel, LIFE_HINT);
	assert_int_equal(life_part_find("guardrails")->travel, LIFE_HINT);
}

static const struct {
	const char *origin;
	const char *copy;
	Erfa__Relation relation;
	const char *fields; /* "goals.text keywords" */
	Erfa__AdaptationWhat what;
	const char *natures; /* numbers */
} copies[] = {
	{ T("'goals':[{'text':'A'}],'owner':{'unit':'x'}"),
	    T("'goals':[{'text':'A'}],'owner':{'unit':'y'},'mandate':'ja'"),
	    ERFA__RELATION__RELATION_COPIED, "",
	    ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_UNSET, "" },
	{ T("'title':'A'"), T("'title':'B','keywords':['c']"),
	    ERFA__RELATION__RELATION_COPIED, "title keywords",
	    ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_UNSET, "" },
	{ T("'goals':[{'text':'A'}]"), T("'goals':[{'text':'B'}]"),
	    ERFA__RELATION__RELATION_ADAPTED, "goals.text",
	    ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_CONTENT, "1" },
	{ T("'recipe':{'provider':'sosu','place':'hjemme','mode':'a'}"),
	    T("'recipe':{'provider':'sygepl.','place':'ude','mode':'b',"
	      "'procedures':'nyt'}"),
	    ERFA__RELATION__RELATION_ADAPTED,
	    "recipe.procedures recipe.provider recipe.mode recipe.place",
	    ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_CONTEXT, "2 10 11 13" },
	{ T("'coreElements':['a','b']"), T("'coreElements':['a']"),
	    ERFA__RELATION__RELATION_ADAPTED, "core_elements",
	    ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_CONTENT, "3" },
	{ T("'targetGroup':'ældre'"), T("'targetGroup':'unge'"),
	    ERFA__RELATION__RELATION_ADAPTED, "target_group",
	    ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_CONTEXT, "12" },
	{ T("'competenceNeeds':['a'],'design':'DESIGN_NONE'"),
	    T("'competenceNeeds':['b'],'design':'DESIGN_PRE_POST',"
	      "'goals':[{'text':'x'}]"),
	    ERFA__RELATION__RELATION_ADAPTED, "goals competence_needs design",
	    ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_TRAINING_EVALUATION,
	    "1 2 6" },

	/* To accept a promise is no change, to decline it is one. */
	{ T("'commitments':[{'text':'a'}]"),
	    T("'commitments':[{'text':'a','stance':'STANCE_ACCEPTED'}]"),
	    ERFA__RELATION__RELATION_COPIED, "commitments.stance",
	    ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_UNSET, "" },
	{ T("'commitments':[{'text':'a'}]"),
	    T("'commitments':[{'text':'a','stance':'STANCE_DECLINED'}]"),
	    ERFA__RELATION__RELATION_ADAPTED, "commitments.stance",
	    ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_IMPLEMENTATION, "9" },

	/* The language of a copy is no change of the trial. */
	{ "{'envelope':{'language':'da'},'trial':{}}",
	    "{'envelope':{'language':'fi'},'trial':{}}",
	    ERFA__RELATION__RELATION_COPIED, "",
	    ERFA__ADAPTATION_WHAT__ADAPTATION_WHAT_UNSET, "" },
};

static void
fields_are(const struct diff *diff, const char *expect)
{
	struct life_fields fields;
	char text[512] = "";
	size_t used = 0;
	size_t i;

	life_fields(diff, &fields);
	for (i = 0; i < fields.count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%s", i > 0 ? " " : "", fields.names[i]);
	assert_string_equal(text, expect);
	assert_int_equal(fields.more, 0);
}

static void
natures_are(const struct life_frame *frame, const char *expect)
{
	char text[128] = "";
	size_t used = 0;
	size_t i;

	for (i = 0; i < frame->nnature; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%d", i > 0 ? " " : "", (int)frame->nature[i]);
	assert_string_equal(text, expect);
}

static void
a_copy_is_told_by_what_of_the_trial_was_changed(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(copies) / sizeof(copies[0]); i++) {
		Erfa__Body *origin = bodies_read(copies[i].origin);
		Erfa__Body *copy = bodies_read(copies[i].copy);
		struct diff diff = differ(origin, copy);
		struct life_frame frame;

		fields_are(&diff, copies[i].fields);
		assert_int_equal(life_relation(&diff, 1), copies[i].relation);
		assert_int_equal(life_relation(&diff, 2),
		    ERFA__RELATION__RELATION_MERGED_FROM);
		life_suggest(&diff, &frame);
		assert_int_equal(frame.what, copies[i].what);
		natures_are(&frame, copies[i].natures);
		diff_clear(&diff);
		body_free(copy);
		body_free(origin);
	}
}

/* ---- programmes ---- */

#define Q(name, due, labels) \
	"{'name':'" name "','due':'" due "','label':[" labels "]}"
#define DA(text) "{'language':'da','text':'" text "'}"
#define NB(text) "{'language':'nb','text':'" text "'}"
#define P(rest, questions) \
	"{'programme':{" rest "'requiredExtra':[" questions "]}}"

static const struct {
	const char *before; /* NULL: new */
	const char *after;
	const char *open;    /* no trial of it has started */
	const char *started; /* one has */
} programmes[] = {
	{ NULL, P("", Q("a", "S", "")), "", "" },
	{ NULL,
	    P("",
		Q("a", "S", "") "," Q("b", "S", "") "," Q("c", "S", "") "," Q(
		    "d", "S", "")),
	    "A programme may ask three questions of its own, not 4.",
	    "A programme may ask three questions of its own, not 4." },
	{ P("", Q("a", "S", "")), P("'name':'N',", Q("a", "S", "")), "", "" },
	{ P("", ""), P("", Q("a", "S", "")), "",
	    "A trial of the programme has started: its own questions stay as "
	    "they are (a)." },
	{ P("", Q("a", "S", "")), P("", ""), "",
	    "A trial of the programme has started: its own questions stay as "
	    "they are (a)." },
	{ P("", Q("a", "F", "")), P("", Q("a", "P", "")), "",
	    "A trial of the programme has started: its own questions stay as "
	    "they are (a)." },
	{ P("", Q("a", "S", DA("Timer"))), P("", Q("a", "S", DA("Kroner"))), "",
	    "A trial of the programme has started: its own questions stay as "
	    "they are (a)." },
	{ P("", Q("a", "S", DA("Timer"))),
	    P("", Q("a", "S", NB("Timer") "," DA("Timer"))), "", "" },
	{ P("", Q("a", "S", "") "," Q("b", "S", "")),
	    P("", Q("b", "S", "") "," Q("a", "S", "")), "", "" },
	{ P("", Q("a", "S", "")), P("", Q("a", "S", "") "," Q("a", "P", "")),
	    "",
	    "A trial of the programme has started: its own questions stay as "
	    "they are (?)." },
	{ P("", "{'due':'S'}"), P("", ""), "",
	    "A trial of the programme has started: its own questions stay as "
	    "they are (?)." },
	{ P("'stableUntil':'2026-06-16',", ""), P("", Q("a", "S", "")),
	    "The programme promised not to change its questions before "
	    "2026-06-16 (a).",
	    "A trial of the programme has started: its own questions stay as "
	    "they are (a)." },
	{ P("'stableUntil':'2026-06-15',", ""), P("", Q("a", "S", "")), "",
	    "A trial of the programme has started: its own questions stay as "
	    "they are (a)." },
};

static void
change_is(const Erfa__Body *before, const Erfa__Body *after, bool started,
    const char *expect)
{
	struct life_list list = { .count = 0 };
	char *text;

	life_programme(before != NULL ? before->programme : NULL,
	    after->programme, started, TODAY, &list);
	text = bodies_said(&list, "TRIAL");
	assert_string_equal(text, expect);
	free(text);
}

static void
questions_are_frozen_when_the_first_trial_starts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(programmes) / sizeof(programmes[0]); i++) {
		Erfa__Body *before = programmes[i].before != NULL ?
		    bodies_read(programmes[i].before) :
		    NULL;
		Erfa__Body *after = bodies_read(programmes[i].after);

		change_is(before, after, false, programmes[i].open);
		change_is(before, after, true, programmes[i].started);
		body_free(after);
		body_free(before);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    versions_are_major_when_a_marked_field_changes),
		cmocka_unit_test(
		    the_major_fields_are_those_that_the_schema_marks),
		cmocka_unit_test(
		    every_field_of_a_trial_is_known_to_travel_or_to_stay),
		cmocka_unit_test(ownership_and_permission_never_travel),
		cmocka_unit_test(
		    a_copy_is_told_by_what_of_the_trial_was_changed),
		cmocka_unit_test(
		    questions_are_frozen_when_the_first_trial_starts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
