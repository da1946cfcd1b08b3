#include <stdio.h>
#include <string.h>

#include "proto/control.h"
#include "client/cmd.h"
#include "client/listing.h"
#include "client/print.h"
#include "client/run.h"
#include "client/table.h"
#include "client/wanted.h"

static void
add_following(struct run *run, struct table *table, const void *item)
{
	const Erfa__Following *following = item;
	char text[WANTED_TEXT];
	char cell[64];

	(void)run;
	(void)snprintf(cell, sizeof(cell), "%u", following->no);
	table_add(table, cell);
	wanted_text(following->find, text);
	table_add(table, text);
	print_time(run_text(following->since), cell);
	table_add(table, cell);
}

static int
print_list(struct run *run, const Erfa__FollowAnswer *answer)
{
	static const struct table_column columns[] = {
		{ N_("NO"), true, 0 },
		{ N_("QUESTION"), false, 1 },
		{ N_("SINCE"), false, 0 },
	};

	if (answer->n_following == 0) {
		print_say(run->out,
		    "You follow nothing.  Begin:  erfa follow hjemmepleje "
		    "--country NO\n");
		return EXIT_DONE;
	}
	return listing_table(run, &answer->base, "following", columns,
	    sizeof(columns) / sizeof(columns[0]), add_following);
}

/* Say what was done; then what is new, and where it is told. */
static int
print_answer(struct run *run, const Erfa__FollowAnswer *answer, bool dropped)
{
	const Erfa__Following *changed = answer->changed;
	char text[WANTED_TEXT] = "";

	if (changed == NULL)
		return print_list(run, answer);
	wanted_text(changed->find, text);
	if (dropped)
		print_say(run->out, "No longer followed: %u  %s\n", changed->no,
		    text);
	else if (answer->known)
		print_say(run->out, "You follow that already: %u  %s\n",
		    changed->no, text);
	else
		print_say(run->out,
		    "Followed from now on: %u  %s\n"
		    "What arrives and fits is told by  erfa inbox  and  erfa "
		    "watch --follow\n",
		    changed->no, text);
	return EXIT_DONE;
}

/* What is dropped is known by a number from 1. */
static int
read_drop(
    struct run *run, const struct wanted *wanted, Erfa__FollowRequest *follow)
{
	uint64_t no = 0;
	int status = run_number(run, "drop", UINT32_MAX, &no);

	if (status != EXIT_DONE)
		return status;
	if (wanted_any(wanted))
		return fault_say(&run->faults, EXIT_USAGE, "two_things",
		    "erfa follow --drop 2", "--drop takes a number alone");
	follow->has_drop = 1;
	follow->drop = (uint32_t)no;
	return EXIT_DONE;
}

int
cmd_follow(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__FollowRequest follow = ERFA__FOLLOW_REQUEST__INIT;
	bool drop = args_given(run->args, "drop");
	Erfa__Answer *answer = NULL;
	struct wanted wanted;
	int status;

	status = wanted_read(run, &wanted);
	if (status == EXIT_DONE && drop)
		status = read_drop(run, &wanted, &follow);
	else if (status == EXIT_DONE && wanted_any(&wanted))
		follow.find = &wanted.find;
	if (status != EXIT_DONE)
		return status;
	request.ask_case = ERFA__REQUEST__ASK_FOLLOW;
	request.follow = &follow;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	if (run->json)
		status = listing_json(run, &answer->follow->base, "following");
	else
		status = print_answer(run, answer->follow, drop);
	control_free_answer(answer);
	return status;
}
