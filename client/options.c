#include "client/options.h"

#include <stddef.h>

#include "client/speech.h"

const struct args_option options_common[] = {
	{ "json", NULL, N_("one JSON document") },
	{ "jsonl", NULL, NULL },
	{ "lang", "LANG", N_("da, nb, sv, fi or en") },
	{ "at", "DATE", N_("what would be shown on that day") },
	{ "quiet", NULL, N_("no progress") },
	{ "color", "WHEN", NULL },
	{ "socket", "PATH", N_("where erfad listens") },
	{ "help", NULL, N_("this") },
	{ "version", NULL, NULL },
	{ NULL, NULL, NULL },
};

/* What narrows a question. */
#define FACETS                                                               \
	{ "country", "CC", N_("only DK, NO, SE, FI or IS") },                \
	    { "sector", "SECTOR",                                            \
		    N_("only this field of work: elder_care, school ...") }, \
	    { "verdict", "VERDICT",                                          \
		    N_("only with this result: worked, did_not_work ...") }, \
	    { "status", "STATUS", N_("only these: active, stopped ...") },   \
	    { "programme", "WORDS", N_("only trials of this programme") },   \
	    { "provision", "SECTION",                                        \
		    N_("only what suspends this provision") },               \
	{                                                                    \
		"since", "YEAR", N_("only what runs in this year or later")  \
	}

const struct args_option options_find[] = {
	{ "kind", "KIND", N_("experiences, decisions ... instead of trials") },
	FACETS,
	{ "like-us", NULL,
	    N_("only from places of similar size and settlement") },
	{ "facet", "NAME:VALUE", NULL },
	{ "text-lang", "LANG", NULL },
	{ "limit", "N", N_("at most so many; 20 if not said") },
	{ NULL, NULL, NULL },
};

const struct args_option options_follow[] = {
	{ "drop", "N", N_("follow number N no longer") },
	FACETS,
	{ "like-us", NULL, NULL },
	{ "kind", "KIND", NULL },
	{ "facet", "NAME:VALUE", NULL },
	{ "text-lang", "LANG", NULL },
	{ NULL, NULL, NULL },
};

const struct args_option options_backup[] = {
	{ "to", "RECIPIENT", N_("who can open it; else as in erfad.conf") },
	{ "plain", NULL, N_("a folder of files, not sealed") },
	{ "keep", "N", N_("remove the oldest in that folder beyond N") },
	{ "scheduled", NULL, N_("for timers: without backup_to, do nothing") },
	{ "list", NULL, N_("show the backups made here") },
	{ "forget", "FILE", N_("it is destroyed: take it from the list") },
	{ "new-key", "FILE", N_("make the key that opens backups") },
	{ NULL, NULL, NULL },
};

const struct args_option options_restore[] = {
	{ "key", "FILE", N_("the key that opens it") },
	{ "dir", "FOLDER", N_("not where it was: all below this folder") },
	{ "dry-run", NULL, N_("look whether it is whole, and what is in it") },
	{ NULL, NULL, NULL },
};

const struct args_option options_list[] = {
	{ "kind", "KIND",
	    N_("these instead of trials; \"all\" = every entry") },
	{ "org", "ORG", N_("only what this organisation published") },
	{ "country", "CC", N_("only trials of DK, NO, SE, FI or IS") },
	{ "sector", "SECTOR",
	    N_("only this field of work: elder_care, school ...") },
	{ "limit", "N", N_("at most so many") },
	{ NULL, NULL, NULL },
};

const struct args_option options_show[] = {
	{ "at-version", "VERSION", N_("an earlier one: 1.2") },
	{ NULL, NULL, NULL },
};

const struct args_option options_watch[] = {
	{ "from", "CURSOR",
	    N_("go on after this; \"start\" = all that is here") },
	{ "kind", "KIND", N_("only this kind") },
	{ "follow", NULL, N_("only what fits something that you follow") },
	{ "count", "N", N_("end after so many entries") },
	{ "wait", "SECONDS",
	    N_("end with 75 if they did not come in this time") },
	{ NULL, NULL, NULL },
};

const struct args_option options_publish[] = {
	{ "group", "GROUP", N_("only its members can read it") },
	{ "public", NULL, N_("everybody can: a draft was for a group") },
	{ "dry-run", NULL, N_("check everything, publish nothing") },
	{ "yes", NULL, N_("do not ask") },
	{ "allow-personal", NULL, N_("what looks like a person is none") },
	{ NULL, NULL, NULL },
};

const struct args_option options_import[] = {
	{ "dry-run", NULL, N_("check everything, publish nothing") },
	{ "group", "GROUP", N_("only its members can read it") },
	{ "keep-going", NULL, N_("publish the good lines if others are bad") },
	{ "allow-personal", NULL, N_("what looks like a person is none") },
	{ "map", "[MAP]",
	    N_("a table: propose, or take, what its columns are") },
	{ "delimiter", "SIGN", N_("between its cells: semicolon comma tab") },
	{ "as-ideas", NULL, N_("rows that lack answers for their status") },
	{ "yes", NULL, N_("do not ask (tables)") },
	{ NULL, NULL, NULL },
};

const struct args_option options_export[] = {
	{ "proto", NULL, N_("protobuf JSON for all records") },
	{ "csv", NULL, N_("a table: a row a trial, with what was learnt") },
	{ "all-versions", NULL, N_("earlier versions too (with --proto)") },
	{ "restricted", NULL, N_("what a group alone may read, too") },
	{ "output", "FILE", N_("write there: whole, or not at all") },
	{ "resume", NULL, N_("go on with that file where it ends") },
	{ NULL, NULL, NULL },
};

const struct args_option options_key_export[] = {
	{ "yes", NULL, N_("do not ask") },
	{ NULL, NULL, NULL },
};

const struct args_option options_key_rotate[] = {
	{ "yes", NULL, N_("do not ask") },
	{ "wait", "SECONDS", N_("wait so long for it to be complete; 60") },
	{ NULL, NULL, NULL },
};

const struct args_option options_accept[] = {
	{ "as", "WHAT", N_("member (if not said), writer, reader, registry") },
	{ "succeeds", "KEY",
	    N_("the lost key whose place it takes: check number or key") },
	{ NULL, NULL, NULL },
};

const struct args_option options_remove[] = {
	{ "cut", "LOG:N",
	    N_("of this log entries up to N count, later ones do not") },
	{ "nothing", NULL, N_("nothing that it ever published counts") },
	{ "yes", NULL, N_("do not ask") },
	{ NULL, NULL, NULL },
};

const struct args_option options_group_create[] = {
	{ "purpose", "TEXT", N_("what the group is for") },
	{ "yes", NULL, N_("the check numbers are compared: do not ask") },
	{ NULL, NULL, NULL },
};

const struct args_option options_group_add[] = {
	{ "share", NULL, N_("what you published in it before, too") },
	{ "yes", NULL, N_("the check numbers are compared: do not ask") },
	{ NULL, NULL, NULL },
};

const struct args_option options_group[] = {
	{ "yes", NULL, N_("do not ask") },
	{ NULL, NULL, NULL },
};

const struct args_option options_invite[] = {
	{ "reader", "NAME", N_("for a program that only reads") },
	{ "address", "HOST:PORT",
	    N_("where they reach you, if not as configured") },
	{ "list", NULL, N_("the invitations you gave") },
	{ "revoke", "LINE", N_("withdraw one: its line, or the organisation") },
	{ NULL, NULL, NULL },
};

const struct args_option options_join[] = {
	{ "yes", NULL, N_("do not ask whether the check number is right") },
	{ NULL, NULL, NULL },
};

const struct args_option options_sync[] = {
	{ "wait", "SECONDS", N_("how long to wait; without it: look once") },
	{ NULL, NULL, NULL },
};

const struct args_option options_verify[] = {
	{ "sample", "PERCENT",
	    N_("look at so many of the bodies only: 1 to 100") },
	{ NULL, NULL, NULL },
};

const struct args_option options_log[] = {
	{ "lines", "N", N_("the last N lines (40)") },
	{ "level", "LEVEL", N_("err, warning, info or debug, and graver") },
	{ NULL, NULL, NULL },
};

const struct args_option options_config[] = {
	{ "diff", NULL, N_("only what the files say otherwise") },
	{ NULL, NULL, NULL },
};

const struct args_option options_health[] = {
	{ "least", "N", N_("critical if fewer peers are in step") },
	{ NULL, NULL, NULL },
};

const struct args_option options_metrics[] = {
	{ "output", "FILE", N_("put it in place of FILE at once") },
	{ NULL, NULL, NULL },
};

const struct args_option options_doctor[] = {
	{ "sample", "PERCENT", N_("of the bodies to look at; 2 if not said") },
	{ "firewall", NULL, N_("also the text for the network team") },
	{ NULL, NULL, NULL },
};

const struct args_option options_init[] = {
	{ "org", "ORG", N_("who you are: no-5501, dk-791 ...") },
	{ "name", "NAME", N_("as people write it: \"Tromsø kommune\"") },
	{ "listen", "HOST:PORT",
	    N_("be reachable by others; else only dial out") },
	{ "dir", "DIR", N_("put everything below DIR: for tests and demos") },
	{ NULL, NULL, NULL },
};

/* Options of commands that write, and of those that write records. */
#define WRITES                                                                 \
	{ "yes", NULL, NULL },                                                 \
	{                                                                      \
		"allow-personal", NULL, N_("what looks like a person is none") \
	}
#define STEPS                                         \
	{ "date", "DATE", N_("when, if not today") }, \
	    { "note", "TEXT", N_("what is new in this version") }, WRITES

const struct args_option options_new[] = {
	{ "title", "TEXT", N_("what it is called, at most 120 characters") },
	{ "summary", "TEXT", N_("the problem and the idea") },
	{ "sector", "SECTOR",
	    N_("elder_care, school ...; else from the text") },
	{ "group", "GROUP", N_("only its members can read it") },
	{ "set", "FIELD=VALUE", N_("any other field, as often as you like") },
	{ "yes", NULL, N_("publish at once, do not ask") },
	{ "allow-personal", NULL, N_("what looks like a person is none") },
	{ NULL, NULL, NULL },
};

const struct args_option options_drafts[] = {
	{ "drop", "DRAFT", N_("throw a draft away") },
	{ "yes", NULL, N_("do not ask") },
	{ NULL, NULL, NULL },
};

const struct args_option options_edit[] = {
	{ "set", "FIELD=VALUE", N_("one field, as often as you like") },
	{ "form", "FILE", N_("only write the form to FILE") },
	{ "from", "FILE", N_("read the form from FILE; - is standard input") },
	{ "correct", NULL, N_("what is public was wrong") },
	{ "rethink", NULL, N_("the trial itself was thought over") },
	{ "note", "TEXT", N_("what is new in this version") },
	{ "yes", NULL, N_("publish at once, do not ask") },
	{ "allow-personal", NULL, N_("what looks like a person is none") },
	{ NULL, NULL, NULL },
};

const struct args_option options_own[] = {
	{ "unit", "TEXT", N_("which unit takes it on") },
	{ "role", "TEXT", N_("in which role; no names") },
	STEPS,
	{ NULL, NULL, NULL },
};

const struct args_option options_anchor[] = {
	{ "body", "KIND",
	    N_("council, executive, committee, administration, workplace") },
	{ "name", "TEXT", N_("what the body is called here") },
	{ "date", "DATE", N_("of the decision") },
	{ "ref", "TEXT", N_("minutes or case number") },
	{ "until", "DATE", N_("to be renewed after") },
	{ "delegated", "TEXT", N_("what the council has delegated to it") },
	{ "delegation", "TEXT", NULL },
	{ "note", "TEXT", N_("what is new in this version") },
	WRITES,
	{ NULL, NULL, NULL },
};

const struct args_option options_plan[] = {
	{ "goal", "TEXT", N_("what is to be reached; at most three") },
	{ "criterion", "TEXT", N_("how one will see that it was") },
	{ "from", "DATE", N_("first day, or month, or year") },
	{ "to", "DATE", N_("last day") },
	{ "mandate", "TEXT", N_("permission to try, in one sentence") },
	STEPS,
	{ NULL, NULL, NULL },
};

const struct args_option options_step[] = {
	STEPS,
	{ NULL, NULL, NULL },
};

const struct args_option options_stop[] = {
	{ "reason", "CODE",
	    N_("no_effect, no_budget, staff_capacity, refused ...") },
	STEPS,
	{ NULL, NULL, NULL },
};

const struct args_option options_finish[] = {
	{ "verdict", "CODE",
	    N_("worked, worked_partly, no_difference, did_not_work ...") },
	{ "worked", "TEXT", N_("what worked; \"nothing\" is an answer") },
	{ "not-worked", "TEXT", N_("what did not") },
	{ "condition", "TEXT", N_("under which conditions") },
	{ "for-whom", "TEXT", N_("for which people") },
	{ "continuation", "CODE",
	    N_("made_permanent, extended, scaled_up, discontinued ...") },
	{ "law-ref", "TEXT", N_("the law that came of it") },
	STEPS,
	{ NULL, NULL, NULL },
};

const struct args_option options_learn[] = {
	{ "verdict", "CODE",
	    N_("worked, worked_partly, no_difference, did_not_work ...") },
	{ "worked", "TEXT", N_("what worked; \"nothing\" is an answer") },
	{ "not-worked", "TEXT", N_("what did not") },
	{ "condition", "TEXT", N_("under which conditions") },
	{ "for-whom", "TEXT", N_("for which people") },
	{ "unexpected", "TEXT", N_("what nobody had looked for") },
	{ "next", "TEXT", N_("what will be done about it") },
	{ "role", "ROLE", N_("self, employees, users, external_evaluator") },
	{ "with", "ORG", N_("who says so together with you") },
	{ "interim", NULL, N_("or --final, if not as the trial stands") },
	{ "final", NULL, NULL },
	{ "new", NULL, N_("beside what was said before, not instead") },
	{ "domains", "CODES", NULL },
	{ "set", "FIELD=VALUE", NULL },
	{ "note", "TEXT", NULL },
	{ "yes", NULL, NULL },
	{ "allow-personal", NULL, NULL },
	{ NULL, NULL, NULL },
};

const struct args_option options_ready[] = {
	{ "goals", "ANSWER", N_("yes, partly, no, unknown: goals are clear") },
	{ "time-plan", "ANSWER", N_("the time plan is realistic") },
	{ "roles", "ANSWER", N_("everybody knows their part") },
	{ "resources", "ANSWER", N_("time and means are set aside") },
	{ "ownership", "ANSWER", N_("the staff hold it to be theirs") },
	{ "methods", "ANSWER", N_("procedures and methods are chosen") },
	{ "prepared", "ANSWER", N_("the staff have been prepared") },
	{ "follow-up", "ANSWER", N_("there is follow-up all along") },
	{ "mandate", "ANSWER", N_("the mandate is clear") },
	{ "date", "DATE", NULL },
	{ "note", "TEXT", NULL },
	{ "yes", NULL, NULL },
	{ "allow-personal", NULL, NULL },
	{ NULL, NULL, NULL },
};

const struct args_option options_barrier[] = {
	{ "kind", "KIND",
	    N_("law_regulation, culture, leadership, funding ...") },
	{ "text", "TEXT", N_("in words") },
	STEPS,
	{ NULL, NULL, NULL },
};

const struct args_option options_endorse[] = {
	{ "party", "PARTY", N_("politicians, administration, employees ...") },
	{ "involvement", "HOW",
	    N_("informed, consulted, co_designed, co_decided") },
	STEPS,
	{ NULL, NULL, NULL },
};

const struct args_option options_exempt[] = {
	{ "provision", "TEXT", N_("the rule, as people cite it") },
	{ "why", "TEXT", N_("how it hinders, in one sentence") },
	{ "authority", "ORG", N_("who must allow it; all of them") },
	{ "level", "LEVEL", N_("act, regulation, guideline, municipal ...") },
	{ "rule-kind", "KIND", N_("procedural, documentation, financing ...") },
	{ "instead", "TEXT", N_("the rule that holds instead") },
	{ "from", "DATE", N_("first day without the rule; --to the last") },
	{ "to", "DATE", NULL },
	{ "no", "N", N_("change exemption N") },
	{ "url", "ADDRESS", NULL },
	STEPS,
	{ NULL, NULL, NULL },
};

const struct args_option options_decide[] = {
	{ "outcome", "CODE",
	    N_("approved, approved_with_conditions, rejected ...") },
	{ "plain", "TEXT", N_("what may and may not be done") },
	{ "reason", "TEXT", N_("due unless approved") },
	{ "condition", "TEXT", N_("\"Keep a log; 2027-03-01\": with its day") },
	{ "covers", "N", N_("which exemptions, if not all") },
	{ "until", "DATE", N_("last day on which it holds") },
	{ "date", "DATE", N_("of the decision, if not today") },
	{ "authority", "ORG", N_("whose decision, if not yours") },
	{ "ref", "TEXT", N_("their case number; due with --authority") },
	{ "trial", "TRIAL", N_("which of a joint application") },
	{ "set", "FIELD=VALUE", NULL },
	{ "note", "TEXT", NULL },
	{ "yes", NULL, NULL },
	{ "allow-personal", NULL, NULL },
	{ NULL, NULL, NULL },
};

const struct args_option options_observe[] = {
	{ "indicator", "ID", N_("of what:  erfa indicator list") },
	{ "occasion", "WHEN", N_("baseline, interim, follow_up") },
	{ "arm", "ARM", N_("trial (as a rule), or comparison") },
	{ "n", "N", N_("with --mean and --sd; or --events with --total") },
	{ "exposure", "X", N_("with --events and --exposure-unit: a rate") },
	{ "estimate", "X",
	    N_("with --se, or --low and --high, and --measure") },
	{ "from", "DATE", N_("first day; --to the last") },
	{ "csv", "FILE", N_("many: its first line names these options") },
	{ "small-counts", NULL, N_("show counts of 1 to 4 persons") },
	{ "mean", "X", NULL },
	{ "sd", "X", NULL },
	{ "r", "X", NULL },
	{ "events", "N", NULL },
	{ "total", "N", NULL },
	{ "exposure-unit", "TEXT", NULL },
	{ "se", "X", NULL },
	{ "low", "X", NULL },
	{ "high", "X", NULL },
	{ "measure", "CODE", NULL },
	{ "to", "DATE", NULL },
	{ "date", "DATE", NULL },
	{ "unit", "TEXT", NULL },
	{ "clustered", "YES", NULL },
	{ "cluster-size", "X", NULL },
	{ "icc", "X", NULL },
	{ "scale", "TEXT", NULL },
	{ "site", "ORG", NULL },
	{ "provenance", "CODE", NULL },
	{ "same-people", "YES", NULL },
	{ "yes", NULL, NULL },
	{ "allow-personal", NULL, NULL },
	{ NULL, NULL, NULL },
};

const struct args_option options_indicator[] = {
	{ "code", "CODE", N_("kolada:..., kostra:..., sotkanet:..., ORG:own") },
	{ "name", "TEXT", N_("what is counted") },
	{ "unit", "TEXT", N_("in which unit") },
	{ "polarity", "CODE", N_("higher_better, lower_better, neutral") },
	{ "domain", "CODE", N_("freed_time, service_quality, cost ...") },
	{ "data-source", "CODE", N_("register_existing, survey, manual") },
	{ "definition", "TEXT", N_("how it is counted") },
	{ "convert", "UNIT=X",
	    N_("another unit: times X it is in --unit; may be repeated") },
	{ "set", "FIELD=VALUE", NULL },
	{ "yes", NULL, N_("publish at once, do not ask") },
	{ "allow-personal", NULL, NULL },
	{ NULL, NULL, NULL },
};

const struct args_option options_programme[] = {
	{ "name", "TEXT", N_("what it is called") },
	{ "type", "TYPE", N_("welfare_agreement, trust_programme, local ...") },
	{ "status", "STATUS", N_("announced, open, running, closed") },
	{ "owner", "ORG", N_("who runs it, if not you") },
	{ "from", "DATE", N_("first day; --to the last") },
	{ "legal-basis", "TEXT", N_("the act or decision it rests on") },
	{ "area", "TEXT", N_("what it frees; as often as you like") },
	{ "member", "ORG", N_("who takes part; as often as you like") },
	{ "guardrail", "TEXT", N_("what may not be departed from") },
	{ "set", "FIELD=VALUE", N_("any other field") },
	{ "yes", NULL, N_("publish at once, do not ask") },
	{ "to", "DATE", NULL },
	{ "allow-personal", NULL, NULL },
	{ NULL, NULL, NULL },
};

const struct args_option options_network[] = {
	{ "name", "TEXT", N_("what it is called") },
	{ "coordinator", "ORG", N_("who coordinates it; somebody must") },
	{ "theme", "TEXT", N_("what it works on") },
	{ "member", "ORG", N_("who takes part; as often as you like") },
	{ "programme", "ID", N_("that it belongs to") },
	{ "indicator", "ID", N_("that all its members measure") },
	{ "set", "FIELD=VALUE", N_("any other field") },
	{ "yes", NULL, N_("publish at once, do not ask") },
	{ "allow-personal", NULL, NULL },
	{ NULL, NULL, NULL },
};

const struct args_option options_round[] = {
	{ "programme", "ID", N_("whose round it is") },
	{ "opens", "DATE", N_("first day for applications") },
	{ "closes", "DATE", N_("last day") },
	{ "decision-due", "DATE", N_("when the answers are to be there") },
	{ "stage", "STAGE", N_("single, preliminary, final") },
	{ "no", "N", N_("first, second ... round") },
	{ "title", "TEXT", N_("what it is called") },
	{ "set", "FIELD=VALUE", N_("any other field") },
	{ "yes", NULL, N_("publish at once, do not ask") },
	{ "allow-personal", NULL, NULL },
	{ NULL, NULL, NULL },
};

const struct args_option options_kind[] = {
	{ "org", "ORG", N_("only what this organisation published") },
	{ "limit", "N", N_("at most so many") },
	{ NULL, NULL, NULL },
};

const struct args_option options_dossier[] = {
	{ "csv", NULL, N_("for a spreadsheet") },
	{ NULL, NULL, NULL },
};

const struct args_option options_term[] = {
	{ "new", NULL, N_("WORD is the id of a term of your own") },
	{ "label", "LANG:TEXT", N_("what it is called; once a language") },
	{ "also", "LANG:TEXT", N_("another word for it") },
	{ "definition", "TEXT", N_("what it means") },
	{ "exact", "ID", N_("the concept here that is the same") },
	{ "close", "ID", N_("one that is nearly the same") },
	{ "broad", "ID", N_("one that it is part of") },
	{ "yes", NULL, N_("publish without being asked") },
	{ "allow-personal", NULL, NULL },
	{ NULL, NULL, NULL },
};

const struct args_option options_table31[] = {
	{ "from-trials", NULL, N_("beside it what the trials say, counted") },
	{ "nordic", NULL, N_("Finland and Iceland too") },
	{ "csv", NULL, N_("for a spreadsheet") },
	{ NULL, NULL, NULL },
};

const struct args_option options_rounds[] = {
	{ "all", NULL, N_("those that are closed, too") },
	{ NULL, NULL, NULL },
};

const struct args_option options_apply[] = {
	{ "round", "ID", N_("in which round:  erfa rounds") },
	{ "programme", "ID", N_("or of which programme") },
	{ "with", "ORG", N_("who applies together with you") },
	{ "stage", "STAGE",
	    N_("preliminary or final, if not as the round says") },
	{ "copied-from", "ID", N_("the application it repeats") },
	{ "date", "DATE", N_("when it was handed in, if not today") },
	WRITES,
	{ NULL, NULL, NULL },
};

const struct args_option options_applications[] = {
	{ "waiting", "ORG", N_("only what waits for this authority; \"me\"") },
	{ NULL, NULL, NULL },
};

const struct args_option options_conditions[] = {
	{ "met", "N", N_("condition N is met") },
	{ "authority", "ORG", N_("of which decision, if several") },
	{ "date", "DATE", N_("when, if not today") },
	{ "note", "TEXT", NULL },
	WRITES,
	{ NULL, NULL, NULL },
};

const struct args_option options_derive[] = {
	{ "also", "TRIAL", N_("another origin; as often as you like") },
	{ "accept", "N", N_("promise number N is made here too") },
	{ "decline", "N", N_("promise number N is not") },
	{ "title", "TEXT", N_("what it is called here") },
	{ "summary", "TEXT", NULL },
	{ "set", "FIELD=VALUE", N_("any other field, as often as you like") },
	{ "reason", "CODE", N_("local_conditions, law, budget, staffing ...") },
	{ "decided-by", "CODE",
	    N_("political, administration, employees ...") },
	{ "heard", "TEXT", N_("how you heard of it") },
	{ "yes", NULL, N_("all promises accepted; publish at once") },
	{ "allow-personal", NULL, NULL },
	{ NULL, NULL, NULL },
};

const struct args_option options_link[] = {
	{ "from", "TRIAL", N_("the origin; as often as you like") },
	{ "text", "TEXT", N_("the origin in words, if it is not here") },
	{ "reason", "CODE", N_("local_conditions, law, budget, staffing ...") },
	{ "decided-by", "CODE",
	    N_("political, administration, employees ...") },
	{ "heard", "TEXT", N_("how you heard of it") },
	WRITES,
	{ NULL, NULL, NULL },
};

const struct args_option options_claim[] = {
	{ "set", "FIELD=VALUE", N_("what the source had wrong") },
	{ "yes", NULL, N_("publish at once, do not ask") },
	{ "allow-personal", NULL, N_("what looks like a person is none") },
	{ NULL, NULL, NULL },
};

const struct args_option options_say[] = {
	WRITES,
	{ NULL, NULL, NULL },
};

const struct args_option options_comment[] = {
	{ "observation", NULL, N_("what you saw when you visited them") },
	{ "correction", NULL, N_("something in it is wrong") },
	WRITES,
	{ NULL, NULL, NULL },
};

const struct args_option options_retract[] = {
	{ "reason", "CODE",
	    N_("data_error, privacy, legal, duplicate, "
	       "superseded ...") },
	{ "explanation", "TEXT", N_("why, in words") },
	{ "replacement", "ID", N_("what to read instead") },
	{ "kind", "KIND", N_("correction, expression_of_concern, retraction") },
	{ "yes", NULL, N_("do not ask") },
	{ "allow-personal", NULL, NULL },
	{ NULL, NULL, NULL },
};

const struct args_option options_erase[] = {
	{ "reason", "CODE", N_("personal_data, consent_withdrawn, legal ...") },
	{ "yes", NULL, N_("do not ask") },
	{ NULL, NULL, NULL },
};

const struct args_option options_inbox[] = {
	{ "since", "DATE", N_("nothing older but open questions") },
	{ NULL, NULL, NULL },
};

const struct args_option options_guides[] = {
	{ "sector", "SECTOR",
	    N_("only this field of work: elder_care, school ...") },
	{ "org", "ORG", N_("only this organisation") },
	{ NULL, NULL, NULL },
};

const struct args_option options_org_list[] = {
	{ "country", "CC", N_("only DK, NO, SE, FI or IS") },
	{ NULL, NULL, NULL },
};

const struct args_option options_org_edit[] = {
	{ "name", "TEXT", N_("what it is called") },
	{ "type", "TYPE", N_("municipality, state_authority, union ...") },
	{ "contact-role", "TEXT", N_("whom to ask: a role; no names") },
	{ "mailbox", "ADDRESS", N_("a shared mailbox") },
	{ "budget-proposal", "MONTH",
	    N_("1 to 12: when the budget is proposed") },
	{ "budget-adoption", "MONTH", N_("and when it is adopted") },
	{ "population", "N", NULL },
	{ "set", "FIELD=VALUE", N_("any other field, as often as you like") },
	{ "note", "TEXT", N_("what is new in this version") },
	WRITES,
	{ NULL, NULL, NULL },
};

const struct args_option options_org_succeed[] = {
	{ "date", "DATE", N_("last day of the one that was") },
	{ "note", "TEXT", N_("what is new in this version") },
	WRITES,
	{ NULL, NULL, NULL },
};

const struct args_option options_evidence[] = {
	{ "table", "FILE", N_("a CSV table; - is standard input") },
	{ "columns", NULL,
	    N_("all columns that it may have, and what they hold") },
	{ "indicator", "CODE", N_("its code, name or id; else all") },
	{ "all-fidelity", NULL,
	    N_("also copies that left the core of the origin") },
	{ "measure", "CODE",
	    N_("md, smd, rr, or, rd, irr; else what is usual") },
	{ "method", "CODE", N_("reml (usual), dl, or ee: equal effects") },
	{ "ci", "CODE", N_("hk: Hartung-Knapp, ad hoc (usual), or z") },
	{ "class", "CODE", N_("with (comparison), randomised, before_after") },
	{ "svg", "FILE", N_("the plot as a picture") },
	{ "csv", NULL, N_("a table instead of the plot") },
	{ NULL, NULL, NULL },
};
