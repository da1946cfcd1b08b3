#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "client/act.h"
#include "client/check.h"
#include "client/cmd.h"
#include "client/groups.h"
#include "client/print.h"
#include "client/rows.h"
#include "client/run.h"
#include "client/talk.h"
#include "client/view.h"

/* That it was taken back, or is in doubt, stands above everything else. */
static void
print_retraction(
    struct run *run, const Erfa__Retraction *retraction, const char *heading)
{
	char code[ROWS_CODE_MAX];
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
	    &erfa__retraction_reason__descriptor, (int)retraction->reason);

	rows_code(value == NULL ? "" : value->name, "RETRACTION_REASON_", code);
	print_styled(run->out, PRINT_BAD, "%s: %s", heading,
	    labels_get(run->labels, "retraction_reason", code));
	print_say(run->out, "\n");
	print_block(run->out, 0, run_text(retraction->explanation));
	if (retraction->replacement != NULL)
		print_say(run->out, "\nRead instead:  erfa show %s",
		    run_text(retraction->replacement->id));
	print_say(run->out, "\n\n");
}

/* Say that the origin ${id} was taken back or is in doubt, if so. */
static void
print_lost_origin(struct run *run, const char *id)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest ask = ERFA__SHOW_REQUEST__INIT;
	const Erfa__Related *said = NULL;
	Erfa__Answer *answer = NULL;
	bool back = false;

	ask.id = run_lend(id);
	ask.at = run->day[0] == '\0' ? NULL : run->day;
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &ask;
	if (run_try(run, &request, &answer) != EXIT_DONE)
		return;
	if (answer->say_case == ERFA__ANSWER__SAY_SHOW) {
		said = talk_retraction(answer->show);
		back = said != NULL;
		if (!back)
			said = talk_doubt(answer->show);
	}
	if (said != NULL) {
		print_styled(run->out, PRINT_BAD, "%s: %s",
		    back ? _("ORIGIN RETRACTED") : _("ORIGIN IN DOUBT"),
		    run_text(answer->show->row->id));
		print_say(run->out, "\n");
		print_block(
		    run->out, 0, run_text(said->body->retraction->explanation));
		print_say(run->out, "\n");
	}
	control_free_answer(answer);
}

/* Who copied something learns above all that it was taken back. */
static void
print_origins(struct run *run, const Erfa__ShowAnswer *show)
{
	const Erfa__Adaptation *adaptation;
	const Erfa__Related *related;
	size_t i;

	for (i = 0; i < show->n_related; i++) {
		related = show->related[i];
		if (related->body == NULL ||
		    related->body->record_case != ERFA__BODY__RECORD_ADAPTATION)
			continue;
		adaptation = related->body->adaptation;
		if (adaptation->from_trial != NULL &&
		    adaptation->to_trial != NULL &&
		    strcmp(run_text(adaptation->to_trial->id),
			run_text(show->row->full_id)) == 0)
			print_lost_origin(
			    run, run_text(adaptation->from_trial->id));
	}
}

static void
print_title(struct run *run, const Erfa__ShowAnswer *show)
{
	const Erfa__Related *retraction = talk_retraction(show);
	const Erfa__Related *doubt = talk_doubt(show);
	const Erfa__Row *row = show->row;
	const char *title = run_text(row->title);

	if (retraction != NULL)
		print_retraction(
		    run, retraction->body->retraction, _("RETRACTED"));
	else if (doubt != NULL)
		print_retraction(run, doubt->body->retraction,
		    doubt->body->retraction->kind ==
			    ERFA__RETRACTION_KIND__RETRACTION_KIND_CORRECTION ?
			_("CORRECTED") :
			_("EXPRESSION OF CONCERN"));
	if (strcmp(run_text(row->state), "erased") == 0)
		print_say(run->out,
		    "ERASED for ever: only its place is left.\n"
		    "Which nodes have done it:  erfa erasure %s\n\n",
		    run_text(row->id));
	print_origins(run, show);
	print_styled(run->out, retraction == NULL ? PRINT_STRONG : PRINT_STRUCK,
	    "%s", *title == '\0' ? _("(no title)") : title);
	print_say(run->out, "\n");
	/* The version of what is erased went with it. */
	print_say(run->out,
	    show->body == NULL || show->body->envelope == NULL ?
		"%s %s" :
		"%s %s, version ",
	    labels_get(run->labels, "kind", run_text(row->kind)),
	    run_text(row->id));
	if (show->body != NULL && show->body->envelope != NULL)
		print_say(run->out, "%u.%u", show->body->envelope->major,
		    show->body->envelope->minor);
	/* Versions are named by two numbers, so how many there are is no third. */
	if (show->versions > 1)
		print_say(run->out, " (all %u:  erfa history %s)",
		    show->versions, run_text(row->id));
	print_say(run->out, "\n");
}

/* Who says it, when, and whether that was proved. */
static void
print_origin(struct run *run, const Erfa__ShowAnswer *show)
{
	const Erfa__Row *row = show->row;
	char when[PRINT_TIME_MAX];

	print_time(run_text(row->time), when);
	if (run_text(show->publisher_name)[0] != '\0')
		print_say(run->out, "%s (%s)", show->publisher_name,
		    run_text(row->publisher));
	else
		print_say(run->out, "%s", run_text(row->publisher));
	print_say(run->out, ", %s.  ", when);
	if (show->verified)
		print_styled(run->out, PRINT_GOOD, "Signature good.");
	else
		print_styled(run->out, PRINT_BAD, "Not verified.");
	if (run_text(row->language)[0] != '\0')
		print_say(run->out, "  Language: %s.", row->language);
	print_say(run->out, "\n");
	if (row->group_stranger)
		groups_say_stranger(run, row->group, row->group_name);
	else
		groups_say(run, row->group, row->group_name);
	if (row->disputed)
		check_dispute(run, run_text(row->publisher), show->claimant,
		    show->n_claimant);
	if (row->transcribed)
		print_say(run->out,
		    "Documented only: what a source reports, not what the "
		    "municipality says itself.\n");
	print_say(run->out, "\n");
}

static void
print_body(struct run *run, const Erfa__ShowAnswer *show)
{
	const char *state = run_text(show->row->state);
	char status[256];

	if (show->body == NULL) {
		print_field(run->out, 0, "state", 18,
		    labels_get(run->labels, "state", state));
		return;
	}
	rows_status(run, show->row, status, sizeof(status));
	if (status[0] != '\0')
		print_field(run->out, 0, "status", 18, status);
	view_record(run, show->body, true, 0);
	if (show->body->envelope != NULL)
		view_envelope(run, show->body->envelope);
}

/* The kind of a related record; "names:" = the shown one names it. */
static const char *
kind_of(const Erfa__Related *related)
{
	const char *relation = run_text(related->relation);
	const char *colon = strchr(relation, ':');

	return colon == NULL ? relation : colon + 1;
}

/* The comment in ${related}, or NULL. */
static const Erfa__Comment *
comment_of(const Erfa__Related *related)
{
	return related->body != NULL &&
		related->body->record_case == ERFA__BODY__RECORD_COMMENT ?
	    related->body->comment :
	    NULL;
}

/* What it is, who says it, and when. */
static void
print_heading(struct run *run, const Erfa__Related *related)
{
	const Erfa__Comment *comment = comment_of(related);
	const ProtobufCEnumValue *value = comment == NULL ?
	    NULL :
	    protobuf_c_enum_descriptor_get_value(
		&erfa__comment_kind__descriptor, (int)comment->kind);
	char code[ROWS_CODE_MAX];
	char when[PRINT_TIME_MAX];
	char mark[ROWS_CODE_MAX] = "";

	rows_code(value == NULL ? "" : value->name, "COMMENT_KIND_", code);
	print_styled(run->out, PRINT_STRONG, "%s",
	    value == NULL ? labels_get(run->labels, "kind", kind_of(related)) :
			    labels_get(run->labels, "comment_kind", code));
	if (related->row != NULL) {
		print_time(run_text(related->row->time), when);
		print_say(run->out, " %s (%s), %s", run_text(related->row->id),
		    run_text(related->row->publisher), when);
		groups_mark(run, related->row->group, mark, sizeof(mark));
		print_say(run->out, "%s%s", mark[0] == '\0' ? "" : " ", mark);
	}
	print_say(run->out, "\n");
}

static void
print_related(struct run *run, const Erfa__ShowAnswer *show)
{
	const char *about = run_text(show->row->full_id);
	const Erfa__Related *related;
	size_t i;

	for (i = 0; i < show->n_related; i++) {
		related = show->related[i];
		print_say(run->out, "\n");
		print_heading(run, related);
		if (comment_of(related) != NULL)
			print_block(
			    run->out, 2, run_text(comment_of(related)->body));
		else if (related->body != NULL)
			view_related(run, related->body, about, 2);
	}
	if (show->n_same_as > 0)
		print_say(run->out, "\n");
	for (i = 0; i < show->n_same_as; i++)
		print_field(run->out, 0, i == 0 ? _("also published as") : "",
		    18, show->same_as[i]);
}

static void
print_show(struct run *run, const Erfa__ShowAnswer *show)
{
	print_title(run, show);
	print_origin(run, show);
	print_body(run, show);
	print_related(run, show);
}

/* ---- drafts ---- */

/* For programs, it is shown as a record is. */
static void
fill_draft(const struct act *act, Erfa__Row *row, Erfa__ShowAnswer *out)
{
	row->id = run_lend(act->shown);
	row->full_id = run_lend(act->id);
	row->state = run_lend("draft");
	row->group = act->group[0] == '\0' ? NULL : run_lend(act->group);
	row->group_name = act->group_name[0] == '\0' ?
	    NULL :
	    run_lend(act->group_name);
	out->schema = run_lend("erfa.show/1");
	out->row = row;
	out->body = act->body;
}

/* A draft has no signature, no time and no number yet. */
static int
print_draft(struct run *run, const struct act *act)
{
	Erfa__ShowAnswer show = ERFA__SHOW_ANSWER__INIT;
	Erfa__Row row = ERFA__ROW__INIT;

	if (run->json) {
		fill_draft(act, &row, &show);
		return run_json(run, &show.base);
	}
	print_styled(run->out, PRINT_STRONG, "%s", act_title(act->body));
	print_say(run->out,
	    "\nA draft, %s: only this node can read it.\n"
	    "  Publish it:  erfa publish %s\n",
	    act->shown, act->shown);
	if (act->group[0] != '\0')
		print_say(run->out, "  To be restricted to %s.\n",
		    act->group_name[0] == '\0' ? act->group : act->group_name);
	print_say(run->out, "\n");
	view_record(run, act->body, true, 0);
	return EXIT_DONE;
}

/* What is not public may be written here; else act_look() tells why not. */
static int
show_draft(struct run *run, const char *id)
{
	struct act act;
	int status;

	status = act_look(run, id, &act);
	if (status == EXIT_DONE && act.is_draft)
		status = print_draft(run, &act);
	act_close(&act);
	return status;
}

int
cmd_show(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	const char *word = args_word(run->args, 0);
	char id[RECORD_ID_CHARS + 1];
	char day[RUN_DAY_LEN + 1];
	int status;

	show.id = run_lend(word);
	if (word[0] == '@') {
		if ((status = act_resolve(run, word, id)) != EXIT_DONE)
			return status;
		show.id = id;
	}
	show.version = run_lend(args_value(run->args, "at-version"));
	if (show.version == NULL && args_given(run->args, "at")) {
		run_today(run, day);
		show.at = day;
	}
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	if (show.version != NULL || show.at != NULL)
		status = run_ask(run, &request, 0, &answer);
	else
		status = run_try(run, &request, &answer);
	if (status != EXIT_DONE)
		return status;
	if (answer->say_case != ERFA__ANSWER__SAY_SHOW)
		status = show_draft(run, show.id);
	else if (run->json)
		status = run_json(run, &answer->show->base);
	else if (answer->show->row != NULL)
		print_show(run, answer->show);
	control_free_answer(answer);
	return status;
}
