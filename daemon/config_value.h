#ifndef ERFAD_CONFIG_VALUE_H
#define ERFAD_CONFIG_VALUE_H

/*
 * config_value - the settings of erfad: one table, and each value as text.
 *
 * Whoever adds a setting adds a member here and a row in config_value.c; the
 * reader, the printer, the sample and the error messages follow from the row.
 * No file is read here.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/err.h"
#include "proto/limits.h"

/* The dictionary, if nothing else is said. */
#define CONFIG_DICTIONARY "/var/cache/erfa/words"

/* Values in force.  Strings are never NULL once a configuration is loaded. */
struct config {
	/* [node] */
	char *org;
	char *name;
	char *listen; /* "host:port"; empty = dial out only */
	char *advertise;
	bool pub;
	char *pub_listen; /* empty if listen is */
	char *key;
	char *state;
	char *runtime;
	char *control;
	char *write_group;
	char *admin_group;
	uint64_t store_max; /* bytes */
	char *backup_dir;
	char *backup_to; /* a recipient; empty = none */
	uint32_t backup_keep;
	uint32_t backup_days; /* 0 = nobody waits for one */
	char *dictionary;     /* empty = none */
	uint8_t (*pinned)[KEY_LEN];
	size_t npinned;

	/* [timers], milliseconds */
	uint32_t have_ms;
	uint32_t hello_ms;
	uint32_t get_ms;
	uint32_t silence_ms;
	uint32_t gap_ms;
	uint32_t beacon_ms;
	uint32_t reconnect_ms; /* 0 = chosen by the node's key */
	uint32_t reconnect_max_ms;
	uint32_t backoff_ms;
	uint32_t backoff_max_ms;
	uint32_t pause_ms;

	/* [test] */
	uint32_t drop_notes_percent;
	bool kill_zap;
	char *boot_id;
	bool test; /* the state directory is marked, [test] is honoured */

	/* Where it was read. */
	char *path;  /* as it was named; of erfad.conf */
	char **from; /* by row: "erfad.conf:12", or NULL for a default */
};

enum config_type {
	CONFIG_ORG,   /* an organisation's id */
	CONFIG_TEXT,  /* one line of text */
	CONFIG_WORD,  /* letters, digits, "_", "-" and "." */
	CONFIG_PLACE, /* "host:port" */
	CONFIG_PATH,  /* of a file or folder */
	CONFIG_YES_NO,
	CONFIG_NUMBER, /* milliseconds, percent */
	CONFIG_SIZE,   /* bytes, written as kB, MB, GB or TB */
	CONFIG_KEYS,   /* hexadecimal keys with commas between them */
};

/* One row of the table. */
struct config_setting {
	const char *section;
	const char *name;
	enum config_type type;
	size_t offset; /* of the member in struct config */
	int64_t min;   /* numbers and sizes; characters of texts */
	int64_t max;
	const char *unit;    /* of numbers, in words */
	const char *initial; /* default as text; NULL = must be set */
	const char *help;    /* for the sample */
	bool reloadable;     /* a running erfad can take a new value */
};

/**
 * config_value_count(), config_value_at(i):
 * The rows of the table, in the order in which they are printed.
 */
size_t config_value_count(void);
const struct config_setting *config_value_at(size_t i);

/**
 * config_value_set(setting, config, text, why, size):
 * Read ${text} to the member of ${setting}; keys are added to those there.
 * Return ERR_SYNTAX and say in ${size} bytes at ${why} what is allowed, or
 * ERR_NOMEM.
 */
enum err config_value_set(const struct config_setting *setting,
    struct config *config, const char *text, char *why, size_t size) MUST_CHECK;

/**
 * config_value_text(setting, config):
 * The place of the string that ${setting} is; NULL if it is no string.
 */
char **config_value_text(
    const struct config_setting *setting, struct config *config);

/**
 * config_value_print(setting, config, out):
 * Write "name = value" as the reader takes it, with a newline.
 */
void config_value_print(const struct config_setting *setting,
    const struct config *config, FILE *out);

/**
 * config_value_say(setting, config, ret_text):
 * The value as one line without its name.  The caller frees *${ret_text}.
 * Return ERR_NOMEM.
 */
enum err config_value_say(const struct config_setting *setting,
    const struct config *config, char **ret_text) MUST_CHECK;

/**
 * config_value_copy(setting, from, to):
 * Give ${to} a copy of the value that ${from} has.  Return ERR_NOMEM.
 */
enum err config_value_copy(const struct config_setting *setting,
    const struct config *from, struct config *to) MUST_CHECK;

/**
 * config_value_allowed(setting, out, size):
 * Say in words what ${setting} takes, "milliseconds from 50 to 3600000" say.
 */
void config_value_allowed(
    const struct config_setting *setting, char *out, size_t size);

/**
 * config_value_clear(config):
 * Free every value.
 */
void config_value_clear(struct config *config);

#endif /* !ERFAD_CONFIG_VALUE_H */
