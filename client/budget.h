#ifndef ERFA_BUDGET_H
#define ERFA_BUDGET_H

/*
 * budget - a word of warning to who starts before there is money.
 */

/* Opaque types. */
struct act;

/**
 * budget_warn(act):
 * Tell, to standard error, if the trial of ${act} says that there is no room for
 * it in any budget, or in the next one only, and begins before that.  Nothing is
 * refused.  Return an exit code.
 */
int budget_warn(const struct act *act);

#endif /* !ERFA_BUDGET_H */
