#ifndef ERFA_WAITING_H
#define ERFA_WAITING_H

/*
 * waiting - applications, and the authorities that have not answered them.
 */

#include "proto/control.pb-c.h"

#define WAITING_NAMES 512 /* bytes of their names in a line */

/* Opaque types. */
struct run;

/* One trial of one application. */
struct waiting {
	const Erfa__ShowAnswer *application;
	const Erfa__ShowAnswer *trial;
	char names[WAITING_NAMES]; /* of those who have not answered */
};

/**
 * waiting_each(run, authority, fn, context):
 * Call ${fn} for every trial of every application, or only for those that wait
 * for ${authority} (an id or a name; NULL = all) or for one that it took over
 * from, until it returns another exit code than 0, which is returned.  A trial
 * whose content is not here is passed over.
 */
int waiting_each(struct run *run, const char *authority,
    int (*fn)(void *context, const struct waiting *waiting), void *context);

#endif /* !ERFA_WAITING_H */
