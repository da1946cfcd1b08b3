#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/answer.h"
#include "proto/header.h"
#include "tests/unit/bare_node.h"

/* Entries of a member's log that are here, and that a witness saw. */
#define HELD 3
#define SEEN 7

/* It, and its witnesses. */
#define NODES 6

/* A miss is told after 30 of these. */
#define HAVE_MS 20000

/* Node 0 holds the beginning of a member's log, of which node 1 saw more. */
struct fixture {
	struct world *world;
	struct bare_node bare;
	struct origin member;
	struct view_log *log;
};

/* The node says of the member that it is in, or is out from a cut on. */
static void
say(struct fixture *f, uint64_t cut)
{
	struct header_member member = {
		.org = "dk-101",
		.roles = ROLE_WRITES,
		.withdrawn = cut > 0,
		.ncuts = cut > 0,
	};

	memcpy(member.key, f->member.key.public_key, KEY_LEN);
	memcpy(member.cuts[0].log_id, f->member.log_id, LOG_ID_LEN);
	member.cuts[0].n = cut;
	bare_say(&f->bare, &member);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int i;

	if (f == NULL)
		return -1;
	*state = f;
	f->world = world_new(NODES, 1);
	origin_begin(&f->member, 50, 1);
	world_admit_all(f->world, f->member.key.public_key);
	world_write(f->world, 0, &f->member, HELD, 0);
	bare_begin(&f->bare, f->world);
	f->log = view_find(f->bare.node.view, f->member.log_id);
	assert_non_null(f->log);
	assert_int_equal(f->log->tip.n, HELD);
	f->bare.node.timers.have_ms = HAVE_MS;
	for (i = 1; i < NODES; i++)
		bare_admit(&f->bare, world_origin(f->world, i)->key.public_key);
	say(f, 0);
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

/* A node writes, in its entry ${at}, that it has seen the log as far as ${n}. */
static void
witness_at(struct fixture *f, int node, uint64_t at, uint64_t n)
{
	const struct origin *origin = world_origin(f->world, node);
	struct header_cut cut = { .n = n };
	struct header header = { .kind = HEADER_WITNESS, .time_ms = 1 };
	struct bytes raw;
	struct log_run run = { .first = at, .count = 1, .headers = &raw };
	uint8_t ext[HEADER_MAX];
	uint8_t bytes[HEADER_MAX];

	memcpy(cut.log_id, f->member.log_id, LOG_ID_LEN);
	header.ext.data = ext;
	assert_int_equal(
	    header_witness_encode(&cut, 1, ext, sizeof(ext), &header.ext.len),
	    ERR_NONE);
	raw.data = bytes;
	assert_int_equal(
	    header_encode(&header, bytes, sizeof(bytes), &raw.len), ERR_NONE);
	memcpy(run.log_id, origin->log_id, LOG_ID_LEN);
	node_witness_keep(&f->bare.node, origin->key.public_key, &run);
}

static void
witness(struct fixture *f, uint64_t n)
{
	witness_at(f, 1, 2, n);
}

/* A witness is not a member any more, from its entry 5 on. */
static void
remove_witness(struct fixture *f, int node)
{
	const struct origin *origin = world_origin(f->world, node);
	struct header_member member = {
		.org = "dk-901",
		.roles = ROLE_WRITES,
		.withdrawn = true,
		.ncuts = 1,
	};

	memcpy(member.key, origin->key.public_key, KEY_LEN);
	memcpy(member.cuts[0].log_id, origin->log_id, LOG_ID_LEN);
	member.cuts[0].n = 5;
	bare_say(&f->bare, &member);
}

/* A quarter of an hour goes by. */
static void
wait_for_it(struct fixture *f)
{
	size_t i;

	for (i = 0; i < VIEW_SEEN_MAX; i++)
		f->log->seen[i].at -= 900000;
}

/* So many logs are told as missed; of one, up to which entry? */
static uint64_t
missed(struct fixture *f, uint64_t *ret_n)
{
	Erfa__StatusAnswer *status;
	Erfa__Answer *answer;
	uint64_t count;

	assert_int_equal(
	    answer_new(ERFA__ANSWER__SAY_STATUS, &answer), ERR_NONE);
	status = answer->status;
	assert_int_equal(node_alarms(&f->bare.node, status), ERR_NONE);
	count = status->logs_missing;
	assert_int_equal(status->n_problem, count);
	if (count > 0) {
		assert_string_equal(status->problem[0]->code, "witness");
		assert_int_equal(status->problem[0]->n_arg, 4);
		*ret_n = strtoull(status->problem[0]->arg[1], NULL, 10);
	}
	control_free_answer(answer);
	return count;
}

static void
what_a_witness_saw_is_missed_if_it_does_not_come(void **state)
{
	struct fixture *f = *state;
	uint64_t n;

	witness(f, SEEN);
	assert_int_equal(missed(f, &n), 0);
	wait_for_it(f);
	assert_int_equal(missed(f, &n), 1);
	assert_int_equal(n, SEEN);
}

static void
what_it_saw_beyond_a_cut_is_not_missed(void **state)
{
	struct fixture *f = *state;
	uint64_t n;

	/* Whether it is heard before the withdrawal or after it. */
	witness(f, SEEN);
	wait_for_it(f);
	say(f, HELD);
	assert_int_equal(missed(f, &n), 0);
	witness(f, SEEN + 1);
	wait_for_it(f);
	assert_int_equal(missed(f, &n), 0);
}

static void
what_it_saw_up_to_a_cut_is_missed(void **state)
{
	struct fixture *f = *state;
	uint64_t n;

	say(f, SEEN - 2);
	witness(f, SEEN);
	wait_for_it(f);
	assert_int_equal(missed(f, &n), 1);
	assert_int_equal(n, SEEN - 2);
}

static void
what_a_later_cut_lets_count_has_its_time_to_come(void **state)
{
	struct fixture *f = *state;
	uint64_t n;

	say(f, HELD);
	witness(f, SEEN);
	wait_for_it(f);
	say(f, SEEN);
	assert_int_equal(missed(f, &n), 0);
	wait_for_it(f);
	assert_int_equal(missed(f, &n), 1);
	assert_int_equal(n, SEEN);

	/* What was missed before waits no longer for that. */
	say(f, SEEN + 1);
	assert_int_equal(missed(f, &n), 1);
}

static void
a_witness_that_lies_hides_no_other(void **state)
{
	struct fixture *f = *state;
	int liar;
	uint64_t n;

	witness_at(f, 1, 2, UINT64_C(1) << 63);
	witness_at(f, 2, 2, SEEN);
	wait_for_it(f);
	assert_int_equal(missed(f, &n), 1);
	assert_int_equal(n, SEEN);

	/* Nor do many of them. */
	for (liar = 3; liar < NODES; liar++)
		witness_at(f, liar, 2, (UINT64_C(1) << 62) + (uint64_t)liar);
	wait_for_it(f);
	assert_int_equal(missed(f, &n), 1);
	assert_int_equal(n, SEEN);
}

static void
what_a_liar_saw_is_missed_no_more_when_it_is_removed(void **state)
{
	struct fixture *f = *state;
	int liar;
	uint64_t n;

	for (liar = 1; liar <= VIEW_SEEN_MAX; liar++)
		witness_at(f, liar, 2, SEEN - 1);
	wait_for_it(f);
	assert_int_equal(missed(f, &n), 1);
	for (liar = 1; liar <= VIEW_SEEN_MAX; liar++)
		remove_witness(f, liar);
	assert_int_equal(missed(f, &n), 0);

	/* It makes room for others. */
	witness_at(f, NODES - 1, 2, SEEN);
	wait_for_it(f);
	assert_int_equal(missed(f, &n), 1);
	assert_int_equal(n, SEEN);
}

static void
what_is_said_beyond_the_cut_of_a_witness_is_not_heard(void **state)
{
	struct fixture *f = *state;
	uint64_t n;

	remove_witness(f, 1);
	witness_at(f, 1, 6, SEEN);
	bare_admit(&f->bare, world_origin(f->world, 1)->key.public_key);
	wait_for_it(f);
	assert_int_equal(missed(f, &n), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_witness_saw_is_missed_if_it_does_not_come),
		TEST(what_it_saw_beyond_a_cut_is_not_missed),
		TEST(what_it_saw_up_to_a_cut_is_missed),
		TEST(what_a_later_cut_lets_count_has_its_time_to_come),
		TEST(a_witness_that_lies_hides_no_other),
		TEST(what_a_liar_saw_is_missed_no_more_when_it_is_removed),
		TEST(what_is_said_beyond_the_cut_of_a_witness_is_not_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
