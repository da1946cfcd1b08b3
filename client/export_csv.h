#ifndef ERFA_EXPORT_CSV_H
#define ERFA_EXPORT_CSV_H

/*
 * export_csv - all trials as one table for whoever counts and compares: a row a
 * trial, a column a field, the values in the spelling of the records.
 *
 * The heads of the columns are the paths of erfa edit --set, in English for
 * everybody, and stay what they are: what reads the table by its heads reads
 * that of the next version too, which may add columns.  erfa import --map knows
 * them again.
 */

#include <stddef.h>

#include "proto/control.pb-c.h"
#include "proto/err.h"

/* Opaque types. */
struct print;

/**
 * export_csv_head(column):
 * The head of a column, from 0; NULL after the last one.
 */
const char *export_csv_head(size_t column);

/**
 * export_csv_value(msg, path, ret_text):
 * What the field ${path} of ${msg} ("period.start", "goals[0].text") holds, empty
 * if nothing: values of enumerations as their codes, records and organisations
 * as their ids (else the name), all values of a list with "; " between.  The
 * caller frees *${ret_text}.  Return ERR_NOENT if there is no such field, or
 * ERR_NOMEM.
 */
enum err export_csv_value(
    const ProtobufCMessage *msg, const char *path, char **ret_text) MUST_CHECK;

/**
 * export_csv(print, records, count, ret_left_out):
 * Write a row for every trial among the ${count} ${records}, after one with the
 * heads.  What was learnt is told by the experience that is newest, of the
 * trial's publisher before those of others; what was taken back does not count.
 * Trials whose text is not here have no row: *${ret_left_out} says how many.
 * Return ERR_NOMEM; what was written so far stays.
 */
enum err export_csv(struct print *print, Erfa__Exported *const *records,
    size_t count, size_t *ret_left_out) MUST_CHECK;

#endif /* !ERFA_EXPORT_CSV_H */
