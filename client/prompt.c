#include "client/prompt.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/args.h"
#include "client/cmd.h"
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

/* Wait for a line or for Ctrl-C, one that was pressed just now included. */
static bool
wait_line(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	sigset_t stop, before;
	bool there;

	(void)sigemptyset(&stop);
	(void)sigaddset(&stop, SIGINT);
	(void)sigaddset(&stop, SIGTERM);
	if (pthread_sigmask(SIG_BLOCK, &stop, &before) != 0)
		return true;
	there = !conn_stopped() && ppoll(&input, 1, NULL, &before) > 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return there && !conn_stopped();
}

/* Read a line that the person has ended with Enter. */
static bool
read_line(char **ret_line)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (!wait_line())
		return false;
	len = getline(&line, &room, stdin);
	if (len > 0 && line[len - 1] == '\n' && !conn_stopped()) {
		*ret_line = line;
		return true;
	}
	free(line);
	return false;
}

/* Ask ${question}, which may be translated already. */
static int
ask(struct run *run, const char *question, char **ret_text)
{
	char *line = NULL;

	*ret_text = NULL;
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

static int
ask_yes(struct run *run, const char *question, bool *ret_yes)
{
	char *text = NULL;
	char *line = NULL;
	int status;

	if (asprintf(&text, _("%s  [y/N]"), speech(question)) < 0)
		return run_nomem(run);
	status = ask(run, text, &line);
	free(text);
	/* yes, ja, kyllä */
	if (status == EXIT_DONE)
		*ret_yes = line != NULL && strchr("yYjJkK", line[0]) != NULL;
	free(line);
	return status;
}

int
prompt_line(struct run *run, const char *question, char **ret_text)
{
	int status;

	*ret_text = NULL;
	if (!prompt_can(run))
		return EXIT_DONE;
	status = ask(run, question, ret_text);
	run->typed = run->typed || *ret_text != NULL;
	return status;
}

int
prompt_yes(struct run *run, const char *question, bool *ret_yes)
{
	if (prompt_can(run))
		return ask_yes(run, question, ret_yes);
	*ret_yes = false;
	return EXIT_DONE;
}

int
prompt_confirm(struct run *run, const char *question)
{
	bool yes = false;
	int status;

	if (args_given(run->args, "yes"))
		return EXIT_DONE;
	if (isatty(STDIN_FILENO) != 1)
		return fault_say(&run->faults, EXIT_USAGE, "wants_yes",
		    "If you mean it, add --yes.",
		    "erfa %s asks before it goes on, and there is no terminal",
		    run->cmd->name);
	status = ask_yes(run, question, &yes);
	if (status != EXIT_DONE || yes)
		return status;
	return fault_say(&run->faults, EXIT_FAILED, "not_confirmed", NULL,
	    "nothing was done");
}
