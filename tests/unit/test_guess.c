#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/body.pb-c.h"
#include "client/guess.h"

#define WORDS "conf/sector_words.tsv"

/* What opening ${text} as a table says. */
static enum err
table_error(const char *text)
{
	char path[] = "/tmp/erfa-guess.XXXXXX";
	char codes[GUESS_MANY][GUESS_CODE_MAX];
	size_t count = 0;
	int fd = mkostemp(path, O_CLOEXEC);
	enum err err;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
	err = guess_sector(path, "school", codes, &count);
	(void)unlink(path);
	return err;
}

static void
texts_in_five_languages_tell_their_sector(void **state)
{
	static const char *const pairs[][2] = {
		{ "Faste teams i hjemmeplejen for ældre", "elder_care" },
		{ "Faste team i hjemmetjenesten for eldre", "elder_care" },
		{ "Fasta team i hemtjänsten", "elder_care" },
		{ "Kotihoidon pienet tiimit iäkkäille", "elder_care" },
		{ "Fixed teams in home care for seniors", "elder_care" },
		{ "To lærere i hver klasse i folkeskolen", "school" },
		{ "Varhaiskasvatuksen päiväkodissa", "early_childhood" },
		{ "Byggesager uden lokalplan", "planning_building" },
		{ "Mindre affald i renovationen, klima",
		    "technical_environment" },
		{ "Biblioteket uden personale om aftenen", "culture_leisure" },
	};
	char codes[GUESS_MANY][GUESS_CODE_MAX];
	size_t count, i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		count = 0;
		assert_int_equal(
		    guess_sector(WORDS, pairs[i][0], codes, &count), ERR_NONE);
		if (count == 0 || strcmp(codes[0], pairs[i][1]) != 0)
			fail_msg("%s: %s", pairs[i][0],
			    count == 0 ? "nothing" : codes[0]);
	}
}

static void
letters_of_the_neighbours_are_the_same(void **state)
{
	char one[GUESS_MANY][GUESS_CODE_MAX];
	char two[GUESS_MANY][GUESS_CODE_MAX];
	size_t count = 0;

	(void)state;
	assert_int_equal(guess_sector(WORDS, "ÆLDRE", one, &count), ERR_NONE);
	assert_int_equal(guess_sector(WORDS, "aeldre", two, &count), ERR_NONE);
	assert_string_equal(one[0], two[0]);
}

static void
a_text_without_a_sign_tells_none(void **state)
{
	char codes[GUESS_MANY][GUESS_CODE_MAX];
	size_t count = 7;

	(void)state;
	assert_int_equal(guess_sector(WORDS, "xyz", codes, &count), ERR_NONE);
	assert_int_equal(count, 0);
	assert_int_equal(guess_sector(WORDS, "", codes, &count), ERR_NONE);
	assert_int_equal(count, 0);
}

/* The sector of each line of the table is one of the schema, and none is
 * forgotten but "several". */
static void
every_sector_has_words(void **state)
{
	const ProtobufCEnumDescriptor *desc = &erfa__sector__descriptor;
	char *line = NULL;
	char name[64];
	size_t room = 0, rows = 0, i;
	FILE *file = fopen(WORDS, "re");

	(void)state;
	assert_non_null(file);
	while (getline(&line, &room, file) > 0) {
		if (line[0] == '#')
			continue;
		(void)snprintf(name, sizeof(name), "SECTOR_%.*s",
		    (int)strcspn(line, "\t"), line);
		for (i = 0; name[i] != '\0'; i++)
			if (name[i] >= 'a' && name[i] <= 'z')
				name[i] = (char)(name[i] - 'a' + 'A');
		if (protobuf_c_enum_descriptor_get_value_by_name(desc, name) ==
		    NULL)
			fail_msg("%s is no sector", name);
		rows++;
	}
	assert_int_equal(rows, desc->n_values - 2);
	free(line);
	assert_int_equal(fclose(file), 0);
}

static void
a_bad_table_is_told(void **state)
{
	char codes[GUESS_MANY][GUESS_CODE_MAX];
	size_t count = 0;

	(void)state;
	assert_int_equal(
	    guess_sector("/nowhere", "x", codes, &count), ERR_NOENT);
	assert_int_equal(guess_sector("/tmp", "x", codes, &count), ERR_IO);
	assert_int_equal(table_error("school\n"), ERR_SYNTAX);
	assert_int_equal(table_error("\tschool\n"), ERR_SYNTAX);
	assert_int_equal(table_error("school\t\xff\n"), ERR_SYNTAX);
	assert_int_equal(table_error("# all is well\n"), ERR_NONE);
	assert_int_equal(
	    guess_sector(WORDS, "\xff", codes, &count), ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_in_five_languages_tell_their_sector),
		cmocka_unit_test(letters_of_the_neighbours_are_the_same),
		cmocka_unit_test(a_text_without_a_sign_tells_none),
		cmocka_unit_test(every_sector_has_words),
		cmocka_unit_test(a_bad_table_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
