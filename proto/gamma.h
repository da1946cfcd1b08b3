#ifndef ERFA_GAMMA_H
#define ERFA_GAMMA_H

/*
 * gamma - the gamma function, and the incomplete gamma and beta functions that
 * distributions are made of.
 *
 * Arguments are the caller's to check; within the limits given the results are
 * exact to about 13 digits, and small ones as exact as large ones.
 */

#define GAMMA_MOST 1e6 /* the largest argument for which the limits hold */

/* A share of 1 in two parts, so that a small one of them is not lost. */
struct gamma_split {
	double below;
	double above; /* 1 - below */
};

/**
 * gamma_log(x):
 * The logarithm of gamma at ${x}, over 0 and up to GAMMA_MOST; near 1 and 2,
 * where it is 0, to 13 places and not digits.
 */
double gamma_log(double x);

/**
 * gamma_half(x):
 * gamma(x + 1/2) / gamma(x) for ${x} over 0.
 */
double gamma_half(double x);

/**
 * gamma_share(a, x):
 * The regularised incomplete gamma functions P(a, x) and Q(a, x), for ${a} over
 * 0 and up to GAMMA_MOST, ${x} from 0.
 */
struct gamma_split gamma_share(double a, double x);

/**
 * gamma_beta_half(a, odds):
 * The regularised incomplete beta function I_x(a, 1/2) and its complement, for
 * x = 1 / (1 + odds), ${a} over 0 and up to GAMMA_MOST, ${odds} from 0.
 */
struct gamma_split gamma_beta_half(double a, double odds);

#endif /* !ERFA_GAMMA_H */
