#ifndef ERFA_RUN_H
#define ERFA_RUN_H

/*
 * run - what one run of one command shares: its words, where it prints, how it
 * asks erfad, and how it tells of what went wrong.
 *
 * Functions that return an int return an exit code: 0, or the code with which
 * erfa should end, all having been told.
 */

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "proto/control.pb-c.h"
#include "proto/limits.h"
#include "client/args.h"
#include "client/fault.h"
#include "client/labels.h"
#include "client/place.h"
#include "client/speech.h"

#define RUN_ASK_MS   30000     /* an answer that waits for nothing is due */
#define RUN_PATH_MAX PLACE_MAX /* bytes of a path, the NUL counted */
#define RUN_DAY_LEN  10        /* characters of "2026-11-21" */

/* Opaque types. */
struct cmd;
struct conn;
struct print;
struct progress;

struct run {
	const struct cmd *cmd;
	const struct args *args;
	struct print *out; /* standard output */
	struct print *err; /* standard error */
	struct fault_sink faults;
	struct labels *labels;              /* NULL: codes */
	char language[SPEECH_LANG_LEN + 1]; /* that erfa speaks */
	char asked[SPEECH_LANG_LEN + 1];    /* that the person reads */
	const char *socket;                 /* path */
	char data[RUN_PATH_MAX];            /* folder of the tables */
	struct conn *conn;                  /* NULL until something is asked */
	time_t now;                         /* --at, or the clock */
	char day[RUN_DAY_LEN +
	    1];    /* of --at, if what held then is shown; or "" */
	bool json; /* --json or --jsonl */
	bool jsonl;
	bool quiet;
	bool lag_told; /* that the index lacks something */
	bool endless;  /* Ctrl-C is how it ends: nothing to be told */
	bool wrote;    /* erfad has done something: lasting_change() */
	bool unsure; /* no answer: erfad may have done what it was asked for */
	bool typed;  /* a person has answered a question in words */
	bool halted; /* and has ended it, with Ctrl-C or Ctrl-D */
};

/**
 * run_init(run, cmd, args, out, err):
 * Fill in ${run} from ${args} and the environment.  What is given must outlive
 * it.  End with run_clear().
 */
int run_init(struct run *run, const struct cmd *cmd, const struct args *args,
    struct print *out, struct print *err);

/**
 * run_clear(run):
 * Free what ${run} holds of its own.
 */
void run_clear(struct run *run);

/**
 * run_ask(run, request, wait_ms, ret_answer):
 * Ask erfad.  ${wait_ms} is how long erfad itself may wait before it answers;
 * RUN_ASK_MS more are allowed.  The caller frees *${ret_answer} with
 * control_free_answer(); it is never an error, and says what was asked for.
 */
int run_ask(struct run *run, Erfa__Request *request, uint32_t wait_ms,
    Erfa__Answer **ret_answer);

/**
 * run_try(run, request, ret_answer):
 * The same for an answer that is due at once, but an error is an answer as well
 * and not told: look at say_case.
 */
int run_try(struct run *run, Erfa__Request *request, Erfa__Answer **ret_answer);

/**
 * run_reachable(run):
 * Return whether something listens at the socket of erfad: a file that a dead
 * one left does not.
 */
bool run_reachable(struct run *run);

/**
 * run_today(run, out):
 * Write the day of --at, or of the clock, in UTC: "2026-11-21".
 */
void run_today(const struct run *run, char out[RUN_DAY_LEN + 1]);

/**
 * run_org(run, ret_org):
 * Ask erfad for which organisation it publishes.
 */
int run_org(struct run *run, char ret_org[ORG_MAX + 1]);

/**
 * run_json(run, message):
 * Print ${message} as one JSON document.
 */
int run_json(struct run *run, const ProtobufCMessage *message);

/**
 * run_jsonl(run, message):
 * Print ${message} as JSON in one line.
 */
int run_jsonl(struct run *run, const ProtobufCMessage *message);

/**
 * run_number(run, name, max, ret_number):
 * Read the option ${name} as a number up to ${max}; ${ret_number} is left as it
 * is if it was not given.
 */
int run_number(
    struct run *run, const char *name, uint64_t max, uint64_t *ret_number);

/**
 * run_progress(run, what, ret_progress):
 * Begin progress, silent with --quiet or --json.
 */
int run_progress(
    struct run *run, const char *what, struct progress **ret_progress);

/**
 * run_nomem(run):
 * Tell that memory has run out.
 */
int run_nomem(struct run *run);

/**
 * run_stopped(run, what):
 * Tell that Ctrl-C ended it, and ${what} holds now.
 */
int run_stopped(struct run *run, const char *what);

/**
 * run_halted(run):
 * Tell that the person ended it, before anything that lasts was done, or after.
 */
int run_halted(struct run *run);

/**
 * run_text(text):
 * ${text}, or "" for NULL, as protobuf-c gives absent fields.
 */
const char *run_text(const char *text);

/**
 * run_lend(text):
 * ${text} as protobuf-c wants it for a message that is only encoded: it reads
 * through pointers that are not const.  NULL stays NULL.
 */
char *run_lend(const char *text);

/**
 * run_mono_ms():
 * A clock that never steps, in milliseconds.
 */
uint64_t run_mono_ms(void);

#endif /* !ERFA_RUN_H */
