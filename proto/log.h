#ifndef ERFA_LOG_H
#define ERFA_LOG_H

/*
 * log - the hash chain of a log, its boundaries, its HEADs and its runs.
 *
 * Pure functions of bytes: no clock, no policy, no memory of earlier calls.
 * PROTOCOL.md chapter 3.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "proto/err.h"
#include "proto/limits.h"

/* Where a log stands after entry n; n = 0 is the state before GENESIS. */
struct log_tip {
	uint64_t n;
	uint8_t c[HASH_LEN];     /* c_n */
	uint64_t boundary;       /* last boundary at or before n; 0 at first */
	uint32_t boundary_bytes; /* header bytes since that boundary */
};

/* A HEAD, taken apart. */
struct log_head {
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
	uint8_t c[HASH_LEN];
	uint64_t time_ms;
	uint8_t sig[SIG_LEN];
};

/* Consecutive headers that end at a HEAD; all pointers are borrowed. */
struct log_run {
	uint8_t log_id[LOG_ID_LEN];
	uint64_t first;
	uint8_t c_prev[HASH_LEN];
	const struct bytes *headers;
	size_t count;
	const uint8_t *head; /* HEAD_LEN bytes */
};

/* The digest of all positions held, while it is computed. */
struct log_digest {
	struct crypto_hash_state hash;
	bool any;                 /* a position was added */
	uint8_t last[LOG_ID_LEN]; /* of the position added last */
};

/**
 * log_begin(key, inc, ret_log_id, ret_tip):
 * Compute c_0 and the log id of the log (${key}, ${inc}).
 */
void log_begin(const uint8_t key[KEY_LEN], uint64_t inc,
    uint8_t ret_log_id[LOG_ID_LEN], struct log_tip *ret_tip);

/**
 * log_step(tip, header, len):
 * Append a header of 1..HEADER_MAX bytes to the chain: ${tip} becomes that of
 * the next n.  Return ERR_SIZE, with ${tip} untouched, for another length.
 */
enum err log_step(
    struct log_tip *tip, const uint8_t *header, size_t len) MUST_CHECK;

/**
 * log_at_boundary(tip):
 * Return whether ${tip}.n is a boundary (n = 0 is not).
 */
bool log_at_boundary(const struct log_tip *tip);

/**
 * log_head_sign(secret, log_id, tip, time_ms, out):
 * Sign the HEAD of ${tip} and write its HEAD_LEN raw bytes to ${out}.
 */
void log_head_sign(const uint8_t secret[SECRET_LEN],
    const uint8_t log_id[LOG_ID_LEN], const struct log_tip *tip,
    uint64_t time_ms, uint8_t out[HEAD_LEN]);

/**
 * log_head_parse(raw, ret_head):
 * Take the HEAD_LEN bytes at ${raw} apart.  Nothing is verified.
 */
void log_head_parse(const uint8_t raw[HEAD_LEN], struct log_head *ret_head);

/**
 * log_head_verify(key, raw):
 * Return ERR_SIG unless ${key} signed the HEAD.
 */
enum err log_head_verify(
    const uint8_t key[KEY_LEN], const uint8_t raw[HEAD_LEN]) MUST_CHECK;

/**
 * log_run_verify(key, start, run, ret_end):
 * Check ${run} against ${start}, the tip before its first header, and store
 * the tip after its last in ${ret_end}.  Return
 *   ERR_SIZE      no header, more than BOUNDARY_N, or one of a bad length;
 *   ERR_GAP       first is not ${start}.n + 1;
 *   ERR_CHAIN     c_prev is not ${start}.c, or the headers do not fold to the
 *                 HEAD's c_n, or the HEAD names another log or n;
 *   ERR_BOUNDARY  a boundary lies inside the run, before its last header;
 *   ERR_SIG       the HEAD's signature is not by ${key}.
 * The signature is checked last, once the cheap checks have passed.  That
 * ${key} is the key of the log, and the log the one meant, is the caller's.
 */
enum err log_run_verify(const uint8_t key[KEY_LEN], const struct log_tip *start,
    const struct log_run *run, struct log_tip *ret_end) MUST_CHECK;

/**
 * log_digest_begin(digest), log_digest_add(digest, log_id, n, c8),
 * log_digest_end(digest, out):
 * Compute the digest that HELLO and HAVE carry: H over (log_id, le64 n, first 8
 * bytes of c_n) of every accepted log with n >= 1.  The caller adds each log
 * once, in ascending order of log_id as bytes, with its counted position.  No
 * position at all gives H of nothing.
 */
void log_digest_begin(struct log_digest *digest);
void log_digest_add(struct log_digest *digest, const uint8_t log_id[LOG_ID_LEN],
    uint64_t n, const uint8_t c8[C8_LEN]);
void log_digest_end(struct log_digest *digest, uint8_t out[HASH_LEN]);

#endif /* !ERFA_LOG_H */
