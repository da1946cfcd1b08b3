#ifndef ERFA_LEARN_H
#define ERFA_LEARN_H

/*
 * learn - what was learnt, as "erfa learn" and "erfa finish" write it down.
 */

#include <stdbool.h>

#include "client/act.h"

/**
 * learn_wanted(run):
 * Return whether an option tells of something learnt.
 */
bool learn_wanted(const struct run *run);

/**
 * learn_begin(run, target, final, ret_act):
 * Begin an experience with the record of ${target}, or go on with the one that
 * this node has published of it in the same role, unless it was taken back; set
 * what the options say.
 * ${final} says that it is over.  End with act_close(), whatever comes back.
 */
int learn_begin(
    struct run *run, const struct act *target, bool final, struct act *ret_act);

/**
 * learn_ask(act):
 * Ask for each of the answers that is not there yet, until it fits or is
 * skipped.
 */
int learn_ask(struct act *act);

#endif /* !ERFA_LEARN_H */
