#ifndef ERFA_VIEW_H
#define ERFA_VIEW_H

/*
 * view - a record as people read it: every field that is set, in the order of
 * the schema, controlled values in words.
 *
 * Driven by the descriptors, so that every kind of record is shown, also one
 * that has no page of its own yet.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/body.pb-c.h"

/* Opaque types. */
struct run;

/**
 * view_record(run, body, headed, indent):
 * Print the fields of the record in ${body}; ${headed} says that its title, name
 * and status have been printed already.
 */
void view_record(
    struct run *run, const Erfa__Body *body, bool headed, unsigned indent);

/**
 * view_related(run, body, about, indent):
 * Print the fields of the record in ${body}, which stands below the record with
 * the full id ${about}; what only names that one is left out.
 */
void view_related(struct run *run, const Erfa__Body *body, const char *about,
    unsigned indent);

/**
 * view_ref(ref, out, size):
 * Write a reference as people read it into ${size} bytes: the id as lists show
 * it, and the version, if it names one.
 */
void view_ref(const Erfa__RecordRef *ref, char *out, size_t size);

/**
 * view_envelope(run, envelope):
 * Print what every record has: version, language, sources and the like.
 */
void view_envelope(struct run *run, const Erfa__Envelope *envelope);

#endif /* !ERFA_VIEW_H */
