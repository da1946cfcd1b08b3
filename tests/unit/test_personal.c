#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/crypto.h"
#include "proto/header.h"
#include "proto/person.h"
#include "proto/personal.h"
#include "client/corpus.h"
#include "client/corpus_table.h"

#define TABLES    "conf"
#define SENTENCES "tests/corpus/personal.tsv"
#define TRIALS    "tests/corpus/trials.jsonl"
#define FILE_MAX  1048576
#define LINE_SIZE 4096

struct fixture {
	struct person_words *words;
};

/* ---- helpers ---- */

/* The whole of a file, to be freed. */
static char *
read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = calloc(1, FILE_MAX);

	if (file == NULL)
		fail_msg("%s: not found: run from the top folder", path);
	assert_non_null(text);
	assert_in_range(fread(text, 1, FILE_MAX - 1, file), 1, FILE_MAX - 2);
	assert_int_equal(fclose(file), 0);
	return text;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char *first = read_file(TABLES "/firstnames.tsv");
	char *places = read_file(TABLES "/municipalities.tsv");

	assert_non_null(f);
	assert_int_equal(crypto_init(), ERR_NONE);
	assert_int_equal(person_words_new(first, places, &f->words), ERR_NONE);
	free(first);
	free(places);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	person_words_free(f->words);
	free(f);
	return 0;
}

/* Assert that ${text} holds exactly one find, of ${kind}, which is ${part}. */
static void
assert_found(const struct person_words *words, const char *text,
    enum personal_kind kind, const char *part)
{
	struct personal_hits hits;
	const struct personal_hit *hit;

	assert_int_equal(personal_find(words, text, &hits), ERR_NONE);
	if (hits.count != 1)
		fail_msg("%zu finds in: %s", hits.count, text);
	hit = &hits.items[0];
	assert_int_equal(hit->kind, kind);
	assert_int_equal(hit->end - hit->start, strlen(part));
	assert_memory_equal(hit->text + hit->start, part, strlen(part));
	assert_non_null(hit->reason);
	assert_string_equal(hit->path, "");
	personal_clear(&hits);
}

static void
assert_passes(const struct person_words *words, const char *text)
{
	struct personal_hits hits;

	assert_int_equal(personal_find(words, text, &hits), ERR_NONE);
	if (hits.count > 0)
		fail_msg("%s (%s) in: %s",
		    personal_kind_str(hits.items[0].kind), hits.items[0].reason,
		    text);
	personal_clear(&hits);
}

static char *
copy(const char *text)
{
	char *copied = strdup(text);

	assert_non_null(copied);
	return copied;
}

/* ---- numbers ---- */

static void
a_find_says_what_it_is_and_where(void **state)
{
	struct fixture *f = *state;

	assert_found(f->words, "cpr 710190-1234, se bilag", PERSONAL_NUMBER,
	    "710190-1234");
	assert_found(f->words, "ring +45 23 00 00 00 nu", PERSONAL_PHONE,
	    "+45 23 00 00 00");
	assert_found(f->words, "til ola.nordmann@tromso.example.",
	    PERSONAL_MAIL, "ola.nordmann@tromso.example");
	assert_found(f->words, "Det sa Kari Nordmann i mai.", PERSONAL_NAME,
	    "Kari Nordmann");
}

static void
a_number_whose_check_digit_fails_passes(void **state)
{
	struct fixture *f = *state;

	/* Norway, Sweden, Finland; one digit is another. */
	assert_found(f->words, "131052-9085", PERSONAL_NUMBER, "131052-9085");
	assert_passes(f->words, "131052-908U");
	assert_passes(f->words, "950415-9801");
	assert_passes(f->words, "15819010001");
}

static void
a_number_that_is_called_one_is_found_whatever_it_adds_up_to(void **state)
{
	struct fixture *f = *state;
	static const char *const said[][2] = {
		{ "fødselsnummer 01017012345", "01017012345" },
		{ "Fødselsnummeret hans er 010170 12345.", "010170 12345" },
		{ "fnr 010170 12345", "010170 12345" },
		{ "fnr. 01.01.70-12345", "01.01.70-12345" },
		{ "F.nr: 01 01 70 12 345", "01 01 70 12 345" },
		{ "fødselsnr: 01017012345", "01017012345" },
		{ "D.nr 41017012345", "41017012345" },
		{ "D-nummer 410170 12345", "410170 12345" },
		{ "dnr 41017012345", "41017012345" },
		{ "CPR 0101701234", "0101701234" },
		{ "CPR-nr. 01 01 70 - 1234", "01 01 70 - 1234" },
		{ "cpr-nummeret er 010170.1234", "010170.1234" },
		{ "cpr 3213701234", "3213701234" },
		{ "personnummer 700101-1234", "700101-1234" },
		{ "personnr 19700101-1234", "19700101-1234" },
		{ "pnr 197001011234", "197001011234" },
		{ "samordningsnummer 700161-1234", "700161-1234" },
		{ "henkilötunnus 010170-123X", "010170-123X" },
		{ "henkilötunnukseni on 010170A1234", "010170A1234" },
		{ "Hetu: 010170-1235", "010170-1235" },
		{ "kennitala 010170-1234", "010170-1234" },
		{ "kt. 0101701234", "0101701234" },
		{ "personal identity number 700101-1234", "700101-1234" },
		{ "personal number: 700101 1234", "700101 1234" },
		{ "CPR010190-1234", "010190-1234" },
		{ "fnr01017012345", "01017012345" },
		{ "hetu010170-123X", "010170-123X" },
		{ "cprnr0101901234 i sagen", "0101901234" },
	};
	size_t i;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		assert_found(f->words, said[i][0], PERSONAL_NUMBER, said[i][1]);
}

static void
a_number_that_is_called_something_else_passes(void **state)
{
	struct fixture *f = *state;

	assert_passes(f->words, "personnummer finns på 10 siffror 2019 2020");
	assert_passes(f->words, "kt. 540269-1234 og kennitala 5402691234");
	assert_passes(f->words, "dnr 2021 000123 4");
	assert_passes(f->words, "fnr 12345 og cpr 010170");
	assert_passes(f->words, "personal 1200 1300 1400 i 2020");
	assert_passes(f->words, "d. 01.02.2020 123 besøg");
	assert_passes(f->words, "sag010190-1234 og K0101901234");
	assert_passes(f->words, "dnr2021000123 fnr12345 cpr010170");
}

static void
days_that_do_not_exist_pass(void **state)
{
	struct fixture *f = *state;

	assert_passes(f->words, "321290-1234 301302-4321 311190-0000");
	assert_passes(f->words, "0013901234");
}

static void
an_invisible_character_hides_nothing(void **state)
{
	struct fixture *f = *state;

	assert_found(f->words, "710190\xe2\x80\x8b-1234", PERSONAL_NUMBER,
	    "710190\xe2\x80\x8b-1234");
}

static void
a_case_number_is_no_personal_number(void **state)
{
	struct fixture *f = *state;

	assert_passes(f->words, "Sag nr. 1012345678 og P-nr. 1012345678");
	assert_found(
	    f->words, "cpr-nr. 1012345678", PERSONAL_NUMBER, "1012345678");
	assert_passes(f->words, "2012/710190-1234 710190-1234-12");
}

static void
addresses_of_the_web_are_not_looked_into(void **state)
{
	struct fixture *f = *state;

	assert_passes(f->words, "se https://x.example/710190-1234/Kari-Nord");
	assert_passes(f->words, "se www.x.example/t?tlf=23000000 her");
	assert_found(f->words, "https://x.example/ 710190-1234",
	    PERSONAL_NUMBER, "710190-1234");
}

static void
an_observation_with_a_small_count_is_held_back(void **state)
{
	Erfa__Observation observation = ERFA__OBSERVATION__INIT;
	Erfa__Binary binary = ERFA__BINARY__INIT;

	(void)state;
	assert_false(personal_small_count(0));
	assert_true(personal_small_count(1));
	assert_true(personal_small_count(4));
	assert_false(personal_small_count(5));

	assert_false(personal_small_counts(&observation));
	observation.value_case = ERFA__OBSERVATION__VALUE_BINARY;
	observation.binary = &binary;
	binary.events = 0;
	binary.total = 20;
	assert_false(personal_small_counts(&observation));
	binary.events = 3;
	assert_true(personal_small_counts(&observation));
	binary.events = 18;
	assert_true(personal_small_counts(&observation));
	observation.small_count_confirmed = true;
	assert_false(personal_small_counts(&observation));
	assert_true(personal_names_few(&observation));
	observation.value_case = ERFA__OBSERVATION__VALUE__NOT_SET;
	observation.has_small_count_confirmed = 1;
	observation.small_count_confirmed = false;
	assert_true(personal_small_counts(&observation));
	assert_false(personal_names_few(&observation));
}

static void
every_kind_of_value_has_its_count(void **state)
{
	Erfa__Observation observation = ERFA__OBSERVATION__INIT;
	Erfa__Continuous continuous = ERFA__CONTINUOUS__INIT;
	Erfa__Rate rate = ERFA__RATE__INIT;
	Erfa__Estimate estimate = ERFA__ESTIMATE__INIT;

	(void)state;
	observation.value_case = ERFA__OBSERVATION__VALUE_CONTINUOUS;
	observation.continuous = &continuous;
	continuous.n = 4;
	assert_true(personal_small_counts(&observation));
	observation.value_case = ERFA__OBSERVATION__VALUE_RATE;
	observation.rate = &rate;
	rate.events = 2;
	assert_true(personal_small_counts(&observation));
	observation.value_case = ERFA__OBSERVATION__VALUE_ESTIMATE;
	observation.estimate = &estimate;
	estimate.n = 40;
	assert_false(personal_small_counts(&observation));
}

/* ---- errors ---- */

static void
without_tables_titles_still_tell(void **state)
{
	(void)state;
	assert_found(
	    NULL, "rektor Kari Nordmann", PERSONAL_NAME, "Kari Nordmann");
	assert_passes(NULL, "Kari Nordmann");
}

static void
bad_text_and_bad_tables_are_refused(void **state)
{
	struct person_words *words;
	struct personal_hits hits;

	(void)state;
	assert_int_equal(personal_find(NULL, "a\xff", &hits), ERR_SYNTAX);
	assert_int_equal(person_words_new("DK\n", NULL, &words), ERR_SYNTAX);
	assert_int_equal(
	    person_words_new("DK\t\xff\n", NULL, &words), ERR_SYNTAX);
	assert_int_equal(
	    person_words_new(NULL, "DK\t101\n", &words), ERR_SYNTAX);
	person_words_free(NULL);
}

static void
there_is_an_end_to_what_is_found(void **state)
{
	struct fixture *f = *state;
	struct personal_hits hits;
	char *text = calloc(1, 16 * (PERSONAL_HITS + 9));
	size_t i;

	assert_non_null(text);
	for (i = 0; i < PERSONAL_HITS + 8; i++)
		memcpy(text + 13 * i, "710190-1234, ", 13);
	assert_int_equal(personal_find(f->words, text, &hits), ERR_NONE);
	assert_int_equal(hits.count, PERSONAL_HITS);
	assert_true(hits.more);
	personal_clear(&hits);
	free(text);
}

/* ---- bodies ---- */

static void
names_in_capitals_are_names(void **state)
{
	struct fixture *f = *state;

	assert_found(
	    f->words, "DET SA KARI NORDMANN.", PERSONAL_NAME, "KARI NORDMANN");
	assert_found(f->words, "KONTAKT: OLA NORDMANN, TROMSØ", PERSONAL_NAME,
	    "OLA NORDMANN");
	assert_found(f->words, "ANNA-MARIA VON TESTER", PERSONAL_NAME,
	    "ANNA-MARIA VON TESTER");
	assert_found(f->words, "Det sa Kari Nordmann, NAV.", PERSONAL_NAME,
	    "Kari Nordmann");
	assert_passes(f->words, "LIV OG LYST, IDA FOR ALLE");
	assert_passes(f->words, "TROMSØ KOMMUNE OG NAV TROMS");
	assert_passes(f->words, "STYRK ARBEJDET MED PROCESSEN I DFØ");
}

static void
finds_in_a_body_name_their_field(void **state)
{
	struct fixture *f = *state;
	struct personal_hits hits;
	Erfa__Body *body;
	Erfa__Trial *trial;

	assert_int_equal(body_new(HEADER_TRIAL, &body), ERR_NONE);
	trial = body->trial;
	trial->title = copy("Faste vagter");
	trial->goals = calloc(2, sizeof(*trial->goals));
	assert_non_null(trial->goals);
	for (trial->n_goals = 0; trial->n_goals < 2; trial->n_goals++) {
		trial->goals[trial->n_goals] = calloc(1, sizeof(Erfa__Goal));
		assert_non_null(trial->goals[trial->n_goals]);
		erfa__goal__init(trial->goals[trial->n_goals]);
	}
	trial->goals[1]->success_criterion = copy("Ring 900 00 000");
	trial->keywords = calloc(1, sizeof(*trial->keywords));
	assert_non_null(trial->keywords);
	trial->keywords[trial->n_keywords++] = copy("Jens Testesen");
	assert_int_equal(personal_check_body(f->words, body, &hits), ERR_NONE);
	assert_int_equal(hits.count, 2);
	assert_string_equal(
	    hits.items[0].path, "trial.goals[1].success_criterion");
	assert_int_equal(hits.items[0].kind, PERSONAL_PHONE);
	assert_string_equal(hits.items[1].path, "trial.keywords[0]");
	assert_int_equal(hits.items[1].kind, PERSONAL_NAME);
	personal_clear(&hits);
	body_free(body);
}

static void
sources_may_name_people_but_no_numbers(void **state)
{
	struct fixture *f = *state;
	struct personal_hits hits;
	Erfa__Envelope *envelope;
	Erfa__Source *source = calloc(1, sizeof(*source));
	Erfa__Body *body;

	assert_non_null(source);
	assert_int_equal(body_new(HEADER_TRIAL, &body), ERR_NONE);
	envelope = body->envelope;
	erfa__source__init(source);
	source->title = copy("Kari Nordmann: Rapport, tlf. 23000000");
	source->url = copy("https://x.example/710190-1234");
	envelope->sources = calloc(1, sizeof(*envelope->sources));
	assert_non_null(envelope->sources);
	envelope->sources[envelope->n_sources++] = source;
	envelope->external_id = copy("710190-1234");
	assert_int_equal(personal_check_body(f->words, body, &hits), ERR_NONE);
	assert_int_equal(hits.count, 1);
	assert_int_equal(hits.items[0].kind, PERSONAL_PHONE);
	assert_string_equal(hits.items[0].path, "envelope.sources[0].title");
	personal_clear(&hits);
	body_free(body);
}

static void
all_imported_trials_pass(void **state)
{
	struct fixture *f = *state;
	const struct corpus_record *records;
	struct corpus_table *table;
	struct corpus *corpus;
	struct personal_hits hits;
	char fault[CORPUS_TABLE_FAULT];
	FILE *file = fopen(TRIALS, "re");
	size_t count;
	size_t i;

	assert_non_null(file);
	assert_int_equal(corpus_table_open(TABLES, &table, fault), ERR_NONE);
	assert_int_equal(corpus_new(table, "dk-791", &corpus), ERR_NONE);
	assert_int_equal(corpus_read(corpus, file), ERR_NONE);
	assert_int_equal(fclose(file), 0);
	records = corpus_records(corpus, &count);
	assert_in_range(count, 138, 10000);
	for (i = 0; i < count; i++) {
		assert_int_equal(
		    personal_check_body(f->words, records[i].body, &hits),
		    ERR_NONE);
		if (hits.count > 0)
			fail_msg("line %u, %s: %s", records[i].line,
			    hits.items[0].path, hits.items[0].reason);
		personal_clear(&hits);
	}
	corpus_free(corpus);
	corpus_table_close(table);
}

/* ---- how good it is ---- */

/* What was found right and wrong. */
struct score {
	unsigned found;
	unsigned missed;
	unsigned wrong; /* found where nothing is, or as another kind */
	unsigned clean;
};

/* The kind that a column of the sentences means, or PERSONAL_KINDS. */
static enum personal_kind
kind_of(const char *word)
{
	static const char *const words[] = { "number", "phone", "mail",
		"name" };
	enum personal_kind kind;

	for (kind = PERSONAL_NUMBER; kind < PERSONAL_KINDS; kind++)
		if (strcmp(words[kind], word) == 0)
			break;
	if (kind == PERSONAL_KINDS && strcmp(word, "none") != 0)
		fail_msg("%s: %s is no kind", SENTENCES, word);
	return kind;
}

/* Judge one line: language, kind, sentence. */
static void
judge(const struct person_words *words, char *line, struct score *score)
{
	char *kind = strchr(line, '\t') + 1;
	char *text = strchr(kind, '\t') + 1;
	struct personal_hits hits;
	enum personal_kind want;
	bool right = false;
	char *newline;
	size_t i;

	text[-1] = '\0';
	text[strcspn(text, "\n")] = '\0';
	while ((newline = strstr(text, "\\n")) != NULL)
		memcpy(newline, "\n ", 2);
	want = kind_of(kind);
	assert_int_equal(personal_find(words, text, &hits), ERR_NONE);
	for (i = 0; i < hits.count; i++) {
		right = right || hits.items[i].kind == want;
		score->wrong += hits.items[i].kind != want;
	}
	if (want != PERSONAL_KINDS) {
		score->found += right;
		score->missed += !right;
	} else
		score->clean += hits.count == 0;
	personal_clear(&hits);
}

static void
sentences_are_judged_as_well_as_is_said(void **state)
{
	struct fixture *f = *state;
	FILE *file = fopen(SENTENCES, "re");
	char line[LINE_SIZE];
	struct score score = { .found = 0 };
	double recall;
	double precision;

	if (file == NULL)
		fail_msg("%s: not found: run from the top folder", SENTENCES);
	while (fgets(line, sizeof(line), file) != NULL)
		if (line[0] != '#')
			judge(f->words, line, &score);
	assert_int_equal(fclose(file), 0);
	recall = score.found / (double)(score.found + score.missed);
	precision = score.found / (double)(score.found + score.wrong);
	print_message("recall %.3f, precision %.3f; %u of %u found, %u wrong\n",
	    recall, precision, score.found, score.found + score.missed,
	    score.wrong);
	assert_true(score.found + score.missed >= 80);
	assert_true(score.clean >= 80);
	assert_true(recall >= 0.95);
	assert_true(precision >= 0.97);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_find_says_what_it_is_and_where),
		cmocka_unit_test(a_number_whose_check_digit_fails_passes),
		cmocka_unit_test(
		    a_number_that_is_called_one_is_found_whatever_it_adds_up_to),
		cmocka_unit_test(a_number_that_is_called_something_else_passes),
		cmocka_unit_test(days_that_do_not_exist_pass),
		cmocka_unit_test(an_invisible_character_hides_nothing),
		cmocka_unit_test(a_case_number_is_no_personal_number),
		cmocka_unit_test(addresses_of_the_web_are_not_looked_into),
		cmocka_unit_test(
		    an_observation_with_a_small_count_is_held_back),
		cmocka_unit_test(every_kind_of_value_has_its_count),
		cmocka_unit_test(without_tables_titles_still_tell),
		cmocka_unit_test(bad_text_and_bad_tables_are_refused),
		cmocka_unit_test(there_is_an_end_to_what_is_found),
		cmocka_unit_test(names_in_capitals_are_names),
		cmocka_unit_test(finds_in_a_body_name_their_field),
		cmocka_unit_test(sources_may_name_people_but_no_numbers),
		cmocka_unit_test(all_imported_trials_pass),
		cmocka_unit_test(sentences_are_judged_as_well_as_is_said),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
