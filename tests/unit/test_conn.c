#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/control.h"
#include "client/conn.h"

/* A folder with a socket that speaks no ZeroMQ. */
struct fixture {
	char dir[32];
	char path[48];
	int fd; /* listens */
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct sockaddr_un address;

	if (f == NULL)
		return -1;
	*state = f;
	(void)strcpy(f->dir, "/tmp/erfa-conn.XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	(void)snprintf(f->path, sizeof(f->path), "%s/s", f->dir);
	memset(&address, 0, sizeof(address));
	address.sun_family = AF_UNIX;
	(void)strcpy(address.sun_path, f->path);
	f->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (f->fd < 0 ||
	    bind(f->fd, (const struct sockaddr *)&address, sizeof(address)) !=
		0)
		return -1;
	return listen(f->fd, 8);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	if (f->fd >= 0)
		(void)close(f->fd);
	(void)unlink(f->path);
	(void)rmdir(f->dir);
	free(f);
	return 0;
}

/* What asking for the status says when the answer must come in ${wait_ms}. */
static enum err
ask(struct conn *conn, int wait_ms)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__StatusRequest status = ERFA__STATUS_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	enum err err;

	request.ask_case = ERFA__REQUEST__ASK_STATUS;
	request.status = &status;
	err = conn_ask(conn, &request, wait_ms, &answer);
	control_free_answer(answer);
	return err;
}

static void
without_a_socket_there_is_nobody(void **state)
{
	struct conn *conn = NULL;

	(void)state;
	assert_int_equal(conn_open("/nonexistent/control", &conn), ERR_NOENT);
	assert_int_equal(conn_open("/etc/passwd/control", &conn), ERR_NOENT);
	assert_null(conn);
	conn_close(NULL);
}

static void
a_socket_where_nobody_listens_is_told_apart(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = NULL;

	assert_int_equal(close(f->fd), 0);
	f->fd = -1;
	assert_int_equal(conn_open(f->path, &conn), ERR_IO);
	assert_null(conn);
}

static void
a_socket_that_this_user_may_not_open_is_told(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = NULL;

	uid_t user = geteuid();

	/* Root may open everything: be nobody for a moment. */
	assert_int_equal(chmod(f->path, 0), 0);
	if (user == 0)
		assert_int_equal(seteuid(65534), 0);
	assert_int_equal(conn_open(f->path, &conn), ERR_DENIED);
	assert_int_equal(seteuid(user), 0);
	assert_null(conn);
}

static void
a_path_too_long_for_a_socket_is_told(void **state)
{
	struct conn *conn = NULL;
	char path[200];

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(conn_open(path, &conn), ERR_SIZE);
	assert_null(conn);
}

static void
whoever_does_not_answer_in_time_is_given_up(void **state)
{
	struct fixture *f = *state;
	struct conn *conn = NULL;

	assert_int_equal(conn_open(f->path, &conn), ERR_NONE);
	assert_int_equal(ask(conn, 50), ERR_BUSY);
	assert_false(conn_stopped());
	conn_close(conn);
}

static void
a_request_too_long_to_be_read_is_not_sent(void **state)
{
	struct fixture *f = *state;
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	struct conn *conn = NULL;
	char *text = malloc(9000000);

	assert_non_null(text);
	memset(text, 'a', 8999999);
	text[8999999] = '\0';
	show.id = text;
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	assert_int_equal(conn_open(f->path, &conn), ERR_NONE);
	assert_int_equal(conn_ask(conn, &request, 50, &answer), ERR_SIZE);
	conn_close(conn);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_socket_there_is_nobody),
		cmocka_unit_test_setup_teardown(
		    a_socket_where_nobody_listens_is_told_apart, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    a_socket_that_this_user_may_not_open_is_told, setup,
		    teardown),
		cmocka_unit_test(a_path_too_long_for_a_socket_is_told),
		cmocka_unit_test_setup_teardown(
		    whoever_does_not_answer_in_time_is_given_up, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    a_request_too_long_to_be_read_is_not_sent, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
