#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/header.h"
#include "daemon/link_internal.h"
#include "daemon/store_txn.h"
#include "tests/unit/bare_node.h"

/* Bodies of each of two origins that node 0 lacks. */
#define LACKS 6

/* More than the budget of bare_node. */
#define MUCH 11

struct fixture {
	struct world *world;
	struct bare_node bare;
	struct link *link;
	struct origin busy; /* over its budget */
	struct origin calm;
};

/* An origin with headers at node 0, and no bodies. */
static void
headers_of(struct fixture *f, struct origin *origin, uint8_t seed)
{
	struct origin_run *run = malloc(sizeof(*run));

	assert_non_null(run);
	origin_begin(origin, seed, 1);
	world_admit_all(f->world, origin->key.public_key);
	origin_write(origin, run, LACKS + 1, 100); /* and GENESIS */
	world_place(f->world, 0, origin, run, false);
	free(run);
}

static void
spend(struct fixture *f, const uint8_t key[KEY_LEN], uint64_t entries)
{
	quota_count(f->bare.node.quota, key, entries, entries, 1, node_now());
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	*state = f;
	f->world = world_new(2, 1);
	headers_of(f, &f->busy, 101);
	headers_of(f, &f->calm, 102);
	bare_begin(&f->bare, f->world);
	f->link = world_dialer(f->world, world_connect(f->world, 0, 1));
	bare_link(&f->bare, f->link);
	spend(f, f->busy.key.public_key, MUCH);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	bare_end(&f->bare);
	world_free(f->world);
	free(f);
	return 0;
}

/* Choose bodies as a link does; all of them are of ${origin}. */
static size_t
choose(struct fixture *f, const struct origin *origin, size_t max)
{
	struct wire_ref refs[3 * LACKS];
	size_t count;
	size_t i;

	assert_true(max <= 3 * LACKS);
	count = node_link_host.want_bodies(
	    &f->bare.node, f->link, refs, max, 1 << 20);
	for (i = 0; i < count; i++)
		assert_memory_equal(refs[i].log_id, origin->log_id, LOG_ID_LEN);
	return count;
}

static void
who_is_over_its_budget_is_late(void **state)
{
	struct fixture *f = *state;
	const struct crypto_key *own = &f->bare.node.key;

	assert_true(node_link_host.late(&f->bare.node, f->busy.key.public_key));
	assert_false(
	    node_link_host.late(&f->bare.node, f->calm.key.public_key));

	/* The node itself never is. */
	spend(f, own->public_key, MUCH);
	assert_false(node_link_host.late(&f->bare.node, own->public_key));
}

static void
its_bodies_come_after_all_others(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < LACKS; i++)
		assert_int_equal(choose(f, &f->calm, 1), 1);
	for (i = 0; i < LACKS; i++)
		assert_int_equal(choose(f, &f->busy, 1), 1);
	assert_int_equal(choose(f, &f->busy, 1), 0);
	assert_int_equal(
	    posset_count(f->bare.node.fetching), 2 * (size_t)LACKS);
}

static void
they_wait_as_long_as_others_are_wanted(void **state)
{
	struct fixture *f = *state;
	struct wire_ref ref = { .n = 2 };

	assert_int_equal(choose(f, &f->calm, 3 * LACKS), LACKS);
	assert_int_equal(choose(f, &f->busy, 2), 2);

	/* One of another origin did not come: it is first again. */
	memcpy(ref.log_id, f->calm.log_id, LOG_ID_LEN);
	node_link_host.body_failed(&f->bare.node, f->link, &ref);
	assert_int_equal(choose(f, &f->calm, 2), 1);
	assert_int_equal(choose(f, &f->busy, 3 * LACKS), LACKS - 2);
}

static void
who_are_all_over_their_budget_wait_for_nobody(void **state)
{
	struct fixture *f = *state;
	struct wire_ref refs[3 * LACKS];

	spend(f, f->calm.key.public_key, MUCH);
	assert_int_equal(node_link_host.want_bodies(
			     &f->bare.node, f->link, refs, 3 * LACKS, 1 << 20),
	    2 * LACKS);
}

/* Hand over what a link has verified. */
static void
take_run(struct fixture *f, struct origin *origin, size_t count)
{
	struct origin_run *run = malloc(sizeof(*run));
	struct view_log *log = view_find(f->bare.node.view, origin->log_id);

	assert_non_null(run);
	assert_non_null(log);
	origin_write(origin, run, count, 100);
	log->pending = origin->tip;
	node_link_host.take_run(&f->bare.node, f->link, log, &run->run, NULL);
	bare_settle(&f->bare);
	free(run);
}

static uint64_t
held(struct fixture *f, const struct origin *origin)
{
	struct store_txn *txn = NULL;
	struct store_log log;

	assert_int_equal(
	    store_begin(f->bare.node.store, false, &txn), ERR_NONE);
	assert_int_equal(store_log(txn, origin->log_id, &log), ERR_NONE);
	store_abort(&txn);
	return log.tip.n;
}

static void
nothing_that_it_sends_is_refused(void **state)
{
	struct fixture *f = *state;
	uint8_t body[100];
	uint8_t salt[SALT_LEN];
	struct wire_ref ref = { .n = 2 };
	struct store_txn *txn = NULL;
	struct store_body stored = { 0 };

	take_run(f, &f->busy, 5);
	assert_int_equal(held(f, &f->busy), LACKS + 1 + 5);

	memcpy(ref.log_id, f->busy.log_id, LOG_ID_LEN);
	origin_body(f->busy.variant, 2, body, sizeof(body));
	origin_salt(f->busy.variant, 2, salt);
	node_link_host.take_body(
	    &f->bare.node, f->link, &ref, salt, body, sizeof(body));
	bare_settle(&f->bare);
	assert_int_equal(
	    store_begin(f->bare.node.store, false, &txn), ERR_NONE);
	assert_int_equal(store_body(txn, ref.log_id, ref.n, &stored), ERR_NONE);
	assert_memory_equal(stored.data, body, sizeof(body));
	store_abort(&txn);
	store_body_clear(&stored);
}

static void
what_is_taken_is_counted(void **state)
{
	struct fixture *f = *state;

	take_run(f, &f->calm, MUCH - 1);
	assert_false(
	    node_link_host.late(&f->bare.node, f->calm.key.public_key));
	take_run(f, &f->calm, 1);
	assert_true(node_link_host.late(&f->bare.node, f->calm.key.public_key));
	assert_int_equal(held(f, &f->calm), LACKS + 1 + MUCH);
}

/* What a log would end with if its origin had signed another entry. */
static void
other_head(const struct origin *origin, uint8_t variant, uint8_t out[HEAD_LEN])
{
	struct origin other = *origin;
	struct origin_run *run = malloc(sizeof(*run));

	assert_non_null(run);
	other.variant = variant;
	origin_write(&other, run, 1, 100);
	memcpy(out, run->head, HEAD_LEN);
	free(run);
}

/* A branch of the busy log, after ${common}, says that the calm one is forked. */
static void
take_branch(struct fixture *f, const struct origin *common)
{
	struct origin branch = *common;
	struct origin_run *run = malloc(sizeof(*run));
	struct header_fork fork = { .last_common = f->calm.tip.n };
	struct view_log *log = view_find(f->bare.node.view, branch.log_id);

	assert_non_null(run);
	assert_non_null(log);
	memcpy(fork.log_id, f->calm.log_id, LOG_ID_LEN);
	other_head(&f->calm, 1, fork.head_a);
	other_head(&f->calm, 2, fork.head_b);
	origin_run_begin(&branch, run);
	origin_fork(&branch, run, &fork);
	origin_run_end(&branch, run);
	node_link_host.take_branch(
	    &f->bare.node, f->link, log, &run->run, common->tip.n);
	bare_settle(&f->bare);
	free(run);
}

/* A branch of the busy log, after ${common}, with a body that is not here. */
static void
take_bodies(struct fixture *f, const struct origin *common)
{
	struct origin branch = *common;
	struct origin_run *run = malloc(sizeof(*run));

	assert_non_null(run);
	origin_write(&branch, run, 1, 100);
	node_link_host.take_branch(&f->bare.node, f->link,
	    view_find(f->bare.node.view, branch.log_id), &run->run,
	    common->tip.n);
	bare_settle(&f->bare);
	free(run);
}

static void
fork_that_a_branch_tells_of_is_heard(void **state)
{
	struct fixture *f = *state;
	struct origin common = f->busy;
	struct store_txn *txn = NULL;
	struct store_log log;

	take_run(f, &f->busy, 1);
	take_branch(f, &common);
	assert_int_equal(
	    store_begin(f->bare.node.store, false, &txn), ERR_NONE);
	assert_int_equal(store_log(txn, f->busy.log_id, &log), ERR_NONE);
	assert_true(log.frozen);
	assert_int_equal(store_log(txn, f->calm.log_id, &log), ERR_NONE);
	assert_true(log.frozen);
	assert_int_equal(log.last_common, f->calm.tip.n);
	assert_int_not_equal(node_fork_since(txn, f->calm.log_id), 0);
	store_abort(&txn);
}

/* Choose one body of a branch as a link does. */
static size_t
choose_branch(struct fixture *f, struct wire_ref *ref)
{
	uint8_t name[LINK_BRANCH_LEN];

	return node_link_host.want_branch(
	    &f->bare.node, f->link, ref, 1, 1 << 20, name);
}

static void
peers_are_looked_at_anew_when_a_body_of_a_branch_is_free(void **state)
{
	struct fixture *f = *state;
	struct origin common = f->busy;
	struct wire_ref ref;
	struct wire_ref other;
	struct view_log *log;

	take_run(f, &f->busy, 1);
	common.variant = 1;
	take_bodies(f, &common);
	log = view_find(f->bare.node.view, common.log_id);
	log->frozen = true;
	log->last_common = common.tip.n;
	log->tip = f->busy.tip;
	assert_int_equal(choose_branch(f, &ref), 1);
	assert_int_equal(ref.n, common.tip.n + 1);

	/* The one of the other branch has the same number: it has to wait. */
	assert_int_equal(choose_branch(f, &other), 0);
	f->link->branch_due = INT64_MAX;
	node_link_host.body_failed(&f->bare.node, f->link, &ref);
	assert_true(f->link->branch_due > node_now()); /* not without end */
	assert_true(f->link->branch_due < INT64_MAX);
	assert_int_equal(choose_branch(f, &other), 1);

	/* Nothing waits: what is not due is left alone. */
	f->link->branch_due = INT64_MAX;
	node_link_host.body_failed(&f->bare.node, f->link, &other);
	assert_int_equal(f->link->branch_due, INT64_MAX);
}

/* The body of one variant of the busy log comes. */
static void
take_body_of(struct fixture *f, uint8_t variant, uint64_t n)
{
	uint8_t body[100];
	uint8_t salt[SALT_LEN];
	struct wire_ref ref = { .n = n };

	memcpy(ref.log_id, f->busy.log_id, LOG_ID_LEN);
	origin_body(variant, n, body, sizeof(body));
	origin_salt(variant, n, salt);
	node_link_host.take_body(
	    &f->bare.node, f->link, &ref, salt, body, sizeof(body));
	bare_settle(&f->bare);
}

/* What was sealed last can be opened no more. */
static void
damage_last_body(struct fixture *f)
{
	struct store_txn *txn = NULL;

	assert_int_equal(store_begin(f->bare.node.store, true, &txn), ERR_NONE);
	assert_int_equal(store_slot_zero(txn, txn->state.slots - 1), ERR_NONE);
	assert_int_equal(store_commit(&txn), ERR_NONE);
}

/* Is a body served, of the stored branch or of this one? */
static bool
serves(struct fixture *f, const struct wire_ref *ref, const uint8_t *branch)
{
	struct link_body body;

	node_link_host.read_body(&f->bare.node, ref, branch, &body);
	bare_settle(&f->bare);
	free(body.memory);
	return body.state == WIRE_OK;
}

static void
damaged_body_of_a_branch_is_fetched_again_and_no_other(void **state)
{
	struct fixture *f = *state;
	struct origin common = f->busy;
	uint64_t n = f->busy.tip.n + 1;
	uint8_t name[LINK_BRANCH_LEN];
	struct wire_ref ref;
	struct view_log *log;

	take_run(f, &f->busy, 1);
	common.variant = 1;
	take_bodies(f, &common);
	log = view_find(f->bare.node.view, common.log_id);
	log->frozen = true;
	log->last_common = common.tip.n;
	log->tip = f->busy.tip;
	take_body_of(f, 0, n);
	take_body_of(f, 1, n);
	assert_int_equal(choose_branch(f, &ref), 0);

	damage_last_body(f);
	assert_int_equal(node_link_host.want_branch(
			     &f->bare.node, f->link, &ref, 1, 1 << 20, name),
	    1);
	assert_int_equal(ref.n, n);

	/* Somebody asks for it meanwhile. */
	f->link->branch_due = INT64_MAX;
	assert_false(serves(f, &ref, name));
	assert_true(f->link->branch_due < INT64_MAX);
	assert_true(serves(f, &ref, NULL));

	take_body_of(f, 1, n);
	assert_int_equal(choose_branch(f, &ref), 0);
	assert_true(serves(f, &ref, name));
	assert_true(serves(f, &ref, NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void
who_is_out_may_say_so_much_beyond_its_cuts(void **state)
{
	struct fixture *f = *state;
	struct node *node = &f->bare.node;
	const uint8_t *key = f->busy.key.public_key;

	/* The directory of this node knows nobody else. */
	quota_count_beyond(node->quota, key, QUOTA_BEYOND - 1, node_now());
	assert_false(node_link_host.spent(node, key));
	take_run(f, &f->busy, 1);
	assert_true(node_link_host.spent(node, key));
	assert_false(node_link_host.spent(node, f->calm.key.public_key));

	/* Who is in says nothing beyond a cut. */
	key = node->key.public_key;
	quota_count_beyond(node->quota, key, QUOTA_BEYOND, node_now());
	assert_false(node_link_host.spent(node, key));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_is_over_its_budget_is_late),
		TEST(its_bodies_come_after_all_others),
		TEST(they_wait_as_long_as_others_are_wanted),
		TEST(who_are_all_over_their_budget_wait_for_nobody),
		TEST(nothing_that_it_sends_is_refused),
		TEST(what_is_taken_is_counted),
		TEST(who_is_out_may_say_so_much_beyond_its_cuts),
		TEST(fork_that_a_branch_tells_of_is_heard),
		TEST(peers_are_looked_at_anew_when_a_body_of_a_branch_is_free),
		TEST(damaged_body_of_a_branch_is_fetched_again_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
