#ifndef ERFA_FIELDS_H
#define ERFA_FIELDS_H

/*
 * fields - fields of records as people know them: what one is for, and what its
 * values are called.
 */

#include <stddef.h>

#include "proto/body.h"

#define FIELDS_WORDS 256 /* bytes of words about a field, the NUL counted */

/* Opaque types. */
struct form_words;

/* A field of a record. */
struct fields_place {
	const ProtobufCMessageDescriptor *owner;
	const ProtobufCFieldDescriptor *field;
};

/**
 * fields_find(kind, path, ret_place):
 * Find the field ${path} ("goals.text", places in brackets are passed over) of
 * a record of ${kind} ("trial"), or of its envelope.  Return ERR_NOENT if there
 * is none.
 */
enum err fields_find(const char *kind, const char *path,
    struct fields_place *ret_place) MUST_CHECK;

/**
 * fields_help(words, kind, path, out):
 * Write what the field is for, in the language of ${words}, as far as its first
 * sentence: "What the trial is called".  Where nobody says, its name.
 */
void fields_help(const struct form_words *words, const char *kind,
    const char *path, char out[FIELDS_WORDS]);

/**
 * fields_value(words, place, code):
 * What people call the value ${code} of a field; ${code} itself if the field is
 * no controlled one.
 */
const char *fields_value(const struct form_words *words,
    const struct fields_place *place, const char *code);

#endif /* !ERFA_FIELDS_H */
