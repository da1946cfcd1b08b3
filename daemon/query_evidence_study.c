#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/day.h"
#include "daemon/evidence_internal.h"

#define YEAR_LEN 4

/* All studies while they are weighed against each other. */
struct studies {
	struct evidence_family *family;
	struct evidence_study *items;
	size_t count;
};

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

/* Why nothing of a trial is pooled; NULL if nothing speaks against it. */
static const char *
trial_left_out(
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

static enum err
leave_out(struct evidence_study *study, const char *reason)
{
	if (study->message->left_out != NULL)
		return ERR_NONE;
	return answer_text(&study->message->left_out, reason);
}

static bool
is_left_out(const struct evidence_study *study)
{
	return study->message->left_out != NULL;
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

static enum err
add_study(struct studies *studies, const struct evidence_trial *trial,
    const struct choose_trial *asked, const struct choose_result *result)
{
	Erfa__EvidenceAnswer *answer = studies->family->answer;
	struct evidence_study study = { .trial = trial,
		.site = result->site,
		.indicator = result->indicator,
		.day = result->day,
		.own = result->owner == NULL,
		.scale = "" };
	const char *why = trial_left_out(studies->family, trial);
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
	    (err = put_year(study.message, result->day)) != ERR_NONE)
		return err;
	if (result->after != NULL) {
		study.scale = text_or_empty(result->after->observation->scale);
		err = put_numbers(study.message, result);
		if (err == ERR_NONE && result->after_window) {
			study.message->has_after_window = true;
			study.message->after_window = true;
		}
	}
	if (why == NULL)
		why = result->left_out;
	if (why == NULL &&
	    result->after->observation->value_case ==
		ERFA__OBSERVATION__VALUE_RATE &&
	    !exposures_fit(result))
		why = "unit_differs";
	if (err == ERR_NONE && why != NULL)
		err = leave_out(&study, why);
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
take_trial(struct studies *studies, struct evidence_trial *trial)
{
	struct evidence_family *family = studies->family;
	struct choose_trial asked = { .publisher = trial->node->org,
		.heirs = family->question->heirs,
		.seen = trial->seen,
		.count = trial->count };
	struct choose_result *results = NULL;
	size_t count = 0;
	size_t i;
	enum err err;

	if (trial->body == NULL || trial->count == 0)
		return ERR_NONE;
	asked.trial = trial->body->trial;
	for (i = 0; i < trial->count; i++)
		trial->seen[i].indicator = codes_class(
		    family->codes, trial->seen[i].indicator);
	err = choose_results(&asked, &results, &count);
	for (i = 0; i < count && err == ERR_NONE; i++)
		if (is_wanted(family, results[i].indicator))
			err = add_study(studies, trial, &asked, &results[i]);
	free(results);
	return err;
}

/* ---- each municipality once ---- */

static bool
is_joint_trial(const struct evidence_study *study)
{
	return study->trial->body->trial->n_sites > 1;
}

/* Which of two studies of one municipality stays? */
static bool
goes_before(const struct evidence_study *a, const struct evidence_study *b)
{
	if (a->own != b->own)
		return a->own;
	if (is_joint_trial(a) != is_joint_trial(b))
		return is_joint_trial(b);
	if (a->day != b->day)
		return a->day > b->day;
	return strcmp(a->trial->id, b->trial->id) < 0;
}

static const char *
why_after(const struct evidence_study *study, const struct evidence_study *kept)
{
	if (study->own != kept->own)
		return "by_others";
	return is_joint_trial(study) && !is_joint_trial(kept) ?
	    "joint_record" :
	    "same_municipality";
}

/* Leave out the one of two that does not stay. */
static enum err
keep_one(struct evidence_study *a, struct evidence_study *b)
{
	if (is_left_out(a) || is_left_out(b) || a->indicator != b->indicator ||
	    a->site.joint || b->site.joint ||
	    !choose_same_site(&a->site, &b->site))
		return ERR_NONE;
	return goes_before(a, b) ? leave_out(b, why_after(b, a)) :
				   leave_out(a, why_after(a, b));
}

/* Leave out a joint record if a municipality that it is about tells itself. */
static enum err
yield(struct evidence_study *joint, const struct evidence_study *other,
    const struct heirs *heirs)
{
	const struct choose_trial asked = {
		.trial = joint->trial->body->trial,
		.heirs = heirs,
	};
	struct choose_site site;
	size_t i;

	if (!joint->site.joint || is_left_out(joint) || is_left_out(other) ||
	    other->site.joint || other->indicator != joint->indicator)
		return ERR_NONE;
	for (i = 0; i < asked.trial->n_sites; i++) {
		choose_site(&asked, asked.trial->sites[i], &site);
		if (choose_same_site(&site, &other->site))
			return leave_out(joint, "joint_record");
	}
	return ERR_NONE;
}

/* One joint record of one trial. */
static enum err
keep_one_joint(struct evidence_study *a, struct evidence_study *b)
{
	if (!a->site.joint || !b->site.joint || a->trial != b->trial ||
	    a->indicator != b->indicator || is_left_out(a) || is_left_out(b))
		return ERR_NONE;
	return goes_before(a, b) ? leave_out(b, why_after(b, a)) :
				   leave_out(a, why_after(a, b));
}

static enum err
keep_each_once(struct studies *studies)
{
	const struct heirs *heirs = studies->family->question->heirs;
	struct evidence_study *items = studies->items;
	size_t i;
	size_t k;
	enum err err = ERR_NONE;

	for (i = 0; i < studies->count && err == ERR_NONE; i++)
		for (k = i + 1; k < studies->count && err == ERR_NONE; k++)
			if ((err = keep_one(&items[i], &items[k])) == ERR_NONE)
				err = keep_one_joint(&items[i], &items[k]);
	for (i = 0; i < studies->count && err == ERR_NONE; i++)
		for (k = 0; k < studies->count && err == ERR_NONE; k++)
			if (i != k)
				err = yield(&items[i], &items[k], heirs);
	return err;
}

/* ---- indicators and units ---- */

/* The indicator that a study was measured by, if it is here. */
static const char *
unit_of(const struct studies *studies, const struct evidence_study *study)
{
	const struct evidence_family *family = studies->family;
	const Erfa__Indicator *indicator = evidence_describe(
	    family, study->indicator);
	size_t i;
	size_t k;

	/* Records that are one may be counted in different units. */
	for (i = 0; i < study->trial->count; i++) {
		const Erfa__Observation *seen =
		    study->trial->seen[i].observation;

		if (study->trial->seen[i].indicator != study->indicator ||
		    seen->indicator == NULL || seen->indicator->id == NULL)
			continue;
		for (k = 0; k < family->nindicators; k++)
			if (family->indicators[k].body != NULL &&
			    strcmp(family->indicators[k].id,
				seen->indicator->id) == 0)
				return text_or_empty(
				    family->indicators[k]
					.body->indicator->unit);
	}
	return indicator == NULL ? "" : text_or_empty(indicator->unit);
}

static size_t
count_unit(const struct studies *studies, const struct evidence_study *like)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < studies->count; i++)
		count += studies->items[i].indicator == like->indicator &&
		    !is_left_out(&studies->items[i]) &&
		    strcasecmp(studies->items[i].unit, like->unit) == 0 &&
		    strcasecmp(studies->items[i].scale, like->scale) == 0;
	return count;
}

/* What comes first among equals. */
static bool
comes_before(const struct evidence_study *a, const struct evidence_study *b)
{
	int order = strcmp(a->unit, b->unit);

	if (order == 0)
		order = strcmp(a->scale, b->scale);
	return order < 0;
}

/* The study whose unit and scale most of its class have. */
static const struct evidence_study *
usual(const struct studies *studies, size_t class)
{
	const struct evidence_study *best = NULL;
	const struct evidence_study *one;
	size_t most = 0;
	size_t count;
	size_t i;

	for (i = 0; i < studies->count; i++) {
		one = &studies->items[i];
		if (one->indicator != class)
			continue;
		count = count_unit(studies, one);
		if (best == NULL || count > most ||
		    (count == most && comes_before(one, best))) {
			best = one;
			most = count;
		}
	}
	return best;
}

/* Name the indicator of a study; what is in another unit is left out. */
static enum err
put_indicator(const struct evidence_family *family,
    struct evidence_study *study, const struct evidence_study *best)
{
	const Erfa__Indicator *indicator = evidence_describe(
	    family, study->indicator);
	Erfa__EvidenceStudy *message = study->message;
	const char *code = evidence_code(family, study->indicator);
	enum err err;

	if ((err = answer_text(&message->indicator, code)) != ERR_NONE ||
	    (err = answer_text(&message->unit, study->unit)) != ERR_NONE)
		return err;
	if (*code == '\0')
		return leave_out(study, "no_indicator");
	if (indicator != NULL) {
		message->has_polarity = indicator->has_polarity;
		message->polarity = indicator->polarity;
		err = answer_text(
		    &message->indicator_name, text_or_empty(indicator->name));
	}
	if (err != ERR_NONE || family->request->any_unit)
		return err;
	if (strcasecmp(study->unit, best->unit) != 0)
		return leave_out(study, "unit_differs");
	if (strcasecmp(study->scale, best->scale) != 0)
		return leave_out(study, "scale_differs");
	return ERR_NONE;
}

/* What there is to say of one class. */
static enum err
add_indicator(struct studies *studies, const struct evidence_study *best)
{
	struct evidence_family *family = studies->family;
	Erfa__EvidenceAnswer *answer = family->answer;
	Erfa__EvidenceIndicator *told;
	const Erfa__Indicator *indicator = evidence_describe(
	    family, best->indicator);
	const char *code = evidence_code(family, best->indicator);
	size_t i;
	enum err err;

	err = answer_add(&answer->indicator, &answer->n_indicator,
	    &erfa__evidence_indicator__descriptor, &told);
	if (err != ERR_NONE ||
	    (err = answer_text(&told->code, code)) != ERR_NONE ||
	    (err = answer_text(&told->unit, best->unit)) != ERR_NONE ||
	    (err = answer_text(&told->name,
		 indicator == NULL ? "" : indicator->name)) != ERR_NONE)
		return err;
	told->has_polarity = indicator != NULL && indicator->has_polarity;
	told->polarity = indicator == NULL ? 0 : indicator->polarity;
	told->has_studies = true;
	for (i = 0; i < studies->count; i++)
		told->studies += studies->items[i].indicator == best->indicator;
	return evidence_mapped(
	    family, best->indicator, &told->mapped, &told->n_mapped);
}

static int
by_indicator(const void *a, const void *b)
{
	const Erfa__EvidenceIndicator *const *x = a;
	const Erfa__EvidenceIndicator *const *y = b;

	return strcmp((*x)->code, (*y)->code);
}

static enum err
name_indicators(struct studies *studies)
{
	struct evidence_family *family = studies->family;
	struct evidence_study *items = studies->items;
	size_t i;
	size_t k;
	enum err err = ERR_NONE;

	for (i = 0; i < studies->count; i++)
		items[i].unit = unit_of(studies, &items[i]);
	for (i = 0; i < studies->count && err == ERR_NONE; i++) {
		const struct evidence_study *best;

		for (k = 0; k < i && items[k].indicator != items[i].indicator;)
			k++;
		if (k < i)
			continue;
		best = usual(studies, items[i].indicator);
		err = add_indicator(studies, best);
		for (k = i; k < studies->count && err == ERR_NONE; k++)
			if (items[k].indicator == items[i].indicator)
				err = put_indicator(family, &items[k], best);
	}
	if (family->answer->n_indicator > 1)
		qsort(family->answer->indicator, family->answer->n_indicator,
		    sizeof(family->answer->indicator[0]), by_indicator);
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
	struct studies studies = { .family = family };
	const char *word = family->request->indicator;
	size_t i;
	enum err err = ERR_NONE;

	*ret_bad = false;
	for (i = 0; i < family->ntrials && err == ERR_NONE; i++)
		err = take_trial(&studies, &family->trials[i]);

	/* Another unit is no result to be weighed against one's own. */
	if (err == ERR_NONE)
		err = name_indicators(&studies);
	if (err == ERR_NONE)
		err = keep_each_once(&studies);
	if (err == ERR_NONE && studies.count == 0 && word != NULL &&
	    *word != '\0')
		err = no_such_indicator(family, ret_bad);
	free(studies.items);
	return err;
}
