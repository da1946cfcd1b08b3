#include <stdio.h>
#include <string.h>

#include "proto/control.h"
#include "client/act.h"
#include "client/burden.h"
#include "client/cmd.h"
#include "client/fields.h"
#include "client/form_words.h"
#include "client/groups.h"
#include "client/listing.h"
#include "client/print.h"
#include "client/run.h"
#include "client/speech.h"
#include "client/table.h"

#define COLUMN 6 /* where questions begin */

/* The moments at which answers are due. */
static const struct {
	const char *due;
	const char *words;
} moments[] = {
	{ "A", N_("always") },
	{ "P", N_("to be planned") },
	{ "S", N_("to start") },
	{ "F", N_("to finish") },
	{ "X", N_("only if a rule must be suspended") },
};

/* A burden on its way to people. */
struct telling {
	struct run *run;
	const struct form_words *words;
	const Erfa__BurdenAnswer *answer;
};

/* The programme's own words for a question, in the person's language first. */
static const char *
own_words(const struct telling *it, const Erfa__BurdenNeed *need)
{
	size_t i;

	for (i = 0; i < need->n_label; i++)
		if (strcmp(run_text(need->label[i]->language),
			it->run->language) == 0)
			return run_text(need->label[i]->text);
	return need->n_label > 0 ? run_text(need->label[0]->text) :
				   run_text(need->field);
}

static void
print_need(const struct telling *it, const Erfa__BurdenNeed *need)
{
	const char *path = run_text(need->field);
	const char *dot = strchr(path, '.');
	char kind[32] = "";
	char help[FIELDS_WORDS];

	if (need->own) {
		print_field(it->run->out, 4, "+", COLUMN, own_words(it, need));
		return;
	}
	if (dot != NULL)
		(void)snprintf(
		    kind, sizeof(kind), "%.*s", (int)(dot - path), path);
	fields_help(it->words, kind, dot == NULL ? path : dot + 1, help);
	print_field(it->run->out, 4, "-", COLUMN, help);
}

static void
print_needs(const struct telling *it)
{
	struct run *run = it->run;
	char count[PRINT_COUNT_MAX];
	size_t i, k, n;

	for (i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		n = 0;
		for (k = 0; k < it->answer->n_need; k++)
			n += strcmp(run_text(it->answer->need[k]->due),
				 moments[i].due) == 0;
		print_count(n, "answer", "answers", count);
		print_say(run->out, "  %s: %s\n", _(moments[i].words), count);
		for (k = 0; k < it->answer->n_need; k++)
			if (strcmp(run_text(it->answer->need[k]->due),
				moments[i].due) == 0)
				print_need(it, it->answer->need[k]);
	}
}

/* The programme's own questions: how many, and whether there may be more. */
static void
print_own(const struct telling *it)
{
	const Erfa__BurdenAnswer *answer = it->answer;
	struct run *run = it->run;
	char trials[PRINT_COUNT_MAX];

	print_say(run->out,
	    "\n%u of at most %u questions are the programme's "
	    "own.\n",
	    answer->extra, answer->extra_max);
	print_count(answer->trials, "trial", "trials", trials);
	if (answer->frozen)
		print_say(run->out,
		    "Frozen since %s, when the first trial started.\n",
		    run_text(answer->frozen_since));
	else if (answer->extra < answer->extra_max)
		print_say(run->out,
		    "One question more would cost 1 more answer \xc3\x97 %s.\n",
		    trials);
}

static void
print_counts(const struct telling *it)
{
	const Erfa__BurdenAnswer *answer = it->answer;
	char trials[PRINT_COUNT_MAX];
	char started[PRINT_NUMBER_MAX];
	char documented[PRINT_NUMBER_MAX];
	char applications[PRINT_COUNT_MAX];

	print_count(answer->trials, "trial", "trials", trials);
	print_number(answer->started, started);
	print_number(answer->documented, documented);
	print_count(
	    answer->applications, "application", "applications", applications);
	print_say(it->run->out,
	    "%s under it, %s started; %s documented only; %s.\n", trials,
	    started, documented, applications);
	groups_warn(it->run->out, answer->restricted);
}

static void
add_round(struct run *run, struct table *table, const void *item)
{
	const Erfa__BurdenRound *round = item;
	char cell[PRINT_NUMBER_MAX];

	(void)run;
	table_add(table, round->id);
	(void)snprintf(cell, sizeof(cell), "%u", round->no);
	table_add(table,
	    run_text(round->title)[0] != '\0' || !round->has_no ? round->title :
								  cell);
	table_add(table, round->opens);
	table_add(table, round->closes);
	table_add(table, round->decision_due);
	print_number(round->applications, cell);
	table_add(table, cell);
}

static int
print_rounds(const struct telling *it)
{
	static const struct table_column columns[] = {
		{ N_("ROUND"), false, 0 },
		{ N_("TITLE"), false, 2 },
		{ N_("OPENS"), false, 0 },
		{ N_("CLOSES"), false, 0 },
		{ N_("ANSWERS DUE"), false, 0 },
		{ N_("APPLICATIONS"), true, 0 },
	};

	if (it->answer->n_round == 0)
		return EXIT_DONE;
	print_say(it->run->out, "\n");
	return listing_table(it->run, &it->answer->base, "round", columns,
	    sizeof(columns) / sizeof(columns[0]), add_round);
}

static int
print_burden(const struct telling *it)
{
	const Erfa__BurdenAnswer *answer = it->answer;
	struct run *run = it->run;

	print_styled(run->out, PRINT_STRONG, "%s", run_text(answer->name));
	print_say(run->out, "  (%s)\n", run_text(answer->id));
	print_say(run->out,
	    "It asks a trial %u answers in its life; %u if a rule must be "
	    "suspended.\n",
	    answer->answers + answer->extra,
	    answer->answers + answer->extra + answer->exemption_answers);
	print_counts(it);
	print_say(run->out, "\n");
	print_needs(it);
	print_own(it);
	return print_rounds(it);
}

int
cmd_burden(struct run *run)
{
	struct telling it = { .run = run };
	struct form_words *words = NULL;
	Erfa__Answer *answer = NULL;
	char id[RECORD_ID_CHARS + 1];
	int status;

	if ((status = act_resolve(run, args_word(run->args, 0), id)) !=
		EXIT_DONE ||
	    (status = burden_ask(run, id, &answer)) != EXIT_DONE)
		return status;
	it.answer = answer->burden;

	/* Without the words the names of fields must do. */
	if (form_words_open(run->data, run->language, &words) == ERR_NONE)
		it.words = words;
	status = run->json ? run_json(run, &answer->burden->base) :
			     print_burden(&it);
	form_words_free(words);
	control_free_answer(answer);
	return status;
}
