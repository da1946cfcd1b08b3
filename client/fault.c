#include "client/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/json.h"
#include "client/join.h"
#include "client/print.h"
#include "client/retell.h"
#include "client/speech.h"

#define INDENT 2 /* of what helps */

static const struct fault_code codes[] = {
	{ EXIT_DONE, "ok", N_("done; also if a list is empty") },
	{ EXIT_FAILED, "failed", N_("anything without a better code") },
	{ EXIT_USAGE, "usage", N_("wrong option, command or word") },
	{ EXIT_DATA, "data",
	    N_("a file or signature is not valid; damage found") },
	{ EXIT_NOINPUT, "noinput", N_("no such trial, entry or file") },
	{ EXIT_UNAVAILABLE, "unavailable", N_("erfad is not running") },
	{ EXIT_SOFTWARE, "software", N_("a mistake in the program") },
	{ EXIT_CANTCREAT, "cantcreat",
	    N_("the target exists or is not writable") },
	{ EXIT_TEMPFAIL, "tempfail",
	    N_("not reachable or not in step: try again") },
	{ EXIT_PROTOCOL, "protocol",
	    N_("peer or erfad speaks another version") },
	{ EXIT_NOPERM, "noperm", N_("your user may not do this") },
	{ EXIT_CONFIG, "config", N_("the configuration is wrong") },
};

const struct fault_code *
fault_codes(size_t *ret_count)
{
	*ret_count = sizeof(codes) / sizeof(codes[0]);
	return codes;
}

/* The exit code that ${error} wants, if it is one. */
static int
exit_code(const Erfa__ErrorAnswer *error)
{
	size_t i;

	for (i = 1; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (error->has_exit && error->exit == (uint32_t)codes[i].status)
			return (int)codes[i].status;
	return EXIT_FAILED;
}

static void
tell_json(struct print *print, const Erfa__ErrorAnswer *error)
{
	static const struct json_options options = { .print_defaults = true };
	char *text = NULL;

	if (json_from_message(&error->base, &options, &text) != ERR_NONE)
		return;
	print_raw(print, "{\"error\":");
	print_raw(print, text);
	print_raw(print, "}\n");
	free(text);
}

static void
tell_problem(const struct fault_sink *sink, const Erfa__Problem *problem)
{
	struct print *print = sink->print;
	char line[FAULT_TEXT_MAX] = "";
	char *what = NULL;

	join_text(line, sizeof(line), "", problem->where);
	if (retell_problem(sink->labels, problem, &what) == ERR_NONE)
		join_text(line, sizeof(line), ": ", what);
	free(what);
	print_wrapped(print, INDENT, line);
	if (problem->remedy != NULL && *problem->remedy != '\0')
		print_remedy(print, 2 * INDENT, speech(problem->remedy));
}

static void
tell_lines(const struct fault_sink *sink, const Erfa__ErrorAnswer *error)
{
	struct print *print = sink->print;
	size_t i;

	print_styled(print, PRINT_BAD, "erfa:");
	print_say(print, " %s\n",
	    error->message == NULL || *error->message == '\0' ?
		_("erfad gave no reason") :
		error->message);
	for (i = 0; i < error->n_problem; i++)
		tell_problem(sink, error->problem[i]);
	if (error->remedy != NULL && *error->remedy != '\0')
		print_remedy(print, INDENT, error->remedy);
}

int
fault_tell(const struct fault_sink *sink, const Erfa__ErrorAnswer *error)
{
	Erfa__ErrorAnswer told = *error;
	char *message = NULL;
	char remedy[FAULT_TEXT_MAX];

	if (retell_message(sink->labels, error, &message) == ERR_NONE)
		told.message = message;
	if (error->remedy != NULL) {
		(void)snprintf(
		    remedy, sizeof(remedy), "%s", speech(error->remedy));
		told.remedy = remedy;
	}
	if (sink->json)
		tell_json(sink->print, &told);
	else
		tell_lines(sink, &told);
	free(message);
	/* Nobody is left to be told that this could not be written. */
	(void)!print_finish(sink->print);
	return exit_code(error);
}

int
fault_say(const struct fault_sink *sink, enum exit_status status,
    const char *code, const char *remedy, const char *format, ...)
{
	Erfa__ErrorAnswer error = ERFA__ERROR_ANSWER__INIT;
	char schema[] = "erfa.error/1";
	char word[64];
	char message[FAULT_TEXT_MAX];
	char help[FAULT_TEXT_MAX];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(message, sizeof(message), speech(format), list);
	va_end(list);
	(void)snprintf(word, sizeof(word), "%s", code);
	(void)snprintf(
	    help, sizeof(help), "%s", remedy == NULL ? "" : speech(remedy));
	error.schema = schema;
	error.code = word;
	error.has_exit = 1;
	error.exit = (uint32_t)status;
	error.message = message;
	error.remedy = help;
	return fault_tell(sink, &error);
}
