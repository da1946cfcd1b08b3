#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/effect_unit.h"
#include "daemon/evidence_internal.h"

#define UNITS_MOST   32    /* of one class; what is in others stays as it is */
#define NEARLY       1e-9  /* two factors that differ by less are the same */
#define FACTOR_LEAST 1e-12 /* beyond these nothing is left of a number */
#define FACTOR_MOST  1e12

/* What is declared of two units. */
enum declared {
	NOT_DECLARED,
	DECLARED,
	DISPUTED, /* by two, and they differ */
};

/* A unit in which a class of indicators was, or may be, measured. */
struct unit {
	const char *name;
	size_t trials;                     /* that measured in it */
	const struct evidence_trial *last; /* of them */
	bool declares;          /* an indicator in it declares others */
	enum declared declared; /* how it is brought to the one of all */
	struct choose_conversion how;
};

/* One class of indicators while its units are looked at. */
struct units {
	struct evidence_family *family;
	size_t class;
	struct unit items[UNITS_MOST];
	size_t count;
};

static const char *
text_or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* ---- what is declared ---- */

static bool
is_good(const Erfa__UnitConversion *said)
{
	return text_or_empty(said->unit)[0] != '\0' && said->has_factor &&
	    said->factor >= FACTOR_LEAST && said->factor <= FACTOR_MOST &&
	    (!said->has_offset || isfinite(said->offset));
}

/* Does the indicator number ${i} declare anything, and of this class? */
static bool
declares(const struct evidence_family *family, size_t i, size_t class)
{
	const struct evidence_indicator *indicator = &family->indicators[i];

	return indicator->body != NULL && !indicator->retracted &&
	    codes_class(family->codes, indicator->number) == class &&
	    indicator->body->indicator->n_conversion > 0 &&
	    text_or_empty(indicator->body->indicator->unit)[0] != '\0';
}

/* How ${said}, of an indicator in the unit ${own}, leads from one unit to
 * another: as it stands, or the other way; false if it does not. */
static bool
leads(const Erfa__UnitConversion *said, const char *own, const char *from,
    const char *to, struct choose_conversion *out)
{
	double offset = said->has_offset ? said->offset : 0;

	if (!is_good(said))
		return false;
	out->source = said->source;
	if (choose_same_unit(said->unit, from) && choose_same_unit(own, to)) {
		out->factor = said->factor;
		out->offset = offset;
	} else if (choose_same_unit(said->unit, to) &&
	    choose_same_unit(own, from)) {
		out->factor = 1 / said->factor;
		out->offset = offset == 0 ? 0 : -offset / said->factor;
	} else {
		return false;
	}
	return isfinite(out->factor) && out->factor > 0 &&
	    isfinite(out->offset);
}

static bool
is_near(double a, double b)
{
	return fabs(a - b) <= NEARLY * (fabs(a) + fabs(b));
}

/* What is declared if ${one} is declared too, which *${kept} then is, if its id
 * is the smallest. */
static enum declared
declare(enum declared found, const struct choose_conversion *one,
    struct choose_conversion *kept)
{
	if (found == DECLARED &&
	    (!is_near(one->factor, kept->factor) ||
		!is_near(one->offset, kept->offset)))
		return DISPUTED;
	if (found == NOT_DECLARED ||
	    strcmp(one->indicator, kept->indicator) < 0)
		*kept = *one;
	return DECLARED;
}

/*
 * What all that is declared says of the way from one unit to another.  Of those
 * that agree the one of the smallest id is named.
 */
static enum declared
find(const struct units *units, const char *from, const char *to,
    struct choose_conversion *ret_conversion)
{
	const struct evidence_family *family = units->family;
	struct choose_conversion one = { .unit = from };
	enum declared found = NOT_DECLARED;
	size_t i;
	size_t k;

	for (i = 0; i < family->nindicators; i++) {
		const Erfa__Indicator *body;

		if (!declares(family, i, units->class))
			continue;
		body = family->indicators[i].body->indicator;
		one.indicator = family->indicators[i].id;
		for (k = 0; k < body->n_conversion && found != DISPUTED; k++)
			if (leads(body->conversion[k], body->unit, from, to,
				&one))
				found = declare(found, &one, ret_conversion);
	}
	return found;
}

/* ---- the units of a class ---- */

/* The unit of that name; NULL if there is none, and no room for it. */
static struct unit *
find_unit(struct units *units, const char *name, bool add)
{
	size_t i;

	for (i = 0; i < units->count; i++)
		if (choose_same_unit(units->items[i].name, name))
			return &units->items[i];
	if (!add || units->count == UNITS_MOST)
		return NULL;
	units->items[units->count] = (struct unit){ .name = name };
	return &units->items[units->count++];
}

/* Units that stand for their own conversions, also if nobody measured in them;
 * they come first, so that there is room for them. */
static void
take_declared(struct units *units)
{
	const struct evidence_family *family = units->family;
	struct unit *unit;
	size_t i;

	for (i = 0; i < family->nindicators; i++) {
		if (!declares(family, i, units->class))
			continue;
		unit = find_unit(
		    units, family->indicators[i].body->indicator->unit, true);
		if (unit != NULL)
			unit->declares = true;
	}
}

static bool
is_follow_up(const struct choose_seen *seen)
{
	return seen->observation->occasion ==
	    ERFA__OCCASION__OCCASION_FOLLOW_UP &&
	    seen->observation->arm != ERFA__ARM__ARM_COMPARISON;
}

/* Count a trial once for each unit that it followed up in. */
static void
take_trial(struct units *units, const struct evidence_trial *trial)
{
	bool counts = evidence_left_out(units->family, trial) == NULL;
	struct unit *unit;
	size_t i;

	for (i = 0; i < trial->count; i++) {
		if (trial->seen[i].indicator != units->class)
			continue;
		unit = find_unit(units, trial->seen[i].unit, true);
		if (unit == NULL || !counts || !is_follow_up(&trial->seen[i]) ||
		    unit->last == trial)
			continue;
		unit->last = trial;
		unit->trials++;
	}
}

/* ---- which unit all are brought to ---- */

/* How many trials can be told in ${to}. */
static size_t
reach(const struct units *units, const struct unit *to)
{
	struct choose_conversion conversion;
	size_t trials = 0;
	size_t i;

	for (i = 0; i < units->count; i++)
		if (&units->items[i] == to ||
		    find(units, units->items[i].name, to->name, &conversion) ==
			DECLARED)
			trials += units->items[i].trials;
	return trials;
}

/* Does one in which ${trials} can be told go before one in which ${most} can? */
static bool
is_better(
    const struct unit *one, size_t trials, const struct unit *best, size_t most)
{
	if (trials != most)
		return trials > most;
	if (one->declares != best->declares)
		return one->declares;
	if (one->trials != best->trials)
		return one->trials > best->trials;
	return strcmp(one->name, best->name) <= 0;
}

/* The one that most can be told in; of several one that declares others, the
 * most used, the first in the alphabet. */
static const struct unit *
best_unit(const struct units *units)
{
	const struct unit *best = NULL;
	const struct unit *one;
	size_t most = 0;
	size_t trials;
	size_t i;

	for (i = 0; i < units->count; i++) {
		one = &units->items[i];
		trials = reach(units, one);
		if (best == NULL || is_better(one, trials, best, most)) {
			best = one;
			most = trials;
		}
	}
	return best;
}

/* ---- converting ---- */

static bool
is_power_of_ten(double factor)
{
	double power = 1e-6;

	while (power < 1e6 && !is_near(power, factor))
		power *= 10;
	return is_near(power, factor);
}

/* Would the numbers of a rate be of the same events in the other unit? */
static enum err
convert_rate(const struct choose_conversion *how, const char **ret_stuck)
{
	bool counts = true;
	enum err err = effect_unit_counts(how->unit, &counts);

	*ret_stuck = counts && is_near(how->factor, 1) && how->offset == 0 ?
	    NULL :
	    "conversion_counts";
	return err == ERR_SYNTAX ? ERR_NONE : err;
}

/* A difference takes the factor, a ratio nothing. */
static const char *
convert_estimate(Erfa__Estimate *ready, const struct choose_conversion *how)
{
	switch (ready->measure) {
	case ERFA__EFFECT_MEASURE__EFFECT_MEASURE_MD:
	case ERFA__EFFECT_MEASURE__EFFECT_MEASURE_MC:
	case ERFA__EFFECT_MEASURE__EFFECT_MEASURE_RD:
		ready->estimate *= how->factor;
		ready->se *= how->factor;
		ready->ci_low *= how->factor;
		ready->ci_high *= how->factor;
		return NULL;
	case ERFA__EFFECT_MEASURE__EFFECT_MEASURE_SMD:
	case ERFA__EFFECT_MEASURE__EFFECT_MEASURE_SMCR:
		return NULL;
	case ERFA__EFFECT_MEASURE__EFFECT_MEASURE_RR:
	case ERFA__EFFECT_MEASURE__EFFECT_MEASURE_OR:
	case ERFA__EFFECT_MEASURE__EFFECT_MEASURE_IRR:
		return how->offset == 0 && is_power_of_ten(how->factor) ?
		    NULL :
		    "conversion_counts";
	case ERFA__EFFECT_MEASURE__EFFECT_MEASURE_UNSET:
	case _ERFA__EFFECT_MEASURE_IS_INT_SIZE:
		break;
	}
	return "conversion_measure";
}

/* Bring the numbers of one observation to another unit, if that makes sense. */
static enum err
convert(Erfa__Observation *observation, const struct choose_conversion *how,
    const char **ret_stuck)
{
	*ret_stuck = NULL;
	switch (observation->value_case) {
	case ERFA__OBSERVATION__VALUE_CONTINUOUS:
		observation->continuous->mean =
		    how->factor * observation->continuous->mean + how->offset;
		observation->continuous->sd *= how->factor;
		break;
	case ERFA__OBSERVATION__VALUE_BINARY:
		if (how->offset != 0 || !is_power_of_ten(how->factor))
			*ret_stuck = "conversion_counts";
		break;
	case ERFA__OBSERVATION__VALUE_RATE:
		return convert_rate(how, ret_stuck);
	case ERFA__OBSERVATION__VALUE_ESTIMATE:
		*ret_stuck = convert_estimate(observation->estimate, how);
		break;
	case ERFA__OBSERVATION__VALUE__NOT_SET:
	case _ERFA__OBSERVATION__VALUE__CASE_IS_INT_SIZE:
		break;
	}
	return ERR_NONE;
}

static enum err
convert_seen(struct units *units, struct evidence_trial *trial, size_t i,
    const struct unit *to)
{
	struct choose_seen *seen = &trial->seen[i];
	const struct unit *unit;
	enum err err;

	if (seen->indicator != units->class)
		return ERR_NONE;
	unit = find_unit(units, seen->unit, false);
	if (unit == NULL || unit == to || unit->declared == NOT_DECLARED)
		return ERR_NONE;
	if (unit->declared == DISPUTED) {
		seen->stuck = "conversion_disputed";
		return ERR_NONE;
	}
	err = convert(seen->observation, &unit->how, &seen->stuck);
	if (err != ERR_NONE || seen->stuck != NULL)
		return err;
	if (trial->conversions == NULL)
		trial->conversions = calloc(
		    trial->count, sizeof(*trial->conversions));
	if (trial->conversions == NULL)
		return ERR_NOMEM;
	trial->conversions[i] = unit->how;
	seen->converted = &trial->conversions[i];
	seen->unit = to->name;
	return ERR_NONE;
}

/* Bring all of a class to one unit, as far as that is declared. */
static enum err
convert_class(struct units *units)
{
	struct evidence_family *family = units->family;
	const struct unit *best;
	size_t i;
	size_t k;
	enum err err = ERR_NONE;

	take_declared(units);
	for (i = 0; i < family->ntrials; i++)
		take_trial(units, &family->trials[i]);
	best = best_unit(units);
	for (i = 0; i < units->count; i++)
		if (&units->items[i] != best)
			units->items[i].declared = find(units,
			    units->items[i].name, best->name,
			    &units->items[i].how);
	for (i = 0; i < family->ntrials; i++)
		for (k = 0; k < family->trials[i].count && err == ERR_NONE; k++)
			err = convert_seen(units, &family->trials[i], k, best);
	return err;
}

/* ---- all ---- */

/* The unit that an observation says, else that of its indicator. */
static const char *
unit_of(const struct evidence_family *family, const struct choose_seen *seen)
{
	const char *own = text_or_empty(seen->observation->unit);
	const Erfa__Indicator *indicator = NULL;
	size_t i;

	if (*own != '\0')
		return own;
	for (i = 0; i < family->nindicators && indicator == NULL; i++)
		if (family->indicators[i].number == seen->indicator &&
		    family->indicators[i].body != NULL)
			indicator = family->indicators[i].body->indicator;
	if (indicator == NULL)
		indicator = evidence_describe(
		    family, codes_class(family->codes, seen->indicator));
	return indicator == NULL ? "" : text_or_empty(indicator->unit);
}

static void
name_units(struct evidence_family *family)
{
	size_t i;
	size_t k;

	for (i = 0; i < family->ntrials; i++)
		for (k = 0; k < family->trials[i].count; k++) {
			struct choose_seen *seen = &family->trials[i].seen[k];

			seen->unit = unit_of(family, seen);
			seen->indicator = codes_class(
			    family->codes, seen->indicator);
		}
}

/* Is this the first indicator of its class that declares anything? */
static bool
begins_class(const struct evidence_family *family, size_t i, size_t class)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (declares(family, k, class))
			return false;
	return declares(family, i, class);
}

enum err
evidence_units(struct evidence_family *family)
{
	size_t i;
	enum err err = ERR_NONE;

	name_units(family);
	for (i = 0; i < family->nindicators && err == ERR_NONE; i++) {
		struct units units = {
			.family = family,
			.class = codes_class(
			    family->codes, family->indicators[i].number),
		};

		if (!begins_class(family, i, units.class))
			continue;
		err = convert_class(&units);
	}
	return err;
}
