#include "client/corpus_json.h"

#include <float.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "proto/text.h"
#include "client/speech.h"

#define QUOTE_MAX  120 /* bytes of a foreign text that are repeated in a fault */
#define LIST_MAX   500 /* elements of one list, before the limits of bodies */
#define NUMBER_MAX 40  /* bytes of a number as text */

/* What a key may hold. */
enum type {
	TYPE_TEXT,    /* a string that is not empty */
	TYPE_MAYBE,   /* a string or null */
	TYPE_NUMBER,  /* a number or null */
	TYPE_YEAR,    /* a whole number or null */
	TYPE_TEXTS,   /* a list of strings */
	TYPE_SOURCES, /* a list of objects */
	TYPE_FIGURES, /* a list of objects */
};

struct key {
	const char *name;
	enum type type;
};

/* A list of keys that an object has, each of them and no other. */
struct shape {
	const struct key *keys;
	size_t count;
};

struct corpus_json {
	json_t *line;
};

static const struct key line_keys[] = {
	{ "id", TYPE_TEXT },
	{ "country", TYPE_TEXT },
	{ "municipality", TYPE_TEXT },
	{ "municipality_code", TYPE_MAYBE },
	{ "programme", TYPE_MAYBE },
	{ "network", TYPE_MAYBE },
	{ "sector", TYPE_TEXT },
	{ "language", TYPE_TEXT },
	{ "title", TYPE_TEXT },
	{ "summary", TYPE_TEXT },
	{ "rules_waived", TYPE_TEXTS },
	{ "purposes", TYPE_TEXTS },
	{ "approach", TYPE_MAYBE },
	{ "status", TYPE_MAYBE },
	{ "rejection_reason", TYPE_MAYBE },
	{ "start", TYPE_MAYBE },
	{ "end", TYPE_MAYBE },
	{ "partners", TYPE_TEXTS },
	{ "target_group", TYPE_MAYBE },
	{ "results", TYPE_TEXTS },
	{ "measures", TYPE_FIGURES },
	{ "lessons", TYPE_TEXTS },
	{ "copied_from", TYPE_MAYBE },
	{ "sources", TYPE_SOURCES },
};

static const struct key figure_keys[] = {
	{ "indicator", TYPE_TEXT },
	{ "unit", TYPE_MAYBE },
	{ "before", TYPE_NUMBER },
	{ "after", TYPE_NUMBER },
	{ "n", TYPE_NUMBER },
	{ "comparison", TYPE_MAYBE },
	{ "note", TYPE_MAYBE },
};

static const struct key source_keys[] = {
	{ "title", TYPE_TEXT },
	{ "url", TYPE_MAYBE },
	{ "year", TYPE_YEAR },
};

#define SHAPE(list) ((struct shape){ list, sizeof(list) / sizeof((list)[0]) })

static enum err check_object(const json_t *object, struct shape shape,
    const char *where, char *ret_fault);

__attribute__((format(printf, 2, 3))) static enum err
fault(char *ret_fault, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(ret_fault, CORPUS_FAULT_MAX, format, args);
	va_end(args);
	return ERR_SYNTAX;
}

/* What a type asks for, and how nothing is written. */
static const char *
type_says(enum type type)
{
	switch (type) {
	case TYPE_TEXT:
		return _("a text that is not empty");
	case TYPE_MAYBE:
		return _("a text, or null where nothing is known");
	case TYPE_NUMBER:
		return _("a number without quotation marks, or null");
	case TYPE_YEAR:
		return _("a year without quotation marks, or null");
	case TYPE_TEXTS:
		return _("a list of texts, [] where there are none");
	case TYPE_SOURCES:
	case TYPE_FIGURES:
		return _("a list of objects, [] where there are none");
	}
	return _("something else");
}

static bool
type_fits(const json_t *value, enum type type)
{
	switch (type) {
	case TYPE_TEXT:
		return json_is_string(value) && json_string_length(value) > 0;
	case TYPE_MAYBE:
		return json_is_string(value) || json_is_null(value);
	case TYPE_NUMBER:
		return json_is_number(value) || json_is_null(value);
	case TYPE_YEAR:
		return json_is_null(value) ||
		    (json_is_integer(value) &&
			json_integer_value(value) >= 1000 &&
			json_integer_value(value) <= 9999);
	case TYPE_TEXTS:
	case TYPE_SOURCES:
	case TYPE_FIGURES:
		return json_is_array(value);
	}
	return false;
}

/* The elements of a list, by the type of the list. */
static enum err
check_list(
    const json_t *list, enum type type, const char *where, char *ret_fault)
{
	char place[QUOTE_MAX];
	const json_t *item;
	size_t i;
	enum err err = ERR_NONE;

	if (json_array_size(list) > LIST_MAX)
		return fault(
		    ret_fault, _("%s: more than %d elements"), where, LIST_MAX);
	for (i = 0; i < json_array_size(list) && err == ERR_NONE; i++) {
		item = json_array_get(list, i);
		(void)snprintf(place, sizeof(place), "%.80s[%zu]", where, i);
		if (type == TYPE_TEXTS && !type_fits(item, TYPE_TEXT))
			err = fault(ret_fault, _("%s: write %s"), place,
			    type_says(TYPE_TEXT));
		else if (type == TYPE_SOURCES)
			err = check_object(
			    item, SHAPE(source_keys), place, ret_fault);
		else if (type == TYPE_FIGURES)
			err = check_object(
			    item, SHAPE(figure_keys), place, ret_fault);
	}
	return err;
}

/* Name a key of ${object} that is not in ${shape}. */
static enum err
unknown_key(const json_t *object, struct shape shape, const char *where,
    char *ret_fault)
{
	const char *name = "";
	char *safe = NULL;
	void *iter;
	size_t i;

	for (iter = json_object_iter((json_t *)(uintptr_t)object); iter != NULL;
	     iter = json_object_iter_next((json_t *)(uintptr_t)object, iter)) {
		name = json_object_iter_key(iter);
		for (i = 0; i < shape.count; i++) {
			if (strcmp(name, shape.keys[i].name) == 0)
				break;
		}
		if (i == shape.count)
			break;
	}
	if (text_gate(name, strlen(name), false, &safe) != ERR_NONE)
		return ERR_NOMEM;
	(void)fault(ret_fault,
	    _("%s%sunknown key \"%.*s\": leave it out, or correct its spelling"),
	    where, where[0] != '\0' ? ": " : "", QUOTE_MAX, safe);
	free(safe);
	return ERR_SYNTAX;
}

/* One key of an object, with its type and its elements. */
static enum err
check_key(const json_t *object, const struct key *key, const char *where,
    char *ret_fault)
{
	const json_t *value = json_object_get(object, key->name);
	char place[QUOTE_MAX];

	(void)snprintf(place, sizeof(place), "%.80s%s%s", where,
	    where[0] != '\0' ? "." : "", key->name);
	if (value == NULL)
		return fault(ret_fault, _("%s is missing: write %s"), place,
		    type_says(key->type));
	if (!type_fits(value, key->type))
		return fault(
		    ret_fault, _("%s: write %s"), place, type_says(key->type));
	return json_is_array(value) ?
	    check_list(value, key->type, place, ret_fault) :
	    ERR_NONE;
}

/* Check that ${object} has the keys of ${shape}, each with its type. */
static enum err
check_object(const json_t *object, struct shape shape, const char *where,
    char *ret_fault)
{
	enum err err = ERR_NONE;
	size_t i;

	if (!json_is_object(object))
		return fault(ret_fault, _("%s: not an object { … }"),
		    where[0] != '\0' ? where : _("the line"));
	for (i = 0; i < shape.count && err == ERR_NONE; i++)
		err = check_key(object, &shape.keys[i], where, ret_fault);
	if (err == ERR_NONE && json_object_size(object) > shape.count)
		err = unknown_key(object, shape, where, ret_fault);
	return err;
}

/* The first byte of ${text} at which it stops being UTF-8, from 1. */
static size_t
bad_byte(const char *text, size_t len)
{
	size_t good = 0;
	size_t next = 1;

	/* Valid up to here, and again one to four bytes on. */
	while (good + next <= len && next <= 4) {
		if (text_valid(text + good, next)) {
			good += next;
			next = 1;
		} else {
			next++;
		}
	}
	return good + 1;
}

enum err
corpus_json_parse(const char *text, size_t len, struct corpus_json **ret_json,
    char ret_fault[CORPUS_FAULT_MAX])
{
	struct corpus_json *json = NULL;
	json_error_t error;
	json_t *line;
	char *safe = NULL;
	enum err err;

	if (!text_valid(text, len))
		return fault(ret_fault,
		    _("byte %zu is not UTF-8: save the file as UTF-8"),
		    bad_byte(text, len));
	if ((line = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error)) ==
	    NULL) {
		if (text_gate(error.text, strlen(error.text), false, &safe) !=
		    ERR_NONE)
			return ERR_NOMEM;
		(void)fault(ret_fault,
		    _("column %d: %s: write one JSON object on one line"),
		    error.column, safe);
		free(safe);
		return ERR_SYNTAX;
	}
	if ((err = check_object(line, SHAPE(line_keys), "", ret_fault)) !=
	    ERR_NONE)
		goto fail;
	if ((json = malloc(sizeof(*json))) == NULL) {
		err = ERR_NOMEM;
		goto fail;
	}
	json->line = line;
	*ret_json = json;
	return ERR_NONE;
fail:
	json_decref(line);
	return err;
}

void
corpus_json_free(struct corpus_json *json)
{
	if (json == NULL)
		return;
	json_decref(json->line);
	free(json);
}

const char *
corpus_json_text(const struct corpus_json *json, const char *key)
{
	return json_string_value(json_object_get(json->line, key));
}

size_t
corpus_json_count(const struct corpus_json *json, const char *list)
{
	return json_array_size(json_object_get(json->line, list));
}

const char *
corpus_json_item(const struct corpus_json *json, const char *list, size_t i)
{
	return json_string_value(
	    json_array_get(json_object_get(json->line, list), i));
}

/* The value at ${key} of object ${i} of ${list}. */
static const json_t *
part_value(
    const struct corpus_json *json, const char *list, size_t i, const char *key)
{
	return json_object_get(
	    json_array_get(json_object_get(json->line, list), i), key);
}

const char *
corpus_json_part(
    const struct corpus_json *json, const char *list, size_t i, const char *key)
{
	return json_string_value(part_value(json, list, i, key));
}

/* The shortest decimal text that reads back as ${real}. */
static void
real_print(double real, char out[NUMBER_MAX])
{
	int digits;

	for (digits = DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
		(void)snprintf(out, NUMBER_MAX - 2, "%.*g", digits, real);
		if (strtod(out, NULL) <= real && strtod(out, NULL) >= real)
			break;
	}

	/* It stays a number with a fraction. */
	if (strpbrk(out, ".e") == NULL)
		memcpy(out + strlen(out), ".0", sizeof(".0"));
}

enum err
corpus_json_number(const struct corpus_json *json, const char *list, size_t i,
    const char *key, char **ret_text)
{
	const json_t *value = part_value(json, list, i, key);
	char number[NUMBER_MAX];
	char *text = NULL;

	if (json_is_integer(value))
		(void)snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
		    json_integer_value(value));
	else if (json_is_real(value))
		real_print(json_real_value(value), number);
	if (json_is_number(value) && (text = strdup(number)) == NULL)
		return ERR_NOMEM;
	*ret_text = text;
	return ERR_NONE;
}
