#include <stdio.h>
#include <string.h>

#include "proto/control.h"
#include "proto/day.h"
#include "client/cmd.h"
#include "client/each.h"
#include "client/print.h"
#include "client/run.h"
#include "client/table.h"

#define DAYS_FEW     90  /* a round shorter than this hurries people */
#define NOTE_ROOM    128 /* bytes of the words beside a round */
#define SUMMER_BEGIN "07-01"
#define SUMMER_END   "08-07"

/* When budgets are usually made, by country. */
static const struct {
	const char *country;
	const char *begin;
	const char *end;
} budgets[] = {
	{ "dk", "08-15", "10-15" },
	{ "no", "10-15", "12-20" },
	{ "se", "09-15", "11-30" },
	{ "fi", "10-01", "12-15" },
	{ "is", "10-15", "12-20" },
};

struct listing {
	struct run *run;
	struct table *table;
	int32_t today;
	char org[ORG_MAX + 1];
	size_t count;
};

/* Days of the span from ${first} to ${last} that lie between two days of each
 * year. */
static int32_t
overlap(int32_t first, int32_t last, const char *begin, const char *end)
{
	char text[DAY_LEN + 8];
	char day[DAY_LEN + 1];
	int32_t from, to, rest, sum = 0;
	int32_t at;

	for (at = first - 366; at <= last; at = day_add_months(at, 12)) {
		day_text(at, day);
		(void)snprintf(text, sizeof(text), "%.4s-%s", day, begin);
		if (day_range(text, &from, &rest) != ERR_NONE)
			continue;
		(void)snprintf(text, sizeof(text), "%.4s-%s", day, end);
		if (day_range(text, &rest, &to) != ERR_NONE)
			continue;
		from = from > first ? from : first;
		to = to < last ? to : last;
		if (from <= to)
			sum += to - from + 1;
	}
	return sum;
}

/* Whether the round closes while this node's budget is made. */
static bool
meets_budget(const struct listing *it, int32_t closes)
{
	size_t i;

	for (i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++)
		if (strncmp(it->org, budgets[i].country, 2) == 0)
			return overlap(closes, closes, budgets[i].begin,
				   budgets[i].end) > 0;
	return false;
}

/* What is worth a word about a round. */
static void
note(const struct listing *it, int32_t opens, int32_t closes,
    char out[NOTE_ROOM])
{
	int32_t days = closes - opens + 1;
	int32_t summer = overlap(opens, closes, SUMMER_BEGIN, SUMMER_END);
	size_t len = 0;

	out[0] = '\0';
	if (days < DAYS_FEW)
		len += (size_t)snprintf(
		    out, NOTE_ROOM, _("only %d days; "), days);
	if (summer > 0 && days - summer < DAYS_FEW)
		len += (size_t)snprintf(out + len, NOTE_ROOM - len,
		    _("%d of them in the summer; "), summer);
	if (meets_budget(it, closes))
		len += (size_t)snprintf(out + len, NOTE_ROOM - len,
		    _("closes in the budget time; "));
	if (len >= 2)
		out[len - 2] = '\0';
}

/* How a round stands today. */
static void
left(const struct listing *it, int32_t opens, int32_t closes, char *out,
    size_t size)
{
	if (it->today < opens)
		(void)snprintf(
		    out, size, _("opens in %d days"), opens - it->today);
	else if (it->today > closes)
		(void)snprintf(out, size, _("closed"));
	else
		(void)snprintf(
		    out, size, _("%d days left"), closes - it->today);
}

static void
add_row(struct listing *it, const Erfa__ShowAnswer *show, int32_t opens,
    int32_t closes)
{
	const Erfa__Round *round = show->body->round;
	char cell[NOTE_ROOM];

	table_add(it->table, show->row->id);
	if (run_text(round->title)[0] != '\0')
		table_add(it->table, round->title);
	else {
		(void)snprintf(cell, sizeof(cell), _("round %u"), round->no);
		table_add(it->table, round->has_no ? cell : "");
	}
	table_add(it->table, round->opens);
	table_add(it->table, round->closes);
	left(it, opens, closes, cell, sizeof(cell));
	table_add(it->table, cell);
	note(it, opens, closes, cell);
	table_add(it->table, cell);
}

static int
add_round(void *context, const Erfa__ShowAnswer *show)
{
	struct listing *it = context;
	const Erfa__Round *round = show->body->round;
	int32_t opens, closes, rest;

	if (show->body->record_case != ERFA__BODY__RECORD_ROUND ||
	    day_range(round->opens, &opens, &rest) != ERR_NONE ||
	    day_range(round->closes, &rest, &closes) != ERR_NONE)
		return EXIT_DONE;
	if (closes < it->today && !args_given(it->run->args, "all"))
		return EXIT_DONE;
	it->count++;
	if (it->run->json)
		return run_jsonl(it->run, &show->base);
	add_row(it, show, opens, closes);
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
	if ((status = run_org(run, it.org)) != EXIT_DONE)
		return status;
	if (table_new(run->out, columns, 6, &it.table) != ERR_NONE)
		return run_nomem(run);
	status = each_record(run, "round", add_round, &it);
	if (status == EXIT_DONE && !run->json && it.count == 0)
		print_say(run->out, "No round is open.\n");
	else if (status == EXIT_DONE && !run->json &&
	    table_print(it.table) != ERR_NONE)
		status = run_nomem(run);
	table_free(it.table);
	return status;
}
