#include "client/budget.h"

#include "proto/control.h"
#include "proto/day.h"
#include "client/act.h"
#include "client/calendar.h"
#include "client/orgs.h"
#include "client/print.h"
#include "client/run.h"

/* When the budget is adopted in which there is room, and from when on its money
 * can be spent. */
static int
warn_next(const struct act *act)
{
	struct run *run = act->run;
	const Erfa__Period *period = act->body->trial->period;
	const Erfa__Organisation *own;
	Erfa__Answer *answer = NULL;
	struct calendar calendar;
	char today[RUN_DAY_LEN + 1];
	char day[DAY_LEN + 1];
	int32_t now, start, rest, next;
	int status;

	run_today(run, today);
	if (period == NULL ||
	    day_range(period->start, &start, &rest) != ERR_NONE ||
	    day_range(today, &now, &rest) != ERR_NONE)
		return EXIT_DONE;
	next = calendar_next_budget(now);
	if (start >= next)
		return EXIT_DONE;
	if ((status = orgs_own(run, &answer, &own)) != EXIT_DONE)
		return status;
	calendar_make(own == NULL ? "" : run_text(own->id), own, &calendar);
	control_free_answer(answer);
	day_text(next, day);
	print_styled(run->err, PRINT_BAD, "Careful:");
	print_say(run->err,
	    " it begins on %s, and there is room in the next budget only: "
	    "that is money from %s on.\n",
	    period->start, day);
	if (calendar.adoption != 0)
		print_say(run->err,
		    "  Budgets are adopted in month %u here.  Not so:  erfa "
		    "org edit --budget-adoption MONTH\n",
		    calendar.adoption);
	return EXIT_DONE;
}

int
budget_warn(const struct act *act)
{
	const Erfa__Resources *resources = act->body->trial->resources;
	struct run *run = act->run;

	if (resources == NULL || !resources->has_budget_room)
		return EXIT_DONE;
	if (resources->budget_room ==
	    ERFA__BUDGET_ROOM__BUDGET_ROOM_NEXT_BUDGET)
		return warn_next(act);
	if (resources->budget_room != ERFA__BUDGET_ROOM__BUDGET_ROOM_NONE)
		return EXIT_DONE;
	print_styled(run->err, PRINT_BAD, "Careful:");
	print_say(run->err, " it says that no budget has room for it.\n");
	return EXIT_DONE;
}
