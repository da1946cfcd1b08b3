#ifndef ERFA_EFFECT_H
#define ERFA_EFFECT_H

/*
 * effect - the effect of one trial in one municipality, and how sure it is,
 * from the numbers that it measured.
 *
 * Ratios come as logarithms.  Positive means more, not better: which way is
 * better the indicator says.  Numbers that cannot give an effect are refused
 * with a code and a sentence; what had to be assumed is flagged.  No result is
 * ever a NaN.  Pooling is meta's.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"

#define EFFECT_MOST   1e30  /* the largest size of an effect */
#define EFFECT_SURE   1e-60 /* the smallest and the largest variance */
#define EFFECT_UNSURE 1e60
#define EFFECT_R      0.5 /* correlation of before and after, if not known */
#define EFFECT_R_LOW  0.3 /* and what else it might be */
#define EFFECT_R_HIGH 0.7
#define EFFECT_Z95    1.959964 /* of a ready-made interval of 95 % */

enum effect_measure {
	EFFECT_ANY, /* as usual for the numbers; of a ready-made one: unknown */
	EFFECT_MD,  /* difference of means */
	EFFECT_SMD, /* the same in standard deviations (Hedges) */
	EFFECT_RR,  /* logarithm of the ratio of shares */
	EFFECT_OR,  /* logarithm of the ratio of odds */
	EFFECT_RD,  /* difference of shares */
	EFFECT_IRR, /* logarithm of the ratio of rates */
	EFFECT_MC,  /* change of the mean of one group */
	EFFECT_SMCR, /* the same in standard deviations of before */
};

/* What was measured. */
enum effect_kind {
	EFFECT_NOTHING,
	EFFECT_MEANS,
	EFFECT_EVENTS,
	EFFECT_RATES,
	EFFECT_READY, /* an effect that somebody else computed */
};

enum effect_arm {
	EFFECT_TRIAL,
	EFFECT_COMPARISON,
	EFFECT_ARMS,
};

enum effect_time {
	EFFECT_BEFORE,
	EFFECT_AFTER,
	EFFECT_TIMES,
};

/* A number that may be missing. */
struct effect_number {
	bool given;
	double value;
};

/* One group at one time. */
struct effect_cell {
	struct effect_number n; /* units measured */
	struct effect_number mean;
	struct effect_number sd;
	struct effect_number events;
	struct effect_number exposure; /* of a rate */
};

/* Events of the same units before and after. */
struct effect_pairs {
	bool given;
	double both;
	double only_before;
	double only_after;
	double neither;
};

struct effect_ready {
	enum effect_measure measure;
	bool logged; /* a ratio is given as its logarithm already */
	struct effect_number estimate;
	struct effect_number se; /* standard error */
	struct effect_number variance;
	struct effect_number low; /* interval of 95 % */
	struct effect_number high;
	struct effect_number n;
};

struct effect_input {
	struct effect_cell cell[EFFECT_ARMS][EFFECT_TIMES];
	struct effect_pairs pairs;
	struct effect_ready ready;           /* used if its estimate is given */
	struct effect_number r[EFFECT_ARMS]; /* of before and after */
	bool same_people;                    /* were asked before and after */
	bool people_known;                   /* same_people was said */
	bool clustered;                      /* and nobody corrected for it */
	struct effect_number cluster_size;
	struct effect_number icc;
	const char *unit; /* of the numbers; NULL = not said */
};

/* What had to be done or assumed; bits. */
enum effect_flag {
	EFFECT_ZERO_CELL = 1 << 0,      /* one half was added to the counts */
	EFFECT_R_ASSUMED = 1 << 1,      /* EFFECT_R; see the variances */
	EFFECT_CLUSTERED = 1 << 2,      /* too sure: nobody corrected */
	EFFECT_DESIGN = 1 << 3,         /* corrected by the design effect */
	EFFECT_TWO_GROUPS = 1 << 4,     /* before and after: different people */
	EFFECT_NO_PAIRS = 1 << 5,       /* the same, without their pairs */
	EFFECT_PEOPLE_ASSUMED = 1 << 6, /* taken as the same, nobody said */
	EFFECT_DROPPED = 1 << 7, /* fewer after: the smaller n was taken */
	EFFECT_FROM_INTERVAL = 1 << 8, /* the standard error is from a CI */
	EFFECT_BEFORE_UNUSED = 1 << 9, /* of the trial alone: not used */
	EFFECT_DIFFERENCE = 1 << 10,   /* of two changes, with and without */
};

#define EFFECT_FLAGS 11

/* Why there is no effect. */
enum effect_refusal {
	EFFECT_FINE,
	EFFECT_NO_NUMBERS,
	EFFECT_NO_OTHER, /* neither before nor comparison */
	EFFECT_NO_N,
	EFFECT_NO_MEAN,
	EFFECT_NO_SD,
	EFFECT_NO_EVENTS,
	EFFECT_NO_EXPOSURE,
	EFFECT_NO_ERROR, /* ready-made, without standard error and interval */
	EFFECT_NO_INTERVAL, /* a ratio has a standard error only */
	EFFECT_NOT_FINITE,
	EFFECT_BAD_N,
	EFFECT_ONE_UNIT,
	EFFECT_BAD_SD,
	EFFECT_NO_SPREAD,
	EFFECT_BAD_EVENTS,
	EFFECT_TOO_MANY_EVENTS,
	EFFECT_BAD_EXPOSURE,
	EFFECT_BOTH_ZERO,
	EFFECT_NOT_EVENTS, /* days, hours or money */
	EFFECT_BAD_ERROR,
	EFFECT_BAD_INTERVAL,
	EFFECT_BAD_RATIO,
	EFFECT_BAD_R,
	EFFECT_BAD_PAIRS,
	EFFECT_BAD_CLUSTER,
	EFFECT_OTHER_MEASURE,
	EFFECT_TOO_LARGE,
};

struct effect {
	enum effect_kind kind;
	enum effect_measure measure; /* the one that was computed */
	double y;
	double v;
	double v_low;   /* with EFFECT_R_LOW, if EFFECT_R_ASSUMED; else v */
	double v_high;  /* with EFFECT_R_HIGH */
	unsigned flags; /* enum effect_flag */
	double n;       /* units behind it; 0 = not known */
};

/**
 * effect_compute(input, measure, ret_effect):
 * Compute the effect of ${input}.  ${measure} is the one wanted; MD stands also
 * for MC, SMD for SMCR, and the other way round, as the design has it, and
 * EFFECT_ANY for what is usual: RR, IRR, MD, or that of a ready-made effect.
 * Return EFFECT_FINE, or why there is none; ${ret_effect} is untouched then.
 */
enum effect_refusal effect_compute(const struct effect_input *input,
    enum effect_measure measure, struct effect *ret_effect) MUST_CHECK;

/**
 * effect_kind(input):
 * What was measured, as far as the numbers given tell.
 */
enum effect_kind effect_kind(const struct effect_input *input);

/**
 * effect_usual(input):
 * The measure that is usual for ${input}.
 */
enum effect_measure effect_usual(const struct effect_input *input);

/**
 * effect_same_family(a, b):
 * Return whether effects of both measures may be pooled: MD with MC, SMD with
 * SMCR, and each with itself.
 */
bool effect_same_family(enum effect_measure a, enum effect_measure b);

/**
 * effect_is_ratio(measure):
 * Return whether it is the logarithm of a ratio.
 */
bool effect_is_ratio(enum effect_measure measure);

/**
 * effect_measure_code(measure), effect_refusal_code(refusal),
 * effect_flag_code(flag):
 * One word, lower case: "smd", "no_sd", "zero_cell"; "" for EFFECT_ANY and
 * EFFECT_FINE.
 */
const char *effect_measure_code(enum effect_measure measure);
const char *effect_refusal_code(enum effect_refusal refusal);
const char *effect_flag_code(enum effect_flag flag);

/**
 * effect_refusal_text(refusal), effect_flag_text(flag):
 * An English sentence without its full stop, static, to be translated by who
 * shows it.
 */
const char *effect_refusal_text(enum effect_refusal refusal);
const char *effect_flag_text(enum effect_flag flag);

/**
 * effect_measure_of(code, ret_measure):
 * The measure that ${code} names, in small or capital letters.  Return
 * ERR_NOENT if it is none.
 */
enum err effect_measure_of(
    const char *code, enum effect_measure *ret_measure) MUST_CHECK;

#endif /* !ERFA_EFFECT_H */
