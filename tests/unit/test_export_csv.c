#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/body.h"
#include "proto/header.h"
#include "client/csv.h"
#include "client/csv_map.h"
#include "client/csv_set.h"
#include "client/export_csv.h"
#include "client/form_words.h"
#include "client/print.h"

#define TRIAL "dk-791/00000000000000000000000000"

/* What a body is made from, and what came out. */
struct made {
	struct form_words *words;
	struct csv_words *columns;
	Erfa__Exported records[4];
	Erfa__Row rows[4];
	Erfa__Exported *list[4];
	size_t count;
	char *out;
	size_t left_out;
};

static int
setup(void **state)
{
	struct made *made = calloc(1, sizeof(*made));

	assert_non_null(made);
	assert_int_equal(form_words_open("conf", "en", &made->words), ERR_NONE);
	assert_int_equal(
	    csv_words_open("conf/columns.tsv", &made->columns), ERR_NONE);
	*state = made;
	return 0;
}

static int
teardown(void **state)
{
	struct made *made = *state;
	size_t i;

	for (i = 0; i < made->count; i++)
		body_free(made->records[i].body);
	form_words_free(made->words);
	csv_words_free(made->columns);
	free(made->out);
	free(made);
	return 0;
}

static char *
lend(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* Add a record of ${kind}, and a row that says when and who. */
static Erfa__Body *
add(struct made *made, uint32_t kind, const char *id, const char *publisher,
    const char *time)
{
	Erfa__Exported *record = &made->records[made->count];
	Erfa__Row *row = &made->rows[made->count];

	erfa__exported__init(record);
	erfa__row__init(row);
	assert_int_equal(body_new(kind, &record->body), ERR_NONE);
	row->kind = lend(header_kind_name(kind));
	row->full_id = lend(id);
	row->publisher = lend(publisher);
	row->time = lend(time);
	record->row = row;
	made->list[made->count++] = record;
	return record->body;
}

static void
set(struct made *made, Erfa__Body *body, const char *path, const char *text)
{
	struct form_fault fault = { .line = 0 };

	assert_int_equal(
	    csv_set(made->words, made->columns, body, path, text, &fault),
	    ERR_NONE);
}

static void
write_table(struct made *made)
{
	const struct print_options options = { .utf8 = true };
	struct print *print = NULL;
	size_t len = 0;
	FILE *file;

	free(made->out);
	made->out = NULL;
	file = open_memstream(&made->out, &len);
	assert_non_null(file);
	assert_int_equal(print_new(file, &options, &print), ERR_NONE);
	assert_int_equal(
	    export_csv(print, made->list, made->count, &made->left_out),
	    ERR_NONE);
	assert_int_equal(print_finish(print), ERR_NONE);
	print_free(print);
	(void)fclose(file);
}

/* The cell of the only trial under ${head}. */
static void
assert_cell(const struct made *made, const char *head, const char *wanted)
{
	struct csv_row *heads = calloc(2, sizeof(*heads));
	char fault[CSV_FAULT_MAX];
	struct csv *csv = NULL;
	size_t i = 0;

	assert_non_null(heads);
	assert_int_equal(
	    csv_new(made->out, strlen(made->out), 0, &csv, fault), ERR_NONE);
	assert_int_equal(csv_next(csv, &heads[0], fault), ERR_NONE);
	assert_int_equal(csv_next(csv, &heads[1], fault), ERR_NONE);
	while (i < heads[0].count && strcmp(heads[0].cell[i].text, head) != 0)
		i++;
	assert_int_not_equal(i, heads[0].count);
	assert_string_equal(heads[1].cell[i].text, wanted);
	csv_free(csv);
	free(heads);
}

static void
assert_value(const Erfa__Body *body, const char *path, const char *wanted)
{
	char *text = NULL;

	assert_int_equal(
	    export_csv_value(body_record(body), path, &text), ERR_NONE);
	assert_string_equal(text, wanted);
	free(text);
}

static void
a_value_is_as_the_record_spells_it(void **state)
{
	struct made *made = *state;
	Erfa__Body *body = add(made, HEADER_TRIAL, TRIAL, "dk-791", "2026");
	char *text = NULL;

	set(made, body, "title", "Én \"ting\"");
	set(made, body, "sector", "school; health");
	set(made, body, "keywords", "a; b");
	set(made, body, "goals[0].text", "first");
	set(made, body, "goals[1].text", "second");
	set(made, body, "programme", "dk-1/00000000000000000000000000");
	set(made, body, "sites", "dk-751; Nowhere");
	set(made, body, "offers_sparring", "yes");
	assert_value(body, "title", "Én \"ting\"");
	assert_value(body, "sector", "school; health");
	assert_value(body, "sector[1]", "health");
	assert_value(body, "sector[2]", "");
	assert_value(body, "keywords", "a; b");
	assert_value(body, "goals", "first; second");
	assert_value(body, "goals[1].text", "second");
	assert_value(body, "goals[2].text", "");
	assert_value(body, "programme", "dk-1/00000000000000000000000000");
	assert_value(body, "sites", "dk-751; Nowhere");
	assert_value(body, "offers_sparring", "true");
	assert_value(body, "status", "");
	assert_value(body, "period.start", "");
	assert_int_equal(
	    export_csv_value(body_record(body), "titel", &text), ERR_NOENT);
	assert_int_equal(
	    export_csv_value(body_record(body), "title.x", &text), ERR_NOENT);
	assert_int_equal(
	    export_csv_value(body_record(body), "goals[0", &text), ERR_NOENT);
	assert_int_equal(
	    export_csv_value(body_record(body), "", &text), ERR_NOENT);
	assert_null(text);
}

static void
what_was_learnt_is_the_publishers_newest_word(void **state)
{
	struct made *made = *state;
	Erfa__Body *body = add(made, HEADER_TRIAL, TRIAL, "dk-791", "2026");

	set(made, body, "title", "=1+1");
	body = add(made, HEADER_EXPERIENCE, "dk-791/b", "dk-791", "2026-02");
	set(made, body, "trial", TRIAL);
	set(made, body, "what_worked", "old");
	body = add(made, HEADER_EXPERIENCE, "dk-791/c", "dk-791", "2026-03");
	set(made, body, "trial", TRIAL);
	set(made, body, "what_worked", "new");
	set(made, body, "conditions", "calm; light");
	body = add(made, HEADER_EXPERIENCE, "dk-1/d", "dk-1", "2026-04");
	set(made, body, "trial", TRIAL);
	set(made, body, "what_worked", "others");
	write_table(made);
	assert_cell(made, "id", TRIAL);
	assert_cell(made, "title", "'=1+1");
	assert_cell(made, "experiences", "3");
	assert_cell(made, "experience.what_worked", "new");
	assert_cell(made, "experience.conditions", "calm; light");
	assert_int_equal(made->left_out, 0);

	/* What was taken back does not count. */
	made->rows[2].has_retracted = 1;
	made->rows[2].retracted = 1;
	write_table(made);
	assert_cell(made, "experiences", "2");
	assert_cell(made, "experience.what_worked", "old");

	/* A trial without its text has no row. */
	body_free(made->records[0].body);
	made->records[0].body = NULL;
	write_table(made);
	assert_int_equal(made->left_out, 1);
	assert_null(strstr(made->out, TRIAL));
}

static void
an_import_knows_every_field_again_by_its_head(void **state)
{
	struct made *made = *state;
	struct csv_row *row = calloc(1, sizeof(*row));
	struct csv_map *map = calloc(1, sizeof(*map));
	char fault[CSV_FAULT_MAX];
	struct csv *csv = NULL;
	const char *head;
	bool field = false;
	size_t i;

	assert_non_null(row);
	assert_non_null(map);
	write_table(made);
	assert_int_equal(
	    csv_new(made->out, strlen(made->out), 0, &csv, fault), ERR_NONE);
	assert_int_equal(csv_next(csv, row, fault), ERR_NONE);
	assert_int_equal(csv_map_propose(made->columns, row, map), ERR_NONE);
	for (i = 0; (head = export_csv_head(i)) != NULL; i++) {
		assert_string_equal(row->cell[i].text, head);
		field = field || strcmp(head, "language") == 0;
		if (strcmp(head, "external_id") == 0 ||
		    (field && strcmp(head, "exemptions") != 0 &&
			strcmp(head, "experiences") != 0))
			assert_string_equal(map->path[i], head);
		else
			assert_string_equal(map->path[i], "");
	}
	assert_int_equal(i, row->count);
	csv_free(csv);
	free(row);
	free(map);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_value_is_as_the_record_spells_it, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_was_learnt_is_the_publishers_newest_word, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    an_import_knows_every_field_again_by_its_head, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
