#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/db.h"
#include "daemon/dictionary_make.h"
#include "daemon/lexicon.h"
#include "daemon/plan.h"
#include "daemon/search.h"
#include "tests/unit/scratch.h"

#define TABLES 2
#define MANY   10000

static const char *const table_names[TABLES] = { "parts", "terms" };

/* What the index holds. */
static const struct {
	enum stem_lang lang;
	const char *title;
} texts[] = {
	{ STEM_DA, "Faste teams i hjemmeplejen" },
	{ STEM_SV, "Fasta team i hemtj\xc3\xa4nsten" },
	{ STEM_FI, "Pysyv\xc3\xa4t tiimit kotihoidossa" },
	{ STEM_DA, "Natur i dagtilbud og boliger" },
	{ STEM_DA, "Integration og hjemmeplejeopgaver" },
	{ STEM_NO, "Kvalrossar ved kaia" },
	{ STEM_SV, "Valrossar i hamnen" },
	{ STEM_NO, "Hunnen og ungene" },
	{ STEM_DA, "Hunden i skoven" },
	{ STEM_NO, "Fyrt\xc3\xa5rn til leie" },
	{ STEM_DA, "M\xc3\xa5nehunde i klassen" },
};

struct fixture {
	char *dir;
	char *path;
	struct db *db;
	struct db_txn *txn;
	struct search *search;
	struct lexicon *lexicon;
	struct plan *plan;
};

static enum err
fill(struct fixture *f)
{
	struct search_batch *batch = NULL;
	struct db_txn *txn = NULL;
	uint32_t i;
	enum err err;

	err = search_batch_new(&batch);
	for (i = 0; err == ERR_NONE && i < sizeof(texts) / sizeof(texts[0]);
	     i++) {
		search_batch_begin(batch, i + 1, texts[i].lang, 1);
		err = search_batch_text(batch, SEARCH_TITLE, texts[i].title);
		if (err == ERR_NONE)
			err = search_batch_end(batch);
	}
	if (err == ERR_NONE)
		err = db_begin(f->db, true, &txn);
	if (err == ERR_NONE)
		err = search_batch_write(batch, txn, 0);
	if (err == ERR_NONE)
		err = db_commit(&txn);
	db_abort(&txn);
	search_batch_free(batch);
	return err;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct db_options options = {
		.map_bytes = (size_t)64 << 20,
		.tables = table_names,
		.ntables = TABLES,
	};

	if (f == NULL)
		return -1;
	*state = f;
	if ((f->dir = scratch_make()) == NULL ||
	    (f->path = scratch_path(f->dir, "search")) == NULL)
		return -1;
	options.path = f->path;
	if (db_open(&options, &f->db) != ERR_NONE || fill(f) != ERR_NONE ||
	    db_begin(f->db, false, &f->txn) != ERR_NONE ||
	    search_open(f->txn, 0, &f->search) != ERR_NONE)
		return -1;
	return lexicon_open("conf", &f->lexicon) == ERR_NONE ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	plan_free(f->plan);
	lexicon_close(f->lexicon);
	search_close(f->search);
	db_abort(&f->txn);
	db_close(f->db);
	free(f->path);
	scratch_remove(f->dir);
	free(f);
	return 0;
}

/* ---- helpers ---- */

static char *
lend(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* Plan for words that were typed as arguments of their own; NULL ends them. */
static const struct plan_group *
plan(struct fixture *f, enum vocab_lang lang, size_t *ret_count, ...)
{
	char *words[16];
	const char *word;
	size_t count = 0;
	va_list list;

	va_start(list, ret_count);
	while ((word = va_arg(list, const char *)) != NULL && count < 16)
		words[count++] = lend(word);
	va_end(list);
	plan_free(f->plan);
	f->plan = NULL;
	assert_int_equal(
	    plan_new(f->search, f->lexicon, lang, words, count, &f->plan),
	    ERR_NONE);
	return plan_groups(f->plan, ret_count);
}

/* A number as word lists have it. */
static void
number(char out[8], size_t value)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	(void)snprintf(out, 8, "%c%c%c", digits[value >> 12 & 63],
	    digits[value >> 6 & 63], digits[value & 63]);
}

static FILE *
list_file(const char *dir, const char *name, const char *ending)
{
	char file[80];
	char *path;
	FILE *out;

	(void)snprintf(file, sizeof(file), "%s.%s", name, ending);
	path = scratch_path(dir, file);
	assert_non_null(path);
	out = fopen(path, "we");
	assert_non_null(out);
	free(path);
	return out;
}

/* Write the word list ${name}: each word, then what it is called; NULL ends it. */
static void
list(struct fixture *f, const char *name, ...)
{
	FILE *index = list_file(f->dir, name, "index");
	FILE *text = list_file(f->dir, name, "dict");
	char entry[200];
	char from[8];
	char len[8];
	const char *word;
	size_t at = 0;
	va_list words;

	va_start(words, name);
	while ((word = va_arg(words, const char *)) != NULL) {
		(void)snprintf(entry, sizeof(entry), "%s <n>\n%s\n", word,
		    va_arg(words, const char *));
		number(from, at);
		number(len, strlen(entry));
		(void)fprintf(index, "%s\t%s\t%s\n", word, from, len);
		(void)fputs(entry, text);
		at += strlen(entry);
	}
	va_end(words);
	assert_int_equal(fclose(index), 0);
	assert_int_equal(fclose(text), 0);
}

/* Have the lists looked into. */
static void
use_lists(struct fixture *f)
{
	char *path = scratch_path(f->dir, "words");
	struct dictionary_made made;

	assert_non_null(path);
	assert_int_equal(unsetenv("ERFA_DICTIONARY"), 0);
	assert_int_equal(dictionary_make(f->dir, path, &made), ERR_NONE);
	assert_int_equal(lexicon_add(f->lexicon, path), ERR_NONE);
	free(path);
}

/* The way of ${group} by this term, or NULL. */
static const struct search_way *
way(const struct plan_group *group, enum search_term kind, const char *text)
{
	size_t i;

	for (i = 0; i < group->group.count; i++)
		if (group->group.ways[i].kind == kind &&
		    strcmp(group->group.ways[i].text, text) == 0)
			return &group->group.ways[i];
	return NULL;
}

/* Whether a word was left out for a reason that holds ${part}. */
static bool
left_out(const struct fixture *f, const char *part)
{
	const char *left;
	size_t i;

	for (i = 0; (left = plan_left(f->plan, i)) != NULL; i++)
		if (strstr(left, part) != NULL)
			return true;
	return false;
}

/* ---- words ---- */

static void
a_word_is_looked_for_itself_first(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	const struct search_way *itself;
	size_t count;
	size_t i;

	groups = plan(f, VOCAB_DA, &count, "hjemmeplejen", NULL);
	assert_int_equal(count, 1);
	assert_string_equal(groups[0].typed, "hjemmeplejen");
	assert_string_equal(groups[0].guess, "");
	itself = way(&groups[0], SEARCH_WORD, "hjemmeplejen");
	assert_non_null(itself);
	assert_int_equal(itself->mark, PLAN_WORD);
	for (i = 0; i < groups[0].group.count; i++)
		assert_true(groups[0].group.ways[i].weight <= itself->weight);
}

static void
a_word_is_looked_for_by_what_it_means(void **state)
{
	static const struct {
		enum vocab_lang lang;
		const char *word;
	} said[] = { { VOCAB_DA, "hjemmepleje" },
		{ VOCAB_NB, "hjemmetjeneste" }, { VOCAB_FI, "kotihoito" },
		{ VOCAB_EN, "home care" } };
	struct fixture *f = *state;
	const struct plan_group *groups;
	const struct search_way *meant;
	size_t count;
	size_t i;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		groups = plan(f, said[i].lang, &count, said[i].word, NULL);
		assert_in_range(count, 1, 2);
		meant = way(&groups[0], SEARCH_CONCEPT, "home_care");
		assert_non_null(meant);
		assert_int_equal(meant->mark, PLAN_CONCEPT);
		assert_in_range(groups[0].nconcepts, 1, 4);
	}
}

static void
without_a_lexicon_words_mean_themselves(void **state)
{
	char *words[] = { lend("hjemmepleje") };
	struct fixture *f = *state;
	const struct plan_group *groups;
	size_t count;
	size_t i;

	assert_int_equal(
	    plan_new(f->search, NULL, VOCAB_DA, words, 1, &f->plan), ERR_NONE);
	groups = plan_groups(f->plan, &count);
	assert_int_equal(count, 1);
	for (i = 0; i < groups[0].group.count; i++)
		assert_int_not_equal(
		    groups[0].group.ways[i].kind, SEARCH_CONCEPT);
}

static void
a_false_friend_is_worth_less_where_it_lies(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	const struct search_way *itself;
	size_t count;

	groups = plan(f, VOCAB_DA, &count, "dagtilbud", NULL);
	assert_int_equal(count, 1);
	itself = way(&groups[0], SEARCH_WORD, "dagtilbud");
	assert_non_null(itself);
	assert_true((itself->elsewhere & 1U << STEM_NO) != 0);
	assert_true((itself->elsewhere & 1U << STEM_DA) == 0);
}

static void
what_another_grammar_leaves_of_a_word_is_not_looked_for(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	size_t count;

	/* Finnish takes "tillit" for a form of "til", which Danes say all day. */
	groups = plan(f, VOCAB_NB, &count, "tillit", NULL);
	assert_int_equal(count, 1);
	assert_non_null(way(&groups[0], SEARCH_WORD, "tillit"));
	assert_null(way(&groups[0], SEARCH_STEM, "til"));
	assert_null(way(&groups[0], SEARCH_WORD, "til"));
}

static void
a_mistake_is_guessed(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	size_t count;

	groups = plan(f, VOCAB_DA, &count, "hjemepleejn", NULL);
	assert_int_equal(count, 1);
	assert_string_equal(groups[0].guess, "hjemmeplejen");
	assert_non_null(way(&groups[0], SEARCH_WORD, "hjemmeplejen"));
}

static void
a_word_is_looked_for_as_neighbours_spell_it(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	const struct search_way *there;
	size_t count;

	groups = plan(f, VOCAB_DA, &count, "hvalros", NULL);
	assert_int_equal(count, 1);
	assert_int_equal(groups[0].nconcepts, 0);
	assert_string_equal(groups[0].guess, "");
	there = way(&groups[0], SEARCH_STEM, "kvalross");
	assert_non_null(there);
	assert_int_equal(there->mark, PLAN_COGNATE);
	assert_true(
	    there->weight < way(&groups[0], SEARCH_WORD, "hvalros")->weight);

	/* Only there: to Danes it may be any other word. */
	assert_true((there->elsewhere & 1U << STEM_NO) == 0);
	assert_true((there->elsewhere & 1U << STEM_DA) != 0);
	assert_non_null(way(&groups[0], SEARCH_STEM, "valross"));

	/* What nobody has written is not looked for. */
	assert_null(way(&groups[0], SEARCH_WORD, "hvalross"));
}

static void
what_nothing_has_weighs_nothing_beside_what_is_there(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	size_t count;

	groups = plan(
	    f, VOCAB_DA, &count, "hjemmepleje", "vindm\xc3\xb8ller", NULL);
	assert_int_equal(count, 2);
	assert_int_equal(groups[0].group.factor, 256);
	assert_int_equal(groups[1].group.factor, 0);
	assert_true(left_out(f, "nothing here has it"));

	/* Alone it is the question, and so it is beside what means nothing. */
	groups = plan(f, VOCAB_DA, &count, "vindm\xc3\xb8ller", NULL);
	assert_int_equal(count, 1);
	assert_int_equal(groups[0].group.factor, 256);
	assert_null(plan_left(f->plan, 0));
	groups = plan(
	    f, VOCAB_DA, &count, "vindm\xc3\xb8ller", "hvalros", NULL);
	assert_int_equal(count, 2);
	assert_true(groups[0].group.factor > 0);
	assert_null(plan_left(f->plan, 0));
}

static void
another_word_is_no_spelling_of_this_one(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	size_t count;

	/* "hunnen", the she, would be "hunden" to Danes if it were that word. */
	groups = plan(f, VOCAB_NB, &count, "hunnen", NULL);
	assert_int_equal(count, 1);
	assert_null(way(&groups[0], SEARCH_WORD, "hunden"));
}

static void
a_beginning_stands_for_the_words_that_have_it(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	size_t count;

	groups = plan(f, VOCAB_DA, &count, "hjemmepl*", NULL);
	assert_int_equal(count, 1);
	assert_non_null(way(&groups[0], SEARCH_WORD, "hjemmeplejen"));
}

/* ---- other languages ---- */

static void
a_word_is_looked_for_as_a_dictionary_says_it(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	const struct search_way *there;
	size_t count;

	groups = plan(f, VOCAB_FI, &count, "majakka", NULL);
	assert_int_equal(count, 1);
	assert_null(way(&groups[0], SEARCH_WORD, "fyrtaarn"));

	list(f, "x-fin-nor", "majakka", "fyrt\xc3\xa5rn", "kuu", "m\xc3\xa5ne",
	    NULL);
	use_lists(f);
	groups = plan(f, VOCAB_FI, &count, "majakka", NULL);
	assert_int_equal(count, 1);
	there = way(&groups[0], SEARCH_WORD, "fyrtaarn");
	assert_non_null(there);
	assert_int_equal(there->mark, PLAN_DICTIONARY);
	assert_true(
	    there->weight < way(&groups[0], SEARCH_WORD, "majakka")->weight);

	/* Only where people mean that by it. */
	assert_true((there->elsewhere & 1U << STEM_NO) == 0);
	assert_true((there->elsewhere & 1U << STEM_FI) != 0);

	/* What nobody has written is not looked for. */
	groups = plan(f, VOCAB_FI, &count, "kuu", NULL);
	assert_int_equal(count, 1);
	assert_null(way(&groups[0], SEARCH_WORD, "maane"));
	assert_null(way(&groups[0], SEARCH_STEM, "maan"));
}

static void
a_neighbour_who_means_another_thing_is_a_false_friend(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	const struct search_way *there;
	size_t count;

	list(f, "x-fin-nor", "majakka", "fyrt\xc3\xa5rn", NULL);
	list(f, "x-dan-eng", "fyrt\xc3\xa5rn", "bonfire", NULL);
	use_lists(f);
	groups = plan(f, VOCAB_FI, &count, "majakka", NULL);
	assert_int_equal(count, 1);
	there = way(&groups[0], SEARCH_WORD, "fyrtaarn");
	assert_non_null(there);
	assert_true((there->elsewhere & 1U << STEM_NO) == 0);
	assert_true((there->elsewhere & 1U << STEM_DA) != 0);
	assert_true((there->elsewhere & 1U << STEM_SV) == 0);
}

static void
a_question_may_be_in_another_language_than_the_reader_s(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	size_t count;

	list(f, "x-fin-nor", "majakka", "fyrt\xc3\xa5rn", NULL);
	use_lists(f);
	groups = plan(f, VOCAB_EN, &count, "majakka", NULL);
	assert_int_equal(count, 1);
	assert_non_null(way(&groups[0], SEARCH_WORD, "fyrtaarn"));
	groups = plan(f, VOCAB_ANY, &count, "majakka", NULL);
	assert_int_equal(count, 1);
	assert_non_null(way(&groups[0], SEARCH_WORD, "fyrtaarn"));
}

static void
a_compound_is_looked_for_as_one_of_other_words(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	const struct search_way *there;
	size_t count;

	list(f, "x-fin-dan", "kuu", "m\xc3\xa5ne", "koira", "hund", NULL);
	use_lists(f);
	groups = plan(f, VOCAB_FI, &count, "kuukoira", NULL);
	assert_int_equal(count, 1);
	there = way(&groups[0], SEARCH_WORD, "maanehunde");
	assert_non_null(there);
	assert_int_equal(there->mark, PLAN_DICTIONARY);
	/* More than a dog of any kind. */
	assert_true(
	    there->weight > way(&groups[0], SEARCH_STEM, "hund")->weight);
}

static void
words_of_two_languages_lead_to_a_concept(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	const struct search_way *meant;
	size_t count;

	list(f, "x-fin-nor", "hilkku", "hjemmetjeneste", NULL);
	use_lists(f);
	groups = plan(f, VOCAB_FI, &count, "hilkku", NULL);
	assert_int_equal(count, 1);
	assert_false(groups[0].foreign);
	list(f, "x-fin-swe", "hilkku", "hemtj\xc3\xa4nst", NULL);
	use_lists(f);
	groups = plan(f, VOCAB_FI, &count, "hilkku", NULL);
	assert_int_equal(count, 1);
	assert_true(groups[0].foreign);
	meant = way(&groups[0], SEARCH_CONCEPT, "home_care");
	assert_non_null(meant);
	assert_true(
	    meant->weight < way(&groups[0], SEARCH_WORD, "hilkku")->weight);
}

static void
what_a_dictionary_has_is_no_mistake(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	size_t count;

	groups = plan(f, VOCAB_DA, &count, "klassem", NULL);
	assert_int_equal(count, 1);
	assert_string_equal(groups[0].guess, "klassen");
	list(f, "x-dan-eng", "klassem", "calico", NULL);
	use_lists(f);
	groups = plan(f, VOCAB_DA, &count, "klassem", NULL);
	assert_int_equal(count, 1);
	assert_string_equal(groups[0].guess, "");
}

/* ---- what else can be said ---- */

static void
words_in_quotes_are_a_phrase_and_words(void **state)
{
	struct fixture *f = *state;
	size_t count;

	(void)plan(f, VOCAB_DA, &count, "\"Faste teams\"", NULL);
	assert_string_equal(plan_phrase(f->plan, 0), "faste teams");
	assert_null(plan_phrase(f->plan, 1));
	assert_true(count > 0);
	(void)plan(f, VOCAB_DA, &count, "\"Ro i \xc3\x85rhus, 5\"", NULL);
	assert_string_equal(plan_phrase(f->plan, 0), "ro i aarhus 5");
	(void)plan(f, VOCAB_DA, &count, "\"hjemmeplejen\"", NULL);
	assert_null(plan_phrase(f->plan, 0));
}

static void
a_minus_keeps_a_word_out(void **state)
{
	struct fixture *f = *state;
	const struct search_way *ways;
	size_t nways;
	size_t count;
	size_t i;
	bool found = false;

	(void)plan(f, VOCAB_DA, &count, "boliger", "-natur", NULL);
	assert_int_equal(count, 1);
	ways = plan_without(f->plan, &nways);
	for (i = 0; i < nways; i++)
		found = found || strcmp(ways[i].text, "natur") == 0;
	assert_true(found);
}

static void
a_minus_keeps_a_beginning_out(void **state)
{
	struct fixture *f = *state;
	const struct search_way *without;
	size_t count;
	size_t i;
	bool found = false;

	(void)plan(f, VOCAB_DA, &count, "natur", "-hjem*", NULL);
	without = plan_without(f->plan, &count);
	for (i = 0; i < count; i++)
		found |= strcmp(without[i].text, "hjemmeplejen") == 0;
	assert_true(found);
}

static void
a_part_of_a_word_is_followed_by_an_ending_or_by_much(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	size_t count;

	groups = plan(f, VOCAB_ANY, &count, "pleje", NULL);
	assert_int_equal(count, 1);
	assert_non_null(way(&groups[0], SEARCH_WORD, "hjemmeplejen"));
	assert_non_null(way(&groups[0], SEARCH_WORD, "hjemmeplejeopgaver"));
	groups = plan(f, VOCAB_DA, &count, "gratis", NULL);
	assert_int_equal(count, 1);
	assert_null(way(&groups[0], SEARCH_WORD, "integration"));
}

static void
words_that_say_little_go_with_what_is_chosen_by(void **state)
{
	struct fixture *f = *state;
	size_t count;

	(void)plan(f, VOCAB_NN, &count, "avslegne", "s\xc3\xb8knader", NULL);
	assert_int_equal(count, 0);
	assert_string_equal(plan_facet(f->plan, 0), "outcome:rejected");
	(void)plan(f, VOCAB_NN, &count, "s\xc3\xb8knader", NULL);
	assert_int_equal(count, 1);
}

static void
what_is_said_of_results_is_a_facet(void **state)
{
	struct fixture *f = *state;
	const char *facet;
	size_t count;
	size_t i;
	bool rejected = false;
	bool finland = false;

	(void)plan(f, VOCAB_DA, &count, "afviste", "boliger", NULL);
	for (i = 0; (facet = plan_facet(f->plan, i)) != NULL; i++)
		rejected = rejected || strstr(facet, ":rejected") != NULL;
	assert_true(rejected);
	(void)plan(f, VOCAB_SV, &count, "finska", "kommuner", NULL);
	for (i = 0; (facet = plan_facet(f->plan, i)) != NULL; i++)
		finland = finland || strcmp(facet, "country:fi") == 0;
	assert_true(finland);
}

/* ${text} in ${lang} asks for ${facet} alone; NULL = for none. */
static void
assert_facet(struct fixture *f, enum vocab_lang lang, const char *text,
    const char *facet)
{
	size_t count;

	(void)plan(f, lang, &count, text, NULL);
	if (facet == NULL) {
		if (plan_facet(f->plan, 0) != NULL)
			fail_msg("%s: %s", text, plan_facet(f->plan, 0));
		return;
	}
	if (plan_facet(f->plan, 0) == NULL)
		fail_msg("%s: no %s", text, facet);
	assert_string_equal(plan_facet(f->plan, 0), facet);
	assert_null(plan_facet(f->plan, 1));
}

static void
words_of_every_day_choose_nothing(void **state)
{
	struct fixture *f = *state;

	assert_facet(f, VOCAB_SV, "svenska för invandrare", NULL);
	assert_facet(f, VOCAB_DA, "dansk for indvandrere", NULL);
	assert_facet(f, VOCAB_NB, "norsk for flyktninger", NULL);
	assert_facet(f, VOCAB_FI, "suomen kieli maahanmuuttajille", NULL);
	assert_facet(f, VOCAB_EN, "swedish for immigrants", NULL);
	assert_facet(f, VOCAB_EN, "islands ferry", NULL);
	assert_facet(f, VOCAB_NN, "finn ein jobb", NULL);
	assert_facet(f, VOCAB_DA, "borgere over 75 år", NULL);
	assert_facet(f, VOCAB_NB, "verken i arbeid eller skole", NULL);
	assert_facet(f, VOCAB_SV, "hem till stan", NULL);
	assert_facet(f, VOCAB_FI, "käynnit kotona", NULL);
	assert_facet(f, VOCAB_IS, "hætta á skriðuföllum", NULL);
	assert_facet(f, VOCAB_NB, "aktive eldre", NULL);
	assert_facet(f, VOCAB_DA, "godkendt plejefamilie", NULL);
	assert_facet(f, VOCAB_NB, "trukket ut", NULL);
	assert_facet(f, VOCAB_EN, "planned housing", NULL);
}

static void
the_same_words_choose_beside_what_is_said_of_trials(void **state)
{
	struct fixture *f = *state;

	assert_facet(f, VOCAB_SV, "försök från Danmark", "country:dk");
	assert_facet(f, VOCAB_DA, "norske forsøg med boliger", "country:no");
	assert_facet(f, VOCAB_DA, "dansk", "country:dk");
	assert_facet(f, VOCAB_FI, "kotihoito Suomessa", "country:fi");
	assert_facet(f, VOCAB_FI, "Ruotsin kunnat", "country:se");
	assert_facet(f, VOCAB_DA, "Island", "country:is");
	assert_facet(f, VOCAB_NB, "aktive forsøk", "status:active");
	assert_facet(f, VOCAB_EN, "approved applications", "outcome:approved");
	assert_facet(
	    f, VOCAB_SV, "planerade försök om skolan", "status:planned");
	assert_facet(f, VOCAB_NN, "avbrotne forsøk", "status:stopped");
}

static void
a_year_after_a_word_for_since_is_where_it_begins(void **state)
{
	struct fixture *f = *state;
	size_t count;

	assert_facet(f, VOCAB_DA, "hjemmepleje siden 2020", "since:2020");
	assert_facet(f, VOCAB_SV, "skolor sedan 2019", "since:2019");
	assert_facet(f, VOCAB_FI, "kotihoito vuodesta 2018", "since:2018");
	assert_facet(f, VOCAB_IS, "skóli frá 2021", "since:2021");
	assert_facet(f, VOCAB_EN, "since 1999", "since:1999");
	(void)plan_groups(f->plan, &count);
	assert_int_equal(count, 0);
	assert_facet(f, VOCAB_DA, "siden kommunen begyndte", NULL);
	assert_facet(f, VOCAB_DA, "siden 75 år", NULL);
	assert_facet(f, VOCAB_DA, "siden 2020erne", NULL);
	assert_facet(f, VOCAB_DA, "skole 2020", NULL);
	assert_facet(f, VOCAB_EN, "since -2020", NULL);
}

static void
municipalities_like_ours_are_asked_for(void **state)
{
	struct fixture *f = *state;

	assert_facet(f, VOCAB_DA, "kommuner som ligner os", "like:us");
	assert_facet(f, VOCAB_SV, "kommuner som liknar oss", "like:us");
	assert_facet(
	    f, VOCAB_FI, "kokeilut meidän kaltaisissa kunnissa", "like:us");
	assert_facet(
	    f, VOCAB_EN, "home care municipalities like us", "like:us");
	assert_facet(f, VOCAB_EN, "what pupils like", NULL);
}

/* ---- whatever is typed ---- */

static void
bounds_hold(const struct fixture *f)
{
	const struct plan_group *groups;
	size_t count;
	size_t i;

	groups = plan_groups(f->plan, &count);
	assert_in_range(count, 0, SEARCH_GROUPS);
	for (i = 0; i < count; i++) {
		assert_in_range(groups[i].group.count, 0, SEARCH_WAYS);
		assert_in_range(strlen(groups[i].typed), 1, PLAN_TEXT - 1);
		assert_in_range(groups[i].nconcepts, 0, 4);
	}
	for (i = 0; plan_left(f->plan, i) != NULL; i++)
		assert_in_range(i, 0, PLAN_LEFT - 1);
	for (i = 0; plan_facet(f->plan, i) != NULL; i++)
		assert_in_range(i, 0, PLAN_FACETS - 1);
	for (i = 0; plan_phrase(f->plan, i) != NULL; i++)
		assert_in_range(i, 0, PLAN_PHRASES - 1);
}

static void
ten_thousand_words_take_bounded_room(void **state)
{
	static const char *const kinds[] = { "ord%d", "hjemmepleje%d", "*",
		"og", "-ord%d", "\"to ord%d\"", "a%d*" };
	struct fixture *f = *state;
	char **words = calloc(MANY, sizeof(*words));
	char *room = calloc(MANY, 32);
	size_t i;
	size_t k;

	assert_non_null(words);
	assert_non_null(room);
	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		for (i = 0; i < MANY; i++) {
			words[i] = room + 32 * i;
			memset(words[i], 0, 32);
			memcpy(words[i], kinds[k], strcspn(kinds[k], "%"));
			if (strchr(kinds[k], '%') != NULL)
				(void)snprintf(words[i] + strlen(words[i]), 12,
				    "%zu%s", i, strstr(kinds[k], "%d") + 2);
		}
		plan_free(f->plan);
		f->plan = NULL;
		assert_int_equal(plan_new(f->search, f->lexicon, VOCAB_DA,
				     words, MANY, &f->plan),
		    ERR_NONE);
		bounds_hold(f);
		assert_true(left_out(f, ""));
	}
	free(room);
	free(words);
}

static void
what_is_no_text_is_left_out(void **state)
{
	struct fixture *f = *state;
	size_t count;

	(void)plan(f, VOCAB_DA, &count, "\xff\xfe", "boliger", NULL);
	assert_int_equal(count, 1);
	assert_true(left_out(f, "UTF-8"));
	(void)plan(f, VOCAB_DA, &count, "\x01\x02\x1b[31m", "\"\"\"", "*", "-",
	    "", NULL);
	bounds_hold(f);
	(void)plan(f, VOCAB_DA, &count, NULL);
	assert_int_equal(count, 0);
	plan_free(NULL);
}

static void
the_same_words_give_the_same_plan(void **state)
{
	struct fixture *f = *state;
	const struct plan_group *groups;
	struct search_way before[SEARCH_WAYS];
	size_t nbefore;
	size_t count;
	size_t i;

	groups = plan(f, VOCAB_DA, &count, "hjemmepleje", NULL);
	nbefore = groups[0].group.count;
	memcpy(before, groups[0].group.ways, nbefore * sizeof(before[0]));
	groups = plan(f, VOCAB_DA, &count, "hjemmepleje", NULL);
	assert_int_equal(groups[0].group.count, nbefore);
	for (i = 0; i < nbefore; i++) {
		assert_int_equal(before[i].kind, groups[0].group.ways[i].kind);
		assert_string_equal(
		    before[i].text, groups[0].group.ways[i].text);
		assert_int_equal(
		    before[i].weight, groups[0].group.ways[i].weight);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_word_is_looked_for_itself_first),
		TEST(a_word_is_looked_for_by_what_it_means),
		TEST(without_a_lexicon_words_mean_themselves),
		TEST(a_false_friend_is_worth_less_where_it_lies),
		TEST(what_another_grammar_leaves_of_a_word_is_not_looked_for),
		TEST(a_mistake_is_guessed),
		TEST(a_word_is_looked_for_as_neighbours_spell_it),
		TEST(what_nothing_has_weighs_nothing_beside_what_is_there),
		TEST(another_word_is_no_spelling_of_this_one),
		TEST(a_word_is_looked_for_as_a_dictionary_says_it),
		TEST(a_neighbour_who_means_another_thing_is_a_false_friend),
		TEST(a_question_may_be_in_another_language_than_the_reader_s),
		TEST(a_compound_is_looked_for_as_one_of_other_words),
		TEST(words_of_two_languages_lead_to_a_concept),
		TEST(what_a_dictionary_has_is_no_mistake),
		TEST(a_beginning_stands_for_the_words_that_have_it),
		TEST(words_in_quotes_are_a_phrase_and_words),
		TEST(a_minus_keeps_a_word_out),
		TEST(a_minus_keeps_a_beginning_out),
		TEST(a_part_of_a_word_is_followed_by_an_ending_or_by_much),
		TEST(words_that_say_little_go_with_what_is_chosen_by),
		TEST(what_is_said_of_results_is_a_facet),
		TEST(words_of_every_day_choose_nothing),
		TEST(the_same_words_choose_beside_what_is_said_of_trials),
		TEST(a_year_after_a_word_for_since_is_where_it_begins),
		TEST(municipalities_like_ours_are_asked_for),
		TEST(ten_thousand_words_take_bounded_room),
		TEST(what_is_no_text_is_left_out),
		TEST(the_same_words_give_the_same_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
