#include "client/import_csv.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/header.h"
#include "proto/report.pb-c.h"
#include "proto/vocab.h"
#include "client/act.h"
#include "client/corpus_tell.h"
#include "client/import_table.h"
#include "client/print.h"
#include "client/progress.h"
#include "client/run.h"
#include "client/sheet.h"
#include "client/sift.h"
#include "client/slurp.h"
#include "client/speech.h"
#include "client/wordbook.h"

#define BATCH_BYTES   1048576 /* of records in one request */
#define BATCH_RECORDS 500U
#define TITLES_SHOWN  8

/* An import on its way. */
struct import {
	struct run *run;
	struct import_table table;
	const char *path; /* of the table */
	char org[ORG_MAX + 1];
	struct sheet *sheet;
	struct sheet_row *rows; /* of the sheet */
	size_t count;
	struct corpus_record *records; /* two places a row */
	struct sift *sift;             /* NULL = nothing is looked for */
	struct corpus_fault *refused;  /* rows that erfad does not take */
	size_t nrefused;
	unsigned pass; /* how often erfad had something against it */
	bool dry_run;
	uint64_t published;
	uint64_t known; /* rows in which nothing is new */
};

/* ---- the rows ---- */

static int
check_map(const struct import *import, const struct sheet_options *options)
{
	struct run *run = import->run;
	const char *path = "";
	enum err err = sheet_check_map(options, &path);

	if (err == ERR_NONE)
		return EXIT_DONE;
	if (err == ERR_NOMEM)
		return run_nomem(run);
	if (err == ERR_NOENT)
		return fault_say(&run->faults, EXIT_USAGE, "no_title",
		    "erfa import FILE.csv --map=\"Name=title\"",
		    "no column is mapped to title");
	return fault_say(&run->faults, EXIT_USAGE, "bad_map",
	    "Fields are those of erfa edit --set, as title, goals[0].text or "
	    "period,\nand experience.what_worked for what was learnt.",
	    "\"%.60s\" is no field of a trial that a column can fill in", path);
}

/* What is public of a record. */
static enum err
find_known(void *context, const char *id, Erfa__Body **ret_body)
{
	struct run *run = context;
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ShowRequest show = ERFA__SHOW_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	enum err err = ERR_NONE;

	show.id = run_lend(id);
	request.ask_case = ERFA__REQUEST__ASK_SHOW;
	request.show = &show;
	if (run_try(run, &request, &answer) != EXIT_DONE)
		return ERR_IO; /* told */
	if (answer->say_case == ERFA__ANSWER__SAY_SHOW) {
		*ret_body = answer->show->body;
		answer->show->body = NULL;
		if (*ret_body == NULL || (*ret_body)->envelope == NULL)
			err = ERR_DAMAGED;
	} else if (answer->say_case != ERFA__ANSWER__SAY_ERROR ||
	    answer->error->exit != EXIT_NOINPUT) {
		(void)fault_tell(&run->faults, answer->error);
		err = ERR_IO;
	}
	control_free_answer(answer);
	return err;
}

/* Both records of a row, for the search for personal data. */
static int
list_records(struct import *import)
{
	struct corpus_record *record;
	size_t i;

	import->records = calloc(
	    2 * import->count + 1, sizeof(*import->records));
	if (import->records == NULL)
		return run_nomem(import->run);
	for (i = 0; i < import->count; i++) {
		record = &import->records[2 * i];
		record[0].kind = HEADER_TRIAL;
		record[0].body = import->rows[i].trial;
		record[0].external_id =
		    import->rows[i].trial->envelope->external_id;
		record[1].kind = HEADER_EXPERIENCE;
		record[1].body = import->rows[i].learnt;
		record[1].external_id = record[0].external_id;
		record[0].line = record[1].line = import->rows[i].line;
	}
	return EXIT_DONE;
}

static int
read_rows(struct import *import, const struct sheet_options *options)
{
	struct run *run = import->run;
	const struct corpus_fault *faults;
	size_t count, all;
	enum err err;

	err = sheet_new(options, &import->sheet);
	if (err == ERR_NONE)
		err = sheet_read(import->sheet, import->table.csv);
	if (err == ERR_NOMEM)
		return run_nomem(run);
	if (err == ERR_LIMIT)
		return fault_say(&run->faults, EXIT_DATA, "too_large",
		    "Import it in several parts.", "%s has more than %d rows",
		    speech(slurp_name(import->path)), CSV_ROWS_MAX);
	if (err != ERR_NONE)
		return EXIT_FAILED;
	import->rows = sheet_rows(import->sheet, &import->count);
	faults = sheet_faults(import->sheet, &count, &all);
	if (all > 0 && !args_given(run->args, "keep-going"))
		return corpus_tell(run, speech(slurp_name(import->path)),
		    faults, count, all,
		    _("Nothing was published.  Mend them, or publish the good "
		      "lines with --keep-going."));
	return list_records(import);
}

static bool
is_new(const struct sheet_row *row)
{
	return row->trial_new || row->learnt_new;
}

/* Look for personal data in what would leave. */
static int
look_through(struct import *import)
{
	struct run *run = import->run;
	size_t i;
	int status;

	if (args_given(run->args, "allow-personal"))
		return EXIT_DONE;
	/* The trial stands for what was not learnt, and is looked at once. */
	for (i = 0; i < import->count; i++)
		if (import->records[2 * i + 1].body == NULL)
			import->records[2 * i + 1] = import->records[2 * i];
	status = sift_new(
	    run, import->records, 2 * import->count, &import->sift);
	if (status != EXIT_DONE)
		return status;
	if (sift_count(import->sift) > 0 &&
	    !args_given(run->args, "keep-going"))
		return sift_tell(run, import->sift,
		    speech(slurp_name(import->path)),
		    _("Nothing was published.  Name roles instead of people; "
		      "if it is nobody, add --allow-personal; or publish the "
		      "other lines with --keep-going."));
	for (i = 0; i < import->count; i++)
		if (sift_holds(import->sift, &import->records[2 * i]))
			import->rows[i].held = true;
	return EXIT_DONE;
}

/* ---- erfad's word ---- */

/* The records of one request, and the rows they come from. */
struct batch {
	Erfa__NewRecord record[BATCH_RECORDS];
	Erfa__NewRecord *list[BATCH_RECORDS];
	struct sheet_row *row[BATCH_RECORDS];
	size_t count;
	size_t bytes;
};

static void
add_record(struct batch *batch, struct sheet_row *row, const Erfa__Body *body)
{
	Erfa__NewRecord *record = &batch->record[batch->count];

	erfa__new_record__init(record);
	record->body = (Erfa__Body *)(uintptr_t)body; /* it is only encoded */
	record->import_key = body->envelope->external_id;
	batch->bytes += erfa__body__get_packed_size(body);
	batch->row[batch->count] = row;
	batch->list[batch->count++] = record;
}

/* Fill ${batch} with the rows from ${from} on; return where it ends.  What was
 * learnt goes with its trial. */
static size_t
fill(const struct import *import, size_t from, struct batch *batch)
{
	struct sheet_row *row;
	size_t i;

	batch->count = batch->bytes = 0;
	for (i = from; i < import->count && batch->bytes < BATCH_BYTES &&
	     batch->count + 2 <= BATCH_RECORDS;
	     i++) {
		row = &import->rows[i];
		if (row->held)
			continue;
		if (row->trial_new)
			add_record(batch, row, row->trial);
		if (row->learnt_new)
			add_record(batch, row, row->learnt);
	}
	return i;
}

static int
ask(struct import *import, struct batch *batch, bool dry_run,
    Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__PublishRequest publish = ERFA__PUBLISH_REQUEST__INIT;

	publish.n_record = batch->count;
	publish.record = batch->list;
	publish.has_dry_run = 1;
	publish.dry_run = dry_run;
	request.ask_case = ERFA__REQUEST__ASK_PUBLISH;
	request.publish = &publish;
	return run_try(import->run, &request, ret_answer);
}

/* The row that "record 3" means, or NULL. */
static struct sheet_row *
row_of(const struct batch *batch, const char *where)
{
	unsigned number = 0;

	if (sscanf(run_text(where), "record %u", &number) != 1 || number == 0 ||
	    number > batch->count)
		return NULL;
	return batch->row[number - 1];
}

/* Keep what erfad has against a row. */
static int
keep_refusal(struct import *import, const struct sheet_row *row,
    const Erfa__Problem *problem)
{
	struct corpus_fault *grown;
	struct corpus_fault *fault;

	grown = realloc(
	    import->refused, (import->nrefused + 1) * sizeof(*grown));
	if (grown == NULL)
		return run_nomem(import->run);
	import->refused = grown;
	fault = &grown[import->nrefused++];
	fault->line = row->line;
	(void)snprintf(
	    fault->text, sizeof(fault->text), "%s", run_text(problem->what));
	return EXIT_DONE;
}

/* Go through what erfad has against a batch: a row becomes an idea if that may
 * be, else it is held. */
static int
take_problems(struct import *import, const struct batch *batch,
    const Erfa__ErrorAnswer *error)
{
	bool as_ideas = args_given(import->run->args, "as-ideas");
	struct sheet_row *row;
	size_t i;
	int status = EXIT_DONE;

	import->pass++;
	if (error->n_problem == 0)
		return fault_tell(&import->run->faults, error);
	for (i = 0; i < error->n_problem && status == EXIT_DONE; i++) {
		row = row_of(batch, error->problem[i]->where);
		if (row == NULL)
			return fault_tell(&import->run->faults, error);
		if (row->pass == import->pass && !row->held)
			continue;
		if (as_ideas && sheet_make_idea(row) == ERR_NONE) {
			row->pass = import->pass;
			continue;
		}
		row->held = true;
		status = keep_refusal(import, row, error->problem[i]);
	}
	return status;
}

static int
tell_refused(struct import *import)
{
	return corpus_tell(import->run, speech(slurp_name(import->path)),
	    import->refused, import->nrefused, import->nrefused,
	    _("Nothing was published.  Fill in the columns that are named, or "
	      "let these rows\nbe ideas with --as-ideas, or publish the others "
	      "with --keep-going."));
}

/* Let erfad look at all rows; the gates hold for a table as for anything. */
static int
try_all(struct import *import, struct batch *batch)
{
	Erfa__Answer *answer = NULL;
	size_t from = 0;
	size_t to;
	int status;

	while (from < import->count) {
		to = fill(import, from, batch);
		if (batch->count == 0) {
			from = to;
			continue;
		}
		status = ask(import, batch, true, &answer);
		if (status != EXIT_DONE)
			return status;
		if (answer->say_case == ERFA__ANSWER__SAY_ERROR)
			status = take_problems(import, batch, answer->error);
		else
			from = to;
		control_free_answer(answer);
		answer = NULL;
		if (status != EXIT_DONE)
			return status;
	}
	if (import->nrefused == 0 ||
	    args_given(import->run->args, "keep-going"))
		return EXIT_DONE;
	return tell_refused(import);
}

static void
tell_kept(struct import *import, size_t rows)
{
	if (import->run->json || import->published == 0)
		return;
	print_say(import->run->err,
	    "  %zu of %zu rows are published; run the same command to go "
	    "on.\n",
	    rows, import->count);
}

static int
publish_all(struct import *import, struct batch *batch)
{
	struct run *run = import->run;
	struct progress *progress = NULL;
	Erfa__Answer *answer = NULL;
	size_t from = 0;
	size_t to;
	int status = run_progress(run, N_("Import"), &progress);

	while (status == EXIT_DONE && from < import->count) {
		to = fill(import, from, batch);
		if (batch->count > 0)
			status = ask(import, batch, false, &answer);
		if (status == EXIT_DONE && answer != NULL &&
		    answer->say_case == ERFA__ANSWER__SAY_ERROR)
			status = fault_tell(&run->faults, answer->error);
		else if (status == EXIT_DONE && answer != NULL)
			import->published += answer->publish->published;
		control_free_answer(answer);
		answer = NULL;
		if (status != EXIT_DONE)
			break;
		from = to;
		progress_tell(progress, from, import->count, run_mono_ms());
	}
	progress_free(progress);
	if (status != EXIT_DONE)
		tell_kept(import, from);
	return status;
}

/* ---- the screen ---- */

/* Name the lines of all rows for which ${flag} is set. */
static void
print_lines(struct import *import, size_t flag, const char *what)
{
	struct run *run = import->run;
	const struct sheet_row *row;
	size_t count = 0;
	size_t i;

	for (i = 0; i < import->count; i++) {
		row = &import->rows[i];
		if (row->held || !*(const bool *)((const char *)row + flag))
			continue;
		if (count++ == 0)
			print_say(run->err, "  %s: ", what);
		print_say(run->err, "%s%u", count == 1 ? "" : ", ", row->line);
	}
	if (count > 0)
		print_say(run->err, "\n");
}

static void
print_row(struct run *run, const struct sheet_row *row)
{
	print_say(run->err, "  %s ",
	    row->before == NULL ? _("new    ") : _("changed"));
	print_styled(run->err, PRINT_STRONG, "%s", act_title(row->trial));
	if (row->as_idea && row->said[0] != '\0')
		print_say(
		    run->err, _("  (an idea; the table says: %s)"), row->said);
	print_say(run->err, "\n");
}

/* One screen: what leaves, and what was made of the table. */
static void
print_screen(struct import *import)
{
	struct run *run = import->run;
	size_t count = 0;
	size_t shown = 0;
	size_t i;

	print_say(run->err, "For everyone in the network, signed by you:\n");
	for (i = 0; i < import->count; i++) {
		if (import->rows[i].held || !is_new(&import->rows[i]))
			continue;
		count++;
		if (shown < TITLES_SHOWN) {
			print_row(run, &import->rows[i]);
			shown++;
		}
	}
	if (count > shown)
		print_say(run->err, "  ... and %zu more\n", count - shown);
	print_lines(import, offsetof(struct sheet_row, guessed),
	    _("Field of work taken from the text, lines"));
	print_lines(import, offsetof(struct sheet_row, as_idea),
	    _("Published as ideas, lines"));
	print_lines(import, offsetof(struct sheet_row, status_kept),
	    _("Further here than in the table, left so, lines"));
}

static int
report(struct import *import, size_t bad)
{
	Erfa__ImportReport report = ERFA__IMPORT_REPORT__INIT;

	report.schema = run_lend("erfa.import/1");
	report.file = run_lend(import->path);
	report.has_records = 1;
	report.records = import->count;
	report.has_published = 1;
	report.published = import->published;
	report.has_skipped = 1;
	report.skipped = import->known;
	report.has_bad_lines = 1;
	report.bad_lines = bad;
	report.has_dry_run = 1;
	report.dry_run = import->dry_run;
	return run_json(import->run, (const ProtobufCMessage *)&report);
}

/* Say what was done; with --keep-going also what was not. */
static int
tell_done(struct import *import)
{
	struct run *run = import->run;
	const struct corpus_fault *faults;
	char published[PRINT_NUMBER_MAX];
	char known[PRINT_NUMBER_MAX];
	size_t kept, bad;
	int status = EXIT_DONE;

	faults = sheet_faults(import->sheet, &kept, &bad);
	print_number(import->published, published);
	print_number(import->known, known);
	if (run->json)
		status = report(import, bad + import->nrefused);
	else
		print_say(run->out,
		    import->dry_run ?
			_("Would publish %s records; in %s rows nothing is "
			  "new.\n") :
			_("Published %s records; in %s rows nothing is "
			  "new.\n"),
		    published, known);
	if (status == EXIT_DONE && bad > 0)
		status = corpus_tell(run, speech(slurp_name(import->path)),
		    faults, kept, bad,
		    _("The other lines were published.  Mend these and run the "
		      "same command again."));
	if (import->nrefused > 0)
		status = corpus_tell(run, speech(slurp_name(import->path)),
		    import->refused, import->nrefused, import->nrefused,
		    _("The other lines were published.  Mend these and run the "
		      "same command again."));
	if (import->sift != NULL && sift_count(import->sift) > 0)
		status = sift_tell(run, import->sift,
		    speech(slurp_name(import->path)),
		    _("The other lines were published."));
	return status;
}

/* ---- all of it ---- */

/* Count what would be published, and the rows in which nothing is new. */
static uint64_t
count_new(struct import *import)
{
	uint64_t count = 0;
	size_t i;

	import->known = 0;
	for (i = 0; i < import->count; i++) {
		if (!is_new(&import->rows[i]))
			import->known++;
		else if (!import->rows[i].held)
			count += (import->rows[i].trial_new ? 1U : 0U) +
			    (import->rows[i].learnt_new ? 1U : 0U);
	}
	return count;
}

static int
publish_rows(struct import *import)
{
	struct run *run = import->run;
	struct batch *batch = calloc(1, sizeof(*batch));
	uint64_t count;
	int status;

	if (batch == NULL)
		return run_nomem(run);
	status = try_all(import, batch);
	count = count_new(import);
	if (status == EXIT_DONE && count > 0 && !run->json)
		print_screen(import);
	if (status == EXIT_DONE && import->dry_run)
		import->published = count;
	else if (status == EXIT_DONE && count > 0) {
		status = run_confirm(run,
		    "It can be erased later, but others may have read it by "
		    "then.  Publish?");
		if (status == EXIT_DONE)
			status = publish_all(import, batch);
	}
	free(batch);
	return status == EXIT_DONE ? tell_done(import) : status;
}

static int
import_rows(struct import *import)
{
	struct run *run = import->run;
	struct vocab *vocab = NULL;
	struct sheet_options options = {
		.words = import->table.words,
		.columns = import->table.columns,
		.map = import->table.map,
		.header = import->table.header,
		.org = import->org,
		/* English is what one reads when nothing else was said. */
		.language = strcmp(run->asked, "en") == 0 ? NULL : run->asked,
		.known = find_known,
		.context = run,
	};
	int status;

	if ((status = wordbook_open(run, &vocab)) != EXIT_DONE)
		return status;
	options.vocab = vocab;
	if ((status = check_map(import, &options)) == EXIT_DONE &&
	    (status = read_rows(import, &options)) == EXIT_DONE)
		status = look_through(import);
	vocab_free(vocab);
	return status == EXIT_DONE ? publish_rows(import) : status;
}

int
import_csv(struct run *run)
{
	struct import import = { .run = run,
		.dry_run = args_given(run->args, "dry-run") };
	bool go_on = false;
	int status;

	status = import_table_open(run, &import.table, &go_on);
	import.path = import.table.path;
	if (status == EXIT_DONE && go_on)
		status = run_org(run, import.org);
	if (status == EXIT_DONE && go_on)
		status = import_rows(&import);
	sift_free(import.sift);
	sheet_free(import.sheet);
	import_table_close(&import.table);
	free(import.records);
	free(import.refused);
	return status;
}
