#ifndef ERFAD_NODE_MIGRATE_H
#define ERFAD_NODE_MIGRATE_H

/*
 * node_migrate - `erfad --migrate`: a store is brought to the format of this erfad
 * while none runs.
 */

#include <stdbool.h>
#include <stdio.h>

#include "proto/err.h"

/* Opaque types. */
struct config;

/**
 * node_migrate(config, dry_run, out):
 * Without a node: bring the store of ${config} to the format of this erfad, or
 * only try whether that works, and print to ${out} what was or would be done.
 * Root becomes the owner of the store first.  What went wrong is logged.  Return
 * what migrate_run() does; ERR_FULL for a dry run if there is no room.
 */
enum err node_migrate(
    const struct config *config, bool dry_run, FILE *out) MUST_CHECK;

#endif /* !ERFAD_NODE_MIGRATE_H */
