#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/groups.h"
#include "client/print.h"
#include "client/rows.h"
#include "client/run.h"

#define NONE      ((size_t)-1)
#define SHOW_DEEP 24 /* generations that are indented */

/* A trial's place in the tree: below its first parent that is here. */
struct place {
	size_t parent;
	size_t child; /* the first */
	size_t last;  /* child so far */
	size_t next;  /* of the same parent */
};

/* A tree on its way to the terminal. */
struct tree {
	struct run *run;
	const Erfa__LineageAnswer *answer;
	struct place *places;
	bool utf8;
};

/* ---- shape ---- */

/* Where the trial with this id stands before ${end}; parents come first. */
static size_t
find_before(const Erfa__LineageAnswer *answer, const char *full_id, size_t end)
{
	size_t i;

	for (i = 0; i < end; i++)
		if (strcmp(run_text(answer->trial[i]->full_id), full_id) == 0)
			return i;
	return NONE;
}

/* The parent under which trial ${i} is shown. */
static size_t
parent_of(const Erfa__LineageAnswer *answer, size_t i)
{
	const Erfa__LineageTrial *trial = answer->trial[i];
	size_t k, found;

	for (k = 0; k < trial->n_parent; k++) {
		found = find_before(
		    answer, run_text(trial->parent[k]->full_id), i);
		if (found != NONE)
			return found;
	}
	return NONE;
}

static void
grow(struct tree *tree)
{
	struct place *place, *parent;
	size_t i;

	for (i = 0; i < tree->answer->n_trial; i++) {
		place = &tree->places[i];
		place->child = place->last = place->next = NONE;
		place->parent = parent_of(tree->answer, i);
		if (place->parent == NONE)
			continue;
		parent = &tree->places[place->parent];
		if (parent->child == NONE)
			parent->child = i;
		else
			tree->places[parent->last].next = i;
		parent->last = i;
	}
}

/* ---- lines ---- */

/* Whether lines of a tree can be shown as such. */
static bool
draws(const struct print *print)
{
	char *form = NULL;
	bool same;

	if (print_form(print, "├", false, &form) != ERR_NONE)
		return false;
	same = strcmp(form, "├") == 0;
	free(form);
	return same;
}

/* Print what stands before a trial: the lines to those above it. */
static void
print_branch(const struct tree *tree, size_t i)
{
	size_t above[SHOW_DEEP];
	size_t deep = 0;
	size_t at;

	for (at = i; tree->places[at].parent != NONE && deep < SHOW_DEEP;
	     at = tree->places[at].parent)
		above[deep++] = at;
	while (deep > 1) {
		deep--;
		if (tree->places[above[deep]].next == NONE)
			print_say(tree->run->out, "   ");
		else
			print_say(
			    tree->run->out, "%s", tree->utf8 ? "│  " : "|  ");
	}
	if (deep == 0)
		return;
	if (tree->places[i].next == NONE)
		print_say(tree->run->out, "%s", tree->utf8 ? "└─ " : "`- ");
	else
		print_say(tree->run->out, "%s", tree->utf8 ? "├─ " : "|- ");
}

static const char *
word(const struct run *run, const char *vocabulary, const char *text,
    const char *prefix, char code[ROWS_CODE_MAX])
{
	rows_code(run_text(text), prefix, code);
	return labels_get(run->labels, vocabulary, code);
}

/* Where it stands: its state here, or its status and verdict. */
static void
print_state(struct run *run, const Erfa__LineageTrial *trial)
{
	char code[ROWS_CODE_MAX];
	char mark[ROWS_CODE_MAX] = "";

	if (strcmp(run_text(trial->state), "here") != 0) {
		print_say(run->out, "  %s",
		    labels_get(run->labels, "state", run_text(trial->state)));
		return;
	}
	print_say(run->out, "  %s",
	    word(run, "status", trial->status, "STATUS_", code));
	if (trial->transcribed)
		print_say(run->out, " (%s)",
		    labels_get(run->labels, "word", "reported"));
	if (run_text(trial->verdict)[0] != '\0')
		print_say(run->out, ", %s",
		    word(run, "verdict", trial->verdict, "VERDICT_", code));
	if (trial->exemption_expired)
		print_say(run->out, " (%s)",
		    labels_get(run->labels, "word", "permission expired"));
	if (trial->measured)
		print_say(run->out, ", measured");
	groups_mark(run, trial->group, mark, sizeof(mark));
	print_say(run->out, "%s%s", mark[0] == '\0' ? "" : " ", mark);
	if (trial->retracted)
		print_styled(run->out, PRINT_BAD, "  RETRACTED");
}

static void
print_parents(struct run *run, const Erfa__LineageTrial *trial, bool first)
{
	const Erfa__LineageParent *parent;
	char code[ROWS_CODE_MAX];
	size_t i, k;

	for (i = 0; i < trial->n_parent; i++) {
		parent = trial->parent[i];
		if (i > 0 || first)
			print_say(run->out, "; also from %s",
			    run_text(parent->full_id));
		if (run_text(parent->relation)[0] != '\0')
			print_say(run->out, "; %s",
			    word(run, "relation", parent->relation, "RELATION_",
				code));
		for (k = 0; k < parent->n_changed; k++)
			print_say(run->out, "%s%s", k == 0 ? ": " : ", ",
			    parent->changed[k]);
	}
}

static void
print_trial(const struct tree *tree, size_t i)
{
	const Erfa__LineageTrial *trial = tree->answer->trial[i];
	struct run *run = tree->run;
	bool asked = strcmp(run_text(trial->full_id),
			 run_text(tree->answer->id)) == 0;

	print_branch(tree, i);
	print_styled(run->out, asked ? PRINT_STRONG : PRINT_PLAIN, "%s",
	    run_text(trial->id));
	if (run_text(trial->title)[0] != '\0')
		print_say(run->out, "  %s", trial->title);
	if (run_text(trial->site)[0] != '\0')
		print_say(run->out, " (%s)", trial->site);
	print_state(run, trial);
	print_parents(run, trial, tree->places[i].parent == NONE);
	print_say(run->out, "\n");
}

/* The trial that is printed after ${i}: its child, or the next of somebody. */
static size_t
after(const struct tree *tree, size_t i)
{
	if (tree->places[i].child != NONE)
		return tree->places[i].child;
	while (i != NONE && tree->places[i].next == NONE)
		i = tree->places[i].parent;
	return i == NONE ? NONE : tree->places[i].next;
}

static int
print_tree(struct run *run, const Erfa__LineageAnswer *answer)
{
	struct tree tree = { .run = run, .answer = answer };
	size_t i, at;

	tree.places = calloc(answer->n_trial + 1, sizeof(*tree.places));
	if (tree.places == NULL)
		return run_nomem(run);
	tree.utf8 = draws(run->out);
	grow(&tree);
	for (i = 0; i < answer->n_trial; i++)
		if (tree.places[i].parent == NONE)
			for (at = i; at != NONE; at = after(&tree, at))
				print_trial(&tree, at);
	if (answer->more)
		print_say(run->out, "There are more; they are left out.\n");
	free(tree.places);
	return EXIT_DONE;
}

int
cmd_lineage(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__LineageRequest lineage = ERFA__LINEAGE_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	char id[RECORD_ID_CHARS + 1];
	char today[RUN_DAY_LEN + 1];
	int status;

	if ((status = act_resolve(run, args_word(run->args, 0), id)) !=
	    EXIT_DONE)
		return status;
	run_today(run, today);
	lineage.id = id;
	lineage.at = today;
	request.ask_case = ERFA__REQUEST__ASK_LINEAGE;
	request.lineage = &lineage;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	status = run->json ? run_json(run, &answer->lineage->base) :
			     print_tree(run, answer->lineage);
	control_free_answer(answer);
	return status;
}

/* ---- scale ---- */

static void
print_line(struct run *run, const char *label, uint64_t number)
{
	char text[PRINT_NUMBER_MAX];

	print_number(number, text);
	print_field(run->out, 0, label, 18, text);
}

/* A line that is shown only if there is something to count. */
static void
print_some(struct run *run, const char *label, uint64_t number)
{
	if (number > 0)
		print_line(run, label, number);
}

/* ${id} as people type it; as it is, if it cannot be told. */
static void
short_id(struct run *run, const char *id, char out[RECORD_ID_CHARS + 1])
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	Erfa__Answer *answer = NULL;

	(void)snprintf(out, RECORD_ID_CHARS + 1, "%s", id);
	show.id = run_lend(id);
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	if (run_try(run, &request, &answer) != EXIT_DONE)
		return;
	if (answer->say_case == ERFA__ANSWER__SAY_SHOW &&
	    answer->show->row != NULL)
		(void)snprintf(out, RECORD_ID_CHARS + 1, "%s",
		    run_text(answer->show->row->id));
	control_free_answer(answer);
}

static void
print_scale(struct run *run, const Erfa__ScaleAnswer *scale)
{
	char id[RECORD_ID_CHARS + 1];

	short_id(run, run_text(scale->id), id);
	print_styled(run->out, PRINT_STRONG, "%s", id);
	print_say(run->out, "  and all that came from it, on %s\n",
	    run_text(scale->at));
	print_line(run, _("copies"), scale->copies);
	print_line(run, _("started"), scale->started);
	print_line(run, _("  running"), scale->running);
	print_line(run, _("  completed"), scale->completed);
	print_line(run, _("stopped"), scale->stopped);
	print_line(run, _("not started"), scale->not_started);
	print_line(run, _("silent"), scale->silent);
	print_line(run, _("measured"), scale->measured);
	print_line(run, _("  poolable"), scale->poolable);
	print_line(run, _("spread"), scale->spread);
	print_some(run, _("small counts"), scale->held_back);
	print_some(run, _("retracted"), scale->retracted);
	print_some(run, _("erased"), scale->erased);
	print_some(run, _("not here"), scale->missing);
	print_some(run, _("documented only"), scale->documented);
	print_some(run, _("tell of several"), scale->several);
	if (scale->more)
		print_say(run->out, "There are more; they are left out.\n");
}

int
cmd_scale(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ScaleRequest scale = ERFA__SCALE_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	char id[RECORD_ID_CHARS + 1];
	char today[RUN_DAY_LEN + 1];
	int status;

	if ((status = act_resolve(run, args_word(run->args, 0), id)) !=
	    EXIT_DONE)
		return status;
	run_today(run, today);
	scale.id = id;
	scale.at = today;
	request.ask_case = ERFA__REQUEST__ASK_SCALE;
	request.scale = &scale;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	if (run->json)
		status = run_json(run, &answer->scale->base);
	else
		print_scale(run, answer->scale);
	control_free_answer(answer);
	return status;
}
