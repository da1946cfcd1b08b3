#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/pages.h"
#include "client/print.h"
#include "client/rows.h"
#include "client/run.h"
#include "client/wanted.h"

#define PAGE      200U /* rows asked for at a time */
#define FOUND     20U  /* rows of a search, if not said otherwise */
#define CODES     16   /* bytes of a kind's name */
#define NOTE_ROOM 1024 /* bytes of a note */

/* Which of the two commands it is: they differ in their question only. */
struct question {
	Erfa__Request request;
	Erfa__ListRequest list;
	struct wanted wanted;
	char country[WANTED_CODE];
	char sector[WANTED_VALUE];
	char kind[CODES]; /* that the command is named after */
};

/* The kind of "erfa network list", or that of --kind. */
static const char *
kind_of(const struct run *run, char out[CODES])
{
	size_t len = strcspn(run->cmd->name, " ");

	if (run->cmd->name[len] == '\0' || len >= CODES)
		return args_value(run->args, "kind");
	memcpy(out, run->cmd->name, len);
	out[len] = '\0';
	return out;
}

static int
ask_list(struct run *run, struct question *question)
{
	erfa__list_request__init(&question->list);
	question->list.kind = run_lend(kind_of(run, question->kind));
	question->list.org = run_lend(args_value(run->args, "org"));
	question->list.country = wanted_country(run, question->country);
	question->list.at = run->day[0] == '\0' ? NULL : run->day;
	question->request.ask_case = ERFA__REQUEST__ASK_LIST;
	question->request.list = &question->list;
	return wanted_sector(run, question->sector, &question->list.sector);
}

static int
ask_find(struct run *run, struct question *question)
{
	question->request.ask_case = ERFA__REQUEST__ASK_FIND;
	question->request.find = &question->wanted.find;
	return wanted_read(run, &question->wanted);
}

/* The part of an answer that both commands use. */
struct page {
	Erfa__Row **rows;
	size_t count;
	uint64_t total;
	char *next;
	ProtobufCMessage *message;
};

static struct page
page_of(Erfa__Answer *answer)
{
	struct page page = { 0 };

	if (answer->say_case == ERFA__ANSWER__SAY_FIND) {
		page.rows = answer->find->row;
		page.count = answer->find->n_row;
		page.total = answer->find->total;
		page.next = answer->find->next;
		page.message = &answer->find->base;
	} else {
		page.rows = answer->list->row;
		page.count = answer->list->n_row;
		page.total = answer->list->total;
		page.next = answer->list->next;
		page.message = &answer->list->base;
	}
	return page;
}

/* Ask for the page after ${cursor}, at most ${left} rows. */
static int
ask_page(struct run *run, struct question *question, char *cursor,
    uint64_t left, Erfa__Answer **ret_answer)
{
	uint32_t limit = left < PAGE ? (uint32_t)left : PAGE;

	question->list.cursor = cursor;
	question->list.has_limit = 1;
	question->list.limit = limit;
	question->wanted.find.cursor = cursor;
	question->wanted.find.has_limit = 1;
	question->wanted.find.limit = limit;
	return run_ask(run, &question->request, 0, ret_answer);
}

static int
print_lines(struct run *run, const struct page *page)
{
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < page->count && status == EXIT_DONE; i++)
		status = run_jsonl(run, &page->rows[i]->base);
	return status;
}

/* Put the rows of ${page} behind those of ${all}, and go on from its end. */
static int
take_page(struct run *run, Erfa__Answer *all, Erfa__Answer *page)
{
	char **next, **from;
	char *swap;

	if (pages_append(page_of(all).message, page_of(page).message, "row") !=
	    ERR_NONE)
		return run_nomem(run);
	if (all->say_case == ERFA__ANSWER__SAY_FIND) {
		next = &all->find->next;
		from = &page->find->next;
	} else {
		next = &all->list->next;
		from = &page->list->next;
	}
	swap = *next;
	*next = *from;
	*from = swap;
	return EXIT_DONE;
}

/*
 * Ask for all pages, up to ${limit} rows, and put them together in *${ret_all};
 * with --jsonl print each as it comes.
 */
static int
ask_pages(struct run *run, struct question *question, uint64_t limit,
    Erfa__Answer **ret_all)
{
	Erfa__Answer *all = NULL;
	Erfa__Answer *answer = NULL;
	uint64_t seen;
	struct page page;
	char *before;
	bool more;
	int status;

	if ((status = ask_page(run, question, NULL, limit, &all)) != EXIT_DONE)
		return status;
	page = page_of(all);
	seen = page.count;
	more = pages_more(page.next, NULL);
	while (status == EXIT_DONE && more && seen < limit) {
		before = page_of(all).next;
		answer = NULL;
		status = ask_page(run, question, before, limit - seen, &answer);
		if (status != EXIT_DONE)
			break;
		page = page_of(answer);
		seen += page.count;
		more = pages_more(page.next, before);
		status = take_page(run, all, answer);
		control_free_answer(answer);
	}
	if (status != EXIT_DONE) {
		control_free_answer(all);
		return status;
	}
	*ret_all = all;
	return EXIT_DONE;
}

/* Say under the list how many there are. */
static void
print_sum(struct run *run, const struct page *page, bool trials)
{
	uint64_t all = page->total > page->count ? page->total : page->count;
	char total[PRINT_COUNT_MAX];
	char shown[PRINT_NUMBER_MAX];
	size_t documented = 0;
	size_t restricted = 0;
	size_t i;

	for (i = 0; i < page->count; i++) {
		documented += page->rows[i]->transcribed ? 1 : 0;
		restricted += run_text(page->rows[i]->group)[0] != '\0';
	}
	print_count(all, trials ? "trial" : "entry",
	    trials ? "trials" : "entries", total);
	print_number(page->count, shown);
	if (page->total > page->count)
		print_say(run->out, "%s of %s", shown, total);
	else
		print_say(run->out, "%s", total);
	if (trials && documented > 0) {
		print_number(documented, shown);
		print_say(run->out, ", %s documented only", shown);
	}
	if (restricted > 0) {
		print_number(restricted, shown);
		print_say(run->out, ", %s restricted", shown);
	}
	print_say(run->out, ".");
	if (page->count > 0)
		print_say(run->out, "   erfa show @1");
	print_say(run->out, "\n");
}

/* Say ${what}, and a list behind it. */
static void
print_words(struct run *run, const char *what, char *const *list, size_t count)
{
	size_t i;

	if (count == 0)
		return;
	print_say(run->out, "%s", what);
	for (i = 0; i < count; i++)
		print_say(run->out, "%s %s", i > 0 ? "," : "", list[i]);
	print_say(run->out, "\n");
}

/* Say one choice that is no controlled value in words; false if it is another. */
static bool
print_choice(struct run *run, const char *name, const char *code)
{
	static const struct {
		const char *name;
		const char *code; /* NULL: any, as it is */
		const char *text;
	} choices[] = {
		{ "country", "dk", N_("Denmark") },
		{ "country", "fi", N_("Finland") },
		{ "country", "is", N_("Iceland") },
		{ "country", "no", N_("Norway") },
		{ "country", "se", N_("Sweden") },
		{ "lang", NULL, N_("written in %s") },
		{ "since", NULL, N_("from %s on") },
		{ "programme", "programme", N_("the programme asked for") },
		{ "provision", NULL, N_("the provision %s") },
		{ "finding", "unexpected", N_("with something unexpected") },
		{ "failure", "any", N_("did not work, or near to that") },
		{ "transcribed", "yes", N_("documented only") },
	};

	const char *text;
	char said[200];
	char folded[8];
	size_t len;
	size_t i;

	for (i = 0; code[i] != '\0' && i + 1 < sizeof(folded); i++)
		folded[i] = (char)(code[i] >= 'A' && code[i] <= 'Z' ?
			code[i] - 'A' + 'a' :
			code[i]);
	folded[i] = '\0';
	for (i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		if (strcmp(choices[i].name, name) != 0 ||
		    (choices[i].code != NULL &&
			strcmp(choices[i].code, code) != 0 &&
			strcmp(choices[i].code, folded) != 0))
			continue;
		text = _(choices[i].text);
		len = strcspn(text, "%");
		if (strncmp(text + len, "%s", 2) == 0)
			(void)snprintf(said, sizeof(said), "%.*s%s%s", (int)len,
			    text, code, text + len + 2);
		else
			(void)snprintf(said, sizeof(said), "%s", text);
		print_say(run->out, " %s", said);
		return true;
	}
	return false;
}

/* Say by what was chosen; controlled values by their labels. */
static void
print_filters(struct run *run, char *const *list, size_t count)
{
	char vocabulary[40];
	const char *code;
	size_t i;

	for (i = 0; i < count; i++) {
		code = strchr(list[i], ':');
		code = code == NULL ? list[i] + strlen(list[i]) : code + 1;
		(void)snprintf(vocabulary, sizeof(vocabulary), "%.*s",
		    (int)strcspn(list[i], ":"), list[i]);
		print_say(run->out, i == 0 ? "Only with:" : ",");
		if (print_choice(run, vocabulary, code))
			continue;
		if (strcmp(vocabulary, "sector") == 0 ||
		    strcmp(vocabulary, "outcome") == 0 ||
		    strcmp(vocabulary, "status") == 0 ||
		    strcmp(labels_get(run->labels, vocabulary, code), code) !=
			0)
			print_say(run->out, " %s",
			    labels_get(run->labels, vocabulary, code));
		else
			print_say(run->out, " %s", list[i]);
	}
	if (count > 0)
		print_say(run->out, "\n");
}

/* Say what else is to be known: our own notes in the reader's language. */
static void
print_notes(struct run *run, const Erfa__FindAnswer *find)
{
	static const char *const notes[] = {
		N_("like us: your own profile says neither population nor "
		   "degree of urbanisation, so that nothing was left out; say "
		   "it with erfa org edit --population N"),
		N_("the citation has many sections: those after the first "
		   "100 were left out"),
		N_("like us: by population (half to twice yours) and degree of "
		   "urbanisation, of those whose profile says them"),
		N_("of no trial here anybody has said that it did not work; "
		   "each line says why it may be meant"),
	};
	char number[PRINT_NUMBER_MAX];
	char line[NOTE_ROOM];
	const char *text;
	size_t i;
	size_t k;

	for (i = 0; i < find->n_note; i++) {
		text = find->note[i];
		for (k = 0; k < sizeof(notes) / sizeof(notes[0]); k++)
			if (strcmp(text, notes[k]) == 0)
				text = _(notes[k]);
		(void)snprintf(line, sizeof(line), _("Note: %s.\n"), text);
		print_block(run->out, 0, line);
	}
	print_words(run, _("Left out, since no profile says their size:"),
	    find->size_unknown, find->n_size_unknown);
	if (find->sizes_unknown > find->n_size_unknown) {
		print_number(
		    find->sizes_unknown - find->n_size_unknown, number);
		print_say(run->out, "  and %s more\n", number);
	}
	if (find->erased > 0) {
		print_number(find->erased, number);
		print_say(run->out,
		    "Left out, since their text was erased: %s\n", number);
	}
}

/* Say how the question was taken, and what the answer is worth. */
static void
print_understood(struct run *run, const Erfa__FindAnswer *find)
{
	print_words(
	    run, _("Looked for:"), find->understood, find->n_understood);
	print_filters(run, find->filter, find->n_filter);
	print_words(
	    run, _("Did you mean:"), find->suggested, find->n_suggested);
	print_words(run, _("Left out:"), find->left_out, find->n_left_out);
	print_notes(run, find);
	if (find->n_row == 0)
		print_say(run->out,
		    "Nothing fits.  Other or fewer words may; erfa list shows "
		    "all there is.\n");
	if (find->unfiltered)
		print_say(run->out,
		    "Nothing fits all you asked for; these fit the words "
		    "alone.\n");
	if (find->partial)
		print_say(
		    run->out, "Nothing has all the words; these have some.\n");
	if (find->late)
		print_say(run->out,
		    "That was a long question: there may be better ones than "
		    "these.\n");
}

/* Where nothing or little fits, show what is nearest. */
static int
print_near(
    struct run *run, const struct page *page, const Erfa__FindAnswer *find)
{
	Erfa__Row **all;
	size_t i;
	int status;

	if (find->n_near == 0)
		return EXIT_DONE;
	if ((all = calloc(page->count + find->n_near, sizeof(Erfa__Row *))) ==
	    NULL)
		return run_nomem(run);
	for (i = 0; i < page->count; i++)
		all[i] = page->rows[i];
	for (i = 0; i < find->n_near; i++)
		all[page->count + i] = find->near[i];
	if (find->n_row == 0)
		print_say(run->out, "The nearest:\n");
	else
		print_say(run->out, "Merely near to what you asked for:\n");
	status = rows_print_from(
	    run, all, page->count, page->count + find->n_near, true);
	free(all);
	return status;
}

/* What is measured is known by its unit and its code as well. */
static int
name_indicator(struct run *run, Erfa__Row *row)
{
	const Erfa__Indicator *indicator;
	Erfa__Answer *answer = NULL;
	char title[512];
	char *copy;
	int status;

	status = act_find(run, run_text(row->full_id), &answer);
	if (status != EXIT_DONE)
		return status;
	if (answer->show->body->record_case == ERFA__BODY__RECORD_INDICATOR) {
		indicator = answer->show->body->indicator;
		(void)snprintf(title, sizeof(title), "%s, %s  %s",
		    run_text(row->title), run_text(indicator->unit),
		    run_text(indicator->code));
		if ((copy = strdup(title)) != NULL) {
			free(row->title);
			row->title = copy;
		}
	}
	control_free_answer(answer);
	return EXIT_DONE;
}

static int
name_indicators(struct run *run, const struct page *page)
{
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < page->count && status == EXIT_DONE; i++)
		if (strcmp(run_text(page->rows[i]->state), "here") == 0)
			status = name_indicator(run, page->rows[i]);
	return status;
}

static int
print_rows(struct run *run, Erfa__Answer *all)
{
	struct page page = page_of(all);
	char word[CODES];
	const char *kind = kind_of(run, word);
	bool trials = kind == NULL || strcmp(kind, "trial") == 0;
	bool found = all->say_case == ERFA__ANSWER__SAY_FIND;
	int status;

	status = kind != NULL && strcmp(kind, "indicator") == 0 ?
	    name_indicators(run, &page) :
	    EXIT_DONE;
	if (status == EXIT_DONE)
		status = rows_print(run, page.rows, page.count, found);
	if (status != EXIT_DONE)
		return status;
	if (found) {
		print_understood(run, all->find);
		status = print_near(run, &page, all->find);
		if (status != EXIT_DONE)
			return status;
	}
	print_sum(run, &page, trials);
	return EXIT_DONE;
}

static int
ask_and_print(struct run *run, struct question *question)
{
	Erfa__Answer *all = NULL;
	uint64_t limit = question->request.ask_case == ERFA__REQUEST__ASK_FIND ?
	    FOUND :
	    UINT64_MAX;
	struct page page;
	int status;

	if ((status = run_number(run, "limit", UINT32_MAX, &limit)) !=
	    EXIT_DONE)
		return status;
	if (limit == 0)
		return fault_say(&run->faults, EXIT_USAGE, "bad_number", NULL,
		    "--limit wants a whole number from 1 on");
	if ((status = ask_pages(run, question, limit, &all)) != EXIT_DONE)
		return status;
	page = page_of(all);
	if (run->jsonl)
		status = print_lines(run, &page);
	else if (run->json)
		status = run_json(run, page.message);
	else
		status = print_rows(run, all);
	control_free_answer(all);
	return status;
}

int
cmd_list(struct run *run)
{
	struct question question;
	int status;

	if ((status = wanted_check_country(run)) != EXIT_DONE)
		return status;
	memset(&question, 0, sizeof(question));
	erfa__request__init(&question.request);
	status = ask_list(run, &question);
	return status != EXIT_DONE ? status : ask_and_print(run, &question);
}

int
cmd_find_words(struct run *run)
{
	struct question question;
	int status;

	memset(&question, 0, sizeof(question));
	erfa__request__init(&question.request);
	status = ask_find(run, &question);
	return status != EXIT_DONE ? status : ask_and_print(run, &question);
}
