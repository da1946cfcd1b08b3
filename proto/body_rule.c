#include "proto/body_rule.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/limits.h"

#define DATE_LEN  10 /* "2016-12-31" */
#define TIME_LEN  20 /* "2016-12-31T12:00:00Z" */
#define FIELD_MAX 80 /* "Message.field" */

#define RECORD_CHARS BYTES_BASE32_CHARS(RECORD_LEN)

/* Sorted by field; 0 means the general limit. */
static const struct body_rule rules[] = {
	{ "Adaptation.changed_fields", 100, 0, FORM_TEXT },
	{ "Adaptation.from_text", 500, 0, FORM_TEXT },
	{ "Adaptation.heard_via", 200, 0, FORM_TEXT },
	{ "Adaptation.nature", 0, 16, FORM_TEXT },
	{ "Adaptation.reason", 0, 16, FORM_TEXT },
	{ "Anchoring.date", 0, 0, FORM_DATE },
	{ "Anchoring.delegation", 500, 0, FORM_TEXT },
	{ "Anchoring.local_name", 200, 0, FORM_TEXT },
	{ "Anchoring.ref", 500, 0, FORM_TEXT },
	{ "Anchoring.valid_until", 0, 0, FORM_DATE },
	{ "Application.applicants", 0, 200, FORM_TEXT },
	{ "Application.submitted_on", 0, 0, FORM_DATE },
	{ "Barrier.discovered_on", 0, 0, FORM_DATE },
	{ "Barrier.text", 1000, 0, FORM_TEXT },
	{ "BudgetCalendar.adoption_month", 0, 0, FORM_MONTH },
	{ "BudgetCalendar.proposal_month", 0, 0, FORM_MONTH },
	{ "Circumstance.concept", 100, 0, FORM_TEXT },
	{ "Circumstance.text", 500, 0, FORM_TEXT },
	{ "Comment.body", 4000, 0, FORM_TEXT },
	{ "Commitment.text", 500, 0, FORM_TEXT },
	{ "Commitment.until", 0, 0, FORM_DATE },
	{ "Condition.due", 0, 0, FORM_DATE },
	{ "Condition.met_on", 0, 0, FORM_DATE },
	{ "Condition.text", 1000, 0, FORM_TEXT },
	{ "Continuation.law_ref", 500, 0, FORM_TEXT },
	{ "Continuation.text", 1000, 0, FORM_TEXT },
	{ "Decision.decided_on", 0, 0, FORM_DATE },
	{ "Decision.plain_summary", 280, 0, FORM_TEXT },
	{ "Decision.ref", 500, 0, FORM_TEXT },
	{ "Decision.valid_to", 0, 0, FORM_DATE },
	{ "Directory.address", 255, 0, FORM_TEXT },
	{ "Directory.contact_role", 100, 0, FORM_TEXT },
	{ "Directory.mailbox", 200, 0, FORM_TEXT },
	{ "Directory.name", 200, 0, FORM_TEXT },
	{ "Envelope.amended_at", 0, 0, FORM_TIME },
	{ "Envelope.amendment_note", 200, 0, FORM_TEXT },
	{ "Envelope.as_of", 0, 0, FORM_DATE },
	{ "Envelope.external_id", 200, 0, FORM_TEXT },
	{ "Envelope.id", 0, 0, FORM_RECORD },
	{ "Envelope.language", 0, 0, FORM_LANGUAGE },
	{ "Envelope.licence", 50, 0, FORM_TEXT },
	{ "Envelope.published_at", 0, 0, FORM_TIME },
	{ "Envelope.publisher", 0, 0, FORM_ORG },
	{ "Envelope.reported_sector", 100, 0, FORM_TEXT },
	{ "Envelope.reported_status", 100, 0, FORM_TEXT },
	{ "Envelope.sources", 0, 32, FORM_TEXT },
	{ "Exemption.authorities", 0, 16, FORM_TEXT },
	{ "Exemption.key", 300, 0, FORM_TEXT },
	{ "Exemption.provision", 500, 0, FORM_TEXT },
	{ "Exemption.provision_url", 2000, 0, FORM_TEXT },
	{ "Exemption.replacement_rule", 1000, 0, FORM_TEXT },
	{ "Exemption.valid_from", 0, 0, FORM_DATE },
	{ "Exemption.valid_to", 0, 0, FORM_DATE },
	{ "Exemption.why", 500, 0, FORM_TEXT },
	{ "Experience.conditions", 0, 16, FORM_TEXT },
	{ "Experience.domains", 0, 10, FORM_TEXT },
	{ "Experience.for_whom", 0, 16, FORM_TEXT },
	{ "Experience.lessons", 1000, 0, FORM_TEXT },
	{ "Experience.reported", 1000, 0, FORM_TEXT },
	{ "Experience.what_did_not", 4000, 0, FORM_TEXT },
	{ "Experience.what_worked", 4000, 0, FORM_TEXT },
	{ "ExtraAnswer.name", 40, 0, FORM_TEXT },
	{ "ExtraAnswer.text", 1000, 0, FORM_TEXT },
	{ "ExtraField.due", 1, 0, FORM_TEXT },
	{ "ExtraField.label", 0, 16, FORM_TEXT },
	{ "ExtraField.name", 40, 0, FORM_TEXT },
	{ "Goal.success_criterion", 500, 0, FORM_TEXT },
	{ "Goal.text", 500, 0, FORM_TEXT },
	{ "Governance.role", 200, 0, FORM_TEXT },
	{ "Group.founder", 0, 0, FORM_HEX64 },
	{ "Group.group", 0, 0, FORM_HEX16 },
	{ "Group.members", 0, 500, FORM_TEXT },
	{ "Group.name", 200, 0, FORM_TEXT },
	{ "Group.purpose", 500, 0, FORM_TEXT },
	{ "Group.seed", 0, 0, FORM_HEX16 },
	{ "GroupMember.key", 0, 0, FORM_HEX64 },
	{ "Guardrail.text", 500, 0, FORM_TEXT },
	{ "Indicator.code", 100, 0, FORM_TEXT },
	{ "Indicator.conversion", 0, 16, FORM_TEXT },
	{ "Indicator.definition", 1000, 0, FORM_TEXT },
	{ "Indicator.name", 200, 0, FORM_TEXT },
	{ "Indicator.unit", 50, 0, FORM_TEXT },
	{ "Label.language", 0, 0, FORM_LANGUAGE },
	{ "Label.text", 1000, 0, FORM_TEXT },
	{ "Network.approach", 0, 4, FORM_TEXT },
	{ "Network.country", 0, 0, FORM_COUNTRY },
	{ "Network.members", 0, 500, FORM_TEXT },
	{ "Network.name", 200, 0, FORM_TEXT },
	{ "Network.programmes", 0, 16, FORM_TEXT },
	{ "Network.purpose", 0, 8, FORM_TEXT },
	{ "Network.sector", 0, 20, FORM_TEXT },
	{ "Network.theme", 500, 0, FORM_TEXT },
	{ "Network.trust_relation", 0, 4, FORM_TEXT },
	{ "NextStep.role", 100, 0, FORM_TEXT },
	{ "NextStep.what", 500, 0, FORM_TEXT },
	{ "NextStep.when", 0, 0, FORM_DATE },
	{ "Observation.cluster_size", 0, 0, FORM_OVER_0 },
	{ "Observation.scale", 100, 0, FORM_TEXT },
	{ "Observation.unit", 50, 0, FORM_TEXT },
	{ "OrgRef.id", 0, 0, FORM_ORG },
	{ "OrgRef.name", 200, 0, FORM_TEXT },
	{ "Owner.accepted_on", 0, 0, FORM_DATE },
	{ "Owner.role", 100, 0, FORM_TEXT },
	{ "Owner.unit", 200, 0, FORM_TEXT },
	{ "Partner.name", 200, 0, FORM_TEXT },
	{ "PartyInvolvement.endorsed_on", 0, 0, FORM_DATE },
	{ "Period.end", 0, 0, FORM_DATE },
	{ "Period.start", 0, 0, FORM_DATE },
	{ "Profile.contact_role", 100, 0, FORM_TEXT },
	{ "Profile.mailbox", 200, 0, FORM_TEXT },
	{ "Profile.name", 0, 16, FORM_TEXT },
	{ "Profile.org", 0, 0, FORM_ORG },
	{ "Profile.roles", 0, 8, FORM_TEXT },
	{ "Profile.valid_from", 0, 0, FORM_DATE },
	{ "Profile.valid_to", 0, 0, FORM_DATE },
	{ "Programme.announced_on", 0, 0, FORM_DATE },
	{ "Programme.approach", 0, 4, FORM_TEXT },
	{ "Programme.areas", 200, 0, FORM_TEXT },
	{ "Programme.country", 0, 0, FORM_COUNTRY },
	{ "Programme.guardrails", 500, 0, FORM_TEXT },
	{ "Programme.legal_basis", 500, 0, FORM_TEXT },
	{ "Programme.members", 0, 500, FORM_TEXT },
	{ "Programme.name", 200, 0, FORM_TEXT },
	{ "Programme.purpose", 0, 8, FORM_TEXT },
	{ "Programme.required_extra", 0, 3, FORM_TEXT },
	{ "Programme.sector", 0, 20, FORM_TEXT },
	{ "Programme.stable_until", 0, 0, FORM_DATE },
	{ "Programme.trust_relation", 0, 4, FORM_TEXT },
	{ "ProgrammeMember.area", 200, 0, FORM_TEXT },
	{ "ProjectOrganisation.development_guide", 200, 0, FORM_TEXT },
	{ "ProjectOrganisation.line_contact", 200, 0, FORM_TEXT },
	{ "ProjectOrganisation.steering_group", 200, 0, FORM_TEXT },
	{ "Rate.exposure_unit", 50, 0, FORM_TEXT },
	{ "Recipe.dose", 1000, 0, FORM_TEXT },
	{ "Recipe.materials", 1000, 0, FORM_TEXT },
	{ "Recipe.mode", 1000, 0, FORM_TEXT },
	{ "Recipe.place", 1000, 0, FORM_TEXT },
	{ "Recipe.provider", 1000, 0, FORM_TEXT },
	{ "Recipe.tailoring", 1000, 0, FORM_TEXT },
	{ "RecordRef.id", 0, 0, FORM_RECORD },
	{ "ReportedFigure.after", 32, 0, FORM_TEXT },
	{ "ReportedFigure.before", 32, 0, FORM_TEXT },
	{ "ReportedFigure.comparison", 500, 0, FORM_TEXT },
	{ "ReportedFigure.indicator", 500, 0, FORM_TEXT },
	{ "ReportedFigure.n", 32, 0, FORM_TEXT },
	{ "ReportedFigure.note", 500, 0, FORM_TEXT },
	{ "ReportedFigure.unit", 50, 0, FORM_TEXT },
	{ "Resources.currency", 3, 0, FORM_TEXT },
	{ "Retraction.explanation", 1000, 0, FORM_TEXT },
	{ "Round.closes", 0, 0, FORM_DATE },
	{ "Round.decision_due", 0, 0, FORM_DATE },
	{ "Round.opens", 0, 0, FORM_DATE },
	{ "Round.title", 120, 0, FORM_TEXT },
	{ "Source.commissioner", 200, 0, FORM_TEXT },
	{ "Source.isbn", 20, 0, FORM_TEXT },
	{ "Source.page", 50, 0, FORM_TEXT },
	{ "Source.performer", 200, 0, FORM_TEXT },
	{ "Source.publisher", 200, 0, FORM_TEXT },
	{ "Source.title", 500, 0, FORM_TEXT },
	{ "Source.url", 2000, 0, FORM_TEXT },
	{ "Source.year", 0, 0, FORM_YEAR },
	{ "Term.broad_match", 200, 0, FORM_TEXT },
	{ "Term.broader", 100, 0, FORM_TEXT },
	{ "Term.close_match", 200, 0, FORM_TEXT },
	{ "Term.concept", 100, 0, FORM_TEXT },
	{ "Term.definition", 0, 16, FORM_TEXT },
	{ "Term.exact_match", 200, 0, FORM_TEXT },
	{ "Term.narrower", 100, 0, FORM_TEXT },
	{ "Term.notation", 100, 0, FORM_TEXT },
	{ "Term.pref_label", 0, 16, FORM_TEXT },
	{ "Term.related", 100, 0, FORM_TEXT },
	{ "Term.replaced_by", 100, 0, FORM_TEXT },
	{ "Trial.approach", 0, 4, FORM_TEXT },
	{ "Trial.competence_needs", 200, 0, FORM_TEXT },
	{ "Trial.core_elements", 500, 0, FORM_TEXT },
	{ "Trial.demands", 500, 0, FORM_TEXT },
	{ "Trial.extra_answers", 0, 3, FORM_TEXT },
	{ "Trial.freedom_to", 500, 0, FORM_TEXT },
	{ "Trial.goals", 0, 3, FORM_TEXT },
	{ "Trial.indicators", 0, 5, FORM_TEXT },
	{ "Trial.keywords", 100, 0, FORM_TEXT },
	{ "Trial.mandate", 500, 0, FORM_TEXT },
	{ "Trial.next_steps", 0, 32, FORM_TEXT },
	{ "Trial.parties", 0, 16, FORM_TEXT },
	{ "Trial.purpose", 0, 8, FORM_TEXT },
	{ "Trial.sector", 0, 20, FORM_TEXT },
	{ "Trial.sites", 0, 200, FORM_TEXT },
	{ "Trial.sites_text", 1000, 0, FORM_TEXT },
	{ "Trial.summary", 1000, 0, FORM_TEXT },
	{ "Trial.support_needs", 0, 8, FORM_TEXT },
	{ "Trial.support_offers", 0, 8, FORM_TEXT },
	{ "Trial.target_group", 500, 0, FORM_TEXT },
	{ "Trial.title", 120, 0, FORM_TEXT },
	{ "Trial.trust_relation", 0, 4, FORM_TEXT },
	{ "UnitConversion.factor", 0, 0, FORM_OVER_0 },
	{ "UnitConversion.source", 500, 0, FORM_TEXT },
	{ "UnitConversion.unit", 50, 0, FORM_TEXT },
};

static const char *const languages[] = { "da", "nb", "nn", "sv", "fi", "is",
	"en", "se", "fo", "kl" };

static int
rule_compare(const void *key, const void *rule)
{
	return strcmp(key, ((const struct body_rule *)rule)->field);
}

/* Read exactly ${digits} digits at ${text}; -1 if they are not there. */
static int
number_read(const char *text, size_t digits)
{
	int number = 0;
	size_t i;

	for (i = 0; i < digits; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Whether the first ${len} bytes of ${text} are a year, a month or a day. */
static bool
date_valid(const char *text, size_t len)
{
	int year;
	int month;
	int day;

	if ((len != 4 && len != 7 && len != DATE_LEN) ||
	    (year = number_read(text, 4)) < 0)
		return false;
	if (len == 4)
		return true;
	month = number_read(text + 5, 2);
	if (text[4] != '-' || month < 1 || month > 12)
		return false;
	if (len == 7)
		return true;
	day = number_read(text + 8, 2);
	return text[7] == '-' && day >= 1 && day <= days_of_month(year, month);
}

static bool
time_valid(const char *text)
{
	int hour;
	int minute;
	int second;

	if (strlen(text) != TIME_LEN || !date_valid(text, DATE_LEN) ||
	    text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
	    text[19] != 'Z')
		return false;
	hour = number_read(text + 11, 2);
	minute = number_read(text + 14, 2);
	second = number_read(text + 17, 2);
	return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 &&
	    second >= 0 && second < 60;
}

static bool
language_valid(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
		if (strcmp(text, languages[i]) == 0)
			return true;
	}
	return false;
}

static bool
country_valid(const char *text)
{
	return strlen(text) == 2 && text[0] >= 'a' && text[0] <= 'z' &&
	    text[1] >= 'a' && text[1] <= 'z';
}

/* [a-z0-9-], 2 to 32 characters, of the first ${len} bytes. */
static bool
org_valid(const char *text, size_t len)
{
	return len >= 2 && len <= ORG_MAX &&
	    strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") >= len;
}

/* A full id in the one spelling that we write. */
static bool
record_valid(const char *text)
{
	const char *slash = strchr(text, '/');
	uint8_t record[RECORD_LEN];
	char again[RECORD_CHARS + 1];

	if (slash == NULL || !org_valid(text, (size_t)(slash - text)) ||
	    bytes_unbase32(slash + 1, strlen(slash + 1), record,
		sizeof(record)) != ERR_NONE)
		return false;
	bytes_base32(record, sizeof(record), again);
	return strcmp(slash + 1, again) == 0;
}

static bool
hex_valid(const char *text, size_t digits)
{
	return strlen(text) == digits &&
	    strspn(text, "0123456789abcdef") == digits;
}

struct body_rule
body_rule_find(const char *message, const char *field)
{
	struct body_rule rule = { "", 0, 0, FORM_TEXT };
	const struct body_rule *found = NULL;
	char key[FIELD_MAX];
	int len;

	len = snprintf(key, sizeof(key), "%s.%s", message, field);
	if (len > 0 && (size_t)len < sizeof(key))
		found = bsearch(key, rules, sizeof(rules) / sizeof(rules[0]),
		    sizeof(rules[0]), rule_compare);
	if (found != NULL)
		rule = *found;
	if (rule.chars == 0)
		rule.chars = BODY_CHARS;
	if (rule.items == 0)
		rule.items = BODY_ITEMS;
	return rule;
}

bool
body_form_valid(enum body_form form, const char *text)
{
	switch (form) {
	case FORM_TEXT:
		return true;
	case FORM_DATE:
		return date_valid(text, strlen(text));
	case FORM_TIME:
		return time_valid(text);
	case FORM_ORG:
		return org_valid(text, strlen(text));
	case FORM_LANGUAGE:
		return language_valid(text);
	case FORM_COUNTRY:
		return country_valid(text);
	case FORM_RECORD:
		return record_valid(text);
	case FORM_HEX16:
		return hex_valid(text, 16);
	case FORM_HEX64:
		return hex_valid(text, 64);
	case FORM_YEAR:
	case FORM_MONTH:
	case FORM_OVER_0:
		return false;
	}
	return false;
}

bool
body_form_number(enum body_form form, long long number)
{
	if (form == FORM_YEAR)
		return number >= 1000 && number <= 9999;
	if (form == FORM_MONTH)
		return number >= 1 && number <= 12;
	return true;
}

bool
body_form_real(enum body_form form, double number)
{
	return form != FORM_OVER_0 || number > 0;
}

const char *
body_form_says(enum body_form form)
{
	switch (form) {
	case FORM_TEXT:
		return "text";
	case FORM_DATE:
		return "a year, month or day that exists, as 2016, 2016-12 or "
		       "2016-12-31";
	case FORM_TIME:
		return "a time in UTC, as 2016-12-31T12:00:00Z";
	case FORM_ORG:
		return "an organisation's id, as dk-791";
	case FORM_LANGUAGE:
		return "one of da nb nn sv fi is en se fo kl";
	case FORM_COUNTRY:
		return "a country, as dk";
	case FORM_RECORD:
		return "a whole record id, as dk-791/ and 26 lower-case "
		       "characters";
	case FORM_HEX16:
		return "16 lower-case hexadecimal digits";
	case FORM_HEX64:
		return "64 lower-case hexadecimal digits";
	case FORM_YEAR:
		return "a year from 1000 to 9999";
	case FORM_MONTH:
		return "a month from 1 to 12";
	case FORM_OVER_0:
		return "over 0";
	}
	return "text";
}
