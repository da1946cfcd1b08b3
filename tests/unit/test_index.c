#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/header.h"
#include "proto/record.h"
#include "proto/sealed.h"
#include "daemon/ahead.h"
#include "daemon/facts.h"
#include "daemon/index.h"
#include "daemon/indexer.h"
#include "daemon/search.h"
#include "daemon/store.h"
#include "tests/unit/press.h"
#include "tests/unit/scratch.h"

#define MAP_BYTES ((size_t)256 << 20)
#define WAIT_MS   20000

struct fixture {
	char *dir;
	char *index_path;
	struct store *store;
	struct index *index;
	struct press press;
	uint8_t record[RECORD_LEN];
	struct sealed_ring ring; /* what this node reads with */
};

static void
open_store(struct fixture *f)
{
	const struct store_options options = {
		.dir = f->dir,
		.map_bytes = MAP_BYTES,
	};

	assert_int_equal(store_open(&options, &f->store), ERR_NONE);
}

static void
close_store(struct fixture *f)
{
	store_close(f->store);
	f->store = NULL;
}

static enum err
open_index(struct fixture *f)
{
	const uint8_t seed[SEED_LEN] = { 42 };
	const struct index_options options = {
		.path = f->index_path,
		.map_bytes = MAP_BYTES,
		.ring = &f->ring,
	};

	crypto_key_from_seed(seed, &f->ring.keys[0]);
	f->ring.count = 1;
	return index_open(&options, &f->index);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	bool rebuilt;

	if (f == NULL || crypto_init() != ERR_NONE)
		return -1;
	*state = f;
	if ((f->dir = scratch_make()) == NULL ||
	    (f->index_path = scratch_path(f->dir, "index")) == NULL)
		return -1;
	open_store(f);
	press_begin(&f->press, 1, 7, "dk-791");
	press_record("one", f->record);
	if (open_index(f) != ERR_NONE)
		return -1;
	return index_match(f->index, f->store, &rebuilt) == ERR_NONE ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	index_close(f->index);
	store_close(f->store);
	press_end(&f->press);
	free(f->index_path);
	scratch_remove(f->dir);
	free(f);
	return 0;
}

/* Take in all that arrived, ${batch} entries a transaction. */
static void
follow(struct fixture *f, struct index *index, unsigned batch)
{
	struct index_txn *txn;
	struct store_txn *store_txn;
	struct store_entry entry;
	struct ahead *ahead;
	unsigned count;

	assert_int_equal(ahead_new(&ahead), ERR_NONE);
	do {
		assert_int_equal(index_begin(index, true, &txn), ERR_NONE);
		assert_int_equal(
		    store_begin(f->store, false, &store_txn), ERR_NONE);
		assert_int_equal(
		    ahead_scan(ahead, store_txn, index_arrival(txn)), ERR_NONE);
		for (count = 0; count < batch &&
		     store_arrival_next(
			 store_txn, index_arrival(txn), &entry) == ERR_NONE;
		     count++)
			assert_int_equal(index_add(txn, store_txn, &entry,
					     ahead_again(ahead, &entry)),
			    ERR_NONE);
		store_abort(&store_txn);
		assert_int_equal(index_commit(&txn), ERR_NONE);
		assert_null(txn);
	} while (count == batch);
	ahead_free(ahead);
}

static uint64_t
add_trial(struct fixture *f, const uint8_t *record, Erfa__Body *body)
{
	const struct press_options options = {
		.kind = HEADER_TRIAL,
		.topic = 10,
		.record = record,
	};

	return press_add(&f->press, &options, body);
}

/* Put headers up to ${last} into the store, without their bodies. */
static void
put(struct fixture *f, uint64_t last)
{
	struct store_txn *txn;

	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	press_put(&f->press, txn, false, last);
	assert_int_equal(store_commit(&txn), ERR_NONE);
}

static void
give(struct fixture *f, uint64_t n)
{
	struct store_txn *txn;

	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	press_give(&f->press, txn, n);
	assert_int_equal(store_commit(&txn), ERR_NONE);
}

static struct index_row
row_at(struct fixture *f, uint64_t n)
{
	struct index_txn *txn;
	struct index_row row;

	assert_int_equal(index_begin(f->index, false, &txn), ERR_NONE);
	assert_int_equal(index_row_at(txn, f->press.log_id, n, &row), ERR_NONE);
	index_abort(&txn);
	return row;
}

static bool
count_doc(void *context, uint32_t doc, uint8_t kind)
{
	unsigned *found = context;

	(void)doc;
	(void)kind;
	++*found;
	return true;
}

/* How many entries hold a word, those that are gone left out. */
static unsigned
count_word(struct fixture *f, const char *word)
{
	struct index_txn *txn;
	struct search *search;
	unsigned found = 0;

	assert_int_equal(index_begin(f->index, false, &txn), ERR_NONE);
	assert_int_equal(index_search(txn, &search), ERR_NONE);
	assert_int_equal(
	    search_each(search, SEARCH_WORD, word, count_doc, &found),
	    ERR_NONE);
	index_abort(&txn);
	return found;
}

/* Have the search index put in order. */
static void
tend(struct index *index)
{
	bool done = true;

	while (done)
		assert_int_equal(index_tend(index, &done), ERR_NONE);
}

/* ---- everything that an index says, as text ---- */

struct dump {
	char *text;
	size_t len;
	FILE *file;
};

static enum err
dump_row(void *context, const struct index_row *row)
{
	const struct dump *dump = context;
	char record[2 * RECORD_LEN + 1];
	char external[2 * INDEX_HASH_LEN + 1];

	bytes_hex(row->record, RECORD_LEN, record);
	bytes_hex(row->external, INDEX_HASH_LEN, external);
	(void)fprintf(dump->file,
	    "%u: %u/%llu arrival %llu shown %llu kind %u v%u.%u sectors %x "
	    "state %d %s %s %s %d%d%d%d\n",
	    row->doc, row->log, (unsigned long long)row->n,
	    (unsigned long long)row->arrival, (unsigned long long)row->shown,
	    row->kind, row->major, row->minor, row->sectors, (int)row->state,
	    record, external, row->country, row->has_record, row->has_commit,
	    row->has_external, row->transcribed);
	return ERR_NONE;
}

/* A term, and the documents that hold it. */
struct term_dump {
	const struct dump *dump;
	struct search *search;
	enum search_term kind;
};

static bool
dump_doc(void *context, uint32_t doc, uint8_t kind)
{
	const struct term_dump *term = context;

	(void)fprintf(term->dump->file, " %u/%u", doc, kind);
	return true;
}

static bool
dump_term(void *context, const char *text, uint32_t docs)
{
	struct term_dump *term = context;

	(void)docs; /* of one part */
	(void)fprintf(term->dump->file, "term %c %s:", (int)term->kind, text);
	assert_int_equal(
	    search_each(term->search, term->kind, text, dump_doc, term),
	    ERR_NONE);
	(void)fprintf(term->dump->file, "\n");
	return true;
}

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sort the lines of a text. */
static char *
sort_text(char *text)
{
	char **lines = calloc(strlen(text) + 1, sizeof(*lines));
	char *sorted = calloc(1, strlen(text) + 2);
	char *line;
	size_t count = 0;
	size_t i;

	assert_non_null(lines);
	assert_non_null(sorted);
	for (line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		lines[count++] = line;
	qsort(lines, count, sizeof(*lines), compare_lines);
	for (i = 0; i < count; i++) {
		if (i > 0 && strcmp(lines[i], lines[i - 1]) == 0)
			continue; /* a term of several parts */
		(void)strcat(sorted, lines[i]);
		(void)strcat(sorted, "\n");
	}
	free(lines);
	free(text);
	return sorted;
}

static enum err
dump_ref(void *context, uint32_t doc, const char *org)
{
	const struct dump *dump = context;

	(void)fprintf(dump->file, "ref %u %s\n", doc, org);
	return ERR_NONE;
}

/* Write down all of an index; free the text. */
static char *
dump_index(struct index *index, const uint8_t record[RECORD_LEN])
{
	static const enum search_term kinds[] = { SEARCH_WORD, SEARCH_EXACT,
		SEARCH_STEM, SEARCH_CONCEPT, SEARCH_NAME, SEARCH_FACET };
	struct dump dump = { .text = NULL };
	struct term_dump term = { .dump = &dump };
	struct index_txn *txn;
	struct index_row row;
	uint64_t after = 0;
	size_t i;

	tend(index);
	dump.file = open_memstream(&dump.text, &dump.len);
	assert_non_null(dump.file);
	assert_int_equal(index_begin(index, false, &txn), ERR_NONE);
	(void)fprintf(dump.file, "arrival %llu docs %u logs %u\n",
	    (unsigned long long)index_arrival(txn), index_docs(txn),
	    index_logs(txn));
	assert_int_equal(index_each_row(txn, dump_row, &dump), ERR_NONE);
	while (index_shown_next(txn, after, &row) == ERR_NONE) {
		(void)fprintf(dump.file, "shown %u\n", row.doc);
		after = row.shown;
	}
	assert_int_equal(
	    index_each_ref(txn, record, dump_ref, &dump), ERR_NONE);

	/* In which parts words lie depends on history; what they say not. */
	assert_int_equal(index_search(txn, &term.search), ERR_NONE);
	assert_true(search_parts(term.search) < 12);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		term.kind = kinds[i];
		assert_int_equal(search_starting(term.search, term.kind, "",
				     dump_term, &term, 100000),
		    ERR_NONE);
	}
	index_abort(&txn);
	(void)fclose(dump.file);
	return sort_text(dump.text);
}

/* Build a second index from the same store and compare. */
static void
assert_rebuild_is_equal(struct fixture *f)
{
	char *path = scratch_path(f->dir, "index2");
	const struct index_options options = {
		.path = path,
		.map_bytes = MAP_BYTES,
		.ring = &f->ring,
	};
	struct index *again;
	bool rebuilt;
	char *one;
	char *two;

	assert_int_equal(index_open(&options, &again), ERR_NONE);
	assert_int_equal(index_match(again, f->store, &rebuilt), ERR_NONE);
	follow(f, again, 1000);
	one = dump_index(f->index, f->record);
	two = dump_index(again, f->record);
	assert_string_equal(one, two);
	free(one);
	free(two);
	index_close(again);
	(void)unlink(path);
	free(path);
}

/* ---- facts ---- */

static enum err
count_ref(void *context, const struct facts_ref *ref)
{
	size_t *count = context;

	assert_string_equal(ref->org, "no-5501");
	return ++*count == 2000 ? ERR_BUSY : ERR_NONE;
}

/* Of many references some are taken, and all are told to who asks for them. */
static void
references_are_told_however_many_they_are(void **state)
{
	Erfa__Body *body = press_trial("Mange", NULL, NULL, NULL);
	char id[RECORD_ID_CHARS + 1];
	struct facts_ref refs[FACTS_REFS_MAX];
	uint8_t record[RECORD_LEN] = { 0 };
	size_t wanted = FACTS_REFS_MAX + 2;
	size_t count = 0;
	size_t i;

	(void)state;
	body->envelope->same_as = calloc(wanted, sizeof(void *));
	assert_non_null(body->envelope->same_as);
	for (i = 0; i < wanted; i++) {
		Erfa__RecordRef *ref = calloc(1, sizeof(*ref));

		assert_non_null(ref);
		erfa__record_ref__init(ref);
		record[0] = (uint8_t)i;
		record_print("no-5501", record, RECORD_CHARS, id);
		ref->id = strdup(id);
		body->envelope->same_as[body->envelope->n_same_as++] = ref;
	}
	assert_int_equal(facts_refs(body, refs), FACTS_REFS_MAX);
	assert_int_equal(facts_each_ref(body, count_ref, &count), ERR_NONE);
	assert_int_equal(count, wanted);
	count = 1999;
	assert_int_equal(facts_each_ref(body, count_ref, &count), ERR_BUSY);
	assert_int_equal(count, 2000);
	body_free(body);
}

static void
facts_are_taken_from_a_trial(void **state)
{
	Erfa__Body *body = press_trial(
	    "Boliger til unge", NULL, "id-1", "no-5501 Troms\xc3\xb8");
	struct facts facts;
	char text[FACTS_TEXT_MAX];
	size_t cut;

	(void)state;
	body->trial->has_status = true;
	body->trial->status = ERFA__STATUS__STATUS_ENDED;
	body->trial->period = calloc(1, sizeof(*body->trial->period));
	erfa__period__init(body->trial->period);
	body->trial->period->start = strdup("2012-07");
	facts_read(body, &facts);
	assert_int_equal(facts.kind, HEADER_TRIAL);
	assert_int_equal(facts.major, 1);
	assert_string_equal(facts.country, "NO");
	assert_true(facts.transcribed && facts.has_external);
	facts_status(body, text);
	assert_string_equal(text, "ended");
	facts_period(body, text);
	assert_string_equal(text, "2012-07 -");
	assert_string_equal(facts_title(body, &cut), "Boliger til unge");
	assert_int_equal(cut, 16);
	body_free(body);
}

static void
a_country_is_read_from_an_org(void **state)
{
	char country[3];

	(void)state;
	facts_country("dk-791", country);
	assert_string_equal(country, "DK");
	facts_country("fi", country);
	assert_string_equal(country, "FI");
	facts_country("viborg", country);
	assert_string_equal(country, "");
	facts_country("", country);
	assert_string_equal(country, "");
}

/* ---- rows ---- */

static void
a_row_says_what_header_and_body_say(void **state)
{
	struct fixture *f = *state;
	struct index_row row;
	uint64_t n;

	n = add_trial(f, f->record,
	    press_trial("Boliger", "Om plejehjem", "x-1", "fi-564 Oulu"));
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	row = row_at(f, n);
	assert_int_equal(row.kind, HEADER_TRIAL);
	assert_int_equal(row.state, INDEX_HERE);
	assert_int_equal(row.major, 1);
	assert_int_equal(row.sectors, facts_sector(10));
	assert_true(row.has_record && row.has_external && row.transcribed);
	assert_memory_equal(row.record, f->record, RECORD_LEN);
	assert_string_equal(row.country, "FI");
	assert_int_equal(row.arrival, 2);
	assert_int_equal(row.shown, 2);
	assert_int_equal(count_word(f, "boliger"), 1);
	assert_int_equal(count_word(f, "plejehjem"), 1);
	assert_int_equal(count_word(f, "oulu"), 1);
	row = row_at(f, 1);
	assert_int_equal(row.kind, HEADER_GENESIS);
	assert_int_equal(row.state, INDEX_BARE);
}

static void
an_absent_body_is_taken_in_when_it_comes(void **state)
{
	struct fixture *f = *state;
	uint64_t n = add_trial(
	    f, f->record, press_trial("Boliger", NULL, NULL, NULL));

	put(f, 0);
	follow(f, f->index, 1000);
	assert_int_equal(row_at(f, n).state, INDEX_ABSENT);
	assert_int_equal(row_at(f, n).shown, 0);
	assert_int_equal(count_word(f, "boliger"), 0);
	give(f, n);
	follow(f, f->index, 1000);
	assert_int_equal(row_at(f, n).state, INDEX_HERE);
	assert_int_equal(row_at(f, n).arrival, 2);
	assert_int_equal(row_at(f, n).shown, 3);
	assert_int_equal(count_word(f, "boliger"), 1);
	assert_rebuild_is_equal(f);
}

/* The index trails: header and body are both there when it comes by. */
static void
a_trailing_index_tells_an_entry_at_its_bodys_arrival(void **state)
{
	struct fixture *f = *state;
	uint64_t first = add_trial(
	    f, f->record, press_trial("Boliger", NULL, NULL, NULL));
	uint64_t last = 0;
	unsigned i;

	for (i = 0; i < 20; i++)
		last = add_trial(
		    f, NULL, press_trial("Andet", NULL, NULL, NULL));
	put(f, 0);
	give(f, last);
	give(f, first);

	/* In small transactions, so that the arrivals lie in different ones. */
	follow(f, f->index, 3);
	assert_int_equal(row_at(f, last).shown, last + 1);
	assert_int_equal(row_at(f, first).shown, last + 2);
	assert_rebuild_is_equal(f);
}

struct refs {
	uint32_t doc[8];
	char org[8][ORG_MAX + 1];
	size_t count;
};

static enum err
take_ref(void *context, uint32_t doc, const char *org)
{
	struct refs *refs = context;

	assert_true(refs->count < 8);
	refs->doc[refs->count] = doc;
	memcpy(refs->org[refs->count++], org, strlen(org) + 1);
	return ERR_NONE;
}

static struct refs
refs_to(struct fixture *f, const uint8_t record[RECORD_LEN])
{
	struct refs refs = { .count = 0 };
	struct index_txn *txn;

	assert_int_equal(index_begin(f->index, false, &txn), ERR_NONE);
	assert_int_equal(
	    index_each_ref(txn, record, take_ref, &refs), ERR_NONE);
	index_abort(&txn);
	return refs;
}

#define GROUP 5

/* Write a trial of a group, sealed to this node or to somebody else. */
static uint64_t
add_sealed(struct fixture *f, bool ours, Erfa__Body *body)
{
	const struct press_options options = {
		.kind = HEADER_TRIAL,
		.group = GROUP,
	};
	const uint8_t *key = ours ? f->ring.keys[0].curve_public :
				    f->press.key.curve_public;
	uint8_t members[1][KEY_LEN];
	uint8_t *plain;
	uint8_t *p;
	size_t len;
	uint64_t n;

	memcpy(members[0], key, KEY_LEN);
	assert_int_equal(body_encode(body, &plain, &len), ERR_NONE);
	body_free(body);
	assert_int_equal(sealed_seal(plain, len,
			     (const uint8_t(*)[KEY_LEN])members, 1, &p, &len),
	    ERR_NONE);
	n = press_add_sealed(&f->press, &options, p, len);
	free(plain);
	free(p);
	return n;
}

static void
what_cannot_be_read_is_listed_as_such(void **state)
{
	struct fixture *f = *state;
	const struct press_options odd = { .kind = 77, .record = f->record };
	const struct press_options trial = {
		.kind = HEADER_TRIAL,
		.record = f->record,
	};
	const struct press_options sealed = {
		.kind = HEADER_TRIAL,
		.group = 5,
	};
	uint64_t noise = press_add_raw(&f->press, "\xff\xff", 2, NULL, 0);
	uint64_t unknown = press_add_sealed(&f->press, &odd, "\xff", 1);
	uint64_t broken = press_add_sealed(&f->press, &trial, "\xff", 1);
	uint64_t other = press_add(&f->press, &trial, press_body(3));
	uint64_t closed = press_add_sealed(&f->press, &sealed, "sealed", 6);
	uint64_t theirs = add_sealed(f, false, press_body(HEADER_TRIAL));

	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	assert_int_equal(row_at(f, noise).state, INDEX_UNREADABLE);
	assert_int_equal(row_at(f, noise).kind, 0);
	assert_int_equal(row_at(f, unknown).state, INDEX_HERE);
	assert_int_equal(row_at(f, unknown).kind, 77);
	assert_int_equal(row_at(f, broken).state, INDEX_UNREADABLE);
	assert_int_equal(row_at(f, other).state, INDEX_UNREADABLE);
	assert_int_equal(row_at(f, closed).state, INDEX_UNREADABLE);
	assert_false(row_at(f, closed).has_record);
	assert_int_equal(row_at(f, theirs).state, INDEX_RESTRICTED);
	assert_false(row_at(f, theirs).has_record);
	assert_rebuild_is_equal(f);
}

static Erfa__Body *
secret_trial(struct fixture *f, unsigned minor)
{
	Erfa__Body *body = press_trial(
	    "Hemmeligheder", "Frugtsommelighed", NULL, "dk-791 Viborg");
	char id[RECORD_ID_CHARS + 1];
	uint8_t other[RECORD_LEN];

	record_print("dk-791", f->record, RECORD_CHARS, id);
	free(body->envelope->id);
	body->envelope->id = strdup(id);
	assert_non_null(body->envelope->id);
	body->envelope->has_minor = true;
	body->envelope->minor = minor;
	press_record("other", other);
	body->trial->part_of = press_ref(&f->press, other);
	return body;
}

static void
what_is_sealed_to_this_node_is_read_like_what_is_public(void **state)
{
	struct fixture *f = *state;
	uint8_t other[RECORD_LEN];
	uint64_t n = add_sealed(f, true, secret_trial(f, 3));
	uint64_t theirs = add_sealed(f, false, secret_trial(f, 4));

	press_record("other", other);
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	assert_int_equal(row_at(f, n).state, INDEX_HERE);
	assert_true(row_at(f, n).has_record);
	assert_memory_equal(row_at(f, n).record, f->record, RECORD_LEN);
	assert_int_equal(row_at(f, n).major, 1);
	assert_int_equal(row_at(f, n).minor, 3);
	assert_string_equal(row_at(f, n).country, "DK");
	assert_int_equal(row_at(f, theirs).state, INDEX_RESTRICTED);
	assert_int_equal(row_at(f, theirs).minor, 0);
	assert_string_equal(row_at(f, theirs).country, "");
	assert_int_equal(count_word(f, "hemmeligheder"), 1);
	assert_int_equal(refs_to(f, other).count, 1);
	assert_rebuild_is_equal(f);
}

static void
what_is_sealed_anew_is_told_once(void **state)
{
	struct fixture *f = *state;
	uint64_t n = add_sealed(f, true, secret_trial(f, 0));
	uint64_t again = add_sealed(f, true, secret_trial(f, 0));
	uint64_t next = add_sealed(f, true, secret_trial(f, 1));

	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	assert_memory_equal(
	    row_at(f, n).commit, row_at(f, again).commit, INDEX_HASH_LEN);
	assert_memory_not_equal(
	    row_at(f, n).commit, row_at(f, next).commit, INDEX_HASH_LEN);
	assert_true(row_at(f, n).shown != 0);
	assert_true(row_at(f, again).shown == 0);
	assert_true(row_at(f, next).shown != 0);
}

/* Count entries, and see that they come by group. */
struct sealed_rows {
	uint64_t last;
	unsigned count;
};

static enum err
count_sealed(void *context, uint64_t group, uint32_t doc)
{
	struct sealed_rows *rows = context;

	assert_true(group >= rows->last);
	assert_true(doc > 0);
	rows->last = group;
	return ++rows->count == 100 ? ERR_EXIST : ERR_NONE;
}

static void
entries_of_a_group_are_found_whether_they_can_be_read(void **state)
{
	struct fixture *f = *state;
	const struct press_options far = { .kind = HEADER_TRIAL,
		.group = UINT64_MAX };
	struct sealed_rows rows = { 0 };
	struct index_txn *txn;

	(void)press_add_sealed(&f->press, &far, "noise", 5);
	(void)add_sealed(f, true, secret_trial(f, 0));
	(void)add_sealed(f, false, secret_trial(f, 1));
	(void)add_trial(
	    f, NULL, press_trial("Boliger for alle", NULL, NULL, NULL));
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	assert_int_equal(index_begin(f->index, false, &txn), ERR_NONE);
	assert_int_equal(
	    index_each_sealed(txn, 0, count_sealed, &rows), ERR_NONE);
	assert_int_equal(rows.count, 3);
	rows = (struct sealed_rows){ 0 };
	assert_int_equal(
	    index_each_sealed(txn, GROUP, count_sealed, &rows), ERR_NONE);
	assert_int_equal(rows.count, 2);
	rows = (struct sealed_rows){ .count = 99 };
	assert_int_equal(
	    index_each_sealed(txn, GROUP, count_sealed, &rows), ERR_EXIST);
	rows = (struct sealed_rows){ 0 };
	assert_int_equal(
	    index_each_sealed(txn, 7, count_sealed, &rows), ERR_NONE);
	assert_int_equal(rows.count, 0);
	index_abort(&txn);
}

static void
version_and_references_are_read_from_the_header(void **state)
{
	struct fixture *f = *state;
	struct header_about about[2] = { { .major = 3, .minor = 2 },
		{ .org = "no-5501", .major = 1 } };
	struct press_options options = {
		.kind = HEADER_ADAPTATION,
		.about = about,
		.nabout = 2,
	};
	uint8_t other[RECORD_LEN];
	struct refs refs;
	uint64_t n;

	press_record("other", other);
	press_record("self", about[0].record);
	memcpy(about[1].record, other, RECORD_LEN);
	options.record = about[0].record;
	n = press_add(&f->press, &options, press_body(HEADER_ADAPTATION));
	put(f, 0);
	follow(f, f->index, 1000);

	/* All of that without the body. */
	assert_int_equal(row_at(f, n).state, INDEX_ABSENT);
	assert_int_equal(row_at(f, n).major, 3);
	assert_int_equal(row_at(f, n).minor, 2);
	refs = refs_to(f, other);
	assert_int_equal(refs.count, 1);
	assert_string_equal(refs.org[0], "no-5501");
	assert_int_equal(refs.doc[0], row_at(f, n).doc);
	assert_int_equal(refs_to(f, about[0].record).count, 0);
}

static void
references_are_read_from_the_body(void **state)
{
	struct fixture *f = *state;
	const struct press_options options = { .kind = HEADER_DECISION };
	Erfa__Body *body = press_body(HEADER_DECISION);
	struct refs refs;

	body->decision->trial = press_ref(&f->press, f->record);
	body->decision->replaced_by = press_ref(&f->press, f->record);
	(void)press_add(&f->press, &options, body);
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	refs = refs_to(f, f->record);
	assert_int_equal(refs.count, 1);
	assert_string_equal(refs.org[0], "dk-791");
}

static void
what_is_published_again_is_told_once(void **state)
{
	struct fixture *f = *state;
	struct press again;
	struct index_txn *txn;
	struct index_row row;
	uint64_t n = add_trial(
	    f, f->record, press_trial("Boliger", NULL, NULL, NULL));

	press_begin(&again, 1, 8, "dk-791");
	(void)press_again(&again, &f->press, n);
	press_publish(&f->press, f->store, false);
	press_publish(&again, f->store, false);
	follow(f, f->index, 1000);
	assert_int_equal(index_begin(f->index, false, &txn), ERR_NONE);
	assert_int_equal(index_docs(txn), 4);
	assert_int_equal(index_logs(txn), 2);
	assert_int_equal(index_shown_next(txn, 2, &row), ERR_NONE);
	assert_int_equal(row.shown, 3); /* GENESIS of the second log */
	assert_int_equal(index_shown_next(txn, 3, &row), ERR_NOENT);
	assert_int_equal(index_shown_next(txn, UINT64_MAX, &row), ERR_NOENT);
	assert_int_equal(index_row_at(txn, again.log_id, 2, &row), ERR_NONE);
	assert_int_equal(row.shown, 0);
	assert_int_equal(index_row_at(txn, again.log_id, 9, &row), ERR_NOENT);
	assert_int_equal(index_row(txn, 99, &row), ERR_NOENT);
	index_abort(&txn);
	press_end(&again);
}

/* ---- erasure ---- */

/* Write an ERASE that names ${n} of a log. */
static void
erase_by(struct press *press, const uint8_t log_id[LOG_ID_LEN], uint64_t n)
{
	struct header_target target = { .n = n, .reason = 1 };
	struct press_options options = { .kind = HEADER_ERASE };
	uint8_t ext[256];
	size_t len;

	memcpy(target.log_id, log_id, LOG_ID_LEN);
	assert_int_equal(
	    header_erase_encode(&target, 1, ext, sizeof(ext), &len), ERR_NONE);
	options.ext = (struct bytes){ .data = ext, .len = len };
	(void)press_add(press, &options, NULL);
}

static void
add_erase(struct fixture *f, uint64_t n)
{
	erase_by(&f->press, f->press.log_id, n);
}

static void
organisations_are_kept_of_what_a_source_tells(void **state)
{
	struct fixture *f = *state;
	static const char named[] = "fi-564";
	struct index_txn *txn;
	struct bytes orgs;
	uint64_t told;
	uint64_t own;

	told = add_trial(f, f->record,
	    press_trial("Boliger", "Om plejehjem", "x-1", "fi-564 Oulu"));
	own = add_trial(
	    f, NULL, press_trial("Boliger", NULL, NULL, "fi-564 Oulu"));
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	assert_int_equal(index_begin(f->index, false, &txn), ERR_NONE);
	assert_int_equal(index_orgs(txn, row_at(f, told).doc, &orgs), ERR_NONE);
	assert_int_equal(orgs.len, sizeof(named));
	assert_memory_equal(orgs.data, named, sizeof(named));
	assert_int_equal(index_orgs(txn, row_at(f, own).doc, &orgs), ERR_NOENT);
	index_abort(&txn);

	add_erase(f, told);
	put(f, 0);
	follow(f, f->index, 1000);
	assert_int_equal(index_begin(f->index, false, &txn), ERR_NONE);
	assert_int_equal(
	    index_orgs(txn, row_at(f, told).doc, &orgs), ERR_NOENT);
	index_abort(&txn);
}

static void
nothing_of_an_erased_body_stays(void **state)
{
	struct fixture *f = *state;
	uint8_t other[RECORD_LEN];
	Erfa__Body *body = press_trial(
	    "Boliger for unge", NULL, "x-9", "dk-791 Viborg");
	uint64_t kept;
	uint64_t n;

	press_record("other", other);
	body->trial->part_of = press_ref(&f->press, other);
	n = add_trial(f, f->record, body);
	kept = add_trial(
	    f, NULL, press_trial("Boliger for alle", NULL, NULL, NULL));
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	assert_int_equal(count_word(f, "boliger"), 2);
	assert_int_equal(refs_to(f, other).count, 1);

	add_erase(f, n);
	put(f, 0);
	follow(f, f->index, 1000);
	assert_int_equal(row_at(f, n).state, INDEX_ERASED);
	assert_false(row_at(f, n).has_external);
	assert_false(row_at(f, n).transcribed);
	assert_string_equal(row_at(f, n).country, "");
	assert_true(row_at(f, n).has_record);
	assert_int_equal(count_word(f, "boliger"), 1);
	assert_int_equal(count_word(f, "unge"), 0);
	assert_int_equal(refs_to(f, other).count, 0);
	assert_int_equal(row_at(f, kept).state, INDEX_HERE);
	assert_rebuild_is_equal(f);
}

/* Whether a word stands anywhere in a file. */
static bool
file_holds(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	static char bytes[8 << 20];
	size_t len;

	assert_non_null(file);
	len = fread(bytes, 1, sizeof(bytes), file);
	assert_true(len < sizeof(bytes));
	(void)fclose(file);
	return memmem(bytes, len, word, strlen(word)) != NULL;
}

static void
no_word_of_an_erased_body_stays_in_the_file(void **state)
{
	struct fixture *f = *state;
	char *old = scratch_path(f->dir, "index-old");
	uint64_t n = add_trial(f, f->record,
	    press_trial("Hemmeligheder", "Frugtsommelighed", NULL, NULL));
	bool done;

	(void)add_trial(
	    f, NULL, press_trial("Boliger for alle", NULL, NULL, NULL));
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	tend(f->index);
	assert_int_equal(index_compact(f->index, &done), ERR_NONE);
	assert_false(done);
	assert_true(file_holds(f->index_path, "hemmeligheder"));
	add_erase(f, n);
	put(f, 0);
	follow(f, f->index, 1000);
	assert_int_equal(count_word(f, "hemmeligheder"), 0);
	tend(f->index);
	assert_int_equal(index_compact(f->index, &done), ERR_NONE);
	assert_true(done);
	assert_false(file_holds(f->index_path, "hemmeligheder"));
	assert_false(file_holds(f->index_path, "frugtsommelighed"));
	assert_true(file_holds(f->index_path, "boliger"));
	assert_int_equal(access(old, F_OK), -1);
	assert_int_equal(count_word(f, "boliger"), 1);
	assert_int_equal(index_compact(f->index, &done), ERR_NONE);
	assert_false(done);
	assert_rebuild_is_equal(f);

	/* What a crash leaves of the old file is wiped at the next start. */
	index_close(f->index);
	f->index = NULL;
	assert_int_equal(link(f->index_path, old), 0);
	assert_int_equal(unlink(f->index_path), 0);
	assert_int_equal(open_index(f), ERR_NONE);
	assert_int_equal(access(old, F_OK), -1);
	free(old);
}

static void
what_is_erased_while_the_index_is_made_anew_goes_too(void **state)
{
	struct fixture *f = *state;
	uint64_t n = add_trial(
	    f, f->record, press_trial("Hemmeligheder", NULL, NULL, NULL));
	bool done;

	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	tend(f->index);
	assert_int_equal(index_compact(f->index, &done), ERR_NONE);
	assert_false(done);
	assert_int_equal(index_rebuild(f->index, f->store), ERR_NONE);
	add_erase(f, n);
	put(f, 0);
	follow(f, f->index, 1000);
	assert_int_equal(row_at(f, n).state, INDEX_ERASED);
	tend(f->index);
	assert_int_equal(index_compact(f->index, &done), ERR_NONE);
	assert_true(done);
	assert_false(file_holds(f->index_path, "hemmeligheder"));
	assert_int_equal(index_compact(f->index, &done), ERR_NONE);
	assert_false(done);
}

static void
another_file_of_the_index_is_wiped_and_not_only_removed(void **state)
{
	struct fixture *f = *state;
	char *name = scratch_path(f->dir, "index-new");
	char *kept = scratch_path(f->dir, "kept");
	bool done;

	(void)add_trial(
	    f, f->record, press_trial("Hemmeligheder", NULL, NULL, NULL));
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	tend(f->index);

	/* One that a crash left half made. */
	assert_int_equal(link(f->index_path, kept), 0);
	assert_true(file_holds(kept, "hemmeligheder"));
	index_close(f->index);
	f->index = NULL;
	assert_int_equal(rename(f->index_path, name), 0);
	assert_int_equal(open_index(f), ERR_NONE);
	assert_int_equal(access(name, F_OK), -1);
	assert_false(file_holds(kept, "hemmeligheder"));
	free(kept);
	free(name);
	assert_int_equal(index_compact(f->index, &done), ERR_NONE);
	assert_false(done);
}

/* Ask from several transactions at once; all must say the same. */
static unsigned
count_at_once(struct fixture *f, const char *word)
{
	struct index_txn *txns[6];
	struct search *search;
	uint64_t count = 0;
	size_t i;

	for (i = 0; i < 6; i++) {
		assert_int_equal(
		    index_begin(f->index, false, &txns[i]), ERR_NONE);
		assert_int_equal(index_search(txns[i], &search), ERR_NONE);
		if (i == 0)
			count = search_docs(search);
		assert_int_equal(search_docs(search), count);
	}
	for (i = 0; i < 6; i++)
		index_abort(&txns[i]);
	return count_word(f, word);
}

static void
questions_are_of_what_is_there_when_they_are_asked(void **state)
{
	struct fixture *f = *state;
	uint64_t n = add_trial(
	    f, f->record, press_trial("Boliger for unge", NULL, NULL, NULL));
	bool done;

	assert_int_equal(count_at_once(f, "boliger"), 0);
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	assert_int_equal(count_at_once(f, "boliger"), 1);
	(void)add_trial(
	    f, NULL, press_trial("Boliger for alle", NULL, NULL, NULL));
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	assert_int_equal(count_at_once(f, "boliger"), 2);

	/* Parts are made anew; then the file is. */
	add_erase(f, n);
	put(f, 0);
	follow(f, f->index, 1000);
	assert_int_equal(count_at_once(f, "boliger"), 1);
	tend(f->index);
	assert_int_equal(count_at_once(f, "boliger"), 1);
	assert_int_equal(index_compact(f->index, &done), ERR_NONE);
	assert_true(done);
	assert_int_equal(count_at_once(f, "boliger"), 1);
	assert_int_equal(count_at_once(f, "unge"), 0);

	assert_int_equal(index_rebuild(f->index, f->store), ERR_NONE);
	assert_int_equal(count_at_once(f, "boliger"), 0);
	follow(f, f->index, 1000);
	assert_int_equal(count_at_once(f, "boliger"), 1);
}

static void
no_word_of_an_erased_restricted_body_stays_either(void **state)
{
	struct fixture *f = *state;
	uint64_t n = add_sealed(f, true, secret_trial(f, 0));
	uint8_t other[RECORD_LEN];
	char hash[INDEX_HASH_LEN + 1] = { 0 };
	struct index_row row;
	bool done;

	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	tend(f->index);
	assert_true(file_holds(f->index_path, "hemmeligheder"));
	row = row_at(f, n);
	memcpy(hash, row.commit, INDEX_HASH_LEN);
	add_erase(f, n);
	put(f, 0);
	follow(f, f->index, 1000);
	tend(f->index);
	assert_int_equal(index_compact(f->index, &done), ERR_NONE);
	assert_true(done);
	assert_false(file_holds(f->index_path, "hemmeligheder"));
	assert_false(file_holds(f->index_path, "frugtsommelighed"));
	if (strlen(hash) == INDEX_HASH_LEN)
		assert_false(file_holds(f->index_path, hash));

	/* Neither what it was nor what it was about is known any more. */
	press_record("other", other);
	row = row_at(f, n);
	assert_int_equal(row.state, INDEX_ERASED);
	assert_false(row.has_record);
	assert_int_equal(row.major, 0);
	assert_memory_not_equal(row.commit, hash, INDEX_HASH_LEN);
	assert_int_equal(refs_to(f, other).count, 0);
	assert_rebuild_is_equal(f);
}

static void
who_erased_a_restricted_body_knows_which_record_it_was(void **state)
{
	struct fixture *f = *state;
	uint64_t n = add_sealed(f, true, secret_trial(f, 0));
	uint64_t odd = add_sealed(f, true, secret_trial(f, 1));
	char name[INDEX_TOMB_MAX];
	struct store_txn *txn;

	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	index_tomb(f->press.log_id, n, name);
	assert_int_equal(
	    store_note_put(txn, name, f->record, RECORD_LEN), ERR_NONE);
	index_tomb(f->press.log_id, odd, name);
	assert_int_equal(store_note_put(txn, name, "odd", 3), ERR_NONE);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	add_erase(f, n);
	add_erase(f, odd);
	put(f, 0);
	follow(f, f->index, 1000);
	assert_int_equal(row_at(f, n).state, INDEX_ERASED);
	assert_true(row_at(f, n).has_record);
	assert_memory_equal(row_at(f, n).record, f->record, RECORD_LEN);
	assert_int_equal(row_at(f, odd).state, INDEX_ERASED);
	assert_false(row_at(f, odd).has_record);
	assert_rebuild_is_equal(f);
}

/* Add a trial of many words, most of them its own. */
static void
add_wordy(struct fixture *f, unsigned number)
{
	char title[32];
	char summary[600] = "";
	size_t len = 0;
	unsigned i;

	(void)snprintf(title, sizeof(title), "Forsog nummer %u", number);
	for (i = 0; i < 50; i++)
		len += (size_t)snprintf(summary + len, sizeof(summary) - len,
		    "ord%05u ", (number * 50 + i) * 7919 % 100000);
	(void)add_trial(f, NULL, press_trial(title, summary, NULL, NULL));
}

static off_t
file_size(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

static void
a_file_that_is_largely_free_is_made_small(void **state)
{
	struct fixture *f = *state;
	unsigned i;
	unsigned k;
	off_t size;
	bool done;

	for (i = 0; i < 29; i++) {
		for (k = 0; k < 20; k++)
			add_wordy(f, 20 * i + k);
		press_publish(&f->press, f->store, false);
		follow(f, f->index, 1000);
		tend(f->index);
	}
	size = file_size(f->index_path);
	assert_int_equal(index_compact(f->index, &done), ERR_NONE);
	assert_true(done);
	assert_true(file_size(f->index_path) < size / 3 * 2);
	assert_int_equal(count_word(f, "ord00000"), 1);
	assert_int_equal(index_compact(f->index, &done), ERR_NONE);
	assert_false(done);
	assert_rebuild_is_equal(f);
}

static void
a_body_erased_before_it_came_is_told_with_its_header(void **state)
{
	struct fixture *f = *state;
	uint64_t n = add_trial(
	    f, f->record, press_trial("Boliger", NULL, NULL, NULL));

	put(f, 0);
	follow(f, f->index, 1000);
	add_erase(f, n);
	put(f, 0);
	follow(f, f->index, 1000);
	assert_int_equal(row_at(f, n).state, INDEX_ERASED);
	assert_int_equal(row_at(f, n).shown, row_at(f, n).arrival);
	assert_rebuild_is_equal(f);
}

/* Nothing arrives of a branch: what it erases goes out of the file all the same. */
static void
what_a_branch_beside_the_stored_one_erases_goes_too(void **state)
{
	struct fixture *f = *state;
	struct store_txn *txn;
	struct press twin;
	bool done;
	uint64_t n = add_trial(f, f->record,
	    press_trial("Hemmeligheder", "Frugtsommelighed", NULL, NULL));

	press_begin(&twin, 1, 7, "dk-791");
	assert_int_equal(press_again(&twin, &f->press, n), n);
	erase_by(&twin, f->press.log_id, n);
	(void)add_trial(f, NULL, press_trial("Boliger", NULL, NULL, NULL));
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	tend(f->index);
	assert_true(file_holds(f->index_path, "hemmeligheder"));

	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	press_branch(&twin, txn, n);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	follow(f, f->index, 1000);
	assert_int_equal(row_at(f, n).state, INDEX_ERASED);
	tend(f->index);
	assert_int_equal(index_compact(f->index, &done), ERR_NONE);
	assert_true(done);
	assert_false(file_holds(f->index_path, "hemmeligheder"));
	assert_rebuild_is_equal(f);
	press_end(&twin);
}

/* An ERASE of another key counts when the directory says so, or never. */
static void
an_erase_without_effect_is_ignored_until_it_counts(void **state)
{
	struct fixture *f = *state;
	uint64_t n = add_trial(
	    f, f->record, press_trial("Boliger", NULL, NULL, NULL));
	struct store_claim claim;
	struct store_txn *txn;
	struct press other;

	press_begin(&other, 77, 1, "dk-791");
	erase_by(&other, f->press.log_id, n);
	erase_by(&other, f->press.log_id, 99);
	press_publish(&f->press, f->store, false);
	press_publish(&other, f->store, false);
	follow(f, f->index, 1000);
	assert_int_equal(row_at(f, n).state, INDEX_HERE);
	assert_int_equal(count_word(f, "boliger"), 1);

	assert_int_equal(store_begin(f->store, true, &txn), ERR_NONE);
	assert_int_equal(store_claim_next(txn, NULL, &claim), ERR_NONE);
	assert_int_equal(claim.n, n);
	assert_int_equal(store_claim_grant(txn, &claim), ERR_NONE);
	assert_int_equal(store_commit(&txn), ERR_NONE);
	follow(f, f->index, 1000);
	assert_int_equal(row_at(f, n).state, INDEX_ERASED);
	assert_int_equal(count_word(f, "boliger"), 0);
	assert_rebuild_is_equal(f);
	press_end(&other);
}

/* ---- matching ---- */

static bool
match(struct fixture *f)
{
	bool rebuilt;

	assert_int_equal(index_match(f->index, f->store, &rebuilt), ERR_NONE);
	return rebuilt;
}

static uint64_t
arrival_of(struct index *index)
{
	struct index_txn *txn;
	uint64_t arrival;

	assert_int_equal(index_begin(index, false, &txn), ERR_NONE);
	arrival = index_arrival(txn);
	index_abort(&txn);
	return arrival;
}

static void
an_index_behind_its_store_goes_on(void **state)
{
	struct fixture *f = *state;

	(void)add_trial(f, f->record, press_trial("Et", NULL, NULL, NULL));
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	(void)add_trial(f, f->record, press_trial("To", NULL, NULL, NULL));
	press_publish(&f->press, f->store, false);
	index_close(f->index);
	assert_int_equal(open_index(f), ERR_NONE);
	assert_false(match(f));
	assert_int_equal(arrival_of(f->index), 2);
	follow(f, f->index, 1000);
	assert_int_equal(arrival_of(f->index), 3);
	assert_rebuild_is_equal(f);
}

/* Copy a file of the closed store. */
static void
copy_file(const char *from, const char *to)
{
	char buf[4096];
	FILE *in = fopen(from, "rb");
	FILE *out = fopen(to, "wb");
	size_t len;

	assert_non_null(in);
	assert_non_null(out);
	while ((len = fread(buf, 1, sizeof(buf), in)) > 0)
		assert_int_equal(fwrite(buf, 1, len, out), len);
	(void)fclose(in);
	assert_int_equal(fclose(out), 0);
}

static void
an_index_ahead_of_a_restored_store_is_emptied(void **state)
{
	struct fixture *f = *state;
	char *path = scratch_path(f->dir, "main.mdb");
	char *backup = scratch_path(f->dir, "backup");

	(void)add_trial(f, f->record, press_trial("Et", NULL, NULL, NULL));
	press_publish(&f->press, f->store, false);
	close_store(f);
	copy_file(path, backup);
	open_store(f);
	(void)add_trial(f, f->record, press_trial("To", NULL, NULL, NULL));
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	assert_int_equal(arrival_of(f->index), 3);
	close_store(f);
	copy_file(backup, path);
	open_store(f);
	assert_true(match(f));
	assert_int_equal(arrival_of(f->index), 0);
	assert_false(match(f));
	follow(f, f->index, 1000);
	assert_int_equal(arrival_of(f->index), 2);

	/* The same arrival number, and another entry. */
	(void)add_trial(f, f->record, press_trial("Tre", NULL, NULL, NULL));
	press_end(&f->press);
	press_begin(&f->press, 2, 9, "no-5501");
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	close_store(f);
	copy_file(backup, path);
	open_store(f);
	press_end(&f->press);
	press_begin(&f->press, 3, 9, "fi-564");
	press_publish(&f->press, f->store, false);
	assert_true(match(f));
	free(path);
	free(backup);
}

static void
an_index_of_another_store_is_emptied(void **state)
{
	struct fixture *f = *state;
	char *dir = f->dir;
	struct store *store = f->store;

	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	f->dir = scratch_make();
	open_store(f);
	press_publish(&f->press, f->store, false);
	assert_true(match(f));
	store_close(f->store);
	scratch_remove(f->dir);
	f->dir = dir;
	f->store = store;
	assert_true(match(f));
}

static void
a_damaged_index_is_made_anew(void **state)
{
	struct fixture *f = *state;
	FILE *file;

	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	index_close(f->index);
	f->index = NULL;
	file = fopen(f->index_path, "wb");
	assert_non_null(file);
	(void)fputs("this is no environment", file);
	(void)fclose(file);
	assert_int_equal(open_index(f), ERR_NONE);
	assert_true(match(f));
	follow(f, f->index, 1000);
	assert_int_equal(arrival_of(f->index), 1);
}

static void
a_place_that_cannot_be_entered_is_denied_or_missing(void **state)
{
	const struct index_options options = {
		.path = "/nonexistent/index",
		.map_bytes = MAP_BYTES,
	};
	struct index *index = NULL;

	(void)state;
	assert_int_equal(index_open(&options, &index), ERR_IO);
	assert_null(index);
	index_close(NULL);
}

/* ---- the thread ---- */

static void
progress(void *context, uint64_t arrival, enum err err)
{
	const int *fd = context;

	if (err == ERR_NONE && fd != NULL)
		(void)!write(*fd, &arrival, sizeof(arrival));
}

static struct indexer *
start(struct fixture *f, unsigned batch, int *fd)
{
	const struct indexer_options options = {
		.store = f->store,
		.index = f->index,
		.batch = batch,
		.progress = progress,
		.context = fd,
	};
	struct indexer *indexer;

	assert_int_equal(indexer_start(&options, &indexer), ERR_NONE);
	return indexer;
}

static void
add_many(struct fixture *f, unsigned count)
{
	char title[64];
	unsigned i;

	for (i = 0; i < count; i++) {
		(void)snprintf(title, sizeof(title), "Boliger nummer%u", i);
		(void)add_trial(f, NULL, press_trial(title, NULL, NULL, NULL));
	}
}

static void
the_thread_follows_what_it_is_woken_for(void **state)
{
	struct fixture *f = *state;
	struct indexer *indexer;

	add_many(f, 100);
	press_publish(&f->press, f->store, false);
	indexer = start(f, 7, NULL);
	assert_true(indexer_wait(indexer, 101, WAIT_MS));
	assert_false(indexer_wait(indexer, 102, 1));
	add_many(f, 10);
	press_publish(&f->press, f->store, false);
	indexer_wake(indexer);
	assert_true(indexer_wait(indexer, 111, WAIT_MS));
	assert_int_equal(indexer_arrival(indexer), 111);
	indexer_stop(indexer);
	assert_rebuild_is_equal(f);
	indexer_stop(NULL);
}

/* Whether it went well, a letter each time. */
static void
tell_how(void *context, uint64_t arrival, enum err err)
{
	const int *fd = context;

	(void)arrival;
	(void)!write(*fd, err == ERR_NONE ? "." : "e", 1);
}

static void
what_was_erased_goes_without_a_wake_when_there_is_room_again(void **state)
{
	struct fixture *f = *state;
	char *wall = scratch_path(f->dir, "index-new");
	int fds[2];
	const struct indexer_options options = {
		.store = f->store,
		.index = f->index,
		.retry_ms = 20,
		.progress = tell_how,
		.context = &fds[1],
	};
	struct indexer *indexer;
	uint64_t n = add_trial(f, f->record,
	    press_trial("Hemmeligheder", "Frugtsommelighed", NULL, NULL));
	char how = '.';

	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	add_erase(f, n);
	put(f, 0);
	assert_int_equal(pipe(fds), 0);

	/* Nothing can be written where the new file should be. */
	assert_int_equal(mkdir(wall, 0700), 0);
	assert_int_equal(indexer_start(&options, &indexer), ERR_NONE);
	while (how != 'e')
		assert_int_equal(read(fds[0], &how, 1), 1);
	assert_int_equal(indexer_clean(indexer), 0);
	assert_int_equal(rmdir(wall), 0);
	while (indexer_clean(indexer) == 0)
		assert_int_equal(read(fds[0], &how, 1), 1);
	indexer_stop(indexer);
	assert_false(file_holds(f->index_path, "hemmeligheder"));
	(void)close(fds[0]);
	(void)close(fds[1]);
	free(wall);
}

static void
who_waits_for_a_full_index_is_not_kept_waiting(void **state)
{
	struct fixture *f = *state;
	const struct index_options small = {
		.path = f->index_path,
		.map_bytes = (size_t)512 << 10,
	};
	uint64_t attempt, since;
	struct indexer *indexer;

	index_close(f->index);
	f->index = NULL;
	assert_int_equal(index_open(&small, &f->index), ERR_NONE);
	indexer = start(f, 10, NULL);
	assert_true(indexer_wait(indexer, 0, 0));
	assert_int_equal(indexer_error(indexer, &since), ERR_NONE);
	assert_int_equal(since, 0);
	add_many(f, 3000);
	press_publish(&f->press, f->store, false);

	/* That would be beyond any patience, and the retry that is due, too. */
	assert_false(indexer_wait(indexer, 3001, 3600000));
	assert_int_equal(indexer_error(indexer, &since), ERR_FULL);
	assert_true(since > UINT64_C(1700000000000));
	assert_true(indexer_arrival(indexer) < 3001);
	attempt = indexer_wake(indexer);
	assert_int_equal(indexer_failed(indexer, attempt + 1), ERR_NONE);
	while (indexer_failed(indexer, attempt) == ERR_NONE)
		assert_false(indexer_wait(indexer, 3001, 3600000));
	assert_int_equal(indexer_failed(indexer, attempt), ERR_FULL);
	indexer_stop(indexer);
}

static void
a_file_that_is_lost_is_made_anew_when_it_is_opened_again(void **state)
{
	struct fixture *f = *state;
	struct indexer *indexer;
	FILE *file;
	bool rebuilt;

	add_many(f, 20);
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	assert_int_equal(index_reopen(f->index), ERR_NONE);
	assert_int_equal(index_match(f->index, f->store, &rebuilt), ERR_NONE);
	assert_false(rebuilt);
	assert_rebuild_is_equal(f);

	/* Something that is no index stands in its place. */
	assert_int_equal(unlink(f->index_path), 0);
	assert_non_null(file = fopen(f->index_path, "w"));
	assert_true(fputs("nothing of ours", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(index_reopen(f->index), ERR_NONE);
	assert_int_equal(index_match(f->index, f->store, &rebuilt), ERR_NONE);
	assert_true(rebuilt);

	/* It cannot be opened at all: nothing is read until it can. */
	assert_int_equal(unlink(f->index_path), 0);
	assert_int_equal(mkdir(f->index_path, 0700), 0);
	assert_int_not_equal(index_reopen(f->index), ERR_NONE);
	assert_int_equal(index_match(f->index, f->store, &rebuilt), ERR_IO);
	assert_int_equal(rmdir(f->index_path), 0);
	assert_int_equal(index_reopen(f->index), ERR_NONE);
	indexer = start(f, 1000, NULL);
	assert_true(indexer_wait(indexer, 21, WAIT_MS));
	indexer_stop(indexer);
	assert_rebuild_is_equal(f);
}

static void
what_went_wrong_is_forgotten_when_it_goes_well(void **state)
{
	struct fixture *f = *state;
	char *wall = scratch_path(f->dir, "index-new");
	uint64_t first, again;
	struct indexer *indexer;
	uint64_t n = add_trial(f, f->record,
	    press_trial("Hemmeligheder", "Frugtsommelighed", NULL, NULL));

	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	add_erase(f, n);
	put(f, 0);
	assert_int_equal(mkdir(wall, 0700), 0);
	indexer = start(f, 1000, NULL);
	assert_false(indexer_wait(indexer, UINT64_MAX, 3600000));
	assert_int_not_equal(indexer_error(indexer, &first), ERR_NONE);
	assert_false(indexer_wait(indexer, UINT64_MAX, 3600000));
	assert_int_not_equal(indexer_error(indexer, &again), ERR_NONE);
	assert_int_equal(again, first);

	/* Nobody waits for what is due in half a minute. */
	assert_int_equal(rmdir(wall), 0);
	(void)indexer_wake(indexer);
	while (indexer_error(indexer, &again) != ERR_NONE)
		(void)indexer_wait(indexer, UINT64_MAX, 10);
	assert_int_equal(again, 0);
	assert_true(indexer_clean(indexer) > 0);
	indexer_stop(indexer);
	free(wall);
}

static void
a_rebuild_gives_the_same_index(void **state)
{
	struct fixture *f = *state;
	struct indexer *indexer;
	uint64_t arrival;
	int fds[2];
	char *before;
	char *after;

	add_many(f, 50);
	press_publish(&f->press, f->store, false);
	follow(f, f->index, 1000);
	before = dump_index(f->index, f->record);
	assert_int_equal(pipe(fds), 0);
	indexer = start(f, 20, &fds[1]);
	indexer_rebuild(indexer);
	assert_true(indexer_wait(indexer, 51, WAIT_MS));
	indexer_stop(indexer);

	/* Who waited has waited for the new one. */
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	do
		assert_int_equal(
		    read(fds[0], &arrival, sizeof(arrival)), sizeof(arrival));
	while (arrival != 0);
	do
		assert_int_equal(
		    read(fds[0], &arrival, sizeof(arrival)), sizeof(arrival));
	while (arrival != 51);
	after = dump_index(f->index, f->record);
	assert_string_equal(before, after);
	free(before);
	free(after);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

/* In a child: follow until the parent's kill. */
static void
follow_and_be_killed(struct fixture *f, int fd)
{
	struct indexer *indexer;

	open_store(f);
	if (open_index(f) != ERR_NONE)
		_exit(1);
	indexer = start(f, 10, &fd);
	(void)indexer_wait(indexer, UINT64_MAX, WAIT_MS);
	_exit(1);
}

static void
a_killed_index_goes_on_where_it_was(void **state)
{
	struct fixture *f = *state;
	uint64_t arrival = 0;
	uint64_t n;
	int fds[2];
	int status;
	pid_t child;

	add_many(f, 600);
	put(f, 0);
	for (n = 300; n <= 600; n++)
		give(f, n);
	close_store(f);
	index_close(f->index);
	f->index = NULL;
	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		follow_and_be_killed(f, fds[1]);
	while (arrival < 200)
		assert_int_equal(
		    read(fds[0], &arrival, sizeof(arrival)), sizeof(arrival));
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	(void)close(fds[0]);
	(void)close(fds[1]);

	open_store(f);
	assert_int_equal(open_index(f), ERR_NONE);
	assert_false(match(f));
	assert_true(arrival_of(f->index) >= arrival);
	follow(f, f->index, 1000);
	assert_rebuild_is_equal(f);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references_are_told_however_many_they_are),
		cmocka_unit_test(facts_are_taken_from_a_trial),
		cmocka_unit_test(a_country_is_read_from_an_org),
		T(a_row_says_what_header_and_body_say),
		T(organisations_are_kept_of_what_a_source_tells),
		T(an_absent_body_is_taken_in_when_it_comes),
		T(a_trailing_index_tells_an_entry_at_its_bodys_arrival),
		T(what_cannot_be_read_is_listed_as_such),
		T(what_is_sealed_to_this_node_is_read_like_what_is_public),
		T(what_is_sealed_anew_is_told_once),
		T(entries_of_a_group_are_found_whether_they_can_be_read),
		T(version_and_references_are_read_from_the_header),
		T(references_are_read_from_the_body),
		T(what_is_published_again_is_told_once),
		T(nothing_of_an_erased_body_stays),
		T(no_word_of_an_erased_body_stays_in_the_file),
		T(what_is_erased_while_the_index_is_made_anew_goes_too),
		T(another_file_of_the_index_is_wiped_and_not_only_removed),
		T(questions_are_of_what_is_there_when_they_are_asked),
		T(no_word_of_an_erased_restricted_body_stays_either),
		T(who_erased_a_restricted_body_knows_which_record_it_was),
		T(a_file_that_is_largely_free_is_made_small),
		T(a_body_erased_before_it_came_is_told_with_its_header),
		T(what_a_branch_beside_the_stored_one_erases_goes_too),
		T(an_erase_without_effect_is_ignored_until_it_counts),
		T(an_index_behind_its_store_goes_on),
		T(an_index_ahead_of_a_restored_store_is_emptied),
		T(an_index_of_another_store_is_emptied),
		T(a_damaged_index_is_made_anew),
		T(a_place_that_cannot_be_entered_is_denied_or_missing),
		T(the_thread_follows_what_it_is_woken_for),
		T(what_was_erased_goes_without_a_wake_when_there_is_room_again),
		T(who_waits_for_a_full_index_is_not_kept_waiting),
		T(what_went_wrong_is_forgotten_when_it_goes_well),
		T(a_file_that_is_lost_is_made_anew_when_it_is_opened_again),
		T(a_rebuild_gives_the_same_index),
		T(a_killed_index_goes_on_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
