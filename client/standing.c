#include "client/standing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/life_need.h"
#include "proto/report.pb-c.h"
#include "client/act.h"
#include "client/judge.h"
#include "client/print.h"
#include "client/run.h"
#include "client/talk.h"

#define COLUMN 12 /* where the figures begin, or further to the right */

/* One trial and what was found about it. */
struct standing {
	struct run *run;
	struct act act;
	struct judge judge;
	struct life_line line;
	struct life_authorisation permit;
	struct life_list blocks; /* what a start meets */
	struct life_list warns;
	struct life_list finish; /* what a finish owes */
	char *first;             /* the first line */
};

/* What has to be there before the trial can go on. */
static void
look(struct standing *it)
{
	const struct life_case *about = &it->judge.it;
	struct life_list none = { .count = 0 };
	struct life_list unheard = { .count = 0 };
	struct life_list *warns = &it->warns;
	struct life_report report;

	memset(&report, 0, sizeof(report));
	if (life_status(it->act.body) == ERFA__STATUS__STATUS_ACTIVE ||
	    life_status(it->act.body) == ERFA__STATUS__STATUS_PAUSED) {
		(void)life_claims(about, &it->blocks);
		life_missing(about, "F", &it->finish);
		life_gate_own(about, &none, &it->warns);
	} else {
		life_check(about, LIFE_START, &report);
		it->blocks = report.blocks;
		it->warns = report.warns;
		warns = &unheard;
	}
	life_gate_permit(about, &none, warns, &it->permit);
}

/* The status: as erfad shows it everywhere if the trial is public and unchanged,
 * so that one that fell silent is unknown here too. */
static const char *
state_of(const struct standing *it)
{
	const char *shown = it->act.show == NULL || it->act.is_draft ?
	    "" :
	    run_text(it->act.show->show->row->status);
	static const char unknown[] = "unknown";

	return life_status_name(strcmp(shown, unknown) == 0 ?
		ERFA__STATUS__STATUS_UNKNOWN :
		life_status(it->act.body));
}

/* ---- for people ---- */

/* Where the figures begin in the language of the person. */
static unsigned
column(void)
{
	static const char *const labels[] = { N_("Trial"), N_("Id"),
		N_("Organisation"), N_("Status"), N_("Taken back"),
		N_("In doubt"), N_("Draft"), N_("Permission"), NULL };

	return print_column(COLUMN, 0, labels);
}

/* What an authority said, for people. */
static const char *
standing_says(enum life_standing standing)
{
	switch (standing) {
	case LIFE_STANDING_MISSING:
		return _("no answer yet");
	case LIFE_STANDING_PENDING:
		return _("not decided yet");
	case LIFE_STANDING_GRANTED:
		return _("allowed");
	case LIFE_STANDING_CONDITIONS:
		return _("allowed, with conditions");
	case LIFE_STANDING_PARTLY:
		return _("allowed in part");
	case LIFE_STANDING_NOT_REQUIRED:
		return _("no permission needed");
	case LIFE_STANDING_EXPIRED:
		return _("the permission has run out");
	case LIFE_STANDING_RAN_OUT:
		return _("the permission ran out before the start");
	case LIFE_STANDING_NOT_COVERED:
		return _("this is not in the part that is allowed");
	case LIFE_STANDING_UNCLEAR:
		return _("it is not said whether this part is allowed");
	case LIFE_STANDING_REJECTED:
		return _("refused");
	case LIFE_STANDING_RETURNED:
		return _("sent back, more is wanted");
	case LIFE_STANDING_WITHDRAWN:
		return _("the application was withdrawn");
	case LIFE_STANDING_LAPSED:
		return _("the application lapsed");
	case LIFE_STANDINGS:
		break;
	}
	return "?";
}

static void
print_word(struct run *run, const struct life_word *word)
{
	const Erfa__Decision *decision = word->decision == NULL ?
	    NULL :
	    word->decision->decision;
	char line[512];

	(void)snprintf(line, sizeof(line), "%u  %s", word->exemption_no,
	    run_text(word->exemption->provision));
	print_field(run->out, 2, "rule", column() + 2, line);
	(void)snprintf(line, sizeof(line), "%s: %s",
	    life_org_name(word->authority), standing_says(word->standing));
	print_field(run->out, 2, "", column() + 2, line);
	if (decision != NULL && run_text(decision->plain_summary)[0] != '\0')
		print_field(
		    run->out, 2, "", column() + 2, decision->plain_summary);
}

static int
print_list(struct standing *it, const char *title, const struct life_list *list)
{
	if (list->count == 0)
		return EXIT_DONE;
	print_say(it->run->out, "\n%s\n", title);
	return judge_tell(&it->judge, list, false);
}

/* Whoever may go on with what was taken back, or doubted, should know it. */
static void
print_retracted(const struct standing *it)
{
	const Erfa__ShowAnswer *show = it->act.show == NULL ?
	    NULL :
	    it->act.show->show;
	const Erfa__Related *retraction;
	const Erfa__Related *doubt;

	if (show == NULL)
		return;
	retraction = talk_retraction(show);
	doubt = talk_doubt(show);
	if (retraction != NULL)
		print_field(it->run->out, 0, "Taken back", column(),
		    run_text(retraction->body->retraction->explanation));
	else if (doubt != NULL)
		print_field(it->run->out, 0, "In doubt", column(),
		    run_text(doubt->body->retraction->explanation));
}

static int
print_people(struct standing *it)
{
	struct run *run = it->run;
	const char *state = state_of(it);
	size_t i;
	int status;

	print_styled(
	    run->out, it->line.may ? PRINT_GOOD : PRINT_BAD, "%s", it->first);
	print_say(run->out, "\n\n");
	print_field(run->out, 0, "Trial", column(), act_title(it->act.body));
	print_field(run->out, 0, "Id", column(), it->act.shown);
	if (it->judge.theirs)
		print_field(run->out, 0, "Organisation", column(),
		    run_text(it->act.show->show->row->publisher));
	print_field(run->out, 0, "Status", column(),
	    labels_get(run->labels, "status", state));
	print_retracted(it);
	if (it->act.is_draft)
		print_field(run->out, 0, "Draft", column(),
		    it->act.is_public ? _("changes that are not public yet") :
					_("only this node can read it"));
	if (it->permit.permit != LIFE_PERMIT_NOT_NEEDED)
		print_field(run->out, 0, "Permission", column(),
		    labels_get(run->labels, "permit",
			life_permit_name(it->permit.permit)));
	for (i = 0; i < it->permit.nwords; i++)
		print_word(run, &it->permit.words[i]);
	if ((status = print_list(it, _("Missing:"), &it->blocks)) !=
		EXIT_DONE ||
	    (status = print_list(it, _("To be kept in mind:"), &it->warns)) !=
		EXIT_DONE)
		return status;
	status = print_list(it, _("Before it is finished:"), &it->finish);
	if (status == EXIT_DONE && it->judge.theirs) {
		print_say(run->out, "\n");
		print_say(run->out,
		    _("Make one of your own from it:  erfa adapt %s"),
		    it->act.shown);
		print_say(run->out, "\n");
	}
	return status;
}

/* ---- for programs ---- */

static const char *
action_of(const struct standing *it, const struct life_list *list)
{
	return list == &it->finish ? "finish" : "start";
}

/* Hang what ${list} found into the report. */
static enum err
add_missing(struct standing *it, const struct life_list *list,
    Erfa__Missing ***items, size_t *count)
{
	const struct life_finding *finding;
	Erfa__Missing *missing;
	size_t i;

	for (i = 0; i < list->count; i++) {
		finding = &list->at[i];
		if ((missing = calloc(1, sizeof(*missing))) == NULL)
			return ERR_NOMEM;
		erfa__missing__init(missing);
		(*items)[(*count)++] = missing;
		missing->action = strdup(action_of(it, list));
		missing->code = strdup(life_code_name(finding->code));
		missing->field = strdup(run_text(finding->field));
		if (missing->action == NULL || missing->code == NULL ||
		    missing->field == NULL ||
		    life_fill(speech(life_sentence(finding->code)), finding,
			it->act.shown, &missing->what) != ERR_NONE ||
		    life_fill(life_command(finding->code), finding,
			it->act.shown, &missing->remedy) != ERR_NONE)
			return ERR_NOMEM;
	}
	return ERR_NONE;
}

static enum err
add_word(const struct life_word *word, Erfa__StandingReport *report)
{
	const Erfa__Decision *decision = word->decision == NULL ?
	    NULL :
	    word->decision->decision;
	Erfa__StandingWord *item = calloc(1, sizeof(*item));

	if (item == NULL)
		return ERR_NOMEM;
	erfa__standing_word__init(item);
	report->word[report->n_word++] = item;
	item->has_exemption = 1;
	item->exemption = word->exemption_no;
	item->provision = strdup(run_text(word->exemption->provision));
	item->authority = strdup(life_org_name(word->authority));
	item->org = strdup(run_text(word->authority->id));
	item->standing = strdup(life_standing_name(word->standing));
	item->plain_summary = strdup(
	    decision == NULL ? "" : run_text(decision->plain_summary));
	item->decided_on = strdup(
	    decision == NULL ? "" : run_text(decision->decided_on));
	return item->provision == NULL || item->authority == NULL ||
		item->org == NULL || item->standing == NULL ||
		item->plain_summary == NULL || item->decided_on == NULL ?
	    ERR_NOMEM :
	    ERR_NONE;
}

static enum err
fill_lists(struct standing *it, Erfa__StandingReport *report)
{
	enum err err = ERR_NONE;
	size_t i;

	report->missing = calloc(
	    2 * (size_t)LIFE_FINDINGS_MAX, sizeof(Erfa__Missing *));
	report->warning = calloc(LIFE_FINDINGS_MAX, sizeof(Erfa__Missing *));
	report->word = calloc(LIFE_WORDS_MAX, sizeof(Erfa__StandingWord *));
	if (report->missing == NULL || report->warning == NULL ||
	    report->word == NULL)
		return ERR_NOMEM;
	for (i = 0; i < it->permit.nwords && err == ERR_NONE; i++)
		err = add_word(&it->permit.words[i], report);
	if (err == ERR_NONE)
		err = add_missing(
		    it, &it->blocks, &report->missing, &report->n_missing);
	if (err == ERR_NONE)
		err = add_missing(
		    it, &it->finish, &report->missing, &report->n_missing);
	if (err == ERR_NONE)
		err = add_missing(
		    it, &it->warns, &report->warning, &report->n_warning);
	return err;
}

static enum err
fill_report(struct standing *it, Erfa__StandingReport *report)
{
	const char *state = state_of(it);

	report->schema = strdup("erfa.standing/1");
	report->id = strdup(it->act.id);
	report->shown_id = strdup(it->act.shown);
	report->title = strdup(act_title(it->act.body));
	report->line = strdup(it->first);
	report->status = strdup(state);
	report->permission = strdup(life_permit_name(it->permit.permit));
	report->has_may = report->has_draft = report->has_published = 1;
	report->may = it->line.may;
	report->draft = it->act.is_draft;
	report->published = it->act.is_public;
	if (report->schema == NULL || report->id == NULL ||
	    report->shown_id == NULL || report->title == NULL ||
	    report->line == NULL || report->status == NULL ||
	    report->permission == NULL)
		return ERR_NOMEM;
	return fill_lists(it, report);
}

static int
print_program(struct standing *it)
{
	Erfa__StandingReport *report = calloc(1, sizeof(*report));
	int status;

	if (report == NULL)
		return run_nomem(it->run);
	erfa__standing_report__init(report);
	if (fill_report(it, report) != ERR_NONE)
		status = run_nomem(it->run);
	else
		status = run_json(it->run, &report->base);
	erfa__standing_report__free_unpacked(report, NULL);
	return status;
}

/* ---- both ---- */

/* Did another publish it, so that nobody here can change it? */
static int
find_whose(struct standing *it)
{
	char org[ORG_MAX + 1] = "";
	int status;

	if (it->act.show == NULL)
		return EXIT_DONE;
	status = run_org(it->run, org);
	it->judge.theirs = status == EXIT_DONE &&
	    strcmp(org, run_text(it->act.show->show->row->publisher)) != 0;
	return status;
}

static int
open_all(struct standing *it, const char *word)
{
	struct run *run = it->run;
	int status;

	if ((status = act_look(run, word, &it->act)) != EXIT_DONE)
		return status;
	if (it->act.body->record_case != ERFA__BODY__RECORD_TRIAL)
		return fault_say(&run->faults, EXIT_USAGE, "wrong_kind",
		    "Read it:  erfa show ID", "%s is no trial", it->act.shown);
	status = judge_open(run, it->act.body, it->act.shown,
	    it->act.show == NULL ? NULL : it->act.show->show, &it->judge);
	if (status != EXIT_DONE)
		return status;
	if ((status = find_whose(it)) != EXIT_DONE)
		return status;
	look(it);
	return judge_line(&it->judge, &it->line, &it->first);
}

static int
print_first(struct standing *it)
{
	print_say(it->run->out, "%s\n", it->first);
	return EXIT_DONE;
}

/* Look how the trial stands, and let ${tell} print it. */
static int
stand(struct run *run, const char *word, int (*tell)(struct standing *standing))
{
	struct standing *it = calloc(1, sizeof(*it));
	int status;

	if (it == NULL)
		return run_nomem(run);
	it->run = run;
	status = open_all(it, word);
	if (status == EXIT_DONE)
		status = tell(it);
	free(it->first);
	judge_close(&it->judge);
	act_close(&it->act);
	free(it);
	return status;
}

int
standing_print(struct run *run, const char *word)
{
	return stand(run, word, run->json ? print_program : print_people);
}

int
standing_line(struct run *run, const char *word)
{
	return stand(run, word, print_first);
}
