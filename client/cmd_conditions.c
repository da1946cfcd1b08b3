#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/header.h"
#include "proto/life_decision.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/print.h"
#include "client/run.h"
#include "client/standing.h"
#include "client/table.h"

#define PATH_ROOM 64 /* bytes of "conditions[12].met_on" */

/* The condition that is meant, and the decision it stands in. */
struct meant {
	const Erfa__Related *decision;
	size_t place;
	size_t count; /* how many it may be */
};

static uint32_t
number_of(const Erfa__Decision *decision, size_t place)
{
	const Erfa__Condition *condition = decision->conditions[place];

	return condition->has_no ? condition->no : (uint32_t)place + 1;
}

/* Whether ${related} is a decision, of ${authority} if one is named. */
static bool
is_decision(const Erfa__Related *related, const char *authority)
{
	const Erfa__OrgRef *org;

	if (related->body == NULL || related->row == NULL ||
	    related->body->record_case != ERFA__BODY__RECORD_DECISION)
		return false;
	org = related->body->decision->authority;
	return authority == NULL ||
	    (org != NULL &&
		(strcmp(run_text(org->id), authority) == 0 ||
		    strcmp(run_text(org->name), authority) == 0));
}

/* Find condition ${number} of the decisions about the trial. */
static struct meant
find_condition(
    const Erfa__ShowAnswer *show, uint64_t number, const char *authority)
{
	struct meant meant = { NULL, 0, 0 };
	const Erfa__Decision *decision;
	size_t i, j;

	for (i = 0; i < show->n_related; i++) {
		if (!is_decision(show->related[i], authority))
			continue;
		decision = show->related[i]->body->decision;
		for (j = 0; j < decision->n_conditions; j++)
			if (number_of(decision, j) == number) {
				meant.decision = show->related[i];
				meant.place = j;
				meant.count++;
			}
	}
	return meant;
}

/* Whoever set a condition says that it is met. */
static int
check_ours(struct run *run, const struct meant *meant)
{
	const Erfa__Row *row = meant->decision->row;
	const char *publisher = run_text(row->publisher);
	char org[ORG_MAX + 1];
	char remedy[128];
	int status;

	if ((status = run_org(run, org)) != EXIT_DONE ||
	    strcmp(org, publisher) == 0)
		return status;
	(void)snprintf(remedy, sizeof(remedy),
	    _("Tell them:  erfa comment %s TEXT"), run_text(row->id));
	return fault_say(&run->faults, EXIT_NOPERM, "not_yours", remedy,
	    "%s set that condition and says itself when it is met", publisher);
}

static int
write_met(struct run *run, const struct meant *meant)
{
	const char *date = args_value(run->args, "date");
	char today[RUN_DAY_LEN + 1];
	char path[PATH_ROOM];
	struct act act;
	int status;

	run_today(run, today);
	(void)snprintf(
	    path, sizeof(path), "conditions[%zu].met_on", meant->place);
	status = act_open(run, run_text(meant->decision->row->full_id),
	    HEADER_DECISION, &act);
	if (status == EXIT_DONE)
		status = act_set(
		    &act, "date", path, date == NULL ? today : date);
	if (status == EXIT_DONE)
		status = act_amend(
		    &act, ERFA__AMENDMENT_KIND__AMENDMENT_KIND_UPDATE);
	if (status == EXIT_DONE)
		status = act_leave(&act, NULL, 0, _("the condition is met"));
	act_close(&act);
	return status;
}

static int
meet(struct run *run, const Erfa__ShowAnswer *show)
{
	const char *authority = args_value(run->args, "authority");
	struct meant meant;
	uint64_t number = 0;
	int status;

	status = run_number(run, "met", 1000, &number);
	if (status != EXIT_DONE)
		return status;
	meant = find_condition(show, number, authority);
	if (meant.count == 0)
		return fault_say(&run->faults, EXIT_NOINPUT, "no_condition",
		    "See them:  erfa conditions TRIAL",
		    "no decision about %s sets a condition %llu",
		    run_text(show->row->id), (unsigned long long)number);
	if (meant.count > 1)
		return fault_say(&run->faults, EXIT_USAGE, "which_condition",
		    "erfa conditions TRIAL --met N --authority ORG",
		    "%zu authorities set a condition %llu", meant.count,
		    (unsigned long long)number);
	if ((status = check_ours(run, &meant)) != EXIT_DONE)
		return status;
	status = write_met(run, &meant);
	if (status == EXIT_DONE && !run->json)
		status = standing_line(run, run_text(show->row->full_id));
	return status;
}

static void
add_rows(struct table *table, const Erfa__Decision *decision)
{
	const Erfa__Condition *condition;
	char number[16];
	size_t i;

	for (i = 0; i < decision->n_conditions; i++) {
		condition = decision->conditions[i];
		(void)snprintf(
		    number, sizeof(number), "%u", number_of(decision, i));
		table_add(table, number);
		table_add(table,
		    decision->authority == NULL ?
			"?" :
			life_org_name(decision->authority));
		table_add(table, condition->text);
		table_add(table, condition->due);
		table_add(table,
		    run_text(condition->met_on)[0] == '\0' ? _("no") :
							     condition->met_on);
	}
}

static int
print_conditions(struct run *run, const Erfa__ShowAnswer *show)
{
	static const struct table_column columns[] = {
		{ N_("NO"), true, 0 },
		{ N_("AUTHORITY"), false, 1 },
		{ N_("CONDITION"), false, 3 },
		{ N_("DUE"), false, 0 },
		{ N_("MET"), false, 0 },
	};
	struct table *table = NULL;
	int status = EXIT_DONE;
	size_t count = 0;
	size_t i;

	if (table_new(run->out, columns, 5, &table) != ERR_NONE)
		return run_nomem(run);
	for (i = 0; i < show->n_related; i++)
		if (is_decision(show->related[i], NULL)) {
			add_rows(table, show->related[i]->body->decision);
			count += show->related[i]->body->decision->n_conditions;
		}
	if (count == 0)
		print_say(run->out, "No conditions.\n");
	else if (table_print(table) != ERR_NONE)
		status = run_nomem(run);
	table_free(table);
	return status;
}

int
cmd_conditions(struct run *run)
{
	Erfa__Answer *answer = NULL;
	int status;

	status = act_find(run, args_word(run->args, 0), &answer);
	if (status == EXIT_DONE && args_given(run->args, "met"))
		status = meet(run, answer->show);
	else if (status == EXIT_DONE && run->json)
		status = run_json(run, &answer->show->base);
	else if (status == EXIT_DONE)
		status = print_conditions(run, answer->show);
	control_free_answer(answer);
	return status;
}
