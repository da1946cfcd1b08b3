#ifndef ERFA_REASON_H
#define ERFA_REASON_H

/*
 * reason - why something was found, in a line for people.
 */

#include <stddef.h>

#include "proto/control.pb-c.h"

#define REASON_LINE 1024 /* bytes that hold what there is to say of most rows */

/**
 * reason_line(row, out, size):
 * Say in ${out}, which has ${size} bytes, why each word of a question found ${row}:
 * the word, the concept in between, what stands there, and where; what does not
 * fit is left out from the end.  "hjemmepleje → home care ← kotihoito in the
 * title".  Empty if it was found without words.  The text is foreign: print it as
 * such.
 */
void reason_line(const Erfa__Row *row, char *out, size_t size);

#endif /* !ERFA_REASON_H */
