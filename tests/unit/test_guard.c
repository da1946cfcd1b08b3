#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/guard.h"

/* One piece of what the peer of a test sends. */
#define PIECE (1024 * 1024)

struct fixture {
	struct guard *guard;
	int ours;
	int theirs;
	uint8_t *memory; /* what libzmq would keep */
	size_t kept;
};

/* Two ends of a TCP connection on this machine. */
static void
connect_pair(int *ret_ours, int *ret_theirs)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_not_equal(listener, -1);
	assert_int_equal(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(
	    getsockname(listener, (struct sockaddr *)&address, &len), 0);
	*ret_theirs = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    connect(*ret_theirs, (struct sockaddr *)&address, len), 0);
	*ret_ours = accept(listener, NULL, NULL);
	assert_int_not_equal(*ret_ours, -1);
	(void)close(listener);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	*state = f;
	f->memory = malloc(4 * (size_t)GUARD_JUMP);
	if (f->memory == NULL || guard_open(&f->guard) != ERR_NONE)
		return -1;
	connect_pair(&f->ours, &f->theirs);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	guard_close(f->guard);
	(void)close(f->ours);
	(void)close(f->theirs);
	free(f->memory);
	free(f);
	return 0;
}

/* Use so many bytes more of memory. */
static void
grow(struct fixture *f, size_t bytes)
{
	memset(f->memory + f->kept, 1, bytes);
	f->kept += bytes;
}

/* The peer sends so many bytes, and our side takes them in. */
static void
bring(struct fixture *f, size_t bytes)
{
	uint8_t *piece = calloc(1, PIECE);
	size_t sent = 0;
	size_t got = 0;
	ssize_t len;

	assert_non_null(piece);
	assert_int_equal(fcntl(f->theirs, F_SETFL, O_NONBLOCK), 0);
	while (got < bytes) {
		if (sent < bytes &&
		    (len = send(f->theirs, piece, PIECE, 0)) > 0)
			sent += (size_t)len;
		len = recv(f->ours, piece, PIECE, 0);
		assert_true(len > 0);
		got += (size_t)len;
	}
	free(piece);
}

static void
who_brings_much_and_no_message_is_cut_off(void **state)
{
	struct guard_suspect suspect;
	struct fixture *f = *state;
	char byte;

	assert_false(guard_check(f->guard, &suspect));
	bring(f, GUARD_EXCUSED + PIECE);
	assert_false(guard_check(f->guard, &suspect));
	grow(f, GUARD_JUMP + PIECE);
	assert_true(guard_check(f->guard, &suspect));
	assert_int_equal(suspect.fd, f->ours);
	assert_true(suspect.bytes >= GUARD_EXCUSED);
	assert_memory_equal(suspect.address, "127.0.0.1:", 10);

	/* The other side sees the end of the connection. */
	assert_int_equal(fcntl(f->theirs, F_SETFL, 0), 0);
	assert_true(recv(f->theirs, &byte, 1, 0) <= 0);
	assert_true(guard_memory(f->guard) > GUARD_JUMP);
}

static void
one_is_given_time_before_the_next_is_cut(void **state)
{
	struct guard_suspect suspect;
	struct fixture *f = *state;

	bring(f, GUARD_EXCUSED + PIECE);
	grow(f, GUARD_JUMP + PIECE);
	assert_true(guard_check(f->guard, &suspect));
	assert_false(guard_check(f->guard, &suspect));
}

static void
who_sends_whole_messages_is_left_alone(void **state)
{
	struct guard_suspect suspect;
	struct fixture *f = *state;

	bring(f, GUARD_EXCUSED + PIECE);
	guard_received(f->guard, f->ours);
	grow(f, GUARD_JUMP + PIECE);
	assert_false(guard_check(f->guard, &suspect));

	/* What was our own work is not counted again. */
	bring(f, GUARD_EXCUSED + PIECE);
	assert_false(guard_check(f->guard, &suspect));
	grow(f, GUARD_JUMP + PIECE);
	assert_true(guard_check(f->guard, &suspect));
}

static void
a_descriptor_that_is_another_s_now_begins_anew(void **state)
{
	struct guard_suspect suspect;
	struct fixture *f = *state;
	int ours;
	int theirs;

	bring(f, 2 * GUARD_EXCUSED);
	guard_received(f->guard, f->ours);
	connect_pair(&ours, &theirs);
	assert_int_not_equal(dup2(ours, f->ours), -1);
	(void)close(ours);
	(void)close(f->theirs);
	f->theirs = theirs;
	bring(f, GUARD_EXCUSED + PIECE);
	grow(f, GUARD_JUMP + PIECE);
	assert_true(guard_check(f->guard, &suspect));
	assert_int_equal(suspect.fd, f->ours);
}

static void
what_is_no_connection_is_left_alone(void **state)
{
	struct fixture *f = *state;

	guard_received(f->guard, -1);
	guard_received(f->guard, STDERR_FILENO);
	guard_received(f->guard, 999999);
	guard_close(NULL);
}

/* Pieces that the allocator keeps on its heap, and what they are in all. */
#define HEAP_PIECE  4096
#define HEAP_PIECES 8192

static void
what_is_no_longer_used_goes_back_to_the_system(void **state)
{
	struct fixture *f = *state;
	struct guard_suspect suspect;
	void **pieces = calloc(HEAP_PIECES, sizeof(void *));
	size_t most;
	int i;

	assert_non_null(pieces);
	for (i = 0; i < HEAP_PIECES; i++) {
		pieces[i] = malloc(HEAP_PIECE);
		assert_non_null(pieces[i]);
		memset(pieces[i], 1, HEAP_PIECE);
	}
	(void)guard_check(f->guard, &suspect);
	most = guard_memory(f->guard);

	/* Every sixteenth stays, so that the heap cannot shrink from its end. */
	for (i = 0; i < HEAP_PIECES; i++)
		if (i % 16 != 15)
			free(pieces[i]);
	for (i = 0; i < 300; i++)
		assert_false(guard_check(f->guard, &suspect));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_true(
	    guard_memory(f->guard) + HEAP_PIECES / 2 * HEAP_PIECE < most);
#endif
	assert_true(most > 0);
	for (i = 15; i < HEAP_PIECES; i += 16)
		free(pieces[i]);
	free(pieces);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_brings_much_and_no_message_is_cut_off),
		TEST(one_is_given_time_before_the_next_is_cut),
		TEST(who_sends_whole_messages_is_left_alone),
		TEST(a_descriptor_that_is_another_s_now_begins_anew),
		TEST(what_is_no_longer_used_goes_back_to_the_system),
		TEST(what_is_no_connection_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
