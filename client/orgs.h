#ifndef ERFA_ORGS_H
#define ERFA_ORGS_H

/*
 * orgs - what erfad knows of organisations: who took over from whom, and what
 * one says of itself.
 */

#include <stdbool.h>

#include "proto/control.pb-c.h"

/* Opaque types. */
struct heirs;
struct run;

/**
 * orgs_ask(run, heirs_only, ret_answer):
 * Ask for all organisations, or with ${heirs_only} for who took over from whom.
 * The caller frees *${ret_answer} with control_free_answer().  Return an exit
 * code.
 */
int orgs_ask(struct run *run, bool heirs_only, Erfa__Answer **ret_answer);

/**
 * orgs_heirs(run, ret_heirs):
 * Who took over from whom.  The caller frees *${ret_heirs} with heirs_free().
 */
int orgs_heirs(struct run *run, struct heirs **ret_heirs);

/**
 * orgs_heirs_of(run, answer, ret_heirs):
 * The same from what orgs_ask() brought.
 */
int orgs_heirs_of(
    struct run *run, const Erfa__OrgsAnswer *answer, struct heirs **ret_heirs);

/**
 * orgs_own(run, ret_answer, ret_own):
 * Ask for all organisations and look for this node's, which is lent by
 * *${ret_answer} and NULL if it is not among them.
 */
int orgs_own(struct run *run, Erfa__Answer **ret_answer,
    const Erfa__Organisation **ret_own);

/**
 * orgs_find(answer, id):
 * The organisation ${id} among those of ${answer}, or NULL.
 */
const Erfa__Organisation *orgs_find(
    const Erfa__OrgsAnswer *answer, const char *id);

/**
 * orgs_settle(answer, org):
 * If all that ${org} has is a name, and an organisation is known by it as its id,
 * make it the id: one without a country, as "kl", does not look like one.
 */
void orgs_settle(const Erfa__OrgsAnswer *answer, Erfa__OrgRef *org);

#endif /* !ERFA_ORGS_H */
