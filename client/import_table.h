#ifndef ERFA_IMPORT_TABLE_H
#define ERFA_IMPORT_TABLE_H

/*
 * import_table - the table of erfa import: the file, its header, and which of
 * its columns is which field, as proposed to the person or given.
 */

#include <stdbool.h>

#include "client/csv.h"
#include "client/csv_map.h"

/* Opaque types. */
struct form_words;
struct run;

struct import_table {
	struct run *run;
	const char *path;
	const char *mapping; /* a file, or "column=field,..."; NULL = propose */
	struct csv *csv;     /* the header has been read */
	struct csv_row *header;
	struct form_words *words;
	struct csv_words *columns;
	struct csv_map *map;
};

/**
 * import_table_wanted(run):
 * Return whether the file that is to be imported is a table: --map was given,
 * or its name says so.
 */
bool import_table_wanted(const struct run *run);

/**
 * import_table_open(run, table, ret_go_on):
 * Open the table and choose its mapping; one that is proposed is printed, and
 * *${ret_go_on} says whether the person goes on with it.  End with
 * import_table_close(), whatever comes back.  Return an exit code; what went
 * wrong has been told.
 */
int import_table_open(
    struct run *run, struct import_table *table, bool *ret_go_on);

/**
 * import_table_close(table):
 * Free what ${table} holds.
 */
void import_table_close(struct import_table *table);

#endif /* !ERFA_IMPORT_TABLE_H */
