#include <stdio.h>
#include <string.h>

#include "proto/control.h"
#include "proto/invite.h"
#include "client/cmd.h"
#include "client/listing.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/table.h"

#define JOIN_MS 60000 /* erfad dials, asks and commits */

static const struct table_column columns[] = {
	{ N_("FOR"), false, 0 },
	{ N_("STATE"), false, 0 },
	{ N_("MADE"), false, 0 },
	{ N_("EXPIRES"), false, 0 },
	{ N_("USED"), false, 0 },
	{ N_("FROM"), false, 1 },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* The state as of run->now; false if it had not been made then. */
static bool
state_then(const struct run *run, const Erfa__Invitation *invitation,
    const char **ret_state)
{
	time_t made = 0, expires = 0;

	*ret_state = run_text(invitation->state);
	if (print_clock(run_text(invitation->made), &made) == ERR_NONE &&
	    made > run->now)
		return false;
	if (strcmp(*ret_state, "open") == 0 &&
	    print_clock(run_text(invitation->expires), &expires) == ERR_NONE &&
	    expires <= run->now)
		*ret_state = "expired";
	return true;
}

static void
add_invitation(struct run *run, struct table *table, const void *item)
{
	const Erfa__Invitation *it = item;
	const char *state;
	char cell[PRINT_TIME_MAX];

	if (!state_then(run, it, &state))
		return;
	table_add(
	    table, run_text(it->reader)[0] != '\0' ? it->reader : it->org);
	table_add(table, labels_get(run->labels, "invitation", state));
	print_time(run_text(it->made), cell);
	table_add(table, cell);
	print_time(run_text(it->expires), cell);
	table_add(table, cell);
	print_time(run_text(it->used), cell);
	table_add(table, cell);
	table_add(table, it->used_from);
}

static int
print_invitations(struct run *run, const Erfa__InviteAnswer *invite)
{
	if (invite->n_invitation == 0)
		print_say(run->out, "No invitations.\n");
	return listing_table(
	    run, &invite->base, "invitation", columns, COLUMNS, add_invitation);
}

static void
print_line(struct run *run, const Erfa__InviteAnswer *invite)
{
	const char *reader = args_value(run->args, "reader");
	const char *who = reader != NULL ? reader : run_text(invite->org);
	char when[PRINT_TIME_MAX];

	print_time(run_text(invite->expires), when);
	if (reader != NULL)
		print_say(run->out,
		    "Give this line to the program %s, which may only read.  "
		    "It works once, until %s:\n\n    %s\n\n",
		    who, when, run_text(invite->line));
	else
		print_say(run->out,
		    "Send this line to %s.  It works once, until %s:\n\n"
		    "    erfa join %s\n\n",
		    who, when, run_text(invite->line));
	print_say(run->out,
	    "Your check number, to read out on the telephone:  %s\n"
	    "Withdraw it:  erfa invite --revoke %s\n",
	    run_text(invite->check_number),
	    reader != NULL ? run_text(invite->line) : who);
}

static void
print_revoked(struct run *run, const Erfa__InviteAnswer *invite)
{
	char count[PRINT_COUNT_MAX];

	if (invite->revoked_lines < 2) {
		print_say(run->out, "Withdrawn: nobody can join with it.\n");
		return;
	}
	print_count(invite->revoked_lines, "invitation", "invitations", count);
	print_say(run->out,
	    "Withdrawn: %s for %s; nobody can join with any of them.\n", count,
	    run_text(invite->org));
}

static int
print_answer(struct run *run, const Erfa__InviteAnswer *invite)
{
	if (run->json)
		return run_json(run, &invite->base);
	if (args_given(run->args, "list"))
		return print_invitations(run, invite);
	if (args_given(run->args, "revoke"))
		print_revoked(run, invite);
	else
		print_line(run, invite);
	return EXIT_DONE;
}

int
cmd_invite(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__InviteRequest ask = ERFA__INVITE_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	char org[ORG_MAX + 1] = "";
	int status;

	ask.reader = run_lend(args_value(run->args, "reader"));
	ask.revoke = run_lend(args_value(run->args, "revoke"));
	ask.address = run_lend(args_value(run->args, "address"));
	ask.has_list = args_given(run->args, "list");
	ask.list = ask.has_list;
	if (args_count(run->args) > 0)
		ask.org = run_lend(args_word(run->args, 0));
	else if (ask.reader != NULL)
		ask.org = org; /* its program is one of our own */
	else if (!ask.list && ask.revoke == NULL)
		return fault_say(&run->faults, EXIT_USAGE, "no_org",
		    "Say who, by organisation:  erfa invite no-5501\n"
		    "For a program of your own: erfa invite --reader NAME",
		    "whom do you invite?");
	if (ask.org == org && (status = run_org(run, org)) != EXIT_DONE)
		return status;
	request.ask_case = ERFA__REQUEST__ASK_INVITE;
	request.invite = &ask;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	status = print_answer(run, answer->invite);
	control_free_answer(answer);
	return status;
}

/* Say what is wrong with a line before anybody is asked. */
static int
look_at_line(struct run *run, const char *line)
{
	static const char again[] = N_(
	    "Copy the whole line again, without a line break.\n"
	    "It looks like  host:port/0649nq2g... (72 letters and digits)");
	struct invite invite;
	enum err err = invite_parse(line, &invite);
	char count[PRINT_COUNT_MAX];
	int missing;

	if (err == ERR_NONE)
		return EXIT_DONE;
	if (err == ERR_VERSION)
		return fault_say(&run->faults, EXIT_PROTOCOL, "newer_line",
		    "Install a newer erfa.",
		    "this invitation was made by a newer version");
	if (err == ERR_CHAIN)
		return fault_say(&run->faults, EXIT_USAGE, "damaged_line",
		    again,
		    "the line is damaged: its check letters do not fit, so one "
		    "of its letters was changed");
	if (err != ERR_SIZE)
		return fault_say(&run->faults, EXIT_USAGE, "damaged_line",
		    again, "this is no invitation line: %.100s", line);
	missing = invite_missing(line);
	print_count((uint64_t)(missing < 0 ? -missing : missing), "character",
	    "characters", count);
	return fault_say(&run->faults, EXIT_USAGE, "damaged_line", again,
	    missing < 0 ? _("the line is damaged: it has %s too many") :
			  _("the line is damaged: it has %s too few"),
	    count);
}

static int
ask_join(struct run *run, const char *line, bool confirmed,
    Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__JoinRequest ask = ERFA__JOIN_REQUEST__INIT;

	ask.line = run_lend(line);
	ask.has_confirmed = 1;
	ask.confirmed = confirmed;
	request.ask_case = ERFA__REQUEST__ASK_JOIN;
	request.join = &ask;
	return run_ask(run, &request, JOIN_MS, ret_answer);
}

static void
print_inviter(struct print *print, const Erfa__JoinAnswer *join)
{
	print_say(print,
	    "This line leads to    %s (%s) at %s\n"
	    "Their check number    %s\n"
	    "You will send them    what you publish\n"
	    "You will receive      what they publish, and what they pass on\n\n",
	    run_text(join->name), run_text(join->org), run_text(join->address),
	    run_text(join->check_number));
}

static int
print_joined(struct run *run, const Erfa__JoinAnswer *join)
{
	if (run->json)
		return run_json(run, &join->base);
	print_say(run->out, "Joined.%s\n",
	    join->already ? _("  They knew you already.") : "");
	print_say(run->out, "\nNext:  erfa sync --wait 60      erfa list\n");
	return EXIT_DONE;
}

int
cmd_join(struct run *run)
{
	const char *line = args_word(run->args, 0);
	bool yes = args_given(run->args, "yes");
	Erfa__Answer *answer = NULL;
	int status;

	if ((status = look_at_line(run, line)) != EXIT_DONE)
		return status;
	if ((status = ask_join(run, line, yes, &answer)) != EXIT_DONE)
		return status;
	if (!run->json || !answer->join->joined)
		print_inviter(run->json ? run->err : run->out, answer->join);
	if (!answer->join->joined) {
		control_free_answer(answer);
		answer = NULL;
		if (print_finish(run->out) != ERR_NONE)
			return EXIT_FAILED;
		status = prompt_confirm(
		    run, "Is the number the one you were told?  Join?");
		if (status == EXIT_DONE)
			status = ask_join(run, line, true, &answer);
	}
	if (status == EXIT_DONE && !answer->join->joined)
		status = fault_say(&run->faults, EXIT_TEMPFAIL, "not_joined",
		    "Run it again with the same line.",
		    "joining did not come to its end");
	else if (status == EXIT_DONE)
		status = print_joined(run, answer->join);
	control_free_answer(answer);
	return status;
}
