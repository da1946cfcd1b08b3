#ifndef ERFA_PERSON_H
#define ERFA_PERSON_H

/*
 * person - names and mail addresses that look like those of a person.
 *
 * No list of all names could be complete, nor would it be right: "Holbæk" is a
 * town and a surname.  So there are signs: a common first name before another
 * capitalised word, a title before or after two of them, a year of birth, an
 * age, a signature, a patronymic.  What is the name of a municipality, a street,
 * a school, an act or a programme passes.
 */

#include <stddef.h>

#include "proto/err.h"
#include "proto/plain.h"

/* First names, and words of the names of municipalities. */
struct person_words;

/**
 * person_words_new(firstnames, municipalities, ret_words),
 * person_words_free(words):
 * Read the tables of conf/, the whole text of each, folded for comparison;
 * either may be NULL.  The texts are copied.  NULL may be freed.  Return
 * ERR_SYNTAX if a line is not UTF-8 or has too few columns, or ERR_NOMEM.
 */
enum err person_words_new(const char *firstnames, const char *municipalities,
    struct person_words **ret_words) MUST_CHECK;
void person_words_free(struct person_words *words);

/**
 * person_name(words, plain, i, ret_end, ret_reason):
 * Look whether the name of a person begins at ${i}: then *${ret_end} is the
 * place after it and *${ret_reason} says by what it was known, in a static
 * string; else *${ret_end} is ${i}.  Return ERR_NOMEM.
 */
enum err person_name(const struct person_words *words,
    const struct plain *plain, size_t i, size_t *ret_end,
    const char **ret_reason) MUST_CHECK;

/**
 * person_mail(words, plain, i, ret_end, ret_reason):
 * The same for a mail address.  Addresses of mailboxes that several people
 * read, such as post@ and kirjaamo@, are none of a person.
 */
enum err person_mail(const struct person_words *words,
    const struct plain *plain, size_t i, size_t *ret_end,
    const char **ret_reason) MUST_CHECK;

#endif /* !ERFA_PERSON_H */
