#ifndef ERFA_DIRECTORY_H
#define ERFA_DIRECTORY_H

/*
 * directory - who belongs: the closure over all MEMBER entries held.
 *
 * A pure function of the entries, the own key and the pinned keys, so that
 * every node of one connected circle computes the same directory.  It knows no
 * clock and no disk.  The rules stand in PROTOCOL.md chapter 6 and, one sentence
 * each, in directory.c.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/header.h"
#include "proto/limits.h"

/* Opaque types. */
struct crypto_key;
struct directory;       /* computed, immutable: threads may share it */
struct directory_input; /* what it is computed from */

/* One MEMBER entry: where it stands and what it says. */
struct directory_entry {
	uint8_t voucher[KEY_LEN]; /* key of the log it stands in */
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
	uint64_t time_ms;
	struct header_member member;
};

/* What the directory knows of a key. */
struct directory_member {
	uint8_t key[KEY_LEN];
	uint8_t curve[KEY_LEN]; /* its X25519 key */
	char org[ORG_MAX + 1];  /* empty for a pinned key that nobody names */
	uint32_t roles;         /* sum of ROLE_*; 0 unless it is in */
	bool in;                /* reached and not withdrawn */
	/* For all with the same pins: pinned, or made one by such a key; not
	 * the own key as such. */
	bool registry;
	bool was_registry; /* or was one before it was withdrawn */
	bool disputed; /* vouchers name different orgs, or two keys one org */
	bool withdrawn_by_us;     /* out for this node only */
	uint8_t voucher[KEY_LEN]; /* one key that vouches, the inviter if there
				     is one; zero for the own key and where
				     nobody does */
	uint64_t since_ms; /* earliest time of an entry that vouches for it */
	uint8_t withdrawn_by[KEY_LEN]; /* one key whose withdrawal put it out;
					  zero where none did */
	uint64_t withdrawn_ms;         /* when; 0 likewise */
};

/**
 * directory_input_new(own_key, own_org, ret_input):
 * Begin an empty input; free it with directory_input_free().  Return ERR_SIG
 * if ${own_key} is no usable Ed25519 key, ERR_SIZE if ${own_org} is longer than
 * ORG_MAX, or ERR_NOMEM.
 */
enum err directory_input_new(const uint8_t own_key[KEY_LEN],
    const char *own_org, struct directory_input **ret_input) MUST_CHECK;
void directory_input_free(struct directory_input *input);

/**
 * directory_input_reuse(input, before):
 * Take the X25519 keys of members from ${before}, which has to live as long as
 * ${input}, so that each is computed once and not with each directory.  Nothing
 * else of ${before} counts; NULL is allowed.
 */
void directory_input_reuse(
    struct directory_input *input, const struct directory *before);

/**
 * directory_input_pin(input, key):
 * Pin a key: it holds all roles, and the registry role counts for it.  Return
 * ERR_SIG if ${key} is no usable Ed25519 key, or ERR_NOMEM.
 */
enum err directory_input_pin(
    struct directory_input *input, const uint8_t key[KEY_LEN]) MUST_CHECK;

/**
 * directory_input_add(input, entry):
 * Add a MEMBER entry; it is copied, and its rotate_sig verified, once.  The
 * same (log, n) is taken once; the order of calls changes nothing.  A key that
 * is no Ed25519 key is taken and never becomes a member.  Return ERR_LIMIT if
 * it has more than HEADER_CUTS_MAX cuts, or ERR_NOMEM.
 */
enum err directory_input_add(struct directory_input *input,
    const struct directory_entry *entry) MUST_CHECK;

/**
 * directory_compute(input, ret_directory):
 * Compute the directory; free it with directory_free().  ${input} stays and
 * can be added to.  It takes about a millisecond for a thousand members.
 * Return ERR_NOMEM.
 */
enum err directory_compute(const struct directory_input *input,
    struct directory **ret_directory) MUST_CHECK;
void directory_free(struct directory *directory);

/**
 * directory_find(directory, key), directory_find_curve(directory, curve):
 * The member with this Ed25519 (X25519) key, in or out, or NULL; lent until
 * directory_free().  Of two Ed25519 keys with one X25519 key, which differ in the
 * last bit, one that is in.
 */
const struct directory_member *directory_find(
    const struct directory *directory, const uint8_t key[KEY_LEN]);
const struct directory_member *directory_find_curve(
    const struct directory *directory, const uint8_t curve[KEY_LEN]);

/**
 * directory_count(directory), directory_at(directory, i):
 * All keys that are in or out, sorted by (org, key); the own key and the pinned
 * keys are always among them.  A key that only strangers name is not.
 */
size_t directory_count(const struct directory *directory);
const struct directory_member *directory_at(
    const struct directory *directory, size_t i);

/**
 * directory_cut(directory, key, log_id):
 * The last entry of this log that counts: UINT64_MAX for a member that is in,
 * the largest cut named for a key that is not, 0 where none is.  A key that is
 * not in the directory at all gives 0.
 */
uint64_t directory_cut(const struct directory *directory,
    const uint8_t key[KEY_LEN], const uint8_t log_id[LOG_ID_LEN]);

/**
 * directory_cut_at(directory, key, i, ret_log_id, ret_n):
 * The ${i}th cut named for the logs of ${key}, which is not in; false beyond
 * the last.
 */
bool directory_cut_at(const struct directory *directory,
    const uint8_t key[KEY_LEN], size_t i, uint8_t ret_log_id[LOG_ID_LEN],
    uint64_t *ret_n);

/**
 * directory_heir(directory, key):
 * The member that stands where ${key} stood: it is in, succeeds ${key}, and
 * every other member that does.  NULL if nobody does, or two that do not agree.
 * Lent until directory_free().
 */
const struct directory_member *directory_heir(
    const struct directory *directory, const uint8_t key[KEY_LEN]);

/**
 * directory_succeeds(directory, old_key, new_key):
 * Return whether ${new_key} replaced ${old_key}, directly or through others.  A
 * key speaks for at most 63 earlier keys, the nearest first.
 */
bool directory_succeeds(const struct directory *directory,
    const uint8_t old_key[KEY_LEN], const uint8_t new_key[KEY_LEN]);

/**
 * directory_renews(directory, old_key, new_key):
 * Return whether ${new_key} replaced ${old_key}, directly or through others, by the
 * word of these keys alone: no registry said so of any of them.
 */
bool directory_renews(const struct directory *directory,
    const uint8_t old_key[KEY_LEN], const uint8_t new_key[KEY_LEN]);

/**
 * directory_rotate_sign(new_key, old_key, out):
 * Sign, with ${new_key}, that it succeeds ${old_key}: the rotate_sig of a MEMBER
 * entry in a log of ${old_key}.
 */
void directory_rotate_sign(const struct crypto_key *new_key,
    const uint8_t old_key[KEY_LEN], uint8_t out[SIG_LEN]);

/**
 * directory_may_erase(directory, key, old_key):
 * Return whether an ERASE that ${key} writes now may name bodies in logs of
 * ${old_key}: it is the same key, or one that is in and succeeds it, or is a
 * registry, and ${old_key} is closed: withdrawn (who has lapsed is not), not by
 * this node alone, and of an organisation of the registry's country that has no
 * other key that is in.
 */
bool directory_may_erase(const struct directory *directory,
    const uint8_t key[KEY_LEN], const uint8_t old_key[KEY_LEN]);

/**
 * directory_erases(directory, key, log_id, n, old_key):
 * Return whether an ERASE that stands at entry ${n} of the log ${log_id} of
 * ${key} may name bodies in logs of ${old_key}: it stands before the cut, and
 * ${key} is one that may do so, or might if it had not been withdrawn.
 */
bool directory_erases(const struct directory *directory,
    const uint8_t key[KEY_LEN], const uint8_t log_id[LOG_ID_LEN], uint64_t n,
    const uint8_t old_key[KEY_LEN]);

#endif /* !ERFA_DIRECTORY_H */
