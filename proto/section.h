#ifndef ERFA_SECTION_H
#define ERFA_SECTION_H

/*
 * section - the sections of laws that a text cites, by their numbers alone:
 * "§ 83 a", "§§ 83-85", "3 §", "§ 14-10".
 *
 * Of which act they are may stand anywhere in the text, or nowhere; where it must
 * be known, provision.h reads it.
 */

#include <stdbool.h>

#include "proto/err.h"

#define SECTION_ROOM 32 /* bytes of a number, its NUL counted */
#define SECTION_SPAN 64 /* between the ends of a span that is told one by one */

/**
 * section_letter(c):
 * Return whether the lower-case letter ${c} counts sections on, behind a number:
 * "i" does not, which is the word for in, nor "p", which is short for a point.
 */
bool section_letter(char c);

/**
 * section_find(text, ret_end):
 * The first citation in ${text}: where it begins, and in *${ret_end} what follows
 * it, and the part of the section that it may name.  NULL if there is none.
 */
const char *section_find(const char *text, const char **ret_end);

/**
 * section_each(text, each, context):
 * Call ${each} with the number of every section that ${text} cites, in the
 * spelling of provision.h: "83 a", "14-10"; of a span behind or before two signs
 * with that of each of its sections, and as it is written, for acts that count by
 * chapters.  Languages differ in the side of a sign on which its number stands:
 * both are told, and a number may come more than once; but of "5 § 2 mom." the
 * first alone.  End when ${each} returns an error, and return that.
 */
enum err section_each(const char *text,
    enum err (*each)(void *context, const char *number),
    void *context) MUST_CHECK;

#endif /* !ERFA_SECTION_H */
