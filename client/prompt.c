#include "client/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/args.h"
#include "client/conn.h"
#include "client/print.h"
#include "client/run.h"
#include "client/speech.h"

bool
prompt_can(const struct run *run)
{
	return !run->json && !args_given(run->args, "yes") &&
	    isatty(STDIN_FILENO) == 1;
}

/* Take the blanks off both ends of ${text}. */
static void
trim(char *text)
{
	size_t start = strspn(text, " \t\r\n");
	size_t len = strlen(text + start);

	while (len > 0 && strchr(" \t\r\n", text[start + len - 1]) != NULL)
		len--;
	memmove(text, text + start, len);
	text[len] = '\0';
}

/* Read a line that the person has ended with Enter. */
static bool
read_line(char **ret_line)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len = getline(&line, &room, stdin);

	if (len > 0 && line[len - 1] == '\n' && !conn_stopped()) {
		*ret_line = line;
		return true;
	}
	free(line);
	return false;
}

int
prompt_line(struct run *run, const char *question, char **ret_text)
{
	char *line = NULL;

	*ret_text = NULL;
	if (!prompt_can(run))
		return EXIT_DONE;
	if (conn_stopped())
		return run_halted(run);
	print_say(run->err, "%s ", speech(question));
	if (print_finish(run->err) != ERR_NONE || !read_line(&line)) {
		/* The cursor stands behind the question still. */
		print_say(run->err, "\n");
		return run_halted(run);
	}
	trim(line);
	if (*line == '\0')
		free(line);
	else
		*ret_text = line;
	return EXIT_DONE;
}

int
prompt_yes(struct run *run, const char *question, bool *ret_yes)
{
	char text[256];
	char *line = NULL;
	int status;

	(void)snprintf(text, sizeof(text), _("%s  [y/N]"), speech(question));
	if ((status = prompt_line(run, text, &line)) != EXIT_DONE)
		return status;
	/* yes, ja, kyllä */
	*ret_yes = line != NULL && strchr("yYjJkK", line[0]) != NULL;
	free(line);
	return EXIT_DONE;
}
