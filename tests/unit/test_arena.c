#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/arena.h"

static void
pieces_are_aligned_and_do_not_overlap(void **state)
{
	struct arena *arena = NULL;
	uint8_t *at[200];
	size_t i;
	size_t k;

	(void)state;
	assert_int_equal(arena_new(100, &arena), ERR_NONE);
	for (i = 0; i < 200; i++) {
		at[i] = arena_alloc(arena, i);
		assert_non_null(at[i]);
		assert_int_equal((uintptr_t)at[i] % _Alignof(max_align_t), 0);
		memset(at[i], (int)i, i);
	}
	for (i = 0; i < 200; i++)
		for (k = 0; k < i; k++)
			assert_int_equal(at[i][k], i);
	arena_free(arena);
}

static void
arena_of_no_bytes_grows_when_used(void **state)
{
	struct arena *arena = NULL;
	void *data;

	(void)state;
	assert_int_equal(arena_new(0, &arena), ERR_NONE);
	assert_non_null(arena_alloc(arena, 0));
	data = arena_alloc(arena, 1000000);
	assert_non_null(data);
	memset(data, 1, 1000000);
	arena_free(arena);
}

static void
impossible_size_gives_no_memory(void **state)
{
	struct arena *arena = NULL;

	(void)state;
	assert_int_equal(arena_new(SIZE_MAX, &arena), ERR_NOMEM);
	assert_null(arena);
	assert_int_equal(arena_new(16, &arena), ERR_NONE);
	assert_null(arena_alloc(arena, SIZE_MAX));
	assert_null(arena_alloc(arena, SIZE_MAX - 64));
	arena_free(arena);
}

static void
freeing_nothing_does_nothing(void **state)
{
	(void)state;
	arena_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_aligned_and_do_not_overlap),
		cmocka_unit_test(arena_of_no_bytes_grows_when_used),
		cmocka_unit_test(impossible_size_gives_no_memory),
		cmocka_unit_test(freeing_nothing_does_nothing),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
