#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "daemon/view.h"
#include "tests/unit/origin.h"

struct fixture {
	struct view *view;
	struct directory_input *input;
	struct directory *directory;
	struct origin own;
	struct origin other;
	struct directory_entry entry;
};

static void
compute(struct fixture *f)
{
	directory_free(f->directory);
	assert_int_equal(directory_compute(f->input, &f->directory), ERR_NONE);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || crypto_init() != ERR_NONE ||
	    view_new(&f->view) != ERR_NONE)
		return -1;
	*state = f;
	origin_begin(&f->own, 1, 1);
	origin_begin(&f->other, 2, 1);
	if (directory_input_new(f->own.key.public_key, "dk-791", &f->input) !=
	    ERR_NONE)
		return -1;
	compute(f);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	directory_free(f->directory);
	directory_input_free(f->input);
	view_free(f->view);
	free(f);
	return 0;
}

/* The own log says of the other key that it is in, or out from ${cut} on. */
static void
vouch(struct fixture *f, uint64_t n, uint64_t cut)
{
	struct directory_entry *entry = &f->entry;

	memset(entry, 0, sizeof(*entry));
	memcpy(entry->voucher, f->own.key.public_key, KEY_LEN);
	memcpy(entry->log_id, f->own.log_id, LOG_ID_LEN);
	entry->n = n;
	entry->time_ms = n;
	memcpy(entry->member.key, f->other.key.public_key, KEY_LEN);
	memcpy(entry->member.org, "no-5501", sizeof("no-5501"));
	entry->member.roles = cut == 0 ? ROLE_WRITES : 0;
	entry->member.withdrawn = cut > 0;
	entry->member.ncuts = cut > 0;
	memcpy(entry->member.cuts[0].log_id, f->other.log_id, LOG_ID_LEN);
	entry->member.cuts[0].n = cut;
	assert_int_equal(directory_input_add(f->input, entry), ERR_NONE);
	compute(f);
}

static struct view_log *
add(struct fixture *f, const struct origin *origin)
{
	struct view_log *log;

	assert_int_equal(
	    view_add(f->view, origin->key.public_key, origin->inc, &log),
	    ERR_NONE);
	return log;
}

/* The log has ${n} entries, whose last has a chain value of ${fill}. */
static void
set_tip(struct fixture *f, struct view_log *log, uint64_t n, int fill)
{
	log->tip.n = n;
	memset(log->tip.c, fill, HASH_LEN);
	log->pending = log->tip;
	view_recount(f->view, log, f->directory, NULL, NULL);
}

static void
logs_are_found_by_their_id(void **state)
{
	struct fixture *f = *state;
	struct view_log *log;

	assert_null(view_find(f->view, f->own.log_id));
	log = add(f, &f->own);
	assert_memory_equal(log->log_id, f->own.log_id, LOG_ID_LEN);
	assert_memory_equal(log->tip.c, f->own.tip.c, HASH_LEN);
	assert_int_equal(log->tip.n + log->pending.n, 0);
	assert_ptr_equal(view_find(f->view, f->own.log_id), log);
	assert_ptr_equal(add(f, &f->own), log);
	assert_int_equal(view_count(f->view), 1);
	view_free(NULL);
}

static void
logs_stand_in_the_order_of_their_ids(void **state)
{
	struct fixture *f = *state;
	struct origin origin;
	struct view_log *logs[300];
	uint64_t i;

	for (i = 0; i < 300; i++) {
		origin_begin(&origin, (uint8_t)(i % 7), i);
		logs[i] = add(f, &origin);
	}
	assert_int_equal(view_count(f->view), 300);
	for (i = 1; i < 300; i++)
		assert_true(memcmp(view_at(f->view, i - 1)->log_id,
				view_at(f->view, i)->log_id, LOG_ID_LEN) < 0);
	for (i = 0; i < 300; i++)
		assert_ptr_equal(view_find(f->view, logs[i]->log_id), logs[i]);
}

static void
the_place_is_that_of_the_first_own_log(void **state)
{
	struct fixture *f = *state;
	struct view_log *first;
	struct view_log *last;

	assert_int_equal(view_place(f->view), 0);
	(void)add(f, &f->own);
	(void)add(f, &f->other);
	first = view_at(f->view, 0);
	last = view_at(f->view, 1);
	first->own = last->own = false;
	assert_int_equal(view_place(f->view), 0);
	last->own = true;
	assert_int_equal(view_place(f->view), 1);
	first->own = true;
	assert_int_equal(view_place(f->view), 0);
}

static void
only_names_are_forgotten(void **state)
{
	struct fixture *f = *state;
	struct view_log *log = add(f, &f->own);

	log->fetcher = f;
	view_forget(f->view, log);
	assert_int_equal(view_count(f->view), 1);
	log->fetcher = NULL;
	log->pending.n = 1;
	view_forget(f->view, log);
	assert_int_equal(view_count(f->view), 1);
	log->pending.n = 0;
	log->tip.n = 1;
	view_forget(f->view, log);
	assert_int_equal(view_count(f->view), 1);
	log->tip.n = 0;
	(void)add(f, &f->other);
	view_forget(f->view, log);
	assert_int_equal(view_count(f->view), 1);
	assert_null(view_find(f->view, f->own.log_id));
	assert_non_null(view_find(f->view, f->other.log_id));
}

static void
a_release_frees_the_log_and_is_counted(void **state)
{
	struct fixture *f = *state;
	struct view_log *log = add(f, &f->own);
	uint64_t before = view_releases(f->view);

	log->fetcher = f;
	view_release(f->view, log);
	assert_null(log->fetcher);
	assert_true(view_releases(f->view) != before);
}

static void
the_counted_position_is_the_least_of_three(void **state)
{
	struct fixture *f = *state;
	struct view_log *log;
	uint8_t c8[C8_LEN];

	/* No member: nothing counts. */
	log = add(f, &f->other);
	set_tip(f, log, 20, 0xaa);
	assert_int_equal(log->cut, 0);
	assert_int_equal(log->counted, 0);

	/* A member: all counts, until the log is frozen. */
	vouch(f, 2, 0);
	view_recount(f->view, log, f->directory, NULL, NULL);
	assert_int_equal(log->cut, UINT64_MAX);
	assert_int_equal(log->counted, 20);
	assert_memory_equal(log->counted_c8, log->tip.c, C8_LEN);
	log->frozen = true;
	log->last_common = 15;
	assert_int_equal(view_counted(log, f->directory), 15);
	memset(c8, 0xbb, sizeof(c8));
	view_recount(f->view, log, f->directory, c8, c8);
	assert_int_equal(log->counted, 15);
	assert_memory_equal(log->counted_c8, c8, C8_LEN);

	/* Withdrawn: what was before the cut. */
	vouch(f, 3, 7);
	assert_int_equal(view_counted(log, f->directory), 7);
	view_recount(f->view, log, f->directory, c8, c8);
	assert_int_equal(log->cut, 7);
	assert_int_equal(log->counted, 7);
}

static void
a_member_entry_beyond_a_cut_is_told_and_does_not_count(void **state)
{
	struct fixture *f = *state;
	struct view_log *log = add(f, &f->other);
	uint8_t before[HASH_LEN];
	uint8_t digest[HASH_LEN];
	uint8_t c8[C8_LEN];
	uint8_t told[C8_LEN];

	/* Of a key that the directory does not know, nothing is told. */
	memset(c8, 0xbb, sizeof(c8));
	memset(told, 0xcc, sizeof(told));
	log->word = 12;
	set_tip(f, log, 20, 0xaa);
	assert_int_equal(log->told, 0);

	/* While all counts, all is told. */
	vouch(f, 2, 0);
	view_recount(f->view, log, f->directory, NULL, NULL);
	assert_int_equal(log->told, 20);

	vouch(f, 3, 12);
	view_recount(f->view, log, f->directory, c8, c8);
	assert_int_equal(log->counted, 12);
	assert_int_equal(log->told, 12);
	view_digest(f->view, before);
	vouch(f, 4, 7);
	assert_int_equal(view_counted(log, f->directory), 7);
	assert_int_equal(view_told(log, f->directory), 12);
	view_recount(f->view, log, f->directory, c8, told);
	assert_int_equal(log->counted, 7);
	assert_memory_equal(log->counted_c8, c8, C8_LEN);
	assert_int_equal(log->told, 12);
	assert_memory_equal(log->told_c8, told, C8_LEN);

	/* The digest is that of what is told. */
	view_digest(f->view, digest);
	assert_memory_not_equal(before, digest, HASH_LEN);
	view_recount(f->view, log, f->directory, c8, c8);
	view_digest(f->view, digest);
	assert_memory_equal(before, digest, HASH_LEN);
}

static void
the_ends_of_a_key_are_those_of_its_logs_that_count(void **state)
{
	struct fixture *f = *state;
	struct header_cut cuts[HEADER_CUTS_MAX];
	struct origin origin;
	uint64_t inc;

	assert_int_equal(
	    view_ends(f->view, f->own.key.public_key, cuts), 0);
	(void)add(f, &f->own); /* known by name only */
	set_tip(f, add(f, &f->other), 5, 0xbb);
	assert_int_equal(
	    view_ends(f->view, f->own.key.public_key, cuts), 0);
	origin_begin(&origin, 1, 2);
	set_tip(f, add(f, &origin), 3, 0xaa);
	assert_int_equal(
	    view_ends(f->view, f->own.key.public_key, cuts), 1);
	assert_memory_equal(cuts[0].log_id, origin.log_id, LOG_ID_LEN);
	assert_int_equal(cuts[0].n, 3);
	assert_int_equal(cuts[0].c8[C8_LEN - 1], 0xaa);

	/* More than a withdrawal names are counted all the same. */
	for (inc = 3; inc <= HEADER_CUTS_MAX + 2; inc++) {
		origin_begin(&origin, 1, inc);
		set_tip(f, add(f, &origin), inc, 0xcc);
	}
	assert_int_equal(view_ends(f->view, f->own.key.public_key, cuts),
	    HEADER_CUTS_MAX + 1);
}

static void
the_digest_follows_what_counts(void **state)
{
	struct fixture *f = *state;
	uint8_t empty[HASH_LEN];
	uint8_t one[HASH_LEN];
	uint8_t both[HASH_LEN];
	uint8_t digest[HASH_LEN];
	struct crypto_hash_state hash;
	struct view_log *log;

	view_digest(f->view, empty);
	crypto_hash_begin(&hash);
	crypto_hash_end(&hash, digest);
	assert_memory_equal(empty, digest, HASH_LEN);

	/* Known by name only, or not counted, is not in it. */
	log = add(f, &f->own);
	view_digest(f->view, digest);
	assert_memory_equal(empty, digest, HASH_LEN);
	set_tip(f, log, 3, 0xaa);
	view_digest(f->view, one);
	assert_memory_not_equal(empty, one, HASH_LEN);
	set_tip(f, add(f, &f->other), 5, 0xbb);
	view_digest(f->view, digest);
	assert_memory_equal(one, digest, HASH_LEN);
	vouch(f, 2, 0);
	view_recount(f->view, view_find(f->view, f->other.log_id), f->directory,
	    NULL, NULL);
	view_digest(f->view, both);
	assert_memory_not_equal(one, both, HASH_LEN);

	/* Number and chain value both matter; the order of adding does not. */
	set_tip(f, log, 4, 0xaa);
	view_digest(f->view, digest);
	assert_memory_not_equal(both, digest, HASH_LEN);
	set_tip(f, log, 3, 0xab);
	view_digest(f->view, digest);
	assert_memory_not_equal(both, digest, HASH_LEN);
	view_free(f->view);
	assert_int_equal(view_new(&f->view), ERR_NONE);
	set_tip(f, add(f, &f->other), 5, 0xbb);
	set_tip(f, add(f, &f->own), 3, 0xaa);
	view_digest(f->view, digest);
	assert_memory_equal(both, digest, HASH_LEN);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(logs_are_found_by_their_id),
		TEST(logs_stand_in_the_order_of_their_ids),
		TEST(the_place_is_that_of_the_first_own_log),
		TEST(only_names_are_forgotten),
		TEST(a_release_frees_the_log_and_is_counted),
		TEST(the_counted_position_is_the_least_of_three),
		TEST(a_member_entry_beyond_a_cut_is_told_and_does_not_count),
		TEST(the_ends_of_a_key_are_those_of_its_logs_that_count),
		TEST(the_digest_follows_what_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
