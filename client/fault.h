#ifndef ERFA_FAULT_H
#define ERFA_FAULT_H

/*
 * fault - how an error is told: what and with which thing, then, indented, what
 * to type; and the exit code that goes with it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/control.pb-c.h"

/* Exit codes of erfa, as in sysexits.h where it has one. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 64,
	EXIT_DATA = 65,
	EXIT_NOINPUT = 66,
	EXIT_UNAVAILABLE = 69,
	EXIT_SOFTWARE = 70,
	EXIT_CANTCREAT = 73,
	EXIT_TEMPFAIL = 75,
	EXIT_PROTOCOL = 76,
	EXIT_NOPERM = 77,
	EXIT_CONFIG = 78,
};

#define FAULT_TEXT_MAX 2048 /* bytes of message or remedy, the NUL counted */

/* Opaque types. */
struct labels;
struct print;

/* Where faults go. */
struct fault_sink {
	struct print *print;
	bool json;                   /* one JSON object instead of lines */
	const struct labels *labels; /* NULL: codes */
};

/* One row of `erfa help exit`. */
struct fault_code {
	enum exit_status status;
	const char *name;
	const char *when;
};

/**
 * fault_codes(ret_count):
 * The table of exit codes, which lives as long as the program.  What it says of
 * "when" is to be translated.
 */
const struct fault_code *fault_codes(size_t *ret_count);

/**
 * fault_tell(sink, error):
  * Tell of ${error}, with all its problems, in the language of the person; in JSON
 * its problems stay as they are.  Return its exit code, or
 * EXIT_FAILED if that is none of ours.
 */
int fault_tell(const struct fault_sink *sink, const Erfa__ErrorAnswer *error);

/**
 * fault_say(sink, status, code, remedy, format, ...):
 * Tell of an error of our own: its one-word ${code}, the ${remedy} in lines or
 * NULL, and the message.  Remedy and format are translated here.  Return ${status}.
 */
int fault_say(const struct fault_sink *sink, enum exit_status status,
    const char *code, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif /* !ERFA_FAULT_H */
