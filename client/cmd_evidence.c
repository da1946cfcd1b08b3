/*
 * What works: the results of many, pooled.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/json.h"
#include "client/act.h"
#include "client/cmd.h"
#include "client/corpus_tell.h"
#include "client/csv.h"
#include "client/evidence.h"
#include "client/evidence_column.h"
#include "client/evidence_csv.h"
#include "client/evidence_table.h"
#include "client/family.h"
#include "client/forest.h"
#include "client/forest_svg.h"
#include "client/input.h"
#include "client/print.h"
#include "client/run.h"
#include "client/slurp.h"
#include "client/speech.h"

#define LEVEL        0.95
#define NAMES_COLUMN 28 /* where the meaning of a column begins */

struct choice {
	const char *word;
	int value;
};

static const struct choice methods[] = {
	{ "reml", META_REML },
	{ "dl", META_DL },
	{ "ee", META_EE },
	{ NULL, 0 },
};

static const struct choice intervals[] = {
	{ "hk", META_HK },
	{ "z", META_Z },
	{ NULL, 0 },
};

static const struct choice pools[] = {
	{ "with", EVIDENCE_WITH },
	{ "randomised", EVIDENCE_RANDOMISED },
	{ "before_after", EVIDENCE_BEFORE_AFTER },
	{ NULL, 0 },
};

/* The value of an option that takes one of a few words. */
static int
choose(struct run *run, const char *name, const struct choice *choices,
    const char *words, int *ret_value)
{
	const char *word = args_value(run->args, name);

	if (word == NULL)
		return EXIT_DONE;
	for (; choices->word != NULL; choices++)
		if (strcmp(choices->word, word) == 0) {
			*ret_value = choices->value;
			return EXIT_DONE;
		}
	return fault_say(&run->faults, EXIT_USAGE, "bad_option", NULL,
	    "--%s takes %s, not \"%s\"", name, words, word);
}

static int
read_options(struct run *run, struct evidence_options *options)
{
	const char *measure = args_value(run->args, "measure");
	int method = META_REML;
	int ci = -1;
	int only = EVIDENCE_ALL;
	int status;

	options->measure = EFFECT_ANY;
	if (measure != NULL &&
	    effect_measure_of(measure, &options->measure) != ERR_NONE)
		return fault_say(&run->faults, EXIT_USAGE, "bad_option", NULL,
		    "--measure takes md, smd, rr, or, rd or irr, not \"%s\"",
		    measure);
	status = choose(run, "method", methods, "reml, dl or ee", &method);
	if (status == EXIT_DONE)
		status = choose(run, "ci", intervals, "hk or z", &ci);
	if (status == EXIT_DONE)
		status = choose(run, "class", pools,
		    "with, randomised or before_after", &only);
	options->method = (enum meta_method)method;

	/* Equal effects leave nothing for Hartung and Knapp to allow for. */
	options->ci = ci >= 0 ? (enum meta_ci)ci :
	    method == META_EE ? META_Z :
				META_HK;
	options->only = (enum evidence_pool)only;
	options->level = LEVEL;
	return status;
}

/* ---- output ---- */

static int
write_svg(struct run *run, const Erfa__EvidenceReport *report)
{
	const char *path = args_value(run->args, "svg");
	char *text = NULL;
	FILE *file;
	bool failed;

	if (path == NULL)
		return EXIT_DONE;
	if (forest_svg(report, &text) != ERR_NONE)
		return run_nomem(run);
	file = fopen(path, "we");
	failed = file == NULL ||
	    fputs(text, file) < 0; /* lint: allowed: a file of its own */
	if (file != NULL)
		failed |= fclose(file) != 0;
	free(text);
	if (!failed)
		return EXIT_DONE;
	return fault_say(&run->faults, EXIT_CANTCREAT, "cannot_write",
	    "Name a file in a folder that is yours.", "%s cannot be written",
	    path);
}

static int
print_csv(struct run *run, const Erfa__EvidenceReport *report)
{
	char *text = NULL;

	if (evidence_csv(report, &text) != ERR_NONE)
		return run_nomem(run);
	print_raw(run->out, text);
	free(text);
	return EXIT_DONE;
}

static void
print_plots(struct run *run, const Erfa__EvidenceReport *report)
{
	size_t i;

	for (i = 0; i < report->n_pool; i++) {
		forest_print(run->out, report->pool[i]);
		family_tell_pool(run, report->pool[i]);
		print_say(run->out, "\n");
	}
	if (report->n_pool == 0)
		print_say(run->out, "Nothing here can be pooled.\n");
	forest_print_denominator(run->out, report->denominator);
	family_tell(run, report);
}

/* Only what is there: an sd that is missing is not an sd of 0. */
static int
print_json(struct run *run, const Erfa__EvidenceReport *report)
{
	struct json_options options = { .pretty = print_terminal(run->out) };
	char *text = NULL;
	enum err err;

	err = json_from_message(&report->base, &options, &text);
	if (err == ERR_NONE) {
		print_raw(run->out, text);
		print_raw(run->out, "\n");
	}
	free(text);
	return err == ERR_NONE ? EXIT_DONE : run_nomem(run);
}

/* Print the report as asked for. */
static int
tell(struct run *run, const Erfa__EvidenceReport *report)
{
	int status = write_svg(run, report);

	if (status != EXIT_DONE)
		return status;
	if (run->json)
		status = print_json(run, report);
	else if (args_given(run->args, "csv"))
		status = print_csv(run, report);
	else
		print_plots(run, report);
	return status;
}

/* ---- a table ---- */

/* What the table's own name is, without its folders. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static int
pool_table(struct run *run, const char *path,
    const struct evidence_options *options, const struct evidence_table *table)
{
	struct evidence *evidence = NULL;
	Erfa__EvidenceStudy *const *studies;
	const struct corpus_fault *faults;
	size_t count;
	size_t all;
	int status;

	faults = evidence_table_faults(table, &count, &all);
	if (all > 0)
		return corpus_tell(run, slurp_name(path), faults, count, all,
		    "Columns and what they hold: erfa evidence --columns");
	if (evidence_table_unused(table)[0] != '\0' && !run->quiet)
		print_say(run->err, "columns not used: %s\n",
		    evidence_table_unused(table));
	studies = evidence_table_studies(table, &count);
	if (evidence_new(studies, count, options, &evidence) != ERR_NONE)
		return run_nomem(run);
	evidence_report(evidence)->table = run_lend(base_name(path));
	status = tell(run, evidence_report(evidence));

	/* A table of which nothing can be pooled is bad data. */
	if (status == EXIT_DONE &&
	    evidence_report(evidence)->denominator->poolable == 0)
		status = EXIT_DATA;
	evidence_free(evidence);
	return status;
}

static int
read_table(
    struct run *run, const char *path, const struct evidence_options *options)
{
	struct evidence_table *table = NULL;
	char *text = NULL;
	size_t len = 0;
	enum err err;
	int status;

	err = slurp(path, CSV_FILE_MAX, &text, &len);
	if (err == ERR_NONE)
		err = evidence_table_read(text, len, options->measure, &table);
	free(text);
	if (err != ERR_NONE)
		return input_fault(run, path, CSV_FILE_MAX, NULL, err);
	status = pool_table(run, path, options, table);
	evidence_table_free(table);
	return status;
}

/* ---- a family ---- */

static int
pool_family(struct run *run, struct family *family,
    const struct evidence_options *options)
{
	struct evidence *evidence = NULL;
	Erfa__EvidenceStudy *const *studies;
	size_t count;
	int status;

	studies = family_studies(family, &count);
	if (evidence_new(studies, count, options, &evidence) != ERR_NONE)
		return run_nomem(run);
	if (family_report(family, options, evidence_report(evidence)) !=
	    ERR_NONE)
		status = run_nomem(run);
	else
		status = tell(run, evidence_report(evidence));
	evidence_free(evidence);
	return status;
}

static int
read_family(struct run *run, const struct evidence_options *options)
{
	struct family *family = NULL;
	char id[RECORD_ID_CHARS + 1];
	int status;

	status = act_resolve(run, args_word(run->args, 0), id);
	if (status == EXIT_DONE)
		status = family_ask(run, id, options, &family);
	if (status != EXIT_DONE)
		return status;
	if (run->json || args_given(run->args, "csv") ||
	    args_given(run->args, "svg") || !family_choose(run, family))
		status = pool_family(run, family, options);
	family_free(family);
	return status;
}

/* ---- the command ---- */

/* What the columns of a table are called. */
static int
print_columns_known(struct run *run)
{
	const char *names;
	const char *help;
	size_t i;

	for (i = 0; evidence_column_at(i, &names, &help); i++) {
		if (help == NULL) {
			print_say(run->out, "%s\n", names);
			continue;
		}
		print_pad(run->out, names, NAMES_COLUMN);
		print_say(run->out, "%s\n", _(help));
	}
	return EXIT_DONE;
}

int
cmd_evidence(struct run *run)
{
	const char *path = args_value(run->args, "table");
	struct evidence_options options;
	int status;

	if (args_given(run->args, "columns"))
		return print_columns_known(run);
	if ((status = read_options(run, &options)) != EXIT_DONE)
		return status;
	if (path != NULL && args_count(run->args) > 0)
		return fault_say(&run->faults, EXIT_USAGE, "too_much",
		    "erfa evidence TRIAL\nerfa evidence --table FILE.csv",
		    "a table has no trial");
	if (path != NULL)
		return read_table(run, path, &options);
	if (args_count(run->args) > 0)
		return read_family(run, &options);
	return fault_say(&run->faults, EXIT_USAGE, "missing_trial",
	    "erfa evidence TRIAL\nerfa evidence --table FILE.csv",
	    "erfa evidence wants a trial, or a table");
}
