#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/header.h"
#include "tests/unit/link_world.h"

/* Two HAVEs, the request and the answer. */
#define PROMISED_MS (2 * (HAVE_MS + HAVE_MS / 5) + 2000)

#define BODY_LEN 100

struct fixture {
	struct world *world;
	struct origin origin; /* a member who is no node */
	struct origin other;
	struct origin_run *run;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || (f->run = calloc(1, sizeof(*f->run))) == NULL)
		return -1;
	if (crypto_init() != ERR_NONE)
		return -1;
	origin_begin(&f->origin, 1, 7);
	origin_begin(&f->other, 2, 7);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	world_free(f->world);
	free(f->run);
	free(f);
	return 0;
}

/* A world of so many nodes, to all of which both origins are members. */
static struct world *
make(struct fixture *f, int nodes)
{
	f->world = world_new(nodes, 1);
	world_admit_all(f->world, f->origin.key.public_key);
	world_admit_all(f->world, f->other.key.public_key);
	return f->world;
}

static void
assert_states(struct world *world, int pair, enum link_state state)
{
	assert_int_equal(link_state(world_dialer(world, pair)), state);
	assert_int_equal(link_state(world_listener(world, pair)), state);
}

/* Frames of this type between two nodes, both ways. */
static unsigned
between(struct world *world, int a, int b, enum wire_type type)
{
	return world_sent(world, a, b, type) + world_sent(world, b, a, type);
}

static void
assert_quiet(struct world *world, int nodes)
{
	int i;

	for (i = 0; i < nodes; i++)
		assert_int_equal(world_complaints(world, i), 0);
}

/* ---- catching up ---- */

static void
a_newcomer_catches_up_over_many_boundaries(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);

	world_write(world, 0, &f->origin, 2000, BODY_LEN);
	world_connect(world, 1, 0);
	world_until_same(world, 5000);
	assert_int_equal(world_tip(world, 1, f->origin.log_id), 2000);
	assert_true(world_has_body(world, 1, &f->origin, 2000, BODY_LEN));
	assert_states(world, 0, LINK_LIVE);
	assert_quiet(world, 2);
}

static void
bodies_longer_than_a_message_come_in_parts(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);

	world_write(world, 0, &f->origin, 3, BODY_MAX);
	world_write(world, 0, &f->origin, 3, DATA_MAX + 1);
	world_write(world, 0, &f->origin, 2, DATA_MAX);
	world_connect(world, 1, 0);
	world_until_same(world, 5000);
	assert_true(world_has_body(world, 1, &f->origin, 2, BODY_MAX));
	assert_true(world_has_body(world, 1, &f->origin, 4, DATA_MAX + 1));
	assert_true(world_has_body(world, 1, &f->origin, 8, DATA_MAX));
	assert_quiet(world, 2);
}

static void
a_body_longer_than_the_window_comes_in_several_gets(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);

	world_set_window(world, 0, DATA_MAX);
	world_write(world, 0, &f->origin, 2, 100000);
	world_write(world, 0, &f->origin, 3, BODY_MAX);
	world_write(world, 0, &f->origin, 3, 20000);
	world_connect(world, 0, 1);
	world_until_same(world, 5000);
	assert_true(world_has_body(world, 1, &f->origin, 2, 100000));
	assert_true(world_has_body(world, 1, &f->origin, 5, BODY_MAX));
	assert_in_range(world_sent(world, 1, 0, WIRE_GET), 3 + 12, 25);
	assert_quiet(world, 2);
}

static void
one_link_brings_logs_both_ways(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);

	world_write(world, 0, &f->origin, 300, BODY_LEN);
	world_write(world, 1, &f->other, 400, BODY_LEN);
	world_connect(world, 0, 1);
	world_until_same(world, 5000);
	assert_int_equal(world_tip(world, 0, f->other.log_id), 400);
	assert_int_equal(world_tip(world, 1, f->origin.log_id), 300);
	assert_quiet(world, 2);
}

static void
a_hub_passes_on_what_it_gets(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 4);
	int i;

	for (i = 1; i < 4; i++)
		world_connect(world, i, 0);
	world_run(world, 1000);
	for (i = 0; i < 4; i++)
		world_write(world, i, world_origin(world, i), 20, BODY_LEN);
	world_until_same(world, 30000);
	for (i = 0; i < 4; i++)
		assert_int_equal(
		    world_tip(world, 3, world_origin(world, i)->log_id), 20);
	assert_quiet(world, 4);
}

static void
a_note_brings_the_next_entry_without_a_get(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 3);
	unsigned gets;
	int i;

	world_write(world, 1, &f->origin, 5, BODY_LEN);
	world_connect(world, 1, 0);
	world_connect(world, 2, 0);
	world_until_same(world, 5000);
	gets = between(world, 0, 1, WIRE_GET) + between(world, 0, 2, WIRE_GET);
	for (i = 0; i < 10; i++) {
		world_write(world, 1, &f->origin, 1, BODY_LEN);
		assert_true(world_until_same(world, 1000) < 100);
	}
	assert_int_equal(
	    between(world, 0, 1, WIRE_GET) + between(world, 0, 2, WIRE_GET),
	    gets);
	assert_quiet(world, 3);
}

/* ---- NOTEs ---- */

static void
a_note_does_not_go_back_to_who_brought_its_entry(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 3);
	unsigned before;

	world_connect(world, 1, 0);
	world_connect(world, 2, 0);
	world_write(world, 1, &f->origin, 5, BODY_LEN);
	world_until_same(world, 5000);
	before = world_sent(world, 0, 2, WIRE_NOTE);
	world_write(world, 1, &f->origin, 1, BODY_LEN);
	world_until_same(world, 5000);
	assert_int_equal(world_sent(world, 0, 2, WIRE_NOTE), before + 1);
	assert_int_equal(world_sent(world, 0, 1, WIRE_NOTE), 0);
	assert_int_equal(world_sent(world, 2, 0, WIRE_NOTE), 0);
}

/* ---- lost NOTEs ---- */

static enum world_fate
drop_notes(void *arg, int from, int to, const struct wire_msg *msg)
{
	(void)arg;
	(void)from;
	(void)to;
	return msg->type == WIRE_NOTE ? WORLD_DROP : WORLD_PASS;
}

static void
without_notes_all_converge_by_two_haves(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 3);
	int i;

	world_connect(world, 1, 0);
	world_connect(world, 2, 0);
	world_write(world, 1, &f->origin, 5, BODY_LEN);
	world_write(world, 2, &f->other, 5, BODY_LEN);
	world_until_same(world, 5000);
	world_set_filter(world, drop_notes, NULL);
	for (i = 0; i < 5; i++) {
		world_write(world, 1, &f->origin, 1, BODY_LEN);
		world_until_same(world, 2 * PROMISED_MS);
		world_run(world, world_random(world) % 30000);
		world_write(world, 0, &f->other, 1, BODY_LEN);
		world_until_same(world, PROMISED_MS);
		world_run(world, world_random(world) % 30000);
	}
	assert_quiet(world, 3);
}

/* NOTEs are lost; full HAVEs are counted. */
static enum world_fate
count_exchanges(void *arg, int from, int to, const struct wire_msg *msg)
{
	unsigned *count = arg;

	(void)from;
	(void)to;
	if (msg->type == WIRE_HAVE && msg->u.have.full)
		(*count)++;
	return msg->type == WIRE_NOTE ? WORLD_DROP : WORLD_PASS;
}

static void
digests_that_change_all_the_time_wait_for_an_exchange(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);
	unsigned count = 0;
	int second;

	world_connect(world, 1, 0);
	world_write(world, 0, &f->origin, 1, BODY_LEN);
	world_until_same(world, 5000);
	world_run(world, 60000);
	world_set_filter(world, count_exchanges, &count);
	for (second = 0; second < 58; second++) {
		world_write(world, 0, &f->origin, 1, BODY_LEN);
		world_run(world, 1000);
		if (second == 25)
			assert_int_equal(count, 0);
	}

	/* Yet not for longer than P5 allows. */
	assert_true(count > 0);
	assert_true(world_tip(world, 1, f->origin.log_id) > 25);
	world_until_same(world, PROMISED_MS);
	assert_quiet(world, 2);
}

/* Everything but digests is lost. */
static enum world_fate
drop_all_but_digests(void *arg, int from, int to, const struct wire_msg *msg)
{
	(void)arg;
	(void)from;
	(void)to;
	return msg->type == WIRE_NOTE ||
		(msg->type == WIRE_HAVE && msg->u.have.parts > 0) ?
	    WORLD_DROP :
	    WORLD_PASS;
}

static void
a_full_have_that_is_lost_is_told_again(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);

	world_set_filter(world, drop_all_but_digests, NULL);
	world_write(world, 0, &f->origin, 5, BODY_LEN);
	world_write(world, 1, &f->other, 5, BODY_LEN);
	world_connect(world, 1, 0);
	world_run(world, 300000);
	assert_false(world_same_digest(world));
	world_set_filter(world, NULL, NULL);
	world_until_same(world, PROMISED_MS);
	assert_quiet(world, 2);
}

struct one_way {
	int from;
	bool on;
};

static enum world_fate
drop_positions_of(void *arg, int from, int to, const struct wire_msg *msg)
{
	const struct one_way *way = arg;

	(void)to;
	return way->on && from == way->from &&
		(msg->type == WIRE_NOTE ||
		    (msg->type == WIRE_HAVE && msg->u.have.parts > 0)) ?
	    WORLD_DROP :
	    WORLD_PASS;
}

static void
a_full_have_lost_one_way_is_told_again(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);
	struct one_way way = { .from = 0, .on = true };

	world_set_filter(world, drop_positions_of, &way);
	world_write(world, 0, &f->origin, 5, BODY_LEN);
	world_connect(world, 1, 0);
	world_run(world, 300000);
	assert_false(world_same_digest(world));
	way.on = false;
	world_until_same(world, PROMISED_MS);
}

static void
what_is_written_during_an_exchange_is_not_forgotten(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);
	int i;

	world_set_filter(world, drop_notes, NULL);
	world_connect(world, 1, 0);
	for (i = 0; i < 30; i++) {
		world_write(world, i % 2, i % 2 == 0 ? &f->origin : &f->other,
		    1, BODY_LEN);
		world_run(world, world_random(world) % 4000);
	}
	world_until_same(world, PROMISED_MS);
	assert_states(world, 0, LINK_LIVE);
}

static void
a_log_that_no_note_can_tell_is_learned_by_have(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);
	struct one_way way = { .from = -1, .on = true };

	/* News of the log are lost, so its NOTE says nothing. */
	world_connect(world, 1, 0);
	world_run(world, 1000);
	way.from = 0;
	world_set_filter(world, drop_positions_of, &way);
	world_write(world, 0, &f->origin, 1, 0);
	world_write(world, 0, &f->origin, 5, BODY_LEN);
	world_run(world, 2000);
	assert_null(view_find(world_view(world, 1), f->origin.log_id));
	way.on = false;
	world_until_same(world, PROMISED_MS);
	assert_quiet(world, 2);
}

/* ---- keeping still ---- */

static void
equal_digests_exchange_nothing(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);

	world_write(world, 0, &f->origin, 50, BODY_LEN);
	origin_begin(&f->origin, 1, 7);
	world_write(world, 1, &f->origin, 50, BODY_LEN);
	world_connect(world, 1, 0);
	world_run(world, 100);
	assert_states(world, 0, LINK_LIVE);
	world_run(world, 600000);
	assert_int_equal(between(world, 0, 1, WIRE_HELLO), 2);
	assert_int_equal(between(world, 0, 1, WIRE_GET), 0);
	assert_int_equal(between(world, 0, 1, WIRE_DATA), 0);
	assert_in_range(between(world, 0, 1, WIRE_HAVE), 50, 76);
	assert_quiet(world, 2);
}

static enum world_fate
count_full(void *arg, int from, int to, const struct wire_msg *msg)
{
	unsigned *count = arg;

	(void)from;
	(void)to;
	if (msg->type == WIRE_HAVE && msg->u.have.full)
		(*count)++;
	return WORLD_PASS;
}

/* One of two nodes counts a log that the other does not. */
static struct world *
make_different(struct fixture *f)
{
	f->world = world_new(2, 1);
	world_admit(f->world, 0, f->origin.key.public_key);
	world_admit_all(f->world, f->other.key.public_key);
	world_write(f->world, 0, &f->origin, 10, BODY_LEN);
	world_write(f->world, 1, &f->other, 10, BODY_LEN);
	return f->world;
}

static void
peers_that_differ_for_good_settle_and_stay_live(void **state)
{
	struct fixture *f = *state;
	struct world *world = make_different(f);
	unsigned full = 0;

	world_connect(world, 1, 0);
	world_run(world, 3 * PROMISED_MS);
	assert_states(world, 0, LINK_LIVE);
	assert_false(world_same_digest(world));
	assert_int_equal(world_tip(world, 0, f->other.log_id), 10);
	assert_int_equal(world_tip(world, 1, f->origin.log_id), 0);
	world_set_filter(world, count_full, &full);
	world_run(world, 600000);
	assert_int_equal(full, 0);
	assert_states(world, 0, LINK_LIVE);

	/* And still they get on with what both count. */
	world_set_filter(world, drop_notes, NULL);
	world_write(world, 1, &f->other, 5, BODY_LEN);
	world_run(world, PROMISED_MS);
	assert_int_equal(world_tip(world, 0, f->other.log_id), 15);
	assert_quiet(world, 2);
}

/* ---- sessions ---- */

static void
a_broken_connection_begins_a_new_session(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);

	world_write(world, 0, &f->origin, 5, BODY_LEN);
	world_connect(world, 1, 0);
	world_until_same(world, 5000);
	world_break(world, 0);
	world_write(world, 0, &f->origin, 5, BODY_LEN);
	world_write(world, 1, &f->other, 5, BODY_LEN);
	world_run(world, 30000);
	assert_false(world_same_digest(world));
	world_mend(world, 0);
	world_until_same(world, 1000);
	assert_quiet(world, 2);
}

static void
a_connection_that_breaks_midway_loses_nothing(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);
	int i;

	world_write(world, 0, &f->origin, 3000, BODY_LEN);
	world_write(world, 1, &f->other, 1500, 1000);
	world_connect(world, 1, 0);
	for (i = 0; i < 10; i++) {
		world_run(world, 3 + world_random(world) % 10);
		world_break(world, 0);
		world_run(world, 100);
		world_mend(world, 0);
	}
	world_until_same(world, 5000);
}

static void
a_hub_that_forgot_the_session_asks_for_hello(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);

	world_connect(world, 1, 0);
	world_run(world, 1000);
	link_down(world_listener(world, 0));
	world_write(world, 1, &f->origin, 5, BODY_LEN);
	world_write(world, 0, &f->other, 5, BODY_LEN);
	world_until_same(world, HAVE_MS);
	assert_int_equal(world_sent(world, 1, 0, WIRE_HELLO), 2);
	assert_int_equal(world_remade(world, 0), 0);
	assert_quiet(world, 2);
}

static void
a_leaf_that_forgot_the_session_begins_a_new_one(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);

	world_connect(world, 1, 0);
	world_run(world, 1000);
	world_write(world, 0, &f->origin, 5, BODY_LEN);
	link_down(world_dialer(world, 0));
	link_up(world_dialer(world, 0), world_now(world));
	world_until_same(world, 10000);
	assert_states(world, 0, LINK_LIVE);
}

static enum world_fate
drop_hello(void *arg, int from, int to, const struct wire_msg *msg)
{
	int *left = arg;

	(void)from;
	(void)to;
	if (msg->type != WIRE_HELLO || *left == 0)
		return WORLD_PASS;
	(*left)--;
	return WORLD_DROP;
}

static void
a_lost_hello_makes_the_transport_anew(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);
	int left = 3;

	world_set_filter(world, drop_hello, &left);
	world_write(world, 0, &f->origin, 5, BODY_LEN);
	world_connect(world, 1, 0);
	assert_int_equal(link_state(world_dialer(world, 0)), LINK_WAIT);
	world_until_same(world, 3 * (HELLO_MS + 2000) + 1000);
	assert_int_equal(left, 0);
	assert_in_range(world_remade(world, 0), 2, 3);
}

static void
a_queue_that_is_not_ready_delays_hello(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);

	world_set_queue(world, 0);
	world_write(world, 0, &f->origin, 5, BODY_LEN);
	world_connect(world, 1, 0);
	world_run(world, 2000);
	assert_int_equal(link_state(world_dialer(world, 0)), LINK_WAIT);
	world_set_queue(world, 64);
	world_until_same(world, 1000);
	assert_int_equal(world_remade(world, 0), 0);
}

static enum world_fate
drop_everything(void *arg, int from, int to, const struct wire_msg *msg)
{
	(void)arg;
	(void)from;
	(void)to;
	(void)msg;
	return WORLD_DROP;
}

static void
silence_makes_the_transport_anew_and_ends_the_session(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);

	world_connect(world, 1, 0);
	world_run(world, 1000);
	assert_states(world, 0, LINK_LIVE);
	world_set_filter(world, drop_everything, NULL);
	world_run(world, SILENCE_MS - 1000);
	assert_states(world, 0, LINK_LIVE);
	assert_int_equal(world_remade(world, 0), 0);
	world_run(world, 2000);
	assert_int_equal(world_remade(world, 0), 1);
	assert_int_equal(link_state(world_listener(world, 0)), LINK_DOWN);
	world_set_filter(world, NULL, NULL);
	world_run(world, HELLO_MS + 5000);
	assert_states(world, 0, LINK_LIVE);
}

/* ---- trouble with GETs ---- */

static enum world_fate
drop_data(void *arg, int from, int to, const struct wire_msg *msg)
{
	int *left = arg;

	(void)from;
	(void)to;
	if (msg->type != WIRE_DATA || *left == 0)
		return WORLD_PASS;
	(*left)--;
	return WORLD_DROP;
}

static void
a_get_that_brings_nothing_is_given_up_and_repeated(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);
	int left = 1;

	world_set_strict(world, false);
	world_set_filter(world, drop_data, &left);
	world_write(world, 0, &f->origin, 5, BODY_LEN);
	world_connect(world, 1, 0);
	world_run(world, GET_MS - 1000);
	assert_int_equal(world_tip(world, 1, f->origin.log_id), 0);
	world_until_same(world, GAP_MS + 5000);
	assert_int_equal(world_complaints(world, 1), 1);
}

static void
another_peer_is_asked_when_one_is_silent(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 3);
	int left = 1000;

	/* The first peer takes requests and answers none. */
	world_set_strict(world, false);
	world_write(world, 0, &f->origin, 5, BODY_LEN);
	world_set_filter(world, drop_data, &left);
	world_connect(world, 2, 0);
	world_run(world, 5000);
	left = 0;
	world_write(world, 1, &f->other, 5, BODY_LEN);
	origin_begin(&f->origin, 1, 7);
	world_write(world, 1, &f->origin, 5, BODY_LEN);
	world_connect(world, 2, 1);
	world_run(world, 12000);
	assert_int_equal(world_tip(world, 2, f->origin.log_id), 5);
	assert_true(world_has_body(world, 2, &f->origin, 5, BODY_LEN));
}

static void
a_busy_peer_is_asked_again_later(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);

	world_set_busy(world, 0, true);
	world_write(world, 0, &f->origin, 5, BODY_LEN);
	world_connect(world, 1, 0);
	world_run(world, 60000);
	assert_int_equal(world_tip(world, 1, f->origin.log_id), 0);
	assert_in_range(world_sent(world, 1, 0, WIRE_GET), 50, 125);
	world_set_busy(world, 0, false);
	world_until_same(world, 2000);
	assert_quiet(world, 2);
}

static void
a_full_disk_stops_fetching_until_there_is_room(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);

	world_write(world, 0, &f->origin, 600, BODY_LEN);
	world_connect(world, 1, 0);
	world_run(world, 3);
	world_set_full(world, 1, true);
	world_run(world, 100000);
	assert_int_equal(world_tip(world, 1, f->origin.log_id), 0);
	world_set_full(world, 1, false);
	world_until_same(world, 2000);
	assert_quiet(world, 2);
}

/* Who has been served much comes after the others, until time has passed. */
static void
who_was_served_much_is_paced_for_a_while(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);
	struct link *server;
	size_t count = PACE_BURST / BODY_MAX + 8;
	int i;

	world_connect(world, 1, 0);
	world_run(world, HAVE_MS * 2);
	server = world_listener(world, 0);
	assert_false(link_paced(server, world_now(world)));
	world_write(world, 0, world_origin(world, 0), count, BODY_MAX);
	for (i = 0; i < 1000 && !world_is_same(world); i++)
		world_run(world, 1);
	assert_true(world_is_same(world));
	assert_true(link_served(server) > PACE_BURST);
	assert_true(link_paced(server, world_now(world)));
	assert_false(link_paced(server, world_now(world) + 1000));
}

/* ---- forked logs ---- */

/* Two nodes get the same entries of a log, then each another story. */
static void
fork_log(struct fixture *f, int node_a, int node_b, size_t common,
    size_t more_a, size_t more_b)
{
	struct origin *a = &f->origin;
	struct origin *b = &f->other;

	*b = *a;
	world_write(f->world, node_a, a, common, BODY_LEN);
	world_write(f->world, node_b, b, common, BODY_LEN);
	b->variant = 1;
	b->time_ms += 1000;
	world_write(f->world, node_a, a, more_a, BODY_LEN);
	world_write(f->world, node_b, b, more_b, BODY_LEN);
}

static void
name_branch(const struct log_tip *tip, uint8_t out[LINK_BRANCH_LEN])
{
	bytes_put_le64(out, tip->n);
	memcpy(out + 8, tip->c, C8_LEN);
}

/* The node holds this branch of the log, with the bodies after ${common}. */
static void
assert_branch(
    struct world *world, int node, const struct origin *branch, uint64_t common)
{
	struct store_txn *txn = NULL;
	struct store_body body;
	struct store_run run;
	uint8_t name[LINK_BRANCH_LEN];
	uint8_t want[BODY_LEN];
	uint64_t n;

	name_branch(&branch->tip, name);
	assert_int_equal(
	    store_begin(world_store(world, node), false, &txn), ERR_NONE);
	assert_int_equal(
	    store_read_run(txn, branch->log_id, branch->tip.n, name, &run),
	    ERR_NONE);
	store_run_clear(&run);
	for (n = common + 1; n <= branch->tip.n; n++) {
		if (n == 1)
			continue; /* GENESIS has no body */
		assert_int_equal(
		    store_branch_body(txn, branch->log_id, name, n, &body),
		    ERR_NONE);
		origin_body(branch->variant, n, want, BODY_LEN);
		assert_memory_equal(body.data, want, BODY_LEN);
		store_body_clear(&body);
	}
	store_abort(&txn);
}

static void
assert_frozen(
    struct world *world, int node, const struct origin *origin, uint64_t common)
{
	const struct view_log *log = view_find(
	    world_view(world, node), origin->log_id);

	assert_non_null(log);
	assert_true(log->frozen);
	assert_int_equal(log->last_common, common);
	assert_int_equal(log->counted, common);
}

/* Two nodes whose stories part after ${common} meet. */
static void
meet(struct fixture *f, size_t common, size_t more_a, size_t more_b)
{
	struct world *world = make(f, 2);
	int i;

	fork_log(f, 0, 1, common, more_a, more_b);
	world_connect(world, 1, 0);
	world_run(world, HAVE_MS * 2);
	for (i = 0; i < 2; i++) {
		assert_frozen(world, i, &f->origin, common);
		assert_branch(world, i, &f->origin, common);
		assert_branch(world, i, &f->other, common);
	}
	assert_true(world_is_same(world));
	assert_states(world, 0, LINK_LIVE);

	/* Everything else goes on. */
	world_write(world, 0, world_origin(world, 0), 5, BODY_LEN);
	world_write(world, 1, world_origin(world, 1), 5, BODY_LEN);
	world_until_same(world, PROMISED_MS);
	assert_quiet(world, 2);
	world_free(world);
	f->world = NULL;
}

static void
a_fork_at_the_first_entry_is_found(void **state)
{
	meet(*state, 0, 5, 5);
	origin_begin(&((struct fixture *)*state)->origin, 1, 7);
	meet(*state, 0, 1, 1);
	origin_begin(&((struct fixture *)*state)->origin, 1, 7);
	meet(*state, 0, 600, 1);
}

static void
a_fork_inside_a_run_is_found(void **state)
{
	struct fixture *f = *state;

	meet(f, 100, 5, 5);
	origin_begin(&f->origin, 1, 7);
	meet(f, 1, 300, 2);
	origin_begin(&f->origin, 1, 7);
	meet(f, 300, 1, 400);
}

static void
a_fork_at_a_boundary_is_found(void **state)
{
	struct fixture *f = *state;
	size_t common;

	for (common = BOUNDARY_N - 1; common <= BOUNDARY_N + 1; common++) {
		meet(f, common, 5, 5);
		origin_begin(&f->origin, 1, 7);
	}
	meet(f, 2 * BOUNDARY_N, 1, BOUNDARY_N);
}

static void
a_fork_many_boundaries_back_is_found(void **state)
{
	struct fixture *f = *state;

	meet(f, 10, 3000, 3000);
	origin_begin(&f->origin, 1, 7);
	meet(f, 1100, 2000, 10);
	origin_begin(&f->origin, 1, 7);
	meet(f, 2600, 10, 2000);
}

static void
a_fork_is_found_by_a_note(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);

	world_connect(world, 1, 0);
	world_run(world, 1000);
	f->other = f->origin;
	f->other.variant = 1;
	f->other.time_ms++;
	world_write(world, 0, &f->origin, 20, BODY_LEN);
	world_run(world, 1);
	world_write(world, 1, &f->other, 30, BODY_LEN);
	world_run(world, 2 * HAVE_MS);
	assert_frozen(world, 0, &f->origin, 0);
	assert_frozen(world, 1, &f->origin, 0);
	assert_branch(world, 0, &f->other, 0);
	assert_branch(world, 1, &f->origin, 0);
	assert_quiet(world, 2);
}

static void
who_does_not_know_of_a_fork_is_shown_it(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 5);
	int i;

	/* A chain: one story at its head, the other at all the rest. */
	for (i = 1; i < 4; i++)
		world_connect(world, i + 1, i);
	fork_log(f, 0, 2, 50, 5, 300);
	world_run(world, 60000);
	assert_int_equal(world_tip(world, 4, f->other.log_id), 350);
	world_connect(world, 1, 0);
	world_until_same(world, 4 * PROMISED_MS);
	world_run(world, 2 * HAVE_MS);
	for (i = 0; i < 5; i++) {
		assert_frozen(world, i, &f->origin, 50);
		assert_branch(world, i, &f->origin, 50);
		assert_branch(world, i, &f->other, 50);
	}
	assert_quiet(world, 5);
}

static void
three_stories_have_the_least_in_common(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 3);
	struct origin third = f->origin;
	int i;

	world_write(world, 2, &third, 10, BODY_LEN);
	third.variant = 2;
	third.time_ms += 7;
	world_write(world, 2, &third, 40, BODY_LEN);
	fork_log(f, 0, 1, 30, 5, 300);
	world_connect(world, 1, 0);
	world_run(world, HAVE_MS);
	assert_frozen(world, 0, &f->origin, 30);
	world_connect(world, 2, 0);
	world_until_same(world, 4 * PROMISED_MS);
	world_run(world, 3 * HAVE_MS);
	for (i = 0; i < 3; i++) {
		assert_frozen(world, i, &f->origin, 10);
		assert_branch(world, i, &f->origin, 10);
		assert_branch(world, i, &f->other, 30);
		assert_branch(world, i, &third, 10);
	}
	assert_quiet(world, 3);
}

static void
a_third_story_may_leave_the_second_after_a_boundary(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 3);
	struct origin third;
	int i;

	/* The second and the third go on alike for more than a run. */
	fork_log(f, 0, 1, 100, 40, 350);
	third = f->origin;
	origin_begin(&third, 1, 7);
	world_write(world, 2, &third, 100, BODY_LEN);
	third.variant = 1;
	third.time_ms += 1000;
	world_write(world, 2, &third, 350, BODY_LEN);
	assert_memory_equal(third.tip.c, f->other.tip.c, HASH_LEN);
	third.variant = 2;
	world_write(world, 2, &third, 30, BODY_LEN);
	world_write(world, 1, &f->other, 60, BODY_LEN);
	world_connect(world, 1, 0);
	world_run(world, HAVE_MS);
	assert_frozen(world, 0, &f->origin, 100);
	assert_branch(world, 0, &f->other, 100);
	world_connect(world, 2, 0);
	world_until_same(world, 4 * PROMISED_MS);
	world_run(world, 3 * HAVE_MS);
	for (i = 0; i < 3; i += 2) {
		assert_branch(world, i, &f->origin, 100);
		assert_branch(world, i, &f->other, 450);
		assert_branch(world, i, &third, 450);
	}
	assert_frozen(world, 0, &f->origin, 100);

	/* Nobody asks again for the bodies that two of them share. */
	assert_quiet(world, 3);
}

static void
a_fork_found_while_headers_are_fetched_is_kept(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);
	uint64_t common;

	/* What the second node lacks does not continue what it holds. */
	fork_log(f, 0, 1, 200, 1500, 90);
	common = 200;
	world_set_filter(world, drop_notes, NULL);
	world_connect(world, 0, 1);
	world_until_same(world, PROMISED_MS);
	world_run(world, 2 * HAVE_MS);
	assert_frozen(world, 0, &f->origin, common);
	assert_branch(world, 1, &f->origin, common);
	assert_quiet(world, 2);
}

static void
bodies_of_a_branch_are_fetched_in_a_later_session(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);
	int i;

	fork_log(f, 0, 1, 200, 900, 600);
	world_connect(world, 1, 0);
	for (i = 0; i < 200 && !world_same_digest(world); i++)
		world_run(world, 2);
	world_break(world, 0);
	world_run(world, 60000);
	world_mend(world, 0);
	world_run(world, 3 * HAVE_MS);
	for (i = 0; i < 2; i++) {
		assert_branch(world, i, &f->origin, 200);
		assert_branch(world, i, &f->other, 200);
	}
}

/* Does the node hold any body of this branch after the common entries? */
static bool
holds_some(
    struct world *world, int node, const struct origin *branch, uint64_t common)
{
	struct store_txn *txn = NULL;
	struct store_body body;
	uint8_t name[LINK_BRANCH_LEN];
	bool some = false;
	uint64_t n;

	name_branch(&branch->tip, name);
	assert_int_equal(
	    store_begin(world_store(world, node), false, &txn), ERR_NONE);
	for (n = common + 1; n <= branch->tip.n; n++)
		if (store_branch_body(txn, branch->log_id, name, n, &body) ==
		    ERR_NONE) {
			store_body_clear(&body);
			some = true;
		}
	store_abort(&txn);
	return some;
}

/* Write entries of which nobody has the bodies. */
static void
write_headers(struct world *world, int node, struct origin *origin, size_t more)
{
	struct origin_run *run = calloc(1, sizeof(*run));

	assert_non_null(run);
	origin_write(origin, run, more, BODY_LEN);
	assert_int_equal(run->run.count, more);
	world_place(world, node, origin, run, false);
	free(run);
}

/* Of one branch nobody has the bodies: those of the other, which is looked at
 * last, come all the same from who has them. */
static void
bodies_that_nobody_has_hide_none_of_another_branch(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 3);
	struct origin *whole = &f->origin;
	struct origin *bare = &f->other;
	struct origin same = *whole;

	*bare = *whole;
	world_write(world, 0, whole, 10, BODY_LEN);
	world_write(world, 1, bare, 10, BODY_LEN);
	world_write(world, 2, &same, 10, BODY_LEN);
	bare->variant = 1;
	bare->time_ms += 1000;
	world_write(world, 0, whole, 5, BODY_LEN);
	write_headers(world, 1, bare, 5);
	write_headers(world, 2, &same, 5);

	/* The two without bodies find the fork, and then comes who has some. */
	world_connect(world, 1, 2);
	world_run(world, 2 * HAVE_MS);
	assert_frozen(world, 2, whole, 10);
	assert_false(holds_some(world, 2, whole, 10));
	world_connect(world, 2, 0);
	world_run(world, 8 * HAVE_MS);
	assert_branch(world, 2, whole, 10);
	assert_branch(world, 1, whole, 10);
	assert_false(holds_some(world, 0, bare, 10));
	assert_quiet(world, 3);
}

static void
an_own_log_that_a_peer_holds_further_is_taken(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);
	struct origin *own = world_origin(world, 1);
	struct origin twin = *own;
	const struct view_log *log;

	/* The node's machine was rolled back: its peer knows more of it. */
	world_write(world, 1, own, 10, BODY_LEN);
	world_write(world, 0, &twin, 300, BODY_LEN);
	world_connect(world, 1, 0);
	world_until_same(world, 5000);
	log = view_find(world_view(world, 1), own->log_id);
	assert_true(log->own);
	assert_int_equal(log->tip.n, 300);
	assert_quiet(world, 2);
}

/* The listener no longer knows the session, of which the dialler hears. */
static int64_t
lose_session(struct world *world)
{
	struct wire_msg msg = { .type = WIRE_ERR };
	struct link_info info;
	uint8_t *buf;
	size_t len;

	msg.u.err.code = WIRE_NO_SESSION;
	msg.u.err.text = "say HELLO first";
	assert_int_equal(wire_encode(&msg, &buf, &len), ERR_NONE);
	world_send(world, 0, false, buf, len);
	free(buf);
	world_run(world, 100);
	link_info(world_dialer(world, 0), &info);
	return info.doubled_at;
}

static void
who_loses_a_session_twice_shares_its_key(void **state)
{
	struct fixture *f = *state;
	struct world *world = make(f, 2);
	int64_t first;

	world_connect(world, 1, 0);
	world_run(world, HAVE_MS);
	assert_states(world, 0, LINK_LIVE);

	/* Once is no sign, nor is twice in a long time. */
	assert_int_equal(lose_session(world), 0);
	world_run(world, 7 * HAVE_MS);
	assert_states(world, 0, LINK_LIVE);
	assert_int_equal(lose_session(world), 0);

	/* As often as the other says HAVE is; and the session goes on. */
	world_run(world, HAVE_MS + HAVE_MS / 5);
	first = lose_session(world);
	assert_int_not_equal(first, 0);
	world_run(world, 7 * HAVE_MS);
	assert_states(world, 0, LINK_LIVE);
	assert_int_equal(lose_session(world), first);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_newcomer_catches_up_over_many_boundaries),
		TEST(bodies_longer_than_a_message_come_in_parts),
		TEST(a_body_longer_than_the_window_comes_in_several_gets),
		TEST(one_link_brings_logs_both_ways),
		TEST(a_hub_passes_on_what_it_gets),
		TEST(a_note_brings_the_next_entry_without_a_get),
		TEST(a_note_does_not_go_back_to_who_brought_its_entry),
		TEST(without_notes_all_converge_by_two_haves),
		TEST(digests_that_change_all_the_time_wait_for_an_exchange),
		TEST(a_full_have_that_is_lost_is_told_again),
		TEST(a_full_have_lost_one_way_is_told_again),
		TEST(what_is_written_during_an_exchange_is_not_forgotten),
		TEST(a_log_that_no_note_can_tell_is_learned_by_have),
		TEST(equal_digests_exchange_nothing),
		TEST(peers_that_differ_for_good_settle_and_stay_live),
		TEST(a_broken_connection_begins_a_new_session),
		TEST(a_connection_that_breaks_midway_loses_nothing),
		TEST(a_hub_that_forgot_the_session_asks_for_hello),
		TEST(a_leaf_that_forgot_the_session_begins_a_new_one),
		TEST(a_lost_hello_makes_the_transport_anew),
		TEST(a_queue_that_is_not_ready_delays_hello),
		TEST(silence_makes_the_transport_anew_and_ends_the_session),
		TEST(a_get_that_brings_nothing_is_given_up_and_repeated),
		TEST(another_peer_is_asked_when_one_is_silent),
		TEST(a_busy_peer_is_asked_again_later),
		TEST(a_full_disk_stops_fetching_until_there_is_room),
		TEST(a_fork_at_the_first_entry_is_found),
		TEST(a_fork_inside_a_run_is_found),
		TEST(a_fork_at_a_boundary_is_found),
		TEST(a_fork_many_boundaries_back_is_found),
		TEST(a_fork_is_found_by_a_note),
		TEST(who_does_not_know_of_a_fork_is_shown_it),
		TEST(three_stories_have_the_least_in_common),
		TEST(a_third_story_may_leave_the_second_after_a_boundary),
		TEST(a_fork_found_while_headers_are_fetched_is_kept),
		TEST(who_was_served_much_is_paced_for_a_while),
		TEST(bodies_of_a_branch_are_fetched_in_a_later_session),
		TEST(bodies_that_nobody_has_hide_none_of_another_branch),
		TEST(an_own_log_that_a_peer_holds_further_is_taken),
		TEST(who_loses_a_session_twice_shares_its_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
