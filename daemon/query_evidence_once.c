#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/evidence_internal.h"

static bool
is_left_out(const struct evidence_study *study)
{
	return study->message->left_out != NULL;
}

static const char *
text_or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* ---- indicators and units ---- */

static size_t
count_unit(
    const struct evidence_studies *studies, const struct evidence_study *like)
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

/* The study whose unit and scale most of the class of ${first} have, which is the
 * first one of it. */
static const struct evidence_study *
usual(
    const struct evidence_studies *studies, const struct evidence_study *first)
{
	const struct evidence_study *best = first;
	const struct evidence_study *one;
	size_t most = count_unit(studies, first);
	size_t count;
	size_t i;

	for (i = 0; i < studies->count; i++) {
		one = &studies->items[i];
		if (one->indicator != first->indicator)
			continue;
		count = count_unit(studies, one);
		if (count > most ||
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
		return evidence_leave_out(study, "no_indicator");
	if (indicator != NULL) {
		message->has_polarity = indicator->has_polarity;
		message->polarity = indicator->polarity;
		err = answer_text(
		    &message->indicator_name, text_or_empty(indicator->name));
	}
	if (err != ERR_NONE || family->request->any_unit)
		return err;
	if (strcasecmp(study->unit, best->unit) != 0)
		return evidence_leave_out(study,
		    study->stuck != NULL ? study->stuck : "unit_differs");
	if (strcasecmp(study->scale, best->scale) != 0)
		return evidence_leave_out(study, "scale_differs");
	return ERR_NONE;
}

/* What there is to say of one class. */
static enum err
add_indicator(
    struct evidence_studies *studies, const struct evidence_study *best)
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
name_indicators(struct evidence_studies *studies)
{
	struct evidence_family *family = studies->family;
	struct evidence_study *items = studies->items;
	size_t i;
	size_t k;
	enum err err = ERR_NONE;

	for (i = 0; i < studies->count && err == ERR_NONE; i++) {
		const struct evidence_study *best;

		for (k = 0; k < i && items[k].indicator != items[i].indicator;)
			k++;
		if (k < i)
			continue;
		best = usual(studies, &items[i]);
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
	if (a->trial != b->trial)
		return strcmp(a->trial->id, b->trial->id) < 0;
	return strcmp(a->unit, b->unit) < 0;
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
	return goes_before(a, b) ? evidence_leave_out(b, why_after(b, a)) :
				   evidence_leave_out(a, why_after(a, b));
}

/* Is ${other} of a municipality that the joint record is about? */
static bool
is_of_joint(const struct evidence_study *joint,
    const struct evidence_study *other, const struct heirs *heirs)
{
	const struct choose_trial asked = {
		.trial = joint->trial->body->trial,
		.heirs = heirs,
	};
	struct choose_site site;
	size_t i;

	if (!joint->site.joint || is_left_out(joint) || is_left_out(other) ||
	    other->site.joint || other->indicator != joint->indicator)
		return false;
	for (i = 0; i < asked.trial->n_sites; i++) {
		choose_site(&asked, asked.trial->sites[i], &site);
		if (choose_same_site(&site, &other->site))
			return true;
	}
	return false;
}

/* Leave out a joint record if a municipality that it is about tells itself, or if
 * others tell for one what others told of all. */
static enum err
yield(struct evidence_study *joint, struct evidence_study *other,
    const struct heirs *heirs)
{
	if ((joint->own && !other->own) || !is_of_joint(joint, other, heirs))
		return ERR_NONE;
	return evidence_leave_out(joint, "joint_record");
}

/* Before the joint record that its own tell others' numbers do not stay. */
static enum err
outweigh(struct evidence_study *joint, struct evidence_study *other,
    const struct heirs *heirs)
{
	if (!joint->own || other->own || !is_of_joint(joint, other, heirs))
		return ERR_NONE;
	return evidence_leave_out(other, "by_others");
}

/* One joint record of one trial. */
static enum err
keep_one_joint(struct evidence_study *a, struct evidence_study *b)
{
	if (!a->site.joint || !b->site.joint || a->trial != b->trial ||
	    a->indicator != b->indicator || is_left_out(a) || is_left_out(b))
		return ERR_NONE;
	return goes_before(a, b) ? evidence_leave_out(b, why_after(b, a)) :
				   evidence_leave_out(a, why_after(a, b));
}

/* Of two that measured one thing, one is left out. */
static enum err
keep_pairs_once(struct evidence_studies *studies)
{
	struct evidence_study *items = studies->items;
	size_t i;
	size_t k;
	enum err err = ERR_NONE;

	for (i = 0; i < studies->count && err == ERR_NONE; i++)
		for (k = i + 1; k < studies->count && err == ERR_NONE; k++)
			if ((err = keep_one(&items[i], &items[k])) == ERR_NONE)
				err = keep_one_joint(&items[i], &items[k]);
	return err;
}

typedef enum err weigh_pair(struct evidence_study *joint,
    struct evidence_study *other, const struct heirs *heirs);

static enum err
weigh_joint(struct evidence_studies *studies, weigh_pair *weigh)
{
	const struct heirs *heirs = studies->family->question->heirs;
	struct evidence_study *items = studies->items;
	size_t i;
	size_t k;
	enum err err = ERR_NONE;

	for (i = 0; i < studies->count && err == ERR_NONE; i++)
		for (k = 0; k < studies->count && err == ERR_NONE; k++)
			if (i != k)
				err = weigh(&items[i], &items[k], heirs);
	return err;
}

/* Which joint records stay is known before anything yields to one. */
static enum err
keep_each_once(struct evidence_studies *studies)
{
	enum err err = keep_pairs_once(studies);

	if (err == ERR_NONE)
		err = weigh_joint(studies, yield);
	return err == ERR_NONE ? weigh_joint(studies, outweigh) : err;
}

/* ---- all ---- */

enum err
evidence_once(struct evidence_studies *studies)
{
	enum err err = name_indicators(studies);

	/* Another unit is no result to be weighed against one's own. */
	return err == ERR_NONE ? keep_each_once(studies) : err;
}
