/*
 * The values were computed with 40 digits and agree with the tables of
 * Abramowitz and Stegun (26.1, 26.8, 26.10) as far as those go.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "proto/gamma.h"
#include "proto/quantile.h"
#include "proto/real.h"

#define CLOSE        1e-10 /* of the value itself */
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct known {
	double p;
	double df;
	double value;
};

static void
near(double value, double wanted, double part)
{
	double most = part * fabs(wanted);

	if (!(fabs(value - wanted) <= most))
		fail_msg("%.17g is not %.17g", value, wanted);
}

static double
normal(double p)
{
	double value = 99;

	assert_int_equal(quantile_normal(p, &value), ERR_NONE);
	return value;
}

static double
student(double p, double df)
{
	double value = 99;

	assert_int_equal(quantile_t(p, df, &value), ERR_NONE);
	return value;
}

static double
chisq(double p, double df)
{
	double value = 99;

	assert_int_equal(quantile_chisq(p, df, &value), ERR_NONE);
	return value;
}

static void
normal_quantiles_are_those_of_the_tables(void **state)
{
	(void)state;
	near(normal(0.975), 1.9599639845400542, CLOSE);
	near(normal(0.95), 1.6448536269514727, CLOSE);
	near(normal(0.995), 2.5758293035489008, CLOSE);
	near(normal(0.75), 0.67448975019608174, CLOSE);
	near(normal(1e-8), -5.6120012441747887, CLOSE);
	assert_true(normal(0.5) == 0);
}

static void
t_quantiles_are_those_of_the_tables(void **state)
{
	static const struct known table[] = { { 0.975, 1, 12.7062047361747 },
		{ 0.995, 12, 3.0545395893929 },
		{ 0.975, 12, 2.1788128296672284 },
		{ 0.6, 30, 0.255605364951913 },
		{ 1 - 1e-8, 10000, 5.61656342804551 },
		{ 1e-8, 1, -31830988.618379068 },
		{ 0.975, 4, 2.7764451051977987 },
		{ 0.975, 120, 1.9799304050824413 } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++)
		near(student(table[i].p, table[i].df), table[i].value, CLOSE);
	assert_true(student(0.5, 7) == 0);
}

static void
chi_squared_quantiles_are_those_of_the_tables(void **state)
{
	static const struct known table[] = { { 0.975, 12, 23.3366641586453 },
		{ 0.025, 12, 4.4037885069817 }, { 1e-8, 3, 1.122333097305e-05 },
		{ 1 - 1e-8, 10000, 10814.0929769493 },
		{ 0.95, 1, 3.8414588206941245 },
		{ 0.99, 2, 9.2103403719761836 } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++)
		near(chisq(table[i].p, table[i].df), table[i].value, CLOSE);
}

/* With one and two degrees of freedom the quantiles have closed forms. */
static void
few_degrees_of_freedom_agree_with_closed_forms(void **state)
{
	static const double shares[] = { 1e-8, 1e-5, 0.01, 0.2, 0.26, 0.49,
		0.4999, 0.51, 0.7, 0.76, 0.99, 0.9999 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(shares); i++) {
		double p = shares[i];
		double middle = 2 * p - 1;

		near(student(p, 1), -1 / tan(acos(-1) * p), 1e-9);
		near(student(p, 2), middle * sqrt(2 / (1 - middle * middle)),
		    1e-8);
		near(chisq(p, 2), -2 * log1p(-p), CLOSE);
		near(chisq(p, 1), pow(normal(0.5 + p / 2), 2), 1e-7);
	}
}

/* Back through the distribution; what is flat there is not asked for. */
static void
a_quantile_has_its_share_below_it(void **state)
{
	static const double dfs[] = { 1, 2, 3, 12.5, 31, 100, 2500, 10000 };
	static const double shares[] = { 1e-8, 1e-4, 0.025, 0.3, 0.5, 0.8,
		0.999 };
	struct quantile_tails tails;
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < COUNT(dfs); i++)
		for (j = 0; j < COUNT(shares); j++) {
			assert_int_equal(
			    quantile_t_tails(
				student(shares[j], dfs[i]), dfs[i], &tails),
			    ERR_NONE);
			near(tails.below, shares[j], CLOSE);
			assert_int_equal(
			    quantile_chisq_tails(
				chisq(shares[j], dfs[i]), dfs[i], &tails),
			    ERR_NONE);
			near(tails.below, shares[j], CLOSE);
			assert_int_equal(
			    quantile_normal_tails(normal(shares[j]), &tails),
			    ERR_NONE);
			near(tails.below, shares[j], CLOSE);
		}
}

static void
t_is_symmetric_to_the_last_bit(void **state)
{
	double df;

	(void)state;
	for (df = 1; df <= 10000; df *= 3)
		assert_true(student(0.125, df) == -student(0.875, df));
}

static void
the_ends_are_refused(void **state)
{
	struct quantile_tails tails = { 7, 7 };
	double value = 7;

	(void)state;
	assert_int_equal(quantile_normal(0, &value), ERR_LIMIT);
	assert_int_equal(quantile_normal(1, &value), ERR_LIMIT);
	assert_int_equal(quantile_normal((double)NAN, &value), ERR_LIMIT);
	assert_int_equal(quantile_t(0.5, 0, &value), ERR_LIMIT);
	assert_int_equal(quantile_t(1.5, 3, &value), ERR_LIMIT);
	assert_int_equal(quantile_t(0.5, (double)NAN, &value), ERR_LIMIT);
	assert_int_equal(quantile_chisq(0.5, 1e9, &value), ERR_LIMIT);
	assert_int_equal(quantile_chisq(-1, 2, &value), ERR_LIMIT);
	assert_int_equal(quantile_normal_tails((double)NAN, &tails), ERR_LIMIT);
	assert_int_equal(quantile_t_tails(1, -1, &tails), ERR_LIMIT);
	assert_int_equal(
	    quantile_chisq_tails((double)NAN, 1, &tails), ERR_LIMIT);
	assert_true(value == 7 && tails.below == 7);
}

static void
values_beyond_all_measure_have_tails(void **state)
{
	struct quantile_tails tails;

	(void)state;
	assert_int_equal(quantile_t_tails(1e308, 3, &tails), ERR_NONE);
	assert_true(tails.above >= 0 && tails.below == 1);
	assert_int_equal(
	    quantile_normal_tails(-(double)INFINITY, &tails), ERR_NONE);
	assert_true(tails.below == 0 && tails.above == 1);
	assert_int_equal(quantile_chisq_tails(-1, 3, &tails), ERR_NONE);
	assert_true(tails.below == 0 && tails.above == 1);
	assert_int_equal(
	    quantile_chisq_tails((double)INFINITY, 3, &tails), ERR_NONE);
	assert_true(tails.below == 1 && tails.above == 0);
}

/* Ours and the C library's differ by a bit or two; ours do so everywhere. */
static void
logarithms_and_exponentials_are_right(void **state)
{
	double x;

	(void)state;
	for (x = 1e-300; x < 1e300; x *= 7.3)
		near(real_log(x), log(x), 1e-15);
	for (x = -700; x < 700; x += 0.37)
		near(real_exp(x), exp(x), 1e-15);
	for (x = -0.99; x < 3; x += 0.0137)
		near(real_log1p(x), log1p(x), 1e-14);
	assert_true(real_exp(1000) == (double)INFINITY);
	assert_true(real_exp(-1000) == 0);
	assert_true(real_log(0) == -(double)INFINITY);
	assert_true(isnan(real_log(-1)) && isnan(real_log1p(-2)));
	assert_true(real_log1p(1e-20) == 1e-20);
}

static void
gamma_functions_are_right(void **state)
{
	struct gamma_split split;

	(void)state;
	near(gamma_log(0.5), log(acos(-1)) / 2, 1e-13);
	near(gamma_log(10), log(362880), 1e-13);
	near(gamma_log(1000.5), lgamma(1000.5), 1e-13);
	near(gamma_half(0.5), 1 / sqrt(acos(-1)), 1e-13);
	near(gamma_half(1e9), sqrt(1e9) * (1 - 1.25e-10), 1e-13);
	split = gamma_share(1, 2);
	near(split.above, exp(-2), 1e-13);
	near(split.below, 1 - exp(-2), 1e-13);
	split = gamma_beta_half(1, 3);
	near(split.below, 1 - sqrt(0.75), 1e-13);
	near(split.above, sqrt(0.75), 1e-13);
}

static void
a_sum_does_not_lose_what_is_small(void **state)
{
	struct real_sum sum = { 0 };

	(void)state;
	real_add(&sum, 1);
	real_add(&sum, 1e100);
	real_add(&sum, 1);
	real_add(&sum, -1e100);
	assert_true(real_total(&sum) == 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal_quantiles_are_those_of_the_tables),
		cmocka_unit_test(t_quantiles_are_those_of_the_tables),
		cmocka_unit_test(chi_squared_quantiles_are_those_of_the_tables),
		cmocka_unit_test(
		    few_degrees_of_freedom_agree_with_closed_forms),
		cmocka_unit_test(a_quantile_has_its_share_below_it),
		cmocka_unit_test(t_is_symmetric_to_the_last_bit),
		cmocka_unit_test(the_ends_are_refused),
		cmocka_unit_test(values_beyond_all_measure_have_tails),
		cmocka_unit_test(logarithms_and_exponentials_are_right),
		cmocka_unit_test(gamma_functions_are_right),
		cmocka_unit_test(a_sum_does_not_lose_what_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
