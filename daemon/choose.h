#ifndef ERFAD_CHOOSE_H
#define ERFAD_CHOOSE_H

/*
 * choose - which observations of a trial stand for a municipality (domain 4.1).
 *
 * One result for each municipality, indicator and unit: the last follow-up inside
 * the planned window, with what it is compared with, in the same unit.  Pure
 * functions of what was read; nothing depends on the order of the
 * observations.  Whether a result can be pooled proto/effect decides.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/body.h"
#include "proto/err.h"
#include "proto/limits.h"

#define CHOOSE_MAX 1000 /* results of one trial; further ones are left out */

/* Opaque types. */
struct heirs;

/* How a number came from another unit: factor * x + offset. */
struct choose_conversion {
	const char *unit; /* which it was in */
	double factor;
	double offset;
	const char *indicator; /* full id of the one that declares it */
	const char *source;    /* NULL = not said */
};

/* One observation of the trial. */
struct choose_seen {
	Erfa__Observation *observation;
	const char *publisher; /* org id */
	const char *id;        /* full id */
	uint64_t time_ms;      /* when it was written */
	size_t indicator;      /* its number, the same for those mapped to it */
	bool retracted;        /* by its publisher */
	const char *unit;      /* its numbers are in now; NULL = not said */
	const struct choose_conversion *converted; /* NULL: they always were */
	const char *stuck; /* static: why a declared conversion does not fit */
};

struct choose_trial {
	const Erfa__Trial *trial;
	const char *publisher;     /* org id */
	const struct heirs *heirs; /* NULL = none */
	const struct choose_seen *seen;
	size_t count;
};

/* A municipality. */
struct choose_site {
	char
	    org[ORG_MAX + 1]; /* org id; empty: it is known by its name alone */
	const char *name;     /* as written; NULL = nobody wrote it */
	bool joint;           /* all sites of the trial together */
};

/* What stands for a municipality; NULL: there is none. */
struct choose_result {
	size_t indicator;
	const char *unit; /* all its numbers are in; "" = not said */
	struct choose_site site;
	const char
	    *owner; /* who measured: an org id; NULL = those whose trial it
			    * is */
	const struct choose_seen *after;
	const struct choose_seen *before;
	const struct choose_seen *comparison;
	const struct choose_seen *comparison_before;
	struct choose_site compared; /* empty: not said */
	bool shared;       /* compared with what others of the trial are, too */
	bool after_window; /* the follow-up came after the planned end */
	int32_t day;       /* of the follow-up; INT32_MIN: not said */
	const char *left_out; /* static; NULL = nothing is wrong */
};

/**
 * choose_results(trial, ret_results, ret_count, ret_more):
 * The results of a trial, by indicator, unit, owner and municipality; what they point
 * to is the caller's.  *${ret_more} tells that some were left out, those that others
 * measured before those of the trial itself.  The caller frees *${ret_results}.
 * Return ERR_NOMEM.
 */
enum err choose_results(const struct choose_trial *trial,
    struct choose_result **ret_results, size_t *ret_count,
    bool *ret_more) MUST_CHECK;

/**
 * choose_same_unit(a, b):
 * Return whether both name the same unit; NULL is none.
 */
bool choose_same_unit(const char *a, const char *b);

/**
 * choose_same_site(a, b):
 * Return whether both are the same municipality.
 */
bool choose_same_site(const struct choose_site *a, const struct choose_site *b);

/**
 * choose_site(trial, ref, ret_site):
 * The municipality that ${ref} means in ${trial}: by its id today, if it was
 * given another one since.
 */
void choose_site(const struct choose_trial *trial, const Erfa__OrgRef *ref,
    struct choose_site *ret_site);

#endif /* !ERFAD_CHOOSE_H */
