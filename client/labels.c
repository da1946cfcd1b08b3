#include "client/labels.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"

#define LINE_MAX_BYTES 2048
#define LABELS_MAX     4096 /* lines with a label */

/* Columns of the table. */
#define COLUMN_VOCABULARY 0
#define COLUMN_CODE       1
#define COLUMN_FIRST      2 /* label in the first of languages[] */
#define COLUMNS           7 /* that must be there */

static const char languages[][LABELS_LANG_LEN + 1] = { "en", "da", "nb", "sv",
	"fi" };

#define LANGUAGES (sizeof(languages) / sizeof(languages[0]))

struct label {
	char *vocabulary;
	char *code;
	char *text;
};

struct labels {
	struct label *items;
	size_t count;
};

enum err
labels_language(const char *wanted, char out[LABELS_LANG_LEN + 1])
{
	static const char *const others[][2] = { { "nn", "nb" }, { "no", "nb" },
		{ "C", "en" }, { "POSIX", "en" } };
	size_t len = strcspn(wanted, "_.@-");
	size_t i;

	for (i = 0; i < LANGUAGES; i++)
		if (len == LABELS_LANG_LEN &&
		    strncmp(wanted, languages[i], len) == 0) {
			memcpy(out, languages[i], sizeof(languages[i]));
			return ERR_NONE;
		}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strlen(others[i][0]) == len &&
		    strncmp(wanted, others[i][0], len) == 0) {
			memcpy(out, others[i][1], LABELS_LANG_LEN + 1);
			return ERR_NONE;
		}
	return ERR_NOENT;
}

/* Cut ${line} at its tabs; return how many of ${columns} were filled. */
static size_t
split(char *line, char *columns[COLUMNS])
{
	size_t n = 0;
	char *at = line;

	line[strcspn(line, "\n")] = '\0';
	while (n < COLUMNS && at != NULL) {
		columns[n++] = at;
		if ((at = strchr(at, '\t')) != NULL)
			*at++ = '\0';
	}
	return n;
}

static enum err
add(struct labels *labels, char *const columns[COLUMNS], size_t column)
{
	struct label *label;

	if (labels->count == LABELS_MAX)
		return ERR_SYNTAX;
	if (!text_clean(columns[column], strlen(columns[column]), false))
		return ERR_SYNTAX;
	label = &labels->items[labels->count];
	label->vocabulary = strdup(columns[COLUMN_VOCABULARY]);
	label->code = strdup(columns[COLUMN_CODE]);
	label->text = strdup(columns[column]);
	labels->count++;
	if (label->vocabulary == NULL || label->code == NULL ||
	    label->text == NULL)
		return ERR_NOMEM;
	return ERR_NONE;
}

static enum err
read_lines(struct labels *labels, FILE *file, size_t column)
{
	char line[LINE_MAX_BYTES];
	char *columns[COLUMNS];
	enum err err;

	while (fgets(line, sizeof(line), file) != NULL) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (strchr(line, '\n') == NULL ||
		    split(line, columns) != COLUMNS)
			return ERR_SYNTAX;
		if ((err = add(labels, columns, column)) != ERR_NONE)
			return err;
	}
	return ferror(file) ? ERR_IO : ERR_NONE;
}

enum err
labels_open(const char *path, const char *language, struct labels **ret_labels)
{
	struct labels *labels;
	size_t column = 0;
	enum err err;
	FILE *file;

	while (column < LANGUAGES && strcmp(languages[column], language) != 0)
		column++;
	if (column == LANGUAGES)
		return ERR_NOENT;
	if ((file = fopen(path, "re")) == NULL)
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	labels = calloc(1, sizeof(*labels));
	if (labels != NULL)
		labels->items = calloc(LABELS_MAX, sizeof(*labels->items));
	if (labels == NULL || labels->items == NULL)
		err = ERR_NOMEM;
	else
		err = read_lines(labels, file, COLUMN_FIRST + column);
	(void)fclose(file);
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
	for (i = 0; i < labels->count; i++) {
		free(labels->items[i].vocabulary);
		free(labels->items[i].code);
		free(labels->items[i].text);
	}
	free(labels->items);
	free(labels);
}

const char *
labels_get(
    const struct labels *labels, const char *vocabulary, const char *code)
{
	size_t i;

	if (labels == NULL)
		return code;
	for (i = 0; i < labels->count; i++)
		if (strcmp(labels->items[i].code, code) == 0 &&
		    strcmp(labels->items[i].vocabulary, vocabulary) == 0)
			return labels->items[i].text;
	return code;
}
