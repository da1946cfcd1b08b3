/*
 * Fuzz tables of strangers: whatever the bytes, every cell is valid text of its
 * length, rows end, and dates and mappings made of cells are good ones.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body_rule.h"
#include "proto/text.h"
#include "client/csv.h"
#include "client/csv_date.h"
#include "client/csv_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A date, or one side of a period, is one that records may have. */
static void
try_cell(const struct csv_cell *cell)
{
	char start[DAY_LEN + 1];
	char end[DAY_LEN + 1];

	if (strlen(cell->text) != cell->len ||
	    !text_valid(cell->text, cell->len) || cell->line == 0)
		abort();
	if (csv_date(cell->text, start) == ERR_NONE &&
	    !body_form_valid(FORM_DATE, start))
		abort();
	if (csv_period(cell->text, start, end) == ERR_NONE &&
	    ((start[0] != '\0' && !body_form_valid(FORM_DATE, start)) ||
		(end[0] != '\0' && !body_form_valid(FORM_DATE, end))))
		abort();
}

/* What a mapping calls a column is that column. */
static void
try_map(const struct csv_row *row)
{
	struct csv_map *map = calloc(1, sizeof(*map));
	char name[CSV_PATH_MAX];
	char fault[CSV_FAULT_MAX];
	char text[2 * CSV_PATH_MAX];
	unsigned line;
	size_t i;

	for (i = 0; map != NULL && i < row->count && i < 4; i++) {
		csv_map_name(row, i, name);
		memcpy(text, name, strlen(name));
		memcpy(text + strlen(name), "=title", sizeof("=title"));
		if (csv_map_read(text, row, map, &line, fault) == ERR_NONE &&
		    csv_map_find(map, "title") != i)
			abort();
		(void)!csv_map_read(row->cell[i].text, row, map, &line, fault);
	}
	free(map);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct csv_row *row = malloc(sizeof(*row));
	struct csv *csv = NULL;
	char fault[CSV_FAULT_MAX];
	unsigned rows = 0;
	size_t i;
	enum err err;

	if (row == NULL ||
	    csv_new((const char *)data, len, '\0', &csv, fault) != ERR_NONE) {
		free(row);
		return 0;
	}
	while ((err = csv_next(csv, row, fault)) != ERR_NOENT) {
		if (err == ERR_LIMIT)
			break;
		if (rows++ > len)
			abort();
		if (err != ERR_NONE)
			continue;
		if (rows == 1)
			try_map(row);
		for (i = 0; i < row->count; i++)
			try_cell(&row->cell[i]);
	}
	csv_free(csv);
	free(row);
	return 0;
}
