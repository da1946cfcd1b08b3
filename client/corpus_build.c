#include "client/corpus_build.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "proto/life_need.h"
#include "proto/text.h"
#include "client/corpus_json.h"
#include "client/corpus_site.h"
#include "client/corpus_table.h"
#include "client/speech.h"
#include "client/transcript.h"

#define SECTOR_MAX 400 /* bytes for the list of sector words */
#define DASH       "\xe2\x80\x93"

/* What a status word of the file means. */
static const struct status {
	const char *word;
	Erfa__Status status;
	Erfa__Outcome decision;    /* unset = no decision is reported */
	Erfa__Outcome application; /* unset = no application is reported */
	Erfa__StopReason reason;
	Erfa__ContinuationCode continuation;
	Erfa__Stage stage; /* of an experience */
} statuses[] = {
	{ .word = "applied",
	    .status = ERFA__STATUS__STATUS_IDEA,
	    .application = ERFA__OUTCOME__OUTCOME_PENDING },
	{ .word = "approved",
	    .status = ERFA__STATUS__STATUS_PLANNED,
	    .decision = ERFA__OUTCOME__OUTCOME_APPROVED },
	{ .word = "rejected",
	    .status = ERFA__STATUS__STATUS_NOT_STARTED,
	    .decision = ERFA__OUTCOME__OUTCOME_REJECTED,
	    .reason = ERFA__STOP_REASON__STOP_REASON_REFUSED },
	{ .word = "running", .status = ERFA__STATUS__STATUS_ACTIVE },
	{ .word = "ended",
	    .status = ERFA__STATUS__STATUS_ENDED,
	    .stage = ERFA__STAGE__STAGE_FINAL },
	{ .word = "made permanent in law",
	    .status = ERFA__STATUS__STATUS_COMPLETED,
	    .continuation =
		ERFA__CONTINUATION_CODE__CONTINUATION_CODE_LAW_CHANGED },
};

static const char *const approaches[] = { "legal", "pedagogical",
	"organisational", "economic" };

_Static_assert(CORPUS_FAULT_MAX == STEP_FAULT_MAX, "one size of faults");

/* ---- programme and network --------------------------------------------- */

static bool
is_year(const char *text)
{
	return strspn(text, "0123456789") == 4;
}

/* The years at the end of a name: "(2012-2015)", "(2023-)", "(2015)". */
static void
put_years(struct step *step, const char *name, Erfa__Period **field)
{
	const char *open = strrchr(name, '(');
	char start[5] = "";
	char end[5] = "";
	const char *at;

	if (open == NULL || !is_year(open + 1))
		return;
	memcpy(start, open + 1, 4);
	at = open + 5;
	if (strncmp(at, DASH, strlen(DASH)) == 0)
		at += strlen(DASH);
	else if (*at == '-')
		at++;
	if (is_year(at) && at > open + 5) {
		memcpy(end, at, 4);
		at += 4;
	}
	if (strcmp(at, ")") != 0)
		return;
	if ((*field = step_message(step, &erfa__period__descriptor)) == NULL)
		return;
	step_put(step, &(*field)->start, start);
	step_put(step, &(*field)->end, end[0] != '\0' ? end : NULL);
}

static void
add_programme(struct step *step, const char *name)
{
	Erfa__Programme *programme;
	char *folded = NULL;
	uint32_t type;

	if (step->err != ERR_NONE || name == NULL ||
	    (step->err = text_fold(name, &folded)) != ERR_NONE)
		return;
	step->programme = transcript_shared(step, HEADER_PROGRAMME, folded);
	type = corpus_table_programme(step->table, step->country->id, folded);
	free(folded);
	if (step->programme == NULL)
		return;
	programme = step->programme->programme;
	step_put(step, &programme->name, name);
	step_put(step, &programme->country, step->country->id);
	put_years(step, name, &programme->period);
	programme->has_type = 1;
	programme->type = type != 0 ?
	    (Erfa__ProgrammeType)type :
	    ERFA__PROGRAMME_TYPE__PROGRAMME_TYPE_OTHER;
}

static void
add_network(struct step *step, const char *name)
{
	char *folded = NULL;

	if (step->err != ERR_NONE || name == NULL ||
	    (step->err = text_fold(name, &folded)) != ERR_NONE)
		return;
	step->network = transcript_shared(step, HEADER_NETWORK, folded);
	free(folded);
	if (step->network == NULL)
		return;
	step_put(step, &step->network->network->name, name);
	step_put(step, &step->network->network->country, step->country->id);
}

/* ---- trial ------------------------------------------------------------- */

/* The code as ids have it: Danish ones with three digits. */
static const char *
code_check(struct step *step, const char *code)
{
	const struct step_country *country = step->country;

	if (code == NULL || country == NULL)
		return NULL;
	if (country->digits == 3 && strlen(code) == 4 && code[0] == '0')
		code++;
	if (strlen(code) != country->digits ||
	    strspn(code, "0123456789") != country->digits)
		step_fault(step,
		    "municipality_code: write the %zu digits of %s, "
		    "or null",
		    country->digits, country->name);
	return code;
}

static void
put_sites(struct step *step, Erfa__Trial *trial)
{
	const char *code = code_check(
	    step, corpus_json_text(step->json, "municipality_code"));

	if (step->err == ERR_NONE)
		step->err = corpus_site_fill(step->table, step->country->id,
		    code, corpus_json_text(step->json, "municipality"), trial);
}

static void
put_sector(struct step *step, Erfa__Trial *trial)
{
	const char *word = corpus_json_text(step->json, "sector");
	uint32_t number = corpus_table_sector(step->table, word);
	char names[SECTOR_MAX];
	char words[SECTOR_MAX + 64];

	if (number == 0) {
		corpus_table_sectors(step->table, names, sizeof(names));
		(void)snprintf(words, sizeof(words), _("use one of %s"), names);
		step_fault_word(step, "sector", word, words);
		return;
	}
	step_put(step, &step->trial->envelope->reported_sector, word);
	if ((trial->sector = step_room(step, 1, sizeof(*trial->sector))) ==
	    NULL)
		return;
	trial->sector[trial->n_sector++] = (Erfa__Sector)number;
}

static void
put_approach(struct step *step, Erfa__Trial *trial)
{
	const char *word = corpus_json_text(step->json, "approach");
	size_t count = sizeof(approaches) / sizeof(approaches[0]);
	size_t i = 0;

	if (word == NULL)
		return;
	while (i < count && strcmp(word, approaches[i]) != 0)
		i++;
	if (i == count) {
		step_fault_word(step, "approach", word,
		    _("use legal, pedagogical, organisational or economic, "
		      "or null"));
		return;
	}
	trial->approach = step_room(step, 1, sizeof(*trial->approach));
	if (trial->approach != NULL)
		trial->approach[trial->n_approach++] = (Erfa__Approach)(i + 1);
}

/* All purposes are keywords; those in the table are purposes, each once. */
static void
put_purposes(struct step *step, Erfa__Trial *trial)
{
	size_t count = corpus_json_count(step->json, "purposes");
	uint32_t number;
	size_t i;
	size_t j;

	transcript_list(step, &trial->keywords, &trial->n_keywords, "purposes");
	trial->purpose = step_room(step, count, sizeof(*trial->purpose));
	for (i = 0; i < count && step->err == ERR_NONE; i++) {
		number = corpus_table_purpose(
		    step->table, corpus_json_item(step->json, "purposes", i));
		for (j = 0; j < trial->n_purpose; j++) {
			if ((uint32_t)trial->purpose[j] == number)
				break;
		}
		if (number != 0 && j == trial->n_purpose)
			trial->purpose[trial->n_purpose++] =
			    (Erfa__Purpose)number;
	}

	/* An empty list has no room of its own. */
	if (trial->n_purpose == 0) {
		free(trial->purpose);
		trial->purpose = NULL;
	}
}

static void
put_exemptions(struct step *step, Erfa__Trial *trial)
{
	size_t count = corpus_json_count(step->json, "rules_waived");
	Erfa__Exemption *exemption;
	size_t i;

	trial->exemptions = step_room(step, count, sizeof(Erfa__Exemption *));
	for (i = 0; i < count && step->err == ERR_NONE; i++) {
		exemption = step_message(step, &erfa__exemption__descriptor);
		if (exemption == NULL)
			return;
		trial->exemptions[trial->n_exemptions++] = exemption;
		exemption->has_no = 1;
		exemption->no = (uint32_t)i + 1;
		step_put(step, &exemption->provision,
		    corpus_json_item(step->json, "rules_waived", i));
		if (step->err == ERR_NONE)
			step->err = life_exemption_key(exemption);
	}
	if (count > 0) {
		trial->has_needs_exemption = 1;
		trial->needs_exemption = ERFA__YES_NO__YES_NO_YES;
	}
}

static void
put_partners(struct step *step, Erfa__Trial *trial)
{
	size_t count = corpus_json_count(step->json, "partners");
	Erfa__Partner *partner;
	size_t i;

	trial->partners = step_room(step, count, sizeof(Erfa__Partner *));
	for (i = 0; i < count && step->err == ERR_NONE; i++) {
		partner = step_message(step, &erfa__partner__descriptor);
		if (partner == NULL)
			return;
		trial->partners[trial->n_partners++] = partner;
		step_put(step, &partner->name,
		    corpus_json_item(step->json, "partners", i));
		partner->has_type = 1;
		partner->type = ERFA__PARTNER_TYPE__PARTNER_TYPE_OTHER;
	}
}

static void
put_period(struct step *step, Erfa__Trial *trial)
{
	const char *start = corpus_json_text(step->json, "start");
	const char *end = corpus_json_text(step->json, "end");

	if (start == NULL && end == NULL)
		return;
	trial->period = step_message(step, &erfa__period__descriptor);
	if (trial->period == NULL)
		return;
	step_put(step, &trial->period->start, start);
	step_put(step, &trial->period->end, end);
}

/* What became of it: a new law, or why it went no further. */
static void
put_continuation(
    struct step *step, Erfa__Trial *trial, const struct status *status)
{
	const char *reason = corpus_json_text(step->json, "rejection_reason");
	Erfa__ContinuationCode code = status->continuation;

	/* The reason of a decision stands in the decision. */
	if (status->decision == ERFA__OUTCOME__OUTCOME_REJECTED)
		reason = NULL;
	if (code == ERFA__CONTINUATION_CODE__CONTINUATION_CODE_UNSET &&
	    reason != NULL)
		code = ERFA__CONTINUATION_CODE__CONTINUATION_CODE_DISCONTINUED;
	if (code == ERFA__CONTINUATION_CODE__CONTINUATION_CODE_UNSET)
		return;
	trial->continuation = step_message(
	    step, &erfa__continuation__descriptor);
	if (trial->continuation == NULL)
		return;
	trial->continuation->has_code = 1;
	trial->continuation->code = code;
	step_put(step, &trial->continuation->text, reason);
}

static void
put_status(struct step *step, Erfa__Trial *trial, const struct status *status)
{
	step_put(step, &step->trial->envelope->reported_status,
	    corpus_json_text(step->json, "status"));
	trial->has_status = 1;
	trial->status = status->status;
	if (status->reason != ERFA__STOP_REASON__STOP_REASON_UNSET) {
		trial->has_status_reason = 1;
		trial->status_reason = status->reason;
	}
	put_continuation(step, trial, status);
}

static void
add_trial(struct step *step, const struct status *status)
{
	const struct corpus_json *json = step->json;
	Erfa__Trial *trial;

	if ((step->trial = transcript_begin(step, HEADER_TRIAL)) == NULL)
		return;
	trial = step->trial->trial;
	step_put(step, &trial->title, corpus_json_text(json, "title"));
	step_put(step, &trial->summary, corpus_json_text(json, "summary"));
	step_put(
	    step, &trial->target_group, corpus_json_text(json, "target_group"));
	put_sites(step, trial);
	put_sector(step, trial);
	put_approach(step, trial);
	put_purposes(step, trial);
	put_exemptions(step, trial);
	put_partners(step, trial);
	put_period(step, trial);
	put_status(step, trial, status);
	step_refer(step, &trial->programme, step->programme);
	step_refer(step, &trial->network, step->network);

	/* It came from somewhere, but from which record is not said. */
	if (corpus_json_text(json, "copied_from") != NULL) {
		trial->has_origin = 1;
		trial->origin = ERFA__ORIGIN__ORIGIN_UNKNOWN;
	}
}

/* ---- what else the line tells ------------------------------------------ */

static void
add_application(struct step *step, const struct status *status)
{
	Erfa__Application *application;
	Erfa__Body *body;

	if (status->application == ERFA__OUTCOME__OUTCOME_UNSET ||
	    (body = transcript_begin(step, HEADER_APPLICATION)) == NULL)
		return;
	application = body->application;
	application->has_outcome = 1;
	application->outcome = status->application;
	step_refer(step, &application->programme, step->programme);
	application->trials = step_room(step, 1, sizeof(Erfa__RecordRef *));
	if (application->trials == NULL)
		return;
	step_refer(step, &application->trials[0], step->trial);
	if (application->trials[0] != NULL)
		application->n_trials = 1;
}

static void
add_decision(struct step *step, const struct status *status)
{
	Erfa__Body *body;

	if (status->decision == ERFA__OUTCOME__OUTCOME_UNSET ||
	    (body = transcript_begin(step, HEADER_DECISION)) == NULL)
		return;
	step_refer(step, &body->decision->trial, step->trial);
	body->decision->has_outcome = 1;
	body->decision->outcome = status->decision;
	if (status->decision == ERFA__OUTCOME__OUTCOME_REJECTED)
		step_put(step, &body->decision->reason,
		    corpus_json_text(step->json, "rejection_reason"));
}

static void
put_number(struct step *step, size_t i, const char *key, char **field)
{
	if (step->err == ERR_NONE)
		step->err = corpus_json_number(
		    step->json, "measures", i, key, field);
}

static void
put_figures(struct step *step, Erfa__Experience *experience)
{
	const struct corpus_json *json = step->json;
	size_t count = corpus_json_count(json, "measures");
	Erfa__ReportedFigure *figure;
	size_t i;

	experience->reported_figures = step_room(
	    step, count, sizeof(Erfa__ReportedFigure *));
	for (i = 0; i < count && step->err == ERR_NONE; i++) {
		figure = step_message(step, &erfa__reported_figure__descriptor);
		if (figure == NULL)
			return;
		experience->reported_figures[i] = figure;
		experience->n_reported_figures = i + 1;
		step_put(step, &figure->indicator,
		    corpus_json_part(json, "measures", i, "indicator"));
		step_put(step, &figure->unit,
		    corpus_json_part(json, "measures", i, "unit"));
		put_number(step, i, "before", &figure->before);
		put_number(step, i, "after", &figure->after);
		put_number(step, i, "n", &figure->n);
		step_put(step, &figure->comparison,
		    corpus_json_part(json, "measures", i, "comparison"));
		step_put(step, &figure->note,
		    corpus_json_part(json, "measures", i, "note"));
	}
}

/* One experience, if the line tells of results, numbers or lessons. */
static void
add_experience(struct step *step, const struct status *status)
{
	Erfa__Experience *experience;
	Erfa__Body *body;

	if (corpus_json_count(step->json, "results") +
		corpus_json_count(step->json, "measures") +
		corpus_json_count(step->json, "lessons") ==
	    0)
		return;
	if ((body = transcript_begin(step, HEADER_EXPERIENCE)) == NULL)
		return;
	experience = body->experience;
	step_refer(step, &experience->trial, step->trial);
	if (experience->trial != NULL)
		experience->target_case = ERFA__EXPERIENCE__TARGET_TRIAL;
	experience->has_verdict = 1;
	experience->verdict = ERFA__VERDICT__VERDICT_NOT_STATED;
	experience->has_author_role = 1;
	experience->author_role = ERFA__AUTHOR_ROLE__AUTHOR_ROLE_UNKNOWN;
	if (status->stage != ERFA__STAGE__STAGE_UNSET) {
		experience->has_stage = 1;
		experience->stage = status->stage;
	}
	transcript_list(
	    step, &experience->reported, &experience->n_reported, "results");
	transcript_list(
	    step, &experience->lessons, &experience->n_lessons, "lessons");
	put_figures(step, experience);
}

static void
add_adaptation(struct step *step)
{
	const char *from = corpus_json_text(step->json, "copied_from");
	Erfa__Body *body;

	if (from == NULL ||
	    (body = transcript_begin(step, HEADER_ADAPTATION)) == NULL)
		return;
	step_refer(step, &body->adaptation->to_trial, step->trial);
	step_put(step, &body->adaptation->from_text, from);
}

/* ---- the line ---------------------------------------------------------- */

/* The row for a status word; for null one that says nothing. */
static struct status
status_find(struct step *step)
{
	const char *word = corpus_json_text(step->json, "status");
	struct status none = { .status = ERFA__STATUS__STATUS_UNKNOWN };
	size_t i;

	if (word == NULL)
		return none;
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (strcmp(word, statuses[i].word) == 0)
			return statuses[i];
	}
	step_fault_word(step, "status", word,
	    _("use applied, approved, rejected, running, ended, "
	      "made permanent in law, or null"));
	return none;
}

/* Everything must be such as this node would write itself. */
static void
check_all(struct step *step)
{
	char text[BODY_FAULT_MAX];
	size_t i;

	for (i = 0; i < step->parts->count && step->err == ERR_NONE; i++) {
		if (body_check(step->parts->body[i], text) != ERR_NONE)
			step_fault(step, "%s: correct it", text);
	}
}

enum err
corpus_build(const struct corpus_table *table, const char *org,
    const struct corpus_json *json, struct step_parts *parts,
    char ret_fault[CORPUS_FAULT_MAX])
{
	struct step step = {
		.table = table, .org = org, .json = json, .parts = parts
	};
	struct status status;

	transcript_start(&step);
	status = status_find(&step);
	add_programme(&step, corpus_json_text(json, "programme"));
	add_network(&step, corpus_json_text(json, "network"));
	add_trial(&step, &status);
	add_application(&step, &status);
	add_decision(&step, &status);
	add_experience(&step, &status);
	add_adaptation(&step);
	check_all(&step);
	if (step.err != ERR_NONE) {
		step_parts_clear(parts);
		memcpy(ret_fault, step.fault, sizeof(step.fault));
	}
	return step.err;
}
