#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "daemon/node_internal.h"
#include "daemon/node_members_internal.h"
#include "tests/unit/bare_node.h"
#include "tests/unit/dial.h"

#define ROLES (ROLE_WRITES | ROLE_INTRODUCES)

/* Entries of the liar's log that both branches share: GENESIS and a MEMBER. */
#define COMMON 2

/* One node, and what it would hold had it met others: the same key, two stores. */
struct fixture {
	struct world *world;
	struct bare_node bare;
	char org[ORG_MAX + 1];
	struct store *stores[2];
	struct origin liar;
	struct origin_run *run;
	uint8_t early[KEY_LEN]; /* vouched for before the fork */
	uint8_t late[KEY_LEN];  /* and after it, in one branch */
};

/* A key that nobody writes with. */
static void
silent_key(uint8_t seed, uint8_t out[KEY_LEN])
{
	struct origin origin;

	origin_begin(&origin, seed, 1);
	memcpy(out, origin.key.public_key, KEY_LEN);
}

static void
say(struct fixture *f, struct origin *writer, const uint8_t *key,
    const char *org, bool withdrawn)
{
	struct header_member member = { .roles = ROLES,
		.withdrawn = withdrawn };

	memcpy(member.key, key, KEY_LEN);
	(void)snprintf(member.org, sizeof(member.org), "%s", org);
	origin_member(writer, f->run, &member);
}

/* What was written comes to both stores. */
static void
place_both(struct fixture *f, const struct origin *writer)
{
	origin_run_end((struct origin *)(uintptr_t)writer, f->run);
	world_place(f->world, 0, writer, f->run, false);
	world_place(f->world, 1, writer, f->run, false);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct origin *own;

	if (f == NULL || (f->run = calloc(1, sizeof(*f->run))) == NULL)
		return -1;
	*state = f;
	f->world = world_new(2, 1);
	bare_begin(&f->bare, f->world);
	f->bare.config.org = f->org;
	(void)snprintf(f->org, sizeof(f->org), "dk-791");
	f->stores[0] = world_store(f->world, 0);
	f->stores[1] = world_store(f->world, 1);
	origin_begin(&f->liar, 50, 1);
	silent_key(51, f->early);
	silent_key(52, f->late);

	own = world_origin(f->world, 0);
	origin_run_begin(own, f->run);
	origin_add(own, f->run, HEADER_GENESIS, 0);
	say(f, own, f->liar.key.public_key, "fi-297", false);
	place_both(f, own);
	origin_run_begin(&f->liar, f->run);
	origin_add(&f->liar, f->run, HEADER_GENESIS, 0);
	say(f, &f->liar, f->early, "no-5501", false);
	place_both(f, &f->liar);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	bare_end(&f->bare);
	world_free(f->world);
	free(f->run);
	free(f);
	return 0;
}

/* Is this key in, by the directory of the node with this store? */
static bool
is_in(struct fixture *f, int store, const uint8_t key[KEY_LEN])
{
	const struct directory_member *member;
	struct snapshot *snapshot;
	bool in;

	f->bare.node.store = f->stores[store];
	assert_int_equal(
	    node_snapshot_make(&f->bare.node, &snapshot), ERR_NONE);
	member = directory_find(snapshot->directory, key);
	in = member != NULL && member->in;
	node_snapshot_put(&f->bare.node, snapshot);
	f->bare.node.store = f->stores[0];
	return in;
}

/* A branch comes to one store: as the log itself, or beside what is there. */
static void
branch(struct fixture *f, int store, const struct log_run *run, bool beside)
{
	struct store_txn *txn = NULL;

	assert_int_equal(store_begin(f->stores[store], true, &txn), ERR_NONE);
	assert_int_equal(beside ? store_add_branch(txn, run, COMMON) :
				  store_add_run(txn, f->liar.key.public_key,
				      f->liar.inc, false, run),
	    ERR_NONE);
	assert_int_equal(store_commit(&txn), ERR_NONE);
}

/*
 * The liar tells one store of ${key} and the other of nobody; then both hear of
 * the other branch.
 */
static void
lie(struct fixture *f, const uint8_t *key, const char *org, bool withdrawn)
{
	struct origin one = f->liar;
	struct origin other = f->liar;
	struct origin_run *second = calloc(1, sizeof(*second));
	bool said = !withdrawn;

	assert_non_null(second);
	origin_run_begin(&one, f->run);
	say(f, &one, key, org, withdrawn);
	origin_run_end(&one, f->run);
	origin_run_begin(&other, second);
	origin_add(&other, second, HEADER_TRIAL, 0);
	origin_run_end(&other, second);

	branch(f, 0, &f->run->run, false);
	branch(f, 1, &second->run, false);
	assert_int_equal(is_in(f, 0, key), said);
	assert_int_equal(is_in(f, 1, key), !said);
	branch(f, 0, &second->run, true);
	branch(f, 1, &f->run->run, true);
	free(second);
}

static void
who_comes_in_beyond_a_fork_is_in_nowhere(void **state)
{
	struct fixture *f = *state;
	int store;

	lie(f, f->late, "se-0180", false);
	for (store = 0; store < 2; store++) {
		assert_false(is_in(f, store, f->late));
		assert_true(is_in(f, store, f->early));
		assert_true(is_in(f, store, f->liar.key.public_key));
	}
}

static void
who_is_withdrawn_beyond_a_fork_stays_in_everywhere(void **state)
{
	struct fixture *f = *state;

	lie(f, f->early, "no-5501", true);
	assert_true(is_in(f, 0, f->early));
	assert_true(is_in(f, 1, f->early));
}

/* ---- two keys with one CURVE key ---- */

/* The node's directory is what its store says now, and so are its rules. */
static void
renew(struct fixture *f)
{
	struct node *node = &f->bare.node;
	struct snapshot *snapshot;

	assert_int_equal(node_snapshot_make(node, &snapshot), ERR_NONE);
	directory_free(f->bare.snapshot.directory);
	f->bare.snapshot.directory = snapshot->directory;
	free(snapshot);
	assert_int_equal(node_rules(node), ERR_NONE);
}

/* The node says of this key that it is in, or out. */
static void
decide(struct fixture *f, const uint8_t *key, const char *org, bool withdrawn)
{
	struct origin *own = world_origin(f->world, 0);

	origin_run_begin(own, f->run);
	say(f, own, key, org, withdrawn);
	place_both(f, own);
	renew(f);
}

/* Does this key get in, under the CURVE key that it proves? */
static bool
gets_in(struct sock *router, const struct crypto_key *key,
    const struct crypto_key *server)
{
	struct sock *client = dial(
	    SOCK_DEALER, sock_endpoint(router), key, server);
	char hex[2 * KEY_LEN + 1];
	struct sock_msg msg;
	bool in = dial_event(client).kind == SOCK_EV_UP;

	if (in) {
		bytes_hex(key->curve_public, KEY_LEN, hex);
		assert_int_equal(dial_say(client, NULL, "hello"), ERR_NONE);
		dial_message(router, &msg);
		assert_string_equal(msg.user_id, hex);
		sock_msg_clear(&msg);
	}
	sock_close(client);
	return in;
}

static bool
is_peer(struct fixture *f, const uint8_t *key, const struct crypto_key *proved)
{
	return node_link_host.is_peer(&f->bare.node, key, proved->curve_public);
}

static void
who_has_the_curve_key_of_another_takes_nothing_from_it(void **state)
{
	struct fixture *f = *state;
	struct node *node = &f->bare.node;
	struct sock *router = NULL;
	struct crypto_key key;
	struct crypto_key other;
	uint8_t twin[KEY_LEN];
	unsigned i;

	assert_int_equal(zap_start(&node->zap), ERR_NONE);
	assert_int_equal(
	    sock_listen(SOCK_ROUTER, "127.0.0.1:0", &node->key, &router),
	    ERR_NONE);

	/* Both signs: whichever is in the smaller number names no other. */
	for (i = 1; i <= 4; i++) {
		dial_key(i, &key);
		dial_key(i + 10, &other);
		memcpy(twin, key.public_key, KEY_LEN);
		twin[KEY_LEN - 1] ^= 0x80;
		decide(f, key.public_key, "fi-564", false);
		assert_true(gets_in(router, &key, &node->key));
		decide(f, twin, "aa-1", false);
		assert_true(gets_in(router, &key, &node->key));
		assert_true(is_peer(f, key.public_key, &key));
		assert_true(is_peer(f, twin, &key));
		assert_false(is_peer(f, key.public_key, &other));
		assert_false(is_peer(f, other.public_key, &other));

		decide(f, twin, "aa-1", true);
		assert_true(gets_in(router, &key, &node->key));
		assert_true(is_peer(f, key.public_key, &key));
		assert_false(is_peer(f, twin, &key));
		decide(f, key.public_key, "fi-564", true);
		assert_false(gets_in(router, &key, &node->key));
		assert_false(is_peer(f, key.public_key, &key));
	}
	sock_close(router);
	zap_stop(node->zap);
}

static void
who_has_the_curve_key_of_the_node_itself_does_not_get_in(void **state)
{
	struct fixture *f = *state;
	struct node *node = &f->bare.node;
	struct sock *router = NULL;
	uint8_t twin[KEY_LEN];

	assert_int_equal(zap_start(&node->zap), ERR_NONE);
	assert_int_equal(
	    sock_listen(SOCK_ROUTER, "127.0.0.1:0", &node->key, &router),
	    ERR_NONE);
	memcpy(twin, node->key.public_key, KEY_LEN);
	twin[KEY_LEN - 1] ^= 0x80;
	decide(f, twin, "aa-1", false);
	assert_false(gets_in(router, &node->key, &node->key));
	sock_close(router);
	zap_stop(node->zap);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_comes_in_beyond_a_fork_is_in_nowhere),
		TEST(who_is_withdrawn_beyond_a_fork_stays_in_everywhere),
		TEST(who_has_the_curve_key_of_another_takes_nothing_from_it),
		TEST(who_has_the_curve_key_of_the_node_itself_does_not_get_in),
	};

	int failed;

	if (crypto_init() != ERR_NONE || sock_global_init() != ERR_NONE)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	sock_global_end();
	return failed;
}
