#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/body.pb-c.h"
#include "proto/vocab.h"
#include "client/guess.h"

#define WORDS "conf/vocabulary.txt"

/* Read the vocabulary that is installed with the programs. */
static int
setup(void **state)
{
	struct vocab *vocab = NULL;
	char *bytes = calloc(1, VOCAB_BYTES_MAX);
	FILE *file = fopen(WORDS, "re");
	size_t len;

	assert_non_null(bytes);
	assert_non_null(file);
	len = fread(bytes, 1, VOCAB_BYTES_MAX, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(vocab_load(bytes, len, &vocab, NULL), ERR_NONE);
	free(bytes);
	*state = vocab;
	return 0;
}

static int
teardown(void **state)
{
	vocab_free(*state);
	return 0;
}

/* Titles as people write them, in seven languages. */
static void
titles_tell_their_sector(void **state)
{
	static const char *const pairs[][2] = {
		/* clang-format off */
		{ "Faste teams i hjemmeplejen", "elder_care" },
		{ "Plejehjemsbeboere vælger selv maden", "elder_care" },
		{ "Aftenåbning på biblioteket uden personale", "culture_leisure" },
		{ "To voksne i skoletimerne i indskolingen", "school" },
		{ "Fraværssamtaler med jobparate ledige", "employment_inclusion" },
		{ "Byggesagsbehandling på otte dage", "planning_building" },
		{ "Børnehavebørn ude hele dagen", "early_childhood" },
		{ "Affaldssortering i etageboliger", "technical_environment" },
		{ "Færre regler i botilbuddene for udviklingshæmmede", "disability" },
		{ "Hjemmetjenesten uten vedtak", "elder_care" },
		{ "Uteskole hver fredag for elevene", "school" },
		{ "Barnehageansatte planlegger egen bemanning", "early_childhood" },
		{ "Raskere behandling av byggesaker", "planning_building" },
		{ "Flyktninger i praksisplass fra første uke", "integration" },
		{ "Barnevernsfamilier får én kontaktperson", "children_families" },
		{ "Heimetenesta med faste team", "elder_care" },
		{ "Skuleelevar lagar skulemat", "school" },
		{ "Hemtjänstpersonal styr sina scheman", "elder_care" },
		{ "Bygglovshandläggning utan kö", "planning_building" },
		{ "Förskolebarn i skogen", "early_childhood" },
		{ "Medborgarbudget i stadsdelen", "democracy" },
		{ "Avfallshantering i glesbygd", "technical_environment" },
		{ "Kotihoidon tiimit suunnittelevat työnsä itse", "elder_care" },
		{ "Varhaiskasvatuksessa vähemmän kirjaamista", "early_childhood" },
		{ "Rakennuslupa viikossa", "planning_building" },
		{ "Työttömien palvelut yhdestä paikasta", "employment_inclusion" },
		{ "Kirjasto auki yöllä", "culture_leisure" },
		{ "Heimaþjónusta í föstum teymum", "elder_care" },
		{ "Leikskólabörn úti allan daginn", "early_childhood" },
		{ "Grunnskóli án heimanáms", "school" },
		{ "Bókasafn opið á kvöldin", "culture_leisure" },
		{ "Self-managing teams in home care", "elder_care" },
		{ "Building permits within a week", "planning_building" },
		{ "Outdoor lessons for pupils", "school" },
		{ "To lærere i hver klasse i folkeskolen", "school" },
		{ "Varhaiskasvatuksen päiväkodissa", "early_childhood" },
		{ "Byggesager uden lokalplan", "planning_building" },
		/* clang-format on */
	};
	char codes[GUESS_MANY][GUESS_CODE_MAX];
	size_t count, i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		count = 0;
		assert_int_equal(
		    guess_sector(*state, pairs[i][0], codes, &count), ERR_NONE);
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

	assert_int_equal(
	    guess_sector(*state, "ÆLDREPLEJE", one, &count), ERR_NONE);
	assert_int_equal(count, 1);
	assert_int_equal(
	    guess_sector(*state, "aeldrepleje", two, &count), ERR_NONE);
	assert_int_equal(count, 1);
	assert_string_equal(one[0], two[0]);
}

static void
near_rivals_are_named_too(void **state)
{
	char codes[GUESS_MANY][GUESS_CODE_MAX];
	size_t count = 0;

	assert_int_equal(
	    guess_sector(*state, "Biblioteket i folkeskolen", codes, &count),
	    ERR_NONE);
	assert_int_equal(count, 2);
	assert_string_equal(codes[0], "culture_leisure");
	assert_string_equal(codes[1], "school");
}

static void
a_text_without_a_sign_tells_none(void **state)
{
	char codes[GUESS_MANY][GUESS_CODE_MAX];
	size_t count = 7;

	assert_int_equal(guess_sector(*state, "xyz", codes, &count), ERR_NONE);
	assert_int_equal(count, 0);
	assert_int_equal(guess_sector(*state, "", codes, &count), ERR_NONE);
	assert_int_equal(count, 0);
}

/* Some concept is at home in each sector of the schema but "several". */
static void
every_sector_can_be_guessed(void **state)
{
	const ProtobufCEnumDescriptor *desc = &erfa__sector__descriptor;
	char name[64];
	size_t concept, i, k;
	unsigned v;
	bool found;

	for (v = 0; v < desc->n_values; v++) {
		if (desc->values[v].value == 0 ||
		    strcmp(desc->values[v].name, "SECTOR_SEVERAL") == 0)
			continue;
		found = false;
		for (concept = 0; concept < vocab_count(*state) && !found;
		     concept ++) {
			const char *code = vocab_sector(*state, concept);

			if (code == NULL)
				continue;
			(void)snprintf(name, sizeof(name), "SECTOR_%s", code);
			for (i = 0, k = strlen(name); i < k; i++)
				if (name[i] >= 'a' && name[i] <= 'z')
					name[i] = (char)(name[i] - 'a' + 'A');
			found = strcmp(name, desc->values[v].name) == 0;
		}
		if (!found)
			fail_msg("nothing is in %s", desc->values[v].name);
	}
}

static void
a_text_that_is_no_utf_8_is_refused(void **state)
{
	char codes[GUESS_MANY][GUESS_CODE_MAX];
	size_t count = 0;

	assert_int_equal(
	    guess_sector(*state, "\xff", codes, &count), ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(titles_tell_their_sector),
		cmocka_unit_test(letters_of_the_neighbours_are_the_same),
		cmocka_unit_test(near_rivals_are_named_too),
		cmocka_unit_test(a_text_without_a_sign_tells_none),
		cmocka_unit_test(every_sector_can_be_guessed),
		cmocka_unit_test(a_text_that_is_no_utf_8_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
