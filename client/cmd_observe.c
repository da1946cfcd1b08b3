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
#include "client/form.h"
#include "client/form_schema.h"
#include "client/judge.h"
#include "client/observe_csv.h"
#include "client/print.h"
#include "client/prompt.h"
#include "client/run.h"

#define MANY      1000 /* observations in one publication */
#define PATH_ROOM 64

/* What is observed, and by which words. */
struct observing {
	struct run *run;
	struct act trial;
	char indicator[RECORD_ID_CHARS + 1];
	struct form_words *words;
	struct act_item *items; /* MANY; the bodies are ours */
	size_t count;
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
fill_in(struct observing *it, struct act *act, const struct said *said,
    size_t count)
{
	int status;

	if ((status = act_set(act, "TRIAL", "trial", it->trial.id)) !=
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
	return EXIT_DONE;
}

/* Take up one observation, to be published with the others. */
static int
add_observation(void *context, const struct said *said, size_t count)
{
	struct observing *it = context;
	struct act act;
	int status;

	if (it->count == MANY)
		return fault_say(&it->run->faults, EXIT_DATA, "too_many",
		    "Write them in several files.",
		    "at most %d numbers are published at once", MANY);
	status = act_begin(it->run, HEADER_OBSERVATION, &act);
	act.words = it->words;
	if (status == EXIT_DONE)
		status = fill_in(it, &act, said, count);
	if (status == EXIT_DONE) {
		it->items[it->count++].body = act.body;
		act.body = NULL;
	}
	it->words = act.words;
	act.words = NULL;
	act_close(&act);
	return status;
}

/* A count that may tell who is meant is shown only if somebody says so. */
static int
hold_back(struct observing *it, Erfa__Observation *observation)
{
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

static void
forget(struct observing *it)
{
	size_t i;

	for (i = 0; i < it->count; i++)
		body_free((Erfa__Body *)(uintptr_t)it->items[i].body);
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

/* Publish all of them, or none. */
static int
publish(struct observing *it)
{
	Erfa__Answer *answer = NULL;
	size_t i;
	int status = EXIT_DONE;

	for (i = 0; i < it->count && status == EXIT_DONE; i++)
		status = hold_back(it, it->items[i].body->observation);
	if (status == EXIT_DONE)
		status = act_check(it->run, it->items, it->count);
	if (status == EXIT_DONE)
		status = act_publish(
		    it->run, it->items, it->count, false, &answer);
	if (answer != NULL && take_published(it, answer->publish) != ERR_NONE)
		status = run_nomem(it->run);
	control_free_answer(answer);
	return status;
}

/* ---- where the numbers come from ---- */

/* The options that say something of an observation, or columns of a file. */
static const char *const names[] = { "occasion", "arm", "from", "to", "date",
	"scale", "unit", "clustered", "cluster-size", "icc", "site",
	"provenance", "same-people", "n", "mean", "sd", "r", "events", "total",
	"exposure", "exposure-unit", "estimate", "se", "low", "high",
	"measure" };

#define NAMES (sizeof(names) / sizeof(names[0]))

static int
from_options(struct observing *it)
{
	struct said said[NAMES];
	size_t i;

	for (i = 0; i < NAMES; i++) {
		said[i].name = names[i];
		said[i].value = args_value(it->run->args, names[i]);
	}
	return add_observation(it, said, NAMES);
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

/* What became of it. */
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

	it.items = calloc(MANY, sizeof(*it.items));
	it.report = calloc(1, sizeof(*it.report));
	if (it.items == NULL || it.report == NULL) {
		free(it.items);
		free(it.report);
		return run_nomem(run);
	}
	erfa__observe_report__init(it.report);
	status = open_all(&it);
	if (status == EXIT_DONE)
		status = csv == NULL ?
		    from_options(&it) :
		    observe_csv(run, csv, names, NAMES, add_observation, &it);
	if (status == EXIT_DONE)
		status = publish(&it);
	told = tell(&it);
	forget(&it);
	form_words_free(it.words);
	act_close(&it.trial);
	erfa__observe_report__free_unpacked(it.report, NULL);
	free(it.items);
	return status != EXIT_DONE ? status : told;
}
