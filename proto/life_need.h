#ifndef ERFA_LIFE_NEED_H
#define ERFA_LIFE_NEED_H

/*
 * life_need - the answers that a trial owes: twelve in a whole life, three more
 * when a rule must be suspended, and what its programme asks (three at most).
 *
 * Only whether they are there; whether an owner or an anchoring suffices is for
 * life_gate.  The table is the marks [answer N X] of body.proto.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/err.h"
#include "proto/life_case.h"
#include "proto/life_say.h"

#define LIFE_ANSWERS    15
#define LIFE_EXTRAS_MAX 3 /* questions of a programme that count */

/* One of the fifteen. */
struct life_answer {
	unsigned number;   /* from 1 */
	char due;          /* A always, P planned, S started, F finished, X */
	const char *field; /* "trial.goals.text" */
	enum life_code code;
};

/**
 * life_answers():
 * The LIFE_ANSWERS of them, by number.
 */
const struct life_answer *life_answers(void);

/**
 * life_answered(it, number):
 * Return whether answer ${number} is there.  Those about an exemption are there
 * if every exemption has them, or none is needed; those about what was learnt,
 * if the publisher's own experience that tells most has them.
 */
bool life_answered(const struct life_case *it, unsigned number);

/**
 * life_needs_exemption(trial):
 * Return whether ${trial} needs an exemption: it says yes or partly, or it names
 * rules and says nothing.  "No" and "unknown" are answers, and block nothing:
 * the rules that it names then are hints.
 */
bool life_needs_exemption(const Erfa__Trial *trial);

/**
 * life_is_local(exemption):
 * Return whether the rule is the municipality's or the workplace's own, so that
 * no authority is asked.  A rule whose level is not stated is none.
 */
bool life_is_local(const Erfa__Exemption *exemption);

/**
 * life_exemption_no(trial, index):
 * The number by which decisions name the exemption at ${index}: its own, or its
 * place from 1.
 */
uint32_t life_exemption_no(const Erfa__Trial *trial, size_t index);

/**
 * life_exemption_next(trial):
 * A number above all those of the exemptions of ${trial}; if none is left there,
 * the least that none of them bears.
 */
uint32_t life_exemption_next(const Erfa__Trial *trial);

/**
 * life_number(trial):
 * Write down the number of each exemption of ${trial} that only its place tells;
 * where another bears that one, a new number.
 */
void life_number(Erfa__Trial *trial);

/**
 * life_exemption_key(exemption):
 * Write the key of its provision (provision_key()) into ${exemption}, whatever
 * stood there; none if the provision names no section or no act, or its key is
 * longer than that field may be.  Return ERR_NOMEM, and leave none.
 */
enum err life_exemption_key(Erfa__Exemption *exemption) MUST_CHECK;

/**
 * life_same_numbers(trial, list):
 * Add to ${list} every exemption whose number one before it bears.  Of more than
 * BODY_ITEMS exemptions nothing is said: no body may hold them.
 */
void life_same_numbers(const Erfa__Trial *trial, struct life_list *list);

/**
 * life_missing(it, due, list):
 * Add to ${list} every answer that is due at one of the letters of ${due} ("AP")
 * and missing, the programme's own at the end.  Nothing for a transcribed trial.
 */
void life_missing(
    const struct life_case *it, const char *due, struct life_list *list);

#endif /* !ERFA_LIFE_NEED_H */
