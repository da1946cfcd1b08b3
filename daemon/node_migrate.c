#include "daemon/node_migrate.h"

#include <grp.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/migrate.h"
#include "daemon/node_internal.h"
#include "daemon/notify.h"

/* Bytes that stay free on the disk: the node goes on writing. */
#define SPARE_BYTES ((uint64_t)16 << 20)

/* So slow is the slowest disk on which the service is not given up. */
#define SLOW_BYTES_S ((uint64_t)1 << 20)
#define SLOW_LEAST_S 600

#define MIB(bytes) (((bytes) + ((1 << 20) - 1)) >> 20)

#define WHY_ROOM 400

struct migrate_options
node_migrate_options(const struct config *config, bool dry_run)
{
	struct migrate_options options = {
		.dry_run = dry_run,
		.dir = config->state,
		.map_bytes = config->store_max,
		.software = "erfad " ERFA_VERSION,
		.spare = SPARE_BYTES,
		.format = store_format(),
	};

	options.steps = migrate_steps(&options.nsteps);
	return options;
}

/* Why it was not done, and what to do, in one line. */
static void
explain(const struct config *config, const struct migrate_report *report,
    enum err err, char out[WHY_ROOM])
{
	switch (report->stage) {
	case MIGRATE_ROOM:
		(void)snprintf(out, WHY_ROOM,
		    "%" PRIu64 " MiB are needed in %s for a copy of it and the "
		    "work, %" PRIu64 " MiB are free; make room, erfad tries "
		    "again by itself",
		    MIB(report->need), config->state, report->room >> 20);
		break;
	case MIGRATE_COPY:
		(void)snprintf(out, WHY_ROOM,
		    "no copy of it could be kept: %s; the disk may be full or "
		    "broken",
		    err_str(err));
		break;
	case MIGRATE_STEP:
	case MIGRATE_CHECK:
		(void)snprintf(out, WHY_ROOM,
		    "%s%s; install the version that ran before, look at the "
		    "store with `erfa verify`, and tell the makers of erfad",
		    report->stage == MIGRATE_CHECK ?
			"what came of it does not hold together: " :
			"a step failed: ",
		    err == ERR_FULL ? "store_max in erfad.conf is too small" :
				      err_str(err));
		break;
	case MIGRATE_PLAN:
	case MIGRATE_OPEN:
	case MIGRATE_COMMIT:
	case MIGRATE_DONE:
		(void)snprintf(out, WHY_ROOM, "%s%s", err_str(err),
		    err == ERR_BUSY ? ": erfad runs; systemctl stop erfad" :
			err == ERR_DENIED ? ": run it with sudo" :
					    "");
		break;
	}
}

/* ---- when erfad starts ---- */

void
node_migrate_slow(uint64_t bytes, const char *what)
{
	notify_extend(SLOW_LEAST_S + bytes / SLOW_BYTES_S);
	notify_status("%s", what);
}

/* A migration begins. */
static void
begins(void *context, uint32_t from, uint64_t bytes)
{
	const struct config *config = context;

	node_migrate_slow(
	    bytes, "brings the store to a new format; do not end it");
	logger_info("store",
	    "%s has format %" PRIu32 ", erfad %s works with %" PRIu32
	    ": a copy is kept, then it is brought there",
	    config->state, from, ERFA_VERSION, store_format());
}

enum err
node_migrated(const struct config *config)
{
	struct migrate_options options = node_migrate_options(config, false);
	struct migrate_report report;
	char why[WHY_ROOM];
	enum err err;

	options.begins = begins;
	options.context = (void *)(uintptr_t)config;
	if ((err = migrate_run(&options, &report)) != ERR_NONE) {
		explain(config, &report, err, why);
		event_say(EVENT_STORE_CLOSED, NULL,
		    "%s (format %" PRIu32 ") was not brought to format %" PRIu32
		    " and is as it was: %s",
		    config->state, report.from, report.to, why);
		return err;
	}
	event_say(EVENT_STORE_MIGRATED, NULL,
	    "%s was brought from format %" PRIu32 " to %" PRIu32 " (%" PRIu64
	    " rows, %" PRIu64 " ms); as it was it is kept in %s "
	    "for %d days",
	    config->state, report.from, report.to, report.rows, report.ms,
	    report.kept, MIGRATE_KEEP_DAYS);
	return ERR_NONE;
}

void
node_migrated_forget(const struct config *config)
{
	if (migrate_forget(config->state, store_format(), MIGRATE_KEEP_DAYS) >
	    0)
		logger_info("store",
		    "a copy of the store in an earlier format was older than "
		    "%d days and is removed",
		    MIGRATE_KEEP_DAYS);
}

/* ---- alone ---- */

/* Files that root makes could not be opened by the service: be who it is. */
static enum err
become_owner(const char *dir)
{
	struct stat info;

	if (stat(dir, &info) != 0)
		return ERR_NOENT;
	if (geteuid() != 0 || info.st_uid == 0)
		return ERR_NONE;
	return setgroups(0, NULL) == 0 && setgid(info.st_gid) == 0 &&
		setuid(info.st_uid) == 0 ?
	    ERR_NONE :
	    ERR_DENIED;
}

static void
print_steps(const struct migrate_options *options,
    const struct migrate_report *report, FILE *out)
{
	size_t i;

	for (i = 0; i < options->nsteps; i++)
		if (options->steps[i].from >= report->from)
			(void)fprintf(out, "  %" PRIu32 " -> %" PRIu32 "  %s\n",
			    options->steps[i].from, options->steps[i].from + 1,
			    options->steps[i].what);
}

/* What was done, or would be. */
static void
print_report(const struct config *config, const struct migrate_options *options,
    const struct migrate_report *report, FILE *out)
{
	char name[MIGRATE_NAME_MAX];
	bool dry = options->dry_run;

	(void)fprintf(out,
	    "%s has format %" PRIu32 "; erfad %s works with format %" PRIu32
	    ".\n",
	    config->state, report->from, ERFA_VERSION, report->to);
	if (report->from == report->to) {
		(void)fprintf(out, "Nothing needs to be done.\n");
		return;
	}
	print_steps(options, report, out);
	migrate_name(report->from, name);
	(void)fprintf(out,
	    "%s %" PRIu64 " rows in %" PRIu64 " ms; the store as it %s is kept "
	    "in\n%s/%s for %d days.\n",
	    dry ? "That writes" : "Done:", report->rows, report->ms,
	    dry ? "is" : "was", config->state, name, MIGRATE_KEEP_DAYS);
	(void)fprintf(out,
	    "Room needed: %" PRIu64 " MiB.  Free: %" PRIu64 " MiB.\n",
	    MIB(report->need), report->room >> 20);
	if (!dry)
		(void)fprintf(out, "To go on:  systemctl start erfad\n");
	else if (report->room < report->need)
		(void)fprintf(out,
		    "That is too little: make room first.  Nothing was "
		    "changed.\n");
	else
		(void)fprintf(out,
		    "Nothing was changed.  erfad does it when it starts, or now:"
		    "  erfad --migrate\n");
}

enum err
node_migrate(const struct config *config, bool dry_run, FILE *out)
{
	struct migrate_options options = node_migrate_options(config, dry_run);
	struct migrate_report report = { .stage = MIGRATE_OPEN };
	char why[WHY_ROOM];
	enum err err;

	if ((err = become_owner(config->state)) == ERR_NONE)
		err = migrate_run(&options, &report);
	if (err == ERR_NONE) {
		print_report(config, &options, &report, out);
		return dry_run && report.room < report.need ? ERR_FULL :
							      ERR_NONE;
	}
	if (err == ERR_NOENT && report.stage == MIGRATE_OPEN) {
		(void)fprintf(out,
		    "There is no store in %s yet: nothing needs to be done.\n",
		    config->state);
		return ERR_NONE;
	}
	if (err == ERR_VERSION && report.from > report.to)
		logger_err("store",
		    "%s has format %" PRIu32 ", newer than erfad %s can read "
		    "(format %" PRIu32 "): install the version that made it",
		    config->state, report.from, ERFA_VERSION, report.to);
	else if (err == ERR_VERSION)
		logger_err("store",
		    "%s has format %" PRIu32 ", and erfad %s knows no way from "
		    "there: start a version between them first",
		    config->state, report.from, ERFA_VERSION);
	else {
		explain(config, &report, err, why);
		logger_err("store", "%s is as it was: %s", config->state, why);
	}
	return err;
}
