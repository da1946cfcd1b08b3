#include "client/observe_csv.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "client/csv.h"
#include "client/input.h"
#include "client/print.h"
#include "client/run.h"
#include "client/slurp.h"
#include "client/speech.h"

#define CSV_MAX   1048576 /* bytes of a file */
#define BLANKS    " \t\r\n"
#define NAMES_MAX 32
#define UNNAMED   SIZE_MAX
#define ALL_ROOM  512 /* bytes of all names, as they are told */

/* A table that is being read. */
struct table {
	struct run *run;
	const char *path; /* as people call it */
	const char *const *names;
	size_t count;
	struct csv *csv;
	size_t place[CSV_COLUMNS_MAX]; /* in names, of each column */
	size_t columns;
	struct csv_row row;
};

static int
no_table(struct table *table, unsigned line, const char *fault)
{
	return fault_say(&table->run->faults, EXIT_DATA, "no_table", NULL,
	    "%s:%u: %s", table->path, line, fault);
}

/* Find what stands in a cell, without the blanks around it. */
static const char *
trim(const struct csv_cell *cell, size_t *ret_len)
{
	size_t first = strspn(cell->text, BLANKS);
	size_t len = cell->len;

	while (len > first && strchr(BLANKS, cell->text[len - 1]) != NULL)
		len--;
	*ret_len = len - first;
	return cell->text + first;
}

/* ---- the heads of the columns ---- */

/* Where ${cell} stands in the names; their count if it is none of them. */
static size_t
find_name(const struct table *table, const struct csv_cell *cell)
{
	size_t len;
	const char *text = trim(cell, &len);
	size_t i;

	if (len == 0)
		return UNNAMED;
	for (i = 0; i < table->count; i++)
		if (strlen(table->names[i]) == len &&
		    strncasecmp(table->names[i], text, len) == 0)
			break;
	return i;
}

static int
bad_head(struct table *table, size_t column, bool twice)
{
	char all[ALL_ROOM] = "";
	size_t used = 0;
	size_t i;

	for (i = 0; i < table->count && used < sizeof(all); i++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s",
		    i > 0 ? " " : "", table->names[i]);
	return fault_say(&table->run->faults, EXIT_DATA, "bad_column", all,
	    twice ? "%s: two columns are called \"%.60s\"" :
		    "%s: no column can be called \"%.60s\"",
	    table->path, table->row.cell[column].text);
}

static int
read_heads(struct table *table)
{
	size_t i, k;

	table->columns = table->row.count;
	for (i = 0; i < table->columns; i++) {
		table->place[i] = find_name(table, &table->row.cell[i]);
		if (table->place[i] == table->count)
			return bad_head(table, i, false);
		for (k = 0; k < i; k++)
			if (table->place[i] != UNNAMED &&
			    table->place[k] == table->place[i])
				return bad_head(table, i, true);
	}
	return EXIT_DONE;
}

/* ---- the rows ---- */

/* Sort the cells of a row to their names. */
static int
read_cells(struct table *table, struct said *said, char **values)
{
	const struct csv_cell *cell;
	const char *text;
	size_t place;
	size_t len;
	size_t i;

	for (i = 0; i < table->row.count; i++) {
		cell = &table->row.cell[i];
		place = i < table->columns ? table->place[i] : UNNAMED;
		text = trim(cell, &len);
		if (len == 0)
			continue;
		if (place == UNNAMED)
			return fault_say(&table->run->faults, EXIT_DATA,
			    "bad_column", NULL,
			    "%s:%u: \"%.60s\" stands in a column without a "
			    "name",
			    table->path, cell->line, cell->text);
		if ((values[place] = strndup(text, len)) == NULL)
			return run_nomem(table->run);
		said[place].value = values[place];
	}
	return EXIT_DONE;
}

static int
take_row(struct table *table,
    int (*take)(void *context, const struct said *said, size_t count),
    void *context)
{
	struct said said[NAMES_MAX];
	char *values[NAMES_MAX] = { NULL };
	int status;
	size_t i;

	for (i = 0; i < table->count; i++) {
		said[i].name = table->names[i];
		said[i].value = NULL;
	}
	status = read_cells(table, said, values);
	if (status == EXIT_DONE &&
	    (status = take(context, said, table->count)) != EXIT_DONE)
		print_say(table->run->err, "  in line %u\n", table->row.line);
	for (i = 0; i < table->count; i++)
		free(values[i]);
	return status;
}

static int
read_rows(struct table *table,
    int (*take)(void *context, const struct said *said, size_t count),
    void *context)
{
	char fault[CSV_FAULT_MAX] = "";
	int status = EXIT_DONE;
	size_t rows = 0;
	enum err err;

	while ((err = csv_next(table->csv, &table->row, fault)) == ERR_NONE) {
		status = rows == 0 ? read_heads(table) :
				     take_row(table, take, context);
		if (status != EXIT_DONE)
			return status;
		rows++;
	}
	if (err == ERR_SYNTAX)
		return no_table(table, table->row.line, fault);
	if (err == ERR_LIMIT)
		return fault_say(&table->run->faults, EXIT_DATA, "too_many",
		    "Write them in several files.", "%s has more than %d rows",
		    table->path, CSV_ROWS_MAX);
	if (err != ERR_NOENT)
		return run_nomem(table->run);
	if (rows < 2)
		return fault_say(&table->run->faults, EXIT_DATA, "no_rows",
		    "The first line names the columns, each further one is a "
		    "number:\n  occasion;n;mean;sd\n  baseline;84;21.5;6",
		    "there are no numbers in %s", table->path);
	return EXIT_DONE;
}

int
observe_csv(struct run *run, const char *path, const char *const *names,
    size_t count,
    int (*take)(void *context, const struct said *said, size_t count),
    void *context)
{
	char fault[CSV_FAULT_MAX] = "";
	struct table *table = NULL;
	char *text = NULL;
	size_t len = 0;
	enum err err;
	int status;

	assert(count <= NAMES_MAX);
	err = slurp(path, CSV_MAX, &text, &len);
	if (err != ERR_NONE)
		return input_fault(run, path, CSV_MAX, NULL, err);
	if ((table = calloc(1, sizeof(*table))) == NULL) {
		free(text);
		return run_nomem(run);
	}
	table->run = run;
	table->path = speech(slurp_name(path));
	table->names = names;
	table->count = count;
	err = csv_new(text, len, 0, &table->csv, fault);
	if (err == ERR_NONE)
		status = read_rows(table, take, context);
	else if (err == ERR_SYNTAX)
		status = no_table(table, 1, fault);
	else
		status = run_nomem(run);
	csv_free(table->csv);
	free(table);
	free(text);
	return status;
}
