#include <stdio.h>
#include <string.h>

#include "proto/body.h"
#include "client/inbox.h"
#include "client/judge.h"
#include "client/remind.h"
#include "client/run.h"
#include "client/waiting.h"

/* ---- reminders ---- */

/* Keep the later of two times. */
static void
keep_later(const char *time, char heard[DAY_LEN + 1])
{
	char day[DAY_LEN + 1] = "";

	(void)strncat(day, run_text(time), DAY_LEN);
	if (strcmp(day, heard) > 0)
		(void)snprintf(heard, DAY_LEN + 1, "%s", day);
}

/* The day of our last word of substance: a version of the trial that says more
 * than that all is still true, something learnt, or numbers. */
static void
last_word(const struct inbox *inbox, const Erfa__ShowAnswer *show,
    char heard[DAY_LEN + 1])
{
	const Erfa__Envelope *envelope = show->body->envelope;
	const Erfa__Related *related;
	size_t i;

	heard[0] = '\0';
	if (envelope == NULL ||
	    envelope->amendment_kind !=
		ERFA__AMENDMENT_KIND__AMENDMENT_KIND_CONFIRMATION)
		keep_later(show->row->time, heard);
	for (i = 0; i < show->n_related; i++) {
		related = show->related[i];
		if (related->row != NULL && related->body != NULL &&
		    inbox_is_own(inbox, related->row->publisher) &&
		    (related->body->record_case ==
			    ERFA__BODY__RECORD_EXPERIENCE ||
			related->body->record_case ==
			    ERFA__BODY__RECORD_OBSERVATION))
			keep_later(related->row->time, heard);
	}
}

static int
add_reminder(struct inbox *inbox, const Erfa__ShowAnswer *show,
    const struct remind *remind)
{
	static const enum inbox_section sections[] = {
		[REMIND_EXEMPTION] = INBOX_EXEMPTION,
		[REMIND_CONDITION] = INBOX_CONDITION,
		[REMIND_HALFTIME] = INBOX_HALFTIME,
		[REMIND_CONTINUATION] = INBOX_CONTINUATION,
	};
	struct inbox_letter letter = {
		.section = sections[remind->kind],
		.row = show->row,
		.about = run_text(show->row->id),
		.title = run_text(show->row->title),
		.what = remind->what,
		.no = remind->no,
		.days = remind->days,
	};

	(void)snprintf(letter.due, sizeof(letter.due), "%s", remind->due);
	if (remind->since[0] != '\0')
		(void)snprintf(letter.when, sizeof(letter.when), "%sT00:00:00Z",
		    remind->since);
	return inbox_add(inbox, &letter);
}

static int
add_reminders(struct inbox *inbox, const Erfa__ShowAnswer *show)
{
	struct remind list[REMIND_MAX];
	char heard[DAY_LEN + 1];
	struct judge judge;
	size_t count = 0;
	size_t i;
	int status;

	status = judge_open(
	    inbox->run, show->body, run_text(show->row->id), show, &judge);
	if (status == EXIT_DONE) {
		last_word(inbox, show, heard);
		count = remind_find(&judge.it, heard, list);
	}
	for (i = 0; i < count && status == EXIT_DONE; i++)
		status = add_reminder(inbox, show, &list[i]);
	judge_close(&judge);
	return status;
}

/* ---- what was decided ---- */

static int
add_decisions(struct inbox *inbox, const Erfa__ShowAnswer *show)
{
	const Erfa__Related *related;
	struct inbox_letter letter = { .section = INBOX_DECISION,
		.about = run_text(show->row->id),
		.title = run_text(show->row->title) };
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < show->n_related && status == EXIT_DONE; i++) {
		related = show->related[i];
		if (related->row == NULL || related->body == NULL ||
		    related->body->record_case != ERFA__BODY__RECORD_DECISION ||
		    inbox_is_own(inbox, related->row->publisher))
			continue;
		letter.row = related->row;
		letter.body = related->body;
		status = inbox_add(inbox, &letter);
	}
	return status;
}

int
inbox_due(struct inbox *inbox, const Erfa__ShowAnswer *show)
{
	int status;

	if (show->body == NULL ||
	    show->body->record_case != ERFA__BODY__RECORD_TRIAL ||
	    life_is_transcribed(show->body))
		return EXIT_DONE;
	status = add_decisions(inbox, show);
	return status != EXIT_DONE ? status : add_reminders(inbox, show);
}

/* ---- what waits for our answer ---- */

static int
add_application(void *context, const struct waiting *waiting)
{
	struct inbox *inbox = context;
	const Erfa__ShowAnswer *application = NULL;
	const Erfa__ShowAnswer *trial = NULL;
	struct inbox_letter letter = { .section = INBOX_APPLICATION };
	int status;

	status = inbox_look(
	    inbox, run_text(waiting->application->row->full_id), &application);
	if (status == EXIT_DONE)
		status = inbox_look(
		    inbox, run_text(waiting->trial->row->full_id), &trial);
	if (status != EXIT_DONE || application == NULL || trial == NULL)
		return status;
	letter.row = application->row;
	letter.body = trial->body;
	letter.about = run_text(trial->row->id);
	letter.title = run_text(trial->row->title);
	return inbox_add(inbox, &letter);
}

int
inbox_applications(struct inbox *inbox)
{
	return waiting_each(inbox->run, inbox->org, add_application, inbox);
}
