#ifndef ERFA_CRYPTO_H
#define ERFA_CRYPTO_H

/*
 * crypto - the primitives of erfa/1, each under the name the protocol gives it.
 *
 * The only user of libsodium.  Nothing here knows an entry or a message.  Plain
 * crypto_hash() and crypto_sign() are names of libsodium's and must not be ours.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/bytes.h"
#include "proto/err.h"
#include "proto/limits.h"

/* A node's key: the Ed25519 pair and the X25519 pair that follows from it. */
struct crypto_key {
	uint8_t public_key[KEY_LEN];
	uint8_t secret[SECRET_LEN];
	uint8_t curve_public[KEY_LEN];
	uint8_t curve_secret[KEY_LEN];
};

/**
 * crypto_init():
 * Prepare libsodium; call once before anything else here, from one thread.
 * Return ERR_IO if the system has no randomness.
 */
enum err crypto_init(void) MUST_CHECK;

/**
 * crypto_random(out, len):
 * Fill ${out} with ${len} unpredictable bytes.
 */
void crypto_random(void *out, size_t len);

/**
 * crypto_wipe(buf, len):
 * Overwrite secrets in a way that the compiler does not remove.
 */
void crypto_wipe(void *buf, size_t len);

/**
 * crypto_h(in, len, out):
 * H: unkeyed BLAKE2b-256 of ${len} bytes.
 */
void crypto_h(const void *in, size_t len, uint8_t out[HASH_LEN]);

/* A hash that is computed over several pieces. */
struct crypto_hash_state {
	uint8_t opaque[384]; /* libsodium's state, copied in and out */
};

/**
 * crypto_hash_begin(state), crypto_hash_add(state, in, len),
 * crypto_hash_end(state, out):
 * H over the pieces in the order of the calls.
 */
void crypto_hash_begin(struct crypto_hash_state *state);
void crypto_hash_add(
    struct crypto_hash_state *state, const void *in, size_t len);
void crypto_hash_end(struct crypto_hash_state *state, uint8_t out[HASH_LEN]);

/**
 * crypto_pad16(domain, out):
 * Write the ASCII domain string, at most 16 characters, padded with zeros.
 */
void crypto_pad16(const char *domain, uint8_t out[DOMAIN_LEN]);

/**
 * crypto_commit(salt, body, len, out):
 * The commitment of a body: BLAKE2b-256 with ${salt} as key.
 */
void crypto_commit(const uint8_t salt[SALT_LEN], const void *body, size_t len,
    uint8_t out[HASH_LEN]);

/**
 * crypto_key_from_seed(seed, ret_key):
 * Compute both key pairs from the 32 bytes that the key file holds.
 */
void crypto_key_from_seed(
    const uint8_t seed[SEED_LEN], struct crypto_key *ret_key);

/**
 * crypto_curve_public(public_key, ret_curve):
 * The X25519 public key that belongs to an Ed25519 public key.  Return ERR_SIG
 * if ${public_key} is not the canonical encoding of a point of the prime-order
 * subgroup other than the neutral one (PROTOCOL.md chapter 2): off the curve, of
 * small order, or with a part of small order.
 */
enum err crypto_curve_public(
    const uint8_t public_key[KEY_LEN], uint8_t ret_curve[KEY_LEN]) MUST_CHECK;

/**
 * crypto_curve_base(secret, out):
 * The X25519 public key of an X25519 secret (an invitation's join key).
 */
void crypto_curve_base(const uint8_t secret[KEY_LEN], uint8_t out[KEY_LEN]);

/**
 * crypto_sign_with(secret, msg, len, out):
 * Ed25519 signature over ${len} bytes, which begin with a pad16 domain.
 */
void crypto_sign_with(const uint8_t secret[SECRET_LEN], const void *msg,
    size_t len, uint8_t out[SIG_LEN]);

/**
 * crypto_verify(public_key, msg, len, sig):
 * Return whether ${sig} is ${public_key}'s strict Ed25519 signature.
 */
bool crypto_verify(const uint8_t public_key[KEY_LEN], const void *msg,
    size_t len, const uint8_t sig[SIG_LEN]);

/* What sealing under a slot key adds to salt and body: nonce and tag. */
#define CRYPTO_REST_EXTRA (24 + 16)

/**
 * crypto_rest_seal(slot_key, salt, body, len, out):
 * Seal salt and body together for the disk (XChaCha20-Poly1305 with a random
 * nonce) into the SALT_LEN + ${len} + CRYPTO_REST_EXTRA bytes at ${out}.
 */
void crypto_rest_seal(const uint8_t slot_key[KEY_LEN],
    const uint8_t salt[SALT_LEN], const uint8_t *body, size_t len,
    uint8_t *out);

/**
 * crypto_rest_open(slot_key, in, len, out):
 * Open ${len} sealed bytes to the ${len} - CRYPTO_REST_EXTRA bytes at ${out}:
 * salt, then body.  Return ERR_DAMAGED if they were changed or the key is
 * another, ERR_SIZE if ${len} is too small to hold a body.
 */
enum err crypto_rest_open(const uint8_t slot_key[KEY_LEN], const uint8_t *in,
    size_t len, uint8_t *out) MUST_CHECK;

/* Restricted bodies: content sealed to the X25519 keys of the members. */
#define CRYPTO_SLOT_LEN  80   /* crypto_box_seal of the content key */
#define CRYPTO_NONCE_LEN 24   /* XChaCha20-Poly1305 */
#define CRYPTO_PAD       1024 /* sodium_pad block of the content */

/**
 * crypto_slot_seal(content_key, curve_public, out):
 * Seal a content key to one member.  Return ERR_SIG if the key is unusable.
 */
enum err crypto_slot_seal(const uint8_t content_key[KEY_LEN],
    const uint8_t curve_public[KEY_LEN],
    uint8_t out[CRYPTO_SLOT_LEN]) MUST_CHECK;

/**
 * crypto_slot_open(slot, curve_public, curve_secret, ret_key):
 * Open a slot that was sealed to our key, else return ERR_DENIED.
 */
enum err crypto_slot_open(const uint8_t slot[CRYPTO_SLOT_LEN],
    const uint8_t curve_public[KEY_LEN], const uint8_t curve_secret[KEY_LEN],
    uint8_t ret_key[KEY_LEN]) MUST_CHECK;

/* Length of the box for a content of len bytes. */
#define CRYPTO_BOX_LEN(len) (((len) / CRYPTO_PAD + 1) * CRYPTO_PAD + 16)

/**
 * crypto_content_seal(key, nonce, in, len, out):
 * Pad ${in} and seal it to the CRYPTO_BOX_LEN(${len}) bytes at ${out}.
 */
void crypto_content_seal(const uint8_t key[KEY_LEN],
    const uint8_t nonce[CRYPTO_NONCE_LEN], const uint8_t *in, size_t len,
    uint8_t *out);

/**
 * crypto_content_open(key, nonce, in, len, out, ret_len):
 * Open a box of ${len} bytes to ${out}, which has room for ${len} bytes, and
 * tell the length without padding.  Return ERR_DAMAGED or ERR_SIZE.
 */
enum err crypto_content_open(const uint8_t key[KEY_LEN],
    const uint8_t nonce[CRYPTO_NONCE_LEN], const uint8_t *in, size_t len,
    uint8_t *out, size_t *ret_len) MUST_CHECK;

/* A stream of pieces that cannot be changed, reordered, dropped or cut off
 * unnoticed: libsodium's secretstream with XChaCha20-Poly1305. */
#define CRYPTO_STREAM_HEADER 24
#define CRYPTO_STREAM_EXTRA  17 /* that sealing adds to each piece */

struct crypto_stream {
	uint8_t opaque[52]; /* libsodium's state, copied in and out */
};

/**
 * crypto_stream_seal_begin(stream, key, out_header),
 * crypto_stream_seal(stream, last, aad, in, len, out):
 * Begin a stream; seal its next piece, the ${last} one or not, with what it
 * belongs to (${aad}, not kept), to the ${len} + CRYPTO_STREAM_EXTRA bytes at
 * ${out}.
 */
void crypto_stream_seal_begin(struct crypto_stream *stream,
    const uint8_t key[KEY_LEN], uint8_t out_header[CRYPTO_STREAM_HEADER]);
void crypto_stream_seal(struct crypto_stream *stream, bool last,
    struct bytes aad, const uint8_t *in, size_t len, uint8_t *out);

/**
 * crypto_stream_open_begin(stream, key, header),
 * crypto_stream_open(stream, aad, in, len, out, ret_last):
 * Open a stream, and its next piece to the ${len} - CRYPTO_STREAM_EXTRA bytes at
 * ${out}.  Return ERR_DAMAGED if it is not what was sealed at this place under
 * this key, ERR_SIZE if ${len} is less than CRYPTO_STREAM_EXTRA.
 */
enum err crypto_stream_open_begin(struct crypto_stream *stream,
    const uint8_t key[KEY_LEN],
    const uint8_t header[CRYPTO_STREAM_HEADER]) MUST_CHECK;
enum err crypto_stream_open(struct crypto_stream *stream, struct bytes aad,
    const uint8_t *in, size_t len, uint8_t *out, bool *ret_last) MUST_CHECK;

#endif /* !ERFA_CRYPTO_H */
