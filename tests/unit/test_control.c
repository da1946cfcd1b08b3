#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/control.h"
#include "proto/limits.h"

/* An encoded message. */
struct packed {
	uint8_t *buf;
	size_t len;
};

static struct packed
pack_request(Erfa__Request *request)
{
	struct packed packed = { NULL, 0 };

	assert_int_equal(
	    control_encode_request(request, &packed.buf, &packed.len),
	    ERR_NONE);
	return packed;
}

static struct packed
pack_answer(Erfa__Answer *answer)
{
	struct packed packed = { NULL, 0 };

	assert_int_equal(
	    control_encode_answer(answer, &packed.buf, &packed.len), ERR_NONE);
	return packed;
}

/* What decoding ${buf} as a request says; nothing is kept. */
static enum err
request_error(const void *buf, size_t len)
{
	Erfa__Request *request = NULL;
	enum err err = control_decode_request(buf, len, &request);

	control_free_request(request);
	return err;
}

static enum err
answer_error(const void *buf, size_t len)
{
	Erfa__Answer *answer = NULL;
	enum err err = control_decode_answer(buf, len, &answer);

	control_free_answer(answer);
	return err;
}

static void
a_request_comes_back_as_it_was(void **state)
{
	static char id[] = "dk-791/k7m2p4qd";
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	Erfa__Request *back = NULL;
	struct packed packed;

	(void)state;
	request.has_req = true;
	request.req = 7;
	show.id = id;
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	packed = pack_request(&request);

	assert_int_equal(
	    control_decode_request(packed.buf, packed.len, &back), ERR_NONE);
	assert_int_equal(back->version, CONTROL_VERSION);
	assert_int_equal(back->req, 7);
	assert_int_equal(back->ask_case, ERFA__REQUEST__ASK_SHOW);
	assert_string_equal(back->show->id, id);
	control_free_request(back);
	free(packed.buf);
}

static void
an_answer_comes_back_and_lends_what_it_says(void **state)
{
	static char schema[] = "erfa.sync/1";
	Erfa__Answer answer = ERFA__ANSWER__INIT;
	Erfa__SyncAnswer sync = ERFA__SYNC_ANSWER__INIT;
	Erfa__Answer *back = NULL;
	const ProtobufCMessage *said;
	struct packed packed;

	(void)state;
	sync.schema = schema;
	answer.say_case = ERFA__ANSWER__SAY_SYNC;
	answer.sync = &sync;
	packed = pack_answer(&answer);

	assert_int_equal(
	    control_decode_answer(packed.buf, packed.len, &back), ERR_NONE);
	said = control_said(back);
	assert_ptr_equal(said, &back->sync->base);
	assert_ptr_equal(said->descriptor, &erfa__sync_answer__descriptor);
	assert_string_equal(back->sync->schema, schema);
	control_free_answer(back);
	free(packed.buf);
}

static void
an_empty_answer_says_nothing(void **state)
{
	Erfa__Answer answer = ERFA__ANSWER__INIT;

	(void)state;
	assert_null(control_said(&answer));
}

static void
another_version_is_told_from_damage(void **state)
{
	/* version = 2; status {} */
	static const uint8_t request[] = { 0x08, 2, 0x52, 0 };
	/* no version; status {} */
	static const uint8_t unsaid[] = { 0x52, 0 };

	(void)state;
	assert_int_equal(request_error(request, sizeof(request)), ERR_VERSION);
	assert_int_equal(answer_error(request, sizeof(request)), ERR_VERSION);
	assert_int_equal(request_error(unsaid, sizeof(unsaid)), ERR_VERSION);
	assert_int_equal(answer_error(unsaid, sizeof(unsaid)), ERR_VERSION);
}

static void
a_command_of_a_newer_client_is_a_newer_version(void **state)
{
	/* version = 1; field 99 of the oneof's kind, unknown here */
	static const uint8_t unknown[] = { 0x08, 1, 0x9a, 0x06, 0 };

	(void)state;
	assert_int_equal(request_error(unknown, sizeof(unknown)), ERR_VERSION);
	assert_int_equal(answer_error(unknown, sizeof(unknown)), ERR_VERSION);
}

static void
an_option_of_a_newer_client_is_a_newer_version_however_deep(void **state)
{
	/* version = 1; publish { record { body { trial { field 99 = 1 } } } } */
	static const uint8_t deep[] = { 0x08, 1, 0x5a, 9, 0x0a, 7, 0x0a, 5,
		0x72, 3, 0x98, 0x06, 1 };
	/* version = 1; status { field 99 = 1 } */
	static const uint8_t flat[] = { 0x08, 1, 0x52, 3, 0x98, 0x06, 1 };

	(void)state;
	assert_int_equal(request_error(deep, sizeof(deep)), ERR_VERSION);
	assert_int_equal(request_error(flat, sizeof(flat)), ERR_VERSION);
}

static void
an_answer_of_a_newer_daemon_is_read_as_far_as_known(void **state)
{
	/* version = 1; status { field 99 = 1 } */
	static const uint8_t flat[] = { 0x08, 1, 0x52, 3, 0x98, 0x06, 1 };

	(void)state;
	assert_int_equal(answer_error(flat, sizeof(flat)), ERR_NONE);
}

static void
damage_is_refused(void **state)
{
	static const uint8_t cut[] = { 0x08, 1, 0x52, 5, 0 };
	/* version = 1; show { id = 0xff }: not UTF-8 */
	static const uint8_t latin[] = { 0x08, 1, 0x6a, 3, 0x0a, 1, 0xff };
	/* version = 1; two members of the oneof */
	static const uint8_t both[] = { 0x08, 1, 0x52, 0, 0x82, 1, 0 };

	(void)state;
	assert_int_equal(request_error(cut, sizeof(cut)), ERR_SYNTAX);
	assert_int_equal(answer_error(cut, sizeof(cut)), ERR_SYNTAX);
	assert_int_equal(request_error(latin, sizeof(latin)), ERR_SYNTAX);
	assert_int_equal(request_error(both, sizeof(both)), ERR_SYNTAX);
}

static void
what_is_too_long_is_refused_unread(void **state)
{
	uint8_t *zeros = calloc(1, CONTROL_MAX + 1);

	(void)state;
	assert_non_null(zeros);
	assert_int_equal(request_error(zeros, CONTROL_MAX + 1), ERR_SIZE);
	assert_int_equal(answer_error(zeros, CONTROL_MAX + 1), ERR_SIZE);
	free(zeros);
}

static void
too_many_fields_are_refused(void **state)
{
	size_t len = 2 * ((size_t)CONTROL_FIELDS + 1);
	uint8_t *bytes = malloc(len);
	size_t i;

	(void)state;
	assert_non_null(bytes);
	for (i = 0; i < len; i += 2) {
		bytes[i] = 0x10; /* req = 0 */
		bytes[i + 1] = 0;
	}
	assert_int_equal(request_error(bytes, len), ERR_LIMIT);
	assert_int_equal(control_request_number(bytes, len), 0);
	free(bytes);
}

static void
the_number_of_a_refused_request_can_be_read(void **state)
{
	/* version = 2; req = 5; field 99 */
	static const uint8_t newer[] = { 0x08, 2, 0x10, 5, 0x9a, 0x06, 0 };

	(void)state;
	assert_int_equal(request_error(newer, sizeof(newer)), ERR_VERSION);
	assert_int_equal(control_request_number(newer, sizeof(newer)), 5);
	assert_int_equal(control_request_number(newer, 1), 0);
}

static void
what_cannot_be_sent_is_not_encoded(void **state)
{
	Erfa__Answer answer = ERFA__ANSWER__INIT;
	Erfa__ErrorAnswer error = ERFA__ERROR_ANSWER__INIT;
	char *text = malloc(CONTROL_MAX + 1);
	uint8_t *buf = NULL;
	size_t len = 0;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', CONTROL_MAX);
	text[CONTROL_MAX] = '\0';
	error.message = text;
	answer.say_case = ERFA__ANSWER__SAY_ERROR;
	answer.error = &error;
	assert_int_equal(control_encode_answer(&answer, &buf, &len), ERR_SIZE);
	assert_null(buf);
	free(text);
}

static void
nothing_is_freed_without_harm(void **state)
{
	(void)state;
	control_free_request(NULL);
	control_free_answer(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_comes_back_as_it_was),
		cmocka_unit_test(an_answer_comes_back_and_lends_what_it_says),
		cmocka_unit_test(an_empty_answer_says_nothing),
		cmocka_unit_test(another_version_is_told_from_damage),
		cmocka_unit_test(
		    a_command_of_a_newer_client_is_a_newer_version),
		cmocka_unit_test(
		    an_option_of_a_newer_client_is_a_newer_version_however_deep),
		cmocka_unit_test(
		    an_answer_of_a_newer_daemon_is_read_as_far_as_known),
		cmocka_unit_test(damage_is_refused),
		cmocka_unit_test(what_is_too_long_is_refused_unread),
		cmocka_unit_test(too_many_fields_are_refused),
		cmocka_unit_test(the_number_of_a_refused_request_can_be_read),
		cmocka_unit_test(what_cannot_be_sent_is_not_encoded),
		cmocka_unit_test(nothing_is_freed_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
