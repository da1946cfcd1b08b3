#include "client/remind.h"

#include <string.h>

#include "proto/life_decision.h"
#include "proto/life_need.h"
#include "proto/life_state.h"

/* Days before its end on which an exemption is told of, the first first. */
static const int32_t alarms[] = { 180, 60, 0 };

/* The list while it is written. */
struct list {
	const struct life_case *it;
	int32_t today;
	struct remind *at;
	size_t count;
};

/* The last day of ${date}; false if it is none. */
static bool
last_day(const char *date, int32_t *ret_day)
{
	int32_t first;

	return day_range(date, &first, ret_day) == ERR_NONE;
}

/* Add a reminder; NULL if there is no room. */
static struct remind *
add(struct list *list, enum remind_kind kind, int32_t due, int32_t since)
{
	struct remind *remind;

	if (list->count == REMIND_MAX)
		return NULL;
	remind = &list->at[list->count++];
	memset(remind, 0, sizeof(*remind));
	remind->kind = kind;
	remind->days = due - list->today;
	day_text(due, remind->due);
	day_text(since, remind->since);
	return remind;
}

/* Whether the trial has neither ended nor been given up. */
static bool
goes_on(const Erfa__Body *trial)
{
	Erfa__Status status = life_status(trial);

	return status == ERFA__STATUS__STATUS_IDEA ||
	    status == ERFA__STATUS__STATUS_PLANNED ||
	    status == ERFA__STATUS__STATUS_ACTIVE ||
	    status == ERFA__STATUS__STATUS_PAUSED;
}

/* ---- exemptions ---- */

/* Whether the answer lets the trial depart from the rule, or did. */
static bool
is_granted(const struct life_word *word)
{
	return word->decision != NULL &&
	    (life_is_yes(word->standing) ||
		word->standing == LIFE_STANDING_RAN_OUT) &&
	    word->standing != LIFE_STANDING_NOT_REQUIRED;
}

/* The last day on which exemption ${index} holds; false if none is said. */
static bool
end_of(const struct list *list, size_t index, int32_t *ret_end)
{
	const Erfa__Exemption *exemption =
	    list->it->trial->trial->exemptions[index];
	bool granted = life_is_local(exemption);
	int32_t end = INT32_MAX;
	struct life_word word;
	int32_t day;
	size_t i;

	for (i = 0; i < exemption->n_authorities; i++) {
		word = life_hear(list->it, index, exemption->authorities[i]);
		if (!is_granted(&word))
			continue;
		granted = true;
		if (last_day(word.decision->decision->valid_to, &day) &&
		    day < end)
			end = day;
	}
	if (granted && last_day(exemption->valid_to, &day) && day < end)
		end = day;
	*ret_end = end;
	return end != INT32_MAX;
}

static void
find_exemptions(struct list *list)
{
	const Erfa__Trial *trial = list->it->trial->trial;
	struct remind *remind;
	int32_t end, since;
	size_t i, k;

	if (!goes_on(list->it->trial) || !life_needs_exemption(trial))
		return;
	for (i = 0; i < trial->n_exemptions; i++) {
		if (!end_of(list, i, &end) || list->today < end - alarms[0])
			continue;
		since = end - alarms[0];
		for (k = 1; k < sizeof(alarms) / sizeof(alarms[0]); k++)
			if (list->today >= end - alarms[k])
				since = end - alarms[k];
		remind = add(list, REMIND_EXEMPTION, end, since);
		if (remind == NULL)
			return;
		remind->no = life_exemption_no(trial, i);
		remind->what = trial->exemptions[i]->provision;
	}
}

/* ---- conditions ---- */

static bool
is_told(const struct list *list, const char *text)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->at[i].kind == REMIND_CONDITION &&
		    list->at[i].what == text)
			return true;
	return false;
}

static void
find_in_decision(struct list *list, const struct life_word *word)
{
	const Erfa__Decision *decision = word->decision->decision;
	const Erfa__Condition *condition;
	struct remind *remind;
	uint32_t no;
	int32_t due;
	size_t i;

	for (i = 0; i < decision->n_conditions; i++) {
		condition = decision->conditions[i];
		no = life_condition_no(decision, i);
		if (life_is_met(word, no) || condition->text == NULL ||
		    is_told(list, condition->text) ||
		    !last_day(condition->due, &due) ||
		    list->today < due - REMIND_SOON)
			continue;
		remind = add(list, REMIND_CONDITION, due, due - REMIND_SOON);
		if (remind == NULL)
			return;
		remind->no = no;
		remind->what = condition->text;
	}
}

static void
find_conditions(struct list *list)
{
	const Erfa__Trial *trial = list->it->trial->trial;
	struct life_word word;
	size_t i, k;

	for (i = 0; i < trial->n_exemptions; i++)
		for (k = 0; k < trial->exemptions[i]->n_authorities; k++) {
			word = life_hear(
			    list->it, i, trial->exemptions[i]->authorities[k]);
			if (is_granted(&word))
				find_in_decision(list, &word);
		}
}

/* ---- half of the time, and after the end ---- */

static void
find_halftime(struct list *list, const char *heard)
{
	const Erfa__Body *trial = list->it->trial;
	const Erfa__Period *period = trial->trial->period;
	int32_t start, rest, end, half;

	if (life_status(trial) != ERFA__STATUS__STATUS_ACTIVE ||
	    period == NULL ||
	    day_range(period->start, &start, &rest) != ERR_NONE ||
	    !last_day(period->end, &end) || end <= start)
		return;
	half = start + (end - start) / 2;
	if (list->today < half || list->today > end ||
	    (last_day(heard, &rest) && rest >= half))
		return;
	(void)add(list, REMIND_HALFTIME, half, half);
}

static void
find_continuation(struct list *list)
{
	const Erfa__Body *trial = list->it->trial;
	const Erfa__Period *period = trial->trial->period;
	const Erfa__Continuation *said = trial->trial->continuation;
	Erfa__Status status = life_status(trial);
	struct remind *remind;
	int32_t end = list->today;
	bool known;

	known = period != NULL && last_day(period->end, &end);
	if (said != NULL && said->code != 0)
		return;
	if (status != ERFA__STATUS__STATUS_COMPLETED &&
	    ((status != ERFA__STATUS__STATUS_ACTIVE &&
		 status != ERFA__STATUS__STATUS_PAUSED) ||
		!known || list->today <= end))
		return;
	remind = add(list, REMIND_CONTINUATION, end, end);
	if (remind != NULL && !known)
		remind->due[0] = remind->since[0] = '\0';
}

size_t
remind_find(const struct life_case *it, const char *heard,
    struct remind ret_list[REMIND_MAX])
{
	struct list list = { .it = it, .at = ret_list };

	if (life_is_transcribed(it->trial) || !last_day(it->today, &list.today))
		return 0;
	find_exemptions(&list);
	find_conditions(&list);
	find_halftime(&list, heard);
	find_continuation(&list);
	return list.count;
}
