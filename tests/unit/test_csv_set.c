#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/body.h"
#include "proto/header.h"
#include "client/csv_date.h"
#include "client/csv_map.h"
#include "client/csv_set.h"
#include "client/form_words.h"

static void
dates_are_read_as_the_nordic_countries_write_them(void **state)
{
	static const char *const good[][2] = {
		{ "2026", "2026" },
		{ "2026-02", "2026-02" },
		{ "2026-02-01", "2026-02-01" },
		{ "1.2.2026", "2026-02-01" },
		{ "01.02.2026", "2026-02-01" },
		{ "1/2 2026", "2026-02-01" },
		{ "1/2-2026", "2026-02-01" },
		{ " 31-12-2026 ", "2026-12-31" },
		{ "2026/2/1", "2026-02-01" },
		{ "2/2026", "2026-02" },
		{ "1. februar 2026", "2026-02-01" },
		{ "maj 2026", "2026-05" },
		{ "helmikuu 2026", "2026-02" },
		{ "1. marraskuuta 2026", "2026-11-01" },
		{ "maaliskuu 2026", "2026-03" },
		{ "Kesäkuu 2026", "2026-06" },
		{ "desember 2026", "2026-12" },
	};
	static const char *const bad[] = { "", "1.2.26", "31.31.2026",
		"30.2.2026", "i morgen", "2026-2-1-1", "12345", "1 2026 2",
		"2026 x", "februar", "\xff",
		"1                                                         "
		"                                  .2.2026" };
	char out[DAY_LEN + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(csv_date(good[i][0], out), ERR_NONE);
		assert_string_equal(out, good[i][1]);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(csv_date(bad[i], out), ERR_SYNTAX);
}

static void
a_period_in_one_cell_has_two_ends(void **state)
{
	static const char *const good[][3] = {
		{ "1.1.2026 - 31.12.2027", "2026-01-01", "2027-12-31" },
		{ "2026-2027", "2026", "2027" },
		{ "2026–2027", "2026", "2027" },
		{ "2026-01 - 2027", "2026-01", "2027" },
		{ "fra 2026 til 2027", "2026", "2027" },
		{ "jan 2026 till mars 2027", "2026-01", "2027-03" },
		{ "2026-", "2026", "" },
		{ "- 31.12.2027", "", "2027-12-31" },
		{ "2026", "2026", "2026" },
		{ "2026-03", "2026-03", "2026-03" },
	};
	static const char *const bad[] = { "", "-", "løbende", "2026-2027-2028",
		"fra i dag" };
	char start[DAY_LEN + 1];
	char end[DAY_LEN + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(csv_period(good[i][0], start, end), ERR_NONE);
		assert_string_equal(start, good[i][1]);
		assert_string_equal(end, good[i][2]);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(csv_period(bad[i], start, end), ERR_SYNTAX);
}

/* ---- cells ---- */

struct setting {
	struct form_words *words;
	struct csv_words *columns;
	Erfa__Body *body;
	struct form_fault fault;
};

static int
set_up(void **state)
{
	struct setting *it = calloc(1, sizeof(*it));

	assert_non_null(it);
	assert_int_equal(form_words_open("conf", "da", &it->words), ERR_NONE);
	assert_int_equal(
	    csv_words_open("conf/columns.tsv", &it->columns), ERR_NONE);
	assert_int_equal(body_new(HEADER_TRIAL, &it->body), ERR_NONE);
	*state = it;
	return 0;
}

static int
tear_down(void **state)
{
	struct setting *it = *state;

	form_words_free(it->words);
	csv_words_free(it->columns);
	body_free(it->body);
	free(it);
	return 0;
}

static enum err
set(struct setting *it, const char *path, const char *text)
{
	return csv_set(
	    it->words, it->columns, it->body, path, text, &it->fault);
}

static void
cells_are_typed_by_the_schema(void **state)
{
	struct setting *it = *state;
	const Erfa__Trial *trial = it->body->trial;

	assert_int_equal(set(it, "title", "  Natlys \n"), ERR_NONE);
	assert_string_equal(trial->title, "Natlys");
	assert_int_equal(set(it, "status", "I gang"), ERR_NONE);
	assert_int_equal(trial->status, ERFA__STATUS__STATUS_ACTIVE);
	assert_int_equal(set(it, "status", "käynnissä"), ERR_NONE);
	assert_int_equal(set(it, "status", "Kører"), ERR_NONE);
	assert_int_equal(trial->status, ERFA__STATUS__STATUS_ACTIVE);
	assert_int_equal(set(it, "period", "1.2.2026 - 2027"), ERR_NONE);
	assert_string_equal(trial->period->start, "2026-02-01");
	assert_string_equal(trial->period->end, "2027");
	assert_int_equal(set(it, "anchoring.date", "1/2-2026"), ERR_NONE);
	assert_string_equal(trial->anchoring->date, "2026-02-01");
	assert_int_equal(
	    set(it, "anchoring.body_kind", "Teknik- og miljøudvalget"),
	    ERR_NONE);
	assert_int_equal(
	    trial->anchoring->body_kind, ERFA__BODY_KIND__BODY_KIND_COMMITTEE);
	assert_string_equal(
	    trial->anchoring->local_name, "Teknik- og miljøudvalget");
	assert_int_equal(set(it, "goals[0].text", "Ro; om natten"), ERR_NONE);
	assert_string_equal(trial->goals[0]->text, "Ro; om natten");
}

static void
lists_stand_between_semicolons_or_on_lines(void **state)
{
	struct setting *it = *state;
	const Erfa__Trial *trial = it->body->trial;

	assert_int_equal(set(it, "keywords", "nat; lys\nfald, ro;;"), ERR_NONE);
	assert_int_equal(trial->n_keywords, 3);
	assert_string_equal(trial->keywords[2], "fald, ro");
	assert_int_equal(set(it, "keywords", "kun ét"), ERR_NONE);
	assert_int_equal(trial->n_keywords, 1);
	assert_int_equal(set(it, "sector", "ældrepleje, folkeskole"), ERR_NONE);
	assert_int_equal(trial->n_sector, 2);
	assert_int_equal(set(it, "sector", "grundskola\nhelse"), ERR_NONE);
	assert_int_equal(trial->n_sector, 2);
	assert_int_equal(
	    set(it, "exemptions[0].authorities", "KDD; no-o974760673"),
	    ERR_NONE);
	assert_int_equal(trial->exemptions[0]->n_authorities, 2);
}

static void
a_cell_that_does_not_fit_says_why(void **state)
{
	struct setting *it = *state;
	char title[200];

	assert_int_equal(set(it, "status", "svævende"), ERR_SYNTAX);
	assert_non_null(strstr(it->fault.what, "svævende"));
	assert_int_equal(set(it, "period", "altid"), ERR_SYNTAX);
	assert_non_null(strstr(it->fault.what, "altid"));
	assert_true(it->fault.remedy[0] != '\0');
	assert_int_equal(set(it, "period.start", "1.2.26"), ERR_SYNTAX);
	memset(title, 'x', sizeof(title) - 1);
	title[sizeof(title) - 1] = '\0';
	assert_int_equal(set(it, "title", title), ERR_SYNTAX);
	assert_int_equal(set(it, "moon", "x"), ERR_SYNTAX);
}

static void
only_fields_that_a_word_can_fill_in_are_known(void **state)
{
	struct setting *it = *state;
	static const char *const known[] = { "title", "sector", "period",
		"period.start", "goals[0].text", "owner.unit", "language",
		"keywords", "partners", "exemptions[0].authorities" };
	static const char *const unknown[] = { "", "moon", "title.text",
		"owner", "goals[0].", "goals[0].moon", "readiness", "=",
		"envelope.language" };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_true(csv_set_known(it->body, known[i]));
	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_false(csv_set_known(it->body, unknown[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    dates_are_read_as_the_nordic_countries_write_them),
		cmocka_unit_test(a_period_in_one_cell_has_two_ends),
		cmocka_unit_test_setup_teardown(
		    cells_are_typed_by_the_schema, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    lists_stand_between_semicolons_or_on_lines, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    a_cell_that_does_not_fit_says_why, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    only_fields_that_a_word_can_fill_in_are_known, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
