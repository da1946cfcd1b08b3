#ifndef ERFA_ACT_H
#define ERFA_ACT_H

/*
 * act - a record that a command writes or changes: where it is found, as a
 * draft or in public, and how it leaves this node (act.c); how options set its
 * fields (act_set.c) or a person is asked for them (act_ask.c), how it is looked
 * through for personal data (act_check.c), and how a form knows what it was made
 * from (act_stamp.c).
 *
 * Functions that return an int return an exit code: 0, or the code with which
 * erfa should end, all having been told.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/body.h"
#include "proto/control.pb-c.h"
#include "proto/record.h"
#include "client/form_stamp.h"
#include "client/groups.h"

#define ACT_TIME_MAX 40  /* bytes of Draft.changed, the NUL counted */
#define ACT_MANY     16  /* records that leave with one step */
#define ACT_NAME_MAX 256 /* bytes of a group's name, cut, the NUL counted */
#define ACT_VERSION  24  /* bytes of "1.3", the NUL counted */

/* Opaque types. */
struct form_words;
struct person_words;
struct run;

/* A record at work. */
struct act {
	struct run *run;
	struct form_words *words;        /* opened when first needed */
	char id[RECORD_ID_CHARS + 1];    /* full; empty = not drawn yet */
	char shown[RECORD_ID_CHARS + 1]; /* what people type */
	char changed[ACT_TIME_MAX];      /* of the draft as read; "" = none */
	bool is_draft;                   /* changes stay on this node */
	bool is_public;                  /* some version is published */
	char group[GROUPS_DIGITS + 1];   /* whose members read it; "" = all */
	char group_name[ACT_NAME_MAX];   /* "" = not known */
	bool to_group;                   /* the draft is to go to it */
	Erfa__Answer *show;              /* what is public; NULL if nothing */
	Erfa__Answer *kept;              /* of erfad, to act_keep() */
	Erfa__Body *body;                /* to be changed; ours */
};

/* A record that leaves. */
struct act_item {
	const Erfa__Body *body;
	const char *id;           /* full, or NULL: it is a new one */
	const char *title;        /* to be told with it, or NULL */
	const Erfa__Body *before; /* what is public of it, or NULL */
};

/* An option of a command and the field that it sets. */
struct act_option {
	const char *option;
	const char *path; /* "owner.unit" */
};

/**
 * act_find(run, word, ret_answer):
 * Ask for the public record that ${word} means: an id, a unique beginning, or
 * "@3".  The caller frees *${ret_answer} with control_free_answer(); it holds a
 * body.
 */
int act_find(struct run *run, const char *word, Erfa__Answer **ret_answer);

/**
 * act_try(run, id, ret_answer):
 * Ask for a public record by the id that another record names it by.  Others
 * wrote that: *${ret_answer} is NULL if there is no such record, or not on the
 * day of --at, or if its content is not here.  Otherwise as act_find().
 */
int act_try(struct run *run, const char *id, Erfa__Answer **ret_answer);

/**
 * act_resolve(run, word, out):
 * Turn "@3" into the id in line 3 of the last list; else copy ${word}.
 */
int act_resolve(
    struct run *run, const char *word, char out[RECORD_ID_CHARS + 1]);

/**
 * act_begin(run, kind, act):
 * Begin a new record of ${kind} (enum header_kind), in the language of the
 * person.  End with act_close().
 */
int act_begin(struct run *run, uint32_t kind, struct act *act);

/**
 * act_draw(act, org):
 * Draw the id of the new record of ${org}, so that it is the same however often
 * it is published or kept.
 */
int act_draw(struct act *act, const char *org);

/**
 * act_open(run, word, kind, act):
 * Open the record of this node that ${word} means, to be changed: its draft if
 * there is one, else what is public; a beginning that fits a draft and another
 * record is refused.  ${kind} 0 takes any.  End with act_close(), whatever comes
 * back.
 */
int act_open(struct run *run, const char *word, uint32_t kind, struct act *act);

/**
 * act_look(run, word, act):
 * The same for a record of anybody, which is not to be changed.
 */
int act_look(struct run *run, const char *word, struct act *act);

/**
 * act_close(act):
 * Free what ${act} holds.
 */
void act_close(struct act *act);

/**
 * act_words(act):
 * Open act->words.
 */
int act_words(struct act *act);

/**
 * act_set(act, name, path, value):
 * Set the field at ${path} to what a person wrote; a fault is told with ${name},
 * the option that it came from.
 */
int act_set(
    struct act *act, const char *name, const char *path, const char *value);

/**
 * act_ask(act, name, path, question, ret_answered):
 * Ask the person at the terminal for the field at ${path}, again and again until
 * the answer fits or is empty; a fault is told with ${name}.  An empty one
 * leaves the field as it is, any other makes *${ret_answered} true, which may be
 * NULL.
 */
int act_ask(struct act *act, const char *name, const char *path,
    const char *question, bool *ret_answered);

/**
 * act_misfit(status):
 * Return whether act_set() found fault with the value, so that another may do.
 */
bool act_misfit(int status);

/**
 * act_set_options(act, options):
 * Set the field of each of ${options}, up to one whose name is NULL, that was
 * given.
 */
int act_set_options(struct act *act, const struct act_option *options);

/**
 * act_set_all(act):
 * Do what every --set says.
 */
int act_set_all(struct act *act);

/**
 * act_amend(act, kind):
 * Say in the envelope why there is a new version, and with --note what is new.
 */
int act_amend(struct act *act, Erfa__AmendmentKind kind);

/**
 * act_names(run, ret_words):
 * Read the tables of names by which people are found in texts.  Free with
 * person_words_free().
 */
int act_names(struct run *run, struct person_words **ret_words);

/**
 * act_check(run, items, count):
 * Look for personal data in what is about to leave, show each find and ask;
 * --allow-personal says yes without a terminal.  What is public already, in the
 * same field, is not asked about again.
 */
int act_check(struct run *run, const struct act_item *items, size_t count);

/**
 * act_restrict(act, group, name):
 * Have the draft of ${act} go to the members of the restricted group with the
 * number ${group}, called ${name}, when it is kept next.
 */
void act_restrict(struct act *act, const char *group, const char *name);

/**
 * act_group(act):
 * Do what --group says, if it was given.
 */
int act_group(struct act *act);

/**
 * act_version(body, out):
 * Write which version ${body} is: "1.3".  Return ${out}, or NULL if it is none.
 */
char *act_version(const Erfa__Body *body, char out[ACT_VERSION]);

/**
 * act_publish(run, items, count, dry_run, ret_answer):
 * Publish ${count} records in one publication: all or none.  A body that is a
 * copy of what is public says which version it is, and is refused if there is a
 * newer one by now.  With ${dry_run} erfad checks only.  The caller frees
 * *${ret_answer}, which may be NULL if nobody wants it.
 */
int act_publish(struct run *run, const struct act_item *items, size_t count,
    bool dry_run, Erfa__Answer **ret_answer);

/**
 * act_keep(act, note):
 * Keep act->body as a draft, with a ${note} or NULL; act->id is drawn if it has
 * none, and so are the numbers of exemptions that have none.  It is refused if
 * the draft is not as it was when ${act} was opened, or if there was none then
 * and there is one now.  What erfad answered is act->kept; nothing is printed.
 */
int act_keep(struct act *act, const char *note);

/**
 * act_leave(act, more, count, said):
 * End a step: keep it as a draft if it is one, else check it for personal data
 * and publish it, and after it the ${count} records of ${more}; tell what was
 * done in the words of ${said}.
 */
int act_leave(struct act *act, const struct act_item *more, size_t count,
    const char *said);

/**
 * act_stamp(act, out):
 * Write what act->body says now, as a hash, and what people call that: the time
 * of the draft, or the version.  What a publication fills in does not count, so
 * that a draft and what became of it have the same hash.
 */
int act_stamp(const struct act *act, char out[FORM_STAMP_MAX]);

/**
 * act_stamp_words(stamp):
 * The part of a stamp for people; it lives as long as ${stamp}.
 */
const char *act_stamp_words(const char *stamp);

/**
 * act_stamp_same(one, two):
 * Return whether two stamps are of the same words.
 */
bool act_stamp_same(const char *one, const char *two);

/**
 * act_title(body):
 * The words that people know the record by; "" if it has none.
 */
const char *act_title(const Erfa__Body *body);

/**
 * act_copy(body, ret_copy):
 * Make a copy; free it with body_free().  Return ERR_SIZE or ERR_NOMEM.
 */
enum err act_copy(const Erfa__Body *body, Erfa__Body **ret_copy) MUST_CHECK;

#endif /* !ERFA_ACT_H */
