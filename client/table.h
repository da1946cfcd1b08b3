#ifndef ERFA_TABLE_H
#define ERFA_TABLE_H

/*
 * table - rows in columns, as wide as what stands in them and no wider than the
 * terminal.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"

struct table_column {
	const char *title; /* N_() in capitals; empty = none */
	bool right;        /* numbers: flush right */
	unsigned share;    /* of a narrow terminal; 0 = is never cut */
};

/* Opaque types. */
struct print;
struct table;

/**
 * table_new(print, columns, count, ret_table):
 * Begin a table of ${count} ${columns} that will go to ${print}; both must
 * outlive it.  Free with table_free().  Return ERR_LIMIT if ${count} is 0 or
 * above 16, or ERR_NOMEM.
 */
enum err table_new(struct print *print, const struct table_column *columns,
    size_t count, struct table **ret_table) MUST_CHECK;

/**
 * table_free(table):
 * Does nothing for NULL.
 */
void table_free(struct table *table);

/**
 * table_add(table, text):
 * Put ${text}, foreign or our own, into the next cell; NULL is an empty one.
 * After the last column comes the next row.
 */
void table_add(struct table *table, const char *text);

/**
 * table_strike(table, text):
 * The same for a cell of what was taken back: struck through where styles are
 * shown.
 */
void table_strike(struct table *table, const char *text);

/**
 * table_print(table):
 * Print titles and rows; nothing if there is no row.  Call it once.  Return
 * ERR_NOMEM if a cell was lost for want of memory; then nothing was printed.
 */
enum err table_print(struct table *table) MUST_CHECK;

#endif /* !ERFA_TABLE_H */
