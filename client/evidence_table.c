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
#include "client/speech.h"

#define ARENA_BYTES 65536
#define NAME_MOST   32  /* characters of a column's name that are looked at */
#define UNUSED_MOST 512 /* bytes of the list of unused columns */
#define SHOWN_MOST  40  /* bytes of a cell in a fault */
#define CELLS       4
#define BLANKS      " \t\r\n"

/* The cells of a study, as columns name them. */
enum cell {
	AFTER,
	COMPARISON,
	BEFORE,
	COMPARISON_BEFORE,
};

/* What a column holds. */
enum kind {
	TEXT,   /* at an offset of the study */
	NUMBER, /* of the study */
	OF_CELL,
	OF_PAIRS,
	OF_ESTIMATE,
	FLAG, /* yes or no, of the study */
	DESIGN,
	POLARITY,
	MEASURE,
	WITHOUT, /* units of a cell without the event */
	EFFECT,  /* on the scale that is pooled */
	RATIO,   /* on the ratio scale */
};

/* A row on its way: a study and all that may hang on it. */
struct row {
	Erfa__EvidenceStudy study;
	Erfa__EvidenceCell cell[CELLS];
	Erfa__EvidencePairs pairs;
	Erfa__Estimate estimate;
	bool has_cell[CELLS];
	bool has_pairs;
	bool has_estimate;
	bool has_ratio;
	bool has_without[CELLS];
	double without[CELLS];
};

struct column {
	const char *names; /* with blanks between them; the first is ours */
	const char *help;
	enum kind kind;
	enum cell cell;
	size_t has; /* offsets, as kind says */
	size_t value;
};

#define STUDY(names, field, help)                        \
	{                                                \
		names, help, TEXT, AFTER, 0,             \
		    offsetof(Erfa__EvidenceStudy, field) \
	}
#define AT(names, kind, type, field, help)                             \
	{                                                              \
		names, help, kind, AFTER, offsetof(type, has_##field), \
		    offsetof(type, field)                              \
	}
#define CELL(names, cell, field, help)                         \
	{                                                      \
		names, help, OF_CELL, cell,                    \
		    offsetof(Erfa__EvidenceCell, has_##field), \
		    offsetof(Erfa__EvidenceCell, field)        \
	}
#define SPECIAL(names, kind, cell, help)      \
	{                                     \
		names, help, kind, cell, 0, 0 \
	}

static const struct column columns[] = {
	STUDY("study name author", name, N_("what the row is called")),
	STUDY("site municipality", site,
	    N_("the municipality; one that stands twice is told of")),
	STUDY("year", year, N_("of the last follow-up")),
	SPECIAL("design class alloc", DESIGN, AFTER,
	    N_("randomised, comparison_post, comparison_pre_post, "
	       "before_after, time_series")),
	STUDY("indicator", indicator, N_("its code; each is pooled apart")),
	STUDY("indicator_name", indicator_name, N_("its name")),
	STUDY("unit", unit, N_("of the numbers")),
	SPECIAL("polarity", POLARITY, AFTER,
	    N_("higher_better, lower_better or neutral")),
	AT("origin", FLAG, Erfa__EvidenceStudy, origin,
	    N_("yes: the pool is shown without it too")),
	STUDY("comparison_site", comparison_site,
	    N_("the comparison municipality; one used twice is told of")),
	STUDY("left_out exclude", left_out,
	    N_("a reason: the row is listed and not pooled")),
	CELL("n1 n1i", AFTER, n, N_("units measured, with the trial")),
	CELL("m1 mean1 m1i", AFTER, mean, N_("their mean")),
	CELL("sd1 sd1i", AFTER, sd, N_("their standard deviation")),
	CELL("e1 events1 ai x1 x1i tpos", AFTER, events,
	    N_("units with the event, or events of a rate")),
	SPECIAL("f1 bi tneg", WITHOUT, AFTER,
	    N_("units without it, instead of n1")),
	CELL("t1 exposure1 t1i", AFTER, exposure,
	    N_("time or units that a rate is of")),
	CELL("n2 n2i", COMPARISON, n, N_("the same of the comparison")),
	CELL("m2 mean2 m2i", COMPARISON, mean, NULL),
	CELL("sd2 sd2i", COMPARISON, sd, NULL),
	CELL("e2 events2 ci x2 x2i cpos", COMPARISON, events, NULL),
	SPECIAL("f2 di cneg", WITHOUT, COMPARISON, NULL),
	CELL("t2 exposure2 t2i", COMPARISON, exposure, NULL),
	STUDY("exposure_unit", exposure_unit, N_("of t1 and t2")),
	CELL("n1_before", BEFORE, n, N_("the same before the trial")),
	CELL("m1_before mean1_before", BEFORE, mean, NULL),
	CELL("sd1_before", BEFORE, sd, NULL),
	CELL("e1_before events1_before", BEFORE, events, NULL),
	CELL("t1_before exposure1_before", BEFORE, exposure, NULL),
	CELL("n2_before", COMPARISON_BEFORE, n,
	    N_("the same of the comparison, before")),
	CELL("m2_before mean2_before", COMPARISON_BEFORE, mean, NULL),
	CELL("sd2_before", COMPARISON_BEFORE, sd, NULL),
	CELL("e2_before events2_before", COMPARISON_BEFORE, events, NULL),
	CELL("t2_before exposure2_before", COMPARISON_BEFORE, exposure, NULL),
	AT("r r1 ri", NUMBER, Erfa__EvidenceStudy, r,
	    N_("correlation of before and after; else 0.5 is assumed")),
	AT("r2", NUMBER, Erfa__EvidenceStudy, comparison_r,
	    N_("the same of the comparison")),
	AT("same_people", FLAG, Erfa__EvidenceStudy, same_people,
	    N_("yes or no: before and after are the same people")),
	AT("pairs_both", OF_PAIRS, Erfa__EvidencePairs, both,
	    N_("the same people: with the event before and after")),
	AT("pairs_before", OF_PAIRS, Erfa__EvidencePairs, only_before,
	    N_("only before")),
	AT("pairs_after", OF_PAIRS, Erfa__EvidencePairs, only_after,
	    N_("only after")),
	AT("pairs_neither", OF_PAIRS, Erfa__EvidencePairs, neither,
	    N_("never")),
	SPECIAL("measure", MEASURE, AFTER,
	    N_("of yi and ratio: md, smd, rr, or, rd, irr, mc, smcr")),
	AT("yi", EFFECT, Erfa__Estimate, estimate,
	    N_("a ready-made effect; of a ratio its logarithm")),
	AT("ratio", RATIO, Erfa__Estimate, estimate,
	    N_("a ready-made ratio, with ci_low and ci_high")),
	AT("vi", NUMBER, Erfa__EvidenceStudy, variance, N_("variance of yi")),
	AT("se sei", OF_ESTIMATE, Erfa__Estimate, se,
	    N_("or its standard error")),
	AT("ci_low", OF_ESTIMATE, Erfa__Estimate, ci_low,
	    N_("or its interval of 95 %")),
	AT("ci_high", OF_ESTIMATE, Erfa__Estimate, ci_high, NULL),
	AT("clustered", FLAG, Erfa__EvidenceStudy, clustered,
	    N_("yes: in schools, homes ... and not corrected for it")),
	AT("cluster_size", NUMBER, Erfa__EvidenceStudy, cluster_size,
	    N_("mean units in one")),
	AT("icc", NUMBER, Erfa__EvidenceStudy, icc,
	    N_("intraclass correlation: the variance is corrected")),
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct word {
	const char *text;
	int value;
};

static const struct word designs[] = {
	{ "randomised", ERFA__DESIGN__DESIGN_RANDOMISED },
	{ "randomized", ERFA__DESIGN__DESIGN_RANDOMISED },
	{ "random", ERFA__DESIGN__DESIGN_RANDOMISED },
	{ "a", ERFA__DESIGN__DESIGN_RANDOMISED },
	{ "comparison_pre_post", ERFA__DESIGN__DESIGN_COMPARISON_PRE_POST },
	{ "comparison_post", ERFA__DESIGN__DESIGN_COMPARISON_POST },
	{ "controlled", ERFA__DESIGN__DESIGN_COMPARISON_POST },
	{ "alternate", ERFA__DESIGN__DESIGN_COMPARISON_POST },
	{ "systematic", ERFA__DESIGN__DESIGN_COMPARISON_POST },
	{ "b", ERFA__DESIGN__DESIGN_COMPARISON_POST },
	{ "pre_post", ERFA__DESIGN__DESIGN_PRE_POST },
	{ "before_after", ERFA__DESIGN__DESIGN_PRE_POST },
	{ "c", ERFA__DESIGN__DESIGN_PRE_POST },
	{ "time_series", ERFA__DESIGN__DESIGN_TIME_SERIES },
	{ "qualitative", ERFA__DESIGN__DESIGN_QUALITATIVE },
	{ "none", ERFA__DESIGN__DESIGN_NONE },
	{ NULL, 0 },
};

static const struct word polarities[] = {
	{ "higher_better", ERFA__POLARITY__POLARITY_HIGHER_BETTER },
	{ "lower_better", ERFA__POLARITY__POLARITY_LOWER_BETTER },
	{ "neutral", ERFA__POLARITY__POLARITY_NEUTRAL },
	{ NULL, 0 },
};

static const struct word flags[] = {
	{ "yes", 1 },
	{ "no", 0 },
	{ "true", 1 },
	{ "false", 0 },
	{ "1", 1 },
	{ "0", 0 },
	{ NULL, 0 },
};

struct evidence_table {
	struct arena *arena;
	struct csv *csv;
	struct csv_row header;
	const struct column *column[CSV_COLUMNS_MAX]; /* NULL: unused */
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

/* The words of a cell, without blanks around them. */
static size_t
trim(const char **text)
{
	size_t len;

	*text += strspn(*text, BLANKS);
	len = strlen(*text);
	while (len > 0 && strchr(BLANKS, (*text)[len - 1]) != NULL)
		len--;
	return len;
}

static bool
is_missing(const char *text)
{
	static const char *const words[] = { "", "NA", "N/A", "-", "." };
	size_t len = trim(&text);
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
	size_t len = trim(&text);
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

static bool
read_word(const struct word *words, const char *text, int *out)
{
	size_t len = trim(&text);

	for (; words->text != NULL; words++)
		if (strlen(words->text) == len &&
		    strncasecmp(words->text, text, len) == 0)
			break;
	if (words->text != NULL)
		*out = words->value;
	return words->text != NULL;
}

/* A copy of a cell's text in the arena, or NULL. */
static char *
keep(struct evidence_table *table, const char *text)
{
	size_t len = trim(&text);
	char *copy = arena_alloc(table->arena, len + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

static void
put(void *message, const struct column *column, double number)
{
	char *base = message;
	protobuf_c_boolean has = 1;

	memcpy(base + column->has, &has, sizeof(has));
	memcpy(base + column->value, &number, sizeof(number));
}

/* Put a number where its column belongs. */
static void
put_number(struct row *row, const struct column *column, double number)
{
	switch (column->kind) {
	case NUMBER:
		put(&row->study, column, number);
		break;
	case OF_CELL:
		put(&row->cell[column->cell], column, number);
		row->has_cell[column->cell] = true;
		break;
	case OF_PAIRS:
		put(&row->pairs, column, number);
		row->has_pairs = true;
		break;
	case WITHOUT:
		row->has_without[column->cell] = true;
		row->without[column->cell] = number;
		break;
	case EFFECT:
	case RATIO:
		row->has_estimate = true;
		row->has_ratio = column->kind == RATIO;
		put(&row->estimate, column, number);
		break;
	case OF_ESTIMATE:
		put(&row->estimate, column, number);
		break;
	case TEXT:
	case FLAG:
	case DESIGN:
	case POLARITY:
	case MEASURE:
		break;
	}
}

static void
take_flag(struct evidence_table *table, struct row *row,
    const struct csv_row *cells, size_t i)
{
	const struct column *column = table->column[i];
	char *base = (char *)&row->study;
	protobuf_c_boolean has = 1;
	protobuf_c_boolean flag;
	int value;

	if (!read_word(flags, cells->cell[i].text, &value)) {
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
	bool design = table->column[i]->kind == DESIGN;
	int value = 0;

	if (!read_word(
		design ? designs : polarities, cells->cell[i].text, &value)) {
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
	const struct column *column = table->column[i];
	double number;

	switch (column->kind) {
	case TEXT:
		return take_text(table, row, cells, i);
	case FLAG:
		take_flag(table, row, cells, i);
		break;
	case DESIGN:
	case POLARITY:
		take_word(table, row, cells, i);
		break;
	case MEASURE:
		take_measure(table, row, cells, i);
		break;
	case NUMBER:
	case OF_CELL:
	case OF_PAIRS:
	case OF_ESTIMATE:
	case WITHOUT:
	case EFFECT:
	case RATIO:
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
	for (i = 0; i < CELLS; i++)
		erfa__evidence_cell__init(&row->cell[i]);
}

/* Units are those with the event and those without. */
static void
add_without(struct evidence_table *table, struct row *row, unsigned line)
{
	size_t i;

	for (i = 0; i < CELLS; i++) {
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
	if (row->has_cell[BEFORE])
		study->before = &row->cell[BEFORE];
	if (row->has_cell[AFTER])
		study->after = &row->cell[AFTER];
	if (row->has_cell[COMPARISON_BEFORE])
		study->comparison_before = &row->cell[COMPARISON_BEFORE];
	if (row->has_cell[COMPARISON])
		study->comparison = &row->cell[COMPARISON];
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

static bool
is_name(const char *names, const char *text, size_t len)
{
	size_t each;

	for (; *names != '\0'; names += each + strspn(names + each, " ")) {
		each = strcspn(names, " ");
		if (each == len && strncasecmp(names, text, len) == 0)
			return true;
	}
	return false;
}

static const struct column *
find_column(const char *text)
{
	size_t len = trim(&text);
	size_t i;

	for (i = 0; i < COLUMNS; i++)
		if (is_name(columns[i].names, text, len))
			return &columns[i];
	return NULL;
}

static void
add_unused(struct evidence_table *table, const char *text)
{
	size_t used = strlen(table->unused);
	size_t len = trim(&text);

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
		    (table->column[i]->kind == OF_CELL ||
			table->column[i]->kind == OF_PAIRS ||
			table->column[i]->kind == EFFECT ||
			table->column[i]->kind == RATIO))
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
		table->column[i] = find_column(header->cell[i].text);
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

bool
evidence_table_column(size_t i, const char **ret_names, const char **ret_help)
{
	if (i >= COLUMNS)
		return false;
	*ret_names = columns[i].names;
	*ret_help = columns[i].help;
	return true;
}
