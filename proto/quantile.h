#ifndef ERFA_QUANTILE_H
#define ERFA_QUANTILE_H

/*
 * quantile - the normal, Student's t and chi-squared distributions and their
 * quantiles.
 *
 * For p from 1e-8 to 1 - 1e-8 and up to 10,000 degrees of freedom, which need
 * not be whole, every value is exact to 1e-10 of itself; most are to 1e-13.
 * Beyond that they are still right to a few digits less.  Nothing here fails
 * silently: no result is ever a NaN.
 */

#include "proto/err.h"

#define QUANTILE_DF_LEAST 0.1
#define QUANTILE_DF_MOST  1e6

/* The shares of a distribution on both sides of a value; they sum to 1, and the
 * smaller one keeps all its digits. */
struct quantile_tails {
	double below;
	double above;
};

/**
 * quantile_normal(p, ret_value):
 * The value below which the share ${p} of the normal distribution lies.  Return
 * ERR_LIMIT unless 0 < p < 1.
 */
enum err quantile_normal(double p, double *ret_value) MUST_CHECK;

/**
 * quantile_t(p, df, ret_value):
 * The same for Student's t with ${df} degrees of freedom.  Return ERR_LIMIT
 * unless 0 < p < 1 and ${df} is from QUANTILE_DF_LEAST to QUANTILE_DF_MOST, or
 * if no double holds the value.
 */
enum err quantile_t(double p, double df, double *ret_value) MUST_CHECK;

/**
 * quantile_chisq(p, df, ret_value):
 * The same for chi-squared.  Return ERR_LIMIT as quantile_t() does.
 */
enum err quantile_chisq(double p, double df, double *ret_value) MUST_CHECK;

/**
 * quantile_normal_tails(value, ret_tails):
 * The shares of the normal distribution on both sides of ${value}.  Return
 * ERR_LIMIT if that is a NaN.
 */
enum err quantile_normal_tails(
    double value, struct quantile_tails *ret_tails) MUST_CHECK;

/**
 * quantile_t_tails(value, df, ret_tails):
 * The same for Student's t.  Return ERR_LIMIT also for ${df} that
 * quantile_t() refuses.
 */
enum err quantile_t_tails(
    double value, double df, struct quantile_tails *ret_tails) MUST_CHECK;

/**
 * quantile_chisq_tails(value, df, ret_tails):
 * The same for chi-squared; below 0 there is nothing.
 */
enum err quantile_chisq_tails(
    double value, double df, struct quantile_tails *ret_tails) MUST_CHECK;

#endif /* !ERFA_QUANTILE_H */
