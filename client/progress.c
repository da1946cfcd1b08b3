#include "client/progress.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "client/print.h"
#include "client/speech.h"

#define FIRST_MS  500   /* shorter things need no progress */
#define REDRAW_MS 100   /* on a terminal */
#define LINE_MS   10000 /* elsewhere */
#define BAR       24    /* columns */

struct progress {
	struct print *print; /* NULL: silent */
	const char *what;
	bool begun;
	bool drawn; /* there is a line to be cleared */
	uint64_t first_ms;
	uint64_t first_done;
	uint64_t next_ms;
};

enum err
progress_new(
    struct print *print, const char *what, struct progress **ret_progress)
{
	struct progress *progress = calloc(1, sizeof(*progress));

	if (progress == NULL)
		return ERR_NOMEM;
	progress->print = print;
	progress->what = what;
	*ret_progress = progress;
	return ERR_NONE;
}

static void
clear_line(struct progress *progress)
{
	if (progress->drawn)
		print_raw(progress->print, "\r\033[K");
	progress->drawn = false;
}

void
progress_free(struct progress *progress)
{
	if (progress == NULL)
		return;
	if (progress->print != NULL)
		clear_line(progress);
	free(progress);
}

static void
draw_bar(struct print *print, uint64_t done, uint64_t all)
{
	uint64_t full = done >= all ? BAR : done / (all / BAR + 1);
	uint64_t i;

	for (i = 0; i < BAR; i++)
		print_say(print, i < full ? "█" : "░");
	print_say(print, "  ");
}

/* The rest at the rate so far. */
static void
draw_rest(const struct progress *progress, uint64_t done, uint64_t all,
    uint64_t now_ms)
{
	uint64_t ms = now_ms - progress->first_ms;
	uint64_t rate, rest;
	char number[PRINT_NUMBER_MAX];

	if (ms < 1000 || done <= progress->first_done)
		return;
	rate = (done - progress->first_done) / (ms / 1000);
	print_number(rate, number);
	print_say(progress->print, "  %s/s", number);
	if (rate == 0 || all <= done)
		return;
	rest = (all - done) / rate;
	print_seconds(rest, number);
	print_say(progress->print, "  %s left", number);
}

static void
draw(struct progress *progress, uint64_t done, uint64_t all, uint64_t now_ms)
{
	struct print *print = progress->print;
	char number[PRINT_NUMBER_MAX];

	print_pad(print, speech(progress->what), 10);
	if (all > 0 && print_terminal(print))
		draw_bar(print, done, all);
	print_number(done, number);
	print_say(print, "%s", number);
	if (all > 0) {
		print_number(all, number);
		print_say(print, " of %s", number);
	}
	draw_rest(progress, done, all, now_ms);
}

void
progress_tell(
    struct progress *progress, uint64_t done, uint64_t all, uint64_t now_ms)
{
	bool terminal;

	if (progress->print == NULL)
		return;
	terminal = print_terminal(progress->print);
	if (!progress->begun) {
		progress->begun = true;
		progress->first_ms = now_ms;
		progress->first_done = done;
		progress->next_ms = now_ms + (terminal ? FIRST_MS : LINE_MS);
	}
	if (now_ms < progress->next_ms)
		return;
	progress->next_ms = now_ms + (terminal ? REDRAW_MS : LINE_MS);
	clear_line(progress);
	draw(progress, done, all, now_ms);
	if (terminal)
		progress->drawn = true;
	else
		print_raw(progress->print, "\n");
	/* What cannot be shown does not stop what it tells of. */
	(void)!print_finish(progress->print);
}
