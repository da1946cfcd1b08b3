#include <ctype.h>
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
#include "proto/header.h"
#include "client/labels.h"

#define TABLE "conf/labels.tsv"

static const char *const languages[] = { "da", "nb", "sv", "fi", "en" };

#define LANGUAGES (sizeof(languages) / sizeof(languages[0]))

/* Write ${text} to a file of its own; the caller frees and unlinks it. */
static char *
write_table(const char *text)
{
	char *path = strdup("/tmp/erfa-labels.XXXXXX");
	int fd;

	assert_non_null(path);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
	return path;
}

/* What opening ${text} as a table says. */
static enum err
table_error(const char *text)
{
	char *path = write_table(text);
	struct labels *labels = NULL;
	enum err err = labels_open(path, "en", &labels);

	(void)unlink(path);
	free(path);
	labels_free(labels);
	return err;
}

static void
a_label_is_given_in_the_language_asked_for(void **state)
{
	struct labels *labels = NULL;

	(void)state;
	assert_int_equal(labels_open(TABLE, "fi", &labels), ERR_NONE);
	assert_string_equal(
	    labels_get(labels, "status", "completed"), "toteutettu");
	assert_string_equal(labels_get(labels, "sector", "health"), "terveys");
	labels_free(labels);
	labels = NULL;
	assert_int_equal(labels_open(TABLE, "da", &labels), ERR_NONE);
	assert_string_equal(
	    labels_get(labels, "outcome", "rejected"), "afslået");
	assert_string_equal(labels_get(labels, "kind", "trial"), "forsøg");
	labels_free(labels);
}

static void
a_code_without_a_label_stands_for_itself(void **state)
{
	struct labels *labels = NULL;

	(void)state;
	assert_int_equal(labels_open(TABLE, "en", &labels), ERR_NONE);
	assert_string_equal(labels_get(labels, "status", "new"), "new");
	assert_string_equal(labels_get(labels, "none", "idea"), "idea");
	labels_free(labels);
	assert_string_equal(labels_get(NULL, "status", "idea"), "idea");
	labels_free(NULL);
}

static void
a_label_that_nobody_has_checked_says_so(void **state)
{
	struct labels *labels = NULL;

	(void)state;
	assert_int_equal(labels_open(TABLE, "fi", &labels), ERR_NONE);
	assert_string_equal(
	    labels_get(labels, "trust_relation", "frontline_citizen"),
	    "etulinja–asukas (?)");
	assert_string_equal(
	    labels_plain(labels, "trust_relation", "frontline_citizen"),
	    "etulinja–asukas");
	assert_string_equal(
	    labels_plain(labels, "status", "completed"), "toteutettu");
	assert_string_equal(labels_plain(labels, "status", "new"), "new");
	labels_free(labels);
	labels = NULL;
	assert_int_equal(labels_open(TABLE, "sv", &labels), ERR_NONE);
	assert_string_equal(
	    labels_get(labels, "trust_relation", "frontline_citizen"),
	    "första linjen–invånare");
	labels_free(labels);
}

/* "ProgrammeType" as "programme_type". */
static void
vocabulary_of(const ProtobufCEnumDescriptor *desc, char *out)
{
	const char *c;

	for (c = desc->short_name; *c != '\0'; c++) {
		if (c != desc->short_name && isupper((unsigned char)*c))
			*out++ = '_';
		*out++ = (char)tolower((unsigned char)*c);
	}
	*out = '\0';
}

/* Every value of an enumeration has a label of its own. */
static void
check_enum(const struct labels *labels, const ProtobufCEnumDescriptor *desc)
{
	char vocabulary[64];
	char code[64];
	const char *label;
	unsigned i;
	size_t c, skip;

	vocabulary_of(desc, vocabulary);
	skip = strlen(vocabulary) + 1;
	for (i = 0; i < desc->n_values; i++) {
		if (desc->values[i].value == 0)
			continue;
		for (c = 0; desc->values[i].name[skip + c] != '\0'; c++)
			code[c] = (char)tolower(
			    (unsigned char)desc->values[i].name[skip + c]);
		code[c] = '\0';
		label = labels_get(labels, vocabulary, code);
		/* A code in capitals or with underscores was not looked up. */
		if (label == code)
			fail_msg("no label: %s %s", vocabulary, code);
		assert_true(*label != '\0');
	}
}

/* Check the enumerations of a message and all messages in it. */
static void
check_message(const struct labels *labels,
    const ProtobufCMessageDescriptor *desc, unsigned depth)
{
	const ProtobufCFieldDescriptor *field;
	unsigned f;

	assert_true(depth < 10);
	for (f = 0; f < desc->n_fields; f++) {
		field = &desc->fields[f];
		if (field->type == PROTOBUF_C_TYPE_ENUM)
			check_enum(labels, field->descriptor);
		else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
			check_message(labels, field->descriptor, depth + 1);
	}
}

static void
every_value_of_the_schema_has_a_label_in_every_language(void **state)
{
	struct labels *labels;
	uint32_t kind;
	size_t i;

	(void)state;
	for (i = 0; i < LANGUAGES; i++) {
		labels = NULL;
		assert_int_equal(
		    labels_open(TABLE, languages[i], &labels), ERR_NONE);
		check_message(labels, &erfa__body__descriptor, 1);
		for (kind = HEADER_GENESIS; kind <= HEADER_WITNESS; kind++)
			assert_ptr_not_equal(
			    labels_get(labels, "kind", header_kind_name(kind)),
			    header_kind_name(kind));
		labels_free(labels);
	}
}

static void
a_missing_table_and_an_unknown_language_are_told(void **state)
{
	struct labels *labels = NULL;

	(void)state;
	assert_int_equal(
	    labels_open("/nonexistent/labels.tsv", "en", &labels), ERR_NOENT);
	assert_int_equal(labels_open(TABLE, "de", &labels), ERR_NOENT);
	assert_int_equal(labels_open("conf", "en", &labels), ERR_IO);
	assert_null(labels);
}

static void
what_is_no_table_is_refused(void **state)
{
	(void)state;
	assert_int_equal(table_error("# nothing\n\n"), ERR_NONE);
	assert_int_equal(
	    table_error("status\tidea\tidea\tidé\tidé\tidé\tidea\t-\n"),
	    ERR_NONE);
	assert_int_equal(table_error("status\tidea\tidea\n"), ERR_SYNTAX);
	assert_int_equal(
	    table_error("status\tidea\tidea\tidé\tidé\tidé\tidea"), ERR_SYNTAX);
	assert_int_equal(
	    table_error("status\tidea\t\033[2J\tidé\tidé\tidé\tidea\n"),
	    ERR_SYNTAX);
}

static void
codes_come_in_the_order_of_the_table(void **state)
{
	struct labels *labels = NULL;

	(void)state;
	assert_int_equal(labels_open(TABLE, "en", &labels), ERR_NONE);
	assert_string_equal(labels_code(labels, "status", 0), "idea");
	assert_string_equal(labels_code(labels, "status", 1), "planned");
	assert_string_equal(labels_code(labels, "origin", 0), "original");
	assert_null(labels_code(labels, "status", 100));
	assert_null(labels_code(labels, "none", 0));
	labels_free(labels);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_label_is_given_in_the_language_asked_for),
		cmocka_unit_test(a_label_that_nobody_has_checked_says_so),
		cmocka_unit_test(a_code_without_a_label_stands_for_itself),
		cmocka_unit_test(
		    every_value_of_the_schema_has_a_label_in_every_language),
		cmocka_unit_test(
		    a_missing_table_and_an_unknown_language_are_told),
		cmocka_unit_test(codes_come_in_the_order_of_the_table),
		cmocka_unit_test(what_is_no_table_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
