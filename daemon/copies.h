#ifndef ERFAD_COPIES_H
#define ERFAD_COPIES_H

/*
 * copies - in which places one body of ours stands: in logs that were forked,
 * and where it was published again.  If one of them is erased, all have to go.
 * Of an entry without a body, where it was published again.
 *
 * Kept as notes "own/again/<32 digits>" by the first half of the commitment, or
 * of the hash of the header.  It neither publishes nor erases: the outbox does.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/limits.h"
#include "daemon/store.h"

#define COPIES_MAX 64 /* places of one body that are remembered, the last */

/* The places; one whose log_id is all zero waits under the ticket ${n}. */
struct copies {
	bool known; /* it was noted, even if no place was */
	size_t count;
	struct store_pos at[COPIES_MAX];
};

/**
 * copies_get(txn, hash, ret_copies):
 * What is noted of ${hash}: a commitment, or for an entry without a body the
 * hash of its header.  Nothing noted is no error.  Return ERR_DAMAGED, or what
 * store_note_get() does.
 */
enum err copies_get(struct store_txn *txn, const uint8_t hash[HASH_LEN],
    struct copies *ret_copies) MUST_CHECK;

/**
 * copies_put(txn, hash, copies):
 * Note them in the place of what was noted before.
 */
enum err copies_put(struct store_txn *txn, const uint8_t hash[HASH_LEN],
    const struct copies *copies) MUST_CHECK;

/**
 * copies_add(copies, log_id, n), copies_wait(copies, ticket),
 * copies_placed(copies, ticket, log_id, n):
 * Remember a place, one that waits to be signed, or that it is signed now, and
 * where.  Return whether anything changed.  The first place goes if there are
 * too many.
 */
bool copies_add(
    struct copies *copies, const uint8_t log_id[LOG_ID_LEN], uint64_t n);
bool copies_wait(struct copies *copies, uint64_t ticket);
bool copies_placed(struct copies *copies, uint64_t ticket,
    const uint8_t log_id[LOG_ID_LEN], uint64_t n);

/**
 * copies_waiting(pos):
 * Does this place wait to be signed?
 */
bool copies_waiting(const struct store_pos *pos);

/**
 * copies_erased(txn, hash, copies, ret_erased):
 * Is the body, whose commitment is ${hash}, erased in one of the places?  A
 * number of a forked log names a body of each branch: asked is that of the entry
 * with this commitment.
 */
enum err copies_erased(struct store_txn *txn, const uint8_t hash[HASH_LEN],
    const struct copies *copies, bool *ret_erased) MUST_CHECK;

/* A place, and the first bytes of the chain value of the entry meant. */
typedef enum err copies_take(
    void *context, const struct store_pos *pos, const uint8_t c8[C8_LEN]);

/**
 * copies_left(txn, take, context):
 * Call ${take} for every place in which a body is not erased that is erased in
 * another; not for those that wait.  ${take} may write.  The first error that
 * it returns ends the walk and is returned.
 */
enum err copies_left(
    struct store_txn *txn, copies_take *take, void *context) MUST_CHECK;

#endif /* !ERFAD_COPIES_H */
