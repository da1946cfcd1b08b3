#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/day.h"
#include "daemon/evidence_internal.h"

#define YEAR_LEN 4

static const char *
text_or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* ---- numbers ---- */

#define COPY(from, to, field)                            \
	do {                                             \
		(to)->has_##field = (from)->has_##field; \
		(to)->field = (from)->field;             \
	} while (0)

static enum err
put_cell(Erfa__EvidenceCell **out, const struct choose_seen *seen)
{
	const Erfa__Observation *observation;
	Erfa__EvidenceCell *cell;

	if (seen == NULL)
		return ERR_NONE;
	if ((cell = calloc(1, sizeof(*cell))) == NULL)
		return ERR_NOMEM;
	erfa__evidence_cell__init(cell);
	*out = cell;
	observation = seen->observation;
	switch (observation->value_case) {
	case ERFA__OBSERVATION__VALUE_CONTINUOUS:
		COPY(observation->continuous, cell, n);
		COPY(observation->continuous, cell, mean);
		COPY(observation->continuous, cell, sd);
		break;
	case ERFA__OBSERVATION__VALUE_BINARY:
		COPY(observation->binary, cell, events);
		cell->has_n = observation->binary->has_total;
		cell->n = observation->binary->total;
		break;
	case ERFA__OBSERVATION__VALUE_RATE:
		COPY(observation->rate, cell, events);
		COPY(observation->rate, cell, exposure);
		break;
	case ERFA__OBSERVATION__VALUE_ESTIMATE:
	case ERFA__OBSERVATION__VALUE__NOT_SET:
	case _ERFA__OBSERVATION__VALUE__CASE_IS_INT_SIZE:
		break;
	}
	return ERR_NONE;
}

static enum err
put_estimate(Erfa__Estimate **out, const Erfa__Estimate *from)
{
	Erfa__Estimate *estimate = calloc(1, sizeof(*estimate));

	if (estimate == NULL)
		return ERR_NOMEM;
	erfa__estimate__init(estimate);
	*out = estimate;
	COPY(from, estimate, estimate);
	COPY(from, estimate, se);
	COPY(from, estimate, ci_low);
	COPY(from, estimate, ci_high);
	COPY(from, estimate, measure);
	COPY(from, estimate, n);
	return ERR_NONE;
}

/* How what stands in ${of} came to its unit. */
static enum err
put_conversion(
    Erfa__EvidenceStudy *study, const char *of, const struct choose_seen *seen)
{
	const struct choose_conversion *from;
	Erfa__EvidenceConversion *told;
	enum err err;

	if (seen == NULL || seen->converted == NULL)
		return ERR_NONE;
	from = seen->converted;
	err = answer_add(&study->conversion, &study->n_conversion,
	    &erfa__evidence_conversion__descriptor, &told);
	if (err != ERR_NONE)
		return err;
	told->has_factor = told->has_offset = true;
	told->factor = from->factor;
	told->offset = from->offset;
	if ((err = answer_text(&told->of, of)) != ERR_NONE ||
	    (err = answer_text(&told->unit, from->unit)) != ERR_NONE ||
	    (err = answer_text(&told->indicator, from->indicator)) !=
		ERR_NONE ||
	    from->source == NULL)
		return err;
	return answer_text(&told->source, from->source);
}

static enum err
put_conversions(Erfa__EvidenceStudy *study, const struct choose_result *result)
{
	bool ready = result->after->observation->value_case ==
	    ERFA__OBSERVATION__VALUE_ESTIMATE;
	enum err err;

	err = put_conversion(
	    study, ready ? "estimate" : "after", result->after);
	if (err == ERR_NONE)
		err = put_conversion(study, "before", result->before);
	if (err == ERR_NONE)
		err = put_conversion(study, "comparison", result->comparison);
	if (err == ERR_NONE)
		err = put_conversion(
		    study, "comparison_before", result->comparison_before);
	return err;
}

/* Were the units measured in schools, homes ...; the surest word of all. */
static void
put_clusters(Erfa__EvidenceStudy *study, const struct choose_result *result)
{
	const struct choose_seen *const cells[] = { result->after,
		result->before, result->comparison, result->comparison_before };
	const Erfa__Observation *one;
	size_t i;

	for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		if (cells[i] == NULL)
			continue;
		one = cells[i]->observation;
		if (one->has_clustered && !study->clustered) {
			study->has_clustered = true;
			study->clustered = one->clustered;
		}
		if (one->has_cluster_size &&
		    (!study->has_cluster_size ||
			one->cluster_size > study->cluster_size)) {
			study->has_cluster_size = true;
			study->cluster_size = one->cluster_size;
		}
		if (one->has_icc &&
		    (!study->has_icc || one->icc > study->icc)) {
			study->has_icc = true;
			study->icc = one->icc;
		}
	}
}

/* The correlation with the baseline, from whichever of the two tells it. */
static bool
find_r(const struct choose_seen *after, const struct choose_seen *before,
    double *ret_r)
{
	const struct choose_seen *both[] = { after, before };
	const Erfa__Observation *observation;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (both[i] == NULL)
			continue;
		observation = both[i]->observation;
		if (observation->value_case !=
			ERFA__OBSERVATION__VALUE_CONTINUOUS ||
		    !observation->continuous->has_r)
			continue;
		*ret_r = observation->continuous->r;
		return true;
	}
	return false;
}

static void
put_people(Erfa__EvidenceStudy *study, const struct choose_result *result)
{
	double r = 0;

	if (result->after->observation->has_same_people) {
		study->has_same_people = true;
		study->same_people = result->after->observation->same_people;
	} else if (result->before != NULL &&
	    result->before->observation->has_same_people) {
		study->has_same_people = true;
		study->same_people = result->before->observation->same_people;
	}
	if (result->before != NULL &&
	    find_r(result->after, result->before, &r)) {
		study->has_r = true;
		study->r = r;
	}
	if (result->comparison_before != NULL &&
	    find_r(result->comparison, result->comparison_before, &r)) {
		study->has_comparison_r = true;
		study->comparison_r = r;
	}
}

/* Are all rates of a result by the same unit? */
static bool
exposures_fit(const struct choose_result *result)
{
	const struct choose_seen *cells[] = { result->before,
		result->comparison, result->comparison_before };
	const char *unit = text_or_empty(
	    result->after->observation->rate->exposure_unit);
	size_t i;

	for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		if (cells[i] != NULL &&
		    strcasecmp(unit,
			text_or_empty(
			    cells[i]->observation->rate->exposure_unit)) != 0)
			return false;
	return true;
}

static enum err
put_numbers(Erfa__EvidenceStudy *study, const struct choose_result *result)
{
	const Erfa__Observation *after = result->after->observation;
	enum err err;

	study->has_provenance = after->has_provenance;
	study->provenance = after->provenance;
	put_clusters(study, result);
	if ((err = put_conversions(study, result)) != ERR_NONE)
		return err;
	if (after->value_case == ERFA__OBSERVATION__VALUE_ESTIMATE)
		return put_estimate(&study->estimate, after->estimate);
	put_people(study, result);
	if (after->value_case == ERFA__OBSERVATION__VALUE_RATE &&
	    (err = answer_text(&study->exposure_unit,
		 after->rate->exposure_unit)) != ERR_NONE)
		return err;
	if ((err = put_cell(&study->after, result->after)) != ERR_NONE ||
	    (err = put_cell(&study->before, result->before)) != ERR_NONE ||
	    (err = put_cell(&study->comparison, result->comparison)) !=
		ERR_NONE)
		return err;
	return put_cell(&study->comparison_before, result->comparison_before);
}

/* ---- why not ---- */

const char *
evidence_left_out(
    const struct evidence_family *family, const struct evidence_trial *trial)
{
	if (trial->retracted)
		return "retracted";
	if (trial->node->transcribed)
		return "documented_only";
	if (trial->node->several)
		return "several_trials";
	if (trial->latest == ERFA__VERDICT__VERDICT_TOO_EARLY)
		return "too_early";
	if (trial->fidelity == ERFA__FIDELITY__FIDELITY_INCONSISTENT &&
	    !family->request->all_fidelity)
		return "fidelity";
	return NULL;
}

enum err
evidence_leave_out(struct evidence_study *study, const char *reason)
{
	if (study->message->left_out != NULL)
		return ERR_NONE;
	return answer_text(&study->message->left_out, reason);
}

/* ---- from a result to a study ---- */

static enum err
put_year(Erfa__EvidenceStudy *study, int32_t day)
{
	char text[DAY_LEN + 1];

	if (day == INT32_MIN)
		return ERR_NONE;
	day_text(day, text);
	text[YEAR_LEN] = '\0';
	return answer_text(&study->year, text);
}

/* All municipalities of a joint trial, by their ids or names. */
static enum err
put_joint(Erfa__EvidenceStudy *study, const struct evidence_trial *trial,
    const struct choose_trial *asked)
{
	const Erfa__Trial *body = asked->trial;
	enum err err;

	err = answer_text(&study->site, trial->id);
	if (err != ERR_NONE || body->sites_text == NULL)
		return err;
	return answer_text(&study->name, body->sites_text);
}

static enum err
put_site(char **site, char **name, const struct choose_site *from)
{
	enum err err;

	err = answer_text(
	    site, from->org[0] != '\0' ? from->org : text_or_empty(from->name));
	if (err != ERR_NONE || name == NULL || from->name == NULL)
		return err;
	return answer_text(name, from->name);
}

static enum err
put_place(Erfa__EvidenceStudy *study, const struct evidence_trial *trial,
    const struct choose_trial *asked, const struct choose_result *result)
{
	enum err err;

	if (result->site.joint)
		err = put_joint(study, trial, asked);
	else
		err = put_site(&study->site, &study->name, &result->site);
	if (err != ERR_NONE)
		return err;
	if (result->compared.org[0] != '\0' || result->compared.name != NULL)
		return put_site(
		    &study->comparison_site, NULL, &result->compared);

	/* One group that several are compared with, and nobody says where. */
	return result->shared ?
	    answer_text(&study->comparison_site, trial->id) :
	    ERR_NONE;
}

static enum err
put_trial(Erfa__EvidenceStudy *study, const struct evidence_trial *trial,
    const struct choose_result *result)
{
	const Erfa__Trial *body = trial->body->trial;

	study->has_design = body->has_design;
	study->design = body->design;
	study->has_author_role = true;
	study->author_role = result->owner == NULL ?
	    ERFA__AUTHOR_ROLE__AUTHOR_ROLE_SELF :
	    ERFA__AUTHOR_ROLE__AUTHOR_ROLE_EXTERNAL_EVALUATOR;
	study->has_origin = true;
	study->origin = trial->origin;
	if (trial->copy) {
		study->has_fidelity = true;
		study->fidelity = trial->fidelity;
	}
	return answer_text(&study->trial, trial->id);
}

/* Why a result is no study to be pooled, or NULL. */
static const char *
why_left_out(const struct evidence_family *family,
    const struct evidence_trial *trial, const struct choose_result *result)
{
	const char *why = evidence_left_out(family, trial);

	if (why == NULL)
		why = result->left_out;
	if (why == NULL &&
	    result->after->observation->value_case ==
		ERFA__OBSERVATION__VALUE_RATE &&
	    !exposures_fit(result))
		why = "unit_differs";
	return why;
}

/* What was found with the intervention. */
static enum err
put_result(struct evidence_study *study, const struct choose_result *result)
{
	study->scale = text_or_empty(result->after->observation->scale);
	study->stuck = result->after->stuck;
	if (result->after_window)
		study->message->has_after_window =
		    study->message->after_window = true;
	return put_numbers(study->message, result);
}

static enum err
add_study(struct evidence_studies *studies, const struct evidence_trial *trial,
    const struct choose_trial *asked, const struct choose_result *result)
{
	Erfa__EvidenceAnswer *answer = studies->family->answer;
	struct evidence_study study = { .trial = trial,
		.site = result->site,
		.indicator = result->indicator,
		.day = result->day,
		.own = result->owner == NULL,
		.unit = result->unit,
		.scale = "" };
	const char *why = why_left_out(studies->family, trial, result);
	enum err err;

	if (studies->count == EVIDENCE_STUDIES_MAX) {
		answer->more = true;
		return ERR_NONE;
	}
	err = answer_room(
	    &studies->items, studies->count, sizeof(*studies->items));
	if (err == ERR_NONE)
		err = answer_add(&answer->study, &answer->n_study,
		    &erfa__evidence_study__descriptor, &study.message);
	if (err != ERR_NONE ||
	    (err = put_trial(study.message, trial, result)) != ERR_NONE ||
	    (err = put_place(study.message, trial, asked, result)) !=
		ERR_NONE ||
	    (err = put_year(study.message, result->day)) != ERR_NONE ||
	    (err = query_put_group(studies->family->question, trial->group,
		 &study.message->group, NULL)) != ERR_NONE)
		return err;
	if (result->after != NULL)
		err = put_result(&study, result);
	if (err == ERR_NONE && why != NULL)
		err = evidence_leave_out(&study, why);
	studies->items[studies->count++] = study;
	return err;
}

/* Does the request want results of this class? */
static bool
is_wanted(const struct evidence_family *family, size_t class)
{
	const char *word = family->request->indicator;

	return word == NULL || *word == '\0' ||
	    evidence_meant(family, class, word);
}

static enum err
take_trial(struct evidence_studies *studies, struct evidence_trial *trial)
{
	struct evidence_family *family = studies->family;
	struct choose_trial asked = { .publisher = trial->node->org,
		.heirs = family->question->heirs,
		.seen = trial->seen,
		.count = trial->count };
	struct choose_result *results = NULL;
	size_t count = 0;
	bool more = false;
	size_t i;
	enum err err;

	if (trial->body == NULL || trial->count == 0)
		return ERR_NONE;
	asked.trial = trial->body->trial;
	err = choose_results(&asked, &results, &count, &more);
	family->answer->more |= more;
	for (i = 0; i < count && err == ERR_NONE; i++)
		if (is_wanted(family, results[i].indicator))
			err = add_study(studies, trial, &asked, &results[i]);
	free(results);
	return err;
}

/* ---- all ---- */

static enum err
no_such_indicator(struct evidence_family *family, bool *ret_bad)
{
	*ret_bad = true;
	return query_fail(family->question, EXIT_USAGE, "no_such_indicator",
	    "Which there are:  erfa evidence TRIAL",
	    "nothing in this family was measured by \"%.80s\"",
	    family->request->indicator);
}

enum err
evidence_studies(struct evidence_family *family, bool *ret_bad)
{
	struct evidence_studies studies = { .family = family };
	const char *word = family->request->indicator;
	size_t i;
	enum err err = ERR_NONE;

	*ret_bad = false;
	for (i = 0; i < family->ntrials && err == ERR_NONE; i++)
		err = take_trial(&studies, &family->trials[i]);
	if (err == ERR_NONE)
		err = evidence_once(&studies);
	if (err == ERR_NONE && studies.count == 0 && word != NULL &&
	    *word != '\0')
		err = no_such_indicator(family, ret_bad);
	free(studies.items);
	return err;
}
