#include "client/named.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "proto/body.h"
#include "proto/control.h"
#include "proto/header.h"
#include "client/run.h"
#include "client/speech.h"

/* Ask for the public record with the full id ${id}; *${ret_answer} is NULL if
 * there is none. */
static int
look(struct run *run, const char *id, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	*ret_answer = NULL;
	show.id = run_lend(id);
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	if ((status = run_try(run, &request, &answer)) != EXIT_DONE)
		return status;
	if (answer->say_case == ERFA__ANSWER__SAY_SHOW &&
	    answer->show->row != NULL)
		*ret_answer = answer;
	else
		control_free_answer(answer);
	return EXIT_DONE;
}

/* The same for a draft. */
static int
look_draft(struct run *run, const char *id, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__DraftGetRequest get = ERFA__DRAFT_GET_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	*ret_answer = NULL;
	get.id = run_lend(id);
	request.ask_case = ERFA__REQUEST__ASK_DRAFT_GET;
	request.draft_get = &get;
	if ((status = run_try(run, &request, &answer)) != EXIT_DONE)
		return status;
	if (answer->say_case == ERFA__ANSWER__SAY_DRAFT_GET &&
	    answer->draft_get->draft != NULL)
		*ret_answer = answer;
	else
		control_free_answer(answer);
	return EXIT_DONE;
}

/* The record by which ${body} is called, or NULL. */
static const Erfa__RecordRef *
by_which(const Erfa__Body *body)
{
	switch (body_kind(body)) {
	case HEADER_ROUND:
		return body->round->programme;
	case HEADER_ADAPTATION:
		return body->adaptation->to_trial;
	case HEADER_APPLICATION:
		return body->application->n_trials > 0 ?
		    body->application->trials[0] :
		    NULL;
	default:
		return NULL;
	}
}

/* Put ${title} of what it is called by into the name of ${body}. */
static void
put_name(const Erfa__Body *body, const char *title, char out[NAMED_MAX])
{
	bool numbered = body_kind(body) == HEADER_ROUND && body->round->has_no;

	if (numbered && *title != '\0')
		(void)snprintf(out, NAMED_MAX, _("%.400s, round %u"), title,
		    body->round->no);
	else if (numbered)
		(void)snprintf(out, NAMED_MAX, _("round %u"), body->round->no);
	else
		(void)snprintf(out, NAMED_MAX, "%.400s", title);
}

int
named_body(struct run *run, const Erfa__Body *body, char out[NAMED_MAX])
{
	const Erfa__RecordRef *ref = by_which(body);
	Erfa__Answer *answer = NULL;
	int status = EXIT_DONE;

	out[0] = '\0';
	if (ref != NULL && run_text(ref->id)[0] != '\0')
		status = look(run, ref->id, &answer);
	if (status == EXIT_DONE)
		put_name(body,
		    answer == NULL ? "" : run_text(answer->show->row->title),
		    out);
	control_free_answer(answer);
	return status;
}

/* Whether records of ${kind} have no title, or may have none. */
static bool
may_lack(const char *kind)
{
	return strcmp(kind, "round") == 0 || strcmp(kind, "adaptation") == 0 ||
	    strcmp(kind, "application") == 0;
}

int
named_row(struct run *run, const Erfa__Row *row, char out[NAMED_MAX])
{
	Erfa__Answer *answer;
	int status;

	(void)snprintf(out, NAMED_MAX, "%s", run_text(row->title));
	if (out[0] != '\0' || !may_lack(run_text(row->kind)) ||
	    run_text(row->full_id)[0] == '\0')
		return EXIT_DONE;
	status = look(run, row->full_id, &answer);
	if (status != EXIT_DONE || answer == NULL)
		return status;
	if (answer->show->body != NULL)
		status = named_body(run, answer->show->body, out);
	control_free_answer(answer);
	return status;
}

int
named_draft(struct run *run, const Erfa__Draft *draft, char out[NAMED_MAX])
{
	const Erfa__RecordRef *ref;
	Erfa__Answer *answer = NULL;
	Erfa__Answer *other = NULL;
	int status;

	(void)snprintf(out, NAMED_MAX, "%s", run_text(draft->title));
	if (out[0] != '\0' || !may_lack(run_text(draft->kind)))
		return EXIT_DONE;
	status = look_draft(run, run_text(draft->id), &answer);
	if (status != EXIT_DONE || answer == NULL)
		return status;
	ref = answer->draft_get->body == NULL ?
	    NULL :
	    by_which(answer->draft_get->body);
	if (ref != NULL && run_text(ref->id)[0] != '\0')
		status = look_draft(run, ref->id, &other);
	if (status == EXIT_DONE && other != NULL)
		put_name(answer->draft_get->body,
		    run_text(other->draft_get->draft->title), out);
	else if (status == EXIT_DONE && answer->draft_get->body != NULL)
		status = named_body(run, answer->draft_get->body, out);
	control_free_answer(other);
	control_free_answer(answer);
	return status;
}
