#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "client/csv_map.h"

#define WORDS "conf/columns.tsv"

/* A table and its header. */
struct table {
	struct csv *csv;
	struct csv_row row;
	struct csv_words *words;
	struct csv_map map;
};

static struct table *
table_new(const char *header)
{
	struct table *table = calloc(1, sizeof(*table));
	char fault[CSV_FAULT_MAX];

	assert_non_null(table);
	assert_int_equal(
	    csv_new(header, strlen(header), 0, &table->csv, fault), ERR_NONE);
	assert_int_equal(csv_next(table->csv, &table->row, fault), ERR_NONE);
	assert_int_equal(csv_words_open(WORDS, &table->words), ERR_NONE);
	return table;
}

static void
table_free(struct table *table)
{
	csv_words_free(table->words);
	csv_free(table->csv);
	free(table);
}

/* The fields of all columns, with "-" for none. */
static void
assert_fields(const struct table *table, const char *fields)
{
	char out[1024];
	size_t used = 0;
	size_t i;

	out[0] = '\0';
	for (i = 0; i < table->map.count; i++)
		used += (size_t)snprintf(out + used, sizeof(out) - used, "%s%s",
		    i == 0 ? "" : " ",
		    table->map.path[i][0] == '\0' ? "-" : table->map.path[i]);
	assert_string_equal(out, fields);
}

static void
a_header_in_five_languages_is_understood(void **state)
{
	static const char *const rows[][2] = {
		{ "Titel;Beskrivelse;Område;Status;Periode;Andet",
		    "title summary sector status period -" },
		{ "TITTEL;sammendrag;Tjenesteområde;Fase;Mål",
		    "title summary sector status goals[0].text" },
		{ "Rubrik;Sammanfattning;Verksamhetsområde;Syfte",
		    "title summary sector goals[0].text" },
		{ "Otsikko;Kuvaus;Toimiala;Tila;Vastuuyksikkö",
		    "title summary sector status owner.unit" },
		{ "Title (max 120);Summary:;Sector*;goals[0].text",
		    "title summary sector goals[0].text" },
		{ "Titel;Navn;Titelmager", "title - -" },
	};

	struct table *table;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		table = table_new(rows[i][0]);
		assert_int_equal(
		    csv_map_propose(table->words, &table->row, &table->map),
		    ERR_NONE);
		assert_fields(table, rows[i][1]);
		assert_int_equal(csv_map_find(&table->map, "title"), 0);
		assert_int_equal(
		    csv_map_find(&table->map, "none"), table->map.count);
		table_free(table);
	}
}

static void
a_mapping_names_columns_by_head_or_number(void **state)
{
	struct table *table = table_new("Titel;A=b;X;x;");
	char fault[CSV_FAULT_MAX] = "";
	char name[CSV_PATH_MAX];
	unsigned line = 0;

	(void)state;
	assert_int_equal(
	    csv_map_read("# ours\n\ntitel = title\r\n2 = summary\nX = -\n"
			 "4 = sector\n5 =\n",
		&table->row, &table->map, &line, fault),
	    ERR_NONE);
	assert_fields(table, "title summary - sector -");
	assert_int_equal(csv_map_read("Titel=title, 3=status", &table->row,
			     &table->map, &line, fault),
	    ERR_NONE);
	assert_fields(table, "title - status - -");
	csv_map_name(&table->row, 0, name);
	assert_string_equal(name, "Titel");
	csv_map_name(&table->row, 1, name);
	assert_string_equal(name, "2");
	csv_map_name(&table->row, 3, name);
	assert_string_equal(name, "4");
	csv_map_name(&table->row, 4, name);
	assert_string_equal(name, "5");
	table_free(table);
}

static void
a_bad_mapping_is_named_with_its_line(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *says;
	} rows[] = {
		{ "Titel = title\nMåne = summary\n", 2, "Måne" },
		{ "Titl = title\n", 1, "did you mean \"Titel\"" },
		{ "Titel = title\n\nResumé\n", 3, "column = field" },
		{ "Titel = title\nResumé = title\n", 2, "one column" },
		{ "Titel = title\nTitel = summary\n", 2, "one field" },
		{ "9 = title", 1, "1 to 2" },
		{ "\xff", 1, "no mapping" },
	};

	struct table *table = table_new("Titel;Resumé");
	char fault[CSV_FAULT_MAX];
	unsigned line;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(csv_map_read(rows[i].text, &table->row,
				     &table->map, &line, fault),
		    ERR_SYNTAX);
		assert_int_equal(line, rows[i].line);
		assert_non_null(strstr(fault, rows[i].says));
	}
	table_free(table);
}

static void
words_beside_the_labels_mean_codes(void **state)
{
	struct csv_words *words = NULL;

	(void)state;
	assert_int_equal(csv_words_open(WORDS, &words), ERR_NONE);
	assert_string_equal(
	    csv_words_code(words, "status", "Igangværende"), "active");
	assert_string_equal(
	    csv_words_code(words, "status", "AFSLUTTET"), "completed");
	assert_string_equal(
	    csv_words_code(words, "body_kind", "Byrådet"), "council");
	assert_string_equal(
	    csv_words_code(words, "body_kind", "Social- og sundhedsudvalget"),
	    "committee");
	assert_null(csv_words_code(words, "status", "Byrådet"));
	assert_null(csv_words_code(words, "status", "\xff"));
	csv_words_free(words);
	csv_words_free(NULL);
}

static void
a_table_of_words_that_is_none_is_refused(void **state)
{
	char path[] = "/tmp/erfa-columns.XXXXXX";
	struct csv_words *words = NULL;
	int fd = mkostemp(path, O_CLOEXEC);

	(void)state;
	assert_int_equal(csv_words_open("conf/none.tsv", &words), ERR_NOENT);
	assert_int_equal(csv_words_open("conf", &words), ERR_IO);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "title\n", 6), 6);
	assert_int_equal(close(fd), 0);
	assert_int_equal(csv_words_open(path, &words), ERR_SYNTAX);
	(void)unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_in_five_languages_is_understood),
		cmocka_unit_test(a_mapping_names_columns_by_head_or_number),
		cmocka_unit_test(a_bad_mapping_is_named_with_its_line),
		cmocka_unit_test(words_beside_the_labels_mean_codes),
		cmocka_unit_test(a_table_of_words_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
