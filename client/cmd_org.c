/*
 * Organisations: which there are, what this one says of itself, and which took
 * over from which.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/answer.h"
#include "proto/control.h"
#include "proto/header.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/each.h"
#include "client/listing.h"
#include "client/orgs.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/speech.h"
#include "client/table.h"
#include "client/towns.h"
#include "client/wanted.h"

#define COLUMN    14  /* where the figures begin */
#define CELL_ROOM 512 /* bytes of a cell */
#define PATH_ROOM 64  /* bytes of "successor[12]" */

/* ---- names ---- */

/* Give those without a name the one that the list of municipalities has. */
static int
fill_names(struct run *run, Erfa__OrgsAnswer *answer)
{
	struct towns *towns = NULL;
	enum err err = towns_open(run->data, &towns);
	const char *name;
	size_t i;

	for (i = 0; i < answer->n_org && err == ERR_NONE; i++) {
		name = towns_name(towns, answer->org[i]->id);
		if (name != NULL && run_text(answer->org[i]->name)[0] == '\0')
			err = answer_text(&answer->org[i]->name, name);
	}
	towns_close(towns);
	/* Without the list they are known by their ids. */
	return err == ERR_NOMEM ? run_nomem(run) : EXIT_DONE;
}

/* All organisations, with names. */
static int
ask_all(struct run *run, Erfa__Answer **ret_answer)
{
	int status = orgs_ask(run, false, ret_answer);

	return status != EXIT_DONE ? status :
				     fill_names(run, (*ret_answer)->orgs);
}

/* ---- who took over from whom, in words ---- */

/* Who says so. */
static const char *
says(const Erfa__Heir *heir)
{
	size_t i;

	for (i = 0; i < heir->n_by; i++)
		if (strcmp(heir->by[i], "other") != 0)
			return heir->speaks ? "" : _(" (as it says itself)");
	return _(" (others say)");
}

/* Add the ids of all that took over from ${org}, or that it took over from. */
static void
add_heirs(const Erfa__OrgsAnswer *answer, const char *org, bool after,
    char out[CELL_ROOM])
{
	const Erfa__Heir *heir;
	size_t i, len;

	for (i = 0; i < answer->n_heir; i++) {
		heir = answer->heir[i];
		if (strcmp(run_text(after ? heir->old_org : heir->new_org),
			org) != 0)
			continue;
		len = strlen(out);
		(void)snprintf(out + len, CELL_ROOM - len, "%s%s%s",
		    len == 0 ? "" : ", ",
		    run_text(after ? heir->new_org : heir->old_org),
		    says(heir));
	}
}

/* What only the list of municipalities knows. */
static void
add_known(const struct towns *towns, const char *org, char out[CELL_ROOM])
{
	char heir[ORG_MAX + 1] = "";

	if (out[0] != '\0' || towns_heir(towns, org, heir) != ERR_NONE)
		return;
	(void)snprintf(out, CELL_ROOM, "%s%s", heir,
	    _(" (by the list of municipalities)"));
}

/* ---- list ---- */

static bool
is_wanted(const struct run *run, const Erfa__Organisation *org)
{
	const char *country = args_value(run->args, "country");

	return country == NULL ||
	    strcasecmp(country, run_text(org->country)) == 0;
}

static void
add_row(struct run *run, struct table *table, const struct towns *towns,
    const Erfa__OrgsAnswer *answer, const Erfa__Organisation *org)
{
	char number[PRINT_NUMBER_MAX];
	char heirs[CELL_ROOM] = "";

	table_add(table, org->id);
	table_add(table, org->name);
	table_add(table, org->country);
	table_add(
	    table, labels_get(run->labels, "org_type", run_text(org->type)));
	print_number(org->trials, number);
	table_add(table, number);
	print_number(org->documented, number);
	table_add(table, number);
	add_heirs(answer, run_text(org->id), true, heirs);
	add_known(towns, run_text(org->id), heirs);
	table_add(table, heirs);
}

static int
print_list(struct run *run, const Erfa__OrgsAnswer *answer)
{
	static const struct table_column columns[] = {
		{ N_("ORG"), false, 0 },
		{ N_("NAME"), false, 2 },
		{ N_("COUNTRY"), false, 0 },
		{ N_("TYPE"), false, 1 },
		{ N_("TRIALS"), true, 0 },
		{ N_("DOCUMENTED"), true, 0 },
		{ N_("FOLLOWED BY"), false, 2 },
	};
	struct towns *towns = NULL;
	struct table *table = NULL;
	int status = EXIT_DONE;
	size_t i;

	if (table_new(run->out, columns, 7, &table) != ERR_NONE ||
	    towns_open(run->data, &towns) == ERR_NOMEM) {
		table_free(table);
		return run_nomem(run);
	}
	for (i = 0; i < answer->n_org; i++)
		if (is_wanted(run, answer->org[i]))
			add_row(run, table, towns, answer, answer->org[i]);
	if (table_print(table) != ERR_NONE)
		status = run_nomem(run);
	towns_close(towns);
	table_free(table);
	return status;
}

static int
print_program(struct run *run, Erfa__OrgsAnswer *answer)
{
	size_t i;
	size_t kept = 0;

	for (i = 0; i < answer->n_org; i++)
		if (is_wanted(run, answer->org[i]))
			answer->org[kept++] = answer->org[i];
		else
			erfa__organisation__free_unpacked(answer->org[i], NULL);
	answer->n_org = kept;
	return listing_json(run, &answer->base, "org");
}

int
cmd_org_list(struct run *run)
{
	Erfa__Answer *answer = NULL;
	int status;

	if ((status = wanted_check_country(run)) != EXIT_DONE)
		return status;
	status = ask_all(run, &answer);
	if (status == EXIT_DONE)
		status = run->json ? print_program(run, answer->orgs) :
				     print_list(run, answer->orgs);
	control_free_answer(answer);
	return status;
}

/* ---- show ---- */

static void
field(struct run *run, const char *label, const char *text)
{
	if (run_text(text)[0] != '\0')
		print_field(run->out, 0, label, COLUMN, text);
}

static void
print_numbers(struct run *run, const Erfa__Organisation *org)
{
	char number[PRINT_NUMBER_MAX];
	char text[CELL_ROOM];

	print_number(org->trials, number);
	field(run, N_("Trials"), number);
	print_number(org->documented, number);
	if (org->documented > 0)
		field(run, N_("Documented"), number);
	print_number(org->population, number);
	if (org->has_population)
		field(run, N_("Inhabitants"), number);
	(void)snprintf(text, sizeof(text),
	    _("proposed in month %u, adopted in month %u"), org->proposal_month,
	    org->adoption_month);
	if (org->has_proposal_month && org->has_adoption_month)
		field(run, N_("Budget"), text);
}

static int
print_org(struct run *run, const Erfa__OrgsAnswer *answer,
    const Erfa__Organisation *org)
{
	char before[CELL_ROOM] = "";
	char after[CELL_ROOM] = "";
	struct towns *towns = NULL;

	if (towns_open(run->data, &towns) == ERR_NOMEM)
		return run_nomem(run);
	add_heirs(answer, run_text(org->id), false, before);
	add_heirs(answer, run_text(org->id), true, after);
	add_known(towns, run_text(org->id), after);
	towns_close(towns);
	print_styled(run->out, PRINT_STRONG, "%s", run_text(org->id));
	print_say(run->out, "  %s\n", run_text(org->name));
	field(run, N_("Type"),
	    labels_get(run->labels, "org_type", run_text(org->type)));
	field(run, N_("Country"), org->country);
	field(run, N_("Node"),
	    org->own      ? _("this one") :
		org->node ? _("a member of the network") :
			    _("none that is known"));
	field(run, N_("Since"), org->valid_from);
	field(run, N_("Until"), org->valid_to);
	field(run, N_("Came from"), before);
	field(run, N_("Followed by"), after);
	field(run, N_("Contact"), org->contact_role);
	field(run, N_("Mailbox"), org->mailbox);
	print_numbers(run, org);
	return EXIT_DONE;
}

/* Find what an organisation has to do with others. */
static void
pick_heirs(
    const Erfa__OrgsAnswer *answer, const char *org, Erfa__OrgsAnswer *out)
{
	const Erfa__Heir *heir;
	size_t i;

	for (i = 0; i < answer->n_heir; i++) {
		heir = answer->heir[i];
		if (strcmp(run_text(heir->old_org), org) == 0 ||
		    strcmp(run_text(heir->new_org), org) == 0)
			out->heir[out->n_heir++] = answer->heir[i];
	}
}

/* For programs: the one, and what it has to do with others. */
static int
json_org(struct run *run, Erfa__OrgsAnswer *answer, Erfa__Organisation *org)
{
	Erfa__OrgsAnswer one = ERFA__ORGS_ANSWER__INIT;
	Erfa__Heir **heirs = calloc(answer->n_heir + 1, sizeof(*heirs));
	int status;

	if (heirs == NULL)
		return run_nomem(run);
	one.schema = answer->schema;
	one.org = &org;
	one.n_org = 1;
	one.heir = heirs;
	pick_heirs(answer, org->id, &one);
	status = run_json(run, &one.base);
	free(heirs);
	return status;
}

/* Whether ${typed} means ${id}: its country may be left out. */
static bool
is_typed(const char *id, const char *typed)
{
	size_t len = strlen(id);
	size_t short_len = strlen(typed);

	return strcmp(id, typed) == 0 ||
	    (len > short_len + 1 && id[len - short_len - 1] == '-' &&
		strcmp(id + len - short_len, typed) == 0);
}

/* The one organisation that ${typed} means; NULL, which has been told, if there
 * is none or several are. */
static Erfa__Organisation *
find_org(struct run *run, const Erfa__OrgsAnswer *answer, const char *typed,
    int *ret_status)
{
	Erfa__Organisation *found = NULL;
	size_t i;

	for (i = 0; i < answer->n_org; i++) {
		if (!is_typed(run_text(answer->org[i]->id), typed))
			continue;
		if (strcmp(answer->org[i]->id, typed) == 0)
			return answer->org[i];
		if (found != NULL) {
			*ret_status = fault_say(&run->faults, EXIT_USAGE,
			    "ambiguous_org", "Write it with its country.",
			    "\"%.40s\" may mean %s or %s", typed, found->id,
			    answer->org[i]->id);
			return NULL;
		}
		found = answer->org[i];
	}
	if (found == NULL)
		*ret_status = fault_say(&run->faults, EXIT_NOINPUT,
		    "no_such_org", "All organisations:  erfa org list",
		    "nobody here has seen an organisation \"%.40s\"", typed);
	return found;
}

int
cmd_org_show(struct run *run)
{
	Erfa__Organisation *org = NULL;
	Erfa__Answer *answer = NULL;
	int status;

	status = ask_all(run, &answer);
	if (status == EXIT_DONE)
		org = find_org(
		    run, answer->orgs, args_word(run->args, 0), &status);
	if (org != NULL)
		status = run->json ? json_org(run, answer->orgs, org) :
				     print_org(run, answer->orgs, org);
	control_free_answer(answer);
	return status;
}

/* ---- what this node says of an organisation ---- */

/* Looks for the profile of one organisation that one node published. */
struct search {
	const char *publisher;
	const char *org;
	char id[RECORD_ID_CHARS + 1]; /* found; empty = none */
};

static int
look_at(void *context, const Erfa__ShowAnswer *show)
{
	struct search *search = context;

	if (show->body->record_case == ERFA__BODY__RECORD_PROFILE &&
	    search->id[0] == '\0' &&
	    strcmp(run_text(show->row->publisher), search->publisher) == 0 &&
	    strcmp(run_text(show->body->profile->org), search->org) == 0)
		(void)snprintf(search->id, sizeof(search->id), "%s",
		    run_text(show->row->full_id));
	return EXIT_DONE;
}

/* Begin to change what this node says of ${org}: a new profile if there is
 * none.  End with act_close(). */
static int
open_profile(struct run *run, const char *own, const char *org, struct act *act)
{
	struct search search = { .publisher = own, .org = org };
	int status;

	memset(act, 0, sizeof(*act));
	act->run = run;
	status = each_record(run, "profile", look_at, &search);
	if (status != EXIT_DONE)
		return status;
	if (search.id[0] == '\0') {
		status = act_begin(run, HEADER_PROFILE, act);
		return status != EXIT_DONE ? status :
					     act_set(act, "ORG", "org", org);
	}
	status = act_open(run, search.id, HEADER_PROFILE, act);
	return status != EXIT_DONE ?
	    status :
	    act_amend(act, ERFA__AMENDMENT_KIND__AMENDMENT_KIND_UPDATE);
}

/* The name is in the language that the record is written in. */
static int
set_name(struct act *act)
{
	const char *name = args_value(act->run->args, "name");
	int status;

	if (name == NULL)
		return EXIT_DONE;
	status = act_set(act, "name", "name[0].text", name);
	return status != EXIT_DONE ?
	    status :
	    act_set(act, "name", "name[0].language", act->run->asked);
}

int
cmd_org_edit(struct run *run)
{
	static const struct act_option options[] = {
		{ "type", "type" },
		{ "population", "population" },
		{ "contact-role", "contact_role" },
		{ "mailbox", "mailbox" },
		{ "budget-proposal", "budget_calendar.proposal_month" },
		{ "budget-adoption", "budget_calendar.adoption_month" },
		{ NULL, NULL },
	};
	char own[ORG_MAX + 1] = "";
	struct act act = { .run = run };
	int status;

	status = run_org(run, own);
	if (status == EXIT_DONE)
		status = open_profile(run, own, own, &act);
	if (status == EXIT_DONE)
		status = set_name(&act);
	if (status == EXIT_DONE)
		status = act_set_options(&act, options);
	if (status == EXIT_DONE)
		status = act_set_all(&act);
	if (status == EXIT_DONE)
		status = act_leave(&act, NULL, 0, _("what it says of itself"));
	act_close(&act);
	return status;
}

/* ---- succeed ---- */

/* Two ids, and who says it. */
struct succession {
	struct run *run;
	const char *old_org;
	const char *new_org;
	char own[ORG_MAX + 1];
	bool of_old; /* it is the old one's own word */
	struct act act;
};

static int
check_ids(const struct succession *it)
{
	if (header_org_valid(it->old_org) && header_org_valid(it->new_org) &&
	    strcmp(it->old_org, it->new_org) != 0)
		return EXIT_DONE;
	return fault_say(&it->run->faults, EXIT_USAGE, "bad_org",
	    "erfa org succeed no-5401 no-5501",
	    "write two different organisations, each with its country");
}

/* Whether ${org} is in the list already. */
static bool
is_said(Erfa__OrgRef *const *list, size_t count, const char *org)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(run_text(list[i]->id), org) == 0)
			return true;
	return false;
}

static int
say_successor(struct succession *it)
{
	const Erfa__Profile *profile = it->act.body->profile;
	const char *date = args_value(it->run->args, "date");
	char today[RUN_DAY_LEN + 1];
	char path[PATH_ROOM];
	int status;

	if (is_said(profile->successor, profile->n_successor, it->new_org))
		return EXIT_DONE;
	(void)snprintf(
	    path, sizeof(path), "successor[%zu]", profile->n_successor);
	status = act_set(&it->act, "NEW", path, it->new_org);
	run_today(it->run, today);
	if (status == EXIT_DONE &&
	    (date != NULL || run_text(profile->valid_to)[0] == '\0'))
		status = act_set(
		    &it->act, "date", "valid_to", date != NULL ? date : today);
	return status;
}

static int
say_predecessor(struct succession *it)
{
	const Erfa__Profile *profile = it->act.body->profile;
	char path[PATH_ROOM];

	if (is_said(profile->predecessor, profile->n_predecessor, it->old_org))
		return EXIT_DONE;
	(void)snprintf(
	    path, sizeof(path), "predecessor[%zu]", profile->n_predecessor);
	return act_set(&it->act, "OLD", path, it->old_org);
}

/* What becomes of it, before anything is published. */
static int
ask(const struct succession *it)
{
	struct run *run = it->run;

	if (it->of_old)
		print_say(run->err,
		    "%s will count as %s, and may speak for it.  Record ids "
		    "and topics stay as they are.\n",
		    it->new_org, it->old_org);
	else if (strcmp(it->own, it->new_org) == 0)
		print_say(run->err,
		    "Whoever looks for %s will find %s too.  To speak for it "
		    "takes its own word, or a registry's.\n",
		    it->new_org, it->old_org);
	else
		print_say(run->err,
		    "%s is neither of them: unless it is a registry, others "
		    "only see that it says so.\n",
		    it->own);
	return prompt_confirm(run, "Publish it?");
}

int
cmd_org_succeed(struct run *run)
{
	struct succession it = {
		.run = run,
		.old_org = args_word(run->args, 0),
		.new_org = args_word(run->args, 1),
		.act = { .run = run },
	};
	int status;

	if ((status = check_ids(&it)) != EXIT_DONE ||
	    (status = run_org(run, it.own)) != EXIT_DONE)
		return status;
	it.of_old = strcmp(it.own, it.old_org) == 0;
	status = open_profile(
	    run, it.own, it.of_old ? it.old_org : it.new_org, &it.act);
	if (status == EXIT_DONE)
		status = it.of_old ? say_successor(&it) : say_predecessor(&it);
	if (status == EXIT_DONE)
		status = ask(&it);
	if (status == EXIT_DONE)
		status = act_leave(
		    &it.act, NULL, 0, _("which took over from which"));
	act_close(&it.act);
	return status;
}
