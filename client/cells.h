#ifndef ERFA_CELLS_H
#define ERFA_CELLS_H

/*
 * cells - tables for spreadsheets: rows of cells as RFC 4180 has them.
 *
 * Text comes from anybody: what a spreadsheet would take for a formula gets an
 * apostrophe before it, and control characters do not pass the gate.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"

/* Opaque types. */
struct print;

/* A row that is being written. */
struct cells {
	struct print *print; /* borrowed */
	bool begun;          /* a cell of this row is written */
	bool lost;           /* a cell did not fit in memory */
};

/**
 * cells_form(text, ret_form):
 * The form of ${text} (NULL = an empty one) in a cell, with quotes if it needs
 * them.  The caller frees *${ret_form}.  Return ERR_NOMEM.
 */
enum err cells_form(const char *text, char **ret_form) MUST_CHECK;

/**
 * cells_plain(text):
 * ${text}, the whole of a cell, without the apostrophe that cells_form() puts
 * before what a spreadsheet would take for a formula.
 */
const char *cells_plain(const char *text);

/**
 * cells_put(cells, text):
 * Write the next cell of the row.
 */
void cells_put(struct cells *cells, const char *text);

/**
 * cells_end(cells):
 * End the row.  Return ERR_NOMEM if one of its cells was lost.
 */
enum err cells_end(struct cells *cells) MUST_CHECK;

#endif /* !ERFA_CELLS_H */
