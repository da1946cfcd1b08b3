#include "proto/effect.h"

#include <math.h>

#include "proto/effect_unit.h"
#include "proto/gamma.h"
#include "proto/real.h"

#define HALF 0.5 /* added to counts of which one is zero */

/* The sums of one effect; what is flagged meanwhile. */
struct part {
	enum effect_measure measure;
	double y;
	double v;
	double n;
	unsigned flags;
};

bool
effect_is_ratio(enum effect_measure measure)
{
	return measure == EFFECT_RR || measure == EFFECT_OR ||
	    measure == EFFECT_IRR;
}

/* MD for MC, SMD for SMCR: what may be pooled has one name. */
static enum effect_measure
family(enum effect_measure measure)
{
	if (measure == EFFECT_MC)
		return EFFECT_MD;
	return measure == EFFECT_SMCR ? EFFECT_SMD : measure;
}

bool
effect_same_family(enum effect_measure a, enum effect_measure b)
{
	return family(a) == family(b);
}

static enum effect_kind
cell_kind(const struct effect_cell *cell)
{
	if (cell->mean.given || cell->sd.given)
		return EFFECT_MEANS;
	if (cell->exposure.given)
		return EFFECT_RATES;
	return cell->events.given ? EFFECT_EVENTS : EFFECT_NOTHING;
}

enum effect_kind
effect_kind(const struct effect_input *input)
{
	enum effect_kind kind = EFFECT_NOTHING;
	size_t i;

	if (input->ready.estimate.given)
		return EFFECT_READY;
	for (i = 0;
	     i < (size_t)EFFECT_ARMS * EFFECT_TIMES && kind == EFFECT_NOTHING;
	     i++)
		kind = cell_kind(&input->cell[i / EFFECT_TIMES][EFFECT_TIMES -
		    1 - i % EFFECT_TIMES]);
	return kind == EFFECT_NOTHING && input->pairs.given ? EFFECT_EVENTS :
							      kind;
}

enum effect_measure
effect_usual(const struct effect_input *input)
{
	switch (effect_kind(input)) {
	case EFFECT_MEANS:
		return EFFECT_MD;
	case EFFECT_EVENTS:
		return EFFECT_RR;
	case EFFECT_RATES:
		return EFFECT_IRR;
	case EFFECT_READY:
		return input->ready.measure;
	case EFFECT_NOTHING:
		break;
	}
	return EFFECT_ANY;
}

static bool
fits(enum effect_kind kind, enum effect_measure measure)
{
	switch (kind) {
	case EFFECT_MEANS:
		return family(measure) == EFFECT_MD ||
		    family(measure) == EFFECT_SMD;
	case EFFECT_EVENTS:
		return measure == EFFECT_RR || measure == EFFECT_OR ||
		    measure == EFFECT_RD;
	case EFFECT_RATES:
		return measure == EFFECT_IRR;
	case EFFECT_READY:
	case EFFECT_NOTHING:
		break;
	}
	return false;
}

static bool
present(const struct effect_cell *cell)
{
	return cell_kind(cell) != EFFECT_NOTHING;
}

static bool
finite_or_absent(const struct effect_number *number)
{
	return !number->given || isfinite(number->value);
}

static enum effect_refusal
check_means(const struct effect_cell *cell)
{
	if (!cell->mean.given)
		return EFFECT_NO_MEAN;
	if (!cell->n.given)
		return EFFECT_NO_N;
	if (!cell->sd.given)
		return EFFECT_NO_SD;
	if (cell->n.value <= 0)
		return EFFECT_BAD_N;
	if (cell->n.value < 2)
		return EFFECT_ONE_UNIT;
	return cell->sd.value < 0 ? EFFECT_BAD_SD : EFFECT_FINE;
}

static enum effect_refusal
check_events(const struct effect_cell *cell)
{
	if (!cell->events.given)
		return EFFECT_NO_EVENTS;
	if (!cell->n.given)
		return EFFECT_NO_N;
	if (cell->events.value < 0)
		return EFFECT_BAD_EVENTS;
	if (cell->n.value <= 0)
		return EFFECT_BAD_N;
	return cell->events.value > cell->n.value ? EFFECT_TOO_MANY_EVENTS :
						    EFFECT_FINE;
}

static enum effect_refusal
check_rate(const struct effect_cell *cell)
{
	if (!cell->events.given)
		return EFFECT_NO_EVENTS;
	if (!cell->exposure.given)
		return EFFECT_NO_EXPOSURE;
	if (cell->events.value < 0)
		return EFFECT_BAD_EVENTS;
	return cell->exposure.value <= 0 ? EFFECT_BAD_EXPOSURE : EFFECT_FINE;
}

static enum effect_refusal
check_cell(enum effect_kind kind, const struct effect_cell *cell)
{
	if (!finite_or_absent(&cell->n) || !finite_or_absent(&cell->mean) ||
	    !finite_or_absent(&cell->sd) || !finite_or_absent(&cell->events) ||
	    !finite_or_absent(&cell->exposure))
		return EFFECT_NOT_FINITE;
	if (kind == EFFECT_MEANS)
		return check_means(cell);
	return kind == EFFECT_EVENTS ? check_events(cell) : check_rate(cell);
}

static enum effect_refusal
check_two(enum effect_kind kind, const struct effect_cell *a,
    const struct effect_cell *b)
{
	enum effect_refusal refusal = check_cell(kind, a);

	return refusal == EFFECT_FINE ? check_cell(kind, b) : refusal;
}

/* Hedges' factor, exact: gamma(df / 2) / (sqrt(df / 2) gamma((df - 1) / 2)). */
static double
small_sample(double df)
{
	return gamma_half((df - 1) / 2) / sqrt(df / 2);
}

static enum effect_refusal
two_means(
    const struct effect_cell *a, const struct effect_cell *b, struct part *part)
{
	double n1 = a->n.value;
	double n2 = b->n.value;
	double s1 = a->sd.value * a->sd.value;
	double s2 = b->sd.value * b->sd.value;
	double df = n1 + n2 - 2;
	double spread;

	part->n = n1 + n2;
	part->y = a->mean.value - b->mean.value;
	part->v = s1 / n1 + s2 / n2;
	if (family(part->measure) == EFFECT_MD) {
		part->measure = EFFECT_MD;
		return EFFECT_FINE;
	}
	part->measure = EFFECT_SMD;
	spread = sqrt(((n1 - 1) * s1 + (n2 - 1) * s2) / df);
	if (!(spread > 0))
		return EFFECT_NO_SPREAD;
	part->y = small_sample(df) * part->y / spread;
	part->v = 1 / n1 + 1 / n2 + part->y * part->y / (2 * part->n);
	return EFFECT_FINE;
}

/* Events a of n1 against c of n2, already free of zeros that matter. */
static void
two_shares(enum effect_measure measure, double a, double n1, double c,
    double n2, struct part *part)
{
	double b = n1 - a;
	double d = n2 - c;

	if (measure == EFFECT_OR) {
		part->y = real_log(a / b) - real_log(c / d);
		part->v = 1 / a + 1 / b + 1 / c + 1 / d;
	} else if (measure == EFFECT_RR) {
		part->y = real_log(a / n1) - real_log(c / n2);
		part->v = b / a / n1 + d / c / n2;
	} else {
		part->v = a / n1 * (b / n1) / n1 + c / n2 * (d / n2) / n2;
	}
}

static enum effect_refusal
two_events(const struct effect_cell *first, const struct effect_cell *second,
    struct part *part)
{
	double a = first->events.value;
	double c = second->events.value;
	double n1 = first->n.value;
	double n2 = second->n.value;
	bool none = a <= 0 && c <= 0;
	bool all = a >= n1 && c >= n2;

	part->n = n1 + n2;
	if ((none && part->measure != EFFECT_RD) ||
	    (all && part->measure == EFFECT_OR))
		return EFFECT_BOTH_ZERO;
	part->y = a / n1 - c / n2;
	if (a <= 0 || c <= 0 || a >= n1 || c >= n2) {
		part->flags |= EFFECT_ZERO_CELL;
		a += HALF;
		c += HALF;
		n1 += 2 * HALF;
		n2 += 2 * HALF;
	}
	two_shares(part->measure, a, n1, c, n2, part);
	return EFFECT_FINE;
}

static enum effect_refusal
two_rates(const struct effect_cell *first, const struct effect_cell *second,
    struct part *part)
{
	double a = first->events.value;
	double c = second->events.value;

	if (a <= 0 && c <= 0)
		return EFFECT_BOTH_ZERO;
	if (a <= 0 || c <= 0) {
		part->flags |= EFFECT_ZERO_CELL;
		a += HALF;
		c += HALF;
	}
	part->y = real_log(a / first->exposure.value) -
	    real_log(c / second->exposure.value);
	part->v = 1 / a + 1 / c;
	part->n = 0;
	return EFFECT_FINE;
}

static enum effect_refusal
two_groups(enum effect_kind kind, const struct effect_cell *a,
    const struct effect_cell *b, struct part *part)
{
	enum effect_refusal refusal = check_two(kind, a, b);

	if (refusal != EFFECT_FINE)
		return refusal;
	if (kind == EFFECT_MEANS)
		return two_means(a, b, part);
	return kind == EFFECT_EVENTS ? two_events(a, b, part) :
				       two_rates(a, b, part);
}

/* The same people before and after. */
static enum effect_refusal
change(const struct effect_cell *before, const struct effect_cell *after,
    double r, struct part *part)
{
	double s1 = before->sd.value;
	double s2 = after->sd.value;
	double n = before->n.value;
	enum effect_refusal refusal = check_two(EFFECT_MEANS, before, after);

	if (refusal != EFFECT_FINE)
		return refusal;
	if (!(r >= -1 && r <= 1))
		return EFFECT_BAD_R;
	if (after->n.value != n)
		part->flags |= EFFECT_DROPPED;
	if (after->n.value < n)
		n = after->n.value;
	part->n = n;
	part->y = after->mean.value - before->mean.value;
	part->v = (s1 * s1 + s2 * s2 - 2 * r * s1 * s2) / n;
	if (family(part->measure) == EFFECT_MD) {
		part->measure = EFFECT_MC;
		return EFFECT_FINE;
	}
	part->measure = EFFECT_SMCR;
	if (n < 3)
		return EFFECT_ONE_UNIT;
	if (!(s1 > 0))
		return EFFECT_NO_SPREAD;
	part->y = small_sample(n - 1) * part->y / s1;
	part->v = 2 * (1 - r) / n + part->y * part->y / (2 * n);
	return EFFECT_FINE;
}

/* Events of the same units before and after, of which the pairs are known. */
static enum effect_refusal
paired(const struct effect_pairs *pairs, struct part *part)
{
	double both = pairs->both;
	double before = pairs->only_before;
	double after = pairs->only_after;
	double n = both + before + after + pairs->neither;

	if (!isfinite(n) || both < 0 || before < 0 || after < 0 ||
	    pairs->neither < 0 || n <= 0)
		return EFFECT_BAD_PAIRS;
	part->n = n;
	part->y = (after - before) / n;
	if (part->measure != EFFECT_RD && both + before + after <= 0)
		return EFFECT_BOTH_ZERO;
	if (part->measure == EFFECT_OR && before + after <= 0)
		return EFFECT_BOTH_ZERO;
	if (both <= 0 || before <= 0 || after <= 0 || pairs->neither <= 0) {
		part->flags |= EFFECT_ZERO_CELL;
		both += HALF;
		before += HALF;
		after += HALF;
		n += 4 * HALF;
	}
	if (part->measure == EFFECT_OR) {
		part->y = real_log(after / before);
		part->v = 1 / before + 1 / after;
	} else if (part->measure == EFFECT_RR) {
		part->y = real_log((both + after) / (both + before));
		part->v = (before + after) / (both + after) / (both + before);
	} else {
		part->v = (before + after) / n / n -
		    (after - before) / n * ((after - before) / n) / n;
	}
	return EFFECT_FINE;
}

/* What became of one arm from before to after. */
static enum effect_refusal
arm_change(const struct effect_input *input, enum effect_arm arm, double r,
    struct part *part)
{
	const struct effect_cell *before = &input->cell[arm][EFFECT_BEFORE];
	const struct effect_cell *after = &input->cell[arm][EFFECT_AFTER];
	enum effect_kind kind = effect_kind(input);
	bool different = input->people_known && !input->same_people;

	if (kind == EFFECT_MEANS && !different) {
		if (!input->people_known)
			part->flags |= EFFECT_PEOPLE_ASSUMED;
		if (input->r[arm].given)
			return change(before, after, input->r[arm].value, part);
		part->flags |= EFFECT_R_ASSUMED;
		return change(before, after, r, part);
	}
	if (kind == EFFECT_EVENTS && arm == EFFECT_TRIAL && input->pairs.given)
		return paired(&input->pairs, part);
	part->flags |= different || kind == EFFECT_RATES ? EFFECT_TWO_GROUPS :
							   EFFECT_NO_PAIRS;
	return two_groups(kind, after, before, part);
}

/* Both arms before and after: the one change less the other. */
static enum effect_refusal
difference(const struct effect_input *input, double r, struct part *part)
{
	struct part other = *part;
	enum effect_refusal refusal = arm_change(input, EFFECT_TRIAL, r, part);

	if (refusal == EFFECT_FINE)
		refusal = arm_change(input, EFFECT_COMPARISON, r, &other);
	part->y -= other.y;
	part->v += other.v;
	part->n += other.n;
	part->flags |= other.flags | EFFECT_DIFFERENCE;
	return refusal;
}

static enum effect_refusal
from_cells(const struct effect_input *input, double r, struct part *part)
{
	const struct effect_cell *trial = input->cell[EFFECT_TRIAL];
	const struct effect_cell *other = input->cell[EFFECT_COMPARISON];
	bool before = present(&trial[EFFECT_BEFORE]) ||
	    (input->pairs.given && !present(&other[EFFECT_AFTER]));
	enum effect_kind kind = effect_kind(input);

	/* A comparison of which only the size is told is not one that was never
	 * made: before and after alone must not stand for it. */
	if (!present(&other[EFFECT_AFTER]) && other[EFFECT_AFTER].n.given)
		return check_cell(kind, &other[EFFECT_AFTER]);
	if (before && present(&other[EFFECT_BEFORE]) &&
	    present(&other[EFFECT_AFTER]))
		return difference(input, r, part);
	if (present(&other[EFFECT_BEFORE]) && !present(&other[EFFECT_AFTER]))
		return EFFECT_NO_OTHER;
	if (present(&other[EFFECT_AFTER])) {
		if (before || present(&other[EFFECT_BEFORE]))
			part->flags |= EFFECT_BEFORE_UNUSED;
		return two_groups(
		    kind, &trial[EFFECT_AFTER], &other[EFFECT_AFTER], part);
	}
	return before ? arm_change(input, EFFECT_TRIAL, r, part) :
			EFFECT_NO_OTHER;
}

static enum effect_refusal
take_error(double se, struct part *part)
{
	part->v = se * se;
	return se > 0 ? EFFECT_FINE : EFFECT_BAD_ERROR;
}

/* The standard error of a ready-made effect, on the scale that is pooled. */
static enum effect_refusal
ready_error(const struct effect_ready *ready, bool ratio, double low,
    double high, struct part *part)
{
	if (ready->variance.given && !ratio) {
		part->v = ready->variance.value;
		return part->v > 0 ? EFFECT_FINE : EFFECT_BAD_ERROR;
	}
	if (ready->se.given && !ratio)
		return take_error(ready->se.value, part);
	if (!ready->low.given || !ready->high.given)
		return ready->se.given || ready->variance.given ?
		    EFFECT_NO_INTERVAL :
		    EFFECT_NO_ERROR;
	if (!(low <= part->y && part->y <= high && low < high))
		return EFFECT_BAD_INTERVAL;
	part->flags |= EFFECT_FROM_INTERVAL;
	return take_error((high - low) / (2 * EFFECT_Z95), part);
}

static enum effect_refusal
from_ready(const struct effect_ready *ready, struct part *part)
{
	bool ratio = effect_is_ratio(ready->measure) && !ready->logged;
	double low = ready->low.given ? ready->low.value : 1;
	double high = ready->high.given ? ready->high.value : 1;

	if (!finite_or_absent(&ready->estimate) ||
	    !finite_or_absent(&ready->se) ||
	    !finite_or_absent(&ready->variance) ||
	    !finite_or_absent(&ready->low) || !finite_or_absent(&ready->high) ||
	    !finite_or_absent(&ready->n))
		return EFFECT_NOT_FINITE;
	part->y = ready->estimate.value;
	part->n = ready->n.given && ready->n.value > 0 ? ready->n.value : 0;
	part->measure = ready->measure;
	if (!ratio)
		return ready_error(ready, false, low, high, part);
	if (part->y <= 0 || low <= 0 || high <= 0)
		return EFFECT_BAD_RATIO;
	part->y = real_log(part->y);
	return ready_error(ready, true, real_log(low), real_log(high), part);
}

/* Units of one school or home are alike: the effect is less sure. */
static enum effect_refusal
cluster(const struct effect_input *input, struct part *part)
{
	double size = input->cluster_size.value;
	double icc = input->icc.value;

	if (!input->clustered && !input->icc.given)
		return EFFECT_FINE;
	if (!input->cluster_size.given || !input->icc.given) {
		part->flags |= EFFECT_CLUSTERED;
		return EFFECT_FINE;
	}
	if (!isfinite(size) || size < 1 || !(icc >= 0 && icc <= 1))
		return EFFECT_BAD_CLUSTER;
	part->flags |= EFFECT_DESIGN;
	part->v *= 1 + (size - 1) * icc;
	return EFFECT_FINE;
}

/* The effect, if before and after correlate by r where nobody said. */
static enum effect_refusal
compute(const struct effect_input *input, enum effect_measure measure, double r,
    struct part *part)
{
	enum effect_refusal refusal;

	*part = (struct part){ .measure = measure };
	refusal = effect_kind(input) == EFFECT_READY ?
	    from_ready(&input->ready, part) :
	    from_cells(input, r, part);
	if (refusal == EFFECT_FINE)
		refusal = cluster(input, part);
	if (refusal != EFFECT_FINE)
		return refusal;
	if (part->v <= 0)
		return EFFECT_NO_SPREAD;
	if (!(fabs(part->y) <= EFFECT_MOST && part->v >= EFFECT_SURE &&
		part->v <= EFFECT_UNSURE))
		return EFFECT_TOO_LARGE;
	part->y += 0.0; /* no negative zero */
	return EFFECT_FINE;
}

/* Can these numbers be taken for that measure? */
static enum effect_refusal
check_measure(const struct effect_input *input, enum effect_measure measure)
{
	enum effect_kind kind = effect_kind(input);
	bool counts = true;

	if (kind == EFFECT_NOTHING)
		return EFFECT_NO_NUMBERS;
	if (kind == EFFECT_RATES && input->unit != NULL &&
	    effect_unit_counts(input->unit, &counts) == ERR_NONE && !counts)
		return EFFECT_NOT_EVENTS;
	if (kind == EFFECT_READY)
		return effect_same_family(input->ready.measure, measure) ?
		    EFFECT_FINE :
		    EFFECT_OTHER_MEASURE;
	return fits(kind, measure) ? EFFECT_FINE : EFFECT_OTHER_MEASURE;
}

enum effect_refusal
effect_compute(const struct effect_input *input, enum effect_measure measure,
    struct effect *ret_effect)
{
	struct part low;
	struct part part;
	struct part high;
	enum effect_refusal refusal;

	if (measure == EFFECT_ANY)
		measure = effect_usual(input);
	if ((refusal = check_measure(input, measure)) != EFFECT_FINE ||
	    (refusal = compute(input, measure, EFFECT_R, &part)) !=
		EFFECT_FINE ||
	    (refusal = compute(input, measure, EFFECT_R_LOW, &low)) !=
		EFFECT_FINE ||
	    (refusal = compute(input, measure, EFFECT_R_HIGH, &high)) !=
		EFFECT_FINE)
		return refusal;
	*ret_effect = (struct effect){
		.kind = effect_kind(input),
		.measure = part.measure,
		.y = part.y,
		.v = part.v,
		.v_low = low.v,
		.v_high = high.v,
		.flags = part.flags,
		.n = isfinite(part.n) ? part.n : 0,
	};
	return EFFECT_FINE;
}
