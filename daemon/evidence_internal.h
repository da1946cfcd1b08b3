#ifndef ERFAD_EVIDENCE_INTERNAL_H
#define ERFAD_EVIDENCE_INTERNAL_H

/*
 * evidence_internal - what the files of the evidence query share.
 *
 *   query_evidence.c       the family, its denominator, the answer
 *   query_evidence_read.c  what is here of one trial
 *   query_evidence_code.c  which indicators are one
 *   query_evidence_unit.c  all numbers of one thing in one unit
 *   query_evidence_study.c from results to studies
 *   query_evidence_once.c  which of them stay: one unit, each municipality once
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/answer.h"
#include "proto/body.h"
#include "proto/err.h"
#include "proto/limits.h"
#include "proto/record.h"
#include "daemon/choose.h"
#include "daemon/codes.h"
#include "daemon/lineage.h"
#include "daemon/query_internal.h"

#define EVIDENCE_SEEN_MAX    20000 /* observations of one trial */
#define EVIDENCE_STUDIES_MAX 10000 /* of one answer */
#define EVIDENCE_TERMS_MAX   5000  /* records of terms that are read */

/* An indicator that was measured. */
struct evidence_indicator {
	char id[RECORD_ID_CHARS + 1]; /* full id; empty: none was named */
	size_t number;                /* of its name among the codes */
	Erfa__Body *body;             /* NULL: it is not here */
	bool retracted;
};

/* A trial of the family that is here on the day. */
struct evidence_trial {
	const struct lineage_node *node;
	char id[RECORD_ID_CHARS + 1];
	Erfa__Body *body; /* NULL: it cannot be read */
	bool origin;      /* the root of the family */
	bool copy;        /* it came from another */
	bool retracted;
	bool erased;    /* its current version */
	bool held_back; /* has counts too small to be shown */
	bool measured;
	uint64_t group; /* restricted group of it or of a result; 0 = public */
	Erfa__Fidelity fidelity;
	Erfa__Status said;
	Erfa__Status status;
	Erfa__Verdict verdict;    /* of final experiences: verdict.h */
	Erfa__Verdict latest;     /* of the publisher's latest one */
	struct choose_seen *seen; /* by id; the ids are ours */
	Erfa__Body **bodies;      /* what seen points into */
	struct choose_conversion *conversions; /* as seen; NULL: none */
	size_t count;
};

/* One question about evidence while it is answered. */
struct evidence_family {
	struct question *question;
	const Erfa__EvidenceRequest *request;
	Erfa__EvidenceAnswer *answer;
	const struct lineage *lineage;
	const char *today;
	struct codes *codes;
	struct evidence_indicator *indicators;
	size_t nindicators;
	struct evidence_trial *trials;
	size_t ntrials;
};

/* A study with what decides which of a municipality stays. */
struct evidence_study {
	Erfa__EvidenceStudy *message; /* in the answer */
	const struct evidence_trial *trial;
	struct choose_site site;
	size_t indicator;
	int32_t day;
	bool own;         /* those whose trial it is measured */
	const char *unit; /* its numbers are in; "" = not said */
	const char *scale;
	const char *stuck; /* why it is not in another unit; NULL = it is in its
			    * own */
};

/* All studies while they are weighed against each other. */
struct evidence_studies {
	struct evidence_family *family;
	struct evidence_study *items;
	size_t count;
};

/**
 * evidence_read(family, node, trial, ret_here), evidence_trial_clear(trial):
 * Fill in ${trial} from what is here on the day.  *${ret_here} is false if there
 * was no such trial yet.  However it ends, clear ${trial}.
 */
enum err evidence_read(struct evidence_family *family,
    const struct lineage_node *node, struct evidence_trial *trial,
    bool *ret_here) MUST_CHECK;
void evidence_trial_clear(struct evidence_trial *trial);

/**
 * evidence_indicator(family, ref, ret_number):
 * The number of the indicator that an observation names, which is read if it was
 * not yet.
 */
enum err evidence_indicator(struct evidence_family *family,
    const Erfa__RecordRef *ref, size_t *ret_number) MUST_CHECK;

/**
 * evidence_map(family):
 * Tie indicators that are the same: by code, as records, or by a term.
 */
enum err evidence_map(struct evidence_family *family) MUST_CHECK;

/**
 * evidence_code(family, class):
 * The code that stands for a class of indicators: the first in the alphabet;
 * else the id of a record.
 */
const char *evidence_code(const struct evidence_family *family, size_t class);

/**
 * evidence_describe(family, class):
 * The indicator that tells name and polarity of a class; NULL if none is here.
 */
const Erfa__Indicator *evidence_describe(
    const struct evidence_family *family, size_t class);

/**
 * evidence_meant(family, class, word):
 * Return whether ${word} means this class of indicators.
 */
bool evidence_meant(
    const struct evidence_family *family, size_t class, const char *word);

/**
 * evidence_mapped(family, class, list, count):
 * Append the codes of a class, but for the one that stands for it, to a list of
 * texts, in their order.
 */
enum err evidence_mapped(const struct evidence_family *family, size_t class,
    char ***list, size_t *count) MUST_CHECK;

/**
 * evidence_units(family):
 * After evidence_map(): give every observation its class for an indicator and
 * the unit it is in, and bring those of a class to one unit, as far as its
 * indicators declare how; where they contradict each other, or counts would have
 * to be multiplied, it is only said why not.
 */
enum err evidence_units(struct evidence_family *family) MUST_CHECK;

/**
 * evidence_left_out(family, trial):
 * Why nothing of a trial is pooled; NULL if nothing speaks against it.
 */
const char *evidence_left_out(
    const struct evidence_family *family, const struct evidence_trial *trial);

/**
 * evidence_leave_out(study, reason):
 * Leave it out, if it is not yet.
 */
enum err evidence_leave_out(
    struct evidence_study *study, const char *reason) MUST_CHECK;

/**
 * evidence_once(studies):
 * Name the indicators of all studies, tell of them in the answer, and leave out
 * what is in another unit or on another scale than most, and then all but one of
 * each municipality and indicator.
 */
enum err evidence_once(struct evidence_studies *studies) MUST_CHECK;

/**
 * evidence_studies(family, ret_bad):
 * Put the studies of all trials into the answer, in their order, and what there
 * is to say of indicators; if none is meant by the request, *${ret_bad} is set
 * and the answer made.
 */
enum err evidence_studies(
    struct evidence_family *family, bool *ret_bad) MUST_CHECK;

/**
 * evidence_gone(family, id, kind, state, trial):
 * Name a source that no longer counts.
 */
enum err evidence_gone(struct evidence_family *family, const char *id,
    const char *kind, const char *state, const char *trial) MUST_CHECK;

#endif /* !ERFAD_EVIDENCE_INTERNAL_H */
