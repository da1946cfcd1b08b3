#ifndef ERFA_ALIKE_H
#define ERFA_ALIKE_H

/*
 * alike - who tried that before: shown to somebody who writes a trial, while
 * there is still time to take over instead of beginning anew.
 */

#include <stddef.h>

#include "proto/body.pb-c.h"

/* Opaque types. */
struct run;

/**
 * alike_show(run, trial, known, count):
 * Ask erfad which trials say the same as title and summary of ${trial}, in any
 * language, and tell of at most three on standard error, but not of the ${count}
 * full ids ${known}.  With --yes, or where nobody can be asked, that is one line;
 * with --json or --quiet nothing.  Alike is what has at least two of the title's
 * words and more than half of them, or four of all words and two thirds of them; in
 * its own title, summary, keywords, sector or provisions.  Words that mean
 * something count twice, what is merely near to them counts once, and only beside
 * others in a title.  Without an answer nothing is told.
 */
void alike_show(struct run *run, const Erfa__Trial *trial,
    const char *const *known, size_t count);

#endif /* !ERFA_ALIKE_H */
