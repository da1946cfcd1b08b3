#include "client/cmd.h"
#include "client/learn.h"
#include "client/move.h"
#include "client/question.h"
#include "client/speech.h"

/* From a day of which one knows: it is a fact now. */
static int
begin_on(struct move *move)
{
	bool answered = false;
	int status;

	status = question_ask_missing(move, &answered);
	if (status != EXIT_DONE)
		return status;
	/* What was answered is kept, though something else is missing. */
	if (answered && (status = move_lacks(move)) != EXIT_DONE)
		return status;
	if (move->action != LIFE_START)
		return EXIT_DONE;
	if (life_status(move->act.body) == ERFA__STATUS__STATUS_PAUSED)
		return EXIT_DONE;
	status = act_set(&move->act, "date", "period.start", move->date);
	return status != EXIT_DONE ?
	    status :
	    act_set(&move->act, "date", "period.start_kind", "actual");
}

static int
end_on(struct move *move)
{
	int status;

	status = act_set(&move->act, "date", "period.end", move->date);
	return status != EXIT_DONE ?
	    status :
	    act_set(&move->act, "date", "period.end_kind", "actual");
}

int
cmd_start(struct run *run)
{
	return move_do(run, LIFE_START, _("it is running"), begin_on);
}

int
cmd_pause(struct run *run)
{
	return move_do(run, LIFE_PAUSE, _("it is paused"), NULL);
}

/* Whether the trial has begun, so that it can end. */
static bool
has_begun(const struct move *move)
{
	Erfa__Status status = life_status(move->act.body);

	return status == ERFA__STATUS__STATUS_ACTIVE ||
	    status == ERFA__STATUS__STATUS_PAUSED;
}

static bool
is_over(const struct move *move)
{
	Erfa__Status status = life_status(move->act.body);

	return status == ERFA__STATUS__STATUS_COMPLETED ||
	    status == ERFA__STATUS__STATUS_STOPPED;
}

static int
stop(struct move *move)
{
	int status;

	/* Asked once, and no answer is an answer. */
	status = move_ask(move, "reason", "status_reason",
	    _("Why (no_budget, staff_capacity ...; Enter to skip)?"));
	if (status != EXIT_DONE || !has_begun(move))
		return status;
	return end_on(move);
}

int
cmd_stop(struct run *run)
{
	return move_do(run, LIFE_STOP, _("it is stopped"), stop);
}

/* What the trial says of what comes after it; 0 = nothing. */
static int
continuation(const struct move *move)
{
	const Erfa__Continuation *said = move->act.body->trial->continuation;

	return said == NULL ? 0 : (int)said->code;
}

/* What comes after: asked once, and no answer is an answer. */
static int
go_on(struct move *move)
{
	static const struct act_option options[] = {
		{ "law-ref", "continuation.law_ref" },
		{ NULL, NULL },
	};
	int status = EXIT_DONE;

	if (args_given(move->run->args, "continuation") ||
	    continuation(move) == 0)
		status = move_ask(move, "continuation", "continuation.code",
		    _("What comes after (made_permanent, extended, "
		      "discontinued ...; Enter to skip)?"));
	return status != EXIT_DONE ? status :
				     act_set_options(&move->act, options);
}

/* After the end: the one answer that may still be given in a word.  Without it
 * the rules tell that the trial is over. */
static int
finish_after(struct move *move)
{
	int before = continuation(move);
	int status = go_on(move);

	if (status == EXIT_DONE &&
	    (args_given(move->run->args, "continuation") ||
		continuation(move) != before)) {
		move->action = LIFE_EDIT;
		move->said = _("what comes after is told");
	}
	return status;
}

static int
finish(struct move *move)
{
	struct run *run = move->run;
	int status;

	if (is_over(move) && !learn_wanted(run))
		return finish_after(move);
	if (learn_wanted(run)) {
		move->learns = true;
		if ((status = learn_begin(run, &move->act, true,
			 &move->experience)) != EXIT_DONE)
			return status;
	}
	if (has_begun(move) && (status = end_on(move)) != EXIT_DONE)
		return status;
	return go_on(move);
}

int
cmd_finish(struct run *run)
{
	return move_do(run, LIFE_FINISH, _("it is finished"), finish);
}

int
cmd_confirm(struct run *run)
{
	return move_do(run, LIFE_CONFIRM, _("still true"), NULL);
}
