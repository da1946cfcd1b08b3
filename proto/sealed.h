#ifndef ERFA_SEALED_H
#define ERFA_SEALED_H

/*
 * sealed - P of a restricted entry: a Body for the members of a group alone.
 *
 * The one place where P becomes a Body, whether it is sealed or public, so that
 * nothing is read by a way that forgets the difference.  It knows no group: who
 * is sealed to, the caller says.  PROTOCOL.md 5.1 and 5.4.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/body.h"
#include "proto/crypto.h"
#include "proto/err.h"
#include "proto/limits.h"

#define SEALED_KEYS    10  /* keys with which one node reads, at most */
#define GROUP_MAX      500 /* members of a group; slots of one body */
#define GROUP_SEED_LEN 8   /* what its number is made of, beside the founder */

/* The keys with which this node reads: that in force first, then those that it
 * took the place of, the last first.  One thread may add a key, and then count it,
 * while others read. */
struct sealed_ring {
	struct crypto_key keys[SEALED_KEYS];
	_Atomic size_t count;
};

/**
 * sealed_seal(plain, len, members, count, ret_p, ret_len):
 * Seal ${len} bytes to ${count} X25519 keys, in this order.  The caller frees
 * *${ret_p} with free().  Return ERR_LIMIT unless there are 1..GROUP_MAX keys,
 * ERR_SIZE if ${len} is 0 or P would be longer than BODY_MAX, ERR_SIG if a key is
 * unusable, or ERR_NOMEM.
 */
enum err sealed_seal(const uint8_t *plain, size_t len,
    const uint8_t (*members)[KEY_LEN], size_t count, uint8_t **ret_p,
    size_t *ret_len) MUST_CHECK;

/**
 * sealed_open(ring, p, len, ret_plain, ret_len):
 * Open P with the first key of ${ring} (NULL: none) that it is sealed to.  The
 * caller frees *${ret_plain} with free(), having wiped it if that matters.
 * Return ERR_SYNTAX if P is no Sealed of PROTOCOL.md, ERR_LIMIT if it has too many
 * fields or slots, ERR_VERSION if it is one of another version, ERR_DENIED if it is
 * sealed to others, ERR_DAMAGED or ERR_SIZE if its box is not what was sealed, or
 * ERR_NOMEM.
 *
 * That it is for others is known only when each key was tried on each slot, some
 * 70 us each on one core: 35 ms for GROUP_MAX slots and one key, 0.35 s for
 * SEALED_KEYS.  So it is done once for an entry, and what one publisher can burn
 * with 2,000 entries, the budget of a day, is 70 s, or 12 minutes with all keys.
 */
enum err sealed_open(const struct sealed_ring *ring, const uint8_t *p,
    size_t len, uint8_t **ret_plain, size_t *ret_len) MUST_CHECK;

/**
 * sealed_body(ring, group, p, len, ret_body, same):
 * The Body in P of an entry whose header says ${group}; 0 = public.  The caller
 * frees *${ret_body} with body_free().  If ${same} is not NULL and the entry is
 * restricted, it gets H of the bytes that were sealed, by which two entries with one
 * Body are known: whoever keeps it must drop it when the body is erased.  Return what
 * sealed_open() and body_decode() do: ERR_DENIED alone says that it is not for
 * this node.
 */
enum err sealed_body(const struct sealed_ring *ring, uint64_t group,
    const uint8_t *p, size_t len, Erfa__Body **ret_body,
    uint8_t same[HASH_LEN]) MUST_CHECK;

/**
 * sealed_number(founder, seed):
 * The number of the group that was founded with this Ed25519 key and seed; 0: draw
 * another seed.
 */
uint64_t sealed_number(
    const uint8_t founder[KEY_LEN], const uint8_t seed[GROUP_SEED_LEN]);

#endif /* !ERFA_SEALED_H */
