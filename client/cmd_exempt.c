#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/answer.h"
#include "proto/control.h"
#include "proto/life_need.h"
#include "client/cmd.h"
#include "client/move.h"
#include "client/orgs.h"
#include "client/prompt.h"
#include "client/speech.h"

#define PATH_ROOM   64   /* bytes of "exemptions[12].authorities[12]" */
#define NUMBERS_MAX 1000 /* numbers of exemptions that are taken seriously */

/* Whether an answer that exemptions owe is missing in this one. */
static bool
is_incomplete(const Erfa__Exemption *exemption)
{
	return run_text(exemption->provision)[0] == '\0' ||
	    run_text(exemption->why)[0] == '\0' ||
	    exemption->n_authorities == 0;
}

/* The exemption that is meant: --no, the same provision, the one that lacks an
 * answer if no provision is given; else a new one. */
static size_t
choose_place(const struct move *move, uint64_t no)
{
	const Erfa__Trial *trial = move->act.body->trial;
	const char *provision = args_value(move->run->args, "provision");
	size_t i;

	for (i = 0; i < trial->n_exemptions; i++) {
		const Erfa__Exemption *it = trial->exemptions[i];

		if (no != 0 && life_exemption_no(trial, i) == no)
			return i;
		if (no == 0 && provision != NULL &&
		    strcmp(run_text(it->provision), provision) == 0)
			return i;
		if (no == 0 && provision == NULL && is_incomplete(it))
			return i;
	}
	return trial->n_exemptions;
}

/* The greatest number that decisions about the trial name, which may be that of
 * an exemption that was taken out. */
static uint32_t
most_covered(const Erfa__ShowAnswer *show)
{
	const Erfa__Decision *decision;
	uint32_t most = 0;
	size_t i, j;

	for (i = 0; i < show->n_related; i++) {
		if (show->related[i]->body == NULL ||
		    show->related[i]->body->record_case !=
			ERFA__BODY__RECORD_DECISION)
			continue;
		decision = show->related[i]->body->decision;
		for (j = 0; j < decision->n_covers; j++)
			if (decision->covers[j] > most &&
			    decision->covers[j] < NUMBERS_MAX)
				most = decision->covers[j];
	}
	return most;
}

/* A number that no exemption has, had before this version, or was decided. */
static uint32_t
next_number(const struct act *act)
{
	const Erfa__ShowAnswer *show = act->show == NULL ? NULL :
							   act->show->show;
	uint32_t next = life_exemption_next(act->body->trial);
	uint32_t other;

	if (show == NULL)
		return next;
	if (show->body->record_case == ERFA__BODY__RECORD_TRIAL &&
	    (other = life_exemption_next(show->body->trial)) > next)
		next = other;
	if ((other = most_covered(show) + 1) > next)
		next = other;
	return next;
}

static int
set_field(struct move *move, size_t place, const char *option,
    const char *field, const char *question)
{
	char path[PATH_ROOM];

	(void)snprintf(path, sizeof(path), "exemptions[%zu].%s", place, field);
	if (question != NULL)
		return move_ask(move, option, path, question);
	if (!args_given(move->run->args, option))
		return EXIT_DONE;
	return act_set(
	    &move->act, option, path, args_value(move->run->args, option));
}

static int
add_authorities(struct move *move, size_t place)
{
	Erfa__Trial *const trial = move->act.body->trial;
	char path[PATH_ROOM];
	const char *value;
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; status == EXIT_DONE &&
	     (value = args_value_at(move->run->args, "authority", i)) != NULL;
	     i++) {
		(void)snprintf(path, sizeof(path),
		    "exemptions[%zu].authorities[%zu]", place,
		    trial->exemptions[place]->n_authorities);
		status = act_set(&move->act, "authority", path, value);
	}
	if (i > 0 || trial->exemptions[place]->n_authorities > 0)
		return status;
	(void)snprintf(
	    path, sizeof(path), "exemptions[%zu].authorities[0]", place);
	return move_ask(
	    move, "authority", path, _("Who must allow it (id or name)?"));
}

/* Beside its id an authority bears the name that it goes by, if one is known. */
static int
add_names(struct move *move, Erfa__Exemption *exemption)
{
	Erfa__Answer *answer = NULL;
	const Erfa__Organisation *known;
	Erfa__OrgRef *org;
	int status;
	size_t i;

	status = orgs_ask(move->run, false, &answer);
	for (i = 0; status == EXIT_DONE && i < exemption->n_authorities; i++) {
		org = exemption->authorities[i];
		orgs_settle(answer->orgs, org);
		known = orgs_find(answer->orgs, run_text(org->id));
		if (known == NULL || run_text(known->name)[0] == '\0' ||
		    run_text(org->name)[0] != '\0')
			continue;
		if (answer_text(&org->name, known->name) != ERR_NONE)
			status = run_nomem(move->run);
	}
	control_free_answer(answer);
	return status;
}

static int
set_fields(struct move *move, size_t place, bool is_new)
{
	static const char *const others[][2] = {
		{ "level", "level" },
		{ "rule-kind", "rule_kind" },
		{ "instead", "replacement_rule" },
		{ "from", "valid_from" },
		{ "to", "valid_to" },
		{ "url", "provision_url" },
	};
	int status;
	size_t i;

	if ((status = set_field(move, place, "provision", "provision",
		 is_new ? _("Which rule (\"Serviceloven § 83\")?") : NULL)) !=
		EXIT_DONE ||
	    (status = set_field(move, place, "why", "why",
		 is_new ? _("How does it hinder, in one sentence?") : NULL)) !=
		EXIT_DONE)
		return status;
	for (i = 0;
	     i < sizeof(others) / sizeof(others[0]) && status == EXIT_DONE; i++)
		status = set_field(
		    move, place, others[i][0], others[i][1], NULL);
	return status;
}

static int
exempt(struct move *move)
{
	Erfa__Trial *trial = move->act.body->trial;
	char path[PATH_ROOM];
	char text[16];
	uint64_t no = 0;
	uint32_t number;
	size_t place;
	bool is_new;
	int status;

	if ((status = run_number(move->run, "no", NUMBERS_MAX, &no)) !=
	    EXIT_DONE)
		return status;
	/* Numbers that only places tell would change with the places. */
	life_number(trial);
	place = choose_place(move, no);
	is_new = place == trial->n_exemptions;
	if (is_new && no != 0)
		return fault_say(&move->run->faults, EXIT_USAGE,
		    "no_such_exemption",
		    "See their numbers:  erfa status TRIAL",
		    "%s has no exemption number %u", move->act.shown,
		    (unsigned)no);
	number = next_number(&move->act);
	if ((status = set_fields(move, place, is_new)) != EXIT_DONE)
		return status;
	if (trial->n_exemptions == place)
		return move_missing(move->run, "provision");
	if (is_new) {
		(void)snprintf(text, sizeof(text), "%u", number);
		(void)snprintf(path, sizeof(path), "exemptions[%zu].no", place);
		status = act_set(&move->act, "no", path, text);
	}
	if (status == EXIT_DONE)
		status = add_authorities(move, place);
	if (status == EXIT_DONE)
		status = add_names(move, trial->exemptions[place]);
	if (status == EXIT_DONE)
		status = life_exemption_key(trial->exemptions[place]) ==
			ERR_NONE ?
		    EXIT_DONE :
		    run_nomem(move->run);
	/* To name a rule is to need an exemption from it. */
	trial->has_needs_exemption = 1;
	trial->needs_exemption = ERFA__YES_NO__YES_NO_YES;
	return status;
}

int
cmd_exempt(struct run *run)
{
	return move_do(
	    run, LIFE_EXEMPT, _("the rule that must be suspended"), exempt);
}
