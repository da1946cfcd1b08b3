#ifndef ERFAD_AGAIN_H
#define ERFAD_AGAIN_H

/*
 * again - find what a forked own log would lose: its entries after the last
 * one that counts, in all of its branches.
 *
 * It decides nothing: the outbox publishes them again.
 */

#include <stdint.h>

#include "proto/bytes.h"
#include "proto/err.h"
#include "proto/header.h"
#include "proto/limits.h"
#include "daemon/store.h"

/* An entry to be published again, lent for the call. */
struct again_entry {
	struct bytes bytes;          /* the header as it was signed */
	const struct header *header; /* and decoded */
	uint64_t n;                  /* in the log that is forked */
	const struct store_body
	    *body; /* NULL: names none, or is not to be had */
};

/**
 * again_each(txn, log_id, last_common, take, context):
 * Call ${take} for every entry after ${last_common} of every branch, in the
 * order of their time_ms; those that branches share come once each.  GENESIS
 * and headers that cannot be read are left out.  A body that is absent, damaged
 * or erased is NULL, though the header names one.  ${take} may write.  The first
 * error that it returns ends the walk and is returned; ERR_NOENT if the log is not
 * here.
 */
enum err again_each(struct store_txn *txn, const uint8_t log_id[LOG_ID_LEN],
    uint64_t last_common,
    enum err (*take)(void *context, const struct again_entry *entry),
    void *context) MUST_CHECK;

#endif /* !ERFAD_AGAIN_H */
