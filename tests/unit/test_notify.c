#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/notify.h"
#include "tests/unit/scratch.h"

struct fixture {
	char *dir;
	char *path;
	int fd; /* plays systemd */
	char text[512];
};

static int
setup(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	*state = f;
	if ((f->dir = scratch_make()) == NULL ||
	    (f->path = scratch_path(f->dir, "notify")) == NULL ||
	    strlen(f->path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, f->path, strlen(f->path));
	f->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(f->fd, (const void *)&address, sizeof(address)) != 0)
		return -1;
	return setenv("NOTIFY_SOCKET", f->path, 1);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	(void)unsetenv("NOTIFY_SOCKET");
	(void)close(f->fd);
	free(f->path);
	scratch_remove(f->dir);
	free(f);
	return 0;
}

/* What systemd was told last; it is there when the call returns. */
static const char *
told(struct fixture *f)
{
	ssize_t len = recv(f->fd, f->text, sizeof(f->text) - 1, MSG_DONTWAIT);

	f->text[len > 0 ? len : 0] = '\0';
	return f->text;
}

static void
systemd_hears_that_settings_are_read_again(void **state)
{
	struct fixture *f = *state;
	const char *text;

	notify_reloading();
	text = told(f);
	assert_int_equal(strncmp(text, "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
	assert_int_not_equal(text[27], '\0');
}

static void
the_watchdog_is_fed_if_there_is_one(void **state)
{
	struct fixture *f = *state;

	(void)unsetenv("WATCHDOG_PID");
	(void)unsetenv("WATCHDOG_USEC");
	assert_int_equal(notify_watchdog_ms(), 0);
	(void)setenv("WATCHDOG_USEC", "60000000", 1);
	assert_int_equal(notify_watchdog_ms(), 60000);
	(void)setenv("WATCHDOG_USEC", "none", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	(void)unsetenv("WATCHDOG_USEC");
	notify_alive();
	assert_string_equal(told(f), "WATCHDOG=1");
}

static void
systemd_hears_ready_status_and_stopping(void **state)
{
	struct fixture *f = *state;

	notify_ready("2 peers");
	assert_string_equal(told(f), "READY=1\nSTATUS=2 peers");
	notify_status("%d peers, %s", 3, "all well");
	assert_string_equal(told(f), "STATUS=3 peers, all well");
	notify_stopping();
	assert_string_equal(told(f), "STOPPING=1\nSTATUS=Stopping");
}

static void
a_status_cannot_say_more_than_a_status(void **state)
{
	struct fixture *f = *state;
	char large[1000];

	notify_status("a\nSTOPPING=1");
	assert_string_equal(told(f), "STATUS=a STOPPING=1");
	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	notify_status("%s", large);
	assert_int_equal(strlen(told(f)), strlen("STATUS=") + 199);
}

static void
without_systemd_nothing_happens(void **state)
{
	struct fixture *f = *state;

	(void)unsetenv("NOTIFY_SOCKET");
	notify_ready("2 peers");
	notify_status("3 peers");
	notify_stopping();
	assert_string_equal(told(f), "");
}

static void
a_ready_descriptor_gets_one_line_and_is_closed(void **state)
{
	char buf[16] = "";
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(notify_ready_fd(ends[1]), ERR_NONE);
	assert_int_equal(read(ends[0], buf, sizeof(buf)), 6);
	assert_string_equal(buf, "READY\n");
	assert_int_equal(read(ends[0], buf, sizeof(buf)), 0);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(notify_ready_fd(-1), ERR_NONE);
}

static void
a_ready_descriptor_that_nobody_reads_is_an_error(void **state)
{
	int ends[2];

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(notify_ready_fd(ends[1]), ERR_IO);
	assert_int_equal(close(ends[1]), -1);
	assert_int_equal(notify_ready_fd(ends[1]), ERR_IO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(systemd_hears_ready_status_and_stopping),
		TEST(systemd_hears_that_settings_are_read_again),
		TEST(the_watchdog_is_fed_if_there_is_one),
		TEST(a_status_cannot_say_more_than_a_status),
		TEST(without_systemd_nothing_happens),
		TEST(a_ready_descriptor_gets_one_line_and_is_closed),
		TEST(a_ready_descriptor_that_nobody_reads_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
