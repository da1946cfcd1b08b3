/*
 * Whatever is lost, doubled, delayed, damaged or cut off: when it is over, all
 * nodes come to hold the same.  Every schedule follows from its seed, which is
 * printed if it fails; CHAOS_SEED=N runs that one alone, CHAOS_COUNT=N so many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/link_world.h"

#define SCHEDULES 12
#define ORIGINS   3
#define BODY_MOST 3000

/* From one end of the world to the other, two HAVEs for each link. */
#define HEALED_MS (4 * 2 * (HAVE_MS + HAVE_MS / 5) + 20000)

struct chaos {
	struct world *world;
	int nodes;
	int pairs;
	struct origin origins[ORIGINS];
	int home[ORIGINS];  /* the one node at which an origin writes */
	struct origin twin; /* of the first origin, where it forks */
	int twin_home;
	bool forked;
};

static uint32_t
pick(struct chaos *chaos, uint32_t below)
{
	return world_random(chaos->world) % below;
}

/* A tree of links between the nodes, and perhaps one more. */
static void
connect_all(struct chaos *chaos)
{
	int to;
	int i;

	for (i = 1; i < chaos->nodes; i++) {
		to = (int)pick(chaos, (uint32_t)i);
		chaos->pairs = 1 +
		    (pick(chaos, 2) == 0 ? world_connect(chaos->world, i, to) :
					   world_connect(chaos->world, to, i));
	}
	if (chaos->nodes > 2 && pick(chaos, 2) == 0)
		chaos->pairs = 1 +
		    world_connect(chaos->world, chaos->nodes - 1,
			(int)pick(chaos, (uint32_t)chaos->nodes - 2));
}

static void
begin(struct chaos *chaos, uint32_t seed)
{
	int i;

	memset(chaos, 0, sizeof(*chaos));
	chaos->nodes = 3 + (int)(seed % 3);
	chaos->world = world_new(chaos->nodes, seed);
	for (i = 0; i < ORIGINS; i++) {
		origin_begin(&chaos->origins[i], (uint8_t)(1 + i), 7);
		world_admit_all(chaos->world, chaos->origins[i].key.public_key);
		chaos->home[i] = (int)pick(chaos, (uint32_t)chaos->nodes);
	}
	world_set_strict(chaos->world, false);
	connect_all(chaos);
}

/* Somebody writes something somewhere. */
static void
write_some(struct chaos *chaos)
{
	static const size_t counts[] = { 1, 1, 1, 2, 5, 30, 300 };
	size_t count = counts[pick(chaos, 7)];
	uint32_t len = pick(chaos, 20) == 0 ? 200000 : pick(chaos, BODY_MOST);
	uint32_t i = pick(chaos, ORIGINS);

	if (len > BODY_MOST && count > 2)
		len = 0;
	if (count > 30)
		len %= 100;
	if (i == 0 && chaos->forked && pick(chaos, 2) == 0)
		world_write(
		    chaos->world, chaos->twin_home, &chaos->twin, count, len);
	else
		world_write(chaos->world, chaos->home[i], &chaos->origins[i],
		    count, len);
}

/* The first origin is doubled, and its double writes at another node. */
static void
fork_first(struct chaos *chaos)
{
	chaos->forked = true;
	chaos->twin = chaos->origins[0];
	chaos->twin.variant = 1;
	chaos->twin.time_ms += 999;
	chaos->twin_home = (chaos->home[0] + 1) % chaos->nodes;
}

/* Connections break and come up again. */
static void
break_some(struct chaos *chaos)
{
	int pair = (int)pick(chaos, (uint32_t)chaos->pairs);

	world_break(chaos->world, pair);
	world_run(chaos->world, pick(chaos, 5000));
	world_mend(chaos->world, pair);
}

static struct world_faults
some_faults(struct chaos *chaos)
{
	struct world_faults faults = {
		.drop = pick(chaos, 30),
		.twice = pick(chaos, 20),
		.corrupt = pick(chaos, 15),
		.delay_ms = pick(chaos, 500),
	};

	return faults;
}

static void
heal(struct chaos *chaos, bool reconnect)
{
	struct world_faults none = { 0 };
	int i;

	world_set_faults(chaos->world, none);
	world_set_filter(chaos->world, NULL, NULL);
	for (i = 0; i < chaos->pairs && reconnect; i++) {
		world_break(chaos->world, i);
		world_mend(chaos->world, i);
	}
}

/* A fork cannot be written at a node that knows of it: the log is frozen. */
static bool
is_frozen_somewhere(struct chaos *chaos)
{
	const struct view_log *log;
	int i;

	for (i = 0; i < chaos->nodes; i++) {
		log = view_find(
		    world_view(chaos->world, i), chaos->origins[0].log_id);
		if (log != NULL && log->frozen)
			return true;
	}
	return false;
}

/* ---- the schedules ---- */

static void
run_noise(uint32_t seed)
{
	struct chaos chaos;
	int i;

	begin(&chaos, seed);
	for (i = 0; i < 40; i++) {
		if (pick(&chaos, 4) == 0)
			world_set_faults(chaos.world, some_faults(&chaos));
		if (pick(&chaos, 8) == 0)
			break_some(&chaos);
		if (pick(&chaos, 3) == 0)
			write_some(&chaos);
		world_run(chaos.world, pick(&chaos, 10000));
	}
	heal(&chaos, true);
	(void)world_until_same(chaos.world, HEALED_MS);
	world_free(chaos.world);
}

static enum world_fate
drop_news(void *arg, int from, int to, const struct wire_msg *msg)
{
	struct chaos *chaos = arg;

	(void)from;
	(void)to;
	return (msg->type == WIRE_NOTE || msg->type == WIRE_HAVE) &&
		pick(chaos, 100) < 60 ?
	    WORLD_DROP :
	    WORLD_PASS;
}

/* What was lost is found without any session being begun anew. */
static void
run_lost_news(uint32_t seed)
{
	struct chaos chaos;
	int i;

	begin(&chaos, seed);
	world_run(chaos.world, 1000);
	world_set_strict(chaos.world, true);
	world_set_filter(chaos.world, drop_news, &chaos);
	for (i = 0; i < 30; i++) {
		if (pick(&chaos, 2) == 0)
			write_some(&chaos);
		world_run(chaos.world, pick(&chaos, 5000));
	}
	heal(&chaos, false);
	(void)world_until_same(chaos.world, HEALED_MS);
	for (i = 0; i < chaos.nodes; i++)
		assert_int_equal(world_complaints(chaos.world, i), 0);
	for (i = 0; i < chaos.pairs; i++)
		assert_int_equal(world_remade(chaos.world, i), 0);
	world_free(chaos.world);
}

static enum world_fate
cut_off(void *arg, int from, int to, const struct wire_msg *msg)
{
	const struct chaos *chaos = arg;

	/* The two that write the first log do not hear of each other yet. */
	(void)msg;
	return chaos->forked &&
		(from == chaos->twin_home || to == chaos->twin_home) ?
	    WORLD_DROP :
	    WORLD_PASS;
}

/* One log is forked behind a partition; everybody comes to see the same. */
static void
run_fork(uint32_t seed)
{
	struct chaos chaos;
	uint64_t common;
	const struct view_log *log;
	int i;

	begin(&chaos, seed);
	for (i = 0; i < 10; i++) {
		write_some(&chaos);
		world_run(chaos.world, pick(&chaos, 3000));
	}
	heal(&chaos, false);
	(void)world_until_same(chaos.world, HEALED_MS);
	common = chaos.origins[0].tip.n;
	fork_first(&chaos);
	world_set_filter(chaos.world, cut_off, &chaos);
	for (i = 0; i < 10 || chaos.origins[0].tip.n == common ||
	     chaos.twin.tip.n == common;
	     i++) {
		write_some(&chaos);
		world_run(chaos.world, pick(&chaos, 3000));
	}
	assert_false(is_frozen_somewhere(&chaos));
	heal(&chaos, true);
	(void)world_until_same(chaos.world, 2 * HEALED_MS);
	for (i = 0; i < chaos.nodes; i++) {
		log = view_find(
		    world_view(chaos.world, i), chaos.origins[0].log_id);
		assert_true(log->frozen);
		assert_int_equal(log->last_common, common);
	}
	world_free(chaos.world);
}

/* Run so many schedules of one kind, or the one that is wanted. */
static void
run_all(void (*run)(uint32_t seed), uint32_t first)
{
	const char *seed = getenv("CHAOS_SEED");
	const char *count = getenv("CHAOS_COUNT");
	uint32_t end = first +
	    (count != NULL ? (uint32_t)strtoul(count, NULL, 10) : SCHEDULES);

	if (seed != NULL) {
		run((uint32_t)strtoul(seed, NULL, 10));
		return;
	}
	for (; first < end; first++)
		run(first);
}

static void
after_noise_all_hold_the_same(void **state)
{
	(void)state;
	run_all(run_noise, 1000);
}

static void
lost_news_are_found_within_the_session(void **state)
{
	(void)state;
	run_all(run_lost_news, 2000);
}

static void
a_fork_reaches_all(void **state)
{
	(void)state;
	run_all(run_fork, 3000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_noise_all_hold_the_same),
		cmocka_unit_test(lost_news_are_found_within_the_session),
		cmocka_unit_test(a_fork_reaches_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
