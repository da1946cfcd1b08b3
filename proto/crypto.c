#include "proto/crypto.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

_Static_assert(KEY_LEN == crypto_sign_PUBLICKEYBYTES, "Ed25519 public key");
_Static_assert(KEY_LEN == crypto_box_PUBLICKEYBYTES, "X25519 public key");
_Static_assert(
    KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "content key");
_Static_assert(SECRET_LEN == crypto_sign_SECRETKEYBYTES, "Ed25519 secret key");
_Static_assert(SEED_LEN == crypto_sign_SEEDBYTES, "Ed25519 seed");
_Static_assert(SIG_LEN == crypto_sign_BYTES, "Ed25519 signature");
_Static_assert(HASH_LEN == crypto_generichash_BYTES, "BLAKE2b-256");
_Static_assert(SALT_LEN == crypto_generichash_KEYBYTES, "key of a commitment");
_Static_assert(CRYPTO_NONCE_LEN == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    "XChaCha20 nonce");
_Static_assert(CRYPTO_SLOT_LEN == KEY_LEN + crypto_box_SEALBYTES, "slot");
_Static_assert(
    sizeof(struct crypto_hash_state) == sizeof(crypto_generichash_state),
    "state of a hash");
_Static_assert(sizeof(struct crypto_stream) ==
	sizeof(crypto_secretstream_xchacha20poly1305_state),
    "state of a stream");
_Static_assert(
    CRYPTO_STREAM_HEADER == crypto_secretstream_xchacha20poly1305_HEADERBYTES &&
	CRYPTO_STREAM_EXTRA == crypto_secretstream_xchacha20poly1305_ABYTES,
    "parts of a stream");

#define TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(CRYPTO_REST_EXTRA == CRYPTO_NONCE_LEN + TAG_LEN, "at rest");

enum err
crypto_init(void)
{
	return sodium_init() < 0 ? ERR_IO : ERR_NONE;
}

void
crypto_random(void *out, size_t len)
{
	randombytes_buf(out, len);
}

void
crypto_wipe(void *buf, size_t len)
{
	sodium_memzero(buf, len);
}

void
crypto_h(const void *in, size_t len, uint8_t out[HASH_LEN])
{
	(void)crypto_generichash(out, HASH_LEN, in, len, NULL, 0);
}

/*
 * libsodium's state is copied in and out, never pointed at through another
 * type: the compiler sees through the copies.
 */
void
crypto_hash_begin(struct crypto_hash_state *state)
{
	crypto_generichash_state inner;

	(void)crypto_generichash_init(&inner, NULL, 0, HASH_LEN);
	memcpy(state->opaque, &inner, sizeof(inner));
}

void
crypto_hash_add(struct crypto_hash_state *state, const void *in, size_t len)
{
	crypto_generichash_state inner;

	memcpy(&inner, state->opaque, sizeof(inner));
	(void)crypto_generichash_update(&inner, in, len);
	memcpy(state->opaque, &inner, sizeof(inner));
}

void
crypto_hash_end(struct crypto_hash_state *state, uint8_t out[HASH_LEN])
{
	crypto_generichash_state inner;

	memcpy(&inner, state->opaque, sizeof(inner));
	(void)crypto_generichash_final(&inner, out, HASH_LEN);
	sodium_memzero(state, sizeof(*state));
	sodium_memzero(&inner, sizeof(inner));
}

void
crypto_pad16(const char *domain, uint8_t out[DOMAIN_LEN])
{
	size_t len = strlen(domain);
	size_t i;

	assert(len <= DOMAIN_LEN);
	for (i = 0; i < DOMAIN_LEN; i++)
		out[i] = i < len ? (uint8_t)domain[i] : 0;
}

void
crypto_commit(const uint8_t salt[SALT_LEN], const void *body, size_t len,
    uint8_t out[HASH_LEN])
{
	(void)crypto_generichash(out, HASH_LEN, body, len, salt, SALT_LEN);
}

void
crypto_key_from_seed(const uint8_t seed[SEED_LEN], struct crypto_key *ret_key)
{
	(void)crypto_sign_seed_keypair(
	    ret_key->public_key, ret_key->secret, seed);
	(void)crypto_sign_ed25519_sk_to_curve25519(
	    ret_key->curve_secret, ret_key->secret);
	(void)crypto_scalarmult_base(
	    ret_key->curve_public, ret_key->curve_secret);
}

/*
 * Is the key the one encoding of a point of the subgroup?  Then as many times its
 * order and once more it is itself.  Some versions of libsodium take a point of the
 * subgroup plus that of order 2 for one of the subgroup, and who is a member must
 * not hang on that.
 */
static bool
in_subgroup(const uint8_t public_key[KEY_LEN])
{
	static const uint8_t order_and_one[32] = { 0xee, 0xd3, 0xf5, 0x5c, 0x1a,
		0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
		0x14, [31] = 0x10 };
	uint8_t same[KEY_LEN];

	return crypto_scalarmult_ed25519_noclamp(
		   same, order_and_one, public_key) == 0 &&
	    memcmp(same, public_key, KEY_LEN) == 0;
}

enum err
crypto_curve_public(
    const uint8_t public_key[KEY_LEN], uint8_t ret_curve[KEY_LEN])
{
	uint8_t curve[KEY_LEN];

	if (crypto_sign_ed25519_pk_to_curve25519(curve, public_key) != 0 ||
	    !in_subgroup(public_key))
		return ERR_SIG;
	memcpy(ret_curve, curve, KEY_LEN);
	return ERR_NONE;
}

void
crypto_curve_base(const uint8_t secret[KEY_LEN], uint8_t out[KEY_LEN])
{
	(void)crypto_scalarmult_base(out, secret);
}

void
crypto_sign_with(const uint8_t secret[SECRET_LEN], const void *msg, size_t len,
    uint8_t out[SIG_LEN])
{
	(void)crypto_sign_detached(out, NULL, msg, len, secret);
}

bool
crypto_verify(const uint8_t public_key[KEY_LEN], const void *msg, size_t len,
    const uint8_t sig[SIG_LEN])
{
	return crypto_sign_verify_detached(sig, msg, len, public_key) == 0;
}

/* Seal the ${len} bytes at ${text} in place; TAG_LEN more bytes follow them. */
static void
seal(uint8_t *text, size_t len, const uint8_t *nonce, const uint8_t *key)
{
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
	    text, NULL, text, len, NULL, 0, NULL, nonce, key);
}

/* Open ${len} bytes, tag included, to ${out}. */
static enum err
unseal(const uint8_t *in, size_t len, const uint8_t *nonce, const uint8_t *key,
    uint8_t *out)
{
	return crypto_aead_xchacha20poly1305_ietf_decrypt(
		   out, NULL, NULL, in, len, NULL, 0, nonce, key) == 0 ?
	    ERR_NONE :
	    ERR_DAMAGED;
}

void
crypto_rest_seal(const uint8_t slot_key[KEY_LEN], const uint8_t salt[SALT_LEN],
    const uint8_t *body, size_t len, uint8_t *out)
{
	uint8_t *nonce = out;
	uint8_t *text = out + CRYPTO_NONCE_LEN;

	randombytes_buf(nonce, CRYPTO_NONCE_LEN);
	memcpy(text, salt, SALT_LEN);
	memcpy(text + SALT_LEN, body, len);
	seal(text, SALT_LEN + len, nonce, slot_key);
}

enum err
crypto_rest_open(const uint8_t slot_key[KEY_LEN], const uint8_t *in, size_t len,
    uint8_t *out)
{
	/* The shortest body has one byte. */
	if (len <= CRYPTO_REST_EXTRA + SALT_LEN)
		return ERR_SIZE;
	return unseal(
	    in + CRYPTO_NONCE_LEN, len - CRYPTO_NONCE_LEN, in, slot_key, out);
}

enum err
crypto_slot_seal(const uint8_t content_key[KEY_LEN],
    const uint8_t curve_public[KEY_LEN], uint8_t out[CRYPTO_SLOT_LEN])
{
	return crypto_box_seal(out, content_key, KEY_LEN, curve_public) == 0 ?
	    ERR_NONE :
	    ERR_SIG;
}

enum err
crypto_slot_open(const uint8_t slot[CRYPTO_SLOT_LEN],
    const uint8_t curve_public[KEY_LEN], const uint8_t curve_secret[KEY_LEN],
    uint8_t ret_key[KEY_LEN])
{
	uint8_t key[KEY_LEN];

	if (crypto_box_seal_open(
		key, slot, CRYPTO_SLOT_LEN, curve_public, curve_secret) != 0)
		return ERR_DENIED;
	memcpy(ret_key, key, KEY_LEN);
	sodium_memzero(key, sizeof(key));
	return ERR_NONE;
}

void
crypto_content_seal(const uint8_t key[KEY_LEN],
    const uint8_t nonce[CRYPTO_NONCE_LEN], const uint8_t *in, size_t len,
    uint8_t *out)
{
	size_t room = CRYPTO_BOX_LEN(len) - TAG_LEN;
	size_t padded = 0;
	int failed;

	if (len > 0)
		memcpy(out, in, len);
	failed = sodium_pad(&padded, out, len, CRYPTO_PAD, room);
	assert(failed == 0 && padded == room);
	(void)failed;
	seal(out, padded, nonce, key);
}

enum err
crypto_content_open(const uint8_t key[KEY_LEN],
    const uint8_t nonce[CRYPTO_NONCE_LEN], const uint8_t *in, size_t len,
    uint8_t *out, size_t *ret_len)
{
	size_t unpadded;
	enum err err;

	if (len < CRYPTO_PAD + TAG_LEN || (len - TAG_LEN) % CRYPTO_PAD != 0)
		return ERR_SIZE;
	if ((err = unseal(in, len, nonce, key, out)) != ERR_NONE)
		return err;
	if (sodium_unpad(&unpadded, out, len - TAG_LEN, CRYPTO_PAD) != 0)
		return ERR_DAMAGED;
	*ret_len = unpadded;
	return ERR_NONE;
}

/* ---- streams ---- */

void
crypto_stream_seal_begin(struct crypto_stream *stream,
    const uint8_t key[KEY_LEN], uint8_t out_header[CRYPTO_STREAM_HEADER])
{
	crypto_secretstream_xchacha20poly1305_state state;

	(void)crypto_secretstream_xchacha20poly1305_init_push(
	    &state, out_header, key);
	memcpy(stream->opaque, &state, sizeof(state));
	sodium_memzero(&state, sizeof(state));
}

void
crypto_stream_seal(struct crypto_stream *stream, bool last, struct bytes aad,
    const uint8_t *in, size_t len, uint8_t *out)
{
	crypto_secretstream_xchacha20poly1305_state state;

	memcpy(&state, stream->opaque, sizeof(state));
	(void)crypto_secretstream_xchacha20poly1305_push(&state, out, NULL, in,
	    len, aad.data, aad.len,
	    last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
	memcpy(stream->opaque, &state, sizeof(state));
	sodium_memzero(&state, sizeof(state));
}

enum err
crypto_stream_open_begin(struct crypto_stream *stream,
    const uint8_t key[KEY_LEN], const uint8_t header[CRYPTO_STREAM_HEADER])
{
	crypto_secretstream_xchacha20poly1305_state state;

	if (crypto_secretstream_xchacha20poly1305_init_pull(
		&state, header, key) != 0)
		return ERR_DAMAGED;
	memcpy(stream->opaque, &state, sizeof(state));
	sodium_memzero(&state, sizeof(state));
	return ERR_NONE;
}

enum err
crypto_stream_open(struct crypto_stream *stream, struct bytes aad,
    const uint8_t *in, size_t len, uint8_t *out, bool *ret_last)
{
	crypto_secretstream_xchacha20poly1305_state state;
	unsigned char tag = 0;
	int failed;

	if (len < CRYPTO_STREAM_EXTRA)
		return ERR_SIZE;
	memcpy(&state, stream->opaque, sizeof(state));
	failed = crypto_secretstream_xchacha20poly1305_pull(
	    &state, out, NULL, &tag, in, len, aad.data, aad.len);
	memcpy(stream->opaque, &state, sizeof(state));
	sodium_memzero(&state, sizeof(state));
	if (failed != 0)
		return ERR_DAMAGED;
	*ret_last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	return ERR_NONE;
}
