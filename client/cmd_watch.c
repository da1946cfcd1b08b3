#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/report.pb-c.h"
#include "client/cmd.h"
#include "client/conn.h"
#include "client/print.h"
#include "client/rows.h"
#include "client/run.h"

#define WAIT_MS    20000 /* one request; the next follows at once */
#define CURSOR_MAX 128   /* bytes of a cursor, the NUL counted */

/* How far a watch has come. */
struct watch {
	char cursor[CURSOR_MAX];
	uint64_t count;  /* entries printed */
	uint64_t most;   /* end after so many; 0 = never */
	uint64_t end_ms; /* end at this time of the clock; 0 = never */
};

/* Print one entry as JSON, with the cursor to go on from. */
static int
print_json(struct run *run, const Erfa__WatchAnswer *answer, Erfa__Row *row)
{
	Erfa__WatchReport report = ERFA__WATCH_REPORT__INIT;
	const char *cursor = run_text(answer->cursor);
	char own[CURSOR_MAX];

	/* A cursor is the store's epoch and an arrival number. */
	(void)snprintf(own, sizeof(own), "%.*s/%llu", (int)strcspn(cursor, "/"),
	    cursor, (unsigned long long)row->arrival);
	report.schema = answer->schema;
	report.cursor = own;
	report.has_restarted = 1;
	report.restarted = answer->restarted;
	report.row = row;
	return run_jsonl(run, (const ProtobufCMessage *)&report);
}

/* Print one entry, and what it fits of what the user follows. */
static void
print_row(struct run *run, const Erfa__Row *row)
{
	size_t i;

	rows_print_line(run, row);
	for (i = 0; i < row->n_follow; i++)
		print_say(run->out,
		    "    It fits number %u of what you follow.\n",
		    row->follow[i]);
}

static int
print_entries(
    struct run *run, struct watch *watch, const Erfa__WatchAnswer *answer)
{
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < answer->n_row && status == EXIT_DONE; i++) {
		if (watch->most > 0 && watch->count == watch->most)
			break;
		if (run->json)
			status = print_json(run, answer, answer->row[i]);
		else
			print_row(run, answer->row[i]);
		watch->count++;
	}
	/* Whoever reads along wants each entry as it comes. */
	if (answer->n_row > 0 && print_finish(run->out) != ERR_NONE)
		return fault_say(&run->faults, EXIT_CANTCREAT, "not_written",
		    NULL, "the output could not be written");
	return status;
}

static int
keep_cursor(struct run *run, struct watch *watch, const char *cursor)
{
	if (strlen(cursor) >= sizeof(watch->cursor))
		return fault_say(&run->faults, EXIT_USAGE, "bad_cursor", NULL,
		    "this is no cursor: %.60s...", cursor);
	memcpy(watch->cursor, cursor, strlen(cursor) + 1);
	return EXIT_DONE;
}

/* How long erfad may wait, so that we end in time. */
static uint32_t
next_wait(const struct watch *watch)
{
	uint64_t now = run_mono_ms();

	if (watch->end_ms == 0)
		return WAIT_MS;
	if (now >= watch->end_ms)
		return 0;
	return watch->end_ms - now < WAIT_MS ? (uint32_t)(watch->end_ms - now) :
					       WAIT_MS;
}

/* Ask once, and print what has come. */
static int
watch_once(struct run *run, struct watch *watch)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__WatchRequest ask = ERFA__WATCH_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	ask.cursor = watch->cursor[0] == '\0' ? NULL : watch->cursor;
	ask.kind = run_lend(args_value(run->args, "kind"));
	ask.has_follow = ask.follow = args_given(run->args, "follow");
	ask.has_wait_ms = 1;
	ask.wait_ms = next_wait(watch);
	request.ask_case = ERFA__REQUEST__ASK_WATCH;
	request.watch = &ask;
	status = run_ask(run, &request, ask.wait_ms, &answer);
	if (status != EXIT_DONE)
		return status;
	if (answer->watch->restarted && !run->json)
		print_say(run->err,
		    "The store is another one: this begins at "
		    "its start.\n");
	status = print_entries(run, watch, answer->watch);
	if (status == EXIT_DONE)
		status = keep_cursor(
		    run, watch, run_text(answer->watch->cursor));
	control_free_answer(answer);
	return status;
}

static int
too_late(struct run *run, const struct watch *watch)
{
	char remedy[CURSOR_MAX + 64];

	(void)snprintf(remedy, sizeof(remedy),
	    _("Go on:  erfa watch --from %s"), watch->cursor);
	return fault_say(&run->faults, EXIT_TEMPFAIL, "nothing_came", remedy,
	    "%llu of %llu entries came in time",
	    (unsigned long long)watch->count, (unsigned long long)watch->most);
}

/* Watch until enough has come, the time is up, or somebody ends it. */
static int
watch_on(struct run *run, struct watch *watch)
{
	int status;

	do {
		status = watch_once(run, watch);
		/* To press Ctrl-C is how a watch ends. */
		if (status != EXIT_DONE && conn_stopped())
			return EXIT_DONE;
		if (status != EXIT_DONE && status != EXIT_USAGE && !run->json &&
		    watch->cursor[0])
			print_say(run->err, "  Go on:  erfa watch --from %s\n",
			    watch->cursor);
		if (status != EXIT_DONE)
			return status;
		if (watch->most > 0 && watch->count >= watch->most)
			return EXIT_DONE;
	} while (watch->end_ms == 0 || run_mono_ms() < watch->end_ms);
	return watch->most > 0 ? too_late(run, watch) : EXIT_DONE;
}

int
cmd_watch(struct run *run)
{
	const char *from = args_value(run->args, "from");
	struct watch watch = { .count = 0 };
	uint64_t wait_s = 0;
	int status;

	status = run_number(run, "count", UINT64_MAX / 2, &watch.most);
	if (status == EXIT_DONE)
		status = run_number(run, "wait", 86400, &wait_s);
	if (status == EXIT_DONE && from != NULL)
		status = keep_cursor(run, &watch, from);
	if (status != EXIT_DONE)
		return status;
	if (args_given(run->args, "wait"))
		watch.end_ms = run_mono_ms() + wait_s * 1000 + 1;
	run->endless = true;
	return watch_on(run, &watch);
}
