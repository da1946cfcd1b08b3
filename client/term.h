#ifndef ERFA_TERM_H
#define ERFA_TERM_H

/*
 * term - what a word means: in the vocabulary, and in the terms that members of
 * the network published as their own.
 */

#include <stddef.h>

#include "proto/err.h"
#include "proto/report.pb-c.h"
#include "proto/vocab.h"

#define TERM_MANY 32 /* meanings of one word that are told */

/* Opaque types. */
struct run;

/**
 * term_look(vocab, text, lang, report):
 * Put the concepts that ${text} names into ${report}, those of ${lang} first;
 * if there are none, those with a word that is spelt nearly so.  Return
 * ERR_SYNTAX if ${text} is not UTF-8 or holds no word, or ERR_NOMEM.
 */
enum err term_look(const struct vocab *vocab, const char *text,
    enum vocab_lang lang, Erfa__TermReport *report) MUST_CHECK;

/**
 * term_local(run, text, report):
 * Ask erfad for the terms that were published, and put those that ${text} names,
 * and those that say they mean a concept that is in ${report} already, behind
 * the others.  Without erfad there are none.  Return an exit code.
 */
int term_local(struct run *run, const char *text, Erfa__TermReport *report);

#endif /* !ERFA_TERM_H */
