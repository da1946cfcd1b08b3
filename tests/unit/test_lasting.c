#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/lasting.h"

static void
what_only_asks_leaves_nothing(void **state)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__FollowRequest follow = ERFA__FOLLOW_REQUEST__INIT;
	Erfa__KeyRequest key = ERFA__KEY_REQUEST__INIT;

	(void)state;
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	assert_false(lasting(&request));
	request.ask_case = ERFA__REQUEST__ASK_DRAFT_GET;
	assert_false(lasting(&request));
	request.ask_case = ERFA__REQUEST__ASK_FOLLOW;
	request.follow = &follow;
	assert_false(lasting(&request));
	request.ask_case = ERFA__REQUEST__ASK_KEY;
	request.key = &key;
	assert_false(lasting(&request));
}

static void
what_is_written_stays(void **state)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__PublishRequest publish = ERFA__PUBLISH_REQUEST__INIT;

	(void)state;
	request.ask_case = ERFA__REQUEST__ASK_DRAFT_PUT;
	assert_true(lasting(&request));
	request.ask_case = ERFA__REQUEST__ASK_PUBLISH;
	request.publish = &publish;
	assert_true(lasting(&request));
}

static void
what_is_only_checked_does_not(void **state)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__PublishRequest publish = ERFA__PUBLISH_REQUEST__INIT;
	Erfa__JoinRequest join = ERFA__JOIN_REQUEST__INIT;

	(void)state;
	publish.has_dry_run = 1;
	publish.dry_run = 1;
	request.ask_case = ERFA__REQUEST__ASK_PUBLISH;
	request.publish = &publish;
	assert_false(lasting(&request));
	request.ask_case = ERFA__REQUEST__ASK_JOIN;
	request.join = &join;
	assert_false(lasting(&request));
	join.confirmed = 1;
	assert_true(lasting(&request));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_only_asks_leaves_nothing),
		cmocka_unit_test(what_is_written_stays),
		cmocka_unit_test(what_is_only_checked_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
