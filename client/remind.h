#ifndef ERFA_REMIND_H
#define ERFA_REMIND_H

/*
 * remind - what a municipality is reminded of about a trial of its own.
 *
 * All of it follows from what is published and from the day; nothing is kept of
 * what was shown before, and nothing ever becomes louder.  What is answered goes
 * away by itself.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/day.h"
#include "proto/life_case.h"

#define REMIND_MAX  32 /* of one trial; further ones are left out */
#define REMIND_SOON 60 /* days before a condition is due */

enum remind_kind {
	REMIND_EXEMPTION,    /* ends in 180, 60 or 0 days, or has ended */
	REMIND_CONDITION,    /* is due soon, or was, and is not met */
	REMIND_HALFTIME,     /* nothing was said since half of the time */
	REMIND_CONTINUATION, /* it is over: what comes after? */
};

struct remind {
	enum remind_kind kind;
	uint32_t no;             /* of the exemption, of the condition; or 0 */
	const char *what;        /* the rule, the condition; lent; or NULL */
	char due[DAY_LEN + 1];   /* the day it is about; may be empty */
	char since[DAY_LEN + 1]; /* day from which it is told; likewise */
	int32_t days;            /* from today until due; negative = past */
};

/**
 * remind_find(it, heard, ret_list):
 * Write down what there is to be reminded of about the trial of ${it}, and return
 * how much.  ${heard} is the last day on which its publisher said something of
 * substance (no mere confirmation), or NULL.  Of an exemption one alarm is told,
 * the latest: 180, 60 and 0 days before the permission ends.  Nothing for a
 * transcribed trial.
 */
size_t remind_find(const struct life_case *it, const char *heard,
    struct remind ret_list[REMIND_MAX]);

#endif /* !ERFA_REMIND_H */
