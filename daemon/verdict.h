#ifndef ERFAD_VERDICT_H
#define ERFAD_VERDICT_H

/*
 * verdict - whose word of a trial counts, where one alone is told.
 *
 * The word is that of an experience about the trial which gives a verdict and was
 * not taken back.  A final one counts before an interim one; one that says how it
 * went before one that does not; that of who published the trial, or speaks for
 * it (heirs.h), before all others'; then the latest.  So lineage, evidence and a
 * search tell the same of one trial, on every node.
 */

#include <stdbool.h>

#include "proto/body.h"

/* Opaque types. */
struct heirs;
struct shown;
struct shown_item;

/* What one experience says. */
struct verdict_word {
	const struct shown_item *item; /* the experience; NULL = none says so */
	Erfa__Verdict verdict;
	Erfa__AuthorRole author_role;
	bool final;
	bool own; /* of who published the trial */
};

/* Of whose trial. */
struct verdict_look {
	const struct shown *shown;
	const struct heirs *heirs; /* NULL = none */
	const char *org;           /* who published the trial */
};

/**
 * verdict_read(look, item, experience, ret_word):
 * Read what ${experience}, the body of ${item}, says of the trial that it is
 * about; whether that is the one meant is the caller's to know.  Return false,
 * and leave *${ret_word} alone, if it gives no verdict, is not about a trial, or
 * if another record stands for ${item}.
 */
bool verdict_read(const struct verdict_look *look,
    const struct shown_item *item, const Erfa__Experience *experience,
    struct verdict_word *ret_word);

/**
 * verdict_counts(shown, word, than):
 * Return whether ${word} counts rather than ${than}, which may be none.
 */
bool verdict_counts(const struct shown *shown, const struct verdict_word *word,
    const struct verdict_word *than);

#endif /* !ERFAD_VERDICT_H */
