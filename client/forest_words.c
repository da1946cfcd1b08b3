#include "client/forest_words.h"

#include <stdio.h>
#include <string.h>

#include "client/number.h"
#include "client/speech.h"

#define SOME 6 /* parts of the denominator that are always told */

/* ---- names ---- */

struct named {
	const char *code;
	const char *name;
};

static const char *
name_of(const struct named *table, size_t count, const char *code)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (code != NULL && strcmp(table[i].code, code) == 0)
			return table[i].name;
	return table[0].name;
}

#define NAME_OF(table, code) \
	name_of((table), sizeof(table) / sizeof((table)[0]), (code))

const char *
forest_measure(const Erfa__EvidencePool *pool)
{
	static const struct named names[] = {
		{ "", N_("effect, as given") },
		{ "md", N_("mean difference") },
		{ "smd", N_("standardised mean difference") },
		{ "rr", N_("risk ratio") },
		{ "or", N_("odds ratio") },
		{ "rd", N_("risk difference") },
		{ "irr", N_("rate ratio") },
	};

	return NAME_OF(names, pool->measure);
}

const char *
forest_class(const Erfa__EvidencePool *pool)
{
	static const struct named names[] = {
		{ "with", N_("with comparison") },
		{ "randomised", N_("randomised alone") },
		{ "before_after", N_("before/after") },
	};

	return NAME_OF(names, pool->pool);
}

const char *
forest_method(const Erfa__EvidencePool *pool)
{
	static const struct named names[] = {
		{ "reml", N_("random effects (REML)") },
		{ "dl", N_("random effects (DerSimonian-Laird)") },
		{ "ee", N_("equal effects") },
	};

	return NAME_OF(names, pool->method);
}

void
forest_ends(const Erfa__EvidencePool *pool, const char **ret_left,
    const char **ret_right)
{
	bool known = pool->has_polarity &&
	    (pool->polarity == ERFA__POLARITY__POLARITY_LOWER_BETTER ||
		pool->polarity == ERFA__POLARITY__POLARITY_HIGHER_BETTER);

	*ret_left = known ? N_("worse") : N_("less");
	*ret_right = known ? N_("better") : N_("more");
}

const char *
forest_name(const Erfa__EvidenceEffect *effect)
{
	const Erfa__EvidenceStudy *study = effect->study;

	if (study->name != NULL && study->name[0] != '\0')
		return study->name;
	if (study->site != NULL && study->site[0] != '\0')
		return study->site;
	return study->trial == NULL ? "" : study->trial;
}

/* ---- the denominator ---- */

bool
forest_denominator(const Erfa__EvidenceDenominator *denominator, unsigned line,
    char out[FOREST_LINE_MAX])
{
	/* Who measured has begun, whatever was said. */
	const char *started = denominator->started < denominator->measured ?
	    N_("said to have started") :
	    N_("started");

	const struct {
		const char *name;
		bool has;
		unsigned number;
	} parts[] = {
		{ N_("lineage"), denominator->has_lineage,
		    denominator->lineage },
		{ started, denominator->has_started, denominator->started },
		{ N_("measured"), denominator->has_measured,
		    denominator->measured },
		{ N_("poolable"), denominator->has_poolable,
		    denominator->poolable },
		{ N_("stopped"), denominator->has_stopped,
		    denominator->stopped },
		{ N_("silent"), denominator->has_silent, denominator->silent },
		{ N_("small counts held back"), denominator->has_held_back,
		    denominator->held_back },
		{ N_("retracted"), denominator->has_retracted,
		    denominator->retracted },
		{ N_("erased"), denominator->has_erased, denominator->erased },
		{ N_("not here"), denominator->has_missing,
		    denominator->missing },
		{ N_("documented only"), denominator->has_documented,
		    denominator->documented },
	};

	size_t used = 0;
	size_t i;

	out[0] = '\0';
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i].has || (i < SOME) != (line == 0) ||
		    used >= FOREST_LINE_MAX)
			continue;
		used += (size_t)snprintf(out + used, FOREST_LINE_MAX - used,
		    "%s%s %u", used == 0 ? "" : " · ", _(parts[i].name),
		    parts[i].number);
	}
	return used > 0;
}

/* ---- conversions ---- */

/* One way that units were brought together. */
struct way {
	const Erfa__EvidenceConversion *how;
	const char *to;
};

static bool
same_way(const struct way *a, const struct way *b)
{
	return a->how->factor == b->how->factor &&
	    a->how->offset == b->how->offset &&
	    strcmp(a->how->unit, b->how->unit) == 0 &&
	    strcmp(a->how->indicator, b->how->indicator) == 0;
}

/* Does a study use this way; and is it the first of the pool's that does? */
static bool
uses(const Erfa__EvidenceEffect *effect, const struct way *way)
{
	const Erfa__EvidenceStudy *study = effect->study;
	size_t i;

	for (i = 0; i < study->n_conversion; i++) {
		struct way other = { study->conversion[i], study->unit };

		if (same_way(&other, way))
			return true;
	}
	return false;
}

/* The conversion number ${i} of a pool, and how many results it is used in. */
static unsigned
find_way(const Erfa__EvidencePool *pool, size_t i, struct way *ret_way)
{
	unsigned count = 0;
	size_t seen = 0;
	size_t k;
	size_t m;
	size_t n;

	for (k = 0; k < pool->n_effect && count == 0; k++) {
		const Erfa__EvidenceStudy *study = pool->effect[k]->study;

		for (m = 0; m < study->n_conversion; m++) {
			struct way way = { study->conversion[m], study->unit };
			bool known = false;

			for (n = 0; n < k && !known; n++)
				known = uses(pool->effect[n], &way);
			for (n = 0; n < m && !known; n++) {
				struct way other = { study->conversion[n],
					study->unit };

				known = same_way(&other, &way);
			}
			if (known || seen++ != i)
				continue;
			*ret_way = way;
			for (n = k; n < pool->n_effect; n++)
				count += uses(pool->effect[n], &way);
			break;
		}
	}
	return count;
}

bool
forest_conversion(
    const Erfa__EvidencePool *pool, size_t i, char out[FOREST_LINE_MAX])
{
	struct way way = { .how = NULL };
	unsigned count = find_way(pool, i, &way);
	char factor[32];
	char offset[40] = "";

	if (count == 0)
		return false;
	(void)snprintf(factor, sizeof(factor), "%.6g", way.how->factor);
	if (way.how->offset != 0)
		(void)snprintf(offset, sizeof(offset), " %c %.6g",
		    way.how->offset < 0 ? '-' : '+',
		    way.how->offset < 0 ? -way.how->offset : way.how->offset);
	(void)snprintf(out, FOREST_LINE_MAX,
	    speech_many(count, "%s * %s%s = %s, as %s declares (%u result)",
		"%s * %s%s = %s, as %s declares (%u results)"),
	    way.how->unit, number_say(factor), number_say(offset), way.to,
	    way.how->indicator, count);
	return true;
}
