#include <stdio.h>
#include <string.h>

#include "proto/control.h"
#include "client/cmd.h"
#include "client/groups.h"
#include "client/listing.h"
#include "client/print.h"
#include "client/run.h"
#include "client/speech.h"
#include "client/table.h"
#include "client/wanted.h"

#define CELL_ROOM 512 /* bytes of a cell */

/* Add a word to a list of them. */
static void
add_word(char out[CELL_ROOM], const char *word)
{
	size_t len = strlen(out);

	if (word[0] != '\0')
		(void)snprintf(out + len, CELL_ROOM - len, "%s%s",
		    len == 0 ? "" : ", ", word);
}

/* Whom to ask: the guide of the trial, or else the organisation's contact. */
static const char *
whom(const Erfa__Guide *guide)
{
	return run_text(guide->development_guide)[0] != '\0' ?
	    guide->development_guide :
	    run_text(guide->contact_role);
}

static void
add_guide(struct run *run, struct table *table, const void *item)
{
	const Erfa__Guide *guide = item;
	char offers[CELL_ROOM] = "";
	char org[CELL_ROOM];
	size_t i;

	for (i = 0; i < guide->n_support; i++)
		add_word(offers,
		    labels_get(run->labels, "support", guide->support[i]));
	if (guide->offers_sparring && offers[0] == '\0')
		add_word(
		    offers, labels_get(run->labels, "support", "sparring"));
	table_add(table, guide->row->id);
	table_add(table, guide->row->title);
	(void)snprintf(org, sizeof(org), "%s", run_text(guide->row->publisher));
	groups_mark(run, guide->row->group, org, sizeof(org));
	table_add(table, org);
	table_add(table, whom(guide));
	table_add(table, offers);
	table_add(table, guide->mailbox);
}

static int
print_guides(struct run *run, const Erfa__GuidesAnswer *answer)
{
	static const struct table_column columns[] = {
		{ N_("TRIAL"), false, 0 },
		{ N_("TITLE"), false, 3 },
		{ N_("ORG"), false, 0 },
		{ N_("WHOM TO ASK"), false, 2 },
		{ N_("OFFERS"), false, 2 },
		{ N_("MAILBOX"), false, 2 },
	};
	int status;

	if (answer->n_guide == 0) {
		print_say(run->out, "Nobody has offered to be asked.\n");
		return EXIT_DONE;
	}
	status = listing_table(run, &answer->base, "guide", columns,
	    sizeof(columns) / sizeof(columns[0]), add_guide);
	if (status == EXIT_DONE)
		print_say(run->out, "\nAsk them:  erfa ask TRIAL TEXT\n");
	return status;
}

int
cmd_guides(struct run *run)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__GuidesRequest guides = ERFA__GUIDES_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	char sector[WANTED_VALUE];
	int status;

	status = wanted_sector(run, sector, &guides.sector);
	if (status != EXIT_DONE)
		return status;
	guides.org = run_lend(args_value(run->args, "org"));
	request.ask_case = ERFA__REQUEST__ASK_GUIDES;
	request.guides = &guides;
	status = run_ask(run, &request, 0, &answer);
	if (status != EXIT_DONE)
		return status;
	if (run->json)
		status = listing_json(run, &answer->guides->base, "guide");
	else
		status = print_guides(run, answer->guides);
	control_free_answer(answer);
	return status;
}
