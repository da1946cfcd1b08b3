#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/answer.h"
#include "proto/control.h"
#include "proto/day.h"
#include "proto/report.pb-c.h"
#include "client/calendar.h"
#include "client/cmd.h"
#include "client/each.h"
#include "client/named.h"
#include "client/orgs.h"
#include "client/print.h"
#include "client/run.h"
#include "client/speech.h"
#include "client/table.h"

#define NOTE_ROOM 256 /* bytes of the words beside a round */

struct listing {
	struct run *run;
	struct table *table;
	Erfa__RoundsReport *report;
	struct calendar calendar; /* of this municipality */
	int32_t today;
	size_t count;
};

/* What the days of a round tell. */
static void
judge(const struct listing *it, int32_t opens, int32_t closes,
    Erfa__RoundReport *report)
{
	report->has_days = report->has_days_left = 1;
	report->has_days_summer = report->has_few_days = 1;
	report->has_meets_summer = report->has_meets_budget = 1;
	report->days = closes - opens + 1;
	report->days_left = closes - it->today;
	report->days_summer = calendar_summer(opens, closes);
	report->few_days = report->days < CALENDAR_FEW_DAYS;
	report->meets_summer = calendar_meets_summer(opens, closes);
	report->meets_budget = calendar_meets_budget(&it->calendar, closes);
}

static enum err
fill(const Erfa__ShowAnswer *show, Erfa__RoundReport *report)
{
	const Erfa__Round *round = show->body->round;
	const Erfa__Row *row = show->row;
	enum err err;

	report->has_no = round->has_no;
	report->no = round->no;
	if ((err = answer_text(&report->id, row->full_id)) != ERR_NONE ||
	    (err = answer_text(&report->shown_id, row->id)) != ERR_NONE ||
	    (err = answer_text(&report->publisher, row->publisher)) !=
		ERR_NONE ||
	    (err = answer_text(&report->programme,
		 round->programme == NULL ? "" : round->programme->id)) !=
		ERR_NONE ||
	    (err = answer_text(&report->title, round->title)) != ERR_NONE ||
	    (err = answer_text(&report->opens, round->opens)) != ERR_NONE ||
	    (err = answer_text(&report->closes, round->closes)) != ERR_NONE)
		return err;
	return answer_text(&report->decision_due, round->decision_due);
}

/* ---- for people ---- */

/* What is worth a word about a round. */
static void
note(const Erfa__RoundReport *report, char out[NOTE_ROOM])
{
	size_t len = 0;

	out[0] = '\0';
	if (report->few_days)
		len += (size_t)snprintf(
		    out, NOTE_ROOM, _("only %d days; "), report->days);
	if (report->meets_summer)
		len += (size_t)snprintf(out + len, NOTE_ROOM - len,
		    _("%d of them in the summer; "), report->days_summer);
	if (report->meets_budget)
		len += (size_t)snprintf(out + len, NOTE_ROOM - len,
		    _("closes in the budget time; "));
	if (len >= 2 && len < NOTE_ROOM)
		out[len - 2] = '\0';
}

static int
add_row(struct listing *it, const Erfa__RoundReport *report, int32_t opens,
    const Erfa__ShowAnswer *show)
{
	char title[NAMED_MAX];
	char cell[NOTE_ROOM];
	int status = named_row(it->run, show->row, title);

	table_add(it->table, report->shown_id);
	table_add(it->table, title);
	table_add(it->table, report->opens);
	table_add(it->table, report->closes);
	if (it->today < opens)
		(void)snprintf(cell, sizeof(cell), _("opens in %d days"),
		    opens - it->today);
	else if (report->days_left < 0)
		(void)snprintf(cell, sizeof(cell), "%s", _("closed"));
	else
		(void)snprintf(
		    cell, sizeof(cell), _("%d days left"), report->days_left);
	table_add(it->table, cell);
	note(report, cell);
	table_add(it->table, cell);
	return status;
}

/* ---- both ---- */

static int
add_round(void *context, const Erfa__ShowAnswer *show)
{
	struct listing *it = context;
	const Erfa__Round *round = show->body->round;
	Erfa__RoundReport *report;
	int32_t opens, closes, rest;

	if (show->body->record_case != ERFA__BODY__RECORD_ROUND ||
	    day_range(round->opens, &opens, &rest) != ERR_NONE ||
	    day_range(round->closes, &rest, &closes) != ERR_NONE)
		return EXIT_DONE;
	if (closes < it->today && !args_given(it->run->args, "all"))
		return EXIT_DONE;
	if (answer_add(&it->report->round, &it->report->n_round,
		&erfa__round_report__descriptor, &report) != ERR_NONE ||
	    fill(show, report) != ERR_NONE ||
	    answer_text(&report->state,
		it->today < opens      ? "ahead" :
		    it->today > closes ? "closed" :
					 "open") != ERR_NONE)
		return run_nomem(it->run);
	judge(it, opens, closes, report);
	it->count++;
	if (it->run->jsonl)
		return run_jsonl(it->run, &report->base);
	return it->run->json ? EXIT_DONE : add_row(it, report, opens, show);
}

/* Whose budget it is: this node's. */
static int
read_calendar(struct listing *it)
{
	const Erfa__Organisation *own;
	Erfa__Answer *answer = NULL;
	int status;

	status = orgs_own(it->run, &answer, &own);
	if (status == EXIT_DONE)
		calendar_make(
		    own == NULL ? "" : run_text(own->id), own, &it->calendar);
	control_free_answer(answer);
	return status;
}

static int
print_all(struct listing *it)
{
	if (it->run->jsonl)
		return EXIT_DONE;
	if (it->run->json)
		return run_json(it->run, &it->report->base);
	if (it->count == 0)
		print_say(it->run->out,
		    args_given(it->run->args, "all") ?
			N_("No rounds.\n") :
			N_("No round is open.\n"));
	else if (table_print(it->table) != ERR_NONE)
		return run_nomem(it->run);
	return EXIT_DONE;
}

int
cmd_rounds(struct run *run)
{
	static const struct table_column columns[] = {
		{ N_("ROUND"), false, 0 },
		{ N_("TITLE"), false, 2 },
		{ N_("OPENS"), false, 0 },
		{ N_("CLOSES"), false, 0 },
		{ N_("TODAY"), false, 0 },
		{ N_("NOTE"), false, 3 },
	};
	struct listing it = { .run = run };
	char today[RUN_DAY_LEN + 1];
	int32_t rest;
	int status;

	run_today(run, today);
	if (day_range(today, &it.today, &rest) != ERR_NONE)
		it.today = 0;
	if ((it.report = calloc(1, sizeof(*it.report))) == NULL)
		return run_nomem(run);
	erfa__rounds_report__init(it.report);
	if (answer_text(&it.report->schema, "erfa.rounds/1") != ERR_NONE ||
	    table_new(run->out, columns, 6, &it.table) != ERR_NONE)
		status = run_nomem(run);
	else
		status = read_calendar(&it);
	if (status == EXIT_DONE)
		status = each_record(run, "round", add_round, &it);
	if (status == EXIT_DONE)
		status = print_all(&it);
	erfa__rounds_report__free_unpacked(it.report, NULL);
	table_free(it.table);
	return status;
}
