#include "proto/life_say.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/say.h"

#define PLACE_MAX 12 /* bytes of a place's name, the NUL counted */

struct said {
	const char *name;
	const char *sentence;
	const char *command;
};

static const struct said says[LIFE_CODES] = {
	[LIFE_NONE] = { "none", "", "" },

	[LIFE_OVER] = { "over",
	    SAY("The trial is over ({state}); it can be copied, not taken up "
		"again."),
	    "erfa adapt {trial}" },
	[LIFE_ALREADY] = { "already", SAY("The trial is {state} already."),
	    "" },
	[LIFE_NOT_RUNNING] = { "not_running",
	    SAY("The trial has not started ({state})."), "erfa start {trial}" },
	[LIFE_GIVEN_UP] = { "given_up",
	    SAY("The trial was given up before it started; plan it anew."),
	    "erfa plan {trial}" },
	[LIFE_TOLD] = { "told",
	    SAY("The record tells what a source says of a trial; the "
		"municipality whose trial it is can claim it."),
	    "erfa claim {trial}" },

	[LIFE_NEED_TITLE] = { "need_title", SAY("The title is missing."),
	    "erfa edit {trial} --set title=TITLE" },
	[LIFE_NEED_SUMMARY] = { "need_summary",
	    SAY("The summary is missing: the problem and the idea."),
	    "erfa edit {trial} --set summary=TEXT" },
	[LIFE_NEED_SECTOR] = { "need_sector",
	    SAY("The field of work is missing."),
	    "erfa edit {trial} --set sector=SECTOR" },
	[LIFE_NEED_GOAL] = { "need_goal", SAY("No goal is given."),
	    "erfa plan {trial} --goal TEXT" },
	[LIFE_NEED_CRITERION] = { "need_criterion",
	    SAY("No goal says how one will see that it was reached."),
	    "erfa plan {trial} --criterion TEXT" },
	[LIFE_NEED_PERIOD] = { "need_period",
	    SAY("From when to when it runs is missing."),
	    "erfa plan {trial} --from DATE --to DATE" },
	[LIFE_NEED_OWNER] = { "need_owner",
	    SAY("Nobody here has taken it on: the local owner is missing."),
	    "erfa own {trial} --unit UNIT --role ROLE" },
	[LIFE_NEED_ANCHORING] = { "need_anchoring",
	    SAY("The local anchoring is missing: which body decided, and "
		"when."),
	    "erfa anchor {trial} --body council --date DATE" },
	[LIFE_NEED_VERDICT] = { "need_verdict",
	    SAY("Whether it worked is missing."),
	    "erfa learn {trial} --verdict VERDICT" },
	[LIFE_NEED_WORKED] = { "need_worked",
	    SAY("What worked is missing; \"nothing\" is an answer."),
	    "erfa learn {trial} --worked TEXT" },
	[LIFE_NEED_NOT_WORKED] = { "need_not_worked",
	    SAY("What did not work is missing; \"nothing\" is an answer."),
	    "erfa learn {trial} --not-worked TEXT" },
	[LIFE_NEED_CONDITIONS] = { "need_conditions",
	    SAY("Under which conditions, or for whom, is missing."),
	    "erfa learn {trial} --condition TEXT" },
	[LIFE_NEED_PROVISION] = { "need_provision",
	    SAY("Which rule is in the way is missing (exemption {number})."),
	    "erfa exempt {trial} --provision TEXT" },
	[LIFE_NEED_WHY] = { "need_why",
	    SAY("How the rule hinders is missing (exemption {number})."),
	    "erfa exempt {trial} --why TEXT" },
	[LIFE_NEED_AUTHORITY] = { "need_authority",
	    SAY("Who must allow it is missing (exemption {number})."),
	    "erfa exempt {trial} --authority ORG" },
	[LIFE_NEED_EXTRA] = { "need_extra",
	    SAY("The programme's own question is not answered: {what}."),
	    "erfa edit {trial} --set extra.{name}=TEXT" },

	[LIFE_SAME_NUMBER] = { "same_number",
	    SAY("Two exemptions bear the number {number}: a decision cannot "
		"tell which of them it covers."),
	    "erfa edit {trial}" },

	[LIFE_G1_DELEGATION] = { "g1_delegation",
	    SAY("Only the workplace or the administration is behind it: record "
		"what the council has delegated."),
	    "erfa anchor {trial} --body workplace --delegated TEXT" },
	[LIFE_G1_BODY] = { "g1_body",
	    SAY("A rule from above the municipality is touched ({what}): the "
		"council or a committee must be behind it."),
	    "erfa anchor {trial} --body council --date DATE" },
	[LIFE_G1_AHEAD] = { "g1_ahead",
	    SAY("The body behind it decides only on {date}."),
	    "erfa anchor {trial} --body council --date DATE" },
	[LIFE_G1_OWNER_COPIED] = { "g1_owner_copied",
	    SAY("The owner is that of the trial it was copied from; say who "
		"takes it on here."),
	    "erfa own {trial} --unit UNIT --role ROLE" },
	[LIFE_G1_ANCHORING_COPIED] = { "g1_anchoring_copied",
	    SAY("The anchoring is that of the trial it was copied from; say "
		"which body here decided, and when."),
	    "erfa anchor {trial} --body council --date DATE" },

	[LIFE_G2_MISSING] = { "g2_missing",
	    SAY("{who} has not answered about {what}."), "erfa apply {trial}" },
	[LIFE_G2_PENDING] = { "g2_pending",
	    SAY("{who} has not decided yet about {what}."),
	    "erfa decide {trial} --authority {org} --outcome OUTCOME "
	    "--ref REF" },
	[LIFE_G2_REJECTED] = { "g2_rejected", SAY("{who} said no to {what}."),
	    "erfa edit {trial}" },
	[LIFE_G2_RETURNED] = { "g2_returned",
	    SAY("{who} sent the application about {what} back and wants more."),
	    "erfa apply {trial}" },
	[LIFE_G2_WITHDRAWN] = { "g2_withdrawn",
	    SAY("What was asked of {who} about {what} was withdrawn."),
	    "erfa apply {trial}" },
	[LIFE_G2_LAPSED] = { "g2_lapsed",
	    SAY("What was asked of {who} about {what} lapsed."),
	    "erfa apply {trial}" },
	[LIFE_G2_NOT_COVERED] = { "g2_not_covered",
	    SAY("{who} approved a part, and {what} is not in it."),
	    "erfa edit {trial}" },
	[LIFE_G2_UNCLEAR] = { "g2_unclear",
	    SAY("{who} approved a part, without saying whether {what} is in "
		"it."),
	    "erfa decide {trial} --authority {org} --covers {number}" },
	[LIFE_G2_EXPIRED] = { "g2_expired",
	    SAY("The permission of {who} about {what} ran out on {date}, "
		"before the start."),
	    "erfa apply {trial}" },

	[LIFE_WARN_CONDITION] = { "warn_condition",
	    SAY("{who} set condition {number}, not yet met: {what}"),
	    "erfa conditions {trial} --met {number}" },
	[LIFE_WARN_CONDITION_DUE] = { "warn_condition_due",
	    SAY("{who} set condition {number}, to be met by {date}: {what}"),
	    "erfa conditions {trial} --met {number}" },
	[LIFE_WARN_CONDITION_LATE] = { "warn_condition_late",
	    SAY("{who} set condition {number}, which was to be met by {date}: "
		"{what}"),
	    "erfa conditions {trial} --met {number}" },
	[LIFE_WARN_EXPIRED] = { "warn_expired",
	    SAY("The permission of {who} about {what} ran out on {date}."),
	    "erfa apply {trial}" },
	[LIFE_WARN_AHEAD] = { "warn_ahead",
	    SAY("The exemption from {what} holds only from {date}."), "" },
	[LIFE_WARN_ANCHORING_OLD] = { "warn_anchoring_old",
	    SAY("The anchoring was to be renewed after {date}."),
	    "erfa anchor {trial} --body council --date DATE" },
	[LIFE_WARN_NOT_STATED] = { "warn_not_stated",
	    SAY("It names {what}, but does not say that an exemption is "
		"needed."),
	    "erfa edit {trial} --set needs_exemption=yes" },
	[LIFE_WARN_DIFFERS] = { "warn_differs",
	    SAY("About {what}, {who} itself says something else than was "
		"written down here; its own word holds."),
	    "erfa show {trial}" },

	[LIFE_PROGRAMME_MANY] = { "programme_many",
	    SAY("A programme may ask three questions of its own, not "
		"{number}."),
	    "" },
	[LIFE_PROGRAMME_FROZEN] = { "programme_frozen",
	    SAY("A trial of the programme has started: its own questions stay "
		"as they are ({what})."),
	    "" },
	[LIFE_PROGRAMME_STABLE] = { "programme_stable",
	    SAY("The programme promised not to change its questions before "
		"{date} ({what})."),
	    "" },

	[LIFE_MAY_START] = { "may_start", SAY("May start"), "" },
	[LIFE_MAY_NOT_START] = { "may_not_start", SAY("May not start"), "" },
	[LIFE_PARTLY] = { "partly", SAY("Partly"), "" },
	[LIFE_MAY_GO_ON] = { "may_go_on", SAY("May go on"), "" },
	[LIFE_CLAIMS] = { "claims", SAY("Claims to be active"), "" },
	[LIFE_IS_OVER] = { "is_over", SAY("Over"), "" },
	[LIFE_FROM_SOURCE] = { "from_source", SAY("Told by a source"), "" },

	[LIFE_WHY_NOT_NEEDED] = { "not_needed",
	    SAY("nobody else has to allow it."), "" },
	[LIFE_WHY_NOT_STATED] = { "not_stated",
	    SAY("whether somebody has to allow it is not stated."), "" },
	[LIFE_WHY_GRANTED] = { "granted", SAY("allowed by {who}."), "" },
	[LIFE_WHY_CONDITIONS] = { "conditions",
	    SAY("allowed by {who}; conditions not yet met: {number}."), "" },
	[LIFE_WHY_IN_PART] = { "in_part",
	    SAY("{who} allowed a part of what was asked."), "" },
	[LIFE_WHY_EXPIRED] = { "expired",
	    SAY("but the permission of {who} ran out on {date}."), "" },
	[LIFE_WHY_RAN_OUT] = { "ran_out",
	    SAY("the permission of {who} ran out on {date}."), "" },
	[LIFE_WHY_WAITING] = { "waiting", SAY("waiting for {who}."), "" },
	[LIFE_WHY_NOBODY] = { "nobody",
	    SAY("an exemption is needed, and nobody has been asked."), "" },
	[LIFE_WHY_REFUSED] = { "refused", SAY("no permission from {who}."),
	    "" },
	[LIFE_WHY_PART_WAITING] = { "part_waiting",
	    SAY("{what} is allowed; waiting for {who}."), "" },
	[LIFE_WHY_PART_REFUSED] = { "part_refused",
	    SAY("{what} is allowed; no permission from {who}."), "" },
	[LIFE_WHY_ANSWERS] = { "answers", SAY("answers missing: {number}."),
	    "" },
	[LIFE_WHY_STATE] = { "state", SAY("{state}."), "" },
	[LIFE_WHY_NOT_KNOWN] = { "not_known",
	    SAY("what it may and may not do is not known here."), "" },
};

void
life_add(struct life_list *list, const struct life_finding *finding)
{
	if (list->count == LIFE_FINDINGS_MAX)
		list->more++;
	else
		list->at[list->count++] = *finding;
}

size_t
life_total(const struct life_list *list)
{
	return list->count + list->more;
}

static const struct said *
said(enum life_code code)
{
	return &says[code < LIFE_CODES ? code : LIFE_NONE];
}

const char *
life_code_name(enum life_code code)
{
	return said(code)->name;
}

const char *
life_sentence(enum life_code code)
{
	return said(code)->sentence;
}

const char *
life_command(enum life_code code)
{
	return said(code)->command;
}

/* The argument for the place ${name}, or NULL. */
static const char *
argument(const struct life_finding *finding, const char *trial,
    const char *number, const char *name)
{
	const struct {
		const char *name;
		const char *value;
	} places[] = { { "trial", trial }, { "who", finding->who },
		{ "org", finding->org }, { "what", finding->what },
		{ "name", finding->name }, { "date", finding->date },
		{ "state", finding->state }, { "number", number } };

	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (strcmp(places[i].name, name) == 0)
			return places[i].value;
	}
	return NULL;
}

/* Read "{name}" at ${text}; return its length, or 0 if it is none. */
static size_t
place_read(const char *text, char name[PLACE_MAX])
{
	size_t len;

	if (text[0] != '{')
		return 0;
	len = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz");
	if (len == 0 || len >= PLACE_MAX || text[len + 1] != '}')
		return 0;
	memcpy(name, text + 1, len);
	name[len] = '\0';
	return len + 2;
}

static void
put_place(FILE *out, const char *name, const char *value)
{
	if (value == NULL) {
		for (; *name != '\0'; name++)
			(void)fputc(toupper((unsigned char)*name), out);
	} else if (strcmp(name, "state") == 0) {
		for (; *value != '\0'; value++)
			(void)fputc(*value == '_' ? ' ' : *value, out);
	} else {
		(void)fputs(value, out);
	}
}

enum err
life_fill(const char *text, const struct life_finding *finding,
    const char *trial, char **ret_text)
{
	char number[16];
	char name[PLACE_MAX];
	char *buf = NULL;
	size_t size = 0;
	size_t len;
	bool failed;
	FILE *out = open_memstream(&buf, &size);

	if (out == NULL)
		return ERR_NOMEM;
	(void)snprintf(number, sizeof(number), "%u", (unsigned)finding->number);
	while (*text != '\0') {
		if ((len = place_read(text, name)) > 0)
			put_place(
			    out, name, argument(finding, trial, number, name));
		else
			(void)fputc(*text, out);
		text += len > 0 ? len : 1;
	}
	failed = ferror(out) != 0;
	if (fclose(out) != 0 || failed) {
		free(buf);
		return ERR_NOMEM;
	}
	*ret_text = buf;
	return ERR_NONE;
}
