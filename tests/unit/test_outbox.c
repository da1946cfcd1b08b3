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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/log.h"
#include "daemon/fence.h"
#include "daemon/outbox.h"
#include "daemon/store.h"
#include "tests/unit/scratch.h"

#define MAP_BYTES ((size_t)256 << 20)
#define NOW_MS    ((uint64_t)4000000000000)

/* Genesis.Reason of entry.proto. */
#define FIRST    1
#define NO_FENCE 2
#define FORKED   3
#define ROTATED  4

struct fixture {
	char *dir;
	char *fence_path;
	struct crypto_key key;
	struct store *store;
	struct outbox *outbox;
	struct store_txn *txn;
};

static enum err
open_outbox(struct fixture *f, const char *org)
{
	const struct outbox_options options = {
		.key = &f->key,
		.org = org,
		.fence_path = f->fence_path,
	};

	return outbox_open(f->store, &options, &f->outbox);
}

static enum err
open_both(struct fixture *f)
{
	const struct store_options options = {
		.dir = f->dir,
		.map_bytes = MAP_BYTES,
	};
	enum err err;

	if ((err = store_open(&options, &f->store)) != ERR_NONE)
		return err;
	return open_outbox(f, "dk-791");
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const uint8_t seed[SEED_LEN] = { 1 };

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	crypto_key_from_seed(seed, &f->key);
	if ((f->dir = scratch_make()) == NULL ||
	    (f->fence_path = scratch_path(f->dir, "fence")) == NULL)
		return -1;
	return open_both(f) == ERR_NONE ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_abort(&f->txn);
	outbox_close(f->outbox);
	store_close(f->store);
	scratch_remove(f->dir);
	free(f->fence_path);
	free(f);
	return 0;
}

static void
restart(struct fixture *f)
{
	outbox_close(f->outbox);
	store_close(f->store);
	f->outbox = NULL;
	f->store = NULL;
	assert_int_equal(open_both(f), ERR_NONE);
}

static void
begin(struct fixture *f)
{
	assert_int_equal(store_begin(f->store, true, &f->txn), ERR_NONE);
}

/* End a transaction as the writer does. */
static void
finish(struct fixture *f)
{
	assert_int_equal(outbox_sign(f->outbox, f->txn, NOW_MS), ERR_NONE);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	outbox_committed(f->outbox);
}

static uint64_t
add(struct fixture *f, uint32_t kind, const char *text)
{
	const struct outbox_entry entry = {
		.kind = kind,
		.topic = 3,
		.has_record = true,
		.record = { 7 },
		.body = { (const uint8_t *)text, strlen(text) },
	};
	uint64_t ticket = 0;

	assert_int_equal(
	    outbox_add(f->outbox, f->txn, &entry, &ticket), ERR_NONE);
	assert_int_not_equal(ticket, 0);
	return ticket;
}

static uint64_t
publish(struct fixture *f, const char *text)
{
	uint64_t ticket;

	begin(f);
	ticket = add(f, HEADER_TRIAL, text);
	finish(f);
	return ticket;
}

static struct outbox_place
place_of(struct fixture *f, uint64_t ticket)
{
	struct outbox_place place;

	assert_int_equal(outbox_place(f->outbox, ticket, &place), ERR_NONE);
	return place;
}

/* The header of an entry, and how many logs there are. */
static struct header
header_of(struct fixture *f, const struct outbox_place *place)
{
	struct store_txn *txn;
	struct store_entry entry;
	struct header header;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	assert_int_equal(
	    store_entry(txn, place->log_id, place->n, &entry), ERR_NONE);
	assert_int_equal(
	    header_decode(entry.header.data, entry.header.len, &header),
	    ERR_NONE);
	header.ext = (struct bytes){ 0 };
	store_abort(&txn);
	return header;
}

static void
assert_text(
    struct fixture *f, const uint8_t *log_id, uint64_t n, const char *text)
{
	struct store_txn *txn;
	struct store_body body;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	assert_int_equal(store_body(txn, log_id, n, &body), ERR_NONE);
	assert_int_equal(body.len, strlen(text));
	assert_memory_equal(body.data, text, body.len);
	store_body_clear(&body);
	store_abort(&txn);
}

static struct store_log
log_of(struct fixture *f, const uint8_t *log_id)
{
	struct store_txn *txn;
	struct store_log log;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	assert_int_equal(store_log(txn, log_id, &log), ERR_NONE);
	store_abort(&txn);
	return log;
}

static uint64_t
count_logs(struct fixture *f)
{
	struct store_txn *txn;
	struct store_counts counts;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	assert_int_equal(store_counts(txn, &counts), ERR_NONE);
	store_abort(&txn);
	return counts.logs;
}

static uint64_t
count_waiting(struct fixture *f)
{
	struct store_txn *txn;
	uint64_t waiting;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	waiting = outbox_waiting(txn);
	store_abort(&txn);
	return waiting;
}

static struct header_genesis
genesis_of(struct fixture *f, const uint8_t *log_id)
{
	struct store_txn *txn;
	struct store_entry entry;
	struct header header;
	struct header_genesis genesis;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	assert_int_equal(store_entry(txn, log_id, 1, &entry), ERR_NONE);
	assert_int_equal(
	    header_decode(entry.header.data, entry.header.len, &header),
	    ERR_NONE);
	assert_int_equal(header.kind, HEADER_GENESIS);
	assert_int_equal(header_genesis_decode(header.ext, &genesis), ERR_NONE);
	store_abort(&txn);
	return genesis;
}

/* Read a whole log as a stranger would; return its number of runs. */
static int
verify_log(struct fixture *f, const uint8_t *log_id)
{
	struct store_txn *txn;
	struct store_run read;
	struct store_log log;
	struct log_tip tip;
	int runs = 0;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	assert_int_equal(store_log(txn, log_id, &log), ERR_NONE);
	assert_true(log.own);
	assert_int_equal(log.bodies_absent, 0);
	assert_int_equal(store_tip_at(txn, log_id, 0, &tip), ERR_NONE);
	for (; tip.n < log.tip.n; runs++) {
		assert_int_equal(
		    store_read_run(txn, log_id, tip.n + 1, NULL, &read),
		    ERR_NONE);
		assert_int_equal(
		    log_run_verify(f->key.public_key, &tip, &read.run, &tip),
		    ERR_NONE);
		store_run_clear(&read);
	}
	store_abort(&txn);
	return runs;
}

/* ---- publishing ---- */

static void
log_begins_with_the_first_entry_and_not_before(void **state)
{
	struct fixture *f = *state;
	struct outbox_place place;
	struct header_genesis genesis;
	struct header header;
	uint8_t open[LOG_ID_LEN];

	begin(f);
	finish(f);
	assert_int_equal(count_logs(f), 0);
	assert_false(outbox_open_log(f->outbox, open));
	assert_int_equal(access(f->fence_path, F_OK), -1);

	place = place_of(f, publish(f, "one"));
	assert_true(place.is_signed);
	assert_int_equal(place.n, 2);
	assert_true(outbox_open_log(f->outbox, open));
	assert_memory_equal(open, place.log_id, LOG_ID_LEN);
	assert_memory_equal(place.c, log_of(f, place.log_id).tip.c, HASH_LEN);
	assert_text(f, place.log_id, 2, "one");
	assert_int_equal(verify_log(f, place.log_id), 1);

	genesis = genesis_of(f, place.log_id);
	assert_int_equal(genesis.reason, FIRST);
	assert_false(genesis.has_prev);
	assert_int_equal(genesis.format, 1);
	assert_string_equal(genesis.org, "dk-791");
	assert_memory_equal(genesis.key, f->key.public_key, KEY_LEN);
	header = header_of(f, &place);
	assert_int_equal(header.kind, HEADER_TRIAL);
	assert_int_equal(header.topic, 3);
	assert_int_equal(header.body_len, 3);
	assert_true(header.has_record);
	assert_int_equal(header.record[0], 7);
	assert_true(outbox_fenced(f->outbox));
}

static void
second_publication_continues_the_log(void **state)
{
	struct fixture *f = *state;
	struct outbox_place one = place_of(f, publish(f, "one"));
	struct outbox_place two = place_of(f, publish(f, "two"));

	assert_memory_equal(one.log_id, two.log_id, LOG_ID_LEN);
	assert_int_equal(two.n, 3);
	assert_text(f, two.log_id, 3, "two");
	assert_int_equal(verify_log(f, one.log_id), 1);
	assert_int_equal(count_waiting(f), 0);
}

static void
entry_without_body_is_published_too(void **state)
{
	struct fixture *f = *state;
	const uint8_t ext[] = { 1, 2, 3 };
	const struct outbox_entry entry = {
		.kind = HEADER_ERASE,
		.group = 9,
		.ext = { ext, sizeof(ext) },
	};
	struct header header;
	struct outbox_place place;
	uint64_t ticket;

	begin(f);
	assert_int_equal(
	    outbox_add(f->outbox, f->txn, &entry, &ticket), ERR_NONE);
	finish(f);
	place = place_of(f, ticket);
	header = header_of(f, &place);
	assert_int_equal(header.kind, HEADER_ERASE);
	assert_int_equal(header.group, 9);
	assert_false(header.has_commit);
	assert_false(header.has_record);
}

static void
too_long_header_or_body_is_refused(void **state)
{
	struct fixture *f = *state;
	static uint8_t bytes[BODY_MAX + 1];
	struct outbox_entry entry = { .kind = HEADER_TRIAL };
	uint64_t ticket;
	uint64_t writes;

	begin(f);
	writes = store_writes(f->txn);
	entry.body = (struct bytes){ bytes, BODY_MAX + 1 };
	assert_int_equal(
	    outbox_add(f->outbox, f->txn, &entry, &ticket), ERR_SIZE);
	entry.body.len = 1;
	entry.ext = (struct bytes){ bytes, HEADER_MAX };
	assert_int_equal(
	    outbox_add(f->outbox, f->txn, &entry, &ticket), ERR_SIZE);
	assert_int_equal(store_writes(f->txn), writes);
	entry.ext.len = 0;
	entry.body.len = BODY_MAX;
	assert_int_equal(
	    outbox_add(f->outbox, f->txn, &entry, &ticket), ERR_NONE);
	finish(f);
	assert_int_equal(place_of(f, ticket).n, 2);
}

static void
bad_org_is_refused(void **state)
{
	struct fixture *f = *state;

	outbox_close(f->outbox);
	f->outbox = NULL;
	assert_int_equal(open_outbox(f, "DK-791"), ERR_SYNTAX);
	assert_null(f->outbox);
	outbox_close(NULL);
}

static void
boundary_falls_at_256_entries(void **state)
{
	struct fixture *f = *state;
	struct outbox_place place;
	uint64_t ticket = 0;
	int i;

	begin(f);
	for (i = 0; i < 600; i++)
		ticket = add(f, HEADER_TRIAL, "text");
	finish(f);
	place = place_of(f, ticket);
	assert_int_equal(place.n, 601);
	assert_int_equal(verify_log(f, place.log_id), 3);
	assert_int_equal(log_of(f, place.log_id).tip.boundary, 512);
}

static void
boundary_falls_at_32_kib_of_headers(void **state)
{
	struct fixture *f = *state;
	static const uint8_t ext[4000];
	const struct outbox_entry entry = {
		.kind = HEADER_WITNESS,
		.ext = { ext, sizeof(ext) },
	};
	uint64_t ticket = 0;
	int i;

	begin(f);
	for (i = 0; i < 20; i++)
		assert_int_equal(
		    outbox_add(f->outbox, f->txn, &entry, &ticket), ERR_NONE);
	finish(f);
	assert_int_equal(verify_log(f, place_of(f, ticket).log_id), 3);
}

static void
one_transaction_signs_so_much_and_the_next_goes_on(void **state)
{
	struct fixture *f = *state;
	uint64_t ticket = 0;
	int i;

	begin(f);
	for (i = 0; i < OUTBOX_ENTRIES + 10; i++)
		ticket = add(f, HEADER_TRIAL, "t");
	finish(f);
	assert_int_equal(count_waiting(f), 10);
	assert_true(outbox_ready(f->outbox));
	assert_false(place_of(f, ticket).is_signed);
	begin(f);
	finish(f);
	assert_false(outbox_ready(f->outbox));
	assert_int_equal(place_of(f, ticket).n, OUTBOX_ENTRIES + 11);
	(void)verify_log(f, place_of(f, ticket).log_id);
}

static void
aborted_transaction_is_forgotten(void **state)
{
	struct fixture *f = *state;
	struct outbox_place place;
	uint8_t open[LOG_ID_LEN];
	uint64_t ticket;

	begin(f);
	ticket = add(f, HEADER_TRIAL, "lost");
	assert_int_equal(outbox_sign(f->outbox, f->txn, NOW_MS), ERR_NONE);
	store_abort(&f->txn);
	outbox_aborted(f->outbox);
	assert_int_equal(outbox_place(f->outbox, ticket, &place), ERR_NOENT);
	assert_false(outbox_open_log(f->outbox, open));

	place = place_of(f, publish(f, "kept"));
	assert_int_equal(place.n, 2);
	begin(f);
	(void)add(f, HEADER_TRIAL, "lost");
	assert_int_equal(outbox_sign(f->outbox, f->txn, NOW_MS), ERR_NONE);
	store_abort(&f->txn);
	outbox_aborted(f->outbox);
	place = place_of(f, publish(f, "kept too"));
	assert_int_equal(place.n, 3);
	assert_int_equal(count_logs(f), 1);
	assert_int_equal(genesis_of(f, place.log_id).reason, FIRST);
}

static void
unknown_tickets_have_no_place(void **state)
{
	struct fixture *f = *state;
	struct outbox_place place;

	assert_int_equal(outbox_place(f->outbox, 0, &place), ERR_NOENT);
	assert_int_equal(outbox_place(f->outbox, 1, &place), ERR_NOENT);
	(void)publish(f, "one");
	assert_int_equal(
	    outbox_place(f->outbox, 1 + OUTBOX_PLACES, &place), ERR_NOENT);
}

/* ---- time ---- */

static void
time_never_falls_below_the_last(void **state)
{
	struct fixture *f = *state;
	struct outbox_place one;
	struct outbox_place two;
	struct log_head head;
	uint64_t before;

	/* The HEAD was signed at NOW_MS, far ahead of the clock. */
	one = place_of(f, publish(f, "one"));
	before = header_of(f, &one).time_ms;
	assert_true(before < NOW_MS);
	log_head_parse(log_of(f, one.log_id).head, &head);
	assert_int_equal(head.time_ms, NOW_MS);

	restart(f);
	begin(f);
	(void)add(f, HEADER_TRIAL, "two");
	assert_int_equal(outbox_sign(f->outbox, f->txn, 5), ERR_NONE);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	outbox_committed(f->outbox);
	two = one;
	two.n = 3;
	assert_int_equal(header_of(f, &two).time_ms, NOW_MS);
	log_head_parse(log_of(f, one.log_id).head, &head);
	assert_int_equal(head.n, 3);
	assert_int_equal(head.time_ms, NOW_MS);
}

static void
beacon_signs_the_tip_anew(void **state)
{
	struct fixture *f = *state;
	struct outbox_place place;
	struct log_head head;

	begin(f);
	assert_int_equal(outbox_beacon(f->outbox, f->txn, NOW_MS), ERR_NOENT);
	store_abort(&f->txn);
	outbox_aborted(f->outbox);

	place = place_of(f, publish(f, "one"));
	begin(f);
	assert_int_equal(outbox_beacon(f->outbox, f->txn, 1), ERR_NONE);
	finish(f);
	log_head_parse(log_of(f, place.log_id).head, &head);
	assert_int_equal(head.n, 2);
	assert_int_equal(head.time_ms, NOW_MS + 1);
	assert_int_equal(
	    log_head_verify(f->key.public_key, log_of(f, place.log_id).head),
	    ERR_NONE);

	outbox_pause(f->outbox, true);
	begin(f);
	assert_int_equal(outbox_beacon(f->outbox, f->txn, NOW_MS), ERR_BUSY);
}

/* ---- pausing ---- */

static void
paused_outbox_accepts_and_signs_when_it_goes_on(void **state)
{
	struct fixture *f = *state;
	uint64_t ticket;

	outbox_pause(f->outbox, true);
	ticket = publish(f, "waits");
	assert_false(place_of(f, ticket).is_signed);
	assert_int_equal(count_waiting(f), 1);
	assert_int_equal(count_logs(f), 0);
	assert_false(outbox_ready(f->outbox));
	outbox_pause(f->outbox, false);
	assert_true(outbox_ready(f->outbox));
	begin(f);
	finish(f);
	assert_true(place_of(f, ticket).is_signed);
	assert_text(f, place_of(f, ticket).log_id, 2, "waits");
	assert_int_equal(count_waiting(f), 0);
}

static void
accepted_entry_outlives_a_restart(void **state)
{
	struct fixture *f = *state;
	uint8_t open[LOG_ID_LEN];

	outbox_pause(f->outbox, true);
	(void)publish(f, "waits");
	restart(f);
	assert_true(outbox_ready(f->outbox));
	begin(f);
	finish(f);
	assert_true(outbox_open_log(f->outbox, open));
	assert_text(f, open, 2, "waits");
}

/* ---- the fence ---- */

static void
good_fence_continues_the_log_after_a_restart(void **state)
{
	struct fixture *f = *state;
	struct outbox_place one = place_of(f, publish(f, "one"));
	struct outbox_place two;
	uint8_t open[LOG_ID_LEN];
	int i;

	for (i = 0; i < 3; i++) {
		restart(f);
		assert_true(outbox_open_log(f->outbox, open));
		assert_memory_equal(open, one.log_id, LOG_ID_LEN);
		two = place_of(f, publish(f, "two"));
		assert_memory_equal(one.log_id, two.log_id, LOG_ID_LEN);
	}
	assert_int_equal(two.n, 5);
	assert_int_equal(count_logs(f), 1);
	(void)verify_log(f, one.log_id);
}

/* Only who was in hand knows that no newer main needs them. */
static void
keys_of_a_commit_that_failed_go_after_a_restart(void **state)
{
	struct fixture *f = *state;
	char *path = scratch_path(f->dir, "keys");
	uint8_t key[KEY_LEN];
	uint8_t zeros[KEY_LEN] = { 0 };
	int fd;
	int i;

	(void)publish(f, "one");
	assert_true((fd = open(path, O_RDWR)) >= 0);
	for (i = 0; i < 2; i++) {
		memset(key, 7, sizeof(key));
		assert_int_equal(
		    pwrite(fd, key, KEY_LEN, 1000 * KEY_LEN), KEY_LEN);
		if (i == 0)
			assert_int_equal(unlink(f->fence_path), 0);
		restart(f);
		(void)publish(f, "two");
		assert_int_equal(
		    pread(fd, key, KEY_LEN, 1000 * KEY_LEN), KEY_LEN);
		assert_int_equal(memcmp(key, zeros, KEY_LEN) == 0, i == 1);
	}
	(void)close(fd);
	free(path);
}

static void
store_ahead_of_its_fence_is_good(void **state)
{
	struct fixture *f = *state;
	struct outbox_place one = place_of(f, publish(f, "one"));
	struct outbox_place two;
	struct fence fence;

	/* Killed between the commit and the fence. */
	assert_int_equal(fence_read(f->fence_path, &fence), ERR_NONE);
	(void)publish(f, "two");
	assert_int_equal(fence_write(f->fence_path, &fence), ERR_NONE);
	restart(f);
	two = place_of(f, publish(f, "three"));
	assert_memory_equal(one.log_id, two.log_id, LOG_ID_LEN);
	assert_int_equal(two.n, 4);
}

static void
kill_between_the_first_commit_and_its_fence_costs_no_log(void **state)
{
	struct fixture *f = *state;
	uint8_t open[LOG_ID_LEN];

	begin(f);
	(void)add(f, HEADER_TRIAL, "one");
	assert_int_equal(outbox_sign(f->outbox, f->txn, NOW_MS), ERR_NONE);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	restart(f);
	assert_true(outbox_open_log(f->outbox, open));
	assert_int_equal(place_of(f, publish(f, "two")).n, 3);
	assert_int_equal(count_logs(f), 1);
}

/* The fence of a log that was to begin must not cost the store its own. */
static void
log_that_could_not_be_begun_leaves_the_store_in_hand(void **state)
{
	struct fixture *f = *state;
	uint64_t ticket = publish(f, "first");
	struct outbox_place place = place_of(f, ticket);

	begin(f);
	assert_int_equal(store_freeze(f->txn, place.log_id, place.n), ERR_NONE);
	finish(f);
	begin(f);
	(void)add(f, HEADER_TRIAL, "second");
	assert_int_equal(outbox_sign(f->outbox, f->txn, NOW_MS), ERR_NONE);
	store_abort(&f->txn);
	outbox_aborted(f->outbox);
	assert_true(outbox_fenced(f->outbox));
	restart(f);
	assert_true(outbox_was_in_hand(f->outbox));

	/* Nor is one of those vouched for that have never begun. */
	(void)publish(f, "third");
	assert_int_equal(count_logs(f), 2);
}

static void
kill_before_the_first_commit_leaves_no_log(void **state)
{
	struct fixture *f = *state;
	uint8_t open[LOG_ID_LEN];

	begin(f);
	(void)add(f, HEADER_TRIAL, "one");
	assert_int_equal(outbox_sign(f->outbox, f->txn, NOW_MS), ERR_NONE);
	store_abort(&f->txn);
	restart(f);
	assert_false(outbox_open_log(f->outbox, open));
	assert_int_equal(
	    genesis_of(f, place_of(f, publish(f, "one")).log_id).reason, FIRST);
}

/* Publish for ever, telling each position after its fence. */
static void
publish_and_tell(struct fixture *f, int fd)
{
	struct outbox_place place;

	if (open_both(f) != ERR_NONE)
		_exit(1);
	for (;;) {
		place = place_of(f, publish(f, "text"));
		if (write(fd, &place.n, 8) != 8)
			_exit(2);
	}
}

static void
kill_at_any_moment_begins_no_new_log(void **state)
{
	struct fixture *f = *state;
	uint64_t told = 0;
	uint8_t open[LOG_ID_LEN];
	int kills;

	outbox_close(f->outbox);
	store_close(f->store);
	for (kills = 0; kills < 20; kills++) {
		int commits = kills % 5;
		uint64_t n;
		int pipes[2];
		pid_t pid;

		f->outbox = NULL;
		f->store = NULL;
		assert_int_equal(pipe(pipes), 0);
		if ((pid = fork()) == 0) {
			(void)close(pipes[0]);
			publish_and_tell(f, pipes[1]);
		}
		assert_true(pid > 0);
		(void)close(pipes[1]);
		do {
			assert_int_equal(read(pipes[0], &n, 8), 8);
		} while (commits-- > 0);
		told = n;
		assert_int_equal(kill(pid, SIGKILL), 0);
		while (read(pipes[0], &n, 8) == 8)
			told = n;
		(void)close(pipes[0]);
		assert_int_equal(waitpid(pid, NULL, 0), pid);

		assert_int_equal(open_both(f), ERR_NONE);
		assert_true(outbox_open_log(f->outbox, open));
		assert_int_equal(count_logs(f), 1);
		assert_true(log_of(f, open).tip.n >= told);
		(void)verify_log(f, open);
		if (kills < 19) {
			outbox_close(f->outbox);
			store_close(f->store);
		}
	}
	assert_true(told > 20);
}

/* After a restart the next entry must begin a new log that names the old. */
static void
assert_new_log(struct fixture *f, const struct outbox_place *old,
    uint64_t prev_n, uint32_t reason)
{
	struct header_genesis genesis;
	struct outbox_place place;
	uint64_t logs = count_logs(f);
	uint8_t open[LOG_ID_LEN];

	/* Not before there is something to sign. */
	assert_false(outbox_open_log(f->outbox, open));
	begin(f);
	finish(f);
	assert_int_equal(count_logs(f), logs);

	place = place_of(f, publish(f, "next"));
	assert_int_equal(place.n, 2);
	assert_memory_not_equal(place.log_id, old->log_id, LOG_ID_LEN);
	genesis = genesis_of(f, place.log_id);
	assert_int_equal(genesis.reason, reason);
	assert_true(genesis.has_prev);
	assert_memory_equal(genesis.prev_log_id, old->log_id, LOG_ID_LEN);
	assert_int_equal(genesis.prev_n, prev_n);
	assert_int_equal(count_logs(f), logs + 1);
	(void)verify_log(f, place.log_id);

	/* And that one is continued by its own fence. */
	restart(f);
	assert_int_equal(place_of(f, publish(f, "more")).n, 3);
}

static void
missing_fence_begins_a_new_log(void **state)
{
	struct fixture *f = *state;
	struct outbox_place old = place_of(f, publish(f, "one"));

	assert_int_equal(unlink(f->fence_path), 0);
	restart(f);
	assert_new_log(f, &old, 2, NO_FENCE);
}

static void
damaged_fence_begins_a_new_log(void **state)
{
	struct fixture *f = *state;
	struct outbox_place old = place_of(f, publish(f, "one"));

	assert_int_equal(truncate(f->fence_path, 20), 0);
	restart(f);
	assert_new_log(f, &old, 2, NO_FENCE);
}

static void
fence_of_another_boot_begins_a_new_log(void **state)
{
	struct fixture *f = *state;
	struct outbox_place old = place_of(f, publish(f, "one"));
	struct fence fence;

	assert_int_equal(fence_read(f->fence_path, &fence), ERR_NONE);
	fence.boot_id[0] ^= 1;
	assert_int_equal(fence_write(f->fence_path, &fence), ERR_NONE);
	restart(f);
	assert_new_log(f, &old, 2, NO_FENCE);
}

static void
fence_of_another_log_or_position_begins_a_new_log(void **state)
{
	struct fixture *f = *state;
	struct outbox_place old = place_of(f, publish(f, "one"));
	struct fence fence;

	/* The store is behind: what stood between was told to somebody. */
	assert_int_equal(fence_read(f->fence_path, &fence), ERR_NONE);
	fence.n = 3;
	assert_int_equal(fence_write(f->fence_path, &fence), ERR_NONE);
	restart(f);
	assert_new_log(f, &old, 2, NO_FENCE);

	/* The store has another entry there. */
	old = place_of(f, publish(f, "two"));
	assert_int_equal(fence_read(f->fence_path, &fence), ERR_NONE);
	fence.c[5] ^= 1;
	assert_int_equal(fence_write(f->fence_path, &fence), ERR_NONE);
	restart(f);
	assert_new_log(f, &old, 4, NO_FENCE);

	/* Another log. */
	old = place_of(f, publish(f, "three"));
	assert_int_equal(fence_read(f->fence_path, &fence), ERR_NONE);
	fence.log_id[5] ^= 1;
	assert_int_equal(fence_write(f->fence_path, &fence), ERR_NONE);
	restart(f);
	assert_new_log(f, &old, 4, NO_FENCE);
}

/* Copy a file to a new inode in its own place. */
static void
replace_by_copy(struct fixture *f, const char *name)
{
	static uint8_t bytes[4 << 20];
	char *path = scratch_path(f->dir, name);
	char *copy = scratch_path(f->dir, "copy");
	FILE *file = fopen(path, "r");
	size_t len;

	assert_non_null(file);
	len = fread(bytes, 1, sizeof(bytes), file);
	assert_int_equal(fclose(file), 0);
	assert_non_null(file = fopen(copy, "w"));
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(rename(copy, path), 0);
	free(path);
	free(copy);
}

/* Write the first ${len} bytes of a file again, or read them, in its place. */
static void
keep_file(struct fixture *f, const char *name, const char *mode, uint8_t *bytes,
    size_t len)
{
	char *path = scratch_path(f->dir, name);
	FILE *file = fopen(path, mode);

	assert_non_null(file);
	if (mode[1] == '+')
		assert_int_equal(fwrite(bytes, 1, len, file), len);
	else
		assert_true(fread(bytes, 1, len, file) > 0);
	assert_int_equal(fclose(file), 0);
	free(path);
}

/* A commit of something that is not our own. */
static void
note(struct fixture *f, uint8_t value)
{
	begin(f);
	assert_int_equal(
	    store_note_put(f->txn, "test/note", &value, 1), ERR_NONE);
	finish(f);
}

static void
main_set_back_behind_what_came_from_others_begins_a_new_log(void **state)
{
	static uint8_t bytes[1 << 20];
	struct fixture *f = *state;
	struct outbox_place old = place_of(f, publish(f, "one"));

	note(f, 1);
	restart(f);
	assert_true(outbox_was_in_hand(f->outbox));
	note(f, 2);
	outbox_close(f->outbox);
	store_close(f->store);
	keep_file(f, "main.mdb", "r", bytes, sizeof(bytes));
	assert_int_equal(open_both(f), ERR_NONE);
	assert_true(outbox_was_in_hand(f->outbox));
	note(f, 3);

	outbox_close(f->outbox);
	store_close(f->store);
	keep_file(f, "main.mdb", "r+", bytes, sizeof(bytes));
	assert_int_equal(open_both(f), ERR_NONE);
	assert_false(outbox_was_in_hand(f->outbox));
	assert_int_equal(access(f->fence_path, F_OK), -1);

	/* Nothing that is committed since makes it good again. */
	note(f, 4);
	note(f, 5);
	restart(f);
	assert_false(outbox_was_in_hand(f->outbox));
	assert_new_log(f, &old, 2, NO_FENCE);
	restart(f);
	assert_true(outbox_was_in_hand(f->outbox));
}

/* Sign into a log that begins, and be killed before the commit. */
static void
die_beginning_a_log(struct fixture *f)
{
	begin(f);
	(void)add(f, HEADER_TRIAL, "lost");
	assert_int_equal(outbox_sign(f->outbox, f->txn, NOW_MS), ERR_NONE);
	store_abort(&f->txn);
	restart(f);
}

/* The store never left our hands; the log was told to nobody. */
static void
kill_before_a_log_begins_leaves_the_store_in_hand(void **state)
{
	struct fixture *f = *state;
	struct outbox_place place = place_of(f, publish(f, "first"));
	uint8_t open[LOG_ID_LEN];
	int i;

	begin(f);
	assert_int_equal(store_freeze(f->txn, place.log_id, place.n), ERR_NONE);
	finish(f);
	for (i = 0; i < 3; i++) {
		die_beginning_a_log(f);
		assert_true(outbox_was_in_hand(f->outbox));
		assert_false(outbox_open_log(f->outbox, open));

		/* And stays so when others' entries are committed. */
		note(f, (uint8_t)i);
		restart(f);
		assert_true(outbox_was_in_hand(f->outbox));
		assert_false(outbox_open_log(f->outbox, open));
	}
	place = place_of(f, publish(f, "second"));
	assert_int_equal(place.n, 2);
	assert_int_equal(count_logs(f), 2);
	assert_int_equal(genesis_of(f, place.log_id).reason, FORKED);
	restart(f);
	assert_int_equal(place_of(f, publish(f, "third")).n, 3);
}

/* That a log was about to begin says nothing of a store that was not in hand. */
static void
kill_before_a_log_begins_puts_no_store_in_hand(void **state)
{
	struct fixture *f = *state;

	(void)publish(f, "first");
	assert_int_equal(unlink(f->fence_path), 0);
	restart(f);
	die_beginning_a_log(f);
	assert_false(outbox_was_in_hand(f->outbox));
}

/* Nor does it hide that the store was set back since. */
static void
main_set_back_before_a_log_begins_is_not_in_hand(void **state)
{
	static uint8_t bytes[1 << 20];
	struct fixture *f = *state;
	struct outbox_place place = place_of(f, publish(f, "first"));

	begin(f);
	assert_int_equal(store_freeze(f->txn, place.log_id, place.n), ERR_NONE);
	finish(f);
	note(f, 1);
	keep_file(f, "main.mdb", "r", bytes, sizeof(bytes));
	note(f, 2);
	note(f, 3);
	die_beginning_a_log(f);
	assert_true(outbox_was_in_hand(f->outbox));
	die_beginning_a_log(f);
	outbox_close(f->outbox);
	store_close(f->store);
	keep_file(f, "main.mdb", "r+", bytes, sizeof(bytes));
	assert_int_equal(open_both(f), ERR_NONE);
	assert_false(outbox_was_in_hand(f->outbox));
}

static void
store_is_in_hand_with_a_key_that_has_no_log_yet(void **state)
{
	struct fixture *f = *state;
	const uint8_t seed[SEED_LEN] = { 2 };
	uint8_t open[LOG_ID_LEN];

	assert_false(outbox_was_in_hand(f->outbox));
	(void)publish(f, "one");
	crypto_key_from_seed(seed, &f->key);
	restart(f);
	assert_true(outbox_was_in_hand(f->outbox));
	assert_false(outbox_open_log(f->outbox, open));

	/* And stays so when others' entries are committed. */
	note(f, 1);
	restart(f);
	assert_true(outbox_was_in_hand(f->outbox));
}

static void
restored_main_begins_a_new_log(void **state)
{
	struct fixture *f = *state;
	struct outbox_place old = place_of(f, publish(f, "one"));

	outbox_close(f->outbox);
	store_close(f->store);
	f->outbox = NULL;
	f->store = NULL;
	replace_by_copy(f, "main.mdb");
	assert_int_equal(open_both(f), ERR_NONE);
	assert_new_log(f, &old, 2, NO_FENCE);
	assert_text(f, old.log_id, 2, "one");
}

static void
fence_that_cannot_be_written_does_not_undo_the_commit(void **state)
{
	struct fixture *f = *state;
	struct outbox_place old = place_of(f, publish(f, "one"));
	char *temp = scratch_path(f->dir, "fence.new");

	assert_int_equal(mkdir(temp, 0700), 0);
	begin(f);
	(void)add(f, HEADER_TRIAL, "two");
	assert_int_equal(outbox_sign(f->outbox, f->txn, NOW_MS), ERR_NONE);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	outbox_committed(f->outbox);
	assert_false(outbox_fenced(f->outbox));
	assert_text(f, old.log_id, 3, "two");
	assert_int_equal(access(f->fence_path, F_OK), -1);

	assert_int_equal(rmdir(temp), 0);
	restart(f);
	assert_new_log(f, &old, 3, NO_FENCE);
	free(temp);
}

static void
fence_that_could_not_be_written_is_written_after_an_empty_commit(void **state)
{
	struct fixture *f = *state;
	struct outbox_place old = place_of(f, publish(f, "one"));
	char *temp = scratch_path(f->dir, "fence.new");
	struct outbox_place next;

	assert_int_equal(mkdir(temp, 0700), 0);
	(void)publish(f, "two");
	assert_false(outbox_fenced(f->outbox));
	assert_int_equal(rmdir(temp), 0);
	free(temp);

	begin(f);
	assert_int_equal(outbox_sign(f->outbox, f->txn, NOW_MS), ERR_NONE);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	outbox_committed(f->outbox);
	assert_true(outbox_fenced(f->outbox));

	restart(f);
	next = place_of(f, publish(f, "three"));
	assert_memory_equal(next.log_id, old.log_id, LOG_ID_LEN);
	assert_int_equal(next.n, 4);
}

/* The store is lost, and the fence with it. */
static void
renew_store(struct fixture *f)
{
	char *path = scratch_path(f->dir, "main.mdb");

	outbox_close(f->outbox);
	store_close(f->store);
	f->outbox = NULL;
	f->store = NULL;
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(f->fence_path), 0);
	free(path);
	assert_int_equal(open_both(f), ERR_NONE);
}

/* A node whose store was lost, and its log fetched from others. */
static void
new_store_with_fetched_own_logs_names_the_latest(void **state)
{
	struct fixture *f = *state;
	struct outbox_place old;
	struct store_txn *txn;
	struct store_run read;
	struct store_log log;

	(void)publish(f, "one");
	assert_int_equal(unlink(f->fence_path), 0);
	restart(f);
	old = place_of(f, publish(f, "two"));
	log = log_of(f, old.log_id);
	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	assert_int_equal(
	    store_read_run(txn, old.log_id, 1, NULL, &read), ERR_NONE);
	store_abort(&txn);

	renew_store(f);
	begin(f);
	assert_int_equal(
	    store_add_run(f->txn, log.key, log.inc, true, &read.run), ERR_NONE);
	finish(f);
	store_run_clear(&read);
	restart(f);
	assert_new_log(f, &old, 2, NO_FENCE);
}

/* ---- forks ---- */

/* Sign two entries after ${tip} of our own log elsewhere, as a clone would. */
static void
add_elsewhere(struct fixture *f, const struct store_log *log,
    const uint8_t *log_id, const struct log_tip *at, const char *text)
{
	struct header header = {
		.kind = HEADER_TRIAL,
		.time_ms = 1,
		.body_len = (uint32_t)strlen(text),
		.has_commit = true,
	};
	const uint8_t salt[SALT_LEN] = { 42 };
	uint8_t raw[HEADER_MAX];
	uint8_t head[HEAD_LEN];
	struct bytes bytes = { raw, 0 };
	struct log_tip tip = *at;
	struct log_run run = {
		.first = at->n + 1,
		.headers = &bytes,
		.count = 1,
		.head = head,
	};

	crypto_commit(salt, text, strlen(text), header.commit);
	assert_int_equal(
	    header_encode(&header, raw, sizeof(raw), &bytes.len), ERR_NONE);
	memcpy(run.log_id, log_id, LOG_ID_LEN);
	memcpy(run.c_prev, at->c, HASH_LEN);
	assert_int_equal(log_step(&tip, raw, bytes.len), ERR_NONE);
	log_head_sign(f->key.secret, log_id, &tip, 2, head);
	if (log == NULL)
		assert_int_equal(
		    store_add_branch(f->txn, &run, at->n), ERR_NONE);
	else
		assert_int_equal(
		    store_add_run(f->txn, log->key, log->inc, true, &run),
		    ERR_NONE);
	assert_int_equal(store_add_body(f->txn, log_id, tip.n, salt,
			     (const uint8_t *)text, strlen(text)),
	    ERR_NONE);
}

static void
longer_log_elsewhere_is_not_continued(void **state)
{
	struct fixture *f = *state;
	struct outbox_place old = place_of(f, publish(f, "one"));
	struct store_log log = log_of(f, old.log_id);
	uint8_t open[LOG_ID_LEN];

	begin(f);
	add_elsewhere(f, &log, old.log_id, &log.tip, "told before");
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, old.log_id, 3), ERR_NONE);
	finish(f);
	assert_false(outbox_open_log(f->outbox, open));
	assert_int_equal(count_waiting(f), 0);
	assert_new_log(f, &old, 3, FORKED);
	assert_text(f, old.log_id, 3, "told before");
}

static void
log_that_grew_without_us_is_never_appended_to(void **state)
{
	struct fixture *f = *state;
	struct outbox_place old = place_of(f, publish(f, "one"));
	struct store_log log = log_of(f, old.log_id);
	struct outbox_place place;

	begin(f);
	add_elsewhere(f, &log, old.log_id, &log.tip, "told before");
	finish(f);
	place = place_of(f, publish(f, "two"));
	assert_memory_not_equal(place.log_id, old.log_id, LOG_ID_LEN);
	assert_int_equal(genesis_of(f, place.log_id).reason, FORKED);
	assert_int_equal(genesis_of(f, place.log_id).prev_n, 3);
}

/* Two other branches were proved that part before entry 1. */
static void
log_of_which_nothing_counts_is_not_named_by_the_next(void **state)
{
	struct fixture *f = *state;
	struct outbox_place old = place_of(f, publish(f, "one"));
	struct outbox_place place;
	struct header_genesis genesis;

	begin(f);
	assert_int_equal(store_freeze(f->txn, old.log_id, 0), ERR_NONE);
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, old.log_id, 0), ERR_NONE);
	finish(f);
	assert_true(outbox_open_log(f->outbox, place.log_id));
	assert_memory_not_equal(place.log_id, old.log_id, LOG_ID_LEN);
	genesis = genesis_of(f, place.log_id);
	assert_int_equal(genesis.reason, FORKED);
	assert_false(genesis.has_prev);
	assert_text(f, place.log_id, 2, "one");
	assert_int_equal(verify_log(f, place.log_id), 1);
}

static void
closed_log_stays_closed_after_a_restart(void **state)
{
	struct fixture *f = *state;
	struct outbox_place old = place_of(f, publish(f, "one"));

	begin(f);
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, old.log_id, 2), ERR_NONE);
	finish(f);
	restart(f);
	assert_new_log(f, &old, 2, FORKED);
}

static void
forked_log_is_published_again_once_with_body_and_salt(void **state)
{
	struct fixture *f = *state;
	struct outbox_place first = place_of(f, publish(f, "common"));
	struct log_tip common = log_of(f, first.log_id).tip;
	struct outbox_place ours = place_of(f, publish(f, "ours"));
	struct store_body before;
	struct store_body after;
	struct store_txn *txn;
	uint8_t open[LOG_ID_LEN];
	uint64_t ticket;
	int i;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	assert_int_equal(
	    store_body(txn, ours.log_id, ours.n, &before), ERR_NONE);
	store_abort(&txn);

	/* Asked for twice, as when bodies come later, it happens once. */
	begin(f);
	add_elsewhere(f, NULL, first.log_id, &common, "theirs");
	for (i = 0; i < 2; i++)
		assert_int_equal(
		    outbox_close_log(f->outbox, f->txn, first.log_id, common.n),
		    ERR_NONE);
	assert_int_equal(outbox_waiting(f->txn), 2);
	finish(f);
	assert_true(log_of(f, first.log_id).frozen);

	assert_true(outbox_open_log(f->outbox, open));
	assert_memory_not_equal(open, first.log_id, LOG_ID_LEN);
	assert_int_equal(genesis_of(f, open).reason, FORKED);
	assert_int_equal(genesis_of(f, open).prev_n, common.n);
	assert_int_equal(log_of(f, open).tip.n, 3);
	assert_text(f, open, 2, "theirs");
	assert_text(f, open, 3, "ours");
	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	assert_int_equal(store_body(txn, open, 3, &after), ERR_NONE);
	assert_memory_equal(after.salt, before.salt, SALT_LEN);
	store_abort(&txn);
	store_body_clear(&before);
	store_body_clear(&after);

	restart(f);
	begin(f);
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, first.log_id, common.n),
	    ERR_NONE);
	assert_int_equal(outbox_waiting(f->txn), 0);
	ticket = add(f, HEADER_TRIAL, "next");
	finish(f);
	assert_memory_equal(place_of(f, ticket).log_id, open, LOG_ID_LEN);
	assert_int_equal(place_of(f, ticket).n, 4);
}

static void
entries_without_a_body_are_published_again_too(void **state)
{
	struct fixture *f = *state;
	const struct outbox_entry entry = {
		.kind = HEADER_MEMBER,
		.ext = { (const uint8_t *)"ext", 3 },
	};
	struct outbox_place first = place_of(f, publish(f, "common"));
	struct outbox_place place = { .n = 2 };
	uint64_t ticket;
	int i;

	begin(f);
	assert_int_equal(
	    outbox_add(f->outbox, f->txn, &entry, &ticket), ERR_NONE);
	finish(f);
	for (i = 0; i < 2; i++) {
		begin(f);
		assert_int_equal(
		    store_freeze(f->txn, first.log_id, 2), ERR_NONE);
		assert_int_equal(
		    outbox_close_log(f->outbox, f->txn, first.log_id, 2),
		    ERR_NONE);
		finish(f);
	}
	assert_true(outbox_open_log(f->outbox, place.log_id));
	assert_int_equal(log_of(f, place.log_id).tip.n, 2);
	assert_int_equal(header_of(f, &place).kind, HEADER_MEMBER);
}

/* ---- forks: words about a member ---- */

/* The first bytes of the chain value of entry ${n} beside the stored branch. */
static void
name_theirs(struct store_txn *txn, const uint8_t *log_id, uint64_t n,
    uint8_t ret_c8[C8_LEN])
{
	struct store_entry entry;
	uint8_t branch = 1;

	assert_int_equal(
	    store_entry_next(txn, log_id, n, &branch, &entry), ERR_NONE);
	memcpy(ret_c8, entry.c, C8_LEN);
}

/* A word about the key 09 00 ..., and its name, if it has one. */
struct word {
	uint64_t time_ms;
	bool withdrawn;
	const char *name;
};

static const uint8_t name_salt[SALT_LEN] = { 43 };

static void
encode_word(const struct word *word, uint8_t raw[HEADER_MAX], size_t *ret_len)
{
	struct header_member member = { .key = { 9 }, .org = "dk-1" };
	struct header header = {
		.kind = HEADER_MEMBER,
		.time_ms = word->time_ms,
	};
	uint8_t ext[HEADER_MAX];

	member.withdrawn = word->withdrawn;
	if (word->name != NULL) {
		header.body_len = (uint32_t)strlen(word->name);
		header.has_commit = true;
		crypto_commit(
		    name_salt, word->name, header.body_len, header.commit);
	}
	assert_int_equal(
	    header_member_encode(&member, ext, sizeof(ext), &header.ext.len),
	    ERR_NONE);
	header.ext.data = ext;
	assert_int_equal(
	    header_encode(&header, raw, HEADER_MAX, ret_len), ERR_NONE);
}

/* Another branch of a log, or more of it, says them after ${at}, which moves. */
static void
say_elsewhere(struct fixture *f, const uint8_t *log_id, struct log_tip *at,
    const struct word *words, size_t count, uint64_t last_common)
{
	uint8_t raw[2][HEADER_MAX];
	uint8_t head[HEAD_LEN];
	struct bytes bytes[2];
	struct log_run run = { .first = at->n + 1,
		.headers = bytes,
		.count = count,
		.head = head };
	size_t i;

	memcpy(run.log_id, log_id, LOG_ID_LEN);
	memcpy(run.c_prev, at->c, HASH_LEN);
	for (i = 0; i < count; i++) {
		bytes[i].data = raw[i];
		encode_word(&words[i], raw[i], &bytes[i].len);
		assert_int_equal(log_step(at, raw[i], bytes[i].len), ERR_NONE);
	}
	log_head_sign(f->key.secret, log_id, at, 2, head);
	assert_int_equal(store_add_branch(f->txn, &run, last_common), ERR_NONE);
}

static enum err
name_elsewhere(
    struct fixture *f, const uint8_t *log_id, uint64_t n, const char *name)
{
	return store_add_body(
	    f->txn, log_id, n, name_salt, (const uint8_t *)name, strlen(name));
}

static void
close_log(struct fixture *f, const uint8_t *log_id, uint64_t last_common)
{
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, log_id, last_common), ERR_NONE);
}

/* Is a word of its log the last one (PROTOCOL 6.2), as the directory sees it? */
static bool
is_last_word(const struct header *header, const struct store_pos *at,
    const struct header *last, const struct store_pos *last_at)
{
	int order = memcmp(at->log_id, last_at->log_id, LOG_ID_LEN);

	if (header->time_ms != last->time_ms)
		return header->time_ms > last->time_ms;
	return order != 0 ? order > 0 : at->n > last_at->n;
}

/* How many words count, and what the last one says. */
static size_t
last_word(struct fixture *f, struct word *ret_word)
{
	struct header_member member;
	struct header last = { .time_ms = 0 };
	struct store_pos last_at = { .n = 0 };
	struct store_txn *txn;
	struct store_entry entry;
	struct store_pos pos;
	struct store_log log;
	struct header header;
	size_t count = 0;
	enum err err;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	for (err = store_member_next(txn, NULL, &entry); err == ERR_NONE;
	     err = store_member_next(txn, &pos, &entry)) {
		memcpy(pos.log_id, entry.log_id, LOG_ID_LEN);
		pos.n = entry.n;
		assert_int_equal(
		    header_decode(entry.header.data, entry.header.len, &header),
		    ERR_NONE);
		assert_int_equal(store_log(txn, pos.log_id, &log), ERR_NONE);
		if (log.frozen && pos.n > log.last_common)
			continue;
		count++;
		if (!is_last_word(&header, &pos, &last, &last_at))
			continue;
		assert_int_equal(
		    header_member_decode(header.ext, &member), ERR_NONE);
		last = header;
		last_at = pos;
		ret_word->time_ms = header.time_ms;
		ret_word->withdrawn = member.withdrawn;
	}
	store_abort(&txn);
	return count;
}

/* A member was let in by name and put out again, before the store was set back. */
static const struct word let_in = { 100, false, "Vejle" };
static const struct word put_out = { 200, true, NULL };

static void
who_was_put_out_stays_out_though_its_name_comes_later(void **state)
{
	const struct word theirs[2] = { let_in, put_out };
	struct fixture *f = *state;
	struct outbox_place first = place_of(f, publish(f, "common"));
	struct log_tip at = log_of(f, first.log_id).tip;
	struct word word = { 0 };
	int i;

	(void)publish(f, "ours");
	begin(f);
	say_elsewhere(f, first.log_id, &at, theirs, 2, 2);
	close_log(f, first.log_id, 2);
	finish(f);
	assert_int_equal(last_word(f, &word), 2);
	assert_true(word.withdrawn);
	assert_int_equal(word.time_ms, 200);

	/* Twice: what waits or is signed is not accepted once more. */
	for (i = 0; i < 2; i++) {
		begin(f);
		if (i == 0)
			assert_int_equal(
			    name_elsewhere(f, first.log_id, 3, let_in.name),
			    ERR_NONE);
		close_log(f, first.log_id, 2);
		finish(f);
		assert_int_equal(last_word(f, &word), 3);
		assert_true(word.withdrawn);
		assert_int_equal(word.time_ms, 200);
	}
}

static void
later_part_of_a_branch_does_not_unsay_what_was_said_since(void **state)
{
	const struct word ours = { 300, false, NULL };
	struct fixture *f = *state;
	struct outbox_place first = place_of(f, publish(f, "common"));
	struct log_tip common = log_of(f, first.log_id).tip;
	struct log_tip at = common;
	struct word word = { 0 };

	/* A second branch, wholly here, says more than the first does first. */
	(void)publish(f, "ours");
	begin(f);
	say_elsewhere(f, first.log_id, &at, &ours, 1, 2);
	close_log(f, first.log_id, 2);
	finish(f);
	at = common;
	begin(f);
	say_elsewhere(f, first.log_id, &at, &let_in, 1, 2);
	close_log(f, first.log_id, 2);
	finish(f);
	begin(f);
	say_elsewhere(f, first.log_id, &at, &put_out, 1, 2);
	close_log(f, first.log_id, 2);
	finish(f);
	assert_int_equal(last_word(f, &word), 3);
	assert_false(word.withdrawn);
	assert_int_equal(word.time_ms, 300);
}

static void
member_whose_name_is_erased_is_vouched_for_again_without_it(void **state)
{
	struct fixture *f = *state;
	struct outbox_place first = place_of(f, publish(f, "common"));
	struct log_tip at = log_of(f, first.log_id).tip;
	uint8_t open[LOG_ID_LEN];
	struct word word = { 0 };
	uint8_t c8[C8_LEN];
	int i;

	(void)publish(f, "ours");
	begin(f);
	say_elsewhere(f, first.log_id, &at, &let_in, 1, 2);
	name_theirs(f->txn, first.log_id, 3, c8);
	assert_int_equal(
	    store_erase_entry(f->txn, first.log_id, 3, c8), ERR_NONE);
	for (i = 0; i < 2; i++)
		close_log(f, first.log_id, 2);
	finish(f);
	assert_int_equal(last_word(f, &word), 1);
	assert_false(word.withdrawn);

	/* So it is once more where that log forks too, and then no more. */
	assert_true(outbox_open_log(f->outbox, open));
	begin(f);
	assert_int_equal(store_freeze(f->txn, open, 1), ERR_NONE);
	close_log(f, open, 1);
	finish(f);
	assert_int_equal(last_word(f, &word), 1);
	begin(f);
	close_log(f, open, 1);
	close_log(f, first.log_id, 2);
	assert_int_equal(outbox_waiting(f->txn), 0);
}

static void
words_of_one_moment_have_an_order(void **state)
{
	const struct outbox_entry entry = {
		.kind = HEADER_MEMBER,
		.ext = { (const uint8_t *)"ext", 3 },
	};
	struct fixture *f = *state;
	struct outbox_place one;
	struct outbox_place two;
	uint64_t tickets[2];
	int i;

	begin(f);
	for (i = 0; i < 2; i++)
		assert_int_equal(
		    outbox_add(f->outbox, f->txn, &entry, &tickets[i]),
		    ERR_NONE);
	finish(f);
	one = place_of(f, tickets[0]);
	two = place_of(f, tickets[1]);
	assert_true(header_of(f, &two).time_ms > header_of(f, &one).time_ms);
}

/* A word that was published again is old, and may be the last entry. */
static void
what_is_written_comes_after_old_words_that_are_last(void **state)
{
	struct fixture *f = *state;
	struct outbox_place first = place_of(f, publish(f, "common"));
	struct log_tip at = log_of(f, first.log_id).tip;
	struct outbox_place last = { .n = 3 };
	struct outbox_place next;
	struct store_txn *txn;
	struct store_run read;
	struct store_log log;

	(void)publish(f, "ours");
	begin(f);
	close_log(f, first.log_id, 2);
	finish(f);
	begin(f);
	say_elsewhere(f, first.log_id, &at, &put_out, 1, 2);
	close_log(f, first.log_id, 2);
	finish(f);
	assert_true(outbox_open_log(f->outbox, last.log_id));
	last.n = log_of(f, last.log_id).tip.n;
	assert_int_equal(header_of(f, &last).time_ms, put_out.time_ms);

	/* A new store gets the log from others, and knows no other time. */
	log = log_of(f, last.log_id);
	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	assert_int_equal(
	    store_read_run(txn, last.log_id, 1, NULL, &read), ERR_NONE);
	store_abort(&txn);
	renew_store(f);
	begin(f);
	assert_int_equal(
	    store_add_run(f->txn, log.key, log.inc, true, &read.run), ERR_NONE);
	finish(f);
	store_run_clear(&read);
	restart(f);
	next = place_of(f, publish(f, "next"));
	assert_true(header_of(f, &next).time_ms >= NOW_MS);
}

static void
bodies_that_come_later_are_published_again_later(void **state)
{
	struct fixture *f = *state;
	struct outbox_place ours;
	uint8_t open[LOG_ID_LEN];

	(void)publish(f, "common");
	ours = place_of(f, publish(f, "ours"));
	begin(f);
	assert_int_equal(
	    store_body_lost(f->txn, ours.log_id, ours.n), ERR_NONE);
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, ours.log_id, 2), ERR_NONE);
	assert_int_equal(outbox_waiting(f->txn), 0);
	finish(f);
	assert_false(outbox_open_log(f->outbox, open));

	/* An erased body is never published again. */
	begin(f);
	assert_int_equal(store_erase(f->txn, ours.log_id, ours.n), ERR_NONE);
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, ours.log_id, 2), ERR_NONE);
	assert_int_equal(outbox_waiting(f->txn), 0);
}

/* ---- what was published again and is erased ---- */

/* Does an ERASE of the log name this place? */
static bool
is_named(struct fixture *f, const uint8_t *log_id, const uint8_t *target_log,
    uint64_t target_n)
{
	struct header_target targets[ERASE_MAX];
	struct store_entry entry;
	struct store_txn *txn;
	struct header header;
	size_t count;
	size_t i;
	uint64_t n;
	bool named = false;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	for (n = 2; store_entry(txn, log_id, n, &entry) == ERR_NONE; n++) {
		assert_int_equal(
		    header_decode(entry.header.data, entry.header.len, &header),
		    ERR_NONE);
		if (header.kind != HEADER_ERASE)
			continue;
		assert_int_equal(
		    header_erase_decode(header.ext, targets, &count), ERR_NONE);
		for (i = 0; i < count; i++)
			named |= targets[i].n == target_n &&
			    memcmp(targets[i].log_id, target_log, LOG_ID_LEN) ==
				0;
	}
	store_abort(&txn);
	return named;
}

static void
assert_erased(struct fixture *f, const uint8_t *log_id, uint64_t n)
{
	struct store_txn *txn;
	struct store_body body;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	assert_int_equal(store_is_erased(txn, log_id, n), ERR_ERASED);
	assert_int_equal(store_body(txn, log_id, n, &body), ERR_ERASED);
	store_abort(&txn);
}

static void
assert_theirs_erased(struct fixture *f, const uint8_t *log_id, uint64_t n)
{
	struct store_txn *txn;
	uint8_t c8[C8_LEN];

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	name_theirs(txn, log_id, n, c8);
	assert_int_equal(store_is_erased_entry(txn, log_id, n, c8), ERR_ERASED);
	assert_int_equal(store_is_erased(txn, log_id, n), ERR_NONE);
	store_abort(&txn);
}

/* Let the other branch of our log go on with an ERASE of its entry ${n}. */
static void
erase_elsewhere(struct fixture *f, const uint8_t *log_id, uint64_t n)
{
	struct header_target target = { .n = n, .reason = 1 };
	struct header header = { .kind = HEADER_ERASE, .time_ms = 3 };
	uint8_t ext[HEADER_MAX];
	uint8_t raw[HEADER_MAX];
	uint8_t head[HEAD_LEN];
	struct bytes bytes = { raw, 0 };
	struct log_run run = { .headers = &bytes, .count = 1, .head = head };
	struct log_tip tip;

	memcpy(target.log_id, log_id, LOG_ID_LEN);
	target.has_c8 = true;
	name_theirs(f->txn, log_id, n, target.c8);
	assert_int_equal(
	    header_erase_encode(&target, 1, ext, sizeof(ext), &header.ext.len),
	    ERR_NONE);
	header.ext.data = ext;
	assert_int_equal(
	    header_encode(&header, raw, sizeof(raw), &bytes.len), ERR_NONE);
	assert_int_equal(
	    store_branch_next(f->txn, log_id, NULL, &tip), ERR_NONE);
	run.first = tip.n + 1;
	memcpy(run.log_id, log_id, LOG_ID_LEN);
	memcpy(run.c_prev, tip.c, HASH_LEN);
	assert_int_equal(log_step(&tip, raw, bytes.len), ERR_NONE);
	log_head_sign(f->key.secret, log_id, &tip, 4, head);
	assert_int_equal(store_add_branch(f->txn, &run, 2), ERR_NONE);
}

/* A log that is forked after entry 2: "ours" and "theirs" stand beside each
 * other as entry 3.  They are accepted again with the transaction begun here. */
static struct outbox_place
fork_log(struct fixture *f)
{
	struct outbox_place first = place_of(f, publish(f, "common"));
	struct log_tip common = log_of(f, first.log_id).tip;

	(void)publish(f, "ours");
	begin(f);
	add_elsewhere(f, NULL, first.log_id, &common, "theirs");
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, first.log_id, 2), ERR_NONE);
	return first;
}

static void
erase_that_comes_after_its_body_was_published_again_erases_the_copy(
    void **state)
{
	struct fixture *f = *state;
	struct outbox_place first = fork_log(f);
	uint8_t open[LOG_ID_LEN];

	finish(f);
	assert_true(outbox_open_log(f->outbox, open));
	assert_text(f, open, 2, "theirs");
	assert_text(f, open, 3, "ours");

	/* The other branch goes on, and tells only of what it had itself. */
	restart(f);
	begin(f);
	erase_elsewhere(f, first.log_id, 3);
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, first.log_id, 2), ERR_NONE);
	finish(f);
	assert_theirs_erased(f, first.log_id, 3);
	assert_text(f, first.log_id, 3, "ours");
	assert_erased(f, open, 2);
	assert_true(is_named(f, open, open, 2));

	/* Our entry of that number was never meant. */
	assert_text(f, open, 3, "ours");
	assert_false(is_named(f, open, open, 3));

	/* The ERASE itself was published again, and nothing else happens. */
	assert_true(is_named(f, open, first.log_id, 3));
	assert_int_equal(log_of(f, open).tip.n, 5);
	begin(f);
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, first.log_id, 2), ERR_NONE);
	finish(f);
	assert_int_equal(log_of(f, open).tip.n, 5);
}

static void
erase_of_a_copy_erases_the_original(void **state)
{
	struct fixture *f = *state;
	struct outbox_place first = fork_log(f);
	struct header_target target = { .n = 2, .reason = 1 };
	uint8_t open[LOG_ID_LEN];
	size_t entries;

	finish(f);
	assert_true(outbox_open_log(f->outbox, open));
	memcpy(target.log_id, open, LOG_ID_LEN);
	begin(f);
	assert_int_equal(store_erase(f->txn, open, 2), ERR_NONE);
	assert_int_equal(
	    outbox_erase(f->outbox, f->txn, &target, 1, &entries), ERR_NONE);
	assert_int_equal(entries, 1);
	finish(f);
	assert_theirs_erased(f, first.log_id, 3);
	assert_true(is_named(f, open, open, 2));
	assert_true(is_named(f, open, first.log_id, 3));

	/* What the other branch had under that number keeps its copy. */
	restart(f);
	begin(f);
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, first.log_id, 2), ERR_NONE);
	finish(f);
	assert_text(f, open, 3, "ours");
}

static void
copy_that_waits_is_erased_as_soon_as_it_has_a_place(void **state)
{
	struct fixture *f = *state;
	struct outbox_place first = fork_log(f);
	uint8_t open[LOG_ID_LEN];

	outbox_pause(f->outbox, true);
	finish(f);
	assert_false(outbox_open_log(f->outbox, open));
	begin(f);
	erase_elsewhere(f, first.log_id, 3);
	finish(f);
	restart(f);
	begin(f);
	finish(f);
	assert_true(outbox_open_log(f->outbox, open));
	assert_erased(f, open, 2);
	assert_text(f, open, 3, "ours");

	/* What names them could not come earlier, and comes next. */
	assert_true(outbox_ready(f->outbox));
	begin(f);
	finish(f);
	assert_true(is_named(f, open, open, 2));
	assert_false(is_named(f, open, open, 3));
	assert_int_equal(count_waiting(f), 0);
}

static void
body_that_comes_after_its_twin_was_erased_is_not_published_again(void **state)
{
	struct fixture *f = *state;
	struct outbox_place first = place_of(f, publish(f, "common"));
	struct log_tip common = log_of(f, first.log_id).tip;
	struct log_tip tip;

	/* The same text with the same salt, as entries 3 and 4 of one branch. */
	(void)publish(f, "ours");
	begin(f);
	add_elsewhere(f, NULL, first.log_id, &common, "theirs");
	assert_int_equal(
	    store_branch_next(f->txn, first.log_id, NULL, &tip), ERR_NONE);
	tip.boundary = common.boundary;
	finish(f);
	begin(f);
	assert_int_equal(store_erase(f->txn, first.log_id, 3), ERR_NONE);
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, first.log_id, 2), ERR_NONE);
	assert_int_equal(outbox_waiting(f->txn), 0);
	add_elsewhere(f, NULL, first.log_id, &tip, "theirs");
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, first.log_id, 2), ERR_NONE);
	assert_int_equal(outbox_waiting(f->txn), 0);
	finish(f);
	assert_theirs_erased(f, first.log_id, 4);
}

static void
copy_in_a_log_that_forks_too_is_published_once_more(void **state)
{
	struct fixture *f = *state;
	uint8_t second[LOG_ID_LEN];
	uint8_t third[LOG_ID_LEN];

	(void)fork_log(f);
	finish(f);
	assert_true(outbox_open_log(f->outbox, second));
	begin(f);
	assert_int_equal(store_freeze(f->txn, second, 2), ERR_NONE);
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, second, 2), ERR_NONE);
	finish(f);
	assert_true(outbox_open_log(f->outbox, third));
	assert_memory_not_equal(second, third, LOG_ID_LEN);
	assert_int_equal(log_of(f, third).tip.n, 2);
	assert_text(f, third, 2, "ours");

	/* Erased in the first log, it goes in the other two as well. */
	begin(f);
	assert_int_equal(store_erase(f->txn, second, 3), ERR_NONE);
	finish(f);
	assert_erased(f, third, 2);
	assert_true(is_named(f, third, third, 2));
}

/* Another own log comes back from a peer; its entry 2 is ${text}, of that time. */
static void
find_log_of(struct fixture *f, const char *text, uint64_t time_ms,
    uint8_t ret_log_id[LOG_ID_LEN])
{
	struct header_genesis genesis = { .inc = 77, .format = 1, .org = "dk" };
	struct header header = { .kind = HEADER_GENESIS, .time_ms = 1 };
	const uint8_t salt[SALT_LEN] = { 42 };
	uint8_t ext[HEADER_MAX];
	uint8_t raw[2][HEADER_MAX];
	uint8_t head[HEAD_LEN];
	struct bytes bytes[2] = { { raw[0], 0 }, { raw[1], 0 } };
	struct log_run run = {
		.first = 1, .headers = bytes, .count = 2, .head = head
	};
	struct log_tip tip;
	size_t i;

	memcpy(genesis.key, f->key.public_key, KEY_LEN);
	assert_int_equal(
	    header_genesis_encode(&genesis, ext, sizeof(ext), &header.ext.len),
	    ERR_NONE);
	header.ext.data = ext;
	log_begin(genesis.key, genesis.inc, ret_log_id, &tip);
	memcpy(run.log_id, ret_log_id, LOG_ID_LEN);
	memcpy(run.c_prev, tip.c, HASH_LEN);
	for (i = 0; i < 2; i++) {
		assert_int_equal(header_encode(&header, raw[i], sizeof(raw[i]),
				     &bytes[i].len),
		    ERR_NONE);
		assert_int_equal(
		    log_step(&tip, raw[i], bytes[i].len), ERR_NONE);
		memset(&header, 0, sizeof(header));
		header.kind = HEADER_TRIAL;
		header.time_ms = time_ms;
		header.body_len = (uint32_t)strlen(text);
		header.has_commit = true;
		crypto_commit(salt, text, strlen(text), header.commit);
	}
	log_head_sign(f->key.secret, ret_log_id, &tip, 2, head);
	assert_int_equal(
	    store_add_run(f->txn, f->key.public_key, genesis.inc, true, &run),
	    ERR_NONE);
	assert_int_equal(outbox_found(f->outbox, f->txn, &run), ERR_NONE);
}

static void
find_log(struct fixture *f, const char *text, uint8_t ret_log_id[LOG_ID_LEN])
{
	find_log_of(f, text, 1, ret_log_id);
}

/* Keep the body of entry 2 of such a log. */
static enum err
find_body(struct fixture *f, const uint8_t *log_id, const char *text)
{
	const uint8_t salt[SALT_LEN] = { 42 };

	return store_add_body(
	    f->txn, log_id, 2, salt, (const uint8_t *)text, strlen(text));
}

static void
what_is_written_comes_after_all_that_came_back(void **state)
{
	struct fixture *f = *state;
	const uint64_t later = UINT64_C(4102444800000); /* in 2100 */
	struct outbox_place place;
	uint8_t found[LOG_ID_LEN];

	/* A clock that was set back must not make the last word an old one. */
	place = place_of(f, publish(f, "first"));
	assert_true(header_of(f, &place).time_ms < later);
	begin(f);
	find_log_of(f, "theirs", later, found);
	finish(f);
	place = place_of(f, publish(f, "second"));
	assert_memory_not_equal(place.log_id, found, LOG_ID_LEN);
	assert_true(header_of(f, &place).time_ms > later);

	/* Nor after a start. */
	restart(f);
	place = place_of(f, publish(f, "third"));
	assert_true(header_of(f, &place).time_ms > later);
}

static void
what_counts_in_a_log_that_came_back_is_not_published_again(void **state)
{
	struct fixture *f = *state;
	struct outbox_place first = place_of(f, publish(f, "common"));
	struct log_tip common = log_of(f, first.log_id).tip;
	uint8_t found[LOG_ID_LEN];

	(void)publish(f, "ours");
	begin(f);
	find_log(f, "theirs", found);
	add_elsewhere(f, NULL, first.log_id, &common, "theirs");
	assert_int_equal(find_body(f, found, "theirs"), ERR_NONE);
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, first.log_id, 2), ERR_NONE);
	assert_int_equal(outbox_waiting(f->txn), 1);

	/* Its body has to be there, too. */
	assert_int_equal(store_body_lost(f->txn, found, 2), ERR_NONE);
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, first.log_id, 2), ERR_NONE);
	assert_int_equal(outbox_waiting(f->txn), 2);
}

static void
what_is_erased_in_a_log_that_came_back_goes_everywhere(void **state)
{
	struct fixture *f = *state;
	struct outbox_place first = fork_log(f);
	uint8_t found[LOG_ID_LEN];
	uint8_t open[LOG_ID_LEN];

	finish(f);
	assert_true(outbox_open_log(f->outbox, open));
	assert_text(f, open, 2, "theirs");
	begin(f);
	find_log(f, "theirs", found);
	finish(f);
	assert_text(f, open, 2, "theirs");
	begin(f);
	assert_int_equal(store_erase(f->txn, found, 2), ERR_NONE);
	finish(f);
	assert_erased(f, open, 2);
	assert_theirs_erased(f, first.log_id, 3);
	assert_true(is_named(f, open, open, 2));
	assert_true(is_named(f, open, first.log_id, 3));
	assert_text(f, open, 3, "ours");
}

static void
what_waited_in_a_copied_store_goes_where_the_copy_signed_it(void **state)
{
	struct fixture *f = *state;
	struct header header = { .kind = HEADER_TRIAL, .body_len = 4 };
	const uint8_t salt[SALT_LEN] = { 42 };
	const struct bytes body = { (const uint8_t *)"ours", 4 };
	uint8_t raw[HEADER_MAX];
	struct bytes bytes = { raw, 0 };
	uint8_t found[LOG_ID_LEN];
	uint8_t open[LOG_ID_LEN];
	uint64_t ticket;

	/* It was accepted, and not signed before the copy began. */
	header.time_ms = 1;
	header.has_commit = true;
	crypto_commit(salt, body.data, body.len, header.commit);
	assert_int_equal(
	    header_encode(&header, raw, sizeof(raw), &bytes.len), ERR_NONE);
	begin(f);
	assert_int_equal(
	    store_outbox_add(f->txn, bytes, salt, body, &ticket), ERR_NONE);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	restart(f);
	begin(f);
	finish(f);
	assert_true(outbox_open_log(f->outbox, open));
	assert_text(f, open, 2, "ours");

	begin(f);
	find_log(f, "ours", found);
	assert_int_equal(store_erase(f->txn, found, 2), ERR_NONE);
	finish(f);
	assert_erased(f, open, 2);
	assert_true(is_named(f, open, open, 2));
}

static void
many_targets_take_several_erases(void **state)
{
	struct fixture *f = *state;
	struct header_target targets[ERASE_MAX + 1];
	uint8_t open[LOG_ID_LEN];
	size_t entries = 0;
	size_t i;

	memset(targets, 0, sizeof(targets));
	for (i = 0; i <= ERASE_MAX; i++) {
		targets[i].log_id[0] = 9;
		targets[i].n = i + 1;
	}
	begin(f);
	assert_int_equal(
	    outbox_erase(f->outbox, f->txn, targets, 0, &entries), ERR_NONE);
	assert_int_equal(entries, 0);
	assert_int_equal(
	    outbox_erase(f->outbox, f->txn, targets, ERASE_MAX + 1, &entries),
	    ERR_NONE);
	assert_int_equal(entries, 2);
	finish(f);
	assert_true(outbox_open_log(f->outbox, open));
	assert_true(is_named(f, open, targets[0].log_id, ERASE_MAX));
	assert_true(is_named(f, open, targets[0].log_id, ERASE_MAX + 1));
}

static void
only_own_logs_that_are_here_can_be_closed(void **state)
{
	struct fixture *f = *state;
	const uint8_t seed[SEED_LEN] = { 2 };
	struct outbox_place place = place_of(f, publish(f, "one"));
	uint8_t unknown[LOG_ID_LEN] = { 0 };

	begin(f);
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, unknown, 0), ERR_NOENT);
	store_abort(&f->txn);
	outbox_close(f->outbox);
	f->outbox = NULL;
	crypto_key_from_seed(seed, &f->key);
	assert_int_equal(open_outbox(f, "dk-791"), ERR_NONE);
	begin(f);
	assert_int_equal(
	    outbox_close_log(f->outbox, f->txn, place.log_id, 0), ERR_DENIED);
}

static void
another_key_begins_a_log_of_its_own(void **state)
{
	struct fixture *f = *state;
	const uint8_t seed[SEED_LEN] = { 2 };
	struct outbox_place old = place_of(f, publish(f, "one"));
	struct outbox_place place;

	crypto_key_from_seed(seed, &f->key);
	restart(f);
	place = place_of(f, publish(f, "two"));
	assert_memory_not_equal(place.log_id, old.log_id, LOG_ID_LEN);
	assert_memory_equal(
	    log_of(f, place.log_id).key, f->key.public_key, KEY_LEN);
	assert_int_equal(genesis_of(f, place.log_id).reason, ROTATED);
}

/* ---- threads ---- */

static void *
ask(void *context)
{
	struct fixture *f = context;
	struct outbox_place place;
	uint8_t open[LOG_ID_LEN];
	uint64_t ticket;

	for (ticket = 1; ticket <= 200; ticket++) {
		while (outbox_place(f->outbox, ticket, &place) != ERR_NONE)
			(void)outbox_open_log(f->outbox, open);
		(void)outbox_ready(f->outbox);
	}
	return NULL;
}

static void
places_may_be_asked_for_from_any_thread(void **state)
{
	struct fixture *f = *state;
	pthread_t thread;
	int i;

	assert_int_equal(pthread_create(&thread, NULL, ask, f), 0);
	for (i = 0; i < 20; i++) {
		begin(f);
		for (int k = 0; k < 10; k++)
			(void)add(f, HEADER_TRIAL, "t");
		finish(f);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(log_begins_with_the_first_entry_and_not_before),
		T(second_publication_continues_the_log),
		T(entry_without_body_is_published_too),
		T(too_long_header_or_body_is_refused),
		T(bad_org_is_refused),
		T(boundary_falls_at_256_entries),
		T(boundary_falls_at_32_kib_of_headers),
		T(one_transaction_signs_so_much_and_the_next_goes_on),
		T(aborted_transaction_is_forgotten),
		T(unknown_tickets_have_no_place),
		T(time_never_falls_below_the_last),
		T(beacon_signs_the_tip_anew),
		T(paused_outbox_accepts_and_signs_when_it_goes_on),
		T(accepted_entry_outlives_a_restart),
		T(good_fence_continues_the_log_after_a_restart),
		T(keys_of_a_commit_that_failed_go_after_a_restart),
		T(store_ahead_of_its_fence_is_good),
		T(kill_between_the_first_commit_and_its_fence_costs_no_log),
		T(log_that_could_not_be_begun_leaves_the_store_in_hand),
		T(kill_before_the_first_commit_leaves_no_log),
		T(kill_before_a_log_begins_leaves_the_store_in_hand),
		T(kill_before_a_log_begins_puts_no_store_in_hand),
		T(main_set_back_before_a_log_begins_is_not_in_hand),
		T(kill_at_any_moment_begins_no_new_log),
		T(missing_fence_begins_a_new_log),
		T(damaged_fence_begins_a_new_log),
		T(fence_of_another_boot_begins_a_new_log),
		T(fence_of_another_log_or_position_begins_a_new_log),
		T(restored_main_begins_a_new_log),
		T(main_set_back_behind_what_came_from_others_begins_a_new_log),
		T(store_is_in_hand_with_a_key_that_has_no_log_yet),
		T(fence_that_cannot_be_written_does_not_undo_the_commit),
		T(fence_that_could_not_be_written_is_written_after_an_empty_commit),
		T(new_store_with_fetched_own_logs_names_the_latest),
		T(longer_log_elsewhere_is_not_continued),
		T(log_that_grew_without_us_is_never_appended_to),
		T(log_of_which_nothing_counts_is_not_named_by_the_next),
		T(closed_log_stays_closed_after_a_restart),
		T(forked_log_is_published_again_once_with_body_and_salt),
		T(entries_without_a_body_are_published_again_too),
		T(who_was_put_out_stays_out_though_its_name_comes_later),
		T(later_part_of_a_branch_does_not_unsay_what_was_said_since),
		T(member_whose_name_is_erased_is_vouched_for_again_without_it),
		T(words_of_one_moment_have_an_order),
		T(what_is_written_comes_after_old_words_that_are_last),
		T(bodies_that_come_later_are_published_again_later),
		T(erase_that_comes_after_its_body_was_published_again_erases_the_copy),
		T(erase_of_a_copy_erases_the_original),
		T(copy_that_waits_is_erased_as_soon_as_it_has_a_place),
		T(body_that_comes_after_its_twin_was_erased_is_not_published_again),
		T(copy_in_a_log_that_forks_too_is_published_once_more),
		T(what_is_written_comes_after_all_that_came_back),
		T(what_counts_in_a_log_that_came_back_is_not_published_again),
		T(what_is_erased_in_a_log_that_came_back_goes_everywhere),
		T(what_waited_in_a_copied_store_goes_where_the_copy_signed_it),
		T(many_targets_take_several_erases),
		T(only_own_logs_that_are_here_can_be_closed),
		T(another_key_begins_a_log_of_its_own),
		T(places_may_be_asked_for_from_any_thread),
	};

	return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
