#ifndef ERFA_CSV_H
#define ERFA_CSV_H

/*
 * csv - tables as spreadsheets write them: rows of cells (RFC 4180), whatever
 * stands between the cells and whatever the letters are coded in.
 *
 * It knows nothing of what the cells mean.  The bytes may be anybody's.
 *
 * UTF-8 is taken as it is, with or without a byte order mark.  What is not
 * UTF-8 is read as Windows-1252, of which Latin-1 is a part: that is what
 * spreadsheets write when they do not write UTF-8.  UTF-16 is refused.
 */

#include <stddef.h>

#include "proto/err.h"

#define CSV_FILE_MAX    16777216 /* bytes of a file */
#define CSV_CELL_MAX    65536    /* bytes of a cell */
#define CSV_COLUMNS_MAX 128      /* cells of a row */
#define CSV_ROWS_MAX    20000    /* rows, the header counted */
#define CSV_FAULT_MAX   256      /* bytes of a fault, the NUL counted */

/* Opaque types. */
struct csv;

/* One cell: clean of quotes, ending with a NUL, valid UTF-8.  It may be written
 * in, up to that. */
struct csv_cell {
	char *text;
	size_t len;
	unsigned line; /* of the file, from 1, on which it begins */
};

struct csv_row {
	struct csv_cell cell[CSV_COLUMNS_MAX];
	size_t count;  /* at least 1 */
	unsigned line; /* on which it begins */
};

/**
 * csv_new(text, len, delimiter, ret_csv, ret_fault):
 * Begin to read the ${len} bytes at ${text}, which are copied.  ${delimiter}
 * stands between cells; 0 finds out: what "sep=" in the first line says, else
 * the one of semicolon, tab and comma of which most stand in the first row.
 * Free with csv_free().  Return ERR_SIZE if there are more than CSV_FILE_MAX
 * bytes; ERR_SYNTAX, with ${ret_fault} saying what is wrong and what helps, if
 * they are no text; or ERR_NOMEM.
 */
enum err csv_new(const char *text, size_t len, char delimiter,
    struct csv **ret_csv, char ret_fault[CSV_FAULT_MAX]) MUST_CHECK;

/**
 * csv_free(csv):
 * Does nothing for NULL.
 */
void csv_free(struct csv *csv);

/**
 * csv_delimiter(csv), csv_charset(csv):
 * What stands between the cells; and "UTF-8" or "Windows-1252".
 */
char csv_delimiter(const struct csv *csv);
const char *csv_charset(const struct csv *csv);

/**
 * csv_next(csv, ret_row, ret_fault):
 * Read the next row; lines without anything in them are passed over.  The cells
 * live as long as ${csv}.  Return ERR_NOENT at the end; ERR_SYNTAX, with
 * ${ret_fault} saying what is wrong and what helps and ret_row->line where, if
 * the row is none: then the next call goes on after it; or ERR_LIMIT if there
 * are more than CSV_ROWS_MAX.
 */
enum err csv_next(struct csv *csv, struct csv_row *ret_row,
    char ret_fault[CSV_FAULT_MAX]) MUST_CHECK;

#endif /* !ERFA_CSV_H */
