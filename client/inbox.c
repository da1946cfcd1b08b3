#include "client/inbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/day.h"
#include "proto/heirs.h"
#include "client/orgs.h"
#include "client/print.h"
#include "client/run.h"

int
inbox_open(struct run *run, struct inbox *ret_inbox)
{
	Erfa__Answer *answer = NULL;
	int32_t first, last;
	time_t when;
	int status;

	memset(ret_inbox, 0, sizeof(*ret_inbox));
	ret_inbox->run = run;
	ret_inbox->since = args_value(run->args, "since");
	if (ret_inbox->since != NULL &&
	    day_range(ret_inbox->since, &first, &last) != ERR_NONE &&
	    print_clock(ret_inbox->since, &when) != ERR_NONE)
		return fault_say(&run->faults, EXIT_USAGE, "bad_date",
		    "Write it as 2026-11-21 or 2026-11-21T12:00:00Z",
		    "\"%.40s\" is no date", ret_inbox->since);
	if ((status = run_org(run, ret_inbox->org)) != EXIT_DONE ||
	    (status = orgs_ask(run, false, &answer)) != EXIT_DONE ||
	    (status = inbox_hold(ret_inbox, answer)) != EXIT_DONE)
		return status;
	ret_inbox->orgs = answer->orgs;
	ret_inbox->self = answer->orgs->self;
	ret_inbox->nself = answer->orgs->n_self;
	return orgs_heirs_of(run, answer->orgs, &ret_inbox->heirs);
}

void
inbox_close(struct inbox *inbox)
{
	size_t i;

	for (i = 0; i < inbox->nanswers; i++)
		control_free_answer(inbox->answers[i]);
	free(inbox->answers);
	free(inbox->letters);
	free(inbox->follows);
	heirs_free(inbox->heirs);
	memset(inbox, 0, sizeof(*inbox));
}

bool
inbox_is_own(const struct inbox *inbox, const char *org)
{
	size_t i;

	for (i = 0; i < inbox->nself; i++)
		if (heirs_counts(inbox->heirs, inbox->self[i], run_text(org)))
			return true;
	return false;
}

const char *
inbox_name(const struct inbox *inbox, const char *org)
{
	const Erfa__Organisation *found = orgs_find(inbox->orgs, org);

	return found == NULL || run_text(found->name)[0] == '\0' ? org :
								   found->name;
}

int
inbox_hold(struct inbox *inbox, Erfa__Answer *answer)
{
	Erfa__Answer **more = realloc(
	    inbox->answers, (inbox->nanswers + 1) * sizeof(*inbox->answers));

	if (more == NULL) {
		control_free_answer(answer);
		return run_nomem(inbox->run);
	}
	inbox->answers = more;
	inbox->answers[inbox->nanswers++] = answer;
	return EXIT_DONE;
}

int
inbox_look(
    struct inbox *inbox, const char *id, const Erfa__ShowAnswer **ret_show)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	*ret_show = NULL;
	show.id = run_lend(id);
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	if ((status = run_try(inbox->run, &request, &answer)) != EXIT_DONE)
		return status;
	if (answer->say_case == ERFA__ANSWER__SAY_SHOW &&
	    answer->show->row != NULL)
		*ret_show = answer->show;
	return inbox_hold(inbox, answer);
}

/* Whether a reminder is one: it may stand beside another letter about the same
 * record. */
static bool
is_reminder(enum inbox_section section)
{
	return section == INBOX_EXEMPTION || section == INBOX_CONDITION ||
	    section == INBOX_HALFTIME || section == INBOX_CONTINUATION;
}

static bool
is_in(const struct inbox *inbox, const struct inbox_letter *letter)
{
	const struct inbox_letter *other;
	size_t i;

	for (i = 0; i < inbox->count; i++) {
		other = &inbox->letters[i];
		if (strcmp(run_text(other->row->full_id),
			run_text(letter->row->full_id)) != 0)
			continue;
		if (!is_reminder(letter->section) ?
			!is_reminder(other->section) :
			other->section == letter->section &&
			    other->no == letter->no &&
			    strcmp(run_text(other->what),
				run_text(letter->what)) == 0)
			return true;
	}
	return false;
}

int
inbox_add(struct inbox *inbox, const struct inbox_letter *letter)
{
	struct inbox_letter *more;
	struct inbox_letter it = *letter;

	if (it.when[0] == '\0')
		(void)snprintf(it.when, sizeof(it.when), "%s",
		    run_text(letter->row->time));
	if (is_in(inbox, letter) ||
	    (it.section != INBOX_OPEN && inbox->since != NULL &&
		strcmp(it.when, inbox->since) < 0))
		return EXIT_DONE;
	more = realloc(
	    inbox->letters, (inbox->count + 1) * sizeof(*inbox->letters));
	if (more == NULL)
		return run_nomem(inbox->run);
	inbox->letters = more;
	inbox->letters[inbox->count++] = it;
	return EXIT_DONE;
}

static int
compare(const void *left, const void *right)
{
	const struct inbox_letter *a = left;
	const struct inbox_letter *b = right;
	int order;

	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	order = strcmp(b->when, a->when);
	if (order == 0)
		order = strcmp(
		    run_text(a->row->full_id), run_text(b->row->full_id));
	return order != 0 ? order : (a->no > b->no) - (a->no < b->no);
}

void
inbox_sort(struct inbox *inbox)
{
	if (inbox->count > 1)
		qsort(inbox->letters, inbox->count, sizeof(*inbox->letters),
		    compare);
}
