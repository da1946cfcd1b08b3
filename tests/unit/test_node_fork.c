#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "proto/header.h"
#include "daemon/node_internal.h"
#include "tests/unit/bare_node.h"
#include "tests/unit/origin.h"
#include "tests/unit/scratch.h"

#define MAP_BYTES ((size_t)64 << 20)
#define COMMON    10
#define BRANCH    5  /* entries after the last common one */
#define STORED    20 /* those of the stored branch */

/* Later than anything that a test waits for, ms. */
#define NAME_LATE_MS ((int64_t)1 << 50)

/* A log of somebody else, of which all branches begin alike. */
struct fixture {
	char *dir;
	char *fence_path;
	struct crypto_key key;
	struct store *store;
	struct outbox *outbox;
	struct store_txn *txn;
	struct origin common;
	struct log_run *written; /* by write_branch() */
	struct origin_run *room;
	uint8_t writers; /* of FORK entries that came */
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const uint8_t seed[SEED_LEN] = { 1 };
	struct store_options options = { .map_bytes = MAP_BYTES };
	struct outbox_options own = { .org = "dk-791" };

	if (f == NULL || crypto_init() != ERR_NONE ||
	    (f->room = calloc(1, sizeof(*f->room))) == NULL)
		return -1;
	*state = f;
	crypto_key_from_seed(seed, &f->key);
	if ((f->dir = scratch_make()) == NULL ||
	    (f->fence_path = scratch_path(f->dir, "fence")) == NULL)
		return -1;
	options.dir = f->dir;
	own.key = &f->key;
	own.fence_path = f->fence_path;
	if (store_open(&options, &f->store) != ERR_NONE ||
	    outbox_open(f->store, &own, &f->outbox) != ERR_NONE ||
	    store_begin(f->store, true, &f->txn) != ERR_NONE)
		return -1;
	origin_begin(&f->common, 2, 1);
	return 0;
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
	free(f->room);
	free(f);
	return 0;
}

/* Write ${count} entries after the common ones, or after ${from}. */
static struct origin
write_branch(
    struct fixture *f, const struct origin *from, uint8_t variant, size_t count)
{
	struct origin origin = *from;

	origin.variant = variant;
	origin_write(&origin, f->room, count, 8);
	f->written = &f->room->run;
	return origin;
}

static void
add_stored(struct fixture *f)
{
	assert_int_equal(store_add_run(f->txn, f->common.key.public_key,
			     f->common.inc, false, f->written),
	    ERR_NONE);
}

/* The stored branch: the common entries, and those of variant 1. */
static void
begin_log(struct fixture *f)
{
	f->common = write_branch(f, &f->common, 0, COMMON);
	add_stored(f);
	(void)write_branch(f, &f->common, 1, STORED);
	add_stored(f);
}

/* What was written is committed as a branch, as links hand it over. */
static void
find_written(struct fixture *f)
{
	assert_int_equal(
	    store_add_branch(f->txn, f->written, COMMON), ERR_NONE);
	assert_int_equal(
	    node_fork_write(f->txn, f->outbox, f->written, COMMON), ERR_NONE);
}

static void
find_branch(struct fixture *f, uint8_t variant)
{
	(void)write_branch(f, &f->common, variant, BRANCH);
	find_written(f);
}

/* The HEAD after so many entries of a variant, of which it may hold more. */
static void
head_of(struct fixture *f, uint8_t variant, size_t count, uint8_t *out)
{
	(void)write_branch(f, &f->common, variant, count);
	memcpy(out, f->room->head, HEAD_LEN);
}

/* A FORK entry of another node comes, the second of its log. */
static void
hear_from(
    struct fixture *f, const uint8_t *writer, const struct header_fork *fork)
{
	struct header header = { .kind = HEADER_FORK, .time_ms = 1 };
	uint8_t ext[HEADER_MAX];
	uint8_t raw[HEADER_MAX];
	struct bytes bytes = { .data = raw };
	struct log_run run = { .first = 2, .headers = &bytes, .count = 1 };

	memcpy(run.log_id, writer, LOG_ID_LEN);
	assert_int_equal(
	    header_fork_encode(fork, ext, sizeof(ext), &header.ext.len),
	    ERR_NONE);
	header.ext.data = ext;
	assert_int_equal(
	    header_encode(&header, raw, sizeof(raw), &bytes.len), ERR_NONE);
	assert_int_equal(node_fork_keep(f->txn, f->outbox, &run), ERR_NONE);
}

static void
hear(struct fixture *f, uint8_t writer, const struct header_fork *fork)
{
	uint8_t log_id[LOG_ID_LEN];

	memset(log_id, writer, LOG_ID_LEN);
	hear_from(f, log_id, fork);
}

/* One that names two variants, as far as they are said to go. */
static void
hear_of(struct fixture *f, uint8_t a, size_t count_a, uint8_t b, size_t count_b)
{
	struct header_fork fork = { .last_common = COMMON };

	memcpy(fork.log_id, f->common.log_id, LOG_ID_LEN);
	head_of(f, a, count_a, fork.head_a);
	head_of(f, b, count_b, fork.head_b);
	hear(f, ++f->writers, &fork);
}

/* How many FORK entries this node publishes. */
static void
assert_written(struct fixture *f, uint64_t count)
{
	assert_int_equal(outbox_waiting(f->txn), count);
}

static size_t
count_notes(struct fixture *f)
{
	char name[201];
	struct bytes data;
	size_t count = 0;

	while (store_note_next(f->txn, "forked/", count == 0 ? NULL : name,
		   name, &data) == ERR_NONE)
		count++;
	return count;
}

/* What the node's clock does from time to time. */
static void
name_all(struct fixture *f)
{
	assert_int_equal(
	    node_fork_name(f->txn, f->outbox, NULL, 0, true), ERR_NONE);
}

/* The logs of these two writers of FORK entries count up to ${n}. */
static void
cut_writers(struct fixture *f, uint8_t a, uint8_t b, uint64_t n)
{
	struct store_pos cut[] = { { .n = n }, { .n = n } };

	memset(cut[0].log_id, a, LOG_ID_LEN);
	memset(cut[1].log_id, b, LOG_ID_LEN);
	assert_int_equal(
	    node_fork_name(f->txn, f->outbox, cut, 2, false), ERR_NONE);
}

static void
each_branch_is_named_once(void **state)
{
	struct fixture *f = *state;

	begin_log(f);
	find_branch(f, 2);
	assert_written(f, 1);
	find_branch(f, 3);
	assert_written(f, 2);
	find_branch(f, 4);
	assert_written(f, 3);
	assert_int_equal(
	    node_fork_write(f->txn, f->outbox, f->written, COMMON), ERR_NONE);
	name_all(f);
	assert_written(f, 3);
}

static void
branch_that_another_named_is_not_named_again(void **state)
{
	struct fixture *f = *state;

	begin_log(f);
	hear_of(f, 1, STORED, 2, BRANCH);
	find_branch(f, 2);
	assert_written(f, 0);
	hear_of(f, 1, STORED, 3, BRANCH);
	find_branch(f, 3);
	assert_written(f, 0);
	find_branch(f, 4);
	assert_written(f, 1);
}

static void
branch_that_parts_after_what_was_named_is_named(void **state)
{
	struct fixture *f = *state;
	struct origin second;

	begin_log(f);
	find_branch(f, 2);
	assert_written(f, 1);

	/* Both go through the HEAD that was named, then part. */
	(void)write_branch(f, &f->common, 2, BRANCH + 4);
	find_written(f);
	assert_written(f, 1);
	second = f->common;
	origin_run_begin(&second, f->room);
	second.variant = f->room->variant = 2;
	while (f->room->run.count < BRANCH)
		origin_add(&second, f->room, HEADER_TRIAL, 8);
	second.variant = f->room->variant = 9;
	while (f->room->run.count < (size_t)BRANCH + 3)
		origin_add(&second, f->room, HEADER_TRIAL, 8);
	origin_run_end(&second, f->room);
	find_written(f);
	assert_written(f, 3);
}

static void
beginning_of_a_named_branch_is_named_only_if_no_more_comes(void **state)
{
	struct fixture *f = *state;

	begin_log(f);
	hear_of(f, 1, STORED, 2, (size_t)BRANCH + 10);
	find_branch(f, 2);
	assert_written(f, 0);
	(void)write_branch(f, &f->common, 2, BRANCH + 10);
	find_written(f);
	name_all(f);
	assert_written(f, 0);

	hear_of(f, 1, STORED, 3, (size_t)BRANCH + 10);
	find_branch(f, 3);
	assert_written(f, 0);
	name_all(f);
	assert_written(f, 1);
}

static void
branch_of_which_no_proof_can_be_shown_is_named_all_the_same(void **state)
{
	struct fixture *f = *state;

	/* Its end is beyond ours, so that the two HEADs prove nothing. */
	begin_log(f);
	(void)write_branch(f, &f->common, 2, STORED + 3);
	find_written(f);
	assert_written(f, 1);
}

static void
branch_that_only_a_hidden_entry_names_is_named_again(void **state)
{
	struct fixture *f = *state;

	begin_log(f);
	hear_of(f, 1, STORED, 2, BRANCH);
	find_branch(f, 2);
	assert_written(f, 0);

	/* The entry is the second of its log. */
	cut_writers(f, 9, 1, 2);
	assert_written(f, 0);
	cut_writers(f, 9, 8, 1);
	assert_written(f, 0);
	cut_writers(f, 9, 1, 1);
	assert_written(f, 1);
	cut_writers(f, 9, 1, 1);
	assert_written(f, 1);
}

static void
fork_that_only_a_hidden_entry_proves_is_said_again(void **state)
{
	struct fixture *f = *state;

	/* Neither branch is here, nor will be. */
	f->common = write_branch(f, &f->common, 0, COMMON);
	add_stored(f);
	hear_of(f, 1, BRANCH, 2, BRANCH);
	hear_of(f, 1, BRANCH, 3, BRANCH);
	name_all(f);
	cut_writers(f, 1, 9, 1);
	assert_written(f, 0); /* that of the other is not hidden */
	cut_writers(f, 1, 2, 1);
	assert_written(f, 1);
	cut_writers(f, 1, 2, 1);
	assert_written(f, 1);
}

static void
proof_is_heeded_until_a_branch_tells_where_the_log_parts(void **state)
{
	struct fixture *f = *state;
	struct origin stored;
	struct store_log log;

	f->common = write_branch(f, &f->common, 0, COMMON);
	add_stored(f);
	stored = write_branch(f, &f->common, 1, STORED);
	add_stored(f);
	assert_int_equal(
	    store_freeze(f->txn, f->common.log_id, COMMON + 3), ERR_NONE);
	(void)write_branch(f, &stored, 1, BRANCH);
	assert_int_equal(
	    store_add_branch(f->txn, f->written, stored.tip.n), ERR_NONE);
	hear_of(f, 1, STORED, 2, BRANCH);
	assert_int_equal(store_log(f->txn, f->common.log_id, &log), ERR_NONE);
	assert_int_equal(log.last_common, COMMON);
}

static void
equivocator_makes_nobody_write_for_ever(void **state)
{
	struct fixture *f = *state;
	uint8_t variant;

	begin_log(f);
	for (variant = 2; variant < 2 + 2 * NODE_FORK_ENTRIES_MAX; variant++)
		find_branch(f, variant);
	name_all(f);
	assert_written(f, NODE_FORK_ENTRIES_MAX);
	assert_int_equal(count_notes(f), NODE_FORK_ENTRIES_MAX);
}

static void
what_one_writer_says_of_a_log_has_a_limit(void **state)
{
	struct fixture *f = *state;
	size_t i;

	begin_log(f);
	for (i = 1; i < 2 * (size_t)NODE_FORK_ENTRIES_MAX; i++) {
		hear_of(f, 1, STORED, 2, i);
		f->writers = 0;
	}
	assert_int_equal(count_notes(f), NODE_FORK_ENTRIES_MAX);

	/* Another writer is heard, and what is here proves it. */
	assert_int_not_equal(node_fork_since(f->txn, f->common.log_id), 0);
	f->writers = 1;
	hear_of(f, 1, STORED, 3, BRANCH);
	assert_int_equal(count_notes(f), NODE_FORK_ENTRIES_MAX + 1);
}

/* ---- what the node's clock does ---- */

/* The length of the own log, 0 if there is none. */
static uint64_t
own_tip(struct bare_node *bare)
{
	uint8_t log_id[LOG_ID_LEN];
	struct store_txn *txn = NULL;
	struct store_log log;

	if (!outbox_open_log(bare->node.outbox, log_id))
		return 0;
	assert_int_equal(store_begin(bare->node.store, false, &txn), ERR_NONE);
	assert_int_equal(store_log(txn, log_id, &log), ERR_NONE);
	store_abort(&txn);
	return log.tip.n;
}

/* A node that holds a branch which it has to name, but not at once. */
static void
begin_unnamed(const struct fixture *fixture, struct bare_node *bare)
{
	struct fixture f = *fixture;

	f.outbox = bare->node.outbox;
	f.txn = NULL;
	assert_int_equal(store_begin(bare->node.store, true, &f.txn), ERR_NONE);
	begin_log(&f);
	hear_of(&f, 1, STORED, 2, (size_t)BRANCH + 10);
	find_branch(&f, 2);
	assert_int_equal(store_commit(&f.txn), ERR_NONE);
}

static void
what_stays_unnamed_is_named_after_a_minute(void **state)
{
	const struct fixture *f = *state;
	struct world *world = world_new(1, 1);
	struct bare_node *bare = calloc(1, sizeof(*bare));

	assert_non_null(bare);
	bare_begin(bare, world);
	begin_unnamed(f, bare);

	node_fork_tick(&bare->node, 1);
	node_fork_tick(&bare->node, 3 * HAVE_MS);
	bare_settle(bare);
	assert_int_equal(own_tip(bare), 0);

	/* GENESIS and FORK; and never again. */
	node_fork_tick(&bare->node, 1 + 3 * HAVE_MS);
	bare_settle(bare);
	assert_int_equal(own_tip(bare), 2);
	node_fork_tick(&bare->node, 2 * 3600000);
	bare_settle(bare);
	assert_int_equal(own_tip(bare), 2);
	bare_end(bare);
	world_free(world);
	free(bare);
}

/* Let files be written again, or not: as on a full disk. */
static void
let_write(bool may)
{
	struct rlimit limit;

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = may ? limit.rlim_max : 0;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
what_could_not_be_named_is_named_a_minute_later(void **state)
{
	const struct fixture *f = *state;
	struct world *world = world_new(1, 1);
	struct bare_node *bare = calloc(1, sizeof(*bare));
	int64_t begun = node_now();

	assert_non_null(bare);
	bare_begin(bare, world);
	begin_unnamed(f, bare);

	node_fork_tick(&bare->node, begun);
	let_write(false);
	node_fork_tick(&bare->node, begun + 3 * HAVE_MS);
	bare_settle(bare);
	let_write(true);
	assert_int_equal(own_tip(bare), 0);
	assert_true(bare->node.forks_due <= node_now() + 3 * HAVE_MS);
	node_fork_tick(&bare->node, node_now() + 3 * HAVE_MS);
	bare_settle(bare);
	assert_int_equal(own_tip(bare), 2);
	bare_end(bare);
	world_free(world);
	free(bare);
}

static void
branches_are_asked_for_ever_more_rarely(void **state)
{
	struct world *world = world_new(1, 1);
	struct bare_node *bare = calloc(1, sizeof(*bare));
	int64_t last = HAVE_MS / 2;
	int64_t now = 1;
	int i;

	(void)state;
	assert_non_null(bare);
	bare_begin(bare, world);
	for (i = 0; i < 20; i++) {
		node_fork_tick(&bare->node, now);
		assert_int_equal(bare->node.forks_at - now,
		    last * 2 < 3600000 ? last * 2 : 3600000);
		last = bare->node.forks_at - now;
		now = bare->node.forks_at;
		node_fork_tick(&bare->node, now - 1);
		assert_int_equal(bare->node.forks_at, now);
	}
	bare_end(bare);
	world_free(world);
	free(bare);
}

/* GETs for headers that node 0 sends. */
static enum world_fate
count_gets(void *arg, int from, int to, const struct wire_msg *msg)
{
	unsigned *gets = arg;

	(void)to;
	*gets += from == 0 && msg->type == WIRE_GET && msg->u.get.has_log;
	return WORLD_PASS;
}

static void
thousands_of_fork_entries_are_looked_through_a_few_at_a_time(void **state)
{
	struct fixture f = *(struct fixture *)*state;
	struct world *world = world_new(2, 1);
	struct bare_node *bare = calloc(1, sizeof(*bare));
	struct link *link;
	unsigned gets = 0;
	unsigned turns = 0;
	size_t i;

	assert_non_null(bare);
	bare_begin(bare, world);
	world_admit_all(world, f.common.key.public_key);
	f.outbox = bare->node.outbox;
	f.txn = NULL;
	assert_int_equal(store_begin(bare->node.store, true, &f.txn), ERR_NONE);
	begin_log(&f);
	find_branch(&f, 2);
	for (i = 0; i < 254 * (size_t)BRANCH; i++) {
		f.writers = (uint8_t)(i % 254);
		hear_of(&f, 1, STORED, 2, 1 + i / 254);
	}

	/* The last of them names what is not here. */
	f.writers = 254;
	hear_of(&f, 1, STORED, 3, BRANCH);
	assert_true(count_notes(&f) > 254 * (size_t)BRANCH);
	assert_int_equal(store_commit(&f.txn), ERR_NONE);
	assert_int_equal(node_view_load(&bare->node), ERR_NONE);
	link = world_dialer(world, world_connect(world, 0, 1));
	bare_link(bare, link);
	world_run(world, 1000);
	assert_int_equal(link_state(link), LINK_LIVE);

	/* Not in one turn, which would hold up all else, but soon. */
	world_set_filter(world, count_gets, &gets);
	node_fork_tick(&bare->node, 1);
	world_run(world, 1000);
	assert_int_equal(gets, 0);
	while (gets == 0 && turns++ < 10) {
		node_fork_tick(&bare->node, 2);
		world_run(world, 1000);
	}
	assert_in_range(turns, 1, 6);
	bare_end(bare);
	world_free(world);
	free(bare);
}

static void
what_a_hidden_fork_entry_names_is_not_asked_for(void **state)
{
	struct fixture f = *(struct fixture *)*state;
	struct world *world = world_new(2, 1);
	struct bare_node *bare = calloc(1, sizeof(*bare));
	struct origin *writer = world_origin(world, 1);
	struct header_member member = {
		.org = "no-5501",
		.roles = ROLE_WRITES,
		.withdrawn = true,
		.ncuts = 1,
	};
	struct header_fork fork = { .last_common = COMMON };
	struct link *link;
	unsigned gets = 0;

	assert_non_null(bare);
	bare_begin(bare, world);
	world_admit_all(world, f.common.key.public_key);
	world_write(world, 0, writer, 3, 0);
	f.outbox = bare->node.outbox;
	f.txn = NULL;
	assert_int_equal(store_begin(bare->node.store, true, &f.txn), ERR_NONE);
	begin_log(&f);
	find_branch(&f, 2);
	memcpy(fork.log_id, f.common.log_id, LOG_ID_LEN);
	head_of(&f, 1, STORED, fork.head_a);
	head_of(&f, 3, BRANCH, fork.head_b);
	hear_from(&f, writer->log_id, &fork);
	assert_int_equal(store_commit(&f.txn), ERR_NONE);
	memcpy(member.key, writer->key.public_key, KEY_LEN);
	memcpy(member.cuts[0].log_id, writer->log_id, LOG_ID_LEN);
	member.cuts[0].n = 1;
	bare_admit(bare, writer->key.public_key);
	bare_say(bare, &member);
	assert_int_equal(node_view_load(&bare->node), ERR_NONE);
	link = world_dialer(world, world_connect(world, 0, 1));
	bare_link(bare, link);
	world_run(world, 1000);
	world_set_filter(world, count_gets, &gets);
	node_fork_tick(&bare->node, 1);
	world_run(world, 1000);
	assert_int_equal(gets, 0);

	/* It is let in again, and with it the entry. */
	bare_admit(bare, writer->key.public_key);
	node_fork_ask(&bare->node, NULL);
	world_run(world, 1000);
	assert_int_equal(gets, 1);
	bare_end(bare);
	world_free(world);
	free(bare);
}

/* What node 0 of a world sends about branches. */
struct traffic {
	unsigned gets;
	unsigned notes;
	uint64_t n; /* of the last NOTE */
};

static enum world_fate
count_branches(void *arg, int from, int to, const struct wire_msg *msg)
{
	struct traffic *traffic = arg;
	struct log_head head;

	(void)to;
	traffic->gets += from == 0 && msg->type == WIRE_GET &&
	    msg->u.get.has_log && msg->u.get.has_branch;
	if (from == 0 && msg->type == WIRE_NOTE) {
		log_head_parse(msg->u.note.head, &head);
		traffic->notes++;
		traffic->n = head.n;
	}
	return WORLD_PASS;
}

/* A node with a peer, and a log in so many branches besides the stored one. */
struct pair {
	struct bare_node bare;
	struct fixture f;
	struct world *world;
	struct link *link;
	struct traffic traffic;
};

static struct pair *
pair_new(const struct fixture *fixture, size_t branches)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	struct fixture *f;
	size_t i;

	assert_non_null(pair);
	f = &pair->f;
	*f = *fixture;
	pair->world = world_new(2, 1);
	bare_begin(&pair->bare, pair->world);
	world_admit_all(pair->world, f->common.key.public_key);
	f->outbox = pair->bare.node.outbox;
	f->txn = NULL;
	assert_int_equal(
	    store_begin(pair->bare.node.store, true, &f->txn), ERR_NONE);
	begin_log(f);
	for (i = 0; i < branches; i++)
		find_branch(f, (uint8_t)(2 + i));
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
	assert_int_equal(node_view_load(&pair->bare.node), ERR_NONE);
	pair->link = world_dialer(
	    pair->world, world_connect(pair->world, 0, 1));
	bare_link(&pair->bare, pair->link);
	world_set_filter(pair->world, count_branches, &pair->traffic);
	world_run(pair->world, 10000);
	assert_int_equal(link_state(pair->link), LINK_LIVE);
	return pair;
}

static void
pair_free(struct pair *pair)
{
	bare_end(&pair->bare);
	world_free(pair->world);
	free(pair);
}

/* A link hands over ${count} entries of a variant, after those they share. */
static void
receive(struct pair *pair, uint8_t variant, size_t count)
{
	struct node *node = &pair->bare.node;
	struct view_log *log = view_find(node->view, pair->f.common.log_id);

	(void)write_branch(&pair->f, &pair->f.common, variant, count);
	node_link_host.take_branch(
	    node, pair->link, log, pair->f.written, COMMON);
	bare_settle(&pair->bare);
	world_run(pair->world, 1000);
}

static void
more_of_a_branch_is_told_to_each_peer(void **state)
{
	struct pair *pair = pair_new(*state, 1);
	struct traffic before = pair->traffic;

	receive(pair, 2, BRANCH + 3);
	assert_int_equal(pair->traffic.notes, before.notes + 1);
	assert_int_equal(pair->traffic.n, COMMON + BRANCH + 3);
	receive(pair, 3, BRANCH);
	assert_int_equal(pair->traffic.notes, before.notes + 2);

	/* What is here already is news to nobody. */
	receive(pair, 2, BRANCH);
	assert_int_equal(pair->traffic.notes, before.notes + 2);
	pair_free(pair);
}

/* Who has a part of the first one would not hear of the rest. */
static void
both_branches_are_told_when_a_log_is_frozen(void **state)
{
	struct pair *pair = pair_new(*state, 0);
	struct traffic before = pair->traffic;

	receive(pair, 2, BRANCH);
	assert_int_equal(pair->traffic.notes, before.notes + 2);
	assert_int_equal(pair->traffic.n, COMMON + STORED);
	pair_free(pair);
}

static void
one_branch_too_many_is_told_to_nobody(void **state)
{
	struct pair *pair = pair_new(*state, STORE_BRANCHES_MAX);
	struct traffic before = pair->traffic;
	int64_t due;

	node_fork_tick(&pair->bare.node, 1);
	due = pair->bare.node.forks_due = 2 * NAME_LATE_MS;
	receive(pair, 2 + STORE_BRANCHES_MAX, BRANCH);
	assert_int_equal(pair->traffic.notes, before.notes);
	assert_int_equal(pair->bare.node.forks_due, due);

	/* More of one that is kept is. */
	receive(pair, 2, BRANCH + 1);
	assert_int_equal(pair->traffic.notes, before.notes + 1);
	assert_true(pair->bare.node.forks_due < due);
	pair_free(pair);
}

static void
what_follows_a_branch_is_asked_for_again_in_about_an_hour(void **state)
{
	struct pair *pair = pair_new(*state, 2);

	/* The stored one is a branch, too. */
	assert_int_equal(pair->traffic.gets, 3);
	world_run(pair->world, 29 * 60000);
	assert_int_equal(pair->traffic.gets, 3);
	world_run(pair->world, 62 * 60000);
	assert_in_range(pair->traffic.gets, 6, 9);
	pair_free(pair);
}

static void
what_cannot_be_kept_is_not_asked_for(void **state)
{
	struct pair *pair = pair_new(*state, STORE_BRANCHES_MAX);
	struct link_branch at = { .begun = false };
	size_t count = 0;

	while (node_branch_next(&pair->bare.node, &at) == ERR_NONE) {
		assert_false(at.stored);
		count++;
	}
	assert_int_equal(count, STORE_BRANCHES_MAX);
	pair_free(pair);
}

static void
all_branches_are_given_once_the_stored_one_last(void **state)
{
	struct pair *pair = pair_new(*state, 3);
	struct link_branch at = { .begun = false };
	uint8_t last[C8_LEN] = { 0 };
	size_t i;

	for (i = 0; i < 3; i++) {
		assert_int_equal(
		    node_branch_next(&pair->bare.node, &at), ERR_NONE);
		assert_memory_equal(
		    at.log_id, pair->f.common.log_id, LOG_ID_LEN);
		assert_false(at.stored);
		assert_int_equal(at.tip.n, COMMON + BRANCH);
		assert_true(memcmp(at.tip.c, last, C8_LEN) > 0);
		memcpy(last, at.tip.c, C8_LEN);
	}
	assert_int_equal(node_branch_next(&pair->bare.node, &at), ERR_NONE);
	assert_true(at.stored);
	assert_int_equal(at.tip.n, COMMON + STORED);
	assert_int_equal(node_branch_next(&pair->bare.node, &at), ERR_NOENT);
	pair_free(pair);
}

/* FORK entries come that name ${count} branches which nobody can serve. */
static void
name_absent(struct pair *pair, uint8_t count)
{
	struct fixture *f = &pair->f;
	uint8_t i;

	assert_int_equal(
	    store_begin(pair->bare.node.store, true, &f->txn), ERR_NONE);
	for (i = 0; i < count; i++)
		hear_of(f, 1, STORED, (uint8_t)(100 + i), BRANCH);
	assert_int_equal(store_commit(&f->txn), ERR_NONE);
}

static void
of_many_branches_that_are_named_none_is_left_out(void **state)
{
	struct pair *pair = pair_new(*state, 1);
	struct traffic before = pair->traffic;
	int64_t now = 1;
	int i;

	name_absent(pair, 50);
	node_fork_ask(&pair->bare.node, NULL);
	for (i = 0; i < 60; i++) {
		node_fork_tick(&pair->bare.node, now += 200);
		world_run(pair->world, 200);
	}
	assert_int_equal(pair->traffic.gets, before.gets + 50);
	pair_free(pair);
}

static void
one_peer_that_comes_lets_no_other_be_asked(void **state)
{
	struct pair *pair = pair_new(*state, 1);
	struct node *node = &pair->bare.node;
	struct traffic before;
	int64_t at;
	int64_t due;

	name_absent(pair, 2);
	node_fork_ask(node, NULL);
	world_run(pair->world, 1000);
	before = pair->traffic;
	at = node->forks_at;
	due = node->forks_due = 2 * NAME_LATE_MS;

	/* It alone is asked for what was found. */
	node->nhub_links = 0;
	node_fork_ask(node, pair->link);
	world_run(pair->world, 1000);
	assert_int_equal(pair->traffic.gets, before.gets + 2);
	assert_int_equal(node->forks_at, at);
	assert_int_equal(node->forks_due, due);
	assert_false(node->fork_walk.under_way);
	pair_free(pair);
}

/* It is in no session yet when it says HELLO. */
static void
the_peer_that_comes_first_is_asked_too(void **state)
{
	struct pair *pair = pair_new(*state, 1);
	struct node *node = &pair->bare.node;
	struct traffic before = pair->traffic;

	name_absent(pair, 2);
	node->nhub_links = 0;
	node_fork_ask(node, pair->link);
	world_run(pair->world, 1000);
	assert_int_equal(pair->traffic.gets, before.gets + 2);
	pair_free(pair);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_branch_is_named_once),
		T(branch_that_another_named_is_not_named_again),
		T(branch_that_parts_after_what_was_named_is_named),
		T(beginning_of_a_named_branch_is_named_only_if_no_more_comes),
		T(branch_of_which_no_proof_can_be_shown_is_named_all_the_same),
		T(branch_that_only_a_hidden_entry_names_is_named_again),
		T(fork_that_only_a_hidden_entry_proves_is_said_again),
		T(proof_is_heeded_until_a_branch_tells_where_the_log_parts),
		T(equivocator_makes_nobody_write_for_ever),
		T(what_one_writer_says_of_a_log_has_a_limit),
		T(what_stays_unnamed_is_named_after_a_minute),
		T(what_could_not_be_named_is_named_a_minute_later),
		T(branches_are_asked_for_ever_more_rarely),
		T(thousands_of_fork_entries_are_looked_through_a_few_at_a_time),
		T(what_a_hidden_fork_entry_names_is_not_asked_for),
		T(more_of_a_branch_is_told_to_each_peer),
		T(both_branches_are_told_when_a_log_is_frozen),
		T(one_branch_too_many_is_told_to_nobody),
		T(what_follows_a_branch_is_asked_for_again_in_about_an_hour),
		T(what_cannot_be_kept_is_not_asked_for),
		T(all_branches_are_given_once_the_stored_one_last),
		T(of_many_branches_that_are_named_none_is_left_out),
		T(one_peer_that_comes_lets_no_other_be_asked),
		T(the_peer_that_comes_first_is_asked_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
