#include "client/corpus_tell.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/control.h"
#include "client/run.h"
#include "client/speech.h"

#define WHERE_MAX 48 /* bytes of "line 12" */

/* Bad lines as problems; the caller frees with free_problems(). */
static Erfa__Problem **
make_problems(const struct corpus_fault *faults, size_t count)
{
	Erfa__Problem **list = calloc(count + 1, sizeof(Erfa__Problem *));
	char *where;
	size_t i;

	for (i = 0; list != NULL && i < count; i++) {
		list[i] = calloc(1, sizeof(**list) + WHERE_MAX);
		if (list[i] == NULL)
			break;
		erfa__problem__init(list[i]);
		where = (char *)(list[i] + 1);
		(void)snprintf(where, WHERE_MAX, _("line %u"), faults[i].line);
		list[i]->where = where;
		list[i]->what = run_lend(faults[i].text);
	}
	return list;
}

static void
free_problems(Erfa__Problem **list)
{
	size_t i;

	for (i = 0; list != NULL && list[i] != NULL; i++)
		free(list[i]);
	free(list);
}

int
corpus_tell(struct run *run, const char *name,
    const struct corpus_fault *faults, size_t count, size_t all,
    const char *remedy)
{
	Erfa__ErrorAnswer error = ERFA__ERROR_ANSWER__INIT;
	char message[256];
	int status;

	(void)snprintf(message, sizeof(message),
	    count < all ?
		_("%.100s: %zu bad lines, of which the first follow") :
		speech_many(
		    all, "%.100s: %zu bad line", "%.100s: %zu bad lines"),
	    name, all);
	error.schema = run_lend("erfa.error/1");
	error.code = run_lend("bad_lines");
	error.has_exit = 1;
	error.exit = EXIT_DATA;
	error.message = message;
	error.remedy = run_lend(remedy);
	error.problem = make_problems(faults, count);
	while (error.problem != NULL && error.problem[error.n_problem] != NULL)
		error.n_problem++;
	status = fault_tell(&run->faults, &error);
	free_problems(error.problem);
	return status;
}
