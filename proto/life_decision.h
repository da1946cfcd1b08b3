#ifndef ERFA_LIFE_DECISION_H
#define ERFA_LIFE_DECISION_H

/*
 * life_decision - what an authority has said about an exemption.
 *
 * An authority is heard through its own node, if the trial names it by its id, or
 * through what the publisher of the trial has transcribed with a reference; its own
 * word outranks the other, whatever their dates.  Of several, the latest that
 * speaks of the exemption holds.  Decisions of anybody else are not looked at.  Who
 * took over from an authority, or from the publisher, and speaks for it (heirs.h),
 * is heard as it.
 *
 * A permission that has run out is no yes to a start; one that was there at the
 * start and ran out since is told, and stops nothing.  The day of the start is
 * the trial's own if it runs, or says that the day is a fact; else it is today.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/life_case.h"

/* What one authority has said about one exemption. */
enum life_standing {
	LIFE_STANDING_MISSING,
	LIFE_STANDING_PENDING, /* it says so, or was asked */
	LIFE_STANDING_GRANTED,
	LIFE_STANDING_CONDITIONS, /* granted with conditions */
	LIFE_STANDING_PARTLY,     /* granted in part, this in it */
	LIFE_STANDING_NOT_REQUIRED,
	LIFE_STANDING_EXPIRED,     /* granted, until a day after the start that
				      is past */
	LIFE_STANDING_RAN_OUT,     /* granted, until a day before the start */
	LIFE_STANDING_NOT_COVERED, /* granted in part, this not in it */
	LIFE_STANDING_UNCLEAR,     /* granted in part, which is not said */
	LIFE_STANDING_REJECTED,
	LIFE_STANDING_RETURNED,
	LIFE_STANDING_WITHDRAWN,
	LIFE_STANDING_LAPSED,
	LIFE_STANDINGS
};

struct life_word {
	const Erfa__Exemption *exemption;
	uint32_t exemption_no;
	const Erfa__OrgRef *authority;
	enum life_standing standing;
	const Erfa__Body *decision;    /* that it comes from, or NULL */
	const Erfa__Body *transcribed; /* says something else, or NULL */
	const Erfa__Body *told; /* what the publisher wrote down, or NULL */
};

/**
 * life_org_name(org):
 * How ${org} is called: its name, else its id, else "?".
 */
const char *life_org_name(const Erfa__OrgRef *org);

/**
 * life_standing_name(standing):
 * The word for programs: "not_covered".  Never NULL.
 */
const char *life_standing_name(enum life_standing standing);

/**
 * life_is_yes(standing):
 * Return whether G2 opens for an answer of this kind.
 */
bool life_is_yes(enum life_standing standing);

/**
 * life_hear(it, index, authority):
 * What ${authority} has said about the exemption at ${index} of the trial.
 */
struct life_word life_hear(
    const struct life_case *it, size_t index, const Erfa__OrgRef *authority);

/**
 * life_condition_no(decision, index):
 * The number of the condition at ${index}: its own, else its place from 1.
 */
uint32_t life_condition_no(const Erfa__Decision *decision, size_t index);

/**
 * life_is_met(word, no):
 * Return whether condition ${no} of the decision of ${word} is met: the decision
 * itself says so, or those who met it wrote it down.
 */
bool life_is_met(const struct life_word *word, uint32_t no);

#endif /* !ERFA_LIFE_DECISION_H */
