#include <stdio.h>
#include <string.h>

#include "proto/control.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/each.h"
#include "client/judge.h"
#include "client/print.h"
#include "client/run.h"
#include "client/table.h"

#define NAMES_ROOM 512 /* bytes of names in a cell */

struct listing {
	struct run *run;
	struct table *table;
	const char *waiting; /* for this authority only, or NULL */
	size_t count;
};

static bool
is_open(enum life_standing standing)
{
	return standing == LIFE_STANDING_MISSING ||
	    standing == LIFE_STANDING_PENDING ||
	    standing == LIFE_STANDING_RETURNED;
}

/* Add ${name} to a list of names, once. */
static void
add_name(char names[NAMES_ROOM], const char *name)
{
	size_t len = strlen(names);

	if (strstr(names, name) == NULL && len + strlen(name) + 3 < NAMES_ROOM)
		(void)snprintf(names + len, NAMES_ROOM - len, "%s%s",
		    len == 0 ? "" : ", ", name);
}

static bool
is_meant(const struct listing *it, const Erfa__OrgRef *org)
{
	return it->waiting == NULL ||
	    strcmp(run_text(org->id), it->waiting) == 0 ||
	    strcmp(run_text(org->name), it->waiting) == 0;
}

/* Who has not answered about the trial; return whether the one is among them
 * that was asked for. */
static int
waits_for(struct listing *it, const Erfa__ShowAnswer *trial,
    char names[NAMES_ROOM], bool *meant)
{
	struct life_list none = { .count = 0 };
	struct life_authorisation permit;
	struct judge judge;
	size_t i;
	int status;

	memset(&permit, 0, sizeof(permit));
	status = judge_open(
	    it->run, trial->body, run_text(trial->row->id), trial, &judge);
	if (status == EXIT_DONE)
		life_gate_permit(&judge.it, &none, &none, &permit);
	for (i = 0; i < permit.nwords; i++) {
		if (!is_open(permit.words[i].standing))
			continue;
		add_name(names, life_org_name(permit.words[i].authority));
		*meant = *meant || is_meant(it, permit.words[i].authority);
	}
	judge_close(&judge);
	return status;
}

static int
add_trial(struct listing *it, const Erfa__ShowAnswer *show, const char *id)
{
	const Erfa__Application *application = show->body->application;
	Erfa__Answer *trial = NULL;
	char names[NAMES_ROOM] = "";
	bool meant = false;
	int status;

	status = act_find(it->run, id, &trial);
	if (status != EXIT_DONE)
		return status;
	if (trial->show->body->record_case == ERFA__BODY__RECORD_TRIAL)
		status = waits_for(it, trial->show, names, &meant);
	if (status == EXIT_DONE && (it->waiting == NULL || meant)) {
		it->count++;
		if (it->run->json)
			status = run_jsonl(it->run, &show->base);
		else {
			table_add(it->table, show->row->id);
			table_add(it->table, show->row->publisher);
			table_add(it->table, application->submitted_on);
			table_add(it->table, trial->show->row->id);
			table_add(it->table, trial->show->row->title);
			table_add(
			    it->table, names[0] == '\0' ? _("nobody") : names);
		}
	}
	control_free_answer(trial);
	return status;
}

static int
add_application(void *context, const Erfa__ShowAnswer *show)
{
	struct listing *it = context;
	const Erfa__Application *application;
	int status = EXIT_DONE;
	size_t i;

	if (show->body->record_case != ERFA__BODY__RECORD_APPLICATION)
		return EXIT_DONE;
	application = show->body->application;
	for (i = 0; i < application->n_trials && status == EXIT_DONE; i++)
		status = add_trial(
		    it, show, run_text(application->trials[i]->id));
	return status;
}

int
cmd_applications(struct run *run)
{
	static const struct table_column columns[] = {
		{ N_("APPLICATION"), false, 0 },
		{ N_("FROM"), false, 0 },
		{ N_("HANDED IN"), false, 0 },
		{ N_("TRIAL"), false, 0 },
		{ N_("TITLE"), false, 3 },
		{ N_("WAITS FOR"), false, 2 },
	};
	struct listing it = { .run = run,
		.waiting = args_value(run->args, "waiting") };
	char org[ORG_MAX + 1] = "";
	int status = EXIT_DONE;

	if (it.waiting != NULL && strcmp(it.waiting, "me") == 0) {
		status = run_org(run, org);
		it.waiting = org;
	}
	if (status != EXIT_DONE)
		return status;
	if (table_new(run->out, columns, 6, &it.table) != ERR_NONE)
		return run_nomem(run);
	status = each_record(run, "application", add_application, &it);
	if (status == EXIT_DONE && !run->json && it.count == 0)
		print_say(run->out, "No applications.\n");
	else if (status == EXIT_DONE && !run->json &&
	    table_print(it.table) != ERR_NONE)
		status = run_nomem(run);
	table_free(it.table);
	return status;
}
