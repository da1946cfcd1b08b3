#ifndef ERFA_SEND_H
#define ERFA_SEND_H

/*
 * send - a draft is published: what leaves is shown on one screen, looked
 * through for personal data, and asked about; and what could not leave is kept.
 */

#include <stdbool.h>

/* Opaque types. */
struct act;

/**
 * send_draft(act):
 * Show what leaves of the draft of ${act}, ask, and publish it.  With --dry-run
 * it is only checked.  Return an exit code; when it is not published, it is
 * still a draft.
 */
int send_draft(struct act *act);

/**
 * send_offer(act, ask_first):
 * After a draft was kept: publish it, if --yes was given, or if it lacks nothing
 * and the person at the terminal says so once it was shown; else tell how it is
 * published later.  With ${ask_first} they are asked before it is shown, too.
 * Return an exit code; not to publish is no failure.
 */
int send_offer(struct act *act, bool ask_first);

/**
 * send_rescue(act, status):
 * Keep what a person has typed at questions and could not leave, as ${status}
 * says: as a draft, or, if erfad is not there, in a file that "erfa publish"
 * takes; tell how to go on, unless it may have left all the same.  Nothing is
 * kept if ${status} is 0, if nothing was typed or begun, or if it was the person
 * who ended it.  Return ${status}.
 */
int send_rescue(struct act *act, int status);

/**
 * send_rescue_words(act, status):
 * The same for a step, or for what is to leave with others, of which ${act} may
 * hold a part only: nobody is told to publish that, it is done again.
 */
int send_rescue_words(struct act *act, int status);

#endif /* !ERFA_SEND_H */
