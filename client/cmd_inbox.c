#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/control.h"
#include "client/cmd.h"
#include "client/pages.h"
#include "client/print.h"
#include "client/rows.h"
#include "client/run.h"
#include "client/talk.h"

#define PAGE 200U /* rows asked for at a time */

/* What a letter is, in the order in which they are shown. */
enum section {
	OPEN,       /* a question to a trial of ours that waits */
	RETRACTED,  /* a trial of our families was taken back */
	DESCENDANT, /* learnt where ours was copied */
	COPY,       /* a copy of ours */
	RELATIVE,   /* learnt at an origin or a sibling */
	WORD,       /* any other word to a trial of ours */
	SECTIONS,
};

static const struct {
	const char *code;
	const char *heading;
} sections[SECTIONS] = {
	[OPEN] = { "question", N_("Questions that wait for your answer") },
	[RETRACTED] = { "retraction", N_("Taken back") },
	[DESCENDANT] = { "descendant",
	    N_("Learnt where your trials were copied") },
	[COPY] = { "copy", N_("Copies of your trials") },
	[RELATIVE] = { "relative", N_("Learnt at origins and siblings") },
	[WORD] = { "comment", N_("Other words to your trials") },
};

/* One line of the inbox; all is lent by the answers. */
struct letter {
	enum section section;
	Erfa__Row *row;
	const Erfa__Body *body; /* NULL if there is nothing to be read */
	const char *about;      /* shown id of the trial */
};

struct inbox {
	struct run *run;
	char org[ORG_MAX + 1];
	const char *since; /* NULL: everything */
	struct letter *letters;
	size_t count;
	Erfa__Answer **answers; /* that letters lie in */
	size_t nanswers;
};

/* ---- gathering ---- */

static bool
is_in(const struct inbox *inbox, const Erfa__Row *row)
{
	size_t i;

	for (i = 0; i < inbox->count; i++)
		if (strcmp(run_text(inbox->letters[i].row->full_id),
			run_text(row->full_id)) == 0)
			return true;
	return false;
}

/* Add a letter, once, unless it is older than was asked for. */
static int
add(struct inbox *inbox, enum section section, Erfa__Row *row,
    const Erfa__Body *body, const char *about)
{
	struct letter *more;

	if (is_in(inbox, row) ||
	    (section != OPEN && inbox->since != NULL &&
		strcmp(run_text(row->time), inbox->since) < 0))
		return EXIT_DONE;
	more = realloc(
	    inbox->letters, (inbox->count + 1) * sizeof(*inbox->letters));
	if (more == NULL)
		return run_nomem(inbox->run);
	inbox->letters = more;
	inbox->letters[inbox->count++] = (struct letter){
		.section = section,
		.row = row,
		.body = body,
		.about = about,
	};
	return EXIT_DONE;
}

/* Keep ${answer} as long as the inbox; it is taken. */
static int
hold(struct inbox *inbox, Erfa__Answer *answer)
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

/* Ask about one record; *${ret_show} is NULL if nothing can be told. */
static int
look(struct inbox *inbox, char *id, const Erfa__ShowAnswer **ret_show)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	*ret_show = NULL;
	show.id = id;
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	if ((status = run_try(inbox->run, &request, &answer)) != EXIT_DONE)
		return status;
	if (answer->say_case == ERFA__ANSWER__SAY_SHOW &&
	    answer->show->row != NULL)
		*ret_show = answer->show;
	return hold(inbox, answer);
}

/* Words to a trial of ours: open questions, and all else. */
static int
take_words(struct inbox *inbox, const Erfa__ShowAnswer *show)
{
	Erfa__Related *related;
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < show->n_related && status == EXIT_DONE; i++) {
		related = show->related[i];
		if (related->row == NULL || related->body == NULL ||
		    related->body->record_case != ERFA__BODY__RECORD_COMMENT ||
		    strcmp(run_text(related->row->publisher), inbox->org) == 0)
			continue;
		status = add(inbox, talk_is_open(show, related) ? OPEN : WORD,
		    related->row, related->body, run_text(show->row->id));
	}
	return status;
}

/* What was learnt at another trial of the family, or that it was taken back. */
static int
take_learning(struct inbox *inbox, const Erfa__ShowAnswer *show, bool below)
{
	const Erfa__Related *retraction = talk_retraction(show);
	const char *about = run_text(show->row->id);
	Erfa__Related *related;
	int status = EXIT_DONE;
	size_t i;

	if (retraction != NULL)
		status = add(
		    inbox, RETRACTED, retraction->row, retraction->body, about);
	if (status == EXIT_DONE && below)
		status = add(inbox, COPY, show->row, NULL, about);
	for (i = 0; i < show->n_related && status == EXIT_DONE; i++) {
		related = show->related[i];
		if (related->row != NULL && related->body != NULL &&
		    related->body->record_case == ERFA__BODY__RECORD_EXPERIENCE)
			status = add(inbox, below ? DESCENDANT : RELATIVE,
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

static int
take_family(struct inbox *inbox, const Erfa__LineageAnswer *family)
{
	const Erfa__ShowAnswer *show;
	const char *id = run_text(family->id);
	Erfa__LineageTrial *trial;
	bool *below = calloc(family->n_trial + 1, sizeof(*below));
	int status = EXIT_DONE;
	size_t i;

	if (below == NULL)
		return run_nomem(inbox->run);
	mark_below(family, id, below);
	for (i = 0; i < family->n_trial && status == EXIT_DONE; i++) {
		trial = family->trial[i];
		if (strcmp(run_text(trial->publisher), inbox->org) == 0)
			continue;
		status = look(inbox, trial->full_id, &show);
		if (status == EXIT_DONE && show != NULL)
			status = take_learning(inbox, show, below[i]);
	}
	free(below);
	return status;
}

/* Everything about one trial of ours. */
static int
take_trial(struct inbox *inbox, Erfa__Row *row)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__LineageRequest lineage = ERFA__LINEAGE_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	const Erfa__ShowAnswer *show;
	char today[RUN_DAY_LEN + 1];
	int status;

	status = look(inbox, row->full_id, &show);
	if (status == EXIT_DONE && show != NULL)
		status = take_words(inbox, show);
	if (status != EXIT_DONE)
		return status;
	run_today(inbox->run, today);
	lineage.id = row->full_id;
	lineage.at = today;
	request.ask_case = ERFA__REQUEST__ASK_LINEAGE;
	request.lineage = &lineage;
	if ((status = run_try(inbox->run, &request, &answer)) != EXIT_DONE)
		return status;
	if (answer->say_case == ERFA__ANSWER__SAY_LINEAGE)
		status = take_family(inbox, answer->lineage);
	control_free_answer(answer);
	return status;
}

/* Go through all trials of ours. */
static int
gather(struct inbox *inbox)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ListRequest list = ERFA__LIST_REQUEST__INIT;
	Erfa__Answer *answer;
	char *before = NULL;
	int status;
	size_t i;

	list.org = inbox->org;
	list.has_limit = 1;
	list.limit = PAGE;
	request.ask_case = ERFA__REQUEST__ASK_LIST;
	request.list = &list;
	do {
		answer = NULL;
		list.cursor = before;
		status = run_ask(inbox->run, &request, 0, &answer);
		if (status == EXIT_DONE)
			status = hold(inbox, answer);
		if (status != EXIT_DONE)
			return status;
		for (i = 0; i < answer->list->n_row && status == EXIT_DONE; i++)
			status = take_trial(inbox, answer->list->row[i]);
		if (!pages_more(answer->list->next, before))
			break;
		before = answer->list->next;
	} while (status == EXIT_DONE);
	return status;
}

/* By section, then the latest first; what is as old, by its id. */
static int
compare(const void *left, const void *right)
{
	const struct letter *a = left;
	const struct letter *b = right;
	int order;

	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	order = strcmp(run_text(b->row->time), run_text(a->row->time));
	return order != 0 ?
	    order :
	    strcmp(run_text(a->row->full_id), run_text(b->row->full_id));
}

/* ---- showing ---- */

/* The words of a letter, in brief. */
static void
print_words(struct run *run, const struct letter *letter)
{
	const Erfa__Body *body = letter->body;

	if (body == NULL) {
		print_field(run->out, 2, "", 4, run_text(letter->row->title));
	} else if (body->record_case == ERFA__BODY__RECORD_COMMENT) {
		print_field(run->out, 2, "", 4, run_text(body->comment->body));
	} else if (body->record_case == ERFA__BODY__RECORD_RETRACTION) {
		print_field(run->out, 2, "", 4,
		    run_text(body->retraction->explanation));
	} else if (body->record_case == ERFA__BODY__RECORD_EXPERIENCE) {
		if (body->experience->what_worked != NULL)
			print_field(
			    run->out, 2, "+", 4, body->experience->what_worked);
		if (body->experience->what_did_not != NULL)
			print_field(run->out, 2, "-", 4,
			    body->experience->what_did_not);
	}
}

static void
print_letter(struct run *run, const struct letter *letter)
{
	char when[PRINT_TIME_MAX];

	print_time(run_text(letter->row->time), when);
	print_say(run->out, "%s  %s", run_text(letter->row->id), when);
	if (letter->section != COPY)
		print_say(run->out, "  about %s", letter->about);
	print_say(run->out, "\n");
	print_words(run, letter);
	if (letter->section == OPEN)
		print_say(run->out, "  Answer:  erfa answer %s TEXT\n",
		    run_text(letter->row->id));
}

static void
print_inbox(const struct inbox *inbox)
{
	struct run *run = inbox->run;
	enum section last = SECTIONS;
	size_t i;

	if (inbox->count == 0)
		print_say(run->out, "Nothing waits for you.\n");
	for (i = 0; i < inbox->count; i++) {
		if (inbox->letters[i].section != last) {
			last = inbox->letters[i].section;
			if (i > 0)
				print_say(run->out, "\n");
			print_styled(run->out, PRINT_STRONG, "%s",
			    sections[last].heading);
			print_say(run->out, "\n");
		}
		print_letter(run, &inbox->letters[i]);
	}
}

/* As JSON it is a list, whose rows say why they are in it. */
static int
json_inbox(const struct inbox *inbox)
{
	static const char schema[] = "erfa.inbox/1";
	Erfa__ListAnswer list = ERFA__LIST_ANSWER__INIT;
	Erfa__Row *rows = calloc(inbox->count + 1, sizeof(*rows));
	Erfa__Row **pointers = calloc(inbox->count + 1, sizeof(*pointers));
	int status = EXIT_DONE;
	size_t i;

	if (rows == NULL || pointers == NULL)
		status = run_nomem(inbox->run);
	for (i = 0; i < inbox->count && status == EXIT_DONE; i++) {
		rows[i] = *inbox->letters[i].row;
		/* In which order they came is this node's own business. */
		rows[i].has_arrival = 0;
		rows[i].matched = run_lend(
		    sections[inbox->letters[i].section].code);
		pointers[i] = &rows[i];
		if (inbox->run->jsonl)
			status = run_jsonl(inbox->run, &rows[i].base);
	}
	list.schema = run_lend(schema);
	list.row = pointers;
	list.n_row = inbox->count;
	list.has_total = 1;
	list.total = inbox->count;
	if (status == EXIT_DONE && !inbox->run->jsonl)
		status = run_json(inbox->run, &list.base);
	free(rows);
	free(pointers);
	return status;
}

int
cmd_inbox(struct run *run)
{
	struct inbox inbox = { .run = run };
	int status;
	size_t i;

	inbox.since = args_value(run->args, "since");
	status = run_org(run, inbox.org);
	if (status == EXIT_DONE)
		status = gather(&inbox);
	if (status == EXIT_DONE) {
		if (inbox.count > 1)
			qsort(inbox.letters, inbox.count,
			    sizeof(*inbox.letters), compare);
		if (run->json)
			status = json_inbox(&inbox);
		else
			print_inbox(&inbox);
	}
	for (i = 0; i < inbox.nanswers; i++)
		control_free_answer(inbox.answers[i]);
	free(inbox.answers);
	free(inbox.letters);
	return status;
}
