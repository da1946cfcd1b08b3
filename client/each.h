#ifndef ERFA_EACH_H
#define ERFA_EACH_H

/*
 * each - all records of a kind, one after the other.
 */

#include "proto/control.pb-c.h"

/* Opaque types. */
struct run;

/**
 * each_record(run, kind, fn, context):
 * Call ${fn} with the answer about every record of ${kind} ("round") whose
 * content is here, and that there was on the day of --at, in the order of a
 * list, until it returns another exit code than 0, which is returned.
 */
int each_record(struct run *run, const char *kind,
    int (*fn)(void *context, const Erfa__ShowAnswer *show), void *context);

#endif /* !ERFA_EACH_H */
