#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/field.h"
#include "proto/header.h"
#include "proto/sealed.h"

struct fixture {
	struct sealed_ring ada;
	struct sealed_ring bob;
	struct sealed_ring eve;
	uint8_t members[2][KEY_LEN]; /* ada and bob */
	uint8_t *p;
	size_t len;
};

static const char text[] = "Hjemmepleje i faste team, fortroligt";

static void
make_ring(uint8_t number, struct sealed_ring *ring)
{
	const uint8_t seed[SEED_LEN] = { number };

	ring->count = 1;
	crypto_key_from_seed(seed, &ring->keys[0]);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	make_ring(1, &f->ada);
	make_ring(2, &f->bob);
	make_ring(3, &f->eve);
	memcpy(f->members[0], f->ada.keys[0].curve_public, KEY_LEN);
	memcpy(f->members[1], f->bob.keys[0].curve_public, KEY_LEN);
	return sealed_seal((const uint8_t *)text, sizeof(text),
		   (const uint8_t(*)[KEY_LEN])f->members, 2, &f->p,
		   &f->len) == ERR_NONE ?
	    0 :
	    -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	free(f->p);
	free(f);
	return 0;
}

static enum err
open_with(const struct sealed_ring *ring, const uint8_t *p, size_t len)
{
	uint8_t *plain = NULL;
	size_t plain_len = 0;
	enum err err;

	err = sealed_open(ring, p, len, &plain, &plain_len);
	if (err == ERR_NONE) {
		assert_int_equal(plain_len, sizeof(text));
		assert_memory_equal(plain, text, sizeof(text));
	}
	free(plain);
	return err;
}

/* P of parts that the test chooses. */
static size_t
compose(uint64_t version, size_t nonce_len, size_t slot_len, size_t slots,
    size_t box_len, uint8_t *out, size_t size)
{
	static const uint8_t zeros[CRYPTO_BOX_LEN(0)];
	struct field_writer writer = field_writer(out, size);
	size_t len;
	size_t i;

	if (box_len > 0)
		field_put_bytes(&writer, 4, zeros, box_len);
	for (i = 0; i < slots; i++)
		field_put_bytes(&writer, 3, zeros, slot_len);
	if (nonce_len > 0)
		field_put_bytes(&writer, 2, zeros, nonce_len);
	field_put_u64(&writer, 1, version);
	assert_int_equal(field_finish(&writer, &len), ERR_NONE);
	return len;
}

static enum err
open_composed(uint64_t version, size_t nonce_len, size_t slot_len, size_t slots,
    size_t box_len)
{
	struct sealed_ring ring;
	uint8_t *p = malloc(BODY_MAX);
	enum err err;

	assert_non_null(p);
	make_ring(1, &ring);
	err = open_with(&ring, p,
	    compose(version, nonce_len, slot_len, slots, box_len, p, BODY_MAX));
	free(p);
	return err;
}

static void
each_member_reads_it_and_nobody_else(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(open_with(&f->ada, f->p, f->len), ERR_NONE);
	assert_int_equal(open_with(&f->bob, f->p, f->len), ERR_NONE);
	assert_int_equal(open_with(&f->eve, f->p, f->len), ERR_DENIED);
	assert_int_equal(open_with(NULL, f->p, f->len), ERR_DENIED);
}

static void
no_word_of_it_is_in_what_others_carry(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i + 8 <= f->len; i++)
		assert_memory_not_equal(f->p + i, text, 8);
}

static void
the_same_text_is_sealed_otherwise_each_time(void **state)
{
	struct fixture *f = *state;
	uint8_t *p;
	size_t len;

	assert_int_equal(
	    sealed_seal((const uint8_t *)text, sizeof(text),
		(const uint8_t(*)[KEY_LEN])f->members, 2, &p, &len),
	    ERR_NONE);
	assert_int_equal(len, f->len);
	assert_memory_not_equal(p, f->p, len);
	free(p);
}

static void
its_length_tells_the_text_in_steps_alone(void **state)
{
	struct fixture *f = *state;
	uint8_t plain[CRYPTO_PAD] = { 0 };
	size_t most = 0;
	size_t len;
	uint8_t *p;

	assert_int_equal(
	    sealed_seal(
		plain, 1, (const uint8_t(*)[KEY_LEN])f->members, 2, &p, &len),
	    ERR_NONE);
	free(p);
	assert_int_equal(len, f->len);
	assert_int_equal(
	    sealed_seal(plain, CRYPTO_PAD - 1,
		(const uint8_t(*)[KEY_LEN])f->members, 2, &p, &most),
	    ERR_NONE);
	free(p);
	assert_int_equal(most, f->len);
	assert_int_equal(
	    sealed_seal(plain, CRYPTO_PAD,
		(const uint8_t(*)[KEY_LEN])f->members, 2, &p, &most),
	    ERR_NONE);
	free(p);
	assert_int_equal(most, f->len + CRYPTO_PAD);
}

static void
what_cannot_be_sealed_is_refused(void **state)
{
	struct fixture *f = *state;
	static const uint8_t none[1][KEY_LEN];
	const uint8_t(*two)[KEY_LEN] = (const uint8_t(*)[KEY_LEN])f->members;
	uint8_t *plain = calloc(1, BODY_MAX + 1);
	uint8_t(*many)[KEY_LEN] = calloc(GROUP_MAX + 1, KEY_LEN);
	uint8_t *p = NULL;
	size_t len = 0;
	size_t i;

	assert_non_null(plain);
	assert_non_null(many);
	for (i = 0; i <= GROUP_MAX; i++)
		memcpy(many[i], f->members[0], KEY_LEN);
	assert_int_equal(sealed_seal(plain, 1, two, 0, &p, &len), ERR_LIMIT);
	assert_int_equal(sealed_seal(plain, 1, (const uint8_t(*)[KEY_LEN])many,
			     GROUP_MAX + 1, &p, &len),
	    ERR_LIMIT);
	assert_int_equal(sealed_seal(plain, 0, two, 2, &p, &len), ERR_SIZE);
	assert_int_equal(
	    sealed_seal(plain, BODY_MAX + 1, two, 2, &p, &len), ERR_SIZE);
	assert_int_equal(
	    sealed_seal(plain, BODY_MAX - 100, two, 2, &p, &len), ERR_SIZE);
	assert_int_equal(sealed_seal(plain, 1, none, 1, &p, &len), ERR_SIG);
	assert_null(p);
	assert_int_equal(sealed_seal(plain, 1, (const uint8_t(*)[KEY_LEN])many,
			     GROUP_MAX, &p, &len),
	    ERR_NONE);
	free(p);
	free(many);
	free(plain);
}

static void
no_byte_can_be_changed_unnoticed(void **state)
{
	struct fixture *f = *state;
	size_t i;
	enum err err;

	for (i = 0; i < f->len; i++) {
		f->p[i] ^= 1;
		err = open_with(&f->bob, f->p, f->len);

		/* The slot of the other member may be anything. */
		if (i < 30 || i > 30 + CRYPTO_SLOT_LEN)
			assert_int_not_equal(err, ERR_NONE);
		f->p[i] ^= 1;
	}
}

static void
it_cannot_be_cut_off(void **state)
{
	struct fixture *f = *state;
	size_t len;

	assert_int_equal(open_with(&f->ada, f->p, 0), ERR_SIZE);
	for (len = 1; len < f->len; len++)
		assert_int_not_equal(open_with(&f->ada, f->p, len), ERR_NONE);
}

static void
what_is_no_sealed_body_is_refused(void **state)
{
	uint8_t *large = calloc(1, BODY_MAX + 1);

	(void)state;
	assert_int_equal(open_composed(1, 24, 80, 2, 1040), ERR_DENIED);
	assert_int_equal(open_composed(2, 24, 80, 2, 1040), ERR_VERSION);
	assert_int_equal(open_composed(0, 24, 80, 2, 1040), ERR_SYNTAX);
	assert_int_equal(open_composed(1, 0, 80, 2, 1040), ERR_SYNTAX);
	assert_int_equal(open_composed(1, 23, 80, 2, 1040), ERR_SYNTAX);
	assert_int_equal(open_composed(1, 24, 79, 2, 1040), ERR_SYNTAX);
	assert_int_equal(open_composed(1, 24, 80, 0, 1040), ERR_SYNTAX);
	assert_int_equal(open_composed(1, 24, 80, 2, 0), ERR_SYNTAX);
	assert_int_equal(open_composed(1, 24, 80, 500, 1040), ERR_DENIED);
	assert_int_equal(open_composed(1, 24, 80, 501, 1040), ERR_LIMIT);
	assert_int_equal(open_composed(1, 24, 1, 1100, 1040), ERR_SYNTAX);
	assert_non_null(large);
	assert_int_equal(open_with(NULL, large, BODY_MAX + 1), ERR_SIZE);
	free(large);
}

/* P with one slot for ada, and whatever bytes as its box. */
static size_t
with_box(struct fixture *f, const uint8_t *padded, size_t len, uint8_t *out,
    size_t size)
{
	static const uint8_t nonce[CRYPTO_NONCE_LEN];
	uint8_t key[KEY_LEN] = { 7 };
	uint8_t slot[CRYPTO_SLOT_LEN];
	uint8_t box[4 * CRYPTO_PAD];
	struct field_writer writer = field_writer(out, size);
	size_t p_len;

	crypto_content_seal(key, nonce, padded, len, box);
	assert_int_equal(crypto_slot_seal(key, f->members[0], slot), ERR_NONE);
	field_put_bytes(&writer, 4, box, CRYPTO_BOX_LEN(len));
	field_put_bytes(&writer, 3, slot, sizeof(slot));
	field_put_bytes(&writer, 2, nonce, sizeof(nonce));
	field_put_u64(&writer, 1, 1);
	assert_int_equal(field_finish(&writer, &p_len), ERR_NONE);
	return p_len;
}

static void
a_field_that_is_not_known_is_passed_over(void **state)
{
	struct fixture *f = *state;
	uint8_t p[4 * CRYPTO_PAD];
	size_t len;

	len = with_box(f, (const uint8_t *)text, sizeof(text), p, sizeof(p));
	memcpy(p + len,
	    "\x9a\x06\x03"
	    "new",
	    6);
	assert_int_equal(open_with(&f->ada, p, len + 6), ERR_NONE);
}

static void
a_box_of_another_size_is_refused(void **state)
{
	struct fixture *f = *state;
	uint8_t p[4 * CRYPTO_PAD];
	uint8_t key[KEY_LEN] = { 7 };
	uint8_t slot[CRYPTO_SLOT_LEN];
	static const uint8_t zeros[1041];
	struct field_writer writer;
	size_t len;
	size_t i;

	static const struct {
		size_t len;
		enum err err;
	} cases[] = { { 16, ERR_SIZE }, { 1039, ERR_SIZE },
		{ 1040, ERR_DAMAGED }, { 1041, ERR_SIZE } };

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		writer = field_writer(p, sizeof(p));
		assert_int_equal(
		    crypto_slot_seal(key, f->members[0], slot), ERR_NONE);
		field_put_bytes(&writer, 4, zeros, cases[i].len);
		field_put_bytes(&writer, 3, slot, sizeof(slot));
		field_put_bytes(&writer, 2, zeros, CRYPTO_NONCE_LEN);
		field_put_u64(&writer, 1, 1);
		assert_int_equal(field_finish(&writer, &len), ERR_NONE);
		assert_int_equal(open_with(&f->ada, p, len), cases[i].err);
	}
}

/* ---- bodies ---- */

static Erfa__Body *
make_comment(void)
{
	Erfa__Body *body;

	assert_int_equal(body_new(HEADER_COMMENT, &body), ERR_NONE);
	body->comment->body = strdup(text);
	assert_non_null(body->comment->body);
	return body;
}

static void
a_body_is_read_whether_it_is_public_or_sealed(void **state)
{
	struct fixture *f = *state;
	Erfa__Body *body = make_comment();
	Erfa__Body *read;
	uint8_t same[HASH_LEN] = { 0 };
	uint8_t other[HASH_LEN] = { 0 };
	uint8_t *plain;
	uint8_t *p;
	uint8_t *again;
	size_t plain_len;
	size_t len;
	size_t again_len;

	assert_int_equal(body_encode(body, &plain, &plain_len), ERR_NONE);
	assert_int_equal(
	    sealed_body(&f->eve, 0, plain, plain_len, &read, same), ERR_NONE);
	assert_string_equal(read->comment->body, text);
	body_free(read);
	assert_int_equal(same[0], 0);

	assert_int_equal(
	    sealed_seal(plain, plain_len, (const uint8_t(*)[KEY_LEN])f->members,
		2, &p, &len),
	    ERR_NONE);
	assert_int_equal(
	    sealed_seal(plain, plain_len, (const uint8_t(*)[KEY_LEN])f->members,
		1, &again, &again_len),
	    ERR_NONE);
	assert_int_equal(
	    sealed_body(&f->bob, 9, p, len, &read, same), ERR_NONE);
	assert_string_equal(read->comment->body, text);
	body_free(read);
	assert_int_equal(
	    sealed_body(&f->bob, 9, again, again_len, &read, NULL), ERR_DENIED);
	assert_int_equal(
	    sealed_body(&f->ada, 9, again, again_len, &read, other), ERR_NONE);
	body_free(read);
	assert_memory_equal(same, other, HASH_LEN);

	/* What is sealed is not taken for a public one, nor the other way. */
	assert_int_not_equal(
	    sealed_body(&f->bob, 9, plain, plain_len, &read, NULL), ERR_NONE);
	if (sealed_body(&f->bob, 0, p, len, &read, NULL) == ERR_NONE) {
		assert_int_equal(body_kind(read), 0);
		body_free(read);
	}
	free(plain);
	free(p);
	free(again);
	body_free(body);
}

static void
a_sealed_thing_that_is_no_body_is_refused(void **state)
{
	struct fixture *f = *state;
	Erfa__Body *read;
	uint8_t *p;
	size_t len;

	assert_int_equal(
	    sealed_seal((const uint8_t *)"\xff\xff", 2,
		(const uint8_t(*)[KEY_LEN])f->members, 2, &p, &len),
	    ERR_NONE);
	assert_int_equal(
	    sealed_body(&f->bob, 9, p, len, &read, NULL), ERR_SYNTAX);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_member_reads_it_and_nobody_else),
		cmocka_unit_test(no_word_of_it_is_in_what_others_carry),
		cmocka_unit_test(the_same_text_is_sealed_otherwise_each_time),
		cmocka_unit_test(its_length_tells_the_text_in_steps_alone),
		cmocka_unit_test(what_cannot_be_sealed_is_refused),
		cmocka_unit_test(no_byte_can_be_changed_unnoticed),
		cmocka_unit_test(it_cannot_be_cut_off),
		cmocka_unit_test(what_is_no_sealed_body_is_refused),
		cmocka_unit_test(a_field_that_is_not_known_is_passed_over),
		cmocka_unit_test(a_box_of_another_size_is_refused),
		cmocka_unit_test(a_body_is_read_whether_it_is_public_or_sealed),
		cmocka_unit_test(a_sealed_thing_that_is_no_body_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
