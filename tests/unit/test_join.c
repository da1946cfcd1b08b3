#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/join.h"

static void
texts_stand_behind_each_other(void **state)
{
	char out[32] = "";

	(void)state;
	join_text(out, sizeof(out), ", ", "one");
	join_text(out, sizeof(out), ", ", NULL);
	join_text(out, sizeof(out), ", ", "");
	join_text(out, sizeof(out), ", ", "two");
	assert_string_equal(out, "one, two");
}

static void
a_text_is_cut_between_two_characters(void **state)
{
	char out[8] = "";
	char small[1] = "";

	(void)state;
	join_text(out, sizeof(out), ", ", "12345");
	join_text(out, sizeof(out), ", ", "67");
	assert_string_equal(out, "12345, ");
	out[0] = '\0';
	join_text(out, sizeof(out), ", ", "12345\xc3\xa6\xc3\xb8");
	assert_string_equal(out, "12345\xc3\xa6");
	out[0] = '\0';
	join_text(out, sizeof(out), ", ", "123456\xc3\xa6");
	assert_string_equal(out, "123456");
	join_text(small, sizeof(small), ", ", "x");
	assert_string_equal(small, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_stand_behind_each_other),
		cmocka_unit_test(a_text_is_cut_between_two_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
