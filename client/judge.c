#include "client/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/heirs.h"
#include "client/act.h"
#include "client/orgs.h"
#include "client/print.h"
#include "client/speech.h"

#define SENTENCE_MAX 1024 /* bytes of a finding, the NUL counted */

/* ---- what is looked at ---- */

/* Keep a trial that this one was copied from. */
static int
add_origin(struct judge *judge, const Erfa__Adaptation *adaptation)
{
	Erfa__Answer *answer = NULL;
	int status;

	if (adaptation->from_trial == NULL ||
	    run_text(adaptation->from_trial->id)[0] == '\0' ||
	    judge->nparents == JUDGE_MANY)
		return EXIT_DONE;
	status = act_try(judge->run, adaptation->from_trial->id, &answer);
	if (status != EXIT_DONE || answer == NULL)
		return status;
	judge->parents[judge->nparents++] = answer;
	judge->origins[judge->it.norigins++] = answer->show->body;
	return EXIT_DONE;
}

/* Whether ${ref} means the record with the full id ${id}. */
static bool
means(const Erfa__RecordRef *ref, const char *id)
{
	return ref != NULL && strcmp(run_text(ref->id), id) == 0;
}

/* Whether ${application} is about the trial with the full id ${id}. */
static bool
hands_in(const Erfa__Application *application, const char *id)
{
	size_t i;

	for (i = 0; i < application->n_trials; i++)
		if (means(application->trials[i], id))
			return true;
	return false;
}

/* Whether the record is here, and nobody took it back. */
static bool
counts(const Erfa__Related *related)
{
	return related->body != NULL &&
	    (related->row == NULL || !related->row->retracted);
}

/* Sort one record that names the trial to where it is looked for. */
static int
add_related(struct judge *judge, const char *id, const Erfa__Body *body)
{
	struct life_case *it = &judge->it;

	if (body->record_case == ERFA__BODY__RECORD_DECISION &&
	    means(body->decision->trial, id) && it->ndecisions < JUDGE_MANY)
		judge->decisions[it->ndecisions++] = body;
	else if (body->record_case == ERFA__BODY__RECORD_APPLICATION &&
	    hands_in(body->application, id) && it->napplications < JUDGE_ASKED)
		judge->applications[it->napplications++] = body;
	else if (body->record_case == ERFA__BODY__RECORD_EXPERIENCE &&
	    body->experience->target_case == ERFA__EXPERIENCE__TARGET_TRIAL &&
	    means(body->experience->trial, id))
		judge_experience(judge, body);
	else if (body->record_case == ERFA__BODY__RECORD_ADAPTATION &&
	    means(body->adaptation->to_trial, id))
		return add_origin(judge, body->adaptation);
	return EXIT_DONE;
}

static int
add_programme(struct judge *judge)
{
	const Erfa__RecordRef *ref = judge->it.trial->trial->programme;
	int status;

	if (ref == NULL || run_text(ref->id)[0] == '\0')
		return EXIT_DONE;
	status = act_try(judge->run, ref->id, &judge->programme);
	if (judge->programme != NULL)
		judge->it.programme = judge->programme->show->body;
	return status;
}

int
judge_open(struct run *run, const Erfa__Body *trial, const char *shown,
    const Erfa__ShowAnswer *show, struct judge *ret_judge)
{
	struct judge *judge = ret_judge;
	int status;
	size_t i;

	memset(judge, 0, sizeof(*judge));
	judge->run = run;
	judge->shown = shown;
	run_today(run, judge->today);
	judge->it.today = judge->today;
	judge->it.trial = trial;
	judge->it.decisions = judge->decisions;
	judge->it.applications = judge->applications;
	judge->it.experiences = judge->experiences;
	judge->it.origins = judge->origins;
	/* Only answers of authorities depend on who took over from whom. */
	if (trial->trial->n_exemptions > 0 &&
	    (status = orgs_heirs(run, &judge->heirs)) != EXIT_DONE)
		return status;
	judge->it.heirs = judge->heirs;
	if ((status = add_programme(judge)) != EXIT_DONE || show == NULL)
		return status;
	for (i = 0; i < show->n_related && status == EXIT_DONE; i++)
		if (counts(show->related[i]))
			status = add_related(judge,
			    run_text(show->row->full_id),
			    show->related[i]->body);
	return status;
}

void
judge_close(struct judge *judge)
{
	size_t i;

	heirs_free(judge->heirs);
	control_free_answer(judge->programme);
	for (i = 0; i < judge->nparents; i++)
		control_free_answer(judge->parents[i]);
	memset(judge, 0, sizeof(*judge));
}

void
judge_experience(struct judge *judge, const Erfa__Body *body)
{
	if (judge->it.nexperiences < JUDGE_MANY)
		judge->experiences[judge->it.nexperiences++] = body;
}

/* ---- what comes of it ---- */

/* What a sentence calls the status ${code}: the code itself is English. */
static const char *
state_word(const struct judge *judge, const char *code)
{
	if (strcmp(judge->run->language, "en") == 0)
		return code;
	return labels_get(judge->run->labels, "status", code);
}

/* The sentence of a finding and the command that helps. */
static int
words_of(struct judge *judge, const struct life_finding *finding,
    char what[SENTENCE_MAX], char help[SENTENCE_MAX])
{
	struct life_finding said = *finding;
	char *text = NULL;

	if (finding->state != NULL)
		said.state = state_word(judge, finding->state);
	if (life_fill(speech(life_sentence(finding->code)), &said, judge->shown,
		&text) != ERR_NONE)
		return run_nomem(judge->run);
	(void)snprintf(what, SENTENCE_MAX, "%s", text);
	free(text);
	text = NULL;
	if (life_fill(life_command(finding->code), finding, judge->shown,
		&text) != ERR_NONE)
		return run_nomem(judge->run);
	(void)snprintf(help, SENTENCE_MAX, "%s", text);
	free(text);
	return EXIT_DONE;
}

int
judge_tell(struct judge *judge, const struct life_list *list, bool style_bad)
{
	struct print *print = style_bad ? judge->run->err : judge->run->out;
	char what[SENTENCE_MAX] = "";
	char help[SENTENCE_MAX] = "";
	int status;
	size_t i;

	for (i = 0; i < list->count; i++) {
		status = words_of(judge, &list->at[i], what, help);
		if (status != EXIT_DONE)
			return status;
		print_point(print, style_bad ? PRINT_BAD : PRINT_PLAIN, what);
		if (help[0] != '\0' && !judge->theirs)
			print_say(print, "      %s\n", help);
	}
	if (list->more > 0)
		print_say(print, "  - and %zu more\n", list->more);
	return EXIT_DONE;
}

/* One reason of a refusal, in words. */
struct reason {
	Erfa__Problem problem;
	char what[SENTENCE_MAX];
	char help[SENTENCE_MAX];
};

/* Put the findings into words. */
static int
fill_reasons(struct judge *judge, const struct life_list *blocks,
    struct reason *reasons, Erfa__Problem **list)
{
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; status == EXIT_DONE && i < blocks->count; i++) {
		status = words_of(
		    judge, &blocks->at[i], reasons[i].what, reasons[i].help);
		erfa__problem__init(&reasons[i].problem);
		reasons[i].problem.what = reasons[i].what;
		reasons[i].problem.remedy = reasons[i].help;
		list[i] = &reasons[i].problem;
	}
	return status;
}

/* Tell everything that stands in the way, as one refusal. */
static int
refuse(struct judge *judge, enum life_action action,
    const struct life_list *blocks)
{
	Erfa__ErrorAnswer error = ERFA__ERROR_ANSWER__INIT;
	Erfa__Problem *list[LIFE_FINDINGS_MAX];
	struct reason *reasons = calloc(LIFE_FINDINGS_MAX, sizeof(*reasons));
	char message[128];
	int status;

	if (reasons == NULL)
		return run_nomem(judge->run);
	status = fill_reasons(judge, blocks, reasons, list);
	if (status == EXIT_DONE) {
		(void)snprintf(message, sizeof(message),
		    _("%s: %s is not possible"), judge->shown,
		    life_action_name(action));
		error.schema = run_lend("erfa.error/1");
		error.code = run_lend("not_yet");
		error.has_exit = 1;
		error.exit = EXIT_DATA;
		error.message = message;
		error.problem = list;
		error.n_problem = blocks->count;
		status = fault_tell(&judge->run->faults, &error);
	}
	free(reasons);
	return status;
}

int
judge_check(
    struct judge *judge, enum life_action action, Erfa__Status *ret_status)
{
	struct life_report report;

	memset(&report, 0, sizeof(report));
	life_check(&judge->it, action, &report);
	if (!report.allowed)
		return refuse(judge, action, &report.blocks);
	*ret_status = report.status;
	if (report.warns.count == 0 || judge->run->json)
		return EXIT_DONE;
	print_say(judge->run->err, "To be kept in mind:\n");
	return judge_tell(judge, &report.warns, true);
}

bool
judge_lacks(
    struct judge *judge, enum life_action action, struct life_list *ret_blocks)
{
	Erfa__Status status = ERFA__STATUS__STATUS_UNSET;
	struct life_report report;

	memset(&report, 0, sizeof(report));
	life_check(&judge->it, action, &report);
	*ret_blocks = report.blocks;
	return !report.allowed &&
	    life_step(judge->it.trial, action, &status) == LIFE_NONE;
}

int
judge_line(struct judge *judge, struct life_line *ret_line, char **ret_text)
{
	struct life_line said;

	memset(ret_line, 0, sizeof(*ret_line));
	life_line(&judge->it, ret_line);
	said = *ret_line;
	if (said.state != NULL)
		said.state = state_word(judge, said.state);
	if (life_line_text(&said, judge->shown, speech, ret_text) != ERR_NONE)
		return run_nomem(judge->run);
	return EXIT_DONE;
}
