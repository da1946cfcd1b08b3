#include "client/form_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "client/labels.h"
#include "client/near.h"
#include "client/slurp.h"

#define TABLE_MAX  262144 /* bytes of form.tsv */
#define ROWS_MAX   1024   /* its rows */
#define PATH_BYTES 4096
#define LANGUAGES  5

/* The first column of form.tsv is the field; the others are these. */
static const char *const languages[LANGUAGES] = { "da", "nb", "sv", "fi",
	"en" };

struct row {
	const char *field;
	const char *text;
};

struct form_words {
	char *table; /* form.tsv, cut into words; rows point into it */
	struct row *rows;
	size_t count;
	struct labels *labels[LANGUAGES]; /* the person's own first */
};

/* Cut ${line} at its tabs; return whether there are just enough of them. */
static bool
split(char *line, char *columns[LANGUAGES + 1])
{
	size_t n = 0;
	char *at = line;

	while (at != NULL && n <= LANGUAGES) {
		columns[n++] = at;
		if ((at = strchr(at, '\t')) != NULL)
			*at++ = '\0';
	}
	return n == LANGUAGES + 1 && at == NULL;
}

/* Take one row; an empty or missing text falls back to the English one. */
static enum err
add_row(struct form_words *words, char *line, size_t language)
{
	char *columns[LANGUAGES + 1];
	const char *text;

	if (line[0] == '#' || line[0] == '\0')
		return ERR_NONE;
	if (words->count == ROWS_MAX || !split(line, columns))
		return ERR_SYNTAX;
	text = columns[1 + language];
	if (text[0] == '\0' || strcmp(text, "-") == 0)
		text = columns[LANGUAGES];
	if (!text_clean(text, strlen(text), false))
		return ERR_SYNTAX;
	words->rows[words->count].field = columns[0];
	words->rows[words->count].text = text;
	words->count++;
	return ERR_NONE;
}

static enum err
read_rows(struct form_words *words, const char *path, size_t language)
{
	size_t len = 0;
	char *line;
	char *end;
	enum err err;

	if ((words->rows = calloc(ROWS_MAX, sizeof(*words->rows))) == NULL)
		return ERR_NOMEM;
	err = slurp(path, TABLE_MAX, &words->table, &len);
	if (err != ERR_NONE)
		return err == ERR_SIZE ? ERR_SYNTAX : err;
	for (line = words->table; err == ERR_NONE && *line != '\0';
	     line = end + 1) {
		if ((end = strchr(line, '\n')) == NULL)
			return ERR_SYNTAX;
		*end = '\0';
		err = add_row(words, line, language);
	}
	return err;
}

/* Read the labels, those of ${language} first. */
static enum err
read_labels(struct form_words *words, const char *path, size_t language)
{
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < LANGUAGES && err == ERR_NONE; i++)
		err = labels_open(path, languages[(language + i) % LANGUAGES],
		    &words->labels[i]);
	return err;
}

enum err
form_words_open(
    const char *folder, const char *language, struct form_words **ret_words)
{
	struct form_words *words = NULL;
	char path[PATH_BYTES];
	size_t which = 0;
	enum err err;
	int n;

	while (which < LANGUAGES && strcmp(languages[which], language) != 0)
		which++;
	n = snprintf(path, sizeof(path), "%s/form.tsv", folder);
	if (which == LANGUAGES || n < 0 || (size_t)n + 8 >= sizeof(path))
		return ERR_NOENT;
	if ((words = calloc(1, sizeof(*words))) == NULL)
		return ERR_NOMEM;
	err = read_rows(words, path, which);
	(void)snprintf(path, sizeof(path), "%s/labels.tsv", folder);
	if (err == ERR_NONE)
		err = read_labels(words, path, which);
	if (err != ERR_NONE) {
		form_words_free(words);
		return err;
	}
	*ret_words = words;
	return ERR_NONE;
}

void
form_words_free(struct form_words *words)
{
	size_t i;

	if (words == NULL)
		return;
	for (i = 0; i < LANGUAGES; i++)
		labels_free(words->labels[i]);
	free(words->rows);
	free(words->table);
	free(words);
}

const char *
form_words_help(
    const struct form_words *words, const char *message, const char *field)
{
	size_t len = strlen(message);
	size_t i;

	for (i = 0; i < words->count; i++) {
		const char *row = words->rows[i].field;

		if (strncmp(row, message, len) == 0 && row[len] == '.' &&
		    strcmp(row + len + 1, field) == 0)
			return words->rows[i].text;
	}
	return "";
}

/* The label of ${value} in language number ${which}, or "". */
static const char *
label(const struct form_words *words, const ProtobufCEnumDescriptor *desc,
    const ProtobufCEnumValue *value, size_t which)
{
	char vocabulary[FORM_CODE_MAX];
	char code[FORM_CODE_MAX];
	const char *text;

	form_schema_vocabulary(desc, vocabulary);
	form_schema_code(desc, value, code);
	text = labels_plain(words->labels[which], vocabulary, code);
	return text == code ? "" : text;
}

const char *
form_words_label(const struct form_words *words,
    const ProtobufCEnumDescriptor *desc, const ProtobufCEnumValue *value)
{
	return label(words, desc, value, 0);
}

/* Does ${text} read as ${code}, blanks and hyphens being underscores? */
static bool
reads_as(const char *text, const char *code)
{
	size_t i;

	for (i = 0; text[i] != '\0' && code[i] != '\0'; i++) {
		char letter = (char)tolower((unsigned char)text[i]);

		if (letter == ' ' || letter == '-')
			letter = '_';
		if (letter != code[i])
			return false;
	}
	return text[i] == code[i];
}

/* Is ${folded} the label, or one of its choices ("council/town council")? */
static enum err
is_label(const char *text, const char *folded, bool *ret_is)
{
	char *again = NULL;
	enum err err;
	const char *at;
	size_t len = strlen(folded);

	if ((err = text_fold(text, &again)) != ERR_NONE)
		return err;
	*ret_is = strcmp(again, folded) == 0;
	for (at = again; at != NULL && !*ret_is && len > 0;) {
		const char *end = strchr(at, '/');

		*ret_is = strncmp(at, folded, len) == 0 &&
		    (end == NULL ? at[len] == '\0' : end == at + len);
		at = end == NULL ? NULL : end + 1;
	}
	free(again);
	return ERR_NONE;
}

/* Find the value whose label in language number ${which} is ${folded}. */
static enum err
find_label(const struct form_words *words, const ProtobufCEnumDescriptor *desc,
    const char *folded, size_t which, const ProtobufCEnumValue **found)
{
	enum err err = ERR_NONE;
	bool is = false;
	unsigned i;

	for (i = 0; i < desc->n_values && err == ERR_NONE; i++) {
		err = is_label(
		    label(words, desc, &desc->values[i], which), folded, &is);
		if (err != ERR_NONE || !is)
			continue;
		if (*found != NULL && *found != &desc->values[i])
			err = ERR_EXIST;
		*found = &desc->values[i];
	}
	return err;
}

enum err
form_words_value(const struct form_words *words,
    const ProtobufCEnumDescriptor *desc, const char *text,
    const ProtobufCEnumValue **ret_value)
{
	const ProtobufCEnumValue *found = NULL;
	char code[FORM_CODE_MAX];
	char *folded = NULL;
	enum err err;
	size_t i;

	for (i = 0; i < desc->n_values; i++) {
		form_schema_code(desc, &desc->values[i], code);
		if (reads_as(text, code)) {
			*ret_value = &desc->values[i];
			return ERR_NONE;
		}
	}
	if ((err = text_fold(text, &folded)) != ERR_NONE)
		return err == ERR_NOMEM ? err : ERR_NOENT;

	/* The person's own language decides, if it knows the word. */
	err = find_label(words, desc, folded, 0, &found);
	for (i = 1; i < LANGUAGES && err == ERR_NONE; i++)
		if (i == 1 && found != NULL)
			break;
		else
			err = find_label(words, desc, folded, i, &found);
	free(folded);
	if (err != ERR_NONE)
		return err;
	if (found == NULL)
		return ERR_NOENT;
	*ret_value = found;
	return ERR_NONE;
}

/* Keep ${code} if ${word} is nearer to ${text} than all before. */
static void
weigh(const char *text, const char *word, const char *code, size_t *limit,
    char out[FORM_CODE_MAX])
{
	size_t distance = near_distance(text, word);

	if (word[0] == '\0' || distance > *limit)
		return;
	*limit = distance == 0 ? 0 : distance - 1;
	(void)snprintf(out, FORM_CODE_MAX, "%s", code);
}

void
form_words_near(const struct form_words *words,
    const ProtobufCEnumDescriptor *desc, const char *text,
    char out[FORM_CODE_MAX])
{
	size_t limit = near_limit(text);
	char code[FORM_CODE_MAX];
	unsigned i;

	out[0] = '\0';
	for (i = 0; i < desc->n_values; i++) {
		if (desc->values[i].value == 0)
			continue;
		form_schema_code(desc, &desc->values[i], code);
		weigh(text, code, code, &limit, out);
		weigh(text, form_words_label(words, desc, &desc->values[i]),
		    code, &limit, out);
	}
}
