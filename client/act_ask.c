/*
 * How a person at the terminal is asked for the fields of a record.
 */

#include "client/act.h"

#include <stdlib.h>

#include "client/prompt.h"
#include "client/run.h"

bool
act_misfit(int status)
{
	return status == EXIT_USAGE || status == EXIT_DATA ||
	    status == EXIT_NOINPUT;
}

int
act_ask(struct act *act, const char *name, const char *path,
    const char *question, bool *ret_answered)
{
	char *text;
	int status;

	do {
		text = NULL;
		status = prompt_line(act->run, question, &text);
		if (status != EXIT_DONE || text == NULL)
			return status;
		status = act_set(act, name, path, text);
		free(text);
	} while (act_misfit(status));
	if (status == EXIT_DONE && ret_answered != NULL)
		*ret_answered = true;
	return status;
}
