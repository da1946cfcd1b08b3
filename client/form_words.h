#ifndef ERFA_FORM_WORDS_H
#define ERFA_FORM_WORDS_H

/*
 * form_words - the words of forms: what a field is for, in the language of the
 * person, and the labels that may be written for a code, in all five.
 *
 * They lie in form.tsv and labels.tsv of one folder.
 */

#include <protobuf-c/protobuf-c.h>

#include "proto/err.h"
#include "client/form_schema.h"

struct form_words;

/**
 * form_words_open(folder, language, ret_words):
 * Read the words below ${folder}; ${language} is da, nb, sv, fi or en.  Free
 * with form_words_free().  Return ERR_NOENT if a table is not there or the
 * language is none of them, ERR_DENIED or ERR_IO if one cannot be read,
 * ERR_SYNTAX if one is no such table, or ERR_NOMEM.
 */
enum err form_words_open(const char *folder, const char *language,
    struct form_words **ret_words) MUST_CHECK;

/**
 * form_words_free(words):
 * Does nothing for NULL.
 */
void form_words_free(struct form_words *words);

/**
 * form_words_help(words, message, field):
 * What ${field} of ${message} is for, or "" if nobody says.  With "form" for
 * the message: the sentence of forms called ${field}.
 */
const char *form_words_help(
    const struct form_words *words, const char *message, const char *field);

/**
 * form_words_label(words, desc, value):
 * The label of a value in the language of the words, or "" if there is none.
 */
const char *form_words_label(const struct form_words *words,
    const ProtobufCEnumDescriptor *desc, const ProtobufCEnumValue *value);

/**
 * form_words_value(words, desc, text, ret_value):
 * Find the value that ${text} means: its code, in any case and with blanks or
 * hyphens for underscores, or its label in one of the languages, the person's
 * own first.  Return ERR_NOENT if it means none, ERR_EXIST if it means several,
 * or ERR_NOMEM.
 */
enum err form_words_value(const struct form_words *words,
    const ProtobufCEnumDescriptor *desc, const char *text,
    const ProtobufCEnumValue **ret_value) MUST_CHECK;

/**
 * form_words_near(words, desc, text, out):
 * Write the code that was probably meant by ${text}, or "".
 */
void form_words_near(const struct form_words *words,
    const ProtobufCEnumDescriptor *desc, const char *text,
    char out[FORM_CODE_MAX]);

#endif /* !ERFA_FORM_WORDS_H */
