#ifndef ERFA_WHOLE_H
#define ERFA_WHOLE_H

/*
 * whole - ask erfad for all pages of an answer, as one.
 */

#include "proto/control.pb-c.h"

/* Opaque types. */
struct run;

/**
 * whole_ask(run, request, cursor, fields, ret_all):
 * Ask until there are no further pages, each time with the cursor of the last
 * one in *${cursor}, a field of ${request}; and put the elements of the repeated
 * ${fields} (names, ending with NULL) together.  The caller frees *${ret_all}
 * with control_free_answer().
 */
int whole_ask(struct run *run, Erfa__Request *request, char **cursor,
    const char *const *fields, Erfa__Answer **ret_all);

#endif /* !ERFA_WHOLE_H */
