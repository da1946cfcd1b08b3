#ifndef ERFA_FORM_MAIL_H
#define ERFA_FORM_MAIL_H

/*
 * form_mail - what editors and e-mail programs do to a form is undone, before
 * anything looks at its fields.
 *
 * A byte order mark, carriage returns, tabs and no-break blanks at the start of
 * a line and the ">" of an answer go silently; other encodings and invisible
 * characters are named.  Lines keep their numbers.
 */

#include <stddef.h>

#include "proto/err.h"
#include "client/form_fault.h"

#define FORM_TEXT_MAX 262144 /* bytes of a form */

/**
 * form_mail(text, len, faults, ret_work):
 * Make a copy of the ${len} bytes at ${text} that is UTF-8 with plain newlines
 * and without invisible characters, NUL at its end; what was wrong is added to
 * ${faults}.  The caller frees *${ret_work} with free().  Return ERR_SIZE if
 * the form is longer than FORM_TEXT_MAX, ERR_SYNTAX if it is no text, both with
 * a fault, or ERR_NOMEM.
 */
enum err form_mail(const char *text, size_t len, struct form_faults *faults,
    char **ret_work) MUST_CHECK;

#endif /* !ERFA_FORM_MAIL_H */
