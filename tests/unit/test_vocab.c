#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/vocab.h"

#define CONCEPTS "conf/vocabulary.txt"
#define VALUES   "conf/search_words.txt"
#define LABELS   "conf/labels.tsv"
#define MANY     64

struct fixture {
	struct vocab *concepts;
	struct vocab *values;
};

/* ---- helpers ---- */

static char *
read_file(const char *path, size_t *ret_len)
{
	FILE *file = fopen(path, "re");
	char *text = calloc(1, VOCAB_BYTES_MAX);

	if (file == NULL)
		fail_msg("%s: not found: run from the top folder", path);
	assert_non_null(text);
	*ret_len = fread(text, 1, VOCAB_BYTES_MAX - 1, file);
	assert_in_range(*ret_len, 1, VOCAB_BYTES_MAX - 2);
	assert_int_equal(fclose(file), 0);
	return text;
}

static struct vocab *
load_file(const char *path)
{
	static struct vocab_report report;
	struct vocab *vocab = NULL;
	size_t len;
	char *bytes = read_file(path, &len);

	if (vocab_load(bytes, len, &vocab, &report) != ERR_NONE)
		fail_msg("%s:%zu: %s", path, report.faults[0].line,
		    report.faults[0].text);
	free(bytes);
	return vocab;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->concepts = load_file(CONCEPTS);
	f->values = load_file(VALUES);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	vocab_free(f->concepts);
	vocab_free(f->values);
	free(f);
	return 0;
}

/* Write the ids that ${text} names, with blanks between, and where from. */
static void
name_all(const struct vocab *vocab, const char *text, enum vocab_lang lang,
    char *out, size_t size)
{
	struct vocab_match matches[MANY];
	struct vocab_words *words;
	const char *const *list;
	size_t count, made, i;
	size_t len = 0;

	assert_int_equal(vocab_words_new(text, &words), ERR_NONE);
	list = vocab_words_list(words, &count);
	made = vocab_match(vocab, list, count, lang, matches, MANY);
	out[0] = '\0';
	for (i = 0; i < made; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s",
		    i > 0 ? " " : "", vocab_id(vocab, matches[i].concept));
	vocab_words_free(words);
}

static void
assert_names(const struct vocab *vocab, const char *text, enum vocab_lang lang,
    const char *expected)
{
	char got[1024];

	name_all(vocab, text, lang, got, sizeof(got));
	if (strcmp(got, expected) != 0)
		fail_msg(
		    "\"%s\" names \"%s\", not \"%s\"", text, got, expected);
}

/* Load ${text}, expecting a fault in ${line} that says ${what}. */
static void
assert_fault(const char *text, size_t line, const char *what)
{
	static struct vocab_report report;
	struct vocab *vocab = NULL;

	assert_int_equal(
	    vocab_load(text, strlen(text), &vocab, &report), ERR_SYNTAX);
	assert_null(vocab);
	assert_in_range(report.count, 1, VOCAB_FAULTS_MAX);
	if (strstr(report.faults[0].text, what) == NULL ||
	    report.faults[0].line != line)
		fail_msg("%zu: %s, not %zu: %s", report.faults[0].line,
		    report.faults[0].text, line, what);
}

#define A "a\n\ten\talpha\n\tdef\tThe first of letters.\n"
#define B "b\n\ten\tbeta\n\tdef\tThe second of letters.\n"

static struct vocab *
load(const char *text)
{
	struct vocab *vocab = NULL;

	assert_int_equal(
	    vocab_load(text, strlen(text), &vocab, NULL), ERR_NONE);
	return vocab;
}

/* ---- false friends and other traps ---- */

static void
one_question_reaches_home_care_in_all_languages(void **state)
{
	static const char *const words[] = { "home care", "hjemmepleje",
		"hjemmeplejen", "hjemmehjælp", "hjemmetjenesten",
		"hjemmesykepleie", "heimeteneste", "hemtjänstens", "hemvård",
		"kotihoito", "kotihoidossa", "kotipalvelun", "heimaþjónusta",
		"heimaþjónustu", "heimastuðningi", "HEMTJAENST" };
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_names(f->concepts, words[i], VOCAB_ANY, "home_care");
}

static void
dagtilbud_means_children_in_danish_and_adults_in_norwegian(void **state)
{
	struct fixture *f = *state;

	assert_names(f->concepts, "dagtilbud", VOCAB_DA, "early_childhood");
	assert_names(f->concepts, "dagtilbud", VOCAB_NB, "day_activity");
	assert_names(f->concepts, "dagtilbud", VOCAB_NN, "day_activity");
	assert_names(f->concepts, "dagtilbud", VOCAB_ANY,
	    "early_childhood day_activity");
}

static void
a_council_is_no_executive(void **state)
{
	struct fixture *f = *state;

	assert_names(f->concepts, "kommunestyret", VOCAB_ANY, "council");
	assert_names(f->concepts, "kommunstyrelsen", VOCAB_ANY, "executive");
	assert_names(f->concepts, "kommunalbestyrelsen", VOCAB_ANY, "council");
	assert_names(f->concepts, "byrådet", VOCAB_DA, "council");
	assert_names(f->concepts, "byrådet", VOCAB_NB, "executive");
}

static void
law_and_team_are_told_apart(void **state)
{
	struct fixture *f = *state;

	assert_names(f->concepts, "lov", VOCAB_DA, "act");
	assert_names(f->concepts, "lag", VOCAB_SV, "act");
	assert_names(f->concepts, "lovende lager", VOCAB_ANY, "");
}

static void
a_nursing_home_is_no_hospital(void **state)
{
	struct fixture *f = *state;

	assert_names(f->concepts, "sykehjemmet", VOCAB_NB, "nursing_home");
	assert_names(f->concepts, "sykehuset", VOCAB_NB, "hospital");
	assert_names(f->concepts, "sygehuset", VOCAB_DA, "hospital");
	assert_names(f->concepts, "sjukhuset", VOCAB_SV, "hospital");
}

static void
a_swedish_sample_is_no_committee(void **state)
{
	struct fixture *f = *state;

	assert_names(f->concepts, "udvalget", VOCAB_DA, "committee");
	assert_names(f->concepts, "urval", VOCAB_SV, "");
}

static void
a_union_representative_is_no_trust(void **state)
{
	struct fixture *f = *state;

	assert_names(f->concepts, "tillidsrepræsentanterne", VOCAB_DA,
	    "union_representative");
	assert_names(f->concepts, "tillidsreformen", VOCAB_DA, "trust_reform");
}

static void
an_old_word_is_found_and_says_what_to_say_now(void **state)
{
	struct fixture *f = *state;
	const struct vocab_label *label = NULL;
	size_t concept, i;

	assert_names(
	    f->concepts, "tillitsmodellen", VOCAB_NB, "trust_based_management");
	assert_int_equal(
	    vocab_find(f->concepts, "home_care", &concept), ERR_NONE);
	for (i = 0; i < vocab_labels(f->concepts, concept); i++) {
		label = vocab_label(f->concepts, concept, i);
		if (label->kind == VOCAB_OLD)
			break;
	}
	assert_non_null(label);
	assert_string_equal(label->text, "heimaþjónusta");
	assert_string_equal(label->until, "2023");
	assert_string_equal(label->instead, "heimastuðningur");
}

/* ---- matching ---- */

static void
the_longest_label_wins(void **state)
{
	struct fixture *f = *state;

	assert_names(f->concepts, "aamu- ja iltapäivätoiminta", VOCAB_FI,
	    "after_school");
	assert_names(f->concepts, "forebyggende hjemmebesøg til ældre",
	    VOCAB_DA, "preventive_home_visit elder_care");
}

static void
compounds_are_reached_by_their_parts(void **state)
{
	struct fixture *f = *state;

	assert_names(
	    f->concepts, "hjemmeplejeforsøg", VOCAB_DA, "home_care trial");
	assert_names(f->concepts, "ugehjemmepleje", VOCAB_DA, "home_care");
	assert_names(f->concepts, "hemtjänstpersonal", VOCAB_SV,
	    "home_care working_life staff");
}

static void
a_part_is_found_only_beside_another_word(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(vocab_know(f->concepts, f->values), ERR_NONE);
	assert_names(f->concepts, "valtakunnallinen", VOCAB_FI, "");
	assert_names(f->concepts, "alueellinen", VOCAB_FI, "");
	assert_names(
	    f->concepts, "motorkj\xc3\xb8ret\xc3\xb8yer", VOCAB_NB, "");
	assert_names(f->concepts, "s\xc3\xa6rskilt", VOCAB_DA, "");
	assert_names(f->concepts, "s\xc3\xa4rskilt", VOCAB_SV, "");
	assert_names(f->concepts, "udviklede", VOCAB_DA, "");
	assert_names(f->concepts, "Lillestr\xc3\xb8m", VOCAB_NB, "");
	assert_names(f->concepts, "hjemmeplejefors\xc3\xb8g", VOCAB_DA,
	    "home_care trial");
}

static void
an_ending_is_one_of_the_word_s_own_language(void **state)
{
	struct fixture *f = *state;

	assert_names(f->concepts, "gang", VOCAB_NB, "");
	assert_names(f->concepts, "gang", VOCAB_DA, "");
	assert_names(f->concepts,
	    "tr\xc3\xa6"
	    "de",
	    VOCAB_DA, "");
	assert_names(f->concepts, "interne", VOCAB_DA, "");
	assert_names(f->concepts, "internettet", VOCAB_DA, "digitalisation");
	assert_names(f->concepts, "streets", VOCAB_EN, "");
}

static void
a_short_word_of_a_far_language_is_met_by_chance(void **state)
{
	struct fixture *f = *state;

	/* Icelandic for night; in a Danish text it is anything else. */
	assert_names(f->concepts, "n\xc3\xb3tt", VOCAB_IS, "night_supervision");
	assert_names(f->concepts, "n\xc3\xb3tt", VOCAB_DA, "");
	assert_names(f->concepts, "kotihoito heimahj\xc3\xbakrun", VOCAB_DA,
	    "home_care home_care");
}

static void
finnish_words_are_known_in_their_cases(void **state)
{
	struct fixture *f = *state;

	assert_names(f->concepts, "kiusaamisen", VOCAB_FI, "bullying");
	assert_names(f->concepts, "koulukiusaamisesta", VOCAB_FI, "bullying");
	assert_names(f->concepts, "asunnottomuuteen", VOCAB_FI, "homelessness");
	assert_names(f->concepts, "arvioinnissa", VOCAB_FI, "evaluation");
	assert_names(f->concepts, "p\xc3\xa4ivystyksess\xc3\xa4", VOCAB_FI,
	    "acute_care");
	/* Few letters left mean too many words. */
	assert_names(f->concepts, "talot", VOCAB_FI, "");
}

static void
a_letter_that_was_folded_to_two_is_not_cut_apart(void **state)
{
	struct fixture *f = *state;

	assert_names(f->concepts, "miljoner", VOCAB_SV, "");
	assert_names(
	    f->concepts, "milj\xc3\xb8", VOCAB_NB, "technical_environment");
}

static void
a_match_says_where_and_how(void **state)
{
	static const char *const words[] = { "selvstyrende", "teams", "i",
		"hjemmeplejen" };
	struct fixture *f = *state;
	struct vocab_match m[4];

	assert_int_equal(vocab_match(f->concepts, words, 4, VOCAB_DA, m, 4), 2);
	assert_string_equal(
	    vocab_id(f->concepts, m[0].concept), "self_managing_team");
	assert_int_equal(m[0].first, 0);
	assert_int_equal(m[0].count, 2);
	assert_int_equal(m[0].how, VOCAB_EXACT);
	assert_int_equal(m[1].first, 3);
	assert_int_equal(m[1].how, VOCAB_INFLECTED);
	assert_int_equal(m[1].lang, VOCAB_DA);
	assert_string_equal(
	    vocab_label(f->concepts, m[1].concept, m[1].label)->text,
	    "hjemmepleje");
}

static void
no_more_is_written_than_there_is_room(void **state)
{
	static const char *const words[] = { "hjemmepleje", "dagtilbud" };
	struct fixture *f = *state;
	struct vocab_match m[1];

	assert_int_equal(
	    vocab_match(f->concepts, words, 2, VOCAB_ANY, m, 1), 1);
	assert_int_equal(
	    vocab_match(f->concepts, words, 2, VOCAB_ANY, m, 0), 0);
	assert_int_equal(
	    vocab_match(f->concepts, words, 0, VOCAB_ANY, m, 1), 0);
}

static void
endless_words_are_passed_over(void **state)
{
	struct fixture *f = *state;
	struct vocab_match m[4];
	static char word[100000];
	const char *words[3] = { word, "hjemmepleje", "" };

	memset(word, 's', sizeof(word) - 1);
	assert_int_equal(
	    vocab_match(f->concepts, words, 3, VOCAB_ANY, m, 4), 1);
	assert_int_equal(m[0].first, 1);
	assert_int_equal(vocab_near(f->concepts, word, VOCAB_ANY, m, 4), 0);
}

static void
many_words_take_little_time(void **state)
{
	struct fixture *f = *state;
	static const char *words[65535];
	static struct vocab_match m[65535];
	size_t i;

	for (i = 0; i < 65535; i++)
		words[i] = i % 2 == 0 ? "hjemmeplejeforsoegsordningsplan" :
					"kommunale";
	assert_in_range(
	    vocab_match(f->concepts, words, 65535, VOCAB_DA, m, 65535), 1,
	    65535);
}

static void
a_misspelt_word_has_neighbours(void **state)
{
	struct fixture *f = *state;
	struct vocab_match m[3];

	assert_in_range(
	    vocab_near(f->concepts, "hjemmeplje", VOCAB_DA, m, 3), 1, 3);
	assert_string_equal(vocab_id(f->concepts, m[0].concept), "home_care");
	assert_int_equal(vocab_near(f->concepts, "xq", VOCAB_ANY, m, 3), 0);
}

static void
words_are_cut_at_signs(void **state)
{
	struct vocab_words *words;
	const char *const *list;
	size_t count;

	(void)state;
	assert_int_equal(
	    vocab_words_new("Før–efter: § 14 b, Ældre", &words), ERR_NONE);
	list = vocab_words_list(words, &count);
	assert_int_equal(count, 5);
	assert_string_equal(list[0], "foer");
	assert_string_equal(list[1], "efter");
	assert_string_equal(list[4], "aeldre");
	vocab_words_free(words);
	assert_int_equal(vocab_words_new("\xff", &words), ERR_SYNTAX);
	vocab_words_free(NULL);
}

/* ---- words that filter ---- */

static void
filters_are_understood_in_words(void **state)
{
	struct fixture *f = *state;

	assert_names(f->values, "rejected", VOCAB_ANY, "outcome.rejected");
	assert_names(f->values, "afviste forsøg", VOCAB_DA,
	    "outcome.rejected word.subject");
	assert_names(
	    f->values, "what did not work", VOCAB_EN, "verdict.did_not_work");
	assert_names(f->values, "forsøg der ikke virkede", VOCAB_DA,
	    "word.subject verdict.did_not_work");
	assert_names(f->values, "seks timer", VOCAB_DA, "number.6");
	assert_names(f->values, "finska kommuner", VOCAB_SV, "country.fi");
	assert_names(f->values, "suomalaisissa", VOCAB_FI, "demonym.fi");
	assert_names(f->values, "islandske", VOCAB_DA, "demonym.is");
	assert_names(f->values, "hylätyt", VOCAB_FI, "outcome.rejected");
}

static void
filters_are_not_found_inside_words(void **state)
{
	struct fixture *f = *state;

	assert_names(f->values, "norskopplæring", VOCAB_NB, "");
	assert_names(f->values, "danskuddannelse", VOCAB_DA, "");
}

/* Is FIELD.CODE in the table of labels, or one of those it cannot have? */
static bool
is_known(const char *table, const char *value)
{
	char line[256];
	const char *dot = strchr(value, '.');

	if (strncmp(value, "country.", 8) == 0 ||
	    strcmp(value, "finding.unexpected") == 0 ||
	    strcmp(value, "like.us") == 0 ||
	    strncmp(value, "demonym.", 8) == 0 ||
	    strncmp(value, "word.", 5) == 0 ||
	    strncmp(value, "number.", 7) == 0)
		return true;
	(void)snprintf(line, sizeof(line), "\n%.*s\t%s\t", (int)(dot - value),
	    value, dot + 1);
	return strstr(table, line) != NULL;
}

static void
every_value_exists(void **state)
{
	struct fixture *f = *state;
	const struct vocab *both[] = { f->concepts, f->values };
	size_t len, v, c, n;
	char *table = read_file(LABELS, &len);
	const char *value;

	for (v = 0; v < 2; v++)
		for (c = 0; c < vocab_count(both[v]); c++)
			for (n = 0;
			     (value = vocab_value(both[v], c, n)) != NULL; n++)
				if (!is_known(table, value))
					fail_msg("%s: no value %s",
					    vocab_id(both[v], c), value);
	free(table);
}

/* ---- reading ---- */

static void
the_vocabulary_is_large_enough(void **state)
{
	struct fixture *f = *state;
	size_t c, lang;

	assert_in_range(vocab_count(f->concepts), 150, VOCAB_CONCEPTS_MAX);
	for (c = 0; c < vocab_count(f->concepts); c++)
		for (lang = 0; lang < VOCAB_LANGS; lang++)
			assert_non_null(
			    vocab_name(f->concepts, c, (enum vocab_lang)lang));
}

static void
a_concept_tells_all_about_itself(void **state)
{
	struct fixture *f = *state;
	size_t c, home, count, i;
	uint16_t below[256];
	const uint16_t *links;
	bool found = false;

	assert_int_equal(vocab_find(f->concepts, "elder_care", &c), ERR_NONE);
	assert_int_equal(vocab_find(f->concepts, "home_care", &home), ERR_NONE);
	assert_int_equal(vocab_find(f->concepts, "no_such", &count), ERR_NOENT);
	assert_string_equal(vocab_name(f->concepts, c, VOCAB_DA), "ældrepleje");
	assert_string_equal(
	    vocab_name(f->concepts, home, VOCAB_NN), "heimeteneste");
	assert_string_equal(vocab_definition(f->concepts, home, VOCAB_FI),
	    "Help and care given in a person's own home.");
	assert_non_null(vocab_note(f->concepts, home, 0));
	assert_null(vocab_note(f->concepts, home, 9));
	assert_string_equal(vocab_notation(f->concepts, home, 0), "cofog:10.2");
	assert_string_equal(vocab_sector(f->concepts, home), "elder_care");
	count = vocab_narrower(f->concepts, c, below, 256);
	for (i = 0; i < count; i++)
		found = found || below[i] == home;
	assert_true(found);
	links = vocab_linked(f->concepts, home, VOCAB_BROADER, &count);
	assert_int_equal(count, 1);
	assert_int_equal(links[0], c);
}

static void
narrower_goes_to_any_depth_and_stops_at_its_room(void **state)
{
	struct vocab *vocab = load(A B "\tbroader\ta\n"
				       "c\n\ten\tgamma\n\tdef\tThe third of "
				       "letters.\n\tbroader\tb\n");
	uint16_t below[4];

	(void)state;
	assert_int_equal(vocab_narrower(vocab, 0, below, 4), 2);
	assert_int_equal(below[0], 1);
	assert_int_equal(below[1], 2);
	assert_int_equal(vocab_narrower(vocab, 0, below, 1), 1);
	assert_int_equal(vocab_narrower(vocab, 2, below, 4), 0);
	vocab_free(vocab);
}

static void
a_deprecated_concept_names_its_successor(void **state)
{
	struct vocab *vocab = load(A B "\treplaced_by\ta\n");
	size_t instead = 9;

	(void)state;
	assert_false(vocab_replaced(vocab, 0, &instead));
	assert_true(vocab_replaced(vocab, 1, &instead));
	assert_int_equal(instead, 0);
	vocab_free(vocab);
}

static void
doubt_is_kept_and_marks_are_not(void **state)
{
	struct vocab *vocab = load(
	    "a\n\ten\t=alpha\n\tfi\talfa?\n\thidden fi\talf-\n\tdef\tThe "
	    "first of letters.\n");

	(void)state;
	assert_int_equal(vocab_labels(vocab, 0), 3);
	assert_string_equal(vocab_label(vocab, 0, 0)->text, "alpha");
	assert_true(vocab_label(vocab, 0, 0)->checked);
	assert_string_equal(vocab_label(vocab, 0, 1)->text, "alfa");
	assert_false(vocab_label(vocab, 0, 1)->checked);
	assert_true(vocab_label(vocab, 0, 2)->stem);
	assert_string_equal(vocab_label(vocab, 0, 2)->text, "alf");
	vocab_free(vocab);
}

static void
languages_are_known_by_their_codes(void **state)
{
	enum vocab_lang lang;

	(void)state;
	assert_int_equal(vocab_lang_of("nn_NO.UTF-8", &lang), ERR_NONE);
	assert_int_equal(lang, VOCAB_NN);
	assert_int_equal(vocab_lang_of("no", &lang), ERR_NONE);
	assert_int_equal(lang, VOCAB_NB);
	assert_int_equal(vocab_lang_of("C", &lang), ERR_NOENT);
	assert_string_equal(vocab_lang_code(VOCAB_IS), "is");
	assert_string_equal(vocab_lang_code(VOCAB_ANY), "");
}

/* ---- rules ---- */

static void
every_broken_rule_is_named_with_its_line(void **state)
{
	(void)state;
	assert_fault(A "\trelated\tz\n", 4, "no other concept");
	assert_fault(A "\tbroader\ta\n", 4, "no other concept");
	assert_fault(A "\treplaced_by\tz\n", 4, "no other concept");
	assert_fault(B A, 4, "sorted by id");
	assert_fault(A A, 4, "sorted by id");
	assert_fault("A b\n", 1, "is no id");
	assert_fault("\ten\tx\n", 1, "no concept's id");
	assert_fault("a\n\txx\ty\n", 2, "no word of this file");
	assert_fault("a\n\thidden xx\ty\n", 2, "no word of this file");
	assert_fault("a\n\tda\talfa\n\tdef\tThe first of letters.\n", 1,
	    "no English label");
	assert_fault("a\n\ten\talpha\n", 1, "needs one English definition");
	assert_fault(A "\tdef\tOnce more the first.\n", 1,
	    "needs one English definition");
	assert_fault(
	    "a\n\ten\talpha\n\tdef\tTwo sentences. Here.\n", 3, "one sentence");
	assert_fault(
	    "a\n\ten\talpha\n\tdef\tno capital at all.\n", 3, "one sentence");
	assert_fault(A "\tnote\n", 4, "nothing follows");
	assert_fault(A "\told en\tx\n", 4, "write: old");
	assert_fault(A "\tvalue\tsector\n", 4, "FIELD.CODE");
	assert_fault(A "\tda\t;\n", 4, "a label is empty");
	assert_fault(A "\tda\t--\n", 4, "has no words");
	assert_fault(A "\tda\ta b c d e f g h i\n", 4, "has no words, or more");
	assert_fault(A "\ten\tother\n", 4, "two lines");
}

static void
a_circle_is_named(void **state)
{
	static struct vocab_report report;
	static const char text[] = A "\tbroader\tb\n" B "\tbroader\ta\n"
				     "c\n\ten\tgamma\n\tdef\tThe third of "
				     "letters.\n\tbroader\ta\n";
	struct vocab *vocab = NULL;

	(void)state;
	assert_fault(text, 1, "broader than itself");

	/* What lies below a circle is in none. */
	assert_int_equal(
	    vocab_load(text, strlen(text), &vocab, &report), ERR_SYNTAX);
	assert_int_equal(report.count, 2);
}

static void
a_label_twice_needs_a_note(void **state)
{
	(void)state;
	assert_fault(A "\tda\tæl\n" B "\tda\tael\n", 8, "is also \"a\"");
	assert_fault(A "\tda\tæl; ael\n", 4, "stands here twice");
	vocab_free(load(A "\tda\tæl\n" B "\tda\tæl\n"
			  "\ttwice da æl: Both are meant.\n"));
	/* Another language is another word. */
	vocab_free(load(A "\tda\tæl\n" B "\tsv\täl\n"));
}

static void
only_clean_composed_text_is_taken(void **state)
{
	static const char nul[] = "a\n\ten\tx\0y\n";
	struct vocab *vocab = NULL;

	(void)state;
	assert_fault(A "\tda\t\xff\n", 4, "not UTF-8");
	assert_fault(A "\tda\tx\x1b[2J\n", 4, "control characters");
	assert_fault(A "\tda\ta\xcc\x8a\n", 4, "accents apart");
	assert_int_equal(
	    vocab_load(nul, sizeof(nul) - 1, &vocab, NULL), ERR_SYNTAX);
}

static void
nothing_and_too_much_are_refused(void **state)
{
	static struct vocab_report report;
	struct vocab *vocab = NULL;
	char *much = malloc(VOCAB_BYTES_MAX + 1);
	size_t i;

	(void)state;
	assert_non_null(much);
	assert_int_equal(vocab_load("", 0, &vocab, NULL), ERR_SIZE);
	assert_int_equal(vocab_load("# no\n", 5, &vocab, NULL), ERR_SIZE);
	memset(much, ';', VOCAB_BYTES_MAX + 1);
	assert_int_equal(
	    vocab_load(much, VOCAB_BYTES_MAX + 1, &vocab, NULL), ERR_SIZE);
	for (i = 0; i + 2 <= VOCAB_BYTES_MAX; i += 2)
		memcpy(much + i, "a\n", 2);
	assert_int_equal(
	    vocab_load(much, VOCAB_BYTES_MAX, &vocab, &report), ERR_LIMIT);
	assert_in_range(report.count, VOCAB_FAULTS_MAX, SIZE_MAX);
	memcpy(much, "a\n en ", 6);
	for (i = 6; i + 2 <= VOCAB_BYTES_MAX; i += 2)
		memcpy(much + i, "x;", 2);
	assert_int_equal(
	    vocab_load(much, VOCAB_BYTES_MAX, &vocab, NULL), ERR_LIMIT);
	assert_null(vocab);
	free(much);
	vocab_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    one_question_reaches_home_care_in_all_languages),
		cmocka_unit_test(
		    dagtilbud_means_children_in_danish_and_adults_in_norwegian),
		cmocka_unit_test(a_council_is_no_executive),
		cmocka_unit_test(law_and_team_are_told_apart),
		cmocka_unit_test(a_nursing_home_is_no_hospital),
		cmocka_unit_test(a_swedish_sample_is_no_committee),
		cmocka_unit_test(a_union_representative_is_no_trust),
		cmocka_unit_test(an_old_word_is_found_and_says_what_to_say_now),
		cmocka_unit_test(the_longest_label_wins),
		cmocka_unit_test(compounds_are_reached_by_their_parts),
		cmocka_unit_test(a_part_is_found_only_beside_another_word),
		cmocka_unit_test(an_ending_is_one_of_the_word_s_own_language),
		cmocka_unit_test(
		    a_short_word_of_a_far_language_is_met_by_chance),
		cmocka_unit_test(finnish_words_are_known_in_their_cases),
		cmocka_unit_test(
		    a_letter_that_was_folded_to_two_is_not_cut_apart),
		cmocka_unit_test(a_match_says_where_and_how),
		cmocka_unit_test(no_more_is_written_than_there_is_room),
		cmocka_unit_test(endless_words_are_passed_over),
		cmocka_unit_test(many_words_take_little_time),
		cmocka_unit_test(a_misspelt_word_has_neighbours),
		cmocka_unit_test(words_are_cut_at_signs),
		cmocka_unit_test(filters_are_understood_in_words),
		cmocka_unit_test(filters_are_not_found_inside_words),
		cmocka_unit_test(every_value_exists),
		cmocka_unit_test(the_vocabulary_is_large_enough),
		cmocka_unit_test(a_concept_tells_all_about_itself),
		cmocka_unit_test(
		    narrower_goes_to_any_depth_and_stops_at_its_room),
		cmocka_unit_test(a_deprecated_concept_names_its_successor),
		cmocka_unit_test(doubt_is_kept_and_marks_are_not),
		cmocka_unit_test(languages_are_known_by_their_codes),
		cmocka_unit_test(every_broken_rule_is_named_with_its_line),
		cmocka_unit_test(a_circle_is_named),
		cmocka_unit_test(a_label_twice_needs_a_note),
		cmocka_unit_test(only_clean_composed_text_is_taken),
		cmocka_unit_test(nothing_and_too_much_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
