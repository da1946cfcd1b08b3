#ifndef ERFA_CORPUS_BUILD_H
#define ERFA_CORPUS_BUILD_H

/*
 * corpus_build - the records that one line of an import file tells of, exactly
 * by tests/corpus/MAPPING.md.
 */

#include "proto/err.h"
#include "client/corpus_json.h"
#include "client/step.h"

struct corpus_table;

/**
 * corpus_build(table, org, json, parts, ret_fault):
 * Add the records of ${json}, published by ${org}, to the empty ${parts}: its
 * programme and network if it names them, the trial, and an application or a
 * decision, an experience and an adaptation where it tells of them.  They pass
 * body_check().  Return ERR_SYNTAX if the line cannot be understood, with
 * ${ret_fault} saying what is wrong and what helps, or ERR_NOMEM; ${parts} is
 * empty then.
 */
enum err corpus_build(const struct corpus_table *table, const char *org,
    const struct corpus_json *json, struct step_parts *parts,
    char ret_fault[CORPUS_FAULT_MAX]) MUST_CHECK;

#endif /* !ERFA_CORPUS_BUILD_H */
