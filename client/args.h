#ifndef ERFA_ARGS_H
#define ERFA_ARGS_H

/*
 * args - the words and options of a command line.
 *
 * Options are told by tables, which also make the help.  "--name value" and
 * "--name=value" are the same; a single "--" ends the options; "-" is a word.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/err.h"

#define ARGS_FAULT_MAX  256 /* bytes of a fault's text, the NUL counted */
#define ARGS_TABLES_MAX 2

/* An option; a table of them ends with one whose name is NULL. */
struct args_option {
	const char *name;  /* without the dashes */
	const char *value; /* what it takes: "DATE"; NULL = nothing; "[MAP]" =
			      a value only as in "--map=MAP" */
	const char *help;  /* a few words; NULL = not shown */
};

/* Opaque types. */
struct args;

/**
 * args_parse(words, count, tables, ret_args, ret_fault):
 * Sort the ${count} ${words} into options of the ARGS_TABLES_MAX ${tables}
 * (NULL = none) and other words.  Words are borrowed.  Free with args_free().
 * Return ERR_SYNTAX for an option that no table has, that lacks its value or
 * takes none, with ${ret_fault} saying so; or ERR_NOMEM.
 */
enum err args_parse(const char *const *words, size_t count,
    const struct args_option *const tables[ARGS_TABLES_MAX],
    struct args **ret_args, char ret_fault[ARGS_FAULT_MAX]) MUST_CHECK;

/**
 * args_free(args):
 * Does nothing for NULL.
 */
void args_free(struct args *args);

/**
 * args_count(args), args_word(args, i):
 * The words that are no options.
 */
size_t args_count(const struct args *args);
const char *args_word(const struct args *args, size_t i);

/**
 * args_given(args, name):
 * Return whether the option ${name} was given.
 */
bool args_given(const struct args *args, const char *name);

/**
 * args_value(args, name):
 * The value of the last option ${name}, or NULL if it was not given.
 */
const char *args_value(const struct args *args, const char *name);

/**
 * args_value_at(args, name, i):
 * The value number ${i}, from 0, of the options ${name} in their order, or NULL
 * if it was not given so often.
 */
const char *args_value_at(const struct args *args, const char *name, size_t i);

/**
 * args_number(args, name, max, ret_number):
 * Read the option ${name} as a whole number from 0 to ${max}; if it was not
 * given, ${ret_number} is left as it is.  Return ERR_SYNTAX if it is none.
 */
enum err args_number(const struct args *args, const char *name, uint64_t max,
    uint64_t *ret_number) MUST_CHECK;

/**
 * args_takes_value(tables, word):
 * Return whether the word ${word} is an option whose value is the next word.
 */
bool args_takes_value(
    const struct args_option *const tables[ARGS_TABLES_MAX], const char *word);

#endif /* !ERFA_ARGS_H */
