#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/control.h"
#include "proto/record.h"
#include "proto/text.h"
#include "client/cmd.h"
#include "client/groups.h"
#include "client/inbox.h"
#include "client/labels.h"
#include "client/pages.h"
#include "client/print.h"
#include "client/reason.h"
#include "client/rows.h"
#include "client/run.h"
#include "client/speech.h"

#define PAGE       200U /* rows asked for at a time */
#define WIDTH      80   /* of a line that nobody looks at on a terminal */
#define ROOM_LEAST 12   /* columns that a title has */

static const struct {
	const char *code;
	const char *heading;
} sections[INBOX_SECTIONS] = {
	[INBOX_OPEN] = { "question",
	    N_("Questions that wait for your answer") },
	[INBOX_APPLICATION] = { "application",
	    N_("Applications that wait for your answer") },
	[INBOX_ANSWER] = { "answer", N_("Answers to your questions") },
	[INBOX_DECISION] = { "decision", N_("Decisions about your trials") },
	[INBOX_EXEMPTION] = { "exemption", N_("Exemptions of yours that end") },
	[INBOX_CONDITION] = { "condition", N_("Conditions that are due") },
	[INBOX_ERASED] = { "source_erased", N_("Source erased") },
	[INBOX_RETRACTED] = { "retraction", N_("Taken back") },
	[INBOX_FOLLOWED] = { "followed", N_("New of what you follow") },
	[INBOX_DESCENDANT] = { "descendant",
	    N_("Learnt where your trials were copied") },
	[INBOX_COPY] = { "copy", N_("Copies of your trials") },
	[INBOX_RELATIVE] = { "relative", N_("Learnt at origins and siblings") },
	[INBOX_WORD] = { "comment", N_("Other words to your trials") },
	[INBOX_HALFTIME] = { "half_time", N_("Half of the time is over") },
	[INBOX_CONTINUATION] = { "continuation",
	    N_("Over: what comes after?") },
};

/* ---- gathering ---- */

/* Everything about one trial of ours. */
static int
take_trial(struct inbox *inbox, const Erfa__Row *row)
{
	const Erfa__ShowAnswer *show;
	int status;

	status = inbox_look(inbox, row->full_id, &show);
	if (status != EXIT_DONE || show == NULL)
		return status;
	status = inbox_due(inbox, show);
	return status != EXIT_DONE ? status : inbox_talk(inbox, show);
}

/* What was answered to one word of ours. */
static int
take_comment(struct inbox *inbox, const Erfa__Row *row)
{
	const Erfa__ShowAnswer *show;
	int status;

	status = inbox_look(inbox, row->full_id, &show);
	if (status != EXIT_DONE || show == NULL)
		return status;
	return inbox_replies(inbox, show);
}

/* Go through all records of ${kind} (NULL = trials) of ${org}, and of those that
 * it took over from. */
static int
gather_of(struct inbox *inbox, const char *org, const char *kind,
    int (*take)(struct inbox *inbox, const Erfa__Row *row))
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ListRequest list = ERFA__LIST_REQUEST__INIT;
	Erfa__Answer *answer;
	char *before = NULL;
	int status;
	size_t i;

	list.kind = run_lend(kind);
	list.org = run_lend(org);
	list.has_limit = 1;
	list.limit = PAGE;
	request.ask_case = ERFA__REQUEST__ASK_LIST;
	request.list = &list;
	do {
		answer = NULL;
		list.cursor = before;
		status = run_ask(inbox->run, &request, 0, &answer);
		if (status == EXIT_DONE)
			status = inbox_hold(inbox, answer);
		if (status != EXIT_DONE)
			return status;
		/* What we wrote down of others' trials does not make them ours. */
		for (i = 0; i < answer->list->n_row && status == EXIT_DONE; i++)
			if (!answer->list->row[i]->transcribed)
				status = take(inbox, answer->list->row[i]);
		if (!pages_more(answer->list->next, before))
			break;
		before = answer->list->next;
	} while (status == EXIT_DONE);
	return status;
}

/* All names that this node goes by: a municipality that was renumbered has two,
 * and what others became part of it is found by the second. */
static int
gather(struct inbox *inbox, const char *kind,
    int (*take)(struct inbox *inbox, const Erfa__Row *row))
{
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < inbox->nself && status == EXIT_DONE; i++)
		status = gather_of(inbox, inbox->self[i], kind, take);
	return status;
}

/* ---- showing ---- */

static void
print_decision(struct run *run, const Erfa__Decision *decision)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
	    &erfa__outcome__descriptor, (int)decision->outcome);
	char code[ROWS_CODE_MAX];

	rows_code(value == NULL ? "" : value->name, "OUTCOME_", code);
	print_field(
	    run->out, 2, "", 4, labels_get(run->labels, "outcome", code));
	if (run_text(decision->plain_summary)[0] != '\0')
		print_field(run->out, 2, "", 4, decision->plain_summary);
}

static void
print_experience(struct run *run, const Erfa__Experience *experience)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
	    &erfa__verdict__descriptor, (int)experience->verdict);
	char code[ROWS_CODE_MAX];

	if (experience->has_verdict && value != NULL &&
	    experience->verdict != ERFA__VERDICT__VERDICT_UNSET &&
	    experience->verdict != ERFA__VERDICT__VERDICT_NOT_STATED) {
		rows_code(value->name, "VERDICT_", code);
		print_field(run->out, 2, "", 4,
		    labels_get(run->labels, "verdict", code));
	}
	if (experience->what_worked != NULL)
		print_field(run->out, 2, "+", 4, experience->what_worked);
	if (experience->what_did_not != NULL)
		print_field(run->out, 2, "-", 4, experience->what_did_not);
	/* What a source reports has neither. */
	if (experience->what_worked == NULL && experience->n_reported > 0)
		print_field(run->out, 2, "", 4, experience->reported[0]);
}

/* The words of a letter that somebody wrote, in brief. */
static void
print_words(struct run *run, const struct inbox_letter *letter)
{
	const Erfa__Body *body = letter->body;

	/* What stands in no other record is the trial, whose title was told. */
	if (body == NULL)
		return;
	if (body->record_case == ERFA__BODY__RECORD_COMMENT) {
		print_field(run->out, 2, "", 4, run_text(body->comment->body));
	} else if (body->record_case == ERFA__BODY__RECORD_RETRACTION) {
		print_field(run->out, 2, "", 4,
		    run_text(body->retraction->explanation));
	} else if (body->record_case == ERFA__BODY__RECORD_DECISION) {
		print_decision(run, body->decision);
	} else if (body->record_case == ERFA__BODY__RECORD_EXPERIENCE) {
		print_experience(run, body->experience);
	}
}

static void
print_exemption(struct run *run, const struct inbox_letter *letter)
{
	print_field(run->out, 2, "", 4, run_text(letter->what));
	if (letter->days < 0)
		print_say(run->out, "    It ran out on %s.\n", letter->due);
	else if (letter->days == 0)
		print_say(run->out, "    Today is its last day.\n");
	else
		print_say(run->out, "    It ends on %s: %d days are left.\n",
		    letter->due, letter->days);
	print_say(
	    run->out, "  How it stands:  erfa status %s\n", letter->about);
}

static void
print_condition(struct run *run, const struct inbox_letter *letter)
{
	print_field(run->out, 2, "", 4, run_text(letter->what));
	if (letter->days < 0)
		print_say(run->out, "    It was due on %s.\n", letter->due);
	else
		print_say(run->out, "    It is due on %s: %d days are left.\n",
		    letter->due, letter->days);
	print_say(
	    run->out, "  All of them:  erfa conditions %s\n", letter->about);
}

/* A trial that still runs is not finished by the one answer alone. */
static void
print_continuation(struct run *run, const struct inbox_letter *letter)
{
	if (strcmp(run_text(letter->row->status), "completed") == 0)
		print_say(run->out,
		    "  Answer:  erfa finish %s --continuation extended "
		    "(made_permanent, scaled_up, discontinued, undecided ...)\n",
		    letter->about);
	else
		print_say(run->out,
		    "  Answer:  erfa edit %s --set continuation.code=extended "
		    "(made_permanent, scaled_up, discontinued, undecided ...)\n",
		    letter->about);
}

/* Why it is told, and how to take it over. */
static void
print_followed(struct run *run, const struct inbox_letter *letter)
{
	const Erfa__Row *row = letter->row;
	const char *news = run_text(row->news);
	char why[REASON_LINE];

	reason_line(row, why, sizeof(why));
	print_say(run->out, "    Fits %u: %s\n", letter->no, letter->what);
	if (why[0] != '\0')
		print_field(run->out, 2, "", 4, why);
	if (news[0] != '\0' && strcmp(news, run_text(row->kind)) != 0)
		print_say(run->out, "    New is: %s\n",
		    labels_get(run->labels, "kind", news));
	print_say(run->out, "  Read it:  erfa show %s\n", letter->about);
}

/* What was erased may live on in what was taken over. */
static void
print_erased(struct run *run, const struct inbox_letter *letter)
{
	print_say(run->out,
	    "  It was erased for ever.  Your trial came from it: look whether "
	    "it holds what had to go.\n"
	    "  Change it:  erfa edit %s   Or:  erfa erase %s --reason "
	    "CODE\n",
	    letter->about, letter->about);
}

/* What can be done about a letter. */
static void
print_help(struct run *run, const struct inbox_letter *letter)
{
	if (letter->section == INBOX_OPEN)
		print_say(run->out, "  Answer:  erfa answer %s TEXT\n",
		    run_text(letter->row->id));
	else if (letter->section == INBOX_APPLICATION)
		print_say(run->out,
		    "  Answer:  erfa decide %s --outcome OUTCOME --plain TEXT\n",
		    letter->about);
	else if (letter->section == INBOX_HALFTIME)
		print_say(run->out,
		    "  What was learnt so far:  erfa learn %s\n",
		    letter->about);
	else if (letter->section == INBOX_CONTINUATION)
		print_continuation(run, letter);
	else if (letter->section == INBOX_ERASED)
		print_erased(run, letter);
}

/* Print the title of the trial on the line of ${used} columns, cut to fit. */
static void
print_title(struct run *run, const char *title, size_t used)
{
	size_t width = print_columns(run->out);
	char *form = NULL;
	size_t len, room;

	if (title[0] == '\0' ||
	    print_form(run->out, title, false, &form) != ERR_NONE)
		return;
	len = strlen(form);
	width = width == 0 ? WIDTH : width;
	room = width > used + 2 + ROOM_LEAST ? width - used - 2 : ROOM_LEAST;
	if (text_width(form) > room)
		form[text_cut(form, room - 3)] = '\0';
	print_say(run->out, "  %s%s", form, strlen(form) < len ? "..." : "");
	free(form);
}

/* What it is about, and who wrote it unless that is this node. */
static void
print_head(const struct inbox *inbox, const struct inbox_letter *letter)
{
	struct run *run = inbox->run;
	const char *id = run_text(letter->row->id);
	const char *writer = run_text(letter->row->publisher);
	char when[PRINT_TIME_MAX];
	char about[RECORD_ID_CHARS + 64] = "";

	print_time(letter->when, when);
	if (letter->due[0] != '\0')
		(void)snprintf(when, sizeof(when), "%s", letter->due);
	if (letter->about != NULL && strcmp(id, letter->about) != 0)
		(void)snprintf(
		    about, sizeof(about), _("  about %s"), letter->about);
	groups_mark(run, letter->row->group, about, sizeof(about));
	print_say(run->out, "%s  %s%s", id, when, about);
	print_title(run, run_text(letter->title),
	    strlen(id) + 2 + strlen(when) + text_width(about));
	print_say(run->out, "\n");
	if (!inbox_is_own(inbox, writer))
		print_say(run->out, "  From %s\n", inbox_name(inbox, writer));
}

static void
print_letter(const struct inbox *inbox, const struct inbox_letter *letter)
{
	struct run *run = inbox->run;

	print_head(inbox, letter);
	if (letter->row->retracted)
		print_styled(run->out, PRINT_BAD, "  %s\n", _("RETRACTED"));
	if (letter->section == INBOX_EXEMPTION)
		print_exemption(run, letter);
	else if (letter->section == INBOX_CONDITION)
		print_condition(run, letter);
	else if (letter->section == INBOX_FOLLOWED)
		print_followed(run, letter);
	else
		print_words(run, letter);
	print_help(run, letter);
}

static void
print_inbox(const struct inbox *inbox)
{
	struct run *run = inbox->run;
	enum inbox_section last = INBOX_SECTIONS;
	size_t i;

	if (inbox->count == 0)
		print_say(run->out, "Nothing waits for you.\n");
	for (i = 0; i < inbox->count; i++) {
		if (inbox->letters[i].section != last) {
			last = inbox->letters[i].section;
			if (i > 0)
				print_say(run->out, "\n");
			print_styled(run->out, PRINT_STRONG, "%s",
			    _(sections[last].heading));
			print_say(run->out, "\n");
		}
		print_letter(inbox, &inbox->letters[i]);
	}
}

/* One letter as a row that says why it is there. */
static Erfa__Row
row_of(struct inbox_letter *letter)
{
	Erfa__Row row = *letter->row;

	/* In which order they came is this node's own business. */
	row.has_arrival = 0;
	row.matched = run_lend(sections[letter->section].code);
	if (letter->due[0] != '\0')
		row.due = run_lend(letter->due);
	row.reminder = run_lend(letter->what);
	if (letter->section == INBOX_FOLLOWED) {
		row.follow = &letter->no;
		row.n_follow = 1;
	}
	return row;
}

/* As JSON it is a list. */
static int
json_list(const struct inbox *inbox, const Erfa__ListAnswer *list)
{
	return inbox->run->jsonl ? EXIT_DONE :
				   run_json(inbox->run, &list->base);
}

static int
json_inbox(const struct inbox *inbox)
{
	static const char schema[] = "erfa.inbox/1";
	Erfa__ListAnswer list = ERFA__LIST_ANSWER__INIT;
	Erfa__Row *rows = calloc(inbox->count + 1, sizeof(*rows));
	Erfa__Row **pointers = calloc(inbox->count + 1, sizeof(*pointers));
	int status = EXIT_DONE;
	size_t i;

	if (rows == NULL || pointers == NULL) {
		status = run_nomem(inbox->run);
		goto out;
	}
	for (i = 0; i < inbox->count && status == EXIT_DONE; i++) {
		rows[i] = row_of(&inbox->letters[i]);
		pointers[i] = &rows[i];
		if (inbox->run->jsonl)
			status = run_jsonl(inbox->run, &rows[i].base);
	}
	list.schema = run_lend(schema);
	list.row = pointers;
	list.n_row = inbox->count;
	list.has_total = 1;
	list.total = inbox->count;
	if (status == EXIT_DONE)
		status = json_list(inbox, &list);
out:
	free(rows);
	free(pointers);
	return status;
}

int
cmd_inbox(struct run *run)
{
	struct inbox inbox;
	int status;

	status = inbox_open(run, &inbox);
	if (status == EXIT_DONE)
		status = gather(&inbox, NULL, take_trial);
	if (status == EXIT_DONE)
		status = gather(&inbox, "comment", take_comment);
	if (status == EXIT_DONE)
		status = inbox_applications(&inbox);
	if (status == EXIT_DONE)
		status = inbox_followed(&inbox);
	if (status == EXIT_DONE) {
		inbox_sort(&inbox);
		if (run->json)
			status = json_inbox(&inbox);
		else
			print_inbox(&inbox);
	}
	/* Whoever looks at another day, or at a part, has not seen it all. */
	if (status == EXIT_DONE && inbox.since == NULL &&
	    !args_given(run->args, "at"))
		status = inbox_told(&inbox);
	inbox_close(&inbox);
	return status;
}
