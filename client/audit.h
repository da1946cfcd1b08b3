#ifndef ERFA_AUDIT_H
#define ERFA_AUDIT_H

/*
 * audit - have erfad check what it holds, page by page.
 */

#include <stdint.h>

#include "proto/control.pb-c.h"

/* Opaque types. */
struct progress;
struct run;

/**
 * audit_run(run, progress, percent, ret_answer):
 * Check every chain and signature, and ${percent} of the bodies, 1 to 100; tell
 * ${progress} how far it is.  The answer names all damage; the caller frees it
 * with control_free_answer().  Return an exit code; what went wrong has been
 * told.
 */
int audit_run(struct run *run, struct progress *progress, uint64_t percent,
    Erfa__Answer **ret_answer);

#endif /* !ERFA_AUDIT_H */
