#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/report.pb-c.h"
#include "client/cmd.h"
#include "client/conn.h"
#include "client/corpus.h"
#include "client/corpus_table.h"
#include "client/corpus_tell.h"
#include "client/groups.h"
#include "client/import_csv.h"
#include "client/import_table.h"
#include "client/input.h"
#include "client/print.h"
#include "client/progress.h"
#include "client/run.h"
#include "client/sift.h"
#include "client/slurp.h"

#define BATCH_BYTES   1048576 /* of records in one request */
#define BATCH_RECORDS 500U

/* An import on its way. */
struct import {
	struct corpus_table *table;
	struct corpus *corpus;
	const char *path;
	struct sift *sift; /* lines that are held back; NULL = none */
	char group[GROUPS_DIGITS + 1]; /* who alone may read it; "" = all */
	bool dry_run;
	uint64_t done; /* records that erfad has dealt with, or held back */
	uint64_t published;
	uint64_t skipped;
};

/* Open the tables by which words are read. */
static int
open_tables(struct run *run, struct import *import)
{
	char fault[CORPUS_FAULT_MAX] = "";
	enum err err = corpus_table_open(run->data, &import->table, fault);

	if (err == ERR_NONE)
		return EXIT_DONE;
	if (err == ERR_NOMEM)
		return run_nomem(run);
	return fault_say(&run->faults, EXIT_CONFIG, "no_tables",
	    "Install erfa again, or set ERFA_DATA to the folder that has "
	    "them.",
	    "the tables for imports cannot be used: %s", fault);
}

static int
read_file(struct run *run, struct import *import)
{
	FILE *file = NULL;
	enum err err = slurp_open(import->path, &file);

	if (err == ERR_NONE)
		err = corpus_read(import->corpus, file);
	slurp_close(file);
	return err == ERR_NONE ? EXIT_DONE :
				 input_fault(run, import->path, CORPUS_FILE_MAX,
				     N_("Import it in several parts."),
				     err == ERR_LIMIT ? ERR_SIZE : err);
}

/* Tell of every bad line. */
static int
tell_faults(struct run *run, const struct import *import, const char *after)
{
	const struct corpus_fault *faults;
	size_t count, all;

	faults = corpus_faults(import->corpus, &count, &all);
	return corpus_tell(
	    run, speech(slurp_name(import->path)), faults, count, all, after);
}

/* Have a record, which a transcript makes a public one, go to a group. */
static void
restrict_record(Erfa__NewRecord *record, const char *group)
{
	record->group = run_lend(group);
	if (record->body->envelope == NULL)
		return;
	record->body->envelope->has_visibility = 1;
	record->body->envelope->visibility =
	    ERFA__VISIBILITY__VISIBILITY_NETWORK;
}

/* Fill a request with the next records; return how many there are, and in
 * *${ret_passed} how many were looked at, those that are held back too. */
static size_t
next_batch(const struct import *import, Erfa__NewRecord *records,
    Erfa__NewRecord **list, size_t *ret_passed)
{
	const struct corpus_record *all;
	const Erfa__Body *body;
	size_t count, i;
	size_t taken = 0;
	size_t bytes = 0;

	all = corpus_records(import->corpus, &count);
	for (i = import->done; i < count && taken < BATCH_RECORDS; i++) {
		if (sift_holds(import->sift, &all[i]))
			continue;
		body = all[i].body;
		bytes += erfa__body__get_packed_size(body);
		if (taken > 0 && bytes > BATCH_BYTES)
			break;
		erfa__new_record__init(&records[taken]);
		/* It is encoded, and what it says of its readers set right. */
		records[taken].body = (Erfa__Body *)(uintptr_t)body;
		records[taken].import_key = run_lend(all[i].external_id);
		if (import->group[0] != '\0')
			restrict_record(&records[taken], import->group);
		list[taken] = &records[taken];
		taken++;
	}
	*ret_passed = i - import->done;
	return taken;
}

/* Publish one batch; ${list} and ${records} have room for it. */
static int
publish_batch(struct run *run, struct import *import, Erfa__NewRecord *records,
    Erfa__NewRecord **list)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__PublishRequest publish = ERFA__PUBLISH_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	size_t passed = 0;
	int status;

	publish.n_record = next_batch(import, records, list, &passed);
	if (publish.n_record == 0) {
		import->done += passed;
		return EXIT_DONE;
	}
	publish.record = list;
	publish.has_skip_known = 1;
	publish.skip_known = 1;
	publish.has_dry_run = 1;
	publish.dry_run = import->dry_run;
	request.ask_case = ERFA__REQUEST__ASK_PUBLISH;
	request.publish = &publish;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	import->done += passed;
	import->published += answer->publish->published;
	import->skipped += answer->publish->skipped;
	control_free_answer(answer);
	return EXIT_DONE;
}

static void
tell_kept(struct run *run, const struct import *import)
{
	char done[PRINT_NUMBER_MAX];
	char all[PRINT_NUMBER_MAX];
	size_t count;

	if (run->json || import->done == 0)
		return;
	(void)corpus_records(import->corpus, &count);
	print_number(import->done, done);
	print_number(count, all);
	print_say(run->err,
	    "  %s of %s records are published; run the same command to go "
	    "on.\n",
	    done, all);
}

static int
publish_all(struct run *run, struct import *import)
{
	Erfa__NewRecord *records = calloc(BATCH_RECORDS, sizeof(*records));
	Erfa__NewRecord **list = calloc(
	    BATCH_RECORDS, sizeof(Erfa__NewRecord *));
	struct progress *progress = NULL;
	size_t count = 0;
	int status = EXIT_DONE;

	(void)corpus_records(import->corpus, &count);
	if (records == NULL || list == NULL) {
		free(records);
		free(list);
		return run_nomem(run);
	}
	status = run_progress(run, "Import", &progress);
	while (status == EXIT_DONE && import->done < count) {
		status = publish_batch(run, import, records, list);
		if (status == EXIT_DONE)
			progress_tell(
			    progress, import->done, count, run_mono_ms());
	}
	progress_free(progress);
	free(records);
	free(list);
	if (status != EXIT_DONE)
		tell_kept(run, import);
	return status;
}

static int
report_json(struct run *run, const struct import *import, uint64_t records,
    uint64_t bad)
{
	Erfa__ImportReport report = ERFA__IMPORT_REPORT__INIT;

	report.schema = run_lend("erfa.import/1");
	report.file = run_lend(import->path);
	report.has_records = 1;
	report.records = records;
	report.has_published = 1;
	report.published = import->published;
	report.has_skipped = 1;
	report.skipped = import->skipped;
	report.has_bad_lines = 1;
	report.bad_lines = bad;
	report.has_dry_run = 1;
	report.dry_run = import->dry_run;
	return run_json(run, (const ProtobufCMessage *)&report);
}

/* Say what was done; with --keep-going also what was not. */
static int
tell_done(struct run *run, const struct import *import)
{
	char published[PRINT_NUMBER_MAX];
	char skipped[PRINT_NUMBER_MAX];
	size_t records, kept, bad;
	int status = EXIT_DONE;

	(void)corpus_records(import->corpus, &records);
	(void)corpus_faults(import->corpus, &kept, &bad);
	if (run->json) {
		status = report_json(run, import, records, bad);
	} else {
		print_number(import->published, published);
		print_number(import->skipped, skipped);
		print_say(run->out,
		    import->dry_run ?
			_("Would publish %s records; %s were known already.\n") :
			_("Published %s records; %s were known already.\n"),
		    published, skipped);
	}
	if (status == EXIT_DONE && bad > 0)
		status = tell_faults(run, import,
		    _("The other lines were published.  Mend these and run the "
		      "same command again."));
	return status;
}

/* Refuse lines that look like personal data, or hold them back. */
static int
look_through(struct run *run, struct import *import)
{
	const struct corpus_record *records;
	size_t count;
	int status;

	if (args_given(run->args, "allow-personal"))
		return EXIT_DONE;
	records = corpus_records(import->corpus, &count);
	status = sift_new(run, records, count, &import->sift);
	if (status != EXIT_DONE || sift_count(import->sift) == 0 ||
	    args_given(run->args, "keep-going"))
		return status;
	return sift_tell(run, import->sift, speech(slurp_name(import->path)),
	    _("Nothing was published.  Name roles instead of people; if it is "
	      "nobody, add --allow-personal; or publish the other lines with "
	      "--keep-going."));
}

static int
import_file(struct run *run, struct import *import)
{
	size_t kept, bad;
	int status;

	if ((status = read_file(run, import)) != EXIT_DONE)
		return status;
	(void)corpus_faults(import->corpus, &kept, &bad);
	if (bad > 0 && !args_given(run->args, "keep-going"))
		return tell_faults(run, import,
		    _("Nothing was published.  Mend them, or publish the good "
		      "lines with --keep-going."));
	if ((status = look_through(run, import)) != EXIT_DONE ||
	    (status = publish_all(run, import)) != EXIT_DONE)
		return status;
	status = tell_done(run, import);
	if (import->sift == NULL || sift_count(import->sift) == 0)
		return status;
	return sift_tell(run, import->sift, speech(slurp_name(import->path)),
	    _("The other lines were published."));
}

int
cmd_import(struct run *run)
{
	struct import import = { .path = args_word(run->args, 0) };
	char org[ORG_MAX + 1];
	enum err err;
	int status;

	if (import_table_wanted(run))
		return import_csv(run);
	if (args_count(run->args) > 1)
		return fault_say(&run->faults, EXIT_USAGE, "two_files", NULL,
		    "one file at a time");
	import.dry_run = args_given(run->args, "dry-run");
	if ((status = open_tables(run, &import)) != EXIT_DONE)
		return status;
	if ((status = groups_option(run, import.group)) == EXIT_DONE)
		status = run_org(run, org);
	if (status == EXIT_DONE) {
		err = corpus_new(import.table, org, &import.corpus);
		if (err == ERR_NOMEM)
			status = run_nomem(run);
		else if (err != ERR_NONE)
			status = fault_say(&run->faults, EXIT_CONFIG, "no_org",
			    "Set org in erfad.conf and restart erfad.",
			    "erfad does not say for whom it publishes");
	}
	if (status == EXIT_DONE)
		status = import_file(run, &import);
	sift_free(import.sift);
	corpus_free(import.corpus);
	corpus_table_close(import.table);
	return status;
}
