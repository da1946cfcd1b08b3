#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/quota.h"

/* A key that is told by its number. */
static const uint8_t *
key_of(unsigned number)
{
	static uint8_t key[KEY_LEN];

	memset(key, 0, sizeof(key));
	key[0] = (uint8_t)(number >> 8);
	key[1] = (uint8_t)number;
	return key;
}

static int
setup(void **state)
{
	struct quota *quota = NULL;

	if (quota_new(10, &quota) != ERR_NONE)
		return -1;
	*state = quota;
	return 0;
}

static int
teardown(void **state)
{
	quota_free(*state);
	return 0;
}

static void
who_sends_more_than_its_budget_is_over_it(void **state)
{
	struct quota *quota = *state;

	quota_count(quota, key_of(1), 10, 10, 100, 5);
	assert_false(quota_over(quota, key_of(1), 5));
	quota_count(quota, key_of(1), 1, 1, 10, 6);
	assert_true(quota_over(quota, key_of(1), 6));
	assert_false(quota_over(quota, key_of(2), 6));
	quota_count(quota, key_of(2), 1, 1, QUOTA_BYTES, 6);
	assert_false(quota_over(quota, key_of(2), 6));
	quota_count(quota, key_of(2), 0, 0, 1, 6);
	assert_true(quota_over(quota, key_of(2), 6));
}

static void
every_day_has_a_new_budget(void **state)
{
	struct quota *quota = *state;
	struct quota_origin origin;
	size_t place = 0;

	quota_count(quota, key_of(1), 11, 11, 100, 5);
	assert_true(quota_over(quota, key_of(1), 4 + QUOTA_MS));
	assert_false(quota_over(quota, key_of(1), 5 + QUOTA_MS));
	assert_false(quota_next(quota, &place, 5 + QUOTA_MS, &origin));
	quota_count(quota, key_of(1), 2, 2, 100, 5 + QUOTA_MS);
	assert_false(quota_over(quota, key_of(1), 5 + QUOTA_MS));
}

static void
only_what_was_written_today_is_told(void **state)
{
	struct quota *quota = *state;
	struct quota_origin origin;
	size_t place = 0;

	/* Who is caught up with after years sends much, and is no flood. */
	quota_count(quota, key_of(3), 5000, 0, 100, 5);
	assert_true(quota_over(quota, key_of(3), 5));
	quota_count(quota, key_of(1), 8, 8, 100, 5);
	quota_count(quota, key_of(1), 8, 8, 100, 7);
	assert_true(quota_next(quota, &place, 7, &origin));
	assert_memory_equal(origin.key, key_of(1), KEY_LEN);
	assert_int_equal(origin.entries, 16);
	assert_int_equal(origin.over, 7);
	assert_false(quota_next(quota, &place, 7, &origin));
}

static void
what_comes_from_beyond_cuts_has_a_budget_of_its_own(void **state)
{
	struct quota *quota = *state;

	quota_count(quota, key_of(1), 2 * QUOTA_BEYOND, 0, 100, 5);
	assert_false(quota_spent(quota, key_of(1), 5));
	quota_count_beyond(quota, key_of(1), QUOTA_BEYOND - 1, 5);
	assert_false(quota_spent(quota, key_of(1), 5));
	quota_count_beyond(quota, key_of(1), 1, 6);
	assert_true(quota_spent(quota, key_of(1), 4 + QUOTA_MS));
	assert_false(quota_spent(quota, key_of(2), 6));
	assert_false(quota_spent(quota, key_of(1), 5 + QUOTA_MS));
	quota_count_beyond(quota, key_of(1), 1, 5 + QUOTA_MS);
	assert_false(quota_spent(quota, key_of(1), 5 + QUOTA_MS));
}

static void
many_origins_are_remembered_and_no_more_than_many(void **state)
{
	struct quota *quota = *state;
	unsigned i;

	for (i = 0; i < QUOTA_ORIGINS + 100; i++)
		quota_count(quota, key_of(i * 7919), 11, 11, 1, 5);
	for (i = 0; i < QUOTA_ORIGINS; i++)
		assert_true(quota_over(quota, key_of(i * 7919), 5));
	assert_false(quota_over(quota, key_of(QUOTA_ORIGINS * 7919), 5));

	/* Those of another day make room. */
	quota_count(
	    quota, key_of(QUOTA_ORIGINS * 7919), 11, 11, 1, 5 + QUOTA_MS);
	assert_true(
	    quota_over(quota, key_of(QUOTA_ORIGINS * 7919), 5 + QUOTA_MS));
	quota_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    who_sends_more_than_its_budget_is_over_it, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    every_day_has_a_new_budget, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    only_what_was_written_today_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_comes_from_beyond_cuts_has_a_budget_of_its_own, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    many_origins_are_remembered_and_no_more_than_many, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
