#ifndef ERFA_INDEXED_H
#define ERFA_INDEXED_H

/*
 * indexed - asking what erfad answers only when its search index has taken in all
 * that the answer must hold.
 */

#include "proto/control.h"

/* Opaque types. */
struct run;

/**
 * indexed_ask(run, request, ret_answer):
 * As run_ask(), but while the index is behind wait for it and tell how far it is,
 * until it has not moved for a minute or cannot be written.  An export is then
 * asked for up to what was here at the beginning: ${request} says so afterwards.
 * Returns an exit code.
 */
int indexed_ask(
    struct run *run, Erfa__Request *request, Erfa__Answer **ret_answer);

#endif /* !ERFA_INDEXED_H */
