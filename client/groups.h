#ifndef ERFA_GROUPS_H
#define ERFA_GROUPS_H

/*
 * groups - restricted groups by the names that people call them, and the words
 * that tell that something is for the members of one only.
 *
 * Functions that return an int return an exit code, all having been told.
 */

#include <stddef.h>

#include "proto/control.pb-c.h"

#define GROUPS_DIGITS 16 /* of a group's number */

/* Opaque types. */
struct print;
struct run;

/**
 * groups_ask(run, ret_answer):
 * Ask for all groups.  The caller frees *${ret_answer} with
 * control_free_answer().
 */
int groups_ask(struct run *run, Erfa__Answer **ret_answer);

/**
 * groups_find(run, word, ret_answer, ret_group):
 * Find the group that ${word} means: its number, the first four digits of it or
 * more, its name, or a beginning of the name that no other has; letter case does
 * not count.  *${ret_group} is lent by *${ret_answer}, which the caller frees
 * with control_free_answer().
 */
int groups_find(struct run *run, const char *word, Erfa__Answer **ret_answer,
    Erfa__GroupView **ret_group);

/**
 * groups_option(run, ret_number):
 * The number of the group that --group names, or "" if it was not given.
 */
int groups_option(struct run *run, char ret_number[GROUPS_DIGITS + 1]);

/**
 * groups_mark(run, group, out, size):
 * Put "(restricted)" behind the text in ${out}, of ${size} bytes, if ${group},
 * the number that a row bears, says so; NULL and "" do not.
 */
void groups_mark(
    const struct run *run, const char *group, char *out, size_t size);

/**
 * groups_say(run, group, name):
 * Print in a line who alone can read what bears the number ${group}; nothing if
 * that is NULL or "".  ${name} is what the group is called, NULL or "" if this
 * node cannot know.
 */
void groups_say(struct run *run, const char *group, const char *name);

/**
 * groups_say_stranger(run, group, name):
 * Print in a line that what bears the number ${group}, of a group called ${name},
 * is from somebody who is not in it.
 */
void groups_say_stranger(struct run *run, const char *group, const char *name);

/**
 * groups_warn(print, count):
 * Say on ${print} that ${count} of the records that were just printed are
 * restricted, so that nobody passes them on without knowing; nothing for 0.
 */
void groups_warn(struct print *print, size_t count);

#endif /* !ERFA_GROUPS_H */
