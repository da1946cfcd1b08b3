#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/json.h"
#include "client/cmd.h"
#include "client/corpus_export.h"
#include "client/export_csv.h"
#include "client/export_file.h"
#include "client/groups.h"
#include "client/indexed.h"
#include "client/pages.h"
#include "client/print.h"
#include "client/progress.h"
#include "client/run.h"

/* An exported record and whether it has been written. */
struct item {
	const Erfa__Exported *record;
	size_t order; /* as it came */
	bool written;
};

/* All records, in three orders. */
struct export
{
	struct item *items;        /* as they came */
	struct item **by_external; /* the transcribed, by external id */
	size_t ntranscribed;
	struct item **by_id;
	size_t count;
	const Erfa__Body **parts; /* room for those of one line */
};

static const char *
external_id(const Erfa__Body *body)
{
	return body == NULL || body->envelope == NULL ?
	    "" :
	    run_text(body->envelope->external_id);
}

static bool
is_transcribed(const Erfa__Exported *record)
{
	return record->body != NULL && record->body->envelope != NULL &&
	    record->body->envelope->transcribed &&
	    external_id(record->body)[0] != '\0';
}

static const char *
full_id(const Erfa__Exported *record)
{
	return record->row == NULL ? "" : run_text(record->row->full_id);
}

static int
compare_external(const void *a, const void *b)
{
	const struct item *const *x = a;
	const struct item *const *y = b;
	int order = strcmp(
	    external_id((*x)->record->body), external_id((*y)->record->body));

	if (order != 0)
		return order;
	return ((*x)->order > (*y)->order) - ((*x)->order < (*y)->order);
}

static int
compare_id(const void *a, const void *b)
{
	const struct item *const *x = a;
	const struct item *const *y = b;

	return strcmp(full_id((*x)->record), full_id((*y)->record));
}

static void
clear(struct export *export)
{
	free(export->items);
	free(export->by_external);
	free(export->by_id);
	free(export->parts);
}

/* Sort ${records} into the orders in which lines look for their parts. */
static bool
sort(struct export *export, Erfa__Exported *const *records, size_t count)
{
	size_t i;

	export->items = calloc(count + 1, sizeof(*export->items));
	export->by_external = calloc(count + 1, sizeof(struct item *));
	export->by_id = calloc(count + 1, sizeof(struct item *));
	export->parts = calloc(count + 3, sizeof(Erfa__Body *));
	if (export->items == NULL || export->by_external == NULL ||
	    export->by_id == NULL || export->parts == NULL)
		return false;
	export->count = count;
	for (i = 0; i < count; i++) {
		export->items[i].record = records[i];
		export->items[i].order = i;
		export->by_id[i] = &export->items[i];
		if (is_transcribed(records[i]))
			export->by_external[export->ntranscribed++] =
			    &export->items[i];
	}
	qsort(export->by_external, export->ntranscribed, sizeof(struct item *),
	    compare_external);
	qsort(export->by_id, count, sizeof(struct item *), compare_id);
	return true;
}

/* The first transcribed record with the external id of ${item}. */
static size_t
first_like(const struct export *export, const struct item *item)
{
	const char *wanted = external_id(item->record->body);
	size_t low = 0;
	size_t high = export->ntranscribed;
	size_t middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(
			external_id(export->by_external[middle]->record->body),
			wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The record that ${ref} names, if it is transcribed. */
static struct item *
referred(const struct export *export, const Erfa__RecordRef *ref)
{
	size_t low = 0;
	size_t high = export->count;
	size_t middle;
	struct item *item;
	int order;

	if (ref == NULL || ref->id == NULL)
		return NULL;
	while (low < high) {
		middle = low + (high - low) / 2;
		item = export->by_id[middle];
		order = strcmp(full_id(item->record), ref->id);
		if (order == 0)
			return is_transcribed(item->record) ? item : NULL;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static size_t
add_part(struct export *export, size_t n, struct item *item)
{
	if (item == NULL)
		return n;
	item->written = true;
	export->parts[n] = item->record->body;
	return n + 1;
}

/*
 * Gather what the line of ${trial} was made of.  Of several records of one kind
 * with this external id the one of the same publisher counts; all of them are
 * the same line and are not written again.
 */
static size_t
gather(struct export *export, const struct item *trial)
{
	const char *id = external_id(trial->record->body);
	const char *publisher = run_text(
	    trial->record->body->envelope->publisher);
	struct item *other;
	size_t n = 0;
	size_t i;

	for (i = first_like(export, trial); i < export->ntranscribed; i++) {
		other = export->by_external[i];
		if (strcmp(external_id(other->record->body), id) != 0)
			break;
		other->written = true;
		if (strcmp(run_text(other->record->body->envelope->publisher),
			publisher) == 0)
			n = add_part(export, n, other);
	}
	n = add_part(
	    export, n, referred(export, trial->record->body->trial->programme));
	return add_part(
	    export, n, referred(export, trial->record->body->trial->network));
}

static int
print_body(struct run *run, const Erfa__Body *body)
{
	char *text = NULL;

	/* Absent is not empty: what is not set must not come back as set. */
	if (json_from_message(&body->base, NULL, &text) != ERR_NONE)
		return run_nomem(run);
	print_raw(run->out, text);
	print_raw(run->out, "\n");
	free(text);
	return EXIT_DONE;
}

/* Write the line of a transcribed trial. */
static int
print_trial(struct run *run, struct export *export, struct item *trial)
{
	size_t n = gather(export, trial);
	char *line = NULL;
	enum err err = corpus_export(export->parts, n, &line);

	if (err == ERR_NOMEM)
		return run_nomem(run);
	if (err != ERR_NONE)
		return print_body(run, trial->record->body);
	print_raw(run->out, line);
	print_raw(run->out, "\n");
	free(line);
	return EXIT_DONE;
}

static bool
is_transcribed_trial(const struct item *item)
{
	return is_transcribed(item->record) &&
	    item->record->body->record_case == ERFA__BODY__RECORD_TRIAL;
}

/* Write lines of the import's shape first, then all that is none of theirs. */
static int
print_shapes(struct run *run, struct export *export)
{
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < export->count && status == EXIT_DONE; i++)
		if (!export->items[i].written &&
		    is_transcribed_trial(&export->items[i]))
			status = print_trial(run, export, &export->items[i]);
	for (i = 0; i < export->count && status == EXIT_DONE; i++)
		if (!export->items[i].written &&
		    export->items[i].record->body != NULL)
			status = print_body(run, export->items[i].record->body);
	return status;
}

/* ---- asking ---- */

/* Where an export goes, and how far it has come. */
struct way {
	struct run *run;
	struct export_file *file; /* NULL: standard output */
	bool goes_on;             /* the file of an earlier run */
	struct progress *progress;
	uint64_t count;    /* of records, in this run */
	size_t restricted; /* of these; and of those that were left out */
	size_t kept_back;
};

/* What a group alone may read leaves with --restricted only. */
static void
sift_page(struct way *way, Erfa__ExportAnswer *answer)
{
	bool wanted = args_given(way->run->args, "restricted");
	Erfa__Exported *record;
	size_t i, kept = 0;

	for (i = 0; i < answer->n_record; i++) {
		record = answer->record[i];
		if (record->row == NULL ||
		    run_text(record->row->group)[0] == '\0') {
			answer->record[kept++] = record;
		} else if (wanted) {
			answer->record[kept++] = record;
			way->restricted++;
		} else {
			protobuf_c_message_free_unpacked(&record->base, NULL);
			way->kept_back++;
		}
	}
	answer->n_record = kept;
}

static int
print_lines(struct run *run, const Erfa__ExportAnswer *answer)
{
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < answer->n_record && status == EXIT_DONE; i++) {
		if (run->jsonl)
			status = run_jsonl(run, &answer->record[i]->base);
		else if (answer->record[i]->body != NULL)
			status = print_body(run, answer->record[i]->body);
	}
	return status;
}

static int
ask_export(struct way *way, const char *cursor, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ExportRequest ask = ERFA__EXPORT_REQUEST__INIT;
	int status;

	if (way->goes_on) {
		ask.has_by_arrival = 1;
		ask.by_arrival = 1;
		ask.epoch = run_lend(export_file_epoch(way->file));
	}
	ask.cursor = run_lend(cursor);
	ask.has_all_versions = args_given(way->run->args, "all-versions");
	ask.all_versions = ask.has_all_versions;
	request.ask_case = ERFA__REQUEST__ASK_EXPORT;
	request.export = &ask;
	status = indexed_ask(way->run, &request, ret_answer);
	if (status != EXIT_DONE)
		return status;
	sift_page(way, (*ret_answer)->export);
	way->count += (*ret_answer)->export->n_record;
	progress_tell(way->progress, way->count, 0, run_mono_ms());
	return EXIT_DONE;
}

/* Print a page, and keep it if the file is one that goes on. */
static int
take_page(struct way *way, const Erfa__ExportAnswer *answer)
{
	int status = print_lines(way->run, answer);

	if (status != EXIT_DONE || !way->goes_on)
		return status;
	return export_file_keep(way->file, answer->epoch, answer->last);
}

/* Print all pages as they come. */
static int
stream_pages(struct way *way)
{
	Erfa__Answer *before = NULL;
	Erfa__Answer *answer = NULL;
	const char *cursor = NULL;
	bool more = true;
	int status = EXIT_DONE;

	if (way->goes_on)
		cursor = export_file_cursor(way->file);
	while (status == EXIT_DONE && more) {
		answer = NULL;
		if ((status = ask_export(way, cursor, &answer)) != EXIT_DONE)
			break;
		more = pages_more(answer->export->next, cursor);
		status = take_page(way, answer->export);
		control_free_answer(before);
		before = answer;
		cursor = answer->export->next;
	}
	control_free_answer(before);
	return status;
}

/* Put all pages together. */
static int
gather_pages(struct way *way, Erfa__Answer **ret_all)
{
	Erfa__Answer *before = NULL;
	Erfa__Answer *answer = NULL;
	const char *cursor = NULL;
	bool more = true;
	int status = EXIT_DONE;

	while (status == EXIT_DONE && more) {
		answer = NULL;
		if ((status = ask_export(way, cursor, &answer)) != EXIT_DONE)
			break;
		more = pages_more(answer->export->next, cursor);
		if (before != NULL &&
		    (pages_append(&before->export->base, &answer->export->base,
			 "record") != ERR_NONE ||
			pages_append(&answer->export->base,
			    &before->export->base, "record") != ERR_NONE))
			status = run_nomem(way->run);
		control_free_answer(before);
		before = answer;
		cursor = answer->export->next;
	}
	if (status != EXIT_DONE)
		control_free_answer(before);
	else
		*ret_all = before;
	return status;
}

/* ---- forms ---- */

static int
print_table(struct run *run, const Erfa__ExportAnswer *answer)
{
	char number[PRINT_COUNT_MAX];
	size_t left_out = 0;

	if (export_csv(run->out, answer->record, answer->n_record, &left_out) !=
	    ERR_NONE)
		return run_nomem(run);
	if (left_out == 0 || run->quiet)
		return EXIT_DONE;
	print_count(left_out, N_("trial"), N_("trials"), number);
	print_say(run->err,
	    "Left out %s, of which the text is not here or cannot be read.\n",
	    number);
	return EXIT_DONE;
}

static bool
is_streamed(const struct run *run)
{
	return run->jsonl || args_given(run->args, "proto");
}

/* Print everything in the form that was asked for. */
static int
print_all(struct way *way)
{
	struct run *run = way->run;
	struct export export = { .count = 0 };
	Erfa__Answer *all = NULL;
	int status;

	if (is_streamed(run))
		return stream_pages(way);
	if ((status = gather_pages(way, &all)) != EXIT_DONE)
		return status;
	if (args_given(run->args, "csv"))
		status = print_table(run, all->export);
	else if (run->json)
		status = run_json(run, &all->export->base);
	else if (!sort(&export, all->export->record, all->export->n_record))
		status = run_nomem(run);
	else
		status = print_shapes(run, &export);
	clear(&export);
	control_free_answer(all);
	return status;
}

/* Refuse what does not go together. */
static int
check_form(struct run *run)
{
	bool csv = args_given(run->args, "csv");
	bool proto = args_given(run->args, "proto");

	if (csv &&
	    (run->json || proto || args_given(run->args, "all-versions")))
		return fault_say(&run->faults, EXIT_USAGE, "two_forms",
		    "erfa export --csv",
		    "--csv is a form of its own, with trials as they are now");
	if (!args_given(run->args, "resume"))
		return EXIT_DONE;
	if (args_value(run->args, "output") == NULL)
		return fault_say(&run->faults, EXIT_USAGE, "no_output",
		    "erfa export --proto --output FILE --resume",
		    "--resume goes on with a file: name it with --output");
	if (!is_streamed(run))
		return fault_say(&run->faults, EXIT_USAGE, "whole_form",
		    "Leave --resume out, or take --proto or --jsonl.",
		    "this form is written as a whole, and cannot go on where "
		    "it ended");
	return EXIT_DONE;
}

/* What a file that goes on holds: other options would mix two things in it. */
static const char *
form_name(const struct run *run)
{
	static const char *const names[2][2][2] = {
		{ { "proto", "proto restricted" },
		    { "proto all-versions", "proto all-versions restricted" } },
		{ { "jsonl", "jsonl restricted" },
		    { "jsonl all-versions", "jsonl all-versions restricted" } },
	};

	return names[run->jsonl][args_given(run->args, "all-versions")]
		    [args_given(run->args, "restricted")];
}

/* Say what was written, or kept of it. */
static void
tell_file(const struct way *way, const char *path, int status)
{
	struct run *run = way->run;
	char number[PRINT_COUNT_MAX];

	if (run->json || run->quiet)
		return;
	print_count(way->count, N_("record"), N_("records"), number);
	if (status == EXIT_DONE && way->goes_on)
		print_say(run->out, "Added %s to %s.\n", number, path);
	else if (status == EXIT_DONE)
		print_say(run->out, "Wrote %s.\n", path);
	else if (way->goes_on && way->count > 0)
		print_say(run->err,
		    "  What came so far is kept in %s; run the same command to "
		    "go on.\n",
		    path);
	else
		print_say(run->err, "  %s is as it was.\n", path);
}

/* Print everything into the file ${path}. */
static int
print_file(struct way *way, const char *path)
{
	const char *form = way->goes_on ? form_name(way->run) : NULL;
	int status;

	status = export_file_open(way->run, path, form, &way->file);
	if (status != EXIT_DONE)
		return status;
	status = print_all(way);
	if (status == EXIT_DONE)
		status = export_file_end(way->file);
	export_file_free(way->file);
	progress_free(way->progress);
	way->progress = NULL;
	tell_file(way, path, status);
	return status;
}

/* Say what is in it that must not be passed on, or is missing for that. */
static void
tell_restricted(const struct way *way)
{
	char number[PRINT_COUNT_MAX];

	groups_warn(way->run->err, way->restricted);
	if (way->kept_back == 0)
		return;
	print_count(way->kept_back, N_("record"), N_("records"), number);
	print_say(way->run->err,
	    "Left out %s that a restricted group alone may read; "
	    "--restricted takes them in.\n",
	    number);
}

int
cmd_export(struct run *run)
{
	const char *path = args_value(run->args, "output");
	bool bare = path == NULL && print_terminal(run->out);
	struct way way = { .run = run,
		.goes_on = args_given(run->args, "resume") };
	int status;

	if ((status = check_form(run)) != EXIT_DONE)
		return status;
	/* Records that run over the screen are progress enough. */
	if (progress_new(run->quiet || bare || !print_terminal(run->err) ?
		    NULL :
		    run->err,
		"Export", &way.progress) != ERR_NONE)
		return run_nomem(run);
	status = path != NULL ? print_file(&way, path) : print_all(&way);
	progress_free(way.progress);
	if (status == EXIT_DONE && !run->quiet)
		tell_restricted(&way);
	return status;
}
