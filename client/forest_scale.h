#ifndef ERFA_FOREST_SCALE_H
#define ERFA_FOREST_SCALE_H

/*
 * forest_scale - where on a line the effects of a pool stand, and how numbers
 * are written beside it, with the decimal mark of the reader's language.
 *
 * Ratios stand by their logarithm.  Where less is better the scale runs the
 * other way, so that better is always on the right.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/report.pb-c.h"

#define FOREST_TICKS      8
#define FOREST_NUMBER_MAX 32  /* bytes of a number, the NUL counted */
#define FOREST_EFFECT_MAX 112 /* of an effect with its interval */

struct forest_scale {
	double low; /* of what is pooled: logarithms of ratios */
	double high;
	bool mirrored;
	bool logarithm;
	int digits;                /* after the point, of what is not a ratio */
	double tick[FOREST_TICKS]; /* on the same scale, rising */
	size_t ticks;
};

/**
 * forest_scale_fit(pool, ret_scale):
 * Make a scale that holds all effects of ${pool} and no effect; intervals that
 * are much wider run out of it.
 */
void forest_scale_fit(
    const Erfa__EvidencePool *pool, struct forest_scale *ret_scale);

/**
 * forest_place(scale, value):
 * Where ${value} stands, from 0 at the left end to 1 at the right; beyond them
 * if it is outside.
 */
double forest_place(const struct forest_scale *scale, double value);

/**
 * forest_number(value, out):
 * Write ${value} with about three digits that matter.
 */
void forest_number(double value, char out[FOREST_NUMBER_MAX]);

/**
 * forest_shown(scale, value, out):
 * Write what stands on the scale, as many digits as its width calls for; a
 * ratio for its logarithm.
 */
void forest_shown(const struct forest_scale *scale, double value,
    char out[FOREST_NUMBER_MAX]);

/**
 * forest_tick(scale, value, out):
 * The same for a tick of the scale, without zeros at its end.
 */
void forest_tick(const struct forest_scale *scale, double value,
    char out[FOREST_NUMBER_MAX]);

/**
 * forest_effect(scale, estimate, low, high, out):
 * Write an effect with its interval: "0.49 [0.33, 0.73]".
 */
void forest_effect(const struct forest_scale *scale, double estimate,
    double low, double high, char out[FOREST_EFFECT_MAX]);

/**
 * forest_interval(scale, low, high, out), forest_percent(value, out):
 * Write an interval alone, "[0.33, 0.73]"; a percentage without its sign.
 */
void forest_interval(const struct forest_scale *scale, double low, double high,
    char out[FOREST_EFFECT_MAX]);
void forest_percent(double value, char out[FOREST_NUMBER_MAX]);

/**
 * forest_p(p, out):
 * Write a probability: "p = 0.012", or "p < 0.0001".
 */
void forest_p(double p, char out[FOREST_NUMBER_MAX]);

#endif /* !ERFA_FOREST_SCALE_H */
