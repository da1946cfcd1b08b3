#include "proto/real.h"

#include <float.h>
#include <math.h>

/* Where sums are kept in longer registers, results would depend on them. */
_Static_assert(FLT_EVAL_METHOD == 0, "doubles must be computed as doubles");

#define LOG_TERMS 12 /* of the series; the last is below 2^-60 of the first */
#define EXP_TERMS 15
#define EXP_MOST  709.8  /* its exponential is infinite */
#define EXP_LEAST -745.2 /* its exponential is 0 */

static const double ln2_high = 0x1.62e42feep-1; /* 21 zero bits at its end */
static const double ln2_low = 0x1.a39ef35793c76p-33;
static const double ln2_inverse = 0x1.71547652b82fep+0;
static const double sqrt_half = 0x1.6a09e667f3bcdp-1;

/* ln((1 + s) / (1 - s)) - 2s, for |s| below 0.172. */
static double
log_tail(double s)
{
	double square = s * s;
	double sum = 0;
	int i;

	for (i = LOG_TERMS; i > 0; i--)
		sum = (sum + 1.0 / (2 * i + 1)) * square;
	return 2 * s * sum;
}

double
real_log(double x)
{
	double part;
	double s;
	int power;

	if (isnan(x) || x < 0)
		return (double)NAN;
	if (x == 0)
		return -(double)INFINITY;
	if (isinf(x))
		return x;
	part = frexp(x, &power);
	if (part < sqrt_half) {
		part *= 2;
		power--;
	}

	/* x = part 2^power, and ln(part) = 2 artanh(s). */
	part -= 1;
	s = part / (2 + part);
	return power * ln2_high +
	    (part - (s * part - (log_tail(s) + power * ln2_low)));
}

double
real_log1p(double x)
{
	double sum = 1 + x;

	if (isnan(x) || x <= -1 || isinf(x))
		return real_log(sum);
	if (x > -0.29 && x < 0.41) {
		double s = x / (2 + x);

		return x - (s * x - log_tail(s));
	}

	/* What the rounding of 1 + x lost is given back to first order. */
	return real_log(sum) + ((x > 1 ? 1 - (sum - x) : x - (sum - 1)) / sum);
}

double
real_exp(double x)
{
	double rest;
	double sum = 0;
	int power;
	int i;

	if (isnan(x))
		return x;
	if (x > EXP_MOST)
		return (double)INFINITY;
	if (x < EXP_LEAST)
		return 0;
	power = (int)(x * ln2_inverse + (x < 0 ? -0.5 : 0.5));
	rest = (x - power * ln2_high) - power * ln2_low;
	for (i = EXP_TERMS; i > 1; i--)
		sum = (sum + 1) * rest / i;
	return ldexp(1 + (rest + rest * sum), power);
}

double
real_total(const struct real_sum *sum)
{
	return sum->high + sum->low;
}
