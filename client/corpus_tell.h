#ifndef ERFA_CORPUS_TELL_H
#define ERFA_CORPUS_TELL_H

/*
 * corpus_tell - the bad lines of an import, as people are told of them.
 */

#include <stddef.h>

#include "client/corpus.h"

/* Opaque types. */
struct run;

/**
 * corpus_tell(run, name, faults, count, all, remedy):
 * Tell that the file called ${name} has ${all} bad lines, of which ${count} are
 * in ${faults}, and what to do.  Return EXIT_DATA.
 */
int corpus_tell(struct run *run, const char *name,
    const struct corpus_fault *faults, size_t count, size_t all,
    const char *remedy);

#endif /* !ERFA_CORPUS_TELL_H */
