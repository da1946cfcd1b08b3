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

/* Whether ${related} is a decision, of ${authority} if one is named. */
static bool
is_decision(const Erfa__Related *related, const char *authority)
{
	const Erfa__OrgRef *org;

	if (related->body == NULL || related->row == NULL ||
	    related->row->retracted ||
	    related->body->record_case != ERFA__BODY__RECORD_DECISION)
		return false;
	org = related->body->decision->authority;
	return authority == NULL ||
	    (org != NULL &&
		(strcmp(run_text(org->id), authority) == 0 ||
		    strcmp(run_text(org->name), authority) == 0));
}

/* Whether the authority itself says what ${decision} says. */
static bool
is_own_word(const Erfa__Related *related)
{
	const Erfa__Envelope *envelope = related->body->envelope;

	return envelope == NULL || !envelope->transcribed;
}

static bool
is_same_authority(const Erfa__Related *a, const Erfa__Related *b)
{
	const Erfa__OrgRef *one = a->body->decision->authority;
	const Erfa__OrgRef *two = b->body->decision->authority;

	return one != NULL && two != NULL && one->id != NULL &&
	    strcmp(one->id, run_text(two->id)) == 0;
}

/* What was written down here of the same decision; or NULL. */
static const Erfa__Related *
find_told(const Erfa__ShowAnswer *show, const Erfa__Related *own)
{
	const Erfa__Related *related;
	size_t i;

	for (i = 0; i < show->n_related; i++) {
		related = show->related[i];
		if (is_decision(related, NULL) && !is_own_word(related) &&
		    is_same_authority(related, own) &&
		    strcmp(run_text(related->row->publisher),
			run_text(show->row->publisher)) == 0)
			return related;
	}
	return NULL;
}

/* Whether a decision is not to be counted: a later one holds, or the authority
 * itself says it. */
static bool
is_past(const Erfa__ShowAnswer *show, const Erfa__Related *related)
{
	size_t i;

	if (related->body->decision->replaced_by != NULL)
		return true;
	for (i = 0; !is_own_word(related) && i < show->n_related; i++)
		if (is_decision(show->related[i], NULL) &&
		    is_own_word(show->related[i]) &&
		    is_same_authority(show->related[i], related))
			return true;
	return false;
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
		if (!is_decision(show->related[i], authority) ||
		    is_past(show, show->related[i]))
			continue;
		decision = show->related[i]->body->decision;
		for (j = 0; j < decision->n_conditions; j++)
			if (life_condition_no(decision, j) == number) {
				meant.decision = show->related[i];
				meant.place = j;
				meant.count++;
			}
	}
	return meant;
}

/* Begin to write down here what the authority itself decided. */
static int
begin_told(struct run *run, const Erfa__Related *own, struct act *act)
{
	Erfa__Decision *decision;
	Erfa__Decision *swap;
	Erfa__Body *copy = NULL;
	int status = act_begin(run, HEADER_DECISION, act);

	if (status != EXIT_DONE)
		return status;
	if (act_copy(own->body, &copy) != ERR_NONE)
		return run_nomem(run);
	swap = act->body->decision;
	act->body->decision = copy->decision;
	copy->decision = swap;
	body_free(copy);
	decision = act->body->decision;
	act->body->envelope->has_transcribed = 1;
	act->body->envelope->transcribed = 1;
	return run_text(decision->ref)[0] != '\0' ?
	    EXIT_DONE :
	    act_set(act, "ref", "ref", run_text(own->row->full_id));
}

/* It is met, say whoever set it and those who met it: nobody else. */
static int
refuse_met(struct run *run, const Erfa__ShowAnswer *show,
    const Erfa__Related *told, const char *org)
{
	char remedy[128];

	(void)snprintf(remedy, sizeof(remedy),
	    _("Tell them:  erfa comment %s TEXT"), run_text(show->row->id));
	return fault_say(&run->faults, EXIT_NOPERM, "not_yours", remedy,
	    "%s, whose trial it is, or %s, who set that condition, says when "
	    "it is met; you are %s",
	    run_text(show->row->publisher), run_text(told->row->publisher),
	    org);
}

/* Open what is to say that the condition is met: our own word about it, never
 * the authority's. */
static int
open_met(struct run *run, const Erfa__ShowAnswer *show,
    const struct meant *meant, struct act *act)
{
	const Erfa__Related *told = meant->decision;
	char org[ORG_MAX + 1] = "";
	int status = run_org(run, org);

	if (status != EXIT_DONE)
		return status;
	if (strcmp(org, run_text(told->row->publisher)) != 0) {
		if (strcmp(org, run_text(show->row->publisher)) != 0)
			return refuse_met(run, show, told, org);
		told = find_told(show, meant->decision);
	}
	return told == NULL ?
	    begin_told(run, meant->decision, act) :
	    act_open(run, run_text(told->row->full_id), HEADER_DECISION, act);
}

/* The place of condition ${number} in ${decision}; one is added if it is not
 * there. */
static size_t
place_of(const Erfa__Decision *decision, uint32_t number)
{
	size_t i;

	for (i = 0; i < decision->n_conditions; i++)
		if (life_condition_no(decision, i) == number)
			break;
	return i;
}

static int
write_met(
    struct run *run, const Erfa__ShowAnswer *show, const struct meant *meant)
{
	const char *date = args_value(run->args, "date");
	char today[RUN_DAY_LEN + 1];
	const Erfa__Decision *said = meant->decision->body->decision;
	char path[PATH_ROOM];
	char number[16];
	struct act act = { .run = run };
	size_t place = 0;
	int status;

	run_today(run, today);
	status = open_met(run, show, meant, &act);
	if (status == EXIT_DONE && act.body != NULL) {
		place = place_of(
		    act.body->decision, life_condition_no(said, meant->place));
		(void)snprintf(path, sizeof(path), "conditions[%zu].no", place);
		(void)snprintf(number, sizeof(number), "%u",
		    life_condition_no(said, meant->place));
		status = act_set(&act, "met", path, number);
	}
	(void)snprintf(path, sizeof(path), "conditions[%zu].met_on", place);
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
	status = write_met(run, show, &meant);
	if (status == EXIT_DONE && !run->json)
		status = standing_line(run, run_text(show->row->full_id));
	return status;
}

/* When a condition was met, by the decision or by what was written here. */
static const char *
met_on(const Erfa__ShowAnswer *show, const Erfa__Related *related, size_t place)
{
	const Erfa__Decision *decision = related->body->decision;
	const Erfa__Related *told = find_told(show, related);
	const char *met = run_text(decision->conditions[place]->met_on);
	size_t at;

	if (met[0] != '\0' || told == NULL)
		return met;
	at = place_of(told->body->decision, life_condition_no(decision, place));
	return at == told->body->decision->n_conditions ?
	    "" :
	    run_text(told->body->decision->conditions[at]->met_on);
}

static size_t
add_rows(struct table *table, const Erfa__ShowAnswer *show,
    const Erfa__Related *related)
{
	const Erfa__Decision *decision = related->body->decision;
	const Erfa__Condition *condition;
	const char *met;
	char number[16];
	size_t i;

	for (i = 0; i < decision->n_conditions; i++) {
		condition = decision->conditions[i];
		(void)snprintf(number, sizeof(number), "%u",
		    life_condition_no(decision, i));
		table_add(table, number);
		table_add(table,
		    decision->authority == NULL ?
			"?" :
			life_org_name(decision->authority));
		table_add(table, condition->text);
		table_add(table, condition->due);
		met = met_on(show, related, i);
		table_add(table, met[0] == '\0' ? _("no") : met);
	}
	return decision->n_conditions;
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
		if (is_decision(show->related[i], NULL) &&
		    !is_past(show, show->related[i]))
			count += add_rows(table, show, show->related[i]);
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
