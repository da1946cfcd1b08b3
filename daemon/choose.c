#include "daemon/choose.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/day.h"
#include "proto/heirs.h"
#include "proto/personal.h"

#define RENAMED_MOST 16 /* times that a municipality is followed */

/* What is worked out of an observation once. */
struct known {
	struct choose_site site;  /* whose it is, in the trial's own arm */
	struct choose_site where; /* that it names; empty: none */
	const char *owner;
	int32_t day;
	bool named;  /* it names a place */
	bool inside; /* which is one where the trial runs */
	bool held_back;
};

/* One trial while its results are chosen. */
struct chooser {
	const struct choose_trial *trial;
	struct known *known; /* of each that was seen */
	int32_t window;
};

static const struct known *
known_of(const struct chooser *chooser, const struct choose_seen *seen)
{
	return &chooser->known[seen - chooser->trial->seen];
}

/* ---- municipalities ---- */

static bool
said(const char *text)
{
	return text != NULL && *text != '\0';
}

/*
 * Who ${org} became, if one took over from it alone; the other municipalities
 * of a merger were others when they measured.
 */
static const char *
renamed(const struct heirs *heirs, const char *org)
{
	const char *heir = NULL;
	const struct heirs_word *word;
	size_t i;

	for (i = 0; i < heirs_count(heirs); i++) {
		word = heirs_at(heirs, i);
		if (strcmp(word->old_org, org) != 0 ||
		    !heirs_counts(heirs, word->new_org, org))
			continue;
		if (heir != NULL && strcmp(heir, word->new_org) != 0)
			return NULL;
		heir = word->new_org;
	}
	for (i = 0; i < heirs_count(heirs) && heir != NULL; i++) {
		word = heirs_at(heirs, i);
		if (strcmp(word->new_org, heir) == 0 &&
		    strcmp(word->old_org, org) != 0 &&
		    heirs_counts(heirs, word->new_org, word->old_org))
			return NULL;
	}
	return heir;
}

static void
set_org(const struct heirs *heirs, const char *org, struct choose_site *site)
{
	const char *heir;
	unsigned i;

	for (i = 0; heirs != NULL && i < RENAMED_MOST; i++) {
		if ((heir = renamed(heirs, org)) == NULL)
			break;
		org = heir;
	}
	if (strlen(org) <= ORG_MAX)
		memcpy(site->org, org, strlen(org) + 1);
}

void
choose_site(const struct choose_trial *trial, const Erfa__OrgRef *ref,
    struct choose_site *ret_site)
{
	const char *id = ref->id;
	const Erfa__OrgRef *other;
	size_t i;

	*ret_site = (struct choose_site){ .name = NULL };
	if (said(ref->name))
		ret_site->name = ref->name;

	/* The trial may tell more of a place than the observation. */
	for (i = 0; i < trial->trial->n_sites; i++) {
		other = trial->trial->sites[i];
		if (!said(id) && said(other->id) && said(other->name) &&
		    ret_site->name != NULL &&
		    strcmp(other->name, ret_site->name) == 0)
			id = other->id;
		if (ret_site->name == NULL && said(id) && said(other->id) &&
		    said(other->name) && strcmp(other->id, id) == 0)
			ret_site->name = other->name;
	}
	if (said(id))
		set_org(trial->heirs, id, ret_site);
}

bool
choose_same_site(const struct choose_site *a, const struct choose_site *b)
{
	if (a->joint || b->joint)
		return a->joint && b->joint;
	if (a->org[0] != '\0' || b->org[0] != '\0')
		return strcmp(a->org, b->org) == 0;
	return a->name != NULL && b->name != NULL &&
	    strcmp(a->name, b->name) == 0;
}

static bool
names_site(const Erfa__OrgRef *ref)
{
	return ref != NULL && (said(ref->id) || said(ref->name));
}

/* Whose an observation of the trial's own arm is. */
static void
site_of(const struct choose_trial *trial, const struct choose_seen *seen,
    struct choose_site *ret_site)
{
	const Erfa__Trial *body = trial->trial;

	*ret_site = (struct choose_site){ .name = NULL };
	if (names_site(seen->observation->site))
		choose_site(trial, seen->observation->site, ret_site);
	else if (body->n_sites > 1)
		ret_site->joint = true;
	else if (body->n_sites == 1 && names_site(body->sites[0]))
		choose_site(trial, body->sites[0], ret_site);
	else
		set_org(trial->heirs, trial->publisher, ret_site);
}

/* ---- who measured ---- */

/* Does ${org} speak for the trial, or for a municipality where it runs? */
static bool
is_own(const struct choose_trial *trial, const char *org)
{
	const Erfa__Trial *body = trial->trial;
	size_t i;

	if (heirs_speaks(trial->heirs, org, trial->publisher))
		return true;
	if (body->lead != NULL && said(body->lead->id) &&
	    heirs_speaks(trial->heirs, org, body->lead->id))
		return true;
	for (i = 0; i < body->n_sites; i++)
		if (said(body->sites[i]->id) &&
		    heirs_speaks(trial->heirs, org, body->sites[i]->id))
			return true;
	return false;
}

static const char *
owner_of(const struct choose_trial *trial, const struct choose_seen *seen)
{
	return is_own(trial, seen->publisher) ? NULL : seen->publisher;
}

static bool
same_owner(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

/* ---- units ---- */

static const char *
unit_text(const char *unit)
{
	return unit == NULL ? "" : unit;
}

bool
choose_same_unit(const char *a, const char *b)
{
	return strcasecmp(unit_text(a), unit_text(b)) == 0;
}

/* ---- days ---- */

/* The last day that an observation is about. */
static int32_t
day_of(const struct choose_seen *seen)
{
	const Erfa__Period *period = seen->observation->period;
	int32_t first;
	int32_t last;

	if (period == NULL)
		return INT32_MIN;
	if (day_range(period->end, &first, &last) != ERR_NONE &&
	    day_range(period->start, &first, &last) != ERR_NONE)
		return INT32_MIN;
	return last;
}

/* The last day of the planned window. */
static int32_t
window_of(const Erfa__Trial *trial)
{
	int32_t first;
	int32_t last;

	if (trial->period == NULL ||
	    day_range(trial->period->end, &first, &last) != ERR_NONE)
		return INT32_MAX;
	return last;
}

/* Of the same day, is ${a} the later word? */
static bool
is_later(const struct choose_seen *a, const struct choose_seen *b)
{
	if (a->time_ms != b->time_ms)
		return a->time_ms > b->time_ms;
	return strcmp(a->id, b->id) > 0;
}

/* ---- numbers ---- */

static bool
is_comparison(const struct choose_seen *seen)
{
	return seen->observation->arm == ERFA__ARM__ARM_COMPARISON &&
	    seen->observation->value_case != ERFA__OBSERVATION__VALUE_ESTIMATE;
}

/* ---- one result ---- */

static bool
belongs(const struct chooser *chooser, const struct choose_result *result,
    const struct choose_seen *seen, Erfa__Occasion occasion)
{
	const struct known *known = known_of(chooser, seen);

	return seen->indicator == result->indicator && !is_comparison(seen) &&
	    choose_same_unit(seen->unit, result->unit) &&
	    seen->observation->occasion == occasion &&
	    same_owner(known->owner, result->owner) &&
	    choose_same_site(&known->site, &result->site);
}

/* Is ${seen} a better follow-up than ${best}: inside the window the last one,
 * after it the first? */
static bool
is_better_follow_up(const struct chooser *chooser,
    const struct choose_seen *seen, const struct choose_seen *best)
{
	const struct known *known = known_of(chooser, seen);
	const struct known *other;
	int32_t window = chooser->window;
	int32_t day = known->day;
	int32_t best_day;

	if (best == NULL)
		return true;
	other = known_of(chooser, best);
	if (seen->retracted != best->retracted)
		return best->retracted;
	if (known->held_back != other->held_back)
		return other->held_back;
	best_day = other->day;
	if ((day <= window) != (best_day <= window))
		return day <= window;
	if (day != best_day)
		return (day > best_day) == (day <= window);

	/* What was counted goes before what was computed from it. */
	if ((seen->observation->value_case ==
		ERFA__OBSERVATION__VALUE_ESTIMATE) !=
	    (best->observation->value_case ==
		ERFA__OBSERVATION__VALUE_ESTIMATE))
		return best->observation->value_case ==
		    ERFA__OBSERVATION__VALUE_ESTIMATE;
	return is_later(seen, best);
}

static void
find_after(const struct chooser *chooser, struct choose_result *result)
{
	const struct choose_trial *trial = chooser->trial;
	const struct choose_seen *best = NULL;
	size_t i;

	for (i = 0; i < trial->count; i++)
		if (belongs(chooser, result, &trial->seen[i],
			ERFA__OCCASION__OCCASION_FOLLOW_UP) &&
		    is_better_follow_up(chooser, &trial->seen[i], best))
			best = &trial->seen[i];
	result->after = best;
	result->day = best == NULL ? INT32_MIN : known_of(chooser, best)->day;
	result->after_window = result->day > chooser->window;
}

/* Can ${seen} stand beside ${other}: the same kind of number, and good? */
static bool
goes_with(const struct chooser *chooser, const struct choose_seen *seen,
    const struct choose_seen *other)
{
	return !seen->retracted && !known_of(chooser, seen)->held_back &&
	    seen->observation->value_case == other->observation->value_case;
}

static void
find_before(const struct chooser *chooser, struct choose_result *result)
{
	const struct choose_trial *trial = chooser->trial;
	const struct choose_seen *best = NULL;
	int32_t best_day = INT32_MIN;
	size_t i;

	for (i = 0; i < trial->count; i++) {
		const struct choose_seen *seen = &trial->seen[i];
		int32_t day = known_of(chooser, seen)->day;

		if (!belongs(chooser, result, seen,
			ERFA__OCCASION__OCCASION_BASELINE) ||
		    !goes_with(chooser, seen, result->after) ||
		    (result->day != INT32_MIN && day > result->day))
			continue;
		if (best == NULL || day > best_day ||
		    (day == best_day && is_later(seen, best))) {
			best = seen;
			best_day = day;
		}
	}
	result->before = best;
}

/* Is ${seen} what the result is to be compared with?  A group of another place
 * where the trial runs is compared with that place. */
static bool
compares(const struct chooser *chooser, const struct choose_seen *seen,
    const struct choose_result *result, Erfa__Occasion occasion)
{
	const struct known *known = known_of(chooser, seen);

	return seen->indicator == result->indicator && is_comparison(seen) &&
	    choose_same_unit(seen->unit, result->unit) &&
	    seen->observation->occasion == occasion &&
	    same_owner(known->owner, result->owner) &&
	    (!known->inside || choose_same_site(&known->where, &result->site));
}

static uint64_t
distance(int32_t a, int32_t b)
{
	if (a == b)
		return 0;
	if (a == INT32_MIN || b == INT32_MIN)
		return UINT64_MAX;
	return a > b ? (uint64_t)((int64_t)a - b) : (uint64_t)((int64_t)b - a);
}

/* The comparison on the day nearest to that of ${beside}. */
static const struct choose_seen *
find_comparison(const struct chooser *chooser,
    const struct choose_result *result, const struct choose_seen *beside,
    Erfa__Occasion occasion)
{
	const struct choose_trial *trial = chooser->trial;
	const struct choose_seen *best = NULL;
	int32_t day = known_of(chooser, beside)->day;
	uint64_t best_far = 0;
	size_t i;

	for (i = 0; i < trial->count; i++) {
		const struct choose_seen *seen = &trial->seen[i];
		uint64_t far = distance(known_of(chooser, seen)->day, day);

		if (!compares(chooser, seen, result, occasion) ||
		    !goes_with(chooser, seen, beside))
			continue;
		if (best == NULL || far < best_far ||
		    (far == best_far && is_later(seen, best))) {
			best = seen;
			best_far = far;
		}
	}
	return best;
}

static void
find_compared(const struct chooser *chooser, struct choose_result *result)
{
	const struct known *known;

	result->comparison = find_comparison(
	    chooser, result, result->after, ERFA__OCCASION__OCCASION_FOLLOW_UP);
	if (result->comparison == NULL)
		return;
	if (result->before != NULL)
		result->comparison_before = find_comparison(chooser, result,
		    result->before, ERFA__OCCASION__OCCASION_BASELINE);
	known = known_of(chooser, result->comparison);
	if (known->named && !choose_same_site(&known->where, &result->site))
		result->compared = known->where;
}

/* Was it followed up in another unit? */
static bool
follows_elsewhere(
    const struct chooser *chooser, const struct choose_result *result)
{
	const struct choose_trial *trial = chooser->trial;
	struct choose_result other = *result;
	size_t i;

	for (i = 0; i < trial->count; i++) {
		other.unit = trial->seen[i].unit;
		if (belongs(chooser, &other, &trial->seen[i],
			ERFA__OCCASION__OCCASION_FOLLOW_UP))
			return true;
	}
	return false;
}

static void
fill(const struct chooser *chooser, struct choose_result *result)
{
	find_after(chooser, result);
	if (result->after == NULL) {
		result->left_out = follows_elsewhere(chooser, result) ?
		    "unit_differs" :
		    "no_follow_up";
		return;
	}
	if (result->after->retracted)
		result->left_out = "retracted";
	else if (known_of(chooser, result->after)->held_back)
		result->left_out = "small_counts";
	if (result->after->observation->value_case ==
	    ERFA__OBSERVATION__VALUE_ESTIMATE)
		return;
	find_before(chooser, result);
	find_compared(chooser, result);
}

/* ---- all of a trial ---- */

static int
compare_results(const void *a, const void *b)
{
	const struct choose_result *x = a;
	const struct choose_result *y = b;
	int order = (x->indicator > y->indicator) -
	    (x->indicator < y->indicator);

	if (order == 0)
		order = strcasecmp(x->unit, y->unit);
	if (order == 0)
		order = strcmp(x->owner == NULL ? "" : x->owner,
		    y->owner == NULL ? "" : y->owner);
	if (order == 0)
		order = strcmp(x->site.org, y->site.org);
	if (order == 0)
		order = strcmp(x->site.name == NULL ? "" : x->site.name,
		    y->site.name == NULL ? "" : y->site.name);
	return order;
}

/* Work out what is asked for again and again. */
static void
know(const struct chooser *chooser, size_t i, struct known *known)
{
	const struct choose_trial *trial = chooser->trial;
	const struct choose_seen *seen = &trial->seen[i];
	struct choose_site site;
	size_t k;

	site_of(trial, seen, &known->site);
	known->owner = owner_of(trial, seen);
	known->day = day_of(seen);
	known->held_back = personal_small_counts(seen->observation);
	known->named = names_site(seen->observation->site);
	if (!known->named)
		return;
	choose_site(trial, seen->observation->site, &known->where);
	for (k = 0; k < trial->trial->n_sites && !known->inside; k++) {
		choose_site(trial, trial->trial->sites[k], &site);
		known->inside = choose_same_site(&known->where, &site);
	}
}

/* Make room for the result that ${seen} belongs to, unless there is one; return
 * whether there is any left. */
static bool
take_place(const struct chooser *chooser, const struct choose_seen *seen,
    struct choose_result *results, size_t *count)
{
	struct choose_result result = { .indicator = seen->indicator };
	size_t i;

	if (is_comparison(seen))
		return true;
	result.unit = unit_text(seen->unit);
	result.owner = known_of(chooser, seen)->owner;
	result.site = known_of(chooser, seen)->site;
	for (i = 0; i < *count; i++)
		if (results[i].indicator == result.indicator &&
		    choose_same_unit(results[i].unit, result.unit) &&
		    same_owner(results[i].owner, result.owner) &&
		    choose_same_site(&results[i].site, &result.site)) {
			if (results[i].site.name == NULL ||
			    (result.site.name != NULL &&
				strcmp(result.site.name, results[i].site.name) <
				    0))
				results[i].site.name = result.site.name;
			return true;
		}
	if (*count == CHOOSE_MAX)
		return false;
	results[(*count)++] = result;
	return true;
}

/* Make room for what those measured whose trial it is, or for what others did. */
static bool
take_places(const struct chooser *chooser, bool own,
    struct choose_result *results, size_t *count)
{
	const struct choose_trial *trial = chooser->trial;
	bool all = true;
	size_t i;

	for (i = 0; i < trial->count; i++)
		if ((chooser->known[i].owner == NULL) == own)
			all = take_place(
				  chooser, &trial->seen[i], results, count) &&
			    all;
	return all;
}

/* Results that one group is compared with depend on each other. */
static void
mark_shared(struct choose_result *results, size_t count)
{
	size_t i;
	size_t k;

	for (i = 0; i < count; i++)
		for (k = 0; k < count; k++)
			if (i != k && results[i].comparison != NULL &&
			    results[i].comparison == results[k].comparison)
				results[i].shared = true;
}

enum err
choose_results(const struct choose_trial *trial,
    struct choose_result **ret_results, size_t *ret_count, bool *ret_more)
{
	struct chooser chooser = { .trial = trial };
	struct choose_result *results;
	bool all;
	size_t count = 0;
	size_t i;

	chooser.known = calloc(trial->count + 1, sizeof(*chooser.known));
	results = calloc(CHOOSE_MAX, sizeof(*results));
	if (chooser.known == NULL || results == NULL) {
		free(chooser.known);
		free(results);
		return ERR_NOMEM;
	}
	chooser.window = window_of(trial->trial);
	for (i = 0; i < trial->count; i++)
		know(&chooser, i, &chooser.known[i]);

	/* No stranger's numbers take the place of the trial's own. */
	all = take_places(&chooser, true, results, &count);
	all = take_places(&chooser, false, results, &count) && all;
	for (i = 0; i < count; i++)
		fill(&chooser, &results[i]);
	qsort(results, count, sizeof(*results), compare_results);
	mark_shared(results, count);
	free(chooser.known);
	*ret_results = results;
	*ret_count = count;
	*ret_more = !all;
	return ERR_NONE;
}
