/*
 * Who belongs: the directory as this node computes it, and the members of its
 * circle.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "client/check.h"
#include "client/cmd.h"
#include "client/listing.h"
#include "client/print.h"
#include "client/run.h"
#include "client/speech.h"
#include "client/table.h"

#define COLUMN    20  /* where the values of one key begin */
#define CELL_ROOM 256 /* bytes of a cell */
#define LINE_ROOM 512 /* bytes of a line */

/* Ask for those whom the words name, or for all. */
static int
ask_directory(struct run *run, Erfa__Answer **ret_answer)
{
	char who[LINE_ROOM] = "";
	size_t i, len = 0;

	for (i = 0; i < args_count(run->args) && len < sizeof(who); i++)
		len += (size_t)snprintf(who + len, sizeof(who) - len, "%s%s",
		    i == 0 ? "" : " ", args_word(run->args, i));
	return check_ask(run, who, ret_answer);
}

/* The labels of several codes, with commas between. */
static void
join_labels(const struct run *run, const char *vocabulary, char *const *codes,
    size_t count, char *out, size_t size)
{
	size_t i, len = 0;

	*out = '\0';
	for (i = 0; i < count && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s",
		    i == 0 ? "" : ", ",
		    labels_get(run->labels, vocabulary, codes[i]));
}

/* How it stands, in a cell. */
static void
standing_of(const struct run *run, const Erfa__DirectoryMember *member,
    char *out, size_t size)
{
	(void)snprintf(out, size, "%s%s%s%s%s",
	    labels_get(run->labels, "standing", run_text(member->state)),
	    member->own ? _(" (this node)") : "",
	    member->disputed ? _(" (disputed)") : "",
	    member->forked > 0 ? _(" (forked)") : "",
	    member->silent ? _(" (silent)") : "");
}

/* ---- all of it ---- */

static void
add_entry(struct run *run, struct table *table, const void *item)
{
	const Erfa__DirectoryMember *member = item;
	char cell[CELL_ROOM];

	table_add(table, member->org);
	table_add(table, member->name);
	standing_of(run, member, cell, sizeof(cell));
	table_add(table, cell);
	if (listing_wide(run)) {
		join_labels(run, "role", member->role, member->n_role, cell,
		    sizeof(cell));
		table_add(table, cell);
		print_time(run_text(member->since), cell);
		table_add(table, cell);
	}
	table_add(table, member->voucher_org);
	table_add(table, member->check_number);
}

static int
print_table(struct run *run, const Erfa__DirectoryAnswer *answer)
{
	static const struct table_column wide[] = {
		{ N_("ORG"), false, 0 },
		{ N_("NAME"), false, 1 },
		{ N_("STANDING"), false, 0 },
		{ N_("ROLES"), false, 1 },
		{ N_("SINCE"), false, 0 },
		{ N_("BY"), false, 0 },
		{ N_("CHECK NUMBER"), false, 0 },
	};
	static const struct table_column narrow[] = {
		{ N_("ORG"), false, 0 },
		{ N_("NAME"), false, 1 },
		{ N_("STANDING"), false, 1 },
		{ N_("BY"), false, 0 },
		{ N_("CHECK NUMBER"), false, 0 },
	};

	if (listing_wide(run))
		return listing_table(run, &answer->base, "member", wide,
		    sizeof(wide) / sizeof(wide[0]), add_entry);
	return listing_table(run, &answer->base, "member", narrow,
	    sizeof(narrow) / sizeof(narrow[0]), add_entry);
}

/* Who is out, by whose word, and what of theirs counts. */
static void
print_withdrawn(struct run *run, const Erfa__DirectoryMember *member)
{
	char when[PRINT_TIME_MAX];
	char number[PRINT_NUMBER_MAX];
	size_t i;

	if (run_text(member->withdrawn)[0] == '\0')
		return;
	print_time(member->withdrawn, when);
	print_say(run->out, "\n%s (check number %s): withdrawn by %s, %s.",
	    run_text(member->org), run_text(member->check_number),
	    run_text(member->withdrawn_by_org), when);
	if (member->n_cut == 0)
		print_say(run->out, "  Nothing it published counts.\n");
	else
		print_say(run->out, "  What counts of its logs:\n");
	for (i = 0; i < member->n_cut; i++) {
		print_number(member->cut[i]->n, number);
		print_say(run->out, "  %.16s up to entry %s\n",
		    run_text(member->cut[i]->log), number);
	}
}

/* Every organisation that is disputed, once. */
static int
print_disputes(struct run *run, const Erfa__DirectoryAnswer *answer)
{
	const char *org, *last = "";
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < answer->n_member && status == EXIT_DONE; i++) {
		org = run_text(answer->member[i]->org);
		if (!answer->member[i]->disputed ||
		    !check_is_in(answer->member[i]) || strcmp(org, last) == 0)
			continue;
		last = org;
		print_say(run->out, "\n");
		status = check_disputed(run, org);
	}
	return status;
}

/* ---- one key ---- */

static void
print_voucher(struct run *run, const Erfa__DirectoryMember *member)
{
	char when[PRINT_TIME_MAX];
	char line[LINE_ROOM];

	if (run_text(member->voucher)[0] == '\0')
		return;
	print_time(run_text(member->since), when);
	(void)snprintf(line, sizeof(line), _("%s, check number %s, since %s"),
	    run_text(member->voucher_org),
	    run_text(member->voucher_check_number), when);
	print_field(run->out, 0, _("By word of"), COLUMN, line);
}

/* When it last gave a sign of life, and whether that is too long ago. */
static void
last_seen_of(const Erfa__DirectoryMember *member, char *out, size_t size)
{
	char when[PRINT_TIME_MAX];

	print_time(run_text(member->last_seen), when);
	(void)snprintf(out, size, "%s%s%s", when,
	    member->silent ? _(" (silent)") : "",
	    member->forked > 0 ? _(" (forked)") : "");
}

static void
print_logs(struct run *run, const Erfa__DirectoryMember *member)
{
	char a[PRINT_NUMBER_MAX], b[PRINT_NUMBER_MAX];
	char line[LINE_ROOM];
	size_t i;

	print_number(member->entries, a);
	print_number(member->hidden, b);
	(void)snprintf(
	    line, sizeof(line), _("%s that count, %s that do not"), a, b);
	print_field(run->out, 0, _("Entries"), COLUMN, line);
	for (i = 0; i < member->n_log; i++)
		print_field(run->out, 0, i == 0 ? _("Logs") : "", COLUMN,
		    member->log[i]);
	last_seen_of(member, line, sizeof(line));
	print_field(run->out, 0, _("Last seen"), COLUMN, line);
}

static void
print_one(struct run *run, const Erfa__DirectoryMember *member)
{
	char line[LINE_ROOM];

	print_styled(run->out, PRINT_STRONG, "%s", run_text(member->org));
	print_say(run->out, "  %s\n", run_text(member->name));
	print_field(run->out, 0, _("Check number"), COLUMN,
	    run_text(member->check_number));
	print_field(run->out, 0, _("Key"), COLUMN, run_text(member->key));
	standing_of(run, member, line, sizeof(line));
	print_field(run->out, 0, _("Standing"), COLUMN, line);
	join_labels(
	    run, "role", member->role, member->n_role, line, sizeof(line));
	print_field(run->out, 0, _("Roles"), COLUMN, line);
	join_labels(run, "may", member->may, member->n_may, line, sizeof(line));
	print_field(run->out, 0, _("It may"), COLUMN, line);
	print_voucher(run, member);
	if (run_text(member->heir)[0] != '\0')
		print_field(run->out, 0, _("In its place"), COLUMN,
		    run_text(member->heir_check_number));
	print_logs(run, member);
}

static int
print_directory(struct run *run, const Erfa__DirectoryAnswer *answer)
{
	int status = EXIT_DONE;
	size_t i;

	if (args_count(run->args) == 0)
		status = print_table(run, answer);
	for (i = 0; args_count(run->args) > 0 && i < answer->n_member; i++) {
		if (i > 0)
			print_say(run->out, "\n");
		print_one(run, answer->member[i]);
	}
	for (i = 0; status == EXIT_DONE && i < answer->n_member; i++)
		print_withdrawn(run, answer->member[i]);
	if (status == EXIT_DONE)
		status = print_disputes(run, answer);
	return status;
}

/* Print as JSON, or for people. */
static int
tell(struct run *run, const Erfa__DirectoryAnswer *answer,
    int (*print)(struct run *run, const Erfa__DirectoryAnswer *answer))
{
	return run->json ? listing_json(run, &answer->base, "member") :
			   print(run, answer);
}

int
cmd_directory(struct run *run)
{
	Erfa__Answer *answer = NULL;
	int status;

	if ((status = ask_directory(run, &answer)) != EXIT_DONE)
		return status;
	status = tell(run, answer->directory, print_directory);
	control_free_answer(answer);
	return status;
}

/* ---- members ---- */

/* Leave only those who are in. */
static void
keep_members(Erfa__DirectoryAnswer *answer)
{
	size_t i, kept = 0;

	for (i = 0; i < answer->n_member; i++)
		if (check_is_in(answer->member[i]))
			answer->member[kept++] = answer->member[i];
		else
			erfa__directory_member__free_unpacked(
			    answer->member[i], NULL);
	answer->n_member = kept;
}

static void
add_member(struct run *run, struct table *table, const void *item)
{
	const Erfa__DirectoryMember *member = item;
	char cell[CELL_ROOM];

	(void)snprintf(cell, sizeof(cell), "%s%s", run_text(member->org),
	    member->disputed ? _(" (disputed)") :
		member->own  ? _(" (this node)") :
			       "");
	table_add(table, cell);
	table_add(table, member->name);
	table_add(table, member->check_number);
	if (listing_wide(run)) {
		join_labels(run, "role", member->role, member->n_role, cell,
		    sizeof(cell));
		table_add(table, cell);
	}
	last_seen_of(member, cell, sizeof(cell));
	table_add(table, cell);
	if (!listing_wide(run))
		return;
	print_number(member->n_log, cell);
	table_add(table, cell);
	print_number(member->entries, cell);
	table_add(table, cell);
}

static int
print_members(struct run *run, const Erfa__DirectoryAnswer *answer)
{
	static const struct table_column wide[] = {
		{ N_("ORG"), false, 0 },
		{ N_("NAME"), false, 1 },
		{ N_("CHECK NUMBER"), false, 0 },
		{ N_("ROLES"), false, 1 },
		{ N_("LAST SEEN"), false, 0 },
		{ N_("LOGS"), true, 0 },
		{ N_("ENTRIES"), true, 0 },
	};
	static const struct table_column narrow[] = {
		{ N_("ORG"), false, 0 },
		{ N_("NAME"), false, 1 },
		{ N_("CHECK NUMBER"), false, 0 },
		{ N_("LAST SEEN"), false, 0 },
	};
	int status;

	if (listing_wide(run))
		status = listing_table(run, &answer->base, "member", wide,
		    sizeof(wide) / sizeof(wide[0]), add_member);
	else
		status = listing_table(run, &answer->base, "member", narrow,
		    sizeof(narrow) / sizeof(narrow[0]), add_member);
	if (status == EXIT_DONE)
		status = print_disputes(run, answer);
	return status;
}

int
cmd_members(struct run *run)
{
	Erfa__Answer *answer = NULL;
	int status;

	if ((status = ask_directory(run, &answer)) != EXIT_DONE)
		return status;
	keep_members(answer->directory);
	status = tell(run, answer->directory, print_members);
	control_free_answer(answer);
	return status;
}
