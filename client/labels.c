#include "client/labels.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "client/slurp.h"

#define LABELS_MAX 4096   /* lines with a label */
#define TABLE_MAX  262144 /* bytes of the table */

/* Columns of the table. */
#define COLUMN_VOCABULARY 0
#define COLUMN_CODE       1
#define COLUMN_FIRST      2 /* label in the first of languages[] */
#define COLUMNS           7 /* that must be there */
#define COLUMN_UNSURE     7 /* languages whose label nobody has checked; may lack */
#define COLUMNS_MOST      8

#define UNSURE " (?)" /* behind a label that nobody has checked */

static const char *const languages[] = { "en", "da", "nb", "sv", "fi" };

#define LANGUAGES (sizeof(languages) / sizeof(languages[0]))

struct label {
	const char *vocabulary;
	const char *code;
	const char *text;
	char *marked; /* the text with UNSURE; NULL if it is sure */
};

struct labels {
	char *table; /* the file, cut into words; labels point into it */
	struct label *items;
	size_t count;
};

/* Cut ${line} at its tabs; return how many of ${columns} were filled. */
static size_t
split(char *line, char *columns[COLUMNS_MOST])
{
	size_t n = 0;
	char *at = line;

	while (n < COLUMNS_MOST && at != NULL) {
		columns[n++] = at;
		if ((at = strchr(at, '\t')) != NULL)
			*at++ = '\0';
	}
	return n;
}

/* Take the label in ${column} of ${line}, if it is no comment. */
static enum err
add(struct labels *labels, char *line, size_t column)
{
	struct label *label = &labels->items[labels->count];
	char *columns[COLUMNS_MOST] = { NULL };
	const char *unsure;
	size_t count;

	if (line[0] == '#' || line[0] == '\0')
		return ERR_NONE;
	count = split(line, columns);
	if (labels->count == LABELS_MAX || count < COLUMNS ||
	    !text_clean(columns[column], strlen(columns[column]), false))
		return ERR_SYNTAX;
	label->vocabulary = columns[COLUMN_VOCABULARY];
	label->code = columns[COLUMN_CODE];
	label->text = columns[column];
	labels->count++;
	unsure = columns[COLUMN_UNSURE];
	if (unsure != NULL &&
	    strstr(unsure, languages[column - COLUMN_FIRST]) != NULL &&
	    asprintf(&label->marked, "%s" UNSURE, label->text) < 0) {
		label->marked = NULL;
		return ERR_NOMEM;
	}
	return ERR_NONE;
}

/* Cut the table into lines, each of which ends with a newline. */
static enum err
add_lines(struct labels *labels, size_t column)
{
	char *line = labels->table;
	enum err err = ERR_NONE;
	char *end;

	while (err == ERR_NONE && *line != '\0') {
		if ((end = strchr(line, '\n')) == NULL)
			return ERR_SYNTAX;
		*end = '\0';
		err = add(labels, line, column);
		line = end + 1;
	}
	return err;
}

static enum err
read_table(struct labels *labels, const char *path)
{
	size_t len = 0;
	enum err err;

	labels->items = calloc(LABELS_MAX + 1, sizeof(*labels->items));
	if (labels->items == NULL)
		return ERR_NOMEM;
	err = slurp(path, TABLE_MAX, &labels->table, &len);
	return err == ERR_SIZE ? ERR_SYNTAX : err;
}

enum err
labels_open(const char *path, const char *language, struct labels **ret_labels)
{
	struct labels *labels;
	size_t column = 0;
	enum err err;

	while (column < LANGUAGES && strcmp(languages[column], language) != 0)
		column++;
	if (column == LANGUAGES)
		return ERR_NOENT;
	if ((labels = calloc(1, sizeof(*labels))) == NULL)
		return ERR_NOMEM;
	err = read_table(labels, path);
	if (err == ERR_NONE)
		err = add_lines(labels, COLUMN_FIRST + column);
	if (err != ERR_NONE) {
		labels_free(labels);
		return err;
	}
	*ret_labels = labels;
	return ERR_NONE;
}

void
labels_free(struct labels *labels)
{
	size_t i;

	if (labels == NULL)
		return;
	for (i = 0; i < labels->count; i++)
		free(labels->items[i].marked);
	free(labels->table);
	free(labels->items);
	free(labels);
}

static const struct label *
find(const struct labels *labels, const char *vocabulary, const char *code)
{
	size_t i;

	for (i = 0; labels != NULL && i < labels->count; i++)
		if (strcmp(labels->items[i].code, code) == 0 &&
		    strcmp(labels->items[i].vocabulary, vocabulary) == 0)
			return &labels->items[i];
	return NULL;
}

const char *
labels_get(
    const struct labels *labels, const char *vocabulary, const char *code)
{
	const struct label *label = find(labels, vocabulary, code);

	if (label == NULL)
		return code;
	return label->marked != NULL ? label->marked : label->text;
}

const char *
labels_plain(
    const struct labels *labels, const char *vocabulary, const char *code)
{
	const struct label *label = find(labels, vocabulary, code);

	return label == NULL ? code : label->text;
}

const char *
labels_code(const struct labels *labels, const char *vocabulary, size_t i)
{
	size_t at;

	for (at = 0; at < labels->count; at++)
		if (strcmp(labels->items[at].vocabulary, vocabulary) == 0 &&
		    i-- == 0)
			return labels->items[at].code;
	return NULL;
}
