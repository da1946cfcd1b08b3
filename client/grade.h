#ifndef ERFA_GRADE_H
#define ERFA_GRADE_H

/*
 * grade - how far the evidence of a family reaches: Nesta's level, derived, and
 * what GRADE would start a discussion with.
 *
 * Both are computed with every step shown.  Nothing here is a judgement; that a
 * person makes.  What was measured before and after alone is never called more
 * than low.
 */

#include "proto/control.pb-c.h"
#include "proto/err.h"
#include "proto/report.pb-c.h"

/* Opaque types. */
struct arena;

/**
 * grade_pools(arena, answer, report):
 * Give every pool of ${report} that has an effect its grade, by what ${answer}
 * says of the family.  Memory comes from ${arena}.  Return ERR_NOMEM.
 */
enum err grade_pools(struct arena *arena, const Erfa__EvidenceAnswer *answer,
    const Erfa__EvidenceReport *report) MUST_CHECK;

/**
 * grade_nesta(arena, answer, report, ret_nesta):
 * The level of the family; ${report} holds all its pools.  Return ERR_NOMEM.
 */
enum err grade_nesta(struct arena *arena, const Erfa__EvidenceAnswer *answer,
    const Erfa__EvidenceReport *report,
    Erfa__EvidenceNesta **ret_nesta) MUST_CHECK;

#endif /* !ERFA_GRADE_H */
