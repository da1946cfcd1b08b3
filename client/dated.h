#ifndef ERFA_DATED_H
#define ERFA_DATED_H

/*
 * dated - what --at means to a command.  One that would take no notice of it is
 * told here by not being told: it refuses.
 */

enum dated {
	DATED_NOT,  /* it cannot tell of another day: refused */
	DATED_DEED, /* the day on which something is done, or judged */
	DATED_VIEW, /* what held on that day is shown */
};

/**
 * dated_of(name):
 * What --at means to the command ${name}: "list", "programme list".
 */
enum dated dated_of(const char *name);

/**
 * dated_name(i):
 * The name of command number ${i}, from 0, to which --at means something; NULL
 * after the last.
 */
const char *dated_name(unsigned i);

#endif /* !ERFA_DATED_H */
