#include <stdlib.h>
#include <string.h>

#include "proto/report.pb-c.h"
#include "client/cmd.h"
#include "client/help.h"
#include "client/print.h"
#include "client/run.h"

#define COMMANDS_MAX 128 /* rows of the table */
#define OPTIONS_MAX  32  /* options of one command */
#define LINES_MAX    16  /* examples of one command */

/* The table as messages, which lend its strings. */
struct report {
	Erfa__HelpReport top;
	Erfa__HelpCommand commands[COMMANDS_MAX];
	Erfa__HelpCommand *command_list[COMMANDS_MAX];
	Erfa__HelpOption options[COMMANDS_MAX][OPTIONS_MAX];
	Erfa__HelpOption *option_list[COMMANDS_MAX][OPTIONS_MAX];
	char *examples[COMMANDS_MAX][LINES_MAX];
	char *example_text[COMMANDS_MAX]; /* owned; examples point into it */
	Erfa__HelpExit exits[OPTIONS_MAX];
	Erfa__HelpExit *exit_list[OPTIONS_MAX];
};

static void
add_options(struct report *report, size_t at, const struct args_option *table)
{
	Erfa__HelpCommand *command = &report->commands[at];
	Erfa__HelpOption *option;

	for (; table != NULL && table->name != NULL; table++) {
		if (command->n_option == OPTIONS_MAX || table->help == NULL)
			continue;
		option = &report->options[at][command->n_option];
		erfa__help_option__init(option);
		option->name = run_lend(table->name);
		option->value = run_lend(table->value);
		option->help = run_lend(speech(table->help));
		report->option_list[at][command->n_option++] = option;
	}
	command->option = report->option_list[at];
}

/* Cut the examples into lines. */
static bool
add_examples(struct report *report, size_t at, const char *examples)
{
	Erfa__HelpCommand *command = &report->commands[at];
	char *text = strdup(speech(examples));
	char *next;

	if (text == NULL)
		return false;
	report->example_text[at] = text;
	while (text != NULL && command->n_example < LINES_MAX) {
		if ((next = strchr(text, '\n')) != NULL)
			*next++ = '\0';
		report->examples[at][command->n_example++] = text;
		text = next;
	}
	command->example = report->examples[at];
	return true;
}

static bool
add_command(struct report *report, const struct cmd *cmd)
{
	size_t at = report->top.n_command;
	Erfa__HelpCommand *command;

	if (at == COMMANDS_MAX)
		return false;
	command = &report->commands[at];
	erfa__help_command__init(command);
	command->name = run_lend(cmd->name);
	command->group = run_lend(speech(cmd_group_name(cmd->group)));
	command->args = run_lend(cmd->args);
	command->help = run_lend(speech(cmd->help));
	report->command_list[at] = command;
	report->top.n_command++;
	add_options(report, at, cmd->options);
	add_options(report, at, cmd_common());
	return add_examples(report, at, cmd->examples);
}

static void
add_exits(struct report *report)
{
	const struct fault_code *codes;
	size_t count, i;

	codes = fault_codes(&count);
	for (i = 0; i < count && i < OPTIONS_MAX; i++) {
		erfa__help_exit__init(&report->exits[i]);
		report->exits[i].has_code = 1;
		report->exits[i].code = (uint32_t)codes[i].status;
		report->exits[i].name = run_lend(codes[i].name);
		report->exits[i].when = run_lend(speech(codes[i].when));
		report->exit_list[i] = &report->exits[i];
	}
	report->top.n_exit = i;
	report->top.exit = report->exit_list;
}

/* Print ${only}, or all commands if it is NULL, as JSON. */
static int
print_json(struct run *run, const struct cmd *only)
{
	struct report *report = calloc(1, sizeof(*report));
	const struct cmd *table;
	bool good = true;
	size_t count, i;
	int status;

	if (report == NULL)
		return run_nomem(run);
	erfa__help_report__init(&report->top);
	report->top.schema = run_lend("erfa.help/1");
	report->top.version = run_lend(ERFA_VERSION);
	report->top.command = report->command_list;
	table = cmd_table(&count);
	for (i = 0; i < count && good; i++)
		if (only == NULL || only == &table[i])
			good = add_command(report, &table[i]);
	add_exits(report);
	status = good ? run_json(run, &report->top.base) : run_nomem(run);
	for (i = 0; i < report->top.n_command; i++)
		free(report->example_text[i]);
	free(report);
	return status;
}

int
cmd_help_run(struct run *run)
{
	size_t count = args_count(run->args);
	const struct cmd *cmd = NULL;
	size_t words = 0;

	if (count == 1 && strcmp(args_word(run->args, 0), "exit") == 0 &&
	    !run->json) {
		help_print_exit(run->out);
		return EXIT_DONE;
	}
	if (count > 0 && strcmp(args_word(run->args, 0), "exit") != 0) {
		cmd = cmd_find(args_word(run->args, 0),
		    count > 1 ? args_word(run->args, 1) : NULL, &words);
		if (cmd == NULL)
			return fault_say(&run->faults, EXIT_USAGE,
			    "unknown_command", "All commands:  erfa help",
			    "there is no command \"%.60s\"",
			    args_word(run->args, 0));
	}
	if (run->json)
		return print_json(run, cmd);
	if (cmd == NULL)
		help_print(run->out);
	else
		help_print_one(run->out, cmd);
	return EXIT_DONE;
}
