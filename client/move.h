#ifndef ERFA_MOVE_H
#define ERFA_MOVE_H

/*
 * move - one step in the life of a trial: it sets a few fields, is judged by the
 * rules of life, and publishes itself when the trial is public; else the draft
 * is changed.
 */

#include <stdbool.h>

#include "client/act.h"
#include "client/judge.h"
#include "client/run.h"

/* A step on its way. */
struct move {
	struct run *run;
	struct act act;
	struct judge judge;
	enum life_action action;
	char date[RUN_DAY_LEN + 1]; /* --date, or today */
	const char *said;           /* what was done, in words */
	struct act experience;      /* what was learnt, if anything */
	bool learns;
	bool piecewise; /* a plan that lacks answers is kept as far as it is */
	bool stuck;     /* nothing speaks against it, and it could not leave */
};

/**
 * move_do(run, action, said, change):
 * Open the trial of the first word, let ${change} (may be NULL) set its fields,
 * and do ${action} unless the rules refuse; tell that ${said} was written down,
 * and what the trial waits for.  What was typed is not lost if it cannot leave:
 * send_rescue_words().  Return an exit code, as ${change} does.
 */
int move_do(struct run *run, enum life_action action, const char *said,
    int (*change)(struct move *move));

/**
 * move_ask(move, name, path, question):
 * Set the field at ${path} from the option ${name}, or else from the answer of
 * the person at the terminal, who is asked again for what does not fit; no
 * answer leaves it as it is.
 */
int move_ask(struct move *move, const char *name, const char *path,
    const char *question);

/**
 * move_lacks(move):
 * If answers are missing and nothing else is in the way, tell which and let the
 * step be a mere edit that keeps what there is.
 */
int move_lacks(struct move *move);

/**
 * move_missing(run, name):
 * Tell that the command wants the option ${name}.
 */
int move_missing(struct run *run, const char *name);

#endif /* !ERFA_MOVE_H */
