#include <stdio.h>
#include <string.h>

#include "proto/control.h"
#include "proto/header.h"
#include "proto/heirs.h"
#include "client/act.h"
#include "client/alike.h"
#include "client/cmd.h"
#include "client/copy.h"
#include "client/kin.h"
#include "client/orgs.h"
#include "client/print.h"
#include "client/run.h"
#include "client/send.h"
#include "client/talk.h"

/* The trials that one comes from. */
struct origins {
	struct act act[KIN_MAX];
	size_t count;
};

/* What was taken back or doubted may be copied, but not unknowingly. */
static void
warn_retracted(struct run *run, const struct act *origin)
{
	const Erfa__Related *retraction = talk_retraction(origin->show->show);
	const Erfa__Related *doubt = talk_doubt(origin->show->show);

	if (retraction == NULL && doubt != NULL)
		print_say(run->err,
		    "%s is doubted by who published it: %s\n"
		    "  Why:  erfa show %s\n",
		    origin->shown,
		    run_text(doubt->body->retraction->explanation),
		    origin->shown);
	if (retraction != NULL)
		print_say(run->err,
		    "%s was taken back: %s\n  Why:  erfa show %s\n",
		    origin->shown,
		    run_text(retraction->body->retraction->explanation),
		    origin->shown);
}

/* Open what is public of the trial that ${word} means, to take from it. */
static int
open_origin(struct run *run, const char *word, struct act *ret_origin)
{
	const Erfa__Row *row;
	int status;

	memset(ret_origin, 0, sizeof(*ret_origin));
	ret_origin->run = run;
	if ((status = act_find(run, word, &ret_origin->show)) != EXIT_DONE)
		return status;
	row = ret_origin->show->show->row;
	ret_origin->is_public = true;
	(void)snprintf(ret_origin->id, sizeof(ret_origin->id), "%s",
	    run_text(row->full_id));
	(void)snprintf(ret_origin->shown, sizeof(ret_origin->shown), "%s",
	    run_text(row->id));
	act_restrict(ret_origin, row->group, row->group_name);
	if (act_copy(ret_origin->show->show->body, &ret_origin->body) !=
	    ERR_NONE)
		return run_nomem(run);
	if (ret_origin->body->record_case == ERFA__BODY__RECORD_TRIAL) {
		warn_retracted(run, ret_origin);
		return EXIT_DONE;
	}
	return fault_say(&run->faults, EXIT_USAGE, "wrong_kind", NULL,
	    "%s is no trial", ret_origin->shown);
}

/* An origin counts once. */
static int
check_once(const struct run *run, const struct origins *origins)
{
	const struct act *last = &origins->act[origins->count - 1];
	size_t i;

	for (i = 0; i + 1 < origins->count; i++)
		if (strcmp(origins->act[i].id, last->id) == 0)
			return fault_say(&run->faults, EXIT_USAGE,
			    "same_origin", NULL, "%s is named twice",
			    last->shown);
	return EXIT_DONE;
}

static int
add_origin(struct run *run, const char *word, struct origins *origins)
{
	int status;

	if (origins->count == KIN_MAX)
		return fault_say(&run->faults, EXIT_USAGE, "many_origins", NULL,
		    "a trial has at most %d origins", KIN_MAX);
	status = open_origin(run, word, &origins->act[origins->count++]);
	return status != EXIT_DONE ? status : check_once(run, origins);
}

/* Open every trial that the option ${name} gives. */
static int
add_option(struct run *run, const char *name, struct origins *origins)
{
	const char *word;
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; status == EXIT_DONE &&
	     (word = args_value_at(run->args, name, i)) != NULL;
	     i++)
		status = add_origin(run, word, origins);
	return status;
}

static void
close_origins(struct origins *origins)
{
	size_t i;

	for (i = 0; i < origins->count; i++)
		act_close(&origins->act[i]);
}

/* ---- adapt, copy ---- */

/* Put the trial together from its origins and the options. */
static int
make_copy(struct act *act, const struct origins *origins)
{
	static const struct act_option options[] = {
		{ "title", "title" },
		{ "summary", "summary" },
		{ NULL, NULL },
	};
	Erfa__Body *spare = NULL;
	int status;
	size_t i;

	for (i = 0; i < origins->count; i++) {
		if (act_copy(origins->act[i].body, &spare) != ERR_NONE)
			return run_nomem(act->run);
		copy_take(act, spare);
		body_free(spare);
		spare = NULL;
		copy_hints(act->run, origins->act[i].body);
	}
	if ((status = copy_promises(act)) != EXIT_DONE ||
	    (status = act_set_options(act, options)) != EXIT_DONE)
		return status;
	return act_set_all(act);
}

/* Keep beside the draft of the trial where it comes from. */
static int
keep_origins(struct act *act, const struct origins *origins)
{
	struct kin kin = { .count = 0 };
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < origins->count && status == EXIT_DONE; i++) {
		kin.count++;
		status = kin_begin(act, &origins->act[i], &kin.edge[i]);
	}
	if (status == EXIT_DONE)
		status = kin_keep(&kin);
	kin_close(&kin);
	return status;
}

/* What came from a restricted group stays in it. */
static int
keep_restricted(struct act *act, const struct origins *origins)
{
	const struct act *origin;
	size_t i;

	for (i = 0; i < origins->count; i++) {
		origin = &origins->act[i];
		if (origin->group[0] == '\0')
			continue;
		if (act->group[0] != '\0' &&
		    strcmp(act->group, origin->group) != 0)
			return fault_say(&act->run->faults, EXIT_USAGE,
			    "two_groups", "Take them over one by one.",
			    "the origins are restricted to different groups, "
			    "and a copy can stay in one only");
		act_restrict(act, origin->group, origin->group_name);
	}
	return EXIT_DONE;
}

/* Tell who else tried it, besides the origins. */
static void
show_others(const struct act *act, const struct origins *origins)
{
	const char *known[KIN_MAX];
	size_t i;

	for (i = 0; i < origins->count; i++)
		known[i] = origins->act[i].id;
	alike_show(act->run, act->body->trial, known, origins->count);
}

static int
derive(struct run *run)
{
	struct origins origins = { .count = 0 };
	struct act act = { .run = NULL };
	int status;

	status = add_origin(run, args_word(run->args, 0), &origins);
	if (status == EXIT_DONE)
		status = add_option(run, "also", &origins);
	if (status == EXIT_DONE)
		status = act_begin(run, HEADER_TRIAL, &act);
	if (status == EXIT_DONE)
		status = make_copy(&act, &origins);
	if (status == EXIT_DONE)
		status = keep_restricted(&act, &origins);
	if (status == EXIT_DONE) {
		show_others(&act, &origins);
		status = act_keep(&act, NULL);
	}
	if (status == EXIT_DONE)
		status = keep_origins(&act, &origins);
	if (status == EXIT_DONE)
		status = send_offer(&act, true);
	act_close(&act);
	close_origins(&origins);
	return status;
}

int
cmd_adapt(struct run *run)
{
	return derive(run);
}

int
cmd_copy(struct run *run)
{
	return derive(run);
}

/* ---- link ---- */

/* Begin the records that say from what the trial came. */
static int
begin_links(struct act *trial, const struct origins *origins, struct kin *kin)
{
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < origins->count && status == EXIT_DONE; i++) {
		kin->count++;
		status = kin_begin(trial, &origins->act[i], &kin->edge[i]);
		if (status == EXIT_DONE)
			status = kin_compare(&kin->edge[i],
			    origins->act[i].body, trial->body, origins->count);
	}
	return status;
}

static int
begin_text(struct act *trial, const char *text, struct kin *kin)
{
	int status;

	kin->count = 1;
	status = act_begin(trial->run, HEADER_ADAPTATION, &kin->edge[0]);
	if (status == EXIT_DONE)
		status = act_set(
		    &kin->edge[0], "TRIAL", "to_trial.id", trial->id);
	if (status == EXIT_DONE)
		status = act_set(&kin->edge[0], "text", "from_text", text);
	return status;
}

/* Publish the links, or keep them beside the draft. */
static int
leave_links(struct act *trial, struct kin *kin)
{
	struct run *run = trial->run;
	struct act_item more[KIN_MAX] = { { .body = NULL } };
	size_t i;
	int status;

	if (trial->is_public) {
		for (i = 1; i < kin->count; i++)
			more[i - 1].body = kin->edge[i].body;
		return act_leave(&kin->edge[0], more, kin->count - 1,
		    _("where it came from"));
	}
	if ((status = kin_keep(kin)) != EXIT_DONE)
		return status;
	if (run->json)
		return run_json(run, &kin->edge[0].kept->draft_put->base);
	print_say(run->out,
	    "In the draft of %s: where it came from.  Nothing has left this "
	    "node.\n",
	    trial->shown);
	return EXIT_DONE;
}

/* Words are no id: they have an option of their own. */
static int
check_from(struct run *run)
{
	const char *word;
	size_t i;

	for (i = 0; (word = args_value_at(run->args, "from", i)) != NULL; i++)
		if (word[0] != '@' && strchr(word, '/') == NULL &&
		    strpbrk(word, " ,.") != NULL)
			return fault_say(&run->faults, EXIT_USAGE, "no_id",
			    "In words:  erfa link TRIAL --text \"...\"\n"
			    "How you heard of it:  --heard \"...\"",
			    "\"%.60s\" is no trial: --from takes an id", word);
	return EXIT_DONE;
}

int
cmd_link(struct run *run)
{
	const char *text = args_value(run->args, "text");
	struct origins origins = { .count = 0 };
	struct kin kin = { .count = 0 };
	struct act trial;
	int status;

	status = act_open(run, args_word(run->args, 0), HEADER_TRIAL, &trial);
	if (status == EXIT_DONE)
		status = check_from(run);
	if (status == EXIT_DONE)
		status = add_option(run, "from", &origins);
	if (status == EXIT_DONE && origins.count == 0 && text == NULL)
		status = fault_say(&run->faults, EXIT_USAGE, "no_origin",
		    "erfa link TRIAL --from ORIGIN, or --text \"Where\"",
		    "nothing is said of where it came from");
	if (status == EXIT_DONE)
		status = origins.count > 0 ?
		    begin_links(&trial, &origins, &kin) :
		    begin_text(&trial, text, &kin);
	if (status == EXIT_DONE)
		status = leave_links(&trial, &kin);
	kin_close(&kin);
	close_origins(&origins);
	act_close(&trial);
	return status;
}

/* ---- claim ---- */

/* Only what somebody wrote down from a source can be claimed. */
static int
check_told(struct run *run, const struct act *told)
{
	char remedy[128];

	if (told->body->envelope->transcribed)
		return EXIT_DONE;
	(void)snprintf(remedy, sizeof(remedy),
	    _("Make one of your own from it:  erfa adapt %s"), told->shown);
	return fault_say(&run->faults, EXIT_USAGE, "not_transcribed", remedy,
	    "%s is what its owner says, not what a source reports",
	    told->shown);
}

/* Whether ${org} is ${own}, or gave its word away to it; *${ret_named} counts
 * those that have an id. */
static bool
is_ours(const struct heirs *heirs, const char *own, const Erfa__OrgRef *org,
    size_t *ret_named)
{
	if (org == NULL || run_text(org->id)[0] == '\0')
		return false;
	(*ret_named)++;
	return heirs_speaks(heirs, own, org->id);
}

/* Who is not named stands beside what is told, and would be counted twice. */
static int
check_named(struct run *run, const struct act *told)
{
	const Erfa__Trial *trial = told->body->trial;
	const Erfa__Organisation *own;
	struct heirs *heirs = NULL;
	Erfa__Answer *answer;
	char remedy[128];
	size_t named = 0;
	size_t i;
	bool ours = false;
	int status;

	if ((status = orgs_own(run, &answer, &own)) != EXIT_DONE)
		return status;
	status = orgs_heirs_of(run, answer->orgs, &heirs);
	if (status == EXIT_DONE && own != NULL) {
		for (i = 0; i < trial->n_sites && !ours; i++)
			ours = is_ours(
			    heirs, run_text(own->id), trial->sites[i], &named);
		ours = ours ||
		    is_ours(heirs, run_text(own->id), trial->lead, &named);
	}
	if (status == EXIT_DONE && own != NULL && !ours && named > 0) {
		(void)snprintf(remedy, sizeof(remedy),
		    _("Make one of your own from it:  erfa adapt %s"),
		    told->shown);
		status = fault_say(&run->faults, EXIT_USAGE, "not_named",
		    remedy, "%s tells of others, not of %s", told->shown,
		    run_text(own->id));
	}
	heirs_free(heirs);
	control_free_answer(answer);
	return status;
}

int
cmd_claim(struct run *run)
{
	struct act told, act = { .run = NULL };
	int status;

	status = open_origin(run, args_word(run->args, 0), &told);
	if (status == EXIT_DONE)
		status = check_told(run, &told);
	if (status == EXIT_DONE)
		status = check_named(run, &told);
	if (status == EXIT_DONE)
		status = act_begin(run, HEADER_TRIAL, &act);
	if (status == EXIT_DONE) {
		copy_claim(&act, told.body);
		if (told.group[0] != '\0')
			act_restrict(&act, told.group, told.group_name);
		status = act_set(&act, "TRIAL", "same_as[0].id", told.id);
	}
	if (status == EXIT_DONE)
		status = act_set_all(&act);
	if (status == EXIT_DONE)
		status = act_keep(&act, NULL);
	if (status == EXIT_DONE)
		status = send_offer(&act, false);
	act_close(&act);
	act_close(&told);
	return status;
}
