#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/life_decision.h"
#include "proto/provision.h"
#include "proto/text.h"
#include "client/cells.h"
#include "client/cmd.h"
#include "client/groups.h"
#include "client/join.h"
#include "client/listing.h"
#include "client/print.h"
#include "client/rows.h"
#include "client/run.h"
#include "client/speech.h"
#include "client/table.h"
#include "client/whole.h"

#define COLUMN     18   /* where values begin, or further to the right */
#define LINE_ROOM  1024 /* bytes of a line that we put together */
#define JOIN_ROOM  16384
#define PLACES_MAX 4096 /* different places that are told apart */

/* A dossier on its way out. */
struct dossier {
	struct run *run;
	const char *asked; /* as typed */
	const Erfa__DossierAnswer *answer;
};

/* ---- words ---- */

/* Where values begin in the language of the person. */
static unsigned
column(void)
{
	static const char *const outer[] = { N_("departs from"), N_("because"),
		N_("instead"), N_("until"), N_("decision"), N_("outcome"),
		N_("taken back"), N_("where"), N_("says"), N_("afterwards"),
		NULL };
	static const char *const inner[] = { N_("condition"),
		N_("in plain words"), N_("reason"), N_("worked"),
		N_("did not work"), N_("unexpected"), N_("reported"),
		N_("lessons"), NULL };

	return print_column(print_column(COLUMN, 2, outer), 4, inner);
}

/* The label of an enumeration's value. */
static const char *
label(const struct run *run, const char *vocabulary,
    const ProtobufCEnumDescriptor *desc, int number, const char *prefix)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
	    desc, number);
	char code[ROWS_CODE_MAX];

	if (value == NULL || number == 0)
		return "";
	rows_code(value->name, prefix, code);
	return labels_get(run->labels, vocabulary, code);
}

static const char *
outcome(const struct run *run, const Erfa__Decision *decision)
{
	return label(run, "outcome", &erfa__outcome__descriptor,
	    (int)decision->outcome, "OUTCOME_");
}

static const char *
verdict(const struct run *run, const Erfa__Experience *told)
{
	return label(run, "verdict", &erfa__verdict__descriptor,
	    (int)told->verdict, "VERDICT_");
}

static const char *
author(const struct run *run, const Erfa__Experience *told)
{
	return label(run, "author_role", &erfa__author_role__descriptor,
	    (int)told->author_role, "AUTHOR_ROLE_");
}

static const char *
continuation(const struct run *run, const Erfa__Continuation *what)
{
	return what == NULL ? "" :
			      label(run, "continuation_code",
				  &erfa__continuation_code__descriptor,
				  (int)what->code, "CONTINUATION_CODE_");
}

/* Where a trial runs. */
static void
places(const Erfa__DossierTrial *trial, char *out, size_t size)
{
	size_t i;

	out[0] = '\0';
	for (i = 0; i < trial->n_site; i++)
		join_text(out, size, "; ", life_org_name(trial->site[i]));
	for (i = 0; i < trial->row->n_site && trial->n_site == 0; i++)
		join_text(out, size, "; ", trial->row->site[i]);
	if (out[0] == '\0' && !trial->row->transcribed)
		join_text(out, size, "; ", run_text(trial->row->publisher));
}

/* ---- how many municipalities ---- */

/* Places that were seen. */
struct seen {
	const char **names;
	size_t count;
};

static void
see(struct seen *seen, const char *name)
{
	size_t i;

	if (name == NULL || *name == '\0' || seen->count == PLACES_MAX)
		return;
	for (i = 0; i < seen->count; i++)
		if (strcmp(seen->names[i], name) == 0)
			return;
	seen->names[seen->count++] = name;
}

static void
see_trial(struct seen *seen, const Erfa__DossierTrial *trial)
{
	size_t i;

	for (i = 0; i < trial->n_site; i++)
		see(seen,
		    run_text(trial->site[i]->id)[0] != '\0' ?
			trial->site[i]->id :
			trial->site[i]->name);
	if (trial->n_site > 0)
		return;
	if (trial->row->transcribed && trial->row->n_site > 0)
		see(seen, trial->row->site[0]);
	else if (!trial->row->transcribed)
		see(seen, trial->row->publisher);
}

static int
count_places(const struct dossier *it, size_t *ret_count)
{
	struct seen seen = { .count = 0 };
	size_t i;

	seen.names = calloc(PLACES_MAX, sizeof(*seen.names));
	if (seen.names == NULL)
		return run_nomem(it->run);
	for (i = 0; i < it->answer->n_trial; i++)
		see_trial(&seen, it->answer->trial[i]);
	*ret_count = seen.count;
	free(seen.names);
	return EXIT_DONE;
}

/* ---- text ---- */

static int
print_first_line(const struct dossier *it)
{
	struct run *run = it->run;
	char trials[PRINT_COUNT_MAX];
	char where[PRINT_COUNT_MAX];
	char number[PRINT_NUMBER_MAX];
	size_t count = 0;
	size_t i, documented = 0, retracted = 0;
	int status;

	if ((status = count_places(it, &count)) != EXIT_DONE)
		return status;
	for (i = 0; i < it->answer->n_trial; i++) {
		documented += it->answer->trial[i]->row->transcribed != 0;
		retracted += it->answer->trial[i]->retracted != 0;
	}
	if (it->answer->n_trial == 0) {
		print_say(
		    run->out, "No trial departed from it: %s\n", it->asked);
		print_say(
		    run->out, "Which provisions there are:  erfa dossier\n");
		return EXIT_DONE;
	}
	print_count(it->answer->n_trial, "trial", "trials", trials);
	print_count(count, "municipality", "municipalities", where);
	print_say(run->out, "%s in %s departed from it: %s", trials, where,
	    it->asked);
	if (documented > 0) {
		print_number(documented, number);
		print_say(run->out, "; %s %s", number,
		    labels_get(run->labels, "word", "documented only"));
	}
	if (retracted > 0) {
		print_number(retracted, number);
		print_say(run->out, "; %s retracted", number);
	}
	print_say(run->out, "\n");
	return EXIT_DONE;
}

static void
print_exemption(
    const struct dossier *it, const Erfa__DossierExemption *departure)
{
	const Erfa__Exemption *exemption = departure->exemption;
	struct run *run = it->run;
	char line[LINE_ROOM];

	(void)snprintf(line, sizeof(line), "%s%s",
	    run_text(exemption->provision),
	    strcmp(run_text(departure->fit), "part") == 0 ?
		_(" (a part of it)") :
		strcmp(run_text(departure->fit), "whole") == 0 ?
		_(" (all around it)") :
		"");
	print_field(run->out, 2, "departs from", column(), line);
	if (run_text(exemption->why)[0] != '\0')
		print_field(run->out, 2, "because", column(), exemption->why);
	if (run_text(exemption->replacement_rule)[0] != '\0')
		print_field(run->out, 2, "instead", column(),
		    exemption->replacement_rule);
	if (run_text(exemption->valid_to)[0] != '\0')
		print_field(
		    run->out, 2, "until", column(), exemption->valid_to);
}

static void
print_condition(const struct dossier *it, const Erfa__Condition *condition)
{
	char line[LINE_ROOM];
	size_t len;

	(void)snprintf(line, sizeof(line), "%u. %s", condition->no,
	    run_text(condition->text));
	len = strlen(line);
	if (run_text(condition->met_on)[0] != '\0')
		(void)snprintf(line + len, sizeof(line) - len, _(" (met %s)"),
		    condition->met_on);
	else if (run_text(condition->due)[0] != '\0')
		(void)snprintf(line + len, sizeof(line) - len, _(" (due %s)"),
		    condition->due);
	print_field(it->run->out, 4, "condition", column(), line);
}

static void
print_decision(const struct dossier *it, const Erfa__DossierRecord *record)
{
	const Erfa__Decision *decision = record->body->decision;
	struct run *run = it->run;
	char line[LINE_ROOM];
	size_t i;

	(void)snprintf(line, sizeof(line), "%s: %s",
	    decision->authority == NULL ? "?" :
					  life_org_name(decision->authority),
	    outcome(run, decision));
	join_text(line, sizeof(line), ", ", decision->decided_on);
	if (run_text(decision->valid_to)[0] != '\0') {
		join_text(line, sizeof(line), ", ", _("valid to"));
		join_text(line, sizeof(line), " ", decision->valid_to);
	}
	if (record->retracted)
		join_text(line, sizeof(line), ", ", _("RETRACTED"));
	print_field(run->out, 2, "decision", column(), line);
	if (run_text(decision->plain_summary)[0] != '\0')
		print_field(run->out, 4, "in plain words", column(),
		    decision->plain_summary);
	if (run_text(decision->reason)[0] != '\0')
		print_field(run->out, 4, "reason", column(), decision->reason);
	for (i = 0; i < decision->n_conditions; i++)
		print_condition(it, decision->conditions[i]);
}

static void
print_lines(const struct dossier *it, const char *name, char *const *lines,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		print_field(
		    it->run->out, 4, i == 0 ? name : "", column(), lines[i]);
}

static void
print_experience(const struct dossier *it, const Erfa__DossierRecord *record)
{
	const Erfa__Experience *told = record->body->experience;
	struct run *run = it->run;
	char line[LINE_ROOM] = "";

	join_text(line, sizeof(line), "", verdict(run, told));
	join_text(line, sizeof(line), ", ", author(run, told));
	join_text(line, sizeof(line), ", ", run_text(record->row->publisher));
	if (record->retracted)
		join_text(line, sizeof(line), ", ", _("RETRACTED"));
	print_field(run->out, 2, "outcome", column(), line);
	if (run_text(told->what_worked)[0] != '\0')
		print_field(run->out, 4, "worked", column(), told->what_worked);
	if (run_text(told->what_did_not)[0] != '\0')
		print_field(
		    run->out, 4, "did not work", column(), told->what_did_not);
	if (run_text(told->unexpected)[0] != '\0')
		print_field(
		    run->out, 4, "unexpected", column(), told->unexpected);
	print_lines(it, "reported", told->reported, told->n_reported);
	print_lines(it, "lessons", told->lessons, told->n_lessons);
}

static void
print_retraction(const struct dossier *it, const Erfa__DossierRecord *record)
{
	const Erfa__Retraction *retraction = record->body->retraction;
	struct run *run = it->run;
	char line[LINE_ROOM] = "";

	join_text(line, sizeof(line), "",
	    label(run, "retraction_kind", &erfa__retraction_kind__descriptor,
		(int)retraction->kind, "RETRACTION_KIND_"));
	join_text(line, sizeof(line), ": ",
	    label(run, "retraction_reason",
		&erfa__retraction_reason__descriptor, (int)retraction->reason,
		"RETRACTION_REASON_"));
	join_text(line, sizeof(line), ". ", run_text(retraction->explanation));
	print_field(run->out, 2, "taken back", column(), line);
}

static void
print_record(const struct dossier *it, const Erfa__DossierRecord *record)
{
	if (record->body == NULL)
		print_field(it->run->out, 2,
		    labels_get(
			it->run->labels, "kind", run_text(record->row->kind)),
		    column(),
		    labels_get(it->run->labels, "state",
			run_text(record->row->state)));
	else if (record->body->record_case == ERFA__BODY__RECORD_DECISION)
		print_decision(it, record);
	else if (record->body->record_case == ERFA__BODY__RECORD_EXPERIENCE)
		print_experience(it, record);
	else if (record->body->record_case == ERFA__BODY__RECORD_RETRACTION)
		print_retraction(it, record);
}

/* The trial, and what is said of it, as far as a group alone may read it. */
static size_t
count_restricted(const Erfa__DossierTrial *trial)
{
	size_t count = run_text(trial->row->group)[0] != '\0';
	size_t i;

	for (i = 0; i < trial->n_record; i++)
		count += trial->record[i]->row != NULL &&
		    run_text(trial->record[i]->row->group)[0] != '\0';
	return count;
}

static void
print_trial(const struct dossier *it, const Erfa__DossierTrial *trial)
{
	struct run *run = it->run;
	char line[LINE_ROOM];
	size_t i;

	print_say(run->out, "\n");
	print_styled(run->out, trial->retracted ? PRINT_STRUCK : PRINT_STRONG,
	    "%s  %s", run_text(trial->row->id), run_text(trial->row->title));
	rows_status(run, trial->row, line, sizeof(line));
	groups_mark(run, trial->row->group, line, sizeof(line));
	print_say(run->out, "  %s\n", line);
	places(trial, line, sizeof(line));
	print_field(run->out, 2, "where", column(), line);
	print_field(
	    run->out, 2, "says", column(), run_text(trial->row->publisher));
	for (i = 0; i < trial->n_exemption; i++)
		print_exemption(it, trial->exemption[i]);
	for (i = 0; i < trial->n_record; i++)
		print_record(it, trial->record[i]);
	if (trial->more)
		print_say(run->out,
		    "  There are more records; they are left "
		    "out.\n");
	if (trial->continuation == NULL)
		return;
	line[0] = '\0';
	join_text(
	    line, sizeof(line), "", continuation(run, trial->continuation));
	join_text(
	    line, sizeof(line), ", ", run_text(trial->continuation->law_ref));
	join_text(
	    line, sizeof(line), ". ", run_text(trial->continuation->text));
	if (line[0] != '\0')
		print_field(run->out, 2, "afterwards", column(), line);
}

static int
print_text(const struct dossier *it)
{
	size_t restricted = 0;
	size_t i;
	int status;

	if ((status = print_first_line(it)) != EXIT_DONE)
		return status;
	for (i = 0; i < it->answer->n_trial; i++)
		restricted += count_restricted(it->answer->trial[i]);
	groups_warn(it->run->out, restricted);
	for (i = 0; i < it->answer->n_trial; i++)
		print_trial(it, it->answer->trial[i]);
	return EXIT_DONE;
}

/* ---- for spreadsheets ---- */

/* What is said of the outcome, all experiences together. */
struct learnt {
	char verdict[JOIN_ROOM];
	char worked[JOIN_ROOM];
	char not_worked[JOIN_ROOM];
	char unexpected[JOIN_ROOM];
	char reported[JOIN_ROOM];
};

static void
learn(const struct dossier *it, const Erfa__DossierTrial *trial,
    struct learnt *out)
{
	const Erfa__Experience *told;
	char line[LINE_ROOM];
	size_t i, k;

	for (i = 0; i < trial->n_record; i++) {
		if (trial->record[i]->body == NULL ||
		    trial->record[i]->retracted ||
		    trial->record[i]->body->record_case !=
			ERFA__BODY__RECORD_EXPERIENCE)
			continue;
		told = trial->record[i]->body->experience;
		line[0] = '\0';
		join_text(line, sizeof(line), "", verdict(it->run, told));
		join_text(line, sizeof(line), ", ", author(it->run, told));
		join_text(out->verdict, JOIN_ROOM, "; ", line);
		join_text(out->worked, JOIN_ROOM, "; ", told->what_worked);
		join_text(out->not_worked, JOIN_ROOM, "; ", told->what_did_not);
		join_text(out->unexpected, JOIN_ROOM, "; ", told->unexpected);
		for (k = 0; k < told->n_reported; k++)
			join_text(
			    out->reported, JOIN_ROOM, "; ", told->reported[k]);
	}
}

/* Whether a decision speaks of the exemption. */
static bool
covers(const Erfa__Decision *decision, const Erfa__Exemption *exemption)
{
	size_t i;

	for (i = 0; i < decision->n_covers; i++)
		if (decision->covers[i] == exemption->no)
			return true;
	return decision->n_covers == 0;
}

/* The cells about one decision, or as many empty ones. */
static void
put_decision(const struct dossier *it, struct cells *cells,
    const Erfa__DossierRecord *record)
{
	const Erfa__Decision *decision;
	char *conditions;
	size_t i;

	if (record == NULL) {
		for (i = 0; i < 9; i++)
			cells_put(cells, "");
		return;
	}
	decision = record->body->decision;
	if ((conditions = calloc(1, JOIN_ROOM)) == NULL) {
		cells->lost = true;
		return;
	}
	for (i = 0; i < decision->n_conditions; i++)
		join_text(
		    conditions, JOIN_ROOM, "; ", decision->conditions[i]->text);
	cells_put(cells,
	    decision->authority == NULL ? "" :
					  life_org_name(decision->authority));
	cells_put(cells, outcome(it->run, decision));
	cells_put(cells, decision->plain_summary);
	cells_put(cells, decision->reason);
	cells_put(cells, conditions);
	cells_put(cells, decision->decided_on);
	cells_put(cells, decision->valid_to);
	cells_put(cells, decision->ref);
	cells_put(cells, record->retracted ? _("yes") : "");
	free(conditions);
}

static void
put_trial(const struct dossier *it, struct cells *cells,
    const Erfa__DossierTrial *trial, const Erfa__Exemption *exemption)
{
	char line[LINE_ROOM];

	cells_put(cells, exemption->provision);
	cells_put(cells, trial->row->full_id);
	cells_put(cells, trial->row->title);
	cells_put(cells, trial->row->publisher);
	places(trial, line, sizeof(line));
	cells_put(cells, line);
	cells_put(cells, trial->row->country);
	rows_status(it->run, trial->row, line, sizeof(line));
	cells_put(cells, line);
	cells_put(cells, trial->retracted ? _("yes") : "");
	cells_put(cells, exemption->why);
	cells_put(cells, exemption->replacement_rule);
	cells_put(cells, exemption->valid_from);
	cells_put(cells, exemption->valid_to);
}

static enum err
put_row(const struct dossier *it, const Erfa__DossierTrial *trial,
    const Erfa__Exemption *exemption, const Erfa__DossierRecord *decision,
    const struct learnt *learnt)
{
	struct cells cells = { .print = it->run->out };
	const Erfa__Continuation *after = trial->continuation;

	put_trial(it, &cells, trial, exemption);
	put_decision(it, &cells, decision);
	cells_put(&cells, learnt->verdict);
	cells_put(&cells, learnt->worked);
	cells_put(&cells, learnt->not_worked);
	cells_put(&cells, learnt->unexpected);
	cells_put(&cells, learnt->reported);
	cells_put(&cells, continuation(it->run, after));
	cells_put(&cells, after == NULL ? "" : after->law_ref);
	cells_put(&cells, count_restricted(trial) > 0 ? _("yes") : "");
	return cells_end(&cells);
}

/* A row for every exemption and every decision about it. */
static enum err
put_rows(const struct dossier *it, const Erfa__DossierTrial *trial)
{
	const Erfa__DossierRecord *record;
	const Erfa__Exemption *exemption;
	struct learnt *learnt = calloc(1, sizeof(*learnt));
	enum err err = learnt == NULL ? ERR_NOMEM : ERR_NONE;
	bool decided;
	size_t i, k;

	if (err == ERR_NONE)
		learn(it, trial, learnt);
	for (i = 0; i < trial->n_exemption && err == ERR_NONE; i++) {
		exemption = trial->exemption[i]->exemption;
		decided = false;
		for (k = 0; k < trial->n_record && err == ERR_NONE; k++) {
			record = trial->record[k];
			if (record->body == NULL ||
			    record->body->record_case !=
				ERFA__BODY__RECORD_DECISION ||
			    !covers(record->body->decision, exemption))
				continue;
			decided = true;
			err = put_row(it, trial, exemption, record, learnt);
		}
		if (!decided && err == ERR_NONE)
			err = put_row(it, trial, exemption, NULL, learnt);
	}
	free(learnt);
	return err;
}

static int
print_csv(const struct dossier *it)
{
	static const char *const titles[] = { N_("provision"), N_("trial"),
		N_("title"), N_("publisher"), N_("where"), N_("country"),
		N_("status"), N_("retracted"), N_("because"), N_("instead"),
		N_("from"), N_("until"), N_("authority"), N_("decision"),
		N_("in plain words"), N_("reason"), N_("conditions"),
		N_("decided on"), N_("valid to"), N_("reference"),
		N_("decision retracted"), N_("outcome"), N_("worked"),
		N_("did not work"), N_("unexpected"), N_("reported"),
		N_("afterwards"), N_("law"), N_("restricted") };
	struct cells cells = { .print = it->run->out };
	enum err err;
	size_t i;

	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		cells_put(&cells, _(titles[i]));
	err = cells_end(&cells);
	for (i = 0; i < it->answer->n_trial && err == ERR_NONE; i++)
		err = put_rows(it, it->answer->trial[i]);
	return err == ERR_NONE ? EXIT_DONE : run_nomem(it->run);
}

/* ---- which provisions there are ---- */

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(run_text((*(Erfa__DossierProvision *const *)a)->key),
	    run_text((*(Erfa__DossierProvision *const *)b)->key));
}

/* Make one of those that several pages told of. */
static void
add_up(Erfa__DossierAnswer *answer)
{
	Erfa__DossierProvision **list = answer->provision;
	size_t kept = 0;
	size_t i;

	if (answer->n_provision == 0)
		return;
	qsort(list, answer->n_provision, sizeof(*list), compare_keys);
	for (i = 1; i < answer->n_provision; i++) {
		if (compare_keys(&list[kept], &list[i]) != 0) {
			list[++kept] = list[i];
			continue;
		}
		list[kept]->trials += list[i]->trials;
		protobuf_c_message_free_unpacked(&list[i]->base, NULL);
	}
	answer->n_provision = kept + 1;
}

static int
list_csv(const struct dossier *it)
{
	struct cells cells = { .print = it->run->out };
	char number[PRINT_NUMBER_MAX];
	enum err err;
	size_t i;

	cells_put(&cells, _("provision"));
	cells_put(&cells, _("as cited"));
	cells_put(&cells, _("trials"));
	err = cells_end(&cells);
	for (i = 0; i < it->answer->n_provision && err == ERR_NONE; i++) {
		(void)snprintf(number, sizeof(number), "%llu",
		    (unsigned long long)it->answer->provision[i]->trials);
		cells_put(&cells, it->answer->provision[i]->key);
		cells_put(&cells, it->answer->provision[i]->cited);
		cells_put(&cells, number);
		err = cells_end(&cells);
	}
	return err == ERR_NONE ? EXIT_DONE : run_nomem(it->run);
}

static void
add_provision(struct run *run, struct table *table, const void *item)
{
	const Erfa__DossierProvision *provision = item;
	char number[PRINT_NUMBER_MAX];

	(void)run;
	print_number(provision->trials, number);
	table_add(table, number);
	table_add(table, provision->key);
	table_add(table, provision->cited);
}

static int
list_text(const struct dossier *it)
{
	static const struct table_column columns[] = {
		{ N_("TRIALS"), true, 0 },
		{ N_("PROVISION"), false, 2 },
		{ N_("AS CITED"), false, 1 },
	};

	if (it->answer->n_provision == 0) {
		print_say(it->run->out, "No trial names a provision.\n");
		return EXIT_DONE;
	}
	return listing_table(it->run, &it->answer->base, "provision", columns,
	    sizeof(columns) / sizeof(columns[0]), add_provision);
}

/* ---- the command ---- */

/* What was typed, as one text; the section sign may be left out. */
static int
read_asked(struct run *run, char out[LINE_ROOM])
{
	struct provision *provision = NULL;
	char word[LINE_ROOM] = "";
	size_t i, at;
	enum err err;

	for (i = 0; i < args_count(run->args); i++)
		join_text(word, sizeof(word), " ", args_word(run->args, i));
	(void)snprintf(out, LINE_ROOM, "%s", word);
	if (word[0] == '\0')
		return EXIT_DONE;
	err = provision_read(word, &provision);
	provision_free(provision);
	at = strcspn(word, "0123456789");
	if (err == ERR_NOENT && strstr(word, "§") == NULL && word[at] != '\0')
		(void)snprintf(
		    out, LINE_ROOM, "%.*s§ %s", (int)at, word, word + at);
	return err == ERR_NOMEM ? run_nomem(run) : EXIT_DONE;
}

static int
tell(struct dossier *it, Erfa__DossierAnswer *answer)
{
	struct run *run = it->run;
	bool csv = args_given(run->args, "csv");

	it->answer = answer;
	add_up(answer);
	if (run->json)
		return run_json(run, &answer->base);
	if (it->asked[0] == '\0')
		return csv ? list_csv(it) : list_text(it);
	return csv ? print_csv(it) : print_text(it);
}

int
cmd_dossier(struct run *run)
{
	static const char *const lists[] = { "trial", "provision", NULL };
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__DossierRequest ask = ERFA__DOSSIER_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	struct dossier it = { .run = run };
	char asked[LINE_ROOM];
	int status;

	if ((status = read_asked(run, asked)) != EXIT_DONE)
		return status;
	it.asked = asked;
	ask.provision = asked;
	request.ask_case = ERFA__REQUEST__ASK_DOSSIER;
	request.dossier = &ask;
	status = whole_ask(run, &request, &ask.cursor, lists, &answer);
	if (status == EXIT_DONE)
		status = tell(&it, answer->dossier);
	control_free_answer(answer);
	return status;
}
