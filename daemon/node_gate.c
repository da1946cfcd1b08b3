/*
 * What may be published: a trial takes one legal step at a time, a programme
 * keeps its questions once its first trial has started, and a decision is
 * written by the authority itself or with a reference to its letter.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/life.h"
#include "proto/life_change.h"
#include "proto/life_need.h"
#include "proto/record.h"
#include "daemon/docket.h"
#include "daemon/node_internal.h"

#define IDEA        ERFA__STATUS__STATUS_IDEA
#define PLANNED     ERFA__STATUS__STATUS_PLANNED
#define ACTIVE      ERFA__STATUS__STATUS_ACTIVE
#define PAUSED      ERFA__STATUS__STATUS_PAUSED
#define COMPLETED   ERFA__STATUS__STATUS_COMPLETED
#define STOPPED     ERFA__STATUS__STATUS_STOPPED
#define NOT_STARTED ERFA__STATUS__STATUS_NOT_STARTED

/* ---- telling ---- */

static bool
is_empty(const char *text)
{
	return text == NULL || text[strspn(text, " \t\r\n")] == '\0';
}

/* How people call the record; NULL if it is new and they cannot yet. */
static const char *
trial_name(const struct node_gate *gate, char out[RECORD_ID_CHARS + 1])
{
	struct node *node = gate->node;

	if (gate->is_new)
		return NULL;
	if (query_shown_id(node->query, node->config->org, gate->record, out) !=
	    ERR_NONE)
		record_print(
		    node->config->org, gate->record, RECORD_CHARS, out);
	return out;
}

/* Tell every finding: the field, the sentence, and the command that helps. */
static enum err
tell(const struct node_gate *gate, const struct life_list *list)
{
	char id[RECORD_ID_CHARS + 1];
	const char *name = trial_name(gate, id);
	char *what = NULL;
	char *remedy = NULL;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < list->count && err == ERR_NONE; i++) {
		err = life_fill(
		    life_sentence(list->at[i].code), &list->at[i], name, &what);
		if (err == ERR_NONE)
			err = life_fill(life_command(list->at[i].code),
			    &list->at[i], name, &remedy);
		if (err == ERR_NONE)
			gate->refuse(gate->context, &list->at[i],
			    list->at[i].field, what, remedy);
		free(what);
		free(remedy);
		what = remedy = NULL;
	}
	return err;
}

/* ---- a trial ---- */

/* The step that leads to ${to}: the one that is refused, if there is none. */
static enum life_action
step_to(Erfa__Status to)
{
	if (to == PLANNED)
		return LIFE_PLAN;
	if (to == ACTIVE)
		return LIFE_START;
	if (to == PAUSED)
		return LIFE_PAUSE;
	return to == COMPLETED ? LIFE_FINISH : LIFE_STOP;
}

static bool
is_same_message(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
	size_t len;
	uint8_t *bytes;
	bool same = false;

	if (a == NULL || b == NULL)
		return a == b;
	len = protobuf_c_message_get_packed_size(a);
	if (len != protobuf_c_message_get_packed_size(b))
		return false;
	if ((bytes = malloc(2 * len + 1)) != NULL) {
		(void)protobuf_c_message_pack(a, bytes);
		(void)protobuf_c_message_pack(b, bytes + len);
		same = memcmp(bytes, bytes + len, len) == 0;
	}
	free(bytes);
	return same;
}

/* What is done with a trial that stays where it is.  To give it an owner it
 * need not be anchored yet, and the other way round. */
static enum life_action
change_of(const Erfa__Trial *before, const Erfa__Trial *after)
{
	const ProtobufCMessage *owner = (const void *)after->owner;
	const ProtobufCMessage *anchoring = (const void *)after->anchoring;
	bool same_owner = is_same_message((const void *)before->owner, owner);
	bool same_anchoring = is_same_message(
	    (const void *)before->anchoring, anchoring);

	if (!same_owner && same_anchoring)
		return LIFE_OWN;
	return same_owner && !same_anchoring ? LIFE_ANCHOR : LIFE_EDIT;
}

static bool
is_correction(const Erfa__Body *body)
{
	return body->envelope->has_amendment_kind &&
	    body->envelope->amendment_kind ==
	    ERFA__AMENDMENT_KIND__AMENDMENT_KIND_CORRECTION;
}

/* Refuse what no command of life can have meant. */
static enum err
refuse_status(const struct node_gate *gate, Erfa__Status from, Erfa__Status to)
{
	char what[128];

	(void)snprintf(what, sizeof(what),
	    "a trial that is %s cannot become %s, except as a correction",
	    life_status_name(from), life_status_name(to));
	gate->refuse(gate->context, NULL, "trial.status", what,
	    "set envelope.amendmentKind to AMENDMENT_KIND_CORRECTION if the "
	    "status was wrong");
	return ERR_NONE;
}

/* Judge the step from ${from} to ${to}; ${it} has the new trial with the old
 * status. */
static enum err
judge_step(const struct node_gate *gate, const struct life_case *it,
    Erfa__Status from, Erfa__Status to)
{
	struct life_list always = { .count = 0 };
	struct life_report report;
	enum err err;

	/* What every trial has, it keeps. */
	life_missing(it, "A", &always);
	if ((err = tell(gate, &always)) != ERR_NONE)
		return err;
	if (is_correction(gate->after) && from != to)
		life_check_status(it, to, &report);
	else if (from != to)
		life_check(it, step_to(to), &report);
	else
		life_check(it,
		    change_of(gate->before->trial, gate->after->trial),
		    &report);
	if (report.allowed && report.status != to)
		return refuse_status(gate, from, to);
	return tell(gate, &report.blocks);
}

/* Judge a trial that nobody has seen before: it may be anywhere in its life,
 * with the answers that are due until there. */
static enum err
judge_first(const struct node_gate *gate, const struct life_case *it,
    Erfa__Status status)
{
	struct life_report report = { .allowed = false };

	if (status == ACTIVE || status == PAUSED)
		life_check(it, LIFE_START, &report);
	else if (status == COMPLETED)
		life_missing(it, "APSXF", &report.blocks);
	else if (status == STOPPED)
		life_missing(it, "APSX", &report.blocks);
	else if (status == PLANNED)
		life_missing(it, "AP", &report.blocks);
	else if (status == IDEA || status == NOT_STARTED)
		life_missing(it, "A", &report.blocks);
	else
		gate->refuse(gate->context, NULL, "trial.status",
		    "only a record that tells what a source says may have "
		    "this status",
		    "leave trial.status out");
	return tell(gate, &report.blocks);
}

/* A record of one's own stays one: else no gate would hold. */
static enum err
judge_transcribed(const struct node_gate *gate)
{
	if (gate->before != NULL && !life_is_transcribed(gate->before))
		gate->refuse(gate->context, NULL, "envelope.transcribed",
		    "the record is this municipality's own and cannot become "
		    "what a source says",
		    "leave envelope.transcribed out");
	return ERR_NONE;
}

static enum err
judge_trial(const struct node_gate *gate)
{
	Erfa__Body copy = *gate->after;
	Erfa__Trial trial = *gate->after->trial;
	const struct docket_trial asked = {
		.org = gate->node->config->org,
		.own_org = gate->node->config->org,
		.record = gate->record,
		.body = &copy,
		.more = gate->more,
		.nmore = gate->nmore,
	};
	struct life_list same = { .count = 0 };
	bool is_first = gate->before == NULL ||
	    gate->before->record_case != ERFA__BODY__RECORD_TRIAL ||
	    life_is_transcribed(gate->before);
	Erfa__Status from = is_first ? IDEA : life_status(gate->before);
	Erfa__Status to = life_status(gate->after);
	struct docket *docket;
	enum err err;

	if (life_is_transcribed(gate->after))
		return judge_transcribed(gate);
	life_same_numbers(gate->after->trial, &same);
	if ((err = tell(gate, &same)) != ERR_NONE)
		return err;

	/* Judged is the new trial, as long as it is where the old one was. */
	trial.has_status = true;
	trial.status = from;
	copy.trial = &trial;
	err = query_case(gate->node->query, &asked, &docket);
	if (err != ERR_NONE)
		return err;
	err = is_first ? judge_first(gate, docket_case(docket), to) :
			 judge_step(gate, docket_case(docket), from, to);
	docket_free(docket);
	return err;
}

/* ---- a programme, a decision ---- */

static enum err
judge_programme(const struct node_gate *gate)
{
	const Erfa__Programme *before = NULL;
	struct life_list blocks = { .count = 0 };
	bool started = false;
	char today[16];
	enum err err;

	if (life_is_transcribed(gate->after))
		return ERR_NONE;
	if (gate->before != NULL &&
	    gate->before->record_case == ERFA__BODY__RECORD_PROGRAMME) {
		before = gate->before->programme;
		err = query_started(gate->node->query, gate->node->config->org,
		    gate->record, &started);
		if (err != ERR_NONE)
			return err;
	}
	docket_today(today);
	life_programme(before, gate->after->programme, started, today, &blocks);
	return tell(gate, &blocks);
}

/* What the authority itself owes those who asked. */
static void
judge_answer(const struct node_gate *gate)
{
	const Erfa__Decision *decision = gate->after->decision;
	Erfa__Outcome outcome = decision->outcome;

	if (!decision->has_outcome || outcome == ERFA__OUTCOME__OUTCOME_UNSET) {
		gate->refuse(gate->context, NULL, "decision.outcome",
		    "The answer is missing.",
		    "erfa decide TRIAL --outcome OUTCOME");
		return;
	}
	if (outcome == ERFA__OUTCOME__OUTCOME_APPROVED_WITH_CONDITIONS &&
	    decision->n_conditions == 0)
		gate->refuse(gate->context, NULL, "decision.conditions",
		    "The conditions are missing.",
		    "erfa decide TRIAL --condition TEXT");
	if ((outcome == ERFA__OUTCOME__OUTCOME_REJECTED ||
		outcome == ERFA__OUTCOME__OUTCOME_PARTLY_APPROVED ||
		outcome == ERFA__OUTCOME__OUTCOME_RETURNED) &&
	    is_empty(decision->reason))
		gate->refuse(gate->context, NULL, "decision.reason",
		    "The reason is missing.",
		    "erfa decide TRIAL --reason TEXT");
	if (outcome != ERFA__OUTCOME__OUTCOME_PENDING &&
	    is_empty(decision->plain_summary))
		gate->refuse(gate->context, NULL, "decision.plain_summary",
		    "What they may and may not do is missing, in plain words.",
		    "erfa decide TRIAL --plain TEXT");
}

static enum err
judge_decision(const struct node_gate *gate)
{
	const Erfa__Decision *decision = gate->after->decision;
	const Erfa__OrgRef *authority = decision->authority;
	const char *own = gate->node->config->org;
	bool own_word = false;
	char what[256];
	enum err err;

	if (life_is_transcribed(gate->after)) {
		if (is_empty(decision->ref) &&
		    gate->after->envelope->n_sources == 0)
			gate->refuse(gate->context, NULL, "decision.ref",
			    "A decision of somebody else needs a reference: "
			    "the letter or the case.",
			    "erfa decide TRIAL --authority ORG --ref REF");
		return ERR_NONE;
	}
	if (authority != NULL && authority->id != NULL) {
		err = query_speaks(
		    gate->node->query, own, authority->id, &own_word);
		if (err != ERR_NONE)
			return err;
	}
	if (own_word) {
		judge_answer(gate);
		return ERR_NONE;
	}
	(void)snprintf(what, sizeof(what),
	    "Only %.100s itself may write its decision; others transcribe it, "
	    "with a reference.",
	    authority == NULL ? "the authority" : life_org_name(authority));
	gate->refuse(gate->context, NULL, "decision.authority", what,
	    "erfa decide TRIAL --authority ORG --ref REF");
	return ERR_NONE;
}

enum err
node_gate(const struct node_gate *gate)
{
	if (gate->after->record_case == ERFA__BODY__RECORD_TRIAL)
		return judge_trial(gate);
	if (gate->after->record_case == ERFA__BODY__RECORD_PROGRAMME)
		return judge_programme(gate);
	if (gate->after->record_case == ERFA__BODY__RECORD_DECISION)
		return judge_decision(gate);
	return ERR_NONE;
}

/* ---- the version ---- */

enum err
node_gate_version(const struct query_record *before, const Erfa__Body *after,
    uint32_t *ret_major, uint32_t *ret_minor)
{
	Erfa__Envelope envelope = ERFA__ENVELOPE__INIT;
	Erfa__Body old = ERFA__BODY__INIT;
	struct diff diff = { .count = 0 };
	enum err err;

	if (before->body != NULL) {
		err = diff_bodies(before->body, after, &diff);
		if (err != ERR_NONE && err != ERR_SYNTAX)
			return err;
	}

	/* The header tells the version, also if the body is gone. */
	envelope.has_major = envelope.has_minor = true;
	envelope.major = before->major == 0 ? 1 : before->major;
	envelope.minor = before->minor;
	old.envelope = &envelope;
	life_version(&old, &diff, ret_major, ret_minor);
	diff_clear(&diff);
	return ERR_NONE;
}
