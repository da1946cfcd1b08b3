#include "client/transcript.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/header.h"
#include "proto/record.h"
#include "client/corpus_json.h"
#include "client/speech.h"

/* The countries whose trials can be imported. */
static const struct step_country countries[] = {
	{ "DK", "dk", "da", 3 },
	{ "NO", "no", "nb", 4 },
	{ "SE", "se", "sv", 4 },
	{ "FI", "fi", "fi", 3 },
	{ "IS", "is", "is", 4 },
};

/* The year of source ${i}; false where the file has null. */
static bool
source_year(struct step *step, size_t i, int32_t *ret_year)
{
	char *text = NULL;
	bool known;

	if (step->err != ERR_NONE)
		return false;
	step->err = corpus_json_number(step->json, "sources", i, "year", &text);
	known = text != NULL;
	if (known)
		*ret_year = (int32_t)strtol(text, NULL, 10);
	free(text);
	return known;
}

/* The newest year that a source has is when the line was true. */
static void
find_as_of(struct step *step)
{
	size_t count = corpus_json_count(step->json, "sources");
	int32_t newest = 0;
	int32_t year = 0;
	size_t i;

	for (i = 0; i < count && step->err == ERR_NONE; i++) {
		if (source_year(step, i, &year) && year > newest)
			newest = year;
	}
	if (newest > 0)
		(void)snprintf(
		    step->as_of, sizeof(step->as_of), "%04d", newest);
}

static void
put_sources(struct step *step, Erfa__Envelope *envelope)
{
	const struct corpus_json *json = step->json;
	size_t count = corpus_json_count(json, "sources");
	Erfa__Source *source;
	size_t i;

	envelope->sources = step_room(step, count, sizeof(Erfa__Source *));
	for (i = 0; i < count && step->err == ERR_NONE; i++) {
		source = step_message(step, &erfa__source__descriptor);
		if (source == NULL)
			return;
		envelope->sources[envelope->n_sources++] = source;
		step_put(step, &source->title,
		    corpus_json_part(json, "sources", i, "title"));
		step_put(step, &source->url,
		    corpus_json_part(json, "sources", i, "url"));
		source->has_year = source_year(step, i, &source->year);
	}
}

/* Begin a record of ${kind}; NULL after a failure. */
static Erfa__Body *
begin(struct step *step, uint32_t kind, const char *external_id,
    const char *language)
{
	uint8_t record[RECORD_LEN];
	char id[RECORD_ID_CHARS + 1];
	Erfa__Envelope *envelope;
	Erfa__Body *body = NULL;

	if (step->err != ERR_NONE ||
	    (step->err = body_new(kind, &body)) != ERR_NONE)
		return NULL;
	step->parts->body[step->parts->count++] = body;
	record_import(header_kind_name(kind), external_id, record);
	record_print(step->org, record, RECORD_CHARS, id);

	envelope = body->envelope;
	step_put(step, &envelope->id, id);
	step_put(step, &envelope->publisher, step->org);
	step_put(step, &envelope->external_id, external_id);
	step_put(step, &envelope->language, language);
	envelope->has_major = envelope->has_minor = 1;
	envelope->major = 1;
	envelope->has_visibility = 1;
	envelope->visibility = ERFA__VISIBILITY__VISIBILITY_PUBLIC;
	envelope->has_transcribed = 1;
	envelope->transcribed = 1;
	return body;
}

Erfa__Body *
transcript_begin(struct step *step, uint32_t kind)
{
	Erfa__Body *body = begin(
	    step, kind, step->id, corpus_json_text(step->json, "language"));

	if (body == NULL)
		return NULL;
	if (step->as_of[0] != '\0')
		step_put(step, &body->envelope->as_of, step->as_of);
	put_sources(step, body->envelope);
	return step->err == ERR_NONE ? body : NULL;
}

Erfa__Body *
transcript_shared(struct step *step, uint32_t kind, const char *folded)
{
	Erfa__Body *body = NULL;
	char *id = NULL;

	if (step->err != ERR_NONE)
		return NULL;
	if (asprintf(&id, "%s:%s", step->country->id, folded) < 0) {
		step->err = ERR_NOMEM;
		return NULL;
	}
	body = begin(step, kind, id, step->country->language);
	free(id);
	return body;
}

void
transcript_list(
    struct step *step, char ***field, size_t *count, const char *key)
{
	size_t items = corpus_json_count(step->json, key);

	if ((*field = step_room(step, items, sizeof(char *))) == NULL)
		return;
	for (*count = 0; *count < items && step->err == ERR_NONE; ++*count)
		step_put(step, &(*field)[*count],
		    corpus_json_item(step->json, key, *count));
}

void
transcript_start(struct step *step)
{
	const char *name = corpus_json_text(step->json, "country");
	size_t i;

	step->id = corpus_json_text(step->json, "id");
	find_as_of(step);
	for (i = 0; i < sizeof(countries) / sizeof(countries[0]); i++) {
		if (strcmp(name, countries[i].name) == 0)
			step->country = &countries[i];
	}
	if (step->country == NULL)
		step_fault_word(
		    step, "country", name, N_("use DK, NO, SE, FI or IS"));
}
