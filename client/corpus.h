#ifndef ERFA_CORPUS_H
#define ERFA_CORPUS_H

/*
 * corpus - import files: one JSON object a line that says what a source says
 * about somebody's trial, taken apart into records.
 *
 * What becomes of each key stands in tests/corpus/MAPPING.md.  The records are
 * transcribed: nothing missing is filled in, and their bytes depend on the line,
 * the organisation and the tables alone.  This module reads; it publishes
 * nothing.  corpus_export is the way back.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/body.h"
#include "proto/err.h"
#include "proto/limits.h"
#include "client/corpus_json.h"

#define CORPUS_LINE_MAX   262144   /* bytes of one line: as much as one body */
#define CORPUS_FILE_MAX   67108864 /* bytes of one file */
#define CORPUS_FAULTS_MAX 1000     /* faults kept; the others are counted */

struct corpus;
struct corpus_table;

/* One record of an import. */
struct corpus_record {
	uint32_t kind;              /* enum header_kind */
	uint8_t record[RECORD_LEN]; /* its identity, the same on every node */
	const char *external_id;    /* as in the envelope */
	const Erfa__Body *body;
	unsigned line; /* where the file first tells of it, from 1 */
};

/* One line that is not good. */
struct corpus_fault {
	unsigned line;               /* from 1 */
	char text[CORPUS_FAULT_MAX]; /* what is wrong and what helps; gated */
};

/**
 * corpus_new(table, org, ret_corpus):
 * Begin an import that will be published by ${org}.  ${table} must outlive it.
 * The caller ends it with corpus_free().  Return ERR_SYNTAX if ${org} is no
 * organisation's id, or ERR_NOMEM.
 */
enum err corpus_new(const struct corpus_table *table, const char *org,
    struct corpus **ret_corpus) MUST_CHECK;

/**
 * corpus_free(corpus):
 * End an import and free all its records.  Does nothing for NULL.
 */
void corpus_free(struct corpus *corpus);

/**
 * corpus_read(corpus, file):
 * Read ${file} to its end, line by line; blank lines are passed over.  A bad
 * line becomes a fault and gives no record; the others are not affected.
 * Return ERR_LIMIT if the file is longer than CORPUS_FILE_MAX, ERR_IO if it
 * cannot be read, or ERR_NOMEM; bad lines are no error.
 */
enum err corpus_read(struct corpus *corpus, FILE *file) MUST_CHECK;

/**
 * corpus_line(corpus, line, text, len):
 * Read line number ${line}, the ${len} bytes at ${text}.  Return ERR_SYNTAX,
 * with a fault added, if it is bad, or ERR_NOMEM.
 */
enum err corpus_line(struct corpus *corpus, unsigned line, const char *text,
    size_t len) MUST_CHECK;

/**
 * corpus_records(corpus, ret_count):
 * Lend the records read so far, in the order in which the file tells of them,
 * until the next call that reads.  A record that several lines tell of (a
 * programme, a network) is there once; what others refer to comes before them.
 */
const struct corpus_record *corpus_records(
    const struct corpus *corpus, size_t *ret_count);

/**
 * corpus_faults(corpus, ret_count, ret_all):
 * Lend the faults found so far, at most CORPUS_FAULTS_MAX, until the next call
 * that reads; ${ret_all} is how many there were.
 */
const struct corpus_fault *corpus_faults(
    const struct corpus *corpus, size_t *ret_count, size_t *ret_all);

#endif /* !ERFA_CORPUS_H */
