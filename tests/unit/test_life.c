#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/life.h"
#include "bodies.h"

#define TODAY "2026-06-15"

#define MINE "'envelope':{'id':'dk-791/a','publisher':'dk-791'}"
#define ALWAYS                                                    \
	"'title':'Faste vagter','summary':'For mange hjælpere'," \
	"'sector':['SECTOR_ELDER_CARE']"
#define PLANNED                                                           \
	"'goals':[{'text':'Færre hjælpere','successCriterion':'< 8'}]," \
	"'period':{'start':'2026','end':'2027'}"
#define OWNED                                           \
	"'owner':{'unit':'Hjemmeplejen'},'anchoring':{" \
	"'bodyKind':'BODY_KIND_COUNCIL','date':'2026-05-01'}"
#define STATUS(word) "'status':'STATUS_" word "'"
#define RULE                                                              \
	"'exemptions':[{'provision':'Serviceloven § 83','why':'Binder'," \
	"'authorities':[{'id':'dk-o1','name':'Ministeriet'}]}]"
#define TRIAL(text) "{" MINE ",'trial':{" text "}}"
#define READY(word) TRIAL(ALWAYS "," PLANNED "," OWNED "," STATUS(word))
#define YES                                                           \
	"{'envelope':{'publisher':'dk-o1'},'decision':{'authority':{" \
	"'id':'dk-o1'},'outcome':'OUTCOME_APPROVED'}}"
#define LEARNT                                                          \
	"{'envelope':{'publisher':'dk-791'},'experience':{'trial':{},"  \
	"'verdict':'VERDICT_WORKED','whatWorked':'a','whatDidNot':'b'," \
	"'conditions':[{'text':'c'}]}}"

#define NO_OWNER "Nobody here has taken it on: the local owner is missing."
#define NO_ANCHORING \
	"The local anchoring is missing: which body decided, and when."
#define NO_ANSWER "Ministeriet has not answered about Serviceloven § 83."

/* ---- may it be done ---- */

struct check_row {
	const char *trial;
	const char *decision;
	const char *experience;
	enum life_action action;
	const char *status; /* where it stands then; NULL: refused */
	const char *blocks;
	const char *warns;
};

static const struct check_row check_rows[] = {
	/* A trial walks its life. */
	{ TRIAL(""), NULL, NULL, LIFE_PUBLISH, NULL,
	    "The title is missing. | The summary is missing: the problem and "
	    "the idea. | The field of work is missing.",
	    "" },
	{ TRIAL(ALWAYS), NULL, NULL, LIFE_PUBLISH, "idea", "", "" },
	{ TRIAL(""), NULL, NULL, LIFE_OWN, "idea", "", "" },
	{ TRIAL(ALWAYS), NULL, NULL, LIFE_PLAN, NULL,
	    "No goal is given. | No goal says how one will see that it was "
	    "reached. | From when to when it runs is missing.",
	    "" },
	{ TRIAL(ALWAYS "," PLANNED), NULL, NULL, LIFE_PLAN, "planned", "", "" },
	{ TRIAL(ALWAYS "," PLANNED), NULL, NULL, LIFE_START, NULL,
	    NO_OWNER " | " NO_ANCHORING, "" },
	{ READY("PLANNED"), NULL, NULL, LIFE_START, "active", "", "" },
	{ READY("IDEA"), NULL, NULL, LIFE_START, "active", "", "" },
	{ READY("PAUSED"), NULL, NULL, LIFE_START, "active", "", "" },
	{ READY("ACTIVE"), NULL, NULL, LIFE_START, NULL,
	    "The trial is active already.", "" },
	{ READY("ACTIVE"), NULL, NULL, LIFE_PAUSE, "paused", "", "" },
	{ READY("ACTIVE"), NULL, NULL, LIFE_STOP, "stopped", "", "" },
	{ TRIAL(""), NULL, NULL, LIFE_STOP, "not_started", "", "" },
	{ READY("ACTIVE"), NULL, NULL, LIFE_FINISH, NULL,
	    "Whether it worked is missing. | What worked is missing; "
	    "\"nothing\" is an answer. | What did not work is missing; "
	    "\"nothing\" is an answer. | Under which conditions, or for whom, "
	    "is missing.",
	    "" },
	{ READY("ACTIVE"), NULL, LEARNT, LIFE_FINISH, "completed", "", "" },

	/* Nothing that needs permission starts before all have said yes. */
	{ TRIAL(ALWAYS "," PLANNED "," OWNED "," RULE), NULL, NULL, LIFE_START,
	    NULL, NO_ANSWER, "" },
	{ TRIAL(ALWAYS "," PLANNED "," OWNED "," RULE), YES, NULL, LIFE_START,
	    "active", "", "" },
	{ TRIAL(ALWAYS "," PLANNED "," OWNED ","
		       "'needsExemption':'YES_NO_YES'"),
	    NULL, NULL, LIFE_START, NULL,
	    "Which rule is in the way is missing (exemption 1). | How the rule "
	    "hinders is missing (exemption 1). | Who must allow it is missing "
	    "(exemption 1).",
	    "" },
	{ TRIAL(ALWAYS "," PLANNED "," OWNED ","
		       "'needsExemption':'YES_NO_UNKNOWN'," RULE),
	    NULL, NULL, LIFE_START, "active", "",
	    "It names Serviceloven § 83, but does not say that an exemption "
	    "is needed." },
	{ TRIAL(ALWAYS "," PLANNED "," RULE "," STATUS("PAUSED")), NULL, NULL,
	    LIFE_START, NULL, NO_OWNER " | " NO_ANCHORING " | " NO_ANSWER, "" },

	/* What arrives as a whole passes the gates as well. */
	{ TRIAL(ALWAYS "," STATUS("ACTIVE")), NULL, NULL, LIFE_PUBLISH, NULL,
	    NO_OWNER " | " NO_ANCHORING, "" },
	{ READY("ACTIVE"), NULL, NULL, LIFE_PUBLISH, "active", "", "" },

	/* A rule may be found in the way later: that stops nobody's hand. */
	{ TRIAL(OWNED "," RULE "," STATUS("ACTIVE")), NULL, NULL, LIFE_EXEMPT,
	    "active", "", NO_ANSWER },
	{ TRIAL(OWNED "," RULE "," STATUS("ACTIVE")), NULL, NULL, LIFE_EDIT,
	    "active", "", NO_ANSWER },
	{ TRIAL(STATUS("ACTIVE")), NULL, NULL, LIFE_LEARN, "active", "", "" },
	{ TRIAL(STATUS("ACTIVE")), NULL, NULL, LIFE_CONFIRM, "active", "", "" },

	/* But an active trial keeps its owner and its anchoring. */
	{ TRIAL(STATUS("ACTIVE")), NULL, NULL, LIFE_EDIT, NULL,
	    NO_OWNER " | " NO_ANCHORING, "" },
	{ TRIAL(STATUS("ACTIVE")), NULL, NULL, LIFE_CORRECT, NULL,
	    NO_OWNER " | " NO_ANCHORING, "" },
	{ TRIAL(STATUS("ACTIVE")), NULL, NULL, LIFE_RETHINK, NULL,
	    NO_OWNER " | " NO_ANCHORING, "" },
	{ TRIAL(STATUS("ACTIVE") ",'owner':{'unit':'x'}"), NULL, NULL, LIFE_OWN,
	    "active", "", NO_ANCHORING },
	{ TRIAL(STATUS("ACTIVE") ",'anchoring':{'date':'2026',"
				 "'bodyKind':'BODY_KIND_COUNCIL'}"),
	    NULL, NULL, LIFE_ANCHOR, "active", "", NO_OWNER },
	{ TRIAL(STATUS("PAUSED")), NULL, NULL, LIFE_EDIT, "paused", "", "" },

	/* A transcribed trial owes nothing and is moved by nobody. */
	{ "{'envelope':{'transcribed':true},'trial':{" STATUS("ACTIVE") "}}",
	    NULL, NULL, LIFE_PUBLISH, "active", "", "" },
	{ "{'envelope':{'transcribed':true},'trial':{" STATUS("ACTIVE") "}}",
	    NULL, NULL, LIFE_EDIT, "active", "", "" },
	{ "{'envelope':{'transcribed':true},'trial':{" STATUS("PLANNED") "}}",
	    NULL, NULL, LIFE_START, NULL,
	    "The record tells what a source says of a trial; the municipality "
	    "whose trial it is can claim it.",
	    "" },
};

static void
said_is(const struct life_list *list, const char *expect)
{
	char *text = bodies_said(list, "TRIAL");

	assert_string_equal(text, expect);
	free(text);
}

static void
check_row(const struct check_row *row)
{
	Erfa__Body *trial = bodies_read(row->trial);
	Erfa__Body *decision = bodies_read(
	    row->decision != NULL ? row->decision : "{}");
	Erfa__Body *experience = bodies_read(
	    row->experience != NULL ? row->experience : "{}");
	const Erfa__Body *decisions[] = { decision };
	const Erfa__Body *experiences[] = { experience };
	struct life_case it = { .today = TODAY,
		.trial = trial,
		.decisions = decisions,
		.ndecisions = 1,
		.experiences = experiences,
		.nexperiences = 1 };
	struct life_report report;

	life_check(&it, row->action, &report);
	said_is(&report.blocks, row->blocks);
	said_is(&report.warns, row->warns);
	assert_int_equal(report.allowed, row->status != NULL);
	if (row->status != NULL)
		assert_string_equal(
		    life_status_name(report.status), row->status);
	body_free(experience);
	body_free(decision);
	body_free(trial);
}

static void
each_action_is_allowed_or_told_all_that_is_missing(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(check_rows) / sizeof(check_rows[0]); i++)
		check_row(&check_rows[i]);
}

/* Whatever is done from wherever, nothing becomes active without the gates. */
static void
no_action_makes_a_trial_active_without_owner_and_anchoring(void **state)
{
	int status;
	int action;

	(void)state;
	for (status = 0; status <= ERFA__STATUS__STATUS_ENDED; status++) {
		for (action = 0; action < LIFE_ACTIONS; action++) {
			Erfa__Body *trial = bodies_read(
			    TRIAL(ALWAYS "," PLANNED));
			struct life_case it = { .today = TODAY,
				.trial = trial };
			struct life_report report;

			trial->trial->has_status = 1;
			trial->trial->status = (Erfa__Status)status;
			life_check(&it, (enum life_action)action, &report);
			if (status != ERFA__STATUS__STATUS_ACTIVE)
				assert_false(report.allowed &&
				    report.status ==
					ERFA__STATUS__STATUS_ACTIVE);
			body_free(trial);
		}
	}
}

static void
a_correction_that_makes_active_passes_the_gates(void **state)
{
	static const struct {
		const char *trial;
		Erfa__Status status;
		const char *blocks;
	} rows[] = {
		{ READY("COMPLETED"), ERFA__STATUS__STATUS_ACTIVE, "" },
		{ TRIAL(STATUS("COMPLETED")), ERFA__STATUS__STATUS_ACTIVE,
		    NO_OWNER " | " NO_ANCHORING },
		{ TRIAL(STATUS("COMPLETED")), ERFA__STATUS__STATUS_PAUSED, "" },
		{ TRIAL(STATUS("ACTIVE")), ERFA__STATUS__STATUS_PLANNED, "" },
		{ TRIAL(STATUS("COMPLETED")), ERFA__STATUS__STATUS_IDEA,
		    "The trial is over (completed); it can be copied, not "
		    "taken up again." },
		{ "{'envelope':{'transcribed':true},'trial':{}}",
		    ERFA__STATUS__STATUS_ACTIVE, "" },
	};

	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		Erfa__Body *trial = bodies_read(rows[i].trial);
		struct life_case it = { .today = TODAY, .trial = trial };
		struct life_report report;

		life_check_status(&it, rows[i].status, &report);
		said_is(&report.blocks, rows[i].blocks);
		assert_int_equal(report.allowed, rows[i].blocks[0] == '\0');
		assert_int_equal(report.status, rows[i].status);
		body_free(trial);
	}
}

static void
a_trial_that_is_active_without_the_gates_only_claims_to_be(void **state)
{
	static const struct {
		const char *trial;
		bool claims;
	} rows[] = {
		{ READY("ACTIVE"), false },
		{ TRIAL(OWNED "," STATUS("ACTIVE")), false },
		{ TRIAL(STATUS("ACTIVE")), true },
		{ TRIAL(OWNED "," RULE "," STATUS("ACTIVE")), true },
		{ TRIAL(STATUS("PAUSED")), false },
		{ TRIAL(STATUS("COMPLETED")), false },
		{ TRIAL(""), false },
		{ "{'envelope':{'transcribed':true},'trial':{" STATUS(
		      "ACTIVE") "}}",
		    false },
	};

	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		Erfa__Body *trial = bodies_read(rows[i].trial);
		struct life_case it = { .today = TODAY, .trial = trial };
		struct life_list blocks;

		assert_int_equal(life_claims(&it, &blocks), rows[i].claims);
		assert_int_equal(life_total(&blocks) > 0, rows[i].claims);
		body_free(trial);
	}
}

/* ---- the first line ---- */

#define BOTH                                                                  \
	"'exemptions':[{'no':1,'provision':'§ 83','why':'x','authorities':[" \
	"{'id':'dk-o1','name':'Ministeriet'},{'id':'dk-o2'}]}]"
#define EACH                                                                  \
	"'exemptions':[{'no':1,'provision':'§ 83','why':'x','authorities':[" \
	"{'id':'dk-o1','name':'Ministeriet'}]},{'no':2,'provision':'§ 5',"   \
	"'why':'x','authorities':[{'id':'dk-o2'}]}]"
#define FULL ALWAYS "," PLANNED "," OWNED
#define SAYS(org, outcome, rest)                                        \
	"{'envelope':{'publisher':'" org "'},'decision':{'authority':{" \
	"'id':'" org "'},'outcome':'OUTCOME_" outcome "'" rest "}}"

static const struct {
	const char *trial;
	const char *decisions[2];
	bool may;
	const char *line;
} line_rows[] = {
	{ TRIAL(FULL ",'needsExemption':'YES_NO_NO'"), { NULL }, true,
	    "May start: nobody else has to allow it." },
	{ TRIAL(FULL), { NULL }, true,
	    "May start: whether somebody has to allow it is not stated." },
	{ TRIAL(ALWAYS), { NULL }, false,
	    "May not start: answers missing: 5." },
	{ TRIAL(FULL "," BOTH), { NULL }, false,
	    "May not start: waiting for Ministeriet, dk-o2." },
	{ TRIAL(FULL "," BOTH), { SAYS("dk-o1", "APPROVED", "") }, false,
	    "May not start: waiting for dk-o2." },
	{ TRIAL(FULL "," BOTH),
	    { SAYS("dk-o1", "REJECTED", ""), SAYS("dk-o2", "PENDING", "") },
	    false, "May not start: no permission from Ministeriet." },
	{ TRIAL(FULL "," BOTH),
	    { SAYS("dk-o1", "APPROVED", ""), SAYS("dk-o2", "APPROVED", "") },
	    true, "May start: allowed by Ministeriet, dk-o2." },
	{ TRIAL(FULL "," BOTH),
	    { SAYS("dk-o1", "APPROVED", ""),
		SAYS("dk-o2", "APPROVED_WITH_CONDITIONS",
		    ",'conditions':[{'text':'a'},{'text':'b'}]") },
	    true,
	    "May start: allowed by Ministeriet, dk-o2; conditions not yet "
	    "met: 2." },
	{ TRIAL(FULL "," BOTH),
	    { SAYS("dk-o1", "APPROVED", ""),
		SAYS("dk-o2", "PARTLY_APPROVED", "") },
	    true, "May start: dk-o2 allowed a part of what was asked." },
	{ TRIAL(FULL "," BOTH),
	    { SAYS("dk-o1", "APPROVED", ""),
		SAYS("dk-o2", "APPROVED", ",'validTo':'2026-05-31'") },
	    false,
	    "May not start: the permission of dk-o2 ran out on 2026-05-31." },
	{ TRIAL(FULL "," BOTH "," STATUS("ACTIVE")),
	    { SAYS("dk-o1", "APPROVED", ""),
		SAYS("dk-o2", "APPROVED", ",'validTo':'2026-05-31'") },
	    true,
	    "May go on: but the permission of dk-o2 ran out on 2026-05-31." },
	{ TRIAL(FULL "," EACH),
	    { SAYS("dk-o1", "APPROVED", ",'validTo':'2026-05-31'") }, false,
	    "May not start: waiting for dk-o2." },
	{ TRIAL(FULL "," EACH),
	    { SAYS("dk-o1", "APPROVED", ",'validTo':'2026-05-31'"),
		SAYS("dk-o2", "REJECTED", "") },
	    false, "May not start: no permission from Ministeriet, dk-o2." },
	{ TRIAL(FULL "," EACH), { SAYS("dk-o1", "APPROVED", "") }, false,
	    "Partly: § 83 is allowed; waiting for dk-o2." },
	{ TRIAL(FULL "," EACH),
	    { SAYS("dk-o1", "REJECTED", ""), SAYS("dk-o2", "APPROVED", "") },
	    false, "Partly: § 5 is allowed; no permission from Ministeriet." },
	{ TRIAL(FULL ",'needsExemption':'YES_NO_YES'"), { NULL }, false,
	    "May not start: an exemption is needed, and nobody has been "
	    "asked." },
	{ TRIAL(ALWAYS "," PLANNED "," BOTH),
	    { SAYS("dk-o1", "APPROVED", ""), SAYS("dk-o2", "APPROVED", "") },
	    false, "May not start: answers missing: 2." },
	{ TRIAL(FULL "," STATUS("PAUSED")), { NULL }, true,
	    "May go on: whether somebody has to allow it is not stated." },
	{ TRIAL(FULL "," STATUS("ACTIVE")), { NULL }, true,
	    "May go on: whether somebody has to allow it is not stated." },
	{ TRIAL(STATUS("ACTIVE")), { NULL }, false,
	    "Claims to be active: answers missing: 2." },
	{ TRIAL(FULL "," BOTH "," STATUS("ACTIVE")), { NULL }, false,
	    "Claims to be active: waiting for Ministeriet, dk-o2." },
	{ TRIAL(STATUS("COMPLETED")), { NULL }, false, "Over: completed." },
	{ TRIAL(STATUS("NOT_STARTED")), { NULL }, false, "Over: not started." },
	{ "{'envelope':{'transcribed':true},'trial':{" STATUS("ACTIVE") "}}",
	    { NULL }, false,
	    "Told by a source: what it may and may not do is not known "
	    "here." },
};

static void
the_first_line_says_whether_it_may_start(void **state)
{
	size_t i;
	size_t n;

	(void)state;
	for (i = 0; i < sizeof(line_rows) / sizeof(line_rows[0]); i++) {
		Erfa__Body *trial = bodies_read(line_rows[i].trial);
		Erfa__Body *read[2];
		const Erfa__Body *decisions[2];
		struct life_case it = {
			.today = TODAY, .trial = trial, .decisions = decisions
		};
		struct life_line line;
		char *text = NULL;

		for (n = 0; n < 2 && line_rows[i].decisions[n] != NULL; n++) {
			read[n] = bodies_read(line_rows[i].decisions[n]);
			decisions[n] = read[n];
		}
		it.ndecisions = n;
		life_line(&it, &line);
		assert_int_equal(
		    life_line_text(&line, "TRIAL", NULL, &text), ERR_NONE);
		assert_string_equal(text, line_rows[i].line);
		assert_int_equal(line.may, line_rows[i].may);
		free(text);
		while (n > 0)
			body_free(read[--n]);
		body_free(trial);
	}
}

static void
a_line_names_each_authority_once_and_counts_the_rest(void **state)
{
	char text[8192];
	size_t used;
	size_t i;
	Erfa__Body *trial;
	struct life_case it = { .today = TODAY };
	struct life_line line;
	char *who = NULL;

	(void)state;
	used = (size_t)snprintf(text, sizeof(text),
	    "{" MINE ",'trial':{'exemptions':[{'authorities':["
	    "{'id':'dk-x'},{'id':'dk-x'}");
	for (i = 0; i < LIFE_WHO_MAX + 2; i++)
		used += (size_t)snprintf(
		    text + used, sizeof(text) - used, ",{'name':'M%zu'}", i);
	(void)snprintf(text + used, sizeof(text) - used, "]}]}}");
	trial = bodies_read(text);
	it.trial = trial;
	life_line(&it, &line);
	assert_int_equal(line.nwho, LIFE_WHO_MAX);
	assert_int_equal(line.more_who, 3);
	assert_int_equal(line.permit, LIFE_PERMIT_WAITING);
	assert_int_equal(life_line_who(&line, &who), ERR_NONE);
	assert_memory_equal(who, "dk-x, M0, M1, ", 14);
	free(who);
	body_free(trial);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_action_is_allowed_or_told_all_that_is_missing),
		cmocka_unit_test(
		    no_action_makes_a_trial_active_without_owner_and_anchoring),
		cmocka_unit_test(
		    a_correction_that_makes_active_passes_the_gates),
		cmocka_unit_test(
		    a_trial_that_is_active_without_the_gates_only_claims_to_be),
		cmocka_unit_test(the_first_line_says_whether_it_may_start),
		cmocka_unit_test(
		    a_line_names_each_authority_once_and_counts_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
