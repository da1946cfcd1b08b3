#ifndef ERFA_VOUCH_H
#define ERFA_VOUCH_H

/*
 * vouch - MEMBER entries in the form that reach and directory compute with.
 *
 * Keys are converted and signatures verified here, once, because each takes
 * longer than the whole computation.  Whether an entry has any effect is not
 * decided here.  Private to the directory.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/header.h"
#include "proto/limits.h"

/* A key that was named, wrote, or is ours; it lives as long as its set. */
struct vouch_key {
	uint8_t key[KEY_LEN];
	uint8_t curve[KEY_LEN];
	bool usable; /* has an X25519 key */
	bool pinned;
	size_t id; /* order of coming, never an input to the result */
};

/* A MEMBER entry, with its signature checked. */
struct vouch_entry {
	const struct vouch_key *voucher;
	const struct vouch_key *subject;
	const struct vouch_key *old; /* of "succeeds", or NULL */
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
	uint64_t time_ms;
	char org[ORG_MAX + 1];
	uint32_t roles;
	bool withdrawn;
	bool inviter;
	bool rotated; /* subject signed that it succeeds voucher */
	uint8_t hash[HASH_LEN];
	size_t ncuts;
	struct header_cut cuts[];
};

/* All entries and all keys in them; all zero = empty. */
struct vouch_set {
	struct vouch_key **keys; /* sorted by key */
	size_t nkeys;
	size_t keys_room;
	struct vouch_entry **entries; /* sorted by (log_id, n), each once */
	size_t nentries;
	size_t entries_room;

	/* The X25519 key of ${key} if it is known already, or NULL; may be NULL. */
	const uint8_t *(*curve)(const void *arg, const uint8_t key[KEY_LEN]);
	const void *curve_arg;
};

/**
 * vouch_set_clear(set):
 * Free all keys and entries of ${set}, not ${set} itself.
 */
void vouch_set_clear(struct vouch_set *set);

/**
 * vouch_key_place(set, key):
 * Where ${key} stands among the keys of ${set}, or belongs if it is not there.
 */
size_t vouch_key_place(const struct vouch_set *set, const uint8_t key[KEY_LEN]);

/**
 * vouch_key_get(set, key, ret_key):
 * Find ${key}, or take it in.  It belongs to ${set}.  It is converted only if
 * ${set}->curve() does not know it.  Return ERR_NOMEM.
 */
enum err vouch_key_get(struct vouch_set *set, const uint8_t key[KEY_LEN],
    struct vouch_key **ret_key) MUST_CHECK;

/**
 * vouch_add(set, voucher, log_id, n, time_ms, member):
 * Take in entry ${n} of a log of ${voucher}.  Of two different entries at one
 * position, which only a fork can bring, the one with the smaller hash stays.
 * Return ERR_LIMIT for more than HEADER_CUTS_MAX cuts, or ERR_NOMEM.
 */
enum err vouch_add(struct vouch_set *set, const uint8_t voucher[KEY_LEN],
    const uint8_t log_id[LOG_ID_LEN], uint64_t n, uint64_t time_ms,
    const struct header_member *member) MUST_CHECK;

#endif /* !ERFA_VOUCH_H */
