#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/answer.h"
#include "proto/control.h"
#include "proto/header.h"
#include "proto/personal.h"
#include "proto/report.pb-c.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/form_schema.h"
#include "client/input.h"
#include "client/judge.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"
#include "client/slurp.h"

#define CSV_MAX     1048576 /* bytes of a file */
#define COLUMNS_MAX 32
#define PATH_ROOM   64

/* One thing to be said of an observation, as an option or a column. */
struct said {
	const char *name;
	const char *value;
};

/* What is observed, and by which words. */
struct observing {
	struct run *run;
	struct act trial;
	char indicator[RECORD_ID_CHARS + 1];
	struct act *acts; /* of one publication, ACT_MANY at most */
	size_t count;
	bool trying; /* all is read before anything is published */
	uint64_t held_back;
	Erfa__ObserveReport *report;
};

/* Names that do not depend on the kind of number. */
static const char *const plain[][2] = {
	{ "occasion", "occasion" },
	{ "arm", "arm" },
	{ "from", "period.start" },
	{ "to", "period.end" },
	{ "date", "period.start" },
	{ "scale", "scale" },
	{ "unit", "unit" },
	{ "clustered", "clustered" },
	{ "cluster-size", "cluster_size" },
	{ "icc", "icc" },
	{ "site", "site" },
	{ "provenance", "provenance" },
	{ "same-people", "same_people" },
};

/* The numbers, by the one that tells which kind they are. */
static const struct {
	const char *tells;
	const char *group;
	const char *names[7][2];
} kinds[] = {
	{ "exposure", "rate",
	    { { "events", "events" }, { "exposure", "exposure" },
		{ "exposure-unit", "exposure_unit" } } },
	{ "total", "binary", { { "events", "events" }, { "total", "total" } } },
	{ "estimate", "estimate",
	    { { "estimate", "estimate" }, { "se", "se" }, { "low", "ci_low" },
		{ "high", "ci_high" }, { "measure", "measure" },
		{ "n", "n" } } },
	{ "mean", "continuous",
	    { { "n", "n" }, { "mean", "mean" }, { "sd", "sd" },
		{ "r", "r" } } },
};

/* The value of ${name}, or NULL if it is not there or empty. */
static const char *
value_of(const struct said *said, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(said[i].name, name) == 0 && said[i].value != NULL &&
		    said[i].value[0] != '\0')
			return said[i].value;
	return NULL;
}

static int
set_numbers(struct act *act, const struct said *said, size_t count)
{
	char path[PATH_ROOM];
	const char *value;
	size_t kind, i;
	int status = EXIT_DONE;

	for (kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++)
		if (value_of(said, count, kinds[kind].tells) != NULL)
			break;
	if (kind == sizeof(kinds) / sizeof(kinds[0]))
		return fault_say(&act->run->faults, EXIT_USAGE, "no_number",
		    "--n --mean --sd, or --events --total, or --events "
		    "--exposure, or --estimate --se",
		    "there is no number");
	for (i = 0;
	     i < 7 && kinds[kind].names[i][0] != NULL && status == EXIT_DONE;
	     i++) {
		value = value_of(said, count, kinds[kind].names[i][0]);
		(void)snprintf(path, sizeof(path), "%s.%s", kinds[kind].group,
		    kinds[kind].names[i][1]);
		if (value != NULL)
			status = act_set(
			    act, kinds[kind].names[i][0], path, value);
	}
	return status;
}

/* A result that somebody else computed, and cannot have. */
static const char *
impossible_estimate(const Erfa__Estimate *it)
{
	if (it->has_se && it->se <= 0)
		return N_("--se is not above 0");
	if (it->has_ci_low && it->has_ci_high && it->ci_low > it->ci_high)
		return N_("--low is above --high");
	return NULL;
}

/* Numbers that cannot be: what is wrong with them, or NULL. */
static const char *
impossible(const Erfa__Observation *it)
{
	switch (it->value_case) {
	case ERFA__OBSERVATION__VALUE_CONTINUOUS:
		if (it->continuous->has_n && it->continuous->n == 0)
			return N_("--n is 0");
		if (it->continuous->sd < 0)
			return N_("--sd is below 0");
		if (it->continuous->r < -1 || it->continuous->r > 1)
			return N_("--r is not between -1 and 1");
		return NULL;
	case ERFA__OBSERVATION__VALUE_BINARY:
		if (it->binary->has_total && it->binary->total == 0)
			return N_("--total is 0");
		return it->binary->events <= it->binary->total ?
		    NULL :
		    N_("--events is more than --total");
	case ERFA__OBSERVATION__VALUE_RATE:
		return it->rate->exposure > 0 ? NULL :
						N_("--exposure is not above 0");
	case ERFA__OBSERVATION__VALUE_ESTIMATE:
		return impossible_estimate(it->estimate);
	case ERFA__OBSERVATION__VALUE__NOT_SET:
	case _ERFA__OBSERVATION__VALUE__CASE_IS_INT_SIZE:
		break;
	}
	return NULL;
}

static int
check_numbers(struct act *act)
{
	const char *what = impossible(act->body->observation);

	if (what == NULL)
		return EXIT_DONE;
	return fault_say(&act->run->faults, EXIT_USAGE, "impossible_number",
	    "Look where the number comes from.", "these numbers cannot be: %s",
	    speech(what));
}

static int
set_plain(struct act *act, const struct said *said, size_t count)
{
	const char *value;
	size_t i;
	int status = EXIT_DONE;

	for (i = 0; i < sizeof(plain) / sizeof(plain[0]) && status == EXIT_DONE;
	     i++)
		if ((value = value_of(said, count, plain[i][0])) != NULL)
			status = act_set(act, plain[i][0], plain[i][1], value);
	return status;
}

/* A count that may tell who is meant is shown only if somebody says so. */
static int
hold_back(struct observing *it, struct act *act)
{
	Erfa__Observation *observation = act->body->observation;
	const ProtobufCMessageDescriptor *desc = observation->base.descriptor;
	struct run *run = it->run;
	bool shown = args_given(run->args, "small-counts");
	int status = EXIT_DONE;
	size_t kind;

	if (!personal_small_counts(observation))
		return EXIT_DONE;
	if (!shown)
		status = prompt_yes(run,
		    "A count of 1 to 4 persons may tell who they are.  Show "
		    "it?",
		    &shown);
	if (status != EXIT_DONE)
		return status;
	observation->has_small_count_confirmed = 1;
	observation->small_count_confirmed = shown;
	if (shown)
		return EXIT_DONE;
	for (kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++)
		form_schema_drop(&observation->base,
		    protobuf_c_message_descriptor_get_field_by_name(
			desc, kinds[kind].group));
	it->held_back++;
	return EXIT_DONE;
}

/* What every observation says. */
static int
check_said(struct act *act)
{
	const Erfa__Observation *it = act->body->observation;

	if (it->has_occasion)
		return EXIT_DONE;
	return fault_say(&act->run->faults, EXIT_USAGE, "missing_option", NULL,
	    "when in the trial?  --occasion baseline, interim or follow_up");
}

static int
add_observation(struct observing *it, const struct said *said, size_t count)
{
	struct act *act = &it->acts[it->count];
	int status;

	status = act_begin(it->run, HEADER_OBSERVATION, act);
	it->count++;
	if (status != EXIT_DONE ||
	    (status = act_set(act, "TRIAL", "trial", it->trial.id)) !=
		EXIT_DONE ||
	    (status = act_set(act, "indicator", "indicator", it->indicator)) !=
		EXIT_DONE ||
	    (status = set_plain(act, said, count)) != EXIT_DONE ||
	    (status = set_numbers(act, said, count)) != EXIT_DONE ||
	    (status = check_numbers(act)) != EXIT_DONE ||
	    (status = check_said(act)) != EXIT_DONE)
		return status;
	if (!act->body->observation->has_arm) {
		act->body->observation->has_arm = 1;
		act->body->observation->arm = ERFA__ARM__ARM_TRIAL;
	}
	return it->trying ? EXIT_DONE : hold_back(it, act);
}

static void
forget(struct observing *it)
{
	size_t i;

	for (i = 0; i < it->count; i++)
		act_close(&it->acts[i]);
	it->count = 0;
}

/* Remember what was published. */
static enum err
take_published(struct observing *it, const Erfa__PublishAnswer *publish)
{
	Erfa__ObserveReport *report = it->report;
	Erfa__Published *record;
	size_t i;
	enum err err;

	report->published += it->count;
	for (i = 0; i < publish->n_record; i++) {
		err = answer_add(&report->record, &report->n_record,
		    &erfa__published__descriptor, &record);
		if (err != ERR_NONE ||
		    (err = answer_text(&record->id, publish->record[i]->id)) !=
			ERR_NONE ||
		    (err = answer_text(&record->kind,
			 publish->record[i]->kind)) != ERR_NONE ||
		    (err = answer_text(&record->shown_id,
			 publish->record[i]->shown_id)) != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Publish what has gathered. */
static int
flush(struct observing *it)
{
	struct act_item items[ACT_MANY] = { { .body = NULL } };
	Erfa__Answer *answer = NULL;
	size_t i;
	int status;

	for (i = 0; i < it->count; i++) {
		items[i].body = it->acts[i].body;
		items[i].id = NULL;
	}
	if (it->count == 0)
		return EXIT_DONE;
	status = act_check(it->run, items, it->count);
	if (status == EXIT_DONE && !it->trying)
		status = act_publish(it->run, items, it->count, false, &answer);
	if (answer != NULL && take_published(it, answer->publish) != ERR_NONE)
		status = run_nomem(it->run);
	control_free_answer(answer);
	forget(it);
	return status;
}

/* ---- where the numbers come from ---- */

static int
from_options(struct observing *it)
{
	static const char *const names[] = { "occasion", "arm", "from", "to",
		"date", "scale", "unit", "clustered", "cluster-size", "icc",
		"site", "provenance", "same-people", "n", "mean", "sd", "r",
		"events", "total", "exposure", "exposure-unit", "estimate",
		"se", "low", "high", "measure" };
	struct said said[sizeof(names) / sizeof(names[0])];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		said[i].name = names[i];
		said[i].value = args_value(it->run->args, names[i]);
	}
	return add_observation(it, said, i);
}

/* Cut a line at ${mark}; quotes around a word go. */
static size_t
cut_line(char *line, const char *mark, const char *words[COLUMNS_MAX])
{
	size_t count = 0;
	char *rest = line;
	char *word;
	size_t len;

	while (count < COLUMNS_MAX && (word = strsep(&rest, mark)) != NULL) {
		word += strspn(word, " \t\"");
		len = strlen(word);
		while (len > 0 && strchr(" \t\r\"", word[len - 1]) != NULL)
			word[--len] = '\0';
		words[count++] = word;
	}
	return count;
}

/* Read the rows below the one with the names of the columns. */
static int
read_rows(struct observing *it, char *text)
{
	const char *names[COLUMNS_MAX];
	const char *words[COLUMNS_MAX];
	struct said said[COLUMNS_MAX];
	char *rest = text;
	char *line = strsep(&rest, "\n");
	const char *mark = strchr(line, ';') != NULL ? ";" : ",";
	size_t columns = cut_line(line, mark, names);
	size_t row, i, count;
	int status = EXIT_DONE;

	for (row = 2;
	     status == EXIT_DONE && (line = strsep(&rest, "\n")) != NULL;
	     row++) {
		if (line[strspn(line, " \t\r,;")] == '\0')
			continue;
		count = cut_line(line, mark, words);
		for (i = 0; i < count && i < columns; i++) {
			said[i].name = names[i];
			said[i].value = words[i];
		}
		status = add_observation(it, said, i);
		if (status != EXIT_DONE)
			print_say(it->run->err, "  in line %zu\n", row);
		if (status == EXIT_DONE && it->count == ACT_MANY)
			status = flush(it);
	}
	return status;
}

static int
from_csv(struct observing *it, const char *path)
{
	FILE *file = NULL;
	char *text = NULL;
	char *copy;
	size_t len = 0;
	enum err err;
	int status;

	err = slurp_open(path, &file);
	if (err == ERR_NONE)
		err = slurp(file, CSV_MAX, &text, &len);
	slurp_close(file);
	if (err != ERR_NONE)
		return input_fault(it->run, path, CSV_MAX, NULL, err);
	copy = strdup(text);
	it->trying = true;
	status = copy == NULL ? run_nomem(it->run) : read_rows(it, copy);
	forget(it);
	it->trying = false;
	if (status == EXIT_DONE)
		status = read_rows(it, text);
	free(copy);
	free(text);
	return status;
}

/* ---- the command ---- */

static int
open_all(struct observing *it)
{
	struct run *run = it->run;
	const char *indicator = args_value(run->args, "indicator");
	struct judge judge = { .run = NULL };
	Erfa__Status to = ERFA__STATUS__STATUS_UNSET;
	Erfa__Answer *answer = NULL;
	int status;

	status = act_open(
	    run, args_word(run->args, 0), HEADER_TRIAL, &it->trial);
	if (status == EXIT_DONE && it->trial.show == NULL)
		status = fault_say(&run->faults, EXIT_USAGE, "not_public",
		    "Publish it first:  erfa publish TRIAL", "%s is a draft",
		    it->trial.shown);
	if (status == EXIT_DONE)
		status = judge_open(run, it->trial.body, it->trial.shown,
		    it->trial.show->show, &judge);
	if (status == EXIT_DONE)
		status = judge_check(&judge, LIFE_OBSERVE, &to);
	judge_close(&judge);
	if (status == EXIT_DONE && indicator == NULL)
		return fault_say(&run->faults, EXIT_USAGE, "missing_option",
		    "Indicators:  erfa indicator list",
		    "of what?  --indicator");
	if (status != EXIT_DONE ||
	    (status = act_find(run, indicator, &answer)) != EXIT_DONE)
		return status;
	if (answer->show->body->record_case != ERFA__BODY__RECORD_INDICATOR)
		status = fault_say(&run->faults, EXIT_USAGE, "wrong_kind",
		    "Indicators:  erfa indicator list", "%s is no indicator",
		    indicator);
	(void)snprintf(it->indicator, sizeof(it->indicator), "%s",
	    run_text(answer->show->row->full_id));
	control_free_answer(answer);
	return status;
}

/* What became of it, also if only a part could be published. */
static int
tell(struct observing *it)
{
	struct run *run = it->run;
	Erfa__ObserveReport *report = it->report;

	if (report->published == 0)
		return EXIT_DONE;
	report->has_published = report->has_held_back = 1;
	report->held_back = it->held_back;
	if (run->json)
		return answer_text(&report->schema, "erfa.observe/1") !=
			    ERR_NONE ||
			answer_text(&report->trial, it->trial.id) != ERR_NONE ?
		    run_nomem(run) :
		    run_json(run, &report->base);
	print_say(run->out, "Published: %llu for %s.\n",
	    (unsigned long long)report->published, it->trial.shown);
	if (it->held_back > 0)
		print_say(run->out,
		    "  %llu held back: counts of 1 to 4 persons.  To show one:  "
		    "--small-counts\n",
		    (unsigned long long)it->held_back);
	return EXIT_DONE;
}

int
cmd_observe(struct run *run)
{
	struct observing it = { .run = run };
	const char *csv = args_value(run->args, "csv");
	int told;
	int status;

	it.acts = calloc(ACT_MANY, sizeof(*it.acts));
	it.report = calloc(1, sizeof(*it.report));
	if (it.acts == NULL || it.report == NULL) {
		free(it.acts);
		free(it.report);
		return run_nomem(run);
	}
	erfa__observe_report__init(it.report);
	status = open_all(&it);
	if (status == EXIT_DONE)
		status = csv == NULL ? from_options(&it) : from_csv(&it, csv);
	if (status == EXIT_DONE)
		status = flush(&it);
	forget(&it);
	told = tell(&it);
	act_close(&it.trial);
	erfa__observe_report__free_unpacked(it.report, NULL);
	free(it.acts);
	return status != EXIT_DONE ? status : told;
}
