#ifndef ERFA_KIN_H
#define ERFA_KIN_H

/*
 * kin - from what a trial came: the records that say so, kept as drafts beside
 * the draft of the trial, and published together with it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "client/act.h"

#define KIN_MAX 8 /* origins of a trial */

/* The origins of one trial. */
struct kin {
	struct act edge[KIN_MAX]; /* drafts of records of kind adaptation */
	size_t count;
};

/**
 * kin_begin(copy, origin, ret_edge):
 * Begin the record that says that the trial of ${copy}, whose id is known, came
 * from ${origin}.  End with act_close(), whatever comes back.
 */
int kin_begin(struct act *copy, const struct act *origin, struct act *ret_edge);

/**
 * kin_compare(edge, origin, copy, parents):
 * Write down in ${edge} how ${copy} differs from ${origin}, being one of so many
 * ${parents}; a person at the terminal is asked whether the words that FRAME has
 * for it are right.
 */
int kin_compare(struct act *edge, const Erfa__Body *origin,
    const Erfa__Body *copy, size_t parents);

/**
 * kin_find(trial, ret_kin):
 * Find the origins of the draft of ${trial} that are drafts too.  End with
 * kin_close(), whatever comes back.
 */
int kin_find(const struct act *trial, struct kin *ret_kin);

/**
 * kin_open(trial, ret_kin):
 * The same, and compare anew with the versions that were copied.
 */
int kin_open(const struct act *trial, struct kin *ret_kin);

/**
 * kin_close(kin):
 * Free what ${kin} holds.
 */
void kin_close(struct kin *kin);

/**
 * kin_keep(kin):
 * Keep the drafts as they have become.
 */
int kin_keep(struct kin *kin);

/**
 * kin_print(kin):
 * Tell from what the trial came and what was changed, to standard error.
 */
void kin_print(const struct kin *kin);

/**
 * kin_publish(trial, kin, dry_run, ret_answer):
 * Publish the draft of ${trial} and those of its origins in one publication, if
 * they are as they were opened or kept, and nothing was published of them since.
 * The caller frees *${ret_answer}, which may be NULL if nobody wants it.
 */
int kin_publish(const struct act *trial, struct kin *kin, bool dry_run,
    Erfa__Answer **ret_answer);

#endif /* !ERFA_KIN_H */
