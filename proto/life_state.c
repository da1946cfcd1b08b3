#include "proto/life_state.h"

#include <stddef.h>
#include <string.h>

#include "proto/day.h"
#include "proto/life_case.h"

#define STATES (ERFA__STATUS__STATUS_ENDED + 1)

/* Short names, for the table alone. */
#define UNSET     ERFA__STATUS__STATUS_UNSET
#define IDEA      ERFA__STATUS__STATUS_IDEA
#define PLANNED   ERFA__STATUS__STATUS_PLANNED
#define ACTIVE    ERFA__STATUS__STATUS_ACTIVE
#define PAUSED    ERFA__STATUS__STATUS_PAUSED
#define COMPLETED ERFA__STATUS__STATUS_COMPLETED
#define STOPPED   ERFA__STATUS__STATUS_STOPPED
#define ABANDONED ERFA__STATUS__STATUS_NOT_STARTED
#define UNKNOWN   ERFA__STATUS__STATUS_UNKNOWN
#define ENDED     ERFA__STATUS__STATUS_ENDED

/* One cell: where it leads, UNSET for "stays", or why it leads nowhere. */
struct cell {
	Erfa__Status to;
	enum life_code code;
};

#define GO(state)                \
	{                        \
		state, LIFE_NONE \
	}
#define STAY                     \
	{                        \
		UNSET, LIFE_NONE \
	}
#define NO(why)                   \
	{                         \
		UNSET, LIFE_##why \
	}

/* Rows by state; the columns are the steps that move a trial, in the order of
 * enum life_action.  Everything else may be done in every state, for only the
 * two gates stand in anybody's way. */
#define MOVES (LIFE_FINISH - LIFE_PLAN + 1)

static const struct cell moves[STATES][MOVES] = {
	/*             plan           start           pause
	 *             stop           finish */
	[IDEA] = { GO(PLANNED), GO(ACTIVE), NO(NOT_RUNNING), GO(ABANDONED),
	    NO(NOT_RUNNING) },
	[PLANNED] = { STAY, GO(ACTIVE), NO(NOT_RUNNING), GO(ABANDONED),
	    NO(NOT_RUNNING) },
	[ACTIVE] = { STAY, NO(ALREADY), GO(PAUSED), GO(STOPPED),
	    GO(COMPLETED) },
	[PAUSED] = { STAY, GO(ACTIVE), NO(ALREADY), GO(STOPPED),
	    GO(COMPLETED) },
	[COMPLETED] = { NO(OVER), NO(OVER), NO(OVER), NO(OVER), NO(ALREADY) },
	[STOPPED] = { NO(OVER), NO(OVER), NO(OVER), NO(ALREADY), NO(OVER) },
	[ABANDONED] = { GO(PLANNED), NO(GIVEN_UP), NO(NOT_RUNNING), NO(ALREADY),
	    NO(NOT_RUNNING) },
	[UNKNOWN] = { NO(TOLD), NO(TOLD), NO(TOLD), NO(TOLD), NO(TOLD) },
	[ENDED] = { NO(TOLD), NO(TOLD), NO(TOLD), NO(TOLD), NO(TOLD) },
};

static const char *const actions[LIFE_ACTIONS] = {
	[LIFE_OWN] = "own",
	[LIFE_ANCHOR] = "anchor",
	[LIFE_PLAN] = "plan",
	[LIFE_START] = "start",
	[LIFE_PAUSE] = "pause",
	[LIFE_STOP] = "stop",
	[LIFE_FINISH] = "finish",
	[LIFE_CONFIRM] = "confirm",
	[LIFE_EDIT] = "edit",
	[LIFE_CORRECT] = "correct",
	[LIFE_RETHINK] = "rethink",
	[LIFE_RETRACT] = "retract",
	[LIFE_PUBLISH] = "publish",
	[LIFE_EXEMPT] = "exempt",
	[LIFE_APPLY] = "apply",
	[LIFE_READY] = "ready",
	[LIFE_BARRIER] = "barrier",
	[LIFE_ENDORSE] = "endorse",
	[LIFE_OBSERVE] = "observe",
	[LIFE_LEARN] = "learn",
};

static const char *const names[STATES] = {
	[UNSET] = "unknown",
	[IDEA] = "idea",
	[PLANNED] = "planned",
	[ACTIVE] = "active",
	[PAUSED] = "paused",
	[COMPLETED] = "completed",
	[STOPPED] = "stopped",
	[ABANDONED] = "not_started",
	[UNKNOWN] = "unknown",
	[ENDED] = "ended",
};

const char *
life_action_name(enum life_action action)
{
	return action < LIFE_ACTIONS ? actions[action] : "";
}

static bool
is_known(Erfa__Status status)
{
	return (int)status > UNSET && (int)status < STATES;
}

const char *
life_status_name(Erfa__Status status)
{
	return is_known(status) ? names[status] : names[UNSET];
}

Erfa__Status
life_status(const Erfa__Body *trial)
{
	const Erfa__Trial *it = trial->trial;

	if (it->has_status && it->status != UNSET)
		return it->status;
	return life_is_transcribed(trial) ? UNSET : IDEA;
}

/* Whether ${action} moves the trial itself, not the record of it. */
static bool
is_move(enum life_action action)
{
	return action >= LIFE_PLAN && action <= LIFE_FINISH;
}

enum life_code
life_next(
    Erfa__Status status, enum life_action action, Erfa__Status *ret_status)
{
	const struct cell *cell;

	if (!is_move(action)) {
		*ret_status = status;
		return LIFE_NONE;
	}
	if (!is_known(status))
		return LIFE_TOLD;
	cell = &moves[status][action - LIFE_PLAN];
	if (cell->code == LIFE_NONE)
		*ret_status = cell->to == UNSET ? status : cell->to;
	return cell->code;
}

enum life_code
life_step(
    const Erfa__Body *trial, enum life_action action, Erfa__Status *ret_status)
{
	/* Owner and anchoring are for a trial of one's own as well. */
	if (life_is_transcribed(trial) &&
	    (is_move(action) || action == LIFE_OWN || action == LIFE_ANCHOR))
		return LIFE_TOLD;
	return life_next(life_status(trial), action, ret_status);
}

bool
life_may_correct(Erfa__Status from, Erfa__Status to)
{
	Erfa__Status next;
	int action;

	if (from == to)
		return true;
	for (action = LIFE_PLAN; action <= LIFE_FINISH; action++) {
		next = UNSET;
		if (life_next(to, (enum life_action)action, &next) ==
			LIFE_NONE &&
		    next == from)
			return true;
	}
	return false;
}

/* Take the day of ${date}, or of the time ${date}, into the latest one. */
static void
latest(int32_t *day, const char *date)
{
	char text[DAY_LEN + 1] = "";
	int32_t first;
	int32_t last;

	if (date == NULL)
		return;
	(void)strncpy(text, date, DAY_LEN);
	if (day_range(text, &first, &last) == ERR_NONE && last > *day)
		*day = last;
}

Erfa__Status
life_derive(const Erfa__Body *trial, const char *heard, const char *today)
{
	Erfa__Status status = life_status(trial);
	const Erfa__Period *period = trial->trial->period;
	int32_t word = INT32_MIN;
	int32_t now;
	int32_t last;

	if (life_is_transcribed(trial) || period == NULL ||
	    (status != PLANNED && status != ACTIVE && status != PAUSED))
		return status;

	/* The end, and every word after it, begin the twelve months anew. */
	latest(&word, period->end);
	if (word == INT32_MIN || day_range(today, &now, &last) != ERR_NONE)
		return status;
	latest(&word, heard);
	if (trial->envelope != NULL) {
		latest(&word, trial->envelope->published_at);
		latest(&word, trial->envelope->amended_at);
	}
	return now > day_add_months(word, LIFE_SILENT_MONTHS) ? UNKNOWN :
								status;
}

Erfa__Timing
life_timing(Erfa__Status status)
{
	switch (status) {
	case UNSET:
	case UNKNOWN:
		return ERFA__TIMING__TIMING_UNSET;
	case IDEA:
	case PLANNED:
	case ABANDONED:
		return ERFA__TIMING__TIMING_BEFORE_START;
	case ACTIVE:
	case PAUSED:
		return ERFA__TIMING__TIMING_DURING;
	case COMPLETED:
	case STOPPED:
	case ENDED:
		return ERFA__TIMING__TIMING_AFTER;
	case _ERFA__STATUS_IS_INT_SIZE:
		break;
	}
	return ERFA__TIMING__TIMING_UNSET;
}
