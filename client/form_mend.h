#ifndef ERFA_FORM_MEND_H
#define ERFA_FORM_MEND_H

/*
 * form_mend - lines of a form that YAML cannot read: quoted where it is plain
 * what was meant, else blanked so that the other lines can be read.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"

/**
 * form_mend_quote(work_p, line):
 * If line ${line}, from 0, is a field with an unquoted text that holds ": " or
 * begins with a character that has a meaning in YAML (- ? @ % and the like), put
 * that text in quotes.  Return ERR_NOENT if it is no such line, or ERR_NOMEM.
 */
enum err form_mend_quote(char **work_p, size_t line) MUST_CHECK;

/**
 * form_mend_blank(work, line):
 * Overwrite line ${line}, from 0, and what is indented below it with blanks;
 * if the line is blank already, overwrite the whole outermost field that it
 * stands in.  Return whether anything was there.
 */
bool form_mend_blank(char *work, size_t line);

#endif /* !ERFA_FORM_MEND_H */
