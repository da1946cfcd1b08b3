#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "proto/directory.h"

/* The nodes of the tests; the order of their keys is that of their seeds. */
enum {
	VIBORG,
	OULU,
	KUOPIO,
	TROMSO,
	IISALMI,
	NEWKEY, /* a second key, for rotations */
	THIRD,  /* a third one */
	KL,     /* a registry */
	NKEYS,
};

#define JOINED   (ROLE_WRITES | ROLE_INTRODUCES)
#define SAID_MAX 64

static const char *const orgs[NKEYS] = { "dk-791", "fi-564", "fi-297",
	"no-5501", "fi-140", "fi-297", "fi-297", "dk-kl" };

/* All entries there are, in the order in which they were written. */
struct world {
	struct crypto_key keys[NKEYS];
	uint8_t log_id[NKEYS][LOG_ID_LEN];
	uint64_t n[NKEYS];
	uint64_t now_ms;
	struct directory_entry said[SAID_MAX];
	size_t count;
	size_t pins[NKEYS];
	size_t npins;
	struct directory *directory; /* of the last computation */
};

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	uint8_t seed[SEED_LEN] = { 0 };
	size_t i;

	if (world == NULL || crypto_init() != ERR_NONE)
		return -1;
	for (i = 0; i < NKEYS; i++) {
		seed[0] = (uint8_t)(i + 1);
		crypto_key_from_seed(seed, &world->keys[i]);
		world->log_id[i][0] = (uint8_t)(i + 1);
	}
	world->now_ms = 1000;
	*state = world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = *state;

	directory_free(world->directory);
	free(world);
	return 0;
}

static const uint8_t *
key_of(const struct world *world, size_t who)
{
	return world->keys[who].public_key;
}

/* ${voucher} names ${subject} in its log; the caller may change the entry. */
static struct directory_entry *
say(struct world *world, size_t voucher, size_t subject, uint32_t roles)
{
	struct directory_entry *entry = &world->said[world->count++];

	assert_true(world->count <= SAID_MAX);
	memset(entry, 0, sizeof(*entry));
	memcpy(entry->voucher, key_of(world, voucher), KEY_LEN);
	memcpy(entry->log_id, world->log_id[voucher], LOG_ID_LEN);
	entry->n = ++world->n[voucher];
	entry->time_ms = ++world->now_ms;
	memcpy(entry->member.key, key_of(world, subject), KEY_LEN);
	(void)snprintf(
	    entry->member.org, sizeof(entry->member.org), "%s", orgs[subject]);
	entry->member.roles = roles;
	return entry;
}

/* The two entries of an invitation that was taken. */
static void
join(struct world *world, size_t inviter, size_t joiner)
{
	(void)say(world, inviter, joiner, JOINED);
	say(world, joiner, inviter, JOINED)->member.inviter = true;
}

static struct directory_entry *
withdraw(struct world *world, size_t voucher, size_t subject)
{
	struct directory_entry *entry = say(world, voucher, subject, 0);

	entry->member.withdrawn = true;
	return entry;
}

/* Cut the log of ${whose} at ${n}. */
static void
cut(const struct world *world, struct directory_entry *entry, size_t whose,
    uint64_t n)
{
	struct header_cut *added = &entry->member.cuts[entry->member.ncuts++];

	memcpy(added->log_id, world->log_id[whose], LOG_ID_LEN);
	added->n = n;
}

/* ${old} hands over to ${new_key}, which signs. */
static struct directory_entry *
rotate(struct world *world, size_t old, size_t new_key)
{
	struct directory_entry *entry = say(world, old, new_key, JOINED);

	directory_rotate_sign(&world->keys[new_key], key_of(world, old),
	    entry->member.rotate_sig);
	entry->member.has_rotate_sig = true;
	return entry;
}

/* Compute the directory that ${own} sees, the entries taken in this order. */
static struct directory *
compute(const struct world *world, size_t own, const size_t *order)
{
	struct directory_input *input = NULL;
	struct directory *directory = NULL;
	size_t i;

	assert_int_equal(
	    directory_input_new(key_of(world, own), orgs[own], &input),
	    ERR_NONE);
	directory_input_reuse(input, world->directory);
	for (i = 0; i < world->npins; i++)
		assert_int_equal(
		    directory_input_pin(input, key_of(world, world->pins[i])),
		    ERR_NONE);
	for (i = 0; i < world->count; i++)
		assert_int_equal(
		    directory_input_add(
			input, &world->said[order == NULL ? i : order[i]]),
		    ERR_NONE);
	assert_int_equal(directory_compute(input, &directory), ERR_NONE);
	directory_input_free(input);
	return directory;
}

/* From here on the questions below are about what ${own} sees. */
static void
look_from(struct world *world, size_t own)
{
	struct directory *next = compute(world, own, NULL);

	directory_free(world->directory);
	world->directory = next;
}

static const struct directory_member *
member(const struct world *world, size_t who)
{
	return directory_find(world->directory, key_of(world, who));
}

static bool
is_in(const struct world *world, size_t who)
{
	const struct directory_member *found = member(world, who);

	return found != NULL && found->in;
}

static uint64_t
counted(const struct world *world, size_t who)
{
	return directory_cut(
	    world->directory, key_of(world, who), world->log_id[who]);
}

/* Viborg invites Oulu, Oulu invites Kuopio. */
static void
make_chain(struct world *world)
{
	join(world, VIBORG, OULU);
	join(world, OULU, KUOPIO);
}

static void
alone_only_the_own_key_is_known(void **state)
{
	struct world *world = *state;
	const struct directory_member *own;

	look_from(world, VIBORG);
	assert_int_equal(directory_count(world->directory), 1);
	own = directory_at(world->directory, 0);
	assert_memory_equal(own->key, key_of(world, VIBORG), KEY_LEN);
	assert_string_equal(own->org, "dk-791");
	assert_int_equal(
	    own->roles, ROLE_WRITES | ROLE_INTRODUCES | ROLE_REGISTRY);
	assert_false(own->registry);
	assert_true(own->in);
	assert_false(own->disputed);
	assert_null(member(world, OULU));
	assert_int_equal(counted(world, VIBORG), UINT64_MAX);
	assert_int_equal(counted(world, OULU), 0);
}

static void
a_chain_of_invitations_is_seen_whole_by_all(void **state)
{
	static const size_t all[] = { VIBORG, OULU, KUOPIO };
	struct world *world = *state;
	size_t i, j;

	make_chain(world);
	for (i = 0; i < 3; i++) {
		look_from(world, all[i]);
		assert_int_equal(directory_count(world->directory), 3);
		for (j = 0; j < 3; j++) {
			const struct directory_member *found = member(
			    world, all[j]);

			assert_non_null(found);
			assert_true(found->in);
			assert_false(found->disputed);
			assert_string_equal(found->org, orgs[all[j]]);
			assert_int_equal(found->roles & JOINED, JOINED);
			assert_int_equal(counted(world, all[j]), UINT64_MAX);
		}
	}
}

static void
members_are_found_by_either_key(void **state)
{
	struct world *world = *state;
	const struct directory_member *found;

	make_chain(world);
	look_from(world, VIBORG);
	found = directory_find_curve(
	    world->directory, world->keys[KUOPIO].curve_public);
	assert_ptr_equal(found, member(world, KUOPIO));
	assert_memory_equal(
	    found->curve, world->keys[KUOPIO].curve_public, KEY_LEN);
	assert_memory_equal(found->voucher, key_of(world, OULU), KEY_LEN);
	assert_int_equal(found->since_ms, 1003);
	assert_null(directory_find_curve(
	    world->directory, world->keys[TROMSO].curve_public));
}

static void
of_two_keys_with_one_curve_key_one_that_is_in_is_found(void **state)
{
	struct world *world = *state;
	const uint8_t *curve = world->keys[KUOPIO].curve_public;
	struct directory_entry *entry;
	uint8_t twin[KEY_LEN];

	make_chain(world);
	memcpy(twin, key_of(world, KUOPIO), KEY_LEN);
	twin[KEY_LEN - 1] ^= 0x80;
	entry = say(world, VIBORG, KUOPIO, JOINED);
	memcpy(entry->member.key, twin, KEY_LEN);
	look_from(world, VIBORG);
	assert_true(directory_find(world->directory, twin)->in);
	assert_true(is_in(world, KUOPIO));
	assert_true(directory_find_curve(world->directory, curve)->in);

	/* Either is out. */
	entry = withdraw(world, VIBORG, KUOPIO);
	memcpy(entry->member.key, twin, KEY_LEN);
	look_from(world, VIBORG);
	assert_false(directory_find(world->directory, twin)->in);
	assert_ptr_equal(directory_find_curve(world->directory, curve),
	    member(world, KUOPIO));
	entry = say(world, VIBORG, KUOPIO, JOINED);
	memcpy(entry->member.key, twin, KEY_LEN);
	(void)withdraw(world, VIBORG, KUOPIO);
	look_from(world, VIBORG);
	assert_false(is_in(world, KUOPIO));
	assert_ptr_equal(directory_find_curve(world->directory, curve),
	    directory_find(world->directory, twin));
}

static void
members_are_listed_by_org(void **state)
{
	struct world *world = *state;

	make_chain(world);
	look_from(world, KUOPIO);
	assert_string_equal(directory_at(world->directory, 0)->org, "dk-791");
	assert_string_equal(directory_at(world->directory, 1)->org, "fi-297");
	assert_string_equal(directory_at(world->directory, 2)->org, "fi-564");
}

static void
who_the_inviter_removes_is_out_everywhere(void **state)
{
	static const size_t others[] = { VIBORG, OULU };
	struct world *world = *state;
	size_t i;

	make_chain(world);
	(void)withdraw(world, OULU, KUOPIO);
	for (i = 0; i < 2; i++) {
		look_from(world, others[i]);
		assert_true(is_in(world, VIBORG));
		assert_true(is_in(world, OULU));
		assert_non_null(member(world, KUOPIO));
		assert_false(is_in(world, KUOPIO));
		assert_false(member(world, KUOPIO)->withdrawn_by_us);
		assert_int_equal(member(world, KUOPIO)->roles, 0);
		assert_string_equal(member(world, KUOPIO)->org, "fi-297");
		assert_int_equal(counted(world, KUOPIO), 0);
	}

	/* It does not lock itself out of its own node. */
	look_from(world, KUOPIO);
	assert_true(is_in(world, KUOPIO));
}

static void
the_inviter_removes_in_spite_of_other_vouchers(void **state)
{
	struct world *world = *state;

	make_chain(world);
	(void)say(world, VIBORG, KUOPIO, JOINED);
	(void)withdraw(world, OULU, KUOPIO);
	look_from(world, VIBORG);
	assert_false(is_in(world, KUOPIO));
	assert_false(member(world, KUOPIO)->withdrawn_by_us);
}

static void
who_unnames_its_inviter_is_removed_all_the_same(void **state)
{
	struct world *world = *state;

	make_chain(world);
	(void)say(world, VIBORG, KUOPIO, JOINED);
	(void)say(world, KUOPIO, OULU, JOINED);
	(void)withdraw(world, KUOPIO, OULU);
	(void)withdraw(world, OULU, KUOPIO);
	look_from(world, VIBORG);
	assert_false(is_in(world, KUOPIO));
	assert_true(is_in(world, OULU));
}

static void
who_is_vouched_for_again_is_in_again(void **state)
{
	struct world *world = *state;

	make_chain(world);
	(void)withdraw(world, OULU, KUOPIO);
	(void)say(world, OULU, KUOPIO, JOINED);
	look_from(world, VIBORG);
	assert_true(is_in(world, KUOPIO));
	assert_int_equal(counted(world, KUOPIO), UINT64_MAX);
}

static void
the_latest_time_holds_whatever_its_place(void **state)
{
	struct world *world = *state;
	struct directory_entry *entry;

	make_chain(world);
	entry = withdraw(world, OULU, KUOPIO);
	entry->time_ms = 1;
	look_from(world, VIBORG);
	assert_true(is_in(world, KUOPIO));

	/* At one time the greater number holds. */
	entry->time_ms = world->said[2].time_ms;
	look_from(world, VIBORG);
	assert_false(is_in(world, KUOPIO));
}

static void
our_own_withdrawal_holds_for_us_only(void **state)
{
	struct world *world = *state;

	make_chain(world);
	cut(world, withdraw(world, VIBORG, KUOPIO), KUOPIO, 7);
	look_from(world, VIBORG);
	assert_false(is_in(world, KUOPIO));
	assert_true(member(world, KUOPIO)->withdrawn_by_us);
	assert_int_equal(counted(world, KUOPIO), 7);
	look_from(world, OULU);
	assert_true(is_in(world, KUOPIO));
	assert_false(member(world, KUOPIO)->withdrawn_by_us);
}

static void
ours_and_the_inviters_withdrawal_hold_for_all(void **state)
{
	struct world *world = *state;

	make_chain(world);
	(void)withdraw(world, VIBORG, KUOPIO);
	(void)withdraw(world, OULU, KUOPIO);
	look_from(world, VIBORG);
	assert_false(is_in(world, KUOPIO));
	assert_false(member(world, KUOPIO)->withdrawn_by_us);
}

static void
a_withdrawal_by_any_other_member_is_only_its_own_word(void **state)
{
	struct world *world = *state;

	make_chain(world);
	join(world, VIBORG, TROMSO);
	(void)say(world, TROMSO, KUOPIO, JOINED);
	(void)withdraw(world, TROMSO, KUOPIO);
	look_from(world, VIBORG);
	assert_true(is_in(world, KUOPIO));
	assert_memory_equal(
	    member(world, KUOPIO)->voucher, key_of(world, OULU), KEY_LEN);
}

static void
who_names_no_inviter_lapses_with_its_last_voucher(void **state)
{
	struct world *world = *state;

	join(world, VIBORG, OULU);
	(void)say(world, OULU, KUOPIO, JOINED);
	(void)say(world, KUOPIO, IISALMI, JOINED);
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, 1);
	look_from(world, VIBORG);
	assert_non_null(member(world, KUOPIO));
	assert_false(is_in(world, KUOPIO));
	assert_string_equal(member(world, KUOPIO)->org, "fi-297");
	assert_int_equal(counted(world, KUOPIO), 1);
	assert_false(is_in(world, IISALMI));
}

static void
the_largest_cut_named_holds(void **state)
{
	struct world *world = *state;
	struct directory_entry *entry;

	make_chain(world);
	world->pins[world->npins++] = KL;
	entry = withdraw(world, OULU, KUOPIO);
	cut(world, entry, KUOPIO, 3);
	cut(world, entry, KUOPIO, 9);
	cut(world, entry, IISALMI, 2);
	cut(world, withdraw(world, KL, KUOPIO), KUOPIO, 5);
	look_from(world, VIBORG);
	assert_int_equal(counted(world, KUOPIO), 9);
	assert_int_equal(directory_cut(world->directory, key_of(world, KUOPIO),
			     world->log_id[IISALMI]),
	    2);
	assert_int_equal(directory_cut(world->directory, key_of(world, KUOPIO),
			     world->log_id[VIBORG]),
	    0);

	/* Only the last word of each counts. */
	(void)withdraw(world, OULU, KUOPIO);
	look_from(world, VIBORG);
	assert_int_equal(counted(world, KUOPIO), 5);
}

static void
a_cut_by_who_may_not_withdraw_counts_nothing(void **state)
{
	struct world *world = *state;

	make_chain(world);
	join(world, VIBORG, TROMSO);
	cut(world, withdraw(world, TROMSO, KUOPIO), KUOPIO, 1000);
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, 1);
	look_from(world, VIBORG);
	assert_int_equal(counted(world, KUOPIO), 1);
}

static void
introductions_before_the_cut_stay(void **state)
{
	struct world *world = *state;

	/* Kuopio writes 1: Oulu, 2: Iisalmi, 3: Tromso. */
	make_chain(world);
	join(world, KUOPIO, IISALMI);
	join(world, KUOPIO, TROMSO);
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, 2);
	look_from(world, VIBORG);
	assert_false(is_in(world, KUOPIO));
	assert_true(is_in(world, IISALMI));
	assert_int_equal(member(world, IISALMI)->roles, JOINED);
	assert_non_null(member(world, TROMSO));
	assert_false(is_in(world, TROMSO));
	assert_int_equal(counted(world, TROMSO), 0);
}

static void
without_a_cut_the_introductions_go_too(void **state)
{
	struct world *world = *state;

	make_chain(world);
	join(world, KUOPIO, IISALMI);
	(void)withdraw(world, OULU, KUOPIO);
	look_from(world, VIBORG);
	assert_false(is_in(world, IISALMI));
	assert_string_equal(member(world, IISALMI)->org, "fi-140");
}

static void
withdrawals_by_who_is_out_are_not_revised(void **state)
{
	struct world *world = *state;

	make_chain(world);
	join(world, KUOPIO, IISALMI);
	(void)say(world, VIBORG, IISALMI, JOINED);
	(void)withdraw(world, KUOPIO, IISALMI);
	(void)withdraw(world, OULU, KUOPIO);
	look_from(world, VIBORG);
	assert_false(is_in(world, KUOPIO));
	assert_false(is_in(world, IISALMI));
}

static void
a_pinned_key_and_a_registry_remove_anyone(void **state)
{
	struct world *world = *state;

	make_chain(world);
	world->pins[world->npins++] = KL;
	(void)say(world, KL, TROMSO, JOINED | ROLE_REGISTRY);
	(void)withdraw(world, KL, OULU);
	look_from(world, VIBORG);
	assert_false(is_in(world, OULU));
	assert_false(member(world, OULU)->withdrawn_by_us);
	assert_int_equal(member(world, TROMSO)->roles, JOINED | ROLE_REGISTRY);
	assert_true(member(world, TROMSO)->registry);

	(void)say(world, KL, OULU, JOINED);
	(void)withdraw(world, TROMSO, KUOPIO);
	look_from(world, VIBORG);
	assert_true(is_in(world, OULU));
	assert_false(is_in(world, KUOPIO));
	assert_false(member(world, KUOPIO)->withdrawn_by_us);
}

static void
a_registry_that_only_we_named_removes_for_us_only(void **state)
{
	struct world *world = *state;

	make_chain(world);
	(void)say(world, VIBORG, TROMSO, JOINED | ROLE_REGISTRY);
	(void)withdraw(world, TROMSO, KUOPIO);
	look_from(world, VIBORG);
	assert_false(is_in(world, KUOPIO));
	assert_true(member(world, KUOPIO)->withdrawn_by_us);
	look_from(world, OULU);
	assert_int_equal(member(world, TROMSO)->roles, JOINED);
	assert_true(is_in(world, KUOPIO));
}

static void
pinned_keys_can_remove_each_other_but_never_us(void **state)
{
	struct world *world = *state;

	world->pins[world->npins++] = KL;
	world->pins[world->npins++] = TROMSO;
	(void)withdraw(world, KL, TROMSO);
	(void)withdraw(world, TROMSO, KL);
	(void)withdraw(world, TROMSO, VIBORG);
	look_from(world, VIBORG);
	assert_false(is_in(world, KL));
	assert_false(is_in(world, TROMSO));
	assert_true(is_in(world, VIBORG));
	assert_false(member(world, VIBORG)->withdrawn_by_us);
}

static void
nobody_gives_a_role_it_lacks(void **state)
{
	struct world *world = *state;

	join(world, VIBORG, OULU);
	(void)say(world, OULU, KUOPIO, ROLE_INTRODUCES | ROLE_REGISTRY);
	(void)say(world, KUOPIO, IISALMI, JOINED | ROLE_REGISTRY);
	(void)say(world, KUOPIO, TROMSO, ROLE_WRITES);
	(void)say(world, OULU, KL, ROLE_WRITES);
	(void)say(world, KL, THIRD, JOINED);
	look_from(world, VIBORG);
	assert_int_equal(member(world, KUOPIO)->roles, ROLE_INTRODUCES);
	assert_int_equal(member(world, IISALMI)->roles, ROLE_INTRODUCES);

	/* No role given: not vouched for.  No role to introduce: neither. */
	assert_null(member(world, TROMSO));
	assert_int_equal(member(world, KL)->roles, ROLE_WRITES);
	assert_null(member(world, THIRD));

	/* The roles of all vouchers add up. */
	(void)say(world, VIBORG, KUOPIO, ROLE_WRITES);
	look_from(world, VIBORG);
	assert_int_equal(member(world, KUOPIO)->roles, JOINED);
	assert_int_equal(member(world, IISALMI)->roles, JOINED);
	assert_true(is_in(world, TROMSO));
}

static void
unknown_roles_are_not_given(void **state)
{
	struct world *world = *state;

	(void)say(world, VIBORG, OULU, 0xfffffff0u);
	(void)say(world, VIBORG, KUOPIO, 0xfffffff1u);
	world->pins[world->npins++] = KL;
	(void)say(world, KL, TROMSO, 0xfffffff1u);
	(void)withdraw(world, TROMSO, KUOPIO);
	look_from(world, VIBORG);
	assert_null(member(world, OULU));
	assert_int_equal(member(world, TROMSO)->roles, ROLE_WRITES);
	assert_int_equal(member(world, KUOPIO)->roles, ROLE_WRITES);
}

static void
a_loop_of_strangers_reaches_nobody(void **state)
{
	struct world *world = *state;

	join(world, VIBORG, OULU);
	join(world, KUOPIO, TROMSO);
	join(world, TROMSO, IISALMI);
	join(world, IISALMI, KUOPIO);
	(void)say(world, KUOPIO, VIBORG, JOINED);
	look_from(world, VIBORG);
	assert_int_equal(directory_count(world->directory), 2);
	look_from(world, KUOPIO);
	assert_int_equal(directory_count(world->directory), 5);
}

static void
a_loop_of_members_ends(void **state)
{
	struct world *world = *state;

	make_chain(world);
	join(world, KUOPIO, VIBORG);
	look_from(world, OULU);
	assert_int_equal(directory_count(world->directory), 3);
	assert_true(is_in(world, VIBORG));

	/* Each withdraws the next: all that may, do. */
	(void)withdraw(world, VIBORG, OULU);
	(void)withdraw(world, OULU, KUOPIO);
	(void)withdraw(world, KUOPIO, VIBORG);
	look_from(world, OULU);
	assert_true(is_in(world, OULU));
	assert_false(is_in(world, KUOPIO));
	assert_false(is_in(world, VIBORG));
}

static void
vouching_for_oneself_says_nothing(void **state)
{
	struct world *world = *state;

	join(world, VIBORG, OULU);
	(void)say(world, OULU, OULU, JOINED | ROLE_REGISTRY);
	(void)say(world, KUOPIO, KUOPIO, JOINED);
	say(world, OULU, OULU, JOINED)->member.inviter = true;
	look_from(world, VIBORG);
	assert_int_equal(member(world, OULU)->roles, JOINED);
	assert_null(member(world, KUOPIO));
	(void)withdraw(world, OULU, OULU);
	look_from(world, VIBORG);
	assert_true(is_in(world, OULU));
}

static void
a_key_that_is_no_key_never_becomes_a_member(void **state)
{
	struct world *world = *state;
	struct directory_input *input = NULL;
	uint8_t bad[KEY_LEN] = { 0 };
	struct directory_entry *entry = say(world, VIBORG, OULU, JOINED);

	memcpy(entry->member.key, bad, KEY_LEN);
	look_from(world, VIBORG);
	assert_int_equal(directory_count(world->directory), 1);
	assert_null(directory_find(world->directory, bad));

	assert_int_equal(directory_input_new(bad, "dk-791", &input), ERR_SIG);
	assert_null(input);
	assert_int_equal(
	    directory_input_new(key_of(world, VIBORG), "dk-791", &input),
	    ERR_NONE);
	assert_int_equal(directory_input_pin(input, bad), ERR_SIG);
	directory_input_free(input);
	directory_input_free(NULL);
	directory_free(NULL);
}

static void
input_out_of_bounds_is_refused(void **state)
{
	struct world *world = *state;
	struct directory_input *input = NULL;
	struct directory_entry *entry = say(world, VIBORG, OULU, JOINED);

	assert_int_equal(directory_input_new(key_of(world, VIBORG),
			     "dk-791-with-a-name-of-33-letters-", &input),
	    ERR_SIZE);
	assert_int_equal(
	    directory_input_new(key_of(world, VIBORG), "dk-791", &input),
	    ERR_NONE);
	entry->member.ncuts = HEADER_CUTS_MAX + 1;
	assert_int_equal(directory_input_add(input, entry), ERR_LIMIT);
	directory_input_free(input);
}

static void
a_reader_has_the_org_of_who_admits_it(void **state)
{
	struct world *world = *state;
	const struct directory_member *reader;

	make_chain(world);
	(void)say(world, KUOPIO, TROMSO, ROLE_READER | JOINED);
	(void)say(world, KUOPIO, IISALMI, ROLE_READER);
	(void)say(world, TROMSO, KL, JOINED);
	look_from(world, VIBORG);
	reader = member(world, TROMSO);
	assert_true(reader->in);
	assert_int_equal(reader->roles, ROLE_READER);
	assert_string_equal(reader->org, "fi-297");
	assert_false(reader->disputed);
	assert_null(member(world, KL));
	assert_false(member(world, KUOPIO)->disputed);

	/* Two that admit it: the smaller org, and still not disputed. */
	(void)say(world, VIBORG, TROMSO, ROLE_READER);
	look_from(world, OULU);
	assert_string_equal(member(world, TROMSO)->org, "dk-791");
	assert_false(member(world, TROMSO)->disputed);

	(void)withdraw(world, KUOPIO, IISALMI);
	look_from(world, OULU);
	assert_false(is_in(world, IISALMI));
}

static void
inviters_name_the_org_and_a_difference_is_disputed(void **state)
{
	struct world *world = *state;
	struct directory_entry *entry;

	make_chain(world);
	entry = say(world, VIBORG, KUOPIO, JOINED);
	(void)strcpy(entry->member.org, "aa-1");
	look_from(world, OULU);
	assert_string_equal(member(world, KUOPIO)->org, "fi-297");
	assert_true(member(world, KUOPIO)->disputed);

	/* Kuopio says that Viborg invited it, too: the smallest holds. */
	say(world, KUOPIO, VIBORG, JOINED)->member.inviter = true;
	look_from(world, OULU);
	assert_string_equal(member(world, KUOPIO)->org, "aa-1");
	assert_true(member(world, KUOPIO)->disputed);
	assert_false(member(world, OULU)->disputed);
}

static void
without_an_inviter_all_vouchers_name_the_org(void **state)
{
	struct world *world = *state;
	struct directory_entry *entry;

	join(world, VIBORG, OULU);
	(void)say(world, OULU, KUOPIO, JOINED);
	entry = say(world, VIBORG, KUOPIO, JOINED);
	(void)strcpy(entry->member.org, "fi-296");
	look_from(world, VIBORG);
	assert_string_equal(member(world, KUOPIO)->org, "fi-296");
	assert_true(member(world, KUOPIO)->disputed);
}

static void
our_own_org_is_ours_to_say(void **state)
{
	struct world *world = *state;
	struct directory_entry *entry;

	join(world, VIBORG, OULU);
	entry = say(world, OULU, VIBORG, JOINED);
	(void)strcpy(entry->member.org, "aa-1");
	look_from(world, VIBORG);
	assert_string_equal(member(world, VIBORG)->org, "dk-791");
	assert_true(member(world, VIBORG)->disputed);
}

static void
two_live_keys_of_one_org_are_disputed(void **state)
{
	struct world *world = *state;

	make_chain(world);
	(void)say(world, VIBORG, NEWKEY, JOINED);
	look_from(world, VIBORG);
	assert_true(member(world, KUOPIO)->disputed);
	assert_true(member(world, NEWKEY)->disputed);
	assert_false(member(world, OULU)->disputed);

	/* One of them out: no longer. */
	(void)withdraw(world, OULU, KUOPIO);
	look_from(world, VIBORG);
	assert_false(member(world, NEWKEY)->disputed);
}

static void
a_pinned_key_that_nobody_names_has_no_org(void **state)
{
	struct world *world = *state;

	world->pins[world->npins++] = KL;
	world->pins[world->npins++] = TROMSO;
	look_from(world, VIBORG);
	assert_true(is_in(world, KL));
	assert_string_equal(member(world, KL)->org, "");
	assert_false(member(world, KL)->disputed);
	(void)say(world, VIBORG, KL, ROLE_WRITES);
	look_from(world, VIBORG);
	assert_string_equal(member(world, KL)->org, "dk-kl");
}

static void
a_new_key_takes_the_place_of_the_old(void **state)
{
	struct world *world = *state;

	make_chain(world);
	join(world, KUOPIO, IISALMI);
	(void)rotate(world, KUOPIO, NEWKEY);
	(void)say(world, NEWKEY, TROMSO, JOINED);
	look_from(world, VIBORG);
	assert_true(directory_succeeds(
	    world->directory, key_of(world, KUOPIO), key_of(world, NEWKEY)));
	assert_false(directory_succeeds(
	    world->directory, key_of(world, NEWKEY), key_of(world, KUOPIO)));
	assert_false(directory_succeeds(
	    world->directory, key_of(world, OULU), key_of(world, NEWKEY)));
	assert_false(directory_succeeds(
	    world->directory, key_of(world, NEWKEY), key_of(world, NEWKEY)));
	assert_int_equal(member(world, NEWKEY)->roles, JOINED);
	assert_string_equal(member(world, NEWKEY)->org, "fi-297");
	assert_false(member(world, NEWKEY)->disputed);
	assert_false(member(world, KUOPIO)->disputed);
	assert_true(is_in(world, TROMSO));

	/* It may withdraw the old key, and whom that invited. */
	cut(world, withdraw(world, NEWKEY, KUOPIO), KUOPIO, 3);
	(void)withdraw(world, NEWKEY, IISALMI);
	look_from(world, VIBORG);
	assert_false(is_in(world, KUOPIO));
	assert_int_equal(counted(world, KUOPIO), 3);
	assert_true(is_in(world, NEWKEY));
	assert_false(is_in(world, IISALMI));
	assert_true(directory_succeeds(
	    world->directory, key_of(world, KUOPIO), key_of(world, NEWKEY)));
}

static void
a_new_key_does_not_escape_the_inviter_of_the_old(void **state)
{
	struct world *world = *state;

	make_chain(world);
	(void)rotate(world, KUOPIO, NEWKEY);
	(void)rotate(world, NEWKEY, THIRD);
	(void)say(world, VIBORG, THIRD, JOINED);
	(void)withdraw(world, OULU, THIRD);
	look_from(world, VIBORG);
	assert_false(is_in(world, THIRD));
	assert_true(directory_succeeds(
	    world->directory, key_of(world, KUOPIO), key_of(world, THIRD)));
}

static void
a_rotation_beyond_the_cut_is_void(void **state)
{
	struct world *world = *state;

	make_chain(world);
	(void)rotate(world, KUOPIO, NEWKEY);
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, 1);
	look_from(world, VIBORG);
	assert_false(is_in(world, NEWKEY));
	assert_false(directory_succeeds(
	    world->directory, key_of(world, KUOPIO), key_of(world, NEWKEY)));
}

static void
who_was_removed_does_not_come_back_by_a_new_key(void **state)
{
	struct world *world = *state;
	uint64_t before;

	/* The cut of the inviter is before the new key, that of it behind. */
	make_chain(world);
	before = world->n[KUOPIO];
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, before);
	(void)rotate(world, KUOPIO, NEWKEY);
	cut(world, withdraw(world, NEWKEY, KUOPIO), KUOPIO, before + 1);
	look_from(world, VIBORG);
	assert_false(is_in(world, KUOPIO));
	assert_int_equal(counted(world, KUOPIO), before);
	assert_false(is_in(world, NEWKEY));
	assert_int_equal(counted(world, NEWKEY), 0);

	/* If the inviter leaves the new key in force, the later cut holds. */
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, before + 1);
	cut(world, withdraw(world, NEWKEY, KUOPIO), KUOPIO, before + 3);
	look_from(world, VIBORG);
	assert_true(is_in(world, NEWKEY));
	assert_int_equal(counted(world, KUOPIO), before + 3);
}

static void
a_line_that_was_removed_moves_none_of_its_cuts(void **state)
{
	struct world *world = *state;
	uint64_t before;

	/* The inviter knows the new key, and withdraws both. */
	make_chain(world);
	(void)rotate(world, KUOPIO, NEWKEY);
	before = world->n[KUOPIO];
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, before);
	(void)withdraw(world, OULU, NEWKEY);
	cut(world, withdraw(world, NEWKEY, KUOPIO), KUOPIO, before + 9);
	look_from(world, VIBORG);
	assert_false(is_in(world, KUOPIO));
	assert_false(is_in(world, NEWKEY));
	assert_int_equal(counted(world, KUOPIO), before);
	assert_int_equal(counted(world, NEWKEY), 0);

	/* What the new key said before its cut holds. */
	cut(world, withdraw(world, OULU, NEWKEY), NEWKEY, world->n[NEWKEY]);
	look_from(world, VIBORG);
	assert_int_equal(counted(world, KUOPIO), before + 9);
}

/* The cut of ${who} is ${n} for all, and it is out. */
static void
assert_cut_for(struct world *world, const size_t *all, size_t count, size_t who,
    uint64_t n)
{
	size_t i;

	for (i = 0; i < count; i++) {
		look_from(world, all[i]);
		assert_false(is_in(world, who));
		assert_int_equal(counted(world, who), n);
	}
}

static void
who_was_removed_names_no_inviter_of_its_own(void **state)
{
	static const size_t all[] = { VIBORG, OULU, IISALMI };
	struct world *world = *state;
	struct directory_entry *entry;
	uint64_t before;

	/* For Iisalmi, all that it knows of the others is a word of Kuopio. */
	make_chain(world);
	join(world, KUOPIO, IISALMI);
	before = world->n[KUOPIO];
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, before);
	say(world, KUOPIO, TROMSO, JOINED)->member.inviter = true;
	cut(world, withdraw(world, TROMSO, KUOPIO), KUOPIO, UINT64_MAX >> 2);
	assert_cut_for(world, all, 3, KUOPIO, before);
	assert_false(is_in(world, TROMSO));

	/* Nor if the new inviter follows it, or one follows that. */
	entry = rotate(world, KUOPIO, NEWKEY);
	entry->member.inviter = true;
	cut(world, withdraw(world, NEWKEY, KUOPIO), KUOPIO, UINT64_MAX >> 2);
	(void)rotate(world, NEWKEY, THIRD);
	cut(world, withdraw(world, THIRD, KUOPIO), KUOPIO, UINT64_MAX >> 2);
	assert_cut_for(world, all, 3, KUOPIO, before);
	assert_false(is_in(world, NEWKEY));
	assert_false(is_in(world, THIRD));
}

static void
an_inviter_named_before_the_cut_keeps_its_right(void **state)
{
	static const size_t all[] = { VIBORG, OULU, TROMSO };
	struct world *world = *state;
	uint64_t before;

	make_chain(world);
	join(world, VIBORG, TROMSO);
	say(world, KUOPIO, TROMSO, JOINED)->member.inviter = true;
	before = world->n[KUOPIO];
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, before);
	cut(world, withdraw(world, TROMSO, KUOPIO), KUOPIO, before + 7);
	assert_cut_for(world, all, 3, KUOPIO, before + 7);

	/* Named beyond it, a friend has none; nor has one that was brought in. */
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, before - 1);
	assert_cut_for(world, all, 2, KUOPIO, before - 1);
}

static void
a_friend_of_who_was_removed_falls_with_its_cut(void **state)
{
	static const size_t all[] = { VIBORG, OULU };
	struct world *world = *state;
	uint64_t before;

	/* Kuopio brought in Iisalmi before, and names it as inviter later. */
	make_chain(world);
	join(world, KUOPIO, IISALMI);
	before = world->n[KUOPIO];
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, before);
	say(world, KUOPIO, IISALMI, JOINED)->member.inviter = true;
	cut(world, withdraw(world, IISALMI, KUOPIO), KUOPIO, before + 9);
	assert_cut_for(world, all, 2, KUOPIO, before);

	/* Two that were removed cannot move the cuts of each other. */
	world->pins[world->npins++] = KL;
	say(world, KUOPIO, IISALMI, JOINED)->member.inviter = true;
	cut(world, withdraw(world, KL, IISALMI), IISALMI, 1);
	cut(world, withdraw(world, KL, KUOPIO), KUOPIO, world->n[KUOPIO]);
	cut(world, withdraw(world, KUOPIO, IISALMI), IISALMI, 99);
	cut(world, withdraw(world, IISALMI, KUOPIO), KUOPIO, 99);
	assert_cut_for(world, all, 2, IISALMI, 1);
	assert_cut_for(world, all, 2, KUOPIO, world->n[KUOPIO] - 1);
}

static void
no_link_of_a_removed_line_moves_an_earlier_cut(void **state)
{
	static const size_t all[] = { VIBORG, OULU, IISALMI };
	struct world *world = *state;
	uint64_t before, end;

	/* The new key is known, and withdrawn too; it hands over after that. */
	make_chain(world);
	join(world, KUOPIO, IISALMI);
	(void)rotate(world, KUOPIO, NEWKEY);
	before = world->n[KUOPIO];
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, before);
	end = ++world->n[NEWKEY];
	cut(world, withdraw(world, OULU, NEWKEY), NEWKEY, end);
	(void)rotate(world, NEWKEY, THIRD);
	cut(world, withdraw(world, THIRD, KUOPIO), KUOPIO, before + 9);
	cut(world, withdraw(world, THIRD, NEWKEY), NEWKEY, end + 9);
	assert_cut_for(world, all, 3, KUOPIO, before);
	assert_cut_for(world, all, 3, NEWKEY, end);
	assert_false(is_in(world, THIRD));

	/* If that was before the cut, the last of them has its say. */
	cut(world, withdraw(world, OULU, NEWKEY), NEWKEY, end + 1);
	look_from(world, VIBORG);
	assert_true(is_in(world, THIRD));
	assert_int_equal(counted(world, KUOPIO), before + 9);
}

static void
a_removed_pinned_key_hands_nothing_on(void **state)
{
	static const size_t all[] = { VIBORG, OULU };
	struct world *world = *state;
	struct directory_entry *entry;

	make_chain(world);
	world->pins[world->npins++] = KL;
	world->pins[world->npins++] = TROMSO;
	cut(world, withdraw(world, TROMSO, KL), KL, 0);
	(void)rotate(world, KL, THIRD);
	cut(world, withdraw(world, THIRD, KL), KL, 99);
	(void)say(world, KL, NEWKEY, JOINED | ROLE_REGISTRY);
	cut(world, withdraw(world, NEWKEY, KL), KL, 99);
	assert_cut_for(world, all, 2, KL, 0);

	/* Who withdrew for a removed inviter stands by it, if that may speak. */
	join(world, OULU, IISALMI);
	join(world, KUOPIO, IISALMI);
	entry = withdraw(world, OULU, IISALMI);
	cut(world, entry, IISALMI, 2);
	cut(world, withdraw(world, KUOPIO, IISALMI), IISALMI, 99);
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, world->n[KUOPIO] - 1);
	assert_cut_for(world, all, 2, IISALMI, 2);
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, world->n[KUOPIO]);
	assert_cut_for(world, all, 2, IISALMI, 99);
}

static void
an_inviter_that_its_own_inviter_disowned_too_late_is_heard(void **state)
{
	static const size_t all[] = { VIBORG, IISALMI };
	struct world *world = *state;
	uint64_t before;

	/* Oulu is removed, then withdraws Kuopio, which had removed Tromso. */
	make_chain(world);
	join(world, VIBORG, IISALMI);
	join(world, KUOPIO, TROMSO);
	before = world->n[TROMSO];
	cut(world, withdraw(world, KUOPIO, TROMSO), TROMSO, before);
	cut(world, withdraw(world, VIBORG, OULU), OULU, world->n[OULU]);
	(void)withdraw(world, OULU, KUOPIO);
	say(world, TROMSO, NEWKEY, JOINED)->member.inviter = true;
	cut(world, withdraw(world, NEWKEY, TROMSO), TROMSO, before + 9);
	assert_cut_for(world, all, 2, TROMSO, before);
	assert_false(is_in(world, KUOPIO));
}

static void
who_was_removed_does_not_come_back_by_unsaying_anything(void **state)
{
	static const size_t all[] = { VIBORG, OULU, IISALMI };
	struct world *world = *state;
	uint64_t before;

	/* A key that was handed over says that it was not. */
	make_chain(world);
	join(world, VIBORG, IISALMI);
	(void)rotate(world, KUOPIO, NEWKEY);
	before = world->n[KUOPIO];
	cut(world, withdraw(world, NEWKEY, KUOPIO), KUOPIO, before);
	(void)say(world, KUOPIO, NEWKEY, JOINED);
	assert_cut_for(world, all, 3, KUOPIO, before);
	assert_true(is_in(world, NEWKEY));

	/* Its inviter removes the new one, which then wants the old one back. */
	cut(world, withdraw(world, OULU, NEWKEY), NEWKEY, world->n[NEWKEY]);
	(void)say(world, KUOPIO, NEWKEY, JOINED);
	(void)say(world, VIBORG, KUOPIO, JOINED);
	say(world, NEWKEY, KUOPIO, JOINED)->member.inviter = true;
	cut(world, withdraw(world, KUOPIO, NEWKEY), NEWKEY, 99);
	assert_cut_for(world, all, 3, KUOPIO, before);
	assert_cut_for(world, all, 3, NEWKEY, world->n[NEWKEY] - 1);
}

static void
a_removed_inviter_does_not_bring_back_whom_it_removed(void **state)
{
	static const size_t all[] = { VIBORG, OULU, IISALMI };
	struct world *world = *state;

	make_chain(world);
	join(world, VIBORG, IISALMI);
	join(world, KUOPIO, TROMSO);
	(void)say(world, VIBORG, TROMSO, JOINED);
	cut(world, withdraw(world, KUOPIO, TROMSO), TROMSO, 1);
	cut(world, withdraw(world, OULU, KUOPIO), KUOPIO, world->n[KUOPIO]);
	(void)rotate(world, KUOPIO, TROMSO);
	assert_cut_for(world, all, 3, TROMSO, 1);
}

static void
a_key_that_was_closed_by_its_heir_alone_stays_so(void **state)
{
	struct world *world = *state;
	uint64_t before;

	/* Nobody else closed the older key: the heir's word holds, cut or not. */
	make_chain(world);
	(void)rotate(world, KUOPIO, NEWKEY);
	before = world->n[KUOPIO];
	cut(world, withdraw(world, NEWKEY, KUOPIO), KUOPIO, before);
	(void)withdraw(world, OULU, NEWKEY);
	look_from(world, VIBORG);
	assert_false(is_in(world, KUOPIO));
	assert_false(is_in(world, NEWKEY));
	assert_int_equal(counted(world, KUOPIO), before);
}

static void
a_key_renews_another_unless_a_registry_says_so(void **state)
{
	struct world *world = *state;
	struct directory_entry *entry;

	make_chain(world);
	world->pins[world->npins++] = KL;
	(void)rotate(world, KUOPIO, NEWKEY);
	entry = say(world, KL, THIRD, JOINED);
	entry->member.has_succeeds = true;
	memcpy(entry->member.succeeds, key_of(world, NEWKEY), KEY_LEN);
	look_from(world, VIBORG);
	assert_true(directory_renews(
	    world->directory, key_of(world, KUOPIO), key_of(world, NEWKEY)));
	assert_false(directory_renews(
	    world->directory, key_of(world, NEWKEY), key_of(world, KUOPIO)));
	assert_true(directory_succeeds(
	    world->directory, key_of(world, KUOPIO), key_of(world, THIRD)));
	assert_false(directory_renews(
	    world->directory, key_of(world, NEWKEY), key_of(world, THIRD)));
	assert_false(directory_renews(
	    world->directory, key_of(world, KUOPIO), key_of(world, THIRD)));

	/* A registry's word counts even if the keys say the same. */
	entry = say(world, KL, NEWKEY, JOINED);
	entry->member.has_succeeds = true;
	memcpy(entry->member.succeeds, key_of(world, KUOPIO), KEY_LEN);
	look_from(world, VIBORG);
	assert_true(directory_succeeds(
	    world->directory, key_of(world, KUOPIO), key_of(world, NEWKEY)));
	assert_false(directory_renews(
	    world->directory, key_of(world, KUOPIO), key_of(world, NEWKEY)));
}

static void
a_key_that_one_node_removed_stays_out_there_with_a_new_key(void **state)
{
	struct world *world = *state;
	uint64_t before;

	make_chain(world);
	before = world->n[KUOPIO];
	cut(world, withdraw(world, VIBORG, KUOPIO), KUOPIO, before);
	(void)rotate(world, KUOPIO, NEWKEY);
	cut(world, withdraw(world, NEWKEY, KUOPIO), KUOPIO, before + 1);
	look_from(world, VIBORG);
	assert_false(is_in(world, KUOPIO));
	assert_false(is_in(world, NEWKEY));
	look_from(world, OULU);
	assert_true(is_in(world, NEWKEY));
	assert_int_equal(counted(world, KUOPIO), before + 1);
}

static void
a_rotation_not_signed_by_the_new_key_is_none(void **state)
{
	struct world *world = *state;
	struct directory_entry *entry;

	make_chain(world);
	entry = rotate(world, KUOPIO, NEWKEY);
	entry->member.rotate_sig[5] ^= 1;
	look_from(world, VIBORG);
	assert_true(is_in(world, NEWKEY));
	assert_true(member(world, NEWKEY)->disputed);
	assert_false(directory_succeeds(
	    world->directory, key_of(world, KUOPIO), key_of(world, NEWKEY)));

	/* Nor does a signature for another pair count. */
	entry = rotate(world, OULU, THIRD);
	memcpy(entry->voucher, key_of(world, KUOPIO), KEY_LEN);
	memcpy(entry->log_id, world->log_id[KUOPIO], LOG_ID_LEN);
	entry->n = 99;
	look_from(world, VIBORG);
	assert_false(directory_succeeds(
	    world->directory, key_of(world, KUOPIO), key_of(world, THIRD)));
}

static void
two_heirs_of_one_key_are_disputed(void **state)
{
	struct world *world = *state;

	make_chain(world);
	(void)rotate(world, KUOPIO, NEWKEY);
	(void)rotate(world, KUOPIO, THIRD);
	look_from(world, VIBORG);
	assert_true(member(world, NEWKEY)->disputed);
	assert_true(member(world, THIRD)->disputed);
}

static void
a_registry_replaces_a_lost_key(void **state)
{
	struct world *world = *state;
	struct directory_entry *entry;

	make_chain(world);
	world->pins[world->npins++] = KL;
	entry = say(world, KL, NEWKEY, JOINED);
	entry->member.has_succeeds = true;
	memcpy(entry->member.succeeds, key_of(world, KUOPIO), KEY_LEN);
	look_from(world, VIBORG);
	assert_true(directory_succeeds(
	    world->directory, key_of(world, KUOPIO), key_of(world, NEWKEY)));
	assert_string_equal(member(world, NEWKEY)->org, "fi-297");
	assert_false(member(world, NEWKEY)->disputed);

	/* Oulu, which is no registry, cannot say such a thing. */
	entry = say(world, OULU, THIRD, JOINED);
	entry->member.has_succeeds = true;
	memcpy(entry->member.succeeds, key_of(world, NEWKEY), KEY_LEN);
	look_from(world, VIBORG);
	assert_false(directory_succeeds(
	    world->directory, key_of(world, NEWKEY), key_of(world, THIRD)));
	assert_true(member(world, THIRD)->disputed);
}

static bool
may_erase(struct world *world, unsigned key, unsigned old_key)
{
	return directory_may_erase(
	    world->directory, key_of(world, key), key_of(world, old_key));
}

static void
a_heir_may_erase_and_a_registry_for_closed_members(void **state)
{
	struct world *world = *state;

	make_chain(world);
	join(world, KUOPIO, IISALMI);
	world->pins[world->npins++] = KL;
	(void)say(world, KL, TROMSO, JOINED | ROLE_REGISTRY);
	(void)say(world, KUOPIO, KL, JOINED);
	(void)rotate(world, KUOPIO, NEWKEY);
	(void)say(world, OULU, THIRD, JOINED);
	look_from(world, IISALMI);
	assert_true(may_erase(world, KUOPIO, KUOPIO));
	assert_true(may_erase(world, NEWKEY, KUOPIO));
	assert_false(may_erase(world, KUOPIO, NEWKEY));
	assert_false(may_erase(world, OULU, KUOPIO));

	/* A registry for who is closed, and of its own country. */
	assert_true(member(world, KL)->registry);
	assert_true(member(world, TROMSO)->registry);
	assert_false(may_erase(world, KL, VIBORG));
	(void)withdraw(world, KL, VIBORG);
	(void)withdraw(world, KL, OULU);
	look_from(world, IISALMI);
	assert_string_equal(member(world, KL)->org, "dk-kl");
	assert_non_null(
	    directory_find(world->directory, key_of(world, VIBORG)));
	assert_false(is_in(world, VIBORG));
	assert_string_equal(member(world, VIBORG)->org, "dk-791");
	assert_true(may_erase(world, KL, VIBORG));
	assert_false(may_erase(world, KL, OULU));
	assert_false(may_erase(world, TROMSO, VIBORG));
	assert_false(may_erase(world, KUOPIO, VIBORG));
}

static void
a_registry_leaves_erasing_to_a_live_key_of_the_same_org(void **state)
{
	struct world *world = *state;

	make_chain(world);
	world->pins[world->npins++] = KL;
	(void)say(world, OULU, KL, JOINED);
	(void)withdraw(world, KL, VIBORG);
	look_from(world, OULU);
	assert_true(may_erase(world, KL, VIBORG));
	(void)snprintf(
	    say(world, KL, THIRD, JOINED)->member.org, ORG_MAX + 1, "dk-791");
	look_from(world, OULU);
	assert_false(may_erase(world, KL, VIBORG));
}

static void
a_registry_does_not_erase_for_who_only_lapsed(void **state)
{
	struct world *world = *state;

	/* Oulu alone vouched for Viborg, and takes it back; it may do no more. */
	make_chain(world);
	world->pins[world->npins++] = KL;
	(void)say(world, OULU, KL, JOINED);
	(void)withdraw(world, OULU, VIBORG);
	look_from(world, KUOPIO);
	assert_string_equal(member(world, VIBORG)->org, "dk-791");
	assert_false(is_in(world, VIBORG));
	assert_false(may_erase(world, KL, VIBORG));
	(void)withdraw(world, KL, VIBORG);
	look_from(world, KUOPIO);
	assert_true(may_erase(world, KL, VIBORG));
}

static bool
erases_at(struct world *world, unsigned key, uint64_t n, unsigned old_key)
{
	return directory_erases(world->directory, key_of(world, key),
	    world->log_id[key], n, key_of(world, old_key));
}

/* The position of an ERASE and the cut decide, not what is known first. */
static void
what_a_key_erased_before_its_cut_counts_after_its_withdrawal(void **state)
{
	static const size_t all[] = { VIBORG, OULU, IISALMI };
	struct world *world = *state;
	struct directory_entry *entry;
	uint64_t at;
	size_t i;

	make_chain(world);
	join(world, OULU, IISALMI);
	(void)rotate(world, KUOPIO, NEWKEY);
	cut(world, withdraw(world, NEWKEY, KUOPIO), KUOPIO, world->n[KUOPIO]);
	at = ++world->n[NEWKEY];
	for (i = 0; i < 3; i++) {
		look_from(world, all[i]);
		assert_true(erases_at(world, NEWKEY, at, KUOPIO));
		assert_true(erases_at(world, NEWKEY, at + 1, KUOPIO));
		assert_false(erases_at(world, NEWKEY, at, VIBORG));
		assert_false(erases_at(world, OULU, 1, KUOPIO));
	}
	entry = withdraw(world, OULU, NEWKEY);
	cut(world, entry, NEWKEY, at);
	for (i = 0; i < 3; i++) {
		look_from(world, all[i]);
		assert_false(is_in(world, NEWKEY));
		assert_true(erases_at(world, NEWKEY, at, KUOPIO));
		assert_true(erases_at(world, NEWKEY, at, NEWKEY));
		assert_false(erases_at(world, NEWKEY, at + 1, KUOPIO));
		assert_false(erases_at(world, NEWKEY, at + 1, NEWKEY));
		assert_false(erases_at(world, NEWKEY, at, VIBORG));

		/* It may not write any now. */
		assert_false(may_erase(world, NEWKEY, KUOPIO));
		assert_true(may_erase(world, NEWKEY, NEWKEY));
	}

	/* A cut further back takes back what it had been said to erase. */
	cut(world, withdraw(world, OULU, NEWKEY), NEWKEY, at - 1);
	look_from(world, VIBORG);
	assert_false(erases_at(world, NEWKEY, at, KUOPIO));

	/* Nor does a withdrawal without cuts leave anything. */
	(void)withdraw(world, OULU, NEWKEY);
	look_from(world, VIBORG);
	assert_false(erases_at(world, NEWKEY, 1, KUOPIO));
	assert_false(erases_at(world, THIRD, 1, THIRD));
}

static void
what_a_registry_had_erased_counts_after_its_withdrawal(void **state)
{
	struct world *world = *state;

	make_chain(world);
	join(world, KUOPIO, IISALMI);
	(void)say(world, OULU, TROMSO, JOINED);
	world->pins[world->npins++] = TROMSO;
	(void)say(world, TROMSO, KL, JOINED | ROLE_REGISTRY);
	(void)withdraw(world, KL, VIBORG);
	look_from(world, IISALMI);
	assert_true(erases_at(world, KL, 2, VIBORG));
	cut(world, withdraw(world, TROMSO, KL), KL, 2);
	look_from(world, IISALMI);
	assert_false(is_in(world, KL));
	assert_false(member(world, KL)->registry);
	assert_true(member(world, KL)->was_registry);
	assert_true(erases_at(world, KL, 2, VIBORG));
	assert_false(erases_at(world, KL, 3, VIBORG));
	assert_false(may_erase(world, KL, VIBORG));
}

/* The registry that bound the new key for one that was lost withdraws it too. */
static void
what_a_bound_key_erased_counts_after_its_withdrawal(void **state)
{
	struct world *world = *state;
	struct directory_entry *entry;

	make_chain(world);
	world->pins[world->npins++] = KL;
	entry = say(world, KL, NEWKEY, JOINED);
	entry->member.has_succeeds = true;
	memcpy(entry->member.succeeds, key_of(world, KUOPIO), KEY_LEN);
	(void)withdraw(world, KL, KUOPIO);
	look_from(world, VIBORG);
	assert_true(erases_at(world, NEWKEY, 5, KUOPIO));
	cut(world, withdraw(world, KL, NEWKEY), NEWKEY, 5);
	look_from(world, VIBORG);
	assert_false(is_in(world, NEWKEY));
	assert_true(erases_at(world, NEWKEY, 5, KUOPIO));
	assert_false(erases_at(world, NEWKEY, 6, KUOPIO));
}

static void
a_withdrawal_says_whose_it_is_and_where_it_cuts(void **state)
{
	struct world *world = *state;
	uint8_t log_id[LOG_ID_LEN];
	struct directory_entry *entry;
	uint64_t n;

	make_chain(world);
	look_from(world, VIBORG);
	assert_int_equal(member(world, KUOPIO)->withdrawn_ms, 0);
	assert_false(directory_cut_at(
	    world->directory, key_of(world, KUOPIO), 0, log_id, &n));

	/* Ours alone, and then the inviter's, which counts for more. */
	(void)withdraw(world, VIBORG, KUOPIO);
	look_from(world, VIBORG);
	assert_memory_equal(member(world, KUOPIO)->withdrawn_by,
	    key_of(world, VIBORG), KEY_LEN);
	entry = withdraw(world, OULU, KUOPIO);
	cut(world, entry, KUOPIO, 7);
	cut(world, entry, THIRD, 9);
	look_from(world, VIBORG);
	assert_memory_equal(
	    member(world, KUOPIO)->withdrawn_by, key_of(world, OULU), KEY_LEN);
	assert_int_equal(member(world, KUOPIO)->withdrawn_ms, entry->time_ms);
	assert_true(directory_cut_at(
	    world->directory, key_of(world, KUOPIO), 0, log_id, &n));
	assert_memory_equal(log_id, world->log_id[KUOPIO], LOG_ID_LEN);
	assert_int_equal(n, 7);
	assert_true(directory_cut_at(
	    world->directory, key_of(world, KUOPIO), 1, log_id, &n));
	assert_int_equal(n, 9);
	assert_false(directory_cut_at(
	    world->directory, key_of(world, KUOPIO), 2, log_id, &n));
}

static void
the_heir_is_the_last_of_the_line_unless_two_claim_it(void **state)
{
	struct world *world = *state;

	make_chain(world);
	look_from(world, VIBORG);
	assert_null(directory_heir(world->directory, key_of(world, KUOPIO)));
	(void)rotate(world, KUOPIO, NEWKEY);
	(void)rotate(world, NEWKEY, THIRD);
	look_from(world, VIBORG);
	assert_ptr_equal(
	    directory_heir(world->directory, key_of(world, KUOPIO)),
	    member(world, THIRD));
	assert_ptr_equal(
	    directory_heir(world->directory, key_of(world, NEWKEY)),
	    member(world, THIRD));
	assert_null(directory_heir(world->directory, key_of(world, THIRD)));
	(void)rotate(world, KUOPIO, IISALMI);
	look_from(world, VIBORG);
	assert_null(directory_heir(world->directory, key_of(world, KUOPIO)));
}

static void
a_pinned_key_hands_its_standing_on(void **state)
{
	struct world *world = *state;

	make_chain(world);
	world->pins[world->npins++] = KL;
	(void)rotate(world, KL, THIRD);
	(void)withdraw(world, THIRD, OULU);
	(void)say(world, THIRD, TROMSO, JOINED | ROLE_REGISTRY);
	look_from(world, VIBORG);
	assert_false(is_in(world, OULU));
	assert_int_equal(member(world, TROMSO)->roles, JOINED | ROLE_REGISTRY);
}

static void
our_earlier_key_stays_ours(void **state)
{
	struct world *world = *state;

	/* Kuopio now runs with its new key, whose log is still empty. */
	make_chain(world);
	(void)rotate(world, KUOPIO, NEWKEY);
	look_from(world, NEWKEY);
	assert_true(is_in(world, KUOPIO));
	assert_true(is_in(world, OULU));
	assert_true(is_in(world, VIBORG));
	assert_string_equal(member(world, NEWKEY)->org, "fi-297");
}

static void
keys_that_succeed_each_other_in_a_circle_end(void **state)
{
	struct world *world = *state;

	make_chain(world);
	(void)rotate(world, KUOPIO, NEWKEY);
	(void)rotate(world, NEWKEY, THIRD);
	(void)rotate(world, THIRD, KUOPIO);
	look_from(world, VIBORG);
	assert_true(is_in(world, KUOPIO));
	assert_true(is_in(world, THIRD));
	assert_string_equal(member(world, KUOPIO)->org, "fi-297");
	assert_false(member(world, KUOPIO)->disputed);
}

/* A small generator, so that a failing network can be made again. */
static uint32_t
draw(uint64_t *random, uint32_t below)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (uint32_t)(*random >> 32) % below;
}

/* A network of any kind: invitations, removals, cuts, rotations, nonsense. */
static void
make_network(struct world *world, uint64_t *random, bool successions)
{
	size_t i, count = 3 + draw(random, 24);

	world->count = 0;
	world->now_ms = 1000;
	memset(world->n, 0, sizeof(world->n));
	world->npins = draw(random, 3);
	for (i = 0; i < world->npins; i++)
		world->pins[i] = draw(random, NKEYS);
	for (i = 0; i < count; i++) {
		size_t voucher = draw(random, NKEYS);
		size_t subject = draw(random, NKEYS);
		struct directory_entry *entry;

		if (successions && draw(random, 10) == 0)
			entry = rotate(world, voucher, subject);
		else if (draw(random, 4) == 0)
			entry = withdraw(world, voucher, subject);
		else
			entry = say(world, voucher, subject,
			    draw(random, 3) == 0 ? draw(random, 16) : JOINED);
		entry->member.inviter = draw(random, 3) == 0;
		entry->time_ms = 1000 + draw(random, 6);
		if (draw(random, 5) == 0)
			(void)strcpy(
			    entry->member.org, orgs[draw(random, NKEYS)]);
		while (draw(random, 2) == 0 && entry->member.ncuts < 4)
			cut(world, entry, subject, draw(random, 8));
		if (successions && draw(random, 10) == 0) {
			entry->member.has_succeeds = true;
			memcpy(entry->member.succeeds,
			    key_of(world, draw(random, NKEYS)), KEY_LEN);
		}
		/* A forked log has two entries at one position. */
		if (successions && entry->n > 1 && draw(random, 12) == 0)
			entry->n--;
	}
}

static void
assert_same_member(
    const struct directory_member *a, const struct directory_member *b)
{
	assert_memory_equal(a->key, b->key, KEY_LEN);
	assert_memory_equal(a->curve, b->curve, KEY_LEN);
	assert_memory_equal(a->voucher, b->voucher, KEY_LEN);
	assert_string_equal(a->org, b->org);
	assert_int_equal(a->roles, b->roles);
	assert_int_equal(a->in, b->in);
	assert_int_equal(a->disputed, b->disputed);
	assert_int_equal(a->withdrawn_by_us, b->withdrawn_by_us);
	assert_int_equal(a->since_ms, b->since_ms);
}

static void
assert_same_directory(const struct world *world, const struct directory *a,
    const struct directory *b)
{
	size_t i, j;

	assert_int_equal(directory_count(a), directory_count(b));
	for (i = 0; i < directory_count(a); i++)
		assert_same_member(directory_at(a, i), directory_at(b, i));
	for (i = 0; i < NKEYS; i++)
		for (j = 0; j < NKEYS; j++) {
			assert_int_equal(directory_cut(a, key_of(world, i),
					     world->log_id[j]),
			    directory_cut(
				b, key_of(world, i), world->log_id[j]));
			assert_int_equal(directory_succeeds(a, key_of(world, i),
					     key_of(world, j)),
			    directory_succeeds(
				b, key_of(world, i), key_of(world, j)));
		}
}

static void
the_order_of_entries_changes_nothing(void **state)
{
	struct world *world = *state;
	size_t order[SAID_MAX], i, run;

	for (run = 1; run <= 2000; run++) {
		uint64_t random = run * 0x9e3779b97f4a7c15u;
		struct directory *other;
		size_t own = draw(&random, NKEYS);

		make_network(world, &random, true);
		for (i = 0; i < world->count; i++)
			order[i] = i;
		for (i = world->count - 1; i > 0; i--) {
			size_t j = draw(&random, (uint32_t)i + 1);
			size_t kept = order[i];

			order[i] = order[j];
			order[j] = kept;
		}
		look_from(world, own);
		other = compute(world, own, order);
		assert_same_directory(world, world->directory, other);
		directory_free(other);
	}
}

/*
 * The rules once more, as slowly and plainly as they can be said, without
 * succession: a network of NKEYS keys as tables.
 */
struct plain {
	const struct world *world;
	size_t own;
	bool pinned[NKEYS];
	bool strict;
	bool out[NKEYS];
	bool settled[NKEYS]; /* out, and the cut is known */
	bool open[NKEYS];    /* out, and nobody has the right to it */
	bool firm;           /* leave out all of who is out and has no cut */
	const struct directory_entry *taken[NKEYS][NKEYS];
	uint64_t cuts[NKEYS]; /* each key has one log */
	uint32_t roles[NKEYS];
	uint32_t wide[NKEYS]; /* roles of pass 1 */
};

static size_t
who_is(const struct world *world, const uint8_t key[KEY_LEN])
{
	size_t i;

	for (i = 0; memcmp(key_of(world, i), key, KEY_LEN) != 0; i++)
		;
	return i;
}

static bool
greater(const struct directory_entry *a, const struct directory_entry *b)
{
	int order;

	if (b == NULL || a->time_ms != b->time_ms)
		return b == NULL || a->time_ms > b->time_ms;
	order = memcmp(a->log_id, b->log_id, LOG_ID_LEN);
	return order != 0 ? order > 0 : a->n > b->n;
}

/* The entry of ${v} about ${x} that holds, withdrawals skipped or not. */
static const struct directory_entry *
plain_word(const struct plain *plain, size_t v, size_t x, bool skip)
{
	const struct world *world = plain->world;
	const struct directory_entry *best = NULL;
	size_t i;

	for (i = 0; v != x && i < world->count; i++) {
		const struct directory_entry *entry = &world->said[i];

		if (who_is(world, entry->voucher) != v ||
		    who_is(world, entry->member.key) != x ||
		    (skip && entry->member.withdrawn))
			continue;
		if (plain->settled[v] ?
			entry->n > plain->cuts[v] :
			plain->firm && plain->out[v] && !plain->open[v])
			continue;
		if (greater(entry, best))
			best = entry;
	}
	return best;
}

static void
plain_reach(struct plain *plain)
{
	size_t v, x, sweep;

	memset(plain->roles, 0, sizeof(plain->roles));
	for (v = 0; v < NKEYS; v++)
		if (v == plain->own || plain->pinned[v])
			plain->roles[v] = 7;
	for (sweep = 0; sweep < 4 * NKEYS; sweep++)
		for (v = 0; v < NKEYS; v++)
			for (x = 0; x < NKEYS; x++) {
				const struct directory_entry *entry =
				    plain_word(plain, v, x,
					!plain->strict || plain->out[x]);
				uint32_t held = plain->roles[v];

				if ((held & 2) == 0 || entry == NULL ||
				    entry->member.withdrawn)
					continue;
				if (v != plain->own && !plain->pinned[v])
					held &= 3;
				if ((entry->member.roles & 8) != 0)
					plain->roles[x] |= 8;
				else
					plain->roles[x] |= entry->member.roles &
					    held;
			}
}

/* The least number by which ${x} names ${v} as inviter from ${least} on, or 0. */
static uint64_t
plain_naming(const struct plain *plain, size_t x, size_t v, uint64_t least)
{
	const struct world *world = plain->world;
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < world->count; i++)
		if (who_is(world, world->said[i].voucher) == x &&
		    who_is(world, world->said[i].member.key) == v &&
		    world->said[i].member.inviter &&
		    world->said[i].n >= least &&
		    (n == 0 || world->said[i].n < n))
			n = world->said[i].n;
	return n;
}

/* The withdrawal of ${x} by ${v}, if it has the right to it; or NULL. */
static const struct directory_entry *
plain_right(const struct plain *plain, size_t v, size_t x)
{
	const struct directory_entry *entry = plain_word(plain, v, x, false);
	uint64_t named = plain_naming(plain, x, v, 1);

	if (entry == NULL || !entry->member.withdrawn || plain->roles[v] == 0 ||
	    plain->wide[x] == 0 || x == plain->own)
		return NULL;
	if (v != plain->own && !plain->pinned[v] &&
	    (plain->roles[v] & 4) == 0 &&
	    (named == 0 || (plain->settled[x] && named > plain->cuts[x])))
		return NULL;
	return entry;
}

static uint64_t
plain_cut(const struct directory_entry *entry)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < entry->member.ncuts; i++)
		if (entry->member.cuts[i].n > n)
			n = entry->member.cuts[i].n;
	return n;
}

/* Do the cuts of ${v} hide that ${x} named ${u}? */
static bool
plain_hides(const struct plain *plain, size_t v, size_t x, size_t u)
{
	uint64_t first = plain_naming(plain, x, u, 1);

	return first > plain_cut(plain_right(plain, v, x)) &&
	    plain_naming(plain, x, v, first) == 0;
}

/* Must the withdrawal by ${v} wait for that of another inviter? */
static bool
plain_later(const struct plain *plain, size_t v, size_t x)
{
	size_t u;

	for (u = 0; u < NKEYS; u++)
		if (u != v && !plain->settled[x] &&
		    plain_right(plain, u, x) != NULL &&
		    plain_naming(plain, x, u, 1) != 0 &&
		    plain_hides(plain, u, x, v) && !plain_hides(plain, v, x, u))
			return true;
	return false;
}

/* Take the withdrawals of these keys; was any of them new? */
static bool
plain_take(struct plain *plain, const bool *of)
{
	const struct directory_entry *take[NKEYS][NKEYS] = { { NULL } };
	bool any = false;
	size_t v, x;

	for (v = 0; v < NKEYS; v++)
		for (x = 0; x < NKEYS; x++)
			if (of[x] && plain_right(plain, v, x) != NULL &&
			    !plain_later(plain, v, x))
				take[v][x] = plain_right(plain, v, x);
	for (v = 0; v < NKEYS; v++)
		for (x = 0; x < NKEYS; x++) {
			if (take[v][x] == NULL)
				continue;
			any = any || take[v][x] != plain->taken[v][x];
			plain->taken[v][x] = take[v][x];
			plain->settled[x] = true;
			if (plain_cut(take[v][x]) > plain->cuts[x])
				plain->cuts[x] = plain_cut(take[v][x]);
		}
	return any;
}

/* Is there a key that nobody has the right to withdraw any more? */
static bool
plain_open(struct plain *plain)
{
	bool any = false, right;
	size_t v, x;

	for (x = 0; x < NKEYS; x++) {
		if (!plain->out[x] || plain->settled[x] || plain->open[x])
			continue;
		for (right = false, v = 0; v < NKEYS; v++)
			right = right || plain_right(plain, v, x) != NULL;
		plain->open[x] = !right;
		any = any || !right;
	}
	return any;
}

static bool
plain_round(struct plain *plain)
{
	bool of[NKEYS];
	size_t x;

	plain->firm = true;
	plain_reach(plain);
	if (plain_take(plain, plain->out))
		return true;
	for (x = 0; x < NKEYS; x++)
		of[x] = plain->out[x] && plain->roles[x] != 0 &&
		    !plain->settled[x] && !plain->open[x];
	plain->firm = false;
	plain_reach(plain);
	if (plain_open(plain))
		return true;
	return plain_take(plain, of);
}

/* Who is out by void words only has the cuts that these name. */
static void
plain_rest(struct plain *plain, const uint64_t cuts[NKEYS])
{
	size_t x;

	for (x = 0; x < NKEYS; x++)
		if (plain->out[x] && !plain->settled[x]) {
			plain->settled[x] = true;
			plain->cuts[x] = cuts[x];
		}
}

static void
plain_compute(const struct world *world, size_t own, struct plain *plain)
{
	uint64_t largest[NKEYS] = { 0 };
	size_t v, x, i;

	memset(plain, 0, sizeof(*plain));
	plain->world = world;
	plain->own = own;
	for (i = 0; i < world->npins; i++)
		plain->pinned[world->pins[i]] = true;
	plain_reach(plain);
	memcpy(plain->wide, plain->roles, sizeof(plain->wide));
	for (v = 0; v < NKEYS; v++)
		for (x = 0; x < NKEYS; x++) {
			const struct directory_entry *entry = plain_right(
			    plain, v, x);

			if (entry == NULL)
				continue;
			plain->out[x] = true;
			if (plain_cut(entry) > largest[x])
				largest[x] = plain_cut(entry);
		}
	while (plain_round(plain))
		;
	plain_rest(plain, largest);
	plain->strict = true;
	plain_reach(plain);
}

static void
a_plain_reading_of_the_rules_gives_the_same(void **state)
{
	struct world *world = *state;
	size_t run, key;

	for (run = 1; run <= 1000; run++) {
		uint64_t random = run * 0xd1342543de82ef95u;
		size_t own = draw(&random, NKEYS);
		struct plain plain;

		make_network(world, &random, false);
		look_from(world, own);
		plain_compute(world, own, &plain);
		for (key = 0; key < NKEYS; key++) {
			bool in = plain.roles[key] != 0 &&
			    plain.wide[key] != 0 && !plain.out[key];

			if (is_in(world, key) != in)
				fail_msg("run %zu, key %zu", run, key);
			if (in)
				assert_int_equal(member(world, key)->roles,
				    plain.roles[key]);
			if (plain.out[key])
				assert_int_equal(
				    counted(world, key), plain.cuts[key]);
		}
	}
}

/* Processor time: other tests run meanwhile. */
static double
milliseconds(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now), 0);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

#define MANY    1056
#define MANY_MS 100 /* 1 here */

/* Every municipality of the Nordic countries, each invited by an earlier one. */
static void
a_thousand_members_take_little_time(void **state)
{
	struct directory_input *input = NULL;
	struct crypto_key *keys = calloc(MANY, sizeof(*keys));
	struct directory_entry *entry = calloc(1, sizeof(*entry));
	uint8_t seed[SEED_LEN] = { 0xff };
	double best = 1e9;
	size_t i, run;

	(void)state;
	assert_non_null(keys);
	assert_non_null(entry);
	for (i = 0; i < MANY; i++) {
		bytes_put_le32(seed, (uint32_t)i + 1000);
		crypto_key_from_seed(seed, &keys[i]);
	}
	assert_int_equal(
	    directory_input_new(keys[0].public_key, "xx-0", &input), ERR_NONE);
	for (i = 2; i < (size_t)MANY * 2; i++) {
		size_t joiner = i / 2, inviter = joiner / 4;
		size_t v = i % 2 == 0 ? inviter : joiner;
		size_t x = i % 2 == 0 ? joiner : inviter;

		memset(entry, 0, sizeof(*entry));
		memcpy(entry->voucher, keys[v].public_key, KEY_LEN);
		bytes_put_le32(entry->log_id, (uint32_t)v);
		entry->n = i;
		entry->time_ms = i;
		memcpy(entry->member.key, keys[x].public_key, KEY_LEN);
		(void)snprintf(
		    entry->member.org, sizeof(entry->member.org), "xx-%zu", x);
		entry->member.roles = JOINED;
		entry->member.inviter = i % 2 == 1;
		assert_int_equal(directory_input_add(input, entry), ERR_NONE);
	}
	for (run = 0; run < 5; run++) {
		struct directory *directory = NULL;
		double start = milliseconds();
		double took;

		assert_int_equal(
		    directory_compute(input, &directory), ERR_NONE);
		took = milliseconds() - start;
		if (took < best)
			best = took;
		assert_int_equal(directory_count(directory), MANY);
		for (i = 0; i < MANY; i++)
			assert_true(directory_at(directory, i)->in);
		directory_free(directory);
	}
	print_message("1,056 members in %.2f ms\n", best);
	assert_true(best < MANY_MS);
	directory_input_free(input);
	free(entry);
	free(keys);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(alone_only_the_own_key_is_known),
		TEST(a_chain_of_invitations_is_seen_whole_by_all),
		TEST(members_are_found_by_either_key),
		TEST(of_two_keys_with_one_curve_key_one_that_is_in_is_found),
		TEST(members_are_listed_by_org),
		TEST(who_the_inviter_removes_is_out_everywhere),
		TEST(the_inviter_removes_in_spite_of_other_vouchers),
		TEST(who_unnames_its_inviter_is_removed_all_the_same),
		TEST(who_is_vouched_for_again_is_in_again),
		TEST(the_latest_time_holds_whatever_its_place),
		TEST(our_own_withdrawal_holds_for_us_only),
		TEST(ours_and_the_inviters_withdrawal_hold_for_all),
		TEST(a_withdrawal_by_any_other_member_is_only_its_own_word),
		TEST(who_names_no_inviter_lapses_with_its_last_voucher),
		TEST(the_largest_cut_named_holds),
		TEST(a_cut_by_who_may_not_withdraw_counts_nothing),
		TEST(introductions_before_the_cut_stay),
		TEST(without_a_cut_the_introductions_go_too),
		TEST(withdrawals_by_who_is_out_are_not_revised),
		TEST(a_pinned_key_and_a_registry_remove_anyone),
		TEST(a_registry_that_only_we_named_removes_for_us_only),
		TEST(pinned_keys_can_remove_each_other_but_never_us),
		TEST(nobody_gives_a_role_it_lacks),
		TEST(unknown_roles_are_not_given),
		TEST(a_loop_of_strangers_reaches_nobody),
		TEST(a_loop_of_members_ends),
		TEST(vouching_for_oneself_says_nothing),
		TEST(a_key_that_is_no_key_never_becomes_a_member),
		TEST(input_out_of_bounds_is_refused),
		TEST(a_reader_has_the_org_of_who_admits_it),
		TEST(inviters_name_the_org_and_a_difference_is_disputed),
		TEST(without_an_inviter_all_vouchers_name_the_org),
		TEST(our_own_org_is_ours_to_say),
		TEST(two_live_keys_of_one_org_are_disputed),
		TEST(a_pinned_key_that_nobody_names_has_no_org),
		TEST(a_new_key_takes_the_place_of_the_old),
		TEST(a_new_key_does_not_escape_the_inviter_of_the_old),
		TEST(a_rotation_beyond_the_cut_is_void),
		TEST(who_was_removed_does_not_come_back_by_a_new_key),
		TEST(a_line_that_was_removed_moves_none_of_its_cuts),
		TEST(who_was_removed_names_no_inviter_of_its_own),
		TEST(an_inviter_named_before_the_cut_keeps_its_right),
		TEST(a_friend_of_who_was_removed_falls_with_its_cut),
		TEST(no_link_of_a_removed_line_moves_an_earlier_cut),
		TEST(a_removed_pinned_key_hands_nothing_on),
		TEST(
		    an_inviter_that_its_own_inviter_disowned_too_late_is_heard),
		TEST(who_was_removed_does_not_come_back_by_unsaying_anything),
		TEST(a_removed_inviter_does_not_bring_back_whom_it_removed),
		TEST(a_key_that_was_closed_by_its_heir_alone_stays_so),
		TEST(a_key_renews_another_unless_a_registry_says_so),
		TEST(
		    a_key_that_one_node_removed_stays_out_there_with_a_new_key),
		TEST(a_rotation_not_signed_by_the_new_key_is_none),
		TEST(two_heirs_of_one_key_are_disputed),
		TEST(a_registry_replaces_a_lost_key),
		TEST(a_heir_may_erase_and_a_registry_for_closed_members),
		TEST(a_registry_does_not_erase_for_who_only_lapsed),
		TEST(
		    what_a_key_erased_before_its_cut_counts_after_its_withdrawal),
		TEST(what_a_registry_had_erased_counts_after_its_withdrawal),
		TEST(what_a_bound_key_erased_counts_after_its_withdrawal),
		TEST(a_registry_leaves_erasing_to_a_live_key_of_the_same_org),
		TEST(a_withdrawal_says_whose_it_is_and_where_it_cuts),
		TEST(the_heir_is_the_last_of_the_line_unless_two_claim_it),
		TEST(a_pinned_key_hands_its_standing_on),
		TEST(our_earlier_key_stays_ours),
		TEST(keys_that_succeed_each_other_in_a_circle_end),
		TEST(the_order_of_entries_changes_nothing),
		TEST(a_plain_reading_of_the_rules_gives_the_same),
		TEST(a_thousand_members_take_little_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
