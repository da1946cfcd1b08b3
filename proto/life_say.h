#ifndef ERFA_LIFE_SAY_H
#define ERFA_LIFE_SAY_H

/*
 * life_say - what there is to say about the life of a trial: codes, the English
 * sentence of each, and the command that helps.
 *
 * The rules stand elsewhere (life_state, life_need, life_gate, life_change);
 * they find a code and its arguments.  The sentences are what a catalogue of
 * translations is keyed by: whoever speaks another language translates
 * life_sentence() and hands the result to life_fill().
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

#define LIFE_FINDINGS_MAX 32 /* findings kept; more are only counted */

enum life_code {
	LIFE_NONE = 0,

	/* The step does not exist from here. */
	LIFE_OVER,
	LIFE_ALREADY,
	LIFE_NOT_RUNNING,
	LIFE_GIVEN_UP,
	LIFE_TOLD,

	/* An answer is missing: those of the schema, in their order. */
	LIFE_NEED_TITLE,
	LIFE_NEED_SUMMARY,
	LIFE_NEED_SECTOR,
	LIFE_NEED_GOAL,
	LIFE_NEED_CRITERION,
	LIFE_NEED_PERIOD,
	LIFE_NEED_OWNER,
	LIFE_NEED_ANCHORING,
	LIFE_NEED_VERDICT,
	LIFE_NEED_WORKED,
	LIFE_NEED_NOT_WORKED,
	LIFE_NEED_CONDITIONS,
	LIFE_NEED_PROVISION,
	LIFE_NEED_WHY,
	LIFE_NEED_AUTHORITY,
	LIFE_NEED_EXTRA,

	/* An answer is there, and cannot be. */
	LIFE_SAME_NUMBER,

	/* Gate G1: owner and anchoring are there, but do not suffice. */
	LIFE_G1_DELEGATION,
	LIFE_G1_BODY,
	LIFE_G1_AHEAD,
	LIFE_G1_OWNER_COPIED,
	LIFE_G1_ANCHORING_COPIED,

	/* Gate G2: an authority has not said yes. */
	LIFE_G2_MISSING,
	LIFE_G2_PENDING,
	LIFE_G2_REJECTED,
	LIFE_G2_RETURNED,
	LIFE_G2_WITHDRAWN,
	LIFE_G2_LAPSED,
	LIFE_G2_NOT_COVERED,
	LIFE_G2_UNCLEAR,
	LIFE_G2_EXPIRED,

	/* Warnings: said at the start, never in the way. */
	LIFE_WARN_CONDITION,
	LIFE_WARN_CONDITION_DUE,
	LIFE_WARN_CONDITION_LATE,
	LIFE_WARN_EXPIRED,
	LIFE_WARN_AHEAD,
	LIFE_WARN_ANCHORING_OLD,
	LIFE_WARN_NOT_STATED,
	LIFE_WARN_DIFFERS,

	/* A programme's own questions. */
	LIFE_PROGRAMME_MANY,
	LIFE_PROGRAMME_FROZEN,
	LIFE_PROGRAMME_STABLE,

	/* The first half of a first line. */
	LIFE_MAY_START,
	LIFE_MAY_NOT_START,
	LIFE_PARTLY,
	LIFE_MAY_GO_ON,
	LIFE_CLAIMS,
	LIFE_IS_OVER,
	LIFE_FROM_SOURCE,

	/* The second half: why. */
	LIFE_WHY_NOT_NEEDED,
	LIFE_WHY_NOT_STATED,
	LIFE_WHY_GRANTED,
	LIFE_WHY_CONDITIONS,
	LIFE_WHY_IN_PART,
	LIFE_WHY_EXPIRED,
	LIFE_WHY_RAN_OUT,
	LIFE_WHY_WAITING,
	LIFE_WHY_NOBODY,
	LIFE_WHY_REFUSED,
	LIFE_WHY_PART_WAITING,
	LIFE_WHY_PART_REFUSED,
	LIFE_WHY_ANSWERS,
	LIFE_WHY_STATE,
	LIFE_WHY_NOT_KNOWN,

	LIFE_CODES
};

/* One thing to say.  The strings are borrowed from what was looked at and live
 * as long; what does not apply is NULL or 0. */
struct life_finding {
	enum life_code code;
	const char *field; /* "trial.owner": where it is to be mended */
	const char *who;   /* an authority, as written */
	const char *org;   /* its id, only if it has the form of one */
	const char *what;  /* a provision, a condition */
	const char *name;  /* of a programme's question, a-z 0-9 _ only */
	const char *date;
	const char *state; /* code of a status: "not_started" */
	uint32_t number;   /* of an exemption or a condition; or how many */
};

/* All that was found. */
struct life_list {
	struct life_finding at[LIFE_FINDINGS_MAX];
	size_t count;
	size_t more; /* not kept for want of room */
};

/**
 * life_add(list, finding):
 * Put ${finding} at the end of ${list}.
 */
void life_add(struct life_list *list, const struct life_finding *finding);

/**
 * life_total(list):
 * Return how many findings there were, kept or not.
 */
size_t life_total(const struct life_list *list);

/**
 * life_code_name(code), life_sentence(code), life_command(code):
 * The name of ${code} for programs ("need_owner"); the English sentence, and
 * the command that helps, both with places for life_fill().  Static and never
 * NULL; empty if there is none.
 */
const char *life_code_name(enum life_code code);
const char *life_sentence(enum life_code code);
const char *life_command(enum life_code code);

/**
 * life_fill(text, finding, trial, ret_text):
 * Put the arguments of ${finding} into the places of ${text}: {trial}, {who},
 * {org}, {what}, {name}, {date}, {state}, {number}.  ${trial} is how the reader
 * calls the trial.  A place without an argument becomes its name in capitals,
 * as in a synopsis; of a code, "_" becomes a blank.  Foreign text comes out as
 * it was: it is the caller who gates it.  The caller frees with free().  Return
 * ERR_NOMEM.
 */
enum err life_fill(const char *text, const struct life_finding *finding,
    const char *trial, char **ret_text) MUST_CHECK;

#endif /* !ERFA_LIFE_SAY_H */
