#include "proto/life_decision.h"

#include <string.h>

#include "proto/body_rule.h"
#include "proto/day.h"
#include "proto/heirs.h"
#include "proto/life_need.h"
#include "proto/life_state.h"

/* Who says what a decision says. */
enum voice {
	VOICE_NONE, /* nobody who may */
	VOICE_OWN,
	VOICE_TRANSCRIBED,
};

static const char *const standings[LIFE_STANDINGS] = {
	[LIFE_STANDING_MISSING] = "missing",
	[LIFE_STANDING_PENDING] = "pending",
	[LIFE_STANDING_GRANTED] = "granted",
	[LIFE_STANDING_CONDITIONS] = "granted_with_conditions",
	[LIFE_STANDING_PARTLY] = "partly_granted",
	[LIFE_STANDING_NOT_REQUIRED] = "not_required",
	[LIFE_STANDING_EXPIRED] = "expired",
	[LIFE_STANDING_RAN_OUT] = "expired_before_start",
	[LIFE_STANDING_NOT_COVERED] = "not_covered",
	[LIFE_STANDING_UNCLEAR] = "unclear",
	[LIFE_STANDING_REJECTED] = "rejected",
	[LIFE_STANDING_RETURNED] = "returned",
	[LIFE_STANDING_WITHDRAWN] = "withdrawn",
	[LIFE_STANDING_LAPSED] = "lapsed",
};

const char *
life_standing_name(enum life_standing standing)
{
	return standing < LIFE_STANDINGS ? standings[standing] : standings[0];
}

bool
life_is_yes(enum life_standing standing)
{
	switch (standing) {
	case LIFE_STANDING_GRANTED:
	case LIFE_STANDING_CONDITIONS:
	case LIFE_STANDING_PARTLY:
	case LIFE_STANDING_NOT_REQUIRED:
	case LIFE_STANDING_EXPIRED:
		return true;
	case LIFE_STANDING_MISSING:
	case LIFE_STANDING_PENDING:
	case LIFE_STANDING_RAN_OUT:
	case LIFE_STANDING_NOT_COVERED:
	case LIFE_STANDING_UNCLEAR:
	case LIFE_STANDING_REJECTED:
	case LIFE_STANDING_RETURNED:
	case LIFE_STANDING_WITHDRAWN:
	case LIFE_STANDING_LAPSED:
	case LIFE_STANDINGS:
		return false;
	}
	return false;
}

const char *
life_org_name(const Erfa__OrgRef *org)
{
	if (org->name != NULL && org->name[0] != '\0')
		return org->name;
	return org->id != NULL && org->id[0] != '\0' ? org->id : "?";
}

/* Whether two strings are there and equal. */
static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* By id if both have one, else by the name as written. */
static bool
is_same_org(const Erfa__OrgRef *a, const Erfa__OrgRef *b)
{
	if (a->id != NULL && b->id != NULL)
		return strcmp(a->id, b->id) == 0;
	return is_same(a->name, b->name);
}

/* Whether ${decision} is about this trial; one that names none was found by its
 * application. */
static bool
is_about(const struct life_case *it, const Erfa__Decision *decision)
{
	const Erfa__Envelope *mine = it->trial->envelope;

	return decision->trial == NULL || decision->trial->id == NULL ||
	    (mine != NULL && is_same(decision->trial->id, mine->id));
}

/* Whether a later decision stands in the place of ${decision}. */
static bool
is_replaced(const struct life_case *it, const Erfa__Decision *decision)
{
	size_t i;

	if (decision->replaced_by == NULL || decision->replaced_by->id == NULL)
		return false;
	for (i = 0; i < it->ndecisions; i++) {
		const Erfa__Body *other = it->decisions[i];

		if (other->record_case == ERFA__BODY__RECORD_DECISION &&
		    other->decision != decision && other->envelope != NULL &&
		    is_same(decision->replaced_by->id, other->envelope->id))
			return true;
	}
	return false;
}

/* Whether the trial's id was given out by ${org}, under whatever name it goes
 * today. */
static bool
is_publisher(const Erfa__Envelope *trial, const char *org)
{
	size_t len = strlen(org);

	return is_same(trial->publisher, org) ||
	    (trial->id != NULL && strncmp(trial->id, org, len) == 0 &&
		trial->id[len] == '/');
}

/* Whether ${org} is ${other}, or speaks for it. */
static bool
speaks(const struct life_case *it, const char *org, const char *other)
{
	return org != NULL && other != NULL &&
	    heirs_speaks(it->heirs, org, other);
}

/* Who speaks in ${body}, if it is ${authority}'s decision about the trial. */
static enum voice
voice_of(const struct life_case *it, const Erfa__Body *body,
    const Erfa__OrgRef *authority)
{
	const Erfa__Envelope *envelope = body->envelope;
	const Erfa__Envelope *mine = it->trial->envelope;
	const Erfa__Decision *decision;

	if (body->record_case != ERFA__BODY__RECORD_DECISION ||
	    envelope == NULL || envelope->publisher == NULL)
		return VOICE_NONE;
	decision = body->decision;
	if (decision->authority == NULL ||
	    (!is_same_org(decision->authority, authority) &&
		!speaks(it, decision->authority->id, authority->id)) ||
	    !is_about(it, decision) || is_replaced(it, decision) ||
	    day_ahead(decision->decided_on, it->today))
		return VOICE_NONE;

	/* A name can be written by anybody: only an id says who is asked. */
	if (!life_is_transcribed(body))
		return authority->id != NULL &&
			speaks(
			    it, envelope->publisher, decision->authority->id) ?
		    VOICE_OWN :
		    VOICE_NONE;
	if (decision->ref == NULL || decision->ref[0] == '\0' || mine == NULL ||
	    (!is_publisher(mine, envelope->publisher) &&
		!speaks(it, envelope->publisher, mine->publisher)))
		return VOICE_NONE;
	return VOICE_TRANSCRIBED;
}

/* Compare two strings of which either may be missing; a missing one is less. */
static int
compare(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

/* When a decision was taken, or else written down. */
static const char *
decided(const Erfa__Body *body, char out[DAY_LEN + 1])
{
	const char *time = body->envelope->amended_at;

	if (body->decision->decided_on != NULL)
		return body->decision->decided_on;
	if (time == NULL)
		time = body->envelope->published_at;
	out[0] = '\0';
	if (time != NULL)
		(void)strncat(out, time, DAY_LEN);
	return out;
}

/* Whether ${a} is later than ${b}: the same answer on every node. */
static bool
is_later(const Erfa__Body *a, const Erfa__Body *b)
{
	char day_a[DAY_LEN + 1];
	char day_b[DAY_LEN + 1];
	int order = day_compare(decided(a, day_a), decided(b, day_b));

	if (order == 0)
		order = compare(
		    a->envelope->amended_at, b->envelope->amended_at);
	if (order == 0)
		order = compare(
		    a->envelope->published_at, b->envelope->published_at);
	if (order == 0)
		order = compare(a->envelope->id, b->envelope->id);
	return order > 0;
}

/* Whether ${decision} speaks of exemption ${no}; one without numbers speaks of
 * all. */
static bool
does_cover(const Erfa__Decision *decision, uint32_t no)
{
	size_t i;

	for (i = 0; i < decision->n_covers; i++) {
		if (decision->covers[i] == no)
			return true;
	}
	return decision->n_covers == 0;
}

static bool
is_partly(const Erfa__Decision *decision)
{
	return decision->has_outcome &&
	    decision->outcome == ERFA__OUTCOME__OUTCOME_PARTLY_APPROVED;
}

/* The latest decision of ${authority} in ${voice} about exemption ${no}: one
 * that speaks of it, or else a part that leaves it out. */
static const Erfa__Body *
latest(const struct life_case *it, const Erfa__OrgRef *authority,
    enum voice voice, uint32_t no)
{
	const Erfa__Body *found = NULL;
	bool covers = false;
	size_t i;

	for (i = 0; i < it->ndecisions; i++) {
		const Erfa__Body *body = it->decisions[i];
		bool applies;

		if (voice_of(it, body, authority) != voice)
			continue;
		applies = does_cover(body->decision, no);
		if (!applies && (covers || !is_partly(body->decision)))
			continue;
		if (found == NULL || (applies && !covers) ||
		    is_later(body, found))
			found = body;
		covers = covers || applies;
	}
	return found;
}

/* How many exemptions name ${authority}. */
static size_t
count_named(const Erfa__Trial *trial, const Erfa__OrgRef *authority)
{
	size_t count = 0;
	size_t i;
	size_t j;

	for (i = 0; i < trial->n_exemptions; i++) {
		const Erfa__Exemption *exemption = trial->exemptions[i];

		for (j = 0; j < exemption->n_authorities; j++) {
			if (is_same_org(exemption->authorities[j], authority)) {
				count++;
				break;
			}
		}
	}
	return count;
}

/* The day by which a permission must be there: of the start. */
static const char *
start_day(const struct life_case *it)
{
	const Erfa__Period *period = it->trial->trial->period;
	Erfa__Status status = life_status(it->trial);

	if (period == NULL || period->start == NULL)
		return status == ERFA__STATUS__STATUS_ACTIVE ? NULL : it->today;
	if (status == ERFA__STATUS__STATUS_ACTIVE)
		return period->start;

	/* To go on after a pause is a start of its own. */
	if (status == ERFA__STATUS__STATUS_PAUSED || !period->has_start_kind ||
	    period->start_kind != ERFA__DATE_KIND__DATE_KIND_ACTUAL)
		return it->today;
	return period->start;
}

/* A yes, unless its day is past. */
static enum life_standing
while_valid(const struct life_case *it, const Erfa__Decision *decision,
    const Erfa__Exemption *exemption, enum life_standing standing)
{
	const char *start = start_day(it);

	if (start != NULL &&
	    (day_past(decision->valid_to, start) ||
		day_past(exemption->valid_to, start)))
		return LIFE_STANDING_RAN_OUT;
	if (day_past(decision->valid_to, it->today) ||
	    day_past(exemption->valid_to, it->today))
		return LIFE_STANDING_EXPIRED;
	return standing;
}

/* What a partial approval means for one exemption.  Without numbers it says so
 * only if the authority was asked about nothing else. */
static enum life_standing
part(const struct life_case *it, const Erfa__Decision *decision,
    const struct life_word *word)
{
	if (!does_cover(decision, word->exemption_no))
		return LIFE_STANDING_NOT_COVERED;
	if (decision->n_covers == 0 &&
	    count_named(it->trial->trial, word->authority) > 1)
		return LIFE_STANDING_UNCLEAR;
	return while_valid(it, decision, word->exemption, LIFE_STANDING_PARTLY);
}

/* What ${decision}, which may be NULL, means for one exemption. */
static enum life_standing
standing_of(const struct life_case *it, const Erfa__Decision *decision,
    const struct life_word *word)
{
	if (decision == NULL || !decision->has_outcome)
		return LIFE_STANDING_MISSING;
	switch (decision->outcome) {
	case ERFA__OUTCOME__OUTCOME_UNSET:
		return LIFE_STANDING_MISSING;
	case ERFA__OUTCOME__OUTCOME_PENDING:
		return LIFE_STANDING_PENDING;
	case ERFA__OUTCOME__OUTCOME_APPROVED:
		return while_valid(
		    it, decision, word->exemption, LIFE_STANDING_GRANTED);
	case ERFA__OUTCOME__OUTCOME_APPROVED_WITH_CONDITIONS:
		return while_valid(
		    it, decision, word->exemption, LIFE_STANDING_CONDITIONS);
	case ERFA__OUTCOME__OUTCOME_PARTLY_APPROVED:
		return part(it, decision, word);
	case ERFA__OUTCOME__OUTCOME_REJECTED:
		return LIFE_STANDING_REJECTED;
	case ERFA__OUTCOME__OUTCOME_NOT_REQUIRED:
		return LIFE_STANDING_NOT_REQUIRED;
	case ERFA__OUTCOME__OUTCOME_RETURNED:
		return LIFE_STANDING_RETURNED;
	case ERFA__OUTCOME__OUTCOME_WITHDRAWN:
		return LIFE_STANDING_WITHDRAWN;
	case ERFA__OUTCOME__OUTCOME_LAPSED:
		return LIFE_STANDING_LAPSED;
	case _ERFA__OUTCOME_IS_INT_SIZE:
		break;
	}

	/* An answer that only newer programs know is no yes. */
	return LIFE_STANDING_MISSING;
}

/* Whether somebody has handed in the trial and waits for the answer. */
static bool
is_asked(const struct life_case *it)
{
	const Erfa__Application *application;
	size_t i;

	for (i = 0; i < it->napplications; i++) {
		application = it->applications[i]->application;
		if (!application->has_outcome ||
		    application->outcome == ERFA__OUTCOME__OUTCOME_UNSET ||
		    application->outcome == ERFA__OUTCOME__OUTCOME_PENDING)
			return true;
	}
	return false;
}

struct life_word
life_hear(
    const struct life_case *it, size_t index, const Erfa__OrgRef *authority)
{
	const Erfa__Trial *trial = it->trial->trial;
	struct life_word word = { .exemption = trial->exemptions[index],
		.exemption_no = life_exemption_no(trial, index),
		.authority = authority };
	const Erfa__Body *own = latest(
	    it, authority, VOICE_OWN, word.exemption_no);
	const Erfa__Body *told = latest(
	    it, authority, VOICE_TRANSCRIBED, word.exemption_no);

	word.decision = own != NULL ? own : told;
	word.told = told;
	word.standing = standing_of(
	    it, word.decision != NULL ? word.decision->decision : NULL, &word);
	if (word.standing == LIFE_STANDING_MISSING && is_asked(it))
		word.standing = LIFE_STANDING_PENDING;
	if (own != NULL && told != NULL &&
	    standing_of(it, told->decision, &word) != word.standing)
		word.transcribed = told;
	return word;
}

uint32_t
life_condition_no(const Erfa__Decision *decision, size_t index)
{
	const Erfa__Condition *condition = decision->conditions[index];

	return condition->has_no ? condition->no : (uint32_t)index + 1;
}

/* Whether condition ${no} is met by what ${body}, which may be NULL, says. */
static bool
is_met(const Erfa__Body *body, uint32_t no)
{
	const Erfa__Condition *condition;
	size_t i;

	for (i = 0; body != NULL && i < body->decision->n_conditions; i++) {
		condition = body->decision->conditions[i];
		if (life_condition_no(body->decision, i) == no &&
		    condition->met_on != NULL && condition->met_on[0] != '\0')
			return true;
	}
	return false;
}

bool
life_is_met(const struct life_word *word, uint32_t no)
{
	return is_met(word->decision, no) || is_met(word->told, no);
}
