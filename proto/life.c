#include "proto/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/life_need.h"

#define IDEA   ERFA__STATUS__STATUS_IDEA
#define ACTIVE ERFA__STATUS__STATUS_ACTIVE
#define PAUSED ERFA__STATUS__STATUS_PAUSED

/* ---- may it be done ---- */

/* The answers that ${action} owes. */
static const char *
due_for(enum life_action action)
{
	if (action == LIFE_PUBLISH)
		return "A";
	if (action == LIFE_PLAN)
		return "AP";
	if (action == LIFE_START)
		return "APSX";
	return action == LIFE_FINISH ? "APF" : "";
}

/* Whether ${list} says the same already: an answer that is missing is due for
 * the answers and for the gate. */
static bool
is_listed(const struct life_list *list, const struct life_finding *finding)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->at[i].code == finding->code &&
		    list->at[i].number == finding->number &&
		    list->at[i].who == finding->who)
			return true;
	}
	return false;
}

static void
merge(struct life_list *list, const struct life_list *more)
{
	size_t i;

	for (i = 0; i < more->count; i++) {
		if (!is_listed(list, &more->at[i]))
			life_add(list, &more->at[i]);
	}
	list->more += more->more;
}

/* Both gates: whatever is in the way, and whatever is worth a word. */
static void
gates(const struct life_case *it, struct life_list *blocks,
    struct life_list *warns)
{
	struct life_authorisation permit;

	life_gate_own(it, blocks, warns);
	life_gate_permit(it, blocks, warns, &permit);
}

/* Whether ${action}, done with an active trial, must keep what ${code} says is
 * missing.  To mend one of the two, the other need not be there. */
static bool
must_keep(enum life_action action, enum life_code code)
{
	bool edits = action == LIFE_EDIT || action == LIFE_CORRECT ||
	    action == LIFE_RETHINK;

	return (code == LIFE_NEED_OWNER && (edits || action == LIFE_OWN)) ||
	    (code == LIFE_NEED_ANCHORING && (edits || action == LIFE_ANCHOR));
}

/* What the gates say of an active trial that is changed. */
static void
gates_while_active(const struct life_case *it, enum life_action action,
    struct life_report *report)
{
	struct life_list found = { .count = 0 };
	size_t i;

	gates(it, &found, &report->warns);
	for (i = 0; i < found.count; i++) {
		if (must_keep(action, found.at[i].code))
			life_add(&report->blocks, &found.at[i]);
		else
			life_add(&report->warns, &found.at[i]);
	}
	report->warns.more += found.more;
}

static bool
is_change(enum life_action action)
{
	return action == LIFE_OWN || action == LIFE_ANCHOR ||
	    action == LIFE_EDIT || action == LIFE_CORRECT ||
	    action == LIFE_RETHINK || action == LIFE_EXEMPT;
}

/* Let a trial that is to be active pass the gates. */
static void
pass_gates(const struct life_case *it, struct life_report *report)
{
	struct life_list found = { .count = 0 };

	gates(it, &found, &report->warns);
	merge(&report->blocks, &found);
}

void
life_check(const struct life_case *it, enum life_action action,
    struct life_report *ret_report)
{
	Erfa__Status now = life_status(it->trial);
	struct life_finding refusal = { .field = "trial.status",
		.state = life_status_name(now) };

	memset(ret_report, 0, sizeof(*ret_report));
	refusal.code = life_step(it->trial, action, &ret_report->status);
	if (refusal.code != LIFE_NONE) {
		life_add(&ret_report->blocks, &refusal);
		return;
	}
	life_missing(it, due_for(action), &ret_report->blocks);
	if (action == LIFE_START || (action == LIFE_PUBLISH && now == ACTIVE))
		pass_gates(it, ret_report);
	else if (is_change(action) && now == ACTIVE)
		gates_while_active(it, action, ret_report);
	ret_report->allowed = life_total(&ret_report->blocks) == 0;
}

void
life_check_status(const struct life_case *it, Erfa__Status status,
    struct life_report *ret_report)
{
	Erfa__Status now = life_status(it->trial);
	const struct life_finding refusal = { .code = LIFE_OVER,
		.field = "trial.status",
		.state = life_status_name(now) };

	memset(ret_report, 0, sizeof(*ret_report));
	ret_report->status = status;

	/* What a source says may be read wrongly and corrected to anything. */
	if (!life_is_transcribed(it->trial)) {
		if (!life_may_correct(now, status))
			life_add(&ret_report->blocks, &refusal);
		else if (status == ACTIVE && now != ACTIVE)
			pass_gates(it, ret_report);
	}
	ret_report->allowed = life_total(&ret_report->blocks) == 0;
}

bool
life_claims(const struct life_case *it, struct life_list *ret_blocks)
{
	struct life_list warns = { .count = 0 };

	memset(ret_blocks, 0, sizeof(*ret_blocks));
	if (life_is_transcribed(it->trial) || life_status(it->trial) != ACTIVE)
		return false;
	gates(it, ret_blocks, &warns);
	return life_total(ret_blocks) > 0;
}

/* ---- the first line ---- */

/* Which answers a reason names the authorities of. */
typedef bool choose(enum life_standing standing);

static bool
is_refusal(enum life_standing standing)
{
	return standing == LIFE_STANDING_REJECTED ||
	    standing == LIFE_STANDING_NOT_COVERED ||
	    standing == LIFE_STANDING_WITHDRAWN ||
	    standing == LIFE_STANDING_LAPSED ||
	    standing == LIFE_STANDING_RAN_OUT;
}

static bool
is_awaited(enum life_standing standing)
{
	return !life_is_yes(standing) && !is_refusal(standing);
}

static bool
is_expired(enum life_standing standing)
{
	return standing == LIFE_STANDING_EXPIRED;
}

static bool
is_ran_out(enum life_standing standing)
{
	return standing == LIFE_STANDING_RAN_OUT;
}

static bool
is_part(enum life_standing standing)
{
	return standing == LIFE_STANDING_PARTLY;
}

static bool
is_named(const struct life_line *line, const Erfa__OrgRef *org)
{
	size_t i;

	for (i = 0; i < line->nwho; i++) {
		if (strcmp(life_org_name(line->who[i]), life_org_name(org)) ==
		    0)
			return true;
	}
	return false;
}

/* Name everybody whose answer ${chosen} picks. */
static void
name_who(struct life_line *line, const struct life_authorisation *permit,
    choose *chosen)
{
	size_t i;

	for (i = 0; i < permit->nwords; i++) {
		const struct life_word *word = &permit->words[i];

		if (!chosen(word->standing) || is_named(line, word->authority))
			continue;
		if (line->nwho < LIFE_WHO_MAX)
			line->who[line->nwho++] = word->authority;
		else
			line->more_who++;
	}
}

/* The first rule that every authority concerned has lifted, or NULL. */
static const char *
lifted(const struct life_authorisation *permit)
{
	size_t i;
	size_t j;

	for (i = 0; i < permit->nwords; i++) {
		const struct life_word *word = &permit->words[i];
		bool all = true;

		for (j = 0; j < permit->nwords; j++)
			all = all &&
			    (permit->words[j].exemption != word->exemption ||
				life_is_yes(permit->words[j].standing));
		if (all)
			return word->exemption->provision;
	}
	return NULL;
}

/* When the first permission ran out, before the start or after it. */
static const char *
expiry(const struct life_list *found)
{
	size_t i;

	for (i = 0; i < found->count; i++) {
		if (found->at[i].code == LIFE_WARN_EXPIRED ||
		    found->at[i].code == LIFE_G2_EXPIRED)
			return found->at[i].date;
	}
	return NULL;
}

/* Why a permission is not there, or only in part. */
static void
explain_no(struct life_line *line, const struct life_authorisation *permit,
    const struct life_list *blocks)
{
	bool refused = permit->permit == LIFE_PERMIT_REFUSED ||
	    permit->waiting == 0;
	bool part = permit->permit == LIFE_PERMIT_PARTLY;

	line->what = lifted(permit);
	if (permit->permit == LIFE_PERMIT_EXPIRED) {
		line->reason = LIFE_WHY_RAN_OUT;
		line->date = expiry(blocks);
		name_who(line, permit, is_ran_out);
		return;
	}
	name_who(line, permit, refused ? is_refusal : is_awaited);
	if (line->nwho == 0)
		line->reason = LIFE_WHY_NOBODY;
	else if (refused)
		line->reason = part ? LIFE_WHY_PART_REFUSED : LIFE_WHY_REFUSED;
	else
		line->reason = part ? LIFE_WHY_PART_WAITING : LIFE_WHY_WAITING;
}

/* Why a permission is there, or none is needed. */
static void
explain_yes(struct life_line *line, const struct life_authorisation *permit,
    const struct life_list *warns)
{
	choose *chosen = life_is_yes;

	line->reason = LIFE_WHY_GRANTED;
	if (permit->permit == LIFE_PERMIT_NOT_NEEDED) {
		line->reason = permit->stated ? LIFE_WHY_NOT_NEEDED :
						LIFE_WHY_NOT_STATED;
	} else if (permit->permit == LIFE_PERMIT_EXPIRED) {
		line->reason = LIFE_WHY_EXPIRED;
		line->date = expiry(warns);
		chosen = is_expired;
	} else if (permit->permit == LIFE_PERMIT_PARTLY) {
		line->reason = LIFE_WHY_IN_PART;
		chosen = is_part;
	} else if (permit->open_conditions > 0) {
		line->reason = LIFE_WHY_CONDITIONS;
		line->number = (uint32_t)permit->open_conditions;
	}
	name_who(line, permit, chosen);
}

/* How many things keep the trial from being active, the permission apart. */
static size_t
count_missing(const struct life_case *it, Erfa__Status status)
{
	struct life_report report;

	if (status == ACTIVE)
		(void)life_claims(it, &report.blocks);
	else
		life_check(it, LIFE_START, &report);
	return life_total(&report.blocks);
}

/* What is said of a trial that runs, or may still; ${blocks} shut gate G2. */
static void
explain(const struct life_case *it, const struct life_authorisation *permit,
    const struct life_list *blocks, const struct life_list *warns,
    struct life_line *line)
{
	Erfa__Status status = life_status(it->trial);

	line->head = LIFE_MAY_NOT_START;
	if (life_total(blocks) > 0) {
		explain_no(line, permit, blocks);
		if (permit->permit == LIFE_PERMIT_PARTLY)
			line->head = LIFE_PARTLY;
	} else {
		line->reason = LIFE_WHY_ANSWERS;
		line->number = (uint32_t)count_missing(it, status);
		line->may = line->number == 0;
		if (line->may)
			explain_yes(line, permit, warns);
	}
	if (status == ACTIVE)
		line->head = line->may ? LIFE_MAY_GO_ON : LIFE_CLAIMS;
	else if (line->may)
		line->head = status == PAUSED ? LIFE_MAY_GO_ON : LIFE_MAY_START;
}

void
life_line(const struct life_case *it, struct life_line *ret_line)
{
	Erfa__Status status = life_status(it->trial);
	struct life_list blocks = { .count = 0 };
	struct life_list warns = { .count = 0 };
	struct life_authorisation permit;

	memset(ret_line, 0, sizeof(*ret_line));
	life_gate_permit(it, &blocks, &warns, &permit);
	ret_line->permit = permit.permit;
	ret_line->state = life_status_name(status);
	if (life_is_transcribed(it->trial)) {
		ret_line->head = LIFE_FROM_SOURCE;
		ret_line->reason = LIFE_WHY_NOT_KNOWN;
	} else if (status < IDEA || status > PAUSED) {
		ret_line->head = LIFE_IS_OVER;
		ret_line->reason = LIFE_WHY_STATE;
	} else {
		explain(it, &permit, &blocks, &warns, ret_line);
	}
}

enum err
life_line_who(const struct life_line *line, char **ret_text)
{
	char *text;
	size_t size = 1;
	size_t used = 0;
	size_t i;

	for (i = 0; i < line->nwho; i++)
		size += strlen(life_org_name(line->who[i])) + 2;
	if ((text = calloc(1, size)) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < line->nwho; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		    i > 0 ? ", " : "", life_org_name(line->who[i]));
	*ret_text = text;
	return ERR_NONE;
}

enum err
life_line_text(const struct life_line *line, const char *trial,
    const char *(*say)(const char *text), char **ret_text)
{
	struct life_finding finding = { .what = line->what,
		.date = line->date,
		.state = line->state,
		.number = line->number };
	char *who = NULL;
	char *why = NULL;
	char *text = NULL;
	const char *head = life_sentence(line->head);
	const char *reason = life_sentence(line->reason);
	size_t size;
	enum err err;

	if ((err = life_line_who(line, &who)) != ERR_NONE)
		goto out;
	if (say != NULL) {
		head = say(head);
		reason = say(reason);
	}
	finding.who = who;
	if ((err = life_fill(reason, &finding, trial, &why)) != ERR_NONE)
		goto out;
	size = strlen(head) + strlen(why) + sizeof(": ");
	if ((text = malloc(size)) == NULL) {
		err = ERR_NOMEM;
		goto out;
	}
	(void)snprintf(text, size, "%s: %s", head, why);
	*ret_text = text;
out:
	free(why);
	free(who);
	return err;
}
