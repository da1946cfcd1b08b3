#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/unit/json_sample.pb-c.h"

#include "proto/json.h"

#define LEAF   (&erfa__sample__leaf__descriptor)
#define TREE   (&erfa__sample__tree__descriptor)
#define SAMPLE (&erfa__sample__sample__descriptor)

typedef Erfa__Sample__Sample Sample;

/* ---- helpers ------------------------------------------------------------------ */

/* Read what must be good. */
static Sample *
good(const char *text)
{
	struct json_error error = { 0 };
	ProtobufCMessage *msg = NULL;

	if (json_to_message(SAMPLE, text, strlen(text), &msg, &error) !=
	    ERR_NONE)
		fail_msg("%s: %u:%u: %s: %s", text, error.line, error.column,
		    error.path, error.text);
	return (Sample *)(void *)msg;
}

static void
drop(Sample *sample)
{
	protobuf_c_message_free_unpacked(&sample->base, NULL);
}

/* Read what must be refused; return how it was. */
static struct json_error
bad(const char *text, enum err want)
{
	struct json_error error = { 0 };
	ProtobufCMessage *msg = NULL;

	assert_int_equal(
	    json_to_message(SAMPLE, text, strlen(text), &msg, &error), want);
	assert_null(msg);
	assert_string_not_equal(error.text, "");
	return error;
}

/* Expect the value of a field to be read. */
static void
takes(const char *field, const char *value)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "{\"%s\": %s}", field, value);
	drop(good(text));
}

/* Expect the value of a field to be refused, at its place. */
static void
refuses(const char *field, const char *value)
{
	struct json_error error;
	char text[256];

	(void)snprintf(text, sizeof(text), "{\"%s\": %s}", field, value);
	error = bad(text, ERR_SYNTAX);
	assert_int_equal(error.line, 1);
	assert_int_equal(error.column, strlen(field) + 6);
	assert_string_equal(error.path, field);
}

static void
prints_as(const ProtobufCMessage *msg, const struct json_options *options,
    const char *want)
{
	char *text;

	assert_int_equal(json_from_message(msg, options, &text), ERR_NONE);
	assert_string_equal(text, want);
	free(text);
}

/* Expect a text to be read and printed as another one. */
static void
becomes(const char *text, const char *want)
{
	Sample *sample = good(text);

	prints_as(&sample->base, NULL, want);
	drop(sample);
}

static void
stays(const char *text)
{
	becomes(text, text);
}

/* ---- printing ------------------------------------------------------------------ */

static void
empty_message_is_an_empty_object(void **state)
{
	static const struct json_options pretty = { .pretty = true };
	Sample sample = ERFA__SAMPLE__SAMPLE__INIT;

	(void)state;
	prints_as(&sample.base, NULL, "{}");
	prints_as(&sample.base, &pretty, "{}");
}

static void
every_type_is_printed_by_the_mapping(void **state)
{
	(void)state;
	stays("{\"anInt32\":-2147483648}");
	stays("{\"aSint32\":2147483647}");
	stays("{\"aSfixed32\":-1}");
	stays("{\"anInt64\":\"-9223372036854775808\"}");
	stays("{\"aSint64\":\"9223372036854775807\"}");
	stays("{\"aSfixed64\":\"-1\"}");
	stays("{\"aUint32\":4294967295}");
	stays("{\"aFixed32\":4294967295}");
	stays("{\"aUint64\":\"18446744073709551615\"}");
	stays("{\"aFixed64\":\"18446744073709551615\"}");
	stays("{\"aFloat\":0.1}");
	stays("{\"aDouble\":0.1}");
	stays("{\"aBool\":true}");
	stays("{\"aBool\":false}");
	stays("{\"aColour\":\"COLOUR_DARK\"}");
	stays("{\"aString\":\"gr\xc3\xb8n \xe2\x82\xac \xf0\x9f\x98\x80\"}");
	stays("{\"aBytes\":\"AP9/\"}");
	stays("{\"inner\":{\"leaf\":{\"text\":\"x\"},\"more\":[{},{\"leaf\":"
	      "[{\"count\":0}]}],\"bigNumber\":\"5\"}}");
	stays("{\"empty\":{}}");
	stays("{\"manyInt32\":[0,-1],\"manySint64\":[\"0\",\"-1\"],"
	      "\"manyFixed32\":[7],\"manyDouble\":[1.5,\"NaN\"],"
	      "\"manyFloat\":[\"Infinity\",\"-Infinity\"],"
	      "\"manyBool\":[true,false],\"manyColour\":[\"COLOUR_RED\"],"
	      "\"manyString\":[\"\",\"a\"],\"manyBytes\":[\"\",\"YQ==\"],"
	      "\"manyLeaf\":[{},{\"text\":\"a\"}],\"manyUint64\":[\"1\"],"
	      "\"manyEmpty\":[{},{}]}");
}

static void
members_of_a_oneof_are_printed_if_set(void **state)
{
	(void)state;
	stays("{\"chosenText\":\"\"}");
	stays("{\"chosenNumber\":0}");
	stays("{\"chosenLeaf\":{}}");
	stays("{\"chosenBytes\":\"\"}");
	stays("{\"chosenColour\":\"COLOUR_BLUE\"}");
}

static void
names_become_camel_case_as_protoc_does_it(void **state)
{
	(void)state;
	stays("{\"oddName9x\":\"a\",\"Lead\":\"b\",\"register\":true}");
	becomes("{\"odd_Name_9x\":\"a\",\"_lead\":\"b\"}",
	    "{\"oddName9x\":\"a\",\"Lead\":\"b\"}");
}

static void
lists_and_objects_are_indented_if_wanted(void **state)
{
	static const struct json_options pretty = { .pretty = true };
	Sample *sample = good(
	    "{\"inner\":{\"more\":[{}]},\"manyInt32\":[1,2]}");

	(void)state;
	prints_as(&sample->base, &pretty,
	    "{\n"
	    "  \"inner\": {\n"
	    "    \"more\": [\n"
	    "      {}\n"
	    "    ]\n"
	    "  },\n"
	    "  \"manyInt32\": [\n"
	    "    1,\n"
	    "    2\n"
	    "  ]\n"
	    "}");
	drop(sample);
}

static void
defaults_are_printed_if_wanted(void **state)
{
	static const struct json_options all = { .print_defaults = true };
	Sample *sample = good("{\"inner\":{},\"withDefault\":3}");

	(void)state;
	prints_as(&sample->base, &all,
	    "{\"anInt32\":0,\"aSint32\":0,\"aSfixed32\":0,\"anInt64\":\"0\","
	    "\"aSint64\":\"0\",\"aSfixed64\":\"0\",\"aUint32\":0,"
	    "\"aFixed32\":0,\"aUint64\":\"0\",\"aFixed64\":\"0\",\"aFloat\":0,"
	    "\"aDouble\":0,\"aBool\":false,\"aColour\":\"COLOUR_RED\","
	    "\"aString\":\"\",\"aBytes\":\"\","
	    "\"inner\":{\"more\":[],\"bigNumber\":\"0\"},"
	    "\"manyInt32\":[],\"manySint64\":[],\"manyFixed32\":[],"
	    "\"manyDouble\":[],\"manyFloat\":[],\"manyBool\":[],"
	    "\"manyColour\":[],\"manyString\":[],\"manyBytes\":[],"
	    "\"manyLeaf\":[],\"manyUint64\":[],\"manyEmpty\":[],"
	    "\"withDefault\":3,\"colourDefault\":\"COLOUR_GREEN\","
	    "\"textDefault\":\"gr\xc3\xb8n \\\"x\\\"\","
	    "\"bytesDefault\":\"Af96\",\"doubleDefault\":2.5,"
	    "\"boolDefault\":true,\"bigDefault\":\"18446744073709551615\","
	    "\"halfDefault\":-0.5,\"oddName9x\":\"\",\"Lead\":\"\","
	    "\"register\":false,\"far\":\"\"}");
	drop(sample);
}

static void
bytes_are_printed_as_hex_if_wanted(void **state)
{
	static const struct json_options hex = { .hex_bytes = true };
	Sample *sample = good("{\"aBytes\":\"AP9/\",\"manyBytes\":[\"\"]}");

	(void)state;
	prints_as(&sample->base, &hex,
	    "{\"aBytes\":\"00ff7f\",\"manyBytes\":[\"\"]}");
	drop(sample);
}

static void
number_without_a_name_is_printed_as_a_number(void **state)
{
	(void)state;
	stays("{\"aColour\":99,\"manyColour\":[-99,\"COLOUR_RED\"]}");
}

static void
unknown_fields_are_not_printed(void **state)
{
	static const uint8_t wire[] = { 0x10, 0x07, 0x98, 0x06, 0x01 };
	ProtobufCMessage *msg;

	(void)state;
	msg = protobuf_c_message_unpack(LEAF, NULL, sizeof(wire), wire);
	assert_non_null(msg);
	assert_int_equal(msg->n_unknown_fields, 1);
	prints_as(msg, NULL, "{\"count\":7}");
	protobuf_c_message_free_unpacked(msg, NULL);
}

static void
what_could_fool_a_terminal_is_escaped(void **state)
{
	static char text[] = "\x01\x1b[31m\b\t\n\f\r\"\\/\x7f"
			     "\xc2\x80\xc2\x9b\xc2\xa0\xd8\x9c\xe2\x80\x8b"
			     "\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa8\xef\xbb\xbf"
			     "\xf3\xa0\x81\x81";
	Sample sample = ERFA__SAMPLE__SAMPLE__INIT;

	(void)state;
	sample.a_string = text;
	prints_as(&sample.base, NULL,
	    "{\"aString\":\"\\u0001\\u001b[31m\\u0008\\t\\n\\u000c\\r\\\"\\\\/"
	    "\\u007f\\u0080\\u009b\xc2\xa0\\u061c\\u200b\\u202e\\u2066\\u2028"
	    "\\ufeff\\udb40\\udc41\"}");
	drop(good("{\"aString\":\"\\udb40\\udc41\\u202e\\u007f\"}"));
}

static void
bytes_that_are_not_utf8_are_replaced(void **state)
{
	static char text[] = "a\xff\xc3(\xe2\x82z\xed\xa0\x80\xf0\x80\x80\x80";
	Sample sample = ERFA__SAMPLE__SAMPLE__INIT;

	(void)state;
	sample.a_string = text;
	prints_as(&sample.base, NULL,
	    "{\"aString\":\"a\\ufffd\\ufffd(\\ufffd\\ufffdz\\ufffd\\ufffd\\ufffd"
	    "\\ufffd\\ufffd\\ufffd\\ufffd\"}");
}

static void
numbers_are_as_short_as_they_can_be(void **state)
{
	(void)state;
	stays("{\"aDouble\":5e-324}");
	stays("{\"aDouble\":1.7976931348623157e+308}");
	stays("{\"aDouble\":0.30000000000000004}");
	stays("{\"aDouble\":1e+23}");
	stays("{\"aDouble\":-0.0}");
	becomes("{\"aDouble\":100}", "{\"aDouble\":100}");
	stays("{\"aFloat\":3.4028235e+38}");
	stays("{\"aFloat\":1e-45}");
	stays("{\"aFloat\":16777216}");
	stays("{\"aFloat\":\"NaN\"}");
	stays("{\"aDouble\":\"-Infinity\"}");
}

/* Nest messages ${levels} deep. */
static enum err
print_nested(unsigned levels)
{
	Erfa__Sample__Tree trees[40];
	char *text = NULL;
	unsigned i;
	enum err err;

	for (i = 0; i < levels; i++) {
		erfa__sample__tree__init(&trees[i]);
		if (i > 0)
			trees[i - 1].only = &trees[i];
	}
	err = json_from_message(&trees[0].base, NULL, &text);
	free(text);
	return err;
}

static void
messages_nested_too_deeply_are_not_printed(void **state)
{
	(void)state;
	assert_int_equal(print_nested(JSON_DEPTH_MAX), ERR_NONE);
	assert_int_equal(print_nested(JSON_DEPTH_MAX + 1), ERR_DEPTH);
}

/* ---- reading ------------------------------------------------------------------- */

static void
values_reach_their_fields(void **state)
{
	Sample *sample = good(
	    " { \"anInt32\" : -5, \"a_fixed64\": \"7\", \"aBool\": true,\n"
	    "\"aString\": \"h\\u00e9 \\ud83d\\ude00\", \"aBytes\": \"AAEC\",\n"
	    "\"aColour\": \"COLOUR_DARK\", \"manyLeaf\": [{\"count\": 3}],\n"
	    "\"manyString\": [\"a\", \"b\"], \"chosenNumber\": 9 }\n ");

	(void)state;
	assert_true(sample->has_an_int32);
	assert_int_equal(sample->an_int32, -5);
	assert_true(sample->has_a_fixed64);
	assert_int_equal(sample->a_fixed64, 7);
	assert_true(sample->has_a_bool && sample->a_bool);
	assert_string_equal(sample->a_string, "h\xc3\xa9 \xf0\x9f\x98\x80");
	assert_true(sample->has_a_bytes);
	assert_int_equal(sample->a_bytes.len, 3);
	assert_memory_equal(sample->a_bytes.data, "\x00\x01\x02", 3);
	assert_int_equal(sample->a_colour, ERFA__SAMPLE__COLOUR__COLOUR_DARK);
	assert_int_equal(sample->n_many_leaf, 1);
	assert_int_equal(sample->many_leaf[0]->count, 3);
	assert_int_equal(sample->n_many_string, 2);
	assert_string_equal(sample->many_string[1], "b");
	assert_int_equal(
	    sample->choice_case, ERFA__SAMPLE__SAMPLE__CHOICE_CHOSEN_NUMBER);
	assert_int_equal(sample->chosen_number, 9);
	assert_false(sample->has_a_uint32);
	assert_int_equal(sample->with_default, -7);
	drop(sample);
}

static void
numbers_are_read_in_every_form_of_the_mapping(void **state)
{
	static const char *const forms[] = { "1000", "\"1000\"", "1000.0",
		"1e3", "1E+3", "\"1e3\"", "\"1000.0\"", "10000e-1" };
	static const char *const fields[] = { "anInt32", "aSint32", "aSfixed32",
		"anInt64", "aSint64", "aSfixed64", "aUint32", "aFixed32",
		"aUint64", "aFixed64", "aFloat", "aDouble" };
	size_t i;
	size_t k;

	(void)state;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		for (k = 0; k < sizeof(forms) / sizeof(forms[0]); k++)
			takes(fields[i], forms[k]);
	becomes("{\"anInt64\": 1e3}", "{\"anInt64\":\"1000\"}");
	becomes("{\"aUint64\": \"1.8e19\"}",
	    "{\"aUint64\":\"18000000000000000000\"}");
	becomes("{\"anInt32\": \"-0\"}", "{\"anInt32\":0}");
}

static void
numbers_out_of_range_are_refused(void **state)
{
	static const struct {
		const char *field;
		const char *least;
		const char *below;
		const char *most;
		const char *above;
	} cases[] = {
		{ "anInt32", "-2147483648", "-2147483649", "2147483647",
		    "2147483648" },
		{ "aSint32", "-2147483648", "-2147483649", "2147483647",
		    "2147483648" },
		{ "aSfixed32", "-2147483648", "-2147483649", "2147483647",
		    "2147483648" },
		{ "aColour", "-2147483648", "-2147483649", "2147483647",
		    "2147483648" },
		{ "aUint32", "0", "-1", "4294967295", "4294967296" },
		{ "aFixed32", "0", "-1", "4294967295", "4294967296" },
		{ "anInt64", "\"-9223372036854775808\"",
		    "\"-9223372036854775809\"", "9223372036854775807",
		    "\"9223372036854775808\"" },
		{ "aSint64", "-9223372036854775808", "\"-9223372036854775809\"",
		    "\"9223372036854775807\"", "\"9223372036854775808\"" },
		{ "aSfixed64", "-9223372036854775808", "-1e19",
		    "\"9223372036854775807\"", "1e19" },
		{ "aUint64", "0", "-1", "\"18446744073709551615\"",
		    "\"18446744073709551616\"" },
		{ "aFixed64", "\"0\"", "\"-1\"", "\"18446744073709551615\"",
		    "1e20" },
		{ "aFloat", "-3.4028235e38", "-3.4028236e38", "3.4028235e38",
		    "1e39" },
	};

	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		takes(cases[i].field, cases[i].least);
		takes(cases[i].field, cases[i].most);
		refuses(cases[i].field, cases[i].below);
		refuses(cases[i].field, cases[i].above);
	}
	(void)bad("{\"aDouble\": 1e309}", ERR_SYNTAX);
}

static void
what_is_no_whole_number_is_refused(void **state)
{
	static const char *const forms[] = { "1.5", "\"1.5\"", "\"\"", "\"-\"",
		"\" 1\"", "\"1 \"", "\"+1\"", "\"01\"", "\"0x1\"", "\"1e\"",
		"\"NaN\"", "\"1,0\"", "true", "[1]", "{}", "\"1]\"", "1e-3",
		"\"\\u00001\"", "\"1\\u0000\"" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		refuses("anInt32", forms[i]);
		refuses("aUint64", forms[i]);
	}
}

static void
bare_number_that_would_lose_digits_is_refused(void **state)
{
	struct json_error error;

	(void)state;
	error = bad("{\"aDouble\": 1,\n \"manyUint64\":\n"
		    " [\"1\", 18446744073709551615]}",
	    ERR_SYNTAX);
	assert_int_equal(error.line, 3);
	assert_int_equal(error.column, 8);
	assert_string_equal(error.path, "manyUint64[1]");
	assert_non_null(strstr(error.text, "write it in quotes"));
	becomes("{\"aDouble\": 18446744073709551616, \"anInt32\": 5}",
	    "{\"anInt32\":5,\"aDouble\":1.8446744073709552e+19}");
}

static void
what_is_no_floating_number_is_refused(void **state)
{
	static const char *const forms[] = { "\"nan\"", "\"inf\"", "\"\"",
		"\"1.\"", "\".5\"", "\"0x1p3\"", "\"1e\"", "\" 1\"", "true",
		"[]", "\"infinity\"" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		refuses("aFloat", forms[i]);
		refuses("aDouble", forms[i]);
	}
}

static void
truth_values_are_not_quoted(void **state)
{
	(void)state;
	refuses("aBool", "\"true\"");
	refuses("aBool", "1");
	refuses("aBool", "[]");
}

static void
text_must_be_quoted_and_hold_no_nul(void **state)
{
	(void)state;
	refuses("aString", "5");
	refuses("aString", "true");
	refuses("aString", "[\"a\"]");
	refuses("aString", "\"a\\u0000b\"");
	refuses("chosenText", "\"\\u0000\"");
}

static void
bytes_are_read_in_both_alphabets_with_or_without_padding(void **state)
{
	(void)state;
	becomes("{\"aBytes\":\"-_-_\"}", "{\"aBytes\":\"+/+/\"}");
	becomes("{\"aBytes\":\"YQ\"}", "{\"aBytes\":\"YQ==\"}");
	becomes("{\"aBytes\":\"YWI\"}", "{\"aBytes\":\"YWI=\"}");
	stays("{\"aBytes\":\"YQ==\"}");
	stays("{\"aBytes\":\"YWI=\"}");
	stays("{\"aBytes\":\"\"}");
}

static void
what_is_no_base64_is_refused(void **state)
{
	static const char *const forms[] = { "\"Y\"", "\"YQ=\"", "\"YQ===\"",
		"\"=\"", "\"====\"", "\"Y=Q=\"", "\"YWI==\"", "\"YR==\"",
		"\"YWJ=\"", "\"YQ==YQ==\"", "\"Y Q=\"", "\"YW.j\"", "5",
		"\"\xc3\xb8\xc3\xb8\"" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		refuses("aBytes", forms[i]);
}

static void
enumerations_are_read_by_name_or_number(void **state)
{
	struct json_error error;

	(void)state;
	becomes("{\"aColour\":1}", "{\"aColour\":\"COLOUR_RED\"}");
	becomes("{\"aColour\":\"-5\"}", "{\"aColour\":\"COLOUR_DARK\"}");
	refuses("aColour", "1.5");
	refuses("aColour", "true");
	refuses("aColour", "\"\"");
	error = bad("{\"aColour\":\"COLOUR_GREAN\"}", ERR_SYNTAX);
	assert_string_equal(error.text,
	    "no value is named \"COLOUR_GREAN\"; did you mean \"COLOUR_GREEN\"?");
	error = bad("{\"aColour\":\"violet\"}", ERR_SYNTAX);
	assert_string_equal(error.text,
	    "no value is named \"violet\"; possible here: COLOUR_DARK, "
	    "COLOUR_BLUE, COLOUR_RED, COLOUR_GREEN");
}

static void
null_is_as_if_the_field_were_not_there(void **state)
{
	(void)state;
	becomes("{\"anInt32\":null,\"aString\":null,\"inner\":null,"
		"\"manyLeaf\":null,\"chosenText\":null,\"chosenNumber\":1}",
	    "{\"chosenNumber\":1}");
	(void)bad("{\"manyInt32\":[null]}", ERR_SYNTAX);
	(void)bad("{\"manyLeaf\":[null]}", ERR_SYNTAX);
}

static void
lists_and_objects_must_be_written_as_such(void **state)
{
	(void)state;
	refuses("manyInt32", "{}");
	refuses("manyLeaf", "{}");
	refuses("inner", "[]");
	refuses("inner", "\"\"");
	refuses("empty", "0");
	(void)bad("[]", ERR_SYNTAX);
	(void)bad("5", ERR_SYNTAX);
	(void)bad("null", ERR_SYNTAX);
}

static void
names_that_stand_twice_are_refused(void **state)
{
	struct json_error error;

	(void)state;
	(void)bad("{\"anInt32\":1,\"anInt32\":1}", ERR_SYNTAX);
	(void)bad("{\"inner\":{\"leaf\":{},\"leaf\":{}}}", ERR_SYNTAX);
	error = bad("{\"anInt32\":1,\"an_int32\":1}", ERR_SYNTAX);
	assert_string_equal(error.path, "an_int32");
	(void)bad("{\"anInt32\":null,\"an_int32\":1}", ERR_SYNTAX);
}

static void
two_members_of_a_oneof_are_refused(void **state)
{
	struct json_error error;

	(void)state;
	error = bad("{\"chosenText\":\"a\",\"chosenLeaf\":{}}", ERR_SYNTAX);
	assert_string_equal(error.path, "chosenLeaf");
	assert_string_equal(error.text,
	    "cannot stand beside \"chosenText\"; keep one of the two");
}

static void
unknown_name_is_refused_with_what_was_meant(void **state)
{
	struct json_error error;

	(void)state;
	error = bad(
	    "{\n  \"inner\": {\n    \"bigNumer\": 1\n  }\n}", ERR_SYNTAX);
	assert_int_equal(error.line, 3);
	assert_int_equal(error.column, 5);
	assert_string_equal(error.path, "inner");
	assert_string_equal(error.text,
	    "no field is named \"bigNumer\"; did you mean \"bigNumber\"?");

	error = bad(
	    "{\"inner\":{\"more\":[{},{\"\xc3\xb8\\u001b\":1}]}}", ERR_SYNTAX);
	assert_string_equal(error.path, "inner.more[1]");
	assert_string_equal(error.text,
	    "no field is named \"\xc3\xb8\\u001b\"; possible here: leaf");
	assert_int_equal(error.column, 23);

	error = bad("{\"empty\":{\"a\":1}}", ERR_SYNTAX);
	assert_non_null(strstr(error.text, "no field is named \"a\""));
}

static void
unknown_names_are_left_out_by_the_lenient_reader(void **state)
{
	static const char text[] =
	    "{\"aNewThing\":[{\"deep\":null}],\"anInt32\":1,"
	    "\"manyLeaf\":[{\"text\":\"a\",\"more\":{}}]}";
	struct json_error error;
	ProtobufCMessage *msg;

	(void)state;
	assert_int_equal(
	    json_to_message_lenient(SAMPLE, text, strlen(text), &msg, &error),
	    ERR_NONE);
	prints_as(msg, NULL, "{\"anInt32\":1,\"manyLeaf\":[{\"text\":\"a\"}]}");
	protobuf_c_message_free_unpacked(msg, NULL);
}

static void
errors_name_line_column_and_path(void **state)
{
	static const char text[] =
	    "\xef\xbb\xbf{ \"aString\": \"{[,\\\"]\",\r\n"
	    "\t\"manyBytes\": [ \"\", \"}\\\\\" ],\n"
	    "  \"inner\":{\"more\":[ {\"leaf\":[]} ,\n"
	    " { \"leaf\" : [ {}, { \"text\":\"\xc3\xa6\","
	    "\n\"count\" : [] } ] } ] } }";
	struct json_error error;

	(void)state;
	error = bad(text, ERR_SYNTAX);
	assert_int_equal(error.line, 2);
	assert_string_equal(error.path, "manyBytes[1]");
	assert_int_equal(error.column, 21);

	error = bad("{\"inner\":{\"more\":[ {\"leaf\":[]} ,\n"
		    " { \"leaf\" : [ {}, { \"text\":\"\xc3\xa6\","
		    " \"count\" : [] } ] } ] } }",
	    ERR_SYNTAX);
	assert_int_equal(error.line, 2);
	assert_int_equal(error.column, 43);
	assert_string_equal(error.path, "inner.more[1].leaf[1].count");
	assert_string_equal(error.text,
	    "expected a whole number from 0 to 4294967295, found a list");
}

static void
found_value_is_shown_safely(void **state)
{
	struct json_error error;

	(void)state;
	error = bad("{\"anInt32\":\"\\u001b[2J\\u202e\"}", ERR_SYNTAX);
	assert_string_equal(error.text,
	    "expected a whole number from -2147483648 to 2147483647, found "
	    "\"\\u001b[2J\\u202e\"");
	error = bad("{\"aUint32\":-1}", ERR_SYNTAX);
	assert_string_equal(error.text,
	    "expected a whole number from 0 to 4294967295, found -1");
}

static void
what_is_no_json_is_refused_with_its_place(void **state)
{
	static const char *const texts[] = { "{", "{}}", "{} x", "{\"a\"",
		"{\"anInt32\":}", "{\"anInt32\":01}", "{\"anInt32\":+1}",
		"{'anInt32':1}", "{anInt32:1}", "{\"anInt32\":1,}",
		"{\"manyInt32\":[1,]}", "{\"aString\":\"\x01\"}",
		"{\"aString\":\"\\x\"}", "{\"aString\":\"\\ud800\"}",
		"{\"aString\":\"\xff\"}", "{\"aString\":\"\xed\xa0\x80\"}",
		"{\"a\\u0000\":1}", "{\"anInt32\":tru}", "// {}", "NaN",
		"{\"aDouble\":NaN}", "\xef\xbb\xbf", " " };
	struct json_error error;
	size_t i;
	size_t k;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		error = bad(texts[i], ERR_SYNTAX);
		for (k = 0; error.text[k] != '\0'; k++)
			assert_in_range((unsigned char)error.text[k], 32, 126);
	}
	error = bad("{\n  \"anInt32\": ?\n}", ERR_SYNTAX);
	assert_int_equal(error.line, 2);
}

static void
texts_of_impossible_length_are_refused(void **state)
{
	struct json_error error;
	ProtobufCMessage *msg = NULL;
	char *text = malloc(JSON_TEXT_MAX + 1);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', JSON_TEXT_MAX + 1);
	memcpy(text, "{}", 2);
	assert_int_equal(
	    json_to_message(SAMPLE, text, JSON_TEXT_MAX + 1, &msg, &error),
	    ERR_SIZE);
	assert_int_equal(error.line, 0);
	assert_int_equal(
	    json_to_message(SAMPLE, text, 0, &msg, &error), ERR_SIZE);
	assert_int_equal(
	    json_to_message(SAMPLE, text, JSON_TEXT_MAX, &msg, &error),
	    ERR_NONE);
	protobuf_c_message_free_unpacked(msg, NULL);
	free(text);
}

/* Read a text of ${levels} messages, one in the other. */
static enum err
read_nested(size_t levels, const char *open, const char *close)
{
	struct json_error error;
	ProtobufCMessage *msg;
	char *text = calloc(levels, strlen(open) + strlen(close) + 2);
	char *at = text;
	size_t i;
	enum err err;

	assert_non_null(text);
	for (i = 1; i < levels; i++)
		at = stpcpy(at, open);
	at = stpcpy(at, "{}");
	for (i = 1; i < levels; i++)
		at = stpcpy(at, close);
	err = json_to_message(TREE, text, strlen(text), &msg, &error);
	if (err == ERR_NONE)
		protobuf_c_message_free_unpacked(msg, NULL);
	free(text);
	return err;
}

static void
messages_nested_too_deeply_are_not_read(void **state)
{
	static const char one[] = "{\"only\":";
	static const char list[] = "{\"child\":[";

	(void)state;
	assert_int_equal(read_nested(JSON_DEPTH_MAX, one, "}"), ERR_NONE);
	assert_int_equal(read_nested(JSON_DEPTH_MAX + 1, one, "}"), ERR_DEPTH);
	assert_int_equal(read_nested(JSON_DEPTH_MAX, list, "]}"), ERR_NONE);
	assert_int_equal(
	    read_nested(JSON_DEPTH_MAX + 1, list, "]}"), ERR_DEPTH);
	assert_int_equal(read_nested(100000, one, "}"), ERR_DEPTH);
}

/* An allocator that has nothing left. */
static void *
no_memory(size_t size)
{
	(void)size;
	return NULL;
}

static void
lack_of_memory_is_told(void **state)
{
	(void)state;
	json_set_alloc_funcs(no_memory, free);
	(void)bad("{\"anInt32\":1}", ERR_NOMEM);
	json_set_alloc_funcs(malloc, free);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_message_is_an_empty_object),
		cmocka_unit_test(every_type_is_printed_by_the_mapping),
		cmocka_unit_test(members_of_a_oneof_are_printed_if_set),
		cmocka_unit_test(names_become_camel_case_as_protoc_does_it),
		cmocka_unit_test(lists_and_objects_are_indented_if_wanted),
		cmocka_unit_test(defaults_are_printed_if_wanted),
		cmocka_unit_test(bytes_are_printed_as_hex_if_wanted),
		cmocka_unit_test(number_without_a_name_is_printed_as_a_number),
		cmocka_unit_test(unknown_fields_are_not_printed),
		cmocka_unit_test(what_could_fool_a_terminal_is_escaped),
		cmocka_unit_test(bytes_that_are_not_utf8_are_replaced),
		cmocka_unit_test(numbers_are_as_short_as_they_can_be),
		cmocka_unit_test(messages_nested_too_deeply_are_not_printed),
		cmocka_unit_test(values_reach_their_fields),
		cmocka_unit_test(numbers_are_read_in_every_form_of_the_mapping),
		cmocka_unit_test(numbers_out_of_range_are_refused),
		cmocka_unit_test(what_is_no_whole_number_is_refused),
		cmocka_unit_test(bare_number_that_would_lose_digits_is_refused),
		cmocka_unit_test(what_is_no_floating_number_is_refused),
		cmocka_unit_test(truth_values_are_not_quoted),
		cmocka_unit_test(text_must_be_quoted_and_hold_no_nul),
		cmocka_unit_test(
		    bytes_are_read_in_both_alphabets_with_or_without_padding),
		cmocka_unit_test(what_is_no_base64_is_refused),
		cmocka_unit_test(enumerations_are_read_by_name_or_number),
		cmocka_unit_test(null_is_as_if_the_field_were_not_there),
		cmocka_unit_test(lists_and_objects_must_be_written_as_such),
		cmocka_unit_test(names_that_stand_twice_are_refused),
		cmocka_unit_test(two_members_of_a_oneof_are_refused),
		cmocka_unit_test(unknown_name_is_refused_with_what_was_meant),
		cmocka_unit_test(
		    unknown_names_are_left_out_by_the_lenient_reader),
		cmocka_unit_test(errors_name_line_column_and_path),
		cmocka_unit_test(found_value_is_shown_safely),
		cmocka_unit_test(what_is_no_json_is_refused_with_its_place),
		cmocka_unit_test(texts_of_impossible_length_are_refused),
		cmocka_unit_test(messages_nested_too_deeply_are_not_read),
		cmocka_unit_test(lack_of_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
