#include "client/table.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "client/print.h"
#include "client/speech.h"

#define GAP          2 /* blanks between columns */
#define SHRINK_LEAST 8 /* a column is not cut below this */
#define COLUMNS_MAX  16
#define TITLE_MAX    128 /* bytes of a title, the NUL counted */
#define CELL_PLAIN   '.'
#define CELL_STRUCK  '-'

struct table {
	struct print *print;
	const struct table_column *columns;
	size_t ncolumns;
	char *text; /* the cells as they are printed, one behind the other, each
		       after a byte that says how */
	size_t len;
	size_t room;
	size_t ncells;
	bool lost; /* a cell did not fit in memory */
};

enum err
table_new(struct print *print, const struct table_column *columns, size_t count,
    struct table **ret_table)
{
	struct table *table;

	if (count == 0 || count > COLUMNS_MAX)
		return ERR_LIMIT;
	if ((table = calloc(1, sizeof(*table))) == NULL)
		return ERR_NOMEM;
	table->print = print;
	table->columns = columns;
	table->ncolumns = count;
	*ret_table = table;
	return ERR_NONE;
}

void
table_free(struct table *table)
{
	if (table == NULL)
		return;
	free(table->text);
	free(table);
}

/* Make room for ${more} bytes of text. */
static bool
make_room(struct table *table, size_t more)
{
	size_t room = 2 * table->room + more;
	char *text;

	if (table->room - table->len >= more)
		return true;
	if ((text = realloc(table->text, room)) == NULL)
		return false;
	table->text = text;
	table->room = room;
	return true;
}

/* Put a cell behind the others, after the byte ${how}. */
static void
add(struct table *table, char how, const char *text)
{
	char *form = NULL;
	size_t size;

	if (print_form(table->print, text == NULL ? "" : text, false, &form) !=
	    ERR_NONE) {
		table->lost = true;
		return;
	}
	size = strlen(form) + 1;
	if (make_room(table, size + 1)) {
		table->text[table->len++] = how;
		memcpy(table->text + table->len, form, size);
		table->len += size;
		table->ncells++;
	} else {
		table->lost = true;
	}
	free(form);
}

void
table_add(struct table *table, const char *text)
{
	add(table, CELL_PLAIN, text);
}

void
table_strike(struct table *table, const char *text)
{
	add(table, CELL_STRUCK, text);
}

/* Find the width of each column; return that of all. */
static size_t
measure(const struct table *table, size_t widths[COLUMNS_MAX])
{
	size_t all = GAP * (table->ncolumns - 1);
	const char *cell = table->text;
	size_t c, i, width;

	for (c = 0; c < table->ncolumns; c++)
		widths[c] = text_width(speech(table->columns[c].title));
	for (c = i = 0; i < table->ncells; i++) {
		width = text_width(++cell);
		if (width > widths[c])
			widths[c] = width;
		cell += strlen(cell) + 1;
		c = c + 1 < table->ncolumns ? c + 1 : 0;
	}
	for (c = 0; c < table->ncolumns; c++)
		all += widths[c];
	return all;
}

/* The column that is widest for its share and may still be cut, or ncolumns. */
static size_t
widest(const struct table *table, const size_t widths[COLUMNS_MAX])
{
	size_t best = table->ncolumns;
	size_t best_share = 1;
	size_t c, share;

	for (c = 0; c < table->ncolumns; c++) {
		share = table->columns[c].share;
		if (share > 0 && widths[c] > SHRINK_LEAST &&
		    (best == table->ncolumns ||
			widths[c] * best_share > widths[best] * share)) {
			best = c;
			best_share = share;
		}
	}
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

/* A line on its way; blanks are printed only if something follows them. */
struct line {
	struct print *print;
	size_t owed; /* blanks */
	enum print_style style;
};

static void
put(struct line *line, const char *text)
{
	if (*text == '\0')
		return;
	for (; line->owed > 0; line->owed--)
		print_raw(line->print, " ");
	if (line->style == PRINT_PLAIN)
		print_raw(line->print, text);
	else
		print_styled(line->print, line->style, "%s", text);
}

/* Put a cell into its column; one that was cut ends with a tilde. */
static void
put_cell(struct line *line, char *cell, size_t width, bool right)
{
	size_t is = text_width(cell);

	if (is > width) {
		cell[text_cut(cell, width - 1)] = '\0';
		put(line, cell);
		is = text_width(cell) + 1;
		line->owed += width > is ? width - is : 0;
		put(line, "~");
	} else if (right) {
		line->owed += width - is;
		put(line, cell);
	} else {
		put(line, cell);
		line->owed += width - is;
	}
	line->owed += GAP;
}

static void
end_line(struct line *line)
{
	line->owed = 0;
	print_raw(line->print, "\n");
}

static void
print_titles(const struct table *table, struct line *line,
    const size_t widths[COLUMNS_MAX])
{
	char title[TITLE_MAX];
	size_t c;

	line->style = PRINT_FAINT;
	for (c = 0; c < table->ncolumns; c++) {
		(void)snprintf(title, sizeof(title), "%s",
		    speech(table->columns[c].title));
		put_cell(line, title, widths[c], table->columns[c].right);
	}
	end_line(line);
}

enum err
table_print(struct table *table)
{
	struct line line = { table->print, 0, PRINT_PLAIN };
	size_t widths[COLUMNS_MAX] = { 0 };
	size_t all, i, c, size;
	char *cell = table->text;

	if (table->lost)
		return ERR_NOMEM;
	if (table->ncells == 0)
		return ERR_NONE;
	all = measure(table, widths);
	if (print_columns(table->print) > 0)
		shrink(table, widths, all, print_columns(table->print));
	print_titles(table, &line, widths);
	for (c = i = 0; i < table->ncells; i++) {
		line.style = *cell++ == CELL_STRUCK ? PRINT_STRUCK :
						      PRINT_PLAIN;
		size = strlen(cell) + 1;
		put_cell(&line, cell, widths[c], table->columns[c].right);
		cell += size;
		c++;
		if (c == table->ncolumns) {
			end_line(&line);
			c = 0;
		}
	}
	return ERR_NONE;
}
