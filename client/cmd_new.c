#include <stdio.h>
#include <string.h>

#include "proto/control.h"
#include "proto/header.h"
#include "proto/vocab.h"
#include "client/act.h"
#include "client/alike.h"
#include "client/cmd.h"
#include "client/groups.h"
#include "client/guess.h"
#include "client/kin.h"
#include "client/listing.h"
#include "client/named.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/send.h"
#include "client/table.h"
#include "client/wordbook.h"

/* ---- new ---- */

/* Ask for the field ${path}; no answer is ${usual}, which may be NULL. */
static int
ask_field(
    struct act *act, const char *question, const char *path, const char *usual)
{
	bool answered = false;
	int status = act_ask(act, path, path, question, &answered);

	return status == EXIT_DONE && !answered && usual != NULL ?
	    act_set(act, path, path, usual) :
	    status;
}

/* Ask for the text of ${path} unless it is there; NULL stays NULL. */
static int
ask_text(
    struct act *act, const char *question, const char *path, const char *known)
{
	if (known != NULL && *known != '\0')
		return EXIT_DONE;
	return ask_field(act, question, path, NULL);
}

/* What the text of the trial seems to be about. */
static int
suggest(
    struct act *act, char codes[GUESS_MANY][GUESS_CODE_MAX], size_t *ret_count)
{
	const Erfa__Trial *trial = act->body->trial;
	struct vocab *vocab = NULL;
	char text[8192];
	int status;

	if ((status = wordbook_open(act->run, &vocab)) != EXIT_DONE)
		return status;
	(void)snprintf(text, sizeof(text), "%s %s", run_text(trial->title),
	    run_text(trial->summary));
	/* No suggestion is as good as a bad one. */
	if (guess_sector(vocab, text, codes, ret_count) != ERR_NONE)
		*ret_count = 0;
	vocab_free(vocab);
	return EXIT_DONE;
}

static void
print_suggestions(
    struct run *run, char codes[GUESS_MANY][GUESS_CODE_MAX], size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		print_say(run->err, "%s%s (%s)", i == 0 ? "" : ", ",
		    labels_get(run->labels, "sector", codes[i]), codes[i]);
}

/* Ask for the sector; Enter takes the first suggestion. */
static int
ask_sector(struct act *act)
{
	struct run *run = act->run;
	char codes[GUESS_MANY][GUESS_CODE_MAX];
	size_t count = 0;
	int status;

	if (act->body->trial->n_sector > 0)
		return EXIT_DONE;
	if ((status = suggest(act, codes, &count)) != EXIT_DONE)
		return status;
	if (count > 0 && prompt_can(run)) {
		print_say(run->err, "The text seems to be about ");
		print_suggestions(run, codes, count);
		print_say(run->err, ".\n");
	}
	return ask_field(act,
	    count > 0 ? _("Sector (Enter takes the first):") :
			_("Sector (elder_care, school ...):"),
	    "sector", count > 0 ? codes[0] : NULL);
}

/* The three answers, from options or from the person. */
static int
ask_three(struct act *act)
{
	static const struct act_option options[] = {
		{ "title", "title" },
		{ "summary", "summary" },
		{ "sector", "sector" },
		{ NULL, NULL },
	};
	const Erfa__Trial *trial = act->body->trial;
	int status;

	if ((status = act_set_options(act, options)) != EXIT_DONE ||
	    (status = act_set_all(act)) != EXIT_DONE ||
	    (status = ask_text(act, _("Title:"), "title", trial->title)) !=
		EXIT_DONE ||
	    (status = ask_text(act, _("Summary, the problem and the idea:"),
		 "summary", trial->summary)) != EXIT_DONE)
		return status;
	alike_show(act->run, trial, NULL, 0);
	return ask_sector(act);
}

/* Without a title there is nothing to keep. */
static int
check_title(struct act *act)
{
	if (run_text(act->body->trial->title)[0] != '\0')
		return EXIT_DONE;
	return fault_say(&act->run->faults, EXIT_USAGE, "no_title",
	    "erfa new --title \"Fixed small teams\" --summary TEXT",
	    "a trial needs a title");
}

int
cmd_new(struct run *run)
{
	char org[ORG_MAX + 1];
	struct act act;
	int status;

	/* Nobody shall type what then cannot be kept: is erfad there? */
	status = act_begin(run, HEADER_TRIAL, &act);
	if (status == EXIT_DONE)
		status = run_org(run, org);
	if (status == EXIT_DONE)
		status = act_group(&act);
	if (status == EXIT_DONE)
		status = ask_three(&act);
	if (status == EXIT_DONE)
		status = check_title(&act);
	if (status == EXIT_DONE) {
		act.body->trial->has_status = 1;
		act.body->trial->status = ERFA__STATUS__STATUS_IDEA;
		status = send_rescue(&act, act_keep(&act, NULL));
	}
	if (status == EXIT_DONE)
		status = send_offer(&act, false);
	act_close(&act);
	return status;
}

/* ---- drafts ---- */

/* Drop one draft. */
static int
drop_one(struct run *run, char *id, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__DraftDropRequest ask = ERFA__DRAFT_DROP_REQUEST__INIT;

	ask.id = id;
	request.ask_case = ERFA__REQUEST__ASK_DRAFT_DROP;
	request.draft_drop = &ask;
	return run_ask(run, &request, 0, ret_answer);
}

/* Drop what was kept beside the draft: from which trials it came. */
static int
drop_kin(struct run *run, struct kin *kin)
{
	Erfa__Answer *answer;
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < kin->count && status == EXIT_DONE; i++) {
		answer = NULL;
		status = drop_one(run, kin->edge[i].id, &answer);
		control_free_answer(answer);
	}
	return status;
}

/* Drop the draft of ${act}, and tell. */
static int
drop_act(struct act *act, struct kin *kin)
{
	struct run *run = act->run;
	Erfa__Answer *answer = NULL;
	int status = drop_one(run, act->id, &answer);

	if (status != EXIT_DONE)
		return status;
	/* Of a public trial only the changes go; where it came from stays. */
	if (!act->is_public)
		status = drop_kin(run, kin);
	if (status == EXIT_DONE && run->json)
		status = run_json(run, &answer->draft_drop->base);
	else if (status == EXIT_DONE && answer->draft_drop->draft != NULL)
		print_say(run->out, "Dropped the draft of %s: %s\n",
		    run_text(answer->draft_drop->draft->shown_id),
		    run_text(answer->draft_drop->draft->title));
	control_free_answer(answer);
	return status;
}

static int
drop(struct run *run, const char *word)
{
	struct kin kin = { .count = 0 };
	struct act act;
	int status = act_open(run, word, 0, &act);

	if (status == EXIT_DONE && !act.is_draft)
		status = fault_say(&run->faults, EXIT_NOINPUT, "no_draft",
		    "All drafts:  erfa drafts", "there is no draft of %s",
		    act.shown);
	if (status == EXIT_DONE)
		status = prompt_confirm(run,
		    "The draft and all that was written in it will be gone.  "
		    "Drop it?");
	if (status == EXIT_DONE)
		status = kin_find(&act, &kin);
	if (status == EXIT_DONE)
		status = drop_act(&act, &kin);
	kin_close(&kin);
	act_close(&act);
	return status;
}

/* What keeps the draft from being published, in a few words. */
static void
lacks(const Erfa__Draft *draft, char *out, size_t size)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < draft->n_missing; i++)
		if (strcmp(run_text(draft->missing[i]->action), "publish") == 0)
			count++;
	if (count == 0)
		(void)snprintf(out, size, _("ready to publish"));
	else
		(void)snprintf(out, size, _("%zu missing"), count);
}

static int
print_drafts(struct run *run, const Erfa__DraftListAnswer *list)
{
	static const struct table_column columns[] = {
		{ N_("DRAFT"), false, 0 },
		{ N_("KIND"), false, 0 },
		{ N_("TITLE"), false, 3 },
		{ N_("CHANGED"), false, 0 },
		{ N_("PUBLIC"), false, 0 },
		{ N_("STATE"), false, 0 },
	};
	struct table *table = NULL;
	const Erfa__Draft *draft;
	char title[NAMED_MAX];
	char cell[128];
	int status = EXIT_DONE;
	size_t i;

	if (list->n_draft == 0) {
		print_say(run->out, "No drafts.  Begin one:  erfa new\n");
		return EXIT_DONE;
	}
	if (table_new(run->out, columns, 6, &table) != ERR_NONE)
		return run_nomem(run);
	for (i = 0; i < list->n_draft && status == EXIT_DONE; i++) {
		draft = list->draft[i];
		status = named_draft(run, draft, title);
		table_add(table, draft->shown_id);
		table_add(table,
		    labels_get(run->labels, "kind", run_text(draft->kind)));
		table_add(table, title);
		print_time(run_text(draft->changed), cell);
		table_add(table, cell);
		table_add(table,
		    draft->published ? run_text(draft->version) : _("no"));
		lacks(draft, cell, sizeof(cell));
		groups_mark(run, draft->group, cell, sizeof(cell));
		table_add(table, cell);
	}
	if (status == EXIT_DONE && table_print(table) != ERR_NONE)
		status = run_nomem(run);
	table_free(table);
	return status;
}

int
cmd_drafts(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__DraftListRequest ask = ERFA__DRAFT_LIST_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	const char *word = args_value(run->args, "drop");
	int status;

	if (word != NULL)
		return drop(run, word);
	request.ask_case = ERFA__REQUEST__ASK_DRAFT_LIST;
	request.draft_list = &ask;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	if (run->json)
		status = listing_json(run, &answer->draft_list->base, "draft");
	else
		status = print_drafts(run, answer->draft_list);
	control_free_answer(answer);
	return status;
}
