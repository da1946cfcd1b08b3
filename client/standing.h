#ifndef ERFA_STANDING_H
#define ERFA_STANDING_H

/*
 * standing - how a trial stands: may it start, whom does it wait for, and what
 * is still to be answered.
 */

/* Opaque types. */
struct run;

/**
 * standing_print(run, word):
 * Print how the trial that ${word} means stands; its first line says whether it
 * may start.  Return an exit code.
 */
int standing_print(struct run *run, const char *word);

/**
 * standing_line(run, word):
 * Print only that first line, for people.  Return an exit code.
 */
int standing_line(struct run *run, const char *word);

#endif /* !ERFA_STANDING_H */
