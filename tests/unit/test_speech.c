#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "proto/bytes.h"
#include "client/labels.h"
#include "client/number.h"
#include "client/retell.h"
#include "client/speech.h"
#include "tests/unit/capture.h"
#include "tests/unit/scratch.h"

#define HEAD      28
#define FILE_MOST 4096

/* One text of a catalogue; the lengths count the NUL between two forms. */
struct text {
	const char *id;
	size_t id_len;
	const char *str;
	size_t str_len;
};

#define TEXT(id, str)                                    \
	{                                                \
		id, sizeof(id) - 1, str, sizeof(str) - 1 \
	}

/* Sorted, as msgfmt does. */
static const struct text texts[] = {
	TEXT("", "Language: da\n"),
	TEXT("%s is no trial", "%s er ikke et forsøg"),
	TEXT("%zu trial\0%zu trials", "%zu forsøg\0%zu forsøgene"),
	TEXT("The trial is {state} already.", "Forsøget er allerede {state}."),
	TEXT("not yet", ""),
	TEXT("page", "side"),
	TEXT("{who} said no to {what}.", "{what}: nej fra {who}."),
};

#define TEXTS (sizeof(texts) / sizeof(texts[0]))

/* A catalogue in a folder of its own. */
struct world {
	char *folder;
	char *path;
	uint8_t data[FILE_MOST];
	size_t len;
};

static void
put_row(struct world *world, size_t row, const char *text, size_t len)
{
	bytes_put_le32(world->data + row, (uint32_t)len);
	bytes_put_le32(world->data + row + 4, (uint32_t)world->len);
	assert_true(world->len + len + 1 <= FILE_MOST);
	memcpy(world->data + world->len, text, len);
	world->data[world->len + len] = '\0';
	world->len += len + 1;
}

static void
make_catalogue(struct world *world)
{
	size_t others = HEAD + 8 * TEXTS;
	size_t i;

	memset(world->data, 0, sizeof(world->data));
	bytes_put_le32(world->data, 0x950412deU);
	bytes_put_le32(world->data + 8, TEXTS);
	bytes_put_le32(world->data + 12, HEAD);
	bytes_put_le32(world->data + 16, (uint32_t)others);
	world->len = HEAD + 16 * TEXTS;
	for (i = 0; i < TEXTS; i++) {
		put_row(world, HEAD + 8 * i, texts[i].id, texts[i].id_len);
		put_row(world, others + 8 * i, texts[i].str, texts[i].str_len);
	}
}

static void
write_catalogue(const struct world *world, size_t len)
{
	FILE *file = fopen(world->path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(world->data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static int
setup(void **state)
{
	static const char *const steps[] = { "da", "da/LC_MESSAGES" };
	struct world *world = calloc(1, sizeof(*world));
	size_t i;
	char *path;

	assert_non_null(world);
	world->folder = scratch_make();
	assert_non_null(world->folder);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		path = scratch_path(world->folder, steps[i]);
		assert_non_null(path);
		assert_int_equal(mkdir(path, 0700), 0);
		free(path);
	}
	world->path = scratch_path(world->folder, "da/LC_MESSAGES/erfa.mo");
	assert_non_null(world->path);
	make_catalogue(world);
	write_catalogue(world, world->len);
	*state = world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = *state;

	speech_close();
	scratch_remove(world->folder);
	free(world->path);
	free(world);
	return 0;
}

static void
languages_are_found_in_names_of_locales(void **state)
{
	static const char *const names[][3] = { { "da", "da", "da" },
		{ "da_DK.UTF-8", "da", "da" }, { "nb_NO", "nb", "nb" },
		{ "nn_NO", "nb", "nn" }, { "nn", "nb", "nn" },
		{ "no", "nb", "nb" }, { "sv_FI@euro", "sv", "sv" },
		{ "fi", "fi", "fi" }, { "is_IS.UTF-8", "en", "is" },
		{ "en-GB", "en", "en" }, { "C", "en", "en" },
		{ "C.UTF-8", "en", "en" }, { "POSIX", "en", "en" } };
	char language[SPEECH_LANG_LEN + 1];
	char asked[SPEECH_LANG_LEN + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(
		    speech_language(names[i][0], language, asked), ERR_NONE);
		assert_string_equal(language, names[i][1]);
		assert_string_equal(asked, names[i][2]);
	}
	memcpy(language, "xx", 3);
	assert_int_equal(speech_language("de_DE", language, asked), ERR_NOENT);
	assert_int_equal(speech_language("", language, asked), ERR_NOENT);
	assert_int_equal(speech_language("dansk", language, asked), ERR_NOENT);
	assert_string_equal(asked, "en");
	assert_string_equal(language, "xx");
}

static void
numbers_are_read_as_the_language_writes_them(void **state)
{
	const struct world *world = *state;
	char text[] = "0.49 [0.33, 0.73] 1.0e-05 dk.791 3. .5";
	char again[] = "0.49";

	assert_string_equal(number_say(again), "0.49");
	assert_string_equal(number_gap(), ", ");
	assert_int_equal(speech_open(world->folder, "da"), ERR_NONE);
	assert_int_equal(speech_decimal(), ',');
	assert_string_equal(number_gap(), "; ");
	assert_string_equal(
	    number_say(text), "0,49 [0,33, 0,73] 1,0e-05 dk.791 3. .5");

	/* What is printed in English has the point again. */
	speech_close();
	assert_int_equal(speech_decimal(), '.');
}

static void
the_option_comes_before_the_environment_and_that_in_its_order(void **state)
{
	char language[SPEECH_LANG_LEN + 1];
	char asked[SPEECH_LANG_LEN + 1];

	(void)state;
	assert_int_equal(unsetenv("ERFA_LANG"), 0);
	assert_int_equal(setenv("LC_ALL", "de_DE.UTF-8", 1), 0);
	assert_int_equal(setenv("LC_MESSAGES", "nn_NO.UTF-8", 1), 0);
	assert_int_equal(setenv("LANG", "fi_FI.UTF-8", 1), 0);
	assert_int_equal(speech_choose(NULL, language, asked), ERR_NONE);
	assert_string_equal(language, "nb");
	assert_string_equal(asked, "nn");
	assert_int_equal(setenv("ERFA_LANG", "sv", 1), 0);
	assert_int_equal(speech_choose(NULL, language, asked), ERR_NONE);
	assert_string_equal(language, "sv");
	assert_int_equal(speech_choose("da", language, asked), ERR_NONE);
	assert_string_equal(language, "da");
	assert_int_equal(speech_choose("tlh", language, asked), ERR_NOENT);
	assert_string_equal(language, "sv");
	assert_int_equal(unsetenv("ERFA_LANG"), 0);
	assert_int_equal(unsetenv("LC_ALL"), 0);
	assert_int_equal(unsetenv("LC_MESSAGES"), 0);
	assert_int_equal(unsetenv("LANG"), 0);
	assert_int_equal(speech_choose(NULL, language, asked), ERR_NONE);
	assert_string_equal(language, "en");
}

static void
without_a_catalogue_all_is_english(void **state)
{
	struct world *world = *state;

	assert_string_equal(speech("page"), "page");
	assert_string_equal(
	    speech_many(2, "%zu trial", "%zu trials"), "%zu trials");
	assert_int_equal(speech_open(world->folder, "fi"), ERR_NOENT);
	assert_string_equal(speech("page"), "page");
	assert_int_equal(speech_open(world->folder, "da"), ERR_NONE);
	assert_string_equal(speech("page"), "side");
	assert_int_equal(speech_open(world->folder, "en"), ERR_NONE);
	assert_string_equal(speech("page"), "page");
}

static void
what_has_no_translation_stays_english(void **state)
{
	struct world *world = *state;

	assert_int_equal(speech_open(world->folder, "da"), ERR_NONE);
	assert_string_equal(speech("not yet"), "not yet");
	assert_string_equal(speech("pages"), "pages");
	assert_string_equal(speech(""), "");
	assert_null(speech(NULL));
}

static void
one_alone_takes_the_first_form(void **state)
{
	struct world *world = *state;

	assert_int_equal(speech_open(world->folder, "da"), ERR_NONE);
	assert_string_equal(
	    speech_many(1, "%zu trial", "%zu trials"), "%zu forsøg");
	assert_string_equal(
	    speech_many(0, "%zu trial", "%zu trials"), "%zu forsøgene");
	assert_string_equal(
	    speech_many(21, "%zu trial", "%zu trials"), "%zu forsøgene");
	assert_string_equal(speech_many(3, "page", "pages"), "side");
}

static void
what_is_printed_is_translated_and_what_stands_in_it_is_not(void **state)
{
	struct world *world = *state;
	struct capture out;

	assert_int_equal(speech_open(world->folder, "da"), ERR_NONE);
	capture_open(&out, &capture_plain);
	print_say(out.print, "%s is no trial", "page");
	assert_string_equal(capture_text(&out), "page er ikke et forsøg");
	print_field(out.print, 0, "page", 8, "page");
	assert_string_equal(
	    capture_text(&out), "page er ikke et forsøgside    page\n");
	capture_close(&out);
}

static void
a_damaged_catalogue_is_refused_wherever_it_is_cut(void **state)
{
	struct world *world = *state;
	size_t len;

	for (len = 0; len < world->len; len++) {
		write_catalogue(world, len);
		assert_int_equal(speech_open(world->folder, "da"), ERR_SYNTAX);
		assert_string_equal(speech("page"), "page");
	}
}

static void
offsets_beyond_the_end_are_refused(void **state)
{
	static const size_t places[] = { 0, 4, 8, 12, 16, HEAD + 4, HEAD };
	struct world *world = *state;
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		make_catalogue(world);
		bytes_put_le32(world->data + places[i], 0xfffffff0U);
		write_catalogue(world, world->len);
		assert_int_equal(speech_open(world->folder, "da"), ERR_SYNTAX);
	}
}

static void
what_erfad_says_is_put_together_again(void **state)
{
	struct world *world = *state;
	char who[] = "who=KDD", what[] = "what=Serviceloven § 83";
	char english[] = "KDD said no to Serviceloven § 83.";
	char pattern[] = "{who} said no to {what}.";
	char path[] = "trial.exemptions";
	char *args[] = { who, what };
	Erfa__Problem problem = ERFA__PROBLEM__INIT;
	Erfa__Missing missing = ERFA__MISSING__INIT;
	char *text = NULL;

	problem.what = missing.what = english;
	problem.pattern = missing.pattern = pattern;
	problem.arg = missing.arg = args;
	problem.n_arg = missing.n_arg = 2;
	assert_int_equal(retell_missing(NULL, &missing, &text), ERR_NONE);
	assert_string_equal(text, english);
	free(text);
	assert_int_equal(speech_open(world->folder, "da"), ERR_NONE);
	assert_int_equal(retell_missing(NULL, &missing, &text), ERR_NONE);
	assert_string_equal(text, "Serviceloven § 83: nej fra KDD.");
	free(text);
	problem.path = path;
	assert_int_equal(retell_problem(NULL, &problem, &text), ERR_NONE);
	assert_string_equal(
	    text, "trial.exemptions: Serviceloven § 83: nej fra KDD.");
	free(text);
}

static void
a_message_is_told_with_its_arguments_and_a_status_by_its_label(void **state)
{
	struct world *world = *state;
	char id[] = "dk-791/k7", status[] = "state=paused";
	char english[] = "dk-791/k7 is no trial", no_trial[] = "%s is no trial";
	char other[] = "The trial is {state} already.", plain[] = "page";
	char *args[] = { id };
	Erfa__ErrorAnswer error = ERFA__ERROR_ANSWER__INIT;
	struct labels *labels = NULL;
	char *text = NULL;

	error.message = english;
	error.pattern = no_trial;
	error.arg = args;
	error.n_arg = 1;
	assert_int_equal(speech_open(world->folder, "da"), ERR_NONE);
	assert_int_equal(retell_message(NULL, &error, &text), ERR_NONE);
	assert_string_equal(text, "dk-791/k7 er ikke et forsøg");
	free(text);
	error.pattern = other;
	args[0] = status;
	assert_int_equal(
	    labels_open("conf/labels.tsv", "da", &labels), ERR_NONE);
	assert_int_equal(retell_message(labels, &error, &text), ERR_NONE);
	assert_string_equal(text, "Forsøget er allerede sat på pause.");
	free(text);
	error.pattern = NULL;
	error.message = plain;
	assert_int_equal(retell_message(labels, &error, &text), ERR_NONE);
	assert_string_equal(text, "side");
	free(text);
	labels_free(labels);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(languages_are_found_in_names_of_locales),
		cmocka_unit_test_setup_teardown(
		    numbers_are_read_as_the_language_writes_them, setup,
		    teardown),
		cmocka_unit_test(
		    the_option_comes_before_the_environment_and_that_in_its_order),
		cmocka_unit_test_setup_teardown(
		    without_a_catalogue_all_is_english, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_has_no_translation_stays_english, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    one_alone_takes_the_first_form, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_is_printed_is_translated_and_what_stands_in_it_is_not,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_damaged_catalogue_is_refused_wherever_it_is_cut, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    offsets_beyond_the_end_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_erfad_says_is_put_together_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_message_is_told_with_its_arguments_and_a_status_by_its_label,
		    setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
