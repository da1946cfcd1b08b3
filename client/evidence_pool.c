#include "client/evidence_pool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/arena.h"
#include "proto/quantile.h"
#include "client/speech.h"

#define FLAGS_MORE   5 /* assumptions that are made here */
#define BANNERS_MOST 8

/* The studies that are pooled. */
struct group {
	struct arena *arena;
	struct evidence_item **in; /* in the order of the list */
	size_t count;
	struct meta_study *meta; /* the same */
	enum effect_measure measure;
	enum evidence_pool pool;
	struct meta_options options;
};

void *
evidence_zeroed(struct arena *arena, size_t count, size_t size)
{
	void *data = NULL;

	if (count <= SIZE_MAX / size)
		data = arena_alloc(arena, count * size);
	if (data != NULL)
		memset(data, 0, count * size);
	return data;
}

const char *
evidence_text(const char *text)
{
	return text == NULL ? "" : text;
}

char *
evidence_lend(const char *text)
{
	return (char *)(uintptr_t)text;
}

static enum effect_measure
plain_measure(enum effect_measure measure)
{
	if (measure == EFFECT_MC)
		return EFFECT_MD;
	return measure == EFFECT_SMCR ? EFFECT_SMD : measure;
}

/* The measure of a pool: the one that most of its studies have as usual. */
static enum effect_measure
usual_measure(struct evidence_item *const *items, size_t count)
{
	size_t votes[EFFECT_SMCR + 1] = { 0 };
	size_t best = EFFECT_ANY;
	size_t i;

	for (i = 0; i < count; i++)
		if (evidence_text(items[i]->study->left_out)[0] == '\0')
			votes[plain_measure(effect_usual(&items[i]->input))]++;
	for (i = 0; i <= EFFECT_SMCR; i++)
		if (votes[i] > votes[best])
			best = i;
	return (enum effect_measure)best;
}

/* Why an item is left out before anything is computed, or NULL. */
static const char *
left_out(const struct evidence_item *item)
{
	if (evidence_text(item->study->left_out)[0] != '\0')
		return item->study->left_out;
	if (item->study->design == ERFA__DESIGN__DESIGN_QUALITATIVE ||
	    item->study->design == ERFA__DESIGN__DESIGN_NONE)
		return "design";
	return NULL;
}

static int
by_unit(const void *a, const void *b)
{
	const char *one = *(const char *const *)a;
	const char *other = *(const char *const *)b;
	int order = strcasecmp(one, other);

	return order != 0 ? order : strcmp(one, other);
}

/*
 * The unit that most items are in, of several the first in the alphabet; NULL if
 * none matters, since only differences are in the unit of the numbers.
 */
static enum err
usual_unit(const struct group *group, struct evidence_item *const *items,
    size_t count, const char **ret_unit)
{
	const char **units;
	size_t most = 0;
	size_t start = 0;
	size_t n = 0;
	size_t i;

	*ret_unit = NULL;
	if (group->measure != EFFECT_MD)
		return ERR_NONE;
	units = evidence_zeroed(group->arena, count + 1, sizeof(char *));
	if (units == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++)
		if (left_out(items[i]) == NULL)
			units[n++] = evidence_text(items[i]->study->unit);
	qsort(units, n, sizeof(char *), by_unit);
	for (i = 1; i <= n; i++) {
		if (i < n && strcasecmp(units[i], units[start]) == 0)
			continue;
		if (i - start > most) {
			most = i - start;
			*ret_unit = units[start];
		}
		start = i;
	}
	return ERR_NONE;
}

/* Compute the effects of ${count} items; those that have one come first. */
static enum err
compute(struct group *group, struct evidence_item **items, size_t count)
{
	const char *unit;
	enum effect_refusal refusal;
	enum err err = usual_unit(group, items, count, &unit);
	size_t i;

	if (err != ERR_NONE)
		return err;

	for (i = 0; i < count; i++) {
		struct evidence_item *item = items[i];

		item->reason_text = "";
		if ((item->reason = left_out(item)) != NULL)
			continue;
		if (unit != NULL &&
		    strcasecmp(unit, evidence_text(item->study->unit)) != 0) {
			item->reason = "unit_differs";
			item->reason_text = N_(
			    "it was measured in another unit");
			continue;
		}
		refusal = effect_compute(
		    &item->input, group->measure, &item->effect);
		if (refusal != EFFECT_FINE) {
			item->reason = effect_refusal_code(refusal);
			item->reason_text = effect_refusal_text(refusal);
			continue;
		}
		group->in[group->count++] = item;
	}
	return ERR_NONE;
}

/* Two pointers to texts that may be NULL. */
static int
by_text(const void *a, const void *b)
{
	const struct evidence_item *const *one = a;
	const struct evidence_item *const *other = b;

	return strcmp(evidence_text((*one)->study->comparison_site),
	    evidence_text((*other)->study->comparison_site));
}

static int
by_site(const void *a, const void *b)
{
	const struct evidence_item *const *one = a;
	const struct evidence_item *const *other = b;

	return strcmp(evidence_text((*one)->study->site),
	    evidence_text((*other)->study->site));
}

/* Mark what two items of the pool share. */
static enum err
find_shared(struct group *group)
{
	struct evidence_item **sorted = calloc(
	    group->count + 1, sizeof(struct evidence_item *));
	size_t i;

	if (sorted == NULL)
		return ERR_NOMEM;
	for (i = 0; i < group->count; i++)
		sorted[i] = group->in[i];
	qsort(sorted, group->count, sizeof(struct evidence_item *), by_text);
	for (i = 0; i < group->count; i++) {
		const char *site = evidence_text(
		    sorted[i]->study->comparison_site);

		sorted[i]->comparison_shared = site[0] != '\0' &&
		    ((i > 0 && by_text(&sorted[i - 1], &sorted[i]) == 0) ||
			(i + 1 < group->count &&
			    by_text(&sorted[i], &sorted[i + 1]) == 0));
	}
	qsort(sorted, group->count, sizeof(struct evidence_item *), by_site);
	for (i = 0; i < group->count; i++)
		sorted[i]->site_twice =
		    evidence_text(sorted[i]->study->site)[0] != '\0' && i > 0 &&
		    by_site(&sorted[i - 1], &sorted[i]) == 0;
	free(sorted);
	return ERR_NONE;
}

static Erfa__EvidencePooled *
pooled_message(const struct group *group, const struct meta_result *result)
{
	Erfa__EvidencePooled *pooled = evidence_zeroed(
	    group->arena, 1, sizeof(Erfa__EvidencePooled));

	if (pooled == NULL)
		return NULL;
	erfa__evidence_pooled__init(pooled);
#define SET(field, number) (pooled->has_##field = 1, pooled->field = (number))
	SET(k, (uint32_t)result->k);
	SET(estimate, result->estimate);
	SET(se, result->se);
	SET(statistic, result->statistic);
	SET(df, result->df);
	SET(p, result->p);
	SET(ci_low, result->ci.low);
	SET(ci_high, result->ci.high);
	if (result->has_pi) {
		SET(pi_low, result->pi.low);
		SET(pi_high, result->pi.high);
	}
	if (result->k < 2)
		return pooled;
	SET(tau2, result->tau2);
	SET(tau, sqrt(result->tau2));
	if (result->has_tau2_ci) {
		SET(tau2_low, result->tau2_ci.low);
		SET(tau2_high, result->tau2_ci.high);
	}
	SET(i2, result->i2);
	SET(h2, result->h2);
	SET(q, result->q);
	SET(q_df, result->q_df);
	SET(q_p, result->q_p);
	SET(hk_q, result->hk_q);
#undef SET
	return pooled;
}

/* Pool ${count} of ${meta}; none is no error, and no message. */
static enum err
pool_some(const struct group *group, const struct meta_study *meta,
    size_t count, Erfa__EvidencePooled **ret_pooled)
{
	struct meta_result result;
	enum err err;

	*ret_pooled = NULL;
	if (count == 0)
		return ERR_NONE;
	if ((err = meta_pool(meta, count, &group->options, &result)) !=
	    ERR_NONE)
		return err;
	*ret_pooled = pooled_message(group, &result);
	return *ret_pooled == NULL ? ERR_NOMEM : ERR_NONE;
}

/* Which studies, and with which variances, another pool is made of. */
enum other {
	OTHER_WITHOUT_ORIGIN,
	OTHER_COMPARISON_ONCE,
	OTHER_R_LOW,
	OTHER_R_HIGH,
};

/* Of those with one comparison municipality the surest counts, else the first. */
static bool
is_surest(const struct group *group, size_t i)
{
	const struct evidence_item *item = group->in[i];
	size_t j;

	if (!item->comparison_shared)
		return true;
	for (j = 0; j < group->count; j++) {
		const struct evidence_item *other = group->in[j];

		if (j == i || !other->comparison_shared ||
		    by_text(&group->in[i], &group->in[j]) != 0)
			continue;
		if (other->effect.v < item->effect.v ||
		    (other->effect.v == item->effect.v && j < i))
			return false;
	}
	return true;
}

static bool
counts_in(const struct group *group, size_t i, enum other other)
{
	const Erfa__EvidenceStudy *study = group->in[i]->study;

	switch (other) {
	case OTHER_WITHOUT_ORIGIN:
		return !(study->has_origin && study->origin);
	case OTHER_COMPARISON_ONCE:
		return is_surest(group, i);
	case OTHER_R_LOW:
	case OTHER_R_HIGH:
		break;
	}
	return true;
}

static enum err
pool_other(const struct group *group, enum other other,
    Erfa__EvidencePooled **ret_pooled)
{
	struct meta_study *meta;
	size_t count = 0;
	size_t i;

	meta = evidence_zeroed(group->arena, group->count + 1, sizeof(*meta));
	if (meta == NULL)
		return ERR_NOMEM;
	for (i = 0; i < group->count; i++) {
		const struct effect *effect = &group->in[i]->effect;

		if (!counts_in(group, i, other))
			continue;
		meta[count].y = effect->y;
		meta[count].v = other == OTHER_R_LOW ? effect->v_low :
		    other == OTHER_R_HIGH            ? effect->v_high :
						       effect->v;
		count++;
	}
	return pool_some(group, meta, count, ret_pooled);
}

static enum err
pool_others(const struct group *group, Erfa__EvidencePool *pool)
{
	bool origin = false;
	bool shared = false;
	bool assumed = false;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < group->count; i++) {
		const struct evidence_item *item = group->in[i];

		origin |= item->study->has_origin && item->study->origin;
		shared |= item->comparison_shared;
		assumed |= (item->effect.flags & EFFECT_R_ASSUMED) != 0;
	}
	if (origin)
		err = pool_other(
		    group, OTHER_WITHOUT_ORIGIN, &pool->without_origin);
	if (err == ERR_NONE && shared)
		err = pool_other(
		    group, OTHER_COMPARISON_ONCE, &pool->comparison_once);
	if (err == ERR_NONE && assumed)
		err = pool_other(group, OTHER_R_LOW, &pool->r_low);
	if (err == ERR_NONE && assumed)
		err = pool_other(group, OTHER_R_HIGH, &pool->r_high);
	return err;
}

static enum err
leave_each(const struct group *group, Erfa__EvidencePool *pool)
{
	struct meta_result result;
	enum err err;
	size_t i;

	if (group->count < 3 || group->count > EVIDENCE_LEAVE_MAX)
		return ERR_NONE;
	pool->leave_one_out = evidence_zeroed(
	    group->arena, group->count, sizeof(Erfa__EvidencePooled *));
	if (pool->leave_one_out == NULL)
		return ERR_NOMEM;
	for (i = 0; i < group->count; i++) {
		err = meta_without(
		    group->meta, group->count, i, &group->options, &result);
		if (err != ERR_NONE)
			return err;
		pool->leave_one_out[i] = pooled_message(group, &result);
		if (pool->leave_one_out[i] == NULL)
			return ERR_NOMEM;
	}
	pool->n_leave_one_out = group->count;
	return ERR_NONE;
}

static enum err
set_flags(const struct group *group, const struct evidence_item *item,
    Erfa__EvidenceEffect *message)
{
	unsigned i;

	message->flag = evidence_zeroed(
	    group->arena, EFFECT_FLAGS + FLAGS_MORE, sizeof(char *));
	if (message->flag == NULL)
		return ERR_NOMEM;
	for (i = 0; i < EFFECT_FLAGS; i++)
		if ((item->effect.flags & 1U << i) != 0)
			message->flag[message->n_flag++] = evidence_lend(
			    effect_flag_code(1U << i));
	if (item->class_assumed)
		message->flag[message->n_flag++] = evidence_lend(
		    "design_assumed");
	if (item->study->has_after_window && item->study->after_window)
		message->flag[message->n_flag++] = evidence_lend(
		    "after_window");
	if (item->study->n_conversion > 0)
		message->flag[message->n_flag++] = evidence_lend("converted");
	if (item->comparison_shared)
		message->flag[message->n_flag++] = evidence_lend(
		    "comparison_shared");
	if (item->site_twice)
		message->flag[message->n_flag++] = evidence_lend("site_twice");
	return ERR_NONE;
}

/* The numbers of an effect; ${quantile} makes its interval. */
static void
set_effect(const struct evidence_item *item, double quantile,
    Erfa__EvidenceEffect *message)
{
	const struct effect *effect = &item->effect;
	double se = sqrt(effect->v);

#define SET(field, number) (message->has_##field = 1, message->field = (number))
	message->measure = evidence_lend(effect_measure_code(effect->measure));
	SET(y, effect->y);
	SET(v, effect->v);
	SET(se, se);
	SET(ci_low, effect->y - quantile * se);
	SET(ci_high, effect->y + quantile * se);
	if (effect->n > 0)
		SET(n, effect->n);
	if ((effect->flags & EFFECT_R_ASSUMED) != 0) {
		SET(v_r_low, effect->v_low);
		SET(v_r_high, effect->v_high);
	}
#undef SET
}

static Erfa__EvidenceEffect *
effect_message(const struct group *group, const struct evidence_item *item)
{
	Erfa__EvidenceEffect *message = evidence_zeroed(
	    group->arena, 1, sizeof(Erfa__EvidenceEffect));

	if (message == NULL)
		return NULL;
	erfa__evidence_effect__init(message);
	message->study = item->study;
	message->has_class_ = 1;
	message->class_ = item->class;
	if (item->reason != NULL) {
		message->reason = evidence_lend(item->reason);
		message->reason_text = evidence_lend(item->reason_text);
	}
	return message;
}

static enum err
list_effects(const struct group *group, double tau2, Erfa__EvidencePool *pool)
{
	double *weights;
	double quantile;
	enum err err;
	size_t i;

	if (group->count == 0)
		return ERR_NONE;
	weights = evidence_zeroed(group->arena, group->count, sizeof(*weights));
	pool->effect = evidence_zeroed(
	    group->arena, group->count, sizeof(Erfa__EvidenceEffect *));
	if (weights == NULL || pool->effect == NULL)
		return ERR_NOMEM;
	if ((err = meta_weights(group->meta, group->count, tau2, weights)) !=
		ERR_NONE ||
	    (err = quantile_normal(
		 1 - (1 - group->options.level) / 2, &quantile)) != ERR_NONE)
		return err;
	for (i = 0; i < group->count; i++) {
		Erfa__EvidenceEffect *message = effect_message(
		    group, group->in[i]);

		if (message == NULL)
			return ERR_NOMEM;
		set_effect(group->in[i], quantile, message);
		message->has_weight = 1;
		message->weight = weights[i];
		pool->total_n += group->in[i]->effect.n;
		if ((err = set_flags(group, group->in[i], message)) != ERR_NONE)
			return err;
		pool->effect[pool->n_effect++] = message;
	}
	pool->has_total_n = isfinite(pool->total_n);
	return ERR_NONE;
}

static enum err
list_excluded(const struct group *group, struct evidence_item *const *items,
    size_t count, Erfa__EvidencePool *pool)
{
	size_t i;

	pool->excluded = evidence_zeroed(
	    group->arena, count + 1, sizeof(Erfa__EvidenceEffect *));
	if (pool->excluded == NULL)
		return ERR_NOMEM;
	for (i = 0; i < count; i++) {
		if (items[i]->reason == NULL)
			continue;
		pool->excluded[pool->n_excluded] = effect_message(
		    group, items[i]);
		if (pool->excluded[pool->n_excluded] == NULL)
			return ERR_NOMEM;
		pool->n_excluded++;
	}
	return ERR_NONE;
}

/* The flags of all effects, each once, in the order of their first effect. */
static enum err
list_assumptions(const struct group *group, Erfa__EvidencePool *pool)
{
	size_t i;
	size_t j;
	size_t k;

	pool->assumption = evidence_zeroed(
	    group->arena, EFFECT_FLAGS + FLAGS_MORE, sizeof(char *));
	if (pool->assumption == NULL)
		return ERR_NOMEM;
	for (i = 0; i < pool->n_effect; i++)
		for (j = 0; j < pool->effect[i]->n_flag; j++) {
			char *flag = pool->effect[i]->flag[j];

			for (k = 0; k < pool->n_assumption; k++)
				if (strcmp(pool->assumption[k], flag) == 0)
					break;
			if (k == pool->n_assumption)
				pool->assumption[pool->n_assumption++] = flag;
		}
	return ERR_NONE;
}

static bool
includes_none(const Erfa__EvidencePooled *pooled)
{
	return pooled->ci_low <= 0 && pooled->ci_high >= 0;
}

/* Would one say another thing by the other of two pools? */
static bool
differs(const Erfa__EvidencePooled *one, const Erfa__EvidencePooled *other)
{
	return other != NULL &&
	    ((one->estimate < 0) != (other->estimate < 0) ||
		includes_none(one) != includes_none(other));
}

static void
add_banner(Erfa__EvidencePool *pool, const char *code, bool when)
{
	if (when)
		pool->banner[pool->n_banner++] = evidence_lend(code);
}

/* Whether the trial may be read by a group only. */
static bool
is_restricted(const Erfa__EvidenceEffect *effect)
{
	return effect->study != NULL && effect->study->group != NULL &&
	    effect->study->group[0] != '\0';
}

static enum err
list_banners(const struct group *group, Erfa__EvidencePool *pool)
{
	bool restricted = false;
	bool twice = false;
	size_t i;

	pool->banner = evidence_zeroed(
	    group->arena, BANNERS_MOST, sizeof(char *));
	if (pool->banner == NULL)
		return ERR_NOMEM;
	for (i = 0; i < group->count; i++)
		twice |= group->in[i]->site_twice;
	for (i = 0; i < pool->n_effect; i++)
		restricted |= is_restricted(pool->effect[i]);
	for (i = 0; i < pool->n_excluded; i++)
		restricted |= is_restricted(pool->excluded[i]);
	add_banner(pool, "restricted", restricted);
	add_banner(pool, "before_after", group->pool == EVIDENCE_BEFORE_AFTER);
	add_banner(pool, "one_municipality", group->count == 1);
	add_banner(pool, "two_municipalities", group->count == 2);
	add_banner(pool, "few_municipalities",
	    group->count > 1 && group->count < EVIDENCE_FEW);
	add_banner(pool, "site_twice", twice);
	if (pool->pooled != NULL) {
		add_banner(pool, "origin_decides",
		    differs(pool->pooled, pool->without_origin));
		add_banner(pool, "comparison_decides",
		    differs(pool->pooled, pool->comparison_once));
	}
	return ERR_NONE;
}

static const char *
formula(enum meta_method method)
{
	return method == META_EE ? "100 (Q - (k - 1)) / Q" :
				   "100 tau2 / (tau2 + s2), "
				   "s2 = (k - 1) W / (W^2 - sum(1 / v^2)), "
				   "W = sum(1 / v)";
}

/* What stands above a pool. */
static void
set_heading(const struct group *group, const Erfa__EvidenceStudy *first,
    Erfa__EvidencePool *pool)
{
	static const char *const pools[] = { "", "with", "randomised",
		"before_after" };
	static const char *const methods[] = { "reml", "dl", "ee" };

	pool->indicator = evidence_lend(evidence_text(first->indicator));
	pool->indicator_name = first->indicator_name;
	pool->unit = first->unit;
	pool->has_polarity = first->has_polarity;
	pool->polarity = first->polarity;
	pool->pool = evidence_lend(pools[group->pool]);
	pool->measure = evidence_lend(effect_measure_code(group->measure));
	pool->has_logarithm = 1;
	pool->logarithm = effect_is_ratio(group->measure);
	pool->method = evidence_lend(methods[group->options.method]);
	pool->ci = evidence_lend(group->options.ci == META_HK ? "hk" : "z");
	pool->has_level = 1;
	pool->level = group->options.level;
	pool->i2_formula = evidence_lend(formula(group->options.method));
}

static enum err
fill_pool(struct group *group, Erfa__EvidencePool *pool)
{
	size_t i;
	enum err err;

	group->meta = evidence_zeroed(
	    group->arena, group->count + 1, sizeof(*group->meta));
	if (group->meta == NULL)
		return ERR_NOMEM;
	for (i = 0; i < group->count; i++) {
		group->meta[i].y = group->in[i]->effect.y;
		group->meta[i].v = group->in[i]->effect.v;
	}
	if ((err = find_shared(group)) != ERR_NONE ||
	    (err = pool_some(group, group->meta, group->count,
		 &pool->pooled)) != ERR_NONE ||
	    (err = pool_others(group, pool)) != ERR_NONE ||
	    (err = leave_each(group, pool)) != ERR_NONE ||
	    (err = list_effects(
		 group, pool->pooled == NULL ? 0 : pool->pooled->tau2, pool)) !=
		ERR_NONE ||
	    (err = list_assumptions(group, pool)) != ERR_NONE)
		return err;
	return list_banners(group, pool);
}

enum err
evidence_pool_make(struct arena *arena, struct evidence_item **items,
    size_t count, enum evidence_pool kind,
    const struct evidence_options *options, Erfa__EvidencePool **ret_pool)
{
	struct group group = { .arena = arena,
		.pool = kind,
		.options = { options->method, options->ci, options->level } };
	Erfa__EvidencePool *pool;
	enum err err;

	group.in = evidence_zeroed(
	    arena, count + 1, sizeof(struct evidence_item *));
	pool = evidence_zeroed(arena, 1, sizeof(Erfa__EvidencePool));
	if (group.in == NULL || pool == NULL)
		return ERR_NOMEM;
	erfa__evidence_pool__init(pool);
	group.measure = options->measure == EFFECT_ANY ?
	    usual_measure(items, count) :
	    plain_measure(options->measure);
	if ((err = compute(&group, items, count)) != ERR_NONE)
		return err;

	/* What is left out may be in another unit. */
	set_heading(
	    &group, (group.count > 0 ? group.in : items)[0]->study, pool);
	if ((err = fill_pool(&group, pool)) != ERR_NONE ||
	    (err = list_excluded(&group, items, count, pool)) != ERR_NONE)
		return err;
	*ret_pool = pool;
	return ERR_NONE;
}
