#ifndef ERFA_ORIGIN_H
#define ERFA_ORIGIN_H

/*
 * origin - somebody who writes a log, for tests of what stores and relays it.
 *
 * A struct origin may be copied: the copy writes the same log on, and with
 * another ${variant} it forks it.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "proto/limits.h"
#include "proto/log.h"

struct header_fork;
struct header_member;
struct header_target;

struct origin {
	struct crypto_key key;
	uint64_t inc;
	uint8_t log_id[LOG_ID_LEN];
	struct log_tip tip;
	uint64_t time_ms;
	uint8_t variant; /* what bodies and salts are made of, with n */
};

/* A run that is being written; ${run} leads into it. */
struct origin_run {
	struct log_run run;
	struct log_tip start;
	struct bytes headers[BOUNDARY_N];
	uint32_t body_len[BOUNDARY_N];
	uint8_t variant;
	uint8_t head[HEAD_LEN];
	size_t used;
	uint8_t bytes[BOUNDARY_BYTES + HEADER_MAX];
};

/**
 * origin_begin(origin, seed, inc):
 * Make the key that follows from ${seed} and its log ${inc}, still empty.
 */
void origin_begin(struct origin *origin, uint8_t seed, uint64_t inc);

/**
 * origin_run_begin(origin, run), origin_add(origin, run, kind, body_len),
 * origin_run_end(origin, run):
 * Write a run: begin, then each entry (0 = without a body), then the HEAD.  No
 * entry may follow a boundary.
 */
void origin_run_begin(const struct origin *origin, struct origin_run *run);
void origin_add(struct origin *origin, struct origin_run *run, uint32_t kind,
    uint32_t body_len);
void origin_run_end(struct origin *origin, struct origin_run *run);

/**
 * origin_erase(origin, run, log_id, n):
 * Add an ERASE that names entry ${n} of a log.
 */
void origin_erase(struct origin *origin, struct origin_run *run,
    const uint8_t log_id[LOG_ID_LEN], uint64_t n);

/**
 * origin_target(origin, run, target):
 * Add an ERASE of this one target.
 */
void origin_target(struct origin *origin, struct origin_run *run,
    const struct header_target *target);

/**
 * origin_member(origin, run, member):
 * Add a MEMBER entry.
 */
void origin_member(struct origin *origin, struct origin_run *run,
    const struct header_member *member);

/**
 * origin_fork(origin, run, fork):
 * Add a FORK entry.
 */
void origin_fork(struct origin *origin, struct origin_run *run,
    const struct header_fork *fork);

/**
 * origin_write(origin, run, count, body_len):
 * A whole run: GENESIS if the log is empty, then entries of kind TRIAL, ${count}
 * in all, or fewer if a boundary comes.
 */
void origin_write(struct origin *origin, struct origin_run *run, size_t count,
    uint32_t body_len);

/**
 * origin_body(variant, n, out, len), origin_salt(variant, n, out):
 * The body and the salt of entry ${n}.
 */
void origin_body(uint8_t variant, uint64_t n, uint8_t *out, size_t len);
void origin_salt(uint8_t variant, uint64_t n, uint8_t out[SALT_LEN]);

#endif /* !ERFA_ORIGIN_H */
