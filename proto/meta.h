#ifndef ERFA_META_H
#define ERFA_META_H

/*
 * meta - several effects pooled into one: meta-analysis.
 *
 * Effects and variances in, numbers out; where they come from and whether they
 * may be pooled is for others to know.  The order of the studies makes no
 * difference to the last bit, and no result is ever a NaN.
 *
 * With w = 1 / (v + tau2) and mu = sum(w y) / sum(w):
 *   DL    tau2 = max(0, (Q - (k - 1)) / (W - sum(w0^2) / W)), w0 = 1 / v,
 *         W = sum(w0)
 *   REML  the tau2 of the highest restricted likelihood, 0 included
 *   HK    se = sqrt(max(1, q) / sum(w)), q = sum(w (y - mu)^2) / (k - 1), with
 *         t of k - 1 degrees of freedom ("ad hoc": never surer than z)
 *   PI    mu +- quantile * sqrt(tau2 + se^2), quantile and se those of the
 *         interval of mu
 *   I2    100 tau2 / (tau2 + s2), s2 = (k - 1) W / (W^2 - sum(w0^2)); for equal
 *         effects max(0, 100 (Q - (k - 1)) / Q)
 *   H2    (tau2 + s2) / s2; for equal effects Q / (k - 1)
 *   tau2's interval: those whose generalised Q lies between the quantiles of
 *         chi-squared (Q-profile); [0, 0] if Q is below the lower one
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"

#define META_MAX 100000 /* studies */

enum meta_method {
	META_REML,
	META_DL,
	META_EE, /* equal effects */
};

enum meta_ci {
	META_HK, /* Hartung and Knapp, ad hoc */
	META_Z,
};

struct meta_study {
	double y; /* effect */
	double v; /* its variance */
};

struct meta_options {
	enum meta_method method;
	enum meta_ci ci;
	double level; /* of the intervals: 0.95 */
};

struct meta_interval {
	double low;
	double high;
};

struct meta_result {
	size_t k;
	double estimate;
	double se;
	double df;        /* of t; 0 = the normal distribution */
	double statistic; /* estimate / se */
	double p;         /* of no effect, two-sided */
	struct meta_interval ci;
	bool has_pi; /* three studies or more, and not equal effects */
	struct meta_interval pi;
	double tau2;
	bool has_tau2_ci; /* two studies or more, and not equal effects */
	struct meta_interval tau2_ci;
	double i2; /* per cent */
	double h2;
	double q; /* Cochran's */
	double q_df;
	double q_p;
	double hk_q; /* q of HK, before it is raised to 1 */
};

/**
 * meta_pool(studies, k, options, ret_result):
 * Pool ${k} ${studies}.  One study is no pool: the result is that study with
 * its normal interval.  Return ERR_NOENT if there is none; ERR_LIMIT if there
 * are more than META_MAX, a level is not between 0 and 1, an effect is beyond
 * EFFECT_MOST of effect.h or a variance not from EFFECT_SURE to EFFECT_UNSURE;
 * or ERR_NOMEM.
 */
enum err meta_pool(const struct meta_study *studies, size_t k,
    const struct meta_options *options,
    struct meta_result *ret_result) MUST_CHECK;

/**
 * meta_weights(studies, k, tau2, ret_weights):
 * Write to ${ret_weights} what each of ${k} ${studies} weighs in per cent in a
 * pool with ${tau2}: together 100.  Return ERR_NOENT, ERR_LIMIT or ERR_NOMEM as
 * meta_pool() does.
 */
enum err meta_weights(const struct meta_study *studies, size_t k, double tau2,
    double *ret_weights) MUST_CHECK;

/**
 * meta_without(studies, k, leave, options, ret_result):
 * The same pool without the study number ${leave}.  Return ERR_NOENT also if
 * no other study is there.
 */
enum err meta_without(const struct meta_study *studies, size_t k, size_t leave,
    const struct meta_options *options,
    struct meta_result *ret_result) MUST_CHECK;

/**
 * meta_score(studies, k, tau2):
 * Twice the slope of the restricted likelihood at ${tau2}, from 0: zero at the
 * answer of REML, or not over zero where that is 0.  For those who check.
 */
double meta_score(const struct meta_study *studies, size_t k, double tau2);

#endif /* !ERFA_META_H */
