#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/day.h"
#include "proto/header.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/judge.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"

#define PATH_ROOM 64 /* bytes of "applicants[199]" */

/* The round was not open yet, or is closed: a word, nothing more. */
static void
warn_round(struct run *run, const Erfa__Round *round)
{
	const char *date = args_value(run->args, "date");
	char today[RUN_DAY_LEN + 1];

	run_today(run, today);
	if (date == NULL)
		date = today;
	if (run->json)
		return;
	if (day_ahead(round->opens, date))
		print_say(run->err, "To be kept in mind: the round opens %s.\n",
		    round->opens);
	if (day_past(round->closes, date))
		print_say(run->err,
		    "To be kept in mind: the round closed %s.\n",
		    round->closes);
}

/* The round, and the programme that it belongs to. */
static int
set_round(struct act *act, const char *word)
{
	struct run *run = act->run;
	Erfa__Answer *answer = NULL;
	const Erfa__Round *round;
	int status;

	if ((status = act_find(run, word, &answer)) != EXIT_DONE)
		return status;
	if (answer->show->body->record_case != ERFA__BODY__RECORD_ROUND) {
		status = fault_say(&run->faults, EXIT_USAGE, "wrong_kind",
		    "Open rounds:  erfa rounds", "%s is no round", word);
		control_free_answer(answer);
		return status;
	}
	round = answer->show->body->round;
	status = act_set(
	    act, "round", "round", run_text(answer->show->row->full_id));
	if (status == EXIT_DONE && round->programme != NULL)
		status = act_set(
		    act, "round", "programme", run_text(round->programme->id));
	if (status == EXIT_DONE && round->has_stage &&
	    round->stage != ERFA__ROUND_STAGE__ROUND_STAGE_UNSET) {
		act->body->application->has_stage = 1;
		act->body->application->stage = round->stage;
	}
	warn_round(run, round);
	control_free_answer(answer);
	return status;
}

static int
set_programme(struct act *act, const char *word)
{
	Erfa__Answer *answer = NULL;
	int status;

	if ((status = act_find(act->run, word, &answer)) != EXIT_DONE)
		return status;
	status = act_set(act, "programme", "programme",
	    run_text(answer->show->row->full_id));
	control_free_answer(answer);
	return status;
}

/* One of the trials that it is about. */
static int
add_trial(struct act *act, const char *word)
{
	struct run *run = act->run;
	struct judge judge = { .run = NULL };
	Erfa__Status to = ERFA__STATUS__STATUS_UNSET;
	struct act trial;
	char path[PATH_ROOM];
	int status;

	status = act_look(run, word, &trial);
	if (status == EXIT_DONE && trial.show == NULL)
		status = fault_say(&run->faults, EXIT_USAGE, "not_public",
		    "Publish it first:  erfa publish TRIAL", "%s is a draft",
		    trial.shown);
	if (status == EXIT_DONE &&
	    trial.body->record_case != ERFA__BODY__RECORD_TRIAL)
		status = fault_say(&run->faults, EXIT_USAGE, "wrong_kind", NULL,
		    "%s is no trial", trial.shown);
	if (status == EXIT_DONE)
		status = judge_open(
		    run, trial.body, trial.shown, trial.show->show, &judge);
	if (status == EXIT_DONE)
		status = judge_check(&judge, LIFE_APPLY, &to);
	(void)snprintf(path, sizeof(path), "trials[%zu]",
	    act->body->application->n_trials);
	if (status == EXIT_DONE)
		status = act_set(act, "TRIAL", path, trial.id);
	judge_close(&judge);
	act_close(&trial);
	return status;
}

static int
add_applicants(struct act *act)
{
	char org[ORG_MAX + 1] = "";
	char path[PATH_ROOM];
	const char *value;
	size_t i;
	int status;

	if ((status = run_org(act->run, org)) == EXIT_DONE)
		status = act_set(act, "with", "applicants[0]", org);
	for (i = 0; status == EXIT_DONE &&
	     (value = args_value_at(act->run->args, "with", i)) != NULL;
	     i++) {
		(void)snprintf(path, sizeof(path), "applicants[%zu]", i + 1);
		status = act_set(act, "with", path, value);
	}
	return status;
}

static int
fill_in(struct act *act)
{
	static const struct act_option options[] = {
		{ "stage", "stage" },
		{ "copied-from", "copied_from" },
		{ NULL, NULL },
	};
	struct run *run = act->run;
	const char *round = args_value(run->args, "round");
	const char *programme = args_value(run->args, "programme");
	const char *date = args_value(run->args, "date");
	char today[RUN_DAY_LEN + 1];
	int status = EXIT_DONE;
	size_t i;

	run_today(run, today);
	if (round != NULL)
		status = set_round(act, round);
	if (status == EXIT_DONE && programme != NULL)
		status = set_programme(act, programme);
	for (i = 0; i < args_count(run->args) && status == EXIT_DONE; i++)
		status = add_trial(act, args_word(run->args, i));
	if (status == EXIT_DONE)
		status = add_applicants(act);
	if (status == EXIT_DONE)
		status = act_set_options(act, options);
	if (status == EXIT_DONE)
		status = act_set(
		    act, "date", "submitted_on", date == NULL ? today : date);
	act->body->application->has_outcome = 1;
	act->body->application->outcome = ERFA__OUTCOME__OUTCOME_PENDING;
	return status;
}

int
cmd_apply(struct run *run)
{
	struct act act;
	int status;

	status = act_begin(run, HEADER_APPLICATION, &act);
	if (status == EXIT_DONE)
		status = fill_in(&act);
	if (status == EXIT_DONE)
		status = act_leave(&act, NULL, 0, _("the application"));
	act_close(&act);
	return status;
}
