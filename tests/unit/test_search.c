#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/text.h"
#include "daemon/db.h"
#include "daemon/search.h"
#include "daemon/tokens.h"
#include "tests/unit/prose.h"
#include "tests/unit/scratch.h"

#define DOCS   3000
#define WORDS  1200 /* of the vocabulary */
#define BEST   20
#define TABLES 2
#define LATE   999

static const char *const table_names[TABLES] = { "parts", "terms" };

struct fixture {
	char *dir;
	char *path;
	struct db *db;
	struct prose *prose;
	struct search_batch *batch;
	struct db_txn *txn; /* of a reader */
	struct search *search;
	struct search *kept; /* that was left, for the next reader */
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct db_options options = {
		.map_bytes = (size_t)256 << 20,
		.tables = table_names,
		.ntables = TABLES,
	};

	if (f == NULL)
		return -1;
	*state = f;
	if ((f->dir = scratch_make()) == NULL ||
	    (f->path = scratch_path(f->dir, "search")) == NULL ||
	    (f->prose = prose_new(11, 4000)) == NULL)
		return -1;
	options.path = f->path;
	if (db_open(&options, &f->db) != ERR_NONE)
		return -1;
	return search_batch_new(&f->batch) == ERR_NONE ? 0 : -1;
}

static void
close_search(struct fixture *f)
{
	if (f->search != NULL) {
		search_close(f->kept);
		search_leave(f->search);
		f->kept = f->search;
	}
	db_abort(&f->txn);
	f->search = NULL;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	close_search(f);
	search_close(f->kept);
	search_batch_free(f->batch);
	prose_free(f->prose);
	db_close(f->db);
	free(f->path);
	scratch_remove(f->dir);
	free(f);
	return 0;
}

static void
look(struct fixture *f)
{
	close_search(f);
	assert_int_equal(db_begin(f->db, false, &f->txn), ERR_NONE);
	if (f->kept == NULL) {
		assert_int_equal(search_open(f->txn, 0, &f->search), ERR_NONE);
		return;
	}
	assert_int_equal(search_renew(f->kept, f->txn), ERR_NONE);
	f->search = f->kept;
	f->kept = NULL;
}

static void
write_batch(struct fixture *f)
{
	struct db_txn *txn;

	assert_int_equal(db_begin(f->db, true, &txn), ERR_NONE);
	assert_int_equal(search_batch_write(f->batch, txn, 0), ERR_NONE);
	assert_int_equal(db_commit(&txn), ERR_NONE);
}

/* Tend until there is nothing to do; return how often there was. */
static unsigned
tend(struct fixture *f)
{
	struct db_txn *old;
	struct db_txn *txn;
	unsigned count = 0;
	bool done = true;

	close_search(f);
	while (done) {
		assert_int_equal(db_begin(f->db, false, &old), ERR_NONE);
		assert_int_equal(db_begin(f->db, true, &txn), ERR_NONE);
		assert_int_equal(search_tend(old, txn, 0, &done), ERR_NONE);
		db_abort(&old);
		assert_int_equal(db_commit(&txn), ERR_NONE);
		count += done;
	}
	return count;
}

static void
add(struct fixture *f, uint32_t doc, const char *title, const char *text)
{
	search_batch_begin(f->batch, doc, STEM_DA, 6);
	assert_int_equal(
	    search_batch_text(f->batch, SEARCH_TITLE, title), ERR_NONE);
	assert_int_equal(
	    search_batch_text(f->batch, SEARCH_TEXT, text), ERR_NONE);
	assert_int_equal(search_batch_end(f->batch), ERR_NONE);
}

/* Documents of prose in several languages, in parts of many sizes. */
static void
fill(struct fixture *f)
{
	char title[200];
	char text[2000];
	uint32_t doc;

	for (doc = 1; doc <= DOCS; doc++) {
		prose_write(f->prose, 1 + prose_random(f->prose, 6), title,
		    sizeof(title));
		prose_write(
		    f->prose, prose_random(f->prose, 120), text, sizeof(text));
		search_batch_begin(f->batch, doc,
		    (enum stem_lang)(doc % STEM_LANGS), (uint8_t)(doc % 3));
		assert_int_equal(
		    search_batch_text(f->batch, SEARCH_TITLE, title), ERR_NONE);
		assert_int_equal(
		    search_batch_text(f->batch, SEARCH_TEXT, text), ERR_NONE);
		if (doc % 7 == 0)
			assert_int_equal(
			    search_batch_term(f->batch, SEARCH_FACET,
				SEARCH_TEXT, "status:active"),
			    ERR_NONE);
		assert_int_equal(search_batch_end(f->batch), ERR_NONE);
		if (prose_random(f->prose, 90) == 0) {
			write_batch(f);
			if (prose_random(f->prose, 3) == 0)
				(void)tend(f);
		}
	}
	write_batch(f);
}

/* ---- questions ---- */

static struct search_way
way(enum search_term kind, const char *text, unsigned weight)
{
	struct search_way made = { .kind = kind, .weight = (uint16_t)weight };

	(void)snprintf(made.text, sizeof(made.text), "%s", text);
	return made;
}

/* A question of chance, and who may be found. */
struct random_ask {
	struct search_way ways[4][8];
	struct search_group groups[4];
	struct search_given given[40];
	struct search_ask ask;
	uint32_t odd; /* documents divisible by it are not wanted */
};

static bool
accept(void *context, uint32_t doc, uint8_t kind, uint32_t *ret_target,
    uint32_t *ret_worth)
{
	const struct random_ask *random = context;

	assert_int_equal(kind, doc % 3);
	if (doc % random->odd == 0)
		return false;

	/* Some documents are part of another. */
	*ret_target = doc % 5 == 1 ? doc / 2 : doc;
	*ret_worth = doc % 5 == 1 ? 100 : 256;
	return true;
}

static void
make_ask(struct fixture *f, struct random_ask *random)
{
	struct search_group *group;
	char folded[64];
	char *made;
	size_t i;
	size_t k;

	memset(random, 0, sizeof(*random));
	random->odd = 2 + (uint32_t)prose_random(f->prose, 9);
	random->ask.groups = random->groups;
	random->ask.count = 1 + (size_t)prose_random(f->prose, 4);
	random->ask.all = prose_random(f->prose, 2) == 0;
	random->ask.cover = prose_random(f->prose, 2) == 0;
	if (prose_random(f->prose, 3) == 0)
		random->ask.lang = STEM_DA;
	random->ask.accept = accept;
	random->ask.context = random;
	for (i = 0; i < random->ask.count; i++) {
		group = &random->groups[i];
		group->ways = random->ways[i];
		group->count = 1 + (size_t)prose_random(f->prose, 8);
		group->factor = 64 + (uint32_t)prose_random(f->prose, 400);
		for (k = 0; k < group->count; k++) {
			assert_int_equal(
			    text_fold(prose_word(f->prose,
					  prose_random(f->prose, WORDS)),
				&made),
			    ERR_NONE);
			(void)snprintf(folded, sizeof(folded), "%s", made);
			free(made);
			group->ways[k] = way(SEARCH_WORD, folded,
			    1 + (unsigned)prose_random(f->prose, 256));
			if (prose_random(f->prose, 4) == 0)
				group->ways[k].elsewhere =
				    (uint8_t)prose_random(f->prose, 64);
		}
	}
	if (prose_random(f->prose, 3) != 0)
		return;
	random->groups[0].given = random->given;
	random->groups[0].ngiven = 40;
	for (i = 0; i < 40; i++)
		random->given[i] = (struct search_given){
			.doc = (uint32_t)(i * 70 + 3),
			.impact = (uint8_t)(1 + i),
		};
}

static void
the_best_are_those_of_the_exhaustive_ranking(void **state)
{
	static struct search_hit best[BEST];
	static struct search_hit all[DOCS];
	static struct random_ask random;
	struct fixture *f = *state;
	size_t count;
	size_t found = 0;
	size_t most;
	size_t round;
	size_t i;
	bool late;

	fill(f);
	look(f);
	assert_true(search_parts(f->search) > 2);
	assert_int_equal(search_docs(f->search), DOCS);
	for (round = 0; round < 1500; round++) {
		make_ask(f, &random);
		random.ask.limit = 1 + (size_t)prose_random(f->prose, BEST);
		assert_int_equal(
		    search_top(f->search, &random.ask, best, &count, &late),
		    ERR_NONE);
		random.ask.limit = DOCS; /* nothing is passed over then */
		assert_int_equal(
		    search_top(f->search, &random.ask, all, &most, &late),
		    ERR_NONE);
		assert_true(count <= most);
		assert_true(count == most || count > 0);
		for (i = 0; i < count; i++) {
			assert_int_equal(best[i].score, all[i].score);
			assert_int_equal(best[i].target, all[i].target);
			assert_int_equal(best[i].doc, all[i].doc);
		}
		found += count;
	}
	assert_true(found > 10000);
}

/* Whether a search that was opened just now says the same as the fixture's. */
static void
assert_as_if_new(struct fixture *f)
{
	struct search_hit kept[BEST];
	struct search_hit hits[BEST];
	static struct random_ask random;
	struct search *search;
	size_t count;
	size_t other;
	size_t round;
	bool late;

	assert_int_equal(search_open(f->txn, 0, &search), ERR_NONE);
	assert_int_equal(search_parts(f->search), search_parts(search));
	assert_int_equal(search_docs(f->search), search_docs(search));
	for (round = 0; round < 10; round++) {
		make_ask(f, &random);
		random.ask.limit = BEST;
		assert_int_equal(
		    search_top(f->search, &random.ask, kept, &count, &late),
		    ERR_NONE);
		assert_int_equal(
		    search_top(search, &random.ask, hits, &other, &late),
		    ERR_NONE);
		assert_int_equal(count, other);
		if (count > 0)
			assert_memory_equal(
			    kept, hits, count * sizeof(hits[0]));
	}
	search_close(search);
}

static void
a_search_that_was_left_sees_what_was_written_since(void **state)
{
	struct fixture *f = *state;
	struct db_txn *txn;
	uint32_t doc;

	fill(f);
	look(f);
	for (doc = 1; doc <= 60; doc++) {
		assert_as_if_new(f);
		look(f); /* nothing was written */
		assert_as_if_new(f);
		close_search(f);
		if (doc % 3 == 0) {
			assert_int_equal(db_begin(f->db, true, &txn), ERR_NONE);
			assert_int_equal(
			    search_forget(txn, 0, doc * 20), ERR_NONE);
			assert_int_equal(db_commit(&txn), ERR_NONE);
		} else if (doc % 10 == 1) {
			(void)tend(f);
		} else {
			add(f, DOCS + doc, "skole", "hjemmepleje og skole");
			write_batch(f);
		}
		look(f);
	}
}

/* ---- a slow scorer ---- */

#define MANY  9000 /* documents: more than are looked at at a time */
#define KINDS 6    /* words, each rarer than the one before */

/* What each document scores, all groups together, and how many groups hold it. */
struct slow {
	uint32_t score[MANY + 1];
	unsigned groups[MANY + 1];
};

/*
 * Documents of words of which each is about a fourth as frequent as the one
 * before, the rarest only among the last; of one to sixty words, so that the same
 * word is worth more here and less there.
 */
static void
fill_many(struct fixture *f, uint32_t every)
{
	char text[400];
	uint32_t doc;
	uint64_t words;
	unsigned kind;
	size_t len;

	for (doc = 1; doc <= MANY; doc++) {
		len = 0;
		text[0] = '\0';
		for (words = prose_random(f->prose, 60); words > 0; words--) {
			for (kind = 0;
			     kind < KINDS && prose_random(f->prose, 4) == 0;)
				kind++;
			if (kind == KINDS - 1 && doc < MANY / 2)
				kind = 0;
			len += (size_t)snprintf(
			    text + len, sizeof(text) - len, "w%u ", kind);
		}
		add(f, doc, prose_random(f->prose, 30) == 0 ? "w1" : "x", text);
		if (doc % every == 0)
			write_batch(f);
	}
	write_batch(f);
}

/* Score by one group at a time, every document that has any of its ways. */
static void
score_slowly(struct fixture *f, const struct search_ask *ask,
    struct search_hit *hits, struct slow *slow)
{
	struct search_ask one = { .count = 1, .limit = MANY };
	size_t count;
	size_t i;
	size_t k;
	bool late;

	memset(slow, 0, sizeof(*slow));
	for (i = 0; i < ask->count; i++) {
		one.groups = &ask->groups[i];
		assert_int_equal(
		    search_top(f->search, &one, hits, &count, &late), ERR_NONE);
		for (k = 0; k < count; k++) {
			slow->score[hits[k].doc] += hits[k].score;
			slow->groups[hits[k].doc]++;
		}
	}
}

/* The best by the slow scores: their number, and their documents in order. */
static size_t
choose_slowly(
    const struct search_ask *ask, const struct slow *slow, uint32_t docs[BEST])
{
	uint32_t doc;
	size_t count = 0;
	size_t i;

	for (doc = 1; doc <= MANY; doc++) {
		if (slow->score[doc] == 0 ||
		    (ask->all && slow->groups[doc] < ask->count))
			continue;
		if (count == ask->limit &&
		    slow->score[doc] <= slow->score[docs[count - 1]])
			continue;
		i = count < ask->limit ? count++ : count - 1;
		for (; i > 0 && slow->score[docs[i - 1]] < slow->score[doc];
		     i--)
			docs[i] = docs[i - 1];
		docs[i] = doc;
	}
	return count;
}

/* Ask for one to three groups of one or two words, both ways. */
static void
compare_with_slow(struct fixture *f, struct slow *slow, struct search_hit *hits)
{
	struct search_way ways[3][2];
	struct search_group groups[3];
	struct search_ask ask = { .groups = groups };
	struct search_hit best[BEST];
	uint32_t docs[BEST];
	char word[8];
	size_t count;
	size_t i;
	size_t k;
	bool late;

	ask.count = 1 + (size_t)prose_random(f->prose, 3);
	ask.limit = 1 + (size_t)prose_random(f->prose, BEST);
	for (i = 0; i < ask.count; i++) {
		groups[i] = (struct search_group){
			.ways = ways[i],
			.count = 1 + (size_t)prose_random(f->prose, 2),
			.factor = 64 + (uint32_t)prose_random(f->prose, 200),
		};
		for (k = 0; k < groups[i].count; k++) {
			(void)snprintf(word, sizeof(word), "w%u",
			    2 + (unsigned)prose_random(f->prose, KINDS - 2));
			ways[i][k] = way(SEARCH_WORD, word,
			    100 + (unsigned)prose_random(f->prose, 157));
			if (prose_random(f->prose, 5) == 0)
				ways[i][k].elsewhere = 1U << STEM_DA;
		}
	}
	/* One of the commonest, so that lists of all lengths meet. */
	if (prose_random(f->prose, 3) == 0)
		(void)snprintf(ways[0][0].text, sizeof(ways[0][0].text), "w1");
	score_slowly(f, &ask, hits, slow);
	for (i = 0; i < 2; i++) {
		ask.all = i == 0;
		assert_int_equal(
		    search_top(f->search, &ask, best, &count, &late), ERR_NONE);
		assert_int_equal(count, choose_slowly(&ask, slow, docs));
		for (k = 0; k < count; k++) {
			assert_int_equal(best[k].score, slow->score[docs[k]]);
			assert_int_equal(best[k].doc, docs[k]);
		}
	}
}

static void
check_slowly(struct fixture *f, uint32_t every, size_t parts)
{
	struct slow *slow = malloc(sizeof(*slow));
	struct search_hit *hits = calloc(MANY, sizeof(*hits));
	size_t round;

	assert_non_null(slow);
	assert_non_null(hits);
	fill_many(f, every);
	look(f);
	assert_int_equal(search_parts(f->search), parts);
	for (round = 0; round < 25; round++)
		compare_with_slow(f, slow, hits);
	free(slow);
	free(hits);
}

static void
one_large_part_is_ranked_as_a_slow_scorer_does(void **state)
{
	check_slowly(*state, MANY, 1);
}

static void
several_parts_are_ranked_as_a_slow_scorer_does(void **state)
{
	check_slowly(*state, 2500, 4);
}

/* Count what a document of its own scores, one way after another. */
static bool
mark(void *context, uint32_t doc, uint8_t kind)
{
	uint8_t *there = context;

	(void)kind;
	there[doc] = 1;
	return true;
}

static void
all_groups_or_any_are_fulfilled_by_whom_they_should(void **state)
{
	static struct search_hit hits[DOCS];
	static struct random_ask random;
	static uint8_t there[4][DOCS + 1];
	static uint8_t hit[DOCS + 1];
	struct fixture *f = *state;
	size_t count;
	size_t round;
	size_t groups;
	size_t i;
	size_t k;
	bool late;

	fill(f);
	(void)tend(f);
	look(f);
	for (round = 0; round < 200; round++) {
		make_ask(f, &random);
		random.ask.limit = DOCS;
		random.ask.accept = NULL;
		memset(there, 0, sizeof(there));
		memset(hit, 0, sizeof(hit));
		for (i = 0; i < random.ask.count; i++)
			for (k = 0; k < random.groups[i].count; k++)
				assert_int_equal(
				    search_each(f->search, SEARCH_WORD,
					random.groups[i].ways[k].text, mark,
					there[i]),
				    ERR_NONE);
		for (i = 0; i < random.groups[0].ngiven; i++)
			there[0][random.given[i].doc] = 1;
		assert_int_equal(
		    search_top(f->search, &random.ask, hits, &count, &late),
		    ERR_NONE);
		for (i = 0; i < count; i++)
			hit[hits[i].doc] = 1;
		for (i = 1; i <= DOCS; i++) {
			for (groups = 0, k = 0; k < random.ask.count; k++)
				groups += there[k][i];
			assert_int_equal(hit[i],
			    random.ask.all ? groups == random.ask.count :
					     groups > 0);
		}
	}
}

/*
 * Document ${doc} is hit ${place}, or as good as that one: documents that came
 * since make every word a little rarer, so that equals change places.
 */
static void
assert_same_place(
    const struct search_hit *hits, size_t count, size_t place, uint32_t doc)
{
	uint32_t slack = hits[place].score / 200;
	size_t i;

	for (i = 0; i < count && hits[i].doc != doc;)
		i++;
	assert_true(i < count);
	assert_in_range(hits[i].score, hits[place].score - slack,
	    hits[place].score + slack);
}

static void
parts_become_few_and_say_the_same(void **state)
{
	static struct search_hit before[DOCS];
	static struct search_hit after[DOCS];
	static struct random_ask random;
	struct fixture *f = *state;
	size_t parts;
	size_t count;
	size_t other;
	size_t i;
	bool late;

	fill(f);
	look(f);
	parts = search_parts(f->search);
	make_ask(f, &random);
	random.ask.all = false;
	random.ask.limit = DOCS;
	assert_int_equal(
	    search_top(f->search, &random.ask, before, &count, &late),
	    ERR_NONE);
	while (parts > 2) {
		add(f, DOCS + (uint32_t)parts, "x1", "");
		write_batch(f);
		(void)tend(f);
		look(f);
		parts = search_parts(f->search) < 8 ? 0 : 9;
	}
	assert_int_equal(
	    search_top(f->search, &random.ask, after, &other, &late), ERR_NONE);
	assert_int_equal(count, other);
	for (i = 0; i < count; i++)
		assert_same_place(before, count, i, after[i].doc);
}

static void
a_large_part_is_not_written_anew_for_a_few_documents(void **state)
{
	struct fixture *f = *state;
	uint32_t doc;

	for (doc = 1; doc <= 1000; doc++)
		add(f, doc, "Bolig", "");
	write_batch(f);
	for (; doc <= 1007; doc++) {
		add(f, doc, "Bolig", "");
		write_batch(f);
		assert_int_equal(tend(f), 0);
	}

	/* The eighth small one makes them one, and the large one stays. */
	add(f, doc, "Bolig", "");
	write_batch(f);
	assert_int_equal(tend(f), 1);
	look(f);
	assert_int_equal(search_parts(f->search), 2);
	assert_int_equal(search_docs(f->search), 1008);
}

static void
a_title_counts_more_than_a_text(void **state)
{
	struct fixture *f = *state;
	struct search_way ways[] = { way(SEARCH_WORD, "bolig", 256) };
	struct search_group group = { .ways = ways, .count = 1, .factor = 256 };
	struct search_ask ask = { .groups = &group, .count = 1, .limit = 3 };
	struct search_hit hits[3];
	size_t count;
	bool late;
	int why;

	add(f, 1, "Noget andet", "en bolig til unge");
	add(f, 2, "Bolig til unge", "noget andet");
	add(f, 3, "Slet ikke", "intet");
	write_batch(f);
	look(f);
	assert_int_equal(
	    search_top(f->search, &ask, hits, &count, &late), ERR_NONE);
	assert_int_equal(count, 2);
	assert_int_equal(hits[0].doc, 2);
	assert_int_equal(hits[1].doc, 1);
	assert_false(late);
	assert_int_equal(
	    search_explain(f->search, &ask, &hits[0], &why), ERR_NONE);
	assert_int_equal(why, 0);
	hits[0].ordinal = 77;
	assert_int_equal(
	    search_explain(f->search, &ask, &hits[0], &why), ERR_DAMAGED);
}

static void
a_word_that_means_something_else_there_counts_an_eighth(void **state)
{
	struct fixture *f = *state;
	struct search_way ways[] = { way(SEARCH_WORD, "dagtilbud", 256) };
	struct search_group group = { .ways = ways, .count = 1, .factor = 256 };
	struct search_ask ask = { .groups = &group, .count = 1, .limit = 2 };
	struct search_hit hits[2];
	size_t count;
	bool late;

	add(f, 1, "Dagtilbud", "");
	search_batch_begin(f->batch, 2, STEM_NO, 6);
	assert_int_equal(
	    search_batch_text(f->batch, SEARCH_TEXT, "et dagtilbud"), ERR_NONE);
	assert_int_equal(search_batch_end(f->batch), ERR_NONE);
	write_batch(f);
	look(f);
	assert_int_equal(
	    search_top(f->search, &ask, hits, &count, &late), ERR_NONE);
	assert_int_equal(hits[0].doc, 1);
	ways[0].elsewhere = 1U << STEM_DA;
	assert_int_equal(
	    search_top(f->search, &ask, hits, &count, &late), ERR_NONE);
	assert_int_equal(count, 2);
	assert_int_equal(hits[0].doc, 2);
}

static bool
at_once(void *context)
{
	(void)context;
	return true;
}

static void
what_is_found_when_time_is_up_is_the_answer(void **state)
{
	static struct random_ask random;
	struct fixture *f = *state;
	struct search_hit hits[BEST];
	size_t count = LATE;
	bool late = false;

	fill(f);
	look(f);
	make_ask(f, &random);
	random.groups[0].ways[0] = way(
	    SEARCH_WORD, prose_word(f->prose, 0), 256);
	random.ask.count = 1;
	random.ask.all = false;
	random.ask.limit = BEST;
	random.ask.late = at_once;
	assert_int_equal(
	    search_top(f->search, &random.ask, hits, &count, &late), ERR_NONE);
	assert_true(late);
	assert_true(count <= BEST);
}

/* ---- forgetting, damage ---- */

static uint64_t
count_of(struct fixture *f, const char *word)
{
	return search_count(f->search, SEARCH_WORD, word);
}

static void
a_forgotten_document_is_not_found_and_its_words_go(void **state)
{
	struct fixture *f = *state;
	struct search_way ways[] = { way(SEARCH_WORD, "hemmelig", 256) };
	struct search_group group = { .ways = ways, .count = 1, .factor = 256 };
	struct search_ask ask = { .groups = &group, .count = 1, .limit = 2 };
	struct search_hit hits[2];
	struct db_txn *txn;
	size_t count;
	bool late;

	add(f, 1, "Hemmelig", "sag");
	add(f, 2, "Offentlig", "sag");
	write_batch(f);
	assert_int_equal(db_begin(f->db, true, &txn), ERR_NONE);
	assert_int_equal(search_forget(txn, 0, 1), ERR_NONE);
	assert_int_equal(search_forget(txn, 0, 1), ERR_NONE);
	assert_int_equal(search_forget(txn, 0, 99), ERR_NONE);
	assert_int_equal(db_commit(&txn), ERR_NONE);
	look(f);
	assert_int_equal(search_docs(f->search), 1);
	assert_int_equal(
	    search_top(f->search, &ask, hits, &count, &late), ERR_NONE);
	assert_int_equal(count, 0);
	assert_int_equal(count_of(f, "hemmelig"), 1);
	assert_int_equal(tend(f), 1);
	look(f);
	assert_int_equal(count_of(f, "hemmelig"), 0);
	assert_int_equal(count_of(f, "sag"), 1);
	assert_int_equal(search_docs(f->search), 1);

	/* The last one goes with its part. */
	close_search(f);
	assert_int_equal(db_begin(f->db, true, &txn), ERR_NONE);
	assert_int_equal(search_forget(txn, 0, 2), ERR_NONE);
	assert_int_equal(db_commit(&txn), ERR_NONE);
	assert_int_equal(tend(f), 1);
	look(f);
	assert_int_equal(search_parts(f->search), 0);
}

/* Change one byte somewhere in a table. */
static void
damage(struct fixture *f, unsigned table)
{
	uint8_t copy[DB_KEY_MAX];
	struct db_txn *txn;
	struct bytes key = { .data = copy, .len = 0 };
	struct bytes found;
	struct bytes val;
	uint8_t *bytes;
	uint64_t skip;

	assert_int_equal(db_begin(f->db, true, &txn), ERR_NONE);
	skip = prose_random(f->prose, db_count(txn, table));
	do {
		assert_int_equal(
		    db_seek(txn, table, key, &found, &val), ERR_NONE);
		memcpy(copy, found.data, found.len);
		key.len = found.len + 1;
		copy[found.len] = '\0';
	} while (skip-- > 0);
	key.len--;
	assert_non_null(bytes = malloc(val.len + 1));
	memcpy(bytes, val.data, val.len);
	bytes[prose_random(f->prose, val.len)] ^= (uint8_t)(1 +
	    prose_random(f->prose, 255));
	val.data = bytes;
	if (prose_random(f->prose, 4) == 0)
		val.len = (size_t)prose_random(f->prose, val.len + 1);
	assert_int_equal(db_put(txn, table, key, val, DB_REPLACE), ERR_NONE);
	assert_int_equal(db_commit(&txn), ERR_NONE);
	free(bytes);
}

static bool
take_any(void *context, const char *text, uint32_t docs)
{
	(void)context;
	(void)text;
	(void)docs;
	return true;
}

static bool
take_place(void *context, const char *word, size_t at)
{
	size_t *sum = context;

	*sum += strlen(word) + at;
	return true;
}

static void
damage_is_an_error_or_nothing_at_all(void **state)
{
	static struct random_ask random;
	static char similar[SEARCH_TERM_MAX + 1];
	struct fixture *f = *state;
	struct search_hit hits[BEST];
	struct db_txn *old;
	struct db_txn *txn;
	size_t count;
	size_t sum = 0;
	size_t errors = 0;
	size_t i;
	bool late;
	bool done;

	fill(f);
	for (i = 0; i < 300; i++) {
		close_search(f);
		damage(f, (unsigned)prose_random(f->prose, 2));
		assert_int_equal(db_begin(f->db, false, &f->txn), ERR_NONE);
		if (search_open(f->txn, 0, &f->search) != ERR_NONE) {
			errors++;
			break;
		}
		make_ask(f, &random);
		random.ask.accept = NULL;
		random.ask.limit = BEST;
		errors += search_top(f->search, &random.ask, hits, &count,
			      &late) != ERR_NONE;
		errors += search_starting(f->search, SEARCH_WORD, "", take_any,
			      NULL, 100000) != ERR_NONE;
		errors += search_within(f->search, "ska", take_place, &sum,
			      100) != ERR_NONE;
		errors += search_similar(f->search, "skolkken", similar) ==
		    ERR_DAMAGED;
		search_close(f->search);
		f->search = NULL;
		assert_int_equal(db_begin(f->db, true, &txn), ERR_NONE);
		assert_int_equal(db_begin(f->db, false, &old), ERR_NONE);
		errors += search_tend(old, txn, 0, &done) != ERR_NONE;
		db_abort(&txn);
		db_abort(&old);
	}
	assert_true(errors > 0);
}

/* ---- words of the index ---- */

struct seen {
	char text[400];
	size_t count;
};

static bool
see(void *context, const char *text, uint32_t docs)
{
	struct seen *seen = context;

	(void)snprintf(seen->text + strlen(seen->text),
	    sizeof(seen->text) - strlen(seen->text), "%s:%u ", text,
	    (unsigned)docs);
	seen->count++;
	return true;
}

static bool
see_word(void *context, const char *word, size_t at)
{
	struct seen *seen = context;

	(void)snprintf(seen->text + strlen(seen->text),
	    sizeof(seen->text) - strlen(seen->text), "%s@%zu ", word, at);
	seen->count++;
	return true;
}

/* The same in a small part, and in one that was made of others. */
static void
check_words(struct fixture *f)
{
	struct seen seen = { .count = 0 };
	char word[SEARCH_TERM_MAX + 1];

	look(f);
	assert_int_equal(
	    search_starting(f->search, SEARCH_WORD, "hjemme", see, &seen, 10),
	    ERR_NONE);
	assert_string_equal(seen.text, "hjemmeplejen:1 hjemmesygeplejerske:1 ");
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(
	    search_starting(f->search, SEARCH_WORD, "hjemme", see, &seen, 1),
	    ERR_NONE);
	assert_int_equal(seen.count, 1);
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(
	    search_within(f->search, "pleje", see_word, &seen, 10), ERR_NONE);
	assert_int_equal(seen.count, 3);
	assert_non_null(strstr(seen.text, "hjemmeplejen@6 "));
	assert_non_null(strstr(seen.text, "hjemmesygeplejerske@10 "));
	assert_non_null(strstr(seen.text, "aeldrepleje@6 "));
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(
	    search_within(f->search, "hjemm", see_word, &seen, 10), ERR_NONE);
	assert_int_equal(seen.count, 0);
	assert_int_equal(
	    search_similar(f->search, "hjemeplejen", word), ERR_NONE);
	assert_string_equal(word, "hjemmeplejen");
	assert_int_equal(
	    search_similar(f->search, "jhemmeplejen", word), ERR_NONE);
	assert_string_equal(word, "hjemmeplejen");
	assert_int_equal(
	    search_similar(f->search, "kommunen", word), ERR_NOENT);
	assert_int_equal(search_similar(f->search, "tr", word), ERR_NOENT);
}

static void
words_of_the_index_are_found_by_beginnings_parts_and_mistakes(void **state)
{
	struct fixture *f = *state;
	uint32_t i;

	add(f, 1, "Hjemmeplejen",
	    "hjemmesygeplejerske \xc3\x86ldrepleje pleje");
	write_batch(f);
	check_words(f);
	for (i = 0; i < 8; i++) {
		add(f, 2 + i, "x", "");
		write_batch(f);
	}
	assert_true(tend(f) > 0);
	check_words(f);
}

/* ---- forms of words ---- */

static void
fast_folding_is_that_of_text_fold(void **state)
{
	struct tokens *tokens;
	struct token token;
	char text[8];
	char *folded;
	unsigned c;

	(void)state;
	assert_int_equal(tokens_new(&tokens), ERR_NONE);
	for (c = 0xc0; c <= 0x17f; c++) {
		if (c == 0xd7 || c == 0xf7)
			continue;
		(void)snprintf(text, sizeof(text), "x%c%cy",
		    (char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f)));
		assert_int_equal(text_fold(text, &folded), ERR_NONE);
		assert_int_equal(
		    tokens_forms(tokens, text, strlen(text), STEM_NONE, &token),
		    ERR_NONE);
		assert_string_equal(token.folded, folded);
		free(folded);
	}
	tokens_free(tokens);
}

/* Write a word of letters and marks of chance; most stand in Nordic words. */
static void
make_word(struct prose *prose, char out[64])
{
	static const unsigned from[] = { 'a', 'A', '0', 0xc0, 0x100, 0x300,
		0x1e00, 0x3b1, 0xad };
	static const unsigned many[] = { 26, 26, 10, 64, 128, 20, 256, 24, 1 };
	unsigned count = 1 + (unsigned)prose_random(prose, 9);
	unsigned kind;
	unsigned c;
	size_t len = 0;

	for (; count > 0; count--) {
		kind = (unsigned)prose_random(
		    prose, prose_random(prose, 4) == 0 ? 9 : 4);
		c = from[kind] + (unsigned)prose_random(prose, many[kind]);
		if (c >= 0x800)
			out[len++] = (char)(0xe0 | c >> 12);
		if (c >= 0x80)
			out[len++] = (char)(c >= 0x800 ?
				0x80 | (c >> 6 & 0x3f) :
				0xc0 | c >> 6);
		out[len++] = (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
	}
	out[len] = '\0';
}

static void
forms_in_all_languages_are_those_in_each(void **state)
{
	struct prose *prose = prose_new(5, 2000);
	struct token all[STEM_LANGS];
	struct token one;
	struct tokens *tokens;
	const char *word;
	char made[64];
	char *folded;
	size_t stemmed = 0;
	size_t i;
	int lang;
	enum err err;

	(void)state;
	assert_non_null(prose);
	assert_int_equal(tokens_new(&tokens), ERR_NONE);
	for (i = 0; i < 20000; i++) {
		word = made;
		if (i % 2 == 0)
			word = prose_word(prose, prose_random(prose, 2000));
		else
			make_word(prose, made);
		memset(all, 0x55, sizeof(all));
		err = tokens_in_all(tokens, word, strlen(word), all);
		for (lang = STEM_NONE; lang < STEM_LANGS; lang++) {
			assert_int_equal(
			    tokens_forms(tokens, word, strlen(word),
				(enum stem_lang)lang, &one),
			    err);
			if (err != ERR_NONE)
				break;
			assert_string_equal(one.folded, all[lang].folded);
			assert_string_equal(one.exact, all[lang].exact);
			assert_string_equal(one.stem, all[lang].stem);
			stemmed += one.stem[0] != '\0';
		}
		assert_true(err == ERR_NONE || err == ERR_NOENT);
		assert_int_equal(text_fold(word, &folded), ERR_NONE);
		if (err == ERR_NONE && strlen(folded) <= TOKEN_MAX)
			assert_string_equal(all[STEM_NONE].folded, folded);
		free(folded);
	}
	assert_true(stemmed > 1000);
	tokens_free(tokens);
	prose_free(prose);
}

static void
a_word_has_a_folded_an_exact_and_a_stemmed_form(void **state)
{
	static const struct {
		const char *raw;
		enum stem_lang lang;
		const char *folded;
		const char *exact;
		const char *stem;
	} cases[] = {
		{ "\xc3\x86ldre", STEM_NONE, "aeldre", "\xc3\xa6ldre", "" },
		{ "\xc3\xa4ldre", STEM_NONE, "aeldre", "\xc3\xa4ldre", "" },
		{ "aeldre", STEM_NONE, "aeldre", "aeldre", "" },
		{ "Boligerne", STEM_DA, "boligerne", "", "bol" },
		{ "kotihoidossa", STEM_FI, "kotihoidossa", "", "kotihoido" },
		{ "hemtj\xc3\xa4nsten", STEM_SV, "hemtjaensten",
		    "hemtj\xc3\xa4nsten", "hemtjaenst" },
		{ "heima\xc3\xbej\xc3\xb3nusta", STEM_NONE, "heimathjonusta",
		    "heima\xc3\xbej\xc3\xb3nusta", "" },
		{ "hjemme\xc2\xadpleje", STEM_NONE, "hjemmepleje", "", "" },
		{ "LA285", STEM_EN, "la285", "", "" },
	};
	struct tokens *tokens;
	struct token token;
	size_t i;

	(void)state;
	assert_int_equal(tokens_new(&tokens), ERR_NONE);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    tokens_forms(tokens, cases[i].raw, strlen(cases[i].raw),
			cases[i].lang, &token),
		    ERR_NONE);
		assert_string_equal(token.folded, cases[i].folded);
		assert_string_equal(token.exact, cases[i].exact);
		assert_string_equal(token.stem, cases[i].stem);
	}
	assert_int_equal(
	    tokens_forms(tokens, "a", 1, STEM_NONE, &token), ERR_NOENT);
	assert_int_equal(
	    tokens_forms(tokens, "\xc2\xad", 2, STEM_NONE, &token), ERR_NOENT);
	tokens_free(tokens);
}

static void
words_are_runs_of_letters_and_digits(void **state)
{
	const char *text = " \xc2\xa7 14 b, L\xc3\x86"
			   "285 \xe2\x80\x93 (ny)";
	size_t len;

	(void)state;
	text = tokens_next(text, &len);
	assert_int_equal(len, 2);
	text = tokens_next(text + len, &len);
	assert_int_equal(len, 1);
	text = tokens_next(text + len, &len);
	assert_memory_equal(text,
	    "L\xc3\x86"
	    "285",
	    6);
	assert_int_equal(len, 6);
	text = tokens_next(text + len, &len);
	assert_int_equal(len, 2);
	(void)tokens_next(text + len, &len);
	assert_int_equal(len, 0);
}

static void
words_of_every_text_are_common(void **state)
{
	(void)state;
	assert_true(tokens_is_common("og"));
	assert_true(tokens_is_common("ettae"));
	assert_true(tokens_is_common("which"));
	assert_false(tokens_is_common("bolig"));
	assert_false(tokens_is_common("og ha"));
	assert_false(tokens_is_common(""));
}

static void
a_text_that_is_no_text_has_no_words(void **state)
{
	struct fixture *f = *state;
	char *text = malloc(400001);

	assert_non_null(text);
	memset(text, 'q', 400000);
	text[400000] = '\0';
	add(f, 1, "\xff\xfe bolig", text);
	write_batch(f);
	look(f);
	assert_int_equal(count_of(f, "bolig"), 0);
	assert_int_equal(search_docs(f->search), 1);
	text[TOKEN_MAX] = '\0';
	assert_int_equal(count_of(f, text), 1);
	free(text);
}

#define unit(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		unit(the_best_are_those_of_the_exhaustive_ranking),
		unit(a_search_that_was_left_sees_what_was_written_since),
		unit(one_large_part_is_ranked_as_a_slow_scorer_does),
		unit(several_parts_are_ranked_as_a_slow_scorer_does),
		unit(all_groups_or_any_are_fulfilled_by_whom_they_should),
		unit(parts_become_few_and_say_the_same),
		unit(a_large_part_is_not_written_anew_for_a_few_documents),
		unit(a_title_counts_more_than_a_text),
		unit(a_word_that_means_something_else_there_counts_an_eighth),
		unit(what_is_found_when_time_is_up_is_the_answer),
		unit(a_forgotten_document_is_not_found_and_its_words_go),
		unit(damage_is_an_error_or_nothing_at_all),
		unit(
		    words_of_the_index_are_found_by_beginnings_parts_and_mistakes),
		unit(a_text_that_is_no_text_has_no_words),
		cmocka_unit_test(fast_folding_is_that_of_text_fold),
		cmocka_unit_test(forms_in_all_languages_are_those_in_each),
		cmocka_unit_test(
		    a_word_has_a_folded_an_exact_and_a_stemmed_form),
		cmocka_unit_test(words_are_runs_of_letters_and_digits),
		cmocka_unit_test(words_of_every_text_are_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
