#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/answer.h"
#include "proto/body.h"
#include "proto/control.h"
#include "proto/report.pb-c.h"
#include "client/cells.h"
#include "client/cmd.h"
#include "client/groups.h"
#include "client/join.h"
#include "client/print.h"
#include "client/rows.h"
#include "client/run.h"
#include "client/speech.h"
#include "client/table.h"
#include "client/whole.h"

#define BREADTH    5    /* sectors from which on only the commonest is named */
#define TEXT_ROOM  4096 /* bytes of a cell */
#define CODE_ROOM  64   /* bytes of a code */
#define COLUMN     18 /* where cells begin when they stand in lines, at least */
#define COUNTRIES  5
#define VALUES_MAX 32 /* of one row */

/* What stands in the table: a row and the values it may have. */
struct row {
	const char *code;
	const ProtobufCEnumDescriptor *desc;
};

static const struct row rows[] = {
	{ "purpose", &erfa__purpose__descriptor },
	{ "trust_relation", &erfa__trust_relation__descriptor },
	{ "sector", &erfa__sector__descriptor },
	{ "approach", &erfa__approach__descriptor },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* The first three are those of the printed table. */
static const char *const countries[COUNTRIES] = { "DK", "NO", "SE", "FI",
	"IS" };

/* The table while it is made. */
struct making {
	struct run *run;
	const Erfa__Table31Answer *answer;
	Erfa__Table31Report *report;
};

/* ---- counts ---- */

struct count {
	uint64_t schemes;
	uint64_t trials;
};

/* What all pages together counted. */
static struct count
count_of(const struct making *it, const char *country, const char *row,
    const char *code)
{
	const Erfa__Table31Count *one;
	struct count sum = { 0, 0 };
	size_t i;

	for (i = 0; i < it->answer->n_count; i++) {
		one = it->answer->count[i];
		if (strcmp(run_text(one->country), country) != 0 ||
		    strcmp(run_text(one->row), row) != 0 ||
		    strcmp(run_text(one->code), code) != 0)
			continue;
		sum.schemes += one->schemes;
		sum.trials += one->trials;
	}
	return sum;
}

static void
code_of(const struct row *row, unsigned i, char out[CODE_ROOM])
{
	char code[ROWS_CODE_MAX];
	size_t prefix = strlen(row->desc->values[0].name) - strlen("UNSET");

	rows_code(row->desc->values[i].name + prefix, "", code);
	(void)snprintf(out, CODE_ROOM, "%s", code);
}

/* ---- words ---- */

static const char *
word(const struct making *it, const char *code)
{
	return labels_get(it->run->labels, "table31", code);
}

/* Whether DFØ writes the sector as a part of health and care. */
static bool
is_care(const char *code)
{
	return strcmp(code, "elder_care") == 0 || strcmp(code, "health") == 0 ||
	    strcmp(code, "disability") == 0;
}

/* How many of the values that schemes name are health and care. */
static size_t
care_of(const Erfa__Table31Cell *cell)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < cell->n_value; i++)
		count += cell->value[i]->schemes > 0 &&
		    is_care(cell->value[i]->code);
	return count;
}

/* The sector that most programmes name; health and care is one if more than
 * one of its parts is named.  Of equals the first holds. */
static const char *
commonest(const struct making *it, const Erfa__Table31Cell *cell)
{
	bool whole = care_of(cell) > 1;
	const char *best = "";
	uint64_t most = 0;
	uint64_t schemes;
	size_t i;

	for (i = 0; i < cell->n_value; i++) {
		schemes = cell->value[i]->schemes;
		if (whole && is_care(cell->value[i]->code))
			schemes = count_of(
			    it, cell->country, "sector", "health_care")
				      .schemes;
		if (schemes <= most)
			continue;
		most = schemes;
		best = whole && is_care(cell->value[i]->code) ?
		    word(it, "health_care") :
		    cell->value[i]->label;
	}
	return best;
}

/* "a range of sectors, above all {sector}" with the sector put in. */
static void
breadth_text(
    const struct making *it, const Erfa__Table31Cell *cell, char out[TEXT_ROOM])
{
	const char *text = word(it, "breadth");
	const char *mark = strstr(text, "{sector}");

	if (mark == NULL)
		(void)snprintf(
		    out, TEXT_ROOM, "%s %s", text, commonest(it, cell));
	else
		(void)snprintf(out, TEXT_ROOM, "%.*s%s%s", (int)(mark - text),
		    text, commonest(it, cell), mark + strlen("{sector}"));
}

/* All values that schemes name; the three parts of health and care as one. */
static void
list_text(
    const struct making *it, const Erfa__Table31Cell *cell, char out[TEXT_ROOM])
{
	bool whole = care_of(cell) == 3;
	bool told = false;
	size_t i;

	for (i = 0; i < cell->n_value; i++) {
		if (cell->value[i]->schemes == 0)
			continue;
		if (!whole || !is_care(cell->value[i]->code))
			join_text(out, TEXT_ROOM, ", ", cell->value[i]->label);
		else if (!told)
			join_text(
			    out, TEXT_ROOM, ", ", word(it, "health_care"));
		told = told || is_care(cell->value[i]->code);
	}
}

/* What trials say: each value with its number, the commonest first. */
static void
trials_text(const Erfa__Table31Cell *cell, char out[TEXT_ROOM])
{
	char text[TEXT_ROOM];
	bool told[VALUES_MAX] = { false };
	size_t best;
	size_t i;

	for (;;) {
		best = cell->n_value;
		for (i = 0; i < cell->n_value && i < VALUES_MAX; i++)
			if (!told[i] && cell->value[i]->trials > 0 &&
			    (best == cell->n_value ||
				cell->value[i]->trials >
				    cell->value[best]->trials))
				best = i;
		if (best == cell->n_value)
			return;
		told[best] = true;
		(void)snprintf(text, sizeof(text), "%s %llu",
		    cell->value[best]->label,
		    (unsigned long long)cell->value[best]->trials);
		join_text(out, TEXT_ROOM, ", ", text);
	}
}

/* ---- the table ---- */

static enum err
add_value(const struct making *it, const struct row *row, unsigned i,
    Erfa__Table31Cell *cell)
{
	Erfa__Table31Value *value;
	struct count count;
	char code[CODE_ROOM];
	enum err err;

	code_of(row, i, code);
	count = count_of(it, cell->country, row->code, code);
	if (count.schemes == 0 && count.trials == 0)
		return ERR_NONE;
	err = answer_add(&cell->value, &cell->n_value,
	    &erfa__table31_value__descriptor, &value);
	if (err != ERR_NONE ||
	    (err = answer_text(&value->code, code)) != ERR_NONE)
		return err;
	value->has_schemes = true;
	value->schemes = count.schemes;
	value->has_trials = args_given(it->run->args, "from-trials");
	value->trials = count.trials;
	return answer_text(
	    &value->label, labels_get(it->run->labels, row->code, code));
}

/* How many different fields of work schemes name. */
static size_t
sectors_of(const Erfa__Table31Cell *cell)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < cell->n_value; i++)
		count += cell->value[i]->schemes > 0 &&
		    strcmp(cell->value[i]->code, "several") != 0;
	return count;
}

static enum err
fill_text(
    const struct making *it, const struct row *row, Erfa__Table31Cell *cell)
{
	char text[TEXT_ROOM] = "";
	char trials[TEXT_ROOM] = "";
	enum err err;

	cell->has_breadth = row->desc == &erfa__sector__descriptor;
	cell->breadth = cell->has_breadth && sectors_of(cell) >= BREADTH;
	if (cell->breadth)
		breadth_text(it, cell, text);
	else
		list_text(it, cell, text);
	if ((err = answer_text(&cell->text, text)) != ERR_NONE ||
	    !args_given(it->run->args, "from-trials"))
		return err;
	trials_text(cell, trials);
	return answer_text(&cell->trials, trials);
}

static enum err
add_cell(const struct making *it, const struct row *row, const char *country,
    Erfa__Table31Row *made)
{
	Erfa__Table31Cell *cell;
	unsigned i;
	enum err err;

	err = answer_add(
	    &made->cell, &made->n_cell, &erfa__table31_cell__descriptor, &cell);
	if (err != ERR_NONE ||
	    (err = answer_text(&cell->country, country)) != ERR_NONE ||
	    (err = answer_text(&cell->label,
		 labels_get(it->run->labels, "country", country))) != ERR_NONE)
		return err;
	for (i = 1; i < row->desc->n_values && err == ERR_NONE; i++)
		err = add_value(it, row, i, cell);
	return err == ERR_NONE ? fill_text(it, row, cell) : err;
}

static enum err
add_row(const struct making *it, const struct row *row)
{
	size_t columns = args_given(it->run->args, "nordic") ? COUNTRIES : 3;
	Erfa__Table31Row *made;
	size_t i;
	enum err err;

	err = answer_add(&it->report->row, &it->report->n_row,
	    &erfa__table31_row__descriptor, &made);
	if (err != ERR_NONE ||
	    (err = answer_text(&made->code, row->code)) != ERR_NONE ||
	    (err = answer_text(&made->label, word(it, row->code))) != ERR_NONE)
		return err;
	for (i = 0; i < columns && err == ERR_NONE; i++)
		err = add_cell(it, row, countries[i], made);
	return err;
}

/* Make the table; the schemes are taken out of the answer. */
static enum err
make(const struct making *it, Erfa__Table31Answer *answer)
{
	size_t i;
	enum err err;

	err = answer_text(&it->report->schema, "erfa.table31/1");
	for (i = 0; i < ROWS && err == ERR_NONE; i++)
		err = add_row(it, &rows[i]);
	it->report->scheme = answer->scheme;
	it->report->n_scheme = answer->n_scheme;
	answer->scheme = NULL;
	answer->n_scheme = 0;
	it->report->restricted = answer->restricted;
	it->report->n_restricted = answer->n_restricted;
	answer->restricted = NULL;
	answer->n_restricted = 0;
	return err;
}

/* ---- out ---- */

/* The cells of a row, and below or beside each what trials say. */
static void
add_line(struct table *table, const Erfa__Table31Row *row, bool trials)
{
	size_t i;

	table_add(table, trials ? _("  trials say") : row->label);
	for (i = 0; i < row->n_cell; i++)
		table_add(
		    table, trials ? row->cell[i]->trials : row->cell[i]->text);
}

static int
print_table(const struct making *it)
{
	struct table_column columns[COUNTRIES + 1] = { { "", false, 0 } };
	const Erfa__Table31Row *first = it->report->row[0];
	struct run *run = it->run;
	struct table *table;
	size_t i;
	int status = EXIT_DONE;

	for (i = 0; i < first->n_cell; i++)
		columns[i + 1] = (struct table_column){ first->cell[i]->label,
			false, 1 };
	if (table_new(run->out, columns, first->n_cell + 1, &table) != ERR_NONE)
		return run_nomem(run);
	for (i = 0; i < it->report->n_row; i++) {
		add_line(table, it->report->row[i], false);
		if (args_given(run->args, "from-trials"))
			add_line(table, it->report->row[i], true);
	}
	if (table_print(table) != ERR_NONE)
		status = run_nomem(run);
	table_free(table);
	return status;
}

/* On a terminal cells would be cut: they stand in lines instead. */
static void
print_lines(const struct making *it)
{
	static const char *const labels[] = { N_("trials say"), NULL };
	struct run *run = it->run;
	unsigned column = print_column(COLUMN, 4, labels);
	const Erfa__Table31Row *row;
	size_t i, k;

	for (i = 0; i < it->report->n_row; i++) {
		row = it->report->row[i];
		print_styled(run->out, PRINT_STRONG, "%s", row->label);
		print_say(run->out, "\n");
		for (k = 0; k < row->n_cell; k++) {
			print_field(run->out, 2, row->cell[k]->label, column,
			    row->cell[k]->text);
			if (run_text(row->cell[k]->trials)[0] != '\0')
				print_field(run->out, 4, "trials say", column,
				    row->cell[k]->trials);
		}
	}
}

/* Say what it was made from. */
static void
print_made_from(const struct making *it)
{
	char count[PRINT_COUNT_MAX];

	print_count(it->report->n_scheme, "programme or network",
	    "programmes and networks", count);
	if (it->report->n_scheme > 0)
		print_say(it->run->out, "\nMade from %s.\n", count);
	else
		print_say(it->run->out,
		    "No programme or network here says what it is for.\n"
		    "Those that DFØ-notat 2023:1 names:  erfa publish "
		    "%s/table31.json\n",
		    it->run->data);
}

static int
print_csv(const struct making *it)
{
	bool trials = args_given(it->run->args, "from-trials");
	struct cells cells = { .print = it->run->out };
	const Erfa__Table31Row *row = it->report->row[0];
	char title[TEXT_ROOM];
	enum err err;
	size_t i, k;

	cells_put(&cells, "");
	for (k = 0; k < row->n_cell; k++) {
		cells_put(&cells, row->cell[k]->label);
		(void)snprintf(title, sizeof(title), _("%s: trials say"),
		    row->cell[k]->label);
		if (trials)
			cells_put(&cells, title);
	}
	err = cells_end(&cells);
	for (i = 0; i < it->report->n_row && err == ERR_NONE; i++) {
		row = it->report->row[i];
		cells_put(&cells, row->label);
		for (k = 0; k < row->n_cell; k++) {
			cells_put(&cells, row->cell[k]->text);
			if (trials)
				cells_put(&cells, row->cell[k]->trials);
		}
		err = cells_end(&cells);
	}
	return err == ERR_NONE ? EXIT_DONE : run_nomem(it->run);
}

static int
tell(const struct making *it)
{
	struct run *run = it->run;
	int status = EXIT_DONE;

	if (run->json)
		return run_json(run, &it->report->base);
	if (args_given(run->args, "csv")) {
		groups_warn(run->err, it->report->n_restricted);
		return print_csv(it);
	}
	if (it->answer->n_count > 0 && print_columns(run->out) > 0)
		print_lines(it);
	else if (it->answer->n_count > 0)
		status = print_table(it);
	if (status == EXIT_DONE) {
		print_made_from(it);
		groups_warn(run->out, it->report->n_restricted);
	}
	return status;
}

int
cmd_table31(struct run *run)
{
	static const char *const lists[] = { "count", "scheme", "restricted",
		NULL };
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__Table31Request ask = ERFA__TABLE31_REQUEST__INIT;
	struct making it = { .run = run };
	Erfa__Answer *answer = NULL;
	int status;

	ask.has_from_trials = 1;
	ask.from_trials = args_given(run->args, "from-trials");
	request.ask_case = ERFA__REQUEST__ASK_TABLE31;
	request.table31 = &ask;
	status = whole_ask(run, &request, &ask.cursor, lists, &answer);
	if (status != EXIT_DONE)
		return status;
	it.answer = answer->table31;
	if ((it.report = calloc(1, sizeof(*it.report))) == NULL) {
		control_free_answer(answer);
		return run_nomem(run);
	}
	erfa__table31_report__init(it.report);
	if (make(&it, answer->table31) != ERR_NONE)
		status = run_nomem(run);
	else
		status = tell(&it);
	erfa__table31_report__free_unpacked(it.report, NULL);
	control_free_answer(answer);
	return status;
}
