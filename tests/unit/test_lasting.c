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

static void
what_may_be_done_again_is_done_all_the_same(void **state)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__SettingsRequest settings = ERFA__SETTINGS_REQUEST__INIT;
	Erfa__BackupRequest backup = ERFA__BACKUP_REQUEST__INIT;

	(void)state;
	request.ask_case = ERFA__REQUEST__ASK_BUNDLE_IMPORT;
	assert_false(lasting(&request));
	assert_true(lasting_change(&request));
	request.ask_case = ERFA__REQUEST__ASK_REINDEX;
	assert_true(lasting_change(&request));
	request.ask_case = ERFA__REQUEST__ASK_DRAFT_PUT;
	assert_true(lasting_change(&request));
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	assert_false(lasting_change(&request));
	request.ask_case = ERFA__REQUEST__ASK_SETTINGS;
	request.settings = &settings;
	assert_false(lasting_change(&request));
	settings.reload = 1;
	assert_true(lasting_change(&request));
	request.ask_case = ERFA__REQUEST__ASK_BACKUP;
	request.backup = &backup;
	assert_false(lasting_change(&request));
	backup.done = 1;
	assert_true(lasting_change(&request));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_only_asks_leaves_nothing),
		cmocka_unit_test(what_is_written_stays),
		cmocka_unit_test(what_is_only_checked_does_not),
		cmocka_unit_test(what_may_be_done_again_is_done_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
