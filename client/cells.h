#ifndef ERFA_CELLS_H
#define ERFA_CELLS_H

/*
 * cells - tables for spreadsheets: rows of cells as RFC 4180 has them.
 *
 * Text comes from anybody: what a spreadsheet would take for a formula gets an
 * apostrophe before it, and control characters do not pass the gate.  So it is
 * in the middle of a text, too, behind a semicolon or a new line: the cells are
 * parted by commas, and where Danes, Norwegians, Swedes and Finns open such a
 * file, it is parted at semicolons, whatever is quoted.
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
 * Take out of ${text}, the whole of a cell without its quotes, the apostrophes
 * that cells_form() puts in; the result takes its place.  Return its bytes.
 */
size_t cells_plain(char *text);

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
