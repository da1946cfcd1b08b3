#include "client/learn.h"

#include <stdio.h>
#include <string.h>

#include "proto/control.h"
#include "proto/header.h"
#include "proto/life_state.h"
#include "client/run.h"

#define PATH_ROOM 64 /* bytes of "conditions[12].text" */

static const struct act_option options[] = {
	{ "verdict", "verdict" },
	{ "worked", "what_worked" },
	{ "not-worked", "what_did_not" },
	{ "unexpected", "unexpected" },
	{ "next", "what_next" },
	{ "domains", "domains" },
	{ "role", "author_role" },
	{ NULL, NULL },
};

bool
learn_wanted(const struct run *run)
{
	size_t i;

	for (i = 0; options[i].option != NULL; i++)
		if (args_given(run->args, options[i].option))
			return true;
	return args_given(run->args, "condition") ||
	    args_given(run->args, "for-whom");
}

/* ---- an earlier word about the same ---- */

/* The role that --role names: codes only, the rest is for the form. */
static Erfa__AuthorRole
role_of(const struct run *run)
{
	const char *role = args_value(run->args, "role");
	const ProtobufCEnumValue *value;
	char name[64];
	size_t i;

	if (role == NULL)
		return ERFA__AUTHOR_ROLE__AUTHOR_ROLE_SELF;
	(void)snprintf(name, sizeof(name), "AUTHOR_ROLE_%s", role);
	for (i = 0; name[i] != '\0'; i++)
		if (name[i] >= 'a' && name[i] <= 'z')
			name[i] = (char)(name[i] - 'a' + 'A');
	value = protobuf_c_enum_descriptor_get_value_by_name(
	    &erfa__author_role__descriptor, name);
	return value == NULL ? ERFA__AUTHOR_ROLE__AUTHOR_ROLE_UNSET :
			       (Erfa__AuthorRole)value->value;
}

/* Find what this node says of it in the same role and stage. */
static const Erfa__Related *
find_earlier(const struct run *run, const struct act *target, const char *org,
    Erfa__Stage stage)
{
	const Erfa__ShowAnswer *show = target->show->show;
	const Erfa__Experience *experience;
	const Erfa__Related *found = NULL;
	size_t i;

	for (i = 0; i < show->n_related; i++) {
		const Erfa__Related *related = show->related[i];

		/* What was taken back stays so: a new word is a new record. */
		if (related->body == NULL || related->row == NULL ||
		    related->row->retracted ||
		    related->body->record_case !=
			ERFA__BODY__RECORD_EXPERIENCE ||
		    strcmp(run_text(related->row->publisher), org) != 0)
			continue;
		experience = related->body->experience;
		if (related->body->envelope != NULL &&
		    related->body->envelope->transcribed)
			continue;
		if (experience->author_role == role_of(run) &&
		    experience->stage == stage)
			found = related;
	}
	return found;
}

static int
go_on_with(struct act *act, const Erfa__Related *related)
{
	act->is_public = true;
	(void)snprintf(
	    act->id, sizeof(act->id), "%s", run_text(related->row->full_id));
	(void)snprintf(
	    act->shown, sizeof(act->shown), "%s", run_text(related->row->id));
	body_free(act->body);
	act->body = NULL;
	if (act_copy(related->body, &act->body) != ERR_NONE)
		return run_nomem(act->run);
	return EXIT_DONE;
}

/* ---- who says it ---- */

static bool
is_among(Erfa__OrgRef *const *orgs, size_t count, const char *org)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(run_text(orgs[i]->id), org) == 0)
			return true;
	return false;
}

/* "The municipality itself" is whoever publishes the trial or runs it too; all
 * others stand beside it, in a role of their own. */
static int
check_role(
    const struct act *target, const char *org, const Erfa__Experience *said)
{
	const Erfa__Body *body = target->body;
	const char *publisher = run_text(target->show->show->row->publisher);

	if (said->author_role != ERFA__AUTHOR_ROLE__AUTHOR_ROLE_SELF ||
	    body->record_case != ERFA__BODY__RECORD_TRIAL ||
	    strcmp(publisher, org) == 0 ||
	    is_among(body->trial->sites, body->trial->n_sites, org) ||
	    is_among(said->authors, said->n_authors, publisher))
		return EXIT_DONE;
	return fault_say(&target->run->faults, EXIT_USAGE, "which_role",
	    "erfa learn TRIAL --role external_evaluator (or authority, "
	    "employees, users) ...",
	    "%s belongs to %s: in which role do you say this? --role",
	    target->shown, publisher);
}

/* ---- what it says ---- */

static int
set_target(struct act *act, const struct act *target)
{
	static const struct {
		uint32_t kind;
		const char *path;
	} paths[] = {
		{ HEADER_TRIAL, "trial.id" },
		{ HEADER_PROGRAMME, "programme.id" },
		{ HEADER_NETWORK, "network.id" },
	};

	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (paths[i].kind == body_kind(target->body))
			return act_set(act, "TRIAL", paths[i].path, target->id);
	return fault_say(&act->run->faults, EXIT_USAGE, "wrong_kind", NULL,
	    "%s is no trial, programme or network", target->shown);
}

/* One of the two lists, as it is now: each item that is added may move it. */
struct circumstances {
	Erfa__Circumstance *const *at;
	size_t count;
};

static struct circumstances
conditions_of(const Erfa__Experience *said)
{
	return (struct circumstances){ said->conditions, said->n_conditions };
}

static struct circumstances
for_whom_of(const Erfa__Experience *said)
{
	return (struct circumstances){ said->for_whom, said->n_for_whom };
}

static bool
is_there(struct circumstances list, const char *text)
{
	size_t i;

	for (i = 0; i < list.count; i++)
		if (strcmp(run_text(list.at[i]->text), text) == 0)
			return true;
	return false;
}

/* Add each --${name} as an item of the list ${field} that is not there yet. */
static int
add_circumstances(struct act *act, const char *name, const char *field,
    struct circumstances (*list_of)(const Erfa__Experience *said))
{
	struct circumstances list;
	const char *value;
	char path[PATH_ROOM];
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; status == EXIT_DONE &&
	     (value = args_value_at(act->run->args, name, i)) != NULL;
	     i++) {
		list = list_of(act->body->experience);
		if (is_there(list, value))
			continue;
		(void)snprintf(
		    path, sizeof(path), "%s[%zu].text", field, list.count);
		status = act_set(act, name, path, value);
	}
	return status;
}

static int
add_authors(struct act *act)
{
	const char *value;
	char path[PATH_ROOM];
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; status == EXIT_DONE &&
	     (value = args_value_at(act->run->args, "with", i)) != NULL;
	     i++) {
		(void)snprintf(path, sizeof(path), "authors[%zu]",
		    act->body->experience->n_authors);
		status = act_set(act, "with", path, value);
	}
	return status;
}

static int
fill_in(struct act *act)
{
	int status;

	if ((status = act_set_options(act, options)) != EXIT_DONE ||
	    (status = add_circumstances(
		 act, "condition", "conditions", conditions_of)) != EXIT_DONE ||
	    (status = add_circumstances(
		 act, "for-whom", "for_whom", for_whom_of)) != EXIT_DONE ||
	    (status = add_authors(act)) != EXIT_DONE)
		return status;
	return act_set_all(act);
}

/* Interim or final: as was said, else as the trial stands. */
static Erfa__Stage
stage_of(const struct run *run, bool final)
{
	if (args_given(run->args, "interim"))
		return ERFA__STAGE__STAGE_INTERIM;
	if (args_given(run->args, "final"))
		return ERFA__STAGE__STAGE_FINAL;
	return final ? ERFA__STAGE__STAGE_FINAL : ERFA__STAGE__STAGE_INTERIM;
}

int
learn_begin(
    struct run *run, const struct act *target, bool final, struct act *ret_act)
{
	Erfa__Stage stage = stage_of(run, final);
	const Erfa__Related *earlier = NULL;
	Erfa__Experience *experience;
	char org[ORG_MAX + 1] = "";
	int status;

	memset(ret_act, 0, sizeof(*ret_act));
	if (target->show == NULL)
		return fault_say(&run->faults, EXIT_USAGE, "not_public",
		    "Publish it first:  erfa publish TRIAL",
		    "%s is a draft; nothing is learnt from what nobody knows",
		    target->shown);
	if ((status = act_begin(run, HEADER_EXPERIENCE, ret_act)) !=
		EXIT_DONE ||
	    (status = run_org(run, org)) != EXIT_DONE)
		return status;
	if (!args_given(run->args, "new"))
		earlier = find_earlier(run, target, org, stage);
	status = earlier != NULL ? go_on_with(ret_act, earlier) :
				   set_target(ret_act, target);
	if (status == EXIT_DONE && earlier == NULL)
		status = act_draw(ret_act, org);
	/* As erfad does; a draft of it shows so. */
	if (earlier == NULL && target->group[0] != '\0')
		act_restrict(ret_act, target->group, target->group_name);
	if (status == EXIT_DONE)
		status = act_set(ret_act, "TRIAL", "publisher", org);
	if (status != EXIT_DONE)
		return status;
	experience = ret_act->body->experience;
	experience->has_stage = 1;
	experience->stage = stage;
	if (!experience->has_author_role) {
		experience->has_author_role = 1;
		experience->author_role = ERFA__AUTHOR_ROLE__AUTHOR_ROLE_SELF;
	}
	status = fill_in(ret_act);
	return status != EXIT_DONE ? status :
				     check_role(target, org, experience);
}

/* Ask one question unless it is answered. */
static int
ask(struct act *act, bool known, const char *path, const char *question)
{
	return known ? EXIT_DONE : act_ask(act, path, path, question, NULL);
}

int
learn_ask(struct act *act)
{
	const Erfa__Experience *said = act->body->experience;
	int status;

	if ((status = ask(act, said->has_verdict, "verdict",
		 _("Did it work (worked, worked_partly, no_difference, "
		   "did_not_work, harmful, too_early)?"))) != EXIT_DONE ||
	    (status = ask(act, said->what_worked != NULL, "what_worked",
		 _("What worked (\"nothing\" is an answer)?"))) != EXIT_DONE ||
	    (status = ask(act, said->what_did_not != NULL, "what_did_not",
		 _("What did not?"))) != EXIT_DONE)
		return status;
	return ask(act, said->n_conditions + said->n_for_whom > 0,
	    "conditions[0].text", _("Under which conditions, or for whom?"));
}
