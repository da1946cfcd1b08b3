#include "client/help.h"

#include <stdio.h>
#include <string.h>

#include "proto/text.h"
#include "client/cmd.h"
#include "client/fault.h"
#include "client/print.h"
#include "client/speech.h"

#define HELP_COLUMN    22 /* where the text of an option begins */
#define NAME_MAX_SHOWN 32 /* bytes of a name in the help, with its NUL */
#define MARGIN         8  /* columns with the name of a group, at least */
#define HELP_WIDTH     76 /* of a line with names of commands */

/* Print a command with its words, padded, and its line of help. */
static void
help_line(struct print *print, const struct cmd *cmd)
{
	size_t width = strlen(cmd->name) + 1 + strlen(cmd->args);

	print_say(print, "%s ", cmd->name);
	print_pad(print, cmd->args,
	    HELP_COLUMN + 8 > width ? HELP_COLUMN + 8 - strlen(cmd->name) - 1 :
				      0);
	print_say(print, "%s\n", speech(cmd->help));
}

/* Commands that the help of erfa only names, so that it fits a screen. */
static const char *const named[] = { "diff", "answer", "comment", "offer",
	"copy", "link", "claim", "pause", "confirm", "ready", "barrier",
	"endorse", "programme", "network", "round", "indicator", "burden",
	"table31", "guides", "org", "term", "scale", "dossier", "evidence",
	"reindex", "logs", "log", "backup", "restore", "doctor", "health",
	"metrics", "config", "reload", "bundle", "overview", "directory",
	"members", "key", "sync", "group" };

/* Whether ${cmd}, or a family of commands that begins with its first word, is
 * only named. */
static bool
is_named_only(const struct cmd *cmd)
{
	size_t len = strcspn(cmd->name, " ");
	size_t i;

	for (i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (strlen(named[i]) == len &&
		    strncmp(named[i], cmd->name, len) == 0)
			return true;
	return false;
}

/* Whether the command before number ${i} of ${table} is of the same family. */
static bool
is_sibling(const struct cmd *table, size_t i)
{
	size_t len = strcspn(table[i].name, " ");

	return i > 0 && strcspn(table[i - 1].name, " ") == len &&
	    strncmp(table[i].name, table[i - 1].name, len) == 0;
}

/* Print what begins a line of ${group}: its name the first time. */
static void
help_margin(struct print *print, enum cmd_group group, bool *first)
{
	const char *name;
	size_t width;

	if (*first) {
		print_say(print, "\n");
		name = speech(cmd_group_name(group));
		width = text_width(name);
		print_styled(print, PRINT_STRONG, "%s", name);
		print_pad(print, "", width < MARGIN ? MARGIN - width : 1);
		*first = false;
	} else {
		print_pad(print, "", MARGIN);
	}
}

/* Print the commands of ${group} that are only named. */
static void
help_named(struct print *print, enum cmd_group group, bool *first)
{
	char name[NAME_MAX_SHOWN];
	const struct cmd *table;
	size_t width = 0;
	size_t count, i, len, word;

	table = cmd_table(&count);
	for (i = 0; i < count; i++) {
		if (table[i].group != group || !is_named_only(&table[i]) ||
		    is_sibling(table, i))
			continue;
		word = strcspn(table[i].name, " ");
		len = 2 + strlen(table[i].name);
		if (width == 0 || width + len > HELP_WIDTH) {
			if (width > 0)
				print_say(print, "\n");
			help_margin(print, group, first);
			width = MARGIN;
		} else {
			print_say(print, "  ");
		}
		(void)snprintf(name, sizeof(name), "%.*s%s", (int)word,
		    table[i].name, table[i].name[word] == ' ' ? " ..." : "");
		print_say(print, "%s", name);
		width += len;
	}
	if (width > 0)
		print_say(print, "\n");
}

void
help_print(struct print *print)
{
	const struct cmd *table;
	unsigned group;
	bool first;
	size_t count, i;

	table = cmd_table(&count);
	print_say(print,
	    "Share what your municipality tried, and learn from "
	    "what others tried.\n");
	for (group = CMD_LOOK; group <= CMD_KEEP; group++) {
		first = true;
		for (i = 0; i < count; i++) {
			if (table[i].group != group || is_named_only(&table[i]))
				continue;
			help_margin(print, group, &first);
			help_line(print, &table[i]);
		}
		help_named(print, group, &first);
	}
	print_say(print,
	    "\nEvery command: --json  --lang da|nb|nn|sv|fi|is|en  --at DATE  --help"
	    "\nStart here:    erfa status        erfa find boliger        "
	    "erfa help publish\n");
}

static void
help_options(struct print *print, const struct args_option *options)
{
	const struct args_option *option;
	size_t width;

	for (option = options; option->name != NULL; option++) {
		if (option->help == NULL)
			continue;
		width = 4 + strlen(option->name);
		print_say(print, "  --%s", option->name);
		if (option->value != NULL) {
			width += 1 + strlen(option->value);
			print_say(print, " %s", option->value);
		}
		print_pad(
		    print, "", width < HELP_COLUMN ? HELP_COLUMN - width : 1);
		print_say(print, "%s\n", speech(option->help));
	}
}

void
help_print_one(struct print *print, const struct cmd *cmd)
{
	print_styled(print, PRINT_STRONG, "erfa %s", cmd->name);
	print_say(print, ": %s\n\n", speech(cmd->help));
	print_block(print, 2, speech(cmd->examples));
	print_say(print, "\nUsage: erfa %s%s%s%s\n", cmd->name,
	    *cmd->args == '\0' ? "" : " ", cmd->args,
	    cmd->options == NULL ? "" : " [OPTION ...]");
	if (cmd->notes != NULL) {
		print_say(print, "\n");
		print_block(print, 0, speech(cmd->notes));
	}
	if (cmd->options != NULL) {
		print_say(print, "\n");
		help_options(print, cmd->options);
	}
	print_say(print,
	    "\nEvery command: --json%s  --lang LANG  --at DATE  --quiet  "
	    "--socket PATH\n"
	    "Exit codes:    erfa help exit\n",
	    cmd->lists ? "  --jsonl" : "");
}

void
help_print_exit(struct print *print)
{
	const struct fault_code *codes;
	size_t count, i;

	codes = fault_codes(&count);
	for (i = 0; i < count; i++) {
		print_say(print, "%s%d  ", codes[i].status < 10 ? " " : "",
		    (int)codes[i].status);
		print_pad(print, codes[i].name, 13);
		print_say(print, "%s\n", speech(codes[i].when));
	}
}
