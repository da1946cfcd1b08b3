#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/forget.h"

#define MARK 0xa5
#define RUN  4
#define SIZE 8000
#define MANY ((size_t)3 << 20) /* whole pages of it are given back */

#ifndef __has_feature
#define __has_feature(x) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

/*
 * How many of the bytes at ${address} are marked: read without a pointer, since
 * nothing may be there any more.  The C library keeps numbers of its own in what is
 * free, some of them random: so a few alike count, one does not.
 */
static size_t
marked(uintptr_t address, size_t size)
{
	static uint8_t found[MANY];
	int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	size_t count = 0;
	size_t run = 0;
	size_t i;

	assert_int_not_equal(memory, -1);
	assert_true(size <= sizeof(found));
	assert_int_equal(
	    pread(memory, found, size, (off_t)address), (ssize_t)size);
	(void)close(memory);
	for (i = 0; i < size; i++) {
		run = found[i] == MARK ? run + 1 : 0;
		if (run >= RUN)
			count += run == RUN ? RUN : 1;
	}
	return count;
}

static void
what_is_freed_is_overwritten(void **state)
{
	static const size_t sizes[] = { 24, 100, 1000, SIZE, MANY };
	void *blocks[sizeof(sizes) / sizeof(sizes[0])];
	uintptr_t at[sizeof(sizes) / sizeof(sizes[0])];
	size_t i;

	(void)state;
	if (SANITIZED) {
		print_message("a sanitizer keeps memory by itself\n");
		skip();
	}

	/* What is looked at has to stay mapped. */
	assert_int_equal(mallopt(M_MMAP_THRESHOLD, 1 << 30), 1);
	assert_int_equal(mallopt(M_TRIM_THRESHOLD, 1 << 30), 1);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		blocks[i] = malloc(sizes[i]);
		assert_non_null(blocks[i]);
		memset(blocks[i], MARK, sizes[i]);
		at[i] = (uintptr_t)blocks[i];
		assert_int_equal(marked(at[i], sizes[i]), sizes[i]);
	}
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		free(blocks[i]);
		assert_int_equal(marked(at[i], sizes[i]), 0);
	}
}

static void
what_grows_leaves_nothing_where_it_was(void **state)
{
	uint8_t *block = malloc(500);
	uint8_t *stays = malloc(500); /* so that the first cannot grow */
	uintptr_t at = (uintptr_t)block;
	size_t i;

	(void)state;
	assert_non_null(block);
	assert_non_null(stays);
	memset(block, MARK, 500);
	block = realloc(block, SIZE);
	assert_non_null(block);
	for (i = 0; i < 500; i++)
		assert_int_equal(block[i], MARK);
	if (!SANITIZED)
		assert_int_equal(marked(at, 500), 0);

	/* And what becomes small does not keep what it had. */
	memset(block, MARK, SIZE);
	at = (uintptr_t)block;
	block = realloc(block, 10);
	assert_non_null(block);
	for (i = 0; i < 10; i++)
		assert_int_equal(block[i], MARK);
	if (!SANITIZED)
		assert_int_equal(marked(at, SIZE), 0);
	free(block);
	free(stays);
}

static void
freeing_nothing_is_allowed_and_errors_stay(void **state)
{
	void *block = realloc(NULL, 10);

	(void)state;
	assert_non_null(block);
	errno = EDOM;
	free(NULL);
	free(block);
	assert_int_equal(errno, EDOM);
}

/* A call that leaves marks on the stack; tell where. */
static __attribute__((noinline)) uintptr_t
leave_marks(void)
{
	volatile uint8_t frame[1024];
	size_t i;

	for (i = 0; i < sizeof(frame); i++)
		frame[i] = MARK;
	return (uintptr_t)frame;
}

static void
what_calls_left_on_the_stack_is_overwritten(void **state)
{
	uintptr_t at = leave_marks();

	(void)state;
	if (SANITIZED) {
		print_message("a sanitizer keeps memory by itself\n");
		skip();
	}
	forget_stack();
	assert_true(marked(at, 1024) < 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_freed_is_overwritten),
		cmocka_unit_test(what_grows_leaves_nothing_where_it_was),
		cmocka_unit_test(freeing_nothing_is_allowed_and_errors_stay),
		cmocka_unit_test(what_calls_left_on_the_stack_is_overwritten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
