#ifndef ERFA_HEADER_H
#define ERFA_HEADER_H

/*
 * header - entry headers as structs, and the names of kinds and sectors.
 *
 * header_encode() is used by the origin alone, once.  header_decode() never
 * decides whether an entry is accepted: a header that cannot be decoded counts
 * as an unknown kind.  PROTOCOL.md chapter 4.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/err.h"
#include "proto/limits.h"

/* Kinds of entries; the numbers are those of entry.proto. */
enum header_kind {
	HEADER_UNREADABLE = 0, /* cannot be decoded */
	HEADER_GENESIS = 1,
	HEADER_PROFILE = 2,
	HEADER_PROGRAMME = 3,
	HEADER_NETWORK = 4,
	HEADER_ROUND = 5,
	HEADER_TRIAL = 6,
	HEADER_APPLICATION = 7,
	HEADER_DECISION = 8,
	HEADER_INDICATOR = 9,
	HEADER_OBSERVATION = 10,
	HEADER_EXPERIENCE = 11,
	HEADER_ADAPTATION = 12,
	HEADER_COMMENT = 13,
	HEADER_RETRACTION = 14,
	HEADER_TERM = 15,
	HEADER_MEMBER = 16,
	HEADER_GROUP = 17,
	HEADER_ERASE = 18,
	HEADER_FORK = 19,
	HEADER_WITNESS = 20,
};

/* Roles of a member, to be added up. */
#define ROLE_WRITES     1U
#define ROLE_INTRODUCES 2U
#define ROLE_REGISTRY   4U
#define ROLE_READER     8U

/* A decoded header; pointers lead into the encoded bytes. */
struct header {
	uint32_t kind; /* enum header_kind, or any other number */
	uint64_t time_ms;
	uint32_t topic;
	uint64_t group;
	uint32_t body_len; /* 0 = no body */
	bool has_commit;
	uint8_t commit[HASH_LEN];
	bool has_record;
	uint8_t record[RECORD_LEN];
	struct bytes ext; /* empty if absent */
};

/* ext of GENESIS. */
struct header_genesis {
	uint8_t key[KEY_LEN];
	uint64_t inc;
	uint32_t format;
	char org[ORG_MAX + 1];
	bool has_prev;
	uint8_t prev_log_id[LOG_ID_LEN];
	uint64_t prev_n;
	uint8_t prev_c[HASH_LEN];
	uint32_t reason; /* enum Genesis.Reason */
};

/* A cut: entries of a log that count up to n. */
struct header_cut {
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
	uint8_t c8[C8_LEN];
};

#define HEADER_CUTS_MAX 64

/* ext of MEMBER. */
struct header_member {
	uint8_t key[KEY_LEN];
	char org[ORG_MAX + 1];
	uint32_t roles;
	bool withdrawn;
	bool inviter;
	struct header_cut cuts[HEADER_CUTS_MAX];
	size_t ncuts;
	bool has_rotate_sig;
	uint8_t rotate_sig[SIG_LEN];
	bool has_succeeds;
	uint8_t succeeds[KEY_LEN];
};

/* One item of the ext of an entry about records. */
struct header_about {
	char org[ORG_MAX + 1]; /* empty = the writer's own */
	uint8_t record[RECORD_LEN];
	uint32_t major;
	uint32_t minor;
};

#define HEADER_ABOUT_MAX 32

/* Positions of one WITNESS; more would not fit in a header. */
#define HEADER_WITNESS_MAX 96

/* ext of FORK. */
struct header_fork {
	uint8_t log_id[LOG_ID_LEN];
	uint64_t last_common;
	uint8_t head_a[HEAD_LEN];
	uint8_t head_b[HEAD_LEN];
};

/*
 * A target of ERASE: the body of the entry with this chain value, or else of
 * that number in every branch.
 */
struct header_target {
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
	uint32_t reason; /* enum Erase.Reason */
	bool has_c8;
	uint8_t c8[C8_LEN];
};

#define HEADER_ERASE_FITS 96 /* targets with c8 that fit into a header */

/**
 * header_decode(buf, len, ret_header):
 * Decode ${len} bytes; ${ret_header}.ext leads into ${buf}.  Unknown fields are
 * skipped, of a field that occurs twice the last one holds.  Return ERR_SIZE
 * if there are not 1..HEADER_MAX bytes, ERR_LIMIT if there are more than
 * HEADER_FIELDS fields, or ERR_SYNTAX if they do not parse, a known field has
 * another wire type, commit or record another length, body_len is over
 * BODY_MAX, or one of body_len and commit stands without the other.
 * ${ret_header} then has kind HEADER_UNREADABLE and is otherwise zero.
 */
enum err header_decode(
    const uint8_t *buf, size_t len, struct header *ret_header) MUST_CHECK;

/**
 * header_encode(header, out, size, ret_len):
 * Encode ${header} to at most ${size} bytes at ${out}: fields in ascending
 * order, those that are zero or absent left out.  Return ERR_SIZE if it does
 * not fit in ${size} or HEADER_MAX, or is empty.
 */
enum err header_encode(const struct header *header, uint8_t *out, size_t size,
    size_t *ret_len) MUST_CHECK;

/**
 * header_x_decode(ext, ret), header_x_encode(x, out, size, ret_len):
 * The ext messages.  Unknown fields are skipped.  Decoding returns ERR_SYNTAX
 * for bytes that do not parse, a known field of another wire type or length, a
 * single nested message that occurs twice, an org id that is not
 * [a-z0-9-]{2,32}, or a missing field; ERR_LIMIT for more items than fit, or
 * more than HEADER_FIELDS fields.  ${ret} is untouched then.  Required are
 *   genesis  key, format (not 0), org; inc counts as 0 if absent;
 *            if prev is there, its log_id, n (not 0) and c;
 *   member   key, org; of each cut its log_id and c8;
 *   about    of each item its record; no items at all are allowed;
 *   fork     log_id, head_a, head_b;
 *   erase    one target at least; of each its log_id and n (not 0);
 *   witness  one cut at least; of each its log_id, n (not 0) and c8.
 * Encoding leaves out what is zero or absent and returns ERR_SIZE if ${size}
 * is too small.  In "about", "erase" and "witness" the caller's array may be written
 * although an error comes back, ${ret_count} is not.
 */
enum err header_genesis_decode(
    struct bytes ext, struct header_genesis *ret) MUST_CHECK;
enum err header_genesis_encode(const struct header_genesis *genesis,
    uint8_t *out, size_t size, size_t *ret_len) MUST_CHECK;
enum err header_member_decode(
    struct bytes ext, struct header_member *ret) MUST_CHECK;
enum err header_member_encode(const struct header_member *member, uint8_t *out,
    size_t size, size_t *ret_len) MUST_CHECK;
enum err header_about_decode(struct bytes ext,
    struct header_about ret[HEADER_ABOUT_MAX], size_t *ret_count) MUST_CHECK;
enum err header_about_encode(const struct header_about *items, size_t count,
    uint8_t *out, size_t size, size_t *ret_len) MUST_CHECK;
enum err header_fork_decode(
    struct bytes ext, struct header_fork *ret) MUST_CHECK;
enum err header_fork_encode(const struct header_fork *fork, uint8_t *out,
    size_t size, size_t *ret_len) MUST_CHECK;
enum err header_erase_decode(struct bytes ext,
    struct header_target ret[ERASE_MAX], size_t *ret_count) MUST_CHECK;
enum err header_erase_encode(const struct header_target *targets, size_t count,
    uint8_t *out, size_t size, size_t *ret_len) MUST_CHECK;

/**
 * header_witness_decode(ext, ret, ret_count),
 * header_witness_encode(cuts, count, out, size, ret_len):
 * The same for WITNESS.
 */
enum err header_witness_decode(struct bytes ext,
    struct header_cut ret[HEADER_WITNESS_MAX], size_t *ret_count) MUST_CHECK;
enum err header_witness_encode(const struct header_cut *cuts, size_t count,
    uint8_t *out, size_t size, size_t *ret_len) MUST_CHECK;

/**
 * header_kind_name(kind), header_kind_number(name):
 * The name frozen for erfa/1 ("trial", "member" ...), NULL for an unknown
 * number; and back, 0 for an unknown name.
 */
const char *header_kind_name(uint32_t kind);
uint32_t header_kind_number(const char *name);

/**
 * header_sector_name(topic), header_sector_number(name):
 * The same for sectors ("elder_care" ...).
 */
const char *header_sector_name(uint32_t topic);
uint32_t header_sector_number(const char *name);

/**
 * header_topic(org, kind, topic, out):
 * Write the PUB topic "<org>/<kind>/<sector>/": unknown kinds and sectors as
 * decimal numbers, "-" for no sector; ${kind} 0 is written "head" (a beacon).
 * If that would be longer than TOPIC_MAX (an org id of 30 characters or more
 * beside long names), the sector is written as its number.
 */
void header_topic(
    const char *org, uint32_t kind, uint32_t topic, char out[TOPIC_MAX + 1]);

/**
 * header_org_valid(org):
 * Return whether ${org} is [a-z0-9-]{2,32}.
 */
bool header_org_valid(const char *org);

#endif /* !ERFA_HEADER_H */
