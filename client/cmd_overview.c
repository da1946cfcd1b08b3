#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/answer.h"
#include "proto/body.h"
#include "proto/control.h"
#include "proto/report.pb-c.h"
#include "proto/text.h"
#include "client/cmd.h"
#include "client/groups.h"
#include "client/join.h"
#include "client/print.h"
#include "client/rows.h"
#include "client/run.h"
#include "client/speech.h"
#include "client/towns.h"
#include "client/whole.h"

#define TEXT_COLUMN 16
#define HEAD_ROOM   1024 /* bytes of a title and what stands with it */

/* An overview while it is put together. */
struct viewing {
	struct run *run;
	struct towns *towns; /* NULL: there is no list */
	const char *only;    /* the sector that was asked for; NULL = all */
	Erfa__OverviewReport *report;
	const Erfa__OverviewTrial *trial; /* at hand */
	const char *group;                /* of the word at hand, or NULL */
};

/* The code of an enumeration's value: "worked_partly". */
static void
code_of(const ProtobufCEnumDescriptor *desc, int value, const char *prefix,
    char code[ROWS_CODE_MAX])
{
	const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(
	    desc, value);

	rows_code(found == NULL || value == 0 ? "" : found->name, prefix, code);
}

/* ---- items ---- */

static enum err
add_sites(const struct viewing *it, Erfa__OverviewItem *item)
{
	const Erfa__OverviewTrial *trial = it->trial;
	const char *name;
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < trial->n_site && err == ERR_NONE; i++) {
		name = run_text(trial->site[i]->name);
		if (*name == '\0' && trial->site[i]->id != NULL)
			name = towns_name(it->towns, trial->site[i]->id);
		if (name == NULL)
			name = trial->site[i]->id;
		err = answer_text_add(&item->site, &item->n_site, name);
	}
	if (trial->n_site > 0 || err != ERR_NONE)
		return err;
	name = towns_name(it->towns, run_text(trial->row->publisher));
	return answer_text_add(&item->site, &item->n_site,
	    name == NULL ? run_text(trial->row->publisher) : name);
}

/* Begin an item of the trial at hand in a list. */
static enum err
add_item(const struct viewing *it, Erfa__OverviewItem ***list, size_t *count,
    const char *what, const char *text, Erfa__OverviewItem **ret_item)
{
	const Erfa__Row *row = it->trial->row;
	Erfa__OverviewItem *item;
	const char *group;
	enum err err;

	err = answer_add(list, count, &erfa__overview_item__descriptor, &item);
	if (err != ERR_NONE ||
	    (err = answer_text(&item->what, what)) != ERR_NONE ||
	    (err = answer_text(&item->trial, row->full_id)) != ERR_NONE ||
	    (err = answer_text(&item->shown_id, row->id)) != ERR_NONE ||
	    (err = answer_text(&item->title, row->title)) != ERR_NONE ||
	    (err = answer_text(&item->text, text)) != ERR_NONE)
		return err;
	group = row->group != NULL ? row->group : it->group;
	if (run_text(group)[0] != '\0' &&
	    (err = answer_text(&item->group, group)) != ERR_NONE)
		return err;
	item->has_transcribed = true;
	item->transcribed = row->transcribed;
	*ret_item = item;
	return add_sites(it, item);
}

static enum err
add_circumstances(
    char ***list, size_t *count, Erfa__Circumstance *const *from, size_t n)
{
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < n && err == ERR_NONE; i++)
		err = answer_text_add(list, count,
		    run_text(from[i]->text)[0] != '\0' ? from[i]->text :
							 from[i]->concept);
	return err;
}

static bool
is_good(Erfa__Verdict verdict)
{
	return verdict == ERFA__VERDICT__VERDICT_WORKED ||
	    verdict == ERFA__VERDICT__VERDICT_WORKED_PARTLY;
}

static bool
is_bad(Erfa__Verdict verdict)
{
	return verdict == ERFA__VERDICT__VERDICT_NO_DIFFERENCE ||
	    verdict == ERFA__VERDICT__VERDICT_DID_NOT_WORK ||
	    verdict == ERFA__VERDICT__VERDICT_HARMFUL;
}

/* What a source reports, a line each; NULL if it reports nothing. */
static enum err
join_reported(const Erfa__Experience *said, char **ret_text)
{
	size_t size = 1;
	size_t used = 0;
	size_t i;
	char *text;

	*ret_text = NULL;
	for (i = 0; i < said->n_reported; i++)
		size += strlen(said->reported[i]) + 1;
	for (i = 0; i < said->n_lessons; i++)
		size += strlen(said->lessons[i]) + 1;
	if (size == 1)
		return ERR_NONE;
	if ((text = calloc(1, size)) == NULL)
		return ERR_NOMEM;
	for (i = 0; i < said->n_reported + said->n_lessons; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		    used == 0 ? "" : "\n",
		    i < said->n_reported ? said->reported[i] :
					   said->lessons[i - said->n_reported]);
	*ret_text = text;
	return ERR_NONE;
}

/* A source tells what came of it, and does not say whether that was good. */
static enum err
add_told(const struct viewing *it, Erfa__OverviewSector *sector,
    const Erfa__Experience *said)
{
	Erfa__OverviewItem *item;
	char *text;
	enum err err = join_reported(said, &text);

	if (err == ERR_NONE && text != NULL)
		err = add_item(it, &sector->told, &sector->n_told, "not_stated",
		    text, &item);
	free(text);
	return err;
}

static enum err
add_word(const struct viewing *it, Erfa__OverviewSector *sector,
    const Erfa__Experience *said)
{
	Erfa__OverviewItem *item;
	char code[ROWS_CODE_MAX];
	enum err err;

	code_of(
	    &erfa__verdict__descriptor, (int)said->verdict, "VERDICT_", code);
	if (is_good(said->verdict))
		err = add_item(it, &sector->opportunity, &sector->n_opportunity,
		    code, said->what_worked, &item);
	else if (is_bad(said->verdict))
		err = add_item(it, &sector->challenge, &sector->n_challenge,
		    code, said->what_did_not, &item);
	else
		return add_told(it, sector, said);
	if (err != ERR_NONE ||
	    (err = add_circumstances(&item->condition, &item->n_condition,
		 said->conditions, said->n_conditions)) != ERR_NONE ||
	    (err = add_circumstances(&item->for_whom, &item->n_for_whom,
		 said->for_whom, said->n_for_whom)) != ERR_NONE)
		return err;
	code_of(&erfa__author_role__descriptor, (int)said->author_role,
	    "AUTHOR_ROLE_", code);
	return answer_text(&item->by, code);
}

static enum err
add_barriers(const struct viewing *it, Erfa__OverviewSector *sector)
{
	const Erfa__OverviewTrial *trial = it->trial;
	Erfa__OverviewItem *item;
	char code[ROWS_CODE_MAX];
	size_t i;
	enum err err = ERR_NONE;

	for (i = 0; i < trial->n_barrier && err == ERR_NONE; i++) {
		err = add_item(it, &sector->challenge, &sector->n_challenge,
		    "barrier", trial->barrier[i]->text, &item);
		if (err != ERR_NONE)
			break;
		code_of(&erfa__barrier_kind__descriptor,
		    (int)trial->barrier[i]->kind, "BARRIER_KIND_", code);
		err = answer_text(&item->reason, code);
	}
	if (err != ERR_NONE || !trial->has_stop_reason ||
	    trial->stop_reason == 0)
		return err;
	err = add_item(
	    it, &sector->challenge, &sector->n_challenge, "stopped", "", &item);
	if (err != ERR_NONE)
		return err;
	code_of(&erfa__stop_reason__descriptor, (int)trial->stop_reason,
	    "STOP_REASON_", code);
	return answer_text(&item->reason, code);
}

/* ---- sectors ---- */

static enum err
sector_of(const struct viewing *it, const char *code,
    Erfa__OverviewSector **ret_sector)
{
	Erfa__OverviewReport *report = it->report;
	Erfa__OverviewSector *sector;
	size_t i;
	enum err err;

	for (i = 0; i < report->n_sector; i++)
		if (strcmp(report->sector[i]->sector, code) == 0) {
			*ret_sector = report->sector[i];
			return ERR_NONE;
		}
	err = answer_add(&report->sector, &report->n_sector,
	    &erfa__overview_sector__descriptor, &sector);
	if (err != ERR_NONE ||
	    (err = answer_text(&sector->sector, code)) != ERR_NONE)
		return err;
	*ret_sector = sector;
	return answer_text(&sector->label,
	    *code == '\0' ? _("not said") :
			    labels_get(it->run->labels, "sector", code));
}

static enum err
add_trial(struct viewing *it, const char *code)
{
	const Erfa__OverviewTrial *trial = it->trial;
	Erfa__OverviewSector *sector;
	size_t i;
	enum err err;

	if (it->only != NULL && strcmp(it->only, code) != 0)
		return ERR_NONE;
	err = sector_of(it, code, &sector);
	for (i = 0; i < trial->n_word && err == ERR_NONE; i++) {
		it->group = trial->word[i]->group;
		if (trial->word[i]->experience != NULL)
			err = add_word(it, sector, trial->word[i]->experience);
	}
	it->group = NULL;
	return err == ERR_NONE ? add_barriers(it, sector) : err;
}

/* The place of a sector in the vocabulary. */
static int
sector_number(const char *code)
{
	const ProtobufCEnumDescriptor *desc = &erfa__sector__descriptor;
	char name[ROWS_CODE_MAX];
	unsigned i;

	for (i = 0; i < desc->n_values; i++) {
		code_of(desc, desc->values[i].value, "SECTOR_", name);
		if (strcmp(name, code) == 0)
			return desc->values[i].value;
	}
	return 0;
}

static int
by_sector(const void *a, const void *b)
{
	const Erfa__OverviewSector *const *x = a;
	const Erfa__OverviewSector *const *y = b;

	return sector_number((*x)->sector) - sector_number((*y)->sector);
}

/* By municipality and title: nobody comes first for having done better. */
static int
by_site(const void *a, const void *b)
{
	const Erfa__OverviewItem *const *x = a;
	const Erfa__OverviewItem *const *y = b;
	int order = strcmp((*x)->site[0], (*y)->site[0]);

	if (order == 0)
		order = strcmp((*x)->trial, (*y)->trial);
	if (order == 0)
		order = strcmp((*x)->what, (*y)->what);
	return order != 0 ? order : strcmp((*x)->text, (*y)->text);
}

static void
sort_items(Erfa__OverviewItem **items, size_t count)
{
	if (count > 1)
		qsort(items, count, sizeof(Erfa__OverviewItem *), by_site);
}

static enum err
make_report(struct viewing *it, const Erfa__OverviewAnswer *answer)
{
	Erfa__OverviewReport *report = it->report;
	size_t i;
	size_t k;
	enum err err = ERR_NONE;

	for (i = 0; i < answer->n_trial && err == ERR_NONE; i++) {
		it->trial = answer->trial[i];
		report->more_words += it->trial->more_words;
		for (k = 0; k < it->trial->n_sector && err == ERR_NONE; k++)
			err = add_trial(it, it->trial->sector[k]);
		if (it->trial->n_sector == 0 && err == ERR_NONE)
			err = add_trial(it, "");
	}
	if (err != ERR_NONE)
		return err;
	report->has_more_words = true;
	if (report->n_sector > 1)
		qsort(report->sector, report->n_sector,
		    sizeof(Erfa__OverviewSector *), by_sector);
	for (i = 0; i < report->n_sector; i++) {
		sort_items(report->sector[i]->opportunity,
		    report->sector[i]->n_opportunity);
		sort_items(report->sector[i]->challenge,
		    report->sector[i]->n_challenge);
		sort_items(report->sector[i]->told, report->sector[i]->n_told);
	}
	return ERR_NONE;
}

/* ---- for people ---- */

static void
print_list(struct run *run, const char *label, char *const *texts, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		print_field(run->out, 4, i == 0 ? label : "", TEXT_COLUMN,
		    run_text(texts[i]));
}

/* What it is, in words. */
static const char *
what_label(const struct run *run, const Erfa__OverviewItem *item)
{
	if (strcmp(item->what, "barrier") == 0)
		return labels_get(
		    run->labels, "barrier_kind", run_text(item->reason));
	if (strcmp(item->what, "stopped") == 0)
		return labels_get(
		    run->labels, "stop_reason", run_text(item->reason));
	return labels_get(run->labels, "verdict", item->what);
}

/* Who and what it is: in one line, or where that is too long for the terminal
 * with the title in lines of its own. */
static void
print_head(struct run *run, const Erfa__OverviewItem *item)
{
	char sites[HEAD_ROOM] = "";
	char what[HEAD_ROOM] = "";
	char mark[ROWS_CODE_MAX] = "";
	size_t i;

	for (i = 0; i < item->n_site; i++)
		join_text(sites, sizeof(sites), ", ", item->site[i]);
	join_text(what, sizeof(what), "", run_text(item->title));
	if (item->transcribed) {
		join_text(what, sizeof(what), " (",
		    labels_get(run->labels, "word", "reported"));
		join_text(what, sizeof(what), "", ")");
	}
	groups_mark(run, item->group, mark, sizeof(mark));
	join_text(what, sizeof(what), " ", mark);
	join_text(what, sizeof(what), "  ", run_text(item->shown_id));

	print_say(run->out, "  ");
	print_styled(run->out, PRINT_STRONG, "%s", sites);
	if (print_columns(run->out) > 0 &&
	    text_width(sites) + text_width(what) + 4 >
		print_columns(run->out)) {
		print_say(run->out, ":\n");
		print_block(run->out, 4, what);
	} else {
		print_say(run->out, ": %s\n", what);
	}
}

static void
print_item(struct run *run, const Erfa__OverviewItem *item)
{
	print_head(run, item);
	if (strcmp(item->what, "not_stated") == 0) {
		print_block(run->out, 4, item->text);
		return;
	}
	print_say(run->out, "    ");
	if (strcmp(item->what, "stopped") == 0)
		print_say(run->out, "stopped: ");
	print_say(run->out, "%s", what_label(run, item));
	if (run_text(item->by)[0] != '\0')
		print_say(run->out, " (%s)",
		    labels_get(run->labels, "author_role", item->by));
	print_say(run->out, "\n");
	if (run_text(item->text)[0] != '\0')
		print_block(run->out, 4, item->text);
	print_list(run, N_("for whom"), item->for_whom, item->n_for_whom);
	print_list(run, N_("conditions"), item->condition, item->n_condition);
}

static void
print_items(struct run *run, Erfa__OverviewItem *const *items, size_t count)
{
	size_t i;

	if (count == 0)
		print_say(run->out, "  nothing yet\n");
	for (i = 0; i < count; i++)
		print_item(run, items[i]);
}

static void
print_sector(struct run *run, const Erfa__OverviewSector *sector)
{
	print_styled(run->out, PRINT_STRONG, "%s\n", run_text(sector->label));
	print_say(run->out, "Opportunities\n");
	print_items(run, sector->opportunity, sector->n_opportunity);
	print_say(run->out, "Challenges\n");
	print_items(run, sector->challenge, sector->n_challenge);
	if (sector->n_told == 0)
		return;
	print_say(run->out, "Reported, without a verdict\n");
	print_items(run, sector->told, sector->n_told);
}

static void
print_report(struct run *run, const Erfa__OverviewReport *report)
{
	const Erfa__OverviewSector *sector;
	size_t printed = 0;
	size_t i;

	/* Where trials only say that it is too early there is nothing to see. */
	for (i = 0; i < report->n_sector; i++) {
		sector = report->sector[i];
		if (sector->n_opportunity + sector->n_challenge +
			sector->n_told ==
		    0)
			continue;
		if (printed++ > 0)
			print_say(run->out, "\n");
		print_sector(run, sector);
	}
	if (printed == 0)
		print_say(run->out, "Nobody has told of anything yet.\n");
	if (report->more_words > 0)
		print_say(run->out,
		    "\nOf some trials more was told:  erfa show TRIAL\n");
}

static int
tell(struct run *run, const Erfa__OverviewAnswer *answer, const char *only)
{
	struct viewing it = { .run = run, .only = only };
	Erfa__OverviewReport *report = calloc(1, sizeof(*report));
	char today[RUN_DAY_LEN + 1];
	int status = EXIT_DONE;

	if (report == NULL)
		return run_nomem(run);
	erfa__overview_report__init(report);
	it.report = report;
	run_today(run, today);
	if (towns_open(run->data, &it.towns) == ERR_NOMEM ||
	    answer_text(&report->schema, "erfa.overview/1") != ERR_NONE ||
	    answer_text(&report->at, today) != ERR_NONE ||
	    make_report(&it, answer) != ERR_NONE)
		status = run_nomem(run);
	else if (run->json)
		status = run_json(run, &report->base);
	else
		print_report(run, report);
	towns_close(it.towns);
	protobuf_c_message_free_unpacked(&report->base, NULL);
	return status;
}

int
cmd_overview(struct run *run)
{
	static const char *const fields[] = { "trial", NULL };
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__OverviewRequest overview = ERFA__OVERVIEW_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	char code[ROWS_CODE_MAX];
	int status;

	if (args_count(run->args) > 0) {
		rows_code(args_word(run->args, 0), "SECTOR_", code);
		overview.sector = code;
	}
	overview.at = run->day[0] != '\0' ? run->day : NULL;
	request.ask_case = ERFA__REQUEST__ASK_OVERVIEW;
	request.overview = &overview;
	status = whole_ask(run, &request, &overview.cursor, fields, &answer);
	if (status != EXIT_DONE)
		return status;
	status = tell(run, answer->overview, overview.sector);
	control_free_answer(answer);
	return status;
}
