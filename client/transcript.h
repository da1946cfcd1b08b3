#ifndef ERFA_TRANSCRIPT_H
#define ERFA_TRANSCRIPT_H

/*
 * transcript - begin a transcribed record: its identity and its envelope, out of
 * the line of an import file that tells of it.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/body.h"
#include "client/step.h"

/**
 * transcript_start(step):
 * After table, org, json and parts have been set: find the country, the id and
 * the newest year of the line.  An unknown country is a failure.
 */
void transcript_start(struct step *step);

/**
 * transcript_list(step, field, count, key):
 * Set ${field} and ${count} to copies of the list of texts at ${key}.
 */
void transcript_list(
    struct step *step, char ***field, size_t *count, const char *key);

/**
 * transcript_begin(step, kind):
 * Add a record of ${kind} that is the line's own, with its id, language,
 * sources and date, and lend it; NULL after a failure.
 */
Erfa__Body *transcript_begin(struct step *step, uint32_t kind);

/**
 * transcript_shared(step, kind, folded):
 * Add a record of ${kind} that several lines may tell of, found by the country
 * and the folded name, and lend it; NULL after a failure.  Its bytes must not
 * depend on which line tells of it first, so that it carries no sources; the
 * trials that name it carry them.
 */
Erfa__Body *transcript_shared(
    struct step *step, uint32_t kind, const char *folded);

#endif /* !ERFA_TRANSCRIPT_H */
