#include "client/retell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/pattern.h"
#include "client/labels.h"
#include "client/speech.h"

#define ARGS_MAX  16  /* places that are filled */
#define STATE_MAX 128 /* bytes of "state=" and a label */

/* What an answer says: the English, and how it was made. */
struct telling {
	const char *english;
	const char *pattern;
	char *const *args;
	size_t nargs;
};

/* Fill the places of ${other}; a status is told by its label. */
static enum err
fill(const struct labels *labels, const char *other,
    const struct telling *telling, char **ret_text)
{
	char state[STATE_MAX];
	char *args[ARGS_MAX];
	size_t i;

	for (i = 0; i < telling->nargs && i < ARGS_MAX; i++) {
		args[i] = telling->args[i];
		if (strncmp(args[i], "state=", 6) != 0)
			continue;
		(void)snprintf(state, sizeof(state), "state=%s",
		    labels_get(labels, "status", args[i] + 6));
		args[i] = state;
	}
	return pattern_fill(other, args, i, ret_text);
}

static enum err
retell(
    const struct labels *labels, const struct telling *telling, char **ret_text)
{
	const char *pattern = telling->pattern;
	const char *other;

	if (pattern != NULL && *pattern != '\0') {
		other = speech(pattern);
		if (other != pattern)
			return fill(labels, other, telling, ret_text);
	}
	other = telling->english == NULL ? "" : speech(telling->english);
	return (*ret_text = strdup(other)) == NULL ? ERR_NOMEM : ERR_NONE;
}

enum err
retell_message(const struct labels *labels, const Erfa__ErrorAnswer *error,
    char **ret_text)
{
	struct telling telling = { error->message, error->pattern, error->arg,
		error->n_arg };

	return retell(labels, &telling, ret_text);
}

enum err
retell_problem(
    const struct labels *labels, const Erfa__Problem *problem, char **ret_text)
{
	struct telling telling = { problem->what, problem->pattern,
		problem->arg, problem->n_arg };
	const char *pattern = problem->pattern;
	char *text = NULL;
	enum err err;
	int n;

	/* With a path, the English begins with it, and the pattern does not. */
	err = retell(labels, &telling, &text);
	if (err != ERR_NONE || problem->path == NULL ||
	    *problem->path == '\0' || pattern == NULL ||
	    speech(pattern) == pattern) {
		*ret_text = text;
		return err;
	}
	n = asprintf(ret_text, "%s: %s", problem->path, text);
	free(text);
	return n < 0 ? ERR_NOMEM : ERR_NONE;
}

enum err
retell_missing(
    const struct labels *labels, const Erfa__Missing *missing, char **ret_text)
{
	struct telling telling = { missing->what, missing->pattern,
		missing->arg, missing->n_arg };

	return retell(labels, &telling, ret_text);
}
