/*
 * manual - what the manuals say of commands, exit codes and settings, printed
 * from their tables in the language of scdoc: conf/page puts it where a page has
 * a line "@commands@", "@exits@" or "@settings@".
 */

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cmd.h"
#include "client/fault.h"
#include "daemon/config_value.h"

#define WORD_ROOM 128 /* bytes of what a setting allows */

/* Print text so that scdoc reads nothing into it; a newline is a blank. */
static void
plain(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			(void)putchar(' ');
			continue;
		}
		if (strchr("\\*_#[]`~^+-|;.", *text) != NULL)
			(void)putchar('\\');
		(void)putchar(*text);
	}
}

/* Print lines as they are, at a depth of one tab. */
static void
literal(const char *text)
{
	const char *end;

	(void)puts("\t```");
	for (; *text != '\0'; text = *end == '\0' ? end : end + 1) {
		end = text + strcspn(text, "\n");
		(void)printf("\t%.*s\n", (int)(end - text), text);
	}
	(void)puts("\t```\n");
}

/* The first letter of a sentence is a capital. */
static void
sentence(const char *text)
{
	(void)putchar(toupper((unsigned char)*text));
	plain(text + 1);
}

/* "[TRIAL] TEXT" as words that stand for others. */
static void
placeholders(const char *args)
{
	size_t len;

	while (*args != '\0') {
		len = strspn(args, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		if (len > 0) {
			(void)printf("_%.*s_", (int)len, args);
		} else {
			len = 1;
			if (strchr("[].|:=", *args) != NULL)
				(void)putchar('\\');
			(void)putchar(*args);
		}
		args += len;
	}
}

static void
options(const struct args_option *option)
{
	for (; option != NULL && option->name != NULL; option++) {
		if (option->help == NULL)
			continue;
		(void)printf("\t*--%s*", option->name);
		if (option->value != NULL) {
			(void)putchar(' ');
			placeholders(option->value);
		}
		(void)printf("\n\t\t");
		sentence(option->help);
		(void)puts("\n");
	}
}

static void
command(const struct cmd *cmd)
{
	(void)printf("*erfa %s*", cmd->name);
	if (*cmd->args != '\0')
		(void)putchar(' ');
	placeholders(cmd->args);
	if (cmd->options != NULL && cmd->options->name != NULL)
		(void)printf(" \\[_OPTION_ \\.\\.\\.\\]");
	(void)printf("\n\t");
	sentence(cmd->help);
	(void)printf(".%s", cmd->lists ? "  Takes *--jsonl*." : "");
	if (cmd->notes != NULL) {
		(void)printf("\n\n\t");
		plain(cmd->notes);
	}
	(void)puts("\n");
	literal(cmd->examples);
	options(cmd->options);
}

static void
commands(void)
{
	const struct cmd *table;
	size_t count, i;
	const char *name;

	table = cmd_table(&count);
	for (i = 0; i < count; i++) {
		if (i == 0 || table[i].group != table[i - 1].group) {
			(void)printf("## ");
			name = cmd_group_name(table[i].group);
			for (; *name != '\0'; name++)
				(void)putchar(toupper((unsigned char)*name));
			(void)puts("\n");
		}
		command(&table[i]);
	}
}

static void
exits(void)
{
	const struct fault_code *codes;
	size_t count, i;

	codes = fault_codes(&count);
	for (i = 0; i < count; i++) {
		(void)printf(
		    "*%d* (%s)\n\t", (int)codes[i].status, codes[i].name);
		sentence(codes[i].when);
		(void)puts(".\n");
	}
}

static void
setting(const struct config_setting *row)
{
	char allowed[WORD_ROOM];

	(void)printf("*");
	plain(row->name);
	(void)printf("*\n\t");
	plain(row->help);
	(void)puts("\n");
	config_value_allowed(row, allowed, sizeof(allowed));
	(void)printf("\tTakes ");
	plain(allowed);
	if (row->initial == NULL)
		(void)printf(".  It must be set.");
	else if (*row->initial != '\0') {
		(void)printf(".  Default: ");
		plain(row->initial);
		(void)putchar('.');
	} else
		(void)printf(".  Default: empty.");
	(void)puts(row->reloadable ? "  Read again by *erfa reload*.\n" :
				     "  Read at start only.\n");
}

static void
settings(void)
{
	const struct config_setting *row;
	const char *section = "";
	size_t i;

	for (i = 0; i < config_value_count(); i++) {
		row = config_value_at(i);
		if (strcmp(row->section, section) != 0) {
			section = row->section;
			(void)printf("## [%s]\n\n", section);
		}
		setting(row);
	}
}

int
main(int argc, char *argv[])
{
	const char *what = argc == 2 ? argv[1] : "";

	if (strcmp(what, "commands") == 0) {
		commands();
	} else if (strcmp(what, "exits") == 0) {
		exits();
	} else if (strcmp(what, "settings") == 0) {
		settings();
	} else {
		(void)fputs(
		    "usage: manual commands | exits | settings\n", stderr);
		return EXIT_FAILURE;
	}
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
