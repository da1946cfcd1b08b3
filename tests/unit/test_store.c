#include <fcntl.h>
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
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/header.h"
#include "daemon/store.h"
#include "tests/unit/origin.h"
#include "tests/unit/scratch.h"

#define MAP_BYTES ((size_t)64 << 20)
#define BODY_LEN  100

struct fixture {
	char *dir;
	struct store *store;
	struct store_txn *txn;
	struct origin origin;
	struct origin other; /* the same log, for forks */
	struct origin_run *run;
	struct origin_run *branch;
};

static enum err
open_sized(const char *dir, size_t map_bytes, struct store **ret_store)
{
	const struct store_options options = {
		.dir = dir,
		.map_bytes = map_bytes,
	};

	return store_open(&options, ret_store);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	f->run = calloc(1, sizeof(*f->run));
	f->branch = calloc(1, sizeof(*f->branch));
	if (f->run == NULL || f->branch == NULL ||
	    (f->dir = scratch_make()) == NULL)
		return -1;
	origin_begin(&f->origin, 1, 7);
	if (open_sized(f->dir, MAP_BYTES, &f->store) != ERR_NONE)
		return -1;
	return store_begin(f->store, true, &f->txn) == ERR_NONE ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_abort(&f->txn);
	store_close(f->store);
	scratch_remove(f->dir);
	free(f->run);
	free(f->branch);
	free(f);
	return 0;
}

static void
next_txn(struct fixture *f)
{
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	assert_null(f->txn);
	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
}

static void
reopen(struct fixture *f)
{
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(open_sized(f->dir, MAP_BYTES, &f->store), ERR_NONE);
	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
}

static enum err
add_run(struct fixture *f, const struct origin_run *run)
{
	return store_add_run(
	    f->txn, f->origin.key.public_key, f->origin.inc, false, &run->run);
}

/* Write ${count} entries with bodies of BODY_LEN and hand the run in. */
static void
write_run(struct fixture *f, size_t count)
{
	origin_write(&f->origin, f->run, count, BODY_LEN);
	assert_int_equal(add_run(f, f->run), ERR_NONE);
}

static enum err
add_body(struct fixture *f, uint8_t variant, uint64_t n, size_t len)
{
	uint8_t body[4096];
	uint8_t salt[SALT_LEN];

	origin_body(variant, n, body, len);
	origin_salt(variant, n, salt);
	return store_add_body(f->txn, f->origin.log_id, n, salt, body, len);
}

static void
assert_body(struct fixture *f, uint8_t variant, uint64_t n)
{
	struct store_body body;
	uint8_t want[BODY_LEN];
	uint8_t salt[SALT_LEN];

	origin_body(variant, n, want, sizeof(want));
	origin_salt(variant, n, salt);
	assert_int_equal(
	    store_body(f->txn, f->origin.log_id, n, &body), ERR_NONE);
	assert_int_equal(body.len, sizeof(want));
	assert_memory_equal(body.data, want, sizeof(want));
	assert_memory_equal(body.salt, salt, SALT_LEN);
	store_body_clear(&body);
	assert_null(body.data);
}

static struct store_log
log_of(struct fixture *f)
{
	struct store_log log;

	assert_int_equal(store_log(f->txn, f->origin.log_id, &log), ERR_NONE);
	return log;
}

static enum store_body_state
state_of(struct fixture *f, uint64_t n)
{
	enum store_body_state state;

	assert_int_equal(
	    store_body_state(f->txn, f->origin.log_id, n, &state), ERR_NONE);
	return state;
}

static struct store_counts
counts_of(struct fixture *f)
{
	struct store_counts counts;

	assert_int_equal(store_counts(f->txn, &counts), ERR_NONE);
	return counts;
}

static void
assert_same_tip(const struct log_tip *a, const struct log_tip *b)
{
	assert_int_equal(a->n, b->n);
	assert_memory_equal(a->c, b->c, HASH_LEN);
	assert_int_equal(a->boundary, b->boundary);
	assert_int_equal(a->boundary_bytes, b->boundary_bytes);
}

/* ---- opening ---- */

static void
new_store_is_empty_and_keeps_its_epoch(void **state)
{
	struct fixture *f = *state;
	uint8_t before[STORE_EPOCH_LEN];
	uint8_t after[STORE_EPOCH_LEN];
	struct store_log log;
	struct stat st;
	char *path = scratch_path(f->dir, "main.mdb");
	uint64_t dev;
	uint64_t ino;
	uint64_t used;
	uint64_t max;

	store_epoch(f->store, before);
	assert_int_equal(store_log_next(f->txn, NULL, &log), ERR_NOENT);
	assert_int_equal(store_arrival_last(f->txn), 0);
	assert_int_equal(counts_of(f).logs, 0);
	reopen(f);
	store_epoch(f->store, after);
	assert_memory_equal(before, after, sizeof(before));

	assert_int_equal(stat(path, &st), 0);
	store_inode(f->store, &dev, &ino);
	assert_int_equal(ino, st.st_ino);
	assert_int_equal(dev, st.st_dev);
	store_usage(f->store, &used, &max);
	assert_true(used > 0 && used < max && max == MAP_BYTES);
	store_check_readers(f->store);
	store_close(NULL);
	free(path);
}

static void
store_that_is_open_is_busy(void **state)
{
	struct fixture *f = *state;
	struct store *store = NULL;

	assert_int_equal(open_sized(f->dir, MAP_BYTES, &store), ERR_BUSY);
	assert_int_equal(store_create(f->dir), ERR_EXIST);
	assert_null(store);
}

static void
create_makes_a_store_once(void **state)
{
	struct fixture *f = *state;
	char *dir = scratch_path(f->dir, "new");
	struct store *store;

	assert_int_equal(store_create(dir), ERR_NOENT);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(store_create(dir), ERR_NONE);
	assert_int_equal(store_create(dir), ERR_EXIST);
	assert_int_equal(open_sized(dir, 0, &store), ERR_NONE);
	store_close(store);
	free(dir);
}

static void
directory_of_another_user_is_denied(void **state)
{
	struct fixture *f = *state;
	struct store *store = NULL;
	char *dir = scratch_path(f->dir, "theirs");
	int status;
	pid_t pid;

	assert_int_equal(mkdir(dir, 0500), 0);
	if ((pid = fork()) == 0) {
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(1);
		_exit(open_sized(dir, MAP_BYTES, &store) == ERR_DENIED ? 0 : 2);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	free(dir);
}

/* Overwrite some bytes of a file that nobody has open. */
static void
patch(struct fixture *f, const char *name, const void *find, const void *put,
    size_t len)
{
	static uint8_t bytes[1 << 20];
	char *path = scratch_path(f->dir, name);
	int fd = open(path, O_RDWR);
	ssize_t size = read(fd, bytes, sizeof(bytes));
	ssize_t i;
	int found = 0;

	for (i = 0; i + (ssize_t)len <= size; i++) {
		if (memcmp(bytes + i, find, len) != 0)
			continue;
		assert_int_equal(pwrite(fd, put, len, i), len);
		found++;
	}
	assert_true(found > 0);
	(void)close(fd);
	free(path);
}

static void
store_of_a_newer_version_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	patch(f, "main.mdb", "format\2\0\0\0", "format\3\0\0\0", 10);
	assert_int_equal(open_sized(f->dir, MAP_BYTES, &f->store), ERR_VERSION);
	patch(f, "main.mdb", "format\3\0\0\0", "format\2\0\0\0", 10);
	assert_int_equal(open_sized(f->dir, MAP_BYTES, &f->store), ERR_NONE);
}

static void
a_store_tells_its_format_and_who_wrote_it(void **state)
{
	struct fixture *f = *state;
	struct store_maker maker = { .format = 7 };
	struct store_options options = {
		.dir = f->dir,
		.map_bytes = MAP_BYTES,
		.software = "erfad 1.2.3",
		.maker = &maker,
	};

	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(store_open(&options, &f->store), ERR_NONE);
	assert_int_equal(maker.format, store_format());
	assert_string_equal(maker.software, "");
	store_close(f->store);
	f->store = NULL;

	/* One that is older than any that there was, and one that is newer. */
	patch(f, "main.mdb", "format\2\0\0\0", "format\0\0\0\0", 10);
	assert_int_equal(store_open(&options, &f->store), ERR_VERSION);
	assert_int_equal(maker.format, 0);
	assert_string_equal(maker.software, "erfad 1.2.3");
	patch(f, "main.mdb", "format\0\0\0\0", "format\3\0\0\0", 10);
	assert_int_equal(store_open(&options, &f->store), ERR_VERSION);
	assert_int_equal(maker.format, 3);
	assert_string_equal(maker.software, "erfad 1.2.3");
	patch(f, "main.mdb", "format\3\0\0\0", "format\2\0\0\0", 10);
	options.software = NULL;
	assert_int_equal(store_open(&options, &f->store), ERR_NONE);
	assert_string_equal(maker.software, "erfad 1.2.3");
}

static void
a_store_that_is_only_read_is_left_as_it_is(void **state)
{
	struct fixture *f = *state;
	struct store_maker maker;
	struct store_options options = {
		.dir = f->dir,
		.map_bytes = MAP_BYTES,
		.maker = &maker,
		.look = true,
	};
	uint64_t commits;

	/* Which slots were zeroed is still noted, to be forgotten. */
	write_run(f, 3);
	assert_int_equal(add_body(f, 0, 2, BODY_LEN), ERR_NONE);
	next_txn(f);
	assert_int_equal(store_erase(f->txn, f->origin.log_id, 2), ERR_NONE);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	commits = store_commits(f->store);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(store_open(&options, &f->store), ERR_NONE);
	assert_int_equal(store_commits(f->store), commits);
	assert_int_equal(maker.commits, commits);
	store_close(f->store);
	f->store = NULL;

	/* Who opens it to write has one commit more, and tells what was. */
	options.look = false;
	assert_int_equal(store_open(&options, &f->store), ERR_NONE);
	assert_int_equal(store_commits_found(f->store), commits);
	assert_true(store_commits(f->store) > commits);
	store_close(f->store);
	f->store = NULL;
	options.found = commits;
	assert_int_equal(store_open(&options, &f->store), ERR_NONE);
	assert_int_equal(store_commits_found(f->store), commits);
}

static void
short_or_missing_files_are_damage(void **state)
{
	struct fixture *f = *state;
	char *main_path = scratch_path(f->dir, "main.mdb");
	char *keys_path = scratch_path(f->dir, "keys");
	struct stat st;

	write_run(f, 3);
	assert_int_equal(add_body(f, 0, 2, BODY_LEN), ERR_NONE);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	store_close(f->store);
	f->store = NULL;

	assert_int_equal(truncate(keys_path, 0), 0);
	assert_int_equal(open_sized(f->dir, MAP_BYTES, &f->store), ERR_DAMAGED);
	assert_int_equal(unlink(keys_path), 0);
	assert_int_equal(open_sized(f->dir, MAP_BYTES, &f->store), ERR_DAMAGED);
	assert_int_equal(stat(main_path, &st), 0);
	assert_int_equal(truncate(main_path, st.st_size / 2), 0);
	assert_int_equal(open_sized(f->dir, MAP_BYTES, &f->store), ERR_DAMAGED);
	free(main_path);
	free(keys_path);
}

/* ---- runs ---- */

static void
run_makes_a_log_and_is_read_back_as_it_came(void **state)
{
	struct fixture *f = *state;
	struct store_run read;
	struct store_log log;
	size_t i;

	write_run(f, 5);
	reopen(f);
	log = log_of(f);
	assert_same_tip(&log.tip, &f->origin.tip);
	assert_memory_equal(log.key, f->origin.key.public_key, KEY_LEN);
	assert_int_equal(log.inc, 7);
	assert_memory_equal(log.head, f->run->head, HEAD_LEN);
	assert_false(log.own);
	assert_false(log.frozen);
	assert_int_equal(log.bodies_absent, 4);

	assert_int_equal(
	    store_read_run(f->txn, f->origin.log_id, 1, NULL, &read), ERR_NONE);
	assert_int_equal(read.run.first, 1);
	assert_int_equal(read.run.count, 5);
	assert_memory_equal(read.run.c_prev, f->run->run.c_prev, HASH_LEN);
	assert_memory_equal(read.run.head, f->run->head, HEAD_LEN);
	for (i = 0; i < 5; i++)
		assert_true(
		    bytes_equal(read.run.headers[i], f->run->headers[i]));
	assert_same_tip(&read.end, &f->origin.tip);
	store_run_clear(&read);
	assert_null(read.memory);
	assert_int_equal(
	    store_read_run(f->txn, f->origin.log_id, 6, NULL, &read),
	    ERR_NOENT);
	assert_int_equal(
	    store_read_run(f->txn, f->origin.log_id, 0, NULL, &read),
	    ERR_NOENT);
}

static void
own_log_is_marked(void **state)
{
	struct fixture *f = *state;

	origin_write(&f->origin, f->run, 1, 0);
	assert_int_equal(store_add_run(f->txn, f->origin.key.public_key,
			     f->origin.inc, true, &f->run->run),
	    ERR_NONE);
	next_txn(f);
	assert_true(log_of(f).own);
}

static void
runs_are_read_from_boundary_to_boundary(void **state)
{
	struct fixture *f = *state;
	struct store_run read;
	struct log_tip tip;
	struct log_tip end;
	uint64_t first;
	int runs = 0;

	while (f->origin.tip.n < 700)
		write_run(f, 100);
	next_txn(f);
	assert_int_equal(
	    store_tip_at(f->txn, f->origin.log_id, 0, &tip), ERR_NONE);
	for (first = 1; first <= 700; first = tip.n + 1) {
		assert_int_equal(store_read_run(f->txn, f->origin.log_id, first,
				     NULL, &read),
		    ERR_NONE);
		assert_int_equal(log_run_verify(f->origin.key.public_key, &tip,
				     &read.run, &end),
		    ERR_NONE);
		assert_same_tip(&end, &read.end);
		tip = end;
		store_run_clear(&read);
		runs++;
	}
	assert_int_equal(runs, 3);
	assert_int_equal(log_of(f).tip.boundary, 512);

	/* From the middle of a run on, with the tip that belongs to it. */
	for (first = 200; first <= 700; first += 57) {
		assert_int_equal(
		    store_tip_at(f->txn, f->origin.log_id, first - 1, &tip),
		    ERR_NONE);
		assert_int_equal(store_read_run(f->txn, f->origin.log_id, first,
				     NULL, &read),
		    ERR_NONE);
		assert_int_equal(log_run_verify(f->origin.key.public_key, &tip,
				     &read.run, &end),
		    ERR_NONE);
		assert_same_tip(&end, &read.end);
		store_run_clear(&read);
	}
	assert_int_equal(
	    store_tip_at(f->txn, f->origin.log_id, 9999, &tip), ERR_NOENT);
}

static void
boundary_by_bytes_is_kept_too(void **state)
{
	struct fixture *f = *state;
	struct store_run read;
	struct header header = { .kind = HEADER_WITNESS };
	static uint8_t ext[4000];
	size_t len;

	origin_run_begin(&f->origin, f->run);
	header.ext = (struct bytes){ ext, sizeof(ext) };
	while (!log_at_boundary(&f->origin.tip)) {
		assert_int_equal(
		    header_encode(&header, f->run->bytes + f->run->used,
			HEADER_MAX, &len),
		    ERR_NONE);
		assert_int_equal(
		    log_step(&f->origin.tip, f->run->bytes + f->run->used, len),
		    ERR_NONE);
		f->run->headers[f->run->run.count++] =
		    (struct bytes){ f->run->bytes + f->run->used, len };
		f->run->used += len;
	}
	origin_run_end(&f->origin, f->run);
	assert_int_equal(add_run(f, f->run), ERR_NONE);
	assert_int_equal(log_of(f).tip.boundary, f->origin.tip.n);
	write_run(f, 2);
	assert_int_equal(
	    store_read_run(f->txn, f->origin.log_id, 1, NULL, &read), ERR_NONE);
	assert_int_equal(read.run.count, 9);
	store_run_clear(&read);
}

static void
run_with_a_hole_before_it_is_a_gap(void **state)
{
	struct fixture *f = *state;
	uint64_t writes = store_writes(f->txn);

	origin_write(&f->origin, f->run, 3, 0);
	origin_write(&f->origin, f->branch, 3, 0);
	assert_int_equal(add_run(f, f->branch), ERR_GAP);
	assert_int_equal(add_run(f, f->run), ERR_NONE);
	assert_true(store_writes(f->txn) > writes);
	writes = store_writes(f->txn);
	origin_write(&f->origin, f->run, 3, 0);
	assert_int_equal(add_run(f, f->run), ERR_GAP);
	assert_int_equal(store_writes(f->txn), writes);
	assert_int_equal(add_run(f, f->branch), ERR_NONE);
	assert_int_equal(add_run(f, f->run), ERR_NONE);
}

static void
run_that_is_here_exists_and_its_newer_head_is_kept(void **state)
{
	struct fixture *f = *state;
	uint8_t newer[HEAD_LEN];

	write_run(f, 4);
	assert_int_equal(add_run(f, f->run), ERR_EXIST);
	log_head_sign(f->origin.key.secret, f->origin.log_id, &f->origin.tip,
	    99999999, newer);
	f->run->run.head = newer;
	assert_int_equal(add_run(f, f->run), ERR_EXIST);
	assert_memory_equal(log_of(f).head, newer, HEAD_LEN);
	assert_int_equal(counts_of(f).entries, 4);
	assert_int_equal(counts_of(f).arrival, 4);
}

static void
run_across_the_tip_is_to_be_asked_from_the_tip(void **state)
{
	struct fixture *f = *state;

	f->other = f->origin;
	write_run(f, 4);
	origin_write(&f->other, f->branch, 9, BODY_LEN);
	assert_int_equal(add_run(f, f->branch), ERR_SIZE);
	assert_int_equal(log_of(f).tip.n, 4);
}

static void
run_that_differs_is_a_chain_error(void **state)
{
	struct fixture *f = *state;
	struct origin stranger;
	uint64_t writes;

	write_run(f, 4);
	f->other = f->origin;
	write_run(f, 4);
	writes = store_writes(f->txn);

	/* Within, across and after what is held. */
	f->other.variant = 1;
	stranger = f->other;
	origin_write(&f->other, f->branch, 2, BODY_LEN);
	assert_int_equal(add_run(f, f->branch), ERR_CHAIN);
	origin_write(&stranger, f->branch, 9, BODY_LEN);
	assert_int_equal(add_run(f, f->branch), ERR_CHAIN);
	origin_write(&f->other, f->branch, 2, BODY_LEN);
	assert_int_equal(add_run(f, f->branch), ERR_CHAIN);
	origin_write(&f->other, f->branch, 2, BODY_LEN);
	assert_int_equal(add_run(f, f->branch), ERR_CHAIN);

	/* Another key or incarnation than the log's. */
	assert_int_equal(store_add_run(f->txn, f->origin.key.public_key, 8,
			     false, &f->run->run),
	    ERR_CHAIN);
	origin_begin(&stranger, 9, 1);
	origin_write(&stranger, f->branch, 2, 0);
	assert_int_equal(add_run(f, f->branch), ERR_CHAIN);

	/* A HEAD that is not the run's. */
	origin_write(&f->origin, f->branch, 2, 0);
	f->branch->head[LOG_ID_LEN]++;
	assert_int_equal(add_run(f, f->branch), ERR_CHAIN);
	assert_int_equal(store_writes(f->txn), writes);
}

static void
run_of_a_bad_shape_is_refused(void **state)
{
	struct fixture *f = *state;
	struct origin o = f->origin;

	origin_write(&o, f->run, 3, 0);
	f->run->run.count = 0;
	assert_int_equal(add_run(f, f->run), ERR_SIZE);
	f->run->run.count = 3;
	f->run->headers[1].len = 0;
	assert_int_equal(add_run(f, f->run), ERR_SIZE);
	f->run->run.first = 0;
	assert_int_equal(add_run(f, f->run), ERR_SIZE);

	/* Entries 200 to 300 with the boundary 256 inside. */
	write_run(f, 199);
	origin_run_begin(&f->origin, f->run);
	while (f->run->run.count < 100)
		origin_add(&f->origin, f->run, HEADER_TRIAL, 0);
	origin_run_end(&f->origin, f->run);
	assert_int_equal(add_run(f, f->run), ERR_BOUNDARY);
	assert_int_equal(log_of(f).tip.n, 199);
}

static void
changed_header_on_disk_is_damage_when_read(void **state)
{
	struct fixture *f = *state;
	struct store_run read;
	uint8_t changed[20];

	origin_write(&f->origin, f->run, 3, BODY_LEN);
	assert_int_equal(add_run(f, f->run), ERR_NONE);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	memcpy(changed, f->run->headers[1].data + 10, sizeof(changed));
	changed[3] ^= 1;
	patch(f, "main.mdb", f->run->headers[1].data + 10, changed,
	    sizeof(changed));
	assert_int_equal(open_sized(f->dir, MAP_BYTES, &f->store), ERR_NONE);
	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
	assert_int_equal(
	    store_read_run(f->txn, f->origin.log_id, 1, NULL, &read),
	    ERR_DAMAGED);
}

static void
aborted_transaction_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct store_log log;

	write_run(f, 3);
	assert_int_equal(add_body(f, 0, 2, BODY_LEN), ERR_NONE);
	store_abort(&f->txn);
	store_abort(&f->txn);
	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
	assert_int_equal(store_log(f->txn, f->origin.log_id, &log), ERR_NOENT);
	assert_int_equal(counts_of(f).entries, 0);
	assert_int_equal(add_run(f, f->run), ERR_NONE);
	assert_int_equal(add_body(f, 0, 3, BODY_LEN), ERR_NONE);
	next_txn(f);
	assert_body(f, 0, 3);
}

static void
heads_are_replaced_by_later_ones_of_the_same_entry(void **state)
{
	struct fixture *f = *state;
	struct origin before;
	uint8_t head[HEAD_LEN];
	struct log_tip tip;

	before = f->origin;
	write_run(f, 3);
	tip = f->origin.tip;
	assert_int_equal(store_put_head(f->txn, f->run->head), ERR_EXIST);
	log_head_sign(
	    f->origin.key.secret, f->origin.log_id, &tip, 5000000, head);
	assert_int_equal(store_put_head(f->txn, head), ERR_NONE);
	next_txn(f);
	assert_memory_equal(log_of(f).head, head, HEAD_LEN);

	/* Below the tip only boundaries have one. */
	write_run(f, 2);
	assert_int_equal(store_put_head(f->txn, head), ERR_EXIST);
	tip.c[0] ^= 1;
	log_head_sign(
	    f->origin.key.secret, f->origin.log_id, &tip, 6000000, head);
	assert_int_equal(store_put_head(f->txn, head), ERR_CHAIN);
	tip.n = 77;
	log_head_sign(
	    f->origin.key.secret, f->origin.log_id, &tip, 6000000, head);
	assert_int_equal(store_put_head(f->txn, head), ERR_NOENT);
	origin_begin(&before, 3, 1);
	log_head_sign(before.key.secret, before.log_id, &tip, 1, head);
	assert_int_equal(store_put_head(f->txn, head), ERR_NOENT);
}

static void
beacon_at_a_boundary_is_the_head_that_is_served(void **state)
{
	struct fixture *f = *state;
	struct store_run read;
	uint8_t head[HEAD_LEN];

	write_run(f, 300);
	assert_int_equal(f->origin.tip.n, 256);
	log_head_sign(f->origin.key.secret, f->origin.log_id, &f->origin.tip,
	    7000000, head);
	write_run(f, 3);
	assert_int_equal(store_put_head(f->txn, head), ERR_NONE);
	assert_int_equal(store_put_head(f->txn, head), ERR_EXIST);
	assert_int_equal(
	    store_read_run(f->txn, f->origin.log_id, 1, NULL, &read), ERR_NONE);
	assert_memory_equal(read.run.head, head, HEAD_LEN);
	store_run_clear(&read);
}

static void
logs_are_walked_in_the_order_of_their_ids(void **state)
{
	struct fixture *f = *state;
	struct store_log log;
	uint8_t last[LOG_ID_LEN];
	const uint8_t *after = NULL;
	int seen;

	for (uint64_t inc = 1; inc <= 9; inc++) {
		origin_begin(&f->origin, 1, inc);
		write_run(f, 2);
	}
	for (seen = 0; store_log_next(f->txn, after, &log) == ERR_NONE;
	     seen++) {
		if (after != NULL)
			assert_true(memcmp(last, log.log_id, LOG_ID_LEN) < 0);
		memcpy(last, log.log_id, LOG_ID_LEN);
		after = last;
		assert_int_equal(log.tip.n, 2);
	}
	assert_int_equal(seen, 9);
	assert_int_equal(counts_of(f).logs, 9);
	memset(last, 0xff, sizeof(last));
	assert_int_equal(store_log_next(f->txn, last, &log), ERR_NOENT);
	memset(last, 0, sizeof(last));
	assert_int_equal(store_log(f->txn, last, &log), ERR_NOENT);
}

/* ---- arrivals ---- */

static void
arrivals_name_every_entry_in_order(void **state)
{
	struct fixture *f = *state;
	struct store_entry entry;
	uint64_t after = 0;

	write_run(f, 3);
	write_run(f, 2);
	next_txn(f);
	while (store_arrival_next(f->txn, after, &entry) == ERR_NONE) {
		after++;
		assert_int_equal(entry.arrival, after);
		assert_int_equal(entry.n, after);
		assert_memory_equal(entry.log_id, f->origin.log_id, LOG_ID_LEN);
	}
	assert_int_equal(after, 5);
	assert_int_equal(store_arrival_last(f->txn), 5);
	assert_int_equal(
	    store_entry(f->txn, f->origin.log_id, 5, &entry), ERR_NONE);
	assert_memory_equal(entry.c, f->origin.tip.c, HASH_LEN);
	assert_true(bytes_equal(entry.header, f->run->headers[1]));
	assert_int_equal(
	    store_entry(f->txn, f->origin.log_id, 6, &entry), ERR_NOENT);
}

static void
body_with_its_header_arrives_once_and_a_later_one_again(void **state)
{
	struct fixture *f = *state;
	struct store_entry entry;
	struct store_pos pos;
	uint64_t count;
	size_t len;

	write_run(f, 3);
	assert_int_equal(add_body(f, 0, 2, BODY_LEN), ERR_NONE);
	assert_int_equal(store_arrival_last(f->txn), 3);
	next_txn(f);
	assert_int_equal(store_absent_next(f->txn, NULL, &pos, &len), ERR_NONE);
	assert_int_equal(pos.n, 3);
	assert_int_equal(len, BODY_LEN);
	assert_int_equal(
	    store_absent_next(f->txn, &pos, &pos, &len), ERR_NOENT);
	assert_int_equal(counts_of(f).bodies_absent, 1);
	assert_int_equal(
	    store_absent_beyond(f->txn, f->origin.log_id, pos.n - 1, &count),
	    ERR_NONE);
	assert_int_equal(count, 1);
	assert_int_equal(
	    store_absent_beyond(f->txn, f->origin.log_id, pos.n, &count),
	    ERR_NONE);
	assert_int_equal(count, 0);

	/* The last number there is leads past the log, not to its start. */
	pos.n = UINT64_MAX;
	assert_int_equal(
	    store_absent_next(f->txn, &pos, &pos, &len), ERR_NOENT);

	assert_int_equal(add_body(f, 0, 3, BODY_LEN), ERR_NONE);
	assert_int_equal(store_arrival_last(f->txn), 4);
	assert_int_equal(
	    store_absent_next(f->txn, NULL, &pos, &len), ERR_NOENT);
	assert_int_equal(counts_of(f).bodies_absent, 0);
	assert_int_equal(log_of(f).bodies_absent, 0);
	assert_int_equal(store_arrival_next(f->txn, 3, &entry), ERR_NONE);
	assert_int_equal(entry.n, 3);
	assert_int_equal(entry.arrival, 4);
	assert_int_equal(store_arrival_next(f->txn, 4, &entry), ERR_NOENT);
}

static void
members_are_kept_aside(void **state)
{
	struct fixture *f = *state;
	struct store_entry entry;
	struct store_pos pos;

	write_run(f, 3);
	assert_int_equal(store_member_next(f->txn, NULL, &entry), ERR_NOENT);
	origin_run_begin(&f->origin, f->run);
	origin_add(&f->origin, f->run, HEADER_MEMBER, 0);
	origin_add(&f->origin, f->run, HEADER_TRIAL, 0);
	origin_add(&f->origin, f->run, HEADER_MEMBER, BODY_LEN);
	origin_run_end(&f->origin, f->run);
	assert_int_equal(add_run(f, f->run), ERR_NONE);
	next_txn(f);

	assert_int_equal(store_member_next(f->txn, NULL, &entry), ERR_NONE);
	assert_int_equal(entry.n, 4);
	assert_true(bytes_equal(entry.header, f->run->headers[0]));
	memcpy(pos.log_id, entry.log_id, LOG_ID_LEN);
	pos.n = entry.n;
	assert_int_equal(store_member_next(f->txn, &pos, &entry), ERR_NONE);
	assert_int_equal(entry.n, 6);
	pos.n = entry.n;
	assert_int_equal(store_member_next(f->txn, &pos, &entry), ERR_NOENT);
}

static void
unreadable_header_is_kept_and_names_no_body(void **state)
{
	struct fixture *f = *state;
	struct store_run read;

	write_run(f, 1);
	origin_run_begin(&f->origin, f->run);
	memset(f->run->bytes, 0xff, 50);
	f->run->headers[0] = (struct bytes){ f->run->bytes, 50 };
	f->run->run.count = 1;
	assert_int_equal(log_step(&f->origin.tip, f->run->bytes, 50), ERR_NONE);
	origin_run_end(&f->origin, f->run);
	assert_int_equal(add_run(f, f->run), ERR_NONE);
	assert_int_equal(state_of(f, 2), STORE_BODY_NONE);
	assert_int_equal(add_body(f, 0, 2, 50), ERR_NOENT);
	assert_int_equal(
	    store_read_run(f->txn, f->origin.log_id, 2, NULL, &read), ERR_NONE);
	assert_true(bytes_equal(read.run.headers[0], f->run->headers[0]));
	store_run_clear(&read);
}

/* ---- bodies ---- */

static void
body_comes_back_from_this_and_later_transactions(void **state)
{
	struct fixture *f = *state;

	write_run(f, 200);
	for (uint64_t n = 2; n <= 200; n++)
		assert_int_equal(add_body(f, 0, n, BODY_LEN), ERR_NONE);
	assert_body(f, 0, 2);
	assert_body(f, 0, 200);
	reopen(f);
	for (uint64_t n = 2; n <= 200; n++)
		assert_body(f, 0, n);
	assert_int_equal(state_of(f, 1), STORE_BODY_NONE);
	assert_int_equal(state_of(f, 2), STORE_BODY_HERE);
}

static void
body_that_does_not_belong_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store_body body;
	enum store_body_state what;
	uint64_t writes;

	write_run(f, 4);
	assert_int_equal(add_body(f, 0, 4, BODY_LEN), ERR_NONE);
	writes = store_writes(f->txn);
	assert_int_equal(add_body(f, 0, 4, BODY_LEN), ERR_EXIST);
	assert_int_equal(add_body(f, 1, 3, BODY_LEN), ERR_COMMIT);
	assert_int_equal(add_body(f, 0, 3, BODY_LEN - 1), ERR_COMMIT);
	assert_int_equal(add_body(f, 0, 1, BODY_LEN), ERR_NOENT);
	assert_int_equal(add_body(f, 0, 5, BODY_LEN), ERR_NOENT);
	assert_int_equal(store_writes(f->txn), writes);

	assert_int_equal(
	    store_body(f->txn, f->origin.log_id, 1, &body), ERR_NOENT);
	assert_int_equal(
	    store_body(f->txn, f->origin.log_id, 3, &body), ERR_NOENT);
	assert_int_equal(
	    store_body(f->txn, f->origin.log_id, 5, &body), ERR_NOENT);
	assert_int_equal(
	    store_body_state(f->txn, f->origin.log_id, 5, &what), ERR_NOENT);
	assert_int_equal(state_of(f, 3), STORE_BODY_ABSENT);
	memset(f->origin.log_id, 0, LOG_ID_LEN);
	assert_int_equal(add_body(f, 0, 2, BODY_LEN), ERR_NOENT);
}

static void
body_is_not_on_the_disk_in_clear(void **state)
{
	struct fixture *f = *state;
	static uint8_t bytes[1 << 20];
	uint8_t body[BODY_LEN];
	uint8_t salt[SALT_LEN];
	char *path = scratch_path(f->dir, "main.mdb");
	FILE *file;
	size_t len;

	f->origin.variant = 77;
	write_run(f, 4);
	assert_int_equal(add_body(f, 77, 3, BODY_LEN), ERR_NONE);
	next_txn(f);
	origin_body(77, 3, body, sizeof(body));
	origin_salt(77, 3, salt);
	assert_non_null(file = fopen(path, "r"));
	len = fread(bytes, 1, sizeof(bytes), file);
	assert_int_equal(fclose(file), 0);
	assert_true(len > 0);
	assert_null(memmem(bytes, len, body, 16));
	assert_null(memmem(bytes, len, salt, SALT_LEN));
	free(path);
}

/* Overwrite a slot behind the store's back. */
static void
write_slot(struct fixture *f, off_t slot, int fill)
{
	char *path = scratch_path(f->dir, "keys");
	uint8_t key[KEY_LEN];
	int fd = open(path, O_RDWR);

	memset(key, fill, sizeof(key));
	assert_int_equal(
	    pwrite(fd, key, sizeof(key), slot * KEY_LEN), sizeof(key));
	(void)close(fd);
	free(path);
}

/* As in a store out of a backup, if it was erased while that was made. */
static void
all_bodies_without_a_key_are_lost_and_no_others(void **state)
{
	struct fixture *f = *state;

	write_run(f, 6);
	assert_int_equal(add_body(f, 0, 2, BODY_LEN), ERR_NONE);
	assert_int_equal(add_body(f, 0, 3, BODY_LEN), ERR_NONE);
	assert_int_equal(add_body(f, 0, 4, BODY_LEN), ERR_NONE);
	next_txn(f);
	assert_int_equal(store_bodies_lost(f->txn), ERR_NONE);
	assert_int_equal(state_of(f, 2), STORE_BODY_HERE);
	write_slot(f, 0, 0);
	write_slot(f, 2, 0);
	assert_int_equal(store_bodies_lost(f->txn), ERR_NONE);
	assert_int_equal(state_of(f, 2), STORE_BODY_ABSENT);
	assert_int_equal(state_of(f, 4), STORE_BODY_ABSENT);
	assert_body(f, 0, 3);
	next_txn(f);
	assert_int_equal(store_check(f->txn), ERR_NONE);
	assert_int_equal(add_body(f, 0, 4, BODY_LEN), ERR_NONE);
	next_txn(f);
	assert_body(f, 0, 4);
}

static void
body_without_its_key_is_damaged_and_can_come_again(void **state)
{
	struct fixture *f = *state;
	struct store_body body;
	struct store_pos pos;
	size_t len;

	write_run(f, 4);
	assert_int_equal(add_body(f, 0, 2, BODY_LEN), ERR_NONE);
	assert_int_equal(add_body(f, 0, 3, BODY_LEN), ERR_NONE);
	next_txn(f);
	write_slot(f, 0, 0);
	write_slot(f, 1, 5);
	assert_int_equal(
	    store_body(f->txn, f->origin.log_id, 2, &body), ERR_DAMAGED);
	assert_int_equal(
	    store_body(f->txn, f->origin.log_id, 3, &body), ERR_DAMAGED);

	assert_int_equal(
	    store_body_lost(f->txn, f->origin.log_id, 3), ERR_NONE);
	assert_int_equal(
	    store_body_lost(f->txn, f->origin.log_id, 3), ERR_NOENT);
	assert_int_equal(
	    store_body_lost(f->txn, f->origin.log_id, 1), ERR_NOENT);
	assert_int_equal(state_of(f, 3), STORE_BODY_ABSENT);
	next_txn(f);
	assert_int_equal(store_absent_next(f->txn, NULL, &pos, &len), ERR_NONE);
	assert_int_equal(pos.n, 3);
	assert_int_equal(add_body(f, 0, 3, BODY_LEN), ERR_NONE);
	next_txn(f);
	assert_body(f, 0, 3);
	assert_int_equal(log_of(f).bodies_absent, 1);
}

static bool
slot_is_zero(struct fixture *f, off_t slot)
{
	static const uint8_t zeros[KEY_LEN];
	char *path = scratch_path(f->dir, "keys");
	uint8_t key[KEY_LEN];
	int fd = open(path, O_RDONLY);

	assert_int_equal(
	    pread(fd, key, sizeof(key), slot * KEY_LEN), sizeof(key));
	(void)close(fd);
	free(path);
	return memcmp(key, zeros, sizeof(key)) == 0;
}

static void
slots_are_never_used_twice_and_lost_ones_zeroed(void **state)
{
	struct fixture *f = *state;

	write_run(f, 4);
	assert_int_equal(add_body(f, 0, 2, BODY_LEN), ERR_NONE);
	next_txn(f);
	assert_false(slot_is_zero(f, 0));
	assert_true(slot_is_zero(f, 1));

	/* The old slot goes once another copy is here, not before. */
	assert_int_equal(
	    store_body_lost(f->txn, f->origin.log_id, 2), ERR_NONE);
	next_txn(f);
	assert_false(slot_is_zero(f, 0));
	assert_int_equal(add_body(f, 0, 2, BODY_LEN), ERR_NONE);
	next_txn(f);
	assert_true(slot_is_zero(f, 0));
	assert_false(slot_is_zero(f, 1));

	/* A slot that no commit named is free. */
	assert_int_equal(add_body(f, 0, 3, BODY_LEN), ERR_NONE);
	store_abort(&f->txn);
	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
	assert_true(slot_is_zero(f, 2));
	assert_int_equal(add_body(f, 0, 4, BODY_LEN), ERR_NONE);
	next_txn(f);
	assert_false(slot_is_zero(f, 2));
	assert_true(slot_is_zero(f, 3));
	assert_body(f, 0, 4);
}

static void
erased_body_is_neither_told_nor_taken(void **state)
{
	struct fixture *f = *state;
	struct store_body body;
	struct store_pos pos;
	size_t len;

	/* Before the entry came, without its body, and with it. */
	assert_int_equal(store_erase(f->txn, f->origin.log_id, 2), ERR_NONE);
	assert_int_equal(store_erase(f->txn, f->origin.log_id, 2), ERR_EXIST);
	write_run(f, 5);
	assert_int_equal(add_body(f, 0, 4, BODY_LEN), ERR_NONE);
	next_txn(f);
	assert_int_equal(store_erase(f->txn, f->origin.log_id, 3), ERR_NONE);
	assert_int_equal(store_erase(f->txn, f->origin.log_id, 4), ERR_NONE);
	next_txn(f);

	for (uint64_t n = 2; n <= 4; n++) {
		assert_int_equal(state_of(f, n), STORE_BODY_ERASED);
		assert_int_equal(
		    store_body(f->txn, f->origin.log_id, n, &body), ERR_ERASED);
		assert_int_equal(add_body(f, 0, n, BODY_LEN), ERR_ERASED);
		assert_int_equal(
		    store_body_lost(f->txn, f->origin.log_id, n), ERR_ERASED);
	}
	assert_int_equal(store_absent_next(f->txn, NULL, &pos, &len), ERR_NONE);
	assert_int_equal(pos.n, 5);
	assert_int_equal(log_of(f).bodies_absent, 1);
	assert_int_equal(counts_of(f).bodies_absent, 1);
}

static enum err
add_run_of(struct fixture *f, const struct origin *origin,
    const struct origin_run *run)
{
	return store_add_run(
	    f->txn, origin->key.public_key, origin->inc, false, &run->run);
}

/* Append an ERASE by ${origin} that names ${n} of a log. */
static void
write_erase(struct fixture *f, struct origin *origin,
    const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	origin_run_begin(origin, f->run);
	if (origin->tip.n == 0)
		origin_add(origin, f->run, HEADER_GENESIS, 0);
	origin_erase(origin, f->run, log_id, n);
	origin_run_end(origin, f->run);
	assert_int_equal(add_run_of(f, origin, f->run), ERR_NONE);
}

static void
erase_of_the_same_key_zeroes_the_slot_with_its_commit(void **state)
{
	struct fixture *f = *state;
	struct store_claim claim;

	write_run(f, 4);
	for (uint64_t n = 2; n <= 4; n++)
		assert_int_equal(add_body(f, 0, n, BODY_LEN), ERR_NONE);
	next_txn(f);
	write_erase(f, &f->origin, f->origin.log_id, 3);
	assert_int_equal(state_of(f, 3), STORE_BODY_ERASED);
	assert_false(slot_is_zero(f, 1));
	next_txn(f);
	assert_true(slot_is_zero(f, 1));
	assert_false(slot_is_zero(f, 0));
	assert_false(slot_is_zero(f, 2));
	assert_int_equal(add_body(f, 0, 3, BODY_LEN), ERR_ERASED);
	assert_int_equal(store_claim_next(f->txn, NULL, &claim), ERR_NOENT);
	reopen(f);
	assert_int_equal(state_of(f, 3), STORE_BODY_ERASED);
	assert_body(f, 0, 2);
	assert_body(f, 0, 4);
}

/* Another log of the same key counts, in whatever order they come. */
static void
erase_that_comes_before_its_target_waits_for_it(void **state)
{
	struct fixture *f = *state;
	struct store_claim claim;
	struct origin later;
	struct origin foreign;

	origin_begin(&later, 1, 8);
	assert_memory_equal(
	    later.key.public_key, f->origin.key.public_key, KEY_LEN);
	origin_begin(&foreign, 2, 1);
	write_erase(f, &foreign, f->origin.log_id, 2);
	write_erase(f, &later, f->origin.log_id, 3);
	next_txn(f);
	write_run(f, 4);
	for (uint64_t n = 2; n <= 4; n++)
		assert_int_equal(add_body(f, 0, n, BODY_LEN),
		    n == 3 ? ERR_ERASED : ERR_NONE);
	assert_int_equal(log_of(f).bodies_absent, 0);

	/* A stranger's word is kept, and does nothing by itself. */
	assert_body(f, 0, 2);
	assert_int_equal(store_claim_next(f->txn, NULL, &claim), ERR_NONE);
	assert_memory_equal(claim.key, foreign.key.public_key, KEY_LEN);
	assert_memory_equal(claim.log_id, f->origin.log_id, LOG_ID_LEN);
	assert_memory_equal(claim.erase_log, foreign.log_id, LOG_ID_LEN);
	assert_int_equal(claim.n, 2);
	assert_int_equal(claim.erase_n, 2);
	assert_int_equal(store_claim_next(f->txn, &claim, &claim), ERR_NOENT);
	assert_int_equal(store_claim_next(f->txn, NULL, &claim), ERR_NONE);
	next_txn(f);
	assert_int_equal(store_claim_grant(f->txn, &claim), ERR_NONE);
	assert_int_equal(store_claim_grant(f->txn, &claim), ERR_NOENT);
	assert_int_equal(state_of(f, 2), STORE_BODY_ERASED);
	next_txn(f);
	assert_true(slot_is_zero(f, 0));
	assert_body(f, 0, 4);
}

/* One key says the same in two logs: each may be cut elsewhere. */
static void
claims_of_one_key_are_kept_for_each_of_its_logs(void **state)
{
	struct fixture *f = *state;
	struct store_claim claim;
	struct origin foreign;
	struct origin later;
	const struct origin *first = &foreign;
	const struct origin *second = &later;

	origin_begin(&foreign, 2, 1);
	origin_begin(&later, 2, 2);
	write_erase(f, &foreign, f->origin.log_id, 3);
	write_erase(f, &foreign, f->origin.log_id, 3);
	write_erase(f, &later, f->origin.log_id, 3);
	next_txn(f);
	if (memcmp(foreign.log_id, later.log_id, LOG_ID_LEN) > 0) {
		first = &later;
		second = &foreign;
	}
	assert_int_equal(store_claim_next(f->txn, NULL, &claim), ERR_NONE);
	assert_memory_equal(claim.erase_log, first->log_id, LOG_ID_LEN);
	assert_int_equal(claim.n, 3);
	assert_int_equal(claim.erase_n, 2);
	assert_int_equal(store_claim_next(f->txn, &claim, &claim), ERR_NONE);
	assert_memory_equal(claim.erase_log, second->log_id, LOG_ID_LEN);
	assert_memory_equal(claim.key, foreign.key.public_key, KEY_LEN);
	assert_int_equal(claim.n, 3);
	assert_int_equal(claim.erase_n, 2);
	assert_int_equal(store_claim_next(f->txn, &claim, &claim), ERR_NOENT);

	/* Granted is what they say, once for all. */
	assert_int_equal(store_claim_next(f->txn, NULL, &claim), ERR_NONE);
	assert_int_equal(store_claim_grant(f->txn, &claim), ERR_NONE);
	assert_int_equal(store_claim_next(f->txn, &claim, &claim), ERR_NOENT);
	write_run(f, 4);
	assert_int_equal(state_of(f, 3), STORE_BODY_ERASED);
}

static void
erase_beyond_where_a_log_counts_is_kept_as_a_claim(void **state)
{
	struct fixture *f = *state;
	struct store_claim claim;
	struct origin later;

	write_run(f, 4);
	store_erases_to(f->txn, 5);
	write_erase(f, &f->origin, f->origin.log_id, 2);
	write_erase(f, &f->origin, f->origin.log_id, 3);
	assert_int_equal(state_of(f, 2), STORE_BODY_ERASED);
	assert_int_equal(state_of(f, 3), STORE_BODY_ABSENT);
	next_txn(f);
	assert_int_equal(store_claim_next(f->txn, NULL, &claim), ERR_NONE);
	assert_memory_equal(claim.key, f->origin.key.public_key, KEY_LEN);
	assert_int_equal(claim.n, 3);
	assert_int_equal(claim.erase_n, 6);

	/* Nor does it begin to count with a further log of the key. */
	origin_begin(&later, 1, 8);
	write_erase(f, &f->origin, later.log_id, 2);
	next_txn(f);
	store_erases_to(f->txn, 0);
	write_erase(f, &f->origin, later.log_id, 2);
	write_erase(f, &later, f->origin.log_id, 4);
	assert_int_equal(state_of(f, 4), STORE_BODY_ABSENT);
	assert_int_equal(store_is_erased(f->txn, later.log_id, 2), ERR_NONE);

	/* A further transaction knows of no cut. */
	next_txn(f);
	write_erase(f, &f->origin, f->origin.log_id, 4);
	assert_int_equal(state_of(f, 4), STORE_BODY_ERASED);
}

/* A stranger's word about one entry, and about all of that number. */
static void
claims_tell_which_entry_of_a_number_they_mean(void **state)
{
	struct fixture *f = *state;
	struct header_target target = { .n = 4, .reason = 1, .has_c8 = true };
	struct store_entry entry;
	struct store_claim claim;
	struct origin foreign;

	origin_begin(&foreign, 2, 1);
	write_erase(f, &foreign, f->origin.log_id, 4);
	memcpy(target.log_id, f->origin.log_id, LOG_ID_LEN);
	origin_run_begin(&foreign, f->run);
	origin_target(&foreign, f->run, &target);
	target.c8[0] = 7;
	origin_target(&foreign, f->run, &target);
	origin_run_end(&foreign, f->run);
	assert_int_equal(add_run_of(f, &foreign, f->run), ERR_NONE);
	write_run(f, 5);
	next_txn(f);

	assert_int_equal(store_claim_next(f->txn, NULL, &claim), ERR_NONE);
	assert_false(claim.has_c8);
	assert_int_equal(store_claim_next(f->txn, &claim, &claim), ERR_NONE);
	assert_true(claim.has_c8);
	assert_int_equal(claim.c8[0], 0);
	assert_int_equal(store_claim_next(f->txn, &claim, &claim), ERR_NONE);
	assert_true(claim.has_c8);
	assert_int_equal(claim.c8[0], 7);

	/* There is no such entry: what is here stays. */
	assert_int_equal(store_claim_grant(f->txn, &claim), ERR_NONE);
	assert_int_equal(state_of(f, 4), STORE_BODY_ABSENT);
	assert_int_equal(store_claim_next(f->txn, &claim, &claim), ERR_NOENT);
	assert_int_equal(store_claim_next(f->txn, NULL, &claim), ERR_NONE);
	assert_int_equal(
	    store_entry(f->txn, f->origin.log_id, 4, &entry), ERR_NONE);
	assert_int_equal(store_claim_grant(f->txn, &claim), ERR_NONE);
	assert_int_equal(state_of(f, 4), STORE_BODY_ERASED);
}

/* ---- forks ---- */

/* What arrives after ${after}, to the end: how many, and whether ${n} of a log. */
static unsigned
arrivals_after(struct fixture *f, uint64_t after, const uint8_t *log_id,
    uint64_t n, bool *ret_named)
{
	struct store_entry entry;
	unsigned count = 0;
	enum err err;

	*ret_named = false;
	while ((err = store_arrival_next(f->txn, after, &entry)) == ERR_NONE) {
		assert_int_equal(entry.arrival, ++after);
		*ret_named |= entry.n == n &&
		    memcmp(entry.log_id, log_id, LOG_ID_LEN) == 0;
		count++;
	}
	assert_int_equal(err, ERR_NOENT);
	return count;
}

/* A log of 3, and one that parts from it with an ERASE as its entry 5. */
static void
fork_with_erase(struct fixture *f, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	write_run(f, 2);
	f->other = f->origin;
	f->other.variant = 1;
	write_run(f, 1);
	origin_run_begin(&f->other, f->branch);
	origin_add(&f->other, f->branch, HEADER_TRIAL, BODY_LEN);
	origin_add(&f->other, f->branch, HEADER_TRIAL, BODY_LEN);
	origin_erase(&f->other, f->branch, log_id, n);
	origin_run_end(&f->other, f->branch);
}

static void
what_is_erased_arrives_again_wherever_the_erase_stands(void **state)
{
	struct fixture *f = *state;
	uint64_t before;
	bool named;

	fork_with_erase(f, f->origin.log_id, 2);
	assert_int_equal(add_body(f, 0, 2, BODY_LEN), ERR_NONE);
	next_txn(f);
	before = store_arrival_last(f->txn);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 2), ERR_NONE);
	assert_int_equal(state_of(f, 2), STORE_BODY_ERASED);
	assert_int_equal(
	    arrivals_after(f, before, f->origin.log_id, 2, &named), 1);
	assert_true(named);

	/* Erased a second time, or not here: there is nothing to see. */
	before = store_arrival_last(f->txn);
	assert_int_equal(store_erase(f->txn, f->origin.log_id, 2), ERR_EXIST);
	assert_int_equal(store_erase(f->txn, f->origin.log_id, 9), ERR_NONE);
	assert_int_equal(store_arrival_last(f->txn), before);
}

static void
claim_from_a_branch_leaves_no_arrival_of_what_is_not_here(void **state)
{
	struct fixture *f = *state;
	struct origin later;
	uint64_t before;
	bool named;

	origin_begin(&later, 1, 8);
	fork_with_erase(f, later.log_id, 2);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 2), ERR_NONE);
	next_txn(f);
	before = store_arrival_last(f->txn);
	origin_write(&later, f->run, 3, BODY_LEN);
	assert_int_equal(add_run_of(f, &later, f->run), ERR_NONE);
	assert_int_equal(store_is_erased(f->txn, later.log_id, 2), ERR_ERASED);
	next_txn(f);
	assert_true(arrivals_after(f, before, later.log_id, 2, &named) >= 3);
	assert_true(named);
	assert_int_equal(store_check(f->txn), ERR_NONE);
}

/* As an older erfad has left it: who follows arrivals goes on all the same. */
static void
arrival_of_what_is_not_here_tells_of_the_first_entry(void **state)
{
	struct fixture *f = *state;
	struct store_entry entry;
	uint8_t row[8 + LOG_ID_LEN + 1 + 8];
	uint8_t beyond[sizeof(row)];
	bool named;

	write_run(f, 3);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	bytes_put_be64(row, 3);
	memcpy(row + 8, f->origin.log_id, LOG_ID_LEN);
	row[8 + LOG_ID_LEN] = 0;
	bytes_put_be64(row + 8 + LOG_ID_LEN + 1, 3);
	memcpy(beyond, row, sizeof(row));
	beyond[sizeof(row) - 1] = 6;
	patch(f, "main.mdb", row, beyond, sizeof(row));
	assert_int_equal(open_sized(f->dir, MAP_BYTES, &f->store), ERR_NONE);
	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);

	assert_int_equal(arrivals_after(f, 0, f->origin.log_id, 3, &named), 3);
	assert_false(named);
	assert_int_equal(store_arrival_next(f->txn, 2, &entry), ERR_NONE);
	assert_int_equal(entry.n, 1);
	assert_int_equal(store_check(f->txn), ERR_NONE);
}

/* A log of 300 entries, and one that parts from it after 120. */
static void
fork_log(struct fixture *f)
{
	write_run(f, 100);
	write_run(f, 20);
	f->other = f->origin;
	f->other.variant = 1;
	write_run(f, 200);
	write_run(f, 44);
	assert_int_equal(f->origin.tip.n, 300);
}

static void
fork_freezes_the_log_and_both_branches_stay_readable(void **state)
{
	struct fixture *f = *state;
	uint8_t name[8 + C8_LEN];
	struct store_run read;
	struct log_tip tip;
	struct log_tip end;
	struct store_log log;
	int runs = 0;

	fork_log(f);
	origin_write(&f->other, f->branch, 200, BODY_LEN);
	assert_int_equal(f->other.tip.n, 256);
	assert_int_equal(add_run(f, f->branch), ERR_CHAIN);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 120), ERR_NONE);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 120), ERR_EXIST);
	origin_write(&f->other, f->branch, 10, BODY_LEN);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 120), ERR_NONE);
	next_txn(f);

	log = log_of(f);
	assert_true(log.frozen);
	assert_int_equal(log.last_common, 120);
	assert_same_tip(&log.tip, &f->origin.tip);
	origin_write(&f->origin, f->run, 1, 0);
	assert_int_equal(add_run(f, f->run), ERR_FORK);

	assert_int_equal(
	    store_branch_next(f->txn, log.log_id, NULL, &tip), ERR_NONE);
	assert_same_tip(&tip, &f->other.tip);
	assert_int_equal(
	    store_branch_next(f->txn, log.log_id, tip.c, &end), ERR_NOENT);

	/* The whole other branch verifies from the first entry on. */
	bytes_put_le64(name, tip.n);
	memcpy(name + 8, tip.c, C8_LEN);
	assert_int_equal(store_tip_at(f->txn, log.log_id, 0, &tip), ERR_NONE);
	while (tip.n < f->other.tip.n) {
		assert_int_equal(
		    store_read_run(f->txn, log.log_id, tip.n + 1, name, &read),
		    ERR_NONE);
		assert_int_equal(
		    log_run_verify(log.key, &tip, &read.run, &end), ERR_NONE);
		assert_same_tip(&end, &read.end);
		tip = end;
		store_run_clear(&read);
		runs++;
	}
	assert_same_tip(&tip, &f->other.tip);
	assert_int_equal(runs, 2);
	name[8] ^= 1;
	assert_int_equal(
	    store_read_run(f->txn, log.log_id, 1, name, &read), ERR_NOENT);
}

static void
branch_may_be_named_by_any_of_its_entries(void **state)
{
	struct fixture *f = *state;
	uint8_t name[8 + C8_LEN];
	struct store_run read;
	struct log_head head;

	fork_log(f);
	origin_write(&f->other, f->branch, 5, BODY_LEN);
	log_head_parse(f->branch->head, &head);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 120), ERR_NONE);
	origin_write(&f->other, f->branch, 5, BODY_LEN);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 120), ERR_NONE);
	bytes_put_le64(name, head.n);
	memcpy(name + 8, head.c, C8_LEN);
	assert_int_equal(
	    store_read_run(f->txn, head.log_id, 121, name, &read), ERR_NONE);
	assert_int_equal(read.run.count, 10);
	store_run_clear(&read);

	/* An entry that both share means the stored branch. */
	log_head_parse(f->run->head, &head);
	bytes_put_le64(name, head.n);
	memcpy(name + 8, head.c, C8_LEN);
	assert_int_equal(
	    store_read_run(f->txn, head.log_id, 257, name, &read), ERR_NONE);
	assert_int_equal(read.run.count, 44);
	store_run_clear(&read);
}

static void
what_continues_a_forked_log_is_read_under_the_name_of_its_end(void **state)
{
	struct fixture *f = *state;
	uint8_t name[8 + C8_LEN];
	struct store_run read;
	struct log_tip end;

	fork_log(f);
	origin_write(&f->other, f->branch, 5, BODY_LEN);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 120), ERR_NONE);
	end = f->origin.tip;
	bytes_put_le64(name, end.n);
	memcpy(name + 8, end.c, C8_LEN);
	assert_int_equal(store_read_run(f->txn, f->branch->run.log_id,
			     end.n + 1, name, &read),
	    ERR_NOENT);

	/* The first branch grows no more: that is one branch more. */
	origin_write(&f->origin, f->run, 3, BODY_LEN);
	assert_int_equal(store_add_branch(f->txn, &f->run->run, 120), ERR_GAP);
	assert_int_equal(
	    store_add_branch(f->txn, &f->run->run, end.n), ERR_NONE);
	assert_int_equal(log_of(f).last_common, 120);
	assert_int_equal(store_read_run(f->txn, f->branch->run.log_id,
			     end.n + 1, name, &read),
	    ERR_NONE);
	assert_int_equal(read.run.count, 3);
	store_run_clear(&read);
}

static void
branch_that_does_not_part_there_is_refused(void **state)
{
	struct fixture *f = *state;
	struct origin stranger;
	struct origin later;
	uint64_t writes;

	fork_log(f);
	later = f->other;
	origin_write(&f->other, f->branch, 5, BODY_LEN);
	writes = store_writes(f->txn);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 119), ERR_GAP);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 121), ERR_CHAIN);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 125), ERR_CHAIN);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 301), ERR_GAP);
	origin_write(&f->other, f->run, 5, BODY_LEN);
	assert_int_equal(store_add_branch(f->txn, &f->run->run, 120), ERR_GAP);
	assert_int_equal(
	    store_add_branch(f->txn, &f->run->run, 125), ERR_CHAIN);
	origin_begin(&stranger, 4, 4);
	origin_write(&stranger, f->run, 2, 0);
	assert_int_equal(store_add_branch(f->txn, &f->run->run, 1), ERR_NOENT);
	origin_write(&later, f->run, 3, 0);
	f->run->run.count = 0;
	assert_int_equal(store_add_branch(f->txn, &f->run->run, 120), ERR_SIZE);
	f->run->run.first = 0;
	assert_int_equal(store_add_branch(f->txn, &f->run->run, 120), ERR_SIZE);
	assert_int_equal(store_writes(f->txn), writes);

	/* What continues the stored entries is no fork of them. */
	origin_write(&f->origin, f->run, 5, 0);
	assert_int_equal(
	    store_add_branch(f->txn, &f->run->run, 300), ERR_CHAIN);
	assert_int_equal(store_freeze(f->txn, f->origin.log_id, 300), ERR_NONE);
	assert_int_equal(store_add_branch(f->txn, &f->run->run, 300), ERR_NONE);
}

static void
run_that_begins_before_the_fork_is_cut_there(void **state)
{
	struct fixture *f = *state;
	struct origin both;
	struct log_tip tip;

	f->other = f->origin;
	write_run(f, 10);
	write_run(f, 10);
	origin_write(&f->other, f->branch, 10, BODY_LEN);
	f->other.variant = 2;

	/* Entries 1 to 10 as they are, then others, in one run from 1 on. */
	origin_begin(&both, 1, 7);
	origin_run_begin(&both, f->branch);
	origin_add(&both, f->branch, HEADER_GENESIS, 0);
	while (both.tip.n < 10)
		origin_add(&both, f->branch, HEADER_TRIAL, BODY_LEN);
	both.variant = 2;
	while (both.tip.n < 15)
		origin_add(&both, f->branch, HEADER_TRIAL, BODY_LEN);
	origin_run_end(&both, f->branch);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 9), ERR_CHAIN);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 10), ERR_NONE);

	/* The same from its parting on, and longer, extends it. */
	origin_write(&f->other, f->run, 8, BODY_LEN);
	assert_int_equal(store_add_branch(f->txn, &f->run->run, 10), ERR_NONE);
	assert_int_equal(
	    store_branch_next(f->txn, f->origin.log_id, NULL, &tip), ERR_NONE);
	assert_same_tip(&tip, &f->other.tip);
	assert_int_equal(
	    store_branch_next(f->txn, f->origin.log_id, tip.c, &tip),
	    ERR_NOENT);
}

static void
earliest_of_several_forks_counts(void **state)
{
	struct fixture *f = *state;
	struct origin early;
	struct log_tip tip;
	const uint8_t *after = NULL;
	int branches = 0;
	int i;

	write_run(f, 10);
	early = f->origin;
	write_run(f, 10);
	f->other = f->origin;
	write_run(f, 10);
	f->other.variant = 1;
	origin_write(&f->other, f->branch, 3, 0);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 20), ERR_NONE);
	assert_int_equal(log_of(f).last_common, 20);

	/* More than are kept: what counts is kept all the same. */
	for (i = 0; i < STORE_BRANCHES_MAX + 2; i++) {
		f->other = early;
		f->other.variant = (uint8_t)(10 + i);
		origin_write(&f->other, f->branch, 2, BODY_LEN);
		assert_int_equal(
		    store_add_branch(f->txn, &f->branch->run, 10), ERR_NONE);
	}
	assert_int_equal(log_of(f).last_common, 10);
	while (store_branch_next(f->txn, f->origin.log_id, after, &tip) ==
	    ERR_NONE) {
		after = tip.c;
		branches++;
	}
	assert_int_equal(branches, STORE_BRANCHES_MAX);
}

static void
freezing_without_a_branch_keeps_the_least_common(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_freeze(f->txn, f->origin.log_id, 0), ERR_NOENT);
	write_run(f, 10);
	assert_int_equal(store_freeze(f->txn, f->origin.log_id, 11), ERR_GAP);
	assert_int_equal(store_freeze(f->txn, f->origin.log_id, 8), ERR_NONE);
	assert_int_equal(store_freeze(f->txn, f->origin.log_id, 9), ERR_NONE);
	next_txn(f);
	assert_true(log_of(f).frozen);
	assert_int_equal(log_of(f).last_common, 8);
}

static void
first_branch_tells_better_where_it_parts(void **state)
{
	struct fixture *f = *state;

	write_run(f, 10);
	f->other = f->origin;
	write_run(f, 10);
	assert_int_equal(store_freeze(f->txn, f->origin.log_id, 4), ERR_NONE);
	f->other.variant = 1;
	origin_write(&f->other, f->branch, 3, 0);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 10), ERR_NONE);
	next_txn(f);
	assert_true(log_of(f).frozen);
	assert_int_equal(log_of(f).last_common, 10);

	/* A word beside a branch can only lower it. */
	assert_int_equal(store_freeze(f->txn, f->origin.log_id, 12), ERR_NONE);
	assert_int_equal(log_of(f).last_common, 10);
}

static void
what_goes_on_after_the_tip_does_not_tell_where_a_log_parts(void **state)
{
	struct fixture *f = *state;

	write_run(f, 10);
	f->other = f->origin;
	write_run(f, 10);
	assert_int_equal(
	    store_branch_parts(f->txn, f->origin.log_id), ERR_NOENT);
	assert_int_equal(store_freeze(f->txn, f->origin.log_id, 6), ERR_NONE);
	origin_write(&f->origin, f->run, 5, 0);
	assert_int_equal(store_add_branch(f->txn, &f->run->run, 20), ERR_NONE);
	next_txn(f);
	assert_true(log_of(f).frozen);
	assert_int_equal(log_of(f).last_common, 6);
	assert_int_equal(
	    store_branch_parts(f->txn, f->origin.log_id), ERR_NOENT);

	/* So a word holds still, and gives way to what does part. */
	assert_int_equal(store_freeze(f->txn, f->origin.log_id, 4), ERR_NONE);
	assert_int_equal(log_of(f).last_common, 4);
	f->other.variant = 1;
	origin_write(&f->other, f->branch, 3, 0);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 10), ERR_NONE);
	assert_int_equal(
	    store_branch_parts(f->txn, f->origin.log_id), ERR_NONE);
	assert_int_equal(log_of(f).last_common, 10);
}

static void
body_of_a_branch_is_kept_beside_the_stored_one(void **state)
{
	struct fixture *f = *state;
	struct store_body body;
	uint8_t name[8 + C8_LEN];
	uint8_t want[BODY_LEN];

	fork_log(f);
	assert_int_equal(add_body(f, 0, 121, BODY_LEN), ERR_NONE);
	origin_write(&f->other, f->branch, 5, BODY_LEN);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 120), ERR_NONE);
	assert_int_equal(add_body(f, 1, 121, BODY_LEN), ERR_NONE);
	assert_int_equal(add_body(f, 1, 121, BODY_LEN), ERR_EXIST);
	assert_int_equal(add_body(f, 0, 121, BODY_LEN), ERR_EXIST);
	assert_int_equal(add_body(f, 2, 121, BODY_LEN), ERR_COMMIT);
	next_txn(f);

	assert_body(f, 0, 121);
	bytes_put_le64(name, f->other.tip.n);
	memcpy(name + 8, f->other.tip.c, C8_LEN);
	origin_body(1, 121, want, sizeof(want));
	assert_int_equal(
	    store_branch_body(f->txn, f->origin.log_id, name, 121, &body),
	    ERR_NONE);
	assert_memory_equal(body.data, want, sizeof(want));
	store_body_clear(&body);
	assert_int_equal(
	    store_branch_body(f->txn, f->origin.log_id, name, 122, &body),
	    ERR_NOENT);
	name[9] ^= 1;
	assert_int_equal(
	    store_branch_body(f->txn, f->origin.log_id, name, 121, &body),
	    ERR_NOENT);
}

/* The body of entry 121 in the branch of ${f}->other. */
static enum err
open_beside(struct fixture *f)
{
	struct store_body body = { .memory = NULL };
	uint8_t name[8 + C8_LEN];
	enum err err;

	bytes_put_le64(name, f->other.tip.n);
	memcpy(name + 8, f->other.tip.c, C8_LEN);
	err = store_branch_body(f->txn, f->origin.log_id, name, 121, &body);
	store_body_clear(&body);
	return err;
}

static void
damaged_body_of_a_branch_can_come_again(void **state)
{
	struct fixture *f = *state;

	fork_log(f);
	assert_int_equal(add_body(f, 0, 121, BODY_LEN), ERR_NONE);
	origin_write(&f->other, f->branch, 5, BODY_LEN);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 120), ERR_NONE);
	assert_int_equal(add_body(f, 1, 121, BODY_LEN), ERR_NONE);
	next_txn(f);
	write_slot(f, 1, 5);
	assert_int_equal(open_beside(f), ERR_DAMAGED);
	assert_int_equal(add_body(f, 1, 121, BODY_LEN), ERR_NONE);
	next_txn(f);
	assert_int_equal(open_beside(f), ERR_NONE);
	assert_true(slot_is_zero(f, 1));
	assert_int_equal(add_body(f, 1, 121, BODY_LEN), ERR_EXIST);

	/* The stored one is another, and as it was. */
	assert_false(slot_is_zero(f, 0));
	assert_body(f, 0, 121);
	assert_int_equal(store_check(f->txn), ERR_NONE);
}

static void
damaged_body_that_nobody_found_so_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct store_entry entry;
	uint64_t absent;
	uint64_t last;

	write_run(f, 4);
	assert_int_equal(add_body(f, 0, 3, BODY_LEN), ERR_NONE);
	next_txn(f);
	absent = log_of(f).bodies_absent;
	last = store_arrival_last(f->txn);
	write_slot(f, 0, 5);
	assert_int_equal(add_body(f, 0, 3, BODY_LEN), ERR_NONE);
	next_txn(f);
	assert_body(f, 0, 3);
	assert_true(slot_is_zero(f, 0));
	assert_int_equal(log_of(f).bodies_absent, absent);
	assert_int_equal(store_check(f->txn), ERR_NONE);

	/* The index, which could not read it, sees the entry again. */
	assert_int_equal(store_arrival_next(f->txn, last, &entry), ERR_NONE);
	assert_int_equal(entry.n, 3);
}

static void
erased_body_of_one_branch_leaves_that_of_the_other(void **state)
{
	struct fixture *f = *state;
	const uint8_t *log_id = f->origin.log_id;
	struct store_entry mine;
	struct store_entry other;
	uint8_t c8[C8_LEN];
	uint8_t branch = 0;

	fork_log(f);
	assert_int_equal(add_body(f, 0, 121, BODY_LEN), ERR_NONE);
	origin_write(&f->other, f->branch, 5, BODY_LEN);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 120), ERR_NONE);
	assert_int_equal(
	    store_entry_next(f->txn, log_id, 121, &branch, &mine), ERR_NONE);
	assert_int_equal(branch, 1);
	assert_int_equal(
	    store_entry_next(f->txn, log_id, 121, &branch, &other), ERR_NONE);
	assert_int_equal(branch, 2);
	assert_memory_not_equal(mine.c, other.c, HASH_LEN);
	memcpy(c8, other.c, C8_LEN);
	assert_int_equal(
	    store_entry_next(f->txn, log_id, 121, &branch, &other), ERR_NOENT);

	/* The one beside goes before its body came; ours stays. */
	assert_int_equal(store_erase_entry(f->txn, log_id, 121, c8), ERR_NONE);
	assert_int_equal(store_erase_entry(f->txn, log_id, 121, c8), ERR_EXIST);
	next_txn(f);
	assert_int_equal(add_body(f, 1, 121, BODY_LEN), ERR_ERASED);
	assert_int_equal(open_beside(f), ERR_ERASED);
	assert_int_equal(store_is_erased(f->txn, log_id, 121), ERR_NONE);
	assert_body(f, 0, 121);

	/* Then ours too: each by its own chain value, and so all of them. */
	assert_int_equal(store_entry(f->txn, log_id, 121, &mine), ERR_NONE);
	memcpy(c8, mine.c, C8_LEN);
	assert_int_equal(store_erase_entry(f->txn, log_id, 121, c8), ERR_NONE);
	next_txn(f);
	assert_int_equal(state_of(f, 121), STORE_BODY_ERASED);
	assert_true(slot_is_zero(f, 0));
	assert_int_equal(
	    store_is_erased_entry(f->txn, log_id, 121, NULL), ERR_NONE);
	assert_int_equal(store_check(f->txn), ERR_NONE);
}

static void
body_is_taken_beside_one_that_was_erased_before_the_fork_was_known(void **state)
{
	struct fixture *f = *state;
	struct store_entry entry;
	uint8_t c8[C8_LEN];

	fork_log(f);
	assert_int_equal(add_body(f, 0, 121, BODY_LEN), ERR_NONE);
	assert_int_equal(
	    store_entry(f->txn, f->origin.log_id, 121, &entry), ERR_NONE);
	memcpy(c8, entry.c, C8_LEN);
	assert_int_equal(
	    store_erase_entry(f->txn, f->origin.log_id, 121, c8), ERR_NONE);
	next_txn(f);
	origin_write(&f->other, f->branch, 5, BODY_LEN);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 120), ERR_NONE);
	assert_int_equal(add_body(f, 1, 121, BODY_LEN), ERR_NONE);
	next_txn(f);
	assert_int_equal(open_beside(f), ERR_NONE);
	assert_int_equal(add_body(f, 0, 121, BODY_LEN), ERR_ERASED);
	assert_int_equal(state_of(f, 121), STORE_BODY_ERASED);
}

static void
too_many_erased_entries_of_one_number_are_all_of_it(void **state)
{
	struct fixture *f = *state;
	const uint8_t *log_id = f->origin.log_id;
	uint8_t c8[C8_LEN] = { 0 };
	unsigned i;

	for (i = 1; i <= STORE_ERASED_MAX; i++) {
		c8[0] = (uint8_t)i;
		assert_int_equal(
		    store_erase_entry(f->txn, log_id, 3, c8), ERR_NONE);
	}
	assert_int_equal(
	    store_is_erased_entry(f->txn, log_id, 3, NULL), ERR_NONE);
	c8[0] = 0;
	assert_int_equal(
	    store_is_erased_entry(f->txn, log_id, 3, c8), ERR_NONE);
	assert_int_equal(store_erase_entry(f->txn, log_id, 3, c8), ERR_NONE);
	assert_int_equal(
	    store_is_erased_entry(f->txn, log_id, 3, NULL), ERR_ERASED);
	c8[0] = 200;
	assert_int_equal(
	    store_is_erased_entry(f->txn, log_id, 3, c8), ERR_ERASED);
	assert_int_equal(store_erase(f->txn, log_id, 3), ERR_EXIST);
}

/*
 * A run of a branch that has what ${from} had before it, written as peers serve
 * it: from the boundary on, ${common} entries alike, ${count} others after them.
 */
static void
write_parting(struct fixture *f, struct origin *from, uint64_t common,
    uint8_t variant, size_t count)
{
	size_t i;

	origin_run_begin(from, f->run);
	while (from->tip.n < common)
		origin_add(from, f->run, HEADER_TRIAL, BODY_LEN);
	from->variant = variant;
	for (i = 0; i < count; i++)
		origin_add(from, f->run, HEADER_TRIAL, BODY_LEN);
	origin_run_end(from, f->run);
}

/* Keep a branch that parts after 120 and ends at 266, a boundary in it. */
static struct origin
keep_long_branch(struct fixture *f)
{
	struct origin boundary;

	fork_log(f);
	origin_write(&f->other, f->branch, 200, BODY_LEN);
	assert_int_equal(f->other.tip.n, 256);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 120), ERR_NONE);
	boundary = f->other;
	origin_write(&f->other, f->branch, 10, BODY_LEN);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 120), ERR_NONE);
	assert_int_equal(f->other.tip.n, 266);
	return boundary;
}

/* The whole branch with this tip verifies from the first entry on. */
static void
assert_branch(struct fixture *f, const struct log_tip *tip)
{
	uint8_t name[8 + C8_LEN];
	struct log_tip at;
	struct log_tip end;
	struct store_run read;

	bytes_put_le64(name, tip->n);
	memcpy(name + 8, tip->c, C8_LEN);
	assert_int_equal(
	    store_tip_at(f->txn, f->origin.log_id, 0, &at), ERR_NONE);
	while (at.n < tip->n) {
		assert_int_equal(store_read_run(f->txn, f->origin.log_id,
				     at.n + 1, name, &read),
		    ERR_NONE);
		assert_int_equal(log_run_verify(f->origin.key.public_key, &at,
				     &read.run, &end),
		    ERR_NONE);
		assert_same_tip(&end, &read.end);
		at = end;
		store_run_clear(&read);
	}
	assert_same_tip(&at, tip);
}

static size_t
count_branches(struct fixture *f)
{
	struct log_tip tip;
	const uint8_t *after = NULL;
	size_t count = 0;

	while (store_branch_next(f->txn, f->origin.log_id, after, &tip) ==
	    ERR_NONE) {
		after = tip.c;
		count++;
	}
	return count;
}

static void
third_branch_may_part_from_the_second_after_a_boundary(void **state)
{
	struct fixture *f = *state;
	struct origin third = keep_long_branch(f);

	write_parting(f, &third, 260, 2, 10);
	assert_int_equal(f->run->run.first, 257);
	assert_int_equal(store_add_branch(f->txn, &f->run->run, 120), ERR_NONE);
	assert_int_equal(
	    store_add_branch(f->txn, &f->run->run, 120), ERR_EXIST);
	next_txn(f);
	assert_int_equal(log_of(f).last_common, 120);
	assert_int_equal(count_branches(f), 2);
	assert_branch(f, &f->other.tip);
	assert_branch(f, &third.tip);

	/* It goes on like any other. */
	origin_write(&third, f->run, 200, BODY_LEN);
	assert_int_equal(store_add_branch(f->txn, &f->run->run, 120), ERR_NONE);
	origin_write(&third, f->run, 200, BODY_LEN);
	assert_int_equal(store_add_branch(f->txn, &f->run->run, 120), ERR_NONE);
	next_txn(f);
	assert_int_equal(count_branches(f), 2);
	assert_branch(f, &third.tip);
	assert_int_equal(store_check(f->txn), ERR_NONE);
}

static void
run_that_begins_within_a_branch_and_goes_beyond_extends_it(void **state)
{
	struct fixture *f = *state;
	struct origin longer = keep_long_branch(f);

	write_parting(f, &longer, 280, 1, 0);
	assert_int_equal(f->run->run.first, 257);
	assert_int_equal(store_add_branch(f->txn, &f->run->run, 120), ERR_NONE);
	next_txn(f);
	assert_int_equal(count_branches(f), 1);
	assert_branch(f, &longer.tip);
	assert_int_equal(store_check(f->txn), ERR_NONE);
}

static void
run_beyond_a_boundary_that_joins_no_branch_is_a_gap(void **state)
{
	struct fixture *f = *state;
	struct origin lost;
	uint64_t writes;

	(void)keep_long_branch(f);
	origin_begin(&lost, 1, 7);
	lost.variant = 9;
	origin_write(&lost, f->run, 256, BODY_LEN);
	origin_write(&lost, f->run, 10, BODY_LEN);
	assert_int_equal(f->run->run.first, 257);
	writes = store_writes(f->txn);
	assert_int_equal(store_add_branch(f->txn, &f->run->run, 120), ERR_GAP);
	assert_int_equal(store_writes(f->txn), writes);
}

/* Open the body of an entry in the branch with this tip. */
static enum err
open_in(struct fixture *f, const struct log_tip *tip, uint64_t n)
{
	struct store_body body = { .memory = NULL };
	uint8_t name[8 + C8_LEN];
	enum err err;

	bytes_put_le64(name, tip->n);
	memcpy(name + 8, tip->c, C8_LEN);
	err = store_branch_body(f->txn, f->origin.log_id, name, n, &body);
	store_body_clear(&body);
	return err;
}

static void
body_that_two_branches_share_is_kept_once_for_both(void **state)
{
	struct fixture *f = *state;
	const uint8_t *log_id = f->origin.log_id;
	struct origin third = keep_long_branch(f);
	struct store_entry entry;
	uint8_t branch = 0;
	size_t entries = 0;

	assert_int_equal(add_body(f, 1, 130, BODY_LEN), ERR_NONE);
	write_parting(f, &third, 260, 2, 10);
	assert_int_equal(store_add_branch(f->txn, &f->run->run, 120), ERR_NONE);

	/* Nobody asks for it a second time, be it there before or after. */
	assert_int_equal(open_in(f, &third.tip, 130), ERR_NONE);
	assert_int_equal(open_in(f, &third.tip, 258), ERR_NOENT);
	assert_int_equal(add_body(f, 1, 258, BODY_LEN), ERR_NONE);
	assert_int_equal(add_body(f, 1, 258, BODY_LEN), ERR_EXIST);
	assert_int_equal(open_in(f, &third.tip, 258), ERR_NONE);
	assert_int_equal(open_in(f, &f->other.tip, 258), ERR_NONE);
	assert_int_equal(add_body(f, 2, 262, BODY_LEN), ERR_NONE);
	assert_int_equal(open_in(f, &third.tip, 262), ERR_NONE);
	assert_int_equal(open_in(f, &f->other.tip, 262), ERR_NOENT);

	/* The stored entry and one for both, then one more where they part. */
	while (
	    store_entry_next(f->txn, log_id, 258, &branch, &entry) == ERR_NONE)
		entries++;
	assert_int_equal(entries, 2);
	for (branch = 0; store_entry_next(
			     f->txn, log_id, 262, &branch, &entry) == ERR_NONE;)
		entries++;
	assert_int_equal(entries, 5);

	/* Erased, it is so in both. */
	branch = 1;
	assert_int_equal(
	    store_entry_next(f->txn, log_id, 258, &branch, &entry), ERR_NONE);
	assert_int_equal(
	    store_erase_entry(f->txn, log_id, 258, entry.c), ERR_NONE);
	next_txn(f);
	assert_int_equal(open_in(f, &third.tip, 258), ERR_ERASED);
	assert_int_equal(open_in(f, &f->other.tip, 258), ERR_ERASED);
	assert_int_equal(open_in(f, &third.tip, 130), ERR_NONE);
	assert_int_equal(store_check(f->txn), ERR_NONE);
}

static void
body_that_fits_two_branches_is_kept_in_both(void **state)
{
	struct fixture *f = *state;
	struct store_entry entry;

	fork_log(f);
	assert_int_equal(add_body(f, 0, 122, BODY_LEN), ERR_NONE);
	origin_run_begin(&f->other, f->branch);
	origin_add(&f->other, f->branch, HEADER_TRIAL, BODY_LEN);
	f->other.variant = 0;
	origin_add(&f->other, f->branch, HEADER_TRIAL, BODY_LEN);
	origin_run_end(&f->other, f->branch);
	assert_int_equal(
	    store_add_branch(f->txn, &f->branch->run, 120), ERR_NONE);
	assert_int_equal(open_in(f, &f->other.tip, 122), ERR_NOENT);
	assert_int_equal(add_body(f, 0, 122, BODY_LEN), ERR_NONE);
	assert_int_equal(add_body(f, 0, 122, BODY_LEN), ERR_EXIST);
	assert_int_equal(open_in(f, &f->other.tip, 122), ERR_NONE);

	/* One goes, the other stays. */
	assert_int_equal(
	    store_entry(f->txn, f->origin.log_id, 122, &entry), ERR_NONE);
	assert_int_equal(
	    store_erase_entry(f->txn, f->origin.log_id, 122, entry.c),
	    ERR_NONE);
	next_txn(f);
	assert_int_equal(state_of(f, 122), STORE_BODY_ERASED);
	assert_int_equal(open_in(f, &f->other.tip, 122), ERR_NONE);
	assert_int_equal(add_body(f, 0, 122, BODY_LEN), ERR_ERASED);
}

/* ---- notes ---- */

static void
notes_are_put_replaced_walked_and_deleted(void **state)
{
	struct fixture *f = *state;
	struct bytes data;
	char name[201];
	char longest[202];

	assert_int_equal(store_note_put(f->txn, "peer/b", "2", 1), ERR_NONE);
	assert_int_equal(store_note_put(f->txn, "peer/a", "1", 1), ERR_NONE);
	assert_int_equal(store_note_put(f->txn, "peer/a", "11", 2), ERR_NONE);
	assert_int_equal(store_note_put(f->txn, "pf", "x", 1), ERR_NONE);
	next_txn(f);
	assert_int_equal(store_note_get(f->txn, "peer/a", &data), ERR_NONE);
	assert_int_equal(data.len, 2);

	assert_int_equal(
	    store_note_next(f->txn, "peer/", NULL, name, &data), ERR_NONE);
	assert_string_equal(name, "peer/a");
	assert_int_equal(
	    store_note_next(f->txn, "peer/", name, name, &data), ERR_NONE);
	assert_string_equal(name, "peer/b");
	assert_int_equal(
	    store_note_next(f->txn, "peer/", name, name, &data), ERR_NOENT);

	assert_int_equal(store_note_del(f->txn, "peer/a"), ERR_NONE);
	assert_int_equal(store_note_del(f->txn, "peer/a"), ERR_NOENT);
	assert_int_equal(store_note_get(f->txn, "peer/a", &data), ERR_NOENT);
	memset(longest, 'n', sizeof(longest));
	longest[201] = '\0';
	assert_int_equal(store_note_put(f->txn, "", "", 0), ERR_SIZE);
	assert_int_equal(store_note_put(f->txn, longest, "", 0), ERR_SIZE);
	assert_int_equal(store_note_get(f->txn, longest, &data), ERR_SIZE);
	assert_int_equal(store_note_del(f->txn, longest), ERR_SIZE);
	longest[200] = '\0';
	assert_int_equal(store_note_put(f->txn, longest, "", 0), ERR_NONE);
	assert_int_equal(
	    store_note_next(f->txn, "nnn", NULL, name, &data), ERR_NONE);
	assert_string_equal(name, longest);
}

/* ---- the outbox's rows ---- */

static void
waiting_entry_moves_into_a_log_with_its_slot(void **state)
{
	struct fixture *f = *state;
	uint8_t body[BODY_LEN];
	uint8_t salt[SALT_LEN];
	struct bytes header;
	uint64_t ticket;
	uint64_t found;
	size_t len;

	origin_write(&f->origin, f->run, 3, BODY_LEN);
	origin_body(0, 2, body, sizeof(body));
	origin_salt(0, 2, salt);
	assert_int_equal(store_outbox_add(f->txn, f->run->headers[1], salt,
			     (struct bytes){ body, sizeof(body) }, &ticket),
	    ERR_NONE);
	reopen(f);
	assert_false(slot_is_zero(f, 0));
	assert_int_equal(store_outbox_count(f->txn), 1);
	assert_int_equal(
	    store_outbox_next(f->txn, 0, &found, &header, &len), ERR_NONE);
	assert_int_equal(found, ticket);
	assert_true(bytes_equal(header, f->run->headers[1]));
	assert_true(len > BODY_LEN);
	assert_int_equal(
	    store_outbox_next(f->txn, ticket, &found, &header, &len),
	    ERR_NOENT);

	assert_int_equal(
	    store_outbox_move(f->txn, ticket, f->origin.log_id, 2), ERR_NOENT);
	assert_int_equal(add_run(f, f->run), ERR_NONE);
	assert_int_equal(
	    store_outbox_move(f->txn, ticket, f->origin.log_id, 3), ERR_CHAIN);
	assert_int_equal(
	    store_outbox_move(f->txn, ticket, f->origin.log_id, 2), ERR_NONE);
	assert_int_equal(
	    store_outbox_move(f->txn, ticket, f->origin.log_id, 2), ERR_NOENT);
	next_txn(f);
	assert_body(f, 0, 2);
	assert_true(slot_is_zero(f, 1));
	assert_int_equal(store_outbox_count(f->txn), 0);
	assert_int_equal(store_arrival_last(f->txn), 3);
	assert_int_equal(log_of(f).bodies_absent, 1);
}

static void
entry_that_waits_and_cannot_be_read_is_found(void **state)
{
	struct fixture *f = *state;
	uint8_t body[BODY_LEN];
	uint8_t salt[SALT_LEN];
	struct bytes header;
	uint8_t row[4 + 16];
	uint8_t torn[sizeof(row)];
	uint64_t ticket;

	origin_write(&f->origin, f->run, 3, BODY_LEN);
	origin_body(0, 2, body, sizeof(body));
	origin_salt(0, 2, salt);
	header = f->run->headers[1];
	assert_true(header.len >= 16);
	assert_int_equal(store_outbox_add(f->txn, header, salt,
			     (struct bytes){ body, sizeof(body) }, &ticket),
	    ERR_NONE);
	next_txn(f);
	assert_int_equal(store_check(f->txn), ERR_NONE);

	/* As where a copy has something else in its place. */
	store_abort(&f->txn);
	store_close(f->store);
	f->store = NULL;
	bytes_put_le32(row, (uint32_t)header.len);
	memcpy(row + 4, header.data, 16);
	memcpy(torn, row, sizeof(row));
	bytes_put_le32(torn, HEADER_MAX + 1);
	patch(f, "main.mdb", row, torn, sizeof(row));
	assert_int_equal(open_sized(f->dir, MAP_BYTES, &f->store), ERR_NONE);
	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
	assert_int_equal(store_check(f->txn), ERR_DAMAGED);
}

static void
waiting_entry_of_a_bad_shape_is_refused(void **state)
{
	struct fixture *f = *state;
	static uint8_t body[BODY_MAX + 1];
	uint8_t salt[SALT_LEN] = { 0 };
	uint64_t ticket;
	uint64_t writes = store_writes(f->txn);

	origin_write(&f->origin, f->run, 3, BODY_LEN);
	assert_int_equal(store_outbox_add(f->txn, (struct bytes){ 0 }, salt,
			     (struct bytes){ 0 }, &ticket),
	    ERR_SIZE);
	assert_int_equal(
	    store_outbox_add(f->txn, (struct bytes){ body, HEADER_MAX + 1 },
		salt, (struct bytes){ 0 }, &ticket),
	    ERR_SIZE);
	assert_int_equal(store_outbox_add(f->txn, f->run->headers[1], salt,
			     (struct bytes){ body, sizeof(body) }, &ticket),
	    ERR_SIZE);
	assert_int_equal(store_outbox_add(f->txn, f->run->headers[1], salt,
			     (struct bytes){ body, BODY_LEN }, &ticket),
	    ERR_COMMIT);
	assert_int_equal(store_outbox_add(f->txn, f->run->headers[1], salt,
			     (struct bytes){ 0 }, &ticket),
	    ERR_COMMIT);
	assert_int_equal(store_writes(f->txn), writes);
}

/* ---- what goes wrong ---- */

static void
full_map_fails_cleanly_and_the_store_goes_on(void **state)
{
	struct fixture *f = *state;
	struct store_log log;
	enum err err = ERR_NONE;
	uint64_t held = 0;

	store_abort(&f->txn);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(
	    open_sized(f->dir, (size_t)1 << 20, &f->store), ERR_NONE);
	while (err == ERR_NONE) {
		assert_int_equal(
		    store_begin(f->store, true, &f->txn), ERR_NONE);
		origin_write(&f->origin, f->run, 50, 2000);
		err = add_run(f, f->run);
		for (uint64_t n = f->run->run.first; err == ERR_NONE &&
		     n < f->run->run.first + f->run->run.count;
		     n++)
			if (n > 1)
				err = add_body(f, 0, n, 2000);
		if (err == ERR_NONE)
			err = store_commit(&f->txn);
		else
			store_abort(&f->txn);
		if (err == ERR_NONE)
			held = f->origin.tip.n;
	}
	assert_int_equal(err, ERR_FULL);
	assert_true(held > 0);

	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
	assert_int_equal(store_log(f->txn, f->origin.log_id, &log), ERR_NONE);
	assert_int_equal(log.tip.n, held);
	assert_int_equal(store_note_put(f->txn, "a", "b", 1), ERR_NONE);
	reopen(f);
	assert_int_equal(log_of(f).tip.n, held);
	assert_int_equal(state_of(f, held), STORE_BODY_HERE);
}

static void
keys_without_room_fail_the_commit_and_no_more(void **state)
{
	struct fixture *f = *state;
	struct rlimit old;
	struct rlimit limit;
	struct store_log log;

	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = 600000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	write_run(f, 3);
	assert_int_equal(add_body(f, 0, 2, BODY_LEN), ERR_NONE);
	assert_int_equal(store_commit(&f->txn), ERR_FULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);

	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
	assert_int_equal(store_log(f->txn, f->origin.log_id, &log), ERR_NOENT);
	assert_int_equal(add_run(f, f->run), ERR_NONE);
	assert_int_equal(add_body(f, 0, 2, BODY_LEN), ERR_NONE);
	next_txn(f);
	assert_body(f, 0, 2);
}

/* Room for keys, but not for main: what was sealed may stand there all the same. */
static void
keys_of_a_commit_that_failed_go(void **state)
{
	static const uint8_t note[2 << 20];
	struct fixture *f = *state;
	char *path = scratch_path(f->dir, "main.mdb");
	struct rlimit old;
	struct rlimit limit;
	struct stat st;

	assert_int_equal(
	    store_note_put(f->txn, "large", note, sizeof(note)), ERR_NONE);
	next_txn(f);
	assert_int_equal(stat(path, &st), 0);
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = (rlim_t)st.st_size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	origin_write(&f->origin, f->run, 100, 4000);
	assert_int_equal(add_run(f, f->run), ERR_NONE);
	for (uint64_t n = 2; n <= f->origin.tip.n; n++)
		assert_int_equal(add_body(f, 0, n, 4000), ERR_NONE);
	assert_int_equal(store_commit(&f->txn), ERR_FULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	for (off_t slot = 0; slot < (off_t)f->origin.tip.n; slot++)
		assert_true(slot_is_zero(f, slot));

	/* The slots are there for what comes next. */
	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
	assert_int_equal(add_run(f, f->run), ERR_NONE);
	assert_int_equal(add_body(f, 0, 2, 4000), ERR_NONE);
	next_txn(f);
	assert_false(slot_is_zero(f, 0));
	assert_int_equal(state_of(f, 2), STORE_BODY_HERE);
	free(path);
}

/* As after a kill between the keys and main. */
static void
keys_that_no_commit_has_named_go_if_the_store_was_in_hand(void **state)
{
	struct fixture *f = *state;
	char *path = scratch_path(f->dir, "keys");
	uint8_t left[3 * KEY_LEN];
	int fd;

	write_run(f, 3);
	assert_int_equal(add_body(f, 0, 2, BODY_LEN), ERR_NONE);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	memset(left, 7, sizeof(left));
	assert_true((fd = open(path, O_WRONLY)) >= 0);
	assert_int_equal(pwrite(fd, left, sizeof(left), KEY_LEN), sizeof(left));
	assert_int_equal(pwrite(fd, left, KEY_LEN, 30000 * KEY_LEN), KEY_LEN);
	(void)close(fd);
	assert_int_equal(open_sized(f->dir, MAP_BYTES, &f->store), ERR_NONE);
	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
	assert_int_equal(store_note_put(f->txn, "a", "b", 1), ERR_NONE);
	next_txn(f);

	/* They may be those of a newer main. */
	assert_false(slot_is_zero(f, 1) || slot_is_zero(f, 30000));
	store_in_hand(f->store);
	assert_int_equal(store_note_put(f->txn, "a", "c", 1), ERR_NONE);
	next_txn(f);
	assert_false(slot_is_zero(f, 0));
	assert_true(slot_is_zero(f, 1) && slot_is_zero(f, 3));
	assert_true(slot_is_zero(f, 30000));
	assert_body(f, 0, 2);
	free(path);
}

static void
too_many_readers_are_busy(void **state)
{
	struct fixture *f = *state;
	struct store_txn *readers[200] = { NULL };
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < 200 && err == ERR_NONE; i++)
		err = store_begin(f->store, false, &readers[i]);
	assert_int_equal(err, ERR_BUSY);
	for (i = 0; i < 200; i++)
		store_abort(&readers[i]);
}

/* Write runs and bodies for ever, telling each commit's position. */
static void
write_and_tell(const char *dir, int fd)
{
	struct origin_run *run = malloc(sizeof(*run));
	struct fixture f = { .run = run };
	struct store_log log;
	uint64_t n;

	origin_begin(&f.origin, 1, 7);
	if (run == NULL ||
	    open_sized(dir, (size_t)1 << 30, &f.store) != ERR_NONE)
		_exit(1);
	if (store_begin(f.store, false, &f.txn) != ERR_NONE)
		_exit(2);
	if (store_log(f.txn, f.origin.log_id, &log) == ERR_NONE)
		f.origin.tip = log.tip;
	store_abort(&f.txn);
	for (;;) {
		if (store_begin(f.store, true, &f.txn) != ERR_NONE)
			_exit(3);
		origin_write(&f.origin, run, 20, BODY_LEN);
		if (add_run(&f, run) != ERR_NONE)
			_exit(4);
		for (n = run->run.first; n <= f.origin.tip.n; n++)
			if (n > 1 && add_body(&f, 0, n, BODY_LEN) != ERR_NONE)
				_exit(5);
		if (store_commit(&f.txn) != ERR_NONE)
			_exit(6);
		if (write(fd, &f.origin.tip.n, 8) != 8)
			_exit(7);
	}
}

/* Start a writer, kill it after some commits, return what it told last. */
static uint64_t
run_and_kill(const char *dir, unsigned commits, long pause_us)
{
	const struct timespec pause = { .tv_nsec = pause_us * 1000 };
	uint64_t told = 0;
	uint64_t n;
	int status;
	int pipes[2];
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	if ((pid = fork()) == 0) {
		(void)close(pipes[0]);
		write_and_tell(dir, pipes[1]);
	}
	assert_true(pid > 0);
	(void)close(pipes[1]);
	while (commits-- > 0 && read(pipes[0], &n, 8) == 8)
		told = n;
	/* The moment of the kill shall fall anywhere, not only at a commit. */
	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	while (read(pipes[0], &n, 8) == 8)
		told = n;
	(void)close(pipes[0]);
	return told;
}

static void
kill_at_any_moment_loses_nothing_acknowledged(void **state)
{
	struct fixture *f = *state;
	uint64_t told = 0;
	uint64_t n = 2;
	int kills;

	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	for (kills = 0; kills < 30; kills++) {
		told = run_and_kill(
		    f->dir, 1 + (unsigned)kills % 4, kills * 37 % 400);
		assert_int_equal(
		    open_sized(f->dir, (size_t)1 << 30, &f->store), ERR_NONE);
		assert_int_equal(
		    store_begin(f->store, true, &f->txn), ERR_NONE);
		assert_true(log_of(f).tip.n >= told);
		assert_int_equal(log_of(f).bodies_absent, 0);
		assert_int_equal(counts_of(f).entries, log_of(f).tip.n);
		for (; n <= log_of(f).tip.n; n++)
			assert_body(f, 0, n);
		store_abort(&f->txn);
		store_close(f->store);
		f->store = NULL;
	}
	assert_true(told > 30);
}

/*
 * All writes of keys and main pass here, so that a process can end right before
 * any of them: the two files are written by the library and by our own code.
 */
static int writes_left = -1; /* -1: no end */

static void
count_down(void)
{
	if (writes_left > 0 && --writes_left == 0)
		(void)raise(SIGKILL);
}

ssize_t
pwrite(int fd, const void *buf, size_t len, off_t at)
{
	count_down();
	return syscall(SYS_pwrite64, fd, buf, len, at);
}

int
fdatasync(int fd)
{
	count_down();
	return (int)syscall(SYS_fdatasync, fd);
}

/* Erase entry ${n} in a process of its own, which ends before a write. */
static bool
erase_and_end(struct fixture *f, uint64_t n, int writes)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (open_sized(f->dir, MAP_BYTES, &f->store) != ERR_NONE ||
		    store_begin(f->store, true, &f->txn) != ERR_NONE)
			_exit(1);
		f->origin.tip = log_of(f).tip;
		write_erase(f, &f->origin, f->origin.log_id, n);
		writes_left = writes;
		if (store_commit(&f->txn) != ERR_NONE)
			_exit(2);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		assert_int_equal(WEXITSTATUS(status), 0);
	return WIFSIGNALED(status);
}

static void
erasure_that_is_cut_off_anywhere_is_whole_or_not_begun(void **state)
{
	struct fixture *f = *state;
	unsigned not_begun = 0;
	unsigned finished = 0;
	bool ended = true;
	bool erased;
	uint64_t n;
	int writes;

	write_run(f, 40);
	for (n = 2; n <= 40; n++)
		assert_int_equal(add_body(f, 0, n, BODY_LEN), ERR_NONE);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	store_close(f->store);
	f->store = NULL;
	for (n = 2, writes = 1; ended; n++, writes++) {
		assert_true(n <= 40);
		ended = erase_and_end(f, n, writes);
		assert_int_equal(
		    open_sized(f->dir, MAP_BYTES, &f->store), ERR_NONE);
		assert_int_equal(
		    store_begin(f->store, true, &f->txn), ERR_NONE);

		/* Its ERASE is here if and only if the body is gone. */
		erased = state_of(f, n) == STORE_BODY_ERASED;
		assert_int_equal(erased, slot_is_zero(f, (off_t)n - 2));
		assert_int_equal(log_of(f).tip.n, 40 + finished + erased);
		not_begun += !erased;
		finished += erased;
		assert_int_equal(add_body(f, 0, n, BODY_LEN),
		    erased ? ERR_ERASED : ERR_EXIST);
		if (!erased)
			assert_body(f, 0, n);
		assert_int_equal(store_commit(&f->txn), ERR_NONE);
		store_close(f->store);
		f->store = NULL;
	}
	assert_true(not_begun >= 2);
	assert_true(finished >= 3);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(new_store_is_empty_and_keeps_its_epoch),
		T(store_that_is_open_is_busy),
		T(create_makes_a_store_once),
		T(directory_of_another_user_is_denied),
		T(store_of_a_newer_version_is_refused),
		T(a_store_tells_its_format_and_who_wrote_it),
		T(a_store_that_is_only_read_is_left_as_it_is),
		T(short_or_missing_files_are_damage),
		T(run_makes_a_log_and_is_read_back_as_it_came),
		T(own_log_is_marked),
		T(runs_are_read_from_boundary_to_boundary),
		T(boundary_by_bytes_is_kept_too),
		T(run_with_a_hole_before_it_is_a_gap),
		T(run_that_is_here_exists_and_its_newer_head_is_kept),
		T(run_across_the_tip_is_to_be_asked_from_the_tip),
		T(run_that_differs_is_a_chain_error),
		T(run_of_a_bad_shape_is_refused),
		T(changed_header_on_disk_is_damage_when_read),
		T(aborted_transaction_leaves_nothing),
		T(heads_are_replaced_by_later_ones_of_the_same_entry),
		T(beacon_at_a_boundary_is_the_head_that_is_served),
		T(logs_are_walked_in_the_order_of_their_ids),
		T(arrivals_name_every_entry_in_order),
		T(body_with_its_header_arrives_once_and_a_later_one_again),
		T(members_are_kept_aside),
		T(unreadable_header_is_kept_and_names_no_body),
		T(body_comes_back_from_this_and_later_transactions),
		T(body_that_does_not_belong_is_refused),
		T(body_is_not_on_the_disk_in_clear),
		T(all_bodies_without_a_key_are_lost_and_no_others),
		T(body_without_its_key_is_damaged_and_can_come_again),
		T(slots_are_never_used_twice_and_lost_ones_zeroed),
		T(erased_body_is_neither_told_nor_taken),
		T(erase_of_the_same_key_zeroes_the_slot_with_its_commit),
		T(erase_that_comes_before_its_target_waits_for_it),
		T(claims_of_one_key_are_kept_for_each_of_its_logs),
		T(erase_beyond_where_a_log_counts_is_kept_as_a_claim),
		T(claims_tell_which_entry_of_a_number_they_mean),
		T(what_is_erased_arrives_again_wherever_the_erase_stands),
		T(claim_from_a_branch_leaves_no_arrival_of_what_is_not_here),
		T(arrival_of_what_is_not_here_tells_of_the_first_entry),
		T(damaged_body_of_a_branch_can_come_again),
		T(damaged_body_that_nobody_found_so_is_replaced),
		T(erased_body_of_one_branch_leaves_that_of_the_other),
		T(body_is_taken_beside_one_that_was_erased_before_the_fork_was_known),
		T(third_branch_may_part_from_the_second_after_a_boundary),
		T(run_that_begins_within_a_branch_and_goes_beyond_extends_it),
		T(run_beyond_a_boundary_that_joins_no_branch_is_a_gap),
		T(body_that_two_branches_share_is_kept_once_for_both),
		T(body_that_fits_two_branches_is_kept_in_both),
		T(too_many_erased_entries_of_one_number_are_all_of_it),
		T(fork_freezes_the_log_and_both_branches_stay_readable),
		T(branch_may_be_named_by_any_of_its_entries),
		T(what_continues_a_forked_log_is_read_under_the_name_of_its_end),
		T(branch_that_does_not_part_there_is_refused),
		T(run_that_begins_before_the_fork_is_cut_there),
		T(earliest_of_several_forks_counts),
		T(freezing_without_a_branch_keeps_the_least_common),
		T(first_branch_tells_better_where_it_parts),
		T(what_goes_on_after_the_tip_does_not_tell_where_a_log_parts),
		T(body_of_a_branch_is_kept_beside_the_stored_one),
		T(notes_are_put_replaced_walked_and_deleted),
		T(waiting_entry_moves_into_a_log_with_its_slot),
		T(entry_that_waits_and_cannot_be_read_is_found),
		T(waiting_entry_of_a_bad_shape_is_refused),
		T(full_map_fails_cleanly_and_the_store_goes_on),
		T(keys_without_room_fail_the_commit_and_no_more),
		T(keys_of_a_commit_that_failed_go),
		T(keys_that_no_commit_has_named_go_if_the_store_was_in_hand),
		T(too_many_readers_are_busy),
		T(kill_at_any_moment_loses_nothing_acknowledged),
		T(erasure_that_is_cut_off_anywhere_is_whole_or_not_begun),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
