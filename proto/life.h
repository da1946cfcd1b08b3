#ifndef ERFA_LIFE_H
#define ERFA_LIFE_H

/*
 * life - may this be done with this trial, and if not, what is missing?
 *
 * It asks the table of states, the required answers and the two gates in turn.
 * Used when writing, by the node; and when reading, to tell of a foreign trial
 * that it only claims to be active.  It sees one case, no disk and no clock.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"
#include "proto/life_case.h"
#include "proto/life_gate.h"
#include "proto/life_say.h"
#include "proto/life_state.h"

#define LIFE_WHO_MAX 16 /* authorities named in a first line */

/* What became of the question. */
struct life_report {
	bool allowed;
	Erfa__Status status; /* where the trial stands then, if allowed */
	struct life_list blocks;
	struct life_list warns;
};

/* The first line of "erfa status TRIAL", as data: "May not start" and
 * "waiting for A, B". */
struct life_line {
	bool may; /* start, or go on */
	enum life_code head;
	enum life_code reason;
	enum life_permit permit;
	const Erfa__OrgRef *who[LIFE_WHO_MAX]; /* each once */
	size_t nwho;
	size_t more_who;   /* not kept for want of room */
	const char *what;  /* a rule that may be departed from */
	const char *date;  /* of expiry */
	const char *state; /* code of the status */
	uint32_t number;   /* conditions open, or answers missing */
};

/**
 * life_check(it, action, ret_report):
 * Judge whether ${action} may be done with the trial of ${it}, which is to be
 * the trial with all that comes with the action, its status still the old one
 * (to take away an owner, judge LIFE_EDIT of the trial without).  If not, blocks
 * tells everything that stands in the way, each with the field, a sentence and
 * the command.
 *   start    owes what is due until then, and passes both gates
 *   plan     owes what is due until then; so does finish, but no gate
 *   publish  owes title, summary and sector; a trial that is active passes the
 *            gates as well
 *   own, anchor, edit, correct, rethink leave an active trial its owner and its
 *            anchoring; what else the gates say is a warning, for a barrier may
 *            be found in the middle of a trial
 * All others owe nothing.  A transcribed trial never does.
 */
void life_check(const struct life_case *it, enum life_action action,
    struct life_report *ret_report);

/**
 * life_check_status(it, status, ret_report):
 * The same for a correction that sets the status to ${status}: it takes back a
 * step, or changes nothing; and what becomes active passes both gates.
 */
void life_check_status(const struct life_case *it, Erfa__Status status,
    struct life_report *ret_report);

/**
 * life_claims(it, ret_blocks):
 * Return whether the trial says that it is active and does not pass the gates:
 * then it "claims to be active".  ${ret_blocks} tells what is missing; it is
 * empty otherwise.  Never so for a transcribed trial.
 */
bool life_claims(const struct life_case *it, struct life_list *ret_blocks);

/**
 * life_line(it, ret_line):
 * The first line: may the trial start (or go on), may it not, or partly, and
 * why.
 */
void life_line(const struct life_case *it, struct life_line *ret_line);

/**
 * life_line_who(line, ret_text):
 * The authorities of ${line}, separated by commas; for life_fill(), of which it
 * is the {who}.  The caller frees with free().  Return ERR_NOMEM.
 */
enum err life_line_who(
    const struct life_line *line, char **ret_text) MUST_CHECK;

/**
  * life_line_text(line, trial, say, ret_text):
 * ${line} in words: "May not start: waiting for KDD."  ${say} translates a
 * sentence before its places are filled; NULL = English.  The caller frees with
 * free().  Return ERR_NOMEM.
 */
enum err life_line_text(const struct life_line *line, const char *trial,
    const char *(*say)(const char *text), char **ret_text) MUST_CHECK;

#endif /* !ERFA_LIFE_H */
