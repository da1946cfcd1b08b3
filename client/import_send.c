#include "client/import_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/control.h"
#include "client/corpus_tell.h"
#include "client/print.h"
#include "client/progress.h"
#include "client/run.h"
#include "client/slurp.h"
#include "client/speech.h"

#define BATCH_BYTES   1048576 /* of records in one request */
#define BATCH_RECORDS 500U

/* The records of one request, and the rows they come from. */
struct batch {
	Erfa__NewRecord record[BATCH_RECORDS];
	Erfa__NewRecord *list[BATCH_RECORDS];
	struct sheet_row *row[BATCH_RECORDS];
	size_t count;
	size_t bytes;
};

static void
add_record(const struct import *import, struct batch *batch,
    struct sheet_row *row, const Erfa__Body *body)
{
	Erfa__NewRecord *record = &batch->record[batch->count];

	erfa__new_record__init(record);
	record->body = (Erfa__Body *)(uintptr_t)body; /* it is only encoded */
	record->import_key = body->envelope->external_id;
	if (import->group[0] != '\0')
		record->group = run_lend(import->group);
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
			add_record(import, batch, row, row->trial);
		if (row->learnt_new)
			add_record(import, batch, row, row->learnt);
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

bool
import_is_new(const struct sheet_row *row)
{
	return row->trial_new || row->learnt_new;
}

/* Do ${what} with room for a batch. */
static int
with_batch(struct import *import,
    int (*what)(struct import *import, struct batch *batch))
{
	struct batch *batch = calloc(1, sizeof(*batch));
	int status;

	if (batch == NULL)
		return run_nomem(import->run);
	status = what(import, batch);
	free(batch);
	return status;
}

int
import_try(struct import *import)
{
	return with_batch(import, try_all);
}

int
import_send(struct import *import)
{
	return with_batch(import, publish_all);
}
