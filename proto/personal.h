#ifndef ERFA_PERSONAL_H
#define ERFA_PERSONAL_H

/*
 * personal - what looks like personal data in a text before it leaves.
 *
 * Nothing here decides: each find says where it is and why it was taken for
 * one, so that whoever wrote it can look and confirm.  A name or number that
 * no sign gives away passes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/body.h"
#include "proto/err.h"

/* Opaque types. */
struct person_words;

#define PERSONAL_HITS 256 /* looked for in one text or body, at most */
#define PERSONAL_PATH 128 /* bytes of a field's path, the NUL counted */

enum personal_kind {
	PERSONAL_NUMBER, /* of a person, given by a state */
	PERSONAL_PHONE,
	PERSONAL_MAIL,
	PERSONAL_NAME,
	PERSONAL_KINDS
};

/* What looks like personal data. */
struct personal_hit {
	enum personal_kind kind;
	char path[PERSONAL_PATH]; /* "trial.goals[1].text"; of a text, empty */
	const char *text;         /* the whole text, lent by the caller */
	size_t start;             /* bytes */
	size_t end;
	const char *reason; /* static */
};

struct personal_hits {
	struct personal_hit *items;
	size_t count;
	bool more; /* there are more than PERSONAL_HITS */
};

/**
 * personal_find(words, text, ret_hits):
 * Look through ${text}; ${words} are those of person_words_new(), or NULL, and
 * then a name is only known by what stands around it.  Addresses of the web are
 * not looked into.  The hits come in order and do not overlap.  Free them with
 * personal_clear().  Return ERR_SYNTAX if ${text} is not UTF-8, or ERR_NOMEM.
 */
enum err personal_find(const struct person_words *words, const char *text,
    struct personal_hits *ret_hits) MUST_CHECK;

/**
 * personal_check_body(words, body, ret_hits):
 * Look through all that a user wrote in ${body}, in the order of the fields.
 * Ids, dates, codes and addresses of the web are not looked into; in the
 * sources no names are looked for, since whoever publishes is named.  Otherwise
 * as personal_find().
 */
enum err personal_check_body(const struct person_words *words,
    const Erfa__Body *body, struct personal_hits *ret_hits) MUST_CHECK;

/**
 * personal_clear(hits):
 * Free what ${hits} holds.
 */
void personal_clear(struct personal_hits *hits);

/**
 * personal_kind_str(kind):
 * What a hit of ${kind} is called: "mail address".  Static, never NULL.
 */
const char *personal_kind_str(enum personal_kind kind);

/**
 * personal_small_count(n):
 * Return whether a count of ${n} persons is so small that it may tell who they
 * are: 1 to 4.  Zero passes.
 */
bool personal_small_count(uint64_t n);

/**
 * personal_names_few(observation):
 * Return whether ${observation} names a small count, or all but a small count.
 */
bool personal_names_few(const Erfa__Observation *observation);

/**
 * personal_small_counts(observation):
 * Return whether ${observation} is to be held back: personal_names_few(), and it
 * was not confirmed; or who wrote it said so.
 */
bool personal_small_counts(const Erfa__Observation *observation);

#endif /* !ERFA_PERSONAL_H */
