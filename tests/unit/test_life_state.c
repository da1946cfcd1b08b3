#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/life_state.h"
#include "bodies.h"

#define STATES (ERFA__STATUS__STATUS_ENDED + 1)

/* What the user reads when there is no such step. */
#define OVER(state)                                                      \
	"The trial is over (" state "); it can be copied, not taken up " \
	"again."
#define ALREADY(state)     "The trial is " state " already."
#define NOT_RUNNING(state) "The trial has not started (" state ")."
#define GIVEN_UP           "The trial was given up before it started; plan it anew."
#define TOLD                                                   \
	"The record tells what a source says of a trial; the " \
	"municipality whose trial it is can claim it."

/* Where each step leads from each state: the name of a state, or the refusal.
 * NULL: it stays where it is. */
static const char *const table[STATES][LIFE_ACTIONS] = {
	[ERFA__STATUS__STATUS_UNSET] = { [LIFE_PLAN] = TOLD,
	    [LIFE_START] = TOLD,
	    [LIFE_PAUSE] = TOLD,
	    [LIFE_STOP] = TOLD,
	    [LIFE_FINISH] = TOLD },
	[ERFA__STATUS__STATUS_IDEA] = { [LIFE_PLAN] = "planned",
	    [LIFE_START] = "active",
	    [LIFE_PAUSE] = NOT_RUNNING("idea"),
	    [LIFE_STOP] = "not_started",
	    [LIFE_FINISH] = NOT_RUNNING("idea") },
	[ERFA__STATUS__STATUS_PLANNED] = { [LIFE_PLAN] = "planned",
	    [LIFE_START] = "active",
	    [LIFE_PAUSE] = NOT_RUNNING("planned"),
	    [LIFE_STOP] = "not_started",
	    [LIFE_FINISH] = NOT_RUNNING("planned") },
	[ERFA__STATUS__STATUS_ACTIVE] = { [LIFE_PLAN] = "active",
	    [LIFE_START] = ALREADY("active"),
	    [LIFE_PAUSE] = "paused",
	    [LIFE_STOP] = "stopped",
	    [LIFE_FINISH] = "completed" },
	[ERFA__STATUS__STATUS_PAUSED] = { [LIFE_PLAN] = "paused",
	    [LIFE_START] = "active",
	    [LIFE_PAUSE] = ALREADY("paused"),
	    [LIFE_STOP] = "stopped",
	    [LIFE_FINISH] = "completed" },
	[ERFA__STATUS__STATUS_COMPLETED] = { [LIFE_PLAN] = OVER("completed"),
	    [LIFE_START] = OVER("completed"),
	    [LIFE_PAUSE] = OVER("completed"),
	    [LIFE_STOP] = OVER("completed"),
	    [LIFE_FINISH] = ALREADY("completed") },
	[ERFA__STATUS__STATUS_STOPPED] = { [LIFE_PLAN] = OVER("stopped"),
	    [LIFE_START] = OVER("stopped"),
	    [LIFE_PAUSE] = OVER("stopped"),
	    [LIFE_STOP] = ALREADY("stopped"),
	    [LIFE_FINISH] = OVER("stopped") },
	[ERFA__STATUS__STATUS_NOT_STARTED] = { [LIFE_PLAN] = "planned",
	    [LIFE_START] = GIVEN_UP,
	    [LIFE_PAUSE] = NOT_RUNNING("not started"),
	    [LIFE_STOP] = ALREADY("not started"),
	    [LIFE_FINISH] = NOT_RUNNING("not started") },
	[ERFA__STATUS__STATUS_UNKNOWN] = { [LIFE_PLAN] = TOLD,
	    [LIFE_START] = TOLD,
	    [LIFE_PAUSE] = TOLD,
	    [LIFE_STOP] = TOLD,
	    [LIFE_FINISH] = TOLD },
	[ERFA__STATUS__STATUS_ENDED] = { [LIFE_PLAN] = TOLD,
	    [LIFE_START] = TOLD,
	    [LIFE_PAUSE] = TOLD,
	    [LIFE_STOP] = TOLD,
	    [LIFE_FINISH] = TOLD },
};

/* Take one step and tell what became of it, as the table does. */
static void
step_is(Erfa__Status status, enum life_action action, const char *expect)
{
	struct life_finding finding = { .state = life_status_name(status) };
	Erfa__Status next = status;
	char *text = NULL;

	finding.code = life_next(status, action, &next);
	if (finding.code == LIFE_NONE) {
		assert_string_equal(life_status_name(next), expect);
		return;
	}
	assert_int_equal(next, status);
	assert_int_equal(
	    life_fill(life_sentence(finding.code), &finding, "TRIAL", &text),
	    ERR_NONE);
	assert_string_equal(text, expect);
	free(text);
}

static void
every_step_from_every_state_leads_where_the_table_says(void **state)
{
	int status;
	int action;

	(void)state;
	for (status = 0; status < STATES; status++) {
		for (action = 0; action < LIFE_ACTIONS; action++) {
			const char *expect = table[status][action];

			if (expect == NULL)
				expect = life_status_name((Erfa__Status)status);
			step_is((Erfa__Status)status, (enum life_action)action,
			    expect);
		}
	}
}

static void
a_state_that_only_newer_programs_know_leads_nowhere(void **state)
{
	Erfa__Status next = ERFA__STATUS__STATUS_IDEA;

	(void)state;
	assert_int_equal(
	    life_next((Erfa__Status)77, LIFE_START, &next), LIFE_TOLD);
	assert_int_equal(
	    life_next((Erfa__Status)-1, LIFE_START, &next), LIFE_TOLD);
	assert_int_equal(next, ERFA__STATUS__STATUS_IDEA);
	assert_string_equal(life_status_name((Erfa__Status)77), "unknown");
	assert_string_equal(life_status_name((Erfa__Status)-1), "unknown");
}

static void
every_action_has_the_word_of_its_command(void **state)
{
	int action;

	(void)state;
	for (action = 0; action < LIFE_ACTIONS; action++)
		assert_string_not_equal(
		    life_action_name((enum life_action)action), "");
	assert_string_equal(life_action_name(LIFE_FINISH), "finish");
	assert_string_equal(life_action_name(LIFE_ACTIONS), "");
}

static void
an_own_trial_without_a_status_is_an_idea(void **state)
{
	Erfa__Body *trial = bodies_read("{'trial':{}}");
	Erfa__Body *told = bodies_read(
	    "{'envelope':{'transcribed':true},'trial':{}}");

	(void)state;
	assert_int_equal(life_status(trial), ERFA__STATUS__STATUS_IDEA);
	assert_int_equal(life_status(told), ERFA__STATUS__STATUS_UNSET);
	body_free(told);
	body_free(trial);
}

static void
a_transcribed_trial_is_not_moved_by_who_wrote_it_down(void **state)
{
	static const enum life_action refused[] = { LIFE_OWN, LIFE_ANCHOR,
		LIFE_PLAN, LIFE_START, LIFE_PAUSE, LIFE_STOP, LIFE_FINISH };

	static const enum life_action allowed[] = { LIFE_CONFIRM, LIFE_EDIT,
		LIFE_CORRECT, LIFE_RETRACT, LIFE_PUBLISH, LIFE_EXEMPT,
		LIFE_OBSERVE, LIFE_LEARN, LIFE_BARRIER };

	Erfa__Body *told = bodies_read("{'envelope':{'transcribed':true},"
				       "'trial':{'status':'STATUS_ACTIVE'}}");
	Erfa__Status next = ERFA__STATUS__STATUS_UNSET;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_int_equal(life_step(told, refused[i], &next), LIFE_TOLD);
	assert_int_equal(next, ERFA__STATUS__STATUS_UNSET);
	for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		assert_int_equal(life_step(told, allowed[i], &next), LIFE_NONE);
		assert_int_equal(next, ERFA__STATUS__STATUS_ACTIVE);
	}
	body_free(told);
}

static void
a_correction_takes_one_step_back(void **state)
{
	static const struct {
		Erfa__Status from;
		Erfa__Status to;
		bool may;
	} rows[] = {
		{ ERFA__STATUS__STATUS_COMPLETED, ERFA__STATUS__STATUS_ACTIVE,
		    true },
		{ ERFA__STATUS__STATUS_COMPLETED, ERFA__STATUS__STATUS_PAUSED,
		    true },
		{ ERFA__STATUS__STATUS_STOPPED, ERFA__STATUS__STATUS_ACTIVE,
		    true },
		{ ERFA__STATUS__STATUS_NOT_STARTED, ERFA__STATUS__STATUS_IDEA,
		    true },
		{ ERFA__STATUS__STATUS_ACTIVE, ERFA__STATUS__STATUS_PLANNED,
		    true },
		{ ERFA__STATUS__STATUS_PLANNED, ERFA__STATUS__STATUS_PLANNED,
		    true },
		{ ERFA__STATUS__STATUS_PLANNED, ERFA__STATUS__STATUS_ACTIVE,
		    false },
		{ ERFA__STATUS__STATUS_COMPLETED, ERFA__STATUS__STATUS_IDEA,
		    false },
		{ ERFA__STATUS__STATUS_STOPPED, ERFA__STATUS__STATUS_COMPLETED,
		    false },
		{ ERFA__STATUS__STATUS_ACTIVE, ERFA__STATUS__STATUS_ENDED,
		    false },
	};

	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    life_may_correct(rows[i].from, rows[i].to), rows[i].may);
}

/* A trial that ran until the end of 2024, and when it becomes unknown. */
static void
a_trial_is_unknown_after_its_end_and_twelve_silent_months(void **state)
{
	static const struct {
		const char *body;
		const char *heard;
		const char *today;
		const char *expect;
	} rows[] = {

#define ENDS(status, rest)                                            \
	"{'envelope':{'publishedAt':'2022-01-01T00:00:00Z'" rest "}," \
	"'trial':{'status':'STATUS_" status "',"                      \
	"'period':{'start':'2022','end':'2024'}}}"
		{ ENDS("ACTIVE", ""), NULL, "2025-12-31", "active" },
		{ ENDS("ACTIVE", ""), NULL, "2026-01-01", "unknown" },
		{ ENDS("PLANNED", ""), NULL, "2026-01-01", "unknown" },
		{ ENDS("PAUSED", ""), NULL, "2026-01-01", "unknown" },
		{ ENDS("IDEA", ""), NULL, "2026-01-01", "idea" },
		{ ENDS("COMPLETED", ""), NULL, "2030-01-01", "completed" },
		{ ENDS("STOPPED", ""), NULL, "2030-01-01", "stopped" },
		{ ENDS("NOT_STARTED", ""), NULL, "2030-01-01", "not_started" },

		/* A word begins the twelve months anew. */
		{ ENDS("ACTIVE", ""), "2025-06-30", "2026-06-30", "active" },
		{ ENDS("ACTIVE", ""), "2025-06-30", "2026-07-01", "unknown" },
		{ ENDS("ACTIVE", ",'amendedAt':'2025-03-01T09:00:00Z'"), NULL,
		    "2026-03-01", "active" },
		{ ENDS("ACTIVE", ",'amendedAt':'2025-03-01T09:00:00Z'"), NULL,
		    "2026-03-02", "unknown" },

		/* What a source says is never called silent. */
		{ ENDS("ACTIVE", ",'transcribed':true"), NULL, "2040-01-01",
		    "active" },
		{ ENDS("ENDED", ",'transcribed':true"), NULL, "2040-01-01",
		    "ended" },
		{ "{'trial':{'status':'STATUS_ACTIVE'}}", NULL, "2040-01-01",
		    "active" },
		{ "{'trial':{'status':'STATUS_ACTIVE',"
		  "'period':{'start':'2020'}}}",
		    NULL, "2040-01-01", "active" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		Erfa__Body *trial = bodies_read(rows[i].body);

		assert_string_equal(life_status_name(life_derive(
					trial, rows[i].heard, rows[i].today)),
		    rows[i].expect);
		body_free(trial);
	}
}

static void
a_change_is_before_during_or_after(void **state)
{
	static const Erfa__Timing expect[STATES] = {
		[ERFA__STATUS__STATUS_IDEA] = ERFA__TIMING__TIMING_BEFORE_START,
		[ERFA__STATUS__STATUS_PLANNED] =
		    ERFA__TIMING__TIMING_BEFORE_START,
		[ERFA__STATUS__STATUS_NOT_STARTED] =
		    ERFA__TIMING__TIMING_BEFORE_START,
		[ERFA__STATUS__STATUS_ACTIVE] = ERFA__TIMING__TIMING_DURING,
		[ERFA__STATUS__STATUS_PAUSED] = ERFA__TIMING__TIMING_DURING,
		[ERFA__STATUS__STATUS_COMPLETED] = ERFA__TIMING__TIMING_AFTER,
		[ERFA__STATUS__STATUS_STOPPED] = ERFA__TIMING__TIMING_AFTER,
		[ERFA__STATUS__STATUS_ENDED] = ERFA__TIMING__TIMING_AFTER,
	};
	int status;

	(void)state;
	for (status = 0; status < STATES; status++)
		assert_int_equal(
		    life_timing((Erfa__Status)status), expect[status]);
	assert_int_equal(
	    life_timing((Erfa__Status)77), ERFA__TIMING__TIMING_UNSET);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_step_from_every_state_leads_where_the_table_says),
		cmocka_unit_test(
		    a_state_that_only_newer_programs_know_leads_nowhere),
		cmocka_unit_test(every_action_has_the_word_of_its_command),
		cmocka_unit_test(an_own_trial_without_a_status_is_an_idea),
		cmocka_unit_test(
		    a_transcribed_trial_is_not_moved_by_who_wrote_it_down),
		cmocka_unit_test(a_correction_takes_one_step_back),
		cmocka_unit_test(
		    a_trial_is_unknown_after_its_end_and_twelve_silent_months),
		cmocka_unit_test(a_change_is_before_during_or_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
