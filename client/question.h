#ifndef ERFA_QUESTION_H
#define ERFA_QUESTION_H

/*
 * question - the answers that a trial owes before its start, and how a person at
 * the terminal is asked for each.
 *
 * Functions that return an int return an exit code.
 */

#include <stdbool.h>

#include "proto/life_say.h"

/* Opaque types. */
struct move;

/**
 * question_ask(move, code):
 * Ask for the answer whose lack is ${code} (LIFE_NEED_GOAL ...), each part of it
 * in turn; an option of the same name is an answer, too, and no answer leaves it
 * as it is.
 */
int question_ask(struct move *move, enum life_code code);

/**
 * question_ask_missing(move, ret_answered):
 * Ask for all that keeps the trial from being started, if somebody can be asked
 * and nothing but answers is missing.  What does not fit is asked again; options
 * are not looked at, as they mean other things there.  *${ret_answered} says
 * whether any was answered.
 */
int question_ask_missing(struct move *move, bool *ret_answered);

#endif /* !ERFA_QUESTION_H */
