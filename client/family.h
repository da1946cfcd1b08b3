#ifndef ERFA_FAMILY_H
#define ERFA_FAMILY_H

/*
 * family - what a trial and all its copies measured: asked of erfad, described,
 * and set beside the pools that client/evidence makes of it.
 *
 * Functions that return an int return an exit code, all having been told.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/control.pb-c.h"
#include "proto/err.h"
#include "proto/report.pb-c.h"
#include "client/evidence_pool.h"

/* Opaque types. */
struct family;
struct run;

/**
 * family_ask(run, id, options, ret_family), family_free(family):
 * Ask for the family of the trial ${id}, as the options of the command say.
 * Municipalities without a name get that of the list of towns.  NULL may be
 * freed.
 */
int family_ask(struct run *run, const char *id,
    const struct evidence_options *options, struct family **ret_family);
void family_free(struct family *family);

/**
 * family_studies(family, ret_count):
 * The studies, as long as ${family} lives.
 */
Erfa__EvidenceStudy *const *family_studies(
    const struct family *family, size_t *ret_count);

/**
 * family_report(family, options, report):
 * Set beside the pools of ${report} what is known of the family: denominator,
 * grades and levels, verdicts, what is gone, and in words why something is left
 * out.  ${report} may be used as long as ${family} lives.  Return ERR_NOMEM.
 */
enum err family_report(struct family *family,
    const struct evidence_options *options,
    Erfa__EvidenceReport *report) MUST_CHECK;

/**
 * family_choose(run, family):
 * Tell which indicators there are to choose from, if there are too many to be
 * read one after the other; return whether they were told.
 */
bool family_choose(struct run *run, const struct family *family);

/**
 * family_tell_pool(run, pool), family_tell(run, report):
 * Print the grade of a pool, or all that stands below the pools, as far as it is
 * there.
 */
void family_tell_pool(struct run *run, const Erfa__EvidencePool *pool);
void family_tell(struct run *run, const Erfa__EvidenceReport *report);

#endif /* !ERFA_FAMILY_H */
