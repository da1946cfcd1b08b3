#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/life_say.h"
#include "client/args.h"
#include "client/cmd.h"

#define WORDS_MAX   32
#define COMMAND_MAX 256

/* Cut ${text} into its words. */
static size_t
cut(char *text, const char *words[WORDS_MAX])
{
	char *rest = NULL;
	char *word = strtok_r(text, " ", &rest);
	size_t count = 0;

	for (; word != NULL; word = strtok_r(NULL, " ", &rest)) {
		assert_true(count < WORDS_MAX);
		words[count++] = word;
	}
	return count;
}

/* What people are told to type is a command with options that it has. */
static void
can_be_typed(const char *command)
{
	const struct args_option *tables[ARGS_TABLES_MAX] = { NULL };
	char fault[ARGS_FAULT_MAX] = "";
	char text[COMMAND_MAX];
	const char *words[WORDS_MAX] = { NULL };
	const struct cmd *cmd;
	struct args *args = NULL;
	size_t count, own = 0;
	enum err err;

	assert_true(strlen(command) < sizeof(text));
	(void)snprintf(text, sizeof(text), "%s", command);
	count = cut(text, words);
	assert_true(count >= 2 && words[0] != NULL && words[1] != NULL);
	assert_string_equal(words[0], "erfa");
	cmd = cmd_find(words[1], count > 2 ? words[2] : NULL, &own);
	if (cmd == NULL) {
		fail_msg("no such command: %s", command);
		return;
	}
	tables[0] = cmd->options;
	tables[1] = cmd_common();
	err = args_parse(
	    words + 1 + own, count - 1 - own, tables, &args, fault);
	if (err != ERR_NONE)
		fail_msg("%s: %s", command, fault);
	assert_true(args_count(args) >= cmd->words_least);
	assert_true(args_count(args) <= cmd->words_most);
	args_free(args);
}

static void
every_remedy_of_the_life_of_a_trial_can_be_typed(void **state)
{
	int code;

	(void)state;
	for (code = LIFE_NONE + 1; code < LIFE_CODES; code++)
		if (life_command((enum life_code)code)[0] != '\0')
			can_be_typed(life_command((enum life_code)code));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_remedy_of_the_life_of_a_trial_can_be_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
