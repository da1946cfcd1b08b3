#ifndef ERFA_PROGRESS_H
#define ERFA_PROGRESS_H

/*
 * progress - how far something long has come, on standard error.
 *
 * On a terminal one line that is redrawn, elsewhere a line every ten seconds.
 * Nothing is shown in the first half second.
 */

#include <stdint.h>

#include "proto/err.h"

/* Opaque types. */
struct print;
struct progress;

/**
 * progress_new(print, what, ret_progress):
 * Begin to tell about ${what} ("Verify"), a word that must outlive it.  With
 * ${print} NULL nothing is ever shown.  Free with progress_free(), which also
 * clears the line.  Return ERR_NOMEM.
 */
enum err progress_new(struct print *print, const char *what,
    struct progress **ret_progress) MUST_CHECK;

/**
 * progress_free(progress):
 * Clear the line and end.  Does nothing for NULL.
 */
void progress_free(struct progress *progress);

/**
 * progress_tell(progress, done, all, now_ms):
 * ${done} of ${all} are done, 0 = nobody knows of how many.  ${now_ms} is a clock
 * that never steps.
 */
void progress_tell(
    struct progress *progress, uint64_t done, uint64_t all, uint64_t now_ms);

#endif /* !ERFA_PROGRESS_H */
