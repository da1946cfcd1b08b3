#ifndef ERFA_FORM_H
#define ERFA_FORM_H

/*
 * form - any record as a commented YAML form that a person edits, and back.
 *
 * Driven by the descriptors of body.proto.  The fields of the record and, after
 * them, those of its envelope stand at the outermost level under their names.
 * What a person writes is typed by the schema: NO is a country where a country
 * is due, 0561 keeps its zero, yes is text where text is due.  A code may be
 * written as its label in any of the five languages, a lone word stands for a
 * message that has one natural field (form_value_shorthand()).
 *
 * Nothing after the colon, or ~, means not stated; "" is a text that is empty.
 * A group of fields or an item in which nothing is stated is not there; {} is
 * one that is there and empty.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/body.h"
#include "proto/err.h"
#include "client/form_fault.h"
#include "client/form_words.h"

/**
 * form_write(words, body, stamp, ret_text):
 * Write ${body} as a form, ending with a newline: first what matters most, with
 * empty fields ready to be filled in, then all others, those that are not set
 * commented out with what they are for and what they may hold.  In its head
 * stands ${stamp}, if that is not NULL (form_stamp.h).  The caller frees
 * *${ret_text} with free().  Return ERR_NOENT if ${body} holds no record or no
 * envelope, ERR_VERSION if it holds fields or values that this program does not
 * know, ERR_SYNTAX if a text is not UTF-8, or ERR_NOMEM.
 */
enum err form_write(const struct form_words *words, const Erfa__Body *body,
    const char *stamp, char **ret_text) MUST_CHECK;

/**
 * form_read(words, kind, text, len, faults, ret_body):
 * Read ${len} bytes at ${text} as a record of ${kind} (enum header_kind), with
 * all limits of body.proto.  All mistakes are added to ${faults}, in the order
 * of their places, and there is a body only if there are none; answers that a
 * record must have are not asked for here.  The caller frees *${ret_body} with
 * body_free(), and ${faults} with form_faults_clear() in any case.  Return
 * ERR_SYNTAX if there are mistakes, ERR_SIZE if the form is too long (both with
 * faults), ERR_NOENT if ${kind} has no record, or ERR_NOMEM.
 */
enum err form_read(const struct form_words *words, uint32_t kind,
    const char *text, size_t len, struct form_faults *faults,
    Erfa__Body **ret_body) MUST_CHECK;

/**
 * form_set(words, body, assignment, ret_fault):
 * Do what one "--set" says: "title=A quiet hour", "goals[0].text=...", with
 * goals[1] the one after the last of one goal, "sector=school,elder_care" for
 * all values of a list, "period.start=2026-01", "language=nb".  Lists of codes,
 * numbers and ids are split at commas, texts never.  "owner.unit=" takes back
 * what was stated, "goals[1]=" takes out an item; a group in which nothing is
 * left goes too.  ${body} is unchanged on failure.  Return ERR_SYNTAX, and write
 * ${ret_fault}, if it is no assignment that fits; ERR_NOENT if ${body} holds no
 * record or no envelope; or ERR_NOMEM.
 */
enum err form_set(const struct form_words *words, Erfa__Body *body,
    const char *assignment, struct form_fault *ret_fault) MUST_CHECK;

#endif /* !ERFA_FORM_H */
