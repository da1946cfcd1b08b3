#include "proto/gamma.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "proto/real.h"

#define STIRLING_LEAST 16     /* from here on the series below is exact */
#define STEPS_MAX      100000 /* more than any argument allowed needs */
#define TINY           1e-300 /* instead of 0 in a continued fraction */

static const double log_root_2pi = 0x1.d67f1c864beb5p-1; /* ln(sqrt(2 pi)) */
static const double root_2pi = 0x1.40d931ff62706p+1;
static const double root_pi = 0x1.c5bf891b4ef6bp+0;

/* What Stirling's formula for ln(gamma(x)) leaves out, from STIRLING_LEAST. */
static double
stirling_rest(double x)
{
	static const double terms[] = { 1.0 / 12, -1.0 / 360, 1.0 / 1260,
		-1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156 };
	double inverse = 1 / (x * x);
	double sum = 0;
	int i;

	for (i = (int)(sizeof(terms) / sizeof(terms[0])) - 1; i >= 0; i--)
		sum = sum * inverse + terms[i];
	return sum / x;
}

/* The product of x, x + 1 ... below STIRLING_LEAST; moves x there. */
static double
climb(double *x)
{
	double product = 1;

	while (*x < STIRLING_LEAST) {
		product *= *x;
		*x += 1;
	}
	return product;
}

double
gamma_log(double x)
{
	double product = climb(&x);

	return (x - 0.5) * real_log(x) - x + log_root_2pi + stirling_rest(x) -
	    real_log(product);
}

double
gamma_half(double x)
{
	double ratio = 1;

	/* gamma(x + 1/2) / gamma(x) grows by (x + 1/2) / x from x to x + 1. */
	while (x < STIRLING_LEAST) {
		ratio *= x / (x + 0.5);
		x += 1;
	}
	return ratio * sqrt(x) *
	    real_exp(x * real_log1p(0.5 / x) - 0.5 + stirling_rest(x + 0.5) -
		stirling_rest(x));
}

/* a ln(a / x) + x - a, exact also where x is near a. */
static double
deviance(double a, double x)
{
	double part = (x - a) / a;
	double power;
	double sum = 0;
	int i;

	if (part > 0.1 || part < -0.1)
		return x - a - a * real_log(x / a);

	/* part - ln(1 + part) = part^2 / 2 - part^3 / 3 + ... */
	power = -part;
	for (i = 2; i < 24; i++) {
		power *= -part;
		sum += power / i;
	}
	return a * sum;
}

/* x^a e^-x / gamma(a + 1). */
static double
poisson(double a, double x)
{
	if (x <= 0)
		return 0;
	if (a < STIRLING_LEAST)
		return real_exp(a * real_log(x) - x - gamma_log(a + 1));
	return real_exp(-deviance(a, x) - stirling_rest(a)) /
	    (root_2pi * sqrt(a));
}

static double
gamma_series(double a, double x)
{
	double term = 1;
	double sum = 1;
	int i;

	for (i = 1; i < STEPS_MAX && term > sum * DBL_EPSILON / 8; i++) {
		term *= x / (a + i);
		sum += term;
	}
	return sum * poisson(a, x);
}

static double
not_zero(double x)
{
	return x < TINY && x > -TINY ? TINY : x;
}

static bool
settled(double factor)
{
	return factor > 1 - DBL_EPSILON && factor < 1 + DBL_EPSILON;
}

/* The continued fraction of Q, by Lentz's method. */
static double
gamma_fraction(double a, double x)
{
	double b = x + 1 - a;
	double c = 1 / TINY;
	double d = 1 / not_zero(b);
	double value = d;
	double factor = 0;
	int i;

	for (i = 1; i < STEPS_MAX && !settled(factor); i++) {
		double step = -i * (i - a);

		b += 2;
		d = 1 / not_zero(step * d + b);
		c = not_zero(b + step / c);
		factor = d * c;
		value *= factor;
	}
	return value * a * poisson(a, x);
}

struct gamma_split
gamma_share(double a, double x)
{
	struct gamma_split share;

	if (x <= 0)
		return (struct gamma_split){ .below = 0, .above = 1 };
	if (isinf(x))
		return (struct gamma_split){ .below = 1, .above = 0 };
	if (x < a + 1) {
		share.below = gamma_series(a, x);
		share.above = 1 - share.below;
	} else {
		share.above = gamma_fraction(a, x);
		share.below = 1 - share.above;
	}
	return share;
}

/* The continued fraction of I_x(a, b) without what stands before it. */
static double
beta_fraction(double a, double b, double x)
{
	double c = 1;
	double d = 1 / not_zero(1 - (a + b) * x / (a + 1));
	double value = d;
	double factor = 0;
	int i;

	for (i = 1; i < STEPS_MAX && !settled(factor); i++) {
		double even = i * (b - i) * x / ((a + 2 * i - 1) * (a + 2 * i));
		double odd = -(a + i) * (a + b + i) * x /
		    ((a + 2 * i) * (a + 2 * i + 1));

		d = 1 / not_zero(1 + even * d);
		c = not_zero(1 + even / c);
		value *= d * c;
		d = 1 / not_zero(1 + odd * d);
		c = not_zero(1 + odd / c);
		factor = d * c;
		value *= factor;
	}
	return value;
}

struct gamma_split
gamma_beta_half(double a, double odds)
{
	struct gamma_split share;
	double x = 1 / (1 + odds);
	double rest = odds / (1 + odds);
	double before;

	if (odds <= 0)
		return (struct gamma_split){ .below = 1, .above = 0 };
	if (isinf(odds))
		return (struct gamma_split){ .below = 0, .above = 1 };

	/* x^a (1 - x)^(1/2) / B(a, 1/2) */
	before = real_exp(-a * real_log1p(odds)) * sqrt(rest) * gamma_half(a) /
	    root_pi;
	if (x < (a + 1) / (a + 2.5)) {
		share.below = before * beta_fraction(a, 0.5, x) / a;
		share.above = 1 - share.below;
	} else {
		share.above = before * beta_fraction(0.5, a, rest) / 0.5;
		share.below = 1 - share.above;
	}
	return share;
}
