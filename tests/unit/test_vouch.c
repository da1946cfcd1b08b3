#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "proto/vouch.h"

/* Somebody who knows the X25519 key of one key, and counts who asks. */
struct known {
	struct crypto_key key;
	uint8_t curve[KEY_LEN];
	size_t asked;
};

static const uint8_t *
known_curve(const void *arg, const uint8_t key[KEY_LEN])
{
	struct known *known = (struct known *)(uintptr_t)arg;

	known->asked++;
	return memcmp(key, known->key.public_key, KEY_LEN) == 0 ? known->curve :
								  NULL;
}

static void
known_begin(struct known *known)
{
	const uint8_t seed[SEED_LEN] = { 1 };

	assert_int_equal(crypto_init(), ERR_NONE);
	memset(known, 0, sizeof(*known));
	crypto_key_from_seed(seed, &known->key);
	memset(known->curve, 0x5a, KEY_LEN);
}

static void
key_that_is_known_is_not_converted(void **state)
{
	struct known known;
	struct vouch_set set = { .curve = known_curve, .curve_arg = &known };
	struct vouch_key *key;

	(void)state;
	known_begin(&known);
	assert_int_equal(
	    vouch_key_get(&set, known.key.public_key, &key), ERR_NONE);
	assert_true(key->usable);
	assert_memory_equal(key->curve, known.curve, KEY_LEN);
	assert_int_equal(
	    vouch_key_get(&set, known.key.public_key, &key), ERR_NONE);
	assert_int_equal(known.asked, 1);
	vouch_set_clear(&set);
}

static void
key_that_is_not_known_is_converted(void **state)
{
	const uint8_t seed[SEED_LEN] = { 2 };
	const uint8_t none[KEY_LEN] = { 0 };
	struct known known;
	struct crypto_key other;
	struct vouch_set set = { .curve = known_curve, .curve_arg = &known };
	struct vouch_key *key;
	uint8_t curve[KEY_LEN];

	(void)state;
	known_begin(&known);
	crypto_key_from_seed(seed, &other);
	assert_int_equal(vouch_key_get(&set, other.public_key, &key), ERR_NONE);
	assert_int_equal(
	    crypto_curve_public(other.public_key, curve), ERR_NONE);
	assert_true(key->usable);
	assert_memory_equal(key->curve, curve, KEY_LEN);
	assert_int_equal(vouch_key_get(&set, none, &key), ERR_NONE);
	assert_false(key->usable);
	vouch_set_clear(&set);
}

static void
set_without_anybody_to_ask_converts_itself(void **state)
{
	struct known known;
	struct vouch_set set = { 0 };
	struct vouch_key *key;

	(void)state;
	known_begin(&known);
	assert_int_equal(
	    vouch_key_get(&set, known.key.public_key, &key), ERR_NONE);
	assert_true(key->usable);
	assert_memory_not_equal(key->curve, known.curve, KEY_LEN);
	vouch_set_clear(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_that_is_known_is_not_converted),
		cmocka_unit_test(key_that_is_not_known_is_converted),
		cmocka_unit_test(set_without_anybody_to_ask_converts_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
