#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/control.h"
#include "proto/directory.h"
#include "proto/record.h"
#include "proto/sealed.h"
#include "daemon/index.h"
#include "daemon/indexer.h"
#include "daemon/node_internal.h"
#include "daemon/query.h"
#include "daemon/store.h"
#include "tests/unit/press.h"
#include "tests/unit/scratch.h"

#define MAP_BYTES ((size_t)128 << 20)
#define WAIT_MS   60000

#define WITH_OWN   1U
#define WITH_OTHER 2U
#define WITH_THIRD 4U

struct fixture {
	char *dir;
	char *index_path;
	struct store *store;
	struct index *index;
	struct indexer *indexer;
	struct query *query;
	struct directory *directory;
	struct sealed_ring ring;
	struct press own;   /* dk-791, whose node it is */
	struct press other; /* no-5501, who makes groups */
	struct press third; /* fi-564 */
	uint64_t number;    /* of the group that no-5501 makes with this: */
	uint8_t seed[GROUP_SEED_LEN];
};

/* ---- the node ---- */

static const struct directory *
get(void *context, void **ret_holder)
{
	struct fixture *f = context;

	*ret_holder = f;
	return f->directory;
}

static void
put(void *context, void *holder)
{
	(void)context;
	(void)holder;
}

static void
open_node(struct fixture *f)
{
	struct store_options store = { .map_bytes = MAP_BYTES };
	struct index_options index = { .map_bytes = MAP_BYTES };
	struct indexer_options indexer = { .batch = 1000 };
	struct query_options query = {
		.name = "Viborg Kommune",
		.key = f->own.key.public_key,
		.ring = &f->ring,
		.get = get,
		.put = put,
		.context = f,
	};

	f->ring.count = 1;
	f->ring.keys[0] = f->own.key;
	f->dir = scratch_make();
	assert_non_null(f->dir);
	f->index_path = scratch_path(f->dir, "index.mdb");
	store.dir = f->dir;
	index.path = f->index_path;
	index.ring = &f->ring;
	assert_int_equal(store_open(&store, &f->store), ERR_NONE);
	assert_int_equal(index_open(&index, &f->index), ERR_NONE);
	indexer.store = query.store = f->store;
	indexer.index = query.index = f->index;
	assert_int_equal(indexer_start(&indexer, &f->indexer), ERR_NONE);
	assert_int_equal(query_new(&query, &f->query), ERR_NONE);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	press_begin(&f->own, 1, 7, "dk-791");
	press_begin(&f->other, 2, 7, "no-5501");
	press_begin(&f->third, 3, 7, "fi-564");
	(void)press_vouch(
	    &f->own, &f->other, false, 0, "Troms\xc3\xb8 kommune");
	(void)press_vouch(&f->own, &f->third, false, 0, NULL);
	f->directory = press_directory(&f->own);
	memset(f->seed, 9, sizeof(f->seed));
	f->number = sealed_number(f->other.key.public_key, f->seed);
	open_node(f);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	query_free(f->query);
	indexer_stop(f->indexer);
	index_close(f->index);
	store_close(f->store);
	directory_free(f->directory);
	free(f->index_path);
	scratch_remove(f->dir);
	press_end(&f->own);
	press_end(&f->other);
	press_end(&f->third);
	free(f);
	return 0;
}

/* Wait until the index has all that the store has. */
static void
settle(struct fixture *f)
{
	struct store_txn *txn;
	uint64_t last;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	last = store_arrival_last(txn);
	store_abort(&txn);
	indexer_wake(f->indexer);
	assert_true(indexer_wait(f->indexer, last, WAIT_MS));
}

static void
publish(struct fixture *f)
{
	press_publish(&f->own, f->store, true);
	press_publish(&f->other, f->store, false);
	press_publish(&f->third, f->store, false);
	settle(f);
}

/* ---- what is written ---- */

/* Write a body into a group, sealed to some of the three; it is freed. */
static uint64_t
add(struct fixture *f, struct press *press, uint64_t number, uint32_t kind,
    unsigned to, Erfa__Body *body)
{
	const struct press *all[] = { &f->own, &f->other, &f->third };
	const struct press_options options = { .kind = kind, .group = number };
	uint8_t members[3][KEY_LEN];
	uint8_t *plain;
	uint8_t *p;
	size_t count = 0;
	size_t len;
	size_t i;
	uint64_t n;

	for (i = 0; i < 3; i++)
		if ((to & (1U << i)) != 0)
			memcpy(members[count++], all[i]->key.curve_public,
			    KEY_LEN);
	assert_int_equal(body_encode(body, &plain, &len), ERR_NONE);
	body_free(body);
	assert_int_equal(
	    sealed_seal(plain, len, (const uint8_t(*)[KEY_LEN])members, count,
		&p, &len),
	    ERR_NONE);
	n = press_add_sealed(press, &options, p, len);
	free(plain);
	free(p);
	return n;
}

static char *
hex(const uint8_t *bytes, size_t len)
{
	char *text = calloc(2, len + 1);

	assert_non_null(text);
	bytes_hex(bytes, len, text);
	return text;
}

/* What somebody says is in a group of no-5501's. */
static Erfa__Body *
word(struct fixture *f, const char *name, unsigned members)
{
	const struct press *all[] = { &f->own, &f->other, &f->third };
	Erfa__GroupMember *member;
	Erfa__Group *group;
	Erfa__Body *body;
	size_t i;

	assert_int_equal(body_new(HEADER_GROUP, &body), ERR_NONE);
	group = body->group;
	group->name = strdup(name);
	group->group = calloc(1, 17);
	assert_non_null(group->group);
	(void)snprintf(
	    group->group, 17, "%016llx", (unsigned long long)f->number);
	group->founder = hex(f->other.key.public_key, KEY_LEN);
	group->seed = hex(f->seed, sizeof(f->seed));
	group->members = calloc(3, sizeof(void *));
	assert_non_null(group->members);
	for (i = 0; i < 3; i++) {
		if ((members & (1U << i)) == 0)
			continue;
		member = calloc(1, sizeof(*member));
		assert_non_null(member);
		erfa__group_member__init(member);
		member->key = hex(all[i]->key.public_key, KEY_LEN);
		member->org = calloc(1, sizeof(*member->org));
		assert_non_null(member->org);
		erfa__org_ref__init(member->org);
		member->org->id = strdup(all[i]->org);
		group->members[group->n_members++] = member;
	}
	return body;
}

/* no-5501 says who is in its group; the word is sealed to them. */
static uint64_t
say(struct fixture *f, unsigned members)
{
	return add(f, &f->other, f->number, HEADER_GROUP, members,
	    word(f, "Nord", members));
}

static Erfa__Body *
trial(const struct press *press, const char *name, unsigned minor)
{
	Erfa__Body *body = press_trial(
	    "Lukket pilot", "Hemmeligheder", NULL, NULL);
	char id[RECORD_ID_CHARS + 1];
	uint8_t record[RECORD_LEN];

	press_record(name, record);
	record_print(press->org, record, RECORD_CHARS, id);
	free(body->envelope->id);
	body->envelope->id = strdup(id);
	body->envelope->has_minor = true;
	body->envelope->minor = minor;
	return body;
}

static struct query_group
read_group(struct fixture *f)
{
	struct query_group group;

	assert_int_equal(query_group(f->query, f->number, &group), ERR_NONE);
	return group;
}

static enum query_group_state
state_of(struct fixture *f)
{
	struct query_group group = read_group(f);
	enum query_group_state state = group.state;

	query_group_clear(&group);
	return state;
}

static Erfa__Answer *
ask(struct fixture *f, const char *text)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__GroupRequest group = ERFA__GROUP_REQUEST__INIT;
	Erfa__Answer *answer;

	request.ask_case = ERFA__REQUEST__ASK_GROUP;
	request.group = &group;
	group.group = text == NULL ? NULL : strdup(text);
	assert_true(query_can(&request));
	assert_int_equal(query_answer(f->query, &request, &answer), ERR_NONE);
	free(group.group);
	return answer;
}

/* ---- who is in it ---- */

static void
a_word_of_the_founder_says_who_is_in_it(void **state)
{
	struct fixture *f = *state;
	struct query_group group;

	(void)say(f, WITH_OWN | WITH_OTHER);
	publish(f);
	group = read_group(f);
	assert_int_equal(group.state, QUERY_GROUP_MEMBER);
	assert_string_equal(group.name, "Nord");
	assert_int_equal(group.nmembers, 2);
	assert_string_equal(group.members[0].org, "dk-791");
	assert_true(group.members[0].own);
	assert_false(group.members[0].founder);
	assert_int_equal(group.members[0].standing, QUERY_GROUP_IN);
	assert_true(group.members[1].founder);
	assert_memory_equal(
	    group.members[1].curve, f->other.key.curve_public, KEY_LEN);
	assert_false(group.is_founder);
	assert_memory_equal(group.speaker, f->other.key.public_key, KEY_LEN);
	assert_int_equal(group.entries, 0);
	query_group_clear(&group);
}

static void
a_group_that_nothing_tells_of_is_unknown(void **state)
{
	struct fixture *f = *state;
	Erfa__Answer *answer;

	(void)say(f, WITH_OTHER | WITH_THIRD);
	(void)add(f, &f->other, f->number, HEADER_TRIAL, WITH_OTHER,
	    trial(&f->other, "one", 0));
	publish(f);
	assert_int_equal(state_of(f), QUERY_GROUP_UNKNOWN);
	answer = ask(f, NULL);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_GROUP);
	assert_string_equal(answer->group->schema, "erfa.group/1");
	assert_int_equal(answer->group->n_group, 0);
	assert_int_equal(answer->group->others, 1);
	assert_int_equal(answer->group->other_entries, 1);
	control_free_answer(answer);
}

static void
somebody_elses_word_is_ignored(void **state)
{
	struct fixture *f = *state;
	struct query_group group;
	Erfa__Body *body;

	(void)say(f, WITH_OWN | WITH_OTHER);
	f->third.time_ms = f->other.time_ms + 1000000;
	(void)add(f, &f->third, f->number, HEADER_GROUP,
	    WITH_OWN | WITH_OTHER | WITH_THIRD,
	    word(f, "Taken over", WITH_OWN | WITH_OTHER | WITH_THIRD));

	/* Nor does it help to be called the founder. */
	body = word(f, "Mine", WITH_OWN | WITH_THIRD);
	free(body->group->founder);
	body->group->founder = hex(f->third.key.public_key, KEY_LEN);
	(void)add(
	    f, &f->third, f->number, HEADER_GROUP, WITH_OWN | WITH_THIRD, body);

	/* Nor to say what nobody can read. */
	(void)add(f, &f->third, f->number, HEADER_GROUP, WITH_THIRD,
	    word(f, "Closed", WITH_THIRD));
	publish(f);
	group = read_group(f);
	assert_int_equal(group.state, QUERY_GROUP_MEMBER);
	assert_string_equal(group.name, "Nord");
	assert_int_equal(group.nmembers, 2);
	assert_int_equal(group.nignored, 1);
	assert_memory_equal(
	    group.ignored[0].key, f->third.key.public_key, KEY_LEN);
	query_group_clear(&group);
}

static void
who_is_taken_out_knows_it_and_not_who_is_in(void **state)
{
	struct fixture *f = *state;
	struct query_group group;

	(void)say(f, WITH_OWN | WITH_OTHER);
	(void)say(f, WITH_OTHER | WITH_THIRD);
	publish(f);
	group = read_group(f);
	assert_int_equal(group.state, QUERY_GROUP_REMOVED);
	assert_string_equal(group.name, "Nord");
	assert_int_equal(group.nmembers, 2);
	assert_string_equal(group.members[0].org, "dk-791");
	query_group_clear(&group);

	(void)say(f, WITH_OWN | WITH_OTHER | WITH_THIRD);
	publish(f);
	assert_int_equal(state_of(f), QUERY_GROUP_MEMBER);
}

static void
a_word_that_is_published_again_does_not_go_before_a_later_one(void **state)
{
	struct fixture *f = *state;
	Erfa__Body *first = word(f, "Nord", WITH_OWN | WITH_OTHER | WITH_THIRD);
	Erfa__Body *second = word(f, "Nord", WITH_OWN | WITH_OTHER);
	struct query_group group;

	second->group->has_edition = true;
	second->group->edition = 2;
	(void)add(f, &f->other, f->number, HEADER_GROUP, WITH_OWN, second);
	first->group->has_edition = true;
	first->group->edition = 1;
	(void)add(f, &f->other, f->number, HEADER_GROUP, WITH_OWN, first);
	publish(f);
	group = read_group(f);
	assert_int_equal(group.state, QUERY_GROUP_MEMBER);
	assert_int_equal(group.nmembers, 2);
	assert_int_equal(group.edition, 2);
	query_group_clear(&group);

	/* What cannot be read follows what was said before it. */
	(void)add(f, &f->other, f->number, HEADER_GROUP, WITH_OTHER,
	    word(f, "Nord", WITH_OTHER));
	publish(f);
	assert_int_equal(state_of(f), QUERY_GROUP_REMOVED);
}

static void
who_is_sealed_to_and_not_named_is_not_in_it(void **state)
{
	struct fixture *f = *state;

	(void)add(f, &f->other, f->number, HEADER_GROUP, WITH_OWN | WITH_OTHER,
	    word(f, "Nord", WITH_OTHER));
	publish(f);
	assert_int_equal(state_of(f), QUERY_GROUP_REMOVED);
}

static void
a_word_that_is_not_here_yet_is_waited_for(void **state)
{
	struct fixture *f = *state;
	struct store_txn *txn;
	uint64_t n;

	(void)say(f, WITH_OWN | WITH_OTHER);
	publish(f);
	n = say(f, WITH_OWN | WITH_OTHER | WITH_THIRD);
	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	press_put(&f->other, txn, false, 0);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	settle(f);
	assert_int_equal(state_of(f), QUERY_GROUP_BEHIND);

	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	press_give(&f->other, txn, n);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	settle(f);
	assert_int_equal(state_of(f), QUERY_GROUP_MEMBER);
}

static void
a_last_word_that_is_erased_closes_the_group(void **state)
{
	struct fixture *f = *state;
	struct header_target target = { .reason = 1 };
	struct press_options erase = { .kind = HEADER_ERASE };
	struct store_txn *txn;
	uint8_t ext[256];
	size_t len;

	(void)say(f, WITH_OWN | WITH_OTHER);
	target.n = say(f, WITH_OTHER);
	memcpy(target.log_id, f->other.log_id, LOG_ID_LEN);
	publish(f);
	assert_int_equal(state_of(f), QUERY_GROUP_REMOVED);
	assert_int_equal(
	    header_erase_encode(&target, 1, ext, sizeof(ext), &len), ERR_NONE);
	erase.ext = (struct bytes){ .data = ext, .len = len };
	(void)press_add(&f->other, &erase, NULL);
	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	press_put(&f->other, txn, false, 0);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	settle(f);
	assert_int_equal(state_of(f), QUERY_GROUP_CLOSED);
}

static void
since_when_a_member_is_in_it_is_known(void **state)
{
	struct fixture *f = *state;
	struct query_group group;
	uint64_t second;

	(void)say(f, WITH_OWN | WITH_OTHER);
	second = f->other.time_ms;
	(void)say(f, WITH_OWN | WITH_OTHER | WITH_THIRD);
	(void)say(f, WITH_OWN | WITH_OTHER | WITH_THIRD);
	publish(f);
	group = read_group(f);
	assert_int_equal(group.nmembers, 3);
	assert_string_equal(group.members[1].org, "fi-564");
	assert_true(group.members[1].since_ms == second);
	assert_true(group.members[0].since_ms < second);
	assert_true(group.members[0].since_ms == group.made_ms);
	assert_true(group.changed_ms > second);
	assert_true(
	    group.members[1].since_arrival > group.members[0].since_arrival);
	query_group_clear(&group);
}

static void
who_has_left_the_network_is_not_sealed_to(void **state)
{
	struct fixture *f = *state;
	struct query_group group;

	(void)say(f, WITH_OWN | WITH_OTHER | WITH_THIRD);
	publish(f);
	(void)press_vouch(&f->own, &f->third, true, 0, NULL);
	directory_free(f->directory);
	f->directory = press_directory(&f->own);
	publish(f);
	group = read_group(f);
	assert_int_equal(group.nmembers, 3);
	assert_int_equal(group.members[1].standing, QUERY_GROUP_LEFT);
	assert_int_equal(group.members[0].standing, QUERY_GROUP_IN);
	query_group_clear(&group);
}

/* ---- what is in it ---- */

static void
entries_are_counted_by_what_can_be_seen_of_them(void **state)
{
	struct fixture *f = *state;
	struct query_group group;

	(void)say(f, WITH_OWN | WITH_OTHER);
	(void)add(f, &f->other, f->number, HEADER_TRIAL, WITH_OTHER,
	    trial(&f->other, "one", 0));
	(void)add(f, &f->other, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->other, "two", 0));
	(void)add(f, &f->own, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->own, "three", 0));
	(void)add(f, &f->own, f->number + 1, HEADER_TRIAL, WITH_OWN,
	    trial(&f->own, "four", 0));
	publish(f);
	group = read_group(f);
	assert_int_equal(group.entries, 3);
	assert_int_equal(group.readable, 2);
	assert_int_equal(group.restricted, 1);
	assert_int_equal(group.own, 1);
	query_group_clear(&group);
}

static void
the_group_of_a_record_is_known(void **state)
{
	struct fixture *f = *state;
	const struct press_options open = { .kind = HEADER_TRIAL };
	struct press_options named = open;
	uint8_t record[RECORD_LEN];
	uint64_t group;
	bool any;

	press_record("public", record);
	named.record = record;
	(void)press_add(
	    &f->own, &named, press_trial("Boliger", NULL, NULL, NULL));
	publish(f);
	assert_int_equal(query_group_any(f->query, &any), ERR_NONE);
	assert_false(any);
	(void)add(f, &f->other, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->other, "two", 0));
	publish(f);
	assert_int_equal(query_group_any(f->query, &any), ERR_NONE);
	assert_true(any);
	assert_int_equal(
	    query_group_of(f->query, "dk-791", record, &group), ERR_NONE);
	assert_true(group == 0);
	press_record("two", record);
	assert_int_equal(
	    query_group_of(f->query, "no-5501", record, &group), ERR_NONE);
	assert_true(group == f->number);
	assert_int_equal(
	    query_group_of(f->query, "dk-791", record, &group), ERR_NOENT);
}

/* What is told of own entries. */
struct told {
	uint64_t n[8];
	size_t count;
};

static enum err
take(void *context, const struct query_group_entry *entry)
{
	struct told *told = context;

	assert_true(told->count < 8);
	told->n[told->count++] = entry->n;
	return ERR_NONE;
}

static void
of_own_versions_the_copy_that_was_sealed_last_is_told(void **state)
{
	struct fixture *f = *state;
	struct query_group group;
	struct told told = { .count = 0 };
	struct told before = { .count = 0 };
	uint64_t first;
	uint64_t second;
	uint64_t copy;

	first = add(f, &f->own, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->own, "one", 0));
	second = add(f, &f->own, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->own, "one", 1));
	(void)add(f, &f->other, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->other, "two", 0));
	publish(f);
	(void)say(f, WITH_OWN | WITH_OTHER | WITH_THIRD);
	publish(f);
	copy = add(f, &f->own, f->number, HEADER_TRIAL, WITH_OWN | WITH_THIRD,
	    trial(&f->own, "one", 0));
	publish(f);
	assert_true(copy > first);
	assert_int_equal(
	    query_group_own(f->query, f->number, UINT64_MAX, take, &told),
	    ERR_NONE);
	assert_int_equal(told.count, 2);
	assert_true(told.n[0] == copy && told.n[1] == second);

	/* That it was sealed anew is why it need not be again. */
	group = read_group(f);
	assert_int_equal(query_group_own(f->query, f->number,
			     group.members[1].since_arrival, take, &before),
	    ERR_NONE);
	assert_int_equal(before.count, 1);
	assert_true(before.n[0] == second);
	query_group_clear(&group);
}

static void
print_own_id(const char *name, char out[RECORD_ID_CHARS + 1])
{
	uint8_t record[RECORD_LEN];

	press_record(name, record);
	record_print("dk-791", record, RECORD_CHARS, out);
}

/* ---- counts that take it in ---- */

static void
counts_tell_how_much_of_them_is_of_a_group(void **state)
{
	struct fixture *f = *state;
	struct press_options open = { .kind = HEADER_PROGRAMME };
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__Table31Request table = ERFA__TABLE31_REQUEST__INIT;
	Erfa__BurdenRequest burden = ERFA__BURDEN_REQUEST__INIT;
	Erfa__Body *body = press_body(HEADER_PROGRAMME);
	Erfa__Answer *answer;
	char id[RECORD_ID_CHARS + 1];
	uint8_t record[RECORD_LEN];

	press_record("programme", record);
	open.record = record;
	(void)press_add(&f->own, &open, body);
	body = trial(&f->own, "one", 0);
	body->trial->programme = press_ref(&f->own, record);
	body->trial->sector = calloc(1, sizeof(*body->trial->sector));
	assert_non_null(body->trial->sector);
	body->trial->sector[0] = ERFA__SECTOR__SECTOR_SCHOOL;
	body->trial->n_sector = 1;
	(void)add(f, &f->own, f->number, HEADER_TRIAL, WITH_OWN, body);
	publish(f);

	request.ask_case = ERFA__REQUEST__ASK_TABLE31;
	request.table31 = &table;
	table.has_from_trials = table.from_trials = true;
	assert_int_equal(query_answer(f->query, &request, &answer), ERR_NONE);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_TABLE31);
	assert_int_equal(answer->table31->n_count, 1);
	assert_int_equal(answer->table31->n_restricted, 1);
	assert_string_equal(answer->table31->restricted[0]->kind, "trial");
	assert_non_null(answer->table31->restricted[0]->group);
	control_free_answer(answer);

	/* What is not counted is not told of. */
	table.from_trials = false;
	assert_int_equal(query_answer(f->query, &request, &answer), ERR_NONE);
	assert_int_equal(answer->table31->n_restricted, 0);
	control_free_answer(answer);

	print_own_id("programme", id);
	burden.id = id;
	request.ask_case = ERFA__REQUEST__ASK_BURDEN;
	request.burden = &burden;
	assert_int_equal(query_answer(f->query, &request, &answer), ERR_NONE);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_BURDEN);
	assert_int_equal(answer->burden->trials, 1);
	assert_int_equal(answer->burden->restricted, 1);
	control_free_answer(answer);
}

/* ---- who only bears its number ---- */

/* What is shown of the record ${name} of ${press}. */
static Erfa__Answer *
ask_show(struct fixture *f, const struct press *press, const char *name)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	char id[RECORD_ID_CHARS + 1];
	uint8_t record[RECORD_LEN];
	Erfa__Answer *answer;

	press_record(name, record);
	record_print(press->org, record, RECORD_CHARS, id);
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	show.id = id;
	assert_int_equal(query_answer(f->query, &request, &answer), ERR_NONE);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_SHOW);
	return answer;
}

/* Is it shown as of the group? */
static bool
is_of_group(struct fixture *f, const struct press *press, const char *name)
{
	Erfa__Answer *answer = ask_show(f, press, name);
	const Erfa__Row *row = answer->show->row;
	bool stranger = row->has_group_stranger && row->group_stranger;

	assert_string_equal(row->state, "here");
	assert_non_null(row->group);
	control_free_answer(answer);
	return !stranger;
}

static void
what_a_stranger_seals_under_its_number_is_not_of_the_group(void **state)
{
	struct fixture *f = *state;
	struct query_group group;

	(void)say(f, WITH_OWN | WITH_OTHER);
	(void)add(f, &f->other, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->other, "one", 0));
	(void)add(f, &f->own, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->own, "two", 0));
	(void)add(f, &f->third, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->third, "three", 0));
	(void)add(f, &f->third, f->number + 1, HEADER_TRIAL, WITH_OWN,
	    trial(&f->third, "four", 0));
	publish(f);
	assert_true(is_of_group(f, &f->other, "one"));
	assert_true(is_of_group(f, &f->own, "two"));
	assert_false(is_of_group(f, &f->third, "three"));

	group = read_group(f);
	assert_int_equal(group.entries, 2);
	assert_int_equal(group.readable, 2);
	query_group_clear(&group);

	/* Of a group that is not known nobody can tell. */
	assert_true(is_of_group(f, &f->third, "four"));
}

static void
who_was_in_it_once_wrote_to_it(void **state)
{
	struct fixture *f = *state;

	(void)say(f, WITH_OWN | WITH_OTHER | WITH_THIRD);
	(void)add(f, &f->third, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->third, "three", 0));
	(void)say(f, WITH_OWN | WITH_OTHER);
	publish(f);
	assert_true(is_of_group(f, &f->third, "three"));
}

/* ---- what an erasure finds of it ---- */

static Erfa__Answer *
ask_erasure(struct fixture *f, const char *id)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ErasureRequest erasure = ERFA__ERASURE_REQUEST__INIT;
	Erfa__Answer *answer;

	request.ask_case = ERFA__REQUEST__ASK_ERASURE;
	request.erasure = &erasure;
	erasure.id = id == NULL ? NULL : strdup(id);
	assert_int_equal(query_answer(f->query, &request, &answer), ERR_NONE);
	free(erasure.id);
	return answer;
}

static void
assert_error(Erfa__Answer *answer, const char *code, unsigned status)
{
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_ERROR);
	assert_string_equal(answer->error->code, code);
	assert_int_equal(answer->error->exit, status);
	control_free_answer(answer);
}

/* The entry of the answer with this chain value. */
static const Erfa__ErasureEntry *
find_entry(const Erfa__Answer *answer, const struct press *press, uint64_t n)
{
	const Erfa__ErasureAnswer *erasure = answer->erasure;
	char c8[2 * C8_LEN + 1];
	size_t i;

	bytes_hex(press->entries[n - 1].tip.c, C8_LEN, c8);
	for (i = 0; i < erasure->n_entry; i++)
		if (strcmp(erasure->entry[i]->c8, c8) == 0) {
			assert_int_equal(erasure->entry[i]->n, n);
			return erasure->entry[i];
		}
	return NULL;
}

/* Put what ${press} says after ${common} beside the own log. */
static void
put_beside(struct fixture *f, const struct press *press, uint64_t common)
{
	struct store_txn *txn;
	uint64_t n;

	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	press_branch(press, txn, common);
	for (n = common + 1; n <= press->count; n++)
		press_give(press, txn, n);
	assert_int_equal(store_commit(&txn), ERR_NONE);
}

/* The own log as it stands, to go another way; and one that comes after it. */
static void
begin_twin(struct fixture *f, struct press *twin, struct press *next)
{
	press_begin(twin, 1, 7, "dk-791");
	(void)press_vouch(twin, &f->other, false, 0, "Troms\xc3\xb8 kommune");
	(void)press_vouch(twin, &f->third, false, 0, NULL);
	press_begin(next, 1, 8, "dk-791");
}

/* Erase the body of one entry of a press, and keep of which record it was. */
static void
erase(struct fixture *f, const struct press *press, uint64_t n, const char *of)
{
	char name[INDEX_TOMB_MAX];
	uint8_t record[RECORD_LEN];
	struct store_txn *txn;

	press_record(of, record);
	index_tomb(press->log_id, n, name);
	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	assert_int_equal(store_erase_entry(txn, press->log_id, n,
			     press->entries[n - 1].tip.c),
	    ERR_NONE);
	assert_int_equal(
	    store_note_put(txn, name, record, RECORD_LEN), ERR_NONE);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	settle(f);
}

static void
restricted_versions_beside_a_forked_log_are_found(void **state)
{
	struct fixture *f = *state;
	const uint64_t n = f->own.count;
	char id[RECORD_ID_CHARS + 1];
	struct press twin;
	struct press next;
	Erfa__Answer *answer;

	/* Stored: one; beside it: another, one again, and one for others. */
	begin_twin(f, &twin, &next);
	(void)add(f, &f->own, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->own, "one", 0));
	(void)add(f, &twin, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->own, "two", 0));
	(void)add(f, &twin, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->own, "one", 1));
	(void)add(f, &twin, f->number, HEADER_TRIAL, WITH_OTHER,
	    trial(&f->own, "one", 2));
	(void)add(f, &next, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->own, "one", 0));
	press_publish(&f->own, f->store, true);
	put_beside(f, &twin, n);
	press_publish(&next, f->store, true);
	settle(f);

	print_own_id("one", id);
	answer = ask_erasure(f, id);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_ERASURE);
	assert_int_equal(answer->erasure->n_entry, 3);
	assert_non_null(find_entry(answer, &f->own, n + 1));
	assert_non_null(find_entry(answer, &next, 2));
	assert_non_null(find_entry(answer, &twin, n + 2));
	assert_string_equal(find_entry(answer, &twin, n + 2)->state, "here");
	assert_true(find_entry(answer, &twin, n + 2)->erasable);
	control_free_answer(answer);

	/* Erased, it is still known what it was of. */
	erase(f, &twin, n + 2, "one");
	answer = ask_erasure(f, id);
	assert_int_equal(answer->erasure->n_entry, 3);
	assert_string_equal(find_entry(answer, &twin, n + 2)->state, "erased");
	assert_string_equal(find_entry(answer, &f->own, n + 1)->state, "here");
	control_free_answer(answer);
	press_end(&twin);
	press_end(&next);
}

static void
public_versions_of_one_number_are_told_apart(void **state)
{
	struct fixture *f = *state;
	const uint64_t n = f->own.count;
	struct press_options options = { .kind = HEADER_TRIAL };
	char id[RECORD_ID_CHARS + 1];
	uint8_t record[RECORD_LEN];
	struct press twin;
	struct press next;
	Erfa__Answer *answer;

	begin_twin(f, &twin, &next);
	press_record("one", record);
	options.record = record;
	(void)press_add(&f->own, &options, press_trial("A", "a", NULL, NULL));
	(void)press_add(&twin, &options, press_trial("B", "b", NULL, NULL));
	(void)press_add(&next, &options, press_trial("A", "a", NULL, NULL));
	press_publish(&f->own, f->store, true);
	put_beside(f, &twin, n);
	press_publish(&next, f->store, true);
	erase(f, &f->own, n + 1, "one");

	print_own_id("one", id);
	answer = ask_erasure(f, id);
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_ERASURE);
	assert_int_equal(answer->erasure->n_entry, 3);
	assert_string_equal(
	    find_entry(answer, &f->own, n + 1)->state, "erased");
	assert_string_equal(find_entry(answer, &twin, n + 1)->state, "here");
	control_free_answer(answer);
	press_end(&twin);
	press_end(&next);
}

static void
erasure_of_what_is_not_clear_is_an_error(void **state)
{
	struct fixture *f = *state;
	char id[RECORD_ID_CHARS + 1];
	char unclear[sizeof("dk-791/x")] = "";
	bool seen[128] = { false };
	char name[16];
	unsigned i;

	/* So many that some ids begin alike: a character has 32 values. */
	for (i = 0; i < 33; i++) {
		(void)snprintf(name, sizeof(name), "trial %u", i);
		(void)add(f, &f->own, f->number, HEADER_TRIAL, WITH_OWN,
		    trial(&f->own, name, 0));
		print_own_id(name, id);
		if (seen[(unsigned char)id[7] & 127])
			(void)snprintf(unclear, sizeof(unclear), "%.8s", id);
		seen[(unsigned char)id[7] & 127] = true;
	}
	publish(f);
	assert_error(ask_erasure(f, unclear), "ambiguous_id", 64);
	assert_error(ask_erasure(f, NULL), "bad_id", 64);
	assert_error(ask_erasure(f, "one"), "bad_id", 64);
	assert_error(ask_erasure(f, "dk-791/zzzzzzzz"), "no_such_trial", 66);

	/* What came since may be one more version. */
	indexer_stop(f->indexer);
	f->indexer = NULL;
	(void)add(f, &f->own, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->own, name, 1));
	press_publish(&f->own, f->store, true);
	assert_error(ask_erasure(f, id), "index_behind", 75);
}

/* ---- what it is called ---- */

static void
a_group_is_found_by_name_or_number(void **state)
{
	struct fixture *f = *state;
	char text[17];
	uint64_t number;
	Erfa__Answer *answer;

	(void)say(f, WITH_OWN | WITH_OTHER);
	publish(f);
	(void)snprintf(
	    text, sizeof(text), "%016llx", (unsigned long long)f->number);
	assert_int_equal(query_group_find(f->query, text, &number), ERR_NONE);
	assert_true(number == f->number);
	text[4] = '\0';
	assert_int_equal(query_group_find(f->query, text, &number), ERR_NONE);
	text[3] = '\0';
	assert_int_equal(query_group_find(f->query, text, &number), ERR_NOENT);
	assert_int_equal(query_group_find(f->query, "Nord", &number), ERR_NONE);
	assert_int_equal(query_group_find(f->query, "", &number), ERR_NOENT);
	assert_int_equal(
	    query_group_find(f->query, "nobody", &number), ERR_NOENT);
	answer = ask(f, "nobody");
	assert_int_equal(answer->say_case, ERFA__ANSWER__SAY_ERROR);
	assert_string_equal(answer->error->code, "no_such_group");
	control_free_answer(answer);

	/* A second one of the same name. */
	memset(f->seed, 7, sizeof(f->seed));
	f->number = sealed_number(f->other.key.public_key, f->seed);
	(void)say(f, WITH_OWN | WITH_OTHER);
	publish(f);
	assert_int_equal(
	    query_group_find(f->query, "Nord", &number), ERR_EXIST);
	answer = ask(f, "Nord");
	assert_string_equal(answer->error->code, "group_unclear");
	control_free_answer(answer);
}

static enum err
check_word(struct fixture *f, uint64_t number, uint64_t seen)
{
	struct store_txn *txn;
	enum err err;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	err = node_group_check(txn, number, seen);
	store_abort(&txn);
	return err;
}

static uint64_t
arrived(struct fixture *f)
{
	struct store_txn *txn;
	uint64_t last;

	assert_int_equal(store_begin(f->store, false, &txn), ERR_NONE);
	last = store_arrival_last(txn);
	store_abort(&txn);
	return last;
}

/* Let a header wait to be signed. */
static void
wait_to_be_signed(struct fixture *f, const struct header *header)
{
	const uint8_t salt[SALT_LEN] = { 0 };
	uint8_t bytes[HEADER_MAX];
	struct store_txn *txn;
	uint64_t ticket;
	size_t len;

	assert_int_equal(
	    header_encode(header, bytes, sizeof(bytes), &len), ERR_NONE);
	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	assert_int_equal(store_outbox_add(txn, (struct bytes){ bytes, len },
			     salt, (struct bytes){ 0 }, &ticket),
	    ERR_NONE);
	assert_int_equal(store_commit(&txn), ERR_NONE);
}

static void
what_was_read_before_a_word_came_says_nothing_of_it(void **state)
{
	struct fixture *f = *state;
	uint64_t before;

	(void)say(f, WITH_OWN | WITH_OTHER);
	publish(f);
	before = arrived(f);
	assert_int_equal(check_word(f, f->number, before), ERR_NONE);

	/* What is no word changes nothing, nor one of another group. */
	(void)add(f, &f->other, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->other, "one", 0));
	(void)add(f, &f->third, f->number + 1, HEADER_GROUP, WITH_OWN,
	    word(f, "Syd", WITH_OWN));
	publish(f);
	assert_int_equal(check_word(f, f->number, before), ERR_NONE);
	(void)say(f, WITH_OTHER | WITH_THIRD);
	publish(f);
	assert_int_equal(check_word(f, f->number, before), ERR_GAP);
	assert_int_equal(check_word(f, f->number, arrived(f)), ERR_NONE);
}

static void
a_word_that_waits_to_be_signed_holds_its_group_up(void **state)
{
	struct fixture *f = *state;
	struct header header = { .kind = HEADER_TRIAL, .group = f->number };

	publish(f);
	wait_to_be_signed(f, &header);
	assert_int_equal(check_word(f, f->number, arrived(f)), ERR_NONE);
	header.kind = HEADER_GROUP;
	wait_to_be_signed(f, &header);
	assert_int_equal(check_word(f, f->number, arrived(f)), ERR_BUSY);
	assert_int_equal(check_word(f, f->number + 1, arrived(f)), ERR_NONE);
}

/* What the index does not follow any more is published. */
static void
publish_unindexed(struct fixture *f)
{
	press_publish(&f->own, f->store, true);
	press_publish(&f->other, f->store, false);
	press_publish(&f->third, f->store, false);
}

static void
a_record_that_the_index_lacks_is_not_taken_for_public(void **state)
{
	struct fixture *f = *state;
	const struct press_options open = { .kind = HEADER_TRIAL };
	struct press_options named = open;
	uint8_t record[RECORD_LEN];
	uint8_t public[RECORD_LEN];
	uint64_t number = 0;
	bool any;

	/* The header of a public one says which it is: it hides nothing. */
	press_record("public", public);
	press_record("two", record);
	publish(f);
	indexer_stop(f->indexer);
	f->indexer = NULL;
	named.record = public;
	(void)press_add(
	    &f->own, &named, press_trial("Boliger", NULL, NULL, NULL));
	(void)say(f, WITH_OWN | WITH_OTHER);
	publish_unindexed(f);
	assert_int_equal(query_group_any(f->query, &any), ERR_NONE);
	assert_false(any);
	assert_int_equal(
	    query_group_of(f->query, "no-5501", record, &number), ERR_NOENT);

	/* A restricted one may be any. */
	(void)add(f, &f->other, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->other, "two", 0));
	publish_unindexed(f);
	assert_int_equal(query_group_any(f->query, &any), ERR_NONE);
	assert_true(any);
	assert_int_equal(
	    query_group_of(f->query, "no-5501", record, &number), ERR_GAP);
	assert_int_equal(
	    query_group_of(f->query, "dk-791", public, &number), ERR_GAP);
	assert_int_equal(number, 0);
}

/* Two thousand are looked through, to see that none is restricted. */
static void
what_the_index_lacks_is_looked_through_if_it_is_not_too_much(void **state)
{
	struct fixture *f = *state;
	const struct press_options open = { .kind = HEADER_TRIAL };
	uint8_t record[RECORD_LEN];
	uint64_t number;
	unsigned i;

	press_record("two", record);
	publish(f);
	indexer_stop(f->indexer);
	f->indexer = NULL;
	for (i = 0; i < 2000; i++)
		(void)press_add(
		    &f->own, &open, press_trial("Boliger", NULL, NULL, NULL));
	publish_unindexed(f);
	assert_int_equal(
	    query_group_of(f->query, "no-5501", record, &number), ERR_NOENT);
	(void)press_add(
	    &f->own, &open, press_trial("Boliger", NULL, NULL, NULL));
	publish_unindexed(f);
	assert_int_equal(
	    query_group_of(f->query, "no-5501", record, &number), ERR_GAP);
}

static void
while_the_index_is_built_anew_nothing_is_taken_for_public(void **state)
{
	struct fixture *f = *state;
	uint8_t record[RECORD_LEN];
	struct query_group group;
	uint64_t number = 0;
	bool any;

	press_record("two", record);
	(void)say(f, WITH_OWN | WITH_OTHER);
	(void)add(f, &f->other, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->other, "two", 0));
	publish(f);
	group = read_group(f);
	assert_int_equal(group.seen, arrived(f));
	query_group_clear(&group);
	indexer_stop(f->indexer);
	f->indexer = NULL;
	assert_int_equal(index_rebuild(f->index, f->store), ERR_NONE);
	assert_int_equal(query_group_any(f->query, &any), ERR_NONE);
	assert_true(any);
	assert_int_equal(
	    query_group_of(f->query, "no-5501", record, &number), ERR_GAP);

	/* Nor is what it says of a group taken for the last word. */
	group = read_group(f);
	assert_int_equal(group.seen, 0);
	assert_int_equal(check_word(f, f->number, group.seen), ERR_GAP);
	query_group_clear(&group);
}

/* Anybody may make a group, let this node in, and call it what he likes. */
static void
a_group_called_as_the_number_of_another_is_not_it(void **state)
{
	struct fixture *f = *state;
	uint64_t first = f->number;
	uint64_t number;
	char text[17];

	(void)say(f, WITH_OWN | WITH_OTHER);
	(void)snprintf(
	    text, sizeof(text), "%016llx", (unsigned long long)first);
	memset(f->seed, 7, sizeof(f->seed));
	f->number = sealed_number(f->other.key.public_key, f->seed);
	(void)add(f, &f->other, f->number, HEADER_GROUP, WITH_OWN | WITH_OTHER,
	    word(f, text, WITH_OWN | WITH_OTHER));
	publish(f);
	assert_int_equal(query_group_find(f->query, text, &number), ERR_NONE);
	assert_true(number == first);

	/* Of a part of it nobody can tell. */
	text[8] = '\0';
	memset(f->seed, 8, sizeof(f->seed));
	f->number = sealed_number(f->other.key.public_key, f->seed);
	(void)add(f, &f->other, f->number, HEADER_GROUP, WITH_OWN | WITH_OTHER,
	    word(f, text, WITH_OWN | WITH_OTHER));
	publish(f);
	assert_int_equal(query_group_find(f->query, text, &number), ERR_EXIST);
}

static void
a_group_is_shown_with_its_members(void **state)
{
	struct fixture *f = *state;
	const Erfa__GroupView *view;
	Erfa__Answer *answer;

	(void)say(f, WITH_OWN | WITH_OTHER);
	publish(f);
	answer = ask(f, "Nord");
	assert_int_equal(answer->group->n_group, 1);
	view = answer->group->group[0];
	assert_string_equal(view->name, "Nord");
	assert_string_equal(view->state, "member");
	assert_string_equal(view->founder_org, "no-5501");
	assert_false(view->founder);
	assert_int_equal(view->n_member, 2);
	assert_string_equal(view->member[0]->state, "in");
	assert_true(view->member[0]->own);
	assert_string_equal(view->member[1]->name, "Troms\xc3\xb8 kommune");
	assert_int_equal(strlen(view->member[1]->check_number), 29);
	control_free_answer(answer);
}

static void
a_restricted_record_is_shown_with_its_group(void **state)
{
	struct fixture *f = *state;
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ListRequest list = ERFA__LIST_REQUEST__INIT;
	Erfa__Answer *answer;

	(void)say(f, WITH_OWN | WITH_OTHER);
	(void)add(f, &f->other, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->other, "two", 3));
	(void)add(f, &f->other, f->number, HEADER_TRIAL, WITH_OTHER,
	    trial(&f->other, "three", 3));
	publish(f);
	request.ask_case = ERFA__REQUEST__ASK_LIST;
	request.list = &list;
	assert_int_equal(query_answer(f->query, &request, &answer), ERR_NONE);
	assert_int_equal(answer->list->n_row, 1);
	assert_string_equal(answer->list->row[0]->title, "Lukket pilot");
	assert_string_equal(answer->list->row[0]->state, "here");
	assert_string_equal(answer->list->row[0]->group_name, "Nord");
	assert_int_equal(strlen(answer->list->row[0]->group), 16);
	control_free_answer(answer);
}

static void
a_record_is_found_by_its_id(void **state)
{
	struct fixture *f = *state;
	char org[ORG_MAX + 1];
	char id[RECORD_ID_CHARS + 1];
	uint8_t record[RECORD_LEN];
	uint8_t found[RECORD_LEN];

	(void)add(f, &f->other, f->number, HEADER_TRIAL, WITH_OWN,
	    trial(&f->other, "two", 3));
	publish(f);
	press_record("two", record);
	record_print("no-5501", record, RECORD_SHOWN, id);
	assert_int_equal(query_find_record(f->query, id, org, found), ERR_NONE);
	assert_string_equal(org, "no-5501");
	assert_memory_equal(found, record, RECORD_LEN);
	assert_int_equal(
	    query_find_record(f->query, "no-5501/zzzz", org, found), ERR_NOENT);
	assert_int_equal(
	    query_find_record(f->query, "noise", org, found), ERR_NOENT);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_word_of_the_founder_says_who_is_in_it),
		T(a_group_that_nothing_tells_of_is_unknown),
		T(somebody_elses_word_is_ignored),
		T(who_is_taken_out_knows_it_and_not_who_is_in),
		T(a_word_that_is_published_again_does_not_go_before_a_later_one),
		T(who_is_sealed_to_and_not_named_is_not_in_it),
		T(a_word_that_is_not_here_yet_is_waited_for),
		T(a_last_word_that_is_erased_closes_the_group),
		T(since_when_a_member_is_in_it_is_known),
		T(who_has_left_the_network_is_not_sealed_to),
		T(entries_are_counted_by_what_can_be_seen_of_them),
		T(the_group_of_a_record_is_known),
		T(of_own_versions_the_copy_that_was_sealed_last_is_told),
		T(counts_tell_how_much_of_them_is_of_a_group),
		T(what_a_stranger_seals_under_its_number_is_not_of_the_group),
		T(who_was_in_it_once_wrote_to_it),
		T(restricted_versions_beside_a_forked_log_are_found),
		T(public_versions_of_one_number_are_told_apart),
		T(erasure_of_what_is_not_clear_is_an_error),
		T(a_group_is_found_by_name_or_number),
		T(what_was_read_before_a_word_came_says_nothing_of_it),
		T(a_word_that_waits_to_be_signed_holds_its_group_up),
		T(a_record_that_the_index_lacks_is_not_taken_for_public),
		T(what_the_index_lacks_is_looked_through_if_it_is_not_too_much),
		T(while_the_index_is_built_anew_nothing_is_taken_for_public),
		T(a_group_called_as_the_number_of_another_is_not_it),
		T(a_group_is_shown_with_its_members),
		T(a_restricted_record_is_shown_with_its_group),
		T(a_record_is_found_by_its_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
