#ifndef ERFA_JUDGE_H
#define ERFA_JUDGE_H

/*
 * judge - may this be done with this trial?  Everything that is looked at is
 * fetched, the rules of proto/life are asked, and their refusal is told with the
 * command that mends it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/body.h"
#include "proto/control.pb-c.h"
#include "proto/life.h"
#include "client/run.h"

#define JUDGE_MANY  256 /* decisions or experiences that are looked at */
#define JUDGE_ASKED 32  /* applications; one is enough */

/* A trial and all that decides about it. */
struct judge {
	struct run *run;
	const char *shown; /* how people call the trial */
	bool theirs;       /* another's: no command of ours would help */
	struct life_case it;
	char today[RUN_DAY_LEN + 1];
	const Erfa__Body *decisions[JUDGE_MANY];
	const Erfa__Body *applications[JUDGE_ASKED];
	const Erfa__Body *experiences[JUDGE_MANY];
	const Erfa__Body *origins[JUDGE_MANY];
	struct heirs *heirs;
	Erfa__Answer *programme;
	Erfa__Answer *parents[JUDGE_MANY]; /* that the origins lie in */
	size_t nparents;
};

/**
 * judge_open(run, trial, shown, show, ret_judge):
 * Gather what there is about ${trial}: what names it in ${show} (NULL if it was
 * never published) and was not taken back, its programme and its origins.  All
 * is borrowed and must outlive it.  End with judge_close(), whatever comes back.
 */
int judge_open(struct run *run, const Erfa__Body *trial, const char *shown,
    const Erfa__ShowAnswer *show, struct judge *ret_judge);

/**
 * judge_close(judge):
 * Free what was fetched.
 */
void judge_close(struct judge *judge);

/**
 * judge_experience(judge, body):
 * Count in an experience that is about to be written as well.
 */
void judge_experience(struct judge *judge, const Erfa__Body *body);

/**
 * judge_check(judge, action, ret_status):
 * Tell why ${action} may not be done, or set *${ret_status} to where the trial
 * stands then; warnings are told and do not refuse.
 */
int judge_check(
    struct judge *judge, enum life_action action, Erfa__Status *ret_status);

/**
 * judge_lacks(judge, action, ret_blocks):
 * Return whether nothing but answers that are missing keeps ${action} from being
 * done; ${ret_blocks} names them.
 */
bool judge_lacks(
    struct judge *judge, enum life_action action, struct life_list *ret_blocks);

/**
 * judge_line(judge, ret_line, ret_text):
 * The first line about the trial.  The caller frees *${ret_text}.
 */
int judge_line(
    struct judge *judge, struct life_line *ret_line, char **ret_text);

/**
 * judge_tell(judge, list, style_bad):
 * Print each finding with the command that helps, unless ${judge} says that the
 * trial is another's; to standard error if ${style_bad}, else to standard output.
 */
int judge_tell(
    struct judge *judge, const struct life_list *list, bool style_bad);

#endif /* !ERFA_JUDGE_H */
