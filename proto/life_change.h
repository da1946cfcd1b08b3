#ifndef ERFA_LIFE_CHANGE_H
#define ERFA_LIFE_CHANGE_H

/*
 * life_change - what a change means: the number of the new version, how a copy
 * relates to its origin, what was changed in the words of FRAME, and whether a
 * programme may still change its questions.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/body.h"
#include "proto/diff.h"
#include "proto/life_say.h"

#define LIFE_NATURES_MAX 16 /* Adaptation.nature */
#define LIFE_FIELDS_MAX  64 /* Adaptation.changed_fields */
#define LIFE_FIELD_CHARS 100

/* What happens to a field of a trial when the trial is copied. */
enum life_travel {
	LIFE_TRAVELS,  /* it comes along */
	LIFE_ASKED,    /* it is shown, and accepted or declined */
	LIFE_HINT,     /* it is shown as the origin's, never as needed here */
	LIFE_STAYS,    /* it belongs to the municipality, and never comes */
	LIFE_SOFTWARE, /* set anew by the software */
};

/* A field of a trial, or of what it consists of. */
struct life_part {
	const char *field; /* "goals", "recipe.dose" */
	enum life_travel travel;
	Erfa__AdaptationWhat what; /* a change of it; UNSET: says nothing */
	Erfa__Nature nature;       /* if nothing was put in or taken out */
};

/* What FRAME asks, as far as a machine can tell; people tick or skip it. */
struct life_frame {
	Erfa__AdaptationWhat what;
	Erfa__Nature nature[LIFE_NATURES_MAX];
	size_t nnature;
};

/* The fields that differ, each once: Adaptation.changed_fields. */
struct life_fields {
	char names[LIFE_FIELDS_MAX][LIFE_FIELD_CHARS + 1];
	size_t count;
	size_t more; /* not kept for want of room */
};

/**
 * life_part_find(name):
 * What is known of the field ${name} of a trial ("recipe.dose" or "goals.text",
 * as diff_name() writes it): the longest entry that it lies in.  NULL if it is
 * no field of a trial.
 */
const struct life_part *life_part_find(const char *name);

/**
 * life_is_major(change):
 * Return whether a version with ${change} is a major one: it lies in a field
 * that body.proto marks so.
 */
bool life_is_major(const struct diff_change *change);

/**
 * life_version(before, diff, ret_major, ret_minor):
 * The version that follows ${before}, whose envelope has the old one, after the
 * changes in ${diff}: the next major one if any of them is major, the next minor
 * one otherwise, also if nothing changed; 1.0 if ${before} is NULL.
 */
void life_version(const Erfa__Body *before, const struct diff *diff,
    uint32_t *ret_major, uint32_t *ret_minor);

/**
 * life_fields(diff, ret_fields):
 * The names of the fields in ${diff}, from an origin to its copy, that travel:
 * that the copy has another owner is no adaptation.
 */
void life_fields(const struct diff *diff, struct life_fields *ret_fields);

/**
 * life_relation(diff, parents):
 * How a copy with so many ${parents} relates to the one that ${diff} starts
 * from: merged of several; copied if nothing of what it does was changed (words
 * of title, summary and keywords apart, which are the copy's own); else adapted.
 */
Erfa__Relation life_relation(const struct diff *diff, size_t parents);

/**
 * life_suggest(diff, ret_frame):
 * What FRAME would call the changes from origin to copy: where most of them lie
 * (of equals the one first in the list of values), and their natures, each once,
 * in the order of the list.
 */
void life_suggest(const struct diff *diff, struct life_frame *ret_frame);

/**
 * life_programme(before, after, started, today, list):
 * Add to ${list} why the programme ${before} (NULL: it is new) may not become
 * ${after} on ${today}: more than three questions of its own; or others than
 * before, though a trial of it has ${started}, or before the day until which it
 * promised to stay as it is.  A question may get its words in a further
 * language; nothing else of it changes then.
 */
void life_programme(const Erfa__Programme *before, const Erfa__Programme *after,
    bool started, const char *today, struct life_list *list);

#endif /* !ERFA_LIFE_CHANGE_H */
