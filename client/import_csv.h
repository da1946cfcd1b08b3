#ifndef ERFA_IMPORT_CSV_H
#define ERFA_IMPORT_CSV_H

/*
 * import_csv - erfa import of a municipality's own table: columns are mapped to
 * fields, the rows become its own trials, and one question publishes them.
 */

/* Opaque types. */
struct run;

/**
 * import_csv(run):
 * Import the table.  Nothing is published unless all of it is good, or
 * --keep-going leaves the other rows out.  Return the exit code; what went wrong
 * has been told.
 */
int import_csv(struct run *run);

#endif /* !ERFA_IMPORT_CSV_H */
