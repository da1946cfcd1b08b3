#ifndef ERFAD_SEEN_H
#define ERFAD_SEEN_H

/*
 * seen - how far each peer was when it was last in step with this node: notes in
 * the store (message LocalSeen).  They tell which peers have carried out which
 * erasures.  Who looks at the links and writes them is node_erase.c.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/limits.h"
#include "proto/local.pb-c.h"

/* Opaque types. */
struct store_txn;

#define SEEN_NAME_MAX (sizeof("seen/") + (size_t)2 * KEY_LEN)

/**
 * seen_name(key, out):
 * The name of the note about the peer ${key}.
 */
void seen_name(const uint8_t key[KEY_LEN], char out[SEEN_NAME_MAX]);

/**
 * seen_read(txn, key):
 * What was noted of a peer; NULL if nothing was, as of one that was never in step
 * over a connection of its own.  The caller frees it.
 */
Erfa__LocalSeen *seen_read(struct store_txn *txn, const uint8_t key[KEY_LEN]);

/**
 * seen_position(seen, log_id):
 * The last entry of this own log that counted when the peer was in step; 0 if
 * none did.
 */
uint64_t seen_position(
    const Erfa__LocalSeen *seen, const uint8_t log_id[LOG_ID_LEN]);

#endif /* !ERFAD_SEEN_H */
