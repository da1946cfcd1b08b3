#include <stdio.h>

#include "client/cmd.h"
#include "client/form_schema.h"
#include "client/move.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/speech.h"

#define PATH_ROOM 64 /* bytes of "parties[12].involvement" */

static int
ready(struct move *move)
{
	static const struct {
		const char *option;
		const char *path;
		const char *question;
	} items[] = {
		{ "goals", "readiness.goals_criteria",
		    N_("Are goals and criteria clear?") },
		{ "time-plan", "readiness.time_plan",
		    N_("Is the time plan realistic?") },
		{ "roles", "readiness.roles",
		    N_("Does everybody know their part?") },
		{ "resources", "readiness.time_resources",
		    N_("Are time and means set aside?") },
		{ "ownership", "readiness.staff_ownership",
		    N_("Do the staff hold it to be theirs?") },
		{ "methods", "readiness.working_methods",
		    N_("Are procedures and methods chosen?") },
		{ "prepared", "readiness.staff_prepared",
		    N_("Have the staff been prepared?") },
		{ "follow-up", "readiness.follow_up",
		    N_("Is there follow-up all along?") },
		{ "mandate", "readiness.mandate", N_("Is the mandate clear?") },
	};

	int status = EXIT_DONE;
	size_t i;

	if (prompt_can(move->run))
		print_say(move->run->err,
		    "yes, partly, no or unknown; Enter skips.\n");
	for (i = 0; i < sizeof(items) / sizeof(items[0]) && status == EXIT_DONE;
	     i++)
		status = move_ask(
		    move, items[i].option, items[i].path, items[i].question);
	return status;
}

int
cmd_ready(struct run *run)
{
	return move_do(run, LIFE_READY, _("how ready it is"), ready);
}

static int
barrier(struct move *move)
{
	const Erfa__Trial *trial = move->act.body->trial;
	size_t place = trial->n_barriers;
	char path[PATH_ROOM];
	int status;

	(void)snprintf(path, sizeof(path), "barriers[%zu].kind", place);
	status = move_ask(move, "kind", path,
	    _("What kind (law_regulation, culture, leadership ...)?"));
	(void)snprintf(path, sizeof(path), "barriers[%zu].text", place);
	if (status == EXIT_DONE)
		status = move_ask(move, "text", path, _("In words:"));
	if (status == EXIT_DONE && trial->n_barriers == place)
		return move_missing(move->run, "kind");
	(void)snprintf(
	    path, sizeof(path), "barriers[%zu].discovered_on", place);
	return status != EXIT_DONE ?
	    status :
	    act_set(&move->act, "date", path, move->date);
}

int
cmd_barrier(struct run *run)
{
	return move_do(run, LIFE_BARRIER, _("what stands in the way"), barrier);
}

/* Join the last party with one of the same name before it. */
static void
join_party(Erfa__Trial *trial, size_t *place)
{
	const Erfa__PartyInvolvement *last = trial->parties[*place];
	size_t i;

	for (i = 0; i < *place; i++)
		if (trial->parties[i]->party == last->party)
			break;
	if (i == *place)
		return;
	form_schema_remove(&trial->base,
	    protobuf_c_message_descriptor_get_field_by_name(
		&erfa__trial__descriptor, "parties"),
	    *place);
	*place = i;
}

static int
endorse(struct move *move)
{
	Erfa__Trial *trial = move->act.body->trial;
	size_t place = trial->n_parties;
	char path[PATH_ROOM];
	int status;

	(void)snprintf(path, sizeof(path), "parties[%zu].party", place);
	status = move_ask(move, "party", path,
	    _("Who (politicians, administration, employees ...)?"));
	if (status != EXIT_DONE)
		return status;
	if (trial->n_parties == place)
		return move_missing(move->run, "party");
	join_party(trial, &place);
	(void)snprintf(path, sizeof(path), "parties[%zu].involvement", place);
	status = move_ask(move, "involvement", path,
	    _("How much say (informed, consulted, co_designed, co_decided)?"));
	(void)snprintf(path, sizeof(path), "parties[%zu].endorsed_on", place);
	return status != EXIT_DONE ?
	    status :
	    act_set(&move->act, "date", path, move->date);
}

int
cmd_endorse(struct run *run)
{
	return move_do(run, LIFE_ENDORSE, _("who backs it"), endorse);
}
