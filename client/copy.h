#ifndef ERFA_COPY_H
#define ERFA_COPY_H

/*
 * copy - a trial of one's own is made from another's: what travels, what is
 * asked, what is only shown.
 */

#include "client/act.h"

/**
 * copy_take(act, origin):
 * Hang into the new trial of ${act} what travels of ${origin}, and what it lacks
 * of it if it has some already (a second origin); the language and the licence
 * are those of the first.  ${origin} is robbed of it: give a copy of one's own.
 */
void copy_take(struct act *act, Erfa__Body *origin);

/**
 * copy_claim(act, told):
 * Hang into the new trial of ${act} all that ${told}, a copy of what somebody
 * else wrote down, says of it; ${told} is robbed of it.
 */
void copy_claim(struct act *act, Erfa__Body *told);

/**
 * copy_promises(act):
 * Have each commitment accepted or declined: by --accept N and --decline N, by
 * the person at the terminal, or all accepted by --yes.  Return an exit code.
 */
int copy_promises(struct act *act);

/**
 * copy_hints(run, origin):
 * Show what is the origin's own: its guardrails, and the rules that had to be
 * suspended there.
 */
void copy_hints(struct run *run, const Erfa__Body *origin);

#endif /* !ERFA_COPY_H */
