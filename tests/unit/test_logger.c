#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/logger.h"
#include "tests/unit/scratch.h"

#define THREADS 4
#define LINES   50

struct fixture {
	char *dir;
	char *path; /* stderr goes to this file */
	int old_stderr;
	char text[65536];
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd;

	if (f == NULL)
		return -1;
	*state = f;
	if ((f->dir = scratch_make()) == NULL ||
	    (f->path = scratch_path(f->dir, "log")) == NULL)
		return -1;
	f->old_stderr = dup(STDERR_FILENO);
	fd = open(f->path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
	if (f->old_stderr == -1 || fd == -1 || dup2(fd, STDERR_FILENO) == -1)
		return -1;
	(void)close(fd);
	(void)unsetenv("JOURNAL_STREAM");
	logger_init(LOGGER_INFO);
	logger_foreign_limit(LOGGER_FOREIGN_COUNT, LOGGER_FOREIGN_WINDOW_MS);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	(void)dup2(f->old_stderr, STDERR_FILENO);
	(void)close(f->old_stderr);
	free(f->path);
	scratch_remove(f->dir);
	free(f);
	return 0;
}

/* What was written so far. */
static const char *
written(struct fixture *f)
{
	int fd = open(f->path, O_RDONLY | O_CLOEXEC);
	ssize_t len = read(fd, f->text, sizeof(f->text) - 1);

	(void)close(fd);
	assert_true(len >= 0);
	f->text[len] = '\0';
	return f->text;
}

static size_t
count(const char *text, const char *wanted)
{
	size_t found = 0;

	while ((text = strstr(text, wanted)) != NULL) {
		text += strlen(wanted);
		found++;
	}
	return found;
}

static void
a_line_has_time_level_module_and_text(void **state)
{
	struct fixture *f = *state;
	const char *line;

	logger_warning("sock", "peer gone: %s (fd=%d)", "reset", 7);
	line = written(f);
	assert_int_equal(
	    strlen("2026-01-01T00:00:00.000Z "), strcspn(line, "Z") + 2);
	assert_string_equal(line + strcspn(line, "Z") + 2,
	    "warning sock: peer gone: reset (fd=7)\n");
}

static void
lines_below_the_level_are_left_out(void **state)
{
	struct fixture *f = *state;

	logger_debug("a", "one");
	logger_info("a", "two");
	logger_init(LOGGER_ERR);
	logger_warning("a", "three");
	logger_foreign(LOGGER_WARNING, "class", "a", "four");
	logger_err("a", "five");
	logger_init(LOGGER_DEBUG);
	logger_debug("a", "six");
	assert_int_equal(count(written(f), "\n"), 3);
	assert_non_null(strstr(f->text, "info a: two\n"));
	assert_non_null(strstr(f->text, "err a: five\n"));
	assert_non_null(strstr(f->text, "debug a: six\n"));
}

static void
a_line_stays_one_line_and_has_an_end(void **state)
{
	struct fixture *f = *state;
	char large[3 * LOGGER_LINE_MAX];

	logger_info("a", "two\nlines\033[31m");
	assert_non_null(strstr(written(f), "a: two?lines?[31m\n"));
	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	logger_info("a", "%s", large);
	logger_info("a", "end");
	assert_int_equal(count(written(f), "\n"), 3);
	assert_int_equal(count(f->text, "x"), LOGGER_LINE_MAX - 1);
}

static void
foreign_events_are_written_some_times_and_then_counted(void **state)
{
	struct fixture *f = *state;
	int i;

	for (i = 0; i < LOGGER_FOREIGN_COUNT + 5; i++)
		logger_foreign(LOGGER_INFO, "bad-frame", "a", "frame %d", i);
	logger_foreign(LOGGER_INFO, "stranger", "a", "another class");
	assert_int_equal(count(written(f), "a: frame"), LOGGER_FOREIGN_COUNT);
	assert_int_equal(count(f->text, "another class\n"), 1);
}

static void
the_next_window_tells_what_was_left_out(void **state)
{
	struct fixture *f = *state;
	int i;

	/* One line, then a window that is over after a millisecond. */
	logger_foreign_limit(1, 1);
	for (i = 0; i < 1000000 && count(written(f), "frame (") == 0; i++)
		logger_foreign(LOGGER_INFO, "bad-frame", "a", "frame");
	assert_non_null(strstr(f->text, "more of bad-frame were not written)"));
}

static void
more_classes_than_there_is_room_for_share_one(void **state)
{
	static char names[40][8];
	struct fixture *f = *state;
	size_t i;

	logger_foreign_limit(1, LOGGER_FOREIGN_WINDOW_MS);
	for (i = 0; i < 40; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "c%zu", i);
		logger_foreign(LOGGER_INFO, names[i], "a", "event");
	}
	assert_int_equal(count(written(f), "event"), 32);
}

static void
foreign_text_is_quoted_gated_and_cut(void **state)
{
	char buf[32];
	char tiny[4];

	(void)state;
	assert_string_equal(
	    logger_quote("abc", 3, buf, sizeof(buf)), "\"abc\"");
	assert_string_equal(logger_quote("a\033[2J\n", 6, buf, sizeof(buf)),
	    "\"a\\x1b[2J\\x0a\"");
	assert_string_equal(
	    logger_quote("\377\0", 2, buf, sizeof(buf)), "\"\\xff\\x00\"");
	assert_string_equal(logger_quote("abcdefghijklmnopqrstuvwxyz0123456789",
				36, buf, sizeof(buf)),
	    "\"abcdefghijklmnopqrstuvwxyz...\"");
	assert_string_equal(logger_quote("abc", 3, tiny, sizeof(tiny)), "");
	assert_string_equal(logger_quote("", 0, buf, sizeof(buf)), "\"\"");
}

static void
a_journal_that_is_not_stderr_is_not_used(void **state)
{
	struct fixture *f = *state;

	(void)setenv("JOURNAL_STREAM", "1:2", 1);
	logger_init(LOGGER_INFO);
	logger_info("a", "one");
	(void)setenv("JOURNAL_STREAM", "nonsense", 1);
	logger_init(LOGGER_INFO);
	logger_info("a", "two");
	(void)unsetenv("JOURNAL_STREAM");
	assert_int_equal(count(written(f), "\n"), 2);
}

static void
a_journal_that_does_not_answer_loses_nothing(void **state)
{
	struct fixture *f = *state;
	struct stat info;
	char stream[64];

	if (access("/run/systemd/journal/socket", F_OK) == 0) {
		print_message("a journal runs here and would take the line\n");
		skip();
	}
	assert_int_equal(fstat(STDERR_FILENO, &info), 0);
	(void)snprintf(stream, sizeof(stream), "%ju:%ju",
	    (uintmax_t)info.st_dev, (uintmax_t)info.st_ino);
	(void)setenv("JOURNAL_STREAM", stream, 1);
	logger_init(LOGGER_INFO);
	(void)unsetenv("JOURNAL_STREAM");
	logger_info("a", "one");
	assert_int_equal(count(written(f), "info a: one\n"), 1);
}

static void *
write_lines(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < LINES; i++) {
		logger_info("thread", "line");
		logger_foreign(LOGGER_INFO, "shared", "foreign", "event");
	}
	return NULL;
}

static void
lines_of_several_threads_do_not_mix(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[THREADS];
	size_t i;

	for (i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, write_lines, NULL), 0);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(
	    count(written(f), "Z info thread: line\n"), THREADS * LINES);
	assert_int_equal(
	    count(f->text, "foreign: event\n"), LOGGER_FOREIGN_COUNT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_has_time_level_module_and_text),
		TEST(lines_below_the_level_are_left_out),
		TEST(a_line_stays_one_line_and_has_an_end),
		TEST(foreign_events_are_written_some_times_and_then_counted),
		TEST(the_next_window_tells_what_was_left_out),
		TEST(more_classes_than_there_is_room_for_share_one),
		TEST(foreign_text_is_quoted_gated_and_cut),
		TEST(a_journal_that_is_not_stderr_is_not_used),
		TEST(a_journal_that_does_not_answer_loses_nothing),
		TEST(lines_of_several_threads_do_not_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
