#ifndef ERFA_SIFT_H
#define ERFA_SIFT_H

/*
 * sift - the lines of an import that look like they hold personal data.
 */

#include <stdbool.h>
#include <stddef.h>

#include "client/corpus.h"

#define SIFT_KEPT 200 /* finds that are told; more are only counted */

/* Opaque types. */
struct run;
struct sift;

/**
 * sift_new(run, records, count, ret_sift):
 * Look through ${count} records, which must outlive it.  Free with sift_free().
 * Return an exit code.
 */
int sift_new(struct run *run, const struct corpus_record *records, size_t count,
    struct sift **ret_sift);

/**
 * sift_free(sift):
 * Does nothing for NULL.
 */
void sift_free(struct sift *sift);

/**
 * sift_count(sift):
 * How many lines there are with a find.
 */
size_t sift_count(const struct sift *sift);

/**
 * sift_holds(sift, record):
 * Return whether ${record} is held back: something in it was found, or in
 * another record of its line, unless it is a programme or a network, of which
 * other lines may tell as well.  False for a NULL ${sift}.
 */
bool sift_holds(const struct sift *sift, const struct corpus_record *record);

/**
 * sift_tell(run, sift, path, remedy):
 * Tell of every find, with its line.  Return EXIT_DATA.
 */
int sift_tell(struct run *run, const struct sift *sift, const char *path,
    const char *remedy);

#endif /* !ERFA_SIFT_H */
