#ifndef ERFA_FORM_STAMP_H
#define ERFA_FORM_STAMP_H

/*
 * form_stamp - the line in the head of a form that says what it was made from,
 * "#= " and a stamp.  What a stamp says is no business of forms.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"

#define FORM_STAMP     "#= " /* such a line begins with this */
#define FORM_STAMP_MAX 96    /* bytes of a stamp, the NUL counted */

/**
 * form_stamp_read(text, len, out):
 * Copy the stamp in the head of the form of ${len} bytes at ${text}, cut, to
 * ${out}.  The head ends with the first line that is no comment; quoted by an
 * e-mail program is as good.  Return whether there is one; else ${out} is "".
 */
bool form_stamp_read(const char *text, size_t len, char out[FORM_STAMP_MAX]);

/**
 * form_stamp_renew(text, len, stamp, ret_text):
 * Make a copy of the form with another ${stamp} in the place of its own, NUL at
 * its end; the caller frees *${ret_text} with free().  Return ERR_NOENT if it
 * has none, or ERR_NOMEM.
 */
enum err form_stamp_renew(const char *text, size_t len, const char *stamp,
    char **ret_text) MUST_CHECK;

#endif /* !ERFA_FORM_STAMP_H */
