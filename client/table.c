#include "client/table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "client/print.h"

#define GAP          2 /* blanks between columns */
#define SHRINK_LEAST 8 /* a column is not cut below this */
#define COLUMNS_MAX  16

struct table {
	const struct table_column *columns;
	size_t ncolumns;
	char **cells; /* as they came */
	size_t ncells;
	size_t room;
	bool lost; /* a cell did not fit in memory */
};

enum err
table_new(
    const struct table_column *columns, size_t count, struct table **ret_table)
{
	struct table *table;

	if (count == 0 || count > COLUMNS_MAX)
		return ERR_LIMIT;
	if ((table = calloc(1, sizeof(*table))) == NULL)
		return ERR_NOMEM;
	table->columns = columns;
	table->ncolumns = count;
	*ret_table = table;
	return ERR_NONE;
}

void
table_free(struct table *table)
{
	size_t i;

	if (table == NULL)
		return;
	for (i = 0; i < table->ncells; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
}

static bool
make_room(struct table *table)
{
	size_t room = table->room == 0 ? 64 : 2 * table->room;
	char **cells;

	if (table->ncells < table->room)
		return true;
	cells = realloc(table->cells, room * sizeof(*cells));
	if (cells == NULL)
		return false;
	table->cells = cells;
	table->room = room;
	return true;
}

void
table_add(struct table *table, const char *text)
{
	char *copy = strdup(text == NULL ? "" : text);

	if (copy == NULL || !make_room(table)) {
		free(copy);
		table->lost = true;
		return;
	}
	table->cells[table->ncells++] = copy;
}

/* Replace every cell by the form in which it is printed. */
static enum err
form_cells(struct table *table, const struct print *print)
{
	char *form;
	enum err err;
	size_t i;

	for (i = 0; i < table->ncells; i++) {
		form = NULL;
		err = print_form(print, table->cells[i], false, &form);
		if (err != ERR_NONE)
			return err;
		free(table->cells[i]);
		table->cells[i] = form;
	}
	return ERR_NONE;
}

/* Find the width of each column; return that of all. */
static size_t
measure(const struct table *table, size_t widths[COLUMNS_MAX])
{
	size_t all = GAP * (table->ncolumns - 1);
	size_t c, i, width;

	for (c = 0; c < table->ncolumns; c++) {
		widths[c] = text_width(table->columns[c].title);
		for (i = c; i < table->ncells; i += table->ncolumns) {
			width = text_width(table->cells[i]);
			if (width > widths[c])
				widths[c] = width;
		}
		all += widths[c];
	}
	return all;
}

/* The widest column that may still be cut, or ncolumns. */
static size_t
widest(const struct table *table, const size_t widths[COLUMNS_MAX])
{
	size_t best = table->ncolumns;
	size_t c;

	for (c = 0; c < table->ncolumns; c++)
		if (table->columns[c].shrinks && widths[c] > SHRINK_LEAST &&
		    (best == table->ncolumns || widths[c] > widths[best]))
			best = c;
	return best;
}

/* Take columns of the terminal from the widest until ${all} fit. */
static void
shrink(const struct table *table, size_t widths[COLUMNS_MAX], size_t all,
    size_t room)
{
	size_t c;

	for (; all > room; all--) {
		if ((c = widest(table, widths)) == table->ncolumns)
			return;
		widths[c]--;
	}
}

static void
print_blanks(struct print *print, size_t count)
{
	while (count-- > 0)
		print_raw(print, " ");
}

/* Print a cell that has its form; cut, it ends with a tilde or dots. */
static void
print_cell(struct print *print, char *cell, size_t width, bool right, bool last)
{
	size_t is = text_width(cell);
	size_t len;

	if (is > width) {
		len = text_cut(cell, width - 1);
		cell[len] = '\0';
		print_raw(print, cell);
		print_raw(print, "~");
		is = text_width(cell) + 1;
	} else {
		if (right)
			print_blanks(print, width - is);
		print_raw(print, cell);
	}
	if (!last)
		print_blanks(
		    print, (right || is > width ? 0 : width - is) + GAP);
}

static void
print_titles(const struct table *table, struct print *print,
    const size_t widths[COLUMNS_MAX])
{
	const struct table_column *column;
	size_t c, width;

	for (c = 0; c < table->ncolumns; c++) {
		column = &table->columns[c];
		width = text_width(column->title);
		if (column->right)
			print_blanks(print, widths[c] - width);
		print_styled(print, PRINT_FAINT, "%s", column->title);
		if (c + 1 < table->ncolumns)
			print_blanks(print,
			    (column->right ? 0 : widths[c] - width) + GAP);
	}
	print_raw(print, "\n");
}

enum err
table_print(struct table *table, struct print *print)
{
	size_t widths[COLUMNS_MAX];
	size_t all, i, c;
	enum err err;

	if (table->lost)
		return ERR_NOMEM;
	if (table->ncells == 0)
		return ERR_NONE;
	if ((err = form_cells(table, print)) != ERR_NONE)
		return err;
	all = measure(table, widths);
	if (print_columns(print) > 0)
		shrink(table, widths, all, print_columns(print));
	print_titles(table, print, widths);
	for (i = 0; i < table->ncells; i++) {
		c = i % table->ncolumns;
		print_cell(print, table->cells[i], widths[c],
		    table->columns[c].right, c + 1 == table->ncolumns);
		if (c + 1 == table->ncolumns)
			print_raw(print, "\n");
	}
	return ERR_NONE;
}
