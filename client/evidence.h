#ifndef ERFA_EVIDENCE_H
#define ERFA_EVIDENCE_H

/*
 * evidence - from what municipalities measured to what it comes to together.
 *
 * Takes studies, from a lineage or a table, and makes the report that plots,
 * pictures and tables show.  Effects and pools are computed by proto/effect and
 * proto/meta; here is decided what is pooled with what.  With comparison and
 * before/after are never mixed, nor are indicators or kinds of measure.  Nothing
 * here prints, and nothing depends on the order of the studies but the order in
 * which they are listed: by their line, year, name and bytes.
 */

#include <stddef.h>

#include "proto/control.pb-c.h"
#include "proto/err.h"
#include "proto/report.pb-c.h"
#include "client/evidence_pool.h"

/* Opaque types. */
struct evidence;

/**
 * evidence_new(studies, count, options, ret_evidence):
 * Pool ${count} ${studies}, which are borrowed until evidence_free() and not
 * changed.  Return ERR_LIMIT if there are more than META_MAX, or ERR_NOMEM.
 */
enum err evidence_new(Erfa__EvidenceStudy *const *studies, size_t count,
    const struct evidence_options *options,
    struct evidence **ret_evidence) MUST_CHECK;

/**
 * evidence_free(evidence):
 * Free it with its report.  Does nothing for NULL.
 */
void evidence_free(struct evidence *evidence);

/**
 * evidence_report(evidence):
 * The report, which lives as long as ${evidence}.  Who calls may set trial,
 * root, title and table, lending texts, and change the denominator, in which
 * measured and poolable are set.
 */
Erfa__EvidenceReport *evidence_report(struct evidence *evidence);

/**
 * evidence_banner_text(code):
 * The English sentence of a banner or of an assumption that is no flag of
 * proto/effect, without its full stop; "" if there is none.
 */
const char *evidence_banner_text(const char *code);

/**
 * evidence_flag_text(code):
 * The English sentence of an assumption.
 */
const char *evidence_flag_text(const char *code);

#endif /* !ERFA_EVIDENCE_H */
