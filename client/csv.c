#include "client/csv.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "client/speech.h"

#define BOM        "\xef\xbb\xbf"
#define WIDEST     3 /* bytes of a Windows-1252 letter in UTF-8 */
#define GUESS_LONG 16384

struct csv {
	char *text; /* ends with a NUL; cells end where they are cut */
	size_t len;
	size_t at;
	unsigned line; /* of text[at] */
	unsigned rows;
	char delimiter;
	bool converted;
};

/* ---- letters ---- */

/* The letters 0x80 to 0x9f of Windows-1252; 0 = none. */
static const uint16_t windows[32] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026,
	0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0,
	0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122,
	0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178 };

/* Write one letter as UTF-8; return its bytes, or 0 if it is no letter. */
static size_t
put_letter(uint8_t byte, char *out)
{
	unsigned letter = byte;

	if (byte >= 0x80 && byte < 0xa0)
		letter = windows[byte - 0x80];
	if (letter == 0)
		return 0;
	if (letter < 0x80) {
		out[0] = (char)letter;
		return 1;
	}
	if (letter < 0x800) {
		out[0] = (char)(0xc0 | letter >> 6);
		out[1] = (char)(0x80 | (letter & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | letter >> 12);
	out[1] = (char)(0x80 | (letter >> 6 & 0x3f));
	out[2] = (char)(0x80 | (letter & 0x3f));
	return 3;
}

static unsigned
count_lines(const char *text, size_t len)
{
	unsigned line = 1;
	size_t i;

	for (i = 0; i < len; i++)
		line += text[i] == '\n';
	return line;
}

/* Read ${text} as Windows-1252. */
static enum err
convert(struct csv *csv, const char *text, size_t len,
    char ret_fault[CSV_FAULT_MAX])
{
	size_t i, bytes;

	if ((csv->text = malloc(WIDEST * len + 1)) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < len; i++) {
		bytes = put_letter((uint8_t)text[i], csv->text + csv->len);
		if (bytes == 0) {
			(void)snprintf(ret_fault, CSV_FAULT_MAX,
			    _("line %u holds a byte that is no letter in UTF-8 "
			      "or Windows-1252: save the sheet as \"CSV UTF-8\""),
			    count_lines(text, i));
			return ERR_SYNTAX;
		}
		csv->len += bytes;
	}
	csv->converted = true;
	return ERR_NONE;
}

/* Take the bytes over as UTF-8. */
static enum err
read_letters(struct csv *csv, const char *text, size_t len,
    char ret_fault[CSV_FAULT_MAX])
{
	if (len >= 2 &&
	    (memcmp(text, "\xff\xfe", 2) == 0 ||
		memcmp(text, "\xfe\xff", 2) == 0)) {
		(void)snprintf(ret_fault, CSV_FAULT_MAX,
		    _("this is UTF-16: save the sheet as \"CSV UTF-8\""));
		return ERR_SYNTAX;
	}
	if (memchr(text, '\0', len) != NULL) {
		(void)snprintf(ret_fault, CSV_FAULT_MAX,
		    _("this is no text: save the sheet as \"CSV UTF-8\""));
		return ERR_SYNTAX;
	}
	if (!text_valid(text, len))
		return convert(csv, text, len, ret_fault);
	if (len >= strlen(BOM) && memcmp(text, BOM, strlen(BOM)) == 0) {
		text += strlen(BOM);
		len -= strlen(BOM);
	}
	if ((csv->text = malloc(len + 1)) == NULL)
		return ERR_NOMEM;
	memcpy(csv->text, text, len);
	csv->len = len;
	return ERR_NONE;
}

/* ---- what stands between the cells ---- */

/* Excel's own line: "sep=;". */
static bool
is_told(struct csv *csv)
{
	size_t end = 5;

	if (strncmp(csv->text, "sep=", 4) != 0 || csv->text[4] == '\0' ||
	    strchr(";,\t|", csv->text[4]) == NULL)
		return false;
	if (csv->text[end] == '\r')
		end++;
	if (csv->text[end] != '\n')
		return false;
	csv->delimiter = csv->text[4];
	csv->at = end + 1;
	csv->line = 2;
	return true;
}

/* Count ${delimiter} in the first row, quoted text apart. */
static size_t
count_in_row(const char *text, size_t len, char delimiter)
{
	bool quoted = false;
	size_t count = 0;
	size_t i;

	for (i = 0; i < len && i < GUESS_LONG; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && (text[i] == '\n' || text[i] == '\r'))
			break;
		else if (!quoted && text[i] == delimiter)
			count++;
	}
	return count;
}

static char
guess_delimiter(const struct csv *csv)
{
	static const char candidates[] = ";\t,";
	const char *text = csv->text + csv->at;
	size_t len = csv->len - csv->at;
	char best = candidates[0];
	size_t most = 0;
	size_t count, i, start;

	/* Blank lines before the header say nothing. */
	start = strspn(text, "\r\n");
	for (i = 0; candidates[i] != '\0'; i++) {
		count = count_in_row(text + start, len - start, candidates[i]);
		if (count > most) {
			most = count;
			best = candidates[i];
		}
	}
	return best;
}

enum err
csv_new(const char *text, size_t len, char delimiter, struct csv **ret_csv,
    char ret_fault[CSV_FAULT_MAX])
{
	struct csv *csv;
	enum err err;

	if (len > CSV_FILE_MAX)
		return ERR_SIZE;
	if ((csv = calloc(1, sizeof(*csv))) == NULL)
		return ERR_NOMEM;
	csv->line = 1;
	if ((err = read_letters(csv, text, len, ret_fault)) != ERR_NONE) {
		csv_free(csv);
		return err;
	}
	csv->text[csv->len] = '\0';
	if (!is_told(csv))
		csv->delimiter = guess_delimiter(csv);
	if (delimiter != '\0')
		csv->delimiter = delimiter;
	*ret_csv = csv;
	return ERR_NONE;
}

void
csv_free(struct csv *csv)
{
	if (csv == NULL)
		return;
	free(csv->text);
	free(csv);
}

char
csv_delimiter(const struct csv *csv)
{
	return csv->delimiter;
}

const char *
csv_charset(const struct csv *csv)
{
	return csv->converted ? "Windows-1252" : "UTF-8";
}

/* ---- rows ---- */

static bool
ends_line(char c)
{
	return c == '\n' || c == '\r' || c == '\0';
}

/* Pass over the rest of the line, and its end. */
static void
skip_line(struct csv *csv)
{
	while (csv->at < csv->len && !ends_line(csv->text[csv->at]))
		csv->at++;
	if (csv->at < csv->len && csv->text[csv->at] == '\r')
		csv->at++;
	if (csv->at < csv->len && csv->text[csv->at] == '\n')
		csv->at++;
	csv->line++;
}

/* Take a cell in quotes, which are taken off it; false if it has no end. */
static bool
take_quoted(struct csv *csv, struct csv_cell *cell)
{
	char *out = csv->text + csv->at;

	cell->text = out;
	csv->at++;
	for (; csv->at < csv->len; csv->at++) {
		char c = csv->text[csv->at];

		if (c == '"' && csv->text[csv->at + 1] != '"')
			break;
		if (c == '"')
			csv->at++;
		/* Lines inside a cell end as ours do. */
		if (c == '\r' && csv->text[csv->at + 1] == '\n')
			continue;
		csv->line += c == '\n' || c == '\r';
		*out++ = (char)(c == '\r' ? '\n' : c);
	}
	if (csv->at == csv->len)
		return false;
	csv->at++;
	cell->len = (size_t)(out - cell->text);
	return true;
}

static void
take_plain(struct csv *csv, struct csv_cell *cell)
{
	size_t start = csv->at;

	while (csv->at < csv->len && !ends_line(csv->text[csv->at]) &&
	    csv->text[csv->at] != csv->delimiter)
		csv->at++;
	cell->text = csv->text + start;
	cell->len = csv->at - start;
}

/* Take one cell; what is wrong with it stands in ${ret_fault}. */
static enum err
take_cell(struct csv *csv, struct csv_row *row, char ret_fault[CSV_FAULT_MAX])
{
	struct csv_cell *cell = &row->cell[row->count];
	unsigned column = (unsigned)row->count + 1;
	char next;

	cell->line = csv->line;
	if (csv->at == csv->len || csv->text[csv->at] != '"') {
		take_plain(csv, cell);
	} else if (!take_quoted(csv, cell)) {
		row->line = cell->line;
		(void)snprintf(ret_fault, CSV_FAULT_MAX,
		    _("column %u: the quotation mark that begins here is never "
		      "closed: write it twice if it belongs to the text"),
		    column);
		return ERR_SYNTAX;
	}
	next = csv->text[csv->at];
	if (next != csv->delimiter && !ends_line(next)) {
		(void)snprintf(ret_fault, CSV_FAULT_MAX,
		    _("column %u: text goes on after its closing quotation mark: "
		      "write a quotation mark inside a text twice"),
		    column);
		skip_line(csv);
		return ERR_SYNTAX;
	}
	row->count++;
	if (cell->len <= CSV_CELL_MAX)
		return ERR_NONE;
	(void)snprintf(ret_fault, CSV_FAULT_MAX,
	    _("column %u: a cell of %zu bytes; shorten it to %d"), column,
	    cell->len, CSV_CELL_MAX);
	skip_line(csv);
	return ERR_SYNTAX;
}

/* Take all cells of a line, and the NULs in the place of what was between
 * them. */
static enum err
take_row(struct csv *csv, struct csv_row *row, char ret_fault[CSV_FAULT_MAX])
{
	bool more = true;
	enum err err;

	row->count = 0;
	while (more) {
		if (row->count == CSV_COLUMNS_MAX) {
			(void)snprintf(ret_fault, CSV_FAULT_MAX,
			    _("more than %d columns: is it another character "
			      "that stands between them (--delimiter)?"),
			    CSV_COLUMNS_MAX);
			skip_line(csv);
			return ERR_SYNTAX;
		}
		if ((err = take_cell(csv, row, ret_fault)) != ERR_NONE)
			return err;
		more = csv->at < csv->len &&
		    csv->text[csv->at] == csv->delimiter;
		if (more)
			csv->at++;
	}
	skip_line(csv);
	return ERR_NONE;
}

/* End every cell; only now, as what follows a cell had to be seen. */
static void
end_cells(struct csv *csv, const struct csv_row *row)
{
	const struct csv_cell *cell;
	size_t i;

	for (i = 0; i < row->count; i++) {
		cell = &row->cell[i];
		csv->text[(size_t)(cell->text - csv->text) + cell->len] = '\0';
	}
}

static bool
is_blank(const struct csv_row *row)
{
	size_t i;

	for (i = 0; i < row->count; i++)
		if (strspn(row->cell[i].text, " \t\r\n") != row->cell[i].len)
			return false;
	return true;
}

enum err
csv_next(
    struct csv *csv, struct csv_row *ret_row, char ret_fault[CSV_FAULT_MAX])
{
	enum err err;

	while (csv->at < csv->len) {
		ret_row->line = csv->line;
		if ((err = take_row(csv, ret_row, ret_fault)) != ERR_NONE)
			return err;
		end_cells(csv, ret_row);
		if (is_blank(ret_row))
			continue;
		if (csv->rows++ == CSV_ROWS_MAX)
			return ERR_LIMIT;
		return ERR_NONE;
	}
	return ERR_NOENT;
}
