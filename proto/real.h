#ifndef ERFA_REAL_H
#define ERFA_REAL_H

/*
 * real - logarithm, exponential and sums that are the same on every machine.
 *
 * The C library's log() and exp() may differ in the last bit from one processor
 * or version to the next.  These are built of the four operations and the
 * square root, which IEEE 754 rounds alike everywhere, so that two nodes
 * compute the same result to the last digit.  No statistics here.
 */

#include <stddef.h>

/* A sum that does not lose what is small; start with { 0 }. */
struct real_sum {
	double high;
	double low; /* what rounding took from high */
};

/**
 * real_log(x):
 * The natural logarithm, within 2 units in the last place; -infinity for 0, NaN
 * below it.
 */
double real_log(double x);

/**
 * real_log1p(x):
 * The logarithm of 1 + ${x}, exact to the last places also for a small ${x};
 * -infinity for -1, NaN below it.
 */
double real_log1p(double x);

/**
 * real_exp(x):
 * The exponential function, within 2 units in the last place; infinity or 0
 * where no double can hold it.
 */
double real_exp(double x);

/**
 * real_add(sum, x):
 * Add ${x} to ${sum}.  It stands here since most of the time of a pool goes here.
 */
static inline void
real_add(struct real_sum *sum, double x)
{
	double high = sum->high + x;
	double part = high - sum->high;

	/* What the rounding of high lost, whichever of the two was larger. */
	sum->low += (sum->high - (high - part)) + (x - part);
	sum->high = high;
}

/**
 * real_total(sum):
 * What ${sum} has come to.
 */
double real_total(const struct real_sum *sum);

#endif /* !ERFA_REAL_H */
