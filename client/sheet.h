#ifndef ERFA_SHEET_H
#define ERFA_SHEET_H

/*
 * sheet - a municipality's own table of its trials, row by row, as the records
 * that would be published: its own trials, and what it says was learnt.
 *
 * A trial is known again by the external id "<org>:<id>" if a column is mapped
 * to external_id (which may have it as a whole), else by its title.  Of a known
 * one a cell that says something is taken, an empty one changes nothing; its
 * status only ever moves on, for what was done with erfa since holds.  This
 * module reads; it publishes nothing.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/body.h"
#include "proto/err.h"
#include "proto/record.h"
#include "client/corpus.h"
#include "client/csv.h"
#include "client/csv_map.h"

/* Opaque types. */
struct form_words;
struct sheet;
struct vocab;

struct sheet_options {
	const struct form_words *words; /* borrowed, as all below */
	const struct csv_words *columns;
	const struct csv_map *map;
	const struct csv_row *header;
	const char *org;      /* who publishes */
	const char *language; /* of the texts, unless a column says so */
	const struct vocab
	    *vocab; /* by which a sector is guessed; NULL = not */
	/*
	 * Find what is public of the record with the full id ${id}: NULL if
	 * nothing is, ERR_DAMAGED if it is not to be read.  ${ret_body} is the
	 * sheet's.
	 */
	enum err (*known)(void *context, const char *id, Erfa__Body **ret_body);
	void *context;
};

/* One row. */
struct sheet_row {
	unsigned line;
	Erfa__Body *trial;
	Erfa__Body *before; /* what is public of it, or NULL */
	Erfa__Body *learnt; /* an experience, or NULL */
	Erfa__Body *learnt_before;
	bool trial_new;   /* or changed: to be published */
	bool learnt_new;  /* likewise */
	bool guessed;     /* its sector, from its text */
	bool status_kept; /* the status in the row is behind its own */
	bool as_idea;     /* the status in the row could not be had */
	bool held;        /* the caller's: not to be published */
	unsigned pass;    /* the caller's */
	char said[101];   /* the status in the row's word; empty = none */
};

/**
 * sheet_new(options, ret_sheet), sheet_free(sheet):
 * Begin with a table; NULL may be freed.  Return ERR_NOMEM.
 */
enum err sheet_new(
    const struct sheet_options *options, struct sheet **ret_sheet) MUST_CHECK;
void sheet_free(struct sheet *sheet);

/**
 * sheet_check_map(options, ret_path):
 * Return ERR_SYNTAX if a column is mapped to what is no field, with the path in
 * ${ret_path}; ERR_NOENT if none is mapped to title; or ERR_NOMEM.
 */
enum err sheet_check_map(
    const struct sheet_options *options, const char **ret_path) MUST_CHECK;

/**
 * sheet_read(sheet, csv):
 * Read all rows that are left in ${csv}.  A row with a bad cell becomes a fault
 * for each such cell and gives no record.  Return ERR_LIMIT if there are too
 * many rows, ERR_NOMEM, or what known() returned.
 */
enum err sheet_read(struct sheet *sheet, struct csv *csv) MUST_CHECK;

/**
 * sheet_rows(sheet, ret_count):
 * The good rows; they live as long as ${sheet}.
 */
struct sheet_row *sheet_rows(struct sheet *sheet, size_t *ret_count);

/**
 * sheet_faults(sheet, ret_count, ret_all):
 * The faults in the order of their places, at most CORPUS_FAULTS_MAX, and how
 * many there were.
 */
const struct corpus_fault *sheet_faults(
    const struct sheet *sheet, size_t *ret_count, size_t *ret_all);

/**
 * sheet_make_idea(row):
 * Let a new trial be an idea, and keep the status in the row's word.  Return
 * ERR_EXIST if it is one already or is public; or ERR_NOMEM.
 */
enum err sheet_make_idea(struct sheet_row *row) MUST_CHECK;

#endif /* !ERFA_SHEET_H */
