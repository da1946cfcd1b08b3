#include <stdlib.h>
#include <string.h>

#include "proto/answer.h"
#include "proto/body.h"
#include "proto/report.pb-c.h"
#include "client/cmd.h"
#include "client/print.h"
#include "client/run.h"
#include "client/speech.h"
#include "client/table.h"
#include "client/waiting.h"

/* What is printed, as it comes. */
struct listing {
	struct run *run;
	struct table *table;
	Erfa__ApplicationsReport *report; /* for programs */
	size_t count;
};

static enum err
fill_item(const struct waiting *waiting, Erfa__ApplicationReport *item)
{
	const Erfa__Row *row = waiting->application->row;
	const Erfa__Row *trial = waiting->trial->row;
	const Erfa__Application *said = waiting->application->body->application;
	enum err err;

	if ((err = answer_text(&item->id, row->full_id)) != ERR_NONE ||
	    (err = answer_text(&item->shown_id, row->id)) != ERR_NONE ||
	    (err = answer_text(&item->publisher, row->publisher)) != ERR_NONE ||
	    (err = answer_text(&item->submitted_on, said->submitted_on)) !=
		ERR_NONE ||
	    (err = answer_text(&item->trial, trial->full_id)) != ERR_NONE ||
	    (err = answer_text(&item->trial_shown_id, trial->id)) != ERR_NONE ||
	    (err = answer_text(&item->title, trial->title)) != ERR_NONE)
		return err;
	return answer_text(&item->waits_for, waiting->names);
}

/* For programs. */
static int
add_json(struct listing *it, const struct waiting *waiting)
{
	Erfa__ApplicationsReport *report = it->report;
	Erfa__ApplicationReport *item;

	if (answer_add(&report->application, &report->n_application,
		&erfa__application_report__descriptor, &item) != ERR_NONE ||
	    fill_item(waiting, item) != ERR_NONE)
		return run_nomem(it->run);
	return it->run->jsonl ? run_jsonl(it->run, &item->base) : EXIT_DONE;
}

static int
add(void *context, const struct waiting *waiting)
{
	struct listing *it = context;
	const Erfa__Row *row = waiting->application->row;

	if (it->run->json)
		return add_json(it, waiting);
	it->count++;
	table_add(it->table, row->id);
	table_add(it->table, row->publisher);
	table_add(
	    it->table, waiting->application->body->application->submitted_on);
	table_add(it->table, waiting->trial->row->id);
	table_add(it->table, waiting->trial->row->title);
	table_add(it->table,
	    waiting->names[0] == '\0' ? _("nobody") : waiting->names);
	return EXIT_DONE;
}

static int
print_all(struct listing *it)
{
	if (it->run->jsonl)
		return EXIT_DONE;
	if (it->run->json)
		return run_json(it->run, &it->report->base);
	if (it->count == 0)
		print_say(it->run->out, "No applications.\n");
	else if (table_print(it->table) != ERR_NONE)
		return run_nomem(it->run);
	return EXIT_DONE;
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
	const char *waiting = args_value(run->args, "waiting");
	struct listing it = { .run = run };
	char org[ORG_MAX + 1] = "";
	int status = EXIT_DONE;

	if (waiting != NULL && strcmp(waiting, "me") == 0) {
		status = run_org(run, org);
		waiting = org;
	}
	if (status != EXIT_DONE)
		return status;
	it.report = calloc(1, sizeof(*it.report));
	if (it.report == NULL)
		return run_nomem(run);
	erfa__applications_report__init(it.report);
	if (answer_text(&it.report->schema, "erfa.applications/1") !=
		ERR_NONE ||
	    table_new(run->out, columns, 6, &it.table) != ERR_NONE)
		status = run_nomem(run);
	if (status == EXIT_DONE)
		status = waiting_each(run, waiting, add, &it);
	if (status == EXIT_DONE)
		status = print_all(&it);
	erfa__applications_report__free_unpacked(it.report, NULL);
	table_free(it.table);
	return status;
}
