#ifndef ERFA_EVIDENCE_TABLE_H
#define ERFA_EVIDENCE_TABLE_H

/*
 * evidence_table - studies from a table that somebody made elsewhere, so that
 * they can check our pool against their own software.
 *
 * One row a study, the names of the columns in the first row, in any order; the
 * names that metafor uses for the same are known too.  What cannot be read is a
 * fault with its line and column; what can be read but gives no effect is
 * proto/effect's to refuse.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/control.pb-c.h"
#include "proto/effect.h"
#include "proto/err.h"
#include "client/corpus.h"

/* Opaque types. */
struct evidence_table;

/**
 * evidence_table_read(text, len, measure, ret_table):
 * Read the ${len} bytes at ${text}.  ${measure} is that of ready-made effects of
 * which no column says it; EFFECT_ANY = unknown.  A table with faults is read as
 * well: look at evidence_table_faults().  Free with evidence_table_free().
 * Return ERR_SIZE or ERR_NOMEM.
 */
enum err evidence_table_read(const char *text, size_t len,
    enum effect_measure measure, struct evidence_table **ret_table) MUST_CHECK;

/**
 * evidence_table_free(table):
 * Does nothing for NULL.
 */
void evidence_table_free(struct evidence_table *table);

/**
 * evidence_table_studies(table, ret_count):
 * The studies, in the order of their lines; they live as long as ${table}.
 */
Erfa__EvidenceStudy *const *evidence_table_studies(
    const struct evidence_table *table, size_t *ret_count);

/**
 * evidence_table_faults(table, ret_count, ret_all):
 * The first ${ret_count} of ${ret_all} faults, which live as long as ${table}.
 */
const struct corpus_fault *evidence_table_faults(
    const struct evidence_table *table, size_t *ret_count, size_t *ret_all);

/**
 * evidence_table_unused(table):
 * The names of columns that mean nothing here, with commas; "" if there are
 * none.  It lives as long as ${table}.
 */
const char *evidence_table_unused(const struct evidence_table *table);

#endif /* !ERFA_EVIDENCE_TABLE_H */
