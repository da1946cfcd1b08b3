#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cmd.h"
#include "client/metrics.h"
#include "client/print.h"
#include "client/run.h"
#include "client/vitals.h"

#define LEAST_MAX 100000 /* of --least */

static void
free_report(ProtobufCMessage *report)
{
	if (report != NULL)
		protobuf_c_message_free_unpacked(report, NULL);
}

/* One line: verdict, reasons, and the numbers behind a bar. */
static enum err
print_health(struct run *run, const Erfa__HealthReport *report)
{
	char *numbers = NULL;
	char *text, *bar;
	enum err err;
	size_t i;

	if ((err = metrics_line(report->metric, report->n_metric, &numbers)) !=
	    ERR_NONE)
		return err;
	print_raw(run->out, "ERFA ");
	print_raw(run->out, vitals_state_name((enum vitals_state)report->code));
	print_raw(run->out, " - ");
	for (i = 0; i < report->n_reason; i++) {
		/* What stands behind the first bar is read as numbers. */
		text = report->reason[i];
		for (bar = text; (bar = strchr(bar, '|')) != NULL;)
			*bar = '/';
		print_say(run->out, "%s%s", i > 0 ? "; " : "", text);
	}
	print_raw(run->out, " | ");
	print_raw(run->out, numbers);
	print_raw(run->out, "\n");
	free(numbers);
	return ERR_NONE;
}

/* Judge and print; the code with which a plugin ends. */
static int
tell_health(struct run *run, const struct vitals *vitals, uint64_t least)
{
	Erfa__HealthReport *report = calloc(1, sizeof(*report));
	int status = VITALS_UNKNOWN;
	enum err err = ERR_NONE;

	if (report == NULL)
		return status;
	erfa__health_report__init(report);
	if (vitals_judge(vitals, least, report) != ERR_NONE ||
	    vitals_metrics(vitals, &report->metric, &report->n_metric) !=
		ERR_NONE)
		goto out;
	if (run->json) {
		report->schema = strdup("erfa.health/1");
		if (run_json(run, &report->base) != EXIT_DONE)
			err = ERR_IO;
	} else {
		err = print_health(run, report);
	}
	if (err == ERR_NONE)
		status = (int)report->code;
out:
	free_report(&report->base);
	return status;
}

int
cmd_health(struct run *run)
{
	struct vitals vitals = { false, NULL, NULL };
	uint64_t least = 0;
	int status;

	if (run_number(run, "least", LEAST_MAX, &least) != EXIT_DONE)
		return VITALS_UNKNOWN;
	if (vitals_get(run, &vitals) != EXIT_DONE) {
		if (!run->json)
			print_say(
			    run->out, "ERFA UNKNOWN - erfad cannot be asked\n");
		return VITALS_UNKNOWN;
	}
	status = tell_health(run, &vitals, least);
	vitals_clear(&vitals);
	return status;
}

/* ---- numbers ---- */

static int
not_written(struct run *run, const char *path, enum err err)
{
	return fault_say(&run->faults, EXIT_CANTCREAT, "cannot_write",
	    err == ERR_NOENT ?
		"Make the folder, or name another file with --output." :
		"Name a file in a folder that you may write to.",
	    "cannot write %s", path);
}

static int
tell_metrics(struct run *run, Erfa__MetricsReport *report)
{
	const char *path = args_value(run->args, "output");
	char *text = NULL;
	int status = EXIT_DONE;
	enum err err;

	if (run->json && path == NULL)
		return run_json(run, &report->base);
	if (metrics_text(report->metric, report->n_metric, &text) != ERR_NONE)
		return run_nomem(run);
	if (path == NULL)
		print_raw(run->out, text);
	else if ((err = metrics_write(path, text)) != ERR_NONE)
		status = not_written(run, path, err);
	free(text);
	return status;
}

int
cmd_metrics(struct run *run)
{
	struct vitals vitals = { false, NULL, NULL };
	Erfa__MetricsReport *report;
	int status;

	if ((status = vitals_get(run, &vitals)) != EXIT_DONE)
		return status;
	if ((report = calloc(1, sizeof(*report))) == NULL) {
		vitals_clear(&vitals);
		return run_nomem(run);
	}
	erfa__metrics_report__init(report);
	report->schema = strdup("erfa.metrics/1");
	if (vitals_metrics(&vitals, &report->metric, &report->n_metric) ==
	    ERR_NONE)
		status = tell_metrics(run, report);
	else
		status = run_nomem(run);
	free_report(&report->base);
	vitals_clear(&vitals);
	return status;
}
