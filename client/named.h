#ifndef ERFA_NAMED_H
#define ERFA_NAMED_H

/*
 * named - what to call a record that bears no title of its own: a round goes by
 * its programme and number, an adaptation by the trial that was made, an
 * application by the first trial that is handed in.
 *
 * The functions return an exit code; what erfad does not know is no failure.
 */

#include <stddef.h>

#include "proto/control.pb-c.h"

#define NAMED_MAX 512 /* bytes of a name, the NUL counted */

/* Opaque types. */
struct run;

/**
 * named_row(run, row, out):
 * The title of ${row}, or what its record is called without one; "" if that is
 * not known.
 */
int named_row(struct run *run, const Erfa__Row *row, char out[NAMED_MAX]);

/**
 * named_body(run, body, out):
 * What the record ${body} is called by those that it names; "" if they are not
 * known, or if it is of a kind with titles.
 */
int named_body(struct run *run, const Erfa__Body *body, char out[NAMED_MAX]);

/**
 * named_draft(run, draft, out):
 * The same for a draft: drafts are called by drafts, too.
 */
int named_draft(struct run *run, const Erfa__Draft *draft, char out[NAMED_MAX]);

#endif /* !ERFA_NAMED_H */
