#ifndef ERFA_IMPORT_INTERNAL_H
#define ERFA_IMPORT_INTERNAL_H

/*
 * import_internal - what the files of import_csv have in common: an import on its
 * way, how it is sent (import_send.c) and what is told of it (import_screen.c).
 *
 * Functions that return an int return an exit code; what went wrong has been
 * told.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/limits.h"
#include "client/corpus.h"
#include "client/groups.h"
#include "client/import_table.h"
#include "client/sheet.h"

/* Opaque types. */
struct run;
struct sift;

/* An import on its way. */
struct import {
	struct run *run;
	struct import_table table;
	const char *path; /* of the table */
	char org[ORG_MAX + 1];
	char group[GROUPS_DIGITS + 1]; /* who alone may read it; "" = all */
	struct sheet *sheet;
	struct sheet_row *rows; /* of the sheet */
	size_t count;
	struct corpus_record *records; /* two places a row */
	struct sift *sift;             /* NULL = nothing is looked for */
	struct corpus_fault *refused;  /* rows that erfad does not take */
	size_t nrefused;
	unsigned pass; /* how often erfad had something against it */
	bool dry_run;
	uint64_t published;
	uint64_t known; /* rows in which nothing is new */
};

/**
 * import_is_new(row):
 * Return whether anything in the row is to be published.
 */
bool import_is_new(const struct sheet_row *row);

/**
 * import_try(import):
 * Let erfad look at all rows; the gates hold for a table as for anything.  Rows
 * that it does not take become ideas if that may be, or are held.
 */
int import_try(struct import *import);

/**
 * import_send(import):
 * Publish all rows that are not held, and count them.
 */
int import_send(struct import *import);

/**
 * import_screen(import):
 * Print what leaves, and what was made of the table.
 */
void import_screen(struct import *import);

/**
 * import_done(import):
 * Say what was done; with --keep-going also what was not.
 */
int import_done(struct import *import);

#endif /* !ERFA_IMPORT_INTERNAL_H */
