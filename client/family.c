#include "client/family.h"

#include <stdlib.h>
#include <string.h>

#include "proto/arena.h"
#include "proto/control.h"
#include "client/evidence.h"
#include "client/grade.h"
#include "client/print.h"
#include "client/rows.h"
#include "client/run.h"
#include "client/towns.h"

#define ARENA_BYTES 65536
#define READ_MOST   3 /* indicators that are read one after the other */
#define CODE_COLUMN 26

struct family {
	Erfa__Answer *answer;
	struct arena *arena;
};

/* Why erfad leaves a result out. */
static const struct {
	const char *code;
	const char *text;
} reasons[] = {
	{ "retracted", N_("it was taken back") },
	{ "documented_only", N_("documented only: a source tells of it") },
	{ "several_trials", N_("it tells of several trials") },
	{ "too_early", N_("too early, it says itself") },
	{ "fidelity",
	    N_("it does not keep to the core of the origin (--all-fidelity)") },
	{ "small_counts", N_("counts of 1 to 4 persons are held back") },
	{ "no_follow_up", N_("there is no follow-up") },
	{ "no_indicator", N_("it is not said what was measured") },
	{ "unit_differs", N_("it was measured in another unit") },
	{ "conversion_counts",
	    N_("counts cannot be converted to the other unit: multiplied they "
	       "are other events") },
	{ "conversion_disputed",
	    N_("two indicators declare different conversions of its unit") },
	{ "conversion_measure",
	    N_("it is in another unit, and not said what it measures") },
	{ "scale_differs", N_("it was measured on another scale") },
	{ "same_municipality",
	    N_("the same municipality has a later follow-up") },
	{ "joint_record", N_("the municipalities' own results stand for it") },
	{ "by_others",
	    N_("measured by others; the municipality's own stands") },
	{ "design", N_("its design gives no effect") },
};

/* ---- asking ---- */

/* Ready-made and effects in standard deviations take no unit. */
static bool
takes_any_unit(enum effect_measure measure)
{
	return measure == EFFECT_SMD || measure == EFFECT_SMCR;
}

static int
name_towns(struct run *run, const Erfa__EvidenceAnswer *answer)
{
	struct towns *towns = NULL;
	const char *name;
	size_t i;
	int status = EXIT_DONE;

	if (towns_open(run->data, &towns) == ERR_NOMEM)
		return run_nomem(run);
	for (i = 0; i < answer->n_study && status == EXIT_DONE; i++) {
		Erfa__EvidenceStudy *study = answer->study[i];

		if (run_text(study->name)[0] != '\0')
			continue;
		name = towns_name(towns, run_text(study->site));
		if (name == NULL)
			name = run_text(study->site);
		if ((study->name = strdup(name)) == NULL)
			status = run_nomem(run);
	}
	towns_close(towns);
	return status;
}

int
family_ask(struct run *run, const char *id,
    const struct evidence_options *options, struct family **ret_family)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__EvidenceRequest studies = ERFA__EVIDENCE_REQUEST__INIT;
	struct family *family;
	int status;

	if ((family = calloc(1, sizeof(*family))) == NULL)
		return run_nomem(run);
	studies.id = run_lend(id);
	studies.indicator = run_lend(args_value(run->args, "indicator"));
	studies.at = run->day[0] != '\0' ? run->day : NULL;
	studies.has_all_fidelity = true;
	studies.all_fidelity = args_given(run->args, "all-fidelity");
	studies.has_any_unit = true;
	studies.any_unit = takes_any_unit(options->measure);
	request.ask_case = ERFA__REQUEST__ASK_STUDIES;
	request.studies = &studies;
	status = run_ask(run, &request, 0, &family->answer);
	if (status == EXIT_DONE)
		status = name_towns(run, family->answer->studies);
	if (status == EXIT_DONE &&
	    arena_new(ARENA_BYTES, &family->arena) != ERR_NONE)
		status = run_nomem(run);
	if (status != EXIT_DONE) {
		family_free(family);
		return status;
	}
	*ret_family = family;
	return EXIT_DONE;
}

void
family_free(struct family *family)
{
	if (family == NULL)
		return;
	arena_free(family->arena);
	control_free_answer(family->answer);
	free(family);
}

Erfa__EvidenceStudy *const *
family_studies(const struct family *family, size_t *ret_count)
{
	*ret_count = family->answer->studies->n_study;
	return family->answer->studies->study;
}

/* ---- the report ---- */

static const char *
reason_text(const char *code)
{
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(reasons[i].code, code) == 0)
			return reasons[i].text;
	return "";
}

static void
explain(const Erfa__EvidenceReport *report)
{
	size_t i;
	size_t k;

	for (i = 0; i < report->n_pool; i++)
		for (k = 0; k < report->pool[i]->n_excluded; k++) {
			Erfa__EvidenceEffect *effect =
			    report->pool[i]->excluded[k];

			if (run_text(effect->reason_text)[0] == '\0')
				effect->reason_text = run_lend(
				    reason_text(run_text(effect->reason)));
		}
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* How many trials have an effect in any pool. */
static enum err
count_pooled(const Erfa__EvidenceReport *report, uint32_t *ret_count)
{
	const char **ids;
	size_t count = 0;
	size_t i;
	size_t k;

	for (i = 0; i < report->n_pool; i++)
		count += report->pool[i]->n_effect;
	if ((ids = calloc(count + 1, sizeof(char *))) == NULL)
		return ERR_NOMEM;
	count = 0;
	for (i = 0; i < report->n_pool; i++)
		for (k = 0; k < report->pool[i]->n_effect; k++)
			ids[count++] = run_text(
			    report->pool[i]->effect[k]->study->trial);
	qsort(ids, count, sizeof(char *), by_text);
	*ret_count = 0;
	for (i = 0; i < count; i++)
		*ret_count += i == 0 || strcmp(ids[i], ids[i - 1]) != 0;
	free(ids);
	return ERR_NONE;
}

/* What does not depend on which pools are shown. */
static enum err
describe_all(struct family *family, const struct evidence_options *options,
    Erfa__EvidenceReport *report)
{
	Erfa__EvidenceAnswer *answer = family->answer->studies;
	struct evidence_options all = *options;
	struct evidence *evidence = NULL;
	enum err err;

	all.only = EVIDENCE_ALL;
	err = evidence_new(answer->study, answer->n_study, &all, &evidence);
	if (err == ERR_NONE)
		err = count_pooled(
		    evidence_report(evidence), &answer->denominator->poolable);
	if (err == ERR_NONE)
		err = grade_nesta(family->arena, answer,
		    evidence_report(evidence), &report->nesta);
	evidence_free(evidence);
	return err;
}

enum err
family_report(struct family *family, const struct evidence_options *options,
    Erfa__EvidenceReport *report)
{
	Erfa__EvidenceAnswer *answer = family->answer->studies;
	enum err err;

	if ((err = describe_all(family, options, report)) != ERR_NONE ||
	    (err = grade_pools(family->arena, answer, report)) != ERR_NONE)
		return err;
	explain(report);
	report->trial = answer->id;
	report->root = answer->root;
	report->title = answer->title;
	report->at = answer->at;
	report->study_hash = answer->hash;
	report->denominator = answer->denominator;
	report->indicator = answer->indicator;
	report->n_indicator = answer->n_indicator;
	report->verdict = answer->verdict;
	report->n_verdict = answer->n_verdict;
	report->gone = answer->gone;
	report->n_gone = answer->n_gone;
	report->has_more = answer->has_more;
	report->more = answer->more;
	return ERR_NONE;
}

/* ---- for people ---- */

bool
family_choose(struct run *run, const struct family *family)
{
	const Erfa__EvidenceAnswer *answer = family->answer->studies;
	size_t i;

	if (answer->n_indicator <= READ_MOST)
		return false;
	print_styled(run->out, PRINT_STRONG, "%s\n", run_text(answer->title));
	print_say(run->out, "Measured by:\n");
	for (i = 0; i < answer->n_indicator; i++) {
		const Erfa__EvidenceIndicator *one = answer->indicator[i];
		char count[PRINT_COUNT_MAX];

		print_count(one->studies, N_("result"), N_("results"), count);
		print_say(run->out, "  ");
		print_pad(run->out, run_text(one->code), CODE_COLUMN);
		print_say(run->out, "%s, %s\n", run_text(one->name), count);
	}
	print_say(run->out, "One of them:  erfa evidence %s --indicator %s\n",
	    run_text(answer->id), run_text(answer->indicator[0]->code));
	return true;
}

void
family_tell_pool(struct run *run, const Erfa__EvidencePool *pool)
{
	const Erfa__EvidenceGrade *grade = pool->grade;
	size_t i;

	if (grade == NULL)
		return;
	print_say(run->out,
	    "Certainty: %s (GRADE, from %s; suggested, not judged)\n",
	    labels_get(run->labels, "certainty", grade->level),
	    labels_get(run->labels, "certainty", grade->start));
	for (i = 0; i < grade->n_step; i++)
		if (grade->step[i]->holds)
			print_field(
			    run->out, 2, "-1", 5, _(grade->step[i]->text));
}

static void
tell_nesta(struct run *run, const Erfa__EvidenceNesta *nesta)
{
	if (nesta == NULL)
		return;
	print_say(run->out, "Nesta level %u of 5\n", nesta->level);
	if (nesta->level > 0)
		print_block(
		    run->out, 2, _(nesta->step[nesta->level - 1]->text));
}

static void
tell_verdicts(struct run *run, const Erfa__EvidenceReport *report)
{
	char code[ROWS_CODE_MAX];
	size_t i;

	if (report->n_verdict == 0)
		return;
	print_say(run->out, "Verdicts, as a description: ");
	for (i = 0; i < report->n_verdict; i++) {
		const ProtobufCEnumValue *value =
		    protobuf_c_enum_descriptor_get_value(
			&erfa__verdict__descriptor,
			(int)report->verdict[i]->verdict);

		rows_code(value == NULL ? "" : value->name, "VERDICT_", code);
		print_say(run->out, "%s%s %u", i == 0 ? "" : ", ",
		    labels_get(run->labels, "verdict", code),
		    report->verdict[i]->trials);
	}
	print_say(run->out, "\n");
}

static void
tell_gone(struct run *run, const Erfa__EvidenceReport *report)
{
	size_t i;

	if (report->n_gone == 0)
		return;
	print_say(run->out, "No longer counted:\n");
	for (i = 0; i < report->n_gone; i++)
		print_say(run->out, "  %s  %s, %s\n",
		    run_text(report->gone[i]->id),
		    labels_get(run->labels, "kind", report->gone[i]->kind),
		    strcmp(report->gone[i]->state, "erased") == 0 ?
			_("erased") :
			_("retracted"));
}

void
family_tell(struct run *run, const Erfa__EvidenceReport *report)
{
	if (report->trial == NULL)
		return;
	tell_nesta(run, report->nesta);
	tell_verdicts(run, report);
	tell_gone(run, report);
	if (report->more)
		print_say(run->out, "There are more; they are left out.\n");
	print_say(run->out, "Input %s\n", run_text(report->study_hash));
}
