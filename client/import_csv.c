#include "client/import_csv.h"

#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/header.h"
#include "proto/vocab.h"
#include "client/corpus_tell.h"
#include "client/import_internal.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/sift.h"
#include "client/slurp.h"
#include "client/speech.h"
#include "client/wordbook.h"

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

/* ---- all of it ---- */

/* Count what would be published, and the rows in which nothing is new. */
static uint64_t
count_new(struct import *import)
{
	uint64_t count = 0;
	size_t i;

	import->known = 0;
	for (i = 0; i < import->count; i++) {
		if (!import_is_new(&import->rows[i]))
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
	uint64_t count;
	int status = import_try(import);

	count = count_new(import);
	if (status == EXIT_DONE && count > 0 && !run->json)
		import_screen(import);
	if (status == EXIT_DONE && import->dry_run)
		import->published = count;
	else if (status == EXIT_DONE && count > 0) {
		status = prompt_confirm(run,
		    "It can be erased later, but others may have read it by "
		    "then.  Publish?");
		if (status == EXIT_DONE)
			status = import_send(import);
	}
	return status == EXIT_DONE ? import_done(import) : status;
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
		.language = strcmp(run->asked, "en") == 0 &&
			args_value(run->args, "lang") == NULL ?
		    NULL :
		    run->asked,
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
		status = groups_option(run, import.group);
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
