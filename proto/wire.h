#ifndef ERFA_WIRE_H
#define ERFA_WIRE_H

/*
 * wire - the six messages between nodes as structs and bytes.
 *
 * wire_decode() bounds size, depth, count and memory before protobuf-c sees a
 * byte, and checks the length of every fixed-size field; what it returns is
 * well-formed, and still only a claim.  PROTOCOL.md chapter 7.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/err.h"
#include "proto/limits.h"
#include "proto/log.h"

enum wire_type {
	WIRE_HELLO = 1,
	WIRE_HAVE,
	WIRE_GET,
	WIRE_DATA,
	WIRE_NOTE,
	WIRE_ERR,
};

/* HELLO.flags */
#define WIRE_NO_SUB 1U /* the sender has no SUB: push NOTEs on this link */

/* Longest texts: characters, and bytes where they are ASCII. */
#define WIRE_NAME_MAX   120
#define WIRE_SW_MAX     64
#define WIRE_ERR_MAX    200
#define WIRE_LISTEN_MAX 261 /* bytes: host (255) : port (5) */

/* A newcomer's request to become a member. */
struct wire_join {
	uint8_t key[KEY_LEN];
	uint8_t sig[SIG_LEN];
	const char *org; /* never NULL in a decoded message; may be empty */
	const char *name;
	const char *listen;
};

struct wire_hello {
	uint32_t proto_min;
	uint32_t proto_max;
	bool has_key;
	uint8_t key[KEY_LEN];
	uint8_t nonce[NONCE_LEN];
	uint8_t digest[HASH_LEN];
	uint32_t max_msg;
	uint32_t window;
	uint64_t time_ms;
	uint32_t flags;
	uint32_t pub_port;
	const char *sw;
	const char *org;
	const char *name;
	const struct wire_join *join; /* NULL if absent */
};

struct wire_pos {
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
	uint8_t c8[C8_LEN];
	bool has_key;
	uint8_t key[KEY_LEN];
	uint64_t inc;
	bool beyond; /* n is a MEMBER entry beyond what counts */
};

struct wire_have {
	uint8_t digest[HASH_LEN];
	struct wire_pos *pos;
	size_t npos;
	bool full;
	uint32_t part;
	uint32_t parts;
};

struct wire_ref {
	uint8_t log_id[LOG_ID_LEN];
	uint64_t n;
	uint32_t part;
	uint64_t offset;
};

/* Either a log's headers (has_log) or bodies (nrefs > 0). */
struct wire_get {
	uint32_t req;
	bool has_log;
	uint8_t log_id[LOG_ID_LEN];
	uint64_t first;
	uint32_t max_bytes;
	struct wire_ref *refs;
	size_t nrefs;
	bool has_branch; /* n and c8 name the HEAD wanted */
	uint64_t n;
	uint8_t c8[C8_LEN];
};

enum wire_state {
	WIRE_OK = 0,
	WIRE_GONE = 1,
	WIRE_DENIED = 2,
	WIRE_ABSENT = 3,
};

struct wire_body {
	struct wire_ref ref;
	uint64_t total;
	enum wire_state state;
	uint8_t salt[SALT_LEN]; /* with WIRE_OK */
	struct bytes data;
};

struct wire_data {
	uint32_t req;
	bool last;
	bool has_run;
	struct log_run run;
	struct wire_body *bodies;
	size_t nbodies;
};

struct wire_note {
	const uint8_t *head;      /* HEAD_LEN bytes, never NULL when decoded */
	struct bytes header;      /* empty = HEAD alone */
	uint8_t c_prev[HASH_LEN]; /* with header */
	bool has_body;
	struct wire_body body;
};

enum wire_code {
	WIRE_NO_SESSION = 1,
	WIRE_VERSION = 2,
	WIRE_BUSY = 3,
	WIRE_QUOTA = 4,
	WIRE_REFUSED = 5, /* DENIED on the wire */
	WIRE_BAD = 6,
};

struct wire_err {
	uint32_t req;  /* 0 = the session */
	uint32_t code; /* enum wire_code, or a number of a later version */
	uint32_t retry_ms;
	const char *text;
};

struct wire_msg {
	enum wire_type type;

	union {
		struct wire_hello hello;
		struct wire_have have;
		struct wire_get get;
		struct wire_data data;
		struct wire_note note;
		struct wire_err err;
	} u;

	void *memory; /* private: what the pointers above lead into */
};

/**
 * wire_decode(buf, len, ret_msg):
 * Decode one frame.  The pointers of ${ret_msg} lead into ${buf} or into memory
 * that wire_clear() frees; both must outlive their use.  Strings are valid
 * UTF-8 and end at their first NUL.  Return
 *   ERR_SIZE    no bytes or more than MSG_MAX; a fixed-size field that is missing
 *               or has another length; a text longer than allowed above;
 *   ERR_LIMIT   too many tags, items (HAVE_POS_MAX, GET_REFS_MAX also of bodies,
 *               BOUNDARY_N headers), bytes of bodies (DATA_MAX, NOTE_BODY_MAX),
 *               or too much to allocate;
 *   ERR_DEPTH   nested too deeply;
 *   ERR_SYNTAX  the bytes do not parse or make no sense: no message at all; text
 *               that is not UTF-8; HELLO with both or neither of key and join;
 *               HAVE whose part is not within parts, or positions with parts 0;
 *               GET for both or neither of headers and bodies, for number 0, or
 *               with only one of n and c8; a body of an unknown state, without
 *               ref, or beyond its total (for part 0: beyond BODY_MAX); NOTE
 *               whose n is not its HEAD's, with a body but no header, or with
 *               the body of another entry or only a part of it;
 *   ERR_NOMEM.
 * Whether a run fits its HEAD is for log_run_verify().
 */
enum err wire_decode(
    const uint8_t *buf, size_t len, struct wire_msg *ret_msg) MUST_CHECK;

/**
 * wire_is_err(buf, len):
 * Do these bytes begin as an ERR does, whether they can be decoded or not?  That
 * is never answered with an ERR.
 */
bool wire_is_err(const uint8_t *buf, size_t len);

/**
 * wire_clear(msg):
 * Free what wire_decode() allocated; a zeroed ${msg} is allowed.
 */
void wire_clear(struct wire_msg *msg);

/**
 * wire_encode(msg, ret_buf, ret_len):
 * Encode ${msg} to a new buffer that the caller frees with free(): fields in
 * ascending order, those that are zero, false or empty left out, except the
 * fixed-size ones that wire_decode() demands.  Strings may be NULL for empty.
 * NOTE.n is taken from the HEAD.  Return ERR_SIZE if it would be longer than
 * MSG_MAX, or ERR_NOMEM.
 */
enum err wire_encode(
    const struct wire_msg *msg, uint8_t **ret_buf, size_t *ret_len) MUST_CHECK;

#endif /* !ERFA_WIRE_H */
