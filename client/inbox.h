#ifndef ERFA_INBOX_H
#define ERFA_INBOX_H

/*
 * inbox - the letters of an inbox, in the order in which they are shown.
 *
 *   inbox_talk.c   what others said of our trials, and learnt in their families
 *   inbox_due.c    reminders, decisions that arrived, applications that wait
 *   inbox_follow.c what is new of what the user follows
 *
 * Every letter follows from what is published and from the day; there is nothing
 * that is read or unread, but for what the user follows, which is told once.
 * Functions that return an int return an exit code.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/control.pb-c.h"
#include "proto/day.h"
#include "proto/limits.h"
#include "client/wanted.h"

/* Opaque types. */
struct heirs;
struct run;

/* What a letter is, in the order in which they are shown. */
enum inbox_section {
	INBOX_OPEN,         /* a question to a trial of ours that waits */
	INBOX_APPLICATION,  /* waits for our answer, as an authority */
	INBOX_ANSWER,       /* to a question of ours */
	INBOX_DECISION,     /* about an exemption of ours */
	INBOX_EXEMPTION,    /* of ours ends, or has ended */
	INBOX_CONDITION,    /* of a decision about ours is due */
	INBOX_ERASED,       /* a trial that ours came from was erased */
	INBOX_RETRACTED,    /* a trial of our families was taken back */
	INBOX_FOLLOWED,     /* new, and fits what the user follows */
	INBOX_DESCENDANT,   /* learnt where ours was copied */
	INBOX_COPY,         /* a copy of ours */
	INBOX_RELATIVE,     /* learnt at an origin or a sibling */
	INBOX_WORD,         /* any other word to a trial of ours */
	INBOX_HALFTIME,     /* a trial of ours that is silent since half-time */
	INBOX_CONTINUATION, /* one that is over: what comes after? */
	INBOX_SECTIONS
};

/* One line of the inbox; what it points to is lent by the answers held. */
struct inbox_letter {
	enum inbox_section section;
	const Erfa__Row *row;
	const Erfa__Body *body; /* NULL if there is nothing to be read */
	const char *about;      /* shown id of the trial */
	const char *title;      /* of that trial; "" if not known */
	const char *what;       /* of a reminder: the rule, the condition */
	uint32_t no;            /* its number */
	char due[DAY_LEN + 1];  /* of a reminder: the day, or empty */
	char when[32];          /* since when it is told: RFC 3339, UTC */
	int32_t days;           /* until due; negative = past */
};

/* A question of the user's that stands. */
struct inbox_follow {
	uint32_t no;
	uint64_t told; /* arrival up to which the user knew before */
	uint64_t upto; /* and knows after this */
	char text[WANTED_TEXT];
};

struct inbox {
	struct run *run;
	char org[ORG_MAX + 1]; /* of this node */
	char *const *self;     /* what it goes by: its org first; lent */
	size_t nself;
	struct heirs *heirs;          /* who took over from whom */
	const Erfa__OrgsAnswer *orgs; /* what all are called; lent */
	const char *since;            /* NULL: everything */
	struct inbox_letter *letters;
	size_t count;
	struct inbox_follow *follows;
	size_t nfollows;
	Erfa__Answer **answers; /* that letters lie in */
	size_t nanswers;
};

/**
 * inbox_open(run, ret_inbox), inbox_close(inbox):
 * An empty inbox of this node; close it whatever comes back.
 */
int inbox_open(struct run *run, struct inbox *ret_inbox);
void inbox_close(struct inbox *inbox);

/**
 * inbox_is_own(inbox, org):
 * Return whether ${org} is this node's organisation, or one that it took over
 * from.
 */
bool inbox_is_own(const struct inbox *inbox, const char *org);

/**
 * inbox_name(inbox, org):
 * What ${org} is called, as far as is known; else its id.
 */
const char *inbox_name(const struct inbox *inbox, const char *org);

/**
 * inbox_hold(inbox, answer), inbox_look(inbox, id, ret_show):
 * Keep ${answer}, which is taken, as long as the inbox; ask about one record and
 * keep the answer: *${ret_show} is NULL if nothing can be told.
 */
int inbox_hold(struct inbox *inbox, Erfa__Answer *answer);
int inbox_look(
    struct inbox *inbox, const char *id, const Erfa__ShowAnswer **ret_show);

/**
 * inbox_add(inbox, letter):
 * Add a copy of ${letter}, unless its record is in the same section already with
 * the same number, or it is older than was asked for and no question.  Without
 * a day of its own it has its record's.
 */
int inbox_add(struct inbox *inbox, const struct inbox_letter *letter);

/**
 * inbox_sort(inbox):
 * By section, then the latest first; what is as old, by its id.
 */
void inbox_sort(struct inbox *inbox);

/**
 * inbox_talk(inbox, show), inbox_replies(inbox, show), inbox_due(inbox, show),
 * inbox_applications(inbox):
 * Take in what was said and learnt about a trial of ours and its family; what was
 * answered to a question or other word of ours; what is due in a trial of ours,
 * and what was decided about it; and what waits for our answer.
 */
int inbox_talk(struct inbox *inbox, const Erfa__ShowAnswer *show);
int inbox_replies(struct inbox *inbox, const Erfa__ShowAnswer *show);
int inbox_due(struct inbox *inbox, const Erfa__ShowAnswer *show);
int inbox_applications(struct inbox *inbox);

/**
 * inbox_followed(inbox), inbox_told(inbox):
 * Take in what is new of what the user follows and in no other letter; after all
 * was printed, note that the user was told.
 */
int inbox_followed(struct inbox *inbox);
int inbox_told(struct inbox *inbox);

#endif /* !ERFA_INBOX_H */
