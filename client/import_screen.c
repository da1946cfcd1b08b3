#include "client/import_internal.h"

#include <stddef.h>

#include "proto/report.pb-c.h"
#include "client/act.h"
#include "client/corpus_tell.h"
#include "client/print.h"
#include "client/run.h"
#include "client/sift.h"
#include "client/slurp.h"
#include "client/speech.h"

#define TITLES_SHOWN 8

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

void
import_screen(struct import *import)
{
	struct run *run = import->run;
	size_t count = 0;
	size_t shown = 0;
	size_t i;

	if (import->group[0] != '\0')
		print_say(run->err,
		    "Only for those who are in %s, signed by you:\n",
		    args_value(run->args, "group"));
	else
		print_say(
		    run->err, "For everyone in the network, signed by you:\n");
	for (i = 0; i < import->count; i++) {
		if (import->rows[i].held || !import_is_new(&import->rows[i]))
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

int
import_done(struct import *import)
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
