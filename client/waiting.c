#include "client/waiting.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "proto/control.h"
#include "proto/heirs.h"
#include "client/act.h"
#include "client/each.h"
#include "client/judge.h"
#include "client/run.h"

/* What is gone through, and for whom. */
struct walk {
	struct run *run;
	const char *authority;
	int (*fn)(void *context, const struct waiting *waiting);
	void *context;
	const Erfa__ShowAnswer *application;
};

static bool
is_open(enum life_standing standing)
{
	return standing == LIFE_STANDING_MISSING ||
	    standing == LIFE_STANDING_PENDING ||
	    standing == LIFE_STANDING_RETURNED;
}

/* Whether ${name} is one of ${names}. */
static bool
is_named(const char *names, const char *name)
{
	size_t len = strlen(name);
	const char *at = names;

	while ((at = strstr(at, name)) != NULL) {
		if ((at == names || at[-1] == ' ') &&
		    (at[len] == '\0' || at[len] == ','))
			return true;
		at++;
	}
	return false;
}

/* Add ${name} to a list of names, once. */
static void
add_name(char names[WAITING_NAMES], const char *name)
{
	size_t len = strlen(names);

	if (!is_named(names, name) && len + strlen(name) + 3 < WAITING_NAMES)
		(void)snprintf(names + len, WAITING_NAMES - len, "%s%s",
		    len == 0 ? "" : ", ", name);
}

static bool
is_meant(
    const struct walk *walk, const struct heirs *heirs, const Erfa__OrgRef *org)
{
	return walk->authority == NULL ||
	    strcmp(run_text(org->name), walk->authority) == 0 ||
	    (org->id != NULL && heirs_speaks(heirs, walk->authority, org->id));
}

/* Who has not answered about the trial; and whether the one is among them that
 * was asked for. */
static int
look(const struct walk *walk, const Erfa__ShowAnswer *trial,
    struct waiting *waiting, bool *ret_meant)
{
	struct life_list none = { .count = 0 };
	struct life_authorisation permit;
	struct judge judge;
	size_t i;
	int status;

	memset(&permit, 0, sizeof(permit));
	status = judge_open(
	    walk->run, trial->body, run_text(trial->row->id), trial, &judge);
	if (status == EXIT_DONE)
		life_gate_permit(&judge.it, &none, &none, &permit);
	for (i = 0; i < permit.nwords; i++) {
		if (!is_open(permit.words[i].standing))
			continue;
		add_name(
		    waiting->names, life_org_name(permit.words[i].authority));
		*ret_meant = *ret_meant ||
		    is_meant(walk, judge.heirs, permit.words[i].authority);
	}
	judge_close(&judge);
	return status;
}

static int
take_trial(const struct walk *walk, const char *id)
{
	struct waiting waiting = { .application = walk->application };
	Erfa__Answer *answer = NULL;
	bool meant = walk->authority == NULL;
	int status;

	status = act_try(walk->run, id, &answer);
	if (status != EXIT_DONE || answer == NULL)
		return status;
	waiting.trial = answer->show;
	if (answer->show->body->record_case == ERFA__BODY__RECORD_TRIAL)
		status = look(walk, answer->show, &waiting, &meant);
	if (status == EXIT_DONE && meant)
		status = walk->fn(walk->context, &waiting);
	control_free_answer(answer);
	return status;
}

/* Whether the application still waits for anything. */
static bool
is_over(const Erfa__Application *application)
{
	return application->has_outcome &&
	    (application->outcome == ERFA__OUTCOME__OUTCOME_WITHDRAWN ||
		application->outcome == ERFA__OUTCOME__OUTCOME_LAPSED);
}

static int
take_application(void *context, const Erfa__ShowAnswer *show)
{
	struct walk *walk = context;
	const Erfa__Application *application;
	int status = EXIT_DONE;
	size_t i;

	if (show->body->record_case != ERFA__BODY__RECORD_APPLICATION)
		return EXIT_DONE;
	application = show->body->application;
	if (walk->authority != NULL && is_over(application))
		return EXIT_DONE;
	walk->application = show;
	for (i = 0; i < application->n_trials && status == EXIT_DONE; i++)
		if (run_text(application->trials[i]->id)[0] != '\0')
			status = take_trial(walk, application->trials[i]->id);
	return status;
}

int
waiting_each(struct run *run, const char *authority,
    int (*fn)(void *context, const struct waiting *waiting), void *context)
{
	struct walk walk = {
		.run = run,
		.authority = authority,
		.fn = fn,
		.context = context,
	};

	return each_record(run, "application", take_application, &walk);
}
