#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "client/args.h"
#include "client/cmd.h"
#include "client/complete.h"
#include "client/env.h"
#include "client/fault.h"
#include "client/help.h"
#include "client/join.h"
#include "client/place.h"
#include "client/print.h"
#include "client/run.h"
#include "client/speech.h"

#define FAMILY_ROOM 512 /* bytes of all commands with one first word */

/* The command line, and where it is said that it is wrong. */
struct line {
	const char **words; /* without the program's name */
	size_t count;
	struct print *out;
	struct print *err;
	struct fault_sink faults;
};

/* Return whether ${word} stands before a "--" among ${line}'s words. */
static bool
has_word(const struct line *line, const char *word)
{
	size_t i;

	for (i = 0; i < line->count; i++) {
		if (strcmp(line->words[i], "--") == 0)
			return false;
		if (strcmp(line->words[i], word) == 0)
			return true;
	}
	return false;
}

/* Find the next word from ${at} on that is no option, or count. */
static size_t
next_word(const struct line *line, size_t at)
{
	const struct args_option *tables[ARGS_TABLES_MAX] = { cmd_common(),
		NULL };

	while (at < line->count && line->words[at][0] == '-')
		at += args_takes_value(tables, line->words[at]) ? 2 : 1;
	return at < line->count ? at : line->count;
}

static void
drop_word(struct line *line, size_t at)
{
	line->count--;
	memmove(&line->words[at], &line->words[at + 1],
	    (line->count - at) * sizeof(line->words[0]));
}

static int
unknown_command(const struct line *line, const char *word)
{
	const char *meant = cmd_nearest(word);
	const char *first = NULL;
	char family[FAMILY_ROOM] = "";
	size_t count, i;
	const struct cmd *table = cmd_table(&count);

	for (i = 0; i < count; i++) {
		if (strncmp(table[i].name, word, strlen(word)) != 0 ||
		    table[i].name[strlen(word)] != ' ')
			continue;
		if (first == NULL)
			first = table[i].name;
		join_text(family, sizeof(family), "\n", "erfa ");
		join_text(family, sizeof(family), "", table[i].name);
	}
	if (first != NULL)
		return fault_say(&line->faults, EXIT_USAGE,
		    "incomplete_command", family,
		    "\"%s\" wants another word, as in \"erfa %s\"", word,
		    first);
	if (meant != NULL)
		return fault_say(&line->faults, EXIT_USAGE, "unknown_command",
		    NULL, "unknown command \"%.60s\".  Did you mean \"%s\"?",
		    word, meant);
	return fault_say(&line->faults, EXIT_USAGE, "unknown_command",
	    "All commands:  erfa help", "unknown command \"%.60s\"", word);
}

static int
wrong_words(const struct line *line, const struct cmd *cmd)
{
	char remedy[128];

	(void)snprintf(
	    remedy, sizeof(remedy), _("Examples:  erfa %s --help"), cmd->name);
	return fault_say(&line->faults, EXIT_USAGE, "wrong_words", remedy,
	    "usage: erfa %s%s%s", cmd->name, *cmd->args == '\0' ? "" : " ",
	    cmd->args);
}

/* Run ${cmd} with the words that are left. */
static int
run_command(const struct line *line, const struct cmd *cmd)
{
	const struct args_option *tables[ARGS_TABLES_MAX] = { cmd_common(),
		cmd->options };
	char fault[ARGS_FAULT_MAX];
	struct args *args = NULL;
	struct run run;
	enum err err;
	int status;

	err = args_parse(line->words, line->count, tables, &args, fault);
	if (err == ERR_SYNTAX)
		return fault_say(
		    &line->faults, EXIT_USAGE, "bad_option", NULL, "%s", fault);
	if (err != ERR_NONE)
		return fault_say(&line->faults, EXIT_FAILED, "no_memory", NULL,
		    "not enough memory");
	if (args_given(args, "help") && cmd->run != cmd_help_run) {
		help_print_one(line->out, cmd);
		status = EXIT_DONE;
	} else if (args_count(args) < cmd->words_least ||
	    args_count(args) > cmd->words_most) {
		status = wrong_words(line, cmd);
	} else {
		status = run_init(&run, cmd, args, line->out, line->err);
		if (status == EXIT_DONE)
			status = cmd->run(&run);
		run_clear(&run);
	}
	args_free(args);
	return status;
}

/* Find the command, which may stand after options, and run it. */
static int
run_line(struct line *line)
{
	size_t first = next_word(line, 0);
	const struct cmd *cmd;
	size_t second, words = 0;
	const char *other = NULL;

	/* A shell asks; never in a way that a person would see. */
	if (line->count > 0 && strcmp(line->words[0], "--complete") == 0) {
		complete_words(line->out, line->words + 1, line->count - 1);
		return EXIT_DONE;
	}
	if (has_word(line, "--version")) {
		print_say(line->out, "erfa %s\n", ERFA_VERSION);
		return EXIT_DONE;
	}
	if (first == line->count) {
		cmd = cmd_find("help", NULL, &words);
		return run_command(line, cmd);
	}
	second = next_word(line, first + 1);
	if (second < line->count)
		other = line->words[second];
	cmd = cmd_find(line->words[first], other, &words);
	if (cmd == NULL)
		return unknown_command(line, line->words[first]);
	if (words == 2)
		drop_word(line, second);
	drop_word(line, first);
	return run_command(line, cmd);
}

/* Find the value of ${option} among the words, before they are sorted. */
static const char *
value_of(const struct line *line, const char *option)
{
	size_t len = strlen(option);
	size_t i;

	for (i = 0; i < line->count; i++) {
		if (strcmp(line->words[i], "--") == 0)
			return NULL;
		if (strncmp(line->words[i], option, len) != 0)
			continue;
		if (line->words[i][len] == '=')
			return line->words[i] + len + 1;
		if (line->words[i][len] == '\0' && i + 1 < line->count)
			return line->words[i + 1];
	}
	return NULL;
}

/* Speak the language of the person, before the first word is said.  Without a
 * catalogue that is English. */
static enum err
open_speech(const struct line *line)
{
	char language[SPEECH_LANG_LEN + 1];
	char asked[SPEECH_LANG_LEN + 1];
	char folder[PLACE_MAX];

	/* What is wrong with --lang is told when the command is run. */
	(void)!speech_choose(value_of(line, "--lang"), language, asked);
	if (place_locale(language, folder) != ERR_NONE)
		return ERR_NONE;
	return speech_open(folder, language);
}

/* Know the letters that the terminal takes: if the locale is not installed,
 * those that its name tells. */
static void
set_letters(void)
{
	const char *name;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
	if (setlocale(LC_CTYPE, "") != NULL)
		return;
	if ((name = env_get("LC_ALL")) == NULL &&
	    (name = env_get("LC_CTYPE")) == NULL)
		name = env_get("LANG");
	if (name != NULL &&
	    (strcasestr(name, ".utf-8") != NULL ||
		strcasestr(name, ".utf8") != NULL))
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): likewise */
		(void)setlocale(LC_CTYPE, "C.UTF-8");
}

static bool
open_prints(struct line *line)
{
	struct print_options options;

	print_detect(stdout, value_of(line, "--color"), &options);
	if (print_new(stdout, &options, &line->out) != ERR_NONE)
		return false;
	print_detect(stderr, value_of(line, "--color"), &options);
	if (print_new(stderr, &options, &line->err) != ERR_NONE)
		return false;
	line->faults.print = line->err;
	line->faults.json = has_word(line, "--json") ||
	    has_word(line, "--jsonl");
	return true;
}

/* Copy the pointers, so that the command's name can be taken out of them. */
static bool
copy_words(struct line *line, int argc, const char *const *argv)
{
	int i;

	line->words = calloc((size_t)argc + 1, sizeof(*line->words));
	if (line->words == NULL)
		return false;
	for (i = 1; i < argc; i++)
		line->words[line->count++] = argv[i];
	return true;
}

/* Open the catalogue, or tell what is wrong with it. */
static int
speak(const struct line *line)
{
	enum err err = open_speech(line);

	if (err == ERR_NONE)
		return EXIT_DONE;
	return fault_say(&line->faults, EXIT_CONFIG, "bad_catalogue",
	    "Install erfa again, or set ERFA_DATA to its folder.",
	    "the catalogue of this language cannot be read: %s",
	    speech(err_str(err)));
}

/* What the program itself did wrong.  libzmq, too, ends a process like that. */
static void
on_mistake(int number)
{
	static const char text[] =
	    "erfa: a mistake in erfa " ERFA_VERSION ", not yours\n"
	    "  What was acknowledged is kept.  Tell those you have erfa from:\n"
	    "  the command, and this version.\n";

	(void)number;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(EXIT_SOFTWARE);
}

/* Say so when it happens, unless somebody wants the core. */
static void
watch_for_mistakes(void)
{
	static const int numbers[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL,
		SIGSEGV };
	struct sigaction action = { .sa_handler = on_mistake };
	struct rlimit core;
	size_t i;

	if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur > 0)
		return;
	action.sa_flags = (int)SA_RESETHAND;
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)sigaction(numbers[i], &action, NULL);
}

int
main(int argc, char *argv[])
{
	struct line line = { 0 };
	int status = EXIT_FAILED;

	watch_for_mistakes();
	set_letters();
	if (copy_words(&line, argc, (const char *const *)argv) &&
	    open_prints(&line)) {
		status = speak(&line);
		if (status == EXIT_DONE)
			status = run_line(&line);
		if (print_finish(line.out) != ERR_NONE && status == EXIT_DONE)
			status = fault_say(&line.faults, EXIT_CANTCREAT,
			    "not_written", "Is the disk full?",
			    "not all of the output could be written");
	} else {
		(void)fputs("erfa: no memory\n", stderr); /* lint: allowed */
	}
	print_free(line.out);
	print_free(line.err);
	speech_close();
	free(line.words);
	return status;
}
