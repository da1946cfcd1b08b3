#ifndef ERFA_PROMPT_H
#define ERFA_PROMPT_H

/*
 * prompt - questions to the person at the terminal.
 */

#include <stdbool.h>

/* Opaque types. */
struct run;

/**
 * prompt_can(run):
 * Return whether somebody can be asked: there is a terminal, and neither --yes
 * nor --json says that a program is calling.
 */
bool prompt_can(const struct run *run);

/**
 * prompt_line(run, question, ret_text):
 * Ask ${question}, which is translated here, and read a line, without blanks at
 * its ends.  *${ret_text} is NULL if it is empty, or if there is nobody to ask;
 * the caller frees it.  Return an exit code: that of run_halted() if the person
 * pressed Ctrl-C, or ended the input, instead of Enter.
 */
int prompt_line(struct run *run, const char *question, char **ret_text);

/**
 * prompt_yes(run, question, ret_yes):
 * Ask a question whose answer is no unless somebody says yes; no, too, if there
 * is nobody to ask.  Return an exit code as prompt_line() does.
 */
int prompt_yes(struct run *run, const char *question, bool *ret_yes);

/**
 * prompt_confirm(run, question):
 * Have what cannot be taken back confirmed, unless --yes was given: ask, of a
 * program that wants JSON too.  0 if the answer is yes; EXIT_USAGE if there is
 * neither terminal nor --yes; EXIT_FAILED if it is no, or as prompt_line() does.
 */
int prompt_confirm(struct run *run, const char *question);

#endif /* !ERFA_PROMPT_H */
