#include "client/grade.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "proto/arena.h"
#include "client/evidence_pool.h"
#include "client/speech.h"

#define MUCH_I2      75.0  /* per cent */
#define FEW_N        400.0 /* units in all */
#define NESTA_LEVELS 5

enum certainty {
	VERY_LOW,
	LOW,
	MODERATE,
	HIGH,
};

static const char *const certainties[] = { "very_low", "low", "moderate",
	"high" };

struct text {
	const char *code;
	const char *text;
};

enum grade_step {
	INCONSISTENT,
	IMPRECISE,
	SILENT,
	UNLIKE,
	SELF_REPORTED,
	GRADE_STEPS
};

static const struct text grade_texts[GRADE_STEPS] = {
	{ "inconsistency",
	    N_("the results differ more than chance allows (I² over 75 %, or "
	       "the prediction interval includes no effect and the confidence "
	       "interval does not)") },
	{ "imprecision",
	    N_("the interval includes no effect, or fewer than 400 units are "
	       "behind it") },
	{ "silence",
	    N_("more than a third of the copies that started are silent") },
	{ "fidelity",
	    N_("of more than half of the copies it is not known that they "
	       "keep to the core of the origin") },
	{ "self_reported", N_("all results are self-reported") },
};

static const struct text nesta_texts[NESTA_LEVELS] = {
	{ "plan", N_("it is said what is done and why") },
	{ "change", N_("a change from before to after was measured") },
	{ "comparison", N_("an effect was measured against a comparison") },
	{ "replication",
	    N_("so it was in two municipalities or more, one of them not the "
	       "origin") },
	{ "manual",
	    N_("and there are materials, and the core that a copy must "
	       "keep is named") },
};

/* ---- steps ---- */

static enum err
add_step(struct arena *arena, Erfa__EvidenceStep **list, size_t *count,
    const struct text *text, bool holds)
{
	Erfa__EvidenceStep *step = evidence_zeroed(arena, 1, sizeof(*step));

	if (step == NULL)
		return ERR_NOMEM;
	erfa__evidence_step__init(step);
	step->code = evidence_lend(text->code);
	step->has_holds = true;
	step->holds = holds;
	step->text = evidence_lend(text->text);
	list[(*count)++] = step;
	return ERR_NONE;
}

/* ---- GRADE ---- */

static bool
is_randomised(const Erfa__EvidencePool *pool)
{
	size_t i;

	for (i = 0; i < pool->n_effect; i++)
		if (pool->effect[i]->class_ !=
		    ERFA__EVIDENCE_CLASS__EVIDENCE_CLASS_RANDOMISED)
			return false;
	return true;
}

static bool
is_self_reported(const Erfa__EvidencePool *pool)
{
	size_t i;

	for (i = 0; i < pool->n_effect; i++)
		if (pool->effect[i]->study->author_role !=
			ERFA__AUTHOR_ROLE__AUTHOR_ROLE_SELF &&
		    pool->effect[i]->study->author_role !=
			ERFA__AUTHOR_ROLE__AUTHOR_ROLE_UNSET)
			return false;
	return true;
}

static bool
includes_none(double low, double high)
{
	return low <= 0 && high >= 0;
}

static void
look(const Erfa__EvidenceAnswer *answer, const Erfa__EvidencePool *pool,
    bool holds[GRADE_STEPS])
{
	const Erfa__EvidencePooled *pooled = pool->pooled;
	bool none = includes_none(pooled->ci_low, pooled->ci_high);

	holds[INCONSISTENT] = (pooled->has_i2 && pooled->i2 > MUCH_I2) ||
	    (pooled->has_pi_low && !none &&
		includes_none(pooled->pi_low, pooled->pi_high));
	holds[IMPRECISE] = none || !(pool->total_n >= FEW_N);
	holds[SILENT] = 3 * (uint64_t)answer->copies_silent >
	    answer->copies_started;
	holds[UNLIKE] = 2 * (uint64_t)answer->consistent < answer->adaptations;
	holds[SELF_REPORTED] = is_self_reported(pool);
}

static enum err
grade_pool(struct arena *arena, const Erfa__EvidenceAnswer *answer,
    Erfa__EvidencePool *pool)
{
	Erfa__EvidenceGrade *grade = evidence_zeroed(arena, 1, sizeof(*grade));
	bool controlled = strcmp(evidence_text(pool->pool), "before_after") !=
	    0;
	enum certainty level = controlled && is_randomised(pool) ? HIGH : LOW;
	bool holds[GRADE_STEPS];
	size_t i;
	enum err err = ERR_NONE;

	if (grade == NULL)
		return ERR_NOMEM;
	erfa__evidence_grade__init(grade);
	grade->start = evidence_lend(certainties[level]);
	grade->step = evidence_zeroed(
	    arena, GRADE_STEPS, sizeof(Erfa__EvidenceStep *));
	if (grade->step == NULL)
		return ERR_NOMEM;
	look(answer, pool, holds);
	for (i = 0; i < GRADE_STEPS && err == ERR_NONE; i++) {
		err = add_step(arena, grade->step, &grade->n_step,
		    &grade_texts[i], holds[i]);
		if (holds[i] && level > VERY_LOW)
			level--;
	}

	/* Whatever was added above, before/after cannot tell the times. */
	if (!controlled && level > LOW)
		level = LOW;
	grade->level = evidence_lend(certainties[level]);
	grade->standing = evidence_lend("suggested, not judged");
	pool->grade = grade;
	return err;
}

enum err
grade_pools(struct arena *arena, const Erfa__EvidenceAnswer *answer,
    const Erfa__EvidenceReport *report)
{
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < report->n_pool && err == ERR_NONE; i++)
		if (report->pool[i]->n_effect > 0 &&
		    report->pool[i]->pooled != NULL)
			err = grade_pool(arena, answer, report->pool[i]);
	return err;
}

/* ---- Nesta ---- */

static bool
has_change(const Erfa__EvidenceReport *report)
{
	size_t i;
	size_t k;

	for (i = 0; i < report->n_pool; i++)
		for (k = 0; k < report->pool[i]->n_effect; k++) {
			const Erfa__EvidenceStudy *study =
			    report->pool[i]->effect[k]->study;

			if (study->pairs != NULL ||
			    (study->before != NULL && study->after != NULL))
				return true;
		}
	return false;
}

/* With comparison in how many municipalities, as far as two? */
static bool
is_replicated(const Erfa__EvidencePool *pool)
{
	bool copy = false;
	bool two = false;
	size_t i;

	for (i = 0; i < pool->n_effect; i++) {
		copy |= !pool->effect[i]->study->origin;
		two |= strcmp(evidence_text(pool->effect[i]->study->site),
			   evidence_text(pool->effect[0]->study->site)) != 0;
	}
	return copy && two;
}

enum err
grade_nesta(struct arena *arena, const Erfa__EvidenceAnswer *answer,
    const Erfa__EvidenceReport *report, Erfa__EvidenceNesta **ret_nesta)
{
	const Erfa__EvidencePlan *plan = answer->plan;
	Erfa__EvidenceNesta *nesta = evidence_zeroed(arena, 1, sizeof(*nesta));
	bool holds[NESTA_LEVELS] = { false };
	size_t i;
	enum err err = ERR_NONE;

	if (nesta == NULL)
		return ERR_NOMEM;
	erfa__evidence_nesta__init(nesta);
	nesta->step = evidence_zeroed(
	    arena, NESTA_LEVELS, sizeof(Erfa__EvidenceStep *));
	if (nesta->step == NULL)
		return ERR_NOMEM;
	holds[0] = plan != NULL && plan->why && plan->what;
	holds[1] = has_change(report);
	for (i = 0; i < report->n_pool; i++) {
		if (strcmp(report->pool[i]->pool, "with") != 0)
			continue;
		holds[2] |= report->pool[i]->n_effect > 0;
		holds[3] |= is_replicated(report->pool[i]);
	}
	holds[4] = holds[3] && plan != NULL && plan->materials &&
	    plan->core_elements;
	nesta->has_level = true;
	for (i = 0; i < NESTA_LEVELS && err == ERR_NONE; i++) {
		err = add_step(arena, nesta->step, &nesta->n_step,
		    &nesta_texts[i], holds[i]);
		if (holds[i])
			nesta->level = (uint32_t)i + 1;
	}
	*ret_nesta = nesta;
	return err;
}
