#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/control.h"
#include "client/inbox.h"
#include "client/run.h"
#include "client/talk.h"

/* One letter about a record that others wrote. */
static int
add(struct inbox *inbox, enum inbox_section section, const Erfa__Row *row,
    const Erfa__Body *body, const Erfa__Row *about)
{
	const struct inbox_letter letter = {
		.section = section,
		.row = row,
		.body = body,
		.about = run_text(about->id),
		.title = run_text(about->title),
	};

	return inbox_add(inbox, &letter);
}

/* Words to a trial of ours: open questions, and all else. */
static int
take_words(struct inbox *inbox, const Erfa__ShowAnswer *show)
{
	const Erfa__Related *related;
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < show->n_related && status == EXIT_DONE; i++) {
		related = show->related[i];
		if (related->row == NULL || related->body == NULL ||
		    related->body->record_case != ERFA__BODY__RECORD_COMMENT ||
		    inbox_is_own(inbox, related->row->publisher))
			continue;
		status = add(inbox,
		    talk_is_open(show, related) ? INBOX_OPEN : INBOX_WORD,
		    related->row, related->body, show->row);
	}
	return status;
}

/* What was learnt at another trial of the family, or that it was taken back or
 * is in doubt. */
static int
take_learning(struct inbox *inbox, const Erfa__ShowAnswer *show, bool below)
{
	const Erfa__Related *retraction = talk_retraction(show);
	const Erfa__Related *doubt = talk_doubt(show);
	const Erfa__Row *about = show->row;
	const Erfa__Related *related;
	int status = EXIT_DONE;
	size_t i;

	if (retraction != NULL)
		status = add(inbox, INBOX_RETRACTED, retraction->row,
		    retraction->body, about);
	else if (doubt != NULL)
		status = add(inbox, below ? INBOX_DESCENDANT : INBOX_RELATIVE,
		    doubt->row, doubt->body, about);
	if (status == EXIT_DONE && below)
		status = add(inbox, INBOX_COPY, show->row, NULL, about);
	for (i = 0; i < show->n_related && status == EXIT_DONE; i++) {
		related = show->related[i];
		if (related->row != NULL && related->body != NULL &&
		    related->body->record_case == ERFA__BODY__RECORD_EXPERIENCE)
			status = add(inbox,
			    below ? INBOX_DESCENDANT : INBOX_RELATIVE,
			    related->row, related->body, about);
	}
	return status;
}

/* Mark in ${below} what came from ${id}; parents stand before children. */
static void
mark_below(const Erfa__LineageAnswer *family, const char *id, bool *below)
{
	const Erfa__LineageTrial *trial;
	const char *parent;
	size_t i, k, p;

	for (i = 0; i < family->n_trial; i++) {
		trial = family->trial[i];
		for (k = 0; k < trial->n_parent && !below[i]; k++) {
			parent = run_text(trial->parent[k]->full_id);
			below[i] = strcmp(parent, id) == 0;
			for (p = 0; p < i && !below[i]; p++)
				below[i] = below[p] &&
				    strcmp(parent,
					run_text(family->trial[p]->full_id)) ==
					0;
		}
	}
}

/* Does the trial come from ${id}, directly? */
static bool
has_parent(const Erfa__LineageTrial *trial, const char *id)
{
	size_t i;

	for (i = 0; i < trial->n_parent; i++)
		if (strcmp(run_text(trial->parent[i]->full_id), id) == 0)
			return true;
	return false;
}

/* Mark in ${above} what ${id} came from; parents stand before children. */
static void
mark_above(const Erfa__LineageAnswer *family, const char *id, bool *above)
{
	const Erfa__LineageTrial *child;
	size_t i, k;

	for (i = family->n_trial; i-- > 0;)
		for (k = i + 1; k < family->n_trial && !above[i]; k++) {
			child = family->trial[k];
			above[i] = (above[k] ||
				       strcmp(run_text(child->full_id), id) ==
					   0) &&
			    has_parent(
				child, run_text(family->trial[i]->full_id));
		}
}

/* What ours came from was erased: what was taken over of it is ours. */
static int
take_erased(struct inbox *inbox, const Erfa__LineageAnswer *family,
    const Erfa__ShowAnswer *ours)
{
	const Erfa__ShowAnswer *show;
	bool *above = calloc(family->n_trial + 1, sizeof(*above));
	int status = EXIT_DONE;
	size_t i;

	if (above == NULL)
		return run_nomem(inbox->run);
	mark_above(family, run_text(family->id), above);
	for (i = 0; i < family->n_trial && status == EXIT_DONE; i++) {
		if (!above[i] ||
		    strcmp(run_text(family->trial[i]->state), "erased") != 0)
			continue;
		status = inbox_look(inbox, family->trial[i]->full_id, &show);
		if (status == EXIT_DONE && show != NULL)
			status = add(
			    inbox, INBOX_ERASED, show->row, NULL, ours->row);
	}
	free(above);
	return status;
}

static int
take_family(struct inbox *inbox, const Erfa__LineageAnswer *family)
{
	const Erfa__ShowAnswer *show;
	const char *id = run_text(family->id);
	const Erfa__LineageTrial *trial;
	bool *below = calloc(family->n_trial + 1, sizeof(*below));
	int status = EXIT_DONE;
	size_t i;

	if (below == NULL)
		return run_nomem(inbox->run);
	mark_below(family, id, below);
	for (i = 0; i < family->n_trial && status == EXIT_DONE; i++) {
		trial = family->trial[i];
		if (inbox_is_own(inbox, trial->publisher))
			continue;
		status = inbox_look(inbox, trial->full_id, &show);
		if (status == EXIT_DONE && show != NULL)
			status = take_learning(inbox, show, below[i]);
	}
	free(below);
	return status;
}

int
inbox_talk(struct inbox *inbox, const Erfa__ShowAnswer *show)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__LineageRequest lineage = ERFA__LINEAGE_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	char today[RUN_DAY_LEN + 1];
	int status;

	if ((status = take_words(inbox, show)) != EXIT_DONE)
		return status;
	run_today(inbox->run, today);
	lineage.id = show->row->full_id;
	lineage.at = today;
	request.ask_case = ERFA__REQUEST__ASK_LINEAGE;
	request.lineage = &lineage;
	if ((status = run_try(inbox->run, &request, &answer)) != EXIT_DONE)
		return status;
	if (answer->say_case == ERFA__ANSWER__SAY_LINEAGE)
		status = take_family(inbox, answer->lineage);
	if (status == EXIT_DONE &&
	    answer->say_case == ERFA__ANSWER__SAY_LINEAGE &&
	    strcmp(run_text(show->row->state), "erased") != 0)
		status = take_erased(inbox, answer->lineage, show);
	control_free_answer(answer);
	return status;
}

/* What the comment shown is about; else the comment. */
static const Erfa__Row *
target_of(const Erfa__ShowAnswer *show)
{
	const Erfa__RecordRef *target = show->body->comment->target;
	const Erfa__Related *related;
	size_t i;

	for (i = 0; target != NULL && i < show->n_related; i++) {
		related = show->related[i];
		if (related->row != NULL &&
		    strcmp(run_text(related->row->full_id),
			run_text(target->id)) == 0)
			return related->row;
	}
	return show->row;
}

/* Whether ${related} is somebody else's reply to the comment shown. */
static bool
is_reply(const struct inbox *inbox, const Erfa__ShowAnswer *show,
    const Erfa__Related *related)
{
	const Erfa__RecordRef *to;

	if (related->row == NULL || related->body == NULL ||
	    related->body->record_case != ERFA__BODY__RECORD_COMMENT ||
	    inbox_is_own(inbox, related->row->publisher))
		return false;
	to = related->body->comment->reply_to;
	return to != NULL &&
	    strcmp(run_text(to->id), run_text(show->row->full_id)) == 0;
}

int
inbox_replies(struct inbox *inbox, const Erfa__ShowAnswer *show)
{
	int status = EXIT_DONE;
	size_t i;

	if (show->body == NULL ||
	    show->body->record_case != ERFA__BODY__RECORD_COMMENT)
		return EXIT_DONE;
	for (i = 0; i < show->n_related && status == EXIT_DONE; i++)
		if (is_reply(inbox, show, show->related[i]))
			status = add(inbox, INBOX_ANSWER, show->related[i]->row,
			    show->related[i]->body, target_of(show));
	return status;
}
