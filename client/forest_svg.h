#ifndef ERFA_FOREST_SVG_H
#define ERFA_FOREST_SVG_H

/*
 * forest_svg - the same forest plots as a picture: SVG without script, style
 * sheet or font from elsewhere, with its text as text.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/report.pb-c.h"

/**
 * forest_svg(report, ret_text):
 * Draw all pools of ${report} below each other.  Title and description state
 * the result in words, for those who do not see it.  Foreign text is escaped:
 * it can neither end an element nor turn what follows it round.  The caller
 * frees *${ret_text}.  Return ERR_NOMEM.
 */
enum err forest_svg(
    const Erfa__EvidenceReport *report, char **ret_text) MUST_CHECK;

#endif /* !ERFA_FOREST_SVG_H */
