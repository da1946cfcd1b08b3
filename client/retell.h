#ifndef ERFA_RETELL_H
#define ERFA_RETELL_H

/*
 * retell - what erfad says in English, in the language of the person.
 *
 * An answer carries the English text and, if something stands in it that is not
 * the same every time, the sentence with places and what belongs there.
 */

#include "proto/control.pb-c.h"
#include "proto/err.h"

/* Opaque types. */
struct labels;

/**
 * retell_message(labels, error, ret_text), retell_problem(labels, problem,
 * ret_text), retell_missing(labels, missing, ret_text):
 * Say the message of an error, what is wrong, or what is missing.  ${labels} may
 * be NULL.  What has no translation comes out in English.  The caller frees
 * *${ret_text}.  Return ERR_NOMEM.
 */
enum err retell_message(const struct labels *labels,
    const Erfa__ErrorAnswer *error, char **ret_text) MUST_CHECK;
enum err retell_problem(const struct labels *labels,
    const Erfa__Problem *problem, char **ret_text) MUST_CHECK;
enum err retell_missing(const struct labels *labels,
    const Erfa__Missing *missing, char **ret_text) MUST_CHECK;

#endif /* !ERFA_RETELL_H */
