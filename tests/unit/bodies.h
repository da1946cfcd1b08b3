#ifndef ERFA_BODIES_H
#define ERFA_BODIES_H

/*
 * bodies - bodies for tests, written as short JSON with ' for ".
 */

#include "proto/body.h"
#include "proto/life_say.h"

/**
 * bodies_read(text):
 * The body that ${text} says, by the names of body.proto; the test fails if it
 * says none.  Free it with body_free().
 */
Erfa__Body *bodies_read(const char *text);

/**
 * bodies_said(list, trial):
 * All sentences of ${list} in one text, separated by " | "; the caller frees.
 */
char *bodies_said(const struct life_list *list, const char *trial);

/* What is called for one mark of the schema. */
typedef void bodies_mark(
    const char *message, const char *field, const char *mark, void *arg);

/**
 * bodies_marks(word, fn, arg):
 * Call ${fn} for every field of body.proto whose comment holds ${word}, an
 * opening bracket included, with what follows it.
 */
void bodies_marks(const char *word, bodies_mark *fn, void *arg);

#endif /* !ERFA_BODIES_H */
