#include "client/cmd.h"
#include "client/judge.h"
#include "client/learn.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/send.h"

/* Of a trial, the rules say whether anything can be learnt from it yet. */
static int
judge_trial(const struct act *target, struct judge *judge)
{
	Erfa__Status status = ERFA__STATUS__STATUS_UNSET;
	int exit;

	exit = judge_open(target->run, target->body, target->shown,
	    target->show->show, judge);
	return exit != EXIT_DONE ? exit :
				   judge_check(judge, LIFE_LEARN, &status);
}

static bool
is_over(const struct act *target)
{
	Erfa__Status status;

	if (target->body->record_case != ERFA__BODY__RECORD_TRIAL)
		return false;
	status = life_status(target->body);
	return status == ERFA__STATUS__STATUS_COMPLETED ||
	    status == ERFA__STATUS__STATUS_STOPPED ||
	    status == ERFA__STATUS__STATUS_ENDED;
}

/* What is learnt has an answer at least. */
static int
check_said(struct act *act)
{
	const Erfa__Experience *said = act->body->experience;

	if (said->has_verdict || said->what_worked != NULL ||
	    said->what_did_not != NULL || said->n_conditions > 0 ||
	    said->n_for_whom > 0 || said->unexpected != NULL)
		return EXIT_DONE;
	return fault_say(&act->run->faults, EXIT_USAGE, "nothing_said",
	    "erfa learn TRIAL --verdict worked_partly --worked TEXT "
	    "--not-worked TEXT",
	    "nothing is said of what was learnt");
}

int
cmd_learn(struct run *run)
{
	struct act target, act = { .run = NULL };
	struct judge judge = { .run = NULL };
	int status;

	status = act_look(run, args_word(run->args, 0), &target);
	if (status == EXIT_DONE)
		status = learn_begin(run, &target, is_over(&target), &act);
	if (status == EXIT_DONE)
		status = act_amend(
		    &act, ERFA__AMENDMENT_KIND__AMENDMENT_KIND_UPDATE);
	if (status == EXIT_DONE &&
	    target.body->record_case == ERFA__BODY__RECORD_TRIAL)
		status = judge_trial(&target, &judge);
	if (status == EXIT_DONE)
		status = learn_ask(&act);
	if (status == EXIT_DONE)
		status = check_said(&act);
	if (status == EXIT_DONE)
		status = act_leave(&act, NULL, 0, _("what was learnt"));
	status = send_rescue(&act, status);
	judge_close(&judge);
	act_close(&act);
	act_close(&target);
	return status;
}
