#ifndef ERFA_EXPORT_FILE_H
#define ERFA_EXPORT_FILE_H

/*
 * export_file - the file that erfa export --output writes: whole or not at all, or
 * with --resume one that a later run goes on with.
 *
 * A whole one is written to FILE.new and renamed.  One that goes on is appended
 * to; FILE.at beside it says up to which length it is good and which record comes
 * next.  What stands after that length was being written when a run was
 * interrupted, and is cut off by the next.
 *
 * Functions that return an int return an exit code, as those of run.h do.
 */

#include <stdbool.h>

/* Opaque types. */
struct export_file;
struct run;

/**
 * export_file_open(run, path, form, ret_file):
 * Begin to write ${path} anew; or, with ${form} ("proto": what is in it, one
 * line) not NULL, go on with it.  run->out writes to the file until
 * export_file_free().  Refused is a file that did not begin so, that holds
 * another form, that is shorter than it was, or that another run writes to.
 */
int export_file_open(struct run *run, const char *path, const char *form,
    struct export_file **ret_file);

/**
 * export_file_cursor(file), export_file_epoch(file):
 * Where to go on, and in which store; NULL from the beginning.
 */
const char *export_file_cursor(const struct export_file *file);
const char *export_file_epoch(const struct export_file *file);

/**
 * export_file_keep(file, epoch, cursor):
 * All that was printed so far is to be kept: it is on the disk afterwards, and
 * the next run goes on at ${cursor} of the store ${epoch}.
 */
int export_file_keep(
    struct export_file *file, const char *epoch, const char *cursor);

/**
 * export_file_end(file):
 * A file that is written anew is complete: put it into its place.  Does nothing
 * for one that goes on.
 */
int export_file_end(struct export_file *file);

/**
 * export_file_free(file):
 * Give run->out back and close the file; what was not ended or kept is gone.
 * Does nothing for NULL.
 */
void export_file_free(struct export_file *file);

#endif /* !ERFA_EXPORT_FILE_H */
