#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/bytes.h"
#include "proto/crypto.h"

/* Order of the group of Ed25519, little-endian. */
static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12,
	0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x10 };

static const uint8_t seed[SEED_LEN] = { 0x01, 0x02, 0x03 };
static const uint8_t other_seed[SEED_LEN] = { 0x04, 0x05, 0x06 };

static int
setup(void **state)
{
	(void)state;
	return crypto_init() == ERR_NONE ? 0 : -1;
}

static void
assert_hex(const uint8_t *bytes, size_t len, const char *hex)
{
	char text[2 * SIG_LEN + 1];

	assert_true(len <= SIG_LEN);
	bytes_hex(bytes, len, text);
	assert_string_equal(text, hex);
}

static void
hash_is_blake2b_256(void **state)
{
	uint8_t out[HASH_LEN];

	(void)state;
	crypto_h("", 0, out);
	assert_hex(out, HASH_LEN,
	    "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
	crypto_h("abc", 3, out);
	assert_hex(out, HASH_LEN,
	    "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

static void
hash_of_pieces_is_the_hash_of_the_whole(void **state)
{
	struct crypto_hash_state hash;
	uint8_t in[1000];
	uint8_t whole[HASH_LEN];
	uint8_t pieces[HASH_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)i;
	crypto_h(in, sizeof(in), whole);
	crypto_hash_begin(&hash);
	crypto_hash_add(&hash, in, 1);
	crypto_hash_add(&hash, in + 1, 0);
	crypto_hash_add(&hash, in + 1, 500);
	crypto_hash_add(&hash, in + 501, 499);
	crypto_hash_end(&hash, pieces);
	assert_memory_equal(whole, pieces, HASH_LEN);
}

static void
domain_is_padded_with_zeros_to_sixteen(void **state)
{
	uint8_t out[DOMAIN_LEN];

	(void)state;
	crypto_pad16("erfa/1/log", out);
	assert_memory_equal(out, "erfa/1/log\0\0\0\0\0\0", DOMAIN_LEN);
	crypto_pad16("0123456789abcdef", out);
	assert_memory_equal(out, "0123456789abcdef", DOMAIN_LEN);
}

static void
commitment_depends_on_salt_and_body(void **state)
{
	static const uint8_t salt[SALT_LEN] = { 0x01 };
	static const uint8_t pepper[SALT_LEN] = { 0x02 };
	uint8_t a[HASH_LEN];
	uint8_t b[HASH_LEN];

	(void)state;
	crypto_commit(salt, "body", 4, a);
	crypto_commit(salt, "body", 4, b);
	assert_memory_equal(a, b, HASH_LEN);
	crypto_commit(pepper, "body", 4, b);
	assert_memory_not_equal(a, b, HASH_LEN);
	crypto_commit(salt, "bodY", 4, b);
	assert_memory_not_equal(a, b, HASH_LEN);
	crypto_h("body", 4, b);
	assert_memory_not_equal(a, b, HASH_LEN);
}

static void
random_bytes_differ_and_wiped_bytes_are_zero(void **state)
{
	static const uint8_t zero[32];
	uint8_t a[32];
	uint8_t b[32];

	(void)state;
	crypto_random(a, sizeof(a));
	crypto_random(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	crypto_wipe(a, sizeof(a));
	assert_memory_equal(a, zero, sizeof(a));
}

static void
seed_of_rfc_8032_gives_its_public_key_and_signature(void **state)
{
	struct crypto_key key;
	uint8_t rfc[SEED_LEN];
	uint8_t sig[SIG_LEN];

	(void)state;
	assert_int_equal(bytes_unhex("9d61b19deffd5a60ba844af492ec2cc4"
				     "4449c5697b326919703bac031cae7f60",
			     rfc, SEED_LEN),
	    ERR_NONE);
	crypto_key_from_seed(rfc, &key);
	assert_hex(key.public_key, KEY_LEN,
	    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
	crypto_sign_with(key.secret, "", 0, sig);
	assert_hex(sig, SIG_LEN,
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
}

static void
curve_key_of_a_public_key_is_that_of_its_secret(void **state)
{
	struct crypto_key key;
	uint8_t curve[KEY_LEN];

	(void)state;
	crypto_key_from_seed(seed, &key);
	assert_int_equal(crypto_curve_public(key.public_key, curve), ERR_NONE);
	assert_memory_equal(curve, key.curve_public, KEY_LEN);
	crypto_curve_base(key.curve_secret, curve);
	assert_memory_equal(curve, key.curve_public, KEY_LEN);
}

static void
key_of_small_order_or_off_the_curve_is_refused(void **state)
{
	static const uint8_t neutral[KEY_LEN] = { 0x01 };
	static const uint8_t off[KEY_LEN] = { 0x02 };
	uint8_t curve[KEY_LEN] = { 0x77 };

	(void)state;
	assert_int_equal(crypto_curve_public(neutral, curve), ERR_SIG);
	assert_int_equal(crypto_curve_public(off, curve), ERR_SIG);
	assert_int_equal(curve[0], 0x77);
}

static void
signature_holds_for_its_key_and_message_alone(void **state)
{
	struct crypto_key ada;
	struct crypto_key bob;
	uint8_t sig[SIG_LEN];

	(void)state;
	crypto_key_from_seed(seed, &ada);
	crypto_key_from_seed(other_seed, &bob);
	crypto_sign_with(ada.secret, "message", 7, sig);
	assert_true(crypto_verify(ada.public_key, "message", 7, sig));
	assert_false(crypto_verify(ada.public_key, "messagE", 7, sig));
	assert_false(crypto_verify(ada.public_key, "message", 6, sig));
	assert_false(crypto_verify(bob.public_key, "message", 7, sig));
	sig[40] ^= 1;
	assert_false(crypto_verify(ada.public_key, "message", 7, sig));
}

static void
second_form_of_a_signature_is_refused(void **state)
{
	struct crypto_key ada;
	uint8_t sig[SIG_LEN];
	unsigned carry = 0;
	size_t i;

	/* S + L verifies in a careless implementation. */
	(void)state;
	crypto_key_from_seed(seed, &ada);
	crypto_sign_with(ada.secret, "message", 7, sig);
	for (i = 0; i < sizeof(order); i++) {
		carry += (unsigned)sig[32 + i] + order[i];
		sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_false(crypto_verify(ada.public_key, "message", 7, sig));
}

static void
signature_by_a_key_of_small_order_is_refused(void **state)
{
	static const uint8_t neutral[KEY_LEN] = { 0x01 };
	uint8_t sig[SIG_LEN] = { 0x01 };

	/* R and K neutral, S zero: true for every message if not checked. */
	(void)state;
	assert_false(crypto_verify(neutral, "message", 7, sig));
}

static void
body_sealed_at_rest_opens_with_its_slot_key(void **state)
{
	static const uint8_t slot_key[KEY_LEN] = { 0x11 };
	static const uint8_t salt[SALT_LEN] = { 0x22 };
	static const uint8_t body[] = "body";
	uint8_t sealed[SALT_LEN + sizeof(body) + CRYPTO_REST_EXTRA];
	uint8_t again[sizeof(sealed)];
	uint8_t out[SALT_LEN + sizeof(body)];

	(void)state;
	crypto_rest_seal(slot_key, salt, body, sizeof(body), sealed);
	assert_int_equal(
	    crypto_rest_open(slot_key, sealed, sizeof(sealed), out), ERR_NONE);
	assert_memory_equal(out, salt, SALT_LEN);
	assert_memory_equal(out + SALT_LEN, body, sizeof(body));

	/* The same body does not look the same twice. */
	crypto_rest_seal(slot_key, salt, body, sizeof(body), again);
	assert_memory_not_equal(sealed, again, sizeof(sealed));
}

static void
body_changed_at_rest_is_damaged(void **state)
{
	static const uint8_t slot_key[KEY_LEN] = { 0x11 };
	static const uint8_t other_key[KEY_LEN] = { 0x12 };
	static const uint8_t salt[SALT_LEN] = { 0x22 };
	uint8_t sealed[SALT_LEN + 4 + CRYPTO_REST_EXTRA];
	uint8_t out[SALT_LEN + 4];
	size_t i;

	(void)state;
	crypto_rest_seal(slot_key, salt, (const uint8_t *)"body", 4, sealed);
	for (i = 0; i < sizeof(sealed); i++) {
		sealed[i] ^= 1;
		assert_int_equal(
		    crypto_rest_open(slot_key, sealed, sizeof(sealed), out),
		    ERR_DAMAGED);
		sealed[i] ^= 1;
	}
	assert_int_equal(
	    crypto_rest_open(other_key, sealed, sizeof(sealed), out),
	    ERR_DAMAGED);
}

static void
sealed_bytes_too_short_for_a_body_are_refused(void **state)
{
	static const uint8_t slot_key[KEY_LEN] = { 0x11 };
	uint8_t sealed[SALT_LEN + CRYPTO_REST_EXTRA] = { 0 };
	uint8_t out[SALT_LEN];

	(void)state;
	assert_int_equal(
	    crypto_rest_open(slot_key, sealed, sizeof(sealed), out), ERR_SIZE);
	assert_int_equal(crypto_rest_open(slot_key, sealed, 0, out), ERR_SIZE);
}

static void
slot_opens_for_its_member_and_nobody_else(void **state)
{
	static const uint8_t content_key[KEY_LEN] = { 0x33 };
	uint8_t slot[CRYPTO_SLOT_LEN];
	uint8_t out[KEY_LEN] = { 0x77 };
	struct crypto_key ada;
	struct crypto_key bob;

	(void)state;
	crypto_key_from_seed(seed, &ada);
	crypto_key_from_seed(other_seed, &bob);
	assert_int_equal(
	    crypto_slot_seal(content_key, ada.curve_public, slot), ERR_NONE);
	assert_int_equal(
	    crypto_slot_open(slot, bob.curve_public, bob.curve_secret, out),
	    ERR_DENIED);
	assert_int_equal(out[0], 0x77);
	assert_int_equal(
	    crypto_slot_open(slot, ada.curve_public, ada.curve_secret, out),
	    ERR_NONE);
	assert_memory_equal(out, content_key, KEY_LEN);
}

static void
slot_for_an_unusable_key_is_refused(void **state)
{
	static const uint8_t content_key[KEY_LEN] = { 0x33 };
	static const uint8_t zero[KEY_LEN];
	uint8_t slot[CRYPTO_SLOT_LEN];

	(void)state;
	assert_int_equal(crypto_slot_seal(content_key, zero, slot), ERR_SIG);
}

static void
content_of_any_length_comes_back_out_of_its_box(void **state)
{
	static const uint8_t key[KEY_LEN] = { 0x44 };
	static const uint8_t nonce[CRYPTO_NONCE_LEN] = { 0x55 };
	static const size_t lens[] = { 0, 1, 1023, 1024, 1025, 2048 };
	uint8_t in[2048];
	uint8_t box[CRYPTO_BOX_LEN(2048)];
	uint8_t out[CRYPTO_BOX_LEN(2048)];
	size_t len;
	size_t i;

	(void)state;
	memset(in, 0x80, sizeof(in));
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		crypto_content_seal(key, nonce, in, lens[i], box);
		assert_int_equal(crypto_content_open(key, nonce, box,
				     CRYPTO_BOX_LEN(lens[i]), out, &len),
		    ERR_NONE);
		assert_int_equal(len, lens[i]);
		assert_memory_equal(out, in, len);
	}
	assert_int_equal(CRYPTO_BOX_LEN(0), 1024 + 16);
	assert_int_equal(CRYPTO_BOX_LEN(1023), 1024 + 16);
	assert_int_equal(CRYPTO_BOX_LEN(1024), 2048 + 16);
}

static void
changed_box_is_damaged_and_tells_no_length(void **state)
{
	static const uint8_t key[KEY_LEN] = { 0x44 };
	static const uint8_t nonce[CRYPTO_NONCE_LEN] = { 0x55 };
	static const uint8_t other[CRYPTO_NONCE_LEN] = { 0x56 };
	uint8_t box[CRYPTO_BOX_LEN(5)];
	uint8_t out[sizeof(box)];
	size_t len = 99;

	(void)state;
	crypto_content_seal(key, nonce, (const uint8_t *)"hello", 5, box);
	assert_int_equal(
	    crypto_content_open(key, other, box, sizeof(box), out, &len),
	    ERR_DAMAGED);
	box[100] ^= 1;
	assert_int_equal(
	    crypto_content_open(key, nonce, box, sizeof(box), out, &len),
	    ERR_DAMAGED);
	assert_int_equal(len, 99);
}

static void
box_of_an_impossible_length_is_refused(void **state)
{
	static const uint8_t key[KEY_LEN] = { 0x44 };
	static const uint8_t nonce[CRYPTO_NONCE_LEN] = { 0x55 };
	uint8_t box[CRYPTO_BOX_LEN(5) + 1] = { 0 };
	uint8_t out[sizeof(box)];
	size_t len = 99;

	(void)state;
	assert_int_equal(
	    crypto_content_open(key, nonce, box, 0, out, &len), ERR_SIZE);
	assert_int_equal(
	    crypto_content_open(key, nonce, box, 16, out, &len), ERR_SIZE);
	assert_int_equal(
	    crypto_content_open(key, nonce, box, sizeof(box), out, &len),
	    ERR_SIZE);
	assert_int_equal(len, 99);
}

static void
a_stream_opens_in_its_order_alone(void **state)
{
	static const uint8_t key[KEY_LEN] = { 0x66 };
	static const uint8_t other[KEY_LEN] = { 0x67 };
	static const struct bytes a = { (const uint8_t *)"a", 1 };
	static const struct bytes b = { (const uint8_t *)"b", 1 };
	uint8_t header[CRYPTO_STREAM_HEADER];
	uint8_t piece[2][5 + CRYPTO_STREAM_EXTRA];
	uint8_t out[5];
	struct crypto_stream stream;
	bool last = true;

	(void)state;
	crypto_stream_seal_begin(&stream, key, header);
	crypto_stream_seal(
	    &stream, false, a, (const uint8_t *)"hello", 5, piece[0]);
	crypto_stream_seal(
	    &stream, true, a, (const uint8_t *)"world", 5, piece[1]);
	assert_int_equal(
	    crypto_stream_open_begin(&stream, key, header), ERR_NONE);
	assert_int_equal(crypto_stream_open(&stream, b, piece[0],
			     sizeof(piece[0]), out, &last),
	    ERR_DAMAGED);
	assert_int_equal(crypto_stream_open(&stream, a, piece[1],
			     sizeof(piece[1]), out, &last),
	    ERR_DAMAGED);
	assert_int_equal(crypto_stream_open(&stream, a, piece[0],
			     CRYPTO_STREAM_EXTRA - 1, out, &last),
	    ERR_SIZE);
	assert_int_equal(crypto_stream_open(&stream, a, piece[0],
			     sizeof(piece[0]), out, &last),
	    ERR_NONE);
	assert_memory_equal(out, "hello", 5);
	assert_false(last);
	assert_int_equal(crypto_stream_open(&stream, a, piece[1],
			     sizeof(piece[1]), out, &last),
	    ERR_NONE);
	assert_memory_equal(out, "world", 5);
	assert_true(last);
	assert_int_equal(
	    crypto_stream_open_begin(&stream, other, header), ERR_NONE);
	assert_int_equal(crypto_stream_open(&stream, a, piece[0],
			     sizeof(piece[0]), out, &last),
	    ERR_DAMAGED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_opens_in_its_order_alone),
		cmocka_unit_test(hash_is_blake2b_256),
		cmocka_unit_test(hash_of_pieces_is_the_hash_of_the_whole),
		cmocka_unit_test(domain_is_padded_with_zeros_to_sixteen),
		cmocka_unit_test(commitment_depends_on_salt_and_body),
		cmocka_unit_test(random_bytes_differ_and_wiped_bytes_are_zero),
		cmocka_unit_test(
		    seed_of_rfc_8032_gives_its_public_key_and_signature),
		cmocka_unit_test(
		    curve_key_of_a_public_key_is_that_of_its_secret),
		cmocka_unit_test(
		    key_of_small_order_or_off_the_curve_is_refused),
		cmocka_unit_test(signature_holds_for_its_key_and_message_alone),
		cmocka_unit_test(second_form_of_a_signature_is_refused),
		cmocka_unit_test(signature_by_a_key_of_small_order_is_refused),
		cmocka_unit_test(body_sealed_at_rest_opens_with_its_slot_key),
		cmocka_unit_test(body_changed_at_rest_is_damaged),
		cmocka_unit_test(sealed_bytes_too_short_for_a_body_are_refused),
		cmocka_unit_test(slot_opens_for_its_member_and_nobody_else),
		cmocka_unit_test(slot_for_an_unusable_key_is_refused),
		cmocka_unit_test(
		    content_of_any_length_comes_back_out_of_its_box),
		cmocka_unit_test(changed_box_is_damaged_and_tells_no_length),
		cmocka_unit_test(box_of_an_impossible_length_is_refused),
	};

	return cmocka_run_group_tests_name("crypto", tests, setup, NULL);
}
