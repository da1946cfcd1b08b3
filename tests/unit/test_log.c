#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/log.h"

#define INC 0x1122334455667788u

static const uint8_t seed[SEED_LEN] = { 0x01 };
static const uint8_t other_seed[SEED_LEN] = { 0x02 };

/* A log of ${count} headers and a run that carries all of them. */
struct fixture {
	struct crypto_key key;
	uint8_t log_id[LOG_ID_LEN];
	struct log_tip start;
	struct bytes headers[BOUNDARY_N + 1];
	uint8_t head[HEAD_LEN];
	struct log_run run;
};

static const uint8_t big[HEADER_MAX + 1] = { 0x08, 0x06 };

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	crypto_key_from_seed(seed, &f->key);
	log_begin(f->key.public_key, INC, f->log_id, &f->start);
	return 0;
}

static int
teardown(void **state)
{
	free(*state);
	return 0;
}

/* Build a run of ${count} headers of ${len} bytes from the start of the log. */
static void
make_run(struct fixture *f, size_t count, size_t len)
{
	struct log_tip tip = f->start;
	size_t i;

	for (i = 0; i < count; i++) {
		f->headers[i] = (struct bytes){ .data = big, .len = len };
		assert_int_equal(log_step(&tip, big, len), ERR_NONE);
	}
	log_head_sign(f->key.secret, f->log_id, &tip, 1000, f->head);
	memcpy(f->run.log_id, f->log_id, LOG_ID_LEN);
	memcpy(f->run.c_prev, f->start.c, HASH_LEN);
	f->run.first = f->start.n + 1;
	f->run.headers = f->headers;
	f->run.count = count;
	f->run.head = f->head;
}

static enum err
verify(struct fixture *f)
{
	struct log_tip end = { .n = 999 };
	enum err err;

	err = log_run_verify(f->key.public_key, &f->start, &f->run, &end);
	if (err != ERR_NONE)
		assert_int_equal(end.n, 999);
	else
		assert_int_equal(end.n, f->start.n + f->run.count);
	return err;
}

static void
log_id_is_the_first_half_of_the_first_chain_value(void **state)
{
	struct fixture *f = *state;
	uint8_t other_id[LOG_ID_LEN];
	struct log_tip other;

	assert_int_equal(f->start.n, 0);
	assert_memory_equal(f->log_id, f->start.c, LOG_ID_LEN);
	assert_false(log_at_boundary(&f->start));

	/* Another incarnation of the same key is another log. */
	log_begin(f->key.public_key, INC + 1, other_id, &other);
	assert_memory_not_equal(other_id, f->log_id, LOG_ID_LEN);
}

static void
step_depends_on_place_length_and_bytes(void **state)
{
	struct fixture *f = *state;
	struct log_tip a = f->start;
	struct log_tip b = f->start;

	assert_int_equal(log_step(&a, big, 10), ERR_NONE);
	assert_int_equal(a.n, 1);
	assert_int_equal(a.boundary_bytes, 10);
	assert_int_equal(log_step(&b, big, 11), ERR_NONE);
	assert_memory_not_equal(a.c, b.c, HASH_LEN);
	b = f->start;
	assert_int_equal(log_step(&b, big + 1, 10), ERR_NONE);
	assert_memory_not_equal(a.c, b.c, HASH_LEN);
	b = f->start;
	b.n = 1;
	assert_int_equal(log_step(&b, big, 10), ERR_NONE);
	assert_memory_not_equal(a.c, b.c, HASH_LEN);
}

static void
header_of_a_bad_length_is_refused(void **state)
{
	struct fixture *f = *state;
	struct log_tip tip = f->start;

	assert_int_equal(log_step(&tip, big, 0), ERR_SIZE);
	assert_int_equal(log_step(&tip, big, HEADER_MAX + 1), ERR_SIZE);
	assert_memory_equal(&tip, &f->start, sizeof(tip));
	assert_int_equal(log_step(&tip, big, HEADER_MAX), ERR_NONE);
}

static void
boundary_comes_after_256_headers(void **state)
{
	struct fixture *f = *state;
	struct log_tip tip = f->start;
	uint64_t n;

	for (n = 1; n <= 600; n++) {
		assert_int_equal(log_step(&tip, big, 60), ERR_NONE);
		assert_int_equal(log_at_boundary(&tip), n % 256 == 0);
		assert_int_equal(tip.boundary, n / 256 * 256);
		assert_int_equal(tip.boundary_bytes, n % 256 * 60);
	}
}

static void
boundary_comes_with_32768_bytes_if_that_is_sooner(void **state)
{
	struct fixture *f = *state;
	struct log_tip tip = f->start;
	uint64_t n;

	/* Eight of 4,096 make exactly 32,768. */
	for (n = 1; n <= 24; n++) {
		assert_int_equal(log_step(&tip, big, 4096), ERR_NONE);
		assert_int_equal(log_at_boundary(&tip), n % 8 == 0);
	}

	/* One byte less each: the ninth goes over. */
	for (n = 1; n <= 9; n++) {
		assert_int_equal(log_step(&tip, big, 4095), ERR_NONE);
		assert_int_equal(log_at_boundary(&tip), n == 9);
	}
}

static void
signed_head_reads_back_and_verifies(void **state)
{
	struct fixture *f = *state;
	struct log_tip tip = f->start;
	struct log_head head;

	assert_int_equal(log_step(&tip, big, 60), ERR_NONE);
	log_head_sign(f->key.secret, f->log_id, &tip, 1750000000123, f->head);
	assert_int_equal(log_head_verify(f->key.public_key, f->head), ERR_NONE);
	log_head_parse(f->head, &head);
	assert_memory_equal(head.log_id, f->log_id, LOG_ID_LEN);
	assert_int_equal(head.n, 1);
	assert_memory_equal(head.c, tip.c, HASH_LEN);
	assert_int_equal(head.time_ms, 1750000000123);
	assert_memory_equal(head.sig, f->head + 64, SIG_LEN);
}

static void
head_with_any_byte_changed_is_refused(void **state)
{
	struct fixture *f = *state;
	struct crypto_key other;
	size_t i;

	log_head_sign(f->key.secret, f->log_id, &f->start, 1, f->head);
	for (i = 0; i < HEAD_LEN; i++) {
		f->head[i] ^= 0x10;
		assert_int_equal(
		    log_head_verify(f->key.public_key, f->head), ERR_SIG);
		f->head[i] ^= 0x10;
	}
	crypto_key_from_seed(other_seed, &other);
	assert_int_equal(log_head_verify(other.public_key, f->head), ERR_SIG);
}

static void
whole_run_verifies_and_gives_the_next_tip(void **state)
{
	struct fixture *f = *state;

	make_run(f, BOUNDARY_N, 60);
	assert_int_equal(verify(f), ERR_NONE);
	assert_int_equal(
	    log_run_verify(f->key.public_key, &f->start, &f->run, &f->start),
	    ERR_NONE);
	assert_true(log_at_boundary(&f->start));

	/* The next begins where this one ended. */
	make_run(f, 1, HEADER_MAX);
	assert_int_equal(f->run.first, BOUNDARY_N + 1);
	assert_int_equal(verify(f), ERR_NONE);
}

static void
run_without_or_with_too_many_headers_is_refused(void **state)
{
	struct fixture *f = *state;

	make_run(f, 1, 60);
	f->run.count = 0;
	assert_int_equal(verify(f), ERR_SIZE);
	make_run(f, BOUNDARY_N + 1, 60);
	assert_int_equal(verify(f), ERR_SIZE);
}

static void
run_with_a_header_of_a_bad_length_is_refused(void **state)
{
	struct fixture *f = *state;

	make_run(f, 3, 60);
	f->headers[1].len = 0;
	assert_int_equal(verify(f), ERR_SIZE);
	f->headers[1].len = HEADER_MAX + 1;
	assert_int_equal(verify(f), ERR_SIZE);
}

static void
run_that_does_not_begin_at_the_next_entry_is_a_gap(void **state)
{
	static const uint64_t firsts[] = { 0, 2, (uint64_t)1 << 32,
		(uint64_t)1 << 63, UINT64_MAX };
	struct fixture *f = *state;
	size_t i;

	make_run(f, 3, 60);
	for (i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		f->run.first = firsts[i];
		assert_int_equal(verify(f), ERR_GAP);
	}
}

static void
run_on_another_chain_is_refused(void **state)
{
	struct fixture *f = *state;

	make_run(f, 3, 60);
	f->run.c_prev[31] ^= 1;
	assert_int_equal(verify(f), ERR_CHAIN);
}

static void
run_whose_headers_do_not_fold_to_its_head_is_refused(void **state)
{
	struct fixture *f = *state;

	make_run(f, 3, 60);
	f->headers[1].data = big + 1;
	assert_int_equal(verify(f), ERR_CHAIN);
	make_run(f, 3, 60);
	f->headers[2].len = 61;
	assert_int_equal(verify(f), ERR_CHAIN);
}

static void
run_with_the_head_of_another_log_or_place_is_refused(void **state)
{
	struct fixture *f = *state;
	uint8_t other_id[LOG_ID_LEN] = { 0x99 };
	struct log_tip tip = f->start;

	make_run(f, 3, 60);
	f->run.count = 2;
	assert_int_equal(verify(f), ERR_CHAIN);

	make_run(f, 1, 60);
	assert_int_equal(log_step(&tip, big, 60), ERR_NONE);
	log_head_sign(f->key.secret, other_id, &tip, 1, f->head);
	assert_int_equal(verify(f), ERR_CHAIN);
	memcpy(f->run.log_id, other_id, LOG_ID_LEN);
	assert_int_equal(verify(f), ERR_NONE);
}

static void
run_across_a_boundary_is_refused(void **state)
{
	struct fixture *f = *state;
	struct log_tip end;

	/* By bytes: the eighth header is a boundary, the ninth too many. */
	make_run(f, 8, 4096);
	assert_int_equal(verify(f), ERR_NONE);
	make_run(f, 9, 4096);
	assert_int_equal(verify(f), ERR_BOUNDARY);

	/* By count: 200 headers, then 57, with the boundary at 256. */
	make_run(f, 200, 60);
	assert_int_equal(
	    log_run_verify(f->key.public_key, &f->start, &f->run, &end),
	    ERR_NONE);
	f->start = end;
	make_run(f, 56, 60);
	assert_int_equal(verify(f), ERR_NONE);
	make_run(f, 57, 60);
	assert_int_equal(verify(f), ERR_BOUNDARY);
}

static void
run_signed_by_another_key_is_refused(void **state)
{
	struct fixture *f = *state;
	struct log_tip tip = f->start;
	struct crypto_key other;

	make_run(f, 1, 60);
	crypto_key_from_seed(other_seed, &other);
	assert_int_equal(log_step(&tip, big, 60), ERR_NONE);
	log_head_sign(other.secret, f->log_id, &tip, 1, f->head);
	assert_int_equal(verify(f), ERR_SIG);
}

static void
digest_of_nothing_is_the_hash_of_nothing(void **state)
{
	struct log_digest digest;
	uint8_t want[HASH_LEN];
	uint8_t out[HASH_LEN];

	(void)state;
	log_digest_begin(&digest);
	log_digest_end(&digest, out);
	crypto_h("", 0, want);
	assert_memory_equal(out, want, HASH_LEN);
}

static void
digest_is_the_hash_of_the_positions_in_order(void **state)
{
	uint8_t positions[2 * (LOG_ID_LEN + 8 + C8_LEN)] = { 0 };
	struct log_digest digest;
	uint8_t want[HASH_LEN];
	uint8_t out[HASH_LEN];

	(void)state;
	positions[0] = 0x01;
	positions[16] = 0x05;
	memset(positions + 24, 0xcc, 8);
	positions[32] = 0x02;
	positions[49] = 0x01;
	memset(positions + 56, 0xdd, 8);
	crypto_h(positions, sizeof(positions), want);

	log_digest_begin(&digest);
	log_digest_add(&digest, positions, 5, positions + 24);
	log_digest_add(&digest, positions + 32, 256, positions + 56);
	log_digest_end(&digest, out);
	assert_memory_equal(out, want, HASH_LEN);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(log_id_is_the_first_half_of_the_first_chain_value),
		T(step_depends_on_place_length_and_bytes),
		T(header_of_a_bad_length_is_refused),
		T(boundary_comes_after_256_headers),
		T(boundary_comes_with_32768_bytes_if_that_is_sooner),
		T(signed_head_reads_back_and_verifies),
		T(head_with_any_byte_changed_is_refused),
		T(whole_run_verifies_and_gives_the_next_tip),
		T(run_without_or_with_too_many_headers_is_refused),
		T(run_with_a_header_of_a_bad_length_is_refused),
		T(run_that_does_not_begin_at_the_next_entry_is_a_gap),
		T(run_on_another_chain_is_refused),
		T(run_whose_headers_do_not_fold_to_its_head_is_refused),
		T(run_with_the_head_of_another_log_or_place_is_refused),
		T(run_across_a_boundary_is_refused),
		T(run_signed_by_another_key_is_refused),
		T(digest_of_nothing_is_the_hash_of_nothing),
		T(digest_is_the_hash_of_the_positions_in_order),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
