#ifndef ERFA_CHECK_H
#define ERFA_CHECK_H

/*
 * check - check numbers and keys as people type and compare them.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/control.h"

/* Opaque types. */
struct run;

/* Bytes of a key in digits, the longest that is typed, with its NUL. */
#define CHECK_TYPED_MAX 65

/**
 * check_typed(run, first, end, out):
 * Put the words from ${first} up to but without ${end} together: six groups of
 * four digits, or the 64 digits of a key in one word.  EXIT_DONE, or EXIT_USAGE
 * with the person told.
 */
int check_typed(
    struct run *run, size_t first, size_t end, char out[CHECK_TYPED_MAX]);

/**
 * check_ask(run, who, ret_answer):
 * Ask for the directory's keys that ${who} names: an organisation, a check number
 * or the first digits of a key.  The caller frees *${ret_answer} with
 * control_free_answer().  Return what run_ask() does; EXIT_NOINPUT for nobody.
 */
int check_ask(struct run *run, const char *who, Erfa__Answer **ret_answer);

/**
 * check_is_in(member):
 * Return whether this key is that of a member, one that has an heir too.
 */
bool check_is_in(const Erfa__DirectoryMember *member);

/**
 * check_dispute(run, org, numbers, count):
 * Say that ${count} keys, with these check numbers, claim to be ${org}, or of a
 * single one that those who vouch for it do not agree on it; and what to do.
 * They have to be all the disputed ones.
 */
void check_dispute(
    struct run *run, const char *org, char *const *numbers, size_t count);

/**
 * check_disputed(run, org):
 * The same of the keys that the directory has for ${org}, for those who do not
 * know them all.  Return an exit code, the person being told.
 */
int check_disputed(struct run *run, const char *org);

/**
 * check_of_key(key, out):
 * The check number of the key with these 64 digits; the digits, cut, if they are
 * of no key.
 */
void check_of_key(const char *key, char out[CHECK_TYPED_MAX]);

#endif /* !ERFA_CHECK_H */
