#ifndef ERFA_PATTERN_H
#define ERFA_PATTERN_H

/*
 * pattern - a sentence and what stands in its places, apart, so that whoever
 * speaks another language can put them together again.
 *
 * A place is a conversion of printf(3), filled in their order, or a name in
 * braces ("{who}"), filled by the argument that begins with "who=".
 */

#include <stdarg.h>
#include <stddef.h>

#include "proto/err.h"

/**
 * pattern_args(format, list, ret_args, ret_count):
 * Write each argument of ${format} as text, as printf(3) would.  Conversions are
 * %s, %c, %d, %i, %u and %x, with precision and the lengths l, ll and z, without
 * widths.  The caller frees the texts and the list, also after ERR_NOMEM; they
 * are NULL and 0 if there are no conversions.
 */
__attribute__((format(printf, 1, 0))) enum err pattern_args(const char *format,
    va_list list, char ***ret_args, size_t *ret_count) MUST_CHECK;

/**
 * pattern_fill(pattern, args, count, ret_text):
 * Put ${args} into the places of ${pattern}; a place without one stays as it is,
 * and "%%" becomes "%".  The caller frees *${ret_text}.  Return ERR_NOMEM.
 */
enum err pattern_fill(const char *pattern, char *const *args, size_t count,
    char **ret_text) MUST_CHECK;

#endif /* !ERFA_PATTERN_H */
