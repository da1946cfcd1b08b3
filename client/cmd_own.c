#include <stdio.h>
#include <string.h>

#include "client/cmd.h"
#include "client/move.h"
#include "client/prompt.h"
#include "client/question.h"
#include "client/speech.h"

#define PATH_ROOM  64 /* bytes of "goals[1].success_criterion" */
#define GOALS_MOST 3

static int
own(struct move *move)
{
	const Erfa__Trial *trial = move->act.body->trial;
	int status;

	status = question_ask(move, LIFE_NEED_OWNER);
	if (status != EXIT_DONE)
		return status;
	if (trial->owner == NULL || run_text(trial->owner->unit)[0] == '\0')
		return move_missing(move->run, "unit");
	return act_set(&move->act, "date", "owner.accepted_on", move->date);
}

int
cmd_own(struct run *run)
{
	return move_do(run, LIFE_OWN, _("who owns it here"), own);
}

static int
anchor(struct move *move)
{
	static const struct act_option options[] = {
		{ "name", "anchoring.local_name" },
		{ "ref", "anchoring.ref" },
		{ "until", "anchoring.valid_until" },
		{ "delegated", "anchoring.delegation" },
		{ "delegation", "anchoring.delegation" },
		{ NULL, NULL },
	};
	const Erfa__Trial *trial = move->act.body->trial;
	int status;

	status = question_ask(move, LIFE_NEED_ANCHORING);
	if (status != EXIT_DONE)
		return status;
	if (trial->anchoring == NULL || !trial->anchoring->has_body_kind)
		return move_missing(move->run, "body");
	return act_set_options(&move->act, options);
}

int
cmd_anchor(struct run *run)
{
	return move_do(run, LIFE_ANCHOR, _("which body is behind it"), anchor);
}

/* The goal that a criterion without a goal is for. */
static size_t
open_goal(const Erfa__Trial *trial)
{
	size_t i;

	for (i = 0; i < trial->n_goals; i++)
		if (run_text(trial->goals[i]->success_criterion)[0] == '\0')
			return i;
	return 0;
}

/* The place of the goal ${text}: its own, the first without words, or a new
 * one. */
static size_t
goal_place(const Erfa__Trial *trial, const char *text)
{
	size_t i;

	for (i = 0; i < trial->n_goals; i++)
		if (strcmp(run_text(trial->goals[i]->text), text) == 0)
			return i;
	for (i = 0; i < trial->n_goals; i++)
		if (run_text(trial->goals[i]->text)[0] == '\0')
			return i;
	return trial->n_goals;
}

/* Goal and criterion number ${i} of the command line. */
static int
plan_goal(struct move *move, const char *goal, const char *criterion)
{
	const Erfa__Trial *trial = move->act.body->trial;
	char path[PATH_ROOM];
	size_t place;
	int status = EXIT_DONE;

	place = goal != NULL ? goal_place(trial, goal) : open_goal(trial);
	if (place >= GOALS_MOST)
		return fault_say(&move->run->faults, EXIT_USAGE, "many_goals",
		    "Which can go?  erfa edit TRIAL --set goals[0]=",
		    "a trial has at most %d goals", GOALS_MOST);
	(void)snprintf(path, sizeof(path), "goals[%zu].text", place);
	if (goal != NULL)
		status = act_set(&move->act, "goal", path, goal);
	(void)snprintf(
	    path, sizeof(path), "goals[%zu].success_criterion", place);
	if (status == EXIT_DONE && criterion != NULL)
		status = act_set(&move->act, "criterion", path, criterion);
	return status;
}

static int
plan(struct move *move)
{
	static const struct act_option options[] = {
		{ "from", "period.start" },
		{ "to", "period.end" },
		{ "mandate", "mandate" },
		{ NULL, NULL },
	};
	const struct args *args = move->run->args;
	const char *goal, *criterion;
	size_t i;
	int status = EXIT_DONE;

	for (i = 0; status == EXIT_DONE; i++) {
		goal = args_value_at(args, "goal", i);
		criterion = args_value_at(args, "criterion", i);
		if (goal == NULL && criterion == NULL)
			break;
		status = plan_goal(move, goal, criterion);
	}
	move->piecewise = i > 0 || args_given(args, "from") ||
	    args_given(args, "to") || args_given(args, "mandate");
	if (status != EXIT_DONE ||
	    (status = act_set_options(&move->act, options)) != EXIT_DONE)
		return status;
	if (move->act.body->trial->n_goals == 0 && prompt_can(move->run) &&
	    ((status = question_ask(move, LIFE_NEED_GOAL)) != EXIT_DONE ||
		(status = question_ask(move, LIFE_NEED_CRITERION)) !=
		    EXIT_DONE))
		return status;
	if (move->act.body->trial->period != NULL || !prompt_can(move->run))
		return EXIT_DONE;
	return question_ask(move, LIFE_NEED_PERIOD);
}

int
cmd_plan(struct run *run)
{
	return move_do(run, LIFE_PLAN, _("the plan"), plan);
}
