#ifndef ERFA_DIFF_H
#define ERFA_DIFF_H

/*
 * diff - what changed from one body to another, field by field.
 *
 * A walk along the descriptors, so that no field can be forgotten.  Elements of
 * lists are matched by what names them (the number of an exemption, the id of
 * an organisation), or else by longest common order, so that one that was put
 * in does not make all behind it look changed.  Unknown fields are not looked
 * at; a message that is there and says nothing is the same as none.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/body.h"

#define DIFF_PATH_MAX 160 /* bytes of a path, the NUL counted */

enum diff_kind {
	DIFF_ADDED,
	DIFF_REMOVED,
	DIFF_CHANGED
};

/* One change. */
struct diff_change {
	char path[DIFF_PATH_MAX]; /* "trial.goals[1].text": as in body_check();
				     of a removed element, its old place */
	enum diff_kind kind;
	bool is_item;                        /* a whole element of a list */
	const ProtobufCFieldDescriptor *top; /* field of the record */
	const ProtobufCMessageDescriptor *record; /* that top belongs to */
	const ProtobufCFieldDescriptor *field;    /* that has changed */
	const ProtobufCMessageDescriptor *owner;  /* that field belongs to */
	const void *before; /* where the old value is; NULL if there is none */
	const void *after;
};

struct diff {
	struct diff_change *changes;
	size_t count;
};

/**
 * diff_bodies(before, after, ret_diff):
 * Find what changed from ${before} to ${after}, which hold records of the same
 * kind: in the record, and in what the envelope says of it; not the id, the
 * publisher, the version, its times and its note, which change with every
 * version.  Both must live as long as *${ret_diff}; free it with diff_clear().
 * Return ERR_SYNTAX if the kinds differ or there is no record, or ERR_NOMEM.
 */
enum err diff_bodies(const Erfa__Body *before, const Erfa__Body *after,
    struct diff *ret_diff) MUST_CHECK;

/**
 * diff_clear(diff):
 * Free what ${diff} holds.
 */
void diff_clear(struct diff *diff);

/**
 * diff_text(change, after, ret_text):
 * The value before the change, or after it, as one piece of text: strings as
 * they are, enumerations by their code ("service_quality"), numbers in full, a
 * message as "text: …; success_criterion: …".  Empty if there is none.  It is
 * foreign text like the body itself.  The caller frees with free().  Return
 * ERR_NOMEM.
 */
enum err diff_text(
    const struct diff_change *change, bool after, char **ret_text) MUST_CHECK;

/**
 * diff_name(change, out):
 * The field without record and places: "goals.text"; what stands in
 * Adaptation.changed_fields.
 */
void diff_name(const struct diff_change *change, char out[DIFF_PATH_MAX]);

#endif /* !ERFA_DIFF_H */
