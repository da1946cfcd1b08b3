#ifndef ERFA_EVIDENCE_CSV_H
#define ERFA_EVIDENCE_CSV_H

/*
 * evidence_csv - a report as a table: a row a study, and one for every pooled
 * effect.
 */

#include "proto/err.h"
#include "proto/report.pb-c.h"

/**
 * evidence_csv(report, ret_text):
 * Write ${report} as CSV (RFC 4180, UTF-8, point as decimal mark), its numbers as
 * in JSON.  Foreign text that a spreadsheet would take for a formula begins with
 * an apostrophe.  The caller frees *${ret_text}.  Return ERR_NOMEM.
 */
enum err evidence_csv(
    const Erfa__EvidenceReport *report, char **ret_text) MUST_CHECK;

#endif /* !ERFA_EVIDENCE_CSV_H */
