#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/fields.h"
#include "client/form_words.h"

#define TABLES "conf"

static struct form_words *
words_of(const char *language)
{
	struct form_words *words = NULL;

	assert_int_equal(form_words_open(TABLES, language, &words), ERR_NONE);
	return words;
}

static void
a_path_leads_to_a_field_of_the_record_or_its_envelope(void **state)
{
	struct fields_place place;

	(void)state;
	assert_int_equal(fields_find("trial", "goals.text", &place), ERR_NONE);
	assert_string_equal(place.owner->short_name, "Goal");
	assert_string_equal(place.field->name, "text");
	assert_int_equal(
	    fields_find("trial", "exemptions[3].level", &place), ERR_NONE);
	assert_string_equal(place.field->name, "level");
	assert_int_equal(fields_find("trial", "licence", &place), ERR_NONE);
	assert_string_equal(place.owner->short_name, "Envelope");
}

static void
what_is_no_field_is_not_found(void **state)
{
	static const char *const none[] = { "", ".", "titel", "title.text",
		"goals.text.more", "goals..text" };
	struct fields_place place;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(
		    fields_find("trial", none[i], &place), ERR_NOENT);
	assert_int_equal(fields_find("nothing", "title", &place), ERR_NOENT);
	assert_int_equal(fields_find("case", "title", &place), ERR_NOENT);
}

static void
people_read_what_a_field_is_for(void **state)
{
	struct form_words *words = words_of("da");
	char out[FIELDS_WORDS];

	(void)state;
	fields_help(words, "trial", "title", out);
	assert_string_equal(out, "Hvad forsøget hedder");
	fields_help(words, "trial", "no_such_field", out);
	assert_string_equal(out, "no such field");
	fields_help(NULL, "trial", "title", out);
	assert_string_equal(out, "title");
	form_words_free(words);
}

static void
people_read_the_label_of_a_value(void **state)
{
	struct form_words *words = words_of("nb");
	struct fields_place place;

	(void)state;
	assert_int_equal(fields_find("trial", "purpose", &place), ERR_NONE);
	assert_string_equal(fields_value(words, &place, "service_quality"),
	    "bedre kvalitet i tjenestene");
	assert_string_equal(fields_value(words, &place, "x"), "x");
	assert_string_equal(
	    fields_value(NULL, &place, "service_quality"), "service_quality");
	assert_int_equal(fields_find("trial", "title", &place), ERR_NONE);
	assert_string_equal(
	    fields_value(words, &place, "service_quality"), "service_quality");
	form_words_free(words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_path_leads_to_a_field_of_the_record_or_its_envelope),
		cmocka_unit_test(what_is_no_field_is_not_found),
		cmocka_unit_test(people_read_what_a_field_is_for),
		cmocka_unit_test(people_read_the_label_of_a_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
