#include "client/move.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "client/budget.h"
#include "client/cmd.h"
#include "client/print.h"
#include "client/send.h"
#include "client/speech.h"

static int
choose_date(struct move *move)
{
	const char *date = args_value(move->run->args, "date");

	run_today(move->run, move->date);
	if (date != NULL && strlen(date) > RUN_DAY_LEN)
		return fault_say(&move->run->faults, EXIT_USAGE, "bad_date",
		    NULL, "--date: write it as 2026-11-21");
	if (date != NULL)
		(void)snprintf(move->date, sizeof(move->date), "%s", date);
	return EXIT_DONE;
}

static void
set_status(struct move *move, Erfa__Status status)
{
	move->act.body->trial->has_status = 1;
	move->act.body->trial->status = status;
}

/* After a step: may it start, and what is missing? */
static int
tell_line(struct move *move)
{
	struct life_line line;
	char *text = NULL;
	int status;

	if (move->run->json)
		return EXIT_DONE;
	status = judge_line(&move->judge, &line, &text);
	if (status != EXIT_DONE)
		return status;
	print_say(move->run->out, "%s\n", text);
	free(text);
	if (line.head == LIFE_MAY_START)
		print_say(move->run->out, "  Start it:  erfa start %s\n",
		    move->act.shown);
	if (line.head == LIFE_IS_OVER && move->action == LIFE_STOP)
		print_say(move->run->out,
		    "  Tell what was learnt:  erfa learn %s\n",
		    move->act.shown);
	else if (!line.may && line.head != LIFE_IS_OVER)
		print_say(move->run->out,
		    "  What is missing:  erfa status %s\n", move->act.shown);
	return EXIT_DONE;
}

int
move_lacks(struct move *move)
{
	struct life_list blocks = { .count = 0 };
	struct judge judge;
	int status;

	status = judge_open(move->run, move->act.body, move->act.shown,
	    move->act.show == NULL ? NULL : move->act.show->show, &judge);
	if (status == EXIT_DONE && judge_lacks(&judge, move->action, &blocks)) {
		move->action = LIFE_EDIT;
		move->said = _("what was answered");
		print_say(move->run->err, "Not started yet:\n");
		status = judge_tell(&judge, &blocks, true);
	}
	judge_close(&judge);
	return status;
}

/* A plan may be written piece by piece; it is planned when all is there. */
static int
allow_piece(struct move *move)
{
	struct life_list blocks = { .count = 0 };

	if (move->action != LIFE_PLAN || !move->piecewise ||
	    !judge_lacks(&move->judge, LIFE_PLAN, &blocks))
		return EXIT_DONE;
	move->action = LIFE_EDIT;
	if (move->run->json)
		return EXIT_DONE;
	print_say(move->run->err, "Not planned yet:\n");
	return judge_tell(&move->judge, &blocks, true);
}

static int
judge_and_leave(struct move *move)
{
	struct act_item more = { .body = move->experience.body,
		.id = move->experience.id };
	Erfa__Status to = ERFA__STATUS__STATUS_UNSET;
	int status;

	status = judge_open(move->run, move->act.body, move->act.shown,
	    move->act.show == NULL ? NULL : move->act.show->show, &move->judge);
	if (status == EXIT_DONE && move->learns)
		judge_experience(&move->judge, move->experience.body);
	if (status == EXIT_DONE)
		status = allow_piece(move);
	if (status == EXIT_DONE)
		status = judge_check(&move->judge, move->action, &to);
	if (status == EXIT_DONE) {
		set_status(move, to);
		status = act_leave(
		    &move->act, &more, move->learns ? 1 : 0, move->said);
		move->stuck = status != EXIT_DONE;
	}
	if (status == EXIT_DONE)
		status = tell_line(move);
	judge_close(&move->judge);
	return status;
}

/* Whether the rules have such a step at all: for one that they refuse in any case
 * nobody is asked anything.  What comes after the end may still be told. */
static bool
leads_on(const struct move *move)
{
	Erfa__Status to = ERFA__STATUS__STATUS_UNSET;
	enum life_code code = life_step(move->act.body, move->action, &to);

	return code == LIFE_NONE ||
	    (move->action == LIFE_FINISH &&
		(code == LIFE_ALREADY || code == LIFE_OVER));
}

int
move_do(struct run *run, enum life_action action, const char *said,
    int (*change)(struct move *move))
{
	struct move move = { .run = run, .action = action, .said = said };
	int status;

	status = act_open(
	    run, args_word(run->args, 0), HEADER_TRIAL, &move.act);
	if (status == EXIT_DONE)
		status = choose_date(&move);
	if (status == EXIT_DONE)
		status = act_amend(&move.act,
		    action == LIFE_CONFIRM ?
			ERFA__AMENDMENT_KIND__AMENDMENT_KIND_CONFIRMATION :
			ERFA__AMENDMENT_KIND__AMENDMENT_KIND_UPDATE);
	if (status == EXIT_DONE && change != NULL && leads_on(&move))
		status = change(&move);
	if (status == EXIT_DONE &&
	    (action == LIFE_PLAN || action == LIFE_START))
		status = budget_warn(&move.act);
	if (status == EXIT_DONE)
		status = judge_and_leave(&move);
	/* What the rules refuse, or a slip, is no reason for a draft. */
	if (move.stuck || status == EXIT_UNAVAILABLE || status == EXIT_TEMPFAIL)
		status = send_rescue_words(&move.act, status);
	act_close(&move.experience);
	act_close(&move.act);
	return status;
}

int
move_ask(
    struct move *move, const char *name, const char *path, const char *question)
{
	const char *value = args_value(move->run->args, name);
	return value != NULL ? act_set(&move->act, name, path, value) :
			       act_ask(&move->act, name, path, question, NULL);
}

int
move_missing(struct run *run, const char *name)
{
	char remedy[96];

	(void)snprintf(remedy, sizeof(remedy), _("Examples:  erfa %s --help"),
	    run->cmd->name);
	return fault_say(&run->faults, EXIT_USAGE, "missing_option", remedy,
	    "erfa %s wants --%s", run->cmd->name, name);
}
