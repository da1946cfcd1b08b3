#include "client/forest_scale.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "proto/real.h"
#include "client/number.h"

#define BEYOND   0.75 /* how far intervals may widen the scale, of its width */
#define MARGIN   0.02
#define DIGITS   6 /* after the point, at most */
#define LN10     2.302585092994046
#define STEPS    6   /* ticks that are aimed at */
#define LOG_FINE 1.2 /* decades: below them ticks are 1, 2, 5 */

static double
least(double a, double b)
{
	return a < b ? a : b;
}

static double
most(double a, double b)
{
	return a > b ? a : b;
}

/* The range of all effects and of no effect, then of their intervals. */
static void
find_range(const Erfa__EvidencePool *pool, struct forest_scale *scale)
{
	double wide_low = 0;
	double wide_high = 0;
	double low = 0;
	double high = 0;
	double width;
	size_t i;

	for (i = 0; i < pool->n_effect; i++) {
		low = least(low, pool->effect[i]->y);
		high = most(high, pool->effect[i]->y);
		wide_low = least(wide_low, pool->effect[i]->ci_low);
		wide_high = most(wide_high, pool->effect[i]->ci_high);
	}
	if (pool->pooled != NULL && pool->pooled->has_pi_low) {
		wide_low = least(wide_low, pool->pooled->pi_low);
		wide_high = most(wide_high, pool->pooled->pi_high);
	}
	width = high > low ? high - low : most(wide_high - wide_low, 1e-30);
	for (; scale->digits < DIGITS && width < 30; scale->digits++)
		width *= 10;
	width = high > low ? high - low : most(wide_high - wide_low, 1e-30);
	scale->low = most(wide_low, low - BEYOND * width);
	scale->high = least(wide_high, high + BEYOND * width);
	width = MARGIN * (scale->high - scale->low);
	scale->low -= width;
	scale->high += width;
}

static void
add_tick(struct forest_scale *scale, double at)
{
	if (scale->ticks < FOREST_TICKS && at >= scale->low &&
	    at <= scale->high)
		scale->tick[scale->ticks++] = at;
}

/* The power of ten at or below ${x}, over 0. */
static double
power_below(double x)
{
	double power = 1;

	while (power > x)
		power /= 10;
	while (power * 10 <= x)
		power *= 10;
	return power;
}

/* 1, 2 or 5 times a power of ten that gives about STEPS steps. */
static double
nice_step(double width)
{
	double step = width / STEPS;
	double power = power_below(step);

	if (step / power > 5)
		return 10 * power;
	if (step / power > 2)
		return 5 * power;
	return step / power > 1 ? 2 * power : power;
}

static void
linear_ticks(struct forest_scale *scale)
{
	double step = nice_step(scale->high - scale->low);
	double at = ceil(scale->low / step);

	for (; at * step <= scale->high; at += 1)
		add_tick(scale, at * step);
}

/* Ratios: powers of ten, or 1, 2 and 5 between them if there is room. */
static void
ratio_ticks(struct forest_scale *scale)
{
	static const double parts[] = { 1, 2, 5 };
	double decades = (scale->high - scale->low) / LN10;
	int stride = 1 + (int)(decades / STEPS);
	int first = (int)floor(scale->low / LN10);
	int power;
	size_t i;

	if (decades > 300) {
		linear_ticks(scale);
		return;
	}
	first -= ((first % stride) + stride) % stride;
	for (power = first; power * LN10 <= scale->high; power += stride)
		for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			if (i == 0 || decades < 2 * LOG_FINE)
				add_tick(
				    scale, power * LN10 + real_log(parts[i]));
	if (scale->ticks < 2) {
		scale->ticks = 0;
		linear_ticks(scale);
	}
}

void
forest_scale_fit(const Erfa__EvidencePool *pool, struct forest_scale *ret_scale)
{
	memset(ret_scale, 0, sizeof(*ret_scale));
	ret_scale->logarithm = pool->logarithm;
	ret_scale->mirrored = pool->has_polarity &&
	    pool->polarity == ERFA__POLARITY__POLARITY_LOWER_BETTER;
	find_range(pool, ret_scale);
	if (pool->logarithm)
		ratio_ticks(ret_scale);
	else
		linear_ticks(ret_scale);
}

double
forest_place(const struct forest_scale *scale, double value)
{
	double place = (value - scale->low) / (scale->high - scale->low);

	return scale->mirrored ? 1 - place : place;
}

void
forest_number(double value, char out[FOREST_NUMBER_MAX])
{
	double size = fabs(value);
	int digits = 2;

	if (size > 0 && (size >= 1e6 || size < 1e-3)) {
		(void)snprintf(out, FOREST_NUMBER_MAX, "%.1e", value);
		(void)number_say(out);
		return;
	}
	if (size >= 100)
		digits = 0;
	else if (size >= 10)
		digits = 1;
	else if (size < 0.01 && size > 0)
		digits = 4;
	else if (size < 0.1 && size > 0)
		digits = 3;
	(void)snprintf(out, FOREST_NUMBER_MAX, "%.*f", digits, value);
	(void)number_say(out);
}

void
forest_percent(double value, char out[FOREST_NUMBER_MAX])
{
	(void)snprintf(out, FOREST_NUMBER_MAX, "%.1f", value);
	(void)number_say(out);
}

/* ${digits} after the point, or as a power of ten where that tells nothing. */
static void
write_fixed(double value, int digits, char out[FOREST_NUMBER_MAX])
{
	double size = fabs(value);
	double least_shown = 0.5;
	int i;

	for (i = 0; i < digits; i++)
		least_shown /= 10;
	if (size > 0 && (size >= 1e6 || size < least_shown))
		(void)snprintf(out, FOREST_NUMBER_MAX, "%.1e", value);
	else
		(void)snprintf(out, FOREST_NUMBER_MAX, "%.*f", digits, value);
	(void)number_say(out);
}

void
forest_shown(
    const struct forest_scale *scale, double value, char out[FOREST_NUMBER_MAX])
{
	double ratio;
	int digits = 2;

	if (!scale->logarithm) {
		write_fixed(value, scale->digits, out);
		return;
	}
	ratio = real_exp(value);
	if (ratio > 0 && ratio < 0.001) {
		(void)snprintf(out, FOREST_NUMBER_MAX, "%.1e", ratio);
		(void)number_say(out);
		return;
	}
	if (ratio >= 10)
		digits = ratio >= 100 ? 0 : 1;
	else if (ratio < 0.1)
		digits = ratio >= 0.01 ? 3 : 4;
	write_fixed(ratio, digits, out);
}

void
forest_tick(
    const struct forest_scale *scale, double value, char out[FOREST_NUMBER_MAX])
{
	if (value > -1e-12 * (scale->high - scale->low) &&
	    value < 1e-12 * (scale->high - scale->low))
		value = 0;
	if (scale->logarithm)
		value = real_exp(value);

	/* "10000" is read at once, "1e+04" is not. */
	(void)snprintf(out, FOREST_NUMBER_MAX,
	    fabs(value) >= 999.5 && fabs(value) < 1e6 ? "%.0f" : "%.3g", value);
	(void)number_say(out);
}

void
forest_effect(const struct forest_scale *scale, double estimate, double low,
    double high, char out[FOREST_EFFECT_MAX])
{
	char texts[3][FOREST_NUMBER_MAX];

	forest_shown(scale, estimate, texts[0]);
	forest_shown(scale, low, texts[1]);
	forest_shown(scale, high, texts[2]);
	(void)snprintf(out, FOREST_EFFECT_MAX, "%s [%s%s%s]", texts[0],
	    texts[1], number_gap(), texts[2]);
}

void
forest_interval(const struct forest_scale *scale, double low, double high,
    char out[FOREST_EFFECT_MAX])
{
	char texts[2][FOREST_NUMBER_MAX];

	forest_shown(scale, low, texts[0]);
	forest_shown(scale, high, texts[1]);
	(void)snprintf(out, FOREST_EFFECT_MAX, "[%s%s%s]", texts[0],
	    number_gap(), texts[1]);
}

void
forest_p(double p, char out[FOREST_NUMBER_MAX])
{
	if (p < 1e-4)
		(void)snprintf(out, FOREST_NUMBER_MAX, "p < 0.0001");
	else
		(void)snprintf(out, FOREST_NUMBER_MAX, "p = %.2g", p);
	(void)number_say(out);
}
