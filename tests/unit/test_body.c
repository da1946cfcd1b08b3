#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/body.h"
#include "proto/body_rule.h"
#include "proto/header.h"
#include "proto/limits.h"

#define SCHEMA     "proto/body.proto"
#define SCHEMA_MAX 131072
#define NAME_MAX_  48
#define NEST_MAX   4
#define ANSWERS    15 /* twelve, and three when a rule must be suspended */

/* ---- helpers ---- */

static char *
copy(const char *text)
{
	char *again = strdup(text);

	assert_non_null(again);
	return again;
}

/* ${count} times ${piece}. */
static char *
many(const char *piece, size_t count)
{
	size_t len = strlen(piece);
	char *text = calloc(count * len + 1, 1);
	size_t i;

	assert_non_null(text);
	for (i = 0; i < count; i++)
		memcpy(text + i * len, piece, len);
	return text;
}

static Erfa__Body *
make(uint32_t kind)
{
	Erfa__Body *body = NULL;

	assert_int_equal(body_new(kind, &body), ERR_NONE);
	return body;
}

static int
trial_setup(void **state)
{
	Erfa__Body *body = make(HEADER_TRIAL);

	body->trial->title = copy("Faste vagter");
	body->envelope->language = copy("da");
	*state = body;
	return 0;
}

static int
trial_teardown(void **state)
{
	body_free(*state);
	return 0;
}

/* Check that ${body} is refused with exactly ${expect}. */
static void
refused(const Erfa__Body *body, const char *expect)
{
	char text[BODY_FAULT_MAX] = "";

	assert_int_equal(body_check(body, text), ERR_SYNTAX);
	assert_string_equal(text, expect);
}

static void
passes(const Erfa__Body *body)
{
	char text[BODY_FAULT_MAX] = "";

	assert_int_equal(body_check(body, text), ERR_NONE);
	assert_string_equal(text, "");
}

/* Encode, decode and free. */
static enum err
again(const uint8_t *buf, size_t len)
{
	Erfa__Body *body = NULL;
	enum err err = body_decode(buf, len, &body);

	if (err != ERR_NONE)
		assert_null(body);
	body_free(body);
	return err;
}

/* ---- bytes ---- */

static void
what_was_encoded_decodes_the_same(void **state)
{
	Erfa__Body *body = *state;
	Erfa__Body *back = NULL;
	uint8_t *buf;
	size_t len;

	body->trial->has_status = 1;
	body->trial->status = ERFA__STATUS__STATUS_ACTIVE;
	assert_int_equal(body_encode(body, &buf, &len), ERR_NONE);
	assert_int_equal(body_decode(buf, len, &back), ERR_NONE);
	assert_string_equal(back->trial->title, "Faste vagter");
	assert_string_equal(back->envelope->language, "da");
	assert_int_equal(back->trial->status, ERFA__STATUS__STATUS_ACTIVE);
	assert_false(back->trial->has_scope);
	body_free(back);
	free(buf);
}

static void
every_kind_with_a_record_can_be_made(void **state)
{
	uint32_t kind;
	Erfa__Body *body;

	(void)state;
	for (kind = HEADER_PROFILE; kind <= HEADER_GROUP; kind++) {
		body = make(kind);
		assert_int_equal(body_kind(body), kind);
		assert_non_null(body_record(body));
		passes(body);
		body_free(body);
	}
}

static void
kinds_without_a_record_cannot_be_made(void **state)
{
	static const uint32_t kinds[] = { 0, HEADER_GENESIS, HEADER_ERASE,
		HEADER_FORK, HEADER_WITNESS, 99, UINT32_MAX };
	Erfa__Body *body = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		assert_int_equal(body_new(kinds[i], &body), ERR_NOENT);
	assert_null(body);
}

static void
freeing_nothing_does_nothing(void **state)
{
	(void)state;
	body_free(NULL);
}

static void
a_body_without_a_record_has_no_kind(void **state)
{
	Erfa__Body body = ERFA__BODY__INIT;
	uint8_t *buf = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(body_kind(&body), 0);
	assert_null(body_record(&body));
	refused(&body, "holds no record");
	assert_int_equal(body_encode(&body, &buf, &len), ERR_SIZE);
	assert_null(buf);
}

static void
bytes_that_are_no_body_are_refused(void **state)
{
	static const uint8_t broken[] = { 0x0a, 0x7f, 0x01 };
	static const uint8_t one[] = { 0x0a };
	uint8_t *large = calloc(1, BODY_MAX + 1);

	(void)state;
	assert_non_null(large);
	assert_int_equal(again(one, 0), ERR_SIZE);
	assert_int_equal(again(large, BODY_MAX + 1), ERR_SIZE);
	assert_int_equal(again(broken, sizeof(broken)), ERR_SYNTAX);
	free(large);
}

static void
too_many_fields_in_foreign_bytes_are_refused(void **state)
{
	/* 9: 0, a field that Body does not have, over and over */
	size_t count = BODY_FIELDS + 1;
	uint8_t *buf = calloc(count, 2);
	size_t i;

	(void)state;
	assert_non_null(buf);
	for (i = 0; i < count; i++)
		buf[2 * i] = 0x48;
	assert_int_equal(again(buf, 2 * count), ERR_LIMIT);
	free(buf);
}

static void
a_body_that_is_too_large_is_not_encoded(void **state)
{
	Erfa__Body *body = *state;
	uint8_t *buf = NULL;
	size_t len = 0;

	free(body->trial->title);
	body->trial->title = many("x", BODY_MAX);
	assert_int_equal(body_encode(body, &buf, &len), ERR_SIZE);
	assert_null(buf);
}

/* ---- what we write ourselves ---- */

static void
a_long_title_is_named_with_its_length(void **state)
{
	Erfa__Body *body = *state;

	/* Characters are counted, not bytes. */
	free(body->trial->title);
	body->trial->title = many("ø", 120);
	passes(body);
	free(body->trial->title);
	body->trial->title = many("ø", 131);
	refused(body, "trial.title: longer than 120 characters (131)");
}

static void
too_many_items_are_named(void **state)
{
	Erfa__Body *body = *state;
	Erfa__Trial *trial = body->trial;

	trial->sector = calloc(21, sizeof(*trial->sector));
	assert_non_null(trial->sector);
	trial->n_sector = 21;
	refused(body, "trial.sector: more than 20 items (21)");
}

static void
a_fault_inside_a_list_is_named_by_its_place(void **state)
{
	Erfa__Trial *trial = ((Erfa__Body *)*state)->trial;
	size_t i;

	trial->goals = calloc(2, sizeof(*trial->goals));
	assert_non_null(trial->goals);
	trial->n_goals = 2;
	for (i = 0; i < 2; i++) {
		trial->goals[i] = calloc(1, sizeof(*trial->goals[i]));
		assert_non_null(trial->goals[i]);
		erfa__goal__init(trial->goals[i]);
	}
	passes(*state);
	trial->goals[1]->text = copy("bell\a");
	refused(*state,
	    "trial.goals[1].text: "
	    "holds an invisible or control character");
}

static void
text_must_be_utf8_without_control_characters(void **state)
{
	Erfa__Body *body = *state;

	body->trial->summary = copy("line\nline");
	passes(body);
	free(body->trial->summary);
	body->trial->summary = copy("\xe6ldre");
	refused(body, "trial.summary: not UTF-8");
	free(body->trial->summary);
	body->trial->summary = copy("a\x1b[31mb");
	refused(body, "trial.summary: holds an invisible or control character");
}

static void
unknown_values_of_enumerations_are_refused(void **state)
{
	Erfa__Body *body = *state;

	body->trial->has_status = 1;
	body->trial->status = (Erfa__Status)77;
	refused(body, "trial.status: 77 is no known value");
	body->trial->status = ERFA__STATUS__STATUS_UNSET;
	passes(body);
}

static void
unknown_fields_are_refused(void **state)
{
	/* trial { 99: 1 } */
	static const uint8_t buf[] = { 0x72, 0x03, 0x98, 0x06, 0x01 };
	Erfa__Body *body = NULL;

	(void)state;
	assert_int_equal(body_decode(buf, sizeof(buf), &body), ERR_NONE);
	refused(body, "trial: unknown field 99");
	body_free(body);
}

static void
references_must_be_whole_record_ids(void **state)
{
	static const char *const bad[] = { "", "dk-791", "dk-791/k7m2p4qd",
		"DK-791/0123456789abcdefghjkmnpqrs",
		"dk-791/0123456789ABCDEFGHJKMNPQRS",
		"dk-791/0123456789abcdefghjkmnpqrst",
		"dk-791/0123456789abcdefghjkmnpqri" };
	Erfa__Body *body = *state;
	Erfa__RecordRef *ref = calloc(1, sizeof(*ref));
	size_t i;

	assert_non_null(ref);
	erfa__record_ref__init(ref);
	body->trial->programme = ref;
	ref->id = copy("dk-791/0123456789abcdefghjkmnpqr0");
	passes(body);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		free(ref->id);
		ref->id = copy(bad[i]);
		refused(body,
		    "trial.programme.id: must be a whole record id, "
		    "as dk-791/ and 26 lower-case characters");
	}
}

static void
organisations_must_have_an_id_of_their_form(void **state)
{
	Erfa__Body *body = *state;

	body->envelope->publisher = copy("dk-791");
	passes(body);
	free(body->envelope->publisher);
	body->envelope->publisher = copy("DK-791");
	refused(body,
	    "envelope.publisher: "
	    "must be an organisation's id, as dk-791");
}

static void
languages_and_countries_must_be_known(void **state)
{
	Erfa__Body *body = *state;
	Erfa__Body *programme = make(HEADER_PROGRAMME);

	free(body->envelope->language);
	body->envelope->language = copy("de");
	refused(body,
	    "envelope.language: must be one of da nb nn sv fi is en se fo kl");
	programme->programme->country = copy("DK");
	refused(programme, "programme.country: must be a country, as dk");
	body_free(programme);
}

static void
dates_must_exist_and_may_be_as_precise_as_is_known(void **state)
{
	static const char *const good[] = { "2016", "2016-12", "2016-12-31",
		"2016-02-29", "2000-02-29", "1984-07" };
	static const char *const bad[] = { "", "16", "2016-13", "2016-00",
		"2016-12-32", "2015-02-29", "1900-02-29", "2016-1",
		"2016-12-31T", "2016/12", "2016-12_31", "20x6", "2016-",
		"2016-04-31", "2016-12-00" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(body_form_valid(FORM_DATE, good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(body_form_valid(FORM_DATE, bad[i]));
}

static void
times_must_be_utc_to_the_second(void **state)
{
	static const char *const bad[] = { "", "2026-01-31",
		"2026-01-31T12:00:00", "2026-01-31T24:00:00Z",
		"2026-01-31T12:60:00Z", "2026-01-31T12:00:60Z",
		"2026-02-31T12:00:00Z", "2026-01-31 12:00:00Z",
		"2026-01-31T12:00:00+", "2026-01-31T12-00:00Z" };
	size_t i;

	(void)state;
	assert_true(body_form_valid(FORM_TIME, "2026-01-31T23:59:59Z"));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(body_form_valid(FORM_TIME, bad[i]));
}

static void
numbers_must_be_finite_and_in_range(void **state)
{
	Erfa__Body *body = make(HEADER_OBSERVATION);
	Erfa__Body *profile = make(HEADER_PROFILE);
	Erfa__Continuous *value = calloc(1, sizeof(*value));
	Erfa__BudgetCalendar *calendar = calloc(1, sizeof(*calendar));

	(void)state;
	assert_non_null(value);
	assert_non_null(calendar);
	erfa__continuous__init(value);
	value->has_mean = 1;
	value->mean = (double)INFINITY;
	body->observation->value_case = ERFA__OBSERVATION__VALUE_CONTINUOUS;
	body->observation->continuous = value;
	refused(body, "observation.continuous.mean: is not a finite number");

	erfa__budget_calendar__init(calendar);
	calendar->has_proposal_month = 1;
	calendar->proposal_month = 13;
	profile->profile->budget_calendar = calendar;
	refused(profile,
	    "profile.budget_calendar.proposal_month: "
	    "must be a month from 1 to 12");
	body_free(body);
	body_free(profile);
}

static void
years_of_sources_must_have_four_digits(void **state)
{
	Erfa__Body *body = *state;
	Erfa__Source *source = calloc(1, sizeof(*source));

	assert_non_null(source);
	erfa__source__init(source);
	body->envelope->sources = calloc(1, sizeof(Erfa__Source *));
	assert_non_null(body->envelope->sources);
	body->envelope->sources[0] = source;
	body->envelope->n_sources = 1;
	source->has_year = 1;
	source->year = 2014;
	passes(body);
	source->year = -4;
	refused(
	    body, "envelope.sources[0].year: must be a year from 1000 to 9999");
}

static void
keys_of_groups_must_be_lower_hexadecimal(void **state)
{
	Erfa__Body *body = make(HEADER_GROUP);

	(void)state;
	body->group->group = copy("00112233445566aa");
	passes(body);
	body->group->group[14] = 'A';
	refused(body, "group.group: must be 16 lower-case hexadecimal digits");
	body_free(body);
}

static void
a_body_that_is_too_large_in_all_is_refused(void **state)
{
	Erfa__Trial *trial = ((Erfa__Body *)*state)->trial;
	char text[BODY_FAULT_MAX] = "";
	size_t i;

	trial->recipe = calloc(1, sizeof(*trial->recipe));
	assert_non_null(trial->recipe);
	erfa__recipe__init(trial->recipe);
	trial->recipe->materials = calloc(BODY_ITEMS, sizeof(char *));
	assert_non_null(trial->recipe->materials);
	trial->recipe->n_materials = BODY_ITEMS;
	for (i = 0; i < BODY_ITEMS; i++)
		trial->recipe->materials[i] = many("€", 1000);
	passes(*state);

	trial->core_elements = calloc(BODY_ITEMS, sizeof(char *));
	assert_non_null(trial->core_elements);
	trial->n_core_elements = BODY_ITEMS;
	for (i = 0; i < BODY_ITEMS; i++)
		trial->core_elements[i] = many("€", 500);
	assert_int_equal(body_check(*state, text), ERR_SIZE);
	assert_non_null(strstr(text, "longer than 262144 bytes in all"));
}

/* ---- the schema and the code say the same ---- */

/* Where in body.proto the reader is. */
struct reader {
	char text[SCHEMA_MAX];
	char messages[NEST_MAX][NAME_MAX_]; /* "" for anything else */
	size_t depth;
	char comment[4096];
};

/* One field with the comment that belongs to it. */
struct field {
	char message[NAME_MAX_];
	char name[NAME_MAX_];
	char comment[4096];
};

typedef void field_fn(const struct field *field, void *arg);

static void
schema_load(struct reader *reader)
{
	FILE *file = fopen(SCHEMA, "r");
	size_t len;

	if (file == NULL)
		fail_msg("%s: not found: run from the top folder", SCHEMA);
	len = fread(reader->text, 1, sizeof(reader->text) - 1, file);
	assert_true(len > 0 && len < sizeof(reader->text) - 1);
	reader->text[len] = '\0';
	assert_int_equal(fclose(file), 0);
}

/* Append a comment, its lines joined with single blanks. */
static void
comment_add(char *comment, size_t size, const char *from, const char *to)
{
	size_t len = strlen(comment);

	for (; from < to && len + 1 < size; from++) {
		if (*from == '\n' || *from == '\t' || *from == '*') {
			if (len > 0 && comment[len - 1] == ' ')
				continue;
			comment[len++] = ' ';
		} else if (*from != ' ' || len == 0 ||
		    comment[len - 1] != ' ') {
			comment[len++] = *from;
		}
	}
	comment[len] = '\0';
}

/* Read the innermost message's name at "message Name {" and such. */
static void
block_open(struct reader *reader, const char *line)
{
	char name[NAME_MAX_] = "";

	assert_true(reader->depth < NEST_MAX);
	if (sscanf(line, " message %47s", name) != 1)
		name[0] = '\0';
	if (sscanf(line, " oneof %47s", name) == 1 && reader->depth > 0)
		(void)snprintf(name, sizeof(name), "%s",
		    reader->messages[reader->depth - 1]);
	(void)snprintf(
	    reader->messages[reader->depth++], NAME_MAX_, "%s", name);
	reader->comment[0] = '\0';
}

/* A statement "… name = 1;": tell the field, if it stands in a message. */
static void
statement(struct reader *reader, const char *line, const char *rest,
    field_fn *fn, void *arg)
{
	struct field field = { .name = "" };
	char words[3][NAME_MAX_];
	int count = sscanf(
	    line, " %47s %47s %47s", words[0], words[1], words[2]);
	const char *name = count == 3 && strcmp(words[2], "=") == 0 ? words[1] :
								      words[2];
	const char *end;

	if (count != 3 || reader->depth == 0 ||
	    reader->messages[reader->depth - 1][0] == '\0' ||
	    strcmp(words[0], "reserved") == 0)
		return;
	(void)snprintf(field.message, sizeof(field.message), "%s",
	    reader->messages[reader->depth - 1]);
	(void)snprintf(field.name, sizeof(field.name), "%s", name);
	memcpy(field.comment, reader->comment, sizeof(field.comment));
	reader->comment[0] = '\0';

	/* A comment that starts on the same line belongs to it too. */
	rest += strspn(rest, " ");
	if (strncmp(rest, "/*", 2) == 0 && (end = strstr(rest, "*/")) != NULL)
		comment_add(
		    field.comment, sizeof(field.comment), rest + 2, end);
	fn(&field, arg);
}

/* Call ${fn} for every field of body.proto. */
static void
each_field(field_fn *fn, void *arg)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	const char *at;
	const char *end;
	const char *line;
	bool own; /* the comment starts its line */

	assert_non_null(reader);
	schema_load(reader);
	for (line = at = reader->text; *at != '\0'; at++) {
		if (strncmp(at, "/*", 2) == 0) {
			own = strspn(line, " \t\n") == (size_t)(at - line);
			end = strstr(at, "*/");
			assert_non_null(end);
			if (own)
				comment_add(reader->comment,
				    sizeof(reader->comment), at + 2, end);
			at = end + 1;
			line = at + 1;
		} else if (*at == '{') {
			block_open(reader, line);
			line = at + 1;
		} else if (*at == '}') {
			assert_true(reader->depth-- > 0);
			reader->comment[0] = '\0';
			line = at + 1;
		} else if (*at == ';') {
			statement(reader, line, at + 1, fn, arg);
			line = at + 1;
			reader->comment[0] = '\0';
			/* What is left of the line has been read. */
			at += strspn(at + 1, " ");
			if (strncmp(at + 1, "/*", 2) == 0)
				at = strstr(at, "*/") + 1;
			line = at + 1;
		}
	}
	assert_int_equal(reader->depth, 0);
	free(reader);
}

/* The number in "[word N", or 0. */
static unsigned
mark(const char *comment, const char *word)
{
	const char *at = strstr(comment, word);

	return at == NULL ? 0 : (unsigned)strtoul(at + strlen(word), NULL, 10);
}

static enum body_form
form_of(const char *comment)
{
	static const struct {
		const char *mark;
		enum body_form form;
	} forms[] = { { "[date]", FORM_DATE }, { "[time]", FORM_TIME },
		{ "[org]", FORM_ORG }, { "[lang]", FORM_LANGUAGE },
		{ "[country]", FORM_COUNTRY }, { "[record]", FORM_RECORD },
		{ "[hex 16]", FORM_HEX16 }, { "[hex 64]", FORM_HEX64 },
		{ "[range 1000 9999]", FORM_YEAR },
		{ "[range 1 12]", FORM_MONTH }, { "[over 0]", FORM_OVER_0 } };

	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strstr(comment, forms[i].mark) != NULL)
			return forms[i].form;
	}
	return FORM_TEXT;
}

static void
compare_rule(const struct field *field, void *arg)
{
	struct body_rule rule = body_rule_find(field->message, field->name);
	unsigned chars = mark(field->comment, "[chars ");
	unsigned items = mark(field->comment, "[items ");

	if (rule.chars != (chars != 0 ? chars : BODY_CHARS) ||
	    rule.items != (items != 0 ? items : BODY_ITEMS) ||
	    rule.form != form_of(field->comment))
		fail_msg("%s.%s: the table says %u characters, %u items, "
			 "form %d; the schema says otherwise (%s)",
		    field->message, field->name, rule.chars, rule.items,
		    (int)rule.form, field->comment);
	(*(size_t *)arg)++;
}

static void
limits_in_the_code_are_those_of_the_schema(void **state)
{
	size_t count = 0;

	(void)state;
	each_field(compare_rule, &count);
	assert_true(count > 300);
}

/* Every field can be found in the generated code, so none was overlooked. */
static void
count_fields(const struct field *field, void *arg)
{
	(void)field;
	(*(size_t *)arg)++;
}

static size_t
fields_below(const ProtobufCMessageDescriptor *desc,
    const ProtobufCMessageDescriptor **seen, size_t *nseen)
{
	size_t count = desc->n_fields;
	size_t i;

	for (i = 0; i < *nseen; i++) {
		if (seen[i] == desc)
			return 0;
	}
	seen[(*nseen)++] = desc;
	assert_true(*nseen < 100);
	for (i = 0; i < desc->n_fields; i++) {
		if (desc->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
			count += fields_below(
			    desc->fields[i].descriptor, seen, nseen);
	}
	return count;
}

static void
every_field_of_the_schema_is_reachable_from_body(void **state)
{
	const ProtobufCMessageDescriptor *seen[100];
	size_t nseen = 0;
	size_t count = 0;

	(void)state;
	each_field(count_fields, &count);
	assert_int_equal(
	    fields_below(&erfa__body__descriptor, seen, &nseen), count);
}

/* Words beside the marks and the name of the source. */
static void
has_comment(const struct field *field, void *arg)
{
	const char *text = field->comment + strspn(field->comment, " ");

	(void)arg;
	if (*text == '\0' || *text == '[' || strncmp(text, "domain ", 7) == 0)
		fail_msg("%s.%s has no comment (%s)", field->message,
		    field->name, field->comment);
}

static void
every_field_is_commented(void **state)
{
	(void)state;
	each_field(has_comment, NULL);
}

static void
note_answer(const struct field *field, void *arg)
{
	char *due = arg;
	const char *at = strstr(field->comment, "[answer ");
	unsigned number = 0;
	char when = '\0';

	if (at == NULL)
		return;
	assert_int_equal(sscanf(at, "[answer %u %c]", &number, &when), 2);
	assert_in_range(number, 1, ANSWERS);
	assert_non_null(strchr("APSFX", when));
	assert_true(due[number] == '\0' || due[number] == when);
	due[number] = when;
}

static void
a_trial_owes_twelve_answers_and_three_more_with_an_exemption(void **state)
{
	char due[ANSWERS + 1] = { '\0' };
	size_t always = 0;
	size_t exempt = 0;
	size_t i;

	(void)state;
	each_field(note_answer, due);
	for (i = 1; i <= ANSWERS; i++) {
		assert_int_not_equal(due[i], '\0');
		if (due[i] == 'X')
			exempt++;
		else
			always++;
	}
	assert_int_equal(always, 12);
	assert_int_equal(exempt, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_was_encoded_decodes_the_same, trial_setup,
		    trial_teardown),
		cmocka_unit_test(every_kind_with_a_record_can_be_made),
		cmocka_unit_test(kinds_without_a_record_cannot_be_made),
		cmocka_unit_test(freeing_nothing_does_nothing),
		cmocka_unit_test(a_body_without_a_record_has_no_kind),
		cmocka_unit_test(bytes_that_are_no_body_are_refused),
		cmocka_unit_test(too_many_fields_in_foreign_bytes_are_refused),
		cmocka_unit_test_setup_teardown(
		    a_body_that_is_too_large_is_not_encoded, trial_setup,
		    trial_teardown),
		cmocka_unit_test_setup_teardown(
		    a_long_title_is_named_with_its_length, trial_setup,
		    trial_teardown),
		cmocka_unit_test_setup_teardown(
		    too_many_items_are_named, trial_setup, trial_teardown),
		cmocka_unit_test_setup_teardown(
		    a_fault_inside_a_list_is_named_by_its_place, trial_setup,
		    trial_teardown),
		cmocka_unit_test_setup_teardown(
		    text_must_be_utf8_without_control_characters, trial_setup,
		    trial_teardown),
		cmocka_unit_test_setup_teardown(
		    unknown_values_of_enumerations_are_refused, trial_setup,
		    trial_teardown),
		cmocka_unit_test(unknown_fields_are_refused),
		cmocka_unit_test_setup_teardown(
		    references_must_be_whole_record_ids, trial_setup,
		    trial_teardown),
		cmocka_unit_test_setup_teardown(
		    organisations_must_have_an_id_of_their_form, trial_setup,
		    trial_teardown),
		cmocka_unit_test_setup_teardown(
		    languages_and_countries_must_be_known, trial_setup,
		    trial_teardown),
		cmocka_unit_test(
		    dates_must_exist_and_may_be_as_precise_as_is_known),
		cmocka_unit_test(times_must_be_utc_to_the_second),
		cmocka_unit_test(numbers_must_be_finite_and_in_range),
		cmocka_unit_test_setup_teardown(
		    years_of_sources_must_have_four_digits, trial_setup,
		    trial_teardown),
		cmocka_unit_test(keys_of_groups_must_be_lower_hexadecimal),
		cmocka_unit_test_setup_teardown(
		    a_body_that_is_too_large_in_all_is_refused, trial_setup,
		    trial_teardown),
		cmocka_unit_test(limits_in_the_code_are_those_of_the_schema),
		cmocka_unit_test(
		    every_field_of_the_schema_is_reachable_from_body),
		cmocka_unit_test(every_field_is_commented),
		cmocka_unit_test(
		    a_trial_owes_twelve_answers_and_three_more_with_an_exemption),
	};

	return cmocka_run_group_tests_name("body", tests, NULL, NULL);
}
