#ifndef ERFA_LABELS_H
#define ERFA_LABELS_H

/*
 * labels - what people read for a controlled value, in their language.
 *
 * The words lie in conf/labels.tsv, which is installed with the programs.
 * Without them everything still works, with the codes for words.
 */

#include <stddef.h>

#include "proto/err.h"

/* Opaque types. */
struct labels;

/**
 * labels_open(path, language, ret_labels):
 * Read the labels of ${language} (one of the five) from ${path}.  Free with
 * labels_free().  Return ERR_NOENT if there is no such file, ERR_DENIED
 * or ERR_IO if it cannot be read, ERR_SYNTAX if it is no table of labels, or
 * ERR_NOMEM.
 */
enum err labels_open(const char *path, const char *language,
    struct labels **ret_labels) MUST_CHECK;

/**
 * labels_free(labels):
 * Does nothing for NULL.
 */
void labels_free(struct labels *labels);

/**
 * labels_get(labels, vocabulary, code):
 * The label of ${code} ("not_started") in ${vocabulary} ("status"), as long as
 * ${labels} lives; ${code} itself if there is none, or if ${labels} is NULL.  One
 * that nobody has checked yet, who speaks the language, ends with " (?)".
 */
const char *labels_get(
    const struct labels *labels, const char *vocabulary, const char *code);

/**
 * labels_plain(labels, vocabulary, code):
 * The same without that mark, to be compared with what somebody wrote.
 */
const char *labels_plain(
    const struct labels *labels, const char *vocabulary, const char *code);

/**
 * labels_code(labels, vocabulary, i):
 * Code number ${i}, from 0, of ${vocabulary} in the order of the table, as long
 * as ${labels} lives; NULL if it has no more.
 */
const char *labels_code(
    const struct labels *labels, const char *vocabulary, size_t i);

#endif /* !ERFA_LABELS_H */
