#ifndef ERFAD_CONFIG_H
#define ERFAD_CONFIG_H

/*
 * config - erfad.conf: read, check, print.
 *
 * Sections and "name = value" lines; "#" at the beginning of a line, or ";" after
 * a blank, begins a comment.  All mistakes of a file are told at once, each with
 * its line.  Nothing but reading is done.
 */

#include <stdint.h>
#include <stdio.h>

#include "proto/err.h"
#include "proto/limits.h"
#include "daemon/config_value.h"

/* Opaque types. */
struct config_errors;

/**
 * config_load(path, ret_config, ret_errors):
 * Read ${path}, and after it the files conf.d/(name).conf in its folder, in the
 * order of their bytes: what they set goes before; keys are added.  Paths begin
 * at the folder of ${path}; every default is filled in, and paths are absolute
 * afterwards.  Free the result with config_free().
 * Return ERR_NOENT or ERR_DENIED if it cannot be opened, ERR_SYNTAX if anything
 * in it is wrong, ERR_IO or ERR_NOMEM; *${ret_errors} says more, unless memory
 * is short, and is NULL if all is well.  End it with config_errors_free().
 */
enum err config_load(const char *path, struct config **ret_config,
    struct config_errors **ret_errors) MUST_CHECK;

/**
 * config_differ(a, b, i, ret_differ):
 * Whether row ${i} of the table has another value in ${b} than in ${a}.  Return
 * ERR_NOMEM.
 */
enum err config_differ(const struct config *a, const struct config *b, size_t i,
    bool *ret_differ) MUST_CHECK;

/**
 * config_follow(running, fresh, ret_held):
 * Give ${fresh} the values of ${running} wherever a running erfad cannot take a
 * new one.  *${ret_held}, which the caller frees, tells by row for which it was
 * another.  Return ERR_NOMEM; then ${fresh} is good for config_free() only.
 */
enum err config_follow(const struct config *running, struct config *fresh,
    bool **ret_held) MUST_CHECK;

/**
 * config_free(config):
 * Free a configuration.  NULL is allowed.
 */
void config_free(struct config *config);

/**
 * config_errors_print(errors, out):
 * Write one line "file:line: what is wrong" for each mistake, and one with
 * their number.  NULL is allowed.
 */
void config_errors_print(const struct config_errors *errors, FILE *out);

/**
 * config_errors_count(errors), config_errors_at(errors, i):
 * Each mistake as its line "file:line: what is wrong", which lives as long as
 * ${errors}.  NULL has none.
 */
size_t config_errors_count(const struct config_errors *errors);
const char *config_errors_at(const struct config_errors *errors, size_t i);

/**
 * config_errors_free(errors):
 * Free the messages.  NULL is allowed.
 */
void config_errors_free(struct config_errors *errors);

/**
 * config_print(config, out):
 * Write the settings in force, as config_load() would read them.
 */
void config_print(const struct config *config, FILE *out);

/**
 * config_sample(out):
 * Write every setting with its default and what it is for, all of them behind a
 * "#": what conf/erfad.conf holds.
 */
void config_sample(FILE *out);

/**
 * config_read_key(config, ret_seed):
 * Read the secret key, 64 hexadecimal digits and a newline, from the credential
 * node.key if systemd hands one over, else from where ${config} says.  The
 * caller wipes it.  Return ERR_NOENT if there is no such file, ERR_DENIED if others than
 * its owner may use it or we may not, ERR_SYNTAX if it holds anything else, or
 * ERR_IO.
 */
enum err config_read_key(
    const struct config *config, uint8_t ret_seed[SEED_LEN]) MUST_CHECK;

#endif /* !ERFAD_CONFIG_H */
