#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "proto/header.h"
#include "daemon/copies.h"
#include "tests/unit/origin.h"
#include "tests/unit/scratch.h"

struct fixture {
	char *dir;
	struct store *store;
	struct store_txn *txn;
	struct origin_run *run;
};

static const uint8_t hash[HASH_LEN] = { 0xab };
static const uint8_t one[LOG_ID_LEN] = { 1 };
static const uint8_t two[LOG_ID_LEN] = { 2 };

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct store_options options = { .map_bytes = (size_t)64 << 20 };

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	if ((f->dir = scratch_make()) == NULL ||
	    (f->run = calloc(1, sizeof(*f->run))) == NULL)
		return -1;
	options.dir = f->dir;
	return store_open(&options, &f->store) == ERR_NONE &&
		store_begin(f->store, true, &f->txn) == ERR_NONE ?
	    0 :
	    -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_abort(&f->txn);
	store_close(f->store);
	scratch_remove(f->dir);
	free(f->run);
	free(f);
	return 0;
}

static void
places_are_read_as_they_were_noted(void **state)
{
	struct fixture *f = *state;
	struct copies copies;

	assert_int_equal(copies_get(f->txn, hash, &copies), ERR_NONE);
	assert_false(copies.known);
	assert_int_equal(copies.count, 0);
	assert_true(copies_add(&copies, one, 3));
	assert_false(copies_add(&copies, one, 3));
	assert_true(copies_wait(&copies, 9));
	assert_true(copies_waiting(&copies.at[1]));
	assert_int_equal(copies_put(f->txn, hash, &copies), ERR_NONE);

	memset(&copies, 0, sizeof(copies));
	assert_int_equal(copies_get(f->txn, hash, &copies), ERR_NONE);
	assert_true(copies.known);
	assert_int_equal(copies.count, 2);
	assert_memory_equal(copies.at[0].log_id, one, LOG_ID_LEN);
	assert_int_equal(copies.at[0].n, 3);
	assert_false(copies_waiting(&copies.at[0]));
	assert_false(copies_placed(&copies, 8, two, 5));
	assert_true(copies_placed(&copies, 9, two, 5));
	assert_memory_equal(copies.at[1].log_id, two, LOG_ID_LEN);
	assert_int_equal(copies.at[1].n, 5);
}

static void
note_of_no_place_is_known_all_the_same(void **state)
{
	struct fixture *f = *state;
	struct copies copies = { .count = 0 };

	assert_int_equal(copies_put(f->txn, hash, &copies), ERR_NONE);
	assert_int_equal(copies_get(f->txn, hash, &copies), ERR_NONE);
	assert_true(copies.known);
	assert_int_equal(copies.count, 0);
}

static void
first_place_goes_if_there_are_too_many(void **state)
{
	struct copies copies = { .count = 0 };
	uint64_t n;

	(void)state;
	for (n = 1; n <= COPIES_MAX + 1; n++)
		assert_true(copies_add(&copies, one, n));
	assert_int_equal(copies.count, COPIES_MAX);
	assert_int_equal(copies.at[0].n, 2);
	assert_int_equal(copies.at[COPIES_MAX - 1].n, COPIES_MAX + 1);
}

/* Gather what is left; the third is one too many. */
struct gathered {
	struct store_pos at[2];
	uint8_t c8[2][C8_LEN];
	size_t count;
};

static enum err
gather(void *context, const struct store_pos *pos, const uint8_t c8[C8_LEN])
{
	struct gathered *gathered = context;

	if (gathered->count == 2)
		return ERR_LIMIT;
	memcpy(gathered->c8[gathered->count], c8, C8_LEN);
	gathered->at[gathered->count++] = *pos;
	return ERR_NONE;
}

static void
erased_in_one_place_leaves_the_others(void **state)
{
	struct fixture *f = *state;
	struct gathered gathered = { .count = 0 };
	struct copies copies = { .count = 0 };
	struct store_entry entry;
	struct header header;
	struct origin origin;
	const uint8_t *named;
	bool erased = true;

	/* The one place is here, the other is known by its name alone. */
	origin_begin(&origin, 1, 1);
	origin_write(&origin, f->run, 5, 20);
	assert_int_equal(
	    store_add_run(f->txn, origin.key.public_key, 1, true, &f->run->run),
	    ERR_NONE);
	assert_int_equal(
	    store_entry(f->txn, origin.log_id, 3, &entry), ERR_NONE);
	assert_int_equal(
	    header_decode(entry.header.data, entry.header.len, &header),
	    ERR_NONE);
	named = header.commit;
	(void)copies_add(&copies, origin.log_id, 3);
	(void)copies_add(&copies, two, 4);
	(void)copies_wait(&copies, 9);
	assert_int_equal(copies_put(f->txn, named, &copies), ERR_NONE);
	assert_int_equal(
	    copies_erased(f->txn, named, &copies, &erased), ERR_NONE);
	assert_false(erased);
	assert_int_equal(copies_left(f->txn, gather, &gathered), ERR_NONE);
	assert_int_equal(gathered.count, 0);

	assert_false(store_has_erased(f->txn));
	assert_int_equal(store_erase(f->txn, two, 4), ERR_NONE);
	assert_true(store_has_erased(f->txn));
	assert_int_equal(
	    copies_erased(f->txn, named, &copies, &erased), ERR_NONE);
	assert_true(erased);
	assert_int_equal(copies_left(f->txn, gather, &gathered), ERR_NONE);
	assert_int_equal(gathered.count, 1);
	assert_memory_equal(gathered.at[0].log_id, origin.log_id, LOG_ID_LEN);
	assert_int_equal(gathered.at[0].n, 3);
	assert_int_equal(
	    store_entry(f->txn, origin.log_id, 3, &entry), ERR_NONE);
	assert_memory_equal(gathered.c8[0], entry.c, C8_LEN);

	/* What the caller says ends the walk. */
	gathered.count = 2;
	assert_int_equal(copies_left(f->txn, gather, &gathered), ERR_LIMIT);
}

static void
note_of_another_length_is_damaged(void **state)
{
	static const char name[] = "own/again/ab000000000000000000000000000000";
	struct fixture *f = *state;
	struct gathered gathered = { .count = 0 };
	struct copies copies;

	assert_int_equal(store_note_put(f->txn, name, "five", 5), ERR_NONE);
	assert_int_equal(copies_get(f->txn, hash, &copies), ERR_DAMAGED);
	assert_int_equal(copies_left(f->txn, gather, &gathered), ERR_DAMAGED);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(places_are_read_as_they_were_noted),
		T(note_of_no_place_is_known_all_the_same),
		T(first_place_goes_if_there_are_too_many),
		T(erased_in_one_place_leaves_the_others),
		T(note_of_another_length_is_damaged),
	};

	return cmocka_run_group_tests_name("copies", tests, NULL, NULL);
}
