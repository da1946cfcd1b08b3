#ifndef ERFAD_LINEAGE_H
#define ERFAD_LINEAGE_H

/*
 * lineage - the family of a trial over all municipalities: what came from what,
 * and what became of each.
 *
 * Who comes from whom is read from the headers of ADAPTATION entries, so that it
 * outlives the erasure and the retraction of any trial; an edge counts if the
 * organisation that published the copy wrote it, or one that speaks for it
 * (heirs.h).  What a trial or an edge says
 * is read from the bodies that are here.  Nothing depends on the order in which
 * entries arrived: nodes with the same entries compute the same family.
 *
 * Several records of one thing (shown.h: twins) are one node; a municipality's
 * own word goes before what others transcribed.  What is restricted says nothing
 * of a trial that is public, or restricted to others: it would stand there
 * without a mark.  A family has several roots if a trial was merged from several;
 * edges that would close a circle are left out, the later written ones first.
 *
 * The functions stand in lineage_family.c and lineage_read.c.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/body.h"
#include "proto/err.h"
#include "proto/limits.h"

/* Opaque types. */
struct heirs;
struct index_txn;
struct lineage;
struct sealed_ring;
struct shown;
struct shown_item;
struct store_txn;

#define LINEAGE_NODES \
	4096                  /* in one family; further ones are left out, those
			     * that are more steps away first */
#define LINEAGE_EDGES   16384 /* likewise */
#define LINEAGE_CHANGED 64    /* changed fields of one edge that are told */
#define LINEAGE_WORD    100   /* bytes of a field's name; longer ones are not */

struct lineage_options {
	struct store_txn *store; /* borrowed until it is made */
	struct index_txn *index;
	const struct shown *shown; /* borrowed for the life of the family */
	const struct heirs *heirs; /* likewise; NULL = none */
	const struct sealed_ring
	    *ring;         /* what opens restricted bodies, or NULL */
	const char *today; /* "2026-01-31": the day to judge by */
};

/* What is here of a trial. */
enum lineage_state {
	LINEAGE_HERE,
	LINEAGE_UNKNOWN, /* named by others, no entry of it is here */
	LINEAGE_ABSENT,  /* its body is not here yet */
	LINEAGE_ERASED,
	LINEAGE_UNREADABLE, /* or of a restricted group, and not for this node */
};

/* One trial of a family. */
struct lineage_node {
	char org[ORG_MAX + 1]; /* who published it */
	uint8_t record[RECORD_LEN];
	const struct shown_item *item; /* what speaks for it; NULL = unknown */
	enum lineage_state state;
	char *title;                  /* NULL if it is not here, as the next */
	char *site;                   /* where it runs, as written */
	Erfa__Status said;            /* where it says it stands */
	Erfa__Status status;          /* that, or unknown after long silence */
	Erfa__Verdict verdict;        /* of its final experiences: verdict.h */
	Erfa__AuthorRole author_role; /* whose verdict that is */
	bool transcribed;
	bool several;      /* tells of several trials: never a copy */
	bool departs;      /* names rules that it departs from */
	bool retracted;    /* by its publisher */
	bool measured;     /* has a follow-up observation */
	bool poolable;     /* has something to compare it with, too */
	bool held_back;    /* has counts too small to be shown */
	uint64_t first_ms; /* first version; 0 = unknown */
	uint32_t depth;    /* longest way from a root */
	uint32_t parents;  /* how many, and */
	uint32_t edge;     /* the first of them: lineage_edge() */
};

/* A trial that came from another. */
struct lineage_edge {
	size_t parent; /* lineage_node() */
	size_t child;
	const struct shown_item *item; /* the ADAPTATION */
	Erfa__Relation relation;       /* unset if its body is not here */
	char **changed;                /* names of fields that differ */
	size_t nchanged;
};

/* How a family stands. */
struct lineage_scale {
	uint64_t trials;     /* the one and its descendants, but for the next
			      * two */
	uint64_t documented; /* transcribed: counted nowhere else */
	uint64_t several;    /* tell of several trials: likewise */
	uint64_t erased;     /* of trials: only their header is left */
	uint64_t missing;    /* of trials: not here, or not to be read */
	uint64_t copies;     /* of trials: all but the one */
	uint64_t started;
	uint64_t running; /* active now */
	uint64_t completed;
	uint64_t stopped;
	uint64_t not_started; /* and never will be */
	uint64_t silent;      /* nothing heard for a year after the end */
	uint64_t measured;
	uint64_t poolable; /* candidates: which are, evidence tells */
	uint64_t held_back;
	uint64_t retracted;
	uint64_t spread; /* running copies with a follow-up observation */
};

/**
 * lineage_new(options, item, ret_lineage), lineage_free(lineage):
 * The family of the trial ${item}.  NULL may be freed.  Return ERR_NOMEM, or an
 * error of index or store.
 */
enum err lineage_new(const struct lineage_options *options,
    const struct shown_item *item, struct lineage **ret_lineage) MUST_CHECK;
void lineage_free(struct lineage *lineage);

/**
 * lineage_count(lineage), lineage_node(lineage, i):
 * The trials, those that others came from before these, then by the time of the
 * first version, organisation and record.
 */
size_t lineage_count(const struct lineage *lineage);
const struct lineage_node *lineage_node(
    const struct lineage *lineage, size_t i);

/**
 * lineage_edge(lineage, i):
 * An edge.  Those to the parents of one trial stand together, in the order of
 * the parents.
 */
const struct lineage_edge *lineage_edge(
    const struct lineage *lineage, size_t i);

/**
 * lineage_self(lineage), lineage_root(lineage):
 * The place of the trial that was asked for, and of its earliest ancestor:
 * the one without parents whose first version is oldest.
 */
size_t lineage_self(const struct lineage *lineage);
size_t lineage_root(const struct lineage *lineage);

/**
 * lineage_more(lineage), lineage_circles(lineage):
 * Whether something was left out because the family is too large; how many
 * edges were because they close a circle.
 */
bool lineage_more(const struct lineage *lineage);
size_t lineage_circles(const struct lineage *lineage);

/**
 * lineage_scale(lineage, root, ret_scale):
 * Count the trial at ${root} and all that came from it, each once.  Return
 * ERR_NOMEM.
 */
enum err lineage_scale(const struct lineage *lineage, size_t root,
    struct lineage_scale *ret_scale) MUST_CHECK;

#endif /* !ERFAD_LINEAGE_H */
