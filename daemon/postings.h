#ifndef ERFAD_POSTINGS_H
#define ERFAD_POSTINGS_H

/*
 * postings - which word stands in which document, in one table of the index.
 *
 * Documents are numbers.  A row holds a word's documents of one batch: key word,
 * NUL, first document (big-endian); value 5 bytes a document (its number,
 * little-endian, and where the word stands).  Batches keep a catch-up from
 * writing a row for every word of every document.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

/* Opaque types. */
struct db_txn;
struct postings; /* a batch not yet written */
struct words;

/**
 * postings_new(ret_postings), postings_free(postings):
 * An empty batch.  NULL may be freed.
 */
enum err postings_new(struct postings **ret_postings) MUST_CHECK;
void postings_free(struct postings *postings);

/**
 * postings_add(postings, doc, words):
 * Add the words of ${doc} to the batch.  Return ERR_NOMEM.
 */
enum err postings_add(
    struct postings *postings, uint32_t doc, struct words *words) MUST_CHECK;

/**
 * postings_count(postings):
 * How many pairs of word and document wait in the batch.
 */
size_t postings_count(const struct postings *postings);

/**
 * postings_write(postings, txn, table):
 * Write the batch and empty it.  Errors are those of db_put().
 */
enum err postings_write(
    struct postings *postings, struct db_txn *txn, unsigned table) MUST_CHECK;

/**
 * postings_each(txn, table, stem, each, context):
 * Call ${each} for every document and every word that begins with ${stem}.
 */
enum err postings_each(struct db_txn *txn, unsigned table, const char *stem,
    void (*each)(void *context, uint32_t doc, const char *word, uint8_t where),
    void *context) MUST_CHECK;

/**
 * postings_remove(txn, table, doc):
 * Take ${doc} out of every row.  This reads the whole table.
 */
enum err postings_remove(
    struct db_txn *txn, unsigned table, uint32_t doc) MUST_CHECK;

#endif /* !ERFAD_POSTINGS_H */
