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
#include "proto/crypto.h"
#include "proto/header.h"
#include "proto/limits.h"
#include "client/corpus.h"
#include "client/corpus_table.h"
#include "client/form.h"
#include "client/form_mail.h"
#include "client/form_schema.h"
#include "client/form_stamp.h"
#include "client/form_yaml.h"

#define FOLDER        "conf"
#define TRIALS        "tests/corpus/trials.jsonl"
#define GOLDEN        "tests/golden/form/"
#define RECORD        "dk-791/00000000000000000000000000"
#define RANDOM_BODIES 40 /* of each kind */

static const char *const languages[] = { "da", "nb", "sv", "fi", "en" };

/* Texts that YAML would read as something else. */
static const char *const odd_texts[] = { "", " ", "~", "null", "NO", "yes",
	"0561", "1e3", "2026-01-31", "- a", "? b", ": c", "a: b", "a:", "a #b",
	"#c", "[x]", "{x: y}", "&a", "*a", "!t", "|", ">", "'", "\"", "it's",
	"say \"hi\"", "%x", "@x", "`x`", "back\\slash", " leading", "trailing ",
	"\ttab", "in\tside", "two\nlines", "two\n\nparagraphs\n", "\nfirst",
	"a\n  b\n c", "a \nb", "---", "...", "--- a\n...\n# b", "a\n# ^ b",
	"🌊🧑", "مرحبا بالعالم", "שלום", "\xc2\xa0nbsp", "a\n\xc2\xa0nbsp",
	"=", "<<", "a,b", "a\n\tb", "key: |\n  text", "ærø ÅÄÖ é", "x\n\n\n\ny",
	"-", "a\n-\n", "'a' b", "\"a\" b", "> quoted", "a\n> b", "$(x)",
	"a  b" };

static struct form_words *
words_of(const char *language)
{
	struct form_words *words = NULL;

	if (form_words_open(FOLDER, language, &words) != ERR_NONE)
		fail_msg("%s: no words (run from the top folder)", FOLDER);
	return words;
}

static int
setup(void **state)
{
	*state = words_of("da");
	return crypto_init() == ERR_NONE ? 0 : -1;
}

static int
teardown(void **state)
{
	form_words_free(*state);
	return 0;
}

/* ---- helpers ---- */

static void
print_faults(FILE *out, const struct form_faults *faults)
{
	size_t i;

	for (i = 0; i < faults->count; i++)
		(void)fprintf(out, "%u:%u %s%s%s\n    %s\n",
		    faults->items[i].line, faults->items[i].column,
		    faults->items[i].path,
		    faults->items[i].path[0] != '\0' ? ": " : "",
		    faults->items[i].what, faults->items[i].remedy);
}

/* Read a form that must be good. */
static Erfa__Body *
read_good(const struct form_words *words, uint32_t kind, const char *text)
{
	struct form_faults faults = { 0 };
	Erfa__Body *body = NULL;
	enum err err = form_read(
	    words, kind, text, strlen(text), &faults, &body);

	if (err != ERR_NONE) {
		print_faults(stderr, &faults);
		fail_msg("%s\n%s", err_str(err), text);
	}
	form_faults_clear(&faults);
	return body;
}

/* Read a trial that must be bad; the caller clears the faults. */
static struct form_faults
read_bad(const struct form_words *words, const char *text)
{
	struct form_faults faults = { 0 };
	Erfa__Body *body = NULL;

	assert_int_equal(
	    form_read(words, HEADER_TRIAL, text, strlen(text), &faults, &body),
	    ERR_SYNTAX);
	assert_null(body);
	assert_true(faults.count > 0);
	return faults;
}

/* A trial in which ${text} is wrong for ${what}, in line ${line}. */
static void
assert_fault(const struct form_words *words, const char *text, unsigned line,
    const char *what)
{
	struct form_faults faults = read_bad(words, text);

	if (faults.count != 1 || faults.items[0].line != line ||
	    strstr(faults.items[0].what, what) == NULL) {
		print_faults(stderr, &faults);
		fail_msg("expected %u: %s", line, what);
	}
	form_faults_clear(&faults);
}

static void
assert_same_body(const Erfa__Body *a, const Erfa__Body *b, const char *text)
{
	uint8_t *a_buf = NULL;
	uint8_t *b_buf = NULL;
	size_t a_len = 0;
	size_t b_len = 0;

	assert_int_equal(body_encode(a, &a_buf, &a_len), ERR_NONE);
	assert_int_equal(body_encode(b, &b_buf, &b_len), ERR_NONE);
	if (a_len != b_len || memcmp(a_buf, b_buf, a_len) != 0)
		fail_msg("another body came back from\n%s", text);
	free(a_buf);
	free(b_buf);
}

/* Body to form to body. */
static void
assert_round_trip(const struct form_words *words, const Erfa__Body *body)
{
	Erfa__Body *again;
	char *text = NULL;

	assert_int_equal(form_write(words, body, NULL, &text), ERR_NONE);
	again = read_good(words, body_kind(body), text);
	assert_same_body(body, again, text);
	body_free(again);
	free(text);
}

/* Write the form of ${body}; the caller frees it. */
static char *
written(const struct form_words *words, const Erfa__Body *body)
{
	char *text = NULL;

	assert_int_equal(form_write(words, body, NULL, &text), ERR_NONE);
	return text;
}

static Erfa__Body *
new_body(uint32_t kind)
{
	Erfa__Body *body = NULL;

	assert_int_equal(body_new(kind, &body), ERR_NONE);
	return body;
}

static char *
slurp_golden(const char *name)
{
	char path[128];
	char *text = calloc(1, FORM_TEXT_MAX + 1);
	FILE *file;
	size_t len;

	assert_non_null(text);
	(void)snprintf(path, sizeof(path), GOLDEN "%s", name);
	if ((file = fopen(path, "re")) == NULL)
		fail_msg("%s: not found: run from the top folder", path);
	len = fread(text, 1, FORM_TEXT_MAX, file);
	assert_int_equal(fclose(file), 0);
	text[len] = '\0';
	return text;
}

/* ---- random bodies ---- */

struct dice {
	uint64_t state;
};

static uint32_t
roll(struct dice *dice, uint32_t sides)
{
	dice->state ^= dice->state << 13;
	dice->state ^= dice->state >> 7;
	dice->state ^= dice->state << 17;
	return (uint32_t)(dice->state >> 11) % sides;
}

/* A text of words and odd ones, within the limit of characters. */
static char *
random_text(struct dice *dice, unsigned chars)
{
	size_t count = sizeof(odd_texts) / sizeof(odd_texts[0]);
	const char *text = odd_texts[roll(dice, (uint32_t)count)];
	size_t room = chars > 4000 ? 4000 : chars;
	char *made = calloc(1, room + 1);
	size_t used = 0;

	assert_non_null(made);
	if (roll(dice, 3) == 0 && strlen(text) <= room) {
		memcpy(made, text, strlen(text));
		return made;
	}
	/* Long lines: joined without a newline, ten of them at most. */
	while (roll(dice, 10) != 0) {
		text = odd_texts[roll(dice, (uint32_t)count)];
		if (used + strlen(text) + 1 > room)
			break;
		memcpy(made + used, text, strlen(text));
		used += strlen(text);
		if (roll(dice, 4) == 0)
			made[used++] = "\n :-"[roll(dice, 4)];
	}
	if (used == 0 && room > 0)
		made[used++] = 'x';
	return made;
}

static char *
random_string(struct dice *dice, const struct body_rule *rule)
{
	static const char *const forms[] = {
		[FORM_DATE] = "2026-01",
		[FORM_TIME] = "2026-01-31T12:00:00Z",
		[FORM_ORG] = "no-0301",
		[FORM_LANGUAGE] = "nb",
		[FORM_COUNTRY] = "no",
		[FORM_RECORD] = RECORD,
		[FORM_HEX16] = "0123456789abcdef",
		[FORM_HEX64] = "0123456789abcdef0123456789abcdef"
			       "0123456789abcdef0123456789abcdef",
	};

	return rule->form == FORM_TEXT ? random_text(dice, rule->chars) :
					 strdup(forms[rule->form]);
}

static void random_message(
    struct dice *dice, ProtobufCMessage *msg, unsigned depth);

static void
random_value(struct dice *dice, ProtobufCMessage *msg,
    const ProtobufCFieldDescriptor *field, unsigned depth)
{
	struct body_rule rule = body_rule_find(
	    msg->descriptor->short_name, field->name);

	union {
		char *text;
		ProtobufCMessage *message;
		uint32_t number;
		double real;
		protobuf_c_boolean flag;
	} value = { .real = 0 };
	enum err err;

	if (field->type == PROTOBUF_C_TYPE_STRING) {
		value.text = random_string(dice, &rule);
	} else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		value.message = form_schema_new(field->descriptor);
		random_message(dice, value.message, depth + 1);
	} else if (field->type == PROTOBUF_C_TYPE_ENUM) {
		const ProtobufCEnumDescriptor *desc = field->descriptor;

		value.number =
		    (uint32_t)desc->values[roll(dice, desc->n_values)].value;
	} else if (field->type == PROTOBUF_C_TYPE_BOOL) {
		value.flag = (protobuf_c_boolean)roll(dice, 2);
	} else if (field->type == PROTOBUF_C_TYPE_DOUBLE) {
		/* Neither time nor money nor a spread is less than nothing. */
		value.real = (roll(dice, 2) == 0 ? -1.0 : 1e18) *
		    roll(dice, UINT32_MAX) / 7.0;
		if (strstr(" hours cost of_which_external_consultants exposure "
			   "sd se area_km2 ",
			field->name) != NULL)
			value.real = fabs(value.real);
		if (rule.form == FORM_OVER_0)
			value.real = fabs(value.real) + 1;
	} else if (rule.form == FORM_MONTH) {
		value.number = 1 + roll(dice, 12);
	} else {
		value.number = 1000 + roll(dice, 9000);
	}
	err = form_schema_add(msg, field, &value);
	if (err == ERR_EXIST && field->type == PROTOBUF_C_TYPE_MESSAGE)
		protobuf_c_message_free_unpacked(value.message, NULL);
	else
		assert_int_equal(err, ERR_NONE);
}

static void
random_message(struct dice *dice, ProtobufCMessage *msg, unsigned depth)
{
	const ProtobufCMessageDescriptor *desc = msg->descriptor;
	unsigned f;
	uint32_t count;

	for (f = 0; f < desc->n_fields; f++) {
		struct body_rule rule = body_rule_find(
		    desc->short_name, desc->fields[f].name);

		if (roll(dice, 3) == 0 || depth > 4)
			continue;
		count = 1;
		if (desc->fields[f].label == PROTOBUF_C_LABEL_REPEATED)
			count = 1 + roll(dice, rule.items < 3 ? rule.items : 3);
		while (count-- > 0)
			random_value(dice, msg, &desc->fields[f], depth);
	}
}

/* ---- round trips ---- */

static void
random_bodies_of_every_kind_come_back_equal(void **state)
{
	struct dice dice = { .state = 20261121 };
	char fault[BODY_FAULT_MAX] = "";
	uint32_t kind;
	int i;

	for (kind = HEADER_PROFILE; kind <= HEADER_GROUP; kind++)
		for (i = 0; i < RANDOM_BODIES; i++) {
			Erfa__Body *body = new_body(kind);
			const ProtobufCMessage *record = body_record(body);
			ProtobufCMessage *mine;

			memcpy(&mine, &record, sizeof(void *));
			random_message(&dice, mine, 0);
			random_message(&dice, &body->envelope->base, 0);
			if (body_check(body, fault) != ERR_NONE)
				fail_msg("%s", fault);
			assert_round_trip(*state, body);
			body_free(body);
		}
}

static void
every_real_record_comes_back_equal(void **state)
{
	struct corpus_table *table = NULL;
	struct corpus *corpus = NULL;
	char fault[CORPUS_TABLE_FAULT] = "";
	const struct corpus_record *records;
	FILE *file = fopen(TRIALS, "re");
	size_t trials = 0;
	size_t count;
	size_t i;

	assert_non_null(file);
	assert_int_equal(corpus_table_open(FOLDER, &table, fault), ERR_NONE);
	assert_int_equal(corpus_new(table, "dk-791", &corpus), ERR_NONE);
	assert_int_equal(corpus_read(corpus, file), ERR_NONE);
	assert_int_equal(fclose(file), 0);
	records = corpus_records(corpus, &count);
	for (i = 0; i < count; i++) {
		trials += records[i].kind == HEADER_TRIAL;
		assert_round_trip(*state, records[i].body);
	}
	assert_int_equal(trials, 138);
	corpus_free(corpus);
	corpus_table_close(table);
}

/* Put ${text} into a title and into two lists, and see it come back. */
static void
assert_text_survives(const struct form_words *words, const char *text)
{
	Erfa__Body *body = new_body(HEADER_TRIAL);
	Erfa__Body *again;
	char *form;

	body->trial->summary = strdup(text);
	body->trial->mandate = strdup(text);
	body->trial->keywords = calloc(2, sizeof(char *));
	body->trial->keywords[0] = strdup(text);
	body->trial->keywords[1] = strdup("last");
	body->trial->n_keywords = 2;
	form = written(words, body);
	again = read_good(words, HEADER_TRIAL, form);
	assert_string_equal(again->trial->summary, text);
	assert_string_equal(again->trial->keywords[0], text);
	assert_same_body(body, again, form);
	body_free(again);
	body_free(body);
	free(form);
}

static void
odd_texts_come_back_to_the_letter(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(odd_texts) / sizeof(odd_texts[0]); i++)
		assert_text_survives(*state, odd_texts[i]);
}

static void
a_very_long_line_comes_back(void **state)
{
	Erfa__Body *body = new_body(HEADER_COMMENT);
	char *text = calloc(1, 4001);
	int i;

	assert_non_null(text);
	for (i = 0; i < 4000; i++)
		text[i] = "abc: #'d\" "[i % 10];
	text[3999] = '.';
	body->comment->body = text;
	assert_round_trip(*state, body);
	body_free(body);
}

static void
empty_groups_and_empty_texts_are_kept(void **state)
{
	Erfa__Body *body = read_good(*state, HEADER_TRIAL,
	    "owner: {}\ntitle: \"\"\ngoals:\n  - {}\n  - text: b\nperiod:\n"
	    "  start:\nmandate:\nsummary: |\n\ndemands: ~\n");

	assert_non_null(body->trial->owner);
	assert_string_equal(body->trial->title, "");
	assert_int_equal(body->trial->n_goals, 2);
	assert_null(body->trial->goals[0]->text);
	assert_null(body->trial->period);
	assert_null(body->trial->mandate);
	assert_null(body->trial->summary);
	assert_null(body->trial->demands);
	assert_round_trip(*state, body);
	body_free(body);
}

static void
what_a_form_would_lose_is_not_written(void **state)
{
	Erfa__Body *body = new_body(HEADER_TRIAL);
	char *text = NULL;

	body->trial->has_scope = 1;
	body->trial->scope = (Erfa__Scope)77;
	assert_int_equal(form_write(*state, body, NULL, &text), ERR_VERSION);
	body->trial->has_scope = 0;
	body->trial->title = strdup("\xff");
	assert_int_equal(form_write(*state, body, NULL, &text), ERR_SYNTAX);
	body->record_case = ERFA__BODY__RECORD__NOT_SET;
	assert_int_equal(form_write(*state, body, NULL, &text), ERR_NOENT);
	body->record_case = ERFA__BODY__RECORD_TRIAL;
	assert_null(text);
	body_free(body);
}

/* ---- what people see ---- */

static void
an_empty_trial_asks_first_for_what_matters(void **state)
{
	static const char *const order[] = { "\ntitle:\n", "\nsummary:\n",
		"\nsector:\n", "\nmandate:\n", "\nfreedom_to:\n",
		"\ndemands:\n", "\n  budget_room:\n", "\nowner:\n",
		"\nanchoring:\n", "\ngoals:\n", "\n  - text:\n", "\nperiod:\n",
		"\n# status_reason:\n", "\n# keywords:\n", "\n# language:\n" };
	Erfa__Body *body = new_body(HEADER_TRIAL);
	Erfa__Body *again;
	char *text = written(*state, body);
	const char *at = text;
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const char *next = strstr(at, order[i]);

		if (next == NULL)
			fail_msg("%s is not there in its order", order[i]);
		at = next;
	}
	assert_null(strstr(text, "published_at"));
	again = read_good(*state, HEADER_TRIAL, text);
	assert_same_body(body, again, text);
	body_free(again);
	body_free(body);
	free(text);
}

/* Each message below ${desc}, with what its fields are for. */
static void
assert_helped(const struct form_words *words,
    const ProtobufCMessageDescriptor *desc, unsigned depth)
{
	unsigned i;

	if (depth > 6)
		return;
	for (i = 0; i < desc->n_fields; i++) {
		if (depth > 0 &&
		    form_words_help(words, desc->short_name,
			desc->fields[i].name)[0] == '\0')
			fail_msg("%s.%s has no help", desc->short_name,
			    desc->fields[i].name);
		if (desc->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
			assert_helped(
			    words, desc->fields[i].descriptor, depth + 1);
	}
}

static void
every_field_is_explained_in_every_language(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
		struct form_words *words = words_of(languages[i]);

		assert_helped(words, &erfa__body__descriptor, 0);
		form_words_free(words);
	}
}

static void
comments_speak_the_language_of_the_person(void **state)
{
	struct form_words *finnish = words_of("fi");
	Erfa__Body *body = new_body(HEADER_TRIAL);
	char *danish_text = written(*state, body);
	char *finnish_text = written(finnish, body);

	assert_non_null(strstr(danish_text, "elder_care (ældrepleje)"));
	assert_non_null(strstr(finnish_text, "elder_care (vanhustenhuolto)"));
	assert_non_null(strstr(finnish_text, "## Kokeilun nimi."));
	free(danish_text);
	free(finnish_text);
	body_free(body);
	form_words_free(finnish);
}

static void
a_long_text_is_a_block_and_codes_stand_in_a_row(void **state)
{
	Erfa__Body *body = read_good(*state, HEADER_TRIAL,
	    "summary: |\n  One.\n  Two.\nsector: [elder_care, school]\n");
	char *text = written(*state, body);

	assert_string_equal(body->trial->summary, "One.\nTwo.");
	assert_non_null(strstr(text, "\nsummary: |\n  One.\n  Two.\n"));
	assert_non_null(strstr(text, "\nsector: [elder_care, school]\n"));
	free(text);
	body_free(body);
}

static void
words_that_are_not_there_are_an_error(void **state)
{
	struct form_words *words = NULL;

	(void)state;
	assert_int_equal(
	    form_words_open("/nonexistent", "da", &words), ERR_NOENT);
	assert_int_equal(form_words_open(FOLDER, "de", &words), ERR_NOENT);
	assert_null(words);
}

/* ---- what people write ---- */

static void
words_are_typed_by_the_schema(void **state)
{
	Erfa__Body *body = read_good(*state, HEADER_PROGRAMME,
	    "name: 0561\ncountry: NO\nlegal_basis: yes\nareas: [1.0, null, on]\n"
	    "announced_on: 2026-01-31\nowner: DK-0561\nlanguage: NB\n"
	    "members:\n  - org: Tromsø kommune\n    area: 1e3\n");

	assert_string_equal(body->programme->name, "0561");
	assert_string_equal(body->programme->country, "no");
	assert_string_equal(body->programme->legal_basis, "yes");
	assert_string_equal(body->programme->areas[0], "1.0");
	assert_string_equal(body->programme->areas[1], "null");
	assert_string_equal(body->programme->areas[2], "on");
	assert_string_equal(body->programme->announced_on, "2026-01-31");
	assert_string_equal(body->programme->owner->id, "dk-561");
	assert_string_equal(
	    body->programme->members[0]->org->name, "Tromsø kommune");
	assert_string_equal(body->envelope->language, "nb");
	assert_round_trip(*state, body);
	body_free(body);
}

static void
values_may_be_labels_in_any_language(void **state)
{
	static const char *const forms[] = { "sector: [elder_care]\n",
		"sector: Elder-Care\n", "sector: ældrepleje\n",
		"sector: [eldreomsorg]\n", "sector: Äldreomsorg\n",
		"sector:\n  - vanhustenhuolto\n", "sector: elder care\n" };
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		Erfa__Body *body = read_good(*state, HEADER_TRIAL, forms[i]);

		assert_int_equal(body->trial->n_sector, 1);
		assert_int_equal(
		    body->trial->sector[0], ERFA__SECTOR__SECTOR_ELDER_CARE);
		body_free(body);
	}
}

static void
yes_and_no_are_read_in_every_language(void **state)
{
	static const char *const yes[] = { "yes", "true", "ja", "Kyllä", "JA" };
	static const char *const no[] = { "no", "false", "nej", "nei", "ei" };
	char text[64];
	size_t i;

	for (i = 0; i < 5; i++) {
		Erfa__Body *body;

		(void)snprintf(text, sizeof(text),
		    "offers_sparring: %s\n"
		    "needs_exemption: %s\n",
		    yes[i], no[i]);
		if (strcmp(yes[i], "true") == 0)
			(void)snprintf(text, sizeof(text),
			    "offers_sparring: true\nneeds_exemption: nej\n");
		body = read_good(*state, HEADER_TRIAL, text);
		assert_int_equal(body->trial->offers_sparring, 1);
		assert_int_equal(
		    body->trial->needs_exemption, ERFA__YES_NO__YES_NO_NO);
		body_free(body);
	}
}

static void
a_colon_in_an_unquoted_text_is_taken_for_text(void **state)
{
	Erfa__Body *body = read_good(*state, HEADER_TRIAL,
	    "title: Stille time: en prøve #2 til 'os'\nmandate: - ja\n"
	    "goals:\n  - text: Mål: ro\n    success_criterion: @home: 5\n");

	assert_string_equal(
	    body->trial->title, "Stille time: en prøve #2 til 'os'");
	assert_string_equal(body->trial->mandate, "- ja");
	assert_string_equal(body->trial->goals[0]->text, "Mål: ro");
	assert_string_equal(
	    body->trial->goals[0]->success_criterion, "@home: 5");
	body_free(body);
}

static void
what_mail_does_to_a_form_is_undone(void **state)
{
	Erfa__Body *body = read_good(*state, HEADER_TRIAL,
	    "\xef\xbb\xbf> title: Ro\r\n> owner:\r\n> \xc2\xa0 unit: Nord\r\n"
	    ">\r\nsummary: |\r\n\tEn\r\n\tTo\r\nperiod:\r\n\tstart: 2026\r\n");

	assert_string_equal(body->trial->title, "Ro");
	assert_string_equal(body->trial->owner->unit, "Nord");
	assert_string_equal(body->trial->summary, "En\nTo");
	assert_string_equal(body->trial->period->start, "2026");
	body_free(body);
}

static void
other_encodings_and_invisible_characters_are_named(void **state)
{
	struct form_faults faults = { 0 };
	Erfa__Body *body = NULL;
	static const char utf16[] = "\xff\xfet\0i\0";

	assert_fault(*state, "title: a\nsummary: bl\xe5\n", 2, "not UTF-8");
	assert_fault(*state, "title: a\xe2\x80\xae-\n", 1, "invisible");
	assert_fault(*state, "title: \x1b.\n", 1, "control");
	assert_int_equal(form_read(*state, HEADER_TRIAL, utf16,
			     sizeof(utf16) - 1, &faults, &body),
	    ERR_SYNTAX);
	assert_non_null(strstr(faults.items[0].what, "UTF-8"));
	form_faults_clear(&faults);
}

/* ---- what is refused ---- */

static void
tricks_of_yaml_are_refused_by_name(void **state)
{
	assert_fault(*state, "title: &a x\n", 1, "anchors");
	assert_fault(*state, "title: *a\n", 1, "aliases");
	assert_fault(*state, "title: !!str x\n", 1, "tags");
	assert_fault(*state, "title: !x\n", 1, "tags");
	assert_fault(*state, "owner: &o {unit: x}\n", 1, "anchors");
	assert_fault(*state, "<<: x\n", 1, "merge keys");
	assert_fault(*state, "title: a\ntitle: b\n", 2, "stands twice");
	assert_fault(*state, "owner:\n  unit: a\n  unit: b\n", 3, "twice");
	assert_fault(*state, "title: a\n---\ntitle: b\n", 2, "second document");
	assert_fault(*state, "%YAML 1.1\n---\ntitle: b\n", 1, "directives");
	assert_fault(*state, "? [a]\n: b\n", 1, "without a name");
	assert_fault(*state, "just some words\n", 1, "field: value");
	assert_fault(*state, "- a\n- b\n", 1, "field: value");
}

static void
a_comment_that_would_swallow_text_is_refused(void **state)
{
	Erfa__Body *body;

	assert_fault(*state, "title: Skole #1\n", 1, "comment");
	body = read_good(*state, HEADER_TRIAL,
	    "title: 'Skole #1' # a name\nsector: school # one\n");
	assert_string_equal(body->trial->title, "Skole #1");
	body_free(body);
}

static void
bounds_are_kept(void **state)
{
	struct form_faults faults = { 0 };
	Erfa__Body *body = NULL;
	char *text = malloc(FORM_TEXT_MAX + 2);
	size_t used = 0;
	size_t i;

	assert_non_null(text);
	memset(text, '\n', FORM_TEXT_MAX + 1);
	assert_int_equal(form_read(*state, HEADER_TRIAL, text,
			     FORM_TEXT_MAX + 1, &faults, &body),
	    ERR_SIZE);
	assert_int_equal(faults.count, 1);
	form_faults_clear(&faults);

	for (i = 0; i < 5000; i++)
		text[i] = '[';
	memcpy(text, "title: ", 7);
	text[i] = '\0';
	faults = read_bad(*state, text);
	form_faults_clear(&faults);

	faults = read_bad(*state, "title: [[[[[[[[[[[[[x]]]]]]]]]]]]]\n");
	assert_string_equal(faults.items[1].what, "nested too deeply");
	form_faults_clear(&faults);

	for (i = 0; i < FORM_KEYS_MAX + 1; i++)
		used += (size_t)sprintf(text + used, "k%zu: 1\n", i);
	assert_fault(*state, text, 0, "too many");

	used = (size_t)sprintf(text, "keywords:\n");
	for (i = 0; i < FORM_NODES_MAX; i++)
		used += (size_t)sprintf(text + used, "- a\n");
	assert_fault(*state, text, 0, "too many");
	free(text);
}

static void
only_so_many_mistakes_are_kept(void **state)
{
	char text[8192] = "sector:\n";
	struct form_faults faults;
	char *marked = NULL;
	size_t i;

	for (i = 0; i < FORM_FAULTS_MAX + 7; i++)
		(void)strcat(text, "- xyz\n");
	faults = read_bad(*state, text);
	assert_int_equal(faults.count, FORM_FAULTS_MAX);
	assert_int_equal(faults.all, FORM_FAULTS_MAX + 8);
	assert_int_equal(
	    form_annotate(text, strlen(text), &faults, &marked), ERR_NONE);
	assert_non_null(strstr(marked, "# ^ 208 mistakes"));
	free(marked);
	form_faults_clear(&faults);
}

static void
a_kind_without_a_record_has_no_form(void **state)
{
	struct form_faults faults = { 0 };
	Erfa__Body *body = NULL;

	assert_int_equal(
	    form_read(*state, 0, "", 0, &faults, &body), ERR_NOENT);
	assert_int_equal(
	    form_read(*state, HEADER_ERASE, "", 0, &faults, &body), ERR_NOENT);
	assert_int_equal(faults.all, 0);
}

static void
only_one_member_of_a_choice_can_be_stated(void **state)
{
	struct form_faults faults = { 0 };
	Erfa__Body *body = NULL;
	const char *text =
	    "binary: {events: 1, total: 2}\nrate:\n  events: 3\n";

	assert_int_equal(form_read(*state, HEADER_OBSERVATION, text,
			     strlen(text), &faults, &body),
	    ERR_SYNTAX);
	assert_int_equal(faults.count, 1);
	assert_string_equal(faults.items[0].what, "stands beside binary");
	form_faults_clear(&faults);
}

/* Take the lines "# ^ ..." out again. */
static char *
without_marks(const char *marked)
{
	char *text = calloc(1, strlen(marked) + 1);
	char *out = text;

	assert_non_null(text);
	while (*marked != '\0') {
		size_t len = strcspn(marked, "\n");

		len += marked[len] == '\n';
		if (strncmp(marked, "# ^ ", 4) != 0) {
			memcpy(out, marked, len);
			out += len;
		}
		marked += len;
	}
	return text;
}

static void
a_form_with_thirty_mistakes_names_them_all(void **state)
{
	struct form_words *english = words_of("en");
	char *text = slurp_golden("mistakes.form");
	char *expected = slurp_golden("mistakes.faults");
	char *expected_marked = slurp_golden("mistakes.marked");
	struct form_faults faults = read_bad(english, text);
	char *told = NULL;
	size_t told_len = 0;
	FILE *out = open_memstream(&told, &told_len);
	char *marked = NULL;
	char *again;

	(void)state;
	assert_non_null(out);
	print_faults(out, &faults);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(faults.all, 30);
	assert_string_equal(told, expected);

	/* Nothing of the text is lost, and marks do not pile up. */
	assert_int_equal(
	    form_annotate(text, strlen(text), &faults, &marked), ERR_NONE);
	assert_string_equal(marked, expected_marked);
	again = without_marks(marked);
	assert_string_equal(again, text);
	free(again);
	assert_int_equal(form_annotate(marked, strlen(marked),
			     &(struct form_faults){ 0 }, &again),
	    ERR_NONE);
	assert_string_equal(again, text);
	form_faults_clear(&faults);
	free(again);

	/* The marked form is read like the other. */
	faults = read_bad(english, marked);
	assert_int_equal(faults.all, 30);
	form_faults_clear(&faults);
	free(marked);
	free(told);
	free(expected_marked);
	free(expected);
	free(text);
	form_words_free(english);
}

/* ---- form_set ---- */

static void
set(const struct form_words *words, Erfa__Body *body, const char *assignment)
{
	struct form_fault fault;
	enum err err = form_set(words, body, assignment, &fault);

	if (err != ERR_NONE)
		fail_msg("%s: %s", assignment,
		    err == ERR_SYNTAX ? fault.what : err_str(err));
}

static void
assert_set_fault(const struct form_words *words, Erfa__Body *body,
    const char *assignment, const char *what)
{
	struct form_fault fault = { 0 };

	assert_int_equal(form_set(words, body, assignment, &fault), ERR_SYNTAX);
	if (strstr(fault.what, what) == NULL)
		fail_msg("%s: %s", assignment, fault.what);
}

static void
fields_are_set_by_their_paths(void **state)
{
	Erfa__Body *body = new_body(HEADER_TRIAL);
	Erfa__Trial *trial = body->trial;

	set(*state, body, "title=En = to: #3");
	set(*state, body, "sector=school,ældrepleje");
	set(*state, body, "goals[0].text=Ro");
	set(*state, body, "goals[1].text=Mere ro");
	set(*state, body, "goals[0].text=Fred");
	set(*state, body, "period.start=2026-01");
	set(*state, body, "owner.unit=Nord");
	set(*state, body, "sites=no-5501,dk-0791");
	set(*state, body, "lead=Tromsø kommune, Norge");
	set(*state, body, "keywords=ro, fred");
	set(*state, body, "keywords[1]=mere");
	set(*state, body, "offers_sparring=ja");
	set(*state, body, "resources.cost=12.5");
	set(*state, body, "language=nb");
	assert_string_equal(trial->title, "En = to: #3");
	assert_int_equal(trial->n_sector, 2);
	assert_int_equal(trial->sector[1], ERFA__SECTOR__SECTOR_ELDER_CARE);
	assert_int_equal(trial->n_goals, 2);
	assert_string_equal(trial->goals[0]->text, "Fred");
	assert_string_equal(trial->period->start, "2026-01");
	assert_string_equal(trial->owner->unit, "Nord");
	assert_int_equal(trial->n_sites, 2);
	assert_string_equal(trial->sites[1]->id, "dk-791");
	assert_string_equal(trial->lead->name, "Tromsø kommune, Norge");
	assert_int_equal(trial->n_keywords, 2);
	assert_string_equal(trial->keywords[0], "ro, fred");
	assert_true(trial->offers_sparring);
	assert_string_equal(body->envelope->language, "nb");
	assert_round_trip(*state, body);
	body_free(body);
}

static void
nothing_after_the_equals_sign_takes_back(void **state)
{
	Erfa__Body *body = new_body(HEADER_TRIAL);
	Erfa__Trial *trial = body->trial;

	set(*state, body, "owner.unit=Nord");
	set(*state, body, "owner.role=leder");
	set(*state, body, "owner.unit=");
	assert_null(trial->owner->unit);
	set(*state, body, "owner.role=");
	assert_null(trial->owner);
	set(*state, body, "goals[0].text=a");
	set(*state, body, "goals[1].text=b");
	set(*state, body, "goals[0]=");
	assert_int_equal(trial->n_goals, 1);
	assert_string_equal(trial->goals[0]->text, "b");
	set(*state, body, "goals=");
	assert_int_equal(trial->n_goals, 0);
	set(*state, body, "scope=one");
	set(*state, body, "scope=");
	assert_false(trial->has_scope);
	set(*state, body, "title=a");
	set(*state, body, "title=");
	assert_null(trial->title);
	body_free(body);
}

static void
a_comma_stands_before_decimals_and_parts_no_thousands(void **state)
{
	Erfa__Body *body = new_body(HEADER_OBSERVATION);
	Erfa__Continuous *value;

	set(*state, body, "continuous.mean=2,5");
	value = body->observation->continuous;
	assert_true(value->mean == 2.5);
	set(*state, body, "continuous.mean=-0,125");
	assert_true(value->mean == -0.125);
	set(*state, body, "continuous.mean=1234,567");
	assert_true(value->mean == 1234.567);
	set(*state, body, "continuous.mean=1,5e3");
	assert_true(value->mean == 1500);
	assert_set_fault(*state, body, "continuous.mean=1,000", "is not a");
	assert_set_fault(*state, body, "continuous.mean=12,345", "is not a");
	assert_set_fault(*state, body, "continuous.mean=1,2,3", "is not a");
	assert_set_fault(*state, body, "continuous.mean=1.000,5", "is not a");
	assert_set_fault(*state, body, "continuous.mean=,5", "is not a");
	assert_set_fault(*state, body, "continuous.mean=5,", "is not a");
	assert_true(value->mean == 1500);
	body_free(body);
}

static void
a_unit_is_converted_by_a_factor_over_zero(void **state)
{
	Erfa__Body *body = new_body(HEADER_INDICATOR);

	set(*state, body, "conversion[0].unit=minutter");
	assert_set_fault(*state, body, "conversion[0].factor=0", "over 0");
	assert_set_fault(*state, body, "conversion[0].factor=-2", "over 0");
	assert_set_fault(*state, body, "conversion[0].factor=nan", "is not a");
	assert_set_fault(
	    *state, body, "conversion[0].factor=1e999", "too large");
	set(*state, body, "conversion[0].factor=0.5");
	set(*state, body, "conversion[0].offset=-3");
	assert_true(body->indicator->conversion[0]->factor == 0.5);
	assert_true(body->indicator->conversion[0]->offset == -3);
	body_free(body);
}

static void
what_cannot_be_set_is_told_and_changes_nothing(void **state)
{
	Erfa__Body *body = new_body(HEADER_TRIAL);
	Erfa__Body *observation = new_body(HEADER_OBSERVATION);
	struct form_fault fault;

	set(*state, body, "sector=school");
	assert_set_fault(*state, body, "title", "has no =");
	assert_set_fault(*state, body, "=x", "does not begin");
	assert_set_fault(*state, body, "titel=x", "no field is called");
	assert_set_fault(*state, body, "goals[x].text=a", "no number");
	assert_set_fault(*state, body, "goals[1].text=a", "only 0 items");
	assert_set_fault(*state, body, "goals.text=a", "is a list");
	assert_set_fault(*state, body, "title[0]=a", "is no list");
	assert_set_fault(*state, body, "title.x=a", "no fields of its own");
	assert_set_fault(*state, body, "owner=a", "consists of fields");
	assert_set_fault(*state, body, "sector=health,xyz", "no value of");
	assert_set_fault(*state, body, "period.start=31.1.2026", "must be");
	assert_set_fault(*state, body, "owner.x=1", "no field is called");
	assert_int_equal(body->trial->n_sector, 1);
	assert_null(body->trial->period);
	assert_null(body->trial->owner);
	assert_null(body->trial->goals);
	set(*state, observation, "binary.events=3");
	assert_set_fault(
	    *state, observation, "rate.events=3", "stands beside binary");
	observation->record_case = ERFA__BODY__RECORD__NOT_SET;
	assert_int_equal(
	    form_set(*state, observation, "arm=trial", &fault), ERR_NOENT);
	observation->record_case = ERFA__BODY__RECORD_OBSERVATION;
	body_free(observation);
	body_free(body);
}

/* ---- what a form was made from ---- */

/* The stamp that ${text} must have. */
static void
assert_stamp(const char *text, const char *stamp)
{
	char out[FORM_STAMP_MAX] = "?";

	assert_true(form_stamp_read(text, strlen(text), out));
	assert_string_equal(out, stamp);
}

static void
assert_no_stamp(const char *text)
{
	char out[FORM_STAMP_MAX] = "?";
	char *renewed = NULL;

	assert_false(form_stamp_read(text, strlen(text), out));
	assert_string_equal(out, "");
	assert_int_equal(
	    form_stamp_renew(text, strlen(text), "x", &renewed), ERR_NOENT);
}

static void
a_form_says_what_it_was_made_from(void **state)
{
	static const char stamp[] = "0123 draft 2026-11-22T14:21:32.123Z";
	Erfa__Body *body = new_body(HEADER_TRIAL);
	Erfa__Body *again;
	char *text = NULL;

	assert_int_equal(form_write(*state, body, stamp, &text), ERR_NONE);
	assert_stamp(text, stamp);
	again = read_good(*state, HEADER_TRIAL, text);
	assert_same_body(body, again, text);
	body_free(again);
	free(text);
	text = written(*state, body);
	assert_no_stamp(text);
	free(text);
	body_free(body);
}

static void
a_stamp_survives_what_e_mail_does(void **state)
{
	char many[3 * FORM_STAMP_MAX] = FORM_STAMP;
	char out[FORM_STAMP_MAX];

	(void)state;
	assert_stamp("#= a b", "a b");
	assert_stamp("\xef\xbb\xbf#= a b\r\ntitle: x\r\n", "a b");
	assert_stamp("> ## Intro\n> \n> #= a b  \n> title: x\n", "a b");
	assert_stamp("> > # ^ a mistake\n> > #= a b\n", "a b");
	assert_stamp("#= \n", "");
	memset(many + strlen(FORM_STAMP), 'x', sizeof(many) - 4);
	many[sizeof(many) - 1] = '\0';
	assert_true(form_stamp_read(many, strlen(many), out));
	assert_int_equal(strlen(out), FORM_STAMP_MAX - 1);
}

static void
a_stamp_stands_in_the_head_alone(void **state)
{
	(void)state;
	assert_no_stamp("");
	assert_no_stamp("#=\n");
	assert_no_stamp("# a comment\n\n\n");
	assert_no_stamp("summary: |\n  x\n#= a b\n");
	assert_no_stamp("title: x\n  #= a b");
}

static void
a_renewed_stamp_changes_nothing_else(void **state)
{
	static const char form[] = "> ## x\r\n> #= old one \r\n> title: y\r\n";
	char *text = NULL;

	(void)state;
	assert_int_equal(
	    form_stamp_renew(form, strlen(form), "new", &text), ERR_NONE);
	assert_string_equal(text, "> ## x\r\n> #= new \r\n> title: y\r\n");
	free(text);
	assert_int_equal(form_stamp_renew("#= ", 3, "new", &text), ERR_NONE);
	assert_string_equal(text, "#= new");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_bodies_of_every_kind_come_back_equal),
		cmocka_unit_test(every_real_record_comes_back_equal),
		cmocka_unit_test(
		    a_comma_stands_before_decimals_and_parts_no_thousands),
		cmocka_unit_test(a_unit_is_converted_by_a_factor_over_zero),
		cmocka_unit_test(odd_texts_come_back_to_the_letter),
		cmocka_unit_test(a_very_long_line_comes_back),
		cmocka_unit_test(empty_groups_and_empty_texts_are_kept),
		cmocka_unit_test(what_a_form_would_lose_is_not_written),
		cmocka_unit_test(an_empty_trial_asks_first_for_what_matters),
		cmocka_unit_test(every_field_is_explained_in_every_language),
		cmocka_unit_test(comments_speak_the_language_of_the_person),
		cmocka_unit_test(
		    a_long_text_is_a_block_and_codes_stand_in_a_row),
		cmocka_unit_test(words_that_are_not_there_are_an_error),
		cmocka_unit_test(words_are_typed_by_the_schema),
		cmocka_unit_test(values_may_be_labels_in_any_language),
		cmocka_unit_test(yes_and_no_are_read_in_every_language),
		cmocka_unit_test(a_colon_in_an_unquoted_text_is_taken_for_text),
		cmocka_unit_test(what_mail_does_to_a_form_is_undone),
		cmocka_unit_test(
		    other_encodings_and_invisible_characters_are_named),
		cmocka_unit_test(tricks_of_yaml_are_refused_by_name),
		cmocka_unit_test(a_comment_that_would_swallow_text_is_refused),
		cmocka_unit_test(bounds_are_kept),
		cmocka_unit_test(only_so_many_mistakes_are_kept),
		cmocka_unit_test(a_kind_without_a_record_has_no_form),
		cmocka_unit_test(only_one_member_of_a_choice_can_be_stated),
		cmocka_unit_test(a_form_with_thirty_mistakes_names_them_all),
		cmocka_unit_test(a_form_says_what_it_was_made_from),
		cmocka_unit_test(a_stamp_survives_what_e_mail_does),
		cmocka_unit_test(a_stamp_stands_in_the_head_alone),
		cmocka_unit_test(a_renewed_stamp_changes_nothing_else),
		cmocka_unit_test(fields_are_set_by_their_paths),
		cmocka_unit_test(nothing_after_the_equals_sign_takes_back),
		cmocka_unit_test(
		    what_cannot_be_set_is_told_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
