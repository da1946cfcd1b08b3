#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "client/cmd.h"
#include "client/listing.h"
#include "client/pages.h"
#include "client/print.h"
#include "client/retell.h"
#include "client/run.h"
#include "client/standing.h"
#include "client/table.h"
#include "client/vitals.h"

#define COLUMN 10 /* where the figures begin, or further to the right */
#define HEX    16 /* digits of a hash that people compare */

/* Where the figures begin in the language of the person. */
static unsigned
column(void)
{
	static const char *const labels[] = { N_("Trials"), N_("Store"),
		N_("Space"), N_("Backup"), N_("Index"), N_("Waiting"),
		N_("Frozen"), N_("Outbox"), N_("Erasures"), N_("Clock"),
		N_("Links"), N_("Listens"), N_("Number"), N_("Digest"),
		N_("Test"), NULL };

	return print_column(COLUMN, 0, labels);
}

static void
number_field(
    struct run *run, const char *label, uint64_t number, const char *what)
{
	char text[PRINT_NUMBER_MAX];
	char line[PRINT_NUMBER_MAX + 64];

	print_number(number, text);
	(void)snprintf(line, sizeof(line), "%s %s", text, what);
	print_field(run->out, 0, label, column(), line);
}

/* The first line, which erfad gives in English. */
static void
print_verdict(struct run *run, const Erfa__StatusAnswer *status)
{
	const char *verdict = run_text(status->verdict);

	if (strcmp(run->language, "en") == 0 ||
	    strcmp(verdict, N_("all is well: catching up")) == 0)
		print_styled(run->out,
		    status->n_problem > 0 ? PRINT_BAD : PRINT_GOOD, "%s",
		    speech(verdict));
	else if (status->n_problem > 0)
		print_styled(run->out, PRINT_BAD,
		    speech_many(status->n_problem,
			"%zu thing needs attention: %s",
			"%zu things need attention: %s"),
		    status->n_problem,
		    speech(run_text(status->problem[0]->what)));
	else
		print_styled(run->out, PRINT_GOOD,
		    speech_many(status->links,
			"all is well: in step with %llu peer",
			"all is well: in step with %llu peers"),
		    (unsigned long long)status->links);
}

static void
print_top(struct run *run, const Erfa__StatusAnswer *status)
{
	char uptime[PRINT_NUMBER_MAX];

	print_seconds(status->uptime_s, uptime);
	print_styled(run->out, PRINT_STRONG, "%s (%s)", run_text(status->name),
	    run_text(status->org));
	print_say(run->out, "   erfad %s, up %s\n", run_text(status->version),
	    uptime);
	print_verdict(run, status);
	print_say(run->out, "\n\n");
}

static void
print_store(struct run *run, const Erfa__StatusAnswer *status)
{
	char a[PRINT_COUNT_MAX], b[PRINT_COUNT_MAX], c[PRINT_NUMBER_MAX];
	char line[256];

	print_count(status->trials, "trial", "trials", a);
	print_number(status->trials_transcribed, b);
	(void)snprintf(
	    line, sizeof(line), _("%s, %s of them documented only"), a, b);
	print_field(run->out, 0, "Trials", column(), line);
	print_count(status->entries, "entry", "entries", a);
	print_count(status->logs, "log", "logs", b);
	(void)snprintf(line, sizeof(line), _("%s in %s"), a, b);
	print_field(run->out, 0, "Store", column(), line);
	print_bytes(status->store_bytes, a);
	print_bytes(status->store_max_bytes, b);
	print_bytes(status->disk_free_bytes, c);
	(void)snprintf(
	    line, sizeof(line), _("%s of %s, %s free on the disk"), a, b, c);
	print_field(run->out, 0, "Space", column(), line);
	if (run_text(status->last_backup)[0] != '\0') {
		print_time(status->last_backup, line);
		print_field(run->out, 0, _("Backup"), column(), line);
	} else {
		print_field(run->out, 0, _("Backup"), column(),
		    _("erfa knows of none: erfa help backup"));
	}
	if (status->indexed != status->arrival)
		number_field(run, _("Index"), status->arrival - status->indexed,
		    _("entries behind"));
	if (status->bodies_absent > 0)
		number_field(run, _("Waiting"), status->bodies_absent,
		    _("bodies that are known and not here yet"));
	if (status->logs_frozen > 0)
		number_field(run, _("Frozen"), status->logs_frozen,
		    _("forked logs, both branches readable"));
	if (status->outbox > 0)
		number_field(run, _("Outbox"), status->outbox,
		    _("accepted entries that are not signed yet"));
}

/* Whose nodes those are: the first, and how many others. */
static void
name_nodes(
    char *const *orgs, size_t count, uint64_t nodes, char *out, size_t size)
{
	const char *org = count == 0 ? "" : run_text(orgs[0]);

	if (nodes > 1)
		(void)snprintf(out, size, _("%s and %llu more"), org,
		    (unsigned long long)nodes - 1);
	else
		(void)snprintf(out, size, "%s", org);
}

/* For whom the oldest erasure waits. */
static void
print_waiting(struct run *run, const Erfa__StatusAnswer *status)
{
	char since[PRINT_TIME_MAX], seen[PRINT_TIME_MAX];
	char who[ORG_MAX + 64];
	char line[512];

	if (status->erasures_waiting == 0)
		return;
	name_nodes(status->erasure_org, status->n_erasure_org,
	    status->erasure_nodes, who, sizeof(who));
	print_time(run_text(status->erasure_since), since);
	print_time(run_text(status->erasure_last_seen), seen);
	(void)snprintf(line, sizeof(line),
	    _("that of %s waits for %s, last in step %s"), since, who, seen);
	print_field(run->out, 0, "", column(), line);
}

/* Of whom nobody can tell. */
static void
print_unknown(struct run *run, const Erfa__StatusAnswer *status)
{
	char who[ORG_MAX + 64];
	char line[512];

	if (status->erasure_unknown_nodes == 0)
		return;
	name_nodes(status->erasure_unknown_org, status->n_erasure_unknown_org,
	    status->erasure_unknown_nodes, who, sizeof(who));
	(void)snprintf(line, sizeof(line),
	    _("not known of %s: never in step with this node directly"), who);
	print_field(run->out, 0, "", column(), line);
}

/* How far what this node erased is erased elsewhere. */
static void
print_erasures(struct run *run, const Erfa__StatusAnswer *status)
{
	char line[512];
	uint64_t open = status->erasures_waiting + status->erasures_unknown;
	uint64_t done = status->erasures - open;

	if (status->erasures == 0)
		return;
	(void)snprintf(line, sizeof(line), _("%llu of %llu done at all nodes"),
	    (unsigned long long)done, (unsigned long long)status->erasures);
	print_field(run->out, 0, _("Erasures"), column(), line);
	if (open == 0)
		return;
	print_waiting(run, status);
	print_unknown(run, status);
	(void)snprintf(line, sizeof(line), "erfa erasure %s",
	    run_text(status->erasure_id));
	if (run_text(status->erasure_id)[0] != '\0')
		print_field(run->out, 0, "", column(), line);
}

/* Told only if it may be wrong: of the machine that erfa and erfad share. */
static void
print_clock_state(struct run *run)
{
	bool synchronized = false;

	if (vitals_clock(&synchronized) && !synchronized)
		print_field(run->out, 0, _("Clock"), column(),
		    _("nobody keeps it right: sudo timedatectl set-ntp true"));
}

static void
print_network(struct run *run, const Erfa__StatusAnswer *status)
{
	char a[PRINT_NUMBER_MAX], b[PRINT_NUMBER_MAX];
	char line[512];

	print_number(status->links, a);
	print_number(status->links_live, b);
	(void)snprintf(line, sizeof(line), _("%s, %s of them in step"), a, b);
	print_field(run->out, 0, "Links", column(), line);
	if (run_text(status->listen)[0] == '\0')
		(void)snprintf(line, sizeof(line), _("no; dials out only"));
	else if (status->pub_port != 0)
		(void)snprintf(line, sizeof(line), _("%s, feed on port %u"),
		    status->listen, status->pub_port);
	else
		(void)snprintf(
		    line, sizeof(line), _("%s, no feed"), status->listen);
	print_field(run->out, 0, "Listens", column(), line);
	print_field(
	    run->out, 0, "Number", column(), run_text(status->check_number));
	(void)snprintf(
	    line, sizeof(line), "%.*s", HEX, run_text(status->digest));
	print_field(run->out, 0, "Digest", column(), line);
	if (status->test)
		print_field(run->out, 0, "Test", column(),
		    _("yes: this state directory is marked as a test"));
}

static void
print_problems(struct run *run, const Erfa__StatusAnswer *status)
{
	const Erfa__Problem *problem;
	char when[PRINT_TIME_MAX];
	char *what = NULL;
	size_t i;

	for (i = 0; i < status->n_problem; i++) {
		problem = status->problem[i];
		print_styled(run->out, PRINT_BAD, "\n!");
		if (retell_problem(run->labels, problem, &what) != ERR_NONE)
			return;
		print_say(run->out, " %s", what);
		free(what);
		what = NULL;
		if (run_text(problem->where)[0] != '\0')
			print_say(run->out, " (%s)", problem->where);
		if (run_text(problem->since)[0] != '\0') {
			print_time(problem->since, when);
			print_say(run->out, ", since %s", when);
		}
		print_say(run->out, "\n");
		print_remedy(run->out, 4, speech(run_text(problem->remedy)));
	}
}

int
cmd_status(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__StatusRequest ask = ERFA__STATUS_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	int status;

	if (args_count(run->args) > 0)
		return standing_print(run, args_word(run->args, 0));
	if (args_given(run->args, "at"))
		return fault_say(&run->faults, EXIT_USAGE, "no_day",
		    "Leave out --at, or name a trial.",
		    "this node cannot tell how it was on another day");
	request.ask_case = ERFA__REQUEST__ASK_STATUS;
	request.status = &ask;
	if ((status = run_ask(run, &request, 0, &answer)) != EXIT_DONE)
		return status;
	if (run->json) {
		status = run_json(run, &answer->status->base);
	} else {
		print_top(run, answer->status);
		print_store(run, answer->status);
		print_erasures(run, answer->status);
		print_clock_state(run);
		print_network(run, answer->status);
		print_problems(run, answer->status);
	}
	control_free_answer(answer);
	return status;
}

static int
ask_logs(struct run *run, char *cursor, Erfa__Answer **ret_answer)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__LogsRequest ask = ERFA__LOGS_REQUEST__INIT;

	ask.cursor = cursor;
	request.ask_case = ERFA__REQUEST__ASK_LOGS;
	request.logs = &ask;
	return run_ask(run, &request, 0, ret_answer);
}

/* Ask for all pages and put them together. */
static int
all_logs(struct run *run, Erfa__Answer **ret_all)
{
	Erfa__Answer *all = NULL;
	Erfa__Answer *page = NULL;
	char *next;
	bool more;
	int status;

	if ((status = ask_logs(run, NULL, &all)) != EXIT_DONE)
		return status;
	more = pages_more(all->logs->next, NULL);
	while (status == EXIT_DONE && more) {
		page = NULL;
		status = ask_logs(run, all->logs->next, &page);
		if (status != EXIT_DONE)
			break;
		more = pages_more(page->logs->next, all->logs->next);
		if (pages_append(&all->logs->base, &page->logs->base, "log") !=
		    ERR_NONE)
			status = run_nomem(run);
		next = all->logs->next;
		all->logs->next = page->logs->next;
		page->logs->next = next;
		control_free_answer(page);
	}
	if (status != EXIT_DONE) {
		control_free_answer(all);
		return status;
	}
	*ret_all = all;
	return EXIT_DONE;
}

static void
add_log(struct run *run, struct table *table, const void *item)
{
	const Erfa__LogView *log = item;
	char cell[PRINT_NUMBER_MAX];

	(void)snprintf(cell, sizeof(cell), "%.*s", HEX, run_text(log->log));
	table_add(table, cell);
	table_add(table, log->org);
	table_add(table, labels_get(run->labels, "log", run_text(log->state)));
	print_number(log->n, cell);
	table_add(table, cell);
	print_number(log->counted, cell);
	table_add(table, cell);
	print_number(log->bodies_absent, cell);
	table_add(table, cell);
	(void)snprintf(cell, sizeof(cell), "%.*s", HEX, run_text(log->chain));
	table_add(table, cell);
}

static int
print_logs(struct run *run, const Erfa__LogsAnswer *logs)
{
	static const struct table_column columns[] = {
		{ N_("LOG"), false, 0 },
		{ N_("ORG"), false, 0 },
		{ N_("STATE"), false, 0 },
		{ N_("ENTRIES"), true, 0 },
		{ N_("COUNTED"), true, 0 },
		{ N_("ABSENT"), true, 0 },
		{ N_("CHAIN"), false, 0 },
	};

	return listing_table(run, &logs->base, "log", columns,
	    sizeof(columns) / sizeof(columns[0]), add_log);
}

int
cmd_logs(struct run *run)
{
	Erfa__Answer *all = NULL;
	int status;

	if ((status = all_logs(run, &all)) != EXIT_DONE)
		return status;
	if (run->json)
		status = listing_json(run, &all->logs->base, "log");
	else
		status = print_logs(run, all->logs);
	control_free_answer(all);
	return status;
}
