#include "daemon/docket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/answer.h"
#include "proto/heirs.h"
#include "proto/record.h"

/* A list of bodies. */
struct bodies {
	const Erfa__Body **at;
	size_t count;
};

struct docket {
	struct life_case it;
	Erfa__Body trial; /* as given, in an envelope that is true */
	Erfa__Envelope envelope;
	char id[RECORD_ID_CHARS + 1];
	char org[ORG_MAX + 1];
	char today[16];
	struct bodies lists[DOCKET_LISTS];
	struct bodies kept; /* to be freed */
};

void
docket_today(char out[16])
{
	time_t now = time(NULL);
	struct tm tm;

	out[0] = '\0';
	if (localtime_r(&now, &tm) != NULL)
		(void)strftime(out, 16, "%Y-%m-%d", &tm);
}

enum err
docket_new(const struct docket_trial *trial, struct docket **ret_docket)
{
	struct docket *docket = calloc(1, sizeof(*docket));

	if (docket == NULL)
		return ERR_NOMEM;
	record_print(trial->org, trial->record, RECORD_CHARS, docket->id);
	(void)strncat(docket->org, trial->org, ORG_MAX);
	docket_today(docket->today);
	if (trial->today != NULL)
		(void)snprintf(
		    docket->today, sizeof(docket->today), "%s", trial->today);
	docket->it.heirs = trial->heirs;
	erfa__envelope__init(&docket->envelope);
	if (trial->body->envelope != NULL)
		docket->envelope = *trial->body->envelope;
	docket->envelope.id = docket->id;
	docket->envelope.publisher = docket->org;
	docket->trial = *trial->body;
	docket->trial.envelope = &docket->envelope;
	docket->it.today = docket->today;
	docket->it.trial = &docket->trial;
	*ret_docket = docket;
	return ERR_NONE;
}

void
docket_free(struct docket *docket)
{
	size_t i;

	if (docket == NULL)
		return;
	for (i = 0; i < docket->kept.count; i++)
		body_free((Erfa__Body *)(uintptr_t)docket->kept.at[i]);
	free(docket->kept.at);
	for (i = 0; i < DOCKET_LISTS; i++)
		free(docket->lists[i].at);
	free(docket);
}

const struct life_case *
docket_case(const struct docket *docket)
{
	return &docket->it;
}

/* ---- bodies ---- */

static enum err
add(struct bodies *bodies, const Erfa__Body *body)
{
	enum err err;

	err = answer_room(&bodies->at, bodies->count, sizeof(void *));
	if (err == ERR_NONE)
		bodies->at[bodies->count++] = body;
	return err;
}

/* Let the envelope of ${body} tell what is true. */
static enum err
make_true(Erfa__Body *body, const char *org, const uint8_t *record)
{
	char id[RECORD_ID_CHARS + 1];
	enum err err;

	if (body->envelope == NULL) {
		body->envelope = calloc(1, sizeof(*body->envelope));
		if (body->envelope == NULL)
			return ERR_NOMEM;
		erfa__envelope__init(body->envelope);
	}
	record_print(org, record, RECORD_CHARS, id);
	if ((err = answer_text(&body->envelope->id, id)) != ERR_NONE)
		return err;
	return answer_text(&body->envelope->publisher, org);
}

enum err
docket_keep(struct docket *docket, const char *org,
    const uint8_t record[RECORD_LEN], Erfa__Body **body_p)
{
	Erfa__Body *body = *body_p;
	enum err err;

	*body_p = NULL;
	err = make_true(body, org, record);
	if (err == ERR_NONE)
		err = add(&docket->kept, body);
	if (err != ERR_NONE)
		body_free(body);
	return err;
}

enum err
docket_add(struct docket *docket, enum docket_list list, const Erfa__Body *body)
{
	struct bodies *bodies = &docket->lists[list];
	struct life_case *it = &docket->it;
	enum err err;

	if (bodies->count >= DOCKET_MAX)
		return ERR_NONE;
	if ((err = add(bodies, body)) != ERR_NONE)
		return err;
	it->decisions = docket->lists[DOCKET_DECISIONS].at;
	it->ndecisions = docket->lists[DOCKET_DECISIONS].count;
	it->experiences = docket->lists[DOCKET_EXPERIENCES].at;
	it->nexperiences = docket->lists[DOCKET_EXPERIENCES].count;
	it->origins = docket->lists[DOCKET_ORIGINS].at;
	it->norigins = docket->lists[DOCKET_ORIGINS].count;
	return ERR_NONE;
}

void
docket_programme(struct docket *docket, const Erfa__Body *body)
{
	docket->it.programme = body != NULL &&
		body->record_case == ERFA__BODY__RECORD_PROGRAMME ?
	    body :
	    NULL;
}

/* ---- what belongs on it ---- */

bool
docket_is_about(const struct docket *docket, const Erfa__RecordRef *ref)
{
	return ref != NULL && ref->id != NULL &&
	    strcmp(ref->id, docket->id) == 0;
}

bool
docket_hears(const struct heirs *heirs, const char *publisher,
    const Erfa__Trial *trial, const char *org)
{
	const Erfa__Exemption *exemption;
	size_t i;
	size_t j;

	if (heirs_speaks(heirs, org, publisher))
		return true;
	for (i = 0; trial != NULL && i < trial->n_exemptions; i++) {
		exemption = trial->exemptions[i];
		for (j = 0; j < exemption->n_authorities; j++) {
			if (exemption->authorities[j]->id != NULL &&
			    heirs_speaks(
				heirs, org, exemption->authorities[j]->id))
				return true;
		}
	}
	return false;
}

bool
docket_may_speak(const struct docket *docket, const char *org)
{
	return docket_hears(
	    docket->it.heirs, docket->org, docket->trial.trial, org);
}

const Erfa__Body *
docket_find_more(const struct docket_trial *trial, const char *org,
    const uint8_t record[RECORD_LEN])
{
	size_t i;

	if (strcmp(org, trial->own_org) != 0)
		return NULL;
	for (i = 0; i < trial->nmore; i++)
		if (memcmp(record, trial->more[i].record, RECORD_LEN) == 0)
			return trial->more[i].body;
	return NULL;
}
