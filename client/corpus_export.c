#include "client/corpus_export.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/header.h"

static const char *const approaches[] = { "legal", "pedagogical",
	"organisational", "economic" };

/* The records of one line; NULL where there is none. */
struct parts {
	const Erfa__Envelope *envelope; /* of the trial */
	const Erfa__Trial *trial;
	const Erfa__Programme *programme;
	const Erfa__Network *network;
	const Erfa__Decision *decision;
	const Erfa__Experience *experience;
	const Erfa__Adaptation *adaptation;
};

/* ---- JSON text --------------------------------------------------------- */

/* Write a string, or null for NULL. */
static void
put_string(FILE *out, const char *text)
{
	static const char named[] = "\"\\\b\f\n\r\t";
	static const char names[] = "\"\\bfnrt";
	const char *at;

	if (text == NULL) {
		(void)fputs("null", out);
		return;
	}
	(void)putc('"', out);
	for (; *text != '\0'; text++) {
		if ((at = strchr(named, *text)) != NULL)
			(void)fprintf(out, "\\%c", names[at - named]);
		else if ((unsigned char)*text < 0x20)
			(void)fprintf(out, "\\u%04x", (unsigned)*text);
		else
			(void)putc(*text, out);
	}
	(void)putc('"', out);
}

/* Whether ${text} is a number as JSON has it. */
static bool
is_number(const char *text)
{
	static const char digits[] = "0123456789";
	size_t whole;

	text += *text == '-';
	whole = strspn(text, digits);
	if (whole == 0 || (whole > 1 && *text == '0'))
		return false;
	text += whole;
	if (*text == '.') {
		text++;
		if ((whole = strspn(text, digits)) == 0)
			return false;
		text += whole;
	}
	if (*text == 'e' || *text == 'E') {
		text++;
		text += *text == '-' || *text == '+';
		if ((whole = strspn(text, digits)) == 0)
			return false;
		text += whole;
	}
	return *text == '\0';
}

/* Write a number that was kept as text; another node may have put a word. */
static void
put_number(FILE *out, const char *text)
{
	if (text != NULL && is_number(text))
		(void)fputs(text, out);
	else
		put_string(out, text);
}

/* Begin the value of a key that is not the first. */
static void
put_key(FILE *out, const char *key)
{
	(void)fprintf(out, ", \"%s\": ", key);
}

static void
put_pair(FILE *out, const char *key, const char *text)
{
	put_key(out, key);
	put_string(out, text);
}

/* What stands before element ${i} of a list. */
static void
put_comma(FILE *out, size_t i)
{
	if (i > 0)
		(void)fputs(", ", out);
}

static void
put_list(FILE *out, const char *key, char *const *items, size_t count)
{
	size_t i;

	put_key(out, key);
	(void)putc('[', out);
	for (i = 0; i < count; i++) {
		put_comma(out, i);
		put_string(out, items[i]);
	}
	(void)putc(']', out);
}

/* ---- the keys ---------------------------------------------------------- */

/* The country of a trial is the one its sites are in. */
static void
put_country(FILE *out, const Erfa__Trial *trial)
{
	const char *id = trial->sites[0]->id;

	(void)fprintf(out, ", \"country\": \"%c%c\"",
	    toupper((unsigned char)id[0]), toupper((unsigned char)id[1]));
}

/* The code, if the line gave one and it was not found by the name. */
static void
put_code(FILE *out, const Erfa__Trial *trial)
{
	const Erfa__OrgRef *site = trial->sites[0];
	bool given = trial->n_sites == 1 &&
	    !(site->has_id_from_name && site->id_from_name);

	put_pair(out, "municipality_code", given ? site->id + 3 : NULL);
}

static void
put_rules(FILE *out, const Erfa__Trial *trial)
{
	size_t i;

	put_key(out, "rules_waived");
	(void)putc('[', out);
	for (i = 0; i < trial->n_exemptions; i++) {
		put_comma(out, i);
		put_string(out, trial->exemptions[i]->provision);
	}
	(void)putc(']', out);
}

static void
put_approach(FILE *out, const Erfa__Trial *trial)
{
	size_t count = sizeof(approaches) / sizeof(approaches[0]);
	size_t number = trial->n_approach == 0 ? 0 : (size_t)trial->approach[0];

	put_pair(out, "approach",
	    number == 0 || number > count ? NULL : approaches[number - 1]);
}

/* Of a rejected trial the decision's, of another why it went no further. */
static void
put_reason(FILE *out, const struct parts *parts)
{
	const Erfa__Continuation *continuation = parts->trial->continuation;
	const char *reason = NULL;

	if (parts->decision != NULL && parts->decision->reason != NULL)
		reason = parts->decision->reason;
	else if (continuation != NULL)
		reason = continuation->text;
	put_pair(out, "rejection_reason", reason);
}

static void
put_partners(FILE *out, const Erfa__Trial *trial)
{
	size_t i;

	put_key(out, "partners");
	(void)putc('[', out);
	for (i = 0; i < trial->n_partners; i++) {
		put_comma(out, i);
		put_string(out, trial->partners[i]->name);
	}
	(void)putc(']', out);
}

static void
put_figure(FILE *out, const Erfa__ReportedFigure *figure)
{
	(void)fputs("{\"indicator\": ", out);
	put_string(out, figure->indicator);
	put_pair(out, "unit", figure->unit);
	put_key(out, "before");
	put_number(out, figure->before);
	put_key(out, "after");
	put_number(out, figure->after);
	put_key(out, "n");
	put_number(out, figure->n);
	put_pair(out, "comparison", figure->comparison);
	put_pair(out, "note", figure->note);
	(void)putc('}', out);
}

static void
put_experience(FILE *out, const Erfa__Experience *experience)
{
	Erfa__Experience nothing = ERFA__EXPERIENCE__INIT;
	size_t i;

	if (experience == NULL)
		experience = &nothing;
	put_list(out, "results", experience->reported, experience->n_reported);
	put_key(out, "measures");
	(void)putc('[', out);
	for (i = 0; i < experience->n_reported_figures; i++) {
		put_comma(out, i);
		put_figure(out, experience->reported_figures[i]);
	}
	(void)putc(']', out);
	put_list(out, "lessons", experience->lessons, experience->n_lessons);
}

static void
put_sources(FILE *out, const Erfa__Envelope *envelope)
{
	const Erfa__Source *source;
	size_t i;

	put_key(out, "sources");
	(void)putc('[', out);
	for (i = 0; i < envelope->n_sources; i++) {
		source = envelope->sources[i];
		put_comma(out, i);
		(void)fputs("{\"title\": ", out);
		put_string(out, source->title);
		put_pair(out, "url", source->url);
		put_key(out, "year");
		if (source->has_year)
			(void)fprintf(out, "%d", source->year);
		else
			(void)fputs("null", out);
		(void)putc('}', out);
	}
	(void)putc(']', out);
}

/* The whole line, key by key. */
static void
put_line(FILE *out, const struct parts *parts)
{
	const Erfa__Trial *trial = parts->trial;
	const Erfa__Period *period = trial->period;

	(void)fputs("{\"id\": ", out);
	put_string(out, parts->envelope->external_id);
	put_country(out, trial);
	put_pair(out, "municipality", trial->sites_text);
	put_code(out, trial);
	put_pair(out, "programme",
	    parts->programme == NULL ? NULL : parts->programme->name);
	put_pair(out, "network",
	    parts->network == NULL ? NULL : parts->network->name);
	put_pair(out, "sector", parts->envelope->reported_sector);
	put_pair(out, "language", parts->envelope->language);
	put_pair(out, "title", trial->title);
	put_pair(out, "summary", trial->summary);
	put_rules(out, trial);
	put_list(out, "purposes", trial->keywords, trial->n_keywords);
	put_approach(out, trial);
	put_pair(out, "status", parts->envelope->reported_status);
	put_reason(out, parts);
	put_pair(out, "start", period == NULL ? NULL : period->start);
	put_pair(out, "end", period == NULL ? NULL : period->end);
	put_partners(out, trial);
	put_pair(out, "target_group", trial->target_group);
	put_experience(out, parts->experience);
	put_pair(out, "copied_from",
	    parts->adaptation == NULL ? NULL : parts->adaptation->from_text);
	put_sources(out, parts->envelope);
	(void)putc('}', out);
}

/* ---- the records ------------------------------------------------------- */

static bool
refers(const Erfa__RecordRef *ref, const Erfa__Body *body)
{
	return ref != NULL && ref->id != NULL && body->envelope != NULL &&
	    body->envelope->id != NULL &&
	    strcmp(ref->id, body->envelope->id) == 0;
}

/* Whether ${body} is of the same line as the trial. */
static bool
is_of_line(const struct parts *parts, const Erfa__Body *body)
{
	return body->envelope != NULL && body->envelope->external_id != NULL &&
	    strcmp(body->envelope->external_id, parts->envelope->external_id) ==
	    0;
}

/* Put ${body} where it belongs, if it belongs to the trial at all. */
static void
part_take(struct parts *parts, const Erfa__Body *body)
{
	uint32_t kind = body_kind(body);

	if (kind == HEADER_PROGRAMME && refers(parts->trial->programme, body))
		parts->programme = body->programme;
	else if (kind == HEADER_NETWORK && refers(parts->trial->network, body))
		parts->network = body->network;
	else if (kind == HEADER_DECISION && is_of_line(parts, body))
		parts->decision = body->decision;
	else if (kind == HEADER_EXPERIENCE && is_of_line(parts, body))
		parts->experience = body->experience;
	else if (kind == HEADER_ADAPTATION && is_of_line(parts, body))
		parts->adaptation = body->adaptation;
}

/* Nothing that came from elsewhere is written unless it is in good form. */
static enum err
check_all(const Erfa__Body *const *bodies, size_t count)
{
	char fault[BODY_FAULT_MAX];
	size_t i;

	for (i = 0; i < count; i++) {
		if (body_check(bodies[i], fault) != ERR_NONE)
			return ERR_SYNTAX;
	}
	return ERR_NONE;
}

/* Find the trial; ERR_SYNTAX if it lacks what every import sets. */
static enum err
trial_find(
    const Erfa__Body *const *bodies, size_t count, struct parts *ret_parts)
{
	const Erfa__Envelope *envelope;
	const Erfa__Trial *trial;
	size_t i;

	i = 0;
	while (i < count && body_kind(bodies[i]) != HEADER_TRIAL)
		i++;
	if (i == count)
		return ERR_NOENT;
	envelope = bodies[i]->envelope;
	trial = bodies[i]->trial;
	if (envelope == NULL || !envelope->has_transcribed ||
	    !envelope->transcribed || envelope->external_id == NULL ||
	    trial->n_sites == 0 || trial->sites[0]->id == NULL ||
	    strlen(trial->sites[0]->id) < 4)
		return ERR_SYNTAX;
	ret_parts->envelope = envelope;
	ret_parts->trial = trial;
	return ERR_NONE;
}

enum err
corpus_export(const Erfa__Body *const *bodies, size_t count, char **ret_line)
{
	struct parts parts = { .trial = NULL };
	char *line = NULL;
	size_t len = 0;
	bool failed;
	FILE *out;
	enum err err;
	size_t i;

	if ((err = check_all(bodies, count)) != ERR_NONE ||
	    (err = trial_find(bodies, count, &parts)) != ERR_NONE)
		return err;
	for (i = 0; i < count; i++)
		part_take(&parts, bodies[i]);
	if ((out = open_memstream(&line, &len)) == NULL)
		return ERR_NOMEM;
	put_line(out, &parts);
	failed = ferror(out) != 0;
	if (fclose(out) != 0 || failed) {
		free(line);
		return ERR_NOMEM;
	}
	*ret_line = line;
	return ERR_NONE;
}
