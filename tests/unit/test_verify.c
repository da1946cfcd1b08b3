#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/header.h"
#include "daemon/verify.h"
#include "tests/unit/origin.h"

struct fixture {
	struct origin origin;
	struct origin_run run;
	struct log_tip end;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	origin_begin(&f->origin, 1, 7);
	memset(&f->end, 0xee, sizeof(f->end));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	free(*state);
	return 0;
}

static enum err
verify(struct fixture *f)
{
	return verify_run(f->origin.key.public_key, f->origin.inc,
	    &f->run.start, &f->run.run, &f->end);
}

/* The run is refused, and the result untouched. */
static void
assert_refused(struct fixture *f, enum err err)
{
	const struct log_tip before = f->end;

	assert_int_equal(verify(f), err);
	assert_memory_equal(&f->end, &before, sizeof(before));
}

static void
runs_that_follow_one_another_are_accepted(void **state)
{
	struct fixture *f = *state;
	int i;

	for (i = 0; i < 5; i++) {
		origin_write(&f->origin, &f->run, 200, 10);
		assert_int_equal(verify(f), ERR_NONE);
		assert_memory_equal(&f->end, &f->origin.tip, sizeof(f->end));
	}
}

static void
a_genesis_of_another_incarnation_is_refused(void **state)
{
	struct fixture *f = *state;

	/* The chain begins with this incarnation; GENESIS names the next. */
	origin_run_begin(&f->origin, &f->run);
	f->origin.inc++;
	origin_add(&f->origin, &f->run, HEADER_GENESIS, 0);
	f->origin.inc--;
	origin_run_end(&f->origin, &f->run);
	assert_refused(f, ERR_SYNTAX);
}

static void
a_genesis_of_another_key_is_refused(void **state)
{
	struct fixture *f = *state;
	struct origin other;
	uint8_t key[KEY_LEN];

	origin_begin(&other, 2, 7);
	origin_run_begin(&f->origin, &f->run);
	memcpy(key, f->origin.key.public_key, KEY_LEN);
	memcpy(f->origin.key.public_key, other.key.public_key, KEY_LEN);
	origin_add(&f->origin, &f->run, HEADER_GENESIS, 0);
	memcpy(f->origin.key.public_key, key, KEY_LEN);
	origin_run_end(&f->origin, &f->run);
	assert_refused(f, ERR_SYNTAX);
}

static void
a_log_begins_with_genesis(void **state)
{
	struct fixture *f = *state;

	origin_run_begin(&f->origin, &f->run);
	origin_add(&f->origin, &f->run, HEADER_TRIAL, 0);
	origin_run_end(&f->origin, &f->run);
	assert_refused(f, ERR_SYNTAX);
}

/* Append bytes that no decoder takes, as an entry. */
static void
add_raw(struct fixture *f, const uint8_t *bytes, size_t len)
{
	struct origin_run *run = &f->run;

	memcpy(run->bytes + run->used, bytes, len);
	run->headers[run->run.count++] = (struct bytes){ run->bytes + run->used,
		len };
	run->used += len;
	assert_int_equal(log_step(&f->origin.tip, bytes, len), ERR_NONE);
}

static void
a_first_entry_must_be_readable(void **state)
{
	struct fixture *f = *state;

	origin_run_begin(&f->origin, &f->run);
	add_raw(f, (const uint8_t *)"\xff\xff\xff", 3);
	origin_run_end(&f->origin, &f->run);
	assert_refused(f, ERR_SYNTAX);
}

static void
later_entries_need_not_be_readable(void **state)
{
	struct fixture *f = *state;

	origin_run_begin(&f->origin, &f->run);
	origin_add(&f->origin, &f->run, HEADER_GENESIS, 0);
	add_raw(f, (const uint8_t *)"\xff\xff\xff", 3);
	origin_add(&f->origin, &f->run, 4711, 0);
	origin_add(&f->origin, &f->run, HEADER_GENESIS, 0);
	origin_run_end(&f->origin, &f->run);
	assert_int_equal(verify(f), ERR_NONE);
}

static void
errors_of_the_chain_come_through(void **state)
{
	struct fixture *f = *state;

	origin_write(&f->origin, &f->run, 5, 0);
	f->run.run.first = 2;
	assert_refused(f, ERR_GAP);
	f->run.run.first = 1;
	f->run.run.c_prev[0] ^= 1;
	assert_refused(f, ERR_CHAIN);
	f->run.run.c_prev[0] ^= 1;
	f->run.head[HEAD_LEN - 1] ^= 1;
	assert_refused(f, ERR_SIG);
	f->run.head[HEAD_LEN - 1] ^= 1;
	f->run.run.count = 0;
	assert_refused(f, ERR_SIZE);
	f->run.run.count = 5;
	assert_int_equal(verify(f), ERR_NONE);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(runs_that_follow_one_another_are_accepted),
		TEST(a_genesis_of_another_incarnation_is_refused),
		TEST(a_genesis_of_another_key_is_refused),
		TEST(a_log_begins_with_genesis),
		TEST(a_first_entry_must_be_readable),
		TEST(later_entries_need_not_be_readable),
		TEST(errors_of_the_chain_come_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
