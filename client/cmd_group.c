/*
 * Restricted groups: which there are, and who is in them.
 */

#include <stdio.h>
#include <string.h>

#include "proto/control.h"
#include "client/check.h"
#include "client/cmd.h"
#include "client/groups.h"
#include "client/join.h"
#include "client/listing.h"
#include "client/print.h"
#include "client/run.h"
#include "client/speech.h"
#include "client/table.h"

#define COLUMN    18   /* where the values of a group begin */
#define CELL_ROOM 256  /* bytes of a cell */
#define LINE_ROOM 2048 /* bytes of a line */

/* A word of the daemon and what it means to people. */
struct meaning {
	const char *code;
	const char *text;
};

static const char *
meaning_of(const struct meaning *meanings, const char *code)
{
	for (; meanings->code != NULL; meanings++)
		if (strcmp(meanings->code, code) == 0)
			return _(meanings->text);
	return code;
}

/* ---- list ---- */

static const struct meaning states[] = {
	{ "member", N_("in it") },
	{ "removed", N_("not in it any more") },
	{ "behind", N_("waits for the latest word") },
	{ "closed", N_("closed") },
	{ NULL, NULL },
};

static void
add_group(struct run *run, struct table *table, const void *item)
{
	const Erfa__GroupView *group = item;
	char cell[CELL_ROOM];

	(void)run;
	table_add(table, group->name);
	(void)snprintf(cell, sizeof(cell), "%.8s", run_text(group->group));
	table_add(table, cell);
	print_number(group->n_member, cell);
	table_add(table, cell);
	print_number(group->entries, cell);
	table_add(table, cell);
	print_number(group->readable, cell);
	table_add(table, cell);
	(void)snprintf(cell, sizeof(cell), "%s%s", run_text(group->founder_org),
	    group->founder ? _(" (this node)") : "");
	table_add(table, cell);
	table_add(table, meaning_of(states, run_text(group->state)));
}

static int
print_table(struct run *run, const Erfa__GroupAnswer *answer)
{
	static const struct table_column columns[] = {
		{ N_("GROUP"), false, 2 },
		{ N_("NUMBER"), false, 0 },
		{ N_("MEMBERS"), true, 0 },
		{ N_("ENTRIES"), true, 0 },
		{ N_("READABLE"), true, 0 },
		{ N_("MADE BY"), false, 1 },
		{ N_("THIS NODE"), false, 1 },
	};

	return listing_table(run, &answer->base, "group", columns,
	    sizeof(columns) / sizeof(columns[0]), add_group);
}

/* What is carried for others. */
static void
print_others(struct run *run, const Erfa__GroupAnswer *answer)
{
	char groups[PRINT_COUNT_MAX];
	char entries[PRINT_COUNT_MAX];

	if (answer->others == 0)
		return;
	print_count(answer->others, "group", "groups", groups);
	print_count(answer->other_entries, "entry", "entries", entries);
	print_say(run->out,
	    "This node carries %s of %s that it is not in, and cannot read "
	    "them.\n",
	    entries, groups);
}

static int
print_groups(struct run *run, const Erfa__GroupAnswer *answer)
{
	int status;

	if (answer->n_group == 0)
		print_say(run->out,
		    "This node is in no restricted group.  Make one:  erfa "
		    "group create NAME ORG\n");
	status = print_table(run, answer);
	if (status == EXIT_DONE)
		print_others(run, answer);
	return status;
}

int
cmd_group_list(struct run *run)
{
	Erfa__Answer *answer = NULL;
	int status;

	if ((status = groups_ask(run, &answer)) != EXIT_DONE)
		return status;
	if (run->json)
		status = listing_json(run, &answer->group->base, "group");
	else
		status = print_groups(run, answer->group);
	control_free_answer(answer);
	return status;
}

/* ---- show ---- */

static const struct meaning seals[] = {
	{ "in", N_("yes") },
	{ "replaced", N_("yes, to its new key") },
	{ "left", N_("no: it left the network") },
	{ "unknown", N_("no: not known here") },
	{ NULL, NULL },
};

static bool
is_sealed_to(const Erfa__GroupMemberView *member)
{
	return strcmp(run_text(member->state), "in") == 0 ||
	    strcmp(run_text(member->state), "replaced") == 0;
}

static void
add_member(struct run *run, struct table *table, const void *item)
{
	const Erfa__GroupMemberView *member = item;
	char cell[CELL_ROOM];

	(void)snprintf(cell, sizeof(cell), "%s%s", run_text(member->org),
	    member->own         ? _(" (this node)") :
		member->founder ? _(" (made it)") :
				  "");
	table_add(table, cell);
	table_add(table, member->name);
	table_add(table, member->check_number);
	if (listing_wide(run)) {
		print_time(run_text(member->since), cell);
		table_add(table, cell);
	}
	table_add(table, meaning_of(seals, run_text(member->state)));
}

static int
print_members(struct run *run, const Erfa__GroupView *group)
{
	static const struct table_column wide[] = {
		{ N_("ORG"), false, 0 },
		{ N_("NAME"), false, 1 },
		{ N_("CHECK NUMBER"), false, 0 },
		{ N_("SINCE"), false, 0 },
		{ N_("SEALED TO"), false, 1 },
	};
	static const struct table_column narrow[] = {
		{ N_("ORG"), false, 0 },
		{ N_("NAME"), false, 1 },
		{ N_("CHECK NUMBER"), false, 0 },
		{ N_("SEALED TO"), false, 1 },
	};

	if (listing_wide(run))
		return listing_table(run, &group->base, "member", wide,
		    sizeof(wide) / sizeof(wide[0]), add_member);
	return listing_table(run, &group->base, "member", narrow,
	    sizeof(narrow) / sizeof(narrow[0]), add_member);
}

/* Add "12 that ..." to a line, if there is anything to count. */
static void
add_some(char *line, size_t size, uint64_t number, const char *what)
{
	char count[PRINT_NUMBER_MAX];
	char part[CELL_ROOM];

	if (number == 0)
		return;
	print_number(number, count);
	(void)snprintf(part, sizeof(part), "%s %s", count, what);
	join_text(line, size, ", ", part);
}

static void
print_entries(struct run *run, const Erfa__GroupView *group)
{
	char line[LINE_ROOM] = "";
	char count[PRINT_NUMBER_MAX];

	print_number(group->entries, count);
	print_field(run->out, 0, _("Entries"), COLUMN, count);
	add_some(line, sizeof(line), group->readable, _("readable here"));
	add_some(line, sizeof(line), group->restricted,
	    _("sealed while this node was not in it"));
	add_some(line, sizeof(line), group->absent, _("not here yet"));
	add_some(line, sizeof(line), group->erased, _("erased"));
	if (line[0] != '\0')
		print_field(run->out, 0, "", COLUMN, line);
}

static void
print_facts(struct run *run, const Erfa__GroupView *group)
{
	char when[PRINT_TIME_MAX];
	char line[LINE_ROOM];

	print_styled(run->out, PRINT_STRONG, "%s", run_text(group->name));
	print_say(run->out, "\n");
	if (run_text(group->purpose)[0] != '\0')
		print_block(run->out, 2, group->purpose);
	print_field(run->out, 0, _("Number"), COLUMN, run_text(group->group));
	print_time(run_text(group->made), when);
	(void)snprintf(line, sizeof(line), _("%s, check number %s, since %s"),
	    run_text(group->founder_org), run_text(group->founder_check_number),
	    when);
	print_field(run->out, 0, _("Made by"), COLUMN, line);
	print_time(run_text(group->changed), when);
	print_field(run->out, 0, _("Last changed"), COLUMN, when);
	print_field(run->out, 0, _("This node"), COLUMN,
	    meaning_of(states, run_text(group->state)));
	print_entries(run, group);
	print_say(run->out, "\n");
}

/* What this node can do in it, where that is not all. */
static void
print_state(struct run *run, const Erfa__GroupView *group)
{
	const char *state = run_text(group->state);

	if (strcmp(state, "removed") == 0)
		print_say(run->out,
		    "\nThis node was taken out: what it could read it keeps, "
		    "and nothing new is for it.\nThe members are those of "
		    "before.\n");
	else if (strcmp(state, "behind") == 0)
		print_say(run->out,
		    "\nThe latest word on who is in it is not here yet; until "
		    "then nothing can be\npublished into it.  Fetch it:  erfa "
		    "sync --wait 60\n");
	else if (strcmp(state, "closed") == 0)
		print_say(run->out,
		    "\nIt was closed by who made it: nothing can be published "
		    "into it.\n");
}

/* A member that gets nothing, and why. */
static void
print_left_out(struct run *run, const Erfa__GroupView *group,
    const Erfa__GroupMemberView *member)
{
	const char *org = run_text(member->org);
	char number[CHECK_TYPED_MAX];

	check_of_key(run_text(member->key), number);
	print_styled(run->out, PRINT_BAD, "!");
	if (strcmp(run_text(member->state), "left") == 0)
		print_say(run->out,
		    " %s: its key was withdrawn, and nothing is sealed to it "
		    "any more.\n",
		    org);
	else
		print_say(run->out,
		    " %s (check number %s): this node knows no such member, "
		    "and seals nothing to it yet.\n",
		    org, number);
	if (group->founder)
		print_say(run->out,
		    "    Take it out:  erfa group remove %.8s %s\n",
		    run_text(group->group), org);
}

/* Who says what it is without having made it. */
static void
print_ignored(struct run *run, const Erfa__GroupIgnored *ignored)
{
	char when[PRINT_TIME_MAX];

	print_time(run_text(ignored->time), when);
	print_styled(run->out, PRINT_BAD, "!");
	print_say(run->out,
	    " %s (check number %s) said on %s who is in it.  That has no "
	    "effect: it did not make the group.\n",
	    run_text(ignored->org), run_text(ignored->check_number), when);
}

static int
print_group(struct run *run, const Erfa__GroupView *group)
{
	size_t i;
	int status;

	print_facts(run, group);
	if ((status = print_members(run, group)) != EXIT_DONE)
		return status;
	for (i = 0; i < group->n_member; i++)
		if (!is_sealed_to(group->member[i]))
			print_left_out(run, group, group->member[i]);
	for (i = 0; i < group->n_ignored; i++)
		print_ignored(run, group->ignored[i]);
	print_state(run, group);
	print_say(run->out,
	    "\nOthers see that there are entries, when, by whom and how long "
	    "they are, and the\nnumber of the group; what is in them, and who "
	    "is in the group, its members alone.\n");
	return EXIT_DONE;
}

/* Leave of the answer what was asked for. */
static void
keep_only(Erfa__GroupAnswer *answer, const Erfa__GroupView *wanted)
{
	size_t i, kept = 0;

	for (i = 0; i < answer->n_group; i++)
		if (answer->group[i] == wanted)
			answer->group[kept++] = answer->group[i];
		else
			erfa__group_view__free_unpacked(answer->group[i], NULL);
	answer->n_group = kept;
}

int
cmd_group_show(struct run *run)
{
	Erfa__Answer *answer = NULL;
	Erfa__GroupView *group;
	int status;

	status = groups_find(run, args_word(run->args, 0), &answer, &group);
	if (status != EXIT_DONE)
		return status;
	keep_only(answer->group, group);
	if (run->json)
		status = run_json(run, &answer->group->base);
	else
		status = print_group(run, group);
	control_free_answer(answer);
	return status;
}
