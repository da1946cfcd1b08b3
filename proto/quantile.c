#include "proto/quantile.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "proto/gamma.h"
#include "proto/real.h"

#define STEPS_MAX  200   /* each halves the bracket, or does better */
#define STEP_LEAST 4e-16 /* of a logarithm: below it is rounding */
#define LOG_MOST   690.0

/* The part of a distribution that a quantile is sought by. */
enum part {
	PART_BELOW,
	PART_ABOVE,
	PART_MIDDLE, /* between 0 and the value, of a symmetric one */
};

/* What is sought: the value whose part of the distribution is share. */
struct search {
	double df;
	enum part part;
	double share;
	bool student; /* else chi-squared */
};

static bool
fair_share(double p)
{
	return p > 0 && p < 1;
}

static bool
fair_df(double df)
{
	return df >= QUANTILE_DF_LEAST && df <= QUANTILE_DF_MOST;
}

static double
polynomial(const double *factors, size_t count, double x)
{
	double sum = 0;

	while (count-- > 0)
		sum = sum * x + factors[count];
	return sum;
}

#define RATIO(above, below, x)                                          \
	(polynomial((above), sizeof(above) / sizeof((above)[0]), (x)) / \
	    polynomial((below), sizeof(below) / sizeof((below)[0]), (x)))

/* Wichura's algorithm AS 241 in its more exact form, of 16 digits. */
static double
normal_middle(double q)
{
	static const double above[] = { 3.387132872796366608,
		133.14166789178437745, 1971.5909503065514427,
		13731.693765509461125, 45921.953931549871457,
		67265.770927008700853, 33430.575583588128105,
		2509.0809287301226727 };
	static const double below[] = { 1, 42.313330701600911252,
		687.1870074920579083, 5394.1960214247511077,
		21213.794301586595867, 39307.89580009271061,
		28729.085735721942674, 5226.495278852545925 };

	return q * RATIO(above, below, 0.180625 - q * q);
}

static double
normal_tail(double share)
{
	static const double near_above[] = { 1.42343711074968357734,
		4.6303378461565452959, 5.7694972214606914055,
		3.64784832476320460504, 1.27045825245236838258,
		0.24178072517745061177, 0.0227238449892691845833,
		7.7454501427834140764e-4 };
	static const double near_below[] = { 1, 2.05319162663775882187,
		1.6763848301838038494, 0.68976733498510000455,
		0.14810397642748007459, 0.0151986665636164571966,
		5.475938084995344946e-4, 1.05075007164441684324e-9 };
	static const double far_above[] = { 6.6579046435011037772,
		5.4637849111641143699, 1.7848265399172913358,
		0.29656057182850489123, 0.026532189526576123093,
		0.0012426609473880784386, 2.71155556874348757815e-5,
		2.01033439929228813265e-7 };
	static const double far_below[] = { 1, 0.59983220655588793769,
		0.13692988092273580531, 0.0148753612908506148525,
		7.868691311456132591e-4, 1.8463183175100546818e-5,
		1.4215117583164458887e-7, 2.04426310338993978564e-15 };
	double r = sqrt(-real_log(share));

	return r <= 5 ? RATIO(near_above, near_below, r - 1.6) :
			RATIO(far_above, far_below, r - 5);
}

enum err
quantile_normal(double p, double *ret_value)
{
	double q = p - 0.5;

	if (!fair_share(p))
		return ERR_LIMIT;
	if (q >= -0.425 && q <= 0.425)
		*ret_value = normal_middle(q);
	else
		*ret_value = q < 0 ? -normal_tail(p) :
				     normal_tail(0.5 - p + 0.5);
	return ERR_NONE;
}

/* Both tails of a symmetric distribution, from how much lies outside. */
static struct quantile_tails
both_tails(double value, double outside)
{
	double small = outside / 2;

	return value < 0 ?
	    (struct quantile_tails){ .below = small, .above = 1 - small } :
	    (struct quantile_tails){ .below = 1 - small, .above = small };
}

enum err
quantile_normal_tails(double value, struct quantile_tails *ret_tails)
{
	if (isnan(value))
		return ERR_LIMIT;
	*ret_tails = both_tails(
	    value, gamma_share(0.5, value * value / 2).above);
	return ERR_NONE;
}

enum err
quantile_t_tails(double value, double df, struct quantile_tails *ret_tails)
{
	if (isnan(value) || !fair_df(df))
		return ERR_LIMIT;
	*ret_tails = both_tails(
	    value, gamma_beta_half(df / 2, value / df * value).below);
	return ERR_NONE;
}

enum err
quantile_chisq_tails(double value, double df, struct quantile_tails *ret_tails)
{
	struct gamma_split share;

	if (isnan(value) || !fair_df(df))
		return ERR_LIMIT;
	share = gamma_share(df / 2, value / 2);
	ret_tails->below = share.below;
	ret_tails->above = share.above;
	return ERR_NONE;
}

/* The part that is sought, at ${x}. */
static double
part_at(const struct search *search, double x)
{
	struct gamma_split share;

	if (search->student) {
		share = gamma_beta_half(search->df / 2, x / search->df * x);
		return search->part == PART_MIDDLE ? share.above / 2 :
						     share.below / 2;
	}
	share = gamma_share(search->df / 2, x / 2);
	return search->part == PART_BELOW ? share.below : share.above;
}

/* The density at ${x}, times ${x}. */
static double
steepness(const struct search *search, double x)
{
	double half = search->df / 2;

	if (search->student)
		return gamma_half(half) / sqrt(search->df) /
		    0x1.c5bf891b4ef6bp+0 * x *
		    real_exp(-(half + 0.5) * real_log1p(x / search->df * x));
	return real_exp(half * real_log(x / 2) - x / 2 - gamma_log(half));
}

/*
 * Newton's method on logarithms of both the value and its part, in which tails
 * are nearly straight; where it leaves the bracket, the bracket is halved.
 */
static enum err
seek(const struct search *search, double guess, double *ret_value)
{
	double sign = search->part == PART_ABOVE ? -1 : 1;
	double low = -LOG_MOST;
	double high = LOG_MOST;
	double at = real_log(guess);
	int i;

	for (i = 0; i < STEPS_MAX; i++) {
		double x = real_exp(at);
		double part = part_at(search, x);
		double slope = part > 0 ? steepness(search, x) / part : 0;
		double step = (double)INFINITY;

		if (sign * (part - search->share) > 0)
			high = at;
		else
			low = at;
		if (slope > 0)
			step = -sign * real_log(part / search->share) / slope;
		if (fabs(step) <= STEP_LEAST * (1 + fabs(at)))
			break;
		at += step;
		if (!(at > low && at < high))
			at = low + (high - low) / 2;
	}
	if (at > LOG_MOST - 1 || at < 1 - LOG_MOST)
		return ERR_LIMIT;
	*ret_value = real_exp(at);
	return ERR_NONE;
}

enum err
quantile_t(double p, double df, double *ret_value)
{
	struct search search = { .df = df, .student = true };
	double q = p - 0.5;
	double normal;
	double value;
	enum err err;

	if (!fair_share(p) || !fair_df(df))
		return ERR_LIMIT;
	if (q == 0) {
		*ret_value = 0;
		return ERR_NONE;
	}

	/* Near the middle, what lies between it and p has the more digits. */
	if (q > -0.25 && q < 0.25) {
		search.part = PART_MIDDLE;
		search.share = q < 0 ? -q : q;
	} else {
		search.part = PART_ABOVE;
		search.share = q < 0 ? p : 0.5 - p + 0.5;
	}
	if ((err = quantile_normal(p, &normal)) != ERR_NONE ||
	    (err = seek(&search, normal < 0 ? -normal : normal, &value)) !=
		ERR_NONE)
		return err;
	*ret_value = q < 0 ? -value : value;
	return ERR_NONE;
}

/* The cube root's normal approximation of Wilson and Hilferty. */
static double
chisq_guess(double normal, double df)
{
	double part = 2 / (9 * df);
	double root = 1 - part + normal * sqrt(part);

	return root < 0.05 ? df * 1e-4 : df * root * root * root;
}

enum err
quantile_chisq(double p, double df, double *ret_value)
{
	struct search search = { .df = df };
	double normal;
	enum err err;

	if (!fair_share(p) || !fair_df(df))
		return ERR_LIMIT;
	search.part = p < 0.5 ? PART_BELOW : PART_ABOVE;
	search.share = p < 0.5 ? p : 0.5 - p + 0.5;
	if ((err = quantile_normal(p, &normal)) != ERR_NONE)
		return err;
	return seek(&search, chisq_guess(normal, df), ret_value);
}
