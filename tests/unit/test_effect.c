/*
 * Values: dat.bcg as published, and escalc() of metafor 3.8 for the rest.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "proto/effect.h"
#include "proto/effect_unit.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define GIVEN(x)          \
	{                 \
		true, (x) \
	}
#define MEANS(units, average, deviation)                   \
	{                                                  \
		.n = GIVEN(units), .mean = GIVEN(average), \
		.sd = GIVEN(deviation)                     \
	}
#define EVENTS(with, units)                              \
	{                                                \
		.events = GIVEN(with), .n = GIVEN(units) \
	}
#define RATE(count, time)                                       \
	{                                                       \
		.events = GIVEN(count), .exposure = GIVEN(time) \
	}

static void
near(double value, double wanted)
{
	if (!(fabs(value - wanted) <= 1e-9 * fmax(1, fabs(wanted))))
		fail_msg("%.17g is not %.17g", value, wanted);
}

static struct effect
fine(const struct effect_input *input, enum effect_measure measure)
{
	struct effect effect = { .n = -1 };

	assert_string_equal(
	    effect_refusal_code(effect_compute(input, measure, &effect)), "");
	return effect;
}

static void
refused(const struct effect_input *input, enum effect_measure measure,
    enum effect_refusal wanted)
{
	struct effect effect = { .n = -1 };

	assert_string_equal(
	    effect_refusal_code(effect_compute(input, measure, &effect)),
	    effect_refusal_code(wanted));
	assert_true(effect.n == -1);
}

static void
gives(const struct effect_input *input, enum effect_measure measure, double y,
    double v)
{
	struct effect effect = fine(input, measure);

	near(effect.y, y);
	near(effect.v, v);
}

/* The two groups after the trial. */
#define TWO(a, b)                                                     \
	{                                                             \
		.cell = {                                             \
			[EFFECT_TRIAL] = { [EFFECT_AFTER] = a },      \
			[EFFECT_COMPARISON] = { [EFFECT_AFTER] = b }, \
		}                                                     \
	}

static void
two_groups_give_their_difference(void **state)
{
	struct effect_input means = TWO(
	    MEANS(40, 12.5, 3.1), MEANS(35, 10.1, 2.7));
	struct effect_input few = TWO(MEANS(2, 12.5, 3.1), MEANS(3, 10.1, 2.7));

	(void)state;
	gives(&means, EFFECT_ANY, 2.4, 0.448535714286);
	gives(&means, EFFECT_MC, 2.4, 0.448535714286);
	gives(&means, EFFECT_SMD, 0.813294012892, 0.0579810762475);
	gives(&few, EFFECT_SMD, 0.611579959796, 0.870736338056);
	assert_int_equal(fine(&means, EFFECT_ANY).measure, EFFECT_MD);
	near(fine(&means, EFFECT_ANY).n, 75);
}

static void
events_give_ratios_and_differences(void **state)
{
	struct effect_input input = TWO(EVENTS(12, 80), EVENTS(25, 90));
	struct effect_input bcg = TWO(EVENTS(62, 13598), EVENTS(248, 12867));

	(void)state;
	gives(&input, EFFECT_ANY, -0.616186139424, 0.0997222222222);
	gives(&input, EFFECT_OR, -0.779089610361, 0.153423831071);
	gives(&input, EFFECT_RD, -0.127777777778, 0.00382283093278);
	gives(&bcg, EFFECT_RR, -1.4415511900, 0.0200100319);
	assert_int_equal(fine(&input, EFFECT_ANY).flags, 0);
}

/* One half to all four; of a difference only to its variance. */
static void
a_zero_cell_is_corrected_and_flagged(void **state)
{
	struct effect_input none = TWO(EVENTS(0, 20), EVENTS(4, 22));
	struct effect_input all = TWO(EVENTS(20, 20), EVENTS(4, 22));
	struct effect_input rate = TWO(RATE(0, 1200), RATE(3, 1500));

	(void)state;
	gives(&none, EFFECT_RR, -2.10625279913, 2.13112491373);
	gives(&none, EFFECT_OR, -2.2998787314, 2.32505676408);
	gives(&none, EFFECT_RD, -4 / 22.0, 0.00794907021686);
	gives(&rate, EFFECT_ANY, -1.72276659774, 2.28571428571);
	assert_int_equal(fine(&none, EFFECT_RR).flags, EFFECT_ZERO_CELL);
	assert_int_equal(fine(&all, EFFECT_OR).flags, EFFECT_ZERO_CELL);
	assert_int_equal(fine(&rate, EFFECT_IRR).flags, EFFECT_ZERO_CELL);
}

static void
no_events_at_all_tell_nothing_of_a_ratio(void **state)
{
	struct effect_input none = TWO(EVENTS(0, 20), EVENTS(0, 22));
	struct effect_input all = TWO(EVENTS(20, 20), EVENTS(22, 22));
	struct effect_input rate = TWO(RATE(0, 20), RATE(0, 22));

	(void)state;
	refused(&none, EFFECT_RR, EFFECT_BOTH_ZERO);
	refused(&none, EFFECT_OR, EFFECT_BOTH_ZERO);
	refused(&all, EFFECT_OR, EFFECT_BOTH_ZERO);
	refused(&rate, EFFECT_IRR, EFFECT_BOTH_ZERO);
	near(fine(&none, EFFECT_RD).y, 0);
	near(fine(&all, EFFECT_RR).y, log(20.5 / 21) - log(22.5 / 23));
}

static void
rates_give_their_ratio(void **state)
{
	struct effect_input input = TWO(RATE(14, 1200), RATE(30, 1500));

	(void)state;
	gives(&input, EFFECT_ANY, -0.538996500733, 0.104761904762);
	refused(&input, EFFECT_RR, EFFECT_OTHER_MEASURE);
}

/* Before and after, one group. */
static struct effect_input
one_group(struct effect_cell before, struct effect_cell after)
{
	struct effect_input input = { 0 };

	input.cell[EFFECT_TRIAL][EFFECT_BEFORE] = before;
	input.cell[EFFECT_TRIAL][EFFECT_AFTER] = after;
	input.same_people = true;
	input.people_known = true;
	return input;
}

static void
one_group_gives_its_change(void **state)
{
	struct effect_cell before = MEANS(30, 10.1, 2.7);
	struct effect_cell after = MEANS(30, 12.5, 3.1);
	struct effect_input input = one_group(before, after);

	(void)state;
	input.r[EFFECT_TRIAL] = (struct effect_number){ true, 0.6 };
	gives(&input, EFFECT_ANY, 2.4, 0.228533333333);
	gives(&input, EFFECT_SMD, 0.865666652975,
	    2 * 0.4 / 30 + 0.865666652975 * 0.865666652975 / 60);
	assert_int_equal(fine(&input, EFFECT_ANY).measure, EFFECT_MC);
	assert_int_equal(fine(&input, EFFECT_ANY).flags, 0);
}

static void
an_unknown_correlation_is_assumed_and_what_if_is_told(void **state)
{
	struct effect_cell before = MEANS(30, 10.1, 2.7);
	struct effect_cell after = MEANS(30, 12.5, 3.1);
	struct effect_input input = one_group(before, after);
	struct effect effect = fine(&input, EFFECT_SMCR);

	(void)state;
	assert_int_equal(effect.flags, EFFECT_R_ASSUMED);
	near(effect.v, 0.0458229792345);
	near(effect.v_low, 0.0458229792345 + 0.4 / 30);
	near(effect.v_high, 0.0458229792345 - 0.4 / 30);
	effect = fine(&input, EFFECT_MC);
	near(effect.v_low, (2.7 * 2.7 + 3.1 * 3.1 - 0.6 * 2.7 * 3.1) / 30);
}

static void
different_people_are_two_groups(void **state)
{
	struct effect_cell before = MEANS(35, 10.1, 2.7);
	struct effect_cell after = MEANS(40, 12.5, 3.1);
	struct effect_input input = one_group(before, after);

	(void)state;
	input.same_people = false;
	gives(&input, EFFECT_ANY, 2.4, 0.448535714286);
	assert_int_equal(fine(&input, EFFECT_MD).flags, EFFECT_TWO_GROUPS);
	input.people_known = false;
	assert_int_equal(fine(&input, EFFECT_MD).flags,
	    EFFECT_PEOPLE_ASSUMED | EFFECT_R_ASSUMED | EFFECT_DROPPED);
	near(fine(&input, EFFECT_MD).n, 35);
}

static void
pairs_of_the_same_people_are_used(void **state)
{
	struct effect_input input = {
		.pairs = { true, 20, 6, 14, 60 },
		.same_people = true,
		.people_known = true,
	};
	struct effect_cell before = EVENTS(26, 100);
	struct effect_cell after = EVENTS(34, 100);
	struct effect_input bare = one_group(before, after);

	(void)state;
	gives(&input, EFFECT_ANY, 0.268263986595, 0.0226244343891);
	gives(&input, EFFECT_OR, 0.847297860387, 0.238095238095);
	gives(&input, EFFECT_RD, 0.08, 0.001936);
	assert_int_equal(fine(&input, EFFECT_RR).flags, 0);
	gives(&bare, EFFECT_RR, log(34 / 26.0), 1 / 34.0 + 1 / 26.0 - 0.02);
	assert_int_equal(fine(&bare, EFFECT_RR).flags, EFFECT_NO_PAIRS);
	input.pairs = (struct effect_pairs){ true, 0, 0, 0, 5 };
	refused(&input, EFFECT_RR, EFFECT_BOTH_ZERO);
	input.pairs = (struct effect_pairs){ true, 3, 0, 0, 5 };
	refused(&input, EFFECT_OR, EFFECT_BOTH_ZERO);
	assert_int_equal(fine(&input, EFFECT_RR).flags, EFFECT_ZERO_CELL);
	input.pairs = (struct effect_pairs){ true, -1, 2, 2, 5 };
	refused(&input, EFFECT_RR, EFFECT_BAD_PAIRS);
}

static void
with_comparison_the_changes_are_subtracted(void **state)
{
	struct effect_input input = {
		.cell = { { MEANS(30, 10, 2), MEANS(30, 14, 3) },
		    { MEANS(25, 10, 2), MEANS(25, 11, 2) } },
		.same_people = true,
		.people_known = true,
		.r = { GIVEN(0.6), GIVEN(0.4) },
	};
	struct effect_input events = {
		.cell = { { EVENTS(20, 100), EVENTS(10, 100) },
		    { EVENTS(21, 90), EVENTS(18, 90) } },
	};
	struct effect effect;

	(void)state;
	gives(&input, EFFECT_ANY, 3,
	    (4 + 9 - 2 * 0.6 * 6) / 30 + (4 + 4 - 2 * 0.4 * 4) / 25);
	effect = fine(&input, EFFECT_MD);
	assert_int_equal(effect.flags, EFFECT_DIFFERENCE);
	assert_int_equal(effect.measure, EFFECT_MC);
	near(effect.n, 55);
	gives(&events, EFFECT_ANY, log(0.5) - log(18 / 21.0),
	    1 / 10.0 + 1 / 20.0 - 0.02 + 1 / 18.0 + 1 / 21.0 - 2 / 90.0);
	assert_int_equal(fine(&events, EFFECT_RR).flags,
	    EFFECT_DIFFERENCE | EFFECT_NO_PAIRS);
	input.cell[EFFECT_COMPARISON][EFFECT_BEFORE] =
	    (struct effect_cell){ 0 };
	assert_int_equal(fine(&input, EFFECT_MD).flags, EFFECT_BEFORE_UNUSED);
}

static struct effect_input
made(enum effect_measure measure, double estimate)
{
	return (struct effect_input){ .ready = { .measure = measure,
					  .estimate = GIVEN(estimate) } };
}

static void
ready_made_effects_are_taken_as_they_are(void **state)
{
	struct effect_input md = made(EFFECT_MD, -3);
	struct effect_input rr = made(EFFECT_RR, 0.5);

	(void)state;
	refused(&md, EFFECT_MD, EFFECT_NO_ERROR);
	md.ready.se = (struct effect_number){ true, 0.5 };
	gives(&md, EFFECT_ANY, -3, 0.25);
	refused(&md, EFFECT_RR, EFFECT_OTHER_MEASURE);

	/* A ratio: on the ratio scale, with its interval. */
	rr.ready.se = (struct effect_number){ true, 0.5 };
	refused(&rr, EFFECT_RR, EFFECT_NO_INTERVAL);
	rr.ready.low = (struct effect_number){ true, 0.25 };
	rr.ready.high = (struct effect_number){ true, 1 };
	gives(&rr, EFFECT_RR, log(0.5), pow(log(4) / (2 * 1.959964), 2));
	assert_int_equal(fine(&rr, EFFECT_RR).flags, EFFECT_FROM_INTERVAL);
	rr.ready.low.value = 0.6;
	refused(&rr, EFFECT_RR, EFFECT_BAD_INTERVAL);
	rr.ready.low.value = -0.6;
	refused(&rr, EFFECT_RR, EFFECT_BAD_RATIO);

	/* Its logarithm may have any of them. */
	rr.ready.logged = true;
	rr.ready.estimate.value = -0.7;
	gives(&rr, EFFECT_RR, -0.7, 0.25);
	rr.ready.variance = (struct effect_number){ true, 0.3 };
	gives(&rr, EFFECT_RR, -0.7, 0.3);
	rr.ready.variance.value = 0;
	refused(&rr, EFFECT_RR, EFFECT_BAD_ERROR);
}

static void
clusters_are_flagged_or_corrected(void **state)
{
	struct effect_input input = TWO(MEANS(40, 12, 3), MEANS(40, 10, 3));

	(void)state;
	input.clustered = true;
	assert_int_equal(fine(&input, EFFECT_MD).flags, EFFECT_CLUSTERED);
	near(fine(&input, EFFECT_MD).v, 0.45);
	input.cluster_size = (struct effect_number){ true, 21 };
	input.icc = (struct effect_number){ true, 0.05 };
	assert_int_equal(fine(&input, EFFECT_MD).flags, EFFECT_DESIGN);
	near(fine(&input, EFFECT_MD).v, 0.9);
	input.icc.value = 2;
	refused(&input, EFFECT_MD, EFFECT_BAD_CLUSTER);
}

static void
what_is_missing_is_named(void **state)
{
	static const struct {
		enum effect_refusal refusal;
		struct effect_cell cell;
	} table[] = {
		{ EFFECT_NO_SD, { .n = GIVEN(9), .mean = GIVEN(3) } },
		{ EFFECT_NO_N, { .sd = GIVEN(9), .mean = GIVEN(3) } },
		{ EFFECT_NO_MEAN, { .n = GIVEN(9), .sd = GIVEN(3) } },
		{ EFFECT_ONE_UNIT, MEANS(1, 3, 2) },
		{ EFFECT_BAD_N, MEANS(-4, 3, 2) },
		{ EFFECT_BAD_SD, MEANS(4, 3, -2) },
		{ EFFECT_NOT_FINITE, MEANS(4, (double)NAN, 2) },
		{ EFFECT_NOT_FINITE, MEANS(4, (double)INFINITY, 2) },
		{ EFFECT_TOO_LARGE, MEANS(4, 1, 1e308) },
		{ EFFECT_NO_N, { .events = GIVEN(3) } },
		{ EFFECT_BAD_EVENTS, EVENTS(-1, 10) },
		{ EFFECT_TOO_MANY_EVENTS, EVENTS(11, 10) },
		{ EFFECT_BAD_N, EVENTS(0, 0) },
		{ EFFECT_NOT_FINITE, EVENTS(1, (double)NAN) },
		{ EFFECT_NO_EVENTS, { .exposure = GIVEN(3) } },
		{ EFFECT_BAD_EXPOSURE, RATE(3, 0) },
		{ EFFECT_BAD_EVENTS, RATE(-3, 10) },
		{ EFFECT_NO_NUMBERS, { .n = GIVEN(3) } },
	};
	struct effect_input input;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		memset(&input, 0, sizeof(input));
		input.cell[EFFECT_TRIAL][EFFECT_AFTER] = table[i].cell;
		input.cell[EFFECT_COMPARISON][EFFECT_AFTER] = table[i].cell;
		refused(&input, EFFECT_ANY, table[i].refusal);
	}
	memset(&input, 0, sizeof(input));
	input.cell[EFFECT_TRIAL][EFFECT_AFTER] = (struct effect_cell)MEANS(
	    4, 3, 2);
	refused(&input, EFFECT_ANY, EFFECT_NO_OTHER);
	input.cell[EFFECT_COMPARISON][EFFECT_BEFORE] =
	    (struct effect_cell)MEANS(4, 3, 2);
	refused(&input, EFFECT_ANY, EFFECT_NO_OTHER);
	input.cell[EFFECT_COMPARISON][EFFECT_AFTER] =
	    (struct effect_cell)EVENTS(4, 5);
	refused(&input, EFFECT_ANY, EFFECT_NO_MEAN);
	input.cell[EFFECT_COMPARISON][EFFECT_AFTER] = (struct effect_cell)MEANS(
	    4, 1e308, 2);
	refused(&input, EFFECT_ANY, EFFECT_TOO_LARGE);
	input.cell[EFFECT_TRIAL][EFFECT_AFTER] = (struct effect_cell)RATE(4, 5);
	input.cell[EFFECT_COMPARISON][EFFECT_AFTER] =
	    (struct effect_cell)EVENTS(4, 5);
	refused(&input, EFFECT_ANY, EFFECT_NO_EXPOSURE);
}

static void
without_spread_there_is_no_effect(void **state)
{
	struct effect_input two = TWO(MEANS(9, 3, 0), MEANS(9, 2, 0));
	struct effect_cell flat = MEANS(9, 3, 0);
	struct effect_input one = one_group(flat, flat);
	struct effect_cell pair = MEANS(2, 3, 1);
	struct effect_input small = one_group(pair, pair);

	(void)state;
	refused(&two, EFFECT_MD, EFFECT_NO_SPREAD);
	refused(&two, EFFECT_SMD, EFFECT_NO_SPREAD);
	refused(&one, EFFECT_MC, EFFECT_NO_SPREAD);
	refused(&one, EFFECT_SMCR, EFFECT_NO_SPREAD);
	refused(&small, EFFECT_SMCR, EFFECT_ONE_UNIT);
	small.r[EFFECT_TRIAL] = (struct effect_number){ true, 1.5 };
	refused(&small, EFFECT_MC, EFFECT_BAD_R);
	small.r[EFFECT_TRIAL] = (struct effect_number){ true, (double)NAN };
	refused(&small, EFFECT_MC, EFFECT_BAD_R);
}

static void
days_hours_and_money_are_no_events(void **state)
{
	static const char *const lots[] = { "days", "sygedage pr. medarbejder",
		"Sykedager", "sjukdagar per anställd", "sairauspäivää", "timer",
		"arbetstimmar", "työtuntia", "kr.", "DKK", "1000 kroner",
		"euroa/asukas", "EUR", "antal dage", "Døgn",
		"number of days lost" };
	static const char *const events[] = { "falls", "fald pr. 1000 dage",
		"indlæggelser inden 30 dage", "admissions within 30 days",
		"fald/100 dage", "brugere", "kaatumiset", "klager", "" };
	struct effect_input input = TWO(RATE(14, 1200), RATE(30, 1500));
	bool counts;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lots); i++) {
		counts = true;
		assert_int_equal(
		    effect_unit_counts(lots[i], &counts), ERR_NONE);
		if (counts)
			fail_msg("%s", lots[i]);
		input.unit = lots[i];
		refused(&input, EFFECT_ANY, EFFECT_NOT_EVENTS);
	}
	for (i = 0; i < COUNT(events); i++) {
		counts = false;
		assert_int_equal(
		    effect_unit_counts(events[i], &counts), ERR_NONE);
		if (!counts)
			fail_msg("%s", events[i]);
	}
	assert_int_equal(effect_unit_counts("\xff", &counts), ERR_SYNTAX);
	assert_non_null(strstr(effect_refusal_text(EFFECT_NOT_EVENTS),
	    "mean per employee with sd"));
}

static void
every_code_has_its_sentence(void **state)
{
	enum effect_measure measure;
	unsigned i;

	(void)state;
	for (i = 1; i <= EFFECT_TOO_LARGE; i++) {
		assert_true(strlen(effect_refusal_code(i)) > 3);
		assert_true(strlen(effect_refusal_text(i)) > 10);
	}
	for (i = 0; i < EFFECT_FLAGS; i++) {
		assert_true(strlen(effect_flag_code(1U << i)) > 3);
		assert_true(strlen(effect_flag_text(1U << i)) > 10);
	}
	for (i = 1; i <= EFFECT_SMCR; i++) {
		assert_int_equal(
		    effect_measure_of(effect_measure_code(i), &measure),
		    ERR_NONE);
		assert_int_equal(measure, i);
	}
	assert_int_equal(effect_measure_of("SMD", &measure), ERR_NONE);
	assert_int_equal(effect_measure_of("", &measure), ERR_NOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_groups_give_their_difference),
		cmocka_unit_test(events_give_ratios_and_differences),
		cmocka_unit_test(a_zero_cell_is_corrected_and_flagged),
		cmocka_unit_test(no_events_at_all_tell_nothing_of_a_ratio),
		cmocka_unit_test(rates_give_their_ratio),
		cmocka_unit_test(one_group_gives_its_change),
		cmocka_unit_test(
		    an_unknown_correlation_is_assumed_and_what_if_is_told),
		cmocka_unit_test(different_people_are_two_groups),
		cmocka_unit_test(pairs_of_the_same_people_are_used),
		cmocka_unit_test(with_comparison_the_changes_are_subtracted),
		cmocka_unit_test(ready_made_effects_are_taken_as_they_are),
		cmocka_unit_test(clusters_are_flagged_or_corrected),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(without_spread_there_is_no_effect),
		cmocka_unit_test(days_hours_and_money_are_no_events),
		cmocka_unit_test(every_code_has_its_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
