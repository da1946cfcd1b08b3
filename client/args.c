#include "client/args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/near.h"
#include "client/speech.h"

/* An option that was given. */
struct given {
	const struct args_option *option;
	const char *value; /* NULL if it takes none */
};

struct args {
	struct given *given;
	size_t ngiven;
	const char **words;
	size_t nwords;
};

/* The option of ${tables} whose name is the ${len} bytes at ${name}. */
static const struct args_option *
find(const struct args_option *const tables[ARGS_TABLES_MAX], const char *name,
    size_t len)
{
	const struct args_option *option;
	size_t t;

	for (t = 0; t < ARGS_TABLES_MAX; t++) {
		if (tables[t] == NULL)
			continue;
		for (option = tables[t]; option->name != NULL; option++)
			if (strlen(option->name) == len &&
			    strncmp(option->name, name, len) == 0)
				return option;
	}
	return NULL;
}

/* The name of an option that ${name} is probably meant to be, or NULL. */
static const char *
nearest(
    const struct args_option *const tables[ARGS_TABLES_MAX], const char *name)
{
	const struct args_option *option;
	const char *best = NULL;
	size_t limit = near_limit(name);
	size_t t;

	for (t = 0; t < ARGS_TABLES_MAX; t++) {
		if (tables[t] == NULL)
			continue;
		for (option = tables[t]; option->name != NULL; option++)
			if (near_distance(name, option->name) <= limit) {
				limit = near_distance(name, option->name);
				best = option->name;
			}
	}
	return best;
}

/* The long name of a single letter, or the name after two dashes. */
static const char *
option_name(const char *word)
{
	if (strcmp(word, "-h") == 0)
		return "help";
	if (strcmp(word, "-q") == 0)
		return "quiet";
	if (strncmp(word, "--", 2) == 0)
		return word + 2;
	return word + 1;
}

static enum err
unknown(const struct args_option *const tables[ARGS_TABLES_MAX],
    const char *word, char ret_fault[ARGS_FAULT_MAX])
{
	const char *name = option_name(word);
	const char *meant = nearest(tables, name);

	if (meant != NULL)
		(void)snprintf(ret_fault, ARGS_FAULT_MAX,
		    _("unknown option \"%.100s\".  Did you mean \"--%s\"?"),
		    word, meant);
	else
		(void)snprintf(ret_fault, ARGS_FAULT_MAX,
		    _("unknown option \"%.100s\""), word);
	return ERR_SYNTAX;
}

/* Whether the word after ${option} is its value. */
static bool
takes_next(const struct args_option *option)
{
	return option->value != NULL && option->value[0] != '[';
}

/* Take the option at ${words}[*at] and its value. */
static enum err
take(struct args *args, const char *const *words, size_t count, size_t *at,
    const struct args_option *const tables[ARGS_TABLES_MAX],
    char ret_fault[ARGS_FAULT_MAX])
{
	const char *name = option_name(words[*at]);
	size_t len = strcspn(name, "=");
	struct given *given = &args->given[args->ngiven];

	given->option = find(tables, name, len);
	given->value = NULL;
	if (given->option == NULL)
		return unknown(tables, words[*at], ret_fault);
	if (given->option->value == NULL && name[len] == '=') {
		(void)snprintf(ret_fault, ARGS_FAULT_MAX,
		    _("option \"--%s\" takes no value"), given->option->name);
		return ERR_SYNTAX;
	}
	if (given->option->value != NULL && name[len] == '=')
		given->value = name + len + 1;
	else if (takes_next(given->option) && *at + 1 < count)
		given->value = words[++*at];
	else if (takes_next(given->option)) {
		(void)snprintf(ret_fault, ARGS_FAULT_MAX,
		    _("option \"--%s\" needs a value: --%s %s"),
		    given->option->name, given->option->name,
		    given->option->value);
		return ERR_SYNTAX;
	}
	args->ngiven++;
	return ERR_NONE;
}

enum err
args_parse(const char *const *words, size_t count,
    const struct args_option *const tables[ARGS_TABLES_MAX],
    struct args **ret_args, char ret_fault[ARGS_FAULT_MAX])
{
	struct args *args;
	bool ended = false;
	enum err err;
	size_t i;

	if ((args = calloc(1, sizeof(*args))) == NULL)
		return ERR_NOMEM;
	args->given = calloc(count + 1, sizeof(*args->given));
	args->words = calloc(count + 1, sizeof(*args->words));
	if (args->given == NULL || args->words == NULL) {
		args_free(args);
		return ERR_NOMEM;
	}
	for (i = 0; i < count; i++) {
		if (!ended && strcmp(words[i], "--") == 0) {
			ended = true;
		} else if (ended || words[i][0] != '-' || words[i][1] == '\0') {
			args->words[args->nwords++] = words[i];
		} else {
			err = take(args, words, count, &i, tables, ret_fault);
			if (err != ERR_NONE) {
				args_free(args);
				return err;
			}
		}
	}
	*ret_args = args;
	return ERR_NONE;
}

void
args_free(struct args *args)
{
	if (args == NULL)
		return;
	free(args->given);
	free(args->words);
	free(args);
}

size_t
args_count(const struct args *args)
{
	return args->nwords;
}

const char *
args_word(const struct args *args, size_t i)
{
	return args->words[i];
}

/* The last option ${name} that was given, or NULL. */
static const struct given *
last(const struct args *args, const char *name)
{
	size_t i;

	for (i = args->ngiven; i > 0; i--)
		if (strcmp(args->given[i - 1].option->name, name) == 0)
			return &args->given[i - 1];
	return NULL;
}

bool
args_given(const struct args *args, const char *name)
{
	return last(args, name) != NULL;
}

const char *
args_value(const struct args *args, const char *name)
{
	const struct given *given = last(args, name);

	return given == NULL ? NULL : given->value;
}

enum err
args_number(const struct args *args, const char *name, uint64_t max,
    uint64_t *ret_number)
{
	const char *text = args_value(args, name);
	uint64_t number = 0;

	if (text == NULL)
		return ERR_NONE;
	if (*text == '\0')
		return ERR_SYNTAX;
	for (; *text != '\0'; text++) {
		uint64_t digit;

		if (*text < '0' || *text > '9')
			return ERR_SYNTAX;
		digit = (uint64_t)(*text - '0');
		if (digit > max || number > (max - digit) / 10)
			return ERR_SYNTAX;
		number = number * 10 + digit;
	}
	*ret_number = number;
	return ERR_NONE;
}

bool
args_takes_value(
    const struct args_option *const tables[ARGS_TABLES_MAX], const char *word)
{
	const struct args_option *option;
	const char *name;

	if (word[0] != '-' || word[1] == '\0')
		return false;
	name = option_name(word);
	option = find(tables, name, strcspn(name, "="));
	return option != NULL && takes_next(option) &&
	    strchr(name, '=') == NULL;
}

const char *
args_value_at(const struct args *args, const char *name, size_t i)
{
	size_t at;

	for (at = 0; at < args->ngiven; at++)
		if (strcmp(args->given[at].option->name, name) == 0 && i-- == 0)
			return args->given[at].value;
	return NULL;
}
