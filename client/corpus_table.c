#include "client/corpus_table.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "client/speech.h"

#define TABLE_COLUMNS 5
#define TABLE_LINE    4096 /* bytes of one line of a table */

/* One name and what it stands for. */
struct row {
	char *key;  /* the word, or "<country>:<folded name>" */
	char *word; /* as the table writes it */
	uint32_t number;
	char code[CORPUS_CODE_MAX + 1];
};

struct rows {
	struct row *row; /* sorted by key once read */
	size_t count;
	size_t room;
};

struct corpus_table {
	struct rows sectors;
	struct rows purposes;
	struct rows programmes;
	struct rows municipalities;
};

/* One line of a table taken apart. */
typedef enum err line_fn(struct rows *rows, char *const column[TABLE_COLUMNS]);

static int
row_compare(const void *a, const void *b)
{
	const struct row *left = a;
	const struct row *right = b;
	int order = strcmp(left->key, right->key);

	return order != 0 ? order : strcmp(left->code, right->code);
}

/* Add a row; the strings are copied. */
static enum err
row_add(struct rows *rows, const char *key, const char *word, uint32_t number,
    const char *code)
{
	size_t room = rows->room == 0 ? 64 : 2 * rows->room;
	struct row *grown;
	struct row *row;

	if (rows->count == rows->room) {
		if ((grown = realloc(rows->row, room * sizeof(*grown))) == NULL)
			return ERR_NOMEM;
		rows->row = grown;
		rows->room = room;
	}
	row = &rows->row[rows->count];
	*row = (struct row){ .number = number };
	if (strlen(code) > CORPUS_CODE_MAX)
		return ERR_SYNTAX;
	memcpy(row->code, code, strlen(code) + 1);
	row->key = strdup(key);
	row->word = strdup(word);
	if (row->key == NULL || row->word == NULL) {
		free(row->key);
		free(row->word);
		return ERR_NOMEM;
	}
	rows->count++;
	return ERR_NONE;
}

static void
rows_free(struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows->count; i++) {
		free(rows->row[i].key);
		free(rows->row[i].word);
	}
	free(rows->row);
}

/* The first row with ${key}, or NULL. */
static const struct row *
row_find(const struct rows *rows, const char *key)
{
	size_t low = 0;
	size_t high = rows->count;
	size_t middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(rows->row[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == rows->count || strcmp(rows->row[low].key, key) != 0)
		return NULL;
	return &rows->row[low];
}

/* Make "<country>:<name>", the country in lower case. */
static enum err
key_make(const char *country, const char *folded, char **ret_key)
{
	char *key;

	if (strlen(country) != 2)
		return ERR_SYNTAX;
	if (asprintf(&key, "%c%c:%s", country[0] | 0x20, country[1] | 0x20,
		folded) < 0)
		return ERR_NOMEM;
	*ret_key = key;
	return ERR_NONE;
}

/* Add a row whose key is a country and a folded name. */
static enum err
name_add(struct rows *rows, const char *country, const char *name,
    uint32_t number, const char *code)
{
	char *folded = NULL;
	char *key = NULL;
	enum err err;

	if ((err = text_fold(name, &folded)) != ERR_NONE ||
	    (err = key_make(country, folded, &key)) != ERR_NONE)
		goto out;
	err = folded[0] == '\0' ? ERR_SYNTAX :
				  row_add(rows, key, name, number, code);
out:
	free(folded);
	free(key);
	return err;
}

static enum err
number_read(const char *text, uint32_t *ret_number)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    number == 0 || number > INT_MAX)
		return ERR_SYNTAX;
	*ret_number = (uint32_t)number;
	return ERR_NONE;
}

/* A line "word, number, code". */
static enum err
word_line(struct rows *rows, char *const column[TABLE_COLUMNS])
{
	uint32_t number;
	enum err err;

	if ((err = number_read(column[1], &number)) != ERR_NONE)
		return err;
	return row_add(rows, column[0], column[0], number, "");
}

/* A line "country, name, number, code". */
static enum err
programme_line(struct rows *rows, char *const column[TABLE_COLUMNS])
{
	uint32_t number;
	enum err err;

	if ((err = number_read(column[2], &number)) != ERR_NONE)
		return err;
	return name_add(rows, column[0], column[1], number, "");
}

/* A line "country, code, name, other names; …, …". */
static enum err
municipality_line(struct rows *rows, char *const column[TABLE_COLUMNS])
{
	const char *code = column[1];
	char *save = NULL;
	char *name;
	enum err err;

	if (strspn(code, "0123456789") != strlen(code) || code[0] == '\0')
		return ERR_SYNTAX;
	err = name_add(rows, column[0], column[2], 0, code);
	for (name = strtok_r(column[3], ";", &save);
	     name != NULL && err == ERR_NONE; name = strtok_r(NULL, ";", &save))
		err = name_add(rows, column[0], name, 0, code);
	return err;
}

/* Split ${line} at its tabs in place; columns that are not there are "". */
static void
line_split(char *line, char *column[TABLE_COLUMNS])
{
	char *end = line + strcspn(line, "\r\n");
	size_t i;

	*end = '\0';
	for (i = 0; i < TABLE_COLUMNS; i++) {
		column[i] = line;
		line += strcspn(line, "\t");
		if (*line == '\t')
			*line++ = '\0';
	}
}

static enum err
file_read(FILE *file, line_fn *fn, struct rows *rows, unsigned *line_number)
{
	char *column[TABLE_COLUMNS];
	char line[TABLE_LINE];
	enum err err = ERR_NONE;

	for (*line_number = 1;
	     err == ERR_NONE && fgets(line, sizeof(line), file) != NULL;
	     ++*line_number) {
		if (line[0] == '#' || line[0] == '\n' || line[0] == '\r')
			continue;
		if (strchr(line, '\n') == NULL && !feof(file))
			return ERR_SYNTAX;
		line_split(line, column);
		if ((err = fn(rows, column)) != ERR_NONE)
			return err;
	}
	return ferror(file) ? ERR_IO : ERR_NONE;
}

/* Read the table ${name} in ${dir} into ${rows}, sorted. */
static enum err
table_read(const char *dir, const char *name, line_fn *fn, struct rows *rows,
    char *ret_fault)
{
	unsigned line_number = 0;
	FILE *file = NULL;
	char *path = NULL;
	enum err err;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		return ERR_NOMEM;
	if ((file = fopen(path, "re")) == NULL) {
		err = errno == ENOENT ? ERR_NOENT : ERR_IO;
		(void)snprintf(ret_fault, CORPUS_TABLE_FAULT, "%s: %s", path,
		    err == ERR_NOENT ? _("not found") : _("cannot be read"));
		goto out;
	}
	if ((err = file_read(file, fn, rows, &line_number)) != ERR_NONE)
		(void)snprintf(ret_fault, CORPUS_TABLE_FAULT, "%s:%u: %s", path,
		    line_number, speech(err_str(err)));
	else if (rows->count > 0)
		qsort(rows->row, rows->count, sizeof(*rows->row), row_compare);
	(void)fclose(file);
out:
	free(path);
	return err;
}

enum err
corpus_table_open(const char *dir, struct corpus_table **ret_table,
    char ret_fault[CORPUS_TABLE_FAULT])
{
	struct corpus_table *table = calloc(1, sizeof(*table));
	enum err err;

	(void)snprintf(
	    ret_fault, CORPUS_TABLE_FAULT, "%s", speech(err_str(ERR_NOMEM)));
	if (table == NULL)
		return ERR_NOMEM;
	if ((err = table_read(dir, "sectors.tsv", word_line, &table->sectors,
		 ret_fault)) != ERR_NONE ||
	    (err = table_read(dir, "purposes.tsv", word_line, &table->purposes,
		 ret_fault)) != ERR_NONE ||
	    (err = table_read(dir, "programmes.tsv", programme_line,
		 &table->programmes, ret_fault)) != ERR_NONE ||
	    (err = table_read(dir, "municipalities.tsv", municipality_line,
		 &table->municipalities, ret_fault)) != ERR_NONE) {
		corpus_table_close(table);
		return err;
	}
	*ret_table = table;
	return ERR_NONE;
}

void
corpus_table_close(struct corpus_table *table)
{
	if (table == NULL)
		return;
	rows_free(&table->sectors);
	rows_free(&table->purposes);
	rows_free(&table->programmes);
	rows_free(&table->municipalities);
	free(table);
}

uint32_t
corpus_table_sector(const struct corpus_table *table, const char *word)
{
	const struct row *row = row_find(&table->sectors, word);

	return row == NULL ? 0 : row->number;
}

void
corpus_table_sectors(const struct corpus_table *table, char *out, size_t size)
{
	const char *word;
	size_t len = 0;
	size_t i;

	out[0] = '\0';
	for (i = 0; i < table->sectors.count; i++) {
		word = table->sectors.row[i].word;
		if (len + strlen(word) + 3 > size)
			return;
		len += (size_t)snprintf(
		    out + len, size - len, "%s%s", i > 0 ? ", " : "", word);
	}
}

uint32_t
corpus_table_purpose(const struct corpus_table *table, const char *word)
{
	const struct row *row = row_find(&table->purposes, word);

	return row == NULL ? 0 : row->number;
}

uint32_t
corpus_table_programme(
    const struct corpus_table *table, const char *country, const char *folded)
{
	const struct row *row = NULL;
	char *key = NULL;

	if (key_make(country, folded, &key) == ERR_NONE)
		row = row_find(&table->programmes, key);
	free(key);
	return row == NULL ? 0 : row->number;
}

enum err
corpus_table_municipality(const struct corpus_table *table, const char *country,
    const char *folded, char ret_code[CORPUS_CODE_MAX + 1])
{
	const struct rows *rows = &table->municipalities;
	const struct row *row;
	const struct row *next;
	char *key = NULL;
	enum err err;

	if ((err = key_make(country, folded, &key)) != ERR_NONE)
		return err;
	row = row_find(rows, key);

	/* Rows of one name stand together, sorted by code. */
	err = row == NULL ? ERR_NOENT : ERR_NONE;
	for (next = row; err == ERR_NONE && next < rows->row + rows->count &&
	     strcmp(next->key, key) == 0;
	     next++) {
		if (strcmp(next->code, row->code) != 0)
			err = ERR_EXIST;
	}
	if (err == ERR_NONE)
		memcpy(ret_code, row->code, sizeof(row->code));
	free(key);
	return err;
}
