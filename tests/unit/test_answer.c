#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "proto/answer.h"
#include "proto/control.h"
#include "proto/header.h"

/* Every answer that the protocol knows. */
static const Erfa__Answer__SayCase cases[] = {
	ERFA__ANSWER__SAY_ERROR,
	ERFA__ANSWER__SAY_STATUS,
	ERFA__ANSWER__SAY_PUBLISH,
	ERFA__ANSWER__SAY_LIST,
	ERFA__ANSWER__SAY_SHOW,
	ERFA__ANSWER__SAY_FIND,
	ERFA__ANSWER__SAY_WATCH,
	ERFA__ANSWER__SAY_PEERS,
	ERFA__ANSWER__SAY_ACCEPT,
	ERFA__ANSWER__SAY_REMOVE,
	ERFA__ANSWER__SAY_INVITE,
	ERFA__ANSWER__SAY_JOIN,
	ERFA__ANSWER__SAY_SYNC,
	ERFA__ANSWER__SAY_VERIFY,
	ERFA__ANSWER__SAY_EXPORT,
	ERFA__ANSWER__SAY_BUNDLE_EXPORT,
	ERFA__ANSWER__SAY_BUNDLE_IMPORT,
	ERFA__ANSWER__SAY_LOGS,
};

static void
every_answer_is_read_back_with_its_schema(void **state)
{
	Erfa__Answer *answer;
	Erfa__Answer *again;
	uint8_t *buf;
	size_t len;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(answer_new(cases[i], &answer), ERR_NONE);
		assert_int_equal(answer->say_case, cases[i]);
		assert_int_equal(
		    control_encode_answer(answer, &buf, &len), ERR_NONE);
		assert_int_equal(
		    control_decode_answer(buf, len, &again), ERR_NONE);
		assert_int_equal(again->say_case, cases[i]);
		free(buf);
		control_free_answer(again);
		control_free_answer(answer);
	}
}

static void
a_schema_is_named_after_its_answer(void **state)
{
	Erfa__Answer *answer;

	(void)state;
	assert_int_equal(
	    answer_new(ERFA__ANSWER__SAY_BUNDLE_EXPORT, &answer), ERR_NONE);
	assert_string_equal(
	    answer->bundle_export->schema, "erfa.bundle-export/1");
	control_free_answer(answer);
}

static void
an_error_takes_the_place_of_what_was_said(void **state)
{
	Erfa__Answer *answer;

	(void)state;
	assert_int_equal(
	    answer_new(ERFA__ANSWER__SAY_STATUS, &answer), ERR_NONE);
	assert_int_equal(answer_text(&answer->status->org, "dk-791"), ERR_NONE);
	assert_int_equal(
	    answer_error(answer, 75, "busy", "try again", "it is busy"),
	    ERR_NONE);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_ERROR);
	assert_int_equal(answer->error->exit, 75);
	assert_string_equal(answer->error->schema, "erfa.error/1");
	assert_string_equal(answer->error->message, "it is busy");
	control_free_answer(answer);
}

static void
values_replace_those_before(void **state)
{
	const uint8_t bytes[] = { 0x0f, 0xa0 };
	char *text = NULL;

	(void)state;
	assert_int_equal(answer_text(&text, NULL), ERR_NONE);
	assert_string_equal(text, "");
	assert_int_equal(answer_hex(&text, bytes, 2), ERR_NONE);
	assert_string_equal(text, "0fa0");
	assert_int_equal(answer_time(&text, 1), ERR_NONE);
	assert_string_equal(text, "1970-01-01T00:00:00.001Z");
	assert_int_equal(answer_time(&text, 0), ERR_NONE);
	assert_string_equal(text, "");
	assert_int_equal(answer_time(&text, UINT64_MAX), ERR_NONE);
	assert_string_equal(text, "");
	free(text);
}

static void
lists_grow_and_are_freed_with_their_answer(void **state)
{
	Erfa__Answer *answer;
	Erfa__Peer *peer;
	int i;

	(void)state;
	assert_int_equal(
	    answer_new(ERFA__ANSWER__SAY_PEERS, &answer), ERR_NONE);
	for (i = 0; i < 100; i++) {
		assert_int_equal(
		    answer_add(&answer->peers->peer, &answer->peers->n_peer,
			&erfa__peer__descriptor, &peer),
		    ERR_NONE);
		assert_int_equal(
		    answer_text_add(&peer->role, &peer->n_role, "writes"),
		    ERR_NONE);
	}
	assert_int_equal(answer->peers->n_peer, 100);
	assert_string_equal(answer->peers->peer[99]->role[0], "writes");
	control_free_answer(answer);
}

static void
roles_are_told_in_words(void **state)
{
	char **words = NULL;
	size_t count = 0;

	(void)state;
	assert_int_equal(answer_roles(&words, &count, 0), ERR_NONE);
	assert_int_equal(count, 0);
	assert_int_equal(answer_roles(&words, &count,
			     ROLE_READER | ROLE_WRITES | ROLE_REGISTRY |
				 ROLE_INTRODUCES | 1U << 31),
	    ERR_NONE);
	assert_int_equal(count, 4);
	assert_string_equal(words[0], "writes");
	assert_string_equal(words[1], "introduces");
	assert_string_equal(words[2], "registry");
	assert_string_equal(words[3], "reads");
	while (count > 0)
		free(words[--count]);
	free(words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_is_read_back_with_its_schema),
		cmocka_unit_test(a_schema_is_named_after_its_answer),
		cmocka_unit_test(an_error_takes_the_place_of_what_was_said),
		cmocka_unit_test(values_replace_those_before),
		cmocka_unit_test(lists_grow_and_are_freed_with_their_answer),
		cmocka_unit_test(roles_are_told_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
