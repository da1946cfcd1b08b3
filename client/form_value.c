#include "client/form_value.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/body_rule.h"
#include "proto/text.h"
#include "client/form_schema.h"
#include "client/form_words.h"
#include "client/speech.h"

#define NUMBER_MAX 64  /* characters of a number */
#define LIST_MAX   200 /* bytes of a list of codes in a fault */

/* Messages that a lone word can stand for, and which field it is. */
static const char *const shorthands[][2] = {
	{ "Barrier", "text" },
	{ "Circumstance", "text" },
	{ "Commitment", "text" },
	{ "Condition", "text" },
	{ "Continuation", "text" },
	{ "Goal", "text" },
	{ "Guardrail", "text" },
	{ "NextStep", "what" },
	{ "Partner", "name" },
	{ "RecordRef", "id" },
	{ "Source", "title" },
};

__attribute__((format(printf, 3, 4))) static enum err
refuse(
    const struct form_place *place, const char *remedy, const char *format, ...)
{
	char what[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), speech(format), args);
	va_end(args);
	form_fault_help(form_faults_add(place->faults, place->line,
			    place->column, place->path, "%s", what),
	    "%s", speech(remedy));
	return ERR_SYNTAX;
}

/* ---- text --------------------------------------------------------------- */

static size_t
characters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/* Write the date that was meant, if it is one in another order. */
static void
guess_date(const char *text, char *out, size_t room)
{
	char date[32];
	unsigned a, b, c;
	char end;

	out[0] = '\0';
	if (sscanf(text, "%4u%*1[./-]%2u%*1[./-]%2u%c", &a, &b, &c, &end) ==
		3 &&
	    a > 31)
		(void)snprintf(date, sizeof(date), "%04u-%02u-%02u", a, b, c);
	else if (sscanf(text, "%2u%*1[./-]%*[ ]%2u%*1[./-]%4u%c", &c, &b, &a,
		     &end) == 3 ||
	    sscanf(text, "%2u%*1[./-]%2u%*1[./-]%4u%c", &c, &b, &a, &end) == 3)
		(void)snprintf(date, sizeof(date), "%04u-%02u-%02u", a, b, c);
	else if (sscanf(text, "%4u%*1[./-]%2u%c", &a, &b, &end) == 2)
		(void)snprintf(date, sizeof(date), "%04u-%02u", a, b);
	else if (sscanf(text, "%2u%*1[./-]%4u%c", &b, &a, &end) == 2)
		(void)snprintf(date, sizeof(date), "%04u-%02u", a, b);
	else
		return;
	if (body_form_valid(FORM_DATE, date))
		(void)snprintf(out, room, _("write %s"), date);
}

/* Bring ids and codes to the one spelling that we write. */
static void
normalise(enum body_form form, char *text)
{
	size_t i;

	if (form != FORM_ORG && form != FORM_COUNTRY && form != FORM_LANGUAGE &&
	    form != FORM_RECORD && form != FORM_HEX16 && form != FORM_HEX64)
		return;
	for (i = 0; text[i] != '\0'; i++)
		text[i] = (char)tolower((unsigned char)text[i]);

	/* Danish codes have three digits, and many write four. */
	if (form == FORM_ORG && strlen(text) == 7 &&
	    strncmp(text, "dk-0", 4) == 0 &&
	    strspn(text + 3, "0123456789") == 4)
		memmove(text + 3, text + 4, strlen(text + 4) + 1);
}

/* Make a copy without the blanks around it. */
static char *
trim(const char *text, size_t len)
{
	while (len > 0 && isspace((unsigned char)text[0])) {
		text++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	return strndup(text, len);
}

static enum err
check_text(const struct body_rule *rule, const char *text,
    const struct form_place *place)
{
	size_t count = characters(text);
	char remedy[64];

	if (count > rule->chars) {
		(void)snprintf(remedy, sizeof(remedy),
		    _("shorten it by %zu characters"), count - rule->chars);
		return refuse(place, remedy,
		    _("longer than %u characters (%zu)"), rule->chars, count);
	}
	if (body_form_valid(rule->form, text))
		return ERR_NONE;
	remedy[0] = '\0';
	if (rule->form == FORM_DATE)
		guess_date(text, remedy, sizeof(remedy));
	return refuse(place, remedy, _("\"%.*s\" must be %s"), FORM_SHOWN, text,
	    body_form_says(rule->form));
}

static enum err
read_text(const struct body_rule *rule, const char *text, size_t len,
    const struct form_place *place, char **ret_text)
{
	char *copy;
	enum err err;

	if (!text_valid(text, len))
		return refuse(place, _("leave it out"),
		    _("holds a NUL or a byte that is not UTF-8"));
	if (!text_clean(text, len, true))
		return refuse(place, "delete it and write the word anew",
		    _("holds an invisible or control character"));
	copy = rule->form == FORM_TEXT ? strndup(text, len) : trim(text, len);
	if (copy == NULL)
		return ERR_NOMEM;
	normalise(rule->form, copy);
	if ((err = check_text(rule, copy, place)) != ERR_NONE) {
		free(copy);
		return err;
	}
	*ret_text = copy;
	return ERR_NONE;
}

/* ---- numbers ------------------------------------------------------------ */

/* Write the number that was meant by "12 000" or "12,5", if it is one. */
static void
guess_number(const char *text, char *out, size_t room)
{
	char digits[NUMBER_MAX];
	size_t n = 0;

	out[0] = '\0';
	for (; *text != '\0' && n + 1 < sizeof(digits); text++) {
		if (*text == ' ' || memcmp(text, "\xc2\xa0", 2) == 0) {
			text += *text == ' ' ? 0 : 1;
			continue;
		}
		if (strchr("0123456789.,-", *text) == NULL)
			return;
		digits[n++] = (char)(*text == ',' ? '.' : *text);
	}
	digits[n] = '\0';
	if (n > 0 && *text == '\0')
		(void)snprintf(out, room, _("write %s"), digits);
}

static enum err
refuse_number(
    const char *text, const char *wanted, const struct form_place *place)
{
	char remedy[NUMBER_MAX + 8];

	guess_number(text, remedy, sizeof(remedy));
	if (remedy[0] == '\0')
		(void)snprintf(
		    remedy, sizeof(remedy), _("write digits alone, as 120000"));
	return refuse(
	    place, remedy, _("\"%.*s\" is not %s"), FORM_SHOWN, text, wanted);
}

static enum err
refuse_negative(const char *text, const struct form_place *place)
{
	return refuse(place, _("write 0 or more"), _("%.*s is less than 0"),
	    FORM_SHOWN, text);
}

static enum err
read_whole(const ProtobufCFieldDescriptor *field, const struct body_rule *rule,
    const char *text, const struct form_place *place, uint32_t *ret_number)
{
	bool below = field->type == PROTOBUF_C_TYPE_INT32;
	bool negative = text[0] == '-';
	const char *digits = text + (negative ? 1 : 0);
	size_t len = strlen(digits);
	long long number;

	if (len == 0 || len > 10 || strspn(digits, "0123456789") != len)
		return refuse_number(text, _("a whole number"), place);
	number = strtoll(text, NULL, 10);
	if (number < 0 && !below)
		return refuse_negative(text, place);
	if (below ? (number < INT32_MIN || number > INT32_MAX) :
		    number > UINT32_MAX)
		return refuse(
		    place, "", _("\"%s\" is too large a number"), text);
	if (!body_form_number(rule->form, number))
		return refuse(place, "", _("%s must be %s"), text,
		    body_form_says(rule->form));
	*ret_number = (uint32_t)number;
	return ERR_NONE;
}

/* Numbers that cannot be less than 0. */
static const char *const counted[][2] = {
	{ "Resources", "hours" },
	{ "Resources", "cost" },
	{ "Resources", "of_which_external_consultants" },
	{ "Rate", "exposure" },
	{ "Continuous", "sd" },
	{ "Estimate", "se" },
	{ "Profile", "area_km2" },
};

static bool
is_counted(const ProtobufCMessageDescriptor *desc,
    const ProtobufCFieldDescriptor *field)
{
	size_t i;

	for (i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
		if (strcmp(desc->short_name, counted[i][0]) == 0 &&
		    strcmp(field->name, counted[i][1]) == 0)
			return true;
	return false;
}

/*
 * Put a point for the one comma of ${text}, which stands before decimals where
 * people write them so; not where it may part thousands, as in "1,000".
 */
static void
take_comma(char *text)
{
	char *comma = strchr(text, ',');
	size_t before = strspn(text + strspn(text, "+-"), "0123456789");
	size_t after;

	if (comma == NULL || before == 0 || strpbrk(text, ".") != NULL ||
	    comma != text + strspn(text, "+-") + before)
		return;
	after = strspn(comma + 1, "0123456789");
	if (after == 0 ||
	    (after == 3 && before <= 3 && text[strspn(text, "+-")] != '0'))
		return;
	*comma = '.';
}

static enum err
read_real(const char *typed, bool from_zero, const struct body_rule *rule,
    const struct form_place *place, double *ret_real)
{
	size_t len = strlen(typed);
	char text[NUMBER_MAX] = "";
	char *end = NULL;
	double real;

	if (len < sizeof(text))
		memcpy(text, typed, len + 1);
	take_comma(text);

	/* strtod() would take hexadecimals, blanks and "infinity". */
	if (text[0] == '\0' || strspn(text, "0123456789.eE+-") != len)
		return refuse_number(typed, _("a number"), place);
	real = strtod(text, &end);
	if (*end != '\0')
		return refuse_number(text, _("a number"), place);
	if (!isfinite(real))
		return refuse(
		    place, "", _("\"%s\" is too large a number"), text);
	if (real < 0 && from_zero)
		return refuse_negative(text, place);
	if (!body_form_real(rule->form, real))
		return refuse(place, "", _("%s must be %s"), text,
		    body_form_says(rule->form));
	*ret_real = real;
	return ERR_NONE;
}

static enum err
read_flag(const char *text, const struct form_place *place,
    protobuf_c_boolean *ret_flag)
{
	static const char *const yes[] = { "yes", "true", "ja", "kyllä", "on" };
	static const char *const no[] = { "no", "false", "nej", "nei", "ei",
		"off" };
	size_t i;

	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (strcasecmp(text, yes[i]) == 0) {
			*ret_flag = 1;
			return ERR_NONE;
		}
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (strcasecmp(text, no[i]) == 0) {
			*ret_flag = 0;
			return ERR_NONE;
		}
	return refuse(place, _("write yes or no"),
	    _("\"%.*s\" is not yes or no"), FORM_SHOWN, text);
}

/* ---- codes -------------------------------------------------------------- */

/* Write all codes of ${desc}, or as many as fit. */
static void
list_codes(const ProtobufCEnumDescriptor *desc, char out[LIST_MAX])
{
	char code[FORM_CODE_MAX];
	size_t used = (size_t)snprintf(out, LIST_MAX, "%s", _("possible:"));
	unsigned i;

	for (i = 0; i < desc->n_values; i++) {
		if (desc->values[i].value == 0)
			continue;
		form_schema_code(desc, &desc->values[i], code);
		if (used + strlen(code) + 6 > LIST_MAX) {
			(void)snprintf(out + used, LIST_MAX - used, " …");
			return;
		}
		used += (size_t)snprintf(
		    out + used, LIST_MAX - used, " %s", code);
	}
}

static enum err
read_code(const struct form_words *words, const ProtobufCEnumDescriptor *desc,
    const char *text, const struct form_place *place, uint32_t *ret_number)
{
	const ProtobufCEnumValue *value = NULL;
	char vocabulary[FORM_CODE_MAX];
	char near[FORM_CODE_MAX];
	char remedy[LIST_MAX];
	enum err err;

	err = form_words_value(words, desc, text, &value);
	if (err == ERR_NONE) {
		*ret_number = (uint32_t)value->value;
		return ERR_NONE;
	}
	if (err == ERR_NOMEM)
		return err;
	form_words_near(words, desc, text, near);
	if (near[0] != '\0' && err == ERR_NOENT)
		(void)snprintf(
		    remedy, sizeof(remedy), _("did you mean %s?"), near);
	else
		list_codes(desc, remedy);
	form_schema_vocabulary(desc, vocabulary);
	return refuse(place, remedy,
	    err == ERR_EXIST ? _("\"%.*s\" means several values of %s") :
			       _("\"%.*s\" is no value of %s"),
	    FORM_SHOWN, text, vocabulary);
}

/* ---- any ---------------------------------------------------------------- */

static enum err
read_trimmed(const struct form_words *words,
    const ProtobufCMessageDescriptor *desc,
    const ProtobufCFieldDescriptor *field, const char *text,
    const struct form_place *place, union form_value *ret_value)
{
	struct body_rule rule = body_rule_find(desc->short_name, field->name);

	if (field->type == PROTOBUF_C_TYPE_ENUM)
		return read_code(
		    words, field->descriptor, text, place, &ret_value->number);
	if (field->type == PROTOBUF_C_TYPE_BOOL)
		return read_flag(text, place, &ret_value->flag);
	if (field->type == PROTOBUF_C_TYPE_DOUBLE)
		return read_real(text, is_counted(desc, field), &rule, place,
		    &ret_value->real);
	if (field->type == PROTOBUF_C_TYPE_INT32 ||
	    field->type == PROTOBUF_C_TYPE_UINT32)
		return read_whole(
		    field, &rule, text, place, &ret_value->number);
	return refuse(place, "", _("cannot be written in a form"));
}

enum err
form_value_read(const struct form_words *words,
    const ProtobufCMessageDescriptor *desc,
    const ProtobufCFieldDescriptor *field, const char *text, size_t len,
    const struct form_place *place, union form_value *ret_value)
{
	struct body_rule rule = body_rule_find(desc->short_name, field->name);
	char *trimmed;
	enum err err;

	if (field->type == PROTOBUF_C_TYPE_STRING)
		return read_text(&rule, text, len, place, &ret_value->text);
	if (strlen(text) != len || !text_valid(text, len))
		return refuse(place, _("leave it out"),
		    _("holds a NUL or a byte that is not UTF-8"));
	if ((trimmed = trim(text, len)) == NULL)
		return ERR_NOMEM;
	err = read_trimmed(words, desc, field, trimmed, place, ret_value);
	free(trimmed);
	return err;
}

const ProtobufCFieldDescriptor *
form_value_shorthand(const ProtobufCMessageDescriptor *desc, const char *text)
{
	const char *name = NULL;
	char *copy;
	size_t i;

	for (i = 0; i < sizeof(shorthands) / sizeof(shorthands[0]); i++)
		if (strcmp(desc->short_name, shorthands[i][0]) == 0)
			name = shorthands[i][1];
	if (strcmp(desc->short_name, "OrgRef") == 0) {
		copy = trim(text, strlen(text));
		if (copy == NULL)
			return NULL;
		normalise(FORM_ORG, copy);
		/* "oslo" has the form of an id, but ids begin with a country. */
		name = body_form_valid(FORM_ORG, copy) && strlen(copy) > 3 &&
			copy[2] == '-' ?
		    "id" :
		    "name";
		free(copy);
	}
	return name == NULL ?
	    NULL :
	    protobuf_c_message_descriptor_get_field_by_name(desc, name);
}
