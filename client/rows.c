#include "client/rows.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/groups.h"
#include "client/named.h"
#include "client/print.h"
#include "client/reason.h"
#include "client/recent.h"
#include "client/run.h"
#include "client/table.h"

#define CELL_MAX 512 /* bytes of a cell that we put together */

static const struct table_column trial_columns[] = {
	{ "#", true, 0 },
	{ N_("ID"), false, 0 },
	{ N_("TITLE"), false, 3 },
	{ N_("WHERE"), false, 1 },
	{ N_("STATUS"), false, 1 },
	{ N_("LANG"), false, 0 },
	{ N_("PERIOD"), false, 0 },
};

static const struct table_column found_columns[] = {
	{ "#", true, 0 },
	{ N_("ID"), false, 0 },
	{ N_("TITLE"), false, 3 },
	{ N_("WHERE"), false, 1 },
	{ N_("STATUS"), false, 1 },
	{ N_("LANG"), false, 0 },
	{ N_("MATCHED"), false, 2 },
};

static const struct table_column entry_columns[] = {
	{ "#", true, 0 },
	{ N_("ID"), false, 0 },
	{ N_("TITLE"), false, 3 },
	{ N_("KIND"), false, 1 },
	{ N_("FROM"), false, 1 },
	{ N_("STATE"), false, 1 },
	{ N_("TIME"), false, 0 },
};

#define COLUMNS_NARROW 5   /* of each of these tables, on a narrow terminal */
#define COLUMNS_WIDE   7   /* elsewhere */
#define WIDE           110 /* columns of a terminal that is not narrow */

void
rows_code(const char *text, const char *prefix, char out[ROWS_CODE_MAX])
{
	size_t i;

	if (strncmp(text, prefix, strlen(prefix)) == 0)
		text += strlen(prefix);
	for (i = 0; i + 1 < ROWS_CODE_MAX && text[i] != '\0'; i++)
		out[i] = (char)tolower((unsigned char)text[i]);
	out[i] = '\0';
}

/* Is nothing left here of what it says, for a reason that ${row} names? */
static bool
is_empty(const Erfa__Row *row)
{
	const char *state = run_text(row->state);

	return state[0] != '\0' && strcmp(state, "here") != 0;
}

void
rows_status(const struct run *run, const Erfa__Row *row, char *out, size_t size)
{
	char code[ROWS_CODE_MAX];
	const char *label;

	rows_code(run_text(row->status), "STATUS_", code);
	label = labels_get(run->labels, "status", code);
	if (code[0] == '\0' && is_empty(row))
		(void)snprintf(out, size, "%s",
		    labels_get(run->labels, "state", row->state));
	else if (row->transcribed && *label != '\0' && !row->retracted)
		(void)snprintf(out, size, "%s (%s)", label,
		    labels_get(run->labels, "word", "reported"));
	else if (row->retracted)
		(void)snprintf(out, size, "%s",
		    labels_get(run->labels, "word", "retracted"));
	else if (row->claims)
		(void)snprintf(out, size, "%s",
		    labels_get(run->labels, "word", "claims to be active"));
	else if (row->exemption_expired)
		(void)snprintf(out, size, "%s (%s)", label,
		    labels_get(run->labels, "word", "permission expired"));
	else
		(void)snprintf(out, size, "%s", label);
}

/* Several keys claim to be who published it. */
static void
add_dispute(const Erfa__Row *row, char *out, size_t size)
{
	size_t len = strlen(out);

	if (row->disputed)
		(void)snprintf(out + len, size - len, "%s", _(" (disputed)"));
}

/* Where it runs: the first place, and how many more there are.  Who says nothing
 * of it means their own. */
static void
place(const Erfa__Row *row, char *out, size_t size)
{
	if (row->n_site == 0 && !row->transcribed)
		(void)snprintf(out, size, "%s", run_text(row->publisher));
	else if (row->n_site == 0)
		(void)snprintf(out, size, "%s", run_text(row->country));
	else if (row->n_site == 1)
		(void)snprintf(out, size, "%s", row->site[0]);
	else
		(void)snprintf(
		    out, size, "%s +%zu", row->site[0], row->n_site - 1);
	add_dispute(row, out, size);
}

/* What names the record: its id, or the position of an entry without one. */
static void
name_of(const Erfa__Row *row, char *out, size_t size)
{
	if (run_text(row->id)[0] != '\0')
		(void)snprintf(out, size, "%s", row->id);
	else
		(void)snprintf(out, size, "%.8s %llu", run_text(row->log),
		    (unsigned long long)row->n);
}

/* A list on its way to the terminal. */
struct list {
	struct table *table;
	bool trials; /* nothing else is in it */
	bool found;  /* it answers a search */
	bool narrow;
};

/* The title, struck through if the record was taken back. */
static int
add_title(struct run *run, const struct list *list, const Erfa__Row *row)
{
	char title[NAMED_MAX];
	int status = named_row(run, row, title);

	if (row->retracted)
		table_strike(list->table, title);
	else
		table_add(list->table, title);
	return status;
}

/* Put what was learnt behind the status, if somebody says so. */
static void
add_verdict(struct run *run, const Erfa__Row *row, char *cell, size_t size)
{
	size_t len = strlen(cell);

	if (row->verdict == NULL || strcmp(row->verdict, "not_stated") == 0)
		return;
	(void)snprintf(cell + len, size - len, "; %s",
	    labels_get(run->labels, "verdict", row->verdict));
}

static int
add_trial(struct run *run, const struct list *list, const Erfa__Row *row)
{
	char cell[CELL_MAX];
	char why[REASON_LINE];
	int status = add_title(run, list, row);

	place(row, cell, sizeof(cell));
	table_add(list->table, cell);
	rows_status(run, row, cell, sizeof(cell));
	add_verdict(run, row, cell, sizeof(cell));
	groups_mark(run, row->group, cell, sizeof(cell));
	table_add(list->table, cell);
	if (list->narrow)
		return status;
	table_add(list->table, row->language);
	reason_line(row, why, sizeof(why));
	table_add(list->table, list->found ? why : row->period);
	return status;
}

static int
add_entry(struct run *run, const struct list *list, const Erfa__Row *row)
{
	char time_text[PRINT_TIME_MAX];
	char cell[CELL_MAX];
	int status = add_title(run, list, row);

	(void)snprintf(cell, sizeof(cell), "%s",
	    labels_get(run->labels, "kind", run_text(row->kind)));
	groups_mark(run, row->group, cell, sizeof(cell));
	table_add(list->table, cell);
	(void)snprintf(cell, sizeof(cell), "%s", run_text(row->publisher));
	add_dispute(row, cell, sizeof(cell));
	table_add(list->table, cell);
	if (list->narrow)
		return status;
	table_add(list->table,
	    row->retracted ?
		labels_get(run->labels, "word", "retracted") :
		labels_get(run->labels, "state", run_text(row->state)));
	print_time(run_text(row->time), time_text);
	table_add(list->table, time_text);
	return status;
}

/* Keep the ids for @1, @2 ...; without a terminal there is nothing to keep. */
static int
remember(struct run *run, Erfa__Row *const *rows, size_t count)
{
	char path[RECENT_PATH_MAX];
	const char **ids;
	size_t i;

	if (recent_path(path) != ERR_NONE)
		return EXIT_DONE;
	if ((ids = calloc(count + 1, sizeof(*ids))) == NULL)
		return run_nomem(run);
	for (i = 0; i < count; i++) {
		ids[i] = run_text(rows[i]->full_id);
		if (*ids[i] == '\0')
			ids[i] = run_text(rows[i]->id);
		/* What has no id cannot be shown, but its line is counted. */
		if (strlen(ids[i]) > RECORD_ID_CHARS ||
		    strpbrk(ids[i], "\r\n") != NULL)
			ids[i] = "";
	}
	/* That @3 will not work is no reason to fail now. */
	(void)!recent_save(path, ids, count);
	free(ids);
	return EXIT_DONE;
}

static bool
all_trials(Erfa__Row *const *rows, size_t from, size_t count)
{
	size_t i;

	for (i = from; i < count; i++)
		if (strcmp(run_text(rows[i]->kind), "trial") != 0)
			return false;
	return true;
}

/* Begin a list with the columns that its rows and the terminal want. */
static int
begin_list(struct run *run, struct list *list)
{
	const struct table_column *columns = entry_columns;
	unsigned width = print_columns(run->out);
	size_t count = COLUMNS_WIDE;

	if (list->trials)
		columns = list->found ? found_columns : trial_columns;
	list->narrow = width > 0 && width < WIDE;
	if (list->narrow)
		count = COLUMNS_NARROW;
	if (table_new(run->out, columns, count, &list->table) != ERR_NONE)
		return run_nomem(run);
	return EXIT_DONE;
}

/* Where there is no room for a column, say below why each was found. */
static void
print_reasons(
    struct run *run, Erfa__Row *const *rows, size_t from, size_t count)
{
	char line[REASON_LINE];
	char label[ROWS_CODE_MAX];
	size_t i;

	for (i = from; i < count; i++) {
		reason_line(rows[i], line, sizeof(line));
		if (line[0] == '\0')
			continue;
		(void)snprintf(label, sizeof(label), "%2zu  %.2s", i + 1,
		    run_text(rows[i]->language));
		print_field(run->out, 0, label, 8, line);
	}
}

int
rows_print_from(struct run *run, Erfa__Row *const *rows, size_t from,
    size_t count, bool found)
{
	struct list list = { NULL, all_trials(rows, from, count), found,
		false };
	char cell[CELL_MAX];
	size_t i;
	int status;

	if ((status = begin_list(run, &list)) != EXIT_DONE)
		return status;
	for (i = from; i < count && status == EXIT_DONE; i++) {
		(void)snprintf(cell, sizeof(cell), "%zu", i + 1);
		table_add(list.table, cell);
		name_of(rows[i], cell, sizeof(cell));
		table_add(list.table, cell);
		status = list.trials ? add_trial(run, &list, rows[i]) :
				       add_entry(run, &list, rows[i]);
	}
	if (status == EXIT_DONE && table_print(list.table) != ERR_NONE)
		status = run_nomem(run);
	if (status == EXIT_DONE && list.narrow && list.trials && found)
		print_reasons(run, rows, from, count);
	if (status == EXIT_DONE)
		status = remember(run, rows, count);
	table_free(list.table);
	return status;
}

int
rows_print(struct run *run, Erfa__Row *const *rows, size_t count, bool found)
{
	return rows_print_from(run, rows, 0, count, found);
}

void
rows_print_line(struct run *run, const Erfa__Row *row)
{
	char text[CELL_MAX];

	print_time(run_text(row->time), text);
	print_say(run->out, "%s  ", text);
	print_pad(
	    run->out, labels_get(run->labels, "kind", run_text(row->kind)), 12);
	name_of(row, text, sizeof(text));
	print_pad(run->out, text, 18);
	print_say(run->out, "%s", run_text(row->title));
	if (run_text(row->publisher)[0] != '\0')
		print_say(run->out, "  (%s)", row->publisher);
	if (run_text(row->state)[0] != '\0' && strcmp(row->state, "here") != 0)
		print_say(run->out, "  [%s]",
		    labels_get(run->labels, "state", row->state));
	else if (run_text(row->group)[0] != '\0')
		print_say(run->out, "  [%s]",
		    labels_get(run->labels, "state", "restricted"));
	print_say(run->out, "\n");
}
