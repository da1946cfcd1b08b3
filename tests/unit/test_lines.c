#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/event.h"
#include "daemon/lines.h"

#define THREADS 4

struct fixture {
	uint64_t before; /* number of the newest line when the test began */
	struct line *lines;
	size_t count;
};

static void
read_lines(struct fixture *f, int level, size_t count)
{
	lines_free(f->lines, f->count);
	f->lines = NULL;
	assert_int_equal(
	    lines_read(level, f->before, count, &f->lines, &f->count),
	    ERR_NONE);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	*state = f;
	lines_keep(LOGGER_ERR, "test", "", "the last before");
	read_lines(f, LOGGER_DEBUG, 1);
	f->before = f->lines[0].number;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	lines_free(f->lines, f->count);
	free(f);
	return 0;
}

static void
lines_come_back_oldest_first_with_all_that_was_said(void **state)
{
	struct fixture *f = *state;

	lines_keep(LOGGER_WARNING, "peers", "peer-silent", "one");
	lines_keep(LOGGER_INFO, "config", "", "two");
	read_lines(f, LOGGER_DEBUG, 10);
	assert_int_equal(f->count, 2);
	assert_string_equal(f->lines[0].text, "one");
	assert_string_equal(f->lines[0].module, "peers");
	assert_string_equal(f->lines[0].kind, "peer-silent");
	assert_int_equal(f->lines[0].level, LOGGER_WARNING);
	assert_int_equal(f->lines[0].number, f->before + 1);
	assert_true(f->lines[0].time_ms > 1600000000000);
	assert_string_equal(f->lines[1].text, "two");
	assert_int_equal(f->lines[1].number, f->before + 2);
}

static void
only_lines_of_the_level_are_counted(void **state)
{
	struct fixture *f = *state;

	lines_keep(LOGGER_ERR, "a", "", "bad 1");
	lines_keep(LOGGER_ERR, "a", "", "bad 2");
	lines_keep(LOGGER_INFO, "a", "", "news 1");
	lines_keep(LOGGER_INFO, "a", "", "news 2");
	read_lines(f, LOGGER_ERR, 1);
	assert_int_equal(f->count, 1);
	assert_string_equal(f->lines[0].text, "bad 2");
	read_lines(f, LOGGER_INFO, 3);
	assert_int_equal(f->count, 3);
	assert_string_equal(f->lines[0].text, "bad 2");
	read_lines(f, LOGGER_INFO, 0);
	assert_int_equal(f->count, 0);
}

static void
a_full_ring_forgets_the_oldest(void **state)
{
	struct fixture *f = *state;
	char text[32];
	int i;

	for (i = 1; i <= LINES_KEPT + 10; i++) {
		(void)snprintf(text, sizeof(text), "line %d", i);
		lines_keep(LOGGER_INFO, "a", "", text);
	}
	read_lines(f, LOGGER_INFO, 2 * (size_t)LINES_KEPT);
	assert_int_equal(f->count, LINES_KEPT);
	assert_string_equal(f->lines[0].text, "line 11");
	assert_string_equal(f->lines[LINES_KEPT - 1].text, text);
}

static void
what_the_logger_writes_is_kept_with_its_kind(void **state)
{
	struct fixture *f = *state;

	event_say(EVENT_PEER_SILENT, &(struct event_about){ .peer = "a:1" },
	    "%s does not answer", "a:1");
	logger_info("config", "two\nlines");
	logger_debug("config", "below the level");
	logger_foreign(LOGGER_WARNING, "bad-frame", "link", "refused");
	read_lines(f, LOGGER_DEBUG, 10);
	assert_int_equal(f->count, 3);
	assert_string_equal(f->lines[0].kind, "peer-silent");
	assert_string_equal(f->lines[0].module, "peers");
	assert_string_equal(f->lines[0].text, "a:1 does not answer");
	assert_string_equal(f->lines[1].kind, "");
	assert_string_equal(f->lines[1].text, "two?lines");
	assert_string_equal(f->lines[2].kind, "foreign");
}

static void
each_kind_of_event_has_a_word_of_its_own(void **state)
{
	int i, k;

	(void)state;
	for (i = 0; i < EVENT_COUNT; i++) {
		assert_int_equal(strlen(event_kind(i)->id), 32);
		for (k = 0; k < i; k++) {
			assert_string_not_equal(
			    event_kind(i)->word, event_kind(k)->word);
			assert_string_not_equal(
			    event_kind(i)->id, event_kind(k)->id);
		}
	}
}

static void *
keep_and_read(void *arg)
{
	struct line *lines;
	size_t count;
	int i;

	(void)arg;
	for (i = 0; i < 200; i++) {
		lines_keep(LOGGER_INFO, "thread", "", "line");
		if (lines_read(LOGGER_INFO, 0, 5, &lines, &count) == ERR_NONE)
			lines_free(lines, count);
	}
	return NULL;
}

static void
several_threads_keep_and_read(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[THREADS];
	size_t i;

	for (i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, keep_and_read, NULL), 0);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	read_lines(f, LOGGER_INFO, 1);
	assert_int_equal(f->lines[0].number, f->before + THREADS * 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_come_back_oldest_first_with_all_that_was_said),
		TEST(only_lines_of_the_level_are_counted),
		TEST(a_full_ring_forgets_the_oldest),
		TEST(what_the_logger_writes_is_kept_with_its_kind),
		TEST(each_kind_of_event_has_a_word_of_its_own),
		TEST(several_threads_keep_and_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
