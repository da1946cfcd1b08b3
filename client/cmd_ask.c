#include <stdio.h>

#include "proto/control.h"
#include "proto/header.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/send.h"
#include "client/talk.h"

#define WORDS_ROOM 8192 /* bytes of a text of several words */

/* ---- the words ---- */

/* Put the words after the first together. */
static int
join_words(struct run *run, char text[WORDS_ROOM])
{
	size_t len = 0;
	size_t i;
	int wrote;

	text[0] = '\0';
	for (i = 1; i < args_count(run->args); i++) {
		wrote = snprintf(text + len, WORDS_ROOM - len, "%s%s",
		    i == 1 ? "" : " ", args_word(run->args, i));
		if (wrote < 0 || (size_t)wrote >= WORDS_ROOM - len)
			return fault_say(&run->faults, EXIT_USAGE, "too_long",
			    NULL, "the text is longer than %d bytes",
			    WORDS_ROOM - 1);
		len += (size_t)wrote;
	}
	return EXIT_DONE;
}

/* Take the words of the command, or ask for them. */
static int
set_words(struct act *act, const char *question)
{
	char text[WORDS_ROOM];
	bool answered = false;
	int status;

	if ((status = join_words(act->run, text)) != EXIT_DONE)
		return status;
	if (text[0] != '\0')
		return act_set(act, "TEXT", "body", text);
	status = act_ask(act, "TEXT", "body", question, &answered);
	if (status != EXIT_DONE || answered)
		return status;
	return fault_say(&act->run->faults, EXIT_USAGE, "no_text",
	    "Put the text in quotes behind the id.", "there is nothing to say");
}

/* Say ${kind} about the record ${target}, in reply to another or to none. */
static int
say(struct run *run, const char *target, const char *reply_to,
    Erfa__CommentKind kind, const char *question, const char *said)
{
	char org[ORG_MAX + 1] = "";
	struct act act;
	int status;

	status = act_begin(run, HEADER_COMMENT, &act);
	if (status == EXIT_DONE)
		status = run_org(run, org);
	if (status == EXIT_DONE)
		status = act_draw(&act, org);
	if (status == EXIT_DONE)
		status = act_set(&act, "TRIAL", "target.id", target);
	if (status == EXIT_DONE && reply_to != NULL)
		status = act_set(&act, "TRIAL", "reply_to.id", reply_to);
	if (status == EXIT_DONE) {
		act.body->comment->has_kind = 1;
		act.body->comment->kind = kind;
		status = set_words(&act, question);
	}
	if (status == EXIT_DONE)
		status = act_leave(&act, NULL, 0, said);
	status = send_rescue(&act, status);
	act_close(&act);
	return status;
}

/* Say something about the record of the first word. */
static int
say_of(struct run *run, Erfa__CommentKind kind, const char *question,
    const char *said)
{
	Erfa__Answer *answer = NULL;
	int status;

	status = act_find(run, args_word(run->args, 0), &answer);
	if (status == EXIT_DONE)
		status = say(run, run_text(answer->show->row->full_id), NULL,
		    kind, question, said);
	control_free_answer(answer);
	return status;
}

int
cmd_ask(struct run *run)
{
	return say_of(run, ERFA__COMMENT_KIND__COMMENT_KIND_QUESTION,
	    _("Your question:"), _("a question"));
}

int
cmd_offer(struct run *run)
{
	return say_of(run, ERFA__COMMENT_KIND__COMMENT_KIND_OFFER_OF_HELP,
	    _("What can you help with?"), _("an offer of help"));
}

int
cmd_comment(struct run *run)
{
	if (args_given(run->args, "observation"))
		return say_of(run,
		    ERFA__COMMENT_KIND__COMMENT_KIND_PEER_OBSERVATION,
		    _("What did you see there?"), _("a peer observation"));
	if (args_given(run->args, "correction"))
		return say_of(run,
		    ERFA__COMMENT_KIND__COMMENT_KIND_CORRECTION_REQUEST,
		    _("What is wrong?"), _("a request for correction"));
	return say_of(run, ERFA__COMMENT_KIND__COMMENT_KIND_COMMENT,
	    _("Your comment:"), _("a comment"));
}

/* ---- answer ---- */

/* The only open question to the shown trial. */
static int
only_question(struct run *run, const Erfa__ShowAnswer *show,
    const Erfa__Related **ret_question)
{
	const Erfa__Related *found = NULL;
	size_t i, count = 0;

	for (i = 0; i < show->n_related; i++)
		if (talk_is_open(show, show->related[i])) {
			found = show->related[i];
			count++;
		}
	if (found == NULL)
		return fault_say(&run->faults, EXIT_USAGE, "which_question",
		    "Find its id:  erfa inbox", "%s has no open question",
		    run_text(show->row->id));
	if (count > 1)
		return fault_say(&run->faults, EXIT_USAGE, "which_question",
		    "Find its id:  erfa inbox", "%s has %zu open questions",
		    run_text(show->row->id), count);
	*ret_question = found;
	return EXIT_DONE;
}

/* Answer a question, or the only open one to a trial. */
static int
answer_to(struct run *run, const Erfa__ShowAnswer *show)
{
	const Erfa__Body *body = show->body;
	const Erfa__Row *row = show->row;
	const char *target = run_text(row->full_id);
	const Erfa__Related *question = NULL;
	int status;

	if (body->record_case == ERFA__BODY__RECORD_COMMENT &&
	    body->comment->target != NULL) {
		target = run_text(body->comment->target->id);
	} else {
		status = only_question(run, show, &question);
		if (question == NULL)
			return status;
		row = question->row;
	}
	return say(run, target, run_text(row->full_id),
	    ERFA__COMMENT_KIND__COMMENT_KIND_ANSWER, _("Your answer:"),
	    _("an answer"));
}

int
cmd_answer(struct run *run)
{
	Erfa__Answer *answer = NULL;
	int status;

	status = act_find(run, args_word(run->args, 0), &answer);
	if (status == EXIT_DONE)
		status = answer_to(run, answer->show);
	control_free_answer(answer);
	return status;
}

/* ---- retract ---- */

static int
fill_retraction(struct act *act, const struct act *target)
{
	static const struct act_option options[] = {
		{ "reason", "reason" },
		{ "explanation", "explanation" },
		{ "kind", "kind" },
		{ "replacement", "replacement.id" },
		{ NULL, NULL },
	};
	Erfa__Retraction *retraction = act->body->retraction;
	int status;

	if ((status = act_set(act, "TRIAL", "target.id", target->id)) !=
		EXIT_DONE ||
	    (status = act_set_options(act, options)) != EXIT_DONE)
		return status;
	if (!retraction->has_kind) {
		retraction->has_kind = 1;
		retraction->kind =
		    ERFA__RETRACTION_KIND__RETRACTION_KIND_RETRACTION;
	}
	if (retraction->has_reason &&
	    run_text(retraction->explanation)[0] != '\0')
		return EXIT_DONE;
	return fault_say(&act->run->faults, EXIT_USAGE, "no_reason",
	    "erfa retract TRIAL --reason data_error --explanation TEXT",
	    "who copied it must learn why: give --reason and --explanation");
}

/* What was said once is not said twice: everybody would be told again.  That a
 * concern became a retraction is something new. */
static int
check_first(const struct act *act, const struct act *target)
{
	const Erfa__Related *there = talk_retraction(target->show->show);
	const Erfa__Retraction *said;
	char remedy[128];

	if (there == NULL)
		there = talk_doubt(target->show->show);
	if (there == NULL)
		return EXIT_DONE;
	said = there->body->retraction;
	if (said->kind != act->body->retraction->kind &&
	    said->kind != ERFA__RETRACTION_KIND__RETRACTION_KIND_RETRACTION)
		return EXIT_DONE;
	(void)snprintf(remedy, sizeof(remedy),
	    _("To change what it says:  erfa edit %s --correct"),
	    run_text(there->row->id));
	if (said->kind != ERFA__RETRACTION_KIND__RETRACTION_KIND_RETRACTION)
		return fault_say(&act->run->faults, EXIT_USAGE,
		    "doubted_already", remedy,
		    "that was said of %s already: %s", target->shown,
		    run_text(said->explanation));
	return fault_say(&act->run->faults, EXIT_USAGE, "retracted_already",
	    remedy, "%s was taken back already: %s", target->shown,
	    run_text(said->explanation));
}

int
cmd_retract(struct run *run)
{
	struct act target, act = { .run = NULL };
	int status;

	status = act_open(run, args_word(run->args, 0), 0, &target);
	if (status == EXIT_DONE && !target.is_public)
		status = fault_say(&run->faults, EXIT_USAGE, "not_public",
		    "Throw the draft away:  erfa drafts --drop DRAFT",
		    "%s was never published", target.shown);
	if (status == EXIT_DONE)
		status = act_begin(run, HEADER_RETRACTION, &act);
	if (status == EXIT_DONE)
		status = fill_retraction(&act, &target);
	if (status == EXIT_DONE)
		status = check_first(&act, &target);
	if (status == EXIT_DONE)
		status = prompt_confirm(run,
		    act.body->retraction->kind ==
			    ERFA__RETRACTION_KIND__RETRACTION_KIND_RETRACTION ?
			N_("Everyone will see it struck through, with the "
			   "reason; it is not erased.  Retract?") :
			N_("Everyone will see your words above it; it is "
			   "neither struck through nor erased.  Publish?"));
	if (status == EXIT_DONE)
		status = act_leave(&act, NULL, 0, _("a retraction"));
	act_close(&act);
	act_close(&target);
	return status;
}
