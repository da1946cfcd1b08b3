#ifndef ERFAD_DOCKET_H
#define ERFAD_DOCKET_H

/*
 * docket - all that lies on the table when a trial is judged (proto/life.h).
 *
 * It holds what others have read: which records belong here, query knows.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/body.h"
#include "proto/err.h"
#include "proto/life_case.h"
#include "proto/limits.h"

/* Opaque types. */
struct docket;
struct heirs;

#define DOCKET_MAX 2000 /* bodies of each list; further ones are left out */

/* A record that is about to be published. */
struct docket_more {
	uint8_t record[RECORD_LEN];
	const Erfa__Body *body; /* its envelope tells id and publisher */
};

/* A trial to be judged; all is borrowed. */
struct docket_trial {
	const char *org; /* whose it is */
	const uint8_t *record;
	const Erfa__Body *body;         /* its envelope may say anything */
	const char *own_org;            /* publishes ${more}; "" = nobody */
	const char *today;              /* to judge by; NULL = the clock's */
	const struct heirs *heirs;      /* NULL = none */
	const struct docket_more *more; /* looked at as if they were here */
	size_t nmore;
};

enum docket_list {
	DOCKET_DECISIONS,
	DOCKET_EXPERIENCES,
	DOCKET_ORIGINS,
	DOCKET_LISTS
};

/**
 * docket_new(trial, ret_docket), docket_free(docket):
 * A docket with the trial alone, by its day.  The body must live as long.  NULL
 * may be freed.  Return ERR_NOMEM.
 */
enum err docket_new(
    const struct docket_trial *trial, struct docket **ret_docket) MUST_CHECK;
void docket_free(struct docket *docket);

/**
 * docket_case(docket):
 * What life_check() takes; lent until the docket changes.
 */
const struct life_case *docket_case(const struct docket *docket);

/**
 * docket_keep(docket, org, record, body_p):
 * Take *${body_p} over, set it to NULL and free it with the docket; its
 * envelope tells from now on who published it as which record.  Return
 * ERR_NOMEM, having freed it.
 */
enum err docket_keep(struct docket *docket, const char *org,
    const uint8_t record[RECORD_LEN], Erfa__Body **body_p) MUST_CHECK;

/**
 * docket_add(docket, list, body), docket_programme(docket, body):
 * Put a body, which lives as long as the docket, into a list; say which
 * programme the trial runs under (NULL, or another kind of record: none).
 * Return ERR_NOMEM.
 */
enum err docket_add(struct docket *docket, enum docket_list list,
    const Erfa__Body *body) MUST_CHECK;
void docket_programme(struct docket *docket, const Erfa__Body *body);

/**
 * docket_is_about(docket, ref):
 * Whether ${ref}, which may be NULL, names the trial.
 */
bool docket_is_about(const struct docket *docket, const Erfa__RecordRef *ref);

/**
 * docket_may_speak(docket, org):
 * Whether decisions of ${org} can be heard: it publishes the trial or is an
 * authority that the trial names, or speaks for one of them.  Nobody else can
 * make a case long.
 */
bool docket_may_speak(const struct docket *docket, const char *org);

/**
 * docket_hears(heirs, publisher, trial, org):
 * The same for the body of a trial of ${publisher}, without a docket.  NULL
 * ${heirs} are none; of a ${trial} of NULL the publisher alone is heard.
 */
bool docket_hears(const struct heirs *heirs, const char *publisher,
    const Erfa__Trial *trial, const char *org);

/**
 * docket_find_more(trial, org, record):
 * What is about to be published as this record, or NULL.
 */
const Erfa__Body *docket_find_more(const struct docket_trial *trial,
    const char *org, const uint8_t record[RECORD_LEN]);

/**
 * docket_today(out):
 * The day that trials are judged by: "2026-01-31", here.
 */
void docket_today(char out[16]);

#endif /* !ERFAD_DOCKET_H */
