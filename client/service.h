#ifndef ERFA_SERVICE_H
#define ERFA_SERVICE_H

/*
 * service - the user that erfad runs as, to whom root gives what erfad needs.
 */

#include <stdbool.h>

/**
 * service_give(path):
 * Give the file or folder ${path} to that user, a link itself and not what it
 * leads to.  Do nothing unless we are root and there is such a user.  Return
 * false, with errno set, if it could not be done.
 */
bool service_give(const char *path);

#endif /* !ERFA_SERVICE_H */
