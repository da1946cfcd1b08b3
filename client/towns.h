#ifndef ERFA_TOWNS_H
#define ERFA_TOWNS_H

/*
 * towns - what the list of municipalities (municipalities.tsv) tells of one by
 * its id: its name, and which took over from it.
 */

#include <stddef.h>

#include "proto/err.h"
#include "proto/limits.h"

/* Opaque types. */
struct towns;

/**
 * towns_open(dir, ret_towns), towns_close(towns):
 * Read municipalities.tsv in ${dir}.  NULL may be closed.  Return ERR_NOENT if
 * it is not there, ERR_DENIED, ERR_IO, ERR_SIZE or ERR_NOMEM.
 */
enum err towns_open(const char *dir, struct towns **ret_towns) MUST_CHECK;
void towns_close(struct towns *towns);

/**
 * towns_name(towns, org):
 * The name of ${org} ("dk-791"), until towns_close(); NULL if it is not in the
 * list, or ${towns} is NULL.
 */
const char *towns_name(const struct towns *towns, const char *org);

/**
 * towns_heir(towns, org, ret_heir):
 * Write the id of the one that took over from ${org}.  Return ERR_NOENT, and
 * write nothing, if the list knows none, or ${towns} is NULL.
 */
enum err towns_heir(const struct towns *towns, const char *org,
    char ret_heir[ORG_MAX + 1]) MUST_CHECK;

/**
 * towns_org(towns, i):
 * The id of number ${i}, from 0, in the order of ids, until towns_close(); NULL
 * if there are no more.
 */
const char *towns_org(const struct towns *towns, size_t i);

#endif /* !ERFA_TOWNS_H */
