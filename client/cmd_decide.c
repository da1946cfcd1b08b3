#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/header.h"
#include "proto/life_decision.h"
#include "proto/life_need.h"
#include "proto/record.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/orgs.h"
#include "client/print.h"
#include "client/run.h"
#include "client/send.h"
#include "client/standing.h"

#define REPLACED_MAX 8  /* decisions */
#define PATH_ROOM    64 /* bytes of "conditions[12].text" */

/* ---- decide ---- */

/* A decision being written. */
struct decision {
	struct run *run;
	struct act target; /* the trial or application */
	struct act act;
	char org[ORG_MAX + 1];        /* of this node */
	struct act old[REPLACED_MAX]; /* that it replaces */
	size_t nold;
	bool alone; /* it replaces none, so that it may leave by itself */
};

/* "Keep a log; 2027-03-01": the words, and the day at the end, if one. */
static int
add_condition(struct decision *it, const char *value)
{
	const char *mark = strrchr(value, ';');
	const char *due = mark == NULL ? NULL : mark + 1;
	size_t place = it->act.body->decision->n_conditions;
	char number[PRINT_NUMBER_MAX];
	char path[PATH_ROOM];
	char *text;
	int status;

	if (due != NULL)
		due += strspn(due, " ");
	if (due != NULL && strspn(due, "0123456789-") != strlen(due))
		due = NULL;
	text = strndup(
	    value, due == NULL ? strlen(value) : (size_t)(mark - value));
	if (text == NULL)
		return run_nomem(it->run);
	(void)snprintf(path, sizeof(path), "conditions[%zu].text", place);
	status = act_set(&it->act, "condition", path, text);
	free(text);
	if (status == EXIT_DONE) {
		(void)snprintf(number, sizeof(number), "%zu", place + 1);
		(void)snprintf(path, sizeof(path), "conditions[%zu].no", place);
		status = act_set(&it->act, "condition", path, number);
	}
	(void)snprintf(path, sizeof(path), "conditions[%zu].due", place);
	if (status == EXIT_DONE && due != NULL)
		status = act_set(&it->act, "condition", path, due);
	return status;
}

static int
add_conditions(struct decision *it)
{
	const char *value;
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; status == EXIT_DONE &&
	     (value = args_value_at(it->run->args, "condition", i)) != NULL;
	     i++)
		status = add_condition(it, value);
	return status;
}

/* Ask for what a decision consists of, unless it was given. */
static int
ask(struct decision *it, bool known, const char *path, const char *question)
{
	return known ? EXIT_DONE :
		       act_ask(&it->act, path, path, question, NULL);
}

/* Another's decision is written down only by those whose trial it is. */
static int
check_writer(struct decision *it, const char *authority)
{
	const char *publisher = run_text(it->target.show->show->row->publisher);

	if (strcmp(publisher, it->org) == 0)
		return EXIT_DONE;
	return fault_say(&it->run->faults, EXIT_NOPERM, "not_yours", NULL,
	    "%s belongs to %s: they write down what %s decided, or %s says it "
	    "itself",
	    it->target.shown, publisher, authority, authority);
}

/* What was said may be an id that does not look like one. */
static int
settle(struct decision *it)
{
	Erfa__Answer *answer = NULL;
	int status;

	status = orgs_ask(it->run, false, &answer);
	if (status == EXIT_DONE)
		orgs_settle(answer->orgs, it->act.body->decision->authority);
	control_free_answer(answer);
	return status;
}

/* The authority: as was said, else this node; and whether it is transcribed. */
static int
set_authority(struct decision *it)
{
	const char *said = args_value(it->run->args, "authority");
	int status;

	if (said == NULL || strcmp(said, it->org) == 0)
		return act_set(&it->act, "authority", "authority.id", it->org);
	status = act_set(&it->act, "authority", "authority", said);
	if (status != EXIT_DONE || (status = settle(it)) != EXIT_DONE ||
	    (status = check_writer(it, said)) != EXIT_DONE)
		return status;
	it->act.body->envelope->has_transcribed = 1;
	it->act.body->envelope->transcribed = 1;
	if (run_text(it->act.body->decision->ref)[0] != '\0')
		return EXIT_DONE;
	status = ask(it, false, "ref", _("Their letter or case number:"));
	if (status != EXIT_DONE ||
	    run_text(it->act.body->decision->ref)[0] != '\0')
		return status;
	return fault_say(&it->run->faults, EXIT_USAGE, "no_reference",
	    "erfa decide TRIAL --authority ORG --outcome OUTCOME --ref \"case "
	    "number\"",
	    "what %s decided is written down here with its reference: --ref",
	    said);
}

static int
set_target(struct decision *it)
{
	const Erfa__Body *body = it->target.body;
	const Erfa__Application *application;
	int status;

	if (body->record_case == ERFA__BODY__RECORD_TRIAL)
		return act_set(&it->act, "TRIAL", "trial.id", it->target.id);
	if (body->record_case != ERFA__BODY__RECORD_APPLICATION)
		return fault_say(&it->run->faults, EXIT_USAGE, "wrong_kind",
		    NULL, "%s is no trial and no application",
		    it->target.shown);
	application = body->application;
	status = act_set(&it->act, "TRIAL", "application.id", it->target.id);
	/* A joint application has an answer for each of its trials. */
	if (status == EXIT_DONE && application->n_trials > 1 &&
	    !args_given(it->run->args, "trial"))
		return fault_say(&it->run->faults, EXIT_USAGE, "which_trial",
		    "erfa decide APPLICATION --trial TRIAL ...",
		    "the application is about %zu trials",
		    application->n_trials);
	if (status == EXIT_DONE && args_given(it->run->args, "trial"))
		return act_set(&it->act, "trial", "trial.id",
		    args_value(it->run->args, "trial"));
	if (status == EXIT_DONE && application->n_trials == 1)
		status = act_set(&it->act, "TRIAL", "trial.id",
		    run_text(application->trials[0]->id));
	return status;
}

static int
fill_in(struct decision *it)
{
	static const struct act_option options[] = {
		{ "outcome", "outcome" },
		{ "plain", "plain_summary" },
		{ "reason", "reason" },
		{ "date", "decided_on" },
		{ "until", "valid_to" },
		{ "ref", "ref" },
		{ "covers", "covers" },
		{ NULL, NULL },
	};
	const Erfa__Decision *decision = it->act.body->decision;
	char today[RUN_DAY_LEN + 1];
	int status;

	if ((status = set_target(it)) != EXIT_DONE ||
	    (status = act_set_options(&it->act, options)) != EXIT_DONE ||
	    (status = add_conditions(it)) != EXIT_DONE ||
	    (status = ask(it, decision->has_outcome, "outcome",
		 _("Outcome (approved, approved_with_conditions, rejected ...)?"))) !=
		EXIT_DONE ||
	    (status = ask(it, decision->plain_summary != NULL, "plain_summary",
		 _("In plain words, what may and may not be done?"))) !=
		EXIT_DONE ||
	    (status = set_authority(it)) != EXIT_DONE)
		return status;
	if (decision->decided_on != NULL)
		return EXIT_DONE;
	run_today(it->run, today);
	return act_set(&it->act, "date", "decided_on", today);
}

/* What every decision must say, by its outcome. */
static int
check_said(struct decision *it)
{
	const Erfa__Decision *decision = it->act.body->decision;
	struct run *run = it->run;
	bool pending = decision->outcome == ERFA__OUTCOME__OUTCOME_PENDING;

	if (!decision->has_outcome)
		return fault_say(&run->faults, EXIT_USAGE, "no_outcome",
		    "Outcomes: pending approved approved_with_conditions "
		    "partly_approved rejected not_required returned withdrawn "
		    "lapsed",
		    "the outcome is missing: --outcome");
	if (!pending && run_text(decision->plain_summary)[0] == '\0')
		return fault_say(&run->faults, EXIT_USAGE, "no_plain", NULL,
		    "a decision says in plain words what may and may not be "
		    "done: --plain");
	if (decision->outcome ==
		ERFA__OUTCOME__OUTCOME_APPROVED_WITH_CONDITIONS &&
	    decision->n_conditions == 0)
		return fault_say(&run->faults, EXIT_USAGE, "no_condition",
		    "erfa decide TRIAL ... --condition \"Keep a log; "
		    "2027-03-01\"",
		    "which conditions? --condition");
	if (!pending && run_text(decision->reason)[0] == '\0' &&
	    decision->outcome != ERFA__OUTCOME__OUTCOME_APPROVED &&
	    decision->outcome != ERFA__OUTCOME__OUTCOME_NOT_REQUIRED &&
	    decision->outcome !=
		ERFA__OUTCOME__OUTCOME_APPROVED_WITH_CONDITIONS)
		return fault_say(&run->faults, EXIT_USAGE, "no_reason", NULL,
		    "whoever does not approve says why: --reason");
	return EXIT_DONE;
}

/* ---- what it speaks of ---- */

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Whether ${trial} has an exemption numbered ${no}. */
static bool
is_numbered(const Erfa__Trial *trial, uint32_t no)
{
	size_t i;

	for (i = 0; i < trial->n_exemptions; i++)
		if (life_exemption_no(trial, i) == no)
			return true;
	return false;
}

/* Whether an exemption of ${trial} names ${org}, by its id or as written. */
static bool
is_asked(const Erfa__Trial *trial, const char *org)
{
	const Erfa__OrgRef *authority;
	size_t i, j;

	for (i = 0; i < trial->n_exemptions; i++)
		for (j = 0; j < trial->exemptions[i]->n_authorities; j++) {
			authority = trial->exemptions[i]->authorities[j];
			if (is_same(authority->id, org) ||
			    is_same(authority->name, org))
				return true;
		}
	return false;
}

/* It may come before the exemption, but then whoever decides should know. */
static void
warn_unasked(struct decision *it, const Erfa__Trial *trial, const char *shown)
{
	const Erfa__OrgRef *authority = it->act.body->decision->authority;
	const char *who = authority == NULL ? it->org :
					      life_org_name(authority);

	if (authority != NULL &&
	    (is_asked(trial, run_text(authority->id)) ||
		is_asked(trial, run_text(authority->name))))
		return;
	print_say(it->run->err,
	    "No exemption of %s names %s: the decision counts for nothing "
	    "until one does.\n  Whose trial it is:  erfa exempt %s --authority "
	    "\"%s\"\n",
	    shown, who, shown, who);
}

/* A decision must speak of what is there: a wrong number would answer nobody, and
 * who runs a trial is not its own authority by having forgotten a word. */
static int
check_trial(struct decision *it, const Erfa__Body *body, const char *shown)
{
	const Erfa__Decision *decision = it->act.body->decision;
	struct run *run = it->run;
	size_t i;

	for (i = 0; i < decision->n_covers; i++)
		if (!is_numbered(body->trial, decision->covers[i]))
			return fault_say(&run->faults, EXIT_USAGE,
			    "no_such_exemption",
			    "See their numbers:  erfa status TRIAL",
			    "%s has no exemption number %u", shown,
			    decision->covers[i]);
	if (args_given(run->args, "authority") || body->envelope == NULL ||
	    !is_same(body->envelope->publisher, it->org) ||
	    is_asked(body->trial, it->org)) {
		warn_unasked(it, body->trial, shown);
		return EXIT_DONE;
	}
	return fault_say(&run->faults, EXIT_USAGE, "whose_decision",
	    "erfa decide TRIAL --authority ORG --outcome OUTCOME --ref \"case "
	    "number\"",
	    "%s is yours: whose decision is it? --authority", shown);
}

/* The same, with the trial that the decision turned out to be about. */
static int
check_about(struct decision *it)
{
	const Erfa__Decision *decision = it->act.body->decision;
	Erfa__Answer *answer = NULL;
	int status;

	if (it->target.body->record_case == ERFA__BODY__RECORD_TRIAL)
		return check_trial(it, it->target.body, it->target.shown);
	if (decision->trial == NULL)
		return EXIT_DONE;
	status = act_find(it->run, run_text(decision->trial->id), &answer);
	if (status == EXIT_DONE &&
	    answer->show->body->record_case == ERFA__BODY__RECORD_TRIAL)
		status = check_trial(
		    it, answer->show->body, run_text(answer->show->row->id));
	control_free_answer(answer);
	return status;
}

/* ---- what it replaces ---- */

/* Whether ${covers} speaks of all that ${earlier} spoke of; a decision without
 * numbers speaks of everything. */
static bool
covers_all(const Erfa__Decision *decision, const Erfa__Decision *earlier)
{
	size_t i, j;

	if (decision->n_covers == 0)
		return true;
	for (i = 0; i < earlier->n_covers; i++) {
		for (j = 0; j < decision->n_covers; j++)
			if (decision->covers[j] == earlier->covers[i])
				break;
		if (j == decision->n_covers)
			return false;
	}
	return earlier->n_covers > 0;
}

/* Whether ${related} is what this node wrote earlier of the same matter. */
static bool
is_earlier(const struct decision *it, const Erfa__Related *related)
{
	const Erfa__Decision *decision = it->act.body->decision;
	const Erfa__Decision *earlier;

	if (related->body == NULL || related->row == NULL ||
	    related->row->retracted || related->body->envelope == NULL ||
	    related->body->record_case != ERFA__BODY__RECORD_DECISION ||
	    !is_same(related->row->publisher, it->org))
		return false;
	earlier = related->body->decision;
	return earlier->replaced_by == NULL && earlier->trial != NULL &&
	    decision->trial != NULL &&
	    is_same(earlier->trial->id, decision->trial->id) &&
	    earlier->authority != NULL && decision->authority != NULL &&
	    is_same(earlier->authority->id == NULL ? earlier->authority->name :
						     earlier->authority->id,
		decision->authority->id == NULL ? decision->authority->name :
						  decision->authority->id) &&
	    !related->body->envelope->transcribed ==
	    !it->act.body->envelope->transcribed &&
	    covers_all(decision, earlier);
}

/* Point ${related} to the new decision. */
static int
replace(struct decision *it, const Erfa__Related *related)
{
	struct act *old = &it->old[it->nold++];
	int status;

	old->run = it->run;
	old->is_public = true;
	(void)snprintf(
	    old->id, sizeof(old->id), "%s", run_text(related->row->full_id));
	if (act_copy(related->body, &old->body) != ERR_NONE)
		return run_nomem(it->run);
	status = act_set(old, "TRIAL", "replaced_by.id", it->act.id);
	if (status != EXIT_DONE)
		return status;
	old->body->envelope->has_amendment_kind = 1;
	old->body->envelope->amendment_kind =
	    ERFA__AMENDMENT_KIND__AMENDMENT_KIND_UPDATE;
	return EXIT_DONE;
}

/* Publish it, and with it that it holds instead of what was said before. */
static int
leave(struct decision *it)
{
	const Erfa__ShowAnswer *show = it->target.show->show;
	struct act_item more[REPLACED_MAX] = { { .body = NULL } };
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < show->n_related && it->nold < REPLACED_MAX &&
	     status == EXIT_DONE;
	     i++) {
		if (!is_earlier(it, show->related[i]))
			continue;
		/* The earlier ones are to name it. */
		if (it->nold == 0)
			status = act_draw(&it->act, it->org);
		if (status == EXIT_DONE)
			status = replace(it, show->related[i]);
	}
	if (status != EXIT_DONE)
		return status;
	for (i = 0; i < it->nold; i++) {
		more[i].body = it->old[i].body;
		more[i].id = it->old[i].id;
		more[i].before = it->old[i].body;
	}
	it->alone = it->nold == 0;
	return act_leave(&it->act, more, it->nold, _("the decision"));
}

int
cmd_decide(struct run *run)
{
	struct decision it = { .run = run };
	int status;
	size_t i;

	status = act_look(run, args_word(run->args, 0), &it.target);
	if (status == EXIT_DONE && it.target.show == NULL)
		status = fault_say(&run->faults, EXIT_USAGE, "not_public",
		    "Publish it first:  erfa publish TRIAL", "%s is a draft",
		    it.target.shown);
	if (status == EXIT_DONE)
		status = run_org(run, it.org);
	if (status == EXIT_DONE)
		status = act_begin(run, HEADER_DECISION, &it.act);
	if (status == EXIT_DONE)
		status = fill_in(&it);
	if (status == EXIT_DONE)
		status = act_set_all(&it.act);
	if (status == EXIT_DONE)
		status = check_said(&it);
	if (status == EXIT_DONE)
		status = check_about(&it);
	if (status == EXIT_DONE)
		status = leave(&it);
	status = it.alone ? send_rescue(&it.act, status) :
			    send_rescue_words(&it.act, status);
	if (status == EXIT_DONE && !run->json &&
	    it.act.body->decision->trial != NULL)
		status = standing_line(
		    run, run_text(it.act.body->decision->trial->id));
	for (i = 0; i < it.nold; i++)
		act_close(&it.old[i]);
	act_close(&it.act);
	act_close(&it.target);
	return status;
}
