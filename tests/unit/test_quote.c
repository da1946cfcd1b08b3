#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/quote.h"

static void
becomes(const char *word, const char *wanted)
{
	char *quoted = NULL;

	assert_int_equal(quote_word(word, &quoted), ERR_NONE);
	assert_string_equal(quoted, wanted);
	free(quoted);
}

static void
a_plain_word_stays_as_it_is(void **state)
{
	(void)state;
	becomes("/var/backups/dk-791-20261121T033000Z.erfab",
	    "/var/backups/dk-791-20261121T033000Z.erfab");
	becomes("s\xc3\xb8rg", "s\xc3\xb8rg");
	assert_true(quote_bare("a.b_c-d/e"));
}

static void
what_a_shell_would_read_otherwise_is_quoted(void **state)
{
	(void)state;
	becomes("my backups/one", "'my backups/one'");
	becomes("$HOME", "'$HOME'");
	becomes("it's", "'it'\\''s'");
	becomes("~", "'~'");
	becomes("", "''");
	becomes("-x", "'-x'");
	assert_false(quote_bare(""));
	assert_false(quote_bare("-x"));
	assert_false(quote_bare("a b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_word_stays_as_it_is),
		cmocka_unit_test(what_a_shell_would_read_otherwise_is_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
