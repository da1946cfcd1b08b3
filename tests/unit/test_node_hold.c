#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "tests/unit/bare_node.h"

#define NOTE_HOLD "own/hold"

/* So much of its own log a node has that was set back. */
#define LEFT 5

/* The most keys that are remembered, less those of this world. */
#define MANY ((size_t)1022)

/* Node 0 was set back; 1 and 2 have what it has from it alone, 3 is away. */
struct fixture {
	struct world *world;
	struct bare_node bare;
	int pairs[3];
};

static const uint8_t *
key_of(struct fixture *f, int node)
{
	return world_origin(f->world, node)->key.public_key;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct origin *own;
	int i;

	if (f == NULL)
		return -1;
	*state = f;
	f->world = world_new(4, 1);
	own = world_origin(f->world, 0);
	world_write(f->world, 0, own, LEFT, 0);
	view_find(world_view(f->world, 0), own->log_id)->older = true;
	bare_begin(&f->bare, f->world);
	for (i = 0; i < 3; i++) {
		bare_admit(&f->bare, key_of(f, i + 1));
		f->pairs[i] = world_connect(f->world, i + 1, 0);
		if (i == 2)
			world_break(f->world, f->pairs[i]);
		bare_link(&f->bare, world_listener(f->world, f->pairs[i]));
	}
	world_run(f->world, 60000);
	assert_int_equal(node_hold_open(&f->bare.node, true), ERR_NONE);
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

static bool
holds(struct fixture *f)
{
	return node_link_host.hold_bodies(&f->bare.node) > 0;
}

/* The hold is looked at. */
static bool
holds_after_tick(struct fixture *f)
{
	node_hold_tick(&f->bare.node, node_now());
	bare_settle(&f->bare);
	return holds(f);
}

/* Node ${who} wrote a WITNESS: it has seen ${log} as far as ${n}. */
static void
witness(struct fixture *f, int who, const struct origin *log, uint64_t n)
{
	struct header_cut cut = { .n = n };
	struct header header = { .kind = HEADER_WITNESS, .time_ms = 1 };
	struct bytes raw;
	struct log_run run = { .count = 1, .headers = &raw };
	uint8_t ext[HEADER_MAX];
	uint8_t bytes[HEADER_MAX];

	memcpy(cut.log_id, log->log_id, LOG_ID_LEN);
	memcpy(cut.c8, log->tip.c, C8_LEN);
	header.ext.data = ext;
	assert_int_equal(
	    header_witness_encode(&cut, 1, ext, sizeof(ext), &header.ext.len),
	    ERR_NONE);
	raw.data = bytes;
	assert_int_equal(
	    header_encode(&header, bytes, sizeof(bytes), &raw.len), ERR_NONE);
	node_witness_keep(&f->bare.node, key_of(f, who), &run);
}

static bool
has_note(struct fixture *f, size_t *ret_len)
{
	struct store_txn *txn = NULL;
	struct bytes note;
	enum err err;

	assert_int_equal(
	    store_begin(f->bare.node.store, false, &txn), ERR_NONE);
	err = store_note_get(txn, NOTE_HOLD, &note);
	*ret_len = err == ERR_NONE ? note.len : 0;
	store_abort(&txn);
	assert_true(err == ERR_NONE || err == ERR_NOENT);
	return err == ERR_NONE;
}

/* In step, and what they have of our log they have from us: that says nothing. */
static void
who_has_our_log_from_us_does_not_end_it(void **state)
{
	struct fixture *f = *state;
	struct link_info info;
	size_t len;

	link_info(f->bare.links[0], &info);
	assert_int_equal(info.state, LINK_LIVE);
	assert_true(info.same_digest && info.gave_older);
	assert_false(info.knew_older);
	assert_true(holds_after_tick(f));
	assert_true(holds_after_tick(f));
	assert_true(has_note(f, &len));
	assert_int_equal(len, 1 + 2 * KEY_LEN);
}

static void
a_witness_of_more_in_step_ends_it(void **state)
{
	struct fixture *f = *state;
	size_t len;

	assert_true(holds_after_tick(f));
	witness(f, 2, world_origin(f->world, 0), LEFT + 1);
	assert_true(f->bare.node.has_older_by);
	assert_memory_equal(f->bare.node.older_by, key_of(f, 2), KEY_LEN);
	assert_true(holds(f)); /* not by what it says, by being in step */
	assert_false(holds_after_tick(f));
	assert_false(has_note(f, &len));
	assert_false(holds_after_tick(f));
}

static void
a_witness_of_what_is_here_does_not_end_it(void **state)
{
	struct fixture *f = *state;

	witness(f, 2, world_origin(f->world, 0), LEFT);
	witness(f, 2, world_origin(f->world, 0), 1);
	assert_false(f->bare.node.has_older_by);
	assert_true(holds_after_tick(f));
}

static void
a_witness_of_another_log_does_not_end_it(void **state)
{
	struct fixture *f = *state;
	struct origin stranger;
	struct view_log *log;

	/* Not that of another node, nor one that nobody knows. */
	world_write(f->world, 0, world_origin(f->world, 1), 2, 0);
	witness(f, 2, world_origin(f->world, 1), 7);
	log = view_find(f->bare.node.view, world_origin(f->world, 1)->log_id);
	assert_int_equal(log->seen[0].n, 7);
	assert_memory_equal(log->seen[0].by, key_of(f, 2), KEY_LEN);
	origin_begin(&stranger, 9, 9);
	witness(f, 2, &stranger, 7);
	assert_false(f->bare.node.has_older_by);

	/* And nobody is a witness of its own log. */
	witness(f, 0, world_origin(f->world, 0), LEFT + 1);
	assert_false(f->bare.node.has_older_by);
	assert_true(holds_after_tick(f));
}

static void
a_witness_that_is_away_does_not_end_it(void **state)
{
	struct fixture *f = *state;

	witness(f, 3, world_origin(f->world, 0), LEFT + 1);
	assert_true(f->bare.node.has_older_by);
	assert_true(holds_after_tick(f));

	/* Once it is in step, it does. */
	world_mend(f->world, f->pairs[2]);
	(void)world_until_same(f->world, 60000);
	world_run(f->world, 60000);
	assert_false(holds_after_tick(f));
}

static void
a_restart_does_not_end_it(void **state)
{
	struct fixture *f = *state;
	struct node *node = &f->bare.node;

	assert_true(holds_after_tick(f));
	node_hold_close(node);
	node->hold.until = 0;
	assert_false(holds(f));
	assert_int_equal(node_hold_open(node, false), ERR_NONE);
	assert_true(holds(f));
	assert_int_equal(node->hold.nkeys, 2);
	assert_true(holds_after_tick(f));
}

/* A node that many dial has more of them than a row of the store is long. */
static void
all_who_were_told_are_remembered(void **state)
{
	struct fixture *f = *state;
	struct node_hold *hold = &f->bare.node.hold;
	size_t len;
	size_t i;

	hold->keys = calloc(MANY, KEY_LEN);
	assert_non_null(hold->keys);
	hold->nkeys = MANY;
	for (i = 0; i < MANY; i++)
		bytes_put_le32(hold->keys + i * KEY_LEN, (uint32_t)i + 1);
	assert_true(holds_after_tick(f));
	assert_true(has_note(f, &len));
	assert_int_equal(len, 1 + (MANY + 2) * KEY_LEN);

	/* A restart forgets none of them. */
	node_hold_close(&f->bare.node);
	assert_int_equal(node_hold_open(&f->bare.node, false), ERR_NONE);
	assert_int_equal(hold->nkeys, MANY + 2);
	assert_true(holds_after_tick(f));
}

static void
time_ends_it(void **state)
{
	struct fixture *f = *state;
	struct node *node = &f->bare.node;
	size_t len;

	node_hold_tick(node, node->hold.until - 1);
	assert_true(holds(f));
	node_hold_tick(node, node->hold.until);
	bare_settle(&f->bare);
	assert_false(holds(f));
	assert_false(has_note(f, &len));

	/* Then a start finds nothing, and holds nothing back. */
	assert_int_equal(node_hold_open(node, false), ERR_NONE);
	assert_false(holds(f));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_has_our_log_from_us_does_not_end_it),
		TEST(a_witness_of_more_in_step_ends_it),
		TEST(a_witness_of_what_is_here_does_not_end_it),
		TEST(a_witness_of_another_log_does_not_end_it),
		TEST(a_witness_that_is_away_does_not_end_it),
		TEST(a_restart_does_not_end_it),
		TEST(all_who_were_told_are_remembered),
		TEST(time_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
