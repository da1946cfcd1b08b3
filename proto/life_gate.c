#include "proto/life_gate.h"

#include <string.h>

#include "proto/body_rule.h"
#include "proto/day.h"
#include "proto/life_need.h"

static const char *const permits[LIFE_PERMITS] = {
	[LIFE_PERMIT_NOT_NEEDED] = "not_needed",
	[LIFE_PERMIT_WAITING] = "waiting",
	[LIFE_PERMIT_GRANTED] = "granted",
	[LIFE_PERMIT_PARTLY] = "partly",
	[LIFE_PERMIT_REFUSED] = "refused",
	[LIFE_PERMIT_EXPIRED] = "expired",
};

const char *
life_permit_name(enum life_permit permit)
{
	return permit < LIFE_PERMITS ? permits[permit] : permits[0];
}

/* How a rule is called: as cited, or "?". */
static const char *
rule_name(const Erfa__Exemption *exemption)
{
	return exemption->provision != NULL && exemption->provision[0] != '\0' ?
	    exemption->provision :
	    "?";
}

/* ---- G1 ---- */

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && a[0] != '\0' && strcmp(a, b) == 0;
}

/* Whether ${origin} is a trial of somebody else. */
static bool
is_foreign(const struct life_case *it, const Erfa__Body *origin)
{
	const Erfa__Envelope *mine = it->trial->envelope;

	return origin->record_case == ERFA__BODY__RECORD_TRIAL &&
	    origin->envelope != NULL && mine != NULL &&
	    !is_same(origin->envelope->publisher, mine->publisher);
}

/* The same unit that accepted on the same day was copied, not asked. */
static bool
is_owner_copied(const Erfa__Owner *mine, const Erfa__Owner *theirs)
{
	return mine != NULL && theirs != NULL &&
	    is_same(mine->unit, theirs->unit) &&
	    is_same(mine->accepted_on, theirs->accepted_on);
}

/* The same body, day and case number were copied as well. */
static bool
is_anchoring_copied(const Erfa__Anchoring *mine, const Erfa__Anchoring *theirs)
{
	return mine != NULL && theirs != NULL &&
	    is_same(mine->date, theirs->date) &&
	    is_same(mine->local_name, theirs->local_name) &&
	    is_same(mine->ref, theirs->ref);
}

static void
gate_inherited(const struct life_case *it, struct life_list *blocks)
{
	const struct life_finding owner = { .code = LIFE_G1_OWNER_COPIED,
		.field = "trial.owner" };
	const struct life_finding anchoring = {
		.code = LIFE_G1_ANCHORING_COPIED, .field = "trial.anchoring"
	};
	const Erfa__Trial *mine = it->trial->trial;
	bool has_owner = false;
	bool has_anchoring = false;
	size_t i;

	for (i = 0; i < it->norigins; i++) {
		const Erfa__Trial *theirs = it->origins[i]->trial;

		if (!is_foreign(it, it->origins[i]))
			continue;
		has_owner = has_owner ||
		    is_owner_copied(mine->owner, theirs->owner);
		has_anchoring = has_anchoring ||
		    is_anchoring_copied(mine->anchoring, theirs->anchoring);
	}
	if (has_owner)
		life_add(blocks, &owner);
	if (has_anchoring)
		life_add(blocks, &anchoring);
}

/* The first rule from above the municipality, or NULL. */
static const Erfa__Exemption *
rule_above(const Erfa__Trial *trial)
{
	size_t i;

	if (!life_needs_exemption(trial))
		return NULL;
	for (i = 0; i < trial->n_exemptions; i++) {
		if (!life_is_local(trial->exemptions[i]))
			return trial->exemptions[i];
	}
	return NULL;
}

/* Whether a body that nobody elected decided. */
static bool
is_unelected(const Erfa__Anchoring *anchoring)
{
	return anchoring->body_kind == ERFA__BODY_KIND__BODY_KIND_WORKPLACE ||
	    anchoring->body_kind == ERFA__BODY_KIND__BODY_KIND_ADMINISTRATION;
}

static void
gate_body(const struct life_case *it, struct life_list *blocks)
{
	const Erfa__Trial *trial = it->trial->trial;
	const Erfa__Exemption *above = rule_above(trial);
	const char *delegation = trial->anchoring->delegation;
	struct life_finding finding = { .field = "trial.anchoring.body_kind" };

	if (!is_unelected(trial->anchoring))
		return;
	if (above != NULL) {
		finding.code = LIFE_G1_BODY;
		finding.what = rule_name(above);
		life_add(blocks, &finding);
	} else if (delegation == NULL ||
	    delegation[strspn(delegation, " \t\r\n")] == '\0') {
		finding.code = LIFE_G1_DELEGATION;
		finding.field = "trial.anchoring.delegation";
		life_add(blocks, &finding);
	}
}

static void
gate_anchoring(const struct life_case *it, struct life_list *blocks,
    struct life_list *warns)
{
	const Erfa__Anchoring *anchoring = it->trial->trial->anchoring;
	struct life_finding finding = { .code = LIFE_G1_AHEAD,
		.field = "trial.anchoring.date",
		.date = anchoring->date };

	gate_body(it, blocks);
	if (day_ahead(anchoring->date, it->today))
		life_add(blocks, &finding);
	if (day_past(anchoring->valid_until, it->today)) {
		finding.code = LIFE_WARN_ANCHORING_OLD;
		finding.field = "trial.anchoring.valid_until";
		finding.date = anchoring->valid_until;
		life_add(warns, &finding);
	}
}

void
life_gate_own(const struct life_case *it, struct life_list *blocks,
    struct life_list *warns)
{
	const struct life_finding no_owner = { .code = LIFE_NEED_OWNER,
		.field = "trial.owner" };
	const struct life_finding no_anchoring = { .code = LIFE_NEED_ANCHORING,
		.field = "trial.anchoring" };

	if (life_is_transcribed(it->trial))
		return;
	if (!life_answered(it, 7))
		life_add(blocks, &no_owner);
	if (!life_answered(it, 8))
		life_add(blocks, &no_anchoring);
	else
		gate_anchoring(it, blocks, warns);
	gate_inherited(it, blocks);
}

/* ---- G2 ---- */

/* One walk over all exemptions and their authorities. */
struct walk {
	const struct life_case *it;
	struct life_list *blocks;
	struct life_list *warns;
	struct life_authorisation *permit;
};

/* Why an answer that is no yes blocks; LIFE_NONE for a yes. */
static enum life_code
block_code(enum life_standing standing)
{
	switch (standing) {
	case LIFE_STANDING_MISSING:
		return LIFE_G2_MISSING;
	case LIFE_STANDING_PENDING:
		return LIFE_G2_PENDING;
	case LIFE_STANDING_NOT_COVERED:
		return LIFE_G2_NOT_COVERED;
	case LIFE_STANDING_UNCLEAR:
		return LIFE_G2_UNCLEAR;
	case LIFE_STANDING_RAN_OUT:
		return LIFE_G2_EXPIRED;
	case LIFE_STANDING_REJECTED:
		return LIFE_G2_REJECTED;
	case LIFE_STANDING_RETURNED:
		return LIFE_G2_RETURNED;
	case LIFE_STANDING_WITHDRAWN:
		return LIFE_G2_WITHDRAWN;
	case LIFE_STANDING_LAPSED:
		return LIFE_G2_LAPSED;
	case LIFE_STANDING_GRANTED:
	case LIFE_STANDING_CONDITIONS:
	case LIFE_STANDING_PARTLY:
	case LIFE_STANDING_NOT_REQUIRED:
	case LIFE_STANDING_EXPIRED:
	case LIFE_STANDINGS:
		return LIFE_NONE;
	}
	return LIFE_NONE;
}

/* Whether an answer ends the matter with a no. */
static bool
is_no(enum life_standing standing)
{
	return standing == LIFE_STANDING_REJECTED ||
	    standing == LIFE_STANDING_NOT_COVERED ||
	    standing == LIFE_STANDING_WITHDRAWN ||
	    standing == LIFE_STANDING_LAPSED;
}

/* A finding about ${word}. */
static struct life_finding
about(const struct life_word *word, enum life_code code)
{
	const char *id = word->authority->id;

	return (struct life_finding){ .code = code,
		.field = "decision.outcome",
		.who = life_org_name(word->authority),
		.org = id != NULL && body_form_valid(FORM_ORG, id) ? id : NULL,
		.what = rule_name(word->exemption),
		.number = word->exemption_no };
}

/* Whether the same decision was looked at for an earlier exemption. */
static bool
is_seen(const struct life_authorisation *permit, const Erfa__Body *decision)
{
	size_t i;

	for (i = 0; i < permit->nwords; i++) {
		if (permit->words[i].decision == decision)
			return true;
	}
	return false;
}

static void
warn_conditions(struct walk *walk, const struct life_word *word)
{
	const Erfa__Decision *decision = word->decision->decision;
	size_t i;

	if (is_seen(walk->permit, word->decision))
		return;
	for (i = 0; i < decision->n_conditions; i++) {
		const Erfa__Condition *condition = decision->conditions[i];
		struct life_finding finding = about(word, LIFE_WARN_CONDITION);
		uint32_t no = life_condition_no(decision, i);

		if (life_is_met(word, no))
			continue;
		finding.field = "decision.conditions";
		finding.what = condition->text != NULL ? condition->text : "?";
		finding.number = no;
		finding.date = condition->due;
		if (day_past(condition->due, walk->it->today))
			finding.code = LIFE_WARN_CONDITION_LATE;
		else if (condition->due != NULL)
			finding.code = LIFE_WARN_CONDITION_DUE;
		life_add(walk->warns, &finding);
		walk->permit->open_conditions++;
	}
}

/* The day on which the permission ran out: of the two the first. */
static const char *
last_day(const struct life_word *word)
{
	const char *decided = word->decision->decision->valid_to;
	const char *asked = word->exemption->valid_to;

	if (decided == NULL || asked == NULL)
		return decided == NULL ? asked : decided;
	return day_compare(asked, decided) < 0 ? asked : decided;
}

static void
warn_word(struct walk *walk, const struct life_word *word)
{
	struct life_finding finding = about(word, LIFE_WARN_EXPIRED);

	if (life_is_yes(word->standing) &&
	    word->standing != LIFE_STANDING_NOT_REQUIRED)
		warn_conditions(walk, word);
	if (word->standing == LIFE_STANDING_EXPIRED) {
		finding.field = "decision.valid_to";
		finding.date = last_day(word);
		life_add(walk->warns, &finding);
		walk->permit->expired = true;
	}
	if (word->transcribed != NULL) {
		finding = about(word, LIFE_WARN_DIFFERS);
		life_add(walk->warns, &finding);
	}
}

static void
walk_word(struct walk *walk, const struct life_word *word)
{
	enum life_code code = block_code(word->standing);
	struct life_finding finding = about(word, code);

	if (code == LIFE_G2_EXPIRED) {
		finding.field = "decision.valid_to";
		finding.date = last_day(word);
	}
	if (code != LIFE_NONE)
		life_add(walk->blocks, &finding);
	warn_word(walk, word);
	if (word->standing == LIFE_STANDING_PARTLY)
		walk->permit->partly = true;
	if (walk->permit->nwords < LIFE_WORDS_MAX)
		walk->permit->words[walk->permit->nwords++] = *word;
	else
		walk->permit->more++;
}

static void
walk_exemption(struct walk *walk, size_t index)
{
	const Erfa__Trial *trial = walk->it->trial->trial;
	const Erfa__Exemption *exemption = trial->exemptions[index];
	struct life_finding finding = { .field = "trial.exemptions",
		.what = rule_name(exemption),
		.number = life_exemption_no(trial, index) };
	bool waits = exemption->n_authorities == 0;
	bool refused = false;
	bool ran_out = false;
	size_t i;

	if (waits) {
		finding.code = LIFE_NEED_AUTHORITY;
		finding.field = "trial.exemptions.authorities";
		life_add(walk->blocks, &finding);
	}
	for (i = 0; i < exemption->n_authorities; i++) {
		struct life_word word = life_hear(
		    walk->it, index, exemption->authorities[i]);

		ran_out = ran_out || word.standing == LIFE_STANDING_RAN_OUT;
		waits = waits ||
		    (!life_is_yes(word.standing) &&
			word.standing != LIFE_STANDING_RAN_OUT);
		refused = refused || is_no(word.standing);
		walk_word(walk, &word);
	}
	walk->permit->refused += refused;
	walk->permit->waiting += waits && !refused;
	walk->permit->ran_out += ran_out && !waits && !refused;
	walk->permit->granted += !waits && !refused && !ran_out;
	if (day_ahead(exemption->valid_from, walk->it->today)) {
		finding.code = LIFE_WARN_AHEAD;
		finding.field = "trial.exemptions.valid_from";
		finding.date = exemption->valid_from;
		life_add(walk->warns, &finding);
	}
}

/* The permission as a whole, from how the exemptions stand. */
static enum life_permit
permit_of(const struct life_authorisation *permit, bool asked)
{
	if (permit->granted + permit->waiting + permit->refused +
		permit->ran_out ==
	    0)
		return asked ? LIFE_PERMIT_WAITING : LIFE_PERMIT_NOT_NEEDED;
	if (permit->waiting + permit->refused == 0) {
		if (permit->expired || permit->ran_out > 0)
			return LIFE_PERMIT_EXPIRED;
		return permit->partly ? LIFE_PERMIT_PARTLY :
					LIFE_PERMIT_GRANTED;
	}
	if (permit->granted > 0)
		return LIFE_PERMIT_PARTLY;
	return permit->refused > 0 ? LIFE_PERMIT_REFUSED : LIFE_PERMIT_WAITING;
}

/* Rules that are named, while it is not said that they are in the way. */
static void
warn_hints(const struct life_case *it, struct life_list *warns)
{
	const Erfa__Trial *trial = it->trial->trial;
	struct life_finding finding = { .code = LIFE_WARN_NOT_STATED,
		.field = "trial.needs_exemption" };

	if (trial->n_exemptions == 0 ||
	    trial->needs_exemption == ERFA__YES_NO__YES_NO_NO)
		return;
	finding.what = rule_name(trial->exemptions[0]);
	life_add(warns, &finding);
}

void
life_gate_permit(const struct life_case *it, struct life_list *blocks,
    struct life_list *warns, struct life_authorisation *ret_permit)
{
	static const struct life_finding nobody = { .code = LIFE_NEED_AUTHORITY,
		.field = "trial.exemptions.authorities",
		.number = 1 };
	const Erfa__Trial *trial = it->trial->trial;
	struct life_list unheard = { .count = 0 };
	struct walk walk = { .it = it, .permit = ret_permit };
	bool needed = life_needs_exemption(trial);
	size_t i;

	/* A transcribed trial is told about, and never blocked. */
	walk.blocks = life_is_transcribed(it->trial) ? &unheard : blocks;
	walk.warns = life_is_transcribed(it->trial) ? &unheard : warns;
	memset(ret_permit, 0, sizeof(*ret_permit));
	ret_permit->stated = needed ||
	    (trial->has_needs_exemption &&
		trial->needs_exemption == ERFA__YES_NO__YES_NO_NO);
	if (!needed) {
		warn_hints(it, walk.warns);
		return;
	}
	if (trial->n_exemptions == 0)
		life_add(walk.blocks, &nobody);
	for (i = 0; i < trial->n_exemptions; i++) {
		if (!life_is_local(trial->exemptions[i]))
			walk_exemption(&walk, i);
	}
	ret_permit->permit = permit_of(ret_permit, trial->n_exemptions == 0);
}

bool
life_expired(const struct life_case *it)
{
	const Erfa__Trial *trial = it->trial->trial;
	struct life_list unheard = { .count = 0 };
	struct life_authorisation permit;
	size_t i;

	if (life_is_transcribed(it->trial) || !life_needs_exemption(trial))
		return false;
	for (i = 0; i < trial->n_exemptions; i++)
		if (life_is_local(trial->exemptions[i]) &&
		    day_past(trial->exemptions[i]->valid_to, it->today))
			return true;
	life_gate_permit(it, &unheard, &unheard, &permit);
	return permit.expired || permit.ran_out > 0;
}
