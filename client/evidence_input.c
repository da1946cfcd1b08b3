#include "client/evidence_input.h"

#include <stddef.h>
#include <string.h>

#define NUMBER(from, field)      \
	((struct effect_number){ \
	    .given = (from)->has_##field != 0, .value = (from)->field })

enum effect_measure
evidence_measure(Erfa__EffectMeasure measure)
{
	static const enum effect_measure table[] = {
		[ERFA__EFFECT_MEASURE__EFFECT_MEASURE_MD] = EFFECT_MD,
		[ERFA__EFFECT_MEASURE__EFFECT_MEASURE_SMD] = EFFECT_SMD,
		[ERFA__EFFECT_MEASURE__EFFECT_MEASURE_RR] = EFFECT_RR,
		[ERFA__EFFECT_MEASURE__EFFECT_MEASURE_OR] = EFFECT_OR,
		[ERFA__EFFECT_MEASURE__EFFECT_MEASURE_RD] = EFFECT_RD,
		[ERFA__EFFECT_MEASURE__EFFECT_MEASURE_IRR] = EFFECT_IRR,
		[ERFA__EFFECT_MEASURE__EFFECT_MEASURE_MC] = EFFECT_MC,
		[ERFA__EFFECT_MEASURE__EFFECT_MEASURE_SMCR] = EFFECT_SMCR,
	};

	return (size_t)measure < sizeof(table) / sizeof(table[0]) ?
	    table[measure] :
	    EFFECT_ANY;
}

static void
read_cell(const Erfa__EvidenceCell *from, struct effect_cell *cell)
{
	if (from == NULL)
		return;
	cell->n = NUMBER(from, n);
	cell->mean = NUMBER(from, mean);
	cell->sd = NUMBER(from, sd);
	cell->events = NUMBER(from, events);
	cell->exposure = NUMBER(from, exposure);
}

static void
read_ready(const Erfa__EvidenceStudy *study, struct effect_ready *ready)
{
	const Erfa__Estimate *from = study->estimate;

	if (from == NULL)
		return;
	ready->measure = evidence_measure(from->measure);
	ready->logged = study->has_as_pooled && study->as_pooled;
	ready->estimate = NUMBER(from, estimate);
	ready->se = NUMBER(from, se);
	ready->variance = NUMBER(study, variance);
	ready->low = NUMBER(from, ci_low);
	ready->high = NUMBER(from, ci_high);
	ready->n.given = from->has_n != 0;
	ready->n.value = (double)from->n;
}

static bool
says_uncontrolled(const Erfa__EvidenceStudy *study)
{
	return study->design == ERFA__DESIGN__DESIGN_PRE_POST ||
	    study->design == ERFA__DESIGN__DESIGN_TIME_SERIES;
}

void
evidence_input(const Erfa__EvidenceStudy *study, struct effect_input *ret_input)
{
	struct effect_input input = { .unit = study->unit };

	read_cell(study->before, &input.cell[EFFECT_TRIAL][EFFECT_BEFORE]);
	read_cell(study->after, &input.cell[EFFECT_TRIAL][EFFECT_AFTER]);
	/* Before and after alone, if that is all it claims to be. */
	if (!(says_uncontrolled(study) && study->before != NULL)) {
		read_cell(study->comparison_before,
		    &input.cell[EFFECT_COMPARISON][EFFECT_BEFORE]);
		read_cell(study->comparison,
		    &input.cell[EFFECT_COMPARISON][EFFECT_AFTER]);
	}
	if (study->pairs != NULL)
		input.pairs = (struct effect_pairs){
			.given = true,
			.both = study->pairs->both,
			.only_before = study->pairs->only_before,
			.only_after = study->pairs->only_after,
			.neither = study->pairs->neither,
		};
	read_ready(study, &input.ready);
	input.r[EFFECT_TRIAL] = NUMBER(study, r);
	input.r[EFFECT_COMPARISON] = NUMBER(study, comparison_r);
	input.people_known = study->has_same_people != 0;
	input.same_people = study->has_same_people && study->same_people;
	input.clustered = study->has_clustered && study->clustered;
	input.cluster_size = NUMBER(study, cluster_size);
	input.icc = NUMBER(study, icc);
	*ret_input = input;
}

/* Is there anything in it? */
static bool
tells(const Erfa__EvidenceCell *cell)
{
	return cell != NULL &&
	    (cell->has_n || cell->has_mean || cell->has_sd ||
		cell->has_events || cell->has_exposure);
}

/* What the numbers can carry at best. */
static Erfa__EvidenceClass
best_class(const Erfa__EvidenceStudy *study)
{
	enum effect_measure measure;

	if (study->estimate != NULL) {
		/* A change of one group stays one, whatever the design says; the
		 * difference of two is a mean difference. */
		measure = evidence_measure(study->estimate->measure);
		return measure == EFFECT_MC || measure == EFFECT_SMCR ?
		    ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_BEFORE_AFTER :
		    ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_RANDOMISED;
	}
	return tells(study->comparison) ||
		(study->before == NULL && study->pairs == NULL) ?
	    ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_RANDOMISED :
	    ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_BEFORE_AFTER;
}

/* A comparison without any before is one, whatever it is called. */
static Erfa__EvidenceClass
uncontrolled_class(const Erfa__EvidenceStudy *study)
{
	return study->estimate == NULL && study->before == NULL &&
		tells(study->comparison) ?
	    ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_CONTROLLED :
	    ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_BEFORE_AFTER;
}

Erfa__EvidenceClass
evidence_class(const Erfa__EvidenceStudy *study, bool *ret_assumed)
{
	Erfa__EvidenceClass best = best_class(study);

	*ret_assumed = false;
	if (best == ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_BEFORE_AFTER)
		return best;
	if (says_uncontrolled(study))
		return uncontrolled_class(study);
	if (study->design == ERFA__DESIGN__DESIGN_RANDOMISED)
		return ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_RANDOMISED;
	if (study->design == ERFA__DESIGN__DESIGN_COMPARISON_POST ||
	    study->design == ERFA__DESIGN__DESIGN_COMPARISON_PRE_POST)
		return ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_CONTROLLED;

	*ret_assumed = study->estimate != NULL;
	return ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_CONTROLLED;
}
