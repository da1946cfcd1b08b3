/*
 * The codes and sentences of effects.
 */

#include <stddef.h>
#include <strings.h>

#include "proto/effect.h"
#include "proto/say.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct said {
	const char *code;
	const char *text;
};

static const char *const measures[] = { "", "md", "smd", "rr", "or", "rd",
	"irr", "mc", "smcr" };

static const struct said refusals[] = {
	[EFFECT_FINE] = { "", "" },
	[EFFECT_NO_NUMBERS] = { "no_numbers", SAY("there are no numbers") },
	[EFFECT_NO_OTHER] = { "no_baseline",
	    SAY("there is nothing to compare with: neither before nor a "
		"comparison") },
	[EFFECT_NO_N] = { "no_n", SAY("the number of units is missing") },
	[EFFECT_NO_MEAN] = { "no_mean", SAY("a mean is missing") },
	[EFFECT_NO_SD] = { "no_sd", SAY("a standard deviation is missing") },
	[EFFECT_NO_EVENTS] = { "no_events",
	    SAY("a number of events is missing") },
	[EFFECT_NO_EXPOSURE] = { "no_exposure", SAY("an exposure is missing") },
	[EFFECT_NO_ERROR] = { "no_error",
	    SAY("neither standard error nor confidence interval is given") },
	[EFFECT_NO_INTERVAL] = { "no_interval",
	    SAY("a ratio needs its confidence interval: of a standard error nobody "
		"can tell on which scale it is") },
	[EFFECT_NOT_FINITE] = { "not_finite", SAY("a number is not finite") },
	[EFFECT_BAD_N] = { "bad_n",
	    SAY("the number of units is not over zero") },
	[EFFECT_ONE_UNIT] = { "one_unit",
	    SAY("there are too few units to know how much they differ") },
	[EFFECT_BAD_SD] = { "bad_sd",
	    SAY("a standard deviation is below zero") },
	[EFFECT_NO_SPREAD] = { "no_spread",
	    SAY("the standard deviation is zero: then nothing tells how sure the "
		"effect is") },
	[EFFECT_BAD_EVENTS] = { "bad_events",
	    SAY("a number of events is below zero") },
	[EFFECT_TOO_MANY_EVENTS] = { "too_many_events",
	    SAY("there are more events than units") },
	[EFFECT_BAD_EXPOSURE] = { "bad_exposure",
	    SAY("an exposure is not over zero") },
	[EFFECT_BOTH_ZERO] = { "both_zero",
	    SAY("both groups have no events, or nothing but events: that tells "
		"nothing of a ratio") },
	[EFFECT_NOT_EVENTS] = { "not_events",
	    SAY("days, hours or kroner are not independent events: sickness "
		"absence enters as mean per employee with sd, or ready-made") },
	[EFFECT_BAD_ERROR] = { "bad_error",
	    SAY("the standard error or variance is not over zero") },
	[EFFECT_BAD_INTERVAL] = { "bad_interval",
	    SAY("the confidence interval does not hold the estimate") },
	[EFFECT_BAD_RATIO] = { "bad_ratio",
	    SAY("a ratio or a limit of it is not over zero") },
	[EFFECT_BAD_R] = { "bad_r",
	    SAY("the correlation of before and after is not from -1 to 1") },
	[EFFECT_BAD_PAIRS] = { "bad_pairs",
	    SAY("the counts of pairs are below zero, or there are none") },
	[EFFECT_BAD_CLUSTER] = { "bad_cluster",
	    SAY("the size of clusters is below 1, or the ICC is not from 0 to 1") },
	[EFFECT_OTHER_MEASURE] = { "other_measure",
	    SAY("the numbers do not give the measure that is pooled") },
	[EFFECT_TOO_LARGE] = { "too_large",
	    SAY("the numbers are too large or too small to compute with") },
};

static const struct said flags[EFFECT_FLAGS] = {
	{ "zero_cell",
	    SAY("no events in a group: one half was added to each count") },
	{ "r_assumed",
	    SAY("the correlation of before and after is not known: 0.5 was taken") },
	{ "clustered",
	    SAY("measured in groups (schools, homes ...) and not corrected for it: "
		"surer than it should be") },
	{ "design_effect", SAY("corrected for groups by the design effect") },
	{ "two_groups",
	    SAY("before and after are different people: treated as two groups") },
	{ "no_pairs",
	    SAY("before and after without the pairs: treated as two groups") },
	{ "people_assumed",
	    SAY("taken for the same people before and after: nobody said") },
	{ "dropped",
	    SAY("fewer people at one time: the smaller number was taken") },
	{ "from_interval", SAY("the standard error comes from the interval") },
	{ "before_unused", SAY("the numbers from before were not used") },
	{ "difference",
	    SAY("the change here less the change in the comparison") },
};

const char *
effect_measure_code(enum effect_measure measure)
{
	return measures[measure];
}

enum err
effect_measure_of(const char *code, enum effect_measure *ret_measure)
{
	size_t i;

	for (i = 1; i < COUNT(measures); i++)
		if (strcasecmp(code, measures[i]) == 0)
			break;
	if (i == COUNT(measures))
		return ERR_NOENT;
	*ret_measure = (enum effect_measure)i;
	return ERR_NONE;
}

const char *
effect_refusal_code(enum effect_refusal refusal)
{
	return refusals[refusal].code;
}

const char *
effect_refusal_text(enum effect_refusal refusal)
{
	return refusals[refusal].text;
}

/* The place of the one bit of a flag. */
static size_t
place(enum effect_flag flag)
{
	size_t i = 0;

	while (i + 1 < EFFECT_FLAGS && (1U << i) != (unsigned)flag)
		i++;
	return i;
}

const char *
effect_flag_code(enum effect_flag flag)
{
	return flags[place(flag)].code;
}

const char *
effect_flag_text(enum effect_flag flag)
{
	return flags[place(flag)].text;
}
