#include "proto/meta.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/effect.h"
#include "proto/quantile.h"
#include "proto/real.h"

#define GRID_FEW    400 /* places where the slope of the likelihood is looked at */
#define GRID_MANY   40 /* if there are GRID_LARGE studies or more */
#define GRID_LARGE  1000
#define GRID_LEAST  1e-4 /* of the smallest variance: the first place */
#define GRID_MOST   100  /* of the largest variance or spread: the last */
#define FISHER_MOST 20   /* steps that may go on by themselves */
#define STEPS_MAX   200
#define STEP_LEAST  1e-14 /* of tau2: below it is rounding */

/* The sums over all studies at one tau2. */
struct sums {
	double w;  /* sum of w = 1 / (v + tau2) */
	double w2; /* of w^2 */
	double w3;
	double c; /* w - w2 / w, of pairs of weights: what is left of w may be
		   * far less than its last digit */
	double mu;
	double wr2;  /* of w (y - mu)^2 */
	double w2r2; /* of w^2 (y - mu)^2 */
};

static double
mean_of(const struct meta_study *studies, size_t k, double tau2, double *ret_w)
{
	struct real_sum w = { 0 };
	struct real_sum wy = { 0 };
	double mu;
	double low = studies[0].y;
	double high = low;
	size_t i;

	for (i = 0; i < k; i++) {
		double weight = 1 / (studies[i].v + tau2);

		real_add(&w, weight);
		real_add(&wy, weight * studies[i].y);
		low = studies[i].y < low ? studies[i].y : low;
		high = studies[i].y > high ? studies[i].y : high;
	}
	*ret_w = real_total(&w);

	/* Rounding must not carry it out of what it is the mean of. */
	mu = real_total(&wy) / *ret_w;
	if (mu < low)
		return low;
	return mu > high ? high : mu;
}

static void
sums_at(const struct meta_study *studies, size_t k, double tau2,
    struct sums *ret_sums)
{
	struct real_sum w2 = { 0 };
	struct real_sum w3 = { 0 };
	struct real_sum wr2 = { 0 };
	struct real_sum w2r2 = { 0 };
	struct real_sum pairs = { 0 };
	struct real_sum before = { 0 };
	size_t i;

	ret_sums->mu = mean_of(studies, k, tau2, &ret_sums->w);
	for (i = 0; i < k; i++) {
		double w = 1 / (studies[i].v + tau2);
		double r = studies[i].y - ret_sums->mu;

		real_add(&pairs, w * real_total(&before));
		real_add(&before, w);
		real_add(&w2, w * w);
		real_add(&w3, w * w * w);
		real_add(&wr2, w * r * r);
		real_add(&w2r2, w * r * (w * r));
	}
	ret_sums->c = 2 * real_total(&pairs) / ret_sums->w;
	ret_sums->w2 = real_total(&w2);
	ret_sums->w3 = real_total(&w3);
	ret_sums->wr2 = real_total(&wr2);
	ret_sums->w2r2 = real_total(&w2r2);
}

static double
slope_of(const struct sums *sums)
{
	return sums->w2r2 - sums->c;
}

double
meta_score(const struct meta_study *studies, size_t k, double tau2)
{
	struct real_sum before = { 0 };
	struct real_sum pairs = { 0 };
	struct real_sum w2r2 = { 0 };
	double all;
	double mu = mean_of(studies, k, tau2, &all);
	size_t i;

	/* As sums_at(), without what the slope does not need. */
	for (i = 0; i < k; i++) {
		double w = 1 / (studies[i].v + tau2);
		double wr = w * (studies[i].y - mu);

		real_add(&pairs, w * real_total(&before));
		real_add(&before, w);
		real_add(&w2r2, wr * wr);
	}
	return real_total(&w2r2) - 2 * real_total(&pairs) / all;
}

/* The restricted likelihood's logarithm, without its constant. */
static double
likelihood(const struct meta_study *studies, size_t k, double tau2)
{
	struct real_sum logs = { 0 };
	struct sums sums;
	size_t i;

	sums_at(studies, k, tau2, &sums);
	for (i = 0; i < k; i++)
		real_add(&logs, real_log(studies[i].v + tau2));
	return -(real_total(&logs) + real_log(sums.w) + sums.wr2) / 2;
}

/*
 * The zero of the slope between two values of tau2, at the first of which the
 * likelihood rises and at the second falls: Fisher's steps, or halving where
 * they lead out.
 */
static double
climb(const struct meta_study *studies, size_t k, double low, double high,
    double start)
{
	double tau2 = start > low && start < high ? start :
						    low + (high - low) / 2;
	int i;

	for (i = 0; i < STEPS_MAX; i++) {
		struct sums sums;
		double part;
		double step;

		sums_at(studies, k, tau2, &sums);
		if (slope_of(&sums) > 0)
			low = tau2;
		else
			high = tau2;
		part = sums.w2 / sums.w;
		step = slope_of(&sums) /
		    (sums.w2 - 2 * sums.w3 / sums.w + part * part);
		if (fabs(step) <= STEP_LEAST * tau2 ||
		    high - low <= STEP_LEAST * high)
			break;

		/* Fisher may creep: then every other step halves. */
		tau2 += step;
		if ((i > FISHER_MOST && i % 2 == 0) ||
		    !(tau2 > low && tau2 < high))
			tau2 = low + (high - low) / 2;
	}
	return tau2;
}

static double
dl(const struct meta_study *studies, size_t k)
{
	struct sums sums;
	double tau2;

	sums_at(studies, k, 0, &sums);
	tau2 = (sums.wr2 - (double)(k - 1)) / sums.c;
	return tau2 > 0 ? tau2 : 0;
}

/* Where the search for tau2 begins and ends. */
static struct meta_interval
grid_range(const struct meta_study *studies, size_t k)
{
	double least = studies[0].v;
	double most = least;
	double low = studies[0].y;
	double high = low;
	size_t i;

	for (i = 1; i < k; i++) {
		least = studies[i].v < least ? studies[i].v : least;
		most = studies[i].v > most ? studies[i].v : most;
		low = studies[i].y < low ? studies[i].y : low;
		high = studies[i].y > high ? studies[i].y : high;
	}
	if ((high - low) * (high - low) > most)
		most = (high - low) * (high - low);
	return (struct meta_interval){ .low = GRID_LEAST * least,
		.high = GRID_MOST * most };
}

/*
 * The restricted likelihood may have several tops.  Its slope is looked at in
 * many places, every top between two of them is climbed, and the highest is
 * taken; of equal ones the smallest tau2.
 */
static double
reml(const struct meta_study *studies, size_t k)
{
	struct meta_interval range = grid_range(studies, k);
	int places = k < GRID_LARGE ? GRID_FEW : GRID_MANY;
	double factor = real_exp(real_log(range.high / range.low) / places);
	double start = dl(studies, k);
	double before = 0;
	bool rises = meta_score(studies, k, 0) > 0;
	double best = 0;
	double top = rises ? -(double)INFINITY : likelihood(studies, k, 0);
	double at = range.low;
	int i;

	for (i = 0; i <= places; i++) {
		bool rose = rises;
		double tau2;
		double height;

		rises = meta_score(studies, k, at) > 0;
		if (rose && !rises) {
			tau2 = climb(studies, k, before, at, start);
			height = likelihood(studies, k, tau2);
			if (height > top) {
				top = height;
				best = tau2;
			}
		}
		before = at;
		at *= factor;
	}
	return best;
}

/*
 * The tau2 at which the generalised Q, which falls as tau2 grows, is ${wanted};
 * 0 if it is below at once.  Newton's steps from the left never go too far,
 * since Q is convex, and at least double tau2 while it is much too small.
 */
static double
profile(const struct meta_study *studies, size_t k, double wanted)
{
	double tau2 = 0;
	int i;

	for (i = 0; i < STEPS_MAX; i++) {
		struct sums sums;
		double step;

		sums_at(studies, k, tau2, &sums);
		step = (sums.wr2 - wanted) / sums.w2r2;
		if (!(step > STEP_LEAST * tau2))
			break;
		tau2 += step;
	}
	return tau2;
}

static enum err
add_tau2_ci(const struct meta_study *studies, size_t k, double outside,
    struct meta_result *result)
{
	double df = (double)(k - 1);
	double most;
	double least;
	enum err err;

	if ((err = quantile_chisq(1 - outside / 2, df, &most)) != ERR_NONE ||
	    (err = quantile_chisq(outside / 2, df, &least)) != ERR_NONE)
		return err;
	result->tau2_ci.low = profile(studies, k, most);
	result->tau2_ci.high = profile(studies, k, least);
	result->has_tau2_ci = true;
	return ERR_NONE;
}

/* How much the studies differ beyond chance. */
static enum err
add_spread(const struct meta_study *studies, size_t k,
    const struct meta_options *options, struct meta_result *result)
{
	struct quantile_tails tails;
	struct sums sums;
	double typical;
	enum err err;

	sums_at(studies, k, 0, &sums);
	result->q = sums.wr2;
	result->q_df = (double)(k - 1);
	if ((err = quantile_chisq_tails(result->q, result->q_df, &tails)) !=
	    ERR_NONE)
		return err;
	result->q_p = tails.above;
	if (options->method == META_EE) {
		result->h2 = result->q / result->q_df;
		result->i2 = result->h2 > 1 ? 100 - 100 / result->h2 : 0;
		return ERR_NONE;
	}
	typical = result->q_df / sums.c;
	result->i2 = 100 * result->tau2 / (result->tau2 + typical);
	result->h2 = (result->tau2 + typical) / typical;
	return add_tau2_ci(studies, k, 1 - options->level, result);
}

/* The quantile of the intervals, and how likely the statistic is by chance. */
static enum err
add_p(struct meta_result *result, double level, double *ret_quantile)
{
	double p = 1 - (1 - level) / 2;
	struct quantile_tails tails;
	enum err err;

	result->statistic = result->estimate / result->se;
	if (result->df > 0) {
		if ((err = quantile_t(p, result->df, ret_quantile)) !=
			ERR_NONE ||
		    (err = quantile_t_tails(fabs(result->statistic), result->df,
			 &tails)) != ERR_NONE)
			return err;
	} else {
		if ((err = quantile_normal(p, ret_quantile)) != ERR_NONE ||
		    (err = quantile_normal_tails(
			 fabs(result->statistic), &tails)) != ERR_NONE)
			return err;
	}
	result->p = 2 * tails.above;
	return ERR_NONE;
}

static enum err
add_intervals(const struct meta_options *options, struct meta_result *result)
{
	double quantile;
	double half;
	enum err err;

	if ((err = add_p(result, options->level, &quantile)) != ERR_NONE)
		return err;
	half = quantile * result->se;
	result->ci.low = result->estimate - half;
	result->ci.high = result->estimate + half;
	result->has_pi = result->k > 2 && options->method != META_EE;
	if (!result->has_pi)
		return ERR_NONE;
	half = quantile * sqrt(result->tau2 + result->se * result->se);
	result->pi.low = result->estimate - half;
	result->pi.high = result->estimate + half;
	return ERR_NONE;
}

/* The pool of studies that are in order already. */
static enum err
pool(const struct meta_study *studies, size_t k,
    const struct meta_options *options, struct meta_result *result)
{
	struct sums sums;
	enum err err;

	result->k = k;
	if (k > 1 && options->method != META_EE)
		result->tau2 = options->method == META_DL ? dl(studies, k) :
							    reml(studies, k);
	sums_at(studies, k, result->tau2, &sums);
	result->estimate = sums.mu;
	result->se = sqrt(1 / sums.w);
	if (k > 1) {
		result->hk_q = sums.wr2 / (double)(k - 1);
		if (options->ci == META_HK) {
			result->df = (double)(k - 1);
			if (result->hk_q > 1)
				result->se = sqrt(result->hk_q / sums.w);
		}
		if ((err = add_spread(studies, k, options, result)) != ERR_NONE)
			return err;
	}
	return add_intervals(options, result);
}

static int
compare(const void *a, const void *b)
{
	const struct meta_study *one = a;
	const struct meta_study *other = b;

	if (one->y != other->y)
		return one->y < other->y ? -1 : 1;
	if (one->v != other->v)
		return one->v < other->v ? -1 : 1;
	return 0;
}

static enum err
check(const struct meta_study *studies, size_t k)
{
	size_t i;

	if (k == 0)
		return ERR_NOENT;
	if (k > META_MAX)
		return ERR_LIMIT;
	for (i = 0; i < k; i++)
		if (!(fabs(studies[i].y) <= EFFECT_MOST &&
			studies[i].v >= EFFECT_SURE &&
			studies[i].v <= EFFECT_UNSURE))
			return ERR_LIMIT;
	return ERR_NONE;
}

/* Pool all but the study number ${leave}; ${k} leaves none. */
static enum err
pool_but(const struct meta_study *studies, size_t k, size_t leave,
    const struct meta_options *options, struct meta_result *ret_result)
{
	struct meta_result result = { 0 };
	struct meta_study *sorted;
	size_t count = 0;
	size_t i;
	enum err err;

	if ((err = check(studies, k)) != ERR_NONE)
		return err;
	if (!(options->level > 0 && options->level < 1))
		return ERR_LIMIT;
	if ((sorted = calloc(k, sizeof(*sorted))) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < k; i++)
		if (i != leave)
			sorted[count++] = studies[i];

	/* One order for everybody, so that sums are the same to the last bit. */
	qsort(sorted, count, sizeof(*sorted), compare);
	err = count == 0 ? ERR_NOENT : pool(sorted, count, options, &result);
	free(sorted);
	if (err == ERR_NONE)
		*ret_result = result;
	return err;
}

enum err
meta_pool(const struct meta_study *studies, size_t k,
    const struct meta_options *options, struct meta_result *ret_result)
{
	return pool_but(studies, k, k, options, ret_result);
}

enum err
meta_without(const struct meta_study *studies, size_t k, size_t leave,
    const struct meta_options *options, struct meta_result *ret_result)
{
	return pool_but(studies, k, leave, options, ret_result);
}

enum err
meta_weights(const struct meta_study *studies, size_t k, double tau2,
    double *ret_weights)
{
	struct meta_study *sorted;
	double sum;
	size_t i;
	enum err err;

	if ((err = check(studies, k)) != ERR_NONE)
		return err;
	if (!(tau2 >= 0 && tau2 <= DBL_MAX))
		return ERR_LIMIT;
	if ((sorted = calloc(k, sizeof(*sorted))) == NULL)
		return ERR_NOMEM;
	memcpy(sorted, studies, k * sizeof(*sorted));
	qsort(sorted, k, sizeof(*sorted), compare);
	(void)mean_of(sorted, k, tau2, &sum);
	free(sorted);
	for (i = 0; i < k; i++)
		ret_weights[i] = 100 / ((studies[i].v + tau2) * sum);
	return ERR_NONE;
}
