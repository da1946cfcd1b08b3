#include <string.h>

#include "proto/control.h"
#include "client/cmd.h"
#include "client/listing.h"
#include "client/print.h"
#include "client/run.h"

#define LINES_FIRST 40     /* unless --lines says otherwise */
#define LINES_MAX   100000 /* of --lines */

static enum print_style
style_of(const char *level)
{
	if (strcmp(level, "err") == 0)
		return PRINT_BAD;
	if (strcmp(level, "warning") == 0)
		return PRINT_STRONG;
	return PRINT_PLAIN;
}

/* "2026-11-21 22:42  warning  peers: 10.0.0.7:7411 does not answer" */
static void
print_line(struct run *run, const Erfa__LogLine *line)
{
	const char *level = run_text(line->level);
	char when[PRINT_TIME_MAX];

	print_time(run_text(line->time), when);
	print_say(run->out, "%s  ", when);
	print_styled(run->out, style_of(level), "%s", level);
	print_pad(run->out, "", sizeof("warning") + 1 - strlen(level));
	print_say(
	    run->out, "%s: %s\n", run_text(line->module), run_text(line->text));
}

static int
print_log(struct run *run, const Erfa__LogAnswer *log)
{
	char since[PRINT_TIME_MAX];
	size_t i;

	for (i = 0; i < log->n_line; i++)
		print_line(run, log->line[i]);
	print_time(run_text(log->since), since);
	if (log->n_line == 0)
		print_say(run->out,
		    "Nothing of that level since erfad began, %s.\n", since);
	else if (log->forgot)
		print_say(run->out, "Older lines:  journalctl -u erfad\n");
	return EXIT_DONE;
}

int
cmd_log(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__LogRequest ask = ERFA__LOG_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	uint64_t lines = LINES_FIRST;
	int status;

	if ((status = run_number(run, "lines", LINES_MAX, &lines)) != EXIT_DONE)
		return status;
	ask.has_count = 1;
	ask.count = (uint32_t)lines;
	ask.level = (char *)(uintptr_t)args_value(run->args, "level");
	request.ask_case = ERFA__REQUEST__ASK_LOG;
	request.log = &ask;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	if (run->json)
		status = listing_json(run, &answer->log->base, "line");
	else
		status = print_log(run, answer->log);
	control_free_answer(answer);
	return status;
}
