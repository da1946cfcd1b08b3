#include "client/term.h"

#include <stdlib.h>
#include <string.h>

#include "proto/answer.h"
#include "proto/control.h"
#include "proto/text.h"
#include "client/run.h"
#include "client/whole.h"

#define LOCAL_MAX 500 /* published terms that are looked at */

/* Is ${folded} among these labels? */
static enum err
is_label(Erfa__Label *const *labels, size_t count, const char *folded,
    const Erfa__Label **ret_label)
{
	char *own;
	enum err err;
	size_t i;

	for (i = 0; i < count && *ret_label == NULL; i++) {
		err = text_fold(run_text(labels[i]->text), &own);
		if (err == ERR_SYNTAX)
			continue;
		if (err != ERR_NONE)
			return err;
		if (strcmp(own, folded) == 0)
			*ret_label = labels[i];
		free(own);
	}
	return ERR_NONE;
}

/* The label of ${term} that ${folded} is, or NULL. */
static enum err
find_label(
    const Erfa__Term *term, const char *folded, const Erfa__Label **ret_label)
{
	enum err err;

	*ret_label = NULL;
	err = is_label(term->pref_label, term->n_pref_label, folded, ret_label);
	if (err == ERR_NONE)
		err = is_label(
		    term->alt_label, term->n_alt_label, folded, ret_label);
	if (err == ERR_NONE)
		err = is_label(term->hidden_label, term->n_hidden_label, folded,
		    ret_label);
	return err;
}

/* Is one of ${ids} a concept of the vocabulary that was found? */
static bool
is_found(const Erfa__TermReport *report, char *const *ids, size_t count)
{
	size_t i, k;

	for (i = 0; i < count; i++)
		for (k = 0; k < report->n_meaning; k++)
			if (run_text(report->meaning[k]->org)[0] == '\0' &&
			    strcmp(ids[i],
				run_text(report->meaning[k]->term->concept)) ==
				0)
				return true;
	return false;
}

static bool
is_mapped(const Erfa__TermReport *report, const Erfa__Term *term)
{
	return is_found(report, term->exact_match, term->n_exact_match) ||
	    is_found(report, term->close_match, term->n_close_match) ||
	    is_found(report, term->broad_match, term->n_broad_match);
}

/* Take the term out of the answer that shows it. */
static enum err
take(Erfa__ShowAnswer *show, const Erfa__Label *label, const char *how,
    Erfa__TermReport *report)
{
	Erfa__Term *term = show->body->term;
	Erfa__TermMeaning *meaning;
	enum err err;

	err = answer_add(&report->meaning, &report->n_meaning,
	    &erfa__term_meaning__descriptor, &meaning);
	if (err != ERR_NONE ||
	    (err = answer_text(&meaning->how, how)) != ERR_NONE ||
	    (err = answer_text(&meaning->name, run_text(show->row->title))) !=
		ERR_NONE ||
	    (err = answer_text(
		 &meaning->org, run_text(show->row->publisher))) != ERR_NONE ||
	    (err = answer_text(
		 &meaning->record, run_text(show->row->full_id))) != ERR_NONE)
		return err;
	if (label != NULL) {
		err = answer_text(&meaning->found, label->text);
		if (err == ERR_NONE)
			err = answer_text_add(&meaning->found_in,
			    &meaning->n_found_in, run_text(label->language));
	}
	show->body->term = NULL;
	show->body->record_case = ERFA__BODY__RECORD__NOT_SET;
	meaning->term = term;
	return err;
}

/* Look at one published term. */
static int
look_at(struct run *run, const Erfa__Row *row, const char *folded,
    Erfa__TermReport *report)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	const Erfa__Label *label = NULL;
	Erfa__Answer *answer = NULL;
	const Erfa__Body *body;
	enum err err = ERR_NONE;
	int status;

	show.id = run_lend(run_text(row->full_id));
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	if ((status = run_try(run, &request, &answer)) != EXIT_DONE)
		return status;
	body = answer->say_case == ERFA__ANSWER__SAY_SHOW ? answer->show->body :
							    NULL;
	if (body != NULL && body->record_case == ERFA__BODY__RECORD_TERM) {
		err = find_label(body->term, folded, &label);
		if (err == ERR_NONE && label != NULL)
			err = take(answer->show, label, "exact", report);
		else if (err == ERR_NONE && is_mapped(report, body->term))
			err = take(answer->show, NULL, "mapped", report);
	}
	control_free_answer(answer);
	return err == ERR_NONE ? EXIT_DONE : run_nomem(run);
}

int
term_local(struct run *run, const char *text, Erfa__TermReport *report)
{
	static const char *const fields[] = { "row", NULL };
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ListRequest list = ERFA__LIST_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	char *folded = NULL;
	size_t i;
	int status;

	/* A dictionary is of use where no erfad runs. */
	if (!run_reachable(run))
		return EXIT_DONE;
	list.kind = run_lend("term");
	request.ask_case = ERFA__REQUEST__ASK_LIST;
	request.list = &list;
	status = whole_ask(run, &request, &list.cursor, fields, &answer);
	if (status != EXIT_DONE)
		return status;
	if (text_fold(text, &folded) != ERR_NONE)
		status = run_nomem(run);
	for (i = 0; status == EXIT_DONE && i < answer->list->n_row &&
	     i < LOCAL_MAX && report->n_meaning < TERM_MANY;
	     i++)
		if (!answer->list->row[i]->retracted)
			status = look_at(
			    run, answer->list->row[i], folded, report);
	free(folded);
	control_free_answer(answer);
	return status;
}
