#ifndef ERFA_WANTED_H
#define ERFA_WANTED_H

/*
 * wanted - what somebody looks for: words and options as a question to erfad, and
 * back.
 *
 * Functions that return an int return an exit code.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/control.pb-c.h"

#define WANTED_WORDS 64  /* words of a question, at most */
#define WANTED_CODE  16  /* bytes of a country's code */
#define WANTED_VALUE 64  /* bytes of a controlled value's code */
#define WANTED_TEXT  200 /* bytes of a question as text */

/* Opaque types. */
struct run;

/* A question; it lends from the command line, and must not be moved. */
struct wanted {
	Erfa__FindRequest find;
	char *words[WANTED_WORDS];
	char *facet[1];
	char country[WANTED_CODE];
	char sector[WANTED_VALUE];
	char verdict[WANTED_VALUE];
	char status[WANTED_VALUE];
};

/**
 * wanted_read(run, ret_wanted):
 * Read the question from the words and options of the command line.
 * EXIT_USAGE, and told, if one of them is not UTF-8: which, and where; or if a
 * country, sector, status or verdict is none.
 */
int wanted_read(struct run *run, struct wanted *ret_wanted);

/**
 * wanted_any(wanted):
 * Return whether there is anything to look for.
 */
bool wanted_any(const struct wanted *wanted);

/**
 * wanted_check_country(run):
 * EXIT_USAGE, and told, if the option --country names none that the labels have.
 */
int wanted_check_country(struct run *run);

/**
 * wanted_country(run, out):
 * The option --country in capitals, as rows have it; NULL if it was not given.
 */
char *wanted_country(const struct run *run, char out[WANTED_CODE]);

/**
 * wanted_sector(run, out, ret_sector):
 * Read the option --sector: its code, or what lists call it in any of our
 * languages.  Write the code to ${out} and point *${ret_sector} at it; NULL if the
 * option was not given.  EXIT_USAGE, and told, if no sector is called so.
 */
int wanted_sector(struct run *run, char out[WANTED_VALUE], char **ret_sector);

/**
 * wanted_text(find, out):
 * The question as it could be typed: "hjemmepleje --country NO"; cut to fit.
 */
void wanted_text(const Erfa__FindRequest *find, char out[WANTED_TEXT]);

#endif /* !ERFA_WANTED_H */
