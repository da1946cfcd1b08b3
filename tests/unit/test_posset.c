#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/posset.h"

/* Positions of the model: few, so that they come again and again. */
#define LOGS    5
#define NUMBERS 200

static int
setup(void **state)
{
	struct posset *set;

	if (posset_new(&set) != ERR_NONE)
		return -1;
	*state = set;
	return 0;
}

static int
teardown(void **state)
{
	posset_free(*state);
	return 0;
}

static void
log_of(unsigned number, uint8_t out[LOG_ID_LEN])
{
	memset(out, (int)number, LOG_ID_LEN);
}

static void
a_new_set_is_empty(void **state)
{
	uint8_t log[LOG_ID_LEN] = { 0 };

	assert_int_equal(posset_count(*state), 0);
	assert_false(posset_has(*state, log, 1));
	posset_remove(*state, log, 1);
	assert_int_equal(posset_count(*state), 0);
	posset_free(NULL);
}

static void
what_was_added_is_there_once(void **state)
{
	uint8_t log[LOG_ID_LEN];
	uint8_t other[LOG_ID_LEN];

	log_of(1, log);
	log_of(2, other);
	assert_int_equal(posset_add(*state, log, 5), ERR_NONE);
	assert_int_equal(posset_add(*state, log, 5), ERR_NONE);
	assert_int_equal(posset_count(*state), 1);
	assert_true(posset_has(*state, log, 5));
	assert_false(posset_has(*state, log, 4));
	assert_false(posset_has(*state, other, 5));
	posset_remove(*state, log, 5);
	assert_false(posset_has(*state, log, 5));
	assert_int_equal(posset_count(*state), 0);
}

static void
there_is_no_entry_zero(void **state)
{
	uint8_t log[LOG_ID_LEN] = { 0 };

	assert_int_equal(posset_add(*state, log, 0), ERR_SIZE);
	assert_int_equal(posset_count(*state), 0);
	assert_false(posset_has(*state, log, 0));
	posset_remove(*state, log, 0);
	assert_int_equal(posset_count(*state), 0);
}

static void
a_set_grows(void **state)
{
	uint8_t log[LOG_ID_LEN];
	uint64_t n;

	log_of(7, log);
	for (n = 1; n <= 20000; n++)
		assert_int_equal(posset_add(*state, log, n), ERR_NONE);
	assert_int_equal(posset_count(*state), 20000);
	for (n = 1; n <= 20000; n++)
		assert_true(posset_has(*state, log, n));
	assert_false(posset_has(*state, log, 20001));
	assert_int_equal(posset_add(*state, log, UINT64_MAX), ERR_NONE);
	assert_true(posset_has(*state, log, UINT64_MAX));
}

/* Add and remove by chance, and compare with a plain table. */
static void
removing_leaves_all_others_findable(void **state)
{
	static const unsigned steps = 200000;
	bool model[LOGS][NUMBERS] = { { false } };
	uint8_t log[LOG_ID_LEN];
	uint64_t chance = 12345;
	size_t count = 0;
	unsigned i;

	for (i = 0; i < steps; i++) {
		unsigned which;
		unsigned n;

		chance = chance * 6364136223846793005u + 1442695040888963407u;
		which = (unsigned)(chance >> 33) % LOGS;
		n = (unsigned)(chance >> 40) % NUMBERS;
		log_of(which, log);
		assert_int_equal(
		    posset_has(*state, log, n + 1), model[which][n]);
		if ((chance >> 60) % 2 == 0) {
			assert_int_equal(
			    posset_add(*state, log, n + 1), ERR_NONE);
			count += !model[which][n];
			model[which][n] = true;
		} else {
			posset_remove(*state, log, n + 1);
			count -= model[which][n];
			model[which][n] = false;
		}
		assert_int_equal(posset_count(*state), count);
	}
	for (i = 0; i < LOGS * NUMBERS; i++) {
		log_of(i / NUMBERS, log);
		assert_int_equal(posset_has(*state, log, i % NUMBERS + 1),
		    model[i / NUMBERS][i % NUMBERS]);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_new_set_is_empty),
		TEST(what_was_added_is_there_once),
		TEST(there_is_no_entry_zero),
		TEST(a_set_grows),
		TEST(removing_leaves_all_others_findable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
