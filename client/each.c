#include "client/each.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "proto/control.h"
#include "client/act.h"
#include "client/pages.h"
#include "client/run.h"

/* Ask for one record and hand it on, if its content is here and was then. */
static int
one(struct run *run, const Erfa__Row *row,
    int (*fn)(void *context, const Erfa__ShowAnswer *show), void *context)
{
	Erfa__Answer *answer = NULL;
	int status;

	if (strcmp(run_text(row->state), "here") != 0)
		return EXIT_DONE;
	status = act_try(run, run_text(row->full_id), &answer);
	if (status == EXIT_DONE && answer != NULL)
		status = fn(context, answer->show);
	control_free_answer(answer);
	return status;
}

int
each_record(struct run *run, const char *kind,
    int (*fn)(void *context, const Erfa__ShowAnswer *show), void *context)
{
	Erfa__Request request = ERFA__REQUEST__INIT;
	Erfa__ListRequest list = ERFA__LIST_REQUEST__INIT;
	Erfa__Answer *answer = NULL;
	Erfa__Answer *before = NULL;
	bool more = true;
	size_t i;
	int status = EXIT_DONE;

	list.kind = run_lend(kind);
	request.ask_case = ERFA__REQUEST__ASK_LIST;
	request.list = &list;
	while (status == EXIT_DONE && more) {
		answer = NULL;
		status = run_ask(run, &request, 0, &answer);
		if (status != EXIT_DONE)
			break;
		for (i = 0; i < answer->list->n_row && status == EXIT_DONE; i++)
			status = one(run, answer->list->row[i], fn, context);
		more = pages_more(answer->list->next, list.cursor);
		list.cursor = answer->list->next;
		control_free_answer(before);
		before = answer;
	}
	control_free_answer(before);
	return status;
}
