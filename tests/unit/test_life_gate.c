#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/heirs.h"
#include "proto/life_gate.h"
#include "bodies.h"

#define TODAY    "2026-06-15"
#define MOST     4 /* decisions of one row */
#define TEXT_MAX 16384

#define MINE  "'envelope':{'id':'dk-791/a','publisher':'dk-791'}"
#define OWNED "'owner':{'unit':'Hjemmeplejen','role':'leder'}"
#define BEHIND(kind, rest)                         \
	"'anchoring':{'bodyKind':'BODY_KIND_" kind \
	"','date':'2026-05-01'" rest "}"
#define TRIAL(text) "{" MINE ",'trial':{" text "}}"

/* ---- G1 ---- */

static void
the_first_gate_asks_for_an_owner_and_an_anchoring(void **state)
{
#define NO_OWNER "Nobody here has taken it on: the local owner is missing."
#define NO_ANCHORING \
	"The local anchoring is missing: which body decided, and when."
#define NO_DELEGATION                                                    \
	"Only the workplace or the administration is behind it: record " \
	"what the council has delegated."
#define ABOVE(what)                                                      \
	"A rule from above the municipality is touched (" what "): the " \
	"council or a committee must be behind it."
#define RULE(level)                                                          \
	",'exemptions':[{'provision':'§ 83','level':'EXEMPTION_LEVEL_" level \
	"'}]"

	static const struct {
		const char *trial;
		const char *blocks;
		const char *warns;
	} rows[] = {
		{ TRIAL(""), NO_OWNER " | " NO_ANCHORING, "" },
		{ TRIAL(OWNED), NO_ANCHORING, "" },
		{ TRIAL(BEHIND("COUNCIL", "")), NO_OWNER, "" },
		{ TRIAL(OWNED "," BEHIND("COUNCIL", "")), "", "" },
		{ TRIAL(OWNED "," BEHIND("EXECUTIVE", "")), "", "" },
		{ TRIAL(OWNED "," BEHIND("COMMITTEE", "")), "", "" },
		{ TRIAL(OWNED "," BEHIND("UNSET", "")), NO_ANCHORING, "" },

		/* A workplace needs the council's delegation. */
		{ TRIAL(OWNED "," BEHIND("WORKPLACE", "")), NO_DELEGATION, "" },
		{ TRIAL(OWNED "," BEHIND("WORKPLACE", ",'delegation':' '")),
		    NO_DELEGATION, "" },
		{ TRIAL(
		      OWNED "," BEHIND("WORKPLACE", ",'delegation':'pkt. 4'")),
		    "", "" },
		{ TRIAL(OWNED "," BEHIND("ADMINISTRATION", "")), NO_DELEGATION,
		    "" },
		{ TRIAL(OWNED
		      "," BEHIND("ADMINISTRATION", ",'delegation':'pkt. 4'")),
		    "", "" },

		/* And has no say over rules from above. */
		{ TRIAL(OWNED "," BEHIND("WORKPLACE", ",'delegation':'pkt. 4'")
			  RULE("MUNICIPAL")),
		    "", "" },
		{ TRIAL(OWNED "," BEHIND("WORKPLACE", ",'delegation':'pkt. 4'")
			  RULE("WORKPLACE")),
		    "", "" },
		{ TRIAL(OWNED "," BEHIND("WORKPLACE", ",'delegation':'pkt. 4'")
			  RULE("ACT")),
		    ABOVE("§ 83"), "" },
		{ TRIAL(OWNED "," BEHIND("WORKPLACE", ",'delegation':'pkt. 4'")
			  RULE("GUIDELINE")),
		    ABOVE("§ 83"), "" },
		{ TRIAL(OWNED "," BEHIND("WORKPLACE", ",'delegation':'pkt. 4'")
			  RULE("UNSET")),
		    ABOVE("§ 83"), "" },
		{ TRIAL(OWNED "," BEHIND("WORKPLACE",
		      ",'delegation':'pkt. 4'") ",'exemptions':[{}]"),
		    ABOVE("?"), "" },
		{ TRIAL(OWNED "," BEHIND("WORKPLACE", ",'delegation':'pkt. 4'")
			  RULE("ACT") ",'needsExemption':'YES_NO_UNKNOWN'"),
		    "", "" },
		{ TRIAL(OWNED "," BEHIND("COUNCIL", "") RULE("ACT")), "", "" },

		/* A decision to come is none, an old one is worth a word. */
		{ TRIAL(OWNED ",'anchoring':{'bodyKind':'BODY_KIND_COUNCIL',"
			      "'date':'2026-06-16'}"),
		    "The body behind it decides only on 2026-06-16.", "" },
		{ TRIAL(OWNED ",'anchoring':{'bodyKind':'BODY_KIND_COUNCIL',"
			      "'date':'2026'}"),
		    "", "" },
		{ TRIAL(OWNED
		      "," BEHIND("COUNCIL", ",'validUntil':'2026-06-14'")),
		    "", "The anchoring was to be renewed after 2026-06-14." },
		{ TRIAL(OWNED "," BEHIND("COUNCIL", ",'validUntil':'2026-06'")),
		    "", "" },

		/* What a source tells passes no gate and is stopped by none. */
		{ "{'envelope':{'transcribed':true},'trial':{}}", "", "" },
	};

	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		Erfa__Body *trial = bodies_read(rows[i].trial);
		struct life_case it = { .today = TODAY, .trial = trial };
		struct life_list blocks = { .count = 0 };
		struct life_list warns = { .count = 0 };
		char *text;

		life_gate_own(&it, &blocks, &warns);
		text = bodies_said(&blocks, "TRIAL");
		assert_string_equal(text, rows[i].blocks);
		free(text);
		text = bodies_said(&warns, "TRIAL");
		assert_string_equal(text, rows[i].warns);
		free(text);
		body_free(trial);
	}
}

/* ---- G1: never inherited ---- */

#define OWNER_AS "'owner':{'unit':'Hjemmeplejen','acceptedOn':'2025-02-01'}"
#define ANCHORED_AS                                                        \
	"'anchoring':{'bodyKind':'BODY_KIND_COUNCIL','date':'2025-01-15'," \
	"'localName':'Byrådet','ref':'25/1'}"

static void
an_owner_and_an_anchoring_that_were_copied_do_not_count(void **state)
{
	Erfa__Body *copy = bodies_read(TRIAL(OWNER_AS "," ANCHORED_AS));
	Erfa__Body *origin = bodies_read(
	    "{'envelope':{'id':'dk-751/x','publisher':'dk-751'},"
	    "'trial':{" OWNER_AS "," ANCHORED_AS "}}");
	Erfa__Body *other = bodies_read(
	    "{'envelope':{'id':'dk-751/x','publisher':'dk-751'},'trial':{"
	    "'owner':{'unit':'Hjemmeplejen','acceptedOn':'2025-02-02'},"
	    "'anchoring':{'bodyKind':'BODY_KIND_COUNCIL','date':'2025-01-15',"
	    "'localName':'Byrådet'}}}");
	Erfa__Body *own = bodies_read(
	    "{'envelope':{'id':'dk-791/x','publisher':'dk-791'},"
	    "'trial':{" OWNER_AS "," ANCHORED_AS "}}");
	const Erfa__Body *origins[] = { other, own, origin };
	struct life_case it = {
		.today = TODAY, .trial = copy, .origins = origins, .norigins = 2
	};
	struct life_list blocks = { .count = 0 };
	struct life_list warns = { .count = 0 };
	char *text;

	(void)state;
	life_gate_own(&it, &blocks, &warns);
	assert_int_equal(blocks.count, 0);
	it.norigins = 3;
	life_gate_own(&it, &blocks, &warns);
	text = bodies_said(&blocks, "TRIAL");
	assert_string_equal(text,
	    "The owner is that of the trial it was copied from; say who takes "
	    "it on here. | The anchoring is that of the trial it was copied "
	    "from; say which body here decided, and when.");
	free(text);
	body_free(own);
	body_free(other);
	body_free(origin);
	body_free(copy);
}

/* ---- G2 ---- */

/* Two ministries, and rules that one or both must lift. */
#define ONE "{'id':'dk-o1','name':'Ministeriet'}"
#define TWO "{'id':'dk-o2'}"
#define EX(no, text)                      \
	"{'no':" no ",'provision':'§ " no \
	"','level':'EXEMPTION_LEVEL_ACT'," text "}"
#define NEEDS(exemptions) TRIAL("'exemptions':[" exemptions "]")
#define BY_ONE            NEEDS(EX("83", "'authorities':[" ONE "]"))
#define BY_BOTH           NEEDS(EX("83", "'authorities':[" ONE "," TWO "]"))
#define TWO_RULES                                         \
	NEEDS(EX("83", "'authorities':[" ONE "]") "," EX( \
	    "5", "'authorities':[" ONE "]"))

/* One that starts on a day, which is a fact or not, and how it stands. */
#define BEGINS(start, kind, status)                                     \
	TRIAL("'exemptions':[" EX("83",                                 \
	    "'authorities':[" ONE "]") "],"                             \
				       "'period':{'start':'" start      \
				       "','startKind':'DATE_KIND_" kind \
				       "'},'status':'STATUS_" status "'")
#define TOO_LATE(date)                                                   \
	"The permission of Ministeriet about § 83 ran out on " date ", " \
	"before the start."
#define RAN_OUT(date) \
	"The permission of Ministeriet about § 83 ran out on " date "."

/* A decision by the ministry's own node, and one written down here. */
#define SAYS(org, outcome, rest)                                            \
	"{'envelope':{'id':'" org "/d','publisher':'" org "'},'decision':{" \
	"'trial':{'id':'dk-791/a'},'authority':{'id':'" org "'},"           \
	"'outcome':'OUTCOME_" outcome "'" rest "}}"
#define TOLD(publisher, authority, outcome, rest)                         \
	"{'envelope':{'id':'" publisher "/t','publisher':'" publisher     \
	"','transcribed':true},'decision':{'authority':{'id':'" authority \
	"'},'outcome':'OUTCOME_" outcome "'" rest "}}"
#define REF ",'ref':'sag 1'"

struct gate_row {
	const char *trial;
	const char *decisions[MOST];
	enum life_permit permit;
	const char *blocks;
	const char *warns;
};

static const struct gate_row gate_rows[] = {
	/* Nobody is asked. */
	{ TRIAL(""), { NULL }, LIFE_PERMIT_NOT_NEEDED, "", "" },
	{ TRIAL("'needsExemption':'YES_NO_NO'"), { NULL },
	    LIFE_PERMIT_NOT_NEEDED, "", "" },
	{ TRIAL("'needsExemption':'YES_NO_UNKNOWN'"), { NULL },
	    LIFE_PERMIT_NOT_NEEDED, "", "" },
	{ TRIAL("'needsExemption':'YES_NO_NO','exemptions':[" EX(
	      "83", "'authorities':[" ONE "]") "]"),
	    { NULL }, LIFE_PERMIT_NOT_NEEDED, "", "" },
	{ TRIAL("'needsExemption':'YES_NO_UNKNOWN','exemptions':[" EX(
	      "83", "'authorities':[" ONE "]") "]"),
	    { NULL }, LIFE_PERMIT_NOT_NEEDED, "",
	    "It names § 83, but does not say that an exemption is needed." },
	{ NEEDS("{'level':'EXEMPTION_LEVEL_MUNICIPAL','authorities':[" ONE
		"]},{'level':'EXEMPTION_LEVEL_WORKPLACE'}"),
	    { NULL }, LIFE_PERMIT_NOT_NEEDED, "", "" },

	/* Nobody has been asked, though somebody should. */
	{ TRIAL("'needsExemption':'YES_NO_YES'"), { NULL }, LIFE_PERMIT_WAITING,
	    "Who must allow it is missing (exemption 1).", "" },
	{ NEEDS("{'provision':'§ 9'}"), { NULL }, LIFE_PERMIT_WAITING,
	    "Who must allow it is missing (exemption 1).", "" },
	{ NEEDS("{'provision':'§ 9','authorities':[{}]}"), { NULL },
	    LIFE_PERMIT_WAITING, "? has not answered about § 9.", "" },

	/* Every answer that there is. */
	{ BY_ONE, { NULL }, LIFE_PERMIT_WAITING,
	    "Ministeriet has not answered about § 83.", "" },
	{ BY_ONE, { SAYS("dk-o1", "PENDING", "") }, LIFE_PERMIT_WAITING,
	    "Ministeriet has not decided yet about § 83.", "" },
	{ BY_ONE, { SAYS("dk-o1", "APPROVED", "") }, LIFE_PERMIT_GRANTED, "",
	    "" },
	{ BY_ONE, { SAYS("dk-o1", "APPROVED_WITH_CONDITIONS", "") },
	    LIFE_PERMIT_GRANTED, "", "" },
	{ BY_ONE, { SAYS("dk-o1", "PARTLY_APPROVED", "") }, LIFE_PERMIT_PARTLY,
	    "", "" },
	{ BY_ONE, { SAYS("dk-o1", "PARTLY_APPROVED", ",'covers':[83]") },
	    LIFE_PERMIT_PARTLY, "", "" },
	{ BY_ONE, { SAYS("dk-o1", "PARTLY_APPROVED", ",'covers':[5]") },
	    LIFE_PERMIT_REFUSED,
	    "Ministeriet approved a part, and § 83 is not in it.", "" },
	{ BY_ONE, { SAYS("dk-o1", "REJECTED", "") }, LIFE_PERMIT_REFUSED,
	    "Ministeriet said no to § 83.", "" },
	{ BY_ONE, { SAYS("dk-o1", "NOT_REQUIRED", "") }, LIFE_PERMIT_GRANTED,
	    "", "" },
	{ BY_ONE, { SAYS("dk-o1", "RETURNED", "") }, LIFE_PERMIT_WAITING,
	    "Ministeriet sent the application about § 83 back and wants more.",
	    "" },
	{ BY_ONE, { SAYS("dk-o1", "WITHDRAWN", "") }, LIFE_PERMIT_REFUSED,
	    "What was asked of Ministeriet about § 83 was withdrawn.", "" },
	{ BY_ONE, { SAYS("dk-o1", "LAPSED", "") }, LIFE_PERMIT_REFUSED,
	    "What was asked of Ministeriet about § 83 lapsed.", "" },
	{ BY_ONE, { SAYS("dk-o1", "UNSET", "") }, LIFE_PERMIT_WAITING,
	    "Ministeriet has not answered about § 83.", "" },

	/* All that are named must have said yes. */
	{ BY_BOTH, { SAYS("dk-o1", "APPROVED", "") }, LIFE_PERMIT_WAITING,
	    "dk-o2 has not answered about § 83.", "" },
	{ BY_BOTH,
	    { SAYS("dk-o1", "APPROVED", ""), SAYS("dk-o2", "REJECTED", "") },
	    LIFE_PERMIT_REFUSED, "dk-o2 said no to § 83.", "" },
	{ BY_BOTH,
	    { SAYS("dk-o1", "APPROVED", ""),
		SAYS("dk-o2", "NOT_REQUIRED", "") },
	    LIFE_PERMIT_GRANTED, "", "" },

	/* Which exemptions a decision covers. */
	{ TWO_RULES, { SAYS("dk-o1", "APPROVED", "") }, LIFE_PERMIT_GRANTED, "",
	    "" },
	{ TWO_RULES, { SAYS("dk-o1", "APPROVED", ",'covers':[83]") },
	    LIFE_PERMIT_PARTLY, "Ministeriet has not answered about § 5.", "" },
	{ TWO_RULES, { SAYS("dk-o1", "PARTLY_APPROVED", ",'covers':[83]") },
	    LIFE_PERMIT_PARTLY,
	    "Ministeriet approved a part, and § 5 is not in it.", "" },
	{ TWO_RULES, { SAYS("dk-o1", "PARTLY_APPROVED", "") },
	    LIFE_PERMIT_WAITING,
	    "Ministeriet approved a part, without saying whether § 83 is in "
	    "it. | Ministeriet approved a part, without saying whether § 5 is "
	    "in it.",
	    "" },
	{ TWO_RULES,
	    { SAYS("dk-o1", "APPROVED", ",'covers':[5]"),
		SAYS("dk-o1", "PARTLY_APPROVED",
		    ",'covers':[83],'decidedOn':'2026-05-01'") },
	    LIFE_PERMIT_PARTLY, "", "" },

	/* The latest holds; one that was replaced, or is to come, does not. */
	{ BY_ONE,
	    { SAYS("dk-o1", "REJECTED", ",'decidedOn':'2026-01-01'"),
		SAYS("dk-o1", "APPROVED", ",'decidedOn':'2026-02-01'") },
	    LIFE_PERMIT_GRANTED, "", "" },
	{ BY_ONE,
	    { SAYS("dk-o1", "APPROVED", ",'decidedOn':'2026-02-01'"),
		SAYS("dk-o1", "WITHDRAWN", ",'decidedOn':'2026-03'") },
	    LIFE_PERMIT_REFUSED,
	    "What was asked of Ministeriet about § 83 was withdrawn.", "" },
	{ BY_ONE, { SAYS("dk-o1", "APPROVED", ",'decidedOn':'2026-06-16'") },
	    LIFE_PERMIT_WAITING, "Ministeriet has not answered about § 83.",
	    "" },
	{ BY_ONE,
	    { SAYS("dk-o1", "REJECTED",
		  ",'decidedOn':'2026-05-01','replacedBy':{'id':'dk-o1/d'}"),
		SAYS("dk-o1", "APPROVED", ",'decidedOn':'2026-04-01'") },
	    LIFE_PERMIT_GRANTED, "", "" },
	{ BY_ONE,
	    { SAYS("dk-o1", "REJECTED", ",'replacedBy':{'id':'dk-o1/z'}") },
	    LIFE_PERMIT_REFUSED, "Ministeriet said no to § 83.", "" },

	/* Who may speak: the authority's node, or the trial's publisher with a
	 * reference. */
	{ BY_ONE, { TOLD("dk-791", "dk-o1", "APPROVED", REF) },
	    LIFE_PERMIT_GRANTED, "", "" },
	{ BY_ONE, { TOLD("dk-791", "dk-o1", "APPROVED", "") },
	    LIFE_PERMIT_WAITING, "Ministeriet has not answered about § 83.",
	    "" },
	{ BY_ONE, { TOLD("dk-751", "dk-o1", "APPROVED", REF) },
	    LIFE_PERMIT_WAITING, "Ministeriet has not answered about § 83.",
	    "" },
	{ BY_ONE,
	    { "{'envelope':{'publisher':'dk-791'},'decision':{"
	      "'authority':{'id':'dk-o1'},'outcome':'OUTCOME_APPROVED'}}" },
	    LIFE_PERMIT_WAITING, "Ministeriet has not answered about § 83.",
	    "" },
	{ BY_ONE,
	    { "{'envelope':{'publisher':'dk-o1'},'decision':{"
	      "'trial':{'id':'dk-791/b'},'authority':{'id':'dk-o1'},"
	      "'outcome':'OUTCOME_APPROVED'}}" },
	    LIFE_PERMIT_WAITING, "Ministeriet has not answered about § 83.",
	    "" },
	{ BY_ONE,
	    { "{'envelope':{'publisher':'dk-o1'},'decision':{"
	      "'outcome':'OUTCOME_APPROVED'}}",
		"{'decision':{'authority':{'id':'dk-o1'}}}", "{'trial':{}}" },
	    LIFE_PERMIT_WAITING, "Ministeriet has not answered about § 83.",
	    "" },
	{ NEEDS(EX("83", "'authorities':[{'name':'KDD'}]")),
	    { "{'envelope':{'publisher':'dk-791','transcribed':true},"
	      "'decision':{'authority':{'name':'KDD'},'ref':'x',"
	      "'outcome':'OUTCOME_APPROVED'}}" },
	    LIFE_PERMIT_GRANTED, "", "" },
	{ NEEDS(EX("83", "'authorities':[{'name':'KDD'}]")),
	    { "{'envelope':{'publisher':'dk-791'},'decision':{"
	      "'authority':{'id':'dk-791','name':'KDD'},"
	      "'outcome':'OUTCOME_APPROVED'}}" },
	    LIFE_PERMIT_WAITING, "KDD has not answered about § 83.", "" },

	/* The authority's own word outranks the other. */
	{ BY_ONE,
	    { SAYS("dk-o1", "REJECTED", ",'decidedOn':'2026-01-01'"),
		TOLD("dk-791", "dk-o1", "APPROVED",
		    REF ",'decidedOn':'2026-05-01'") },
	    LIFE_PERMIT_REFUSED, "Ministeriet said no to § 83.",
	    "About § 83, Ministeriet itself says something else than was "
	    "written down here; its own word holds." },
	{ BY_ONE,
	    { SAYS("dk-o1", "APPROVED", ""),
		TOLD("dk-791", "dk-o1", "APPROVED", REF) },
	    LIFE_PERMIT_GRANTED, "", "" },

	/* Conditions and days warn. */
	{ BY_ONE,
	    { SAYS("dk-o1", "APPROVED_WITH_CONDITIONS",
		",'conditions':[{'no':1,'text':'Rapport'},"
		"{'no':2,'text':'Plan','metOn':'2026-05-01'},"
		"{'text':'Høring','due':'2026-06-14'},"
		"{'no':9,'due':'2026-06-15'}]") },
	    LIFE_PERMIT_GRANTED, "",
	    "Ministeriet set condition 1, not yet met: Rapport | Ministeriet "
	    "set condition 3, which was to be met by 2026-06-14: Høring | "
	    "Ministeriet set condition 9, to be met by 2026-06-15: ?" },
	{ BY_ONE,
	    { SAYS("dk-o1", "APPROVED_WITH_CONDITIONS",
		  ",'conditions':[{'text':'Rapport'},{'text':'Plan'}]"),
		TOLD("dk-791", "dk-o1", "APPROVED_WITH_CONDITIONS",
		    REF ",'conditions':[{'no':1,'metOn':'2026-06-01'}]") },
	    LIFE_PERMIT_GRANTED, "",
	    "Ministeriet set condition 2, not yet met: Plan" },
	{ TWO_RULES,
	    { SAYS("dk-o1", "APPROVED_WITH_CONDITIONS",
		",'conditions':[{'no':1,'text':'Rapport'}]") },
	    LIFE_PERMIT_GRANTED, "",
	    "Ministeriet set condition 1, not yet met: Rapport" },

	/* A permission that has run out is no yes to a start, */
	{ BY_ONE, { SAYS("dk-o1", "APPROVED", ",'validTo':'2026-06-14'") },
	    LIFE_PERMIT_EXPIRED, TOO_LATE("2026-06-14"), "" },
	{ BEGINS("2026-06-15", "ACTUAL", "PLANNED"),
	    { SAYS("dk-o1", "APPROVED", ",'validTo':'2026-06-14'") },
	    LIFE_PERMIT_EXPIRED, TOO_LATE("2026-06-14"), "" },
	{ BEGINS("2026-06-01", "ESTIMATED", "PLANNED"),
	    { SAYS("dk-o1", "APPROVED", ",'validTo':'2026-06-14'") },
	    LIFE_PERMIT_EXPIRED, TOO_LATE("2026-06-14"), "" },
	{ BEGINS("2026-07-01", "ACTUAL", "PLANNED"),
	    { SAYS("dk-o1", "APPROVED", ",'validTo':'2026-06-20'") },
	    LIFE_PERMIT_EXPIRED, TOO_LATE("2026-06-20"), "" },
	{ BEGINS("2026-07-01", "ACTUAL", "ACTIVE"),
	    { SAYS("dk-o1", "APPROVED", ",'validTo':'2026-06-20'") },
	    LIFE_PERMIT_EXPIRED, TOO_LATE("2026-06-20"), "" },
	{ BEGINS("2026-06-01", "ACTUAL", "PAUSED"),
	    { SAYS("dk-o1", "APPROVED", ",'validTo':'2026-06-14'") },
	    LIFE_PERMIT_EXPIRED, TOO_LATE("2026-06-14"), "" },

	/* and warns if it was there then. */
	{ BEGINS("2026-06-01", "ACTUAL", "PLANNED"),
	    { SAYS("dk-o1", "APPROVED", ",'validTo':'2026-06-14'") },
	    LIFE_PERMIT_EXPIRED, "", RAN_OUT("2026-06-14") },
	{ BEGINS("2026-06-14", "ESTIMATED", "ACTIVE"),
	    { SAYS("dk-o1", "APPROVED", ",'validTo':'2026-06-14'") },
	    LIFE_PERMIT_EXPIRED, "", RAN_OUT("2026-06-14") },
	{ TRIAL("'status':'STATUS_ACTIVE','exemptions':[" EX(
	      "83", "'authorities':[" ONE "]") "]"),
	    { SAYS("dk-o1", "APPROVED", ",'validTo':'2026-06-14'") },
	    LIFE_PERMIT_EXPIRED, "", RAN_OUT("2026-06-14") },
	{ BY_ONE, { SAYS("dk-o1", "APPROVED", ",'validTo':'2026'") },
	    LIFE_PERMIT_GRANTED, "", "" },
	{ NEEDS(EX("83", "'authorities':[" ONE "],'validTo':'2025'")),
	    { SAYS("dk-o1", "PARTLY_APPROVED", ",'validTo':'2027'") },
	    LIFE_PERMIT_EXPIRED, TOO_LATE("2025"), "" },
	{ TWO_RULES,
	    { SAYS("dk-o1", "APPROVED", ",'covers':[83],'validTo':'2025'"),
		SAYS("dk-o1", "REJECTED", ",'covers':[5]") },
	    LIFE_PERMIT_REFUSED,
	    TOO_LATE("2025") " | Ministeriet said no to § 5.", "" },
	{ NEEDS(EX("83", "'authorities':[" ONE "],'validFrom':'2026-08'")),
	    { SAYS("dk-o1", "APPROVED", "") }, LIFE_PERMIT_GRANTED, "",
	    "The exemption from § 83 holds only from 2026-08." },

	/* What a source tells is told, and stops nothing. */
	{ "{'envelope':{'id':'x','publisher':'no-o1','transcribed':true},"
	  "'trial':{'exemptions':[{'authorities':[" ONE "]}]}}",
	    { NULL }, LIFE_PERMIT_WAITING, "", "" },
};

static void
the_second_gate_waits_for_every_authority(void **state)
{
	size_t i;
	size_t n;

	(void)state;
	for (i = 0; i < sizeof(gate_rows) / sizeof(gate_rows[0]); i++) {
		const struct gate_row *row = &gate_rows[i];
		Erfa__Body *trial = bodies_read(row->trial);
		Erfa__Body *read[MOST];
		const Erfa__Body *decisions[MOST];
		struct life_authorisation permit;
		struct life_list blocks = { .count = 0 };
		struct life_list warns = { .count = 0 };
		struct life_case it = {
			.today = TODAY, .trial = trial, .decisions = decisions
		};
		char *text;

		for (n = 0; n < MOST && row->decisions[n] != NULL; n++) {
			read[n] = bodies_read(row->decisions[n]);
			decisions[n] = read[n];
		}
		it.ndecisions = n;
		life_gate_permit(&it, &blocks, &warns, &permit);
		text = bodies_said(&blocks, "TRIAL");
		assert_string_equal(text, row->blocks);
		free(text);
		text = bodies_said(&warns, "TRIAL");
		assert_string_equal(text, row->warns);
		free(text);
		assert_string_equal(life_permit_name(permit.permit),
		    life_permit_name(row->permit));
		while (n > 0)
			body_free(read[--n]);
		body_free(trial);
	}
}

static void
both_words_are_handed_out_when_they_differ(void **state)
{
	Erfa__Body *trial = bodies_read(BY_ONE);
	Erfa__Body *own = bodies_read(SAYS("dk-o1", "PENDING", ""));
	Erfa__Body *told = bodies_read(
	    TOLD("dk-791", "dk-o1", "APPROVED", REF));
	const Erfa__Body *decisions[] = { told, own };
	struct life_case it = { .today = TODAY,
		.trial = trial,
		.decisions = decisions,
		.ndecisions = 2 };
	struct life_word word = life_hear(
	    &it, 0, trial->trial->exemptions[0]->authorities[0]);

	(void)state;
	assert_int_equal(word.standing, LIFE_STANDING_PENDING);
	assert_ptr_equal(word.decision, own);
	assert_ptr_equal(word.transcribed, told);
	it.ndecisions = 1;
	word = life_hear(&it, 0, trial->trial->exemptions[0]->authorities[0]);
	assert_int_equal(word.standing, LIFE_STANDING_GRANTED);
	assert_ptr_equal(word.decision, told);
	assert_null(word.transcribed);
	body_free(told);
	body_free(own);
	body_free(trial);
}

static void
of_two_decisions_of_one_day_all_nodes_choose_the_same(void **state)
{
	Erfa__Body *trial = bodies_read(BY_ONE);
	Erfa__Body *a = bodies_read(
	    "{'envelope':{'id':'dk-o1/a','publisher':'dk-o1',"
	    "'publishedAt':'2026-05-01T08:00:00Z'},'decision':{"
	    "'authority':{'id':'dk-o1'},'outcome':'OUTCOME_REJECTED'}}");
	Erfa__Body *b = bodies_read(
	    "{'envelope':{'id':'dk-o1/b','publisher':'dk-o1',"
	    "'publishedAt':'2026-05-01T08:00:00Z'},'decision':{"
	    "'authority':{'id':'dk-o1'},'outcome':'OUTCOME_APPROVED'}}");
	const Erfa__Body *orders[2][2] = { { a, b }, { b, a } };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct life_case it = { .today = TODAY,
			.trial = trial,
			.decisions = orders[i],
			.ndecisions = 2 };
		struct life_word word = life_hear(
		    &it, 0, trial->trial->exemptions[0]->authorities[0]);

		assert_ptr_equal(word.decision, b);
	}
	body_free(b);
	body_free(a);
	body_free(trial);
}

/* An answer with a number that only newer programs know is no yes. */
static void
an_unknown_answer_is_no_yes(void **state)
{
	Erfa__Body *trial = bodies_read(BY_ONE);
	Erfa__Body *said = bodies_read(SAYS("dk-o1", "APPROVED", ""));
	const Erfa__Body *decisions[] = { said };
	struct life_case it = { .today = TODAY,
		.trial = trial,
		.decisions = decisions,
		.ndecisions = 1 };

	(void)state;
	said->decision->outcome = (Erfa__Outcome)77;
	assert_int_equal(
	    life_hear(&it, 0, trial->trial->exemptions[0]->authorities[0])
		.standing,
	    LIFE_STANDING_MISSING);
	body_free(said);
	body_free(trial);
}

/* Who was asked and is silent has not decided; what was taken back asks nobody. */
static void
who_was_asked_is_waited_for(void **state)
{
	Erfa__Body *trial = bodies_read(BY_ONE);
	Erfa__Body *asked = bodies_read("{'application':{}}");
	const Erfa__Body *applications[] = { asked };
	const Erfa__OrgRef *who = trial->trial->exemptions[0]->authorities[0];
	struct life_case it = { .today = TODAY, .trial = trial };
	struct life_authorisation permit = { .nwords = 0 };
	struct life_list blocks = { .count = 0 };
	struct life_list warns = { .count = 0 };

	(void)state;
	assert_int_equal(
	    life_hear(&it, 0, who).standing, LIFE_STANDING_MISSING);
	it.applications = applications;
	it.napplications = 1;
	assert_int_equal(
	    life_hear(&it, 0, who).standing, LIFE_STANDING_PENDING);
	life_gate_permit(&it, &blocks, &warns, &permit);
	assert_int_equal(blocks.count, 1);
	assert_int_equal(blocks.at[0].code, LIFE_G2_PENDING);
	assert_int_equal(permit.permit, LIFE_PERMIT_WAITING);
	asked->application->has_outcome = 1;
	asked->application->outcome = ERFA__OUTCOME__OUTCOME_WITHDRAWN;
	assert_int_equal(
	    life_hear(&it, 0, who).standing, LIFE_STANDING_MISSING);
	body_free(asked);
	body_free(trial);
}

/* However many there are, none is overlooked. */
static void
more_authorities_than_can_be_shown_still_count(void **state)
{
	enum {
		RULES = 8,
		EACH = 16
	};

	char *text = calloc(1, TEXT_MAX);
	size_t used = 0;
	size_t i;
	size_t j;
	Erfa__Body *trial;
	struct life_case it = { .today = TODAY };
	struct life_authorisation permit;
	struct life_list blocks = { .count = 0 };
	struct life_list warns = { .count = 0 };

	(void)state;
	assert_non_null(text);
	used = (size_t)snprintf(
	    text, TEXT_MAX, "{" MINE ",'trial':{'exemptions':[");
	for (i = 0; i < RULES; i++) {
		used += (size_t)snprintf(text + used, TEXT_MAX - used,
		    "%s{'provision':'§ %zu','authorities':[", i > 0 ? "," : "",
		    i);
		for (j = 0; j < EACH; j++)
			used += (size_t)snprintf(text + used, TEXT_MAX - used,
			    "%s{'id':'dk-o%zu'}", j > 0 ? "," : "", j);
		used += (size_t)snprintf(text + used, TEXT_MAX - used, "]}");
	}
	(void)snprintf(text + used, TEXT_MAX - used, "]}}");
	trial = bodies_read(text);
	free(text);
	it.trial = trial;
	life_gate_permit(&it, &blocks, &warns, &permit);
	assert_int_equal(life_total(&blocks), RULES * EACH);
	assert_int_equal(permit.nwords, LIFE_WORDS_MAX);
	assert_int_equal(permit.more, RULES * EACH - LIFE_WORDS_MAX);
	assert_int_equal(permit.waiting, RULES);
	body_free(trial);
}

static void
only_what_has_the_form_of_an_id_reaches_a_command(void **state)
{
	Erfa__Body *trial = bodies_read(
	    NEEDS(EX("83", "'authorities':[{'id':'x; rm *','name':'KDD'}]")));
	struct life_case it = { .today = TODAY, .trial = trial };
	struct life_authorisation permit;
	struct life_list blocks = { .count = 0 };
	struct life_list warns = { .count = 0 };

	(void)state;
	life_gate_permit(&it, &blocks, &warns, &permit);
	assert_int_equal(blocks.count, 1);
	assert_null(blocks.at[0].org);
	assert_string_equal(blocks.at[0].who, "KDD");
	body_free(trial);
}

static void
standings_and_permits_have_names(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < LIFE_STANDINGS; i++)
		assert_string_not_equal(
		    life_standing_name((enum life_standing)i), "");
	assert_string_equal(
	    life_standing_name(LIFE_STANDING_NOT_COVERED), "not_covered");
	assert_string_equal(life_standing_name(LIFE_STANDINGS), "missing");
	for (i = 0; i < LIFE_PERMITS; i++)
		assert_string_not_equal(
		    life_permit_name((enum life_permit)i), "");
	assert_string_equal(life_permit_name(LIFE_PERMIT_WAITING), "waiting");
	assert_string_equal(life_permit_name(LIFE_PERMITS), "not_needed");
	assert_false(life_is_yes(LIFE_STANDINGS));
}

/* ---- heirs, and the end of a permission ---- */

#define ASKED(rest)                                                     \
	TRIAL("'exemptions':[{'no':1,'provision':'§ 83','authorities'" \
	      ":[{'id':'dk-min'}]" rest "}]")
#define ANSWER(publisher, authority, rest)                                     \
	"{'envelope':{'id':'" publisher "/b','publisher':'" publisher "'" rest \
	"},'decision':{'trial':{'id':'dk-791/a'},'authority':{'id'"            \
	":'" authority "'},'outcome':'OUTCOME_APPROVED','ref':'1',"            \
	"'decidedOn':'2026-05-01'}}"

/* How the permission stands if ${answer} is all that was said. */
static enum life_permit
stands(const struct heirs *heirs, const char *answer)
{
	Erfa__Body *trial = bodies_read(ASKED(""));
	Erfa__Body *decision = bodies_read(answer);
	const Erfa__Body *const decisions[] = { decision };
	struct life_case it = { .today = TODAY,
		.trial = trial,
		.decisions = decisions,
		.ndecisions = 1,
		.heirs = heirs };
	struct life_list none = { .count = 0 };
	struct life_authorisation permit;

	life_gate_permit(&it, &none, &none, &permit);
	body_free(decision);
	body_free(trial);
	return permit.permit;
}

static void
who_took_over_from_an_authority_is_heard_as_it(void **state)
{
	struct heirs *heirs = NULL;

	(void)state;
	assert_int_equal(heirs_new(&heirs), ERR_NONE);
	assert_int_equal(
	    heirs_add(heirs, "dk-min", "dk-ny", HEIRS_OLD), ERR_NONE);
	assert_int_equal(
	    heirs_add(heirs, "dk-min", "dk-999", HEIRS_NEW), ERR_NONE);
	assert_int_equal(
	    heirs_add(heirs, "dk-791", "dk-792", HEIRS_OLD), ERR_NONE);

	/* In its own name or in that of the one that was. */
	assert_int_equal(
	    stands(heirs, ANSWER("dk-ny", "dk-ny", "")), LIFE_PERMIT_GRANTED);
	assert_int_equal(
	    stands(heirs, ANSWER("dk-ny", "dk-min", "")), LIFE_PERMIT_GRANTED);
	assert_int_equal(
	    stands(NULL, ANSWER("dk-ny", "dk-min", "")), LIFE_PERMIT_WAITING);
	assert_int_equal(
	    stands(NULL, ANSWER("dk-ny", "dk-ny", "")), LIFE_PERMIT_WAITING);

	/* Nobody takes what was not given away. */
	assert_int_equal(
	    stands(heirs, ANSWER("dk-999", "dk-999", "")), LIFE_PERMIT_WAITING);
	assert_int_equal(
	    stands(heirs, ANSWER("dk-999", "dk-min", "")), LIFE_PERMIT_WAITING);
	assert_int_equal(
	    stands(heirs, ANSWER("dk-999", "dk-ny", "")), LIFE_PERMIT_WAITING);

	/* Who took over from the municipality writes down what it was told. */
	assert_int_equal(
	    stands(heirs, ANSWER("dk-792", "dk-min", ",'transcribed':true")),
	    LIFE_PERMIT_GRANTED);
	assert_int_equal(
	    stands(NULL, ANSWER("dk-792", "dk-min", ",'transcribed':true")),
	    LIFE_PERMIT_WAITING);
	heirs_free(heirs);
}

static void
a_permission_that_has_run_out_is_told(void **state)
{
	static const struct {
		const char *trial;
		bool expired;
	} rows[] = {
		{ ASKED(""), false },
		{ ASKED(",'validTo':'2026-06-14'"), true },
		{ ASKED(",'validTo':'2026-06-15'"), false },
		{ ASKED(",'validTo':'2026-06-14','level':"
			"'EXEMPTION_LEVEL_WORKPLACE'"),
		    true },
		{ ASKED(",'validTo':'2026','level':"
			"'EXEMPTION_LEVEL_WORKPLACE'"),
		    false },
		{ "{'envelope':{'transcribed':true},'trial':{'exemptions':[{"
		  "'provision':'§ 83','level':'EXEMPTION_LEVEL_WORKPLACE',"
		  "'validTo':'2026-06-14'}]}}",
		    false },
	};

	Erfa__Body *decision = bodies_read(ANSWER("dk-min", "dk-min", ""));
	const Erfa__Body *const decisions[] = { decision };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		Erfa__Body *trial = bodies_read(rows[i].trial);
		struct life_case it = { .today = TODAY,
			.trial = trial,
			.decisions = decisions,
			.ndecisions = 1 };

		assert_int_equal(life_expired(&it), rows[i].expired);
		body_free(trial);
	}
	body_free(decision);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_first_gate_asks_for_an_owner_and_an_anchoring),
		cmocka_unit_test(
		    an_owner_and_an_anchoring_that_were_copied_do_not_count),
		cmocka_unit_test(the_second_gate_waits_for_every_authority),
		cmocka_unit_test(both_words_are_handed_out_when_they_differ),
		cmocka_unit_test(
		    of_two_decisions_of_one_day_all_nodes_choose_the_same),
		cmocka_unit_test(an_unknown_answer_is_no_yes),
		cmocka_unit_test(who_was_asked_is_waited_for),
		cmocka_unit_test(
		    more_authorities_than_can_be_shown_still_count),
		cmocka_unit_test(
		    only_what_has_the_form_of_an_id_reaches_a_command),
		cmocka_unit_test(standings_and_permits_have_names),
		cmocka_unit_test(
		    who_took_over_from_an_authority_is_heard_as_it),
		cmocka_unit_test(a_permission_that_has_run_out_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
