#ifndef ERFAD_AHEAD_H
#define ERFAD_AHEAD_H

/*
 * ahead - which of the entries that wait for the index arrive once more.
 *
 * A body that comes after its header gives its entry a second arrival number.
 * When the index trails, the store already holds a body whose arrival is still
 * to come; whoever follows arrivals must be told of it there, once.  So we look
 * ahead, over at most AHEAD_MAX arrivals; beyond that the first arrival counts.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/err.h"

/* Opaque types. */
struct ahead;
struct store_entry;
struct store_txn;

#define AHEAD_MAX 262144 /* arrivals; 32 bytes of memory each, twice */

/**
 * ahead_new(ret_ahead), ahead_free(ahead), ahead_reset(ahead):
 * Nothing looked at yet.  NULL may be freed.  Reset when the index did not keep
 * what was taken in.  Return ERR_NOMEM.
 */
enum err ahead_new(struct ahead **ret_ahead) MUST_CHECK;
void ahead_free(struct ahead *ahead);
void ahead_reset(struct ahead *ahead);

/**
 * ahead_scan(ahead, txn, done):
 * Look at all that arrived after ${done}, the last arrival that the index has.
 * Call it with each new transaction of the store.  Return ERR_NOMEM, or an
 * error of the store.
 */
enum err ahead_scan(
    struct ahead *ahead, struct store_txn *txn, uint64_t done) MUST_CHECK;

/**
 * ahead_again(ahead, entry):
 * Return whether ${entry}, the next to be taken in, arrives once more.  Its
 * later arrivals are final.
 */
bool ahead_again(struct ahead *ahead, const struct store_entry *entry);

#endif /* !ERFAD_AHEAD_H */
