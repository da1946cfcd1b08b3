#include "client/evidence_table.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/arena.h"
#include "proto/text.h"
#include "client/csv.h"
#include "client/evidence_column.h"
#include "client/speech.h"

#define ARENA_BYTES 65536
#define NAME_MOST   32  /* characters of a column's name that are looked at */
#define UNUSED_MOST 512 /* bytes of the list of unused columns */
#define SHOWN_MOST  40  /* bytes of a cell in a fault */

/* A row on its way: a study and all that may hang on it. */
struct row {
	Erfa__EvidenceStudy study;
	Erfa__EvidenceCell cell[EVIDENCE_CELLS];
	Erfa__EvidencePairs pairs;
	Erfa__Estimate estimate;
	bool has_cell[EVIDENCE_CELLS];
	bool has_pairs;
	bool has_estimate;
	bool has_ratio;
	bool has_without[EVIDENCE_CELLS];
	double without[EVIDENCE_CELLS];
};

struct evidence_table {
	struct arena *arena;
	struct csv *csv;
	struct csv_row header;
	const struct evidence_column
	    *column[CSV_COLUMNS_MAX]; /* NULL: unused */
	char unused[UNUSED_MOST];
	enum effect_measure measure;
	bool comma; /* may be a decimal one */
	Erfa__EvidenceStudy **studies;
	size_t count;
	size_t room;
	struct corpus_fault faults[CORPUS_FAULTS_MAX];
	size_t kept;
	size_t all;
};

/* ---- faults ---- */

/* Add a fault; whatever it quotes is made safe. */
__attribute__((format(printf, 3, 4))) static void
fault_add(struct evidence_table *table, unsigned line, const char *format, ...)
{
	struct corpus_fault *fault;
	char raw[CORPUS_FAULT_MAX];
	char *safe = NULL;
	va_list args;

	table->all++;
	if (table->kept == CORPUS_FAULTS_MAX)
		return;
	va_start(args, format);
	(void)vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	fault = &table->faults[table->kept++];
	fault->line = line;
	(void)snprintf(fault->text, sizeof(fault->text), "%s",
	    text_gate(raw, strlen(raw), false, &safe) == ERR_NONE ? safe : "");
	free(safe);
}

static void
bad_cell(struct evidence_table *table, const struct csv_row *cells, size_t i,
    const char *what)
{
	fault_add(table, cells->cell[i].line,
	    _("column %zu (%.*s): \"%.*s\" %s"), i + 1, SHOWN_MOST,
	    table->header.cell[i].text, SHOWN_MOST, cells->cell[i].text, what);
}

/* ---- cells ---- */

static bool
is_missing(const char *text)
{
	static const char *const words[] = { "", "NA", "N/A", "-", "." };
	size_t len = evidence_column_trim(&text);
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == len &&
		    strncmp(words[i], text, len) == 0)
			return true;
	return false;
}

/* A number without tricks: no hexadecimals, no names of infinity. */
static bool
read_number(const struct evidence_table *table, const char *text, double *out)
{
	char plain[64];
	size_t len = evidence_column_trim(&text);
	char *comma;
	char *end;

	if (len == 0 || len >= sizeof(plain) ||
	    strspn(text, "+-0123456789.,eE") < len)
		return false;
	memcpy(plain, text, len);
	plain[len] = '\0';
	comma = strchr(plain, ',');
	if (comma != NULL && table->comma && strchr(plain, '.') == NULL)
		*comma = '.';
	*out = strtod(plain, &end);
	return *end == '\0' && isfinite(*out);
}

/* A copy of a cell's text in the arena, or NULL. */
static char *
keep(struct evidence_table *table, const char *text)
{
	size_t len = evidence_column_trim(&text);
	char *copy = arena_alloc(table->arena, len + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

static void
put(void *message, const struct evidence_column *column, double number)
{
	char *base = message;
	protobuf_c_boolean has = 1;

	memcpy(base + column->has, &has, sizeof(has));
	memcpy(base + column->value, &number, sizeof(number));
}

/* Put a number where its column belongs. */
static void
put_number(struct row *row, const struct evidence_column *column, double number)
{
	switch (column->kind) {
	case COLUMN_NUMBER:
		put(&row->study, column, number);
		break;
	case COLUMN_OF_CELL:
		put(&row->cell[column->cell], column, number);
		row->has_cell[column->cell] = true;
		break;
	case COLUMN_OF_PAIRS:
		put(&row->pairs, column, number);
		row->has_pairs = true;
		break;
	case COLUMN_WITHOUT:
		row->has_without[column->cell] = true;
		row->without[column->cell] = number;
		break;
	case COLUMN_EFFECT:
	case COLUMN_RATIO:
		row->has_estimate = true;
		row->has_ratio = column->kind == COLUMN_RATIO;
		put(&row->estimate, column, number);
		break;
	case COLUMN_OF_ESTIMATE:
		put(&row->estimate, column, number);
		break;
	case COLUMN_TEXT:
	case COLUMN_FLAG:
	case COLUMN_DESIGN:
	case COLUMN_POLARITY:
	case COLUMN_MEASURE:
		break;
	}
}

static void
take_flag(struct evidence_table *table, struct row *row,
    const struct csv_row *cells, size_t i)
{
	const struct evidence_column *column = table->column[i];
	char *base = (char *)&row->study;
	protobuf_c_boolean has = 1;
	protobuf_c_boolean flag;
	int value;

	if (!evidence_column_flag(cells->cell[i].text, &value)) {
		bad_cell(table, cells, i, _("is neither yes nor no"));
		return;
	}
	flag = value;
	memcpy(base + column->has, &has, sizeof(has));
	memcpy(base + column->value, &flag, sizeof(flag));
}

static void
take_measure(struct evidence_table *table, struct row *row,
    const struct csv_row *cells, size_t i)
{
	enum effect_measure measure = EFFECT_ANY;
	char *code = keep(table, cells->cell[i].text);

	if (code == NULL || effect_measure_of(code, &measure) != ERR_NONE) {
		bad_cell(table, cells, i,
		    _("is no measure: md, smd, rr, or, rd, irr, mc, smcr"));
		return;
	}
	row->estimate.has_measure = 1;
	row->estimate.measure = (Erfa__EffectMeasure)measure;
}

static void
take_word(struct evidence_table *table, struct row *row,
    const struct csv_row *cells, size_t i)
{
	bool design = table->column[i]->kind == COLUMN_DESIGN;
	int value = 0;

	bool read = design ?
	    evidence_column_design(cells->cell[i].text, &value) :
	    evidence_column_polarity(cells->cell[i].text, &value);

	if (!read) {
		bad_cell(table, cells, i,
		    design ? _("is no design: randomised, comparison_post, "
			       "comparison_pre_post, before_after") :
			     _("is not higher_better, lower_better or "
			       "neutral"));
	} else if (design) {
		row->study.has_design = 1;
		row->study.design = (Erfa__Design)value;
	} else {
		row->study.has_polarity = 1;
		row->study.polarity = (Erfa__Polarity)value;
	}
}

static enum err
take_text(struct evidence_table *table, struct row *row,
    const struct csv_row *cells, size_t i)
{
	char *text = keep(table, cells->cell[i].text);

	if (text == NULL)
		return ERR_NOMEM;
	memcpy(
	    (char *)&row->study + table->column[i]->value, &text, sizeof(text));
	return ERR_NONE;
}

static enum err
take_cell(struct evidence_table *table, struct row *row,
    const struct csv_row *cells, size_t i)
{
	const struct evidence_column *column = table->column[i];
	double number;

	switch (column->kind) {
	case COLUMN_TEXT:
		return take_text(table, row, cells, i);
	case COLUMN_FLAG:
		take_flag(table, row, cells, i);
		break;
	case COLUMN_DESIGN:
	case COLUMN_POLARITY:
		take_word(table, row, cells, i);
		break;
	case COLUMN_MEASURE:
		take_measure(table, row, cells, i);
		break;
	case COLUMN_NUMBER:
	case COLUMN_OF_CELL:
	case COLUMN_OF_PAIRS:
	case COLUMN_OF_ESTIMATE:
	case COLUMN_WITHOUT:
	case COLUMN_EFFECT:
	case COLUMN_RATIO:
		if (read_number(table, cells->cell[i].text, &number))
			put_number(row, column, number);
		else
			bad_cell(table, cells, i,
			    _("is not a number that can be computed with"));
		break;
	}
	return ERR_NONE;
}

/* ---- rows ---- */

static void
row_init(struct row *row)
{
	size_t i;

	memset(row, 0, sizeof(*row));
	erfa__evidence_study__init(&row->study);
	erfa__evidence_pairs__init(&row->pairs);
	erfa__estimate__init(&row->estimate);
	for (i = 0; i < EVIDENCE_CELLS; i++)
		erfa__evidence_cell__init(&row->cell[i]);
}

/* Units are those with the event and those without. */
static void
add_without(struct evidence_table *table, struct row *row, unsigned line)
{
	size_t i;

	for (i = 0; i < EVIDENCE_CELLS; i++) {
		Erfa__EvidenceCell *cell = &row->cell[i];

		if (!row->has_without[i] || cell->has_n)
			continue;
		row->has_cell[i] = true;
		cell->has_n = 1;

		/* Fewer than none without it: more events than units. */
		cell->n = cell->events + row->without[i];
		if (isfinite(cell->n))
			continue;
		cell->n = 0;
		fault_add(
		    table, line, _("has more units than can be computed with"));
	}
}

static void
add_ready(struct evidence_table *table, struct row *row, unsigned line)
{
	Erfa__Estimate *ready = &row->estimate;

	if (!row->has_estimate)
		return;
	if (!ready->has_measure) {
		ready->has_measure = table->measure != EFFECT_ANY;
		ready->measure = (Erfa__EffectMeasure)table->measure;
	}
	if (row->has_ratio &&
	    !effect_is_ratio((enum effect_measure)ready->measure))
		fault_add(table, line,
		    _("a ratio, and nobody says of what: write rr, or or irr "
		      "in a column \"measure\", or give --measure"));
	row->study.has_as_pooled = 1;
	row->study.as_pooled = !row->has_ratio;
	row->study.estimate = ready;
}

/* Hang the parts that were filled in on the study. */
static void
join(struct evidence_table *table, struct row *row, unsigned line)
{
	Erfa__EvidenceStudy *study = &row->study;

	add_without(table, row, line);
	add_ready(table, row, line);
	if (row->has_cell[EVIDENCE_BEFORE])
		study->before = &row->cell[EVIDENCE_BEFORE];
	if (row->has_cell[EVIDENCE_AFTER])
		study->after = &row->cell[EVIDENCE_AFTER];
	if (row->has_cell[EVIDENCE_COMPARISON_BEFORE])
		study->comparison_before =
		    &row->cell[EVIDENCE_COMPARISON_BEFORE];
	if (row->has_cell[EVIDENCE_COMPARISON])
		study->comparison = &row->cell[EVIDENCE_COMPARISON];
	if (row->has_pairs)
		study->pairs = &row->pairs;
	study->has_line = 1;
	study->line = line;
}

static enum err
keep_row(struct evidence_table *table, Erfa__EvidenceStudy *study)
{
	Erfa__EvidenceStudy **grown;
	size_t room = table->room == 0 ? 64 : 2 * table->room;

	if (table->count == table->room) {
		grown = realloc(
		    table->studies, room * sizeof(Erfa__EvidenceStudy *));
		if (grown == NULL)
			return ERR_NOMEM;
		table->studies = grown;
		table->room = room;
	}
	table->studies[table->count++] = study;
	return ERR_NONE;
}

static enum err
read_row(struct evidence_table *table, const struct csv_row *cells)
{
	struct row *row = arena_alloc(table->arena, sizeof(*row));
	enum err err = ERR_NONE;
	size_t i;

	if (row == NULL)
		return ERR_NOMEM;
	row_init(row);
	for (i = 0; i < cells->count && err == ERR_NONE; i++) {
		if (i >= table->header.count) {
			fault_add(table, cells->line,
			    _("has %zu cells, the first row has %zu"),
			    cells->count, table->header.count);
			break;
		}
		if (table->column[i] != NULL &&
		    !is_missing(cells->cell[i].text))
			err = take_cell(table, row, cells, i);
	}
	if (err != ERR_NONE)
		return err;
	join(table, row, cells->line);
	return keep_row(table, &row->study);
}

/* ---- the first row ---- */

static void
add_unused(struct evidence_table *table, const char *text)
{
	size_t used = strlen(table->unused);
	size_t len = evidence_column_trim(&text);

	if (len == 0)
		return;
	if (len > NAME_MOST)
		len = text_cut(text, NAME_MOST);
	if (used + len + 3 > sizeof(table->unused))
		return;
	(void)snprintf(table->unused + used, sizeof(table->unused) - used,
	    "%s%.*s", used == 0 ? "" : ", ", (int)len, text);
}

/* Is there anything to compute with? */
static bool
has_numbers(const struct evidence_table *table)
{
	size_t i;

	for (i = 0; i < table->header.count; i++)
		if (table->column[i] != NULL &&
		    (table->column[i]->kind == COLUMN_OF_CELL ||
			table->column[i]->kind == COLUMN_OF_PAIRS ||
			table->column[i]->kind == COLUMN_EFFECT ||
			table->column[i]->kind == COLUMN_RATIO))
			return true;
	return false;
}

static void
read_header(struct evidence_table *table)
{
	const struct csv_row *header = &table->header;
	size_t i;
	size_t j;

	for (i = 0; i < header->count; i++) {
		table->column[i] = evidence_column_find(header->cell[i].text);
		if (table->column[i] == NULL)
			add_unused(table, header->cell[i].text);
		for (j = 0; j < i; j++)
			if (table->column[i] != NULL &&
			    table->column[j] == table->column[i])
				fault_add(table, header->line,
				    _("columns %zu and %zu are the same: "
				      "%.*s"),
				    j + 1, i + 1, SHOWN_MOST,
				    header->cell[i].text);
	}
	if (!has_numbers(table))
		fault_add(table, header->line,
		    _("no column has numbers to pool: see erfa evidence "
		      "--help"));
}

/* ---- the whole ---- */

static enum err
read_rows(struct evidence_table *table, struct csv_row *cells)
{
	char fault[CSV_FAULT_MAX];
	enum err err;

	for (;;) {
		err = csv_next(table->csv, cells, fault);
		if (err == ERR_NOENT)
			return ERR_NONE;
		if (err == ERR_SYNTAX) {
			fault_add(table, cells->line, "%s", fault);
			continue;
		}
		if (err == ERR_LIMIT) {
			fault_add(table, cells->line,
			    _("there are more than %d rows"), CSV_ROWS_MAX);
			return ERR_NONE;
		}
		if (err != ERR_NONE ||
		    (err = read_row(table, cells)) != ERR_NONE)
			return err;
	}
}

static enum err
read_all(struct evidence_table *table, const char *text, size_t len)
{
	char fault[CSV_FAULT_MAX];
	struct csv_row *cells;
	enum err err;

	err = csv_new(text, len, 0, &table->csv, fault);
	if (err == ERR_SYNTAX) {
		fault_add(table, 1, "%s", fault);
		return ERR_NONE;
	}
	if (err != ERR_NONE)
		return err;
	table->comma = csv_delimiter(table->csv) != ',';
	err = csv_next(table->csv, &table->header, fault);
	if (err == ERR_SYNTAX || err == ERR_NOENT) {
		fault_add(table, 1, "%s",
		    err == ERR_NOENT ? _("there is nothing in it") : fault);
		return ERR_NONE;
	}
	if (err != ERR_NONE)
		return err;
	read_header(table);
	if ((cells = calloc(1, sizeof(*cells))) == NULL)
		return ERR_NOMEM;
	err = read_rows(table, cells);
	free(cells);
	return err;
}

enum err
evidence_table_read(const char *text, size_t len, enum effect_measure measure,
    struct evidence_table **ret_table)
{
	struct evidence_table *table;
	enum err err;

	if ((table = calloc(1, sizeof(*table))) == NULL)
		return ERR_NOMEM;
	table->measure = measure;
	if ((err = arena_new(ARENA_BYTES, &table->arena)) != ERR_NONE ||
	    (err = read_all(table, text, len)) != ERR_NONE) {
		evidence_table_free(table);
		return err;
	}
	*ret_table = table;
	return ERR_NONE;
}

void
evidence_table_free(struct evidence_table *table)
{
	if (table == NULL)
		return;
	arena_free(table->arena);
	csv_free(table->csv);
	free(table->studies);
	free(table);
}

Erfa__EvidenceStudy *const *
evidence_table_studies(const struct evidence_table *table, size_t *ret_count)
{
	*ret_count = table->count;
	return table->studies;
}

const struct corpus_fault *
evidence_table_faults(
    const struct evidence_table *table, size_t *ret_count, size_t *ret_all)
{
	*ret_count = table->kept;
	*ret_all = table->all;
	return table->faults;
}

const char *
evidence_table_unused(const struct evidence_table *table)
{
	return table->unused;
}
