#ifndef ERFAD_NODE_ALARM_INTERNAL_H
#define ERFAD_NODE_ALARM_INTERNAL_H

/*
 * node_alarm_internal - what the files about what is wrong with others share.
 *
 *   node_alarm.c         all of it in turn; clocks, floods, disputes, memory
 *   node_alarm_peer.c    what peers do not take up, claim, or saw beyond us
 *   node_alarm_silent.c  members that give no sign of life
 *   node_alarm_fork.c    forked logs, and one key on two machines
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/answer.h"
#include "proto/err.h"

struct node;
struct store_txn;
struct view_log;

/* Whom and what a problem is about. */
struct alarm_about {
	const char *code;
	const uint8_t *key;    /* NULL: unknown */
	const uint8_t *log_id; /* NULL: none */
	uint64_t since;        /* ms since 1970; 0 = unknown */
	const char *remedy;
};

/* ---- node_alarm.c ---- */

/**
 * alarm_org(node, key):
 * The organisation of a key, or what stands for it if that is unknown; ${key}
 * may be NULL.  Lent until the directory changes.
 */
const char *alarm_org(struct node *node, const uint8_t *key);

/**
 * alarm_add(node, status, about, format, ...):
 * Add a problem; the text is told in the reader's language.  Return ERR_NOMEM.
 */
enum err alarm_add(struct node *node, Erfa__StatusAnswer *status,
    const struct alarm_about *about, const char *format, ...)
    __attribute__((format(printf, 4, 5))) MUST_CHECK;

/* ---- node_alarm_peer.c ---- */

/**
 * alarm_look_at_peers(node):
 * Note what each peer lags behind in and claims, and forget what is over.
 */
void alarm_look_at_peers(struct node *node);

/**
 * alarm_tell_peers(node, status), alarm_tell_witness(node, status):
 * Tell what peers do not take up or claim without proof; of which logs a witness
 * saw more than is here.  Count all.  Return ERR_NOMEM.
 */
enum err alarm_tell_peers(
    struct node *node, Erfa__StatusAnswer *status) MUST_CHECK;
enum err alarm_tell_witness(
    struct node *node, Erfa__StatusAnswer *status) MUST_CHECK;

/* ---- node_alarm_silent.c ---- */

/**
 * alarm_mark_newest(node):
 * Mark the newest log of each key.
 */
void alarm_mark_newest(struct node *node);

/**
 * alarm_age(log):
 * How old the newest HEAD of a log is, ms: by what it says, or by when it came, if
 * that makes it younger, since its clock may be wrong.
 */
uint64_t alarm_age(const struct view_log *log);

/**
 * alarm_tell_silence(node, status):
 * Tell which members give no sign of life, and count them.  Return ERR_NOMEM.
 */
enum err alarm_tell_silence(
    struct node *node, Erfa__StatusAnswer *status) MUST_CHECK;

/* ---- node_alarm_fork.c ---- */

/**
 * alarm_tell_forks(node, txn, status), alarm_tell_doubles(node, txn, status):
 * Tell which logs are forked; which keys are used on two machines.  Return
 * ERR_NOMEM.
 */
enum err alarm_tell_forks(struct node *node, struct store_txn *txn,
    Erfa__StatusAnswer *status) MUST_CHECK;
enum err alarm_tell_doubles(struct node *node, struct store_txn *txn,
    Erfa__StatusAnswer *status) MUST_CHECK;

#endif /* !ERFAD_NODE_ALARM_INTERNAL_H */
