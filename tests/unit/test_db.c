#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/db.h"
#include "tests/unit/scratch.h"
#include "tests/unit/tear.h"

#define MAP_BYTES ((size_t)1 << 20)

enum {
	LEFT,
	RIGHT,
	NTABLES
};

static const char *const names[NTABLES] = {
	[LEFT] = "left",
	[RIGHT] = "right",
};

struct fixture {
	char *dir;
	char *path;
	struct db *db;
	struct db_txn *txn;
};

static struct bytes
text(const char *str)
{
	return (struct bytes){ (const uint8_t *)str, strlen(str) };
}

static enum err
open_db(const char *path, size_t map_bytes, struct db **ret_db)
{
	const struct db_options options = {
		.path = path,
		.map_bytes = map_bytes,
		.tables = names,
		.ntables = NTABLES,
	};

	return db_open(&options, ret_db);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	*state = f;
	if ((f->dir = scratch_make()) == NULL ||
	    (f->path = scratch_path(f->dir, "main.mdb")) == NULL)
		return -1;
	if (open_db(f->path, MAP_BYTES, &f->db) != ERR_NONE)
		return -1;
	return db_begin(f->db, true, &f->txn) == ERR_NONE ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	db_abort(&f->txn);
	db_close(f->db);
	scratch_remove(f->dir);
	free(f->path);
	free(f);
	return 0;
}

static enum err
put(struct fixture *f, const char *key, const char *val, enum db_mode mode)
{
	return db_put(f->txn, LEFT, text(key), text(val), mode);
}

static void
assert_holds(struct fixture *f, const char *key, const char *val)
{
	struct bytes found;

	assert_int_equal(db_get(f->txn, LEFT, text(key), &found), ERR_NONE);
	assert_true(bytes_equal(found, text(val)));
}

static void
reopen(struct fixture *f)
{
	db_abort(&f->txn);
	db_close(f->db);
	f->db = NULL;
	assert_int_equal(open_db(f->path, MAP_BYTES, &f->db), ERR_NONE);
	assert_int_equal(db_begin(f->db, true, &f->txn), ERR_NONE);
}

static void
second_put_of_a_key_keeps_the_first(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(put(f, "a", "1", DB_NEW), ERR_NONE);
	assert_int_equal(put(f, "a", "2", DB_NEW), ERR_EXIST);
	assert_int_equal(put(f, "a", "2", DB_APPEND), ERR_EXIST);
	assert_holds(f, "a", "1");
	assert_int_equal(db_writes(f->txn), 1);
}

static void
replacing_put_takes_the_place(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(put(f, "a", "1", DB_REPLACE), ERR_NONE);
	assert_int_equal(put(f, "a", "2", DB_REPLACE), ERR_NONE);
	assert_holds(f, "a", "2");
	assert_int_equal(db_count(f->txn, LEFT), 1);
	assert_int_equal(db_count(f->txn, RIGHT), 0);
}

static void
wrong_append_hint_costs_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(put(f, "c", "3", DB_APPEND), ERR_NONE);
	assert_int_equal(put(f, "d", "4", DB_APPEND), ERR_NONE);
	assert_int_equal(put(f, "a", "1", DB_APPEND), ERR_NONE);
	assert_int_equal(put(f, "e", "5", DB_APPEND), ERR_NONE);
	assert_holds(f, "a", "1");
	assert_holds(f, "e", "5");
	assert_int_equal(db_count(f->txn, LEFT), 4);
}

static void
reserved_room_is_stored_as_filled(void **state)
{
	struct fixture *f = *state;
	uint8_t *room;

	assert_int_equal(
	    db_reserve(f->txn, LEFT, text("a"), 5, DB_APPEND, &room), ERR_NONE);
	memcpy(room, "hello", 5);
	assert_int_equal(
	    db_reserve(f->txn, LEFT, text("a"), 5, DB_NEW, &room), ERR_EXIST);
	assert_int_equal(db_commit(&f->txn), ERR_NONE);
	assert_int_equal(db_begin(f->db, false, &f->txn), ERR_NONE);
	assert_holds(f, "a", "hello");
}

static void
committed_put_outlives_its_transaction_and_the_process(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(put(f, "a", "1", DB_NEW), ERR_NONE);
	assert_int_equal(db_commit(&f->txn), ERR_NONE);
	assert_null(f->txn);
	reopen(f);
	assert_holds(f, "a", "1");
}

static void
aborted_put_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct bytes val;

	assert_int_equal(put(f, "a", "1", DB_NEW), ERR_NONE);
	db_abort(&f->txn);
	db_abort(&f->txn);
	assert_int_equal(db_begin(f->db, false, &f->txn), ERR_NONE);
	assert_int_equal(db_get(f->txn, LEFT, text("a"), &val), ERR_NOENT);
}

static void
reader_sees_the_state_at_its_start(void **state)
{
	struct fixture *f = *state;
	struct db_txn *reader;
	struct bytes val;

	assert_int_equal(db_begin(f->db, false, &reader), ERR_NONE);
	assert_int_equal(put(f, "a", "1", DB_NEW), ERR_NONE);
	assert_int_equal(db_commit(&f->txn), ERR_NONE);
	assert_int_equal(db_get(reader, LEFT, text("a"), &val), ERR_NOENT);
	db_abort(&reader);
}

static void
too_many_readers_are_told_to_wait(void **state)
{
	struct fixture *f = *state;
	struct db_txn *readers[200] = { NULL };
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < 200 && err == ERR_NONE; i++)
		err = db_begin(f->db, false, &readers[i]);
	assert_int_equal(err, ERR_BUSY);
	for (i = 0; i < 200; i++)
		db_abort(&readers[i]);
}

/* Rewrite a value that is a tenth of the map until that fails; how often it went. */
static size_t
rewrite(struct fixture *f, size_t times)
{
	static const uint8_t large[MAP_BYTES / 10];
	const struct bytes val = { large, sizeof(large) };
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < times && err == ERR_NONE; i++) {
		err = db_put(f->txn, LEFT, text("large"), val, DB_REPLACE);
		if (err == ERR_NONE)
			err = db_commit(&f->txn);
		else
			db_abort(&f->txn);
		assert_int_equal(db_begin(f->db, true, &f->txn), ERR_NONE);
	}
	assert_true(err == ERR_NONE || err == ERR_FULL);
	return err == ERR_NONE ? i : i - 1;
}

static void
reader_that_has_ended_holds_no_page(void **state)
{
	struct fixture *f = *state;
	struct db_txn *reader;

	assert_int_equal(rewrite(f, 2), 2);
	assert_int_equal(db_begin(f->db, false, &reader), ERR_NONE);
	assert_in_range(rewrite(f, 50), 1, 20);
	db_abort(&reader);
	assert_int_equal(rewrite(f, 50), 50);
	assert_int_equal(db_begin(f->db, false, &reader), ERR_NONE);
	db_abort(&reader);
	assert_int_equal(rewrite(f, 50), 50);
}

static void
reader_after_another_sees_what_was_written_between(void **state)
{
	struct fixture *f = *state;
	struct db_txn *reader = NULL;
	struct bytes val;
	uint64_t before;
	char number[8];

	for (int i = 0; i < 20; i++) {
		(void)snprintf(number, sizeof(number), "%d", i);
		assert_int_equal(put(f, "a", number, DB_REPLACE), ERR_NONE);
		assert_int_equal(put(f, number, "", DB_NEW), ERR_NONE);
		assert_int_equal(db_snapshot(f->txn), 0);
		assert_int_equal(db_commit(&f->txn), ERR_NONE);

		assert_int_equal(db_begin(f->db, false, &reader), ERR_NONE);
		assert_int_equal(
		    db_get(reader, LEFT, text("a"), &val), ERR_NONE);
		assert_true(bytes_equal(val, text(number)));
		assert_int_equal(db_count(reader, LEFT), i + 2);
		before = db_snapshot(reader);
		db_abort(&reader);

		/* One more, of which nothing was written since. */
		assert_int_equal(db_begin(f->db, true, &f->txn), ERR_NONE);
		assert_int_equal(db_begin(f->db, false, &reader), ERR_NONE);
		assert_int_equal(db_snapshot(reader), before);
		assert_int_equal(put(f, "b", "", DB_NEW), ERR_NONE);
		assert_int_equal(
		    db_get(reader, LEFT, text("b"), &val), ERR_NOENT);
		db_abort(&reader);
		db_abort(&f->txn);
		assert_int_equal(db_begin(f->db, true, &f->txn), ERR_NONE);
	}
}

static void
reader_that_was_written_to_may_be_followed_by_another(void **state)
{
	struct fixture *f = *state;
	struct db_txn *reader;
	struct bytes val;

	assert_int_equal(put(f, "a", "1", DB_NEW), ERR_NONE);
	assert_int_equal(db_commit(&f->txn), ERR_NONE);
	assert_int_equal(db_begin(f->db, false, &reader), ERR_NONE);
	assert_int_equal(
	    db_put(reader, LEFT, text("b"), text("2"), DB_NEW), ERR_DENIED);
	db_abort(&reader);
	assert_int_equal(db_begin(f->db, false, &reader), ERR_NONE);
	assert_int_equal(db_get(reader, LEFT, text("a"), &val), ERR_NONE);
	assert_int_equal(db_get(reader, LEFT, text("b"), &val), ERR_NOENT);
	assert_int_equal(db_commit(&reader), ERR_NONE);
}

/* One of several threads that read, each for a short time, again and again. */
static void *
read_often(void *context)
{
	struct db *db = context;
	struct db_txn *readers[4] = { NULL };
	struct bytes left;
	struct bytes right;
	size_t wrong = 0;

	for (size_t i = 0; i < 4000; i++) {
		db_abort(&readers[i % 4]);
		if (db_begin(db, false, &readers[i % 4]) != ERR_NONE ||
		    db_get(readers[i % 4], LEFT, text("a"), &left) !=
			ERR_NONE ||
		    db_get(readers[i % 4], RIGHT, text("a"), &right) !=
			ERR_NONE ||
		    !bytes_equal(left, right))
			wrong++;
	}
	for (size_t i = 0; i < 4; i++)
		db_abort(&readers[i]);
	return wrong == 0 ? NULL : context;
}

static void
readers_of_many_threads_follow_one_another(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[4];
	void *wrong;
	char number[8];
	int i;

	for (i = 0; i < 300; i++) {
		(void)snprintf(number, sizeof(number), "%d", i);
		assert_int_equal(put(f, "a", number, DB_REPLACE), ERR_NONE);
		assert_int_equal(
		    db_put(f->txn, RIGHT, text("a"), text(number), DB_REPLACE),
		    ERR_NONE);
		assert_int_equal(db_commit(&f->txn), ERR_NONE);
		if (i < 4)
			assert_int_equal(pthread_create(&threads[i], NULL,
					     read_often, f->db),
			    0);
		assert_int_equal(db_begin(f->db, true, &f->txn), ERR_NONE);
	}
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	db_check_readers(f->db);
	too_many_readers_are_told_to_wait(state);
}

static void
deleting_removes_one_row_and_clearing_all(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(put(f, "a", "1", DB_NEW), ERR_NONE);
	assert_int_equal(put(f, "b", "2", DB_NEW), ERR_NONE);
	assert_int_equal(db_del(f->txn, LEFT, text("a")), ERR_NONE);
	assert_int_equal(db_del(f->txn, LEFT, text("a")), ERR_NOENT);
	assert_int_equal(db_count(f->txn, LEFT), 1);
	assert_int_equal(db_clear(f->txn, LEFT), ERR_NONE);
	assert_int_equal(db_count(f->txn, LEFT), 0);
	assert_int_equal(db_commit(&f->txn), ERR_NONE);
}

static void
seeking_finds_the_key_at_above_or_below(void **state)
{
	struct fixture *f = *state;
	struct bytes key;
	struct bytes val;

	assert_int_equal(
	    db_seek(f->txn, LEFT, text("a"), &key, &val), ERR_NOENT);
	assert_int_equal(
	    db_seek_le(f->txn, LEFT, text("a"), &key, &val), ERR_NOENT);
	assert_int_equal(put(f, "b", "2", DB_NEW), ERR_NONE);
	assert_int_equal(put(f, "d", "4", DB_NEW), ERR_NONE);

	assert_int_equal(
	    db_seek(f->txn, LEFT, text("b"), &key, &val), ERR_NONE);
	assert_true(bytes_equal(val, text("2")));
	assert_int_equal(
	    db_seek(f->txn, LEFT, text("c"), &key, &val), ERR_NONE);
	assert_true(bytes_equal(key, text("d")));
	assert_int_equal(
	    db_seek(f->txn, LEFT, text("e"), &key, &val), ERR_NOENT);

	assert_int_equal(
	    db_seek_le(f->txn, LEFT, text("e"), &key, &val), ERR_NONE);
	assert_true(bytes_equal(val, text("4")));
	assert_int_equal(
	    db_seek_le(f->txn, LEFT, text("c"), &key, &val), ERR_NONE);
	assert_true(bytes_equal(key, text("b")));
	assert_int_equal(
	    db_seek_le(f->txn, LEFT, text("a"), &key, &val), ERR_NOENT);
}

/* Find ${n} or what is next to it, in a table whose keys are numbers. */
static enum err
seek_number(struct fixture *f, bool down, uint64_t n, uint64_t *ret_found)
{
	uint8_t raw[8];
	const struct bytes want = { raw, sizeof(raw) };
	struct bytes key = { 0 };
	struct bytes val;
	enum err err;

	bytes_put_be64(raw, n);
	err = down ? db_seek_le(f->txn, LEFT, want, &key, &val) :
		     db_seek(f->txn, LEFT, want, &key, &val);
	if (err == ERR_NONE)
		*ret_found = bytes_get_be64(key.data);
	return err;
}

/* As long as each answer is at or beyond what was asked for, a walk ends. */
static void
seeking_in_a_file_of_two_moments_never_goes_back(void **state)
{
	static const uint8_t some[100];
	struct fixture *f = *state;
	uint8_t raw[8];
	const uint64_t count = 500;
	uint64_t found = 0;
	unsigned damaged[2] = { 0, 0 };
	uint64_t n;
	unsigned down;
	enum err err;

	for (n = 0; n < count; n++) {
		bytes_put_be64(raw, 4 * n);
		assert_int_equal(
		    db_put(f->txn, LEFT, (struct bytes){ raw, 8 },
			(struct bytes){ some, sizeof(some) }, DB_NEW),
		    ERR_NONE);
	}
	assert_int_equal(db_commit(&f->txn), ERR_NONE);
	db_close(f->db);
	f->db = NULL;
	/* Three times, so that keys between two rows are led astray. */
	for (n = 0; n < 3; n++)
		assert_true(tear_branches(f->path, sizeof(raw)) > 0);
	assert_int_equal(open_db(f->path, MAP_BYTES, &f->db), ERR_NONE);
	assert_int_equal(db_begin(f->db, false, &f->txn), ERR_NONE);

	for (n = 0; n < 4 * count; n++) {
		for (down = 0; down < 2; down++) {
			err = seek_number(f, down != 0, n, &found);
			if (err == ERR_DAMAGED)
				damaged[down]++;
			else if (err == ERR_NONE)
				assert_true(
				    down != 0 ? found <= n : found >= n);
			else
				assert_int_equal(err, ERR_NOENT);
		}
	}
	assert_true(damaged[0] > 0);
	assert_true(damaged[1] > 0);
}

static void
cursor_walks_a_table_in_order(void **state)
{
	struct fixture *f = *state;
	struct db_cursor *cursor;
	struct bytes key;
	struct bytes val;

	assert_int_equal(put(f, "b", "2", DB_NEW), ERR_NONE);
	assert_int_equal(put(f, "a", "1", DB_NEW), ERR_NONE);
	assert_int_equal(put(f, "c", "3", DB_NEW), ERR_NONE);
	assert_int_equal(db_cursor_open(f->txn, LEFT, &cursor), ERR_NONE);

	assert_int_equal(db_cursor_next(cursor, &key, &val), ERR_NONE);
	assert_true(bytes_equal(key, text("a")));
	assert_int_equal(
	    db_cursor_seek(cursor, text("bb"), &key, &val), ERR_NONE);
	assert_true(bytes_equal(key, text("c")));
	assert_int_equal(db_cursor_next(cursor, &key, &val), ERR_NOENT);
	assert_int_equal(db_cursor_prev(cursor, &key, &val), ERR_NONE);
	assert_true(bytes_equal(val, text("2")));
	assert_int_equal(
	    db_cursor_seek(cursor, text(""), &key, &val), ERR_NONE);
	assert_true(bytes_equal(key, text("a")));
	db_cursor_close(cursor);
	db_cursor_close(NULL);
}

static void
keys_of_no_or_too_many_bytes_are_refused(void **state)
{
	struct fixture *f = *state;
	char longest[DB_KEY_MAX + 2];
	uint8_t *room;

	memset(longest, 'k', sizeof(longest));
	longest[DB_KEY_MAX + 1] = '\0';
	assert_int_equal(put(f, "", "1", DB_NEW), ERR_SIZE);
	assert_int_equal(put(f, longest, "1", DB_NEW), ERR_SIZE);
	assert_int_equal(db_del(f->txn, LEFT, text("")), ERR_SIZE);
	assert_int_equal(
	    db_reserve(f->txn, LEFT, text(""), 1, DB_NEW, &room), ERR_SIZE);
	longest[DB_KEY_MAX] = '\0';
	assert_int_equal(put(f, longest, "1", DB_NEW), ERR_NONE);
	assert_int_equal(db_commit(&f->txn), ERR_NONE);
}

/* Fill the map until a put fails. */
static enum err
fill(struct fixture *f)
{
	static const uint8_t page[4000];
	const struct bytes val = { page, sizeof(page) };
	uint8_t key[8];
	uint64_t i;
	enum err err = ERR_NONE;

	for (i = 1; i < 10000 && err == ERR_NONE; i++) {
		bytes_put_be64(key, i);
		err = db_put(
		    f->txn, RIGHT, (struct bytes){ key, 8 }, val, DB_APPEND);
	}
	return err;
}

static void
full_map_fails_the_transaction_and_no_more(void **state)
{
	struct fixture *f = *state;
	uint8_t *room;

	assert_int_equal(put(f, "a", "1", DB_NEW), ERR_NONE);
	assert_int_equal(db_commit(&f->txn), ERR_NONE);

	/* The failed write sticks: nothing more is written or committed. */
	assert_int_equal(db_begin(f->db, true, &f->txn), ERR_NONE);
	assert_int_equal(put(f, "b", "2", DB_NEW), ERR_NONE);
	assert_int_equal(fill(f), ERR_FULL);
	assert_int_equal(put(f, "c", "3", DB_NEW), ERR_FULL);
	assert_int_equal(db_del(f->txn, LEFT, text("a")), ERR_FULL);
	assert_int_equal(db_clear(f->txn, LEFT), ERR_FULL);
	assert_int_equal(
	    db_reserve(f->txn, LEFT, text("c"), 1, DB_NEW, &room), ERR_FULL);
	assert_int_equal(db_commit(&f->txn), ERR_FULL);
	assert_null(f->txn);

	assert_int_equal(db_begin(f->db, true, &f->txn), ERR_NONE);
	assert_holds(f, "a", "1");
	assert_int_equal(put(f, "b", "2", DB_NEW), ERR_NONE);
	assert_int_equal(db_count(f->txn, RIGHT), 0);
	assert_int_equal(db_commit(&f->txn), ERR_NONE);
}

/* What a full disk does to a commit: the limit on file size stands for it. */
static void
commit_without_room_fails_and_loses_nothing(void **state)
{
	struct fixture *f = *state;
	struct rlimit limit = { .rlim_cur = 131072, .rlim_max = 131072 };
	struct stat st;
	int status;
	pid_t pid;

	assert_int_equal(put(f, "a", "1", DB_NEW), ERR_NONE);
	assert_int_equal(db_commit(&f->txn), ERR_NONE);
	db_close(f->db);
	f->db = NULL;

	if ((pid = fork()) == 0) {
		if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR ||
		    setrlimit(RLIMIT_FSIZE, &limit) != 0 ||
		    open_db(f->path, MAP_BYTES, &f->db) != ERR_NONE ||
		    db_begin(f->db, true, &f->txn) != ERR_NONE)
			_exit(1);
		if (fill(f) != ERR_FULL)
			_exit(2);
		db_abort(&f->txn);
		if (db_begin(f->db, true, &f->txn) != ERR_NONE)
			_exit(3);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(open_db(f->path, MAP_BYTES, &f->db), ERR_NONE);
	assert_int_equal(db_begin(f->db, true, &f->txn), ERR_NONE);
	assert_holds(f, "a", "1");
}

static void
missing_directory_is_an_io_error(void **state)
{
	struct db *db = NULL;

	(void)state;
	assert_int_equal(
	    open_db("/nonexistent/main.mdb", MAP_BYTES, &db), ERR_IO);
	assert_null(db);
}

static void
too_many_tables_are_refused(void **state)
{
	const struct db_options options = {
		.path = "/nonexistent/main.mdb",
		.map_bytes = MAP_BYTES,
		.tables = names,
		.ntables = DB_TABLES_MAX + 1,
	};
	struct db *db = NULL;

	(void)state;
	assert_int_equal(db_open(&options, &db), ERR_LIMIT);
}

static void
file_of_something_else_is_damaged(void **state)
{
	struct fixture *f = *state;
	char *path = scratch_path(f->dir, "other.mdb");
	char junk[12288];
	struct db *db = NULL;
	FILE *file;

	assert_non_null(path);
	memset(junk, 'j', sizeof(junk));
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(junk, sizeof(junk), 1, file), 1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(open_db(path, MAP_BYTES, &db), ERR_DAMAGED);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(open_db(path, MAP_BYTES, &db), ERR_DAMAGED);
	assert_null(db);
	free(path);
}

static void
file_of_a_newer_version_is_refused(void **state)
{
	struct fixture *f = *state;
	const uint8_t newer[4] = { 99, 0, 0, 0 };
	struct db *db = NULL;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int fd;

	/* The version follows the magic number in both first pages. */
	db_abort(&f->txn);
	db_close(f->db);
	f->db = NULL;
	assert_true((fd = open(f->path, O_RDWR)) >= 0);
	assert_int_equal(pwrite(fd, newer, 4, 16 + 4), 4);
	assert_int_equal(pwrite(fd, newer, 4, (off_t)page + 16 + 4), 4);
	(void)close(fd);
	assert_int_equal(open_db(f->path, MAP_BYTES, &db), ERR_VERSION);
	assert_null(db);
}

static void
file_cut_short_is_damaged_and_no_crash(void **state)
{
	struct fixture *f = *state;
	struct db *db = NULL;
	struct stat st;
	off_t cut;

	(void)fill(f);
	db_abort(&f->txn);
	assert_int_equal(db_begin(f->db, true, &f->txn), ERR_NONE);
	for (int i = 0; i < 50; i++) {
		char key[8];

		(void)snprintf(key, sizeof(key), "k%d", i);
		assert_int_equal(put(f, key, "some value", DB_NEW), ERR_NONE);
	}
	assert_int_equal(put(f, "z", "1", DB_NEW), ERR_NONE);
	assert_int_equal(db_commit(&f->txn), ERR_NONE);
	db_close(f->db);
	f->db = NULL;

	assert_int_equal(stat(f->path, &st), 0);
	for (cut = st.st_size - 4096; cut > 0; cut -= 4096) {
		assert_int_equal(truncate(f->path, cut), 0);
		assert_int_equal(open_db(f->path, MAP_BYTES, &db), ERR_DAMAGED);
	}
}

static unsigned
draw(uint64_t *seed, unsigned below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*seed >> 33) % below;
}

/* One transaction of random puts and removals, some of them large. */
static void
churn(struct db *db, uint64_t *seed)
{
	static const uint8_t large[100000];
	struct db_txn *txn;
	struct bytes val = { large, 0 };
	uint8_t bytes[8];
	const struct bytes key = { bytes, sizeof(bytes) };
	unsigned count = draw(seed, 200);

	assert_int_equal(db_begin(db, true, &txn), ERR_NONE);
	while (count-- > 0) {
		bytes_put_be64(bytes, draw(seed, 500));
		val.len = draw(seed, draw(seed, 3) > 0 ? 3000 : 100000);
		if (db_del(txn, LEFT, key) == ERR_NOENT)
			assert_int_equal(
			    db_put(txn, LEFT, key, val, DB_NEW), ERR_NONE);
	}
	assert_int_equal(db_commit(&txn), ERR_NONE);
}

/* LMDB leaves pages unwritten that came and went in one transaction. */
static void
file_whose_free_end_was_never_written_opens(void **state)
{
	struct fixture *f = *state;
	const size_t map_bytes = (size_t)256 << 20;
	char *path = scratch_path(f->dir, "large.mdb");
	struct db *db;
	struct stat st;
	uint64_t seed = 1;
	uint64_t used;
	uint64_t max;
	int found = 0;
	int i;

	for (i = 0; i < 100 && found == 0; i++) {
		if (i % 5 == 0)
			(void)unlink(path);
		assert_int_equal(open_db(path, map_bytes, &db), ERR_NONE);
		churn(db, &seed);
		db_usage(db, &used, &max);
		assert_int_equal(stat(path, &st), 0);
		found += (uint64_t)st.st_size < used;
		db_close(db);
	}
	assert_int_equal(found, 1);
	assert_int_equal(open_db(path, map_bytes, &db), ERR_NONE);
	db_usage(db, &used, &max);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, used);
	db_close(db);
	free(path);
}

static void
usage_grows_with_what_is_stored(void **state)
{
	struct fixture *f = *state;
	uint64_t before;
	uint64_t used;
	uint64_t max;

	db_usage(f->db, &before, &max);
	assert_int_equal(max, MAP_BYTES);
	assert_int_equal(db_clear(f->txn, RIGHT), ERR_NONE);
	for (int i = 0; i < 100; i++) {
		char key[8];

		(void)snprintf(key, sizeof(key), "%d", i);
		assert_int_equal(
		    put(f, key, "0123456789012345678901234567890123456789",
			DB_NEW),
		    ERR_NONE);
	}
	assert_int_equal(db_commit(&f->txn), ERR_NONE);
	db_usage(f->db, &used, &max);
	assert_true(used > before);
	assert_true(used <= max);
	db_check_readers(f->db);
	assert_non_null(db_version());
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(second_put_of_a_key_keeps_the_first),
		T(replacing_put_takes_the_place),
		T(wrong_append_hint_costs_nothing),
		T(reserved_room_is_stored_as_filled),
		T(committed_put_outlives_its_transaction_and_the_process),
		T(aborted_put_leaves_nothing),
		T(reader_sees_the_state_at_its_start),
		T(too_many_readers_are_told_to_wait),
		T(reader_that_has_ended_holds_no_page),
		T(reader_after_another_sees_what_was_written_between),
		T(reader_that_was_written_to_may_be_followed_by_another),
		T(readers_of_many_threads_follow_one_another),
		T(deleting_removes_one_row_and_clearing_all),
		T(seeking_finds_the_key_at_above_or_below),
		T(seeking_in_a_file_of_two_moments_never_goes_back),
		T(cursor_walks_a_table_in_order),
		T(keys_of_no_or_too_many_bytes_are_refused),
		T(full_map_fails_the_transaction_and_no_more),
		T(commit_without_room_fails_and_loses_nothing),
		T(missing_directory_is_an_io_error),
		T(too_many_tables_are_refused),
		T(file_of_something_else_is_damaged),
		T(file_of_a_newer_version_is_refused),
		T(file_cut_short_is_damaged_and_no_crash),
		T(file_whose_free_end_was_never_written_opens),
		T(usage_grows_with_what_is_stored),
	};

	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
