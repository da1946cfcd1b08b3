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

/* A miss is told after 30 of these. */
#define HAVE_MS 20000

/* Node 0 holds the beginning of a member's log, of which node 1 saw more. */
struct fixture {
	struct world *world;
	struct bare_node bare;
	struct origin member;
	struct view_log *log;
	uint64_t said; /* MEMBER entries of its own */
};

/* The node says of the member that it is in, or is out from a cut on. */
static void
say(struct fixture *f, uint64_t cut)
{
	struct directory_entry *entry = calloc(1, sizeof(*entry));
	struct directory **directory = &f->bare.snapshot.directory;
	const struct origin *own = world_origin(f->world, 0);

	assert_non_null(entry);
	memcpy(entry->voucher, own->key.public_key, KEY_LEN);
	memcpy(entry->log_id, own->log_id, LOG_ID_LEN);
	entry->n = entry->time_ms = ++f->said;
	memcpy(entry->member.key, f->member.key.public_key, KEY_LEN);
	strcpy(entry->member.org, "dk-101");
	entry->member.roles = ROLE_WRITES;
	if (cut > 0) {
		entry->member.withdrawn = true;
		entry->member.ncuts = 1;
		memcpy(
		    entry->member.cuts[0].log_id, f->member.log_id, LOG_ID_LEN);
		entry->member.cuts[0].n = cut;
	}
	assert_int_equal(directory_input_add(f->bare.input, entry), ERR_NONE);
	directory_free(*directory);
	assert_int_equal(directory_compute(f->bare.input, directory), ERR_NONE);
	node_view_recount(&f->bare.node);
	free(entry);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	*state = f;
	f->world = world_new(2, 1);
	origin_begin(&f->member, 50, 1);
	world_admit_all(f->world, f->member.key.public_key);
	world_write(f->world, 0, &f->member, HELD, 0);
	bare_begin(&f->bare, f->world);
	f->log = view_find(f->bare.node.view, f->member.log_id);
	assert_non_null(f->log);
	assert_int_equal(f->log->tip.n, HELD);
	f->bare.node.timers.have_ms = HAVE_MS;
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

/* Node 1 writes that it has seen the log as far as ${n}. */
static void
witness(struct fixture *f, uint64_t n)
{
	const uint8_t *key = world_origin(f->world, 1)->key.public_key;
	struct header_cut cut = { .n = n };
	struct header header = { .kind = HEADER_WITNESS, .time_ms = 1 };
	struct bytes raw;
	struct log_run run = { .count = 1, .headers = &raw };
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
	node_witness_keep(&f->bare.node, key, &run);
}

/* A quarter of an hour goes by. */
static void
wait_for_it(struct fixture *f)
{
	f->log->seen_at -= 900000;
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_witness_saw_is_missed_if_it_does_not_come),
		TEST(what_it_saw_beyond_a_cut_is_not_missed),
		TEST(what_it_saw_up_to_a_cut_is_missed),
		TEST(what_a_later_cut_lets_count_has_its_time_to_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
