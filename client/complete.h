#ifndef ERFA_COMPLETE_H
#define ERFA_COMPLETE_H

/*
 * complete - what may stand where a person presses Tab: commands, options,
 * codes, organisations, and what the node has.
 *
 * Shells ask with "erfa --complete WORD..."; client/completion/ holds their
 * side of it.  Everything comes from the table of commands.
 */

#include <stddef.h>

/* Opaque types. */
struct print;

/**
 * complete_words(out, words, count):
 * Print what the last of the ${count} words after "erfa" may become, the others
 * being as they are: one candidate a line, a tab, and what it is.  The line
 * ":files" stands for the names of files.  Nothing is ever complained about: if
 * erfad does not answer within a moment, what it has is left out.
 */
void complete_words(struct print *out, const char *const *words, size_t count);

#endif /* !ERFA_COMPLETE_H */
