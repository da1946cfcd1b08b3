#ifndef ERFA_CORPUS_EXPORT_H
#define ERFA_CORPUS_EXPORT_H

/*
 * corpus_export - transcribed records back to a line of an import file.
 */

#include <stddef.h>

#include "proto/body.h"
#include "proto/err.h"

/**
 * corpus_export(bodies, count, ret_line):
 * Write the line that the ${count} records at ${bodies} came from: one trial,
 * the programme and the network that it refers to, and the decision, experience
 * and adaptation with the same external id, in any order; others are passed
 * over.  Every key of the format is there, in its order: null where nothing is
 * known, [] where there are none.  What belongs to a record that is not given
 * (an erased one) is null or [].  The line has no newline at its end; the
 * caller frees *${ret_line} with free().  Return ERR_NOENT if no trial is
 * given, ERR_SYNTAX if the trial was not transcribed from such a line or one of
 * the records would not pass body_check(), or ERR_NOMEM.
 */
enum err corpus_export(
    const Erfa__Body *const *bodies, size_t count, char **ret_line) MUST_CHECK;

#endif /* !ERFA_CORPUS_EXPORT_H */
