#include "proto/life_need.h"

#include <stdlib.h>
#include <string.h>

#include "proto/body_rule.h"
#include "proto/provision.h"

static const struct life_answer answers[LIFE_ANSWERS] = {
	{ 1, 'A', "trial.title", LIFE_NEED_TITLE },
	{ 2, 'A', "trial.summary", LIFE_NEED_SUMMARY },
	{ 3, 'A', "trial.sector", LIFE_NEED_SECTOR },
	{ 4, 'P', "trial.goals.text", LIFE_NEED_GOAL },
	{ 5, 'P', "trial.goals.success_criterion", LIFE_NEED_CRITERION },
	{ 6, 'P', "trial.period", LIFE_NEED_PERIOD },
	{ 7, 'S', "trial.owner", LIFE_NEED_OWNER },
	{ 8, 'S', "trial.anchoring", LIFE_NEED_ANCHORING },
	{ 9, 'F', "experience.verdict", LIFE_NEED_VERDICT },
	{ 10, 'F', "experience.what_worked", LIFE_NEED_WORKED },
	{ 11, 'F', "experience.what_did_not", LIFE_NEED_NOT_WORKED },
	{ 12, 'F', "experience.conditions", LIFE_NEED_CONDITIONS },
	{ 13, 'X', "trial.exemptions.provision", LIFE_NEED_PROVISION },
	{ 14, 'X', "trial.exemptions.why", LIFE_NEED_WHY },
	{ 15, 'X', "trial.exemptions.authorities", LIFE_NEED_AUTHORITY },
};

const struct life_answer *
life_answers(void)
{
	return answers;
}

/* Whether somebody wrote more than blanks. */
static bool
is_said(const char *text)
{
	return text != NULL && text[strspn(text, " \t\r\n")] != '\0';
}

static bool
has_sector(const Erfa__Trial *trial)
{
	return trial->n_sector > 0 &&
	    trial->sector[0] != ERFA__SECTOR__SECTOR_UNSET;
}

static bool
has_goal(const Erfa__Trial *trial, bool with_criterion)
{
	size_t i;

	for (i = 0; i < trial->n_goals; i++) {
		if (is_said(trial->goals[i]->text) &&
		    (!with_criterion ||
			is_said(trial->goals[i]->success_criterion)))
			return true;
	}
	return false;
}

static bool
has_period(const Erfa__Period *period)
{
	return period != NULL && is_said(period->start) && is_said(period->end);
}

static bool
has_owner(const Erfa__Owner *owner)
{
	return owner != NULL && (is_said(owner->unit) || is_said(owner->role));
}

static bool
has_anchoring(const Erfa__Anchoring *anchoring)
{
	return anchoring != NULL && anchoring->has_body_kind &&
	    anchoring->body_kind != ERFA__BODY_KIND__BODY_KIND_UNSET &&
	    is_said(anchoring->date);
}

/* ---- what was learnt ---- */

static bool
has_circumstance(Erfa__Circumstance *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (is_said(list[i]->concept) || is_said(list[i]->text))
			return true;
	}
	return false;
}

static bool
has_verdict(const Erfa__Experience *told)
{
	return told->has_verdict &&
	    told->verdict != ERFA__VERDICT__VERDICT_UNSET &&
	    told->verdict != ERFA__VERDICT__VERDICT_NOT_STATED;
}

/* Whether ${told}, which may be NULL, holds one of answers 9 to 12. */
static bool
is_told(const Erfa__Experience *told, unsigned number)
{
	if (told == NULL)
		return false;
	if (number == 9)
		return has_verdict(told);
	if (number == 10)
		return is_said(told->what_worked);
	if (number == 11)
		return is_said(told->what_did_not);
	return has_circumstance(told->conditions, told->n_conditions) ||
	    has_circumstance(told->for_whom, told->n_for_whom);
}

/* Whether ${body} is the publisher's own experience with its trial. */
static bool
is_own_experience(const struct life_case *it, const Erfa__Body *body)
{
	const Erfa__Envelope *mine = it->trial->envelope;
	const Erfa__Envelope *theirs = body->envelope;
	const Erfa__Experience *told;

	if (body->record_case != ERFA__BODY__RECORD_EXPERIENCE ||
	    theirs == NULL || mine == NULL)
		return false;
	told = body->experience;
	if (told->target_case != ERFA__EXPERIENCE__TARGET_TRIAL)
		return false;
	if (told->trial->id != NULL && mine->id != NULL &&
	    strcmp(told->trial->id, mine->id) != 0)
		return false;
	return theirs->publisher != NULL && mine->publisher != NULL &&
	    strcmp(theirs->publisher, mine->publisher) == 0;
}

/* The own experience that holds most of answers 9 to 12; the later of two. */
static const Erfa__Experience *
best_experience(const struct life_case *it)
{
	const Erfa__Experience *best = NULL;
	unsigned most = 0;
	unsigned number;
	size_t i;

	for (i = 0; i < it->nexperiences; i++) {
		unsigned told = 0;

		if (!is_own_experience(it, it->experiences[i]))
			continue;
		for (number = 9; number <= 12; number++)
			told += is_told(it->experiences[i]->experience, number);
		if (best == NULL || told >= most) {
			best = it->experiences[i]->experience;
			most = told;
		}
	}
	return best;
}

/* ---- exemptions ---- */

bool
life_needs_exemption(const Erfa__Trial *trial)
{
	if (!trial->has_needs_exemption ||
	    trial->needs_exemption == ERFA__YES_NO__YES_NO_UNSET)
		return trial->n_exemptions > 0;
	return trial->needs_exemption == ERFA__YES_NO__YES_NO_YES ||
	    trial->needs_exemption == ERFA__YES_NO__YES_NO_PARTLY;
}

bool
life_is_local(const Erfa__Exemption *exemption)
{
	return exemption->has_level &&
	    (exemption->level ==
		    ERFA__EXEMPTION_LEVEL__EXEMPTION_LEVEL_MUNICIPAL ||
		exemption->level ==
		    ERFA__EXEMPTION_LEVEL__EXEMPTION_LEVEL_WORKPLACE);
}

uint32_t
life_exemption_no(const Erfa__Trial *trial, size_t index)
{
	const Erfa__Exemption *exemption = trial->exemptions[index];

	return exemption->has_no && exemption->no != 0 ? exemption->no :
							 (uint32_t)index + 1;
}

uint32_t
life_exemption_next(const Erfa__Trial *trial)
{
	uint32_t most = 0;
	uint32_t next = 1;
	size_t i;

	for (i = 0; i < trial->n_exemptions; i++)
		if (life_exemption_no(trial, i) > most)
			most = life_exemption_no(trial, i);
	if (most < UINT32_MAX)
		return most + 1;
	for (i = 0; i < trial->n_exemptions;)
		if (life_exemption_no(trial, i++) == next) {
			next++;
			i = 0;
		}
	return next;
}

static bool
has_number(const Erfa__Exemption *exemption)
{
	return exemption->has_no && exemption->no != 0;
}

/* Whether an exemption says itself that it bears ${no}. */
static bool
is_borne(const Erfa__Trial *trial, uint32_t no)
{
	size_t i;

	for (i = 0; i < trial->n_exemptions; i++)
		if (has_number(trial->exemptions[i]) &&
		    trial->exemptions[i]->no == no)
			return true;
	return false;
}

static void
set_number(Erfa__Exemption *exemption, uint32_t no)
{
	exemption->has_no = 1;
	exemption->no = no;
}

void
life_number(Erfa__Trial *trial)
{
	size_t i;

	/* First those whose number may stay what it was taken for. */
	for (i = 0; i < trial->n_exemptions; i++)
		if (!has_number(trial->exemptions[i]) &&
		    !is_borne(trial, (uint32_t)i + 1))
			set_number(trial->exemptions[i], (uint32_t)i + 1);
	for (i = 0; i < trial->n_exemptions; i++)
		if (!has_number(trial->exemptions[i]))
			set_number(
			    trial->exemptions[i], life_exemption_next(trial));
}

enum err
life_exemption_key(Erfa__Exemption *exemption)
{
	char *key = NULL;
	enum err err = ERR_NONE;

	free(exemption->key);
	exemption->key = NULL;
	if (exemption->provision != NULL)
		err = provision_key(exemption->provision, &key);

	/* A citation may be longer than a key: nobody typed that, so nobody could
	 * make it shorter.  There are as many bytes as characters, or more. */
	if (key != NULL &&
	    strlen(key) > body_rule_find("Exemption", "key").chars)
		free(key);
	else
		exemption->key = key;
	return err == ERR_NOMEM ? ERR_NOMEM : ERR_NONE;
}

void
life_same_numbers(const Erfa__Trial *trial, struct life_list *list)
{
	struct life_finding finding = { .code = LIFE_SAME_NUMBER,
		.field = "trial.exemptions.no" };
	size_t i, j;

	if (trial->n_exemptions > BODY_ITEMS)
		return;
	for (i = 0; i < trial->n_exemptions; i++) {
		finding.number = life_exemption_no(trial, i);
		for (j = 0; j < i; j++)
			if (life_exemption_no(trial, j) == finding.number)
				break;
		if (j < i)
			life_add(list, &finding);
	}
}

/* Whether ${exemption} holds one of answers 13 to 15. */
static bool
is_justified(const Erfa__Exemption *exemption, unsigned number)
{
	size_t i;

	if (number == 13)
		return is_said(exemption->provision);
	if (number == 14)
		return is_said(exemption->why);
	if (life_is_local(exemption))
		return true;
	for (i = 0; i < exemption->n_authorities; i++) {
		if (is_said(exemption->authorities[i]->id) ||
		    is_said(exemption->authorities[i]->name))
			return true;
	}
	return false;
}

static bool
all_justified(const Erfa__Trial *trial, unsigned number)
{
	size_t i;

	if (!life_needs_exemption(trial))
		return true;
	for (i = 0; i < trial->n_exemptions; i++) {
		if (!is_justified(trial->exemptions[i], number))
			return false;
	}
	return trial->n_exemptions > 0;
}

/* ---- all of them ---- */

bool
life_answered(const struct life_case *it, unsigned number)
{
	const Erfa__Trial *trial = it->trial->trial;

	switch (number) {
	case 1:
		return is_said(trial->title);
	case 2:
		return is_said(trial->summary);
	case 3:
		return has_sector(trial);
	case 4:
		return has_goal(trial, false);
	case 5:
		return has_goal(trial, true);
	case 6:
		return has_period(trial->period);
	case 7:
		return has_owner(trial->owner);
	case 8:
		return has_anchoring(trial->anchoring);
	case 9:
	case 10:
	case 11:
	case 12:
		return is_told(best_experience(it), number);
	case 13:
	case 14:
	case 15:
		return all_justified(trial, number);
	default:
		return false;
	}
}

/* Add an answer about exemptions once for each that lacks it. */
static void
add_unjustified(const Erfa__Trial *trial, const struct life_answer *answer,
    struct life_list *list)
{
	struct life_finding finding = {
		.code = answer->code, .field = answer->field, .number = 1
	};
	size_t i;

	if (trial->n_exemptions == 0)
		life_add(list, &finding);
	for (i = 0; i < trial->n_exemptions; i++) {
		if (is_justified(trial->exemptions[i], answer->number))
			continue;
		finding.number = life_exemption_no(trial, i);
		finding.what = trial->exemptions[i]->provision;
		life_add(list, &finding);
	}
}

static bool
is_extra_answered(const struct life_case *it, const char *name)
{
	const Erfa__Trial *trial = it->trial->trial;
	const Erfa__Envelope *asks = it->programme->envelope;
	size_t i;

	for (i = 0; i < trial->n_extra_answers; i++) {
		const Erfa__ExtraAnswer *answer = trial->extra_answers[i];

		if (answer->name == NULL || strcmp(answer->name, name) != 0 ||
		    !is_said(answer->text))
			continue;
		if (answer->programme == NULL ||
		    answer->programme->id == NULL || asks == NULL ||
		    asks->id == NULL ||
		    strcmp(answer->programme->id, asks->id) == 0)
			return true;
	}
	return false;
}

/* What people read for a question: its first label, or else its name. */
static const char *
extra_label(const Erfa__ExtraField *extra)
{
	if (extra->n_label > 0 && is_said(extra->label[0]->text))
		return extra->label[0]->text;
	return extra->name;
}

static void
add_extras(const struct life_case *it, const char *due, struct life_list *list)
{
	struct life_finding finding = { .code = LIFE_NEED_EXTRA,
		.field = "trial.extra_answers" };
	const Erfa__Programme *programme;
	size_t i;

	if (it->programme == NULL ||
	    it->programme->record_case != ERFA__BODY__RECORD_PROGRAMME)
		return;
	programme = it->programme->programme;
	for (i = 0; i < programme->n_required_extra && i < LIFE_EXTRAS_MAX;
	     i++) {
		const Erfa__ExtraField *extra = programme->required_extra[i];

		/* A question without a name cannot be answered. */
		if (!is_said(extra->name) || extra->due == NULL ||
		    strlen(extra->due) != 1 ||
		    strstr(due, extra->due) == NULL ||
		    is_extra_answered(it, extra->name))
			continue;
		finding.what = extra_label(extra);
		finding.name = strspn(extra->name,
				   "abcdefghijklmnopqrstuvwxyz0123456789_") ==
			strlen(extra->name) ?
		    extra->name :
		    NULL;
		life_add(list, &finding);
	}
}

void
life_missing(
    const struct life_case *it, const char *due, struct life_list *list)
{
	size_t i;

	if (life_is_transcribed(it->trial))
		return;
	for (i = 0; i < LIFE_ANSWERS; i++) {
		const struct life_answer *answer = &answers[i];
		struct life_finding finding = { .code = answer->code,
			.field = answer->field };

		if (strchr(due, answer->due) == NULL ||
		    life_answered(it, answer->number))
			continue;
		if (answer->due == 'X')
			add_unjustified(it->trial->trial, answer, list);
		else
			life_add(list, &finding);
	}
	add_extras(it, due, list);
}
