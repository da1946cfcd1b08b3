#include "client/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/args.h"
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

int
prompt_line(struct run *run, const char *question, char **ret_text)
{
	char *line = NULL;
	size_t room = 0;

	*ret_text = NULL;
	if (!prompt_can(run))
		return EXIT_DONE;
	print_say(run->err, "%s ", speech(question));
	if (print_finish(run->err) != ERR_NONE ||
	    getline(&line, &room, stdin) < 0) {
		free(line);
		return EXIT_DONE;
	}
	trim(line);
	if (*line == '\0')
		free(line);
	else
		*ret_text = line;
	return EXIT_DONE;
}

bool
prompt_yes(struct run *run, const char *question)
{
	char text[256];
	char *line = NULL;
	bool yes;

	(void)snprintf(text, sizeof(text), _("%s  [y/N]"), speech(question));
	if (prompt_line(run, text, &line) != EXIT_DONE || line == NULL)
		return false;
	/* yes, ja, kyllä */
	yes = strchr("yYjJkK", line[0]) != NULL;
	free(line);
	return yes;
}
