#ifndef ERFA_LIFE_STATE_H
#define ERFA_LIFE_STATE_H

/*
 * life_state - the states of a trial and the steps between them.
 *
 * One table: where a trial stands, what is done with it, where it stands then
 * or why that cannot be.  Which answers a step takes, and the two gates, are
 * not looked at here.
 */

#include <stdbool.h>

#include "proto/body.h"
#include "proto/life_say.h"

#define LIFE_SILENT_MONTHS 12 /* after the end, until nothing is known */

/* What can be done with a trial.  To resume is to start again. */
enum life_action {
	LIFE_OWN,
	LIFE_ANCHOR,
	LIFE_PLAN,
	LIFE_START,
	LIFE_PAUSE,
	LIFE_STOP, /* what has not begun is not started, the rest stopped */
	LIFE_FINISH,
	LIFE_CONFIRM,
	LIFE_EDIT,
	LIFE_CORRECT,
	LIFE_RETHINK,
	LIFE_RETRACT,
	LIFE_PUBLISH,
	LIFE_EXEMPT,
	LIFE_APPLY,
	LIFE_READY,
	LIFE_BARRIER,
	LIFE_ENDORSE,
	LIFE_OBSERVE,
	LIFE_LEARN,
	LIFE_ACTIONS
};

/**
 * life_action_name(action):
 * The word of the command ("start"), or "" if ${action} is none.
 */
const char *life_action_name(enum life_action action);

/**
 * life_status_name(status):
 * The code of ${status} ("not_started"); "unknown" for a number without one.
 */
const char *life_status_name(Erfa__Status status);

/**
 * life_status(trial):
 * Where ${trial} says it stands; one that says nothing is an idea, unless it is
 * transcribed: then it is STATUS_UNSET.
 */
Erfa__Status life_status(const Erfa__Body *trial);

/**
 * life_step(trial, action, ret_status):
 * Where ${trial} stands after ${action}.  Return LIFE_NONE; or why there is no
 * such step, and leave ${ret_status} alone.  In a transcribed record only the
 * record can be changed, and added to: it is not the source's trial that moves.
 */
enum life_code life_step(const Erfa__Body *trial, enum life_action action,
    Erfa__Status *ret_status) MUST_CHECK;

/**
 * life_next(status, action, ret_status):
 * The same for an own trial that stands at ${status}: the table itself.
 */
enum life_code life_next(Erfa__Status status, enum life_action action,
    Erfa__Status *ret_status) MUST_CHECK;

/**
 * life_may_correct(from, to):
 * Return whether a correction may set the status from ${from} to ${to}: if a
 * step leads from ${to} to ${from}, it may be taken back.  A trial that becomes
 * active that way has to pass the gates like any other.
 */
bool life_may_correct(Erfa__Status from, Erfa__Status to);

/**
 * life_derive(trial, heard, today):
 * Where ${trial} stands as far as can be known on ${today}: what it says, or
 * STATUS_UNKNOWN if it is planned, active or paused, its end was more than
 * twelve months ago, and so was the last word about it: ${heard} (may be NULL)
 * or the newest date in its envelope.  Never so for a transcribed trial.
 */
Erfa__Status life_derive(
    const Erfa__Body *trial, const char *heard, const char *today);

/**
 * life_timing(status):
 * When in the life of a trial a change at ${status} is made.
 */
Erfa__Timing life_timing(Erfa__Status status);

#endif /* !ERFA_LIFE_STATE_H */
