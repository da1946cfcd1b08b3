#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/pattern.h"

#define ARGS_MOST 8

/* What pattern_args() makes of a format, put together again. */
__attribute__((format(printf, 2, 3))) static char *
taken_apart(size_t count, const char *format, ...)
{
	char **args = NULL;
	char *text = NULL;
	size_t n = 0, i;
	va_list list;

	va_start(list, format);
	assert_int_equal(pattern_args(format, list, &args, &n), ERR_NONE);
	va_end(list);
	assert_int_equal(n, count);
	assert_int_equal(pattern_fill(format, args, n, &text), ERR_NONE);
	for (i = 0; i < n; i++)
		free(args[i]);
	free(args);
	return text;
}

static void
is(char *text, const char *wanted)
{
	assert_string_equal(text, wanted);
	free(text);
}

static void
arguments_are_written_as_printf_does(void **state)
{
	size_t size = 12;

	(void)state;
	is(taken_apart(0, "nothing in it, %% either"),
	    "nothing in it, % either");
	is(taken_apart(
	       7, "%s %c %d %i %u %x %zu", "wörd", 'c', -7, 8, 9u, 255u, size),
	    "wörd c -7 8 9 ff 12");
	is(taken_apart(3, "%ld %llu %lu", -5L, 18446744073709551615ULL, 6UL),
	    "-5 18446744073709551615 6");
	is(taken_apart(2, "%.3s, %.*s.", "abcdef", 2, "xyz"), "abc, xy.");
}

/* ${pattern} filled with up to eight arguments that end with NULL. */
static char *
filled(const char *pattern, ...)
{
	char *args[ARGS_MOST];
	char *text = NULL;
	size_t count = 0, i;
	const char *next;
	va_list list;

	va_start(list, pattern);
	while ((next = va_arg(list, const char *)) != NULL) {
		args[count] = strdup(next);
		assert_non_null(args[count++]);
	}
	va_end(list);
	assert_int_equal(pattern_fill(pattern, args, count, &text), ERR_NONE);
	for (i = 0; i < count; i++)
		free(args[i]);
	return text;
}

static void
places_are_filled_by_order_or_by_name(void **state)
{
	(void)state;
	is(filled("%s: %u of %zu", "a", "2", "3", NULL), "a: 2 of 3");
	is(filled("{what}: {who}, {what}", "who=KDD", "what=83", NULL),
	    "83: KDD, 83");
	is(filled("{who}", "whom=x", "who=", NULL), "");
}

static void
what_fills_a_place_is_not_looked_at_again(void **state)
{
	(void)state;
	is(filled("%s %s", "{who} %s", "b", NULL), "{who} %s b");
	is(filled("{who}", "who={what} %s", "what=x", NULL), "{what} %s");
}

static void
a_place_without_an_argument_stays(void **state)
{
	(void)state;
	is(filled("%s and %s", "one", NULL), "one and %s");
	is(filled("{who} {Who} {} {who", NULL), "{who} {Who} {} {who");
	is(filled("100 % or %", "x", NULL), "100 % or %");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_are_written_as_printf_does),
		cmocka_unit_test(places_are_filled_by_order_or_by_name),
		cmocka_unit_test(what_fills_a_place_is_not_looked_at_again),
		cmocka_unit_test(a_place_without_an_argument_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
