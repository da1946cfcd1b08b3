#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/diff.h"
#include "bodies.h"

#define SAID_MAX 65536

/* All changes as "path: before -> after", one a line. */
static char *
told(const struct diff *diff)
{
	char *all = calloc(1, SAID_MAX);
	size_t used = 0;
	size_t i;

	assert_non_null(all);
	for (i = 0; i < diff->count; i++) {
		const struct diff_change *change = &diff->changes[i];
		char *before = NULL;
		char *after = NULL;

		assert_int_equal(diff_text(change, false, &before), ERR_NONE);
		assert_int_equal(diff_text(change, true, &after), ERR_NONE);
		used += (size_t)snprintf(all + used, SAID_MAX - used,
		    "%s%s: %s%s%s", i > 0 ? "\n" : "", change->path, before,
		    change->kind == DIFF_CHANGED   ? " -> " :
			change->kind == DIFF_ADDED ? "+ " :
						     " -",
		    after);
		assert_true(used < SAID_MAX);
		free(after);
		free(before);
	}
	return all;
}

static void
differ(const char *before, const char *after, const char *expect)
{
	Erfa__Body *a = bodies_read(before);
	Erfa__Body *b = bodies_read(after);
	struct diff diff = { NULL, 0 };
	char *text;

	assert_int_equal(diff_bodies(a, b, &diff), ERR_NONE);
	text = told(&diff);
	assert_string_equal(text, expect);
	free(text);
	diff_clear(&diff);
	assert_null(diff.changes);
	body_free(b);
	body_free(a);
}

#define T(text) "{'trial':{" text "}}"

static const struct {
	const char *before;
	const char *after;
	const char *expect;
} rows[] = {
	{ T(""), T(""), "" },
	{ T("'title':'A'"), T("'title':'A'"), "" },

	/* What stands once. */
	{ T("'title':'A'"), T("'title':'B'"), "trial.title: A -> B" },
	{ T(""), T("'title':'B'"), "trial.title: + B" },
	{ T("'title':'A'"), T(""), "trial.title: A -" },
	{ T("'title':''"), T(""), "trial.title:  -" },
	{ T("'status':'STATUS_IDEA'"), T("'status':'STATUS_NOT_STARTED'"),
	    "trial.status: idea -> not_started" },
	{ T("'offersSparring':false"), T("'offersSparring':true"),
	    "trial.offers_sparring: false -> true" },
	{ T("'resources':{'cost':0.1,'hours':3}"),
	    T("'resources':{'cost':0.30000000000000004,'hours':1e20}"),
	    "trial.resources.hours: 3 -> 1e+20\n"
	    "trial.resources.cost: 0.1 -> 0.30000000000000004" },
	{ "{'profile':{'population':97000}}", "{'profile':{'population':1}}",
	    "profile.population: 97000 -> 1" },

	/* Messages, there or not. */
	{ T(""), T("'owner':{'unit':'Hjemmeplejen','role':'leder'}"),
	    "trial.owner.unit: + Hjemmeplejen\ntrial.owner.role: + leder" },
	{ T("'owner':{'unit':'Hjemmeplejen'}"), T(""),
	    "trial.owner.unit: Hjemmeplejen -" },
	{ T(""), T("'owner':{}"), "" },
	{ T("'period':{'start':'2025','end':'2026'}"),
	    T("'period':{'start':'2025','end':'2027'}"),
	    "trial.period.end: 2026 -> 2027" },
	{ "{'observation':{'binary':{'events':1,'total':9}}}",
	    "{'observation':{'rate':{'events':1}}}",
	    "observation.binary.events: 1 -\nobservation.binary.total: 9 -\n"
	    "observation.rate.events: + 1" },

	/* Lists of words: what was put in does not move the rest. */
	{ T("'keywords':['a','b','c']"), T("'keywords':['x','a','b','c']"),
	    "trial.keywords[0]: + x" },
	{ T("'keywords':['a','b','c']"), T("'keywords':['a','c']"),
	    "trial.keywords[1]: b -" },
	{ T("'keywords':['a','b','c']"), T("'keywords':['a','B','c','d']"),
	    "trial.keywords[1]: b -> B\ntrial.keywords[3]: + d" },
	{ T("'keywords':['a','b']"), T("'keywords':['b','a']"),
	    "trial.keywords[0]: a -\ntrial.keywords[1]: + a" },
	{ T("'keywords':['a','b','c','d','e']"),
	    T("'keywords':['c','x','e','d']"),
	    "trial.keywords[0]: a -\ntrial.keywords[1]: b -\n"
	    "trial.keywords[1]: d -> x\ntrial.keywords[3]: + d" },

	/* Lists of codes: one goes, another comes. */
	{ T("'sector':['SECTOR_HEALTH']"), T("'sector':['SECTOR_SCHOOL']"),
	    "trial.sector[0]: health -\ntrial.sector[0]: + school" },
	{ T("'purpose':['PURPOSE_EFFICIENCY']"),
	    T("'purpose':['PURPOSE_EFFICIENCY','PURPOSE_SERVICE_QUALITY']"),
	    "trial.purpose[1]: + service_quality" },

	/* Lists of messages, by order. */
	{ T("'goals':[{'text':'A','successCriterion':'x'}]"),
	    T("'goals':[{'text':'A','successCriterion':'y'}]"),
	    "trial.goals[0].success_criterion: x -> y" },
	{ T("'goals':[{'text':'A'}]"), T("'goals':[{'text':'B'},{'text':'A'}]"),
	    "trial.goals[0]: + text: B" },
	{ T("'goals':[{'text':'A','successCriterion':'x'},{'text':'B'}]"),
	    T("'goals':[{'text':'B'}]"),
	    "trial.goals[0]: text: A; success_criterion: x -" },

	/* Lists of messages, by what names them. */
	{ T("'exemptions':[{'no':1,'why':'a'},{'no':2,'why':'b'}]"),
	    T("'exemptions':[{'no':2,'why':'c'},{'no':1,'why':'a'}]"),
	    "trial.exemptions[0].why: b -> c" },
	{ T("'exemptions':[{'no':1,'provision':'§ 83','authorities':["
	    "{'id':'dk-o1'},{'id':'dk-o2'}]}]"),
	    T("'exemptions':[{'no':3,'provision':'§ 83'}]"),
	    "trial.exemptions[0]: no: 1; provision: § 83; authorities: id: "
	    "dk-o1, id: dk-o2 -\n"
	    "trial.exemptions[0]: + no: 3; provision: § 83" },
	{ T("'parties':[{'party':'PARTY_EMPLOYEES'}]"),
	    T("'parties':[{'party':'PARTY_USERS'},{'party':'PARTY_EMPLOYEES',"
	      "'endorsedOn':'2026'}]"),
	    "trial.parties[0]: + party: users\n"
	    "trial.parties[1].endorsed_on: + 2026" },
	{ T("'sites':[{'id':'dk-791','name':'Viborg'},{'name':'Kuopio'}]"),
	    T("'sites':[{'name':'Kuopio'},{'id':'dk-791','name':'Viborg "
	      "Kommune'}]"),
	    "trial.sites[1].name: Viborg -> Viborg Kommune" },
	{ T("'sites':[{'id':'dk-791','name':'Viborg'}]"),
	    T("'sites':[{'name':'Viborg'}]"),
	    "trial.sites[0]: id: dk-791; name: Viborg -\n"
	    "trial.sites[0]: + name: Viborg" },

	/* The envelope, but for what changes with every version. */
	{ "{'envelope':{'id':'a','publisher':'p','major':1,'minor':2,"
	  "'publishedAt':'x','amendedAt':'x','amendmentNote':'x',"
	  "'amendmentKind':'AMENDMENT_KIND_UPDATE','language':'da'},"
	  "'trial':{}}",
	    "{'envelope':{'language':'nb','sources':[{'title':'S'}]},"
	    "'trial':{}}",
	    "envelope.language: da -> nb\nenvelope.sources[0]: + title: S" },
	{ "{'trial':{}}", "{'envelope':{'licence':'CC0-1.0'},'trial':{}}",
	    "envelope.licence: + CC0-1.0" },
};

static void
each_change_is_found_where_it_is(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		differ(rows[i].before, rows[i].after, rows[i].expect);
}

static void
records_of_two_kinds_have_no_difference(void **state)
{
	Erfa__Body *trial = bodies_read("{'trial':{}}");
	Erfa__Body *round = bodies_read("{'round':{}}");
	Erfa__Body *none = bodies_read("{}");
	struct diff diff = { NULL, 7 };

	(void)state;
	assert_int_equal(diff_bodies(trial, round, &diff), ERR_SYNTAX);
	assert_int_equal(diff_bodies(trial, none, &diff), ERR_SYNTAX);
	assert_int_equal(diff_bodies(none, trial, &diff), ERR_SYNTAX);
	assert_int_equal(diff.count, 7);
	body_free(none);
	body_free(round);
	body_free(trial);
}

static void
names_are_paths_without_record_and_places(void **state)
{
	static const struct {
		const char *path;
		const char *name;
	} names[] = {
		{ "trial.title", "title" },
		{ "trial.goals[12].text", "goals.text" },
		{ "trial.exemptions[0].authorities[1]",
		    "exemptions.authorities" },
		{ "trial.goals[3", "goals" },
		{ "trial", "trial" },
	};
	struct diff_change change = { .path = "" };
	char name[DIFF_PATH_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(
		    change.path, sizeof(change.path), "%s", names[i].path);
		diff_name(&change, name);
		assert_string_equal(name, names[i].name);
	}
}

static void
a_code_that_only_newer_programs_know_is_its_number(void **state)
{
	Erfa__Body *a = bodies_read(T("'status':'STATUS_IDEA'"));
	Erfa__Body *b = bodies_read(T("'status':77"));
	struct diff diff;
	char *text;

	(void)state;
	assert_int_equal(diff_bodies(a, b, &diff), ERR_NONE);
	text = told(&diff);
	assert_string_equal(text, "trial.status: idea -> 77");
	free(text);
	diff_clear(&diff);
	body_free(b);
	body_free(a);
}

/* A program of ${count} members, named by ids from ${first} on. */
static Erfa__Body *
members(size_t count, size_t first)
{
	char *text = calloc(count + 2, 40);
	size_t room = (count + 2) * 40;
	size_t used;
	size_t i;
	Erfa__Body *body;

	assert_non_null(text);
	used = (size_t)snprintf(text, room, "{'network':{'members':[");
	for (i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, room - used,
		    "%s{'id':'dk-%zu'}", i > 0 ? "," : "", first + i);
	(void)snprintf(text + used, room - used, "]}}");
	body = bodies_read(text);
	free(text);
	return body;
}

static void
very_long_lists_are_compared_in_bounded_time(void **state)
{
	Erfa__Body *a = members(6000, 0);
	Erfa__Body *b = members(6000, 9000);
	struct diff diff;

	(void)state;
	assert_int_equal(diff_bodies(a, b, &diff), ERR_NONE);
	assert_int_equal(diff.count, 6000);
	diff_clear(&diff);
	body_free(b);
	b = members(6000, 1);
	assert_int_equal(diff_bodies(a, b, &diff), ERR_NONE);
	assert_int_equal(diff.count, 6000);
	diff_clear(&diff);
	body_free(b);
	b = members(500, 0);
	body_free(a);
	a = members(500, 250);
	assert_int_equal(diff_bodies(a, b, &diff), ERR_NONE);
	assert_int_equal(diff.count, 500);
	diff_clear(&diff);
	body_free(b);
	body_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_change_is_found_where_it_is),
		cmocka_unit_test(records_of_two_kinds_have_no_difference),
		cmocka_unit_test(names_are_paths_without_record_and_places),
		cmocka_unit_test(
		    a_code_that_only_newer_programs_know_is_its_number),
		cmocka_unit_test(very_long_lists_are_compared_in_bounded_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
