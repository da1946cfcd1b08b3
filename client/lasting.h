#ifndef ERFA_LASTING_H
#define ERFA_LASTING_H

/*
 * lasting - which requests to erfad leave something behind, and which of them are
 * not to be made a second time unless one knows that the first did nothing.
 */

#include <stdbool.h>

#include "proto/control.pb-c.h"

/**
 * lasting(request):
 * Return whether erfad has something more, or something less, once it has done
 * ${request}: a record, a draft, a member, an invitation.  Not so for what only
 * asks or checks, nor for what comes to the same however often it is done, like
 * taking in a bundle.
 */
bool lasting(const Erfa__Request *request);

/**
 * lasting_change(request):
 * Return whether erfad is not as it was once it has done ${request}: lasting(),
 * or something that may well be done again, so that nobody is told that nothing
 * was done.
 */
bool lasting_change(const Erfa__Request *request);

#endif /* !ERFA_LASTING_H */
