#ifndef ERFA_CSV_SET_H
#define ERFA_CSV_SET_H

/*
 * csv_set - one cell of a municipality's own table becomes what a field says.
 *
 * Typed by the schema like a form, with what spreadsheets add to it: Nordic
 * dates, a period in one cell, lists separated by semicolons or lines, and the
 * words of conf/columns.tsv beside codes and labels.
 */

#include <stdbool.h>

#include "proto/body.h"
#include "proto/err.h"
#include "client/form_fault.h"

struct csv_words;
struct form_words;

/**
 * csv_set_known(body, path):
 * Return whether ${path} is a field of the record in ${body} that a cell can
 * fill in, "period" as a whole among them.
 */
bool csv_set_known(const Erfa__Body *body, const char *path);

/**
 * csv_set(words, columns, body, path, text, ret_fault):
 * Let ${path}, a known one, of ${body} say what is in the cell, instead of what
 * it said before.  Return ERR_SYNTAX, with ret_fault->what and remedy, if it
 * cannot, or ERR_NOMEM.
 */
enum err csv_set(const struct form_words *words,
    const struct csv_words *columns, Erfa__Body *body, const char *path,
    const char *text, struct form_fault *ret_fault) MUST_CHECK;

#endif /* !ERFA_CSV_SET_H */
