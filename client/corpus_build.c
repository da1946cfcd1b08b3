#include "client/corpus_build.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "proto/record.h"
#include "proto/text.h"
#include "client/corpus_json.h"
#include "client/corpus_site.h"
#include "client/provision.h"

#define QUOTE_MAX  80  /* bytes of a foreign word repeated in a fault */
#define SECTOR_MAX 400 /* bytes for the list of sector words */
#define DASH       "\xe2\x80\x93"

/*
 * The making of one line's records.  The first failure is kept in err, and from
 * then on every step does nothing, so that the steps can be read one after the
 * other.
 */
struct build {
	const struct corpus_table *table;
	const char *org;
	const struct corpus_json *json;
	struct corpus_parts *parts;
	char *fault;
	enum err err;
	const char *country;   /* "dk" */
	const char *id;        /* external id of the line's own records */
	char as_of[12];        /* newest year of its sources, or "" */
	Erfa__Body *programme; /* NULL if the line names none */
	Erfa__Body *network;
	Erfa__Body *trial;
};

/* What a country's import files are written in and how its codes look. */
static const struct country {
	const char *name; /* in the file */
	const char *id;
	const char *language;
	size_t digits; /* of a municipality's code */
} countries[] = {
	{ "DK", "dk", "da", 3 },
	{ "NO", "no", "nb", 4 },
	{ "SE", "se", "sv", 4 },
	{ "FI", "fi", "fi", 3 },
	{ "IS", "is", "is", 4 },
};

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

/* ---- steps ------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void
fault(struct build *build, const char *format, ...)
{
	va_list args;

	if (build->err != ERR_NONE)
		return;
	va_start(args, format);
	(void)vsnprintf(build->fault, CORPUS_FAULT_MAX, format, args);
	va_end(args);
	build->err = ERR_SYNTAX;
}

/* A fault about a word of the file, which is repeated only in a safe form. */
static void
fault_word(
    struct build *build, const char *key, const char *word, const char *remedy)
{
	char *safe = NULL;

	if (build->err != ERR_NONE)
		return;
	if (text_gate(word, strlen(word), false, &safe) != ERR_NONE)
		build->err = ERR_NOMEM;
	else
		fault(build, "%s: \"%.*s\" is not known: %s", key, QUOTE_MAX,
		    safe, remedy);
	free(safe);
}

/* Set a field to a copy of ${text}; NULL leaves it absent. */
static void
put(struct build *build, char **field, const char *text)
{
	if (build->err != ERR_NONE || text == NULL)
		return;
	if ((*field = strdup(text)) == NULL)
		build->err = ERR_NOMEM;
}

/* Room for ${count} elements; NULL if there are none or after a failure. */
static void *
room(struct build *build, size_t count, size_t size)
{
	void *made = NULL;

	if (build->err == ERR_NONE && count > 0 &&
	    (made = calloc(count, size)) == NULL)
		build->err = ERR_NOMEM;
	return made;
}

/* An empty message of ${desc}; NULL after a failure. */
static void *
message(struct build *build, const ProtobufCMessageDescriptor *desc)
{
	ProtobufCMessage *made = room(build, 1, desc->sizeof_message);

	if (made != NULL)
		protobuf_c_message_init(desc, made);
	return made;
}

/* Set a reference to the record of ${body}; NULL leaves it absent. */
static void
refer(struct build *build, Erfa__RecordRef **field, const Erfa__Body *body)
{
	if (body != NULL &&
	    (*field = message(build, &erfa__record_ref__descriptor)) != NULL)
		put(build, &(*field)->id, body->envelope->id);
}

/* Copy a list of texts of the file to a list of a record. */
static void
put_list(struct build *build, char ***field, size_t *count, const char *key)
{
	size_t items = corpus_json_count(build->json, key);

	if ((*field = room(build, items, sizeof(char *))) == NULL)
		return;
	for (*count = 0; *count < items && build->err == ERR_NONE; ++*count)
		put(build, &(*field)[*count],
		    corpus_json_item(build->json, key, *count));
}

/* ---- envelope ---------------------------------------------------------- */

/* The year of source ${i}; false where the file has null. */
static bool
source_year(struct build *build, size_t i, int32_t *ret_year)
{
	char *text = NULL;
	bool known;

	if (build->err != ERR_NONE)
		return false;
	build->err = corpus_json_number(
	    build->json, "sources", i, "year", &text);
	known = text != NULL;
	if (known)
		*ret_year = (int32_t)strtol(text, NULL, 10);
	free(text);
	return known;
}

/* The newest year that a source has is when the line was true. */
static void
find_as_of(struct build *build)
{
	size_t count = corpus_json_count(build->json, "sources");
	int32_t newest = 0;
	int32_t year = 0;
	size_t i;

	for (i = 0; i < count && build->err == ERR_NONE; i++) {
		if (source_year(build, i, &year) && year > newest)
			newest = year;
	}
	if (newest > 0)
		(void)snprintf(
		    build->as_of, sizeof(build->as_of), "%04d", newest);
}

static void
put_sources(struct build *build, Erfa__Envelope *envelope)
{
	const struct corpus_json *json = build->json;
	size_t count = corpus_json_count(json, "sources");
	Erfa__Source *source;
	size_t i;

	envelope->sources = room(build, count, sizeof(Erfa__Source *));
	for (i = 0; i < count && build->err == ERR_NONE; i++) {
		source = message(build, &erfa__source__descriptor);
		if (source == NULL)
			return;
		envelope->sources[envelope->n_sources++] = source;
		put(build, &source->title,
		    corpus_json_part(json, "sources", i, "title"));
		put(build, &source->url,
		    corpus_json_part(json, "sources", i, "url"));
		source->has_year = source_year(build, i, &source->year);
	}
}

/* Begin a record of ${kind}; NULL after a failure. */
static Erfa__Body *
begin(struct build *build, uint32_t kind, const char *external_id,
    const char *language)
{
	uint8_t record[RECORD_LEN];
	char id[RECORD_ID_CHARS + 1];
	Erfa__Envelope *envelope;
	Erfa__Body *body = NULL;

	if (build->err != ERR_NONE ||
	    (build->err = body_new(kind, &body)) != ERR_NONE)
		return NULL;
	build->parts->body[build->parts->count++] = body;
	record_import(header_kind_name(kind), external_id, record);
	record_print(build->org, record, RECORD_CHARS, id);

	envelope = body->envelope;
	put(build, &envelope->id, id);
	put(build, &envelope->publisher, build->org);
	put(build, &envelope->external_id, external_id);
	put(build, &envelope->language, language);
	envelope->has_major = envelope->has_minor = 1;
	envelope->major = 1;
	envelope->has_visibility = 1;
	envelope->visibility = ERFA__VISIBILITY__VISIBILITY_PUBLIC;
	envelope->has_transcribed = 1;
	envelope->transcribed = 1;
	return body;
}

/* Begin a record that is the line's own: with its id, sources and date. */
static Erfa__Body *
begin_own(struct build *build, uint32_t kind)
{
	Erfa__Body *body = begin(
	    build, kind, build->id, corpus_json_text(build->json, "language"));

	if (body == NULL)
		return NULL;
	if (build->as_of[0] != '\0')
		put(build, &body->envelope->as_of, build->as_of);
	put_sources(build, body->envelope);
	return build->err == ERR_NONE ? body : NULL;
}

/* ---- programme and network --------------------------------------------- */

static const struct country *
country_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(countries) / sizeof(countries[0]); i++) {
		if (strcmp(name, countries[i].name) == 0)
			return &countries[i];
	}
	return NULL;
}

/*
 * Begin a record that several lines tell of.  Its bytes depend on the country
 * and the name alone, whichever line tells of it first, so that it carries no
 * sources; the trials that name it carry them.
 */
static Erfa__Body *
begin_shared(struct build *build, uint32_t kind, const char *folded)
{
	const struct country *country = country_find(
	    corpus_json_text(build->json, "country"));
	Erfa__Body *body = NULL;
	char *id = NULL;

	if (build->err != ERR_NONE || country == NULL)
		return NULL;
	if (asprintf(&id, "%s:%s", country->id, folded) < 0) {
		build->err = ERR_NOMEM;
		return NULL;
	}
	body = begin(build, kind, id, country->language);
	free(id);
	return body;
}

static bool
is_year(const char *text)
{
	return strspn(text, "0123456789") == 4;
}

/* The years at the end of a name: "(2012-2015)", "(2023-)", "(2015)". */
static void
put_years(struct build *build, const char *name, Erfa__Period **field)
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
	if ((*field = message(build, &erfa__period__descriptor)) == NULL)
		return;
	put(build, &(*field)->start, start);
	put(build, &(*field)->end, end[0] != '\0' ? end : NULL);
}

static void
add_programme(struct build *build, const char *name)
{
	Erfa__Programme *programme;
	char *folded = NULL;
	uint32_t type;

	if (build->err != ERR_NONE || name == NULL ||
	    (build->err = text_fold(name, &folded)) != ERR_NONE)
		return;
	build->programme = begin_shared(build, HEADER_PROGRAMME, folded);
	type = corpus_table_programme(build->table, build->country, folded);
	free(folded);
	if (build->programme == NULL)
		return;
	programme = build->programme->programme;
	put(build, &programme->name, name);
	put(build, &programme->country, build->country);
	put_years(build, name, &programme->period);
	programme->has_type = 1;
	programme->type = type != 0 ?
	    (Erfa__ProgrammeType)type :
	    ERFA__PROGRAMME_TYPE__PROGRAMME_TYPE_OTHER;
}

static void
add_network(struct build *build, const char *name)
{
	char *folded = NULL;

	if (build->err != ERR_NONE || name == NULL ||
	    (build->err = text_fold(name, &folded)) != ERR_NONE)
		return;
	build->network = begin_shared(build, HEADER_NETWORK, folded);
	free(folded);
	if (build->network == NULL)
		return;
	put(build, &build->network->network->name, name);
	put(build, &build->network->network->country, build->country);
}

/* ---- trial ------------------------------------------------------------- */

/* The code as ids have it: Danish ones with three digits. */
static const char *
code_check(struct build *build, const char *code)
{
	const struct country *country = country_find(
	    corpus_json_text(build->json, "country"));

	if (code == NULL || country == NULL)
		return NULL;
	if (country->digits == 3 && strlen(code) == 4 && code[0] == '0')
		code++;
	if (strlen(code) != country->digits ||
	    strspn(code, "0123456789") != country->digits)
		fault(build,
		    "municipality_code: write the %zu digits of %s, "
		    "or null",
		    country->digits, country->name);
	return code;
}

static void
put_sites(struct build *build, Erfa__Trial *trial)
{
	const char *code = code_check(
	    build, corpus_json_text(build->json, "municipality_code"));

	if (build->err == ERR_NONE)
		build->err = corpus_site_fill(build->table, build->country,
		    code, corpus_json_text(build->json, "municipality"), trial);
}

static void
put_sector(struct build *build, Erfa__Trial *trial)
{
	const char *word = corpus_json_text(build->json, "sector");
	uint32_t number = corpus_table_sector(build->table, word);
	char words[SECTOR_MAX] = "use one of ";
	size_t len = strlen(words);

	if (number == 0) {
		corpus_table_sectors(
		    build->table, words + len, sizeof(words) - len);
		fault_word(build, "sector", word, words);
		return;
	}
	put(build, &build->trial->envelope->reported_sector, word);
	if ((trial->sector = room(build, 1, sizeof(*trial->sector))) == NULL)
		return;
	trial->sector[trial->n_sector++] = (Erfa__Sector)number;
}

static void
put_approach(struct build *build, Erfa__Trial *trial)
{
	const char *word = corpus_json_text(build->json, "approach");
	size_t count = sizeof(approaches) / sizeof(approaches[0]);
	size_t i;

	if (word == NULL)
		return;
	for (i = 0; i < count && strcmp(word, approaches[i]) != 0; i++)
		continue;
	if (i == count) {
		fault_word(build, "approach", word,
		    "use legal, pedagogical, organisational or economic, "
		    "or null");
		return;
	}
	trial->approach = room(build, 1, sizeof(*trial->approach));
	if (trial->approach != NULL)
		trial->approach[trial->n_approach++] = (Erfa__Approach)(i + 1);
}

/* All purposes are keywords; those in the table are purposes, each once. */
static void
put_purposes(struct build *build, Erfa__Trial *trial)
{
	size_t count = corpus_json_count(build->json, "purposes");
	uint32_t number;
	size_t i;
	size_t j;

	put_list(build, &trial->keywords, &trial->n_keywords, "purposes");
	trial->purpose = room(build, count, sizeof(*trial->purpose));
	for (i = 0; i < count && build->err == ERR_NONE; i++) {
		number = corpus_table_purpose(
		    build->table, corpus_json_item(build->json, "purposes", i));
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
put_exemptions(struct build *build, Erfa__Trial *trial)
{
	size_t count = corpus_json_count(build->json, "rules_waived");
	Erfa__Exemption *exemption;
	enum err err;
	size_t i;

	trial->exemptions = room(build, count, sizeof(Erfa__Exemption *));
	for (i = 0; i < count && build->err == ERR_NONE; i++) {
		exemption = message(build, &erfa__exemption__descriptor);
		if (exemption == NULL)
			return;
		trial->exemptions[trial->n_exemptions++] = exemption;
		exemption->has_no = 1;
		exemption->no = (uint32_t)i + 1;
		put(build, &exemption->provision,
		    corpus_json_item(build->json, "rules_waived", i));
		if (build->err != ERR_NONE)
			return;
		err = provision_key(exemption->provision, &exemption->key);
		if (err != ERR_NONE && err != ERR_NOENT)
			build->err = err;
	}
	if (count > 0) {
		trial->has_needs_exemption = 1;
		trial->needs_exemption = ERFA__YES_NO__YES_NO_YES;
	}
}

static void
put_partners(struct build *build, Erfa__Trial *trial)
{
	size_t count = corpus_json_count(build->json, "partners");
	Erfa__Partner *partner;
	size_t i;

	trial->partners = room(build, count, sizeof(Erfa__Partner *));
	for (i = 0; i < count && build->err == ERR_NONE; i++) {
		partner = message(build, &erfa__partner__descriptor);
		if (partner == NULL)
			return;
		trial->partners[trial->n_partners++] = partner;
		put(build, &partner->name,
		    corpus_json_item(build->json, "partners", i));
		partner->has_type = 1;
		partner->type = ERFA__PARTNER_TYPE__PARTNER_TYPE_OTHER;
	}
}

static void
put_period(struct build *build, Erfa__Trial *trial)
{
	const char *start = corpus_json_text(build->json, "start");
	const char *end = corpus_json_text(build->json, "end");

	if (start == NULL && end == NULL)
		return;
	trial->period = message(build, &erfa__period__descriptor);
	if (trial->period == NULL)
		return;
	put(build, &trial->period->start, start);
	put(build, &trial->period->end, end);
}

/* What became of it: a new law, or why it went no further. */
static void
put_continuation(
    struct build *build, Erfa__Trial *trial, const struct status *status)
{
	const char *reason = corpus_json_text(build->json, "rejection_reason");
	Erfa__ContinuationCode code = status->continuation;

	/* The reason of a decision stands in the decision. */
	if (status->decision == ERFA__OUTCOME__OUTCOME_REJECTED)
		reason = NULL;
	if (code == ERFA__CONTINUATION_CODE__CONTINUATION_CODE_UNSET &&
	    reason != NULL)
		code = ERFA__CONTINUATION_CODE__CONTINUATION_CODE_DISCONTINUED;
	if (code == ERFA__CONTINUATION_CODE__CONTINUATION_CODE_UNSET)
		return;
	trial->continuation = message(build, &erfa__continuation__descriptor);
	if (trial->continuation == NULL)
		return;
	trial->continuation->has_code = 1;
	trial->continuation->code = code;
	put(build, &trial->continuation->text, reason);
}

static void
put_status(struct build *build, Erfa__Trial *trial, const struct status *status)
{
	put(build, &build->trial->envelope->reported_status,
	    corpus_json_text(build->json, "status"));
	trial->has_status = 1;
	trial->status = status->status;
	if (status->reason != ERFA__STOP_REASON__STOP_REASON_UNSET) {
		trial->has_status_reason = 1;
		trial->status_reason = status->reason;
	}
	put_continuation(build, trial, status);
}

static void
add_trial(struct build *build, const struct status *status)
{
	const struct corpus_json *json = build->json;
	Erfa__Trial *trial;

	if ((build->trial = begin_own(build, HEADER_TRIAL)) == NULL)
		return;
	trial = build->trial->trial;
	put(build, &trial->title, corpus_json_text(json, "title"));
	put(build, &trial->summary, corpus_json_text(json, "summary"));
	put(build, &trial->target_group,
	    corpus_json_text(json, "target_group"));
	put_sites(build, trial);
	put_sector(build, trial);
	put_approach(build, trial);
	put_purposes(build, trial);
	put_exemptions(build, trial);
	put_partners(build, trial);
	put_period(build, trial);
	put_status(build, trial, status);
	refer(build, &trial->programme, build->programme);
	refer(build, &trial->network, build->network);

	/* It came from somewhere, but from which record is not said. */
	if (corpus_json_text(json, "copied_from") != NULL) {
		trial->has_origin = 1;
		trial->origin = ERFA__ORIGIN__ORIGIN_UNKNOWN;
	}
}

/* ---- what else the line tells ------------------------------------------ */

static void
add_application(struct build *build, const struct status *status)
{
	Erfa__Application *application;
	Erfa__Body *body;

	if (status->application == ERFA__OUTCOME__OUTCOME_UNSET ||
	    (body = begin_own(build, HEADER_APPLICATION)) == NULL)
		return;
	application = body->application;
	application->has_outcome = 1;
	application->outcome = status->application;
	refer(build, &application->programme, build->programme);
	application->trials = room(build, 1, sizeof(Erfa__RecordRef *));
	if (application->trials == NULL)
		return;
	refer(build, &application->trials[0], build->trial);
	if (application->trials[0] != NULL)
		application->n_trials = 1;
}

static void
add_decision(struct build *build, const struct status *status)
{
	Erfa__Body *body;

	if (status->decision == ERFA__OUTCOME__OUTCOME_UNSET ||
	    (body = begin_own(build, HEADER_DECISION)) == NULL)
		return;
	refer(build, &body->decision->trial, build->trial);
	body->decision->has_outcome = 1;
	body->decision->outcome = status->decision;
	if (status->decision == ERFA__OUTCOME__OUTCOME_REJECTED)
		put(build, &body->decision->reason,
		    corpus_json_text(build->json, "rejection_reason"));
}

static void
put_number(struct build *build, size_t i, const char *key, char **field)
{
	if (build->err == ERR_NONE)
		build->err = corpus_json_number(
		    build->json, "measures", i, key, field);
}

static void
put_figures(struct build *build, Erfa__Experience *experience)
{
	const struct corpus_json *json = build->json;
	size_t count = corpus_json_count(json, "measures");
	Erfa__ReportedFigure *figure;
	size_t i;

	experience->reported_figures = room(
	    build, count, sizeof(Erfa__ReportedFigure *));
	for (i = 0; i < count && build->err == ERR_NONE; i++) {
		figure = message(build, &erfa__reported_figure__descriptor);
		if (figure == NULL)
			return;
		experience->reported_figures[i] = figure;
		experience->n_reported_figures = i + 1;
		put(build, &figure->indicator,
		    corpus_json_part(json, "measures", i, "indicator"));
		put(build, &figure->unit,
		    corpus_json_part(json, "measures", i, "unit"));
		put_number(build, i, "before", &figure->before);
		put_number(build, i, "after", &figure->after);
		put_number(build, i, "n", &figure->n);
		put(build, &figure->comparison,
		    corpus_json_part(json, "measures", i, "comparison"));
		put(build, &figure->note,
		    corpus_json_part(json, "measures", i, "note"));
	}
}

/* One experience, if the line tells of results, numbers or lessons. */
static void
add_experience(struct build *build, const struct status *status)
{
	Erfa__Experience *experience;
	Erfa__Body *body;

	if (corpus_json_count(build->json, "results") +
		corpus_json_count(build->json, "measures") +
		corpus_json_count(build->json, "lessons") ==
	    0)
		return;
	if ((body = begin_own(build, HEADER_EXPERIENCE)) == NULL)
		return;
	experience = body->experience;
	refer(build, &experience->trial, build->trial);
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
	put_list(
	    build, &experience->reported, &experience->n_reported, "results");
	put_list(
	    build, &experience->lessons, &experience->n_lessons, "lessons");
	put_figures(build, experience);
}

static void
add_adaptation(struct build *build)
{
	const char *from = corpus_json_text(build->json, "copied_from");
	Erfa__Body *body;

	if (from == NULL ||
	    (body = begin_own(build, HEADER_ADAPTATION)) == NULL)
		return;
	refer(build, &body->adaptation->to_trial, build->trial);
	put(build, &body->adaptation->from_text, from);
}

/* ---- the line ---------------------------------------------------------- */

/* The row for a status word; for null one that says nothing. */
static struct status
status_find(struct build *build)
{
	const char *word = corpus_json_text(build->json, "status");
	struct status none = { .status = ERFA__STATUS__STATUS_UNKNOWN };
	size_t i;

	if (word == NULL)
		return none;
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (strcmp(word, statuses[i].word) == 0)
			return statuses[i];
	}
	fault_word(build, "status", word,
	    "use applied, approved, rejected, running, ended, "
	    "made permanent in law, or null");
	return none;
}

/* Everything must be such as this node would write itself. */
static void
check_all(struct build *build)
{
	char text[BODY_FAULT_MAX];
	size_t i;

	for (i = 0; i < build->parts->count && build->err == ERR_NONE; i++) {
		if (body_check(build->parts->body[i], text) != ERR_NONE)
			fault(build, "%s: correct it", text);
	}
}

enum err
corpus_build(const struct corpus_table *table, const char *org,
    const struct corpus_json *json, struct corpus_parts *parts,
    char ret_fault[CORPUS_FAULT_MAX])
{
	struct build build = { .table = table,
		.org = org,
		.json = json,
		.parts = parts,
		.fault = ret_fault };
	const struct country *country = country_find(
	    corpus_json_text(json, "country"));
	struct status status;

	build.id = corpus_json_text(json, "id");
	if (country == NULL)
		fault_word(&build, "country", corpus_json_text(json, "country"),
		    "use DK, NO, SE, FI or IS");
	else
		build.country = country->id;
	status = status_find(&build);
	if (build.err == ERR_NONE)
		find_as_of(&build);

	add_programme(&build, corpus_json_text(json, "programme"));
	add_network(&build, corpus_json_text(json, "network"));
	add_trial(&build, &status);
	add_application(&build, &status);
	add_decision(&build, &status);
	add_experience(&build, &status);
	add_adaptation(&build);
	check_all(&build);
	if (build.err != ERR_NONE)
		corpus_parts_clear(parts);
	return build.err;
}

void
corpus_parts_clear(struct corpus_parts *parts)
{
	while (parts->count > 0)
		body_free(parts->body[--parts->count]);
}
