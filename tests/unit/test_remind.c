#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/body.h"
#include "client/remind.h"

/* A trial with one exemption, which one authority granted. */
struct world {
	Erfa__Body body, answer;
	Erfa__Envelope envelope, answer_envelope;
	Erfa__Trial trial;
	Erfa__Period period;
	Erfa__Exemption exemption, *exemptions[1];
	Erfa__OrgRef authority, *authorities[1];
	Erfa__RecordRef target;
	Erfa__Decision decision;
	Erfa__Condition condition, *conditions[1];
	Erfa__Continuation continuation;
	const Erfa__Body *decisions[1];
	struct life_case it;
	struct remind list[REMIND_MAX];
};

static char id[] = "dk-791/aaaa";
static char viborg[] = "dk-791";
static char ministry[] = "dk-min";
static char rule[] = "Serviceloven § 83";
static char report[] = "Send en rapport";
static char start[] = "2026-01-01";
static char end[] = "2026-12-31";
static char due[] = "2027-03-01";
static char until[] = "2027-06-30";
static char earlier[] = "2027-01-31";
static char met[] = "2027-02-01";

static void
make(struct world *world)
{
	memset(world, 0, sizeof(*world));
	erfa__body__init(&world->body);
	erfa__body__init(&world->answer);
	erfa__envelope__init(&world->envelope);
	erfa__envelope__init(&world->answer_envelope);
	erfa__trial__init(&world->trial);
	erfa__period__init(&world->period);
	erfa__exemption__init(&world->exemption);
	erfa__org_ref__init(&world->authority);
	erfa__record_ref__init(&world->target);
	erfa__decision__init(&world->decision);
	erfa__condition__init(&world->condition);
	erfa__continuation__init(&world->continuation);
	world->envelope.id = id;
	world->envelope.publisher = viborg;
	world->body.envelope = &world->envelope;
	world->body.record_case = ERFA__BODY__RECORD_TRIAL;
	world->body.trial = &world->trial;
	world->trial.has_status = 1;
	world->trial.status = ERFA__STATUS__STATUS_ACTIVE;
	world->trial.period = &world->period;
	world->trial.has_needs_exemption = 1;
	world->trial.needs_exemption = ERFA__YES_NO__YES_NO_YES;
	world->trial.exemptions = world->exemptions;
	world->trial.n_exemptions = 1;
	world->exemptions[0] = &world->exemption;
	world->exemption.provision = rule;
	world->exemption.authorities = world->authorities;
	world->exemption.n_authorities = 1;
	world->authorities[0] = &world->authority;
	world->authority.id = ministry;
	world->answer_envelope.publisher = ministry;
	world->answer.envelope = &world->answer_envelope;
	world->answer.record_case = ERFA__BODY__RECORD_DECISION;
	world->answer.decision = &world->decision;
	world->target.id = id;
	world->decision.trial = &world->target;
	world->decision.authority = &world->authority;
	world->decision.has_outcome = 1;
	world->decision.outcome = ERFA__OUTCOME__OUTCOME_APPROVED;
	world->decisions[0] = &world->answer;
	world->it.trial = &world->body;
	world->it.decisions = world->decisions;
	world->it.ndecisions = 1;
}

/* How many reminders there are on ${today}. */
static size_t
on(struct world *world, const char *today, const char *heard)
{
	world->it.today = today;
	return remind_find(&world->it, heard, world->list);
}

static void
an_exemption_is_told_of_three_times(void **state)
{
	static const struct {
		const char *today;
		const char *since;
		int32_t days;
	} days[] = {
		{ "2027-01-01", "2027-01-01", 180 },
		{ "2027-04-30", "2027-01-01", 61 },
		{ "2027-05-01", "2027-05-01", 60 },
		{ "2027-06-30", "2027-06-30", 0 },
		{ "2027-07-10", "2027-06-30", -10 },
	};
	struct world world;
	size_t i;

	(void)state;
	make(&world);
	world.decision.valid_to = until;
	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		assert_int_equal(on(&world, days[i].today, NULL), 1);
		assert_int_equal(world.list[0].kind, REMIND_EXEMPTION);
		assert_string_equal(world.list[0].since, days[i].since);
		assert_string_equal(world.list[0].due, until);
		assert_int_equal(world.list[0].days, days[i].days);
		assert_ptr_equal(world.list[0].what, rule);
		assert_int_equal(world.list[0].no, 1);
	}
	assert_int_equal(on(&world, "2026-12-31", NULL), 0);
}

static void
one_that_ended_before_the_start_is_told_of_too(void **state)
{
	struct world world;

	(void)state;
	make(&world);
	world.decision.valid_to = until;
	world.trial.status = ERFA__STATUS__STATUS_PLANNED;
	assert_int_equal(on(&world, "2027-07-10", NULL), 1);
	assert_int_equal(world.list[0].days, -10);
}

static void
the_earliest_end_holds(void **state)
{
	struct world world;

	(void)state;
	make(&world);
	world.decision.valid_to = until;
	world.exemption.valid_to = earlier;
	assert_int_equal(on(&world, "2027-01-01", NULL), 1);
	assert_string_equal(world.list[0].due, earlier);
}

static void
what_was_not_granted_does_not_end(void **state)
{
	struct world world;

	(void)state;
	make(&world);
	world.exemption.valid_to = until;
	world.it.ndecisions = 0;
	assert_int_equal(on(&world, "2027-06-01", NULL), 0);
	world.exemption.has_level = 1;
	world.exemption.level =
	    ERFA__EXEMPTION_LEVEL__EXEMPTION_LEVEL_MUNICIPAL;
	assert_int_equal(on(&world, "2027-06-01", NULL), 1);
}

static void
a_trial_that_is_over_needs_no_exemption(void **state)
{
	struct world world;

	(void)state;
	make(&world);
	world.decision.valid_to = until;
	world.trial.status = ERFA__STATUS__STATUS_STOPPED;
	assert_int_equal(on(&world, "2027-06-01", NULL), 0);
	world.trial.status = ERFA__STATUS__STATUS_ACTIVE;
	world.envelope.has_transcribed = 1;
	world.envelope.transcribed = 1;
	assert_int_equal(on(&world, "2027-06-01", NULL), 0);
}

static void
a_condition_is_told_until_it_is_met(void **state)
{
	struct world world;

	(void)state;
	make(&world);
	world.decision.outcome =
	    ERFA__OUTCOME__OUTCOME_APPROVED_WITH_CONDITIONS;
	world.decision.conditions = world.conditions;
	world.decision.n_conditions = 1;
	world.conditions[0] = &world.condition;
	world.condition.text = report;
	assert_int_equal(on(&world, "2027-02-28", NULL), 0);
	world.condition.due = due;
	assert_int_equal(on(&world, "2026-12-30", NULL), 0);
	assert_int_equal(on(&world, "2026-12-31", NULL), 1);
	assert_int_equal(world.list[0].kind, REMIND_CONDITION);
	assert_int_equal(world.list[0].no, 1);
	assert_int_equal(on(&world, "2027-03-02", NULL), 1);
	assert_int_equal(world.list[0].days, -1);
	world.condition.met_on = met;
	assert_int_equal(on(&world, "2027-03-02", NULL), 0);
}

static void
half_time_is_told_once_and_only_to_the_silent(void **state)
{
	struct world world;

	(void)state;
	make(&world);
	world.period.start = start;
	world.period.end = end;
	assert_int_equal(on(&world, "2026-07-01", NULL), 0);
	assert_int_equal(on(&world, "2026-07-02", NULL), 1);
	assert_int_equal(world.list[0].kind, REMIND_HALFTIME);
	assert_string_equal(world.list[0].since, "2026-07-02");
	assert_int_equal(on(&world, "2026-12-31", NULL), 1);
	assert_string_equal(world.list[0].since, "2026-07-02");
	assert_int_equal(on(&world, "2026-12-31", "2026-07-01"), 1);
	assert_int_equal(on(&world, "2026-12-31", "2026-07-02"), 0);
	world.trial.status = ERFA__STATUS__STATUS_PAUSED;
	assert_int_equal(on(&world, "2026-08-01", NULL), 0);
}

static void
after_the_end_one_letter_asks_what_comes(void **state)
{
	struct world world;

	(void)state;
	make(&world);
	world.period.start = start;
	world.period.end = end;
	assert_int_equal(on(&world, "2026-12-31", "2026-12-01"), 0);
	assert_int_equal(on(&world, "2027-01-01", NULL), 1);
	assert_int_equal(world.list[0].kind, REMIND_CONTINUATION);
	assert_string_equal(world.list[0].due, end);
	world.trial.status = ERFA__STATUS__STATUS_COMPLETED;
	assert_int_equal(on(&world, "2026-06-01", NULL), 1);
	world.trial.continuation = &world.continuation;
	assert_int_equal(on(&world, "2027-01-01", NULL), 1);
	world.continuation.has_code = 1;
	world.continuation.code =
	    ERFA__CONTINUATION_CODE__CONTINUATION_CODE_EXTENDED;
	assert_int_equal(on(&world, "2027-01-01", NULL), 0);
	world.trial.continuation = NULL;
	world.trial.status = ERFA__STATUS__STATUS_STOPPED;
	assert_int_equal(on(&world, "2027-01-01", NULL), 0);
}

static void
a_date_that_is_none_reminds_of_nothing(void **state)
{
	static char none[] = "soon";
	struct world world;

	(void)state;
	make(&world);
	world.decision.valid_to = none;
	world.period.start = none;
	world.period.end = none;
	assert_int_equal(on(&world, "2027-01-01", NULL), 0);
	world.decision.valid_to = until;
	assert_int_equal(on(&world, "soon", NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exemption_is_told_of_three_times),
		cmocka_unit_test(
		    one_that_ended_before_the_start_is_told_of_too),
		cmocka_unit_test(the_earliest_end_holds),
		cmocka_unit_test(what_was_not_granted_does_not_end),
		cmocka_unit_test(a_trial_that_is_over_needs_no_exemption),
		cmocka_unit_test(a_condition_is_told_until_it_is_met),
		cmocka_unit_test(half_time_is_told_once_and_only_to_the_silent),
		cmocka_unit_test(after_the_end_one_letter_asks_what_comes),
		cmocka_unit_test(a_date_that_is_none_reminds_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
