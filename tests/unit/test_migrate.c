/*
 * Stores of this format are brought to a next one, which only these tests know.
 */

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "daemon/db.h"
#include "daemon/migrate.h"
#include "daemon/store.h"
#include "daemon/store_txn.h"
#include "tests/unit/origin.h"
#include "tests/unit/scratch.h"

#define MAP_BYTES ((size_t)64 << 20)
#define BODY_LEN  100
#define COUNT     20
#define NOTES     500
#define NOW       2 /* the format of this erfad */

struct fixture {
	char *dir;
	struct store *store;
	struct origin origin;
	struct origin_run *run;
	struct migrate_options options;
	struct migrate_report report;
	char kept[MIGRATE_NAME_MAX];
};

/* Where the child of a test ends itself; 0 = nowhere. */
static unsigned kill_at;

/* ---- steps of formats to come ---- */

/* Every note "old/N" becomes a note "new/N" that holds N twice. */
static enum err
rename_notes(struct db_txn *txn)
{
	char name[20];
	char value[20];
	unsigned i;
	enum err err = ERR_NONE;

	for (i = 0; i < NOTES && err == ERR_NONE; i++) {
		if (kill_at == i + 1)
			(void)raise(SIGKILL);
		(void)snprintf(name, sizeof(name), "old/%03u", i);
		err = db_del(txn, STORE_NOTES,
		    (struct bytes){ (uint8_t *)name, strlen(name) });
		if (err != ERR_NONE)
			break;
		(void)snprintf(name, sizeof(name), "new/%03u", i);
		(void)snprintf(value, sizeof(value), "%03u %03u", i, i);
		err = db_put(txn, STORE_NOTES,
		    (struct bytes){ (uint8_t *)name, strlen(name) },
		    (struct bytes){ (uint8_t *)value, strlen(value) }, DB_NEW);
	}
	return err;
}

static enum err
add_note(struct db_txn *txn)
{
	const struct bytes name = { (const uint8_t *)"third", 5 };

	return db_put(txn, STORE_NOTES, name, name, DB_NEW);
}

static enum err
fail_late(struct db_txn *txn)
{
	enum err err = rename_notes(txn);

	return err == ERR_NONE ? ERR_DEPTH : err;
}

/* What is lost here, the totals still count. */
static enum err
lose_entries(struct db_txn *txn)
{
	return db_clear(txn, STORE_ARRIVAL);
}

static const struct migrate_step renames[] = {
	{ NOW, "notes get other names", rename_notes },
	{ NOW + 1, "and one more", add_note },
};
static const struct migrate_step fails[] = {
	{ NOW, "fails at its end", fail_late },
};
static const struct migrate_step loses[] = {
	{ NOW, "loses entries", lose_entries },
};

/* ---- fixture ---- */

static enum err
open_store(struct fixture *f)
{
	const struct store_options options = {
		.dir = f->dir,
		.map_bytes = MAP_BYTES,
	};

	return store_open(&options, &f->store);
}

static void
close_store(struct fixture *f)
{
	store_close(f->store);
	f->store = NULL;
}

/* Entries with bodies, and the notes. */
static void
fill(struct fixture *f)
{
	struct store_txn *txn = NULL;
	uint8_t body[BODY_LEN];
	uint8_t salt[SALT_LEN];
	char name[20];
	uint64_t n;
	unsigned i;

	origin_write(&f->origin, f->run, COUNT, BODY_LEN);
	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	assert_int_equal(store_add_run(txn, f->origin.key.public_key,
			     f->origin.inc, true, &f->run->run),
	    ERR_NONE);
	for (n = f->run->run.first; n <= f->origin.tip.n; n++) {
		if (f->run->body_len[n - f->run->run.first] == 0)
			continue;
		origin_body(0, n, body, sizeof(body));
		origin_salt(0, n, salt);
		assert_int_equal(store_add_body(txn, f->origin.log_id, n, salt,
				     body, sizeof(body)),
		    ERR_NONE);
	}
	for (i = 0; i < NOTES; i++) {
		(void)snprintf(name, sizeof(name), "old/%03u", i);
		assert_int_equal(
		    store_note_put(txn, name, name, strlen(name)), ERR_NONE);
	}
	assert_int_equal(store_note_put(txn, "own/log", "x", 1), ERR_NONE);
	assert_int_equal(store_commit(&txn), ERR_NONE);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || crypto_init() != ERR_NONE || store_format() != NOW)
		return -1;
	*state = f;
	f->run = calloc(1, sizeof(*f->run));
	if (f->run == NULL || (f->dir = scratch_make()) == NULL)
		return -1;
	origin_begin(&f->origin, 1, 7);
	if (open_store(f) != ERR_NONE)
		return -1;
	fill(f);
	close_store(f);
	f->options = (struct migrate_options){
		.dir = f->dir,
		.map_bytes = MAP_BYTES,
		.software = "erfad of tomorrow",
		.steps = renames,
		.nsteps = 2,
		.format = NOW + 1,
	};
	migrate_name(NOW, f->kept);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	scratch_remove(f->dir);
	free(f->run);
	free(f);
	return 0;
}

static bool
is_there(const struct fixture *f, const char *name)
{
	char *path = scratch_path(f->dir, name);
	struct stat info;
	bool there;

	assert_non_null(path);
	there = stat(path, &info) == 0;
	free(path);
	return there;
}

/* Which format has it, by what store_open() says; and who says so. */
static uint32_t
format_of(const struct fixture *f)
{
	struct store_maker maker;
	const struct store_options options = {
		.dir = f->dir,
		.map_bytes = MAP_BYTES,
		.maker = &maker,
	};
	struct store *store = NULL;
	enum err err = store_open(&options, &store);

	store_close(store);
	assert_true(err == ERR_NONE || err == ERR_VERSION);
	if (maker.format > NOW)
		assert_string_equal(maker.software, "erfad of tomorrow");
	return maker.format;
}

static void
check_note(struct store_txn *txn, const char *name, const char *value)
{
	struct bytes data;

	assert_int_equal(store_note_get(txn, name, &data), ERR_NONE);
	assert_int_equal(data.len, strlen(value));
	assert_memory_equal(data.data, value, data.len);
}

/* The notes are those of the first format, or of the next; all the rest is as it
 * was. */
static void
check_store(struct store *store, const struct fixture *f, bool old)
{
	struct store_txn *txn = NULL;
	struct store_body body;
	struct bytes data;

	assert_int_equal(store_begin(store, false, &txn), ERR_NONE);
	assert_int_equal(store_check(txn), ERR_NONE);
	assert_int_equal(store_arrival_last(txn), COUNT);
	assert_int_equal(
	    store_body(txn, f->origin.log_id, f->origin.tip.n, &body),
	    ERR_NONE);
	store_body_clear(&body);
	check_note(
	    txn, old ? "old/000" : "new/000", old ? "old/000" : "000 000");
	check_note(
	    txn, old ? "old/499" : "new/499", old ? "old/499" : "499 499");
	assert_int_equal(
	    store_note_get(txn, old ? "new/000" : "old/000", &data), ERR_NOENT);
	store_abort(&txn);
}

/* The store is of the first format, and nothing of it is changed. */
static void
check_old(struct fixture *f)
{
	assert_int_equal(format_of(f), NOW);
	assert_int_equal(open_store(f), ERR_NONE);
	check_store(f->store, f, true);
	close_store(f);
}

/* The store is of the next. */
static void
check_new(struct fixture *f)
{
	const struct store_options options = {
		.dir = f->dir,
		.map_bytes = MAP_BYTES,
	};

	assert_int_equal(format_of(f), NOW + 1);
	assert_int_equal(store_open_bare(&options, &f->store), ERR_NONE);
	check_store(f->store, f, false);
	close_store(f);
}

/* ---- tests ---- */

static void
a_step_changes_the_store_and_what_was_is_kept(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(migrate_run(&f->options, &f->report), ERR_NONE);
	assert_int_equal(f->report.stage, MIGRATE_DONE);
	assert_int_equal(f->report.from, NOW);
	assert_int_equal(f->report.to, NOW + 1);
	assert_int_equal(f->report.rows, 2 * NOTES);
	assert_true(f->report.bytes > 0);
	assert_true(f->report.need >= 2 * f->report.bytes);
	assert_string_equal(f->report.kept, f->kept);
	assert_true(is_there(f, f->kept));
	check_new(f);
	assert_int_equal(open_store(f), ERR_VERSION);
}

static void
a_store_of_our_format_is_left_as_it_is(void **state)
{
	struct fixture *f = *state;

	f->options.format = NOW;
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_NONE);
	assert_int_equal(f->report.from, f->report.to);
	assert_int_equal(f->report.kept[0], '\0');
	assert_false(is_there(f, f->kept));
	check_old(f);
}

static void
several_steps_are_one(void **state)
{
	struct fixture *f = *state;

	f->options.format = NOW + 2;
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_NONE);
	assert_int_equal(f->report.rows, 2 * NOTES + 1);
	assert_int_equal(format_of(f), NOW + 2);
	assert_string_equal(f->report.kept, f->kept);

	/* Once more: there is nothing to do. */
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_NONE);
	assert_int_equal(f->report.from, NOW + 2);
	assert_int_equal(f->report.rows, 0);
}

static void
a_dry_run_tells_all_and_changes_nothing(void **state)
{
	struct fixture *f = *state;

	f->options.dry_run = true;
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_NONE);
	assert_int_equal(f->report.from, NOW);
	assert_int_equal(f->report.to, NOW + 1);
	assert_int_equal(f->report.rows, 2 * NOTES);
	assert_true(f->report.room > 0);
	assert_int_equal(f->report.kept[0], '\0');
	assert_false(is_there(f, f->kept));
	check_old(f);
}

static void
a_dry_run_without_room_tells_both(void **state)
{
	struct fixture *f = *state;

	f->options.dry_run = true;
	f->options.spare = UINT64_MAX / 2;
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_NONE);
	assert_true(f->report.room < f->report.need);
	assert_int_equal(f->report.rows, 2 * NOTES);
	check_old(f);
}

static void
without_room_nothing_is_begun(void **state)
{
	struct fixture *f = *state;

	f->options.spare = UINT64_MAX / 2;
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_FULL);
	assert_int_equal(f->report.stage, MIGRATE_ROOM);
	assert_true(f->report.room < f->report.need);
	assert_false(is_there(f, f->kept));
	check_old(f);
}

/* Leave so many bytes under a name, as an attempt that was cut short does. */
static void
leave(const struct fixture *f, const char *name, off_t bytes)
{
	char *path = scratch_path(f->dir, name);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(posix_fallocate(fd, 0, bytes), 0);
	(void)close(fd);
	free(path);
}

static void
what_an_attempt_has_left_takes_no_room(void **state)
{
	struct fixture *f = *state;
	char part[64];
	struct statvfs fs;
	uint64_t room;

	(void)snprintf(part, sizeof(part), "%s.part", f->kept);
	leave(f, f->kept, (off_t)64 << 20);
	leave(f, part, (off_t)64 << 20);
	f->options.dry_run = true;
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_NONE);
	assert_true(is_there(f, f->kept) && is_there(f, part));
	assert_int_equal(statvfs(f->dir, &fs), 0);
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	assert_true(f->report.room > room + ((uint64_t)96 << 20));

	/* It goes before the room is looked at. */
	f->options.dry_run = false;
	f->options.spare = UINT64_MAX / 2;
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_FULL);
	assert_int_equal(f->report.stage, MIGRATE_ROOM);
	assert_false(is_there(f, f->kept));
	assert_false(is_there(f, part));
	check_old(f);
}

static void
a_map_that_is_too_small_changes_nothing(void **state)
{
	struct fixture *f = *state;

	f->options.map_bytes = 1;
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_FULL);
	assert_int_equal(f->report.stage, MIGRATE_STEP);
	check_old(f);
}

static void
a_step_that_fails_changes_nothing(void **state)
{
	struct fixture *f = *state;

	f->options.steps = fails;
	f->options.nsteps = 1;
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_DEPTH);
	assert_int_equal(f->report.stage, MIGRATE_STEP);
	assert_int_equal(f->report.at, NOW);
	check_old(f);
}

static void
a_step_that_loses_something_is_found_out(void **state)
{
	struct fixture *f = *state;

	f->options.steps = loses;
	f->options.nsteps = 1;
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_DAMAGED);
	assert_int_equal(f->report.stage, MIGRATE_CHECK);
	check_old(f);
}

static void
no_way_from_there_is_told(void **state)
{
	struct fixture *f = *state;

	f->options.format = NOW + 3;
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_VERSION);
	assert_int_equal(f->report.stage, MIGRATE_PLAN);
	assert_int_equal(f->report.from, NOW);
	f->options.nsteps = 0;
	f->options.format = NOW + 1;
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_VERSION);
	check_old(f);
}

static void
a_newer_store_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(migrate_run(&f->options, &f->report), ERR_NONE);
	f->options.format = NOW;
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_VERSION);
	assert_true(f->report.from > f->report.to);
	check_new(f);
}

static void
a_store_in_use_or_none_is_refused(void **state)
{
	struct fixture *f = *state;
	char *path = scratch_path(f->dir, "none");

	assert_int_equal(open_store(f), ERR_NONE);
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_BUSY);
	assert_int_equal(f->report.stage, MIGRATE_OPEN);
	close_store(f);
	f->options.dir = path;
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_NOENT);
	assert_false(is_there(f, "none"));
	free(path);
	check_old(f);
}

/* Move what was kept to where it came from. */
static void
put_back(struct fixture *f)
{
	char *from = scratch_path(f->dir, f->kept);
	char *to = scratch_path(f->dir, "main.mdb");

	assert_int_equal(rename(from, to), 0);
	free(from);
	free(to);
}

static void
what_was_kept_can_be_put_back(void **state)
{
	uint8_t before[STORE_EPOCH_LEN];
	uint8_t after[STORE_EPOCH_LEN];
	struct fixture *f = *state;
	struct store_txn *txn = NULL;
	struct bytes data;

	assert_int_equal(open_store(f), ERR_NONE);
	store_epoch(f->store, before);
	close_store(f);
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_NONE);
	put_back(f);
	check_old(f);

	/* It is as restored: no log goes on, and cursors of before are none. */
	assert_int_equal(open_store(f), ERR_NONE);
	store_epoch(f->store, after);
	assert_memory_not_equal(before, after, sizeof(before));
	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	assert_int_equal(store_note_get(txn, STORE_NOTE_LOG, &data), ERR_NOENT);
	assert_int_equal(
	    store_note_get(txn, STORE_NOTE_RESTORED, &data), ERR_NONE);
	assert_int_equal(data.len, 1);
	assert_int_equal(data.data[0], STORE_RESTORED_FRESH);
	store_abort(&txn);
	close_store(f);
}

static void
what_is_erased_later_cannot_be_read_in_what_was_kept(void **state)
{
	struct fixture *f = *state;
	struct store_txn *txn = NULL;
	struct store_body body;
	uint64_t n = f->origin.tip.n;

	/* An erfad of that format opens it, and erases. */
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_NONE);
	{
		const struct store_options options = {
			.dir = f->dir,
			.map_bytes = MAP_BYTES,
		};

		assert_int_equal(
		    store_open_bare(&options, &f->store), ERR_NONE);
	}
	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	assert_int_equal(store_erase(txn, f->origin.log_id, n), ERR_NONE);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	close_store(f);
	put_back(f);

	assert_int_equal(open_store(f), ERR_NONE);
	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	assert_int_equal(
	    store_body(txn, f->origin.log_id, n, &body), ERR_DAMAGED);
	store_abort(&txn);
	close_store(f);
}

/* Migrate in a child that ends somewhere within: at a row, or after a while. */
static void
run_killed(struct fixture *f, unsigned at)
{
	const struct itimerval after = {
		.it_value.tv_usec = (suseconds_t)at * 300,
	};
	struct migrate_report report;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (at % 2 == 0)
			kill_at = at * 10;
		else
			(void)setitimer(ITIMER_REAL, &after, NULL);
		_exit(migrate_run(&f->options, &report) == ERR_NONE ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
}

static void
killed_at_any_moment_one_of_the_two_is_there_whole(void **state)
{
	struct fixture *f = *state;
	unsigned at;

	for (at = 0; at < 50; at++) {
		run_killed(f, at + 1);
		if (format_of(f) == NOW) {
			check_old(f);
			continue;
		}
		check_new(f);
		put_back(f);
		check_old(f);
	}
	assert_int_equal(migrate_run(&f->options, &f->report), ERR_NONE);
	check_new(f);
}

static void
copies_are_removed_when_they_are_old(void **state)
{
	const struct timespec times[2] = {
		{ .tv_sec = time(NULL) - 31 * 86400 },
		{ .tv_sec = time(NULL) - 31 * 86400 },
	};
	struct fixture *f = *state;
	char *path = scratch_path(f->dir, f->kept);

	assert_int_equal(migrate_run(&f->options, &f->report), ERR_NONE);
	assert_int_equal(migrate_forget(f->dir, NOW + 1, 30), 0);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_int_equal(migrate_forget(f->dir, NOW + 1, 32), 0);
	assert_int_equal(migrate_forget(f->dir, NOW, 30), 0);
	assert_true(is_there(f, f->kept));
	assert_int_equal(migrate_forget(f->dir, NOW + 1, 30), 1);
	assert_false(is_there(f, f->kept));
	free(path);
	check_new(f);
}

static void
the_steps_of_this_erfad_lead_to_its_format(void **state)
{
	const struct migrate_step *steps;
	size_t count;
	size_t i;

	(void)state;
	steps = migrate_steps(&count);
	for (i = 0; i < count; i++) {
		assert_int_equal(steps[i].from, store_format() - count + i);
		assert_true(strlen(steps[i].what) > 0);
		assert_non_null(steps[i].run);
	}
	assert_int_equal(store_format() - count, 1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_step_changes_the_store_and_what_was_is_kept),
		T(a_store_of_our_format_is_left_as_it_is),
		T(several_steps_are_one),
		T(a_dry_run_tells_all_and_changes_nothing),
		T(a_dry_run_without_room_tells_both),
		T(without_room_nothing_is_begun),
		T(what_an_attempt_has_left_takes_no_room),
		T(a_map_that_is_too_small_changes_nothing),
		T(a_step_that_fails_changes_nothing),
		T(a_step_that_loses_something_is_found_out),
		T(no_way_from_there_is_told),
		T(a_newer_store_is_refused),
		T(a_store_in_use_or_none_is_refused),
		T(what_was_kept_can_be_put_back),
		T(what_is_erased_later_cannot_be_read_in_what_was_kept),
		T(killed_at_any_moment_one_of_the_two_is_there_whole),
		T(copies_are_removed_when_they_are_old),
		cmocka_unit_test(the_steps_of_this_erfad_lead_to_its_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
