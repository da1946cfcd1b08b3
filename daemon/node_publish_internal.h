#ifndef ERFAD_NODE_PUBLISH_INTERNAL_H
#define ERFAD_NODE_PUBLISH_INTERNAL_H

/*
 * node_publish_internal - what the files of node_publish share: one publication,
 * from the request to its answer.
 *
 *   node_publish.c        its way: pool, writer, index, answer
 *   node_publish_ready.c  one record is made ready
 *   node_publish_group.c  to whom it is published
 *   node_publish_say.c    what is wrong with it, and where it stands
 *
 * The functions here are called in the pool, while nobody else has the
 * publication; publish_answer() also on the loop.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/answer.h"
#include "proto/header.h"
#include "proto/limits.h"
#include "daemon/pool.h"
#include "daemon/writer.h"

/* Opaque types. */
struct docket_more;
struct node;
struct query_group;
struct waiter;

/* How long a publication waits for the index to know those before it. */
#define PUBLISH_INDEX_WAIT_MS 5000

/* Bytes of what is said of one problem; more is cut off. */
#define PUBLISH_WHAT_MAX 4096

/* One record of a request, made ready. */
struct ready {
	uint32_t kind;
	uint32_t topic;
	uint8_t record[RECORD_LEN];
	uint32_t major;
	uint32_t minor;
	uint64_t group; /* restricted group that it is sealed to; 0 = public */
	bool settled;   /* it can be no other: said, or as it was before */
	bool is_drawn;  /* its id is new: nothing can be there of it */
	uint8_t ext[HEADER_MAX / 2];
	size_t ext_len;
	uint8_t *body; /* owned; as it goes into the outbox */
	size_t body_len;
	bool skip;    /* published before, word for word */
	bool refused; /* nothing further is looked at */
	uint64_t ticket;
};

/* One record as it was asked for. */
struct asked {
	const Erfa__NewRecord *record;
	Erfa__NewRecord *draft; /* that it was made of, or NULL; owned */
	uint64_t draft_ms;      /* when that was changed last */
};

/* A publication on its way. */
struct publication {
	struct pool_job prepare;  /* first: made ready in the pool */
	struct writer_job write;  /* then written */
	struct publication *next; /* waiting for one before, or the index */
	bool names;               /* records that there may be: one at a time */
	bool is_begun;            /* it waits for the index, and no other */
	bool is_written;          /* after the commit, or before it */
	uint64_t arrival;         /* the index must reach this, */
	uint64_t attempt;         /* or this attempt of it fail, */
	int64_t deadline;         /* or this moment come, monotonic ms */
	struct node *node;
	struct waiter *waiter;
	struct asked *asked;      /* drafts first, then records */
	struct docket_more *more; /* all that may be looked at */
	size_t nmore;
	struct ready *ready; /* NULL after gathering: memory was short */
	size_t count;
	struct query_group *groups; /* those that are written to */
	size_t ngroups;
	bool is_index_awaited; /* it was waited for, and is not again */
	bool is_group_behind;  /* one has changed since, or may have */
	Erfa__Answer *refusal; /* what is wrong */
	char caller[64];       /* name of the note about the caller */
	uint8_t caller_note[16384];
	size_t caller_len;
};

/* ---- node_publish_say.c ---- */

/**
 * publish_problem_new(publication, i, what, remedy):
 * Refuse record ${i} (from 0) and with it the publication.  Return the problem
 * that was added, which is the refusal's and says ${what} and ${remedy}; or NULL
 * if 50 are told already or memory is short: what was refused stays so.
 */
Erfa__Problem *publish_problem_new(struct publication *publication, size_t i,
    const char *what, const char *remedy);

/**
 * publish_problem(publication, i, remedy, format, ...):
 * The same, with what is wrong in the words of ${format}, which is kept too so
 * that it can be told in other languages.
 */
void publish_problem(struct publication *publication, size_t i,
    const char *remedy, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/**
 * publish_answer(publication, written):
 * Where every record stands; ${written} is false for a dry run.  As much of it
 * as memory lasts for, NULL if for nothing.  The caller frees it with
 * control_free_answer().
 */
Erfa__Answer *publish_answer(struct publication *publication, bool written);

/**
 * publish_refuse(publication, i, refusal):
 * Refuse record ${i} (from 0) and with it the publication in the words of
 * ${refusal}, which is taken; what was said before stays said.
 */
void publish_refuse(
    struct publication *publication, size_t i, Erfa__Answer *refusal);

/* ---- node_publish_group.c ---- */

/**
 * publish_choose_groups(publication):
 * Find out of which group each record is that is not refused: what names one is
 * of its group, and what names that again.  Refuse what would leave a group, or
 * go to one that this node cannot write to.  After publish_know() for all.
 */
void publish_choose_groups(struct publication *publication);

/**
 * publish_group(publication, number):
 * The group with this number as it was when it was looked at first; NULL if it
 * could not be read.  It is the publication's, until the next call.
 */
const struct query_group *publish_group(
    struct publication *publication, uint64_t number);

/* ---- node_publish_ready.c ---- */

/**
 * publish_unsigned(node, kind, record):
 * Return whether a version of ${record}, of that ${kind}, is accepted and not
 * signed yet, or may be: a restricted one does not say of which record it is.
 * NULL: any restricted entry.  Then nobody knows what comes after it: signing
 * pauses for a minute at most.
 */
bool publish_unsigned(struct node *node, uint32_t kind, const uint8_t *record);

/**
 * publish_know(publication, i):
 * Find out which record ${i} (from 0) is and let its envelope say so, so that
 * those judged beside it may name it.  Refuse it if it is none, is another
 * organisation's, is one before it (those must be known already), or has a version
 * that waits to be signed.
 */
void publish_know(struct publication *publication, size_t i);

/**
 * publish_make_ready(publication, i):
 * Give record ${i} (from 0) its version, let the gate judge it, and encode it,
 * sealed if it is of a group; or refuse it.  One refused before stays as it is.
 */
void publish_make_ready(struct publication *publication, size_t i);

#endif /* !ERFAD_NODE_PUBLISH_INTERNAL_H */
