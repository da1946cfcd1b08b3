#ifndef ERFA_HELP_H
#define ERFA_HELP_H

/*
 * help - what erfa says of itself: all commands, one of them, the exit codes.
 * It is made from the table of cmd.
 */

#define HELP_LINES 24 /* of a command's own help, so that it fits a screen */

/* Opaque types. */
struct cmd;
struct print;

/**
 * help_print(print):
 * Print the help of erfa: all commands by group.
 */
void help_print(struct print *print);

/**
 * help_print_one(print, cmd):
 * Print the help of ${cmd}, examples first, in at most HELP_LINES lines.
 */
void help_print_one(struct print *print, const struct cmd *cmd);

/**
 * help_print_exit(print):
 * Print the table of exit codes.
 */
void help_print_exit(struct print *print);

#endif /* !ERFA_HELP_H */
