#ifndef ERFA_TALK_H
#define ERFA_TALK_H

/*
 * talk - what others said of a record: questions and their answers, and whether
 * its publisher took it back, or doubts it.
 */

#include <stdbool.h>

#include "proto/control.pb-c.h"

/**
 * talk_is_open(show, related):
 * Return whether ${related}, which is among what ${show} knows of a record, is a
 * question to it that nobody but the asker has answered.
 */
bool talk_is_open(const Erfa__ShowAnswer *show, const Erfa__Related *related);

/**
 * talk_retraction(show):
 * The latest word of the publisher that takes the shown record back, as long as
 * ${show} lives; NULL if there is none.
 */
const Erfa__Related *talk_retraction(const Erfa__ShowAnswer *show);

/**
 * talk_doubt(show):
 * The latest word of the publisher by which the shown record stands, but is to be
 * read with care: an expression of concern, or a correction.  It is among
 * ${show}; NULL if there is none.
 */
const Erfa__Related *talk_doubt(const Erfa__ShowAnswer *show);

#endif /* !ERFA_TALK_H */
