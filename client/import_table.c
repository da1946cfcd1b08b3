#include "client/import_table.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/report.pb-c.h"
#include "client/form_words.h"
#include "client/input.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/slurp.h"
#include "client/speech.h"

/* ---- which file, which mapping ---- */

static bool
ends_in(const char *path, const char *end)
{
	size_t len = strlen(path);

	return len > strlen(end) &&
	    strcasecmp(path + len - strlen(end), end) == 0;
}

static bool
is_table(const char *path)
{
	return ends_in(path, ".csv") || ends_in(path, ".tsv");
}

bool
import_table_wanted(const struct run *run)
{
	return args_given(run->args, "map") ||
	    args_given(run->args, "delimiter") ||
	    is_table(args_word(run->args, 0));
}

/* "--map MAP", too, has the mapping after the file or before it. */
static int
choose_words(struct import_table *table)
{
	const struct args *args = table->run->args;
	const char *first = args_word(args, 0);
	const char *second = args_count(args) > 1 ? args_word(args, 1) : NULL;
	bool swapped = second != NULL && is_table(second) && !is_table(first);

	table->path = swapped ? second : first;
	table->mapping = args_value(args, "map");
	if (second == NULL)
		return EXIT_DONE;
	if (args_given(args, "map") && table->mapping == NULL) {
		table->mapping = swapped ? first : second;
		return EXIT_DONE;
	}
	return fault_say(&table->run->faults, EXIT_USAGE, "two_files", NULL,
	    "one file at a time");
}

static int
read_delimiter(struct import_table *table, char *ret_delimiter)
{
	static const char *const names[][2] = { { "semicolon", ";" },
		{ "comma", "," }, { "tab", "\t" }, { "\\t", "\t" } };
	const char *said = args_value(table->run->args, "delimiter");
	size_t i;

	*ret_delimiter = '\0';
	for (i = 0; said != NULL && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(said, names[i][0]) == 0)
			said = names[i][1];
	if (said == NULL)
		return EXIT_DONE;
	if (strlen(said) != 1 || strchr(";,\t|:", said[0]) == NULL)
		return fault_say(&table->run->faults, EXIT_USAGE,
		    "bad_delimiter", _("Delimiters: semicolon comma tab"),
		    "\"%.20s\" cannot stand between cells", said);
	*ret_delimiter = said[0];
	return EXIT_DONE;
}

/* ---- reading ---- */

static int
slurp_file(struct run *run, const char *path, size_t max, char **ret_text,
    size_t *ret_len)
{
	enum err err = slurp(path, max, ret_text, ret_len);

	return err == ERR_NONE ?
	    EXIT_DONE :
	    input_fault(run, path, max, N_("Import it in several parts."), err);
}

static int
open_tables(struct import_table *table)
{
	struct run *run = table->run;
	char path[RUN_PATH_MAX + 32];
	enum err err;

	(void)snprintf(path, sizeof(path), "%s/columns.tsv", run->data);
	err = form_words_open(run->data, run->language, &table->words);
	if (err == ERR_NONE)
		err = csv_words_open(path, &table->columns);
	if (err == ERR_NONE)
		return EXIT_DONE;
	if (err == ERR_NOMEM)
		return run_nomem(run);
	return fault_say(&run->faults, EXIT_CONFIG, "bad_tables",
	    "Install erfa again, or set ERFA_DATA to its folder.",
	    "the tables for imports in %s cannot be read: %s", run->data,
	    err_str(err));
}

/* Read the letters and the first row. */
static int
open_table(struct import_table *table)
{
	struct run *run = table->run;
	char fault[CSV_FAULT_MAX] = "";
	char delimiter;
	char *text = NULL;
	size_t len = 0;
	enum err err;
	int status;

	if ((status = read_delimiter(table, &delimiter)) != EXIT_DONE ||
	    (status = slurp_file(
		 run, table->path, CSV_FILE_MAX, &text, &len)) != EXIT_DONE)
		return status;
	err = csv_new(text, len, delimiter, &table->csv, fault);
	free(text);
	if (err == ERR_NONE &&
	    (table->header = calloc(1, sizeof(*table->header))) == NULL)
		err = ERR_NOMEM;
	if (err == ERR_NONE)
		err = csv_next(table->csv, table->header, fault);
	if (err == ERR_NOMEM)
		return run_nomem(run);
	if (err == ERR_NOENT)
		(void)snprintf(
		    fault, sizeof(fault), "%s", _("there is nothing in it"));
	if (err != ERR_NONE)
		return fault_say(&run->faults, EXIT_DATA, "no_table", NULL,
		    "%s: %s", speech(slurp_name(table->path)), fault);
	if (strcmp(csv_charset(table->csv), "UTF-8") != 0 && !run->json)
		print_say(run->err,
		    "%s is not UTF-8 and was read as %s: look whether the "
		    "letters are right.\n",
		    speech(slurp_name(table->path)), csv_charset(table->csv));
	return EXIT_DONE;
}

/* ---- the mapping ---- */

/* How many columns have a field. */
static size_t
count_mapped(const struct import_table *table)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < table->map->count; i++)
		count += table->map->path[i][0] != '\0';
	return count;
}

/* Print the mapping as the file that it is read from. */
static void
print_map(struct import_table *table)
{
	struct run *run = table->run;
	char name[CSV_PATH_MAX];
	size_t i;

	for (i = 0; i < table->map->count; i++) {
		csv_map_name(table->header, i, name);
		print_pad(run->out, name, 24);
		print_say(run->out, "= %s\n", table->map->path[i]);
	}
}

static int
report_map(struct import_table *table)
{
	Erfa__MapReport report = ERFA__MAP_REPORT__INIT;
	Erfa__MapColumn columns[CSV_COLUMNS_MAX];
	Erfa__MapColumn *list[CSV_COLUMNS_MAX];
	char delimiter[2] = { csv_delimiter(table->csv), '\0' };
	size_t i;

	for (i = 0; i < table->map->count; i++) {
		erfa__map_column__init(&columns[i]);
		columns[i].has_number = 1;
		columns[i].number = (uint32_t)i + 1;
		columns[i].name = run_lend(table->header->cell[i].text);
		columns[i].field = table->map->path[i];
		list[i] = &columns[i];
	}
	report.schema = run_lend("erfa.import-map/1");
	report.file = run_lend(table->path);
	report.charset = run_lend(csv_charset(table->csv));
	report.delimiter = delimiter;
	report.column = list;
	report.n_column = i;
	return run_json(table->run, (const ProtobufCMessage *)&report);
}

/* Print the proposal, and say what can be done with it. */
static int
propose(struct import_table *table, bool *ret_go_on)
{
	struct run *run = table->run;
	bool goes_on = args_given(run->args, "yes") ||
	    args_given(table->run->args, "dry-run");

	*ret_go_on = goes_on;
	if (run->json)
		return goes_on ? EXIT_DONE : report_map(table);
	print_say(
	    run->out, "# column = field; nothing after = leaves it out\n");
	print_map(table);
	if (print_finish(run->out) != ERR_NONE)
		return EXIT_CANTCREAT;
	print_say(run->err,
	    "This is a proposal: %zu of %zu columns were understood.\n"
	    "  To change it:  erfa import %s --map >map.txt; edit map.txt\n"
	    "  Then:          erfa import %s --map=map.txt --dry-run\n",
	    count_mapped(table), table->map->count, table->path, table->path);
	if (!goes_on && prompt_can(run))
		return prompt_yes(run, _("Go on with it as it is?"), ret_go_on);
	return EXIT_DONE;
}

/* Read the mapping that was given. */
static int
read_map(struct import_table *table)
{
	struct run *run = table->run;
	char fault[CSV_FAULT_MAX] = "";
	char *text = NULL;
	size_t len = 0;
	unsigned line = 0;
	bool is_text = strchr(table->mapping, '=') != NULL;
	enum err err;
	int status;

	if (!is_text &&
	    (status = slurp_file(
		 run, table->mapping, CSV_MAP_MAX, &text, &len)) != EXIT_DONE)
		return status;
	err = csv_map_read(is_text ? table->mapping : text, table->header,
	    table->map, &line, fault);
	free(text);
	if (err == ERR_NONE)
		return EXIT_DONE;
	if (err == ERR_NOMEM)
		return run_nomem(run);
	if (is_text)
		return fault_say(&run->faults, EXIT_USAGE, "bad_map",
		    "See a proposal:  erfa import FILE.csv --map", "--map: %s",
		    fault);
	return fault_say(&run->faults, EXIT_DATA, "bad_map",
	    "See a proposal:  erfa import FILE.csv --map", "%s, line %u: %s",
	    speech(slurp_name(table->mapping)), line, fault);
}

static int
choose_map(struct import_table *table, bool *ret_go_on)
{
	struct run *run = table->run;

	*ret_go_on = true;
	if ((table->map = calloc(1, sizeof(*table->map))) == NULL)
		return run_nomem(run);
	if (table->mapping != NULL)
		return read_map(table);
	if (csv_map_propose(table->columns, table->header, table->map) !=
	    ERR_NONE)
		return run_nomem(run);
	return propose(table, ret_go_on);
}

int
import_table_open(struct run *run, struct import_table *table, bool *ret_go_on)
{
	int status;

	memset(table, 0, sizeof(*table));
	table->run = run;
	if ((status = choose_words(table)) == EXIT_DONE &&
	    table->mapping == NULL && !args_given(run->args, "map"))
		status = fault_say(&run->faults, EXIT_USAGE, "no_map",
		    "See a proposal:  erfa import FILE.csv --map",
		    "%s is a table: which column is what?", table->path);
	if (status == EXIT_DONE)
		status = open_tables(table);
	if (status == EXIT_DONE)
		status = open_table(table);
	return status == EXIT_DONE ? choose_map(table, ret_go_on) : status;
}

void
import_table_close(struct import_table *table)
{
	form_words_free(table->words);
	csv_words_free(table->columns);
	csv_free(table->csv);
	free(table->header);
	free(table->map);
}
