#ifndef ERFA_RESTORED_H
#define ERFA_RESTORED_H

/*
 * restored - which backups a restore took off the list.  The list of a node is in
 * its store, and so of the time of the backup that the store was in: others that
 * were made between that and the restore have no row.
 */

#include <stddef.h>

#include "proto/control.pb-c.h"

/* Opaque types. */
struct run;

/**
 * restored_from(list, erasure, at):
 * Return the first row of ${list} from ${at} on, out of which this node was
 * restored, so that backups of after it may be missing, and if there is an
 * ${erasure}, may hold something of that; the number of rows if there is none.
 */
size_t restored_from(const Erfa__BackupAnswer *list,
    const Erfa__ErasureAnswer *erasure, size_t at);

/**
 * restored_tell(run, list, erasure):
 * Say that they may be missing, for each such row.
 */
void restored_tell(struct run *run, const Erfa__BackupAnswer *list,
    const Erfa__ErasureAnswer *erasure);

#endif /* !ERFA_RESTORED_H */
