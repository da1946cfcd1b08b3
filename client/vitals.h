#ifndef ERFA_VITALS_H
#define ERFA_VITALS_H

/*
 * vitals - how a node is, as those who watch it ask: status and peers together,
 * judged for a monitoring system, and as a list of numbers.
 *
 * Nothing is printed here.
 */

#include <stdbool.h>

#include "proto/control.pb-c.h"
#include "proto/err.h"
#include "proto/report.pb-c.h"

/* Opaque types. */
struct run;

/* What was answered. */
struct vitals {
	bool up;              /* something listens at the socket */
	Erfa__Answer *status; /* NULL unless up */
	Erfa__Answer *peers;
};

/* As monitoring plugins end. */
enum vitals_state {
	VITALS_OK = 0,
	VITALS_WARNING = 1,
	VITALS_CRITICAL = 2,
	VITALS_UNKNOWN = 3,
};

/**
 * vitals_get(run, ret_vitals), vitals_clear(vitals):
 * Ask erfad.  That it does not run is an answer too.  Return an exit code; what
 * went wrong has been told.  Free what was answered.
 */
int vitals_get(struct run *run, struct vitals *ret_vitals);
void vitals_clear(struct vitals *vitals);

/**
 * vitals_judge(vitals, least, report):
 * Judge: fewer than ${least} peers in step are critical.  Fill in state, code
 * and the reasons of ${report}, worst first, in the language of the person.
 * Return ERR_NOMEM.
 */
enum err vitals_judge(const struct vitals *vitals, uint64_t least,
    Erfa__HealthReport *report) MUST_CHECK;

/**
 * vitals_metrics(vitals, metric, count):
 * Append every number there is to the list.  Return ERR_NOMEM.
 */
enum err vitals_metrics(const struct vitals *vitals, Erfa__Metric ***metric,
    size_t *count) MUST_CHECK;

/**
 * vitals_clock(ret_synchronized):
 * Does the kernel hold its clock to be set by others?  False if it does not
 * tell.
 */
bool vitals_clock(bool *ret_synchronized);

/**
 * vitals_linked(peer):
 * Does this node have, or want, a connection of its own to ${peer}?
 */
bool vitals_linked(const Erfa__Peer *peer);

/**
 * vitals_state_name(state):
 * "OK", "WARNING", "CRITICAL", "UNKNOWN".
 */
const char *vitals_state_name(enum vitals_state state);

#endif /* !ERFA_VITALS_H */
