#ifndef ERFAD_NODE_GROUP_INTERNAL_H
#define ERFAD_NODE_GROUP_INTERNAL_H

/*
 * node_group_internal - what the files of node_group share: one change of a
 * restricted group, from the request to its answer.
 *
 *   node_group.c        its way: pool, writer, index, answer
 *   node_group_find.c   which group is meant, and which members
 *   node_group_word.c   who is in it, and the entry that says so: its word
 *   node_group_share.c  own entries are sealed anew for who came later
 *   node_group_seal.c   sealing, for whatever is written to a group
 *
 * The functions here are called in the pool, while nobody else has the change,
 * except where said otherwise.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/answer.h"
#include "proto/err.h"
#include "proto/limits.h"
#include "daemon/pool.h"
#include "daemon/query.h"
#include "daemon/writer.h"

/* Opaque types. */
struct node;
struct waiter;

enum group_action {
	GROUP_CREATE,
	GROUP_ADD,
	GROUP_REMOVE,
	GROUP_SHARE,
	GROUP_ACTIONS
};

enum group_stage {
	GROUP_STAGE_PREPARE,
	GROUP_STAGE_WRITE,
	GROUP_STAGE_FINISH,
};

/* One entry that is to be published. */
struct group_outgoing {
	uint32_t kind;
	struct query_group_entry from; /* share: what it is a copy of */
	uint8_t *p;                    /* sealed; owned */
	size_t len;
};

/* A member as it is to be named. */
struct group_named {
	char org[ORG_MAX + 1];
	uint8_t key[KEY_LEN];
};

/* A change on its way. */
struct group_change {
	struct pool_job job;     /* first: looked at and answered in the pool */
	struct writer_job write; /* then written */
	enum group_stage stage;
	enum group_action action;
	struct node *node;
	struct waiter *waiter;
	const Erfa__GroupChangeRequest *ask;
	Erfa__Answer *answer; /* an error, or what will be said */
	bool refused;
	uint64_t arrival; /* the index must be so far */
	uint64_t seen;    /* so far it was, before it was asked */
	struct query_group group;
	struct group_named *members; /* who is to be in it */
	size_t nmembers;
	uint8_t (*records)[RECORD_LEN]; /* share: these alone */
	size_t nrecords;
	uint64_t since; /* share: what came before this */
	struct group_outgoing *out;
	size_t nout;
	size_t bytes; /* of all that goes out */
	uint64_t left;
};

/* ---- node_group.c ---- */

/**
 * group_refuse(change, code, exit, remedy, format, ...):
 * Make the answer say why nothing is done; always ERR_NONE.  Who called looks
 * at change->refused before it goes on.
 */
enum err group_refuse(struct group_change *change, const char *code,
    unsigned exit, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 5, 6))) MUST_CHECK;

/* ---- node_group_find.c ---- */

/**
 * group_find(change):
 * Read the group that is meant.  Refuse the change if there is none or several,
 * if nothing can be written to it from here, or if somebody else alone may
 * change who is in it.  Return what the index returns.
 */
enum err group_find(struct group_change *change) MUST_CHECK;

/**
 * group_find_key(change, text, ret_named):
 * The one key of the directory that ${text}, an organisation or a key, means and
 * that may write.  Refuse the change if there is none, or several.
 */
enum err group_find_key(struct group_change *change, const char *text,
    struct group_named *ret_named) MUST_CHECK;

/**
 * group_find_member(group, text, from), group_find_latest(group, text):
 * The next member of the group from number ${from} (0 = the first) on that
 * ${text} means, or NULL: an organisation that left and came back is in it with
 * two keys.  Of all those, the one that came last, or NULL.  The group's.
 */
const struct query_group_member *group_find_member(
    const struct query_group *group, const char *text, size_t from);
const struct query_group_member *group_find_latest(
    const struct query_group *group, const char *text);

/* ---- node_group_word.c ---- */

/**
 * group_create(change), group_change_members(change):
 * Name who is to be in a new group, or in the one that is meant, and seal the
 * word that says so, unless nothing changes.  Refuse what cannot be.  Return
 * ERR_NOMEM, or what the index returns.
 */
enum err group_create(struct group_change *change) MUST_CHECK;
enum err group_change_members(struct group_change *change) MUST_CHECK;

/**
 * group_tell_changed(change, org, changed):
 * Let the answer say, once, that ${org} was changed, or was so already.  Return
 * ERR_NOMEM.
 */
enum err group_tell_changed(
    struct group_change *change, const char *org, bool changed) MUST_CHECK;

/**
 * group_add_out(change, ret_out):
 * Room for one more entry, empty; it goes out when change->nout counts it.
 * Return ERR_NOMEM.
 */
enum err group_add_out(
    struct group_change *change, struct group_outgoing **ret_out) MUST_CHECK;

/* ---- node_group_share.c ---- */

/**
 * group_share(change):
 * Seal what the member that is named cannot read, or the records that are named,
 * anew: at most 500 entries and about 4 MiB; change->left tells how many did not
 * fit.  Refuse what is not our own, or not in the group.  Return ERR_NOMEM, or
 * what the index and the store return.
 */
enum err group_share(struct group_change *change) MUST_CHECK;

#endif /* !ERFAD_NODE_GROUP_INTERNAL_H */
