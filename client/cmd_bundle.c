#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/control.h"
#include "proto/report.pb-c.h"
#include "client/bundle.h"
#include "client/cmd.h"
#include "client/input.h"
#include "client/pages.h"
#include "client/print.h"
#include "client/progress.h"
#include "client/run.h"
#include "client/slurp.h"

#define MODE        0644
#define BATCH_BYTES 1048576 /* of messages in one request */
#define BATCH_MSGS  512U
#define COPY_BYTES  8192
#define PASSES_MAX  16 /* over one bundle: its keys may vouch backwards */

/* ---- export -------------------------------------------------------------- */

static int
open_target(struct run *run, const char *path, FILE **ret_file)
{
	FILE *file;
	int fd;

	if (strcmp(path, "-") == 0) {
		if (print_terminal(run->out))
			return fault_say(&run->faults, EXIT_USAGE,
			    "to_terminal", "Name a file, or pipe it on.",
			    "a bundle is not for a terminal");
		*ret_file = stdout;
		return EXIT_DONE;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE);
	if (fd < 0 && errno == EEXIST)
		return fault_say(&run->faults, EXIT_CANTCREAT, "file_exists",
		    "Choose another name, or remove it first.",
		    "%s is there already", path);
	if (fd < 0 || (file = fdopen(fd, "w")) == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return fault_say(&run->faults, EXIT_CANTCREAT, "not_writable",
		    "Name a file in a folder that is yours.",
		    "%s cannot be written", path);
	}
	*ret_file = file;
	return EXIT_DONE;
}

/* Make sure that all is on the disk. */
static bool
close_target(FILE *file)
{
	bool good = fflush(file) == 0 && !ferror(file);

	if (file == stdout)
		return good;
	good = fsync(fileno(file)) == 0 && good;
	return fclose(file) == 0 && good;
}

static int
not_written(struct run *run, const char *path)
{
	return fault_say(&run->faults, EXIT_CANTCREAT, "not_written",
	    "Is the disk full?", "%s could not be written", path);
}

static int
write_page(struct run *run, FILE *file, const Erfa__BundleExportAnswer *page,
    Erfa__BundleReport *report)
{
	enum err err;
	size_t i;

	for (i = 0; i < page->n_msg; i++) {
		err = bundle_put(file, page->msg[i].data, page->msg[i].len);
		if (err == ERR_SIZE)
			return fault_say(&run->faults, EXIT_PROTOCOL,
			    "bad_answer", NULL,
			    "erfad gave a message of a wrong size");
		if (err != ERR_NONE)
			return not_written(run, report->file);
		report->bytes += 4 + page->msg[i].len;
	}

	/* The cursor carries the sums of all pages so far. */
	report->entries = page->entries;
	report->bodies = page->bodies;
	return EXIT_DONE;
}

static int
write_pages(struct run *run, FILE *file, Erfa__BundleReport *report,
    struct progress *progress)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__BundleExportRequest ask = ERFA__BUNDLE_EXPORT_REQUEST__INIT;
	Erfa__Answer *before = NULL;
	Erfa__Answer *answer = NULL;
	bool more = true;
	int status = EXIT_DONE;

	request.ask_case = ERFA__REQUEST__ASK_BUNDLE_EXPORT;
	request.bundle_export = &ask;
	while (status == EXIT_DONE && more) {
		answer = NULL;
		if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
			break;
		more = pages_more(answer->bundle_export->next, ask.cursor);
		status = write_page(run, file, answer->bundle_export, report);
		control_free_answer(before);
		before = answer;
		ask.cursor = answer->bundle_export->next;
		progress_tell(progress, report->entries, 0, run_mono_ms());
	}
	control_free_answer(before);
	return status;
}

/* To standard output goes the bundle alone. */
static int
tell_export(struct run *run, const Erfa__BundleReport *report, bool piped)
{
	struct print *print = piped ? run->err : run->out;
	char entries[PRINT_NUMBER_MAX];
	char bodies[PRINT_NUMBER_MAX];
	char bytes[PRINT_NUMBER_MAX];

	if (run->json && !piped)
		return run_json(run, &report->base);
	if (run->quiet)
		return EXIT_DONE;
	print_number(report->entries, entries);
	print_number(report->bodies, bodies);
	print_bytes(report->bytes, bytes);
	print_say(print, "Wrote %s entries and %s bodies, %s.\n", entries,
	    bodies, bytes);
	return EXIT_DONE;
}

int
cmd_bundle_export(struct run *run)
{
	Erfa__BundleReport report = ERFA__BUNDLE_REPORT__INIT;
	const char *path = args_word(run->args, 0);
	struct progress *progress = NULL;
	FILE *file = NULL;
	bool piped = strcmp(path, "-") == 0;
	int status;

	report.schema = run_lend("erfa.bundle/1");
	report.file = run_lend(path);
	report.has_entries = report.has_bodies = report.has_bytes = 1;
	report.bytes = sizeof(BUNDLE_MAGIC) - 1;
	if ((status = open_target(run, path, &file)) != EXIT_DONE)
		return status;
	if (bundle_begin(file) != ERR_NONE)
		status = not_written(run, path);
	if (status == EXIT_DONE)
		status = run_progress(run, "Export", &progress);
	if (status == EXIT_DONE)
		status = write_pages(run, file, &report, progress);
	progress_free(progress);
	if (!close_target(file) && status == EXIT_DONE)
		status = not_written(run, path);
	if (status != EXIT_DONE && !piped)
		(void)unlink(path);
	return status == EXIT_DONE ? tell_export(run, &report, piped) : status;
}

/* ---- import -------------------------------------------------------------- */

/* A bundle that is being taken in, and the requests it is sent with. */
struct import {
	FILE *file;
	const char *path;
	uint64_t count; /* messages in the file */
	uint64_t sent;  /* in all passes */
	ProtobufCBinaryData msgs[BATCH_MSGS];
	size_t nmsgs;
	size_t bytes;
	uint64_t entries;   /* taken in the passes before */
	uint64_t bodies;    /* likewise */
	Erfa__Answer *told; /* the sum of all answers of this pass */
};

static int
bad_bundle(struct run *run, const struct import *import, enum err err)
{
	static const char remedy[] = N_(
	    "Nothing was taken in.  Copy the file again.");
	const char *path = speech(slurp_name(import->path));

	if (err == ERR_VERSION)
		return fault_say(&run->faults, EXIT_PROTOCOL, "newer_bundle",
		    "Install a newer erfa.",
		    "%s was written by a newer version", path);
	if (err == ERR_SYNTAX)
		return fault_say(&run->faults, EXIT_DATA, "no_bundle", remedy,
		    "%s is no bundle", path);
	if (err == ERR_GAP)
		return fault_say(&run->faults, EXIT_DATA, "cut_bundle", remedy,
		    "%s breaks off in message %llu", path,
		    (unsigned long long)import->count + 1);
	if (err == ERR_SIZE)
		return fault_say(&run->faults, EXIT_DATA, "damaged_bundle",
		    remedy, "%s: message %llu has an impossible length", path,
		    (unsigned long long)import->count + 1);
	if (err == ERR_NOMEM)
		return run_nomem(run);
	return fault_say(&run->faults, EXIT_NOINPUT, "file_unreadable", NULL,
	    "%s cannot be read", path);
}

/* A pipe cannot be read twice: copy it to a file that nobody sees. */
static FILE *
copy_pipe(FILE *from)
{
	char buf[COPY_BYTES];
	FILE *file = tmpfile();
	size_t len;

	if (file == NULL)
		return NULL;
	while ((len = fread(buf, 1, sizeof(buf), from)) > 0)
		if (fwrite(buf, 1, len, file) != len)
			break;
	if (ferror(from) || ferror(file) || fseek(file, 0, SEEK_SET) != 0) {
		(void)fclose(file);
		return NULL;
	}
	return file;
}

static int
open_source(struct run *run, struct import *import)
{
	enum err err = slurp_open(import->path, &import->file);

	if (err != ERR_NONE)
		return input_fault(run, import->path, 0, NULL, err);
	if (import->file == stdin && (import->file = copy_pipe(stdin)) == NULL)
		return bad_bundle(run, import, ERR_IO);
	return EXIT_DONE;
}

/* Walk the whole file before anything of it is sent. */
static int
count_messages(struct run *run, struct import *import)
{
	uint8_t *msg = NULL;
	size_t len = 0;
	enum err err;

	err = bundle_check(import->file);
	while (err == ERR_NONE) {
		err = bundle_get(import->file, &msg, &len);
		if (err == ERR_NONE) {
			free(msg);
			import->count++;
		}
	}
	return err == ERR_NOENT ? EXIT_DONE : bad_bundle(run, import, err);
}

static void
drop_messages(struct import *import)
{
	size_t i;

	for (i = 0; i < import->nmsgs; i++)
		free(import->msgs[i].data);
	import->nmsgs = 0;
	import->bytes = 0;
}

/* Add up what an answer of this pass says; it is taken. */
static int
add_up(struct run *run, struct import *import, Erfa__Answer *answer)
{
	static const char *const lists[] = { "problem", "skipped_key",
		"skipped_log", "lacking_log" };
	Erfa__BundleImportAnswer *one = answer->bundle_import;
	Erfa__BundleImportAnswer *sum;
	int status = EXIT_DONE;
	size_t i;

	if (import->told == NULL) {
		import->told = answer;
		return EXIT_DONE;
	}
	sum = import->told->bundle_import;
	sum->has_entries = sum->has_bodies = sum->has_known = 1;
	sum->entries += one->entries;
	sum->bodies += one->bodies;
	sum->known += one->known;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (pages_append(&sum->base, &one->base, lists[i]) != ERR_NONE)
			status = run_nomem(run);
	control_free_answer(answer);
	return status;
}

static int
send_messages(struct run *run, struct import *import, unsigned pass, bool last)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__BundleImportRequest ask = ERFA__BUNDLE_IMPORT_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	ask.msg = import->msgs;
	ask.n_msg = import->nmsgs;
	ask.has_last = 1;
	ask.last = last;
	ask.has_pass = 1;
	ask.pass = pass;
	ask.has_before = 1;
	ask.before = import->sent - (pass - 1) * import->count;
	request.ask_case = ERFA__REQUEST__ASK_BUNDLE_IMPORT;
	request.bundle_import = &ask;
	status = run_ask(run, &request, RUN_ASK_MS, &answer);
	import->sent += import->nmsgs;
	drop_messages(import);
	return status == EXIT_DONE ? add_up(run, import, answer) : status;
}

/* Send all messages once; erfad takes those of logs whose keys are in. */
static int
send_pass(struct run *run, struct import *import, unsigned pass,
    struct progress *progress)
{
	ProtobufCBinaryData *msg;
	uint64_t left = import->count;
	int status = EXIT_DONE;
	enum err err;

	control_free_answer(import->told);
	import->told = NULL;
	if (fseek(import->file, 0, SEEK_SET) != 0 ||
	    bundle_check(import->file) != ERR_NONE)
		return bad_bundle(run, import, ERR_IO);
	do {
		if (left > 0) {
			msg = &import->msgs[import->nmsgs];
			err = bundle_get(import->file, &msg->data, &msg->len);
			if (err != ERR_NONE)
				return bad_bundle(run, import, err);
			import->bytes += msg->len;
			import->nmsgs++;
			left--;
		}
		if (left == 0 || import->nmsgs == BATCH_MSGS ||
		    import->bytes >= BATCH_BYTES) {
			status = send_messages(run, import, pass, left == 0);
			progress_tell(progress, import->sent,
			    pass * import->count, run_mono_ms());
		}
	} while (status == EXIT_DONE && left > 0);
	return status;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Each answer names them anew: keep one of each. */
static void
unique(char **texts, size_t *count)
{
	size_t kept = 0;
	size_t i;

	if (*count > 0)
		qsort(texts, *count, sizeof(*texts), compare_texts);
	for (i = 0; i < *count; i++) {
		if (kept > 0 && strcmp(texts[kept - 1], texts[i]) == 0)
			free(texts[i]);
		else
			texts[kept++] = texts[i];
	}
	*count = kept;
}

/* Of a log that was skipped every run but the first lacks what comes before. */
static void
drop_skipped(Erfa__BundleImportAnswer *sum)
{
	char **texts = sum->lacking_log;
	size_t kept = 0;
	size_t i;

	for (i = 0; i < sum->n_lacking_log; i++) {
		if (sum->n_skipped_log > 0 &&
		    bsearch(&texts[i], sum->skipped_log, sum->n_skipped_log,
			sizeof(*texts), compare_texts) != NULL)
			free(texts[i]);
		else
			texts[kept++] = texts[i];
	}
	sum->n_lacking_log = kept;
}

/* What all passes took, and what was left out by the last. */
static Erfa__BundleImportAnswer *
sum_up(struct import *import)
{
	Erfa__BundleImportAnswer *sum = import->told->bundle_import;

	/* A pass finds here what those before it took. */
	sum->has_entries = sum->has_bodies = sum->has_known = 1;
	sum->known -= import->entries < sum->known ? import->entries :
						     sum->known;
	sum->entries += import->entries;
	sum->bodies += import->bodies;
	unique(sum->skipped_key, &sum->n_skipped_key);
	unique(sum->skipped_log, &sum->n_skipped_log);
	unique(sum->lacking_log, &sum->n_lacking_log);
	drop_skipped(sum);
	sum->has_skipped_logs = 1;
	sum->skipped_logs = sum->n_skipped_log;
	return sum;
}

static void
tell_list(struct run *run, char *const *texts, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		print_say(run->out, "  %s\n", texts[i]);
}

static int
tell_import(struct run *run, const Erfa__BundleImportAnswer *sum)
{
	char entries[PRINT_NUMBER_MAX];
	char bodies[PRINT_NUMBER_MAX];
	char known[PRINT_COUNT_MAX];
	size_t i;

	if (run->json)
		return run_json(run, &sum->base);
	print_number(sum->entries, entries);
	print_number(sum->bodies, bodies);
	print_number(sum->known, known);
	print_say(run->out,
	    "Took in %s entries and %s bodies; %s were here already.\n",
	    entries, bodies, known);
	if (sum->skipped_logs > 0) {
		print_count(sum->skipped_logs, "log", "logs", known);
		print_say(run->out,
		    "Left out %s of keys that are no members:\n", known);
	}
	tell_list(run, sum->skipped_key, sum->n_skipped_key);
	if (sum->n_lacking_log > 0) {
		print_count(sum->n_lacking_log, "log", "logs", known);
		print_say(run->out,
		    "Left out %s of which what comes before is not here:\n",
		    known);
	}
	tell_list(run, sum->lacking_log, sum->n_lacking_log);
	for (i = 0; i < sum->n_problem; i++)
		print_say(run->out, "  %s: %s\n",
		    run_text(sum->problem[i]->where),
		    speech(run_text(sum->problem[i]->what)));
	return EXIT_DONE;
}

/* Can a further pass bring more, since this one has? */
static bool
is_worth_more(const Erfa__BundleImportAnswer *sum)
{
	return sum->entries > 0 &&
	    (sum->n_skipped_log > 0 || sum->n_lacking_log > 0);
}

/*
 * Take in the file that is open, again and again: MEMBER entries of one log open
 * the way to others.
 */
static int
import_file(struct run *run, struct import *import)
{
	struct progress *progress = NULL;
	unsigned pass = 1;
	bool more;
	int status;

	if ((status = count_messages(run, import)) != EXIT_DONE)
		return status;
	status = run_progress(run, "Import", &progress);
	if (status == EXIT_DONE)
		status = send_pass(run, import, pass, progress);
	while (status == EXIT_DONE && pass < PASSES_MAX &&
	    is_worth_more(import->told->bundle_import)) {
		import->entries += import->told->bundle_import->entries;
		import->bodies += import->told->bundle_import->bodies;
		status = send_pass(run, import, ++pass, progress);
	}
	progress_free(progress);
	if (status != EXIT_DONE)
		return status;
	more = is_worth_more(import->told->bundle_import);
	status = tell_import(run, sum_up(import));
	if (status == EXIT_DONE && more && !run->json)
		print_say(run->out,
		    "More of it may be taken in now:  erfa bundle import %s\n",
		    import->path);
	return status;
}

int
cmd_bundle_import(struct run *run)
{
	struct import *import = calloc(1, sizeof(*import));
	int status;

	if (import == NULL)
		return run_nomem(run);
	import->path = args_word(run->args, 0);
	status = open_source(run, import);
	if (status == EXIT_DONE)
		status = import_file(run, import);
	drop_messages(import);
	control_free_answer(import->told);
	slurp_close(import->file);
	free(import);
	return status;
}
